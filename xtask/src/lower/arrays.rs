//! Arrays: 3.0 has one schema for all items.

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;
use crate::lower::properties::{EVALUATORS, any_of, is_never};

pub(super) fn rewrite(draft: &mut Draft<'_>, original: &Map<String, Value>) {
    unevaluated(draft, original);
    if let Some(Value::Array(list)) = draft.members.get("items") {
        let list = list.clone();
        draft.take("items");
        draft.widen("items", "a list of schemas is of an earlier draft; it is read as `prefixItems`.");
        if !draft.has("prefixItems") {
            draft.set("prefixItems", list);
        }
    }
    prefix(draft);
}

/// Where no keyword beside it looks at items, every item is unevaluated but those that `prefixItems` knows.
fn unevaluated(draft: &mut Draft<'_>, original: &Map<String, Value>) {
    const KEY: &str = "unevaluatedItems";
    let Some(schema) = draft.take(KEY) else { return };
    if draft.has("items") {
        draft.exact(KEY, "is left out: `items` leaves none unevaluated.");
    } else if original.contains_key("contains") || EVALUATORS.iter().any(|key| original.contains_key(*key)) {
        draft.widen(KEY, "is left out: it only restricts.");
    } else {
        draft.set("items", schema);
        draft.exact(KEY, "is written as `items`: nothing beside it evaluates items.");
    }
}

fn prefix(draft: &mut Draft<'_>) {
    const KEY: &str = "prefixItems";
    let Some(Value::Array(mut prefix)) = draft.take(KEY) else { return };
    let longest = draft.members.get("maxItems").and_then(Value::as_u64);
    let rest = draft.take("items");
    let known = u64::try_from(prefix.len()).unwrap_or(u64::MAX);
    let closed = rest.as_ref().is_some_and(is_never) || longest.is_some_and(|longest| longest <= known);
    if closed {
        let longest = longest.map_or(known, |longest| longest.min(known));
        prefix.truncate(usize::try_from(longest).unwrap_or(usize::MAX));
        draft.set("maxItems", longest);
    } else {
        prefix.push(rest.unwrap_or_else(|| json!({})));
    }
    let (items, exact) = any_of(prefix);
    draft.set("items", items);
    if exact {
        draft.exact(KEY, "all items have the same schema, which is written as `items`.");
    } else {
        draft.widen(KEY, "every item may be any of them: 3.0 has one schema for all items.");
    }
}
