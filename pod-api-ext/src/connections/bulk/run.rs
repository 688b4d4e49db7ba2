//! A run: users come in, their statuses are read, their intents are pursued, they come out.
//!
//! | place | who is there | at most |
//! |---|---|---|
//! | `held` | named again before they have come out | 1 |
//! | `unread` | waits for a list | a batch and those from `ready` |
//! | `reading` | a list with them is under way | a batch |
//! | `ready` | waits for a turn | a batch, and as many as run at a time |
//! | `running` | their intents are under way | as many as run at a time |

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::future::{poll_fn, ready};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready as ready_or_return};
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, Stream, StreamExt as _};

use super::super::plan::{Step, plan};
use super::super::{Calls, Connection, Ensure, Goal, ListFilter, Status, UserId, Which};
use super::paced::{Paced, asks_for_more};
use super::{Done, EnsureAll, Failure, Progress, Stops};
use crate::clock::BoxFuture;
use crate::{Error, ErrorKind};

/// How old a status may be when an intent starts from it.
const FRESH: Duration = Duration::from_secs(10);

/// A run under way: the stream of its results, in the order in which they come about.
///
/// It goes on only while the next result is waited for. Dropping it stops it. Made by
/// [`EnsureAll::stream`]; the [module documentation](super) tells how it goes.
#[must_use = "a run does nothing unless its results are asked for"]
pub struct Run<C, S> {
    calls: Arc<Paced<C>>,
    intent: Intent,
    concurrency: usize,
    batch: usize,
    max_pause: Duration,
    stops: Stops,
    signal: Option<BoxFuture<'static, ()>>,
    progress: Progress,
    /// None: it has ended.
    users: Option<Pin<Box<S>>>,
    /// Everybody who was taken in and has not come out, but for the one who is held.
    inside: HashSet<UserId>,
    held: Option<UserId>,
    unread: Vec<UserId>,
    reading: Option<Reading>,
    ready: VecDeque<Ready>,
    turn: Option<BoxFuture<'static, ()>>,
    running: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Why nobody begins any more.
    stopped: Option<Stopped>,
}

/// What has stopped a run: an error of some kind, or none.
type Stopped = Option<ErrorKind>;

/// What is wanted of each connection.
#[derive(Clone, Copy, Debug)]
struct Intent {
    goal: Goal,
    ask_again: bool,
    deadline: Option<Duration>,
}

/// A list that is under way.
struct Reading {
    users: Vec<UserId>,
    answer: BoxFuture<'static, Result<Vec<Connection>, Error>>,
}

/// A user whose intent can begin.
struct Ready {
    user: UserId,
    /// None: the list failed, so nothing is known.
    seen: Option<Seen>,
}

/// A status, and when it came. Not when it was asked for: the age of what a slow pod says would never be right.
struct Seen {
    status: Option<Status>,
    at: Instant,
}

