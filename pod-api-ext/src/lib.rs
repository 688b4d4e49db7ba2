#![cfg_attr(docsrs, feature(doc_cfg))]
//! A client for the Symphony Pod API: connections, sessions, retries, and errors that say what to do.
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
//! The bot logs in with its RSA key; an administrator of the pod has registered the public key. `ensure_absent` states
//! a goal, reads the current status and makes the call that leads to the goal. It is idempotent. Every single call of
//! the API is available too. This one is a toggle: if it is sent twice, the second call may undo the first:
//!
//! ```
//! use pod_api_ext::{ErrorKind, Pod};
//!
//! # async fn example(pod: Pod) -> Result<(), pod_api_ext::Error> {
//! match pod.connections().remove(7_078_106_126_503).await {
//!     Ok(()) => println!("removed"),
//!     Err(error) if error.kind() == ErrorKind::NotConnected => println!("was not connected"),
//!     Err(error) if error.outcome_unknown() => println!("look again: {error}"),
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
//! - connections and the six calls on them: [`connections`];
//! - what each call does in each state: [`connections::behaviour`], and the next call towards a goal:
//!   [`connections::plan`];
//! - reaching a state even if answers are lost (idempotent): [`connections::intent`];
//! - intents for many users within a rate limit: [`connections::bulk`];
//! - waiting for the other user: [`connections::wait`];
//! - coming from the vendor's kits for Java and Python: [`coming_from_the_kits`];
//! - their `config.yaml`: [`config`] (feature `config`);
//! - logging in, renewal, acting on behalf of users: [`session`];
//! - extension apps: [`extension_app`] (feature `extension-apps`);
//! - pagination: lists as streams: [`lists`];
//! - errors, and whether a failed call may have been carried out: [`error`];
//! - retries: what is sent again, and when: [`retry`];
//! - testing your own program without a pod: [`fake`] (feature `fake-pod`);
//! - whole programs: the folder
//!   [`examples`](https://docs.rs/crate/pod-api-ext/latest/source/examples/) of this crate;
//! - what has changed: the
//!   [changelog](https://docs.rs/crate/pod-api-ext/latest/source/CHANGELOG.md);
//! - what the vendor says: its [documentation of the Pod API](https://rest-api.symphony.com).
//!
//! # Any other operation
//!
//! [`Pod::api`] has a method for each operation, as [`pod_api::Client`] does, and [`Pod::send`] sends the call that it
//! builds:
//!
//! ```
//! use pod_api_ext::pod_api::types;
//! use pod_api_ext::{Error, Pod};
//!
//! async fn add_member(pod: &Pod, room: &str, user: i64) -> Result<(), Error> {
//!     let member = types::UserId::builder().id(user);
//!     pod.send(pod.api().add_room_member().id(room).body(member)).await?;
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
//! | DEBUG | the span `pod_call`: a call, all of its attempts and the waits between them | `trace_id`, `duration_ms`; for the last attempt that was sent, `operation`, `status` and `attempts` (its number) |
//! | DEBUG | `the attempt did not succeed` | `kind`, `outcome_unknown` |
//! | DEBUG | `the session has expired`: it is renewed if possible | |
//! | DEBUG | `logged in` | |
//! | INFO | `the session has expired and was renewed`: once, however many calls waited for it | |
//! | DEBUG | `the login did not succeed`: for a passing reason, or again for a lasting one | `problem`, `status` |
//! | WARN | `the login failed for good`: the first time, and again only after a login that succeeded | `problem`, `status` |
//! | INFO | `sending the call again`: the first time of each call | `operation`, `attempts`, `kind`, `status`, `wait_ms` |
//! | DEBUG | `sending the call again`: every other time | as above |
//! | INFO | `the pod limits the rate, so all calls pause`: after a 429, in a [run for many users](connections::bulk) | `pause_ms` |
//! | WARN | `the configuration has unknown keys`, which may be misspelled | `keys` |
//! | WARN | `passed over connections without a user id`: a list had such entries | `entries`: how many |
//! | WARN | `the call was dropped before its answer came`: the program dropped the future of a call that changes something | `operation`, `trace_id`, `outcome_unknown` |
//!
//! Events of a call in flight are inside its span. Events of a login are inside the span of the call that started it.
//! The other events come after the call and are outside its span. No event contains a token, a key, an address or a
//! body.
//!
//! # Features
//!
//! - `rustls` (default), `rustls-no-provider` or `native-tls`: the TLS library.
//! - `gzip`: accepts compressed answers. Without it, answers are requested uncompressed.
//! - `aws-lc-rs`: the cryptography that signs logins with an RSA key. `rustls`, `native-tls`, `extension-apps` and
//!   `fake-pod` turn it on.
//! - `config`: the `config.yaml` of the official kits.
//! - `extension-apps`: the circle of trust of extension apps, and the signed tokens of their users.
//! - `fake-pod`: a stateful pod on a loopback port, for tests.
//! - `fake-pod-program`: the same pod as a program, `fake-pod`, for tests in any language.
//!
//! With `default-features = false` and no TLS library, a pod with an `https` address can be built, but its first call
//! fails. With `native-tls` the crate still compiles `aws-lc-rs`, which is C code, to sign logins with an RSA key.
//!
//! # Programs that use `rustls` themselves
//!
//! `rustls` takes its cryptography from a provider. It chooses one by itself only if exactly one is compiled in. The
//! feature `rustls` of this crate compiles in `aws-lc-rs`. A program that uses `rustls` with another provider, such as
//! `ring`, then has two, and panics when it asks for the default: *Could not automatically determine the process-level
//! CryptoProvider*. There are two remedies:
//!
//! - install one as the default at the start of `main`: `rustls::crypto::ring::default_provider().install_default()`.
//!   Pods use it too;
//! - or use this crate with `default-features = false` and `rustls-no-provider`, which compiles in none. Then install a
//!   provider before you build a pod. It signs logins too.
//!
//! # Runtimes
//!
//! The Tokio runtime on which an HTTP connection was opened drives it, and all calls of a pod share their connections.
//! A pod can be used on several runtimes while each of them is running, as with `#[tokio::main]`, or has ended. A
//! `current_thread` runtime does not run between two `block_on`. Then a call on another runtime fails with
//! [`ErrorKind::Runtime`] after a second, and nothing was sent. Drive that runtime, drop it, or build one pod per
//! runtime.
//!
//! # Versions
//!
//! [`pod_api`] says what a version promises. Its types are public here, so a breaking version of that crate is a
//! breaking version of this one.
//!
#![cfg_attr(feature = "config", doc = "\n[`config`]: crate::config")]
#![cfg_attr(
    not(feature = "config"),
    doc = "\n[`config`]: https://docs.rs/pod-api-ext/latest/pod_api_ext/config/"
)]
#![cfg_attr(feature = "extension-apps", doc = "\n[`extension_app`]: crate::extension_app")]
#![cfg_attr(
    not(feature = "extension-apps"),
    doc = "\n[`extension_app`]: https://docs.rs/pod-api-ext/latest/pod_api_ext/extension_app/"
)]
#![cfg_attr(feature = "fake-pod", doc = "\n[`fake`]: crate::fake")]
#![cfg_attr(
    not(feature = "fake-pod"),
    doc = "\n[`fake`]: https://docs.rs/pod-api-ext/latest/pod_api_ext/fake/"
)]

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
/// Status codes, headers and messages of HTTP, in [errors](Error) and in the answers of test pods.
pub use http;
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
