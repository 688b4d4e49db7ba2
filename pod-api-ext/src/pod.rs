//! A pod: its address, its HTTP client, its session. Every call starts here.
//!
//! # How a call is sent
//!
//! `pod.send(pod.api().get_user().uid(7078106126503_i64))` goes this way:
//!
//! 1. [`Pod::api`] makes a builder of the generated crate. It has the parameters of the call and no client.
//! 2. [`Pod::send`] takes the token of the [session](crate::session). If there is none, or it has expired, it logs in. All
//!    calls that wait for a login share one.
//! 3. It waits for a slot in flight ([`PodBuilder::max_in_flight`]).
//! 4. It makes a client for this attempt, with the token and the trace id, and sends a clone of the builder with it. The
//!    clients share one `reqwest::Client`, and so its connections.
//! 5. The hooks of [`pod_api`] set the headers, and record the status, the headers and the beginning of an answer that is not
//!    the declared one.
//! 6. The declared success is the result. Anything else becomes an [`Error`] with its [kind](crate::ErrorKind).
//! 7. If the pod says that the session has expired, the call gets another token and is sent once more.
//! 8. For any other error, the [retry policy](crate::retry) decides whether the call is sent again and how long it waits
//!    before. It knows the [effect](crate::Effect) of the operation and whether the pod may have acted. Nothing is sent again
//!    after the [deadline](Pod::with_deadline).
//!
//! Next: [`session`](crate::session). Previous: [`connections::wait`](crate::connections::wait).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pod_api::types::UserV2;
use pod_api::{Api, Client, ClientInfo as _, Context};
use tokio::sync::Semaphore;

use crate::clock::{BoxFuture, Clock, SystemClock};
use crate::connections::{Connections, UserId};
pub use crate::endpoint::Endpoint;
use crate::endpoint::{self, Endpoints, Part, Site};
use crate::lists::Lists;
use crate::retry::{Backoff, RetryPolicy};
use crate::runtimes::Runtimes;
use crate::session::{
    CertificateSession, ClientCertificate, HeaderProvider, InvalidCertificate, KeyManager, Login, LoginError,
    RsaApp, Session, UnderWay,
};
use crate::{Error, SessionToken, TraceId};

/// A Symphony pod, as one user sees it. Cheap to clone; clones share connections and session.
///
/// ```
/// use pod_api_ext::{Pod, SessionToken};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pod = Pod::builder("https://acme.symphony.com")
///     .session(SessionToken::new("token-of-the-login")?)
///     .build()?;
/// let connections = pod.connections();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pod(Arc<View>);

/// The settings of one handle.
#[derive(Clone)]
struct View {
    shared: Arc<Shared>,
    user: Arc<User>,
    /// `None` for that of the builder.
    clock: Option<Arc<dyn Clock>>,
    deadline: Option<Duration>,
    /// `None` if each call gets its own.
    trace_id: Option<TraceId>,
    /// Whether a throttled call returns at once, because the caller waits.
    tells_of_throttling: bool,
}

struct Shared {
    client: Client,
    login: Login,
    app: Option<RsaApp>,
    policy: Box<dyn RetryPolicy>,
    clock: Arc<dyn Clock>,
    random: Random,
    in_flight: Semaphore,
    runtimes: Runtimes,
    /// The number of slots in flight.
    places: usize,
}

/// The state of one user.
struct User {
    session: Box<dyn Session>,
    login: UnderWay,
    key_manager: KeyManager,
}

impl User {
    fn new(session: Box<dyn Session>) -> Arc<Self> {
        Arc::new(Self { session, login: UnderWay::default(), key_manager: KeyManager::default() })
    }
}

/// A session that always fails, and why.
#[derive(Debug)]
struct Nobody(&'static str);

impl Session for Nobody {
    fn token<'a>(&'a self, _: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(async { Err(LoginError::other(self.0)) })
    }

    fn renew<'a>(
        &'a self,
        _: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        self.token(login)
    }
}

/// Six letters and digits, as Symphony recommends.
fn random_trace_id() -> TraceId {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut random = fastrand::u64(..);
    let id: [u8; 6] = std::array::from_fn(|_| {
        let byte = ALPHABET.get((random % 62) as usize).copied().unwrap_or_default();
        random /= 62;
        byte
    });
    let id = std::str::from_utf8(&id).ok().and_then(TraceId::new);
    #[expect(clippy::expect_used, reason = "six ASCII letters and digits are a trace id")]
    id.expect("six letters and digits")
}

