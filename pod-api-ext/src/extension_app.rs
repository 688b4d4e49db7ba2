//! Extension apps: authentication between the backend of an app in the Symphony client and its user.
//!
//! An extension app has a frontend, which runs in the client of a user, and a backend. They authenticate each other by
//! the *circle of trust*, which has three steps in the backend:
//!
//! 1. [`ExtensionApp::authenticate`] makes an *app token* and exchanges it at the pod for a *Symphony token*. The
//!    frontend gets only the app token, and registers with it. A genuine client gets the Symphony token from the pod.
//! 2. [`ExtensionApp::check_pair`] checks the two tokens that the frontend returns.
//! 3. [`ExtensionApp::user`] checks the signed token of the user (`getJwt()`), and returns the user.
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::extension_app::{ExtensionApp, ExtensionAppError};
//! use pod_api_ext::session::{RsaApp, RsaKey};
//!
//! # fn setup() -> Result<(), Box<dyn std::error::Error>> {
//! let app = RsaApp::new("onboarding-app", RsaKey::from_pem_file("app.pem")?)?;
//! let pod = Pod::builder("https://acme.symphony.com").app(app.clone()).build()?;
//! let app = ExtensionApp::new(&pod, &app);
//! # Ok(())
//! # }
//!
//! /// The frontend starts the circle of trust.
//! async fn begin(app: &ExtensionApp) -> Result<String, ExtensionAppError> {
//!     app.authenticate().await // for the frontend
//! }
//!
//! /// The frontend returns the tokens of the client.
//! async fn finish(
//!     app: &ExtensionApp,
//!     app_token: &str,
//!     symphony_token: &str,
//!     jwt: &str,
//! ) -> Result<(), ExtensionAppError> {
//!     app.check_pair(app_token, symphony_token).await?;
//!     let user = app.user(jwt).await?;
//!     println!("{} is here", user.display_name.unwrap_or_default());
//!     Ok(())
//! }
//! ```
//!
//! # What is checked
//!
//! - A pair is valid once, until the expiry that the pod names, and only if both tokens are unchanged. A wrong pair
//!   uses up the app token too. The comparison takes constant time.
//! - A user's token must be signed by RS512 with the key of the [pod's
//!   certificate](crate::pod_api::Client::get_pod_certificate), must not have expired by the [clock](crate::clock) of
//!   the pod, and must name Symphony as its issuer and this application as its audience. The certificate is trusted
//!   because it comes from the pod over TLS; its validity dates are not checked. It is cached, and fetched again if a
//!   signature does not match, at most [once a minute](ExtensionApp::CERTIFICATE_REST).
//!
//! If an error [is a refusal](ExtensionAppError::is_refusal), answer the frontend with 401, for example. Any other
//! error is a problem of the backend or the pod.
//!
//! # Several instances of a backend
//!
//! By default the pairs are kept in memory, so the same instance has to do all steps. Pass a shared [`TokenStore`] to
//! [`ExtensionApp::with_store`] for several instances.
//!
//! See also: [`session`](crate::session), for bots and for calls on behalf of users.

mod jwt;
mod store;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use pod_api::{Call as _, operations};

use self::jwt::PodKey;
pub use self::jwt::{ExtensionAppUser, JwtProblem};
pub use self::store::{MemoryTokenStore, StoreError, TokenPair, TokenStore};
use crate::session::{ExtensionTokens, LoginError, RsaApp};
use crate::{Error, Pod};

/// The backend of an extension app. Cheap to clone; clones share store and certificate.
#[derive(Clone)]
pub struct ExtensionApp {
    pod: Pod,
    app: RsaApp,
    store: Arc<dyn TokenStore>,
    key: Arc<RwLock<Option<Fetched>>>,
}

/// The key of the pod, and when it was fetched.
#[derive(Clone)]
struct Fetched {
    key: Arc<PodKey>,
    at: Instant,
}

/// The lifetime of a pair if the pod names none.
const LIFETIME: Duration = Duration::from_secs(300);

impl ExtensionApp {
    /// The shortest time between two fetches of the pod's certificate because of signatures that do not match.
    pub const CERTIFICATE_REST: Duration = Duration::from_secs(60);

    /// The extension app with the id and the key of this application, on this pod. The session of the pod is not used.
    #[must_use]
    pub fn new(pod: &Pod, app: &RsaApp) -> Self {
        Self {
            pod: pod.clone(),
            app: app.clone(),
            store: Arc::new(MemoryTokenStore::default()),
            key: Arc::default(),
        }
    }

    /// Keeps the pairs of tokens in this store.
    #[must_use]
    pub fn with_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// The first step: makes an app token for the frontend, and logs in with it.
    ///
    /// # Errors
    /// The pod refuses the application or cannot be reached, or the store fails.
    pub async fn authenticate(&self) -> Result<String, ExtensionAppError> {
        let app_token = random_token()?;
        let ExtensionTokens { symphony_token, expire_at } =
            self.app.extension_app_login(self.pod.login(), &app_token).await?;
        let now = self.pod.clock().system_time();
        let expires = expire_at.and_then(moment).or_else(|| now.checked_add(LIFETIME)).unwrap_or(now);
        let pair = TokenPair { app_token: app_token.clone(), symphony_token, expires };
        self.store.insert(pair, now).await.map_err(ExtensionAppError::Store)?;
        Ok(app_token)
    }

