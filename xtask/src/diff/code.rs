//! What changed in the generated code: all that a compiler refuses, and what setters take.
//!
//! Each change is told at the place in the document that the code was made of, or the nearest that is known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::operations::{Parameter, parameters};
use super::pairs::Pairs;
use super::{Changes, Class};
use crate::bindings::{Bindings, Call, Kind, Member, Shape, range};
use crate::document::{Operation, operations, resolved};
use crate::legalize::rust::{method_name, type_name};
use crate::pointer::Pointer;

/// A document, its bindings, and where each of their types comes from.
pub(super) struct Side<'a> {
    pub(super) document: &'a Value,
    pub(super) bindings: Bindings,
    pub(super) places: BTreeMap<String, Pointer>,
    /// The types that answers hold.
    received: BTreeSet<String>,
}

impl<'a> Side<'a> {
    pub(super) fn new(document: &'a Value, bindings: Bindings) -> Self {
        let places = places(document, &bindings);
        let received = bindings.received();
        Self { document, bindings, places, received }
    }

    fn place(&self, name: &str) -> Pointer {
        self.places.get(name).cloned().unwrap_or_default()
    }

    /// The name in the document of a type that has one there.
    fn component(&self, name: &str) -> Option<String> {
        let place = self.places.get(name)?;
        (place.parent()? == schemas()).then(|| place.last())?
    }
}

fn schemas() -> Pointer {
    Pointer::root().join("components").join("schemas")
}

/// The changes, and the places whose type is another one.
pub(super) fn compare(
    pairs: &Pairs<'_>,
    old: &Side<'_>,
    new: &Side<'_>,
    changes: &mut Changes,
) -> BTreeSet<Pointer> {
    let mut code = Code { old, new, changes, replaced: BTreeSet::new() };
    for (before, after) in &pairs.both {
        code.operation(before, after);
    }
    for (name, was) in &old.bindings.types {
        if let Some(is) = new.bindings.types.get(name) {
            code.shape(name, was, is);
        }
    }
    for name in old.bindings.types.keys().filter(|name| !new.bindings.types.contains_key(*name)) {
        code.gone(name);
    }
    code.replaced
}

struct Code<'a, 'b> {
    old: &'a Side<'b>,
    new: &'a Side<'b>,
    changes: &'a mut Changes,
    replaced: BTreeSet<Pointer>,
}

impl Code<'_, '_> {
    fn refused(&mut self, at: Pointer, what: String, why: &str) {
        self.changes.add(at, Class::DOES_NOT_COMPILE, what, why);
    }

    /// Something has another type than before.
    fn replaced(&mut self, at: Pointer, class: Class, what: String, why: &str) {
        if class == Class::DOES_NOT_COMPILE {
            self.replaced.insert(at.clone());
        }
        self.changes.add(at, class, what, why);
    }

    fn operation(&mut self, before: &Operation<'_>, after: &Operation<'_>) {
        let calls =
            (self.old.bindings.calls.get(&before.pointer), self.new.bindings.calls.get(&after.pointer));
        let (was, is) = match calls {
            (Some(was), Some(is)) => (was, is),
            (Some(_), None) => {
                let what = "the call is left out of the bindings".to_owned();
                return self.refused(after.pointer.clone(), what, "its method is gone; generating says why");
            }
            (None, Some(_)) => {
                let what = "the call is no longer left out of the bindings";
                return self.changes.add(after.pointer.clone(), Class::Additive, what, "a new method");
            }
            (None, None) => return,
        };
        for (what, was, is) in [
            ("a call returns", &was.returns, &is.returns),
            ("a failed call returns", &was.fails_with, &is.fails_with),
        ] {
            if was != is {
                let what = format!("{what} {}, and returned {}", returned(is), returned(was));
                let why = "code that reads the answer meets another type";
                self.refused(after.pointer.join("responses"), what, why);
            }
        }
        self.setters(before, was, after, is);
    }

