//! What stands where in an OpenAPI 3.1 document.
//!
//! A member named `description` is a sentence in an operation and a property of the API under
//! `properties`. Everything that rewrites or reads a document goes through this table, so that the
//! two are never confused.

use serde_json::{Map, Value};

use crate::document::METHODS;
use crate::pointer::Pointer;

/// The kinds of object that the OpenAPI specification names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The document itself.
    Document,
    /// Title and version of the API.
    Info,
    /// A base address.
    Server,
    /// A variable of a server's address.
    ServerVariable,
    /// The named parts.
    Components,
    /// The operations of a path.
    PathItem,
    /// A method on a path.
    Operation,
    /// A parameter that is no body.
    Parameter,
    /// The body of a request.
    RequestBody,
    /// The content of a body in one media type.
    MediaType,
    /// How one property of a form is encoded.
    Encoding,
    /// The answer with one status.
    Response,
    /// A header of an answer.
    Header,
    /// An example with a name.
    Example,
    /// A link from an answer to an operation.
    Link,
    /// Requests that the server makes: path items by expression.
    Callback,
    /// A way to authenticate.
    SecurityScheme,
    /// A tag and what it means.
    Tag,
    /// A JSON schema.
    Schema,
    /// A link to documentation elsewhere.
    ExternalDocs,
}

/// How the objects of a kind stand in a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The member is the object.
    One(Kind),
    /// The member is an array of them.
    List(Kind),
    /// The member is an object that holds them by name.
    Named(Kind),
}

use Kind::*;
use Shape::{List, Named, One};

/// What stands in the member `name` of an object of this kind. None: a plain value.
#[must_use]
pub fn member(kind: Kind, name: &str) -> Option<Shape> {
    Some(match (kind, name) {
        (Document, "info") => One(Info),
        (Document | PathItem | Operation, "servers") => List(Server),
        (Document, "paths" | "webhooks") => Named(PathItem),
        (Document, "components") => One(Components),
        (Document, "tags") => List(Tag),
        (Document | Operation | Tag | Schema, "externalDocs") => One(ExternalDocs),
        (Server, "variables") => Named(ServerVariable),
        (Components, "schemas") => Named(Schema),
        (Components, "responses") | (Operation, "responses") => Named(Response),
        (Components, "parameters") => Named(Parameter),
        (Components | Parameter | Header | MediaType, "examples") => Named(Example),
        (Components, "requestBodies") => Named(RequestBody),
        (Components | Response | Encoding, "headers") => Named(Header),
        (Components, "securitySchemes") => Named(SecurityScheme),
        (Components | Response, "links") => Named(Link),
        (Components | Operation, "callbacks") => Named(Callback),
        (Components, "pathItems") => Named(PathItem),
        (PathItem, method) if METHODS.contains(&method) => One(Operation),
        (PathItem | Operation, "parameters") => List(Parameter),
        (Operation, "requestBody") => One(RequestBody),
        (Callback, expression) if !is_extension(expression) && expression != "$ref" => One(PathItem),
        (Parameter | Header | MediaType, "schema") => One(Schema),
        (Parameter | Header | RequestBody | Response, "content") => Named(MediaType),
        (MediaType, "encoding") => Named(Encoding),
        (Link, "server") => One(Server),
        (Schema, "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions") => {
            Named(Schema)
        }
        (Schema, "allOf" | "anyOf" | "oneOf" | "prefixItems") => List(Schema),
        (
            Schema,
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema",
        ) => One(Schema),
        _ => return None,
    })
}

/// Whether a member of an object of the specification is an extension to it.
#[must_use]
pub fn is_extension(name: &str) -> bool {
    name.starts_with("x-")
}

/// Whether names in this map are given by the API. In the others `x-` marks an extension, as it
/// does among the paths and the statuses.
fn has_extensions(kind: Kind, name: &str) -> bool {
    matches!((kind, name), (Document, "paths" | "webhooks") | (Operation, "responses"))
}

/// The objects that stand directly in an object of this kind, each with its place.
pub fn children<'a>(
    kind: Kind,
    object: &'a Map<String, Value>,
    at: &Pointer,
) -> Vec<(Kind, &'a Value, Pointer)> {
    let mut found = Vec::new();
    for (name, value) in object {
        let place = at.join(name);
        match (member(kind, name), value) {
            (Some(One(child)), value) => found.push((child, value, place)),
            (Some(List(child)), Value::Array(items)) => {
                let placed = items.iter().enumerate();
                found.extend(placed.map(|(index, item)| (child, item, place.join(index))));
            }
            (Some(Named(child)), Value::Object(named)) => {
                let extensions = has_extensions(kind, name);
                let placed = named.iter().filter(|(name, _)| !(extensions && is_extension(name)));
                found.extend(placed.map(|(name, value)| (child, value, place.join(name))));
            }
            _ => {}
        }
    }
    found
}

/// Shows every object of a part of a document to `see`, the outer before the inner.
pub fn visit<'a, F>(kind: Kind, value: &'a Value, at: &Pointer, see: &mut F)
where
    F: FnMut(Kind, &'a Map<String, Value>, &Pointer),
{
    if let Value::Object(object) = value {
        see(kind, object, at);
        for (child, value, place) in children(kind, object, at) {
            visit(child, value, &place, see);
        }
    }
}

/// Hands every object of a part of a document to `change`, the outer before the inner.
///
/// The places given are those before anything was renamed.
pub fn rewrite<F>(kind: Kind, value: &mut Value, at: &Pointer, change: &mut F)
where
    F: FnMut(Kind, &mut Map<String, Value>, &Pointer),
{
    let Value::Object(object) = value else { return };
    change(kind, object, at);
    for (name, value) in object.iter_mut() {
        let place = at.join(name);
        match (member(kind, name), value) {
            (Some(One(child)), value) => rewrite(child, value, &place, change),
            (Some(List(child)), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    rewrite(child, item, &place.join(index), change);
                }
            }
            (Some(Named(child)), Value::Object(named)) => {
                let extensions = has_extensions(kind, name);
                for (name, value) in named.iter_mut() {
                    if !(extensions && is_extension(name)) {
                        rewrite(child, value, &place.join(name), change);
                    }
                }
            }
            _ => {}
        }
    }
}
