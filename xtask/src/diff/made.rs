//! The bindings of both documents, made at once.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use crate::bindings::Bindings;
use crate::bisect::{Survivors, survivors};
use crate::document::operations;
use crate::engine::Engine;
use crate::generate;
use crate::pointer::Pointer;
use crate::threads::both;

/// The names of operations by their places.
pub(super) type Names = BTreeMap<Pointer, String>;

/// Generates the bindings of two documents and reads them. The operations have these names, whatever the documents call
/// them.
pub(super) fn bindings(documents: [Value; 2], names: &[Names; 2], engine: &Engine) -> [Result<Bindings>; 2] {
    let ([old, new], [of_old, of_new]) = (documents, names);
    both([(old, of_old), (new, of_new)], |(document, names)| of(document, names, engine))
}

fn of(mut document: Value, names: &Names, engine: &Engine) -> Result<Bindings> {
    rename(&mut document, names);
    let expressible = generate::expressible(document)?;
    let Survivors { made, .. } = survivors(&expressible.document, |part| engine.bindings(part))?;
    Ok(made)
}

fn rename(document: &mut Value, names: &Names) {
    let places: Vec<_> = operations(document).map(|operation| operation.pointer).collect();
    for place in places {
        let operation = document.pointer_mut(place.as_str()).and_then(Value::as_object_mut);
        if let Some(operation) = operation {
            match names.get(&place) {
                Some(name) => drop(operation.insert("operationId".into(), name.clone().into())),
                None => drop(operation.remove("operationId")),
            }
        }
    }
}
