//! The intents, for a million users.
//!
//! [`Connections::ensure_absent_all`] and its like take any number of users and give a stream of results, in the order in
//! which they come about. Nothing runs unless the results are asked for:
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
//! let connections = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?.connections();
//!
//! // A pod of one's own need not be spared.
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
//! [`Run`] is a `futures_core::Stream`, so what `futures-util` and `tokio-stream` do to streams works on it. Users come from
//! whatever can be iterated over; those that come from a stream, such as one that reads them from a channel, go in by
//! [`Connections::ensure_absent_all_from`] and its like. A run borrows nothing, and can be moved into a task.
//!
//! # Each user once
//!
//! Whoever goes in comes out, exactly once for each time that they are named. *A user named twice* is taken twice,
//! one after the other and never at the same time: the second time waits until the first has come out, and usually
//! finds the goal reached. Until then no further user is taken in, so a list with many repetitions is slow.
//!
//! # How many, how fast
//!
//! - [`concurrency`](EnsureAll::concurrency): intents under way at a time, 8 unless told otherwise.
//! - [`rate`](EnsureAll::rate): users begun in a time, 3 a second unless told otherwise, which is the vendor's advice
//!   for bulk changes; at even intervals. Only those count for whom a call is to be made. Lists are not counted, see
//!   below.
//! - *429*: everybody stops until the time that the pod names in `Retry-After`, or for 2 seconds if it names none, 4
//!   seconds the next time, and so on. Then what was refused is sent again, ten times in all at most. The rate is
//!   halved, once for all calls that were refused together and to no less than 1/64, and recovers by 1 % of the full
//!   rate every 3 seconds. Pauses do not count against the [deadline](EnsureAll::deadline) of an intent. An event in
//!   the `tracing` log at level INFO tells of each. The same holds for a login that the pod refuses with a
//!   `Retry-After`.
//! - [`unlimited`](EnsureAll::unlimited): none of this. A 429 is then what it is to a [single call](crate::retry).
//!
//! # How the status is read
//!
//! In batches of 100 ([`batch`](EnsureAll::batch)), with one list of status `ALL` that names the users; users of one
//! private pod are connected without asking and show only so. Who is not in the list has no connection, or does not
//! exist. A stream of users that comes in slowly is not waited for: what is there is read. An intent starts from the
//! status of the list if it is no older than 10 seconds; those that have waited for longer are read once more, again
//! in one list. If a list fails, its users are read one by one.
//!
//! # Memory
//!
//! However long the stream, a run holds no more than two batches of users and statuses and the intents under way:
//! less than a megabyte was measured at twice the default concurrency, buffers of HTTP included. Nothing is kept of who
//! has come out, and the test that measures fails if eight bytes of each are.
//!
//! # What fails for all
//!
//! Without a session, without the entitlement, or behind a proxy that refuses, a million calls would fail one by one. So
//! an error of kind [`Login`](ErrorKind::Login), [`InvalidSession`](ErrorKind::InvalidSession),
//! [`MissingEntitlement`](ErrorKind::MissingEntitlement), [`ProxyRefused`](ErrorKind::ProxyRefused),
//! [`Certificate`](ErrorKind::Certificate), [`ClientCertificate`](ErrorKind::ClientCertificate) or
//! [`Tls`](ErrorKind::Tls) stops the run, unless it is a login that failed for a reason
//! that [passes](crate::session::LoginProblem::is_passing); and so does a pod that asks to wait for longer than
//! [`max_pause`](EnsureAll::max_pause), and a list that is answered 404 in other words than the pod's, for then the
//! address is wrong. Who is under way is seen to the end, and everybody else comes out as [`Failure::NotBegun`], with
//! nothing sent. They are taken from the stream for that; drop the run if the rest is of no interest. A pod may answer 403
//! for reasons that have to do with a single user: [`stop_when`](EnsureAll::stop_when) decides otherwise.
//!
//! Any other error is the matter of one user, and the run goes on. If the pod cannot be reached at all, that is each
//! user's error; whoever sees them pile up drops the run and comes back later.
//!
//! # If results are taken slowly
//!
//! A run goes on only while its next result is waited for, and time passes meanwhile, for its calls too: an answer that
//! came in time counts as a timeout if it is looked at too late. Meanwhile its calls keep their
//! [places in flight](crate::PodBuilder::max_in_flight), of which a run leaves one free if there are three. If what is
//! done with a result takes longer than some seconds, let the run go on by itself and take the results from a channel:
//!
//! ```
//! # use pod_api_ext::connections::Connections;
//! # async fn example(connections: Connections, users: Vec<i64>) {
//! let (sender, mut results) = tokio::sync::mpsc::channel(1_000);
//! tokio::spawn(async move {
//!     let mut run = connections.ensure_absent_all(users).stream();
//!     while let Some(done) = run.next().await {
//!         // Nobody takes them any more: the run is dropped and stops.
//!         if sender.send(done).await.is_err() {
//!             break;
//!         }
//!     }
//! });
//! while let Some(done) = results.recv().await {
//!     // as slowly as need be
//!     println!("{done:?}");
//! }
//! # }
//! ```
//!
//! # To stop, and to go on
//!
//! [`EnsureAll::stop_on`], with ctrl-c for example, and [`Run::stop`] let nobody begin any more, and see those to the end who
//! are under way, so that nothing is left in doubt. Dropping the run stops it at once: calls under way are given up, and may
//! act all the same: see [what cannot be excluded](super::intent#what-cannot-be-excluded).
//!
//! To go on, feed the unfinished again: those who have not come out, those with an error, and those that are
//! [`Unsettled`](super::Conclusion::Unsettled). It does no harm to feed
//! all of them: an intent reads first, and sends nothing where its goal is reached. So all that a program has to keep
//! is the list of users, and if it likes, who is done:
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
//! # How far it is
//!
//! [`Run::progress`] is a handle that can be read while the run goes on, by a progress bar or another task. The example
//! `remove_connections` of this crate has one.

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

