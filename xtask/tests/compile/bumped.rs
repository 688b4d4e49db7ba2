//! The workspace after a bump that adds something of every kind: all of it compiles, and its tests pass.

use std::fs;
use std::path::Path;

use xtask::bump::Options;

use crate::cargo;
use crate::shared::{self, With};
use crate::workspace::{additions, copy, take_in, vendored};

#[test]
fn the_workspace_compiles_and_passes_after_a_bump() {
    // Always the same place, so that a second run does not build a second set of everything.
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bumped");
    let _ = fs::remove_dir_all(&root);
    copy(&root);
    let mut document = vendored(&root);
    additions().into_iter().for_each(|(_, _, add)| add(&mut document));
    take_in(&root, &document, &Options::default()).unwrap();

    shared::add(&root, With::Tests);
    let passes = |arguments: &[&str]| {
        let output = cargo(&root).args(arguments).args(["--offline", "--quiet"]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{arguments:?}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    };
    passes(&["test", "--package", "pod-api-tests", "--package", shared::NAME]);
    shared::add(&root, With::Lints);
    let packages = ["--package", "pod-api-ext", "--package", "pod-api-ext-tests", "--package", shared::NAME];
    passes(&[&["check", "--all-targets", "--all-features"], &packages[..]].concat());
}
