//! Sessions: logging in, session tokens, and their renewal.
//!
//! A pod answers 401 after a session has expired. Its administrator sets the lifetime, from an hour to two weeks. Then
//! the session is renewed, and the call is sent once more; another 401 is final. All calls that notice the expiry share
//! one login.
//!
//! A token belongs to the pod that issued it. Several pods can share a session: it keeps one token per
//! [address](Login::pod), and sends it to no other address. Pods with the same address share one login. Only a bare
//! [`SessionToken`] is sent to every pod that it is given to.
//!
//! - A [`SessionToken`] is a fixed token. It cannot be renewed.
//! - [`RsaSession`] logs a bot in with its RSA key.
//! - [`PodBuilder::certificate`](crate::PodBuilder::certificate) logs a bot in with a client certificate.
//! - [`RsaApp`] logs an application in, for sessions on behalf of users.
//! - For any other source of tokens implement [`Session`], best on top of [`SingleFlight`].
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::session::RsaSession;
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let pod = Pod::builder("https://acme.symphony.com")
//!     .session(RsaSession::from_pem_file("onboarding-bot", "bot.pem")?)
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # When a login fails
//!
//! The calls that wait for it fail with [`ErrorKind::Login`](crate::ErrorKind::Login). Their error contains the
//! [`LoginError`](crate::Error::login_error), which names the likely cause: the key, the user, the clock, or the
//! network.
//!
//! After a passing problem ([`LoginProblem::is_passing`]) the calls are retried like calls that were not sent. The next
//! login starts no sooner than the pod asks for, but at the latest [after an hour](SingleFlight::MAX_REST). After any
//! other problem no login starts for a while ([`SingleFlight::COOL_DOWN`]), so that a revoked key does not cause many
//! logins.
//!
//! If a call passes its deadline or is dropped while it waits for a login, the login goes on, and the next call finds
//! the token. A login that has not ended after five minutes is abandoned.
//!
//! The login is a task on the Tokio runtime of the call that started it. While that runtime does not run, the login
//! makes no progress, and calls on other runtimes [fail](crate::ErrorKind::Runtime). After the runtime is dropped, one
//! of them logs in again.
//!
//! Next: [`lists`](crate::lists). Previous: [`pod`](crate::pod).

mod certificate;
mod key_manager;
mod login;
pub(crate) mod pem;
mod rsa;
mod sign;
mod under_way;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

pub(crate) use self::certificate::CertificateSession;
#[cfg(all(feature = "config", any(feature = "native-tls", feature = "rustls-no-provider")))]
pub(crate) use self::certificate::check_tls;
pub use self::certificate::{CertificateProblem, ClientCertificate, InvalidCertificate, KeyStore};
pub(crate) use self::key_manager::KeyManager;
pub use self::key_manager::{AgentTokens, KeyManagerToken};
#[cfg(feature = "extension-apps")]
pub(crate) use self::login::ExtensionTokens;
pub use self::login::{HeaderProvider, Login, LoginError, LoginProblem};
pub use self::rsa::{InvalidKey, KeyProblem, OnBehalfOf, RsaApp, RsaKey, RsaSession, Signer};
pub(crate) use self::under_way::UnderWay;
use crate::SessionToken;
use crate::clock::BoxFuture;
use crate::pointers::pointers;

/// The error of a signer.
type SignError = Box<dyn std::error::Error + Send + Sync>;

/// The source of session tokens.
///
/// All calls of a pod share one session, so the methods take `&self`. A `Box` or an `Arc` of a session is a session
/// too: it can be chosen at run time, or shared by several pods.
pub trait Session: fmt::Debug + Send + Sync {
    /// The current token, if there is one. Every call asks for it first.
    ///
    /// Returning `None`, the default, is always correct, but a little slower. The login names the [pod](Login::pod) of
    /// the token.
    fn current(&self, login: &Login) -> Option<SessionToken> {
        let _none_is_kept = login;
        None
    }

    /// The current token; logs in if there is none.
    ///
    /// It runs in a task of its own, so it goes on if the call is dropped.
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>>;

    /// A token other than `stale`, to which the pod answered 401. If it was renewed already, the newer token.
    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>>;

