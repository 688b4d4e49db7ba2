//! Operations on users: session info, lookup, search, administration.

use pod_api::operations;
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call, user_id};
use super::state::State;
use super::user::User;
use crate::connections::UserId;

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] = &[
    (operations::GET_SESSION_INFO, session_info),
    (operations::GET_USER, get),
    (operations::GET_USERS, get_several),
    (operations::SEARCH_USERS, search),
    (operations::ADMIN_CREATE_USER, create),
    (operations::ADMIN_UPDATE_USER, update),
    (operations::ADMIN_GET_USER, get_detail),
    (operations::ADMIN_LIST_USERS, list_details),
    (operations::ADMIN_FIND_USERS, find),
    (operations::ADMIN_GET_USER_STATUS, get_status),
    (operations::ADMIN_UPDATE_USER_STATUS, update_status),
    (operations::ADMIN_UPDATE_USER_SUSPENSION, update_suspension),
];

/// The role that the operations for administrators ask for.
pub(super) const PROVISIONING: &str = "USER_PROVISIONING";

/// How many users a lookup takes.
const MOST_LOOKED_UP: usize = 100;

/// The attributes of `UserAttributes`, of which `V2UserAttributes` has more.
const FIRST_ATTRIBUTES: [&str; 16] = [
    "accountType",
    "assetClasses",
    "companyName",
    "department",
    "displayName",
    "division",
    "emailAddress",
    "firstName",
    "industries",
    "jobFunction",
    "lastName",
    "location",
    "mobilePhoneNumber",
    "smsNumber",
    "title",
    "workPhoneNumber",
];

/// Accounts that the pod itself needs.
const INDISPENSABLE: [&str; 2] = ["keymanager", "ceservice"];

fn session_info(state: &mut State, caller: UserId, _: &Call) -> Result<Answer, Refusal> {
    let user = known(state, caller)?;
    Ok(Answer::ok(&user.profile(caller, false)))
}

/// By one of an id, an e-mail address and a name.
fn get(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let (key, value) = key(call)?;
    if key == "username" && call.flag("local") != Some(true) {
        return Err(Refusal::bad_request(
            "A user is looked up by name on the own pod only, with local=true.",
        ));
    }
    let found = look_up(state, caller, call, key, value)?;
    Ok(found.map_or_else(Answer::nothing, |found| Answer::ok(&found)))
}

/// By one list of ids, e-mail addresses or names.
fn get_several(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let (key, values) = key(call)?;
    let values: Vec<&str> = values.split(',').map(str::trim).collect();
    if values.len() > MOST_LOOKED_UP {
        return Err(Refusal::bad_request(format!("At most {MOST_LOOKED_UP} users are looked up at once.")));
    }
    let (mut users, mut errors, mut is_one_unknown) = (Vec::new(), Vec::new(), false);
    for value in values {
        let is_malformed = match key {
            "uid" => value.parse::<i64>().is_err(),
            "email" => !value.contains('@'),
            _ => false,
        };
        if is_malformed {
            let member = if key == "uid" { "id" } else { "email" };
            errors.push(json!({ "error": "invalid.format", member: value }));
            continue;
        }
        match look_up(state, caller, call, key, value)? {
            Some(user) => users.push(user),
            None => is_one_unknown = true,
        }
    }
    match (users.is_empty(), errors.is_empty(), is_one_unknown) {
        (true, true, _) => Ok(Answer::nothing()),
        (_, _, true) => Err(call.undocumented("somebody who is not found among others")),
        (_, true, false) => Ok(Answer::ok(&json!({ "users": users }))),
        (_, false, false) => Ok(Answer::ok(&json!({ "users": users, "errors": errors }))),
    }
}

/// The one list that a lookup is given.
fn key(call: &Call) -> Result<(&'static str, &str), Refusal> {
    let given = ["uid", "email", "username"]
        .into_iter()
        .filter_map(|key| Some((key, call.query(key).filter(|value| !value.is_empty())?)));
    match given.collect::<Vec<_>>().as_slice() {
        [one] => Ok(*one),
        [] => Err(call.undocumented("a lookup by nothing")),
        _ => Err(call.undocumented("a lookup by ids, e-mail addresses and names at once")),
    }
}

/// A user as the caller sees them, if they are found.
fn look_up(
    state: &State,
    caller: UserId,
    call: &Call,
    key: &str,
    value: &str,
) -> Result<Option<Value>, Refusal> {
    let id = if key == "uid" { Some(user_id(value)?) } else { None };
    let is_meant = |one: UserId, user: &User| match key {
        "uid" => Some(one) == id,
        "email" => user.text("emailAddress").is_some_and(|own| own.eq_ignore_ascii_case(value)),
        _ => user.name == value,
    };
    let active = call.flag("active");
    let found = seen(state, caller, call)
        .filter(|(_, user)| active.is_none_or(|active| active != user.is_disabled))
        .find(|(id, user)| is_meant(*id, user));
    Ok(found.map(|(id, user)| user.profile(id, state.is_external(caller, id))))
}

