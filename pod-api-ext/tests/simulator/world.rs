//! The connection, the time, and who touches it when.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pod_api_ext::clock::{BoxFuture, Clock};
use pod_api_ext::connections::behaviour::{Action, Outcome, outcome};
use pod_api_ext::connections::{Calls, Connection, ListFilter, Status, UserId};
use pod_api_ext::fake::RemoveRule;
use pod_api_ext::{Error, ErrorKind};

use super::schedule::{Fate, Schedule};

/// Who does something to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The calling program, with the call of this number.
    Us { call: usize },
    /// The other user, from their side.
    OtherUser,
    /// The calling user, by another program.
    SameUser,
}

/// Something that was done to the connection, or was tried.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) at: Duration,
    pub(crate) who: Who,
    pub(crate) action: Action,
    /// The status before, as the calling user sees it.
    pub(crate) before: Option<Status>,
    /// The status after, as the calling user sees it; or how the pod refused.
    pub(crate) after: Result<Option<Status>, ErrorKind>,
}

impl Deed {
    pub(crate) fn changed_something(&self) -> bool {
        self.after.as_ref().is_ok_and(|after| *after != self.before)
    }
}

/// One connection between a user and another, and everything that happens to it. Clones are the same world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    inner: Arc<Mutex<Inner>>,
    clock: SimulatedClock,
}

#[derive(Clone, Debug)]
struct SimulatedClock(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    now: Duration,
    events: BTreeMap<(Duration, u64), Event>,
    sequence: u64,
    status: Option<Status>,
    schedule: Schedule,
    ledger: Vec<Deed>,
    calls: Vec<Call>,
}

/// A call as the world knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) sent: Duration,
    /// What the pod did or saw, once it has; and how many deeds there were before.
    pub(crate) acted: Option<(usize, Result<Option<Status>, ErrorKind>)>,
}

#[derive(Debug)]
enum Event {
    /// Somebody wants to be woken.
    Tick,
    /// A call reaches the pod. No action: it reads.
    Arrival {
        call: usize,
        action: Option<Action>,
    },
    Other {
        who: Who,
        action: Action,
    },
}

impl World {
    pub(crate) fn new(schedule: Schedule) -> Self {
        let mut inner = Inner {
            start: Instant::now(),
            now: Duration::ZERO,
            events: BTreeMap::new(),
            sequence: 0,
            status: schedule.start.clone(),
            ledger: Vec::new(),
            calls: Vec::new(),
            schedule,
        };
        for (at, who, action) in inner.schedule.others.clone() {
            inner.at(at, Event::Other { who, action });
        }
        let inner = Arc::new(Mutex::new(inner));
        Self { clock: SimulatedClock(Arc::clone(&inner)), inner }
    }

    /// Runs a future to its end, and time along with it.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            assert!(self.lock().step(), "the future waits for something that never happens");
        }
    }

    /// Lets happen whatever is still to happen: late requests, and other people.
    pub(crate) fn play_out(&self) {
        while self.lock().step() {}
    }

    /// How much time has passed.
    pub(crate) fn now(&self) -> Duration {
        self.lock().now
    }

    /// The status now, as the calling user would see it.
    pub(crate) fn status(&self) -> Option<Status> {
        self.lock().status.clone()
    }

    pub(crate) fn ledger(&self) -> Vec<Deed> {
        self.lock().ledger.clone()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    async fn call(&self, action: Option<Action>) -> Result<Option<Status>, Error> {
        let (number, answered, fate) = self.lock().send(action);
        match answered {
            Some(at) => Until { world: Arc::clone(&self.inner), at, is_known: false }.await,
            None => std::future::pending().await,
        }
        let uncertain = |kind| {
            let error = Error::of_kind(kind);
            if action.is_some() { error.with_unknown_outcome() } else { error }
        };
        match fate {
            Fate::Answered { .. } => {
                let acted = self.lock().calls[number].acted.clone();
                let (_, result) = acted.expect("it arrives before it is answered");
                result.map_err(Error::of_kind)
            }
            Fate::Lost { kind, .. } | Fate::Late { kind, .. } => Err(uncertain(kind)),
            Fate::NotDone { kind, retry_after } => {
                let error = Error::of_kind(kind);
                Err(if retry_after.is_zero() { error } else { error.with_retry_after(retry_after) })
            }
            Fate::Silent { .. } => unreachable!("it is never answered"),
        }
    }

    async fn change(&self, action: Action, user: UserId) -> Result<Connection, Error> {
        let status = self.call(Some(action)).await?;
        Ok(Connection::new(user, status.expect("create, accept and reject leave a connection")))
    }
}

impl Calls for World {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        Ok(self.call(None).await?.map(|status| Connection::new(user, status)))
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        let user = filter.users().and_then(|users| users.first().copied());
        let user = user.expect("this world has one connection, with the user that is named");
        Ok(self.find(user).await?.into_iter().collect())
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.change(Action::Create, user).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.change(Action::Accept, user).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.change(Action::Reject, user).await
    }

    async fn remove(&self, _: UserId) -> Result<(), Error> {
        self.call(Some(Action::Remove)).await.map(drop)
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Instant {
        let inner = self.0.lock().unwrap();
        inner.start + inner.now
    }

    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + self.0.lock().unwrap().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let at = self.0.lock().unwrap().now.saturating_add(duration);
        Box::pin(Until { world: Arc::clone(&self.0), at, is_known: false })
    }
}

