//! Components that may be null.
//!
//! The generator makes a type for a component, and an `Option` around it where null is allowed. A component that allows
//! null would need to be both. So the component loses null, and every reference to it allows null.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::answers::VARIANTS;
use super::draft::Draft;
use super::walk::{self, is_null};
use crate::pointer::Pointer;
use crate::report::Fate;

/// Moves null from components to their uses.
pub(super) fn move_to_uses(draft: &mut Draft) {
    let nullable = nullable_components(&draft.document);
    for place in &nullable {
        if let Some(Value::Object(schema)) = draft.at(place) {
            forbid(schema);
        }
        draft.note(
            place.clone(),
            Fate::Exact,
            "null is allowed where this is used, so that it has a type of its own",
        );
    }
    let is_component =
        |place: &Pointer| place.parent().is_some_and(|parent| parent.as_str() == "/components/schemas");
    walk::schemas(&mut draft.document, &mut |place, schema| {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.values_mut().for_each(|property| allow(property, &nullable));
        }
        for keyword in ["items", "additionalProperties"] {
            schema.get_mut(keyword).into_iter().for_each(|inner| allow(inner, &nullable));
        }
        let is_union_of_answers = schema.contains_key(VARIANTS);
        if is_union_of_answers && let Some(Value::Array(branches)) = schema.get_mut("oneOf") {
            branches.iter_mut().for_each(|branch| allow(branch, &nullable));
        }
        if !is_component(place) && !is_union_of_answers && !allows(schema, &BTreeSet::new()) {
            let allows_by_reference = allows(schema, &nullable) && !schema.contains_key("$ref");
            if allows_by_reference {
                schema.insert("nullable".into(), json!(true));
            }
        }
    });
    for operation in draft.operations() {
        for place in bodies(&draft.document, &operation) {
            if let Some(schema) = draft.at(&place) {
                allow(schema, &nullable);
            }
        }
    }
}

/// The schemas of an operation's body and answers.
fn bodies(document: &Value, operation: &Pointer) -> Vec<Pointer> {
    let mut bodies = vec![operation.join("requestBody")];
    let responses = operation.join("responses");
    let statuses = responses.get(document).and_then(Value::as_object).into_iter().flatten();
    bodies.extend(statuses.map(|(status, _)| responses.join(status)));
    let content = bodies.into_iter().map(|body| body.join("content"));
    let schemas = content.flat_map(|content| {
        let media = content.get(document).and_then(Value::as_object).into_iter().flatten();
        media.map(|(name, _)| content.join(name).join("schema")).collect::<Vec<_>>()
    });
    schemas.collect()
}

/// The components that allow null, and have a type without it.
fn nullable_components(document: &Value) -> BTreeSet<Pointer> {
    let place = Pointer::root().join("components").join("schemas");
    let schemas: Vec<(Pointer, &Map<String, Value>)> = place
        .get(document)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| Some((place.join(name), schema.as_object()?)))
        .collect();
    let mut found = BTreeSet::new();
    // An alias of one that allows null allows it too.
    loop {
        let before = found.len();
        for (place, schema) in &schemas {
            if allows(schema, &found) {
                found.insert(place.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a schema has a type, and null besides. `nullable` are the components of which that is known.
pub(super) fn allows(schema: &Map<String, Value>, nullable: &BTreeSet<Pointer>) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Pointer::from_local_ref(reference).is_some_and(|target| nullable.contains(&target));
    }
    let values = schema.get("enum").and_then(Value::as_array);
    if let Some(values) = values {
        return values.iter().any(Value::is_null) && !values.iter().all(Value::is_null);
    }
    let says_more = schema.keys().any(|keyword| TYPED.contains(&keyword.as_str()));
    if schema.get("nullable") == Some(&json!(true)) {
        return says_more;
    }
    let branches = |keyword| {
        let branches = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        branches.filter_map(Value::as_object).collect::<Vec<_>>()
    };
    let all_of = branches("allOf");
    let any_of = [branches("anyOf"), branches("oneOf")].concat();
    let is_plain = !schema.contains_key(VARIANTS) && !schema.contains_key("type");
    is_plain
        && (all_of.is_empty() || all_of.iter().all(|branch| allows(branch, nullable)))
        && (any_of.is_empty() || any_of.iter().any(|branch| is_null(branch) || allows(branch, nullable)))
        && !(all_of.is_empty() && any_of.is_empty())
}

/// Keywords of which the generator makes a type.
const TYPED: [&str; 9] =
    ["type", "enum", "properties", "required", "additionalProperties", "items", "allOf", "anyOf", "oneOf"];

/// Takes null away, wherever the schema itself allows it.
pub(super) fn forbid(schema: &mut Map<String, Value>) {
    schema.remove("nullable");
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = schema.get_mut(keyword) {
            branches.retain(|branch| !branch.as_object().is_some_and(is_null));
            branches.iter_mut().filter_map(Value::as_object_mut).for_each(forbid);
        }
    }
}

/// Allows null beside a reference to a component that allowed it.
fn allow(schema: &mut Value, nullable: &BTreeSet<Pointer>) {
    if schema.as_object().is_some_and(|schema| schema.contains_key("$ref") && allows(schema, nullable)) {
        *schema = json!({"allOf": [schema.take()], "nullable": true});
    }
}
