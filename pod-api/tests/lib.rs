//! The tests of `pod-api` as a user calls it, in a package of their own: what only tests need is not built by whoever runs
//! an example.

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

mod calls;
mod contract;
mod document;
mod literal;
mod mocks;
mod schemas;
mod tolerance;
mod wire;
