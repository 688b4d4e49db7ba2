//! The types that the generator makes of a document, and their names.
//!
//! Its rules are repeated here. If the schema alone does not determine the names, more names are claimed than needed,
//! which does no harm.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToKebabCase as _, ToPascalCase as _, ToSnakeCase as _};
use serde_json::{Map, Value, json};

use super::rust;
use super::walk::{COMPOSED, branches, is_null};
use crate::document::operations;
use crate::pointer::Pointer;

/// The claims on each name, the one that keeps it first.
pub(super) type Claims = BTreeMap<String, Vec<Claim>>;

/// A type that would have a certain name.
#[derive(Debug)]
pub(super) struct Claim {
    /// Where a title gives the type another name; none if its name cannot be changed.
    pub(super) place: Option<Pointer>,
    /// Where the parts are merged that a schema without a place of its own is made of.
    pub(super) holder: Option<Pointer>,
    /// What the type is of. Types of equal schemas are one.
    pub(super) what: String,
    /// Whether a title made the name.
    pub(super) by_title: bool,
}

/// What is known of the types that the generator makes of a document.
#[derive(Debug)]
pub(super) struct Made {
    /// The types, by the names that they would have.
    pub(super) claims: Claims,
    /// The first schema without a name whose type has itself inside, with the name that it would have.
    pub(super) endless: Option<(Pointer, String)>,
    /// The first place where not all types are known.
    pub(super) unseen: Option<Pointer>,
    /// The places of defaults whose functions would have the name of another's: the generator names them after the type
    /// and the property, and keeps all in one module.
    pub(super) defaults: Vec<Pointer>,
}

/// The types that the generator makes of `document`. Nothing gets a `reserved` name.
pub(super) fn made(document: &Value, reserved: &[&str]) -> Made {
    let mut types = Types::of(document);
    for name in reserved {
        types.claim_name((*name).to_owned(), "reserved".into());
    }
    for claims in types.claims.values_mut() {
        claims.sort_by(|a, b| (&a.place, &a.holder).cmp(&(&b.place, &b.holder)));
    }
    let of_one_name = |owners: BTreeMap<_, BTreeSet<Pointer>>| owners.into_values().skip(1).flatten();
    Made {
        claims: types.claims,
        endless: types.endless.into_iter().next(),
        unseen: types.unseen,
        defaults: types.functions.into_values().flat_map(of_one_name).collect(),
    }
}

/// Visits all schemas of which the generator makes types.
fn visit_all<'a>(types: &mut Types<'a>, document: &'a Value) {
    let components = document.pointer("/components/schemas").and_then(Value::as_object);
    let place = Pointer::root().join("components").join("schemas");
    for (name, schema) in components.into_iter().flatten() {
        let place = place.join(name);
        types.claim_name(rust::type_name(name), place.to_string());
        types.visit(&Name::Required(name.clone()), &Node::new(place, schema), Is::Named);
    }
    for operation in operations(document) {
        let id = operation.value.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let mut visit = |name: &str, place: Pointer, schema: Option<&'a Value>| {
            if let Some(schema) = schema {
                let name = Name::Suggested(rust::type_name(&format!("{id}-{name}")));
                types.visit(&name, &Node::new(place, schema), Is::New);
            }
        };
        let parameters = operation.value.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
            let place = operation.pointer.join("parameters").join(index).join("schema");
            visit(name, place, parameter.get("schema"));
        }
        let place = operation.pointer.join("requestBody");
        for (place, schema) in media(place, operation.value.get("requestBody")) {
            visit("body", place, Some(schema));
        }
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let place = operation.pointer.join("responses").join(status);
            for (place, schema) in media(place, Some(response)) {
                visit("response", place, Some(schema));
            }
        }
    }
}

/// Whether the generator ignores a title here: nullability is put around the schema, together with it.
pub(super) fn is_titled_inside(schema: &Map<String, Value>) -> bool {
    schema.get("nullable") == Some(&json!(true))
        && !schema.contains_key("type")
        && COMPOSED.iter().any(|keyword| schema.contains_key(*keyword))
}

/// The schemas of the media types of a body.
fn media(place: Pointer, body: Option<&Value>) -> impl Iterator<Item = (Pointer, &Value)> {
    let content = body.and_then(|body| body.get("content")).and_then(Value::as_object);
    content.into_iter().flatten().filter_map(move |(name, media)| {
        Some((place.join("content").join(name).join("schema"), media.get("schema")?))
    })
}

