//! The JSON Schemas of the types say what the document says.

use std::collections::BTreeSet;

use jsonschema::Validator;
use pod_api::types;
use schemars::schema_for;
use serde_json::{Value, json};

use crate::contract::values::{self, Place, Type};
use crate::document::{DOCUMENT, answered, is_required};

/// The schema that is derived from each type.
macro_rules! types {
    ($($name:literal => $type:ty;)*) => {
        pub const ALL: &[(&str, fn() -> serde_json::Value)] =
            &[$(($name, || schemars::schema_for!($type).to_value())),*];
    };
}

#[rustfmt::skip]
#[allow(clippy::duplicate_mod, reason = "the contract makes another table of the same list")]
#[path = "generated/types.rs"]
mod derived;

#[test]
fn properties_have_the_names_of_the_wire_and_none_is_required() {
    let schema = schema_for!(types::UserConnection).to_value();
    let properties = schema["properties"].as_object().unwrap();
    for name in ["firstRequestedAt", "requestCounter", "status", "updatedAt", "userId"] {
        assert!(properties.contains_key(name), "{name}");
    }
    assert!(!properties.contains_key("user_id"));
    assert!(schema.get("required").is_none());
}

#[test]
fn an_open_enum_allows_any_text_and_a_closed_one_does_not() {
    let open = schema_for!(types::UserConnectionStatus).to_value().to_string();
    assert!(open.contains("PENDING_INCOMING") && open.contains(r#""type":"string""#), "{open}");
    assert!(open.contains("anyOf"), "{open}");
    let closed = schema_for!(types::ListConnectionsStatus).to_value().to_string();
    assert!(closed.contains("ALL") && !closed.contains("anyOf"), "{closed}");
}

/// A validator for one component.
fn validator(components: &Value, name: &str) -> Validator {
    let schema =
        json!({"$ref": format!("#/components/schemas/{name}"), "components": {"schemas": components}});
    jsonschema::validator_for(&schema).unwrap()
}

/// The components, with null for what is optional and, where an answer can hold it, any text for an enum.
fn relaxed() -> Value {
    fn relax(schema: &mut Value, is_answered: bool) {
        if is_answered && schema["enum"].is_array() {
            *schema = json!({"type": "string"});
        }
        let before = schema.clone();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, property) in properties {
                relax(property, is_answered);
                if !is_required(&before, name) {
                    *property = json!({"anyOf": [property.clone(), {"type": "null"}]});
                }
            }
        }
        if let Some(items) = schema.get_mut("items") {
            relax(items, is_answered);
        }
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            relax(part, is_answered);
        }
    }
    let mut components = DOCUMENT["components"]["schemas"].clone();
    for (name, schema) in components.as_object_mut().unwrap() {
        relax(schema, answered().contains(name.as_str()));
    }
    components
}

/// What is put in some place of a valid value.
fn others() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("a text"),
        json!("x".repeat(7000)),
        json!("x".repeat(64)),
        json!("x".repeat(65)),
        json!([]),
        json!([null]),
        json!([{}]),
        json!({}),
        json!({"unknown": 1}),
    ]
}

/// The values of a type, and those with one place changed.
fn values(of: &Type) -> (Vec<Value>, Vec<Value>) {
    let mut valid = vec![of.whole.clone()];
    valid.extend(of.least.iter().map(|(least, _)| least.clone()));
    let mut changed = Vec::new();
    for place in &of.places {
        valid.extend(place.others.iter().map(|other| place.set(&of.whole, other.clone())));
        changed.extend(others().into_iter().map(|other| place.set(&of.whole, other)));
        changed.extend(is_member(place).then(|| place.without(&of.whole)));
    }
    (valid, changed)
}

fn is_member(place: &Place) -> bool {
    place.is("required") || place.is("optional")
}

#[test]
fn the_document_and_the_types_judge_alike() {
    let strict = &DOCUMENT["components"]["schemas"];
    let relaxed = relaxed();
    let components: BTreeSet<&str> = strict.as_object().unwrap().keys().map(String::as_str).collect();
    let mut refused = 0;
    for of in values::types().iter().filter(|of| components.contains(of.name)) {
        let name = of.name;
        let (_, derived) = derived::ALL.iter().find(|(other, _)| *other == name).unwrap();
        let derived = jsonschema::validator_for(&derived()).unwrap();
        let (strict, relaxed) = (validator(strict, name), validator(&relaxed, name));
        let (valid, changed) = values(of);
        for value in &valid {
            assert!(derived.is_valid(value), "the type {name} refuses {value}");
        }
        for value in &changed {
            refused += usize::from(!derived.is_valid(value));
            assert!(
                !strict.is_valid(value) || derived.is_valid(value),
                "only the type {name} refuses {value}"
            );
            assert!(
                !derived.is_valid(value) || relaxed.is_valid(value),
                "only the document refuses {value} for {name}"
            );
        }
    }
    assert!(refused > 0, "the types take everything");
}
