//! Errors: what went wrong, and whether the call may have been carried out.
//!
//! The HTTP status decides the [kind](ErrorKind) of an error, never the `code` in the body: the vendor's own examples
//! have a 404 whose code is 403. If a status has two meanings, the operation or the message decides. The first matching
//! row counts:
//!
//! | operation | HTTP status | message has | kind |
//! |---|---|---|---|
//! | changes of a connection | 400, 500 | `not consistent with current status` | `ConflictingState` |
//! | changes of a connection | 500 | `failed with status 422` | `ConflictingState` |
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
//! Before this table, 407 is `ProxyRefused`, and a 400 that mentions an SSL certificate is `ClientCertificate`.
//!
//! Changes of a connection are `create_connection`, `accept_connection`, `reject_connection` and `remove_connection`.
//!
//! # Whether the call was carried out
//!
//! A pod carries out a call completely or not at all. These failures have certainly changed nothing:
//! - a status in the 400s, except 408;
//! - a 503 with `Retry-After`, with which a pod refuses calls for a while;
//! - a change of a connection that conflicts with its state;
//! - a call that was not sent: no session, no connection to the pod, or no time left.
//!
//! After any other failure (408, another status in the 500s, a redirect, a broken connection, a timeout, an unreadable
//! answer) a call that changes something may have been carried out. Then [`Error::outcome_unknown`] is true. It stays
//! true if a later attempt of the same call fails in another way. Read the state again before you decide. Do not repeat
//! the call: removing a connection is not idempotent, and the second remove may undo the first.
//!
//! The outcome of a call whose future is dropped is unknown too. If the call changes something, an event in the
//! `tracing` log at level WARN records it.
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
//!
//! Next: [`retry`](crate::retry). Previous: [`lists`](crate::lists).

use std::error::Error as StdError;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use pod_api::types::error::ConversionError;
use pod_api::{Answer, Context, Operation, TraceId};
use serde_json::error::Category;

use crate::Effect;
use crate::connections::InvalidUserId;
use crate::message::{compressed, shown};
use crate::obstacle::Obstacle;
use crate::retry_after;
use crate::session::{LoginError, LoginProblem};

/// A call that did not succeed.
///
/// `Display` says what happened and, where that helps, what to do. For a failed login it says what the [`LoginError`]
/// says. The underlying cause is in [`source`](StdError::source). `Display` never shows a token or an address.
///
/// The other errors of this crate convert into it with `?`: a [pod](crate::BuildError) that cannot be built, an
/// unusable key, a failed login, a [wait](crate::connections::wait::WaitError) that ended, a
/// [user](crate::connections::bulk::Failure) with whom a run did not begin. So a program can use this one type.
///
/// ```
/// use pod_api_ext::session::RsaSession;
/// use pod_api_ext::{Error, ErrorKind, Pod};
///
/// async fn status() -> Result<(), Error> {
///     let bot = RsaSession::from_pem_file("onboarding-bot", "bot.pem")?;
///     let pod = Pod::builder("https://acme.symphony.com").session(bot).build()?;
///     println!("{}", pod.connections().get(7_078_106_126_503).await?.status);
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let error = status().await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Credentials); // there is no such file
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
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
    unreadable: Option<Unreadable>,
    obstacle: Option<Obstacle>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Why a success cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unreadable {
    /// It is not JSON, or is cut off.
    NotJson,
    /// It does not match the document.
    Shape,
    /// It is larger than the limit.
    TooLarge,
    /// It is compressed, which was not requested.
    Encoded,
}

impl Unreadable {
    fn of(error: &serde_json::Error) -> Self {
        match error.classify() {
            Category::Io => Self::TooLarge,
            Category::Data => Self::Shape,
            Category::Syntax | Category::Eof => Self::NotJson,
        }
    }
}

/// Whether a request can have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// It was not sent.
    Not,
    /// The pod did nothing with it, or never saw it.
    Without,
    /// It may have been carried out.
    Perhaps,
}

