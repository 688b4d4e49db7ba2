//! What `diff` says of requests, and what a validator of JSON Schema says of them: neither knows of the other.

use std::env;

use xtask::diff::{Change, Class, When, diff};
use xtask::engine::Engine;

use crate::pairs::{pair, refused};

/// The pairs of each run; `DIFF_PAIRS` sets another number.
const PAIRS: u64 = 150;

/// Whether the changes say that a request is refused, and nothing graver.
fn tells_of_requests_alone(changes: &[Change]) -> bool {
    let running: Vec<_> =
        changes.iter().filter(|change| change.class == Class::Breaking(When::Running)).collect();
    let is_other =
        |change: &&&Change| change.what.contains("in answers") || change.what.starts_with("default changed");
    !changes.iter().any(|change| change.class == Class::Breaking(When::Compiling))
        && !running.is_empty()
        && !running.iter().any(|change| is_other(&change))
}

#[test]
fn the_validator_agrees() {
    let pairs = env::var("DIFF_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap());
    let (mut wrong, mut judged, mut breaking, mut refusing) = (Vec::new(), 0, 0, 0);
    for seed in 0..pairs {
        let pair = pair(seed);
        let changes = diff(&pair.old, &pair.new, &Engine::Thread);
        judged += 1;
        let is_breaking = changes.iter().any(|change| change.class.is_breaking());
        breaking += usize::from(is_breaking);
        let refused = refused(&pair);
        refusing += usize::from(refused.is_some());
        let fault = match &refused {
            Some(request) if !is_breaking => format!("{request} is refused"),
            None if tells_of_requests_alone(&changes) => "nothing is refused".to_owned(),
            _ => continue,
        };
        let [old, new] = [&pair.old, &pair.new].map(|document| &document["components"]["schemas"]["About"]);
        let told: Vec<_> = changes
            .iter()
            .map(|change| format!("{}: {} {}", change.class, change.pointer, change.what))
            .collect();
        wrong.push(format!("{seed}: {fault}\n  {old}\n  {new}\n  {}", told.join("\n  ")));
    }
    println!("{judged} pairs, {breaking} breaking, {refusing} with a request that is refused");
    assert!(
        wrong.is_empty(),
        "of {judged} pairs, {breaking} breaking, {} disagree:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
