//! Objects that are declared as open.
//!
//! `additionalProperties: true` means `{}`: there are other properties, and they are kept, although the generator would
//! ignore them. Without the keyword, other properties are allowed, and are ignored.

use serde_json::{Value, json};

use super::draft::Draft;
use super::walk;

/// Says of open objects that their other properties are any values.
pub(super) fn keep_others(draft: &mut Draft) {
    walk::schemas(&mut draft.document, &mut |_, schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(true)) && schema.contains_key("properties")
        {
            schema.insert("additionalProperties".into(), json!({}));
        }
    });
}
