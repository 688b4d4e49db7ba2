//! Intents for many users: one stream of results, at the rate that the vendor advises.
//!
//! [`Connections::ensure_absent_all`] and its like take any number of users and return a stream of results. A result
//! arrives when its intent ends, so the order of the results is not that of the input. Nothing runs until a result is
//! polled:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::bulk::Done;
//! use pod_api_ext::connections::{Status, UserId};
//! use pod_api_ext::fake::FakePod;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let alice = fake.add_user("alice");
//! let others: Vec<UserId> = (0..25).map(|i| fake.add_user(format!("user-{i}"))).collect();
//! for other in &others {
//!     fake.connect(alice, *other, Status::Accepted);
//! }
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let connections = pod.connections();
//!
//! // A test pod needs no rate limit.
//! let mut run = connections.ensure_absent_all(others.clone()).unlimited().stream();
//! while let Some(Done { user, result }) = run.next().await {
//!     match result {
//!         Ok(change) if change.is_reached() => {}
//!         Ok(change) => println!("{change}"),
//!         Err(failure) => println!("{user}: {failure}"),
//!     }
//! }
//!
//! assert_eq!(run.progress().counts().reached, 25);
//! assert!(others.iter().all(|other| fake.status(alice, *other).is_none()));
//! # Ok(())
//! # }
//! ```
//!
//! [`Run`] is a `futures_core::Stream`, so the combinators of `futures-util` and `tokio-stream` work on it. The users
//! are any iterator. Users that arrive over time, through a channel for example, are passed as a stream to
//! [`Connections::ensure_absent_all_from`] and its like. A run borrows nothing and can be moved into a task.
//!
//! # One result per user
//!
//! Every user yields exactly one result per occurrence in the input. A user that occurs twice is processed twice, one
//! after the other: the second occurrence waits for the first result, and usually finds the goal reached. No further
//! user is taken from the input during that wait, so an input with many repetitions is slow.
//!
//! # Concurrency and rate limits
//!
//! - [`concurrency`](EnsureAll::concurrency): how many intents run at a time. Default: 8.
//! - [`rate`](EnsureAll::rate): how many users are started per second, at even intervals. Default: 3, the vendor's
//!   advice for bulk changes. A user whose goal is reached already does not count. Nor does a list that reads statuses,
//!   see below.
//! - *Rate limit of the pod (429)*: all calls pause until the time in `Retry-After`. Without that header they pause for
//!   2 seconds, then 4 seconds, and so on. Then each refused call is sent again, at most ten times in all. The rate is
//!   halved, once for all calls that were refused together, but not below 1/64 of the full rate. It recovers by 1 % of
//!   the full rate every 3 seconds. Pauses do not count against the [deadline](EnsureAll::deadline) of an intent. Each
//!   pause is an event in the `tracing` log at level INFO. A login that the pod refuses with a `Retry-After` pauses the
//!   run in the same way.
//! - [`unlimited`](EnsureAll::unlimited): no rate limit and no common pause. A 429 is then retried as that of a [single
//!   call](crate::retry).
//!
//! # How statuses are read
//!
//! Statuses are read in batches of 100 ([`batch`](EnsureAll::batch)). Each batch is one list call with status `ALL`
//! that names its users; only this status also shows users of the same private pod, who are always connected. A user
//! who is not in the list has no connection, or does not exist. A batch does not wait to be full: the users that have
//! arrived are read. An intent starts from the status in the list if that is at most 10 seconds old. Older statuses are
//! read again, also in one list. If a list fails, its users are read one by one.
//!
//! # Memory
//!
//! Memory does not grow with the number of users. A run holds at most two batches of users and statuses, and the
//! running intents: less than a megabyte in a measurement at twice the default concurrency, HTTP buffers included.
//! Nothing is kept of a finished user; a test fails if eight bytes are.
//!
//! # Errors that stop the run
//!
//! Without a session, without the entitlement, or behind a proxy that refuses, every call would fail. So an error of
//! kind [`Login`](ErrorKind::Login), [`InvalidSession`](ErrorKind::InvalidSession),
//! [`MissingEntitlement`](ErrorKind::MissingEntitlement), [`ProxyRefused`](ErrorKind::ProxyRefused),
//! [`Certificate`](ErrorKind::Certificate), [`ClientCertificate`](ErrorKind::ClientCertificate) or
//! [`Tls`](ErrorKind::Tls) stops the run, except a login that failed for a
//! [passing](crate::session::LoginProblem::is_passing) reason. Two more errors stop it: the pod asks to wait longer
//! than [`max_pause`](EnsureAll::max_pause), or a list is answered 404 by something that is not a pod, because then the
//! address is wrong.
//!
//! When a run stops, running intents finish. Every other user of the input yields [`Failure::NotBegun`], and nothing is
//! sent for them. The input is read to its end for that; drop the run to skip it. A pod may answer 403 for a reason
//! that concerns one user only; [`stop_when`](EnsureAll::stop_when) changes which errors stop the run.
//!
//! Any other error concerns one user, and the run goes on. That includes a pod that cannot be reached: each user then
//! yields an error. If they accumulate, drop the run and start again later.
//!
//! # Slow consumers
//!
//! A run makes progress only while its next result is polled. Between two polls the timeouts of its calls keep running,
//! and an answer that is read too late counts as a timeout. Its calls also keep their
//! [slots](crate::PodBuilder::max_in_flight); a run leaves at least one slot free if a pod has three or more. If
//! handling a result takes more than a few seconds, run the stream in its own task and receive the results through a
//! channel:
//!
//! ```
//! # use pod_api_ext::connections::Connections;
//! # async fn example(connections: Connections, users: Vec<i64>) {
//! let (sender, mut results) = tokio::sync::mpsc::channel(1_000);
//! tokio::spawn(async move {
//!     let mut run = connections.ensure_absent_all(users).stream();
//!     while let Some(done) = run.next().await {
//!         // The receiver is gone: the run is dropped and stops.
//!         if sender.send(done).await.is_err() {
//!             break;
//!         }
//!     }
//! });
//! while let Some(done) = results.recv().await {
//!     // may be slow
//!     println!("{done:?}");
//! }
//! # }
//! ```
//!
//! # Stopping and resuming
//!
//! [`EnsureAll::stop_on`], with ctrl-c for example, and [`Run::stop`] start no further user and let the running intents
//! finish, so that every outcome is known. Dropping the run stops it at once. Calls in flight are then abandoned, but
//! the pod may still carry them out: see [what cannot be excluded](super::intent#what-cannot-be-excluded).
//!
//! To resume, start a run with the unfinished users: those without a result, those with an error, and those that are
//! [`Unsettled`](super::Conclusion::Unsettled). Starting again with all users is safe too: intents are idempotent,
//! because they read first and send nothing where the goal is reached. So a program has to store only the list of users
//! and, if it likes, which of them are done:
//!
//! ```
//! # use std::collections::HashSet;
//! # use pod_api_ext::connections::{Connections, UserId};
//! async fn some_of_them(connections: &Connections, users: &mut HashSet<UserId>, at_most: usize) {
//!     let mut run = connections.ensure_absent_all(users.clone()).stream();
//!     for _ in 0..at_most {
//!         let Some(done) = run.next().await else { break };
//!         if done.is_settled() {
//!             users.remove(&done.user);
//!         }
//!     }
//! } // the run is dropped; what is left in `users` is fed again next time
//! ```
//!
//! # Progress
//!
//! [`Run::progress`] returns a handle that a progress bar or another task can read during the run. The example
//! `remove_connections` of this crate shows one.
//!
//! Next: [`connections::wait`](crate::connections::wait). Previous: [`connections::intent`](crate::connections::intent).

