//! From valid OpenAPI 3.0.3 to what progenitor can express.
//!
//! progenitor stops with a panic that names no operation where it cannot go on. This stage looks
//! first, and says where and why.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Operation, operations};
use crate::pointer::Pointer;
use crate::report::{Refusal, Refusals};

/// Checks that progenitor can express every operation of `document`.
///
/// # Errors
/// References that lead nowhere, names used twice, and operations that progenitor cannot express.
pub fn check(document: &Value) -> Result<(), Refusals> {
    let mut refusals = Vec::new();
    references(document, document, &Pointer::root(), &mut refusals);
    let mut names: BTreeMap<&str, Pointer> = BTreeMap::new();
    for operation in operations(document) {
        if let Some(name) = operation.value.get("operationId").and_then(Value::as_str)
            && let Some(first) = names.insert(name, operation.pointer.clone())
        {
            refusals.push(Refusal {
                pointer: operation.pointer.join("operationId"),
                text: format!(
                    "`{name}` already names {first}; give one of the two another name in openapi/overlays/names.yaml"
                ),
            });
        }
        answers(document, &operation, &mut refusals);
        body(document, &operation, &mut refusals);
        parameters(document, &operation, &mut refusals);
    }
    if refusals.is_empty() { Ok(()) } else { Err(Refusals(refusals)) }
}

/// Every `$ref` must lead somewhere.
fn references(document: &Value, at: &Value, place: &Pointer, refusals: &mut Vec<Refusal>) {
    match at {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref")
                && Pointer::from_local_ref(reference).and_then(|target| target.get(document)).is_none()
            {
                refusals.push(Refusal {
                    pointer: place.join("$ref"),
                    text: format!("`{reference}` leads to nothing in this document"),
                });
            }
            for (name, value) in members {
                references(document, value, &place.join(name), refusals);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                references(document, value, &place.join(index), refusals);
            }
        }
        _ => (),
    }
}

/// progenitor gives an operation one success type and one error type; `default` counts as both.
fn answers(document: &Value, operation: &Operation<'_>, refusals: &mut Vec<Refusal>) {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let kinds: Vec<(&String, Option<&Value>)> = responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| !status.starts_with("x-"))
        .map(|(status, response)| (status, body_schema(resolved(document, response))))
        .collect();
    let place = operation.pointer.join("responses");
    for (what, is_one) in [("success", is_success as fn(&str) -> bool), ("error", is_error)] {
        let mut distinct: Vec<(&String, Option<&Value>)> = Vec::new();
        for (status, schema) in kinds.iter().filter(|(status, _)| is_one(status)) {
            if !distinct.iter().any(|(_, known)| known == schema) {
                distinct.push((status, *schema));
            }
        }
        if let [(first, _), (second, _), ..] = distinct.as_slice() {
            refusals.push(Refusal {
                pointer: place.clone(),
                text: format!(
                    "{first} and {second} have different bodies; progenitor allows one {what} type for an operation. Make them equal in openapi/overlays/fixes.yaml"
                ),
            });
        }
    }
}

fn is_success(status: &str) -> bool {
    status.starts_with('2') || status == "default"
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// The schema of the only body of a response; None if it has no body.
fn body_schema(response: &Value) -> Option<&Value> {
    response.get("content")?.as_object()?.values().next()?.get("schema")
}

fn body(document: &Value, operation: &Operation<'_>, refusals: &mut Vec<Refusal>) {
    let Some(body) = operation.value.get("requestBody") else { return };
    let content = resolved(document, body).get("content").and_then(Value::as_object);
    let types: Vec<&str> = content.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if types.len() > 1 {
        refusals.push(Refusal {
            pointer: operation.pointer.join("requestBody").join("content"),
            text: format!(
                "progenitor takes a request body in one media type, not in {}; remove all but one in openapi/overlays/fixes.yaml",
                types.join(", ")
            ),
        });
    }
}

fn parameters(document: &Value, operation: &Operation<'_>, refusals: &mut Vec<Refusal>) {
    for owner in [operation.item, operation.value] {
        for parameter in owner.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = resolved(document, parameter);
            let field = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default();
            let reason = match (field("in"), field("style")) {
                ("cookie", _) => "is a cookie",
                (_, style) if !["", "simple", "form"].contains(&style) => {
                    "has a style other than the usual one"
                }
                _ if parameter.get("content").is_some() => "is described by `content`",
                _ => continue,
            };
            let name = field("name");
            refusals.push(Refusal {
                pointer: operation.pointer.clone(),
                text: format!(
                    "progenitor cannot send the parameter `{name}`: it {reason}. Change or remove it in openapi/overlays/fixes.yaml"
                ),
            });
        }
    }
}

/// What a Reference Object stands for; anything else is itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
    target.and_then(|target| target.get(document)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(operation: Value) -> String {
        let document = json!({
            "paths": {"/a": {"post": operation}},
            "components": {"schemas": {"A": {}, "B": {}}},
        });
        check(&document).map_err(|refusals| refusals.to_string()).err().unwrap_or_default()
    }

    fn json_body(schema: &str) -> Value {
        json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}})
    }

    #[test]
    fn one_success_type_and_one_error_type_pass() {
        let operation = json!({"operationId": "a", "responses": {
            "200": json_body("A"), "400": json_body("B"), "500": json_body("B"),
        }});
        assert_eq!(said(operation), "");
    }

    #[test]
    fn what_progenitor_would_panic_on_is_named_with_its_place() {
        for (operation, place, words) in [
            (
                json!({"responses": {"200": json_body("A"), "204": {}}}),
                "#/paths/~1a/post/responses",
                "200 and 204 have different bodies; progenitor allows one success type",
            ),
            (
                json!({"responses": {"200": json_body("A"), "404": json_body("A"), "500": json_body("B")}}),
                "#/paths/~1a/post/responses",
                "404 and 500 have different bodies; progenitor allows one error type",
            ),
            (
                json!({"responses": {"200": json_body("A"), "default": json_body("B")}}),
                "#/paths/~1a/post/responses",
                "200 and default have different bodies",
            ),
            (
                json!({"requestBody": {"content": {"application/json": {}, "application/xml": {}}}}),
                "#/paths/~1a/post/requestBody/content",
                "one media type, not in application/json, application/xml",
            ),
            (
                json!({"parameters": [{"name": "c", "in": "cookie", "schema": {}}]}),
                "#/paths/~1a/post",
                "the parameter `c`: it is a cookie",
            ),
            (
                json!({"responses": {"200": json_body("Gone")}}),
                "#/paths/~1a/post/responses/200/content/application~1json/schema/$ref",
                "`#/components/schemas/Gone` leads to nothing",
            ),
        ] {
            let said = said(operation);
            assert!(said.contains(&format!("{place}: ")), "{said}");
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_name_used_twice_is_refused_with_both_places() {
        let document = json!({"paths": {
            "/a": {"get": {"operationId": "x"}},
            "/b": {"get": {"operationId": "x"}},
        }});
        let said = check(&document).unwrap_err().to_string();
        assert!(said.starts_with("#/paths/~1b/get/operationId: `x` already names #/paths/~1a/get"), "{said}");
    }
}