/// The name that a type would have without a title.
#[derive(Clone)]
enum Name {
    /// It has this name whatever its title is.
    Required(String),
    /// It has this name, or a title.
    Suggested(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Required(text) | Self::Suggested(text) => text,
        }
    }

    fn then(&self, part: &str) -> Self {
        Self::Suggested(format!("{}_{part}", self.text()))
    }
}

/// How a schema is used.
#[derive(Clone, Copy, PartialEq)]
enum Is {
    /// Its type has a claim already.
    Named,
    /// A struct of it is no type of its own, but stands in a variant.
    InVariant,
    /// It makes a type, if it is one of those that do.
    New,
}

/// One schema, or several that the generator merges into one.
struct Node<'a> {
    /// Where it stands; none if it stands in several places.
    place: Option<Pointer>,
    parts: Vec<(Pointer, &'a Map<String, Value>)>,
    /// The unions of which it has one branch: where they stand, beside what more.
    chosen: Vec<Pointer>,
}

impl<'a> Node<'a> {
    fn new(place: Pointer, schema: &'a Value) -> Self {
        let parts = schema.as_object().map(|schema| (place.clone(), schema));
        Self { place: Some(place), parts: parts.into_iter().collect(), chosen: Vec::new() }
    }

    fn merged(mut nodes: Vec<Self>) -> Self {
        if nodes.len() == 1
            && let Some(only) = nodes.pop()
        {
            return only;
        }
        let parts = nodes.into_iter().flat_map(|node| node.parts).collect();
        Self { place: None, parts, chosen: Vec::new() }
    }

    fn single(&self) -> Option<(&Pointer, &'a Map<String, Value>)> {
        match self.parts.as_slice() {
            [(place, schema)] => Some((place, schema)),
            _ => None,
        }
    }

    fn title(&self) -> Option<&'a str> {
        let (_, schema) = self.single()?;
        schema.get("title").and_then(Value::as_str).filter(|_| !is_titled_inside(schema))
    }
}

/// Schemas that are merged with what leads back to them can be merged anew, in more ways at each step. Their
/// number grows with no end, and every round of naming looks at them again; so no more are looked at than
/// these for each object of the document, and none deeper. A clash beyond that is left to the generator,
/// which is said.
const NODES: usize = 32;
const DEPTH: usize = 64;

struct Types<'a> {
    document: &'a Value,
    claims: Claims,
    /// The places of the nodes whose inside is being visited, and the names of their types.
    open: Vec<(BTreeSet<Pointer>, String)>,
    /// The places of those of them that have one.
    holders: Vec<Pointer>,
    endless: BTreeMap<Pointer, String>,
    /// How many more nodes are looked at.
    left: usize,
    /// The first schema inside of which there are nodes that are not.
    unseen: Option<Pointer>,
    /// The functions that make defaults, by the type and the property that they are of.
    functions: BTreeMap<String, BTreeMap<(String, String), BTreeSet<Pointer>>>,
}

impl<'a> Types<'a> {
    fn of(document: &'a Value) -> Self {
        let (claims, open, holders, endless, unseen, functions) = Default::default();
        let left = NODES * objects(document);
        let mut types = Self { document, claims, open, holders, endless, left, unseen, functions };
        visit_all(&mut types, document);
        types
    }

    /// Claims a name that cannot be changed.
    fn claim_name(&mut self, name: String, what: String) {
        let claim = Claim { place: None, holder: None, what, by_title: false };
        self.claims.entry(name).or_default().push(claim);
    }

    fn visit(&mut self, name: &Name, node: &Node<'a>, is: Is) {
        let Some(left) = self.left.checked_sub(1).filter(|_| self.open.len() < DEPTH) else {
            let place = node.place.as_ref().or(self.holders.last());
            self.unseen = self.unseen.take().or_else(|| place.cloned());
            return;
        };
        self.left = left;
        if let Some((place, schema)) = node.single() {
            if schema.contains_key("$ref") {
                return;
            }
            if let (Some([only]), true) = (branches(schema, "allOf"), is_alone(schema, "allOf")) {
                return self.visit(name, &Node::new(place.join("allOf").join(0), only), is);
            }
        }
        let mut parts = Vec::new();
        for (place, schema) in &node.parts {
            self.parts(place, schema, &mut Vec::new(), &mut parts);
        }
        let own = match (name, node.title()) {
            (Name::Suggested(_), Some(title)) => rust::type_name(title),
            _ => rust::type_name(name.text()),
        };
        let places: BTreeSet<Pointer> = node.parts.iter().map(|(place, _)| place.clone()).collect();
        if let Some((_, own)) = self.open.iter().find(|(open, _)| *open == places) {
            self.endless.extend(node.place.clone().map(|place| (place, own.clone())));
            return;
        }
        self.open.push((places, own.clone()));
        self.holders.extend(node.place.clone());
        self.inside(name, own, node, &parts, is);
        if node.place.is_some() {
            self.holders.pop();
        }
        self.open.pop();
    }

