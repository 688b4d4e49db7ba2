//! Connections, sessions and errors that a person can act on, for the Symphony Pod API.

pub mod connections;
#[cfg(feature = "fake-pod")]
pub mod fake;
