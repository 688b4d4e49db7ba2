//! Reaching a state of a connection, from any start and despite lost answers.
//!
//! A program seldom wants to *send remove*. It wants two users not to be connected. The difference matters when an
//! answer is lost: remove is a toggle and must not be sent again, but the status can be read again. An intent states
//! the goal, and returns a [`Change`]:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::fake::{FakePod, Fault, Operation};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! fake.connect(alice, bob, Status::Accepted);
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let connections = pod.connections();
//!
//! // The pod removes the connection, and the answer is lost.
//! fake.fault(Operation::Remove, 1, Fault::reset().after_acting());
//! let change = connections.ensure_absent(bob).await?;
//!
//! assert!(change.is_reached());
//! assert_eq!((change.before, change.after), (Some(Status::Accepted), None));
//! let calls: Vec<_> = fake.requests().into_iter().map(|call| call.operation).collect();
//! assert_eq!(calls, [Operation::Get, Operation::Remove, Operation::Get]);
//! # Ok(())
//! # }
//! ```
//!
//! There are four goals: [`ensure_absent`](Connections::ensure_absent),
//! [`ensure_requested`](Connections::ensure_requested), [`ensure_connected`](Connections::ensure_connected) and
//! [`ensure_rejected`](Connections::ensure_rejected). An intent is idempotent: if its goal is reached already, it sends
//! nothing.
//!
//! # How an intent works
//!
//! The statuses of a connection as the calling user sees them, the goals that each status satisfies, and the calls that
//! an intent makes:
//!
#![doc = include_str!("states.svg")]
//!
//! An intent reads the status, looks up the next step in the [table](super::plan), makes that one call, and finds out
//! what it did: from the status in its answer, or from the next read.
//!
//! - *No answer, or an unclear one* ([`Error::outcome_unknown`]): the status is read again, after 0, ¼, ½, 1, 2 and 4
//!   seconds, until it shows the effect of the call. If it does not within those 7¾ seconds, the call counts as lost.
//!   The next step is then planned from the current status, if the deadline leaves as much time again. An error alone
//!   never causes a call to be sent again.
//! - *A refusal because of the connection's state* (400, 404, a conflict): another user may have changed the connection
//!   between read and call. The status is read again, and the next step planned from it. If the status is unchanged,
//!   the pod refuses a documented call; the [`Change`] reports that.
//! - *A call that was not carried out for another reason* (401, 403, 429, no connection): the error is returned. The
//!   pod has [retried](crate::retry) the call by then, if that was safe.
//! - *A remove that succeeded* is confirmed by a read, because its answer has no status.
//!
//! The documentation contradicts itself on removing a pending request. That does not matter here: an intent declines a
//! pending request by reject, and sends remove only on `ACCEPTED`.
//!
//! # Results and errors
//!
//! It is a result and not an error if no call leads to the goal:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::connections::intent::Conclusion;
//! use pod_api_ext::fake::FakePod;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let connections = pod.connections();
//!
//! let change = connections.ensure_connected(bob).await?;
//! assert_eq!(change.conclusion, Conclusion::WaitsOnOtherUser);
//! assert_eq!(change.after, Some(Status::PendingOutgoing));
//!
//! // Bob declines, and is asked again only if the program says so.
//! fake.connect(bob, alice, Status::Rejected);
//! let change = connections.ensure_connected(bob).await?;
//! assert_eq!(change.conclusion, Conclusion::Declined);
//! let change = connections.ensure_connected(bob).ask_again().await?;
//! assert_eq!(change.after, Some(Status::PendingOutgoing));
//! # Ok(())
//! # }
//! ```
//!
//! An intent returns an error in four cases:
//! - the first read failed;
//! - a call was not carried out for a reason that does not concern the connection;
//! - the pod refused a call, and no read has succeeded since;
//! - the outcome of a call is unknown: it may have been carried out, and no read has succeeded from then to the
//!   deadline. [`Error::outcome_unknown`] is true only in this case.
//!
//! The error is that of the last call. The effects of the calls before it have been read.
//!
//! # Deadline and number of calls
//!
//! An intent makes at most four calls that change something, usually one or none. With a deadline of *D* seconds
//! ([`Ensure::deadline`], default 120) it makes at most 25 + *D*/8 reads (40 by default), usually one or two. If no
//! read has succeeded after the pauses above, further reads follow every eight seconds. `Retry-After` is respected.
//!
//! A single call may take at most half of the remaining time, so that time is left to read what it did. A call and its
//! retries by the [`Pod`](crate::Pod) count as one call. The pod's own [deadline](crate::Pod::with_deadline) limits
//! each call, that of the intent the whole.
//!
//! Dropping the future abandons the intent. If a call that changes something is in flight, its outcome is unknown.
//! Start the intent again to settle it.
//!
//! # What cannot be excluded
//!
//! The API has no conditional calls ("remove if still connected"). So the connection may change between a read and the
//! call that follows it, through the other user or through the same user in another program. A call that timed out may
//! also act late. Therefore:
//!
//! - *Remove may act on another status than `ACCEPTED`.* If the other user ends the connection and sends a new request
//!   between read and remove, remove declines that request. If the request was declined already, remove reopens it; the
//!   next read shows this, and the intent goes on from there.
//! - *A remove may act after it counted as lost*: more than 7¾ seconds after its answer was abandoned, and after a
//!   second remove was sent. Normally there is no connection by then, and it is refused. If the other user has sent a
//!   new request meanwhile, it declines that request, or reopens a declined one.
//! - *A create may act late* in the same way. If the other user has declined an earlier request by then, it is a new
//!   request, even without `ask_again`.
//! - *A status can change at any time.* `after` is the status that the pod reported last.
//!
//! Each call does at most what is documented for one such call.
//!
//! # In tests
//!
//! [`Ensure::new`] takes any [`Calls`], such as a simulation without sockets and with its own clock.
//!
//! Next: [`connections::bulk`](crate::connections::bulk). Previous: [`connections::plan`](crate::connections::plan).

