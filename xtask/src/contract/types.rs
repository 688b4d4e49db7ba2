//! Values of every type that a request or an answer reaches, and what may stand in their places.
//!
//! A type has one value with all members and one with the required members only. Of each place in the first it is
//! said what else may stand there: other branches of a union, other listed values, the edges of what is allowed, null.
//! A place that is a component of its own is told of there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use syn::Type as RustType;

use super::operation::{Body, Operation};
use super::rust::{Rust, bare, written};
use super::sample::{Direction, Sampler, Use};
use super::schema::{Applied, Places};
use super::strings::Alphabet;
use crate::pointer::Pointer;

/// A type with its values.
pub(super) struct Type {
    /// The component, or where the schema has none, the operation that has it.
    pub(super) name: String,
    /// In Rust.
    pub(super) ty: String,
    /// Whether an answer can hold it.
    pub(super) is_answered: bool,
    /// None: no valid value is known.
    pub(super) whole: Option<Value>,
    pub(super) least: Option<Value>,
    /// The second value with the defaults of what it lacks, if there are any.
    pub(super) filled: Option<Value>,
    pub(super) places: Vec<Place>,
}

/// A place in a value.
pub(super) struct Place {
    /// From the value on.
    pub(super) pointer: Pointer,
    /// What it is, in words of [`KINDS`].
    pub(super) kinds: Vec<&'static str>,
    /// What may stand there as well.
    pub(super) others: Vec<Value>,
}

/// What a place can be, with what that means for the tests.
pub(super) const KINDS: [(&str, &str); 10] = [
    ("required", "the member has to be there"),
    ("optional", "the member may be missing, has no default then, and null is no value of it"),
    ("nullable", "null is a value"),
    ("word", "a text out of a list"),
    ("text", "any other text"),
    ("number", "a number"),
    ("truth", "true or false"),
    ("list", "a list of items that cannot be null"),
    ("object", "an object that may have members that nobody knows"),
    ("map", "an object whose other members are known"),
];

/// A schema with its type in Rust.
struct Found {
    name: String,
    schema: Places,
    ty: RustType,
    direction: Direction,
}

/// The types of the bodies of all operations, and of what is in them, by name.
pub(super) fn all(operations: &[Operation], sampler: &Sampler<'_>, rust: &Rust) -> Vec<Type> {
    let mut search =
        Search { sampler, rust, components: BTreeMap::new(), bodies: Vec::new(), seen: BTreeSet::new() };
    // What an answer holds is read, whoever sends it as well.
    for direction in [Direction::Answer, Direction::Request] {
        for body in operations.iter().flat_map(|operation| &operation.bodies) {
            if body.direction == direction {
                search.body(body);
            }
        }
    }
    let components: BTreeSet<Pointer> = search.components.keys().cloned().collect();
    let found = search.components.into_values().chain(search.bodies);
    let mut types: Vec<Type> = found.map(|found| typed(&found, sampler, &components)).collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    types
}

struct Search<'a> {
    sampler: &'a Sampler<'a>,
    rust: &'a Rust,
    components: BTreeMap<Pointer, Found>,
    bodies: Vec<Found>,
    seen: BTreeSet<(Places, Direction)>,
}

impl<'a> Search<'a> {
    fn body(&mut self, body: &Body) {
        if let Some(ty) = &body.ty
            && component(self.sampler, &body.schema).is_none()
        {
            let (name, schema) = (body.name.clone(), body.schema.clone());
            self.bodies.push(Found { name, schema, ty: ty.clone(), direction: body.direction });
        }
        self.walk(&body.schema, body.ty.as_ref(), body.direction);
    }

    fn walk(&mut self, schema: &Places, ty: Option<&RustType>, direction: Direction) {
        let ty = match component(self.sampler, schema) {
            Some(component) => {
                let name = component.last().unwrap_or_default();
                let ty = ty.cloned().or_else(|| self.rust.called(&name));
                if let Some(ty) = &ty {
                    let found = Found { name, schema: vec![component.clone()], ty: bare(ty), direction };
                    self.components.entry(component).or_insert(found);
                }
                ty
            }
            None => ty.cloned(),
        };
        if !self.seen.insert((schema.clone(), direction)) {
            return;
        }
        let applied = self.sampler.schemas.applied(schema, &[]);
        let ty = ty.as_ref();
        for (name, places) in applied.members() {
            let member = ty.and_then(|ty| self.rust.member(ty, name));
            self.walk(&places, member.as_ref(), direction);
        }
        let inner = ty.and_then(|ty| self.rust.item(ty));
        if applied.has("items") {
            self.walk(&applied.item(usize::MAX), inner.as_ref(), direction);
        }
        if !applied.others().is_empty() {
            let is_map = applied.members().is_empty();
            self.walk(&applied.others(), inner.as_ref().filter(|_| is_map), direction);
        }
        for union in &applied.unions {
            for branch in &union.branches {
                let places = vec![branch.clone()];
                let name = component(self.sampler, &places).and_then(|component| component.last());
                let payload = ty.zip(name).and_then(|(ty, name)| self.rust.payload(ty, &name));
                let payload = payload.map(|(_, payload)| payload);
                self.walk(&places, payload.as_ref(), direction);
            }
        }
    }
}

