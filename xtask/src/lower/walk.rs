//! The walk over the document: every member by its row in the table.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::document::size;
use crate::layout;
use crate::lower::disjoint::Disjoint;
use crate::lower::references::{References, Target};
use crate::lower::schemes::Schemes;
use crate::lower::sorted;
use crate::lower::table::{self, Kind, Row, Shape, Treatment};
use crate::lower::widening::{Graph, Widening};
use crate::pointer::Pointer;
use crate::report::{Fate, Note, Refusal, Refusals};

/// What one run over the document gives.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) document: Value,
    pub(super) notes: Vec<Note>,
    pub(super) graph: Graph,
}

/// The members of an object.
pub(super) type Members = Map<String, Value>;

/// What is done to objects on the way. The functions walk on below the object that they are given, so they come from
/// above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rewrites {
    /// Lowers a schema with all that is below it.
    pub(super) schema: fn(&mut Walk<'_>, &Value, &Pointer) -> Option<Members>,
    /// Finishes any other object, whose members are lowered. It is given the object before that, too.
    pub(super) finish: fn(&mut Walk<'_>, Kind, &mut Members, &Members, &Pointer),
}

/// Lowers the document, knowing which of the referenced schemas come out wider, and the document of the run before.
pub(super) fn run(
    document: &Value,
    rewrites: Rewrites,
    references: &References,
    widening: &Widening,
    before: Option<&Value>,
) -> Result<Run, Refusals> {
    let mut walk = Walk {
        document,
        rewrites,
        references,
        widening,
        disjoint: Disjoint::new(before),
        schemes: Schemes::of_document(document),
        graph: Graph::of(references),
        notes: Vec::new(),
        refusals: Vec::new(),
        wider: false,
        owner: None,
        in_place: true,
        inlining: Vec::new(),
        inlined: HashSet::new(),
        copied: 0,
    };
    let lowered = walk.object(Kind::OpenApi, document, &Pointer::root());
    let mut lowered = lowered.unwrap_or_default();
    walk.hoist(&mut lowered);
    if walk.refusals.is_empty() {
        Ok(Run { document: Value::Object(lowered), notes: walk.notes, graph: walk.graph })
    } else {
        Err(sorted(walk.refusals))
    }
}

/// How many members and items may be written out again in place of path item references.
pub(crate) const COPIES: usize = 1_000_000;

#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) document: &'a Value,
    rewrites: Rewrites,
    pub(super) references: &'a References,
    pub(super) widening: &'a Widening,
    pub(super) disjoint: Disjoint<'a>,
    pub(super) schemes: Schemes<'a>,
    graph: Graph,
    pub(super) notes: Vec<Note>,
    refusals: Vec<Refusal>,
    /// Whether anything was widened since this was last set to false.
    pub(super) wider: bool,
    /// The referenced object that we are in.
    owner: Option<usize>,
    /// Whether we still describe the value that `owner` describes, and not a part of it.
    pub(super) in_place: bool,
    /// The path items that are being written out.
    inlining: Vec<Pointer>,
    /// The path items that have been written out.
    inlined: HashSet<Pointer>,
    copied: usize,
}

