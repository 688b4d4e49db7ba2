//! Rooms and their members.

use pod_api::operations;
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call};
use super::state::State;
use super::stream::{Member, Stream};
use super::users::{PROVISIONING, contains, known};
use crate::connections::UserId;

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] = &[
    (operations::CREATE_ROOM, create),
    (operations::GET_ROOM, get),
    (operations::UPDATE_ROOM, update),
    (operations::SET_ROOM_ACTIVE, set_active),
    (operations::ADMIN_SET_ROOM_ACTIVE, set_active),
    (operations::SEARCH_ROOMS, search),
    (operations::ADD_ROOM_MEMBER, add),
    (operations::REMOVE_ROOM_MEMBER, remove),
    (operations::PROMOTE_ROOM_OWNER, promote),
    (operations::DEMOTE_ROOM_OWNER, demote),
    (operations::LIST_ROOM_MEMBERS, list_members),
    (operations::ADMIN_ADD_ROOM_MEMBER, add),
    (operations::ADMIN_REMOVE_ROOM_MEMBER, remove),
    (operations::ADMIN_LIST_ROOM_MEMBERS, list_members),
];

/// The attributes that a room keeps. `subType` and `groupChat` are taken and ignored.
const KEPT: [&str; 13] = [
    "copyProtected",
    "crossPod",
    "description",
    "discoverable",
    "keywords",
    "membersCanInvite",
    "multiLateralRoom",
    "name",
    "pinnedMessageId",
    "public",
    "readOnly",
    "scheduledMeeting",
    "viewHistory",
];

/// What the caller is to a room.
struct Standing {
    is_member: bool,
    is_owner: bool,
    /// An officer of compliance.
    is_officer: bool,
    is_provisioner: bool,
}

impl Standing {
    /// By an operation for administrators nobody is more than their roles.
    fn of(state: &State, caller: UserId, room: &Stream, call: &Call) -> Self {
        let is_admin = call.operation.path.contains("/admin/");
        let officers = ["COMPLIANCE_OFFICER", "SUPER_COMPLIANCE_OFFICER"];
        Self {
            is_member: !is_admin && room.members.contains_key(&caller),
            is_owner: !is_admin && room.is_owner(caller),
            is_officer: officers.iter().any(|role| state.has_role(caller, role)),
            is_provisioner: state.has_role(caller, PROVISIONING),
        }
    }

    fn is_over_it(&self) -> bool {
        self.is_officer || self.is_provisioner
    }
}

/// 403, unless it may be done.
fn permit(is_permitted: bool) -> Result<(), Refusal> {
    if is_permitted { Ok(()) } else { Err(Refusal::lacks_entitlement()) }
}

fn room<'s>(state: &'s State, call: &Call) -> Result<&'s Stream, Refusal> {
    let room = state.streams.get(call.path("id")).filter(|stream| stream.is_room);
    room.ok_or_else(no_room)
}

fn room_mut<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Stream, Refusal> {
    let room = state.streams.get_mut(call.path("id")).filter(|stream| stream.is_room);
    room.ok_or_else(no_room)
}

fn no_room() -> Refusal {
    Refusal::bad_request("There is no such room.")
}

fn create(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let mut attributes = given(call.body());
    if let Some(name) = attributes.get("name").and_then(Value::as_str) {
        check_name(state, None, name, call)?;
    }
    let is = |attribute: &str, value: bool| attributes.get(attribute) == Some(&Value::Bool(value));
    for attribute in ["viewHistory", "discoverable", "membersCanInvite"] {
        if is("public", true) && is(attribute, false) {
            return Err(Refusal::bad_request(format!("{attribute} of a public room cannot be false.")));
        }
    }
    for attribute in ["readOnly", "public", "discoverable"] {
        if is("crossPod", true) && is(attribute, true) {
            return Err(Refusal::bad_request(format!("A room with crossPod cannot have {attribute}.")));
        }
    }
    attributes.entry("public").or_insert(false.into());
    attributes.entry("keywords").or_insert_with(|| json!([]));
    let now = state.clock.unix_millis();
    let id = state.streams.begin(true, caller, now, [caller], attributes);
    let room = state.streams.get(&id).ok_or_else(no_room)?;
    Ok(Answer::ok(&detail(state, room)))
}

/// The attributes in a body that a room keeps, without those that are null.
fn given(body: &Value) -> Map<String, Value> {
    let mut given = body.as_object().cloned().unwrap_or_default();
    given.retain(|name, value| KEPT.contains(&&**name) && !value.is_null());
    given
}

