//! The record of requests, without secrets, which a test can read.

use std::collections::VecDeque;

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

/// How many requests are kept unless a test says otherwise.
pub(super) const DEFAULT_LIMIT: usize = 100_000;

/// How much of bodies is kept in all, because a single one may have a mebibyte.
const MAX_BODIES: usize = 64 * 1024 * 1024;

/// The requests that have arrived, the oldest first. Where there would be too many, the oldest go.
pub(super) struct Record {
    kept: VecDeque<RecordedRequest>,
    /// The bytes of their bodies.
    bodies: usize,
    limit: usize,
    /// How many have come before those that are kept.
    gone: usize,
    dropped: u64,
}

impl Record {
    pub(super) fn new(limit: usize) -> Self {
        Self { kept: VecDeque::new(), bodies: 0, limit, gone: 0, dropped: 0 }
    }

    /// Keeps a request, and returns its number.
    pub(super) fn push(&mut self, request: RecordedRequest) -> usize {
        let number = self.gone + self.kept.len();
        self.bodies += request.body.len();
        self.kept.push_back(request);
        self.drop_oldest();
        number
    }

    /// None if it is gone.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut RecordedRequest> {
        self.kept.get_mut(number.checked_sub(self.gone)?)
    }

    pub(super) fn all(&self) -> Vec<RecordedRequest> {
        self.kept.iter().cloned().collect()
    }

    /// All that are kept, which are forgotten, and so is how many were dropped.
    pub(super) fn take(&mut self) -> Vec<RecordedRequest> {
        self.gone += self.kept.len();
        self.bodies = 0;
        self.dropped = 0;
        std::mem::take(&mut self.kept).into()
    }

    /// How many had to go since the last were taken.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        while self.kept.len() > self.limit || self.bodies > MAX_BODIES {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.bodies -= oldest.body.len();
            self.gone += 1;
            self.dropped += 1;
        }
    }
}
