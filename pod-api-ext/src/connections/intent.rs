//! Reaching a state, whatever the start and whatever happens on the way.
//!
//! A program seldom wants to *send remove*. It wants that two users are not connected. The difference shows when an
//! answer is lost: remove is a toggle and must not be sent again, but the state can be read again. So say what is wanted,
//! and look at the [`Change`]:
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
//! There are four goals: [`ensure_absent`](Connections::ensure_absent), [`ensure_requested`](Connections::ensure_requested),
//! [`ensure_connected`](Connections::ensure_connected) and [`ensure_rejected`](Connections::ensure_rejected). An intent is
//! safe to repeat: where its goal is reached already, it sends nothing.
//!
//! # How it goes
//!
//! The statuses of a connection, as the calling user sees them; where each goal is reached; and the calls that an intent
//! makes for it:
//!
#![doc = include_str!("states.svg")]
//!
//! Read the status; look up the next step in the [table](super::plan); make that one call; see what it did. An answer
//! that carries a status says what it did, and so does the next read.
//!
//! - *No answer, or one that says nothing* ([`Error::outcome_unknown`]): the status is read again, after 0, ¼, ½, 1, 2 and
//!   4 seconds, until it shows what the call was to do. If it does not within those 7¾ seconds, the call is
//!   taken for lost, and the next step is planned from the status as it is by then, if the deadline leaves as much time
//!   again. Nothing is sent again on the strength of an error alone.
//! - *A refusal that speaks of the connection* (400, 404, a conflict): somebody may have changed it between read and
//!   call. It is read again, and planned anew from what it is by now. If it is as it was, the pod
//!   refuses what is documented, which the [`Change`] tells.
//! - *A call that was not carried out for another reason* (401, 403, 429, no connection): the error is returned. What is
//!   safe to send again, the [pod](crate::retry) has sent again by then.
//! - *A remove that succeeded* is confirmed by a read, because its answer says nothing of the connection.
//!
//! The pod may have two opinions on removing a pending request, but it makes no difference here: a pending request is
//! declined by reject, and remove is sent on `ACCEPTED` alone.
//!
//! # What comes of it
//!
//! That no call leads to the goal is an answer and not an error:
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
//! An error is returned if the first read fails, if a call was not carried out for a reason that has nothing to do with
//! the connection, if the pod refused a call and no read has succeeded since, or if nobody can say what a call did. Only
//! in the last case [`Error::outcome_unknown`] is true: a call may have been carried out, and from then to the deadline
//! no read has succeeded. If one has, the result is definite. An error is that of the last call; what the calls before it
//! did has been read by then.
//!
//! # How long, and how many calls
//!
//! At most four calls that change something, and usually one or none. With a deadline of *D* seconds
//! ([`Ensure::deadline`]; 120 unless told otherwise) at most 25 + *D*/8 reads, which is 40, and usually one or two: once
//! the pauses above are used up and still no read has succeeded, they are eight seconds long. A pod that names the time
//! to come back is given it. No single call is waited for longer than half of the time that is left then, so that there
//! is time to see what it did. What a [`Pod`](crate::Pod) sends again by itself counts as one call; its own
//! [deadline](crate::Pod::with_deadline) is for each call, and that of the intent for the whole.
//!
//! Dropping the future gives the intent up. If a call that changes something is under way, its outcome is unknown; start
//! the intent anew to settle it.
//!
//! # What cannot be excluded
//!
//! The API has no conditional calls ("remove if still connected"), so between a read and the call that it leads to,
//! the connection may change: through the other user, or the same user elsewhere. And a call that was given up on may
//! act late. Therefore:
//!
//! - *Remove may meet something else than `ACCEPTED`.* Somebody ends the connection and asks anew just between read and
//!   remove: then remove declines that request. If it was declined already, remove reopens it; the read that follows
//!   sees this, and the goal is pursued from there.
//! - *A remove may act after it was taken for lost*, more than 7¾ seconds after its answer was given up on, and after a
//!   second one was sent. Where nothing has happened meanwhile there is no connection any more, and it is refused. Where
//!   the other user has asked anew meanwhile, it declines that request, or reopens one that was declined.
//! - *A create may act late* in the same way. If the other user has declined an earlier request by then, it is a new one,
//!   though nobody said `ask_again`.
//! - *A state does not last.* `after` is what the pod said last. The next moment belongs to everybody.
//!
//! Each call does at most what the documentation says that one such call does.
//!
//! # In tests
//!
//! [`Ensure::new`] takes any [`Calls`], such as a simulation without sockets and with a clock of its own.

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

