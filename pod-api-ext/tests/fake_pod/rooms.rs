//! Rooms and their members.

use pod_api_ext::fake::{State, User};
use serde_json::{Value, json};

use super::Caller;

/// Ann, Bea and Carl of one pod, Dan of another, and Olga, who is an officer of compliance.
struct Scene {
    state: State,
    ann: Caller,
    bea: Caller,
    carl: Caller,
    dan: Caller,
    olga: Caller,
}

impl Scene {
    fn new() -> Self {
        let mut state = State::new();
        let mut add = |user: User| {
            let id = state.add_user(user);
            Caller::new(&mut state, id)
        };
        let [ann, bea, carl] = ["ann", "bea", "carl"].map(|name| add(User::new(name).on_pod("acme")));
        let dan = add(User::new("dan"));
        let olga = add(User::new("olga").on_pod("acme").with_role("COMPLIANCE_OFFICER"));
        Self { state, ann, bea, carl, dan, olga }
    }

    /// A room of Ann's.
    fn room(&mut self, attributes: Value) -> String {
        let (status, room) = self.ann.post(&mut self.state, "/pod/v3/room/create", &attributes);
        assert_eq!(status, 200, "{room}");
        room["roomSystemInfo"]["id"].as_str().unwrap().to_owned()
    }

    fn member(&mut self, who: fn(&Self) -> &Caller, room: &str, what: &str, user: i64) -> (u16, Value) {
        let Caller { id, token } = who(self);
        let caller = Caller { id: *id, token: token.clone() };
        let path = format!("/pod/v1/room/{room}/membership/{what}");
        caller.post(&mut self.state, &path, &json!({ "id": user }))
    }

    fn members(&mut self, room: &str) -> Vec<(i64, bool)> {
        let (status, members) =
            self.olga.get(&mut self.state, &format!("/pod/v2/room/{room}/membership/list"));
        assert_eq!(status, 200, "{members}");
        let members = members.as_array().unwrap().iter();
        members.map(|one| (one["id"].as_i64().unwrap(), one["owner"].as_bool().unwrap())).collect()
    }
}

fn text(message: &str) -> (u16, Value) {
    (200, json!({ "format": "TEXT", "message": message }))
}

#[test]
fn who_creates_a_room_owns_it() {
    let mut scene = Scene::new();
    let attributes = json!({
        "name": "Quarter", "description": "Figures", "subType": "EMAIL", "groupChat": true, "viewHistory": true,
        "keywords": [{ "key": "k", "value": "v" }],
    });
    let (status, room) = scene.ann.post(&mut scene.state, "/pod/v3/room/create", &attributes);
    assert_eq!(status, 200, "{room}");
    let expected = json!({
        "name": "Quarter", "description": "Figures", "viewHistory": true, "public": false,
        "keywords": [{ "key": "k", "value": "v" }],
    });
    assert_eq!(room["roomAttributes"], expected, "subType and groupChat are ignored");
    let info = &room["roomSystemInfo"];
    assert_eq!((&info["active"], &info["createdByUserId"]), (&json!(true), &json!(i64::from(scene.ann.id))));
    let id = info["id"].as_str().unwrap().to_owned();
    let is_url_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(id.chars().all(is_url_safe), "{id}");
    assert_eq!(scene.members(&id), [(scene.ann.id.into(), true)]);
    assert_eq!(scene.ann.get(&mut scene.state, &format!("/pod/v3/room/{id}/info")), (200, room.clone()));

    // Clients may send the id in the other form of Base64.
    let standard = id.replace('-', "%2B").replace('_', "%2F");
    assert_eq!(scene.ann.get(&mut scene.state, &format!("/pod/v3/room/{standard}==/info")), (200, room));
    assert_eq!(scene.bea.get(&mut scene.state, &format!("/pod/v3/room/{id}/info")).0, 403);
    assert_eq!(scene.olga.get(&mut scene.state, &format!("/pod/v3/room/{id}/info")).0, 200);
    assert_eq!(scene.ann.get(&mut scene.state, "/pod/v3/room/unheardOf/info").0, 400);
}

