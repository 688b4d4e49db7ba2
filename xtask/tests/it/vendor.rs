//! Taking in published descriptions: every form, every peculiarity, several at once.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use xtask::canonical::to_text;
use xtask::pointer::Pointer;
use xtask::report::Fate;
use xtask::vendor::{Input, Options, VendorError, Vendored, vendor};

const LIBRARY: &str = include_str!("../vendor/library.yaml");
const LIBRARY_RAISED: &str = include_str!("../vendor/library.json");
const LEND: &str = include_str!("../vendor/lend.md");
const RETURN: &str = include_str!("../vendor/return.md");

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn take_in(inputs: &[(&str, &str)]) -> Result<Vendored, VendorError> {
    let inputs: Vec<_> = inputs.iter().map(|(name, text)| input(name, text)).collect();
    vendor(&inputs, &Options::default())
}

fn document(text: &str) -> Value {
    take_in(&[("file", text)]).unwrap_or_else(|error| panic!("{error}")).document
}

fn refusal(text: &str) -> String {
    take_in(&[("file", text)]).unwrap_err().to_string()
}

/// Shows where two texts differ, and not both of them whole.
#[track_caller]
fn same(found: &str, expected: &str) {
    let diff = similar::TextDiff::from_lines(expected, found);
    assert!(found == expected, "{}", diff.unified_diff().header("expected", "found"));
}

/// A Swagger 2.0 document with one operation, in JSON.
fn swagger(operation: &Value, more: &Value) -> String {
    let mut document = json!({
        "swagger": "2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": operation}},
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document.to_string()
}

fn ok() -> Value {
    json!({"200": {"description": "Fine."}})
}

#[test]
fn a_file_with_every_peculiarity_becomes_the_structure_it_describes() {
    let vendored = take_in(&[("library.yaml", LIBRARY)]).unwrap();
    same(&to_text(&vendored.document), LIBRARY_RAISED);
}

#[test]
fn what_was_decided_is_told_with_file_and_line() {
    let notes = take_in(&[("library.yaml", LIBRARY)]).unwrap().told.notes;
    let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
    let line = |words: &str| LIBRARY.lines().position(|line| line.contains(words)).unwrap() + 1;
    let told = |start: &str, words: &str| {
        assert!(
            notes.iter().any(|note| note.starts_with(start) && note.contains(words)),
            "no note starts with {start} and has `{words}` among {notes:#?}"
        );
    };
    told(&format!("library.yaml:{}: #/host: ", line("host:")), "https is taken");
    // The value of a block mapping starts on the line after its name.
    let sibling = line("A reference with siblings") - 2;
    told(&format!("library.yaml:{sibling}: #/definitions/Loan/properties/book: "), ": type;");
    told("library.yaml:", "#/paths/~1v1~1books/post: takes a body and says not of which media type");
    told("#/components/schemas/Unused: ", "no operation uses it");
    told("#/components/schemas/AlsoUnused: ", "no operation uses it");
    told("#/components/schemas/SettingValue: ", "no operation uses it");
    assert_eq!(notes.len(), 6, "{notes:#?}");
}

#[test]
fn the_source_names_every_file_its_form_and_its_hash() {
    let inputs = [("some/where/lend.md", LEND), ("library.yaml", LIBRARY), ("library.yaml", LIBRARY)];
    let source = take_in(&inputs).unwrap().source;
    let text = source.to_toml().unwrap();
    let read: toml::Table = text.parse().unwrap();
    assert_eq!(read["title"].as_str(), Some("Library"));
    assert_eq!(read["version"].as_str(), Some("1.50"));
    let files = read["source"].as_array().unwrap();
    let of = |index: usize, name: &str| files[index][name].as_str().unwrap().to_owned();
    assert_eq!((of(0, "name"), of(0, "form")), ("lend.md".into(), "documentation page".into()));
    assert_eq!((of(1, "name"), of(1, "form")), ("library.yaml".into(), "Swagger 2.0".into()));
    assert_eq!(files.len(), 2, "a file given twice is named once");
    let empty =
        xtask::vendor::source::File::new("-", xtask::vendor::read::read(LEND.as_bytes()).unwrap().form, b"");
    // The hash of nothing is well known.
    assert_eq!(empty.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_page_and_the_whole_file_coincide_in_either_order() {
    let pairs = [[("p", LEND), ("f", LIBRARY)], [("f", LIBRARY), ("p", LEND)]];
    for pair in pairs {
        same(&to_text(&take_in(&pair).unwrap().document), LIBRARY_RAISED);
    }
}

#[test]
fn pages_are_merged() {
    let merged = take_in(&[("lend.md", LEND), ("return.md", RETURN)]).unwrap().document;
    let paths: Vec<_> = merged["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/v1/books/{id}/lend", "/v1/books/{id}/return"]);
    let schemas: Vec<_> = merged["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(schemas, ["Book", "Kind", "Left", "Loan", "Problem"]);
    assert_eq!(merged["servers"], json!([{"url": "https://library.example/lib"}]), "https is kept");
}

#[test]
fn operations_of_one_path_may_come_from_several_files() {
    let one = |method: &str| {
        json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {
            method: {"responses": {"200": {"description": ""}}}}}})
        .to_string()
    };
    let merged = take_in(&[("get", &one("get")), ("put", &one("put"))]).unwrap().document;
    let methods: Vec<_> = merged["paths"]["/a"].as_object().unwrap().keys().collect();
    assert_eq!(methods, ["get", "put"]);
}

