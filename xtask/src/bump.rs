//! Updates to a new version of the API: from published files to all changed files.
//!
//! This module writes nothing. It determines the changes first, so they are reported even if the update fails. Then it
//! makes all contents in memory, or returns an error.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value};

use crate::artifact::{self, Artifact, Stale};
use crate::canonical;
use crate::diff::{self, Change, Class, Overlays};
use crate::document::operations;
use crate::engine::Engine;
use crate::generate::Generated;
use crate::vendor::source::Source;
use crate::vendor::{self, Input, update};
use crate::words::Wish;
use crate::{changelog, document, generate, layout, release, report, uses};

/// What the caller may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How the files are read.
    pub vendor: vendor::Options,
    /// Lays the files over the document that is there.
    pub update: bool,
    /// Where the file on standard input came from.
    pub from: Option<String>,
    /// Goes on where hand-written code uses what is taken away.
    pub even_if_used: bool,
    /// Fails on flaws of the document.
    pub strict: bool,
}

/// A new version of the document.
#[derive(Clone, Debug)]
pub struct Version {
    /// The document, as it is to be vendored.
    pub document: Value,
    /// Where it came from.
    pub source: Source,
    /// What the files gave to say.
    pub files: vendor::Told,
    /// What pages changed for operations that they do not hold.
    pub shared: Vec<String>,
    /// The document that was there before, if there was one.
    pub before: Option<Value>,
    /// What changed since then.
    pub changes: Vec<Change>,
}

/// Everything that a new version comes to.
#[derive(Clone, Debug)]
pub struct Bump {
    /// What was decided on the way and read otherwise than it stands, a line each.
    pub told: Vec<String>,
    /// What the person who runs it should know beside that.
    pub warnings: Vec<String>,
    /// What the overlays could still say.
    pub wishes: Vec<Wish>,
    /// Each version of a crate that moves.
    pub versions: Vec<String>,
    /// The files that change.
    pub stale: Vec<Stale>,
}

/// Reads published files as the next version of the document in `root`, and compares the two.
///
/// # Errors
/// A file is no description of an API, or the files are not what the options say of them.
pub fn read(root: &Path, inputs: &[Input], options: &Options, engine: &Engine) -> Result<Version> {
    let mut vendored = vendor::vendor(inputs, &options.vendor)?;
    let before = before(root)?;
    let present = Source::read(root);
    let mut shared = Vec::new();
    // The same file under another name is the same file.
    for file in &mut vendored.source.files {
        let known =
            present.iter().flat_map(|present| &present.files).find(|known| known.sha256 == file.sha256);
        if let Some(known) = known {
            file.clone_from(known);
        }
    }
    vendored.source.from = options.from.clone().or_else(|| present.as_ref()?.from.clone());
    match &before {
        Some(before) if options.update => {
            let updated = update::update(before.clone(), vendored.document).map_err(|text| anyhow!(text))?;
            (vendored.document, shared) = (updated.document, updated.shared);
            let files = vendored.source.files.split_off(0);
            vendored.source.files = present.map(|present| present.files).unwrap_or_default();
            vendored.source.add(files);
            vendored.source.version = text(&vendored.document, "/info/version").to_owned();
        }
        Some(before) => refuse_a_part(before, &vendored.document)?,
        None => {}
    }
    let changes = match &before {
        Some(before) => diff::diff_under(&Overlays::of(root)?, before, &vendored.document, engine),
        None => Vec::new(),
    };
    let vendor::Vendored { document, source, told: files } = vendored;
    Ok(Version { document, source, files, shared, before, changes })
}

impl Version {
    /// What is new, for people.
    #[must_use]
    pub fn told(&self) -> String {
        if self.before.is_some() {
            return diff::to_text(&self.changes);
        }
        let schemas = self.document.pointer("/components/schemas").and_then(Value::as_object);
        format!(
            "the first version here: {} {} (operations: {}, schemas: {})",
            text(&self.document, "/info/title"),
            text(&self.document, "/info/version"),
            operations(&self.document).count(),
            schemas.map_or(0, Map::len),
        )
    }

