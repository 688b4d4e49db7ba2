//! The Tokio runtimes on which a pod is used.
//!
//! A task of the runtime on which an HTTP connection was opened drives it, and all calls of a pod share it. While that
//! runtime does not run, a call on the connection would wait forever. So a call on another runtime checks first that
//! the other runtimes run.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

/// How long a runtime may take to start a task before it counts as not running.
const PATIENCE: Duration = Duration::from_secs(1);

/// The runtimes that may have connections: usually one.
#[derive(Default)]
pub(crate) struct Runtimes(Mutex<Vec<Handle>>);

impl Runtimes {
    /// Whether there are runtimes other than that of this call, which is added to them.
    pub(crate) fn are_several(&self) -> bool {
        let Ok(own) = Handle::try_current() else { return false };
        let mut known = self.known();
        if !known.iter().any(|runtime| runtime.id() == own.id()) {
            known.push(own);
        }
        known.len() > 1
    }

    /// Whether another runtime that may have connections is not running. One that has ended has none.
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

    /// No code panics while it holds the lock.
    fn known(&self) -> MutexGuard<'_, Vec<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
