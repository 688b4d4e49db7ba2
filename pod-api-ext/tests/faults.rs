//! Every fault and both kinds of call: how often the pod was asked, how often it acted, what the caller was told.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use pod_api_ext::clock::BoxFuture;
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Operation};
use pod_api_ext::retry::Backoff;
use pod_api_ext::session::{Login, LoginError, LoginProblem, RsaKey, RsaSession, Session};
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};

/// Gets a token from the fake pod by the back door whenever it is asked.
#[derive(Debug)]
struct BackDoor {
    fake: FakePod,
    user: UserId,
}

impl Session for BackDoor {
    fn token<'a>(&'a self, _: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Ok(self.fake.session_for(self.user)) })
    }

    fn renew<'a>(
        &'a self,
        _: &'a SessionToken,
        _: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Ok(self.fake.session_for(self.user)) })
    }
}

struct Scene {
    fake: FakePod,
    alice: UserId,
    bob: UserId,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakePod::start().await;
        fake.with_state(|state| state.strict = true);
        let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
        fake.connect(alice, bob, Status::Accepted);
        Self { fake, alice, bob }
    }

    /// Only silence has to be waited out; a busy machine must not look like it.
    fn pod(&self, name: &str) -> Pod {
        let timeout = if name.contains("silence") { 500 } else { 20_000 };
        let mut policy = Backoff::default();
        policy.first_wait = Duration::ZERO;
        Pod::builder(self.fake.url())
            .session(BackDoor { fake: self.fake.clone(), user: self.alice })
            .retry(policy)
            .timeout(Duration::from_millis(timeout))
            .build()
            .unwrap()
    }

    /// How often the pod was asked for this, and how often it did it.
    fn counts(&self, operation: Operation) -> (usize, usize) {
        let requests = self.fake.requests();
        let of = requests.iter().filter(|request| request.operation == operation);
        (of.clone().count(), of.filter(|request| request.acted).count())
    }
}

/// What a caller is told: that all is well, or what is wrong and whether the outcome is unknown.
type Told = Result<(), (ErrorKind, bool)>;

fn told<T>(outcome: Result<T, Error>) -> Told {
    outcome.map(drop).map_err(|error| (error.kind(), error.outcome_unknown()))
}

struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    /// A reading call: how often it is sent, and what its caller is told.
    reads: (usize, Told),
    /// A changing call: how often it is sent, how often the pod acts, and what its caller is told.
    changes: (usize, usize, Told),
}

const AGAIN: (usize, Told) = (2, Ok(()));

fn rows() -> Vec<Row> {
    use ErrorKind::{Redirected, Server, Timeout, Transport, Undecodable};

    let unknown = |acted, kind| (1, acted, Err((kind, true)));
    let row = |name, fault, reads, changes| Row { name, fault, reads, changes };
    vec![
        row("silence", Fault::silence, AGAIN, unknown(0, Timeout)),
        row("late silence", || Fault::silence().after_acting(), AGAIN, unknown(1, Timeout)),
        row("reset", Fault::reset, AGAIN, unknown(0, Transport)),
        row("late reset", || Fault::reset().after_acting(), AGAIN, unknown(1, Transport)),
        row("hang-up", Fault::hang_up, AGAIN, unknown(0, Transport)),
        row("late hang-up", || Fault::hang_up().after_acting(), AGAIN, unknown(1, Transport)),
        row("truncated", Fault::truncated, AGAIN, unknown(1, Transport)),
        row("html", || Fault::html(StatusCode::OK), AGAIN, unknown(0, Undecodable)),
        row("late html", || Fault::html(StatusCode::OK).after_acting(), AGAIN, unknown(1, Undecodable)),
        // Of a remove it is of no interest what stands in its answer, unless that is a page.
        row("garbage", || Fault::garbage(StatusCode::OK).after_acting(), AGAIN, (1, 1, Ok(()))),
        row(
            "500",
            || Fault::status(StatusCode::INTERNAL_SERVER_ERROR),
            (1, Err((Server, false))),
            unknown(0, Server),
        ),
        row(
            "late 500",
            || Fault::status(StatusCode::INTERNAL_SERVER_ERROR).after_acting(),
            (1, Err((Server, false))),
            unknown(1, Server),
        ),
        row("502", || Fault::html(StatusCode::BAD_GATEWAY), AGAIN, unknown(0, Server)),
        row("late 502", || Fault::html(StatusCode::BAD_GATEWAY).after_acting(), AGAIN, unknown(1, Server)),
        row("503", || Fault::status(StatusCode::SERVICE_UNAVAILABLE), AGAIN, unknown(0, Server)),
        row(
            "late 504",
            || Fault::status(StatusCode::GATEWAY_TIMEOUT).after_acting(),
            AGAIN,
            unknown(1, Server),
        ),
        row(
            "503 with a time",
            || Fault::status(StatusCode::SERVICE_UNAVAILABLE).retry_after_seconds(0),
            AGAIN,
            (2, 1, Ok(())),
        ),
        row(
            "429 in seconds",
            || Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(0),
            AGAIN,
            (2, 1, Ok(())),
        ),
        row(
            "429 with a date",
            || Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_date(SystemTime::UNIX_EPOCH),
            AGAIN,
            (2, 1, Ok(())),
        ),
        row("429 as html", || Fault::html(StatusCode::TOO_MANY_REQUESTS), AGAIN, (2, 1, Ok(()))),
        row("401", || Fault::status(StatusCode::UNAUTHORIZED), AGAIN, (2, 1, Ok(()))),
        row("401 as html", || Fault::html(StatusCode::UNAUTHORIZED), AGAIN, (2, 1, Ok(()))),
        row(
            "redirect",
            || Fault::redirect(StatusCode::TEMPORARY_REDIRECT, "http://127.0.0.1:1/"),
            (1, Err((Redirected, false))),
            unknown(0, Redirected),
        ),
    ]
}

