//! A fake pod for tests: it keeps state between users and answers over HTTP on a loopback port.
//!
//! # Testing your own program
//!
//! A program that changes connections is hard to test against a real pod: it takes two people on two pods, and a
//! removed connection stays removed. A [`FakePod`] starts in one line, behaves as the vendor documents, and records its
//! requests. Turn on the feature `fake-pod` in your `dev-dependencies`, point your program at [`FakePod::url`], and
//! check the outcome from either side:
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
//! Every fake pod has its own port and state, so tests can run in parallel. It stops when its last handle is dropped or
//! its runtime ends. Each `#[tokio::test]` has its own runtime, so start a pod in each test; do not keep one in a
//! `static`.
//!
//! A test without a runtime, or one that waits for a child process, starts it [on its own
//! thread](FakePod::start_on_thread). [`FakePod::builder`] sets a fixed port. For tests in other languages the fake pod
//! is a [`program`]. Every fake pod can be [controlled over HTTP](program#control).
//!
//! # What it does
//!
//! It knows every operation of the API and checks each request against the document. It implements logins and logouts,
//! the six operations on connections, and users, rooms, streams and presence as far as they are documented. A test sets
//! the answers of the other operations: see [the whole API](whole_api). Another path is 404, another method 405. A
//! caller needs a session ([`FakePod::session_for`], or a [login](#logging-in); 401 otherwise), and for connections the
//! entitlement ([`User::without_entitlement`]; 403 otherwise).
//!
//! - A connection changes as in the [documented table](crate::connections::behaviour), and by create after a refusal.
//!   Any other call is refused with 400 and changes nothing.
//! - The two users always see mirror images: what is `PENDING_OUTGOING` to one is `PENDING_INCOMING` to the other.
//! - By default each user is on a separate pod, so any two can connect. One address serves them all.
//! - Users of the same private pod ([`User::on_pod`]) are always connected: get, create and accept answer `ACCEPTED`,
//!   reject and remove are refused, and list shows them only if asked for `ACCEPTED` or `ALL` *and* for their ids.
//! - An answer in the 400s has changed nothing.
//!
//! # Other operations
//!
//! One line sets the answer of any other operation, typed or as JSON. The request is still checked:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::FakePod;
//! use pod_api_ext::pod_api::operations;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let alice = fake.add_user("alice");
//! fake.answer(operations::GET_PRESENCE, &json!({ "category": "BUSY" }));
//!
//! // Your program would do its work here.
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let mine = pod.send(pod.api().get_presence()).await?;
//!
//! assert_eq!(mine.category, "BUSY");
//! # Ok(())
//! # }
//! ```
//!
//! See [the whole API](whole_api). As an alternative, `pod-api` has typed mocks of every operation: its feature
//! `httpmock`, with an example in its documentation.
//!
//! # Logging in
//!
//! [`FakePod::session_for`] returns a session without a login. To test the login itself, register a public RSA key with
//! the pod, and give the private key to the program. [`KeyPair`] generates a pair for a test:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::{FakePod, KeyPair, Operation};
//! use pod_api_ext::session::{RsaKey, RsaSession};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (bot, alice) = (fake.add_user("onboarding-bot"), fake.add_user("alice"));
//! let pair = KeyPair::generate();
//! fake.register_bot(bot, pair.public_pem());
//!
//! let session = RsaSession::new("onboarding-bot", RsaKey::from_pem(pair.private_pem())?);
//! let pod = Pod::builder(fake.url()).session(session).build()?;
//! pod.connections().create(alice).await?;
//!
//! // The session ends, and the next call renews it.
//! fake.end_sessions(bot);
//! pod.connections().get(alice).await?;
//! let logins = fake.requests().iter().filter(|call| call.operation == Operation::Login).count();
//! assert_eq!(logins, 2);
//! # Ok(())
//! # }
//! ```
//!
//! - Bots log in at `/login/pubkey/authenticate`, apps ([`FakePod::register_app`]) at `/login/pubkey/app/authenticate`.
//!   Their JWT must be signed by RS512 with the registered key, and its `exp` must lie in the next 300 seconds.
//! - Bots log in at the key manager at `/relay/pubkey/authenticate` with the same JWT. Its token is for the agent, which is
//!   not served.
//! - Bots log in with a client certificate ([`FakePod::register_certificate`]) at `/sessionauth/v1/authenticate` and
//!   `/keyauth/v1/authenticate`. The pod speaks no TLS, so it sees no certificate, and checks none: the header
//!   `X-Fake-Pod-Certificate` stands for it, with the common name as its value.
//! - Extension apps start their circle of trust at `/login/v1/pubkey/app/authenticate/extensionApp`, with the key of
//!   the app. The fake pod does not make the signed tokens of their users.
//! - A session gets an access token at `/login/idm/tokens`, and each login has one as `authorizationToken`. For 300
//!   seconds `Authorization: Bearer` with it is equivalent to the session token. It is an unsigned JWT; there is no
//!   `/login/idm/keys`.
//! - An app gets sessions on behalf of users at `/login/pubkey/app/user/{userId}/authenticate` and
//!   `/login/pubkey/app/username/{username}/authenticate`. They allow list, get and create, as documented; accept,
//!   reject and remove answer 403.
//! - A session ends at `/sessionauth/v1/logout`, or when the test says so: [`FakePod::end_sessions`],
//!   [`FakePod::end_app_sessions`].
//! - A login that fails answers 401, as documented. The message says why, more clearly than a real pod may.
//! - The clock of the pod ([`State::clock`], set in [`FakePod::with_state`]) decides what has expired, and is in the
//!   `Date` of every answer. Set it an hour ahead to test a machine whose clock is slow.
//! - Records show neither tokens nor JWTs; [`RecordedRequest::caller`] and [`RecordedRequest::app`] name the caller.
//!
//! # When things go wrong
//!
//! Test what your program does when an answer is lost: has the pod acted, and may the call be sent again? A [`Fault`]
//! makes one call fail, before or after the pod acts. [`FakePod::requests`] lists the requests, and whether the pod
//! [acted](RecordedRequest::acted).
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::fake::{FakePod, Fault, Operation};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! fake.connect(alice, bob, Status::Accepted);
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//!
//! // The pod removes the connection, and the answer is lost.
//! fake.fault(Operation::Remove, 1, Fault::reset().after_acting());
//! let error = pod.connections().remove(bob).await.unwrap_err();
//! assert!(error.outcome_unknown());
//!
//! assert_eq!(fake.status(alice, bob), None);
//! let removals = fake.requests().iter().filter(|call| call.operation == Operation::Remove && call.acted).count();
//! assert_eq!(removals, 1);
//! # Ok(())
//! # }
//! ```
//!
//! | fault | what the client gets | before or after acting |
//! |---|---|---|
//! | [`Fault::silence`] | nothing, until it closes the connection | either |
//! | [`Fault::reset`], [`Fault::hang_up`] | the end of the connection, hard or soft | either |
//! | [`Fault::status`] | any status with the API's own body for errors: 401 once, 429, 5xx | either |
//! | [`Fault::html`], [`Fault::garbage`] | any status, and a body of another type | either |
//! | [`Fault::redirect`] | a `Location` elsewhere | either |
//! | [`Fault::answer`] | an answer of the test | either |
//! | [`Fault::truncated`] | half an answer | after |
//! | [`Fault::hold`] | the pod's own answer, once the test opens a [`Gate`] | either: it acts once the gate is open, or has acted and its answer waits |
//!
//! By default a fault occurs before the pod acts; [`Fault::after_acting`] changes that. It applies once, to the n-th
//! call of an [`Operation`] from now; a retry counts as a call. Use [`FakePod::fault_always`] for a pod that is down,
//! and [`FakePod::fault_by`] for a share of all calls. `Retry-After` has two forms: [`Fault::retry_after_seconds`] and
//! [`Fault::retry_after_date`].
//!
//! A 429, and a custom answer:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::{FakePod, Fault, Operation};
//! use pod_api_ext::http::{Response, StatusCode};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//!
//! let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS);
//! let closed = Fault::answer(Response::builder().status(400).body("The office is closed.")?);
//! fake.fault(Operation::Get, 1, busy);
//! fake.fault(Operation::Get, 2, closed); // the second call, which is the first sent again
//!
//! let error = pod.connections().get(bob).await.unwrap_err();
//! assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
//! assert_eq!(fake.pending_faults(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! A gate tests what happens during a call, without sleeping. It reports that a call has arrived, and lets it continue:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::{FakePod, Fault, Gate, Operation};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let gate = Gate::new();
//! fake.fault(Operation::Create, 1, Fault::hold(&gate));
//!
//! let request = tokio::spawn(async move { pod.connections().create(bob).await });
//! gate.arrivals(1).await;
//! assert_eq!(fake.status(alice, bob), None); // on its way, not done
//! gate.open();
//! request.await??;
//! assert!(fake.status(alice, bob).is_some());
//! # Ok(())
//! # }
//! ```
//!
//! Limits of the pod can be tested too: the rate limit ([`State::throttle`]), and pods without cross-pod communication
//! ([`State::set_cross_pod`]).
//!
//! # Testing waits
//!
//! Retries wait, runs for many users have a rate limit, and a pod may ask for a wait of half a minute. A [`TestClock`]
//! tests all of that without waiting, and with exact times:
//!
//! ```
//! use std::time::Duration;
//!
//! use pod_api_ext::Pod;
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::fake::{FakePod, Fault, Operation, TestClock};
//! use pod_api_ext::http::StatusCode;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let alice = fake.add_user("alice");
//! let others: Vec<_> = (0..3).map(|i| fake.add_user(format!("user-{i}"))).collect();
//! for other in &others {
//!     fake.connect(alice, *other, Status::Accepted);
//! }
//! let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(30);
//! fake.fault(Operation::Remove, 2, busy);
//!
//! let clock = TestClock::new();
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).clock(clock.clone()).build()?;
//! let connections = pod.connections();
//! let mut run = connections.ensure_absent_all(others).stream();
//! let all = async { while let Some(done) = run.next().await { assert!(done.result.is_ok()); } };
//! clock.run(&pod, all).await;
//!
//! // The second user begins after a third of a second and meets the 429. All wait for 30 seconds, and the third user
//! // for two thirds more: the rate is halved.
//! let expected = Duration::from_secs(31);
//! assert!(clock.elapsed().abs_diff(expected) < Duration::from_millis(1));
//! assert_eq!(run.progress().counts().reached, 3);
//! # Ok(())
//! # }
//! ```
//!
//! Retries have random jitter; [`PodBuilder::random`](crate::PodBuilder::random) makes it deterministic.
//! [`TestClock::advance`] advances the clock, for example beyond a deadline. The fake pod can use the same clock for
//! [`State::throttle`] and logins: `fake.with_state(|state| state.clock = Clock::Test(clock.clone()))`.
//!
//! # Where the documentation leaves a choice
//!
//! - *Who sees `REJECTED`.* Both users do. The pages call it "not connected", which is true for both, and the table
//!   does not say who declined. So remove on `REJECTED` follows the table for both.
//! - *Asking again.* "A new request is allowed once the receiver declined the last" is implemented literally: create on
//!   `REJECTED` is a new request, with the status `PENDING_OUTGOING` and a request counter that is one higher.
//! - *Remove without a connection.* The page on remove both lists an outcome for `PENDING_INCOMING` and `REJECTED` and
//!   says that it answers 400 when the users are not connected. [`RemoveRule`] chooses; the table is the default.
//! - *Removing a user of the same private pod.* The answer is not documented. Here it is 400, as for reject.
//! - *Calls that conflict with the status.* Pods answer 400; older ones answered a 500 that wraps a 422.
//!   [`ConflictAnswer`] chooses; 400 is the default.
//! - *Pods without `crossPod`.* It is required, but the answer without it is not documented. Here a call about a user
//!   of another pod answers 403.
//! - *Apps and the user of the session.* It is not documented whether an app may create a request on behalf of the user
//!   of its session. Here it may.
//! - *The form of requests.* The pod accepts every form that the published specification allows. [`State::strict`]
//!   refuses what gateways in front of real pods have refused.
//!
//! # Without a socket
//!
//! [`FakePod`] is a small server around [`handle`], a pure function of a [`State`] and a request. Simulations and
//! property tests with thousands of pods and their own time ([`Clock`]) can call it directly:
//!
//! ```
//! use pod_api_ext::fake::{State, handle};
//! use pod_api_ext::http::Request;
//!
//! let mut state = State::new();
//! let alice = state.add_user("alice");
//! let token = state.session_for(alice);
//!
//! let request = Request::get("/pod/v1/connection/list").header("sessionToken", token).body("".into())?;
//! let answer = handle(&mut state, &request);
//! assert_eq!(answer.status(), 200);
//! assert_eq!(answer.body(), "[]");
//! # Ok::<(), pod_api_ext::http::Error>(())
//! ```
//!
//! Next: [`fake::program`](crate::fake::program), the same pod for tests in any language. Previous: [the crate](crate).