/// The kind of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The pod says that there is no connection to remove.
    NotConnected,
    /// The object of the call, such as a connection, is in a state that does not allow the call.
    ConflictingState,
    /// The session token is missing, wrong or expired.
    InvalidSession,
    /// The session is valid, but its user may not make this call.
    MissingEntitlement,
    /// The object does not exist. For a connection: no request was ever sent, or the user does not exist.
    NotFound,
    /// The rate limit is exceeded: too many calls in a short time.
    RateLimited,
    /// The pod does not accept the request, or it could not be built.
    InvalidRequest,
    /// The pod, or a gateway before it, failed.
    Server,
    /// No connection could be made, so nothing was sent.
    Connect,
    /// A proxy refuses the call, or this program's user name and password. This does not pass, and each further attempt
    /// with a wrong password may lock an account.
    ProxyRefused,
    /// The server's certificate is not accepted: it is not signed by an authority that this machine trusts, is not
    /// valid at this time, or is for another name. Nothing was sent.
    Certificate,
    /// The server requires a client certificate, and got none or does not accept it.
    ClientCertificate,
    /// TLS could not be set up for another reason: no common version, a server that does not speak TLS, or a program
    /// built without it. Nothing was sent.
    Tls,
    /// The connection broke after it was made.
    Transport,
    /// No complete answer came in time.
    Timeout,
    /// The answer is a redirect. It was not followed, because that would send the session token elsewhere.
    Redirected,
    /// The status is a success, but the body cannot be read.
    Undecodable,
    /// There is no session: the login failed, or the headers for a gateway are not available. See
    /// [`Error::login_error`].
    Login,
    /// Another Tokio runtime on which this pod was used is not running, so its HTTP connections are blocked. Nothing
    /// was sent. Drive that runtime, drop it, or build one pod per runtime.
    Runtime,
    /// The pod, or a client, could not be built with these settings. Nothing was sent.
    Configuration,
    /// A key, a certificate or a token cannot be used, or could not be read. Nothing was sent.
    Credentials,
    /// A [wait](crate::connections::wait) ended before its condition was met.
    NotMet,
    /// A [run](crate::connections::bulk) was stopped before it began with this user. Nothing was sent.
    NotBegun,
    /// Anything else that the document does not describe.
    Unexpected,
}

/// A row of the table from answers to kinds.
struct Row {
    /// `None` for any.
    operations: Option<&'static [&'static str]>,
    status: &'static [RangeInclusive<u16>],
    /// A part of the message. `None` for any message.
    message: Option<&'static str>,
    kind: ErrorKind,
}

const fn row(
    operations: Option<&'static [&'static str]>,
    status: &'static [RangeInclusive<u16>],
    message: Option<&'static str>,
    kind: ErrorKind,
) -> Row {
    Row { operations, status, message, kind }
}

const REMOVE: &str = "remove_connection";
const CREATE: &str = "create_connection";
/// The operations whose conflicts are documented.
const CHANGES: &[&str] = &[CREATE, "accept_connection", "reject_connection", REMOVE];

