//! What holds after any sequence of calls of any operations: an answer is what the document declares, and a refusal has
//! changed nothing.

use bytes::Bytes;
use http::Request;
use pod_api::{Operation, operations};
use pod_api_ext::connections::Status;
use pod_api_ext::fake::{Answer, State, User, handle};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Caller;

/// One call: of which operation, by whom, about whom, about which stream, and what else is chosen for it.
type Step = (prop::sample::Index, prop::sample::Index, prop::sample::Index, prop::sample::Index, u16);

/// A body that is about these things, for whichever operation takes one.
fn body(operation: &Operation, user: i64, other: i64, choice: u16) -> Value {
    let is = |bit: u16| choice & (1 << bit) != 0;
    let member = json!({ "id": user });
    match operation.name {
        "create_im" => json!([user, other][usize::from(is(0))..]),
        "admin_create_im" | "register_presence_interest" => json!([user, other]),
        "create_room" | "update_room" => {
            let mut attributes = json!({ "name": format!("Room {}", choice % 7) });
            let names =
                ["public", "discoverable", "crossPod", "membersCanInvite", "viewHistory", "copyProtected"];
            for (bit, name) in (0..).zip(names) {
                if is(bit) {
                    attributes[name] = is(bit + 6).into();
                }
            }
            attributes
        }
        "search_rooms" => json!({ "query": "room", "owner": member, "active": is(0) }),
        "search_users" => json!({ "query": "a", "filters": { "company": "" } }),
        "set_presence" => {
            let category = ["BUSY", "OFFLINE", "OFF_WORK"][usize::from(choice % 3)];
            json!({ "category": category })
        }
        "set_user_presence" => json!({ "category": "AWAY", "userId": user }),
        "admin_create_user" => json!({ "userAttributes": {
            "userName": format!("user-{choice}"), "emailAddress": format!("{choice}@acme.example"),
            "displayName": "New", "firstName": "N", "lastName": "W",
        } }),
        "admin_update_user" => json!({ "title": "Head" }),
        "admin_update_user_status" => json!({ "status": if is(0) { "ENABLED" } else { "DISABLED" } }),
        "admin_update_user_suspension" if is(0) => json!({ "suspended": false }),
        "admin_update_user_suspension" => {
            json!({ "suspended": true, "suspendedUntil": 5, "suspensionReason": "why" })
        }
        "admin_find_users" => json!({ "status": "ENABLED" }),
        "list_streams" | "admin_list_user_streams" => json!({ "includeInactiveStreams": is(0) }),
        "update_im" => json!({ "pinnedMessageId": if is(0) { "m" } else { "" } }),
        name if name.ends_with("_connection") => json!({ "userId": user }),
        _ => member,
    }
}

/// Answers one call. The operation, the status and the body.
fn call(
    state: &mut State,
    callers: &[Caller],
    streams: &[String],
    step: &Step,
) -> (&'static Operation, u16, Value) {
    let (operation, who, whom, stream, choice) = step;
    let subjects = ["/room/", "/im/", "/stream", "/user", "/presence", "/connection/", "/sessioninfo"];
    let is_about_them = |operation: &&&Operation| subjects.iter().any(|part| operation.path.contains(part));
    let all: Vec<&'static Operation> = operations().iter().filter(is_about_them).copied().collect();
    let operation = *operation.get(&all);
    let (caller, user) = (who.get(callers), i64::from(whom.get(callers).id));
    let stream = if streams.is_empty() { "none" } else { stream.get(streams) };
    let mut path = operation.path.to_owned();
    for (name, value) in [
        ("uid", user.to_string()),
        ("userId", user.to_string()),
        ("id", stream.to_owned()),
        ("sid", stream.to_owned()),
    ] {
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    let path = path.replace(['{', '}'], "");
    let query = [
        format!("uid={user}&active=true"),
        format!("username={user}&local=true&active=false"),
        "active=true&skip=1".to_owned(),
        "active=false&limit=2".to_owned(),
    ];
    let uri = format!("/pod{path}?{}", query[usize::from(choice >> 3) % query.len()]);
    let request = Request::builder()
        .method(operation.method)
        .uri(uri)
        .header("sessionToken", &caller.token)
        .header("Content-Type", "application/json");
    let body = match operation.method {
        "GET" | "DELETE" => String::new(),
        _ => body(operation, user, i64::from(caller.id), *choice).to_string(),
    };
    let answer = handle(state, &request.body(Bytes::from(body)).unwrap());
    let body = serde_json::from_slice(answer.body()).unwrap_or_default();
    (operation, answer.status().as_u16(), body)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_calls_are_answered_as_the_document_declares(
        steps in prop::collection::vec(any::<Step>(), 40..200),
        samples in any::<bool>(),
    ) {
        let mut state = State::new();
        state.samples = samples;
        let ann = User::new("ann").on_pod("acme").with_role("USER_PROVISIONING").with_role("COMPLIANCE_OFFICER");
        let ids = [ann, User::new("bea").on_pod("acme").with_email("bea@acme.example"), User::new("carl")]
            .map(|user| state.add_user(user));
        state.connect(ids[0], ids[2], Status::Accepted);
        let callers = ids.map(|id| Caller::new(&mut state, id));
        let mut streams = Vec::new();
        for step in &steps {
            let before = state.clone();
            let (operation, status, body) = call(&mut state, &callers, &streams, step);
            prop_assert!([200, 204, 400, 403, 404, 501].contains(&status), "{operation}: {status} {body}");
            if status >= 400 {
                prop_assert!(state == before, "{operation}: {status} {body}");
                continue;
            }
            let is_declared = operation.success.iter().any(|statuses| statuses.contains(&status));
            prop_assert!(is_declared, "{operation}: {status}");
            if status == 200 {
                let checked = Answer::success(operation, &body);
                prop_assert!(checked.is_ok(), "{operation}: {checked:?} {body}");
            }
            let id = match operation.name {
                "create_room" => &body["roomSystemInfo"]["id"],
                "create_im" | "admin_create_im" => &body["id"],
                _ => &Value::Null,
            };
            streams.extend(id.as_str().map(str::to_owned));
        }
    }
}
