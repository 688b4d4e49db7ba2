//! Waits in no time: what passes by the clock of a test, and what does not.

use std::time::{Duration, Instant};

use pod_api_ext::clock::{Clock as _, SystemClock};
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{Clock, FakePod, Fault, Gate, KeyPair, Operation, TestClock, Throttle};
use pod_api_ext::http::StatusCode;
use pod_api_ext::session::{RsaKey, RsaSession};
use pod_api_ext::{ErrorKind, Pod};

const SECOND: Duration = Duration::from_secs(1);

/// Alice, who is connected with others, and her pod by a clock of its own.
struct Scene {
    fake: FakePod,
    others: Vec<UserId>,
    clock: TestClock,
    pod: Pod,
}

impl Scene {
    async fn with(others: usize) -> Self {
        let fake = FakePod::start().await;
        let alice = fake.add_user("alice");
        let others: Vec<_> = (0..others).map(|i| fake.add_user(format!("user-{i}"))).collect();
        for other in &others {
            fake.connect(alice, *other, Status::Accepted);
        }
        let clock = TestClock::new();
        let session = fake.session_for(alice);
        let pod =
            Pod::builder(fake.url()).session(session).clock(clock.clone()).random(|| 0.0).build().unwrap();
        Self { fake, others, clock, pod }
    }

    /// Takes away all connections at the default pace. How many of the goals were reached.
    async fn remove_all(&self) -> u64 {
        let connections = self.pod.connections();
        let mut run = connections.ensure_absent_all(self.others.clone()).stream();
        let all = async { while run.next().await.is_some() {} };
        self.clock.run(&self.pod, all).await;
        run.progress().counts().reached
    }
}

fn is_about(time: Duration, expected: Duration) -> bool {
    time.abs_diff(expected) < Duration::from_millis(1)
}

/// For so long that whatever can go on without an answer has done so.
async fn let_everybody_go_on() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_clock_is_put_forward_and_wakes_who_has_slept_long_enough() {
    let clock = TestClock::new();
    let (now, system_time) = (clock.now(), clock.system_time());
    let mut sleeps = tokio::task::JoinSet::new();
    for seconds in [3, 1, 2] {
        let clock = clock.clone();
        sleeps.spawn(async move {
            clock.sleep(seconds * SECOND).await;
            seconds
        });
    }
    tokio::task::yield_now().await;
    clock.advance(SECOND - Duration::from_nanos(1));
    tokio::task::yield_now().await;
    assert!(sleeps.try_join_next().is_none());
    clock.advance(Duration::from_nanos(1));
    assert_eq!(sleeps.join_next().await.unwrap().unwrap(), 1);
    tokio::task::yield_now().await;
    assert!(sleeps.try_join_next().is_none());

    clock.clone().advance(60 * SECOND);
    let mut others = sleeps.join_all().await;
    others.sort_unstable();
    assert_eq!(others, [2, 3]);
    assert_eq!(clock.elapsed(), 61 * SECOND);
    assert_eq!((clock.now() - now, clock.system_time()), (61 * SECOND, system_time + 61 * SECOND));
}

#[tokio::test]
async fn no_time_is_too_long() {
    let clock = TestClock::new();
    let (begun, never) = (clock.now(), clock.sleep(Duration::MAX));
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert!(clock.now() > begun);
    tokio::select! {
        biased;
        () = never => panic!("that was not for ever"),
        () = tokio::task::yield_now() => {}
    }
}

