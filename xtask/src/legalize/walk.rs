//! Every Schema Object of a document, once each, the inner ones first.

use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// Keywords that make a schema of others.
pub(super) const COMPOSED: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Keywords that say which values there are, and not how the schema is made of others.
pub(super) const SAYING: [&str; 18] = [
    "type",
    "enum",
    "format",
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

/// Whether this is the place of a schema that is a component.
pub(super) fn is_component(place: &Pointer) -> bool {
    place.parent().is_some_and(|parent| parent.as_str() == "/components/schemas")
}

/// What a schema is made of by `allOf`, `anyOf` or `oneOf`, if it is made of anything.
pub(super) fn branches<'a>(schema: &'a Map<String, Value>, keyword: &str) -> Option<&'a [Value]> {
    schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).filter(|branches| !branches.is_empty())
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
            for (name, value) in members.iter_mut().filter(|(_, value)| has_inside(value)) {
                match name.as_str() {
                    "schema" => inside(&place.join(name), value, visit),
                    "schemas" | "examples" | "example" => (),
                    name if name.starts_with("x-") => (),
                    name => outside(&place.join(name), value, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter_mut().enumerate().filter(|(_, value)| has_inside(value)) {
                outside(&place.join(index), value, visit);
            }
        }
        _ => (),
    }
}

/// Whether there is anything to look for. Most of a document are texts, for which no place is to be made.
pub(super) fn has_inside(value: &Value) -> bool {
    value.is_object() || value.is_array()
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
    for name in ["items", "additionalProperties"] {
        if let Some(schema) = keywords.get_mut(name) {
            inside(&place.join(name), schema, visit);
        }
    }
    for name in COMPOSED {
        if let Some(Value::Array(branches)) = keywords.get_mut(name) {
            for (index, branch) in branches.iter_mut().enumerate() {
                inside(&place.join(name).join(index), branch, visit);
            }
        }
    }
    visit(place, keywords);
}
