//! What went wrong, and what that means for the caller.
//!
//! The HTTP status decides what an answer is, never the `code` in its body: the vendor's own examples
//! have a 404 that says 403. Where one status has two meanings, the operation or the message tells
//! them apart. The first row that fits counts:
//!
//! | operation | HTTP status | message has | kind |
//! |---|---|---|---|
//! | any | 400, 500 | `not consistent with current status` | `ConflictingState` |
//! | any | 500 | `failed with status 422` | `ConflictingState` |
//! | `remove_connection` | 400 | | `NotConnected` |
//! | any | 401 | | `InvalidSession` |
//! | any | 403 | | `MissingEntitlement` |
//! | any | 404 | | `NotFound` |
//! | any | 408 | | `Timeout` |
//! | any | 409, 422 | | `ConflictingState` |
//! | any | 429 | | `RateLimited` |
//! | any | 300-399 | | `Redirected` |
//! | any | 400-499 | | `InvalidRequest` |
//! | any | 500-599 | | `Server` |
//! | any | 100-599 | | `Unexpected` |
//!
//! # Was it done?
//!
//! A pod carries out a call whole or changes nothing, and an answer in the 400s has changed nothing.
//! Neither has a 503 that names the time to come back (`Retry-After`), which is what a pod that takes
//! no calls answers. After anything else (another answer in the 500s, a lost connection, a timeout, an
//! answer that cannot be read) a call that changes something may have been carried out or not:
//! [`Error::outcome_unknown`] is true. Read the state again before you decide; do not send the call
//! again, because removing a connection twice may undo it.
//!
//! A call whose future is dropped before it is ready says nothing to anybody, and its outcome is just
//! as unknown. If it changes something, an event in the `tracing` log at level WARN tells of it.
//!
//! ```
//! use pod_api_ext::{ErrorKind, Pod};
//!
//! # async fn example(pod: Pod) -> Result<(), pod_api_ext::Error> {
//! match pod.connections().remove(7_078_106_126_503).await {
//!     Ok(()) => println!("removed"),
//!     Err(error) if error.kind() == ErrorKind::NotConnected => println!("was not connected"),
//!     Err(error) if error.outcome_unknown() => println!("look again: {error}"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```

use std::error::Error as StdError;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use pod_api::{Answer, Context, TraceId};

use crate::call::Effect;
use crate::message::shown;
use crate::session::{LoginError, LoginProblem};

/// A call that did not succeed.
///
/// `Display` says in plain words what happened and, where that helps, what to do. It says nothing of
/// the cause beneath, which is in [`source`](StdError::source), and never shows a token or an address.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    effect: Effect,
    sent: Sent,
    operation: Option<&'static str>,
    trace_id: Option<TraceId>,
    status: Option<StatusCode>,
    answer: Option<Answer>,
    message: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Whether a request can have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// The pod did nothing with it, or never saw it.
    Without,
    /// It may have been carried out.
    Perhaps,
}

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The two users are not connected, so there is nothing to remove.
    NotConnected,
    /// The connection is in a state that does not allow the call.
    ConflictingState,
    /// The session token is missing, wrong or expired.
    InvalidSession,
    /// The session is good, but its user may not do this.
    MissingEntitlement,
    /// There is no such thing. Of a connection: no request was ever sent, or the user does not exist.
    NotFound,
    /// Too many calls in too short a time.
    RateLimited,
    /// The request is not as the pod wants it, or could not be built.
    InvalidRequest,
    /// The pod, or a gateway before it, has a problem of its own.
    Server,
    /// No connection could be made, so nothing was sent.
    Connect,
    /// The connection broke after it was made.
    Transport,
    /// No whole answer came in time.
    Timeout,
    /// The answer points elsewhere. It was not followed, because the session token would have gone along.
    Redirected,
    /// The status says success, and the body cannot be read.
    Undecodable,
    /// There is no session: the login failed. The [`source`](StdError::source) is a [`LoginError`].
    Login,
    /// Something that the document does not provide for.
    Unexpected,
}

/// A row of the table from answers to kinds.
struct Row {
    /// None: any.
    operation: Option<&'static str>,
    status: &'static [RangeInclusive<u16>],
    /// What the message contains. None: anything.
    message: Option<&'static str>,
    kind: ErrorKind,
}

