//! Unions: `oneOf` and `anyOf` are one kind of thing, a component that is an enum with a variant for each branch.
//!
//! The generator has several forms for them: a struct of structs that take each other's members, an enum that is read
//! as the first branch that accepts the value, or an enum with an external tag. Here every union whose branches can be
//! distinguished gets one form, in which each branch is a separate type, and hand-written code reads it: see [`UNION`].
//! Branches of the same simple type, and lists of values, need no union.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToKebabCase as _, ToPascalCase as _};
use serde_json::{Map, Value, json};

use super::answers::VARIANTS;
use super::draft::{Draft, unique};
use super::walk::{self, COMPOSED, SAYING, is_component, is_null};
use super::{places, rust};
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// The extension of a union's schema: the names of its variants, and if it has a discriminator, that property and for each
/// branch the values that stand for it. It is `together` if a value may be of several branches at once.
pub(crate) const UNION: &str = "x-xtask-union";

/// The extension of a list of integers that names them.
pub(crate) const NUMBERS: &str = "x-xtask-numbers";

type Schema = Map<String, Value>;

/// Gives every union the form that is read.
pub(super) fn tell_apart(draft: &mut Draft) {
    walk::schemas(&mut draft.document, &mut |_, schema| lift_the_only_branch(schema));
    let components = draft.document.pointer("/components/schemas").and_then(Value::as_object);
    let names = components.into_iter().flatten().map(|(name, _)| rust::type_name(name)).collect();
    let before = draft.document.clone();
    let mut unions = Unions { document: &before, names, made: Vec::new(), known: BTreeMap::new() };
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let is_both = schema.contains_key("oneOf") && schema.contains_key("anyOf");
        if schema.contains_key(VARIANTS) || is_both || is_inner(place, schema) {
            return;
        }
        let mut say = |fate, text: &str| {
            notes.push(Note { pointer: place.clone(), fate, text: text.to_owned() });
        };
        unions.rewrite(place, schema, &mut say);
    });
    let made = unions.made;
    for (name, schema, place) in made {
        draft.put_schema(&name, schema);
        draft.moved(&Pointer::root().join("components").join("schemas").join(name), &place);
    }
}

/// Puts a union in the place of one that has it as its only branch, which is what is left of one that may be null.
fn lift_the_only_branch(schema: &mut Schema) {
    let Some(keyword) =
        ["oneOf", "anyOf"].into_iter().find(|keyword| walk::branches(schema, keyword).is_some())
    else {
        return;
    };
    let branches = walk::branches(schema, keyword).unwrap_or_default();
    let mut others = branches.iter().filter(|branch| !branch.as_object().is_some_and(is_null));
    if let (Some(Value::Object(only)), None) = (others.next(), others.next())
        && ["oneOf", "anyOf"].iter().any(|keyword| only.contains_key(*keyword))
        && !schema.keys().any(|other| other != keyword && decides(other))
    {
        let has_null = branches.len() > 1;
        let only = only.clone();
        schema.remove(keyword);
        schema.extend(only);
        if has_null {
            schema.insert("nullable".into(), json!(true));
        }
    }
}

struct Unions<'a> {
    document: &'a Value,
    /// The types that components make.
    names: BTreeSet<String>,
    /// New components, and where they stood.
    made: Vec<(String, Value, Pointer)>,
    /// New components by their contents, of each operation or place.
    known: BTreeMap<(Pointer, String), Value>,
}

/// One of several schemas, with what is known of it.
struct Branch {
    schema: Value,
    /// What it is called: by its title, its component or a constant.
    name: Option<String>,
    /// The component that it is.
    component: Option<String>,
}

