//! Users: how they are found, and what an administrator does with them.

use http::Request;
use pod_api_ext::connections::UserId;
use pod_api_ext::fake::{Clock, State, User};
use serde_json::{Value, json};

use super::{Caller, send};

/// Ann and Bea of one pod, Carl of another. Ann may administrate.
fn people() -> (State, Caller, UserId, UserId) {
    let mut state = State::new();
    let ann = User::new("ann").on_pod("acme").with_id(11).with_email("ann@acme.example");
    let ann = state.add_user(ann.with_role("USER_PROVISIONING").with_attribute("companyName", "Acme"));
    let bea = User::new("bea").on_pod("acme").with_id(12).with_email("bea@acme.example");
    let bea = state.add_user(bea.with_display_name("Bea Bird").with_attribute("title", "Analyst"));
    let carl = User::new("carl").with_id(13).with_email("carl@other.example");
    let carl = state.add_user(
        carl.with_display_name("Carl Bird")
            .with_attribute("title", "Trader")
            .with_attribute("location", "Oslo"),
    );
    let ann = Caller::new(&mut state, ann);
    (state, ann, bea, carl)
}

#[test]
fn a_session_tells_what_is_known_of_its_user() {
    let (mut state, ann, ..) = people();
    let expected = json!({
        "id": 11,
        "username": "ann",
        "emailAddress": "ann@acme.example",
        "company": "Acme",
        "roles": ["USER_PROVISIONING"],
    });
    assert_eq!(ann.get(&mut state, "/pod/v2/sessioninfo"), (200, expected));
}

#[test]
fn a_user_is_found_by_id_by_mail_and_by_name() {
    let (mut state, ann, ..) = people();
    for query in
        ["uid=12", "email=bea%40acme.example", "email=Bea@acme.example&local=true", "username=bea&local=true"]
    {
        let (status, user) = ann.get(&mut state, &format!("/pod/v2/user?{query}"));
        assert_eq!((status, &user["id"]), (200, &json!(12)), "{query}: {user}");
        assert_eq!(user["title"], "Analyst");
    }
    for query in ["uid=99", "email=nobody@acme.example", "username=nobody&local=true", "uid=13&local=true"] {
        assert_eq!(ann.get(&mut state, &format!("/pod/v2/user?{query}")), (204, Value::Null), "{query}");
    }
    // By name on the own pod only.
    assert_eq!(ann.get(&mut state, "/pod/v2/user?username=bea").0, 400);
    assert_eq!(ann.get(&mut state, "/pod/v2/user?username=bea&local=false").0, 400);
    for query in ["", "uid=12&email=bea@acme.example"] {
        assert_eq!(ann.get(&mut state, &format!("/pod/v2/user?{query}")).0, 501, "{query}");
    }
}

#[test]
fn of_users_of_other_pods_less_is_seen() {
    let (mut state, ann, ..) = people();
    let expected = json!({ "id": 13, "username": "carl", "displayName": "Carl Bird" });
    assert_eq!(ann.get(&mut state, "/pod/v2/user?uid=13"), (200, expected));
}

