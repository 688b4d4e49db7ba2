//! The crate around the generated code, for a workspace that has none yet.
//!
//! Generated code leans on a few hand-written modules that know no operation. They are copied from the
//! crate beside this one, with a manifest that stands on its own and without the words about Symphony.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use toml::{Table, Value};

use crate::artifact::Artifact;
use crate::layout;

const MANIFEST: &str = "pod-api/Cargo.toml";
const SOURCES: &str = "pod-api/src";
const ROOT_MODULE: &str = "lib.rs";

/// The files that a workspace without a manifest of the crate needs besides the generated ones; none
/// if it has one.
///
/// # Errors
/// The crate beside this one cannot be read.
pub fn missing(root: &Path) -> Result<Vec<Artifact>> {
    if root.join(MANIFEST).exists() {
        return Ok(Vec::new());
    }
    let own = layout::own_root();
    let mut artifacts =
        vec![Artifact::new(MANIFEST, manifest(&read(&own, "Cargo.toml")?, &read(&own, MANIFEST)?)?)];
    let folder = own.join(SOURCES);
    let sources = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for source in sources {
        let name = source?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rs") {
            let path = format!("{SOURCES}/{name}");
            let text = read(&own, &path)?;
            let text = if name == ROOT_MODULE { without_words(&text) } else { text };
            artifacts.push(Artifact::new(path, text));
        }
    }
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

fn read(root: &Path, path: &str) -> Result<String> {
    let path = root.join(path);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The manifest with everything that it takes from the workspace written out.
fn manifest(workspace: &str, manifest: &str) -> Result<String> {
    let workspace: Table = workspace.parse().context("Cargo.toml is not a manifest")?;
    let mut manifest: Table = manifest.parse().with_context(|| format!("{MANIFEST} is not a manifest"))?;
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
        // What is said of one API only.
        ["documentation", "readme", "keywords", "categories"]
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
    let code = text.lines().skip_while(|line| line.starts_with("//!") || line.starts_with("#![")).skip(1);
    let code = code.take_while(|line| !line.contains("README"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    format!("//! Typed client, generated from an OpenAPI document.\n\n{}\n", code.trim_end())
}
