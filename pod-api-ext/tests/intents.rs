//! Intents: what they come to, and that random trouble makes them neither lie nor do harm.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "intents/cases.rs"]
mod cases;
#[path = "intents/schedules.rs"]
mod schedules;
#[path = "simulator/mod.rs"]
mod simulator;
#[path = "intents/sockets.rs"]
mod sockets;
