//! Building a client: checks of its base URL, and its HTTP settings.
//!
//! The session token has its own header, which HTTP libraries also send to the target of a redirect, on any host. So
//! redirects are errors, and plain `http` is for the own machine only.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(not(feature = "gzip"))]
use http::{HeaderValue, header};
use url::{Host, Url};

use crate::{Client, Context};

/// The default timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The default timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Builds a [`Client`]. Made by [`Client::builder`], which describes the base URL.
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    base_url: String,
    context: Context,
    http: reqwest::ClientBuilder,
    allow_http: bool,
    connect_timeout: Duration,
    timeout: Duration,
}

impl ClientBuilder {
    /// The context of the client.
    pub fn context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// Your own HTTP configuration: proxies, certificates, user agent, pool.
    ///
    /// The client overrides its settings of redirects, retries, `Referer`, verbose logging, `Accept-Encoding`,
    /// https-only and timeouts, and of proxies if the base URL is plain `http` on this machine. A finished
    /// `reqwest::Client` is not accepted, because its settings cannot be checked. Put no session token into its default
    /// headers: `Debug` prints them.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = http;
        self
    }

    /// Allows plain `http` to any host. The session token can then be read on the network.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// The timeout of connecting. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The timeout of a call, from connecting to the end of the answer. Default: 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Checks the base URL without building a client.
    ///
    /// # Errors
    /// The base URL is not allowed: see [`Client::new`].
    pub fn check(&self) -> Result<(), ClientBuildError> {
        checked(&self.base_url, self.allow_http).map(drop)
    }

    /// Builds the client. Nothing is sent.
    ///
    /// # Errors
    /// The base URL is not allowed (see [`Client::new`]), or the HTTP configuration cannot be used.
    pub fn build(self) -> Result<Client, ClientBuildError> {
        let base_url = checked(&self.base_url, self.allow_http)?;
        let mut http = self.http;
        if base_url.scheme() == "http" && is_loopback(&base_url) {
            // A proxy of the environment would get the token in plain text.
            http = http.no_proxy();
        }
        #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // reqwest would panic.
            return Err(ClientBuildError(Problem::NoProvider));
        }
        let http = decoding(http)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connection_verbose(false)
            .referer(false)
            .https_only(base_url.scheme() == "https")
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .build()
            .map_err(|error| ClientBuildError(Problem::Http(error)))?;
        let baseurl = base_url.as_str().trim_end_matches('/').into();
        Ok(Client { baseurl, client: http, inner: self.context })
    }
}

/// Requests only encodings that the client can decode.
fn decoding(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(feature = "gzip")]
    return http.gzip(true);
    #[cfg(not(feature = "gzip"))]
    http.default_headers(
        [(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))].into_iter().collect(),
    )
}

/// Prints neither the base URL, which may contain a password until it is checked, nor the HTTP configuration.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("context", &self.context).finish_non_exhaustive()
    }
}

fn checked(text: &str, allow_http: bool) -> Result<Url, ClientBuildError> {
    let fail = |problem| Err(ClientBuildError(problem));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return fail(Problem::NotAUrl(error)),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return fail(Problem::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail(Problem::QueryOrFragment);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => fail(Problem::PlainHttp),
        other => fail(Problem::Scheme(other.to_owned())),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Client {
    /// A client for the API at `base_url`: the address of the server and the prefix of the API, as in
    /// `https://acme.symphony.com/pod`.
    ///
    /// The prefix is not added. Without it, as in `https://acme.symphony.com`, a client can be built, but its calls are
    /// answered 404.
    ///
    /// Redirects are not followed. Calls time out after 30 seconds. [`Client::builder`] has more settings.
    ///
    /// # Errors
    /// The base URL is not a URL, has a scheme other than `https` (or `http` on the own machine), or
    /// has credentials, a query or a fragment; or TLS cannot be set up.
    pub fn new(base_url: &str, context: Context) -> Result<Self, ClientBuildError> {
        Self::builder(base_url).context(context).build()
    }

    /// A builder of a client for the API at `base_url`, which includes the prefix of the API as in [`new`](Self::new).
    ///
    /// ```
    /// # use std::time::Duration;
    /// let client = pod_api::Client::builder("https://acme.symphony.com/pod")
    ///     .timeout(Duration::from_secs(5))
    ///     .build()?;
    ///
    /// let refused = pod_api::Client::builder("http://acme.symphony.com/pod").build();
    /// assert!(refused.unwrap_err().to_string().contains("https"));
    /// # Ok::<(), pod_api::ClientBuildError>(())
    /// ```
    pub fn builder(base_url: &str) -> ClientBuilder {
        ClientBuilder {
            base_url: base_url.to_owned(),
            context: Context::default(),
            http: reqwest::Client::builder(),
            allow_http: false,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TIMEOUT,
        }
    }

    /// The context of this client.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.inner
    }

    /// The same client with another context. It shares the HTTP connections.
    #[must_use]
    pub fn with_context(&self, context: Context) -> Self {
        Self { baseurl: Arc::clone(&self.baseurl), client: self.client.clone(), inner: context }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.baseurl)
            .field("context", &self.inner)
            .finish_non_exhaustive()
    }
}

/// Why a client cannot be built.
///
/// A valid base URL is like `https://acme.symphony.com/pod`: `https`, a host, the prefix of the API; no user name,
/// password, query or fragment. A missing prefix cannot be detected, so it is not an error: see [`Client::new`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ClientBuildError(Problem);

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("the base URL is not a URL; write it like https://acme.symphony.com/pod")]
    NotAUrl(#[source] url::ParseError),
    #[error("the base URL has a user name or password in it; leave them out")]
    Credentials,
    #[error("the base URL has a query or a fragment; leave them out")]
    QueryOrFragment,
    #[error(
        "the base URL is plain http, so the session token can be read on the network; use https, or allow http with `allow_http()`"
    )]
    PlainHttp,
    #[error("the base URL has the scheme `{0}`; use https")]
    Scheme(String),
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    #[error(
        "no cryptography is installed for TLS; call `rustls::crypto::CryptoProvider::install_default` before, as in `rustls::crypto::ring::default_provider().install_default()`"
    )]
    NoProvider,
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
}
