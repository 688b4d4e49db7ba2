//! `not`: exclusions are left to the server.
//!
//! The generator fails on most schemas inside `not`. The other rewrites widen schemas, and a wider schema inside `not`
//! would exclude more.

use super::draft::Draft;
use super::walk;
use crate::report::{Fate, Note};

/// Takes out every `not`.
pub(super) fn leave_to_the_server(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        if schema.remove("not").is_some() {
            let text = "what `not` excludes is left to the server";
            notes.push(Note { pointer: place.join("not"), fate: Fate::Widened, text: text.into() });
        }
    });
}
