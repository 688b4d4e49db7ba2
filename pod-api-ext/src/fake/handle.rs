//! From a request and a state to an answer, without any I/O.
//!
//! A request passes four gates, and the first that is shut answers: is there such an operation (404, 405), whose
//! session is it (401), may they (403), is the request well formed (400, 411, 415). Only then is the state looked at.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::state::{ConflictAnswer, RemoveRule, State, View};
use crate::connections::behaviour::{Action, Outcome, outcome};
use crate::connections::{Status, UserId};

/// The header that carries the session token.
pub(super) const SESSION_TOKEN: &str = "sessiontoken";

/// Answers one request, and changes the state if the request does.
///
/// Any request gets an answer with a JSON body. A refusal has a status of 400 or above, a body with the members `code`
/// and `message`, and has changed nothing.
pub fn handle(state: &mut State, request: &Request<Bytes>) -> Response<Bytes> {
    match answer(state, request) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(refusal) => refusal.into_response(),
    }
}

/// The user in whose session a request is made.
pub(super) fn caller(state: &State, headers: &HeaderMap) -> Option<UserId> {
    state.session_owner(headers.get(SESSION_TOKEN)?.to_str().ok()?)
}

fn answer(state: &mut State, request: &Request<Bytes>) -> Result<Value, Refusal> {
    let operation = Operation::of(request.method(), request.uri().path())?;
    let caller = caller(state, request.headers())
        .ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Invalid session"))?;
    if !state.is_entitled(caller) {
        let message = "The user lacks the required entitlement to perform this operation";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    if state.strict {
        operation.check_form(request)?;
    }
    match operation {
        Operation::List => list(state, caller, &Filter::parse(request.uri().query().unwrap_or_default())?),
        Operation::Info { user } => info(state, caller, user_id(user)?),
        Operation::Change { action } => {
            let other = requested_user(request.body())?;
            act(state, caller, other, action)?;
            info(state, caller, other)
        }
        Operation::Remove { user } => {
            act(state, caller, user_id(user)?, Action::Remove)?;
            Ok(json!({ "format": "TEXT", "message": "Connection Removed." }))
        }
    }
}

/// The operations that the pod serves.
enum Operation<'a> {
    List,
    Info {
        user: &'a str,
    },
    /// Create, accept or reject: the user is in the body.
    Change {
        action: Action,
    },
    Remove {
        user: &'a str,
    },
}

impl<'a> Operation<'a> {
    fn of(method: &Method, path: &'a str) -> Result<Self, Refusal> {
        let no_such = || Refusal::new(StatusCode::NOT_FOUND, "There is no such operation.");
        let tail = path.strip_prefix("/pod/v1/connection/").ok_or_else(no_such)?;
        let operation = match *tail.split('/').collect::<Vec<_>>().as_slice() {
            ["list"] => Self::List,
            ["create"] => Self::Change { action: Action::Create },
            ["accept"] => Self::Change { action: Action::Accept },
            ["reject"] => Self::Change { action: Action::Reject },
            ["user", user, "info"] => Self::Info { user },
            ["user", user, "remove"] => Self::Remove { user },
            _ => return Err(no_such()),
        };
        if method == operation.method() {
            Ok(operation)
        } else {
            Err(Refusal::wrong_method(operation.method()))
        }
    }

    fn method(&self) -> &'static Method {
        match self {
            Self::List | Self::Info { .. } => &Method::GET,
            Self::Change { .. } | Self::Remove { .. } => &Method::POST,
        }
    }

    /// See [`State::strict`].
    fn check_form(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let content_type = request.headers().get(CONTENT_TYPE);
        match self {
            Self::List | Self::Info { .. } => Ok(()),
            Self::Change { .. } if !content_type.is_some_and(is_json) => Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body must be JSON, with Content-Type: application/json.",
            )),
            Self::Change { .. } => Ok(()),
            Self::Remove { .. } if !request.body().is_empty() => {
                Err(Refusal::bad_request("This operation takes no body."))
            }
            Self::Remove { .. } if content_type.is_some() => {
                Err(Refusal::bad_request("A request without a body must not have a Content-Type."))
            }
            Self::Remove { .. }
                if request.headers().get(CONTENT_LENGTH).is_none_or(|length| length != "0") =>
            {
                Err(Refusal::new(
                    StatusCode::LENGTH_REQUIRED,
                    "A POST without a body needs Content-Length: 0.",
                ))
            }
            Self::Remove { .. } => Ok(()),
        }
    }
}