#[test]
fn several_users_are_looked_up_by_one_list() {
    let (mut state, ann, ..) = people();
    let (status, found) = ann.get(&mut state, "/pod/v3/users?uid=12,11&local=true");
    assert_eq!(status, 200);
    let ids: Vec<_> =
        found["users"].as_array().unwrap().iter().map(|user| user["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [12, 11]);
    assert_eq!(
        ann.get(&mut state, "/pod/v3/users?email=ann@acme.example,carl@other.example").1["users"][1]["id"],
        13
    );
    assert_eq!(ann.get(&mut state, "/pod/v3/users?username=bea").1["users"][0]["id"], 12);

    let (status, found) = ann.get(&mut state, "/pod/v3/users?uid=12,x");
    assert_eq!(status, 200);
    assert_eq!(found["errors"], json!([{ "error": "invalid.format", "id": "x" }]));
    let (_, found) = ann.get(&mut state, "/pod/v3/users?email=notanemail,bea@acme.example");
    assert_eq!(found["errors"], json!([{ "error": "invalid.format", "email": "notanemail" }]));

    assert_eq!(ann.get(&mut state, "/pod/v3/users?uid=98,99").0, 204, "nobody is found");
    assert_eq!(ann.get(&mut state, "/pod/v3/users?uid=12,99").0, 501, "what becomes of one of several");
    assert_eq!(ann.get(&mut state, "/pod/v3/users?uid=12&email=ann@acme.example").0, 501);
    let list = |count| (0..count).map(|id: i32| id.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(ann.get(&mut state, &format!("/pod/v3/users?uid={}", list(100))).0, 501);
    assert_eq!(ann.get(&mut state, &format!("/pod/v3/users?uid={}", list(101))).0, 400);
}

#[test]
fn only_those_who_are_active_or_only_the_others_are_looked_up() {
    let (mut state, ann, ..) = people();
    let disable = json!({ "status": "DISABLED" });
    assert_eq!(ann.post(&mut state, "/pod/v1/admin/user/12/status/update", &disable).0, 200);
    let ask = |state: &mut State, query: &str| {
        let (status, found) = ann.get(state, &format!("/pod/v3/users?{query}"));
        (status, found["users"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(ask(&mut state, "uid=11,12"), (200, 2));
    assert_eq!(ask(&mut state, "uid=12&active=true"), (204, 0));
    assert_eq!(ask(&mut state, "uid=12&active=false"), (200, 1));
    assert_eq!(ask(&mut state, "uid=11&active=false"), (204, 0));
}

#[test]
fn users_are_searched_by_their_names_and_filters() {
    let (mut state, ann, ..) = people();
    let search = |state: &mut State, query: &str, body: Value| {
        let (status, found) = ann.post(state, &format!("/pod/v1/user/search{query}"), &body);
        let users = found["users"].as_array().cloned().unwrap_or_default();
        let ids: Vec<i64> = users.iter().map(|user| user["id"].as_i64().unwrap()).collect();
        (status, found, ids)
    };
    let (status, found, ids) = search(&mut state, "", json!({ "query": "bird" }));
    assert_eq!((status, ids), (200, vec![12, 13]));
    assert_eq!((&found["count"], &found["skip"], &found["limit"]), (&json!(2), &json!(0), &json!(50)));
    assert_eq!(found["searchQuery"], json!({ "query": "bird" }));

    let (_, found, ids) = search(&mut state, "?skip=1&limit=1", json!({ "query": "bird" }));
    assert_eq!((ids, &found["count"]), (vec![13], &json!(2)));
    assert_eq!(search(&mut state, "?local=true", json!({ "query": "bird" })).2, [12]);
    assert_eq!(search(&mut state, "", json!({ "query": "bird", "filters": { "title": "trader" } })).2, [13]);
    assert_eq!(search(&mut state, "", json!({ "filters": { "company": "acme" } })).2, [11]);
    assert_eq!(search(&mut state, "", json!({ "query": "acme.example" })).2, [11, 12]);
    assert_eq!(search(&mut state, "", json!({ "query": "nobody" })).0, 204);
    assert_eq!(search(&mut state, "", json!({ "filters": { "accountTypes": ["SDL"] } })).0, 204);
    assert_eq!(search(&mut state, "", json!({ "query": 5 })).0, 400);
}

#[test]
fn an_administrator_creates_and_changes_users() {
    let (mut state, ann, ..) = people();
    state.clock = Clock::At(std::time::UNIX_EPOCH + std::time::Duration::from_millis(5000));
    let attributes = json!({
        "userName": "dora", "emailAddress": "dora@acme.example", "displayName": "Dora Doe",
        "firstName": "Dora", "lastName": "Doe",
    });
    let create = |state: &mut State, attributes: &Value| {
        let body = json!({ "userAttributes": attributes, "roles": ["INDIVIDUAL"] });
        ann.post(state, "/pod/v2/admin/user/create", &body)
    };
    let (status, created) = create(&mut state, &attributes);
    assert_eq!(status, 200, "{created}");
    assert_eq!(created["userAttributes"]["userName"], "dora");
    assert_eq!(created["userAttributes"]["accountType"], "NORMAL");
    assert_eq!(created["userAttributes"]["companyName"], "Acme", "that of the pod");
    assert_eq!(created["roles"], json!(["INDIVIDUAL"]));
    let info = &created["userSystemInfo"];
    let id = info["id"].as_i64().unwrap();
    let expected = json!({
        "id": id, "status": "ENABLED", "suspended": false, "createdDate": 5000, "createdBy": "11",
    });
    assert_eq!(info, &expected);
    assert_eq!(ann.get(&mut state, &format!("/pod/v2/admin/user/{id}")), (200, created));
    assert_eq!(ann.get(&mut state, "/pod/v2/user?username=dora&local=true").1["id"], id);
    let dora = UserId::from(id);
    assert!(state.status(ann.id, dora).is_some(), "the new user is of the same pod");

    // What has to be there, and what no two users have.
    for name in ["userName", "emailAddress", "displayName", "firstName", "lastName"] {
        let mut lacking = attributes.clone();
        lacking.as_object_mut().unwrap().remove(name);
        let (status, refusal) = create(&mut state, &lacking);
        assert!(status == 400 && refusal["message"].as_str().unwrap().contains(name), "{refusal}");
    }
    assert_eq!(create(&mut state, &attributes).0, 400, "the same once more");
    let bot = json!({
        "userName": "bot", "emailAddress": "bot@acme.example", "displayName": "Bot", "accountType": "SYSTEM",
    });
    assert_eq!(create(&mut state, &bot).0, 200, "a service needs no names of a person");
    let long = json!({
        "userName": "x".repeat(65), "emailAddress": "x@acme.example", "displayName": "X", "accountType": "SYSTEM",
    });
    assert_eq!(create(&mut state, &long).0, 400);

    let path = format!("/pod/v2/admin/user/{id}/update");
    let (status, updated) =
        ann.post(&mut state, &path, &json!({ "title": "Head", "emailAddress": "d@acme.example" }));
    assert_eq!(status, 200);
    assert_eq!(updated["userAttributes"]["title"], "Head");
    assert_eq!(updated["userAttributes"]["displayName"], "Dora Doe");
    assert_eq!(ann.post(&mut state, &path, &json!({ "emailAddress": "bea@acme.example" })).0, 400);
    let (_, listed) = ann.get(&mut state, "/pod/v2/admin/user/list?skip=1&limit=1");
    assert_eq!(listed[0]["userSystemInfo"]["id"], 12);
    let found = ann.post(
        &mut state,
        "/pod/v1/admin/user/find",
        &json!({ "role": "INDIVIDUAL", "status": "ENABLED" }),
    );
    assert_eq!(found.1.as_array().unwrap().len(), 2);
    assert_eq!(ann.get(&mut state, "/pod/v2/admin/user/list?limit=1001").0, 501, "above the maximum");
}

#[test]
fn only_an_administrator_administrates() {
    let (mut state, _, bea, _) = people();
    let bea = Caller::new(&mut state, bea);
    for path in ["/pod/v2/admin/user/11", "/pod/v2/admin/user/list", "/pod/v1/admin/user/11/status"] {
        assert_eq!(bea.get(&mut state, path).0, 403, "{path}");
    }
    assert_eq!(bea.post(&mut state, "/pod/v2/admin/user/create", &json!({})).0, 403);
    assert_eq!(bea.post(&mut state, "/pod/v2/admin/user/11/update", &json!({})).0, 403);
    assert_eq!(bea.post(&mut state, "/pod/v1/admin/user/find", &json!({})).0, 403);
}

#[test]
fn a_user_is_disabled_and_suspended() {
    let (mut state, ann, bea, _) = people();
    let path = "/pod/v1/admin/user/12/status";
    assert_eq!(ann.get(&mut state, path), (200, json!({ "status": "ENABLED", "suspended": false })));
    let update = ann.post(&mut state, &format!("{path}/update"), &json!({ "status": "DISABLED" }));
    assert_eq!(update, (200, json!({ "message": "OK" })));
    assert_eq!(ann.get(&mut state, path), (200, json!({ "status": "DISABLED", "suspended": false })));

    let suspend = |state: &mut State, body: Value| {
        let request = Request::put("/pod/v1/admin/user/12/suspension/update")
            .header("sessionToken", &ann.token)
            .header("Content-Type", "application/json");
        send(state, request, &body.to_string())
    };
    let because =
        json!({ "suspended": true, "suspendedUntil": 1_600_000_000, "suspensionReason": "Holiday" });
    assert_eq!(suspend(&mut state, because).1["message"], "User suspended with success");
    let shown = json!({
        "status": "DISABLED", "suspended": true, "suspendedUntil": 1_600_000_000, "suspensionReason": "Holiday",
    });
    assert_eq!(ann.get(&mut state, path), (200, shown));
    for wrong in [
        json!({ "suspended": true }),
        json!({ "suspended": true, "suspendedUntil": 5 }),
        json!({ "suspended": false, "suspensionReason": "none" }),
        json!({}),
    ] {
        assert_eq!(suspend(&mut state, wrong.clone()).0, 400, "{wrong}");
    }
    assert_eq!(suspend(&mut state, json!({ "suspended": false })).0, 200);
    assert_eq!(ann.get(&mut state, path).1["suspended"], false);
    state.add_user(User::new("keymanager").on_pod("acme").with_id(14));
    let disable = json!({ "status": "DISABLED" });
    assert_eq!(ann.post(&mut state, "/pod/v1/admin/user/14/status/update", &disable).0, 400);
    assert_eq!(ann.get(&mut state, "/pod/v1/admin/user/99/status").0, 400);
    assert_ne!(bea, ann.id);
}