impl Unions<'_> {
    fn rewrite(&mut self, place: &Pointer, schema: &mut Schema, say: &mut dyn FnMut(Fate, &str)) {
        let Some(keyword) =
            ["oneOf", "anyOf"].into_iter().find(|keyword| walk::branches(schema, keyword).is_some())
        else {
            return;
        };
        // What stands beside a union was merged with its branches, or cannot be.
        if schema.keys().any(|other| other != keyword && decides(other)) {
            return;
        }
        let is_other = |branch: &&Value| !branch.as_object().is_some_and(is_null);
        if walk::branches(schema, keyword).unwrap_or_default().iter().filter(is_other).count() < 2 {
            return;
        }
        let Some(Value::Array(branches)) = schema.remove(keyword) else { return };
        let has_null = branches.iter().any(allows_null) || schema.remove("nullable") == Some(json!(true));
        let mut branches = flat(branches);
        branches.iter_mut().for_each(without_null);
        branches.retain(|branch| !branch.as_object().is_some_and(is_null));
        let branches = plain_once(branches, say);
        if has_null {
            schema.insert("nullable".into(), json!(true));
            say(Fate::Exact, "null is allowed beside the branches, not in one of them");
        }
        let discriminator = schema.remove("discriminator");
        if let [only] = branches.as_slice() {
            return stand_for(schema, only.clone());
        }
        if branches.is_empty() {
            return;
        }
        if let Some(listed) = one_list(&branches) {
            if listed.get(NUMBERS).is_some() && !is_component(place) {
                let reference = self.component(place, &places::suggested(self.document, place), listed);
                return stand_for(schema, reference);
            }
            return stand_for(schema, listed);
        }
        if is_parameter(place) {
            // It is written, and never read.
            schema.insert("oneOf".into(), json!(branches));
            return say(Fate::Exact, "the first branch that fits is taken");
        }
        let is_component = is_component(place);
        let own = match place.last() {
            Some(name) if is_component => rust::type_name(&name),
            _ => {
                let title = schema.remove("title");
                let title = title.as_ref().and_then(Value::as_str).map(rust::type_name);
                title.unwrap_or_else(|| places::suggested(self.document, place))
            }
        };
        let is_together =
            keyword == "anyOf" && discriminator.is_none() && are_objects(self.document, &branches);
        let mut union = self.union(place, &own, branches, discriminator.as_ref());
        if let (true, Some(Value::Object(told))) = (is_together, union.get_mut(UNION)) {
            told.insert("together".into(), json!(true));
        }
        if is_component && !has_null {
            schema.extend(union);
        } else {
            let reference = self.component(place, &own, Value::Object(union));
            stand_for(schema, reference);
        }
        if keyword == "anyOf" {
            say(Fate::Exact, "a value is read as the branch that keeps all of it");
        }
    }

    fn union(
        &mut self,
        place: &Pointer,
        own: &str,
        branches: Vec<Value>,
        discriminator: Option<&Value>,
    ) -> Schema {
        let property = discriminator.and_then(|d| d.get("propertyName")?.as_str());
        let mut branches: Vec<Branch> = branches.into_iter().map(|schema| branch(schema, property)).collect();
        name_by_property(&mut branches);
        let names = names(&branches);
        let values = property.map(|property| {
            let mapping = mapping(discriminator);
            let values = branches.iter().map(|branch| self.values(branch, property, &mapping));
            json!({"property": property, "values": values.collect::<Vec<_>>()})
        });
        for (branch, name) in branches.iter_mut().zip(&names) {
            if needs_a_type(&branch.schema) {
                branch.schema.as_object_mut().map(|schema| schema.remove("title"));
                let schema = branch.schema.take();
                branch.schema = self.component(place, &format!("{own} {name}"), schema);
            }
        }
        let mut told = json!({"names": names});
        if let (Value::Object(told), Some(Value::Object(values))) = (&mut told, values) {
            told.extend(values);
        }
        let branches: Vec<Value> = branches.into_iter().map(|branch| branch.schema).collect();
        Schema::from_iter([("oneOf".to_owned(), json!(branches)), (UNION.to_owned(), told)])
    }

    /// The values of the discriminator that stand for a branch: those that are mapped to it, and its own name, unless
    /// that is mapped to another, or the branch says itself which values it has.
    fn values(&self, branch: &Branch, property: &str, mapping: &BTreeMap<&str, &str>) -> Vec<String> {
        let Some(name) = branch.component.as_deref() else { return Vec::new() };
        let mut values: Vec<String> = mapping
            .iter()
            .filter(|(_, target)| **target == name)
            .map(|(value, _)| (*value).to_owned())
            .collect();
        let path = vec![Step::Member(property.to_owned())];
        if !mapping.contains_key(name) && !tags(self.document, &branch.schema).contains_key(&path) {
            values.push(name.to_owned());
        }
        values
    }

    /// Makes a component, and refers to it.
    fn component(&mut self, place: &Pointer, name: &str, schema: Value) -> Value {
        // What several answers of an operation have alike is one type.
        let scope = match place.tokens().as_slice() {
            [paths, path, method, ..] if paths == "paths" => {
                Pointer::root().join(paths).join(path).join(method)
            }
            _ => place.clone(),
        };
        let key = (scope, schema.to_string());
        if let Some(reference) = self.known.get(&key) {
            return reference.clone();
        }
        let name = unique(&rust::type_name(name), |name| self.names.contains(name));
        self.names.insert(name.clone());
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        self.made.push((name, schema, place.clone()));
        self.known.insert(key, reference.clone());
        reference
    }
}