/// Two pages that say different things for all operations of one path, and of the document.
#[test]
fn what_one_page_says_for_all_its_operations_is_not_said_for_those_of_another() {
    let page = |more: Value, item: Value| {
        let mut page =
            json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/x": item}});
        page.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        page.to_string()
    };
    let query = |name: &str, ty: &str| json!({"in": "query", "name": name, "schema": {"type": ty}});
    let ok = json!({"200": {"description": ""}});
    let tenant = json!({"in": "query", "name": "tenant", "required": true, "schema": {"type": "string"}});
    let first = page(
        json!({"security": [{"key": []}], "components": {
            "parameters": {"Sort": query("sort", "string")},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "K"}}}}),
        json!({
            "parameters": [tenant, {"$ref": "#/components/parameters/Sort"}, query("limit", "string")],
            "servers": [{"url": "https://one"}],
            "get": {"responses": ok, "parameters": [query("sort", "boolean")]},
            "put": {"responses": ok, "security": [], "servers": [{"url": "https://two"}]},
        }),
    );
    let second = page(json!({}), json!({"post": {"responses": ok}}));
    for pair in [[("a", &*first), ("b", &*second)], [("b", &*second), ("a", &*first)]] {
        let merged = take_in(&pair).unwrap_or_else(|error| panic!("{error}")).document;
        let path = &merged["paths"]["/x"];
        assert_eq!(path["post"]["responses"]["200"]["description"], "OK");
        for member in ["parameters", "servers", "security"] {
            assert_eq!(path["post"].get(member), None, "{member}");
            assert_eq!(path.get(member), None, "{member}");
            assert_eq!(merged.get(member), None, "{member}");
        }
        let get = &path["get"];
        assert_eq!(get["parameters"], json!([tenant, query("limit", "string"), query("sort", "boolean")]));
        assert_eq!(get["servers"], json!([{"url": "https://one"}]));
        assert_eq!(get["security"], json!([{"key": []}]));
        let put = &path["put"];
        let sort = json!({"$ref": "#/components/parameters/Sort"});
        assert_eq!(put["parameters"], json!([tenant, sort, query("limit", "string")]));
        assert_eq!(put["servers"], json!([{"url": "https://two"}]));
        assert_eq!(put["security"], json!([]));
    }
    // What both say stays where it is.
    let third =
        page(json!({"security": [{"key": []}]}), json!({"parameters": [tenant], "post": {"responses": ok}}));
    let fourth =
        page(json!({"security": [{"key": []}]}), json!({"parameters": [tenant], "get": {"responses": ok}}));
    let merged = take_in(&[("c", &third), ("d", &fourth)]).unwrap().document;
    assert_eq!(merged["security"], json!([{"key": []}]));
    assert_eq!(merged["paths"]["/x"]["parameters"], json!([tenant]));
    assert_eq!(merged["paths"]["/x"]["get"].get("parameters"), None);
}

#[test]
fn a_path_that_is_a_reference_is_not_mixed_with_another() {
    let page = |item: Value| {
        json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/x": item},
            "components": {"pathItems": {"X": {"get": {"responses": {"200": {"description": ""}}}}}}})
        .to_string()
    };
    let (reference, post) = (
        page(json!({"$ref": "#/components/pathItems/X"})),
        page(json!({"post": {"responses": {"200": {"description": ""}}}})),
    );
    let message = take_in(&[("a", &reference), ("b", &post)]).unwrap_err().to_string();
    assert!(message.contains("#/paths/~1x: differs from what a has there"), "{message}");
    take_in(&[("a", &reference), ("b", &reference)]).unwrap();
}

#[test]
fn openapi_3_0_is_raised() {
    let raised = document(RETURN);
    assert_eq!(raised["openapi"], "3.1.1");
    let body = &raised["paths"]["/v1/books/{id}/return"]["post"]["responses"]["200"]["content"];
    assert_eq!(
        body["application/json"]["schema"]["properties"],
        json!({
            "fee": {"type": ["number", "null"], "exclusiveMinimum": 0},
            // Ignored beside a reference, so it does not become a type here.
            "left": {"$ref": "#/components/schemas/Left"},
        })
    );
    assert_eq!(raised["components"]["schemas"]["Left"], json!({"type": "integer", "maximum": 9}));
}

