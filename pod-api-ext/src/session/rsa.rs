//! Login with an RSA key: for a bot, and for an application on behalf of users.
//!
//! A login sends a JSON Web Token that expires after a few minutes: algorithm RS512, the claims `sub` (the user name of
//! the bot, or the id of the application) and `exp`. Every login signs a new one.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::pem;
use super::sign::Pair;
use super::{KeyManagerToken, Login, LoginError, LoginProblem, Session, SingleFlight};
use crate::SessionToken;
use crate::clock::BoxFuture;
use crate::connections::UserId;
use crate::pointers::pointers;

/// The default lifetime of a login's token. The pod refuses more than 5 minutes; the rest is for differing clocks.
const LIFETIME: Duration = Duration::from_secs(240);
/// The longest lifetime that a pod accepts.
const MAX_LIFETIME: Duration = Duration::from_secs(300);
/// Signs logins. Implement it for a key in a hardware module.
///
/// ```
/// use pod_api_ext::clock::BoxFuture;
/// use pod_api_ext::session::{RsaSession, Signer};
///
/// #[derive(Debug)]
/// struct Hsm;
///
/// impl Signer for Hsm {
///     fn sign<'a>(
///         &'a self,
///         message: &'a [u8],
///     ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>> {
///         Box::pin(async move { Err("ask the hardware here".into()) })
///     }
/// }
///
/// let session = RsaSession::new("onboarding-bot", Hsm);
/// ```
pub trait Signer: fmt::Debug + Send + Sync {
    /// The signature of `message`: RSASSA-PKCS1-v1_5 with SHA-512 (RS512).
    ///
    /// # Errors
    /// A [`LoginError`] is passed on; return [`LoginError::network`] for a passing problem, such as hardware that
    /// cannot be reached. Any other error counts as an unusable key: [`LoginProblem::Key`](super::LoginProblem::Key).
    fn sign<'a>(
        &'a self,
        message: &'a [u8],
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>>;
}

pointers!(Signer {
    fn sign<'a>(
        message: &'a [u8]
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>>;
});

/// An RSA private key in memory. Never printed, and wiped when dropped.
pub struct RsaKey(Pair);

impl RsaKey {
    /// A key in PEM, PKCS#1 or PKCS#8, whichever its label says.
    ///
    /// It may be quoted, indented, on one line, with escaped line ends (`\n`, `\r\n`), with other sections or text
    /// around it, or Base64 of the whole, as in environment variables and YAML. DER is accepted too.
    ///
    /// # Errors
    /// The text has no complete private key, or the key is encrypted, not an RSA key, or shorter than 2048 bits.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, InvalidKey> {
        let der = pem::private_key(pem.as_ref())?;
        Ok(Self(Pair::load(&der)?))
    }

    /// A key in a PEM file.
    ///
    /// # Errors
    /// The file cannot be read, or as [`from_pem`](Self::from_pem).
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, InvalidKey> {
        let place = path.as_ref().display().to_string();
        match std::fs::read(path) {
            Ok(pem) => Self::from_pem(&*Zeroizing::new(pem)).map_err(|invalid| invalid.at(place)),
            Err(error) => Err(InvalidKey { problem: KeyProblem::Unreadable, place, source: Some(error) }),
        }
    }

    /// A key in PEM in an environment variable.
    ///
    /// # Errors
    /// The variable is not set, or as [`from_pem`](Self::from_pem).
    pub fn from_env(variable: &str) -> Result<Self, InvalidKey> {
        let pem = std::env::var(variable).map_err(|_| InvalidKey::from(KeyProblem::NotSet));
        pem.and_then(|pem| Self::from_pem(&*Zeroizing::new(pem.into_bytes())))
            .map_err(|invalid| invalid.at(format!("the environment variable {variable}")))
    }
}

impl Signer for RsaKey {
    fn sign<'a>(
        &'a self,
        message: &'a [u8],
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>> {
        let signed = self.0.sign(message);
        Box::pin(async move { signed })
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.bits();
        write!(f, "RsaKey({bits} bits)")
    }
}

