//! What a change means for a Rust caller, told by the compiler.
//!
//! The bindings of every changed document are generated, and one program is compiled that was written against the old ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use xtask::engine::Engine;
use xtask::{generate, layout};

use crate::changes::{CASES, COMPILING, Case, HARMLESS, library};

const CALLER: &str = include_str!("../diff/caller.rs");

#[test]
fn the_compiler_agrees() {
    let scratch = Scratch::new("diff");
    scratch.add("unchanged", &library(), CALLER);
    for Case { name, change, .. } in CASES {
        let mut new = library();
        change(&mut new);
        scratch.add(name, &new, CALLER);
    }
    let compiled = scratch.check();
    let all = CASES.iter().map(|case| (case.name, case.class)).chain([("unchanged", HARMLESS)]);
    let mut wrong = Vec::new();
    for (name, class) in all {
        assert!(compiled.bindings.contains(name), "the bindings of {name} do not compile\n{}", compiled.told);
        if compiled.callers.contains(name) == (class == COMPILING) {
            wrong.push(format!("{name} is {class:?}"));
        }
    }
    assert!(wrong.is_empty(), "the compiler says otherwise: {wrong:#?}\n{}", compiled.told);
}

/// A workspace with a package for each document: the bindings, and the program as an example.
pub struct Scratch {
    pub root: PathBuf,
    overlays: tempfile::TempDir,
}

/// The packages whose bindings and whose program compile, and what the compiler said.
pub struct Compiled {
    pub bindings: BTreeSet<String>,
    pub callers: BTreeSet<String>,
    pub told: String,
}

impl Scratch {
    pub fn new(name: &str) -> Self {
        let root = super::workspace(name, "*");
        let overlays = tempfile::tempdir().unwrap();
        fs::create_dir_all(overlays.path().join("openapi/overlays")).unwrap();
        for overlay in layout::OVERLAYS {
            let text =
                "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: $.info, update: {}}]}";
            fs::write(overlays.path().join(overlay), text).unwrap();
        }
        Self { root, overlays }
    }

    /// Adds the bindings of a document, and a program for which they are `bindings`.
    pub fn add(&self, name: &str, document: &Value, program: &str) {
        let own = layout::own_root().join("pod-api");
        let package = self.root.join(name);
        fs::create_dir_all(package.join("src/generated")).unwrap();
        fs::create_dir_all(package.join("examples")).unwrap();
        for entry in fs::read_dir(own.join("src")).unwrap() {
            let file = entry.unwrap().path();
            if file.is_file() {
                fs::copy(&file, package.join("src").join(file.file_name().unwrap())).unwrap();
            }
        }
        let mut manifest: toml::Table = read(&own.join("Cargo.toml")).parse().unwrap();
        for unused in ["dev-dependencies", "lints"] {
            manifest.remove(unused);
        }
        let about = manifest["package"].as_table_mut().unwrap();
        about.insert("name".into(), name.into());
        about.remove("readme");
        fs::write(package.join("Cargo.toml"), manifest.to_string()).unwrap();
        let imports = format!("use {name} as bindings;\n");
        let caller = match program.split_once('\n') {
            Some((attributes, rest)) if attributes.starts_with("#!") => {
                format!("{attributes}\n{imports}{rest}")
            }
            _ => format!("{imports}{program}").replace("//! ", "// "),
        };
        fs::write(package.join("examples").join(format!("call_{name}.rs")), caller).unwrap();

        let generated =
            generate::from(self.overlays.path(), document.clone(), layout::DOCUMENT, &Engine::Thread);
        let generated = generated.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        for artifact in generated.artifacts {
            // The crate around it stands already, under the name of the case.
            if artifact.path.starts_with(layout::GENERATED)
                && let Ok(file) = artifact.path.strip_prefix("pod-api")
            {
                fs::write(package.join(file), artifact.text).unwrap();
            }
        }
    }

    pub fn check(&self) -> Compiled {
        // One package's features must not come from another's.
        let output = super::cargo(&self.root)
            .args(["check", "--workspace", "--lib", "--examples", "--no-default-features"])
            .args(["--keep-going", "--offline", "--message-format", "json"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut compiled =
            Compiled { bindings: BTreeSet::new(), callers: BTreeSet::new(), told: String::new() };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default();
            match message["reason"].as_str() {
                Some("compiler-artifact") => match name.strip_prefix("call_") {
                    Some(name) => drop(compiled.callers.insert(name.to_owned())),
                    None => drop(compiled.bindings.insert(name.to_owned())),
                },
                Some("compiler-message") if message["message"]["level"] == "error" => {
                    let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
                    compiled.told.push_str(&format!("{name}: {rendered}\n"));
                }
                _ => {}
            }
        }
        if compiled.bindings.is_empty() {
            compiled.told.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        compiled
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
