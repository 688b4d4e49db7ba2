//! What every later stage takes for granted: objects where objects belong, a title and a version. Which references
//! lead nowhere is only found here: an overlay may give what they name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::grammar::{self, Kind};
use super::{Report, brief};
use crate::layout;
use crate::pointer::Pointer;
use crate::report::Fate;

/// The title of an API whose document has none.
pub const NO_TITLE: &str = "API";
/// The version of an API whose document has none.
pub const NO_VERSION: &str = "0.0.0";

/// Gives the API a title and a version where the document has none.
pub fn name(document: &mut Value, report: &mut Report) {
    let Value::Object(members) = document else { return };
    let info = members.entry("info").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(info) = info else { return };
    let place = Pointer::root().join("info");
    for (name, stand_in, option) in [("title", NO_TITLE, ""), ("version", NO_VERSION, "--api-version or ")] {
        match info.get(name) {
            Some(Value::String(_)) => {}
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                let text = format!("{value} is no text; it is read as `{value}`");
                report.note(place.join(name), Fate::Mended, text);
                info.insert(name.to_owned(), value.to_string().into());
            }
            None | Some(Value::Null) => {
                let text = format!(
                    "the document has none: `{stand_in}` is taken, and {option}an action in {} can give another",
                    layout::FIXES
                );
                report.note(place.join(name), Fate::Guessed, text);
                info.insert(name.to_owned(), stand_in.into());
            }
            Some(other) => {
                report.refuse(place.join(name), format!("{} where text belongs", brief(other)));
            }
        }
    }
}

/// Refuses a document that has nothing to call.
///
/// # Errors
/// It has no path; the text says what it has instead.
pub fn has_paths(document: &Value) -> Result<(), String> {
    let is_empty = |member: &str| document.get(member).and_then(Value::as_object).is_none_or(Map::is_empty);
    if is_empty("paths") && !is_empty("webhooks") {
        return Err(
            "describes webhooks only: requests that a server sends, which a client has no calls for".into()
        );
    }
    if document.get("paths").is_none() {
        return Err("a document without `paths`: is the file truncated?".into());
    }
    Ok(())
}

/// Refuses what a document must not have.
pub fn check(document: &Value, report: &mut Report) {
    let root = Pointer::root();
    // One of several files may have parts for the others alone.
    if ["paths", "webhooks", "components"].iter().all(|member| document.get(member).is_none()) {
        report.refuse(root.clone(), "a document without `paths`: is the file truncated?");
    }
    shape(Kind::Document, document, &root, report);
    grammar::visit(Kind::Document, document, &root, &mut |kind, object, at| {
        reference(document, object, at, report);
        if matches!(kind, Kind::Operation | Kind::PathItem) {
            twice(document, object, at, report);
        }
    });
}

fn shape(kind: Kind, value: &Value, at: &Pointer, report: &mut Report) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let (fits, wanted) = match grammar::member(kind, name) {
                    Some(grammar::Shape::List(_)) => (value.is_array(), "a list"),
                    Some(grammar::Shape::Named(_)) => (value.is_object(), "an object"),
                    Some(grammar::Shape::One(_)) | None => continue,
                };
                if !fits {
                    report.refuse(at.join(name), format!("{} where {wanted} belongs", brief(value)));
                }
            }
            for (kind, value, at) in grammar::children(kind, object, at) {
                shape(kind, value, &at, report);
            }
        }
        Value::Bool(_) if kind == Kind::Schema => {}
        _ => report.refuse(at.clone(), format!("{} where an object belongs", brief(value))),
    }
}

fn reference(document: &Value, object: &Map<String, Value>, at: &Pointer, report: &mut Report) {
    let Some(reference) = object.get("$ref") else { return };
    let Some(text) = reference.as_str() else {
        report.refuse(at.join("$ref"), format!("{} is no reference", brief(reference)));
        return;
    };
    let is_there = |target: Pointer| target != Pointer::root() && target.get(document).is_some();
    if !Pointer::from_local_ref(text).is_some_and(is_there) {
        report.leads_nowhere(at.join("$ref"), text);
    }
}

/// A parameter is known by its place and name.
fn twice(document: &Value, holder: &Map<String, Value>, at: &Pointer, report: &mut Report) {
    let mut seen = BTreeSet::new();
    let parameters = holder.get("parameters").and_then(Value::as_array);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        let target = parameter.get("$ref").and_then(Value::as_str);
        let target = target.and_then(Pointer::from_local_ref);
        let parameter = target.as_ref().map_or(Some(parameter), |target| target.get(document));
        let text = |name| parameter.and_then(|p| p.get(name)).and_then(Value::as_str);
        let (Some(place), Some(name)) = (text("in"), text("name")) else { continue };
        if !seen.insert((place, name)) {
            report.refuse(
                at.join("parameters").join(index),
                format!("the {place} parameter `{name}` for the second time; keep one of them"),
            );
        }
    }
}
