//! The requests of a login, and the errors of a failed one.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pod_api::Context;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::{BoxFuture, Clock};
use crate::endpoint::{Site, Sites};
use crate::message::{compressed, shown};
use crate::obstacle::Obstacle;
use crate::pointers::pointers;
use crate::{SessionToken, retry_after};

/// Provides the headers that a gateway before the pod requires on every call and login.
///
/// It is called before each request, so it can renew an expiring token. The values are never printed.
///
/// Headers about the connection or the message format, such as `Content-Length` or `Host`, are refused, and so is
/// `sessionToken`: see [`Context::with_headers`]. A header `X-Trace-Id` becomes the trace id of the call.
pub trait HeaderProvider: fmt::Debug + Send + Sync {
    /// The headers of the next request. It may take as long as an [attempt](crate::PodBuilder::timeout).
    ///
    /// # Errors
    /// The headers are not available now. The call is not sent, and is retried like any call that was not sent.
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>>;

    /// The headers, if they are always the same. Then [`headers`](Self::headers) is not called, and invalid headers
    /// fail when the pod is built. Default: `None`.
    fn fixed(&self) -> Option<&HeaderMap> {
        None
    }
}

pointers!(HeaderProvider {
    fn headers() -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>>;
    fn fixed() -> Option<&HeaderMap>;
});

/// The same headers for every call.
impl HeaderProvider for HeaderMap {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>> {
        Box::pin(async { Ok(self.clone()) })
    }

    fn fixed(&self) -> Option<&HeaderMap> {
        Some(self)
    }
}

/// The login of a pod, with which a [`Session`](super::Session) makes its requests.
#[derive(Clone)]
pub struct Login {
    sites: Arc<Sites>,
    clock: Arc<dyn Clock>,
    progress: Progress,
}

/// The progress of a login. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Mutex<Option<LoginError>>>);

impl Progress {
    /// The error if the login gets no further.
    pub(super) fn so_far(&self) -> Option<LoginError> {
        self.noted().clone()
    }

    fn note(&self, so_far: impl Into<Option<LoginError>>) {
        *self.noted() = so_far.into();
    }

    /// No code panics while it holds the lock.
    fn noted(&self) -> MutexGuard<'_, Option<LoginError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer of a login. A session does not use its other fields.
#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The request of a login with a signed token.
#[derive(Serialize)]
struct Signed<'a> {
    token: &'a str,
}

/// The request of the login of an extension app.
#[cfg(feature = "extension-apps")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedApp<'a> {
    app_token: &'a str,
    auth_token: &'a str,
}

/// The answer of the login of an extension app.
#[cfg(feature = "extension-apps")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtensionTokens {
    pub(crate) symphony_token: String,
    pub(crate) expire_at: Option<f64>,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<i64>,
    message: Option<String>,
}

/// The largest answer of a login, in bytes.
const MAX_ANSWER: usize = 64 << 10;

impl Login {
    pub(crate) fn new(sites: Sites, clock: Arc<dyn Clock>) -> Self {
        Self { sites: Arc::new(sites), clock, progress: Progress::default() }
    }

    /// The same login, which records its progress.
    pub(super) fn noting(&self, progress: Progress) -> Self {
        Self { progress, ..self.clone() }
    }

    /// The address of the pod, without a slash at the end. A token is sent to no other address.
    #[must_use]
    pub fn pod(&self) -> &str {
        &self.sites.pod.root
    }

    /// The clock of this pod.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The address and the HTTP client of the pod itself.
    pub(crate) fn site(&self) -> &Site {
        &self.sites.pod
    }

    /// Logs in with a signed token: `POST /login/pubkey/authenticate`, or another path below the
    /// [address of the login](crate::PodBuilder::login_endpoint).
    ///
    /// # Errors
    /// The pod refuses or cannot be reached.
    pub async fn with_jwt(&self, path: &str, jwt: &str) -> Result<SessionToken, LoginError> {
        self.send(
            &self.sites.login,
            signed(&self.sites.login, path, &Signed { token: jwt }, jwt.len())?,
            Attempted::Jwt(jwt),
        )
        .await
    }

