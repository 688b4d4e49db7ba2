//! `allOf` and whatever else makes one schema of several, where the generator would make less of it than
//! the document says.
//!
//! The generator takes two parts that differ in type, format or values for parts that no value satisfies,
//! and makes a type without values of them. It also holds what one part says of all other properties
//! against the properties of the next part, as JSON Schema does: a closed part leaves nothing of the
//! others. Documents that are written so mean a composition. So where the generator would lose something,
//! the parts are written out as one schema:
//!
//! - Scalars have what all parts allow, see [`scalars`]. Where no value is allowed by all, what they
//!   disagree in is left open, so that an answer is read all the same.
//! - Objects have the properties of all parts. What is said of other properties is said of those that no
//!   part names.
//! - A union has the branches that go with what stands beside it, each together with that.
//!
//! Parts that the generator merges well are left to it.

mod scalars;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use self::scalars::Scalar;
use super::answers::VARIANTS;
use super::claims::objects;
use super::draft::{Draft, unique};
use super::walk::{self, COMPOSED, SAYING, branches, is_component};
use super::{places, rust};
use crate::document::resolved;
use crate::pointer::Pointer;
use crate::report::Fate;

type Schema = Map<String, Value>;

/// What is written out may have inside what has to be written out in its turn; so there are rounds, but
/// not more than documents are deep.
const ROUNDS: usize = 16;

/// Parts that lead back to themselves can be merged in more ways at each step. No more are looked at than
/// these for each object of the document, and none deeper.
const NODES: usize = 32;
const DEPTH: usize = 64;

/// More branches than these are not told apart by anybody.
const BRANCHES: usize = 256;

/// Writes out what the generator would not merge well.
pub(super) fn write_out(draft: &mut Draft) {
    let mut left = NODES * objects(&draft.document);
    let mut given_up = BTreeSet::new();
    // What stood where something is written out.
    let mut origins: BTreeMap<Pointer, Value> = BTreeMap::new();
    // What has itself inside, and the component that it is.
    let mut ended: Vec<(Value, Pointer)> = Vec::new();
    for round in 0..=ROUNDS {
        let mut places = Vec::new();
        walk::schemas(&mut draft.document, &mut |place, schema| {
            if merges(schema) && !given_up.contains(place) {
                places.push(place.clone());
            }
        });
        let before = draft.document.clone();
        let mut merger = Merger::new(&before, left);
        let mut written = BTreeMap::new();
        for place in places {
            match merger.whole(&place) {
                Ok(whole) if whole.is_mended && round < ROUNDS => drop(written.insert(place, whole)),
                Ok(Whole { is_mended: true, .. }) | Err(Stop::TooMuch) => {
                    let text = "the parts are left to the generator, which may lose some of what they say: \
                                they lead back to themselves in more ways, or deeper, than is looked at";
                    draft.note(place.clone(), Fate::Reduced, text);
                    given_up.insert(place);
                }
                _ => (),
            }
        }
        left = merger.left;
        if written.is_empty() {
            return;
        }
        // What is inside of what is written out is looked at again.
        let places: BTreeSet<Pointer> = written.keys().cloned().collect();
        written.retain(|place, _| outer(place).all(|outer| !places.contains(&outer)));
        let mut moves: Vec<(Pointer, Pointer)> = Vec::new();
        for (place, whole) in written {
            let Some(given) = place.get(&before) else { continue };
            let place = moves.iter().fold(place, |place, (from, to)| moved(&place, from, to));
            if let Some((_, component)) = ended.iter().find(|(ended, _)| ended == given) {
                if let Some(at) = draft.at(&place) {
                    *at = json!({"$ref": component.to_string()});
                }
                continue;
            }
            match outer(&place).find(|outer| origins.get(outer) == Some(given)) {
                Some(outer) => {
                    let component = end(draft, &outer, &place);
                    origins = origins
                        .into_iter()
                        .map(|(place, given)| (moved(&place, &outer, &component), given))
                        .collect();
                    ended.push((given.clone(), component.clone()));
                    moves.push((outer, component));
                }
                None => {
                    origins.insert(place.clone(), given.clone());
                    insert(draft, &place, whole);
                }
            }
        }
    }
}