    fn setters(&mut self, before: &Operation<'_>, was: &Call, after: &Operation<'_>, is: &Call) {
        let (olds, news) = (parameters(self.old.document, before), parameters(self.new.document, after));
        for (setter, took) in &was.setters {
            // It goes with `body`.
            if setter == "body_map" && was.setters.get("body") != is.setters.get("body") {
                continue;
            }
            let takes = is.setters.get(setter);
            if takes == Some(took) {
                continue;
            }
            match (set_by(&olds, setter), set_by(&news, setter), takes) {
                (Some(&Parameter { place, name, .. }), _, None)
                    if news.iter().any(|after| after.name == name && after.place == place) =>
                {
                    let what = format!("the setter `{setter}` of {place} parameter `{name}` is gone");
                    let why = "the parameter has another name in Rust, or cannot be sent";
                    self.refused(after.pointer.clone(), what, why);
                }
                (Some(Parameter { at, place, name, .. }), _, None) => {
                    self.refused(
                        at.clone(),
                        format!("{place} parameter `{name}` removed"),
                        "its setter is gone",
                    );
                }
                (_, Some(parameter), Some(takes)) => {
                    let (class, why) = self.given(took, takes);
                    let what = format!("parameter `{}` changed from {took} to {takes}", parameter.name);
                    self.replaced(parameter.schema_place(), class, what, why);
                }
                (_, _, None) if setter == "body" => {
                    let at = before.pointer.join("requestBody");
                    self.refused(at, "body removed".to_owned(), "the method `body` is gone");
                }
                (_, _, None) => {
                    let what = format!("the method `{setter}` of the call is gone");
                    self.refused(before.pointer.clone(), what, "it has nothing to set");
                }
                (_, _, Some(takes)) => {
                    let at =
                        if setter == "body" { body(self.new.document, after) } else { after.pointer.clone() };
                    let what = format!("{setter} changed from {took} to {takes}");
                    let why = "code that makes a value of the old type does not fit the new one";
                    self.replaced(at, Class::DOES_NOT_COMPILE, what, why);
                }
            }
        }
    }

    /// What it means that a setter takes another type: it takes whatever can be made into it.
    fn given(&self, took: &str, takes: &str) -> (Class, &'static str) {
        let is_made_of =
            |from: &str| self.new.bindings.types.get(takes).is_some_and(|shape| converts(&shape.can, from));
        match widens(took, takes) {
            Some(true) => (Class::Harmless, "the setter takes every integer that fits"),
            Some(false) => (Class::FAILS, "the setter takes the integers that fit, which are others"),
            None if took == "String" && is_made_of("String") && is_made_of("&str") => {
                (Class::FAILS, "the setter takes text, and refuses what is not allowed")
            }
            None => (Class::DOES_NOT_COMPILE, "the setter takes another type"),
        }
    }

    fn shape(&mut self, name: &str, was: &Shape, is: &Shape) {
        let at = self.new.places.get(name).cloned().unwrap_or_else(|| self.old.place(name));
        match (&was.kind, &is.kind) {
            (Kind::Struct(was), Kind::Struct(is)) => self.fields(name, was, is),
            (Kind::Enum(variants), Kind::Enum(is)) => {
                self.variants(name, &at, variants, is);
                if !was.is_open && self.new.received.contains(name) {
                    self.unread(name, &at, variants, is);
                }
            }
            (was, is) if was == is => {}
            (Kind::Around(_), Kind::Struct(_)) if names_nothing(&at, self.old.document) => {
                return self.changes.add(at, Class::Additive, MEMBERS.0, MEMBERS.1);
            }
            (was, is) => {
                let what = format!("type changed from {} to {}", kind(was), kind(is));
                let why = "code that holds a value of the old type does not fit the new one";
                return self.replaced(at, Class::DOES_NOT_COMPILE, what, why);
            }
        }
        if !was.is_strict && is.is_strict && self.new.received.contains(name) {
            let at = at.join("additionalProperties");
            let what = format!("`{name}` is not read if it has members that are not named");
            self.changes.add(at, Class::FAILS, what, "an answer from a newer pod may not be understood");
        }
        // An enum that answers can hold is open.
        match (was.is_open, is.is_open) {
            (false, true) => {
                let why = "it can hold values that are not listed, so it is no longer Copy and a match needs a `_` arm";
                return self.refused(at, "enum now occurs in answers".to_owned(), why);
            }
            (true, false) => {
                let why = "it holds the listed values only, so its variant for other values is gone";
                return self.refused(at, "enum no longer occurs in answers".to_owned(), why);
            }
            _ => {}
        }
        let lost: Vec<_> = was
            .can
            .iter()
            .filter(|ability| {
                let from = ability.strip_prefix("TryFrom<").and_then(|rest| rest.strip_suffix('>'));
                !is.can.contains(*ability) && !from.is_some_and(|from| converts(&is.can, from))
            })
            .map(|ability| format!("`{ability}`"))
            .collect();
        if !lost.is_empty() {
            let what = format!("`{name}` no longer has {}", lost.join(", "));
            self.refused(at, what, "code that relies on it has nothing to call");
        }
    }