    /// Logs in with a signed token at the key manager.
    pub(super) async fn key_manager_with_jwt(&self, jwt: &str) -> Result<SessionToken, LoginError> {
        let site = &self.sites.key_manager;
        self.send(
            site,
            signed(site, "/relay/pubkey/authenticate", &Signed { token: jwt }, jwt.len())?,
            Attempted::Jwt(jwt),
        )
        .await
    }

    /// Logs in as an extension app with this app token.
    #[cfg(feature = "extension-apps")]
    pub(super) async fn extension_app(
        &self,
        jwt: &str,
        app_token: &str,
    ) -> Result<ExtensionTokens, LoginError> {
        let site = &self.sites.login;
        let path = "/login/v1/pubkey/app/authenticate/extensionApp";
        let request =
            signed(site, path, &SignedApp { app_token, auth_token: jwt }, jwt.len() + app_token.len())?;
        let body = self.answer(site, request, Attempted::Jwt(jwt)).await?;
        serde_json::from_slice(&body).map_err(|_| LoginError::no_token())
    }

    /// Logs in with the client certificate of the connection.
    pub(super) async fn with_certificate(&self) -> Result<SessionToken, LoginError> {
        let site = &self.sites.session;
        self.send(site, without_body(site, "/sessionauth/v1/authenticate"), Attempted::Certificate).await
    }

    /// Logs in with the client certificate of the connection at the key manager.
    pub(super) async fn key_manager_with_certificate(&self) -> Result<SessionToken, LoginError> {
        let site = &self.sites.key_manager;
        self.send(site, without_body(site, "/keyauth/v1/authenticate"), Attempted::Certificate).await
    }

    /// Exchanges the session of an application for one on behalf of a user. `kind` is `user` or `username`.
    pub(super) async fn on_behalf_of(
        &self,
        app: &SessionToken,
        kind: &str,
        user: &str,
    ) -> Result<SessionToken, LoginError> {
        let user = utf8_percent_encode(user, NON_ALPHANUMERIC);
        let site = &self.sites.login;
        let request = without_body(site, &format!("/login/pubkey/app/{kind}/{user}/authenticate"));
        self.send(site, request.header(SESSION_TOKEN, HeaderValue::from(app)), Attempted::OnBehalfOf).await
    }

    /// Ends a session. A session that the pod no longer knows counts as ended.
    pub(crate) async fn log_out(&self, session: &SessionToken) -> Result<(), LoginError> {
        let site = &self.sites.session;
        let request = without_body(site, "/sessionauth/v1/logout");
        let request = request.header(SESSION_TOKEN, HeaderValue::from(session));
        match self.answer(site, request, Attempted::LogOut).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) && error.inner.is_from_the_pod => {
                Ok(())
            }
            Err(error) => Err(error),
            // Something in place of the pod may answer everything with success.
            Ok(body) if body.is_empty() || serde_json::from_slice::<Refusal>(&body).is_ok() => Ok(()),
            Ok(_) => Err(LoginError::new(Inner {
                failed: Attempted::LogOut.failed(),
                ..Inner::of(LoginProblem::Network, NOT_THE_PODS)
            })),
        }
    }

    async fn send(
        &self,
        site: &Site,
        request: reqwest::RequestBuilder,
        attempted: Attempted<'_>,
    ) -> Result<SessionToken, LoginError> {
        let body = self.answer(site, request, attempted).await?;
        let Token { token } = serde_json::from_slice(&body).map_err(|_| LoginError::no_token())?;
        SessionToken::new(token).map_err(|_| LoginError::no_token())
    }

    async fn answer(
        &self,
        site: &Site,
        request: reqwest::RequestBuilder,
        attempted: Attempted<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, LoginError> {
        let sent = self.clock.system_time();
        self.progress.note(site.silent_gateway());
        let context = site.with_gateway_headers(Context::new()).await?;
        self.progress.note(None);
        let mut request =
            request.header(header::ACCEPT, "application/json").headers(context.headers().clone());
        if let Some(id) = context.trace_id() {
            request = request.header("x-trace-id", id.as_str());
        }
        let mut response = request.send().await.map_err(|error| LoginError::unreached(attempted, error))?;
        let status = response.status();
        let mut body = Zeroizing::new(Vec::new());
        // The status decides, so a refusal stays a refusal if its body breaks off.
        let refused = |response: &reqwest::Response, body: &[u8]| {
            refused(attempted, status, response.headers(), body, sent)
        };
        while body.len() < MAX_ANSWER {
            self.progress.note(if status.is_success() {
                LoginError::cut_short(attempted, status, None)
            } else {
                refused(&response, &body)
            });
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(_) if !status.is_success() => break,
                Err(error) => return Err(LoginError::cut_short(attempted, status, Some(error))),
            }
        }
        self.progress.note(None);
        match compressed(response.headers()) {
            _ if !status.is_success() => Err(refused(&response, &body)),
            Some(lost) => Err(LoginError::new(Inner {
                failed: attempted.failed(),
                status: Some(status),
                ..Inner::of(LoginProblem::Other, lost)
            })),
            None => Ok(body),
        }
    }
}

