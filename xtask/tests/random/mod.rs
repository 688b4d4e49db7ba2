//! Random valid OpenAPI 3.0 documents, as awkward as valid allows.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

/// Names that clash with each other or with Rust.
const COMPONENTS: [&str; 10] =
    ["Room", "room", "some-part", "SomePart", "type", "Error", "Option", "3d", "Vec", "GetAError"];
const PROPERTIES: [&str; 12] = [
    "name",
    "Name",
    "user-id",
    "userId",
    "type",
    "self",
    "3d",
    "+1",
    "",
    "=",
    "additional_properties",
    "builder",
];
const VALUES: [&str; 9] = ["a", "A", "a.b", "a b", "", "=", "self", "Unknown", "3"];
const FORMATS: [&str; 9] =
    ["date", "date-time", "uuid", "byte", "binary", "email", "ipv4", "uri", "something-else"];

/// A document that prints as what it is.
#[derive(Clone)]
pub struct Document(pub Value);

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A document.
pub fn document() -> impl Strategy<Value = Document> {
    (components(), btree_map(select(&TEMPLATES[..]), item(), 1..5), any::<bool>()).prop_map(
        |(schemas, items, is_named)| {
            let mut paths = Map::new();
            for (index, ((template, names), methods)) in items.into_iter().enumerate() {
                let mut item = Map::new();
                for (method, mut operation) in methods {
                    let parameters = operation["parameters"].as_array_mut().unwrap();
                    parameters.retain(|parameter| parameter["in"] != "path");
                    parameters.extend(names.iter().map(|name| path_parameter(name, &operation_style(index))));
                    if is_named {
                        operation["operationId"] = json!(format!("{method} {index}"));
                    }
                    item.insert(method.to_owned(), operation);
                }
                paths.insert((*template).to_owned(), Value::Object(item));
            }
            Document(json!({
                "openapi": "3.0.3",
                "info": {"title": "Random", "version": "1"},
                "servers": [{"url": "/random"}],
                "paths": paths,
                "components": {"schemas": schemas},
            }))
        },
    )
}

/// The document of a seed.
#[allow(dead_code, reason = "one of the two tests that share this takes any document")]
pub fn seeded(seed: u8) -> Value {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    document().new_tree(&mut runner).unwrap().current().0
}

