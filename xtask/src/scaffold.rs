//! Sets up the crate around the generated code, for a workspace that has none yet.
//!
//! Generated code and generated tests call a few hand-written modules that are independent of single operations. They
//! are copied from the crate beside this one, with another example of an address. The manifest is written without the
//! workspace of this crate, and the root module without the documentation of Symphony's API.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use crate::artifact::Artifact;
use crate::layout;

const MANIFEST: &str = "pod-api/Cargo.toml";
const ROOT_MODULE: &str = "pod-api/src/lib.rs";
/// The names of headers. It may be changed for another API, so it is not compared.
const HEADERS: &str = "pod-api/src/headers.rs";
/// Addresses in examples and messages, and their replacements for another API.
const EXAMPLES: [(&str, &str); 2] =
    [("acme.symphony.com/pod", "server.example/api"), ("acme.symphony.com", "server.example")];
/// The folders whose modules are copied.
const SOURCES: [&str; 2] = ["pod-api/src", "pod-api/tests/contract"];
/// The test whose modules are in the second of them.
const CONTRACT: &str = "pod-api/tests/contract.rs";
/// In this workspace the tests are a package, which has their dependencies.
const TESTS_MANIFEST: &str = "pod-api/tests/Cargo.toml";
/// The one of them that the copied test needs in addition to the dependencies of the crate.
const NEEDED: &str = "tokio";

/// The files that the crate in a workspace lacks.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// The missing files, apart from the generated ones.
    pub missing: Vec<Artifact>,
    /// Warnings about files that are present.
    pub warnings: Vec<String>,
}

/// Looks at the crate in `root`. A file that is present is never written: it may have been changed on purpose. If a module
/// differs from the one that would be copied, a warning names it, because the generated code was made for the latter.
///
/// # Errors
/// The crate beside this one, or a module of the crate in `root`, cannot be read.
pub fn around(root: &Path) -> Result<Scaffold> {
    let own = layout::own_root();
    let mut missing = Vec::new();
    let mut warnings = Vec::new();
    if !root.join(MANIFEST).exists() {
        let [workspace, own, tests] = ["Cargo.toml", MANIFEST, TESTS_MANIFEST].map(|path| read(&own, path));
        let text = manifest(&workspace?, &own?, &tests?)?;
        missing.push(Artifact::new(MANIFEST, text));
    }
    let mut copied = vec![CONTRACT.to_owned()];
    for folder in SOURCES {
        copied.extend(modules(&own.join(folder))?.into_iter().map(|name| format!("{folder}/{name}")));
    }
    for path in copied {
        let text = read(&own, &path)?;
        let is_root = path == ROOT_MODULE;
        let text = if is_root { without_words(&text) } else { of_no_api(text) };
        if !root.join(&path).exists() {
            missing.push(Artifact::new(path, text));
            continue;
        }
        if path == HEADERS {
            continue;
        }
        let present = read(root, &path)?;
        let present = if is_root { without_words(&present) } else { of_no_api(present) };
        if !present.lines().eq(text.lines()) {
            warnings.push(format!(
                "{path} is not the module that the generated code was made for: compare it with {}, or move it away \
                 and generate again to have that one; if you changed it on purpose, there may be nothing to do",
                own.join(&path).display()
            ));
        }
    }
    Ok(Scaffold { missing, warnings })
}