const SESSION_TOKEN: &str = "sessionToken";

/// A request with a signed token in its body.
///
/// The body is wiped when it is dropped. It has its full capacity from the start, so that growing leaves no copies
/// behind.
fn signed(
    site: &Site,
    path: &str,
    body: &impl Serialize,
    tokens: usize,
) -> Result<reqwest::RequestBuilder, LoginError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(tokens + 64));
    serde_json::to_writer(&mut *bytes, body).map_err(LoginError::other)?;
    let request = site.http.post(format!("{}{path}", site.root));
    Ok(request.header(header::CONTENT_TYPE, "application/json").body(Bytes::from_owner(bytes)))
}

/// A request without a body, as the vendor requires since 2025: with `Content-Length` and without `Content-Type`.
fn without_body(site: &Site, path: &str) -> reqwest::RequestBuilder {
    site.http.post(format!("{}{path}", site.root)).header(header::CONTENT_LENGTH, "0")
}

/// The purpose of a request, because it decides what a refusal means.
#[derive(Clone, Copy)]
enum Attempted<'a> {
    /// A login with this signed token.
    Jwt(&'a str),
    /// A login with the client certificate of the connection.
    Certificate,
    /// A session on behalf of a user, requested by an application.
    OnBehalfOf,
    /// The end of a session.
    LogOut,
}

impl Attempted<'_> {
    /// The failed step, in words.
    fn failed(self) -> &'static str {
        match self {
            Self::Jwt(_) | Self::Certificate | Self::OnBehalfOf => "the login failed",
            Self::LogOut => "logging out failed",
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("root", &self.sites.login.root).finish_non_exhaustive()
    }
}

/// The likely cause of a failed login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginProblem {
    /// The pod does not accept the key: it was not imported, was revoked, or belongs to another user. Or it [could not
    /// sign](crate::session::Signer).
    Key,
    /// The pod does not know the user or the application, or does not let them in.
    User,
    /// The clock of this machine and that of the pod are too far apart.
    ClockSkew,
    /// The pod could not be reached or failed (any status in the 500s), or something else answered in its place.
    Network,
    /// The session cannot be renewed, because it has no key.
    NotRenewable,
    /// Anything else.
    Other,
    /// The rate limit is exceeded: too many logins in a short time.
    Throttled,
    /// The headers for a gateway are not available. The source is the error of the [`HeaderProvider`].
    Gateway,
    /// A proxy refuses the login, or this program's user name and password.
    ProxyRefused,
    /// The server's certificate is not accepted.
    Certificate,
    /// The server requires a client certificate, and got none or does not accept it.
    ClientCertificate,
    /// TLS could not be set up for another reason.
    Tls,
}

impl From<Obstacle> for LoginProblem {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::ProxyCredentials | Obstacle::Proxy => Self::ProxyRefused,
            Obstacle::Untrusted | Obstacle::Expired | Obstacle::OtherName | Obstacle::Certificate => {
                Self::Certificate
            }
            Obstacle::ClientCertificate => Self::ClientCertificate,
            Obstacle::Tls | Obstacle::NoTlsThere | Obstacle::NoTlsHere => Self::Tls,
        }
    }
}

impl LoginProblem {
    /// Whether the problem may pass, so that a later login may succeed without a change.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Network | Self::Throttled | Self::Gateway)
    }
}

/// A login that failed. Cheap to clone: every call that waited for the login gets it.
#[derive(Clone)]
pub struct LoginError {
    inner: Arc<Inner>,
    retry_after: Option<Duration>,
}

