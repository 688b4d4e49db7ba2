//! The operations of the document, and calls that are not sent yet.

use std::fmt;
use std::ops::RangeInclusive;

use crate::{Client, Error, ResponseValue};

/// Whether a call changes something on the server.
///
/// GET, HEAD and OPTIONS read, and all others change, unless the document has `x-effect: reads` or `x-effect: changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It only reads, and can be sent any number of times.
    Reads,
    /// It changes something.
    Changes,
}

/// An operation of the document. Each has a constant in the module [`operations`](mod@crate::operations).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the method of [`Client`].
    pub name: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path template below the base URL, with parameters in braces.
    pub path: &'static str,
    /// The tag of the operation in the document.
    pub tag: Option<&'static str>,
    /// Whether a call changes something.
    pub effect: Effect,
    /// Whether the document marks it as deprecated.
    pub is_deprecated: bool,
    /// The HTTP statuses that the document declares as success, in no order. A class such as `2XX` is its whole range.
    pub success: &'static [RangeInclusive<u16>],
    /// The HTTP statuses that the document declares as errors. `default` covers all undeclared ones.
    pub errors: &'static [RangeInclusive<u16>],
}

/// Method and path, such as `GET /v1/users`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// All operations of the document, in its order.
///
/// ```
/// use pod_api::Effect;
///
/// let changes = pod_api::operations().iter().filter(|operation| operation.effect == Effect::Changes);
/// for operation in changes {
///     println!("{}: {operation}", operation.name);
/// }
/// ```
#[must_use]
pub fn operations() -> &'static [&'static Operation] {
    crate::generated::client::OPERATIONS
}

/// A call of an operation that is not sent yet. Every builder is one.
///
/// A builder from a [`Client`] has a `send` method. A builder from [`Api`](crate::Api) has no client; the program
/// passes one when it sends the call:
///
/// ```
/// use pod_api::{Call, Client, Error};
///
/// /// Sends a call, and once more if that may help.
/// async fn send_twice<C: Call + Clone>(call: C, client: &Client) -> Result<C::Answer, Error<C::Refusal>> {
///     println!("sending {}", C::OPERATION);
///     match call.clone().send_with(client).await {
///         Err(error) if error.is_retryable() => Ok(call.send_with(client).await?.into_inner()),
///         first => Ok(first?.into_inner()),
///     }
/// }
/// ```
///
/// A builder whose body can be a stream is not `Clone`, because a stream can be read only once.
pub trait Call: Sized + Send {
    /// The operation.
    const OPERATION: &'static Operation;
    /// What the call returns.
    type Answer: Send;
    /// The body that the document declares for a refusal.
    type Refusal: Send;

    /// Puts the request together, without what the client adds when it sends it: token, trace id and headers.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] if a value given to the builder is not valid.
    #[allow(clippy::result_large_err, reason = "the error of the call, which is as large in its future")]
    fn request(self, client: &Client) -> Result<reqwest::Request, Error<Self::Refusal>>;

    /// Reads the answer to such a request.
    ///
    /// # Errors
    /// As `send` of the builder.
    fn read(
        response: reqwest::Response,
        client: &Client,
    ) -> impl Future<Output = Result<ResponseValue<Self::Answer>, Error<Self::Refusal>>> + Send;

    /// Sends the request with this client, also if another client made the builder.
    ///
    /// # Errors
    /// As `send` of the builder.
    // Not `async`, which would keep the builder in the future of every call.
    fn send_with(
        self,
        client: &Client,
    ) -> impl Future<Output = Result<ResponseValue<Self::Answer>, Error<Self::Refusal>>> + Send {
        let request = self.request(client);
        async move {
            let response = client.execute(request?, Self::OPERATION).await?;
            Self::read(response, client).await
        }
    }
}
