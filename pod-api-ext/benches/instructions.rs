//! How many instructions the client executes for a call, counted by callgrind, which is as good as repeatable.
//!
//! The calls run in a process under Valgrind, once so many and once twice as many, so that what the start takes cancels
//! out. What the kernel does is not counted.

use std::env;
use std::process::Command;

use common::{figures, pod, ways};

const CALLS: usize = 300;

/// Says which case to run how many times, and where.
const ROLE: &str = "BENCH_CALLS";

fn main() {
    if pod::be_the_pod() {
        return;
    }
    if let Ok(role) = env::var(ROLE) {
        return make_calls(&role);
    }
    let valgrind = Command::new("valgrind").arg("--version").output();
    let Ok(version) = valgrind else {
        return println!("## Instructions\n\nNot counted: there is no `valgrind` here.\n");
    };
    let pod = pod::Pod::start();
    let cases = ways::cases(&pod.url);
    let counted = figures::Figures::of(&cases, |i| {
        // The first calls connect, and fill what is kept.
        let few = instructions(&pod.url, i, CALLS);
        (instructions(&pod.url, i, 2 * CALLS) - few) / CALLS as f64
    });

    println!("## Instructions\n");
    println!(
        "Of the client, for one call over a connection that is open, one call at a time: what callgrind ({}) counts for \
         {} calls less what it counts for {CALLS}. What the kernel does is not counted.\n",
        String::from_utf8_lossy(&version.stdout).trim(),
        2 * CALLS,
    );
    figures::print(&[("instructions", counted)]);
}

fn instructions(url: &str, case: usize, calls: usize) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .env(ROLE, format!("{url} {case} {calls}"))
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report.split("Collected :").nth(1).and_then(|rest| rest.split_whitespace().next());
    collected.unwrap_or_else(|| panic!("{report}")).parse().unwrap()
}

fn make_calls(role: &str) {
    let role: Vec<&str> = role.split(' ').collect();
    let number = |i: usize| role[i].parse::<usize>().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(ways::cases(role[0])[number(1)].run(1, number(2)));
}
