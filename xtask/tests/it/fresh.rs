//! The committed files are what generating gives.

use std::sync::LazyLock;

use heck::ToSnakeCase as _;
use serde_json::Value;
use xtask::generate::Generated;
use xtask::pointer::Pointer;
use xtask::vendor::grammar::{Kind, rewrite};
use xtask::{artifact, generate, layout};

/// Generated once for all tests of this file.
static GENERATED: LazyLock<Generated> = LazyLock::new(|| generate::generate(&layout::own_root()).unwrap());

#[test]
fn generated_files_are_up_to_date() {
    let root = layout::own_root();
    let stale = artifact::stale(&root, layout::GENERATED, &GENERATED.artifacts).unwrap();
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

#[test]
fn the_overlays_say_everything_that_this_document_needs() {
    assert_eq!(GENERATED.warnings, Vec::<String>::new());
}

#[test]
fn every_type_and_tag_is_explained() {
    let root = layout::own_root();
    let document = xtask::document::read(&root.join(layout::LOWERED)).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let silent: Vec<_> = schemas
        .iter()
        .filter(|(_, schema)| schema["description"].as_str().is_none_or(str::is_empty))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
    let explained: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for operation in xtask::document::operations(&document) {
        let tag = &operation.value["tags"][0];
        assert!(explained.contains(&tag), "{} {} has the tag {tag}", operation.method, operation.path);
    }
}

#[test]
fn every_property_is_explained() {
    let mut document = xtask::document::read(&layout::own_root().join(layout::LOWERED)).unwrap();
    let mut silent = Vec::new();
    rewrite(Kind::Document, &mut document, &Pointer::root(), &mut |kind, object, place| {
        if kind != Kind::Schema {
            return;
        }
        for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property["description"].as_str().is_none_or(str::is_empty) {
                silent.push(place.join("properties").join(name).to_string());
            }
        }
    });
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_type_has_a_name_without_stutter_and_more_words_than_that() {
    let client = std::fs::read_to_string(layout::own_root().join(layout::CLIENT)).unwrap();
    let mut types = 0;
    for line in client.lines() {
        let declared = ["pub struct ", "pub enum "].iter().find_map(|start| line.trim().strip_prefix(start));
        let Some(declared) = declared else { continue };
        types += 1;
        let name: String = declared.chars().take_while(|c| c.is_alphanumeric()).collect();
        let snake = name.to_snake_case();
        let words: Vec<&str> = snake.split('_').collect();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{name}");
        assert!(!client.contains(&format!("/// `{name}`\n")), "{name}");
    }
    assert!(types > 100, "{types}");
}
