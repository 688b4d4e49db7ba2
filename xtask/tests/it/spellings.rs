//! What says the same in other words is no change for a caller, and what says more is one.
//!
//! Each pair of schemas is tried as a property of what a request, an answer, and both are made of.

use std::fs;

use serde_json::{Value, json};
use xtask::diff::{Change, Class, Overlays, When, diff, diff_under, is_breaking};
use xtask::engine::Engine;
use xtask::layout;

/// Where the property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Request,
    Answer,
    Both,
}

fn document(of: Of, property: &Value, is_required: bool) -> Value {
    let mut about = json!({"type": "object", "properties": {}});
    if !property.is_null() {
        about["properties"]["p"] = property.clone();
    }
    if is_required {
        about["required"] = json!(["p"]);
    }
    let content = |is_about: bool| {
        let name = if is_about { "Thing" } else { "Plain" };
        json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}})
    };
    json!({
        "openapi": "3.1.1",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"post": {
            "operationId": "post_thing",
            "requestBody": {"required": true, "content": content(of != Of::Answer)},
            "responses": {"200": {"description": "OK", "content": content(of != Of::Request)}},
        }}},
        "components": {"schemas": {
            "E": {"type": "object", "properties": {"x": {"type": "string"}}},
            "Plain": {"type": "object", "properties": {"name": {"type": "string"}}},
            "S": {"type": "string", "enum": ["a", "b"]},
            "Thing": about,
        }},
    })
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    diff(old, new, &Engine::Thread)
}