const fn row(
    operation: Option<&'static str>,
    status: &'static [RangeInclusive<u16>],
    message: Option<&'static str>,
    kind: ErrorKind,
) -> Row {
    Row { operation, status, message, kind }
}

const REMOVE: &str = "remove_connection";
const CREATE: &str = "create_connection";

/// The table of the module documentation.
const TABLE: &[Row] = &[
    row(
        None,
        &[400..=400, 500..=500],
        Some("not consistent with current status"),
        ErrorKind::ConflictingState,
    ),
    row(None, &[500..=500], Some("failed with status 422"), ErrorKind::ConflictingState),
    row(Some(REMOVE), &[400..=400], None, ErrorKind::NotConnected),
    row(None, &[401..=401], None, ErrorKind::InvalidSession),
    row(None, &[403..=403], None, ErrorKind::MissingEntitlement),
    row(None, &[404..=404], None, ErrorKind::NotFound),
    row(None, &[408..=408], None, ErrorKind::Timeout),
    row(None, &[409..=409, 422..=422], None, ErrorKind::ConflictingState),
    row(None, &[429..=429], None, ErrorKind::RateLimited),
    row(None, &[300..=399], None, ErrorKind::Redirected),
    row(None, &[400..=499], None, ErrorKind::InvalidRequest),
    row(None, &[500..=599], None, ErrorKind::Server),
    row(None, &[100..=599], None, ErrorKind::Unexpected),
];

fn classify(operation: Option<&str>, status: u16, message: &str) -> ErrorKind {
    let message = message.to_ascii_lowercase();
    let fits = |row: &&Row| {
        row.operation.is_none_or(|only| operation == Some(only))
            && row.status.iter().any(|range| range.contains(&status))
            && row.message.is_none_or(|part| message.contains(part))
    };
    TABLE.iter().find(fits).map_or(ErrorKind::Unexpected, |row| row.kind)
}

impl Error {
    /// From what the generated client returned, and what its context recorded.
    pub(crate) fn new<E>(effect: Effect, context: &Context, error: pod_api::Error<E>) -> Self {
        use pod_api::Error as Generated;

        let answer = context.last_answer();
        let (kind, sent, message, source): (_, _, _, Option<Box<dyn StdError + Send + Sync>>) = match error {
            Generated::InvalidRequest(message) => {
                (Some(ErrorKind::InvalidRequest), Sent::Without, Some(message), None)
            }
            Generated::CommunicationError(error) => {
                let (kind, sent) = transport(&error);
                (Some(kind), sent, None, Some(Box::new(error.without_url())))
            }
            Generated::ResponseBodyError(error) => {
                let (kind, _) = transport(&error);
                (Some(kind), Sent::Perhaps, None, Some(Box::new(error.without_url())))
            }
            Generated::InvalidResponsePayload(_, error) => {
                (Some(ErrorKind::Undecodable), Sent::Perhaps, None, Some(Box::new(error)))
            }
            Generated::ErrorResponse(_) | Generated::UnexpectedResponse(_) => {
                (None, Sent::Perhaps, None, None)
            }
            Generated::InvalidUpgrade(error) => {
                (Some(ErrorKind::Unexpected), Sent::Perhaps, None, Some(Box::new(error.without_url())))
            }
            Generated::Custom(message) => (Some(ErrorKind::Unexpected), Sent::Perhaps, Some(message), None),
        };
        let operation = context.last_operation();
        let answered = answer.as_ref().filter(|_| kind.is_none());
        let kind = kind.or_else(|| {
            let classified = |answer: &Answer| {
                classify(operation, answer.status.as_u16(), answer.message.as_deref().unwrap_or_default())
            };
            answered.map(classified)
        });
        let kind = kind.unwrap_or(ErrorKind::Unexpected);
        let sent = answered.map_or(sent, |answer| {
            after(answer.status, answer.headers.contains_key(header::RETRY_AFTER), kind)
        });
        Self(Box::new(Inner {
            kind,
            effect,
            sent,
            operation,
            trace_id: context.trace_id().cloned(),
            retry_after: answer.as_ref().and_then(|answer| retry_after(&answer.headers)),
            status: answer.as_ref().map(|answer| answer.status),
            answer,
            message,
            source,
        }))
    }