/// The places around a place, the nearest first.
fn outer(place: &Pointer) -> impl Iterator<Item = Pointer> {
    std::iter::successors(place.parent(), Pointer::parent)
}

/// A place after what stood at `from` was moved to another.
fn moved(place: &Pointer, from: &Pointer, to: &Pointer) -> Pointer {
    place.below(from).map_or_else(|| place.clone(), |below| to.append(&below))
}

/// What is written out at `outer` has itself inside, at `inner`: it becomes a component, if it is none.
/// Gives the place of that.
fn end(draft: &mut Draft, outer: &Pointer, inner: &Pointer) -> Pointer {
    let mut component = outer.clone();
    if !is_component(outer) {
        let name = places::spelled_out(&draft.document, outer);
        let schema = draft.at(outer).map(Value::take).unwrap_or_default();
        let reference = places::component(draft, outer, &name, schema);
        let target = reference.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        component = target.unwrap_or(component);
        if let Some(at) = draft.at(outer) {
            *at = reference;
        }
        draft.note(outer.clone(), Fate::Exact, "the schema has itself inside, so it is a component");
    }
    if let Some(at) = draft.at(&moved(inner, outer, &component)) {
        *at = json!({"$ref": component.to_string()});
    }
    component
}

/// Writes the parts at `place` out as one schema, whatever the generator would make of them. False if
/// that cannot be done.
pub(super) fn write_out_at(draft: &mut Draft, place: &Pointer) -> bool {
    let before = draft.document.clone();
    let Ok(whole) = Merger::new(&before, NODES * objects(&before)).whole(place) else { return false };
    insert(draft, place, whole);
    true
}

/// Puts a schema where the parts were, and beside it the components that it refers to.
fn insert(draft: &mut Draft, place: &Pointer, whole: Whole) {
    if let Some(at) = draft.at(place) {
        *at = Value::Object(whole.schema);
    }
    for (name, schema) in whole.made {
        draft.add_schema(&name, schema);
        draft.moved(&Pointer::root().join("components").join("schemas").join(name), place);
    }
    for (fate, text) in whole.said {
        draft.note(place.clone(), fate, text);
    }
}

/// Whether a schema is made of several.
fn merges(schema: &Schema) -> bool {
    let count = |keyword: &str| branches(schema, keyword).map_or(0, <[Value]>::len);
    let says_more = schema.keys().any(|keyword| says(keyword));
    let unions = usize::from(count("oneOf") > 0) + usize::from(count("anyOf") > 0);
    !schema.contains_key(VARIANTS)
        && (count("allOf") > 1
            || unions > 1
            || (count("allOf") + unions > 0 && (says_more || unions > 0 && count("allOf") > 0)))
}

/// Whether a keyword says which values there are, alone or through other schemas.
fn is_saying(keyword: &str) -> bool {
    says(keyword) || keyword == "$ref" || COMPOSED.contains(&keyword)
}

/// Whether a keyword says which values there are.
fn says(keyword: &str) -> bool {
    // An exclusive limit is a matter of the limit that it stands beside.
    SAYING.contains(&keyword) || ["exclusiveMinimum", "exclusiveMaximum"].contains(&keyword)
}

/// Whether a keyword is about a schema, and not about which values there are.
fn is_metadata(keyword: &str) -> bool {
    ["title", "description", "default", "deprecated", "readOnly", "writeOnly", "example"].contains(&keyword)
}

/// Whether a branch says nothing but which properties must be there.
fn only_requires(document: &Value, branch: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Some(branch) = resolved(document, branch).as_object() else { return false };
    let is_vain = |schema: &Value| {
        schema.as_object().is_some_and(|schema| !schema.keys().any(|keyword| is_saying(keyword)))
    };
    branch.iter().all(|(keyword, value)| match keyword.as_str() {
        "type" => value == "object",
        "required" | "minProperties" | "maxProperties" => true,
        "properties" => value.as_object().is_some_and(|properties| properties.values().all(is_vain)),
        "allOf" | "anyOf" | "oneOf" => {
            value.as_array().is_some_and(|all| all.iter().all(|inner| only_requires(document, inner, depth)))
        }
        "$ref" => false,
        other => !is_saying(other),
    }) && ["required", "allOf", "anyOf", "oneOf", "minProperties", "maxProperties"]
        .iter()
        .any(|keyword| branch.contains_key(*keyword))
}