struct Inner {
    problem: LoginProblem,
    /// The failed step, in words.
    failed: &'static str,
    status: Option<StatusCode>,
    /// Whether a refusal has the form of a pod's error, not that of a gateway.
    is_from_the_pod: bool,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl LoginError {
    /// The likely cause.
    #[must_use]
    pub fn problem(&self) -> LoginProblem {
        self.inner.problem
    }

    /// The HTTP status of the answer. `None` if no answer came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// A message: that of the pod, or a description of the problem.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// How long to wait before the next login, from now: the time that the pod asks for, or 10 seconds after a 429
    /// without a time. At most a year.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// A lasting failure of your own session.
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::caused(LoginProblem::Other, source.into())
    }

    /// A passing failure of your own session, such as a service that cannot be reached. Calls that fail because of it
    /// [are retried](LoginProblem::is_passing).
    pub fn network(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::caused(LoginProblem::Network, source.into())
    }

    fn caused(problem: LoginProblem, source: Box<dyn StdError + Send + Sync>) -> Self {
        Self::new(Inner { source: Some(source), ..Inner::of(problem, "the session could not be had") })
    }

    fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), retry_after: None }
    }

    /// The same failure, with a time before which your own session must not be asked again.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use pod_api_ext::session::LoginError;
    ///
    /// let sealed = LoginError::network("the vault is sealed").with_retry_after(Duration::from_secs(5));
    /// assert_eq!(sealed.retry_after(), Some(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.min(retry_after::MAX));
        self
    }

    /// The same failure after this much time.
    pub(super) fn later(&self, passed: Duration) -> Self {
        let retry_after = self.retry_after.map(|wait| wait.saturating_sub(passed));
        Self { inner: Arc::clone(&self.inner), retry_after }
    }

    pub(super) fn of(problem: LoginProblem, message: &str) -> Self {
        Self::new(Inner::of(problem, message))
    }

    /// The session has only a token and cannot renew it. The call then fails with the pod's answer:
    /// [`InvalidSession`](crate::ErrorKind::InvalidSession).
    ///
    /// ```
    /// use pod_api_ext::SessionToken;
    /// use pod_api_ext::clock::BoxFuture;
    /// use pod_api_ext::session::{Login, LoginError, Session};
    ///
    /// /// A token that another program manages.
    /// #[derive(Debug)]
    /// struct Lent(SessionToken);
    ///
    /// impl Session for Lent {
    ///     fn token<'a>(&'a self, _: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
    ///         Box::pin(async { Ok(self.0.clone()) })
    ///     }
    ///
    ///     fn renew<'a>(
    ///         &'a self,
    ///         _: &'a SessionToken,
    ///         _: &'a Login,
    ///     ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
    ///         Box::pin(async { Err(LoginError::not_renewable()) })
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn not_renewable() -> Self {
        Self::of(
            LoginProblem::NotRenewable,
            "the session token has expired or was never good, and a token alone cannot be renewed",
        )
    }

    /// An answer without a token. The message of the JSON error is not repeated: it could quote a part of a token.
    fn no_token() -> Self {
        Self::of(
            LoginProblem::Network,
            "what was answered is no token; check the address, and whether a gateway or a login page answers in the pod's place",
        )
    }

    /// A session without a token of the key manager.
    pub(super) fn no_key_manager() -> Self {
        Self::of(
            LoginProblem::NotRenewable,
            "there is no token of the key manager for this session; bots that log in with a key or a certificate have one",
        )
    }

    /// The error of a signer. A [`LoginError`] from a signer is kept as it is.
    pub(super) fn signing(source: Box<dyn StdError + Send + Sync>) -> Self {
        let source = match source.downcast::<Self>() {
            Ok(error) => return *error,
            Err(source) => source,
        };
        let message = "the key could not sign the login";
        Self::new(Inner { source: Some(source), ..Inner::of(LoginProblem::Key, message) })
    }

    pub(crate) fn gateway(source: Box<dyn StdError + Send + Sync>) -> Self {
        let inner = Inner::of(LoginProblem::Gateway, "the headers for the gateway could not be had");
        Self::new(Inner { failed: NOTHING_SENT, source: Some(source), ..inner })
    }

    pub(crate) fn silent_gateway() -> Self {
        let message = "the headers for the gateway have not come; look at what provides them";
        Self::new(Inner { failed: NOTHING_SENT, ..Inner::of(LoginProblem::Gateway, message) })
    }

    pub(crate) fn invalid_header(error: pod_api::InvalidHeader) -> Self {
        let message = format!("of the headers for the gateway, {error}");
        Self::new(Inner { failed: NOTHING_SENT, ..Inner::of(LoginProblem::Other, message) })
    }

    /// The answer of the pod broke off.
    fn cut_short(attempted: Attempted<'_>, status: StatusCode, error: Option<reqwest::Error>) -> Self {
        let message = "the pod has begun to answer, and the rest of its answer has not come";
        Self::new(Inner {
            failed: attempted.failed(),
            status: Some(status),
            source: error.map(|error| Box::new(error.without_url()) as _),
            ..Inner::of(LoginProblem::Network, message)
        })
    }

    fn unreached(attempted: Attempted<'_>, error: reqwest::Error) -> Self {
        let inner = match Obstacle::of(&error) {
            Some(obstacle) => Inner::of(obstacle.into(), obstacle.told()),
            None => Inner::of(
                LoginProblem::Network,
                "the pod could not be reached; check the address, the network and the proxy",
            ),
        };
        let source = Some(Box::new(error.without_url()) as _);
        Self::new(Inner { failed: attempted.failed(), source, ..inner })
    }
}

