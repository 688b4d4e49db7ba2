#![cfg_attr(docsrs, feature(doc_cfg))]
//! Connections, sessions and errors that a person can act on, for the Symphony Pod API.
//!
//! [Symphony](https://symphony.com) is a messaging platform for finance. A [`Pod`] is the server of one organization as one
//! user sees it. [`Pod::connections`] asks other users to connect, answers their requests and removes connections;
//! [`Pod::send`] makes any other call of the Pod API, through the generated crate [`pod_api`], with the same session, retries
//! and errors.
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::session::RsaSession;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let pod = Pod::builder("https://acme.symphony.com")
//!     .session(RsaSession::from_pem_file("onboarding-bot", "bot.pem")?)
//!     .build()?;
//!
//! let change = pod.connections().ensure_absent(7_078_106_126_503).await?;
//! println!("{change}"); // user 7078106126503 is absent: was ACCEPTED, removed
//! # Ok(())
//! # }
//! ```
//!
//! The bot logs in with its RSA key, of which an administrator of the pod has registered the public half. `ensure_absent`
//! says what is to be, and makes the call that leads there. The calls of the API are there too. This one is a toggle, and
//! sent twice it may undo itself:
//!
//! ```
//! use pod_api_ext::{ErrorKind, Pod};
//!
//! # async fn example(pod: Pod) -> Result<(), pod_api_ext::Error> {
//! match pod.connections().remove(7_078_106_126_503).await {
//!     Ok(()) => println!("removed"),
//!     Err(error) if error.kind() == ErrorKind::NotConnected => println!("was not connected"),
//!     Err(error) if error.outcome_unknown() => println!("may be removed or not, look again: {error}"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The calls need a [Tokio](https://docs.rs/tokio) runtime with its timer and network drivers, such as
//! `#[tokio::main]` starts.
//!
//! Where to go next:
//!
//! - what each call does from each state: [`connections::behaviour`];
//! - reaching a state, whatever is lost or changed on the way: [`connections::intent`];
//! - intents for many users at the vendor's pace: [`connections::bulk`];
//! - waiting for what the other user does: [`connections::wait`];
//! - for who knows the vendor's kits for Java and Python: [`coming_from_the_kits`];
//! - their `config.yaml`: `config` (feature `config`);
//! - logging in, renewal, acting on behalf of users: [`session`];
//! - extension apps: `extension_app` (feature `extension-apps`);
//! - lists that come in pages, as streams: [`lists`];
//! - what can go wrong, and whether a call may have been carried out: [`error`];
//! - what is sent again, and when: [`retry`];
//! - testing your own program without a pod: `fake` (feature `fake-pod`);
//! - whole programs: the folder
//!   [`examples`](https://docs.rs/crate/pod-api-ext/latest/source/examples/) of this crate;
//! - what has changed: the
//!   [changelog](https://docs.rs/crate/pod-api-ext/latest/source/CHANGELOG.md);
//! - what the vendor says: its [documentation of the Pod API](https://rest-api.symphony.com).
//!
//! # Any other operation
//!
//! [`Pod::api`] has a method for each operation, as [`pod_api::Client`] does, and [`Pod::send`] sends what is put together
//! with it:
//!
//! ```
//! use pod_api_ext::pod_api::types;
//! use pod_api_ext::{Error, Pod};
//!
//! async fn add_member(pod: &Pod, room: &str, user: i64) -> Result<(), Error> {
//!     pod.send(pod.api().add_room_member().id(room).body(types::UserId::builder().id(user))).await?;
//!     Ok(())
//! }
//! ```
//!
//! # What it logs
//!
//! Spans and events of [`tracing`](https://docs.rs/tracing), with targets that begin with `pod_api_ext`:
//!
//! | level | what | fields |
//! |---|---|---|
//! | DEBUG | the span `pod_call`: a call, all of its attempts and the waits between them | `trace_id`, `duration_ms`; of the last attempt that was sent `operation`, `status`, `attempts` (its number) |
//! | DEBUG | `the attempt did not succeed` | `kind`, `outcome_unknown` |
//! | DEBUG | `the session has expired`: it is renewed if it can be | |
//! | DEBUG | `logged in` | |
//! | INFO | `the session has expired and was renewed`: once, however many calls waited for it | |
//! | DEBUG | `the login did not succeed`: for a reason that passes, or once more for one that does not | `problem`, `status` |
//! | WARN | `the login failed for good`: the first time, and again only after one that worked | `problem`, `status` |
//! | INFO | `sending the call again`: the first time of each call | `operation`, `attempts`, `kind`, `status`, `wait_ms` |
//! | DEBUG | `sending the call again`: every other time | as above |
//! | INFO | `the pod wants fewer calls, so everybody pauses`: in a [run for many users](connections::bulk) | `pause_ms` |
//! | WARN | `the configuration has keys that nobody knows`: they may be misspelled | `keys` |
//! | WARN | `passed over connections without a user id`, which stood in a list | `entries`: how many |
//! | WARN | `the call was dropped before its answer came`: the program gave up a call that changes something | `operation`, `trace_id`, `outcome_unknown` |
//!
//! What is told of a call that is under way is in its span, and of a login in that of the call that began it. The rest comes
//! when the call is over, and so outside of its span. None has a token, a key, an address or a body.
//!
//! # Features
//!
//! - `rustls` (default), `rustls-no-provider` or `native-tls`: who does TLS.
//! - `gzip`: answers may come compressed. Otherwise they are asked for as they are.
//! - `aws-lc-rs`: cryptography to sign logins with an RSA key, which is on with all of these but `rustls-no-provider`.
//! - `config`: the `config.yaml` of the official kits.
//! - `extension-apps`: the circle of trust of extension apps, and the signed tokens of their users.
//! - `fake-pod`: a stateful pod on a loopback port, for tests.
//!
//! With `default-features = false` and neither of the first two there is no TLS: a pod with an `https` address is made, and
//! its first call fails. With `native-tls` the crate still compiles `aws-lc-rs`, which is C code, to sign logins with an RSA
//! key.
//!
//! # Programs that use `rustls` themselves
//!
//! `rustls` takes its cryptography from a provider, and chooses one by itself only where exactly one is compiled in. The
//! feature `rustls` of this crate compiles in `aws-lc-rs`. A program that uses `rustls` with another provider, such as `ring`,
//! has two then, and panics where it asks for the default: *Could not automatically determine the process-level
//! CryptoProvider*. Two things help:
//!
//! - install one as the default, first of all in `main`:
//!   `rustls::crypto::ring::default_provider().install_default()`. Pods use it too;
//! - or take this crate with `default-features = false` and `rustls-no-provider`, which compiles in none. Then one has to be
//!   installed before a pod is built, and signs logins too.
//!
//! # Runtimes
//!
//! A connection is driven by the Tokio runtime on which it was made, and shared by all calls of a pod. A pod can be used on
//! several runtimes as long as all of them move, as those of `#[tokio::main]` do, or have ended. If one stands still, as a
//! `current_thread` runtime does between two `block_on`, a call on another fails with [`ErrorKind::Runtime`] after a second,
//! and nothing was sent. Drive that runtime, drop it, or build a pod for each.
//!
//! # Versions
//!
//! What a version promises is said in [`pod_api`], whose types are public here: where a new version of that crate breaks
//! callers, so does this one.

mod call;
pub mod clock;
#[cfg(any(doc, doctest))]
pub mod coming_from_the_kits;
#[cfg(feature = "config")]
pub mod config;
pub mod connections;
mod deferred;
mod endpoint;
pub mod error;
#[cfg(feature = "extension-apps")]
pub mod extension_app;
#[cfg(feature = "fake-pod")]
pub mod fake;
pub mod lists;
mod message;
mod obstacle;
pub mod pod;
mod pointers;
pub mod retry;
mod retry_after;
mod runtimes;
pub mod session;

pub use error::{Error, ErrorKind};
/// Status codes, headers and messages of HTTP, as [errors](Error) have them and test pods are given them.
pub use http;
/// Time stamps, as [connections](connections::Connection) have them.
pub use jiff;
pub use pod::{BuildError, Pod, PodBuilder};
/// The generated client, for every other operation of the Pod API.
pub use pod_api;
pub use pod_api::{Effect, SessionToken, TraceId};
/// The HTTP client, for an HTTP configuration of your own: [`PodBuilder::http`].
pub use reqwest;

/// The examples of the crate's README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