fn is_json(content_type: &HeaderValue) -> bool {
    content_type
        .to_str()
        .ok()
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

fn user_id(text: &str) -> Result<UserId, Refusal> {
    text.parse().map_err(|_| Refusal::bad_request("A user id is a decimal integer of 64 bits."))
}

/// The user whom the body of create, accept or reject names.
fn requested_user(body: &[u8]) -> Result<UserId, Refusal> {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    body.and_then(|body| body.get("userId")?.as_i64())
        .map(UserId::from)
        .ok_or_else(|| Refusal::bad_request("The body must be a JSON object with an integer userId."))
}

/// Which connections list shows.
struct Filter {
    status: StatusFilter,
    /// None: whoever there is.
    users: Option<BTreeSet<UserId>>,
}

enum StatusFilter {
    Pending,
    All,
    Only(Status),
}

impl Filter {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut filter = Self { status: StatusFilter::Pending, users: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "status" => filter.status = StatusFilter::parse(&value)?,
                "userIds" if !value.is_empty() => {
                    let ids: Result<_, _> = value.split(',').map(|id| user_id(id.trim())).collect();
                    filter.users = Some(ids?);
                }
                // Real pods take no notice of parameters that they do not know.
                _ => {}
            }
        }
        Ok(filter)
    }

    fn admits(&self, view: &View) -> bool {
        match &self.status {
            StatusFilter::Pending => matches!(view.status, Status::PendingIncoming | Status::PendingOutgoing),
            StatusFilter::All => true,
            StatusFilter::Only(status) => view.status == *status,
        }
    }
}

impl StatusFilter {
    /// The prose of the specification writes the words small, its enumeration writes them large.
    fn parse(word: &str) -> Result<Self, Refusal> {
        match word.to_ascii_uppercase().as_str() {
            "ALL" => Ok(Self::All),
            known => match Status::from(known) {
                Status::Unknown(_) => Err(Refusal::bad_request(
                    "The status must be PENDING_INCOMING, PENDING_OUTGOING, ACCEPTED, REJECTED or ALL.",
                )),
                status => Ok(Self::Only(status)),
            },
        }
    }
}

fn list(state: &State, caller: UserId, filter: &Filter) -> Result<Value, Refusal> {
    // A connection that nobody had to ask for shows only to those who name the user.
    let users = filter.users.clone().unwrap_or_else(|| state.counterparts(caller).collect());
    let views = users.into_iter().filter_map(|other| state.view(caller, other));
    Ok(views.filter(|view| filter.admits(view)).map(|view| user_connection(&view)).collect())
}

fn info(state: &State, caller: UserId, other: UserId) -> Result<Value, Refusal> {
    state.view(caller, other).map(|view| user_connection(&view)).ok_or_else(connection_not_found)
}

/// Does what the action does, or refuses and changes nothing.
fn act(state: &mut State, caller: UserId, other: UserId, action: Action) -> Result<(), Refusal> {
    if !state.has_user(other) {
        return Err(match action {
            Action::Create => Refusal::new(StatusCode::NOT_FOUND, "User cannot be found."),
            Action::Accept | Action::Reject | Action::Remove => connection_not_found(),
        });
    }
    if caller == other {
        return Err(Refusal::bad_request("A user has no connection with themselves."));
    }
    if state.share_a_pod(caller, other) {
        return match action {
            Action::Create | Action::Accept => Ok(()),
            Action::Reject | Action::Remove => {
                let message =
                    "Users of one pod are always connected; that can be neither rejected nor removed.";
                Err(Refusal::bad_request(message))
            }
        };
    }
    let after = next(state, state.status(caller, other).as_ref(), action)?;
    state.set(caller, other, after);
    Ok(())
}

/// The status after an action between users of different pods; none ends the connection.
fn next(state: &State, before: Option<&Status>, action: Action) -> Result<Option<Status>, Refusal> {
    let connected = before == Some(&Status::Accepted);
    if action == Action::Remove && !connected && state.remove_rule == RemoveRule::ConnectedOnly {
        return Err(not_connected());
    }
    // Not in the table, but stated in words: once declined, a new request is allowed.
    if action == Action::Create && before == Some(&Status::Rejected) {
        return Ok(Some(Status::PendingOutgoing));
    }
    match (outcome(before, action), action, before) {
        (Outcome::Becomes(status), ..) => Ok(Some(status)),
        (Outcome::Removed, ..) => Ok(None),
        (Outcome::Undocumented, Action::Remove, _) => Err(not_connected()),
        (Outcome::Undocumented, _, None) => {
            Err(Refusal::bad_request("There is no connection request to answer."))
        }
        (Outcome::Undocumented, _, Some(status)) => {
            Err(Refusal::conflict(state.conflict_answer, action, status))
        }
    }
}

fn not_connected() -> Refusal {
    Refusal::bad_request("The users are not connected.")
}

fn connection_not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "Connection cannot be found.")
}

/// A connection as the API writes it. The times are in milliseconds since 1970.
fn user_connection(view: &View) -> Value {
    match view.requested {
        None => json!({ "userId": i64::from(view.user), "status": view.status.as_str() }),
        Some(requested) => json!({
            "userId": i64::from(view.user),
            "status": view.status.as_str(),
            "firstRequestedAt": requested.first_at,
            "updatedAt": requested.updated_at,
            "requestCounter": requested.counter,
        }),
    }
}

/// An answer that is not 200.
pub(super) struct Refusal {
    status: StatusCode,
    message: Cow<'static, str>,
    allow: Option<&'static Method>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn wrong_method(allow: &'static Method) -> Self {
        let message = format!("This operation takes {allow}.");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message) }
    }

    /// The words "not consistent with current status" are what clients of real pods recognise.
    fn conflict(answer: ConflictAnswer, action: Action, status: &Status) -> Self {
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
        let body = json!({ "code": self.status.as_u16(), "message": self.message });
        let mut response = json_response(self.status, &body);
        if let Some(method) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(method.as_str()));
        }
        response
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