use std::fmt;
use std::future::Future;
use std::iter;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::behaviour::Action;
use super::plan::{Goal, Step, plan};
use super::{Calls, Connection, Connections, Status, UserId};
use crate::deferred::Deferred;
use crate::{Error, ErrorKind};

/// How many calls that change something an intent makes at most.
const MAX_ACTIONS: usize = 4;

/// The pauses before the reads after a call. A call that has had no visible effect after them counts as lost.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// The pause before each further read while none has succeeded.
const LONG_PAUSE: Duration = Duration::from_secs(8);

const DEADLINE: Duration = Duration::from_secs(120);

impl Connections {
    /// Makes sure that the user is not connected and has no open request.
    ///
    /// It removes a connection, and declines a request of the other user. There is no documented way to withdraw a
    /// request of the calling user: see [`Conclusion::NoDocumentedWay`].
    ///
    /// A user who does not exist has no connection either: the pod does not distinguish the two. To find wrong ids in a
    /// list, look at the results whose [`before`](Change::before) is `None`.
    ///
    /// The [chapter on intents](super::intent) describes them in full. All four are used in this way:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn example(connections: pod_api_ext::connections::Connections) -> Result<(), pod_api_ext::Error> {
    /// let deadline = Duration::from_secs(20);
    /// let change = connections.ensure_absent(7_078_106_126_503).deadline(deadline).await?;
    /// println!("{change}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_absent(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Absent)
    }

    /// Makes sure that the user was asked to connect, or is connected already.
    ///
    /// A request of theirs is accepted. If they have declined, they are asked again only with [`Ensure::ask_again`].
    pub fn ensure_requested(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Requested)
    }

    /// Connects with the user as far as the calling user can.
    ///
    /// A request of theirs is accepted. Otherwise they are asked, and have to answer: see
    /// [`Conclusion::WaitsOnOtherUser`]. If they have declined, they are asked again only with [`Ensure::ask_again`].
    pub fn ensure_connected(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Connected)
    }

    /// Makes sure that the user's request is declined.
    ///
    /// Without a request of theirs there is nothing to decline: see [`Conclusion::NoDocumentedWay`].
    pub fn ensure_rejected(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Rejected)
    }
}

