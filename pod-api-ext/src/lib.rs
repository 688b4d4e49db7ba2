#![cfg_attr(docsrs, feature(doc_cfg))]
//! Connections, sessions and errors that a person can act on, for the Symphony Pod API.
//!
//! [Symphony](https://symphony.com) is a messaging platform for finance. A [`Pod`] is the server of one organization as one
//! user sees it. [`Pod::connections`] asks other users to connect, answers their requests and removes connections;
//! [`Pod::call`] makes any other call of the Pod API, through the generated crate [`pod_api`], on the same road.
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
//! pod.connections().remove(7_078_106_126_503).await?;
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
//! - logging in, renewal, acting on behalf of users: [`session`];
//! - lists that come in pages, as streams: [`lists`];
//! - what can go wrong, and whether a call may have been carried out: [`error`];
//! - what is sent again, and when: [`retry`];
//! - testing your own program without a pod: `fake` (feature `fake-pod`).
//!
//! # Features
//!
//! - `rustls` (default) or `native-tls`: who does TLS.
//! - `fake-pod`: a stateful pod on a loopback port, for tests.
//!
//! # Versions
//!
//! What a version promises is said in [`pod_api`], whose types are public here: where a new version of that crate breaks
//! callers, so does this one.

pub mod call;
pub mod clock;
pub mod connections;
pub mod error;
#[cfg(feature = "fake-pod")]
pub mod fake;
pub mod lists;
mod message;
pub mod pod;
mod pointers;
pub mod retry;
mod retry_after;
pub mod session;

pub use call::Effect;
pub use error::{Error, ErrorKind};
/// Time stamps, as [connections](connections::Connection) have them.
pub use jiff;
pub use pod::{BuildError, Pod, PodBuilder};
/// The generated client, for every other operation of the Pod API.
pub use pod_api;
pub use pod_api::{SessionToken, TraceId};
/// The HTTP client, for an HTTP configuration of your own: [`PodBuilder::http`].
pub use reqwest;

/// The examples of the crate's README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the workspace's README compile and run.
#[cfg(all(doctest, feature = "fake-pod"))]
#[doc = include_str!("../../README.md")]
struct WorkspaceReadme;
