//! What a person reads who runs `cargo xtask generate` on something that is not right.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::layout;

/// A workspace of the same shape with this document, or with none, and overlays that do nothing.
fn workspace(document: Option<&str>) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("openapi/overlays")).unwrap();
    for overlay in layout::OVERLAYS {
        let text =
            "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: $.info, update: {}}]}";
        fs::write(root.path().join(overlay), text).unwrap();
    }
    if let Some(document) = document {
        fs::write(root.path().join(layout::DOCUMENT), document).unwrap();
    }
    root
}

struct Ran {
    success: bool,
    out: String,
    err: String,
}

fn generate(root: &Path, more: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["--root", root.to_str().unwrap(), "generate"])
        .args(more)
        .output()
        .unwrap();
    Ran {
        success: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A document with one operation.
fn document(operation: Value) -> Value {
    json!({
        "openapi": "3.1.1",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": operation}},
    })
}

fn operation() -> Value {
    json!({"operationId": "read_a", "summary": "Read A", "responses": {"200": {
        "description": "OK",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }}})
}

/// Runs, expects a failure that has these words, no panic and no file written.
fn refuses(document: Option<&str>, words: &[&str]) {
    let root = workspace(document);
    let ran = generate(root.path(), &[]);
    assert!(!ran.success, "{}", ran.out);
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in: {}", ran.err);
    }
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    assert!(!ran.err.contains("panicked at"), "{}", ran.err);
    assert!(!root.path().join(layout::LOWERED).exists() && !root.path().join(layout::CLIENT).exists());
}

