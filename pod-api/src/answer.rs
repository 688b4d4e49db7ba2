//! Reading an answer without losing its status, and without reading more of it than is wanted.
//!
//! The generated code hands every answer to one of three functions: [`success`] and [`error`] for
//! statuses that the document declares, [`unexpected`] for the others. Whatever is not a declared
//! success is recorded in the [`Context`].

use bytes::{Bytes, BytesMut};
use http::{StatusCode, header};
use reqwest::ResponseBuilderExt as _;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use crate::{Answer, Context, Error, ResponseValue};

/// An error body beyond this is not a pod's message: 64 KiB.
const MAX_ERROR_BODY: usize = 64 << 10;

/// Reads a declared success.
pub(crate) async fn success<T: DeserializeOwned, E>(
    mut response: reqwest::Response,
    context: &Context,
) -> Result<ResponseValue<T>, Error<E>> {
    hide_cookies(&mut response);
    let limit = context.max_body();
    let (body, problem) = match read(&mut response, limit).await {
        Ok(body) => (body, None),
        Err(Cut { body, error: Some(error) }) => {
            context.record(answer(&response, &body));
            return Err(Error::ResponseBodyError(error));
        }
        Err(Cut { body, error: None }) => {
            let problem =
                serde_json::Error::custom(format!("the body is larger than the limit of {limit} bytes"));
            (body, Some(problem))
        }
    };
    // A declared 204 beside a body is an absent value.
    let json: &[u8] = if response.status() == StatusCode::NO_CONTENT { b"null" } else { &body };
    match problem.map_or_else(|| serde_json::from_slice(json), Err) {
        Ok(value) => {
            let status = response.status();
            Ok(ResponseValue::new(value, status, std::mem::take(response.headers_mut())))
        }
        Err(error) => {
            context.record(answer(&response, &body));
            Err(Error::InvalidResponsePayload(beginning(&body), error))
        }
    }
}

/// Reads a declared error. A body that is not the declared one reads as one without content, where
/// the declared type allows that.
pub(crate) async fn error<E: DeserializeOwned>(
    mut response: reqwest::Response,
    context: &Context,
) -> Error<E> {
    hide_cookies(&mut response);
    let body = read_what_comes(&mut response).await;
    let answer = refusal(&response, &body);
    context.record(answer.clone());
    match serde_json::from_slice(&body).or_else(|_| serde_json::from_str("{}")) {
        Ok(value) => Error::ErrorResponse(ResponseValue::new(value, answer.status, answer.headers)),
        Err(_) => Error::UnexpectedResponse(rebuilt(&answer, response.url())),
    }
}

/// Takes in an answer whose status the document does not declare.
pub(crate) async fn unexpected<E>(mut response: reqwest::Response, context: &Context) -> Error<E> {
    hide_cookies(&mut response);
    let body = read_what_comes(&mut response).await;
    let answer = refusal(&response, &body);
    context.record(answer.clone());
    Error::UnexpectedResponse(rebuilt(&answer, response.url()))
}

/// A cookie of a pod is as good as a session, and errors print headers.
fn hide_cookies(response: &mut reqwest::Response) {
    if let header::Entry::Occupied(mut cookies) = response.headers_mut().entry(header::SET_COOKIE) {
        cookies.iter_mut().for_each(|cookie| cookie.set_sensitive(true));
    }
}

fn answer(response: &reqwest::Response, body: &Bytes) -> Answer {
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: beginning(body),
        code: None,
        message: None,
    }
}

/// An answer with what it says of itself, wherever in the body that stands.
fn refusal(response: &reqwest::Response, body: &Bytes) -> Answer {
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

fn beginning(body: &Bytes) -> Bytes {
    // A copy, so that a slice does not keep a large body alive.
    Bytes::copy_from_slice(body.get(..Answer::MAX_BODY).unwrap_or(body))
}

/// The answer with as much of its body as is kept.
fn rebuilt(answer: &Answer, url: &url::Url) -> reqwest::Response {
    let mut response = http::Response::builder().status(answer.status).url(url.clone());
    if let Some(headers) = response.headers_mut() {
        *headers = answer.headers.clone();
    }
    // Only an invalid header or status makes this fail, and these come from an answer.
    response.body(answer.body.clone()).unwrap_or_default().into()
}

/// A body that was not read to its end.
struct Cut {
    /// What was read.
    body: Bytes,
    /// Why there is no more. None: it is larger than allowed.
    error: Option<reqwest::Error>,
}

/// Reads a body of at most `limit` bytes. One that comes in one piece is not copied.
async fn read(response: &mut reqwest::Response, limit: usize) -> Result<Bytes, Cut> {
    let mut body = Bytes::new();
    let mut rest: Option<BytesMut> = None;
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(rest.map_or(body, BytesMut::freeze)),
            Err(error) => {
                let body = rest.map_or(body, BytesMut::freeze);
                return Err(Cut { body, error: Some(error) });
            }
        };
        let length = rest.as_ref().map_or(body.len(), BytesMut::len);
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

/// Reads the beginning of an error body. The status is what counts, so a body that breaks off is
/// taken as far as it came.
async fn read_what_comes(response: &mut reqwest::Response) -> Bytes {
    match read(response, MAX_ERROR_BODY).await {
        Ok(body) | Err(Cut { body, .. }) => body,
    }
}
