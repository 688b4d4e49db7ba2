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

/// What is known of a union, without spaces.
fn told(code: &Code, name: &str) -> String {
    use quote::ToTokens as _;
    let text: String =
        code.types().iter().map(|item| item.to_token_stream().to_string().replace(' ', "")).collect();
    let start = format!("static{name}:Union=");
    text.split_once(&start).map_or_else(String::new, |(_, rest)| rest.split(';').next().unwrap().to_owned())
}

#[test]
fn a_discriminator_is_the_most_telling() {
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
        for name in ["Pet", "ThingQItem"] {
            let ty = code.type_(name);
            assert!(ty.starts_with(&format!("pubenum{name}{{Cat(")) && ty.contains("Dog("), "{ty}");
            let told = told(&code, name);
            let tag = "tags:&[Tag{path:&[Step::Member(\"petType\")],values:&[\
                       Some(&[Listed::Text(\"cat\"),Listed::Text(\"kitten\"),Listed::Text(\"Cat\")]),Some(&[Listed::Text(\"Dog\")])]}]";
            assert!(told.contains(tag), "{told}");
        }
    }
}

#[test]
fn null_stands_beside_a_union_with_a_discriminator() {
    let union = json!({"oneOf": [to("Cat"), to("Dog"), {"enum": [null]}], "discriminator": discriminator()});
    let code = with(json!({"p": union, "q": to("Pet")}), json!({"Pet": union}));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubp:::std::option::Option<ThingP>,pubq:::std::option::Option<Pet>}"
    );
    assert!(!told(&code, "ThingP").is_empty() && !told(&code, "Pet").is_empty());
}

/// As a published 3.0 document writes one that is nullable.
#[test]
fn a_union_that_may_be_null_keeps_its_name() {
    let union = json!({"oneOf": [to("Cat"), to("Dog")], "discriminator": discriminator()});
    let pet = json!({"anyOf": [union, {"enum": [null]}]});
    let code = with(json!({"p": to("Pet")}), json!({"Pet": pet}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<Pet>}");
    assert_eq!(code.type_("Pet"), "pubenumPet{Cat(Cat),Dog(Dog),Unknown(::serde_json::Value)}");
}

#[test]
fn a_base_is_a_union_of_its_kinds() {
    let base = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"lynx": "#/components/schemas/Lynx"}}});
    let of = |base: &str, name: &str| json!({"allOf": [to(base), {"type": "object", "properties": {name: {"type": "string"}}}]});
    let code = with(
        json!({"p": to("Animal")}),
        json!({"Animal": base, "Feline": of("Animal", "claws"), "Lynx": of("Feline", "tufts")}),
    );
    assert_eq!(
        code.type_("Animal"),
        "pubenumAnimal{Feline(Feline),Lynx(Lynx),AnimalBase(AnimalBase),Unknown(::serde_json::Value)}"
    );
    assert!(code.type_("Lynx").contains("pubclaws:") && code.type_("Lynx").contains("pubtufts:"));
    let told = told(&code, "Animal");
    for value in ["Feline", "lynx", "Animal"] {
        assert!(told.contains(&format!("Some(&[Listed::Text(\"{value}\")")), "{told}");
    }
}