/// Numbers in `0.0..1.0`, for jitter.
type Random = Box<dyn Fn() -> f64 + Send + Sync>;

impl Pod {
    /// A pod at this address, such as `https://acme.symphony.com`, with or without `/pod` at the end.
    ///
    /// A path before `/pod`, as a gateway may want it, is kept.
    pub fn builder(address: impl Into<String>) -> PodBuilder {
        PodBuilder {
            at: Endpoint::new(address),
            session: None,
            user_agent: None,
            allow_http: false,
            policy: Box::new(Backoff::default()),
            clock: Arc::new(SystemClock),
            random: Box::new(fastrand::f64),
            in_flight: IN_FLIGHT,
            max_body: None,
            endpoints: Endpoints::default(),
            certificate: None,
            app: None,
        }
    }

    /// A builder for the call of each operation; [`send`](Self::send) sends it.
    #[must_use]
    pub fn api(&self) -> Api {
        Api
    }

    /// Connections with other users.
    #[must_use]
    pub fn connections(&self) -> Connections {
        Connections::new(self.clone())
    }

    /// Lists with pagination, as streams.
    #[must_use]
    pub fn lists(&self) -> Lists {
        Lists::new(self.clone())
    }

    /// The user of the session.
    ///
    /// ```
    /// # async fn example(pod: pod_api_ext::Pod) -> Result<(), pod_api_ext::Error> {
    /// let me = pod.session_info().await?;
    /// println!("logged in as {}", me.username.unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`ErrorKind`](crate::ErrorKind) lists; [`Login`](crate::ErrorKind::Login) if there is no session and the
    /// login fails.
    pub async fn session_info(&self) -> Result<UserV2, Error> {
        self.send(self.api().get_session_info()).await
    }

