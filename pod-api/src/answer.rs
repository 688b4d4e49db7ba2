//! Reads answers: keeps the status of every failure, and limits the size of bodies.
//!
//! The generated code passes every answer to one function: usually to [`by_status`]. An operation with several types of
//! answers uses [`success`], [`error`] or one of their variants for declared statuses, and [`unexpected`] for the
//! others. Every answer that is not a declared success is recorded in the [`Context`]. While a body is incomplete, its
//! received part is recorded too, in case the call is dropped.

use std::future::poll_fn;
use std::io;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::task::{self, Poll};

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, header};
use reqwest::ResponseBuilderExt as _;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use crate::{Answer, Context, Error, Operation, ResponseValue};

/// The largest body of an error that is read: 64 KiB. A server's message is shorter.
const MAX_ERROR_BODY: usize = 64 << 10;

/// Reads the answer to an operation with one type of success and one type of error.
#[expect(clippy::manual_async_fn, reason = "`Send` is checked here once, not again for each operation")]
pub(crate) fn by_status<T: DeserializeOwned + Send, E: DeserializeOwned + Send>(
    response: reqwest::Response,
    context: &Context,
    operation: &'static Operation,
) -> impl Future<Output = Result<ResponseValue<T>, Error<E>>> + Send {
    async move {
        let status = response.status().as_u16();
        let is_among =
            |declared: &[RangeInclusive<u16>]| declared.iter().any(|range| range.contains(&status));
        if is_among(operation.success) {
            success(response, context).await
        } else if is_among(operation.errors) {
            Err(error(response, context).await)
        } else {
            Err(unexpected(response, context).await)
        }
    }
}

/// Reads a declared success.
// Not `async`, which would keep the response twice in the future of every call.
pub(crate) fn success<T: DeserializeOwned, E>(
    response: reqwest::Response,
    context: &Context,
) -> impl Future<Output = Result<ResponseValue<T>, Error<E>>> {
    success_as(response, context, |body| body)
}

/// Reads a declared success whose status decides which variant of a union its body is.
pub(crate) fn success_as<T: DeserializeOwned, U, E>(
    response: reqwest::Response,
    context: &Context,
    variant: impl FnOnce(T) -> U,
) -> impl Future<Output = Result<ResponseValue<U>, Error<E>>> {
    success_by(response, context, |body, _| whole(body), variant)
}

/// Reads a declared success that is text.
pub(crate) fn text<T: DeserializeOwned, E>(
    response: reqwest::Response,
    context: &Context,
) -> impl Future<Output = Result<ResponseValue<T>, Error<E>>> {
    text_as(response, context, |body| body)
}

/// Reads a declared success that is text, whose status decides which variant of a union it is.
pub(crate) fn text_as<T: DeserializeOwned, U, E>(
    response: reqwest::Response,
    context: &Context,
    variant: impl FnOnce(T) -> U,
) -> impl Future<Output = Result<ResponseValue<U>, Error<E>>> {
    let read = |body: &[u8], headers: &HeaderMap| declared(headers, body).map_or_else(|| whole(body), Ok);
    success_by(response, context, read, variant)
}

async fn success_by<T: DeserializeOwned, U, E>(
    mut response: reqwest::Response,
    context: &Context,
    as_declared: impl FnOnce(&[u8], &HeaderMap) -> serde_json::Result<T>,
    variant: impl FnOnce(T) -> U,
) -> Result<ResponseValue<U>, Error<E>> {
    hide_cookies(&mut response);
    let limit = context.max_body();
    let (body, problem) = match read(&mut response, context, limit).await {
        Ok(body) => (body, None),
        Err(Cut { body, error: Some(error) }) => {
            context.record(answer(&response, &body));
            return Err(Error::ResponseBodyError(error));
        }
        Err(Cut { body, error: None }) => (body, serde_json::from_reader::<_, ()>(TooLarge(limit)).err()),
    };
    // A declared 204 next to statuses with a body is an absent value.
    let json: &[u8] = if response.status() == StatusCode::NO_CONTENT { b"null" } else { &body };
    match problem.map_or_else(|| as_declared(json, response.headers()), Err) {
        Ok(value) => {
            let status = response.status();
            Ok(ResponseValue::new(variant(value), status, std::mem::take(response.headers_mut())))
        }
        Err(error) => {
            context.record(answer(&response, &body));
            Err(Error::InvalidResponsePayload(beginning(&body), error))
        }
    }
}

