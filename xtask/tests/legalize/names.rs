//! Names that would be one in Rust.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that gives `Thing`, with these components.
fn thing(schemas: Value) -> Code {
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        schemas,
    ))
}

fn text(code: &Code) -> String {
    polished(code).replace([' ', '\n'], "")
}

fn polished(code: &Code) -> String {
    xtask::polish::text(&code.file)
}

#[test]
fn components_that_differ_in_case_only_are_two_types() {
    let code = thing(json!({
        "Thing": {"type": "object", "properties": {
            "a": {"$ref": "#/components/schemas/some_part"}, "b": {"$ref": "#/components/schemas/SomePart"},
        }},
        "some_part": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        "SomePart": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}},
    }));
    assert_eq!(code.type_("SomePart"), "pubstructSomePart{puby:::std::string::String}");
    assert_eq!(code.type_("SomePart2"), "pubstructSomePart2{pubx:::std::string::String}");
    assert_eq!(
        code.said(),
        "exact #/components/schemas/some_part: `some_part` is called `SomePart2`: its name is taken in Rust"
    );
}

#[test]
fn properties_that_differ_in_case_only_are_two_fields_and_keep_their_names_on_the_wire() {
    let code = thing(json!({"Thing": {
        "type": "object",
        "required": ["userId", "user_id"],
        "properties": {"userId": {"type": "integer"}, "user_id": {"type": "string"}},
    }}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubuser_id:i64,pubuser_id_2:::std::string::String}");
    let text = text(&code).replace("#[serde(deserialize_with=\"crate::lenient::value\")]", "");
    assert!(text.contains("#[serde(rename=\"userId\")]pubuser_id:i64"), "{text}");
    assert!(text.contains("#[serde(rename=\"user_id\")]pubuser_id_2:"), "{text}");
    assert!(!text.contains('⁂'), "{text}");
}

#[test]
fn values_that_differ_in_symbols_only_are_variants_and_keep_their_names_on_the_wire() {
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["o"], "properties": {"o": {"$ref": "#/components/schemas/Order"}}},
        "Order": {"type": "string", "enum": ["ID", "id", "<", ">", "=", ""]},
    }));
    let text = text(&code);
    for value in ["ID", "id", "<", ">", "=", ""] {
        assert!(text.contains(&format!("#[serde(rename=\"{value}\")]")), "{value} in {text}");
        assert_eq!(text.matches(&format!("=>\"{value}\",")).count(), 1, "{value} in {text}");
    }
    assert!(!text.contains('⁂'), "{text}");
}

#[test]
fn parameters_with_taken_names_keep_their_names_on_the_wire() {
    let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}});
    let code = code(&document(
        json!({"/clients/{client}": {"get": {
            "operationId": "find",
            "parameters": [
                parameter("client", "path"), parameter("send", "query"), parameter("type", "query"),
                parameter("Send", "header"),
            ],
            "responses": {"204": {"description": ""}},
        }}}),
        json!({}),
    ));
    let send = code.send("Find");
    assert!(send.contains("format!(\"{}/clients/{}\",client.baseurl,client_2"), "{send}");
    assert!(send.contains("QueryParam::new(\"send\",&send_3)"), "{send}");
    assert!(send.contains("QueryParam::new(\"type\",&type_)"), "{send}");
    assert!(send.contains("header_map.append(\"Send\",send_2.to_string().try_into()?)"), "{send}");
    assert!(!polished(&code).contains('⁂'));
}

#[test]
fn operations_with_taken_names_get_others() {
    let operation = |id: &str| json!({"get": {"operationId": id, "responses": {"204": {"description": ""}}}});
    let code = code(&document(
        json!({"/a": operation("getRoom"), "/b": operation("get_room"), "/c": operation("new"), "/d": operation("error")}),
        json!({}),
    ));
    for builder in ["GetRoom", "GetRoom2", "New2", "Error2"] {
        assert!(code.has(builder, "send"), "{builder}");
    }
}

#[test]
fn a_title_that_is_the_name_of_a_component_names_nothing() {
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["part"], "properties": {
            "part": {"title": "Part", "type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        }},
        "Part": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}},
    }));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubpart:ThingPart}");
    assert_eq!(code.type_("ThingPart"), "pubstructThingPart{pubx:::std::string::String}");
    assert!(code.said().contains("the title would name a type `Part`"), "{}", code.said());
}

#[test]
fn a_type_without_a_name_does_not_take_that_of_a_component() {
    let object = |property: &str| json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["part", "items", "values"], "properties": {
            "part": object("x"),
            "items": {"type": "array", "items": object("x")},
            "values": {"type": "object", "additionalProperties": object("x")},
        }},
        "ThingPart": object("y"), "ThingItemsItem": object("y"), "ThingValuesValue": object("y"),
    }));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubitems:::std::vec::Vec<ThingPropertyItemsItem>,pubpart:ThingPropertyPart,\
         pubvalues:::std::collections::HashMap<::std::string::String,ThingPropertyValuesValue>}"
    );
    for (inline, component) in [
        ("ThingPropertyPart", "ThingPart"),
        ("ThingPropertyItemsItem", "ThingItemsItem"),
        ("ThingPropertyValuesValue", "ThingValuesValue"),
    ] {
        assert_eq!(code.type_(inline), format!("pubstruct{inline}{{pubx:::std::string::String}}"));
        assert_eq!(code.type_(component), format!("pubstruct{component}{{puby:::std::string::String}}"));
        assert!(
            code.said().contains(&format!("the type is called `{inline}`: `{component}` is taken in Rust"))
        );
    }
    assert!(code.said().contains("exact #/components/schemas/Thing/properties/part: "), "{}", code.said());
}

#[test]
fn the_body_the_answer_and_the_error_of_an_operation_are_three_types() {
    let json = |property: &str| {
        let schema =
            json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
        json!({"application/json": {"schema": schema}})
    };
    let code = code(&document(
        json!({"/rooms": {"post": {
            "operationId": "create",
            "requestBody": {"required": true, "content": json("taken")},
            "responses": {
                "200": {"description": "", "content": json("given")},
                "400": {"description": "", "content": json("failed")},
                "500": {"description": "", "content": json("failed")},
            },
        }}}),
        json!({}),
    ));
    assert_eq!(
        code.output("Create"),
        "Result<ResponseValue<types::CreateResponse>,Error<types::CreateError>>"
    );
    assert_eq!(code.type_("CreateBody"), "pubstructCreateBody{pubtaken:::std::string::String}");
    assert_eq!(code.type_("CreateResponse"), "pubstructCreateResponse{pubgiven:::std::string::String}");
    assert_eq!(code.type_("CreateError"), "pubstructCreateError{pubfailed:::std::string::String}");
}
