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
fn what_the_generator_cannot_write_is_typed_and_written_in_its_style() {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let list = "<::std::vec::Vec<::std::string::String>>";
    for (parameter, takes, writes) in [
        (
            json!({"in": "query", "explode": false, "schema": strings}),
            list,
            "in_query(url,\"p\",&p,crate::parameter::Style::Form,false)",
        ),
        (
            json!({"in": "query", "style": "pipeDelimited", "schema": strings}),
            list,
            "in_query(url,\"p\",&p,crate::parameter::Style::PipeDelimited,false)",
        ),
        (
            json!({"in": "query", "style": "deepObject", "schema": object}),
            "<types::GetRoomP>",
            "in_query(url,\"p\",&p,crate::parameter::Style::DeepObject,false)",
        ),
        (
            json!({"in": "query", "schema": object}),
            "<types::GetRoomP>",
            "in_query(url,\"p\",&p,crate::parameter::Style::Form,true)",
        ),
        (
            json!({"in": "query", "content": {"application/json": {"schema": object}}}),
            "<types::GetRoomP>",
            "in_query(url,\"p\",&p,crate::parameter::Style::Json,true)",
        ),
        (
            json!({"in": "header", "schema": strings}),
            list,
            "in_header(&mutheader_map,\"p\",&p,crate::parameter::Style::Simple,false)",
        ),
        (
            json!({"in": "cookie", "schema": {"type": "string"}}),
            "<::std::string::String>",
            "in_cookie(&mutheader_map,\"p\",&p,crate::parameter::Style::Form,true)",
        ),
    ] {
        for required in [true, false] {
            let mut parameter = parameter.clone();
            parameter["name"] = json!("p");
            parameter["required"] = json!(required);
            let code = asking(json!([parameter]));
            assert_eq!(code.takes("GetRoom", "p"), takes, "{parameter}");
            let send = code.send("GetRoom");
            assert!(
                send.contains(&format!("crate::parameter::{writes}.map_err(Error::InvalidRequest)?")),
                "{send}"
            );
            assert!(!send.contains("QueryParam") && !send.contains("append"), "{send}");
            assert_eq!(code.said(), "");
        }
    }
}

#[test]
fn what_no_style_says_is_said_in_a_note() {
    let objects = json!({"type": "array", "items": {"type": "object"}});
    let code = asking(json!([{"name": "p", "in": "query", "schema": objects}]));
    assert!(
        code.said().ends_with(
            "`p` may hold a value within a value, which OpenAPI leaves open: it is written as JSON"
        ),
        "{}",
        code.said()
    );
    let code = asking(json!([{"name": "p", "in": "query", "style": "deepObject", "schema": objects}]));
    assert!(
        code.said().ends_with("which OpenAPI leaves open: they are written as `name[]=value`"),
        "{}",
        code.said()
    );
}

#[test]
fn what_is_of_several_types_is_given_as_text() {
    let either = json!({"anyOf": [{"type": "string"}, {"type": "integer"}]});
    for place in ["query", "header"] {
        let code = asking(json!([{"name": "p", "in": place, "required": true, "schema": either}]));
        assert_eq!(code.takes("GetRoom", "p"), "<::std::string::String>");
        assert_eq!(
            code.said(),
            "widened #/paths/~1rooms~1{id}/get/parameters/1: `p` is given as text: of one of several types"
        );
    }
}

#[test]
fn what_may_be_an_object_keeps_its_style() {
    let range =
        json!({"type": "object", "properties": {"gt": {"type": "integer"}, "lt": {"type": "integer"}}});
    let either = json!({"anyOf": [range, {"type": "integer"}]});
    let code = asking(json!([
        {"name": "created", "in": "query", "style": "deepObject", "explode": true, "schema": either},
    ]));
    assert_eq!(code.takes("GetRoom", "created"), "<types::GetRoomCreated>");
    let send = code.send("GetRoom");
    assert!(send.contains("Style::DeepObject"), "{send}");
    assert!(!code.said().contains("given as text"), "{}", code.said());
}