mod pace;
mod paced;
mod progress;
mod run;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;

pub use self::progress::{Counts, Progress};
pub use self::run::Run;
use super::{Calls, Change, Conclusion, Connections, Goal, UserId};
use crate::clock::BoxFuture;
use crate::{Error, ErrorKind, retry_after};

const CONCURRENCY: usize = 8;
const BATCH: usize = 100;

/// Slots in flight that the intents of a run leave free: one for its list, and one for a call that the program makes
/// between two results, while the run is not polled.
const SPARED: usize = 2;

/// The longest wait that a pod may ask for.
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Three users a second.
const INTERVAL: Duration = Duration::from_nanos(333_333_333);

impl Connections {
    /// Makes sure that none of these users is connected or has an open request: see
    /// [`ensure_absent`](Self::ensure_absent), and the [chapter on many users](super::bulk).
    pub fn ensure_absent_all<I>(&self, users: I) -> EnsureAll<Self, Iter<I::IntoIter>>
    where
        I: IntoIterator<Item: Into<UserId>>,
    {
        self.ensure_absent_all_from(iter(users))
    }

    /// The same as [`ensure_absent_all`](Self::ensure_absent_all) for users that come from a stream, such as a channel.
    pub fn ensure_absent_all_from<S>(&self, users: S) -> EnsureAll<Self, S>
    where
        S: Stream<Item: Into<UserId>>,
    {
        self.ensure_all(users, Goal::Absent)
    }

