//! What each operation answers, without a socket.

use std::time::{Duration, UNIX_EPOCH};

use http::Request;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{Clock, ConflictAnswer, RemoveRule, State, User, handle};
use serde_json::json;

use super::{Caller, send};
use Action::{Accept, Create, Reject, Remove};
use Status::{Accepted, PendingIncoming, PendingOutgoing, Rejected};

/// Alice and Bob, of different pods.
fn strangers() -> (State, Caller, Caller) {
    let mut state = State::new();
    let (alice, bob) = (state.add_user("alice"), state.add_user("bob"));
    let (alice, bob) = (Caller::new(&mut state, alice), Caller::new(&mut state, bob));
    (state, alice, bob)
}

fn set(state: &mut State, alice: UserId, bob: UserId, status: Option<&Status>) {
    match status {
        Some(status) => state.connect(alice, bob, status.clone()),
        None => state.disconnect(alice, bob),
    }
}

#[test]
fn actions_do_what_is_documented_and_nothing_else() {
    // What Alice sees before; what she sees after create, accept, reject and remove. Refused with 400: nothing changes.
    type After = Result<Option<Status>, u16>;
    const REFUSED: After = Err(400);
    let table: [(Option<Status>, [After; 4]); 5] = [
        (None, [Ok(Some(PendingOutgoing)), REFUSED, REFUSED, REFUSED]),
        (Some(PendingIncoming), [REFUSED, Ok(Some(Accepted)), Ok(Some(Rejected)), Ok(Some(Rejected))]),
        (Some(PendingOutgoing), [REFUSED, REFUSED, REFUSED, REFUSED]),
        (Some(Accepted), [REFUSED, REFUSED, REFUSED, Ok(None)]),
        (Some(Rejected), [Ok(Some(PendingOutgoing)), REFUSED, REFUSED, Ok(Some(PendingIncoming))]),
    ];
    let (mut state, alice, bob) = strangers();
    for (before, row) in table {
        for (action, expected) in [Create, Accept, Reject, Remove].into_iter().zip(row) {
            set(&mut state, alice.id, bob.id, before.as_ref());
            let (status, body) = alice.act(&mut state, action, bob.id);
            let context = format!("{before:?} + {action}: {status} {body}");
            let (code, after) = match expected {
                Ok(after) => (200, after),
                Err(code) => (code, before.clone()),
            };
            assert_eq!(status, code, "{context}");
            assert_eq!(state.status(alice.id, bob.id), after, "{context}");
            if status == 200 && action != Remove {
                assert_eq!(body["userId"], json!(i64::from(bob.id)), "{context}");
                assert_eq!(body["status"], json!(after.unwrap().as_str()), "{context}");
            }
        }
    }
}

#[test]
fn remove_says_so_in_the_words_of_the_api() {
    let (mut state, alice, bob) = strangers();
    state.connect(alice.id, bob.id, Accepted);
    let answer = alice.act(&mut state, Remove, bob.id);
    assert_eq!(answer, (200, json!({ "format": "TEXT", "message": "Connection Removed." })));
    assert_eq!(alice.info(&mut state, bob.id).0, 404, "the connection no longer exists");
    assert_eq!(alice.act(&mut state, Remove, bob.id).0, 400, "there is nothing left to remove");
}

#[test]
fn removing_twice_undoes_it() {
    let (mut state, alice, bob) = strangers();
    state.connect(alice.id, bob.id, PendingIncoming);
    assert_eq!(alice.act(&mut state, Remove, bob.id).0, 200);
    assert_eq!(state.status(alice.id, bob.id), Some(Rejected));
    assert_eq!(alice.act(&mut state, Remove, bob.id).0, 200);
    assert_eq!(state.status(alice.id, bob.id), Some(PendingIncoming));
    assert_eq!(state.status(bob.id, alice.id), Some(PendingOutgoing));
}

