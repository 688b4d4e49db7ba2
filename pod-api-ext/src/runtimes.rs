//! The Tokio runtimes on which a pod is used.
//!
//! A connection is driven by a task of the runtime on which it was made, and is shared by all calls of a pod. While nothing
//! drives that runtime, whoever gets the connection waits for nothing. So a call on another runtime asks first whether the
//! others move.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

/// How long a runtime may take to begin a task before it is taken for one that stands still.
const PATIENCE: Duration = Duration::from_secs(1);

/// Those that may have connections: usually one.
#[derive(Default)]
pub(crate) struct Runtimes(Mutex<Vec<Handle>>);

impl Runtimes {
    /// Whether there are others than the one of this call, which is one of them from now on.
    pub(crate) fn are_several(&self) -> bool {
        let Ok(own) = Handle::try_current() else { return false };
        let mut known = self.known();
        if !known.iter().any(|runtime| runtime.id() == own.id()) {
            known.push(own);
        }
        known.len() > 1
    }

    /// Whether another runtime that may have connections stands still. One that has ended has none.
    pub(crate) async fn is_another_still(&self) -> bool {
        if !self.are_several() {
            return false;
        }
        let Ok(own) = Handle::try_current() else { return false };
        let others: Vec<_> =
            self.known().iter().filter(|runtime| runtime.id() != own.id()).cloned().collect();
        for other in others {
            let task = other.spawn(async {});
            let abort = task.abort_handle();
            match tokio::time::timeout(PATIENCE, task).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => self.known().retain(|runtime| runtime.id() != other.id()),
                Err(_) => {
                    abort.abort();
                    return true;
                }
            }
        }
        false
    }

    /// Nothing panics with the lock in its hands.
    fn known(&self) -> MutexGuard<'_, Vec<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
