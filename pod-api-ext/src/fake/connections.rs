//! The six operations on connections, as users and apps on their behalf may use them.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answer::Refusal;
use super::operation::ConnectionRoute;
use super::state::{RemoveRule, Session, State, View};
use crate::connections::behaviour::{Action, Outcome, outcome};
use crate::connections::{Status, UserId};

/// Whether the caller may make this call: for themselves, or by an app on their behalf.
pub(super) fn check_rights(
    state: &State,
    caller: UserId,
    session: Option<&Session>,
    route: &ConnectionRoute<'_>,
) -> Result<(), Refusal> {
    if !state.is_entitled(caller) {
        return Err(Refusal::forbidden("The user lacks the required entitlement to perform this operation"));
    }
    if session.and_then(Session::app).is_some() && !route.is_allowed_on_behalf() {
        return Err(Refusal::forbidden("An app may not do this on behalf of a user."));
    }
    Ok(())
}

pub(super) fn answer(
    state: &mut State,
    caller: UserId,
    route: &ConnectionRoute<'_>,
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    match *route {
        ConnectionRoute::List => {
            list(state, caller, &Filter::parse(request.uri().query().unwrap_or_default())?)
        }
        ConnectionRoute::Get { user } => info(state, caller, user_id(user)?),
        ConnectionRoute::Change { action } => {
            let other = requested_user(request.body())?;
            act(state, caller, other, action)?;
            info(state, caller, other)
        }
        ConnectionRoute::Remove { user } => {
            act(state, caller, user_id(user)?, Action::Remove)?;
            Ok(json!({ "format": "TEXT", "message": "Connection Removed." }))
        }
    }
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
    check_cross_pod(state, caller, other)?;
    state.view(caller, other).map(|view| user_connection(&view)).ok_or_else(connection_not_found)
}

/// Does what the action does, or refuses and changes nothing.
fn act(state: &mut State, caller: UserId, other: UserId, action: Action) -> Result<(), Refusal> {
    if !state.has_user(other) {
        return Err(match action {
            Action::Create => Refusal::new(StatusCode::NOT_FOUND, "There is no such user."),
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
    check_cross_pod(state, caller, other)?;
    let after = next(state, state.status(caller, other).as_ref(), action)?;
    state.set(caller, other, after);
    Ok(())
}

/// See [`State::set_cross_pod`].
fn check_cross_pod(state: &State, caller: UserId, other: UserId) -> Result<(), Refusal> {
    if state.can_reach(caller, other) {
        return Ok(());
    }
    Err(Refusal::forbidden("Cross-pod communication is not enabled between the pods of the two users."))
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
    Refusal::new(StatusCode::NOT_FOUND, "There is no connection with this user.")
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