/// Lowers a file of this text.
fn lower(text: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document");
    fs::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("lower").arg(&file).output().unwrap();
    Ran {
        success: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_document_is_lowered_to_standard_output_and_reported_to_standard_error() {
    let yaml = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {type: [string, 'null']}\n    B: {type: object, propertyNames: {maxLength: 3}}\n";
    let ran = lower(yaml);
    assert!(ran.success, "{}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(document["components"]["schemas"]["A"], json!({"type": "string", "nullable": true}));
    assert_eq!(document["components"]["schemas"]["B"], json!({"type": "object"}));
    assert!(ran.err.contains("widened: #/components/schemas/B/propertyNames: "), "{}", ran.err);
}

#[test]
fn of_what_is_no_openapi_3_1_it_is_said_what_to_do_with_it() {
    let rest =
        "\ninfo: {version: '1', title: T}\npaths: {/a: {get: {responses: {'204': {description: D}}}}}\n";
    let ran = lower(&format!("openapi: 3.0.1{rest}"));
    assert!(ran.success && ran.err.ends_with(" is OpenAPI 3.0: there is nothing to lower\n"), "{}", ran.err);
    assert!(ran.out.starts_with("{\n  \"info\": {\n    \"title\": \"T\",\n    \"version\": \"1\"\n  },\n  \"openapi\": \"3.0.1\",\n"), "{}", ran.out);
    let ran = lower(&format!("openapi: 3.0.1{rest}components: {{schemas: []}}\n"));
    assert!(!ran.success && ran.err.contains("#/components/schemas: "), "{}", ran.err);
    let ran = lower(&format!("swagger: '2.0'{rest}"));
    assert!(
        !ran.success && ran.err.ends_with(" is Swagger 2.0, which `cargo xtask vendor` reads\n"),
        "{}",
        ran.err
    );
}

#[test]
fn what_cannot_be_lowered_is_refused_with_its_place() {
    let ran = lower(
        r##"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": {"A": {"$dynamicRef": "#a"}}}}"##,
    );
    assert!(!ran.success && ran.out.is_empty());
    assert!(ran.err.contains("#/components/schemas/A/$dynamicRef: "), "{}", ran.err);
    let ran = lower("{\"openapi\": ");
    assert!(!ran.success && ran.err.contains("line 1"), "{}", ran.err);
}

#[test]
fn a_missing_document() {
    let root = workspace(None);
    let ran = generate(root.path(), &["--check"]);
    assert!(!ran.success, "{}", ran.out);
    let (root, document) = (root.path(), root.path().join(layout::DOCUMENT));
    let (root, document) = (root.display(), document.display());
    // Each system has words of its own for it.
    let reason = fs::read("missing").unwrap_err();
    assert_eq!(
        ran.err,
        format!(
            "error: cannot read {document}; `cargo xtask --root {root} vendor FILE` puts a document there: {reason}\n"
        )
    );
}

#[test]
fn no_json() {
    refuses(Some("{\"openapi\": "), &["openapi/pod-api.json is not a JSON document", "line 1"]);
    refuses(Some("[]"), &["openapi/pod-api.json is not an OpenAPI document"]);
}

#[test]
fn another_version_of_openapi() {
    let mut old = document(operation());
    old["openapi"] = json!("2.0");
    refuses(Some(&old.to_string()), &["#/openapi"]);
}

/// Runs on what is flawed: it is told, nothing is stopped unless with `--strict`, and then nothing is written.
fn tells(document: &Value, words: &str) {
    let root = workspace(Some(&document.to_string()));
    let ran = generate(root.path(), &["--strict"]);
    assert!(!ran.success && ran.err.contains("error: #/"), "{}", ran.err);
    assert!(!root.path().join(layout::LOWERED).exists(), "{}", ran.out);
    let ran = generate(root.path(), &[]);
    assert!(ran.success, "{}", ran.err);
    assert!(ran.err.contains(words), "`{words}` is not in: {}", ran.err);
}

#[test]
fn a_reference_to_nothing_is_any_value_until_an_overlay_gives_it() {
    let mut operation = operation();
    operation["responses"]["200"]["content"]["application/json"]["schema"] =
        json!({"$ref": "#/components/schemas/Gone"});
    let mut document = document(operation);
    tells(
        &document,
        "warning: #/paths/~1a/get/responses/200/content/application~1json/schema/$ref: \
         `#/components/schemas/Gone` leads nowhere: any value is read; an action in openapi/overlays/fixes.yaml \
         can give what it names\n",
    );
    document["components"] = json!({"schemas": {}});
    let root = workspace(Some(&document.to_string()));
    let text = "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: $.components.schemas, update: {Gone: {type: boolean, description: D}}}]}";
    fs::write(root.path().join(layout::FIXES), text).unwrap();
    let ran = generate(root.path(), &["--strict"]);
    assert!(ran.success && ran.err.is_empty(), "{}", ran.err);
    let lowered: Value =
        serde_json::from_slice(&fs::read(root.path().join(layout::LOWERED)).unwrap()).unwrap();
    assert_eq!(lowered["components"]["schemas"]["Gone"], json!({"type": "boolean", "description": "D"}));
}

#[test]
fn webhooks_alone() {
    let mut only = document(operation());
    only["paths"] = json!({});
    only["webhooks"] = json!({"h": {"post": operation()}});
    refuses(Some(&only.to_string()), &["openapi/pod-api.json: describes webhooks only"]);
}

#[test]
fn no_operation_at_all() {
    let mut empty = document(operation());
    empty["paths"] = json!({"/a": {}});
    refuses(Some(&empty.to_string()), &["openapi/pod-api.json gives no client: it has no operation"]);
}

#[test]
fn no_operation_that_can_be_generated() {
    let mut only = operation();
    only["requestBody"] = json!({"required": true, "content": {"json": {}}});
    let words =
        ["each of its operations would be left out", "#/paths/~1a/get: `read_a` takes a body in `json`"];
    refuses(Some(&document(only).to_string()), &words);
}

#[test]
fn a_name_used_twice() {
    let mut twice = document(operation());
    twice["paths"]["/b"] = json!({"get": operation()});
    refuses(Some(&twice.to_string()), &["read_a", "#/paths/~1b/get", "overlays/names.yaml"]);
}

#[test]
fn a_keyword_that_nobody_knows_is_told_once() {
    let mut operation = operation();
    operation["responses"]["200"]["content"]["application/json"]["schema"] =
        json!({"type": "object", "properties": {"a": {"optional": true}, "b": {"optional": true}}});
    tells(
        &document(operation),
        "note: #/paths/~1a/get/responses/200/content/application~1json/schema/properties/a/optional: no \
         specification knows the keyword `optional`, so it says nothing (and in 1 more place)\n",
    );
}

#[test]
fn an_overlay_that_is_none() {
    let root = workspace(Some(&document(operation()).to_string()));
    fs::write(root.path().join(layout::OVERLAYS[1]), "nonsense: [").unwrap();
    let ran = generate(root.path(), &[]);
    assert!(!ran.success);
    let expected = format!("{} is not an OpenAPI Overlay", layout::OVERLAYS[1]);
    assert!(ran.err.contains(&expected), "{}", ran.err);
}

#[test]
fn what_is_generated_is_checked_shown_and_mended() {
    let root = workspace(Some(&document(operation()).to_string()));
    let ran = generate(root.path(), &["--check"]);
    assert!(!ran.success);
    for file in [layout::LOWERED, layout::LOWERING, layout::CLIENT, layout::HTTPMOCK] {
        assert!(ran.err.contains(&format!("{file} (missing)")), "{}", ran.err);
    }
    let command = format!("run `cargo xtask --root {} generate`", root.path().display());
    assert!(ran.err.contains(&command), "{}", ran.err);
    assert!(!root.path().join(layout::CLIENT).exists(), "a check writes nothing");

    assert!(generate(root.path(), &[]).success);
    assert_eq!(generate(root.path(), &["--check"]).out, "everything is up to date\n");

    let client = root.path().join(layout::CLIENT);
    let whole = fs::read_to_string(&client).unwrap();
    fs::write(&client, whole.replace("read_a", "read_b")).unwrap();
    let ran = generate(root.path(), &["--check"]);
    assert!(!ran.success && ran.err.contains("-    pub fn read_b"), "{}", ran.err);
    assert!(ran.err.contains("+    pub fn read_a"), "{}", ran.err);
    assert!(!ran.err.contains("lowered.json"), "only what is stale is listed: {}", ran.err);
    assert_eq!(generate(root.path(), &[]).out, format!("wrote {}\n", layout::CLIENT));
    assert_eq!(fs::read_to_string(&client).unwrap(), whole);
}

#[test]
fn an_operation_without_a_name_or_words_is_generated_and_listed() {
    let mut operation = operation();
    operation.as_object_mut().unwrap().remove("operationId");
    operation.as_object_mut().unwrap().remove("summary");
    let root = workspace(Some(&document(operation).to_string()));
    let ran = generate(root.path(), &[]);
    assert!(ran.success, "{}", ran.err);
    for wish in ["GET /a has no name; it is called `get_a`", "GET /a has no words"] {
        assert!(ran.err.contains(&format!("\n  {wish}\n")), "{}", ran.err);
    }
    assert!(fs::read_to_string(root.path().join(layout::CLIENT)).unwrap().contains("pub fn get_a"));
}
