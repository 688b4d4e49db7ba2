//! Properties that go one way only: `readOnly` ones come in answers, `writeOnly` ones go in requests.
//!
//! In OpenAPI `required` applies to such a property in its own direction only. The generator makes one type for both
//! directions. So a schema that the other direction can reach does not require the property.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::reach::Reach;
use super::walk;
use crate::document::{has_object, resolved};
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// How deep parts of parts are followed.
const DEPTH: usize = 16;

type Schema = Map<String, Value>;

/// Requires of an answer what comes in answers, and of a request what goes in requests.
pub(super) fn require_in_their_own(draft: &mut Draft) {
    for (keyword, text) in [
        ("readOnly", "comes in answers only, so it is not required: a request has this too"),
        ("writeOnly", "goes in requests only, so it is not required: an answer has this too"),
    ] {
        // A property may have that name, but is a schema.
        if !has_object(&draft.document, &|members| members.get(keyword) == Some(&json!(true))) {
            continue;
        }
        let others = match keyword {
            "readOnly" => Reach::of_requests(&draft.document),
            _ => Reach::of_answers(&draft.document),
        };
        let before = draft.document.clone();
        let Draft { document, notes, .. } = draft;
        walk::schemas(document, &mut |place, schema| {
            if others.has(place) {
                let names = marked(&before, schema, keyword, DEPTH);
                relax(schema, &names, place, &mut |pointer, name| {
                    notes.push(Note { pointer, fate: Fate::Widened, text: format!("`{name}` {text}") });
                });
            }
        });
    }
}

/// The properties of a schema, and of its parts, that say so of themselves.
fn marked(document: &Value, schema: &Schema, keyword: &str, depth: usize) -> BTreeSet<String> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let own = properties.filter(|(_, property)| is_marked(document, property, keyword, DEPTH));
    let mut names: BTreeSet<String> = own.map(|(name, _)| name.clone()).collect();
    if let Some(depth) = depth.checked_sub(1) {
        let parts = parts(schema).filter_map(|part| resolved(document, part).as_object());
        names.extend(parts.flat_map(|part| marked(document, part, keyword, depth)));
    }
    names
}

pub(crate) fn is_marked(document: &Value, property: &Value, keyword: &str, depth: usize) -> bool {
    resolved(document, property).as_object().is_some_and(|property| {
        let mut parts = parts(property);
        property.get(keyword) == Some(&json!(true))
            || depth > 0 && parts.any(|part| is_marked(document, part, keyword, depth - 1))
    })
}

fn parts(schema: &Schema) -> impl Iterator<Item = &Value> {
    walk::branches(schema, "allOf").into_iter().flatten()
}

/// Takes names out of what a schema, and the parts that stand in it, require.
fn relax(
    schema: &mut Schema,
    names: &BTreeSet<String>,
    place: &Pointer,
    note: &mut dyn FnMut(Pointer, &str),
) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| {
            let gone = name.as_str().filter(|name| names.contains(*name));
            gone.into_iter().for_each(|name| note(place.join("required"), name));
            gone.is_none()
        });
        if required.is_empty() {
            schema.remove("required");
        }
    }
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        for (index, part) in parts.iter_mut().enumerate() {
            if let Value::Object(part) = part {
                relax(part, names, &place.join("allOf").join(index), note);
            }
        }
    }
}
