//! What is required in one direction only (OpenAPI 3.0.3, `readOnly` and `writeOnly` of the Schema Object).

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that takes and gives these.
fn with(sent: Value, read: Value, schemas: Value) -> Code {
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    code(&document(
        json!({"/thing": {"put": {
            "operationId": "put_thing",
            "requestBody": {"required": true, "content": json(sent)},
            "responses": {"200": {"description": "", "content": json(read)}},
        }}}),
        schemas,
    ))
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn user() -> Value {
    json!({"type": "object", "required": ["id", "name", "password"], "properties": {
        "id": {"type": "string", "readOnly": true}, "name": text(), "password": {"type": "string", "writeOnly": true},
    }})
}

const STRING: &str = "::std::string::String";

/// The fields of a user, of which two may be optional.
fn fields(id: bool, password: bool) -> String {
    let of = |is_optional| {
        if is_optional { format!("::std::option::Option<{STRING}>") } else { STRING.to_owned() }
    };
    format!("{{pubid:{},pubname:{STRING},pubpassword:{}}}", of(id), of(password))
}

#[test]
fn what_goes_both_ways_requires_neither() {
    let code = with(to("User"), json!({"type": "array", "items": to("User")}), json!({"User": user()}));
    assert_eq!(code.type_("User"), format!("pubstructUser{}", fields(true, true)));
    assert_eq!(
        code.said(),
        "widened #/components/schemas/User/required: \
         `id` comes in answers only, so it is not required: a request has this too\n\
         widened #/components/schemas/User/required: \
         `password` goes in requests only, so it is not required: an answer has this too"
    );
}

#[test]
fn what_goes_one_way_requires_what_goes_that_way() {
    let code = with(
        to("Sent"),
        json!({"type": "object", "properties": {"all": to("Read")}}),
        json!({
            "Sent": user(), "Read": user(),
        }),
    );
    assert_eq!(code.type_("Sent"), format!("pubstructSent{}", fields(true, false)));
    assert_eq!(code.type_("Read"), format!("pubstructRead{}", fields(false, true)));
    let code = with(user(), user(), json!({}));
    assert_eq!(code.type_("PutThingBody"), format!("pubstructPutThingBody{}", fields(true, false)));
    assert_eq!(code.type_("PutThingResponse"), format!("pubstructPutThingResponse{}", fields(false, true)));
}

#[test]
fn a_property_may_say_so_in_a_component_or_a_part_and_be_required_in_another() {
    let mark = |name: &str, keyword: &str| json!({"type": "object", "properties": {name: {"type": "string", keyword: true}}});
    let schemas = json!({
        "Id": {"type": "string", "readOnly": true},
        "Secret": text(),
        "Base": mark("id", "readOnly"),
        "Referring": {"type": "object", "required": ["id", "name", "password"], "properties": {
            "id": {"allOf": [to("Id")]}, "name": text(),
            "password": {"allOf": [to("Secret")], "writeOnly": true},
        }},
        "Composed": {
            "required": ["id"],
            "allOf": [to("Base"), mark("password", "writeOnly"), {
                "type": "object", "required": ["name", "password"], "properties": {"name": text()},
            }],
        },
        "Both": {"type": "object", "properties": {"a": to("Referring"), "b": to("Composed")}},
    });
    let code = with(to("Both"), to("Both"), schemas);
    assert_eq!(code.type_("Composed"), format!("pubstructComposed{}", fields(true, true)));
    let type_ = code.type_("Referring");
    assert!(type_.contains("pubid:::std::option::Option<"), "{type_}");
    assert!(type_.contains("pubpassword:::std::option::Option<"), "{type_}");
    assert!(type_.contains(&format!("pubname:{STRING}")), "{type_}");
}

#[test]
fn a_property_of_such_a_name_says_nothing() {
    let named =
        json!({"type": "object", "required": ["readOnly"], "properties": {"readOnly": {"type": "boolean"}}});
    let code = with(to("Named"), to("Named"), json!({"Named": named}));
    assert_eq!(code.type_("Named"), "pubstructNamed{pubread_only:bool}");
    assert_eq!(code.said(), "");
}
