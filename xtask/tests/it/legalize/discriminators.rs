//! Unions with a discriminator (OpenAPI 3.0.3, Discriminator Object).

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that gives a thing with these properties, beside these components.
fn with(properties: Value, more: Value) -> Code {
    let pet =
        json!({"type": "object", "required": ["petType"], "properties": {"petType": {"type": "string"}}});
    let mut schemas = json!({
        "Cat": pet, "Dog": pet, "Thing": {"type": "object", "properties": properties},
    });
    schemas.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let ok = json!({"description": "", "content": {"application/json": {"schema": to("Thing")}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        schemas,
    ))
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn discriminator() -> Value {
    json!({"propertyName": "petType", "mapping": {"kitten": "Cat", "cat": "#/components/schemas/Cat"}})
}

/// The code that reads a type, without spaces.
fn reader(code: &Code, name: &str) -> String {
    use quote::ToTokens as _;
    let text = code.types().iter().map(|item| item.to_token_stream().to_string().replace(' ', ""));
    let start = format!("impl<'de>::serde::Deserialize<'de>for{name}{{");
    text.filter(|text| text.starts_with(&start)).collect()
}

#[test]
fn a_discriminator_tells_which_branch_is_read() {
    let mut union = json!({"oneOf": [to("Cat"), to("Dog")], "discriminator": discriminator()});
    for (keyword, more) in [("oneOf", None), ("oneOf", Some("object")), ("anyOf", None)] {
        if let Some(branches) = union.as_object_mut().unwrap().remove("oneOf") {
            union[keyword] = branches;
        }
        if let Some(ty) = more {
            union["type"] = json!(ty);
        } else {
            union.as_object_mut().unwrap().remove("type");
        }
        let code =
            with(json!({"p": to("Pet"), "q": {"type": "array", "items": union}}), json!({"Pet": union}));
        assert_eq!(code.type_("Pet"), "pubenumPet{Cat(Cat),Dog(Dog)}");
        assert_eq!(code.type_("ThingPropertyQItem"), "pubenumThingPropertyQItem{Cat(Cat),Dog(Dog)}");
        for name in ["Pet", "ThingPropertyQItem"] {
            let reader = reader(&code, name);
            for arm in [
                "value.get(\"petType\")",
                "Some(\"cat\")|Some(\"kitten\")|Some(\"Cat\")=>",
                "Some(\"Dog\")=>",
            ] {
                assert!(reader.contains(arm), "{arm}: {reader}");
            }
        }
        assert!(!code.said().contains("discriminator"), "{}", code.said());
    }
}

#[test]
fn null_stands_beside_a_union_with_a_discriminator() {
    let union = json!({"oneOf": [to("Cat"), to("Dog"), {"enum": [null]}], "discriminator": discriminator()});
    let code = with(json!({"p": union, "q": to("Pet")}), json!({"Pet": union}));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubp:::std::option::Option<ThingPropertyP>,pubq:::std::option::Option<Pet>}"
    );
    assert!(!reader(&code, "ThingPropertyP").is_empty() && !reader(&code, "Pet").is_empty());
}

/// As a published 3.0 document writes one that is nullable.
#[test]
fn a_union_that_may_be_null_keeps_its_name() {
    let union = json!({"oneOf": [to("Cat"), to("Dog")], "discriminator": discriminator()});
    let pet = json!({"anyOf": [union, {"enum": [null]}]});
    let code = with(json!({"p": to("Pet")}), json!({"Pet": pet}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<Pet>}");
    assert_eq!(code.type_("Pet"), "pubenumPet{Cat(Cat),Dog(Dog)}");
    assert!(!reader(&code, "Pet").is_empty());
}

#[test]
fn where_the_discriminator_is_not_looked_at_that_is_said() {
    let inline = json!({"type": "object", "properties": {"petType": {"type": "string"}}});
    for union in [
        json!({"oneOf": [to("Cat"), inline], "discriminator": discriminator()}),
        json!({"oneOf": [to("Cat"), to("Cat")], "discriminator": discriminator()}),
    ] {
        let code = with(json!({"p": union}), json!({}));
        let said =
            "widened #/components/schemas/Thing/properties/p/discriminator: the branches are tried in turn";
        assert!(code.said().contains(said), "{union}: {}", code.said());
    }
}

#[test]
fn a_discriminator_with_one_value_in_each_branch_is_a_tag() {
    let branch = |value: &str| {
        json!({"type": "object", "required": ["petType"], "properties": {
            "petType": {"type": "string", "enum": [value]}, "a": {"type": "string"}, "b": {"type": "string"},
        }})
    };
    let code = with(
        json!({"p": {"oneOf": [branch("cat"), branch("dog")], "discriminator": {"propertyName": "petType"}}}),
        json!({}),
    );
    let type_ = code.type_("ThingP");
    assert!(type_.starts_with("pubenumThingP{Cat{") && type_.contains("Dog{"), "{type_}");
    assert_eq!(code.said(), "");
}
