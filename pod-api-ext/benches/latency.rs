//! How long a call takes, one after the other.
//!
//! Criterion measures, and remembers the last time: `cargo bench -p pod-api-ext --bench latency` says what has changed.

#![allow(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

mod common;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use common::{figures, pod, ways};
use criterion::Criterion;

fn main() {
    if pod::be_the_pod() {
        return;
    }
    let pod = pod::Pod::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = ways::cases(&pod.url);
    let mut criterion = Criterion::default().configure_from_args();
    let mut medians = vec![f64::NAN; cases.len()];
    for (case, median) in cases.iter().zip(&mut medians) {
        let samples = RefCell::new(Vec::new());
        let mut group = criterion.benchmark_group(case.call);
        group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
        group.bench_function(case.way, |bencher| {
            bencher.iter_custom(|calls| {
                let begun = Instant::now();
                runtime.block_on(case.run(1, usize::try_from(calls).unwrap()));
                let took = begun.elapsed();
                samples.borrow_mut().push(took.as_secs_f64() * 1e6 / calls as f64);
                took
            });
        });
        group.finish();
        // Those of the warm-up are the fewer ones, so the median does not mind them.
        *median = figures::median(samples.into_inner());
    }

    println!("## Latency\n");
    println!("Microseconds from the call to its answer, median, one call after the other on one thread.\n");
    figures::print(&[("µs", figures::Figures::of(&cases, |i| medians[i]))]);
}
