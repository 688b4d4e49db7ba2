//! What becomes of every member of every object: one table, from which the walk, the tests and this page are made.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::pointer::Pointer;
use crate::report::Fate;

/// The kinds of object that an OpenAPI 3.1 document is made of, in the words of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the object of that name in the OpenAPI specification")]
pub enum Kind {
    OpenApi,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Components,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Reference,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OAuthFlows,
    OAuthFlow,
    SecurityRequirement,
}

impl Kind {
    /// The member of Components that holds objects of this kind, for those that a Reference Object may stand for.
    #[must_use]
    pub fn section(self) -> Option<&'static str> {
        match self {
            Self::Schema => Some("schemas"),
            Self::Response => Some("responses"),
            Self::Parameter => Some("parameters"),
            Self::Example => Some("examples"),
            Self::RequestBody => Some("requestBodies"),
            Self::Header => Some("headers"),
            Self::SecurityScheme => Some("securitySchemes"),
            Self::Link => Some("links"),
            Self::Callback => Some("callbacks"),
            _ => None,
        }
    }

    /// Whether members that start with `x-` are extensions. In a security requirement they are names of schemes.
    pub(super) fn extensible(self) -> bool {
        self != Self::SecurityRequirement
    }

    /// Whether a member that the table does not list by name falls under its row in braces.
    fn is_open_to(self, key: &str) -> Option<&'static str> {
        match self {
            Self::Paths => Some("{path}"),
            Self::Responses => is_status(key).then_some("{status}"),
            Self::Callback => Some("{expression}"),
            Self::SecurityRequirement => Some("{name}"),
            _ => None,
        }
    }
}

/// `200`, or a range such as `2XX`. The letters may be small, which real documents have; the walk mends them.
fn is_status(key: &str) -> bool {
    match key.as_bytes() {
        [b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A number above zero.
    Positive,
    /// A whole number, zero or more.
    Count,
    /// Any value at all.
    Data,
    /// A list of any values.
    DataList,
    /// A list of strings.
    TextList,
    /// A map to strings.
    TextMap,
    /// A map to any values.
    DataMap,
    /// A string or a list of strings.
    Types,
    /// A number, or the true and false of OpenAPI 3.0.
    Bound,
    /// One object of a kind.
    One(Kind),
    /// One schema, or the list of schemas of earlier drafts.
    OneOrMany(Kind),
    /// A list of objects of a kind.
    Many(Kind),
    /// A map to objects of a kind.
    Named(Kind),
}

/// What the lowering does with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Stands in 3.0.3 as it is; what it holds is lowered.
    Carried,
    /// Written in other words. The fate is the worst that can come of it.
    Rewritten(Fate),
    /// Left out.
    Omitted(Fate),
    /// Stops the run.
    Refused,
}

/// One row: a member of a kind of object and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The object.
    pub kind: Kind,
    /// The member; in braces where any name may stand.
    pub key: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What is done with it.
    pub treatment: Treatment,
    /// How, in a sentence for people; empty where the member is carried as it is.
    pub how: &'static str,
}

macro_rules! treatment {
    (carried) => {
        Treatment::Carried
    };
    (exact) => {
        Treatment::Rewritten(Fate::Exact)
    };
    (widened) => {
        Treatment::Rewritten(Fate::Widened)
    };
    (omitted) => {
        Treatment::Omitted(Fate::Exact)
    };
    (omitted_widened) => {
        Treatment::Omitted(Fate::Widened)
    };
    (omitted_dropped) => {
        Treatment::Omitted(Fate::Dropped)
    };
    (omitted_left_out) => {
        Treatment::Omitted(Fate::LeftOut)
    };
    (refused) => {
        Treatment::Refused
    };
}

/// The word for a treatment that the documentation shows.
macro_rules! word {
    (omitted) => {
        "exact"
    };
    (omitted_widened) => {
        "widened"
    };
    (omitted_dropped) => {
        "dropped"
    };
    (omitted_left_out) => {
        "left out"
    };
    ($other:ident) => {
        stringify!($other)
    };
}

