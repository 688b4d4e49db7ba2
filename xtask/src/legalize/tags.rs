//! Unions whose branches are told apart by a tag, where the generator would give two branches one name.
//!
//! It takes for a tag the only property of an object, or a property that has one value in each branch. A
//! branch that says how many properties it has at least has no tag, so the union is tried branch by branch.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::claims::{PlainObject, plain_object};
use super::draft::Draft;
use super::{rust, walk};
use crate::report::{Fate, Note};

/// Takes the tag from unions in which it does not tell the branches apart.
pub(super) fn take_vain(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        for keyword in ["oneOf", "anyOf"] {
            let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { continue };
            let is_vain = branches.len() > 1 && (is_vain_by_name(branches) || is_vain_by_value(branches));
            let Some(Value::Array(branches)) = schema.get_mut(keyword).filter(|_| is_vain) else { continue };
            let Some(Value::Object(object)) =
                branches.iter_mut().find(|branch| branch.get("properties").is_some())
            else {
                continue;
            };
            let required = object.get("required").and_then(Value::as_array).map_or(0, Vec::len);
            object.insert("minProperties".into(), json!(required));
            let text = "the branches are tried in turn: by their tags, two would have one name in Rust";
            notes.push(Note { pointer: place.join(keyword), fate: Fate::Exact, text: text.into() });
        }
    });
}

/// Whether each branch is a value or has one property, and two of these have one name, or one has none.
fn is_vain_by_name(branches: &[Value]) -> bool {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut is_vain = false;
    let mut has_object = false;
    for branch in branches.iter().filter_map(Value::as_object) {
        let tags: Vec<&str> = match string_values(branch) {
            Some(values) => values,
            None => match plain_object(branch) {
                Some(PlainObject { properties, required, .. })
                    if properties.len() == 1 && required.len() == 1 =>
                {
                    has_object = true;
                    is_vain |= properties != required;
                    properties
                }
                _ => return false,
            },
        };
        for tag in tags {
            is_vain |= !names.insert(rust::type_name(tag));
        }
    }
    is_vain && has_object
}

fn string_values(branch: &Map<String, Value>) -> Option<Vec<&str>> {
    branch.get("enum")?.as_array()?.iter().map(Value::as_str).collect()
}

/// Whether each branch is an object of a tag and one other property, and two have the same tag.
fn is_vain_by_value(branches: &[Value]) -> bool {
    let objects: Option<Vec<PlainObject<'_>>> =
        branches.iter().map(|branch| branch.as_object().and_then(plain_object)).collect();
    let Some(objects) = objects else { return false };
    let properties: BTreeSet<&str> = objects.iter().flat_map(|o| o.properties.iter().copied()).collect();
    let is_one_of_two = objects.iter().all(|object| object.required.len() == object.properties.len());
    is_one_of_two
        && properties.len() == 2
        && properties.iter().any(|tag| {
            let values: Option<Vec<&str>> = objects.iter().map(|object| object.constant(tag)).collect();
            values.is_some_and(|values| values.iter().collect::<BTreeSet<_>>().len() < values.len())
        })
}
