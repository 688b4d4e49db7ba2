//! What has to be generated to compare two documents: what differs, and all that has a say in what becomes of it.
//!
//! Most of a document is the same in its next version, and generating takes nearly all of the time. A path or a component
//! is left out if it is equal on both sides with everything that it refers to, and neither of these holds:
//!
//! - Something that differs refers to it, however far.
//! - It is made of such a schema by `allOf` or its like. Names in both are told apart together.
//! - It refers to such a schema that has itself inside: where the box goes depends on who comes first.
//! - A type in it may have the name of one that differs, because one name begins like the other.
//! - It is the only one to send or to answer with such a schema, which is not the same in Rust.
//!
//! Names that differ and are one in Rust are told apart wherever schemas are merged, which may be far apart. So a change
//! that spells a name in another way than some other place does is no matter of a part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::made::Names;
use crate::legalize::rust::{builder_name, field_name, type_name};
use crate::pointer::Pointer;

/// How a path uses what it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Unknown,
    Sends,
    Answers,
    /// In requests that the pod makes.
    Neither,
}

/// What the generator makes a name of that may be another's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Property(String),
    Value(String),
}

impl Word {
    /// What it comes to in Rust.
    fn in_rust(&self) -> Self {
        match self {
            Self::Property(name) => Self::Property(field_name(name)),
            Self::Value(value) => Self::Value(type_name(value)),
        }
    }
}

#[derive(Debug)]
struct Reference {
    to: Pointer,
    way: Way,
    /// Both describe the same value.
    in_place: bool,
}

/// A path item or a component, with what both documents say of it.
#[derive(Debug, Default)]
struct Unit {
    differs: bool,
    /// The names of its types, or what they begin with.
    types: BTreeSet<String>,
    /// The names and values in it, and on which of the sides.
    words: BTreeMap<Word, BTreeSet<Side>>,
    refers: Vec<Reference>,
    /// Who refers to it, and whether in place.
    referred: Vec<(Pointer, bool)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Old,
    New,
}

type Units = BTreeMap<Pointer, Unit>;

/// The paths and components of both documents that have to be generated; none if that is everything.
pub(super) fn needed(documents: [&Value; 2], names: &[Names; 2]) -> Option<BTreeSet<Pointer>> {
    let ([old, new], [of_old, of_new]) = (documents, names);
    let mut units = Units::new();
    let mut others = read(old, Side::Old, &mut units)?;
    others.extend(read(new, Side::New, &mut units)?);
    for (place, unit) in &mut units {
        unit.differs = place.get(old) != place.get(new);
    }
    for (place, name) in of_old.iter().chain(of_new) {
        if let Some(unit) = place.parent().and_then(|item| units.get_mut(&item)) {
            unit.differs |= of_old.get(place) != of_new.get(place);
            unit.types.insert(builder_name(name));
        }
    }
    let edges: Vec<(Pointer, Pointer, bool)> = units
        .iter()
        .flat_map(|(from, unit)| unit.refers.iter().map(|to| (from.clone(), to.to.clone(), to.in_place)))
        .collect();
    for (from, to, in_place) in edges {
        // What leads nowhere is any value on both sides.
        if let Some(unit) = units.get_mut(&to) {
            unit.referred.push((from, in_place));
        }
    }
    if spells_otherwise(&units) {
        return None;
    }
    let differing = units.iter().filter(|(_, unit)| unit.differs).map(|(place, _)| place.clone());
    let affected = closed(differing.collect(), |place| {
        units.get(place).into_iter().flat_map(|unit| unit.referred.iter().map(|(from, _)| from)).collect()
    });
    let mut first: Vec<Pointer> = affected.iter().cloned().chain(others).collect();
    first.extend(of_like_names(&units, &affected));
    let needed = closed(first, |place| {
        let Some(unit) = units.get(place) else { return Vec::new() };
        let has_itself_inside = is_schema(place) && is_circular(&units, place);
        let users = unit
            .referred
            .iter()
            .filter(|(from, in_place)| *in_place || (has_itself_inside && is_schema(from)));
        unit.refers.iter().map(|to| &to.to).chain(users.map(|(from, _)| from)).collect()
    });
    let kept = needed.iter().cloned().chain(users(&units, &needed, &affected)).collect();
    Some(closed(kept, |place| {
        units.get(place).into_iter().flat_map(|unit| unit.refers.iter().map(|to| &to.to)).collect()
    }))
}

