//! Whatever a valid document says, generating succeeds, leaves nothing out that can be generated, and the
//! code parses.
//!
//! The same documents each time, so that a failure is one of the change that shows it. With
//! `LEGALIZE_FUZZ_SECONDS` there are others for that many seconds; a failure prints the seed of the document,
//! and `LEGALIZE_FUZZ_SEED` starts with it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::random;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};
use serde_json::Value;
use xtask::document::operations;
use xtask::engine::{Engine, Limit};
use xtask::report::{Fate, Note};
use xtask::vendor::{self, Input, Options};
use xtask::{generate, layout, names};

/// The documents of every run.
const SEEDS: std::ops::Range<u64> = 0..16;

#[test]
fn every_operation_is_generated_or_left_out_by_name() {
    SEEDS.for_each(|seed| try_document(seed).unwrap());

    let number = |name| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let Some(seconds) = number("LEGALIZE_FUZZ_SECONDS") else { return };
    let start = Instant::now();
    let mut seed = number("LEGALIZE_FUZZ_SEED").unwrap_or_else(rand_seed);
    let mut failures = Vec::new();
    let mut tried = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds) {
        failures.extend(try_document(seed).err());
        seed = seed.wrapping_add(1);
        tried += 1;
    }
    assert!(failures.is_empty(), "{} of {tried} documents:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// A seed that is another each time.
fn rand_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_micros()).unwrap()
}

/// Generates from the document of a seed. Fails with the smallest document of its kind that does.
fn try_document(seed: u64) -> Result<(), String> {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 1,
        max_shrink_iters: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    });
    runner.run(&random::document(), |random::Document(document)| check(document)).map_err(|error| match error
    {
        TestError::Fail(reason, random::Document(document)) => {
            format!("LEGALIZE_FUZZ_SEED={seed}: {reason}\n{document}")
        }
        error @ TestError::Abort(_) => format!("LEGALIZE_FUZZ_SEED={seed}: {error}"),
    })
}

/// The generator may use up its stack, or never end.
fn process() -> Engine {
    Engine::Process { program: PathBuf::from(env!("CARGO_BIN_EXE_xtask")), limit: Limit::default() }
}

fn check(document: Value) -> Result<(), TestCaseError> {
    let root = tempfile::tempdir().unwrap();
    let input = Input { name: "random.json".into(), bytes: document.to_string().into_bytes() };
    let options = Options::default();
    let failed = |error: anyhow::Error| TestCaseError::fail(format!("{error:#}"));
    let document = vendor::vendor(&[input], &options).map_err(|error| failed(error.into()))?.document;
    let generated =
        generate::from(root.path(), document.clone(), "random.json", &process()).map_err(failed)?;
    let text = |path: &str| -> &str {
        &generated.artifacts.iter().find(|artifact| artifact.path.to_str() == Some(path)).unwrap().text
    };
    for path in [layout::CLIENT, layout::HTTPMOCK] {
        syn::parse_file(text(path)).unwrap();
    }
    let mut named = document;
    names::derive_missing(&mut named);
    let sent = text(layout::CLIENT).matches(": &crate::Operation = ").count();
    let left_out: Vec<&Note> = generated.told.iter().filter(|note| note.fate == Fate::LeftOut).collect();
    prop_assert_eq!(operations(&named).count(), sent + left_out.len(), "{:?}", left_out);
    for operation in operations(&named) {
        let is_left_out = left_out.iter().any(|note| note.pointer == operation.pointer);
        let id = operation.value["operationId"].as_str().unwrap();
        let lowered: Value = serde_json::from_str(text(layout::LOWERED)).unwrap();
        let is_there = operations(&lowered).any(|other| other.value["operationId"] == id);
        prop_assert!(is_there != is_left_out, "{} {:?}", id, left_out);
    }
    // Nothing of this kind is beyond the generator once it is legalized.
    prop_assert!(!left_out.iter().any(|note| note.text.contains("defeats")), "{:?}", left_out);
    Ok(())
}
