//! Classifies a body for the generator: JSON of a type, bytes, or nothing.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::status;
use crate::document::resolved;
use crate::pointer::Pointer;
use crate::report::Fate;

pub(super) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const TEXT: &str = "text/plain";
pub(super) const BYTES: &str = "application/octet-stream";

/// The extension of a Response Object whose body is text, although it has the type of JSON.
pub(crate) const TEXT_BODY: &str = "x-xtask-text";

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    /// JSON of this schema.
    Json(Value),
    /// Anything.
    Bytes,
    /// Nothing.
    None,
}

/// The body that a Response Object declares.
pub(super) fn body_of_answer(response: &Value, is_success: bool) -> Body {
    let Some(content) = response.get("content").and_then(Value::as_object) else { return Body::None };
    if content.is_empty() {
        return Body::None;
    }
    let schema = |media: &Value| media.get("schema").cloned().unwrap_or_else(|| json!({}));
    if let Some((_, media)) = json_of(content) {
        return Body::Json(schema(media));
    }
    // An error in another form is text. The transport reads what is no JSON as a string.
    if is_success { Body::Bytes } else { Body::Json(json!({"type": "string"})) }
}

/// The schema of an answer that is text and nothing else: plain text, or where `any` will do, of any kind.
pub(super) fn text_of(document: &Value, response: &Value, any: bool) -> Option<Value> {
    let content = response.get("content").and_then(Value::as_object).filter(|content| !content.is_empty())?;
    let is_text = |name: &String| {
        let essence = essence(name);
        essence == TEXT || any && essence.starts_with("text/") && !names_json(name)
    };
    let schema = content.values().next().and_then(|media| media.get("schema"));
    let ty = schema.and_then(|schema| resolved(document, schema).get("type")?.as_str());
    let is_simple = ty.is_some_and(|ty| ["string", "integer", "number", "boolean"].contains(&ty));
    let of = || schema.filter(|_| is_simple).cloned().unwrap_or_else(|| json!({"type": "string"}));
    content.keys().all(is_text).then(of)
}

/// What of several media types is read and written as JSON: `application/json` before its relatives, because it is what
/// a client asks for, and what is known exactly before what may be anything.
pub(super) fn json_of(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let candidates = content.iter().filter(|(name, media)| is_json(name, media));
    candidates.min_by_key(|(name, _)| (!names_json(name), essence(name) != JSON))
}

/// Writes the body into a Response Object.
pub(super) fn set_body_of_answer(response: &mut Value, body: Body) {
    let Value::Object(members) = response else { return };
    match body {
        Body::None => drop(members.remove("content")),
        Body::Json(schema) => {
            members.insert("content".into(), json!({JSON: {"schema": schema}}));
        }
        Body::Bytes => {
            let declared = members.get("content").and_then(Value::as_object);
            // A stream has whatever media type it was declared to have.
            if declared
                .is_none_or(|content| content.is_empty() || content.keys().any(|name| names_json(name)))
            {
                members.insert("content".into(), json!({BYTES: {}}));
            }
        }
    }
}

/// Says which media types an answer does not have any more.
pub(super) fn note_changes(draft: &mut Draft, place: &Pointer, after: &Map<String, Value>) {
    let Some(Value::Object(before)) = place.get(&draft.document) else { return };
    let types = |response: &Value| -> Vec<String> {
        let content = response.get("content").and_then(Value::as_object);
        content.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let mut notes = Vec::new();
    for (status, response) in before {
        let Some(response_after) = after.get(status) else { continue };
        let (before, after) = (types(draft.resolved(response)), types(response_after));
        let gone: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
        if !gone.is_empty() {
            let gone = gone.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let to = after.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            if after.is_empty() {
                let text = format!("{gone} does not come: HTTP knows no body here");
                notes.push((place.join(status).join("content"), Fate::Dropped, text));
                continue;
            }
            // Of several forms a client asks for one, and the others do not come.
            let has_both = before.iter().any(|name| after.contains(name));
            let is_text = status::is_error(status) && !before.iter().any(|name| names_json(name));
            let (fate, text) = match () {
                () if has_both => (Fate::Dropped, format!("{gone} is not asked for, but {to}")),
                () if is_text || response_after.get(TEXT_BODY).is_some() => {
                    (Fate::Dropped, format!("{gone} is read as text"))
                }
                () => (Fate::Reduced, format!("{gone} is read as {to}")),
            };
            notes.push((place.join(status).join("content"), fate, text));
        }
    }
    for (place, fate, text) in notes {
        draft.note(place, fate, text);
    }
}

/// Whether a body of this media type is JSON.
pub(super) fn is_json(name: &str, media: &Value) -> bool {
    names_json(name) || (is_wildcard(name) && !is_text_or_bytes(media))
}

/// Whether a media type is JSON by its name.
pub(crate) fn names_json(name: &str) -> bool {
    let essence = essence(name);
    essence == JSON || essence == "text/json" || essence.ends_with("+json")
}

/// A media type without its parameters.
pub(super) fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_wildcard(name: &str) -> bool {
    matches!(name.split(';').next().unwrap_or_default().trim(), "*/*" | "application/*")
}

/// A string may be meant as plain text or bytes; everything else that has a schema is JSON.
fn is_text_or_bytes(media: &Value) -> bool {
    match media.get("schema") {
        Some(schema) => schema.get("type").is_some_and(|t| t == "string"),
        None => true,
    }
}
