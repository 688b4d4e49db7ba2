//! Settings of a pod before it starts: address, state, limit of the record.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::FakePod;
use super::server::{Options, Server};
use super::setup::{InvalidSetup, SetUpUser, Setup};
use super::state::State;

/// Starts a [`FakePod`].
///
/// ```
/// use pod_api_ext::fake::{FakePod, State};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut state = State::new();
/// state.add_user("alice");
/// let fake = FakePod::builder()
///     .listen(([127, 0, 0, 1], 0)) // a port of your choice, and 0 for any that is free
///     .state(state)
///     .record_limit(1_000)
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct FakePodBuilder {
    options: Options,
}

impl FakePodBuilder {
    /// Where to listen. It is any free port of the loopback interface unless said otherwise.
    ///
    /// An address that other machines reach has to be [asked for](FakePodBuilder::expose) beside.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.options.address = address.into();
        self
    }

    /// Lets the pod listen at an address that other machines can reach. Anyone who can reach it can control the pod.
    pub fn expose(mut self) -> Self {
        self.options.exposed = true;
        self
    }

    /// What the pod knows to begin with.
    pub fn state(mut self, state: State) -> Self {
        self.options.world.state = state;
        self
    }

    /// How many requests are kept; see [`FakePod::set_record_limit`].
    pub fn record_limit(mut self, limit: usize) -> Self {
        self.options.world.record.set_limit(limit);
        self
    }

    /// Adds users, connections and whatever else the setup has; see [`FakePod::set_up`].
    ///
    /// # Errors
    ///
    /// If the setup cannot be. Nothing of it is done then.
    pub fn set_up(&mut self, setup: &Setup) -> Result<Vec<SetUpUser>, InvalidSetup> {
        self.options.world.set_up(setup)
    }

    /// Takes a line for each request: what was asked, by whom, and what came of it. It has neither tokens nor bodies.
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.options.log = Some(Box::new(log));
        self
    }

    /// Starts it on the runtime of the caller.
    ///
    /// # Errors
    ///
    /// If the port cannot be had, or if other machines reach the address and that was not [asked
    /// for](FakePodBuilder::expose).
    ///
    /// # Panics
    ///
    /// If called outside of a Tokio runtime with I/O enabled.
    pub async fn start(self) -> io::Result<FakePod> {
        Ok(FakePod { server: Arc::new(Server::start(self.options)?) })
    }

    /// Starts it on a thread of its own, which serves until the last handle is dropped.
    ///
    /// # Errors
    ///
    /// As [`FakePodBuilder::start`], and if the machine lets nobody start a thread.
    pub fn start_on_thread(self) -> io::Result<FakePod> {
        Ok(FakePod { server: Arc::new(Server::start_on_thread(self.options)?) })
    }
}

/// Shows where it is to listen.
impl fmt::Debug for FakePodBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakePodBuilder").field("listen", &self.options.address).finish_non_exhaustive()
    }
}
