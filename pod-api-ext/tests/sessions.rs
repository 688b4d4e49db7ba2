//! Sessions, deadlines and retries, with a session, a policy and a clock from outside the crate.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use pod_api_ext::clock::BoxFuture;
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Operation, RecordedRequest, TestClock};
use pod_api_ext::retry::{Attempt, Decision, RetryPolicy};
use pod_api_ext::session::{Login, LoginError, LoginProblem, RsaKey, RsaSession, Session, SingleFlight};
use pod_api_ext::{ErrorKind, Pod, SessionToken};

use crate::stopped_clock::Stopped;

/// Gets its tokens from the fake pod by the back door, once `ready` says so, and counts how often.
#[derive(Debug)]
struct BackDoor {
    fake: FakePod,
    user: UserId,
    flight: SingleFlight,
    logins: Arc<AtomicUsize>,
    /// How many requests the pod has to have seen before a login goes on.
    after: usize,
    /// How often a login lets everybody else go on before it ends.
    patience: usize,
    fails: bool,
}

impl BackDoor {
    async fn log_in(&self) -> Result<SessionToken, LoginError> {
        self.logins.fetch_add(1, Ordering::SeqCst);
        while self.fake.requests().len() < self.after {
            tokio::task::yield_now().await;
        }
        for _ in 0..self.patience {
            tokio::task::yield_now().await;
        }
        if self.fails { Err(LoginError::other("revoked")) } else { Ok(self.fake.session_for(self.user)) }
    }
}

impl Session for BackDoor {
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || self.log_in()))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.renew(stale, login, || self.log_in()))
    }

    fn end(&self, login: &Login) -> Option<SessionToken> {
        self.flight.end(login)
    }
}

struct Scene {
    fake: FakePod,
    alice: UserId,
    bob: UserId,
    logins: Arc<AtomicUsize>,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakePod::start().await;
        fake.with_state(|state| state.strict = true);
        let alice = fake.add_user("alice");
        let bob = fake.add_user("bob");
        Self { fake, alice, bob, logins: Arc::default() }
    }

    fn session(&self) -> BackDoor {
        BackDoor {
            fake: self.fake.clone(),
            user: self.alice,
            flight: SingleFlight::new(),
            logins: Arc::clone(&self.logins),
            after: 0,
            patience: 0,
            fails: false,
        }
    }

    fn logins(&self) -> usize {
        self.logins.load(Ordering::SeqCst)
    }

    /// Lets a call go on until it has begun to log in, and leaves it there.
    async fn until_it_logs_in<T: Debug>(&self, call: &mut (impl Future<Output = T> + Unpin)) {
        while self.logins() == 0 {
            tokio::select! {
                biased;
                answer = &mut *call => panic!("{answer:?}"),
                () = tokio::task::yield_now() => (),
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_calls_that_meet_an_expiry_together_cause_one_login() {
    const CALLS: usize = 1000;
    let scene = Scene::new().await;
    let stale = scene.fake.session_for(scene.alice);
    scene.fake.end_sessions(scene.alice);
    let mut session = scene.session();
    // The first token is stale, and nobody gets a new one before everybody has met the 401.
    session.after = CALLS;
    let session = Preset { token: stale, session };
    let pod = Pod::builder(scene.fake.url()).session(session).max_in_flight(CALLS).build().unwrap();
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let connections = pod.connections();
            let bob = scene.bob;
            tokio::spawn(async move { connections.find(bob).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), None);
    }
    assert_eq!(scene.logins(), 1);
    assert_eq!(scene.fake.requests().len(), 2 * CALLS, "each was replayed once");
}

/// A session that begins with a token.
#[derive(Debug)]
struct Preset {
    token: SessionToken,
    session: BackDoor,
}

impl Session for Preset {
    fn token<'a>(&'a self, _: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Ok(self.token.clone()) })
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        self.session.renew(stale, login)
    }
}

