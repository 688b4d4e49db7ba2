//! The six calls under the rate limit of a run.
//!
//! A call that is answered 429 pauses all others, and is then sent again. So does a login that the pod tells to wait.
//! Intents on these calls do not notice a pause: the clock of the calls stops meanwhile, so that no deadline passes.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::super::{Calls, Connection, ListFilter, UserId};
use super::pace::Pace;
use crate::Error;
use crate::clock::{BoxFuture, Clock};

/// How often a call is sent at most if the answer is 429.
const TRIES: u32 = 10;

pub(super) struct Paced<C> {
    calls: C,
    /// `None`: there is no rate limit.
    pace: Option<Mutex<Pace>>,
    /// If the pod asks for a longer wait, the calls do not wait.
    max_pause: Duration,
}

impl<C: Calls> Paced<C> {
    /// With this interval between two users; `None` is no rate limit.
    pub(super) fn new(calls: C, interval: Option<Duration>, max_pause: Duration) -> Self {
        let pace = interval.map(|interval| Mutex::new(Pace::new(interval, calls.clock().now())));
        Self { calls, pace, max_pause }
    }

    /// How long the next user has to wait. Zero if it can start.
    pub(super) fn until_turn(&self) -> Duration {
        self.pace().map_or(Duration::ZERO, |pace| pace.until_turn(self.true_time().now()))
    }

    /// A user starts.
    pub(super) fn take_turn(&self) {
        if let Some(mut pace) = self.pace() {
            pace.take_turn(self.true_time().now());
        }
    }

    /// The clock that keeps running in a pause.
    pub(super) fn true_time(&self) -> &dyn Clock {
        self.calls.clock()
    }

    /// No code panics while it holds the lock.
    fn pace(&self) -> Option<MutexGuard<'_, Pace>> {
        self.pace.as_ref().map(|pace| pace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn until_resumed(&self) -> Duration {
        self.pace().map_or(Duration::ZERO, |pace| pace.until_resumed(self.true_time().now()))
    }

    async fn call<T, F>(&self, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            loop {
                let wait = self.until_resumed();
                if wait.is_zero() {
                    break;
                }
                self.true_time().sleep(wait).await;
            }
            let sent = self.true_time().now();
            let answer = call().await;
            let Err(error) = &answer else { return answer };
            if !error.is_throttling() || asks_for_more(error, self.max_pause) {
                return answer;
            }
            let Some(mut pace) = self.pace() else { return answer };
            let now = self.true_time().now();
            pace.throttled(sent, now, error.retry_after());
            tracing::info!(
                pause_ms = u64::try_from(pace.until_resumed(now).as_millis()).unwrap_or(u64::MAX),
                "the pod limits the rate, so all calls pause",
            );
            if tries == TRIES || !error.is_retryable() {
                return answer;
            }
        }
    }
}

/// Whether the pod throttles and asks for a longer wait than this.
pub(super) fn asks_for_more(error: &Error, max_pause: Duration) -> bool {
    error.is_throttling() && error.retry_after().is_some_and(|wait| wait > max_pause)
}

impl<C: Calls> Calls for Paced<C> {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        self.call(|| self.calls.find(user)).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        self.call(|| self.calls.list(filter.clone())).await
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.call(|| self.calls.create(user)).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.call(|| self.calls.accept(user)).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.call(|| self.calls.reject(user)).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        self.call(|| self.calls.remove(user)).await
    }

    fn clock(&self) -> &dyn Clock {
        self
    }
}

/// Stops in a pause.
impl<C: Calls> Clock for Paced<C> {
    fn now(&self) -> Instant {
        let now = self.true_time().now();
        let paused = self.pace().map_or(Duration::ZERO, |pace| pace.paused(now));
        now.checked_sub(paused).unwrap_or(now)
    }

    fn system_time(&self) -> SystemTime {
        self.true_time().system_time()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let begun = self.now();
            loop {
                let left = duration.saturating_sub(self.now().saturating_duration_since(begun));
                if left.is_zero() {
                    return;
                }
                self.true_time().sleep(left.saturating_add(self.until_resumed())).await;
            }
        })
    }
}

impl<C> fmt::Debug for Paced<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paced").field("pace", &self.pace).finish_non_exhaustive()
    }
}
