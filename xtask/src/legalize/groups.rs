//! Groups of schemas that the generator may merge into one.
//!
//! `allOf` merges schemas, and so does anything that stands beside `oneOf` or `anyOf`. With two schemas their branches
//! are merged, and what they say of one property or of their items, and so on inwards. A name must be renamed in the
//! same way in all of them, or the generator treats it as two.
//!
//! A group may contain schemas that are never merged: all schemas with a common part are in one group.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Value};

use super::walk::{self, COMPOSED};
use crate::pointer::Pointer;

/// What a schema says of a part of a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Property(String),
    OtherProperties,
    Items,
}

/// A schema, by the numbers of others.
#[derive(Default)]
struct Schema {
    /// The reference that it is, and the branches of `allOf`.
    same: Vec<usize>,
    /// The branches of `oneOf` and `anyOf`.
    branches: Vec<usize>,
    parts: Vec<(Part, usize)>,
}

/// The groups of a document's schemas.
#[derive(Default)]
pub(super) struct Groups {
    /// The places of enums whose values are variants of one type: branches of one union, or tags in them.
    pub(super) together: Vec<Vec<Pointer>>,
    numbers: BTreeMap<Pointer, usize>,
    /// For each schema one of its group, itself if it stands for the group.
    of: Vec<usize>,
    /// Whether something is merged in the group that a schema stands for.
    merged: Vec<bool>,
}

impl Groups {
    pub(super) fn of(document: &mut Value) -> Self {
        let mut groups = Self::default();
        let mut schemas: Vec<(usize, Schema)> = Vec::new();
        walk::schemas(document, &mut |place, keywords| {
            let number = groups.number(place.clone());
            let is_merged = merges(keywords);
            if let Some(merged) = groups.merged.get_mut(number) {
                *merged = is_merged;
            }
            schemas.push((number, groups.schema(place, keywords)));
            groups
                .together
                .extend(["oneOf", "anyOf"].iter().flat_map(|union| together(place, keywords, union)));
        });
        for places in groups.together.clone() {
            let numbers: Vec<usize> = places.into_iter().map(|place| groups.number(place)).collect();
            for pair in numbers.windows(2) {
                if let [a, b] = pair {
                    groups.unite(*a, *b);
                }
            }
        }
        for (number, schema) in &schemas {
            for other in &schema.same {
                groups.unite(*number, *other);
            }
        }
        // What is merged merges what is inside, until nothing more follows.
        while groups.follow(&schemas) {}
        groups
    }

    /// What stands for the group of the schema at a place.
    pub(super) fn of_place(&self, place: &Pointer) -> Option<usize> {
        self.numbers.get(place).map(|number| self.root(*number))
    }

    fn number(&mut self, place: Pointer) -> usize {
        let next = self.of.len();
        let number = *self.numbers.entry(place).or_insert(next);
        if number == next {
            self.of.push(next);
            self.merged.push(false);
        }
        number
    }

    fn schema(&mut self, place: &Pointer, keywords: &Map<String, Value>) -> Schema {
        let mut schema = Schema::default();
        let reference = keywords.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        schema.same.extend(reference.map(|target| self.number(target)));
        for keyword in ["allOf", "oneOf", "anyOf"] {
            let count = keywords.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            let branches = (0..count).map(|index| self.number(place.join(keyword).join(index)));
            if keyword == "allOf" { &mut schema.same } else { &mut schema.branches }.extend(branches);
        }
        let properties = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, _) in properties {
            let number = self.number(place.join("properties").join(name));
            schema.parts.push((Part::Property(name.clone()), number));
        }
        for (keyword, part) in [("additionalProperties", Part::OtherProperties), ("items", Part::Items)] {
            if keywords.get(keyword).is_some_and(Value::is_object) {
                schema.parts.push((part, self.number(place.join(keyword))));
            }
        }
        schema
    }

    /// Unites what is inside of schemas that are merged. False if that changes nothing.
    fn follow(&mut self, schemas: &[(usize, Schema)]) -> bool {
        let mut changed = false;
        let mut parts: BTreeMap<(usize, &Part), usize> = BTreeMap::new();
        for (number, schema) in schemas {
            let root = self.root(*number);
            if self.is_merged(root) {
                for branch in &schema.branches {
                    changed |= self.unite(root, *branch);
                }
            }
            for (part, inner) in &schema.parts {
                match parts.entry((root, part)) {
                    Entry::Vacant(slot) => drop(slot.insert(*inner)),
                    Entry::Occupied(other) => changed |= self.merge(*other.get(), *inner),
                }
            }
        }
        changed
    }

    fn root(&self, mut number: usize) -> usize {
        while let Some(next) = self.of.get(number).filter(|next| **next != number) {
            number = *next;
        }
        number
    }

    fn is_merged(&self, number: usize) -> bool {
        self.merged.get(self.root(number)).copied().unwrap_or_default()
    }

    /// Makes one group of two. False if they are one already.
    fn unite(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        let is_merged = self.is_merged(a) || self.is_merged(b);
        let (first, second) = (a.min(b), a.max(b));
        if let Some(of) = self.of.get_mut(second) {
            *of = first;
        }
        if let Some(merged) = self.merged.get_mut(first) {
            *merged = is_merged;
        }
        a != b
    }

    /// Makes one group of two whose schemas are merged. False if they are one already.
    fn merge(&mut self, a: usize, b: usize) -> bool {
        let changed = self.unite(a, b);
        let root = self.root(a);
        if let Some(merged) = self.merged.get_mut(root) {
            *merged |= changed;
        }
        changed
    }
}

/// The enums in a union that become one: those that are branches, and those of each property.
fn together(place: &Pointer, keywords: &Map<String, Value>, union: &str) -> Vec<Vec<Pointer>> {
    let mut branches = Vec::new();
    let mut tags: BTreeMap<&String, Vec<Pointer>> = BTreeMap::new();
    let of_union = keywords.get(union).and_then(Value::as_array).into_iter().flatten();
    for (index, branch) in of_union.enumerate() {
        let place = place.join(union).join(index);
        for (name, property) in branch.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() == 1) {
                tags.entry(name).or_default().push(place.join("properties").join(name));
            }
        }
        if branch.get("enum").is_some() {
            branches.push(place);
        }
    }
    tags.into_values().chain([branches]).filter(|places| places.len() > 1).collect()
}

/// Whether a schema is made of several: two parts of `allOf`, or one and what stands beside it.
fn merges(keywords: &Map<String, Value>) -> bool {
    const SAYING_MORE: [&str; 9] = [
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "minProperties",
        "maxProperties",
        "minItems",
        "maxItems",
    ];
    let composed = COMPOSED.iter().filter(|keyword| keywords.contains_key(**keyword)).count();
    let parts_of_all = keywords.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
    let says_more = SAYING_MORE.iter().any(|keyword| keywords.contains_key(*keyword));
    parts_of_all > 1 || composed > 1 || (composed == 1 && says_more)
}