    /// What the type of a node is made of.
    fn inside(
        &mut self,
        name: &Name,
        own: String,
        node: &Node<'a>,
        parts: &[(Pointer, &'a Map<String, Value>)],
        is: Is,
    ) {
        let union = parts.iter().position(|(place, schema)| {
            let is_union = branches(schema, "oneOf").is_some() || branches(schema, "anyOf").is_some();
            is_union && !node.chosen.contains(place)
        });
        if let Some(at) = union {
            return self.union(name, &own, node, parts, at, is);
        }
        let first = |keyword: &str| parts.iter().find_map(|(_, schema)| schema.get(keyword));
        let schemas = |keyword: &str| -> Vec<Node<'a>> {
            let with = parts.iter().filter_map(|&(ref place, schema)| Some((place, schema.get(keyword)?)));
            let objects = with.filter(|(_, schema)| schema.is_object());
            objects.map(|(place, schema)| Node::new(place.join(keyword), schema)).collect()
        };
        let ty = first("type").and_then(Value::as_str).unwrap_or_else(|| {
            let like = |keywords: &[&str]| keywords.iter().any(|keyword| first(keyword).is_some());
            match () {
                () if like(&["properties", "required", "additionalProperties", "minProperties"]) => "object",
                () if like(&["items", "minItems", "maxItems", "uniqueItems"]) => "array",
                () if like(&["minLength", "maxLength", "pattern"]) => "string",
                () => "any",
            }
        });
        let has_values = first("enum").is_some();
        match ty {
            "object" => {
                let mut properties: BTreeMap<&str, Vec<Node<'a>>> = BTreeMap::new();
                for &(ref place, schema) in parts {
                    let place = place.join("properties");
                    let of_part = schema.get("properties").and_then(Value::as_object);
                    for (name, schema) in of_part.into_iter().flatten() {
                        properties.entry(name).or_default().push(Node::new(place.join(name), schema));
                    }
                }
                let is_map = properties.is_empty()
                    && parts.iter().all(|(_, schema)| !has_members(schema, "required"))
                    && first("additionalProperties") != Some(&json!(false));
                let values = schemas("additionalProperties");
                if is_map {
                    let name = Name::Suggested(format!("{}Value", name.text()));
                    return self.visit(&name, &Node::merged(values), Is::New);
                }
                if is == Is::New {
                    self.claim_of(node, name, own.clone());
                }
                for (property, nodes) in properties {
                    let with_default = |(place, schema): &(Pointer, &Map<String, Value>)| {
                        let default = schema.get("default").filter(|default| !default.is_boolean());
                        default.map(|_| place.clone())
                    };
                    let defaults: BTreeSet<Pointer> =
                        nodes.iter().flat_map(|node| &node.parts).filter_map(with_default).collect();
                    if !defaults.is_empty() {
                        let function = rust::field_name(&format!("{own}_{property}"));
                        let of_function = self.functions.entry(function).or_default();
                        of_function.entry((own.clone(), property.to_owned())).or_default().extend(defaults);
                    }
                    let name = Name::Suggested(format!("{own}_{}", property.to_snake_case()));
                    self.visit(&name, &Node::merged(nodes), Is::New);
                }
                let name = Name::Suggested(format!("{own}_extraValue"));
                self.visit(&name, &Node::merged(values), Is::New);
            }
            "array" => {
                let bound = |keyword| first(keyword).and_then(Value::as_u64);
                let is_fixed = bound("minItems") == bound("maxItems")
                    && bound("minItems") > Some(0)
                    && first("uniqueItems") != Some(&json!(true));
                let name = if is_fixed { name.then("item") } else { Name::Suggested(format!("{own}Item")) };
                self.visit(&name, &Node::merged(schemas("items")), Is::New);
            }
            "string" if has_values || ["minLength", "maxLength"].iter().any(|k| first(k).is_some()) => {
                self.claim_new(node, name, own, is);
            }
            "integer" | "number" | "any" if has_values => self.claim_new(node, name, own, is),
            _ => (),
        }
    }

    fn claim_new(&mut self, node: &Node<'a>, name: &Name, own: String, is: Is) {
        if is != Is::Named {
            self.claim_of(node, name, own);
        }
    }

    fn claim_of(&mut self, node: &Node<'a>, name: &Name, own: String) {
        let by_title = node.title().is_some() && matches!(name, Name::Suggested(_));
        let what: Vec<Value> = node.parts.iter().map(|(_, schema)| bare(schema, true)).collect();
        let place = node.place.clone().filter(|_| matches!(name, Name::Suggested(_)));
        let holder = self.holders.last().cloned().filter(|_| node.place.is_none());
        let what = Value::Array(what).to_string();
        self.claims.entry(own).or_default().push(Claim { place, holder, what, by_title });
    }

    /// The schema and what `allOf` makes part of it, wherever that stands.
    fn parts(
        &self,
        place: &Pointer,
        schema: &'a Map<String, Value>,
        open: &mut Vec<Pointer>,
        found: &mut Vec<(Pointer, &'a Map<String, Value>)>,
    ) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = Pointer::from_local_ref(reference);
            if let Some(target) = target.filter(|target| !open.contains(target))
                && let Some(Value::Object(schema)) = target.get(self.document)
            {
                open.push(target.clone());
                self.parts(&target, schema, open, found);
                open.pop();
            }
            return;
        }
        if found.iter().any(|(other, _)| other == place) {
            return;
        }
        found.push((place.clone(), schema));
        for (index, branch) in branches(schema, "allOf").into_iter().flatten().enumerate() {
            if let Value::Object(branch) = branch {
                self.parts(&place.join("allOf").join(index), branch, open, found);
            }
        }
    }

