//! What changed in the schemas, but for the types that are made of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Changes, Class, told};
use crate::lower::bounds::same;
use crate::pointer::Pointer;
use crate::vendor::grammar::{self, Kind};

/// The components that requests and answers are made of.
#[derive(Debug, Default)]
struct Uses(BTreeSet<Pointer>);

impl Uses {
    /// Follows the references of a document from its operations.
    fn of(document: &Value) -> Self {
        let mut uses = Self::default();
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        for (_, item) in paths {
            grammar::visit(Kind::PathItem, item, &Pointer::root(), &mut |kind, object, _| match kind {
                Kind::Parameter | Kind::RequestBody | Kind::Response => {
                    follow(document, kind, object, &mut uses.0);
                }
                _ => {}
            });
        }
        uses
    }
}

/// Adds the places that an object refers to, and those that they refer to, and so on.
fn follow(document: &Value, kind: Kind, from: &Map<String, Value>, found: &mut BTreeSet<Pointer>) {
    let mut waiting = vec![(kind, from)];
    while let Some((kind, object)) = waiting.pop() {
        let mut see = |kind: Kind, object: &Map<String, Value>, _: &Pointer| {
            let target = object.get("$ref").and_then(Value::as_str);
            let target = target.and_then(Pointer::from_local_ref);
            if let Some(target) = target
                && found.insert(target.clone())
                && let Some(Value::Object(object)) = target.get(document)
            {
                waiting.push((kind, object));
            }
        };
        see(kind, object, &Pointer::root());
        for (kind, value, at) in grammar::children(kind, object, &Pointer::root()) {
            grammar::visit(kind, value, &at, &mut see);
        }
    }
}

/// Compares the components.
pub(super) fn components(old: &Value, new: &Value, changes: &mut Changes) {
    let place = Pointer::root().join("components").join("schemas");
    let none = Map::new();
    let schemas = |document| place.get(document).and_then(Value::as_object);
    let (olds, news) = (schemas(old).unwrap_or(&none), schemas(new).unwrap_or(&none));
    let uses = Uses::of(new);
    for (name, schema) in olds {
        let at = place.join(name);
        match news.get(name) {
            None => {
                let what = format!("type `{name}` removed");
                changes.add(at, Class::Harmless, what, "no type went with it");
            }
            Some(present) => schemas_at(schema, present, &at, uses.0.contains(&at), changes),
        }
    }
    for name in news.keys().filter(|name| !olds.contains_key(*name)) {
        changes.add(
            place.join(name),
            Class::Additive,
            format!("type `{name}` added"),
            "nothing used it before",
        );
    }
}

/// Compares two schemas that stand at the same place, and the schemas in them that have no name.
pub(super) fn schemas_at(old: &Value, new: &Value, at: &Pointer, is_used: bool, changes: &mut Changes) {
    if old == new || changes.replaced.contains(at) {
        return;
    }
    const OTHERWISE: (&str, &str) = ("written in another way", "the type is the same");
    if the_only_part(old) == the_only_part(new) {
        return changes.add(at.clone(), Class::Harmless, OTHERWISE.0, OTHERWISE.1);
    }
    let told = changes.all.len();
    judge(old, new, at, is_used, changes);
    let is_told_inside = changes.replaced.iter().any(|place| place.below(at).is_some());
    if changes.all.len() == told && !is_told_inside {
        changes.add(at.clone(), Class::Harmless, OTHERWISE.0, OTHERWISE.1);
    }
}

/// What stands alone in an `allOf`; of anything else, itself.
fn the_only_part(schema: &Value) -> &Value {
    match schema
        .as_object()
        .and_then(|members| members.get("allOf").filter(|_| members.len() == 1)?.as_array())
    {
        Some(parts) => match parts.as_slice() {
            [only] => only,
            _ => schema,
        },
        None => schema,
    }
}

