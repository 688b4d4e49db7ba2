//! What the document says of each operation, for the passes that document the code.
//!
//! progenitor makes comments of it, from which it cannot be told again what was said and what was not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::markdown::without_examples;
use crate::document::{operations, resolved};
use crate::legalize::marks::unmarked;
use crate::legalize::rust;

/// Says of an operation that it `reads` or `changes`, where the method does not tell.
const EFFECT: &str = "x-effect";

/// An operation, as the document has it and as it is called in Rust.
#[derive(Debug, Default)]
pub(super) struct Operation {
    /// The name of the client's method.
    pub(super) method: String,
    /// The method on the wire, in upper case.
    pub(super) http_method: String,
    /// The path on the wire.
    pub(super) path: String,
    /// Method and path on the wire, such as `GET /v1/users`.
    pub(super) request: String,
    /// One line without a full stop, or nothing.
    pub(super) summary: String,
    /// Markdown, or nothing.
    pub(super) description: String,
    /// The tag that it is listed under.
    pub(super) tag: Option<String>,
    pub(super) is_deprecated: bool,
    /// Whether it reads, and changes nothing.
    pub(super) reads: bool,
    /// What it takes, by the name of the setter.
    pub(super) parameters: BTreeMap<String, Parameter>,
}

/// A parameter, or the body.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    /// What it is on the wire, such as ``query parameter `limit` ``.
    pub(super) place: String,
    /// Markdown, or nothing.
    pub(super) words: String,
    pub(super) is_required: bool,
    pub(super) is_deprecated: bool,
}

impl Parameter {
    fn of(place: String, value: &Value) -> Self {
        Self {
            place,
            words: without_examples(&text(value, "description")),
            is_required: flag(value, "required"),
            is_deprecated: flag(value, "deprecated"),
        }
    }
}

/// The operations of a document, in its order.
#[derive(Debug)]
pub(super) struct Operations(Vec<Operation>);

impl Operations {
    pub(super) fn of(document: &Value) -> Self {
        let all = operations(document).map(|operation| {
            let value = operation.value;
            let path = unmarked(operation.path);
            let mut parameters = BTreeMap::new();
            for holder in [operation.item, value] {
                let declared = holder.get("parameters").and_then(Value::as_array);
                for parameter in declared.into_iter().flatten() {
                    let parameter = resolved(document, parameter);
                    let name = text(parameter, "name");
                    let place = format!("{} parameter `{}`", text(parameter, "in"), unmarked(&name));
                    parameters.insert(rust::method_name(&name), Parameter::of(place, parameter));
                }
            }
            if let Some(body) = value.get("requestBody") {
                parameters
                    .insert("body".to_owned(), Parameter::of("body".to_owned(), resolved(document, body)));
            }
            let summary = text(value, "summary").split_whitespace().collect::<Vec<_>>().join(" ");
            Operation {
                method: rust::method_name(&text(value, "operationId")),
                request: format!("{} {path}", operation.method.to_uppercase()),
                http_method: operation.method.to_uppercase(),
                path,
                summary: summary.trim_end_matches(['.', ',', ' ']).to_owned(),
                description: without_examples(&text(value, "description")),
                tag: value.pointer("/tags/0").and_then(Value::as_str).map(str::to_owned),
                is_deprecated: flag(value, "deprecated"),
                reads: reads(operation.method, value),
                parameters,
            }
        });
        Self(all.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.0.iter()
    }

    /// The operations by the names of their methods.
    pub(super) fn by_method(&self) -> BTreeMap<&str, &Operation> {
        self.0.iter().map(|operation| (operation.method.as_str(), operation)).collect()
    }

    /// The operations by the names of their builders.
    pub(super) fn by_builder(&self) -> BTreeMap<String, &Operation> {
        self.0.iter().map(|operation| (rust::type_name(&operation.method), operation)).collect()
    }
}

/// What the document says of the effect; if it says nothing, what the method stands for.
fn reads(method: &str, operation: &Value) -> bool {
    match operation.get(EFFECT).and_then(Value::as_str) {
        Some("reads") => true,
        Some("changes") => false,
        _ => ["get", "head", "options"].contains(&method),
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().trim_end().to_owned()
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}
