//! A world of one connection, in which time passes when the test says so: no socket, no thread, no timer.
//!
//! The calls of a user are made on a [`World`]. It does what is documented of a connection, and what a [`Schedule`] says
//! goes wrong: requests and answers that are lost, requests that act late, refusals, and other people who act meanwhile.
//! It keeps a ledger of everything that touched the connection, so that a [check](check::check) can compare what an intent
//! claims with what was true. All of it follows from the seed of the schedule.

pub(crate) mod check;
pub(crate) mod log;
pub(crate) mod schedule;
pub(crate) mod sockets;
pub(crate) mod world;

pub(crate) use log::Logged;
pub(crate) use schedule::{Class, Schedule};
pub(crate) use world::World;