impl Walk<'_> {
    pub(super) fn refuse(&mut self, pointer: &Pointer, text: impl Into<String>) {
        self.refusals.push(Refusal { pointer: pointer.clone(), text: text.into() });
    }

    pub(super) fn note(&mut self, fate: Fate, pointer: &Pointer, text: impl Into<String>) {
        if fate == Fate::Widened {
            self.mark_wider();
        }
        self.notes.push(Note { pointer: pointer.clone(), fate, text: text.into() });
    }

    pub(super) fn mark_wider(&mut self) {
        self.wider = true;
        self.graph.widen(self.owner);
    }

    /// Puts what is referenced and is no component yet among the components.
    fn hoist(&mut self, lowered: &mut Map<String, Value>) {
        let mut hoisted: Vec<(usize, &Target)> =
            self.references.targets.iter().enumerate().filter(|(_, target)| target.hoisted).collect();
        hoisted.sort_by(|(_, a), (_, b)| a.place.cmp(&b.place));
        for (index, target) in hoisted {
            let (Some(section), Some(value)) = (target.kind.section(), target.place.get(self.document))
            else {
                continue;
            };
            let Some(object) = self.owned(index, |walk| walk.plain(target.kind, value, &target.place)) else {
                continue;
            };
            self.note(
                Fate::Exact,
                &target.place,
                format!("is referenced, so it became the component `{}` of `{section}`.", target.name),
            );
            insert_component(lowered, section, &target.name, object);
        }
    }

    /// Lowers what stands at a place: a reference to it if it becomes a component of its own, itself otherwise.
    pub(super) fn object(&mut self, kind: Kind, value: &Value, at: &Pointer) -> Option<Map<String, Value>> {
        let Some(index) = self.references.at(kind, at) else { return self.plain(kind, value, at) };
        self.graph.link(self.owner, index, self.in_place);
        match self.references.targets.get(index) {
            Some(target) if target.hoisted => {
                self.wider |= self.widening.contains(index);
                Some(reference_to(target))
            }
            _ => self.owned(index, |walk| walk.plain(kind, value, at)),
        }
    }

    /// Runs with a referenced object as the owner of what is found.
    fn owned<T>(&mut self, index: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let (owner, in_place) = (self.owner.replace(index), std::mem::replace(&mut self.in_place, true));
        let result = run(self);
        (self.owner, self.in_place) = (owner, in_place);
        result
    }

    fn plain(&mut self, kind: Kind, value: &Value, at: &Pointer) -> Option<Map<String, Value>> {
        if kind == Kind::Schema {
            return (self.rewrites.schema)(self, value, at);
        }
        let Some(members) = value.as_object() else {
            self.refuse(at, format!("{} where {kind:?} is due, an object; correct it.", described(value)));
            return None;
        };
        if let Some(reference) = members.get("$ref") {
            if kind.section().is_some() {
                return self.reference(kind, members, reference, at);
            }
            if kind == Kind::PathItem {
                return self.path_item(members, at);
            }
        }
        let mut lowered = self.members(kind, members, at)?;
        (self.rewrites.finish)(self, kind, &mut lowered, members, at);
        Some(lowered)
    }

    /// A Reference Object. 3.0 ignores what stands beside `$ref`, and so does 3.1 but for two members.
    fn reference(
        &mut self,
        kind: Kind,
        members: &Map<String, Value>,
        reference: &Value,
        at: &Pointer,
    ) -> Option<Map<String, Value>> {
        for key in members.keys().filter(|key| *key != "$ref") {
            let how = table::row(Kind::Reference, key)
                .map_or("neither 3.1 nor 3.0 knows it beside `$ref`", |row| row.how);
            self.note(Fate::Dropped, &at.join(key), format!("`{key}` is left out: {how}."));
        }
        let (widest, read) = widest(kind);
        if self.leads_nowhere(at, read) {
            return widest;
        }
        self.target_of(reference, at).map(reference_to)
    }

    /// Whether the reference at a place leads nowhere; then it is told how it is read.
    pub(super) fn leads_nowhere(&mut self, at: &Pointer, read: &str) -> bool {
        let Some(text) = self.references.nowhere(at) else { return false };
        let text = format!("{text}: {read}; an action in {} can give what it names", layout::FIXES);
        self.note(Fate::Guessed, &at.join("$ref"), text);
        self.mark_wider();
        true
    }

    /// The target of the reference at a place, entered in the graph.
    pub(super) fn target_of(&mut self, reference: &Value, at: &Pointer) -> Option<&Target> {
        let Some(index) = self.references.of(at) else {
            self.refuse(
                &at.join("$ref"),
                format!("{} where a reference is due, a string; correct it.", described(reference)),
            );
            return None;
        };
        self.graph.link(self.owner, index, self.in_place);
        self.wider |= self.widening.contains(index);
        self.references.targets.get(index)
    }

    /// A path item that names another is that other one, and what stands beside the reference.
    fn path_item(&mut self, members: &Map<String, Value>, at: &Pointer) -> Option<Map<String, Value>> {
        let source = at.join("$ref");
        if self.leads_nowhere(at, "the path is left out") {
            return None;
        }
        let target = self.references.of(at).and_then(|index| self.references.targets.get(index));
        let Some(value) = target.and_then(|target| target.place.get(self.document)) else {
            self.refuse(&source, "`$ref` of a path item is no string; correct it.");
            return None;
        };
        let place = target.map(|target| target.place.clone()).unwrap_or_default();
        if self.inlining.contains(&place) {
            self.refuse(
                &source,
                format!("the path item {place} contains itself; remove one of the references."),
            );
            return None;
        }
        self.copied += size(value);
        if self.copied > COPIES {
            self.refuse(&source, "path items are referenced so often that writing them out makes the document huge; use fewer references.");
            return None;
        }
        self.inlining.push(place.clone());
        let item = self.plain(Kind::PathItem, value, &place);
        self.inlining.pop();
        self.note(Fate::Exact, &source, format!("the path item {place} is written out here."));
        let mut item = item?;
        if place.as_str().starts_with("/paths/") || !self.inlined.insert(place.clone()) {
            self.drop_names(&mut item, &source);
        }
        let beside: Map<String, Value> = members
            .iter()
            .filter(|(key, _)| *key != "$ref")
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for (key, value) in self.members(Kind::PathItem, &beside, at)? {
            if item.insert(key.clone(), value).is_some() {
                self.note(
                    Fate::Dropped,
                    &at.join(&key),
                    format!("`{key}` replaces that of {place}: 3.1 leaves open which one counts."),
                );
            }
        }
        Some(item)
    }

    /// An `operationId` names one operation, so a further copy of it goes without.
    fn drop_names(&mut self, item: &mut Map<String, Value>, source: &Pointer) {
        for (method, operation) in item.iter_mut() {
            let id = operation.as_object_mut().and_then(|operation| operation.remove("operationId"));
            if let Some(Value::String(id)) = id {
                let text = format!(
                    "this `{method}` goes without the operationId `{id}`, which stays where it was first."
                );
                self.note(Fate::Dropped, source, text);
            }
        }
    }

    /// Lowers every member by its row.
    fn members(
        &mut self,
        kind: Kind,
        members: &Map<String, Value>,
        at: &Pointer,
    ) -> Option<Map<String, Value>> {
        let outer = std::mem::replace(&mut self.in_place, false);
        let mut lowered = Map::new();
        for (key, value) in members {
            if kind.extensible() && key.starts_with("x-") {
                lowered.insert(key.clone(), value.clone());
            } else if let Some(value) = self.known(kind, key, value, at) {
                lowered.insert(key.clone(), value);
            }
        }
        self.in_place = outer;
        Some(lowered)
    }

    /// One member that is no extension: by its row, or refused.
    pub(super) fn known(&mut self, kind: Kind, key: &str, value: &Value, at: &Pointer) -> Option<Value> {
        let here = at.join(key);
        let Some(row) = table::row(kind, key) else {
            let (fate, text) = match kind {
                Kind::Schema => {
                    (Fate::Mended, format!("no specification knows the keyword `{key}`, so it says nothing"))
                }
                // What callers would have of it is gone.
                Kind::Responses => {
                    (Fate::Guessed, format!("`{key}` is no status, so what stands there is no answer"))
                }
                _ => (Fate::Mended, format!("{} has no member `{key}`, so it says nothing", article(kind))),
            };
            self.note(fate, &here, text);
            return None;
        };
        match row.treatment {
            Treatment::Refused => {
                self.refuse(&here, format!("{}.", row.how));
                None
            }
            Treatment::Omitted(fate) => {
                self.omit(row, value, fate, &here);
                None
            }
            Treatment::Carried | Treatment::Rewritten(_) => self.shaped(row, value, &here),
        }
    }

    fn omit(&mut self, row: &Row, value: &Value, fate: Fate, here: &Pointer) {
        match (row.kind, value) {
            // Each webhook is a loss of its own.
            (Kind::OpenApi, Value::Object(webhooks)) => {
                for name in webhooks.keys() {
                    self.note(
                        fate,
                        &here.join(name),
                        format!("the webhook `{name}` is left out: {}.", row.how),
                    );
                }
            }
            // A definition that nothing refers to says nothing; the others tell of themselves.
            (Kind::Schema, Value::Object(definitions)) if matches!(row.key, "$defs" | "definitions") => {
                for name in definitions.keys() {
                    let place = here.join(name);
                    if self.references.at(Kind::Schema, &place).is_none() {
                        self.note(Fate::Dropped, &place, "is left out: nothing refers to this place.");
                    }
                }
            }
            _ => self.note(fate, here, format!("`{}` is left out: {}.", row.key, row.how)),
        }
    }

    /// A member in the shape that its row asks for. What is clearly meant is mended and told.
    fn shaped(&mut self, row: &Row, value: &Value, here: &Pointer) -> Option<Value> {
        if value.is_null() && row.key.starts_with('{') {
            self.note(Fate::Exact, here, "null stands for an empty object here.");
            let empty = if row.shape == Shape::TextList {
                Value::Array(Vec::new())
            } else {
                Value::Object(Map::new())
            };
            return self.shaped(row, &empty, here);
        }
        if value.is_null() && row.shape == Shape::Types && is_branch(here) {
            self.note(Fate::Exact, here, NULL_TYPE);
            return Some("null".into());
        }
        if value.is_null() && !matches!(row.shape, Shape::Data) {
            self.note(
                Fate::Dropped,
                here,
                format!("`{}` is null, which stands for nothing; it is left out.", row.key),
            );
            return None;
        }
        let shaped = match (row.shape, value) {
            (Shape::Data, _)
            | (Shape::DataList, Value::Array(_))
            | (Shape::DataMap, Value::Object(_))
            | (Shape::Flag | Shape::Bound, Value::Bool(_))
            | (Shape::Number | Shape::Bound, Value::Number(_))
            | (Shape::Types | Shape::Text, Value::String(_)) => Some(value.clone()),
            (Shape::Text, _) => return self.text(value, here).map(Value::String),
            (Shape::Positive, Value::Number(number)) if number.as_f64().is_some_and(|n| n > 0.0) => {
                Some(value.clone())
            }
            (Shape::Count, Value::Number(number)) => whole(number).map(Value::from),
            (Shape::Types, Value::Array(items)) if items.contains(&Value::Null) => {
                self.note(Fate::Exact, here, NULL_TYPE);
                let name = |item: &Value| if item.is_null() { "null".into() } else { item.clone() };
                return self.shaped(row, &items.iter().map(name).collect(), here);
            }
            (Shape::TextList | Shape::Types, Value::Array(items)) => {
                let texts = items.iter().enumerate().filter_map(|(i, item)| self.text(item, &here.join(i)));
                return Some(texts.map(Value::String).collect());
            }
            (Shape::TextMap, Value::Object(members)) => {
                let texts = members
                    .iter()
                    .filter_map(|(k, v)| Some((k.clone(), Value::String(self.text(v, &here.join(k))?))));
                return Some(Value::Object(texts.collect()));
            }
            (Shape::One(_) | Shape::Many(_) | Shape::Named(_) | Shape::OneOrMany(_), _) => {
                return self.objects(row, value, here);
            }
            _ => None,
        };
        if shaped.is_none() {
            self.refuse(
                here,
                format!("{} where {} is due; correct it.", described(value), expected(row.shape)),
            );
        }
        shaped
    }

    fn objects(&mut self, row: &Row, value: &Value, here: &Pointer) -> Option<Value> {
        match (row.shape, value) {
            // The one place where 3.0 has true and false for a schema.
            (Shape::One(Kind::Schema), Value::Bool(_)) if row.key == "additionalProperties" => {
                Some(value.clone())
            }
            (Shape::Many(kind) | Shape::OneOrMany(kind), Value::Array(items)) => {
                let mut objects = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    objects.extend(self.object(kind, item, &here.join(index)).map(Value::Object));
                }
                Some(Value::Array(objects))
            }
            (Shape::One(kind) | Shape::OneOrMany(kind), _) => {
                self.object(kind, value, here).map(Value::Object)
            }
            (Shape::Named(kind), Value::Object(members)) => {
                let mut objects = Map::new();
                for (name, member) in members {
                    let place = here.join(name);
                    // A name with nothing after it, as YAML makes it.
                    let empty = Value::Object(Map::new());
                    let member = if member.is_null() {
                        self.note(Fate::Exact, &place, "null stands for an empty object here.");
                        &empty
                    } else {
                        member
                    };
                    let object = self.object(kind, member, &place).map(Value::Object);
                    objects.extend(object.map(|object| (name.clone(), object)));
                }
                Some(Value::Object(objects))
            }
            _ => {
                self.refuse(
                    here,
                    format!("{} where {} is due; correct it.", described(value), expected(row.shape)),
                );
                None
            }
        }
    }

    /// A string, or what YAML makes of an unquoted one.
    fn text(&mut self, value: &Value, here: &Pointer) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => {
                self.note(Fate::Exact, here, format!("{value} is written as a string, which is due here."));
                Some(value.to_string())
            }
            Value::Null => {
                self.note(Fate::Dropped, here, "null stands where a string is due; it is left out.");
                None
            }
            _ => {
                self.refuse(here, format!("{} where a string is due; correct it.", described(value)));
                None
            }
        }
    }
}

