//! A pod with many users in a time of its own: no socket, and nobody waits. It runs on Tokio's paused clock.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use pod_api_ext::clock::Clock;
use pod_api_ext::connections::behaviour::{Action, Outcome, outcome};
use pod_api_ext::connections::{Calls, Connection, ListFilter, Status, UserId, Which};
use pod_api_ext::{Error, ErrorKind};

use crate::paused_clock::VirtualClock;

/// How long a call takes.
pub(crate) const LATENCY: Duration = Duration::from_millis(20);

/// What was called. None: a read of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    List,
    Find(UserId),
    Change(Action, UserId),
}

/// What goes wrong with a call.
pub(crate) enum Trouble {
    /// It is not carried out, and this is the answer.
    Refused(Error),
    /// It is carried out, and the answer is lost.
    Lost,
}

pub(crate) type Fate = Box<dyn FnMut(Call, Duration) -> Option<Trouble> + Send>;

/// The calls of one user on that pod. Clones are the same.
#[derive(Clone)]
pub(crate) struct Crowd {
    inner: Arc<Mutex<Inner>>,
    begun: Instant,
}

struct Inner {
    statuses: BTreeMap<UserId, Status>,
    fate: Fate,
    log: Vec<(Duration, Call)>,
    under_way: HashMap<UserId, usize>,
    most_under_way: usize,
    /// When the status of each was read last.
    read: HashMap<UserId, Duration>,
    oldest_knowledge: Duration,
    /// Whoever was removed while a request was pending or declined.
    toggled: Vec<UserId>,
}

impl Crowd {
    pub(crate) fn new(statuses: impl IntoIterator<Item = (UserId, Status)>) -> Self {
        let inner = Inner {
            statuses: statuses.into_iter().collect(),
            fate: Box::new(|_, _| None),
            log: Vec::new(),
            under_way: HashMap::new(),
            most_under_way: 0,
            read: HashMap::new(),
            oldest_knowledge: Duration::ZERO,
            toggled: Vec::new(),
        };
        Self { inner: Arc::new(Mutex::new(inner)), begun: VirtualClock.now() }
    }

    /// The users 0, 1, 2, ..., all with this status.
    pub(crate) fn all(users: i64, status: Status) -> Self {
        Self::new((0..users).map(|user| (UserId::from(user), status.clone())))
    }

    /// Decides what goes wrong with a call at a time since the beginning.
    pub(crate) fn with_fate(
        self,
        fate: impl FnMut(Call, Duration) -> Option<Trouble> + Send + 'static,
    ) -> Self {
        self.lock().fate = Box::new(fate);
        self
    }

    pub(crate) fn elapsed(&self) -> Duration {
        VirtualClock.now() - self.begun
    }

    pub(crate) fn status(&self, user: UserId) -> Option<Status> {
        self.lock().statuses.get(&user).cloned()
    }

    pub(crate) fn set(&self, user: UserId, status: Status) {
        self.lock().statuses.insert(user, status);
    }

    /// Every call, and when it arrived.
    pub(crate) fn log(&self) -> Vec<(Duration, Call)> {
        self.lock().log.clone()
    }

    /// When the calls of an action arrived.
    pub(crate) fn times(&self, wanted: Action) -> Vec<Duration> {
        let is_wanted = |call: &Call| matches!(call, Call::Change(action, _) if *action == wanted);
        self.log().into_iter().filter(|(_, call)| is_wanted(call)).map(|(at, _)| at).collect()
    }

    pub(crate) fn lists(&self) -> usize {
        self.log().iter().filter(|(_, call)| *call == Call::List).count()
    }

    /// How many users had a call under way at a time.
    pub(crate) fn most_under_way(&self) -> usize {
        self.lock().most_under_way
    }

    /// How long ago the status was read on which a change was made.
    pub(crate) fn oldest_knowledge(&self) -> Duration {
        self.lock().oldest_knowledge
    }

