//! Reads the `config.yaml` or `config.json` of the official kits.
//!
//! [`PodBuilder::from_config`] builds a pod from it:
//!
//! ```no_run
//! use pod_api_ext::Pod;
//! use pod_api_ext::pod::PodBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pod: Pod = PodBuilder::from_config("config.yaml")?.build()?;
//! # Ok(())
//! # }
//! ```
//!
//! ```yaml
//! host: acme.symphony.com
//! proxy:
//!   host: proxy.firm.example
//!   port: 3128
//!   username: onboarding
//!   password: ${PROXY_PASSWORD}
//! bot:
//!   username: onboarding-bot
//!   privateKey:
//!     path: /etc/onboarding/bot.pem
//! ```
//!
//! [`Config`] reads the same file and also lists its unknown keys.
//!
//! # Keys
//!
//! | within | keys | meaning |
//! |---|---|---|
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `scheme`, `host`, `port`, `context` | the address: of the pod, of the session authentication, of the key manager. Defaults: `https`, none, 443, none |
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `proxy.host`, `proxy.port`, `proxy.username`, `proxy.password` | a proxy, which is contacted over plain `http`. Default: the proxies of the environment |
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `defaultHeaders.*` | headers on every call, login included: `gateway_headers`. `Content-Type` is ignored, because each call has its own |
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `connectionTimeout` | `connect_timeout`, in milliseconds; 0 for none |
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `readTimeout` | `timeout`, of one attempt of a call as a whole, in milliseconds; 0 for none |
//! | at the top, `pod`, `sessionAuth`, `keyManager` | `connectionPoolMax`, `connectionPoolPerRoute` | ignored: see `max_in_flight` |
//! | `ssl` | `trustStore.path`, `trustStore.content`, `trustStorePath` | certificates in PEM, trusted in addition to those of the machine |
//! | `bot` | `username` | the user name, for a login with a key |
//! | `bot`, `app` | `privateKey.path`, `privateKey.content`, `privateKeyPath`, `privateKeyContent` | the RSA key in PEM; as content, PEM or Base64 of PEM |
//! | `bot` | `certificate.path`, `certificate.content`, `certificatePath`, `certificateContent` | the client certificate with its key in PEM: `certificate` |
//! | `app` | `appId` | the id of the application: `app`, for `Pod::on_behalf_of` |
//! | `app` | `certificate.*`, `certificatePath`, `certificateContent`, `certificatePassword` | with a bot: the application is ignored; without: an error. Applications log in with a key |
//! | at the top | `bot.certificate.password`, `bot.certificatePassword`, `ssl.trustStore.password`, `ssl.trustStorePassword` | ignored: PEM has no password |
//! | `retry` | `maxAttempts` | `max_attempts`; negative: no limit |
//! | `retry` | `initialIntervalMillis` | `first_wait` |
//! | `retry` | `maxIntervalMillis` | `max_wait` |
//! | `retry` | `multiplier` | ignored: the limit of the wait always doubles |
//! | at the top | `agent.*`, `datafeed.*`, `datahose.*` | ignored: not part of the Pod API |
//! | at the top | `_version`, `commonJwt.*`, `extensions.*`, `manifest` | ignored: for the kit itself |
//!
//! - A part inherits from the top each key that it does not set. `proxy` and `defaultHeaders` of a part replace those
//!   at the top as a whole.
//! - A bot or an application with a key logs in at the address of the pod. `sessionAuth` applies to a login with a
//!   certificate and is ignored otherwise, as in the kits.
//! - `retry` applies to calls, through [`Backoff`], which waits for a random time up to a limit that doubles. It never
//!   makes a call be sent again that must not be sent twice. If `retry` is set, only the number of attempts limits how
//!   long a call is retried.
//! - Unknown keys are listed in an event of level WARN and by [`Config::unknown_keys`].
//! - An empty text counts as a missing key.
//! - A relative path is relative to the working directory of the program, as in the kits.
//!
//! # Variables
//!
//! `${NAME}` stands for the value of the environment variable, `${NAME:-default}` for the default if the variable is
//! not set, and `$${` for `${`. Variables are replaced in values, not in keys. A variable without a value and a default
//! is an error. Properties of Java, such as `${user.home}`, are not supported.
//!
//! # Where the two kits differ
//!
//! | | Java | Python | here |
//! |---|---|---|---|
//! | `content` of a key or a certificate | Base64 of it | as it is | both |
//! | a certificate | PKCS#12 with a password | PEM | PEM; PKCS#12 is an error that says how to convert it |
//! | a trust store | JKS or PKCS#12 with a password | PEM | PEM; the others are errors that say how to convert them |
//! | both a key and a certificate | an error | the key | an error |
//! | variables | `${NAME:-default}` takes the default though the variable is set | none | the variable first |
//! | without `proxy` | no proxy | that of the environment | that of the environment |
//!
//! Previous: [`coming_from_the_kits`](crate::coming_from_the_kits).
#![cfg_attr(feature = "extension-apps", doc = "Next: [`extension_app`](crate::extension_app).")]

