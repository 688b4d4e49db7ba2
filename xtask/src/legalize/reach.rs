//! The schemas that answers and requests can contain.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{operations, references};
use crate::pointer::Pointer;

/// The schemas that a part of the operations can have inside.
pub(super) struct Reach {
    /// The members of an operation that it starts from.
    members: &'static [&'static str],
    components: BTreeSet<String>,
}

impl Reach {
    /// What answers can have inside.
    pub(super) fn of_answers(document: &Value) -> Self {
        Self::of(document, &["responses"])
    }

    /// What requests can have inside.
    pub(super) fn of_requests(document: &Value) -> Self {
        Self::of(document, &["requestBody", "parameters"])
    }

    fn of(document: &Value, members: &'static [&'static str]) -> Self {
        let mut open = Vec::new();
        for operation in operations(document) {
            let values = members.iter().filter_map(|member| operation.value.get(*member));
            values.for_each(|value| references(value, &mut open));
        }
        let mut components = BTreeSet::new();
        while let Some(place) = open.pop() {
            if let Some(name) = component(&place)
                && let Some(schema) = document.get("components").and_then(|c| c.get("schemas")?.get(&name))
                && components.insert(name)
            {
                references(schema, &mut open);
            }
        }
        Self { members, components }
    }

    /// Whether the schema at a place is among them.
    pub(super) fn has(&self, place: &Pointer) -> bool {
        let is_inline = matches!(place.tokens().as_slice(), [paths, _, _, member, ..]
            if paths == "paths" && self.members.contains(&member.as_str()));
        is_inline || component(place).is_some_and(|name| self.components.contains(&name))
    }
}

/// The component that a place belongs to.
fn component(place: &Pointer) -> Option<String> {
    match place.tokens().as_slice() {
        [components, schemas, name, ..] if components == "components" && schemas == "schemas" => {
            Some(name.clone())
        }
        _ => None,
    }
}
