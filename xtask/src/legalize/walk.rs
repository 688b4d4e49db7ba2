//! Every Schema Object of a document, once each, the inner ones first.

use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// Keywords that make a schema of others.
pub(super) const COMPOSED: [&str; 4] = ["allOf", "anyOf", "oneOf", "not"];

/// Keywords that say which values there are, and not how the schema is made of others.
pub(super) const SAYING: [&str; 19] = [
    "type",
    "enum",
    "format",
    "not",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "multipleOf",
];

/// Whether a schema allows null and nothing else.
pub(super) fn is_null(schema: &Map<String, Value>) -> bool {
    schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_null))
}

/// What is done with a schema.
type Visit<'a> = &'a mut dyn FnMut(&Pointer, &mut Map<String, Value>);

/// Visits every schema of `document`: of components, parameters, headers, requests and answers.
pub(super) fn schemas(document: &mut Value, visit: Visit<'_>) {
    for section in ["components", "paths"] {
        if let Some(value) = document.get_mut(section) {
            let place = Pointer::root().join(section);
            if section == "components"
                && let Some(Value::Object(named)) = value.get_mut("schemas")
            {
                each(&place.join("schemas"), named, visit);
            }
            outside(&place, value, visit);
        }
    }
}

/// Looks for schemas in what is none.
fn outside(place: &Pointer, value: &mut Value, visit: Visit<'_>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = place.join(name);
                match (name.as_str(), &mut *value) {
                    ("schema", schema) => inside(&place, schema, visit),
                    ("schemas" | "examples" | "example", _) => (),
                    (name, _) if name.starts_with("x-") => (),
                    (_, value) => outside(&place, value, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter_mut().enumerate() {
                outside(&place.join(index), value, visit);
            }
        }
        _ => (),
    }
}

fn each(place: &Pointer, schemas: &mut Map<String, Value>, visit: Visit<'_>) {
    for (name, schema) in schemas {
        inside(&place.join(name), schema, visit);
    }
}

fn inside(place: &Pointer, schema: &mut Value, visit: Visit<'_>) {
    let Value::Object(keywords) = schema else { return };
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        each(&place.join("properties"), properties, visit);
    }
    for name in ["items", "additionalProperties", "not"] {
        if let Some(schema) = keywords.get_mut(name) {
            inside(&place.join(name), schema, visit);
        }
    }
    for name in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = keywords.get_mut(name) {
            for (index, branch) in branches.iter_mut().enumerate() {
                inside(&place.join(name).join(index), branch, visit);
            }
        }
    }
    visit(place, keywords);
}