#[tokio::test]
async fn a_reading_call_comes_through_whatever_passes() {
    for Row { name, fault, reads: (asked, expected), .. } in rows() {
        let scene = Scene::new().await;
        scene.fake.fault(Operation::Get, 1, fault());
        let outcome = scene.pod(name).connections().get(scene.bob).await;
        assert_eq!(told(outcome), expected, "{name}");
        assert_eq!(scene.counts(Operation::Get).0, asked, "{name}");
    }
}

#[tokio::test]
async fn a_changing_call_is_never_acted_on_twice_and_its_caller_is_told_the_truth() {
    for Row { name, fault, changes: (asked, acted, expected), .. } in rows() {
        let scene = Scene::new().await;
        scene.fake.fault(Operation::Remove, 1, fault());
        let outcome = scene.pod(name).connections().remove(scene.bob).await;
        assert_eq!(told(outcome), expected, "{name}");
        assert_eq!(scene.counts(Operation::Remove), (asked, acted), "{name}");
        let after = if acted == 0 { Some(Status::Accepted) } else { None };
        assert_eq!(scene.fake.status(scene.alice, scene.bob), after, "{name}");
    }
}

#[tokio::test]
async fn faults_without_end_end_the_call_after_four_attempts() {
    for (fault, kind) in [
        (Fault::status(StatusCode::BAD_GATEWAY), ErrorKind::Server),
        (Fault::status(StatusCode::TOO_MANY_REQUESTS), ErrorKind::RateLimited),
    ] {
        let scene = Scene::new().await;
        scene.fake.fault_always(Operation::Get, fault);
        let outcome = scene.pod("").connections().get(scene.bob).await;
        assert_eq!(told(outcome), Err((kind, false)));
        assert_eq!(scene.counts(Operation::Get).0, 4);
    }
}

#[tokio::test]
async fn a_redirect_to_another_pod_takes_nothing_there() {
    for status in [StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let (scene, other) = (Scene::new().await, FakePod::start().await);
        let fault = || Fault::redirect(status, &format!("{}/pod/v1/connection/create", other.url()));
        scene.fake.fault(Operation::Create, 1, fault());
        scene.fake.fault(Operation::Get, 1, fault());
        scene.pod("").connections().create(scene.bob).await.unwrap_err();
        scene.pod("").connections().get(scene.bob).await.unwrap_err();
        assert_eq!(other.requests().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn a_login_that_is_redirected_fails_and_the_jwt_goes_nowhere_else() {
    for status in [StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let (scene, other) = (Scene::new().await, FakePod::start().await);
        let location = format!("{}/login/pubkey/authenticate", other.url());
        scene.fake.fault(Operation::Login, 1, Fault::redirect(status, &location));
        let key = RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap();
        let pod = Pod::builder(scene.fake.url()).session(RsaSession::new("alice", key)).build().unwrap();
        let error = pod.connections().get(scene.bob).await.unwrap_err();
        assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Other)));
        assert_eq!(other.requests().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn no_fault_makes_a_token_print() {
    for Row { name, fault, .. } in rows() {
        let scene = Scene::new().await;
        let token = scene.fake.session_for(scene.alice);
        scene.fake.fault_always(Operation::Remove, fault());
        let pod = Pod::builder(scene.fake.url())
            .session(token.clone())
            .retry(pod_api_ext::retry::Never)
            .timeout(Duration::from_millis(if name.contains("silence") { 100 } else { 20_000 }))
            .build()
            .unwrap();
        let error = pod.connections().remove(scene.bob).await.err();
        let mut printed = format!("{pod:?} {token:?} {error:?} {:?}", pod.connections());
        let mut cause = error.as_ref().map(|error| error as &dyn std::error::Error);
        while let Some(error) = cause {
            printed.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!printed.contains(token.expose()), "{name}: {printed}");
    }
}
