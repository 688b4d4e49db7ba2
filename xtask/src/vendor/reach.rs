//! Which components the operations of a document use.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Report;
use super::grammar::{self, Kind};
use crate::pointer::Pointer;
use crate::report::Fate;

/// The components that stay whether or not a `$ref` leads to them: operations name them otherwise.
const NAMED_OTHERWISE: &str = "securitySchemes";

/// Takes out the components that no operation uses, and notes each.
///
/// A type that no call takes or gives only makes the bindings larger; it comes back with the first
/// operation that uses it.
pub fn drop_unused(document: &mut Value, report: &mut Report) {
    let used = used(document);
    let root = Pointer::root().join("components");
    let Some(Value::Object(components)) = document.get_mut("components") else { return };
    for (section, named) in components.iter_mut() {
        let Value::Object(named) = named else { continue };
        if section == NAMED_OTHERWISE {
            continue;
        }
        named.retain(|name, _| {
            let place = root.join(section).join(name);
            let stays = used.contains(&place);
            if !stays {
                report.note(place, Fate::Dropped, "no operation uses it");
            }
            stays
        });
    }
    components.retain(|_, named| named.as_object().is_none_or(|named| !named.is_empty()));
}

/// The places of the components that can be reached from the paths.
fn used(document: &Value) -> BTreeSet<Pointer> {
    let mut used = BTreeSet::new();
    let mut waiting = Vec::new();
    // Everything outside of the components counts.
    if let Value::Object(members) = document {
        for (kind, value, at) in grammar::children(Kind::Document, members, &Pointer::root()) {
            if kind != Kind::Components {
                grammar::visit(kind, value, &at, &mut |kind, object, _| {
                    waiting.extend(targets(document, kind, object));
                });
            }
        }
    }
    while let Some((place, kind)) = waiting.pop() {
        if let Some(value) = place.get(document)
            && used.insert(place.clone())
        {
            grammar::visit(kind, value, &place, &mut |kind, object, _| {
                waiting.extend(targets(document, kind, object));
            });
        }
    }
    used
}

/// What an object refers to: by `$ref`, or as the possible types of a discriminator.
fn targets(document: &Value, kind: Kind, object: &Map<String, Value>) -> Vec<(Pointer, Kind)> {
    // What is no component is of the kind that refers to it.
    let elsewhere = |reference: &Value| Some((Pointer::from_local_ref(reference.as_str()?)?, kind));
    let target =
        object.get("$ref").and_then(|reference| component(reference).or_else(|| elsewhere(reference)));
    let mut found: Vec<_> = target.into_iter().collect();
    if let Some(discriminator) = object.get("discriminator") {
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        for target in mapping.into_iter().flat_map(Map::values) {
            found.extend(component(target).or_else(|| Some((schema(target.as_str()?), Kind::Schema))));
        }
        // Without a mapping, the possible types are those that extend this one.
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        for (name, candidate) in schemas.into_iter().flatten() {
            if extends(document, candidate, object, DEPTH) {
                found.push((schema(name), Kind::Schema));
            }
        }
    }
    found
}

/// How deep types that extend types are followed.
const DEPTH: usize = 16;

/// Whether a schema extends another, by others or itself.
fn extends(document: &Value, schema: &Value, base: &Map<String, Value>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let components = parts.filter_map(|part| component(part.get("$ref")?)?.0.get(document));
    components.into_iter().any(|part| part.as_object() == Some(base) || extends(document, part, base, depth))
}

fn schema(name: &str) -> Pointer {
    Pointer::root().join("components").join("schemas").join(name)
}

/// The component that a reference leads to, or into.
fn component(reference: &Value) -> Option<(Pointer, Kind)> {
    let target = Pointer::from_local_ref(reference.as_str()?)?;
    let tokens = target.tokens();
    let [components, section, name, ..] = tokens.as_slice() else { return None };
    match grammar::member(Kind::Components, section) {
        Some(grammar::Shape::Named(kind)) if components == "components" => {
            Some((Pointer::root().join(components).join(section).join(name), kind))
        }
        _ => None,
    }
}
