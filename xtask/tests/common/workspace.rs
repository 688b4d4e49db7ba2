//! Copies of this workspace, and new versions of its document.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::artifact;
use xtask::bump::{self, Bump, Options, Version};
use xtask::document::{self, METHODS};
use xtask::engine::Engine;
use xtask::layout;
use xtask::vendor::Input;

/// What is no part of the workspace.
const OTHERS: [&str; 2] = [".git", "target"];

/// Copies the workspace to a folder.
pub fn copy(to: &Path) {
    copy_folder(&layout::own_root(), to);
}

/// Copies a folder, but for what is built.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, path) = (entry.file_name(), entry.path());
        if OTHERS.iter().any(|other| name == *other) {
            continue;
        }
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Every file below a folder with its text. Names have slashes on every system.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if OTHERS.iter().any(|other| entry.file_name() == *other) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let parts = path.strip_prefix(root).unwrap().iter().map(|part| part.to_str().unwrap());
                found.insert(parts.collect::<Vec<_>>().join("/"), fs::read(&path).unwrap());
            }
        }
    }
    found
}

pub fn vendored(root: &Path) -> Value {
    document::read(&root.join(layout::DOCUMENT)).unwrap()
}

fn input(document: &Value) -> Input {
    Input { name: "next.json".to_owned(), bytes: document.to_string().into_bytes() }
}

/// What is new in a document.
pub fn compare(root: &Path, document: &Value) -> Version {
    bump::read(root, &[input(document)], &Options::default(), &Engine::Thread).unwrap()
}

/// What taking in a document would come to.
pub fn read(root: &Path, document: &Value, options: &Options) -> anyhow::Result<(Version, Bump)> {
    let version = bump::read(root, &[input(document)], options, &Engine::Thread)?;
    let bump = version.bump(root, options, &Engine::Thread)?;
    Ok((version, bump))
}

/// Takes a document in.
pub fn take_in(root: &Path, document: &Value, options: &Options) -> anyhow::Result<(Version, Bump)> {
    let (version, bump) = read(root, document, options)?;
    artifact::write(root, &bump.stale)?;
    Ok((version, bump))
}

/// The files that a person has not written: a new version may change these and no others.
pub fn is_written_by_the_command(name: &str) -> bool {
    let folders = ["pod-api/src/generated/", "pod-api/tests/generated/"];
    let files = [
        layout::DOCUMENT,
        layout::SOURCE,
        layout::FAKE,
        layout::LOWERED,
        layout::LOWERING,
        layout::FAKE,
        "Cargo.toml",
        "Cargo.lock",
        "pod-api/Cargo.toml",
        "pod-api/CHANGELOG.md",
        "pod-api-ext/Cargo.toml",
        "pod-api-ext/CHANGELOG.md",
    ];
    files.contains(&name) || folders.iter().any(|folder| name.starts_with(folder))
}

/// An answer with a schema.
pub fn answer(schema: Value) -> Value {
    json!({"description": "OK", "content": {"application/json": {"schema": schema}}})
}

pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Puts an operation into a document that nobody knows: `GET` of a path with a type of its own.
pub fn add_operation(document: &mut Value, path: &str, name: &str) {
    document["paths"][path] = json!({"get": {
        "tags": ["Connection"],
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": {"200": answer(reference(name))},
    }});
    document["components"]["schemas"][name] = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": ["LARGE", "SMALL"]},
            "owner": reference("UserConnection"),
        },
    });
}

/// A way in which a document grows: its name, what a changelog says of it, and the change.
pub type Addition = (&'static str, &'static str, fn(&mut Value));

/// The ways in which a document grows.
pub fn additions() -> Vec<Addition> {
    const LIST: &str = "/v1/connection/list";
    vec![
        ("operation", "`GET /v1/depot/{id}` added", |document| {
            document["paths"]["/v1/depot/{id}"] = json!({"get": {
                "tags": ["Connection"],
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": answer(reference("UserConnection")), "404": answer(reference("Error"))},
            }});
        }),
        ("type", "Type `Warehouse` added", |document| {
            add_operation(document, "/v1/warehouse/{id}", "Warehouse");
        }),
        ("tag", "`DELETE /v1/yard/{id}` added", |document| {
            document["paths"]["/v1/yard/{id}"] = json!({"delete": {
                "tags": ["Yards & more"],
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "responses": {"204": {"description": "No Content"}},
            }});
        }),
        ("status", "`GET /v1/connection/list`", |document| {
            document["paths"][LIST]["get"]["responses"]["429"] = answer(reference("Error"));
        }),
        ("value of an enum", "\"BLOCKED\" added", |document| {
            let status = &mut document["components"]["schemas"]["UserConnection"]["properties"]["status"];
            status["enum"].as_array_mut().unwrap().push("BLOCKED".into());
        }),
        ("property", "property `colour` added", |document| {
            let properties = &mut document["components"]["schemas"]["UserConnection"]["properties"];
            properties["colour"] = json!({"type": "string"});
        }),
        ("parameter", "`newerThan` added", |document| {
            let parameters = document["paths"][LIST]["get"]["parameters"].as_array_mut().unwrap();
            let schema = json!({"type": "integer", "format": "int64"});
            parameters.push(json!({"name": "newerThan", "in": "query", "schema": schema}));
        }),
    ]
}

/// The document with the operations that hand-written code relies on, and two that nobody uses. What it takes to
/// generate it is a small part of what the whole takes.
pub fn small(document: &mut Value) {
    let names = fs::read_to_string(layout::own_root().join(layout::NAMES)).unwrap();
    let names: Value = serde_saphyr::from_str(&names).unwrap();
    let used = names["actions"].as_array().unwrap().iter().filter(|action| action.get("x-used-by").is_some());
    let paths: BTreeSet<String> = used
        .map(|action| action["target"].as_str().unwrap().split('\'').nth(1).unwrap().to_owned())
        .collect();
    assert!(paths.len() > 5, "{paths:?}");
    document["paths"].as_object_mut().unwrap().retain(|path, item| {
        item.as_object_mut().unwrap().retain(|member, _| METHODS.contains(&member.as_str()));
        paths.contains(path)
    });
    add_operation(document, "/v1/spare/{id}", "Spare");
    add_operation(document, "/v1/other/{id}", "Other");
}
