//! Determines the version that a change needs, and edits the versions in manifests.
//!
//! The version of the last release is raised, so many changes of one kind raise it once. A release is a git tag;
//! without one, the first version counts as the last release.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use semver::{BuildMetadata, Prerelease, Version, VersionReq};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

use crate::artifact::Artifact;
use crate::diff::Class;
use crate::layout;

/// The version under which a crate begins.
const FIRST: Version =
    Version { major: 0, minor: 1, patch: 0, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY };

/// A release of a crate.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// The git tag.
    pub tag: String,
    /// Its version, without what the tag has after a plus.
    pub version: Version,
}

/// The last release of a crate before what is checked out in `root`; none if there is no repository, no tag, or if
/// the workspace is another one than the tag is about.
#[must_use]
pub fn last(root: &Path, name: &str) -> Option<Release> {
    let pattern = format!("{name}-v[0-9]*");
    let tag = git(root, &["describe", "--tags", "--abbrev=0", "--match", &pattern])?;
    let tag = tag.trim().to_owned();
    let version = number(tag.strip_prefix(name)?.strip_prefix("-v")?)?;
    at(root, &tag, &format!("{name}/Cargo.toml"))?;
    Some(Release { tag, version })
}

impl Release {
    /// The vendored document of the release.
    #[must_use]
    pub fn document(&self, root: &Path) -> Option<Value> {
        serde_json::from_str(&at(root, &self.tag, layout::DOCUMENT)?).ok()
    }
}

/// A file of the workspace as it was at a tag.
fn at(root: &Path, tag: &str, path: &str) -> Option<String> {
    git(root, &["show", &format!("{tag}:./{path}")])
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

/// A version without what stands after the plus, which orders nothing.
fn number(version: &str) -> Option<Version> {
    let version = Version::parse(version).ok()?;
    Some(Version { build: BuildMetadata::EMPTY, ..version })
}

/// The version of the bindings after the gravest change since `released`, as their documentation promises it.
///
/// ```
/// use semver::Version;
/// use xtask::diff::Class;
/// use xtask::release::raised;
///
/// assert_eq!(raised(&Version::new(0, 1, 4), Class::Additive), Version::new(0, 1, 5));
/// assert_eq!(raised(&Version::new(1, 1, 4), Class::Additive), Version::new(1, 2, 0));
/// ```
#[must_use]
pub fn raised(released: &Version, gravest: Class) -> Version {
    let Version { major, minor, patch, .. } = *released;
    match gravest {
        Class::Breaking(_) if major > 0 => Version::new(major.saturating_add(1), 0, 0),
        Class::Breaking(_) => Version::new(0, minor.saturating_add(1), 0),
        Class::Additive if major > 0 => Version::new(major, minor.saturating_add(1), 0),
        Class::Additive | Class::Harmless => Version::new(major, minor, patch.saturating_add(1)),
    }
}

/// What the versions become.
#[derive(Clone, Debug, Default)]
pub struct Raised {
    /// The manifests and lock files.
    pub artifacts: Vec<Artifact>,
    /// Each version that moves, in a sentence.
    pub told: Vec<String>,
    /// The new number of the bindings, if a crate that stands on them is raised with them.
    pub above: Option<Version>,
}

const BINDINGS: &str = "pod-api";
const ABOVE: &str = "pod-api-ext";
const WORKSPACE: &str = "Cargo.toml";

/// Raises the versions in the workspace in `root` as far as the gravest change since the last release asks, and names
/// the version `api` of the document. A version that is higher already stays.
///
/// # Errors
/// A manifest or lock file cannot be read, or is none.
pub fn raise(root: &Path, gravest: Option<Class>, api: &str) -> Result<Raised> {
    let mut raised = Raised::default();
    let mut locked = Vec::new();
    let manifest = Toml::read(root, &format!("{BINDINGS}/{WORKSPACE}"))?;
    let Some((mut manifest, present)) = manifest.and_then(Toml::with_version) else { return Ok(raised) };
    let released = last(root, BINDINGS).map_or(FIRST, |release| release.version);
    let mut version = higher(&present, &released, gravest);
    // Whoever named the version of the API after the plus goes on to do so.
    if !present.build.is_empty() {
        version.build = build(api);
    }
    locked.push(manifest.set_version(&present, &version, &mut raised)?);

    let number = Version { build: BuildMetadata::EMPTY, ..version };
    if let Some((mut above, present)) =
        Toml::read(root, &format!("{ABOVE}/{WORKSPACE}"))?.and_then(Toml::with_version)
    {
        let release = last(root, ABOVE);
        let at_release = release.as_ref().and_then(|release| at(root, &release.tag, WORKSPACE));
        let at_release = at_release.and_then(|text| required(text.parse::<DocumentMut>().ok()?.as_item()));
        let before = at_release.unwrap_or_else(|| FIRST.to_string());
        if !takes(&before, &number) {
            let released = release.map_or(FIRST, |release| release.version);
            let version = higher(&present, &released, Some(Class::DOES_NOT_COMPILE));
            locked.push(above.set_version(&present, &version, &mut raised)?);
            raised.above = Some(number.clone());
        }
    }
    if let Some(mut workspace) = Toml::read(root, WORKSPACE)?
        && let Some(present) = required(workspace.document.as_item())
        && !takes(&present, &number)
    {
        workspace.set(&["workspace", "dependencies", BINDINGS, "version"], &number.to_string())?;
        raised.artifacts.push(workspace.artifact());
    }
    for path in ["Cargo.lock", "pod-api/Cargo.lock"] {
        if let Some(mut lock) = Toml::read(root, path)?
            && lock.lock(&locked)
        {
            raised.artifacts.push(lock.artifact());
        }
    }
    Ok(raised)
}

fn higher(present: &Version, released: &Version, gravest: Option<Class>) -> Version {
    let wanted = gravest.map_or_else(|| released.clone(), |gravest| raised(released, gravest));
    if wanted.cmp_precedence(present).is_gt() { wanted } else { present.clone() }
}

/// The version of the API as it may stand after a plus: letters, digits and hyphens between dots.
fn build(api: &str) -> BuildMetadata {
    let parts = api.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|part| !part.is_empty());
    BuildMetadata::new(&parts.collect::<Vec<_>>().join(".")).unwrap_or_default()
}