#[test]
fn two_things_under_one_name_are_a_conflict_shown_as_a_diff() {
    let other = LEND.replace(r#""enum":["NOVEL","POEM"]"#, r#""enum":["NOVEL","ESSAY"]"#);
    let message = take_in(&[("library.yaml", LIBRARY), ("lend.md", &other)]).unwrap_err().to_string();
    assert!(
        message.starts_with("lend.md:8: #/components/schemas/Kind: differs from what library.yaml has there"),
        "{message}"
    );
    for line in ["--- library.yaml", "+++ lend.md", "-    \"POEM\"", "+    \"ESSAY\""] {
        assert!(message.lines().any(|l| l == line), "no line `{line}` in\n{message}");
    }
}

#[test]
fn an_operation_that_differs_is_a_conflict() {
    let other = LEND.replace(r#""name":"User-Agent""#, r#""name":"User""#);
    let message = take_in(&[("a.md", LEND), ("b.md", &other)]).unwrap_err().to_string();
    assert!(
        message.starts_with("b.md:8: #/paths/~1v1~1books~1{id}~1lend/post: differs from what a.md has"),
        "{message}"
    );
}

#[test]
fn words_make_no_conflict_and_the_first_stay() {
    let other = LEND.replace("Lends a book.", "Gives a book away.");
    let inputs = [input("a.md", LEND), input("b.md", &other)];
    for keep_prose in [false, true] {
        let options = Options { keep_prose, ..Options::default() };
        let document = vendor(&inputs, &options).unwrap().document;
        let summary = document.pointer("/paths/~1v1~1books~1{id}~1lend/post/summary");
        assert_eq!(summary.is_some(), keep_prose);
        assert!(summary.is_none_or(|summary| summary == "Lends a book."));
    }
}

#[test]
fn versions_are_mixed_only_on_demand_and_the_highest_counts() {
    let newer = RETURN.replace("1.50", "1.100");
    let inputs = [input("a.md", LEND), input("b.md", &newer)];
    let message = vendor(&inputs, &Options::default()).unwrap_err().to_string();
    assert!(message.contains("b.md"), "{message}");
    assert!(message.contains("is of version 1.100, and a.md of version 1.50"), "{message}");
    assert!(message.contains("--allow-mixed-versions"), "{message}");

    let options = Options { allow_mixed_versions: true, ..Options::default() };
    let reversed = [inputs[1].clone(), inputs[0].clone()];
    for inputs in [&inputs, &reversed] {
        let vendored = vendor(inputs, &options).unwrap();
        assert_eq!(vendored.source.version, "1.100");
        assert_eq!(vendored.document["info"]["version"], "1.100");
    }
}

#[test]
fn different_apis_are_never_merged() {
    let other = RETURN.replace("Library", "Museum");
    let options = Options { allow_mixed_versions: true, ..Options::default() };
    let message = vendor(&[input("a", LEND), input("b", &other)], &options).unwrap_err().to_string();
    assert!(message.contains("describes `Museum`, and a describes `Library`"), "{message}");
}

#[test]
fn prose_is_kept_on_demand_and_the_structure_is_the_same() {
    let options = Options { keep_prose: true, ..Options::default() };
    let mut kept = vendor(&[input("library.yaml", LIBRARY)], &options).unwrap().document;
    assert_eq!(kept["paths"]["/v1/books"]["get"]["summary"], "List books");
    assert_eq!(kept["paths"]["/v1/books"]["get"]["responses"]["200"]["description"], "Some books.");
    assert_eq!(
        kept["components"]["schemas"]["Loan"]["properties"]["book"]["description"],
        "A reference with siblings."
    );
    assert_eq!(kept["components"]["schemas"]["Setting"]["properties"]["listed"]["examples"], json!([true]));
    xtask::vendor::words::drop_words(xtask::vendor::grammar::Kind::Document, &mut kept);
    same(&to_text(&kept), LIBRARY_RAISED);
}

#[test]
fn what_is_vendored_is_vendored_unchanged() {
    same(&to_text(&document(LIBRARY_RAISED)), LIBRARY_RAISED);
}

/// The schema that OpenAPI of a version has of one written in YAML.
fn schema_in_yaml(version: &str, schema: &str) -> Value {
    let mut raised = document(&format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        \
         '200':\n          description: A\n          content:\n            application/json:\n              schema: {schema}\n"
    ));
    raised.pointer_mut("/paths/~1a/get/responses/200/content/application~1json/schema").unwrap().take()
}

#[test]
fn values_are_text_where_the_type_leaves_nothing_else() {
    for (version, schema, expected) in [
        (
            "3.1.0",
            "{type: [string, 'null'], enum: [ON, TRUE, 1.50, null]}",
            json!({"type": ["string", "null"], "enum": ["ON", "TRUE", "1.50", null]}),
        ),
        (
            "3.0.3",
            "{type: string, nullable: true, enum: [FALSE, null]}",
            json!({"type": ["string", "null"], "enum": ["FALSE", null]}),
        ),
        (
            "3.1.0",
            "{type: string, enum: [ALL, null, 0x10]}",
            json!({"type": "string", "enum": ["ALL", null, "0x10"]}),
        ),
        ("3.1.0", "{type: string, const: 1.50}", json!({"type": "string", "const": "1.50"})),
        (
            "3.1.0",
            "{type: [string, boolean], const: TRUE}",
            json!({"type": ["string", "boolean"], "const": true}),
        ),
        (
            "3.1.0",
            "{type: [string, number], enum: [1.50, TRUE]}",
            json!({"type": ["string", "number"], "enum": [1.5, "TRUE"]}),
        ),
        (
            "3.1.0",
            "{type: [string, integer], enum: [1, 1.50], default: 1}",
            json!({"type": ["string", "integer"], "enum": [1, "1.50"], "default": 1}),
        ),
        // Null there is how many say that there is no default.
        ("3.1.0", "{type: string, default: null}", json!({"type": "string", "default": null})),
        (
            "3.1.0",
            "{type: [string, array], items: {}, default: [1.50]}",
            json!({"type": ["string", "array"], "items": {}, "default": [1.5]}),
        ),
        ("3.1.0", "{enum: [TRUE, 1.50, null]}", json!({"enum": [true, 1.5, null]})),
    ] {
        assert_eq!(schema_in_yaml(version, schema), expected, "{schema}");
    }
}

#[test]
fn null_is_allowed_beside_what_a_nullable_schema_is_made_of() {
    let raised = |schema: &str| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        \
             '200':\n          description: A\n          content:\n            application/json:\n              schema: {schema}\n\
             components: {{schemas: {{B: {{type: object}}, C: {{type: object}}}}}}\n"
        );
        let vendored = take_in(&[("file", &text)]).unwrap();
        let schema = "/paths/~1a/get/responses/200/content/application~1json/schema";
        let note = vendored.told.notes.iter().find(|remark| remark.note.pointer.as_str() == schema);
        let found = vendored.document.pointer(schema).unwrap().clone();
        (found, note.map(|remark| remark.note.fate))
    };
    let (b, c) = (json!({"$ref": "#/components/schemas/B"}), json!({"$ref": "#/components/schemas/C"}));
    let or_null = json!({"type": "null"});
    for (schema, expected, fate) in [
        (
            "{nullable: true, allOf: [{$ref: '#/components/schemas/B'}], readOnly: true}",
            json!({"anyOf": [b, or_null], "readOnly": true}),
            Some(Fate::Widened),
        ),
        (
            "{nullable: true, type: object, allOf: [{$ref: '#/components/schemas/B'}]}",
            json!({"anyOf": [{"type": "object", "allOf": [b]}, or_null]}),
            Some(Fate::Widened),
        ),
        (
            "{nullable: true, anyOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]}",
            json!({"anyOf": [b, c, or_null]}),
            Some(Fate::Widened),
        ),
        (
            "{nullable: true, oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]}",
            json!({"anyOf": [{"oneOf": [b, c]}, or_null]}),
            Some(Fate::Widened),
        ),
        ("{nullable: true, enum: [a]}", json!({"enum": ["a", null]}), Some(Fate::Widened)),
        ("{nullable: true, type: string}", json!({"type": ["string", "null"]}), None),
        // Null is a value like any other there.
        ("{nullable: true, minimum: 1}", json!({"minimum": 1}), Some(Fate::Dropped)),
        ("{nullable: false, allOf: [{$ref: '#/components/schemas/B'}]}", json!({"allOf": [b]}), None),
    ] {
        assert_eq!(raised(schema), (expected, fate), "{schema}");
    }
}