mod answer;
mod answers;
mod builder;
mod call;
mod clock;
mod connections;
mod control;
mod document;
mod fault;
mod handle;
mod keys;
mod login;
mod operation;
mod plan;
mod presence;
pub mod program;
mod record;
mod rooms;
mod server;
mod setup;
mod state;
mod stream;
mod streams;
mod user;
mod users;
pub mod whole_api;
mod world;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use pod_api::Call;
use serde::Serialize;

pub use self::answers::{Answer, Calls, InvalidAnswer};
pub use self::builder::FakePodBuilder;
pub use self::clock::TestClock;
pub use self::fault::{Fault, Gate};
pub use self::handle::handle;
pub use self::keys::KeyPair;
pub use self::operation::Operation;
pub use self::record::RecordedRequest;
use self::server::Server;
pub use self::setup::{InvalidSetup, SetUpUser, Setup};
pub use self::state::{Clock, ConflictAnswer, RemoveRule, RetryAfterForm, State, Throttle};
pub use self::user::User;
use crate::SessionToken;
use crate::connections::{Status, UserId};

/// A running fake pod. Clones are handles to the same pod. It stops when the last handle is dropped, or its runtime
/// ends.
///
/// See the [module documentation](self).
#[derive(Clone)]
pub struct FakePod {
    server: Arc<Server>,
}