/// An intent: a future that leads a connection to a goal.
///
/// Made by [`Connections::ensure_absent`] and its like, or by [`Ensure::new`] on other [`Calls`]. It is `'static`, so
/// it can be spawned, joined and raced. Dropping it [abandons the intent](super::intent#deadline-and-number-of-calls).
///
/// # Errors
/// The first read failed; a call was not carried out for a reason that does not concern the connection; the pod refused
/// a call, and the status could not be read afterwards; or the outcome of a call is unknown
/// ([`Error::outcome_unknown`]).
#[must_use = "an intent does nothing until it is awaited"]
pub struct Ensure<C>(Deferred<Wanted<C>, Result<Change, Error>>);

/// The goal and the settings of an intent.
struct Wanted<C> {
    calls: C,
    user: UserId,
    goal: Goal,
    ask_again: bool,
    deadline: Duration,
    status: Option<Option<Status>>,
}

impl<C: Calls> Ensure<C> {
    /// An intent on any [`Calls`]. Several intents can share them in an [`Arc`](std::sync::Arc).
    pub fn new(calls: C, user: impl Into<UserId>, goal: Goal) -> Self {
        let user = user.into();
        let wanted = Wanted { calls, user, goal, ask_again: false, deadline: DEADLINE, status: None };
        Self(Deferred::new(wanted))
    }

    /// Asks the other user again if they have declined. Only the goals requested and connected use it.
    pub fn ask_again(self) -> Self {
        Self(self.0.set(|wanted| wanted.ask_again = true))
    }

    /// How long the whole intent may take. Default: 120 seconds.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self(self.0.set(|wanted| wanted.deadline = deadline))
    }

    /// Starts from a status that was just read, for example by [`Connections::list`], and saves the first read. `None`
    /// is the absence of a connection.
    ///
    /// Pass only a status that is a few seconds old: the connection may have changed since.
    pub fn starting_from(self, status: Option<Status>) -> Self {
        Self(self.0.set(|wanted| wanted.status = Some(status)))
    }
}

// The pinned future is in a box.
impl<C> Unpin for Ensure<C> {}

impl<C: Calls + 'static> Future for Ensure<C> {
    type Output = Result<Change, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(context, |wanted| Box::pin(wanted.pursue()))
    }
}

impl<C> fmt::Debug for Ensure<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.0.settings();
        f.debug_struct("Ensure")
            .field("user", &wanted.map(|wanted| wanted.user))
            .field("goal", &wanted.map(|wanted| wanted.goal))
            .finish_non_exhaustive()
    }
}

impl<C: Calls> Wanted<C> {
    async fn pursue(self) -> Result<Change, Error> {
        let Self { calls, user, goal, ask_again, deadline, status } = self;
        let begun = calls.clock().now();
        let pursuit = Pursuit {
            calls,
            user,
            goal,
            ask_again,
            begun,
            deadline,
            out_of_time: false,
            in_doubt: false,
            actions: Vec::new(),
            reads: 0,
            deviations: Vec::new(),
            unanswered: None,
        };
        pursuit.run(status).await
    }
}

/// The result of an intent.
///
/// `Display` writes it in a line, such as `user 7078106126503 is absent: was ACCEPTED, removed`, and `Serialize` as a
/// row.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The other user.
    pub user: UserId,
    /// The goal.
    pub goal: Goal,
    /// The status at the beginning; `None` if there was no connection.
    pub before: Option<Status>,
    /// The status that the pod reported last; `None` if there is no connection.
    pub after: Option<Status>,
    /// Whether the goal is reached, or why not.
    pub conclusion: Conclusion,
    /// The calls that were sent to change something, in order, successful or not.
    pub actions: Vec<Action>,
    /// How often the status was read, including failed reads.
    pub reads: u32,
    /// Answers that differ from the documentation. Usually empty.
    pub deviations: Vec<Deviation>,
    /// The error of the last call without an answer. Usually `None`.
    pub unanswered: Option<Error>,
}