    fn fields(&mut self, holder: &str, was: &BTreeMap<String, Member>, is: &BTreeMap<String, Member>) {
        for (field, before) in was {
            let Some(after) = is.get(field) else {
                let at = self.old.member(holder, before);
                let what = match &before.wire {
                    Some(name) => format!("property `{name}` removed"),
                    None => format!("field `{field}` removed, which held what no other did"),
                };
                self.refused(at, what, "its field and its setter are gone");
                continue;
            };
            let at = self.new.member(holder, after);
            self.stands_for(&at, field, before, after, is);
            if !before.may_be_absent && after.may_be_absent && self.new.received.contains(holder) {
                let what = format!("field `{field}` may be absent in answers");
                let why = "a program that is built with the old bindings cannot read that";
                self.changes.add(at.clone(), Class::FAILS, what, why);
            }
            if before.holds != after.holds {
                let name = after.wire.as_ref().unwrap_or(field);
                let need = match (is_required(self.old.document, &at), is_required(self.new.document, &at)) {
                    (false, true) => " and became required",
                    (true, false) => " and became optional",
                    _ => "",
                };
                let what = format!("field `{name}` changed from {} to {}{need}", before.holds, after.holds);
                let why = "code that reads the field meets another type";
                if names_nothing(&at, self.old.document) && self.new.bindings.is_struct(&after.holds) {
                    self.changes.add(at, Class::Additive, MEMBERS.0, MEMBERS.1);
                    continue;
                }
                // What stands elsewhere in its holder is no reason to pass over the whole of that.
                if at == self.new.place(holder) {
                    self.refused(at, what, why);
                } else {
                    self.replaced(at, Class::DOES_NOT_COMPILE, what, why);
                }
            }
        }
    }

    fn variants(
        &mut self,
        holder: &str,
        at: &Pointer,
        was: &BTreeMap<String, Member>,
        is: &BTreeMap<String, Member>,
    ) {
        for (variant, before) in
            was.iter().filter(|(_, before)| before.holds.is_empty() || before.wire.is_some())
        {
            match is.get(variant) {
                None => {
                    let value = before.wire.as_ref().filter(|_| before.holds.is_empty());
                    let (at, what) = match value {
                        Some(value) => {
                            (at.join("enum"), format!("value {} removed", Value::from(value.as_str())))
                        }
                        None => (at.clone(), format!("variant `{variant}` of `{holder}` removed")),
                    };
                    self.refused(at, what, "its variant is gone");
                }
                Some(after) if before.holds != after.holds => {
                    let what = format!(
                        "variant `{variant}` of `{holder}` changed from {} to {}",
                        before.holds, after.holds
                    );
                    self.refused(at.clone(), what, "code that reads it meets another type");
                }
                Some(after) => self.stands_for(&at.join("enum"), variant, before, after, is),
            }
        }
    }

