//! The login in progress: one task for all calls of a pod that need its token.
//!
//! A call can be dropped, or stay unpolled for a while, as in a run whose results are not taken. A login that stopped
//! with it would block all other calls, so the login is a task. All calls share one task, so a login that hangs does
//! not collect one task per call.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::{Instrument as _, Span};

use super::login::Progress;
use super::{Login, LoginError};
use crate::SessionToken;

/// A login takes a few requests, each with a timeout. One that takes longer than this hangs elsewhere: in a remote
/// signer, or in a custom session.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// How long a call waits for a login: longer than a login can take while its runtime runs.
const PATIENCE: Duration = LIMIT.saturating_add(Duration::from_secs(5));

type Outcome = Result<SessionToken, LoginError>;

/// The login in progress, if there is one.
#[derive(Default)]
pub(crate) struct UnderWay(Arc<Shared>);

/// What the task of a login shares with the calls that wait for it.
#[derive(Default)]
struct Shared {
    begun: Mutex<Option<Begun>>,
    /// The last login failed for a lasting reason, and that was logged: each later call that needs a token fails again.
    has_failed: AtomicBool,
}

impl Shared {
    /// Logs how a login has ended. At the default level: each renewal, and the first of a series of lasting failures.
    fn tell(&self, outcome: &Outcome, is_renewal: bool) {
        match outcome {
            Ok(_) => {
                self.has_failed.store(false, Ordering::Relaxed);
                if is_renewal {
                    tracing::info!("the session has expired and was renewed");
                } else {
                    tracing::debug!("logged in");
                }
            }
            Err(error) => {
                let (problem, status) = (error.problem(), error.status().map(|status| status.as_u16()));
                if !problem.is_passing() && !self.has_failed.swap(true, Ordering::Relaxed) {
                    tracing::warn!(?problem, status, "the login failed for good");
                } else {
                    tracing::debug!(?problem, status, "the login did not succeed");
                }
            }
        }
    }
}

#[derive(Clone)]
struct Begun {
    /// The token that it replaces.
    stale: Option<SessionToken>,
    /// `None` until it has ended.
    outcome: watch::Receiver<Option<Outcome>>,
    progress: Progress,
}

impl Begun {
    /// Its outcome; `None` if it panicked, or its runtime has ended.
    async fn outcome(&mut self) -> Option<Outcome> {
        let ended = tokio::time::timeout(PATIENCE, self.outcome.wait_for(Option::is_some)).await;
        match ended {
            Ok(outcome) => outcome.ok()?.clone(),
            Err(_) => Some(Err(LoginError::network(
                "it was begun on another Tokio runtime, which does not run; drive that runtime, or drop it",
            ))),
        }
    }
}

impl UnderWay {
    /// The outcome of the login in progress, or of `log_in` if there is none: a token other than `stale`.
    pub(crate) async fn outcome<F>(
        &self,
        stale: Option<&SessionToken>,
        login: &Login,
        log_in: impl Fn(Login) -> F,
    ) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        // Without a runtime there are no tasks.
        let Ok(runtime) = Handle::try_current() else { return log_in(login.clone()).await };
        loop {
            let progress = Progress::default();
            let (mut login, is_own) =
                self.joined_or_begun(&runtime, stale, progress.clone(), || log_in(login.noting(progress)));
            match login.outcome().await {
                // It started before the pod refused this token.
                Some(Ok(token)) if Some(&token) == stale && login.stale.as_ref() != stale => {}
                Some(outcome) => return outcome,
                None if is_own => {
                    return Err(LoginError::other("it panicked, or its runtime was shut down"));
                }
                None => {}
            }
        }
    }

    /// The error if the login in progress gets no further, as far as it is known.
    pub(crate) fn so_far(&self) -> Option<LoginError> {
        lock(&self.0.begun).as_ref()?.progress.so_far()
    }

    /// Waits for the end of the login in progress, successful or not.
    pub(crate) async fn settled(&self) {
        let login = lock(&self.0.begun).clone();
        if let Some(mut login) = login {
            drop(login.outcome().await);
        }
    }

    fn joined_or_begun<F>(
        &self,
        runtime: &Handle,
        stale: Option<&SessionToken>,
        progress: Progress,
        log_in: impl FnOnce() -> F,
    ) -> (Begun, bool)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut slot = lock(&self.0.begun);
        if let Some(login) = slot.as_ref().filter(|login| login.outcome.has_changed().is_ok()) {
            return (login.clone(), false);
        }
        let (ended, outcome) = watch::channel(None);
        let login = Begun { stale: stale.cloned(), outcome, progress };
        *slot = Some(login.clone());
        let (shared, log_in, is_renewal) = (Arc::clone(&self.0), log_in(), stale.is_some());
        let task = async move {
            let outcome = tokio::time::timeout(LIMIT, log_in).await.unwrap_or_else(|_| {
                let minutes = LIMIT.as_secs() / 60;
                Err(LoginError::network(format!("it had not ended after {minutes} minutes and was given up")))
            });
            shared.tell(&outcome, is_renewal);
            // Before the outcome is sent, so that no token is kept here, and a call that comes now starts a new login.
            *lock(&shared.begun) = None;
            ended.send_replace(Some(outcome));
        };
        // A task does not start within `spawn`; on another thread it waits for the lock.
        drop(runtime.spawn(task.instrument(Span::current())));
        (login, true)
    }
}

/// No code panics while it holds the lock.
fn lock(slot: &Mutex<Option<Begun>>) -> MutexGuard<'_, Option<Begun>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    use super::*;

    /// The number of logins, each returning `brings`, if the pod refuses these tokens at the same time.
    async fn logins(stale: [Option<&SessionToken>; 2], brings: &SessionToken) -> usize {
        let (under_way, logins, may_end) =
            (UnderWay::default(), AtomicUsize::new(0), Arc::new(Notify::new()));
        let pod = crate::Pod::builder("http://localhost").session(brings.clone()).build().unwrap();
        let log_in = |_| {
            logins.fetch_add(1, Ordering::Relaxed);
            let (may_end, token) = (Arc::clone(&may_end), brings.clone());
            async move {
                may_end.notified().await;
                Ok(token)
            }
        };
        let let_them_end = async {
            loop {
                tokio::task::yield_now().await;
                may_end.notify_one();
            }
        };
        tokio::select! {
            biased;
            outcomes = futures_util::future::join(under_way.outcome(stale[0], pod.login(), log_in), under_way.outcome(stale[1], pod.login(), log_in)) => {
                assert!([outcomes.0, outcomes.1].into_iter().all(|outcome| outcome.unwrap() == *brings));
            }
            () = let_them_end => {}
        }
        logins.into_inner()
    }

    #[tokio::test]
    async fn a_login_that_began_before_a_token_was_refused_does_not_replace_it() {
        let token = |text| SessionToken::new(text).unwrap();
        let (old, new) = (token("old"), token("new"));
        assert_eq!(logins([None, Some(&old)], &old).await, 2);
        assert_eq!(logins([Some(&old), Some(&new)], &new).await, 2);
        assert_eq!(logins([Some(&old), Some(&old)], &new).await, 1);
    }

    /// Another attempt by each waiting call would not help.
    #[tokio::test]
    async fn a_renewal_that_brings_the_same_token_is_made_once_for_all_who_wait() {
        let old = SessionToken::new("old").unwrap();
        assert_eq!(logins([Some(&old), Some(&old)], &old).await, 1);
    }
}
