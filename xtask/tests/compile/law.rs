//! Nothing that an answer holds is lost: what is valid is read, written back, and then still valid, with every member
//! that a schema names for it. The same holds of what is only sent.
//!
//! The documents are those of `read/cases.yaml` and random ones, the values those beside them and random ones that a
//! validator of JSON Schema finds valid. The types of all documents are compiled as the modules of one program, which
//! reads and writes values.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use xtask::{legalize, lower, polish, progenitor};

/// How many random documents there are, and how many values of each schema.
const DOCUMENTS: usize = 60;
const VALUES: usize = 12;

/// A document whose operation takes `Thing`, and if it is answered, gives it.
fn document(schemas: &Value, is_answered: bool) -> Value {
    let thing = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let answer = if is_answered { thing.clone() } else { json!({"application/json": {"schema": {}}}) };
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Law", "version": "1"},
        "paths": {"/thing": {"put": {
            "operationId": "put_thing",
            "requestBody": {"required": true, "content": thing},
            "responses": {"200": {"description": "OK", "content": answer}},
        }}},
        "components": {"schemas": schemas},
    })
}

fn thing() -> Value {
    json!({"$ref": "#/components/schemas/Thing"})
}

/// The module `types` of the client.
fn types(document: &Value) -> String {
    let lowered = lower::lower(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    let mut legalized = legalize::legalize(&lowered.document).unwrap().document;
    legalized.sort_all_objects();
    let mut file = polish::client(progenitor::client(&legalized).unwrap(), &legalized).unwrap();
    file.items.retain(|item| matches!(item, syn::Item::Mod(module) if module.ident == "types"));
    polish::text(&file)
}

/// One value, and what must come of it.
struct Trial {
    document: usize,
    value: Value,
    /// What comes back; none if the law alone says it.
    expected: Option<Value>,
}

#[test]
fn nothing_that_an_answer_holds_is_lost() {
    let mut documents: Vec<Value> = Vec::new();
    let mut trials: Vec<Trial> = Vec::new();
    let cases: Vec<Value> = serde_saphyr::from_str(include_str!("../read/cases.yaml")).unwrap();
    for case in cases {
        let list = |name: &str| case[name].as_array().cloned().unwrap_or_default();
        let number = documents.len();
        documents.push(document(&case["schemas"], true));
        trials.extend(list("whole").into_iter().map(|value| Trial {
            document: number,
            expected: Some(value.clone()),
            value,
        }));
        trials.extend(list("read").into_iter().map(|pair| Trial {
            document: number,
            value: pair[0].clone(),
            expected: Some(pair[1].clone()),
        }));
        if case["answers_only"] != json!(true) {
            let sent = document(&case["schemas"], false);
            let valid = list("whole").into_iter().filter(|value| is_valid(&sent, &thing(), value));
            trials.extend(valid.map(|value| Trial { document: number + 1, value, expected: None }));
            documents.push(sent);
        }
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for number in 0..DOCUMENTS {
        let schemas = schemas().new_tree(&mut runner).unwrap().current();
        documents.push(document(&schemas, number % 3 > 0));
    }
    for (number, document) in documents.iter().enumerate() {
        for _ in 0..VALUES {
            let value = valued(document, &thing(), 6).new_tree(&mut runner).unwrap().current();
            if is_valid(document, &thing(), &value) {
                trials.push(Trial { document: number, value, expected: None });
            }
        }
    }
    let written = read_and_written(&documents, &trials);
    let mut failures = Vec::new();
    let mut judged = 0;
    for (Trial { document, value, expected }, written) in trials.iter().zip(written) {
        let document = &documents[*document];
        let schemas = &document["components"]["schemas"];
        let Ok(written) = serde_json::from_str::<Value>(&written) else {
            failures.push(format!("{value} is not read: {written}\n  of {schemas}"));
            continue;
        };
        if let Some(expected) = expected {
            if !is_same(&written, expected) {
                failures.push(format!("{value} came back as {written}, not as {expected}\n  of {schemas}"));
            }
            continue;
        }
        judged += 1;
        if !is_valid(document, &thing(), &written) {
            failures.push(format!("{value} came back as {written}, which is not valid\n  of {schemas}"));
        }
        let mut named = BTreeSet::new();
        names(document, &thing(), value, "", &mut named);
        let lost: Vec<&String> = named
            .iter()
            .filter(|place| !is_kept(value.pointer(place).unwrap(), written.pointer(place)))
            .collect();
        if !lost.is_empty() {
            failures.push(format!("{value} came back as {written}, without {lost:?}\n  of {schemas}"));
        }
    }
    assert!(judged > 300, "only {judged} random values are valid");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), trials.len(), failures.join("\n"));
}

