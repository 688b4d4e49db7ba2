//! Pages laid over a document: what they hold takes the place of what is there, and the rest stays.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::grammar::{Kind, Shape, member};
use super::words::drop_words;
use super::{Report, inherit, merge, reach};
use crate::canonical::canonical;
use crate::document::{METHODS, operations, references};
use crate::pointer::Pointer;

/// A document with pages laid over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Updated {
    /// The document, in canonical form.
    pub document: Value,
    /// The components that the pages brought, that differ from before, and that operations use which the pages do
    /// not hold: each in a sentence.
    pub shared: Vec<String>,
}

/// Lays `pages` over `present`; both are documents as `vendor` writes them.
///
/// # Errors
/// They describe different APIs.
pub fn update(mut present: Value, mut pages: Value) -> Result<Updated, String> {
    let title = |document: &Value| document.pointer("/info/title").cloned().unwrap_or_default();
    if title(&present) != title(&pages) {
        return Err(format!(
            "the files describe {}, and the document here {}: no update of it",
            title(&pages),
            title(&present)
        ));
    }
    inherit::settle(&mut present, &mut pages);
    let brought: BTreeSet<Pointer> = operations(&pages).map(|operation| operation.pointer).collect();
    let differing = components(&mut present, &pages);
    for section in ["paths", "webhooks"] {
        for (name, item) in pages.get(section).and_then(Value::as_object).into_iter().flatten() {
            if let Some(paths) = object(&mut present, section) {
                path_item(paths, name, item);
            }
        }
    }
    for (name, lay) in
        [("info", merge::newer as fn(&mut Value, &Value)), ("servers", merge::servers), ("tags", merge::tags)]
    {
        match (present.get_mut(name), pages.get(name)) {
            (Some(ours), Some(theirs)) => lay(ours, theirs),
            (None, Some(theirs)) => {
                if let Value::Object(members) = &mut present {
                    members.insert(name.to_owned(), theirs.clone());
                }
            }
            (_, None) => {}
        }
    }
    reach::drop_unused(&mut present, &mut Report::default());
    let shared = differing.iter().filter_map(|place| others(&present, place, &brought)).collect();
    Ok(Updated { document: canonical(present), shared })
}

/// Puts the components of the pages in place. Returns those that were there and were others.
fn components(present: &mut Value, pages: &Value) -> Vec<Pointer> {
    let mut differing = Vec::new();
    let root = Pointer::root().join("components");
    for (section, named) in pages.get("components").and_then(Value::as_object).into_iter().flatten() {
        let kind = match member(Kind::Components, section) {
            Some(Shape::Named(kind)) => Some(kind),
            _ => None,
        };
        for (name, theirs) in named.as_object().into_iter().flatten() {
            let Some(all) = present.as_object_mut().map(|members| members.entry("components")) else {
                continue;
            };
            let Some(into) = object(all.or_insert_with(|| json!({})), section) else { continue };
            match into.get(name) {
                Some(ours) if plain(kind, ours) == plain(kind, theirs) => {}
                before => {
                    if before.is_some() {
                        differing.push(root.join(section).join(name));
                    }
                    into.insert(name.clone(), theirs.clone());
                }
            }
        }
    }
    differing
}

/// A part without its words.
fn plain(kind: Option<Kind>, value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(kind) = kind {
        drop_words(kind, &mut value);
    }
    canonical(value)
}

/// Puts the operations of a path in place. What both say for all operations is the same by now.
fn path_item(paths: &mut Map<String, Value>, name: &str, item: &Value) {
    match (paths.get_mut(name), item) {
        (Some(Value::Object(ours)), Value::Object(theirs))
            if !ours.contains_key("$ref") && !theirs.contains_key("$ref") =>
        {
            for (member, value) in theirs {
                if METHODS.contains(&member.as_str()) || !ours.contains_key(member) {
                    ours.insert(member.clone(), value.clone());
                }
            }
        }
        _ => drop(paths.insert(name.to_owned(), item.clone())),
    }
}

/// Tells which operations besides those of the pages reach a component.
fn others(document: &Value, place: &Pointer, brought: &BTreeSet<Pointer>) -> Option<String> {
    let of_others = operations(document).filter(|operation| !brought.contains(&operation.pointer));
    let users: Vec<String> =
        of_others.filter(|one| reaches(document, one.value, place)).map(|one| one.request()).collect();
    let (shown, more) = users.split_at_checked(SHOWN).unwrap_or((&users, &[]));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let name = place.last().unwrap_or_default();
    (!users.is_empty()).then(|| {
        format!(
            "`{name}` is another now, and is used by operations that the files do not hold: {}{more}",
            shown.join(", ")
        )
    })
}

/// How many operations a message names; the rest are counted.
const SHOWN: usize = 5;

fn reaches(document: &Value, from: &Value, place: &Pointer) -> bool {
    let (mut open, mut seen) = (Vec::new(), BTreeSet::new());
    references(from, &mut open);
    while let Some(target) = open.pop() {
        if target.below(place).is_some() {
            return true;
        }
        if let Some(value) = target.get(document)
            && seen.insert(target)
        {
            references(value, &mut open);
        }
    }
    false
}

/// The members of the member `name`, which is made if it is missing; none if it is no object.
fn object<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    value.as_object_mut()?.entry(name).or_insert_with(|| json!({})).as_object_mut()
}
