//! Intents for many users: who comes out with what, how many at a time, how fast, and what a dropped run leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::{Stream as _, StreamExt as _};
use http::StatusCode;
use pod_api_ext::clock::{BoxFuture, Clock};
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::bulk::{self, Done, EnsureAll, Failure};
use pod_api_ext::connections::{Change, Conclusion, Ensure, Goal, Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Operation, User};
use pod_api_ext::retry::{Attempt, Decision, RetryPolicy};
use pod_api_ext::session::{Login, LoginError, Session, SingleFlight};
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};

use crate::crowd::{Call, Crowd, LATENCY, Trouble};

type Users = bulk::Iter<std::vec::IntoIter<UserId>>;

fn users(ids: impl IntoIterator<Item = i64>) -> Users {
    bulk::iter(ids.into_iter().map(UserId::from).collect::<Vec<_>>())
}

fn absent(crowd: &Crowd, ids: impl IntoIterator<Item = i64>) -> EnsureAll<Crowd, Users> {
    EnsureAll::new(crowd.clone(), users(ids), Goal::Absent)
}

const SECOND: Duration = Duration::from_secs(1);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn refused(kind: ErrorKind) -> Trouble {
    Trouble::Refused(Error::of_kind(kind))
}

fn busy(retry_after: Option<u64>) -> Trouble {
    let error = Error::of_kind(ErrorKind::RateLimited);
    Trouble::Refused(match retry_after {
        Some(seconds) => error.with_retry_after(Duration::from_secs(seconds)),
        None => error,
    })
}

