//! Input that is no description of an API, or not a whole one: each kind gets an answer that helps,
//! quickly and in bounded memory.

use xtask::vendor::tree::LIMIT;
use xtask::vendor::tree::Tree;
use xtask::vendor::{Input, Options, vendor};

const HEAD: &str = "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n";

/// The answer to a file with these bytes.
fn answer(bytes: impl Into<Vec<u8>>) -> String {
    let input = Input { name: "file".to_owned(), bytes: bytes.into() };
    vendor(&[input], &Options::default()).unwrap_err().to_string()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn text_that_is_not_utf_8() {
    let marked = format!("\u{feff}{HEAD}");
    for bytes in [utf16(&marked, u16::to_le_bytes), utf16(&marked, u16::to_be_bytes)] {
        assert_eq!(answer(bytes), "file: encoded as UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)");
    }
    let unmarked = answer(utf16(HEAD, u16::to_le_bytes));
    assert_eq!(unmarked, "file: holds NUL bytes: a binary file, or text that is not UTF-8");
    let latin = [HEAD.as_bytes(), b"x-a: caf\xE9 au lait\n"].concat();
    assert_eq!(answer(latin), format!("file:4: the text is not UTF-8 (byte {})", HEAD.len() + 8));
    let cut = [HEAD.as_bytes(), b"x-a: caf\xC3"].concat();
    assert!(answer(cut).starts_with("file:4: the text ends within a character: truncated?"));
}

#[test]
fn a_byte_order_mark_of_utf_8_is_nothing() {
    let bytes = format!("\u{feff}{HEAD}").into_bytes();
    assert!(vendor(&[Input { name: "file".into(), bytes }], &Options::default()).is_ok());
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let mut bytes = HEAD.as_bytes().to_vec();
    bytes.resize(LIMIT, b'#');
    bytes.push(b'\n');
    assert_eq!(
        answer(bytes),
        "file: larger than 32 MiB; no description of an API is, so this is another file"
    );
    // However much there is, no more is read than shows that it is too much.
    let read = xtask::vendor::input::bounded(std::io::repeat(b' ')).unwrap();
    assert_eq!(read.len(), LIMIT + 1);
}

#[test]
fn something_else_altogether() {
    assert_eq!(answer(""), "file: empty");
    assert_eq!(answer("  \n"), "file: empty");
    assert_eq!(
        answer("<!DOCTYPE html>\n<html>"),
        "file: an HTML or XML file; take the Markdown or the raw file instead"
    );
    for text in ["words", "- a\n- b\n", "info:\n  openapi: 3.1.0\n", "# A page\n\nwithout code\n", "[]"] {
        let answer = answer(text);
        assert!(answer.starts_with("file: neither an OpenAPI document"), "{answer}");
    }
    assert!(answer("{}").starts_with("file: not an OpenAPI document"));
}

#[test]
fn versions_that_are_not_read() {
    for (text, version) in [
        ("swagger: '1.2'\n", "`swagger` is \"1.2\""),
        ("# comment\nopenapi: 3.2.0\n", "`openapi` is \"3.2.0\""),
        (r#"{"openapi": 3.1}"#, "`openapi` is 3.1"),
    ] {
        let answer = answer(text);
        assert!(answer.contains(version), "{answer}");
        assert!(answer.contains("reads Swagger \"2.0\", OpenAPI \"3.0.x\" and \"3.1.x\""), "{answer}");
    }
    assert!(answer("# comment\nopenapi: 3.2.0\n").starts_with("file:2: "));
}

#[test]
fn pages_with_no_block_or_several() {
    let none = answer("# A page\n\n```yaml\na: 1\n```\n\n```\n{}\n```\n");
    assert!(none.starts_with("file: a page without a ```json block: "), "{none}");
    assert!(none.contains("only other code blocks, on lines 3, 7"), "{none}");
    let two = answer("# A page\n\n```json\n{}\n```\n\n~~~JSON\n{}\n~~~\n");
    assert_eq!(
        two,
        "file:7: the page has 2 ```json blocks, on lines 3, 7; keep the one that holds the OpenAPI document"
    );
}

#[test]
fn a_page_whose_json_is_broken_names_the_line_of_the_page() {
    let page = "# A page\n\n```json\n{\"openapi\": \"3.1.0\",\n \"info\" 1}\n```\n";
    assert!(answer(page).starts_with("file:5: in the page's block, not valid JSON"), "{}", answer(page));
    let cut = "# A page\n\n```json\n{\"openapi\": \"3.1.0\",\n \"info\": {";
    assert!(answer(cut).contains("truncated?"), "{}", answer(cut));
}

#[test]
fn truncated_files() {
    let json = answer("{\"openapi\": \"3.1.0\",\n \"paths\": {");
    assert!(json.starts_with("file:2: not valid JSON"), "{json}");
    assert!(json.contains("truncated?"), "{json}");
    let yaml = answer("swagger: '2.0'\npaths:\n  /a:\n    get:\n      summ");
    assert!(yaml.starts_with("file:5: "), "{yaml}");
    let quoted = answer("swagger: '2.0'\npaths:\n  '/a");
    assert!(quoted.contains("truncated?"), "{quoted}");
    let early = answer("swagger: '2.0'\ninfo: {title: T, version: '1'}\n");
    assert_eq!(early, "file:1: a document without `paths`: is the file truncated?");
}

#[test]
fn a_reference_that_leads_nowhere_has_the_line_where_it_first_stands() {
    let late = "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: A\n          schema:\n            $ref: '#/definitions/A'\n        '400':\n          description: B\n          schema:\n            $ref: '#/definitions/A'\n";
    let input = Input { name: "file".to_owned(), bytes: late.into() };
    let vendored = vendor(&[input], &Options::default()).unwrap();
    let place = &vendored.told.nowhere["#/components/schemas/A"];
    assert_eq!((place.input.as_str(), place.line), ("file", Some(10)));
    assert_eq!(place.pointer.to_string(), "#/paths/~1a/get/responses/200/schema/$ref");
}

#[test]
fn a_name_that_stands_twice() {
    let json = r#"{"openapi": "3.1.0", "info": {"title": "A", "title": "B"}}"#;
    assert!(answer(json).contains("`title` stands twice in one object"), "{}", answer(json));
    let yaml = "swagger: '2.0'\ninfo:\n  title: A\n  title: B\n";
    assert!(answer(yaml).contains("`title` stands twice in one object"), "{}", answer(yaml));
    // The same thing said twice is one thing, and words are not worth a refusal.
    for harmless in
        ["info: {version: '1', title: T}\n", "tags: [{name: a, description: b, description: c}]\n"]
    {
        let input = Input { name: "file".into(), bytes: format!("{HEAD}{harmless}").into_bytes() };
        assert!(vendor(&[input], &Options::default()).is_ok(), "{harmless}");
    }
}

#[test]
fn several_documents_in_one_file() {
    let answer = answer(format!("{HEAD}---\n{HEAD}"));
    assert!(answer.contains("several YAML documents in one file"), "{answer}");
}

/// So many operations, each on lines of its own.
fn operations(count: usize) -> String {
    let mut text = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
    for index in 0..count {
        text.push_str(&format!(
            "  /a/{index}:\n    get:\n      operationId: get_{index}\n      parameters:\n        - name: limit\n          \
             in: query\n          schema:\n            type: integer\n      responses:\n        '204':\n          \
             description: ''\n"
        ));
    }
    text
}

#[test]
fn a_long_document_is_read_in_yaml_as_it_is_in_json() {
    // More values than the parser takes by itself.
    let yaml = Tree::from_yaml(&operations(14_000)).unwrap();
    assert_eq!(yaml.document["paths"].as_object().unwrap().len(), 14_000);
    let json = Tree::from_json(&yaml.document.to_string()).unwrap();
    assert!(yaml.document == json.document);
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = format!("{HEAD}x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("x-{level}: &a{level} [{aliases}]\n"));
    }
    assert!(answer(bomb).contains("grows larger, than a description of an API does"));
}

#[test]
fn one_long_text_behind_many_aliases() {
    let text = "y".repeat(4_000_000);
    let bomb = format!("{HEAD}x-a: &a {text}\nx-b: [{}]\n", vec!["*a"; 100].join(", "));
    assert!(answer(bomb).contains("grows larger, than a description of an API does"));
}

#[test]
fn an_alias_within_its_own_anchor() {
    assert!(answer(format!("{HEAD}x-a: &a\n  b: *a\n")).contains("the document would never end"));
}

#[test]
fn depth_without_end() {
    let flow = answer(format!("{HEAD}x-a: {}", "[".repeat(100_000)));
    assert!(flow.starts_with("file:4: "), "{flow}");
    let mut block = HEAD.to_owned();
    for depth in 0..200 {
        block.push_str(&format!("{}x-a:\n", " ".repeat(depth)));
    }
    assert!(answer(block).contains("nested deeper"));
    let json = answer(format!("{{\"openapi\": \"3.1.0\", \"a\": {}", "[".repeat(100_000)));
    assert!(json.contains("recursion limit"), "{json}");
}

#[test]
fn all_files_are_answered_in_one_run() {
    let input = |name: &str, text: &str| Input { name: name.into(), bytes: text.into() };
    let inputs = [input("a.yaml", ""), input("b.yaml", "words"), input("c.yaml", HEAD)];
    let answer = vendor(&inputs, &Options::default()).unwrap_err().to_string();
    let names: Vec<_> = answer.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["a.yaml", "b.yaml"]);
}
