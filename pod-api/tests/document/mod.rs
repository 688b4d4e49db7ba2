//! The document as a source of values: what is valid under a schema, and where in a value what stands.
//!
//! It is read in the form that the types are generated from, with the corrections of the overlays.

pub mod components;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = file("lowered.json");
    let components = document["components"]["schemas"].as_object_mut().unwrap();
    components.values_mut().for_each(objects_are_objects);
    document
});

pub fn file(name: &str) -> Value {
    let path = format!("{}/../../openapi/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Some schemas have properties and no type. Objects are meant.
fn objects_are_objects(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if keywords.contains_key("properties") {
        keywords.entry("type").or_insert_with(|| "object".into());
    }
    let parts = keywords.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten();
    parts.for_each(|(_, property)| objects_are_objects(property));
    keywords.get_mut("items").into_iter().for_each(objects_are_objects);
    let parts = keywords.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten();
    parts.for_each(objects_are_objects);
}

pub fn schema(component: &str) -> &'static Value {
    &DOCUMENT["components"]["schemas"][component]
}

fn referred(schema: &Value) -> Option<&'static str> {
    schema["$ref"].as_str().map(|reference| {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        DOCUMENT["components"]["schemas"].as_object().unwrap().get_key_value(name).unwrap().0.as_str()
    })
}

/// The components that are the body of a success.
pub fn answers() -> BTreeSet<&'static str> {
    let mut found = Vec::new();
    for operation in
        DOCUMENT["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            if status.starts_with('2') {
                // A body that may be missing stands in an `allOf` beside `nullable`.
                references(&response["content"]["application/json"]["schema"], &mut found);
            }
        }
    }
    found.into_iter().collect()
}

/// The components that an answer is made of.
pub fn answered() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = answers().into_iter().collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            references(schema(name), &mut open);
        }
    }
    found
}

fn references(schema: &Value, found: &mut Vec<&'static str>) {
    found.extend(referred(schema));
    match schema {
        Value::Object(map) => map.values().for_each(|value| references(value, found)),
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => (),
    }
}

/// A runner that makes the same values every time.
pub fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// What is valid under a schema.
pub fn valid(schema: &'static Value) -> BoxedStrategy<Value> {
    if let Some(name) = referred(schema) {
        return valid(self::schema(name));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        if let [one] = parts.as_slice() {
            return valid(one);
        }
        let parts: Vec<_> = parts.iter().map(valid).collect();
        return parts.prop_map(|parts| parts.into_iter().flat_map(object).collect()).boxed();
    }
    if let Some(values) = schema["enum"].as_array() {
        return proptest::sample::select(values.as_slice()).boxed();
    }
    match schema["type"].as_str() {
        Some("object") => valid_object(schema),
        Some("array") => vec(valid(&schema["items"]), 0..4).prop_map(Value::from).boxed(),
        Some("string") => {
            let min = length(&schema["minLength"]).unwrap_or(0);
            let max = length(&schema["maxLength"]).unwrap_or(usize::MAX);
            let short = vec(any::<char>(), min..=max.min(min + 8));
            let longest = vec(any::<char>(), max.min(7000));
            let text = if max < 7000 { prop_oneof![9 => short, 1 => longest].boxed() } else { short.boxed() };
            text.prop_map(|text| text.into_iter().collect::<String>().into()).boxed()
        }
        Some("integer") if schema["format"] == "int32" => any::<i32>().prop_map(Value::from).boxed(),
        Some("integer") => any::<i64>().prop_map(Value::from).boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        _ => panic!("values of {schema} are not known"),
    }
}

fn valid_object(schema: &'static Value) -> BoxedStrategy<Value> {
    if schema["additionalProperties"] == true {
        return proptest::collection::btree_map("[a-z]{1,4}", anything(), 0..3)
            .prop_map(|map| map.into_iter().collect())
            .boxed();
    }
    let properties: Vec<_> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let field = valid(property).prop_map(move |value| Some((name.clone(), value)));
            if is_required(schema, name) {
                field.boxed()
            } else {
                prop_oneof![2 => field, 1 => Just(None)].boxed()
            }
        })
        .collect();
    properties.prop_map(|fields| fields.into_iter().flatten().collect()).boxed()
}

fn anything() -> impl Strategy<Value = Value> {
    proptest::sample::select(vec![
        Value::Null,
        json!("FX"),
        json!(7),
        json!(1.5),
        json!(true),
        json!(["a", null, 1]),
        json!({"deep": {"er": [null]}}),
    ])
}

fn length(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|value| usize::try_from(value).ok())
}

pub fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// What a value stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Whole,
    Item,
    Required,
    Optional,
}

/// Shows every part of a value with its schema, without references, to `look`; the innermost first.
pub fn visit(
    schema: &'static Value,
    value: &mut Value,
    place: Place,
    look: &mut dyn FnMut(&'static Value, &mut Value, Place),
) {
    if let Some(name) = referred(schema) {
        return visit(self::schema(name), value, place, look);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        for part in parts {
            visit(part, value, place, look);
        }
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                visit(&schema["items"], item, Place::Item, look);
            }
        }
        Value::Object(map) => {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(value) = map.get_mut(name) {
                    let place = if is_required(schema, name) { Place::Required } else { Place::Optional };
                    visit(property, value, place, look);
                }
            }
        }
        _ => (),
    }
    look(schema, value, place);
}
