//! Dependencies that are built once, for our workspace and for those that tests make.
//!
//! Cargo builds a dependency, and all that depends on it, once more for each set of features. So a workspace that a test makes
//! gets one more member, which turns on what our workspace turns on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::layout;

/// The name of the member, to be selected beside those that are to be compiled.
pub const NAME: &str = "shared-features";

/// What the dependencies are shared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// `cargo test --workspace`
    Tests,
    /// `cargo clippy --workspace --all-features`
    Lints,
}

/// Adds the member to a workspace whose other members are there, or makes it anew.
pub fn add(root: &Path, with: With) {
    let manifest = root.join("Cargo.toml");
    let mut table: toml::Table = fs::read_to_string(&manifest).unwrap().parse().unwrap();
    let members = table["workspace"]["members"].as_array_mut().unwrap();
    if !members.contains(&NAME.into()) {
        members.push(NAME.into());
        fs::write(&manifest, table.to_string()).unwrap();
    }
    let member = root.join(NAME);
    fs::create_dir_all(member.join("src")).unwrap();
    fs::write(member.join("src/lib.rs"), "").unwrap();
    let mut text = format!("[package]\nname = \"{NAME}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    fs::write(member.join("Cargo.toml"), &text).unwrap();

    let options: &[&str] = if with == With::Lints { &["--all-features"] } else { &[] };
    let ours = features(&layout::own_root(), options);
    for package in features(root, &["--all-features"]).into_keys() {
        let (name, version, section) = &package;
        let Some(ours) = ours.get(&package) else { continue };
        let features: Vec<_> = ours.iter().collect();
        // Two versions of one package need a key each.
        let key = format!("{name}-{version}").replace(['.', '+'], "-");
        write!(
            text,
            "\n[{section}.{key}]\npackage = \"{name}\"\nversion = \"={version}\"\n\
             default-features = false\nfeatures = {features:?}\n",
        )
        .unwrap();
    }
    fs::write(member.join("Cargo.toml"), text).unwrap();
}

/// The features that are on, by name and version of the packages of a registry, and by the section of a manifest in which
/// they are turned on: what macros and build scripts need has features of its own.
fn features(root: &Path, options: &[&str]) -> BTreeMap<(String, String, &'static str), BTreeSet<String>> {
    let mut features = BTreeMap::<_, BTreeSet<String>>::new();
    let mut of_macro = None;
    for line in tree(root, options).lines().filter(|line| !line.is_empty()) {
        let [depth, package, on] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let depth: usize = depth.parse().unwrap();
        if of_macro.is_some_and(|above| depth <= above) {
            of_macro = None;
        }
        if of_macro.is_none() && package.ends_with(" (proc-macro)") {
            of_macro = Some(depth);
        }
        let section = if of_macro.is_some() { "build-dependencies" } else { "dependencies" };
        let (name, version) = package.split_once(" v").unwrap();
        let version = version.split(' ').next().unwrap();
        // What stands in a folder is a member, whose features are its own.
        if !package.contains('/') {
            let on = on.trim_end_matches(" (*)").split(',').filter(|feature| !feature.is_empty());
            features
                .entry((name.to_owned(), version.to_owned(), section))
                .or_default()
                .extend(on.map(str::to_owned));
        }
    }
    features
}

/// The packages of a workspace for this system, a line each: how deep it stands, what it is, its features.
fn tree(root: &Path, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--offline", "--edges", "normal,dev", "--prefix", "depth"])
        .args(["--format", "|{p}|{f}"])
        .args(options)
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
