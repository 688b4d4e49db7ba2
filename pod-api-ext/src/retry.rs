//! Retries: whether and when to send a call again, as a pure function of the last attempt.
//!
//! A call that only reads is retried after passing problems: a login that failed for a [passing
//! reason](crate::session::LoginProblem::is_passing), no connection, a broken connection, a timeout, 429, 502, 503,
//! 504, and bodies that are not JSON or are cut off.
//!
//! A call that changes something is retried only if the pod certainly did nothing: after such a login, no connection,
//! 429, and 503 with `Retry-After`. After any other passing problem its [outcome is unknown](Error::outcome_unknown),
//! and it is not retried.
//!
//! [`Error::is_retryable`] is that rule. [`Backoff`] adds how long to wait and when to stop.
//!
//! The policy does not decide about an expired session: the session is renewed once, and the call is sent once more.
//!
//! Your own policy takes a few lines:
//!
//! ```
//! use std::time::Duration;
//! use pod_api_ext::retry::{Attempt, Decision, RetryPolicy};
//!
//! /// Tries everything that is safe twice, a second apart.
//! #[derive(Debug)]
//! struct Twice;
//!
//! impl RetryPolicy for Twice {
//!     fn decide(&self, attempt: &Attempt<'_>) -> Decision {
//!         if attempt.number < 2 && attempt.error.is_retryable() {
//!             Decision::Wait(Duration::from_secs(1))
//!         } else {
//!             Decision::Stop
//!         }
//!     }
//! }
//! ```
//!
//! Next: [`clock`](crate::clock). Previous: [`error`](crate::error).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::pointers::pointers;
use crate::{Effect, Error};

/// A failed attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The number of the attempt; the first is 1.
    pub number: u32,
    /// How long the call has taken so far, including waits.
    pub elapsed: Duration,
    /// What the call does to the pod.
    pub effect: Effect,
    /// The error. It has the pod's [`retry_after`](Error::retry_after).
    pub error: &'a Error,
    /// A random number in `0.0..1.0`, for jitter.
    pub random: f64,
}

impl<'a> Attempt<'a> {
    /// An attempt with this number and error, for tests of a policy. Its call only reads, and it failed at once; set
    /// other values as needed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use pod_api_ext::{Effect, Error, ErrorKind};
    /// use pod_api_ext::retry::{Attempt, Backoff, Decision, RetryPolicy as _};
    ///
    /// let error = Error::of_kind(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(2));
    /// let mut attempt = Attempt::new(1, &error);
    /// attempt.effect = Effect::Changes;
    /// assert_eq!(Backoff::default().decide(&attempt), Decision::Wait(Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub fn new(number: u32, error: &'a Error) -> Self {
        Self { number, elapsed: Duration::ZERO, effect: Effect::Reads, error, random: 0.0 }
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Wait this long and send the call again.
    Wait(Duration),
    /// Stop: the caller gets the error.
    Stop,
}

/// Decides whether a call is sent again, without state and without I/O.
pub trait RetryPolicy: fmt::Debug + Send + Sync {
    /// What to do after this attempt.
    ///
    /// The decision is not checked: if [`Error::outcome_unknown`] is true, waiting sends a change a second time.
    /// [`Error::is_retryable`] is false then.
    fn decide(&self, attempt: &Attempt<'_>) -> Decision;
}

pointers!(RetryPolicy {
    fn decide(attempt: &Attempt<'_>) -> Decision;
});

/// Never sends a call again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl RetryPolicy for Never {
    fn decide(&self, _: &Attempt<'_>) -> Decision {
        Decision::Stop
    }
}

/// Exponential backoff with jitter: a random wait between zero and a limit that doubles with each attempt. The pod's
/// `Retry-After` is added.
///
/// ```
/// use std::time::Duration;
/// use pod_api_ext::retry::Backoff;
///
/// let limit = Duration::from_secs(300);
/// let patient = Backoff::default().with_max_attempts(8).with_max_elapsed(limit);
/// assert_eq!(patient.max_wait, Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Backoff {
    /// How often a call is sent at most. Default: 4.
    pub max_attempts: u32,
    /// No attempt starts later than this after the call. Default: a minute.
    pub max_elapsed: Duration,
    /// The limit of the random wait after the first attempt. It doubles with each attempt. Default: 250 ms.
    pub first_wait: Duration,
    /// The largest value of that limit. Default: 10 seconds.
    pub max_wait: Duration,
    /// The longest wait that a pod may ask for with `Retry-After`; if it asks for more, the call fails at once.
    /// Default: 30 seconds.
    pub max_retry_after: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            max_elapsed: Duration::from_secs(60),
            first_wait: Duration::from_millis(250),
            max_wait: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

impl Backoff {
    /// Sends a call at most this often.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Starts no attempt after this time.
    #[must_use]
    pub fn with_max_elapsed(mut self, elapsed: Duration) -> Self {
        self.max_elapsed = elapsed;
        self
    }

    /// Waits at most this long after the first attempt, not counting `Retry-After`.
    #[must_use]
    pub fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Waits at most this long after any attempt, not counting `Retry-After`.
    #[must_use]
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Stops if the pod asks for a longer wait than this.
    #[must_use]
    pub fn with_max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }
}