impl Change {
    /// Whether the goal is reached.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.conclusion == Conclusion::Reached
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, goal, conclusion, before, after, .. } = self;
        let not = if self.is_reached() { "" } else { "not " };
        let state = match goal {
            // A connected user was not asked.
            Goal::Requested if *after == Some(Status::Accepted) => "connected",
            Goal::Requested => "asked to connect",
            Goal::Absent => "absent",
            Goal::Connected => "connected",
            Goal::Rejected => "declined",
        };
        write!(f, "user {user} is {not}{state}: ")?;
        match before {
            Some(before) => write!(f, "was {before}")?,
            None => f.write_str("there was no connection")?,
        }
        for action in &self.actions {
            f.write_str(match action {
                Action::Create => ", asked",
                Action::Accept => ", accepted",
                Action::Reject => ", declined",
                Action::Remove => ", removed",
            })?;
        }
        if self.is_reached() {
            return if self.actions.is_empty() { f.write_str(", nothing to do") } else { Ok(()) };
        }
        match after {
            Some(after) => write!(f, ", is {after}; {conclusion}")?,
            None if before.is_none() => write!(f, "; {conclusion}")?,
            None => write!(f, ", there is no connection; {conclusion}")?,
        }
        match &self.unanswered {
            Some(error) if *conclusion == Conclusion::Unsettled => write!(f, "; {error}"),
            _ => Ok(()),
        }
    }
}

/// Why an intent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conclusion {
    /// The goal is reached.
    Reached,
    /// The other user has to answer.
    WaitsOnOtherUser,
    /// No documented call leads from the status `after` to the goal, so none was sent.
    NoDocumentedWay,
    /// The other user has declined, and was not to be asked again.
    Declined,
    /// The documented call was made, but the status is unchanged: the pod refused it, or accepted it and did nothing.
    /// The last of the [deviations](Change::deviations) shows which. For example, users of the same private pod cannot
    /// be disconnected, and a user who does not exist cannot be asked.
    NoEffect,
    /// The deadline, or the limit of four calls, was reached first: answers were lost (the last one is in
    /// [`unanswered`](Change::unanswered)), or the connection kept changing. The last call may still act.
    Unsettled,
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reached => "reached",
            Self::WaitsOnOtherUser => "waits on the other user",
            Self::NoDocumentedWay => "no documented way",
            Self::Declined => "declined, and not to be asked again",
            Self::NoEffect => "the call had no effect",
            Self::Unsettled => "not settled with the time and the calls that there were",
        })
    }
}

/// An answer that differs from the documentation.
///
/// Either the pod behaves differently, or another user changed the connection at that moment. A caller cannot
/// distinguish the two.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deviation {
    /// The status on which the call was made; `None` if there was no connection.
    pub before: Option<Status>,
    /// The call.
    pub action: Action,
    /// What happened instead.
    pub found: Found,
}

/// What happened instead of the documented outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Found {
    /// The call was carried out, and then the status was this one; `None` if there was no connection.
    Status(Option<Status>),
    /// The pod refused the call.
    Refused(Error),
}

/// A running intent.
struct Pursuit<C> {
    calls: C,
    user: UserId,
    goal: Goal,
    ask_again: bool,
    begun: Instant,
    deadline: Duration,
    /// There was no time for a required read, so nothing more may be sent.
    out_of_time: bool,
    /// A call had no answer.
    in_doubt: bool,
    actions: Vec<Action>,
    reads: u32,
    deviations: Vec<Deviation>,
    unanswered: Option<Error>,
}

/// What is known after a call.
struct Seen {
    status: Option<Status>,
    /// Whether the pod has said what it did with the call.
    answered: bool,
}

