//! What is awaited owns what it needs: it is spawned, joined and raced as it is, without a name before it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{join_all, select_all};
use futures_util::stream::FuturesUnordered;
use pod_api_ext::connections::{ListFilter, Status, UserId, Which};
use pod_api_ext::fake::{FakePod, Operation};
use pod_api_ext::pod_api::types;
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};

/// A pod on which alice is connected with three users.
async fn scene() -> (FakePod, Pod, Vec<UserId>) {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let users: Vec<UserId> = ["bob", "carol", "dave"].map(|name| fake.add_user(name)).into();
    users.iter().for_each(|user| fake.connect(alice, *user, Status::Accepted));
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    (fake, pod, users)
}

#[tokio::test]
async fn calls_are_spawned() {
    let (_fake, pod, users) = scene().await;
    let bob = users[0];
    let seen = tokio::spawn(pod.connections().get(bob));
    let found = tokio::spawn(pod.connections().find(bob));
    let listed = tokio::spawn(pod.connections().list(ListFilter::from(Which::All).with_users([bob])));
    let sent = tokio::spawn(pod.send(pod.api().get_connection().user_id(bob)));
    let waited = tokio::spawn(pod.connections().wait_until(bob, Status::Accepted));
    assert_eq!(seen.await.unwrap().unwrap().status, Status::Accepted);
    assert!(found.await.unwrap().unwrap().is_some());
    assert_eq!(listed.await.unwrap().unwrap().len(), 1);
    assert_eq!(sent.await.unwrap().unwrap().user_id, Some(bob.into()));
    assert_eq!(waited.await.unwrap().unwrap(), Some(Status::Accepted));

    let changed = tokio::spawn(pod.connections().ensure_absent(bob).deadline(Duration::from_secs(20)));
    assert!(changed.await.unwrap().unwrap().is_reached());
    let gone = tokio::spawn(pod.connections().wait_until(bob, None));
    assert_eq!(gone.await.unwrap().unwrap(), None);
    tokio::spawn(pod.connections().remove(users[1])).await.unwrap().unwrap();
    let absent = tokio::spawn(pod.execute(pod.api().remove_connection().uid(bob)));
    assert_eq!(absent.await.unwrap().unwrap_err().kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn calls_are_joined_and_raced() {
    let (_fake, pod, users) = scene().await;
    let all = join_all(users.iter().map(|user| pod.connections().get(*user))).await;
    assert!(all.iter().all(|seen| seen.as_ref().unwrap().status == Status::Accepted));

    let (a, b) = tokio::join!(pod.connections().get(users[0]), pod.connections().get(users[1]));
    assert_eq!((a.unwrap().user, b.unwrap().user), (users[0], users[1]));
    let (a, b) = tokio::join!(pod.connections().ensure_absent(users[0]), pod.connections().find(users[1]));
    assert!(a.unwrap().is_reached() && b.unwrap().is_some());

    tokio::select! {
        seen = pod.connections().get(users[1]) => drop(seen.unwrap()),
        changed = pod.connections().ensure_connected(users[2]) => drop(changed.unwrap()),
        waited = pod.connections().wait_until(users[2], Status::Accepted) => drop(waited.unwrap()),
    }

    let mut unordered: FuturesUnordered<_> =
        users.iter().map(|user| pod.connections().ensure_absent(*user)).collect();
    let mut reached = 0;
    while let Some(change) = unordered.next().await {
        reached += usize::from(change.unwrap().is_reached());
    }
    assert_eq!(reached, 3);

    let (first, ..) = select_all(users.iter().map(|user| Box::pin(pod.connections().find(*user)))).await;
    assert_eq!(first.unwrap(), None);
}

/// As a web framework takes handlers: a function of the state that gives a future, called from any thread at any time.
struct Handlers<S>(HashMap<&'static str, Arc<Handler<S>>>);

type Handler<S> = dyn Fn(S) -> futures_util::future::BoxFuture<'static, String> + Send + Sync;

impl<S: Clone + Send + 'static> Handlers<S> {
    fn route<F, Fut>(mut self, path: &'static str, handler: F) -> Self
    where
        F: Fn(S) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = String> + Send + 'static,
    {
        self.0.insert(path, Arc::new(move |state| Box::pin(handler(state))));
        self
    }
}

#[tokio::test]
async fn a_handler_of_a_web_framework_has_a_pod_for_its_state() {
    async fn members(pod: Pod) -> String {
        match pod.send(pod.api().list_room_members().id("room")).await {
            Ok(members) => members.0.len().to_string(),
            Err(error) => format!("{:?}", error.kind()),
        }
    }
    let (_fake, pod, users) = scene().await;
    let bob = users[0];
    let handlers =
        Handlers(HashMap::new()).route("/members", members).route("/absent", move |pod: Pod| async move {
            pod.connections().ensure_absent(bob).await.unwrap().to_string()
        });
    for (path, expected) in [("/absent", format!("user {bob} is absent: was ACCEPTED, removed"))] {
        let answer = tokio::spawn(handlers.0[path](pod.clone())).await.unwrap();
        assert_eq!(answer, expected);
    }
    assert_ne!(tokio::spawn(handlers.0["/members"](pod)).await.unwrap(), "");
}

#[tokio::test]
async fn an_id_of_a_user_is_taken_wherever_the_document_wants_one() {
    let bob = UserId::from(7);
    let api = pod_api::Api;
    // As text in a path, as a number in a path and in a query, as a number in a body, and as a body.
    drop(api.get_connection().user_id(bob));
    drop(api.remove_connection().uid(bob));
    drop(api.get_user().uid(bob));
    drop(api.create_connection().body(types::UserConnectionRequest::builder().user_id(bob)));
    drop(api.add_room_member().id("room").body(bob));
    assert_eq!(UserId::try_from("7").unwrap(), bob);
    assert_eq!(UserId::try_from(7_u64).unwrap(), bob);
    UserId::try_from("bob").unwrap_err();
    UserId::try_from(u64::MAX).unwrap_err();
}

#[tokio::test]
async fn whatever_goes_wrong_becomes_one_error() {
    fn becomes<E: Into<Error>>(error: E) -> ErrorKind {
        let error: Error = error.into();
        assert!(!error.outcome_unknown() && !error.is_retryable(), "{error}");
        error.kind()
    }
    let no_session = Pod::builder("https://acme.symphony.com").build().unwrap_err();
    let text = no_session.to_string();
    let error = Error::from(no_session);
    assert_eq!(error.to_string(), format!("the pod cannot be set up: {text}"));
    assert_eq!(error.message(), Some(&*text));
    let not_a_url = Pod::builder("nowhere").session(SessionToken::new("t").unwrap()).build().unwrap_err();
    assert_eq!(becomes(not_a_url), ErrorKind::Configuration);
    assert_eq!(becomes(SessionToken::new("").unwrap_err()), ErrorKind::Credentials);
    assert_eq!(
        becomes(pod_api_ext::session::RsaKey::from_pem("no key").unwrap_err()),
        ErrorKind::Credentials
    );
    let incomplete: Result<types::RoomTag, _> = types::RoomTag::builder().key("purpose").try_into();
    assert_eq!(becomes(incomplete.unwrap_err()), ErrorKind::InvalidRequest);
    let no_id = "Bob".parse::<UserId>().unwrap_err();
    assert!(Error::from(no_id.clone()).to_string().contains("decimal digits"));
    assert_eq!(becomes(no_id), ErrorKind::InvalidRequest);
    let login = pod_api_ext::session::LoginError::other("the vault is closed");
    assert_eq!(becomes(login), ErrorKind::Login);
}

#[tokio::test]
async fn a_failed_login_has_status_and_message() {
    let fake = FakePod::start().await;
    let key = pod_api_ext::session::RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap();
    let session = pod_api_ext::session::RsaSession::new("nobody", key);
    let pod = Pod::builder(fake.url()).session(session).build().unwrap();
    let error = pod.connections().get(1).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Login, 401));
    assert_eq!(error.message(), Some(error.login_error().unwrap().message()));
}

#[tokio::test]
async fn an_error_names_its_operation_though_nothing_was_sent() {
    let (fake, pod, others) = scene().await;
    let key = pod_api_ext::session::RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap();
    let nobody = pod.with_session(pod_api_ext::session::RsaSession::new("nobody", key));
    let hasty = pod.with_deadline(Duration::ZERO);
    let away = Pod::builder("http://127.0.0.1:9").session(SessionToken::new("t").unwrap());
    let away = away.retry(pod_api_ext::retry::Never).build().unwrap();
    for (pod, kind) in
        [(&nobody, ErrorKind::Login), (&hasty, ErrorKind::Timeout), (&away, ErrorKind::Connect)]
    {
        let error = pod.connections().remove(others[0]).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("remove_connection")), "{error}");
        assert!(error.to_string().starts_with("remove_connection: "), "{error}");
        // Nobody has logged it.
        assert!(!error.to_string().contains("trace id") && !error.outcome_unknown(), "{error}");
    }
    // Without the user.
    let error = pod.send(pod.api().get_connection()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("get_connection")));
    assert!(!error.to_string().contains("trace id"), "{error}");
    assert!(fake.requests().iter().all(|call| call.operation == Operation::Login), "{:?}", fake.requests());
}

