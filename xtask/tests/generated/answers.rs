//! Bytes in, values out: the status decides what a body is, and no body fails to be an error.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a test")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[allow(dead_code, reason = "what is asked is of no interest here")]
mod server;

use answers::{ByteStream, Client, Context, Error, ResponseValue, types};
use server::Server;

/// What a call makes of an answer with this status line, media type and body.
async fn got<T>(status: &str, media_type: &str, body: &str, call: impl AsyncFnOnce(Client) -> T) -> T {
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = Server::answering(answer).await;
    call(Client::new(&server.url, Context::new()).unwrap()).await
}

const JSON: &str = "application/json";

type Union = Result<ResponseValue<Option<types::GetUnionResponse>>, Error<types::GetUnionError>>;

async fn union(status: &str, media_type: &str, body: &str) -> Union {
    got(status, media_type, body, async |client| client.get_union().send().await).await
}

#[tokio::test]
async fn the_status_decides_which_success_a_body_is() {
    match union("200 OK", JSON, r#"{"name":"a","id":1}"#).await.unwrap().into_inner() {
        Some(types::GetUnionResponse::Room(room)) => assert_eq!(room.name, "a"),
        other => panic!("{other:?}"),
    }
    // The same bytes under another status are another thing.
    match union("202 Accepted", JSON, r#"{"name":"a","id":1}"#).await.unwrap().into_inner() {
        Some(types::GetUnionResponse::Ticket(ticket)) => assert_eq!(ticket.id, 1),
        other => panic!("{other:?}"),
    }
    let nothing = union("204 No Content", JSON, "").await.unwrap();
    assert_eq!(nothing.status(), 204);
    assert!(nothing.into_inner().is_none());
}

#[tokio::test]
async fn a_success_without_a_name_is_called_by_its_status() {
    let get = async |client: Client| client.get_inline().send().await.unwrap().into_inner();
    let both = r#"{"name":"a","id":1}"#;
    assert!(matches!(got("200 OK", JSON, both, get).await, types::GetInlineResponse::Room(room) if room.name == "a"));
    assert!(matches!(got("202 Accepted", JSON, both, get).await, types::GetInlineResponse::Accepted(body) if body.id == 1));
}

/// The error that an answer is, with its status.
async fn error(status: &str, media_type: &str, body: &str) -> types::GetUnionError {
    match union(status, media_type, body).await.unwrap_err() {
        Error::ErrorResponse(value) => {
            assert_eq!(value.status().as_str(), &status[..3]);
            value.into_inner()
        }
        other => panic!("{status} {body}: {other:?}"),
    }
}

