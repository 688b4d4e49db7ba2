//! An answer that does not come, or does not end, is waited for until the deadline and not beyond. Time is Tokio's
//! paused one: it stands still until the request has arrived, and then jumps.

use std::sync::Arc;
use std::time::Duration;

use pod_api_ext::retry::{Backoff, Never};
use pod_api_ext::{Error, ErrorKind, Pod};
use tokio::sync::Notify;

use super::paused_clock::VirtualClock;
use super::server::{Server, info, remove};
use super::{alone, pod};

/// Time stands still until this is dropped: the paused clock does not jump while a blocking task runs.
struct Still(#[allow(dead_code, reason = "dropping it ends the task")] std::sync::mpsc::Sender<()>);

impl Still {
    fn new() -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        tokio::task::spawn_blocking(move || receiver.recv());
        Self(sender)
    }
}

/// What the server does with a call about user 1.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Never,
    /// The head at once, and then the body, a byte a second.
    Trickle(&'static str),
    /// Not even the head comes in one piece.
    TrickledHead,
}

/// How what trickles begins: as a head, where none has come before.
const TRICKLED: &[u8] = b"HTTP/1.1 200 OK\r\nx-slow: ";

const ANSWERS: [Answer; 4] = [
    Answer::Never,
    Answer::TrickledHead,
    Answer::Trickle("200 OK"),
    Answer::Trickle("500 Internal Server Error"),
];

struct Slow {
    server: Server,
    /// A request about user 1 has arrived, and what comes at once was sent.
    arrived: Arc<Notify>,
    hung_up: Arc<Notify>,
}

async fn slow(answer: Answer) -> Slow {
    let (arrived, hung_up) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let notify = (Arc::clone(&arrived), Arc::clone(&hung_up));
    let server = Server::start(move |mut connection| {
        let (arrived, hung_up) = notify.clone();
        async move {
            while let Some(path) = connection.request().await {
                if !path.contains("/1/") {
                    connection.answer(&path).await;
                    continue;
                }
                let head = match answer {
                    Answer::Never | Answer::TrickledHead => String::new(),
                    Answer::Trickle(status) => {
                        format!("HTTP/1.1 {status}\r\ncontent-length: 1000000\r\n\r\n")
                    }
                };
                connection.write(head.as_bytes()).await;
                arrived.notify_one();
                let mut rest = TRICKLED.iter().chain(std::iter::repeat(&b'z'));
                while answer != Answer::Never && connection.write(&[*rest.next().unwrap()]).await {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                connection.end().await;
                return hung_up.notify_one();
            }
        }
    })
    .await;
    Slow { server, arrived, hung_up }
}

impl Slow {
    /// Lets a call about user 1 run out of its time. What the caller gets, and after how long.
    async fn outlast<T>(&self, call: impl Future<Output = Result<T, Error>>) -> (Error, Duration) {
        let still = Still::new();
        let begun = tokio::time::Instant::now();
        let time_passes = async {
            self.arrived.notified().await;
            drop(still);
        };
        let (outcome, ()) = tokio::join!(call, time_passes);
        (outcome.err().expect("there was no whole answer"), begun.elapsed())
    }

    /// The client has hung up on what did not end, and the next call is answered.
    async fn is_fine_afterwards(&self, pod: &Pod, about: &str) {
        self.hung_up.notified().await;
        let _still = Still::new();
        assert_eq!(pod.connections().get(2).await.unwrap().user, 2.into(), "{about}");
    }
}

fn assert_after(elapsed: Duration, seconds: u64, about: &str) {
    // The timer of Tokio has a resolution of a millisecond.
    let expected = Duration::from_secs(seconds)..=Duration::from_millis(seconds * 1000 + 5);
    assert!(expected.contains(&elapsed), "{about}: ended after {elapsed:?} instead of {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_at_its_timeout() {
    let _alone = alone().await;
    for answer in ANSWERS {
        let slow = slow(answer).await;
        let builder = pod(&slow.server.url).retry(Never).clock(VirtualClock);
        let pod = builder.timeout(Duration::from_secs(20)).build().unwrap();
        let about = format!("{answer:?}");

        let (read, elapsed) = slow.outlast(pod.connections().get(1)).await;
        assert_after(elapsed, 20, &about);
        assert!(!read.outcome_unknown(), "{about}");
        slow.is_fine_afterwards(&pod, &about).await;

        let (removed, elapsed) = slow.outlast(pod.connections().remove(1)).await;
        assert_after(elapsed, 20, &about);
        assert!(removed.outcome_unknown(), "{about}: {removed}");
        slow.is_fine_afterwards(&pod, &about).await;

        for error in [read, removed] {
            match answer {
                // An error is told as far as it came.
                Answer::Trickle(status) if status.starts_with('5') => {
                    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Server, 500));
                    let body = error.body().unwrap();
                    assert!(!body.is_empty() && TRICKLED.starts_with(body), "{body:?}");
                }
                Answer::Trickle(_) => {
                    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Timeout, 200));
                }
                _ => assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None), "{about}"),
            }
        }
        assert_eq!((slow.server.seen.times(&info(1)), slow.server.seen.times(&remove(1))), (1, 1), "{about}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let _alone = alone().await;
    for answer in ANSWERS {
        let slow = slow(answer).await;
        let patient = pod(&slow.server.url).clock(VirtualClock).build().unwrap();
        let pod = patient.with_deadline(Duration::from_secs(5));
        let about = format!("{answer:?}");

        let (read, elapsed) = slow.outlast(pod.connections().get(1)).await;
        assert_after(elapsed, 5, &about);
        // An error is told as far as it came.
        let kind = match answer {
            Answer::Trickle(status) if status.starts_with('5') => ErrorKind::Server,
            _ => ErrorKind::Timeout,
        };
        assert_eq!((read.kind(), read.outcome_unknown()), (kind, false), "{about}: {read}");
        slow.is_fine_afterwards(&pod, &about).await;

        let (removed, elapsed) = slow.outlast(pod.connections().remove(1)).await;
        assert_after(elapsed, 5, &about);
        assert_eq!((removed.kind(), removed.outcome_unknown()), (kind, true), "{about}: {removed}");
        slow.is_fine_afterwards(&pod, &about).await;
        assert_eq!(slow.server.seen.times(&remove(1)), 1, "{about}");
    }
}

/// A pod that is slow for every attempt does not hold up a read for longer than the attempts may take.
#[tokio::test(start_paused = true)]
async fn a_read_is_sent_again_after_a_timeout_and_ends_all_the_same() {
    let _alone = alone().await;
    let slow = slow(Answer::Never).await;
    let mut policy = Backoff::default();
    policy.max_attempts = 3;
    policy.first_wait = Duration::ZERO;
    let builder = pod(&slow.server.url).retry(policy).clock(VirtualClock);
    let pod = builder.timeout(Duration::from_secs(7)).build().unwrap();

    let call = pod.connections();
    let call = tokio::spawn(async move { call.get(1).await });
    for _ in 0..3 {
        let still = Still::new();
        slow.arrived.notified().await;
        let begun = tokio::time::Instant::now();
        drop(still);
        slow.hung_up.notified().await;
        assert_after(begun.elapsed(), 7, "each attempt");
    }
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(slow.server.seen.times(&info(1)), 3);
}
