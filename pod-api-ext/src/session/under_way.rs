//! The login that is under way, in a task of its own, for all calls of a pod that need its token.
//!
//! In a task, because a call can be given up, and it can be left alone for a while without being dropped, as an intent of
//! a run is whose results nobody takes: a login that stood still with it would hold up everybody. One task for all of
//! them, so that a login that hangs does not gather a task of each call that waited for it.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::{Instrument as _, Span};

use super::LoginError;
use crate::SessionToken;

/// A login takes a few requests, each with a time limit. What takes longer than this hangs in something else: a key
/// that is far away, or a session of one's own.
const LIMIT: Duration = Duration::from_secs(5 * 60);

type Outcome = Result<SessionToken, LoginError>;
/// None: it is not there yet.
type Login = watch::Receiver<Option<Outcome>>;

/// The login that is under way, if one is.
#[derive(Default)]
pub(crate) struct UnderWay(Arc<Mutex<Option<Login>>>);

impl UnderWay {
    /// The outcome of the login that is under way, or of `log_in` if there is none: a token other than `stale`.
    pub(crate) async fn outcome<F>(&self, stale: Option<&SessionToken>, log_in: impl Fn() -> F) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        // Without a runtime there are no tasks.
        let Ok(runtime) = Handle::try_current() else { return log_in().await };
        loop {
            let (mut login, is_own) = self.joined_or_begun(&runtime, &log_in);
            match login.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) {
                // It began before the pod refused this token.
                Ok(Some(Ok(token))) if !is_own && Some(&token) == stale => {}
                Ok(Some(outcome)) => return outcome,
                _ if is_own => {
                    return Err(LoginError::other("it panicked, or its runtime was shut down"));
                }
                // It panicked, or the runtime on which it was has ended.
                _ => {}
            }
        }
    }

    /// Waits for the end of the login that is under way, however it ends.
    pub(crate) async fn settled(&self) {
        let login = lock(&self.0).clone();
        if let Some(mut login) = login {
            drop(login.wait_for(Option::is_some).await);
        }
    }

    fn joined_or_begun<F>(&self, runtime: &Handle, log_in: impl Fn() -> F) -> (Login, bool)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut slot = lock(&self.0);
        if let Some(login) = slot.as_ref().filter(|login| login.has_changed().is_ok()) {
            return (login.clone(), false);
        }
        let (ended, login) = watch::channel(None);
        *slot = Some(login.clone());
        let (slot, log_in) = (Arc::clone(&self.0), log_in());
        let task = async move {
            let outcome = tokio::time::timeout(LIMIT, log_in).await.unwrap_or_else(|_| {
                let minutes = LIMIT.as_secs() / 60;
                Err(LoginError::network(format!("it had not ended after {minutes} minutes and was given up")))
            });
            match &outcome {
                Ok(_) => tracing::debug!("logged in"),
                Err(error) => tracing::debug!(
                    problem = ?error.problem(),
                    status = error.status().map(|status| status.as_u16()),
                    "the login did not succeed",
                ),
            }
            // Before the outcome is told, so that no token is kept here, and who comes now begins anew.
            *lock(&slot) = None;
            ended.send_replace(Some(outcome));
        };
        // A task does not begin within `spawn`; on another thread it waits for the lock.
        drop(runtime.spawn(task.instrument(Span::current())));
        (login, true)
    }
}

/// Nothing panics with the lock in its hands.
fn lock(slot: &Mutex<Option<Login>>) -> MutexGuard<'_, Option<Login>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