#[test]
fn references_by_anchor_and_by_id_become_pointers() {
    let with = |reference: &str, schemas: Value| {
        let document = json!({
            "openapi": "3.1.1",
            "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {
                "description": "A", "content": {"application/json": {"schema": {"$ref": reference}}},
            }}}}},
            "components": {"schemas": schemas},
        });
        document.to_string()
    };
    let schemas = json!({
        "Anchored": {"type": "object", "properties": {"a": {"$anchor": "inner", "type": "string"}}, "$anchor": "it"},
        "Book": {
            "$id": "https://library.example/book",
            "$defs": {"Page": {"type": "integer", "$anchor": "page"}, "100%": {"type": "number"}},
            "properties": {
                "page": {"$ref": "#/$defs/Page"}, "last": {"$ref": "#page"}, "share": {"$ref": "#/$defs/100%25"},
                "next": {"$ref": "book"}, "author": {"$ref": "people/author"},
                "whole": {"$ref": "#/components/schemas/Anchored"},
            },
        },
        "Author": {"$id": "https://library.example/people/author", "type": "string"},
        "Unused": {"$anchor": "unused"},
    });
    for (reference, place, used) in [
        ("#it", "#/components/schemas/Anchored", json!(["Anchored"])),
        ("#inner", "#/components/schemas/Anchored/properties/a", json!(["Anchored"])),
        ("https://library.example/book", "#/components/schemas/Book", json!(["Anchored", "Author", "Book"])),
        (
            "https://library.example/book#page",
            "#/components/schemas/Book/$defs/Page",
            json!(["Anchored", "Author", "Book"]),
        ),
        (
            "https://library.example/book#/$defs/Page",
            "#/components/schemas/Book/$defs/Page",
            json!(["Anchored", "Author", "Book"]),
        ),
    ] {
        let document = document(&with(reference, schemas.clone()));
        let schema = document.pointer("/paths/~1a/get/responses/200/content/application~1json/schema");
        assert_eq!(schema.unwrap(), &json!({"$ref": place}), "{reference}");
        let found = document["components"]["schemas"].as_object().unwrap();
        assert_eq!(json!(found.keys().collect::<Vec<_>>()), used, "{reference}");
        if let Some(book) = found.get("Book") {
            let of = |name: &str| book["properties"][name]["$ref"].as_str().unwrap();
            assert_eq!(of("page"), "#/components/schemas/Book/$defs/Page");
            assert_eq!(of("last"), "#/components/schemas/Book/$defs/Page");
            assert_eq!(of("share"), "#/components/schemas/Book/$defs/100%25");
            assert_eq!(of("next"), "#/components/schemas/Book");
            assert_eq!(of("author"), "#/components/schemas/Author");
            assert_eq!(of("whole"), "#/components/schemas/Anchored");
        }
        xtask::lower::lower(&document).unwrap();
    }
    for reference in ["#other", "https://library.example/other", "#/components/schemas/Other"] {
        let vendored = take_in(&[("file", &with(reference, schemas.clone()))]).unwrap();
        assert_eq!(vendored.told.nowhere.keys().collect::<Vec<_>>(), [reference]);
    }
}

#[test]
fn servers_come_from_schemes_host_and_base_path() {
    let operation = json!({"responses": ok()});
    let servers = |more: Value| document(&swagger(&operation, &more)).get("servers").cloned();
    assert_eq!(
        servers(json!({"schemes": ["http", "https"], "host": "h:1", "basePath": "/b"})),
        Some(json!([{"url": "http://h:1/b"}, {"url": "https://h:1/b"}]))
    );
    assert_eq!(servers(json!({"host": "h"})), Some(json!([{"url": "https://h"}])));
    assert_eq!(servers(json!({"basePath": "/b"})), Some(json!([{"url": "/b"}])));
    assert_eq!(servers(json!({"basePath": "/"})), None);
    assert_eq!(servers(json!({})), None);
}