#[tokio::test]
async fn a_session_is_made_when_it_is_first_needed_and_kept() {
    let scene = Scene::new().await;
    let pod = Pod::builder(scene.fake.url()).session(scene.session()).build().unwrap();
    assert_eq!(scene.logins(), 0);
    for _ in 0..3 {
        pod.connections().find(scene.bob).await.unwrap();
    }
    assert_eq!(scene.logins(), 1);
}

#[tokio::test]
async fn a_call_that_changes_something_is_replayed_once_after_an_expiry() {
    let scene = Scene::new().await;
    let pod = Pod::builder(scene.fake.url()).session(scene.session()).build().unwrap();
    pod.connections().find(scene.bob).await.unwrap();
    scene.fake.end_sessions(scene.alice);
    pod.connections().create(scene.bob).await.unwrap();
    assert_eq!(scene.logins(), 2);
    assert_eq!(scene.fake.requests().len(), 3);
}

#[tokio::test]
async fn a_second_401_is_final() {
    let scene = Scene::new().await;
    let other = FakePod::start().await;
    let stranger = other.add_user("stranger");
    // Tokens of another pod: every one of them is refused.
    let session = BackDoor { fake: other, user: stranger, ..scene.session() };
    let pod = Pod::builder(scene.fake.url()).session(session).build().unwrap();
    let error = pod.connections().create(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSession);
    assert_eq!((scene.logins(), scene.fake.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_failed_login_is_final_for_all_and_not_repeated_while_it_cools_down() {
    let scene = Scene::new().await;
    let clock = Stopped::new();
    let session = BackDoor { fails: true, ..scene.session() };
    let pod = Pod::builder(scene.fake.url()).session(session).clock(clock.clone()).build().unwrap();
    for _ in 0..5 {
        let error = pod.connections().remove(scene.bob).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Login);
        assert_eq!(error.login_problem(), Some(LoginProblem::Other));
        assert!(!error.outcome_unknown(), "nothing was sent");
    }
    assert_eq!(scene.logins(), 1);
    clock.pass(SingleFlight::COOL_DOWN);
    pod.connections().remove(scene.bob).await.unwrap_err();
    assert_eq!(scene.logins(), 2);
    assert!(scene.fake.requests().is_empty());
}

/// Fails so often for a reason that passes, and counts how often it was asked.
#[derive(Debug)]
struct Flaky {
    session: BackDoor,
    failures: AtomicUsize,
    /// How long it must not be asked again after a failure.
    wait: Option<Duration>,
}

impl Flaky {
    async fn log_in(&self) -> Result<SessionToken, LoginError> {
        let fails = |left: usize| left.checked_sub(1);
        match self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails) {
            Ok(_) => {
                self.session.logins.fetch_add(1, Ordering::SeqCst);
                let sealed = LoginError::network("the vault is sealed");
                Err(match self.wait {
                    Some(wait) => sealed.with_retry_after(wait),
                    None => sealed,
                })
            }
            Err(_) => self.session.log_in().await,
        }
    }
}

impl Session for Flaky {
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.session.flight.token(login, || self.log_in()))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.session.flight.renew(stale, login, || self.log_in()))
    }
}

#[tokio::test]
async fn a_login_that_fails_for_a_reason_that_passes_is_tried_again() {
    let scene = Scene::new().await;
    let flaky =
        |failures| Flaky { session: scene.session(), failures: AtomicUsize::new(failures), wait: None };
    let pod =
        |session| Pod::builder(scene.fake.url()).session(session).clock(Stopped::new()).build().unwrap();

    // Nothing was sent, so a change is no exception.
    pod(flaky(3)).connections().create(scene.bob).await.unwrap();
    assert_eq!((scene.logins(), scene.fake.take_requests().len()), (4, 1));

    let error = pod(flaky(4)).connections().remove(scene.bob).await.unwrap_err();
    assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Network)));
    assert!(!error.outcome_unknown(), "{error}");
    assert_eq!((scene.logins(), scene.fake.take_requests().len()), (8, 0));
}

