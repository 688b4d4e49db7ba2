#![cfg_attr(docsrs, feature(doc_cfg))]
//! Typed client for the Symphony Pod API: one method for each operation, generated from the
//! OpenAPI document.
//!
//! [Symphony](https://symphony.com) is a messaging platform for finance; the Pod API manages the users, rooms, connections
//! and settings of a pod, the server of one organization. A [`Client`] has a method for every operation, which gives a
//! builder; `send` makes the call.
//!
//! ```no_run
//! use pod_api::{Client, Context, SessionToken};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let token = SessionToken::new(std::env::var("SYMPHONY_SESSION_TOKEN")?)?;
//! let client = Client::new("https://acme.symphony.com/pod", Context::new().with_session(token))?;
//!
//! let connection = client.get_connection().user_id("7078106103809").send().await?;
//! println!("{:?}", connection.status);
//! # Ok(())
//! # }
//! ```
//!
//! The token is what a login answers, and logging in is no part of the Pod API. Sessions that log in and renew
//! themselves, retries, and errors with advice are in the crate [`pod-api-ext`](https://docs.rs/pod-api-ext), which most
//! programs want. The calls need a [Tokio](https://docs.rs/tokio) runtime.
//!
//! Where to go next:
//!
//! - all operations, by subject: [`Client`]. The search of this page knows every path, such as
//!   `/v1/connection/list`;
//! - the session token and the trace id: [`Context`];
//! - time limits, proxies, certificates: [`ClientBuilder`];
//! - what a call can come to: [`Error`], with [`Answer`] for what the pod said;
//! - what goes over the wire: [`types`] and [`builder`];
//! - what has changed: the
//!   [changelog](https://docs.rs/crate/pod-api/latest/source/CHANGELOG.md);
//! - what the vendor says: its [documentation of the Pod API](https://rest-api.symphony.com).
//!
//! Of the two in `Error<Error>`, which many signatures show, the outer is [`Error`], whatever a call can come to, and the
//! inner is [`types::Error`], the body that the document declares for a refusal.
//!
//! No operation of this API answers with binary contents: pictures come as addresses, in an
//! [`AvatarList`](types::AvatarList), and the contents of attachments are a matter of Symphony's Agent API. So
//! [`ByteStream`] is in no signature.
//!
//! What is generated stands in `src/generated`; everything else here is written by hand and knows
//! no single operation.
//!
//! # Features
//!
//! - `rustls` (default), `rustls-no-provider` or `native-tls`: who does TLS. The second takes the cryptography that the program
//!   has installed as the default of `rustls`, which has to be there before a client is made.
//! - `gzip`: answers may come compressed. Otherwise they are asked for as they are.
//! - `schemars`: every type has a JSON Schema.
//! - `httpmock`: typed mocks of all operations for tests, in the module `mock`.
//!
//! With `default-features = false` and neither of the first two there is no TLS: a client for an `https` base URL is made,
//! and its first call fails.
//!
//! # What it costs to build
//!
//! Most of a clean build is `reqwest` with TLS in Rust, and what that needs. This crate adds roughly a twentieth of processor
//! time in a debug build and a fifth in a release build; two runs of the same build differ by a tenth. After a change of the
//! program the next build takes a few seconds. The figures are in `BENCHMARKS.md` of the repository.
//!
//! Operations that a program does not call are not in its binary, which is about a twentieth larger than one with `reqwest`
//! alone. So there are no features by subject, which would make the documentation of every item conditional.
//!
//! # Testing
//!
//! With the feature `httpmock`, the server of that crate has a method for each operation, checked by type:
//!
//! ```
//! # #[cfg(not(feature = "httpmock"))]
//! # fn main() {}
//! # #[cfg(feature = "httpmock")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use pod_api::httpmock::MockServer;
//! use pod_api::mock::MockServerExt as _;
//! use pod_api::{Client, Context, types};
//!
//! let server = MockServer::start_async().await;
//! let removal = server.remove_connection(|when, then| {
//!     when.uid(7_078_106_126_503);
//!     then.ok(&types::SuccessResponse::default());
//! });
//!
//! // Your program would do its work here.
//! let client = Client::new(&server.base_url(), Context::new())?;
//! client.remove_connection().uid(7_078_106_126_503_i64).send().await?;
//!
//! removal.assert_async().await;
//! # Ok(())
//! # }
//! ```
//!
//! A pod that keeps state between calls is in `pod-api-ext`.
//!
//! # Versions
//!
//! A version is that of the bindings, and after the plus that of the Pod API. Cargo
//! chooses by the part before the plus, which follows its [rules](https://doc.rust-lang.org/cargo/reference/semver.html)
//! with one agreement. The document grows, so **make values and calls by their builders, end a match on an enum with
//! a `_` arm, and do not name all fields of a type in a literal or a pattern.** Do not rely on the order of an enum's
//! values or on their numbers by a cast, and do not implement the trait of the mocks. Code that is written so can rely on
//! this table:
//!
//! | a new version of the Pod API, or a correction, | moves |
//! |---|---|
//! | takes away or renames an operation, a type, a field or a value of an enum, or changes what it is made of | `0.x` |
//! | leaves all that, but refuses a call that was good, or gives it another meaning: something became required, a limit closer, a default different | `0.x` |
//! | adds an operation, a type, an optional field or parameter, a status, a value of an enum | `0.1.x` |
//! | changes words, marks something as deprecated, or changes what no caller can see | `0.1.x` |
//!
//! Whoever takes in a new version of the Pod API has the changes sorted into these rows by a command, `cargo xtask diff`: the
//! first two are what it calls breaking, the others what it calls additive and harmless.
//! From 1.0 on the first two move the first number and the third the second. A new major version of `reqwest` or
//! `progenitor-client`, whose types are public here, moves the number of the first row; so does a newer Rust than
//! before (1.88). What a pod sends is not promised: a value of an enum that the document does not list arrives as
//! `Unknown`, and the pod may change without a new document.

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
    /// Typed mocks of all operations: with [`MockServerExt`](crate::mock::MockServerExt) in scope, the server of
    /// `httpmock` has a method for each of them.
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
mod operation;
#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod parameter;
#[allow(dead_code, reason = "the document decides what of this the generated code calls")]
mod segment;
#[allow(dead_code, reason = "the document decides whether there are unions")]
mod union;

pub use client::{ClientBuildError, ClientBuilder};
pub use context::{Answer, Context, InvalidHeader, InvalidToken, SessionToken, TraceId};
/// What a call came to that is not the declared success.
///
/// **Take care where it is printed.** `Display` and `Debug` show what came: headers, URLs with their parameters, and bodies,
/// in which there may be personal data. Log what [`Context::last_answer`] knows in its place: the HTTP status, and
/// the code and the message of a refusal. The `Debug` of an [`Answer`] shows neither headers nor body.
///
/// What `progenitor-client`, which defines it, says of it:
#[doc(inline)]
pub use generated::client::Error;
pub use generated::client::{Api, ByteStream, Client, ClientInfo, ResponseValue, builder, operations, types};
#[cfg(feature = "httpmock")]
pub use generated::httpmock as mock;
/// The crate that the typed mocks are for.
#[cfg(feature = "httpmock")]
pub use httpmock;
pub use operation::{Call, Effect, Operation, operations};
/// The HTTP client, for an HTTP configuration of your own: [`ClientBuilder::http`].
pub use reqwest;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
