//! The whole API: which operation a request is for, what is wrong with it, and what a test sets as its answer.

use http::{Request, StatusCode};
use pod_api::{builder, operations};
use pod_api_ext::Pod;
use pod_api_ext::connections::Status;
use pod_api_ext::fake::{Answer, Calls, FakePod, Fault, Operation, State, handle};
use pod_api_ext::pod_api::types;
use serde_json::{Value, json};

use super::{Caller, send};

fn pod() -> (State, Caller) {
    let mut state = State::new();
    let alice = state.add_user("alice");
    let alice = Caller::new(&mut state, alice);
    (state, alice)
}

/// The status and the message of a refusal.
fn post(state: &mut State, caller: &Caller, path: &str, body: Value) -> (u16, String) {
    let (status, answer) = caller.post(state, path, &body);
    (status, answer["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn what_nobody_set_says_how_to_set_it() {
    let (mut state, alice) = pod();
    let (status, body) = alice.get(&mut state, "/pod/v1/languages");
    assert_eq!(status, 501);
    let message = body["message"].as_str().unwrap();
    assert!(message.contains("list_languages"), "{message}");
    assert!(message.contains("fake.answer(pod_api::operations::LIST_LANGUAGES, &value)"), "{message}");
    assert!(message.contains("POST /fake-pod/state") && message.contains("samples"), "{message}");

    state.samples = true;
    let (status, body) = alice.get(&mut state, "/pod/v1/languages");
    assert_eq!(status, 200);
    assert!(body.is_array() || body.is_object(), "{body}");
    // What the pod serves by itself it goes on to serve.
    assert_eq!(alice.get(&mut state, "/pod/v1/connection/list"), (200, json!([])));
}

#[test]
fn a_session_is_needed_where_the_document_says_so() {
    let (mut state, _) = pod();
    state.samples = true;
    assert_eq!(send(&mut state, Request::get("/pod/v1/languages"), "").0, 200);
    assert_eq!(send(&mut state, Request::get("/pod/v1/admin/system/roles/list"), "").0, 401);
    let file = Request::get("/pod/file_ext/v1/allowed_extensions");
    assert_eq!(send(&mut state, file, "").0, 401);
}

#[test]
fn the_path_that_is_written_out_comes_before_the_one_with_a_parameter() {
    let (mut state, alice) = pod();
    state.set_answer(operations::ADMIN_GET_USER, Calls::All, Answer::new(StatusCode::OK, "of an id"));
    state.set_answer(operations::ADMIN_LIST_USERS, Calls::All, Answer::new(StatusCode::OK, "a list"));
    assert_eq!(alice.get(&mut state, "/pod/v2/admin/user/list"), (200, json!("a list")));
    assert_eq!(alice.get(&mut state, "/pod/v2/admin/user/5"), (200, json!("of an id")));
    assert_eq!(alice.get(&mut state, "/pod/v2/admin/user/five").0, 400);

    let request = Request::put("/pod/v2/admin/user/5").body(bytes::Bytes::new()).unwrap();
    assert_eq!(handle(&mut state, &request).status(), 405);
    for path in ["/pod/v2/admin/user", "/pod/v2/admin/user/5/", "/pod/v2/admin/user/5/x", "/v2/admin/user/5"]
    {
        assert_eq!(alice.get(&mut state, path).0, 404, "{path}");
    }
}

#[test]
fn a_path_names_the_same_however_it_is_encoded() {
    let (mut state, alice) = pod();
    let bob = state.add_user("bob");
    state.connect(alice.id, bob, Status::Accepted);
    let encoded: String = bob.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let (status, body) = alice.get(&mut state, &format!("/pod/v1/connection/user/{encoded}/info"));
    assert_eq!((status, &body["status"]), (200, &json!("ACCEPTED")));
}

#[test]
fn a_request_that_the_document_does_not_know_is_refused_with_the_place() {
    let (mut state, alice) = pod();
    state.samples = true;
    let entitlements = "/pod/v1/admin/user/5/app/entitlement/list";
    for (path, body, expected) in [
        (
            "/pod/v1/room/abc/membership/add",
            json!({"id": "5"}),
            "#/id is a string, and must be of type integer",
        ),
        ("/pod/v1/admin/user/find", json!({"status": "SLEEPY"}), "#/status must be one of ENABLED, DISABLED"),
        ("/pod/v1/im/create", json!([1, 2.5]), "#/1 is a number, and must be of type integer"),
        ("/pod/v1/im/create", json!({}), "# is an object, and must be of type array"),
        (entitlements, json!([{"appId": "a"}]), "#/0 lacks the member"),
        ("/pod/v2/user/presence", json!({}), "# lacks the member category, which is required"),
    ] {
        let (status, message) = post(&mut state, &alice, path, body);
        assert_eq!(status, 400, "{path}: {message}");
        assert!(message.contains(expected), "{path}: {message}");
    }
    for (path, expected) in [
        ("/pod/v2/admin/user/list?skip=some", "skip in the query is a string, and must be of type integer"),
        ("/pod/v3/users?local=perhaps", "local in the query is a string, and must be of type boolean"),
        ("/pod/v1/connection/list?status=GONE", "status in the query must be one of PENDING_INCOMING"),
        ("/pod/v1/admin/user/x/status", "uid in the path is a string, and must be of type integer"),
        ("/pod/v1/admin/disclaimer//users", "did in the path is missing"),
    ] {
        let (status, body) = alice.get(&mut state, path);
        let message = body["message"].as_str().unwrap();
        assert_eq!(status, 400, "{path}: {message}");
        assert!(message.contains(expected), "{path}: {message}");
    }
    // A parameter that has to be there.
    let (status, message) = post(&mut state, &alice, "/pod/v1/admin/room/abc/setActive", Value::Null);
    assert_eq!(status, 400, "{message}");
    assert!(message.contains("active in the query is missing"), "{message}");
}

#[test]
fn what_nobody_declared_is_taken() {
    let (mut state, alice) = pod();
    let body = json!({"category": "BUSY", "unheard": {"of": [1]}});
    assert_eq!(alice.post(&mut state, "/pod/v2/user/presence?unheard=of", &body).0, 200);
}

#[test]
fn an_answer_that_is_set_comes_before_what_the_pod_does() {
    let (mut state, alice) = pod();
    let bob = state.add_user("bob");
    state.connect(alice.id, bob, Status::Accepted);
    let gone = Answer::refusal(StatusCode::GONE, "They left.");
    state.set_answer(operations::REMOVE_CONNECTION, Calls::Nth(2), gone);
    state.set_answer(
        operations::REMOVE_CONNECTION,
        Calls::All,
        Answer::sample(operations::REMOVE_CONNECTION),
    );
    let remove =
        |state: &mut State| alice.act(state, pod_api_ext::connections::behaviour::Action::Remove, bob);
    assert_eq!(remove(&mut state).0, 200);
    assert_eq!(remove(&mut state), (410, json!({"code": 410, "message": "They left."})));
    assert_eq!(remove(&mut state).0, 200);
    assert_eq!(state.status(alice.id, bob), Some(Status::Accepted), "nothing was done");
    assert_eq!(state.pending_answers(), 0);
    state.clear_answers();
    assert_eq!(remove(&mut state).0, 200);
    assert_eq!(state.status(alice.id, bob), None);
}

#[test]
fn a_request_is_checked_though_its_answer_is_set() {
    let (mut state, alice) = pod();
    state.set_answer(operations::ADD_ROOM_MEMBER, Calls::Nth(1), Answer::sample(operations::ADD_ROOM_MEMBER));
    let path = "/pod/v1/room/abc/membership/add";
    assert_eq!(post(&mut state, &alice, path, json!({"id": "5"})).0, 400);
    assert_eq!(state.pending_answers(), 1, "what is refused does not count");
    assert_eq!(send(&mut state, Request::post(path), "{}").0, 401);
    assert_eq!(post(&mut state, &alice, path, json!({"id": 5})).0, 200);
}

#[test]
fn a_success_is_what_the_document_declares() {
    let presence = operations::GET_PRESENCE;
    let invalid = Answer::success(presence, &json!({"category": 5})).unwrap_err();
    let expected = "get_presence does not answer this: #/category is an integer, and must be of type string";
    assert_eq!(invalid.to_string(), expected);
    assert!(Answer::success(presence, &json!({"category": "NAPPING", "more": 1})).is_ok());
    assert!(Answer::success(presence, &Value::Null).is_err());
    // No user found is 204.
    assert_eq!(
        Answer::success(operations::GET_USER, &Value::Null).unwrap(),
        Answer::empty(StatusCode::NO_CONTENT)
    );
    assert_eq!(
        Answer::success(operations::DELETE_ALLOWED_FILE_EXTENSION, &()).unwrap(),
        Answer::empty(StatusCode::NO_CONTENT)
    );
}

#[tokio::test]
#[should_panic(expected = "#/category is an integer")]
async fn setting_what_an_operation_does_not_answer_is_a_mistake_in_the_test() {
    FakePod::start().await.answer(operations::GET_PRESENCE, &json!({"category": 5}));
}

#[tokio::test]
async fn answers_arrive_typed() {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    let member: types::MemberInfo = types::MemberInfo::builder().id(5).owner(true).try_into().unwrap();
    fake.answer(operations::LIST_ROOM_MEMBERS, &[member]);
    let members = pod.send(pod.api().list_room_members().id("a/b")).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].id, Some(5));

    let busy: types::V2Presence = types::V2Presence::builder().category("BUSY").try_into().unwrap();
    fake.answer_call::<builder::GetPresence>(&busy);
    assert_eq!(pod.send(pod.api().get_presence()).await.unwrap().category, "BUSY");

    let refusal = Answer::refusal(StatusCode::FORBIDDEN, "Not on Sundays.");
    fake.answer_with(operations::GET_PRESENCE, Calls::Nth(1), refusal);
    let error = pod.send(pod.api().get_presence()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::FORBIDDEN));
    fake.clear_answers();
    let error = pod.send(pod.api().list_languages()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_IMPLEMENTED));
}

#[tokio::test]
async fn faults_and_records_know_every_operation() {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    fake.with_state(|state| state.samples = true);
    fake.fault(operations::LIST_LANGUAGES, 1, Fault::status(StatusCode::FORBIDDEN));
    assert!(pod.send(pod.api().list_languages()).await.is_err());
    pod.send(pod.api().list_languages()).await.unwrap();
    let requests = fake.requests();
    let languages = Operation::from(operations::LIST_LANGUAGES);
    assert_eq!(
        requests.iter().map(|call| (call.operation, call.acted)).collect::<Vec<_>>(),
        [(languages, false), (languages, true)]
    );
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    for operation in operations() {
        assert_eq!(Operation::named(operation.name), Some(Operation::Api(operation)));
    }
    let others = [
        Operation::Login,
        Operation::AppLogin,
        Operation::OnBehalfOfLogin,
        Operation::Logout,
        Operation::Other,
    ];
    for other in others {
        assert_eq!(Operation::named(other.name()), Some(other));
    }
    assert_eq!(Operation::named("unheard_of"), None);
    assert_eq!(Operation::named("remove_connection"), Some(Operation::Remove));
}
