//! Which operation of the old document is which of the new one.
//!
//! An operation is known by its `operationId`, of which its method in Rust is made, and without one by method and path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::made::Names;
use crate::document::{Operation, operations};
use crate::names;
use crate::pointer::Pointer;

/// The operations of two documents.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    /// Those of both, as they were and as they are.
    pub(super) both: Vec<(Operation<'a>, Operation<'a>)>,
    pub(super) removed: Vec<Operation<'a>>,
    pub(super) added: Vec<Operation<'a>>,
}

impl<'a> Pairs<'a> {
    /// The operations of the last two documents, by the names that the first two give them: an overlay names an
    /// operation by its path, and what has moved has lost that name.
    pub(super) fn of([known, named]: [&Value; 2], old: &'a Value, new: &'a Value) -> Self {
        let mut news: BTreeMap<Pointer, Operation<'a>> =
            operations(new).map(|operation| (operation.pointer.clone(), operation)).collect();
        let (known, named) = (by_name(known), by_name(named));
        let mut partners: BTreeMap<Pointer, Operation<'a>> = BTreeMap::new();
        for (name, place) in &known {
            if let Some(operation) = named.get(name).and_then(|place| news.remove(place)) {
                partners.insert(place.clone(), operation);
            }
        }
        let (mut both, mut removed) = (Vec::new(), Vec::new());
        for before in operations(old) {
            let after = partners.remove(&before.pointer).or_else(|| news.remove(&before.pointer));
            match after {
                Some(after) => both.push((before, after)),
                None => removed.push(before),
            }
        }
        Self { both, removed, added: news.into_values().collect() }
    }

    /// The names to generate both sides with: what is on both has the name of the old side there and here, so that
    /// its new name, of which much in Rust is made, is one change and not many. A name that is given twice is the
    /// first one's, and the other is named as if it had none.
    pub(super) fn names(&self, old: &Value, new: &Value) -> [Names; 2] {
        let [derived, of_new] = [old, new].map(|document| Names::from_iter(names::derived(document)));
        let mut taken = BTreeSet::new();
        let mut free = |operation: &Operation<'_>, derived: &Names| {
            let own = operation.value.get("operationId").and_then(Value::as_str);
            let name = own.or_else(|| derived.get(&operation.pointer).map(String::as_str))?;
            taken.insert(name.to_owned()).then(|| name.to_owned())
        };
        let [mut olds, mut news] = [Names::new(), Names::new()];
        for (before, after) in &self.both {
            if let Some(name) = free(before, &derived) {
                news.insert(after.pointer.clone(), name.clone());
                olds.insert(before.pointer.clone(), name);
            }
        }
        for operation in &self.removed {
            olds.extend(free(operation, &derived).map(|name| (operation.pointer.clone(), name)));
        }
        for operation in &self.added {
            news.extend(free(operation, &of_new).map(|name| (operation.pointer.clone(), name)));
        }
        [olds, news]
    }
}

/// The places of the operations by the names that the document gives them, each to one.
fn by_name(document: &Value) -> BTreeMap<&str, Pointer> {
    let (mut found, mut twice) = (BTreeMap::new(), BTreeSet::new());
    for operation in operations(document) {
        if let Some(name) = operation.value.get("operationId").and_then(Value::as_str)
            && found.insert(name, operation.pointer).is_some()
        {
            twice.insert(name);
        }
    }
    found.retain(|name, _| !twice.contains(name));
    found
}
