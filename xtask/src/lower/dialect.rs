//! The dialect must be the one that is lowered here; identifiers have done their work when references are resolved.

use serde_json::{Map, Value};

use crate::lower::draft::Draft;
use crate::lower::walk::Walk;
use crate::pointer::Pointer;
use crate::report::Fate;

/// JSON Schema 2020-12, and that with the keywords of OpenAPI.
fn is_known(dialect: &str) -> bool {
    let dialect = dialect.trim_end_matches('#');
    dialect == "https://json-schema.org/draft/2020-12/schema"
        || dialect.starts_with("https://spec.openapis.org/oas/3.1/dialect/")
        || dialect.starts_with("https://spec.openapis.org/oas/3.1/schema-base/")
}

/// Refuses a dialect that is not one of ours, in the member that may name one.
pub(super) fn check(walk: &mut Walk<'_>, members: &Map<String, Value>, key: &str, at: &Pointer) {
    let Some(dialect) = members.get(key).and_then(Value::as_str) else { return };
    let here = at.join(key);
    if is_known(dialect) {
        walk.note(Fate::Exact, &here, format!("`{key}` is left out: 3.0.3 has one dialect."));
    } else {
        walk.refuse(&here, format!("the dialect `{dialect}` is not known here; write the schemas in JSON Schema 2020-12 and remove `{key}`."));
    }
}

pub(super) fn remove_identifiers(draft: &mut Draft<'_>) {
    draft.take("$schema");
    for key in ["$id", "$anchor", "$dynamicAnchor"] {
        if draft.take(key).is_some() {
            draft.exact(key, format!("`{key}` is left out: references name the component instead."));
        }
    }
}