fn is_parameter(place: &Pointer) -> bool {
    matches!(
        place.tokens().iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        ["paths", _, _, "parameters", ..]
    )
}

/// Whether a keyword decides which values a schema allows.
fn decides(keyword: &str) -> bool {
    SAYING.contains(&keyword) || COMPOSED.contains(&keyword)
}

/// Puts a schema in the place of a union, with what is said of that.
fn stand_for(schema: &mut Schema, only: Value) {
    match only {
        Value::Object(only) if only.contains_key("$ref") => {
            if schema.is_empty() {
                schema.extend(only);
            } else {
                schema.insert("allOf".into(), json!([only]));
            }
        }
        Value::Object(only) => {
            for (keyword, value) in only {
                if decides(&keyword) || !schema.contains_key(&keyword) {
                    schema.insert(keyword, value);
                }
            }
        }
        _ => (),
    }
}

/// Whether this is a branch of a union that will take in its own branches.
fn is_inner(place: &Pointer, schema: &Schema) -> bool {
    let around = place.parent().and_then(|parent| parent.last());
    around.is_some_and(|keyword| keyword == "oneOf" || keyword == "anyOf") && is_nothing_but_a_union(schema)
}

fn is_nothing_but_a_union(schema: &Schema) -> bool {
    let is_union = |keyword: &str| keyword == "oneOf" || keyword == "anyOf";
    schema.keys().any(|keyword| is_union(keyword))
        && schema.keys().all(|keyword| is_union(keyword) || keyword == "nullable")
}

/// The branches of unions that are branches themselves, and are nothing else.
fn flat(branches: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for branch in branches {
        let inner = branch
            .as_object()
            .filter(|schema| is_nothing_but_a_union(schema))
            .and_then(|schema| ["oneOf", "anyOf"].iter().find_map(|keyword| walk::branches(schema, keyword)));
        match inner {
            Some(inner) => all.extend(flat(inner.to_vec())),
            // A reference in an `allOf` of its own is that reference.
            None => match branch.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([only]) if branch.as_object().is_some_and(|schema| schema.len() == 1) => {
                    all.push(only.clone());
                }
                _ => all.push(branch),
            },
        }
    }
    all
}

fn allows_null(branch: &Value) -> bool {
    let Some(schema) = branch.as_object() else { return false };
    let lists_null =
        schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.contains(&Value::Null));
    let inner = ["oneOf", "anyOf"].iter().find_map(|keyword| walk::branches(schema, keyword));
    lists_null
        || schema.get("nullable") == Some(&json!(true))
        || inner.is_some_and(|all| all.iter().any(allows_null))
}

fn without_null(branch: &mut Value) {
    let Some(schema) = branch.as_object_mut() else { return };
    schema.remove("nullable");
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && values.iter().any(|value| !value.is_null())
    {
        values.retain(|value| !value.is_null());
    }
    // What was put around a reference to allow null.
    if let Some([only]) = walk::branches(schema, "allOf")
        && schema.len() == 1
    {
        *branch = only.clone();
    }
}

/// The simple type that a branch is, with any values.
fn simple(branch: &Value) -> Option<&str> {
    let schema = branch.as_object()?;
    let ty = schema.get("type")?.as_str()?;
    let is_simple = ["string", "integer", "number", "boolean"].contains(&ty);
    let is_any =
        !["enum", "allOf", "anyOf", "oneOf", "$ref"].iter().any(|keyword| schema.contains_key(*keyword));
    (is_simple && is_any).then_some(ty)
}

