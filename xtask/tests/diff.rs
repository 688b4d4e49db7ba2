//! What a change means for a Rust caller: told by `diff`, and by the compiler.
//!
//! One table holds the changes. `every_change_is_classified` asks `diff`;
//! `the_compiler_agrees` generates the bindings of every changed document and compiles one program
//! that was written against the old ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use xtask::canonical::canonical;
use xtask::diff::{Change, Class, When};
use xtask::engine::Engine;
use xtask::vendor::{Input, Options, vendor};
use xtask::{generate, layout};

const LIBRARY: &str = include_str!("diff/library.json");
const CALLER: &str = include_str!("diff/caller.rs");

const COMPILING: Class = Class::Breaking(When::Compiling);
const RUNNING: Class = Class::Breaking(When::Running);
const ADDITIVE: Class = Class::Additive;
const HARMLESS: Class = Class::Harmless;

/// A change: its name, what it does to the document, and what the gravest of what follows is.
struct Case {
    name: &'static str,
    change: fn(&mut Value),
    class: Class,
    /// The place and the words of that change.
    pointer: &'static str,
    what: &'static str,
}

fn diff(old: &Value, new: &Value) -> Vec<Change> {
    xtask::diff::diff(old, new, &Engine::Thread)
}

fn library() -> Value {
    serde_json::from_str(LIBRARY).unwrap()
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn set(document: &mut Value, pointer: &str, name: &str, value: Value) {
    at(document, pointer).as_object_mut().unwrap().insert(name.to_owned(), value);
}

fn remove(document: &mut Value, pointer: &str, name: &str) {
    at(document, pointer).as_object_mut().unwrap().remove(name).unwrap();
}

const READ: &str = "/paths/~1v1~1books~1{id}/get";
const ADD: &str = "/paths/~1v1~1books/post";
const NOTE: &str = "/paths/~1v1~1books~1{id}~1note/put";
const BOOK: &str = "/components/schemas/Book";
const NEW_BOOK: &str = "/components/schemas/NewBook";

fn json_of(name: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}})
}