    /// A union, which stands in the part number `at`.
    fn union(
        &mut self,
        name: &Name,
        own: &str,
        node: &Node<'a>,
        parts: &[(Pointer, &'a Map<String, Value>)],
        at: usize,
        is: Is,
    ) {
        let Some((place, schema)) = parts.get(at) else { return };
        let keyword = if branches(schema, "oneOf").is_some() { "oneOf" } else { "anyOf" };
        let is_bare = parts.len() == 1 && is_alone(schema, keyword);
        let all = branches(schema, keyword).unwrap_or_default();
        let variants: Vec<(&Map<String, Value>, Node<'a>)> = all
            .iter()
            .enumerate()
            .filter_map(|(index, branch)| {
                let mut variant = Node::new(place.join(keyword).join(index), branch);
                if !is_bare {
                    // Each branch is merged with all that stands beside the union.
                    variant.parts.extend(parts.iter().cloned());
                    variant.chosen.clone_from(&node.chosen);
                    variant.chosen.push(place.clone());
                    variant.place = None;
                }
                Some((branch.as_object()?, variant))
            })
            .collect();
        let mut non_null = variants.iter().filter(|(schema, _)| !is_null(schema));
        if let (Some((_, only)), None) = (non_null.next(), non_null.next()) {
            return self.visit(name, only, is);
        }
        self.claim_new(node, name, own.to_owned(), is);
        let schemas: Vec<&Map<String, Value>> = variants.iter().map(|(schema, _)| *schema).collect();
        let names = if is_bare { variant_names(&schemas) } else { numbered(schemas.len()) };
        for (index, ((_, variant), variant_name)) in variants.iter().zip(names).enumerate() {
            self.visit(&Name::Suggested(format!("{own}_{variant_name}")), variant, Is::InVariant);
            if keyword == "anyOf" {
                // Branches that do not exclude each other are fields of a struct.
                self.visit(&Name::Suggested(format!("{own}Subtype{index}")), variant, Is::New);
            }
        }
    }
}

/// How many objects there are in a document, itself among them.
pub(super) fn objects(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(objects).sum::<usize>(),
        Value::Array(items) => items.iter().map(objects).sum(),
        _ => 0,
    }
}

/// What the variants of a union without tags are called.
fn variant_names(schemas: &[&Map<String, Value>]) -> Vec<String> {
    let names: Option<Vec<String>> = schemas.iter().map(|schema| name_of(schema)).collect();
    let Some(names) = names.filter(|names| {
        names.iter().enumerate().all(|(index, name)| names.iter().skip(index + 1).all(|other| other != name))
    }) else {
        return numbered(schemas.len());
    };
    let prefix = names.iter().cloned().reduce(|a, b| common_prefix(&a, &b)).unwrap_or_default();
    let short: Option<Vec<String>> = names
        .iter()
        .map(|name| name.get(prefix.len()..).filter(|rest| !rest.is_empty()).map(str::to_owned))
        .collect();
    short.unwrap_or_else(|| numbered(schemas.len()))
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("Variant{index}")).collect()
}

/// What a schema is called where it is one of several.
fn name_of(schema: &Map<String, Value>) -> Option<String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Some(rust::type_name(reference.rsplit('/').next()?));
    }
    if let Some(title) = schema.get("title").and_then(Value::as_str) {
        return Some(rust::type_name(title));
    }
    if let Some(Value::Array(only)) = COMPOSED.iter().find_map(|keyword| schema.get(*keyword)) {
        return match only.as_slice() {
            [only] => name_of(only.as_object()?),
            _ => None,
        };
    }
    if schema.contains_key("nullable") {
        return None;
    }
    let ty = schema.get("type").and_then(Value::as_str)?;
    Some(rust::type_name(&schema.get("format").and_then(Value::as_str).unwrap_or(ty).to_pascal_case()))
}