/// What YAML makes of the name of a type.
const NULL_TYPE: &str = "null without quotes is the type of that name here.";

/// Whether the type that stands here is that of a branch, in which null alone is meant as a type. Elsewhere it
/// may be a `type:` with nothing after it, which allows any value.
fn is_branch(here: &Pointer) -> bool {
    let union = here.parent().and_then(|schema| schema.parent()).and_then(|union| union.last());
    union.is_some_and(|union| union == "anyOf" || union == "oneOf")
}

/// What a reference stands for that leads nowhere: whatever the thing that it names may be. None where there is no
/// such thing to write.
fn widest(kind: Kind) -> (Option<Map<String, Value>>, &'static str) {
    let any = || ("content".to_owned(), json!({"application/json": {}}));
    match kind {
        Kind::Response => {
            let empty = ("description".to_owned(), json!(""));
            (Some(Map::from_iter([empty, any()])), "any value is read")
        }
        Kind::RequestBody => (Some(Map::from_iter([any()])), "any value is sent"),
        _ => (None, "it is left out"),
    }
}

fn reference_to(target: &Target) -> Map<String, Value> {
    Map::from_iter([("$ref".to_owned(), Value::String(target.reference()))])
}

fn insert_component(
    document: &mut Map<String, Value>,
    section: &str,
    name: &str,
    object: Map<String, Value>,
) {
    let components = document.entry("components").or_insert_with(|| Value::Object(Map::new()));
    let section =
        components.as_object_mut().map(|c| c.entry(section).or_insert_with(|| Value::Object(Map::new())));
    if let Some(section) = section.and_then(Value::as_object_mut) {
        section.insert(name.to_owned(), Value::Object(object));
    }
}