impl FakePod {
    /// Starts a pod without users on a free port of the loopback interface.
    ///
    /// # Panics
    ///
    /// If listening on the loopback interface fails. [`FakePod::serve`] returns that as an error.
    ///
    /// If called outside of a Tokio runtime with I/O enabled.
    pub async fn start() -> Self {
        started(Self::builder().start().await)
    }

    /// Starts a pod without users on a free port of the loopback interface, on its own thread: for a test without a
    /// runtime, or one that blocks its runtime while a child process calls the pod.
    ///
    /// ```
    /// use std::io::{Read as _, Write as _};
    /// use std::net::TcpStream;
    ///
    /// use pod_api_ext::fake::FakePod;
    ///
    /// let fake = FakePod::start_on_thread();
    /// let mut socket = TcpStream::connect(fake.address())?;
    /// socket.write_all(b"GET /pod/v2/sessioninfo HTTP/1.0\r\n\r\n")?;
    /// let mut answer = String::new();
    /// socket.read_to_string(&mut answer)?;
    /// assert!(answer.contains("401 Unauthorized"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If listening on the loopback interface or starting a thread fails. [`FakePodBuilder::start_on_thread`] returns
    /// that as an error.
    pub fn start_on_thread() -> Self {
        started(Self::builder().start_on_thread())
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
        Self::builder().state(state).start().await
    }