impl<C, S> Run<C, S>
where
    C: Calls + 'static,
    S: Stream<Item: Into<UserId>>,
{
    pub(super) fn new(of: EnsureAll<C, S>) -> Self {
        let calls = if of.interval.is_some() { (of.to_be_paced)(of.calls) } else { of.calls };
        Self {
            calls: Arc::new(Paced::new(calls, of.interval, of.max_pause)),
            intent: Intent { goal: of.goal, ask_again: of.ask_again, deadline: of.deadline },
            concurrency: of.concurrency,
            batch: of.batch,
            max_pause: of.max_pause,
            stops: of.stops,
            signal: of.signal,
            progress: Progress::default(),
            users: Some(Box::pin(of.users)),
            inside: HashSet::new(),
            held: None,
            unread: Vec::new(),
            reading: None,
            ready: VecDeque::new(),
            turn: None,
            running: FuturesUnordered::new(),
            stopped: None,
        }
    }

    /// The next result; None when everybody has come out.
    ///
    /// The same as `next` of `StreamExt`, for programs that do not use it. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Done> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Takes in what the pod says of those whose statuses were asked for. Whether anything has happened.
    fn receive(&mut self, context: &mut Context<'_>) -> bool {
        let Some(reading) = &mut self.reading else { return false };
        let Poll::Ready(answer) = reading.answer.as_mut().poll(context) else { return false };
        let Some(Reading { users, .. }) = self.reading.take() else { return false };
        let at = self.calls.true_time().now();
        match answer {
            Ok(connections) => {
                let mut statuses: HashMap<_, _> =
                    connections.into_iter().map(|connection| (connection.user, connection.status)).collect();
                self.ready.extend(users.into_iter().map(|user| {
                    let seen = Some(Seen { status: statuses.remove(&user), at });
                    Ready { user, seen }
                }));
            }
            Err(error) if self.is_stopped_by(&error) || is_about_the_address(&error) => {
                // It is told to one of them, and the others are as those who are yet to come.
                self.stop_because(Some(error.kind()));
                self.unread.extend(users);
                if let Some(user) = self.unread.pop() {
                    let failed = Done { user, result: Err(error.into()) };
                    self.run(Box::pin(ready(failed)));
                }
            }
            // Perhaps it is the list that the pod does not like: then each can still be read alone.
            Err(_) => self.ready.extend(users.into_iter().map(|user| Ready { user, seen: None })),
        }
        true
    }

    /// Begins the intents that can begin. Whether there are any.
    fn begin(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        while self.running.len() < self.concurrency && !self.ready.is_empty() {
            let now = self.calls.true_time().now();
            let is_stale = |ready: &Ready| {
                ready.seen.as_ref().is_some_and(|seen| now.saturating_duration_since(seen.at) > FRESH)
            };
            let is_turn = self.is_turn(context);
            let next =
                if is_turn { Some(0) } else { self.ready.iter().position(|it| !self.intent.calls(it)) };
            let Some(next) = next else { break };
            any = true;
            if self.ready.get(next).is_some_and(is_stale) {
                let (stale, fresh): (VecDeque<_>, _) =
                    mem::take(&mut self.ready).into_iter().partition(is_stale);
                self.unread.extend(stale.into_iter().map(|ready| ready.user));
                self.ready = fresh;
                continue;
            }
            let Some(next) = self.ready.remove(next) else { break };
            if self.intent.calls(&next) {
                self.calls.take_turn();
            }
            let intent = self.intent.pursue(Arc::clone(&self.calls), next);
            self.run(intent);
        }
        any
    }

    /// Whether the next user may begin. If not, the task is woken when it is time.
    fn is_turn(&mut self, context: &mut Context<'_>) -> bool {
        loop {
            if let Some(turn) = &mut self.turn {
                if turn.as_mut().poll(context).is_pending() {
                    return false;
                }
                self.turn = None;
            }
            let wait = self.calls.until_turn();
            if wait.is_zero() {
                return true;
            }
            let calls = Arc::clone(&self.calls);
            self.turn = Some(Box::pin(async move { calls.true_time().sleep(wait).await }));
        }
    }

    fn run(&mut self, intent: BoxFuture<'static, Done>) {
        self.progress.begun();
        self.running.push(intent);
    }

    /// Asks for the statuses of those who come next, if few are ready. Whether it does.
    fn read(&mut self, context: &mut Context<'_>) -> bool {
        if self.reading.is_some() || self.ready.len() > self.concurrency {
            return false;
        }
        while self.held.is_none()
            && self.unread.len() < self.batch
            && let Poll::Ready(Some(user)) = self.take(context)
        {
            if self.inside.insert(user) {
                self.unread.push(user);
            } else {
                self.held = Some(user);
            }
        }
        if self.unread.is_empty() {
            return false;
        }
        let users: Vec<_> = self.unread.drain(..self.batch.min(self.unread.len())).collect();
        let filter = ListFilter::from(Which::All).with_users(users.iter().copied());
        let calls = Arc::clone(&self.calls);
        let answer = Box::pin(async move { calls.list(filter).await });
        self.reading = Some(Reading { users, answer });
        true
    }

    /// The next of the users that come in.
    fn take(&mut self, context: &mut Context<'_>) -> Poll<Option<UserId>> {
        let Some(users) = &mut self.users else { return Poll::Ready(None) };
        let user = ready_or_return!(users.as_mut().poll_next(context)).map(Into::into);
        match user {
            Some(_) => self.progress.taken(),
            None => self.users = None,
        }
        Poll::Ready(user)
    }

    fn is_stopped_by(&self, error: &Error) -> bool {
        asks_for_more(error, self.max_pause) || (self.stops)(error)
    }

    /// An intent has ended.
    fn end(&mut self, done: Done) -> Done {
        self.progress.ended(&done);
        if let Err(Failure::Failed(error)) = &done.result
            && self.is_stopped_by(error)
        {
            self.stop_because(Some(error.kind()));
        }
        self.inside.remove(&done.user);
        if self.held == Some(done.user) {
            self.held = None;
            self.inside.insert(done.user);
            self.unread.push(done.user);
        }
        done
    }

    /// Somebody who is not begun any more.
    fn turn_away(&mut self, because: Stopped, context: &mut Context<'_>) -> Poll<Option<Done>> {
        if let Some(reading) = self.reading.take() {
            self.unread.extend(reading.users);
        }
        let waits = self.unread.pop().or_else(|| self.ready.pop_front().map(|ready| ready.user));
        let user = match waits {
            Some(user) => {
                self.inside.remove(&user);
                Some(user)
            }
            None => match self.held.take() {
                Some(user) => Some(user),
                None => ready_or_return!(self.take(context)),
            },
        };
        Poll::Ready(user.map(|user| {
            self.progress.not_begun();
            Done { user, result: Err(Failure::NotBegun { because }) }
        }))
    }
}