    /// An error that no answer of a pod has led to: for tests, and for [`Calls`](crate::connections::Calls) of your own.
    ///
    /// It says that the call had no effect, unless [`with_unknown_outcome`](Self::with_unknown_outcome) is added.
    ///
    /// ```
    /// use std::time::Duration;
    /// use pod_api_ext::{Error, ErrorKind};
    ///
    /// let throttled = Error::of_kind(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(2));
    /// assert!(throttled.is_retryable() && !throttled.outcome_unknown());
    ///
    /// let lost_answer = Error::of_kind(ErrorKind::Timeout).with_unknown_outcome();
    /// assert!(lost_answer.outcome_unknown());
    /// ```
    #[must_use]
    pub fn of_kind(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, ..Inner::without_answer(Effect::Reads, Sent::Without, None) }))
    }

    /// The same error of a call that changes something and may have been carried out all the same.
    #[must_use]
    pub fn with_unknown_outcome(mut self) -> Self {
        (self.0.effect, self.0.sent) = (Effect::Changes, Sent::Perhaps);
        self
    }

    /// The same error of a pod that asks to wait this long before the next call. At most a year.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait.min(MAX_RETRY_AFTER));
        self
    }

    /// As if this had been the answer, for tests of what is made of an error.
    #[cfg(test)]
    pub(crate) fn answered(effect: Effect, status: StatusCode, retry_after: Option<u64>) -> Self {
        let kind = classify(None, status.as_u16(), "");
        let sent = after(status, retry_after.is_some(), kind);
        Self(Box::new(Inner {
            kind,
            status: Some(status),
            retry_after: retry_after.map(Duration::from_secs),
            ..Inner::without_answer(effect, sent, None)
        }))
    }

    /// The session could not be had, so the call was not sent, or not sent again.
    pub(crate) fn login(effect: Effect, context: &Context, error: LoginError) -> Self {
        let operation = context.last_operation();
        Self(Box::new(Inner {
            kind: ErrorKind::Login,
            trace_id: context.trace_id().cloned(),
            source: Some(Box::new(error)),
            ..Inner::without_answer(effect, Sent::Without, operation)
        }))
    }

    /// The time for the whole call is over.
    pub(crate) fn out_of_time(effect: Effect, context: &Context) -> Self {
        let operation = context.last_operation();
        let sent = if operation.is_some() { Sent::Perhaps } else { Sent::Without };
        Self(Box::new(Inner {
            kind: ErrorKind::Timeout,
            trace_id: context.trace_id().cloned(),
            ..Inner::without_answer(effect, sent, operation)
        }))
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if an answer came, readable or not.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The `code` in the body of the error. It may contradict the HTTP status; believe the status.
    #[must_use]
    pub fn api_code(&self) -> Option<i32> {
        self.0.answer.as_ref()?.code
    }

    /// What the pod wrote for people to read; or, if the request could not be built, why.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        let said = self.0.answer.as_ref().and_then(|answer| answer.message.as_deref());
        said.or(self.0.message.as_deref())
    }

    /// The beginning of the answer's body, up to 4 KiB. None if no answer came.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// The answer's headers. None if no answer came.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The id under which the pod logged the call: name it when you ask Symphony's support.
    #[must_use]
    pub fn trace_id(&self) -> Option<&TraceId> {
        self.0.trace_id.as_ref()
    }

    /// The name of the operation, such as `remove_connection`. None if the request could not be built.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Whether the body has the form of the pod's errors, and not that of a gateway's.
    pub(crate) fn is_from_the_pod(&self) -> bool {
        self.0.answer.as_ref().is_some_and(|answer| answer.code.is_some() || answer.message.is_some())
    }

    /// What a failed login looks like. None unless the kind is [`ErrorKind::Login`].
    #[must_use]
    pub fn login_problem(&self) -> Option<LoginProblem> {
        self.0.source.as_ref()?.downcast_ref::<LoginError>().map(LoginError::problem)
    }

    /// How long the pod asks to wait before the next call. At most a year.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the call changes something and may have been carried out all the same.
    ///
    /// Read the state again before you decide what to do. False for every call that only reads.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        self.0.effect == Effect::Changes && self.0.sent == Sent::Perhaps
    }

    /// Whether the same call may be sent again, with some hope and without harm.
    ///
    /// The problem is one that passes, and the call only reads or certainly had no effect. Honour
    /// [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let passes = match self.kind() {
            ErrorKind::RateLimited
            | ErrorKind::Connect
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::Undecodable => true,
            // A plain 500 is an answer to this very request; the others are the weather.
            ErrorKind::Server => self.status().is_some_and(|status| (502..=504).contains(&status.as_u16())),
            _ => false,
        };
        passes && !self.outcome_unknown()
    }
}

