//! A run: take users from the input, read their statuses in batches, run their intents, return the results.
//!
//! | field | users in it | at most |
//! |---|---|---|
//! | `held` | in the run a second time | 1 |
//! | `unread` | waiting for a list | a batch, and those moved back from `ready` |
//! | `reading` | in a list call that is in flight | a batch |
//! | `ready` | waiting for the rate limit | a batch, and the concurrency |
//! | `running` | with a running intent | the concurrency |

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

/// A run: the stream of its results, each as soon as its intent ends.
///
/// It makes progress only while it is polled. Dropping it stops it. Made by [`EnsureAll::stream`]; the [module
/// documentation](super) describes it.
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
    /// `None` when the input has ended.
    users: Option<Pin<Box<S>>>,
    /// The users in the run, except `held`.
    inside: HashSet<UserId>,
    held: Option<UserId>,
    unread: Vec<UserId>,
    reading: Option<Reading>,
    ready: VecDeque<Ready>,
    turn: Option<BoxFuture<'static, ()>>,
    running: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Why no further user starts.
    stopped: Option<Stopped>,
}

/// What has stopped a run: an error of this kind, or the program.
type Stopped = Option<ErrorKind>;

/// The goal of each intent, and its options.
#[derive(Clone, Copy, Debug)]
struct Intent {
    goal: Goal,
    ask_again: bool,
    deadline: Option<Duration>,
}

/// A list call in flight.
struct Reading {
    users: Vec<UserId>,
    answer: BoxFuture<'static, Result<Vec<Connection>, Error>>,
}

/// A user whose intent can start.
struct Ready {
    user: UserId,
    /// `None` if the list failed.
    seen: Option<Seen>,
}

/// A status, and when it arrived. Counted from the request, a status from a slow pod would always be too old.
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

    /// The next result; `None` at the end of the run.
    ///
    /// The same as `next` of `StreamExt`, for programs that do not use it. Dropping the future loses no result.
    pub async fn next(&mut self) -> Option<Done> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Receives the answer of a list. Returns whether there was one.
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
                // One of its users yields the error; the others are not begun.
                self.stop_because(Some(error.kind()));
                self.unread.extend(users);
                if let Some(user) = self.unread.pop() {
                    let failed = Done { user, result: Err(error.into()) };
                    self.run(Box::pin(ready(failed)));
                }
            }
            // The pod may refuse only the list. Each user can still be read alone.
            Err(_) => self.ready.extend(users.into_iter().map(|user| Ready { user, seen: None })),
        }
        true
    }

    /// Starts the intents that can start. Returns whether there were any.
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

    /// Whether the rate limit lets the next user start. If not, the task is woken when it does.
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

    /// Sends the next list if few users are ready. Returns whether it did.
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

    /// The next user of the input.
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

    /// The next user that is not begun, because the run has stopped.
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

/// Whether the 404 comes from something that is not a pod, such as a gateway at a wrong address. A pod may answer an
/// empty list with 404 too, but with a body of its own.
fn is_about_the_address(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && !error.is_from_the_pod()
}

impl<C, S> Run<C, S> {
    /// Starts no further user. Running intents finish, as long as their results are polled. Users that were taken from
    /// the input but have not started yield [`Failure::NotBegun`]; no more are taken.
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

    /// The progress. The handle can be read during the run and after its end.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl Intent {
    /// Whether the intent has to make a call, as far as the status tells.
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
