//! Inheritance: bases with a discriminator, whose kinds refer to the base by `allOf`.
//!
//! A value of the base in an answer is one of its kinds. So the base becomes a union of its kinds and of its own
//! properties, and the properties of a kind are kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::draft::{Draft, unique};
use super::rust;
use crate::pointer::Pointer;
use crate::report::Fate;

const SCHEMAS: &str = "/components/schemas";

/// Makes a union of every base that has kinds.
pub(super) fn unite_kinds(draft: &mut Draft) {
    let Some(Value::Object(schemas)) = draft.document.pointer(SCHEMAS) else { return };
    let mut taken: BTreeSet<String> = schemas.keys().map(|name| rust::type_name(name)).collect();
    // For each base its kinds, and what it becomes itself.
    let mut bases: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    for (base, _) in schemas.iter().filter(|(_, schema)| is_base(schema)) {
        let is_kind = |name: &&String| *name != base && leads_to(schemas, name, base, DEPTH);
        let kinds: Vec<String> = schemas.keys().filter(is_kind).cloned().collect();
        if !kinds.is_empty() {
            let own = unique(&rust::type_name(&format!("{base} base")), |name| taken.contains(name));
            taken.insert(own.clone());
            bases.insert(base.clone(), (kinds, own));
        }
    }
    let alone = |name: &str| bases.get(name).map_or(name, |(_, own)| own).to_owned();
    for (base, (kinds, own)) in &bases {
        let place = component(base);
        let Some(Value::Object(mut schema)) = draft.at(&place).map(Value::take) else { continue };
        let union = union(&mut schema, base, kinds, &alone);
        if let Some(at) = draft.at(&place) {
            *at = union;
        }
        draft.put_schema(own, Value::Object(schema));
        draft.moved(&component(own), &place);
        let text = "a value is read as one of the kinds that are made of this, or as this alone";
        draft.note(place.join("discriminator"), Fate::Exact, text);
    }
    // Whatever is made of a base is made of what the base says itself.
    let Some(Value::Object(schemas)) = draft.document.pointer_mut(SCHEMAS) else { return };
    for parts in schemas.values_mut().filter_map(|schema| schema.get_mut("allOf")?.as_array_mut()) {
        for part in parts {
            if let Some(name) = names(part).filter(|name| bases.contains_key(name)) {
                *part = json!({"$ref": component_reference(&alone(&name))});
            }
        }
    }
}

fn union(
    schema: &mut Map<String, Value>,
    base: &str,
    kinds: &[String],
    alone: &dyn Fn(&str) -> String,
) -> Value {
    let mut discriminator = schema.remove("discriminator").unwrap_or_default();
    let mapping = discriminator.get("mapping").and_then(Value::as_object).cloned().unwrap_or_default();
    let target =
        |target: &Value| target.as_str().and_then(|target| target.rsplit('/').next()).map(str::to_owned);
    let mut told: Map<String, Value> = mapping
        .iter()
        .filter_map(|(value, to)| Some((value.clone(), json!(component_reference(&alone(&target(to)?))))))
        .collect();
    let all: Vec<&str> = kinds.iter().map(String::as_str).chain([base]).collect();
    for name in &all {
        // Its own name stands for it, unless it is mapped.
        if !mapping.values().any(|to| target(to).as_deref() == Some(name)) {
            told.entry(*name).or_insert_with(|| json!(component_reference(&alone(name))));
        }
    }
    if let Value::Object(discriminator) = &mut discriminator {
        discriminator.insert("mapping".into(), Value::Object(told));
    }
    let branches: Vec<Value> =
        all.iter().map(|name| json!({"$ref": component_reference(&alone(name))})).collect();
    let mut union = json!({"oneOf": branches, "discriminator": discriminator});
    if let (Value::Object(union), Some(words)) = (&mut union, schema.get("description")) {
        union.insert("description".into(), words.clone());
    }
    union
}

fn is_base(schema: &Value) -> bool {
    let has_property = schema.get("discriminator").is_some_and(|d| d.get("propertyName").is_some());
    has_property && !["oneOf", "anyOf"].iter().any(|union| schema.get(union).is_some())
}

/// How deep kinds of kinds are looked for.
const DEPTH: usize = 16;

/// Whether a component is made of another.
fn leads_to(schemas: &Map<String, Value>, name: &str, base: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let parts = schemas.get(name).and_then(|schema| schema.get("allOf")?.as_array()).into_iter().flatten();
    parts.filter_map(names).any(|part| part == base || leads_to(schemas, &part, base, depth))
}

fn component(name: &str) -> Pointer {
    Pointer::root().join("components").join("schemas").join(name)
}

fn component_reference(name: &str) -> String {
    format!("#{}", component(name).as_str())
}

/// The component that a schema refers to.
fn names(part: &Value) -> Option<String> {
    let place = Pointer::from_local_ref(part.get("$ref")?.as_str()?)?;
    place.parent().filter(|parent| parent.as_str() == SCHEMAS)?;
    place.last()
}
