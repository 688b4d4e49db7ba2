//! What is written to the `tracing` log: dropped calls, retries, and never a secret.
//!
//! It is a program of its own, because `tracing` remembers of each place whether anybody listens. A test that does not listen,
//! and gets there at the same moment as one that does, makes it remember the wrong thing.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use pod_api_ext::clock::BoxFuture;
use pod_api_ext::connections::UserId;
use pod_api_ext::fake::FakePod;
use pod_api_ext::retry::{Attempt, Decision, RetryPolicy};
use pod_api_ext::session::{RsaKey, RsaSession, Signer};
use pod_api_ext::{Pod, SessionToken};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Keeps every span and event of every level as a line of text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Keeps what happens on this thread.
    fn listens(&self) -> DefaultGuard {
        // Were there one subscriber alone, another thread, which has none, would say for all that nobody wants to know.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Log::default()));
        LazyLock::force(&ANOTHER);
        tracing::subscriber::set_default(self.clone())
    }

    fn note(&self, level: &str, visited: impl FnOnce(&mut Line)) {
        let mut line = Line(level.to_owned());
        visited(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn with(&self, words: &[&str]) -> usize {
        self.lines().iter().filter(|line| words.iter().all(|word| line.contains(word))).count()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(span.metadata().name(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.note("RECORD", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note(event.metadata().level().as_str(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A pod that takes a request and never answers.
async fn silent() -> (TcpListener, Pod) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, Pod::builder(url).session(SessionToken::new("literal-token").unwrap()).build().unwrap())
}

#[tokio::test]
async fn a_changing_call_that_is_dropped_after_it_was_sent_is_told() {
    let log = Log::default();
    let _guard = log.listens();
    let (listener, pod) = silent().await;
    let connections = pod.connections();
    let arrived = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 16]).await.unwrap();
        stream
    };
    tokio::select! {
        answer = connections.remove(1) => panic!("{answer:?}"),
        _stream = arrived => (),
    }
    let words = ["WARN", "operation=\"remove_connection\"", "trace_id=", "outcome_unknown=true", "dropped"];
    assert_eq!(log.with(&words), 1, "{:#?}", log.lines());
}

#[tokio::test]
async fn a_reading_call_that_is_dropped_is_nobodys_business() {
    let log = Log::default();
    let _guard = log.listens();
    let (listener, pod) = silent().await;
    let connections = pod.connections();
    tokio::select! {
        answer = connections.get(1) => panic!("{answer:?}"),
        _ = listener.accept() => (),
    }
    drop(connections.remove(1));
    assert_eq!(log.with(&["WARN", "dropped"]), 0, "{:#?}", log.lines());
}

/// Sends everything three times.
#[derive(Debug)]
struct Thrice;

impl RetryPolicy for Thrice {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        if attempt.number < 3 { Decision::Wait(Duration::ZERO) } else { Decision::Stop }
    }
}

#[tokio::test]
async fn a_call_is_a_span_and_a_retry_an_event_and_neither_has_a_secret() {
    let log = Log::default();
    let _guard = log.listens();
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let token = fake.session_for(alice);
    let pod = Pod::builder(fake.url()).session(token.clone()).retry(Thrice).build().unwrap();
    pod.connections().get(UserId::from(404)).await.unwrap_err();

    assert_eq!(log.with(&["pod_call", "trace_id="]), 1, "{:#?}", log.lines());
    assert_eq!(log.with(&["RECORD", "operation=\"get_connection\""]), 3);
    assert_eq!(log.with(&["RECORD", "status=404"]), 3);
    assert_eq!(log.with(&["RECORD", "attempts=3"]), 1);
    assert_eq!(log.with(&["RECORD", "duration_ms="]), 1);
    assert_eq!(log.with(&["INFO", "sending the call again", "status=404"]), 1);
    assert_eq!(log.with(&["DEBUG", "sending the call again", "status=404"]), 1);

    fake.end_sessions(alice);
    pod.connections().create(UserId::from(7)).await.unwrap_err();
    assert_eq!(log.with(&[token.expose()]), 0, "{:#?}", log.lines());
}

/// What is written at the level that programs have unless told otherwise.
fn at_the_default_level(log: &Log) -> Vec<String> {
    let is_told = |line: &&String| ["INFO", "WARN", "ERROR"].iter().any(|level| line.starts_with(level));
    log.lines()
        .iter()
        .filter(is_told)
        .map(|line| line.split(" message=").nth(1).unwrap_or(line).to_owned())
        .collect()
}

#[tokio::test]
async fn the_default_level_has_a_line_for_each_renewal_each_resent_call_and_a_login_that_failed_for_good() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    fake.register_bot(alice, include_str!("keys/bot-public.pem"));
    let key = || RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap();
    let session = RsaSession::new("alice", key());
    let pod = Pod::builder(fake.url()).session(session).retry(Thrice).build().unwrap();
    let list = || pod.connections().list(pod_api_ext::connections::ListFilter::default());
    list().await.unwrap();
    assert_eq!(at_the_default_level(&log), Vec::<String>::new(), "nothing to tell");

    fake.end_sessions(alice);
    let all = futures_util::future::join_all((0..10).map(|_| list())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(at_the_default_level(&log), ["the session has expired and was renewed"]);

    pod.connections().get(UserId::from(404)).await.unwrap_err();
    assert_eq!(log.with(&["INFO", "sending the call again", "operation=\"get_connection\""]), 1);
    assert_eq!(log.with(&["sending the call again"]), 2);

    let nobody = RsaSession::new("nobody", key());
    let pod = Pod::builder(fake.url()).session(nobody).build().unwrap();
    for _ in 0..5 {
        pod.connections().get(1).await.unwrap_err();
    }
    assert_eq!(log.with(&["WARN", "the login failed for good", "status=401"]), 1, "{:#?}", log.lines());
    assert_eq!(at_the_default_level(&log).len(), 3);
}

/// Remembers what it signed, so that a test can look for it.
struct Remembering(Arc<RsaKey>, Arc<Mutex<Vec<String>>>);

impl Debug for Remembering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Signer for Remembering {
    fn sign<'a>(
        &'a self,
        message: &'a [u8],
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>> {
        self.1.lock().unwrap().push(String::from_utf8(message.to_vec()).unwrap());
        self.0.sign(message)
    }
}

#[tokio::test]
async fn a_login_that_works_and_one_that_fails_log_neither_key_nor_jwt_nor_token() {
    let log = Log::default();
    let _guard = log.listens();
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    fake.register_bot(alice, include_str!("keys/bot-public.pem"));
    let pem = include_str!("keys/bot-pkcs8.pem");
    let signed = Arc::<Mutex<Vec<String>>>::default();
    let key = Arc::new(RsaKey::from_pem(pem).unwrap());
    for (name, works) in [("alice", true), ("nobody", false)] {
        let session = RsaSession::new(name, Remembering(Arc::clone(&key), Arc::clone(&signed)));
        let pod = Pod::builder(fake.url()).session(session).build().unwrap();
        let answer = pod.connections().list(pod_api_ext::connections::ListFilter::default()).await;
        assert_eq!(answer.is_ok(), works, "{answer:?}");
        log.0.lock().unwrap().push(format!("{pod:?} {answer:?}"));
    }
    let signed = signed.lock().unwrap().clone();
    assert_eq!(signed.len(), 2);
    let tokens = fake.with_state(|state| format!("{state:?}"));
    assert!(!tokens.contains("fake-session"), "{tokens}");
    for secret in signed.iter().map(String::as_str).chain(["fake-session", &pem[100..150]]) {
        assert_eq!(log.with(&[secret]), 0, "{:#?}", log.lines());
    }
}