impl Inner {
    fn at(&mut self, at: Duration, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    /// Lets the next thing happen, if there is one.
    fn step(&mut self) -> bool {
        let Some(((at, _), event)) = self.events.pop_first() else { return false };
        self.now = self.now.max(at);
        match event {
            Event::Tick => {}
            Event::Arrival { call, action: None } => {
                self.calls[call].acted = Some((self.ledger.len(), Ok(self.status.clone())));
            }
            Event::Arrival { call, action: Some(action) } => {
                let before = self.ledger.len();
                let result = self.act(Who::Us { call }, action);
                self.calls[call].acted = Some((before, result));
            }
            Event::Other { who, action } => {
                let _refused_or_not = self.act(who, action);
            }
        }
        true
    }

    /// Sends a call. Its number, when it is answered, and what becomes of it.
    fn send(&mut self, action: Option<Action>) -> (usize, Option<Duration>, Fate) {
        let number = self.calls.len();
        self.calls.push(Call { sent: self.now, acted: None });
        let fate = self.schedule.fate(number, self.now, action.is_some());
        let after = |wait: Duration| self.now + wait;
        let (arrives, answered) = match fate {
            Fate::Answered { arrival, answer } => (Some(after(arrival)), Some(after(arrival + answer))),
            Fate::Lost { acts: true, arrival, answer, .. } => {
                (Some(after(arrival)), Some(after(arrival + answer)))
            }
            Fate::Lost { acts: false, arrival, answer, .. } => (None, Some(after(arrival + answer))),
            Fate::Late { given_up, late, .. } => (Some(after(given_up + late)), Some(after(given_up))),
            Fate::NotDone { .. } => (None, Some(after(Duration::from_millis(20)))),
            Fate::Silent { acts } => (acts.then(|| after(Duration::from_millis(20))), None),
        };
        if let Some(at) = arrives {
            // Just before it arrives, and after everything that is known to happen until then.
            for (who, other) in self.schedule.interference.remove(&number).unwrap_or_default() {
                self.at(at, Event::Other { who, action: other });
            }
            self.at(at, Event::Arrival { call: number, action });
        }
        (number, answered, fate)
    }

    fn act(&mut self, who: Who, action: Action) -> Result<Option<Status>, ErrorKind> {
        let before = self.status.clone();
        let seen = |status: Option<Status>| if who == Who::OtherUser { status.map(mirror) } else { status };
        let after = if self.schedule.one_pod {
            on_one_pod(action)
        } else {
            between_pods(seen(before.clone()).as_ref(), action, self.schedule.rule).map(seen)
        };
        if let Ok(after) = &after {
            self.status.clone_from(after);
        }
        self.ledger.push(Deed { at: self.now, who, action, before, after: after.clone() });
        after
    }
}

/// What the documentation says, and where it says nothing, no change.
fn between_pods(
    before: Option<&Status>,
    action: Action,
    rule: RemoveRule,
) -> Result<Option<Status>, ErrorKind> {
    if action == Action::Remove && before != Some(&Status::Accepted) && rule == RemoveRule::ConnectedOnly {
        return Err(ErrorKind::NotConnected);
    }
    // Stated in words: once declined, a new request is allowed.
    if action == Action::Create && before == Some(&Status::Rejected) {
        return Ok(Some(Status::PendingOutgoing));
    }
    match (outcome(before, action), action) {
        (Outcome::Becomes(status), _) => Ok(Some(status)),
        (Outcome::Removed, _) => Ok(None),
        (Outcome::Undocumented, Action::Remove) => Err(ErrorKind::NotConnected),
        (Outcome::Undocumented, _) if before.is_none() => Err(ErrorKind::InvalidRequest),
        (Outcome::Undocumented, _) => Err(ErrorKind::ConflictingState),
    }
}

fn on_one_pod(action: Action) -> Result<Option<Status>, ErrorKind> {
    match action {
        Action::Create | Action::Accept => Ok(Some(Status::Accepted)),
        Action::Reject => Err(ErrorKind::InvalidRequest),
        Action::Remove => Err(ErrorKind::NotConnected),
    }
}

/// What the other user sees.
fn mirror(status: Status) -> Status {
    match status {
        Status::PendingIncoming => Status::PendingOutgoing,
        Status::PendingOutgoing => Status::PendingIncoming,
        same => same,
    }
}

/// Ready at a moment.
struct Until {
    world: Arc<Mutex<Inner>>,
    at: Duration,
    is_known: bool,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let (world, at, is_known) = (Arc::clone(&self.world), self.at, self.is_known);
        let mut world = world.lock().unwrap();
        if world.now >= at {
            return Poll::Ready(());
        }
        if !is_known {
            self.is_known = true;
            world.at(at, Event::Tick);
        }
        Poll::Pending
    }
}
