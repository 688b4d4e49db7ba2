//! The six operations on connections, as users and apps on their behalf may use them.

use std::collections::BTreeSet;

use http::StatusCode;
use pod_api::operations;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call, user_id};
use super::state::{RemoveRule, Session, State, View};
use crate::connections::behaviour::{Action, Outcome, outcome};
use crate::connections::{Status, UserId};

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] = &[
    (operations::LIST_CONNECTIONS, list),
    (operations::GET_CONNECTION, get),
    (operations::CREATE_CONNECTION, |state, caller, call| change(state, caller, call, Action::Create)),
    (operations::ACCEPT_CONNECTION, |state, caller, call| change(state, caller, call, Action::Accept)),
    (operations::REJECT_CONNECTION, |state, caller, call| change(state, caller, call, Action::Reject)),
    (operations::REMOVE_CONNECTION, remove),
];

/// What the documented permissions let an app do on behalf of a user.
const ON_BEHALF: [&pod_api::Operation; 3] =
    [operations::LIST_CONNECTIONS, operations::GET_CONNECTION, operations::CREATE_CONNECTION];

/// Whether the caller may make this call: for themselves, or by an app on their behalf. Nothing is said of operations that
/// are not about connections.
pub(super) fn check_rights(
    state: &State,
    caller: UserId,
    session: Option<&Session>,
    operation: &pod_api::Operation,
) -> Result<(), Refusal> {
    if !SERVED.iter().any(|(served, _)| *served == operation) {
        return Ok(());
    }
    if !state.is_entitled(caller) {
        return Err(Refusal::lacks_entitlement());
    }
    if session.and_then(Session::app).is_some() && !ON_BEHALF.contains(&operation) {
        return Err(Refusal::forbidden("An app may not do this on behalf of a user."));
    }
    Ok(())
}

fn get(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    info(state, caller, call.path_user("userId")?)
}

fn change(state: &mut State, caller: UserId, call: &Call, action: Action) -> Result<Answer, Refusal> {
    let other = requested_user(call.body())?;
    act(state, caller, other, action)?;
    info(state, caller, other)
}

fn remove(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    act(state, caller, call.path_user("uid")?, Action::Remove)?;
    Ok(Answer::message("Connection Removed."))
}

/// The user whom the body of create, accept or reject names.
fn requested_user(body: &Value) -> Result<UserId, Refusal> {
    let id = body.get("userId").and_then(Value::as_i64);
    id.map(UserId::from)
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
    fn of(call: &Call) -> Result<Self, Refusal> {
        let status = call.query("status").map(StatusFilter::parse).transpose()?;
        let ids = call.query("userIds").filter(|ids| !ids.is_empty());
        let users = ids.map(|ids| ids.split(',').map(|id| user_id(id.trim())).collect()).transpose()?;
        Ok(Self { status: status.unwrap_or(StatusFilter::Pending), users })
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

fn list(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let filter = Filter::of(call)?;
    // A connection that nobody had to ask for shows only to those who name the user.
    let users = filter.users.clone().unwrap_or_else(|| state.counterparts(caller).collect());
    let views = users.into_iter().filter_map(|other| state.view(caller, other));
    let shown: Value = views.filter(|view| filter.admits(view)).map(|view| user_connection(&view)).collect();
    Ok(Answer::ok(&shown))
}

fn info(state: &State, caller: UserId, other: UserId) -> Result<Answer, Refusal> {
    check_cross_pod(state, caller, other)?;
    let view = state.view(caller, other).ok_or_else(connection_not_found)?;
    Ok(Answer::ok(&user_connection(&view)))
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