#[test]
fn a_pod_that_removes_only_the_connected_refuses_the_others() {
    for before in [None, Some(PendingIncoming), Some(PendingOutgoing), Some(Rejected)] {
        let (mut state, alice, bob) = strangers();
        state.remove_rule = RemoveRule::ConnectedOnly;
        set(&mut state, alice.id, bob.id, before.as_ref());
        assert_eq!(alice.act(&mut state, Remove, bob.id).0, 400, "{before:?}");
        assert_eq!(state.status(alice.id, bob.id), before);
    }
    let (mut state, alice, bob) = strangers();
    state.remove_rule = RemoveRule::ConnectedOnly;
    state.connect(alice.id, bob.id, Accepted);
    assert_eq!(alice.act(&mut state, Remove, bob.id).0, 200);
    assert_eq!(state.status(bob.id, alice.id), None);
}

#[test]
fn both_sides_see_one_connection_through_its_whole_life() {
    let (mut state, alice, bob) = strangers();
    let sees = |state: &State| (state.status(alice.id, bob.id), state.status(bob.id, alice.id));

    assert_eq!(sees(&state), (None, None));
    alice.act(&mut state, Create, bob.id);
    assert_eq!(sees(&state), (Some(PendingOutgoing), Some(PendingIncoming)));
    bob.act(&mut state, Reject, alice.id);
    assert_eq!(sees(&state), (Some(Rejected), Some(Rejected)));
    alice.act(&mut state, Create, bob.id);
    assert_eq!(
        sees(&state),
        (Some(PendingOutgoing), Some(PendingIncoming)),
        "once declined, one may ask again"
    );
    bob.act(&mut state, Accept, alice.id);
    assert_eq!(sees(&state), (Some(Accepted), Some(Accepted)));
    alice.act(&mut state, Remove, bob.id);
    assert_eq!(sees(&state), (None, None));
}

#[test]
fn only_one_request_is_outstanding_between_two_users() {
    let (mut state, alice, bob) = strangers();
    assert_eq!(alice.act(&mut state, Create, bob.id).0, 200);
    assert_eq!(alice.act(&mut state, Create, bob.id).0, 400);
    assert_eq!(bob.act(&mut state, Create, alice.id).0, 400);
}

#[test]
fn acting_against_the_present_status_can_be_told_as_older_pods_told_it() {
    for (answer, status) in [(ConflictAnswer::BadRequest, 400), (ConflictAnswer::ServerError, 500)] {
        let (mut state, alice, bob) = strangers();
        state.conflict_answer = answer;
        state.connect(alice.id, bob.id, Accepted);
        for action in [Create, Accept, Reject] {
            let (code, body) = alice.act(&mut state, action, bob.id);
            let message = body["message"].as_str().unwrap();
            assert_eq!(code, status, "{action}");
            assert!(message.contains("not consistent with current status"), "{message}");
            assert_eq!(message.contains("failed with status 422"), status == 500, "{message}");
        }
        assert_eq!(state.status(alice.id, bob.id), Some(Accepted));
    }
}

#[test]
fn users_of_one_pod_are_connected_without_asking() {
    let mut state = State::new();
    let ann = state.add_user(User::new("ann").on_pod("acme"));
    let bea = state.add_user(User::new("bea").on_pod("acme"));
    let cyd = state.add_user(User::new("cyd").on_pod("other"));
    let caller = Caller::new(&mut state, ann);
    let before = state.clone();
    let connected = json!({ "userId": i64::from(bea), "status": "ACCEPTED" });

    assert_eq!(caller.info(&mut state, bea), (200, connected.clone()));
    assert_eq!(caller.act(&mut state, Create, bea), (200, connected.clone()));
    assert_eq!(caller.act(&mut state, Accept, bea), (200, connected.clone()));
    assert_eq!(caller.act(&mut state, Reject, bea).0, 400);
    assert_eq!(caller.act(&mut state, Remove, bea).0, 400);
    assert_eq!(state.status(ann, bea), Some(Accepted));
    assert_eq!(state.status(ann, cyd), None, "of another pod");
    assert_eq!(caller.info(&mut state, ann).0, 404, "nobody is connected with themselves");

    let ids = format!("userIds={bea},{cyd}");
    assert_eq!(caller.list(&mut state, &format!("?status=ACCEPTED&{ids}")), json!([connected]));
    assert_eq!(caller.list(&mut state, &format!("?status=ALL&{ids}")), json!([connected]));
    for query in
        ["?status=ACCEPTED", "?status=ALL", "", &format!("?{ids}"), &format!("?status=REJECTED&{ids}")]
    {
        assert_eq!(caller.list(&mut state, query), json!([]), "{query}");
    }
    assert!(state == before, "nothing of this changes anything");
}