    /// Makes sure that each of these users was asked to connect, or is connected: see
    /// [`ensure_requested`](Self::ensure_requested), and the [chapter on many users](super::bulk).
    pub fn ensure_requested_all<I>(&self, users: I) -> EnsureAll<Self, Iter<I::IntoIter>>
    where
        I: IntoIterator<Item: Into<UserId>>,
    {
        self.ensure_requested_all_from(iter(users))
    }

    /// The same as [`ensure_requested_all`](Self::ensure_requested_all) for users that come from a stream, such as a channel.
    pub fn ensure_requested_all_from<S>(&self, users: S) -> EnsureAll<Self, S>
    where
        S: Stream<Item: Into<UserId>>,
    {
        self.ensure_all(users, Goal::Requested)
    }

    /// Connects with each of these users as far as the calling user can: see
    /// [`ensure_connected`](Self::ensure_connected), and the [chapter on many users](super::bulk).
    pub fn ensure_connected_all<I>(&self, users: I) -> EnsureAll<Self, Iter<I::IntoIter>>
    where
        I: IntoIterator<Item: Into<UserId>>,
    {
        self.ensure_connected_all_from(iter(users))
    }

    /// The same as [`ensure_connected_all`](Self::ensure_connected_all) for users that come from a stream, such as a channel.
    pub fn ensure_connected_all_from<S>(&self, users: S) -> EnsureAll<Self, S>
    where
        S: Stream<Item: Into<UserId>>,
    {
        self.ensure_all(users, Goal::Connected)
    }

    /// Makes sure that the request of each of these users is declined: see
    /// [`ensure_rejected`](Self::ensure_rejected), and the [chapter on many users](super::bulk).
    pub fn ensure_rejected_all<I>(&self, users: I) -> EnsureAll<Self, Iter<I::IntoIter>>
    where
        I: IntoIterator<Item: Into<UserId>>,
    {
        self.ensure_rejected_all_from(iter(users))
    }

    /// The same as [`ensure_rejected_all`](Self::ensure_rejected_all) for users that come from a stream, such as a channel.
    pub fn ensure_rejected_all_from<S>(&self, users: S) -> EnsureAll<Self, S>
    where
        S: Stream<Item: Into<UserId>>,
    {
        self.ensure_all(users, Goal::Rejected)
    }

    fn ensure_all<S>(&self, users: S, goal: Goal) -> EnsureAll<Self, S>
    where
        S: Stream<Item: Into<UserId>>,
    {
        let to_be_paced = |connections: Self| connections.pod().that_tells_of_throttling().connections();
        let at_most = self.pod().places().saturating_sub(SPARED).max(1);
        EnsureAll { to_be_paced, at_most, ..EnsureAll::new(self.clone(), users, goal) }
    }
}

