//! `nullable` that was left over from 3.0. By the letter of 3.1 it means nothing, but whoever wrote it meant null.

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;
use crate::lower::keywords::{ANNOTATIONS, free_reference};
use crate::report::Fate;

/// What keeps null out besides `type`, `enum` and `const`.
const OTHERS: [&str; 5] = ["$ref", "allOf", "anyOf", "oneOf", "not"];

/// Reads `nullable`. Where `type` and the like alone decide on null they are told so; whether more is to be done is
/// returned.
pub(super) fn take_left_over(draft: &mut Draft<'_>) -> bool {
    const KEY: &str = "nullable";
    match draft.take(KEY) {
        Some(Value::Bool(true)) => {}
        Some(_) => {
            draft.exact(KEY, "is left out: `nullable: false` says nothing.");
            return false;
        }
        None => return false,
    }
    if OTHERS.iter().any(|key| draft.has(key)) {
        draft.widen(KEY, "is left over from 3.0 and is meant: null is allowed beside the rest.");
        return true;
    }
    let mut fate = Fate::Exact;
    match draft.members.get_mut("type") {
        Some(Value::String(name)) if name != "null" => {
            let types = json!([name, "null"]);
            draft.set("type", types);
            fate = Fate::Widened;
        }
        Some(Value::Array(names)) if !names.contains(&json!("null")) => {
            names.push(json!("null"));
            fate = Fate::Widened;
        }
        _ => {}
    }
    if let Some(Value::Array(values)) = draft.members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
        fate = Fate::Widened;
    }
    draft.note(fate, KEY, "is left over from 3.0 and is meant: null is allowed.");
    false
}

/// Brings `$ref` under `allOf` where it has neighbours, and allows null beside everything if that is meant.
pub(super) fn finish(draft: &mut Draft<'_>, null_is_meant: bool) {
    if !null_is_meant {
        let had_neighbours = draft.has("$ref") && draft.members.len() > 1;
        free_reference(&mut draft.members);
        if had_neighbours {
            draft.exact("$ref", "is written in an `allOf`: 3.0 ignores what stands beside `$ref`.");
        }
        return;
    }
    let (outer, mut inner): (Map<_, _>, Map<_, _>) = std::mem::take(&mut draft.members)
        .into_iter()
        .partition(|(key, _)| ANNOTATIONS.contains(&key.as_str()) || key.starts_with("x-"));
    draft.members = outer;
    free_reference(&mut inner);
    let null = json!({"enum": [null]});
    let branches = match (inner.len(), inner.get_mut("anyOf")) {
        (1, Some(Value::Array(branches))) => {
            let mut branches = std::mem::take(branches);
            if !branches.contains(&null) {
                branches.push(null);
            }
            branches
        }
        _ => vec![Value::Object(inner), null],
    };
    draft.set("anyOf", branches);
}
