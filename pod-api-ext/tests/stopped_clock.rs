//! A clock that stands still unless it is slept on.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use pod_api_ext::clock::{BoxFuture, Clock};

/// Clones are the same clock.
#[derive(Clone, Debug)]
pub(crate) struct Stopped {
    begun: Instant,
    passed: Arc<Mutex<Duration>>,
}

impl Stopped {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), passed: Arc::default() }
    }

    pub(crate) fn pass(&self, time: Duration) {
        *self.passed.lock().unwrap() += time;
    }

    /// How much time has passed in all.
    pub(crate) fn passed(&self) -> Duration {
        *self.passed.lock().unwrap()
    }
}

impl Clock for Stopped {
    fn now(&self) -> Instant {
        self.begun + self.passed()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move { self.pass(duration) })
    }
}
