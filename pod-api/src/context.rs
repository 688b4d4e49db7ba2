//! What a client carries from call to call: the session token, the trace id, and a record of the
//! last call.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use zeroize::Zeroizing;

/// A Symphony session token. Never printed, and wiped from memory when the last copy is dropped, those in the headers
/// of requests included.
///
/// What an HTTP library writes into its buffers to send it is outside of this type's reach.
///
/// ```
/// let token = pod_api::SessionToken::new("0123abc")?;
/// assert_eq!(format!("{token:?}"), "SessionToken(…)");
/// # Ok::<(), pod_api::InvalidToken>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(
    /// Ready to send, so that no call has to check and copy it again. All clones share one text, which wipes itself.
    HeaderValue,
);

impl SessionToken {
    /// A token as a login returned it.
    ///
    /// # Errors
    /// It is empty, or has characters that a header cannot hold.
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
        // Visible ASCII is text.
        self.0.to_str().unwrap_or_default()
    }
}

/// The value of a header, which HTTP libraries will not print either, and which is wiped with the token.
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

/// A session token that no header can hold. The message does not repeat it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a session token is visible ASCII without spaces and not empty; this one is not. Check how it was read"
)]
pub struct InvalidToken(());

/// The id under which a pod logs a call: ask Symphony's support about it by this id.
///
/// Symphony recommends six letters and digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TraceId(
    /// Ready to send. All clones share one text.
    HeaderValue,
);

/// The text of a trace id in place, so that it takes one allocation, however often it is sent.
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
    /// The length of the longest, in bytes.
    const MAX_LENGTH: usize = 64;

    /// An id of 1 to 64 ASCII letters and digits, and `-`, `_` and `.`, as other systems have them in theirs. None for any
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
        // What is allowed is text.
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

pub(crate) const SESSION_TOKEN: HeaderName = HeaderName::from_static("sessiontoken");
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// About the connection, where a message ends, and what its body is: who changes these makes it another message.
const OUR_OWN: [&str; 13] = [
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

/// A header that is not for a gateway: see [`Context::with_headers`]. The message does not repeat its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidHeader(Problem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error(
        "the header `{0}` is about the connection or the form of a message, which is for the client alone to set; leave it out"
    )]
    Ours(HeaderName),
    #[error("the header `sessionToken` carries the session, which goes to the pod alone; leave it out")]
    Session,
    #[error(
        "the header `x-trace-id` has no trace id, which is 1 to 64 letters, digits and `-_.`; set it right or leave it out"
    )]
    TraceId,
}

/// What a client carries from call to call. Cheap to make and to clone.
///
/// Clones share the record of the last call. Calls that run at the same time and want a record
/// each use a context each: see [`Client::with_context`](crate::Client::with_context).
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

/// How large a body is read unless told otherwise: 64 MiB.
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

    /// Sends these headers with every call, as a gateway before the pod may want them. They are marked sensitive, so that
    /// HTTP libraries do not print them, and replace what the client would send under the same names.
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
    /// One of them says how a message is framed or what its body is (`Connection`, `Content-Length`, `Content-Type`,
    /// `Host`, `Transfer-Encoding` and their like), which only the client knows; or is `sessionToken`, for which there is
    /// [`with_session`](Self::with_session); or the trace id is [none](TraceId::new).
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

    /// Reads successful bodies of up to this many bytes; a larger one is cut there and counts as unreadable.
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

    /// The answer of the last call, if it was an error or could not be read as declared. It has what
    /// [`Error::InvalidResponsePayload`](crate::Error::InvalidResponsePayload) lost.
    ///
    /// Of a call that was given up while its body stood out, whether it was an error or not, it has the status, the headers
    /// and what had come of the body.
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

    /// What was recorded while it stood out has come to a good end.
    pub(crate) fn forget_answer(&self) {
        self.recorded().answer = None;
    }

    pub(crate) fn record(&self, answer: Answer) {
        self.recorded().answer = Some(Box::new(answer));
    }

    /// Nobody panics while holding the lock, and a record is whole at any time.
    fn recorded(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer as it came: HTTP status, headers, and the beginning of its body.
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
    /// The `message` in the body of an error, for people to read.
    pub message: Option<String>,
}

impl Answer {
    /// How much of a body is kept: 4 KiB.
    pub const MAX_BODY: usize = 4096;
}

/// Headers can hold cookies, and bodies personal data, so neither is printed.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
