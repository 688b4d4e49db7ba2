//! A pod on a thread of its own, and where pods listen.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use pod_api_ext::fake::{FakePod, Fault, Operation, State};

/// The first line of the answer to a request that blocks its thread.
fn status_line(address: SocketAddr) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.write_all(b"GET /pod/v2/sessioninfo HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_pod_on_a_thread_needs_no_runtime_of_the_test() {
    let fake = FakePod::start_on_thread();
    assert!(status_line(fake.address()).contains("401"));
    let other = fake.clone();
    drop(fake);
    assert!(status_line(other.address()).contains("401"), "the last handle counts");
    let (address, mut open) = (other.address(), TcpStream::connect(other.address()).unwrap());
    drop(other);
    // What was connected is told, and nobody else is let in.
    assert!(matches!(open.read(&mut [0; 1]), Ok(0) | Err(_)));
    while TcpStream::connect(address).is_ok() {}
}

/// Its runtime has one thread, and that one waits for the answer.
#[tokio::test]
async fn a_pod_on_a_thread_serves_a_test_that_blocks() {
    let fake = FakePod::start_on_thread();
    assert!(status_line(fake.address()).contains("401"));
}

#[tokio::test]
async fn a_pod_listens_where_it_is_told() {
    // Somebody else may take the port in between, so it is tried until nobody does.
    let fake = loop {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        if let Ok(fake) = FakePod::builder().listen(address).start().await {
            assert_eq!(fake.address(), address);
            break fake;
        }
    };
    let again = FakePod::builder().listen(fake.address()).start().await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_pod_that_others_can_reach_has_to_be_asked_for() {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = FakePod::builder().listen(everywhere).start_on_thread().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    let fake = FakePod::builder().listen(everywhere).expose().start_on_thread().unwrap();
    assert!(fake.address().ip().is_unspecified());
}

#[test]
fn a_reset_goes_back_to_the_start_or_to_the_last_checkpoint() {
    let mut state = State::new();
    let alice = state.add_user("alice");
    let old = state.session_for(alice);
    let fake = FakePod::builder().state(state).start_on_thread().unwrap();
    let is_open = |token: &str| {
        let mut socket = TcpStream::connect(fake.address()).unwrap();
        write!(socket, "GET /pod/v2/sessioninfo HTTP/1.0\r\nsessionToken: {token}\r\n\r\n").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.contains("200 OK")
    };
    let bob = fake.add_user("bob");
    let lost = fake.session_for(alice);
    assert!(is_open(&old) && is_open(lost.expose()));
    fake.reset();
    assert!(is_open(&old), "it was there at the start");
    let new = fake.session_for(alice);
    assert!(!is_open(lost.expose()) && is_open(new.expose()), "no token is given out twice");
    assert_eq!(fake.add_user("carol"), bob, "bob is not there");
    fake.checkpoint();
    fake.end_sessions(alice);
    fake.reset();
    assert!(is_open(new.expose()));
    assert!(fake.requests().len() == 1, "what was before the reset is forgotten");
}

#[test]
fn each_request_is_a_line_of_the_log_without_secrets() {
    let (send, lines) = std::sync::mpsc::channel();
    let fake =
        FakePod::builder().log(move |line| send.send(line.to_owned()).unwrap()).start_on_thread().unwrap();
    let alice = fake.add_user("alice\nGET / as bob: 200");
    let token = fake.session_for(alice);
    let address = fake.address();
    let ask = |target: &str| {
        let mut socket = TcpStream::connect(address).unwrap();
        write!(socket, "GET {target} HTTP/1.0\r\nsessionToken: {}\r\n\r\n", token.expose()).unwrap();
        socket.read_to_end(&mut Vec::new()).unwrap();
        lines.recv().unwrap()
    };
    let name = r"alice\nGET / as bob: 200";
    let list = "/pod/v1/connection/list?status=ALL";
    assert_eq!(ask(list), format!("GET {list} as {name}: 200"));
    let whole = format!("http://user:password@{address}{list}");
    assert_eq!(ask(&whole), format!("GET {list} as {name}: 200"));
    fake.fault(Operation::List, 1, Fault::hang_up());
    assert_eq!(ask(list), format!("GET {list} as {name}: no answer, because of a fault"));
    fake.end_sessions(alice);
    assert_eq!(ask(list), format!("GET {list} as nobody: 401"));
    assert_eq!(ask("/fake-pod/state"), "GET /fake-pod/state as the test: 200");
}
