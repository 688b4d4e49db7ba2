//! Keywords that lead the generator astray.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that gives an object with this property `p`.
fn with(property: Value) -> Code {
    let schema = json!({"type": "object", "required": ["p"], "properties": {"p": property}});
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        json!({"Thing": schema, "Part": {"type": "string", "enum": ["a", "b", "c"]}}),
    ))
}

#[test]
fn formats_of_other_crates_are_strings() {
    for format in ["date", "date-time", "uuid"] {
        let code = with(json!({"type": "string", "format": format}));
        assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::string::String}");
        assert_eq!(
            code.said(),
            format!(
                "widened #/components/schemas/Thing/properties/p/format: any string is taken for a `{format}`"
            )
        );
    }
}

#[test]
fn a_pattern_is_left_to_the_server() {
    let code = with(json!({"type": "string", "pattern": "(?<!x)^(?i)a$"}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::string::String}");
    assert!(code.said().ends_with("the pattern is not checked"), "{}", code.said());
}

#[test]
fn an_enum_without_a_type_has_the_type_of_its_values() {
    let code = with(json!({"nullable": true, "enum": ["x", "y", null]}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<ThingP>}");
    assert!(code.type_("ThingP").starts_with("pubenumThingP{X,Y"), "{}", code.type_("ThingP"));
}

#[test]
fn an_enum_beside_all_of_is_what_all_of_says() {
    let code = with(json!({"allOf": [{"$ref": "#/components/schemas/Part"}], "enum": ["a"]}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:Part}");
}

#[test]
fn a_default_that_does_not_fit_is_none() {
    for property in [
        json!({"type": "integer", "default": "7"}),
        json!({"type": "integer", "minimum": 1, "default": 0}),
        json!({"type": "string", "enum": ["a", "b"], "default": "c"}),
        json!({"type": "boolean", "default": null}),
    ] {
        let code = with(property.clone());
        assert!(code.said().contains("p/default: a default that its own schema refuses"), "{property}");
    }
    assert_eq!(with(json!({"type": "integer", "minimum": 1, "default": 1})).said(), "");
}

#[test]
fn a_property_called_like_a_keyword_is_a_property() {
    let code = with(json!({"type": "object", "required": ["pattern", "format"], "properties": {
        "pattern": {"type": "string"}, "format": {"type": "string"},
    }}));
    assert_eq!(code.said(), "");
}
