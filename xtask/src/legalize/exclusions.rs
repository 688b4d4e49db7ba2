//! `not`: what a schema excludes is left to the server.
//!
//! The generator gives up on most of what can stand there. And the other rewrites allow more than they find,
//! which inside of `not` would exclude more: a pattern that is left to the server there would leave nothing.

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
