//! Marks deprecated items, so that the compiler warns.
//!
//! progenitor ignores deprecation. Operations and parameters are found again by name. A schema is not, so its
//! description carries the mark through progenitor, and keeps it in the documentation of the type.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use syn::{Attribute, parse_quote};

use crate::pointer::Pointer;
use crate::vendor::grammar::{Kind, rewrite};

/// What the description of a deprecated schema begins with.
const MARK: &str = "**Deprecated.**";

/// The document with a mark in the description of every schema that is deprecated.
pub(crate) fn marked(document: &Value) -> Cow<'_, Value> {
    // Most documents have none.
    if !is_in(document) {
        return Cow::Borrowed(document);
    }
    let mut marked = document.clone();
    rewrite(Kind::Document, &mut marked, &Pointer::root(), &mut |kind, object, _| {
        if kind == Kind::Schema && is_deprecated(object) && !object.contains_key("$ref") {
            let words = object.get("description").and_then(Value::as_str).unwrap_or_default();
            let words = format!("{MARK}\n\n{words}");
            object.insert("description".into(), json!(words.trim_end()));
        }
    });
    Cow::Owned(marked)
}

fn is_in(value: &Value) -> bool {
    match value {
        Value::Object(members) => is_deprecated(members) || members.values().any(is_in),
        Value::Array(items) => items.iter().any(is_in),
        _ => false,
    }
}

fn is_deprecated(object: &Map<String, Value>) -> bool {
    object.get("deprecated") == Some(&json!(true))
}

/// The words of a description that has the mark.
pub(crate) fn unmarked(description: &str) -> Option<&str> {
    description.strip_prefix(MARK).map(str::trim_start)
}

/// Makes the compiler warn whoever uses an item.
pub(crate) fn deprecate(attributes: &mut Vec<Attribute>) {
    attributes.push(parse_quote! { #[deprecated = "the document of the API deprecates it"] });
}