macro_rules! table {
    ($($kind:ident { $($key:literal: $shape:expr, $treatment:ident $(, $how:literal)?;)* })*) => {
        /// Every member of every object of OpenAPI 3.1 and every keyword of JSON Schema 2020-12.
        ///
        /// Members that start with `x-` are carried everywhere. A member that has no row says nothing and is left out.
        ///
        /// | object | member | fate | how |
        /// |---|---|---|---|
        $($(
            #[doc = concat!("| ", stringify!($kind), " | `", $key, "` | ", word!($treatment), " | ", $($how,)? " |")]
        )*)*
        pub const TABLE: &[Row] = {
            use Kind::*;
            use Shape::*;
            &[$($(
                Row {
                    kind: $kind,
                    key: $key,
                    shape: $shape,
                    treatment: treatment!($treatment),
                    how: concat!("", $($how)?),
                },
            )*)*]
        };
    };
}

table! {
    OpenApi {
        "openapi": Text, exact, "becomes 3.0.3";
        "info": One(Info), carried;
        "jsonSchemaDialect": Text, exact, "left out if it names the dialect of OpenAPI 3.1 or JSON Schema 2020-12, refused otherwise";
        "servers": Many(Server), carried;
        "paths": One(Paths), carried, "an empty one is added where it is missing";
        "webhooks": Named(PathItem), omitted_left_out, "3.0 cannot describe the requests that a server sends on its own";
        "components": One(Components), carried;
        "security": Many(SecurityRequirement), carried;
        "tags": Many(Tag), carried, "repeated ones are written once";
        "externalDocs": One(ExternalDocs), carried;
    }
    Info {
        "title": Text, carried;
        "summary": Text, exact, "becomes the first paragraph of the description";
        "description": Text, carried;
        "termsOfService": Text, carried;
        "contact": One(Contact), carried;
        "license": One(License), carried;
        "version": Text, carried;
    }
    Contact {
        "name": Text, carried;
        "url": Text, carried;
        "email": Text, carried;
    }
    License {
        "name": Text, carried;
        "identifier": Text, exact, "becomes the url of that licence at spdx.org; an expression of several becomes `x-identifier`";
        "url": Text, carried;
    }
    Server {
        "url": Text, carried;
        "description": Text, carried;
        "variables": Named(ServerVariable), carried;
    }
    ServerVariable {
        "enum": TextList, carried;
        "default": Text, carried;
        "description": Text, carried;
    }
    Components {
        "schemas": Named(Schema), carried, "names with characters that a component name may not have are mended";
        "responses": Named(Response), carried;
        "parameters": Named(Parameter), carried;
        "examples": Named(Example), carried;
        "requestBodies": Named(RequestBody), carried;
        "headers": Named(Header), carried;
        "securitySchemes": Named(SecurityScheme), carried;
        "links": Named(Link), carried;
        "callbacks": Named(Callback), carried;
        "pathItems": Named(PathItem), omitted, "each is written out where it is used";
    }
    Paths {
        "{path}": One(PathItem), carried, "one that does not start with a slash gets it";
    }
    PathItem {
        "$ref": Text, exact, "the path item it names is written out in its place; members beside it win, and a second copy has no operationId";
        "summary": Text, carried;
        "description": Text, carried;
        "get": One(Operation), carried;
        "put": One(Operation), carried;
        "post": One(Operation), carried;
        "delete": One(Operation), carried;
        "options": One(Operation), carried;
        "head": One(Operation), carried;
        "patch": One(Operation), carried;
        "trace": One(Operation), carried;
        "servers": Many(Server), carried;
        "parameters": Many(Parameter), carried;
    }
    Operation {
        "tags": TextList, carried;
        "summary": Text, carried;
        "description": Text, carried;
        "externalDocs": One(ExternalDocs), carried;
        "operationId": Text, carried;
        "parameters": Many(Parameter), carried;
        "requestBody": One(RequestBody), carried, "on every method: 3.0 lets readers ignore it on GET, HEAD and DELETE";
        "responses": One(Responses), carried, "where it is missing or empty, a `default` response that says nothing is added";
        "callbacks": Named(Callback), carried;
        "deprecated": Flag, carried;
        "security": Many(SecurityRequirement), carried;
        "servers": Many(Server), carried;
    }
    ExternalDocs {
        "description": Text, carried;
        "url": Text, carried;
    }
    Parameter {
        "name": Text, carried;
        "in": Text, carried;
        "description": Text, carried;
        "required": Flag, carried, "a path parameter is always required";
        "deprecated": Flag, carried;
        "allowEmptyValue": Flag, carried;
        "style": Text, carried, "left out where 3.0 does not know it at this place";
        "explode": Flag, carried;
        "allowReserved": Flag, carried;
        "schema": One(Schema), carried, "an empty one is added where there is neither schema nor content";
        "example": Data, carried, "left out beside `examples` and `content`";
        "examples": Named(Example), carried, "left out beside `content`";
        "content": Named(MediaType), carried, "of one media type; an empty one is left out";
    }
    RequestBody {
        "description": Text, carried;
        "content": Named(MediaType), carried, "an empty one is added where it is missing";
        "required": Flag, carried;
    }
    MediaType {
        "schema": One(Schema), carried;
        "example": Data, carried, "left out beside `examples`";
        "examples": Named(Example), carried;
        "encoding": Named(Encoding), carried;
    }
    Encoding {
        "contentType": Text, carried;
        "headers": Named(Header), carried;
        "style": Text, carried, "left out where 3.0 does not know it";
        "explode": Flag, carried;
        "allowReserved": Flag, carried;
    }
    Responses {
        "default": One(Response), carried;
        "{status}": One(Response), carried, "ranges are written in capitals";
    }
    Response {
        "description": Text, carried, "an empty one is added where it is missing";
        "headers": Named(Header), carried;
        "content": Named(MediaType), carried;
        "links": Named(Link), carried;
    }
    Callback {
        "{expression}": One(PathItem), carried;
    }
    Example {
        "summary": Text, carried;
        "description": Text, carried;
        "value": Data, carried;
        "externalValue": Text, carried;
    }
    Link {
        "operationRef": Text, carried;
        "operationId": Text, carried;
        "parameters": DataMap, carried;
        "requestBody": Data, carried;
        "description": Text, carried;
        "server": One(Server), carried;
        "body": One(Server), exact, "becomes `server`, the name in the specification; the published schema of 3.1 says `body`";
    }
    Header {
        "description": Text, carried;
        "required": Flag, carried;
        "deprecated": Flag, carried;
        "allowEmptyValue": Flag, carried;
        "style": Text, carried, "left out where 3.0 does not know it";
        "explode": Flag, carried;
        "allowReserved": Flag, carried;
        "schema": One(Schema), carried, "an empty one is added where there is neither schema nor content";
        "example": Data, carried, "left out beside `examples` and `content`";
        "examples": Named(Example), carried, "left out beside `content`";
        "content": Named(MediaType), carried, "of one media type; an empty one is left out";
        "name": Text, omitted_dropped, "the name of a header is its key";
        "in": Text, omitted_dropped, "a header is in the header";
    }
    Tag {
        "name": Text, carried;
        "description": Text, carried;
        "externalDocs": One(ExternalDocs), carried;
    }
    Reference {
        "$ref": Text, exact, "what it names moves under a component name if it is none yet; where it leads nowhere, any value is read";
        "summary": Text, omitted_dropped, "3.0 ignores members beside `$ref`";
        "description": Text, omitted_dropped, "3.0 ignores members beside `$ref`";
    }
    Schema {
        "$schema": Text, exact, "left out if it names JSON Schema 2020-12 or the dialect of OpenAPI 3.1, refused otherwise";
        "$id": Text, exact, "references to it are written as references to a component";
        "$anchor": Text, exact, "references to it are written as references to a component";
        "$dynamicAnchor": Text, exact, "without `$dynamicRef` it is a plain `$anchor`";
        "$dynamicRef": Text, refused, "`$dynamicRef` means another schema in every place that it is reached from, which 3.0 cannot say; write a `$ref`";
        "$recursiveRef": Text, omitted_widened, "2019-09 had it; 2020-12 gives it no meaning, so any value is allowed here";
        "$recursiveAnchor": Flag, omitted_dropped, "2019-09 had it; 2020-12 gives it no meaning";
        "$ref": Text, exact, "alone it stays, beside other members it becomes an `allOf` of one; where it leads nowhere, any value is read";
        "$vocabulary": DataMap, omitted_dropped, "it has a meaning in meta-schemas only";
        "$comment": Text, omitted_dropped, "3.0 has no place for it";
        "$defs": Named(Schema), omitted, "those that are referenced become components";
        "definitions": Named(Schema), omitted, "the name of `$defs` in earlier drafts: those that are referenced become components";

        "type": Types, exact, "several types become `anyOf` of one each, with the keywords that are about that type; null becomes `nullable`, or an `enum` of null";
        "const": Data, exact, "becomes an `enum` of one";
        "enum": DataList, exact, "with null in it, `type` and `nullable` are written beside it";
        "nullable": Flag, widened, "left over from 3.0: it is meant, so null is allowed";

        "multipleOf": Positive, carried;
        "maximum": Number, carried, "of two upper bounds the tighter one stays";
        "exclusiveMaximum": Bound, exact, "becomes `maximum` with `exclusiveMaximum: true`; the true and false of 3.0 are kept";
        "minimum": Number, carried, "of two lower bounds the tighter one stays";
        "exclusiveMinimum": Bound, exact, "becomes `minimum` with `exclusiveMinimum: true`; the true and false of 3.0 are kept";
        "maxLength": Count, carried;
        "minLength": Count, carried;
        "pattern": Text, carried;
        "format": Text, carried;
        "contentEncoding": Text, exact, "`base64` becomes `format: byte`, others `x-contentEncoding`";
        "contentMediaType": Text, exact, "unencoded, `application/octet-stream` becomes `format: binary`; others become `x-contentMediaType`";
        "contentSchema": One(Schema), omitted_dropped, "it describes what an encoded string decodes to, not the string";

        "maxItems": Count, carried;
        "minItems": Count, carried;
        "uniqueItems": Flag, carried;
        "prefixItems": Many(Schema), widened, "every item may be any of these or of `items`; exact if they are all the same";
        "items": OneOrMany(Schema), carried, "an empty one is added to an array without; a list, as earlier drafts have it, is read as `prefixItems`";
        "contains": One(Schema), omitted_widened, "it only restricts";
        "maxContains": Count, omitted_widened, "it only restricts";
        "minContains": Count, omitted_widened, "it only restricts";
        "unevaluatedItems": One(Schema), widened, "where nothing beside it evaluates items it is `items`; otherwise it only restricts and is left out";

        "maxProperties": Count, carried;
        "minProperties": Count, carried;
        "required": TextList, carried, "an empty one is left out, repeated names are written once";
        "properties": Named(Schema), carried;
        "patternProperties": Named(Schema), widened, "properties without a schema of their own may be any of these or of `additionalProperties`";
        "additionalProperties": One(Schema), carried, "true and false stay as they are";
        "propertyNames": One(Schema), omitted_widened, "it only restricts";
        "unevaluatedProperties": One(Schema), widened, "where nothing beside it evaluates properties it is `additionalProperties`; otherwise it only restricts and is left out";
        "dependentRequired": DataMap, omitted_widened, "it only restricts";
        "dependentSchemas": Named(Schema), omitted_widened, "it only restricts";
        "dependencies": Data, omitted_widened, "of an earlier draft; it only restricts";

        "allOf": Many(Schema), carried, "an empty list is left out";
        "anyOf": Many(Schema), carried, "an empty list is left out";
        "oneOf": Many(Schema), widened, "becomes `anyOf` where branches were widened and could match at once, which `oneOf` forbids";
        "not": One(Schema), widened, "left out where what it holds was widened, for then it would forbid more";
        "if": One(Schema), omitted_widened, "it only restricts";
        "then": One(Schema), omitted_widened, "it only restricts";
        "else": One(Schema), omitted_widened, "it only restricts";

        "title": Text, carried;
        "description": Text, carried;
        "default": Data, carried;
        "deprecated": Flag, carried;
        "readOnly": Flag, carried;
        "writeOnly": Flag, carried;
        "examples": Data, exact, "the first becomes `example`; anything but a list is left out";
        "example": Data, carried;
        "discriminator": One(Discriminator), carried;
        "xml": One(Xml), carried;
        "externalDocs": One(ExternalDocs), carried;
    }
    Discriminator {
        "propertyName": Text, carried;
        "mapping": TextMap, carried, "references follow what they name; one that names nothing is left out";
    }
    Xml {
        "name": Text, carried;
        "namespace": Text, carried;
        "prefix": Text, carried;
        "attribute": Flag, carried;
        "wrapped": Flag, carried;
    }
    SecurityScheme {
        "type": Text, carried, "a `mutualTLS` scheme is left out: the certificate is shown below HTTP, and requirements lose its name";
        "description": Text, carried;
        "name": Text, carried;
        "in": Text, carried;
        "scheme": Text, carried;
        "bearerFormat": Text, carried;
        "flows": One(OAuthFlows), carried;
        "openIdConnectUrl": Text, carried;
    }
    OAuthFlows {
        "implicit": One(OAuthFlow), carried;
        "password": One(OAuthFlow), carried;
        "clientCredentials": One(OAuthFlow), carried;
        "authorizationCode": One(OAuthFlow), carried;
    }
    OAuthFlow {
        "authorizationUrl": Text, carried;
        "tokenUrl": Text, carried;
        "refreshUrl": Text, carried;
        "scopes": TextMap, carried, "an empty one is added where it is missing";
    }
    SecurityRequirement {
        "{name}": TextList, carried, "3.0 has scopes for `oauth2` and `openIdConnect` only, others lose theirs";
    }
}

/// The row of a member, if it has one.
pub(super) fn row(kind: Kind, key: &str) -> Option<&'static Row> {
    static ROWS: LazyLock<HashMap<(Kind, &str), &Row>> =
        LazyLock::new(|| TABLE.iter().map(|row| ((row.kind, row.key), row)).collect());
    // A row in braces is no name: a document may have that very text as a key.
    let named = if key.starts_with('{') { None } else { ROWS.get(&(kind, key)) };
    named.or_else(|| ROWS.get(&(kind, kind.is_open_to(key)?))).copied()
}

/// Calls `visit` on every object below a member.
pub(super) fn children<'a>(
    shape: Shape,
    value: &'a Value,
    at: &Pointer,
    visit: &mut impl FnMut(Kind, &'a Value, &Pointer),
) {
    match (shape, value) {
        (Shape::Many(kind) | Shape::OneOrMany(kind), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                visit(kind, item, &at.join(index));
            }
        }
        (Shape::Named(kind), Value::Object(members)) => {
            for (name, member) in members {
                visit(kind, member, &at.join(name));
            }
        }
        (Shape::One(kind) | Shape::OneOrMany(kind), _) => visit(kind, value, at),
        _ => {}
    }
}
