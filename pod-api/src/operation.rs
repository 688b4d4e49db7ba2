//! What the document says of each operation, and a call of one that is yet to be sent.

use std::fmt;
use std::ops::RangeInclusive;

use crate::{Client, Error, ResponseValue};

/// What a call does to the server.
///
/// It is what the document says of the operation: GET, HEAD and OPTIONS read and all others change, unless it says otherwise
/// by `x-effect: reads` or `x-effect: changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It reads, and can be sent any number of times.
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
    /// The method of HTTP, in upper case.
    pub method: &'static str,
    /// The template of the path below the base URL, with parameters in braces.
    pub path: &'static str,
    /// The subject that the document lists it under.
    pub tag: Option<&'static str>,
    /// What a call of it does.
    pub effect: Effect,
    /// Whether the document advises against it.
    pub is_deprecated: bool,
    /// The statuses of HTTP that the document declares as success, in no order. A class such as `2XX` is its whole range.
    pub success: &'static [RangeInclusive<u16>],
    /// Those that it declares as an error. `default` is any status that is not declared otherwise.
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

/// A call of an operation, put together and not yet sent. Every builder is one.
///
/// A builder that a [`Client`] has made sends itself. One that [`Api`](crate::Api) has made has no client, and is for programs
/// that bring one when it is time to send:
///
/// ```
/// use pod_api::{Api, Call, Client, Error};
///
/// /// Sends a call twice if need be.
/// async fn send_twice<C: Call + Clone>(call: C, client: &Client) -> Result<C::Answer, Error<C::Refusal>> {
///     println!("sending {}", C::OPERATION);
///     match call.clone().send_with(client).await {
///         Err(error) if error.is_retryable() => Ok(call.send_with(client).await?.into_inner()),
///         first => Ok(first?.into_inner()),
///     }
/// }
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let connection = send_twice(Api.get_connection().user_id("7078106103809"), &client).await?;
/// # Ok(())
/// # }
/// ```
///
/// A builder whose body can be a stream is not `Clone`: what has been read from a stream is gone.
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

    /// Sends the request with this client, whichever the builder was made by.
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