type Template = (&'static str, &'static [&'static str]);

const TEMPLATES: [Template; 8] = [
    ("/a", &[]),
    ("/a/{id}", &["id"]),
    ("/a//{id}/", &["id"]),
    ("/b/{type}/{Type}", &["type", "Type"]),
    ("/c({body})", &["body"]),
    ("/d.{user-id}", &["user-id"]),
    ("/e/{id}/{id}", &["id"]),
    ("/f?q=1", &[]),
];

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn item() -> impl Strategy<Value = BTreeMap<&'static str, Value>> {
    btree_map(select(&METHODS[..]), operation(), 1..4)
}

fn operation_style(index: usize) -> Value {
    let list = json!({"type": "array", "items": {"type": "string"}});
    match index % 4 {
        0 => json!({"schema": {"type": "string"}}),
        1 => json!({"style": "label", "explode": true, "schema": list}),
        2 => json!({"style": "matrix", "schema": list}),
        _ => json!({"schema": {"type": "integer", "nullable": true}}),
    }
}

fn path_parameter(name: &str, how: &Value) -> Value {
    let mut parameter = how.clone();
    parameter["name"] = json!(name);
    parameter["in"] = json!("path");
    parameter["required"] = json!(true);
    parameter
}

fn operation() -> impl Strategy<Value = Value> {
    (vec(parameter(), 0..5), option::of(body()), responses()).prop_map(|(mut parameters, body, responses)| {
        let mut seen = Vec::new();
        parameters.retain(|parameter| {
            let key = (parameter["name"].clone(), parameter["in"].clone());
            let is_new = !seen.contains(&key);
            seen.push(key);
            is_new
        });
        let mut operation = json!({"parameters": parameters, "responses": responses});
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        operation
    })
}

fn parameter() -> impl Strategy<Value = Value> {
    let places = [
        ("query", "form"),
        ("query", "spaceDelimited"),
        ("query", "pipeDelimited"),
        ("query", "deepObject"),
        ("header", "simple"),
        ("cookie", "form"),
    ];
    let names =
        ["id", "ID", "X-Mode", "client", "url", "request", "body", "Accept", "type", "response", "info"];
    (
        select(names.to_vec()),
        select(places.to_vec()),
        option::of(any::<bool>()),
        any::<bool>(),
        schema(),
        any::<bool>(),
    )
        .prop_map(|(name, (place, style), explode, required, schema, as_json)| {
            let mut parameter = json!({"name": name, "in": place, "required": required});
            if as_json {
                parameter["content"] = json!({"application/json": {"schema": schema}});
            } else {
                parameter["style"] = json!(style);
                parameter["schema"] = schema;
                if let Some(explode) = explode {
                    parameter["explode"] = json!(explode);
                }
            }
            parameter
        })
        .boxed()
}

const MEDIA_TYPES: [&str; 13] = [
    "application/json",
    "application/vnd.room+json",
    "application/json;charset=utf-8",
    "*/*",
    "application/xml",
    "text/plain",
    "text/csv",
    "text/*",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "image/png",
    "text/plain;charset=iso-8859-1",
];

fn content() -> impl Strategy<Value = Value> {
    btree_map(select(&MEDIA_TYPES[..]), option::of(schema()), 1..4).prop_map(|content| {
        let content = content.into_iter().map(|(name, schema)| {
            (name.to_owned(), schema.map_or_else(|| json!({}), |schema| json!({"schema": schema})))
        });
        Value::Object(content.collect())
    })
}

fn body() -> impl Strategy<Value = Value> {
    (content(), option::of(any::<bool>())).prop_map(|(content, required)| {
        let mut body = json!({"content": content});
        if let Some(required) = required {
            body["required"] = json!(required);
        }
        body
    })
}

fn responses() -> impl Strategy<Value = Value> {
    let statuses = [
        "200", "201", "204", "2XX", "302", "400", "401", "404", "409", "4XX", "500", "5XX", "599", "default",
    ];
    btree_map(select(statuses.to_vec()), option::of(content()), 1..6).prop_map(|responses| {
        let responses = responses.into_iter().map(|(status, content)| {
            let mut response = json!({"description": ""});
            if let Some(content) = content {
                response["content"] = content;
            }
            (status.to_owned(), response)
        });
        Value::Object(responses.collect())
    })
}

/// Every component is there, so that any may be referred to.
fn components() -> impl Strategy<Value = Map<String, Value>> {
    vec(schema(), COMPONENTS.len()).prop_map(|schemas| {
        let named = COMPONENTS.iter().zip(schemas).enumerate().map(|(index, (name, schema))| {
            // What a component is made of has to end somewhere: only parts of it may lead back to it.
            ((*name).to_owned(), grounded(schema, index))
        });
        named.collect()
    })
}

/// Lets references that are not behind a property or an item lead to earlier components only.
fn grounded(schema: Value, index: usize) -> Value {
    let Value::Object(mut members) = schema else { return schema };
    if let Some(reference) = members.get("$ref") {
        let at =
            COMPONENTS.iter().position(|name| *reference == json!(format!("#/components/schemas/{name}")));
        return if at.is_some_and(|at| at < index) {
            Value::Object(members)
        } else {
            json!({"type": "string"})
        };
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        if let Some(Value::Array(branches)) = members.get_mut(keyword) {
            for branch in branches {
                *branch = grounded(branch.take(), index);
            }
        }
    }
    Value::Object(members)
}

fn reference() -> impl Strategy<Value = Value> {
    select(&COMPONENTS[..]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
}

fn leaf() -> impl Strategy<Value = Value> {
    let integer = (option::of(select(&["int32", "int64", "other"][..])), option::of(0..5_i64)).prop_map(
        |(format, minimum)| {
            with(
                json!({"type": "integer"}),
                [("format", format.map(Value::from)), ("minimum", minimum.map(Value::from))],
            )
        },
    );
    let string = (option::of(select(&FORMATS[..])), option::of(0..3_u32), any::<bool>()).prop_map(
        |(format, min, pattern)| {
            with(
                json!({"type": "string"}),
                [
                    ("format", format.map(Value::from)),
                    ("minLength", min.map(Value::from)),
                    ("pattern", pattern.then(|| json!("^(?=a)[a-z]+$"))),
                ],
            )
        },
    );
    let values =
        subsequence(VALUES.to_vec(), 1..6).prop_map(|values| json!({"type": "string", "enum": values}));
    let untyped = subsequence(VALUES.to_vec(), 1..3).prop_map(|values| json!({"enum": values}));
    let numbers = Just(json!({"type": "integer", "enum": [1, 2, 3]}));
    let default = prop_oneof![
        Just(json!({"type": "string", "default": "x"})),
        Just(json!({"type": "integer", "default": "x"})),
        Just(json!({"type": "string", "enum": ["a", "b"], "default": "a"})),
        Just(json!({"type": "string", "enum": ["a", "b"], "default": "c"})),
        Just(json!({"type": "boolean", "default": true})),
    ];
    prop_oneof![
        integer,
        string,
        values,
        untyped,
        numbers,
        default,
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "number", "format": "double"})),
        Just(json!({})),
        reference(),
        reference(),
    ]
}

