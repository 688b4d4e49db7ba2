//! Answers that a test sets for an operation, in place of what the pod answers.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::document::DOCUMENT;

/// For which calls of an operation an answer is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Calls {
    /// For every call that has no answer of its own, until `State::clear_answers`.
    All,
    /// For a single call, counted from now: the next is the first. Calls that are refused because they are not what the
    /// document declares do not count.
    Nth(u64),
}

/// What an operation answers: a status, and a body or none.
///
/// A test [sets](super::FakePod::answer_with) it, in place of what the pod would answer by itself:
///
/// ```
/// use pod_api_ext::fake::Answer;
/// use pod_api_ext::http::StatusCode;
/// use pod_api_ext::pod_api::operations;
/// use serde_json::json;
///
/// let valid = Answer::success(operations::GET_PRESENCE, &json!({ "category": "BUSY" }))?;
/// let any = Answer::new(StatusCode::OK, &json!({ "category": 5 }));
/// let refusal = Answer::refusal(StatusCode::FORBIDDEN, "Not on Sundays.");
/// let made_up = Answer::sample(operations::GET_PRESENCE);
/// # Ok::<(), pod_api_ext::fake::InvalidAnswer>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub(super) status: StatusCode,
    body: Option<(&'static str, Bytes)>,
}

impl Answer {
    /// Any status with any body in JSON. It is not checked, as a real pod's is not.
    ///
    /// # Panics
    ///
    /// If the body cannot be written as JSON, such as a map whose keys are no strings.
    #[track_caller]
    pub fn new(status: StatusCode, body: &(impl Serialize + ?Sized)) -> Self {
        #[expect(clippy::expect_used, reason = "documented: a test that asks for this is wrong")]
        let body = serde_json::to_vec(body).expect("the body can be written as JSON");
        Self { status, body: Some((JSON, body.into())) }
    }

    /// A status without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, body: None }
    }

    /// A refusal in the API's own form: the status again as the `code`, and a message.
    pub fn refusal(status: StatusCode, message: &str) -> Self {
        Self::new(status, &json!({ "code": status.as_u16(), "message": message }))
    }

    /// The declared success of an operation, with a body that is checked against what the document says. Null is no body
    /// at all, where the document has a success without one.
    ///
    /// # Errors
    ///
    /// The body is not what the operation answers; the message has the place.
    pub fn success(
        operation: &'static pod_api::Operation,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Self, InvalidAnswer> {
        let invalid = |what: String| InvalidAnswer { operation: operation.name, what };
        let body = serde_json::to_value(body).map_err(|error| invalid(format!("no JSON: {error}")))?;
        let success = DOCUMENT.operation(operation).and_then(|described| described.answer.as_ref());
        let has_empty = operation.success.iter().any(|statuses| statuses.contains(&204));
        if body.is_null() && has_empty {
            return Ok(Self::empty(StatusCode::NO_CONTENT));
        }
        let Some(success) = success else { return Ok(Self::new(StatusCode::OK, &body)) };
        if let Some(schema) = &success.schema {
            DOCUMENT.check(schema, &body).map_err(|wrong| invalid(wrong.to_string()))?;
        }
        let status = StatusCode::from_u16(success.status).unwrap_or(StatusCode::OK);
        Ok(success.media.as_deref().map_or_else(
            || Self::empty(status),
            |media| Self { status, body: Some((media, written(media, &body))) },
        ))
    }

    /// A valid sample of the declared success of an operation, with every member that it can have.
    pub fn sample(operation: &'static pod_api::Operation) -> Self {
        let success = DOCUMENT.operation(operation).and_then(|described| described.answer.as_ref());
        let Some(success) = success else { return Self::empty(StatusCode::OK) };
        let body = success.media.as_deref().zip(success.sample.as_ref());
        Self {
            status: StatusCode::from_u16(success.status).unwrap_or(StatusCode::OK),
            body: body.map(|(media, sample)| (media, written(media, sample))),
        }
    }

    /// Success with a body.
    pub(super) fn ok(body: &Value) -> Self {
        Self { status: StatusCode::OK, body: Some((JSON, Bytes::from(body.to_string()))) }
    }

    /// Success without a body: there is nothing to tell.
    pub(super) fn nothing() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// Success in words.
    pub(super) fn message(message: &str) -> Self {
        Self::ok(&json!({ "format": "TEXT", "message": message }))
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.status;
        if let Some((media, body)) = self.body {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
            *response.body_mut() = body;
        }
        response
    }
}

const JSON: &str = "application/json";

/// A value in its media type: text as it is, unless the type is one of JSON.
fn written(media: &str, value: &Value) -> Bytes {
    match value {
        Value::String(text) if !media.contains("json") => Bytes::from(text.clone()),
        value => Bytes::from(value.to_string()),
    }
}

/// A body that is not what an operation answers by the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} does not answer this: {what}")]
pub struct InvalidAnswer {
    operation: &'static str,
    what: String,
}
