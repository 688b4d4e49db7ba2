//! What a session needs of a pod to log in, and what a failed login looks like.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::SessionToken;
use crate::clock::{BoxFuture, Clock};
use crate::message::shown;

/// Headers that a gateway before the pod wants on every call, login included.
///
/// It is asked before each request, so a token that expires can be renewed. The values are never printed.
pub trait HeaderProvider: fmt::Debug + Send + Sync {
    /// The headers of the next request.
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>>;
}

/// The same headers for every call.
impl HeaderProvider for HeaderMap {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>> {
        Box::pin(async { Ok(self.clone()) })
    }
}

/// The login of a pod: what a [`Session`](super::Session) gets to make its requests with.
///
/// Only the pod's own login is called, never the key manager's.
#[derive(Clone)]
pub struct Login {
    root: String,
    http: reqwest::Client,
    gateway: Option<Arc<dyn HeaderProvider>>,
    clock: Arc<dyn Clock>,
}

/// What a login returns. The other fields are of no use to a session.
#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Refusal {
    message: Option<String>,
}

/// No answer of a login is larger than this, in bytes.
const MAX_ANSWER: usize = 64 << 10;

impl Login {
    pub(crate) fn new(
        root: String,
        http: reqwest::Client,
        gateway: Option<Arc<dyn HeaderProvider>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { root, http, gateway, clock }
    }

    /// The clock that this pod goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Headers for a gateway, for the next request.
    pub(crate) async fn gateway_headers(&self) -> Result<HeaderMap, LoginError> {
        let Some(gateway) = &self.gateway else { return Ok(HeaderMap::new()) };
        let mut headers = gateway.headers().await.map_err(LoginError::gateway)?;
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        Ok(headers)
    }

    /// Logs in with a signed token: `POST /login/pubkey/authenticate`, or another path below the address of the pod.
    ///
    /// # Errors
    /// The pod refuses or cannot be reached.
    pub async fn with_jwt(&self, path: &str, jwt: &str) -> Result<SessionToken, LoginError> {
        let body = Zeroizing::new(serde_json::json!({ "token": jwt }).to_string());
        let request = self
            .http
            .post(format!("{}{path}", self.root))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.as_bytes().to_vec());
        self.send(request).await
    }

    /// Exchanges the session of an application for one on behalf of a user. `kind` is `user` or `username`.
    pub(super) async fn on_behalf_of(
        &self,
        app: &SessionToken,
        kind: &str,
        user: &str,
    ) -> Result<SessionToken, LoginError> {
        let user = utf8_percent_encode(user, NON_ALPHANUMERIC);
        let url = format!("{}/login/pubkey/app/{kind}/{user}/authenticate", self.root);
        self.send(self.without_body(url, app)?).await
    }

    /// Ends a session.
    pub(crate) async fn log_out(&self, session: &SessionToken) -> Result<(), LoginError> {
        let request = self.without_body(format!("{}/sessionauth/v1/logout", self.root), session)?;
        self.answer(request).await.map(drop)
    }

    fn without_body(&self, url: String, token: &SessionToken) -> Result<reqwest::RequestBuilder, LoginError> {
        let mut token = HeaderValue::from_str(token.expose()).map_err(LoginError::other)?;
        token.set_sensitive(true);
        Ok(self.http.post(url).header("sessionToken", token).header(header::CONTENT_LENGTH, "0"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<SessionToken, LoginError> {
        let body = self.answer(request).await?;
        // The words of a JSON error could repeat a piece of the token.
        let unreadable =
            || LoginError::of(LoginProblem::Network, "the login answered with something else than a token");
        let Token { token } = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        SessionToken::new(token).map_err(|_| unreadable())
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Zeroizing<Vec<u8>>, LoginError> {
        let sent = self.clock.system_time();
        let headers = self.gateway_headers().await?;
        let request = request.header(header::ACCEPT, "application/json").headers(headers);
        let mut response = request.send().await.map_err(LoginError::unreached)?;
        let status = response.status();
        let mut body = Zeroizing::new(Vec::new());
        while body.len() < MAX_ANSWER {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(_) if !status.is_success() => break,
                Err(error) => return Err(LoginError::unreached(error)),
            }
        }
        if status.is_success() {
            Ok(body)
        } else {
            Err(LoginError::refused(status, response.headers(), &body, sent))
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("root", &self.root).finish_non_exhaustive()
    }
}

/// What a failed login looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginProblem {
    /// The pod does not accept the key: it was not imported, was revoked, or belongs to somebody else.
    Key,
    /// The pod does not know the user or the application, or does not let them in.
    User,
    /// The clock of this machine and that of the pod are too far apart.
    ClockSkew,
    /// The pod could not be reached, or something else answered in its place.
    Network,
    /// The session cannot be renewed, because it has no key.
    NotRenewable,
    /// Anything else.
    Other,
}

/// A login that failed. Cheap to clone, because everybody who waited for the login gets it.
#[derive(Clone)]
pub struct LoginError(Arc<Inner>);

struct Inner {
    problem: LoginProblem,
    status: Option<StatusCode>,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Beyond this difference a signed token is refused, whatever the key: the pod allows 5 minutes in
/// advance, and a token is good for less than that.
const MAX_SKEW: Duration = Duration::from_secs(60);

impl LoginError {
    /// What it looks like.
    #[must_use]
    pub fn problem(&self) -> LoginProblem {
        self.0.problem
    }

    /// The HTTP status of the pod's refusal. None if it could not be reached.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// A failure of a session of one's own.
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "the session could not be had".to_owned();
        Self::new(LoginProblem::Other, None, message, Some(source.into()))
    }

    fn new(
        problem: LoginProblem,
        status: Option<StatusCode>,
        message: String,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Inner { problem, status, message, source }))
    }

    pub(super) fn of(problem: LoginProblem, message: &str) -> Self {
        Self::new(problem, None, message.to_owned(), None)
    }

    pub(super) fn not_renewable() -> Self {
        Self::of(
            LoginProblem::NotRenewable,
            "the session token has expired or was never good, and a token alone cannot be renewed",
        )
    }

    pub(super) fn signing(source: Box<dyn StdError + Send + Sync>) -> Self {
        Self::new(LoginProblem::Key, None, "the key could not sign the login".into(), Some(source))
    }

    fn gateway(source: Box<dyn StdError + Send + Sync>) -> Self {
        Self::new(
            LoginProblem::Network,
            None,
            "the headers for the gateway could not be had".into(),
            Some(source),
        )
    }

    fn unreached(error: reqwest::Error) -> Self {
        let message =
            "the login of the pod could not be reached; check the address, the network and the proxy";
        Self::new(LoginProblem::Network, None, message.into(), Some(Box::new(error.without_url())))
    }

    fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8], sent: SystemTime) -> Self {
        let said = serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| refusal.message);
        let (problem, advice) = match status {
            StatusCode::UNAUTHORIZED => match skew(headers, sent) {
                Some(skew) => (
                    LoginProblem::ClockSkew,
                    format!(
                        "the clock of this machine is {} s away from the pod's; set it right",
                        skew.as_secs()
                    ),
                ),
                None => unauthorized(said.as_deref()),
            },
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                (LoginProblem::User, "check that the user exists, is active and may log in".into())
            }
            status if status.is_server_error() || status.is_redirection() => {
                (LoginProblem::Network, "the pod or a gateway before it has a problem".into())
            }
            _ => (LoginProblem::Other, "the pod refused the login".into()),
        };
        let said = said.map(|said| format!("{}; ", shown(&said, SHOWN))).unwrap_or_default();
        Self::new(problem, Some(status), format!("{said}{advice}"), None)
    }
}