const CASES: &[Case] = &[
    Case {
        name: "operation_removed",
        change: |d| remove(d, "/paths/~1v1~1books~1{id}", "delete"),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/delete",
        what: "DELETE /v1/books/{id} removed",
    },
    Case {
        name: "operation_added",
        change: |d| {
            let mut operation = d["paths"]["/v1/books"]["post"].clone();
            operation["operationId"] = "replace_book".into();
            set(d, "/paths/~1v1~1books", "put", operation);
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books/put",
        what: "PUT /v1/books added",
    },
    Case {
        name: "operation_renamed",
        change: |d| set(d, ADD, "operationId", "create_book".into()),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books/post/operationId",
        what: "operation id changed from \"add_book\" to \"create_book\"",
    },
    Case {
        name: "optional_parameter_added",
        change: |d| {
            let parameter = json!({"name": "more", "in": "query", "schema": {"type": "boolean"}});
            at(d, &format!("{READ}/parameters")).as_array_mut().unwrap().insert(0, parameter);
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/0",
        what: "query parameter `more` added",
    },
    Case {
        name: "required_parameter_added",
        change: |d| {
            let parameter =
                json!({"name": "reader", "in": "header", "required": true, "schema": {"type": "string"}});
            at(d, &format!("{READ}/parameters")).as_array_mut().unwrap().push(parameter);
        },
        class: RUNNING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/4",
        what: "required header parameter `reader` added",
    },
    Case {
        name: "parameter_removed",
        change: |d| drop(at(d, &format!("{READ}/parameters")).as_array_mut().unwrap().remove(1)),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/1",
        what: "query parameter `limit` removed",
    },
    Case {
        name: "parameter_became_required",
        change: |d| set(d, &format!("{READ}/parameters/1"), "required", true.into()),
        class: RUNNING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/1/required",
        what: "parameter `limit` became required",
    },
    Case {
        name: "parameter_moved",
        change: |d| set(d, &format!("{READ}/parameters/3"), "in", "header".into()),
        class: HARMLESS,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/3",
        what: "parameter `words` moved from query to header",
    },
    Case {
        name: "parameter_of_another_type",
        change: |d| set(d, &format!("{READ}/parameters/3/schema"), "type", "integer".into()),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/3/schema",
        what: "parameter `words` changed from String to i64",
    },
    Case {
        name: "parameter_of_a_wider_type",
        change: |d| set(d, &format!("{READ}/parameters/1/schema"), "format", "int64".into()),
        class: HARMLESS,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/1/schema",
        what: "parameter `limit` changed from i32 to i64",
    },
    Case {
        name: "parameter_of_a_narrower_type",
        change: |d| set(d, &format!("{READ}/parameters/0/schema"), "format", "int32".into()),
        class: RUNNING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/0/schema",
        what: "parameter `id` changed from i64 to i32",
    },
    Case {
        name: "zero_refused_for_a_parameter",
        // No integer that can be zero is made into one that cannot.
        change: |d| set(d, &format!("{READ}/parameters/1/schema"), "minimum", 1.into()),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/1/schema",
        what: "parameter `limit` changed from i32 to NonZeroU32",
    },
    Case {
        name: "sign_of_a_parameter_lost",
        change: |d| {
            remove(d, &format!("{READ}/parameters/0/schema"), "format");
            set(d, &format!("{READ}/parameters/0/schema"), "minimum", 0.into());
        },
        class: RUNNING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/0/schema",
        what: "parameter `id` changed from i64 to u64",
    },
    Case {
        name: "parameter_becomes_an_enum",
        change: |d| set(d, &format!("{READ}/parameters/3/schema"), "enum", json!(["SOME", "ANY"])),
        class: RUNNING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/3/schema",
        what: "parameter `words` changed from String to ReadBookWords",
    },
    Case {
        name: "value_of_a_parameter_added",
        change: |d| set(d, &format!("{READ}/parameters/2/schema"), "enum", json!(["IN", "OUT", "LOST"])),
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/2/schema/enum",
        what: "value \"LOST\" added",
    },
    Case {
        name: "value_of_a_parameter_removed",
        change: |d| set(d, &format!("{READ}/parameters/2/schema"), "enum", json!(["OUT", "LOST"])),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/2/schema/enum",
        what: "value \"IN\" removed",
    },
    Case {
        name: "body_removed",
        change: |d| remove(d, ADD, "requestBody"),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books/post/requestBody",
        what: "body removed",
    },
    Case {
        name: "body_of_another_type",
        change: |d| set(d, &format!("{ADD}/requestBody"), "content", json_of("Person")),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books/post/requestBody/content/application~1json/schema",
        what: "body changed from NewBook to Person",
    },
    Case {
        name: "answer_of_another_type",
        change: |d| {
            set(d, "/paths/~1v1~1books~1{id}/delete/responses/200", "content", json_of("Problem"));
        },
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/delete/responses",
        what: "a call returns `Problem`, and returned `Book`",
    },
    Case {
        name: "error_of_another_type",
        change: |d| set(d, &format!("{READ}/responses/404"), "content", json_of("Person")),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses",
        what: "a failed call returns `Person`, and returned `Problem`",
    },
    Case {
        name: "error_status_added",
        change: |d| {
            let response = d["paths"]["/v1/books"]["post"]["responses"]["404"].clone();
            set(d, &format!("{ADD}/responses"), "409", response);
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books/post/responses/409",
        what: "status 409 added",
    },
    Case {
        name: "error_status_replaced",
        change: |d| {
            let response = d["paths"]["/v1/books"]["post"]["responses"]["404"].clone();
            set(d, &format!("{ADD}/responses"), "500", response);
            remove(d, &format!("{ADD}/responses"), "404");
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books/post/responses/500",
        what: "status 500 added",
    },
    Case {
        name: "property_removed",
        change: |d| remove(d, &format!("{BOOK}/properties"), "pages"),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/pages",
        what: "property `pages` removed",
    },
    Case {
        name: "property_added",
        change: |d| set(d, &format!("{BOOK}/properties"), "year", json!({"type": "integer"})),
        class: ADDITIVE,
        pointer: "#/components/schemas/Book/properties/year",
        what: "property `year` added",
    },
    Case {
        name: "property_of_a_body_added",
        change: |d| set(d, &format!("{NEW_BOOK}/properties"), "year", json!({"type": "integer"})),
        class: ADDITIVE,
        pointer: "#/components/schemas/NewBook/properties/year",
        what: "property `year` added",
    },
    Case {
        name: "required_property_of_a_body_added",
        change: |d| {
            set(d, &format!("{NEW_BOOK}/properties"), "year", json!({"type": "integer"}));
            set(d, NEW_BOOK, "required", json!(["marks", "title", "year"]));
        },
        class: RUNNING,
        pointer: "#/components/schemas/NewBook/properties/year",
        what: "required property `year` added",
    },
    Case {
        name: "property_of_another_size",
        change: |d| set(d, &format!("{BOOK}/properties/pages"), "format", "int64".into()),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/pages",
        what: "field `pages` changed from Option<i32> to Option<i64>",
    },
    Case {
        name: "property_became_required",
        change: |d| set(d, BOOK, "required", json!(["id", "pages", "title"])),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/pages",
        what: "field `pages` changed from Option<i32> to i32 and became required",
    },
    Case {
        name: "property_became_optional",
        change: |d| set(d, BOOK, "required", json!(["id"])),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/title",
        what: "field `title` changed from String to Option<String> and became optional",
    },
    Case {
        name: "list_became_required",
        change: |d| set(d, BOOK, "required", json!(["id", "tags", "title"])),
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/tags",
        what: "property `tags` became required",
    },
    Case {
        name: "default_added",
        change: |d| set(d, &format!("{BOOK}/properties/pages"), "default", 1.into()),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/pages",
        what: "field `pages` changed from Option<i32> to i32",
    },
    Case {
        name: "property_became_nullable",
        change: |d| set(d, &format!("{BOOK}/properties/id"), "type", json!(["string", "null"])),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/id",
        what: "field `id` changed from String to Option<String>",
    },
    Case {
        name: "value_of_an_open_enum_added",
        change: |d| set(d, "/components/schemas/Kind", "enum", json!(["NOVEL", "POEM", "ESSAY"])),
        class: ADDITIVE,
        pointer: "#/components/schemas/Kind/enum",
        what: "value \"ESSAY\" added",
    },
    Case {
        name: "value_of_an_open_enum_removed",
        change: |d| set(d, "/components/schemas/Kind", "enum", json!(["NOVEL", "ESSAY"])),
        class: COMPILING,
        pointer: "#/components/schemas/Kind/enum",
        what: "value \"POEM\" removed",
    },
    Case {
        name: "closed_enum_comes_into_an_answer",
        change: |d| {
            let shelf = json!({"$ref": "#/components/schemas/Shelf"});
            set(d, &format!("{BOOK}/properties"), "shelf", shelf);
        },
        class: COMPILING,
        pointer: "#/components/schemas/Shelf",
        what: "enum now occurs in answers",
    },
    Case {
        name: "limit_of_a_text_added",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/note"), "maxLength", 9.into()),
        class: COMPILING,
        pointer: "#/components/schemas/NewBook/properties/note",
        what: "field `note` changed from Option<String> to Option<NewBookNote>",
    },
    Case {
        name: "limit_of_a_number_added",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/weight"), "maximum", 9.into()),
        class: RUNNING,
        pointer: "#/components/schemas/NewBook/properties/weight/maximum",
        what: "maximum changed from none to 9",
    },
    Case {
        name: "type_renamed",
        change: |d| {
            let person = d["components"]["schemas"]["Person"].clone();
            remove(d, "/components/schemas", "Person");
            set(d, "/components/schemas", "Author", person);
            set(d, &format!("{BOOK}/properties/author"), "$ref", "#/components/schemas/Author".into());
        },
        class: COMPILING,
        pointer: "#/components/schemas/Person",
        what: "type `Person` removed",
    },
    Case {
        name: "words_tags_servers_and_version_changed",
        change: |d| {
            set(d, READ, "summary", "Read a book".into());
            set(d, READ, "tags", json!(["Reading"]));
            set(d, BOOK, "description", "What is read.".into());
            set(d, "/info", "version", "2".into());
            set(d, "/servers/0", "url", "https://library.example/lib".into());
        },
        class: HARMLESS,
        pointer: "#/components/schemas/Book/description",
        what: "`description` changed",
    },
    Case {
        name: "format_of_a_text_added",
        change: |d| set(d, &format!("{BOOK}/properties/title"), "format", "date-time".into()),
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/title/format",
        what: "`format` changed",
    },
    Case {
        name: "format_of_a_sent_text_added",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/note"), "format", "uuid".into()),
        class: HARMLESS,
        pointer: "#/components/schemas/NewBook/properties/note/format",
        what: "`format` changed",
    },
    Case {
        name: "format_of_a_parameter_added",
        change: |d| set(d, &format!("{READ}/parameters/3/schema"), "format", "ip".into()),
        class: HARMLESS,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/3/schema/format",
        what: "`format` changed",
    },
    Case {
        name: "pattern_of_an_answer_added",
        change: |d| set(d, &format!("{BOOK}/properties/title"), "pattern", "^[A-Z]".into()),
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/title/pattern",
        what: "pattern changed from none to \"^[A-Z]\"",
    },
    Case {
        name: "pattern_of_a_request_added",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/note"), "pattern", "^[A-Z]".into()),
        class: RUNNING,
        pointer: "#/components/schemas/NewBook/properties/note/pattern",
        what: "pattern changed from none to \"^[A-Z]\"",
    },
    Case {
        name: "items_became_unique",
        change: |d| set(d, &format!("{BOOK}/properties/tags"), "uniqueItems", true.into()),
        // The generator writes a list for a set, but for one that may be absent no empty list.
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/tags",
        what: "field `tags` changed from Vec<String> to Option<Vec<String>>",
    },
    Case {
        name: "items_of_a_required_list_became_unique",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/marks"), "uniqueItems", true.into()),
        class: RUNNING,
        pointer: "#/components/schemas/NewBook/properties/marks/uniqueItems",
        what: "uniqueItems changed from none to true",
    },
    Case {
        name: "least_of_an_answer_added",
        change: |d| set(d, &format!("{BOOK}/properties/pages"), "minimum", 1.into()),
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/pages/minimum",
        what: "minimum changed from none to 1",
    },
    Case {
        name: "sign_of_a_request_lost",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/copies"), "minimum", 0.into()),
        class: COMPILING,
        pointer: "#/components/schemas/NewBook/properties/copies",
        what: "field `copies` changed from Option<i64> to Option<u64>",
    },
    Case {
        name: "json_beside_a_text_body",
        change: |d| {
            let json = json_of("NewBook")["application/json"].clone();
            set(d, &format!("{NOTE}/requestBody/content"), "application/json", json);
        },
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}~1note/put/requestBody/content",
        what: "body changed from String to NewBook",
    },
    Case {
        name: "redirect_added",
        change: |d| {
            let response = json!({"description": "See Other", "content": json_of("Person")});
            set(d, &format!("{READ}/responses"), "303", response);
        },
        class: HARMLESS,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses/303",
        what: "status 303 added",
    },
    Case {
        name: "length_of_a_list_fixed",
        change: |d| {
            set(d, &format!("{NEW_BOOK}/properties/marks"), "minItems", 2.into());
            set(d, &format!("{NEW_BOOK}/properties/marks"), "maxItems", 2.into());
        },
        class: COMPILING,
        pointer: "#/components/schemas/NewBook/properties/marks",
        what: "field `marks` changed from Vec<String> to [String; 2]",
    },
    Case {
        name: "length_of_an_answered_list_fixed",
        change: |d| {
            set(d, &format!("{BOOK}/properties/tags"), "minItems", 2.into());
            set(d, &format!("{BOOK}/properties/tags"), "maxItems", 2.into());
        },
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/tags/minItems",
        what: "minItems changed from none to 2",
    },
    Case {
        name: "answer_without_a_body_added",
        change: |d| set(d, &format!("{READ}/responses"), "204", json!({"description": "No Content"})),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses",
        what: "a call returns `Option<Book>`, and returned `Book`",
    },
    Case {
        name: "error_without_a_body_added",
        // It is read as a problem without fields.
        change: |d| set(d, &format!("{READ}/responses"), "500", json!({"description": "Broken"})),
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses/500",
        what: "status 500 added",
    },
    Case {
        name: "error_of_a_second_type_added",
        change: |d| {
            let response = json!({"description": "Broken", "content": json_of("Person")});
            set(d, &format!("{READ}/responses"), "500", response);
        },
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses",
        what: "a failed call returns `ReadBookError`, and returned `Problem`",
    },
    Case {
        name: "default_error_added",
        change: |d| {
            let response = d["paths"]["/v1/books/{id}"]["get"]["responses"]["404"].clone();
            set(d, &format!("{READ}/responses"), "default", response);
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses/default",
        what: "status default added",
    },
    Case {
        name: "answer_in_bytes_added",
        change: |d| {
            let content = format!("{READ}/responses/200/content");
            remove(d, &content, "application/json");
            set(d, &content, "application/pdf", json!({}));
        },
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/responses",
        what: "a call returns `ByteStream`, and returned `Book`",
    },
    Case {
        name: "ignored_parameter_added",
        change: |d| {
            // The specification says that such a parameter is ignored.
            let parameter =
                json!({"name": "Accept", "in": "header", "required": true, "schema": {"type": "string"}});
            at(d, &format!("{READ}/parameters")).as_array_mut().unwrap().push(parameter);
        },
        class: HARMLESS,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/4",
        what: "header parameter `Accept` added",
    },
    Case {
        name: "empty_value_lost",
        change: |d| set(d, "/components/schemas/Person", "required", json!(["name"])),
        class: COMPILING,
        pointer: "#/components/schemas/Person",
        what: "`Person` no longer has `Default`",
    },
    Case {
        name: "null_among_the_values",
        change: |d| {
            set(d, "/components/schemas/Kind", "enum", json!(["NOVEL", "POEM", null]));
            set(d, "/components/schemas/Kind", "type", json!(["string", "null"]));
        },
        class: ADDITIVE,
        pointer: "#/components/schemas/Kind/enum",
        what: "value null added",
    },
    Case {
        name: "list_became_nullable",
        change: |d| set(d, &format!("{NEW_BOOK}/properties/marks"), "type", json!(["array", "null"])),
        class: COMPILING,
        pointer: "#/components/schemas/NewBook/properties/marks",
        what: "field `marks` changed from Vec<String> to Option<Vec<String>>",
    },
    Case {
        name: "parameter_of_one_name_in_rust_added",
        change: |d| {
            let parameter = json!({"name": "Words", "in": "query", "schema": {"type": "boolean"}});
            at(d, &format!("{READ}/parameters")).as_array_mut().unwrap().push(parameter);
        },
        class: ADDITIVE,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/4",
        what: "query parameter `Words` added",
    },
    Case {
        name: "property_of_one_name_in_rust_added",
        change: |d| set(d, &format!("{BOOK}/properties"), "Pages", json!({"type": "boolean"})),
        class: ADDITIVE,
        pointer: "#/components/schemas/Book/properties/Pages",
        what: "property `Pages` added",
    },
    Case {
        name: "type_of_one_name_in_rust_added",
        change: |d| set(d, "/components/schemas", "book", json!({"type": "object"})),
        class: ADDITIVE,
        pointer: "#/components/schemas/book",
        what: "type `book` added",
    },
    Case {
        name: "value_takes_the_name_of_another",
        change: |d| set(d, "/components/schemas/Kind", "enum", json!(["NOVEL", "POEM", "Novel"])),
        class: RUNNING,
        pointer: "#/components/schemas/Kind/enum",
        what: "`Novel` stands for `Novel`, and stood for `NOVEL`",
    },
    Case {
        name: "property_in_another_case",
        change: |d| {
            let pages = at(d, &format!("{BOOK}/properties")).as_object_mut().unwrap().remove("pages");
            set(d, &format!("{BOOK}/properties"), "Pages", pages.unwrap());
        },
        class: ADDITIVE,
        pointer: "#/components/schemas/Book/properties/Pages",
        what: "property `Pages` added",
    },
    Case {
        name: "reference_wrapped",
        change: |d| {
            let author = json!({"allOf": [{"$ref": "#/components/schemas/Person"}]});
            set(d, &format!("{BOOK}/properties"), "author", author);
        },
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/author",
        what: "written in another way",
    },
    Case {
        name: "title_of_a_parameter_added",
        change: |d| set(d, &format!("{READ}/parameters/2/schema"), "title", "Whereabouts".into()),
        class: COMPILING,
        pointer: "#/paths/~1v1~1books~1{id}/get/parameters/2/schema",
        what: "parameter `state` changed from ReadBookState to Whereabouts",
    },
    Case {
        name: "members_that_are_not_named_refused",
        // An answer with more is read all the same.
        change: |d| set(d, BOOK, "additionalProperties", false.into()),
        class: HARMLESS,
        pointer: "#/components/schemas/Book/additionalProperties",
        what: "members that are not named are refused, and were ignored",
    },
    Case {
        name: "members_that_are_not_named_refused_in_a_request",
        // Nobody reads it, and a builder has no others.
        change: |d| set(d, NEW_BOOK, "additionalProperties", false.into()),
        class: HARMLESS,
        pointer: "#/components/schemas/NewBook/additionalProperties",
        what: "members that are not named are refused, and were ignored",
    },
    Case {
        name: "members_that_are_not_named_kept",
        change: |d| set(d, BOOK, "additionalProperties", json!({"type": "string"})),
        class: ADDITIVE,
        pointer: "#/components/schemas/Book/additionalProperties",
        what: "members that are not named are kept, and were ignored",
    },
    Case {
        name: "one_of_two_types",
        change: |d| set(d, &format!("{BOOK}/properties/title"), "type", json!(["string", "integer"])),
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/title",
        what: "field `title` changed from String to BookTitle",
    },
    Case {
        name: "part_moved_into_an_all_of",
        change: |d| {
            let pages = at(d, &format!("{BOOK}/properties")).as_object_mut().unwrap().remove("pages");
            set(d, BOOK, "allOf", json!([{"type": "object", "properties": {"pages": pages}}]));
        },
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/pages",
        what: "property `pages` removed",
    },
];

#[test]
fn every_change_is_classified() {
    let mut wrong = Vec::new();
    for Case { name, change, class, pointer, what } in CASES {
        let mut new = library();
        change(&mut new);
        let changes = diff(&library(), &new);
        let gravest = changes.iter().map(|change| change.class).min();
        let found = changes.iter().any(|change| {
            change.class == *class && change.pointer.to_string() == *pointer && change.what == *what
        });
        let says_why = changes.iter().all(|change| !change.what.is_empty() && !change.why.is_empty());
        if gravest != Some(*class) || !found || !says_why {
            wrong.push(format!("{name}: {changes:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn equal_documents_have_no_changes() {
    assert_eq!(diff(&library(), &library()), []);
}

#[test]
fn a_document_without_bindings_is_said_to_be_one() {
    let mut new = library();
    set(&mut new, BOOK, "$dynamicRef", "#anything".into());
    for (old, new, class) in [(library(), new.clone(), COMPILING), (new, library(), RUNNING)] {
        let changes = diff(&old, &new);
        let told = changes.iter().find(|change| change.pointer.to_string() == "#").unwrap();
        assert_eq!(told.class, class);
        assert!(told.why.contains("#/components/schemas/Book/$dynamicRef"), "{told:?}");
    }
}

#[test]
fn a_name_that_is_given_twice_is_no_hindrance() {
    let mut old = library();
    set(&mut old, ADD, "operationId", "read_book".into());
    let mut new = old.clone();
    remove(&mut new, &format!("{BOOK}/properties"), "pages");
    let told: Vec<_> = diff(&old, &new).into_iter().map(|change| (change.class, change.what)).collect();
    assert_eq!(told, [(COMPILING, "property `pages` removed".to_owned())]);
}

/// The library with the operations of `/v1/books` under a name, to which the path refers.
fn with_a_named_path_item() -> Value {
    let mut document = library();
    let item = at(&mut document, "/paths/~1v1~1books").take();
    set(&mut document, "/components", "pathItems", json!({"Books": item}));
    set(&mut document, "/paths", "/v1/books", json!({"$ref": "#/components/pathItems/Books"}));
    document
}

#[test]
fn what_a_path_refers_to_is_compared_like_what_it_holds() {
    const NAMED: &str = "/components/pathItems/Books";
    let told = |new: &Value| {
        let changes = diff(&with_a_named_path_item(), new).into_iter();
        changes.map(|change| (change.class, change.pointer.to_string(), change.what)).collect::<Vec<_>>()
    };
    let one = |class, pointer: &str, what: &str| vec![(class, pointer.to_owned(), what.to_owned())];

    let mut new = with_a_named_path_item();
    remove(&mut new, NAMED, "post");
    let path = "#/paths/~1v1~1books";
    assert_eq!(told(&new)[0], one(COMPILING, &format!("{path}/post"), "POST /v1/books removed")[0]);

    let mut new = with_a_named_path_item();
    let note = "/components/schemas/NewBook/properties/note";
    set(&mut new, note, "pattern", "^[A-Z]".into());
    let what = "pattern changed from none to \"^[A-Z]\"";
    assert_eq!(told(&new), one(RUNNING, &format!("#{note}/pattern"), what), "a request has it");

    // What stands beside a reference counts, and replaces what the reference brings.
    let mut new = with_a_named_path_item();
    let mut operation = library()["paths"]["/v1/books"]["post"].clone();
    operation["requestBody"]["required"] = false.into();
    set(&mut new, "/paths/~1v1~1books", "post", operation);
    assert_eq!(told(&new)[0].1, format!("{path}/post/requestBody/required"));

    let written_out = one(HARMLESS, path, "written in another way");
    assert_eq!(told(&library()), written_out);
    let mut new = with_a_named_path_item();
    let item = at(&mut new, "/components/pathItems/Books").take();
    set(
        &mut new,
        "/components",
        "pathItems",
        json!({"First": {"$ref": "#/components/pathItems/Second"}, "Second": item}),
    );
    set(&mut new, "/paths/~1v1~1books", "$ref", "#/components/pathItems/First".into());
    assert_eq!(told(&new), written_out, "a reference to a reference");
}

#[test]
fn a_path_that_refers_to_itself_gives_no_bindings() {
    let mut new = with_a_named_path_item();
    set(&mut new, "/components/pathItems/Books", "$ref", "#/components/pathItems/Books".into());
    let changes = diff(&library(), &new);
    assert!(
        changes.iter().any(|change| change.class == COMPILING && change.why.contains("contains itself")),
        "{changes:#?}"
    );
}

/// A parameter whose value is written in a media type has its schema there.
#[test]
fn what_a_parameter_holds_in_a_media_type_is_compared_like_its_schema() {
    let with = |content: Value| {
        let mut document = library();
        let parameter = json!({"name": "filter", "in": "query", "content": content});
        at(&mut document, &format!("{READ}/parameters")).as_array_mut().unwrap().push(parameter);
        document
    };
    let json = |schema: Value| with(json!({"application/json": {"schema": schema}}));
    let place = "#/paths/~1v1~1books~1{id}/get/parameters/4/content";
    let schema = format!("{place}/application~1json/schema");
    let object = |pages: Value| json(json!({"type": "object", "properties": {"pages": pages}}));
    for (new, class, pointer, what) in [
        (
            object(json!({"type": "integer", "maximum": 9})),
            RUNNING,
            format!("{schema}/properties/pages/maximum"),
            "maximum changed from none to 9",
        ),
        (
            object(json!({"type": "string"})),
            COMPILING,
            format!("{schema}/properties/pages"),
            "field `pages` changed from Option<i64> to Option<String>",
        ),
        (
            json(json!({"type": "boolean"})),
            COMPILING,
            schema.clone(),
            "parameter `filter` changed from ReadBookFilter to bool",
        ),
        (
            with(
                json!({"application/json": {"schema": {"type": "object", "properties": {"pages": {"type": "integer"}}}, "encoding": {}}}),
            ),
            HARMLESS,
            format!("{place}/application~1json/encoding"),
            "`encoding` changed",
        ),
        (
            with(
                json!({"application/x+json": {"schema": {"type": "object", "properties": {"pages": {"type": "integer"}}}}}),
            ),
            HARMLESS,
            place.to_owned(),
            "written as application/x+json instead of as application/json",
        ),
    ] {
        let changes = diff(&object(json!({"type": "integer"})), &new);
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.class, change.pointer.to_string(), change.what.as_str()))
            .collect();
        assert!(told[0] == (class, pointer, what), "{changes:#?}");
    }
}

/// The library with ways to authenticate, and what the document and reading a book ask for.
fn guarded(document: &Value, operation: &Value) -> Value {
    let mut guarded = library();
    let schemes = json!({
        "session": {"type": "apiKey", "in": "header", "name": "sessionToken"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "token": {"type": "http", "scheme": "Bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "words": {"type": "apiKey", "in": "query", "name": "words"},
        "certificate": {"type": "mutualTLS"},
    });
    set(&mut guarded, "/components", "securitySchemes", schemes);
    for (place, security) in [("", document), (READ, operation)] {
        if !security.is_null() {
            set(&mut guarded, place, "security", security.clone());
        }
    }
    guarded
}

/// Who gave what was asked for before and now comes through no more has a call that fails.
#[test]
fn a_credential_that_is_newly_asked_for_is_told_unless_the_client_sends_it() {
    let none = Value::Null;
    let asked = |names: &[&str]| names.iter().map(|name| json!({ *name: [] })).collect::<Value>();
    for (before, after, words) in [
        (none.clone(), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (none.clone(), asked(&["certificate"]), Some("certificate")),
        (asked(&["session"]), json!([{"session": [], "basic": []}]), Some("`Authorization: Basic …`")),
        (asked(&["bearer"]), asked(&["basic"]), Some("`Authorization: Basic …`")),
        (asked(&["bearer", "basic"]), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (json!([{}, {"bearer": []}]), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (none.clone(), asked(&["session"]), None),
        (none.clone(), asked(&["words"]), None),
        (none.clone(), json!([{}, {"bearer": []}]), None),
        (none.clone(), asked(&["bearer", "session"]), None),
        (asked(&["bearer"]), none.clone(), None),
        (asked(&["bearer"]), json!([]), None),
        (asked(&["bearer"]), asked(&["token"]), None),
        (asked(&["bearer"]), asked(&["bearer", "basic"]), None),
    ] {
        let changes = diff(&guarded(&none, &before), &guarded(&none, &after));
        let breaking: Vec<_> = changes.iter().filter(|change| change.class.is_breaking()).collect();
        match (words, breaking.as_slice()) {
            (None, []) => {}
            (Some(words), [change]) => {
                let at = format!("#{READ}/security");
                assert_eq!((change.class, change.pointer.to_string()), (RUNNING, at));
                assert_eq!(change.what, "asks for a credential that the client does not send by itself");
                assert!(change.why.contains(words), "{change:?}");
            }
            _ => panic!("{before} to {after}: {changes:#?}"),
        }
    }
    // What the document asks for is told once, however many operations there are.
    let changes = diff(&guarded(&none, &none), &guarded(&asked(&["bearer"]), &none));
    let breaking: Vec<_> = changes.iter().filter(|change| change.class.is_breaking()).collect();
    assert!(matches!(breaking.as_slice(), [one] if one.pointer.to_string() == "#/security"), "{changes:#?}");

    let mut new = guarded(&none, &asked(&["bearer"]));
    set(&mut new, "/components/securitySchemes/bearer", "scheme", "basic".into());
    let changes = diff(&guarded(&none, &asked(&["bearer"])), &new);
    assert!(changes[0].class == RUNNING && changes[0].why.contains("Basic"), "{changes:#?}");
}

/// A change of one part of a type does not hide those of others, wherever in the type they stand.
#[test]
fn a_part_of_an_all_of_hides_no_other() {
    let mut old = library();
    let properties = json!({"pages": {"type": "integer"}, "text": {"type": "string"}});
    set(&mut old, NEW_BOOK, "allOf", json!([{"type": "object", "properties": properties}]));
    let mut new = old.clone();
    set(&mut new, &format!("{NEW_BOOK}/allOf/0/properties/pages"), "type", "string".into());
    set(&mut new, &format!("{NEW_BOOK}/allOf/0/properties/text"), "pattern", "^[A-Z]".into());
    let changes = diff(&old, &new);
    for what in [
        "field `pages` changed from Option<i64> to Option<String>",
        "pattern changed from none to \"^[A-Z]\"",
    ] {
        assert!(changes.iter().any(|change| change.what == what), "no {what} in {changes:#?}");
    }
}

/// The branches of a union are told apart by what they refuse.
#[test]
fn a_branch_that_refuses_what_it_took_is_told() {
    let mut old = library();
    let branches = json!([{"$ref": "#/components/schemas/Person"}, {"type": "string"}]);
    set(&mut old, &format!("{BOOK}/properties"), "author", json!({"oneOf": branches}));
    let mut new = old.clone();
    set(&mut new, "/components/schemas/Person", "additionalProperties", false.into());
    let changes = diff(&old, &new);
    let what = "`Person` is not read if it has members that are not named";
    assert!(changes.iter().any(|change| change.what == what && change.class == RUNNING), "{changes:#?}");
}

/// What was added is removed when the two sides change places, and the other way round.
#[test]
fn every_change_shows_from_the_other_side() {
    for Case { name, change, .. } in CASES {
        let mut new = library();
        change(&mut new);
        assert!(!diff(&new, &library()).is_empty(), "{name}");
    }
}

/// The places of all values in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{token}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The library with members that callers do not see.
fn furnished() -> Value {
    let mut document = library();
    set(
        &mut document,
        &format!("{READ}/responses/200"),
        "headers",
        json!({"Age": {"schema": {"type": "integer"}}}),
    );
    set(&mut document, READ, "security", json!([{"key": []}]));
    set(
        &mut document,
        "/components",
        "securitySchemes",
        json!({"key": {"type": "apiKey", "in": "header", "name": "k"}}),
    );
    set(&mut document, "/paths/~1v1~1books", "servers", json!([{"url": "https://other"}]));
    set(&mut document, BOOK, "additionalProperties", false.into());
    set(&mut document, &format!("{NEW_BOOK}/properties/note"), "minLength", 1.into());
    document
}

fn taken_in(document: &Value) -> Option<Value> {
    let bytes = document.to_string().into_bytes();
    let taken = vendor(&[Input { name: "f".to_owned(), bytes }], &Options::default());
    taken.ok().map(|vendored| vendored.document)
}

#[test]
fn the_furnished_library_is_as_it_would_be_vendored() {
    assert_eq!(taken_in(&furnished()), Some(canonical(furnished())));
}

/// So many cases, the same in each run: who changes something else is not to meet a case that nobody has met before.
fn repeatable(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(repeatable(60))]

    /// Whatever changes in a document, something is told, at the place or around it.
    #[test]
    fn no_change_goes_untold(place in any::<Index>(), with in prop::option::of(prop::sample::select(vec![
        json!("other"), json!(7), json!(true), json!({"type": "integer"}), json!({}), json!([]),
        json!({"$ref": "#/components/schemas/Person"}), json!(["A", "B"]),
    ]))) {
        let old = furnished();
        let mut new = old.clone();
        let mut all = Vec::new();
        places(&old, "", &mut all);
        let place = place.get(&all).clone();
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
        match (new.pointer_mut(parent), with) {
            (Some(Value::Object(members)), None) => {
                members.remove(&name.replace("~1", "/").replace("~0", "~"));
            }
            (Some(Value::Array(items)), None) => drop(items.remove(name.parse().unwrap())),
            (_, Some(with)) => *new.pointer_mut(&place).unwrap() = with,
            _ => return Ok(()),
        }
        // What cannot be vendored is never compared.
        let Some(new) = taken_in(&new) else { return Ok(()) };
        let old = canonical(old);
        if new != old {
            prop_assert!(!diff(&old, &new).is_empty(), "nothing is told of a change at {place}");
        }
        prop_assert_eq!(diff(&new, &new), []);
    }
}

/// Schemas of which the bindings make types in many ways.
fn schemas() -> Vec<Value> {
    vec![
        json!({"type": "string"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "byte"}),
        json!({"type": "string", "pattern": "^a"}),
        json!({"type": "string", "minLength": 1}),
        json!({"type": "string", "maxLength": 9}),
        json!({"type": "string", "enum": ["A", "B"]}),
        json!({"type": "string", "enum": ["A", "B", "C"], "maxLength": 1}),
        json!({"type": ["string", "null"]}),
        json!({"type": ["string", "integer"]}),
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int32"}),
        json!({"type": "integer", "format": "int64", "minimum": 0}),
        json!({"type": "integer", "minimum": 0}),
        json!({"type": "integer", "minimum": 1}),
        json!({"type": "integer", "minimum": 0, "maximum": 255}),
        json!({"type": "integer", "exclusiveMinimum": 0}),
        json!({"type": "integer", "default": 7}),
        json!({"type": "integer", "enum": [1, 2]}),
        json!({"type": "number"}),
        json!({"type": "number", "format": "float", "minimum": 0}),
        json!({"type": "boolean"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 2}),
        json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        json!({"type": "object", "properties": {"a": {"type": "string", "format": "date"}}, "required": ["a"]}),
        json!({"allOf": [{"$ref": "#/components/schemas/Person"}]}),
        json!({"$ref": "#/components/schemas/Person"}),
        json!({"oneOf": [{"$ref": "#/components/schemas/Person"}, {"type": "string"}]}),
        json!({"$ref": "#/components/schemas/Shelf"}),
        json!({}),
    ]
}

/// The lines of the client that a caller can lean on, as often as they occur: what is public, and what it
/// implements and takes. None of a document that cannot be carried into Rust.
fn public_lines(document: &Value) -> Option<BTreeMap<String, usize>> {
    let empty = tempfile::tempdir().unwrap();
    let generated = generate::from(empty.path(), document.clone(), &Engine::Thread, true).ok()?;
    let client =
        generated.artifacts.iter().find(|artifact| artifact.path == Path::new(layout::CLIENT)).unwrap();
    let (mut found, mut line, mut within) = (BTreeMap::new(), String::new(), None);
    for part in client.text.lines().map(str::trim) {
        line.push_str(part);
        // A type that goes on in the next line. Arrows and comparisons are no brackets.
        let angles =
            ["->", "=>", " < ", " > "].iter().fold(line.clone(), |line, sign| line.replace(sign, ""));
        if angles.matches('<').count() > angles.matches('>').count() {
            continue;
        }
        if ["pub ", "impl ", "impl<'a>", "V: ", "T: ", ") -> Result<ResponseValue"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            *found.entry(line.clone()).or_default() += 1;
        } else if let Some(name) = &within
            && line.starts_with(char::is_uppercase)
        {
            // A variant, with the name of its enum.
            *found.entry(format!("{name} {line}")).or_default() += 1;
        }
        if line.starts_with("pub enum ") {
            within = Some(line.clone());
        } else if line == "}" {
            within = None;
        }
        line.clear();
    }
    Some(found)
}

proptest! {
    #![proptest_config(repeatable(40))]

    /// What is said not to be refused by the compiler takes no line away, and what is said to be does.
    #[test]
    fn the_generated_code_agrees(
        place in prop::sample::select(vec![
            format!("{BOOK}/properties/pages"),
            format!("{NEW_BOOK}/properties/note"),
            format!("{READ}/parameters/3/schema"),
            format!("{READ}/responses/200/content/application~1json/schema"),
            format!("{READ}/responses/404/content/application~1json/schema"),
            format!("{ADD}/requestBody/content/application~1json/schema"),
            format!("{BOOK}/properties/tags/items"),
            "/components/schemas/Kind".to_owned(),
            "/components/schemas/Shelf".to_owned(),
        ]),
        (old, new) in (prop::sample::select(schemas()), prop::sample::select(schemas())),
        required in any::<bool>(),
    ) {
        let with = |schema: &Value| {
            let mut document = library();
            *at(&mut document, &place) = schema.clone();
            if required {
                set(&mut document, BOOK, "required", json!(["id", "title", "pages"]));
                set(&mut document, NEW_BOOK, "required", json!(["title", "marks", "note"]));
            }
            document
        };
        let (old, new) = (with(&old), with(&new));
        // A type that refers to nothing but itself is none.
        let (Some(before), Some(after)) = (public_lines(&old), public_lines(&new)) else { return Ok(()) };
        let has = |line: &str, times: &usize| after.get(line).is_some_and(|present| present >= times);
        let lost: Vec<_> = before
            .iter()
            .filter(|(line, times)| {
                // What can always be made can be made, and what is public now need not have been.
                let kept = [line.replace("TryFrom<", "From<"), line.replacen('(', "(pub ", 1)];
                !has(line, times) && !kept.iter().any(|line| has(line, times))
            })
            .collect();
        let changes = diff(&old, &new);
        // What a setter takes may be another type, and the code compiles all the same.
        let is_told = changes
            .iter()
            .any(|change| change.class == COMPILING || change.what.starts_with("parameter `words` changed"));
prop_assert_eq!(is_told, !lost.is_empty(), "{:#?}\n{:#?}", changes, lost);
    }
}

#[test]
fn the_compiler_agrees() {
    let scratch = Scratch::new();
    scratch.add("unchanged", &library());
    for Case { name, change, .. } in CASES {
        let mut new = library();
        change(&mut new);
        scratch.add(name, &new);
    }
    let compiled = scratch.check();
    let all = CASES.iter().map(|case| (case.name, case.class)).chain([("unchanged", HARMLESS)]);
    let mut wrong = Vec::new();
    for (name, class) in all {
        assert!(compiled.bindings.contains(name), "the bindings of {name} do not compile\n{}", compiled.told);
        if compiled.callers.contains(name) == (class == COMPILING) {
            wrong.push(format!("{name} is {class:?}"));
        }
    }
    assert!(wrong.is_empty(), "the compiler says otherwise: {wrong:#?}\n{}", compiled.told);
}

/// A workspace with a package for each document: the bindings, and the program as an example.
struct Scratch {
    root: PathBuf,
    overlays: tempfile::TempDir,
}

/// The packages whose bindings and whose program compile, and what the compiler said.
struct Compiled {
    bindings: BTreeSet<String>,
    callers: BTreeSet<String>,
    told: String,
}

impl Scratch {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff");
        let own = layout::own_root();
        let mut manifest: toml::Table = read(&own.join("Cargo.toml")).parse().unwrap();
        let workspace = manifest["workspace"].as_table_mut().unwrap();
        workspace.insert("members".into(), vec![toml::Value::from("*")].into());
        workspace.remove("lints");
        let dependencies = workspace["dependencies"].as_table_mut().unwrap();
        dependencies.retain(|_, dependency| dependency.get("path").is_none());
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("Cargo.toml"), manifest.to_string()).unwrap();
        fs::copy(own.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();

        let overlays = tempfile::tempdir().unwrap();
        fs::create_dir_all(overlays.path().join("openapi/overlays")).unwrap();
        for overlay in layout::OVERLAYS {
            let text =
                "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: $.info, update: {}}]}";
            fs::write(overlays.path().join(overlay), text).unwrap();
        }
        Self { root, overlays }
    }

    fn add(&self, name: &str, document: &Value) {
        let own = layout::own_root().join("pod-api");
        let package = self.root.join(name);
        fs::create_dir_all(package.join("src/generated")).unwrap();
        fs::create_dir_all(package.join("examples")).unwrap();
        for entry in fs::read_dir(own.join("src")).unwrap() {
            let file = entry.unwrap().path();
            if file.is_file() {
                fs::copy(&file, package.join("src").join(file.file_name().unwrap())).unwrap();
            }
        }
        let mut manifest: toml::Table = read(&own.join("Cargo.toml")).parse().unwrap();
        for unused in ["dev-dependencies", "lints"] {
            manifest.remove(unused);
        }
        let about = manifest["package"].as_table_mut().unwrap();
        about.insert("name".into(), name.into());
        about.remove("readme");
        fs::write(package.join("Cargo.toml"), manifest.to_string()).unwrap();
        let caller = format!("use {name} as bindings;\n{CALLER}").replace("//! ", "// ");
        fs::write(package.join("examples").join(format!("call_{name}.rs")), caller).unwrap();

        let generated = generate::from(self.overlays.path(), document.clone(), &Engine::Thread, false);
        let generated = generated.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        for artifact in generated.artifacts {
            // The crate around it stands already, under the name of the case.
            if artifact.path.starts_with(layout::GENERATED)
                && let Ok(file) = artifact.path.strip_prefix("pod-api")
            {
                fs::write(package.join(file), artifact.text).unwrap();
            }
        }
    }

    fn check(&self) -> Compiled {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--workspace", "--lib", "--examples", "--no-default-features"])
            .args(["--keep-going", "--offline", "--message-format", "json"])
            // One package's features must not come from another's.
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff-target"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut compiled =
            Compiled { bindings: BTreeSet::new(), callers: BTreeSet::new(), told: String::new() };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default();
            match message["reason"].as_str() {
                Some("compiler-artifact") => match name.strip_prefix("call_") {
                    Some(name) => drop(compiled.callers.insert(name.to_owned())),
                    None => drop(compiled.bindings.insert(name.to_owned())),
                },
                Some("compiler-message") if message["message"]["level"] == "error" => {
                    let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
                    compiled.told.push_str(&format!("{name}: {rendered}\n"));
                }
                _ => {}
            }
        }
        if compiled.bindings.is_empty() {
            compiled.told.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        compiled
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
