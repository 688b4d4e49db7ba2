//! What several rewrites need to know of the keywords of a schema in 3.0.

use serde_json::{Map, Value, json};

/// The keywords that say nothing about which values are allowed, in 3.0.
pub(super) const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "discriminator",
    "xml",
    "externalDocs",
    "format",
];

/// The schema that no value fits.
pub(super) fn never() -> Map<String, Value> {
    Map::from_iter([("not".to_owned(), json!({}))])
}

/// 3.0 ignores what stands beside `$ref`; inside `allOf` the reference may have neighbours.
pub(super) fn free_reference(members: &mut Map<String, Value>) {
    if members.len() < 2 {
        return;
    }
    let Some(reference) = members.remove("$ref") else { return };
    let reference = json!({"$ref": reference});
    match members.get_mut("allOf") {
        Some(Value::Array(all)) => all.insert(0, reference),
        _ => {
            members.insert("allOf".to_owned(), json!([reference]));
        }
    }
}
