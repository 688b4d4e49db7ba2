//! Vendors a published description of the API: reads any supported format, converts it to OpenAPI 3.1, merges several
//! documents into one, and keeps the structure only.
//!
//! ```text
//! bytes -> read -> swagger2 | openapi30 -> identifiers -> check -> merge -> reach -> words -> canonical
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::document::{Operation, operations};
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
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Keeps summaries, descriptions, examples and extensions.
    pub keep_prose: bool,
    /// Merges files of different versions of the API; the highest gives its number.
    pub allow_mixed_versions: bool,
    /// The version of the API, whatever the files say.
    pub api_version: Option<String>,
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
    /// What there is to say of it.
    pub told: Told,
}

/// What files give to say.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The names of the files, for a message about all of them.
    pub inputs: String,
    /// What was decided on the way.
    pub notes: Vec<Remark>,
    /// The references that lead nowhere, by what they say. An overlay may give what they name.
    pub nowhere: BTreeMap<String, Place>,
    /// Whether the publisher describes operations in words that were left out.
    pub left_words_out: bool,
}

impl Told {
    /// Where a note of a later stage is about, in words that begin a message.
    #[must_use]
    pub fn place(&self, note: &Note) -> String {
        let is_about = |reference: &&String| note.text.starts_with(&format!("`{reference}` "));
        let nowhere = self.nowhere.iter().find(|(reference, _)| is_about(reference));
        nowhere.map_or_else(
            || note.pointer.to_string(),
            |(_, at)| place(Some(&at.input), at.line, Some(&at.pointer)),
        )
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the input.
    pub input: String,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// The place in the document.
    pub pointer: Pointer,
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

impl Remark {
    /// Where it is, in words that begin a message.
    #[must_use]
    pub fn place(&self) -> String {
        place(self.input.as_deref(), self.line, Some(&self.note.pointer))
    }

    /// Whether it tells that a version was taken for want of one.
    #[must_use]
    pub fn is_about_no_version(&self) -> bool {
        self.note.fate == Fate::Guessed && self.note.pointer.as_str() == "/info/version"
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.note.text)
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
        write!(f, "{}: {}", place(Some(&self.input), self.line, self.pointer.as_ref()), self.text)
    }
}

/// A file, a line of it and a place in its document, as far as they are known: `file:3: #/info`.
fn place(input: Option<&str>, line: Option<u64>, pointer: Option<&Pointer>) -> String {
    let file = input.map(|input| line.map_or_else(|| input.to_owned(), |line| format!("{input}:{line}")));
    let pointer = pointer.filter(|pointer| **pointer != Pointer::root()).map(ToString::to_string);
    [file, pointer].into_iter().flatten().collect::<Vec<_>>().join(": ")
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
    /// References that lead nowhere, each with the first place where it stands.
    nowhere: BTreeMap<String, Pointer>,
}

impl Report {
    fn note(&mut self, pointer: Pointer, fate: Fate, text: impl Into<String>) {
        self.notes.push(Note { pointer, fate, text: text.into() });
    }

    fn refuse(&mut self, pointer: Pointer, text: impl Into<String>) {
        self.refusals.push(Refusal { pointer, text: text.into() });
    }

    fn leads_nowhere(&mut self, pointer: Pointer, reference: &str) {
        self.nowhere.entry(reference.to_owned()).or_insert(pointer);
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
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let mut told = Told { inputs: names.join(", "), ..Told::default() };
    let mut problems = Vec::new();
    for input in inputs {
        match read::read(&input.bytes) {
            Ok(published) => {
                files.push(source::File::new(&input.name, published.form, &input.bytes));
                parts.extend(raised(&input.name, published, &mut told, &mut problems));
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
    check::has_paths(&document).map_err(|text| {
        VendorError(vec![Problem { input: told.inputs.clone(), line: None, pointer: None, text }])
    })?;
    if let (Some(version), Some(info)) = (&options.api_version, document.get_mut("info")) {
        info["version"] = version.as_str().into();
        told.notes.retain(|remark| remark.note.pointer.as_str() != "/info/version");
    }
    let mut report = Report::default();
    reach::drop_unused(&mut document, &mut report);
    told.notes.extend(report.notes.into_iter().map(|note| Remark { input: None, line: None, note }));
    let has_words = |operation: Operation<'_>| {
        ["summary", "description"]
            .iter()
            .any(|words| operation.value.get(words).is_some_and(Value::is_string))
    };
    told.left_words_out = !options.keep_prose && operations(&document).any(has_words);
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
    Ok(Vendored { document: canonical(document), source, told })
}

/// Raises a document to OpenAPI 3.1 and checks it.
fn raised(
    name: &str,
    Published { form, tree }: Published,
    told: &mut Told,
    problems: &mut Vec<Problem>,
) -> Option<Part> {
    let mut report = Report::default();
    let mut document = match form.dialect {
        Dialect::Swagger2 => swagger2::raise(&tree.document, &mut report),
        Dialect::OpenApi30 => openapi30::raise(tree.document.clone(), &mut report),
        Dialect::OpenApi31 => tree.document.clone(),
    };
    identifiers::resolve(&mut document, &mut report);
    check::name(&mut document, &mut report);
    // A raised document that is incomplete would only be refused for the same reasons again.
    if report.refusals.is_empty() {
        check::check(&document, &mut report);
    }
    if let Value::Object(members) = &mut document {
        members.insert("openapi".to_owned(), VERSION.into());
    }
    let Report { notes, refusals, nowhere } = report;
    told.notes.extend(notes.into_iter().map(|note| Remark {
        input: Some(name.to_owned()),
        line: tree.line(&note.pointer),
        note,
    }));
    for (reference, pointer) in nowhere {
        let place = Place { input: name.to_owned(), line: tree.line(&pointer), pointer };
        told.nowhere.entry(reference).or_insert(place);
    }
    let part = Part { name: name.to_owned(), tree, document };
    let refused = !refusals.is_empty();
    let mut found: Vec<_> = refusals.into_iter().map(|r| part.problem(Some(r.pointer), r.text)).collect();
    found.sort_by_key(|problem| problem.line);
    problems.extend(found);
    (!refused).then_some(part)
}