/// The table of the module documentation.
const TABLE: &[Row] = &[
    row(
        Some(CHANGES),
        &[400..=400, 500..=500],
        Some("not consistent with current status"),
        ErrorKind::ConflictingState,
    ),
    row(Some(CHANGES), &[500..=500], Some("failed with status 422"), ErrorKind::ConflictingState),
    row(Some(&[REMOVE]), &[400..=400], None, ErrorKind::NotConnected),
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

fn classify(operation: &str, status: u16, message: &str) -> ErrorKind {
    let message = message.to_ascii_lowercase();
    let fits = |row: &&Row| {
        row.operations.is_none_or(|only| only.contains(&operation))
            && row.status.iter().any(|range| range.contains(&status))
            && row.message.is_none_or(|part| message.contains(part))
    };
    TABLE.iter().find(fits).map_or(ErrorKind::Unexpected, |row| row.kind)
}

impl Error {
    /// Made from the error of the generated client, and from what its context recorded.
    pub(crate) fn new<E>(operation: &'static Operation, context: &Context, error: pod_api::Error<E>) -> Self {
        use pod_api::Error as Generated;

        let answer = context.last_answer();
        let (mut unreadable, mut obstacle) = (None, None);
        let (kind, sent, message, source): (_, _, _, Option<Arc<dyn StdError + Send + Sync>>) = match error {
            Generated::ErrorResponse(_) | Generated::UnexpectedResponse(_) => match answer {
                Some(answer) => return Self(Box::new(Inner::refused(operation, context, answer))),
                None => (ErrorKind::Unexpected, Sent::Perhaps, None, None),
            },
            Generated::InvalidRequest(message) => (ErrorKind::InvalidRequest, Sent::Not, Some(message), None),
            Generated::CommunicationError(error) => {
                let (kind, sent);
                (kind, sent, obstacle) = transport(&error);
                (kind, sent, None, Some(Arc::new(error.without_url())))
            }
            Generated::ResponseBodyError(error) => {
                let (kind, ..) = transport(&error);
                (kind, Sent::Perhaps, None, Some(Arc::new(error.without_url())))
            }
            Generated::InvalidResponsePayload(_, error) => {
                unreadable = Some(match answer.as_ref().and_then(|answer| compressed(&answer.headers)) {
                    Some(_) => Unreadable::Encoded,
                    None => Unreadable::of(&error),
                });
                (ErrorKind::Undecodable, Sent::Perhaps, None, Some(Arc::new(error)))
            }
            Generated::InvalidUpgrade(error) => {
                (ErrorKind::Unexpected, Sent::Perhaps, None, Some(Arc::new(error.without_url())))
            }
            Generated::Custom(message) => (ErrorKind::Unexpected, Sent::Perhaps, Some(message), None),
        };
        Self(Box::new(Inner {
            kind,
            trace_id: context.trace_id().cloned(),
            retry_after: answer.as_ref().and_then(|answer| retry_after::asked_for(&answer.headers)),
            status: answer.as_ref().map(|answer| answer.status),
            answer,
            message,
            unreadable,
            obstacle,
            source,
            ..Inner::without_answer(Some(operation), sent)
        }))
    }

    /// An error that does not come from a pod: for tests, and for your own [`Calls`](crate::connections::Calls).
    ///
    /// The call certainly had no effect, unless [`with_unknown_outcome`](Self::with_unknown_outcome) is added.
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
        Self(Box::new(Inner { kind, ..Inner::without_answer(None, Sent::Without) }))
    }

    /// What is not about any one call, in words.
    pub(crate) fn of_no_call(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner { kind, message: Some(message), ..Inner::without_answer(None, Sent::Not) }))
    }

    /// The same error, of a call that changes something and may have been carried out.
    #[must_use]
    pub fn with_unknown_outcome(mut self) -> Self {
        (self.0.effect, self.0.sent) = (Effect::Changes, Sent::Perhaps);
        self
    }

    /// The same error, of a pod that asks to wait this long before the next call. At most a year.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait.min(retry_after::MAX));
        self
    }

    /// A success of a call that reads, whose body lacks something required.
    pub(crate) fn misshapen(operation: &'static Operation, message: String) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Undecodable,
            message: Some(message),
            unreadable: Some(Unreadable::Shape),
            ..Inner::without_answer(Some(operation), Sent::Without)
        }))
    }

    /// The error as if this had been the answer, for tests.
    #[cfg(test)]
    pub(crate) fn answered(effect: Effect, status: StatusCode, retry_after: Option<u64>) -> Self {
        let kind = classify("", status.as_u16(), "");
        let sent = after(status, retry_after.is_some(), kind);
        Self(Box::new(Inner {
            kind,
            effect,
            status: Some(status),
            retry_after: retry_after.map(Duration::from_secs),
            ..Inner::without_answer(None, sent)
        }))
    }

    /// There is no session, so the call was not sent, or not sent again.
    pub(crate) fn login(
        operation: &'static Operation,
        context: &Context,
        was_sent: bool,
        error: LoginError,
    ) -> Self {
        let sent = if was_sent { Sent::Without } else { Sent::Not };
        Self(Box::new(Inner {
            trace_id: context.trace_id().cloned(),
            ..Inner::without_session(Some(operation), sent, error)
        }))
    }

    /// Another runtime that drives connections is not running.
    pub(crate) fn another_runtime(operation: &'static Operation, context: &Context) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Runtime,
            trace_id: context.trace_id().cloned(),
            ..Inner::without_answer(Some(operation), Sent::Not)
        }))
    }

    /// The deadline passed before the call was sent, or sent again. The login error is that of the login that the call
    /// waited for.
    pub(crate) fn too_late(
        operation: &'static Operation,
        context: &Context,
        was_sent: bool,
        login: Option<LoginError>,
    ) -> Self {
        match login {
            // A refusal was being read; only the rest of its body is missing.
            Some(login) if login.status().is_some_and(|status| !status.is_success()) => {
                Self::login(operation, context, was_sent, login)
            }
            login => Self(Box::new(Inner {
                kind: ErrorKind::Timeout,
                trace_id: context.trace_id().cloned(),
                message: login.map(|login| login.to_string()),
                ..Inner::without_answer(Some(operation), if was_sent { Sent::Without } else { Sent::Not })
            })),
        }
    }

    /// The deadline passed while the call was sent, or waited to be sent.
    pub(crate) fn out_of_time(operation: &'static Operation, context: &Context) -> Self {
        let sent = if context.last_operation().is_some() { Sent::Perhaps } else { Sent::Not };
        match context.last_answer() {
            Some(answer) if !answer.status.is_success() => {
                Self(Box::new(Inner::refused(operation, context, answer)))
            }
            answer => Self(Box::new(Inner {
                kind: ErrorKind::Timeout,
                trace_id: context.trace_id().cloned(),
                status: answer.as_ref().map(|answer| answer.status),
                answer,
                ..Inner::without_answer(Some(operation), sent)
            })),
        }
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if an answer came, readable or not. For a failed login, the status of the login.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status.or_else(|| self.login_error()?.status())
    }

    /// Whether the pod reported success, and only the body is not the declared one. An HTML page does not come from a
    /// pod: a login page in its place answers everything with success.
    pub(crate) fn is_of_a_success(&self) -> bool {
        let is_whole = matches!(self.kind(), ErrorKind::Undecodable | ErrorKind::Unexpected);
        let is_page = || {
            let media_type = self.headers().and_then(|headers| headers.get(http::header::CONTENT_TYPE));
            let body = self.body().map(|body| body.trim_ascii_start()).unwrap_or_default();
            media_type.is_some_and(|media_type| media_type.as_bytes().windows(4).any(|word| word == b"html"))
                || body.first() == Some(&b'<')
        };
        is_whole && self.0.status.is_some_and(|status| status.is_success()) && !is_page()
    }

    /// The `code` in the body of the error. It may contradict the HTTP status; believe the status.
    #[must_use]
    pub fn api_code(&self) -> Option<i32> {
        self.0.answer.as_ref()?.code
    }

    /// The message of the pod. If the request could not be built or the login failed, the reason.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.said().or_else(|| self.login_error().map(LoginError::message))
    }

    /// The message about the call itself.
    fn said(&self) -> Option<&str> {
        let said = self.0.answer.as_ref().and_then(|answer| answer.message.as_deref());
        said.or(self.0.message.as_deref())
    }

    /// The beginning of the answer's body, up to 4 KiB. `None` if no answer came.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// The answer's headers. `None` if no answer came.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The trace id, under which the pod has logged the call if it arrived. Name it when you ask Symphony's support.
    /// The `tracing` span of the call has it too.
    #[must_use]
    pub fn trace_id(&self) -> Option<&TraceId> {
        self.0.trace_id.as_ref()
    }

    /// The name of the operation, such as `remove_connection`, whether or not it was sent. None where there was no call: a pod
    /// could not be built, a login was asked for by itself, or an intent had no time left to wait for a call.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Whether the request may have left this machine.
    pub(crate) fn was_sent(&self) -> bool {
        self.0.sent != Sent::Not
    }

    /// The deadline passed before anything was sent.
    fn is_too_late_to_send(&self) -> bool {
        self.0.kind == ErrorKind::Timeout && self.0.sent != Sent::Perhaps
    }

    /// Whether the body has the form of a pod's error: a code and a message. Gateways answer with a message in JSON
    /// too.
    pub(crate) fn is_from_the_pod(&self) -> bool {
        self.0.answer.as_ref().is_some_and(|answer| answer.code.is_some() && answer.message.is_some())
    }

    /// The login that failed. `None` unless the kind is [`ErrorKind::Login`].
    #[must_use]
    pub fn login_error(&self) -> Option<&LoginError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The kind of problem of a failed login. `None` unless the kind is [`ErrorKind::Login`].
    #[must_use]
    pub fn login_problem(&self) -> Option<LoginProblem> {
        self.login_error().map(LoginError::problem)
    }

    /// How long the pod asks to wait before the next call. At most a year.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the pod limits the rate of all calls: it throttled a call, or the login that calls need.
    pub(crate) fn is_throttling(&self) -> bool {
        match self.kind() {
            ErrorKind::RateLimited => true,
            ErrorKind::Login => self.is_retryable() && self.retry_after().is_some(),
            _ => false,
        }
    }

    /// Whether every other call would fail in the same way.
    pub(crate) fn concerns_everybody(&self) -> bool {
        match self.kind() {
            ErrorKind::Login => !self.is_retryable(),
            ErrorKind::InvalidSession | ErrorKind::MissingEntitlement | ErrorKind::Runtime => true,
            kind => kind.obstacle().is_some(),
        }
    }

    /// Whether the call changes something and may have been carried out although it failed.
    ///
    /// If true, read the state again before you decide what to do. Always false for a call that only reads.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        self.0.effect == Effect::Changes && self.0.sent == Sent::Perhaps
    }

    /// Whether sending the same call again is safe and may succeed.
    ///
    /// The problem is a passing one, and the call only reads or certainly had no effect. Respect
    /// [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let passes = match self.kind() {
            ErrorKind::RateLimited | ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout => true,
            // The next answer would be too large or malformed again.
            ErrorKind::Undecodable => {
                use Unreadable::{Encoded, Shape, TooLarge};
                !matches!(self.0.unreadable, Some(Shape | TooLarge | Encoded))
            }
            ErrorKind::Login => self.login_problem().is_some_and(LoginProblem::is_passing),
            // A plain 500 is about this request; 502 to 504 are passing problems of the server.
            ErrorKind::Server => self.status().is_some_and(|status| (502..=504).contains(&status.as_u16())),
            _ => false,
        };
        passes && !self.outcome_unknown()
    }
}

