//! Sessions: where the token of a call comes from, and how it is renewed once for everybody.
//!
//! A pod answers 401 once a session has expired, which is after an hour to two weeks, as its
//! administrator decides. Then the session is renewed and the call is sent once more; a 401 to that is
//! final. However many calls notice the expiry, one login is made for all of them.
//!
//! A token belongs to the pod that gave it. One session can be given to several pods: it keeps a token for each
//! [address](Login::pod), and sends none to another. Pods of one address share one login. Only a bare [`SessionToken`] goes
//! wherever it is given to.
//!
//! - A [`SessionToken`] is a session that cannot renew itself.
//! - [`RsaSession`] logs a bot in with its RSA key.
//! - [`PodBuilder::certificate`](crate::PodBuilder::certificate) logs a bot in with a client certificate.
//! - [`RsaApp`] logs an application in and acts on behalf of users.
//! - Anything else implements [`Session`], best on top of [`SingleFlight`].
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
//! The calls that wait for it fail with [`ErrorKind::Login`](crate::ErrorKind::Login), and the error has the
//! [`LoginError`](crate::Error::login_error), which says what it looks like: the key, the user, the clock, or the network.
//! What passes by itself ([`LoginProblem::is_passing`]) is tried again like a call that was not sent, and no sooner than
//! the pod asks, or [after an hour](SingleFlight::MAX_REST). After anything else no login is tried for a while
//! ([`SingleFlight::COOL_DOWN`]), so that a revoked key does not hammer the pod.
//!
//! A call that is given up while it waits for a login, by its deadline or because its future is dropped, leaves the login
//! under way: the next call finds the token. A login that has not ended after five minutes is given up, whoever waits for
//! it.
//!
//! The login is a task on the Tokio runtime of the call that began it. While nothing drives that runtime, the login stands
//! still, and calls on other runtimes [fail](crate::ErrorKind::Runtime); once the runtime is dropped, one of them logs in
//! anew.

mod certificate;
mod key_manager;
mod login;
mod pem;
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

/// What a signer says that cannot sign.
type SignError = Box<dyn std::error::Error + Send + Sync>;

/// Where the token of a call comes from.
///
/// Implementations share one state between all calls of a pod, so their methods take `&self`. A `Box` or an `Arc` of a
/// session is one too, so that it can be chosen at run time, or shared by several pods.
pub trait Session: fmt::Debug + Send + Sync {
    /// The token to send now, if there is one already: asked first, and for every call.
    ///
    /// None, which it is unless implemented, is always right, and takes a little longer. The login tells for
    /// [which pod](Login::pod) it is to be.
    fn current(&self, login: &Login) -> Option<SessionToken> {
        let _none_is_kept = login;
        None
    }

    /// The token to send now; logs in if there is none yet.
    ///
    /// A call that is given up does not end it: what is under way goes on in a task of its own.
    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>>;

    /// A token other than `stale`, with which the pod just answered 401. If it was renewed already, the newer one.
    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>>;

    /// A new token of the key manager, which programs that go on to the agent need: see
    /// [`Pod::agent_tokens`](crate::Pod::agent_tokens), which asks for it once for each session.
    ///
    /// None can be had unless this is implemented: a bot that logs in by itself has one, and a token from elsewhere and a user
    /// of an application have none.
    fn key_manager_token<'a>(
        &'a self,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<KeyManagerToken, LoginError>> {
        let _none_is_asked = login;
        Box::pin(async { Err(LoginError::no_key_manager()) })
    }

    /// Forgets the token for this pod and returns it, so that it can be logged out. None if there is none, or if this
    /// session is not the one to end it.
    fn end(&self, login: &Login) -> Option<SessionToken> {
        let _none_is_kept = login;
        None
    }
}

/// A token from elsewhere. It cannot be renewed.
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

/// Keeps a token for each pod, and makes one login for everybody who finds it missing or stale.
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
    /// Few: one for each address of a pod.
    pods: RwLock<Vec<Kept>>,
    cool_down: Duration,
}

/// What is kept for one pod.
struct Kept {
    pod: String,
    current: Option<Current>,
    turn: Arc<Turn>,
}

/// Whoever logs in has the turn.
#[derive(Default)]
struct Turn {
    last: tokio::sync::Mutex<Option<Failure>>,
    /// How many logins have ended, well or not.
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
    /// How long no other login is tried after one that failed for a reason that does not pass, unless told otherwise: 10
    /// seconds.
    pub const COOL_DOWN: Duration = Duration::from_secs(10);

    /// How long no other login is tried at most because the pod asks to wait: an hour. Then it is asked again.
    pub const MAX_REST: Duration = Duration::from_secs(60 * 60);

    /// No token yet.
    #[must_use]
    pub fn new() -> Self {
        Self { pods: RwLock::default(), cool_down: Self::COOL_DOWN }
    }

    /// Tries no login for this long after one failed for a reason that does not pass. The calls that waited for it share
    /// its failure all the same.
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
    /// What `log_in` says, to everybody who waited for it; and after it for the cool-down, or for as long as the pod asked to
    /// wait, but no longer than [an hour](Self::MAX_REST).
    pub async fn token<F, Fut>(&self, login: &Login, log_in: F) -> Result<SessionToken, LoginError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<SessionToken, LoginError>>,
    {
        self.fresh(None, login, log_in).await
    }

    /// A token other than `stale`, from `log_in` unless somebody else already has one.
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

    /// Forgets the token for this pod and returns it.
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
        // Whoever gives up while logging in lets the next one have the turn.
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

    /// How long no other login is tried after one that failed like this.
    fn rest(&self, error: &LoginError) -> Duration {
        // What passes is tried again by the calls, which wait longer each time.
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

    /// What is kept for the pod of this login.
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
