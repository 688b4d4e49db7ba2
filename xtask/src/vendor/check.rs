//! What every later stage takes for granted: objects where objects belong, and references that lead
//! somewhere in the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::grammar::{self, Kind};
use super::{Report, brief};
use crate::pointer::Pointer;

/// Refuses what a document must not have.
pub fn check(document: &Value, report: &mut Report) {
    let root = Pointer::root();
    match document.get("paths") {
        Some(Value::Object(_)) => {}
        _ => report.refuse(root.clone(), "a document without `paths`: is the file truncated?"),
    }
    for name in ["title", "version"] {
        if !document.pointer(&format!("/info/{name}")).is_some_and(Value::is_string) {
            report.refuse(root.join("info"), format!("`info` without a `{name}` in quotes"));
        }
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
    if Pointer::from_local_ref(text).is_none_or(|target| target.get(document).is_none()) {
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