/// A whole number that is not below zero; `10.0` is one.
fn whole(number: &serde_json::Number) -> Option<u64> {
    /// Above this a float has no units any more.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..EXACT).contains(n));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and in range, by the filter"
    )]
    number.as_u64().or_else(|| float().map(|n| n as u64))
}

/// The kind of a value in words, to start a sentence with.
pub(super) fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn article(kind: Kind) -> String {
    let name = format!("{kind:?}");
    if name.starts_with(['A', 'E', 'I', 'O', 'X']) {
        format!("an {name} Object")
    } else {
        format!("a {name} Object")
    }
}

fn expected(shape: Shape) -> String {
    match shape {
        Shape::Text => "a string".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Positive => "a number above zero".to_owned(),
        Shape::Count => "a whole number, zero or more,".to_owned(),
        Shape::Data => "a value".to_owned(),
        Shape::DataList => "a list".to_owned(),
        Shape::TextList => "a list of strings".to_owned(),
        Shape::TextMap => "a map to strings".to_owned(),
        Shape::DataMap => "an object".to_owned(),
        Shape::Types => "a string or a list of strings".to_owned(),
        Shape::Bound => "a number".to_owned(),
        Shape::One(kind) | Shape::OneOrMany(kind) => article(kind),
        Shape::Many(kind) => format!("a list of {kind:?} Objects"),
        Shape::Named(kind) => format!("a map to {kind:?} Objects"),
    }
}