/// Compiles the types of all documents, and reads and writes the values.
fn read_and_written(documents: &[Value], trials: &[Trial]) -> Vec<String> {
    let workspace = super::workspace("law", "law");
    let source = workspace.join("law/src");
    fs::create_dir_all(&source).unwrap();
    let manifest = "[package]\nname = \"law\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\nschemars = []\n\n\
                    [dependencies]\nserde.workspace = true\nserde_json.workspace = true\n";
    fs::write(workspace.join("law/Cargo.toml"), manifest).unwrap();
    let mut main = String::from("#![allow(dead_code)]\nmod lenient;\nmod union;\n");
    for name in ["lenient.rs", "union.rs"] {
        fs::copy(xtask::layout::own_root().join("pod-api/src").join(name), source.join(name)).unwrap();
    }
    let mut arms = String::new();
    for (number, document) in documents.iter().enumerate() {
        fs::write(source.join(format!("d{number}.rs")), types(document)).unwrap();
        writeln!(main, "mod d{number};").unwrap();
        writeln!(arms, "\"{number}\" => written::<d{number}::types::Thing>(value),").unwrap();
    }
    main += "
        fn written<T: serde::de::DeserializeOwned + serde::Serialize>(text: &str) -> String {
            match serde_json::from_str::<T>(text) {
                Ok(value) => serde_json::to_string(&value).unwrap(),
                Err(error) => format!(\"ERROR {error}\"),
            }
        }

        fn main() {
            for line in std::io::stdin().lines() {
                let line = line.unwrap();
                let (document, value) = line.split_once(' ').unwrap();
                println!(\"{}\", match document {\n";
    main += &arms;
    main += "_ => String::new() }); } }\n";
    fs::write(source.join("main.rs"), main).unwrap();
    let mut child = super::cargo(&workspace)
        .args(["run", "--offline", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = trials.iter().map(|trial| format!("{} {}\n", trial.document, trial.value)).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let written: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(written.len(), trials.len());
    written
}

/// A component, with the schema that a reference leads to.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

fn is_valid(document: &Value, schema: &Value, value: &Value) -> bool {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    jsonschema::draft202012::new(&whole).unwrap().is_valid(value)
}

/// The places of all members that a schema names: those that a part of it that fits has something to say of.
fn names(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema.get("$ref") {
        let _ = reference;
        names(document, resolved(document, schema), value, at, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        names(document, part, value, at, found);
    }
    for keyword in ["oneOf", "anyOf"] {
        for branch in schema[keyword].as_array().into_iter().flatten() {
            if is_valid(document, branch, value) {
                names(document, branch, value, at, found);
            }
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let own = schema["properties"].get(name);
        let others = schema.get("additionalProperties").filter(|others| **others != json!(false));
        if let Some(inner) = own.or(others) {
            let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            names(document, inner, member, &place, found);
            found.insert(place);
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        names(document, &schema["items"], item, &format!("{at}/{index}"), found);
    }
}

/// Whether a member is still there: a scalar as it was. Null may be absent where it says no more than that.
fn is_kept(value: &Value, written: Option<&Value>) -> bool {
    match (value, written) {
        (Value::Null, None) => true,
        (Value::Object(_), Some(Value::Object(_))) => true,
        (Value::Array(before), Some(Value::Array(after))) => before.len() == after.len(),
        (value, Some(written)) => is_same(value, written),
        (_, None) => false,
    }
}

/// Whether values are equal: `1.0` is 1.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

const NAMES: [&str; 7] = ["kind", "type", "a", "b", "items", "extra", "name"];
const WORDS: [&str; 5] = ["a", "b", "desk", "room", "Other"];

/// The schemas of a document: objects, and a `Thing` that is made of them.
fn schemas() -> impl Strategy<Value = Value> {
    let object = || object(2);
    (object(), object(), object(), union(2), object()).prop_map(|(a, b, c, union, mut thing)| {
        thing["properties"]["union"] = union.clone();
        thing["properties"]["list"] = json!({"type": "array", "items": union});
        json!({"A": a, "B": b, "C": c, "Thing": thing})
    })
}

fn component() -> impl Strategy<Value = Value> {
    select(&["A", "B", "C"][..]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
}

/// What tells branches apart, or could.
fn constant() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(&WORDS[..]).prop_map(|word| json!({"const": word})),
        2 => vec(select(&WORDS[..]), 1..3).prop_map(|words| json!({"type": "string", "enum": once(words)})),
        1 => (0..3_i64).prop_map(|number| json!({"const": number})),
        1 => any::<bool>().prop_map(|value| json!({"const": value})),
    ]
}

fn once(words: Vec<&'static str>) -> Vec<&'static str> {
    let mut once = Vec::new();
    words.into_iter().for_each(|word| {
        if !once.contains(&word) {
            once.push(word);
        }
    });
    once
}

fn plain() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "number"}),
        json!({"type": "boolean"}),
        json!({"type": ["string", "null"]}),
        json!({"type": "array", "items": {"type": ["integer", "null"]}}),
        json!({"type": ["array", "null"], "items": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({}),
    ])
}

fn object(depth: u32) -> BoxedStrategy<Value> {
    let property = if depth == 0 {
        prop_oneof![2 => plain(), 1 => constant()].boxed()
    } else {
        prop_oneof![4 => plain(), 4 => constant(), 1 => object(depth - 1), 1 => union(depth - 1)].boxed()
    };
    let properties = vec((select(&NAMES[..]), property, any::<bool>()), 1..4);
    let others = prop_oneof![
        4 => Just(None),
        1 => Just(Some(json!(true))),
        1 => Just(Some(json!(false))),
        1 => Just(Some(json!({"type": "integer"}))),
    ];
    (properties, others)
        .prop_map(|(properties, others)| {
            let mut all = Map::new();
            let mut required = BTreeSet::new();
            for (name, schema, is_required) in properties {
                all.insert(name.to_owned(), schema);
                if is_required {
                    required.insert(name);
                }
            }
            let mut object = json!({"type": "object", "properties": all, "required": required});
            if let Some(others) = others {
                object["additionalProperties"] = others;
            }
            object
        })
        .boxed()
}

fn union(depth: u32) -> BoxedStrategy<Value> {
    let branch = if depth == 0 {
        prop_oneof![4 => component(), 2 => plain(), 1 => constant()].boxed()
    } else {
        prop_oneof![
            6 => component(),
            2 => plain(),
            1 => constant(),
            2 => object(depth - 1),
            1 => (component(), object(0)).prop_map(|(a, b)| json!({"allOf": [a, b]})),
            1 => Just(json!({"type": "null"})),
        ]
        .boxed()
    };
    (select(&["oneOf", "anyOf"][..]), vec(branch, 2..4))
        .prop_map(|(keyword, branches)| json!({keyword: branches}))
        .boxed()
}

/// A value of a schema, in most cases.
fn valued(document: &Value, schema: &Value, depth: u32) -> BoxedStrategy<Value> {
    let schema = resolved(document, schema);
    let Some(depth) = depth.checked_sub(1) else { return Just(Value::Null).boxed() };
    if let Some(constant) = schema.get("const") {
        return Just(constant.clone()).boxed();
    }
    if let Some(values) = schema["enum"].as_array() {
        return select(values.clone()).boxed();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts: Vec<_> = parts.iter().map(|part| valued(document, part, depth)).collect();
        return parts.prop_map(merged).boxed();
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(branches) = schema[keyword].as_array() {
            let branches: Vec<_> = branches.iter().map(|branch| valued(document, branch, depth)).collect();
            let beside = schema.get("properties").map(|_| of_type(document, schema, "object", depth));
            let one = proptest::strategy::Union::new(branches.clone());
            let both = if keyword == "anyOf" {
                prop_oneof![4 => one, 1 => branches.prop_map(merged)].boxed()
            } else {
                one.boxed()
            };
            return match beside {
                Some(beside) => (both, beside).prop_map(|(a, b)| merged(vec![a, b])).boxed(),
                None => both,
            };
        }
    }
    match &schema["type"] {
        Value::String(ty) => of_type(document, schema, ty, depth),
        Value::Array(types) => {
            let types = types.iter().map(|ty| of_type(document, schema, ty.as_str().unwrap(), depth));
            proptest::strategy::Union::new(types.collect::<Vec<_>>()).boxed()
        }
        _ if schema.get("properties").is_some() => of_type(document, schema, "object", depth),
        _ => select(vec![json!(null), json!("any"), json!([1, null]), json!({"deep": {"a": null}})]).boxed(),
    }
}

/// What all say, where all are objects; else the first.
fn merged(values: Vec<Value>) -> Value {
    let mut all = Map::new();
    for value in &values {
        match value {
            Value::Object(members) => all.extend(members.clone()),
            other => return other.clone(),
        }
    }
    Value::Object(all)
}

fn of_type(document: &Value, schema: &Value, ty: &str, depth: u32) -> BoxedStrategy<Value> {
    match ty {
        "string" => select(&WORDS[..]).prop_map(Value::from).boxed(),
        "integer" => (-3..40_i64).prop_map(Value::from).boxed(),
        "number" => select(vec![json!(1.5), json!(2), json!(-0.25)]).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "array" => {
            let items = valued(document, &schema["items"], depth);
            vec(items, 0..3).prop_map(Value::from).boxed()
        }
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let mut members: Vec<BoxedStrategy<Option<(String, Value)>>> = Vec::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let value = valued(document, property, depth);
                let is_required = required.contains(&json!(name));
                let name = name.clone();
                let member = (value, any::<bool>()).prop_map(move |(value, is_there)| {
                    (is_required || is_there).then(|| (name.clone(), value))
                });
                members.push(member.boxed());
            }
            let others = match schema.get("additionalProperties") {
                Some(Value::Bool(true)) => Some(valued(document, &json!({}), depth)),
                Some(others @ Value::Object(_)) => Some(valued(document, others, depth)),
                _ => None,
            };
            let others = others.map(|others| {
                (others, any::<bool>())
                    .prop_map(|(value, is_there)| is_there.then(|| ("other".to_owned(), value)))
                    .boxed()
            });
            members.extend(others);
            members.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
        }
        _ => Just(Value::Null).boxed(),
    }
}
