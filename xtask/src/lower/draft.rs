//! A schema on its way: its parts are lowered already, its own keywords one after the other.

use serde_json::{Map, Value};

use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// The members of a schema, and what has been said about them.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) members: Map<String, Value>,
    at: &'a Pointer,
    notes: &'a mut Vec<Note>,
    /// The keywords that hold a schema that was widened.
    wider: Vec<String>,
    /// Whether a keyword of this schema itself was widened.
    widened: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        members: Map<String, Value>,
        wider: Vec<String>,
        at: &'a Pointer,
        notes: &'a mut Vec<Note>,
    ) -> Self {
        Self { members, at, notes, wider, widened: false }
    }

    /// Whether a schema below this keyword allows more than it did.
    pub(super) fn is_wider(&self, keyword: &str) -> bool {
        self.wider.iter().any(|wider| wider == keyword)
    }

    pub(super) fn note(&mut self, fate: Fate, keyword: &str, text: impl Into<String>) {
        self.widened |= fate == Fate::Widened;
        self.notes.push(Note { pointer: self.at.join(keyword), fate, text: text.into() });
    }

    pub(super) fn exact(&mut self, keyword: &str, text: impl Into<String>) {
        self.note(Fate::Exact, keyword, text);
    }

    pub(super) fn widen(&mut self, keyword: &str, text: impl Into<String>) {
        self.note(Fate::Widened, keyword, text);
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.members.contains_key(keyword)
    }

    pub(super) fn take(&mut self, keyword: &str) -> Option<Value> {
        self.members.remove(keyword)
    }

    pub(super) fn set(&mut self, keyword: &str, value: impl Into<Value>) {
        self.members.insert(keyword.to_owned(), value.into());
    }

    /// Adds a schema that must hold as well.
    pub(super) fn also(&mut self, schema: Value) {
        match self.members.get_mut("allOf") {
            Some(Value::Array(all)) => all.insert(0, schema),
            _ => self.set("allOf", vec![schema]),
        }
    }

    /// Adds an `anyOf`, beside one that is there already.
    pub(super) fn also_any_of(&mut self, schemas: Vec<Value>) {
        if self.has("anyOf") {
            self.also(serde_json::json!({"anyOf": schemas}));
        } else {
            self.set("anyOf", schemas);
        }
    }

    /// The schema, whether it allows more than it did, and whether that is for a keyword of its own.
    pub(super) fn finish(self) -> (Map<String, Value>, bool, bool) {
        let wider = self.widened || !self.wider.is_empty();
        (self.members, wider, self.widened)
    }
}
