//! What the benches have in common: a pod in a process of its own, the ways to call it, and how figures are written.

pub mod figures;
pub mod pod;
pub mod ways;
