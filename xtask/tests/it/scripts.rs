//! What the robot that takes in new versions runs, without GitHub: with a file in place of the address.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::bumps::{git, released};
use crate::workspace::{additions, files, vendored};

fn bump(root: &Path, published: &Path, text: &Path, check: &str) -> Output {
    Command::new(root.join(".ci/bump"))
        .arg(text)
        .env("PUBLISHED", published)
        .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
        .env("CHECK", check)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_robot_takes_in_what_is_published_and_says_what_changed() {
    let root = released();
    let outside = tempfile::tempdir().unwrap();
    let [published, text] = ["pod-api-public.yaml", "text.md"].map(|name| outside.path().join(name));
    let publish = |document: &Value| fs::write(&published, document.to_string()).unwrap();
    let mut document = vendored(root.path());
    publish(&document);
    let before = files(root.path());

    // The same document came from another file, of which only the sum changes.
    let ran = bump(root.path(), &published, &text, "true");
    assert!(ran.status.success(), "{}", said(&ran));
    git(root.path(), &["commit", "-q", "-a", "-m", "Bump"]);
    let ran = bump(root.path(), &published, &text, "false");
    assert!(ran.status.success() && said(&ran).contains("\nnothing has changed\n"), "{}", said(&ran));
    assert_eq!(fs::read_to_string(&text).unwrap(), "");

    additions().into_iter().for_each(|(_, _, add)| add(&mut document));
    document["paths"].as_object_mut().unwrap().remove("/v1/spare/{id}");
    publish(&document);
    let ran = bump(root.path(), &published, &text, "false");
    assert!(!ran.status.success(), "what does not pass is no pull request");
    assert_eq!(fs::read_to_string(&text).unwrap(), "");
    git(root.path(), &["checkout", "-q", "."]);

    let ran = bump(root.path(), &published, &text, "true");
    assert!(ran.status.success(), "{}", said(&ran));
    let text = fs::read_to_string(&text).unwrap();
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no `{words}` in {text}"));
    assert!(place("GET /v1/spare/{id}") < place("GET /v1/warehouse/{id}"), "{text}");
    assert!(place("GET /v1/warehouse/{id}") < place("the type `Warehouse` has no words"), "{text}");
    assert!(files(root.path()) != before);
    let source = fs::read_to_string(root.path().join("openapi/source.toml")).unwrap();
    assert!(
        source.contains("\nfrom = \"https://") && source.contains("name = \"pod-api-public.yaml\""),
        "{source}"
    );

    // What hand-written code uses stops it, with a message that says what.
    git(root.path(), &["checkout", "-q", "."]);
    document["paths"].as_object_mut().unwrap().remove("/v1/connection/list");
    publish(&document);
    let ran = bump(root.path(), &published, Path::new("/dev/null"), "true");
    assert!(!ran.status.success() && said(&ran).contains("pod-api-ext relies on it"), "{}", said(&ran));
}
