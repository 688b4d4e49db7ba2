//! A schema of Swagger 2.0 or OpenAPI 3.0 as OpenAPI 3.1 writes it.

use serde_json::{Map, Value, json};

use super::Report;
use super::grammar::{self, Kind, is_extension};
use super::read::Dialect;
use crate::pointer::Pointer;
use crate::report::Fate;

/// Raises a schema and all schemas in it.
pub fn raise(schema: &mut Value, at: &Pointer, dialect: Dialect, report: &mut Report) {
    grammar::rewrite(Kind::Schema, schema, at, &mut |kind, object, at| {
        if kind == Kind::Schema {
            raise_one(object, at, dialect, report);
        }
    });
}

/// Raises a schema without the schemas in it.
pub fn raise_one(schema: &mut Map<String, Value>, at: &Pointer, dialect: Dialect, report: &mut Report) {
    if let Some(example) = schema.remove("example") {
        schema.entry("examples").or_insert_with(|| json!([example]));
    }
    if schema.get("$ref").is_some_and(Value::is_string) {
        alone(schema, at, report);
        return;
    }
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if let Some(Value::Bool(is_exclusive)) = schema.get(exclusive) {
            let is_exclusive = *is_exclusive;
            schema.remove(exclusive);
            if is_exclusive && let Some(value) = schema.remove(limit) {
                schema.insert(exclusive.to_owned(), value);
            }
        }
    }
    if let Some(Value::Bool(_)) = schema.get("required") {
        schema.remove("required");
        report.note(
            at.join("required"),
            Fate::Dropped,
            "a schema lists the names of its required properties; a truth value says nothing there",
        );
    }
    if dialect == Dialect::Swagger2 {
        if let Some(Value::String(property)) = schema.get("discriminator") {
            let discriminator = json!({ "propertyName": property });
            schema.insert("discriminator".to_owned(), discriminator);
        }
        // How a parameter is written is raised with the parameter.
        if schema.remove("collectionFormat").is_some() {
            report.note(
                at.join("collectionFormat"),
                Fate::Dropped,
                "how a list is written: OpenAPI 3 says it of a whole parameter, and of no schema",
            );
        }
        if schema.get("type").is_some_and(|kind| kind == "file") {
            schema.insert("type".to_owned(), "string".into());
            schema.insert("format".to_owned(), "binary".into());
        }
    }
    nullable(schema, at, report);
}

/// A reference stands alone in these versions: whatever is beside it is ignored. In 3.1 it counts,
/// so it goes; words may stay.
fn alone(schema: &mut Map<String, Value>, at: &Pointer, report: &mut Report) {
    let words =
        |name: &str| ["$ref", "description", "examples", "title"].contains(&name) || is_extension(name);
    let ignored: Vec<_> = schema.keys().filter(|name| !words(name)).cloned().collect();
    if !ignored.is_empty() {
        schema.retain(|name, _| words(name));
        report.note(
            at.clone(),
            Fate::Dropped,
            format!(
                "ignored beside a $ref before OpenAPI 3.1: {}; add it in an overlay if it is meant",
                ignored.join(", ")
            ),
        );
    }
}

/// Members that say nothing of which values are allowed, and so stay where they are.
const ANNOTATIONS: [&str; 8] =
    ["default", "deprecated", "description", "examples", "externalDocs", "readOnly", "title", "writeOnly"];

/// `nullable` becomes a type, or a branch of its own. By the letter it allows null only where a `type` stands beside
/// it, and nothing more; whoever writes it beside a reference in an `allOf` means null all the same.
fn nullable(schema: &mut Map<String, Value>, at: &Pointer, report: &mut Report) {
    let words = ["nullable", "x-nullable"];
    let is_nullable = words.iter().any(|word| schema.get(*word) == Some(&Value::Bool(true)));
    for word in words {
        schema.remove(word);
    }
    if !is_nullable {
        return;
    }
    let meant = "`nullable` is meant here, though by the letter it says nothing: null is allowed";
    if ["allOf", "anyOf", "oneOf"].iter().any(|word| schema.contains_key(*word)) {
        or_null(schema);
        report.note(at.clone(), Fate::Widened, meant);
        return;
    }
    match schema.get_mut("type") {
        Some(Value::Array(types)) => {
            if !types.iter().any(|t| t == "null") {
                types.push("null".into());
            }
            return;
        }
        Some(kind) => {
            *kind = json!([kind.take(), "null"]);
            return;
        }
        None => {}
    }
    match schema.get_mut("enum") {
        Some(Value::Array(values)) if values.contains(&Value::Null) => {}
        Some(Value::Array(values)) => {
            values.push(Value::Null);
            report.note(at.clone(), Fate::Widened, meant);
        }
        _ => report.note(
            at.clone(),
            Fate::Dropped,
            "`nullable` says nothing without a `type` beside it; add null in an overlay if it is \
             meant",
        ),
    }
}

/// Makes a schema one that allows null beside what it allows.
fn or_null(schema: &mut Map<String, Value>) {
    let (outer, inner): (Map<_, _>, Map<_, _>) = std::mem::take(schema)
        .into_iter()
        .partition(|(name, _)| ANNOTATIONS.contains(&name.as_str()) || is_extension(name));
    let only = inner.iter().next().filter(|_| inner.len() == 1);
    let mut branches = match only.map(|(name, parts)| (name.as_str(), parts)) {
        Some(("anyOf", Value::Array(branches))) => branches.clone(),
        Some(("allOf", Value::Array(parts))) if parts.len() == 1 => parts.clone(),
        _ => vec![inner.into()],
    };
    branches.push(json!({ "type": "null" }));
    *schema = outer;
    schema.insert("anyOf".to_owned(), branches.into());
}
