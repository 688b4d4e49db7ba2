//! A schema of JSON Schema 2020-12 to a Schema Object of OpenAPI 3.0.3, in the order in which the rewrites build
//! on each other.

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;
use crate::lower::walk::{Walk, described};
use crate::lower::{arrays, bounds, constants, content, dialect, nulls, properties, types, unions};
use crate::pointer::Pointer;
use crate::report::Fate;

/// The keywords that say nothing about which values are allowed, in 3.0.
pub(super) const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "discriminator",
    "xml",
    "externalDocs",
    "format",
];

/// The keywords whose schemas describe the same value as the schema that they are in.
const IN_PLACE: [&str; 4] = ["allOf", "anyOf", "oneOf", "not"];

pub(super) fn lower(walk: &mut Walk<'_>, value: &Value, at: &Pointer) -> Option<Map<String, Value>> {
    let members = match value {
        Value::Object(members) => members,
        Value::Bool(true) => {
            walk.note(Fate::Exact, at, "`true` is written as a schema without keywords.");
            return Some(Map::new());
        }
        Value::Bool(false) => {
            walk.note(Fate::Exact, at, "`false` is written as the opposite of a schema without keywords.");
            return Some(never());
        }
        _ => {
            walk.refuse(at, format!("{} where a schema is due; correct it.", described(value)));
            return None;
        }
    };
    dialect::check(walk, members, "$schema", at);
    types::check(walk, members, at);
    let (lowered, wider) = parts(walk, members, at);
    let apart = wider.iter().any(|key| key == "oneOf")
        && lowered.get("oneOf").and_then(Value::as_array).is_some_and(|branches| walk.disjoint.all(branches));
    let mut draft = Draft::new(lowered, wider, at, &mut walk.notes);
    dialect::remove_identifiers(&mut draft);
    content::rewrite(&mut draft);
    bounds::rewrite(&mut draft);
    arrays::rewrite(&mut draft, members);
    properties::rewrite(&mut draft, members);
    constants::rewrite(&mut draft);
    let null_is_meant = nulls::take_left_over(&mut draft);
    unions::rewrite(&mut draft, apart);
    types::rewrite(&mut draft);
    nulls::finish(&mut draft, null_is_meant);
    let (lowered, wider, widened) = draft.finish();
    if widened {
        walk.mark_wider();
    }
    walk.wider |= wider;
    Some(lowered)
}

/// The schema that no value fits.
pub(super) fn never() -> Map<String, Value> {
    Map::from_iter([("not".to_owned(), json!({}))])
}

/// The members with everything below them lowered, and the names of those that were widened.
fn parts(
    walk: &mut Walk<'_>,
    members: &Map<String, Value>,
    at: &Pointer,
) -> (Map<String, Value>, Vec<String>) {
    let outer = (walk.wider, walk.in_place);
    let mut lowered = Map::new();
    let mut wider = Vec::new();
    for (key, value) in members {
        if key.starts_with("x-") {
            lowered.insert(key.clone(), value.clone());
            continue;
        }
        walk.wider = false;
        walk.in_place = outer.1 && IN_PLACE.contains(&key.as_str());
        let part = if key == "$ref" {
            walk.in_place = outer.1;
            if walk.leads_nowhere(at, "any value is read") {
                None
            } else {
                walk.target_of(value, at).map(|target| Value::String(target.reference()))
            }
        } else {
            walk.known(crate::lower::table::Kind::Schema, key, value, at)
        };
        lowered.extend(part.map(|part| (key.clone(), part)));
        if walk.wider {
            wider.push(key.clone());
        }
    }
    (walk.wider, walk.in_place) = outer;
    (lowered, wider)
}

/// 3.0 ignores what stands beside `$ref`; inside `allOf` the reference may have neighbours.
pub(super) fn free_reference(members: &mut Map<String, Value>) {
    if members.len() < 2 {
        return;
    }
    let Some(reference) = members.remove("$ref") else { return };
    let reference = json!({"$ref": reference});
    match members.get_mut("allOf") {
        Some(Value::Array(all)) => all.insert(0, reference),
        _ => {
            members.insert("allOf".to_owned(), json!([reference]));
        }
    }
}
