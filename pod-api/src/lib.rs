#![cfg_attr(docsrs, feature(doc_cfg))]
//! Typed client for the Symphony Pod API, generated from its OpenAPI document: one method for each operation.
//!
//! [Symphony](https://symphony.com) is a messaging platform for finance; the Pod API manages the users, rooms,
//! connections and settings of a pod, the server of one organization. A [`Client`] has a method for every operation. It
//! returns a builder, whose `send` makes the call.
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
//! The token comes from a login, which is not part of the Pod API. The crate
//! [`pod-api-ext`](https://docs.rs/pod-api-ext) has sessions that log in and renew themselves, retries, and errors with
//! advice; most programs should use it. The calls need a [Tokio](https://docs.rs/tokio) runtime.
//!
//! Where to go next:
//!
//! - all operations, by tag: [`Client`]. The search box finds every path, such as `/v1/connection/list`;
//! - the session token and the trace id: [`Context`];
//! - time limits, proxies, certificates: [`ClientBuilder`];
//! - errors: [`Error`], and [`Answer`] for the pod's answer;
//! - the types of requests and answers: [`types`]; the builders of calls: [`builder`];
//! - what has changed: the
//!   [changelog](https://docs.rs/crate/pod-api/latest/source/CHANGELOG.md);
//! - what the vendor says: its [documentation of the Pod API](https://rest-api.symphony.com).
//!
//! Many signatures contain `Error<Error>`. The outer [`Error`] is any failure of a call. The inner [`types::Error`] is
//! the body that the document declares for a refusal.
//!
//! No operation of this API answers with binary content: pictures come as URLs in an [`AvatarList`](types::AvatarList),
//! and attachments belong to Symphony's Agent API. So no signature contains [`ByteStream`].
//!
//! The generated code is in `src/generated`. The rest is written by hand and independent of single operations.
//!
//! # Features
//!
//! - `rustls` (default), `rustls-no-provider` or `native-tls`: the TLS library. The second uses the cryptography that
//!   the program has installed as the default of `rustls`; install it before you build a client.
//! - `gzip`: accepts compressed answers. Without it, answers are requested uncompressed.
//! - `schemars`: a JSON Schema for every type.
//! - `httpmock`: typed mocks of all operations for tests, in the module `mock`.
//!
//! With `default-features = false` and no TLS library, a client for an `https` base URL can be built, but its first
//! call fails.
//!
//! # Build times
//!
//! Most of a clean build is `reqwest` with TLS in Rust and its dependencies. This crate adds about 5 % of processor
//! time in a debug build and 20 % in a release build; two runs of the same build differ by 10 %. A rebuild after a
//! change of the program takes a few seconds. The figures are in `BENCHMARKS.md` of the repository.
//!
//! Operations that a program does not call are not in its binary. The binary is about 5 % larger than one with
//! `reqwest` alone. So there are no features by tag, which would make the documentation of every item conditional.
//!
//! # Testing
//!
//! With the feature `httpmock`, the mock server of that crate has a typed method for each operation:
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
//! `pod-api-ext` has a fake pod that keeps state between calls.
//!
//! # Versions
//!
//! The part of a version before the plus is that of this crate, the part after it that of the Pod API. Cargo uses the
//! part before the plus. It follows Cargo's [rules](https://doc.rust-lang.org/cargo/reference/semver.html), with one
//! condition on callers. The document grows, so **build values and calls with their builders, end a match on an enum
//! with a `_` arm, and do not name all fields of a type in a literal or a pattern.** Do not rely on the order of an
//! enum's values or on their numbers, and do not implement the trait of the mocks. For such code this table holds:
//!
//! | a new version of the Pod API, or a correction, | changes |
//! |---|---|
//! | removes or renames an operation, a type, a field or a value of an enum, or changes its type | `0.x` |
//! | refuses a call that was valid, or changes its meaning: something is now required, a limit is stricter, a default differs | `0.x` |
//! | adds an operation, a type, an optional field or parameter, a status, a value of an enum | `0.1.x` |
//! | changes documentation, marks something as deprecated, or changes what no caller can see | `0.1.x` |
//!
//! In the repository, `cargo xtask diff` sorts the changes of a new Pod API into these rows: it calls the first two
//! breaking, the third additive, and the last harmless. From 1.0 on the first two rows change the major version, and
//! the third the minor version. A new major version of `reqwest` or `progenitor-client`, whose types are public here,
//! is breaking too; so is a higher minimum version of Rust (now 1.88). The answers of a pod are not promised: an enum
//! value that the document does not list is read as `Unknown`, and a pod may change without a new document.

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
mod headers;
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
/// An outcome of a call that is not the declared success.
///
/// **It can contain personal data.** `Display` and `Debug` show headers, URLs with their parameters, and bodies. Log
/// [`Context::last_answer`] in its place: the HTTP status, and the code and the message of a refusal. The `Debug` of an
/// [`Answer`] shows neither headers nor body.
///
/// From the documentation of `progenitor-client`, which defines it:
#[doc(inline)]
pub use generated::client::Error;
pub use generated::client::{Api, ByteStream, Client, ClientInfo, ResponseValue, builder, operations, types};
#[cfg(feature = "httpmock")]
pub use generated::httpmock as mock;
/// The crate of the mock server.
#[cfg(feature = "httpmock")]
pub use httpmock;
pub use operation::{Call, Effect, Operation, operations};
/// The HTTP client, for an HTTP configuration of your own: [`ClientBuilder::http`].
pub use reqwest;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
