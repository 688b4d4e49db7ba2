//! Unions whose branches overlap: every value that one of them takes is read.

use quote::ToTokens as _;
use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that takes and gives a union of these branches.
fn any_of(branches: &Value) -> Code {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let part = |schema: &Value| json!({"application/json": {"schema": schema}});
    let holder = json!({"type": "object", "required": ["p"], "properties": {"p": {"anyOf": branches}}});
    code(&document(
        json!({"/thing": {"put": {
            "operationId": "put_thing",
            "requestBody": {"required": true, "content": part(&json!({"$ref": "#/components/schemas/Holder"}))},
            "responses": {"200": {"description": "", "content": part(&json!({"$ref": "#/components/schemas/Either"}))}},
        }}}),
        json!({
            "Holder": holder, "Either": {"anyOf": branches},
            "A": object("a"), "B": {"allOf": [{"$ref": "#/components/schemas/A"}, object("b")]},
            "Text": {"type": "string", "maxLength": 3}, "Values": {"type": "string", "enum": ["a"]},
        }),
    ))
}

#[test]
fn overlapping_branches_that_are_not_all_objects_are_read_in_turn() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for branches in [
        json!([{"type": "string", "enum": ["fast", "slow"]}, {"type": "string"}]),
        json!([{"type": "string", "format": "date"}, {"type": "string", "format": "uri"}]),
        json!([to("Values"), to("Text")]),
        json!([{}, {"type": "string"}]),
        json!([to("A"), {}]),
        json!([to("A"), {"type": "object"}, {"type": "string"}]),
        json!([{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}]),
        json!([{"type": "string", "enum": ["a", null], "nullable": true}, {"type": "string", "maxLength": 2}]),
        json!([{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "c"]}]),
        json!([{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b"]}, {"type": "string"}]),
    ] {
        let code = any_of(&branches);
        for name in ["Either", "HolderP"] {
            let type_ = code.type_(name);
            assert!(type_.starts_with("pubenum"), "{branches}: {type_}");
        }
        let said = "exact #/components/schemas/Either/anyOf: the first branch that fits is taken";
        assert!(code.said().contains(said), "{branches}: {}", code.said());
    }
}

/// A value may be both of the objects.
#[test]
fn objects_beside_others_stay_together() {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    for branches in [
        json!([{"type": "string", "enum": ["a"]}, object("b"), object("c")]),
        json!([object("b"), {"type": "string", "enum": ["x"]}, object("c"), {"type": "string"}]),
    ] {
        let code = any_of(&branches);
        let either = code.type_("Either");
        assert!(either.starts_with("pubenum"), "{branches}: {either}");
        let types = code.types().iter().map(|item| item.to_token_stream().to_string());
        let both = types.filter(|text| text.contains("subtype_0") && text.contains("subtype_1"));
        assert!(both.count() > 0, "{branches}: {either}");
    }
}

#[test]
fn a_property_that_two_objects_have_is_said_to_be_read_once() {
    let tagged = |name: &str| json!({"type": "object", "properties": {"kind": {"type": "string"}, name: {}}, "required": ["kind"]});
    let code = any_of(&json!([tagged("lives"), tagged("barks")]));
    let said = "dropped #/components/schemas/Either/anyOf: several branches have `kind`";
    assert!(code.said().contains(said), "{}", code.said());
}

#[test]
fn overlapping_objects_keep_the_properties_of_all() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for (branches, ty) in [
        (json!([to("A"), to("B")]), "HolderP"),
        (json!([to("A"), {"allOf": [to("B")]}]), "HolderP"),
        (json!([to("A"), to("B"), {"enum": [null]}]), "::std::option::Option<HolderP>"),
        (json!([to("A"), {"allOf": [to("B")], "nullable": true}]), "::std::option::Option<HolderP>"),
    ] {
        let code = any_of(&branches);
        assert_eq!(code.type_("Holder"), format!("pubstructHolder{{pubp:{ty}}}"), "{branches}");
        for name in ["Either", "HolderP"] {
            let type_ = code.type_(name);
            assert!(type_.starts_with(&format!("pubstruct{name}{{pubsubtype")), "{branches}: {type_}");
        }
    }
}
