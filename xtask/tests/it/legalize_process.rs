//! The generator in a process of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use xtask::engine::{self, Engine, Limit};
use xtask::{document, layout};

fn process() -> Engine {
    process_within(Limit::default())
}

fn process_within(limit: Limit) -> Engine {
    Engine::Process { program: PathBuf::from(env!("CARGO_BIN_EXE_xtask")), limit }
}

/// Two operations; what `bad` describes stands in the second.
fn with(bad: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": {
            "/good": {"get": {"operationId": "good", "responses": {"204": {"description": ""}}}},
            "/bad": {"get": bad},
        },
    })
}

#[test]
fn a_process_gives_the_same_code_as_a_thread() {
    let document = document::read(&layout::own_root().join(layout::LOWERED)).unwrap();
    let there = process().generate(&document).unwrap();
    let here = Engine::Thread.generate(&document).unwrap();
    assert!(there == here, "the two differ");
}

#[test]
fn a_panic_there_is_a_message_here() {
    // Bodies that differ: progenitor asserts that they do not.
    let text =
        |ty: &str| json!({"description": "", "content": {"application/json": {"schema": {"type": ty}}}});
    let bad = json!({"operationId": "bad", "responses": {"200": text("string"), "201": text("integer")}});
    let message = format!("{:#}", process().generate(&with(bad)).unwrap_err());
    assert!(message.starts_with("progenitor panicked on the lowered document: "), "{message}");
    assert!(message.contains("response_types.len() <= 1"), "{message}");
}

#[test]
fn a_process_that_dies_is_a_message_here() {
    // A program that is there on every system and does not know the arguments.
    let gone = Engine::Process { program: PathBuf::from(env!("CARGO")), limit: Limit::default() };
    let message = gone.generate(&json!({})).unwrap_err().to_string();
    assert!(message.starts_with("progenitor ended with exit "), "{message}");
    assert!(message.contains(": 101 on the lowered document: "), "{message}");
}

#[test]
fn a_stack_overflow_there_is_a_message_here_and_costs_one_operation() {
    // A schema that is made of itself, which no document that was lowered has: the generator follows it
    // until its stack is full.
    let endless = json!({"$ref": "#/components/schemas/Endless"});
    let ok = json!({"description": "", "content": {"application/json": {"schema": endless}}});
    let mut document = with(json!({"operationId": "bad", "responses": {"200": ok}}));
    document["components"] =
        json!({"schemas": {"Endless": {"allOf": [endless, {"type": "object", "required": ["x"]}]}}});

    let survivors = xtask::bisect::survivors(&document, |document| process().generate(document)).unwrap();
    let [(place, reason)] = survivors.left_out.as_slice() else { panic!("{:?}", survivors.left_out) };
    assert_eq!(place.to_string(), "#/paths/~1bad/get");
    assert!(reason.starts_with("progenitor ended with "), "{reason}");
    assert!(reason.contains("overflow"), "{reason}");
}

/// Two maps of each other with something beside each: the generator merges the one into the other for ever.
fn without_end() -> Value {
    let beside = |property: &str, other: &str| {
        let others = json!({"additionalProperties": {"$ref": format!("#/components/schemas/{other}")}});
        json!({"properties": {property: {}}, "oneOf": [others]})
    };
    let one = json!({"$ref": "#/components/schemas/One"});
    let ok = json!({"description": "", "content": {"application/json": {"schema": one}}});
    let mut document = with(json!({"operationId": "bad", "responses": {"200": ok}}));
    document["components"] = json!({"schemas": {"One": beside("a", "Two"), "Two": beside("b", "One")}});
    document
}

#[test]
fn a_process_without_end_ends_with_a_message_here() {
    // However short the limit is, the machine is never too slow for this to fail.
    let limit = Limit { at_least: Duration::from_millis(250), for_each_mebibyte: Duration::ZERO };
    let message = format!("{:#}", process_within(limit).generate(&without_end()).unwrap_err());
    assert!(
        message.starts_with("progenitor had not ended after 0.25 s on the lowered document"),
        "{message}"
    );
    assert!(message.contains("openapi/overlays/fixes.yaml"), "{message}");
}