impl<C: Calls> Pursuit<C> {
    async fn run(mut self, status: Option<Option<Status>>) -> Result<Change, Error> {
        let before = match status {
            Some(status) => status,
            None => self.read().await?,
        };
        let mut after = before.clone();
        let conclusion = loop {
            let action = match self.next(after.as_ref()) {
                ControlFlow::Continue(action) => action,
                ControlFlow::Break(conclusion) => break conclusion,
            };
            let seen = self.act(action, after.as_ref()).await?;
            let no_effect = seen.answered && seen.status == after && !self.out_of_time;
            after = seen.status;
            self.in_doubt |= !seen.answered;
            if no_effect {
                break Conclusion::NoEffect;
            }
        };
        Ok(Change {
            user: self.user,
            goal: self.goal,
            before,
            after,
            conclusion,
            actions: self.actions,
            reads: self.reads,
            deviations: self.deviations,
            unanswered: self.unanswered,
        })
    }

    /// The call to make, or why none is to be made.
    fn next(&self, status: Option<&Status>) -> ControlFlow<Conclusion, Action> {
        let action = match plan(status, self.goal) {
            Step::Call(action) => action,
            Step::AskAgain if self.ask_again => Action::Create,
            Step::AskAgain => return ControlFlow::Break(Conclusion::Declined),
            Step::Reached => return ControlFlow::Break(Conclusion::Reached),
            Step::WaitsOnOtherUser => return ControlFlow::Break(Conclusion::WaitsOnOtherUser),
            Step::NoDocumentedWay => return ControlFlow::Break(Conclusion::NoDocumentedWay),
        };
        // A known status is worth more than another call whose effect there may be no time to read.
        let remaining = self.remaining();
        let too_late = remaining.is_zero() || (self.in_doubt && remaining < PAUSES.iter().sum());
        if self.out_of_time || too_late || self.actions.len() == MAX_ACTIONS {
            return ControlFlow::Break(Conclusion::Unsettled);
        }
        ControlFlow::Continue(action)
    }

    /// Makes a call, and finds out what it did.
    async fn act(&mut self, action: Action, before: Option<&Status>) -> Result<Seen, Error> {
        self.actions.push(action);
        let status = match self.send(action).await {
            Ok(Some(status)) => Some(status),
            // The answer has no status, so the next read that shows a change counts.
            Ok(None) => {
                let read = self.read_until(|status| status != before).await;
                read.map_err(Error::with_unknown_outcome)?
            }
            Err(error) if error.outcome_unknown() => {
                let Ok(status) = self.read_until(|status| shows(action, status)).await else {
                    return Err(error);
                };
                self.unanswered = Some(error);
                return Ok(Seen { status, answered: false });
            }
            Err(error) if speaks_of_the_connection(error.kind()) => {
                let Ok(status) = self.read_until(|_| true).await else { return Err(error) };
                if status.as_ref() == before {
                    self.deviates(action, before, Found::Refused(error));
                }
                return Ok(Seen { status, answered: true });
            }
            Err(error) => return Err(error),
        };
        // The answer of create for users of the same private pod is documented too.
        let implicit = action == Action::Create && status == Some(Status::Accepted);
        if !shows(action, status.as_ref()) && !implicit {
            self.deviates(action, before, Found::Status(status.clone()));
        }
        Ok(Seen { status, answered: true })
    }

    fn deviates(&mut self, action: Action, before: Option<&Status>, found: Found) {
        self.deviations.push(Deviation { before: before.cloned(), action, found });
    }

    /// Makes a call. `None` if it was carried out and its answer has no status.
    async fn send(&self, action: Action) -> Result<Option<Status>, Error> {
        let (calls, user) = (&self.calls, self.user);
        let call = async {
            match action {
                Action::Create => calls.create(user).await.map(told),
                Action::Accept => calls.accept(user).await.map(told),
                Action::Reject => calls.reject(user).await.map(told),
                Action::Remove => calls.remove(user).await.map(|()| None),
            }
        };
        let cut_off = || Error::of_kind(ErrorKind::Timeout).with_unknown_outcome();
        self.in_time(call).await.unwrap_or_else(|| Err(cut_off()))
    }