#[test]
fn of_several_media_types_of_a_parameter_json_is_sent() {
    let code = asking(json!([{"name": "p", "in": "query", "required": true, "content": {
        "application/cbor": {"schema": {"type": "string"}},
        "application/json": {"schema": {"type": "array", "items": {"type": "integer"}}},
    }}]));
    assert_eq!(code.takes("GetRoom", "p"), "<::std::vec::Vec<i64>>");
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
fn null_is_taken_from_headers_and_paths_wherever_it_is_said() {
    let schemas = json!({
        "Maybe": {"type": "string", "nullable": true},
        "Values": {"type": "string", "enum": ["a", "b", null]},
        "Alias": {"$ref": "#/components/schemas/Values"},
        "Loose": {"type": "string", "enum": ["a"], "nullable": true},
    });
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let own = "types::GetRoomP";
    for (schema, ty) in [
        (json!({"type": "string", "enum": ["a", null]}), own),
        (json!({"type": "string", "enum": ["a", null], "nullable": true}), own),
        (json!({"type": "integer", "nullable": true}), "i64"),
        (json!({"allOf": [{"type": "integer", "nullable": true}]}), "i64"),
        (json!({"allOf": [{"type": "string", "enum": ["a", null]}]}), own),
        (json!({"allOf": [{"allOf": [to("Maybe")]}]}), "::std::string::String"),
        (json!({"allOf": [to("Values")], "description": "d"}), own),
        (to("Maybe"), "types::Maybe"),
        (to("Values"), "types::Values"),
        (to("Alias"), "types::Alias"),
        (to("Loose"), own),
    ] {
        for (place, path) in [("header", "/rooms"), ("path", "/rooms/{p}")] {
            let parameter = json!({"name": "p", "in": place, "required": true, "schema": schema});
            let code = code(&document(
                json!({path: {"get": {
                    "operationId": "get_room", "parameters": [parameter], "responses": {"204": {"description": ""}},
                }}}),
                schemas.clone(),
            ));
            assert_eq!(code.takes("GetRoom", "p"), format!("<{ty}>"), "{schema}");
            let said = "`p` cannot be null, which has no text";
            assert!(code.said().contains(said), "{schema}: {}", code.said());
        }
    }
}

#[test]
fn what_openapi_passes_over_is_not_offered_even_if_it_is_required() {
    let code = asking(json!([
        {"name": "Accept", "in": "header", "required": true, "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}},
    ]));
    assert!(!code.has("GetRoom", "accept") && !code.has("GetRoom", "authorization"));
    let said = code.said();
    assert!(
        said.contains("`Accept` is not offered: it is a header that OpenAPI says by other means"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_sent_is_not_offered() {
    let code = asking(json!([{"name": "p q", "in": "header", "schema": {"type": "string"}}]));
    assert!(!code.has("GetRoom", "p_q"));
    assert!(
        code.said().ends_with("`p q` is not offered: it has a name that no header can have"),
        "{}",
        code.said()
    );
}

#[test]
fn an_operation_that_needs_it_is_left_out() {
    let code =
        asking(json!([{"name": "p q", "in": "header", "required": true, "schema": {"type": "string"}}]));
    assert_eq!(
        code.said(),
        "left out #/paths/~1rooms~1{id}/get: `get_room` needs the parameter `p q`, which has a name that no header can have"
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
fn an_operation_whose_body_has_no_media_type_is_left_out() {
    let code = posting(json!({"json": room()}), true);
    assert_eq!(
        code.said(),
        "left out #/paths/~1rooms/post: `create_room` takes a body in `json` only, which is no media type"
    );
    assert!(code.document["paths"]["/rooms"].get("post").is_none());
}

const JSON: &str = "request.json(body)";

#[test]
fn an_optional_body_is_sent_only_if_it_is_given() {
    let code = posting(json!({"application/json": room()}), false);
    assert_eq!(code.said(), "");
    assert_eq!(
        code.takes("CreateRoom", "body"),
        "<types::Room>,<Vasstd::convert::TryInto<types::Room>>::Error:std::fmt::Display"
    );
    let send = code.send("CreateRoom");
    assert!(send.contains(&format!("letrequest=match&body{{Some(body)=>{JSON},None=>request}};")), "{send}");
    // What has no builder of its own is as optional.
    let code = posting(
        json!({"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}),
        false,
    );
    assert!(code.send("CreateRoom").contains(JSON));
    let code = posting(json!({"text/plain": {}}), false);
    assert!(
        code.send("CreateRoom").contains("letrequest=matchbody{Some(body)=>request.header("),
        "{}",
        code.send("CreateRoom")
    );
    let code = posting(json!({"application/x-www-form-urlencoded": room()}), false);
    let send = code.send("CreateRoom");
    assert!(
        send.contains(".body(crate::parameter::form(body,&[]).map_err(Error::InvalidRequest)?)"),
        "{send}"
    );
}

#[test]
fn the_declared_media_type_goes_over_the_wire() {
    let sent = |name: &str, code: &Code| {
        let header = format!(
            ".header(::reqwest::header::CONTENT_TYPE,::reqwest::header::HeaderValue::from_static(\"{name}\"))"
        );
        let send = code.send("CreateRoom");
        assert!(send.contains(&header), "{header} is not in {send}");
        send[send.find(&header).unwrap() + header.len()..].to_owned()
    };
    for name in [
        "application/merge-patch+json",
        "application/vnd.api+json",
        "text/json",
        "application/json;charset=utf-8",
    ] {
        let code = posting(json!({name: room()}), true);
        assert!(sent(name, &code).starts_with(".json(&body)"), "{name}");
        assert!(code.takes("CreateRoom", "body").starts_with("<types::Room>"));
    }
    for (name, takes) in [
        ("application/xml", "<reqwest::Body>"),
        ("application/zip", "<reqwest::Body>"),
        ("text/csv", "<String>"),
        ("text/xml;charset=utf-16", "<reqwest::Body>"),
    ] {
        let code = posting(json!({name: {"schema": {"type": "string"}}}), true);
        assert!(sent(name, &code).starts_with(".body(body)"), "{name}");
        assert!(code.takes("CreateRoom", "body").ends_with(takes), "{name}");
        assert_eq!(code.said(), "");
    }
}

#[test]
fn a_media_type_that_the_document_leaves_open_is_for_the_caller_to_say() {
    for (name, required) in [("multipart/form-data", true), ("image/*", true), ("*/*", false)] {
        let code = posting(json!({name: {}}), true);
        assert_eq!(code.takes("CreateRoom", "content_type"), "<::std::string::String>");
        let asked = &code.document["paths"]["/rooms"]["post"]["parameters"][0];
        assert_eq!(asked["required"], required, "{name}");
        assert!(code.said().starts_with("widened "), "{}", code.said());
    }
}

#[test]
fn text_is_text_whatever_its_schema_says() {
    let code =
        posting(json!({"text/plain": {"schema": {"type": "string", "minLength": 1, "format": "x"}}}), true);
    assert_eq!(code.takes("CreateRoom", "body"), "<String>");
}