#[tokio::test]
async fn a_renewal_that_fails_for_a_reason_that_passes_is_tried_again() {
    let scene = Scene::new().await;
    let session = Arc::new(Flaky { session: scene.session(), failures: AtomicUsize::new(0), wait: None });
    let pod =
        Pod::builder(scene.fake.url()).session(Arc::clone(&session)).clock(Stopped::new()).build().unwrap();
    pod.connections().find(scene.bob).await.unwrap();

    session.failures.store(2, Ordering::SeqCst);
    scene.fake.end_sessions(scene.alice);
    pod.connections().create(scene.bob).await.unwrap();
    assert_eq!(
        (scene.logins(), scene.fake.requests().len()),
        (4, 3),
        "no request goes with the old token again"
    );
}

#[tokio::test]
async fn a_login_goes_on_when_the_call_that_began_it_is_given_up() {
    let scene = Scene::new().await;
    let session = Arc::new(BackDoor { after: 1, ..scene.session() });
    let pod = |clock: Option<Stopped>| {
        let builder = Pod::builder(scene.fake.url()).session(Arc::clone(&session));
        match clock {
            Some(clock) => builder.clock(clock).build().unwrap(),
            None => builder.build().unwrap(),
        }
    };
    // By a deadline.
    let hasty = pod(Some(Stopped::new())).with_deadline(Duration::from_secs(1));
    let error = hasty.connections().get(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    // By whoever waits no longer.
    let connections = pod(None).connections();
    tokio::select! {
        biased;
        answer = connections.get(scene.bob) => panic!("{answer:?}"),
        () = tokio::task::yield_now() => (),
    }

    // Another user's request lets the login go on.
    let bobs = Pod::builder(scene.fake.url()).session(scene.fake.session_for(scene.bob)).build().unwrap();
    bobs.connections().find(scene.alice).await.unwrap();
    assert_eq!(connections.find(scene.bob).await.unwrap(), None);
    assert_eq!(scene.logins(), 1, "one login, which outlived both calls");
}

#[tokio::test]
async fn a_call_that_is_left_alone_while_it_logs_in_holds_up_nobody() {
    let scene = Scene::new().await;
    let session = BackDoor { patience: 100, ..scene.session() };
    let pod = Pod::builder(scene.fake.url()).session(session).build().unwrap();
    let connections = pod.connections();
    let mut left_alone = Box::pin(connections.find(scene.bob));
    scene.until_it_logs_in(&mut left_alone).await;

    let other = tokio::time::timeout(Duration::from_secs(60), connections.find(scene.bob)).await;
    assert_eq!(other.expect("its own call goes on").unwrap(), None);
    assert_eq!(left_alone.await.unwrap(), None);
    assert_eq!(scene.logins(), 1);
}

/// Never comes to an end.
#[derive(Debug, Default)]
struct Hanging {
    flight: SingleFlight,
    logins: Arc<AtomicUsize>,
}

impl Session for Hanging {
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || async {
            self.logins.fetch_add(1, Ordering::SeqCst);
            std::future::pending().await
        }))
    }

    fn renew<'a>(
        &'a self,
        _: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        self.token(login)
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_hangs_is_given_up_and_told_to_all_who_waited() {
    let session = Hanging::default();
    let logins = Arc::clone(&session.logins);
    let pod = Pod::builder("https://acme.symphony.com").session(session).build().unwrap();
    let begun = tokio::time::Instant::now();
    let connections = pod.connections();
    let (one, other) = tokio::join!(connections.get(UserId::from(1)), connections.get(UserId::from(2)));
    for error in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Network)));
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.to_string().contains("5 minutes"), "{source}");
    }
    assert_eq!(begun.elapsed(), Duration::from_secs(5 * 60));
    assert_eq!(logins.load(Ordering::SeqCst), 1, "after so long nothing is tried again by itself");

    connections.get(UserId::from(1)).await.unwrap_err();
    assert_eq!(logins.load(Ordering::SeqCst), 2, "the next call begins anew");
}

