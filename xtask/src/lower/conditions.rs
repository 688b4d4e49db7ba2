//! Members that only a condition names: `if`, `then`, `else` and `dependentSchemas`.
//!
//! 3.0 has no conditions, and what they require is left to the server. What they name is kept all the same, as any value: a
//! type without it would lose it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::lower::draft::Draft;
use crate::pointer::Pointer;
use crate::report::Fate;

const CONDITIONS: [&str; 3] = ["if", "then", "else"];

/// The properties that the conditions of a schema name.
pub(super) fn named(document: &Value, members: &Map<String, Value>, at: &Pointer) -> BTreeSet<String> {
    let mut search = Search { document, seen: BTreeSet::new(), names: BTreeSet::new() };
    search.conditions(members, at);
    search.names
}

struct Search<'a> {
    document: &'a Value,
    seen: BTreeSet<Pointer>,
    names: BTreeSet<String>,
}

impl Search<'_> {
    fn conditions(&mut self, members: &Map<String, Value>, at: &Pointer) {
        for key in CONDITIONS {
            if let Some(schema) = members.get(key) {
                self.schema(schema, &at.join(key));
            }
        }
        const KEY: &str = "dependentSchemas";
        for (name, schema) in members.get(KEY).and_then(Value::as_object).into_iter().flatten() {
            self.schema(schema, &at.join(KEY).join(name));
        }
    }

    fn schema(&mut self, schema: &Value, at: &Pointer) {
        let Some(members) = schema.as_object().filter(|_| self.seen.insert(at.clone())) else { return };
        let properties = members.get("properties").and_then(Value::as_object);
        self.names.extend(properties.into_iter().flatten().map(|(name, _)| name.clone()));
        let place = members.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        if let Some(place) = place
            && let Some(target) = place.get(self.document)
        {
            self.schema(target, &place);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let branches = members.get(key).and_then(Value::as_array);
            for (index, branch) in branches.into_iter().flatten().enumerate() {
                self.schema(branch, &at.join(key).join(index.to_string()));
            }
        }
        self.conditions(members, at);
    }
}

/// Adds the properties that only conditions name to a schema of objects.
pub(super) fn keep(draft: &mut Draft<'_>, names: BTreeSet<String>, is_part: bool) {
    let is_of_objects = match draft.members.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.contains(&json!("object")),
        _ => is_part || draft.has("properties"),
    };
    // Other members than those that are named are lost, refused, or kept already.
    if !is_of_objects || names.is_empty() || draft.has("additionalProperties") {
        return;
    }
    let properties = draft.members.entry("properties").or_insert_with(|| json!({}));
    let Some(properties) = properties.as_object_mut() else { return };
    let new: Vec<String> = names.into_iter().filter(|name| !properties.contains_key(name)).collect();
    if new.is_empty() {
        return;
    }
    properties.extend(new.iter().map(|name| (name.clone(), json!({}))));
    let listed: Vec<_> = new.iter().map(|name| format!("`{name}`")).collect();
    draft.note(
        Fate::Exact,
        "properties",
        format!("only a condition names these, so they are any value: {}.", listed.join(", ")),
    );
}
