//! What changed in the types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::rust::{field_of, is_checked, is_text_enum, named, type_of};
use super::{Changes, Class};
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
    let (old_uses, new_uses) = (Uses::of(old), Uses::of(new));
    for (name, schema) in olds {
        let at = place.join(name);
        match news.get(name) {
            None => changes.add(
                at,
                Class::DOES_NOT_COMPILE,
                format!("type `{name}` removed"),
                "code that names it has nothing to name",
            ),
            Some(present) => {
                let (before, after) = (old_uses.of_component(&at), new_uses.of_component(&at));
                openness(schema, before, after, &at, changes);
                schemas_at(schema, present, &at, after, changes);
            }
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

/// An enum that answers can hold is open: it keeps values that the document does not list.
fn openness(schema: &Value, before: Use, after: Use, at: &Pointer, changes: &mut Changes) {
    if !schema.as_object().is_some_and(is_text_enum) {
        return;
    }
    match (before.received, after.received) {
        (false, true) => changes.add(
            at.clone(),
            Class::DOES_NOT_COMPILE,
            "enum now occurs in answers",
            "it can hold values that are not listed, so it is no longer Copy and a match needs a `_` arm",
        ),
        (true, false) => changes.add(
            at.clone(),
            Class::DOES_NOT_COMPILE,
            "enum no longer occurs in answers",
            "it holds the listed values only, so its variant for other values is gone",
        ),
        _ => {}
    }
}

/// Compares two schemas that stand at the same place, and the schemas in them that have no name.
pub(super) fn schemas_at(old: &Value, new: &Value, at: &Pointer, used: Use, changes: &mut Changes) {
    if old == new {
        return;
    }
    let (before, after) = (type_of(old), type_of(new));
    if before != after {
        changes.add(
            at.clone(),
            Class::DOES_NOT_COMPILE,
            format!("type changed from {before} to {after}"),
            "code that holds a value of the old type does not fit the new one",
        );
        return;
    }
    let told = changes.0.len();
    judge(old, new, at, used, changes);
    if changes.0.len() == told {
        changes.add(at.clone(), Class::Harmless, "written in another way", "the type is the same");
    }
}

/// Compares two schemas that become the same type, part by part.
fn judge(old: &Value, new: &Value, at: &Pointer, used: Use, changes: &mut Changes) {
    changes.others(old, new, at, &JUDGED);
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
    if named(old).is_some() {
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
    extras(old, new, at, used, changes);
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
    let has_variants = is_text_enum(old);
    for value in olds.iter().filter(|value| !news.contains(value) && !news.is_empty()) {
        let (class, why) = if has_variants {
            (Class::DOES_NOT_COMPILE, "its variant is gone")
        } else {
            (Class::FAILS, "the value is refused")
        };
        changes.add(at.clone(), class, format!("value {value} removed"), why);
    }
    for value in news.iter().filter(|value| !olds.contains(value) && !olds.is_empty()) {
        let why = if has_variants {
            "a new variant; a match with a `_` arm still covers all"
        } else {
            "the value is allowed"
        };
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
            changes.add(
                at,
                Class::DOES_NOT_COMPILE,
                format!("property `{name}` removed"),
                "its field and its setter are gone",
            );
            continue;
        };
        let (was, is) = (requires(old, name), requires(new, name));
        let (before, after) = (field_of(property, was), field_of(present, is));
        if before != after {
            let need = match (was, is) {
                (false, true) => " and became required",
                (true, false) => " and became optional",
                _ => "",
            };
            changes.add(
                at,
                Class::DOES_NOT_COMPILE,
                format!("field `{name}` changed from {before} to {after}{need}"),
                "code that reads the field meets another type",
            );
            continue;
        }
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
        let kinds = |list: &[Value]| list.iter().map(type_of).collect::<Vec<_>>();
        if kinds(&olds) != kinds(&news) {
            changes.add(
                at.join(word),
                Class::DOES_NOT_COMPILE,
                format!("made of {} instead of {}", listed(&news), listed(&olds)),
                "the fields or variants that came from there are others",
            );
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
    schemas.iter().map(type_of).collect::<Vec<_>>().join(" and ")
}

/// Limits of text are checked when a value is made; other limits are the pod's to check.
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
        limit(word, looser, is_checked(old) && word.ends_with("Length"), old, new, at, used, changes);
    }
    if old.get("pattern") != new.get("pattern") {
        limit("pattern", !new.contains_key("pattern"), true, old, new, at, used, changes);
    }
}

#[expect(clippy::too_many_arguments, reason = "one sentence about one limit needs all of it")]
fn limit(
    word: &str,
    looser: bool,
    checked: bool,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    used: Use,
    changes: &mut Changes,
) {
    let told =
        |schema: &Map<String, Value>| schema.get(word).map_or_else(|| "none".to_owned(), Value::to_string);
    let what = format!("{word} changed from {} to {}", told(old), told(new));
    let (class, why) = match (looser, checked, used.sent) {
        (true, ..) => (Class::Harmless, "what was allowed still is"),
        (false, true, _) => (Class::FAILS, "values that were allowed are refused"),
        (false, false, true) => {
            (Class::FAILS, "the pod refuses values that it took before; the types do not show it")
        }
        (false, false, false) => (Class::Harmless, "answers become narrower, and the types do not show it"),
    };
    changes.add(at.join(word), class, what, why);
}

/// Whether members are allowed that the document does not name.
fn extras(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &Pointer,
    used: Use,
    changes: &mut Changes,
) {
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
        ("kept", _) => (Class::DOES_NOT_COMPILE, "the field that held them is gone"),
        (_, "refused") if used.received => (Class::FAILS, "an answer from a newer pod may not be understood"),
        _ => (Class::Harmless, "no field shows them"),
    };
    let what = format!("members that are not named are {after}, and were {before}");
    changes.add(at.join("additionalProperties"), class, what, why);
}

/// Members that the functions above look at.
const JUDGED: [&str; 22] = [
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
];