/// Every simple type once: formats and limits do not tell values apart. So with equal branches, and words in
/// several lists.
fn plain_once(branches: Vec<Value>, say: &mut dyn FnMut(Fate, &str)) -> Vec<Value> {
    let mut once: Vec<Value> = Vec::new();
    for branch in branches {
        let same = once.iter().position(|other| simple(other).is_some() && simple(other) == simple(&branch));
        match same {
            Some(at) => {
                let Some(other) = once.get_mut(at).filter(|other| **other != branch) else { continue };
                *other = json!({"type": simple(other)});
                say(
                    Fate::Widened,
                    "branches of one type are one: their formats and limits are left to the server",
                );
            }
            None if once.contains(&branch) => (),
            None => once.push(branch),
        }
    }
    once
}

/// One list of values, if the branches are nothing but values of one type.
fn one_list(branches: &[Value]) -> Option<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut titles: Vec<Value> = Vec::new();
    let ty = branches.first()?.get("type")?.as_str()?;
    for branch in branches {
        let schema = branch.as_object().filter(|schema| schema.get("type").is_some_and(|own| own == ty))?;
        let values = schema.get("enum")?.as_array()?;
        for value in values.iter().filter(|value| !value.is_null()) {
            if !all.contains(value) {
                all.push(value.clone());
                titles.push(if values.len() == 1 {
                    schema.get("title").cloned().unwrap_or_default()
                } else {
                    Value::Null
                });
            }
        }
    }
    match ty {
        "boolean" if all.len() == 2 => Some(json!({"type": "boolean"})),
        "integer" if titles.iter().all(Value::is_string) => {
            let mut names: Vec<String> = Vec::new();
            for title in titles.iter().filter_map(Value::as_str) {
                let name = unique(&rust::type_name(title), |name| {
                    name == UNKNOWN || names.iter().any(|taken| taken == name)
                });
                names.push(name);
            }
            Some(json!({"type": ty, "enum": all, NUMBERS: names}))
        }
        "string" | "integer" | "number" => Some(json!({"type": ty, "enum": all})),
        _ => None,
    }
}

/// The variant for what is of no branch.
pub(crate) const UNKNOWN: &str = "Unknown";

/// Whether two of the branches are objects.
fn are_objects(document: &Value, branches: &[Value]) -> bool {
    let is_object = |branch: &&Value| {
        let schema = crate::document::resolved(document, branch);
        let is_meant = || ["properties", "required", "allOf"].iter().any(|name| schema.get(name).is_some());
        schema.get("type").map_or_else(is_meant, |ty| ty == "object")
    };
    branches.iter().filter(is_object).count() > 1
}

/// Whether a branch has no type of its own, and needs one to be read.
fn needs_a_type(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return false };
    let is_any = members.keys().all(|keyword| !decides(keyword));
    let is_list = members.get("type").is_some_and(|ty| ty == "array") && !members.contains_key("enum");
    !(members.contains_key("$ref") || is_any || is_list || simple(schema).is_some())
}

fn branch(schema: Value, property: Option<&str>) -> Branch {
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    let of_reference = text("$ref").and_then(Pointer::from_local_ref).and_then(|place| place.last());
    let title = text("title").map(str::to_owned);
    let component = of_reference.or_else(|| title.clone());
    let name = component.clone().or_else(|| constant(&schema, property)).map(|name| rust::type_name(&name));
    Branch { name, component, schema }
}

/// A text that a branch requires somewhere, best in the discriminator.
fn constant(schema: &Value, property: Option<&str>) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required: Vec<&str> = required.filter_map(Value::as_str).collect();
    let only = |name: &str| match properties.get(name)?.get("enum")?.as_array()?.as_slice() {
        [Value::String(only)] => Some(only.clone()),
        _ => None,
    };
    property.and_then(only).or_else(|| {
        properties.keys().filter(|name| required.contains(&name.as_str())).find_map(|name| only(name))
    })
}