impl Inner {
    fn of(problem: LoginProblem, message: impl Into<String>) -> Self {
        Self {
            problem,
            failed: "the login failed",
            status: None,
            is_from_the_pod: false,
            message: message.into(),
            source: None,
        }
    }
}

/// Classifies the refusal of a pod, or of a gateway before it.
fn refused(
    attempted: Attempted<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    sent: SystemTime,
) -> LoginError {
    let refusal = serde_json::from_slice::<Refusal>(body).ok();
    // Gateways answer in JSON too.
    let is_from_the_pod = refusal.as_ref().is_some_and(|said| said.code.is_some() && said.message.is_some());
    let said = refusal.and_then(|refusal| refusal.message);
    let (problem, advice) = match Obstacle::in_answer(status, &String::from_utf8_lossy(body)) {
        Some(obstacle) => (obstacle.into(), obstacle.told()),
        None => looks_like(attempted, status, is_from_the_pod, said.as_deref(), headers, sent),
    };
    let said = said.map(|said| shown(&said, SHOWN)).or_else(|| compressed(headers));
    let said = said.map(|said| format!("{said}; ")).unwrap_or_default();
    let error = LoginError::new(Inner {
        failed: attempted.failed(),
        status: Some(status),
        is_from_the_pod,
        ..Inner::of(problem, format!("{said}{advice}"))
    });
    let unnamed = (problem == LoginProblem::Throttled).then_some(UNNAMED_REST);
    LoginError { retry_after: retry_after::asked_for(headers).or(unnamed), ..error }
}

/// How long no login starts after a 429 without a time.
const UNNAMED_REST: Duration = Duration::from_secs(10);

/// The likely cause of a refusal, and the advice.
fn looks_like(
    attempted: Attempted<'_>,
    status: StatusCode,
    is_from_the_pod: bool,
    said: Option<&str>,
    headers: &HeaderMap,
    sent: SystemTime,
) -> (LoginProblem, String) {
    let (problem, advice) = match status {
        StatusCode::TOO_MANY_REQUESTS => (LoginProblem::Throttled, "too many requests"),
        StatusCode::REQUEST_TIMEOUT => (LoginProblem::Network, "the pod or a gateway before it gave up"),
        status if status.is_redirection() => (
            LoginProblem::Other,
            "the answer points elsewhere and was not followed; check the address of the pod",
        ),
        status if status.is_server_error() => {
            (LoginProblem::Network, "the pod or a gateway before it has a problem")
        }
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
            if matches!(attempted, Attempted::Certificate) && is_from_the_pod =>
        {
            (LoginProblem::Key, CERTIFICATE_REFUSED)
        }
        StatusCode::UNAUTHORIZED => return unauthorized(attempted, is_from_the_pod, said, headers, sent),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND if matches!(attempted, Attempted::LogOut) => {
            (LoginProblem::Other, "the pod did not end the session")
        }
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND if !is_from_the_pod => {
            (LoginProblem::Other, NOT_THE_PODS)
        }
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            (LoginProblem::User, "check that the user exists, is active and may log in")
        }
        _ => (LoginProblem::Other, "the pod refused it"),
    };
    (problem, advice.to_owned())
}

