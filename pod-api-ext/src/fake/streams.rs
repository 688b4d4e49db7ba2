//! Streams of users: conversations, and lists of them and of rooms.

use std::collections::BTreeSet;

use pod_api::operations;
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call};
use super::rooms::is_active;
use super::state::State;
use super::stream::Stream;
use super::users::{PROVISIONING, known, require};
use crate::connections::{Status, UserId};

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] = &[
    (operations::CREATE_IM, create),
    (operations::ADMIN_CREATE_IM, create_of_others),
    (operations::GET_IM, get_conversation),
    (operations::UPDATE_IM, update_conversation),
    (operations::LIST_STREAMS, list_own),
    (operations::ADMIN_LIST_USER_STREAMS, list_of_user),
    (operations::GET_STREAM, get),
    (operations::ADMIN_LIST_STREAM_MEMBERS, list_members),
];

fn create(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let mut people = people(state, call)?;
    if people.is_empty() {
        return Err(Refusal::bad_request("A conversation needs at least one user besides the caller."));
    }
    people.insert(caller);
    if people.len() == 1 {
        return Err(call.undocumented("a conversation with oneself"));
    }
    let is_reached =
        |other: &UserId| *other == caller || state.status(caller, *other) == Some(Status::Accepted);
    if !people.iter().all(is_reached) {
        return Err(Refusal::forbidden("The caller is not connected with all of these users."));
    }
    Ok(conversation(state, caller, people))
}

fn create_of_others(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let people = people(state, call)?;
    if people.contains(&caller) {
        return Err(call.undocumented("a conversation with the caller"));
    }
    if people.len() < 2 {
        return Err(Refusal::bad_request("A conversation needs at least two users."));
    }
    Ok(conversation(state, caller, people))
}

/// The people whom a body names, each once.
fn people(state: &State, call: &Call) -> Result<BTreeSet<UserId>, Refusal> {
    let ids = call.body().as_array().into_iter().flatten().filter_map(Value::as_i64).map(UserId::from);
    ids.map(|id| known(state, id).map(|_| id)).collect()
}

/// The one conversation of these people.
fn conversation(state: &mut State, caller: UserId, people: BTreeSet<UserId>) -> Answer {
    let known = state.streams.between(&people).map(|stream| stream.id.clone());
    let id = known.unwrap_or_else(|| {
        let now = state.clock.unix_millis();
        state.streams.begin(false, caller, now, people, Map::new())
    });
    Answer::ok(&json!({ "id": id }))
}

/// A conversation that the caller is in.
fn own_conversation<'s>(state: &'s State, caller: UserId, call: &Call) -> Result<&'s Stream, Refusal> {
    let stream = state.streams.get(call.path("id")).filter(|stream| !stream.is_room).ok_or_else(no_stream)?;
    if stream.members.contains_key(&caller) { Ok(stream) } else { Err(Refusal::lacks_entitlement()) }
}

fn no_stream() -> Refusal {
    Refusal::bad_request("There is no such stream.")
}

fn get_conversation(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let stream = own_conversation(state, caller, call)?;
    Ok(Answer::ok(&json!({
        "V1IMAttributes": stream.attributes,
        "IMSystemInfo": {
            "id": stream.id,
            "creationDate": stream.created_at,
            "active": is_active(state, stream),
        },
    })))
}

fn update_conversation(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let stream = own_conversation(state, caller, call)?;
    let pinned = call.body().get("pinnedMessageId").and_then(Value::as_str);
    let before = stream.attributes.get("pinnedMessageId").and_then(Value::as_str).unwrap_or_default();
    let Some(pinned) = pinned.filter(|pinned| *pinned != before) else {
        return Err(Refusal::bad_request("Nothing of the conversation would change."));
    };
    if let Some(stream) = state.streams.get_mut(call.path("id")) {
        stream.attributes.insert("pinnedMessageId".to_owned(), pinned.into());
        // An empty id unpins.
        stream.attributes.retain(|_, value| value != "");
    }
    get_conversation(state, caller, call)
}

fn list_own(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    list(state, caller, call)
}

