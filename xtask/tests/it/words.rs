//! What the documentation of generated code says.

use serde_json::{Value, json};
use xtask::{legalize, polish, progenitor};

/// The text of the client and of the mocks of a document with these paths and component schemas.
fn generated(paths: Value, schemas: Value) -> (String, String) {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    let mut document = legalize::legalize(&document).unwrap().document;
    document.sort_all_objects();
    let client = polish::client(progenitor::client(&document).unwrap(), &document).unwrap();
    let mocks = polish::mocks(progenitor::mocks(&document).unwrap(), &document).unwrap();
    (polish::text(&client), polish::text(&mocks))
}

/// The comment before the line that begins with `code`, after the line `after`.
fn comment<'a>(text: &'a str, after: &str, code: &str) -> Vec<&'a str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let start = lines.iter().position(|line| line.starts_with(after)).unwrap();
    let end = lines.iter().skip(start).position(|line| line.starts_with(code)).unwrap() + start;
    let before = lines.get(..end).unwrap().iter().rev();
    let mut comment: Vec<_> = before
        .skip_while(|line| line.starts_with("#["))
        .map_while(|line| line.strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    comment.reverse();
    comment
}

/// What a method of the client says before its example.
fn words(client: &str, method: &str) -> String {
    let comment = comment(client, "impl Client {", &format!("pub fn {method}("));
    comment
        .into_iter()
        .take_while(|line| *line != "# Example")
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .to_owned()
}

const DONE: &str = "204";

