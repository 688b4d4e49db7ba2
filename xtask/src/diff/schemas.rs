//! What changed in the schemas, but for the types that are made of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Changes, Class, told};
use crate::pointer::Pointer;
use crate::vendor::grammar::{self, Kind};

/// What a type is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// A caller makes values of it.
    pub(super) sent: bool,
    /// Answers hold values of it.
    pub(super) received: bool,
}

impl Use {
    /// A part of a request.
    pub(super) const REQUEST: Self = Self { sent: true, received: false };
    /// A part of an answer.
    pub(super) const ANSWER: Self = Self { sent: false, received: true };
}

/// Which components requests and answers are made of.
#[derive(Debug, Default)]
struct Uses {
    sent: BTreeSet<Pointer>,
    received: BTreeSet<Pointer>,
}

impl Uses {
    /// Follows the references of a document from its operations.
    fn of(document: &Value) -> Self {
        let mut uses = Self::default();
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        for (_, item) in paths {
            grammar::visit(Kind::PathItem, item, &Pointer::root(), &mut |kind, object, _| match kind {
                Kind::Parameter | Kind::RequestBody => {
                    follow(document, kind, object, &mut uses.sent);
                }
                Kind::Response => follow(document, kind, object, &mut uses.received),
                _ => {}
            });
        }
        uses
    }

