//! References by `$anchor` and `$id`, written as pointers.
//!
//! Everything that follows a reference then finds its way by the place alone.

use serde_json::Value;

use super::Report;
use super::grammar::{self, Kind};
use crate::lower::identifiers::Identifiers;
use crate::pointer::Pointer;
use crate::report::Fate;

/// Writes every reference as a pointer that names a schema otherwise. One that leads nowhere stays as it is.
pub fn resolve(document: &mut Value, report: &mut Report) {
    let identifiers = Identifiers::of(document);
    let mut written = Vec::new();
    grammar::visit(Kind::Document, document, &Pointer::root(), &mut |_, object, at| {
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else { return };
        if let Ok((place, meant)) = identifiers.place(document, reference, at)
            && Pointer::from_local_ref(reference).as_ref() != Some(&place)
        {
            let at = at.join("$ref");
            if let Some(text) = meant.told() {
                report.note(at.clone(), Fate::Mended, text);
            }
            written.push((at, place.to_reference()));
        }
    });
    for (at, reference) in written {
        if let Some(value) = document.pointer_mut(at.as_str()) {
            *value = reference.into();
        }
    }
}
