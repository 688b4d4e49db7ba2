//! The addresses of the parts of a pod, and the HTTP client of each.
//!
//! In Symphony's cloud all parts of a pod share one address. Otherwise some have their own: logins by certificate use a
//! port that asks for a certificate, and a key manager may be in the firm's network while the pod is in the cloud,
//! behind a proxy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pod_api::{ClientInfo as _, Context};
use url::Url;

use crate::pod::BuildError;
use crate::session::{ClientCertificate, HeaderProvider, LoginError};

/// The address of a part of a pod, and its HTTP configuration if it differs from the pod's.
///
/// ```
/// use pod_api_ext::pod::Endpoint;
/// use pod_api_ext::session::{RsaKey, RsaSession};
/// use pod_api_ext::{Pod, reqwest};
///
/// # fn example(session: RsaSession) -> Result<(), Box<dyn std::error::Error>> {
/// // The pod is in the cloud, behind a proxy; the key manager is in the firm, without.
/// let direct = reqwest::Client::builder().no_proxy();
/// let key_manager = Endpoint::new("https://keys.firm.example:8444").http(direct);
/// let proxy = reqwest::Proxy::all("http://proxy.firm.example:3128")?;
/// let pod = Pod::builder("https://acme.symphony.com")
///     .http(reqwest::Client::builder().proxy(proxy))
///     .key_manager_endpoint(key_manager)
///     .session(session)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an endpoint is given to a builder"]
pub struct Endpoint {
    pub(crate) address: String,
    pub(crate) http: Option<reqwest::ClientBuilder>,
    pub(crate) gateway: Option<Arc<dyn HeaderProvider>>,
    pub(crate) timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
}

impl Endpoint {
    /// A part at this address, such as `https://acme-api.symphony.com:8444`, with or without the part's own path at the end
    /// (`/login`, `/sessionauth`, `/relay`). A path before it is kept.
    ///
    /// By default it uses the pod's proxy, certificates, timeouts and headers for a gateway.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), http: None, gateway: None, timeout: None, connect_timeout: None }
    }

    /// Its own HTTP configuration, in place of the pod's. The same settings are overridden as by
    /// [`PodBuilder::http`](crate::PodBuilder::http).
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Headers that a gateway before this part requires, in place of those for the pod.
    pub fn gateway_headers(mut self, provider: impl HeaderProvider + 'static) -> Self {
        self.gateway = Some(Arc::new(provider));
        self
    }

    /// The timeout of one request, if the part has its own HTTP configuration. Default: 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The timeout of connecting, if the part has its own HTTP configuration. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// A client for an API at this base URL, by the HTTP configuration of this endpoint.
    pub(crate) fn client(self, base_url: &str, allow_http: bool) -> pod_api::ClientBuilder {
        let mut client = pod_api::Client::builder(base_url);
        if allow_http {
            client = client.allow_http();
        }
        if let Some(http) = self.http {
            client = client.http(http);
        }
        if let Some(timeout) = self.timeout {
            client = client.timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            client = client.connect_timeout(timeout);
        }
        client
    }

    /// Whether it uses the HTTP client of the pod.
    fn is_reached_as_the_pod(&self) -> bool {
        self.http.is_none()
    }
}

/// A part with the HTTP configuration of the pod.
impl<T: Into<String>> From<T> for Endpoint {
    fn from(address: T) -> Self {
        Self::new(address)
    }
}

/// Prints neither the address, which may contain a password until it is checked, nor the HTTP configuration.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("has_http", &self.http.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The parts of a pod that may have their own address.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    pub(crate) login: Option<Endpoint>,
    pub(crate) session: Option<Endpoint>,
    pub(crate) key_manager: Option<Endpoint>,
}

impl Endpoints {
    /// Whether a part that gets the client certificate uses the HTTP client of the pod.
    pub(crate) fn show_certificate_to_the_pod(&self) -> bool {
        [&self.session, &self.key_manager]
            .into_iter()
            .any(|part| part.as_ref().is_none_or(Endpoint::is_reached_as_the_pod))
    }

    /// The sites of all parts. Parts without their own address use that of the pod.
    pub(crate) fn sites(
        self,
        pod: Site,
        allow_http: bool,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Sites, BuildError> {
        let site = |part, endpoint: Option<Endpoint>, certificate| match endpoint {
            None => Ok(pod.clone()),
            Some(endpoint) => pod.elsewhere(part, endpoint, allow_http, certificate),
        };
        Ok(Sites {
            login: site(Part::Login, self.login, None)?,
            session: site(Part::Session, self.session, certificate)?,
            key_manager: site(Part::KeyManager, self.key_manager, certificate)?,
            pod,
        })
    }
}

/// A part of a pod.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Pod,
    Login,
    Session,
    KeyManager,
}