const NOTHING_SENT: &str = "nothing was sent";
const NOT_THE_PODS: &str = "the answer is not in the pod's words; check the address, and whether a gateway before the pod wants headers";

const CERTIFICATE_REFUSED: &str = "check that the common name of the certificate is the user name of the bot, in the same case, that an administrator of the pod has uploaded the certificate or its authority, that it has not expired, and that the user is active";

/// How much of a pod's message is shown, in characters.
const SHOWN: usize = 200;

fn unauthorized(
    attempted: Attempted<'_>,
    is_from_the_pod: bool,
    said: Option<&str>,
    headers: &HeaderMap,
    sent: SystemTime,
) -> (LoginProblem, String) {
    let jwt = match attempted {
        Attempted::Jwt(jwt) => jwt,
        Attempted::Certificate | Attempted::LogOut => {
            return (LoginProblem::Other, NOT_THE_PODS.into());
        }
        Attempted::OnBehalfOf if !is_from_the_pod => return (LoginProblem::Other, NOT_THE_PODS.into()),
        Attempted::OnBehalfOf => {
            // The session of the application is new, or was just renewed.
            let advice = "the pod gives no session on behalf of this user; check that the user exists and is active, and that the application may act on their behalf";
            return (LoginProblem::User, advice.into());
        }
    };
    if let Some(skew) = skew(jwt, headers, sent) {
        let advice =
            format!("the clock of this machine is {} s away from the pod's; set it right", skew.as_secs());
        return (LoginProblem::ClockSkew, advice);
    }
    let speaks_of_the_user = said.is_some_and(|said| {
        let said = said.to_ascii_lowercase();
        said.contains("user") || said.contains("account")
    });
    if speaks_of_the_user {
        return (LoginProblem::User, "check the user name, and that the user is active".into());
    }
    let mut advice = "check that the public key of this user is imported on the pod and was not revoked, and that the user name is right".to_owned();
    if !is_from_the_pod {
        advice.push_str(
            "; the answer is not the pod's own, so a gateway before it may want headers of its own",
        );
    }
    (LoginProblem::Key, advice)
}

/// A pod refuses tokens that expire later than this after its own time.
const FURTHEST: Duration = Duration::from_secs(300);

/// The difference between the clocks, if it explains a refusal: by the pod's clock the token has expired, or expires
/// too late.
fn skew(jwt: &str, headers: &HeaderMap, here: SystemTime) -> Option<Duration> {
    let there = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let Expiry { exp } = serde_json::from_slice(&claims).ok()?;
    let expires = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(exp))?;
    let is_refused = expires.duration_since(there).map_or(true, |good| good.is_zero() || good > FURTHEST);
    let apart = there.duration_since(here).unwrap_or_else(|behind| behind.duration());
    // The date of an answer has no fractions of a second, and the answer took time to arrive.
    (is_refused && apart > Duration::from_secs(5)).then_some(apart)
}

/// The expiry claim of a signed token, in seconds since 1970.
#[derive(Deserialize)]
struct Expiry {
    exp: u64,
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { failed, status, message, .. } = &*self.inner;
        f.write_str(failed)?;
        if let Some(status) = status {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        write!(f, ": {message}")
    }
}