mod credentials;
mod error;
mod keys;
mod part;
mod section;
mod tree;
mod trust;
mod variables;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use self::credentials::Bot;
pub use self::error::{ConfigError, ConfigProblem};
use self::part::Part;
use self::section::{Origin, Section};
use self::tree::{Malformed, Node};
use self::trust::Trust;
use crate::pod::Endpoint;
use crate::retry::Backoff;
use crate::session::RsaApp;
use crate::{Pod, PodBuilder};

/// A configuration of the official kits. Its values are never printed.
///
/// ```
/// use pod_api_ext::config::{Config, ConfigProblem};
///
/// let config = Config::from_text("host: acme.symphony.com\nbot:\n  usernmae: onboarding-bot\n")?;
/// assert_eq!(config.unknown_keys(), ["bot.usernmae (line 3)"]);
///
/// let error = config.pod().unwrap_err();
/// assert_eq!((error.problem(), error.key()), (ConfigProblem::Missing, "bot.privateKey.path"));
/// # Ok::<(), pod_api_ext::config::ConfigError>(())
/// ```
pub struct Config {
    origin: Origin,
    root: Node,
}

impl Config {
    /// The configuration in a file of YAML or JSON, with any file extension.
    ///
    /// # Errors
    /// The file cannot be read, is neither YAML nor JSON, is empty, or is not a map of keys and values.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let file = path.as_ref().display().to_string();
        let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|error| {
            ConfigError::new(ConfigProblem::Unreadable, &file, "it cannot be read").caused(error)
        })?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| ConfigError::new(ConfigProblem::Malformed, &file, "it is no text in UTF-8"))?;
        Self::read(file, text)
    }

    /// The configuration in a text of YAML or JSON.
    ///
    /// # Errors
    /// The text is neither YAML nor JSON, is empty, or is not a map of keys and values.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        Self::read("the configuration".to_owned(), text)
    }

    /// Takes the values of variables from this function instead of the environment.
    #[must_use]
    pub fn with_variables(mut self, value: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.origin.variables = Box::new(value);
        self
    }

    fn read(file: String, text: &str) -> Result<Self, ConfigError> {
        let origin = Origin { file, variables: Box::new(|name| std::env::var(name).ok()) };
        // Editors on Windows begin a file with a byte order mark.
        let root =
            Node::read(text.trim_start_matches('\u{feff}')).map_err(|Malformed { line, problem }| {
                origin.error(ConfigProblem::Malformed, problem).at("", line)
            })?;
        Section::root(&origin, &root)?;
        Ok(Self { origin, root })
    }

    /// The builder of a pod with this configuration: with the session of its bot, its application, or both. Keys and
    /// certificates are read; nothing is sent.
    ///
    /// Later settings on the builder replace those of the configuration.
    ///
    /// # Errors
    /// A required value is missing or cannot be used: see [`ConfigProblem`].
    pub fn pod(&self) -> Result<PodBuilder, ConfigError> {
        let root = Section::root(&self.origin, &self.root)?;
        let unknown = self.unknown_keys();
        if !unknown.is_empty() {
            tracing::warn!(keys = %unknown.join(", "), "the configuration has unknown keys");
        }
        self.built(&root).map_err(|error| error.beside(&unknown))
    }

    fn built(&self, root: &Section<'_>) -> Result<PodBuilder, ConfigError> {
        let trust = Trust::read(root)?;
        let pod = Part::read(root, "pod")?.ok_or_else(|| {
            root.missing("host", "it is missing; write the name of the pod's host, such as acme.symphony.com")
        })?;
        let mut builder = Pod::builder(&*pod.address);
        if pod.way.wants_http() || !trust.is_empty() {
            builder = builder.http(self.http(&pod, &trust)?);
        }
        if let Some(timeout) = pod.way.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(timeout) = pod.way.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if !pod.headers.is_empty() {
            builder = builder.gateway_headers(pod.headers.clone());
        }
        if let Some(endpoint) = self.elsewhere(root, "keyManager", &pod, &trust)? {
            builder = builder.key_manager_endpoint(endpoint);
        }
        if let Some(backoff) = backoff(root)? {
            builder = builder.retry(backoff);
        }
        let by_certificate = credentials::app_by_certificate(root)?;
        let app = if by_certificate.is_some() { None } else { credentials::app(root)? };
        let has_app = app.is_some();
        if let Some(app) = app {
            builder = builder.app(app);
        }
        match credentials::bot(root)? {
            Some(Bot::Key(session)) => Ok(builder.session(session)),
            Some(Bot::Certificate(certificate)) => {
                if let Some(endpoint) = self.elsewhere(root, "sessionAuth", &pod, &trust)? {
                    builder = builder.session_endpoint(endpoint);
                }
                Ok(builder.certificate(certificate))
            }
            None if has_app => Ok(builder),
            None => Err(by_certificate.unwrap_or_else(|| {
                root.missing("bot", "it is missing; write the user name and the private key of the bot there")
            })),
        }
    }

    /// The part, if its settings differ from those of the pod.
    fn elsewhere(
        &self,
        root: &Section<'_>,
        section: &str,
        pod: &Part,
        trust: &Trust,
    ) -> Result<Option<Endpoint>, ConfigError> {
        let Some(part) = Part::read(root, section)?.filter(|part| part != pod) else { return Ok(None) };
        let mut endpoint = Endpoint::new(&*part.address);
        if part.headers != pod.headers {
            endpoint = endpoint.gateway_headers(part.headers.clone());
        }
        if part.way != pod.way {
            endpoint = endpoint.http(self.http(&part, trust)?);
            if let Some(timeout) = part.way.timeout {
                endpoint = endpoint.timeout(timeout);
            }
            if let Some(timeout) = part.way.connect_timeout {
                endpoint = endpoint.connect_timeout(timeout);
            }
        }
        Ok(Some(endpoint))
    }

    fn http(&self, part: &Part, trust: &Trust) -> Result<reqwest::ClientBuilder, ConfigError> {
        part.way.http(trust).map_err(|error| {
            let message = "this is no address of a proxy";
            self.origin.error(ConfigProblem::Value, message).at("proxy", 0).caused(error.without_url())
        })
    }

    /// The application, which the [pod](Self::pod) gets too. `None` if there is none.
    ///
    /// # Errors
    /// The application has no id or no key, or they cannot be used; or it has a certificate.
    pub fn app(&self) -> Result<Option<RsaApp>, ConfigError> {
        let root = Section::root(&self.origin, &self.root)?;
        match credentials::app_by_certificate(&root)? {
            Some(error) => Err(error),
            None => credentials::app(&root),
        }
    }

    /// The keys that no kit knows, each with its line. They may be misspelled.
    #[must_use]
    pub fn unknown_keys(&self) -> Vec<String> {
        let unknown = Section::root(&self.origin, &self.root).map(|root| keys::unknown(&root));
        let told = |(key, line)| if line == 0 { key } else { format!("{key} (line {line})") };
        unknown.unwrap_or_default().into_iter().map(told).collect()
    }
}

