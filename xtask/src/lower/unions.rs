//! `not` and `oneOf` forbid with what they hold. Where that was widened, they must not forbid more than before.

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;
use crate::lower::keywords::ANNOTATIONS;
use crate::report::Fate;

/// `apart` tells that no value fits two branches of `oneOf`.
pub(super) fn rewrite(draft: &mut Draft<'_>, apart: bool) {
    for key in ["allOf", "anyOf", "oneOf"] {
        if draft.members.get(key).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            draft.take(key);
            let fate = if key == "allOf" { Fate::Exact } else { Fate::Widened };
            draft.note(fate, key, "is left out: no specification allows an empty list here.");
        }
    }
    if draft.is_wider("not") && draft.take("not").is_some() {
        draft.widen(
            "not",
            "is left out: what it forbids cannot be said exactly, and it must not forbid more.",
        );
    }
    if draft.is_wider("oneOf")
        && !apart
        && let Some(Value::Array(branches)) = draft.take("oneOf")
    {
        if branches.len() < 2 {
            draft.set("oneOf", branches);
        } else {
            draft.also_any_of(branches);
            draft.widen(
                "oneOf",
                "becomes `anyOf`: its branches cannot be said exactly, so more than one might fit.",
            );
        }
    }
    for key in ["anyOf", "oneOf"] {
        any_value(draft, key);
        merge_null(draft, key);
    }
}

/// A choice among branches that any value fits says nothing; one of several such branches is a choice that nothing fits.
fn any_value(draft: &mut Draft<'_>, key: &str) {
    let Some(Value::Array(branches)) = draft.members.get(key) else { return };
    let all_are_any = branches.iter().all(|branch| *branch == json!({}));
    if all_are_any && (key == "anyOf" || branches.len() == 1) {
        draft.take(key);
        draft.exact(key, "is left out: any value fits.");
    }
}

/// A union of null and one plain type is that type with `nullable`, as 3.0 documents write it.
fn merge_null(draft: &mut Draft<'_>, key: &str) {
    let Some(Value::Array(branches)) = draft.members.get(key) else { return };
    let null = json!({"enum": [null]});
    let [first, second] = branches.as_slice() else { return };
    let other = match (*first == null, *second == null) {
        (true, false) => second,
        (false, true) => first,
        _ => return,
    };
    let Some(other) = other.as_object().filter(|other| is_plain(other)) else { return };
    let alone = draft.members.keys().all(|k| {
        k == key || ((ANNOTATIONS.contains(&k.as_str()) || k.starts_with("x-")) && !other.contains_key(k))
    });
    if !alone {
        return;
    }
    let mut other = other.clone();
    if let Some(Value::Array(values)) = other.get_mut("enum") {
        values.push(Value::Null);
    }
    other.insert("nullable".to_owned(), Value::Bool(true));
    draft.take(key);
    draft.members.extend(other);
    draft.exact(key, "null and one type are written as that type with `nullable`.");
}

/// Whether only `type` and `enum` keep null out.
fn is_plain(schema: &Map<String, Value>) -> bool {
    const OTHERS: [&str; 6] = ["$ref", "allOf", "anyOf", "oneOf", "not", "nullable"];
    schema.contains_key("type") && !OTHERS.iter().any(|key| schema.contains_key(*key))
}