    /// The same pod, with a deadline for each call as a whole: waiting for a slot in flight, logging in, all attempts
    /// and the waits between them. It shares the session and the HTTP connections.
    ///
    /// A call past its deadline fails with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). A login that takes longer
    /// goes on, so that a later call can use its session. The deadline does not apply to [`log_out`](Self::log_out).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn example(pod: pod_api_ext::Pod) -> Result<(), pod_api_ext::Error> {
    /// let hasty = pod.with_deadline(Duration::from_secs(2));
    /// hasty.connections().get(7_078_106_126_503).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        self.with(|view| view.deadline = Some(deadline))
    }

    /// The same pod, with another clock for retries, deadlines and pauses. It shares the session and the HTTP
    /// connections. Logins are shared by all handles, so they use the clock of the [builder](PodBuilder::clock).
    #[must_use]
    pub fn with_clock(&self, clock: impl Clock + 'static) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        self.with(|view| view.clock = Some(clock))
    }

    /// The same pod, with a fixed trace id for its calls in place of a random one for each. Use it as a correlation id:
    /// the pod logs the calls under it, and their errors and spans have it. It shares the session and the HTTP
    /// connections.
    ///
    /// ```
    /// use pod_api_ext::TraceId;
    ///
    /// # async fn example(pod: pod_api_ext::Pod, ticket: &str) -> Result<(), pod_api_ext::Error> {
    /// let traced = match TraceId::new(ticket) {
    ///     Some(id) => pod.with_trace_id(id),
    ///     None => pod.clone(),
    /// };
    /// traced.connections().remove(7_078_106_126_503).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_trace_id(&self, id: TraceId) -> Self {
        self.with(|view| view.trace_id = Some(id))
    }

    /// The same pod, on behalf of a user of the [application](PodBuilder::app). HTTP connections, limits and settings
    /// are shared, so each of them costs little more than a session.
    ///
    /// Without an application, the calls fail with [`ErrorKind::Login`](crate::ErrorKind::Login).
    ///
    /// ```
    /// use pod_api_ext::session::RsaApp;
    /// use pod_api_ext::{Error, ErrorKind, Pod};
    ///
    /// # async fn example(app: RsaApp, users: Vec<i64>) -> Result<(), Error> {
    /// let pod = Pod::builder("https://acme.symphony.com").app(app).build()?;
    /// for user in users {
    ///     match pod.on_behalf_of(user).connections().create(7_078_106_126_503).await {
    ///         Ok(connection) => println!("{user}: {}", connection.status),
    ///         Err(error) if error.kind() == ErrorKind::Login => println!("{user} has not allowed it: {error}"),
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_behalf_of(&self, user: impl Into<UserId>) -> Self {
        match &self.0.shared.app {
            Some(app) => self.with_session(app.on_behalf_of(user)),
            None => self.with_session(Nobody("the pod has no application; give its builder one with `app`")),
        }
    }

    /// The same pod with the session of another user. HTTP connections, limits and settings are shared, so each of them
    /// costs little more than a session.
    ///
    /// For users of an application see [`on_behalf_of`](Self::on_behalf_of).
    #[must_use]
    pub fn with_session(&self, session: impl Session + 'static) -> Self {
        let user = User::new(Box::new(session));
        self.with(|view| view.user = user)
    }

    /// The same pod, but throttled calls and logins return at once: the caller retries them.
    pub(crate) fn that_tells_of_throttling(&self) -> Self {
        self.with(|view| view.tells_of_throttling = true)
    }

    /// Ends the session on the pod. The next call logs in again, if the session can.
    ///
    /// Does nothing if there is no session to end: none was needed yet, it is a fixed token, or it has expired. It
    /// waits for a login in progress and ends that session too. No [deadline](Self::with_deadline) applies: the login
    /// may take five minutes, and the request as long as [any other](PodBuilder::timeout).
    ///
    /// # Errors
    /// The pod refuses, or cannot be reached. The token is discarded in any case.
    pub async fn log_out(&self) -> Result<(), LoginError> {
        self.login_under_way().settled().await;
        match self.session().end(self.login()) {
            Some(token) => self.login().log_out(&token).await,
            None => Ok(()),
        }
    }

    fn with(&self, change: impl FnOnce(&mut View)) -> Self {
        let mut view = View::clone(&self.0);
        change(&mut view);
        Self(Arc::new(view))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.shared.client
    }

    /// A new context for one attempt.
    pub(crate) fn context(&self) -> Context {
        Context::new().with_max_body(self.client().context().max_body())
    }

    pub(crate) fn login(&self) -> &Login {
        &self.0.shared.login
    }

    pub(crate) fn session(&self) -> &dyn Session {
        &*self.0.user.session
    }

    /// Gets a token by a login. Other calls may wait for the same login, so it goes on if this call is dropped.
    pub(crate) async fn logged_in(&self, stale: Option<&SessionToken>) -> Result<SessionToken, LoginError> {
        let log_in = |login: Login| {
            let (pod, stale) = (self.clone(), stale.cloned());
            async move {
                match &stale {
                    None => pod.session().token(&login).await,
                    Some(stale) => pod.session().renew(stale, &login).await,
                }
            }
        };
        self.login_under_way().outcome(stale, self.login(), log_in).await
    }

    pub(crate) fn login_under_way(&self) -> &UnderWay {
        &self.0.user.login
    }

    pub(crate) fn key_manager(&self) -> &KeyManager {
        &self.0.user.key_manager
    }

    pub(crate) fn policy(&self) -> &dyn RetryPolicy {
        &*self.0.shared.policy
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_deref().unwrap_or(&*self.0.shared.clock)
    }

    pub(crate) fn random(&self) -> f64 {
        (self.0.shared.random)()
    }

    pub(crate) fn in_flight(&self) -> &Semaphore {
        &self.0.shared.in_flight
    }

    pub(crate) fn runtimes(&self) -> &Runtimes {
        &self.0.shared.runtimes
    }

    pub(crate) fn places(&self) -> usize {
        self.0.shared.places
    }

    pub(crate) fn tells_of_throttling(&self) -> bool {
        self.0.tells_of_throttling
    }

    /// The trace id of a call.
    pub(crate) fn trace_id(&self) -> TraceId {
        self.0.trace_id.clone().unwrap_or_else(random_trace_id)
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.0.deadline
    }
}