    /// For a pod at a fixed port, or that is otherwise unlike most.
    pub fn builder() -> FakePodBuilder {
        FakePodBuilder::default()
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

    /// Lets a user log in with an RSA key, as bots do; see [`State::register_bot`].
    ///
    /// # Panics
    ///
    /// If the pod has no such user, or if this is no RSA public key in PEM.
    #[track_caller]
    pub fn register_bot(&self, user: UserId, public_key_pem: &str) {
        self.server.lock().state.register_bot(user, public_key_pem);
    }

    /// Lets an app log in with an RSA key and act on behalf of users; see [`State::register_app`].
    ///
    /// # Panics
    ///
    /// If this is no RSA public key in PEM.
    #[track_caller]
    pub fn register_app(&self, app_id: impl Into<String>, public_key_pem: &str) {
        let app_id = app_id.into();
        self.server.lock().state.register_app(app_id, public_key_pem);
    }

    /// Lets a user log in with a client certificate; see [`State::register_certificate`].
    ///
    /// # Panics
    ///
    /// If the pod has no such user.
    #[track_caller]
    pub fn register_certificate(&self, user: UserId) {
        self.server.lock().state.register_certificate(user);
    }

    /// Opens a session and returns its token; see [`State::session_for`].
    ///
    /// # Panics
    ///
    /// If the pod has no such user.
    #[track_caller]
    pub fn session_for(&self, user: UserId) -> SessionToken {
        setup::open_session(&mut self.server.lock().state, user)
    }

    /// Ends all sessions of a user, so that their next call answers 401; see [`State::end_sessions`].
    pub fn end_sessions(&self, user: UserId) {
        self.server.lock().state.end_sessions(user);
    }

    /// Ends all sessions that an app has for itself; see [`State::end_app_sessions`].
    pub fn end_app_sessions(&self, app_id: &str) {
        self.server.lock().state.end_app_sessions(app_id);
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

    /// Switches on or off what lets the users of a private pod connect with those of others; see
    /// [`State::set_cross_pod`].
    pub fn set_cross_pod(&self, pod: impl Into<String>, enabled: bool) {
        let pod = pod.into();
        self.server.lock().state.set_cross_pod(pod, enabled);
    }

    /// What `user` sees of their connection with `other`; see [`State::status`].
    pub fn status(&self, user: UserId, other: UserId) -> Option<Status> {
        self.server.lock().state.status(user, other)
    }

    /// Adds users, connections, faults and whatever else the setup has, and opens a session for each of its users.
    ///
    /// # Errors
    ///
    /// If the setup cannot be. Nothing of it is done then.
    pub fn set_up(&self, setup: &Setup) -> Result<Vec<SetUpUser>, InvalidSetup> {
        self.server.lock().set_up(setup)
    }

    /// Makes the present state, and the faults that are planned, what [`FakePod::reset`] comes back to.
    pub fn checkpoint(&self) {
        self.server.lock().checkpoint();
    }

    /// Goes back to the last [`FakePod::checkpoint`] or, if there was none, to how the pod was started: users, sessions,
    /// connections, settings and faults, but for those of [`FakePod::fault_by`]. The record of requests is empty then.
    pub fn reset(&self) {
        self.server.lock().reset();
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

    /// Sets what an operation answers to every call, until [`FakePod::clear_answers`]. The request is checked
    /// nevertheless: it needs a session, and what the document declares.
    ///
    /// The answer is what the operation declares as its success, as a value of its type or as JSON. `None` is the answer
    /// without a body of an operation that has one.
    ///
    /// ```
    /// use pod_api_ext::Pod;
    /// use pod_api_ext::fake::FakePod;
    /// use pod_api_ext::pod_api::operations;
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fake = FakePod::start().await;
    /// let alice = fake.add_user("alice");
    /// fake.answer(operations::LIST_LANGUAGES, &json!({ "languages": ["en", "fr"] }));
    ///
    /// // Your program would do its work here.
    /// let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
    /// let languages = pod.send(pod.api().list_languages()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the operation does not answer this by the document. The message has the place. [`FakePod::answer_with`] takes
    /// any answer.
    #[track_caller]
    pub fn answer(&self, operation: &'static pod_api::Operation, body: &(impl Serialize + ?Sized)) {
        self.answer_with(operation, Calls::All, checked(operation, body));
    }

    /// The same for the call that a builder of `pod-api` makes, with its own type of answer:
    ///
    /// ```
    /// use pod_api_ext::fake::FakePod;
    /// use pod_api_ext::pod_api::{builder, types};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fake = FakePod::start().await;
    /// let busy: types::V2Presence = types::V2Presence::builder().category("BUSY").try_into()?;
    /// fake.answer_call::<builder::GetPresence>(&busy);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`FakePod::answer`]: a value can be of the type and break a limit that the document sets.
    #[track_caller]
    pub fn answer_call<C: Call<Answer: Serialize>>(&self, body: &C::Answer) {
        self.answer(C::OPERATION, body);
    }

    /// Sets what an operation answers: any status and any body, for all calls or for one. See [`State::set_answer`].
    ///
    /// ```
    /// use pod_api_ext::fake::{Answer, Calls, FakePod};
    /// use pod_api_ext::http::StatusCode;
    /// use pod_api_ext::pod_api::operations;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let fake = FakePod::start().await;
    /// let refusal = Answer::refusal(StatusCode::FORBIDDEN, "Not on Sundays.");
    /// fake.answer_with(operations::GET_PRESENCE, Calls::Nth(2), refusal);
    /// fake.answer_with(operations::GET_PRESENCE, Calls::All, Answer::sample(operations::GET_PRESENCE));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the call is the zeroth.
    #[track_caller]
    pub fn answer_with(&self, operation: &'static pod_api::Operation, calls: Calls, answer: Answer) {
        self.server.lock().state.set_answer(operation, calls, answer);
    }

    /// Forgets all answers that were set.
    pub fn clear_answers(&self) {
        self.server.lock().state.clear_answers();
    }

    /// Lets something go wrong, once, with the `nth` call of an operation from now on. The next call is the first.
    ///
    /// Of several faults for the same call the first comes then, the second at the next call, and so on.
    ///
    /// # Panics
    ///
    /// If `nth` is 0.
    #[track_caller]
    pub fn fault(&self, operation: impl Into<Operation>, nth: u64, fault: Fault) {
        assert!(nth > 0, "the next call is the first, so `nth` is at least 1");
        self.server.lock().schedule.plan(operation.into(), nth, fault);
    }

    /// Lets something go wrong with every call of an operation, until [`FakePod::clear_faults`]. A fault for a single
    /// call comes in its place.
    pub fn fault_always(&self, operation: impl Into<Operation>, fault: Fault) {
        self.server.lock().schedule.plan_always(operation.into(), fault);
    }

    /// Lets a function decide what goes wrong with each call for which no other fault is planned, until
    /// [`FakePod::clear_faults`]. It is for a share of all calls, such as one in twenty:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use pod_api_ext::fake::{FakePod, Fault};
    ///
    /// let fake = FakePod::start().await;
    /// let mut calls = 0;
    /// fake.fault_by(move |_| {
    ///     calls += 1;
    ///     (calls % 20 == 0).then(|| Fault::reset().after_acting())
    /// });
    /// # }
    /// ```
    ///
    /// The pod waits meanwhile; do not use its methods in there, they would wait for it for ever.
    pub fn fault_by(&self, decide: impl FnMut(Operation) -> Option<Fault> + Send + 'static) {
        self.server.lock().schedule.plan_by(Box::new(decide));
    }

    /// Forgets all faults that have not come.
    pub fn clear_faults(&self) {
        self.server.lock().schedule.clear();
    }

    /// How many of the faults for single calls have not come yet. A test that expects them all asks for 0 at its end.
    pub fn pending_faults(&self) -> usize {
        self.server.lock().schedule.pending()
    }

    /// Every request that has arrived whole, in the order of arrival. It is the order in which the pod acted on them,
    /// but for requests that waited at a [`Gate`].
    ///
    /// The last 100,000 are kept, unless [`FakePod::set_record_limit`] says otherwise, and of those no more than have bodies
    /// of 64 MiB in all. [`FakePod::dropped_requests`] tells of the others.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.server.lock().record.all()
    }

    /// Like [`FakePod::requests`], and forgets them: for counting in steps, and for runs too long to remember.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        self.server.lock().record.take()
    }

    /// How many requests have been dropped from the record, because there were too many, since the last
    /// [`FakePod::take_requests`]. A test that counts requests may ask for 0 at its end.
    pub fn dropped_requests(&self) -> u64 {
        self.server.lock().record.dropped()
    }

    /// How many requests are kept for [`FakePod::requests`], at most; 0 for none. Of more, the oldest are dropped.
    pub fn set_record_limit(&self, limit: usize) {
        self.server.lock().record.set_limit(limit);
    }
}

fn started(result: io::Result<FakePod>) -> FakePod {
    match result {
        Ok(fake) => fake,
        #[expect(
            clippy::panic,
            reason = "a test cannot go on without its pod, and the builder is there for who can"
        )]
        Err(error) => panic!("the fake pod could not listen on the loopback interface: {error}"),
    }
}

#[track_caller]
fn checked(operation: &'static pod_api::Operation, body: &(impl Serialize + ?Sized)) -> Answer {
    match Answer::success(operation, body) {
        Ok(answer) => answer,
        #[expect(clippy::panic, reason = "documented: a test that sets this is wrong")]
        Err(error) => panic!("{error}"),
    }
}

/// Shows where the pod is, and none of its session tokens.
impl fmt::Debug for FakePod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakePod").field("url", &self.url()).finish_non_exhaustive()
    }
}