/// All statuses in turn; none for each fifth.
fn mixed(ids: i64) -> Vec<(UserId, Status)> {
    let statuses = [Status::Accepted, Status::PendingIncoming, Status::PendingOutgoing, Status::Rejected];
    let with_one = (0..ids).filter(|id| id % 5 != 4);
    with_one.map(|id| (UserId::from(id), statuses[usize::try_from(id % 5).unwrap()].clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn everybody_comes_out_once_and_statuses_are_read_in_batches() {
    let crowd = Crowd::new(mixed(250));
    let done: Vec<Done> = absent(&crowd, 0..250).unlimited().stream().collect().await;

    let out: BTreeSet<_> = done.iter().map(|done| done.user).collect();
    assert_eq!((done.len(), out.len()), (250, 250));
    for Done { user, result } in &done {
        let change = result.as_ref().unwrap();
        let reached = i64::from(*user) % 5 != 2;
        let conclusion = if reached { Conclusion::Reached } else { Conclusion::NoDocumentedWay };
        assert_eq!(change.conclusion, conclusion, "{change}");
        assert_eq!(change.after, crowd.status(*user));
    }
    assert_eq!(crowd.lists(), 3);
    // Only what remove did has to be looked at.
    let finds = crowd.log().iter().filter(|(_, call)| matches!(call, Call::Find(_))).count();
    assert_eq!((finds, crowd.times(Action::Remove).len(), crowd.times(Action::Reject).len()), (50, 50, 50));
    assert_eq!(crowd.toggled(), []);
}

#[tokio::test(start_paused = true)]
async fn all_four_goals_run_for_many() {
    for goal in Goal::ALL {
        let crowd = Crowd::new(mixed(50));
        let mut run = EnsureAll::new(crowd.clone(), users(0..50), goal).ask_again().unlimited().stream();
        while let Some(Done { result, .. }) = run.next().await {
            let change = result.unwrap();
            assert_eq!(change.goal, goal);
            // The last column of the table is reached only by who asks again.
            if change.before == Some(Status::Rejected) && goal == Goal::Connected {
                assert_eq!(change.actions, [Action::Create]);
            }
        }
        assert_eq!(run.progress().counts().done(), 50);
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_are_under_way_and_no_more() {
    for (asked_for, expected) in [(1, 1), (8, 8), (30, 30), (0, 1)] {
        let crowd = Crowd::all(300, Status::PendingIncoming);
        let run = absent(&crowd, 0..300).concurrency(asked_for).unlimited().stream();
        assert_eq!(run.count().await, 300);
        assert_eq!(crowd.most_under_way(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn three_users_a_second_are_begun_at_even_intervals() {
    let crowd = Crowd::all(60, Status::Accepted);
    assert_eq!(absent(&crowd, 0..60).stream().count().await, 60);
    let removes = crowd.times(Action::Remove);
    for (first, fourth) in removes.iter().zip(&removes[3..]) {
        assert!(*fourth - *first >= seconds(0.999), "{first:?} {fourth:?}");
    }
    let took = removes[59] - removes[0];
    // Tokio's timer is late by up to a millisecond each time.
    assert!((seconds(19.66)..seconds(19.8)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_done_rests_on_a_status_of_the_last_ten_seconds() {
    let crowd = Crowd::all(100, Status::Accepted);
    assert_eq!(absent(&crowd, 0..100).stream().count().await, 100);
    // The list itself, and the way of the call, come on top.
    assert!(crowd.oldest_knowledge() <= seconds(10.1), "{:?}", crowd.oldest_knowledge());
    // 33 seconds, and read anew every 10 of them; not one by one.
    assert!(crowd.lists() <= 5, "{}", crowd.lists());
}

#[tokio::test(start_paused = true)]
async fn who_needs_no_call_does_not_wait_for_a_turn() {
    let mut statuses: Vec<_> = (0..5).map(|id| (UserId::from(id), Status::Accepted)).collect();
    statuses.extend((5..1000).map(|id| (UserId::from(id), Status::Rejected)));
    let crowd = Crowd::new(statuses);
    let mut run = absent(&crowd, 0..1000).stream();
    let mut without_a_call = 0;
    while let Some(done) = run.next().await {
        without_a_call += usize::from(done.result.unwrap().actions.is_empty());
        if without_a_call == 995 {
            break;
        }
    }
    assert!(crowd.elapsed() < SECOND, "{:?}", crowd.elapsed());
}

#[tokio::test(start_paused = true)]
async fn at_429_everybody_stops_and_comes_back_more_slowly() {
    let crowd = Crowd::all(40, Status::PendingIncoming).with_fate({
        let mut once = Some(busy(Some(30)));
        move |call, at| {
            if at > 3 * SECOND && matches!(call, Call::Change(..)) { once.take() } else { None }
        }
    });
    let done: Vec<Done> = absent(&crowd, 0..40).stream().collect().await;
    assert!(done.iter().all(|done| done.result.as_ref().unwrap().is_reached()));

    let rejects = crowd.times(Action::Reject);
    assert_eq!(rejects.len(), 41, "the refused one is sent again, and no other");
    let refused = rejects.iter().position(|at| *at > 3 * SECOND).unwrap();
    let resumed = rejects[refused] + LATENCY + 30 * SECOND;
    let after = &rejects[refused + 1..];
    assert!(crowd.log().iter().all(|(at, _)| *at <= rejects[refused] || *at >= resumed));
    // The refused call goes first; then users follow at half the rate, once their statuses are read anew.
    assert!(after[0] - resumed < seconds(0.01), "{:?}", after[0] - resumed);
    let interval = after[1] - after[0];
    assert!((seconds(0.66)..seconds(0.68) + LATENCY).contains(&interval), "{interval:?}");
    // A hundredth of the full rate comes back every 3 seconds: after 18 seconds it is 56 %.
    let late = after.iter().position(|at| *at > after[0] + 18 * SECOND).unwrap();
    let interval = after[late + 1] - after[late];
    assert!((seconds(0.58)..seconds(0.61)).contains(&interval), "{interval:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_refused_together_count_once() {
    // Ten calls are under way when the pod has had enough.
    let crowd = Crowd::all(40, Status::PendingIncoming).with_fate(move |call, at| {
        let is_too_much = at < seconds(0.03) && matches!(call, Call::Change(..));
        is_too_much.then(|| busy(Some(5)))
    });
    let run = absent(&crowd, 0..40).concurrency(10).rate(1000, SECOND).stream();
    assert_eq!(run.count().await, 40);
    let rejects = crowd.times(Action::Reject);
    assert!(rejects.len() > 45, "several were refused: {}", rejects.len());
    let last = rejects[rejects.len() - 1];
    // At half of 1000 a second; halved for each of the calls it would be 30 times slower.
    assert!(last < seconds(5.5), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn the_rate_finds_what_the_pod_bears() {
    // One call a second and no more, and no word on when to come back.
    let mut last = None::<Duration>;
    let crowd = Crowd::all(200, Status::PendingIncoming).with_fate(move |call, at| {
        if !matches!(call, Call::Change(..)) {
            return None;
        }
        if last.is_some_and(|last| at - last < SECOND) {
            return Some(busy(None));
        }
        last = Some(at);
        None
    });
    let done: Vec<Done> = absent(&crowd, 0..200).stream().collect().await;
    assert!(done.iter().all(|done| done.result.as_ref().unwrap().is_reached()));
    let refused = crowd.times(Action::Reject).len() - 200;
    assert!(refused < 40, "{refused} calls were refused");
    assert!(crowd.elapsed() < 500 * SECOND, "{:?}", crowd.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_for_ever_is_given_up() {
    let crowd = Crowd::all(1, Status::PendingIncoming)
        .with_fate(|call, _| matches!(call, Call::Change(..)).then(|| busy(Some(1))));
    let done = absent(&crowd, 0..1).stream().next().await.unwrap();
    let Err(Failure::Failed(error)) = done.result else { panic!("{done:?}") };
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::RateLimited, false));
    assert_eq!(crowd.times(Action::Reject).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_pause_does_not_use_up_the_time_of_an_intent() {
    // The connection is removed, and the pod does not want to be asked about it for an hour.
    let crowd = Crowd::all(1, Status::Accepted).with_fate({
        let mut once = Some(busy(Some(3600)));
        move |call, _| if matches!(call, Call::Find(_)) { once.take() } else { None }
    });
    let done = absent(&crowd, 0..1).deadline(30 * SECOND).stream().next().await.unwrap();
    assert_eq!(done.result.unwrap().conclusion, Conclusion::Reached);
    assert!(crowd.elapsed() > 3600 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_asks_for_too_long_a_wait_ends_the_run() {
    for unlimited in [false, true] {
        let crowd = Crowd::all(100, Status::PendingIncoming).with_fate(move |call, at| {
            (at > SECOND / 100 && matches!(call, Call::Change(..))).then(|| busy(Some(61)))
        });
        let run = absent(&crowd, 0..100).concurrency(1).max_pause(60 * SECOND);
        let mut run = if unlimited { run.unlimited() } else { run }.stream();
        while run.next().await.is_some() {}
        let counts = run.progress().counts();
        assert_eq!((counts.done(), counts.failed), (100, 1), "{counts:?}");
        assert_eq!(counts.not_begun, 99 - counts.reached, "{counts:?}");
        assert!(crowd.elapsed() < 60 * SECOND, "{:?}", crowd.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_nobody_lives_to_see_does_no_harm() {
    let crowd = Crowd::all(1, Status::Accepted);
    let done = absent(&crowd, 0..1).rate(1, Duration::MAX).stream().next().await.unwrap();
    assert!(done.result.unwrap().is_reached());
}

#[tokio::test(start_paused = true)]
async fn a_run_without_a_rate_still_stops_when_the_pod_says_so() {
    let mut once = Some(busy(Some(5)));
    let crowd = Crowd::all(100, Status::PendingIncoming)
        .with_fate(move |call, _| if matches!(call, Call::Change(..)) { once.take() } else { None });
    let mut run = absent(&crowd, 0..100).rate(0, Duration::ZERO).stream();
    while run.next().await.is_some() {}
    assert_eq!(run.progress().counts().reached, 100);
    assert!((5 * SECOND..6 * SECOND).contains(&crowd.elapsed()), "{:?}", crowd.elapsed());
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_a_429_is_the_error_of_one_user() {
    let mut once = Some(busy(Some(5)));
    let crowd = Crowd::all(20, Status::PendingIncoming)
        .with_fate(move |call, _| if matches!(call, Call::Change(..)) { once.take() } else { None });
    let mut run = absent(&crowd, 0..20).unlimited().stream();
    while run.next().await.is_some() {}
    let counts = run.progress().counts();
    assert_eq!((counts.reached, counts.failed), (19, 1));
    assert!(crowd.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_named_twice_is_taken_twice_but_not_at_once() {
    // The crowd does not bear two calls for one user at the same time.
    let crowd = Crowd::all(20, Status::Accepted);
    let named = (0..20).flat_map(|id| [id, id, 7]);
    let mut times = BTreeMap::<UserId, usize>::new();
    let mut run = absent(&crowd, named).unlimited().stream();
    while let Some(Done { user, result }) = run.next().await {
        assert!(result.unwrap().is_reached());
        *times.entry(user).or_default() += 1;
    }
    assert!(times.iter().all(|(user, times)| *times == if i64::from(*user) == 7 { 22 } else { 2 }));
    assert_eq!(crowd.times(Action::Remove).len(), 20);
    assert_eq!(crowd.toggled(), []);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_concerns_all_stops_the_run() {
    for kind in [ErrorKind::Login, ErrorKind::InvalidSession, ErrorKind::MissingEntitlement] {
        let mut removes = 0;
        let crowd = Crowd::all(500, Status::Accepted).with_fate(move |call, _| {
            removes += usize::from(matches!(call, Call::Change(..)));
            (removes > 20).then(|| refused(kind))
        });
        let mut run = absent(&crowd, 0..500).unlimited().stream();
        let mut out = BTreeSet::new();
        while let Some(Done { user, result }) = run.next().await {
            assert!(out.insert(user));
            match result {
                Ok(_) => {}
                Err(Failure::Failed(error)) => assert_eq!(error.kind(), kind),
                Err(Failure::NotBegun { because, .. }) => assert_eq!(because, Some(kind)),
                Err(other) => panic!("{other}"),
            }
        }
        let counts = run.progress().counts();
        assert_eq!((counts.taken, counts.done(), out.len()), (500, 500, 500));
        // Whoever was under way, and nobody else.
        assert!(crowd.times(Action::Remove).len() <= 28, "{counts:?}");
        assert!(counts.not_begun >= 472, "{counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_for_all_is_told_to_one_and_nothing_else_is_sent() {
    let crowd = Crowd::all(500, Status::Accepted).with_fate(|_, _| Some(refused(ErrorKind::InvalidSession)));
    let mut run = absent(&crowd, 0..500).unlimited().stream();
    let first = run.next().await.unwrap();
    assert!(matches!(first.result, Err(Failure::Failed(error)) if error.kind() == ErrorKind::InvalidSession));
    let second = run.next().await.unwrap();
    let failure = second.result.unwrap_err();
    let words = "not begun, because the run was stopped by an error that concerns all users (InvalidSession)";
    assert_eq!(failure.to_string(), words);
    let rest: Vec<_> = run.by_ref().collect().await;
    assert_eq!(rest.len(), 498);
    assert_eq!(run.progress().counts().not_begun, 499);
    assert_eq!(crowd.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn which_errors_concern_all_is_for_the_program_to_say() {
    let crowd = Crowd::all(50, Status::Accepted).with_fate(|call, _| {
        matches!(call, Call::Change(_, user) if i64::from(user) % 10 == 0)
            .then(|| refused(ErrorKind::MissingEntitlement))
    });
    let mut run =
        absent(&crowd, 0..50).stop_when(|error| error.kind() == ErrorKind::Login).unlimited().stream();
    while run.next().await.is_some() {}
    let counts = run.progress().counts();
    assert_eq!((counts.reached, counts.failed, counts.not_begun), (45, 5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_found_is_about_the_address_and_stops_the_run() {
    let crowd = Crowd::all(50, Status::Accepted).with_fate(|_, _| Some(refused(ErrorKind::NotFound)));
    let mut run = absent(&crowd, 0..50).unlimited().stream();
    while run.next().await.is_some() {}
    let counts = run.progress().counts();
    assert_eq!((counts.failed, counts.not_begun, crowd.log().len()), (1, 49, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_told_to_stop_sees_to_the_end_who_is_under_way() {
    let crowd = Crowd::all(500, Status::Accepted);
    let mut run = absent(&crowd, 0..500).unlimited().batch(20).stream();
    for _ in 0..10 {
        assert!(run.next().await.unwrap().result.unwrap().is_reached());
    }
    let before = run.progress().counts();
    run.stop();
    run.stop();
    while let Some(done) = run.next().await {
        match done.result {
            Ok(change) => assert!(change.is_reached()),
            Err(failure) => {
                assert!(matches!(failure, Failure::NotBegun { because: None, .. }), "{failure}");
                assert_eq!(failure.to_string(), "not begun, because the run was stopped");
            }
        }
    }
    let after = run.progress().counts();
    assert_eq!(after.reached, before.reached + before.in_flight);
    assert_eq!(
        (after.taken, after.taken - after.done()),
        (before.taken, 0),
        "no more are taken from the stream"
    );
    assert_eq!(crowd.times(Action::Remove).len(), usize::try_from(after.reached).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_signal_stops_a_run_and_whoever_is_under_way_is_seen_to_the_end() {
    let crowd = Crowd::all(500, Status::Accepted);
    let (stop, signal) = tokio::sync::oneshot::channel::<()>();
    let mut run = absent(&crowd, 0..500).unlimited().batch(20).stop_on(signal).stream();
    for _ in 0..10 {
        assert!(run.next().await.unwrap().result.unwrap().is_reached());
    }
    let before = run.progress().counts();
    stop.send(()).unwrap();
    while let Some(done) = run.next().await {
        assert!(matches!(done.result, Ok(_) | Err(Failure::NotBegun { because: None, .. })), "{done}");
    }
    let after = run.progress().counts();
    assert_eq!(after.reached, before.reached + before.in_flight, "nothing in flight is lost");
    assert_eq!((after.taken, after.done()), (before.taken, before.taken), "no more are taken");
    assert_eq!(crowd.times(Action::Remove).len(), usize::try_from(after.reached).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_signal_wakes_a_run_that_waits_for_its_turn() {
    let crowd = Crowd::all(3, Status::Accepted);
    let hour = Duration::from_secs(60 * 60);
    let begun = tokio::time::Instant::now();
    let mut run = absent(&crowd, 0..3).rate(1, hour).stop_on(tokio::time::sleep(seconds(5.0))).stream();
    let mut reached = 0;
    while let Some(done) = run.next().await {
        reached += usize::from(done.is_settled());
    }
    assert_eq!((reached, crowd.times(Action::Remove).len()), (1, 1));
    assert!(begun.elapsed() < seconds(6.0), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_signal_that_does_not_come_stops_nothing() {
    let crowd = Crowd::all(30, Status::Accepted);
    let mut run = absent(&crowd, 0..30).unlimited().stop_on(std::future::pending::<()>()).stream();
    while run.next().await.is_some() {}
    assert_eq!(run.progress().counts().reached, 30);
}

#[tokio::test(start_paused = true)]
async fn what_a_user_failed_with_becomes_an_error() {
    let crowd =
        Crowd::all(500, Status::Accepted).with_fate(|_, _| Some(refused(ErrorKind::MissingEntitlement)));
    let failures: Vec<Done> = absent(&crowd, 0..500).unlimited().stream().collect().await;
    let errors: Vec<Error> = failures.into_iter().map(|done| Error::from(done.result.unwrap_err())).collect();
    assert_eq!(errors[0].kind(), ErrorKind::MissingEntitlement);
    assert_eq!(errors[1].kind(), ErrorKind::NotBegun);
    assert!(!errors[1].outcome_unknown() && !errors[1].is_retryable());
    let words =
        "not begun, because the run was stopped by an error that concerns all users (MissingEntitlement)";
    assert!(errors[1].to_string().contains(words), "{}", errors[1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_settled_says_why_and_is_to_be_fed_again() {
    // The pod takes each call for carried out, and does nothing with it.
    let crowd = Crowd::all(1, Status::Accepted).with_fate(|call, _| {
        let lost = Error::of_kind(ErrorKind::Transport).with_unknown_outcome();
        matches!(call, Call::Change(..)).then_some(Trouble::Refused(lost))
    });
    let mut run = absent(&crowd, [0]).unlimited().stream();
    let done = run.next().await.unwrap();
    assert!(!done.is_settled());
    assert!(done.to_string().starts_with("user 0 is not absent: "), "{done}");
    let change = done.result.unwrap();
    assert_eq!(change.conclusion, Conclusion::Unsettled);
    assert_eq!(change.unanswered.as_ref().map(Error::kind), Some(ErrorKind::Transport));
    assert!(change.to_string().contains("the connection to the pod broke"), "{change}");
    let counts = run.progress().counts();
    assert_eq!((counts.unknown, counts.unreached), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn where_the_list_fails_each_is_read_alone() {
    let crowd = Crowd::all(30, Status::Accepted)
        .with_fate(|call, _| (call == Call::List).then(|| refused(ErrorKind::Server)));
    let done: Vec<Done> = absent(&crowd, 0..30).unlimited().stream().collect().await;
    assert!(done.iter().all(|done| done.result.as_ref().unwrap().is_reached()));
    assert_eq!((done.len(), crowd.lists()), (30, 1));
}

#[tokio::test(start_paused = true)]
async fn unknown_outcomes_are_counted_and_nothing_is_sent_twice() {
    // Answers to changes are lost; for every third user no read succeeds from then on.
    let mut lost = BTreeSet::new();
    let crowd = Crowd::all(30, Status::Accepted).with_fate(move |call, _| match call {
        Call::Change(_, user) => {
            lost.insert(user);
            Some(Trouble::Lost)
        }
        Call::Find(user) if i64::from(user) % 3 == 0 && lost.contains(&user) => {
            Some(refused(ErrorKind::Connect))
        }
        _ => None,
    });
    let mut run = absent(&crowd, 0..30).unlimited().stream();
    while run.next().await.is_some() {}
    let counts = run.progress().counts();
    assert_eq!((counts.reached, counts.unknown), (20, 10));
    assert_eq!(crowd.times(Action::Remove).len(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_comes_slowly_is_not_waited_for() {
    let crowd = Crowd::all(3, Status::Accepted);
    let (sender, receiver) = tokio::sync::mpsc::channel::<UserId>(8);
    let receiving = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|user| (user, receiver))
    });
    let mut run = EnsureAll::new(crowd.clone(), receiving, Goal::Absent).stream();
    for id in 0..3 {
        sender.send(UserId::from(id)).await.unwrap();
        let done = run.next().await.unwrap();
        assert_eq!((done.user, done.result.unwrap().is_reached()), (UserId::from(id), true));
        assert_eq!(run.progress().counts().taken, u64::try_from(id).unwrap() + 1);
    }
    drop(sender);
    assert!(run.next().await.is_none());
    assert!(run.next().await.is_none(), "an end is an end");
}

#[tokio::test(start_paused = true)]
async fn of_an_endless_stream_only_so_many_are_inside() {
    let crowd = Crowd::all(2000, Status::PendingIncoming);
    let endless = bulk::iter((0_i64..).map(UserId::from));
    let mut run = EnsureAll::new(crowd, endless, Goal::Absent).batch(50).concurrency(5).unlimited().stream();
    let progress = run.progress();
    for done in 1..=2000 {
        run.next().await.unwrap();
        let counts = progress.counts();
        assert_eq!(counts.done(), done);
        assert!(counts.in_flight <= 5, "{counts:?}");
        assert!(counts.taken - counts.done() <= 2 * (50 + 5), "{counts:?}");
    }
    drop(run);
    assert_eq!((progress.counts().in_flight, progress.counts().reached), (0, 2000));
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_for_the_next_result_loses_none() {
    let crowd = Crowd::all(100, Status::Accepted);
    let mut run = absent(&crowd, 0..100).unlimited().stream();
    let mut out = BTreeSet::new();
    while out.len() < 100 {
        if let Ok(done) = tokio::time::timeout(LATENCY / 3, run.next()).await {
            assert!(out.insert(done.unwrap().user));
        }
    }
    assert!(run.next().await.is_none());
    assert_eq!(crowd.times(Action::Remove).len(), 100);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_result_is_asked_for() {
    let crowd = Crowd::all(5, Status::Accepted);
    let run = absent(&crowd, 0..5).stream();
    tokio::time::sleep(SECOND).await;
    assert_eq!(run.size_hint(), (5, Some(5)));
    drop(run);
    assert_eq!(crowd.log(), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_anywhere_can_be_taken_up_again() {
    for seed in 0..300 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let total = 60;
        let before = mixed(total);
        let mut faults = rng.fork();
        let crowd = Crowd::new(before.clone()).with_fate(move |call, _| {
            let refuses = [ErrorKind::Connect, ErrorKind::RateLimited, ErrorKind::Server];
            match (faults.u8(..20), call) {
                (0, Call::Change(..)) => Some(Trouble::Lost),
                (0..2, _) => Some(refused(refuses[faults.usize(..refuses.len())])),
                _ => None,
            }
        });
        // What a program remembers is who came out with a result.
        let mut unfinished: BTreeSet<i64> = (0..total).collect();
        for round in 0.. {
            assert!(round < 100, "seed {seed} does not come to an end");
            let mut run = absent(&crowd, unfinished.clone()).batch(1 + rng.usize(..40)).stream();
            // The run is dropped between two results, or while calls are under way.
            let patience = Duration::from_millis(rng.u64(..20_000));
            let some = async {
                while let Some(done) = run.next().await {
                    if done.result.is_ok() {
                        assert!(unfinished.remove(&i64::from(done.user)), "seed {seed}");
                    }
                }
            };
            let _over = tokio::time::timeout(patience, some).await;
            if unfinished.is_empty() {
                break;
            }
        }
        assert_eq!(crowd.toggled(), [], "seed {seed}");
        let before: BTreeMap<_, _> = before.into_iter().collect();
        for id in (0..total).map(UserId::from) {
            let expected = match before.get(&id) {
                None | Some(Status::Accepted) => None,
                Some(Status::PendingOutgoing) => Some(Status::PendingOutgoing),
                Some(_) => Some(Status::Rejected),
            };
            assert_eq!(crowd.status(id), expected, "seed {seed}, user {id}");
        }
    }
}

/// A pod on which Alice is connected with so many others.
async fn connected(others: usize) -> (FakePod, UserId, Vec<UserId>) {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let others: Vec<_> = (0..others).map(|id| fake.add_user(format!("user-{id}"))).collect();
    for other in &others {
        fake.connect(alice, *other, Status::Accepted);
    }
    (fake, alice, others)
}

/// A clock that is a hundred times as fast as it should be, so that nobody waits for a pod that wants to rest.
#[derive(Debug)]
struct Hurried(Instant);

impl Clock for Hurried {
    fn now(&self) -> Instant {
        self.0 + self.0.elapsed() * 100
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration / 100))
    }
}

/// Sends again what the pod wants later, and remembers that it was asked.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<AtomicBool>);

impl RetryPolicy for Asked {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        if !matches!(attempt.error.kind(), ErrorKind::RateLimited | ErrorKind::Login) {
            return Decision::Stop;
        }
        self.0.store(true, Ordering::Relaxed);
        Decision::Wait(Duration::ZERO)
    }
}

#[tokio::test]
async fn a_429_of_a_pod_is_the_runs_to_deal_with_if_it_has_a_limit() {
    for has_limit in [true, false] {
        let (fake, alice, others) = connected(5).await;
        let asked = Asked::default();
        let begun = Instant::now();
        let pod = Pod::builder(fake.url())
            .session(fake.session_for(alice))
            .retry(asked.clone())
            .clock(Hurried(begun))
            .build()
            .unwrap();
        fake.fault(
            Operation::Remove,
            3,
            Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(30),
        );

        let all = pod.connections().ensure_absent_all(others.clone()).deadline(3600 * SECOND);
        let mut run = if has_limit { all } else { all.unlimited() }.stream();
        while let Some(done) = run.next().await {
            assert!(done.result.unwrap().is_reached());
        }
        let removes = fake.requests().iter().filter(|call| call.operation == Operation::Remove).count();
        assert_eq!(removes, 6);
        assert_eq!(asked.0.load(Ordering::Relaxed), !has_limit);
        if has_limit {
            assert!(begun.elapsed() >= Duration::from_millis(300));
        }
    }
}

/// Is told by the pod to wait for so long before it logs in again, once.
#[derive(Debug)]
struct ToldToWait {
    fake: FakePod,
    user: UserId,
    wait: Duration,
    flight: SingleFlight,
    was_told: AtomicBool,
}

impl Session for ToldToWait {
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || async { Ok(self.fake.session_for(self.user)) }))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.renew(stale, login, || async {
            if self.was_told.swap(true, Ordering::Relaxed) {
                Ok(self.fake.session_for(self.user))
            } else {
                Err(LoginError::network("too many logins").with_retry_after(self.wait))
            }
        }))
    }
}

#[tokio::test]
async fn everybody_pauses_for_a_login_that_is_told_to_wait() {
    // A call waits for 30 seconds by itself.
    for (wait, is_too_long) in [(5, false), (31, false), (31, true)] {
        let wait = wait * SECOND;
        let (fake, alice, others) = connected(20).await;
        let (flight, was_told) = (SingleFlight::new(), AtomicBool::new(false));
        let session = ToldToWait { fake: fake.clone(), user: alice, wait, flight, was_told };
        let begun = Instant::now();
        let asked = Asked::default();
        let pod = Pod::builder(fake.url())
            .session(session)
            .retry(asked.clone())
            .clock(Hurried(begun))
            .build()
            .unwrap();
        pod.connections().find(others[0]).await.unwrap();
        fake.end_sessions(alice);

        let all = pod.connections().ensure_absent_all(others).batch(10).deadline(3600 * SECOND);
        let mut run = all.max_pause(if is_too_long { wait - SECOND } else { wait }).stream();
        let mut reached = 0;
        let mut not_begun = 0;
        while let Some(done) = run.next().await {
            match done.result {
                Ok(change) => reached += usize::from(change.is_reached()),
                Err(Failure::NotBegun { because: Some(ErrorKind::Login), .. }) => not_begun += 1,
                Err(failure) => assert!(is_too_long, "{failure}"),
            }
        }
        assert!(!asked.0.load(Ordering::Relaxed), "it is for the run to wait");
        if is_too_long {
            assert!(not_begun > 0 && reached == 0, "{reached} reached, {not_begun} not begun");
        } else {
            assert_eq!(reached, 20);
            assert!(begun.elapsed() >= wait / 100);
        }
    }
}

#[tokio::test]
async fn a_pod_can_be_called_in_the_midst_of_a_run() {
    let (fake, alice, others) = connected(20).await;
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).max_in_flight(3).build().unwrap();
    let all = pod.connections().ensure_absent_all(others).concurrency(50).batch(5).unlimited();
    let mut run = all.stream();
    let connections = pod.connections();
    while let Some(done) = run.next().await {
        let found = tokio::time::timeout(60 * SECOND, connections.find(done.user))
            .await
            .expect("there is a place for it");
        assert_eq!(found.unwrap(), None);
    }
    assert_eq!(run.progress().counts().reached, 20);
}

/// Runs for one connected user, on a pod whose first list is answered like this.
async fn removed_after_a_list(status: u16, body: &'static str) -> Result<Change, Failure> {
    let (fake, alice, others) = connected(1).await;
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    let answer =
        http::Response::builder().status(status).header("content-type", "application/json").body(body);
    fake.fault(Operation::List, 1, Fault::answer(answer.unwrap()));
    let mut run = pod.connections().ensure_absent_all(others).unlimited().stream();
    let done = run.next().await.unwrap();
    assert!(run.next().await.is_none());
    done.result
}

#[tokio::test]
async fn a_list_that_does_not_say_whose_connections_they_are_proves_no_absence() {
    let change = removed_after_a_list(200, r#"[{"status":"ACCEPTED"}]"#).await.unwrap();
    assert!(change.is_reached());
    assert_eq!((change.before, change.actions), (Some(Status::Accepted), vec![Action::Remove]));
}

#[tokio::test]
async fn a_pod_that_has_nothing_to_list_may_say_so_with_404() {
    let change = removed_after_a_list(404, r#"{"code":404,"message":"Connection cannot be found"}"#).await;
    assert_eq!(change.unwrap().actions, [Action::Remove], "the user was read alone");

    let failure = removed_after_a_list(404, r#"{"message":"no Route matched"}"#).await.unwrap_err();
    assert!(matches!(failure, Failure::Failed(error) if error.kind() == ErrorKind::NotFound));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_no_time_is_left_to_see_what_it_did() {
    let crowd = Crowd::all(1, Status::Accepted);
    let ensure = Ensure::new(crowd.clone(), UserId::from(0), Goal::Absent);
    let change = ensure.starting_from(Some(Status::Accepted)).deadline(Duration::ZERO).await.unwrap();
    assert_eq!((change.conclusion, change.actions), (Conclusion::Unsettled, vec![]));
    assert!(crowd.log().is_empty());
}

#[tokio::test]
async fn users_of_one_pod_and_strangers_are_told_apart() {
    let fake = FakePod::start().await;
    let alice = fake.add_user(User::new("alice").on_pod("acme"));
    let colleague = fake.add_user(User::new("bob").on_pod("acme"));
    let (friend, stranger) = (fake.add_user("carol"), fake.add_user("dave"));
    fake.connect(alice, friend, Status::Accepted);
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();

    let nobody = UserId::from(7);
    let everybody = [colleague, friend, stranger, nobody];
    let done: BTreeMap<_, _> = pod
        .connections()
        .ensure_absent_all(everybody)
        .unlimited()
        .stream()
        .map(|done| (done.user, done.result.unwrap()))
        .collect()
        .await;
    let of = |user| (done[&user].before.clone(), done[&user].conclusion, done[&user].actions.len());
    assert_eq!(of(colleague), (Some(Status::Accepted), Conclusion::NoEffect, 1));
    assert_eq!(of(friend), (Some(Status::Accepted), Conclusion::Reached, 1));
    assert_eq!(of(stranger), (None, Conclusion::Reached, 0));
    assert_eq!(of(nobody), (None, Conclusion::Reached, 0));
}

#[tokio::test]
async fn a_run_can_move_into_a_task() {
    let fake = FakePod::start().await;
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    let run = pod.connections().ensure_requested_all([bob]).stream();
    let progress = run.progress();
    let done = tokio::spawn(async move { run.collect::<Vec<_>>().await }).await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(progress.counts().reached, 1);
    assert_eq!(fake.status(alice, bob), Some(Status::PendingOutgoing));
}

#[tokio::test(start_paused = true)]
async fn an_empty_stream_needs_no_call() {
    let crowd = Crowd::all(0, Status::Accepted);
    let run = EnsureAll::new(crowd.clone(), bulk::iter(iter::empty::<UserId>()), Goal::Absent).stream();
    assert_eq!(run.count().await, 0);
    assert_eq!(crowd.log(), []);
}
