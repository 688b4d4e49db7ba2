//! The examples of the workspace's README compile and run.
//!
//! A crate of its own, because the package of `pod-api-ext` has no README but that of the crate.

/// The README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