/// Compares two schemas, part by part. What a request has and the new schema refuses is told beside.
fn judge(old: &Value, new: &Value, at: &Pointer, is_used: bool, changes: &mut Changes) {
    changes.others(old, new, at, &JUDGED);
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
    if old.get("$ref") != new.get("$ref") {
        let what = format!("refers to {} instead of {}", told(new.get("$ref")), told(old.get("$ref")));
        changes.add(at.clone(), Class::Harmless, what, TYPE_IS_TOLD);
    }
    values(old, new, at, changes);
    properties(old, new, at, is_used, changes);
    for word in ["items", "additionalProperties"] {
        if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) = (old.get(word), new.get(word)) {
            schemas_at(old, new, &at.join(word), is_used, changes);
        }
    }
    branches(old, new, at, is_used, changes);
    limits(old, new, at, changes);
    extras(old, new, at, changes);
    // Null is what an absent value is in Rust.
    let default =
        |schema: &'_ Map<String, Value>| schema.get("default").filter(|value| !value.is_null()).cloned();
    let (before, after) = (default(old), default(new));
    let is_same = match (&before, &after) {
        (Some(before), Some(after)) => same(before, after),
        (before, after) => before == after,
    };
    if is_used && !is_same {
        changes.default_changed(before.as_ref(), after.as_ref(), at.join("default"));
    } else if old.get("default") != new.get("default") {
        let why = if is_used { "what is left out means the same" } else { "nothing uses it" };
        changes.add(at.join("default"), Class::Harmless, "`default` changed", why);
    }
}

const TYPE_IS_TOLD: &str = "if that changes a type, or a request is refused, it is told beside";

fn values(old: &Map<String, Value>, new: &Map<String, Value>, at: &Pointer, changes: &mut Changes) {
    let at = at.join("enum");
    let list = |schema: &Map<String, Value>| match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, constant) => constant.cloned().into_iter().collect(),
    };
    let (olds, news) = (list(old), list(new));
    for value in olds.iter().filter(|value| !news.contains(value) && !news.is_empty()) {
        changes.add(at.clone(), Class::Harmless, format!("value {value} removed"), "no request has it");
    }
    for value in news.iter().filter(|value| !olds.contains(value) && !olds.is_empty()) {
        let why = "if it is a variant, a match with a `_` arm still covers all";
        changes.add(at.clone(), Class::Additive, format!("value {value} added"), why);
    }
    match (olds.is_empty(), news.is_empty()) {
        (true, false) => {
            changes.add(at, Class::Harmless, "only listed values are allowed", "no request has others");
        }
        (false, true) => {
            changes.add(at, Class::Additive, "all values are allowed", "the listed ones still are");
        }
        _ => {}
    }
}

fn properties(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    is_used: bool,
    changes: &mut Changes,
) {
    let named = |schema: &'_ Map<String, Value>| {
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let (olds, news) = (named(old), named(new));
    let place = at.join("properties");
    for (name, property) in &olds {
        let at = place.join(name);
        let Some(present) = news.get(name) else {
            changes.add(at, Class::Harmless, format!("property `{name}` removed"), "no field went with it");
            continue;
        };
        if changes.replaced.contains(&at) {
            continue;
        }
        let (was, is) = (requires(old, name), requires(new, name));
        if was != is {
            let what = format!("property `{name}` became {}", if is { "required" } else { "optional" });
            changes.add(at.clone(), Class::Harmless, what, "the field has the same type");
        }
        schemas_at(property, present, &at, is_used, changes);
    }
    for name in news.keys().filter(|name| !olds.contains_key(*name)) {
        let kind = if requires(new, name) { "required property" } else { "property" };
        let why =
            "a new field; the builder leaves it out, and a literal that names all fields must end in `..`";
        changes.add(place.join(name), Class::Additive, format!("{kind} `{name}` added"), why);
    }
    // A required name without a property is a field of any JSON.
    let extra = |schema: &Map<String, Value>, properties: &Map<String, Value>| {
        let names = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
        names.filter(|name| !properties.contains_key(name)).collect::<BTreeSet<_>>()
    };
    let (before, after) = (extra(old, &olds), extra(new, &news));
    for name in before.difference(&after).filter(|name| !news.contains_key(*name)) {
        changes.add(
            at.join("required"),
            Class::Harmless,
            format!("required name `{name}` removed"),
            "it had no property; if a field goes with it, it is told beside",
        );
    }
    for name in after.difference(&before).filter(|name| !olds.contains_key(*name)) {
        changes.add(
            at.join("required"),
            Class::Harmless,
            format!("name `{name}` required, without a property"),
            "no request is refused for it",
        );
    }
}

