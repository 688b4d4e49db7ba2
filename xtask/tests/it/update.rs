//! `cargo xtask vendor --update`: pages laid over the document.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::artifact;
use xtask::bump::{self, Bump, Options, Version};
use xtask::engine::Engine;
use xtask::vendor::Input;
use xtask::vendor::source::Source;

use crate::workspace::{answer, reference, vendored};

/// Five operations, of which three use one type.
fn document() -> Value {
    let operation = |schema: Value| json!({"parameters": [{"name": "a", "in": "query", "schema": {"type": "string"}}], "responses": {"200": answer(schema)}});
    json!({
        "openapi": "3.1.1",
        "info": {"title": "Library", "version": "2"},
        "tags": [{"name": "Old"}],
        "servers": [{"url": "https://library.example"}],
        "paths": {
            "/book": {"get": operation(reference("Book")), "put": operation(reference("Book"))},
            "/books": {"get": operation(json!({"type": "array", "items": reference("Book")}))},
            "/shelf": {"get": operation(reference("Shelf"))},
            "/loan": {"post": operation(reference("Loan"))},
        },
        "components": {"schemas": {
            "Book": {"type": "object", "properties": {"title": {"type": "string"}}},
            "Shelf": {"type": "object", "properties": {"width": {"type": "integer"}}},
            "Loan": {"type": "object", "properties": {"until": {"type": "string"}}},
        }},
    })
}

/// A page about one operation, with the components that it uses.
fn page(version: &str, path: &str, method: &str, operation: Value, schemas: Value) -> Input {
    let document = json!({
        "openapi": "3.1.1",
        "info": {"title": "Library", "version": version},
        "servers": [{"url": "http://library.example"}],
        "paths": {path: {method: operation}},
        "components": {"schemas": schemas},
    });
    let text = format!("# {path}\n\n> Words.\n\n```json\n{document}\n```\n");
    Input { name: format!("pages/{}.md", path.trim_start_matches('/')), bytes: text.into_bytes() }
}

fn read(root: &Path, inputs: &[Input], update: bool) -> anyhow::Result<(Version, Bump)> {
    let options = Options { update, ..Options::default() };
    let version = bump::read(root, inputs, &options, &Engine::Thread)?;
    let bump = version.bump(root, &options, &Engine::Thread)?;
    Ok((version, bump))
}

fn take_in(root: &Path, inputs: &[Input], update: bool) -> Version {
    let (version, bump) = read(root, inputs, update).unwrap();
    artifact::write(root, &bump.stale).unwrap();
    version
}

fn library() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let whole = Input { name: "library.json".to_owned(), bytes: document().to_string().into_bytes() };
    take_in(root.path(), &[whole], false);
    root
}

#[test]
fn what_a_page_holds_takes_the_place_of_what_is_there_and_the_rest_stays() {
    let root = library();
    let mut expected = vendored(root.path());
    let operation = json!({"tags": ["New"], "responses": {"200": answer(reference("Shelf"))}});
    let shelf = json!({"type": "object", "required": ["width"], "properties": {"width": {"type": "number"}}});
    let version =
        take_in(root.path(), &[page("2", "/shelf", "get", operation.clone(), json!({"Shelf": shelf}))], true);
    expected["paths"]["/shelf"]["get"] = operation;
    expected["components"]["schemas"]["Shelf"] = shelf;
    assert_eq!(vendored(root.path()), expected);
    assert_eq!(version.shared, Vec::<String>::new());

    let source = Source::read(root.path()).unwrap();
    let files: Vec<_> = source.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(files, ["library.json", "shelf.md"]);

    // A second page of the same name takes the place of the first, and a new operation stands beside the others.
    let added = json!({"responses": {"204": {"description": ""}}});
    take_in(root.path(), &[page("3", "/shelf", "delete", added, json!({}))], true);
    let now = vendored(root.path());
    assert_eq!(now["paths"]["/shelf"]["get"], expected["paths"]["/shelf"]["get"]);
    assert!(now["paths"]["/shelf"]["delete"].is_object());
    assert_eq!(now["info"]["version"], "3", "the higher number stands");
    let source = Source::read(root.path()).unwrap();
    assert_eq!((source.files.len(), source.version.as_str()), (2, "3"));
}