/// The names of the hand-written modules, sorted.
fn modules(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rs") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn read(root: &Path, path: &str) -> Result<String> {
    let path = root.join(path);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The manifest, with the values that it inherits from the workspace.
fn manifest(workspace: &str, manifest: &str, tests: &str) -> Result<String> {
    let parsed = |text: &str, path: &str| {
        text.parse::<DocumentMut>().with_context(|| format!("{path} is not a manifest"))
    };
    let workspace = parsed(workspace, "Cargo.toml")?;
    let mut manifest = parsed(manifest, MANIFEST)?;
    let tests = parsed(tests, TESTS_MANIFEST)?;
    let shared = |path: &[&str]| -> Result<Item> {
        let mut value = workspace.get("workspace");
        for name in path {
            value = value.and_then(|value| value.get(name));
        }
        value.cloned().ok_or_else(|| anyhow!("Cargo.toml has no workspace.{}", path.join(".")))
    };
    let needed = tests.get("dev-dependencies").and_then(|table| table.get(NEEDED));
    if let (Some(own), Some(needed)) = (table(&mut manifest, "dev-dependencies"), needed) {
        own.insert(NEEDED, needed.clone());
    }
    for name in ["dependencies", "dev-dependencies"] {
        let Some(dependencies) = table(&mut manifest, name) else { continue };
        let names: Vec<_> = dependencies.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let own = dependencies.get(&name).and_then(Item::as_table_like);
            if let Some(own) = own.filter(|own| own.contains_key("workspace")) {
                let merged = merged(&shared(&["dependencies", &name])?, own);
                dependencies.remove(&name);
                dependencies.insert(&name, value(merged));
            }
        }
    }
    if let Some(package) = table(&mut manifest, "package") {
        // For one API, for this workspace, or for publishing.
        for name in ["autotests", "documentation", "readme", "keywords", "categories", "metadata"] {
            package.remove(name);
        }
        for name in ["edition", "rust-version", "license"] {
            package.remove(name);
            package.insert(name, shared(&["package", name])?);
        }
        package.insert("version", value("0.1.0"));
        package.insert("description", value("Typed Rust client, generated from an OpenAPI document"));
        package.insert("publish", value(false));
    }
    manifest.insert("lints", shared(&["lints"])?);
    if let Some(lints) = table(&mut manifest, "lints") {
        // A table keeps its position in the workspace's manifest; without one it comes last.
        lints
            .iter_mut()
            .filter_map(|(_, item)| item.as_table_mut())
            .for_each(|table| table.set_position(None));
    }
    Ok(manifest.to_string())
}

fn table<'m>(manifest: &'m mut DocumentMut, name: &str) -> Option<&'m mut Table> {
    manifest.get_mut(name).and_then(Item::as_table_mut)
}

/// A dependency of the workspace, with what a crate adds to it.
fn merged(shared: &Item, own: &dyn TableLike) -> Value {
    let mut merged = InlineTable::new();
    match shared.as_table_like() {
        Some(table) => merged.extend(values(table)),
        None => merged.extend(shared.as_value().map(|version| ("version", version.clone()))),
    }
    for (name, value) in values(own).filter(|(name, _)| *name != "workspace") {
        match (merged.get_mut(name), value) {
            (Some(Value::Array(features)), Value::Array(more)) => features.extend(more),
            (_, value) => drop(merged.insert(name, value)),
        }
    }
    for (_, value) in merged.iter_mut() {
        if let Value::Array(features) = value {
            features.fmt();
        }
    }
    merged.fmt();
    match merged.get("version") {
        Some(version) if merged.len() == 1 => version.clone(),
        _ => merged.into(),
    }
}

fn values(table: &dyn TableLike) -> impl Iterator<Item = (&str, Value)> {
    table.iter().filter_map(|(name, item)| Some((name, item.as_value()?.clone())))
}

/// The root module without its documentation and the examples of the README.
fn without_words(text: &str) -> String {
    let is_word = |line: &&str| line.is_empty() || line.starts_with("//!") || line.starts_with("#![");
    let code = text.lines().skip_while(is_word).take_while(|line| !line.contains("README"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    format!("//! Typed client, generated from an OpenAPI document.\n\n{}\n", code.trim_end())
}

/// A module without the addresses of Symphony.
fn of_no_api(text: String) -> String {
    EXAMPLES.iter().fold(text, |text, (ours, neutral)| text.replace(ours, neutral))
}