/// The component that a schema is: by a reference alone, or by one beside null or words.
fn component(sampler: &Sampler<'_>, schema: &Places) -> Option<Pointer> {
    let [place] = schema.as_slice() else { return None };
    let keywords = place.get(sampler.schemas.document)?.as_object()?;
    let says_nothing = |name: &str| {
        matches!(
            name,
            "$ref"
                | "description"
                | "title"
                | "summary"
                | "deprecated"
                | "default"
                | "readOnly"
                | "writeOnly"
                | "example"
                | "examples"
                | "$comment"
        ) || name.starts_with("x-")
    };
    let target = Pointer::from_local_ref(keywords.get("$ref")?.as_str()?)?;
    let is_component = target.parent().is_some_and(|parent| parent.as_str() == "/components/schemas");
    (is_component && keywords.keys().all(|name| says_nothing(name))).then_some(target)
}

fn typed(found: &Found, sampler: &Sampler<'_>, components: &BTreeSet<Pointer>) -> Type {
    let used = Use { name: &found.name, direction: found.direction, alphabet: Alphabet::Any };
    let whole = sampler.whole(&found.schema, used);
    let least = sampler.least(&found.schema, used).filter(|least| Some(least) != whole.as_ref());
    let filled = least.as_ref().map(|least| sampler.filled(&found.schema, least, 8));
    let filled = filled.filter(|filled| Some(filled) != least.as_ref());
    let mut visit = Visit {
        sampler,
        components,
        used,
        is_component: found.schema.iter().any(|place| components.contains(place)),
        whole: whole.as_ref(),
        judged: Vec::new(),
        all: Vec::new(),
    };
    if let Some(whole) = &whole {
        visit.place(&found.schema, &Pointer::root(), whole, None, true);
    }
    let places = visit.all;
    Type {
        name: found.name.clone(),
        ty: written(&found.ty),
        is_answered: found.direction == Direction::Answer,
        least,
        filled,
        places,
        whole,
    }
}

/// Collects the places of a value.
struct Visit<'a> {
    sampler: &'a Sampler<'a>,
    components: &'a BTreeSet<Pointer>,
    used: Use<'a>,
    /// Whether the whole is a component.
    is_component: bool,
    whole: Option<&'a Value>,
    /// The places above for which it takes a validator to say what is valid.
    judged: Vec<(Pointer, Places)>,
    all: Vec<Place>,
}

