//! A clock that a test advances.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;

use crate::Pod;
use crate::clock::{BoxFuture, Clock};

/// A hundred years, so that every time is in the range of the machine. Longer sleeps never end.
const END: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// For how many rounds no call is under way before time passes. A round gives every task of this thread its turn; those
/// of other threads get some time to begin their calls.
const QUIET_ROUNDS: u32 = 16;

/// A clock that only moves when a test advances it. Clones are the same clock.
///
/// Give it to the pod, with [`PodBuilder::clock`](crate::PodBuilder::clock), and let [`TestClock::run`] skip the waits:
/// then a test of pacing, retries and pauses takes no real time, and [`TestClock::elapsed`] says how long it would have
/// taken. The [module documentation](super#testing-waits) has an example.
///
/// To test what happens during a wait, advance it step by step:
///
/// ```
/// use std::time::Duration;
///
/// use pod_api_ext::clock::Clock as _;
/// use pod_api_ext::fake::TestClock;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let clock = TestClock::new();
/// let nap = clock.sleep(Duration::from_secs(60));
/// clock.advance(Duration::from_secs(60));
/// nap.await; // is over
/// assert_eq!(clock.elapsed(), Duration::from_secs(60));
/// # }
/// ```
///
/// The timeouts of HTTP ([`PodBuilder::timeout`](crate::PodBuilder::timeout)) use the real time. Do not pause Tokio's
/// time (`start_paused`) in tests with a [`FakePod`](super::FakePod): paused time does not wait for sockets, and every
/// call would time out.
#[derive(Clone)]
pub struct TestClock {
    time: Arc<Time>,
}

struct Time {
    begun: Instant,
    begun_at: SystemTime,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    passed: Duration,
    /// The sleepers, by the end of their sleep and their order.
    sleepers: BTreeMap<Due, Waker>,
    slept: u64,
}

/// When a sleep is over, by the time that has passed then; and its number.
type Due = (Duration, u64);

impl TestClock {
    /// A clock that starts at the time of the machine, and stays there.
    pub fn new() -> Self {
        let time = Time { begun: Instant::now(), begun_at: SystemTime::now(), inner: Mutex::default() };
        Self { time: Arc::new(time) }
    }

    /// Advances the clock, and wakes the sleepers whose time has come. It stops a hundred years after its start.
    pub fn advance(&self, time: Duration) {
        self.advance_to(self.elapsed().saturating_add(time));
    }

    /// How far the clock has been advanced in all.
    pub fn elapsed(&self) -> Duration {
        self.lock().passed
    }

    /// Runs a future to its end, and skips its waits: whenever no call and no login of this pod is in flight, the clock
    /// advances to the end of the next sleep. So calls take no time on this clock, and deadlines pass only through
    /// waits.
    ///
    /// The pod must use this clock. The future itself may make the calls, or tasks that it waits for, also [as another
    /// user](Pod::with_session) with a session that needs no login. A call without an answer, because of
    /// [`Fault::silence`] or a closed [`Gate`], stays in flight and stops the clock: [advance](Self::advance) it past
    /// the deadline in another task.
    ///
    /// [`Fault::silence`]: super::Fault::silence
    /// [`Gate`]: super::Gate
    pub async fn run<T>(&self, pod: &Pod, future: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            output = future => output,
            never = self.skip_waits(pod) => match never {},
        }
    }

    async fn skip_waits(&self, pod: &Pod) -> Infallible {
        let mut quiet = 0;
        loop {
            tokio::task::yield_now().await;
            quiet = if is_quiet(pod) { quiet + 1 } else { 0 };
            if quiet == QUIET_ROUNDS {
                quiet = 0;
                let next = self.lock().sleepers.keys().next().map(|&(due, _)| due);
                if let Some(due) = next.filter(|&due| due <= END) {
                    self.advance_to(due);
                }
            }
        }
    }

    fn advance_to(&self, passed: Duration) {
        let woken = {
            let mut inner = self.lock();
            inner.passed = inner.passed.max(passed.min(END));
            // No sleep has the last number.
            let last_due = (inner.passed, u64::MAX);
            let asleep = inner.sleepers.split_off(&last_due);
            std::mem::replace(&mut inner.sleepers, asleep)
        };
        // Without the lock: a woken task may read the clock at once.
        woken.into_values().for_each(Waker::wake);
    }

    /// No code panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.time.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether nothing is under way that an answer ends.
fn is_quiet(pod: &Pod) -> bool {
    pod.in_flight().available_permits() == pod.places()
        && pod.login_under_way().settled().now_or_never().is_some()
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.time.begun + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        self.time.begun_at + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut inner = self.lock();
        inner.slept += 1;
        let due = (inner.passed.saturating_add(duration), inner.slept);
        Box::pin(Sleep { clock: self, due })
    }
}

struct Sleep<'a> {
    clock: &'a TestClock,
    due: Due,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.clock.lock();
        if inner.passed >= self.due.0 {
            return Poll::Ready(());
        }
        inner.sleepers.insert(self.due, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.due);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

/// The same clock, not one that shows the same time.
impl PartialEq for TestClock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.time, &other.time)
    }
}

impl Eq for TestClock {}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClock").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}