/// Whether something else than the pod knows no such list, as a gateway does where the address is wrong. A pod that has
/// nothing to list may say so in the same way, but in its own words.
fn is_about_the_address(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && !error.is_from_the_pod()
}

impl<C, S> Run<C, S> {
    /// Lets nobody begin any more. Who is under way is seen to the end, if their results are waited for; whoever else was
    /// taken from the stream comes out as [`Failure::NotBegun`], and no more are taken.
    ///
    /// For a run that is to stop on a signal, there is [`EnsureAll::stop_on`].
    ///
    /// ```
    /// # use pod_api_ext::connections::Connections;
    /// # async fn example(connections: Connections, users: Vec<i64>) {
    /// let mut run = connections.ensure_absent_all(users).stream();
    /// while let Some(done) = run.next().await {
    ///     println!("{done}");
    ///     if run.progress().counts().failed > 10 {
    ///         run.stop();
    ///     }
    /// }
    /// # }
    /// ```
    pub fn stop(&mut self) {
        self.stop_because(None);
        self.users = None;
    }

    fn stop_because(&mut self, because: Stopped) {
        self.stopped.get_or_insert(because);
        self.turn = None;
    }

    /// How far it is. The handle can be read while the run goes on, and after its end.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl Intent {
    /// Whether it takes a call, as far as is known.
    fn calls(&self, ready: &Ready) -> bool {
        ready.seen.as_ref().is_none_or(|seen| match plan(seen.status.as_ref(), self.goal) {
            Step::Call(_) => true,
            Step::AskAgain => self.ask_again,
            Step::Reached | Step::WaitsOnOtherUser | Step::NoDocumentedWay => false,
        })
    }

    fn pursue<C: Calls + 'static>(self, calls: Arc<Paced<C>>, ready: Ready) -> BoxFuture<'static, Done> {
        Box::pin(async move {
            let Ready { user, seen } = ready;
            let mut intent = Ensure::new(calls, user, self.goal);
            if self.ask_again {
                intent = intent.ask_again();
            }
            if let Some(deadline) = self.deadline {
                intent = intent.deadline(deadline);
            }
            if let Some(seen) = seen {
                intent = intent.starting_from(seen.status);
            }
            Done { user, result: intent.await.map_err(Failure::from) }
        })
    }
}

impl<C, S> Stream for Run<C, S>
where
    C: Calls + 'static,
    S: Stream<Item: Into<UserId>>,
{
    type Item = Done;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Done>> {
        let run = self.get_mut();
        if run.signal.as_mut().is_some_and(|signal| signal.as_mut().poll(context).is_ready()) {
            run.signal = None;
            run.stop();
        }
        loop {
            let running = run.running.poll_next_unpin(context);
            if let Poll::Ready(Some(done)) = running {
                return Poll::Ready(Some(run.end(done)));
            }
            if let Some(because) = run.stopped {
                return match run.turn_away(because, context) {
                    Poll::Ready(None) if running.is_pending() => Poll::Pending,
                    next => next,
                };
            }
            let has_moved = run.receive(context) | run.begin(context) | run.read(context);
            if !has_moved {
                let is_over = run.users.is_none() && run.inside.is_empty();
                return if is_over { Poll::Ready(None) } else { Poll::Pending };
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let inside = self.inside.len() + usize::from(self.held.is_some());
        let (least, most) = self.users.as_ref().map_or((0, Some(0)), Stream::size_hint);
        (least.saturating_add(inside), most.and_then(|most| most.checked_add(inside)))
    }
}

impl<C, S> Drop for Run<C, S> {
    fn drop(&mut self) {
        self.progress.given_up();
    }
}

impl<C, S> fmt::Debug for Run<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("intent", &self.intent)
            .field("concurrency", &self.concurrency)
            .field("batch", &self.batch)
            .field("progress", &self.progress)
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
