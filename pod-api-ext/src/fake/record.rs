//! What was asked of the pod, kept for the test to look at, without the secrets.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};

use super::operation::Operation;
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
    /// The body. Empty if it was too large for the pod to read.
    pub body: Bytes,
    /// Whether the pod has done what was asked, whatever became of the answer. `false` if it refused, if a fault came
    /// first, or if the request waits at a [`Gate`](super::Gate) still.
    pub acted: bool,
}

impl RecordedRequest {
    pub(super) fn new(request: &Request<Bytes>, caller: Option<UserId>) -> Self {
        let mut headers = request.headers().clone();
        for (name, value) in &mut headers {
            if SECRET_HEADERS.contains(&name.as_str()) {
                *value = HeaderValue::from_static("[redacted]");
            }
        }
        Self {
            operation: Operation::of(request.method(), request.uri().path()),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            headers,
            caller,
            body: request.body().clone(),
            acted: false,
        }
    }
}