/// An intent for many users, before it runs: set options, then call [`stream`](Self::stream).
///
/// Made by [`Connections::ensure_absent_all`] and its like, or by [`EnsureAll::new`] on other [`Calls`].
#[must_use = "nothing runs until `stream` is called, and its results are asked for"]
pub struct EnsureAll<C, S> {
    calls: C,
    /// Makes the calls of a run with a rate limit, which return each 429 at once.
    to_be_paced: fn(C) -> C,
    users: S,
    goal: Goal,
    ask_again: bool,
    deadline: Option<Duration>,
    concurrency: usize,
    /// The highest concurrency that is possible.
    at_most: usize,
    batch: usize,
    interval: Option<Duration>,
    max_pause: Duration,
    stops: Stops,
    /// Ready when the run is to stop.
    signal: Option<BoxFuture<'static, ()>>,
}

/// Whether an error ends a run.
type Stops = Box<dyn Fn(&Error) -> bool + Send + Sync>;

impl<C, S> EnsureAll<C, S>
where
    C: Calls + 'static,
    S: Stream<Item: Into<UserId>>,
{
    /// An intent on any [`Calls`]. They should return a 429 at once and leave the retry to the run.
    ///
    /// The calls of a [`Pod`](crate::Pod) do not: they retry a 429 themselves, so the run learns late, or never, that
    /// all calls should pause. This constructor also leaves no slot in flight free. For [`Connections`], use
    /// [`Connections::ensure_absent_all`] and its like, which handle both.
    pub fn new(calls: C, users: S, goal: Goal) -> Self {
        Self {
            calls,
            to_be_paced: |calls| calls,
            users,
            goal,
            ask_again: false,
            deadline: None,
            concurrency: CONCURRENCY,
            at_most: usize::MAX,
            batch: BATCH,
            interval: Some(INTERVAL),
            max_pause: MAX_PAUSE,
            stops: Box::new(Error::concerns_everybody),
            signal: None,
        }
    }

    /// Asks users again who have declined an earlier request: [`Ensure::ask_again`](super::Ensure::ask_again).
    pub fn ask_again(mut self) -> Self {
        self.ask_again = true;
        self
    }

    /// How long the intent of one user may take, not counting pauses for the rate limit:
    /// [`Ensure::deadline`](super::Ensure::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How many intents run at a time. Default: 8. At least 1, and at most two less than the [calls in
    /// flight](crate::PodBuilder::max_in_flight), so that other calls of the pod get a slot during a run.
    pub fn concurrency(mut self, intents: usize) -> Self {
        self.concurrency = intents.max(1);
        self
    }

    /// How many users' statuses are read with one call. Default: 100. At least 1.
    pub fn batch(mut self, users: usize) -> Self {
        self.batch = users.max(1);
        self
    }

    /// The rate limit: how many users are started in this time, at even intervals. Default: 3 a second. At least 1. A
    /// 429 lowers the rate for a while. With a time of zero users start without delay, and the run pauses only after a
    /// 429.
    pub fn rate(mut self, users: u32, per: Duration) -> Self {
        self.interval = Some((per / users.max(1)).min(retry_after::MAX));
        self
    }

    /// The longest wait that a pod may ask for. Default: an hour. If a pod asks for more, the run stops, as after an
    /// error that [concerns all users](Self::stop_when).
    pub fn max_pause(mut self, pause: Duration) -> Self {
        self.max_pause = pause;
        self
    }

    /// Removes the rate limit: for tests, and for pods whose operators agree.
    pub fn unlimited(mut self) -> Self {
        self.interval = None;
        self
    }

    /// Which errors concern all users and stop the run. Default: those that [would fail every
    /// call](super::bulk#errors-that-stop-the-run).
    ///
    /// ```
    /// # use pod_api_ext::connections::Connections;
    /// use pod_api_ext::ErrorKind;
    ///
    /// # fn example(connections: &Connections, users: Vec<i64>) {
    /// // A 403 is about that one user here.
    /// let run = connections
    ///     .ensure_absent_all(users)
    ///     .stop_when(|error| matches!(error.kind(), ErrorKind::Login | ErrorKind::InvalidSession))
    ///     .stream();
    /// # }
    /// ```
    pub fn stop_when(mut self, concerns_all: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.stops = Box::new(concerns_all);
        self
    }

    /// Stops the run as [`Run::stop`] does when this future is ready: no further user starts, and running intents
    /// finish.
    ///
    /// ```
    /// # use pod_api_ext::connections::Connections;
    /// # async fn example(connections: Connections, users: Vec<i64>, ctrl_c: tokio::sync::oneshot::Receiver<()>) {
    /// // `tokio::signal::ctrl_c()`, for example, with tokio's feature `signal`.
    /// let mut run = connections.ensure_absent_all(users).stop_on(ctrl_c).stream();
    /// while let Some(done) = run.next().await {
    ///     println!("{done}");
    /// }
    /// # }
    /// ```
    pub fn stop_on(mut self, signal: impl Future<Output: Send> + Send + 'static) -> Self {
        self.signal = Some(Box::pin(async move {
            signal.await;
        }));
        self
    }

    /// The stream of results. Nothing is sent until the first is polled.
    pub fn stream(mut self) -> Run<C, S> {
        self.concurrency = self.concurrency.min(self.at_most);
        Run::new(self)
    }
}

