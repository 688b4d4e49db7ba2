//! The tests of `pod-api-ext` as a user calls it, in a package of their own: what only tests need is not built by whoever
//! runs an example. `limits` and `soak` count the memory of a whole process, so each is a program of its own.

#![cfg(test)]

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
