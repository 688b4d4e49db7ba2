//! The document in the form that the types are generated from, with the corrections of the overlays.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

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

pub fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name))
}
