//! Time that passes only when a test has nothing else to do.

use std::time::{Duration, Instant, SystemTime};

use pod_api_ext::clock::{BoxFuture, Clock};

/// Tokio's clock, which a test has paused: it jumps to the next timer when there is nothing else to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VirtualClock;

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
