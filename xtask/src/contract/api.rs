//! What the document says of each operation, as data for a server that checks requests and answers with samples.
//!
//! Schemas are reduced to the keywords that such a server checks. A keyword that is left out makes a schema wider, never
//! narrower.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::media;
use super::operation::{Content, Operation};
use super::request::{Inputs, place_of};
use super::rust::Rust;
use crate::document::{self, operations, resolved};
use crate::pointer::Pointer;

/// Keywords that are kept as they are.
const PLAIN: [&str; 11] = [
    "$ref",
    "const",
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "type",
];

/// The schemas that are referred to, by their references.
type Shared = BTreeMap<String, Value>;

/// The operations and the schemas that they share, a line each.
pub(super) fn text(document: &Value, all: &[Operation], rust: &Rust) -> String {
    let mut shared = Shared::new();
    let mut described: BTreeMap<&str, Value> = BTreeMap::new();
    for one in operations(document).filter(|one| super::is_method(one.method)) {
        let Some(call) = rust.call(one.method, one.path) else { continue };
        if let Some(known) = all.iter().find(|known| known.name == call.method) {
            let name = known.name.strip_prefix("r#").unwrap_or(&known.name);
            described.insert(name, operation(document, &one, known, &mut shared));
        }
    }
    let operations = lines(described.into_iter());
    let schemas = lines(shared.iter().map(|(name, schema)| (name.as_str(), schema.clone())));
    format!(
        "{{\n\"generated\": \"by `cargo xtask generate`, from the vendored document and its overlays; not to be edited\",\n\
         \"operations\": {{\n{operations}\n}},\n\"schemas\": {{\n{schemas}\n}}\n}}\n"
    )
}

fn lines<'a>(members: impl Iterator<Item = (&'a str, Value)>) -> String {
    let lines: Vec<String> = members.map(|(name, value)| format!("{}: {value}", Value::from(name))).collect();
    lines.join(",\n")
}

fn operation(
    document: &Value,
    one: &document::Operation<'_>,
    known: &Operation,
    shared: &mut Shared,
) -> Value {
    let inputs = Inputs::of(document, one);
    let mut described = Map::new();
    let parameters = inputs.parameters.iter().map(|parameter| {
        let schema = schema_at(document, parameter.schema.first(), shared);
        let (name, place, list) = (parameter.name, parameter.place, parameter.list());
        json!({"name": name, "in": place, "required": parameter.is_required, "list": list, "schema": schema})
    });
    let parameters: Vec<Value> = parameters.collect();
    described.insert("parameters".to_owned(), parameters.into());
    if let Some(body) = &inputs.body {
        let schema = schema_at(document, body.schema.first(), shared);
        let body = json!({"media": body.media.0, "required": body.is_required, "schema": schema});
        described.insert("body".to_owned(), body);
    }
    if let Some(answer) = answer(document, one, known, shared) {
        described.insert("answer".to_owned(), answer);
    }
    let security = one.value.get("security").or_else(|| document.get("security")).and_then(Value::as_array);
    described.insert("session".to_owned(), security.is_some_and(|any| !any.is_empty()).into());
    let mut described = Value::Object(described);
    described.sort_all_objects();
    described
}

/// The declared success: the one that has a body, if there is one.
fn answer(
    document: &Value,
    one: &document::Operation<'_>,
    known: &Operation,
    shared: &mut Shared,
) -> Option<Value> {
    let successes = known.answers.iter().filter(|answer| answer.is_declared && answer.status / 100 == 2);
    let answer = successes.min_by_key(|answer| (answer.body.is_none(), answer.status))?;
    let mut told = json!({"status": answer.status});
    if let Some((media, content)) = &answer.body {
        told["media"] = media.clone().into();
        match content {
            Content::Json(sample) => told["sample"] = sample.clone(),
            Content::Text(sample) => told["sample"] = sample.clone().into(),
        }
        if media::is_json(media) {
            let place = body_of(document, one, answer.status);
            told["schema"] = schema_at(document, place.as_ref(), shared);
        }
    }
    Some(told)
}

