//! A pod for tests: it keeps real state between users and answers over HTTP on a loopback port.
//!
//! # Testing your own program
//!
//! A program that changes connections is hard to test against a pod: it takes two people on two pods, and what was
//! removed stays removed. A [`FakePod`] takes a line to start, behaves as the vendor documents, and shows afterwards
//! what was asked of it. Turn on the feature `fake-pod` in your `dev-dependencies`, point your program at
//! [`FakePod::url`], and look at the outcome from either side:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::fake::FakePod;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let alice = fake.add_user("alice");
//! let bob = fake.add_user("bob");
//! fake.connect(alice, bob, Status::PendingIncoming); // bob asked alice
//!
//! // Your program would do its work here.
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! pod.connections().accept(bob).await?;
//!
//! assert_eq!(fake.status(alice, bob), Some(Status::Accepted));
//! assert_eq!(fake.status(bob, alice), Some(Status::Accepted));
//! assert_eq!(fake.requests().len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Every pod has its own port and its own state, so tests run side by side. It stops when its last handle is dropped.
//!
//! # What it does
//!
//! It serves the six connection operations under `/pod/v1/connection/`. Whoever calls needs a session
//! ([`FakePod::session_for`]; 401 otherwise) and the entitlement ([`User::without_entitlement`]; 403 otherwise).
//!
//! - A connection changes by the [documented table](crate::connections::behaviour) and by nothing else. What the
//!   table does not state is refused with 400 and changes nothing.
//! - The two users always see mirror images: what is `PENDING_OUTGOING` to one is `PENDING_INCOMING` to the other.
//! - Users of one pod ([`User::on_pod`]) are connected without asking: get, create and accept answer `ACCEPTED`,
//!   reject and remove are refused, and list shows them only if asked for `ACCEPTED` or `ALL` *and* for their ids.
//! - An answer in the 400s has changed nothing.
//!
//! # Where the documentation leaves a choice
//!
//! - *Who sees `REJECTED`.* Both do. The pages call it "not connected", which is true from either side, and the table
//!   does not say who declined; so remove on `REJECTED` does what the table says for whoever calls it.
//! - *Asking again.* "A new request is allowed once the receiver declined the last" is taken at its word: create on
//!   `REJECTED` is a new request, the status `PENDING_OUTGOING`, and the request counter one higher.
//! - *Remove without a connection.* The page on remove both lists an outcome for `PENDING_INCOMING` and `REJECTED` and
//!   says that it answers 400 when the users are not connected. [`RemoveRule`] chooses; the table is the default.
//! - *Acting against the present status.* Pods answer 400; older ones answered a 500 that wraps a 422.
//!   [`ConflictAnswer`] chooses; 400 is the default.
//! - *The form of requests.* [`State::strict`] refuses what gateways in front of real pods have refused.
//!
//! # Without a socket
//!
//! [`FakePod`] is a small server around [`handle`], a pure function of a [`State`] and a request. Simulations and
//! property tests that need thousands of pods and a time of their own ([`Clock`]) can call it directly:
//!
//! ```
//! use bytes::Bytes;
//! use pod_api_ext::fake::{State, handle};
//!
//! let mut state = State::new();
//! let alice = state.add_user("alice");
//! let token = state.session_for(alice);
//!
//! let request = http::Request::get("/pod/v1/connection/list").header("sessionToken", token).body(Bytes::new())?;
//! let answer = handle(&mut state, &request);
//! assert_eq!(answer.status(), 200);
//! assert_eq!(answer.body(), "[]");
//! # Ok::<(), http::Error>(())
//! ```

mod handle;
mod record;
mod server;
mod state;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

pub use self::handle::handle;
pub use self::record::RecordedRequest;
use self::server::Server;
pub use self::state::{Clock, ConflictAnswer, RemoveRule, State, User};
use crate::SessionToken;
use crate::connections::{Status, UserId};

/// A running pod for tests. Clones are handles to the same pod, which stops when the last of them is dropped.
///
/// The [module documentation](self) shows how to use it and what it does.
#[derive(Clone)]
pub struct FakePod {
    server: Arc<Server>,
}

impl FakePod {
    /// Starts a pod without users on a free port of the loopback interface.
    ///
    /// # Panics
    ///
    /// If the machine lets nobody listen on its loopback interface. [`FakePod::serve`] returns that as an error.
    ///
    /// If called outside of a Tokio runtime with I/O enabled.
    pub async fn start() -> Self {
        match Self::serve(State::new()).await {
            Ok(fake) => fake,
            #[expect(
                clippy::panic,
                reason = "a test cannot go on without its pod, and `serve` is there for who can"
            )]
            Err(error) => panic!("the fake pod could not listen on the loopback interface: {error}"),
        }
    }

    /// Starts a pod with a state prepared beforehand, on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    ///
    /// # Panics
    ///
    /// If called outside of a Tokio runtime with I/O enabled.
    pub async fn serve(state: State) -> io::Result<Self> {
        Ok(Self { server: Arc::new(Server::start(state).await?) })
    }

    /// Where the pod is: `http://127.0.0.1:` and its port. The API is below `/pod`.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// The address it listens on, for tests that speak to the socket themselves.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Adds a user; see [`State::add_user`].
    pub fn add_user(&self, user: impl Into<User>) -> UserId {
        let user = user.into();
        self.server.lock().state.add_user(user)
    }

    /// Opens a session and returns its token; see [`State::session_for`].
    ///
    /// # Panics
    ///
    /// If the pod has no such user.
    #[track_caller]
    pub fn session_for(&self, user: UserId) -> SessionToken {
        let token = self.server.lock().state.session_for(user);
        #[expect(clippy::expect_used, reason = "the state makes tokens of letters, digits and hyphens")]
        SessionToken::new(token).expect("visible ASCII")
    }

    /// Ends all sessions of a user, so that their next call answers 401.
    pub fn end_sessions(&self, user: UserId) {
        self.server.lock().state.end_sessions(user);
    }

    /// Makes `status` what `user` sees of their connection with `other`; see [`State::connect`].
    ///
    /// # Panics
    ///
    /// If the pod has no such users, or if they are one person or share a pod.
    #[track_caller]
    pub fn connect(&self, user: UserId, other: UserId, status: Status) {
        self.server.lock().state.connect(user, other, status);
    }

    /// Takes away whatever is between two users; see [`State::disconnect`].
    pub fn disconnect(&self, user: UserId, other: UserId) {
        self.server.lock().state.disconnect(user, other);
    }

    /// What `user` sees of their connection with `other`; see [`State::status`].
    pub fn status(&self, user: UserId, other: UserId) -> Option<Status> {
        self.server.lock().state.status(user, other)
    }

    /// Reads or changes anything else about the pod, between two requests.
    ///
    /// The pod waits meanwhile; do not use its other methods inside `f`, they would wait for it for ever.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use pod_api_ext::fake::{FakePod, RemoveRule};
    ///
    /// let fake = FakePod::start().await;
    /// fake.with_state(|state| state.remove_rule = RemoveRule::ConnectedOnly);
    /// # }
    /// ```
    pub fn with_state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.server.lock().state)
    }

    /// Every request that has arrived whole, in the order in which the pod acted on them.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.server.lock().requests.clone()
    }

    /// Like [`FakePod::requests`], and forgets them: for counting in steps, and for runs too long to remember.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut self.server.lock().requests)
    }
}

/// Shows where the pod is, and none of its session tokens.
impl fmt::Debug for FakePod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakePod").field("url", &self.url()).finish_non_exhaustive()
    }
}