#[tokio::test]
async fn a_run_for_many_keeps_its_pace_by_the_clock_and_takes_no_real_time() {
    let scene = Scene::with(100).await;
    let begun = Instant::now();
    assert_eq!(scene.remove_all().await, 100);
    // Three a second.
    assert!(is_about(scene.clock.elapsed(), 33 * SECOND), "{:?}", scene.clock);
    assert!(begun.elapsed() < 33 * SECOND, "the real time is that of the calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_on_other_threads_take_no_time_and_meet_no_limit() {
    let scene = Scene::with(50).await;
    assert_eq!(scene.remove_all().await, 50);
    assert!(is_about(scene.clock.elapsed(), 49 * SECOND / 3), "{:?}", scene.clock);
}

#[tokio::test]
async fn a_single_call_waits_as_long_as_the_pod_asks() {
    let scene = Scene::with(1).await;
    let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(30);
    scene.fake.fault(Operation::Get, 1, busy);
    scene.clock.run(&scene.pod, scene.pod.connections().get(scene.others[0])).await.unwrap();
    assert_eq!(scene.clock.elapsed(), 30 * SECOND);
    assert_eq!(scene.fake.requests().len(), 2);
}

#[tokio::test]
async fn a_pod_that_goes_by_the_clock_throttles_by_it() {
    let scene = Scene::with(7).await;
    scene.fake.with_state(|state| {
        state.clock = Clock::Test(scene.clock.clone());
        state.throttle = Some(Throttle::new(3, 60 * SECOND));
    });
    assert_eq!(scene.remove_all().await, 7);
    let requests = scene.fake.requests();
    let admitted = requests.iter().filter(|call| call.acted).count();
    assert!(admitted < requests.len(), "the pace is faster than the pod allows");
    let full_minutes = u32::try_from((admitted - 1) / 3).unwrap();
    assert!(scene.clock.elapsed() >= full_minutes * 60 * SECOND, "{admitted} calls in {:?}", scene.clock);
}

#[tokio::test]
async fn a_login_takes_no_time_and_its_token_is_good_at_the_pod_that_goes_by_the_clock() {
    let scene = Scene::with(2).await;
    let pair = KeyPair::generate();
    let bot = scene.fake.add_user("bot");
    scene.fake.register_bot(bot, pair.public_pem());
    scene.fake.with_state(|state| state.clock = Clock::Test(scene.clock.clone()));
    let session = RsaSession::new("bot", RsaKey::from_pem(pair.private_pem()).unwrap());
    let pod = Pod::builder(scene.fake.url()).session(session).clock(scene.clock.clone()).build().unwrap();
    let hasty = pod.with_deadline(SECOND);
    scene.clock.advance(3600 * SECOND);
    let gate = Gate::new();
    scene.fake.fault(Operation::Login, 1, Fault::hold(&gate));
    let connections = hasty.connections();
    let call = scene.clock.run(&pod, connections.find(scene.others[0]));
    let (answer, ()) = tokio::join!(call, async {
        gate.arrivals(1).await;
        let_everybody_go_on().await;
        gate.open();
    });
    assert_eq!(answer.unwrap(), None);
    assert_eq!(scene.clock.elapsed(), 3600 * SECOND);
}

#[tokio::test]
async fn a_call_without_an_answer_stops_the_time_until_a_test_puts_it_forward() {
    let scene = Scene::with(1).await;
    scene.fake.fault(Operation::Get, 1, Fault::silence());
    let hasty = scene.pod.with_deadline(10 * SECOND);
    let connections = hasty.connections();
    let call = scene.clock.run(&scene.pod, connections.get(scene.others[0]));
    let hurry = async {
        while scene.fake.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let_everybody_go_on().await;
        assert_eq!(scene.clock.elapsed(), Duration::ZERO);
        scene.clock.advance(10 * SECOND);
    };
    let (answer, ()) = tokio::join!(call, hurry);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(scene.clock.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_system_clock_goes_by_time_that_tokio_has_paused() {
    let begun = SystemClock.now();
    SystemClock.sleep(3600 * SECOND).await;
    let passed = SystemClock.now() - begun;
    assert!(passed >= 3600 * SECOND && passed < 3601 * SECOND, "{passed:?}");
}

#[test]
fn the_system_clock_needs_no_runtime() {
    let (before, now, after) = (Instant::now(), SystemClock.now(), Instant::now());
    assert!(before <= now && now <= after);
}

#[tokio::test]
async fn a_handle_can_go_by_a_clock_of_its_own() {
    let scene = Scene::with(7).await;
    let clock = TestClock::new();
    let pod = scene.pod.with_clock(clock.clone());
    let get = |pod: &Pod| pod.connections().get(scene.others[0]);

    // Retries.
    let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(30);
    scene.fake.fault(Operation::Get, 1, busy.clone());
    clock.run(&pod, get(&pod)).await.unwrap();
    assert_eq!((clock.elapsed(), scene.clock.elapsed()), (30 * SECOND, Duration::ZERO));

    // Deadlines: the wait would last beyond it.
    scene.fake.fault(Operation::Get, 1, busy.clone());
    let hasty = pod.with_deadline(10 * SECOND);
    assert_eq!(clock.run(&hasty, get(&hasty)).await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(clock.elapsed(), 30 * SECOND);

    // The pace of a run.
    let mut run = pod.connections().ensure_absent_all(scene.others.clone()).stream();
    clock.run(&pod, async { while run.next().await.is_some() {} }).await;
    assert!(is_about(clock.elapsed(), 32 * SECOND), "{clock:?}");
    assert_eq!(run.progress().counts().reached, 7);

    // The others go by theirs as before.
    scene.fake.fault(Operation::Get, 1, busy);
    let _gone = scene.clock.run(&scene.pod, get(&scene.pod)).await;
    assert!(is_about(clock.elapsed(), 32 * SECOND), "{clock:?}");
    assert_eq!(scene.clock.elapsed(), 30 * SECOND);
}