impl Inner {
    fn without_answer(effect: Effect, sent: Sent, operation: Option<&'static str>) -> Self {
        Self {
            kind: ErrorKind::Unexpected,
            effect,
            sent,
            operation,
            trace_id: None,
            status: None,
            answer: None,
            message: None,
            retry_after: None,
            source: None,
        }
    }
}

/// A request that never met a server had no effect.
fn transport(error: &reqwest::Error) -> (ErrorKind, Sent) {
    if error.is_builder() {
        (ErrorKind::InvalidRequest, Sent::Without)
    } else if error.is_connect() {
        (ErrorKind::Connect, Sent::Without)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Sent::Perhaps)
    } else {
        (ErrorKind::Transport, Sent::Perhaps)
    }
}

/// An answer in the 400s has changed nothing, and neither has a refusal that names the time to come back.
fn after(status: StatusCode, names_a_time: bool, kind: ErrorKind) -> Sent {
    let come_back = status == StatusCode::SERVICE_UNAVAILABLE && names_a_time;
    // A gateway that gave up on the pod answers 408 too.
    let refused = status.is_client_error() && kind != ErrorKind::Timeout;
    if refused || come_back || kind == ErrorKind::ConflictingState { Sent::Without } else { Sent::Perhaps }
}

/// Nobody waits for longer than a year, and adding that to a time never fails.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Seconds, or a date; a date is taken relative to the clock of the server that wrote it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    }
    let then = httpdate::parse_http_date(value).ok()?;
    let now = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(then.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default().min(MAX_RETRY_AFTER))
}

/// How much of a pod's message is shown, in characters.
const SHOWN: usize = 300;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, operation, .. } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(what(*kind))?;
        if let Some(status) = self.status() {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        if let Some(message) = self.message() {
            write!(f, ": {}", shown(message, SHOWN))?;
        }
        if let Some(advice) = advice(*kind, *operation) {
            write!(f, "; {advice}")?;
        }
        if let Some(wait) = self.retry_after() {
            write!(f, "; the pod asks to wait {} s", wait.as_secs())?;
        }
        if self.outcome_unknown() {
            f.write_str(
                "; it may have been carried out all the same, so read the state before sending it again",
            )?;
        }
        if let Some(trace_id) = self.trace_id() {
            write!(f, " [trace id {trace_id}]")?;
        }
        Ok(())
    }
}

fn what(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotConnected => "the two users are not connected",
        ErrorKind::ConflictingState => "the connection is in a state that does not allow this",
        ErrorKind::InvalidSession => "the session is not valid",
        ErrorKind::MissingEntitlement => "the caller may not do this",
        ErrorKind::NotFound => "not found",
        ErrorKind::RateLimited => "too many calls",
        ErrorKind::InvalidRequest => "the request is not valid",
        ErrorKind::Server => "the pod has a problem",
        ErrorKind::Connect => "no connection to the pod",
        ErrorKind::Transport => "the connection to the pod broke",
        ErrorKind::Timeout => "the pod did not answer in time",
        ErrorKind::Redirected => "the answer points elsewhere and was not followed",
        ErrorKind::Undecodable => "the answer says success and cannot be read",
        ErrorKind::Login => "there is no session, because the login failed",
        ErrorKind::Unexpected => "an answer that the API does not provide for",
    }
}