/// The place of the schema of an answer.
fn body_of(document: &Value, one: &document::Operation<'_>, status: u16) -> Option<Pointer> {
    let responses = one.value.get("responses")?.as_object()?;
    let names = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
    let (name, response) = names.iter().find_map(|name| Some((name, responses.get(name)?)))?;
    let place = place_of(document, response, one.pointer.join("responses").join(name));
    let content = resolved(document, response).get("content")?.as_object()?;
    let (media, _) = media::expected(content)?;
    Some(place.join("content").join(media).join("schema"))
}

fn schema_at(document: &Value, place: Option<&Pointer>, shared: &mut Shared) -> Value {
    let schema = place.and_then(|place| place.get(document));
    schema.map_or(Value::Bool(true), |schema| reduced(document, schema, shared))
}

/// A schema without what is not checked. What it refers to is added to `shared`.
fn reduced(document: &Value, schema: &Value, shared: &mut Shared) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let mut kept = Map::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            (keyword, value) if PLAIN.contains(&keyword) => value.clone(),
            ("required", Value::Array(names)) => both_ways(names, keywords),
            ("properties", Value::Object(members)) => {
                let members = members.iter().map(|(name, of)| (name.clone(), reduced(document, of, shared)));
                Value::Object(members.collect())
            }
            ("items", items) if !keywords.contains_key("prefixItems") => reduced(document, items, shared),
            // Members that nobody declared are taken, whatever the document says of them.
            ("additionalProperties", others) if others.is_object() => reduced(document, others, shared),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().map(|part| reduced(document, part, shared)).collect()
            }
            _ => continue,
        };
        kept.insert(keyword.clone(), value);
    }
    if let Some(reference) = keywords.get("$ref").and_then(Value::as_str)
        && !shared.contains_key(reference)
    {
        // It may refer to itself.
        shared.insert(reference.to_owned(), Value::Bool(true));
        let target = Pointer::from_local_ref(reference);
        let target = schema_at(document, target.as_ref(), shared);
        shared.insert(reference.to_owned(), target);
    }
    let mut kept = Value::Object(kept);
    kept.sort_all_objects();
    kept
}

/// The required members that travel in both directions.
fn both_ways(names: &[Value], keywords: &Map<String, Value>) -> Value {
    let properties = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
    let is_set = |of: &Value, keyword: &str| of.get(keyword) == Some(&Value::Bool(true));
    let one_way: BTreeSet<&str> = properties
        .filter(|(_, of)| is_set(of, "readOnly") || is_set(of, "writeOnly"))
        .map(|(name, _)| name.as_str())
        .collect();
    names.iter().filter(|name| !name.as_str().is_some_and(|name| one_way.contains(name))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_keeps_what_is_checked_and_what_it_refers_to() {
        let document = json!({"components": {"schemas": {
            "Node": {
                "description": "words",
                "type": "object",
                "required": ["id", "made"],
                "properties": {
                    "id": {"type": "integer", "format": "int64", "example": 5},
                    "made": {"type": "string", "readOnly": true},
                    "next": {"$ref": "#/components/schemas/Node"},
                },
                "additionalProperties": false,
            },
        }}});
        let mut shared = Shared::new();
        let schema =
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Node"}, "uniqueItems": true});
        let expected = json!({"type": "array", "items": {"$ref": "#/components/schemas/Node"}});
        assert_eq!(reduced(&document, &schema, &mut shared), expected);
        let node = json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "format": "int64"},
                "made": {"type": "string"},
                "next": {"$ref": "#/components/schemas/Node"},
            },
        });
        assert_eq!(shared, Shared::from([("#/components/schemas/Node".to_owned(), node)]));
    }

    #[test]
    fn what_leads_nowhere_and_what_is_not_understood_is_wide() {
        let mut shared = Shared::new();
        let schema =
            json!({"$ref": "#/components/schemas/Gone", "prefixItems": [{"type": "string"}], "items": false});
        let kept = reduced(&json!({}), &schema, &mut shared);
        assert_eq!(kept, json!({"$ref": "#/components/schemas/Gone"}));
        assert_eq!(shared["#/components/schemas/Gone"], json!(true));
    }
}