#[tokio::test]
async fn a_handle_has_a_correlation_id_of_its_own() {
    let (_fake, pod, _) = scene().await;
    let id = pod_api_ext::TraceId::new("0b7ee3a2-6f7b-4c53-9d7c-0f0c8f3f1f52").unwrap();
    let traced = pod.with_trace_id(id.clone());
    for error in [
        traced.connections().get(404).await.unwrap_err(),
        traced.send(traced.api().get_connection().user_id("404")).await.unwrap_err(),
    ] {
        assert_eq!(error.trace_id(), Some(&id));
    }
    let error = pod.connections().get(404).await.unwrap_err();
    assert_ne!(error.trace_id(), Some(&id));
    assert_eq!(error.trace_id().unwrap().as_str().len(), 6);
}

/// A pod that says yes in its own way.
async fn answering(body: &'static str, status: &'static str) -> (tokio::task::JoinHandle<Infallible>, Pod) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let pod = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = [0; 4096];
            let _request = stream.read(&mut read).await;
            let head =
                format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _gone = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    (pod, Pod::builder(url).session(SessionToken::new("t").unwrap()).build().unwrap())
}

#[tokio::test]
async fn what_is_answered_with_any_success_was_done() {
    for (status, body) in
        [("200 OK", ""), ("200 OK", "Connection removed"), ("202 Accepted", "{}"), ("200 OK", "[1")]
    {
        let (server, pod) = answering(body, status).await;
        pod.connections().remove(7).await.unwrap();
        pod.execute(pod.api().follow_user().uid(7_i64).body_map(|body| body)).await.unwrap();
        server.abort();
    }
    let (server, pod) = answering("", "204 No Content").await;
    pod.connections().remove(7).await.unwrap();
    server.abort();
    for (status, body, kind) in
        [("302 Found", "", ErrorKind::Redirected), ("200 OK", "<html>Log in", ErrorKind::Undecodable)]
    {
        let (server, pod) = answering(body, status).await;
        let error = pod.connections().remove(7).await.unwrap_err();
        assert!(error.kind() == kind && error.outcome_unknown(), "{error}");
        server.abort();
    }
}

#[tokio::test]
async fn an_application_alone_acts_for_its_users() {
    let fake = FakePod::start().await;
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    fake.register_app("onboarding", include_str!("keys/bot-public.pem"));
    let key = pod_api_ext::session::RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap();
    let pod = Pod::builder(fake.url())
        .app(pod_api_ext::session::RsaApp::new("onboarding", key).unwrap())
        .build()
        .unwrap();

    let created = pod.on_behalf_of(alice).connections().create(bob).await.unwrap();
    assert_eq!(created.status, Status::PendingOutgoing);
    assert_eq!(fake.status(bob, alice), Some(Status::PendingIncoming));
    let error = pod.connections().get(bob).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Login && !error.is_retryable(), "{error}");

    let without = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    let error = without.on_behalf_of(bob).connections().get(alice).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Login);
}