fn advice(kind: ErrorKind, operation: Option<&str>) -> Option<&'static str> {
    match (kind, operation) {
        (ErrorKind::NotConnected, _) => {
            Some("a request that is still pending cannot be removed on every pod")
        }
        (ErrorKind::ConflictingState, _) => {
            Some("read the connection again; somebody else may have changed it")
        }
        (ErrorKind::InvalidSession, _) => Some("it may have expired, or been ended on the pod; log in again"),
        (ErrorKind::MissingEntitlement, _) => Some(
            "check the entitlements of the calling user, cross-pod communication (crossPod) of all pods involved, and whether the call is allowed on behalf of a user",
        ),
        (ErrorKind::NotFound, Some("get_connection")) => {
            Some("no request was ever sent, or the user does not exist; the pod does not tell which")
        }
        (ErrorKind::InvalidRequest, Some(CREATE)) => Some(
            "only one request can be open between two users, and all pods involved need cross-pod communication (crossPod)",
        ),
        (ErrorKind::Connect, _) => Some("nothing was sent; check the address, the network and the proxy"),
        (ErrorKind::Redirected, _) => Some("check the address of the pod"),
        (ErrorKind::Undecodable, _) => Some("a gateway or a login page may have answered in the pod's place"),
        _ => None,
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("operation", &self.operation())
            .field("status", &self.status())
            .field("message", &self.message())
            .field("outcome_unknown", &self.outcome_unknown())
            .field("trace_id", &self.trace_id())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table in the module documentation.
    fn documented() -> Vec<String> {
        let source = include_str!("error.rs");
        let lines = source.lines().filter_map(|line| line.strip_prefix("//! | "));
        lines.skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn the_table_in_the_documentation_is_the_one_in_the_code() {
        let code: Vec<_> = TABLE
            .iter()
            .map(|row| {
                let operation = row.operation.map_or("any".into(), |name| format!("`{name}`"));
                let range = |range: &RangeInclusive<u16>| match (range.start(), range.end()) {
                    (start, end) if start == end => start.to_string(),
                    (start, end) => format!("{start}-{end}"),
                };
                let status = row.status.iter().map(range).collect::<Vec<_>>().join(", ");
                let message = row.message.map(|part| format!("`{part}` ")).unwrap_or_default();
                format!("{operation} | {status} | {message}| `{:?}` |", row.kind)
            })
            .collect();
        assert_eq!(documented(), code);
    }

    #[test]
    fn each_answer_has_the_kind_that_the_vendors_notes_give_it() {
        use ErrorKind::*;
        let conflict = "Status change requested is not consistent with current status";
        let wrapped = "Request failed with status 422";
        for (operation, status, message, kind) in [
            ("remove_connection", 400, "no", NotConnected),
            ("remove_connection", 400, conflict, ConflictingState),
            ("accept_connection", 400, "no", InvalidRequest),
            ("accept_connection", 400, conflict, ConflictingState),
            ("accept_connection", 500, wrapped, ConflictingState),
            ("accept_connection", 500, conflict, ConflictingState),
            ("accept_connection", 500, "oops", Server),
            ("get_connection", 401, "Invalid session", InvalidSession),
            ("get_connection", 403, "", MissingEntitlement),
            ("get_connection", 404, "", NotFound),
            ("get_connection", 408, "", Timeout),
            ("create_connection", 409, "", ConflictingState),
            ("create_connection", 422, "", ConflictingState),
            ("create_connection", 418, "", InvalidRequest),
            ("list_connections", 429, "", RateLimited),
            ("list_connections", 302, "", Redirected),
            ("list_connections", 502, "<html>", Server),
            ("list_connections", 204, "", Unexpected),
            ("list_connections", 101, "", Unexpected),
        ] {
            assert_eq!(classify(Some(operation), status, message), kind, "{operation} {status} {message}");
        }
        assert_eq!(classify(None, 400, ""), InvalidRequest);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        let headers = |pairs: &[(header::HeaderName, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
        };
        let read = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(read(&[(header::RETRY_AFTER, "120")]), Some(120));
        let date = (header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read(&[date.clone(), (header::RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(30));
        assert_eq!(read(&[date, (header::RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0));
        assert_eq!(read(&[(header::RETRY_AFTER, "18446744073709551615")]), Some(31_536_000));
        assert_eq!(read(&[(header::RETRY_AFTER, "-1")]), None);
        assert_eq!(read(&[(header::RETRY_AFTER, "soon")]), None);
        assert_eq!(read(&[]), None);
    }
}