/// A body that was too large to read, as an I/O error.
struct TooLarge(usize);

impl io::Read for TooLarge {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let limit = self.0;
        Err(io::Error::other(format!("the body is larger than the limit of {limit} bytes")))
    }
}

/// Reads a whole body. An error about a value names its member; a syntax error names its position.
fn whole<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json).map_err(|error| {
        // A syntax error is not about a member.
        if !error.is_data() {
            return error;
        }
        // Only after an error, because this way of reading is slower.
        let mut again = serde_json::Deserializer::from_slice(json);
        match serde_path_to_error::deserialize::<_, T>(&mut again) {
            Err(found) if found.path().iter().next().is_some() => {
                serde_json::Error::custom(format!("`{}`: {}", found.path(), found.inner()))
            }
            _ => error,
        }
    })
}

/// Reads a success without a declared body, next to others with one.
pub(crate) fn absent<T>(mut response: reqwest::Response) -> ResponseValue<Option<T>> {
    hide_cookies(&mut response);
    ResponseValue::new(None, response.status(), std::mem::take(response.headers_mut()))
}

/// Reads a declared error. A body that is not the declared one is read as absent or empty, if the declared type allows
/// that.
pub(crate) async fn error<E: DeserializeOwned>(
    mut response: reqwest::Response,
    context: &Context,
) -> Error<E> {
    let (answer, body) = take_in(&mut response, context).await;
    let without_content = || ["null", "{}"].into_iter().find_map(|json| serde_json::from_str(json).ok());
    match declared(&answer.headers, &body).or_else(without_content) {
        Some(value) => Error::ErrorResponse(ResponseValue::new(value, answer.status, answer.headers)),
        None => Error::UnexpectedResponse(rebuilt(&answer, response.url())),
    }
}

/// Reads a declared error whose status decides which variant of a union its body is. A body that is not the declared
/// one is kept: as JSON, as a string if it is not JSON, or as null if it is empty.
pub(crate) async fn error_as<T: DeserializeOwned, E>(
    mut response: reqwest::Response,
    context: &Context,
    variant: impl FnOnce(T) -> E,
    other: impl FnOnce(Value) -> E,
) -> Error<E> {
    let (answer, body) = take_in(&mut response, context).await;
    let value = match declared(&answer.headers, &body) {
        Some(value) => variant(value),
        None if body.is_empty() => other(Value::Null),
        None => other(declared(&answer.headers, &body).unwrap_or_default()),
    };
    Error::ErrorResponse(ResponseValue::new(value, answer.status, answer.headers))
}

/// The body as the declared type. A body that is not JSON is a string; an empty one is null if the type has null.
fn declared<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Option<T> {
    if body.is_empty()
        && let Ok(absent) = serde_json::from_str("null")
    {
        return Some(absent);
    }
    let json = || serde_json::from_slice(body).ok();
    let text = || serde_json::from_value(String::from_utf8_lossy(body).into()).ok();
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // In a text body a number is text. Without a media type, JSON is more likely.
    let is_json = media_type.is_none_or(|media_type| media_type.to_ascii_lowercase().contains("json"));
    if is_json { json().or_else(text) } else { text().or_else(json) }
}

/// Reads a declared error without a body.
pub(crate) async fn bare_error(mut response: reqwest::Response, context: &Context) -> Error<()> {
    let (answer, _) = take_in(&mut response, context).await;
    Error::ErrorResponse(ResponseValue::new((), answer.status, answer.headers))
}

/// Reads the beginning of an error, and records it.
async fn take_in(response: &mut reqwest::Response, context: &Context) -> (Answer, Bytes) {
    hide_cookies(response);
    let body = read_what_comes(response, context).await;
    let answer = refusal(response, &body);
    context.record(answer.clone());
    (answer, body)
}