/// The users whom a lookup looks at: those of the caller's pod, and unless it is local, those of all pods.
fn seen<'s>(state: &'s State, caller: UserId, call: &Call) -> impl Iterator<Item = (UserId, &'s User)> {
    let is_local = call.flag("local") == Some(true);
    state.users().filter(move |(id, _)| !is_local || !state.is_external(caller, *id))
}

fn search(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let page = call.page(50, None)?;
    let asked = call.body();
    let text = asked.get("query").and_then(Value::as_str).unwrap_or_default();
    let no_filters = Map::new();
    let filters = asked.get("filters").and_then(Value::as_object).unwrap_or(&no_filters);
    let listed: Option<Vec<&str>> = filters
        .get("accountTypes")
        .and_then(Value::as_array)
        .map(|types| types.iter().filter_map(Value::as_str).collect());
    let types = listed.unwrap_or_else(|| vec!["NORMAL", "SYSTEM"]);
    let is_found = |user: &User| {
        let names = ["firstName", "lastName", "displayName", "emailAddress"];
        let mut names = names.into_iter().filter_map(|name| user.text(name));
        types.contains(&user.text("accountType").unwrap_or("NORMAL"))
            && (text.is_empty() || names.any(|name| contains(name, text)))
            && filters.iter().filter(|(name, _)| *name != "accountTypes").all(|(name, wanted)| {
                let attribute = if name == "company" { "companyName" } else { name };
                let wanted = wanted.as_str().unwrap_or_default();
                match user.attributes.get(attribute) {
                    Some(Value::String(has)) => contains(has, wanted),
                    Some(Value::Array(all)) => {
                        all.iter().filter_map(Value::as_str).any(|has| contains(has, wanted))
                    }
                    _ => wanted.is_empty(),
                }
            })
    };
    let found: Vec<_> = seen(state, caller, call).filter(|(_, user)| is_found(user)).collect();
    let count = found.len();
    let users: Vec<Value> = page
        .of(found.into_iter())
        .map(|(id, user)| user.profile(id, state.is_external(caller, id)))
        .collect();
    if users.is_empty() {
        return Ok(Answer::nothing());
    }
    Ok(Answer::ok(&json!({
        "count": count,
        "skip": page.skip,
        "limit": page.limit,
        "searchQuery": asked,
        "users": users,
    })))
}

/// Whether one text is in another, in any case.
pub(super) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn create(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let mut attributes = given(call.body().get("userAttributes"));
    let account = attributes.entry("accountType").or_insert_with(|| "NORMAL".into()).clone();
    let names: &[&str] = if account == "NORMAL" { &["firstName", "lastName"] } else { &[] };
    for name in ["emailAddress", "userName", "displayName"].iter().chain(names) {
        if attributes.get(*name).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(Refusal::bad_request(format!("A new user needs userAttributes with {name}.")));
        }
    }
    check_attributes(state, None, &attributes)?;
    // A company that is not given is that of the pod, which its administrators are of.
    let company = known(state, caller)?.attributes.get("companyName").cloned();
    if let Some(company) = company {
        attributes.entry("companyName").or_insert(company);
    }
    let name = attributes.remove("userName").and_then(|name| name.as_str().map(str::to_owned));
    let mut user = User::new(name.unwrap_or_default());
    user.attributes = attributes;
    user.roles = texts(call.body().get("roles"));
    user.created = Some((state.clock.unix_millis(), caller));
    user.pod = state.pod_named(caller);
    let id = state.add_user(user);
    detail_of(state, id)
}

fn update(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let id = call.path_user("uid")?;
    known(state, id)?;
    let mut attributes = given(Some(call.body()));
    check_attributes(state, Some(id), &attributes)?;
    // These two cannot be emptied, which is a known mistake of pods.
    attributes
        .retain(|name, value| !(["industries", "assetClasses"].contains(&&**name) && *value == json!([])));
    let name = attributes.remove("userName").and_then(|name| name.as_str().map(str::to_owned));
    if let Some(user) = state.user_mut(id) {
        user.attributes.extend(attributes);
        if let Some(name) = name {
            user.name = name;
        }
    }
    detail_of(state, id)
}

/// The attributes in a body, without those that are null.
fn given(body: Option<&Value>) -> Map<String, Value> {
    let mut given = body.and_then(Value::as_object).cloned().unwrap_or_default();
    given.retain(|_, value| !value.is_null());
    given
}

