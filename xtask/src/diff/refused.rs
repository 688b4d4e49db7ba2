//! What callers send by the old document, and the new one refuses.
//!
//! It is worked out from the values that both allow, whatever words they say it in. What a caller cannot say, because the
//! generated type has no place for it, is no request: null for a field that is left out instead, a member that is no field,
//! a number that its type does not hold.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::told;
use super::ways::{Bound, Placed, Type, Way, is_everything, ways};
use crate::bindings::{Bindings, Leaf};
use crate::document::references;
use crate::legalize::directions::is_marked;
use crate::pointer::Pointer;

/// How deep parts are looked into to tell two schemas apart.
const DEPTH: usize = 4;

/// A place where a value is refused, in the new document or, of what only the old one has, there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) at: Pointer,
    pub(super) what: String,
    pub(super) why: &'static str,
}

type Refusals = Rc<[Refusal]>;

/// Compares what two documents allow in requests.
pub(super) struct Requests<'a> {
    /// The bindings of the old document, which say what a caller can send.
    bindings: Option<&'a Bindings>,
    /// The components that differ, or refer to some that do.
    changed: BTreeSet<Pointer>,
    /// What is known; nothing of what is being worked out, which is taken to be allowed.
    known: HashMap<Question, Refusals>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    old: Vec<(usize, Pointer)>,
    new: Vec<(usize, Pointer)>,
    held: Vec<String>,
}

/// Says that null is not sent.
static NO_NULL: LazyLock<Value> =
    LazyLock::new(|| json!({"type": ["boolean", "number", "string", "array", "object"]}));

impl<'a> Requests<'a> {
    pub(super) fn new(old: &Value, new: &Value, bindings: Option<&'a Bindings>) -> Self {
        Self { bindings, changed: changed(old, new), known: HashMap::new() }
    }

