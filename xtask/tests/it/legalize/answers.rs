//! One success type and one error type for every operation.

use serde_json::{Value, json};

use super::code::{Code, code, document};

fn body(schema: &str) -> Value {
    json!({"description": "", "content": {"application/json": {
        "schema": {"$ref": format!("#/components/schemas/{schema}")},
    }}})
}

fn none() -> Value {
    json!({"description": ""})
}

/// The code of `GET /rooms`, called `get_rooms`, with these answers.
fn answering(responses: Value) -> Code {
    let strings = |required: &[&str]| -> Value {
        let properties: serde_json::Map<_, _> =
            required.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"type": "object", "required": required, "properties": properties})
    };
    let schemas = json!({
        "Room": strings(&["name"]),
        "Ticket": strings(&["id"]),
        "Fault": strings(&["reason"]),
        "Failures": {"type": "array", "items": {"type": "string"}},
        "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
    });
    let paths = json!({"/rooms": {"get": {"operationId": "get_rooms", "responses": responses}}});
    code(&document(paths, schemas))
}

#[test]
fn what_needs_no_change_is_not_changed() {
    let code = answering(
        json!({"200": body("Room"), "201": body("Room"), "400": body("Error"), "500": body("Error")}),
    );
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<types::Error>>");
    assert_eq!(code.said(), "");
}