impl Visit<'_> {
    /// `member`: whether the place is a required member; none if it is no member. `is_plain`: whether it is part of
    /// no union, in which another value may be of another branch.
    fn place(
        &mut self,
        schema: &Places,
        pointer: &Pointer,
        value: &Value,
        member: Option<bool>,
        is_plain: bool,
    ) {
        let schemas = self.sampler.schemas;
        let applied = schemas.applied(schema, &[]);
        let is_nullable = schemas.allow_null(schema);
        let mut kinds = Vec::new();
        kinds.extend(member.map(|is_required| if is_required { "required" } else { "optional" }));
        if is_nullable || applied.has("default") {
            kinds.retain(|kind| *kind != "optional");
        }
        kinds.extend(is_nullable.then_some("nullable"));
        kinds.extend(kind(self.sampler, &applied, value));
        let is_elsewhere = !pointer.as_str().is_empty()
            && component(self.sampler, schema).is_some_and(|component| self.components.contains(&component));
        let mut others =
            if is_elsewhere { self.sampler.empty(&applied) } else { self.others(schema, &applied) };
        if is_nullable && !others.contains(&Value::Null) {
            others.push(Value::Null);
        }
        if pointer.as_str().is_empty() {
            // Null, and null items of a list that has no type of its own, are read where the type is used.
            others.retain(|other| !other.is_null());
            kinds.retain(|kind| *kind != "list" || self.is_component);
        }
        others.retain(|other| other != value && self.is_valid(pointer, other));
        if !is_plain {
            kinds.clear();
        }
        let is_union = applied.unions.iter().any(|union| {
            union.branches.iter().filter(|branch| !is_null_only(self.sampler, branch)).count() > 1
        });
        if is_union {
            kinds.retain(|kind| ["required", "optional", "nullable"].contains(kind));
        }
        if !kinds.is_empty() || !others.is_empty() {
            self.all.push(Place { pointer: pointer.clone(), kinds, others });
        }
        if is_elsewhere {
            return;
        }
        let is_judged = super::judge::is_needed(schemas, &applied);
        if is_judged {
            // A change that made it a value of another branch would leave members to no schema.
            let branches = applied.unions.iter().filter_map(|union| union.branches.get(union.chosen));
            let places = schema.iter().chain(branches).cloned().collect();
            self.judged.push((pointer.clone(), places));
        }
        let is_plain = is_plain && !is_union;
        match value {
            Value::Object(object) => {
                let required = applied.required();
                // Another text in the member that tells branches apart is of none of them.
                let tags = applied.unions.iter().filter_map(|union| union.tag.as_ref());
                let tags: BTreeSet<&str> = tags.map(|(property, _)| property.as_str()).collect();
                for (name, places) in applied.members() {
                    if let Some(value) = object.get(name).filter(|_| !tags.contains(name)) {
                        self.place(
                            &places,
                            &pointer.join(name),
                            value,
                            Some(required.contains(name)),
                            is_plain,
                        );
                    }
                }
                let members = applied.members();
                let others = applied.others();
                if let Some((name, value)) =
                    object.iter().find(|(name, _)| !members.contains_key(name.as_str()))
                    && !others.is_empty()
                {
                    self.place(&others, &pointer.join(name), value, None, false);
                }
            }
            Value::Array(items) if applied.is_tuple() => {
                for (index, value) in items.iter().enumerate() {
                    self.place(&applied.item(index), &pointer.join(index), value, None, is_plain);
                }
            }
            Value::Array(items) => {
                if let Some(value) = items.first() {
                    self.place(&applied.item(0), &pointer.join(0), value, None, is_plain);
                }
            }
            _ => (),
        }
        if is_judged {
            self.judged.pop();
        }
    }

    /// What else is valid in a place.
    fn others(&self, schema: &Places, applied: &Applied<'_>) -> Vec<Value> {
        let mut others = Vec::new();
        if let Some(listed) = applied.listed() {
            others.extend(listed.into_iter().cloned());
        } else {
            others.extend(self.sampler.edges(applied));
            let types = applied.types().unwrap_or_default();
            for ty in types.iter().skip(1) {
                others.extend(self.sampler.of_one_type(ty, schema, self.used));
            }
        }
        for (index, union) in applied.unions.iter().enumerate() {
            for branch in (0..union.branches.len()).filter(|branch| *branch != union.chosen) {
                let value = self.sampler.branch(schema, self.used, (index, branch));
                others.extend(value.filter(|value| !value.is_null()));
            }
        }
        others.extend(self.sampler.kinds(applied, self.used));
        let mut distinct: Vec<Value> = Vec::new();
        for other in others {
            if !distinct.contains(&other) {
                distinct.push(other);
            }
        }
        distinct
    }

    /// Whether the value stays valid with something else in a place.
    fn is_valid(&self, pointer: &Pointer, other: &Value) -> bool {
        let Some(mut whole) = self.whole.cloned() else { return false };
        let Some(place) = whole.pointer_mut(pointer.as_str()) else { return false };
        *place = other.clone();
        self.judged.iter().all(|(place, schema)| {
            place.get(&whole).is_some_and(|value| self.sampler.is_valid(schema, value))
        })
    }
}

fn is_null_only(sampler: &Sampler<'_>, branch: &Pointer) -> bool {
    sampler.schemas.applied(std::slice::from_ref(branch), &[]).types() == Some(vec!["null"])
}

fn kind(sampler: &Sampler<'_>, applied: &Applied<'_>, value: &Value) -> Option<&'static str> {
    let listed = applied.listed();
    Some(match value {
        // One word alone tells branches apart, or says nothing.
        Value::String(_) if listed.as_ref().is_some_and(|all| all.len() > 1) => {
            let are_words =
                listed.is_some_and(|all| all.iter().all(|value| value.is_string() || value.is_null()));
            return are_words.then_some("word");
        }
        _ if listed.is_some() => return None,
        Value::String(_) => "text",
        Value::Number(_) => "number",
        Value::Bool(_) => "truth",
        Value::Array(_) if applied.is_tuple() || sampler.schemas.allow_null(&applied.item(0)) => return None,
        Value::Array(_) => "list",
        // What is an object and no more may be anything.
        Value::Object(_) if applied.members().is_empty() && applied.others().is_empty() => return None,
        Value::Object(_) if applied.others().is_empty() => "object",
        Value::Object(_) => "map",
        Value::Null => return None,
    })
}