    /// A new token of the key manager, for programs that call the agent.
    /// [`Pod::agent_tokens`](crate::Pod::agent_tokens) asks for it once per session.
    ///
    /// The default is an error. Bots that log in with a key or a certificate implement it; fixed tokens and users of an
    /// application do not.
    fn key_manager_token<'a>(
        &'a self,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<KeyManagerToken, LoginError>> {
        let _none_is_asked = login;
        Box::pin(async { Err(LoginError::no_key_manager()) })
    }

    /// Discards the token for this pod and returns it, for a logout. `None` if there is none, or if this session must
    /// not end it.
    fn end(&self, login: &Login) -> Option<SessionToken> {
        let _none_is_kept = login;
        None
    }
}

/// A fixed token. It cannot be renewed.
impl Session for SessionToken {
    fn current(&self, _: &Login) -> Option<SessionToken> {
        Some(self.clone())
    }

    fn token<'a>(&'a self, _: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Ok(self.clone()) })
    }

    fn renew<'a>(
        &'a self,
        _: &'a SessionToken,
        _: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Err(LoginError::not_renewable()) })
    }
}

pointers!(Session {
    fn current(login: &Login) -> Option<SessionToken>;
    fn token<'a>(login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>>;
    fn renew<'a>(
        stale: &'a SessionToken,
        login: &'a Login
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>>;
    fn key_manager_token<'a>(login: &'a Login) -> BoxFuture<'a, Result<KeyManagerToken, LoginError>>;
    fn end(login: &Login) -> Option<SessionToken>;
});

/// Keeps a token for each pod, and makes one login for all calls that need a new one.
///
/// ```
/// use pod_api_ext::SessionToken;
/// use pod_api_ext::clock::BoxFuture;
/// use pod_api_ext::session::{Login, LoginError, Session, SingleFlight};
///
/// /// Fetches its tokens from a vault.
/// #[derive(Debug, Default)]
/// struct Vault {
///     flight: SingleFlight,
/// }
///
/// impl Vault {
///     async fn fetch(&self) -> Result<SessionToken, LoginError> {
///         SessionToken::new("from-the-vault").map_err(LoginError::other)
///     }
/// }
///
/// impl Session for Vault {
///     fn current(&self, login: &Login) -> Option<SessionToken> {
///         self.flight.current(login)
///     }
///
///     fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
///         Box::pin(self.flight.token(login, || self.fetch()))
///     }
///
///     fn renew<'a>(
///         &'a self,
///         stale: &'a SessionToken,
///         login: &'a Login,
///     ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
///         Box::pin(self.flight.renew(stale, login, || self.fetch()))
///     }
///
///     fn end(&self, login: &Login) -> Option<SessionToken> {
///         self.flight.end(login)
///     }
/// }
/// ```
pub struct SingleFlight {
    /// One for each address of a pod, so only a few.
    pods: RwLock<Vec<Kept>>,
    cool_down: Duration,
}

/// What is kept for one pod.
struct Kept {
    pod: String,
    current: Option<Current>,
    turn: Arc<Turn>,
}

/// The login that may run now holds this lock.
#[derive(Default)]
struct Turn {
    last: tokio::sync::Mutex<Option<Failure>>,
    /// How many logins have ended, with or without success.
    ended: AtomicU64,
}

struct Current {
    token: SessionToken,
    since: Instant,
}

/// The last login, if it failed.
struct Failure {
    at: Instant,
    error: LoginError,
}

impl SingleFlight {
    /// How long no login starts after one that failed for a lasting reason. Default: 10 seconds.
    pub const COOL_DOWN: Duration = Duration::from_secs(10);

    /// The longest time for which no login starts because the pod asks to wait: an hour.
    pub const MAX_REST: Duration = Duration::from_secs(60 * 60);

    /// Has no token yet.
    #[must_use]
    pub fn new() -> Self {
        Self { pods: RwLock::default(), cool_down: Self::COOL_DOWN }
    }

    /// Starts no login for this long after one that failed for a lasting reason. Calls that waited for the failed login
    /// get its error even if this is zero.
    #[must_use]
    pub fn with_cool_down(mut self, cool_down: Duration) -> Self {
        self.cool_down = cool_down;
        self
    }

    /// The token for this pod, if there is one.
    #[must_use]
    pub fn current(&self, login: &Login) -> Option<SessionToken> {
        self.other_than(None, login)
    }

