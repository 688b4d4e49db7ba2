//! Limits of integers and lists: none costs an answer.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that takes one object with a property `p` and gives another.
fn with(sent: &Value, read: &Value) -> Code {
    let object = |p: &Value| json!({"type": "object", "required": ["p"], "properties": {"p": p}});
    let json = |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
    code(&document(
        json!({"/thing": {"put": {
            "operationId": "put_thing",
            "requestBody": {"required": true, "content": json("Sent")},
            "responses": {"200": {"description": "", "content": json("Read")}},
        }}}),
        json!({"Sent": object(sent), "Read": {"type": "object", "required": ["of"], "properties": {
            "of": {"$ref": "#/components/schemas/Inner"},
        }}, "Inner": object(read)}),
    ))
}

#[test]
fn an_integer_of_an_answer_has_the_type_of_its_format() {
    for (schema, ty) in [
        (json!({"minimum": 1}), "i64"),
        (json!({"minimum": 0}), "i64"),
        (json!({"minimum": 0, "exclusiveMinimum": true}), "i64"),
        (json!({"minimum": 0, "maximum": 255}), "i64"),
        (json!({"maximum": 127}), "i64"),
        (json!({"minimum": -128}), "i64"),
        (json!({"minimum": 1, "format": "int32"}), "i32"),
        (json!({"minimum": 1, "format": "int64"}), "i64"),
        (json!({"minimum": 1, "format": "something-else"}), "i64"),
        // What the limits allow is read, whatever the format says.
        (json!({"format": "int32", "maximum": 4_294_967_295_u32}), "i64"),
        (json!({"minimum": 0, "maximum": 18_446_744_073_709_551_615_u64}), "u64"),
        (json!({"format": "int64", "minimum": 0, "maximum": 18_446_744_073_709_551_615_u64}), "u64"),
        (json!({"format": "uint32"}), "u32"),
    ] {
        let mut schema = schema;
        schema["type"] = json!("integer");
        let code = with(&json!({}), &schema);
        assert_eq!(code.type_("Inner"), format!("pubstructInner{{pubp:{ty}}}"), "{schema}");
        let is_limited = ["minimum", "maximum"].iter().any(|keyword| schema.get(keyword).is_some());
        let said = ": limits are left to the server: an answer may go beyond them";
        assert_eq!(code.said().contains(said), is_limited, "{schema}: {}", code.said());
        assert!(
            code.said()
                .lines()
                .all(|line| line.starts_with("widened #/components/schemas/Inner/properties/p/"))
        );
    }
}

#[test]
fn an_integer_that_is_only_sent_keeps_its_limits_unless_the_type_would_be_too_narrow() {
    for (schema, ty) in [
        (json!({"minimum": 1}), "::std::num::NonZeroU64"),
        (json!({"minimum": 0}), "u64"),
        (json!({"minimum": 0, "maximum": 255}), "u8"),
        (json!({"minimum": 1, "format": "int32"}), "::std::num::NonZeroU32"),
        (json!({"maximum": 127}), "i64"),
        (json!({"maximum": 255}), "i64"),
        (json!({"minimum": -128}), "i64"),
        (json!({"minimum": 5}), "i64"),
    ] {
        let mut schema = schema;
        schema["type"] = json!("integer");
        let code = with(&schema, &json!({}));
        assert_eq!(code.type_("Sent"), format!("pubstructSent{{pubp:{ty}}}"), "{schema}");
        let said = "the limit is left to the server: in Rust it is that of a narrower type";
        let is_narrower =
            ["127", "255", "-128"].iter().any(|limit| schema.to_string().contains(limit)) && ty == "i64";
        assert_eq!(code.said().contains(said), is_narrower, "{schema}: {}", code.said());
    }
}

#[test]
fn a_default_is_held_against_the_limits_all_the_same() {
    let code = with(&json!({}), &json!({"type": "integer", "minimum": 1, "default": 0}));
    let said = "dropped #/components/schemas/Inner/properties/p/default: a default that its own schema refuses is none";
    assert!(code.said().contains(said), "{}", code.said());
}

#[test]
fn a_list_of_an_answer_may_have_another_length() {
    let pair = json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2});
    let mut long = pair.clone();
    (long["minItems"], long["maxItems"]) = (json!(33), json!(33));
    let code = with(&pair, &pair);
    assert_eq!(code.type_("Sent"), "pubstructSent{pubp:[::std::string::String;2usize]}");
    assert_eq!(code.type_("Inner"), "pubstructInner{pubp:::std::vec::Vec<::std::string::String>}");
    assert_eq!(
        code.said(),
        "widened #/components/schemas/Inner/properties/p/maxItems: the number of items is left to the server, so this is a list"
    );
    // serde knows arrays of at most 32.
    assert_eq!(
        with(&long, &json!({})).type_("Sent"),
        "pubstructSent{pubp:::std::vec::Vec<::std::string::String>}"
    );
}
