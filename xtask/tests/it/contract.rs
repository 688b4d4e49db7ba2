//! The contract: what a small document promises, written down by a person, and what holds for any.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::{Deserializer, Value, json};
use xtask::contract::{Contract, contract};
use xtask::layout;

/// The stages that the contract is a second opinion on share nothing with it.
#[test]
fn the_contract_uses_the_model_of_documents_and_nothing_else_of_ours() {
    let folder = layout::own_root().join("xtask/src");
    let modules = fs::read_dir(folder.join("contract")).unwrap().map(|entry| entry.unwrap().path());
    for path in modules.chain([folder.join("contract.rs")]) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code.filter(|line| line.contains("crate::")) {
            for used in line.split("crate::").skip(1) {
                let module: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let allowed = ["document", "names", "pointer"];
                assert!(allowed.contains(&module.as_str()), "{}: {line}", path.display());
            }
        }
    }
}

/// As much of a generated client as tells what things are called.
const CLIENT: &str = r#"
    impl Client {
        /// Sends `POST /v1/rooms/{id}/tags`.
        pub fn tag_room(&self) -> builder::TagRoom<&Client> {}
        /// Sends `DELETE /v1/rooms/{id}/tags`.
        pub fn clear_room(&self) -> builder::ClearRoom<&Client> {}
    }
    pub mod builder {
        impl<C> TagRoom<C> {
            pub fn id<V>(self, value: V) -> Self where V: TryInto<::std::string::String> {}
            pub fn user_ids<V>(self, value: V) -> Self where V: TryInto<::std::vec::Vec<i64>> {}
            pub fn page<V>(self, value: V) -> Self where V: TryInto<types::Page> {}
            pub fn x_trace<V>(self, value: V) -> Self where V: TryInto<::std::string::String> {}
            pub fn body<V>(self, value: V) -> Self where V: TryInto<types::Tag> {}
        }
        impl<C> crate::Call for TagRoom<C> {
            type Answer = types::Tag;
            type Refusal = types::TagRoomError;
            fn request(self) {}
        }
        impl<C> ClearRoom<C> {
            pub fn id<V>(self, value: V) -> Self where V: TryInto<::std::string::String> {}
        }
        impl<C> crate::Call for ClearRoom<C> {
            type Answer = ();
            type Refusal = ();
            fn request(self) {}
        }
    }
    pub mod types {
        pub struct Page { pub from: i64 }
        pub struct Tag { pub key: String, #[serde(rename = "colorName")] pub color_name: Option<Color> }
        pub enum Color { Red, Blue }
        pub enum TagRoomError { Fault(Fault), Other(serde_json::Value) }
        pub struct Fault { pub reason: String }
    }
"#;

fn document() -> Value {
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "openapi": "3.1.1",
        "info": {"title": "T", "version": "1"},
        "paths": {"/v1/rooms/{id}/tags": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "post": {
                "operationId": "tag_room",
                "parameters": [
                    {"name": "userIds", "in": "query", "explode": false, "required": true,
                     "schema": {"type": "array", "items": {"type": "integer", "minimum": 4, "maximum": 5}}},
                    {"name": "page", "in": "query", "style": "deepObject", "explode": true,
                     "schema": {"type": "object", "properties": {"from": {"type": "integer", "maximum": 0, "minimum": 0}}}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string", "maxLength": 6}},
                ],
                "requestBody": {"required": true, "content": json(reference("Tag"))},
                "responses": {
                    "200": {"description": "", "content": json(reference("Tag"))},
                    "4XX": {"description": "", "content": json(reference("Fault"))},
                    "500": {"description": ""},
                },
            },
            "delete": {
                "operationId": "clear_room",
                "responses": {"204": {"description": ""}},
            },
        }},
        "components": {"schemas": {
            "Tag": {"type": "object", "required": ["key"], "properties": {
                "key": {"type": "string", "pattern": "^[A-Z]{2}$"},
                "colorName": {"type": "string", "enum": ["red", "blue"]},
            }},
            "Fault": {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string", "minLength": 2, "maxLength": 2}}},
        }},
    })
}

fn promised() -> Contract {
    contract(&document(), CLIENT, &BTreeSet::new()).unwrap()
}

/// The lines of a text without its head.
fn body(text: &str) -> &str {
    text.find("\n=== ").map_or(text, |at| text[at..].trim_start())
}

