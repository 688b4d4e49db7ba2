//! Path templates: the generator merges consecutive slashes, so a mark separates them, which is removed from the
//! generated code.

use serde_json::Value;

use super::draft::Draft;
use super::marks::MARK;

/// Keeps slashes apart.
pub(super) fn keep_slashes(draft: &mut Draft) {
    let Some(Value::Object(paths)) = draft.document.get_mut("paths") else { return };
    if paths.keys().any(|template| template.contains("//")) {
        *paths =
            std::mem::take(paths).into_iter().map(|(template, item)| (kept_apart(&template), item)).collect();
    }
}

fn kept_apart(template: &str) -> String {
    let mut kept = String::with_capacity(template.len());
    for c in template.chars() {
        if c == '/' && kept.ends_with('/') {
            kept.push(MARK);
        }
        kept.push(c);
    }
    kept
}