/// A document with these paths and components only.
pub(super) fn of(document: &Value, kept: &BTreeSet<Pointer>) -> Value {
    let root = Pointer::root();
    let only = |place: &Pointer, all: &Value| match all {
        Value::Object(all) => {
            let kept = all.iter().filter(|(name, _)| kept.contains(&place.join(name)));
            kept.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        other => other.clone(),
    };
    let sections = |sections: &Map<String, Value>| {
        let place = root.join("components");
        let sections = sections.iter().map(|(section, all)| match section.as_str() {
            "securitySchemes" => (section.clone(), all.clone()),
            _ => (section.clone(), only(&place.join(section), all)),
        });
        sections.collect()
    };
    let members = document.as_object().into_iter().flatten().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("paths", paths) => only(&root.join("paths"), paths),
            ("components", Value::Object(all)) => Value::Object(sections(all)),
            (_, value) => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(members.collect())
}

/// Reads the units of a document. Returns what else it refers to; none if references lead elsewhere than to components.
fn read(document: &Value, side: Side, units: &mut Units) -> Option<Vec<Pointer>> {
    let root = Pointer::root();
    let mut others = Unit::default();
    for (name, value) in document.as_object()? {
        match (name.as_str(), value) {
            ("paths", Value::Object(paths)) => {
                for (path, item) in paths {
                    let unit = units.entry(root.join(name).join(path)).or_default();
                    Reader { unit, side, document }.value(item, Way::Unknown, false)?;
                }
            }
            ("components", Value::Object(sections)) => {
                for (section, all) in sections {
                    let place = root.join(name).join(section);
                    for (name, component) in all.as_object().into_iter().flatten() {
                        let unit = units.entry(place.join(name)).or_default();
                        if section == "schemas" {
                            unit.types.insert(type_name(name));
                        }
                        Reader { unit, side, document }.value(component, Way::Unknown, false)?;
                    }
                }
            }
            (_, value) => Reader { unit: &mut others, side, document }.value(value, Way::Unknown, false)?,
        }
    }
    Some(others.refers.into_iter().map(|reference| reference.to).collect())
}

struct Reader<'a, 'b> {
    unit: &'a mut Unit,
    side: Side,
    document: &'b Value,
}

impl Reader<'_, '_> {
    fn value(&mut self, value: &Value, way: Way, in_place: bool) -> Option<()> {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.member(name, value, way, in_place)?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.value(item, way, in_place)?;
                }
            }
            _ => {}
        }
        Some(())
    }

    fn member(&mut self, name: &str, value: &Value, way: Way, in_place: bool) -> Option<()> {
        match (name, value) {
            ("$ref", Value::String(reference)) => {
                let to = component(&Pointer::from_local_ref(reference)?)?;
                if to.as_str().starts_with("/components/pathItems/") {
                    return None;
                }
                self.unit.refers.push(Reference { to, way, in_place });
            }
            // They give schemas other addresses than their places.
            ("$id" | "$anchor" | "$dynamicRef" | "$dynamicAnchor", Value::String(_)) => return None,
            ("title", Value::String(title)) => drop(self.unit.types.insert(type_name(title))),
            ("mapping", Value::Object(mapping)) => {
                for to in mapping.values().filter_map(Value::as_str) {
                    let named = || Pointer::root().join("components").join("schemas").join(to);
                    let to = Pointer::from_local_ref(to).and_then(|to| component(&to)).unwrap_or_else(named);
                    if to.get(self.document).is_some() {
                        self.unit.refers.push(Reference { to, way, in_place: true });
                    }
                }
            }
            ("properties", Value::Object(properties)) => {
                properties.keys().for_each(|name| self.word(Word::Property(name.clone())));
            }
            ("required", Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                names.for_each(|name| self.word(Word::Property(name.to_owned())));
            }
            ("enum", Value::Array(values)) => {
                let values = values.iter().filter_map(Value::as_str);
                values.for_each(|value| self.word(Word::Value(value.to_owned())));
            }
            ("const", Value::String(value)) => self.word(Word::Value(value.clone())),
            _ => {}
        }
        let way = match (way, name) {
            (Way::Unknown, "parameters" | "requestBody") => Way::Sends,
            (Way::Unknown, "responses") => Way::Answers,
            (Way::Unknown, "callbacks") => Way::Neither,
            (way, _) => way,
        };
        let in_place = match value {
            Value::Array(_) => ["allOf", "anyOf", "oneOf"].contains(&name),
            _ => ["not", "if", "then", "else"].contains(&name),
        };
        self.value(value, way, in_place)
    }

    fn word(&mut self, word: Word) {
        self.unit.words.entry(word).or_default().insert(self.side);
    }
}