#[test]
fn of_several_json_types_the_one_that_is_asked_for_is_read() {
    let schema = |name: &str| json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
    let code = answering(json!({"200": {"description": "", "content": {
        "*/*": schema("Failures"),
        "application/hal+json": schema("Ticket"),
        "application/json": schema("Room"),
    }}}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<()>>");
    assert_eq!(
        code.said(),
        "dropped #/paths/~1rooms/get/responses/200/content: \
         `*/*`, `application/hal+json` is not asked for, but `application/json`"
    );
}

#[test]
fn an_answer_that_is_neither_success_nor_error_is_told_of() {
    let code = answering(json!({"200": body("Room"), "304": none()}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<()>>");
    assert_eq!(
        code.said(),
        "dropped #/paths/~1rooms/get/responses/304: this is no success and no error: \
         it is told as an answer that was not expected, as it came"
    );
}

#[test]
fn what_callers_get_in_a_plainer_form_is_a_warning_and_what_nobody_misses_is_none() {
    let other = |name: &str| json!({"description": "", "content": {name: {}}});
    for (status, response, said) in [
        (
            "202",
            other("image/png"),
            "reduced #/paths/~1rooms/get/responses/200/content: `application/json` is read as",
        ),
        ("303", body("Room"), "reduced #/paths/~1rooms/get/responses/303: this is no success and no error"),
        ("304", none(), "dropped #/paths/~1rooms/get/responses/304: this is no success and no error"),
        (
            "400",
            other("text/html"),
            "dropped #/paths/~1rooms/get/responses/400/content: `text/html` is read as text",
        ),
    ] {
        let code = answering(json!({"200": body("Room"), status: response}));
        assert!(code.said().contains(said), "{status}: {}", code.said());
    }
}

#[test]
fn a_204_beside_a_body_is_an_absent_value() {
    let code = answering(json!({"200": body("Room"), "204": none()}));
    assert_eq!(
        code.output("GetRooms"),
        "Result<ResponseValue<::std::option::Option<types::Room>>,Error<()>>"
    );
    let send = code.send("GetRooms");
    assert!(send.contains("200u16=>crate::answer::success(response,&client.inner).await"), "{send}");
    assert!(send.contains("204u16=>Ok(crate::answer::absent(response))"), "{send}");
    assert_eq!(
        code.said(),
        "widened #/paths/~1rooms/get/responses: 204 has no body: read as an absent value"
    );
}

#[test]
fn an_error_without_a_body_is_one_without_fields() {
    let code = answering(json!({"204": none(), "401": body("Error"), "503": none()}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<()>,Error<types::Error>>");
    assert_eq!(
        code.said(),
        "widened #/paths/~1rooms/get/responses: 503 has no body: read as an error without fields"
    );
}

#[test]
fn an_error_without_a_body_is_absent_where_fields_are_required() {
    let code = answering(json!({"204": none(), "401": body("Fault"), "503": none()}));
    assert_eq!(
        code.output("GetRooms"),
        "Result<ResponseValue<()>,Error<::std::option::Option<types::Fault>>>"
    );
}

#[test]
fn differing_errors_are_a_union_whose_variant_the_status_decides() {
    let code = answering(json!({
        "204": none(),
        "400": body("Fault"), "401": body("Error"), "403": body("Error"), "409": body("Failures"), "500": none(),
    }));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<()>,Error<types::GetRoomsError>>");
    assert_eq!(
        code.type_("GetRoomsError"),
        "pubenumGetRoomsError{Fault(Fault),Error(Error),Failures(Failures),Other(::serde_json::Value)}"
    );
    let send = code.send("GetRooms");
    for (statuses, variant) in
        [("400u16", "Fault"), ("401u16|403u16", "Error"), ("409u16", "Failures"), ("500u16", "Other")]
    {
        let arm = format!(
            "{statuses}=>Err(crate::answer::error_as(response,&client.inner,types::GetRoomsError::{variant},types::GetRoomsError::Other).await)"
        );
        assert!(send.replace("=>{", "=>").contains(&arm), "{arm} is not in {send}");
    }
}

#[test]
fn differing_successes_are_a_union_too() {
    let code = answering(json!({"200": body("Room"), "202": body("Ticket"), "204": none()}));
    assert_eq!(
        code.output("GetRooms"),
        "Result<ResponseValue<::std::option::Option<types::GetRoomsResponse>>,Error<()>>"
    );
    assert_eq!(code.type_("GetRoomsResponse"), "pubenumGetRoomsResponse{Room(Room),Ticket(Ticket)}");
    let send = code.send("GetRooms");
    assert!(send.contains("Some(types::GetRoomsResponse::Ticket(body))"), "{send}");
    assert!(send.contains("204u16=>Ok(crate::answer::absent(response))"), "{send}");
}

#[test]
fn inline_bodies_are_named_by_their_status() {
    let inline = |name: &str| {
        json!({"description": "", "content": {"application/json": {"schema": {
            "type": "object", "properties": {name: {"type": "string"}},
        }}}})
    };
    let code = answering(json!({"204": none(), "404": inline("a"), "5XX": inline("b")}));
    assert_eq!(
        code.type_("GetRoomsError"),
        "pubenumGetRoomsError{NotFound(GetRoomsNotFound),ServerError(GetRoomsServerError),Other(::serde_json::Value)}"
    );
}

#[test]
fn default_is_the_errors_that_are_not_declared() {
    let code = answering(json!({"200": body("Room"), "404": none(), "default": body("Error")}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<types::Error>>");
    // The operation knows the statuses.
    let send = code.send("GetRooms");
    assert!(send.contains("by_status(response,&client.inner,Self::OPERATION)"), "{send}");
    assert!(code.said().contains("`default` stands for 4XX, 5XX"), "{}", code.said());
}

#[test]
fn default_is_the_success_if_there_is_no_other() {
    let code = answering(json!({"400": body("Fault"), "default": body("Room")}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<types::GetRoomsError>>");
    assert_eq!(
        code.type_("GetRoomsError"),
        "pubenumGetRoomsError{Fault(Fault),Room(Room),Other(::serde_json::Value)}"
    );
}

#[test]
fn a_lone_default_that_is_no_json_is_bytes_as_a_success_and_text_as_an_error() {
    for media_type in ["text/plain", "application/octet-stream"] {
        let content = json!({media_type: {"schema": {"type": "string"}}});
        let code = answering(json!({"default": {"description": "", "content": content}}));
        assert_eq!(
            code.output("GetRooms"),
            "Result<ResponseValue<ByteStream>,Error<::std::string::String>>",
            "{media_type}"
        );
        assert!(code.said().contains("`default` stands for 2XX, 4XX, 5XX"), "{}", code.said());
    }
}

#[test]
fn what_has_no_body_in_http_has_none() {
    for status in ["204", "205"] {
        let code = answering(json!({status: body("Room"), "400": body("Error")}));
        assert_eq!(code.output("GetRooms"), "Result<ResponseValue<()>,Error<types::Error>>");
        assert_eq!(
            code.said(),
            format!(
                "dropped #/paths/~1rooms/get/responses/{status}/content: \
                 `application/json` does not come: HTTP knows no body here"
            )
        );
        let code = answering(json!({"200": body("Room"), status: body("Room")}));
        assert_eq!(
            code.output("GetRooms"),
            "Result<ResponseValue<::std::option::Option<types::Room>>,Error<()>>"
        );
    }
}

#[test]
fn an_answer_to_head_has_no_body() {
    for responses in [
        json!({"200": body("Room"), "404": body("Error")}),
        json!({"200": {"description": "", "content": {"text/plain": {}}}, "default": body("Error")}),
        json!({"default": body("Room")}),
    ] {
        let code = code(&document(
            json!({"/rooms": {"head": {"operationId": "see_rooms", "responses": responses}}}),
            json!({"Room": {"type": "object"}, "Error": {"type": "object"}}),
        ));
        assert_eq!(code.output("SeeRooms"), "Result<ResponseValue<()>,Error<()>>", "{responses}");
        assert!(code.said().contains("does not come: HTTP knows no body here"), "{}", code.said());
    }
}

#[test]
fn bytes_beside_json_are_bytes() {
    let zip = json!({"description": "", "content": {"application/zip": {}}});
    let code = answering(json!({"200": zip, "202": body("Ticket"), "204": none()}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<ByteStream>,Error<()>>");
    assert!(code.said().contains("the other answers of the kind of 200 are bytes like it"));
}

#[test]
fn json_beside_another_form_is_json() {
    let mut both = body("Room");
    both["content"]["application/xml"] = json!({});
    let code = answering(json!({"200": both}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<types::Room>,Error<()>>");
    assert_eq!(
        code.said(),
        "dropped #/paths/~1rooms/get/responses/200/content: `application/xml` is not asked for, but `application/json`"
    );
}

#[test]
fn an_error_that_is_text_is_a_string() {
    let text = json!({"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}});
    let code = answering(json!({"204": none(), "500": text}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<()>,Error<::std::string::String>>");
}

#[test]
fn a_body_without_a_schema_is_any_json() {
    let any = json!({"description": "", "content": {"application/json": {}}});
    let code = answering(json!({"200": any}));
    assert_eq!(code.output("GetRooms"), "Result<ResponseValue<::serde_json::Value>,Error<()>>");
}

#[test]
fn a_referenced_answer_is_as_good_as_one_in_place() {
    let mut document = document(
        json!({"/rooms": {"get": {"operationId": "get_rooms", "responses": {
            "200": {"$ref": "#/components/responses/Room"},
            "204": {"$ref": "#/components/responses/None"},
        }}}}),
        json!({"Room": {"type": "object", "properties": {"name": {"type": "string"}}}}),
    );
    document["components"]["responses"] = json!({"Room": body("Room"), "None": none()});
    let code = code(&document);
    assert!(code.output("GetRooms").contains("Option<types::Room>"));
    assert_eq!(code.document["components"]["responses"], document["components"]["responses"]);
}

#[test]
fn a_mock_answers_with_the_body_of_its_status() {
    let mocks = |responses: Value| -> String {
        let paths = json!({"/rooms": {"get": {"operationId": "get_rooms", "responses": responses}}});
        let object = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
        let document = document(paths, json!({"Room": object, "Fault": object, "Failure": object}));
        let legalized = xtask::legalize::legalize(&document).unwrap().document;
        let code = xtask::progenitor::mocks(&legalized).unwrap();
        quote::ToTokens::to_token_stream(&code).to_string().replace(' ', "")
    };
    let code = mocks(json!({
        "200": body("Room"), "204": none(), "400": body("Fault"), "404": body("Failure"), "499": body("Fault"),
    }));
    assert!(code.contains("fnok(self,value:&types::Room"), "{code}");
    assert!(code.contains("fnno_content(self,)"), "{code}");
    assert!(code.contains("fnbad_request(self,value:&types::Fault"), "{code}");
    assert!(code.contains("fnnot_found(self,value:&types::Failure"), "{code}");
}