    /// What an answer may be that the old type has no variant for.
    fn unread(
        &mut self,
        holder: &str,
        at: &Pointer,
        was: &BTreeMap<String, Member>,
        is: &BTreeMap<String, Member>,
    ) {
        const ANY: &str = "serde_json::Value";
        let is_read = |after: &Member| {
            let held = |before: &&Member| before.holds == after.holds && before.wire == after.wire;
            was.values().any(|before| before.holds == ANY)
                || (!after.holds.is_empty() && was.values().any(|before| held(&before)))
        };
        for (variant, after) in
            is.iter().filter(|(variant, after)| !was.contains_key(*variant) && !is_read(after))
        {
            let holds = if after.holds.is_empty() { variant } else { &after.holds };
            let what = format!("`{holder}` may be {holds} in answers");
            let why = "a program that is built with the old bindings cannot read that";
            self.changes.add(at.clone(), Class::FAILS, what, why);
        }
    }

    /// Names that would be one in Rust are told apart there, so a new one can take the place of another.
    fn stands_for(
        &mut self,
        at: &Pointer,
        rust: &str,
        was: &Member,
        is: &Member,
        all: &BTreeMap<String, Member>,
    ) {
        if let (Some(before), Some(after)) = (&was.wire, &is.wire)
            && before != after
            && all.values().any(|member| member.wire.as_ref() == Some(before))
        {
            let what = format!("`{rust}` stands for `{after}`, and stood for `{before}`");
            let why = format!(
                "`{before}` has another name in Rust, and code that uses this one means something else"
            );
            self.changes.add(at.clone(), Class::FAILS, what, why);
        }
    }

    fn gone(&mut self, name: &str) {
        let at = self.old.place(name);
        let what = match self.old.component(name) {
            Some(component) => format!("type `{component}` removed"),
            // It went with what holds it.
            None if self.changes.all.iter().any(|change| at.below(&change.pointer).is_some()) => return,
            None => format!("type `{name}` removed"),
        };
        self.refused(at, what, "code that names it has nothing to name");
    }
}

impl Side<'_> {
    /// The place of a field.
    pub(super) fn member(&self, holder: &str, member: &Member) -> Pointer {
        let place = self.place(holder);
        member.wire.as_ref().map_or_else(|| place.clone(), |name| property(self.document, &place, name))
    }
}

/// The place of a property; of what holds it, if it stands elsewhere, such as in a part of an `allOf`.
fn property(document: &Value, holder: &Pointer, name: &str) -> Pointer {
    let place = holder.join("properties").join(name);
    if place.get(document).is_some() { place } else { holder.clone() }
}

/// An object that lists its members, of which there are none.
fn names_nothing(at: &Pointer, document: &Value) -> bool {
    let schema = at.get(document);
    let lists_none = schema
        .and_then(|schema| schema.get("properties")?.as_object())
        .is_some_and(serde_json::Map::is_empty);
    lists_none
        && !["additionalProperties", "patternProperties", "allOf", "anyOf", "oneOf"]
            .iter()
            .any(|word| at.join(word).get(document).is_some())
}

/// What it is when such an object gets members.
const MEMBERS: (&str, &str) = (
    "members got names",
    "there were none that a caller could name; code that made it of a map all the same takes the builder",
);

fn is_required(document: &Value, property: &Pointer) -> bool {
    let holder = property.parent().and_then(|properties| properties.parent());
    let required = holder.and_then(|holder| holder.join("required").get(document)?.as_array().cloned());
    required.is_some_and(|names| names.iter().any(|name| name.as_str() == property.last().as_deref()))
}

/// The place of the one type that a body has, or of all that it may have.
fn body(document: &Value, operation: &Operation<'_>) -> Pointer {
    let place = operation.pointer.join("requestBody").join("content");
    let body = operation.value.get("requestBody").map(|body| resolved(document, body));
    let content = body.and_then(|body| body.get("content")?.as_object());
    match content.map(|content| content.keys().collect::<Vec<_>>()).as_deref() {
        Some([media]) => place.join(media).join("schema"),
        _ => place,
    }
}

