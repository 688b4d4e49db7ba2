//! Parameters and request bodies.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of `GET /rooms/{id}`, called `get_room`, with these parameters besides.
fn asking(parameters: Value) -> Code {
    let mut all = vec![json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}})];
    all.extend(parameters.as_array().unwrap().iter().cloned());
    code(&document(
        json!({
            "/rooms/{id}": {"get": {"operationId": "get_room", "parameters": all, "responses": {"204": {"description": ""}}}},
            "/other": {"get": {"operationId": "other", "responses": {"204": {"description": ""}}}},
        }),
        json!({}),
    ))
}

fn posting(content: Value, required: bool) -> Code {
    code(&document(
        json!({"/rooms": {
            "post": {
                "operationId": "create_room",
                "requestBody": {"required": required, "content": content},
                "responses": {"204": {"description": ""}},
            },
            "get": {"operationId": "other", "responses": {"204": {"description": ""}}},
        }}),
        json!({"Room": {"type": "object", "properties": {"name": {"type": "string"}}}}),
    ))
}

fn room() -> Value {
    json!({"schema": {"$ref": "#/components/schemas/Room"}})
}

#[test]
fn what_the_generator_can_send_stays() {
    let code = asking(json!([
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
        {"name": "X-Mode", "in": "header", "schema": {"type": "string"}},
    ]));
    assert_eq!(code.said(), "");
    assert_eq!(code.takes("GetRoom", "limit"), "<i64>");
    assert_eq!(code.takes("GetRoom", "ids"), "<::std::vec::Vec<::std::string::String>>");
    assert_eq!(code.takes("GetRoom", "x_mode"), "<::std::string::String>");
}

#[test]
fn what_a_style_makes_text_of_is_given_as_text() {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    for (parameter, words) in [
        (
            json!({"name": "p", "in": "query", "explode": false, "schema": strings}),
            "the values, separated by commas",
        ),
        (
            json!({"name": "p", "in": "query", "style": "pipeDelimited", "schema": strings}),
            "the values, separated by `|`",
        ),
        (json!({"name": "p", "in": "header", "schema": strings}), "the values, separated by commas"),
        (
            json!({"name": "p", "in": "header", "schema": {"type": "object"}}),
            "the names and values, separated by commas",
        ),
        (
            json!({"name": "p", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}),
            "the encoded value",
        ),
        (
            json!({"name": "p", "in": "header", "schema": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
            "of one of several types",
        ),
    ] {
        let mut parameter = parameter;
        parameter["required"] = json!(true);
        let code = asking(json!([parameter]));
        assert_eq!(code.takes("GetRoom", "p"), "<::std::string::String>", "{parameter}");
        assert_eq!(
            code.said(),
            format!("widened #/paths/~1rooms~1{{id}}/get/parameters/1: `p` is given as text: {words}")
        );
    }
}

#[test]
fn a_nullable_header_is_a_header() {
    let code = asking(json!([
        {"name": "p", "in": "header", "required": true, "schema": {"type": "integer", "nullable": true}},
    ]));
    assert_eq!(code.takes("GetRoom", "p"), "<i64>");
    assert!(code.send("GetRoom").contains("header_map.append(\"p\",p.to_string().try_into()?)"));
}

#[test]
fn what_cannot_be_sent_is_not_offered() {
    let code = asking(json!([
        {"name": "p", "in": "cookie", "schema": {"type": "string"}},
        {"name": "q", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
        {"name": "Accept", "in": "header", "schema": {"type": "string"}},
    ]));
    assert!(!code.has("GetRoom", "p") && !code.has("GetRoom", "q") && !code.has("GetRoom", "accept"));
    assert!(code.said().contains("`p` is not offered: it is a cookie"), "{}", code.said());
}

#[test]
fn an_operation_that_needs_it_is_left_out() {
    let code = asking(json!([{"name": "p", "in": "cookie", "required": true, "schema": {"type": "string"}}]));
    assert_eq!(
        code.said(),
        "left out #/paths/~1rooms~1{id}/get: `get_room` needs the parameter `p`, which is a cookie"
    );
    assert!(code.document["paths"].get("/rooms/{id}").is_none());
    assert!(code.document["paths"].get("/other").is_some());
}

#[test]
fn parameters_of_a_path_are_those_of_its_operations() {
    let of_path = json!([
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "a", "in": "query", "required": true, "schema": {"type": "string"}},
    ]);
    let code = code(&document(
        json!({"/rooms/{id}": {
            "parameters": of_path,
            "get": {
                "operationId": "get_room",
                "parameters": [{"name": "a", "in": "query", "required": true, "schema": {"type": "integer"}}],
                "responses": {"204": {"description": ""}},
            },
        }}),
        json!({}),
    ));
    assert_eq!(code.takes("GetRoom", "id"), "<::std::string::String>");
    assert_eq!(code.takes("GetRoom", "a"), "<i64>");
}

#[test]
fn of_several_media_types_json_is_sent() {
    let code = posting(json!({"application/xml": room(), "application/json": room()}), true);
    assert!(code.send("CreateRoom").contains(".json(&body)"));
    assert_eq!(
        code.said(),
        "dropped #/paths/~1rooms/post/requestBody/content: the body is sent as `application/json`; `application/xml` is not offered"
    );
}

#[test]
fn an_operation_that_needs_a_body_that_cannot_be_sent_is_left_out() {
    let code = posting(json!({"multipart/form-data": room()}), true);
    assert_eq!(
        code.said(),
        "left out #/paths/~1rooms/post: `create_room` takes a body in `multipart/form-data` only, which cannot be sent"
    );
    assert!(code.document["paths"]["/rooms"].get("post").is_none());
}

#[test]
fn text_is_text_whatever_its_schema_says() {
    let code =
        posting(json!({"text/plain": {"schema": {"type": "string", "minLength": 1, "format": "x"}}}), true);
    assert_eq!(code.takes("CreateRoom", "body"), "<String>");
}