/// The pauses before each read that follows a call. When they are over, a call that has not shown is taken for lost.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// The pause before each further read, if none has succeeded so far.
const LONG_PAUSE: Duration = Duration::from_secs(8);

const DEADLINE: Duration = Duration::from_secs(120);

impl Connections {
    /// Makes sure that the user is not connected and that no request of theirs is open.
    ///
    /// A connection is removed, a request of theirs is declined. There is no documented way to withdraw an own request:
    /// see [`Conclusion::NoDocumentedWay`].
    ///
    /// A user who does not exist has no connection either: the pod does not tell one from the other. Whoever checks a list
    /// of ids looks at those with [`before`](Change::before) none, for whom nothing was done.
    ///
    /// The [chapter on intents](super::intent) tells what may happen on the way; this is how all four are used:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn example(connections: pod_api_ext::connections::Connections) -> Result<(), pod_api_ext::Error> {
    /// let change = connections.ensure_absent(7_078_106_126_503).deadline(Duration::from_secs(20)).await?;
    /// println!("{change}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_absent(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Absent)
    }

    /// Makes sure that the user was asked to connect, or is connected already.
    ///
    /// If they have asked themselves, their request is accepted. If they have declined, they are asked anew only with
    /// [`Ensure::ask_again`].
    pub fn ensure_requested(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Requested)
    }

    /// Connects with the user as far as the calling user can.
    ///
    /// If they have asked, their request is accepted. If not, they are asked, and then it is for them to answer:
    /// see [`Conclusion::WaitsOnOtherUser`]. If they have declined, they are asked anew only with [`Ensure::ask_again`].
    pub fn ensure_connected(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Connected)
    }

    /// Makes sure that the user's request is declined.
    ///
    /// Where there is no request of theirs, there is nothing to decline: see [`Conclusion::NoDocumentedWay`].
    pub fn ensure_rejected(&self, user: impl Into<UserId>) -> Ensure<Self> {
        Ensure::new(self.clone(), user, Goal::Rejected)
    }
}

/// An intent: a future, which pursues it.
///
/// Made by [`Connections::ensure_absent`] and its like, or by [`Ensure::new`] on other [`Calls`]. What it needs it owns, so it
/// can be spawned, joined and raced as it is. Dropping it gives the intent up, as the
/// [chapter on intents](super::intent#how-long-and-how-many-calls) tells.
///
/// # Errors
/// The first read failed; a call was not carried out for a reason that has nothing to do with the connection;
/// the pod refused a call, and the status could not be read afterwards; or nobody can say what a call did, and
/// [`Error::outcome_unknown`] is true.
#[must_use = "an intent does nothing until it is awaited"]
pub struct Ensure<C>(Deferred<Wanted<C>, Result<Change, Error>>);

/// What is wanted.
struct Wanted<C> {
    calls: C,
    user: UserId,
    goal: Goal,
    ask_again: bool,
    deadline: Duration,
    status: Option<Option<Status>>,
}

impl<C: Calls> Ensure<C> {
    /// An intent on any calls. Several share theirs by an [`Arc`](std::sync::Arc), unless they are cheap to clone.
    pub fn new(calls: C, user: impl Into<UserId>, goal: Goal) -> Self {
        let user = user.into();
        let wanted = Wanted { calls, user, goal, ask_again: false, deadline: DEADLINE, status: None };
        Self(Deferred::new(wanted))
    }

    /// Asks the other user again if they have declined. It matters to the goals requested and connected only.
    pub fn ask_again(self) -> Self {
        Self(self.0.set(|wanted| wanted.ask_again = true))
    }

    /// How long it may take as a whole. 120 seconds unless told otherwise.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self(self.0.set(|wanted| wanted.deadline = deadline))
    }

    /// Starts from a status that was read just now, as by [`Connections::list`], and saves the first read. `None` is the
    /// absence of a connection.
    ///
    /// The older it is, the more may have happened since. A status of yesterday is no good.
    pub fn starting_from(self, status: Option<Status>) -> Self {
        Self(self.0.set(|wanted| wanted.status = Some(status)))
    }
}

// What is pinned has a box of its own.
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