#[test]
fn the_same_page_again_changes_nothing() {
    let root = library();
    let operation = json!({"responses": {"200": answer(reference("Shelf"))}});
    let shelf = json!({"type": "object", "properties": {"height": {"type": "integer"}}});
    let pages = [page("2", "/shelf", "get", operation, json!({"Shelf": shelf}))];
    take_in(root.path(), &pages, true);
    assert!(read(root.path(), &pages, true).unwrap().1.stale.is_empty());
}

#[test]
fn a_type_that_others_use_and_that_is_another_now_is_told_with_them() {
    let root = library();
    let operation = json!({"responses": {"200": answer(reference("Book"))}});
    let book =
        json!({"type": "object", "properties": {"title": {"type": "string"}, "pages": {"type": "integer"}}});
    let pages = [page("2", "/book", "get", operation.clone(), json!({"Book": book}))];
    let version = take_in(root.path(), &pages, true);
    let [told] = version.shared.as_slice() else { panic!("{:?}", version.shared) };
    assert!(told.starts_with("`Book` is another now"), "{told}");
    assert!(told.contains("PUT /book") && told.contains("GET /books"), "{told}");
    assert!(!told.contains("GET /book,") && !told.contains("/shelf"), "{told}");

    // Words make no other type.
    let mut described = book;
    described["description"] = "Words.".into();
    let pages = [page("2", "/book", "get", operation, json!({"Book": described}))];
    assert_eq!(read(root.path(), &pages, true).unwrap().0.shared, Vec::<String>::new());
}

/// What a page says for all operations of its path holds for its own alone.
#[test]
fn what_a_page_says_for_its_path_is_not_said_for_other_operations() {
    let root = library();
    let header = json!({"name": "h", "in": "header", "schema": {"type": "string"}});
    let document = json!({
        "openapi": "3.1.1",
        "info": {"title": "Library", "version": "2"},
        "security": [{"key": []}],
        "paths": {"/book": {"parameters": [header], "get": {"responses": {"204": {"description": ""}}}}},
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "basic"}}},
    });
    let input = Input { name: "book.json".to_owned(), bytes: document.to_string().into_bytes() };
    let before = vendored(root.path());
    take_in(root.path(), &[input], true);
    let now = vendored(root.path());
    assert_eq!(now["paths"]["/book"]["put"], before["paths"]["/book"]["put"]);
    assert_eq!(now["paths"]["/book"]["get"]["parameters"][0]["name"], "h");
    assert_eq!(now["paths"]["/book"]["get"]["security"], json!([{"key": []}]));
    assert!(now.get("security").is_none());
}

#[test]
fn a_small_part_without_update_is_refused_in_one_sentence_that_names_it() {
    let root = library();
    let before = fs::read(root.path().join("openapi/pod-api.json")).unwrap();
    let one = page("2", "/shelf", "get", json!({"responses": {"204": {"description": ""}}}), json!({}));
    let message = format!("{:#}", read(root.path(), &[one], false).unwrap_err());
    assert!(
        message.starts_with("the files hold 1 operation, and openapi/pod-api.json holds 5:"),
        "{message}"
    );
    assert!(message.contains("--update") && !message.contains('\n'), "{message}");
    assert_eq!(fs::read(root.path().join("openapi/pod-api.json")).unwrap(), before);
}

#[test]
fn a_page_of_another_api_is_refused() {
    let root = library();
    let mut page = page("2", "/shelf", "get", json!({"responses": {"204": {"description": ""}}}), json!({}));
    page.bytes = String::from_utf8(page.bytes).unwrap().replace("\"Library\"", "\"Museum\"").into_bytes();
    let message = format!("{:#}", read(root.path(), &[page], true).unwrap_err());
    assert!(message.contains("\"Museum\"") && message.contains("\"Library\""), "{message}");
}
