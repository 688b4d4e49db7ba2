//! The pod behind its socket, spoken to in raw text.

use std::io;

use pod_api_ext::connections::Status;
use pod_api_ext::fake::{FakePod, RemoveRule, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Sends some text on a connection of its own and reads to the end of it.
pub(super) async fn exchange(fake: &FakePod, request: impl AsRef<[u8]>) -> String {
    let mut socket = TcpStream::connect(fake.address()).await.unwrap();
    socket.write_all(request.as_ref()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

pub(super) fn get(token: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nsessionToken: {token}\r\n\r\n")
}

pub(super) fn post(token: &str, path: &str, body: &str) -> String {
    let content_type = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    format!(
        "POST {path} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nsessionToken: {token}\r\n{content_type}\
         Content-Length: {}\r\n\r\n{body}",
        body.len(),
    )
}

/// The pod still answers.
async fn assert_alive(fake: &FakePod) {
    let answer = exchange(fake, get("none", "/pod/v1/connection/list")).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

pub(super) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("an answer has a head").1
}

#[test]
fn a_handle_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>() {}
    anywhere::<FakePod>();
    anywhere::<State>();
}

#[tokio::test]
async fn a_connection_lives_and_ends_over_the_wire() {
    let fake = FakePod::start().await;
    assert_eq!(fake.url(), format!("http://{}", fake.address()));
    assert!(fake.address().ip().is_loopback());
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    let (alices, bobs) =
        (fake.session_for(alice).expose().to_owned(), fake.session_for(bob).expose().to_owned());

    let create = post(&alices, "/pod/v1/connection/create", &format!(r#"{{"userId":{bob}}}"#));
    let answer = exchange(&fake, create).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: application/json\r\n"), "{answer}");
    assert!(body(&answer).contains(r#""status":"PENDING_OUTGOING""#), "{answer}");
    let answer = exchange(&fake, get(&bobs, "/pod/v1/connection/list")).await;
    assert!(body(&answer).contains(r#""status":"PENDING_INCOMING""#), "{answer}");
    let accept = post(&bobs, "/pod/v1/connection/accept", &format!(r#"{{"userId":{alice}}}"#));
    assert!(exchange(&fake, accept).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(fake.status(alice, bob), Some(Status::Accepted));

    let remove = post(&alices, &format!("/pod/v1/connection/user/{bob}/remove"), "");
    let answer = exchange(&fake, &remove).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(body(&answer), r#"{"format":"TEXT","message":"Connection Removed."}"#);
    assert_eq!(fake.status(alice, bob), None);
    let answer = exchange(&fake, &remove).await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}

#[tokio::test]
async fn what_was_asked_is_recorded_without_the_token() {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let token = fake.session_for(alice).expose().to_owned();
    exchange(&fake, get(&token, "/pod/v1/connection/list?status=ALL&userIds=1%2C2")).await;
    exchange(&fake, post(&token, "/pod/v1/connection/accept", r#"{"userId":5}"#)).await;
    exchange(&fake, post("forged-secret", "/pod/v1/connection/user/5/remove", "")).await;

    let requests = fake.requests();
    let [list, accept, remove] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((list.method.as_str(), list.path.as_str()), ("GET", "/pod/v1/connection/list"));
    assert_eq!(list.query.as_deref(), Some("status=ALL&userIds=1%2C2"));
    assert_eq!(list.caller, Some(alice));
    assert_eq!(list.headers["sessiontoken"], "[redacted]");
    assert_eq!(accept.body, r#"{"userId":5}"#);
    assert_eq!(accept.query, None);
    assert_eq!(accept.headers["content-type"], "application/json");
    assert_eq!(remove.caller, None);
    assert_eq!(remove.headers["content-length"], "0");

    let shown = format!("{fake:?} {requests:?} {:?}", fake.with_state(|state| state.clone()));
    assert!(!shown.contains(&token) && !shown.contains("forged-secret"), "{shown}");
    assert!(format!("{fake:?}").contains(fake.url()));

    assert_eq!(fake.take_requests(), requests);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn every_token_header_is_redacted() {
    let fake = FakePod::start().await;
    let secrets = "sessionToken: secret-1\r\nSESSIONTOKEN: secret-2\r\nAuthorization: Bearer secret-3\r\n\
                   keyManagerToken: secret-4\r\nCookie: skey=secret-5\r\n";
    exchange(&fake, format!("GET /x HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n{secrets}\r\n")).await;
    let shown = format!("{:?}", fake.requests());
    assert_eq!(shown.matches("[redacted]").count(), 5, "{shown}");
    assert!(!shown.contains("secret-"), "{shown}");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let token = fake.session_for(alice).expose().to_owned();
    let one = format!("GET /pod/v1/connection/list HTTP/1.1\r\nHost: pod\r\nsessionToken: {token}\r\n\r\n");
    let answer = exchange(&fake, format!("{one}{one}{}", get(&token, "/pod/v1/connection/list"))).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answer}");
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn a_client_that_stops_talking_still_hears_the_answer() {
    let fake = FakePod::start().await;
    let mut socket = TcpStream::connect(fake.address()).await.unwrap();
    let head = "POST /pod/v1/connection/create HTTP/1.1\r\nHost: pod\r\nExpect: 100-continue\r\nContent-Length: 12\r\n";
    socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    // The pod finds the body and the end of the stream in one go.
    socket.write_all(br#"{"userId":5}"#).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let fake = FakePod::start().await;
    let head = |length: usize| {
        format!(
            "POST /pod/v1/connection/create HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\
             Connection: close\r\n\r\n{length:x}\r\n",
        )
    };
    let limit = 1024 * 1024;

    let mut whole = head(limit).into_bytes();
    whole.resize(whole.len() + limit, b' ');
    whole.extend(b"\r\n0\r\n\r\n");
    let answer = exchange(&fake, whole).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "as large as it may be: {answer}");

    let mut larger = head(limit + 1).into_bytes();
    larger.resize(larger.len() + limit + 1, b' ');
    let answer = exchange(&fake, larger).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close\r\n"), "{answer}");

    let sizes: Vec<_> = fake.requests().iter().map(|request| request.body.len()).collect();
    assert_eq!(sizes, [limit, 0]);
}

#[tokio::test]
async fn garbage_and_broken_off_requests_harm_nobody() {
    let fake = FakePod::start().await;
    let garbage: [&[u8]; 6] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: pod\r\n\r\n",
        b"\r\n\r\n\r\n\0\0\0\0",
        b"POST /pod/v1/connection/create HTTP/1.1\r\nHost: pod\r\nContent-Length: many\r\n\r\n",
        b"POST /pod/v1/connection/create HTTP/1.1\r\nHost: pod\r\nContent-Length: 9\r\n\r\n{\"user",
    ];
    for bytes in garbage {
        let mut socket = TcpStream::connect(fake.address()).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // It may be reset: the pod owes nothing to a client that does not speak HTTP.
        let _ended = socket.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "), "{}", answer.escape_ascii());
    }
    assert_alive(&fake).await;
    assert_eq!(fake.requests().len(), 1, "only what arrived whole is recorded");
}

#[tokio::test]
async fn odd_targets_are_answered() {
    let fake = FakePod::start().await;
    for target in ["OPTIONS *", "CONNECT pod:443", "GET http://pod/elsewhere"] {
        let request = format!("{target} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n");
        let answer = exchange(&fake, request).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{target}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_act_at_once_one_acts_first() {
    let fake = FakePod::start().await;
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    let token = fake.session_for(alice).expose().to_owned();
    let create = post(&token, "/pod/v1/connection/create", &format!(r#"{{"userId":{bob}}}"#));
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let (fake, create) = (fake.clone(), create.clone());
        calls.spawn(async move { exchange(&fake, create).await[9..12].to_owned() });
    }
    let mut codes = calls.join_all().await;
    codes.sort();
    assert_eq!(codes[0], "200");
    assert!(codes[1..].iter().all(|code| code == "400"), "{codes:?}");
    assert_eq!(fake.requests().len(), 40);
}

#[tokio::test]
async fn pods_do_not_know_of_each_other() {
    let (one, other) = (FakePod::start().await, FakePod::start().await);
    assert_ne!(one.url(), other.url());
    let alice = one.add_user("alice");
    let token = one.session_for(alice).expose().to_owned();
    let list = get(&token, "/pod/v1/connection/list");
    assert!(exchange(&one, &list).await.starts_with("HTTP/1.1 200 "));
    assert!(exchange(&other, &list).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_pod_can_start_from_a_prepared_state() {
    let mut state = State::new();
    let (alice, bob) = (state.add_user("alice"), state.add_user("bob"));
    state.connect(alice, bob, Status::PendingIncoming);
    let fake = FakePod::serve(state).await.unwrap();
    fake.with_state(|state| state.remove_rule = RemoveRule::ConnectedOnly);
    let token = fake.session_for(alice).expose().to_owned();
    let answer = exchange(&fake, post(&token, &format!("/pod/v1/connection/user/{bob}/remove"), "")).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(fake.status(bob, alice), Some(Status::PendingOutgoing));

    fake.end_sessions(alice);
    assert!(exchange(&fake, get(&token, "/pod/v1/connection/list")).await.starts_with("HTTP/1.1 401 "));
    fake.disconnect(alice, bob);
    assert_eq!(fake.status(alice, bob), None);
}

#[tokio::test]
async fn a_mistake_in_one_test_step_leaves_the_pod_usable() {
    let fake = FakePod::start().await;
    let nobody = 5.into();
    let handle = fake.clone();
    let failed = tokio::spawn(async move { handle.session_for(nobody) }).await;
    assert!(failed.unwrap_err().is_panic());
    fake.add_user("alice");
    assert_alive(&fake).await;
}

#[tokio::test]
async fn the_last_handle_stops_the_pod() {
    let fake = FakePod::start().await;
    let address = fake.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /x HTTP/1.1\r\nHost: pod\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 404");

    let second = fake.clone();
    drop(fake);
    assert_alive(&second).await;
    drop(second);

    // The open connection ends, with the rest of the answer or a reset.
    let mut rest = Vec::new();
    match idle.read_to_end(&mut rest).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
