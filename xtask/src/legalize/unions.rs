//! `anyOf` whose branches overlap, and are read in turn.
//!
//! The generator makes a struct of such branches, with a flattened field for each, which reads nothing but
//! objects. Of objects that is well: what is several of them at once keeps the properties of all, if no two
//! have one of the same name. Where a branch may be anything else, or a discriminator tells them apart, the
//! first that fits is taken, as the generator does for `oneOf`; the objects among them stay together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::draft::Draft;
use super::walk::{self, is_null};
use crate::document::{has_object, resolved};
use crate::report::{Fate, Note};

/// How deep references are followed for what a value may be.
pub(super) const DEPTH: usize = 16;

/// Makes an enum of every union that is not of objects alone.
pub(super) fn take_in_turn(draft: &mut Draft) {
    if !has_object(&draft.document, &|members| members.contains_key("anyOf")) {
        return;
    }
    let before = draft.document.clone();
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let mut note = |fate, text: &str| {
            notes.push(Note { pointer: place.join("anyOf"), fate, text: text.to_owned() });
        };
        if schema.contains_key("oneOf") {
            return;
        }
        // A discriminator tells which one of them it is.
        let is_one = schema.contains_key("discriminator");
        let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return };
        let says_more = |branch: &&Value| !branch.as_object().is_some_and(is_null);
        if branches.iter().filter(says_more).count() < 2 || are_apart(&before, branches) {
            return;
        }
        if !is_one && branches.iter().filter(says_more).all(|branch| is_object(&before, branch, DEPTH)) {
            if let Some(name) = required_but_taken(&before, branches) {
                let text = format!(
                    "several branches have `{name}`, which is read as a property of the first of them only"
                );
                note(Fate::Dropped, &text);
            }
            if without_null(branches) {
                schema.insert("nullable".into(), json!(true));
                note(Fate::Exact, "null is allowed beside the branches, not in one of them");
            }
        } else {
            if !is_one {
                objects_together(&before, branches);
            }
            values_once(branches);
            let branches = std::mem::take(branches);
            schema.remove("anyOf");
            schema.insert("oneOf".into(), Value::Array(branches));
            note(Fate::Exact, "the first branch that fits is taken");
        }
    });
}

/// Whether no two branches are of one type: the generator makes an enum of these.
fn are_apart(document: &Value, branches: &[Value]) -> bool {
    let mut types = BTreeSet::new();
    branches.iter().map(|branch| resolved(document, branch)).all(|branch| {
        let ty = branch.get("type").and_then(Value::as_str);
        branch.get("nullable").is_none() && ty.is_some_and(|ty| types.insert(ty))
    })
}

/// Whether the generator makes a type of it that reads nothing but objects.
pub(super) fn is_object(document: &Value, schema: &Value, depth: usize) -> bool {
    let Some(schema) = resolved(document, schema).as_object() else { return false };
    let branches = |keyword| walk::branches(schema, keyword);
    let is_object = |branch: &Value| depth > 0 && is_object(document, branch, depth - 1);
    match schema.get("type") {
        Some(ty) => ty == "object",
        None => {
            ["properties", "required", "additionalProperties"].iter().any(|name| schema.contains_key(*name))
                || branches("allOf").is_some_and(|all| all.iter().any(is_object))
                || ["oneOf", "anyOf"]
                    .into_iter()
                    .any(|union| branches(union).is_some_and(|all| all.iter().all(is_object)))
        }
    }
}

/// Puts those that are objects into one branch, for a value may be several of them.
fn objects_together(document: &Value, branches: &mut Vec<Value>) {
    let is_object = |branch: &Value| is_object(document, branch, DEPTH);
    let Some(first) = branches.iter().position(is_object) else { return };
    if branches.iter().filter(|branch| is_object(branch)).count() > 1 {
        let (objects, others): (Vec<_>, Vec<_>) = std::mem::take(branches).into_iter().partition(is_object);
        *branches = others;
        branches.insert(first, json!({ "anyOf": objects }));
    }
}

/// A property that a branch requires and an earlier one has too. Of fields that are flattened, the first takes it.
fn required_but_taken(document: &Value, branches: &[Value]) -> Option<String> {
    let mut taken = BTreeSet::new();
    branches.iter().find_map(|branch| {
        let (mut has, mut requires) = (BTreeSet::new(), BTreeSet::new());
        properties(document, branch, DEPTH, &mut has, &mut requires);
        let found = requires.into_iter().find(|name| taken.contains(name));
        taken.append(&mut has);
        found
    })
}

/// The properties that an object has, and those that it requires.
fn properties(
    document: &Value,
    schema: &Value,
    depth: usize,
    has: &mut BTreeSet<String>,
    requires: &mut BTreeSet<String>,
) {
    let schema = resolved(document, schema);
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    has.extend(
        schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone()),
    );
    requires.extend(list("required").filter_map(|name| name.as_str().map(str::to_owned)));
    if let Some(depth) = depth.checked_sub(1) {
        list("allOf").for_each(|part| properties(document, part, depth, has, requires));
    }
}

/// Takes null out of the branches. Whether it was in one.
fn without_null(branches: &mut Vec<Value>) -> bool {
    let count = branches.len();
    branches.retain(|branch| !branch.as_object().is_some_and(is_null));
    let mut has_gone = branches.len() < count;
    for branch in branches.iter_mut().filter_map(Value::as_object_mut) {
        has_gone |= branch.remove("nullable") == Some(json!(true));
    }
    has_gone
}

/// What an earlier branch lists is never read as a later one, and the generator may make one enum of all.
fn values_once(branches: &mut Vec<Value>) {
    let mut listed: BTreeSet<String> = BTreeSet::new();
    branches.retain_mut(|branch| {
        let Some(Value::Array(values)) = branch.get_mut("enum") else { return true };
        values.retain(|value| listed.insert(value.to_string()));
        !values.is_empty()
    });
}
