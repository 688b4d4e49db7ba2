//! `const` is an `enum` of one value.

use serde_json::{Value, json};

use crate::lower::bounds::same;
use crate::lower::draft::Draft;
use crate::lower::types::Type;

pub(super) fn rewrite(draft: &mut Draft<'_>) {
    let Some(constant) = draft.take("const") else { return };
    let values = match draft.take("enum") {
        // Both must hold.
        Some(Value::Array(values)) if !values.iter().any(|value| same(value, &constant)) => json!([]),
        _ => {
            if let (false, Some(name)) = (draft.has("type"), Type::of(&constant).name()) {
                draft.set("type", name);
            }
            json!([constant])
        }
    };
    draft.set("enum", values);
    draft.exact("const", "is written as an `enum` of one.");
}
