//! Waiting for the other user.
//!
//! A person decides whether and when to answer a request, so a program can only poll. [`Connections::wait_until`] polls
//! the status at growing intervals, until a [`Condition`] is met or the deadline passes.
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::wait::Condition;
//! use pod_api_ext::connections::{Status, UserId};
//! use pod_api_ext::fake::FakePod;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let connections = pod.connections();
//!
//! connections.ensure_requested(bob).await?;
//! fake.connect(bob, alice, Status::Accepted); // bob says yes
//!
//! let answered = Status::Accepted.or(Status::Rejected);
//! assert_eq!(connections.wait_until(bob, answered).await?, Some(Status::Accepted));
//! # Ok(())
//! # }
//! ```
//!
//! # Polling interval
//!
//! It reads the status at once, then after 1 second, 2, 4, 8 and 16, and from then on every 30 seconds
//! ([`WaitUntil::interval`]). It gives up after 5 minutes ([`WaitUntil::deadline`]); the last read starts a second
//! before that. `Retry-After` is respected. Each read is one [`Connections::find`].
//!
//! A read that fails for a passing reason (no connection, a timeout, 429, any status in the 500s) does not end the
//! wait. One that fails for a lasting reason (no session, no entitlement) does.
//!
//! Dropping the future ends the wait. It only reads, so it has no side effect.
//!
//! Next: [`pod`](crate::pod). Previous: [`connections::bulk`](crate::connections::bulk).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::plan::{Goal, Step, plan};
use super::{Calls, Connections, Status, UserId};
use crate::deferred::Deferred;
use crate::{Error, ErrorKind};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_secs(5 * 60);

/// How long before the deadline the last read begins.
const LAST: Duration = Duration::from_secs(1);

/// A condition on the status of a connection; `None` is the absence of a connection.
///
/// A [`Status`] is met by that status, `None` by no connection, and a [`Goal`] where the goal is reached. A function of
/// the status is a condition too; a closure has to name the type of its argument:
///
/// ```
/// use pod_api_ext::connections::wait::Condition;
/// use pod_api_ext::connections::{Goal, Status};
///
/// let answered = Status::PendingOutgoing.not().and(Goal::Absent.not());
/// assert!(answered.is_met(Some(&Status::Accepted)));
/// assert!(!answered.is_met(Some(&Status::PendingOutgoing)));
/// assert!(!answered.is_met(None));
///
/// let exists = |status: Option<&Status>| status.is_some();
/// assert!(exists.or(Status::Rejected).is_met(Some(&Status::PendingIncoming)));
/// ```
pub trait Condition: Send + Sync {
    /// Whether this status meets the condition.
    fn is_met(&self, status: Option<&Status>) -> bool;

    /// Met if both are met.
    fn and(self, other: impl Condition) -> impl Condition
    where
        Self: Sized,
    {
        move |status: Option<&Status>| self.is_met(status) && other.is_met(status)
    }

    /// Met if at least one of the two is met.
    fn or(self, other: impl Condition) -> impl Condition
    where
        Self: Sized,
    {
        move |status: Option<&Status>| self.is_met(status) || other.is_met(status)
    }

    /// Met if this one is not met.
    fn not(self) -> impl Condition
    where
        Self: Sized,
    {
        move |status: Option<&Status>| !self.is_met(status)
    }
}

impl<F: Fn(Option<&Status>) -> bool + Send + Sync> Condition for F {
    fn is_met(&self, status: Option<&Status>) -> bool {
        self(status)
    }
}

impl Condition for Status {
    fn is_met(&self, status: Option<&Status>) -> bool {
        status == Some(self)
    }
}

/// The absence of a connection, or this status.
impl Condition for Option<Status> {
    fn is_met(&self, status: Option<&Status>) -> bool {
        status == self.as_ref()
    }
}

impl Condition for Goal {
    fn is_met(&self, status: Option<&Status>) -> bool {
        plan(status, *self) == Step::Reached
    }
}

impl Connections {
    /// Waits until the status of the connection with a user meets the condition, and returns the status. `None` is the
    /// absence of a connection.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use pod_api_ext::connections::Status;
    /// use pod_api_ext::connections::wait::WaitError;
    ///
    /// # async fn example(connections: pod_api_ext::connections::Connections) -> Result<(), WaitError> {
    /// let hour = Duration::from_secs(3600);
    /// match connections.wait_until(7_078_106_126_503, Status::Accepted).deadline(hour).await {
    ///     Ok(_) => println!("connected"),
    ///     Err(WaitError::NotMet { last, .. }) => println!("still {last:?} after an hour"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When awaited: [`WaitError`].
    pub fn wait_until<F: Condition>(&self, user: impl Into<UserId>, condition: F) -> WaitUntil<Self, F> {
        WaitUntil::new(self.clone(), user, condition)
    }
}

