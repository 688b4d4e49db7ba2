//! The context of a client: the session token, the trace id and other headers of its calls, and a record of the last
//! call.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use zeroize::Zeroizing;

use crate::headers::{SESSION_TOKEN, TRACE_ID};

/// A session token. Never printed, and wiped from memory when its last copy is dropped, including copies in headers of
/// requests.
///
/// Buffers of the HTTP library are not wiped.
///
/// ```
/// let token = pod_api::SessionToken::new("0123abc")?;
/// assert_eq!(format!("{token:?}"), "SessionToken(…)");
/// # Ok::<(), pod_api::InvalidToken>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(
    /// Ready to send, so that no call has to check and copy it. All clones share one text, which is wiped when dropped.
    HeaderValue,
);

impl SessionToken {
    /// A token as a login returned it.
    ///
    /// # Errors
    /// The token is empty, or has characters that a header cannot have.
    pub fn new(token: impl Into<String>) -> Result<Self, InvalidToken> {
        let token = Zeroizing::new(token.into());
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken(()));
        }
        let mut header =
            HeaderValue::from_maybe_shared(Bytes::from_owner(token)).map_err(|_| InvalidToken(()))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// The token itself. Take care not to print it.
    #[must_use]
    pub fn expose(&self) -> &str {
        // Visible ASCII is valid text.
        self.0.to_str().unwrap_or_default()
    }
}

/// The value of a header. It is marked sensitive, so HTTP libraries do not print it, and is wiped with the token.
impl From<&SessionToken> for HeaderValue {
    fn from(token: &SessionToken) -> Self {
        token.0.clone()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A session token that a header cannot have. The message does not quote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a session token is visible ASCII without spaces and not empty; this one is not. Check how it was read"
)]
pub struct InvalidToken(());

/// The id under which the server logs a call: name it when you ask its support.
///
/// Six letters and digits are usual.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TraceId(
    /// Ready to send. All clones share one text.
    HeaderValue,
);

/// The text of a trace id, inline, so that it takes one allocation however often it is sent.
struct TraceText {
    text: [u8; TraceId::MAX_LENGTH],
    length: usize,
}

impl AsRef<[u8]> for TraceText {
    fn as_ref(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

impl TraceId {
    /// The length of the longest id, in bytes.
    const MAX_LENGTH: usize = 64;

    /// An id of 1 to 64 ASCII letters, digits, `-`, `_` and `.`, which allows the ids of other systems. `None` for any
    /// other text.
    ///
    /// ```
    /// assert!(pod_api::TraceId::new("a1B2c3").is_some());
    /// assert!(pod_api::TraceId::new("0b7ee3a2-6f7b-4c53-9d7c-0f0c8f3f1f52").is_some());
    /// assert!(pod_api::TraceId::new("a b").is_none());
    /// ```
    #[must_use]
    pub fn new(id: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if id.is_empty() || !id.bytes().all(is_allowed) {
            return None;
        }
        let mut text = [0; Self::MAX_LENGTH];
        text.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
        let text = Bytes::from_owner(TraceText { text, length: id.len() });
        HeaderValue::from_maybe_shared(text).ok().map(Self)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The allowed characters are ASCII.
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TraceId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Headers of the connection, of the length of a message, of its body and of the encoding of its answer. Changing them would
/// change the message, or make its answer unreadable.
const OUR_OWN: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header that must not be set: see [`Context::with_headers`]. The message does not quote its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidHeader(Problem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error(
        "the header `{0}` is about the connection or the form of a message, which only the client may set; leave it out"
    )]
    Ours(HeaderName),
    #[error(
        "the header `{SESSION_TOKEN}` carries the session token; leave it out, and use `Context::with_session`"
    )]
    Session,
    #[error(
        "the header `{TRACE_ID}` has no valid trace id, which is 1 to 64 letters, digits and `-_.`; correct it or leave it out"
    )]
    TraceId,
}

/// The settings that a client sends with every call, and a record of the last call. Cheap to make and to clone.
///
/// Clones share the record. Concurrent calls that each need a record use one context each: see
/// [`Client::with_context`](crate::Client::with_context).
#[derive(Clone, Debug)]
pub struct Context {
    session: Option<SessionToken>,
    trace_id: Option<TraceId>,
    headers: HeaderMap,
    max_body: usize,
    record: Arc<Mutex<Record>>,
}

/// What happened in the last call.
#[derive(Debug, Default)]
struct Record {
    operation: Option<&'static str>,
    /// Boxed, because most calls record none.
    answer: Option<Box<Answer>>,
}

/// The default of the largest body: 64 MiB.
const MAX_BODY: usize = 64 << 20;