/// A key that cannot be used, and where it was. The message never quotes the key.
#[derive(Debug)]
pub struct InvalidKey {
    problem: KeyProblem,
    /// Empty if it was given as text.
    place: String,
    source: Option<std::io::Error>,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// The file cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// The environment variable is not set, or is not text.
    #[error("it is not set, or is not text")]
    NotSet,
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It is text in UTF-16, as some programs on Windows write it.
    #[error("this text is UTF-16; save it as UTF-8 or ASCII")]
    Utf16,
    /// It is the path of a file, not its content.
    #[error("this looks like the path of a file; read the key from it with `from_pem_file`")]
    Path,
    /// Its end is missing.
    #[error("the key is cut off: the line that begins with -----END is missing")]
    CutOff,
    /// The text between its BEGIN and END lines is not Base64.
    #[error("the key is damaged: what stands between its lines BEGIN and END is not Base64")]
    Damaged,
    /// It is a PKCS#12 or JKS store.
    #[error(
        "this is a key store; write the key as PEM first: openssl pkcs12 -in STORE -nocerts -nodes -out KEY (of JKS, make PKCS#12 first: keytool -importkeystore -deststoretype PKCS12)"
    )]
    KeyStore,
    /// It is not PEM, or has no private key in it.
    #[error(
        "no private key in PEM was found, which stands between lines such as -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----"
    )]
    NotPem,
    /// It is the public key or a certificate, which is for the pod.
    #[error("this is a public key or a certificate, and the login needs the private key")]
    Public,
    /// It is in a format of OpenSSH or PuTTY.
    #[error(
        "this key is in a format of OpenSSH or PuTTY; write it as PEM first: ssh-keygen -p -m PEM -f KEY (of PuTTY, export it for OpenSSH before)"
    )]
    OpenSsh,
    /// It is encrypted with a passphrase.
    #[error("this private key is encrypted; decrypt it first: openssl pkey -in KEY -out DECRYPTED")]
    Encrypted,
    /// It is another kind of key, or damaged.
    #[error("this is no RSA private key, or a damaged one; Symphony accepts RSA only")]
    NotRsa,
    /// The program has installed no cryptography, and this crate was built without any.
    #[error(
        "there is no cryptography to sign with; install a provider of `rustls` as the default first, or switch on the feature `aws-lc-rs`"
    )]
    NoCryptography,
    /// It is shorter than 2048 bits.
    #[error("this RSA key is shorter than 2048 bits; make one of 4096")]
    TooShort,
}

impl InvalidKey {
    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> KeyProblem {
        self.problem
    }

    fn at(self, place: String) -> Self {
        Self { place, ..self }
    }
}

impl From<KeyProblem> for InvalidKey {
    fn from(problem: KeyProblem) -> Self {
        Self { problem, place: String::new(), source: None }
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, place, .. } = self;
        if place.is_empty() {
            write!(f, "the key: {problem}")
        } else {
            write!(f, "the key in {place}: {problem}")
        }
    }
}

impl std::error::Error for InvalidKey {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// The user name or application id, and the key.
#[derive(Clone, Debug)]
struct Identity {
    subject: String,
    signer: Arc<dyn Signer>,
    lifetime: Duration,
}

impl Identity {
    fn new(subject: impl Into<String>, signer: impl Signer + 'static) -> Self {
        Self { subject: subject.into(), signer: Arc::new(signer), lifetime: LIFETIME }
    }

    async fn log_in(&self, login: &Login, path: &str) -> Result<SessionToken, LoginError> {
        login.with_jwt(path, &self.jwt(login).await?).await
    }

    async fn jwt(&self, login: &Login) -> Result<Zeroizing<String>, LoginError> {
        let expires = login.clock().system_time() + self.lifetime;
        let expires = expires.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS512","typ":"JWT"}"#);
        let claims = serde_json::json!({ "sub": self.subject, "exp": expires }).to_string();
        let message = Zeroizing::new(format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims)));
        let signature = self.signer.sign(message.as_bytes()).await.map_err(LoginError::signing)?;
        Ok(Zeroizing::new(format!("{}.{}", *message, URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// A bot that logs in with its RSA key. It renews its session after expiry.
#[derive(Debug)]
pub struct RsaSession {
    bot: Identity,
    flight: SingleFlight,
}

impl RsaSession {
    /// A bot with this user name and signer.
    pub fn new(username: impl Into<String>, signer: impl Signer + 'static) -> Self {
        Self { bot: Identity::new(username, signer), flight: SingleFlight::new() }
    }

    /// A bot whose key is in a PEM file, PKCS#1 or PKCS#8.
    ///
    /// # Errors
    /// The file cannot be read or has no usable key.
    pub fn from_pem_file(username: impl Into<String>, path: impl AsRef<Path>) -> Result<Self, InvalidKey> {
        Ok(Self::new(username, RsaKey::from_pem_file(path)?))
    }

    /// The lifetime of a login's token. Default: 4 minutes. At most 5 minutes, which is what a pod accepts.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.bot.lifetime = lifetime.min(MAX_LIFETIME);
        self
    }

    /// Starts no login for this long after one that failed for a lasting reason.
    #[must_use]
    pub fn with_cool_down(mut self, cool_down: Duration) -> Self {
        self.flight = self.flight.with_cool_down(cool_down);
        self
    }
}

/// A session of an application that is younger than this counts as valid.
const YOUNG: Duration = Duration::from_secs(60);

const BOT_LOGIN: &str = "/login/pubkey/authenticate";
const APP_LOGIN: &str = "/login/pubkey/app/authenticate";

impl Session for RsaSession {
    fn current(&self, login: &Login) -> Option<SessionToken> {
        self.flight.current(login)
    }

    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || self.bot.log_in(login, BOT_LOGIN)))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.renew(stale, login, || self.bot.log_in(login, BOT_LOGIN)))
    }

    fn key_manager_token<'a>(
        &'a self,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<KeyManagerToken, LoginError>> {
        Box::pin(async move {
            let jwt = self.bot.jwt(login).await?;
            login.key_manager_with_jwt(&jwt).await.map(KeyManagerToken)
        })
    }

    fn end(&self, login: &Login) -> Option<SessionToken> {
        self.flight.end(login)
    }
}