impl fmt::Debug for Pod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pod")
            .field("client", &self.0.shared.client)
            .field("session", &self.0.user.session)
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Pod`].
#[must_use = "a builder does nothing until `build`"]
pub struct PodBuilder {
    at: Endpoint,
    session: Option<Box<dyn Session>>,
    user_agent: Option<String>,
    allow_http: bool,
    policy: Box<dyn RetryPolicy>,
    clock: Arc<dyn Clock>,
    random: Random,
    in_flight: usize,
    max_body: Option<usize>,
    endpoints: Endpoints,
    certificate: Option<ClientCertificate>,
    app: Option<RsaApp>,
}

/// The default user agent.
pub(crate) fn own_user_agent() -> &'static str {
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
}

/// The default of [`PodBuilder::max_in_flight`].
const IN_FLIGHT: usize = 64;

impl PodBuilder {
    /// The session, which provides the token of every call: a [`SessionToken`], an
    /// [`RsaSession`](crate::session::RsaSession), or your own implementation.
    pub fn session(mut self, session: impl Session + 'static) -> Self {
        self.session = Some(Box::new(session));
        self
    }

    /// The application for [`Pod::on_behalf_of`]. The pod itself then needs no session; without one, only calls on
    /// behalf of users work.
    pub fn app(mut self, app: RsaApp) -> Self {
        self.app = Some(app);
        self
    }

    /// Logs in with a client certificate, in place of a session.
    ///
    /// The certificate belongs to the HTTP connections of this pod, so another bot needs another pod. It is sent to the
    /// [session authentication](Self::session_endpoint) and to the [key manager](Self::key_manager_endpoint), if they
    /// ask for it. If either has the HTTP configuration of the pod, it is sent to the pod too. See
    /// [`ClientCertificate`].
    pub fn certificate(mut self, certificate: ClientCertificate) -> Self {
        self.certificate = Some(certificate);
        self.session(CertificateSession::default())
    }

    /// The address where bots and applications log in with a key (`/login`), if it is not that of the pod.
    pub fn login_endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.endpoints.login = Some(endpoint.into());
        self
    }

    /// The address where bots log in with a certificate, and where sessions end (`/sessionauth`), if it is not that of
    /// the pod. In Symphony's cloud it is an address such as `https://acme-api.symphony.com`, or the port 8444.
    pub fn session_endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.endpoints.session = Some(endpoint.into());
        self
    }

    /// The address of the key manager (`/relay`, `/keyauth`), if it is not that of the pod. Only [`Pod::agent_tokens`]
    /// calls it.
    pub fn key_manager_endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.endpoints.key_manager = Some(endpoint.into());
        self
    }

    /// The retry policy. Default: [`Backoff`] with its defaults.
    pub fn retry(mut self, policy: impl RetryPolicy + 'static) -> Self {
        self.policy = Box::new(policy);
        self
    }

    /// Headers that a gateway before the pod requires on every call and login: a `HeaderMap`, or a provider that is
    /// asked before each request. [`HeaderProvider`] says which headers are refused.
    pub fn gateway_headers(mut self, provider: impl HeaderProvider + 'static) -> Self {
        self.at = self.at.gateway_headers(provider);
        self
    }

    /// How many calls may be in flight at a time; further calls wait for a slot. Default: 64. At least 1.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.in_flight = calls.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// The largest body of an answer, in bytes; a larger one counts as unreadable. Default: 64 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// The clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The source of randomness, for tests: numbers in `0.0..1.0` for the jitter of retries.
    pub fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// The user agent. Default: the name and version of this crate, or that of your own HTTP configuration.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Your own HTTP configuration: proxies, certificates, pool, user agent.
    ///
    /// The pod overrides its settings of redirects, retries, `Referer`, verbose logging, https-only and timeouts, and
    /// of proxies if the address is plain `http` on this machine. Put no secrets into its default headers: `Debug`
    /// prints them.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.at = self.at.http(http);
        self
    }

    /// Allows plain `http` to any host. The session token can then be read on the network. The own machine needs no
    /// permission.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// The timeout of one attempt of a call, from connecting to the end of the answer. Default: 30 seconds. For the
    /// call as a whole see [`Pod::with_deadline`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.at = self.at.timeout(timeout);
        self
    }

    /// The timeout of connecting. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.at = self.at.connect_timeout(timeout);
        self
    }

    /// Builds the pod. Nothing is sent.
    ///
    /// # Errors
    /// There is no session; the address is not a URL, is plain `http` to another machine and not
    /// [allowed](Self::allow_http), has any other scheme than `https`, has credentials, a query or a fragment, goes on
    /// after `/pod`, or is that of another API, such as `/agent`; or the HTTP configuration cannot be used.
    pub fn build(self) -> Result<Pod, BuildError> {
        let session = match (self.session, &self.app) {
            (Some(session), _) => session,
            (None, Some(_)) => {
                Box::new(Nobody("the application acts for users; name one with `on_behalf_of`"))
            }
            (None, None) => return Err(BuildError(Problem::NoSession)),
        };
        let mut at = self.at;
        let http = match (at.http.take(), self.user_agent) {
            (Some(http), None) => http,
            (Some(http), Some(user_agent)) => http.user_agent(user_agent),
            (None, user_agent) => reqwest::Client::builder()
                .user_agent(user_agent.unwrap_or_else(|| own_user_agent().to_owned())),
        };
        at.http = Some(match &self.certificate {
            Some(certificate) if self.endpoints.show_certificate_to_the_pod() => {
                certificate.shown_by(http)?
            }
            _ => http,
        });
        let root = Part::Pod.root(&at.address)?;
        let (gateway, patience) = (at.gateway.take(), at.timeout.unwrap_or(endpoint::PATIENCE));
        let client = at.client(&format!("{root}/{PREFIX}"), self.allow_http);
        let client = client.build().map_err(|error| BuildError(Problem::Client(error)))?;
        endpoint::check(gateway.as_ref())?;
        let site = Site { root, http: client.client().clone(), gateway, patience };
        let sites = self.endpoints.sites(site, self.allow_http, self.certificate.as_ref())?;
        let login = Login::new(sites, Arc::clone(&self.clock));
        let in_flight = Semaphore::new(self.in_flight);
        let context = match self.max_body {
            Some(bytes) => Context::new().with_max_body(bytes),
            None => Context::new(),
        };
        // No call uses the client's own context; the contexts of the calls start from it.
        let client = client.with_context(context);
        let shared = Shared {
            client,
            login,
            app: self.app,
            policy: self.policy,
            clock: self.clock,
            random: self.random,
            in_flight,
            runtimes: Runtimes::default(),
            places: self.in_flight,
        };
        Ok(Pod(Arc::new(View {
            shared: Arc::new(shared),
            user: User::new(session),
            clock: None,
            deadline: None,
            trace_id: None,
            tells_of_throttling: false,
        })))
    }
}

