//! Calls a second, with 1, 16, 64 and 256 of them at a time.
//!
//! A machine is never quite still. So the ways take turns, in rounds that are short, and what counts is the median of
//! the ratios that they have to each other in a round.

use std::time::Instant;

use common::figures::{grouped, median};
use common::ways::{BY_HAND, Case};
use common::{pod, ways};

const AT_A_TIME: [usize; 4] = [1, 16, 64, 256];
const ROUNDS: usize = 15;
/// As many as take about a seventh of a second.
const CALLS: usize = 2_048;

fn main() {
    if pod::be_the_pod() {
        return;
    }
    let pod = pod::Pod::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("## Throughput\n");
    println!(
        "Calls a second, on Tokio's runtime of many threads, as ratio to by hand: the median of {ROUNDS} rounds in which the ways \
         take turns. In brackets the calls a second.\n"
    );
    let header: Vec<String> = AT_A_TIME.iter().map(|n| format!("{n} at a time")).collect();
    println!("| call | way | {} |", header.join(" | "));
    println!("|---|---|{}", "--:|".repeat(header.len()));
    let cases = ways::cases(&pod.url);
    for cases in cases.chunk_by(|one, next| one.call == next.call) {
        let columns = AT_A_TIME.map(|at_a_time| runtime.block_on(measure(cases, at_a_time)));
        for (i, case) in cases.iter().enumerate() {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| format!("{:.2} ({})", column[i].0, grouped(column[i].1)))
                .collect();
            println!("| {} | {} | {} |", case.call, case.way, cells.join(" | "));
        }
    }
    println!();
}

/// For each case, the median of its ratio to by hand and of its calls a second.
async fn measure(cases: &[Case], at_a_time: usize) -> Vec<(f64, f64)> {
    assert_eq!(cases[0].way, BY_HAND);
    for case in cases {
        case.run(at_a_time, CALLS / 2).await;
    }
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    for round in 0..ROUNDS {
        let mut rates = vec![0.0; cases.len()];
        for turn in 0..cases.len() {
            // Nobody always comes after the same other.
            let i = (round + turn) % cases.len();
            let begun = Instant::now();
            cases[i].run(at_a_time, CALLS).await;
            rates[i] = CALLS as f64 / begun.elapsed().as_secs_f64();
        }
        rounds.push(rates);
    }
    (0..cases.len())
        .map(|i| {
            let ratios = rounds.iter().map(|rates| rates[i] / rates[0]).collect();
            (median(ratios), median(rounds.iter().map(|rates| rates[i]).collect()))
        })
        .collect()
}
