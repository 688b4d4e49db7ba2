//! Where the parts of a pod are, and the HTTP client that reaches each of them.
//!
//! In Symphony's cloud all parts of a pod have one address. Elsewhere some have addresses of their own: logins by certificate
//! have a port that asks for one, and a key manager may stand in the firm while the pod is in the cloud, behind a proxy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pod_api::{ClientInfo as _, Context};
use url::Url;

use crate::pod::BuildError;
use crate::session::{ClientCertificate, HeaderProvider, LoginError};

/// The address of a part of a pod, and how it is reached if not as the pod is.
///
/// ```
/// use pod_api_ext::pod::Endpoint;
/// use pod_api_ext::session::{RsaKey, RsaSession};
/// use pod_api_ext::{Pod, reqwest};
///
/// # fn example(session: RsaSession) -> Result<(), Box<dyn std::error::Error>> {
/// // The pod is in the cloud, behind a proxy; the key manager is in the firm, without.
/// let key_manager = Endpoint::new("https://keys.firm.example:8444").http(reqwest::Client::builder().no_proxy());
/// let pod = Pod::builder("https://acme.symphony.com")
///     .http(reqwest::Client::builder().proxy(reqwest::Proxy::all("http://proxy.firm.example:3128")?))
///     .key_manager_endpoint(key_manager)
///     .session(session)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an endpoint is given to a builder"]
pub struct Endpoint {
    address: String,
    http: Option<reqwest::ClientBuilder>,
    gateway: Option<Arc<dyn HeaderProvider>>,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
}

impl Endpoint {
    /// A part at this address, such as `https://acme-api.symphony.com:8444`, with or without the part's own path at the end
    /// (`/login`, `/sessionauth`, `/relay`). A path before it is kept.
    ///
    /// It is reached as the pod is, with the same proxy, certificates, time limits and headers for a gateway.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), http: None, gateway: None, timeout: None, connect_timeout: None }
    }

    /// An HTTP configuration of its own, in place of the pod's. It is taken as
    /// [`PodBuilder::http`](crate::PodBuilder::http) takes the pod's.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Headers that a gateway before this part wants, in place of those for the pod.
    pub fn gateway_headers(mut self, provider: impl HeaderProvider + 'static) -> Self {
        self.gateway = Some(Arc::new(provider));
        self
    }

    /// How long one request may take, if the part has an HTTP configuration of its own. 30 seconds unless told otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long to wait for a connection, if the part has an HTTP configuration of its own. 10 seconds unless told
    /// otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Whether it is reached by the HTTP client of the pod.
    fn is_reached_as_the_pod(&self) -> bool {
        self.http.is_none()
    }
}

/// A part that is reached as the pod is.
impl<T: Into<String>> From<T> for Endpoint {
    fn from(address: T) -> Self {
        Self::new(address)
    }
}

/// Shows neither the address, which may have a password in it before it is checked, nor the HTTP configuration.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("has_http", &self.http.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The parts of a pod that may be elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    pub(crate) login: Option<Endpoint>,
    pub(crate) session: Option<Endpoint>,
    pub(crate) key_manager: Option<Endpoint>,
}

impl Endpoints {
    /// Whether a part to which a certificate is shown is reached by the HTTP client of the pod.
    pub(crate) fn show_certificate_to_the_pod(&self) -> bool {
        [&self.session, &self.key_manager]
            .into_iter()
            .any(|part| part.as_ref().is_none_or(Endpoint::is_reached_as_the_pod))
    }

    /// The parts as they are reached, of which those that are not elsewhere are where the pod is.
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
    /// What people call it.
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

    /// The address of this part as requests begin with it, without the path of its API and without a slash at the end.
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

/// Where a part is, and what reaches it.
#[derive(Clone)]
pub(crate) struct Site {
    /// Without a slash at the end.
    pub(crate) root: String,
    pub(crate) http: reqwest::Client,
    pub(crate) gateway: Option<Arc<dyn HeaderProvider>>,
    /// How long the provider of headers for the gateway may take.
    pub(crate) patience: Duration,
}

/// How long a provider of headers may take, if the pod is not told how long an attempt may.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The parts of a pod as they are reached.
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
        endpoint: Endpoint,
        allow_http: bool,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Self, BuildError> {
        let root = part.root(&endpoint.address)?;
        let mut client = pod_api::Client::builder(&root);
        if allow_http {
            client = client.allow_http();
        }
        let http = match endpoint.http {
            None => {
                client.check().map_err(|error| BuildError::endpoint(part, error))?;
                // The pod's client was made for one of the two.
                if is_encrypted(&root) != is_encrypted(&self.root) {
                    return Err(BuildError::another_scheme(part));
                }
                self.http.clone()
            }
            Some(mut http) => {
                if let Some(certificate) = certificate {
                    http = certificate.shown_by(http)?;
                }
                client = client.http(http);
                if let Some(timeout) = endpoint.timeout {
                    client = client.timeout(timeout);
                }
                if let Some(timeout) = endpoint.connect_timeout {
                    client = client.connect_timeout(timeout);
                }
                client.build().map_err(|error| BuildError::endpoint(part, error))?.client().clone()
            }
        };
        let gateway = endpoint.gateway.or_else(|| self.gateway.clone());
        check(gateway.as_ref())?;
        Ok(Self { root, http, gateway, patience: endpoint.timeout.unwrap_or(self.patience) })
    }

    /// The given context with headers for a gateway, for the next request.
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

    /// What a call comes to whose headers for a gateway do not come, if they have to be asked for.
    pub(crate) fn silent_gateway(&self) -> Option<LoginError> {
        let is_asked = self.gateway.as_ref().is_some_and(|gateway| gateway.fixed().is_none());
        is_asked.then(LoginError::silent_gateway)
    }
}

/// Headers that are known before can be told to be none before.
pub(crate) fn check(gateway: Option<&Arc<dyn HeaderProvider>>) -> Result<(), BuildError> {
    match gateway.and_then(|gateway| gateway.fixed()) {
        Some(headers) => Context::new().with_headers(headers.clone()).map(drop).map_err(BuildError::header),
        None => Ok(()),
    }
}

fn is_encrypted(root: &str) -> bool {
    root.starts_with("https:")
}
