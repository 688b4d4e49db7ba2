//! Tokens of the key manager, for programs that call the agent.
//!
//! The agent sends and reads messages. Its calls carry two tokens: that of the session and one of the key manager. The
//! Pod API needs only the first, so the second is fetched on request. It belongs to one session: after a renewal it is
//! fetched again.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use super::{Login, LoginError, SingleFlight, UnderWay};
use crate::{Pod, SessionToken};

/// A token of the key manager. Never printed, and wiped from memory when the last copy is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyManagerToken(pub(super) SessionToken);

impl KeyManagerToken {
    /// The token itself, which goes into the header `keyManagerToken`. Take care not to print it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// For your own sessions: wraps a token of the key manager that was fetched elsewhere.
impl From<SessionToken> for KeyManagerToken {
    fn from(token: SessionToken) -> Self {
        Self(token)
    }
}

/// The value of a header. It is marked sensitive, so HTTP libraries do not print it, and is wiped with the token.
impl From<&KeyManagerToken> for http::HeaderValue {
    fn from(token: &KeyManagerToken) -> Self {
        Self::from(&token.0)
    }
}

impl fmt::Debug for KeyManagerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyManagerToken(…)")
    }
}

/// The two tokens that a call of the agent carries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentTokens {
    /// For the header `sessionToken`.
    pub session: SessionToken,
    /// For the header `keyManagerToken`.
    pub key_manager: KeyManagerToken,
}

/// The last pair of tokens, and a login at the key manager that may be in progress.
#[derive(Default)]
pub(crate) struct KeyManager {
    last: RwLock<Option<AgentTokens>>,
    flight: SingleFlight,
    under_way: UnderWay,
}

impl Pod {
    /// The two tokens for calls of the agent, which is not part of the Pod API. Logs in if necessary.
    ///
    /// Returns the same tokens until the session is renewed. If the key manager has an address of its own, set
    /// [`PodBuilder::key_manager_endpoint`](crate::PodBuilder::key_manager_endpoint).
    ///
    /// ```
    /// use pod_api_ext::Pod;
    /// use pod_api_ext::http::StatusCode;
    /// use pod_api_ext::reqwest::{Client, Response};
    /// use pod_api_ext::session::AgentTokens;
    ///
    /// async fn ask(agent: &Client, tokens: &AgentTokens) -> Result<Response, Box<dyn std::error::Error>> {
    ///     let request = agent
    ///         .get("https://agent.firm.example/agent/v1/info")
    ///         .header("sessionToken", &tokens.session)
    ///         .header("keyManagerToken", &tokens.key_manager);
    ///     Ok(request.send().await?)
    /// }
    ///
    /// # async fn example(pod: Pod, agent: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let tokens = pod.agent_tokens().await?;
    /// let mut answer = ask(&agent, &tokens).await?;
    /// if answer.status() == StatusCode::UNAUTHORIZED {
    ///     answer = ask(&agent, &pod.renew_agent_tokens(&tokens).await?).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A login fails, or the session has no token of the key manager: a fixed token, or a user of an application.
    pub async fn agent_tokens(&self) -> Result<AgentTokens, LoginError> {
        let session = match self.session().current(self.login()) {
            Some(token) => token,
            None => self.logged_in(None).await?,
        };
        self.agent_tokens_beside(session).await
    }

    /// Tokens other than these, to which the agent answered 401. If they were renewed already, the newer ones.
    ///
    /// # Errors
    /// As [`agent_tokens`](Self::agent_tokens).
    pub async fn renew_agent_tokens(&self, stale: &AgentTokens) -> Result<AgentTokens, LoginError> {
        let session = self.logged_in(Some(&stale.session)).await?;
        self.agent_tokens_beside(session).await
    }

    async fn agent_tokens_beside(&self, session: SessionToken) -> Result<AgentTokens, LoginError> {
        let keeper = self.key_manager();
        let last = keeper.last.read().unwrap_or_else(PoisonError::into_inner).clone();
        let stale = match last {
            Some(last) if last.session == session => return Ok(last),
            last => last.map(|last| last.key_manager.0),
        };
        let log_in = |login: Login| {
            let (pod, stale) = (self.clone(), stale.clone());
            async move {
                let log_in = || async { Ok(pod.session().key_manager_token(&login).await?.0) };
                let flight = &pod.key_manager().flight;
                match &stale {
                    None => flight.token(&login, log_in).await,
                    Some(stale) => flight.renew(stale, &login, log_in).await,
                }
            }
        };
        let token = keeper.under_way.outcome(stale.as_ref(), self.login(), log_in).await?;
        let tokens = AgentTokens { session, key_manager: KeyManagerToken(token) };
        *keeper.last.write().unwrap_or_else(PoisonError::into_inner) = Some(tokens.clone());
        Ok(tokens)
    }
}
