//! Conversations, and lists of streams.

use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{State, User};
use serde_json::{Value, json};

use super::Caller;

/// Ann and Bea of one pod, where Ann may administrate; Carl and Dan of others, where Ann is connected with Carl.
fn people() -> (State, Caller, Caller, UserId, UserId) {
    let mut state = State::new();
    let ann = state.add_user(User::new("ann").with_id(11).on_pod("acme").with_role("USER_PROVISIONING"));
    let bea = User::new("bea").with_id(12).on_pod("acme").with_email("bea@acme.example");
    let bea = state.add_user(bea);
    let carl = state.add_user(User::new("carl").with_id(13).with_email("carl@other.example"));
    let dan = state.add_user(User::new("dan").with_id(14));
    state.connect(ann, carl, Status::Accepted);
    let (ann, bea) = (Caller::new(&mut state, ann), Caller::new(&mut state, bea));
    (state, ann, bea, carl, dan)
}

fn create(state: &mut State, caller: &Caller, ids: &[i64]) -> (u16, String) {
    let (status, answer) = caller.post(state, "/pod/v1/im/create", &json!(ids));
    (status, answer["id"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn the_same_people_have_one_conversation() {
    let (mut state, ann, bea, ..) = people();
    let (status, with_bea) = create(&mut state, &ann, &[12]);
    assert_eq!(status, 200);
    assert!(!with_bea.is_empty());
    for ids in [&[12][..], &[12, 12], &[11, 12]] {
        assert_eq!(create(&mut state, &ann, ids), (200, with_bea.clone()), "{ids:?}");
    }
    assert_eq!(create(&mut state, &bea, &[11]), (200, with_bea.clone()));
    let (_, with_both) = create(&mut state, &ann, &[12, 13]);
    assert_ne!(with_both, with_bea);

    assert_eq!(create(&mut state, &ann, &[]).0, 400);
    assert_eq!(create(&mut state, &ann, &[99]).0, 400);
    assert_eq!(create(&mut state, &ann, &[11]).0, 501, "with oneself");
    assert_eq!(create(&mut state, &ann, &[14]).0, 403, "not connected");
}

#[test]
fn an_administrator_brings_others_together() {
    let (mut state, ann, bea, ..) = people();
    let create = |state: &mut State, caller: &Caller, ids: &[i64]| {
        caller.post(state, "/pod/v1/admin/im/create", &json!(ids)).0
    };
    assert_eq!(create(&mut state, &ann, &[12, 13]), 200);
    assert_eq!(create(&mut state, &ann, &[12]), 400);
    assert_eq!(create(&mut state, &ann, &[12, 12]), 400);
    assert_eq!(create(&mut state, &bea, &[11, 13]), 403);
}

#[test]
fn a_conversation_tells_of_itself_to_those_who_are_in_it() {
    let (mut state, ann, bea, ..) = people();
    let (_, id) = create(&mut state, &ann, &[13]);
    let (status, told) = ann.get(&mut state, &format!("/pod/v1/im/{id}/info"));
    assert_eq!(status, 200);
    assert_eq!(told["V1IMAttributes"], json!({}));
    assert_eq!((&told["IMSystemInfo"]["id"], &told["IMSystemInfo"]["active"]), (&json!(id), &json!(true)));
    assert_eq!(bea.get(&mut state, &format!("/pod/v1/im/{id}/info")).0, 403);

    let path = format!("/pod/v1/im/{id}/update");
    let (status, pinned) = ann.post(&mut state, &path, &json!({ "pinnedMessageId": "m1" }));
    assert_eq!((status, &pinned["V1IMAttributes"]), (200, &json!({ "pinnedMessageId": "m1" })));
    assert_eq!(ann.post(&mut state, &path, &json!({ "pinnedMessageId": "m1" })).0, 400, "nothing changes");
    let (_, unpinned) = ann.post(&mut state, &path, &json!({ "pinnedMessageId": "" }));
    assert_eq!(unpinned["V1IMAttributes"], json!({}));
}

#[test]
fn streams_are_listed_the_oldest_first() {
    let (mut state, ann, bea, ..) = people();
    let path = "/pod/v1/streams/list";
    assert_eq!(ann.post(&mut state, path, &json!({})).0, 204);
    let (_, with_carl) = create(&mut state, &ann, &[13]);
    let (_, room) = ann.post(&mut state, "/pod/v3/room/create", &json!({ "name": "Quarter" }));
    let room = room["roomSystemInfo"]["id"].as_str().unwrap().to_owned();
    let (_, with_two) = create(&mut state, &ann, &[12, 13]);
    let expected = json!([
        {
            "id": with_carl, "crossPod": true, "active": true, "streamType": { "type": "IM" },
            "streamAttributes": { "members": [11, 13] },
        },
        {
            "id": room, "crossPod": false, "active": true, "streamType": { "type": "ROOM" },
            "roomAttributes": { "name": "Quarter" },
        },
        {
            "id": with_two, "crossPod": true, "active": true, "streamType": { "type": "MIM" },
            "streamAttributes": { "members": [11, 12, 13] },
        },
    ]);
    assert_eq!(ann.post(&mut state, path, &json!({})), (200, expected.clone()));
    assert_eq!(ann.post(&mut state, path, &Value::Null), (200, expected.clone()), "a body is optional");
    let filter = json!({ "streamTypes": [{ "type": "ROOM" }, { "type": "MIM" }] });
    assert_eq!(ann.post(&mut state, path, &filter).1, json!([expected[1], expected[2]]));
    assert_eq!(ann.post(&mut state, &format!("{path}?skip=1&limit=1"), &json!({})).1, json!([expected[1]]));
    assert_eq!(ann.post(&mut state, &format!("{path}?skip=3"), &json!({})).0, 204);
    assert_eq!(bea.post(&mut state, path, &json!({})).1, json!([expected[2]]));
    assert_eq!(ann.post(&mut state, path, &json!({ "streamTypes": [{ "type": "PHONE" }] })).0, 400);

    let path = "/pod/v1/admin/user/12/streams/list";
    assert_eq!(ann.post(&mut state, path, &json!({})).1, json!([expected[2]]));
    assert_eq!(bea.post(&mut state, path, &json!({})).0, 403);
}

#[test]
fn a_conversation_with_somebody_who_is_deactivated_is_inactive() {
    let (mut state, ann, ..) = people();
    let (_, id) = create(&mut state, &ann, &[12]);
    let disable = json!({ "status": "DISABLED" });
    assert_eq!(ann.post(&mut state, "/pod/v1/admin/user/12/status/update", &disable).0, 200);
    let path = "/pod/v1/streams/list";
    let (_, listed) = ann.post(&mut state, path, &json!({ "includeInactiveStreams": true }));
    assert_eq!((&listed[0]["id"], &listed[0]["active"]), (&json!(id), &json!(false)));
    assert_eq!(ann.post(&mut state, path, &json!({ "includeInactiveStreams": false })).0, 204);
    assert_eq!(ann.post(&mut state, path, &json!({})).0, 501, "the default is not documented");
}

#[test]
fn a_stream_and_its_members_are_told() {
    let (mut state, ann, bea, carl, _) = people();
    let (_, id) = create(&mut state, &ann, &[12, 13]);
    let (status, told) = bea.get(&mut state, &format!("/pod/v2/streams/{id}/info"));
    assert_eq!(status, 200);
    let expected = json!({
        "id": id, "crossPod": true, "active": true, "streamType": { "type": "MIM" }, "origin": "EXTERNAL",
        "streamAttributes": { "members": [11, 12, 13] },
    });
    assert_eq!(told, expected);
    let (_, private) = create(&mut state, &ann, &[13]);
    assert_eq!(bea.get(&mut state, &format!("/pod/v2/streams/{private}/info")).0, 403);

    let path = format!("/pod/v1/admin/stream/{id}/membership/list");
    let (status, members) = ann.get(&mut state, &format!("{path}?skip=1"));
    assert_eq!(status, 200);
    assert_eq!((&members["count"], &members["skip"], &members["limit"]), (&json!(3), &json!(1), &json!(100)));
    let bea_told = json!({ "userId": 12, "isExternal": false, "email": "bea@acme.example" });
    assert_eq!(members["members"][0]["user"], bea_told);
    let carl_told = json!({ "userId": i64::from(carl), "isExternal": true });
    assert_eq!(members["members"][1]["user"], carl_told, "an external user's e-mail address is not told");
    assert_eq!(members["members"][1]["isCreator"], false);
    assert_eq!(bea.get(&mut state, &path).0, 403);
    assert_eq!(ann.get(&mut state, &format!("{path}?limit=1001")).0, 501);
}
