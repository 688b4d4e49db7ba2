//! References by `$anchor` and `$id`, written as pointers.
//!
//! Everything that follows a reference then finds its way by the place alone.

use serde_json::Value;

use super::grammar::{self, Kind};
use crate::lower::identifiers::Identifiers;
use crate::pointer::Pointer;

/// Writes every reference as a pointer that names a schema otherwise. One that leads nowhere stays as it is.
pub fn resolve(document: &mut Value) {
    let identifiers = Identifiers::of(document);
    if identifiers.is_empty() {
        return;
    }
    let mut written = Vec::new();
    grammar::visit(Kind::Document, document, &Pointer::root(), &mut |_, object, at| {
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else { return };
        if let Ok(place) = identifiers.place(document, reference, at)
            && place.get(document).is_some()
            && Pointer::from_local_ref(reference).as_ref() != Some(&place)
        {
            written.push((at.join("$ref"), place.to_reference()));
        }
    });
    for (at, reference) in written {
        if let Some(value) = document.pointer_mut(at.as_str()) {
            *value = reference.into();
        }
    }
}
