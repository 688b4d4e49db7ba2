//! What the compiler says of generated crates. It takes minutes, so `cargo test` leaves it out:
//! `cargo test --package xtask --test compile` runs it.

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

#[path = "../common/changes.rs"]
mod changes;
#[path = "../common/random/mod.rs"]
mod random;

mod callers;
mod crates;
