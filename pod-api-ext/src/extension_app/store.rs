//! Where pairs of tokens are kept until the frontend hands them back.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::clock::BoxFuture;
use crate::pointers::pointers;

/// An app token and the Symphony token that the pod has given for it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// What the backend has made.
    pub app_token: String,
    /// What the pod has answered.
    pub symphony_token: String,
    /// From when on it is no good.
    pub expires: SystemTime,
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// What a store says when it fails.
pub type StoreError = Box<dyn StdError + Send + Sync>;

/// Where pairs of tokens are kept. Implement it for a database that several instances of a backend share.
///
/// ```
/// use std::time::SystemTime;
///
/// use pod_api_ext::clock::BoxFuture;
/// use pod_api_ext::extension_app::{StoreError, TokenPair, TokenStore};
///
/// #[derive(Debug)]
/// struct Shared;
///
/// impl TokenStore for Shared {
///     fn insert(&self, pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>> {
///         Box::pin(async move {
///             let seconds = pair.expires.duration_since(now).unwrap_or_default().as_secs();
///             Err(format!("SET {{app token}} {{pair}} EX {seconds} here").into())
///         })
///     }
///
///     fn take<'a>(&'a self, app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>> {
///         Box::pin(async move { Err("GETDEL {app token} here".into()) })
///     }
/// }
/// ```
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// Keeps a pair, until it expires.
    fn insert(&self, pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The pair with this app token, which is not kept any longer. Both have to be one step: of two who ask at a time, one
    /// gets it.
    fn take<'a>(&'a self, app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>>;
}

pointers!(TokenStore {
    fn insert(pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>>;
    fn take<'a>(app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>>;
});

/// Keeps pairs of tokens in memory, and forgets those that have expired.
#[derive(Default)]
pub struct MemoryTokenStore(Mutex<HashMap<String, TokenPair>>);

impl MemoryTokenStore {
    /// How many pairs are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether no pair is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl TokenStore for MemoryTokenStore {
    fn insert(&self, pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pairs.retain(|_, kept| kept.expires > now);
        pairs.insert(pair.app_token.clone(), pair);
        Box::pin(async { Ok(()) })
    }

    fn take<'a>(&'a self, app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(app_token);
        Box::pin(async { Ok(taken) })
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore").field("len", &self.len()).finish_non_exhaustive()
    }
}