/// What an intent came to.
///
/// `Display` tells it in a line, such as `user 7078106126503 is absent: was ACCEPTED, removed`, and `Serialize` in a row.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The other user.
    pub user: UserId,
    /// What was wanted.
    pub goal: Goal,
    /// The status at the beginning; `None` if there was no connection.
    pub before: Option<Status>,
    /// The status that the pod told last; `None` if there is no connection.
    pub after: Option<Status>,
    /// Whether the goal is reached, or why not.
    pub conclusion: Conclusion,
    /// The calls that were sent to change something, in this order, whatever became of each.
    pub actions: Vec<Action>,
    /// How often the status was read, whether or not an answer came.
    pub reads: u32,
    /// Where the pod answered otherwise than documented. Usually empty.
    pub deviations: Vec<Deviation>,
    /// Why the last of the calls without an answer had none. Usually none.
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
            // Who is connected already was not asked.
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
    /// It is for the other user to answer.
    WaitsOnOtherUser,
    /// No documented call leads to the goal from the status `after`, so none was sent.
    NoDocumentedWay,
    /// The other user has declined, and was not to be asked again.
    Declined,
    /// The documented call was made and the status is as before: the pod refused it, or said yes and did nothing. The last
    /// of the [deviations](Change::deviations) tells which. Users of one private pod, for example, cannot be disconnected,
    /// and a user who does not exist cannot be asked.
    NoEffect,
    /// The time, or the four calls, were used up before there was an end to it: answers went lost, of which the last is
    /// [`unanswered`](Change::unanswered), or the connection kept changing. What was sent last may not have acted yet.
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

/// An answer that is not the documented one.
///
/// Either the pod behaves otherwise than documented, or somebody else changed the connection at that moment. From outside,
/// one looks like the other.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deviation {
    /// The status on which the call was made; `None` if there was no connection.
    pub before: Option<Status>,
    /// The call.
    pub action: Action,
    /// What came of it.
    pub found: Found,
}

/// What came of a call, in place of what is documented.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Found {
    /// The call was carried out, and then the status was this one; `None` if there was no connection.
    Status(Option<Status>),
    /// The pod refused the call.
    Refused(Error),
}

/// An intent under way.
struct Pursuit<C> {
    calls: C,
    user: UserId,
    goal: Goal,
    ask_again: bool,
    begun: Instant,
    deadline: Duration,
    /// A read that was due found no time, so nothing may be sent any more.
    out_of_time: bool,
    /// A call went without an answer.
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
        // What is known now is worth more than another call whose outcome nobody may live to see.
        let remaining = self.remaining();
        let too_late = remaining.is_zero() || (self.in_doubt && remaining < PAUSES.iter().sum());
        if self.out_of_time || too_late || self.actions.len() == MAX_ACTIONS {
            return ControlFlow::Break(Conclusion::Unsettled);
        }
        ControlFlow::Continue(action)
    }

    /// Makes a call, and finds out what came of it.
    async fn act(&mut self, action: Action, before: Option<&Status>) -> Result<Seen, Error> {
        self.actions.push(action);
        let status = match self.send(action).await {
            Ok(Some(status)) => Some(status),
            // The answer does not tell, so the next read that tells anything new does.
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
        // What create answers for users of one private pod is documented as well.
        let implicit = action == Action::Create && status == Some(Status::Accepted);
        if !shows(action, status.as_ref()) && !implicit {
            self.deviates(action, before, Found::Status(status.clone()));
        }
        Ok(Seen { status, answered: true })
    }

    fn deviates(&mut self, action: Action, before: Option<&Status>, found: Found) {
        self.deviations.push(Deviation { before: before.cloned(), action, found });
    }

    /// Makes a call. None: it was carried out, and the answer does not say what the status is.
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

    /// Reads until the status is what was waited for, or the pauses are used up; then until a read succeeds at all. What the
    /// last successful read said, or why none succeeded.
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

    /// Waits, if there is time for more than that.
    async fn pause(&self, pause: Duration) -> bool {
        if pause >= self.remaining() {
            return false;
        }
        if !pause.is_zero() {
            self.calls.clock().sleep(pause).await;
        }
        true
    }

    /// Waits for a call, but not for longer than half of the time that is left: the other half is for the calls to come.
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

/// Whether this is the status that a call leads to where the plan makes it.
fn shows(action: Action, status: Option<&Status>) -> bool {
    let documented = match action {
        Action::Create => Some(Status::PendingOutgoing),
        Action::Accept => Some(Status::Accepted),
        Action::Reject => Some(Status::Rejected),
        Action::Remove => None,
    };
    status == documented.as_ref()
}

/// The status in an answer. An answer may come without, which is no status but an empty word.
fn told(answer: Connection) -> Option<Status> {
    Some(answer.status).filter(|status| !status.as_str().is_empty())
}

/// Whether the pod refuses because the connection is not in the state that the call needs. It has changed nothing.
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
