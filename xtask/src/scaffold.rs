//! The crate around the generated code, for a workspace that has none yet.
//!
//! Generated code leans on a few hand-written modules that know no operation, and so do generated tests. They are
//! copied from the crate beside this one as they are, with a manifest that stands on its own and a root module without
//! the words and examples that are about Symphony.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use toml::{Table, Value};

use crate::artifact::Artifact;
use crate::layout;

const MANIFEST: &str = "pod-api/Cargo.toml";
const ROOT_MODULE: &str = "pod-api/src/lib.rs";
/// The folders whose modules are copied.
const SOURCES: [&str; 2] = ["pod-api/src", "pod-api/tests/contract"];
/// The test that has the second of them as its modules.
const CONTRACT: &str = "pod-api/tests/contract.rs";
/// What the tests need is in a package of their own in this workspace.
const TESTS_MANIFEST: &str = "pod-api/tests/Cargo.toml";
/// What the contract needs of it beside the dependencies of the crate.
const NEEDED: &str = "tokio";

/// What the crate in a workspace lacks.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// The files that are not there, besides the generated ones.
    pub missing: Vec<Artifact>,
    /// What the person who runs it should know of those that are there.
    pub warnings: Vec<String>,
}

/// Looks at the crate in `root`. A file that is there is never written: it may have been changed on purpose. Where a
/// module is not as it would be copied now, a warning names it, because the generated code calls it as it is now.
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
        let text = if is_root { without_words(&text) } else { text };
        if !root.join(&path).exists() {
            missing.push(Artifact::new(path, text));
            continue;
        }
        let present = read(root, &path)?;
        let present = if is_root { without_words(&present) } else { present };
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

/// The manifest with everything that it takes from the workspace written out.
fn manifest(workspace: &str, manifest: &str, tests: &str) -> Result<String> {
    let workspace: Table = workspace.parse().context("Cargo.toml is not a manifest")?;
    let mut manifest: Table = manifest.parse().with_context(|| format!("{MANIFEST} is not a manifest"))?;
    let mut tests: Table = tests.parse().with_context(|| format!("{TESTS_MANIFEST} is not a manifest"))?;
    if let (Some(Value::Table(own)), Some(Value::Table(tests))) =
        (manifest.get_mut("dev-dependencies"), tests.get_mut("dev-dependencies"))
    {
        own.extend(tests.remove(NEEDED).map(|needed| (NEEDED.to_owned(), needed)));
    }
    let shared = |path: &[&str]| -> Result<Value> {
        let mut value = workspace.get("workspace");
        for name in path {
            value = value.and_then(|value| value.get(name));
        }
        value.cloned().ok_or_else(|| anyhow!("Cargo.toml has no workspace.{}", path.join(".")))
    };
    for table in ["dependencies", "dev-dependencies"] {
        let Some(Value::Table(dependencies)) = manifest.get_mut(table) else { continue };
        for (name, dependency) in dependencies.iter_mut() {
            if let Value::Table(own) = dependency
                && own.remove("workspace").is_some()
            {
                *dependency = Value::Table(merged(shared(&["dependencies", name])?, std::mem::take(own)));
            }
        }
    }
    if let Some(Value::Table(package)) = manifest.get_mut("package") {
        for (name, value) in package.iter_mut() {
            if value.get("workspace").is_some() {
                *value = shared(&["package", name])?;
            }
        }
        // What is said of one API only, or of this workspace.
        ["autotests", "documentation", "readme", "keywords", "categories"]
            .iter()
            .for_each(|name| drop(package.remove(*name)));
        package.insert("version".into(), "0.1.0".into());
        package.insert("publish".into(), false.into());
        package.insert("description".into(), "Typed Rust client, generated from an OpenAPI document".into());
    }
    manifest.insert("lints".into(), shared(&["lints"])?);
    Ok(toml::to_string_pretty(&manifest)?)
}

/// What the workspace says of a dependency, with what a crate adds to it.
fn merged(shared: Value, own: Table) -> Table {
    let mut merged = match shared {
        Value::Table(table) => table,
        version => Table::from_iter([("version".to_owned(), version)]),
    };
    for (name, value) in own {
        match (merged.get_mut(&name), value) {
            (Some(Value::Array(features)), Value::Array(more)) => features.extend(more),
            (_, value) => drop(merged.insert(name, value)),
        }
    }
    merged
}

/// The root module without its documentation and the examples of the README.
fn without_words(text: &str) -> String {
    let is_word = |line: &&str| line.is_empty() || line.starts_with("//!") || line.starts_with("#![");
    let code = text.lines().skip_while(is_word).take_while(|line| !line.contains("README"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    format!("//! Typed client, generated from an OpenAPI document.\n\n{}\n", code.trim_end())
}