/// Reads an answer with an undeclared status.
pub(crate) async fn unexpected<E>(mut response: reqwest::Response, context: &Context) -> Error<E> {
    let (answer, _) = take_in(&mut response, context).await;
    Error::UnexpectedResponse(rebuilt(&answer, response.url()))
}

/// A cookie can be as valuable as a session token, and errors print headers.
fn hide_cookies(response: &mut reqwest::Response) {
    if let header::Entry::Occupied(mut cookies) = response.headers_mut().entry(header::SET_COOKIE) {
        cookies.iter_mut().for_each(|cookie| cookie.set_sensitive(true));
    }
}

fn answer(response: &reqwest::Response, body: &[u8]) -> Answer {
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: beginning(body),
        code: None,
        message: None,
    }
}

/// An answer with the code and the message in its body, at any depth.
fn refusal(response: &reqwest::Response, body: &[u8]) -> Answer {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    Answer {
        code: said.get("code").and_then(number).and_then(|code| i32::try_from(code).ok()),
        message: said
            .get("message")
            .and_then(Value::as_str)
            .map(|text| text.chars().take(Answer::MAX_BODY).collect()),
        ..answer(response, body)
    }
}

fn beginning(body: &[u8]) -> Bytes {
    // A copy, so that a slice does not keep a large body alive.
    Bytes::copy_from_slice(body.get(..Answer::MAX_BODY).unwrap_or(body))
}

/// The answer with the kept part of its body.
fn rebuilt(answer: &Answer, url: &url::Url) -> reqwest::Response {
    let mut response = http::Response::builder().status(answer.status).url(url.clone());
    if let Some(headers) = response.headers_mut() {
        *headers = answer.headers.clone();
    }
    // Only an invalid header or status fails here, and these come from a valid answer.
    response.body(answer.body.clone()).unwrap_or_default().into()
}

/// An incomplete body.
struct Cut {
    /// The received part.
    body: Bytes,
    /// Why it is incomplete. `None` if it is larger than the limit.
    error: Option<reqwest::Error>,
}

/// Reads a body of at most `limit` bytes. A body in one piece is not copied.
async fn read(response: &mut reqwest::Response, context: &Context, limit: usize) -> Result<Bytes, Cut> {
    let mut body = Bytes::new();
    let mut rest: Option<BytesMut> = None;
    let mut noted = None;
    loop {
        let so_far = rest.as_deref().unwrap_or(&body);
        let chunk = match poll_fn(|waker| poll_chunk(response, waker, context, so_far, &mut noted)).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                if noted.is_some() {
                    context.forget_answer();
                }
                return Ok(rest.map_or(body, BytesMut::freeze));
            }
            Err(error) => {
                let body = rest.map_or(body, BytesMut::freeze);
                return Err(Cut { body, error: Some(error) });
            }
        };
        let length = so_far.len();
        if chunk.len() > limit.saturating_sub(length) {
            let mut whole = rest.unwrap_or_else(|| BytesMut::from(&body[..]));
            whole.extend_from_slice(chunk.get(..limit.saturating_sub(length)).unwrap_or_default());
            return Err(Cut { body: whole.freeze(), error: None });
        }
        match &mut rest {
            Some(rest) => rest.extend_from_slice(&chunk),
            None if body.is_empty() => body = chunk,
            None => {
                let mut whole = BytesMut::with_capacity(body.len() + chunk.len());
                whole.extend_from_slice(&body);
                whole.extend_from_slice(&chunk);
                rest = Some(whole);
            }
        }
    }
}

/// The next piece of a body. Before it waits for one, it records the received part: the call may be dropped meanwhile.
fn poll_chunk(
    response: &mut reqwest::Response,
    waker: &mut task::Context<'_>,
    context: &Context,
    so_far: &[u8],
    noted: &mut Option<usize>,
) -> Poll<reqwest::Result<Option<Bytes>>> {
    // This future holds no data until it is ready, so it can be dropped.
    let polled = pin!(response.chunk()).poll(waker);
    let kept = so_far.len().min(Answer::MAX_BODY);
    if polled.is_pending() && noted.replace(kept) != Some(kept) {
        let is_success = response.status().is_success();
        context.record(if is_success { answer(response, so_far) } else { refusal(response, so_far) });
    }
    polled
}

