//! What arrives at the socket when something goes wrong, and what the pod has done by then.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{ETAG, RETRY_AFTER};
use http::{Response, StatusCode};
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{Clock, FakePod, Fault, Gate, Operation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::sockets::{body, exchange, get, post};

/// A pod where Alice and Bob are connected, and Alice is about to remove Bob.
struct Scene {
    fake: FakePod,
    alice: UserId,
    bob: UserId,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakePod::start().await;
        let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
        fake.connect(alice, bob, Status::Accepted);
        let token = fake.session_for(alice).expose().to_owned();
        Self { fake, alice, bob, token }
    }

    fn remove(&self) -> String {
        post(&self.token, &format!("/pod/v1/connection/user/{}/remove", self.bob), "")
    }

    fn list(&self) -> String {
        get(&self.token, "/pod/v1/connection/list?status=ALL")
    }

    /// Whether the pod has removed Bob; its records say the same.
    fn removed(&self) -> bool {
        let removed = self.fake.status(self.alice, self.bob).is_none();
        let acted = self
            .fake
            .requests()
            .iter()
            .filter(|call| call.operation == Operation::Remove && call.acted)
            .count();
        assert_eq!(acted, usize::from(removed), "{:?}", self.fake.requests());
        removed
    }
}

fn status_of(answer: &str) -> &str {
    &answer[9..12]
}

