//! How long a call takes, one after the other.
//!
//! Criterion measures, and remembers the last time: `cargo bench -p pod-api-ext --bench latency` says what has changed.
//!
//! A machine is never quite still, and what disturbs it lasts longer than a call. So each way takes turns of a few calls
//! with by hand, and what counts is the median of the ratios that the two have to each other in a sample. By hand takes
//! turns with itself too, over another connection: how far that is from 1 is how far the others are to be trusted.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use common::figures::median;
use common::ways::Case;
use common::{pod, ways};
use criterion::Criterion;

/// Calls in a turn.
const TURN: usize = 8;

fn main() {
    if pod::be_the_pod() {
        return;
    }
    let pod = pod::Pod::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (cases, others) = (ways::cases(&pod.url), ways::cases(&pod.url));
    let mut criterion = Criterion::default().configure_from_args();
    let mut rows = Vec::new();
    for (cases, others) in by_call(&cases).zip(by_call(&others)) {
        let by_hand = &others[0];
        let mut group = criterion.benchmark_group(by_hand.call);
        group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
        for case in cases {
            let samples = RefCell::new(Vec::new());
            group.bench_function(case.way, |bencher| {
                bencher.iter_custom(|calls| {
                    let calls = usize::try_from(calls).unwrap();
                    let [took, reference] = runtime.block_on(in_turns([case, by_hand], calls));
                    samples.borrow_mut().push(took / reference);
                    Duration::from_secs_f64(took)
                });
            });
            // Those of the warm-up are the fewer ones, so the median does not mind them. There are none at all if the
            // command line asks for other ways.
            let ratios = samples.into_inner();
            if !ratios.is_empty() {
                rows.push((case, median(ratios)));
            }
        }
        group.finish();
    }

    println!("## Latency\n");
    println!(
        "Time from the call to its answer, as ratio to by hand, one call after the other on one thread: the median of samples \
         in which each way takes turns with by hand, as does by hand itself.\n"
    );
    // Without the times themselves: those of two ways are of different minutes, in which the machine was not equally fast.
    println!("| call | way | time, ratio |\n|---|---|--:|");
    for (case, ratio) in rows {
        println!("| {} | {} | {ratio:.2} |", case.call, case.way);
    }
    println!();
}

fn by_call(cases: &[Case]) -> impl Iterator<Item = &[Case]> {
    cases.chunk_by(|one, next| one.call == next.call)
}

/// Makes as many calls in each of two ways, and says how many seconds each took.
async fn in_turns(ways: [&Case; 2], calls: usize) -> [f64; 2] {
    let mut seconds = [0.0; 2];
    let mut left = calls;
    while left > 0 {
        let turn = left.min(TURN);
        for (way, seconds) in ways.iter().zip(&mut seconds) {
            let begun = Instant::now();
            way.run(1, turn).await;
            *seconds += begun.elapsed().as_secs_f64();
        }
        left -= turn;
    }
    seconds
}