/// Checks what must not be too long, and what no two users may have.
fn check_attributes(
    state: &State,
    of: Option<UserId>,
    attributes: &Map<String, Value>,
) -> Result<(), Refusal> {
    for (name, value) in attributes {
        let is_name = ["userName", "firstName", "lastName", "displayName"].contains(&&**name);
        let most = if is_name { 64 } else { 256 };
        if value.as_str().is_some_and(|text| text.chars().count() > most) {
            return Err(Refusal::bad_request(format!("{name} is longer than {most} characters.")));
        }
    }
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    for (id, user) in state.users().filter(|(id, _)| Some(*id) != of) {
        let taken = if text("userName") == Some(&user.name) {
            "userName"
        } else if text("emailAddress").is_some_and(|email| user.text("emailAddress") == Some(email)) {
            "emailAddress"
        } else {
            continue;
        };
        return Err(Refusal::bad_request(format!("User {id} has this {taken}.")));
    }
    if text("userName").is_some_and(|name| state.app(name).is_some()) {
        return Err(Refusal::bad_request("An app has this userName as its id."));
    }
    Ok(())
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn get_detail(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    detail_of(state, call.path_user("uid")?)
}

fn detail_of(state: &State, id: UserId) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&known(state, id)?.detail(id, None)))
}

fn list_details(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let page = call.page(100, Some(1000))?;
    let own = state.users().filter(|(id, _)| !state.is_external(caller, *id));
    let details: Value = page.of(own).map(|(id, user)| user.detail(id, None)).collect();
    Ok(Answer::ok(&details))
}

fn find(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let page = call.page(100, Some(1000))?;
    let filter = |name: &str| call.body().get(name).and_then(Value::as_str);
    if filter("feature").is_some() {
        return Err(call.undocumented("which features a user has to begin with"));
    }
    let is_found = |user: &User| {
        filter("role").is_none_or(|role| user.roles.iter().any(|has| has == role))
            && filter("status").is_none_or(|status| (status == "DISABLED") == user.is_disabled)
    };
    let own = state.users().filter(|(id, user)| !state.is_external(caller, *id) && is_found(user));
    let details: Value = page.of(own).map(|(id, user)| user.detail(id, Some(&FIRST_ATTRIBUTES))).collect();
    Ok(Answer::ok(&details))
}

fn get_status(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    Ok(Answer::ok(&known(state, call.path_user("uid")?)?.status()))
}

fn update_status(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let id = call.path_user("uid")?;
    let suspension = suspension(call.body())?;
    let is_disabled = call.body().get("status").map(|status| status == "DISABLED");
    let user = known(state, id)?;
    if is_disabled == Some(true) && INDISPENSABLE.contains(&&*user.name) {
        return Err(Refusal::bad_request(format!("{} cannot be disabled.", user.name)));
    }
    if let Some(user) = state.user_mut(id) {
        user.is_disabled = is_disabled.unwrap_or(user.is_disabled);
        user.suspension = suspension.unwrap_or_else(|| user.suspension.take());
    }
    Ok(Answer::ok(&json!({ "message": "OK" })))
}

fn update_suspension(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let id = call.path_user("userId")?;
    known(state, id)?;
    let suspension = suspension(call.body())?
        .ok_or_else(|| Refusal::bad_request("The body must say whether the user is suspended."))?;
    if let Some(user) = state.user_mut(id) {
        user.suspension = suspension;
    }
    Ok(Answer::message("User suspended with success"))
}

/// What a body says of a suspension, if it says anything: until when and why, or that there is none.
fn suspension(body: &Value) -> Result<Option<Option<(i64, String)>>, Refusal> {
    let until = body.get("suspendedUntil").and_then(Value::as_i64);
    let reason = body.get("suspensionReason").and_then(Value::as_str).map(str::to_owned);
    match (body.get("suspended").and_then(Value::as_bool), until, reason) {
        (Some(true), Some(until), Some(reason)) => Ok(Some(Some((until, reason)))),
        (Some(true), ..) => {
            Err(Refusal::bad_request("A suspension needs suspendedUntil and suspensionReason."))
        }
        (Some(false), None, None) => Ok(Some(None)),
        (None, None, None) => Ok(None),
        _ => Err(Refusal::bad_request("suspendedUntil and suspensionReason are for a suspension.")),
    }
}

/// Whether the caller has a role; 403 otherwise.
pub(super) fn require(state: &State, caller: UserId, role: &str) -> Result<(), Refusal> {
    if state.has_role(caller, role) { Ok(()) } else { Err(Refusal::lacks_entitlement()) }
}

/// A user, who has to be there.
pub(super) fn known(state: &State, id: UserId) -> Result<&User, Refusal> {
    state.user(id).ok_or_else(|| Refusal::bad_request(format!("There is no user {id}.")))
}
