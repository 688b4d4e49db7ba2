//! A pod: its address, its HTTP client, its session. The door to everything else.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pod_api::{Client, ClientBuilder, Context, SessionToken};
use url::Url;

use crate::connections::Connections;

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
pub struct Pod(Arc<Inner>);

struct Inner {
    client: Client,
    session: SessionToken,
}

impl Pod {
    /// A pod at this address, such as `https://acme.symphony.com`, with or without `/pod` at the end.
    ///
    /// A path before `/pod`, as a gateway may want it, is kept.
    pub fn builder(address: impl Into<String>) -> PodBuilder {
        PodBuilder {
            address: address.into(),
            session: None,
            user_agent: None,
            http: None,
            allow_http: false,
            timeout: None,
            connect_timeout: None,
        }
    }

    /// Connections with other users.
    #[must_use]
    pub fn connections(&self) -> Connections {
        Connections::new(self.clone())
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// A new context for one call.
    pub(crate) fn context(&self) -> Context {
        Context::new().with_session(self.0.session.clone())
    }
}

impl fmt::Debug for Pod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pod").field("client", &self.0.client).field("session", &self.0.session).finish()
    }
}

/// Builds a [`Pod`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct PodBuilder {
    address: String,
    session: Option<SessionToken>,
    user_agent: Option<String>,
    http: Option<reqwest::ClientBuilder>,
    allow_http: bool,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
}

impl PodBuilder {
    /// The session token that every call carries.
    pub fn session(mut self, session: SessionToken) -> Self {
        self.session = Some(session);
        self
    }

    /// How the program names itself to the pod. Unless told otherwise, the name and version of this crate.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// An HTTP configuration of your own: proxies, certificates, pool, user agent.
    ///
    /// Redirects, https-only and timeouts are set last and override what it says. It must not have
    /// secrets among its default headers: those are printed by `Debug`.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Allows plain `http` to any host. Everybody on the way can then read the session token. The own machine needs
    /// no permission.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// How long a call may take, from connecting to the end of the answer. 30 seconds unless told otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long to wait for a connection. 10 seconds unless told otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Builds the pod. Nothing is sent.
    ///
    /// # Errors
    /// There is no session; the address is not a URL, or is plain `http` to another machine, or has credentials, a query
    /// or a fragment; or the HTTP configuration is not usable.
    pub fn build(self) -> Result<Pod, BuildError> {
        let session = self.session.ok_or(BuildError(Problem::NoSession))?;
        let http = match (self.http, self.user_agent) {
            (Some(http), None) => http,
            (Some(http), Some(user_agent)) => http.user_agent(user_agent),
            (None, user_agent) => {
                let own = || concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned();
                reqwest::Client::builder().user_agent(user_agent.unwrap_or_else(own))
            }
        };
        let mut client = Client::builder(&base_url(&self.address)?).http(http);
        if self.allow_http {
            client = client.allow_http();
        }
        if let Some(timeout) = self.timeout {
            client = client.timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            client = client.connect_timeout(timeout);
        }
        let client = ClientBuilder::build(client).map_err(|error| BuildError(Problem::Client(error)))?;
        Ok(Pod(Arc::new(Inner { client, session })))
    }
}

/// The prefix of the Pod API below a pod's address.
const PREFIX: &str = "pod";

fn base_url(address: &str) -> Result<String, BuildError> {
    let mut url = Url::parse(address.trim()).map_err(|error| BuildError(Problem::NotAUrl(error)))?;
    let has_prefix =
        url.path_segments().is_some_and(|segments| segments.rev().find(|s| !s.is_empty()) == Some(PREFIX));
    if !has_prefix {
        let cannot = |()| BuildError(Problem::NotAUrl(url::ParseError::EmptyHost));
        url.path_segments_mut().map_err(cannot)?.pop_if_empty().push(PREFIX);
    }
    Ok(url.into())
}

/// A pod that cannot be made, and why.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(Problem);

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("there is no session; give the builder one with `session`")]
    NoSession,
    // Not repeated here: who mistypes an address may have put a password into it.
    #[error("the address of the pod is not a URL; write it like https://acme.symphony.com")]
    NotAUrl(#[source] url::ParseError),
    #[error(transparent)]
    Client(pod_api::BuildError),
}
