//! Request bodies: one media type for each operation, in one of the forms that the generator sends.
//!
//! JSON and forms are typed. Everything else is text or bytes, which go out under the media type that the document
//! declares. If the document leaves the type open, such as `image/*` or the boundary of a multipart body, the caller
//! passes it in a parameter `Content-Type`.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::media::{self, BYTES, FORM, JSON, TEXT, essence};
use crate::pointer::Pointer;
use crate::report::Fate;

/// The extension of a Request Body Object that tells the media type that goes over the wire, if it is
/// another than the one that the generator is told.
pub(crate) const CONTENT_TYPE: &str = "x-content-type";

/// The extension of a Request Body Object that tells how single fields of a form are encoded: the
/// Encoding Objects of the document.
pub(crate) const ENCODING: &str = "x-encoding";

/// A form in which the generator sends a body. The most typed comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Json,
    Urlencoded,
    Text,
    Bytes,
}

/// Gives every operation one request body at most, in a form that can be sent.
pub(super) fn one_media_type(draft: &mut Draft) {
    for operation in draft.operations() {
        if let Err(reason) = of_operation(draft, &operation) {
            draft.leave_out(&operation, &reason);
        }
    }
}

fn of_operation(draft: &mut Draft, operation: &Pointer) -> Result<(), String> {
    let place = operation.join("requestBody");
    let Some(body) = place.get(&draft.document) else { return Ok(()) };
    let mut body = draft.resolved(body).clone();
    let is_required = body.get("required") == Some(&json!(true));
    let content = body.get("content").and_then(Value::as_object).cloned().unwrap_or_default();
    let best = content.iter().filter(|(name, _)| is_sendable(name)).min_by_key(|(name, media)| {
        // What is known exactly before what the caller would have to say; JSON before its relatives.
        (is_open(name) && form(name, media) != Form::Json, form(name, media), essence(name) != JSON)
    });
    let Some((name, media)) = best else {
        if content.is_empty() {
            return Ok(());
        }
        return Err(format!("takes a body in {} only, which is no media type", listed(&content)));
    };
    let others: Map<String, Value> =
        content.iter().filter(|(other, _)| *other != name).map(|(n, v)| (n.clone(), v.clone())).collect();
    if !others.is_empty() {
        let text = format!("the body is sent as `{name}`; {} is not offered", listed(&others));
        draft.note(place.join("content"), Fate::Dropped, text);
    }
    let chosen = place.join("content").join(name);
    let form = form(name, media);
    let is_asked = form != Form::Json && is_open(name);
    if is_asked {
        let text = format!("the body is given as bytes, and its media type, one of `{name}`, with them");
        draft.note(chosen, Fate::Widened, text);
        ask_for_media_type(draft, operation, is_required && !includes(name, BYTES));
    } else if matches!(form, Form::Text | Form::Bytes) && media.get("schema").is_some_and(is_more_than_text) {
        draft.note(chosen, Fate::Widened, format!("the body is given as it goes out, in `{name}`"));
    }
    let (sent, schema) = match form {
        Form::Json => (JSON, declared_schema(media)),
        Form::Urlencoded => (FORM, declared_schema(media)),
        Form::Text => (TEXT, json!({"type": "string"})),
        Form::Bytes => (BYTES, json!({"type": "string", "format": "binary"})),
    };
    if let Value::Object(members) = &mut body {
        members.insert("content".into(), json!({sent: {"schema": schema}}));
        if let Some(encoding) = media.get("encoding").filter(|_| form == Form::Urlencoded) {
            members.insert(ENCODING.into(), encoding.clone());
        }
        if name != sent && !is_open(name) {
            members.insert(CONTENT_TYPE.into(), json!(name));
        }
    }
    if let Some(at) = draft.at(&place)
        && *at != body
    {
        *at = body;
    }
    Ok(())
}

fn form(name: &str, media: &Value) -> Form {
    match essence(name) {
        _ if media::is_json(name, media) => Form::Json,
        essence if essence == FORM => Form::Urlencoded,
        essence if essence.starts_with("text/") && !is_open(name) && is_utf8(name) => Form::Text,
        _ => Form::Bytes,
    }
}

/// Whether more is to be said than the document does.
fn is_open(name: &str) -> bool {
    let essence = essence(name);
    essence.contains('*') || (essence.starts_with("multipart/") && !name.contains("boundary="))
}

/// Whether a text of this type is what a Rust string is.
fn is_utf8(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let charset = name.split_once("charset=").map(|(_, rest)| rest.trim_matches(['"', ' ', ';']));
    charset.is_none_or(|charset| charset.starts_with("utf-8") || charset.starts_with("us-ascii"))
}

/// Whether a header can have this value, and the value is a type and a subtype.
fn is_sendable(name: &str) -> bool {
    let is_visible = |c: char| c.is_ascii_graphic() || c == ' ';
    name.chars().all(is_visible)
        && essence(name).split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
}

/// Whether a range of media types has this one in it.
fn includes(range: &str, name: &str) -> bool {
    let range = essence(range);
    range == "*/*" || range.strip_suffix('*').is_some_and(|start| name.starts_with(start))
}

/// Whether a schema says more than that there is text.
fn is_more_than_text(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| {
        schema.iter().any(|(name, value)| match name.as_str() {
            "type" => value != "string",
            "format" => value != "binary",
            "description" | "title" => false,
            _ => true,
        })
    })
}

fn declared_schema(media: &Value) -> Value {
    media.get("schema").cloned().unwrap_or_else(|| json!({}))
}

/// Adds a parameter for the media type. OpenAPI passes over a declared one of that name, so there is none.
fn ask_for_media_type(draft: &mut Draft, operation: &Pointer, is_required: bool) {
    let parameter = json!({
        "name": "Content-Type", "in": "header", "required": is_required, "schema": {"type": "string"},
        "description": "The media type of the body, with its boundary if it is multipart.",
    });
    if let Some(Value::Object(operation)) = draft.at(operation) {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Value::Array(parameters) = parameters {
            parameters.push(parameter);
        }
    }
}

fn listed(content: &Map<String, Value>) -> String {
    content.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