/// The retry policy, if the configuration has one.
fn backoff(root: &Section<'_>) -> Result<Option<Backoff>, ConfigError> {
    let Some(retry) = root.section("retry")? else { return Ok(None) };
    let mut backoff = Backoff::default().with_max_elapsed(Duration::MAX);
    let attempts = "a number of attempts from 1 up, or a negative one for no limit,";
    match retry.number::<i32>("maxAttempts", attempts)? {
        Some(0) => {
            return Err(retry.error(
                ConfigProblem::Value,
                "maxAttempts",
                format!("here {attempts} is wanted"),
            ));
        }
        Some(number) => backoff = backoff.with_max_attempts(u32::try_from(number).unwrap_or(u32::MAX)),
        None => {}
    }
    if let Some(wait) = retry.number("initialIntervalMillis", "a number of milliseconds")? {
        backoff = backoff.with_first_wait(Duration::from_millis(wait));
    }
    if let Some(wait) = retry.number("maxIntervalMillis", "a number of milliseconds")? {
        backoff = backoff.with_max_wait(Duration::from_millis(wait));
    }
    retry.number::<f64>("multiplier", "a number")?;
    Ok(Some(backoff))
}

impl PodBuilder {
    /// The builder of a pod with the `config.yaml` or `config.json` of the official kits, with the session of its bot
    /// and its application: see [`crate::config`]. Keys and certificates are read; nothing is sent.
    ///
    /// Later settings replace those of the configuration. [`http`](Self::http) also replaces its proxy and its trust
    /// store.
    ///
    /// # Errors
    /// The file cannot be read or is not a configuration, or a value in it is missing or cannot be used.
    pub fn from_config(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Config::from_file(path)?.pod()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("file", &self.origin.file).finish_non_exhaustive()
    }
}