    /// What the files and the overlaid document give to say.
    ///
    /// # Errors
    /// There are flaws, and they are to stop the run.
    fn told_of(&self, generated: &Generated, strict: bool) -> Result<Vec<String>> {
        // An overlay may have given the version that the files lack.
        let has_version = generated.version != text(&self.document, "/info/version");
        let remarks = self.files.notes.iter().filter(|remark| !(has_version && remark.is_about_no_version()));
        if strict {
            let flaws = remarks.clone().filter(|remark| remark.note.fate.is_flaw());
            report::refuse(flaws.map(ToString::to_string).chain(generated.flaws()))?;
        }
        let of_files = remarks.map(|remark| (&remark.note, remark.place()));
        let mut told =
            report::told(of_files.chain(generated.told.iter().map(|note| (note, self.files.place(note)))));
        if self.files.left_words_out && !generated.wishes.is_empty() {
            told.push("note: the publisher's own words are left out; --keep-prose keeps them".to_owned());
        }
        Ok(told)
    }

    /// Generates everything, and raises the versions.
    ///
    /// # Errors
    /// Something cannot be generated, or hand-written code uses what is not there any more.
    pub fn bump(&self, root: &Path, options: &Options, engine: &Engine) -> Result<Bump> {
        let generated = generate::from(root, self.document.clone(), &self.files.inputs, engine)?;
        let told = self.told_of(&generated, options.strict)?;
        let mut warnings = generated.warnings;
        let mut artifacts = generated.artifacts;
        warnings.extend(used(root, &artifacts, options.even_if_used)?);
        artifacts.push(Artifact::new(layout::DOCUMENT, canonical::to_text(&self.document)));
        artifacts.push(Artifact::new(layout::SOURCE, self.source.to_toml()?));
        let mut versions = Vec::new();
        if self.before.is_some() {
            let release = release::last(root, "pod-api").and_then(|release| release.document(root));
            let overlays = Overlays::of(root)?;
            let since_release = release.map(|released| match self.before.as_ref() == Some(&released) {
                true => self.changes.clone(),
                false => diff::diff_under(&overlays, &released, &self.document, engine),
            });
            let changes = since_release.as_ref().unwrap_or(&self.changes);
            // The first is the gravest.
            let gravest: Option<Class> = changes.iter().map(|change| change.class).min();
            let raised = release::raise(root, gravest, text(&self.document, "/info/version"))?;
            artifacts.extend(raised.artifacts);
            versions = raised.told;
            let added = since_release.is_none();
            let lines = changelog::lines(changes);
            artifacts.extend(changelog::rewritten(root, "pod-api/CHANGELOG.md", &lines, added)?);
            if let Some(bindings) = raised.above {
                let lines = changelog::above(&bindings);
                artifacts.extend(changelog::rewritten(root, "pod-api-ext/CHANGELOG.md", &lines, false)?);
            }
        }
        let stale = artifact::stale(root, &layout::OWNED, &artifacts)?;
        Ok(Bump { told, warnings, wishes: generated.wishes, versions, stale })
    }
}

/// The vendored document as it is; none in a workspace that has none yet.
fn before(root: &Path) -> Result<Option<Value>> {
    let path = root.join(layout::DOCUMENT);
    path.exists().then(|| document::read(&path)).transpose()
}

fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Of how many operations one has to be left for a file to count as the whole.
const WHOLE: usize = 4;

/// Refuses what holds a small part of the operations that are there, as a page does.
fn refuse_a_part(before: &Value, document: &Value) -> Result<()> {
    let (all, part) = (operations(before).count(), operations(document).count());
    if part.saturating_mul(WHOLE) < all {
        let of = if part == 1 { "operation" } else { "operations" };
        bail!(
            "the files hold {part} {of}, and {} holds {all}: `vendor --update` lays the files over it, and without \
             that file they become the whole document",
            layout::DOCUMENT
        );
    }
    Ok(())
}

/// Refuses a client that takes away what hand-written code uses; if that is wanted, warns of it.
fn used(root: &Path, artifacts: &[Artifact], even_so: bool) -> Result<Vec<String>> {
    let client = Path::new(layout::CLIENT);
    let Some(after) = artifacts.iter().find(|artifact| artifact.path == client) else {
        return Ok(Vec::new());
    };
    // Without a client there is no code that uses it.
    let Ok(before) = std::fs::read_to_string(root.join(client)) else { return Ok(Vec::new()) };
    if before == after.text {
        return Ok(Vec::new());
    }
    let lost: Vec<String> = uses::lost(root, &before, &after.text)?.iter().map(ToString::to_string).collect();
    if lost.is_empty() || even_so {
        return Ok(lost);
    }
    bail!(
        "hand-written code uses what this version takes away or changes; nothing is written\n  {}\nChange that code first; \
         or take the version in with --even-if-used, and change the code then",
        lost.join("\n  ")
    )
}