/// Shows neither the address, which may have a password in it before it is checked, nor the HTTP configuration.
impl fmt::Debug for PodBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodBuilder")
            .field("session", &self.session)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// The prefix of the Pod API below a pod's address.
const PREFIX: &str = "pod";
/// Why a pod cannot be built.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(Problem);

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("there is no session; give the builder one with `session` or `certificate`")]
    NoSession,
    // The address is not quoted: a mistyped one may have a password in it.
    #[error("the address of {} is not a URL; write it like https://acme.symphony.com", .0.name())]
    NotAUrl(Part, #[source] url::ParseError),
    #[error("the address of {} does not begin with https://; write it like https://acme.symphony.com", .0.name())]
    NoScheme(Part),
    #[error("the address of {} goes on after /{}; end it there", .0.name(), .1)]
    TooLong(Part, &'static str),
    #[error("the address of {} is that of another API; leave out /{}", .0.name(), .1)]
    AnotherApi(Part, &'static str),
    #[error("{} and the pod are not both reached by https; give its endpoint an HTTP configuration", .0.name())]
    AnotherScheme(Part),
    #[error(transparent)]
    Client(pod_api::ClientBuildError),
    #[error("{} cannot be reached as it is given", .0.name())]
    Endpoint(Part, #[source] pod_api::ClientBuildError),
    #[error("of the headers for the gateway, {0}")]
    Header(pod_api::InvalidHeader),
    #[error("TLS does not take the client certificate")]
    Certificate(#[source] InvalidCertificate),
}

impl BuildError {
    pub(crate) fn not_a_url(part: Part, error: url::ParseError) -> Self {
        Self(Problem::NotAUrl(part, error))
    }

    pub(crate) fn no_scheme(part: Part) -> Self {
        Self(Problem::NoScheme(part))
    }

    pub(crate) fn too_long(part: Part, path: &'static str) -> Self {
        Self(Problem::TooLong(part, path))
    }

    pub(crate) fn another_api(part: Part, path: &'static str) -> Self {
        Self(Problem::AnotherApi(part, path))
    }

    pub(crate) fn another_scheme(part: Part) -> Self {
        Self(Problem::AnotherScheme(part))
    }

    pub(crate) fn header(error: pod_api::InvalidHeader) -> Self {
        Self(Problem::Header(error))
    }

    pub(crate) fn endpoint(part: Part, error: pod_api::ClientBuildError) -> Self {
        Self(Problem::Endpoint(part, error))
    }
}

impl From<InvalidCertificate> for BuildError {
    fn from(error: InvalidCertificate) -> Self {
        Self(Problem::Certificate(error))
    }
}
