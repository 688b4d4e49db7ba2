//! A pod that closes connections between calls does no harm.

use std::time::Duration;

use pod_api_ext::retry::{Backoff, Never};
use pod_api_ext::{ErrorKind, Pod};
use tokio::io::AsyncBufReadExt as _;
use tokio::task::JoinSet;

use super::server::{Server, info, remove};
use super::{alone, pod};

#[derive(Clone, Copy, Debug)]
enum Closes {
    /// Right after an answer that promised to keep the connection.
    AfterAnAnswer,
    /// When the next request begins to arrive, without reading it: the race that a client cannot see coming.
    OnTheNextRequest,
}

async fn closing(closes: Closes) -> Server {
    Server::start(move |mut connection| async move {
        let Some(path) = connection.request().await else { return };
        connection.answer(&path).await;
        if matches!(closes, Closes::OnTheNextRequest) {
            let _ = connection.stream.fill_buf().await;
        }
    })
    .await
}

fn at_once() -> Backoff {
    let mut policy = Backoff::default();
    policy.first_wait = Duration::ZERO;
    policy
}

/// What the caller of a change is told must fit what arrived at the server.
async fn assert_removed_honestly(pod: &Pod, server: &Server, user: i64) {
    let removed = pod.connections().remove(user).await;
    let times = server.seen.times(&remove(user));
    match removed {
        Ok(()) => assert_eq!(times, 1, "user {user}"),
        Err(error) if error.outcome_unknown() => {
            assert_eq!(error.kind(), ErrorKind::Transport, "user {user}: {error}");
            assert!(times <= 1, "user {user} was removed {times} times");
        }
        Err(error) => assert_eq!(times, 0, "user {user}: {error}"),
    }
}

#[tokio::test]
async fn one_call_after_another() {
    let _alone = alone().await;
    for closes in [Closes::AfterAnAnswer, Closes::OnTheNextRequest] {
        let server = closing(closes).await;
        let pod = pod(&server.url).retry(at_once()).build().unwrap();
        for user in 0..200 {
            if user % 2 == 0 {
                let connection = pod.connections().get(user).await.unwrap();
                assert_eq!(connection.user, user.into(), "{closes:?}");
            } else {
                assert_removed_honestly(&pod, &server, user).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_a_time() {
    let _alone = alone().await;
    for closes in [Closes::AfterAnAnswer, Closes::OnTheNextRequest] {
        let server = std::sync::Arc::new(closing(closes).await);
        // A read may meet one closed connection after the other.
        let mut policy = at_once();
        policy.max_attempts = 1000;
        let pod = pod(&server.url).retry(policy).max_in_flight(16).build().unwrap();
        let mut calls = JoinSet::new();
        for user in 0..500 {
            let (pod, server) = (pod.clone(), std::sync::Arc::clone(&server));
            calls.spawn(async move {
                if user % 2 == 0 {
                    assert_eq!(pod.connections().get(user).await.unwrap().user, user.into(), "{closes:?}");
                } else {
                    assert_removed_honestly(&pod, &server, user).await;
                }
            });
        }
        calls.join_all().await;
    }
}

/// The race as a caller meets it: the request goes out on a connection that is just being closed.
#[tokio::test]
async fn a_change_on_a_closing_connection_is_not_sent_again() {
    let _alone = alone().await;
    let server = closing(Closes::OnTheNextRequest).await;
    let pod = pod(&server.url).retry(at_once()).build().unwrap();

    pod.connections().get(1).await.unwrap();
    let error = pod.connections().remove(2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert!(error.outcome_unknown(), "nothing tells the caller that the pod did not read it");
    assert_eq!((server.seen.accepted(), server.seen.times(&remove(2))), (1, 0), "nor did it go out again");

    // A read meets the same, and is sent again.
    pod.connections().get(3).await.unwrap();
    pod.connections().get(4).await.unwrap();
    assert_eq!((server.seen.accepted(), server.seen.times(&info(4))), (3, 1));
}

/// Nobody sends a read again behind the back of a policy that says never.
#[tokio::test]
async fn the_policy_alone_sends_again() {
    let _alone = alone().await;
    let server = closing(Closes::OnTheNextRequest).await;
    let pod = pod(&server.url).retry(Never).build().unwrap();
    pod.connections().get(1).await.unwrap();
    let error = pod.connections().get(2).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Transport, false), "{error}");
    assert_eq!(server.seen.accepted(), 1);
}