#[test]
fn media_types_are_the_operations_own_or_the_documents() {
    let body = json!([{"name": "b", "in": "body", "schema": {"type": "string"}}]);
    let answer = json!({"200": {"description": "", "schema": {"type": "string"}}});
    let raised = document(&swagger(
        &json!({"parameters": body, "responses": answer, "produces": ["text/plain"]}),
        &json!({"consumes": ["a/b", "c/d"], "produces": ["e/f"]}),
    ));
    let operation = &raised["paths"]["/a"]["post"];
    let types = |body: &Value| body["content"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(types(&operation["requestBody"]), ["a/b", "c/d"]);
    assert_eq!(types(&operation["responses"]["200"]), ["text/plain"]);
}

#[test]
fn a_file_comes_as_bytes_and_never_as_json() {
    for (produces, taken, is_told) in [
        (json!([]), json!(["application/octet-stream"]), true),
        (
            json!(["application/json", "application/vnd.a+json; charset=utf-8", "text/json"]),
            json!(["application/octet-stream"]),
            true,
        ),
        (
            json!(["application/json", "application/pdf", "image/*"]),
            json!(["application/pdf", "image/*"]),
            true,
        ),
        (json!(["application/zip"]), json!(["application/zip"]), false),
    ] {
        let operation = json!({
            "produces": produces,
            "responses": {
                "200": {"description": "A", "schema": {"type": "file"}},
                "400": {"description": "B", "schema": {"type": "string"}},
            },
        });
        let vendored = take_in(&[("file", &swagger(&operation, &json!({})))]).unwrap();
        let responses = &vendored.document["paths"]["/a"]["post"]["responses"];
        let content = responses["200"]["content"].as_object().unwrap();
        assert_eq!(json!(content.keys().collect::<Vec<_>>()), taken);
        for media in content.values() {
            assert_eq!(media["schema"], json!({"type": "string", "format": "binary"}));
        }
        let others = responses["400"]["content"].as_object().unwrap().keys().collect::<Vec<_>>();
        let expected = if produces == json!([]) { json!(["application/json"]) } else { produces.clone() };
        assert_eq!(others.len(), expected.as_array().unwrap().len(), "what is no file comes as before");
        let note = vendored.told.notes.iter().find(|remark| remark.note.text.contains("a file"));
        assert_eq!(note.is_some(), is_told, "{produces}");
        if let Some(remark) = note {
            assert_eq!(remark.note.pointer.to_string(), "#/paths/~1a/post/responses/200/schema");
        }
    }
}

#[test]
fn forms_become_bodies() {
    let raised = document(&swagger(
        &json!({"responses": ok(), "parameters": [
            {"name": "upload", "in": "formData", "type": "file", "required": true, "description": "w"},
            {"name": "note", "in": "formData", "type": "string", "maxLength": 9},
        ]}),
        &json!({}),
    ));
    assert_eq!(
        raised["paths"]["/a"]["post"]["requestBody"],
        json!({"required": true, "content": {"multipart/form-data": {"schema": {
            "type": "object",
            "required": ["upload"],
            "properties": {
                "upload": {"type": "string", "format": "binary"},
                "note": {"type": "string", "maxLength": 9},
            },
        }}}})
    );
}

#[test]
fn lists_in_forms_keep_their_separators() {
    let encoding = |format: Option<&str>, consumes: &str| {
        let mut field =
            json!({"name": "ids", "in": "formData", "type": "array", "items": {"type": "string"}});
        if let Some(format) = format {
            field["collectionFormat"] = format.into();
        }
        let plain = json!({"name": "note", "in": "formData", "type": "string"});
        let operation = json!({"responses": ok(), "consumes": [consumes], "parameters": [field, plain]});
        let raised = document(&swagger(&operation, &json!({})));
        raised["paths"]["/a"]["post"]["requestBody"]["content"][consumes]["encoding"].clone()
    };
    let told = |style: &str, explode: bool| json!({"ids": {"style": style, "explode": explode}});
    for form in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        assert_eq!(encoding(None, form), told("form", false), "commas are the default of Swagger 2.0");
        assert_eq!(encoding(Some("csv"), form), told("form", false));
        assert_eq!(encoding(Some("multi"), form), told("form", true));
        assert_eq!(encoding(Some("ssv"), form), told("spaceDelimited", false));
        assert_eq!(encoding(Some("pipes"), form), told("pipeDelimited", false));
    }
}

/// "A list of parameters that are applicable for all the operations described under this path. These parameters can be
/// overridden at the operation level, but cannot be removed there."
#[test]
fn what_a_path_has_of_a_body_is_replaced_by_name_and_not_taken_away() {
    let field = |name: &str, kind: &str| json!({"name": name, "in": "formData", "type": kind});
    let body = |schema: Value| json!({"name": "b", "in": "body", "schema": schema});
    let request = |shared: Value, own: Value| {
        let mut document: Value =
            serde_json::from_str(&swagger(&json!({"responses": ok(), "parameters": own}), &json!({})))
                .unwrap();
        document["paths"]["/a"]["parameters"] = shared;
        let raised = self::document(&document.to_string());
        let content = &raised["paths"]["/a"]["post"]["requestBody"]["content"];
        content.as_object().unwrap().values().next().unwrap()["schema"].clone()
    };
    assert_eq!(
        request(
            json!([field("a", "string"), field("b", "string")]),
            json!([field("b", "integer"), field("c", "string")])
        )["properties"],
        json!({"a": {"type": "string"}, "b": {"type": "integer"}, "c": {"type": "string"}})
    );
    let other = json!([{"name": "q", "in": "query", "type": "string"}]);
    assert_eq!(request(json!([body(json!({"type": "string"}))]), other), json!({"type": "string"}));
    let own = json!([body(json!({"type": "integer"}))]);
    assert_eq!(request(json!([body(json!({"type": "string"}))]), own), json!({"type": "integer"}));
}