impl Inner {
    /// Made from an answer that is not a success.
    fn refused(operation: &'static Operation, context: &Context, answer: Answer) -> Self {
        let status = answer.status;
        let message = answer.message.as_deref().unwrap_or_default();
        let obstacle = Obstacle::in_answer(status, &String::from_utf8_lossy(&answer.body));
        let kind = obstacle.map_or_else(|| classify(operation.name, status.as_u16(), message), Into::into);
        let retry_after = retry_after::asked_for(&answer.headers);
        let sent = after(status, retry_after.is_some(), kind);
        Self {
            kind,
            trace_id: context.trace_id().cloned(),
            retry_after,
            status: Some(status),
            answer: Some(answer),
            obstacle,
            ..Self::without_answer(Some(operation), sent)
        }
    }

    fn without_session(operation: Option<&'static Operation>, sent: Sent, error: LoginError) -> Self {
        Self {
            kind: ErrorKind::Login,
            retry_after: error.retry_after(),
            source: Some(Arc::new(error)),
            ..Self::without_answer(operation, sent)
        }
    }

    fn without_answer(operation: Option<&'static Operation>, sent: Sent) -> Self {
        Self {
            kind: ErrorKind::Unexpected,
            effect: operation.map_or(Effect::Reads, |operation| operation.effect),
            sent,
            operation: operation.map(|operation| operation.name),
            trace_id: None,
            status: None,
            answer: None,
            message: None,
            retry_after: None,
            unreadable: None,
            obstacle: None,
            source: None,
        }
    }
}