/// A wait: a future that polls the status.
///
/// Made by [`Connections::wait_until`], or by [`WaitUntil::new`] on other [`Calls`]. It is `'static`, so it can be
/// spawned, joined and raced. Dropping it ends the wait without a side effect.
#[must_use = "a wait does nothing until it is awaited"]
pub struct WaitUntil<C, F>(Deferred<Wait<C, F>, Result<Option<Status>, WaitError>>);

/// The settings of a wait.
struct Wait<C, F> {
    calls: C,
    user: UserId,
    condition: F,
    first: Duration,
    longest: Duration,
    deadline: Duration,
}

impl<C: Calls, F: Condition> WaitUntil<C, F> {
    /// A wait on any [`Calls`]. Several waits can share them in an [`Arc`](std::sync::Arc).
    pub fn new(calls: C, user: impl Into<UserId>, condition: F) -> Self {
        let user = user.into();
        let wait = Wait { calls, user, condition, first: FIRST, longest: LONGEST, deadline: DEADLINE };
        Self(Deferred::new(wait))
    }

    /// The interval before the second read, and the longest interval; it doubles after each read. Default: 1 second and
    /// 30 seconds. At least a millisecond.
    pub fn interval(self, first: Duration, longest: Duration) -> Self {
        Self(self.0.set(|wait| {
            wait.first = first.max(Duration::from_millis(1));
            wait.longest = longest.max(wait.first);
        }))
    }

    /// How long the whole wait may take. Default: 5 minutes.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self(self.0.set(|wait| wait.deadline = deadline))
    }
}

// The pinned future is in a box.
impl<C, F> Unpin for WaitUntil<C, F> {}

impl<C: Calls + 'static, F: Condition + 'static> Future for WaitUntil<C, F> {
    type Output = Result<Option<Status>, WaitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(context, |wait| Box::pin(wait.run()))
    }
}

impl<C, F> fmt::Debug for WaitUntil<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.0.settings().map(|wait| wait.user);
        f.debug_struct("WaitUntil").field("user", &user).finish_non_exhaustive()
    }
}

/// A wait that ended without its condition.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The deadline has passed.
    #[error("the condition was not met in time; the status was last {}", last.as_ref().map_or("none", Status::as_str))]
    #[non_exhaustive]
    NotMet {
        /// The last known status; `None` if there was no connection.
        last: Option<Status>,
    },
    /// The status could not be read: for a lasting reason, or not once before the deadline.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Failed(error) => error,
            WaitError::NotMet { .. } => Self::of_no_call(ErrorKind::NotMet, error.to_string()),
        }
    }
}

impl<C: Calls, F: Condition> Wait<C, F> {
    async fn run(self) -> Result<Option<Status>, WaitError> {
        let clock = self.calls.clock();
        let begun = clock.now();
        let remaining = || self.deadline.saturating_sub(clock.now().saturating_duration_since(begun));
        let mut last_seen = Err(Error::of_kind(ErrorKind::Timeout));
        let mut interval = self.first;
        let mut is_last = false;
        loop {
            let read = tokio::select! {
                biased;
                found = self.calls.find(self.user) => found,
                () = clock.sleep(remaining()) => Err(Error::of_kind(ErrorKind::Timeout)),
            };
            let mut asked_for = Duration::ZERO;
            match read {
                Ok(found) => {
                    let status = found.map(|connection| connection.status);
                    if self.condition.is_met(status.as_ref()) {
                        return Ok(status);
                    }
                    last_seen = Ok(status);
                }
                Err(error) if is_final(&error) => return Err(error.into()),
                Err(error) => {
                    asked_for = error.retry_after().unwrap_or_default();
                    if last_seen.is_err() {
                        last_seen = Err(error);
                    }
                }
            }
            let remaining = remaining();
            if is_last || remaining.is_zero() || asked_for >= remaining {
                return Err(last_seen.map_or_else(WaitError::Failed, |last| WaitError::NotMet { last }));
            }
            let until_last = remaining - LAST.min(remaining / 2);
            is_last = interval >= until_last;
            clock.sleep(interval.min(until_last).max(asked_for)).await;
            interval = interval.saturating_mul(2).min(self.longest);
        }
    }
}

/// Whether another read would be useless.
fn is_final(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Server => false,
        _ => !error.is_retryable(),
    }
}