/// Every answer that can take the place of the pod's, with its status and something that only it has.
fn answers() -> Vec<(Fault, u16, &'static str)> {
    let moment = UNIX_EPOCH + Duration::from_secs(784_111_777);
    vec![
        (Fault::status(StatusCode::INTERNAL_SERVER_ERROR), 500, r#""code":500"#),
        (Fault::status(StatusCode::BAD_GATEWAY), 502, r#""code":502"#),
        (Fault::status(StatusCode::SERVICE_UNAVAILABLE), 503, r#""code":503"#),
        (Fault::status(StatusCode::SERVICE_UNAVAILABLE).retry_after_seconds(7), 503, "retry-after: 7\r\n"),
        (Fault::status(StatusCode::GATEWAY_TIMEOUT), 504, r#""code":504"#),
        (Fault::status(StatusCode::UNAUTHORIZED), 401, r#"{"code":401,"message":"Invalid session"}"#),
        (Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(0), 429, "retry-after: 0\r\n"),
        (
            // The moment is the example of RFC 9110, section 5.6.7.
            Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_date(moment),
            429,
            "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        ),
        (
            Fault::status(StatusCode::TOO_MANY_REQUESTS).with_header(RETRY_AFTER, "soon"),
            429,
            "retry-after: soon\r\n",
        ),
        (Fault::html(StatusCode::OK), 200, "text/html"),
        (Fault::html(StatusCode::BAD_GATEWAY), 502, "<!DOCTYPE html>"),
        (
            Fault::redirect(StatusCode::FOUND, "http://elsewhere.test/x"),
            302,
            "location: http://elsewhere.test/x\r\n",
        ),
        (
            Fault::redirect(StatusCode::TEMPORARY_REDIRECT, "//elsewhere.test"),
            307,
            "location: //elsewhere.test\r\n",
        ),
        (Fault::redirect(StatusCode::PERMANENT_REDIRECT, "/again"), 308, "location: /again\r\n"),
        (
            Fault::answer(Response::new(Bytes::from_static(b"anything"))).with_header(ETAG, "9"),
            200,
            "etag: 9\r\n",
        ),
    ]
}

#[tokio::test]
async fn another_answer_comes_before_or_after_acting() {
    for (fault, status, mark) in answers() {
        for (fault, acts) in [(fault.clone(), false), (fault.after_acting(), true)] {
            let scene = Scene::new().await;
            scene.fake.fault(Operation::Remove, 1, fault.clone());
            let answer = exchange(&scene.fake, scene.remove()).await;
            assert_eq!(status_of(&answer), status.to_string(), "{fault:?}: {answer}");
            assert!(answer.contains(mark), "{fault:?}: {answer}");
            assert_eq!(scene.removed(), acts, "{fault:?}");
            assert_eq!(scene.fake.pending_faults(), 0);

            // It is over: the pod answers itself, and a session that was called invalid is valid.
            let answer = exchange(&scene.fake, scene.remove()).await;
            assert_eq!(status_of(&answer), if acts { "400" } else { "200" }, "{fault:?}: {answer}");
            assert!(scene.removed());
        }
    }
}

#[tokio::test]
async fn garbage_says_that_it_is_json() {
    let scene = Scene::new().await;
    scene.fake.fault(Operation::List, 1, Fault::garbage(StatusCode::OK));
    let mut socket = TcpStream::connect(scene.fake.address()).await.unwrap();
    socket.write_all(scene.list().as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let end_of_head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, body) = answer.split_at(end_of_head + 4);
    let head = str::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "it is all there: {head}");
    assert!(serde_json::from_slice::<serde_json::Value>(body).is_err());
    assert!(str::from_utf8(body).is_err(), "not even text");
}

#[tokio::test]
async fn a_reset_or_a_hang_up_loses_the_answer() {
    for (fault, acts, is_reset) in [
        (Fault::reset(), false, true),
        (Fault::reset().after_acting(), true, true),
        (Fault::hang_up(), false, false),
        (Fault::hang_up().after_acting(), true, false),
    ] {
        let scene = Scene::new().await;
        scene.fake.fault(Operation::Remove, 1, fault.clone());
        let mut socket = TcpStream::connect(scene.fake.address()).await.unwrap();
        socket.write_all(scene.remove().as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = socket.read_to_end(&mut answer).await;
        assert_eq!(answer, b"", "{fault:?}");
        match ended {
            Ok(_) => assert!(!is_reset, "{fault:?}"),
            Err(error) => {
                assert!(is_reset && error.kind() == io::ErrorKind::ConnectionReset, "{fault:?}: {error}");
            }
        }
        assert_eq!(scene.removed(), acts, "{fault:?}");
        assert_eq!(status_of(&exchange(&scene.fake, scene.list()).await), "200", "the pod lives");
    }
}

#[tokio::test]
async fn silence_lasts_until_the_client_hangs_up() {
    for (fault, acts) in [(Fault::silence(), false), (Fault::silence().after_acting(), true)] {
        let scene = Scene::new().await;
        scene.fake.fault(Operation::Remove, 1, fault);
        let mut socket = TcpStream::connect(scene.fake.address()).await.unwrap();
        socket.write_all(scene.remove().as_bytes()).await.unwrap();
        while scene.fake.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(status_of(&exchange(&scene.fake, scene.list()).await), "200", "others are answered");
        assert_eq!(scene.removed(), acts);
        let silent = socket.try_read(&mut [0; 1]).unwrap_err();
        assert_eq!(silent.kind(), io::ErrorKind::WouldBlock, "neither an answer nor an end");

        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"");
        assert_eq!(scene.removed(), acts, "it does not act late");
    }
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_comes() {
    let scene = Scene::new().await;
    scene.fake.fault(Operation::Remove, 1, Fault::truncated());
    let answer = exchange(&scene.fake, scene.remove()).await;
    let whole = r#"{"format":"TEXT","message":"Connection Removed."}"#;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    assert!(answer.contains(&format!("content-length: {}\r\n", whole.len())), "{answer}");
    assert_eq!(body(&answer), &whole[..whole.len() / 2]);
    assert!(scene.removed());
}

#[tokio::test]
async fn a_fault_strikes_on_a_connection_that_has_served_before() {
    for fault in [Fault::reset(), Fault::hang_up(), Fault::truncated()] {
        let scene = Scene::new().await;
        scene.fake.fault(Operation::Remove, 1, fault.clone());
        let mut socket = TcpStream::connect(scene.fake.address()).await.unwrap();
        let first = scene.list().replace("Connection: close\r\n", "");
        socket.write_all(first.as_bytes()).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with(']') {
            answer.push(socket.read_u8().await.unwrap().into());
        }
        socket.write_all(scene.remove().as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ended = socket.read_to_end(&mut rest).await;
        assert!(!rest.ends_with(b"}"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_gate_holds_a_call_until_it_opens() {
    for acts_first in [false, true] {
        let scene = Scene::new().await;
        let gate = Gate::new();
        let fault = Fault::hold(&gate);
        scene.fake.fault(Operation::Remove, 1, if acts_first { fault.after_acting() } else { fault });
        let (fake, remove) = (scene.fake.clone(), scene.remove());
        let call = tokio::spawn(async move { exchange(&fake, remove).await });

        gate.arrivals(1).await;
        assert_eq!(scene.fake.requests().len(), 1, "it has arrived");
        assert_eq!(scene.removed(), acts_first);
        assert_eq!(status_of(&exchange(&scene.fake, scene.list()).await), "200", "others are answered");
        assert!(!call.is_finished());

        gate.open();
        assert_eq!(status_of(&call.await.unwrap()), "200");
        assert!(scene.removed());
    }
}

#[tokio::test]
async fn a_call_that_was_held_finds_its_record_or_does_without() {
    let scene = Scene::new().await;
    let gate = Gate::new();
    scene.fake.fault(Operation::Remove, 1, Fault::hold(&gate));
    let (fake, remove) = (scene.fake.clone(), scene.remove());
    let call = tokio::spawn(async move { exchange(&fake, remove).await });
    gate.arrivals(1).await;
    assert_eq!(scene.fake.take_requests().len(), 1);
    exchange(&scene.fake, get("none", "/pod/v1/connection/list")).await;
    gate.open();
    assert_eq!(status_of(&call.await.unwrap()), "200");
    assert_eq!(scene.fake.status(scene.alice, scene.bob), None);
    let requests = scene.fake.requests();
    assert!(!requests[0].acted, "the record that is left is of another call: {requests:?}");
}

#[tokio::test]
async fn faults_are_for_one_operation_and_one_call() {
    let scene = Scene::new().await;
    let fault = || Fault::status(StatusCode::BAD_GATEWAY);
    scene.fake.fault(Operation::List, 2, fault());
    scene.fake.fault_always(Operation::Get, fault());
    scene.fake.fault(Operation::Other, 1, Fault::answer(Response::new(Bytes::from_static(b"[1]"))));
    let info = get(&scene.token, &format!("/pod/v1/connection/user/{}/info", scene.bob));
    let other = get(&scene.token, "/pod/v0/user");
    let mut statuses = Vec::new();
    for request in
        [scene.list(), info.clone(), scene.list(), scene.list(), info.clone(), other.clone(), other]
    {
        statuses.push(status_of(&exchange(&scene.fake, request).await).to_owned());
    }
    assert_eq!(statuses, ["200", "502", "502", "200", "502", "200", "404"]);
    assert_eq!(scene.fake.pending_faults(), 0);

    scene.fake.fault(Operation::Get, 1, fault());
    scene.fake.clear_faults();
    assert_eq!(scene.fake.pending_faults(), 0);
    assert_eq!(status_of(&exchange(&scene.fake, info).await), "200");

    let operations: Vec<_> = scene.fake.requests().iter().map(|call| call.operation).collect();
    let [list, info, other] = [Operation::List, Operation::Get, Operation::Other];
    assert_eq!(operations, [list, info, list, list, info, other, other, info]);
}

#[tokio::test]
#[should_panic(expected = "the next call is the first")]
async fn there_is_no_call_number_nought() {
    FakePod::start().await.fault(Operation::List, 0, Fault::reset());
}

#[tokio::test]
async fn what_the_pod_refuses_it_has_not_acted_on() {
    let scene = Scene::new().await;
    exchange(&scene.fake, scene.list()).await;
    exchange(&scene.fake, get("none", "/pod/v1/connection/list")).await;
    scene.fake.fault(Operation::Accept, 1, Fault::reset().after_acting());
    let accept = post(&scene.token, "/pod/v1/connection/accept", &format!(r#"{{"userId":{}}}"#, scene.bob));
    let mut socket = TcpStream::connect(scene.fake.address()).await.unwrap();
    socket.write_all(accept.as_bytes()).await.unwrap();
    let _ended = socket.read_to_end(&mut Vec::new()).await;
    let acted: Vec<_> = scene.fake.requests().iter().map(|call| call.acted).collect();
    assert_eq!(acted, [true, false, false], "accepting the accepted is refused, and nobody hears of it");
}

#[tokio::test]
async fn every_answer_has_the_date_of_the_pods_clock() {
    let scene = Scene::new().await;
    let moment = UNIX_EPOCH + Duration::from_secs(784_111_777);
    for (clock, date) in [
        (moment, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (moment + Duration::from_millis(999), "Sun, 06 Nov 1994 08:49:37 GMT"),
        (UNIX_EPOCH - Duration::from_secs(1), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (UNIX_EPOCH + Duration::from_secs(999_999_999_999), "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        scene.fake.with_state(|state| state.clock = Clock::At(clock));
        let line = format!("date: {date}\r\n");
        scene.fake.fault(Operation::Get, 1, Fault::html(StatusCode::BAD_GATEWAY));
        let info = get(&scene.token, &format!("/pod/v1/connection/user/{}/info", scene.bob));
        for request in [scene.list(), get("none", "/nowhere"), info] {
            let answer = exchange(&scene.fake, request).await;
            assert_eq!(answer.to_lowercase().matches("\r\ndate: ").count(), 1, "{answer}");
            assert!(answer.contains(&line), "{answer}");
        }
    }
}
