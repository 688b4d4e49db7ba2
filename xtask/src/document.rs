//! Reading a document and walking its operations.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// The members of a path item that are operations.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Reads a JSON document.
///
/// # Errors
/// The file cannot be read or is not a JSON object.
pub fn read(path: &Path) -> Result<Value> {
    let name = path.display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {name}"))?;
    let document: Value =
        serde_json::from_slice(&bytes).with_context(|| format!("{name} is not a JSON document"))?;
    if !document.is_object() {
        bail!("{name} is not an OpenAPI document: its top level is not an object");
    }
    Ok(document)
}

/// One operation of a document.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// Where it stands.
    pub pointer: Pointer,
    /// The path template, such as `/v1/user/{uid}`.
    pub path: &'a str,
    /// The method in lower case.
    pub method: &'static str,
    /// The path item that it belongs to.
    pub item: &'a Value,
    /// The Operation Object.
    pub value: &'a Value,
}

impl Operation<'_> {
    /// The method and the path, such as `GET /v1/user/{uid}`.
    #[must_use]
    pub fn request(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }
}

/// The operations of a document, in the order of the document's paths.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let place = Pointer::root().join("paths").join(path);
        METHODS.into_iter().filter_map(move |method| {
            let value = item.get(method)?;
            Some(Operation { pointer: place.join(method), path, method, item, value })
        })
    })
}

/// Adds the places in the document to which something refers, wherever that stands inside of `value`.
pub(crate) fn references(value: &Value, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(Pointer::from_local_ref));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => (),
    }
}

/// Whether there is such an object anywhere inside of `value`.
pub(crate) fn has_object(value: &Value, is_such: &impl Fn(&Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(members) => {
            is_such(members) || members.values().any(|value| has_object(value, is_such))
        }
        Value::Array(items) => items.iter().any(|value| has_object(value, is_such)),
        _ => false,
    }
}

/// The number of members and items in a value, itself included.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// What a Reference Object stands for; anything else is itself.
#[must_use]
pub fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    // References to references end; a chain that goes in circles stands for nothing anyway.
    for _ in 0..16 {
        let target = value.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        match target.and_then(|target| target.get(document)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}
