//! How often a call allocates, and how much.

use std::alloc::System;

use common::{figures, pod, ways};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CALLS: usize = 2_000;

fn main() {
    if pod::be_the_pod() {
        return;
    }
    let pod = pod::Pod::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = ways::cases(&pod.url);
    let measured: Vec<(f64, f64)> = cases
        .iter()
        .map(|case| {
            runtime.block_on(async {
                // The first calls connect and fill what is kept.
                case.run(1, 50).await;
                let region = Region::new(MEMORY);
                case.run(1, CALLS).await;
                let change = region.change();
                let a_call = |total: usize| total as f64 / CALLS as f64;
                (a_call(change.allocations + change.reallocations), a_call(change.bytes_allocated))
            })
        })
        .collect();

    println!("## Allocations\n");
    println!("Of the client, for one call over a connection that is open; reallocations count.\n");
    figures::print(&[
        ("allocations", figures::Figures::of(&cases, |i| measured[i].0)),
        ("bytes", figures::Figures::of(&cases, |i| measured[i].1)),
    ]);
}