#[test]
fn list_shows_pending_ones_unless_asked_for_others() {
    let mut state = State::new();
    let id = state.add_user("alice");
    let alice = Caller::new(&mut state, id);
    let [incoming, outgoing, accepted, rejected, stranger] = [1, 2, 3, 4, 5].map(UserId::from);
    for user in [incoming, outgoing, accepted, rejected, stranger] {
        state.add_user(User::new("someone").with_id(user));
    }
    state.connect(id, incoming, PendingIncoming);
    state.connect(id, outgoing, PendingOutgoing);
    state.connect(id, accepted, Accepted);
    state.connect(id, rejected, Rejected);
    // A connection between others is nobody else's business.
    state.connect(incoming, outgoing, Accepted);

    let cases = [
        ("", vec![1, 2]),
        ("?", vec![1, 2]),
        ("?userIds=", vec![1, 2]),
        ("?status=PENDING_INCOMING", vec![1]),
        ("?status=PENDING_OUTGOING", vec![2]),
        ("?status=ACCEPTED", vec![3]),
        ("?status=REJECTED", vec![4]),
        ("?status=ALL", vec![1, 2, 3, 4]),
        ("?status=all", vec![1, 2, 3, 4]),
        ("?status=pending_incoming", vec![1]),
        ("?userIds=1,3", vec![1]),
        ("?userIds=1%2C2%2C3", vec![1, 2]),
        ("?status=ALL&userIds=4,1,1,5,99", vec![1, 4]),
        ("?status=ACCEPTED&userIds=1", vec![]),
        ("?userIds=2&other=parameter", vec![2]),
    ];
    for (query, expected) in cases {
        let body = alice.list(&mut state, query);
        let ids: Vec<i64> =
            body.as_array().unwrap().iter().map(|one| one["userId"].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
    }
    for query in ["?status=SNOOZED", "?status=", "?userIds=alice", "?userIds=1,,2", "?userIds=1;2"] {
        assert_eq!(alice.get(&mut state, &format!("/pod/v1/connection/list{query}")).0, 400, "{query}");
    }
}

#[test]
fn a_connection_tells_when_and_how_often_it_was_asked_for() {
    let (mut state, alice, bob) = strangers();
    let at = |millis| Clock::At(UNIX_EPOCH + Duration::from_millis(millis));
    let seen = |status: &str, updated: i64, counter: i64, other: &Caller| {
        json!({
            "userId": i64::from(other.id),
            "status": status,
            "firstRequestedAt": 1_470_018_076_306_i64,
            "updatedAt": updated,
            "requestCounter": counter,
        })
    };

    state.clock = at(1_470_018_076_306);
    let created = seen("PENDING_OUTGOING", 1_470_018_076_306, 1, &bob);
    assert_eq!(alice.act(&mut state, Create, bob.id), (200, created));
    state.clock = at(1_470_018_076_400);
    let rejected = seen("REJECTED", 1_470_018_076_400, 1, &alice);
    assert_eq!(bob.act(&mut state, Reject, alice.id), (200, rejected));
    state.clock = at(1_470_018_076_500);
    let again = seen("PENDING_OUTGOING", 1_470_018_076_500, 2, &bob);
    assert_eq!(alice.act(&mut state, Create, bob.id), (200, again.clone()));
    assert_eq!(alice.info(&mut state, bob.id), (200, again.clone()));
    assert_eq!(alice.list(&mut state, ""), json!([again]));

    // A refusal is no update.
    state.clock = at(1_470_018_076_600);
    assert_eq!(alice.act(&mut state, Accept, bob.id).0, 400);
    assert_eq!(alice.info(&mut state, bob.id), (200, again));
    // After removal, it starts from the beginning.
    bob.act(&mut state, Accept, alice.id);
    bob.act(&mut state, Remove, alice.id);
    let (_, fresh) = alice.act(&mut state, Create, bob.id);
    assert_eq!(
        (&fresh["firstRequestedAt"], &fresh["requestCounter"]),
        (&json!(1_470_018_076_600_i64), &json!(1))
    );
}

#[test]
fn connecting_two_users_starts_from_the_beginning() {
    let (mut state, alice, bob) = strangers();
    state.clock = Clock::At(UNIX_EPOCH);
    state.connect(alice.id, bob.id, Rejected);
    alice.act(&mut state, Create, bob.id);
    state.clock = Clock::At(UNIX_EPOCH + Duration::from_millis(7));
    state.connect(alice.id, bob.id, PendingOutgoing);
    let (_, body) = alice.info(&mut state, bob.id);
    assert_eq!((&body["firstRequestedAt"], &body["requestCounter"]), (&json!(7), &json!(1)));
}

#[test]
fn the_machine_tells_the_time_unless_a_test_does() {
    let (mut state, alice, bob) = strangers();
    let millis = || i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let before = millis();
    let (_, body) = alice.act(&mut state, Create, bob.id);
    assert!((before..=millis()).contains(&body["updatedAt"].as_i64().unwrap()), "{body}");

    state.clock = Clock::At(UNIX_EPOCH - Duration::from_millis(5));
    let (_, body) = bob.act(&mut state, Accept, alice.id);
    assert_eq!(body["updatedAt"], json!(-5), "before 1970, and no panic");
}

#[test]
fn without_a_session_nothing_is_answered() {
    let (mut state, alice, bob) = strangers();
    let invalid = (401, json!({ "code": 401, "message": "Invalid session" }));
    let path = "/pod/v1/connection/list";
    assert_eq!(send(&mut state, Request::get(path), ""), invalid);
    for token in ["", "unknown", "fake-session-1-of"] {
        let request = Request::get(path).header("sessionToken", token);
        assert_eq!(send(&mut state, request, ""), invalid, "{token:?}");
    }
    let not_text = Request::get(path).header("sessionToken", &b"\xff\xfe"[..]);
    assert_eq!(send(&mut state, not_text, ""), invalid);

    let second = Caller::new(&mut state, alice.id);
    assert_ne!(alice.token, second.token);
    assert_eq!(alice.get(&mut state, path).0, 200);
    assert_eq!(second.get(&mut state, path).0, 200, "a user can have several sessions");
    state.end_sessions(alice.id);
    assert_eq!(alice.get(&mut state, path), invalid);
    assert_eq!(second.act(&mut state, Create, bob.id), invalid);
    assert_eq!(bob.get(&mut state, path).0, 200, "the sessions of others go on");
    assert_eq!(state.status(alice.id, bob.id), None);
}

#[test]
fn without_the_entitlement_nothing_is_allowed() {
    let (mut state, alice, bob) = strangers();
    state.connect(alice.id, bob.id, Accepted);
    state.add_user(User::new("alice").with_id(alice.id).without_entitlement());
    let message = "The user lacks the required entitlement to perform this operation";
    let forbidden = (403, json!({ "code": 403, "message": message }));
    for action in Action::ALL {
        assert_eq!(alice.act(&mut state, action, bob.id), forbidden, "{action}");
    }
    assert_eq!(alice.info(&mut state, bob.id), forbidden);
    assert_eq!(alice.get(&mut state, "/pod/v1/connection/list"), forbidden);
    assert_eq!(state.status(alice.id, bob.id), Some(Accepted));
}

#[test]
fn unknown_users_and_absent_connections_are_not_found() {
    let (mut state, alice, bob) = strangers();
    let nobody = UserId::from(404);
    let (unknown, never_asked) = (alice.info(&mut state, nobody), alice.info(&mut state, bob.id));
    assert_eq!(unknown.0, 404);
    assert_eq!(unknown, never_asked, "absence and an unknown user look alike");
    for action in Action::ALL {
        assert_eq!(alice.act(&mut state, action, nobody).0, 404, "{action}");
        assert_eq!(alice.act(&mut state, action, alice.id).0, 400, "{action} with oneself");
    }
}

#[test]
fn what_is_malformed_is_refused() {
    let (mut state, alice, bob) = strangers();
    let before = state.clone();
    let authorized = |request: http::request::Builder| request.header("sessionToken", &alice.token);
    let json = |path: &str| authorized(Request::post(path)).header("Content-Type", "application/json");

    let bodies =
        ["", "{", "null", "[]", "[5]", "{}", r#"{"userId":null}"#, r#"{"userId":"5"}"#, r#"{"userId":1.5}"#];
    for body in
        bodies.into_iter().chain([r#"{"userId":9223372036854775808}"#, "\u{feff}{}", &"[".repeat(100_000)])
    {
        assert_eq!(send(&mut state, json("/pod/v1/connection/create"), body).0, 400, "{body:.40}");
    }
    for id in ["", "alice", "1.5", "%61", "9223372036854775808"] {
        let info = format!("/pod/v1/connection/user/{id}/info");
        assert_eq!(send(&mut state, authorized(Request::get(&info)), "").0, 400, "{info}");
        let remove = authorized(Request::post(format!("/pod/v1/connection/user/{id}/remove")));
        assert_eq!(send(&mut state, remove.header("Content-Length", "0"), "").0, 400, "{id}");
    }
    let paths = ["/", "*", "/pod", "/pod/v1/connection", "/pod/v1/connection/", "/v1/connection/list"];
    for path in paths.into_iter().chain(["/pod/v1/connection/list/", "/pod/v1/connection/user/1/info/x"]) {
        assert_eq!(send(&mut state, authorized(Request::get(path)), "").0, 404, "{path}");
    }
    let user = format!("/pod/v1/connection/user/{}", bob.id);
    for (method, path, allowed) in [
        ("POST", "/pod/v1/connection/list".to_owned(), "GET"),
        ("DELETE", format!("{user}/info"), "GET"),
        ("HEAD", format!("{user}/info"), "GET"),
        ("GET", format!("{user}/remove"), "POST"),
        ("GET", "/pod/v1/connection/create".to_owned(), "POST"),
        ("PUT", "/pod/v1/connection/accept".to_owned(), "POST"),
        ("BREW", "/pod/v1/connection/reject".to_owned(), "POST"),
    ] {
        let request = Request::builder().method(method).uri(&path).body(bytes::Bytes::new()).unwrap();
        let answer = handle(&mut state, &request);
        assert_eq!(answer.status(), 405, "{method} {path}");
        assert_eq!(answer.headers()["allow"], allowed, "{method} {path}");
    }
    assert!(state == before, "nothing of this changes anything");
}

#[test]
fn a_strict_pod_insists_on_the_form_that_every_gateway_accepts() {
    type Headers = &'static [(&'static str, &'static str)];
    let remove = |alice: &Caller, bob: &Caller, headers: Headers| {
        let request = Request::post(format!("/pod/v1/connection/user/{}/remove", bob.id));
        headers.iter().fold(request.header("sessionToken", &alice.token), |request, (name, value)| {
            request.header(*name, *value)
        })
    };
    let create = |alice: &Caller, content_type: Option<&str>| {
        let request = Request::post("/pod/v1/connection/create").header("sessionToken", &alice.token);
        content_type.into_iter().fold(request, |request, value| request.header("Content-Type", value))
    };

    let removals: [(Headers, &str, u16); 6] = [
        (&[("Content-Length", "0")], "", 200),
        (&[], "", 411),
        (&[("Transfer-Encoding", "chunked")], "", 411),
        (&[("Content-Length", "0"), ("Content-Type", "application/json")], "", 400),
        (&[("Content-Type", "application/json")], "", 400),
        (&[("Content-Length", "2"), ("Content-Type", "application/json")], "{}", 400),
    ];
    for (headers, body, expected) in removals {
        for strict in [true, false] {
            let (mut state, alice, bob) = strangers();
            state.strict = strict;
            state.connect(alice.id, bob.id, Accepted);
            let (status, answer) = send(&mut state, remove(&alice, &bob, headers), body);
            assert_eq!(
                status,
                if strict { expected } else { 200 },
                "strict: {strict}, {headers:?}: {answer}"
            );
            assert_eq!(state.status(alice.id, bob.id).is_none(), status == 200);
        }
    }
    let creations = [
        (Some("application/json"), 200),
        (Some("Application/JSON; charset=utf-8"), 200),
        (Some("text/plain"), 415),
        (Some("application/jsonp"), 415),
        (None, 415),
    ];
    for (content_type, expected) in creations {
        for strict in [true, false] {
            let (mut state, alice, bob) = strangers();
            state.strict = strict;
            let body = format!(r#"{{"userId":{}}}"#, bob.id);
            let (status, answer) = send(&mut state, create(&alice, content_type), &body);
            assert_eq!(
                status,
                if strict { expected } else { 200 },
                "strict: {strict}, {content_type:?}: {answer}"
            );
            assert_eq!(state.status(alice.id, bob.id).is_some(), status == 200);
        }
    }
}

#[test]
fn a_status_nobody_documented_can_be_shown_but_not_acted_on() {
    let (mut state, alice, bob) = strangers();
    state.connect(alice.id, bob.id, Status::from("SNOOZED"));
    assert_eq!(state.status(bob.id, alice.id), Some(Status::from("SNOOZED")));
    assert_eq!(alice.info(&mut state, bob.id).1["status"], "SNOOZED");
    assert_eq!(alice.list(&mut state, "?status=ALL")[0]["status"], "SNOOZED");
    assert_eq!(alice.list(&mut state, ""), json!([]));
    for action in Action::ALL {
        assert_eq!(alice.act(&mut state, action, bob.id).0, 400, "{action}");
    }
    assert_eq!(state.status(alice.id, bob.id), Some(Status::from("SNOOZED")));
}

#[test]
fn users_get_large_ids_of_their_own() {
    let mut state = State::new();
    let first = state.add_user("first");
    assert!(i64::from(first) > i64::from(i32::MAX));
    let taken = state.add_user(User::new("taken").with_id(i64::from(first) + 1));
    let next = state.add_user("next");
    assert!(next != first && next != taken);
}

#[test]
#[should_panic(expected = "the fake pod has no user 5: add them with add_user first")]
fn connecting_somebody_who_is_not_there_is_a_mistake_in_the_test() {
    let mut state = State::new();
    let alice = state.add_user("alice");
    state.connect(alice, UserId::from(5), Accepted);
}

#[test]
#[should_panic(expected = "share a pod, so they are always connected")]
fn connecting_users_of_one_pod_is_a_mistake_in_the_test() {
    let mut state = State::new();
    let ann = state.add_user(User::new("ann").on_pod("acme"));
    let bea = state.add_user(User::new("bea").on_pod("acme"));
    state.connect(ann, bea, Rejected);
}

#[test]
fn session_info_tells_whose_session_it_is() {
    let mut state = State::new();
    state.add_user("alice");
    // The entitlement is for connections.
    let bob = state.add_user(User::new("bob@acme").with_id(7).without_entitlement());
    let bob = Caller::new(&mut state, bob);
    let path = "/pod/v2/sessioninfo";
    assert_eq!(bob.get(&mut state, path), (200, json!({ "id": 7, "username": "bob@acme" })));

    let post = Request::post(path).header("sessionToken", &bob.token).header("Content-Length", "0");
    assert_eq!(send(&mut state, post, "").0, 405);
    assert_eq!(send(&mut state, Request::get(path), "").0, 401);
    state.end_sessions(bob.id);
    assert_eq!(bob.get(&mut state, path).0, 401);
}
