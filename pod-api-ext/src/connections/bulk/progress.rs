//! The progress of a run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::Conclusion;
use super::Done;

/// A view of the counts of a run. Any task can read it at any time. Cheap to clone and to read.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Mutex<Counts>>);

/// How many users a run has taken from its input, and their results.
///
/// A finished user counts in exactly one of the last five: `done() == reached + unreached + failed + unknown +
/// not_begun`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Users taken from the input.
    pub taken: u64,
    /// Users whose intents are running.
    pub in_flight: u64,
    /// The goal is reached.
    pub reached: u64,
    /// The result is settled and the goal is not reached: see [`Conclusion`](super::super::Conclusion).
    pub unreached: u64,
    /// There was an error, and no call had an effect that is unknown.
    pub failed: u64,
    /// The outcome is unknown: [`Conclusion::Unsettled`], or [`Error::outcome_unknown`](crate::Error::outcome_unknown).
    pub unknown: u64,
    /// Nothing was sent, because the run had stopped: [`Failure::NotBegun`](super::Failure::NotBegun).
    pub not_begun: u64,
}

impl Counts {
    /// Users with a result.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.reached + self.unreached + self.failed + self.unknown + self.not_begun
    }
}

impl Progress {
    /// The current counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.lock()
    }

    pub(super) fn taken(&self) {
        self.lock().taken += 1;
    }

    pub(super) fn begun(&self) {
        self.lock().in_flight += 1;
    }

    /// A running intent has ended.
    pub(super) fn ended(&self, done: &Done) {
        let mut counts = self.lock();
        counts.in_flight -= 1;
        match &done.result {
            Ok(change) if change.is_reached() => counts.reached += 1,
            Ok(change) if change.conclusion == Conclusion::Unsettled => counts.unknown += 1,
            Ok(_) => counts.unreached += 1,
            Err(failure) if failure.outcome_unknown() => counts.unknown += 1,
            Err(_) => counts.failed += 1,
        }
    }

    pub(super) fn not_begun(&self) {
        self.lock().not_begun += 1;
    }

    /// The running intents are abandoned.
    pub(super) fn given_up(&self) {
        self.lock().in_flight = 0;
    }

    /// No code panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
