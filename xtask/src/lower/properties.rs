//! Properties: 3.0 knows them by name, or all others together.

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;

/// The keywords that can evaluate properties and items from within another schema.
pub(super) const EVALUATORS: [&str; 8] =
    ["$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];

pub(super) fn rewrite(draft: &mut Draft<'_>, original: &Map<String, Value>) {
    unevaluated(draft, original);
    patterns(draft);
    required(draft);
}

/// Where no keyword beside it looks into other schemas, the unevaluated properties are the additional ones.
fn unevaluated(draft: &mut Draft<'_>, original: &Map<String, Value>) {
    const KEY: &str = "unevaluatedProperties";
    let Some(schema) = draft.take(KEY) else { return };
    if draft.has("additionalProperties") {
        draft.exact(KEY, "is left out: `additionalProperties` leaves none unevaluated.");
    } else if EVALUATORS.iter().any(|key| original.contains_key(*key)) {
        draft.widen(KEY, "is left out: it only restricts.");
    } else {
        let schema = original.get(KEY).filter(|schema| schema.is_boolean()).cloned().unwrap_or(schema);
        draft.set("additionalProperties", schema);
        draft.exact(KEY, "is written as `additionalProperties`: nothing beside it evaluates properties.");
    }
}

/// A property that a pattern named may now be anything that a pattern or `additionalProperties` allows.
fn patterns(draft: &mut Draft<'_>) {
    const KEY: &str = "patternProperties";
    let Some(Value::Object(patterns)) = draft.take(KEY) else { return };
    if patterns.is_empty() {
        draft.exact(KEY, "is left out: it is empty.");
        return;
    }
    let every_name = patterns.keys().all(|pattern| matches!(pattern.as_str(), "" | ".*" | "^.*" | ".*$"));
    if every_name && patterns.len() == 1 && !draft.has("properties") {
        draft
            .members
            .extend(patterns.into_iter().map(|(_, schema)| ("additionalProperties".to_owned(), schema)));
        draft.exact(KEY, "its pattern fits every name; it is written as `additionalProperties`.");
        return;
    }
    let mut union: Vec<Value> = patterns.into_iter().map(|(_, schema)| schema).collect();
    match draft.take("additionalProperties") {
        // Whatever fits no pattern is any value.
        None if !draft.has("properties") => {}
        None | Some(Value::Bool(true)) => draft.set("additionalProperties", true),
        Some(other) => {
            if other != Value::Bool(false) && !is_never(&other) {
                union.push(other);
            }
            draft.set("additionalProperties", any_of(union).0);
        }
    }
    draft.widen(KEY, "3.0 has no patterns: a property without a schema of its own may be any of them or of `additionalProperties`.");
}

fn required(draft: &mut Draft<'_>) {
    let Some(Value::Array(names)) = draft.members.get_mut("required") else { return };
    let before = names.len();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let after = names.len();
    if after == 0 {
        draft.take("required");
        draft.exact("required", "is left out: it is empty.");
    } else if after < before {
        draft.exact("required", "repeated names are written once.");
    }
}

/// Whether it is the schema that no value fits.
pub(super) fn is_never(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| *schema == super::keywords::never())
}

/// One schema for what fits any of the given ones, and whether they were all one.
pub(super) fn any_of(schemas: Vec<Value>) -> (Value, bool) {
    let mut distinct: Vec<Value> = Vec::with_capacity(schemas.len());
    for schema in schemas {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    }
    if distinct.contains(&json!({})) {
        return (json!({}), distinct.len() == 1);
    }
    match distinct.len() {
        0 => (json!({}), true),
        1 => (distinct.swap_remove(0), true),
        _ => (json!({"anyOf": distinct}), false),
    }
}
