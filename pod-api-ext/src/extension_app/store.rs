//! Stores of token pairs, until the frontend returns them.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::clock::BoxFuture;
use crate::pointers::pointers;

/// An app token, and the Symphony token that the pod has issued for it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// The token that the backend has made.
    pub app_token: String,
    /// The token that the pod has issued.
    pub symphony_token: String,
    /// When the pair expires.
    pub expires: SystemTime,
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The error of a store.
pub type StoreError = Box<dyn StdError + Send + Sync>;

/// A store of token pairs. Implement it for a database that several instances of a backend share.
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
    /// Keeps a pair until it expires.
    fn insert(&self, pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Removes and returns the pair with this app token. This must be atomic: of two concurrent calls only one gets the
    /// pair.
    fn take<'a>(&'a self, app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>>;
}

pointers!(TokenStore {
    fn insert(pair: TokenPair, now: SystemTime) -> BoxFuture<'_, Result<(), StoreError>>;
    fn take<'a>(app_token: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>>;
});

/// Keeps pairs of tokens in memory, and discards expired ones.
#[derive(Default)]
pub struct MemoryTokenStore(Mutex<HashMap<String, TokenPair>>);

impl MemoryTokenStore {
    /// The number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there is no pair.
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