fn list_of_user(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let user = call.path_user("uid")?;
    known(state, user)?;
    list(state, user, call)
}

/// The streams of a user, the oldest first.
fn list(state: &State, user: UserId, call: &Call) -> Result<Answer, Refusal> {
    let page = call.page(50, None)?;
    let types = call.body().get("streamTypes").and_then(Value::as_array);
    let types: Option<Vec<&str>> = types
        .filter(|types| !types.is_empty())
        .map(|types| types.iter().filter_map(|of| of.get("type")?.as_str()).collect());
    let with_inactive = call.body().get("includeInactiveStreams").and_then(Value::as_bool);
    let mut listed = Vec::new();
    for stream in state.streams.iter().filter(|stream| stream.members.contains_key(&user)) {
        if types.as_ref().is_some_and(|types| !types.contains(&stream.kind())) {
            continue;
        }
        match with_inactive {
            _ if is_active(state, stream) => (),
            Some(true) => (),
            Some(false) => continue,
            None => {
                return Err(call.undocumented(
                    "whether inactive streams, of which there are some, are listed without includeInactiveStreams",
                ));
            }
        }
        listed.push(written(state, stream));
    }
    let listed: Vec<Value> = page.of(listed.into_iter()).collect();
    Ok(if listed.is_empty() { Answer::nothing() } else { Answer::ok(&listed.into()) })
}

/// A stream as `StreamAttributes`.
fn written(state: &State, stream: &Stream) -> Value {
    let mut written = json!({
        "id": stream.id,
        "crossPod": is_cross_pod(state, stream),
        "active": is_active(state, stream),
        "streamType": { "type": stream.kind() },
    });
    if stream.is_room {
        written["roomAttributes"] = json!({ "name": stream.name() });
    } else {
        let members: Vec<i64> = stream.members.keys().map(|id| i64::from(*id)).collect();
        written["streamAttributes"] = json!({ "members": members });
    }
    written
}

fn is_cross_pod(state: &State, stream: &Stream) -> bool {
    if stream.is_room {
        return stream.is("crossPod");
    }
    let first = stream.members.keys().next();
    first.is_some_and(|first| stream.members.keys().any(|other| state.is_external(*first, *other)))
}

fn get(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let stream = state.streams.get(call.path("sid")).ok_or_else(no_stream)?;
    let is_open = stream.is_room && (stream.is("public") || stream.is("discoverable"));
    if !is_open && !stream.members.contains_key(&caller) {
        require(state, caller, PROVISIONING)?;
    }
    let mut written = written(state, stream);
    let is_external = stream.members.keys().any(|member| state.is_external(stream.creator, *member));
    written["origin"] = if is_external { "EXTERNAL" } else { "INTERNAL" }.into();
    Ok(Answer::ok(&written))
}

fn list_members(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    require(state, caller, PROVISIONING)?;
    let page = call.page(100, Some(1000))?;
    let stream = state.streams.get(call.path("id")).ok_or_else(no_stream)?;
    let members: Vec<Value> = page
        .of(stream.members.iter())
        .map(|(id, member)| {
            json!({
                "user": member_user(state, caller, *id),
                "isOwner": member.is_owner,
                "isCreator": *id == stream.creator,
                "joinDate": member.joined_at,
            })
        })
        .collect();
    Ok(Answer::ok(&json!({
        "count": stream.members.len(),
        "skip": page.skip,
        "limit": page.limit,
        "members": members,
    })))
}

/// A member as `V2MemberUserDetail`. Of users of other pods the e-mail address is not told.
fn member_user(state: &State, caller: UserId, id: UserId) -> Value {
    let is_external = state.is_external(caller, id);
    let mut told = json!({ "userId": i64::from(id), "isExternal": is_external });
    let names = [
        ("email", "emailAddress"),
        ("firstName", "firstName"),
        ("lastName", "lastName"),
        ("displayName", "displayName"),
        ("company", "companyName"),
    ];
    for (name, attribute) in names {
        let value = state.user(id).and_then(|user| user.attributes.get(attribute));
        if let Some(value) = value.filter(|_| !is_external || name != "email") {
            told[name] = value.clone();
        }
    }
    told
}
