//! A schema of JSON Schema 2020-12 to a Schema Object of OpenAPI 3.0.3, in the order in which the rewrites build
//! on each other.

use serde_json::{Map, Value};

use crate::lower::draft::Draft;
use crate::lower::keywords::never;
use crate::lower::table::Kind;
use crate::lower::walk::{Walk, described};
use crate::lower::{
    arrays, bounds, conditions, constants, content, dialect, nulls, properties, types, unions,
};
use crate::pointer::Pointer;
use crate::report::Fate;

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
    check_types(walk, members, at);
    let (lowered, wider) = parts(walk, members, at);
    let apart = wider.iter().any(|key| key == "oneOf")
        && lowered.get("oneOf").and_then(Value::as_array).is_some_and(|branches| walk.disjoint.all(branches));
    let conditional = conditions::named(walk.document, members);
    let is_part = at.parent().and_then(|parent| parent.last()).is_some_and(|keyword| keyword == "allOf");
    let mut draft = Draft::new(lowered, wider, at, &mut walk.notes);
    dialect::remove_identifiers(&mut draft);
    content::rewrite(&mut draft);
    bounds::rewrite(&mut draft);
    arrays::rewrite(&mut draft, members);
    properties::rewrite(&mut draft, members);
    conditions::keep(&mut draft, conditional, is_part);
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
            walk.known(Kind::Schema, key, value, at)
        };
        lowered.extend(part.map(|part| (key.clone(), part)));
        if walk.wider {
            wider.push(key.clone());
        }
    }
    (walk.wider, walk.in_place) = outer;
    (lowered, wider)
}

/// Refuses names that are no types.
fn check_types(walk: &mut Walk<'_>, members: &Map<String, Value>, at: &Pointer) {
    let Some(types) = members.get("type") else { return };
    let names = match types {
        Value::Array(names) => names.as_slice(),
        one => std::slice::from_ref(one),
    };
    if names.is_empty() {
        walk.refuse(
            &at.join("type"),
            "`type` is an empty list, which no value fits; name the types or remove it.",
        );
    }
    for name in names.iter().filter_map(Value::as_str) {
        if types::Type::parse(name).is_none() {
            walk.refuse(&at.join("type"), format!("`{name}` is no type; the types are null, boolean, integer, number, string, array and object."));
        }
    }
}