impl Part {
    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pod => "the pod",
            Self::Login => "the login",
            Self::Session => "the session authentication",
            Self::KeyManager => "the key manager",
        }
    }

    /// The paths of its APIs below its address.
    fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Pod => &["pod"],
            Self::Login => &["login"],
            Self::Session => &["sessionauth"],
            Self::KeyManager => &["relay", "keyauth"],
        }
    }

    /// The base URL of this part, without the path of its API and without a slash at the end.
    pub(crate) fn root(self, address: &str) -> Result<String, BuildError> {
        let url = Url::parse(address.trim()).map_err(|error| BuildError::not_a_url(self, error))?;
        let segments: Vec<&str> =
            url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).collect();
        let last = segments.last().copied().unwrap_or_default();
        let is_whole = self.prefixes().contains(&last);
        if !is_whole {
            if let Some(other) = APIS.into_iter().find(|other| *other == last) {
                return Err(BuildError::another_api(self, other));
            }
            if let Some(own) = self.prefixes().iter().find(|own| segments.contains(own)) {
                return Err(BuildError::too_long(self, own));
            }
        }
        if url.cannot_be_a_base() {
            return Err(BuildError::no_scheme(self));
        }
        let whole = url.as_str().trim_end_matches('/');
        let root = if is_whole { whole.strip_suffix(last).unwrap_or(whole) } else { whole };
        Ok(root.trim_end_matches('/').to_owned())
    }
}

/// The paths of Symphony's APIs.
const APIS: [&str; 6] = ["agent", "keyauth", "login", "pod", "relay", "sessionauth"];

/// The address of a part, and its HTTP client.
#[derive(Clone)]
pub(crate) struct Site {
    /// Without a slash at the end.
    pub(crate) root: String,
    pub(crate) http: reqwest::Client,
    pub(crate) gateway: Option<Arc<dyn HeaderProvider>>,
    /// How long the provider of headers for the gateway may take.
    pub(crate) patience: Duration,
}

/// How long a provider of headers may take, if no timeout of an attempt is set.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The sites of the parts of a pod.
#[derive(Clone)]
pub(crate) struct Sites {
    pub(crate) pod: Site,
    pub(crate) login: Site,
    pub(crate) session: Site,
    pub(crate) key_manager: Site,
}

impl Site {
    fn elsewhere(
        &self,
        part: Part,
        mut endpoint: Endpoint,
        allow_http: bool,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Self, BuildError> {
        let root = part.root(&endpoint.address)?;
        let gateway = endpoint.gateway.take().or_else(|| self.gateway.clone());
        check(gateway.as_ref())?;
        let patience = endpoint.timeout.unwrap_or(self.patience);
        let is_reached_as_the_pod = endpoint.is_reached_as_the_pod();
        if let (Some(http), Some(certificate)) = (&mut endpoint.http, certificate) {
            *http = certificate.shown_by(std::mem::take(http))?;
        }
        let client = endpoint.client(&root, allow_http);
        let failed = |error| BuildError::endpoint(part, error);
        let http = if is_reached_as_the_pod {
            client.check().map_err(failed)?;
            // The pod's client was configured for one of the two schemes.
            if is_encrypted(&root) != is_encrypted(&self.root) {
                return Err(BuildError::another_scheme(part));
            }
            self.http.clone()
        } else {
            client.build().map_err(failed)?.client().clone()
        };
        Ok(Self { root, http, gateway, patience })
    }

    /// Adds the headers for a gateway to a context, for the next request.
    pub(crate) async fn with_gateway_headers(&self, context: Context) -> Result<Context, LoginError> {
        let Some(gateway) = &self.gateway else { return Ok(context) };
        let headers = match gateway.fixed() {
            Some(headers) => headers.clone(),
            None => {
                let headers = tokio::time::timeout(self.patience, gateway.headers()).await;
                headers.map_err(|_| LoginError::silent_gateway())?.map_err(LoginError::gateway)?
            }
        };
        context.with_headers(headers).map_err(LoginError::invalid_header)
    }

    /// The error of a call whose provider of headers does not answer. `None` if the headers are fixed.
    pub(crate) fn silent_gateway(&self) -> Option<LoginError> {
        let is_asked = self.gateway.as_ref().is_some_and(|gateway| gateway.fixed().is_none());
        is_asked.then(LoginError::silent_gateway)
    }
}

/// Checks fixed headers when the pod is built.
pub(crate) fn check(gateway: Option<&Arc<dyn HeaderProvider>>) -> Result<(), BuildError> {
    match gateway.and_then(|gateway| gateway.fixed()) {
        Some(headers) => Context::new().with_headers(headers.clone()).map(drop).map_err(BuildError::header),
        None => Ok(()),
    }
}

fn is_encrypted(root: &str) -> bool {
    root.starts_with("https:")
}
