//! Waiting for what the other user does: when it looks, when it ends, and what it says then.

use std::time::Duration;

use pod_api_ext::connections::wait::{Condition, WaitError, WaitUntil};
use pod_api_ext::connections::{Goal, Status, UserId};
use pod_api_ext::{Error, ErrorKind};

use crate::crowd::{Call, Crowd, LATENCY, Trouble};

const BOB: i64 = 1;

fn bob() -> UserId {
    UserId::from(BOB)
}

fn asked() -> Crowd {
    Crowd::new([(bob(), Status::PendingOutgoing)])
}

/// When the status was read, in whole seconds.
fn looks(crowd: &Crowd) -> Vec<u64> {
    crowd.log().into_iter().map(|(at, _)| at.as_secs()).collect()
}

#[test]
fn conditions_are_what_they_say() {
    let statuses = [
        None,
        Some(Status::PendingIncoming),
        Some(Status::PendingOutgoing),
        Some(Status::Accepted),
        Some(Status::Rejected),
    ];
    let met = |condition: &dyn Fn(Option<&Status>) -> bool| statuses.clone().map(|it| condition(it.as_ref()));
    let is = Status::Accepted;
    assert_eq!(met(&|it| is.is_met(it)), [false, false, false, true, false]);
    let either = Status::Accepted.or(Status::Rejected);
    assert_eq!(met(&|it| either.is_met(it)), [false, false, false, true, true]);
    let neither = Status::Accepted.or(Status::Rejected).not();
    assert_eq!(met(&|it| neither.is_met(it)), [true, true, true, false, false]);
    let pending = (|it: Option<&Status>| it.is_some()).and(neither);
    assert_eq!(met(&|it| pending.is_met(it)), [false, true, true, false, false]);
    // Where the table of goals says that each is reached.
    assert_eq!(met(&|it| Goal::Absent.is_met(it)), [true, false, false, false, true]);
    assert_eq!(met(&|it| Goal::Requested.is_met(it)), [false, false, true, true, false]);
    assert_eq!(met(&|it| Goal::Connected.is_met(it)), [false, false, false, true, false]);
    assert_eq!(met(&|it| Goal::Rejected.is_met(it)), [false, false, false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_not_waited_for() {
    let crowd = asked();
    let status = WaitUntil::new(crowd.clone(), bob(), Status::PendingOutgoing).await.unwrap();
    assert_eq!(status, Some(Status::PendingOutgoing));
    assert_eq!(crowd.elapsed(), LATENCY);
}

#[tokio::test(start_paused = true)]
async fn it_looks_more_and_more_seldom_and_once_more_at_the_end() {
    let crowd = asked();
    let error = WaitUntil::new(crowd.clone(), bob(), Status::Accepted).await.unwrap_err();
    assert!(matches!(error, WaitError::NotMet { last: Some(Status::PendingOutgoing), .. }), "{error}");
    let words = "the condition was not met in time; the status was last PENDING_OUTGOING";
    assert_eq!(error.to_string(), words);
    let as_any = Error::from(error);
    assert_eq!((as_any.kind(), as_any.message()), (ErrorKind::NotMet, Some(words)));
    // 1, 2, 4, 8, 16 seconds, then 30 each, and a second before the 5 minutes are over.
    let documented = [0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211, 241, 271, 299];
    assert_eq!(looks(&crowd), documented);
    assert!(crowd.elapsed() <= Duration::from_secs(300));
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_seen_when_it_comes() {
    let crowd = asked();
    let wait = tokio::spawn({
        let crowd = crowd.clone();
        async move { WaitUntil::new(crowd.clone(), bob(), Status::Accepted.or(Status::Rejected)).await }
    });
    tokio::time::sleep(Duration::from_secs(10)).await;
    crowd.set(bob(), Status::Rejected);
    assert_eq!(wait.await.unwrap().unwrap(), Some(Status::Rejected));
    assert_eq!(looks(&crowd), [0, 1, 3, 7, 15]);
}

#[tokio::test(start_paused = true)]
async fn interval_and_deadline_are_the_callers() {
    let crowd = asked();
    let wait = WaitUntil::new(crowd.clone(), bob(), Status::Accepted)
        .interval(Duration::from_secs(2), Duration::from_secs(3))
        .deadline(Duration::from_secs(12));
    wait.await.unwrap_err();
    assert_eq!(looks(&crowd), [0, 2, 5, 8, 11]);
}

#[tokio::test(start_paused = true)]
async fn errors_that_pass_do_not_end_it() {
    let passing = [
        ErrorKind::Connect,
        ErrorKind::Transport,
        ErrorKind::Timeout,
        ErrorKind::Undecodable,
        ErrorKind::RateLimited,
        ErrorKind::Server,
    ];
    for kind in passing {
        let fate = move |_, at: Duration| {
            (at < Duration::from_secs(10)).then(|| Trouble::Refused(Error::of_kind(kind)))
        };
        let crowd = asked().with_fate(fate);
        WaitUntil::new(crowd.clone(), bob(), Status::PendingOutgoing).await.unwrap();
        assert_eq!(looks(&crowd), [0, 1, 3, 7, 15], "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn errors_that_stay_end_it_at_once() {
    for kind in [ErrorKind::InvalidSession, ErrorKind::MissingEntitlement, ErrorKind::Login] {
        let crowd = asked().with_fate(move |_, _| Some(Trouble::Refused(Error::of_kind(kind))));
        let error = WaitUntil::new(crowd.clone(), bob(), Status::Accepted).await.unwrap_err();
        assert!(matches!(&error, WaitError::Failed(error) if error.kind() == kind), "{error}");
        assert_eq!(looks(&crowd), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_names_the_time_to_come_back_is_given_it() {
    let busy = || Error::of_kind(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(20));
    let crowd =
        asked().with_fate(move |_, at| (at < Duration::from_secs(1)).then(|| Trouble::Refused(busy())));
    WaitUntil::new(crowd.clone(), bob(), Status::PendingOutgoing).await.unwrap();
    assert_eq!(looks(&crowd), [0, 20]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_at_once_if_the_pod_wants_to_be_left_alone_for_longer() {
    let busy = || Error::of_kind(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(3600));
    let crowd = asked().with_fate(move |_, _| Some(Trouble::Refused(busy())));
    let error = WaitUntil::new(crowd.clone(), bob(), Status::Accepted).await.unwrap_err();
    assert!(matches!(&error, WaitError::Failed(error) if error.kind() == ErrorKind::RateLimited), "{error}");
    assert_eq!(crowd.log(), [(Duration::ZERO, Call::Find(bob()))]);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_before_an_outage_is_told() {
    let gone = || Trouble::Refused(Error::of_kind(ErrorKind::Connect));
    let crowd = asked().with_fate(move |_, at| (at > Duration::from_secs(5)).then(gone));
    let error = WaitUntil::new(crowd.clone(), bob(), Status::Accepted).await.unwrap_err();
    assert!(matches!(error, WaitError::NotMet { last: Some(Status::PendingOutgoing), .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_never_answered_ends_with_the_deadline() {
    let crowd = asked();
    let error =
        WaitUntil::new(crowd.clone(), bob(), Status::Accepted).deadline(LATENCY / 2).await.unwrap_err();
    assert!(matches!(&error, WaitError::Failed(error) if error.kind() == ErrorKind::Timeout), "{error}");
    assert_eq!(crowd.elapsed(), LATENCY / 2);
}