/// The one simple type of all, of which no values are listed.
fn the_simple_type(all: &[Value]) -> Option<String> {
    fn of(schema: &Value) -> Option<&str> {
        let schema = schema.as_object()?;
        let ty = schema.get("type")?.as_str()?;
        let is_simple = ["string", "integer", "number", "boolean"].contains(&ty);
        let is_any = !schema
            .keys()
            .any(|keyword| keyword == "enum" || keyword == "$ref" || COMPOSED.contains(&keyword.as_str()));
        (is_simple && is_any).then_some(ty)
    }
    let first = of(all.first()?)?;
    (all.len() > 1 && all.iter().all(|schema| of(schema) == Some(first))).then(|| first.to_owned())
}

/// A branch together with what stands beside the union is called what the branch is called.
fn called(branch: &Value, mut merged: Value) -> Value {
    let title = branch.get("title").and_then(Value::as_str).map(str::to_owned);
    let component = || {
        let place = Pointer::from_local_ref(branch.get("$ref")?.as_str()?)?;
        place.last().filter(|_| is_component(&place))
    };
    if let Value::Object(merged) = &mut merged
        && !merged.contains_key("$ref")
        && let Some(title) = title.or_else(component)
    {
        merged.entry("title").or_insert(json!(title));
    }
    merged
}

/// A schema, or null.
fn or_null(schema: Value) -> Value {
    let mut schema = if schema.get("$ref").is_some() { json!({"allOf": [schema]}) } else { schema };
    schema.as_object_mut().map(|schema| schema.insert("nullable".into(), json!(true)));
    schema
}

fn is_null_branch(schema: &Value) -> bool {
    schema.as_object().is_some_and(walk::is_null)
}

fn is_union(schema: &Value) -> bool {
    ["oneOf", "anyOf"].iter().any(|union| schema.get(union).is_some())
}

/// A union: its keyword and its branches.
type Union<'a> = (&'static str, &'a [Value]);

/// What has to hold at once: schemas without what composes them, and unions.
#[derive(Clone, Default)]
struct Node<'a> {
    parts: Vec<&'a Schema>,
    unions: Vec<Union<'a>>,
    /// Whether null is allowed by all parts that have a type, if any has.
    null: Option<bool>,
}

impl<'a> Node<'a> {
    fn of(document: &'a Value, schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut node = Self::default();
        for schema in schemas {
            node.add(document, schema, false);
        }
        node
    }

    /// Adds a schema with what `allOf` makes part of it, in which null may be allowed by what is around. One
    /// that is there already says nothing new.
    fn add(&mut self, document: &'a Value, schema: &'a Value, is_nullable: bool) {
        let Some(schema) = resolved(document, schema).as_object() else { return };
        let is_nullable = is_nullable || schema.get("nullable") == Some(&json!(true));
        if schema.contains_key("type") || schema.contains_key("enum") {
            self.null = Some(is_nullable && self.null != Some(false));
        }
        // References that go in circles say nothing.
        if schema.contains_key("$ref") || self.parts.iter().any(|part| std::ptr::eq(*part, schema)) {
            return;
        }
        self.parts.push(schema);
        for keyword in ["oneOf", "anyOf"] {
            self.unions.extend(branches(schema, keyword).map(|branches| (keyword, branches)));
        }
        for part in branches(schema, "allOf").unwrap_or_default() {
            self.add(document, part, is_nullable);
        }
    }

    /// What tells it from other nodes: the places in memory of all that says something.
    fn key(&self) -> BTreeSet<usize> {
        let saying = self.parts.iter().filter(|part| part.keys().any(|keyword| says(keyword)));
        let parts = saying.map(|part| std::ptr::from_ref::<Schema>(part).addr());
        let unions = self.unions.iter().map(|(_, branches)| branches.as_ptr().addr());
        parts.chain(unions).collect()
    }

