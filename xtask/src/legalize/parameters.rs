//! Parameters that the generator cannot write: hand-written code writes them in the declared style.
//!
//! The generator writes scalars everywhere, and lists of them in a query, spread out. For any other style, [`STYLED`]
//! has the form in the request, and the parameter becomes one that the generator accepts. A parameter that cannot be
//! sent is dropped; if it is required, the operation is left out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::names::in_template;
use super::{media, nullable, places};
use crate::document::resolved;
use crate::pointer::Pointer;
use crate::report::Fate;

/// The extension of a Parameter Object that goes over the wire in another way than the generator knows:
/// where (`in`), how (`style`, `explode`), and if it is another than the generator is told, of which type
/// (`schema`).
pub(crate) const STYLED: &str = "x-parameter";

/// What becomes of a parameter.
enum Outcome {
    /// It stays as it is.
    Stays,
    /// It is written in this style.
    Styled(&'static str),
    /// It is a string: the words say of what.
    Text(&'static str),
    /// It can be sent with a value, but not with null.
    NotNull,
    /// It is none, whatever it says of itself; the words say why.
    Ignored(&'static str),
    /// It cannot be sent; the words say why.
    Unsendable(&'static str),
}

/// Makes every parameter one that can be sent.
pub(super) fn make_sendable(draft: &mut Draft) {
    share_types(draft);
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

/// Gives a parameter that is a component a type that is one, too: the generator makes a type for each operation that
/// has the parameter.
fn share_types(draft: &mut Draft) {
    let parameters = Pointer::root().join("components").join("parameters");
    let Some(Value::Object(all)) = parameters.get(&draft.document) else { return };
    let mut places: Vec<(String, Pointer)> = Vec::new();
    for (name, parameter) in all {
        let place = parameters.join(name);
        let content = parameter.get("content").and_then(Value::as_object).into_iter().flatten();
        let media = content.map(|(media, _)| place.join("content").join(media).join("schema"));
        let of_parameter: Vec<Pointer> = media.chain([place.join("schema")]).collect();
        places.extend(of_parameter.into_iter().map(|place| (name.clone(), place)));
    }
    for (name, mut place) in places {
        // A list is one of Rust; its items may have a type.
        while place.get(&draft.document).is_some_and(|schema| schema.get("items").is_some()) {
            place = place.join("items");
        }
        if place.get(&draft.document).is_some_and(makes_a_type)
            && let Some(schema) = draft.at(&place).map(Value::take)
        {
            let reference = places::component(draft, &place, &name, schema);
            if let Some(at) = draft.at(&place) {
                *at = reference;
            }
        }
    }
}

/// Whether the generator makes a type of a schema that is no component.
fn makes_a_type(schema: &Value) -> bool {
    const MAKING: [&str; 7] = ["enum", "minLength", "maxLength", "properties", "allOf", "anyOf", "oneOf"];
    MAKING.iter().any(|keyword| schema.get(keyword).is_some())
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
            Outcome::Stays => {
                // For a plain value all styles of a query are one, and the generator knows one.
                if text(&parameter, "in") == "query"
                    && let Value::Object(members) = &mut parameter
                {
                    members.remove("style");
                }
                kept.push(parameter);
            }
            Outcome::Styled(style) => {
                if let Some(note) = style_without_rule(draft, &parameter, style) {
                    draft.note(place, Fate::Dropped, format!("`{name}` {note}"));
                }
                kept.push(styled(draft, operation, &parameter, style));
            }
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
                    parameter["schema"] = without_null(&draft.document, schema);
                }
                kept.push(parameter);
            }
            Outcome::Ignored(reason) => {
                draft.note(place, Fate::Dropped, format!("`{name}` is not offered: it {reason}"));
            }
            Outcome::Unsendable(reason) if parameter.get("required") == Some(&json!(true)) => {
                return Err(format!("needs the parameter `{name}`, which {reason}"));
            }
            Outcome::Unsendable(reason) => {
                draft.note(place, Fate::Reduced, format!("`{name}` is not offered: it {reason}"));
            }
        }
    }
    let template = operation.parent().and_then(|item| item.last()).unwrap_or_default();
    for name in in_template(&template) {
        let declared = kept.iter().any(|p| text(p, "in") == "path" && text(p, "name") == name);
        if !declared {
            let text =
                format!("the path names the parameter `{name}`, which is not declared: any text is sent");
            draft.note(operation.clone(), Fate::Guessed, text);
            kept.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
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
    let name = text(parameter, "name");
    // OpenAPI says that a parameter of such a name is to be passed over.
    let is_reserved = |reserved: &&str| name.eq_ignore_ascii_case(reserved);
    if place == "header" && ["accept", "content-type", "authorization"].iter().any(is_reserved) {
        return Outcome::Ignored("is a header that OpenAPI says by other means");
    }
    if matches!(place, "header" | "cookie") && !is_token(name) {
        return Outcome::Unsendable("has a name that no header can have");
    }
    if let Some(content) = parameter.get("content") {
        let is_json = content
            .as_object()
            .is_some_and(|content| content.iter().any(|(name, media)| media::is_json(name, media)));
        return if is_json { Outcome::Styled("json") } else { Outcome::Text("the encoded value") };
    }
    let Some(schema) = parameter.get("schema") else { return Outcome::Text("any value") };
    let schema = draft.resolved(schema);
    let shape = shape(&draft.document, schema);
    let is_exploded = is_exploded(parameter);
    let is_nullable = allows_null(&draft.document, schema, DEPTH);
    let holds_scalars = schema.get("items").is_some_and(|items| {
        matches!(self::shape(&draft.document, draft.resolved(items)), Shape::Scalar)
            && !allows_null(&draft.document, items, DEPTH)
    });
    match (place, style(parameter), shape) {
        ("header" | "path", _, Shape::Other) => Outcome::Text("of one of several types"),
        ("query", _, Shape::Other) if !has_structure(&draft.document, schema, DEPTH) => {
            Outcome::Text("of one of several types")
        }
        ("header" | "path", "simple", Shape::Scalar) if is_nullable => Outcome::NotNull,
        (_, "form" | "simple" | "spaceDelimited" | "pipeDelimited" | "deepObject", Shape::Scalar)
            if place != "cookie" =>
        {
            Outcome::Stays
        }
        ("query", "form", Shape::List) if is_exploded && holds_scalars => Outcome::Stays,
        (_, "label", _) => Outcome::Styled("label"),
        (_, "matrix", _) => Outcome::Styled("matrix"),
        (_, "simple", _) => Outcome::Styled("simple"),
        (_, "spaceDelimited", _) => Outcome::Styled("spaceDelimited"),
        (_, "pipeDelimited", _) => Outcome::Styled("pipeDelimited"),
        (_, "deepObject", _) => Outcome::Styled("deepObject"),
        _ => Outcome::Styled("form"),
    }
}

/// The style of a parameter, declared or not.
fn style(parameter: &Value) -> &str {
    match (text(parameter, "style"), text(parameter, "in")) {
        ("", "query" | "cookie") => "form",
        ("", _) => "simple",
        (declared, _) => declared,
    }
}

fn is_exploded(parameter: &Value) -> bool {
    let declared = parameter.get("explode").and_then(Value::as_bool);
    declared.unwrap_or(style(parameter) == "form")
}

/// Whether a header or a cookie can have this name (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

/// What is to be said of a value within a value, for which OpenAPI has no rule.
fn style_without_rule(draft: &Draft, parameter: &Value, style: &str) -> Option<&'static str> {
    let schema = draft.resolved(parameter.get("schema")?);
    let is_scalar =
        |schema: &Value| matches!(shape(&draft.document, resolved(&draft.document, schema)), Shape::Scalar);
    let has_inner = schema.get("items").is_some_and(|items| !is_scalar(items))
        || schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|properties| properties.values().any(|property| !is_scalar(property)));
    let is_list = schema.get("items").is_some();
    match style {
        "json" => None,
        "deepObject" if has_inner || is_list => {
            Some("may hold lists, which OpenAPI leaves open: they are written as `name[]=value`")
        }
        "deepObject" => None,
        _ if has_inner => {
            Some("may hold a value within a value, which OpenAPI leaves open: it is written as JSON")
        }
        _ => None,
    }
}

/// The parameter as the generator takes it, with what it is in truth.
fn styled(draft: &mut Draft, operation: &Pointer, parameter: &Value, style: &str) -> Value {
    let place = text(parameter, "in").to_owned();
    let mut truth = json!({"in": place, "style": style, "explode": is_exploded(parameter)});
    let schema = match parameter.pointer("/content").and_then(Value::as_object) {
        Some(content) => media::json_of(content).and_then(|(_, media)| media.get("schema")),
        None => parameter.get("schema"),
    };
    let schema = schema.cloned().unwrap_or_else(|| json!({}));
    // The generator takes no object for a parameter, so it is told of a string.
    let is_plain = matches!(shape(&draft.document, draft.resolved(&schema)), Shape::Scalar | Shape::List);
    let shown = if is_plain {
        schema
    } else {
        let name = format!("{} {}", draft.name_of(operation), text(parameter, "name"));
        let reference = if schema.get("$ref").is_some() { schema } else { draft.add_schema(&name, schema) };
        if let Value::Object(truth) = &mut truth {
            truth.insert("schema".into(), reference);
        }
        json!({"type": "string"})
    };
    let mut members: Map<String, Value> = parameter.as_object().cloned().unwrap_or_default();
    for gone in ["content", "style", "explode", "example", "examples"] {
        members.remove(gone);
    }
    if place == "cookie" {
        members.insert("in".into(), json!("header"));
    }
    members.insert("schema".into(), shown);
    members.insert(STYLED.into(), truth);
    Value::Object(members)
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
    parameter.get(STYLED).is_none()
        && schema.is_some_and(|schema| matches!(shape(legalized, resolved(legalized, schema)), Shape::Scalar))
}

/// How deep references are followed for what a value may be.
const DEPTH: usize = 8;

/// Whether one of the several things that a value may be is a list or an object, which no text can say.
fn has_structure(document: &Value, schema: &Value, depth: usize) -> bool {
    let schema = resolved(document, schema);
    if matches!(shape(document, schema), Shape::List | Shape::Object) {
        return true;
    }
    let branches = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema.get(name)?.as_array());
    depth > 0 && branches.flatten().any(|branch| has_structure(document, branch, depth - 1))
}

