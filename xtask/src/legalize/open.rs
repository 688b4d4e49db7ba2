//! Objects that say that they are open.
//!
//! `additionalProperties: true` says what `{}` says: whoever writes it means that there are others, and they are
//! kept. The generator passes them over. Where nothing is written, others may come all the same, and are passed over.

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