impl Default for Context {
    fn default() -> Self {
        Self {
            session: None,
            trace_id: None,
            headers: HeaderMap::new(),
            max_body: MAX_BODY,
            record: Arc::default(),
        }
    }
}

impl Context {
    /// No session, no trace id, bodies of up to 64 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends this session token with every call, in the header `sessionToken`.
    #[must_use]
    pub fn with_session(mut self, session: SessionToken) -> Self {
        self.session = Some(session);
        self
    }

    /// Sends this trace id with every call, in the header `X-Trace-Id`.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }

    /// Sends these headers with every call, for example for a gateway before the server. They are marked sensitive, so
    /// that HTTP libraries do not print them. They replace headers of the client with the same names.
    ///
    /// A header `X-Trace-Id` among them becomes the [trace id](Self::trace_id).
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue, header};
    /// use pod_api::Context;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("x-gateway-key", HeaderValue::from_static("key"));
    /// headers.insert("x-trace-id", HeaderValue::from_static("a1B2c3"));
    /// let context = Context::new().with_headers(headers)?;
    /// assert_eq!(context.trace_id().unwrap().as_str(), "a1B2c3");
    ///
    /// let length = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from_static("0"))]);
    /// assert!(Context::new().with_headers(length).is_err());
    /// # Ok::<(), pod_api::InvalidHeader>(())
    /// ```
    ///
    /// # Errors
    /// One of them is about the framing or the encoding of a message (`Accept-Encoding`, `Connection`, `Content-Length`,
    /// `Content-Type`, `Host`, `Transfer-Encoding` and the like), which only the client may set; or is `sessionToken`, for
    /// which there is [`with_session`](Self::with_session); or the trace id is [not valid](TraceId::new).
    pub fn with_headers(mut self, mut headers: HeaderMap) -> Result<Self, InvalidHeader> {
        if let Some(name) = headers.keys().find(|name| OUR_OWN.contains(&name.as_str())) {
            return Err(InvalidHeader(Problem::Ours(name.clone())));
        }
        if headers.contains_key(SESSION_TOKEN) {
            return Err(InvalidHeader(Problem::Session));
        }
        if let Some(id) = headers.remove(TRACE_ID) {
            let id = id.to_str().ok().and_then(TraceId::new).ok_or(InvalidHeader(Problem::TraceId))?;
            self.trace_id = Some(id);
        }
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        self.headers = headers;
        Ok(self)
    }

    /// The largest body of a success, in bytes. A larger one is cut off and counts as unreadable.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The session token that is sent.
    #[must_use]
    pub fn session(&self) -> Option<&SessionToken> {
        self.session.as_ref()
    }

    /// The trace id that is sent.
    #[must_use]
    pub fn trace_id(&self) -> Option<&TraceId> {
        self.trace_id.as_ref()
    }

    /// The additional headers that are sent.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The largest successful body that is read, in bytes.
    #[must_use]
    pub fn max_body(&self) -> usize {
        self.max_body
    }

    /// The answer of the last call, if it was an error or could not be read as declared. It contains the status and the
    /// headers, which [`Error::InvalidResponsePayload`](crate::Error::InvalidResponsePayload) lacks.
    ///
    /// If a call was dropped before its body was complete, the answer has the status, the headers and the received part
    /// of the body, also for a success.
    #[must_use]
    pub fn last_answer(&self) -> Option<Answer> {
        self.recorded().answer.as_deref().cloned()
    }

    /// The name of the operation that was last sent, such as `remove_connection`.
    #[must_use]
    pub fn last_operation(&self) -> Option<&'static str> {
        self.recorded().operation
    }

    pub(crate) fn begin(&self, operation: &'static str) {
        let mut record = self.recorded();
        record.operation = Some(operation);
        record.answer = None;
    }

    /// Discards a record that was made while the body was incomplete: the answer was a success.
    pub(crate) fn forget_answer(&self) {
        self.recorded().answer = None;
    }

    pub(crate) fn record(&self, answer: Answer) {
        self.recorded().answer = Some(Box::new(answer));
    }

    /// No code panics while it holds the lock, and a record is always complete.
    fn recorded(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer: HTTP status, headers, and the beginning of its body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, up to its first [`Answer::MAX_BODY`] bytes.
    pub body: Bytes,
    /// The `code` in the body of an error. It may contradict the HTTP status; believe the status.
    pub code: Option<i32>,
    /// The `message` in the body of an error.
    pub message: Option<String>,
}

impl Answer {
    /// How much of a body is kept: 4 KiB.
    pub const MAX_BODY: usize = 4096;
}

/// Headers can contain cookies, and bodies personal data, so neither is printed.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