    /// Whoever was removed while a request was pending or declined.
    pub(crate) fn toggled(&self) -> Vec<UserId> {
        self.lock().toggled.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// A call is on its way: what will become of it.
    fn arrive(&self, call: Call) -> Option<Trouble> {
        let at = self.elapsed();
        let mut inner = self.lock();
        inner.log.push((at, call));
        (inner.fate)(call, at)
    }

    async fn change(&self, action: Action, user: UserId) -> Result<Option<Status>, Error> {
        let _under_way = UnderWay::new(self, user);
        let trouble = self.arrive(Call::Change(action, user));
        if let Some(Trouble::Refused(error)) = trouble {
            VirtualClock.sleep(LATENCY).await;
            return Err(error);
        }
        // A call that is given up acts all the same.
        let crowd = self.clone();
        let acts = tokio::spawn(async move {
            VirtualClock.sleep(LATENCY / 2).await;
            crowd.act(action, user)
        });
        let answer = acts.await.unwrap();
        VirtualClock.sleep(LATENCY / 2).await;
        match trouble {
            Some(_) => Err(Error::of_kind(ErrorKind::Transport).with_unknown_outcome()),
            None => answer,
        }
    }

    fn act(&self, action: Action, user: UserId) -> Result<Option<Status>, Error> {
        let now = self.elapsed();
        let mut inner = self.lock();
        let known = inner.read.get(&user).copied().unwrap_or_default();
        inner.oldest_knowledge = inner.oldest_knowledge.max(now - known);
        let before = inner.statuses.get(&user).cloned();
        if action == Action::Remove && before.is_some() && before != Some(Status::Accepted) {
            inner.toggled.push(user);
        }
        match outcome(before.as_ref(), action) {
            Outcome::Becomes(after) => {
                inner.statuses.insert(user, after.clone());
                Ok(Some(after))
            }
            Outcome::Removed => {
                inner.statuses.remove(&user);
                Ok(None)
            }
            Outcome::Undocumented if action == Action::Remove => Err(Error::of_kind(ErrorKind::NotConnected)),
            Outcome::Undocumented => Err(Error::of_kind(ErrorKind::ConflictingState)),
        }
    }

    async fn told(&self, action: Action, user: UserId) -> Result<Connection, Error> {
        let status = self.change(action, user).await?;
        Ok(Connection::new(user, status.unwrap_or(Status::Unknown(String::new()))))
    }

    async fn read<T>(
        &self,
        call: Call,
        users: &[UserId],
        read: impl FnOnce(&Inner) -> T,
    ) -> Result<T, Error> {
        let trouble = self.arrive(call);
        VirtualClock.sleep(LATENCY / 2).await;
        let answer = {
            let now = self.elapsed();
            let mut inner = self.lock();
            inner.read.extend(users.iter().map(|user| (*user, now)));
            read(&inner)
        };
        VirtualClock.sleep(LATENCY / 2).await;
        match trouble {
            Some(Trouble::Refused(error)) => Err(error),
            Some(Trouble::Lost) => Err(Error::of_kind(ErrorKind::Transport)),
            None => Ok(answer),
        }
    }
}

/// Counts a call while it is under way, and no longer if it is given up.
struct UnderWay<'a> {
    crowd: &'a Crowd,
    user: UserId,
}

impl<'a> UnderWay<'a> {
    fn new(crowd: &'a Crowd, user: UserId) -> Self {
        let mut inner = crowd.lock();
        *inner.under_way.entry(user).or_default() += 1;
        assert_eq!(inner.under_way[&user], 1, "two calls for user {user} at the same time");
        inner.most_under_way = inner.most_under_way.max(inner.under_way.len());
        Self { crowd, user }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.crowd.lock().under_way.remove(&self.user);
    }
}

impl Calls for Crowd {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        let find =
            |inner: &Inner| inner.statuses.get(&user).map(|status| Connection::new(user, status.clone()));
        self.read(Call::Find(user), &[user], find).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        assert_eq!(filter.which(), Which::All, "no other shows users of the same pod");
        let users = filter.users().unwrap_or_default().to_vec();
        let list = |inner: &Inner| {
            let with = |user: &UserId| Some(Connection::new(*user, inner.statuses.get(user)?.clone()));
            users.iter().filter_map(with).collect()
        };
        self.read(Call::List, &users, list).await
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.told(Action::Create, user).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.told(Action::Accept, user).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.told(Action::Reject, user).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        self.change(Action::Remove, user).await.map(drop)
    }

    fn clock(&self) -> &dyn Clock {
        &VirtualClock
    }
}

impl fmt::Debug for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crowd").finish_non_exhaustive()
    }
}
