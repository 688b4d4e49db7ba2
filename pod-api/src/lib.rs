#![cfg_attr(docsrs, feature(doc_cfg))]
//! Typed client for the Symphony Pod API: one method for each operation, generated from the
//! OpenAPI document.
//!
//! A [`Client`] has a method for every operation, which gives a builder; `send` makes the call.
//!
//! ```no_run
//! use pod_api::{Client, Context, SessionToken};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let context = Context::new().with_session(SessionToken::new("token-of-the-login")?);
//! let client = Client::new("https://acme.symphony.com/pod", context)?;
//!
//! let connection = client.get_connection().user_id("7078106103809").send().await?;
//! println!("{:?}", connection.status);
//! # Ok(())
//! # }
//! ```
//!
//! What is generated stands in `src/generated`; everything else here is written by hand and knows
//! no single operation: [`Client`] and its constructor, what it carries ([`Context`]), and how an
//! answer is read without losing its status ([`Answer`]).
//!
//! Sessions that renew themselves, retries, and errors with advice are in the crate `pod-api-ext`.
//!
//! # Features
//!
//! - `rustls` (default) or `native-tls`: who does TLS.
//! - `schemars`: every type has a JSON Schema.
//! - `httpmock`: typed mocks of all operations, in the module `mock`.

#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod answer;
mod client;
mod context;
#[rustfmt::skip]
#[allow(
    dead_code,
    unreachable_pub,
    unused_qualifications,
    clippy::allow_attributes_without_reason,
    reason = "a generator qualifies everything, so that nothing can clash, and writes helpers that not every document needs"
)]
mod generated {
    /// The client, its builders and its types.
    pub mod client;
    /// The typed mocks.
    #[cfg(feature = "httpmock")]
    #[allow(missing_debug_implementations, reason = "they wrap types of httpmock that have none")]
    #[allow(
        clippy::all,
        clippy::semicolon_if_nothing_returned,
        reason = "the generator says it of its other modules only"
    )]
    pub mod httpmock;
}
mod hooks;
#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod lenient;
#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod parameter;
#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod segment;

pub use client::{BuildError, ClientBuilder};
pub use context::{Answer, Context, InvalidToken, SessionToken, TraceId};
pub use generated::client::{ByteStream, Client, ClientInfo, Error, ResponseValue, builder, types};
/// Typed mocks of all operations for `httpmock`: bring `MockServerExt` into scope.
#[cfg(feature = "httpmock")]
pub use generated::httpmock as mock;
/// The HTTP client, for an HTTP configuration of your own: [`ClientBuilder::http`].
pub use reqwest;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
