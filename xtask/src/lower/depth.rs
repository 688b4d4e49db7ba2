//! Nesting has a limit, so that every walk may recurse.

use serde_json::Value;

use crate::pointer::Pointer;
use crate::report::Refusals;

/// The nesting that is read, in lists and objects. It is what `serde_json` reads; documents have about 30.
const LIMIT: usize = 128;

/// Refuses a document that is nested deeper.
pub(super) fn check(document: &Value) -> Result<(), Refusals> {
    let Err(mut tokens) = within(document, LIMIT) else { return Ok(()) };
    tokens.reverse();
    // The whole path would be too long to read.
    let pointer = tokens.iter().take(12).fold(Pointer::root(), |place, token| place.join(token));
    let text = format!(
        "what is below is nested deeper than {LIMIT} levels; name inner schemas in components and refer to them."
    );
    Err(Refusals::one(pointer, text))
}

/// The path to what is too deep, innermost token first.
fn within(value: &Value, left: usize) -> Result<(), Vec<String>> {
    let step = |token: String, child: &Value| match left {
        0 => Err(vec![token]),
        _ => within(child, left - 1).map_err(|mut tokens| {
            tokens.push(token);
            tokens
        }),
    };
    match value {
        Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| step(i.to_string(), item)),
        Value::Object(members) => members.iter().try_for_each(|(key, member)| step(key.clone(), member)),
        _ => Ok(()),
    }
}