/// An application that logs in with its RSA key and acts on behalf of users.
///
/// Cheap to clone; clones share the session of the application. Each user has a separate session.
///
/// ```
/// use pod_api_ext::Pod;
/// use pod_api_ext::session::{RsaApp, RsaKey};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let app = RsaApp::new("onboarding-app", RsaKey::from_env("APP_KEY")?)?;
/// let alice = Pod::builder("https://acme.symphony.com")
///     .session(app.on_behalf_of(7_078_106_126_503))
///     .build()?;
/// let bob = alice.with_session(app.on_behalf_of(7_078_106_103_809));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RsaApp {
    app: Identity,
    flight: Arc<SingleFlight>,
}

impl RsaApp {
    /// An application with this id and signer.
    ///
    /// # Errors
    /// The id contains a colon. A pod refuses such an application with a plain 401.
    pub fn new(app_id: impl Into<String>, signer: impl Signer + 'static) -> Result<Self, LoginError> {
        let app_id = app_id.into();
        if app_id.contains(':') {
            return Err(LoginError::of(
                LoginProblem::User,
                "the id of an application must not have a colon in it",
            ));
        }
        Ok(Self { app: Identity::new(app_id, signer), flight: Arc::default() })
    }

    /// The lifetime of a login's token: see [`RsaSession::with_lifetime`].
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.app.lifetime = lifetime.min(MAX_LIFETIME);
        self
    }

    /// Starts no login of the application for this long after one that failed for a lasting reason. Existing clones
    /// keep their own session.
    #[must_use]
    pub fn with_cool_down(mut self, cool_down: Duration) -> Self {
        self.flight = Arc::new(SingleFlight::new().with_cool_down(cool_down));
        self
    }

    /// A session on behalf of the user with this id.
    ///
    /// The documentation allows: listing connections, reading one, and asking to connect.
    #[must_use]
    pub fn on_behalf_of(&self, user: impl Into<UserId>) -> OnBehalfOf {
        self.session("user", user.into().to_string())
    }

    /// A session on behalf of the user with this user name.
    #[must_use]
    pub fn on_behalf_of_username(&self, username: impl Into<String>) -> OnBehalfOf {
        self.session("username", username.into())
    }

    fn session(&self, kind: &'static str, user: String) -> OnBehalfOf {
        OnBehalfOf { app: self.clone(), kind, user, flight: SingleFlight::new() }
    }

    /// The id of the application.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.app.subject
    }

    /// Logs in as an extension app with this app token.
    #[cfg(feature = "extension-apps")]
    pub(crate) async fn extension_app_login(
        &self,
        login: &Login,
        app_token: &str,
    ) -> Result<super::ExtensionTokens, LoginError> {
        login.extension_app(&self.app.jwt(login).await?, app_token).await
    }

    async fn token(&self, login: &Login) -> Result<SessionToken, LoginError> {
        self.flight.token(login, || self.app.log_in(login, APP_LOGIN)).await
    }

    async fn renew(&self, stale: &SessionToken, login: &Login) -> Result<SessionToken, LoginError> {
        self.flight.renew(stale, login, || self.app.log_in(login, APP_LOGIN)).await
    }
}

/// A session on behalf of one user. Its token is separate from those of the application and of other users.
pub struct OnBehalfOf {
    app: RsaApp,
    kind: &'static str,
    user: String,
    flight: SingleFlight,
}

impl OnBehalfOf {
    /// Starts no login of this user for this long after one that failed for a lasting reason.
    #[must_use]
    pub fn with_cool_down(mut self, cool_down: Duration) -> Self {
        self.flight = self.flight.with_cool_down(cool_down);
        self
    }

    /// A 401 may mean that the session of the application has expired, which is then renewed once. It may also mean
    /// that the user has not allowed the application; many such users must not cause many logins.
    async fn log_in(&self, login: &Login) -> Result<SessionToken, LoginError> {
        if matches!(self.user.as_str(), "" | "." | "..") {
            return Err(LoginError::of(LoginProblem::User, "this user name cannot stand in a path"));
        }
        let app = self.app.token(login).await?;
        match login.on_behalf_of(&app, self.kind, &self.user).await {
            Err(error)
                if error.status() == Some(http::StatusCode::UNAUTHORIZED)
                    && !self.app.flight.is_younger_than(YOUNG, &app, login) =>
            {
                let app = self.app.renew(&app, login).await?;
                login.on_behalf_of(&app, self.kind, &self.user).await
            }
            outcome => outcome,
        }
    }
}

impl Session for OnBehalfOf {
    fn current(&self, login: &Login) -> Option<SessionToken> {
        self.flight.current(login)
    }

    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || self.log_in(login)))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.renew(stale, login, || self.log_in(login)))
    }

    fn end(&self, login: &Login) -> Option<SessionToken> {
        self.flight.end(login)
    }
}

/// User ids and names are personal data.
impl fmt::Debug for OnBehalfOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnBehalfOf").field("app", &self.app).finish_non_exhaustive()
    }
}