/// Places among the calls in flight that the intents of a run leave free: one for its list, and one for a call that is
/// made between two results, when nobody sees to the calls of the run.
const SPARED: usize = 2;

/// How long a pod may ask everybody to wait.
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Three users a second.
const INTERVAL: Duration = Duration::from_nanos(333_333_333);

impl Connections {
    /// Makes sure of each of these users that they are not connected and that no request of theirs is open: see
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

    /// Makes sure of each of these users that they were asked to connect, or are connected: see
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

/// An intent for many users, about to run: [`stream`](Self::stream) makes it ready.
///
/// Made by [`Connections::ensure_absent_all`] and its like, or by [`EnsureAll::new`] on other [`Calls`].
#[must_use = "nothing runs until `stream` is called, and its results are asked for"]
pub struct EnsureAll<C, S> {
    calls: C,
    /// The same calls for a run with a limit: it wants to know of each 429.
    to_be_paced: fn(C) -> C,
    users: S,
    goal: Goal,
    ask_again: bool,
    deadline: Option<Duration>,
    concurrency: usize,
    /// What concurrency there can be.
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
    /// An intent on any calls, which should return a 429 at once and leave it to the run to call again.
    ///
    /// The calls of a [`Pod`](crate::Pod) do not: they send again by themselves what was answered 429, so that the run learns
    /// late, or never, that everybody should pause. Nor are places among the calls in flight left free. For
    /// [`Connections`] take [`Connections::ensure_absent_all`] and its like, which see to both.
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

    /// Asks users again who have declined: [`Ensure::ask_again`](super::Ensure::ask_again).
    pub fn ask_again(mut self) -> Self {
        self.ask_again = true;
        self
    }

    /// How long the intent of one user may take, pauses for the pod's sake not counted:
    /// [`Ensure::deadline`](super::Ensure::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How many intents are under way at a time. 8 unless told otherwise, and at least 1; two less than there may be
    /// [calls in flight](crate::PodBuilder::max_in_flight) at most, so that the pod can be called in the midst of a run.
    pub fn concurrency(mut self, intents: usize) -> Self {
        self.concurrency = intents.max(1);
        self
    }

    /// How many users' statuses are read with one call. 100 unless told otherwise, and at least 1.
    pub fn batch(mut self, users: usize) -> Self {
        self.batch = users.max(1);
        self
    }

    /// So many users are begun in this time, at even intervals, unless the pod says that it is too fast. 3 in a
    /// second unless told otherwise, and at least 1. With a time of zero they follow at once, and the run only pauses
    /// when the pod says so.
    pub fn rate(mut self, users: u32, per: Duration) -> Self {
        self.interval = Some((per / users.max(1)).min(retry_after::MAX));
        self
    }

    /// How long a pod may ask everybody to wait. An hour unless told otherwise. If it asks for more, the run stops as
    /// after an error that [concerns everybody](Self::stop_when).
    pub fn max_pause(mut self, pause: Duration) -> Self {
        self.max_pause = pause;
        self
    }

    /// Without a limit: for tests, and for pods whose operators agree.
    pub fn unlimited(mut self) -> Self {
        self.interval = None;
        self
    }

    /// Which errors are not the matter of one user and stop the run. Unless told otherwise, those that
    /// [would meet every call](super::bulk#what-fails-for-all).
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

    /// Stops the run as [`Run::stop`] does when this future is ready: nobody begins any more, and who is under way is seen to
    /// the end.
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

    /// The results. Nothing is sent until the first is asked for.
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

/// What has become of one user. `Display` tells it in a line, and `Serialize` in a row.
#[derive(Clone, Debug)]
pub struct Done {
    /// Whom it is about.
    pub user: UserId,
    /// What the intent came to.
    pub result: Result<Change, Failure>,
}

impl Done {
    /// Whether there is nothing left to do for this user but what others do: there is an answer, and it is settled. Feed the
    /// others again.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.result.as_ref().is_ok_and(|change| change.conclusion != Conclusion::Unsettled)
    }
}

/// The user, and what came of it, in a line.
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
    /// Nothing was sent for this user, because the run was stopped before.
    #[error("not begun, because the run was stopped{}", reason(.because))]
    #[non_exhaustive]
    NotBegun {
        /// What kind of error stopped it. The error itself is with the user whom it met. None: the
        /// [program](Run::stop) did.
        because: Option<ErrorKind>,
    },
}

fn reason(because: &Option<ErrorKind>) -> String {
    because.map(|kind| format!(" by an error that concerns everybody ({kind:?})")).unwrap_or_default()
}

impl Failure {
    /// Whether a call may have changed something all the same: see [`Error::outcome_unknown`].
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Failed(error) if error.outcome_unknown())
    }
}

/// A stream of what a list, or any other iterator, has in it.
///
/// ```
/// use pod_api_ext::connections::bulk;
///
/// let users = bulk::iter([7_078_106_103_809_i64, 7_078_106_126_503]);
/// ```
pub fn iter<I: IntoIterator>(users: I) -> Iter<I::IntoIter> {
    Iter(users.into_iter())
}

/// A stream that is ready at all times: see [`iter`].
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