#[test]
fn a_room_that_cannot_be_is_refused() {
    let mut scene = Scene::new();
    for (attributes, expected) in [
        (json!({ "name": "x".repeat(49) }), 200),
        (json!({ "name": "x".repeat(50) }), 400),
        (json!({ "public": true, "viewHistory": false }), 400),
        (json!({ "public": true, "discoverable": false }), 400),
        (json!({ "public": true, "membersCanInvite": false }), 400),
        (json!({ "public": true, "viewHistory": true, "discoverable": true }), 200),
        (json!({ "crossPod": true, "readOnly": true }), 400),
        (json!({ "crossPod": true, "public": true }), 400),
        (json!({ "crossPod": true, "discoverable": true }), 400),
        (json!({ "crossPod": true, "viewHistory": true }), 200),
        (json!({ "keywords": [{ "key": "k" }] }), 400),
        (json!({ "name": "Twice" }), 200),
        (json!({ "name": "  tw ICE" }), 501),
    ] {
        let answer = scene.ann.post(&mut scene.state, "/pod/v3/room/create", &attributes);
        assert_eq!(answer.0, expected, "{attributes}: {}", answer.1);
    }
}

#[test]
fn members_come_and_go() {
    let mut scene = Scene::new();
    let room = scene.room(json!({ "name": "Quarter" }));
    let [ann, bea, carl, dan] =
        [&scene.ann, &scene.bea, &scene.carl, &scene.dan].map(|one| i64::from(one.id));
    assert_eq!(scene.member(|s| &s.bea, &room, "add", bea).0, 403, "it is not public");
    assert_eq!(scene.member(|s| &s.ann, &room, "add", bea), text("Member added"));
    assert_eq!(scene.member(|s| &s.bea, &room, "add", carl).0, 403, "members cannot invite");
    assert_eq!(scene.member(|s| &s.olga, &room, "add", carl), text("Member added"));
    assert_eq!(scene.members(&room), [(ann, true), (bea, false), (carl, false)]);

    assert_eq!(scene.member(|s| &s.bea, &room, "remove", carl).0, 403);
    assert_eq!(scene.member(|s| &s.ann, &room, "remove", carl), text("Member removed"));
    assert_eq!(scene.members(&room), [(ann, true), (bea, false)]);
    assert_eq!(scene.carl.get(&mut scene.state, &format!("/pod/v2/room/{room}/membership/list")).0, 403);

    // What nobody documented.
    for (what, user) in [("add", bea), ("remove", carl), ("add", dan), ("remove", ann)] {
        let (status, refusal) = scene.member(|s| &s.ann, &room, what, user);
        assert_eq!(status, 501, "{what} {user}: {refusal}");
        assert!(refusal["message"].as_str().unwrap().contains("not documented"), "{refusal}");
    }
    assert_eq!(scene.members(&room), [(ann, true), (bea, false)]);
    assert_eq!(scene.member(|s| &s.ann, &room, "add", 99).0, 400, "there is no such user");
    assert_eq!(scene.member(|s| &s.ann, "unheardOf", "add", bea).0, 400, "there is no such room");
}

#[test]
fn a_public_room_is_open_to_all_and_members_may_invite_where_they_can() {
    let mut scene = Scene::new();
    let open = scene.room(json!({ "public": true }));
    let bea = i64::from(scene.bea.id);
    assert_eq!(scene.member(|s| &s.bea, &open, "add", bea).0, 200);
    let invited = scene.room(json!({ "membersCanInvite": true, "crossPod": true }));
    let (carl, dan) = (i64::from(scene.carl.id), i64::from(scene.dan.id));
    assert_eq!(scene.member(|s| &s.ann, &invited, "add", bea).0, 200);
    assert_eq!(scene.member(|s| &s.bea, &invited, "add", carl).0, 200);
    assert_eq!(scene.member(|s| &s.bea, &invited, "add", dan).0, 200, "a room across pods");
}