    /// The different values of a keyword, in the order of the parts.
    fn all(&self, keyword: &str) -> Vec<&'a Value> {
        let mut all: Vec<&Value> = Vec::new();
        for value in self.parts.iter().filter_map(|part| part.get(keyword)) {
            if !all.contains(&value) {
                all.push(value);
            }
        }
        all
    }

    /// The type; none if any will do.
    fn ty(&self) -> Type<'a> {
        let types: Vec<&str> = self.all("type").into_iter().filter_map(Value::as_str).collect();
        match types.as_slice() {
            [only] => Type::One(only),
            // The values say it better.
            [] if self.parts.iter().any(|part| part.contains_key("enum")) => Type::Any,
            [] => {
                let kinds = [
                    (
                        "object",
                        &["properties", "required", "additionalProperties", "minProperties", "maxProperties"]
                            [..],
                    ),
                    ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
                    ("string", &["minLength", "maxLength", "pattern"]),
                ];
                let is_said = |keywords: &[&str]| {
                    keywords.iter().any(|keyword| self.parts.iter().any(|part| part.contains_key(*keyword)))
                };
                let mut kinds = kinds.into_iter().filter(|(_, keywords)| is_said(keywords)).map(|(ty, _)| ty);
                match (kinds.next(), kinds.next()) {
                    (Some(only), None) => Type::One(only),
                    _ => Type::Any,
                }
            }
            ["integer", "number"] | ["number", "integer"] => Type::Integer,
            _ => Type::None(types),
        }
    }
}

/// The type that several parts have together.
enum Type<'a> {
    Any,
    One(&'a str),
    /// Of integers and of all numbers: an integer.
    Integer,
    /// No value has all of these.
    None(Vec<&'a str>),
}

/// One schema, made of several.
struct Merged {
    schema: Value,
    /// Whether the generator would have made less of the parts.
    is_mended: bool,
}

/// Why several schemas are not merged.
enum Stop {
    /// No value satisfies all of them.
    Never,
    /// They have something that cannot be written out.
    Beyond,
    /// It takes too long to find out.
    TooMuch,
}

/// What becomes of the schema at a place.
struct Whole {
    schema: Schema,
    /// Whether the generator would have made less of it.
    is_mended: bool,
    /// What was done, and to which values.
    said: Vec<(Fate, String)>,
    /// Components that were made, because they have themselves inside.
    made: Vec<(String, Value)>,
}

/// A node that is being merged.
#[derive(Clone)]
struct Open {
    key: BTreeSet<usize>,
    /// Where in the merged schema it is.
    path: Vec<String>,
    /// The component that it becomes, if something inside refers to it.
    name: Option<String>,
}

struct Merger<'a> {
    document: &'a Value,
    /// Names that no component can have.
    taken: BTreeSet<String>,
    /// How many more nodes are looked at.
    left: usize,
    place: Pointer,
    said: Vec<(Fate, String)>,
    made: Vec<(String, Value)>,
    /// The nodes that are being merged.
    open: Vec<Open>,
    /// Where in the merged schema that is.
    path: Vec<String>,
    /// Whether something refers to one of them.
    has_cycle: bool,
    /// Whether a conflict stops, instead of being left open.
    is_strict: bool,
}

impl<'a> Merger<'a> {
    fn new(document: &'a Value, left: usize) -> Self {
        let components = document.pointer("/components/schemas").and_then(Value::as_object);
        let taken = components.into_iter().flatten().map(|(name, _)| rust::type_name(name)).collect();
        let (said, made, open, path) = Default::default();
        Self {
            document,
            taken,
            left,
            place: Pointer::root(),
            said,
            made,
            open,
            path,
            has_cycle: false,
            is_strict: false,
        }
    }

    fn say(&mut self, fate: Fate, text: impl Into<String>) {
        let text = text.into();
        let inside = self.path.join("/");
        self.said.push((fate, if inside.is_empty() { text } else { format!("in `{inside}`: {text}") }));
    }