/// The component that a place is in.
fn component(place: &Pointer) -> Option<Pointer> {
    match place.tokens().as_slice() {
        [components, section, name, ..] if components == "components" => {
            Some(Pointer::root().join(components).join(section).join(name))
        }
        _ => None,
    }
}

fn is_schema(place: &Pointer) -> bool {
    place.as_str().starts_with("/components/schemas/")
}

/// These, and what follows of each.
fn closed<'a>(mut open: Vec<Pointer>, follow: impl Fn(&Pointer) -> Vec<&'a Pointer>) -> BTreeSet<Pointer> {
    let mut found = BTreeSet::new();
    while let Some(place) = open.pop() {
        if !found.contains(&place) {
            open.extend(follow(&place).into_iter().filter(|next| !found.contains(*next)).cloned());
            found.insert(place);
        }
    }
    found
}

fn is_circular(units: &Units, place: &Pointer) -> bool {
    let refers = |place: &Pointer| -> Vec<&Pointer> {
        units.get(place).into_iter().flat_map(|unit| unit.refers.iter().map(|to| &to.to)).collect()
    };
    closed(refers(place).into_iter().cloned().collect(), refers).contains(place)
}

/// Whether a name that comes or goes is another spelling of one that stands elsewhere.
fn spells_otherwise(units: &Units) -> bool {
    let mut spellings: BTreeMap<Word, BTreeSet<&Word>> = BTreeMap::new();
    for word in units.values().flat_map(|unit| unit.words.keys()) {
        spellings.entry(word.in_rust()).or_default().insert(word);
    }
    let differing = units.values().filter(|unit| unit.differs).flat_map(|unit| &unit.words);
    let mut moved = differing.filter(|(_, sides)| sides.len() == 1);
    moved.any(|(word, _)| spellings.get(&word.in_rust()).is_some_and(|all| all.len() > 1))
}

/// The units whose types may be called like one of these.
fn of_like_names(units: &Units, affected: &BTreeSet<Pointer>) -> BTreeSet<Pointer> {
    let mut named: BTreeMap<&str, Vec<&Pointer>> = BTreeMap::new();
    for (place, unit) in units {
        unit.types.iter().for_each(|name| named.entry(name).or_default().push(place));
    }
    let mut found = BTreeSet::new();
    for name in affected.iter().filter_map(|place| units.get(place)).flat_map(|unit| &unit.types) {
        // What is inside has the name of what is around, and a word of its own behind it.
        let goes_on = |longer: &str, at: usize| {
            !longer.get(at..).is_some_and(|rest| rest.starts_with(char::is_lowercase))
        };
        let longer = named.range(name.as_str()..).take_while(|(longer, _)| longer.starts_with(name.as_str()));
        let longer = longer.filter(|(longer, _)| goes_on(longer, name.len()));
        found.extend(longer.flat_map(|(_, places)| places.iter().copied().cloned()));
        let shorter = name
            .char_indices()
            .filter(|(at, _)| goes_on(name, *at))
            .filter_map(|(at, _)| named.get(name.get(..at)?));
        found.extend(shorter.flatten().copied().cloned());
    }
    found
}

/// Paths that send or answer with something of `needed`, if none of `needed` is sure to do so on both sides.
fn users(units: &Units, needed: &BTreeSet<Pointer>, affected: &BTreeSet<Pointer>) -> BTreeSet<Pointer> {
    let paths = |is_needed: bool| {
        let paths = units.keys().filter(|place| component(place).is_none() && !affected.contains(*place));
        paths.filter(move |place| needed.contains(*place) == is_needed)
    };
    let mut users = BTreeSet::new();
    for way in [Way::Sends, Way::Answers] {
        let known = used(units, paths(true), way);
        let others = used(units, paths(false), way);
        let unknown = needed.iter().filter(|place| !known.contains_key(place));
        users.extend(unknown.filter_map(|place| others.get(place).copied().cloned()));
    }
    users
}

/// What these paths use in a way, each with the first of them that does.
fn used<'a>(
    units: &'a Units,
    paths: impl Iterator<Item = &'a Pointer>,
    way: Way,
) -> BTreeMap<&'a Pointer, &'a Pointer> {
    let mut found: BTreeMap<&Pointer, &Pointer> = BTreeMap::new();
    for path in paths {
        let refers = |place: &Pointer| units.get(place).into_iter().flat_map(|unit| &unit.refers);
        let mut open: Vec<&Pointer> = refers(path).filter(|to| to.way == way).map(|to| &to.to).collect();
        while let Some(place) = open.pop() {
            if !found.contains_key(place) {
                found.insert(place, path);
                open.extend(refers(place).map(|to| &to.to));
            }
        }
    }
    found
}
