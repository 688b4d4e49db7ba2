//! Presence of users.

use http::StatusCode;
use pod_api::operations;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call, user_id};
use super::state::State;
use super::user::Presence;
use super::users::{PROVISIONING, require};
use crate::connections::{Status, UserId};

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] = &[
    (operations::GET_PRESENCE, get_own),
    (operations::SET_PRESENCE, set_own),
    (operations::GET_USER_PRESENCE, get),
    (operations::SET_USER_PRESENCE, set),
    (operations::REGISTER_PRESENCE_INTEREST, register),
    (operations::LIST_PRESENCES, list),
];

/// How long an interest in a user of another pod lasts, in milliseconds.
const INTEREST: i64 = 60 * 60 * 1000;

fn get_own(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let presence = said(state, caller, call)?;
    Ok(Answer::ok(&written(caller, &presence.category, presence.set_at)))
}

fn set_own(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    say(state, caller, call)
}

fn set(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let id = call.body().get("userId").and_then(Value::as_i64);
    let id = id.ok_or_else(|| Refusal::bad_request("The body must have a userId."))?;
    say(state, id.into(), call)
}

fn say(state: &mut State, user: UserId, call: &Call) -> Result<Answer, Refusal> {
    if call.flag("soft") == Some(true) {
        return Err(call.undocumented("a soft presence of somebody whose client has said nothing"));
    }
    let category = call.body().get("category").and_then(Value::as_str).unwrap_or_default().to_owned();
    let set_at = state.clock.unix_millis();
    let known = state.user_mut(user).ok_or_else(not_found)?;
    let answer = written(user, &category, set_at);
    known.presence = Some(Presence { category, set_at });
    Ok(Answer::ok(&answer))
}

fn get(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let user = call.path_user("uid")?;
    if !state.has_user(user) {
        return Err(not_found());
    }
    let now = state.clock.unix_millis();
    let is_external = state.is_external(caller, user);
    if is_external && call.flag("local") == Some(true) {
        return Ok(Answer::ok(&written(user, "OFFLINE", now)));
    }
    let interest = state.user(caller).and_then(|caller| caller.interests.get(&user));
    let is_known = interest.is_some_and(|since| now.saturating_sub(*since) < INTEREST);
    if is_external && !(is_known && state.status(caller, user) == Some(Status::Accepted)) {
        return Err(call.undocumented(
            "the presence of a user of another pod who is not connected with the caller, or in whom no interest was \
             registered within an hour",
        ));
    }
    let presence = said(state, user, call)?;
    let category = if is_external { from_outside(&presence.category) } else { &presence.category };
    let at = if category == "OFFLINE" { now } else { presence.set_at };
    Ok(Answer::ok(&written(user, category, at)))
}

/// What users of other pods see.
fn from_outside(category: &str) -> &str {
    match category {
        "BE_RIGHT_BACK" | "DO_NOT_DISTURB" => "AWAY",
        "OFF_WORK" => "OFFLINE",
        same => same,
    }
}

fn register(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let ids = call.body().as_array().into_iter().flatten().filter_map(Value::as_i64);
    let ids: Vec<UserId> = ids.map(UserId::from).collect();
    if ids.iter().any(|id| !state.has_user(*id)) {
        return Err(not_found());
    }
    let now = state.clock.unix_millis();
    if let Some(caller) = state.user_mut(caller) {
        caller.interests.extend(ids.into_iter().map(|id| (id, now)));
    }
    Ok(Answer::message("OK"))
}

/// Everybody of the pod who has said anything, by their ids.
fn list(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let page = call.page(1000, Some(5000))?;
    // The id itself comes again.
    let first = call.query("lastUserId").filter(|id| !id.is_empty()).map(user_id).transpose()?;
    let own = state
        .users()
        .filter(|(id, _)| !state.is_external(caller, *id) && first.is_none_or(|first| *id >= first));
    let said = own.filter_map(|(id, user)| Some((id, user.presence.as_ref()?)));
    let presences: Value =
        page.of(said).map(|(id, presence)| written(id, &presence.category, presence.set_at)).collect();
    Ok(Answer::ok(&presences))
}

fn said<'s>(state: &'s State, user: UserId, call: &Call) -> Result<&'s Presence, Refusal> {
    let presence = state.user(user).and_then(|user| user.presence.as_ref());
    presence.ok_or_else(|| call.undocumented("the presence of somebody for whom none was set"))
}

fn written(user: UserId, category: &str, at: i64) -> Value {
    json!({ "category": category, "userId": i64::from(user), "timestamp": at })
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "There is no such user.")
}
