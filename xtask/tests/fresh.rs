//! The committed files are what generating gives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use xtask::{artifact, generate, layout};

#[test]
fn generated_files_are_up_to_date() {
    let root = layout::own_root();
    let generated = generate::generate(&root).unwrap();
    let stale = artifact::stale(&root, layout::GENERATED, &generated.artifacts).unwrap();
    let diffs: Vec<_> = stale.iter().map(artifact::Stale::diff).collect();
    assert!(stale.is_empty(), "{}\n{}", diffs.join("\n"), artifact::advice(&stale));
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    let root = layout::own_root();
    let texts = || -> Vec<String> {
        generate::generate(&root).unwrap().artifacts.into_iter().map(|artifact| artifact.text).collect()
    };
    assert_eq!(texts(), texts());
}

#[test]
fn the_overlays_say_everything_that_this_document_needs() {
    assert_eq!(generate::generate(&layout::own_root()).unwrap().warnings, Vec::<String>::new());
}