fn returned(kind: &str) -> String {
    if kind == "()" { "nothing".to_owned() } else { format!("`{kind}`") }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Struct(_) => "a struct".to_owned(),
        Kind::Enum(_) => "an enum".to_owned(),
        Kind::Around(inner) => inner.clone(),
    }
}

fn converts(can: &BTreeSet<String>, from: &str) -> bool {
    can.contains(&format!("From<{from}>")) || can.contains(&format!("TryFrom<{from}>"))
}

/// Whether every value of the first integer type is one of the second, if each can be made into the other.
fn widens(from: &str, to: &str) -> Option<bool> {
    let ((from_least, from_most), (to_least, to_most)) = (range(from)?, range(to)?);
    // No integer that can be zero is made into one that cannot, and the other way round only into its like.
    let can_be_zero = |name: &str| !name.starts_with("NonZero");
    let is_made =
        can_be_zero(from) || from.strip_prefix("NonZero").is_some_and(|bits| bits.eq_ignore_ascii_case(to));
    (can_be_zero(to) && is_made).then_some(to_least <= from_least && from_most <= to_most)
}

/// Where each type comes from: a component, or a schema without a name in something that has a place.
fn places(document: &Value, bindings: &Bindings) -> BTreeMap<String, Pointer> {
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    let components = schemas().get(document).and_then(Value::as_object);
    for name in components.into_iter().flat_map(|components| components.keys()) {
        let of_rust = type_name(name);
        if bindings.types.contains_key(&of_rust) {
            // Of several with one name in Rust, the one that is nearest to it has it.
            if *name == of_rust || !found.contains_key(&of_rust) {
                found.insert(of_rust.clone(), schemas().join(name));
            }
            open.push(of_rust);
        }
    }
    let see = |text: &str, place: Pointer, found: &mut BTreeMap<String, Pointer>, open: &mut Vec<String>| {
        let place =
            if text.contains("Vec<") || text.contains("Map<") { inside(document, place) } else { place };
        for name in bindings.named(text) {
            if !found.contains_key(name) {
                found.insert(name.to_owned(), place.clone());
                open.push(name.to_owned());
            }
        }
    };
    for operation in operations(document) {
        let Some(call) = bindings.calls.get(&operation.pointer) else { continue };
        let parameters = parameters(document, &operation);
        for (setter, takes) in &call.setters {
            let place = match set_by(&parameters, setter) {
                Some(parameter) => parameter.schema_place(),
                None => body(document, &operation),
            };
            see(takes, place, &mut found, &mut open);
        }
        for answer in [&call.returns, &call.fails_with] {
            see(answer, operation.pointer.join("responses"), &mut found, &mut open);
        }
    }
    while let Some(name) = open.pop() {
        let (Some(shape), Some(place)) = (bindings.types.get(&name), found.get(&name).cloned()) else {
            continue;
        };
        match &shape.kind {
            Kind::Struct(members) | Kind::Enum(members) => {
                for member in members.values() {
                    let place = match &member.wire {
                        Some(wire) => property(document, &place, wire),
                        None => place.clone(),
                    };
                    see(&member.holds, place, &mut found, &mut open);
                }
            }
            Kind::Around(inner) => see(inner, place, &mut found, &mut open),
        }
    }
    found
}

/// The parameter that a setter sets.
fn set_by<'a, 'b>(parameters: &'a [Parameter<'b>], setter: &str) -> Option<&'a Parameter<'b>> {
    parameters.iter().find(|parameter| method_name(parameter.name) == setter)
}

/// The place of what a list or a map has inside.
fn inside(document: &Value, mut place: Pointer) -> Pointer {
    loop {
        let below = ["items", "additionalProperties"].map(|word| place.join(word));
        match below.into_iter().find(|below| below.get(document).is_some_and(Value::is_object)) {
            Some(below) => place = below,
            None => return place,
        }
    }
}
