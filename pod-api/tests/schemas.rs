//! The JSON Schemas of the types say what the document says.

use std::cell::Cell;

use crate::document::components::ALL;
use crate::document::{DOCUMENT, Place, answered, file, is_required, runner, schema, valid, visit};
use jsonschema::Validator;
use pod_api::types;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use schemars::schema_for;
use serde_json::{Value, json};

#[test]
fn properties_have_the_names_of_the_wire_and_none_is_required() {
    let schema = schema_for!(types::UserConnection).to_value();
    let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["firstRequestedAt", "requestCounter", "status", "updatedAt", "userId"]);
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

#[test]
fn every_component_of_the_document_has_its_type() {
    let document = file("pod-api.json");
    let declared: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(ALL.iter().map(|component| component.name).collect::<Vec<_>>(), declared);
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
fn others() -> impl Strategy<Value = Value> {
    select(vec![
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
    ])
}

#[test]
fn the_document_and_the_types_judge_alike() {
    let strict = &DOCUMENT["components"]["schemas"];
    let relaxed = relaxed();
    let refused = Cell::new(0);
    for component in ALL {
        let name = component.name;
        let derived = jsonschema::validator_for(&(component.schema)()).unwrap();
        let (strict, relaxed) = (validator(strict, name), validator(&relaxed, name));
        let values = (valid(schema(name)), any::<Index>(), others(), any::<bool>());
        let outcome = runner(150).run(&values, |(value, index, other, remove)| {
            prop_assert!(strict.is_valid(&value), "made an invalid value: {}", value);
            prop_assert!(derived.is_valid(&value), "the type refuses {}", value);

            let mut places = 0;
            visit(schema(name), &mut value.clone(), Place::Whole, &mut |_, _, _| places += 1);
            let chosen = index.index(places);
            let mut changed = value;
            let mut seen = 0;
            visit(schema(name), &mut changed, Place::Whole, &mut |_, value, _| {
                if seen == chosen {
                    match value.as_object_mut().and_then(|map| Some((map.keys().next_back()?.clone(), map))) {
                        Some((last, map)) if remove => drop(map.remove(&last)),
                        _ => *value = other.clone(),
                    }
                }
                seen += 1;
            });
            refused.set(refused.get() + usize::from(!derived.is_valid(&changed)));
            if strict.is_valid(&changed) {
                prop_assert!(derived.is_valid(&changed), "only the type refuses {}", changed);
            }
            if derived.is_valid(&changed) {
                prop_assert!(relaxed.is_valid(&changed), "only the document refuses {}", changed);
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
    }
    assert!(refused.get() > 1000, "only {} values were refused", refused.get());
}
