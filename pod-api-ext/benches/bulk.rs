//! An intent for many users, without a limit of their rate: how time and memory grow with the number of users.

use std::alloc::System;
use std::time::Instant;

use common::figures::grouped;
use common::{pod, ways};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const USERS: [i64; 3] = [1_000, 10_000, 100_000];
const KIB: f64 = 1024.0;

fn main() {
    if pod::be_the_pod() {
        return;
    }
    let pod = pod::Pod::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connections = ways::pod(&pod.url).connections();
    println!("## Many users\n");
    println!(
        "`ensure_absent_all` for connected users, with its defaults but for the rate, which is unlimited: a list for each \
         batch, and for each user the call and a look at what came of it. Memory is what is live, at most, beyond what there was before.\n"
    );
    println!("| users | seconds | µs a user, ratio to 1,000 users | µs a user | live memory, KiB |");
    println!("|--:|--:|--:|--:|--:|");
    // The first users find no connections open.
    runtime.block_on(async {
        let mut run = connections.ensure_absent_all(1..=200).unlimited().stream();
        while run.next().await.is_some() {}
    });
    let mut first = None;
    for users in USERS {
        let (seconds, live) = runtime.block_on(async {
            let before = live();
            let mut most = before;
            let begun = Instant::now();
            let mut run = connections.ensure_absent_all(1..=users).unlimited().stream();
            while let Some(done) = run.next().await {
                assert!(done.result.unwrap().is_reached());
                most = most.max(live());
            }
            assert_eq!(run.progress().counts().reached, u64::try_from(users).unwrap());
            (begun.elapsed().as_secs_f64(), most.saturating_sub(before))
        });
        let each = seconds * 1e6 / users as f64;
        let first = *first.get_or_insert(each);
        let (total, users) = (grouped(seconds), grouped(users as f64));
        println!(
            "| {users} | {total} | {:.2} | {} | {} |",
            each / first,
            grouped(each),
            grouped(live as f64 / KIB)
        );
    }
    println!();
}

/// How many bytes are allocated now.
fn live() -> usize {
    let stats = MEMORY.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