impl ErrorKind {
    /// The usual lasting problem behind this kind, if there is one.
    fn obstacle(self) -> Option<Obstacle> {
        match self {
            Self::ProxyRefused => Some(Obstacle::ProxyCredentials),
            Self::Certificate => Some(Obstacle::Certificate),
            Self::ClientCertificate => Some(Obstacle::ClientCertificate),
            Self::Tls => Some(Obstacle::Tls),
            _ => None,
        }
    }
}

impl From<Obstacle> for ErrorKind {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::ProxyCredentials | Obstacle::Proxy => Self::ProxyRefused,
            Obstacle::Untrusted | Obstacle::Expired | Obstacle::OtherName | Obstacle::Certificate => {
                Self::Certificate
            }
            Obstacle::ClientCertificate => Self::ClientCertificate,
            Obstacle::Tls | Obstacle::NoTlsThere | Obstacle::NoTlsHere => Self::Tls,
        }
    }
}

/// A request that did not reach a server had no effect.
fn transport(error: &reqwest::Error) -> (ErrorKind, Sent, Option<Obstacle>) {
    let obstacle = Obstacle::of(error);
    let (kind, sent) = if error.is_builder() {
        (ErrorKind::InvalidRequest, Sent::Not)
    } else if let Some(obstacle) = obstacle {
        (obstacle.into(), Sent::Without)
    } else if error.is_connect() {
        (ErrorKind::Connect, Sent::Not)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Sent::Perhaps)
    } else {
        (ErrorKind::Transport, Sent::Perhaps)
    };
    (kind, sent, obstacle)
}