#[test]
fn lists_in_parameters_keep_their_separators() {
    let list = |place: &str, format: Option<&str>| {
        let mut parameter = json!({"name": "p", "in": place, "type": "array", "items": {"type": "string"}});
        if let Some(format) = format {
            parameter["collectionFormat"] = format.into();
        }
        let operation = json!({"responses": ok(), "parameters": [parameter]});
        let parameter = document(&swagger(&operation, &json!({})))["paths"]["/a"]["post"]["parameters"][0]
            .as_object()
            .unwrap()
            .clone();
        (parameter.get("style").cloned(), parameter.get("explode").cloned())
    };
    let told = |style: &str, explode: bool| (Some(json!(style)), Some(json!(explode)));
    assert_eq!(list("query", None), told("form", false), "commas are the default of Swagger 2.0");
    assert_eq!(list("query", Some("csv")), told("form", false));
    assert_eq!(list("query", Some("multi")), told("form", true));
    assert_eq!(list("query", Some("ssv")), told("spaceDelimited", false));
    assert_eq!(list("query", Some("pipes")), told("pipeDelimited", false));
    assert_eq!(list("header", None), (None, None), "commas are the default of OpenAPI 3 there");
}

#[test]
fn shared_parameters_and_responses_are_written_where_they_are_used() {
    let raised = document(&swagger(
        &json!({
            "parameters": [{"$ref": "#/parameters/Body"}, {"$ref": "#/parameters/Id"}],
            "responses": {"404": {"$ref": "#/responses/Missing"}},
        }),
        &json!({
            "parameters": {
                "Body": {"name": "b", "in": "body", "required": true, "schema": {"type": "string"}},
                "Id": {"name": "id", "in": "query", "type": "string"},
            },
            "responses": {"Missing": {"description": "words", "schema": {"type": "boolean"},
                "headers": {"Retry": {"type": "integer", "description": "words"}}}},
        }),
    ));
    let operation = &raised["paths"]["/a"]["post"];
    let json_of = |schema: Value| json!({"application/json": {"schema": schema}});
    assert_eq!(
        operation["requestBody"],
        json!({"required": true, "content": json_of(json!({"type": "string"}))})
    );
    assert_eq!(operation["parameters"], json!([{"name": "id", "in": "query", "schema": {"type": "string"}}]));
    assert_eq!(
        operation["responses"]["404"],
        json!({
            "description": "Not Found",
            "content": json_of(json!({"type": "boolean"})),
            "headers": {"Retry": {"schema": {"type": "integer"}}},
        })
    );
    assert!(raised.get("components").is_none());
}

#[test]
fn security_is_carried_over() {
    let raised = document(&swagger(
        &json!({"responses": ok(), "security": [{"key": []}]}),
        &json!({"securityDefinitions": {
            "plain": {"type": "basic"},
            "key": {"type": "apiKey", "name": "token", "in": "header", "description": "words"},
            "flow": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a",
                "tokenUrl": "https://t", "scopes": {"read": "words"}},
        }}),
    ));
    assert_eq!(
        raised["components"]["securitySchemes"],
        json!({
            "plain": {"type": "http", "scheme": "basic"},
            "key": {"type": "apiKey", "name": "token", "in": "header"},
            "flow": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://a",
                "tokenUrl": "https://t", "scopes": {"read": "words"}}}},
        })
    );
    assert_eq!(raised["paths"]["/a"]["post"]["security"], json!([{"key": []}]));
}

#[test]
fn names_that_openapi_3_does_not_allow_are_changed_everywhere_and_told() {
    let text = swagger(
        &json!({"responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Map%C2%ABint%C2%BB"}}}}),
        &json!({"definitions": {
            "Map«int»": {"type": "object", "properties": {"next": {"$ref": "#/definitions/A~1b"}}},
            "A/b": {"type": "string"},
            "A_b": {"type": "integer"},
        }}),
    );
    let vendored = take_in(&[("f", &text)]).unwrap();
    let answer = &vendored.document["paths"]["/a"]["post"]["responses"]["200"]["content"];
    assert_eq!(answer["application/json"]["schema"], json!({"$ref": "#/components/schemas/Map_int_"}));
    let schemas = &vendored.document["components"]["schemas"];
    assert_eq!(schemas["Map_int_"]["properties"]["next"], json!({"$ref": "#/components/schemas/A_b_"}));
    assert_eq!(schemas["A_b_"], json!({"type": "string"}), "A_b was taken");
    let notes: Vec<_> = vendored.told.notes.iter().map(ToString::to_string).collect();
    assert!(notes.iter().any(|note| note.contains("#/definitions/A~1b: called `A_b_`")), "{notes:#?}");
}

