//! Paths that refer to their operations, with the operations written out: they are the same calls.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Changes, Class};
use crate::document::size;
use crate::lower::COPIES;
use crate::pointer::Pointer;

/// How many references may follow each other. What goes in circles is refused by lowering.
const CHAIN: usize = 16;

/// The document with every path as what it refers to.
pub(super) fn written_out(document: &Value) -> Cow<'_, Value> {
    let mut written = Vec::new();
    let mut copied = 0;
    for (path, item) in items(document).filter(|(_, item)| item.get("$ref").is_some()) {
        let Some(item) = target(document, item) else { continue };
        copied += item.values().map(size).sum::<usize>();
        // Lowering refuses it then, and there are no bindings to compare.
        if copied > COPIES {
            return Cow::Borrowed(document);
        }
        written.push((path.clone(), item));
    }
    let mut document = Cow::Borrowed(document);
    if !written.is_empty()
        && let Some(Value::Object(paths)) = document.to_mut().get_mut("paths")
    {
        paths.extend(written.into_iter().map(|(path, item)| (path, item.into())));
    }
    document
}

/// Tells of each path that refers to something else than before; what changed in that is told beside.
pub(super) fn references(old: &Value, new: &Value, changes: &mut Changes) {
    for (path, item) in items(old) {
        let at = Pointer::root().join("paths").join(path);
        if let Some(present) = at.get(new)
            && item.get("$ref") != present.get("$ref")
        {
            changes.add(at, Class::Harmless, "written in another way", "the operations are compared");
        }
    }
}

fn items(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document.get("paths").and_then(Value::as_object).into_iter().flatten()
}

/// What a path item refers to, with what stands beside the reference, which counts.
fn target<'a>(document: &'a Value, mut item: &'a Value) -> Option<Map<String, Value>> {
    let mut written = Map::new();
    for _ in 0..CHAIN {
        let members = item.as_object()?;
        for (name, value) in members.iter().filter(|(name, _)| *name != "$ref") {
            written.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let Some(reference) = members.get("$ref") else { return Some(written) };
        item = Pointer::from_local_ref(reference.as_str()?)?.get(document)?;
    }
    None
}
