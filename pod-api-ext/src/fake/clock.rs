//! Time that a test puts forward.

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

/// A hundred years, so that every time is one that the machine can express. Nobody wakes who sleeps for longer.
const END: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// For how many rounds no call is under way before time passes. A round gives every task of this thread its turn; those
/// of other threads get some time to begin their calls.
const QUIET_ROUNDS: u32 = 16;

/// A clock that stands still unless a test puts it forward. Clones are the same clock.
///
/// Give it to the pod, with [`PodBuilder::clock`](crate::PodBuilder::clock), and let [`TestClock::run`] skip the waits:
/// then a test of pacing, retries and pauses takes no real time, and [`TestClock::elapsed`] says how long it would have
/// taken. The [module documentation](super#testing-waits) has an example.
///
/// To be in between, put it forward by hand:
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
/// The time limits of HTTP ([`PodBuilder::timeout`](crate::PodBuilder::timeout)) go by the real time. Do not pause
/// Tokio's time (`start_paused`) in tests with a [`FakePod`](super::FakePod): it does not wait for what comes over a
/// socket, and every call would run into those limits.
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
    /// Who is to be woken, by when and in the order in which they came.
    sleepers: BTreeMap<Due, Waker>,
    slept: u64,
}

/// When a sleep is over, by the time that has passed then; and its number.
type Due = (Duration, u64);

impl TestClock {
    /// A clock that shows the time of the machine, and stops there.
    pub fn new() -> Self {
        let time = Time { begun: Instant::now(), begun_at: SystemTime::now(), inner: Mutex::default() };
        Self { time: Arc::new(time) }
    }

    /// Puts the clock forward, and wakes those who have slept long enough. It goes no further than a hundred years from
    /// where it began.
    pub fn advance(&self, time: Duration) {
        self.advance_to(self.elapsed().saturating_add(time));
    }

    /// How far the clock has been put forward in all.
    pub fn elapsed(&self) -> Duration {
        self.lock().passed
    }

    /// Sees a future to its end, and skips the waits: whenever no call and no login of this pod is under way, the clock is
    /// put forward to where the next of its sleepers wakes. So calls take no time by this clock, and time limits pass only
    /// when waits add up to them.
    ///
    /// The pod must go by this clock. Its calls may be made by the future itself or by tasks that it waits for, also
    /// [as another user](Pod::with_session) who need not log in first. A call that gets no answer, because of
    /// [`Fault::silence`] or a shut [`Gate`], is under way for good and stops the time: [advance](Self::advance) it past
    /// the limit in another task.
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
        // Without the lock: who is woken may look at the clock at once.
        woken.into_values().for_each(Waker::wake);
    }

    /// Nothing panics with the lock in its hands.
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
