//! The clock of a pod, which tests can replace.
//!
//! Previous: [`retry`](crate::retry).
#![cfg_attr(feature = "fake-pod", doc = "Next: [`fake`](crate::fake).")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::pointers::pointers;

/// A boxed future that can move between threads, for object-safe traits.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The clock that measures a pod's retries, deadlines and logins.
///
/// Two limits use Tokio's timer instead: the timeouts of HTTP, and the five minutes after which a login is abandoned.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The monotonic time.
    fn now(&self) -> Instant;

    /// The time of day, as a login writes it into its token.
    fn system_time(&self) -> SystemTime;

    /// Ready after this much time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

pointers!(Clock {
    fn now() -> Instant;
    fn system_time() -> SystemTime;
    fn sleep(duration: Duration) -> BoxFuture<'_, ()>;
});

/// The system clock and Tokio's timer.
///
/// In a test that pauses Tokio's time (`tokio::time::pause`), [`now`](Clock::now) and [`sleep`](Clock::sleep) follow
/// the paused time, and the time of day does not. Use that only for tests on your own
/// [`Calls`](crate::connections::Calls). Paused time does not wait for answers over a socket, so the calls of a
/// [`Pod`](crate::Pod) would time out. For tests with sockets there is `fake::TestClock` (feature `fake-pod`).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
