//! Takes in a published description of the API: reads it in whatever form it comes, raises it to
//! OpenAPI 3.1, merges several into one, and leaves the structure.
//!
//! ```text
//! bytes -> read -> swagger2 | openapi30 -> identifiers -> check -> merge -> reach -> words -> canonical
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::pointer::Pointer;
use crate::report::{Fate, Note, Refusal};

pub mod check;
pub mod grammar;
pub mod identifiers;
pub mod inherit;
pub mod input;
pub mod merge;
pub mod openapi30;
pub mod page;
pub mod reach;
pub mod read;
pub mod schema;
pub mod source;
pub mod swagger2;
pub mod tree;
pub mod update;
pub mod words;

use read::{Dialect, Published};
use source::Source;
use tree::{Malformed, Tree};

/// The version of the specification in which the document is vendored.
pub const VERSION: &str = "3.1.1";

/// What the caller may choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keeps summaries, descriptions, examples and extensions.
    pub keep_prose: bool,
    /// Merges files of different versions of the API; the highest gives its number.
    pub allow_mixed_versions: bool,
}

/// A published file.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path, or `standard input`.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What was taken in.
#[derive(Clone, Debug)]
pub struct Vendored {
    /// The OpenAPI 3.1 document, in canonical form.
    pub document: Value,
    /// Where it came from.
    pub source: Source,
    /// What was decided on the way.
    pub notes: Vec<Remark>,
}

/// A note, and the file it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The name of the input; none if the note is about all of them together.
    pub input: Option<String>,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// The place in it, and what was decided there.
    pub note: Note,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.input.as_deref(), self.line, Some(&self.note.pointer))?;
        f.write_str(&self.note.text)
    }
}

/// Something in a file that keeps it from being taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the input.
    pub input: String,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// The place in it.
    pub pointer: Option<Pointer>,
    /// What was found there and what to do about it.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, Some(&self.input), self.line, self.pointer.as_ref())?;
        f.write_str(&self.text)
    }
}

fn place(
    f: &mut fmt::Formatter<'_>,
    input: Option<&str>,
    line: Option<u64>,
    pointer: Option<&Pointer>,
) -> fmt::Result {
    match (input, line) {
        (Some(input), Some(line)) => write!(f, "{input}:{line}: ")?,
        (Some(input), None) => write!(f, "{input}: ")?,
        (None, _) => {}
    }
    match pointer {
        Some(pointer) if *pointer != Pointer::root() => write!(f, "{pointer}: "),
        _ => Ok(()),
    }
}

/// Everything that keeps files from being taken in. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorError(pub Vec<Problem>);

/// How many problems a message shows; the rest are counted.
const SHOWN: usize = 20;

impl fmt::Display for VendorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for VendorError {}

/// What the stages have to say about one document.
#[derive(Debug, Default)]
pub struct Report {
    notes: Vec<Note>,
    refusals: Vec<Refusal>,
    /// References that lead nowhere, each with the places where it stands.
    nowhere: BTreeMap<String, Vec<Pointer>>,
}

impl Report {
    fn note(&mut self, pointer: Pointer, fate: Fate, text: impl Into<String>) {
        self.notes.push(Note { pointer, fate, text: text.into() });
    }

    fn refuse(&mut self, pointer: Pointer, text: impl Into<String>) {
        self.refusals.push(Refusal { pointer, text: text.into() });
    }

    /// A truncated file has many of these, so each target is told once.
    fn leads_nowhere(&mut self, pointer: Pointer, reference: &str) {
        self.nowhere.entry(reference.to_owned()).or_default().push(pointer);
    }

    fn into_refusals(mut self) -> Vec<Refusal> {
        for (reference, places) in self.nowhere {
            let more = match places.len() {
                0 | 1 => String::new(),
                several => format!(" (and in {} more places)", several - 1),
            };
            let text = if Pointer::from_local_ref(&reference).is_some() {
                format!("`{reference}` leads nowhere{more}: is the file truncated, or one of several?")
            } else if reference.starts_with('#') {
                format!("`{reference}` names an anchor{more} that no schema has; correct one of the two")
            } else {
                format!("`{reference}` is in another file{more}; bundle the files into one first")
            };
            let pointer = places.into_iter().next().unwrap_or_default();
            self.refusals.push(Refusal { pointer, text });
        }
        self.refusals
    }