fn check_name(state: &State, of: Option<&str>, name: &str, call: &Call) -> Result<(), Refusal> {
    if name.chars().count() >= 50 {
        return Err(Refusal::bad_request("The name of a room is shorter than 50 characters."));
    }
    // Names that differ by case and blanks only are the same.
    let plain = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
    let others = state.streams.iter().filter(|stream| stream.is_room && of != Some(&*stream.id));
    if others.into_iter().any(|other| plain(other.name()) == plain(name)) {
        return Err(call.undocumented("the name of another room"));
    }
    Ok(())
}

/// A room as `V3RoomDetail`.
fn detail(state: &State, room: &Stream) -> Value {
    json!({ "roomAttributes": room.attributes, "roomSystemInfo": system_info(state, room) })
}

fn system_info(state: &State, room: &Stream) -> Value {
    json!({
        "id": room.id,
        "creationDate": room.created_at,
        "createdByUserId": i64::from(room.creator),
        "active": is_active(state, room),
    })
}

/// Whether a stream is in use. A conversation with somebody who is deactivated is not, and neither is a room in which
/// everybody is.
pub(super) fn is_active(state: &State, stream: &Stream) -> bool {
    let mut members = stream.members.keys().map(|id| state.user(*id).is_some_and(|user| !user.is_disabled));
    if stream.is_room {
        !stream.is_deactivated && (stream.members.is_empty() || members.any(|is_there| is_there))
    } else {
        members.all(|is_there| is_there)
    }
}

fn get(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    permit(standing.is_member || standing.is_over_it())?;
    Ok(Answer::ok(&detail(state, room)))
}

fn update(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    permit(standing.is_member || standing.is_over_it())?;
    if !standing.is_owner && !standing.is_over_it() {
        return Err(call.undocumented("a change by a member who is no owner"));
    }
    let mut changes = given(call.body());
    changes.retain(|name, value| {
        let absent = if value.is_boolean() { Value::Bool(false) } else { Value::from("") };
        room.attributes.get(name).unwrap_or(&absent) != value
    });
    if changes.is_empty() {
        return Err(Refusal::bad_request("Nothing of the room would change."));
    }
    for (name, value) in &changes {
        let is_refused = match (&**name, value) {
            ("name", Value::String(name)) => {
                check_name(state, Some(&room.id), name, call)?;
                false
            }
            ("readOnly", _) => return Err(call.undocumented("a change of readOnly")),
            ("public" | "crossPod" | "multiLateralRoom", _) | ("copyProtected", Value::Bool(false)) => true,
            ("discoverable", Value::Bool(true)) => room.is("crossPod"),
            ("discoverable" | "membersCanInvite", Value::Bool(false)) => room.is("public"),
            _ => false,
        };
        if is_refused {
            return Err(Refusal::bad_request(format!("{name} of this room cannot become {value}.")));
        }
    }
    let room = room_mut(state, call)?;
    room.attributes.extend(changes);
    // Nothing pinned is unpinned.
    if room.attributes.get("pinnedMessageId").is_some_and(|pinned| pinned == "") {
        room.attributes.remove("pinnedMessageId");
    }
    get_detail(state, call)
}

fn get_detail(state: &State, call: &Call) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&detail(state, room(state, call)?)))
}

fn set_active(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let active = call.flag("active").unwrap_or_default();
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    permit(standing.is_owner || standing.is_over_it())?;
    permit(!(room.is("crossPod") && state.is_external(caller, room.creator)))?;
    if room.is_deactivated != active {
        return Err(call.undocumented("to set a room to what it is"));
    }
    if active && room.members.is_empty() {
        return Err(call.undocumented("to reactivate a room without members"));
    }
    room_mut(state, call)?.is_deactivated = !active;
    let room = self::room(state, call)?;
    let only = |names: &[&str]| {
        let attributes = room.attributes.iter().filter(|(name, _)| names.contains(&&***name));
        attributes.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()
    };
    Ok(Answer::ok(&json!({
        "roomAttributes": only(&["name", "description", "membersCanInvite", "discoverable"]),
        "roomSystemInfo": system_info(state, room),
        "immutableRoomAttributes": only(&["readOnly", "copyProtected", "public"]),
    })))
}