/// A status in the 400s has changed nothing, and neither has a refusal with `Retry-After`.
fn after(status: StatusCode, names_a_time: bool, kind: ErrorKind) -> Sent {
    let come_back = status == StatusCode::SERVICE_UNAVAILABLE && names_a_time;
    // A gateway whose pod did not answer in time sends 408 too.
    let refused = status.is_client_error() && kind != ErrorKind::Timeout;
    if refused || come_back || kind == ErrorKind::ConflictingState { Sent::Without } else { Sent::Perhaps }
}

/// How much of a pod's message is shown, in characters.
const SHOWN: usize = 300;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, operation, unreadable, .. } = &*self.0;
        let obstacle = self.0.obstacle.or_else(|| kind.obstacle());
        // A 408 has the same text.
        let has_begun = self.status().is_some_and(|status| status.is_success());
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        match self.login_error() {
            Some(error) => write!(f, "there is no session: {error}")?,
            None if self.is_too_late_to_send() => f.write_str(TOO_LATE)?,
            None => {
                f.write_str(obstacle.map_or_else(|| what(*kind, *operation, has_begun), Obstacle::what))?;
            }
        }
        if let Some(status) = self.0.status {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        if let Some(message) = self.said() {
            write!(f, ": {}", shown(message, SHOWN))?;
        }
        if let Some(lost) = self.0.answer.as_ref().and_then(|answer| compressed(&answer.headers)) {
            write!(f, "; {lost}")?;
        }
        let is_from_the_pod = self.0.answer.is_none() || self.is_from_the_pod();
        let advice = match (unreadable, obstacle) {
            (Some(unreadable), _) => Some(unreadable.advice()),
            (None, Some(obstacle)) => Some(obstacle.advice()),
            (None, None) => match kind {
                ErrorKind::NotFound if !self.is_from_the_pod() => Some(NO_SUCH_PLACE),
                ErrorKind::MissingEntitlement if !is_from_the_pod => Some(NOT_ALLOWED_ON_THE_WAY),
                // What the pod may have meant, which it was not asked.
                ErrorKind::InvalidRequest if !self.was_sent() => None,
                kind => advice(*kind, *operation),
            },
        };
        if let Some(advice) = advice {
            write!(f, "; {advice}")?;
        }
        if let Some(wait) = self.retry_after() {
            write!(f, "; wait {} s before the next try", retry_after::whole_seconds(wait))?;
        }
        if self.outcome_unknown() {
            f.write_str(
                "; it may have been carried out all the same, so read the state before sending it again",
            )?;
        }
        // A call that was not sent is in no log of the pod.
        if let Some(trace_id) = self.trace_id().filter(|_| self.was_sent()) {
            write!(f, " [trace id {trace_id}]")?;
        }
        Ok(())
    }
}