fn requires(schema: &Map<String, Value>, name: &str) -> bool {
    let names = schema.get("required").and_then(Value::as_array);
    names.is_some_and(|names| names.iter().any(|required| required == name))
}

fn branches(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    is_used: bool,
    changes: &mut Changes,
) {
    for word in ["allOf", "oneOf", "anyOf"] {
        let list = |schema: &Map<String, Value>| {
            schema.get(word).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let (olds, news) = (list(old), list(new));
        let names = |list: &[Value]| list.iter().map(name_of).collect::<Vec<_>>();
        if names(&olds) != names(&news) {
            let what = format!("made of {} instead of {}", listed(&news), listed(&olds));
            let only_more =
                word != "allOf" && !olds.is_empty() && olds.iter().all(|branch| news.contains(branch));
            let (class, why) = if only_more {
                (Class::Additive, "what was allowed still is")
            } else {
                (Class::Harmless, TYPE_IS_TOLD)
            };
            changes.add(at.join(word), class, what, why);
            continue;
        }
        for (index, (old, new)) in olds.iter().zip(&news).enumerate() {
            schemas_at(old, new, &at.join(word).join(index), is_used, changes);
        }
    }
}

fn listed(schemas: &[Value]) -> String {
    if schemas.is_empty() {
        return "nothing".to_owned();
    }
    schemas.iter().map(name_of).collect::<Vec<_>>().join(" and ")
}

/// What a part of a schema is called.
fn name_of(schema: &Value) -> String {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
    match target.and_then(|target| target.last()) {
        Some(name) => format!("`{name}`"),
        None => schema.get("type").map_or_else(|| "a schema".to_owned(), Value::to_string),
    }
}

/// Keywords that set limits. What a request has beyond them is told beside, and answers are read whatever they are.
const LIMITS: [&str; 13] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

fn limits(old: &Map<String, Value>, new: &Map<String, Value>, at: &Pointer, changes: &mut Changes) {
    for word in LIMITS.into_iter().filter(|word| old.get(*word) != new.get(*word)) {
        let what = format!("{word} changed from {} to {}", told(old.get(word)), told(new.get(word)));
        changes.add(
            at.join(word),
            Class::Harmless,
            what,
            "no request is refused for it, and answers are read as before",
        );
    }
}

/// Whether members are allowed that the document does not name.
fn extras(old: &Map<String, Value>, new: &Map<String, Value>, at: &Pointer, changes: &mut Changes) {
    if !["properties", "allOf"].iter().any(|word| old.contains_key(*word)) {
        return;
    }
    let kind = |schema: &Map<String, Value>| match schema.get("additionalProperties") {
        None | Some(Value::Bool(true)) => "ignored",
        Some(Value::Bool(false)) => "refused",
        Some(_) => "kept",
    };
    let (before, after) = (kind(old), kind(new));
    if before == after {
        return;
    }
    let (class, why) = match (before, after) {
        (_, "kept") => (Class::Additive, "a new field holds them"),
        _ => (
            Class::Harmless,
            "an answer with them is read all the same; where it is not, or a field goes, that is told beside",
        ),
    };
    let what = format!("members that are not named are {after}, and were {before}");
    changes.add(at.join("additionalProperties"), class, what, why);
}

/// Members that the functions above look at.
const JUDGED: [&str; 24] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "uniqueItems",
];
