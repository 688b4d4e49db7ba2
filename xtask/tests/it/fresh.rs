//! The committed files are what generating gives.

use std::sync::LazyLock;

use xtask::generate::Generated;
use xtask::{artifact, generate, layout};

/// Generated once for all tests of this file.
static GENERATED: LazyLock<Generated> = LazyLock::new(|| generate::generate(&layout::own_root()).unwrap());

#[test]
fn generated_files_are_up_to_date() {
    let root = layout::own_root();
    let stale = artifact::stale(&root, &layout::OWNED, &GENERATED.artifacts).unwrap();
    let diffs: Vec<_> = stale.iter().map(artifact::Stale::diff).collect();
    assert!(stale.is_empty(), "{}\n{}", diffs.join("\n"), artifact::advice(&root, &stale));
}

#[test]
fn the_crate_and_its_provenance_name_the_version_of_the_document() {
    let root = layout::own_root();
    let document = xtask::document::read(&root.join(layout::DOCUMENT)).unwrap();
    let version = document["info"]["version"].as_str().unwrap();
    let toml =
        |path: &str| -> toml::Table { std::fs::read_to_string(root.join(path)).unwrap().parse().unwrap() };
    let manifest = toml("pod-api/Cargo.toml");
    let of_crate = manifest["package"]["version"].as_str().unwrap();
    assert_eq!(of_crate.split_once('+').map(|(_, api)| api), Some(version));
    let source = toml(layout::SOURCE);
    assert_eq!(source["version"].as_str(), Some(version));
    assert_eq!(source["title"].as_str(), document["info"]["title"].as_str());
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    let again = generate::generate(&layout::own_root()).unwrap();
    let texts = |of: &Generated| -> Vec<String> {
        of.artifacts.iter().map(|artifact| artifact.text.clone()).collect()
    };
    assert!(texts(&GENERATED) == texts(&again), "the two differ");
}

/// Nobody would think of them when the next version of the API is taken in.
#[test]
fn no_hand_written_text_has_the_number_of_operations_or_a_version() {
    let root = layout::own_root();
    let document = xtask::document::read(&root.join(layout::DOCUMENT)).unwrap();
    let manifest: toml::Table =
        std::fs::read_to_string(root.join("pod-api/Cargo.toml")).unwrap().parse().unwrap();
    let numbers = [
        format!("{} operations", xtask::document::operations(&document).count()),
        document["info"]["version"].as_str().unwrap().to_owned(),
        manifest["package"]["version"].as_str().unwrap().to_owned(),
    ];
    let texts = [
        "README.md",
        "CONTRIBUTING.md",
        "pod-api/README.md",
        "pod-api/src/lib.rs",
        "pod-api-ext/README.md",
        "pod-api-ext/src/lib.rs",
    ];
    for name in texts {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        for number in &numbers {
            assert!(!text.contains(number), "{name} has {number}");
        }
    }
}