/// Converts errors from before the first call. The message stays the same.
macro_rules! before_any_call {
    ($($other:ty => $kind:ident;)*) => {
        $(impl From<$other> for Error {
            fn from(error: $other) -> Self {
                Self(Box::new(Inner {
                    kind: ErrorKind::$kind,
                    message: Some(error.to_string()),
                    source: Some(Arc::new(error)),
                    ..Inner::without_answer(None, Sent::Not)
                }))
            }
        })*
    };
}

before_any_call! {
    crate::BuildError => Configuration;
    pod_api::ClientBuildError => Configuration;
    crate::session::InvalidKey => Credentials;
    crate::session::InvalidCertificate => Credentials;
    pod_api::InvalidToken => Credentials;
}

#[cfg(feature = "config")]
before_any_call! {
    crate::config::ConfigError => Configuration;
}

impl From<LoginError> for Error {
    fn from(error: LoginError) -> Self {
        Self(Box::new(Inner::without_session(None, Sent::Not, error)))
    }
}

impl From<InvalidUserId> for Error {
    fn from(error: InvalidUserId) -> Self {
        Self::of_no_call(ErrorKind::InvalidRequest, error.to_string())
    }
}

/// The error of a builder of a generated type.
impl From<ConversionError> for Error {
    fn from(error: ConversionError) -> Self {
        Self::of_no_call(ErrorKind::InvalidRequest, error.to_string())
    }
}

impl Unreadable {
    fn advice(self) -> &'static str {
        match self {
            Self::NotJson => BY_ANOTHER,
            Self::Shape => {
                "the pod may be newer or older than the document of the API that this client is made from"
            }
            Self::Encoded => BY_CODING,
            Self::TooLarge => {
                "it is larger than the limit, which is PodBuilder::max_body; ask for less at a time"
            }
        }
    }
}

const BY_CODING: &str = "switch on the feature `gzip` if that is what it is, or ask whoever runs what is before the pod not to compress what did not ask for it";
const BY_ANOTHER: &str = "a gateway or a login page may have answered in the pod's place";
const NO_SUCH_PLACE: &str =
    "the answer is not in the pod's words, so check the address, and what a gateway before it knows";
const NOT_ALLOWED_ON_THE_WAY: &str = "the answer is not in the pod's words, so a proxy or a gateway before the pod may not let the call through";
const TOO_LATE: &str = "the deadline passed before the call was sent, while it waited for a login or for a place among the calls in flight";

/// Whether an operation is about connections, whose errors are better documented. An error without an operation counts
/// too.
fn is_about_connections(operation: Option<&str>) -> bool {
    operation.is_none_or(|operation| operation.contains("connection"))
}

