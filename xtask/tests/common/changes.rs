//! Changes of a document, each with the class of what follows for a Rust caller.
//!
//! `it` asks `diff`, and `compile` the compiler.

use serde_json::{Value, json};
use xtask::diff::{Class, When};

const LIBRARY: &str = include_str!("../diff/library.json");

pub const COMPILING: Class = Class::Breaking(When::Compiling);
pub const RUNNING: Class = Class::Breaking(When::Running);
pub const ADDITIVE: Class = Class::Additive;
pub const HARMLESS: Class = Class::Harmless;

/// A change: its name, what it does to the document, and what the gravest of what follows is.
pub struct Case {
    pub name: &'static str,
    pub change: fn(&mut Value),
    pub class: Class,
    /// The place and the words of that change.
    pub pointer: &'static str,
    pub what: &'static str,
}

pub fn library() -> Value {
    serde_json::from_str(LIBRARY).unwrap()
}

pub fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

pub fn set(document: &mut Value, pointer: &str, name: &str, value: Value) {
    at(document, pointer).as_object_mut().unwrap().insert(name.to_owned(), value);
}

pub fn remove(document: &mut Value, pointer: &str, name: &str) {
    at(document, pointer).as_object_mut().unwrap().remove(name).unwrap();
}

pub const READ: &str = "/paths/~1v1~1books~1{id}/get";
pub const ADD: &str = "/paths/~1v1~1books/post";
pub const NOTE: &str = "/paths/~1v1~1books~1{id}~1note/put";
pub const BOOK: &str = "/components/schemas/Book";
pub const NEW_BOOK: &str = "/components/schemas/NewBook";

pub fn json_of(name: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}})
}

pub const CASES: &[Case] = &[
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
        class: COMPILING,
        pointer: "#/components/schemas/Book/properties/tags",
        what: "field `tags` changed from Option<Vec<String>> to Vec<String> and became required",
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
        class: HARMLESS,
        pointer: "#/components/schemas/Book/properties/tags/uniqueItems",
        what: "uniqueItems changed from none to true",
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
