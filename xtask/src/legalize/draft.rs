//! The document while it is rewritten, with what has been said about it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{marks, rust};
use crate::document::{METHODS, operations, resolved};
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// A document that is being rewritten.
pub(super) struct Draft {
    /// The document as it is by now.
    pub(super) document: Value,
    /// What was done to it.
    pub(super) notes: Vec<Note>,
    /// Where things stand now, and where they stood before.
    moves: Vec<(Pointer, Pointer)>,
}

impl Draft {
    pub(super) fn new(document: &Value) -> Self {
        Self { document: document.clone(), notes: Vec::new(), moves: Vec::new() }
    }

    pub(super) fn note(&mut self, pointer: Pointer, fate: Fate, text: impl Into<String>) {
        self.notes.push(Note { pointer, fate, text: text.into() });
    }

    /// Remembers that something stands elsewhere than before.
    pub(super) fn moved(&mut self, now: &Pointer, before: &Pointer) {
        self.moves.push((now.clone(), before.clone()));
    }

    /// The rewritten document and the notes, whose pointers lead into the document that was given.
    pub(super) fn finish(self, given: &Value) -> (Value, Vec<Note>) {
        let Self { document, mut notes, moves } = self;
        for note in &mut notes {
            for (now, before) in moves.iter().rev() {
                if let Some(below) = note.pointer.below(now) {
                    note.pointer = before.append(&below);
                }
            }
            note.pointer = marks::unmarked_place(&note.pointer).nearest(given);
        }
        notes.sort();
        notes.dedup();
        (document, notes)
    }

    /// The places of all operations, in the order of the document's paths.
    pub(super) fn operations(&self) -> Vec<Pointer> {
        operations(&self.document).map(|operation| operation.pointer).collect()
    }

    /// What stands at a place, to be changed.
    pub(super) fn at(&mut self, place: &Pointer) -> Option<&mut Value> {
        self.document.pointer_mut(place.as_str())
    }

    /// What a Reference Object stands for; anything else is itself.
    pub(super) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        resolved(&self.document, value)
    }

    /// Adds a component whose Rust name is not taken yet, and refers to it.
    pub(super) fn add_schema(&mut self, name: &str, schema: Value) -> Value {
        let taken: BTreeSet<String> = self
            .document
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| rust::type_name(name))
            .collect();
        let wanted = rust::type_name(name);
        let free = unique(&wanted, |name| taken.contains(name));
        self.put_schema(&free, schema);
        json!({ "$ref": format!("#/components/schemas/{free}") })
    }

    /// Adds a component whose name is known to be free.
    pub(super) fn put_schema(&mut self, name: &str, schema: Value) {
        object(object_mut(&mut self.document, "components"), "schemas").insert(name.to_owned(), schema);
    }

    /// Takes an operation out, and its path if nothing else is there.
    pub(super) fn leave_out(&mut self, operation: &Pointer, reason: &str) {
        let name = self.name_of(operation);
        self.note(operation.clone(), Fate::LeftOut, format!("`{name}` {reason}"));
        let Some(place) = operation.parent() else { return };
        let method = operation.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        let Some(Value::Object(item)) = self.at(&place) else { return };
        item.remove(&method);
        if !METHODS.iter().any(|method| item.contains_key(*method))
            && let Some(paths) = self.document.get_mut("paths").and_then(Value::as_object_mut)
        {
            paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
        }
    }

    /// The name of an operation; its place if it has none.
    pub(super) fn name_of(&self, operation: &Pointer) -> String {
        let name = operation.get(&self.document).and_then(|o| o.get("operationId")).and_then(Value::as_str);
        name.map_or_else(|| operation.to_string(), str::to_owned)
    }
}

/// The first of `name`, `name2`, `name3`, … that is not taken.
pub(super) fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken(&free) {
        free = format!("{name}{number}");
        number += 1;
    }
    free
}

fn object_mut<'a>(value: &'a mut Value, member: &str) -> &'a mut Value {
    let members = members(value);
    members.entry(member).or_insert_with(|| json!({}))
}

fn object<'a>(value: &'a mut Value, member: &str) -> &'a mut Map<String, Value> {
    members(object_mut(value, member))
}

/// The members of an object. Anything else, which valid documents do not have there, becomes one.
fn members(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(members) => members,
        _ => unreachable!("it was made an object just before"),
    }
}
