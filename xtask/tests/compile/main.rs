//! What the compiler says of generated crates. It takes minutes, so `cargo test` leaves it out:
//! `cargo test --package xtask --test compile` runs it.

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

mod bumped;
mod callers;
mod crates;
mod judged;
mod law;
mod shared;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::layout;

/// An empty workspace for packages that a test makes, in the same place each time, so that a second run does not build a
/// second set of everything. Its versions and profiles are ours, so its packages can share the dependencies that we have
/// built.
fn workspace(name: &str, members: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    let own = layout::own_root();
    let mut manifest: toml::Table = fs::read_to_string(own.join("Cargo.toml")).unwrap().parse().unwrap();
    let table = manifest["workspace"].as_table_mut().unwrap();
    table.insert("members".into(), vec![members].into());
    table.remove("default-members");
    table.remove("lints");
    let dependencies = table["dependencies"].as_table_mut().unwrap();
    dependencies.retain(|_, dependency| dependency.get("path").is_none());
    fs::write(root.join("Cargo.toml"), manifest.to_string()).unwrap();
    fs::copy(own.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    root
}

/// Cargo in such a workspace, with its dependencies where ours are.
fn cargo(workspace: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace);
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap());
    cargo
}