#[test]
fn a_service_can_leave() {
    let mut scene = Scene::new();
    let room = scene.room(json!({}));
    let bot = scene.state.add_user(User::new("bot").on_pod("acme").with_attribute("accountType", "SYSTEM"));
    let bot = Caller::new(&mut scene.state, bot);
    let bea = i64::from(scene.bea.id);
    for id in [bea, bot.id.into()] {
        assert_eq!(scene.member(|s| &s.ann, &room, "add", id).0, 200);
    }
    assert_eq!(scene.member(|s| &s.bea, &room, "remove", bea).0, 403, "people are removed");
    let path = format!("/pod/v1/room/{room}/membership/remove");
    assert_eq!(bot.post(&mut scene.state, &path, &json!({ "id": i64::from(bot.id) })).0, 200);
}

#[test]
fn owners_are_made_and_the_last_one_stays() {
    let mut scene = Scene::new();
    let room = scene.room(json!({}));
    let [ann, bea, carl] = [&scene.ann, &scene.bea, &scene.carl].map(|one| i64::from(one.id));
    scene.member(|s| &s.ann, &room, "add", bea);
    assert_eq!(scene.member(|s| &s.bea, &room, "promoteOwner", bea).0, 403);
    assert_eq!(scene.member(|s| &s.olga, &room, "promoteOwner", bea).0, 403, "compliance is not asked");
    assert_eq!(scene.member(|s| &s.ann, &room, "demoteOwner", ann).0, 400, "the last owner");
    assert_eq!(scene.member(|s| &s.ann, &room, "promoteOwner", bea), text("Member promoted to owner"));
    assert_eq!(scene.member(|s| &s.bea, &room, "demoteOwner", ann), text("Owner demoted"));
    assert_eq!(scene.members(&room), [(ann, false), (bea, true)]);
    for (what, user) in [("promoteOwner", bea), ("promoteOwner", carl), ("demoteOwner", ann)] {
        assert_eq!(scene.member(|s| &s.bea, &room, what, user).0, 501, "{what} {user}");
    }
}

#[test]
fn a_room_that_is_deactivated_takes_no_members() {
    let mut scene = Scene::new();
    let room = scene.room(json!({ "name": "Quarter", "copyProtected": true }));
    let [bea, carl] = [&scene.bea, &scene.carl].map(|one| i64::from(one.id));
    scene.member(|s| &s.ann, &room, "add", bea);
    let set = |scene: &mut Scene, active: bool| {
        scene.ann.post(
            &mut scene.state,
            &format!("/pod/v1/room/{room}/setActive?active={active}"),
            &Value::Null,
        )
    };
    let (status, detail) = set(&mut scene, false);
    assert_eq!(status, 200, "{detail}");
    assert_eq!(detail["roomAttributes"], json!({ "name": "Quarter" }));
    assert_eq!(detail["immutableRoomAttributes"], json!({ "copyProtected": true, "public": false }));
    assert_eq!(detail["roomSystemInfo"]["active"], false);
    assert_eq!(scene.member(|s| &s.ann, &room, "add", carl).0, 400);
    assert_eq!(scene.member(|s| &s.ann, &room, "remove", bea).0, 400);
    assert_eq!(scene.member(|s| &s.ann, &room, "promoteOwner", bea).0, 200, "promotion works");
    assert_eq!(set(&mut scene, false).0, 501, "it is so already");
    assert_eq!(set(&mut scene, true).1["roomSystemInfo"]["active"], true);
    let path = format!("/pod/v1/room/{room}/setActive?active=false");
    assert_eq!(scene.carl.post(&mut scene.state, &path, &Value::Null).0, 403);
    let path = format!("/pod/v1/admin/room/{room}/setActive?active=false");
    assert_eq!(scene.ann.post(&mut scene.state, &path, &Value::Null).0, 403, "owners are no administrators");
    assert_eq!(scene.olga.post(&mut scene.state, &path, &Value::Null).0, 200);
}

