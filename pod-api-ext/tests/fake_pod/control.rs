//! Control over HTTP: it does what the handle does, and says of what cannot be that it cannot be.

use std::time::{Duration, UNIX_EPOCH};

use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{Clock, ConflictAnswer, FakePod, KeyPair, Operation, RemoveRule, State, Throttle};
use serde_json::{Value, json};

use super::sockets::{body, exchange, get, post};

/// The status and the body of a call of the control.
async fn call(fake: &FakePod, method: &str, path: &str, sent: Value) -> (u16, Value) {
    let sent = if sent.is_null() { String::new() } else { sent.to_string() };
    let length = sent.len();
    let request = format!(
        "{method} /fake-pod/{path} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{sent}"
    );
    let answer = exchange(fake, request).await;
    (answer[9..12].parse().unwrap(), serde_json::from_str(body(&answer)).unwrap())
}

async fn done(fake: &FakePod, method: &str, path: &str, sent: Value) -> Value {
    let (status, answer) = call(fake, method, path, sent).await;
    assert_eq!(status, 200, "{method} {path}: {answer}");
    answer
}

async fn set_up(fake: &FakePod, setup: Value) -> Value {
    done(fake, "POST", "state", setup).await
}

fn id(users: &Value, name: &str) -> UserId {
    UserId::from(users["users"][name]["id"].as_i64().unwrap())
}

fn token(users: &Value, name: &str) -> String {
    users["users"][name]["token"].as_str().unwrap().to_owned()
}

/// The status of a call of the API.
async fn asked(fake: &FakePod, token: &str, path: &str) -> u16 {
    exchange(fake, get(token, path)).await[9..12].parse().unwrap()
}

const LIST: &str = "/pod/v1/connection/list";

#[tokio::test]
async fn users_connections_and_sessions_come_and_go() {
    let fake = FakePod::start().await;
    let users = set_up(
        &fake,
        json!({
            "users": [{ "name": "alice" }, { "name": "bob", "id": 7 }, { "name": "carol", "pod": "acme" }],
            "connections": [{ "user": "alice", "other": 7, "status": "PENDING_INCOMING" }],
        }),
    )
    .await;
    let (alice, bob) = (id(&users, "alice"), id(&users, "bob"));
    assert_eq!((i64::from(bob), fake.status(bob, alice)), (7, Some(Status::PendingOutgoing)));
    assert_eq!(asked(&fake, &token(&users, "alice"), LIST).await, 200);
    let seen = done(&fake, "GET", "connections?user=alice&other=bob", Value::Null).await;
    assert_eq!(seen, json!({ "status": "PENDING_INCOMING" }));
    let shown = done(&fake, "GET", "state", Value::Null).await;
    assert_eq!(shown["users"].as_array().unwrap().len(), 3);
    assert_eq!(shown["users"][2]["pod"], "acme");
    assert_eq!(
        shown["connections"][0],
        json!({ "user": 7, "other": i64::from(alice), "status": "PENDING_OUTGOING" })
    );
    done(&fake, "DELETE", "connections?user=7&other=alice", Value::Null).await;
    assert_eq!(fake.status(alice, bob), None);

    let more = done(&fake, "POST", "sessions", json!({ "user": "bob" })).await;
    done(&fake, "DELETE", "sessions?user=alice", Value::Null).await;
    assert_eq!(asked(&fake, &token(&users, "alice"), LIST).await, 401);
    assert_eq!(asked(&fake, more["token"].as_str().unwrap(), LIST).await, 200);

    // The same user again, with something else.
    let again = set_up(&fake, json!({ "users": [{ "name": "bob", "entitled": false }] })).await;
    assert_eq!(id(&again, "bob"), bob);
    assert_eq!(asked(&fake, &token(&users, "bob"), LIST).await, 403);
    assert!(fake.requests().iter().all(|call| call.operation == Operation::List), "control is not recorded");
}

