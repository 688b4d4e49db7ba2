//! What the benches have in common: a pod in a process of its own, the ways to call it, and how figures are written.

#![allow(dead_code, reason = "each bench uses its part")]

pub(crate) mod figures;
pub(crate) mod pod;
pub(crate) mod ways;
