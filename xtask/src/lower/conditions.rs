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
pub(super) fn named(document: &Value, members: &Map<String, Value>) -> BTreeSet<String> {
    let mut search = Search { document, followed: BTreeSet::new(), names: BTreeSet::new() };
    search.conditions(members);
    search.names
}

struct Search<'a> {
    document: &'a Value,
    /// Where references have led: they may go in circles.
    followed: BTreeSet<Pointer>,
    names: BTreeSet<String>,
}

impl Search<'_> {
    fn conditions(&mut self, members: &Map<String, Value>) {
        let dependent = members.get("dependentSchemas").and_then(Value::as_object);
        let dependent = dependent.into_iter().flat_map(Map::values);
        for schema in CONDITIONS.iter().filter_map(|key| members.get(*key)).chain(dependent) {
            self.schema(schema);
        }
    }

    fn schema(&mut self, schema: &Value) {
        let Some(members) = schema.as_object() else { return };
        let properties = members.get("properties").and_then(Value::as_object);
        self.names.extend(properties.into_iter().flat_map(Map::keys).cloned());
        let place = members.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        if let Some(target) = place.as_ref().and_then(|place| place.get(self.document))
            && place.is_some_and(|place| self.followed.insert(place))
        {
            self.schema(target);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let branches = members.get(key).and_then(Value::as_array);
            branches.into_iter().flatten().for_each(|branch| self.schema(branch));
        }
        self.conditions(members);
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