fn with<const N: usize>(mut schema: Value, more: [(&str, Option<Value>); N]) -> Value {
    for (name, value) in more {
        if let Some(value) = value {
            schema[name] = value;
        }
    }
    schema
}

/// Nothing is a string and a number at once, so `allOf` has one branch or objects only.
fn possible(keyword: &str, branches: Vec<Value>) -> Vec<Value> {
    let is_object = |branch: &&Value| branch["type"] == "object";
    match branches.iter().filter(is_object).count() {
        _ if keyword != "allOf" => branches,
        0 => branches.into_iter().take(1).collect(),
        _ => branches.iter().filter(is_object).cloned().collect(),
    }
}

/// A schema of any shape.
fn schema() -> BoxedStrategy<Value> {
    let tree = leaf().prop_recursive(3, 16, 4, |inner| {
        let properties = btree_map(select(&PROPERTIES[..]), inner.clone(), 0..4);
        let object = (properties, any::<u16>(), option::of(inner.clone()), any::<bool>()).prop_map(
            |(properties, required, additional, closed)| {
                let names = properties.keys().enumerate();
                let required: Vec<_> =
                    names.filter(|(i, _)| required & (1 << i) != 0).map(|(_, name)| json!(name)).collect();
                let additional = additional.or_else(|| closed.then_some(json!(false)));
                let required = (!required.is_empty()).then_some(Value::Array(required));
                with(
                    json!({"type": "object", "properties": properties}),
                    [("required", required), ("additionalProperties", additional)],
                )
            },
        );
        let items = (inner.clone(), option::of(0..2_u32)).prop_map(|(items, least)| {
            with(json!({"type": "array", "items": items}), [("minItems", least.map(Value::from))])
        });
        let composed = (select(&["allOf", "oneOf", "anyOf"][..]), vec(inner, 1..4))
            .prop_map(|(keyword, branches)| json!({keyword: possible(keyword, branches)}));
        prop_oneof![2 => object, 1 => items, 1 => composed]
    });
    let titles = option::weighted(0.1, select(&["Room", "A Title", "type"][..]));
    (tree, prop::bool::weighted(0.15), titles)
        .prop_map(|(mut schema, nullable, title)| {
            if schema.get("$ref").is_none() {
                if nullable && schema.get("type").is_some() {
                    schema["nullable"] = json!(true);
                }
                if let Some(title) = title {
                    schema["title"] = json!(title);
                }
            }
            schema
        })
        .boxed()
}