#[test]
fn requests_and_answers_are_those_that_a_person_would_write() {
    let expected = r#"=== clear_room

--- every parameter
id = "id a/b+é&100%"
DELETE /v1/rooms/id%20a%2Fb%2B%C3%A9%26100%25/tags

--- 204
--- 418 undeclared application/json: {"unheard":"of"}

=== tag_room

--- every parameter
id = "id a/b+é&100%"
user_ids = [4,5]
page = {"from":0}
x_trace = "XTrace"
POST /v1/rooms/id%20a%2Fb%2B%C3%A9%26100%25/tags?userIds=4,5&page%5Bfrom%5D=0
content-type: application/json
x-trace: XTrace

{"colorName":"red","key":"AA"}

--- only what is required
id = "id a/b+é&100%"
user_ids = [4,5]
POST /v1/rooms/id%20a%2Fb%2B%C3%A9%26100%25/tags?userIds=4,5
content-type: application/json

{"key":"AA"}

--- 200 application/json: {"colorName":"red","key":"AA"}
--- 400 as Fault application/json: {"reason":"re"}
--- 500
--- 599 undeclared application/json: {"unheard":"of"}
"#;
    assert_eq!(body(&promised().calls), expected);
}

#[test]
fn values_are_those_that_a_person_would_write() {
    let expected = r#"=== Fault: answered
{"reason":"re"}
# object
#/reason required text: "xx" "éé"

=== Tag: answered
{"colorName":"red","key":"AA"}
least {"key":"AA"}
# object
#/colorName optional word: "blue"
#/key required text
"#;
    assert_eq!(body(&promised().types), expected);
}

#[test]
fn the_tables_call_things_as_the_client_does() {
    let Contract { calls_table, types_table, .. } = promised();
    assert!(calls_table.contains(
        "    clear_room(id: String) value;\n    tag_room(id: String, user_ids: Vec<i64>, page: types::Page, x_trace: String, body: types::Tag) value;\n"
    ), "{calls_table}");
    assert!(
        types_table.contains("    \"Fault\" => types::Fault;\n    \"Tag\" => types::Tag;\n"),
        "{types_table}"
    );
}

/// A parameter that the client lost is given all the same, so that the test of the call fails.
#[test]
fn what_the_client_lacks_is_missed() {
    let lost = CLIENT
        .replace("pub fn x_trace<V>(self, value: V) -> Self where V: TryInto<::std::string::String> {}", "");
    let promised = contract(&document(), &lost, &BTreeSet::new()).unwrap();
    assert!(promised.calls.contains("\nX-Trace = \"XTrace\"\n"), "{}", promised.calls);
    let lost = CLIENT.replace("Sends `DELETE", "Does `DELETE");
    let promised = contract(&document(), &lost, &BTreeSet::new()).unwrap();
    assert!(promised.calls.contains("=== clear_room\n--- missing\n"), "{}", promised.calls);
}

/// A JSON Schema validator finds every value valid, also those with something else in a place.
#[test]
fn values_are_valid() {
    let mut judged = 0;
    for name in ["answers", "bodies", "parameters", "schemas"] {
        let root = tempfile::tempdir().unwrap();
        let published = layout::own_root().join(format!("xtask/tests/generated/{name}.yaml"));
        let vendored = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["vendor", "--root"])
            .args([root.path(), &published])
            .output()
            .unwrap();
        assert!(vendored.status.success(), "{}", String::from_utf8_lossy(&vendored.stderr));
        let document = xtask::document::read(&root.path().join(layout::DOCUMENT)).unwrap();
        let types = fs::read_to_string(root.path().join(layout::TYPES)).unwrap();
        for section in body(&types).split("=== ").skip(1) {
            let (title, values) = section.split_once('\n').unwrap();
            let name = title.rsplit_once(": ").unwrap().0;
            // JSON Schema knows nothing of members of one direction, which are required in that direction only, nor of
            // discriminators, which choose a branch where several fit.
            let schema = document["components"]["schemas"].get(name).map(Value::to_string);
            let is_judged = schema
                .is_some_and(|schema| !schema.contains("writeOnly") && !schema.contains("discriminator"));
            if !is_judged || values.starts_with("# Not tested") {
                continue;
            }
            let mut schema = json!({"$ref": format!("#/components/schemas/{name}")});
            schema["components"] = document["components"].clone();
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            let mut whole = Value::Null;
            for line in values.trim_end().lines() {
                let mut check = |value: &Value| {
                    judged += 1;
                    assert!(
                        validator.is_valid(value),
                        "{name}: {value}\n{}",
                        document["components"]["schemas"][name]
                    );
                };
                match line.strip_prefix('#') {
                    Some(place) => {
                        let (place, others) = place.split_once(": ").unwrap_or((place, ""));
                        let pointer = place
                            .split(' ')
                            .next()
                            .unwrap()
                            .replace("%20", " ")
                            .replace("%3A", ":")
                            .replace("%25", "%");
                        for other in Deserializer::from_str(others).into_iter::<Value>() {
                            let mut value = whole.clone();
                            *value.pointer_mut(&pointer).unwrap() = other.unwrap();
                            check(&value);
                        }
                    }
                    None if line.starts_with("filled ") => (),
                    None => {
                        let value: Value = serde_json::from_str(line.trim_start_matches("least ")).unwrap();
                        check(&value);
                        if !line.starts_with("least ") {
                            whole = value;
                        }
                    }
                }
            }
        }
    }
    assert!(judged > 100, "only {judged} values");
}