    /// Checks the two tokens that the frontend returns. The app token is used up in any case.
    ///
    /// # Errors
    /// The tokens are not an issued pair, were used before, or have expired; or the store fails.
    pub async fn check_pair(&self, app_token: &str, symphony_token: &str) -> Result<(), ExtensionAppError> {
        let pair = self.store.take(app_token).await.map_err(ExtensionAppError::Store)?;
        let pair = pair.ok_or(ExtensionAppError::UnknownPair)?;
        let same =
            |given: &str, kept: &str| verify_slices_are_equal(given.as_bytes(), kept.as_bytes()).is_ok();
        if !same(app_token, &pair.app_token) || !same(symphony_token, &pair.symphony_token) {
            return Err(ExtensionAppError::WrongPair);
        }
        if pair.expires <= self.pod.clock().system_time() {
            return Err(ExtensionAppError::ExpiredPair);
        }
        Ok(())
    }

    /// The user, from the token that the pod has signed for the client.
    ///
    /// # Errors
    /// The token is not from this pod for this application, or has expired; or the pod's certificate cannot be fetched.
    pub async fn user(&self, jwt: &str) -> Result<ExtensionAppUser, ExtensionAppError> {
        let (kept, is_new) = match self.kept_key() {
            Some(kept) => (kept, false),
            None => (self.fetch_key().await?, true),
        };
        let checked = |key: &PodKey| key.user(jwt, self.app.id(), self.pod.clock().system_time());
        match checked(&kept.key) {
            Err(JwtProblem::Signature) if !is_new && self.may_fetch_again() => {
                Ok(checked(&self.fetch_key().await?.key)?)
            }
            outcome => Ok(outcome?),
        }
    }

    fn kept_key(&self) -> Option<Fetched> {
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the certificate is old enough to be fetched again. It counts as fetched now, whatever comes of it, so that forged
    /// tokens cause one call each time at most.
    fn may_fetch_again(&self) -> bool {
        let now = self.pod.clock().now();
        match &mut *self.key.write().unwrap_or_else(PoisonError::into_inner) {
            Some(kept) if now.saturating_duration_since(kept.at) >= Self::CERTIFICATE_REST => {
                kept.at = now;
                true
            }
            _ => false,
        }
    }

    async fn fetch_key(&self) -> Result<Fetched, ExtensionAppError> {
        let certificate = certificate(&self.pod).await.map_err(ExtensionAppError::Pod)?;
        let key = certificate.as_deref().and_then(PodKey::from_certificate);
        let key = key.ok_or(ExtensionAppError::PodCertificate)?;
        let fetched = Fetched { key: Arc::new(key), at: self.pod.clock().now() };
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched.clone());
        Ok(fetched)
    }
}

impl fmt::Debug for ExtensionApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtensionApp")
            .field("app", &self.app)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// The certificate of a pod. It needs no session.
async fn certificate(pod: &Pod) -> Result<Option<String>, Error> {
    let context = pod.login().site().with_gateway_headers(pod.context()).await?;
    let client = pod.client().with_context(context);
    match pod.api().get_pod_certificate().send_with(&client).await {
        Ok(answer) => Ok(answer.into_inner().certificate),
        Err(error) => Err(Error::new(operations::GET_POD_CERTIFICATE, client.context(), error)),
    }
}

/// 256 random bits in hexadecimal digits.
fn random_token() -> Result<String, ExtensionAppError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ExtensionAppError::NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Numbers from here on are milliseconds since 1970, smaller ones are seconds. The documentation says milliseconds, but
/// pods send seconds. As seconds, this number is in the year 5138; as milliseconds, in 1973.
const MILLISECONDS: f64 = 1e11;

fn moment(number: f64) -> Option<SystemTime> {
    let seconds = if number < MILLISECONDS { number } else { number / 1000.0 };
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

/// What can go wrong with an extension app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionAppError {
    /// The pod refuses the application or cannot be reached.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The store of tokens failed.
    #[error("the store of tokens failed")]
    Store(#[source] StoreError),
    /// The certificate of the pod could not be fetched.
    #[error("the certificate of the pod could not be fetched")]
    Pod(#[source] Error),
    /// The pod's answer is not a certificate.
    #[error("what the pod answers is no certificate; check the address, and what a gateway before it knows")]
    PodCertificate,
    /// The machine has no random numbers.
    #[error("the machine has no random numbers")]
    NoRandomness,
    /// The app token was not issued here, was used before, or has expired and was discarded.
    #[error(
        "this app token is not known: it was not given out here, was handed back before, or has expired; begin anew"
    )]
    UnknownPair,
    /// The Symphony token is not the one that belongs to the app token.
    #[error("the two tokens do not belong together; begin anew")]
    WrongPair,
    /// The pair has expired.
    #[error("the two tokens have expired; begin anew")]
    ExpiredPair,
    /// The signed token of the user is not accepted.
    #[error("the signed token of the user is not accepted: {0}")]
    Jwt(#[from] JwtProblem),
}

impl ExtensionAppError {
    /// Whether the frontend is refused; another attempt with the same tokens would fail too. Otherwise the backend or
    /// the pod has a problem.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::UnknownPair | Self::WrongPair | Self::ExpiredPair | Self::Jwt(_))
    }
}