fn common_prefix(a: &str, b: &str) -> String {
    let (a, b) = (a.to_kebab_case(), b.to_kebab_case());
    let common = a.split('-').zip(b.split('-')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    common.collect::<Vec<_>>().join("-").to_pascal_case()
}

fn has_members(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.get(keyword).and_then(Value::as_array).is_some_and(|members| !members.is_empty())
}

/// Whether a keyword is all that a schema says, but for what says nothing of values.
fn is_alone(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.keys().all(|name| {
        name == keyword || name == "type" || name == "nullable" || name == "default" || is_remark(name)
    })
}

/// Keywords that say nothing of values.
fn is_remark(keyword: &str) -> bool {
    const REMARKS: [&str; 10] = [
        "title",
        "description",
        "example",
        "examples",
        "externalDocs",
        "deprecated",
        "readOnly",
        "writeOnly",
        "xml",
        "discriminator",
    ];
    REMARKS.contains(&keyword) || keyword.starts_with("x-")
}

/// A schema without remarks; the outermost also without what belongs to its use, not to its type.
fn bare(schema: &Map<String, Value>, is_outermost: bool) -> Value {
    let inner = |value: &Value| match value {
        Value::Object(schema) => bare(schema, false),
        other => other.clone(),
    };
    let of_use = |name: &str| is_outermost && (name == "nullable" || name == "default");
    let keywords = schema.iter().filter(|(name, _)| !is_remark(name) && !of_use(name));
    let kept: BTreeMap<&String, Value> = keywords
        .map(|(name, value)| {
            let value = match (name.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    let sorted: BTreeMap<_, _> =
                        properties.iter().map(|(name, schema)| (name, inner(schema))).collect();
                    json!(sorted)
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => branches.iter().map(inner).collect(),
                ("items" | "additionalProperties", value) => inner(value),
                _ => value.clone(),
            };
            (name, value)
        })
        .collect();
    json!(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_that_multiply_are_looked_at_in_proportion_to_the_document() {
        // Each property is merged with what the other part says of all others, where both are inside again.
        let of_both = |one: &str, other: &str| {
            json!({
                "type": "object",
                "properties": {
                    one: {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
                    other: {"allOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/A"}]},
                },
                "additionalProperties": {
                    "type": "object",
                    "properties": {one: {"$ref": "#/components/schemas/B"}},
                    "additionalProperties": {"$ref": "#/components/schemas/A"},
                },
            })
        };
        let document = json!({"components": {"schemas": {"A": of_both("a", "b"), "B": of_both("c", "d")}}});
        let Made { claims, unseen, .. } = made(&document, &[]);
        let all: usize = claims.values().map(Vec::len).sum();
        assert!(all < 2_000, "{all} of {} objects", objects(&document));
        let unseen = unseen.unwrap();
        assert!(unseen.as_str().starts_with("/components/schemas/"), "{unseen}");
    }
}
