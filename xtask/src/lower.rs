//! OpenAPI 3.1.x to 3.0.3: what was valid under the document that came in stays valid under the one that comes out.
//!
//! [`TABLE`](table::TABLE) has the rewrite of every member and keyword. A rewrite that allows more than before, or
//! leaves something out, is a [`Note`]. A construct that cannot be expressed is a [`Refusal`](crate::report::Refusal)
//! with its place.
//!
//! Most rewrites are exact. Some widen a schema. That is a problem where a schema forbids something: `not` of a wider
//! schema forbids more, and two wider branches of a `oneOf` may both match. So a document with widened schemas is
//! lowered twice: first to find them, including through references, then to rewrite `not` and `oneOf` accordingly. A
//! `oneOf` whose branches cannot overlap, because of their types or a distinguishing property, stays as it is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lower::references::References;
use crate::lower::walk::Rewrites;
use crate::lower::widening::Widening;
use crate::report::{Fate, Note, Refusals};

mod arrays;
pub(crate) mod bounds;
mod conditions;
mod constants;
mod content;
mod depth;
mod dialect;
mod disjoint;
mod draft;
mod finish;
pub(crate) mod identifiers;
mod keywords;
mod nulls;
mod properties;
mod references;
mod schema;
mod schemes;
pub mod table;
mod types;
mod unions;

mod walk;
mod widening;

pub(crate) use walk::COPIES;

/// A lowered document, and what was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// An OpenAPI 3.0.3 document.
    pub document: Value,
    /// Every rewrite, in the order of places. A note's pointer leads into the document that was given.
    pub notes: Vec<Note>,
}

/// Lowers an OpenAPI 3.1.x document to 3.0.3.
///
/// # Errors
///
/// Everything in the document that 3.0.3 cannot carry or that is no OpenAPI 3.1: another dialect, `$dynamicRef`, a
/// value of the wrong shape, references that go in circles, and nesting deeper than 128 levels. A member that no
/// specification knows says nothing, and a reference that leads nowhere leads to any value: both are told in notes.
pub fn lower(document: &Value) -> Result<Lowered, Refusals> {
    depth::check(document)?;
    let references = References::of_document(document);
    let rewrites = Rewrites { schema: schema::lower, finish: finish::finish };
    let first = walk::run(document, rewrites, &references, &Widening::default(), None)?;
    let widening = first.graph.close()?;
    let last = if first.notes.iter().any(|note| matches!(note.fate, Fate::Widened | Fate::Guessed)) {
        walk::run(document, rewrites, &references, &widening, Some(&first.document))?
    } else {
        first
    };
    let notes: BTreeSet<Note> = last.notes.into_iter().chain(references.notes).collect();
    Ok(Lowered { document: last.document, notes: notes.into_iter().collect() })
}

/// In the order of places, each once.
fn sorted(refusals: Vec<crate::report::Refusal>) -> Refusals {
    Refusals(refusals.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}
