//! What operations inherit from their path and their document, written where it applies.
//!
//! Two documents may each have operations of one path, and say different things for all of them. What one
//! says for its own must not come to hold for those of the other: before the two are merged, whatever they do
//! not both say goes into the operations.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::grammar::{self, Kind};
use super::words::drop_words;
use crate::canonical::canonical;
use crate::document::{METHODS, resolved};
use crate::pointer::Pointer;

/// Moves what the two documents do not both say into their operations.
pub fn settle(ours: &mut Value, theirs: &mut Value) {
    let security = |document: &Value| document.get("security").filter(|list| **list != json!([])).cloned();
    if security(ours) != security(theirs) {
        secure(ours);
        secure(theirs);
    }
    for (place, member) in differing(ours, theirs) {
        push_down(ours, &place, member);
        push_down(theirs, &place, member);
    }
}

/// The paths that both documents have, each with what they say differently for all its operations.
fn differing(ours: &Value, theirs: &Value) -> Vec<(Pointer, &'static str)> {
    let mut found = Vec::new();
    for section in ["paths", "webhooks"] {
        let items = ours.get(section).and_then(Value::as_object);
        for (name, ours) in items.into_iter().flatten() {
            let place = Pointer::root().join(section).join(name);
            let Some(theirs) = place.get(theirs) else { continue };
            let differ = |member: &&str| said(ours, member) != said(theirs, member);
            found.extend(MEMBERS.into_iter().filter(differ).map(|member| (place.clone(), member)));
        }
    }
    found
}

/// What a path says for all its operations.
const MEMBERS: [&str; 2] = ["parameters", "servers"];

/// What a path says for its operations, without words and in one order of members.
fn said(item: &Value, member: &str) -> Option<Value> {
    let mut alone = json!({ member: item.get(member)? });
    drop_words(Kind::PathItem, &mut alone);
    Some(canonical(alone))
}

/// Gives the security of the document to each operation that has none of its own.
fn secure(document: &mut Value) {
    let Some(security) = document.as_object_mut().and_then(|members| members.remove("security")) else {
        return;
    };
    // Nothing for all is nothing for each.
    if security == json!([]) {
        return;
    }
    grammar::rewrite(Kind::Document, document, &Pointer::root(), &mut |kind, object, _| {
        if kind == Kind::Operation {
            object.entry("security").or_insert_with(|| security.clone());
        }
    });
}

/// Gives what the path at `place` has for all its operations to each that has nothing else instead.
fn push_down(document: &mut Value, place: &Pointer, member: &str) {
    let Some(item) = place.get(document) else { return };
    let Some(shared) = item.get(member) else { return };
    let with_own: Vec<_> = METHODS
        .into_iter()
        .filter_map(|method| {
            Some((method, inherited(document, member, shared, item.get(method)?.get(member))))
        })
        .collect();
    let Some(Value::Object(item)) = document.pointer_mut(place.as_str()) else { return };
    item.remove(member);
    for (method, value) in with_own {
        if let Some(Value::Object(operation)) = item.get_mut(method) {
            operation.insert(member.to_owned(), value);
        }
    }
}

/// What an operation has in the end: parameters are replaced one by one, and servers all together.
fn inherited(document: &Value, member: &str, shared: &Value, own: Option<&Value>) -> Value {
    match (shared, own) {
        (shared, None) => shared.clone(),
        (Value::Array(shared), Some(Value::Array(own))) if member == "parameters" => {
            let names: BTreeSet<_> = own.iter().map(|parameter| key(document, parameter)).collect();
            let shared = shared.iter().filter(|parameter| !names.contains(&key(document, parameter)));
            shared.chain(own).cloned().collect()
        }
        (_, Some(own)) => own.clone(),
    }
}

/// A parameter is known by its place and name.
fn key(document: &Value, parameter: &Value) -> [Option<String>; 2] {
    let parameter = resolved(document, parameter);
    ["in", "name"].map(|member| parameter.get(member).and_then(Value::as_str).map(str::to_owned))
}