    /// The schema at a place, with all that it says besides.
    fn whole(&mut self, place: &Pointer) -> Result<Whole, Stop> {
        let Some(whole) = place.get(self.document) else { return Err(Stop::Beyond) };
        self.place = place.clone();
        (self.said, self.made, self.open, self.path, self.has_cycle) = Default::default();
        let Merged { schema, mut is_mended } = self.merge(Node::of(self.document, [whole]))?;
        if self.has_cycle && !is_mended {
            // The generator would merge what is inside with itself, again and again.
            self.say(Fate::Exact, "the parts, which have themselves inside, are written out as one schema");
            is_mended = true;
        }
        let is_vain = |part: &Value| {
            part.as_object().is_some_and(|part| !part.keys().any(|keyword| is_saying(keyword)))
        };
        let parts = whole.get("allOf").and_then(Value::as_array);
        if schema.get("type").is_some_and(|ty| ty != "object")
            && whole.get("type").is_some()
            && parts.is_some_and(|parts| parts.iter().any(is_vain))
        {
            // The generator would take the part that says nothing for any value.
            self.say(Fate::Exact, "a part says nothing of values");
            is_mended = true;
        }
        let is_kept = |keyword: &String| {
            !says(keyword)
                && !COMPOSED.contains(&keyword.as_str())
                && (keyword != "discriminator" || is_union(&schema))
        };
        let own = whole.as_object().into_iter().flatten().filter(|(keyword, _)| is_kept(keyword));
        let mut all: Schema = own.map(|(keyword, value)| (keyword.clone(), value.clone())).collect();
        match schema {
            Value::Object(schema) if schema.contains_key("$ref") && !all.is_empty() => {
                all.insert("allOf".into(), json!([schema]));
            }
            Value::Object(schema) => all.extend(schema),
            _ => (),
        }
        let (said, made) = (std::mem::take(&mut self.said), std::mem::take(&mut self.made));
        Ok(Whole { schema: all, is_mended, said, made })
    }

    fn merge(&mut self, node: Node<'a>) -> Result<Merged, Stop> {
        self.left = self.left.checked_sub(1).filter(|_| self.open.len() < DEPTH).ok_or(Stop::TooMuch)?;
        let key = node.key();
        let allows_null = node.unions.is_empty() && node.null == Some(true);
        let with_null = |schema| if allows_null { or_null(schema) } else { schema };
        if let Some(at) = self.open.iter().position(|open| open.key == key) {
            return Ok(Merged { schema: with_null(self.reference(at)), is_mended: false });
        }
        self.open.push(Open { key, path: self.path.clone(), name: None });
        let merged = if node.unions.is_empty() { self.plain(&node) } else { self.union(node) };
        let name = self.open.pop().and_then(|open| open.name);
        let Merged { mut schema, is_mended } = merged?;
        if let Some(name) = name {
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            self.made.push((name, std::mem::replace(&mut schema, reference)));
        }
        Ok(Merged { schema: with_null(schema), is_mended })
    }