    /// What is refused of a body or a parameter, for which callers give a value of the type `held`.
    pub(super) fn refused<'v>(
        &mut self,
        old: Placed<'v>,
        new: Placed<'v>,
        held: Option<&str>,
        is_body: bool,
    ) -> Vec<Refusal> {
        let mut all = vec![old];
        if !is_body {
            all.extend(no_null(&all));
        }
        let held: Vec<String> = held.into_iter().map(str::to_owned).collect();
        self.of(&all, &[new], &held).to_vec()
    }

    fn of(&mut self, old: &[Placed<'_>], new: &[Placed<'_>], held: &[String]) -> Refusals {
        let is_same = |one: &Placed<'_>| old.iter().any(|other| self.is_same(other, one));
        if new.iter().all(is_same) {
            return Rc::new([]);
        }
        let side = |all: &[Placed<'_>]| {
            let place = |one: &Placed<'_>| (std::ptr::from_ref(one.document).addr(), one.at.clone());
            all.iter().map(place).collect()
        };
        let question = Question { old: side(old), new: side(new), held: held.to_vec() };
        if let Some(known) = self.known.get(&question) {
            return Rc::clone(known);
        }
        self.known.insert(question.clone(), Rc::new([]));
        let found: Refusals = self.work_out(old, new, held).into();
        self.known.insert(question, Rc::clone(&found));
        found
    }

    /// Whether two schemas say the same in the same words.
    fn is_same(&self, one: &Placed<'_>, other: &Placed<'_>) -> bool {
        if one.schema != other.schema {
            return false;
        }
        let mut found = Vec::new();
        references(one.schema, &mut found);
        std::ptr::eq(one.document, other.document)
            || found.iter().all(|place| {
                is_component(place) && !self.changed.contains(place) && place.get(one.document).is_some()
            })
    }

    fn work_out(&mut self, old: &[Placed<'_>], new: &[Placed<'_>], held: &[String]) -> Vec<Refusal> {
        let Some(first) = new.first() else { return Vec::new() };
        let (Some(olds), Some(news)) = (ways(old), ways(new)) else {
            return vec![Refusal {
                at: first.at.clone(),
                what: "too many alternatives to be compared".to_owned(),
                why: "values that were allowed may be refused",
            }];
        };
        let leaves = self.bindings.map(|bindings| bindings.leaves(held)).unwrap_or_default();
        let mut found: Vec<Refusal> = Vec::new();
        for way in &olds {
            let mut of_type = news.iter().filter(|one| one.ty == way.ty).peekable();
            let refusals = if of_type.peek().is_none() {
                no_way(way, first)
            } else if let Some(values) = way.values() {
                values.into_iter().filter_map(|value| self.value(way, value, &news, first)).collect()
            } else {
                let mut fewest: Option<Vec<Refusal>> = None;
                for one in of_type {
                    let refusals = self.between(way, one, &leaves);
                    let is_fewer = fewest.as_ref().is_none_or(|fewest| refusals.len() < fewest.len());
                    if is_fewer {
                        fewest = Some(refusals);
                    }
                    if fewest.as_ref().is_some_and(Vec::is_empty) {
                        break;
                    }
                }
                fewest.unwrap_or_default()
            };
            found.extend(refusals.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
        }
        found
    }

    /// What is refused of a listed value.
    fn value(
        &mut self,
        way: &Way<'_>,
        value: &Value,
        news: &[Way<'_>],
        first: &Placed<'_>,
    ) -> Option<Refusal> {
        if way.allows(value) == Some(false) {
            return None;
        }
        let of_type: Vec<_> = news.iter().filter(|one| one.ty == way.ty).collect();
        for one in &of_type {
            let excluded = one.excluded.iter().flat_map(super::ways::Excluded::schemas);
            let is_excluded = excluded.cloned().any(|schema| {
                let may_be = |way: &Way<'_>| way.allows(value) != Some(false);
                ways(&[schema]).is_none_or(|ways| ways.iter().any(may_be))
            });
            let is_allowed = Way { excluded: Vec::new(), ..(*one).clone() }.allows(value);
            // What is not looked into is allowed where the same is said of it as before.
            let is_said = || one.plain.iter().all(|new| way.plain.iter().any(|old| self.is_same(old, new)));
            if !is_excluded && (is_allowed == Some(true) || (is_allowed.is_none() && is_said())) {
                return None;
            }
        }
        let lists = of_type.iter().flat_map(|one| &one.plain).find(|schema| schema.listed().is_some());
        let at = lists.map_or_else(|| first.at.clone(), |schema| schema.at.join("enum"));
        Some(Refusal { at, what: format!("value {value} removed"), why: "the value is refused" })
    }

    /// What a new way refuses of an old one of the same type.
    fn between(&mut self, old: &Way<'_>, new: &Way<'_>, leaves: &[Leaf<'_>]) -> Vec<Refusal> {
        let mut found = Found { old, refusals: Vec::new() };
        for schema in &new.plain {
            if schema.listed().is_some() {
                found.refusals.push(Refusal {
                    at: schema.at.join("enum"),
                    what: "only listed values are allowed".to_owned(),
                    why: "other values are refused",
                });
            }
        }
        match old.ty {
            Type::Number => numbers(old, new, leaves, &mut found),
            Type::String => texts(old, new, &mut found),
            Type::Array => self.arrays(old, new, leaves, &mut found),
            Type::Object => self.objects(old, new, leaves, &mut found),
            Type::Null | Type::Boolean => {}
        }
        for excluded in &new.excluded {
            if !self.is_left_out(old, excluded, leaves) {
                let word = excluded.at.last().unwrap_or_default();
                let what = if word == "oneOf" {
                    "more than one branch may allow a value".to_owned()
                } else {
                    format!("`{word}` changed")
                };
                let why = "values that were allowed may be refused";
                found.refusals.push(Refusal { at: excluded.at.clone(), what, why });
            }
        }
        found.refusals
    }

    /// Whether no value of the way is one that is excluded.
    fn is_left_out(
        &mut self,
        way: &Way<'_>,
        excluded: &super::ways::Excluded<'_>,
        leaves: &[Leaf<'_>],
    ) -> bool {
        let is_closed = closed(leaves);
        excluded.schemas().all(|schema| {
            let all = [schema.clone()];
            let is_apart =
                ways(&all).is_some_and(|others| others.iter().all(|one| apart(way, one, is_closed, DEPTH)));
            is_apart
                || way.excluded.iter().any(|before| {
                    before.schemas().any(|one| self.of(&all, std::slice::from_ref(one), &[]).is_empty())
                })
        })
    }

    fn arrays(&mut self, old: &Way<'_>, new: &Way<'_>, leaves: &[Leaf<'_>], found: &mut Found<'_, '_>) {
        found.counts(new, ["minItems", "maxItems"], old.counts(["minItems", "maxItems"]));
        let (_, most) = old.counts(["minItems", "maxItems"]);
        for schema in new.plain.iter().filter(|schema| schema.is("uniqueItems")) {
            if !old.plain.iter().any(|old| old.is("uniqueItems")) && most.is_none_or(|most| most > 1) {
                found.changed(schema, "uniqueItems");
            }
        }
        let held: Vec<String> = leaves.iter().filter_map(Leaf::inside).collect();
        // One more than have a schema of their own stands for all others.
        for index in 0..=old.prefix().max(new.prefix()) {
            if most.is_some_and(|most| index as u64 >= most) {
                break;
            }
            let (items, allowed) = (old.item(index), new.item(index));
            found.refusals.extend(self.of(&items, &allowed, &held).iter().cloned());
        }
        for schema in &new.plain {
            // Even where anything will do, something has to be there.
            let is_idle = schema.get("contains").is_none()
                || (schema.count("minContains") == Some(0) && schema.get("maxContains").is_none());
            let words = if is_idle { &[][..] } else { &["contains", "minContains", "maxContains"] };
            self.others(old, schema, words, found);
            self.others(old, schema, &["unevaluatedItems"], found);
        }
    }

    fn objects(&mut self, old: &Way<'_>, new: &Way<'_>, leaves: &[Leaf<'_>], found: &mut Found<'_, '_>) {
        let is_closed = closed(leaves);
        // Members that neither side names are nobody's, unless the document says of which kind they are.
        let has_rest = !is_closed && old.plain.iter().any(Placed::speaks_of_rest);
        for schema in &new.plain {
            let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            for name in names.filter_map(Value::as_str) {
                if !sends_required(old, name) && !is_read_only(&new.member(name)) {
                    found.required(schema, name);
                }
            }
        }
        let names: BTreeSet<&String> = new.names().chain(old.names()).collect();
        for name in names {
            let (members, allowed) = (old.member(name), new.member(name));
            if (!has_rest && !old.has_name(name)) || is_read_only(&members) {
                continue;
            }
            let read_only = allowed.iter().find(|schema| is_read_only(std::slice::from_ref(schema)));
            if let Some(schema) = read_only
                && old.has_name(name)
            {
                found.refusals.push(Refusal {
                    at: schema.at.join("readOnly"),
                    what: "`readOnly` changed".to_owned(),
                    why: "it comes in answers only, and a request with it is refused",
                });
                continue;
            }
            let fields: Vec<_> = leaves.iter().filter_map(|leaf| leaf.field(name)).collect();
            let held: Vec<String> = fields.iter().map(|field| field.holds.clone()).collect();
            let mut members = members;
            if !fields.is_empty() && fields.iter().all(|field| field.skips_none) {
                members.extend(no_null(&members));
            }
            found.refusals.extend(self.of(&members, &allowed, &held).iter().cloned());
        }
        if has_rest {
            let held: Vec<String> = leaves.iter().filter_map(Leaf::inside).collect();
            let (rest, allowed) = (old.rest(), new.rest());
            if let [Placed { schema: Value::Bool(false), at, .. }, ..] = allowed.as_slice() {
                if !rest.iter().any(|schema| *schema.schema == Value::Bool(false)) {
                    let what = "members that are not named are refused, and were ignored".to_owned();
                    let why = "a request with them is refused";
                    found.refusals.push(Refusal { at: at.clone(), what, why });
                }
            } else {
                found.refusals.extend(self.of(&rest, &allowed, &held).iter().cloned());
            }
        }
        let (least, most) = old.counts(["minProperties", "maxProperties"]);
        let required: BTreeSet<&str> = old.required().filter(|name| sends_required(old, name)).collect();
        let all = is_closed.then(|| old.names().collect::<BTreeSet<_>>().len() as u64);
        let most = [most, all].into_iter().flatten().min();
        found.counts(new, ["minProperties", "maxProperties"], (least.max(required.len() as u64), most));
        for schema in &new.plain {
            let is_named = |name: &String| new.plain.iter().any(|one| one.property(name).is_some());
            if !(is_closed && old.names().all(is_named)) {
                self.others(old, schema, &["unevaluatedProperties"], found);
            }
            if let Some(names) = schema.one("propertyNames") {
                let name = Way { ty: Type::String, is_whole: false, plain: Vec::new(), excluded: Vec::new() };
                let fits = |way: &Way<'_>| self.between(&name, way, &[]).is_empty();
                let fit = ways(&[names]).unwrap_or_default();
                let fit: Vec<_> = fit.iter().filter(|way| way.ty == Type::String).collect();
                let is_allowed = |name: &String| {
                    let name = Value::from(name.as_str());
                    fit.iter().any(|way| way.allows(&name) == Some(true))
                };
                let all_fit = (!has_rest && old.names().all(is_allowed)) || fit.into_iter().any(fits);
                if !all_fit {
                    self.others(old, schema, &["propertyNames"], found);
                }
            }
            self.others(old, schema, &MAPS, found);
        }
    }

    /// Keywords that are not looked into: what they say was said before, or may refuse something.
    fn others(&self, old: &Way<'_>, new: &Placed<'_>, words: &[&str], found: &mut Found<'_, '_>) {
        for word in words {
            let is_said = |said: &Placed<'_>| *word == "contains" || !is_idle(word, said.schema);
            let Some(said) = new.one(word).filter(is_said) else { continue };
            if !old.plain.iter().filter_map(|old| old.one(word)).any(|before| self.is_same(&before, &said)) {
                found.refusals.push(Refusal {
                    at: said.at,
                    what: format!("`{word}` changed"),
                    why: "values that were allowed may be refused",
                });
            }
        }
    }
}

/// What a way refuses of another.
struct Found<'a, 'b> {
    old: &'a Way<'b>,
    refusals: Vec<Refusal>,
}

impl Found<'_, '_> {
    /// A keyword sets a limit that is closer than before.
    fn changed(&mut self, new: &Placed<'_>, word: &str) {
        let before = self.old.plain.iter().find_map(|old| old.get(word));
        self.refusals.push(Refusal {
            at: new.at.join(word),
            what: format!("{word} changed from {} to {}", told(before), told(new.get(word))),
            why: "values that were allowed are refused",
        });
    }

    fn counts(&mut self, new: &Way<'_>, words: [&str; 2], (least, most): (u64, Option<u64>)) {
        for schema in &new.plain {
            if schema.count(words[0]).is_some_and(|limit| least < limit) {
                self.changed(schema, words[0]);
            }
            if schema.count(words[1]).is_some_and(|limit| most.is_none_or(|most| most > limit)) {
                self.changed(schema, words[1]);
            }
        }
    }

    /// A member is required that need not be sent before.
    fn required(&mut self, new: &Placed<'_>, name: &str) {
        let was_there = self.old.has_name(name);
        let (at, what, why) = match new.property(name) {
            Some(property) if was_there => (
                property.at,
                format!("property `{name}` became required"),
                "a value built without it is refused",
            ),
            Some(property) => (
                property.at,
                format!("required property `{name}` added"),
                "a value built without it is refused",
            ),
            None => (
                new.at.join("required"),
                format!("name `{name}` required, without a property"),
                "a value without it is refused",
            ),
        };
        self.refusals.push(Refusal { at, what, why });
    }
}

fn numbers(old: &Way<'_>, new: &Way<'_>, leaves: &[Leaf<'_>], found: &mut Found<'_, '_>) {
    let range = Leaf::range(leaves);
    let is_whole = old.is_whole || old.are_multiples(1.0) || range.is_some();
    let (least, most) = (old.least(), old.most());
    for schema in &new.plain {
        if new.is_whole && !is_whole && schema.get("type").is_some() {
            found.refusals.push(Refusal {
                at: schema.at.join("type"),
                what: "`type` changed".to_owned(),
                why: "numbers with a fraction are refused",
            });
        }
        for word in ["minimum", "exclusiveMinimum"] {
            let Some(limit) = Bound::of(schema, word) else { continue };
            let holds = if is_whole {
                let own = least.map(|least| least.whole);
                let least = own.into_iter().chain(range.map(|(least, _)| least)).max();
                least.is_some_and(|least| least >= limit.whole)
            } else {
                limit.value <= f64::MIN
                    || least.is_some_and(|least| {
                        least.value > limit.value
                            || (least.value == limit.value && (least.excludes || !limit.excludes))
                    })
            };
            if !holds {
                found.changed(schema, word);
            }
        }
        for word in ["maximum", "exclusiveMaximum"] {
            let Some(limit) = Bound::of(schema, word) else { continue };
            let holds = if is_whole {
                let own = most.map(|most| most.whole);
                let most = own.into_iter().chain(range.map(|(_, most)| most)).min();
                most.is_some_and(|most| most <= limit.whole)
            } else {
                limit.value >= f64::MAX
                    || most.is_some_and(|most| {
                        most.value < limit.value
                            || (most.value == limit.value && (most.excludes || !limit.excludes))
                    })
            };
            if !holds {
                found.changed(schema, word);
            }
        }
        if let Some(of) = schema.number("multipleOf") {
            let is_multiple = old.are_multiples(of) || (is_whole && (1.0 / of).fract() == 0.0);
            if !is_multiple {
                found.changed(schema, "multipleOf");
            }
        }
    }
}

fn texts(old: &Way<'_>, new: &Way<'_>, found: &mut Found<'_, '_>) {
    let lengths = old.lengths();
    found.counts(new, ["minLength", "maxLength"], lengths);
    for schema in &new.plain {
        let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else { continue };
        let holds = old.patterns().any(|before| before == pattern)
            || super::patterns::lengths(pattern).is_some_and(|(least, most)| {
                lengths.0 >= least && most.is_none_or(|most| lengths.1.is_some_and(|longest| longest <= most))
            });
        if !holds {
            found.changed(schema, "pattern");
        }
    }
}

/// A type of which nothing is allowed any more.
fn no_way(old: &Way<'_>, first: &Placed<'_>) -> Vec<Refusal> {
    if old.values().is_some_and(|values| values.iter().all(|value| old.allows(value) == Some(false))) {
        return Vec::new();
    }
    let refusal = |word: &str, what: String, why| {
        let at = if first.get(word).is_some() { first.at.join(word) } else { first.at.clone() };
        vec![Refusal { at, what, why }]
    };
    match (old.values(), first.listed()) {
        (Some(values), Some(_)) if old.ty != Type::Boolean => {
            let all = values
                .into_iter()
                .flat_map(|value| refusal("enum", format!("value {value} removed"), "the value is refused"));
            all.collect()
        }
        (_, Some(_)) => {
            refusal("enum", "only listed values are allowed".to_owned(), "other values are refused")
        }
        _ if old.ty == Type::Null => {
            refusal("type", "null is refused".to_owned(), "a value that was null is refused")
        }
        _ => refusal("type", "`type` changed".to_owned(), "values that were allowed are refused"),
    }
}

/// Whether no value is one of both ways.
fn apart(one: &Way<'_>, other: &Way<'_>, is_closed: bool, depth: usize) -> bool {
    if one.ty != other.ty {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    for (listing, way) in [(one, other), (other, one)] {
        let refuses =
            |value: &&Value| way.allows(value) == Some(false) || listing.allows(value) == Some(false);
        if listing.values().is_some_and(|values| values.iter().all(refuses)) {
            return true;
        }
    }
    match one.ty {
        Type::Number => [(one, other), (other, one)].iter().any(|(low, high)| {
            let bounds = low.most().zip(high.least());
            bounds.is_some_and(|(most, least)| {
                most.value < least.value || (most.value == least.value && (most.excludes || least.excludes))
            })
        }),
        Type::String => {
            let (one, other) = (one.lengths(), other.lengths());
            one.1.is_some_and(|most| most < other.0) || other.1.is_some_and(|most| most < one.0)
        }
        Type::Array => {
            let (one, other) = (one.counts(["minItems", "maxItems"]), other.counts(["minItems", "maxItems"]));
            one.1.is_some_and(|most| most < other.0) || other.1.is_some_and(|most| most < one.0)
        }
        Type::Object => {
            let refuses = |way: &Way<'_>, name: &str| {
                way.member(name).iter().any(|schema| *schema.schema == Value::Bool(false))
            };
            let cannot_have = |name: &str| refuses(one, name) || (is_closed && !one.has_name(name));
            let names: BTreeSet<&str> = one.required().chain(other.required()).collect();
            names.into_iter().any(|name| {
                let is_missed = other.requires(name) && cannot_have(name);
                let is_too_much = one.requires(name) && refuses(other, name);
                let differs = || {
                    let both = ways(&one.member(name)).zip(ways(&other.member(name)));
                    both.is_some_and(|(ones, others)| {
                        ones.iter().all(|one| others.iter().all(|other| apart(one, other, false, depth)))
                    })
                };
                // It must be there on one side, and stays out or has other values on the other.
                is_missed || is_too_much || (one.requires(name) && other.requires(name) && differs())
            })
        }
        Type::Null | Type::Boolean => false,
    }
}

/// Whether requests have a member because they must.
fn sends_required(way: &Way<'_>, name: &str) -> bool {
    way.requires(name) && !is_read_only(&way.member(name))
}

/// Whether a member comes in answers only.
fn is_read_only(member: &[Placed<'_>]) -> bool {
    member.iter().any(|schema| is_marked(schema.document, schema.schema, "readOnly", 16))
}

/// Whether a caller can send no other members than those that the document names.
fn closed(leaves: &[Leaf<'_>]) -> bool {
    !leaves.is_empty() && leaves.iter().all(Leaf::is_closed)
}

fn no_null<'v>(all: &[Placed<'v>]) -> Option<Placed<'v>> {
    let first = all.first()?;
    Some(first.below(first.at.join("not null"), &NO_NULL))
}

/// Whether a keyword says nothing: a schema of everything, or a map of such schemas or of empty lists.
fn is_idle(word: &str, said: &Value) -> bool {
    match said {
        Value::Object(members) if MAPS.contains(&word) => {
            members.values().all(|said| is_everything(said) || *said == json!([]))
        }
        said => is_everything(said),
    }
}

/// Keywords that hold schemas or lists by name.
const MAPS: [&str; 3] = ["patternProperties", "dependentRequired", "dependentSchemas"];

fn is_component(place: &Pointer) -> bool {
    place.parent().and_then(|section| section.parent()).is_some_and(|parent| parent.as_str() == "/components")
}

/// The components that differ between two documents, and those that refer to them, however far.
fn changed(old: &Value, new: &Value) -> BTreeSet<Pointer> {
    let mut changed = BTreeSet::new();
    let mut users: HashMap<Pointer, Vec<Pointer>> = HashMap::new();
    let place = Pointer::root().join("components");
    for (section, components) in old.get("components").and_then(Value::as_object).into_iter().flatten() {
        let names = components.as_object().into_iter().flat_map(serde_json::Map::keys);
        let places = names.map(|name| place.join(section).join(name));
        changed.extend(places.filter(|at| at.get(new).is_none()));
    }
    for (section, components) in new.get("components").and_then(Value::as_object).into_iter().flatten() {
        for (name, component) in components.as_object().into_iter().flatten() {
            let at = place.join(section).join(name);
            if at.get(old) != Some(component) {
                changed.insert(at.clone());
            }
            let mut found = Vec::new();
            references(component, &mut found);
            for target in found {
                if !is_component(&target) {
                    changed.insert(at.clone());
                }
                users.entry(target).or_default().push(at.clone());
            }
        }
    }
    let mut open: Vec<Pointer> = changed.iter().cloned().collect();
    while let Some(one) = open.pop() {
        for user in users.remove(&one).unwrap_or_default() {
            if changed.insert(user.clone()) {
                open.push(user);
            }
        }
    }
    changed
}
