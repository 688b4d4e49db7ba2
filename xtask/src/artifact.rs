//! Writes and checks generated files.
//!
//! All contents are in memory before the first file is written. A file that is up to date is not touched.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use similar::TextDiff;
use tempfile::TempPath;

use crate::{interrupt, layout};

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
    /// What stands there now, with lines that end as generating would end them. None: the file is missing.
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

/// The files that differ from `artifacts` in more than how their lines end, and the files in `owned`, folders
/// that hold nothing but artifacts, that are none.
///
/// # Errors
/// A file or a folder cannot be read.
pub fn stale(root: &Path, owned: &[&str], artifacts: &[Artifact]) -> Result<Vec<Stale>> {
    let mut found = Vec::new();
    for Artifact { path, text } in artifacts {
        let present = read(&root.join(path))?;
        if present.as_deref() != Some(&with_plain_ends(text)) {
            found.push(Stale { path: path.clone(), text: Some(text.clone()), present });
        }
    }
    for owned in owned {
        for path in files_in(&root.join(owned))? {
            let path = Path::new(owned).join(path);
            if !artifacts.iter().any(|artifact| artifact.path == path) {
                let present = read(&root.join(&path))?;
                found.push(Stale { path, text: None, present });
            }
        }
    }
    Ok(found)
}

/// What to do about the stale files of the workspace in `root`, in words.
#[must_use]
pub fn advice(root: &Path, stale: &[Stale]) -> String {
    let mut text = String::from("out of date:\n");
    for Stale { path, text: wanted, present } in stale {
        let how = match (wanted, present) {
            (None, _) => " (should not be there)",
            (_, None) => " (missing)",
            _ => "",
        };
        text.push_str(&format!("  {}{how}\n", path.display()));
    }
    let command = layout::command(root, "generate");
    text + &format!("run `{command}` and commit what it changes")
}

/// Makes the files what they should be, all of them or none.
///
/// New contents go to temporary files beside their targets first, so that a full disk shows before
/// anything changed. Then each takes its target's place by a rename, which is whole or nothing; if one
/// cannot, those before it are put back. A file that resists even that leaves a copy of its old content
/// beside it. An interrupt (`interrupt`) waits until the last is in place.
/// What is left to chance is a process that is killed outright, or a machine that stops, between the
/// first rename and the last: each file is whole then, old or new, and running again mends the rest.
///
/// # Errors
/// A file cannot be written or moved into place. Every file is as it was, unless the message names
/// one that could not be put back, with the copy of its old content.
pub fn write(root: &Path, stale: &[Stale]) -> Result<()> {
    write_by(|from, to| fs::rename(from, to), root, stale)
}

/// `rename` is the file system's, unless a test says otherwise.
fn write_by(rename: impl Fn(&Path, &Path) -> io::Result<()>, root: &Path, stale: &[Stale]) -> Result<()> {
    let _whole = interrupt::hold();
    let mut folders = Folders::default();
    let written = stage(root, stale, &mut folders).and_then(|staged| replace(staged, rename));
    if written.is_ok() {
        folders.keep();
    }
    written
}

/// A change that is ready to be made by renaming alone.
struct Staged {
    target: PathBuf,
    /// The new content, in a file beside the target. None: the target is to go.
    new: Option<TempPath>,
    /// The old content, under a second name beside the target. None: there was no file.
    old: Option<TempPath>,
}

