//! Generated crates, as a stranger makes and uses them: from a document in an empty directory comes a
//! crate that compiles without a warning, and what goes over the wire is what the document says.
//!
//! Each document in `generated/` has code beside it that uses the crate and knows the bytes. All crates
//! are compiled and tested by one run of cargo, with the dependencies that the workspace has built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use xtask::layout;
use xtask::pointer::Pointer;
use xtask::vendor::grammar::{Kind, rewrite};

use crate::shared::With;
use crate::{random, shared, words};

/// The random documents whose crates are compiled.
const SEEDS: std::ops::Range<u8> = 0..5;

fn own(path: &str) -> PathBuf {
    layout::own_root().join(path)
}

/// Makes a crate `name` in `workspace` of a published document.
fn make(workspace: &Path, name: &str, published: &Path, options: &[&str]) {
    let root = workspace.join(name);
    fs::create_dir_all(&root).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["vendor", "--root"])
        .arg(&root)
        .args(options)
        .arg(published)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    assert!(!said.contains(" is left out"), "{name}: {said}");
    let made = root.join("pod-api");
    let manifest = fs::read_to_string(made.join("Cargo.toml")).unwrap();
    let renamed = manifest.replacen("name = \"pod-api\"", &format!("name = \"{name}\""), 1);
    assert_ne!(renamed, manifest);
    fs::write(made.join("Cargo.toml"), renamed).unwrap();
    // The tests that come with it call the crate by its name.
    let tests = [made.join("tests"), made.join("tests/contract"), made.join("tests/generated")];
    for entry in tests.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace("pod_api::", &format!("{}::", name.replace('-', "_")))).unwrap();
        }
    }
}

/// The last of the published versions of an API in the folder that `HISTORY` names, which are not ours to keep here.
fn last_version() -> Option<PathBuf> {
    let folder = std::env::var_os("HISTORY")?;
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).max()
}

/// Deprecates whatever a document can.
fn deprecate_all(document: &mut Value) {
    rewrite(Kind::Document, document, &Pointer::root(), &mut |kind, object, _| {
        if matches!(kind, Kind::Operation | Kind::Parameter | Kind::Schema) && !object.contains_key("$ref") {
            object.insert("deprecated".into(), json!(true));
        }
    });
}

#[test]
fn generated_crates_compile_without_a_warning_and_send_what_the_document_says() {
    let workspace = super::workspace("generated", "*/pod-api");
    for entry in fs::read_dir(own("xtask/tests/generated")).unwrap() {
        let published = entry.unwrap().path();
        if published.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = published.file_stem().unwrap().to_str().unwrap().to_owned();
        make(&workspace, &name, &published, &[]);
        let tests = workspace.join(&name).join("pod-api/tests/wire");
        fs::create_dir_all(&tests).unwrap();
        fs::copy(published.with_extension("rs"), tests.join("main.rs")).unwrap();
        fs::copy(own("pod-api/tests/contract/server.rs"), tests.join("server.rs")).unwrap();
    }
    for seed in SEEDS {
        let name = format!("random-{seed}");
        let published = workspace.join(format!("{name}.json"));
        let mut document = random::seeded(seed);
        if seed % 2 == 1 {
            deprecate_all(&mut document);
        }
        fs::write(&published, document.to_string()).unwrap();
        make(&workspace, &name, &published, &[]);
    }
    if let Some(last) = last_version() {
        make(&workspace, "last-version", &last, &[]);
    }
    shared::add(&workspace, With::Tests);
    // The mocks and the JSON Schemas have to compile too. The tests within the library are those of our own.
    let output = super::cargo(&workspace)
        .args(["test", "--offline", "--quiet", "--workspace", "--test", "*"])
        .args(["--features", "httpmock,schemars"])
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(!err.contains("warning"), "{err}");
}

#[test]
fn any_name_and_any_number_compiles_without_a_warning() {
    let workspace = super::workspace("words", "*/pod-api");
    for (name, document) in [("names", words::names()), ("numbers", words::numbers())] {
        let published = workspace.join(format!("{name}.json"));
        fs::write(&published, document.to_string()).unwrap();
        make(&workspace, name, &published, &["--keep-prose"]);
    }
    shared::add(&workspace, With::Lints);
    let output = super::cargo(&workspace)
        .args(["check", "--offline", "--quiet", "--workspace", "--lib", "--features", "httpmock,schemars"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