#[test]
fn types_that_only_a_discriminator_reaches_are_in_use() {
    let raised = document(&swagger(
        &json!({"responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}}}),
        &json!({"definitions": {
            "Pet": {"type": "object", "discriminator": "kind", "required": ["kind"],
                "properties": {"kind": {"type": "string"}}},
            "Cat": {"allOf": [{"$ref": "#/definitions/Pet"}, {"properties": {"claws": {"$ref": "#/definitions/Claws"}}}]},
            "Claws": {"type": "integer"},
            "Stone": {"type": "string"},
        }}),
    ));
    let schemas = raised["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Cat", "Claws", "Pet"]);
    assert_eq!(schemas["Pet"]["discriminator"], json!({"propertyName": "kind"}));
}

#[test]
fn nothing_is_lost_in_silence() {
    let refused = [
        (
            json!({"parameters": [{"name": "a", "in": "cookie", "type": "string"}], "responses": ok()}),
            "`in` is path, query",
        ),
        (json!({"parameters": [{"in": "query", "type": "string"}], "responses": ok()}), "without a name"),
        (
            json!({"parameters": [
            {"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}], "responses": ok()}),
            "takes one body",
        ),
        (
            json!({"parameters": [{"name": "a", "in": "query", "type": "array", "collectionFormat": "tsv"}], "responses": ok()}),
            "has no form",
        ),
        (
            json!({"parameters": [{"name": "a", "in": "formData", "type": "array", "collectionFormat": "tsv"}], "responses": ok()}),
            "has no form",
        ),
        (
            json!({"parameters": [{"name": "a", "in": "formData", "type": "string"},
            {"name": "a", "in": "formData", "type": "string"}], "responses": ok()}),
            "for the second time",
        ),
        (
            json!({"parameters": [{"name": "a", "in": "formData", "type": "string"},
            {"name": "b", "in": "body", "schema": {}}], "responses": ok()}),
            "takes one body",
        ),
        (json!({"parameters": "none", "responses": ok()}), "text is not a list of parameters"),
        (
            json!({"parameters": [{"name": "a", "in": "query", "type": "string"},
            {"name": "a", "in": "query", "type": "string"}], "responses": ok()}),
            "for the second time",
        ),
        (json!({"responses": {"200": {"description": "", "schema": "text"}}}), "text is not a schema"),
        (json!({"responses": []}), "where an object belongs"),
        (json!({"responses": vec!["long"; 99]}), "…"),
        (json!("text"), "where an object belongs"),
    ];
    for (operation, words) in refused {
        let message = refusal(&swagger(&operation, &json!({})));
        assert!(message.contains(words), "`{words}` is not in: {message}");
        assert!(message.starts_with("file: #/"), "{message}");
    }
    let told = [
        (
            json!({"parameters": [{"name": "a", "in": "body"}], "responses": ok()}),
            "file: #/paths/~1a/post/parameters/0: a body without a schema",
        ),
        (json!({"summary": "cut off here"}), "#/paths/~1a/post: an operation without responses"),
        (
            json!({"responses": {"2oo": {"description": ""}}}),
            "#/paths/~1a/post/responses/2oo: `2oo` is no status",
        ),
        (
            json!({"responses": {"200": {"description": "", "headers": {
                "H": {"type": "array", "items": {"type": "string"}, "collectionFormat": "tsv"}}}}}),
            "#/paths/~1a/post/responses/200/headers/H/collectionFormat: ",
        ),
        (
            json!({"responses": ok(), "parameters": [{"name": "a", "in": "query", "type": "array", "items":
                {"type": "array", "collectionFormat": "pipes", "items": {"type": "string"}}}]}),
            "#/paths/~1a/post/parameters/0/items/collectionFormat: ",
        ),
    ];
    for (operation, words) in told {
        let notes = take_in(&[("file", &swagger(&operation, &json!({})))]).unwrap().told.notes;
        let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
        assert!(notes.iter().any(|note| note.contains(words)), "no `{words}` in {notes:#?}");
    }
}

#[test]
fn a_reference_that_leads_nowhere_is_kept_with_its_place_and_an_overlay_can_give_what_it_names() {
    let body = |reference: &str| json!([{"name": "b", "in": "body", "schema": {"$ref": reference}}]);
    let answer = |reference: &str| json!({"200": {"description": "", "schema": {"$ref": reference}}});
    for (operation, reference, place) in [
        (
            json!({"responses": answer("#/definitions/Gone")}),
            "#/components/schemas/Gone",
            "/responses/200/schema/$ref",
        ),
        (
            json!({"parameters": body("#/definitions/Gone/x"), "responses": ok()}),
            "#/components/schemas/Gone/x",
            "/parameters/0/schema/$ref",
        ),
        (json!({"responses": answer("other.yaml#/A")}), "other.yaml#/A", "/responses/200/schema/$ref"),
        (
            json!({"parameters": [{"$ref": "#/parameters/Gone"}], "responses": ok()}),
            "#/components/parameters/Gone",
            "/parameters/0/$ref",
        ),
        (
            json!({"responses": {"200": {"$ref": "#/responses/Gone"}}}),
            "#/components/responses/Gone",
            "/responses/200/$ref",
        ),
    ] {
        let vendored = take_in(&[("file", &swagger(&operation, &json!({})))]).unwrap();
        let [(found, at)] = vendored.told.nowhere.iter().collect::<Vec<_>>()[..] else {
            panic!("{reference}: {:?}", vendored.told.nowhere)
        };
        assert_eq!((found.as_str(), at.input.as_str()), (reference, "file"));
        assert_eq!(at.pointer.to_string(), format!("#/paths/~1a/post{place}"));
        let text = vendored.document.to_string();
        assert!(text.contains(&json!({ "$ref": reference }).to_string()), "{text}");
    }
}

#[test]
fn a_definition_is_written_as_the_place_that_is_meant() {
    let schema = json!({
        "$defs": {"A": {"type": "string"}},
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/B"}},
    });
    let vendored = take_in(&[("file", &described(&schema).to_string())]).unwrap();
    let place = "#/paths/~1a/get/responses/200/content/application~1json/schema";
    let schema = Pointer::from_local_ref(place).unwrap().get(&vendored.document).unwrap();
    assert_eq!(schema["properties"]["a"]["$ref"], format!("{place}/$defs/A"));
    assert_eq!(schema["properties"]["b"]["$ref"], "#/$defs/B");
    assert_eq!(vendored.told.nowhere.keys().collect::<Vec<_>>(), ["#/$defs/B"]);
    let [note] = &vendored.told.notes[..] else { panic!("{:?}", vendored.told.notes) };
    assert_eq!(
        (note.note.fate, note.note.pointer.to_string()),
        (Fate::Mended, format!("{place}/properties/a/$ref"))
    );
}

#[test]
fn an_api_has_a_title_and_a_version_whatever_the_document_has() {
    let with = |info: Value| {
        json!({"openapi": "3.1.0", "info": info, "paths": {"/a": {"get": {"responses": ok()}}}}).to_string()
    };
    for (info, title, version, fates) in [
        (json!({"title": "T", "version": "1"}), "T", "1", &[][..]),
        (json!({"title": "T"}), "T", "0.0.0", &[Fate::Guessed]),
        (json!({"title": "T", "version": null}), "T", "0.0.0", &[Fate::Guessed]),
        (json!({"title": "T", "version": 1.5}), "T", "1.5", &[Fate::Mended]),
        (json!({"version": "1"}), "API", "1", &[Fate::Guessed]),
    ] {
        let vendored = take_in(&[("file", &with(info.clone()))]).unwrap();
        assert_eq!(vendored.document["info"], json!({"title": title, "version": version}), "{info}");
        assert_eq!((vendored.source.title.as_str(), vendored.source.version.as_str()), (title, version));
        let found: Vec<_> = vendored.told.notes.iter().map(|remark| remark.note.fate).collect();
        assert_eq!(found, fates, "{info}");
    }
    assert!(refusal(&with(json!({"title": "T", "version": ["1"]}))).contains("#/info/version"));

    let input = Input { name: "file".into(), bytes: with(json!({"title": "T"})).into_bytes() };
    let options = Options { api_version: Some("2".into()), ..Options::default() };
    let vendored = vendor(&[input], &options).unwrap();
    assert_eq!((vendored.source.version.as_str(), vendored.told.notes.len()), ("2", 0));
}

#[test]
fn webhooks_alone_are_no_calls() {
    let hook = json!({"post": {"responses": ok()}});
    for more in [json!({}), json!({"paths": {}})] {
        let mut document =
            json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "webhooks": {"h": hook}});
        document.as_object_mut().unwrap().append(more.clone().as_object_mut().unwrap());
        assert_eq!(
            refusal(&document.to_string()),
            "file: describes webhooks only: requests that a server sends, which a client has no calls for"
        );
    }
}

/// A schema of OpenAPI 3.1 with words in every place that allows some.
fn schema() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["description", "title", "example", "x-a", "$ref", "type", "a"]);
    let leaf = prop::sample::select(vec![
        json!({"type": "string", "description": "words", "example": 1}),
        json!({"type": "integer", "title": "words", "x-since": 1.5}),
        json!({"type": "string", "enum": ["description"], "default": "description"}),
    ]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::btree_map(name.clone(), inner.clone(), 0..4).prop_map(
                |properties| json!({"type": "object", "properties": properties, "description": "words"})
            ),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "examples": []})),
            prop::collection::vec(inner, 1..3).prop_map(|all| json!({"allOf": all, "$comment": "words"})),
        ]
    })
}

