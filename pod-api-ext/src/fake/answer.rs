//! Answers of the pod: JSON with a `Date`. All refusals have one form.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::state::{Clock, ConflictAnswer, RetryAfterForm};
use crate::connections::Status;
use crate::connections::behaviour::Action;
use crate::retry_after;

/// Makes of cutting off a rounding up.
const ALMOST_A_SECOND: Duration = Duration::from_nanos(999_999_999);

/// An answer that is not 200.
pub(super) struct Refusal {
    status: StatusCode,
    message: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), header: None }
    }

    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub(super) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// The words of the specification.
    pub(super) fn lacks_entitlement() -> Self {
        Self::forbidden("The user lacks the required entitlement to perform this operation")
    }

    pub(super) fn invalid_session() -> Self {
        Self::unauthorized("Invalid session")
    }

    /// `allow`: the methods that it takes, with commas between them.
    pub(super) fn wrong_method(allow: &str) -> Self {
        let message = format!("This operation takes {allow}.");
        Self {
            header: HeaderValue::from_str(allow).ok().map(|allow| (ALLOW, allow)),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// The pod does not serve this operation by itself.
    pub(super) fn unserved(operation: &pod_api::Operation) -> Self {
        let message = format!(
            "The fake pod does not serve {} by itself. {}, or start the pod with samples.",
            operation.name,
            how_to_answer(operation)
        );
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }

    /// What a real pod does is not documented, and the fake one does not invent it.
    pub(super) fn undocumented(operation: &pod_api::Operation, what: &str) -> Self {
        let message = format!(
            "What {} does is not documented for this: {what}. {}.",
            operation.name,
            how_to_answer(operation)
        );
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }

    /// Too many calls; the next may be made after `wait`.
    pub(super) fn too_many_requests(wait: Duration, form: RetryAfterForm, now: SystemTime) -> Self {
        let value = match form {
            RetryAfterForm::Seconds => HeaderValue::from(retry_after::whole_seconds(wait)),
            RetryAfterForm::HttpDate => {
                http_date(now.checked_add(wait.saturating_add(ALMOST_A_SECOND)).unwrap_or(now))
            }
        };
        Self {
            header: Some((RETRY_AFTER, value)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        }
    }

    /// The words "not consistent with current status" are what clients of real pods recognise.
    pub(super) fn conflict(answer: ConflictAnswer, action: Action, status: &Status) -> Self {
        let message =
            format!("The change requested ({action}) is not consistent with current status {status}.");
        match answer {
            ConflictAnswer::BadRequest => Self::bad_request(message),
            ConflictAnswer::ServerError => {
                let wrapped = format!("The request failed with status 422: {message}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, wrapped)
            }
        }
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let mut response = refusal(self.status, &self.message);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn how_to_answer(operation: &pod_api::Operation) -> String {
    let constant = operation.name.to_ascii_uppercase();
    format!(
        "Set what it answers, in Rust by `fake.answer(pod_api::operations::{constant}, &value)` or over HTTP by `answers` \
         of `POST /fake-pod/state`"
    )
}

/// The body of every refusal: the status again, and a message.
pub(super) fn refusal(status: StatusCode, message: &str) -> Response<Bytes> {
    json_response(status, &json!({ "code": status.as_u16(), "message": message }))
}

fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    response(status, "application/json", Bytes::from(body.to_string()))
}

pub(super) fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Says when the answer was given, unless it says so already.
pub(super) fn dated(mut response: Response<Bytes>, clock: &Clock) -> Response<Bytes> {
    response.headers_mut().entry(DATE).or_insert_with(|| http_date(clock.now()));
    response
}

/// A moment as HTTP writes it: to the second, cut off. What lies outside of the years 1970 to 9999 is moved to their
/// edge, because HTTP cannot write it.
pub(super) fn http_date(moment: SystemTime) -> HeaderValue {
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let text = httpdate::fmt_http_date(moment.clamp(UNIX_EPOCH, last));
    #[expect(
        clippy::expect_used,
        reason = "an HTTP date is made of letters, digits, spaces, commas and colons"
    )]
    HeaderValue::try_from(text).expect("visible ASCII")
}