/// Whether the generator would take null for a scalar, as `nullable`, one of its values or a part of it says.
fn allows_null(document: &Value, schema: &Value, depth: usize) -> bool {
    let schema = resolved(document, schema);
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    schema.get("nullable") == Some(&json!(true))
        || list("enum").any(Value::is_null)
        || depth > 0 && list("allOf").any(|part| allows_null(document, part, depth - 1))
}

/// The schema of a scalar without null. That of a component is moved to where it is used, so not to here.
fn without_null(document: &Value, schema: &Value) -> Value {
    let mut bare = resolved(document, schema).clone();
    let Some(members) = bare.as_object_mut() else { return bare };
    if schema.get("$ref").is_some() && nullable::allows(members, &BTreeSet::new()) {
        return schema.clone();
    }
    write_out_parts(document, members, DEPTH);
    nullable::forbid(members);
    bare
}

/// Puts what parts refer to in their places.
fn write_out_parts(document: &Value, schema: &mut Map<String, Value>, depth: usize) {
    let Some(Value::Array(parts)) = schema.get_mut("allOf") else { return };
    for part in parts {
        *part = resolved(document, part).clone();
        if let (Value::Object(part), Some(depth)) = (part, depth.checked_sub(1)) {
            write_out_parts(document, part, depth);
        }
    }
}

fn shape(document: &Value, schema: &Value) -> Shape {
    match schema.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number" | "boolean") => Shape::Scalar,
        Some("array") => Shape::List,
        Some("object") => Shape::Object,
        _ => match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => shape(document, resolved(document, only)),
            _ if schema.get("properties").is_some() => Shape::Object,
            _ => Shape::Other,
        },
    }
}

fn text<'a>(parameter: &'a Value, member: &str) -> &'a str {
    parameter.get(member).and_then(Value::as_str).unwrap_or_default()
}