/// Both ways, in a request and an answer, required and not.
fn say_the_same(pairs: Vec<(Value, Value)>, required: &[bool]) {
    let mut wrong = Vec::new();
    for (one, other) in &pairs {
        for is_required in required {
            let [old, new] = [one, other].map(|property| document(Of::Both, property, *is_required));
            for changes in [changes(&old, &new), changes(&new, &old)] {
                if is_breaking(&changes) {
                    wrong.push(format!("{one} and {other}: {changes:#?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn null_around_a_reference_is_one_thing_in_all_spellings() {
    let e = json!({"$ref": "#/components/schemas/E"});
    let s = json!({"$ref": "#/components/schemas/S"});
    let nothing = json!({"type": "null"});
    let spellings = [
        json!({"oneOf": [nothing, e]}),
        json!({"anyOf": [e, nothing]}),
        json!({"oneOf": [e, {"const": null}]}),
        json!({"anyOf": [{"enum": [null]}, e]}),
        json!({"nullable": true, "allOf": [e]}),
        json!({"anyOf": [{"allOf": [e]}, nothing]}),
    ];
    // Of what may be left out, null is what is left out.
    say_the_same(spellings.iter().map(|spelling| (e.clone(), spelling.clone())).collect(), &[false]);
    say_the_same(spellings.windows(2).map(|two| (two[0].clone(), two[1].clone())).collect(), &[false, true]);
    say_the_same(
        vec![
            (json!({"type": "string"}), json!({"type": ["string", "null"]})),
            (s.clone(), json!({"oneOf": [s, nothing]})),
        ],
        &[false],
    );
    let [old, new] = [&e, &spellings[0]].map(|property| document(Of::Both, property, true));
    assert!(is_breaking(&changes(&old, &new)), "a required one has another type");
}

#[test]
fn keywords_that_say_nothing_change_nothing() {
    let all = [
        (
            "string",
            vec![
                json!({"minLength": 0}),
                json!({"pattern": ".*"}),
                json!({"pattern": "^.*$"}),
                json!({"pattern": ""}),
                json!({"pattern": "^[\\s\\S]*$"}),
                json!({"pattern": "(.*)"}),
                json!({"not": false}),
                json!({"anyOf": [true]}),
                json!({"if": {"const": "a"}, "then": true, "else": {}}),
                json!({"nullable": false}),
                json!({"default": null}),
                json!({"readOnly": false}),
                json!({"minimum": 3}),
            ],
        ),
        (
            "integer",
            vec![
                json!({"multipleOf": 1}),
                json!({"multipleOf": 0.5}),
                json!({"oneOf": [{}]}),
                json!({"maximum": i64::MAX}),
                json!({"minimum": i64::MIN}),
                json!({"minimum": i64::MIN, "maximum": i64::MAX}),
                json!({"maxLength": 3}),
            ],
        ),
        ("boolean", vec![json!({"enum": [true, false]}), json!({"enum": [false, true]})]),
        (
            "array",
            vec![
                json!({"minItems": 0}),
                json!({"uniqueItems": false}),
                json!({"minContains": 0}),
                json!({"contains": {"const": 1}, "minContains": 0}),
                json!({"unevaluatedItems": true}),
            ],
        ),
        (
            "object",
            vec![
                json!({"minProperties": 0}),
                json!({"propertyNames": true}),
                json!({"propertyNames": {"type": "string"}}),
                json!({"dependentRequired": {"x": []}}),
                json!({"dependentSchemas": {"x": true}}),
                json!({"required": []}),
            ],
        ),
    ];
    let mut pairs = Vec::new();
    for (ty, idle) in all {
        let mut plain = json!({"type": ty});
        if ty == "array" {
            plain["items"] = json!({"type": "string"});
        }
        if ty == "object" {
            plain["properties"] = json!({"x": {"type": "string"}});
        }
        for words in idle {
            let mut with = plain.clone();
            with.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
            pairs.push((plain.clone(), with));
        }
    }
    let int32 = json!({"type": "integer", "format": "int32"});
    let limits = json!({"type": "integer", "format": "int32", "minimum": i32::MIN, "exclusiveMaximum": 2_147_483_648_i64});
    pairs.push((int32, limits));
    say_the_same(pairs, &[false]);
}

#[test]
fn other_spellings_change_nothing() {
    let e = json!({"$ref": "#/components/schemas/E"});
    let pairs = [
        (json!({"type": "string", "const": "a"}), json!({"type": "string", "enum": ["a"]})),
        (json!({"const": 1}), json!({"enum": [1]})),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (json!({"type": ["string", "integer"]}), json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
        (json!({"type": "integer", "exclusiveMinimum": 0}), json!({"type": "integer", "minimum": 1})),
        (json!({"type": "integer", "exclusiveMaximum": 10}), json!({"type": "integer", "maximum": 9})),
        (json!({"type": "string", "enum": ["a", "b"]}), json!({"anyOf": [{"const": "a"}, {"const": "b"}]})),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"oneOf": [{"type": "string", "const": "a"}, {"type": "string", "const": "b"}]}),
        ),
        (
            json!({"type": "string", "format": "binary"}),
            json!({"type": "string", "contentMediaType": "application/octet-stream"}),
        ),
        (json!({"type": "string", "format": "byte"}), json!({"type": "string", "contentEncoding": "base64"})),
        (e.clone(), json!({"anyOf": [e]})),
        (e.clone(), json!({"oneOf": [e]})),
        (json!({"anyOf": [e, {"type": "string"}]}), json!({"oneOf": [e, {"type": "string"}]})),
        (json!({"type": "integer", "maximum": 10}), json!({"type": "integer", "maximum": 10.0})),
        (json!({"type": "integer", "minimum": 1}), json!({"type": "integer", "minimum": 0.5})),
        (json!({"type": "integer", "minimum": 0}), json!({"type": "integer", "exclusiveMinimum": -0.5})),
        (json!({"type": "integer", "maximum": 9}), json!({"type": "integer", "exclusiveMaximum": 9.5})),
        (json!({"type": "integer", "multipleOf": 3}), json!({"type": "integer", "multipleOf": 1.5})),
        (json!({"type": "integer", "default": 3}), json!({"type": "integer", "default": 3.0})),
    ];
    say_the_same(pairs.to_vec(), &[false, true]);
}

/// A new field holds the members that have no names. Nobody has to give it.
#[test]
fn an_object_that_says_that_it_is_open_breaks_nobody() {
    let closed = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    for word in ["additionalProperties", "unevaluatedProperties"] {
        let mut open = closed.clone();
        open[word] = true.into();
        let [old, new] = [&closed, &open].map(|property| document(Of::Both, property, false));
        let changes = changes(&old, &new);
        assert!(!is_breaking(&changes), "{changes:#?}");
    }
}

#[test]
fn what_refuses_a_request_is_breaking() {
    let list = |more: Value| {
        let mut list = json!({"type": "array", "items": {"type": "string"}});
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        list
    };
    for (old, new) in [
        (json!({"type": "string"}), json!({"type": "string", "pattern": "^a"})),
        (json!({"type": "integer"}), json!({"type": "integer", "multipleOf": 2})),
        (
            json!({"type": "integer", "format": "int32"}),
            json!({"type": "integer", "format": "int32", "maximum": 5}),
        ),
        (json!({"type": "string"}), json!({"type": "string", "not": {"const": "z"}})),
        (json!({"type": "string"}), json!({"type": "string", "readOnly": true})),
        (json!({"type": "string", "enum": ["a", "b"]}), json!({"type": "string", "enum": ["a", "c"]})),
        (list(json!({})), list(json!({"maxItems": 3}))),
        (list(json!({})), list(json!({"contains": {"const": "a"}}))),
        (list(json!({})), list(json!({"items": {"type": "string", "pattern": "^a"}}))),
        (
            json!({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}]}),
            json!({"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}]}),
        ),
    ] {
        for of in [Of::Request, Of::Both] {
            let [was, is] = [&old, &new].map(|property| document(of, property, false));
            assert!(is_breaking(&changes(&was, &is)), "{old} to {new} in {of:?}");
        }
    }
}

#[test]
fn what_goes_one_way_only_is_required_that_way_only() {
    let marked = |keyword: &str| json!({"type": "integer", keyword: true});
    for (of, keyword, breaks) in [
        (Of::Request, "readOnly", false),
        (Of::Both, "readOnly", false),
        (Of::Answer, "writeOnly", false),
        (Of::Request, "writeOnly", true),
    ] {
        let new = document(of, &marked(keyword), true);
        for old in [document(of, &Value::Null, false), document(of, &marked(keyword), false)] {
            assert_eq!(is_breaking(&changes(&old, &new)), breaks, "{keyword} required of {of:?}");
        }
    }
    let [plain, read_only] = [json!({"type": "integer"}), marked("readOnly")];
    for (of, breaks) in [(Of::Request, true), (Of::Both, true), (Of::Answer, false)] {
        let told = changes(&document(of, &plain, false), &document(of, &read_only, false));
        assert_eq!(is_breaking(&told), breaks, "{told:#?}");
    }
}

#[test]
fn a_branch_that_is_added_is_one_more_for_whoever_sends_and_unknown_to_old_bindings() {
    let e = json!({"$ref": "#/components/schemas/E"});
    let plain = json!({"$ref": "#/components/schemas/Plain"});
    let old = json!({"oneOf": [e, {"type": "array", "items": plain}]});
    let new = json!({"oneOf": [e, {"type": "array", "items": plain}, {"type": "boolean"}]});
    for of in [Of::Request, Of::Answer] {
        let told = changes(&document(of, &old, false), &document(of, &new, false));
        assert_eq!(told[0].class, Class::Additive, "{told:#?}");
    }
}

/// The document with its operation at another address.
fn moved(path: &str, method: &str) -> Value {
    let mut document = document(Of::Both, &json!({"type": "string"}), false);
    let operation = document["paths"]["/things"]["post"].take();
    document["paths"] = json!({path: {method: operation}});
    document
}

#[test]
fn an_operation_of_the_same_name_at_another_address_is_told_as_that() {
    for (path, method, what) in [
        ("/v2/things", "post", "POST /things is POST /v2/things now"),
        ("/things", "put", "POST /things is PUT /things now"),
    ] {
        let told = changes(&moved("/things", "post"), &moved(path, method));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!((told[0].class, told[0].what.as_str()), (Class::Harmless, what));
        assert_eq!(told[0].item.as_deref(), Some("builder::PostThing"));
    }
}

#[test]
fn an_overlay_that_names_an_operation_by_its_path_loses_it_when_it_moves() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("openapi/overlays")).unwrap();
    let text = "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: \"$.paths['/things'].post\", update: {operationId: make_thing}}]}";
    fs::write(root.path().join(layout::NAMES), text).unwrap();
    let overlays = Overlays::of(root.path()).unwrap();
    let [old, new] = [moved("/things", "post"), moved("/v2/things", "post")];
    let told = diff_under(&overlays, &old, &new, &Engine::Thread);
    assert_eq!(told[0].class, Class::Breaking(When::Compiling), "{told:#?}");
    assert_eq!(told[0].what, "operation id changed from \"make_thing\" to \"post_thing\"");
    // A name that the overlay gives on both sides is no other one.
    let mut renamed = old.clone();
    renamed["paths"]["/things"]["post"]["operationId"] = "another".into();
    let told = diff_under(&overlays, &old, &renamed, &Engine::Thread);
    assert!(!told.is_empty() && !is_breaking(&told), "{told:#?}");
    // The overlays of one API are not those of another.
    let mut vendored = old.clone();
    vendored["info"]["title"] = "Others".into();
    fs::write(root.path().join(layout::DOCUMENT), vendored.to_string()).unwrap();
    let overlays = Overlays::of(root.path()).unwrap();
    assert!(!is_breaking(&diff_under(&overlays, &old, &new, &Engine::Thread)));
}

#[test]
fn a_change_names_the_rust_item_before_the_place() {
    let [old, new] = [json!({"type": "string"}), json!({"type": "string", "pattern": "^a"})]
        .map(|property| document(Of::Request, &property, false));
    let told = changes(&old, &new);
    assert_eq!(told[0].item.as_deref(), Some("types::Thing::p"));
    let text = xtask::diff::to_text(&told);
    assert!(text.contains("  types::Thing::p  #/components/schemas/Thing/properties/p/pattern\n"), "{text}");
}