impl<C, S> fmt::Debug for EnsureAll<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnsureAll")
            .field("goal", &self.goal)
            .field("concurrency", &self.concurrency)
            .field("batch", &self.batch)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// The result of one user. `Display` writes it in a line, and `Serialize` as a row.
#[derive(Clone, Debug)]
pub struct Done {
    /// The other user.
    pub user: UserId,
    /// The result of the intent.
    pub result: Result<Change, Failure>,
}

impl Done {
    /// Whether this user needs no second run: the intent ended without an error, and its conclusion is settled. A user
    /// for whom this is false belongs into the next run.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.result.as_ref().is_ok_and(|change| change.conclusion != Conclusion::Unsettled)
    }
}

/// The user and the result, in a line.
impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(change) => change.fmt(f),
            Err(failure) => write!(f, "user {}: {failure}", self.user),
        }
    }
}

/// Why there is no result.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The intent of this user failed.
    #[error(transparent)]
    Failed(#[from] Error),
    /// Nothing was sent for this user, because the run had stopped.
    #[error("not begun, because the run was stopped{}", reason(.because))]
    #[non_exhaustive]
    NotBegun {
        /// The kind of the error that stopped the run. The error itself is the result of another user. `None` if the
        /// [program](Run::stop) stopped it.
        because: Option<ErrorKind>,
    },
}

fn reason(because: &Option<ErrorKind>) -> String {
    because.map(|kind| format!(" by an error that concerns all users ({kind:?})")).unwrap_or_default()
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Failed(error) => error,
            Failure::NotBegun { .. } => Self::of_no_call(ErrorKind::NotBegun, failure.to_string()),
        }
    }
}

impl Failure {
    /// Whether a call may have changed something nevertheless: see [`Error::outcome_unknown`].
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Failed(error) if error.outcome_unknown())
    }
}

/// Makes a stream of any iterator.
///
/// ```
/// use pod_api_ext::connections::bulk;
///
/// let users = bulk::iter([7_078_106_103_809_i64, 7_078_106_126_503]);
/// ```
pub fn iter<I: IntoIterator>(users: I) -> Iter<I::IntoIter> {
    Iter(users.into_iter())
}

/// A stream of the items of an iterator, always ready: see [`iter`].
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Iter<I>(I);

// The iterator is never pinned.
impl<I> Unpin for Iter<I> {}

impl<I: Iterator> Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