/// The version of the bindings that the workspace requires.
fn required(workspace: &Item) -> Option<String> {
    let mut item = workspace;
    for name in ["workspace", "dependencies", BINDINGS, "version"] {
        item = item.as_table_like()?.get(name)?;
    }
    item.as_str().map(str::to_owned)
}

fn takes(requirement: &str, version: &Version) -> bool {
    VersionReq::parse(requirement).is_ok_and(|requirement| requirement.matches(version))
}

/// A file in TOML that is changed in places, and otherwise stays as it was written.
struct Toml {
    path: String,
    document: DocumentMut,
}

impl Toml {
    /// None if there is no such file.
    fn read(root: &Path, path: &str) -> Result<Option<Self>> {
        let text = match fs::read_to_string(root.join(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", root.join(path).display()));
            }
        };
        let document = text.parse().with_context(|| format!("{path} is not TOML"))?;
        Ok(Some(Self { path: path.to_owned(), document }))
    }

    /// With the version of the package; none if it stands elsewhere, as in a workspace.
    fn with_version(self) -> Option<(Self, Version)> {
        let version = self.document.get("package")?.get("version")?.as_str()?;
        let version = Version::parse(version).ok()?;
        Some((self, version))
    }

    /// Sets the version of the package. Gives back its name, which may be the user's own, and the version as the lock
    /// file has them.
    fn set_version(
        &mut self,
        present: &Version,
        version: &Version,
        raised: &mut Raised,
    ) -> Result<(String, String)> {
        let name =
            self.document.get("package").and_then(|package| package.get("name")).and_then(Item::as_str);
        let locked = (name.unwrap_or_default().to_owned(), version.to_string());
        if present != version {
            self.set(&["package", "version"], &locked.1)?;
            raised.artifacts.push(self.artifact());
            raised.told.push(format!("{} {present} becomes {version}", locked.0));
        }
        Ok(locked)
    }

    /// Changes a text that is there.
    fn set(&mut self, path: &[&str], text: &str) -> Result<()> {
        let mut item = self.document.as_item_mut();
        for name in path {
            item = item
                .as_table_like_mut()
                .and_then(|table: &mut dyn TableLike| table.get_mut(name))
                .ok_or_else(|| anyhow!("{} has no {}", self.path, path.join(".")))?;
        }
        if let Some(value) = item.as_value_mut() {
            let decor = value.decor().clone();
            *value = text.into();
            *value.decor_mut() = decor;
        }
        Ok(())
    }

    /// Sets the versions of the packages of the workspace in a lock file. Says whether any moved.
    fn lock(&mut self, versions: &[(String, String)]) -> bool {
        let mut moved = false;
        let Some(packages) = self.document.get_mut("package").and_then(Item::as_array_of_tables_mut) else {
            return moved;
        };
        for package in packages.iter_mut().filter(|package| !package.contains_key("source")) {
            let name = package.get("name").and_then(Item::as_str).unwrap_or_default();
            let Some((_, version)) = versions.iter().find(|(of, _)| *of == name) else { continue };
            if package.get("version").and_then(Item::as_str) != Some(version) {
                package.insert("version", toml_edit::value(version));
                moved = true;
            }
        }
        moved
    }

    fn artifact(&self) -> Artifact {
        Artifact::new(&self.path, self.document.to_string())
    }
}
