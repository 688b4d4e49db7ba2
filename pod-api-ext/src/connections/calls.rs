//! The six calls as a trait: intents, runs and waits work on any implementation.
//!
//! [`Connections`] implements it for a pod. A simulation can implement it without sockets, on its own state and its own
//! [`Clock`], and test faults that would take hours in real time.

use std::future::Future;
use std::sync::Arc;

use pod_api::operations;

use super::requests::Listed;
use super::{Connection, Connections, ListFilter, UserId};
use crate::Error;
use crate::clock::Clock;

/// The six calls on connections, and the clock that measures their deadlines.
///
/// Callers rely on three rules:
///
/// - An implementation sends a call a second time only if the first certainly had no effect.
/// - [`Error::outcome_unknown`] is true for a failed create, accept, reject or remove that may have been carried out,
///   or may be later. It is false for one that certainly has no effect, now and later.
/// - Dropping the future of a call abandons the answer. The call may still be carried out.
///
/// ```
/// use pod_api_ext::connections::{Calls, Status, UserId};
///
/// async fn is_connected(calls: &impl Calls, user: UserId) -> Result<bool, pod_api_ext::Error> {
///     Ok(calls.find(user).await?.is_some_and(|connection| connection.status == Status::Accepted))
/// }
/// ```
///
/// An implementation for tests makes its answers with [`Connection::new`] and its errors with [`Error::of_kind`].
pub trait Calls: Send + Sync {
    /// The connection with a user, or `None` if there is none: see [`Connections::find`].
    fn find(&self, user: UserId) -> impl Future<Output = Result<Option<Connection>, Error>> + Send;

    /// The connections that match a filter: see [`Connections::list`].
    ///
    /// An implementation must return an error rather than an incomplete list: callers treat a missing user as not
    /// connected.
    fn list(&self, filter: ListFilter) -> impl Future<Output = Result<Vec<Connection>, Error>> + Send;

    /// Asks a user to connect: see [`Connections::create`].
    fn create(&self, user: UserId) -> impl Future<Output = Result<Connection, Error>> + Send;

    /// Accepts the request that a user sent: see [`Connections::accept`].
    fn accept(&self, user: UserId) -> impl Future<Output = Result<Connection, Error>> + Send;

    /// Declines the request that a user sent: see [`Connections::reject`].
    fn reject(&self, user: UserId) -> impl Future<Output = Result<Connection, Error>> + Send;

    /// Removes the connection with a user. It is a toggle: see [`Connections::remove`].
    fn remove(&self, user: UserId) -> impl Future<Output = Result<(), Error>> + Send;

    /// The clock of deadlines and of pauses between calls.
    fn clock(&self) -> &dyn Clock;
}

// Inherent methods take precedence over those of the trait, so none of these calls itself.
impl Calls for Connections {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        self.find(user).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        let Listed { connections, unnamed } = self.listed(filter).await?;
        if unnamed > 0 {
            let what = format!("{unnamed} of the connections are without a user id");
            return Err(Error::misshapen(operations::LIST_CONNECTIONS, what));
        }
        Ok(connections)
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.create(user).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.accept(user).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.reject(user).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        self.remove(user).await
    }

    fn clock(&self) -> &dyn Clock {
        self.pod().clock()
    }
}

/// Shared calls are calls.
impl<C: Calls> Calls for Arc<C> {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        (**self).find(user).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        (**self).list(filter).await
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        (**self).create(user).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        (**self).accept(user).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        (**self).reject(user).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        (**self).remove(user).await
    }

    fn clock(&self) -> &dyn Clock {
        (**self).clock()
    }
}
