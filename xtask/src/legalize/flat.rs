//! An object that `allOf` makes of several, written out as one.
//!
//! What two parts say of one property has no place of its own, so it cannot be given a name. Written out,
//! it has one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::resolved;
use crate::pointer::Pointer;

type Schema = Map<String, Value>;

/// The object at `place`, with all that its parts say of its properties; none if they say more than that.
pub(super) fn written_out(document: &Value, place: &Pointer) -> Option<Value> {
    let schema = place.get(document)?.as_object()?;
    let mut parts = Vec::new();
    collect(document, schema, &mut parts, DEPTH)?;
    let mut properties: BTreeMap<&String, Vec<&Value>> = BTreeMap::new();
    let mut required: Vec<&Value> = Vec::new();
    for part in parts {
        for (name, property) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let known = properties.entry(name).or_default();
            if !known.contains(&property) {
                known.push(property);
            }
        }
        for name in part.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !required.contains(&name) {
                required.push(name);
            }
        }
    }
    let properties: Schema = properties
        .into_iter()
        .map(|(name, all)| match all.as_slice() {
            [only] => (name.clone(), (*only).clone()),
            _ => (name.clone(), json!({"allOf": all})),
        })
        .collect();
    let mut whole = schema.clone();
    whole.remove("allOf");
    whole.insert("type".into(), json!("object"));
    whole.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        whole.insert("required".into(), json!(required));
    }
    Some(Value::Object(whole))
}

/// Deeper parts have themselves inside.
const DEPTH: usize = 32;

/// The parts, if each is a plain object.
fn collect<'a>(
    document: &'a Value,
    schema: &'a Schema,
    parts: &mut Vec<&'a Schema>,
    depth: usize,
) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let is_plain = schema.iter().all(|(keyword, value)| match keyword.as_str() {
        "type" => value == "object",
        "additionalProperties" => *value == json!(true),
        "properties" | "required" | "allOf" | "title" | "description" | "nullable" | "default"
        | "example" => true,
        "deprecated" | "readOnly" | "writeOnly" | "externalDocs" | "xml" => true,
        other => other.starts_with("x-"),
    });
    if !is_plain {
        return None;
    }
    parts.push(schema);
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        collect(document, resolved(document, part).as_object()?, parts, depth)?;
    }
    Some(())
}
