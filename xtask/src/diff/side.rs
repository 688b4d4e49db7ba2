//! The sides of a comparison, each a published or vendored file, or the vendored document of a commit.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::vendor::input::{self, bounded};
use crate::vendor::{Input, Options, vendor};
use crate::{layout, threads};

/// What marks a commit.
const GIT: &str = "git:";

/// Reads the old side and the new one, each `FILE`, `-`, `git:REVISION` (the vendored document there) or
/// `git:REVISION:FILE`.
///
/// # Errors
/// There is no such file, no such revision, or no description of an API in it.
pub fn both(root: &Path, old: &str, new: &str) -> Result<[Value; 2]> {
    let input = |side: &str| match side.strip_prefix(GIT) {
        Some(revision) => committed(root, side, revision),
        None => input::read(side),
    };
    let inputs = [input(old)?, input(new)?];
    let [old, new] = threads::both(inputs, |input| Ok(vendor(&[input], &Options::default())?.document));
    Ok([old?, new?])
}

fn committed(root: &Path, side: &str, revision: &str) -> Result<Input> {
    let (revision, file) = revision.split_once(':').unwrap_or((revision, layout::DOCUMENT));
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["show", "--end-of-options", &format!("{revision}:./{file}")]);
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().with_context(|| format!("cannot run git for {side}"))?;
    let output = child.stdout.take().map(bounded).transpose();
    let bytes = output.with_context(|| format!("cannot read {side}"))?.unwrap_or_default();
    let done = child.wait_with_output().with_context(|| format!("cannot read {side}"))?;
    if !done.status.success() {
        let complaint = String::from_utf8_lossy(&done.stderr);
        bail!("{side}: git does not have it: {}", complaint.trim());
    }
    Ok(Input { name: side.to_owned(), bytes })
}