fn search(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let page = call.page(50, Some(100))?;
    let asked = call.body();
    for name in ["labels", "searchFields"] {
        if asked.get(name).is_some_and(|list| *list != json!([])) {
            return Err(call.undocumented(&format!("how {name} are matched")));
        }
    }
    let text = asked.get("query").and_then(Value::as_str).unwrap_or_default();
    let person = |name: &str| asked.get(name).and_then(|of| of.get("id")?.as_i64()).map(UserId::from);
    let flag = |name: &str| asked.get(name).and_then(Value::as_bool);
    let shows_hidden = call.flag("includeNonDiscoverable") == Some(true);
    let (creator, owner, member) = (person("creator"), person("owner"), person("member"));
    let is_found = |room: &&Stream| {
        let is_open = room.is("public") || room.is("discoverable") || shows_hidden;
        let is_active = is_active(state, room);
        let description = room.attributes.get("description").and_then(Value::as_str).unwrap_or_default();
        room.is_room
            && (room.members.contains_key(&caller) || (is_active && is_open))
            && (contains(room.name(), text) || contains(description, text))
            && flag("active").is_none_or(|active| active == is_active)
            && flag("private").is_none_or(|private| private != room.is("public"))
            && creator.is_none_or(|creator| creator == room.creator)
            && owner.is_none_or(|owner| room.is_owner(owner))
            && member.is_none_or(|member| room.members.contains_key(&member))
    };
    let found: Vec<&Stream> = state.streams.iter().filter(is_found).collect();
    let count = found.len();
    let rooms: Vec<Value> = page.of(found.into_iter()).map(|room| detail(state, room)).collect();
    Ok(Answer::ok(&json!({
        "count": count,
        "skip": page.skip,
        "limit": page.limit,
        "query": asked,
        "rooms": rooms,
        "facetedMatchCount": [],
    })))
}

/// The user whom a body names.
fn named(state: &State, call: &Call) -> Result<UserId, Refusal> {
    let id = call.body().get("id").and_then(Value::as_i64).map(UserId::from);
    let id = id.ok_or_else(|| Refusal::bad_request("The body must have an id."))?;
    known(state, id)?;
    Ok(id)
}

fn add(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let user = named(state, call)?;
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    let invites = standing.is_member && room.is("membersCanInvite");
    let joins = user == caller && room.is("public");
    permit(standing.is_owner || invites || joins || standing.is_over_it())?;
    refuse_deactivated(state, room)?;
    if room.members.contains_key(&user) {
        return Err(call.undocumented("to add somebody who is a member"));
    }
    if state.is_external(room.creator, user) && !room.is("crossPod") {
        return Err(call.undocumented(
            "to add a user of another pod to a room without crossPod; give the users one pod (User::on_pod, or --pod-of), or the \
             room crossPod",
        ));
    }
    let member = Member { is_owner: false, joined_at: state.clock.unix_millis() };
    room_mut(state, call)?.members.insert(user, member);
    Ok(Answer::message("Member added"))
}

fn remove(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    let user = named(state, call)?;
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    let leaves = standing.is_member && user == caller && state.is_service(caller);
    permit(standing.is_owner || leaves || standing.is_over_it())?;
    refuse_deactivated(state, room)?;
    if !room.members.contains_key(&user) {
        return Err(call.undocumented("to remove somebody who is no member"));
    }
    if is_last_owner(room, user) && room.members.len() > 1 {
        return Err(call.undocumented("to leave members without an owner"));
    }
    room_mut(state, call)?.members.remove(&user);
    Ok(Answer::message("Member removed"))
}

fn refuse_deactivated(state: &State, room: &Stream) -> Result<(), Refusal> {
    if is_active(state, room) { Ok(()) } else { Err(Refusal::bad_request("The room is deactivated.")) }
}

fn is_last_owner(room: &Stream, user: UserId) -> bool {
    room.is_owner(user) && room.members.values().filter(|member| member.is_owner).count() == 1
}

fn promote(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    set_owner(state, caller, call, true)?;
    Ok(Answer::message("Member promoted to owner"))
}

fn demote(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    set_owner(state, caller, call, false)?;
    Ok(Answer::message("Owner demoted"))
}

fn set_owner(state: &mut State, caller: UserId, call: &Call, is_owner: bool) -> Result<(), Refusal> {
    let user = named(state, call)?;
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    permit(standing.is_owner || standing.is_provisioner)?;
    let Some(member) = room.members.get(&user) else {
        return Err(call.undocumented("to make an owner of somebody who is no member, or none"));
    };
    if member.is_owner == is_owner {
        return Err(call.undocumented("to make somebody what they are"));
    }
    if !is_owner && is_last_owner(room, user) {
        return Err(Refusal::bad_request("The last owner of a room stays its owner."));
    }
    if let Some(member) = room_mut(state, call)?.members.get_mut(&user) {
        member.is_owner = is_owner;
    }
    Ok(())
}

fn list_members(state: &mut State, caller: UserId, call: &Call) -> Result<Answer, Refusal> {
    if call.flag("includePastMembers") == Some(true) {
        return Err(call.undocumented("how past members are marked"));
    }
    let room = room(state, call)?;
    let standing = Standing::of(state, caller, room, call);
    permit(standing.is_member || standing.is_over_it())?;
    let members = room.members.iter().map(|(id, member)| {
        json!({ "id": i64::from(*id), "owner": member.is_owner, "joinDate": member.joined_at })
    });
    Ok(Answer::ok(&members.collect()))
}