/// The connection that the first runtime has made is driven by nobody while it stands still.
#[test]
fn a_runtime_that_stands_still_is_told_at_once_and_one_that_moves_or_has_ended_is_no_matter() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let moving = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (fake, token) = moving.block_on(async {
        let fake = FakePod::start().await;
        let token = fake.session_for(fake.add_user("alice"));
        (fake, token)
    });
    let pod = Pod::builder(fake.url()).session(token).build().unwrap();
    moving.block_on(async { pod.session_info().await.unwrap() });
    let (still, other) = (runtime(), runtime());
    still.block_on(async { pod.session_info().await.unwrap() });
    fake.take_requests();

    let error = other.block_on(async { pod.connections().remove(1).await.unwrap_err() });
    assert_eq!(
        (error.kind(), error.outcome_unknown(), error.is_retryable()),
        (ErrorKind::Runtime, false, false)
    );
    assert!(error.to_string().contains("drop it"), "{error}");
    assert!(fake.requests().is_empty());

    drop(still);
    other.block_on(async { pod.session_info().await.unwrap() });
}

/// Two runtimes, of which one stands still in the midst of a login.
#[test]
fn a_login_whose_runtime_stands_still_is_not_waited_for_for_ever() {
    let pod = Pod::builder("https://acme.symphony.com").session(Hanging::default()).build().unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let (still, other) = (runtime().unwrap(), runtime().unwrap());
    still.block_on(async {
        let connections = pod.connections();
        let call = connections.get(UserId::from(1));
        tokio::time::timeout(Duration::from_secs(1), call).await.expect_err("it hangs");
    });

    other.block_on(async {
        let error = pod.connections().get(UserId::from(1)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Runtime, "{error}");
        pod.log_out().await.unwrap();
    });
    drop(still);
    other.block_on(async {
        let error = pod.connections().get(UserId::from(1)).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.to_string().contains("5 minutes"), "begun anew: {source}");
    });
}

#[tokio::test]
async fn a_login_that_is_told_to_wait_is_not_tried_before_nor_much_later() {
    let scene = Scene::new().await;
    let clock = Stopped::new();
    let pod = |wait| {
        let session = Flaky { session: scene.session(), failures: AtomicUsize::new(1), wait: Some(wait) };
        Pod::builder(scene.fake.url()).session(session).clock(clock.clone()).build().unwrap().connections()
    };
    let second = Duration::from_secs(1);

    let connections = pod(100 * second);
    let error = connections.find(scene.bob).await.unwrap_err();
    assert_eq!((error.retry_after(), scene.logins()), (Some(100 * second), 1));
    clock.pass(40 * second);
    let error = connections.find(scene.bob).await.unwrap_err();
    assert_eq!((error.retry_after(), scene.logins()), (Some(60 * second), 1), "what is left of it");
    // No longer than a call waits by itself.
    clock.pass(59 * second);
    connections.find(scene.bob).await.unwrap();
    assert_eq!(scene.logins(), 2);

    // A day is no time for which to believe a maintenance page.
    let connections = pod(86_400 * second);
    connections.find(scene.bob).await.unwrap_err();
    clock.pass(SingleFlight::MAX_REST - second);
    connections.find(scene.bob).await.unwrap_err();
    assert_eq!(scene.logins(), 3);
    clock.pass(second);
    connections.find(scene.bob).await.unwrap();
    assert_eq!(scene.logins(), 4);
}

#[tokio::test]
async fn many_users_share_a_pod_and_each_has_a_session() {
    let scene = Scene::new().await;
    let alices = Pod::builder(scene.fake.url()).session(scene.fake.session_for(scene.alice)).build().unwrap();
    let bobs = alices.with_session(scene.fake.session_for(scene.bob));
    alices.connections().create(scene.bob).await.unwrap();
    let status = bobs.connections().get(scene.alice).await.unwrap().status;
    assert_eq!(status, Status::PendingIncoming);
    assert_eq!(alices.connections().get(scene.bob).await.unwrap().status, Status::PendingOutgoing);
}