fn what(kind: ErrorKind, operation: Option<&str>, has_begun: bool) -> &'static str {
    match kind {
        ErrorKind::NotConnected => "the pod says that there is no connection to remove",
        ErrorKind::ConflictingState if is_about_connections(operation) => {
            "the connection is in a state that does not allow this"
        }
        ErrorKind::ConflictingState => "the present state does not allow this",
        ErrorKind::InvalidSession => "the session is not valid",
        ErrorKind::MissingEntitlement => "the caller may not do this",
        ErrorKind::NotFound => "not found",
        ErrorKind::RateLimited => "too many calls",
        ErrorKind::InvalidRequest => "the request is not valid",
        ErrorKind::Server => "the pod has a problem",
        ErrorKind::Connect => "no connection to the pod",
        ErrorKind::ProxyRefused | ErrorKind::Certificate | ErrorKind::ClientCertificate | ErrorKind::Tls => {
            "the pod cannot be reached like this"
        }
        ErrorKind::Transport => "the connection to the pod broke",
        ErrorKind::Timeout if has_begun => "the pod began to answer and did not end in time",
        ErrorKind::Timeout => "the pod did not answer in time",
        ErrorKind::Redirected => "the answer points elsewhere and was not followed",
        ErrorKind::Undecodable => "the answer says success and cannot be read",
        ErrorKind::Login => "there is no session",
        ErrorKind::Runtime => "another Tokio runtime on which this pod was used stands still",
        ErrorKind::Configuration => "the pod cannot be set up",
        ErrorKind::Credentials => "the credentials cannot be used",
        ErrorKind::NotMet => "the wait is over",
        ErrorKind::NotBegun => "nothing was done for the user",
        ErrorKind::Unexpected => "an answer that the API does not provide for",
    }
}

fn advice(kind: ErrorKind, operation: Option<&str>) -> Option<&'static str> {
    match (kind, operation) {
        (ErrorKind::NotConnected, _) => Some(
            "a request that is still pending cannot be removed on every pod, and users of one pod are always connected",
        ),
        (ErrorKind::ConflictingState, operation) if is_about_connections(operation) => {
            Some("read the connection again; somebody else may have changed it")
        }
        (ErrorKind::ConflictingState, _) => Some("read it again; somebody else may have changed it"),
        (ErrorKind::InvalidSession, _) => Some("it may have expired, or been ended on the pod; log in again"),
        (ErrorKind::MissingEntitlement, operation) if !is_about_connections(operation) => Some(
            "check the roles and entitlements of the calling user, and whether the call is allowed on behalf of a user",
        ),
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
        (ErrorKind::Runtime, _) => {
            Some("nothing was sent; drive that runtime, drop it, or build a pod for each")
        }
        (ErrorKind::Redirected, _) => Some("check the address of the pod"),
        (ErrorKind::Undecodable, _) => Some(BY_ANOTHER),
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
        let source = self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static));
        match self.0.kind {
            // `Display` has shown the outer error.
            ErrorKind::Login | ErrorKind::Configuration | ErrorKind::Credentials => source?.source(),
            _ => source,
        }
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
                let operation = match row.operations {
                    None => "any".to_owned(),
                    Some(CHANGES) => "changes of a connection".to_owned(),
                    Some(names) => {
                        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    }
                };
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
            // It is not known whether another call that fails like this had an effect.
            ("create_room", 500, wrapped, Server),
            ("create_room", 400, conflict, InvalidRequest),
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
            assert_eq!(classify(operation, status, message), kind, "{operation} {status} {message}");
        }
        assert_eq!(classify("", 400, ""), InvalidRequest);
    }

    #[test]
    fn the_changes_of_a_connection_are_named_in_the_documentation() {
        let names = CHANGES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let (last, others) = names.split_last().unwrap();
        let sentence = format!("//! Changes of a connection are {} and {last}.\n", others.join(", "));
        assert!(include_str!("error.rs").contains(&sentence), "{sentence}");
    }

    #[test]
    fn advice_for_connections_is_given_for_connections_only() {
        let of = |operation, kind| {
            Error(Box::new(Inner {
                kind,
                operation: Some(operation),
                ..Inner::without_answer(None, Sent::Without)
            }))
            .to_string()
        };
        for kind in [ErrorKind::ConflictingState, ErrorKind::MissingEntitlement] {
            let words = |text: String| text.contains("the connection") || text.contains("crossPod");
            assert!(words(of("accept_connection", kind)), "{kind:?}");
            assert!(words(of("list_connections", kind)), "{kind:?}");
            assert!(!words(of("create_room", kind)), "{kind:?}");
        }
    }
}
