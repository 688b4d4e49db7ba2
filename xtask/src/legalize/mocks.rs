//! The document for the generator of mocks: a separate type for each answer.
//!
//! A mock answers with one status, so it needs the body of that status, not the type that all statuses share. It
//! compares parameters as text, so it supports scalars only. It names an answer by the reason phrase of its status,
//! which not every status has.

use serde_json::{Value, json};

use super::answers::{NO_BODY, VARIANTS};
use super::media::JSON;
use super::{parameters, status};
use crate::document::operations;
use crate::pointer::Pointer;

/// What mocks are generated from, given what the client is generated from.
#[must_use]
pub fn mockable(legalized: &Value) -> Value {
    let mut document = legalized.clone();
    let places: Vec<(Pointer, String)> = operations(legalized)
        .map(|operation| {
            // A query in a template is no part of the path that a mock compares.
            let query = operation.path.split_once('?').map_or("", |(_, query)| query);
            (operation.pointer, query.to_owned())
        })
        .collect();
    for (place, query) in places {
        let Some(Value::Object(operation)) = document.pointer_mut(place.as_str()) else { continue };
        if let Some(Value::Array(all)) = operation.get_mut("parameters") {
            all.retain(|parameter| {
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                parameters::is_scalar(legalized, parameter) && !query.contains(&format!("{{{name}}}"))
            });
        }
        if let Some(body) = operation.get_mut("requestBody") {
            without_null(body);
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            responses.retain(|status, _| status::has_reason(status));
            for (status, response) in responses {
                of_status(legalized, status, response);
            }
        }
    }
    document
}

fn of_status(legalized: &Value, status: &str, response: &mut Value) {
    if response.get(NO_BODY).is_some() {
        if let Value::Object(members) = response {
            members.remove("content");
        }
        return;
    }
    without_null(response);
    let Some(schema) = response.pointer_mut("/content/application~1json/schema") else { return };
    if let Some(own) = variant(legalized, schema, status) {
        *schema = own;
        // A variant may be null where the union is not.
        without_null(response);
    }
}

/// The schema of the variant that stands for this status, if the schema is a union.
fn variant(legalized: &Value, schema: &Value, status: &str) -> Option<Value> {
    let union = Pointer::from_local_ref(schema.get("$ref")?.as_str()?)?.get(legalized)?;
    let at = union.get(VARIANTS)?.as_array()?.iter().position(|variant| {
        variant.get("statuses").and_then(Value::as_array).is_some_and(|all| all.contains(&json!(status)))
    })?;
    union.get("oneOf")?.get(at).cloned()
}

/// Takes a JSON body without the null that it may be.
fn without_null(body: &mut Value) {
    let Some(schema) = body.pointer_mut(&format!("/content/{}/schema", JSON.replace('/', "~1"))) else {
        return;
    };
    let Value::Object(members) = &mut *schema else { return };
    if members.remove("nullable") == Some(json!(true))
        && members.len() == 1
        && let Some([only]) = members.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
    {
        *schema = only.clone();
    }
}