impl fmt::Debug for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginError")
            .field("problem", &self.inner.problem)
            .field("status", &self.inner.status)
            .field("message", &self.inner.message)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl StdError for LoginError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 6 November 1994, 08:49:37 UTC.
    const HERE: u64 = 784_111_777;

    /// A token that expires after 240 seconds.
    fn jwt() -> String {
        let claims = serde_json::json!({ "sub": "bot", "exp": HERE + 240 }).to_string();
        format!("head.{}.signature", URL_SAFE_NO_PAD.encode(claims))
    }

    fn answered(attempted: Attempted<'_>, status: u16, headers: &[(&str, &str)], body: &str) -> LoginError {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(HERE);
        refused(attempted, StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), here)
    }

    #[test]
    fn a_refusal_says_what_it_looks_like() {
        // The time on the pod's clock.
        let (same, earlier, much_earlier, later, much_later) = (
            "Sun, 06 Nov 1994 08:49:40 GMT",
            "Sun, 06 Nov 1994 08:48:40 GMT",
            "Sun, 06 Nov 1994 08:48:36 GMT",
            "Sun, 06 Nov 1994 08:53:30 GMT",
            "Sun, 06 Nov 1994 08:53:37 GMT",
        );
        let jwt = jwt();
        for (status, date, message, problem, words) in [
            (401, Some(same), "Unauthorized", LoginProblem::Key, "public key"),
            (401, None, "", LoginProblem::Key, "public key"),
            (401, Some(same), "User is disabled", LoginProblem::User, "user name"),
            // A token is accepted until it expires, and no longer than 5 minutes before that.
            (401, Some(earlier), "Unauthorized", LoginProblem::Key, "public key"),
            (401, Some(much_earlier), "Unauthorized", LoginProblem::ClockSkew, "61 s away"),
            (401, Some(later), "Unauthorized", LoginProblem::Key, "public key"),
            (401, Some(much_later), "Unauthorized", LoginProblem::ClockSkew, "240 s away"),
            (403, Some(same), "Forbidden", LoginProblem::User, "may log in"),
            (404, None, "", LoginProblem::User, "exists"),
            (302, None, "", LoginProblem::Other, "check the address"),
            (502, None, "", LoginProblem::Network, "gateway"),
            (429, None, "", LoginProblem::Throttled, "too many"),
            (408, None, "", LoginProblem::Network, "gave up"),
            (400, None, "", LoginProblem::Other, "refused"),
        ] {
            let body = serde_json::json!({ "code": status, "message": message }).to_string();
            let headers: Vec<_> = date.map(|date| ("date", date)).into_iter().collect();
            let error = answered(Attempted::Jwt(&jwt), status, &headers, &body);
            assert_eq!(error.problem(), problem, "{status} {date:?} {message}");
            let text = error.to_string();
            assert!(text.contains(words) && text.contains(message), "{text}");
            assert!(text.starts_with(&format!("the login failed (HTTP {status})")), "{text}");
        }
    }

    #[test]
    fn a_refusal_that_is_not_the_pods_own_may_be_a_gateways() {
        let error = answered(Attempted::Jwt(&jwt()), 401, &[], "<html>");
        assert_eq!(error.problem(), LoginProblem::Key);
        assert!(error.to_string().contains("gateway"), "{error}");
        // Nobody is blamed by what a gateway says, in JSON or not.
        for body in ["<html>", r#"{"error":"blocked"}"#, r#"{"message":"blocked"}"#, "{}"] {
            let jwt = jwt();
            for (attempted, status) in
                [(Attempted::OnBehalfOf, 401), (Attempted::Jwt(&jwt), 403), (Attempted::Jwt(&jwt), 404)]
            {
                let error = answered(attempted, status, &[], body);
                assert_eq!(error.problem(), LoginProblem::Other, "{status} {body}");
                assert!(error.to_string().contains("gateway"), "{error}");
            }
        }
    }

    #[test]
    fn no_key_is_blamed_where_none_was_used() {
        let late = ("date", "Sun, 06 Nov 1994 09:53:37 GMT");
        let on_behalf =
            answered(Attempted::OnBehalfOf, 401, &[late], r#"{"code":401,"message":"Invalid session"}"#);
        assert_eq!(on_behalf.problem(), LoginProblem::User);
        assert!(
            !on_behalf.to_string().contains("key") && !on_behalf.to_string().contains("clock"),
            "{on_behalf}"
        );
        let log_out = answered(Attempted::LogOut, 403, &[], "");
        assert!(log_out.to_string().starts_with("logging out failed (HTTP 403)"), "{log_out}");
    }

    #[test]
    fn a_throttled_login_says_when_to_come_back() {
        let error = answered(Attempted::Jwt(&jwt()), 429, &[("retry-after", "7")], "");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.problem().is_passing());
    }
}