impl RetryPolicy for Backoff {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        if attempt.number >= self.max_attempts || !attempt.error.is_retryable() {
            return Decision::Stop;
        }
        let doublings = attempt.number.saturating_sub(1).min(31);
        let longest = self.first_wait.saturating_mul(1 << doublings).min(self.max_wait);
        // NaN, and values beyond the range of a duration, mean no jitter.
        let jittered = longest.as_secs_f64() * attempt.random.clamp(0.0, 1.0);
        let jittered = Duration::try_from_secs_f64(jittered).unwrap_or(longest);
        let wait = match attempt.error.retry_after() {
            Some(asked) if asked > self.max_retry_after => return Decision::Stop,
            // All clients got the same time: jitter spreads their retries.
            Some(asked) => asked.saturating_add(jittered),
            None => jittered,
        };
        if attempt.elapsed.saturating_add(wait) > self.max_elapsed {
            return Decision::Stop;
        }
        Decision::Wait(wait)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use crate::ErrorKind;

    fn decide(
        policy: &Backoff,
        error: &Error,
        effect: Effect,
        number: u32,
        elapsed: u64,
        random: f64,
    ) -> Decision {
        let elapsed = Duration::from_millis(elapsed);
        policy.decide(&Attempt { number, elapsed, effect, error, random })
    }

    fn answered(status: u16, effect: Effect, retry_after: Option<u64>) -> Error {
        Error::answered(effect, StatusCode::from_u16(status).unwrap(), retry_after)
    }

    #[test]
    fn a_reading_call_is_sent_again_after_what_passes() {
        for (status, again) in [
            (400, false),
            (401, false),
            (403, false),
            (404, false),
            (409, false),
            (429, true),
            (500, false),
            (502, true),
            (503, true),
            (504, true),
            (302, false),
            (204, false),
        ] {
            let error = answered(status, Effect::Reads, None);
            let decision = decide(&Backoff::default(), &error, Effect::Reads, 1, 0, 0.5);
            assert_eq!(decision != Decision::Stop, again, "{status}");
        }
    }

    #[test]
    fn a_changing_call_is_sent_again_only_if_the_pod_did_nothing() {
        for (status, retry_after, again) in [
            (429, None, true),
            (429, Some(1), true),
            (503, Some(1), true),
            (503, None, false),
            (502, Some(1), false),
            (504, None, false),
            (500, None, false),
            (408, None, false),
        ] {
            let error = answered(status, Effect::Changes, retry_after);
            let decision = decide(&Backoff::default(), &error, Effect::Changes, 1, 0, 0.5);
            assert_eq!(decision != Decision::Stop, again, "{status} {retry_after:?}");
        }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_jitter_is_full() {
        let error = answered(503, Effect::Reads, None);
        let policy = Backoff { max_attempts: 100, max_elapsed: Duration::MAX, ..Backoff::default() };
        let wait = |number, random| match decide(&policy, &error, Effect::Reads, number, 0, random) {
            Decision::Wait(wait) => wait.as_millis(),
            Decision::Stop => panic!("stopped at {number}"),
        };
        assert_eq!([1, 2, 3, 4].map(|number| wait(number, 1.0)), [250, 500, 1000, 2000]);
        assert_eq!([7, 50, 99].map(|number| wait(number, 1.0)), [10_000, 10_000, 10_000]);
        assert_eq!(wait(3, 0.0), 0);
        assert_eq!(wait(3, 0.5), 500);
    }

    #[test]
    fn a_pod_that_asks_for_more_time_than_allowed_is_not_asked_again() {
        let policy = Backoff::default();
        let soon = answered(429, Effect::Reads, Some(30));
        assert_eq!(decide(&policy, &soon, Effect::Reads, 1, 0, 0.0), Decision::Wait(Duration::from_secs(30)));
        let late = answered(429, Effect::Reads, Some(31));
        assert_eq!(decide(&policy, &late, Effect::Reads, 1, 0, 0.0), Decision::Stop);
    }

    #[test]
    fn no_randomness_and_no_wait_is_too_strange() {
        let error = answered(503, Effect::Reads, None);
        let endless = Backoff::default().with_first_wait(Duration::MAX).with_max_wait(Duration::MAX);
        let endless = endless.with_max_elapsed(Duration::MAX);
        for random in [f64::NAN, f64::INFINITY, -1.0, 1.0] {
            for policy in [endless, Backoff::default()] {
                let Decision::Wait(wait) = decide(&policy, &error, Effect::Reads, 1, 0, random) else {
                    panic!("stopped");
                };
                assert!(wait <= policy.first_wait, "{random}: {wait:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_limit_is_ever_passed(
            status in 300_u16..600,
            changes in any::<bool>(),
            retry_after in prop::option::of(0_u64..100),
            number in 1_u32..50,
            elapsed in 0_u64..120_000,
            random in 0.0..1.0_f64,
        ) {
            let effect = if changes { Effect::Changes } else { Effect::Reads };
            let error = answered(status, effect, retry_after);
            let policy = Backoff::default();
            if let Decision::Wait(wait) = decide(&policy, &error, effect, number, elapsed, random) {
                prop_assert!(number < policy.max_attempts);
                prop_assert!(Duration::from_millis(elapsed) + wait <= policy.max_elapsed);
                prop_assert!(wait >= Duration::from_secs(retry_after.unwrap_or(0)));
                prop_assert!(!error.outcome_unknown(), "{error}");
                prop_assert!(error.kind() != ErrorKind::InvalidSession);
            }
        }
    }
}