#[test]
fn what_is_left_out_depends_on_no_clock() {
    // Without any time there is an error, and no operation is left out for it.
    let none = Limit { at_least: Duration::ZERO, for_each_mebibyte: Duration::ZERO };
    let fine = with(json!({"operationId": "fine", "responses": {"204": {"description": ""}}}));
    let error = xtask::bisect::survivors(&fine, |document| process_within(none).generate(document));
    let message = format!("{:#}", error.unwrap_err());
    assert!(message.starts_with("progenitor had not ended after 0 s on the lowered document"), "{message}");
}

#[test]
fn a_generator_that_does_not_run_is_no_fault_of_an_operation() {
    for program in [PathBuf::from("/nowhere/xtask"), PathBuf::from(env!("CARGO"))] {
        let engine = Engine::Process { program, limit: Limit::default() };
        let error =
            xtask::bisect::survivors(&without_end(), |document| engine.generate(document)).unwrap_err();
        assert!(error.is::<engine::Undecided>(), "{error:#}");
    }
}

#[test]
fn what_would_have_no_end_has_one_once_it_is_legalized() {
    let document = xtask::legalize::legalize(&without_end()).unwrap().document;
    let client = process().generate(&document).unwrap().client;
    for name in ["One", "Two"] {
        assert!(client.contains(&format!("pub struct {name} {{")), "{client}");
    }
}

#[test]
fn what_leads_back_to_where_it_is_merged_with_any_other_property_has_an_end() {
    // The generator would merge the property with what is said of all others, and so on inside of it.
    let mut document = without_end();
    document["components"] = json!({"schemas": {"One": {"allOf": [
        {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/Two"}}},
        {"type": "object", "additionalProperties": {}},
    ]}, "Two": {"$ref": "#/components/schemas/One"}}});
    let limit = Limit { at_least: Duration::from_millis(250), for_each_mebibyte: Duration::ZERO };
    process_within(limit).generate(&document).unwrap_err();

    let document = xtask::legalize::legalize(&document).unwrap().document;
    let client = process().generate(&document).unwrap().client.replace([' ', '\n'], "");
    assert!(client.contains("pubagain:::std::option::Option<"), "{client}");
    assert!(client.contains("pubextra:::serde_json::Map<"), "{client}");
    assert!(client.contains("::std::boxed::Box<"), "the type has itself inside: {client}");
}

#[test]
fn the_child_writes_nothing_to_standard_error_on_a_panic() {
    let bad = json!({"operationId": "bad", "responses": {"200": {"description": "", "content": {"application/json": {}}}}});
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([engine::CHILD, "client", "600000"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), &with(bad)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(outcome["Err"].as_str().unwrap().contains("progenitor panicked"), "{outcome}");
}

/// A workspace with one document and nothing else.
fn workspace(document: &Value) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("openapi")).unwrap();
    std::fs::write(root.path().join(layout::DOCUMENT), document.to_string()).unwrap();
    root
}

fn generate(root: &tempfile::TempDir, options: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["generate", "--root"])
        .arg(root.path())
        .args(options)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_operation_that_defeats_the_generator_is_left_out_by_name_or_an_error() {
    // Legal, and beyond the pinned generator: its message has no place, ours has.
    let mut document = with(json!({
        "operationId": "bad", "x-dropshot-websocket": {}, "responses": {"204": {"description": ""}},
    }));
    document["openapi"] = json!("3.1.1");
    let root = workspace(&document);

    let (succeeded, said) = generate(&root, &["--strict"]);
    assert!(!succeeded && said.contains("error: #/paths/~1bad/get: defeats the generator"), "{said}");
    assert!(!root.path().join(layout::CLIENT).exists(), "nothing is written");

    let (succeeded, said) = generate(&root, &[]);
    assert!(succeeded, "{said}");
    assert!(said.contains("warning: #/paths/~1bad/get is left out: defeats the generator"), "{said}");
    let client = std::fs::read_to_string(root.path().join(layout::CLIENT)).unwrap();
    assert!(client.contains("pub fn good(") && !client.contains("pub fn bad("));
    let lowering = std::fs::read_to_string(root.path().join(layout::LOWERING)).unwrap();
    assert!(lowering.contains("- `#/paths/~1bad/get`: defeats the generator"), "{lowering}");
}
