//! Takes the words out of a document: what is left is what callers and servers must agree on.
//!
//! Words are summaries, descriptions, titles, examples, contacts, links to documentation, and
//! extensions (`x-`), which no caller can rely on. Types, formats, limits, defaults, lists of values,
//! `required`, `deprecated`, `readOnly`, tags and the title and version of the API are structure; so is the title of a
//! branch of `oneOf` or `anyOf`, which is a name.
//! A response must have a description; it becomes the standard reason phrase of its status.

use http::StatusCode;
use serde_json::{Map, Value};

use super::grammar::{self, Kind, is_extension};
use crate::pointer::Pointer;

/// Takes the words out of a part of a document.
pub fn drop_words(kind: Kind, value: &mut Value) {
    grammar::rewrite(kind, value, &Pointer::root(), &mut |kind, object, at| match kind {
        Kind::Document => {
            strip(kind, object);
            for name in ["paths", "webhooks"] {
                drop_extensions(object.get_mut(name));
            }
        }
        Kind::Operation => {
            strip(kind, object);
            drop_extensions(object.get_mut("responses"));
            if let Some(Value::Object(responses)) = object.get_mut("responses") {
                for (status, response) in responses {
                    describe(response, phrase(status));
                }
            }
        }
        Kind::Components => {
            strip(kind, object);
            if let Some(Value::Object(responses)) = object.get_mut("responses") {
                responses.values_mut().for_each(|response| describe(response, "Response"));
            }
        }
        Kind::Response => {
            strip(kind, object);
            if object.contains_key("$ref") {
                object.remove("description");
            }
        }
        // Its members are expressions of the API, each with a path item.
        Kind::Callback => object.retain(|name, _| !is_extension(name)),
        Kind::Schema if is_branch(at) => {
            // It is what the branch is called, as a component has a name.
            let title = object.remove("title").filter(Value::is_string);
            strip(kind, object);
            object.extend(title.map(|title| ("title".to_owned(), title)));
        }
        _ => strip(kind, object),
    });
}

/// Whether a schema is one of several.
fn is_branch(at: &Pointer) -> bool {
    at.parent()
        .and_then(|around| around.last())
        .is_some_and(|keyword| keyword == "oneOf" || keyword == "anyOf")
}

fn strip(kind: Kind, object: &mut Map<String, Value>) {
    object.retain(|name, _| !is_extension(name) && !is_word(kind, name));
    // A set: its order is nobody's choice.
    if kind == Kind::Schema
        && let Some(Value::Array(required)) = object.get_mut("required")
    {
        required.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
        required.dedup();
    }
}

/// Whether a member is there for people only.
fn is_word(kind: Kind, name: &str) -> bool {
    match (kind, name) {
        // Set by the operation, which knows the status.
        (Kind::Response, "description") => false,
        // Examples in `components` are words from end to end.
        (_, "summary" | "description" | "externalDocs" | "example" | "examples") => true,
        (Kind::Info, "termsOfService" | "contact" | "license") => true,
        (Kind::Schema, "title" | "$comment") => true,
        _ => false,
    }
}

fn drop_extensions(named: Option<&mut Value>) {
    if let Some(Value::Object(named)) = named {
        named.retain(|name, _| !is_extension(name));
    }
}

fn describe(response: &mut Value, words: &str) {
    if let Value::Object(response) = response
        && !response.contains_key("$ref")
    {
        response.insert("description".to_owned(), words.into());
    }
}

/// The reason phrase of a status (RFC 9110 and the registry it founded), or of a range of them.
fn phrase(status: &str) -> &'static str {
    let known = StatusCode::from_bytes(status.as_bytes()).ok();
    match (known.and_then(|status| status.canonical_reason()), status.as_bytes().first()) {
        (Some(phrase), _) => phrase,
        (None, Some(b'1')) => "Informational",
        (None, Some(b'2')) => "Success",
        (None, Some(b'3')) => "Redirection",
        (None, Some(b'4')) => "Client Error",
        (None, Some(b'5')) => "Server Error",
        _ => "Any other status",
    }
}

/// Makes every response have a description, which OpenAPI requires, and leaves those that are there.
pub fn describe_responses(document: &mut Value) {
    let place = Pointer::root();
    grammar::rewrite(Kind::Document, document, &place, &mut |kind, object, _| {
        if kind == Kind::Operation
            && let Some(Value::Object(responses)) = object.get_mut("responses")
        {
            for (status, response) in responses {
                if !response.get("description").is_some_and(Value::is_string) {
                    describe(response, phrase(status));
                }
            }
        }
        // Null words are a slip of the pen in YAML.
        object.retain(|name, value| !(value.is_null() && is_word(kind, name)));
    });
}
