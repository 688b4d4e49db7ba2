//! Where references lead: every `$ref` to the place it names, and every such place to a name among the components.
//!
//! 3.0 has no `$defs`, `$anchor` or `$id`, and generators follow references to components only. So whatever is
//! referenced and is no component yet becomes one, and its old place refers to it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};

use super::identifiers::Identifiers;
use crate::lower::table::{self, Kind, Shape, Treatment};
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// Something that is referenced.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) place: Pointer,
    /// The name of the component that it is or becomes; empty for a path item, which is written out instead.
    pub(super) name: String,
    /// Whether it stands elsewhere and is to become a component.
    pub(super) hoisted: bool,
}

impl Target {
    /// The reference to write.
    pub(super) fn reference(&self) -> String {
        format!("#/components/{}/{}", self.kind.section().unwrap_or_default(), self.name)
    }
}

/// All references of a document.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) targets: Vec<Target>,
    /// From the place of a reference to its target.
    by_source: HashMap<Pointer, usize>,
    by_place: HashMap<(Kind, Pointer), usize>,
    /// The names of components that had to be mended.
    renamed: HashMap<(&'static str, String), String>,
    /// The references that lead nowhere, by the place where they stand, and what is wrong with them.
    nowhere: HashMap<Pointer, String>,
    /// What was read otherwise than by the letter.
    pub(super) notes: Vec<Note>,
}

impl References {
    /// The target of the reference that stands at `source`.
    pub(super) fn of(&self, source: &Pointer) -> Option<usize> {
        self.by_source.get(source).copied()
    }

    /// What is wrong with the reference that stands at `source`, if it leads nowhere.
    pub(super) fn nowhere(&self, source: &Pointer) -> Option<&str> {
        self.nowhere.get(source).map(String::as_str)
    }

    /// The target that `place` is, if something refers to it as an object of this kind.
    pub(super) fn at(&self, kind: Kind, place: &Pointer) -> Option<usize> {
        // The usual document refers to components alone; then the key need not be made.
        if self.by_place.is_empty() { None } else { self.by_place.get(&(kind, place.clone())).copied() }
    }

    /// The name that a component has in the lowered document.
    pub(super) fn component_name<'a>(&'a self, section: &'static str, name: &'a str) -> &'a str {
        if self.renamed.is_empty() {
            return name;
        }
        self.renamed.get(&(section, name.to_owned())).map_or(name, String::as_str)
    }

    /// Finds them all.
    pub(super) fn of_document(document: &Value) -> Self {
        let identifiers = Identifiers::of(document);
        let mut names = Names::of_document(document);
        let mut references = Self { renamed: names.mended(), ..Self::default() };
        let mut search = Search {
            document,
            identifiers: &identifiers,
            found: Vec::new(),
            nowhere: HashMap::new(),
            notes: Vec::new(),
        };
        search.walk(Kind::OpenApi, document, &Pointer::root());

        let mut walked = HashSet::new();
        while let Some(link) = search.found.pop() {
            let Some(place) = search.resolve(&link) else { continue };
            let key = (link.kind, place);
            let next = references.targets.len();
            let index = *references.by_place.entry(key.clone()).or_insert(next);
            references.by_source.insert(link.source, index);
            if index < next {
                continue;
            }
            let (kind, place) = key;
            let component = component_at(kind, &place).map(|(section, name)| {
                references.renamed.get(&(section, name.clone())).cloned().unwrap_or(name)
            });
            let hoisted = component.is_none() && kind != Kind::PathItem;
            references.targets.push(Target {
                kind,
                name: component.unwrap_or_default(),
                hoisted,
                place: place.clone(),
            });
            // A component is walked with the document. Other places may not have been, `$defs` for one.
            if (hoisted || kind == Kind::PathItem)
                && walked.insert(place.clone())
                && let Some(value) = place.get(document)
            {
                search.walk(kind, value, &place);
            }
        }
        (references.nowhere, references.notes) = (search.nowhere, search.notes);
        // Names are given in the order of places, so that they do not depend on the order of the search.
        let mut order: Vec<usize> = (0..references.targets.len()).collect();
        order.sort_by(|a, b| {
            references.targets.get(*a).map(|t| &t.place).cmp(&references.targets.get(*b).map(|t| &t.place))
        });
        for target in order {
            if let Some(target) = references.targets.get_mut(target)
                && target.hoisted
                && let Some(section) = target.kind.section()
            {
                target.name = names.claim(section, &suggestion(&target.place));
            }
        }
        references
    }
}

/// The section and name of a place that is a component of this kind.
fn component_at(kind: Kind, place: &Pointer) -> Option<(&'static str, String)> {
    let section = kind.section()?;
    let name = place.as_str().strip_prefix("/components/")?.strip_prefix(section)?.strip_prefix('/')?;
    (!name.contains('/')).then(|| (section, unescaped(name)))
}

fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// A name that tells where the thing came from: its place, without the words that are in every place.
fn suggestion(place: &Pointer) -> String {
    const SILENT: [&str; 8] =
        ["components", "schemas", "$defs", "definitions", "properties", "paths", "content", "schema"];
    let tokens: Vec<String> =
        place.as_str().split('/').map(unescaped).filter(|t| !SILENT.contains(&t.as_str())).collect();
    let name = legal(tokens.join("_").trim_matches('_'));
    let name = name.trim_matches('_');
    if name.is_empty() { "Schema".to_owned() } else { name.to_owned() }
}

/// The name with every run of characters that a component name may not have made an underscore.
fn legal(name: &str) -> String {
    let mut legal = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            legal.push(c);
        } else if !legal.ends_with('_') {
            legal.push('_');
        }
    }
    legal
}

/// The names that are taken, by section.
#[derive(Default)]
struct Names {
    taken: BTreeMap<&'static str, BTreeSet<String>>,
    illegal: Vec<(&'static str, String)>,
}

impl Names {
    fn of_document(document: &Value) -> Self {
        let mut names = Self::default();
        let components = document.get("components").and_then(Value::as_object);
        for row in table::TABLE.iter().filter(|row| row.kind == Kind::Components) {
            let (Shape::Named(kind), Some(section)) = (row.shape, components.and_then(|c| c.get(row.key)))
            else {
                continue;
            };
            let (Some(_), Some(section)) = (kind.section(), section.as_object()) else { continue };
            for name in section.keys() {
                if legal(name) == *name && !name.is_empty() {
                    names.taken.entry(row.key).or_default().insert(name.clone());
                } else {
                    names.illegal.push((row.key, name.clone()));
                }
            }
        }
        names.illegal.sort();
        names
    }

    /// Gives legal names to the components that have none.
    fn mended(&mut self) -> HashMap<(&'static str, String), String> {
        std::mem::take(&mut self.illegal)
            .into_iter()
            .map(|(section, name)| {
                let mended = legal(&name);
                let mended = mended.trim_matches('_');
                let mended = self.claim(section, if mended.is_empty() { "Unnamed" } else { mended });
                ((section, name), mended)
            })
            .collect()
    }

    /// The wished name, or the first free one that starts with it.
    fn claim(&mut self, section: &'static str, wish: &str) -> String {
        let taken = self.taken.entry(section).or_default();
        let mut name = wish.to_owned();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{wish}_{number}");
            number += 1;
        }
        name
    }
}

/// A reference as it is written.
#[derive(Debug)]
struct Link<'a> {
    kind: Kind,
    /// Where it stands.
    source: Pointer,
    reference: &'a str,
    /// Whether it may name nothing: a mapping is a hint, and no value depends on it.
    hint: bool,
}

/// The second walk: finds what is referenced from all that will be in the lowered document.
struct Search<'a> {
    document: &'a Value,
    identifiers: &'a Identifiers,
    found: Vec<Link<'a>>,
    nowhere: HashMap<Pointer, String>,
    notes: Vec<Note>,
}

impl<'a> Search<'a> {
    fn walk(&mut self, kind: Kind, value: &'a Value, at: &Pointer) {
        let Some(members) = value.as_object() else { return };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str)
            && (kind.section().is_some() || kind == Kind::PathItem)
        {
            self.found.push(Link { kind, source: at.clone(), reference, hint: false });
            if kind != Kind::Schema && kind != Kind::PathItem {
                return;
            }
        }
        if kind == Kind::Discriminator {
            self.mapping(members, at);
        }
        for (key, child) in members {
            if kind.extensible() && key.starts_with("x-") {
                continue;
            }
            if let Some(row) = table::row(kind, key)
                && !matches!(row.treatment, Treatment::Omitted(_) | Treatment::Refused)
            {
                table::children(row.shape, child, &at.join(key), &mut |kind, child, at| {
                    self.walk(kind, child, at);
                });
            }
        }
    }

    /// The values of a mapping are references, or plain names of schemas.
    fn mapping(&mut self, discriminator: &'a Map<String, Value>, at: &Pointer) {
        let Some(mapping) = discriminator.get("mapping").and_then(Value::as_object) else { return };
        for (value, reference) in mapping {
            let Some(reference) = reference.as_str() else { continue };
            if reference.contains(['#', '/']) {
                let source = at.join("mapping").join(value);
                self.found.push(Link { kind: Kind::Schema, source, reference, hint: true });
            }
        }
    }

    /// The place that a reference names.
    fn resolve(&mut self, link: &Link<'_>) -> Option<Pointer> {
        match self.identifiers.place(self.document, link.reference, &link.source) {
            Ok((place, meant)) => {
                self.notes.extend(meant.told().map(|text| Note {
                    pointer: link.source.join("$ref"),
                    fate: Fate::Mended,
                    text: text.to_owned(),
                }));
                Some(place)
            }
            Err(text) => {
                if !link.hint {
                    self.nowhere.insert(link.source.clone(), text);
                }
                None
            }
        }
    }
}