#[tokio::test]
async fn the_status_decides_which_error_a_body_is() {
    use types::GetUnionError as E;
    let both = r#"{"reason":"r","message":"m","missing":"x"}"#;
    assert!(matches!(error("400 Bad Request", JSON, both).await, E::Fault(fault) if fault.reason == "r"));
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let error = error(status, JSON, both).await;
        assert!(matches!(error, E::Error(error) if error.message.as_deref() == Some("m")));
    }
    assert!(matches!(error("404 Not Found", JSON, both).await, E::NotFound(body) if body.missing == "x"));
    assert!(matches!(error("409 Conflict", JSON, r#"["a","b"]"#).await, E::Conflict(all) if *all == ["a", "b"]));
    let text = error("413 Payload Too Large", "text/plain", "at most 7").await;
    assert!(matches!(text, E::PayloadTooLarge(text) if text.as_str() == "at most 7"));
}

#[tokio::test]
async fn a_body_that_is_not_the_declared_one_is_kept_and_never_fails() {
    for (status, media_type, body, kept) in [
        ("400 Bad Request", JSON, r#"{"message":"m"}"#, r#"{"message":"m"}"#),
        ("400 Bad Request", JSON, "[1,2]", "[1,2]"),
        ("404 Not Found", "text/html", "<p>gone</p>", r#""<p>gone</p>""#),
        ("409 Conflict", JSON, r#"{"broken"#, r#""{\"broken""#),
        ("400 Bad Request", JSON, "", "null"),
        ("500 Internal Server Error", JSON, "", "null"),
        ("500 Internal Server Error", JSON, r#"{"stack":[]}"#, r#"{"stack":[]}"#),
    ] {
        match error(status, media_type, body).await {
            types::GetUnionError::Other(other) => assert_eq!(other.to_string(), kept),
            other => panic!("{status} {body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_status_that_is_not_declared_is_unexpected_and_keeps_its_body() {
    match union("418 I'm a teapot", JSON, r#"{"reason":"tea"}"#).await.unwrap_err() {
        Error::UnexpectedResponse(response) => {
            assert_eq!(response.status(), 418);
            assert_eq!(response.text().await.unwrap(), r#"{"reason":"tea"}"#);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_body_beside_none_is_an_absent_value() {
    let call = async |client: Client| client.get_or_nothing().send().await;
    let room: Option<types::Room> = got("200 OK", JSON, r#"{"name":"a"}"#, call).await.unwrap().into_inner();
    assert_eq!(room.unwrap().name, "a");
    assert!(got("204 No Content", JSON, "", call).await.unwrap().into_inner().is_none());
    // An error without a body is one without fields, so that there is one error type.
    let error: Error<types::Error> = got("503 Service Unavailable", "text/html", "", call).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(matches!(error, Error::ErrorResponse(error) if error.message.is_none()));

    let call = async |client: Client| client.get_strict().send().await;
    let error: Error<Option<types::Fault>> = got("503 Service Unavailable", JSON, "", call).await.unwrap_err();
    assert!(matches!(error, Error::ErrorResponse(error) if error.is_none()));
    let error = got("400 Bad Request", JSON, r#"{"reason":"r"}"#, call).await.unwrap_err();
    match error {
        Error::ErrorResponse(value) => assert_eq!(value.into_inner().unwrap().reason, "r"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn default_is_every_error_that_is_not_declared() {
    let call = async |client: Client| client.get_default().send().await;
    for status in ["400 Bad Request", "418 I'm a teapot", "599 Odd"] {
        match got(status, JSON, r#"{"message":"m","reason":"r"}"#, call).await.unwrap_err() {
            Error::ErrorResponse(value) => match value.into_inner() {
                types::GetDefaultError::Error(error) => assert_eq!(error.message.unwrap(), "m"),
                other => panic!("{status}: {other:?}"),
            },
            other => panic!("{status}: {other:?}"),
        }
    }
    match got("404 Not Found", JSON, r#"{"message":"m","reason":"r"}"#, call).await.unwrap_err() {
        Error::ErrorResponse(value) => {
            assert!(matches!(value.into_inner(), types::GetDefaultError::Fault(fault) if fault.reason == "r"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_status_of_its_own_goes_before_its_class() {
    let call = async |client: Client| client.get_classes().send().await;
    let room: types::Room = got("201 Created", JSON, r#"{"name":"a"}"#, call).await.unwrap().into_inner();
    assert_eq!(room.name, "a");
    let of = async |status| match got(status, JSON, r#"{"message":"m","reason":"r"}"#, call).await.unwrap_err() {
        Error::ErrorResponse(value) => value.into_inner(),
        other => panic!("{status}: {other:?}"),
    };
    assert!(matches!(of("404 Not Found").await, types::GetClassesError::Error(_)));
    assert!(matches!(of("400 Bad Request").await, types::GetClassesError::Fault(_)));
}

#[tokio::test]
async fn bytes_beside_json_are_bytes() {
    let call = async |client: Client| client.get_bytes().send().await;
    for (status, media_type, body) in
        [("200 OK", "application/zip", "PK"), ("202 Accepted", JSON, r#"{"id":1}"#)]
    {
        let stream: ByteStream = got(status, media_type, body, call).await.unwrap().into_inner();
        let mut stream = stream.into_inner();
        let first = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await.unwrap().unwrap();
        assert_eq!(&first[..], body.as_bytes());
    }
}

#[tokio::test]
async fn what_has_no_body_in_http_is_nothing_though_one_is_declared() {
    let call = async |client: Client| client.get_nothing().send().await;
    assert_eq!(got("204 No Content", JSON, "", call).await.unwrap().status(), 204);
    let call = async |client: Client| client.see_nothing().send().await;
    assert_eq!(got("200 OK", JSON, "", call).await.unwrap().status(), 200);
    let error: Error<()> = got("401 Unauthorized", JSON, "", call).await.unwrap_err();
    assert!(matches!(error, Error::ErrorResponse(error) if error.status() == 401));
}

#[tokio::test]
async fn a_default_that_is_text_is_text() {
    let call = async |client: Client| client.get_text().send().await;
    let stream: ByteStream = got("200 OK", "text/plain", "fine", call).await.unwrap().into_inner();
    let mut stream = stream.into_inner();
    let first = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await.unwrap().unwrap();
    assert_eq!(&first[..], b"fine");
    match got("500 Internal Server Error", "text/plain", "broken", call).await {
        Err(Error::ErrorResponse(error)) => assert_eq!(error.into_inner().as_str(), "broken"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("an error is no success"),
    }
}

#[tokio::test]
async fn json_under_another_name_is_json() {
    let call = async |client: Client| client.get_kinds().send().await;
    let room: types::Room =
        got("200 OK", "application/hal+json", r#"{"name":"a"}"#, call).await.unwrap().into_inner();
    assert_eq!(room.name, "a");
}

#[tokio::test]
async fn a_list_of_no_type_of_its_own_is_read_like_one_that_has_one() {
    let numbers = got("200 OK", JSON, r#"[1, "2", null, 3.0]"#, async |client| client.get_numbers().send().await).await;
    assert_eq!(numbers.unwrap().into_inner(), [1, 2, 3]);
    let get = async |client: Client| client.get_counts().send().await.unwrap().into_inner();
    let counts = got("200 OK", JSON, r#"{"a": "1", "b": null}"#, get).await.unwrap();
    assert_eq!(counts, [("a".to_owned(), 1)].into());
    assert_eq!(got("204 No Content", JSON, "", get).await, None);
    let number = got("200 OK", JSON, r#""7078106103809""#, async |client| client.get_number().send().await).await;
    assert_eq!(number.unwrap().into_inner(), 7_078_106_103_809);
    let get = async |client: Client| client.get_numbers_or_room().send().await.unwrap().into_inner();
    match got("200 OK", JSON, r#"[null, "1"]"#, get).await {
        types::GetNumbersOrRoomResponse::Ok(numbers) => assert_eq!(*numbers, [1]),
        other => panic!("{other:?}"),
    }
}
