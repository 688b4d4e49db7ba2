//! From the vendored document to the generated files.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

use crate::artifact::Artifact;
use crate::bisect::{self, Survivors};
use crate::canonical::{canonical, to_text};
use crate::document::operations;
use crate::engine::{Code, Engine};
use crate::pointer::Pointer;
use crate::report::{self, Fate, Note};
use crate::vendor::check;
use crate::words::{self, Wish};
use crate::{contract, document, layout, legalize, lower, names, overlay, scaffold, security};

/// What generating comes to. Nothing is written yet.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The files, all of them.
    pub artifacts: Vec<Artifact>,
    /// What the person who runs it should know of the crate around the generated code.
    pub warnings: Vec<String>,
    /// What the overlays could still say.
    pub wishes: Vec<Wish>,
    /// What that person should know of places in the document.
    pub told: Vec<Note>,
    /// The version of the API, which an overlay may have changed.
    pub version: String,
}

impl Generated {
    /// What there is to say of places in the document, a line each.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        report::told(self.told.iter().map(|note| (note, note.pointer.to_string())))
    }

    /// What `--strict` refuses: flaws of the document, and operations that cannot be generated.
    pub fn flaws(&self) -> impl Iterator<Item = String> {
        let refused = self.told.iter().filter(|note| note.fate.is_flaw() || note.fate == Fate::LeftOut);
        refused.map(|Note { pointer, text, .. }| format!("{pointer}: {text}"))
    }
}

/// Generates everything from what stands in `root`, in this process.
///
/// # Errors
/// A file is missing or not what it should be, or the document has something that cannot be carried.
pub fn generate(root: &Path) -> Result<Generated> {
    from(root, vendored(root)?, layout::DOCUMENT, &Engine::Thread)
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

/// Generates everything from a vendored document, which messages call `name`, and the overlays that stand in `root`.
/// An operation that defeats progenitor all the same is left out, which is told.
///
/// # Errors
/// An overlay is not what it should be, or the document has something that cannot be carried.
pub fn from(root: &Path, mut document: Value, name: &str, engine: &Engine) -> Result<Generated> {
    let left_over = overlays(root, &mut document)?;
    check::has_paths(&document).map_err(|text| anyhow!("{name}: {text}"))?;
    let version = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut wishes = words::wishes(&document);
    let promised = document.clone();
    let expressible = expressible(document).with_context(|| refused(name))?;
    let document = expressible.document;
    let mut notes = expressible.legalized;
    if operations(&document).next().is_none() {
        bail!("{name} gives no client: {}", nothing_to_generate(&notes));
    }
    let Survivors { document, made: Code { client, httpmock }, left_out } =
        bisect::survivors(&document, |document| code(engine, document))?;
    notes.extend(left_out.into_iter().map(|(pointer, reason)| {
        let text = format!("defeats the generator: {}", reason.lines().next().unwrap_or_default());
        Note { pointer, fate: Fate::LeftOut, text }
    }));
    notes.extend(security::unserved(&document));
    // What lowering leaves out, such as requests that a server sends, is no operation.
    let (requests, lowered): (Vec<_>, Vec<_>) =
        expressible.lowered.into_iter().partition(|note| note.fate == Fate::LeftOut);
    notes.extend(lowered);
    let told = notes.iter().filter(|note| note.fate.is_warning() || note.fate.is_flaw()).cloned().collect();
    notes.extend(requests);
    wishes.extend(words::of_names(&client));
    wishes.extend(left_over.into_iter().map(words::left_over));
    let left_out = notes.iter().filter(|note| note.fate == Fate::LeftOut);
    let left_out: BTreeSet<Pointer> = left_out.map(|note| note.pointer.clone()).collect();
    let contract = contract::contract(&promised, &client, &left_out)?;
    let mut artifacts = vec![
        Artifact::new(layout::LOWERED, to_text(&document)),
        Artifact::new(layout::LOWERING, report::markdown(&notes)),
        Artifact::new(layout::CLIENT, client),
        Artifact::new(layout::HTTPMOCK, httpmock),
        Artifact::new(layout::CALLS, contract.calls),
        Artifact::new(layout::CALLS_TABLE, contract.calls_table),
        Artifact::new(layout::TYPES, contract.types),
        Artifact::new(layout::TYPES_TABLE, contract.types_table),
    ];
    let fake = root.join(layout::FAKE);
    if fake.parent().is_some_and(Path::is_dir) {
        artifacts.push(Artifact::new(layout::FAKE, contract.api));
    }
    let scaffold = scaffold::around(root)?;
    artifacts.extend(scaffold.missing);
    Ok(Generated { artifacts, warnings: scaffold.warnings, told, wishes, version })
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
    format!("{why}{}", left_out.concat())
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