    /// The token, from `log_in` if there is none yet.
    ///
    /// # Errors
    /// The error of `log_in`. All calls that waited for it get it, and later calls during the cool-down or for as long
    /// as the pod asked to wait, at most [an hour](Self::MAX_REST).
    pub async fn token<F, Fut>(&self, login: &Login, log_in: F) -> Result<SessionToken, LoginError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<SessionToken, LoginError>>,
    {
        self.fresh(None, login, log_in).await
    }

    /// A token other than `stale`: from `log_in`, unless another call has renewed it already.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn renew<F, Fut>(
        &self,
        stale: &SessionToken,
        login: &Login,
        log_in: F,
    ) -> Result<SessionToken, LoginError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<SessionToken, LoginError>>,
    {
        self.fresh(Some(stale), login, log_in).await
    }

    /// Discards the token for this pod and returns it.
    pub fn end(&self, login: &Login) -> Option<SessionToken> {
        let mut pods = self.pods.write().unwrap_or_else(PoisonError::into_inner);
        let kept = pods.iter_mut().find(|kept| kept.pod == login.pod())?;
        kept.current.take().map(|current| current.token)
    }

    async fn fresh<F, Fut>(
        &self,
        stale: Option<&SessionToken>,
        login: &Login,
        log_in: F,
    ) -> Result<SessionToken, LoginError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<SessionToken, LoginError>>,
    {
        if let Some(token) = self.other_than(stale, login) {
            return Ok(token);
        }
        let turn = self.kept(login, |kept| Arc::clone(&kept.turn));
        let ended_before = turn.ended.load(Ordering::Acquire);
        // A login that is dropped releases the lock for the next one.
        let mut last = turn.last.lock().await;
        if let Some(token) = self.other_than(stale, login) {
            return Ok(token);
        }
        if let Some(Failure { at, error }) = &*last {
            let passed = login.clock().now().saturating_duration_since(*at);
            if turn.ended.load(Ordering::Acquire) != ended_before || passed < self.rest(error) {
                return Err(error.later(passed));
            }
        }
        let outcome = log_in().await;
        turn.ended.fetch_add(1, Ordering::AcqRel);
        match outcome {
            Ok(token) => {
                *last = None;
                let current = Current { token: token.clone(), since: login.clock().now() };
                self.kept(login, |kept| kept.current = Some(current));
                Ok(token)
            }
            Err(error) => {
                *last = Some(Failure { at: login.clock().now(), error: error.clone() });
                Err(error)
            }
        }
    }

    /// How long no login starts after one that failed like this.
    fn rest(&self, error: &LoginError) -> Duration {
        // The calls retry passing problems, with growing waits.
        if error.problem().is_passing() {
            error.retry_after().unwrap_or_default().min(Self::MAX_REST)
        } else {
            self.cool_down
        }
    }

    /// Whether this token is the current one, and no older than this.
    fn is_younger_than(&self, age: Duration, token: &SessionToken, login: &Login) -> bool {
        let pods = self.pods.read().unwrap_or_else(PoisonError::into_inner);
        current_of(&pods, login).is_some_and(|current| {
            current.token == *token && login.clock().now().saturating_duration_since(current.since) < age
        })
    }

    fn other_than(&self, stale: Option<&SessionToken>, login: &Login) -> Option<SessionToken> {
        let pods = self.pods.read().unwrap_or_else(PoisonError::into_inner);
        current_of(&pods, login).map(|current| &current.token).filter(|token| Some(*token) != stale).cloned()
    }

    /// The state for the pod of this login.
    fn kept<T>(&self, login: &Login, take: impl FnOnce(&mut Kept) -> T) -> T {
        let mut pods = self.pods.write().unwrap_or_else(PoisonError::into_inner);
        match pods.iter_mut().find(|kept| kept.pod == login.pod()) {
            Some(kept) => take(kept),
            None => {
                let mut kept = Kept { pod: login.pod().to_owned(), current: None, turn: Arc::default() };
                let taken = take(&mut kept);
                pods.push(kept);
                taken
            }
        }
    }
}

fn current_of<'a>(pods: &'a [Kept], login: &Login) -> Option<&'a Current> {
    pods.iter().find(|kept| kept.pod == login.pod())?.current.as_ref()
}

impl Default for SingleFlight {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SingleFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pods = self.pods.read().unwrap_or_else(PoisonError::into_inner);
        let tokens = pods.iter().filter(|kept| kept.current.is_some()).count();
        f.debug_struct("SingleFlight").field("tokens", &tokens).finish_non_exhaustive()
    }
}
