//! The tests of `pod-api-ext` as a user calls it, in a package of their own: what only tests need is not built by whoever
//! runs an example. `limits` and `soak` count the memory of a whole process, so each is a program of its own.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "nobody uses a test, and what several share is in one place"
)]

mod behaviour;
mod bulk;
mod certificates;
mod config;
mod connections;
mod crowd;
mod endpoints;
mod extension_apps;
mod fake_pod;
mod faults;
mod gateway;
mod intents;
mod lists;
mod login;
mod owned;
mod paused_clock;
mod rows;
mod sessions;
mod simulator;
mod stopped_clock;
mod test_clock;
mod troubles;
mod wait;
mod whole_api;
mod wire;
