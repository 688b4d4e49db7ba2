//! The program `fake-pod`: what it prints, whom it lets in, and how it ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pod_api_ext::Pod;
use pod_api_ext::connections::Status;
use pod_api_ext::fake::KeyPair;
use pod_api_ext::session::{RsaKey, RsaSession};
use serde_json::Value;

/// The program while it runs, and the line that it has printed.
struct Program {
    child: Child,
    line: Value,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, line: serde_json::from_str(&line).unwrap() }
    }

    fn url(&self) -> &str {
        self.line["url"].as_str().unwrap()
    }

    fn id(&self, user: &str) -> i64 {
        self.line["users"][user]["id"].as_i64().unwrap()
    }

    fn token(&self, user: &str) -> &str {
        self.line["users"][user]["token"].as_str().unwrap()
    }

    /// The answer to a request without a body.
    fn ask(&self, method: &str, path: &str, user: &str) -> String {
        let mut socket = TcpStream::connect(self.url().strip_prefix("http://").unwrap()).unwrap();
        let token = self.token(user);
        write!(socket, "{method} {path} HTTP/1.0\r\nsessionToken: {token}\r\n\r\n").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fake-pod"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a program says that does not start.
fn refusal(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn users_log_in_and_are_connected_as_the_arguments_say() {
    let key = KeyPair::generate();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alice.pub");
    std::fs::write(&file, key.public_pem()).unwrap();
    let file = file.to_str().unwrap();
    let program = Program::start(&[
        "--user",
        &format!("alice={file}"),
        "--user",
        "bob",
        "--user",
        "carol",
        "--pod-of",
        "carol=beta",
        "--pod-of",
        "bob=beta",
        "--app",
        &format!("onboarding-app={file}"),
        "--connect",
        "alice:bob=PENDING_INCOMING",
    ]);
    let session = RsaSession::new("alice", RsaKey::from_pem(key.private_pem()).unwrap());
    let pod = Pod::builder(program.url()).session(session).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let status = runtime.block_on(async {
        pod.connections().accept(program.id("bob")).await.unwrap();
        pod.connections().get(program.id("bob")).await.unwrap().status
    });
    assert_eq!(status, Status::Accepted);
    // Users of one private pod are connected without asking.
    let path = format!("/pod/v1/connection/user/{}/info", program.id("carol"));
    assert!(program.ask("GET", &path, "bob").contains("ACCEPTED"));
}

#[test]
fn the_example_of_a_state_file_is_taken() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fake-pod/state.json");
    let program = Program::start(&["--state", file.to_str().unwrap(), "--user", "dave", "--samples"]);
    let path = format!("/pod/v1/connection/user/{}/info", program.id("bob"));
    assert!(program.ask("GET", &path, "alice").contains("ACCEPTED"));
    assert!(program.ask("GET", "/pod/v2/user/presence", "dave").contains("BUSY"));
    assert!(program.ask("GET", "/pod/v1/languages", "dave").contains("200 OK"), "a sample");
    let list = program.ask("GET", "/pod/v1/connection/list", "carol");
    assert!(list.contains("403 Forbidden"), "{list}");
}

#[test]
fn ids_follow_the_order_of_the_arguments() {
    let program = Program::start(&["--user", "zoe", "--user", "alice"]);
    assert!(program.id("zoe") < program.id("alice"));
}

/// What is signalled while the line is read has been heard.
#[cfg(unix)]
#[test]
fn it_logs_requests_without_secrets_and_ends_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut program = Program::start(&["--user", "alice"]);
        program.ask("GET", "/pod/v1/connection/list?status=ALL", "alice");
        program.ask("GET", "/fake-pod/state", "alice");
        let pid = program.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert!(program.child.wait().unwrap().success(), "{signal}");
        let mut log = String::new();
        program.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let lines: Vec<_> = log.lines().collect();
        let expected =
            ["GET /pod/v1/connection/list?status=ALL as alice: 200", "GET /fake-pod/state as the test: 200"];
        assert_eq!(lines, expected);
    }
}

#[test]
fn other_machines_are_let_in_only_if_it_is_said_twice() {
    assert!(refusal(&["--listen", "0.0.0.0:0"]).contains("--expose"));
    let mut program = Program::start(&["--listen", "0.0.0.0:0", "--expose"]);
    program.child.kill().unwrap();
    let mut log = String::new();
    program.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("whoever reaches 0.0.0.0:0 can do with the pod as they like"), "{log}");
}

#[test]
fn what_cannot_be_is_said() {
    for (arguments, words) in [
        (&["--listen", "nowhere"][..], "--listen nowhere"),
        (&["--user", "alice=nowhere.pub"], "nowhere.pub"),
        (&["--app", "app"], "--app ID=FILE"),
        (&["--pod-of", "alice"], "--pod-of NAME=POD"),
        (&["--pod-of", "alice=beta"], "no --user alice"),
        (&["--user", "alice", "--user", "alice"], "--user alice is there twice"),
        (&["--user", "alice", "--user", "bob", "--connect", "alice:bob=FRIENDS"], "no status FRIENDS"),
        (&["--connect", "alice=ACCEPTED"], "--connect NAME:OTHER=STATUS"),
        (&["--user", "alice", "--connect", "alice:bob=ACCEPTED"], "no user with the name bob"),
        (&["--state", "nowhere.json"], "nowhere.json"),
        (&["--fly"], "--fly"),
    ] {
        let message = refusal(arguments);
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
    let program = Program::start(&["--user", "alice"]);
    let taken = program.url().strip_prefix("http://").unwrap();
    assert!(refusal(&["--listen", taken]).contains(taken));
}