#[tokio::test]
async fn logging_out_ends_a_login_under_way_too() {
    let scene = Scene::new().await;
    let session = BackDoor { patience: 100, ..scene.session() };
    let pod = Pod::builder(scene.fake.url()).session(session).build().unwrap();
    let connections = pod.connections();
    let mut given_up = Box::pin(connections.find(scene.bob));
    scene.until_it_logs_in(&mut given_up).await;
    drop(given_up);
    pod.log_out().await.unwrap();
    assert!(scene.fake.take_requests().iter().any(|request| request.operation == Operation::Logout));
    connections.find(scene.bob).await.unwrap();
    assert_eq!(scene.logins(), 2);
}

#[tokio::test]
async fn a_session_can_be_chosen_at_run_time_and_shared_by_pods() {
    let scene = Scene::new().await;
    let session: Arc<dyn Session> = Arc::new(scene.session());
    for _ in 0..2 {
        let chosen: Box<dyn Session> = Box::new(Arc::clone(&session));
        let pod = Pod::builder(scene.fake.url()).session(chosen).build().unwrap();
        pod.connections().find(scene.bob).await.unwrap();
    }
    assert_eq!(scene.logins(), 1);
}

#[tokio::test]
async fn calls_that_wait_for_a_login_share_its_failure() {
    const CALLS: usize = 100;
    let scene = Scene::new().await;
    // No cool-down: whoever was not waiting would log in again.
    let mut session = scene.session();
    session.flight = SingleFlight::new().with_cool_down(Duration::ZERO);
    session.fails = true;
    session.patience = 10 * CALLS;
    let pod = Pod::builder(scene.fake.url()).session(session).max_in_flight(CALLS).build().unwrap();
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let (connections, bob) = (pod.connections(), scene.bob);
            tokio::spawn(async move { connections.find(bob).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Login);
    }
    assert_eq!(scene.logins(), 1);
}

#[tokio::test]
async fn a_token_alone_is_not_renewed() {
    let scene = Scene::new().await;
    let token = scene.fake.session_for(scene.alice);
    scene.fake.end_sessions(scene.alice);
    let pod = Pod::builder(scene.fake.url()).session(token).build().unwrap();
    let error = pod.connections().get(scene.bob).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::InvalidSession, 401));
    assert_eq!(scene.fake.requests().len(), 1);
}

/// Notes what it was asked and tries twice.
#[derive(Debug, Default)]
struct Twice(Arc<AtomicUsize>);

impl RetryPolicy for Twice {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        self.0.fetch_add(1, Ordering::SeqCst);
        if attempt.number < 2 { Decision::Wait(Duration::from_secs(5)) } else { Decision::Stop }
    }
}

#[tokio::test]
async fn a_policy_of_ones_own_decides_and_waits_by_the_clock_of_the_pod() {
    let scene = Scene::new().await;
    let (clock, asked) = (Stopped::new(), Arc::<AtomicUsize>::default());
    let pod = Pod::builder(scene.fake.url())
        .session(scene.session())
        .retry(Twice(Arc::clone(&asked)))
        .clock(clock.clone())
        .build()
        .unwrap();
    let error = pod.connections().get(UserId::from(404)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(clock.passed(), Duration::from_secs(5));
    assert_eq!(scene.fake.requests().len(), 2);
}

#[tokio::test]
async fn what_one_attempt_leaves_open_no_other_settles() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::Accepted);
    scene.fake.fault(Operation::Remove, 1, Fault::reset().after_acting());
    scene.fake.fault(Operation::Remove, 2, Fault::status(StatusCode::TOO_MANY_REQUESTS));
    let pod = Pod::builder(scene.fake.url())
        .session(scene.session())
        .retry(Twice::default())
        .clock(Stopped::new())
        .build()
        .unwrap();
    let error = pod.connections().remove(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.outcome_unknown(), "the first attempt has removed the connection: {error}");
    assert_eq!(scene.fake.status(scene.alice, scene.bob), None);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let scene = Scene::new().await;
    let pod = Pod::builder(scene.fake.url())
        .session(scene.session())
        .retry(Twice::default())
        .random(|| 0.5)
        .build()
        .unwrap();
    let hasty = pod.with_deadline(Duration::from_secs(4));
    let error = hasty.connections().get(UserId::from(404)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "the error is the last attempt's");
    assert_eq!(scene.fake.requests().len(), 1);
}

