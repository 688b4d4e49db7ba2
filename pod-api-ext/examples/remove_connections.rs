//! Removes ten thousand connections on a pod of its own, and says how far it is:
//! `cargo run --example remove_connections`.
//!
//! A different number: `cargo run --example remove_connections -- 500`. Every hundredth call goes wrong on this pod.
//! The limit is off, because nobody else uses it; on a real pod leave it on, and ten thousand users take an hour.

use std::env;

use pod_api_ext::Pod;
use pod_api_ext::connections::bulk::{Counts, Done};
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{FakePod, Fault};

/// How often a line is written, in results.
const LINE: u64 = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = env::args().nth(1).map_or(Ok(10_000), |count| count.parse::<u32>())?;

    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let others: Vec<UserId> = (0..count).map(|number| fake.add_user(format!("user-{number}"))).collect();
    for other in &others {
        fake.connect(alice, *other, Status::Accepted);
    }
    let mut calls = 0_u32;
    fake.fault_by(move |_| {
        calls += 1;
        calls.is_multiple_of(100).then(|| Fault::reset().after_acting())
    });

    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
    let mut run = pod.connections().ensure_absent_all(others.clone()).unlimited().stream();
    let progress = run.progress();

    let mut problems = Vec::new();
    while let Some(Done { user, result }) = run.next().await {
        match result {
            Ok(change) if change.is_reached() => {}
            Ok(change) => problems.push(change.to_string()),
            Err(failure) => problems.push(format!("{user}: {failure}")),
        }
        let counts = progress.counts();
        if counts.done().is_multiple_of(LINE) {
            eprintln!("{} of {count}: {}", counts.done(), told(&counts));
        }
    }

    let counts = progress.counts();
    println!("{} of {count} users came out: {}.", counts.done(), told(&counts));
    for problem in &problems {
        println!("{problem}");
    }
    let connected = others.iter().filter(|other| fake.status(alice, **other).is_some()).count();
    println!("{connected} of them are connected still. Whoever came out with an error can be fed again.");
    Ok(())
}

fn told(counts: &Counts) -> String {
    let Counts { reached, unreached, failed, unknown, .. } = counts;
    format!("{reached} removed, {unreached} not, {failed} failed, {unknown} unknown")
}
