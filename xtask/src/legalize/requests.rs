//! Request bodies: one media type, of those that the generator can send.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::media::JSON;
use crate::pointer::Pointer;
use crate::report::Fate;

/// The media types that the generator sends, the most typed first.
const SENDABLE: [&str; 5] =
    [JSON, "application/x-www-form-urlencoded", "text/plain", "text/x-markdown", "application/octet-stream"];

/// Gives every operation one request body at most, in a media type that can be sent.
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
    let required = body.get("required") == Some(&json!(true));
    let content = body.get("content").and_then(Value::as_object).cloned().unwrap_or_default();
    if content.is_empty() {
        return Ok(());
    }
    let names = |content: &Map<String, Value>| {
        content.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let chosen = SENDABLE.into_iter().find_map(|sendable| {
        content
            .iter()
            .find(|(name, _)| essence(name) == sendable)
            .map(|(name, media)| (sendable, name, media))
    });
    let Some((sendable, chosen, media)) = chosen else {
        let reason = format!("takes a body in {} only, which cannot be sent", names(&content));
        if required {
            return Err(reason);
        }
        draft.note(place, Fate::Dropped, format!("no body is sent: the operation {reason}"));
        if let Some(Value::Object(operation)) = draft.at(operation) {
            operation.remove("requestBody");
        }
        return Ok(());
    };
    let others: Map<String, Value> =
        content.iter().filter(|(name, _)| *name != chosen).map(|(n, v)| (n.clone(), v.clone())).collect();
    if !others.is_empty() {
        let text = format!("the body is sent as `{chosen}`; {} is not offered", names(&others));
        draft.note(place.join("content"), Fate::Dropped, text);
    }
    if !required {
        draft.note(place.clone(), Fate::Dropped, "the body, which may be left out, is always sent");
    }
    let schema = match sendable {
        "text/plain" | "text/x-markdown" => json!({"type": "string"}),
        "application/octet-stream" => json!({"type": "string", "format": "binary"}),
        _ => media.get("schema").cloned().unwrap_or_else(|| json!({})),
    };
    if media.get("encoding").is_some() {
        let text = "how single fields are encoded is not told to the generator";
        draft.note(place.join("content").join(chosen), Fate::Dropped, text);
    }
    if let Value::Object(members) = &mut body {
        members.insert("content".into(), json!({sendable: {"schema": schema}}));
    }
    if let Some(at) = draft.at(&place)
        && *at != body
    {
        *at = body;
    }
    Ok(())
}

/// A media type without its parameters.
fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
