//! From the vendored document to the generated files, one line a step.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::artifact::Artifact;
use crate::bisect::{self, Survivors};
use crate::canonical::{canonical, to_text};
use crate::document::operations;
use crate::engine::{Code, Engine};
use crate::report::{self, Fate, Note};
use crate::words::{self, Wish};
use crate::{document, layout, legalize, lower, names, overlay, scaffold, security};

/// What generating comes to. Nothing is written yet.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The files, all of them.
    pub artifacts: Vec<Artifact>,
    /// What the person who runs it should know.
    pub warnings: Vec<String>,
    /// What the overlays could still say.
    pub wishes: Vec<Wish>,
}

/// Generates everything from what stands in `root`, in this process.
///
/// # Errors
/// A file is missing or not what it should be, or the document has something that cannot be carried.
pub fn generate(root: &Path) -> Result<Generated> {
    from(root, vendored(root)?, &Engine::Thread, false)
}

/// The vendored document of the workspace in `root`.
///
/// # Errors
/// There is none, or it is not a JSON object.
pub fn vendored(root: &Path) -> Result<Value> {
    let path = root.join(layout::DOCUMENT);
    if let Err(error) = fs::metadata(&path)
        && error.kind() == ErrorKind::NotFound
    {
        let command = layout::command(root, "vendor FILE");
        return Err(error)
            .with_context(|| format!("cannot read {}; `{command}` puts a document there", path.display()));
    }
    document::read(&path)
}

/// Generates everything from a vendored document and the overlays that stand in `root`. An operation
/// that defeats progenitor all the same is left out with a warning, or if `strict`, an error.
///
/// # Errors
/// An overlay is not what it should be, or the document has something that cannot be carried.
pub fn from(root: &Path, mut document: Value, engine: &Engine, strict: bool) -> Result<Generated> {
    let left_over = overlays(root, &mut document)?;
    let mut wishes = words::wishes(&document);
    let mut warnings = Vec::new();
    let expressible = expressible(document).with_context(|| refused(layout::DOCUMENT))?;
    let document = expressible.document;
    let mut notes = expressible.legalized;
    if operations(&document).next().is_none() {
        bail!("{}", nothing_to_generate(&notes));
    }
    let Survivors { document, made: Code { client, httpmock }, left_out } =
        bisect::survivors(&document, |document| code(engine, document))?;
    notes.extend(left_out.into_iter().map(|(pointer, reason)| {
        let text = format!("defeats the generator: {}", reason.lines().next().unwrap_or_default());
        Note { pointer, fate: Fate::LeftOut, text }
    }));
    for Note { pointer, text, .. } in notes.iter().filter(|note| note.fate == Fate::LeftOut) {
        if strict {
            bail!("{pointer}: {text}; it is left out without --strict");
        }
        warnings.push(format!("{pointer} is left out: {text}"));
    }
    for note in security::unserved(&document) {
        warnings.push(format!("{}: {}", note.pointer, note.text));
        notes.push(note);
    }
    // What lowering leaves out, such as requests that a server sends, is no operation.
    notes.extend(expressible.lowered);
    wishes.extend(words::of_names(&client));
    wishes.extend(left_over.into_iter().map(words::left_over));
    let mut artifacts = vec![
        Artifact::new(layout::LOWERED, to_text(&document)),
        Artifact::new(layout::LOWERING, report::markdown(&notes)),
        Artifact::new(layout::CLIENT, client),
        Artifact::new(layout::HTTPMOCK, httpmock),
    ];
    let scaffold = scaffold::around(root)?;
    artifacts.extend(scaffold.missing);
    warnings.extend(scaffold.warnings);
    Ok(Generated { artifacts, warnings, wishes })
}

/// A document that progenitor can express, and what became of the one that it was.
pub(crate) struct Expressible {
    /// OpenAPI 3.0.3, in canonical order.
    pub(crate) document: Value,
    /// What legalizing did.
    legalized: Vec<Note>,
    /// What lowering did.
    lowered: Vec<Note>,
}

/// Gives every operation a name, lowers the document and legalizes it.
///
/// # Errors
/// The document has something that cannot be carried.
pub(crate) fn expressible(mut document: Value) -> Result<Expressible> {
    names::derive_missing(&mut document);
    let mut lowered = lower::lower(&document)?;
    // Operations behind a reference to a path item stand in place only now.
    names::derive_missing(&mut lowered.document);
    let legalized = legalize::legalize(&lowered.document)?;
    Ok(Expressible {
        document: canonical(legalized.document),
        legalized: legalized.notes,
        lowered: lowered.notes,
    })
}

/// Why there is nothing to generate.
fn nothing_to_generate(notes: &[Note]) -> String {
    let left_out: Vec<String> = notes
        .iter()
        .filter(|note| note.fate == Fate::LeftOut)
        .map(|Note { pointer, text, .. }| format!("\n{pointer}: {text}"))
        .collect();
    let why = if left_out.is_empty() {
        "it has no operation: none of its `paths` has a method such as `get`"
    } else {
        "each of its operations would be left out"
    };
    format!("{} gives no client: {why}{}", layout::DOCUMENT, left_out.concat())
}

/// The client and the mocks.
fn code(engine: &Engine, document: &Value) -> Result<Code> {
    if operations(document).next().is_none() {
        bail!("no operation is left");
    }
    engine.generate(document)
}

/// Applies the overlays. Returns what they say of nothing.
fn overlays(root: &Path, document: &mut Value) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for name in layout::OVERLAYS {
        let path = root.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            // A document needs no overlays; names are derived, and there are no words.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        warnings.extend(overlay::apply(Path::new(name), &text, document)?);
    }
    Ok(warnings)
}

fn refused(name: &str) -> String {
    format!("{name}, with the overlays applied, has something that cannot be carried into Rust")
}
