//! Turns inline schemas into components, named after their places.

use serde_json::Value;

use super::draft::Draft;
use super::{rust, status};
use crate::document::operations;
use crate::pointer::Pointer;

/// Makes a component of what stood at `place`, and refers to it.
pub(super) fn component(draft: &mut Draft, place: &Pointer, name: &str, schema: Value) -> Value {
    let reference = draft.add_schema(name, schema);
    if let Some(now) = reference.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref) {
        draft.moved(&now, place);
    }
    reference
}

/// The name of a place, in the words of its pointer.
pub(super) fn spelled_out(document: &Value, place: &Pointer) -> String {
    in_words(document, place, "Property ")
}

/// The name that the generator would give to a type at a place, in most cases.
pub(super) fn suggested(document: &Value, place: &Pointer) -> String {
    in_words(document, place, "")
}

fn in_words(document: &Value, place: &Pointer, property: &str) -> String {
    let mut words = Vec::new();
    let tokens = place.tokens();
    let mut rest = match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["components", "schemas", name, ..] => {
            words.push((*name).to_owned());
            tokens.get(3..)
        }
        ["paths", path, method, section, key, ..] => {
            let operation = operations(document).find(|o| o.path == *path && o.method == *method);
            let member = |of: &Value, name| of.get(name).and_then(Value::as_str).map(str::to_owned);
            words.extend(operation.as_ref().and_then(|operation| member(operation.value, "operationId")));
            let parameter = || operation.as_ref()?.value.get("parameters")?.get(key.parse::<usize>().ok()?);
            let (word, depth) = match *section {
                "parameters" => (parameter().and_then(|p| member(p, "name")).unwrap_or_default(), 6),
                "requestBody" => ("RequestBody".to_owned(), 7),
                _ if status::is_error(key) => ("Error".to_owned(), 8),
                _ => ("ResponseBody".to_owned(), 8),
            };
            words.push(word);
            if *section == "parameters" {
                words.push("Parameter".to_owned());
            }
            tokens.get(depth..)
        }
        _ => None,
    }
    .unwrap_or_default()
    .iter();
    while let Some(keyword) = rest.next() {
        match keyword.as_str() {
            "properties" => words.push(format!("{property}{}", rest.next().map_or("", String::as_str))),
            "items" => words.push("Item".to_owned()),
            "additionalProperties" => words.push("Value".to_owned()),
            "oneOf" | "anyOf" => words.push(format!("Variant {}", rest.next().map_or("", String::as_str))),
            // The parts of one type.
            _ => drop(rest.next()),
        }
    }
    rust::type_name(&words.join(" "))
}
