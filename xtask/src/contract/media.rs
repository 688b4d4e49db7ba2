//! Which of the media types that a body may have is expected: JSON, a form, text, and then whatever comes first.

use serde_json::{Map, Value};

/// The media type of HTML forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// A media type with its Media Type Object.
pub(super) type Media<'a> = (&'a str, &'a Value);

/// The expected one of the media types in a `content`.
pub(super) fn expected<'a>(content: &'a Map<String, Value>) -> Option<Media<'a>> {
    let all = content.iter().map(|(name, media)| (name.as_str(), media));
    all.min_by_key(|(name, _)| {
        let essence = essence(name);
        (!is_json(name), essence != "application/json", essence != FORM, !essence.starts_with("text/"))
    })
}

/// The media type without its parameters.
pub(super) fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether bodies of this type are JSON.
pub(super) fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Whether it is a range of media types, or one whose parameters the sender chooses.
pub(super) fn is_open(name: &str) -> bool {
    let essence = essence(name);
    essence.contains('*') || (essence.starts_with("multipart/") && !name.contains("boundary="))
}
