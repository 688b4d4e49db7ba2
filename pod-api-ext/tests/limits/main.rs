//! What a pod cannot make a program do, however it behaves: use memory without end, wait without end, open sockets
//! without end, or send a change twice.

mod endless;
mod idle;
mod many;
#[path = "../paused_clock.rs"]
mod paused_clock;
mod record;
mod server;
mod slow;

use std::alloc::System;

use pod_api_ext::{Pod, PodBuilder, SessionToken};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::sync::{Mutex, MutexGuard};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Memory is counted for the whole process, so every test of this file runs alone.
async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}

fn pod(url: &str) -> PodBuilder {
    Pod::builder(url).session(SessionToken::new("literal-session-token").unwrap())
}