/// Names branches by a property that they alone require, if they have no better name.
fn name_by_property(branches: &mut [Branch]) {
    let required = |branch: &Branch| -> Vec<String> {
        let names = branch.schema.get("required").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let all: Vec<Vec<String>> = branches.iter().map(required).collect();
    for (index, branch) in branches.iter_mut().enumerate().filter(|(_, branch)| branch.name.is_none()) {
        let is_own =
            |name: &&String| all.iter().enumerate().all(|(at, names)| at == index || !names.contains(name));
        branch.name =
            all.get(index).and_then(|names| names.iter().find(is_own)).map(|name| rust::type_name(name));
    }
}

/// The names of the variants, each once.
fn names(branches: &[Branch]) -> Vec<String> {
    let named: Option<Vec<&String>> = branches.iter().map(|branch| branch.name.as_ref()).collect();
    // What all have in common at the beginning says nothing here.
    let prefix = named.and_then(|names| {
        let prefix = names.iter().map(|name| (*name).clone()).reduce(|a, b| common_prefix(&a, &b))?;
        let is_short = names.iter().all(|name| {
            name.get(prefix.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()))
        });
        is_short.then_some(prefix.len())
    });
    let mut all: Vec<String> = Vec::new();
    for Branch { schema, name, .. } in branches {
        let wanted = match name {
            Some(name) => name.get(prefix.unwrap_or(0)..).unwrap_or(name).to_owned(),
            None if schema.get("enum").is_some() => "Value".to_owned(),
            None => {
                schema.get("type").and_then(Value::as_str).map_or_else(|| "Any".to_owned(), rust::type_name)
            }
        };
        // The generator calls `+1` and `-1` so.
        let wanted = match wanted.as_str() {
            "plus1" => "Plus1".to_owned(),
            "minus1" => "Minus1".to_owned(),
            _ => wanted,
        };
        all.push(unique(&wanted, |name| all.iter().any(|taken| taken == name)));
    }
    all
}

fn common_prefix(a: &str, b: &str) -> String {
    let (a, b) = (a.to_kebab_case(), b.to_kebab_case());
    let common = a.split('-').zip(b.split('-')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    common.collect::<Vec<_>>().join("-").to_pascal_case()
}

/// The values of a discriminator, and the components that they stand for.
fn mapping(discriminator: Option<&Value>) -> BTreeMap<&str, &str> {
    let mapping = discriminator.and_then(|d| d.get("mapping")?.as_object()).into_iter().flatten();
    mapping
        .filter_map(|(value, target)| Some((value.as_str(), target.as_str()?.rsplit('/').next()?)))
        .collect()
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A property.
    Member(String),
    /// All items.
    Items,
}

/// Parts of a value, by the path to each, of which the values are listed.
pub(crate) type Tags = BTreeMap<Vec<Step>, Vec<Value>>;

/// How deep schemas are looked at for listed values.
const DEPTH: usize = 12;

/// The parts of a value of which a schema lists the values.
pub(crate) fn tags(document: &Value, schema: &Value) -> Tags {
    tags_within(document, schema, DEPTH)
}

fn tags_within(document: &Value, schema: &Value, depth: usize) -> Tags {
    let Some(depth) = depth.checked_sub(1) else { return Tags::new() };
    let Some(schema) = crate::document::resolved(document, schema).as_object() else { return Tags::new() };
    let mut tags = Tags::new();
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values =
            values.iter().filter(|value| value.is_string() || value.is_number() || value.is_boolean());
        tags.insert(Vec::new(), values.cloned().collect());
    }
    let mut below = |step: Step, inner: &Value| {
        for (path, values) in tags_within(document, inner, depth) {
            tags.insert([vec![step.clone()], path].concat(), values);
        }
    };
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        below(Step::Member(super::marks::unmarked(name)), property);
    }
    if let Some(items) = schema.get("items") {
        below(Step::Items, items);
    }
    for part in walk::branches(schema, "allOf").unwrap_or_default() {
        for (path, values) in tags_within(document, part, depth) {
            let all = tags.entry(path).or_insert_with(|| values.clone());
            // Both hold.
            all.retain(|value| values.contains(value));
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        let branches = walk::branches(schema, keyword).unwrap_or_default();
        let of_all = branches.iter().map(|branch| tags_within(document, branch, depth));
        let common = of_all.reduce(|mut a, b| {
            a.retain(|path, values| match b.get(path) {
                Some(more) => {
                    values.extend(more.iter().cloned());
                    true
                }
                None => false,
            });
            a
        });
        tags.extend(common.into_iter().flatten());
    }
    tags.retain(|path, values| path.len() <= 4 && !values.is_empty());
    tags
}