/// Reads the beginning of an error body. The status decides, so a body that breaks off is used as far as it was
/// received.
async fn read_what_comes(response: &mut reqwest::Response, context: &Context) -> Bytes {
    match read(response, context, MAX_ERROR_BODY).await {
        Ok(body) | Err(Cut { body, .. }) => body,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::stream::{self, StreamExt as _};
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Fault {
        reason: String,
    }

    #[derive(Debug, PartialEq)]
    enum Union {
        Fault(Fault),
        Text(String),
        Other(Value),
    }

    fn came(status: u16, media_type: &str, body: &'static [u8]) -> reqwest::Response {
        let response = http::Response::builder().status(status).header(CONTENT_TYPE, media_type);
        response.url("https://server/".parse().unwrap()).body(body).unwrap().into()
    }

    fn value<E: std::fmt::Debug>(error: Error<E>) -> E {
        match error {
            Error::ErrorResponse(value) => value.into_inner(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_variant_of_a_union_of_errors_is_what_the_status_says_or_anything_else() {
        for (media_type, body, expected) in [
            ("application/json", &br#"{"reason":"no"}"#[..], Union::Fault(Fault { reason: "no".into() })),
            ("text/plain", br#"{"reason":"no"}"#, Union::Fault(Fault { reason: "no".into() })),
            ("application/json", br#"{"code":7}"#, Union::Other(json!({"code": 7}))),
            ("text/html", b"<p>Bad Gateway", Union::Other(json!("<p>Bad Gateway"))),
            ("application/json", b"{broken", Union::Other(json!("{broken"))),
            ("application/json", b"", Union::Other(Value::Null)),
        ] {
            let context = Context::new();
            let error = error_as(came(400, media_type, body), &context, Union::Fault, Union::Other).await;
            assert_eq!(error.status().unwrap(), 400);
            assert_eq!(value(error), expected, "{}", String::from_utf8_lossy(body));
            assert_eq!(context.last_answer().unwrap().body, body);
        }
    }

    #[tokio::test]
    async fn an_error_that_is_text_is_that_text() {
        for (media_type, body) in [("text/plain", "123"), ("text/plain", "down"), ("text/plain", "")] {
            let response = came(503, media_type, body.as_bytes());
            let read = error_as(response, &Context::new(), Union::Text, Union::Other).await;
            assert_eq!(value(read), Union::Text(body.into()));
            let read = error::<String>(came(503, media_type, body.as_bytes()), &Context::new()).await;
            assert_eq!(value(read), body);
        }
    }

    #[tokio::test]
    async fn an_error_without_the_declared_body_is_an_absent_one() {
        for body in [&b""[..], b"<p>Bad Gateway", br#"{"code":7}"#] {
            let error = error::<Option<Fault>>(came(502, "text/html", body), &Context::new()).await;
            assert_eq!(error.status().unwrap(), 502);
            assert_eq!(value(error), None);
        }
        let context = Context::new();
        value(bare_error(came(502, "text/html", b"<p>"), &context).await);
        assert_eq!(context.last_answer().unwrap().body, &b"<p>"[..]);
    }

    #[tokio::test]
    async fn a_success_without_a_body_is_an_absent_value() {
        let nothing = came(204, "application/json", b"");
        let read = success::<Option<Fault>, ()>(nothing, &Context::new()).await.unwrap();
        assert_eq!(read.into_inner(), None);

        // A body of a status without a declared body is ignored.
        let accepted = absent::<Fault>(came(202, "text/plain", b"Accepted"));
        assert_eq!(accepted.status(), 202);
        assert_eq!(accepted.into_inner(), None);

        let body = came(200, "application/json", br#"{"reason":"why"}"#);
        let context = Context::new();
        let read: Result<_, Error<()>> = success_as(body, &context, |fault| Some(Union::Fault(fault))).await;
        assert_eq!(read.unwrap().into_inner(), Some(Union::Fault(Fault { reason: "why".into() })));
    }

    #[tokio::test]
    async fn text_is_text_and_a_text_in_json_too() {
        for (media_type, body, expected) in [
            ("text/plain; charset=utf-8", &b"12"[..], "12"),
            ("text/plain", b"", ""),
            ("text/csv", b"a,b", "a,b"),
            ("application/json", br#""quoted""#, "quoted"),
        ] {
            let read: Result<ResponseValue<String>, Error<()>> =
                text(came(200, media_type, body), &Context::new()).await;
            assert_eq!(read.unwrap().into_inner(), expected, "{media_type}");
        }
        let read: Result<ResponseValue<Option<i64>>, Error<()>> =
            text_as(came(200, "text/plain", b"12"), &Context::new(), Some).await;
        assert_eq!(read.unwrap().into_inner(), Some(12));
    }

    #[derive(Debug, Deserialize)]
    struct Account {
        #[serde(deserialize_with = "crate::lenient::value")]
        _balance: i64,
    }

    #[derive(Debug, Deserialize)]
    struct Accounts {
        _accounts: Vec<Account>,
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_named_and_status_and_body_are_kept() {
        let body = br#"{"_accounts":[{"_balance":1},{"_balance":null}]}"#;
        let context = Context::new();
        let read: Result<ResponseValue<Accounts>, Error<()>> =
            success(came(200, "application/json", body), &context).await;
        let error = read.unwrap_err();
        assert!(error.to_string().contains("`_accounts[1]._balance`: invalid type: null"), "{error}");
        let Error::InvalidResponsePayload(kept, _) = error else { panic!("{error:?}") };
        assert_eq!(kept, &body[..]);
        let answer = context.last_answer().unwrap();
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, &body[..]));
    }

    /// An answer that sends these pieces, and then ends or stalls.
    fn in_pieces(status: u16, pieces: &'static [&'static str], ends: bool) -> reqwest::Response {
        let pieces = pieces.iter().map(|piece| Ok::<_, io::Error>(*piece));
        // Between two pieces the body is incomplete.
        let slowly = stream::iter(pieces).then(|piece| async move {
            yield_once().await;
            piece
        });
        let rest = if ends { stream::empty().left_stream() } else { stream::pending().right_stream() };
        let body = reqwest::Body::wrap_stream(slowly.chain(rest));
        http::Response::builder()
            .status(status)
            .url("https://server/".parse().unwrap())
            .body(body)
            .unwrap()
            .into()
    }

    async fn yield_once() {
        let mut is_first = true;
        poll_fn(|waker| {
            waker.waker().wake_by_ref();
            if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Polled this often.
    fn for_a_while(future: impl Future) {
        let mut future = pin!(future);
        for _ in 0..20 {
            assert!(future.as_mut().now_or_never().is_none());
        }
    }

    #[test]
    fn what_has_come_of_an_answer_is_known_while_the_rest_stands_out() {
        let context = Context::new();
        for_a_while(error::<Fault>(in_pieces(400, &["{\"code\":", "400"], false), &context));
        let answer = context.last_answer().unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (400, &br#"{"code":400"#[..]));

        // It has all come, but for its end.
        let context = Context::new();
        let whole = &["{\"code\":400,\"message\":\"no\"}"];
        for_a_while(bare_error(in_pieces(400, whole, false), &context));
        assert_eq!(context.last_answer().unwrap().message.unwrap(), "no");

        let context = Context::new();
        for_a_while(success::<Fault, ()>(in_pieces(200, &["{\"reason\"", ":"], false), &context));
        let answer = context.last_answer().unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &br#"{"reason":"#[..]));
    }

    #[tokio::test]
    async fn a_success_that_came_in_pieces_is_no_answer_to_remember() {
        let context = Context::new();
        let slow = in_pieces(200, &["{\"reason\"", ":\"why\"", "}"], true);
        let read = success::<Fault, ()>(slow, &context).await.unwrap();
        assert_eq!(read.into_inner().reason, "why");
        assert!(context.last_answer().is_none());
    }
}