    /// What has itself inside has to have a name.
    fn reference(&mut self, at: usize) -> Value {
        self.has_cycle = true;
        if at == 0 && is_component(&self.place) {
            return json!({"$ref": self.place.to_string()});
        }
        let Some(open) = self.open.get_mut(at) else { return json!({}) };
        let name = open.name.get_or_insert_with(|| {
            let words = [places::spelled_out(self.document, &self.place), open.path.join(" ")].join(" ");
            unique(&rust::type_name(&words), |name| self.taken.contains(name))
        });
        self.taken.insert(name.clone());
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// What several schemas say of one part of a value, called `name`. Where the generator merges them
    /// well, that is left to it.
    fn inner(&mut self, name: &str, given: &[&'a Value]) -> Result<Merged, Stop> {
        let mut different: Vec<&Value> = Vec::new();
        for schema in given {
            if !different.contains(schema) {
                different.push(schema);
            }
        }
        if let [only] = different.as_slice() {
            return Ok(Merged { schema: (*only).clone(), is_mended: false });
        }
        let saying: Vec<&Value> = different.iter().copied().filter(|schema| **schema != json!({})).collect();
        let as_given = match saying.as_slice() {
            [only] => (*only).clone(),
            all => json!({"allOf": all}),
        };
        self.path.push(name.to_owned());
        let merged = self.merge(Node::of(self.document, different.iter().copied()));
        self.path.pop();
        match merged {
            Ok(Merged { mut schema, is_mended }) if is_mended || self.has_cycle => {
                if let Value::Object(schema) = &mut schema
                    && !schema.contains_key("$ref")
                {
                    schema.extend(self.remarks(&different));
                }
                Ok(Merged { schema, is_mended })
            }
            Ok(_) | Err(Stop::Beyond) => Ok(Merged { schema: as_given, is_mended: false }),
            Err(stop) => Err(stop),
        }
    }

    /// What several schemas say besides: the first of them to say it. Null only where all allow it.
    fn remarks(&self, given: &[&'a Value]) -> Schema {
        let given: Vec<&Schema> =
            given.iter().filter_map(|schema| resolved(self.document, schema).as_object()).collect();
        let mut remarks = Schema::new();
        for keyword in ["description", "default", "deprecated", "readOnly", "writeOnly"] {
            if let Some(value) = given.iter().find_map(|schema| schema.get(keyword)) {
                remarks.insert(keyword.into(), value.clone());
            }
        }
        let allows = |schema: &&&Schema| schema.get("nullable") == Some(&json!(true));
        let is_silent = |schema: &&Schema| {
            !["type", "enum"].iter().chain(&COMPOSED).any(|keyword| schema.contains_key(*keyword))
        };
        if given.iter().any(|schema| allows(&schema))
            && given.iter().all(|schema| allows(&schema) || is_silent(schema))
        {
            remarks.insert("nullable".into(), json!(true));
        }
        remarks
    }

    /// Whether some value satisfies all of it.
    fn is_possible(&mut self, node: Node<'a>) -> Result<bool, Stop> {
        let (said, made, open) = (self.said.len(), self.made.len(), self.open.clone());
        self.is_strict = true;
        let merged = self.merge(node);
        self.is_strict = false;
        self.open = open;
        self.said.truncate(said);
        self.made.truncate(made);
        match merged {
            Err(Stop::Never) => Ok(false),
            Err(Stop::TooMuch) => Err(Stop::TooMuch),
            Ok(_) | Err(Stop::Beyond) => Ok(true),
        }
    }

    /// Each branch of the first union, together with all else.
    fn union(&mut self, mut node: Node<'a>) -> Result<Merged, Stop> {
        let (keyword, branches) = node.unions.remove(0);
        let has_both = node.parts.iter().any(|part| part.contains_key("oneOf") && part.contains_key("anyOf"));
        let is_alone =
            node.unions.is_empty() && node.parts.iter().all(|part| part.keys().all(|keyword| !says(keyword)));
        if !is_alone && branches.iter().all(|branch| only_requires(self.document, branch, DEPTH)) {
            let text =
                format!("which of the properties must be there, as `{keyword}` says, is left to the server");
            self.say(Fate::Widened, text);
            let Merged { schema, .. } = self.merge(node)?;
            return Ok(Merged { schema, is_mended: true });
        }
        if branches.len() > BRANCHES {
            return Err(Stop::Beyond);
        }
        // Null goes with whatever does not say which type a value has.
        let has_null = branches.iter().any(is_null_branch) && node.all("type").is_empty();
        let mut all = Vec::new();
        let mut is_mended = has_both;
        let mut says_besides = false;
        let mut vain = 0;
        for branch in branches.iter().filter(|branch| !(has_null && is_null_branch(branch))) {
            let mut both = node.clone();
            both.add(self.document, branch, false);
            if !self.is_strict && !self.is_possible(both.clone())? {
                vain += 1;
                continue;
            }
            let merged = match self.merge(both) {
                Err(Stop::Never) => continue,
                merged => merged?,
            };
            is_mended |= merged.is_mended;
            says_besides |=
                branch.as_object().is_some_and(|branch| branch.keys().any(|keyword| is_metadata(keyword)));
            all.push(if is_alone && !merged.is_mended {
                branch.clone()
            } else {
                called(branch, merged.schema)
            });
        }
        if all.is_empty() {
            if self.is_strict {
                return Err(Stop::Never);
            }
            let text =
                format!("no branch of `{keyword}` goes with what stands beside it, so that alone is taken");
            self.say(Fate::Widened, text);
            let Merged { schema, .. } = self.merge(node)?;
            return Ok(Merged { schema, is_mended: true });
        }
        if vain > 0 {
            let text =
                format!("branches of `{keyword}` that do not go with what stands beside it cannot occur");
            self.say(Fate::Exact, text);
            // The generator leaves them out too, and names the types of the others as if they had never been.
            is_mended = true;
        }
        if !is_alone && let Some(ty) = the_simple_type(&all) {
            let text = format!(
                "whatever `{keyword}` says of it, it is of type `{ty}`; the rest is left to the server"
            );
            self.say(Fate::Widened, text);
            all = vec![json!({"type": ty})];
            is_mended = true;
        }
        if all.len() == 1 && says_besides && !is_mended {
            // The generator would take the branch with what it says besides, and expects that it says nothing.
            let text = format!("the only branch of `{keyword}` and what stands beside it are one schema");
            self.say(Fate::Exact, text);
            is_mended = true;
        }
        // The generator merges what stands beside a union by rules of its own.
        is_mended |= !is_alone && all.len() > 1;
        let schema = if all.len() == 1 { all.pop().unwrap_or_default() } else { json!({keyword: all}) };
        Ok(Merged { schema: if has_null { or_null(schema) } else { schema }, is_mended })
    }

    /// Several schemas without unions.
    fn plain(&mut self, node: &Node<'a>) -> Result<Merged, Stop> {
        let ty = match node.ty() {
            Type::One("object") => return self.object(node),
            Type::One("array") => return self.array(node),
            Type::None(_) if self.is_strict => return Err(Stop::Never),
            Type::None(types) => {
                let types: Vec<String> = types.iter().map(|ty| format!("`{ty}`")).collect();
                self.say(
                    Fate::Widened,
                    format!("any value is taken: the parts have the types {}", types.join(" and ")),
                );
                return Ok(Merged { schema: json!({}), is_mended: true });
            }
            ty => ty,
        };
        let mut scalar = Scalar::of(node, &ty);
        if self.is_strict && scalar.is_never {
            return Err(Stop::Never);
        }
        for (fate, text) in scalar.said.drain(..) {
            self.say(fate, text);
        }
        Ok(Merged { schema: Value::Object(scalar.schema), is_mended: scalar.is_mended })
    }

    fn object(&mut self, node: &Node<'a>) -> Result<Merged, Stop> {
        let of = |part: &'a Schema, keyword: &str| {
            part.get(keyword).and_then(Value::as_object).into_iter().flatten()
        };
        let required: Vec<&'a Value> = {
            let lists = node.all("required").into_iter().filter_map(Value::as_array);
            let mut required = Vec::new();
            lists.flatten().for_each(|name| {
                if !required.contains(&name) {
                    required.push(name);
                }
            });
            required
        };
        let mut named: Vec<(&'a String, Vec<&'a Value>)> = Vec::new();
        for (name, property) in node.parts.iter().flat_map(|part| of(part, "properties")) {
            match named.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(property),
                None => named.push((name, vec![property])),
            }
        }
        // The generator holds what a part says of other properties against those of all the others.
        let is_strange = |part: &&'a Schema| {
            let own: BTreeSet<&String> = of(part, "properties").map(|(name, _)| name).collect();
            let says = part.get("additionalProperties").is_some_and(|others| *others != json!(true));
            says && (named.iter().any(|(name, _)| !own.contains(name))
                || required
                    .iter()
                    .any(|name| name.as_str().is_some_and(|name| !own.iter().any(|own| *own == name))))
        };
        let strange: Vec<&Schema> = node.parts.iter().copied().filter(|part| is_strange(part)).collect();
        let mut is_mended = !strange.is_empty();
        if strange.iter().any(|part| part.get("additionalProperties") == Some(&json!(false))) {
            self.say(
                Fate::Widened,
                "the properties of all parts are taken, though one part has no others than its own",
            );
        }
        let others = |part: &&Schema| part.get("additionalProperties").and_then(Value::as_object).cloned();
        let (any, typed): (Vec<Schema>, Vec<Schema>) = strange
            .iter()
            .filter_map(others)
            .partition(|others| others.keys().all(|keyword| !is_saying(keyword)));
        if !any.is_empty() {
            // The generator would copy what the properties refer to, and without end what leads back here.
            self.say(Fate::Exact, "the parts are written out as one schema: one allows all other properties");
        }
        if !typed.is_empty() {
            self.say(
                Fate::Widened,
                "what a part says of other properties holds for those that no part names",
            );
        }
        let mut properties = Schema::new();
        for (name, given) in named {
            let merged = match self.inner(name, &given) {
                // A value without the property is possible.
                Err(Stop::Never) if !required.iter().any(|required| *required == name) => continue,
                merged => merged?,
            };
            is_mended |= merged.is_mended;
            properties.insert(name.clone(), merged.schema);
        }
        let mut schema = Schema::from_iter([("type".to_owned(), json!("object"))]);
        if !properties.is_empty() {
            schema.insert("properties".into(), Value::Object(properties));
        }
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        let others = node.all("additionalProperties");
        let typed: Vec<&Value> = others.iter().copied().filter(|others| others.is_object()).collect();
        let is_closed = others.iter().any(|others| **others == json!(false));
        let is_any = |others: &&Value| **others == json!({});
        if let (true, Some(first)) = (typed.iter().all(is_any), others.first()) {
            let others = if is_closed { json!(false) } else { (*first).clone() };
            schema.insert("additionalProperties".into(), others);
        } else if !typed.is_empty() {
            if is_closed && strange.is_empty() {
                self.say(Fate::Widened, "other properties are those of the part that has some");
            }
            let merged = match self.inner("*", &typed) {
                Err(Stop::Never) => Merged { schema: json!(false), is_mended: false },
                merged => merged?,
            };
            is_mended |= is_closed || merged.is_mended;
            schema.insert("additionalProperties".into(), merged.schema);
        }
        is_mended |= self.counted(node, "minProperties", "maxProperties", "properties", &mut schema)?;
        self.finish(node, schema, is_mended)
    }

    fn array(&mut self, node: &Node<'a>) -> Result<Merged, Stop> {
        let mut schema = Schema::from_iter([("type".to_owned(), json!("array"))]);
        let mut is_mended = false;
        let items = node.all("items");
        if !items.is_empty() {
            let merged = match self.inner("items", &items) {
                // Nothing but an empty list is possible, and that is.
                Err(Stop::Never) => Merged { schema: json!({}), is_mended: false },
                merged => merged?,
            };
            is_mended |= merged.is_mended;
            schema.insert("items".into(), merged.schema);
        }
        if node.all("uniqueItems").contains(&&json!(true)) {
            schema.insert("uniqueItems".into(), json!(true));
        }
        is_mended |= self.counted(node, "minItems", "maxItems", "items", &mut schema)?;
        self.finish(node, schema, is_mended)
    }

    /// How many members there may be. Whether the generator would have made less of it.
    fn counted(
        &mut self,
        node: &Node<'a>,
        least: &'static str,
        most: &'static str,
        members: &str,
        schema: &mut Schema,
    ) -> Result<bool, Stop> {
        if scalars::bounds(node, least, most, schema) {
            return Ok(false);
        }
        if self.is_strict {
            return Err(Stop::Never);
        }
        self.say(
            Fate::Widened,
            format!("the number of {members} is left to the server: the parts leave none"),
        );
        Ok(true)
    }

    /// Values of objects and lists are listed by nobody who means it.
    fn finish(&mut self, node: &Node<'a>, schema: Schema, is_mended: bool) -> Result<Merged, Stop> {
        let allows = |values: &Value, ty: &str| {
            let mut values = values.as_array().into_iter().flatten();
            values.any(|value| if ty == "object" { value.is_object() } else { value.is_array() })
        };
        let ty = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        if self.is_strict && node.all("enum").iter().any(|values| !allows(values, ty)) {
            return Err(Stop::Never);
        }
        Ok(Merged { schema: Value::Object(schema), is_mended })
    }
}
