//! Unions whose branches are told apart by a property, the discriminator.
//!
//! The generator passes over it and reads the first branch that fits, which is the wrong one where another
//! has all that the first requires. So a union of components says in [`TAGS`] which value stands for which
//! branch, and hand-written code reads it; for that the union is a component itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::answers::VARIANTS;
use super::claims::plain_object;
use super::draft::Draft;
use super::inline;
use super::unions::{DEPTH, is_object};
use super::walk::{self, COMPOSED, SAYING, is_null};
use crate::report::Fate;

/// The extension of a union's schema that tells the property to look at, and for each branch its values.
pub(crate) const TAGS: &str = "x-xtask-tags";

type Schema = Map<String, Value>;

/// Says of every union with a discriminator which value stands for which branch.
pub(super) fn tell_branches(draft: &mut Draft) {
    walk::schemas(&mut draft.document, &mut |_, schema| lift_the_only_branch(schema));
    let mut places = Vec::new();
    walk::schemas(&mut draft.document, &mut |place, schema| {
        let branches = schema.get("oneOf").and_then(Value::as_array).map_or(0, Vec::len);
        if schema.contains_key("discriminator") && branches > 1 && !schema.contains_key(VARIANTS) {
            places.push(place.clone());
        }
    });
    for place in places {
        let schema = place.get(&draft.document).and_then(Value::as_object);
        let Some(mut schema) = schema.cloned() else { continue };
        if is_tag(&schema) {
            continue;
        }
        let Some(mut union) = union(&draft.document, &mut schema) else {
            let text = "the branches are tried in turn, and the discriminator is not looked at: \
                        that would take different components, with nothing beside the union";
            draft.note(place.join("discriminator"), Fate::Widened, text);
            continue;
        };
        let is_component = place.parent().is_some_and(|parent| parent.as_str() == "/components/schemas");
        let schema = if is_component {
            schema.append(&mut union);
            Value::Object(schema)
        } else {
            let name = inline::spelled_out(&draft.document, &place);
            let reference = inline::component(draft, &place, &name, Value::Object(union));
            if schema.is_empty() {
                reference
            } else {
                schema.insert("allOf".into(), json!([reference]));
                Value::Object(schema)
            }
        };
        if let Some(at) = draft.at(&place) {
            *at = schema;
        }
    }
}

/// Puts a union in the place of one that has it as its only branch, which is what is left of one that may be null.
fn lift_the_only_branch(schema: &mut Schema) {
    let says_more = |keyword: &String| {
        let keyword = keyword.as_str();
        keyword != "anyOf" && (SAYING.contains(&keyword) || COMPOSED.contains(&keyword))
    };
    if let Some([Value::Object(only)]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
        && only.contains_key("discriminator")
        && !schema.keys().any(says_more)
    {
        let only = only.clone();
        schema.remove("anyOf");
        schema.extend(only);
    }
}

/// Whether the discriminator has one value in each branch, so that the generator looks at it by itself.
fn is_tag(schema: &Schema) -> bool {
    let Some(property) = schema.get("discriminator").and_then(|d| d.get("propertyName")?.as_str()) else {
        return false;
    };
    let is_told = |branch: &Value| {
        let object = branch.as_object().and_then(plain_object);
        object.is_some_and(|object| object.constant(property).is_some())
    };
    let branches = schema.get("oneOf").and_then(Value::as_array);
    branches.is_some_and(|branches| branches.iter().all(is_told))
        && !schema.keys().any(|keyword| SAYING.contains(&keyword.as_str()))
}

/// Takes the union out of a schema, with what its branches are told apart by; none if they cannot be.
fn union(document: &Value, schema: &mut Schema) -> Option<Schema> {
    let branches = schema.get("oneOf")?.as_array()?;
    let has_null = branches.iter().any(|branch| branch.as_object().is_some_and(is_null));
    let branches: Vec<Value> =
        branches.iter().filter(|branch| !branch.as_object().is_some_and(is_null)).cloned().collect();
    let names: Vec<&str> = branches.iter().map(component).collect::<Option<_>>()?;
    let is_of_objects = branches.iter().all(|branch| is_object(document, branch, DEPTH));
    let says_more = |keyword: &String| {
        (SAYING.contains(&keyword.as_str()) && !(keyword == "type" && is_of_objects))
            || ["allOf", "anyOf"].contains(&keyword.as_str())
    };
    if schema.keys().any(says_more)
        || names.len() < 2
        || names.iter().collect::<BTreeSet<_>>().len() < names.len()
    {
        return None;
    }
    let discriminator = schema.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let mapping: Vec<(&str, &str)> = discriminator
        .get("mapping")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| Some((value.as_str(), target.as_str()?.rsplit('/').next()?)))
        .collect();
    let values = names.iter().map(|name| {
        let mapped = mapping.iter().filter(|(_, target)| target == name).map(|(value, _)| *value);
        // A component's own name stands for it, unless it is mapped.
        let own = Some(*name).filter(|name| mapping.iter().all(|(value, _)| value != name));
        mapped.chain(own).collect::<Vec<_>>()
    });
    let tags = json!({"property": property, "values": values.collect::<Vec<_>>()});
    let discriminator = schema.remove("discriminator")?;
    schema.remove("oneOf");
    schema.remove("type");
    if has_null {
        schema.insert("nullable".into(), json!(true));
    }
    Some(Schema::from_iter([
        ("oneOf".to_owned(), json!(branches)),
        ("discriminator".to_owned(), discriminator),
        (TAGS.to_owned(), tags),
    ]))
}

/// The name of the component that a schema refers to, and is nothing but.
fn component(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")?;
    Some(reference).filter(|name| !name.contains(['/', '~', '%']))
}