#[tokio::test]
async fn waiting_for_a_place_counts_toward_the_deadline() {
    let scene = Scene::new().await;
    // A server that accepts and keeps silent holds the only place.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let token = SessionToken::new("t").unwrap();
    let pod = Pod::builder(url).session(token).max_in_flight(1).build().unwrap();
    let (connections, bob) = (pod.connections(), scene.bob);
    let first = tokio::spawn(async move { connections.remove(bob).await });
    let (_held, _) = silent.accept().await.unwrap();

    let hasty = pod.with_deadline(Duration::from_millis(20));
    let error = hasty.connections().remove(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.outcome_unknown(), "it was never sent");
    let text = error.to_string();
    assert!(text.contains("before the call was sent") && !text.contains("trace id"), "{text}");
    first.abort();
}

#[tokio::test]
async fn a_call_that_has_its_place_too_late_is_not_sent() {
    let scene = Scene::new().await;
    let clock = TestClock::new();
    let session = scene.fake.session_for(scene.alice);
    let pod = Pod::builder(scene.fake.url())
        .session(session)
        .max_in_flight(1)
        .clock(clock.clone())
        .build()
        .unwrap();
    let connections = pod.connections();
    let hasty = pod.with_deadline(Duration::from_secs(1)).connections();
    let mut first = Box::pin(connections.find(scene.bob));
    let mut second = Box::pin(hasty.create(scene.bob));
    // The first takes the only place, and the second is left alone while it waits for it.
    tokio::select! {
        biased;
        answer = &mut first => panic!("{answer:?}"),
        answer = &mut second => panic!("{answer:?}"),
        () = std::future::ready(()) => (),
    }
    first.await.unwrap();
    clock.advance(Duration::from_secs(2));

    let error = second.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Timeout, false), "{error}");
    assert_eq!(scene.fake.requests().len(), 1);
}

#[tokio::test]
async fn logging_out_forgets_the_token() {
    let scene = Scene::new().await;
    let pod = Pod::builder(scene.fake.url()).session(scene.session()).build().unwrap();
    pod.log_out().await.unwrap();
    assert_eq!(scene.logins(), 0, "there was nothing to end");
    pod.connections().find(scene.bob).await.unwrap();
    pod.log_out().await.unwrap();
    pod.connections().find(scene.bob).await.unwrap();
    assert_eq!(scene.logins(), 2);
}

/// A token is good for the pod that gave it, and nobody else gets to see it.
#[tokio::test]
async fn a_session_that_is_shared_by_pods_keeps_a_token_for_each_address() {
    let (one, other) = (FakePod::start().await, FakePod::start().await);
    for fake in [&one, &other] {
        let bot = fake.add_user("bot");
        fake.register_bot(bot, include_str!("keys/bot-public.pem"));
        fake.add_user("alice");
    }
    let bot = RsaSession::new("bot", RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap());
    let session: Arc<dyn Session> = Arc::new(bot);
    let pod = |url: &str| Pod::builder(url).session(Arc::clone(&session)).build().unwrap();
    let pods = [pod(one.url()), pod(&format!("{}/pod", one.url())), pod(other.url())];
    let logins = |fake: &FakePod| {
        fake.requests().iter().filter(|request| request.operation == Operation::Login).count()
    };
    for _ in 0..2 {
        for pod in &pods {
            pod.session_info().await.unwrap();
        }
    }
    assert_eq!((logins(&one), logins(&other)), (1, 1));
    // A token of the other pod would have been in no session that is open here.
    let is_known =
        |request: &RecordedRequest| request.operation == Operation::Login || request.caller.is_some();
    assert!([&one, &other].iter().all(|fake| fake.requests().iter().all(is_known)));

    // What ends on one pod goes on on the other.
    pods[0].log_out().await.unwrap();
    for pod in &pods {
        pod.session_info().await.unwrap();
    }
    assert_eq!((logins(&one), logins(&other)), (2, 1));
}
