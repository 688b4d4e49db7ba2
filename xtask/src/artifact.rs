//! The one writer and checker of generated files.
//!
//! Nothing is written until everything that is to be written exists in memory, and a file that is
//! already as it should be is not touched.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use similar::TextDiff;
use tempfile::NamedTempFile;

/// A generated file.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Where it stands, relative to the workspace.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
}

impl Artifact {
    /// The file at `path`, relative to the workspace.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// A file that is not as generating would leave it.
#[derive(Clone, Debug)]
pub struct Stale {
    /// Where it stands, relative to the workspace.
    pub path: PathBuf,
    /// What generating would write. None: the file should not be there.
    pub text: Option<String>,
    /// What stands there now. None: the file is missing.
    pub present: Option<String>,
}

impl Stale {
    /// The change that generating would make, as a unified diff.
    #[must_use]
    pub fn diff(&self) -> String {
        let name = self.path.display().to_string();
        TextDiff::from_lines(
            self.present.as_deref().unwrap_or_default(),
            self.text.as_deref().unwrap_or_default(),
        )
        .unified_diff()
        .header(&format!("{name} (present)"), &format!("{name} (generated)"))
        .to_string()
    }
}

/// The files that differ from `artifacts`, and the files in `owned`, a folder that holds nothing but
/// artifacts, that are none.
///
/// # Errors
/// A file or the folder cannot be read.
pub fn stale(root: &Path, owned: &str, artifacts: &[Artifact]) -> Result<Vec<Stale>> {
    let mut found = Vec::new();
    for Artifact { path, text } in artifacts {
        let present = read(&root.join(path))?;
        if present.as_deref() != Some(text) {
            found.push(Stale { path: path.clone(), text: Some(text.clone()), present });
        }
    }
    for path in files_in(&root.join(owned))? {
        let path = Path::new(owned).join(path);
        if !artifacts.iter().any(|artifact| artifact.path == path) {
            let present = read(&root.join(&path))?;
            found.push(Stale { path, text: None, present });
        }
    }
    Ok(found)
}

/// What to do about stale files, in words.
#[must_use]
pub fn advice(stale: &[Stale]) -> String {
    let mut text = String::from("out of date:\n");
    for Stale { path, text: wanted, present } in stale {
        let how = match (wanted, present) {
            (None, _) => " (should not be there)",
            (_, None) => " (missing)",
            _ => "",
        };
        text.push_str(&format!("  {}{how}\n", path.display()));
    }
    text + "run `cargo xtask generate` and commit what it changes"
}

/// Makes the files what they should be.
///
/// New contents go to temporary files first, so that a full disk shows before anything changed.
///
/// # Errors
/// A file cannot be written or moved into place.
pub fn write(root: &Path, stale: &[Stale]) -> Result<()> {
    let mut written = Vec::new();
    for Stale { path, text, .. } in stale {
        let target = root.join(path);
        let folder = target.parent().unwrap_or(root);
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let file = match text {
            Some(text) => {
                Some(temporary(folder, text).with_context(|| format!("cannot write {}", target.display()))?)
            }
            None => None,
        };
        written.push((target, file));
    }
    for (target, file) in written {
        match file {
            Some(file) => file.persist(&target).map(drop).map_err(|e| e.error),
            None => fs::remove_file(&target),
        }
        .with_context(|| format!("cannot replace {}", target.display()))?;
    }
    Ok(())
}

fn temporary(folder: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".generated-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    readable_by_all(file.as_file())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A temporary file is private; a source file is not.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The names of the files in a folder, sorted; none if the folder is missing.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut names = entries
        .map(|entry| Ok(PathBuf::from(entry?.file_name())))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| format!("cannot read {}", folder.display()))?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNED: &str = "gen";

    #[test]
    fn what_is_missing_changed_or_left_over_is_stale_and_writing_mends_it() {
        let root = tempfile::tempdir().unwrap();
        let artifacts = [Artifact::new("gen/same.rs", "same\n"), Artifact::new("gen/changed.rs", "new\n"), {
            Artifact::new("notes/missing.md", "here\n")
        }];
        fs::create_dir(root.path().join("gen")).unwrap();
        fs::write(root.path().join("gen/same.rs"), "same\n").unwrap();
        fs::write(root.path().join("gen/changed.rs"), "old\n").unwrap();
        fs::write(root.path().join("gen/left_over.rs"), "").unwrap();
        let untouched = fs::metadata(root.path().join("gen/same.rs")).unwrap().modified().unwrap();

        let found = stale(root.path(), OWNED, &artifacts).unwrap();
        let paths: Vec<_> = found.iter().map(|s| s.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["gen/changed.rs", "notes/missing.md", "gen/left_over.rs"]);
        assert!(found[0].diff().contains("-old\n+new\n"), "{}", found[0].diff());

        write(root.path(), &found).unwrap();
        assert!(stale(root.path(), OWNED, &artifacts).unwrap().is_empty());
        let after = fs::metadata(root.path().join("gen/same.rs")).unwrap().modified().unwrap();
        assert_eq!(after, untouched);
    }

    #[test]
    fn a_failure_to_write_leaves_the_other_files_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "old\n").unwrap();
        // A file where a folder is wanted: the second artifact cannot be written.
        fs::write(root.path().join("file"), "").unwrap();
        let artifacts = [Artifact::new("a", "new\n"), Artifact::new("file/b", "new\n")];
        let found: Vec<_> = artifacts
            .iter()
            .map(|a| Stale { path: a.path.clone(), text: Some(a.text.clone()), present: None })
            .collect();
        write(root.path(), &found).unwrap_err();
        assert_eq!(fs::read_to_string(root.path().join("a")).unwrap(), "old\n");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2, "no temporary file is left");
    }
}