#[test]
fn a_room_changes_where_it_can() {
    let mut scene = Scene::new();
    let room = scene.room(json!({ "name": "Quarter" }));
    scene.room(json!({ "name": "Taken" }));
    let update = |scene: &mut Scene, room: &str, changes: Value| {
        scene.ann.post(&mut scene.state, &format!("/pod/v3/room/{room}/update"), &changes)
    };
    for (changes, expected) in [
        (json!({}), 400),
        (json!({ "name": "Quarter" }), 400),
        (json!({ "public": true }), 400),
        (json!({ "crossPod": true }), 400),
        (json!({ "multiLateralRoom": true }), 400),
        (json!({ "readOnly": true }), 501),
        (json!({ "name": "TAKEN" }), 501),
        (json!({ "name": "Half", "discoverable": true, "copyProtected": true }), 200),
        (json!({ "copyProtected": false }), 400),
        (json!({ "name": "half" }), 200),
    ] {
        let answer = update(&mut scene, &room, changes.clone());
        assert_eq!(answer.0, expected, "{changes}: {}", answer.1);
    }
    let (_, pinned) = update(&mut scene, &room, json!({ "pinnedMessageId": "m1" }));
    assert_eq!(pinned["roomAttributes"]["pinnedMessageId"], "m1");
    let (_, unpinned) = update(&mut scene, &room, json!({ "pinnedMessageId": "" }));
    assert_eq!(unpinned["roomAttributes"].get("pinnedMessageId"), None);
    let open = scene.room(json!({ "public": true, "discoverable": true, "membersCanInvite": true }));
    assert_eq!(update(&mut scene, &open, json!({ "discoverable": false })).0, 400);
    assert_eq!(update(&mut scene, &open, json!({ "membersCanInvite": false })).0, 400);
    let across = scene.room(json!({ "crossPod": true }));
    assert_eq!(update(&mut scene, &across, json!({ "discoverable": true })).0, 400);
    let path = format!("/pod/v3/room/{room}/update");
    assert_eq!(scene.bea.post(&mut scene.state, &path, &json!({ "name": "Mine" })).0, 403);
}

#[test]
fn rooms_are_searched_in_what_the_caller_can_see() {
    let mut scene = Scene::new();
    let hidden = scene.room(json!({ "name": "Hidden figures" }));
    let found = scene.room(json!({ "name": "Found", "description": "all figures", "discoverable": true }));
    let open = scene.room(json!({ "name": "Open figures", "public": true }));
    let ask = |scene: &mut Scene, who: fn(&Scene) -> &Caller, query: &str, body: Value| -> Vec<String> {
        let caller = Caller { id: who(scene).id, token: who(scene).token.clone() };
        let (status, answer) = caller.post(&mut scene.state, &format!("/pod/v3/room/search{query}"), &body);
        assert_eq!(status, 200, "{answer}");
        let rooms = answer["rooms"].as_array().unwrap().iter();
        rooms.map(|room| room["roomSystemInfo"]["id"].as_str().unwrap().to_owned()).collect()
    };
    let figures = || json!({ "query": "FIGURES" });
    assert_eq!(ask(&mut scene, |s| &s.ann, "", figures()), [&*hidden, &found, &open]);
    assert_eq!(ask(&mut scene, |s| &s.bea, "", figures()), [&*found, &open]);
    assert_eq!(ask(&mut scene, |s| &s.bea, "?includeNonDiscoverable=true", figures()).len(), 3);
    assert_eq!(ask(&mut scene, |s| &s.ann, "?skip=1&limit=1", figures()), [&*found]);
    assert_eq!(ask(&mut scene, |s| &s.ann, "", json!({ "query": "figures", "private": false })), [&*open]);
    let bea = i64::from(scene.bea.id);
    assert_eq!(
        ask(&mut scene, |s| &s.ann, "", json!({ "query": "figures", "owner": { "id": bea } })).len(),
        0
    );
    assert_eq!(ask(&mut scene, |s| &s.ann, "", json!({ "query": "nothing" })).len(), 0);
    assert_eq!(
        scene.ann.post(&mut scene.state, "/pod/v3/room/search", &json!({})).0,
        400,
        "query is required"
    );
    assert_eq!(scene.ann.post(&mut scene.state, "/pod/v3/room/search?limit=101", &figures()).0, 501);
    assert_eq!(
        scene.ann.post(&mut scene.state, "/pod/v3/room/search", &json!({ "query": "x", "labels": ["a"] })).0,
        501
    );
}
