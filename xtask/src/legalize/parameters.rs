//! Parameters: a value that the generator cannot write is given as the text that goes over the wire.
//!
//! The generator writes scalars everywhere, and lists and objects in a query, spread out. Whatever
//! else a style makes of a value, it is text in the end, so the caller gives that text. What cannot
//! be sent at all is not offered; if it is required, the operation is left out.

use serde_json::{Value, json};

use super::draft::Draft;
use crate::document::resolved;
use crate::pointer::Pointer;
use crate::report::Fate;

/// What becomes of a parameter.
enum Outcome {
    /// It stays as it is.
    Stays,
    /// It is a string: the words say of what.
    Text(&'static str),
    /// It can be sent with a value, but not with null.
    NotNull,
    /// It cannot be sent; the words say why.
    Unsendable(&'static str),
}

/// Makes every parameter one that can be sent.
pub(super) fn make_sendable(draft: &mut Draft) {
    for operation in draft.operations() {
        if let Err(reason) = of_operation(draft, &operation) {
            draft.leave_out(&operation, &reason);
        }
    }
    // The parameters of a path now stand at its operations.
    if let Some(Value::Object(paths)) = draft.document.get_mut("paths") {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.remove("parameters");
        }
    }
}

/// Fails with the reason if the operation has to be left out.
fn of_operation(draft: &mut Draft, operation: &Pointer) -> Result<(), String> {
    let mut parameters: Vec<(Pointer, Value)> = Vec::new();
    // A parameter of the operation takes the place of the path's of the same name and place.
    for owner in [operation.parent().unwrap_or_default(), operation.clone()] {
        let place = owner.join("parameters");
        let declared = place.get(&draft.document).and_then(Value::as_array);
        for (index, parameter) in declared.into_iter().flatten().enumerate() {
            let parameter = draft.resolved(parameter).clone();
            parameters.retain(|(_, other)| {
                !(other.get("name") == parameter.get("name") && other.get("in") == parameter.get("in"))
            });
            parameters.push((place.join(index), parameter));
        }
    }
    let mut kept = Vec::new();
    for (place, mut parameter) in parameters {
        let name = text(&parameter, "name").to_owned();
        match outcome(draft, &parameter) {
            Outcome::Stays => kept.push(parameter),
            Outcome::Text(what) => {
                draft.note(place, Fate::Widened, format!("`{name}` is given as text: {what}"));
                if let Value::Object(members) = &mut parameter {
                    for gone in ["content", "style", "explode", "example", "examples"] {
                        members.remove(gone);
                    }
                    members.insert("schema".into(), json!({"type": "string"}));
                }
                kept.push(parameter);
            }
            Outcome::NotNull => {
                draft.note(place, Fate::Dropped, format!("`{name}` cannot be null, which has no text"));
                if let Some(schema) = parameter.get("schema") {
                    let mut schema = draft.resolved(schema).clone();
                    if let Some(members) = schema.as_object_mut() {
                        members.remove("nullable");
                    }
                    parameter["schema"] = schema;
                }
                kept.push(parameter);
            }
            Outcome::Unsendable(reason) if parameter.get("required") == Some(&json!(true)) => {
                return Err(format!("needs the parameter `{name}`, which {reason}"));
            }
            Outcome::Unsendable(reason) => {
                draft.note(place, Fate::Dropped, format!("`{name}` is not offered: it {reason}"));
            }
        }
    }
    let template = operation.parent().and_then(|item| item.last()).unwrap_or_default();
    for (name, _) in template.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        let declared = kept.iter().any(|p| text(p, "in") == "path" && text(p, "name") == name);
        if !declared {
            return Err(format!("has no path parameter `{name}`, which its path names"));
        }
    }
    kept.retain(|p| text(p, "in") != "path" || template.contains(&format!("{{{}}}", text(p, "name"))));
    if let Some(Value::Object(operation)) = draft.at(operation) {
        operation.insert("parameters".into(), Value::Array(kept));
    }
    Ok(())
}

fn outcome(draft: &Draft, parameter: &Value) -> Outcome {
    let place = text(parameter, "in");
    let name = text(parameter, "name").to_ascii_lowercase();
    let in_query = place == "query";
    match place {
        "cookie" => return Outcome::Unsendable("is a cookie"),
        // OpenAPI says that a parameter of such a name is to be passed over.
        "header" if ["accept", "content-type", "authorization"].contains(&name.as_str()) => {
            return Outcome::Unsendable("is a header that OpenAPI has other words for");
        }
        _ => (),
    }
    if parameter.get("content").is_some() {
        return Outcome::Text("the encoded value");
    }
    let Some(schema) = parameter.get("schema") else { return Outcome::Text("any value") };
    let schema = draft.resolved(schema);
    let kind = kind(&draft.document, schema);
    let exploded = parameter.get("explode").and_then(Value::as_bool);
    match (text(parameter, "style"), kind) {
        ("deepObject", _) => Outcome::Unsendable("is an object in the style `deepObject`"),
        ("label" | "matrix", _) => Outcome::Unsendable("is written in the style `label` or `matrix`"),
        ("spaceDelimited", Shape::List) if exploded != Some(true) => {
            Outcome::Text("the values, separated by spaces")
        }
        ("pipeDelimited", Shape::List) if exploded != Some(true) => {
            Outcome::Text("the values, separated by `|`")
        }
        (_, Shape::List) if !in_query || exploded == Some(false) => {
            Outcome::Text("the values, separated by commas")
        }
        (_, Shape::Object) if !in_query || exploded == Some(false) => {
            Outcome::Text("the names and values, separated by commas")
        }
        (_, Shape::Other) => Outcome::Text("of one of several types"),
        (_, Shape::Scalar) if !in_query && schema.get("nullable") == Some(&json!(true)) => Outcome::NotNull,
        _ => Outcome::Stays,
    }
}

/// What the value of a parameter looks like.
#[derive(Clone, Copy)]
enum Shape {
    Scalar,
    List,
    Object,
    Other,
}

/// Whether a parameter of a legalized document has a scalar value.
pub(super) fn is_scalar(legalized: &Value, parameter: &Value) -> bool {
    let parameter = resolved(legalized, parameter);
    let schema = parameter.get("schema");
    schema.is_some_and(|schema| matches!(kind(legalized, resolved(legalized, schema)), Shape::Scalar))
}

fn kind(document: &Value, schema: &Value) -> Shape {
    match schema.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number" | "boolean") => Shape::Scalar,
        Some("array") => Shape::List,
        Some("object") => Shape::Object,
        _ => match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => kind(document, resolved(document, only)),
            _ if schema.get("properties").is_some() => Shape::Object,
            _ => Shape::Other,
        },
    }
}

fn text<'a>(parameter: &'a Value, member: &str) -> &'a str {
    parameter.get(member).and_then(Value::as_str).unwrap_or_default()
}