fn stage(root: &Path, stale: &[Stale], folders: &mut Folders) -> Result<Vec<Staged>> {
    let mut staged = Vec::new();
    for Stale { path, text, .. } in stale {
        let target = root.join(path);
        let folder = target.parent().unwrap_or(root);
        folders.create(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let new = text.as_ref().map(|text| temporary(folder, text)).transpose();
        let new = new.with_context(|| format!("cannot write {}", target.display()))?;
        let old = second_name(folder, &target)
            .with_context(|| format!("cannot keep a copy of {}", target.display()))?;
        staged.push(Staged { target, new, old });
    }
    Ok(staged)
}

/// Makes the changes.
fn replace(staged: Vec<Staged>, rename: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<()> {
    let mut done = Vec::new();
    for change in staged {
        let target = &change.target;
        let changed = match &change.new {
            Some(new) => rename(new, target),
            None => fs::remove_file(target),
        };
        if let Err(error) = changed {
            let stuck = put_back(done, &rename);
            let error = Err(error).with_context(|| format!("cannot replace {}", target.display()));
            return if stuck.is_empty() {
                error
            } else {
                error.with_context(|| format!("cannot put back, restore by hand: {}", stuck.join(", ")))
            };
        }
        done.push(change);
    }
    Ok(())
}

/// Undoes changes, the last first. Returns the files that resist, in words.
fn put_back(done: Vec<Staged>, rename: impl Fn(&Path, &Path) -> io::Result<()>) -> Vec<String> {
    let mut stuck = Vec::new();
    for Staged { target, old, .. } in done.into_iter().rev() {
        let target_name = target.display();
        match old {
            Some(mut old) => {
                if let Err(error) = rename(&old, &target) {
                    // It is all that is left of the old content.
                    old.disable_cleanup(true);
                    stuck.push(format!("{target_name} from {} ({error})", old.display()));
                }
            }
            None => {
                if let Err(error) = fs::remove_file(&target) {
                    stuck.push(format!("{target_name}, which was not there before ({error})"));
                }
            }
        }
    }
    stuck
}

/// A second name for a file, so that the first can be taken and given back. None: there is no file.
fn second_name(folder: &Path, file: &Path) -> io::Result<Option<TempPath>> {
    if !file.try_exists()? {
        return Ok(None);
    }
    let link = |name: &Path| match fs::hard_link(file, name) {
        // Not every file system has links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::copy(file, name).map(drop),
        linked => linked,
    };
    let named = tempfile::Builder::new().prefix(".previous-").make_in(folder, link)?;
    Ok(Some(named.into_temp_path()))
}

/// The folders that had to be made, which go again if nothing came of it.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn create(&mut self, folder: &Path) -> io::Result<()> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<_> = missing.map(Path::to_owned).collect();
        self.0.extend(missing.into_iter().rev());
        fs::create_dir_all(folder)
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // Only an empty folder goes; one that is gone already is as good.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A file with this text, as readable as any other that the user makes: temporary files of the library are private.
fn temporary(folder: &Path, text: &str) -> io::Result<TempPath> {
    let create = |path: &Path| fs::File::create_new(path);
    let mut file = tempfile::Builder::new().prefix(".generated-").make_in(folder, create)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(with_plain_ends(&String::from_utf8_lossy(&bytes)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A text whose lines end as on Unix. Git may check files out with others, and that is no change.
fn with_plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The names of the files in a folder, sorted; none if the folder is missing.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut names = entries
        .map(|entry| Ok(PathBuf::from(entry?.file_name())))
        .collect::<io::Result<Vec<_>>>()
        .with_context(|| format!("cannot read {}", folder.display()))?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNED: &[&str] = &["gen"];

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
        let paths: Vec<_> = found.iter().map(|stale| stale.path.as_path()).collect();
        assert_eq!(paths, ["gen/changed.rs", "notes/missing.md", "gen/left_over.rs"].map(Path::new));
        assert!(found[0].diff().contains("-old\n+new\n"), "{}", found[0].diff());

        write(root.path(), &found).unwrap();
        assert!(stale(root.path(), OWNED, &artifacts).unwrap().is_empty());
        let after = fs::metadata(root.path().join("gen/same.rs")).unwrap().modified().unwrap();
        assert_eq!(after, untouched);
    }

    /// As git checks files out on Windows, where a workspace does not say otherwise.
    #[test]
    fn a_file_whose_lines_end_in_another_way_is_not_stale() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("gen")).unwrap();
        let path = root.path().join("gen/a.rs");
        let artifact = |text: &str| [Artifact::new("gen/a.rs", text)];
        for (present, text) in [("a\r\nb\r\n", "a\nb\n"), ("a\nb\n", "a\r\nb\n"), ("a\r\n", "a\r\n")] {
            fs::write(&path, present).unwrap();
            assert!(stale(root.path(), OWNED, &artifact(text)).unwrap().is_empty(), "{present:?} {text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), present);
        }
        fs::write(&path, "a\r\nb\r\n").unwrap();
        let found = stale(root.path(), OWNED, &artifact("a\nc\n")).unwrap();
        assert!(found[0].diff().ends_with(" a\n-b\n+c\n"), "{}", found[0].diff());
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

    /// Three files, of which the second cannot be replaced and the third is new.
    fn three(root: &Path) -> Vec<Stale> {
        let files = [("a", "old a\n"), ("b", "old b\n")];
        for (name, text) in files {
            fs::write(root.join(name), text).unwrap();
        }
        let stale = |path: &str, text: Option<&str>| Stale {
            path: path.into(),
            text: text.map(str::to_owned),
            present: None,
        };
        vec![stale("new/a", Some("new\n")), stale("a", None), stale("b", Some("new b\n"))]
    }

    fn names(root: &Path) -> Vec<String> {
        let names = fs::read_dir(root).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_rename_that_fails_half_way_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let stale = three(root.path());
        let stubborn = root.path().join("b");
        let rename = |from: &Path, to: &Path| {
            if to == stubborn { Err(io::Error::other("no")) } else { fs::rename(from, to) }
        };
        let error = write_by(rename, root.path(), &stale);
        let message = format!("{:#}", error.unwrap_err());
        assert_eq!(message, format!("cannot replace {}: no", stubborn.display()));
        assert_eq!(names(root.path()), ["a", "b"], "no new file, folder or temporary file is left");
        assert_eq!(fs::read_to_string(root.path().join("a")).unwrap(), "old a\n");
        assert_eq!(fs::read_to_string(root.path().join("b")).unwrap(), "old b\n");
    }

    #[test]
    fn what_cannot_be_put_back_is_named_and_its_old_content_stays() {
        let root = tempfile::tempdir().unwrap();
        let mut stale = three(root.path());
        stale.remove(0);
        let error = write_by(|_, _| Err(io::Error::other("no")), root.path(), &stale);
        let message = format!("{:#}", error.unwrap_err());
        let names = names(root.path());
        let [copy, b] = names.as_slice() else { panic!("{names:?}") };
        assert_eq!(b, "b");
        let (a, copy) = (root.path().join("a"), root.path().join(copy));
        let words = format!("restore by hand: {} from {} (no)", a.display(), copy.display());
        assert!(message.contains(&words), "{message}");
        assert_eq!(fs::read_to_string(copy).unwrap(), "old a\n");
        assert_eq!(fs::read_to_string(root.path().join("b")).unwrap(), "old b\n");
    }

    #[test]
    fn an_interrupt_waits_while_files_are_replaced() {
        let root = tempfile::tempdir().unwrap();
        let stale = three(root.path());
        let rename = |from: &Path, to: &Path| {
            assert!(interrupt::waits());
            fs::rename(from, to)
        };
        write_by(rename, root.path(), &stale).unwrap();
    }

    #[test]
    fn all_of_it_is_written_removed_and_created() {
        let root = tempfile::tempdir().unwrap();
        let stale = three(root.path());
        write(root.path(), &stale).unwrap();
        assert_eq!(names(root.path()), ["b", "new"]);
        assert_eq!(fs::read_to_string(root.path().join("b")).unwrap(), "new b\n");
        assert_eq!(fs::read_to_string(root.path().join("new/a")).unwrap(), "new\n");
    }
}