    fn of_component(&self, place: &Pointer) -> Use {
        Use { sent: self.sent.contains(place), received: self.received.contains(place) }
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
            Some(present) => schemas_at(schema, present, &at, uses.of_component(&at), changes),
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
pub(super) fn schemas_at(old: &Value, new: &Value, at: &Pointer, used: Use, changes: &mut Changes) {
    if old == new || changes.replaced.contains(at) {
        return;
    }
    const OTHERWISE: (&str, &str) = ("written in another way", "the type is the same");
    if the_only_part(old) == the_only_part(new) {
        return changes.add(at.clone(), Class::Harmless, OTHERWISE.0, OTHERWISE.1);
    }
    let told = changes.all.len();
    judge(old, new, at, used, changes);
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

/// Compares two schemas, part by part.
fn judge(old: &Value, new: &Value, at: &Pointer, used: Use, changes: &mut Changes) {
    changes.others(old, new, at, &JUDGED);
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
    if old.get("$ref") != new.get("$ref") {
        let what = format!("refers to {} instead of {}", told(new.get("$ref")), told(old.get("$ref")));
        let (class, why) = changed(used);
        changes.add(at.clone(), class, what, why);
        return;
    }
    values(old, new, at, changes);
    properties(old, new, at, used, changes);
    for word in ["items", "additionalProperties"] {
        if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) = (old.get(word), new.get(word)) {
            schemas_at(old, new, &at.join(word), used, changes);
        }
    }
    branches(old, new, at, used, changes);
    limits(old, new, at, used, changes);
    extras(old, new, at, changes);
    if old.get("default") != new.get("default") {
        changes.default_changed(old.get("default"), new.get("default"), at.join("default"));
    }
}

fn values(old: &Map<String, Value>, new: &Map<String, Value>, at: &Pointer, changes: &mut Changes) {
    let at = at.join("enum");
    let list = |schema: &Map<String, Value>| {
        schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let (olds, news) = (list(old), list(new));
    for value in olds.iter().filter(|value| !news.contains(value) && !news.is_empty()) {
        changes.add(at.clone(), Class::FAILS, format!("value {value} removed"), "the value is refused");
    }
    for value in news.iter().filter(|value| !olds.contains(value) && !olds.is_empty()) {
        let why = "if it is a variant, a match with a `_` arm still covers all";
        changes.add(at.clone(), Class::Additive, format!("value {value} added"), why);
    }
    match (olds.is_empty(), news.is_empty()) {
        (true, false) => {
            changes.add(at, Class::FAILS, "only listed values are allowed", "other values are refused");
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
    used: Use,
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
        match (was, is) {
            (false, true) if used.sent => changes.add(
                at.clone(),
                Class::FAILS,
                format!("property `{name}` became required"),
                "the field has the same type, but a value built without it is refused",
            ),
            (false, true) | (true, false) => changes.add(
                at.clone(),
                Class::Harmless,
                format!("property `{name}` became {}", if is { "required" } else { "optional" }),
                "the field has the same type",
            ),
            _ => {}
        }
        schemas_at(property, present, &at, used, changes);
    }
    for name in news.keys().filter(|name| !olds.contains_key(*name)) {
        let at = place.join(name);
        if requires(new, name) && used.sent {
            changes.add(
                at,
                Class::FAILS,
                format!("required property `{name}` added"),
                "a value built without it is refused",
            );
        } else {
            changes.add(at, Class::Additive, format!("property `{name}` added"), "a new field; the builder leaves it out, and a literal that names all fields must end in `..`");
        }
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
            Class::DOES_NOT_COMPILE,
            format!("required name `{name}` removed"),
            "it had no property, so it was a field of any JSON, which is gone",
        );
    }
    for name in after.difference(&before).filter(|name| !olds.contains_key(*name)) {
        changes.add(
            at.join("required"),
            Class::FAILS,
            format!("name `{name}` required, without a property"),
            "a value without it is refused",
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
    used: Use,
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
            let only_more = word != "allOf" && olds.iter().all(|branch| news.contains(branch));
            let (class, why) =
                if only_more { (Class::Additive, "what was allowed still is") } else { changed(used) };
            changes.add(at.join(word), class, what, why);
            continue;
        }
        for (index, (old, new)) in olds.iter().zip(&news).enumerate() {
            schemas_at(old, new, &at.join(word).join(index), used, changes);
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

/// What it means that a part of a schema is another one. Its type, if it has one of its own, is told elsewhere.
fn changed(used: Use) -> (Class, &'static str) {
    if used.sent {
        (Class::FAILS, "other values may be refused than before")
    } else {
        (Class::Harmless, "if that changes a type, it is told beside")
    }
}

/// Limits are checked when a value is made or when it is sent, and never in answers.
fn limits(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    used: Use,
    changes: &mut Changes,
) {
    const LIMITS: [(&str, f64); 11] = [
        ("maxLength", 1.0),
        ("minLength", -1.0),
        ("maximum", 1.0),
        ("exclusiveMaximum", 1.0),
        ("minimum", -1.0),
        ("exclusiveMinimum", -1.0),
        ("maxItems", 1.0),
        ("minItems", -1.0),
        ("maxProperties", 1.0),
        ("minProperties", -1.0),
        ("multipleOf", 0.0),
    ];
    for (word, wider) in LIMITS {
        let number = |schema: &Map<String, Value>| schema.get(word).and_then(Value::as_f64);
        let (before, after) = (number(old), number(new));
        if before == after {
            continue;
        }
        let looser = match (before, after) {
            (Some(before), Some(after)) => (after - before) * wider > 0.0,
            (_, after) => after.is_none(),
        };
        limit(word, looser, old, new, at, used, changes);
    }
    if old.get("pattern") != new.get("pattern") {
        limit("pattern", !new.contains_key("pattern"), old, new, at, used, changes);
    }
    if old.get("uniqueItems") != new.get("uniqueItems") {
        limit("uniqueItems", new.get("uniqueItems") != Some(&Value::Bool(true)), old, new, at, used, changes);
    }
}

fn limit(
    word: &str,
    looser: bool,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    used: Use,
    changes: &mut Changes,
) {
    let what = format!("{word} changed from {} to {}", told(old.get(word)), told(new.get(word)));
    let (class, why) = match (looser, used.sent) {
        (true, _) => (Class::Harmless, "what was allowed still is"),
        (false, true) => (Class::FAILS, "values that were allowed are refused"),
        (false, false) => (Class::Harmless, "answers are read as before"),
    };
    changes.add(at.join(word), class, what, why);
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
const JUDGED: [&str; 23] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
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
