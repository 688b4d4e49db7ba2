//! What was asked of the pod, kept for the test to look at, without the secrets.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};

use super::operation::Operation;
use super::state::Session;
use crate::connections::UserId;

/// The header that carries the session token.
pub(super) const SESSION_TOKEN: &str = "sessiontoken";

/// Headers whose values open doors. A record says that they were there, and no more.
const SECRET_HEADERS: [&str; 4] = [SESSION_TOKEN, "keymanagertoken", "authorization", "cookie"];

/// A request as it reached a [`FakePod`](super::FakePod).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// What was asked for.
    pub operation: Operation,
    /// `GET`, `POST`, ...
    pub method: Method,
    /// The path as it was sent, such as `/pod/v1/connection/list`.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The headers. The values of those that carry tokens read `[redacted]`.
    pub headers: HeaderMap,
    /// Whose session it was made in; `None` if in none that was open.
    pub caller: Option<UserId>,
    /// Which app made it, for itself or on behalf of the caller; `None` if not in the session of an app.
    pub app: Option<String>,
    /// The body. Empty if it was too large for the pod to read. Bodies of logins, and whatever else does not go to an
    /// operation below `/pod/v1`, `/pod/v2`, ..., read `[redacted]`.
    pub body: Bytes,
    /// Whether the pod has done what was asked, whatever became of the answer. `false` if it refused, if a fault came
    /// first, or if the request waits at a [`Gate`](super::Gate) still.
    pub acted: bool,
}

impl RecordedRequest {
    pub(super) fn new(request: &Request<Bytes>, session: Option<&Session>) -> Self {
        let mut headers = request.headers().clone();
        for (name, value) in &mut headers {
            if SECRET_HEADERS.contains(&name.as_str()) {
                *value = HeaderValue::from_static("[redacted]");
            }
        }
        let operation = Operation::of(request.method(), request.uri().path());
        Self {
            operation,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            headers,
            caller: session.and_then(Session::user),
            app: session.and_then(Session::app).map(str::to_owned),
            body: shown_body(operation, request),
            acted: false,
        }
    }
}

/// A login has a JWT in its body, and one that was sent to a wrong address has it too.
fn shown_body(operation: Operation, request: &Request<Bytes>) -> Bytes {
    let is_api = matches!(operation, Operation::Api(_)) || request.uri().path().starts_with("/pod/v");
    if request.body().is_empty() || is_api {
        request.body().clone()
    } else {
        Bytes::from_static(b"[redacted]")
    }
}
