//! Random valid OpenAPI 3.0 documents, as awkward as valid allows.

mod schemas;

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use self::schemas::{components, schema};

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