/// How much of a pod's message is shown, in characters.
const SHOWN: usize = 200;

fn unauthorized(said: Option<&str>) -> (LoginProblem, String) {
    let said = said.unwrap_or_default().to_ascii_lowercase();
    if said.contains("user") || said.contains("account") {
        (LoginProblem::User, "check the user name, and that the user is active".into())
    } else {
        let advice = "check that the public key of this user is imported on the pod and was not revoked, and that the user name is right";
        (LoginProblem::Key, advice.into())
    }
}

/// How far the clocks are apart, if that alone explains a refusal.
fn skew(headers: &HeaderMap, here: SystemTime) -> Option<Duration> {
    let there = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    let apart = there.duration_since(here).unwrap_or_else(|behind| behind.duration());
    (apart > MAX_SKEW).then_some(apart)
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.status {
            Some(status) => write!(f, "the login failed (HTTP {}): {}", status.as_u16(), self.0.message),
            None => write!(f, "the login failed: {}", self.0.message),
        }
    }
}

impl fmt::Debug for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginError")
            .field("problem", &self.0.problem)
            .field("status", &self.0.status)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for LoginError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 6 November 1994, 08:49:37 UTC.
    const HERE: u64 = 784_111_777;

    fn refused(status: u16, date: Option<&str>, body: &str) -> LoginError {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert(header::DATE, date.parse().unwrap());
        }
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(HERE);
        LoginError::refused(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), here)
    }

    #[test]
    fn a_refusal_says_what_it_looks_like() {
        let (same, fast, slow) = (
            "Sun, 06 Nov 1994 08:49:40 GMT",
            "Sun, 06 Nov 1994 08:44:37 GMT",
            "Sun, 06 Nov 1994 08:54:37 GMT",
        );
        for (status, date, message, problem, words) in [
            (401, Some(same), "Unauthorized", LoginProblem::Key, "public key"),
            (401, None, "", LoginProblem::Key, "public key"),
            (401, Some(same), "User is disabled", LoginProblem::User, "user name"),
            (401, Some(fast), "Unauthorized", LoginProblem::ClockSkew, "300 s away"),
            (401, Some(slow), "Unauthorized", LoginProblem::ClockSkew, "300 s away"),
            (403, Some(same), "Forbidden", LoginProblem::User, "may log in"),
            (404, None, "", LoginProblem::User, "exists"),
            (302, None, "", LoginProblem::Network, "gateway"),
            (502, None, "", LoginProblem::Network, "gateway"),
            (400, None, "", LoginProblem::Other, "refused"),
        ] {
            let body = serde_json::json!({ "code": status, "message": message }).to_string();
            let error = refused(status, date, &body);
            assert_eq!(error.problem(), problem, "{status} {date:?} {message}");
            let text = error.to_string();
            assert!(text.contains(words) && text.contains(message), "{text}");
            assert!(text.contains(&format!("HTTP {status}")), "{text}");
        }
        assert_eq!(refused(401, None, "<html>").problem(), LoginProblem::Key);
    }
}