    async fn read(&mut self) -> Result<Option<Status>, Error> {
        self.reads += 1;
        let found = self.in_time(self.calls.find(self.user)).await;
        let found = found.unwrap_or_else(|| Err(Error::of_kind(ErrorKind::Timeout)))?;
        Ok(found.map(|connection| connection.status))
    }

    /// Reads until the status is the expected one or the pauses are used up, and then until a read succeeds. Returns
    /// the status of the last successful read, or the error if none succeeded.
    async fn read_until(
        &mut self,
        is_there: impl Fn(Option<&Status>) -> bool,
    ) -> Result<Option<Status>, Error> {
        let mut last = Err(Error::of_kind(ErrorKind::Timeout));
        let mut asked_for = Duration::ZERO;
        for (reads, pause) in (1..).zip(PAUSES.into_iter().chain(iter::repeat(LONG_PAUSE))) {
            if !self.pause(pause.max(asked_for)).await {
                self.out_of_time = true;
                break;
            }
            match self.read().await {
                Ok(status) => {
                    let is_over = reads >= PAUSES.len() || is_there(status.as_ref());
                    last = Ok(status);
                    if is_over {
                        break;
                    }
                    asked_for = Duration::ZERO;
                }
                Err(error) => {
                    asked_for = error.retry_after().unwrap_or_default();
                    if last.is_err() {
                        last = Err(error);
                    }
                }
            }
        }
        last
    }

    /// Waits, if the deadline is later. Returns whether it did.
    async fn pause(&self, pause: Duration) -> bool {
        if pause >= self.remaining() {
            return false;
        }
        if !pause.is_zero() {
            self.calls.clock().sleep(pause).await;
        }
        true
    }

    /// Waits for a call, at most for half of the remaining time: the other half is for the calls after it.
    async fn in_time<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            answer = call => Some(answer),
            () = self.calls.clock().sleep(self.remaining() / 2) => None,
        }
    }

    fn remaining(&self) -> Duration {
        let elapsed = self.calls.clock().now().saturating_duration_since(self.begun);
        self.deadline.saturating_sub(elapsed)
    }
}

/// Whether this is the status that a planned call leads to.
fn shows(action: Action, status: Option<&Status>) -> bool {
    let documented = match action {
        Action::Create => Some(Status::PendingOutgoing),
        Action::Accept => Some(Status::Accepted),
        Action::Reject => Some(Status::Rejected),
        Action::Remove => None,
    };
    status == documented.as_ref()
}

/// The status in an answer, if it has one. An answer without a status has an empty one.
fn told(answer: Connection) -> Option<Status> {
    Some(answer.status).filter(|status| !status.as_str().is_empty())
}

/// Whether the pod refused because of the connection's state. Such a call has changed nothing.
fn speaks_of_the_connection(refusal: ErrorKind) -> bool {
    matches!(
        refusal,
        ErrorKind::ConflictingState
            | ErrorKind::NotConnected
            | ErrorKind::InvalidRequest
            | ErrorKind::NotFound
    )
}

#[cfg(test)]
mod tests {
    use super::super::behaviour::{Outcome, outcome};
    use super::*;

    #[test]
    fn a_planned_call_leads_to_what_is_documented() {
        let statuses = [None, Some(Status::PendingIncoming), Some(Status::Accepted)];
        let calls =
            statuses.iter().flat_map(|status| Goal::ALL.map(|goal| (status, plan(status.as_ref(), goal))));
        for (status, step) in calls {
            let Step::Call(action) = step else { continue };
            let after = match outcome(status.as_ref(), action) {
                Outcome::Becomes(after) => Some(after),
                Outcome::Removed => None,
                Outcome::Undocumented => panic!("{action} on {status:?} is not documented"),
            };
            assert!(shows(action, after.as_ref()), "{status:?} + {action}");
        }
    }
}
