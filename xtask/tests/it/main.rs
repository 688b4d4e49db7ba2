//! The tests of `xtask` that need no compiler, as one program: to link one takes longer than to run most of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "nobody uses a test, and what several share is in one place"
)]

#[path = "../common/changes.rs"]
mod changes;
#[path = "../common/pairs.rs"]
mod pairs;
#[path = "../common/random/mod.rs"]
mod random;
#[path = "../common/workspace.rs"]
mod workspace;

mod arrows;
mod bumps;
mod contract;
mod diff;
mod fresh;
mod judged;
mod legalize;
mod legalize_laws;
mod legalize_process;
mod lower;
mod lower_fuzz;
mod lower_laws;
mod messages;
mod scripts;
mod spellings;
mod update;
mod vendor;
mod vendor_command;
mod vendor_input;
mod words;
