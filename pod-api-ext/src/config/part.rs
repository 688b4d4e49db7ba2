//! How a part of a pod is reached. The same keys are at the top of a configuration and in the section of each part; the
//! section has precedence.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Proxy;
use url::Host;
use zeroize::Zeroizing;

use super::error::{ConfigError, ConfigProblem};
use super::section::Section;
use crate::pod::own_user_agent;

/// Stands for no time limit: the longest limit that the kits can express, about 25 days.
const NO_LIMIT: Duration = Duration::from_millis(i32::MAX as u64);

/// A part, and how it is reached.
#[derive(PartialEq)]
pub(super) struct Part {
    pub(super) address: String,
    pub(super) way: Way,
    pub(super) headers: HeaderMap,
}

/// The settings of the connections to a part.
#[derive(PartialEq)]
pub(super) struct Way {
    is_encrypted: bool,
    proxy: Option<ProxySettings>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

#[derive(PartialEq)]
struct ProxySettings {
    url: String,
    credentials: Option<(Zeroizing<String>, Zeroizing<String>)>,
}

impl Part {
    /// The part of this section of the configuration. It inherits from the top each key that it does not set. `None` if
    /// neither names an address.
    pub(super) fn read(root: &Section<'_>, section: &str) -> Result<Option<Self>, ConfigError> {
        let section = root.section(section)?;
        let places: Vec<&Section<'_>> = section.iter().chain([root]).collect();
        let scheme = first(&places, |place| scheme(place))?.unwrap_or("https");
        let Some(host) = first(&places, |place| host(place))? else {
            let missing = "it is missing; write the name of the host, such as acme.symphony.com";
            return section.map_or(Ok(None), |section| Err(section.missing("host", missing)));
        };
        let port = first(&places, |place| port(place, "port"))?.unwrap_or(443);
        let context = first(&places, |place| context(place))?.unwrap_or_default();
        let way = Way {
            is_encrypted: scheme == "https",
            proxy: first(&places, |place| proxy(place))?,
            connect_timeout: first(&places, |place| milliseconds(place, "connectionTimeout"))?,
            timeout: first(&places, |place| milliseconds(place, "readTimeout"))?,
        };
        let headers = first(&places, |place| headers(place))?.unwrap_or_default();
        Ok(Some(Self { address: format!("{scheme}://{host}:{port}{context}"), way, headers }))
    }
}

/// The value from the first of these sections that has one.
fn first<'a, 's, T>(
    places: &[&'a Section<'s>],
    read: impl Fn(&'a Section<'s>) -> Result<Option<T>, ConfigError>,
) -> Result<Option<T>, ConfigError> {
    for place in places {
        if let Some(value) = read(place)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn scheme(place: &Section<'_>) -> Result<Option<&'static str>, ConfigError> {
    let Some(text) = place.text("scheme")? else { return Ok(None) };
    match text.to_ascii_lowercase().as_str() {
        "https" => Ok(Some("https")),
        "http" => Ok(Some("http")),
        _ => Err(place.error(ConfigProblem::Value, "scheme", "here https is wanted, or http")),
    }
}

const HOST_ALONE: &str = "here the name of a host alone is wanted, such as acme.symphony.com; there are keys of their own for scheme, port and path (context)";

fn host(place: &Section<'_>) -> Result<Option<String>, ConfigError> {
    let Some(text) = place.text("host")? else { return Ok(None) };
    let text = text.trim();
    // An IPv6 address may stand without its brackets.
    let text =
        if text.contains(':') && !text.starts_with('[') { format!("[{text}]") } else { text.to_owned() };
    match Host::parse(&text) {
        Ok(host) => Ok(Some(host.to_string())),
        Err(_) => Err(place.error(ConfigProblem::Value, "host", HOST_ALONE)),
    }
}

fn port(place: &Section<'_>, key: &str) -> Result<Option<u16>, ConfigError> {
    let wanted = "a port, which is a number from 1 to 65535,";
    match place.number(key, wanted)? {
        Some(0) => Err(place.error(ConfigProblem::Value, key, format!("here {wanted} is wanted"))),
        port => Ok(port),
    }
}

fn context(place: &Section<'_>) -> Result<Option<String>, ConfigError> {
    let Some(text) = place.text("context")? else { return Ok(None) };
    let path = text.trim().trim_matches('/');
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\%".contains(&byte));
    match path {
        "" => Ok(None),
        path if is_path && !path.contains("//") => Ok(Some(format!("/{path}"))),
        _ => Err(place.error(
            ConfigProblem::Value,
            "context",
            "here the path before that of the API is wanted, such as gateway/symphony",
        )),
    }
}

fn milliseconds(place: &Section<'_>, key: &str) -> Result<Option<Duration>, ConfigError> {
    let number = place.number::<u32>(key, "a number of milliseconds")?;
    Ok(number.map(|number| match number {
        0 => NO_LIMIT,
        number => Duration::from_millis(number.into()).min(NO_LIMIT),
    }))
}

/// A proxy is replaced as a whole.
fn proxy(place: &Section<'_>) -> Result<Option<ProxySettings>, ConfigError> {
    let Some(proxy) = place.section("proxy")? else { return Ok(None) };
    // An empty text counts as a missing one, so that variables can leave a proxy out.
    let mut members = proxy.members().map(|(key, _)| proxy.text(key));
    if members.all(|text| matches!(text, Ok(None))) {
        return Ok(None);
    }
    let missing = |key| proxy.missing(key, "it is missing; a proxy has a host and a port");
    let host = host(&proxy)?.ok_or_else(|| missing("host"))?;
    let port = port(&proxy, "port")?.ok_or_else(|| missing("port"))?;
    let credentials = match (proxy.text("username")?, proxy.text("password")?) {
        (None, None) => None,
        (Some(username), password) => Some((username, password.unwrap_or_default())),
        (None, Some(_)) => {
            return Err(proxy.missing("username", "it is missing; there is a password beside it"));
        }
    };
    Ok(Some(ProxySettings { url: format!("http://{host}:{port}"), credentials }))
}

/// Headers are replaced as a whole.
fn headers(place: &Section<'_>) -> Result<Option<HeaderMap>, ConfigError> {
    let Some(section) = place.section("defaultHeaders")? else { return Ok(None) };
    let mut headers = HeaderMap::new();
    for (name, _) in section.members() {
        let Some(value) = section.text(name)? else { continue };
        let problem = |message| section.error(ConfigProblem::Value, name, message);
        let header = HeaderName::try_from(name).map_err(|_| problem("this is no name of a header"))?;
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| problem("a header holds visible ASCII and blanks; this does not"))?;
        value.set_sensitive(true);
        // In the kits the header of a call has precedence, and each call has this one.
        if header == http::header::CONTENT_TYPE {
            continue;
        }
        let alone = HeaderMap::from_iter([(header.clone(), value.clone())]);
        if let Err(error) = pod_api::Context::new().with_headers(alone) {
            return Err(section.error(ConfigProblem::Value, name, error.to_string()));
        }
        headers.insert(header, value);
    }
    Ok(Some(headers))
}

impl Way {
    /// Whether it needs more than the builder's own settings.
    pub(super) fn wants_http(&self) -> bool {
        self.proxy.is_some()
    }

    /// An HTTP configuration with these settings that also trusts `trust`.
    pub(super) fn http(&self, trust: &super::trust::Trust) -> Result<reqwest::ClientBuilder, reqwest::Error> {
        let mut http = trust.given_to(reqwest::Client::builder().user_agent(own_user_agent()));
        if let Some(ProxySettings { url, credentials }) = &self.proxy {
            let mut proxy = Proxy::all(url)?;
            if let Some((username, password)) = credentials {
                proxy = proxy.basic_auth(username, password);
            }
            http = http.proxy(proxy);
        }
        Ok(http)
    }
}
