//! Time, so that tests can bring their own.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::pointers::pointers;

/// A future that can move between threads, for traits that have to be object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a pod's retries, deadlines and logins go by.
///
/// Two things go by Tokio's timer all the same: the time limits of HTTP, and the five minutes after which a login is given
/// up.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time that only moves forward.
    fn now(&self) -> Instant;

    /// The time of day, as a login writes it into its token.
    fn system_time(&self) -> SystemTime;

    /// Ready when this much time has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

pointers!(Clock {
    fn now() -> Instant;
    fn system_time() -> SystemTime;
    fn sleep(duration: Duration) -> BoxFuture<'_, ()>;
});

/// The machine's clock and Tokio's timer.
///
/// Where a test has paused Tokio's time (`tokio::time::pause`), [`now`](Clock::now) and [`sleep`](Clock::sleep) go by it, but
/// the time of day does not. That is for tests on [`Calls`](crate::connections::Calls) of their own: paused time does not
/// wait for answers over a socket, so that calls of a [`Pod`](crate::Pod) run into their time limits. Tests with sockets have
/// `fake::TestClock` (feature `fake-pod`).
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