#[tokio::test]
async fn settings_are_those_of_the_state() {
    let fake = FakePod::start().await;
    let key = KeyPair::generate();
    let setup = json!({
        "users": [{ "name": "bot", "publicKey": key.public_pem(), "certificate": true }],
        "apps": [{ "id": "app", "publicKey": key.public_pem() }],
        "crossPod": { "acme": false },
        "clock": { "at": 784_111_777_000_i64 },
        "strict": true,
        "removeRule": "connectedOnly",
        "conflictAnswer": "serverError",
        "throttle": { "calls": 1, "windowMillis": 10_000, "retryAfter": "httpDate" },
        "recordLimit": 1,
    });
    let users = set_up(&fake, setup).await;
    let bot = id(&users, "bot");
    let mut expected = State::new();
    expected.add_user("bot");
    expected.register_bot(bot, key.public_pem());
    expected.register_certificate(bot);
    expected.register_app("app", key.public_pem());
    expected.set_cross_pod("acme", false);
    expected.clock = Clock::At(UNIX_EPOCH + Duration::from_secs(784_111_777));
    expected.strict = true;
    expected.remove_rule = RemoveRule::ConnectedOnly;
    expected.conflict_answer = ConflictAnswer::ServerError;
    let window = Duration::from_secs(10);
    expected.throttle = Some(Throttle::new(1, window).with_dates());
    expected.session_for(bot);
    fake.with_state(|state| assert!(*state == expected, "{state:?}\n{expected:?}"));

    let token = token(&users, "bot");
    assert_eq!(asked(&fake, &token, LIST).await, 200);
    let refused = exchange(&fake, get(&token, LIST)).await;
    assert!(refused.contains("retry-after: Sun, 06 Nov 1994 08:49:47 GMT"), "{refused}");
    assert_eq!((fake.requests().len(), fake.dropped_requests()), (1, 1));
    set_up(&fake, json!({ "clock": { "advance": 10_000 } })).await;
    assert_eq!(asked(&fake, &token, LIST).await, 200);
    set_up(&fake, json!({ "throttle": null, "clock": "machine" })).await;
    assert_eq!(asked(&fake, &token, LIST).await, 200);
    assert!(fake.with_state(|state| state.clock == Clock::System));
}

#[tokio::test]
async fn calls_go_wrong_as_planned() {
    let fake = FakePod::start().await;
    let users = set_up(&fake, json!({ "users": [{ "name": "alice" }, { "name": "bob" }] })).await;
    let (alice, bob) = (token(&users, "alice"), id(&users, "bob"));
    let faults = json!([
        { "operation": "list_connections", "kind": "answer", "status": 429, "headers": { "Retry-After": "2" } },
        { "operation": "list_connections", "nth": 2, "kind": "answer", "status": 418, "body": "a teapot" },
        { "operation": "list_connections", "nth": 3, "kind": "answer", "status": 200, "body": [1] },
        { "operation": "list_connections", "nth": 4, "kind": "html", "status": 502 },
        { "operation": "list_connections", "nth": 5, "kind": "garbage", "status": 200 },
        { "operation": "create_connection", "kind": "hangUp", "afterActing": true },
        { "operation": "other", "every": 2, "kind": "answer", "status": 503 },
    ]);
    set_up(&fake, json!({ "faults": faults })).await;
    assert_eq!(done(&fake, "GET", "faults", Value::Null).await, json!({ "pending": 6 }));
    for expected in [
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 2",
        "HTTP/1.1 418 I'm a teapot\r\ncontent-type: text/plain; charset=utf-8",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html",
    ] {
        let answer = exchange(&fake, get(&alice, LIST)).await;
        assert!(answer.starts_with(expected), "{answer}");
    }
    let create = post(&alice, "/pod/v1/connection/create", &json!({ "userId": i64::from(bob) }).to_string());
    assert_eq!(exchange(&fake, create).await, "");
    assert_eq!(fake.status(id(&users, "alice"), bob), Some(Status::PendingOutgoing), "it has acted");
    for expected in [404, 503, 404, 503] {
        assert_eq!(asked(&fake, &alice, "/elsewhere").await, expected);
    }
    done(&fake, "DELETE", "faults", Value::Null).await;
    assert_eq!(fake.pending_faults(), 0);
    assert_eq!(asked(&fake, &alice, LIST).await, 200);
}

#[tokio::test]
async fn an_operation_answers_what_was_set() {
    let fake = FakePod::start().await;
    let users = set_up(&fake, json!({ "users": [{ "name": "alice" }] })).await;
    let alice = token(&users, "alice");
    let asked = async || {
        let answer = exchange(&fake, get(&alice, "/pod/v2/user/presence")).await;
        (answer[9..12].parse().unwrap(), serde_json::from_str(body(&answer)).unwrap_or(Value::Null))
    };
    let operation = "get_presence";
    let answers = json!([
        { "operation": operation, "body": { "category": "BUSY" } },
        { "operation": operation, "nth": 2, "status": 403, "body": { "code": 5 } },
        { "operation": operation, "nth": 3, "status": 204 },
        { "operation": operation, "nth": 4 },
    ]);
    set_up(&fake, json!({ "answers": answers })).await;
    assert_eq!(done(&fake, "GET", "answers", Value::Null).await, json!({ "pending": 3 }));
    assert_eq!(asked().await, (200, json!({ "category": "BUSY" })));
    assert_eq!(asked().await, (403, json!({ "code": 5 })));
    assert_eq!(asked().await, (204, Value::Null));
    let (status, sample) = asked().await;
    assert!(status == 200 && sample["category"].is_string(), "{sample}");
    assert_eq!(asked().await, (200, json!({ "category": "BUSY" })));
    done(&fake, "DELETE", "answers", Value::Null).await;
    set_up(&fake, json!({ "samples": true })).await;
    assert_eq!(exchange(&fake, get(&alice, "/pod/v1/languages")).await[9..12], *"200");
}