    fn has_refusals(&self) -> bool {
        !(self.refusals.is_empty() && self.nowhere.is_empty())
    }

    /// The members of what must be an object.
    fn object<'a>(&mut self, value: &'a Value, at: &Pointer) -> Option<&'a Map<String, Value>> {
        if !value.is_object() {
            self.refuse(at.clone(), format!("{} where an object belongs", brief(value)));
        }
        value.as_object()
    }
}

/// A value for a message: its beginning, if it is long.
fn brief(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{beginning}…"),
        None => text,
    }
}

/// A document of OpenAPI 3.1 that was raised from a file.
#[derive(Debug)]
pub struct Part {
    name: String,
    tree: Tree,
    document: Value,
}

impl Part {
    fn problem(&self, pointer: Option<Pointer>, text: String) -> Problem {
        let line = pointer.as_ref().and_then(|pointer| self.tree.line(pointer));
        Problem { input: self.name.clone(), line, pointer, text }
    }
}

/// Takes in published files, of any forms and in any number, as one document.
///
/// # Errors
/// A file cannot be read as a description of an API, or holds what cannot be carried; or the files
/// contradict each other. All that one run can find is listed.
pub fn vendor(inputs: &[Input], options: &Options) -> Result<Vendored, VendorError> {
    let mut parts = Vec::new();
    let mut files = Vec::new();
    let mut notes = Vec::new();
    let mut problems = Vec::new();
    for input in inputs {
        match read::read(&input.bytes) {
            Ok(published) => {
                files.push(source::File::new(&input.name, published.form, &input.bytes));
                parts.extend(raised(&input.name, published, &mut notes, &mut problems));
            }
            Err(Malformed { line, text }) => {
                problems.push(Problem { input: input.name.clone(), line, pointer: None, text });
            }
        }
    }
    if !problems.is_empty() {
        return Err(VendorError(problems));
    }
    let mut document = merge::merge(parts, options.allow_mixed_versions).map_err(VendorError)?;
    let mut report = Report::default();
    reach::drop_unused(&mut document, &mut report);
    notes.extend(report.notes.into_iter().map(|note| Remark { input: None, line: None, note }));
    if options.keep_prose {
        words::describe_responses(&mut document);
    } else {
        words::drop_words(grammar::Kind::Document, &mut document);
    }
    files.sort();
    files.dedup();
    let info = |name: &str| {
        let text = document.pointer(&format!("/info/{name}")).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let source = Source { title: info("title"), version: info("version"), from: None, files };
    Ok(Vendored { document: canonical(document), source, notes })
}

/// Raises a document to OpenAPI 3.1 and checks it.
fn raised(
    name: &str,
    Published { form, tree }: Published,
    notes: &mut Vec<Remark>,
    problems: &mut Vec<Problem>,
) -> Option<Part> {
    let mut report = Report::default();
    let mut document = match form.dialect {
        Dialect::Swagger2 => swagger2::raise(&tree.document, &mut report),
        Dialect::OpenApi30 => openapi30::raise(tree.document.clone(), &mut report),
        Dialect::OpenApi31 => tree.document.clone(),
    };
    identifiers::resolve(&mut document);
    // A raised document that is incomplete would only be refused for the same reasons again.
    if !report.has_refusals() {
        check::check(&document, &mut report);
    }
    if let Value::Object(members) = &mut document {
        members.insert("openapi".to_owned(), VERSION.into());
    }
    notes.extend(std::mem::take(&mut report.notes).into_iter().map(|note| Remark {
        input: Some(name.to_owned()),
        line: tree.line(&note.pointer),
        note,
    }));
    let part = Part { name: name.to_owned(), tree, document };
    let refusals = report.into_refusals();
    let refused = !refusals.is_empty();
    let mut found: Vec<_> = refusals.into_iter().map(|r| part.problem(Some(r.pointer), r.text)).collect();
    found.sort_by_key(|problem| problem.line);
    problems.extend(found);
    (!refused).then_some(part)
}