#[test]
fn a_method_says_what_the_document_says_and_what_is_sent() {
    let responses = json!({DONE: {"description": ""}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let (client, _) = generated(
        json!({
            "/silent": {"get": {"operationId": "silent", "responses": responses}},
            "/empty": {"get": {"operationId": "empty", "summary": "", "description": " ", "responses": responses}},
            "/summed": {"put": {"operationId": "summed", "summary": "Sum\n it up.", "responses": responses}},
            "/asked": {"put": {"operationId": "asked", "summary": "Is it so?", "responses": responses}},
            "/described": {"get": {
                "operationId": "described",
                "description": "A sentence that goes\non and on.\n\n- a point\n  of two lines\n\nArguments:\n<details>More.</details>",
                "responses": responses,
            }},
            "/both": {"post": {
                "operationId": "both", "summary": "Do it", "description": "At once", "responses": responses,
            }},
            "/example": {"get": {
                "operationId": "example", "description": "Such as:\n\n```\ncurl\n```", "responses": responses,
            }},
            "/twice/{id}/{id}": {"get": {"operationId": "twice", "parameters": [id], "responses": responses}},
            "/two//slashes": {"get": {"operationId": "slashes", "responses": responses}},
        }),
        json!({}),
    );
    for (method, expected) in [
        ("silent", "Sends `GET /silent`."),
        ("empty", "Sends `GET /empty`."),
        ("summed", "Sum it up.\n\nSends `PUT /summed`."),
        ("asked", "Is it so?\n\nSends `PUT /asked`."),
        (
            "described",
            "A sentence that goes\non and on.\n\n- a point\n  of two lines\n\nArguments:\n<details>More.</details>\n\nSends `GET /described`.",
        ),
        ("both", "Do it.\n\nAt once\n\nSends `POST /both`."),
        ("example", "Such as:\n\n```text\ncurl\n```\n\nSends `GET /example`."),
        ("twice", "Sends `GET /twice/{id}/{id}`."),
        ("slashes", "Sends `GET /two//slashes`."),
    ] {
        assert_eq!(words(&client, method), expected);
    }
    let table = comment(&client, "use ", "pub struct Client ");
    for row in [
        "| `GET /silent` | [`silent`](Self::silent) |  |",
        "| `GET /described` | [`described`](Self::described) | A sentence that goes on and on. |",
        "| `PUT /summed` | [`summed`](Self::summed) | Sum it up |",
        "| `GET /twice/{id}/{id}` | [`twice`](Self::twice) |  |",
        "| `GET /two//slashes` | [`slashes`](Self::slashes) |  |",
    ] {
        assert!(table.contains(&row), "{row}\n{}", table.join("\n"));
    }
    for path in ["/silent", "/described", "/twice/{id}/{id}", "/two//slashes"] {
        assert!(client.contains(&format!("#[doc(alias = \"{path}\")]")), "{path}");
    }
}

#[test]
fn a_setter_says_what_the_document_says_of_a_field_or_a_parameter() {
    let words = "One of:\n\n- `a`\n  and more\n- `b`";
    let thing = json!({"type": "object", "properties": {
        "told": {"type": "string", "description": words},
        "silent": {"type": "string"},
        "part": {"type": "object", "description": "A part.", "properties": {"x": {"type": "string"}}},
    }});
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let query = |name, words| json!({"name": name, "in": "query", "description": words, "schema": {"type": "string"}});
    let (client, mocks) = generated(
        json!({"/a": {"post": {
            "operationId": "send_it",
            "parameters": [
                query("told", words),
                query("silent", ""),
                {"name": "old", "in": "query", "required": true, "deprecated": true, "schema": {"type": "string"}},
            ],
            "requestBody": {"required": true, "description": "A thing.", "content": content},
            "responses": {"200": {"description": "", "content": content}, "4XX": {"description": ""}, DONE: {"description": ""}},
        }}}),
        json!({"Thing": thing}),
    );
    let expected: Vec<&str> = words.lines().collect();
    let field = |name| comment(&client, "pub struct Thing {", name);
    assert_eq!(field("pub told:"), expected);
    assert_eq!(field("pub silent:"), ["The member `silent`: a text, which may be missing."]);
    assert_eq!(field("pub part:"), ["A part."]);
    let setter = |name| comment(&client, "impl Thing {", name);
    assert_eq!(setter("pub fn told<"), expected);
    assert_eq!(setter("pub fn silent<"), field("pub silent:"));
    assert_eq!(setter("pub fn part<"), ["A part."]);
    let setter = |name| comment(&client, "impl<C> SendIt<C> {", name);
    assert_eq!(setter("pub fn told<"), expected);
    assert_eq!(setter("pub fn silent<"), ["The query parameter `silent`: a text."]);
    assert_eq!(setter("pub fn old<"), ["**Deprecated.**", "", "The query parameter `old`: a text."]);
    assert_eq!(setter("pub fn body<"), ["A thing."]);
    assert_eq!(setter("pub fn body_map<"), ["Changes `body` in place."]);
    assert!(!client.contains("ignore"), "an example that is not compiled");

    assert!(!mocks.contains("](::"), "a link that rustdoc does not take for a path");
    let when = |name| comment(&mocks, "impl SendItWhen {", name);
    assert_eq!(when("pub fn old("), ["Only requests whose `old` is this."]);
    assert_eq!(
        when("pub fn told<"),
        ["Only requests whose `told` is this; for `None`, only requests without it."]
    );
    let then = |name| comment(&mocks, "impl SendItThen {", name);
    assert_eq!(then("pub fn ok("), ["Answers with `200 OK` and this body."]);
    assert_eq!(then("pub fn no_content("), ["Answers with `204 No Content` and no body."]);
    assert_eq!(then("pub fn client_error("), ["Answers with this status and no body."]);
    let mock = comment(&mocks, "pub trait MockServerExt", "fn send_it<");
    assert_eq!(mock, ["Mocks `POST /a`, the call [`Client::send_it`](crate::Client::send_it)."]);
}

/// What nobody has described yet says what it is made of.
#[test]
fn what_has_no_words_gets_a_sentence_from_its_structure() {
    let kinds = json!({"type": "string", "enum": ["NEW", "old one"]});
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let (client, _) = generated(
        json!({"/a": {"get": {"operationId": "get_it", "responses": {"200": {"description": "", "content": content}}}}}),
        json!({
            "Thing": {"type": "object", "required": ["kind", "count"], "properties": {
                "kind": {"$ref": "#/components/schemas/Kind"},
                "count": {"type": "integer"},
                "partNames": {"type": "array", "items": {"type": "string"}},
                "e": {"type": "boolean"}, "f": {"type": "number"}, "g": {},
            }},
            "Kind": kinds,
            "Pair": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
            "Things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        }),
    );
    let of = |after: &str, code: &str| comment(&client, after, code).join("\n");
    let start = "pub mod types {";
    assert_eq!(of(start, "pub struct Thing {"), "An object with `count`, `e`, `f`, `g` and 2 more.");
    assert_eq!(of(start, "pub struct Pair {"), "An object with `a` and `b`.");
    assert!(client.contains("/// One of `NEW` or `old one`.\n"), "{client}");
    assert!(of(start, "pub struct Things(").starts_with("A value: a list, of which each item is `Thing`."));
    for words in [
        "The member `count`: a whole number.",
        "The member `kind`: `Kind`.",
        "The member `partNames`: a list, of which each item is a text, which may be missing.",
        "The member `e`: a truth value, which may be missing.",
        "The member `g`: any JSON, which may be missing.",
    ] {
        assert!(client.contains(&format!("/// {words}\n")), "no `{words}` in {client}");
    }
}

#[test]
fn the_words_of_other_apis_do_not_speak_of_pods() {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let (client, mocks) = generated(
        json!({"/a": {"get": {"operationId": "get_it", "responses": {"200": {"description": "", "content": content}}}}}),
        json!({"Thing": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["a", "b"]}}}}),
    );
    for line in client.lines().chain(mocks.lines()).filter(|line| line.trim().starts_with("//")) {
        // The name of the crate is in examples.
        let line = line.replace("pod_api", "").to_lowercase();
        assert!(!line.contains("pod") && !line.contains("symphony"), "{line}");
    }
}