#[tokio::test]
async fn a_call_waits_at_a_gate() {
    let fake = FakePod::start().await;
    let users = set_up(
        &fake,
        json!({
            "users": [{ "name": "alice" }, { "name": "bob" }],
            "faults": [{ "operation": "create_connection", "kind": "hold", "gate": "office" }],
        }),
    )
    .await;
    let (alice, bob) = (id(&users, "alice"), id(&users, "bob"));
    let create = post(
        &token(&users, "alice"),
        "/pod/v1/connection/create",
        &json!({ "userId": i64::from(bob) }).to_string(),
    );
    let waiting = tokio::spawn({
        let fake = fake.clone();
        async move { exchange(&fake, create).await }
    });
    let arrived = done(&fake, "GET", "gates/office?arrivals=1", Value::Null).await;
    assert_eq!(arrived, json!({ "open": false, "arrived": 1 }));
    assert_eq!(fake.status(alice, bob), None);
    done(&fake, "POST", "gates/office/open", Value::Null).await;
    assert!(waiting.await.unwrap().starts_with("HTTP/1.1 200 "));
    assert_eq!(fake.status(alice, bob), Some(Status::PendingOutgoing));
}

#[tokio::test]
async fn a_gate_is_shut_again_after_a_reset() {
    let fake = FakePod::start().await;
    let fault = json!({ "operation": "list_connections", "kind": "hold", "gate": "office" });
    let users = set_up(&fake, json!({ "users": [{ "name": "alice" }], "faults": [fault] })).await;
    done(&fake, "POST", "checkpoint", Value::Null).await;
    for _ in 0..3 {
        let waiting = tokio::spawn({
            let (fake, list) = (fake.clone(), get(&token(&users, "alice"), LIST));
            async move { exchange(&fake, list).await }
        });
        let arrived = done(&fake, "GET", "gates/office?arrivals=1", Value::Null).await;
        assert_eq!(arrived, json!({ "open": false, "arrived": 1 }));
        // Whoever waits goes on.
        done(&fake, "POST", "reset", Value::Null).await;
        assert!(waiting.await.unwrap().starts_with("HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn the_record_shows_requests_without_their_secrets() {
    let fake = FakePod::start().await;
    let users = set_up(&fake, json!({ "users": [{ "name": "alice" }] })).await;
    let token = token(&users, "alice");
    exchange(&fake, post(&token, "/pod/v1/connection/create?a=b", r#"{"userId":5}"#)).await;
    let record = done(&fake, "GET", "requests", Value::Null).await;
    assert_eq!(record["dropped"], 0);
    let request = &record["requests"][0];
    assert_eq!(request["headers"]["sessiontoken"], "[redacted]");
    for (member, expected) in [
        ("operation", json!("create_connection")),
        ("method", json!("POST")),
        ("path", json!("/pod/v1/connection/create")),
        ("query", json!("a=b")),
        ("body", json!("{\"userId\":5}")),
        ("caller", json!(i64::from(id(&users, "alice")))),
        ("app", Value::Null),
        ("acted", json!(false)),
    ] {
        assert_eq!(request[member], expected, "{member}");
    }
    assert!(!record.to_string().contains(&token));
    assert_eq!(done(&fake, "DELETE", "requests", Value::Null).await, record);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_reset_goes_back_to_the_checkpoint() {
    let fake = FakePod::start().await;
    let fault = json!({ "operation": "list_connections", "kind": "answer", "status": 503 });
    let users = set_up(&fake, json!({ "users": [{ "name": "alice" }], "faults": [fault] })).await;
    let alice = token(&users, "alice");
    done(&fake, "POST", "checkpoint", Value::Null).await;
    for _ in 0..2 {
        let bob = set_up(&fake, json!({ "users": [{ "name": "bob" }] })).await;
        assert_eq!(asked(&fake, &alice, LIST).await, 503);
        assert_eq!(asked(&fake, &alice, LIST).await, 200);
        assert_eq!(asked(&fake, &token(&bob, "bob"), LIST).await, 200);
        done(&fake, "POST", "reset", Value::Null).await;
        assert_eq!(asked(&fake, &token(&bob, "bob"), "/pod/v2/sessioninfo").await, 401);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_of_it_is_done() {
    let fake = FakePod::start().await;
    let users =
        set_up(&fake, json!({ "users": [{ "name": "alice" }, { "name": "bob", "pod": "acme" }] })).await;
    fake.with_state(|state| state.strict = true);
    let before = fake.with_state(|state| state.clone());
    let private = KeyPair::generate();
    let fault = |more: Value| {
        let mut fault = json!({ "operation": "get_connection", "kind": "answer", "status": 503 });
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "users": [{ "name": "carol" }], "faults": [fault] })
    };
    let connection = |user: Value, other: Value| {
        let connection = json!({ "user": user, "other": other, "status": "ACCEPTED" });
        json!({ "users": [{ "name": "carol", "pod": "acme" }], "connections": [connection] })
    };
    for (setup, words) in [
        (json!(5), "The body"),
        (json!([]), "The body"),
        (json!({ "usres": [] }), "usres"),
        (json!({ "users": [{ "name": "carol" }, { "id": 5 }] }), "name"),
        (json!({ "users": [{ "name": "alice", "id": 5 }] }), "already"),
        (json!({ "users": [{ "name": "carol", "id": 5 }, { "name": "dave", "id": 5 }] }), "carol"),
        (json!({ "users": [{ "name": "" }] }), "name"),
        (json!({ "users": [{ "name": "carol", "publicKey": private.private_pem() }] }), "no RSA public key"),
        (
            json!({ "users": [{ "name": "carol", "publicKeyFile": "/etc/passwd" }] }),
            "publicKeyFile is for files",
        ),
        (json!({ "apps": [{ "id": "app" }] }), "publicKey"),
        (json!({ "apps": [{ "id": "" }] }), "needs an id"),
        (connection(json!("alice"), json!("nobody")), "nobody"),
        (connection(json!("alice"), json!(5)), "5"),
        (connection(json!("alice"), json!(null)), "a user's name"),
        (connection(json!("alice"), json!("alice")), "themselves"),
        (connection(json!("bob"), json!("carol")), "share a pod"),
        (
            json!({ "connections": [{ "user": "alice", "other": "bob", "status": "ACEPTED" }] }),
            "there is no status ACEPTED",
        ),
        (json!({ "clock": "yesterday" }), "yesterday"),
        (json!({ "answers": [{ "operation": "login" }] }), "login"),
        (json!({ "answers": [{ "operation": "get_presence", "body": { "category": 5 } }] }), "category"),
        (json!({ "answers": [{ "operation": "get_presence", "status": 99 }] }), "status"),
        (fault(json!({ "operation": "fly" })), "fly"),
        (fault(json!({ "operation": null })), "operation"),
        (fault(json!({ "nth": 0 })), "nonzero"),
        (fault(json!({ "nth": 1, "every": 1 })), "exclude"),
        (fault(json!({ "status": null })), "status"),
        (fault(json!({ "status": 99 })), "status"),
        (fault(json!({ "kind": "silence" })), "status"),
        (fault(json!({ "kind": "html", "body": "x" })), "body"),
        (fault(json!({ "gate": "x" })), "gate"),
        (fault(json!({ "kind": "hold", "status": null })), "gate"),
        (fault(json!({ "headers": { "a b": "c" } })), "a b"),
        (fault(json!({ "headers": { "a": "c\n" } })), "header"),
    ] {
        let (status, answer) = call(&fake, "POST", "state", setup.clone()).await;
        assert_eq!((status, &answer["code"]), (400, &json!(400)), "{setup}: {answer}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(words), "{setup}: {message}");
        assert!(!private.private_pem().lines().skip(1).any(|line| message.contains(line)), "{message}");
    }
    fake.with_state(|state| assert!(*state == before));
    assert_eq!(fake.pending_faults(), 0);
    for (method, path, expected) in [
        ("GET", "", 404),
        ("GET", "nothing", 404),
        ("PUT", "state", 404),
        ("GET", "connections", 400),
        ("GET", "connections?user=alice&other=bob&at=1", 400),
        ("GET", "gates/shut?arrivals=two", 400),
        ("GET", "gates/shut?arivals=2", 400),
        ("POST", "gates/shut/open?arrivals=2", 400),
        ("POST", "reset?hard", 400),
        ("GET", "connections?user=alice", 400),
        ("GET", "connections?user=alice&other=nobody", 400),
        ("DELETE", "sessions", 400),
        ("DELETE", "sessions?user=nobody", 400),
        ("DELETE", "sessions?user=alice&app=app", 400),
    ] {
        let (status, answer) = call(&fake, method, path, Value::Null).await;
        assert_eq!((status, &answer["code"]), (expected, &json!(expected)), "{method} {path}: {answer}");
    }
    assert_eq!(asked(&fake, &token(&users, "alice"), LIST).await, 200);
}

#[tokio::test]
async fn a_setup_that_is_too_large_is_refused_and_not_recorded() {
    let fake = FakePod::start().await;
    let large = json!({ "users": [{ "name": "a".repeat(1024 * 1024) }] });
    let (status, answer) = call(&fake, "POST", "state", large).await;
    assert_eq!(status, 413, "{answer}");
    assert!(fake.requests().is_empty());
}