fn described(schema: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1", "description": "words"},
        "paths": {"/a": {"get": {"summary": "words", "responses": {"200": {
            "description": "words", "content": {"application/json": {"schema": schema}}}}}}},
    })
}

/// The same document with the members of every object in another order.
fn shuffled(value: &Value, turn: &Index) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| (name.clone(), shuffled(value, turn))).collect();
            if !members.is_empty() {
                let middle = turn.index(members.len());
                members.rotate_left(middle);
            }
            members.into_iter().collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| shuffled(item, turn)).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Vendoring a vendored document changes nothing.
    #[test]
    fn vendoring_is_idempotent(schema in schema()) {
        let once = document(&described(&schema).to_string());
        prop_assert_eq!(&document(&once.to_string()), &once);
    }

    /// The order of members, and YAML instead of JSON, make no difference to the text.
    #[test]
    fn only_what_is_described_counts(schema in schema(), turn in any::<Index>()) {
        let described = described(&schema);
        let text = to_text(&document(&described.to_string()));
        let turned = shuffled(&described, &turn);
        prop_assert_eq!(&to_text(&document(&turned.to_string())), &text);
        let yaml = serde_saphyr::to_string(&turned).unwrap();
        prop_assert_eq!(&to_text(&document(&yaml)), &text);
    }

    /// No bytes make it panic.
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = vendor(&[Input { name: "f".to_owned(), bytes }], &Options::default());
    }

    /// A file that was cut off or has a line missing is read or refused, and never makes it panic.
    #[test]
    fn a_damaged_file_is_answered(cut in any::<Index>(), gone in any::<Index>()) {
        let lines: Vec<_> = LIBRARY.lines().collect();
        let gone = gone.index(lines.len());
        let damaged: Vec<_> =
            lines.iter().enumerate().filter(|(index, _)| *index != gone).map(|(_, l)| *l).collect();
        let _ = take_in(&[("f", &damaged.join("\n"))]);
        let end = cut.index(LIBRARY.len());
        let _ = vendor(
            &[Input { name: "f".to_owned(), bytes: LIBRARY.as_bytes()[..end].to_vec() }],
            &Options::default(),
        );
    }
}
