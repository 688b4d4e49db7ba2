//! What the benches have in common: a pod in a process of its own, the ways to call it, and how figures are written.

#![allow(missing_docs, missing_debug_implementations, reason = "only the benches use it")]
#![allow(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

pub mod figures;
pub mod pod;
pub mod ways;
