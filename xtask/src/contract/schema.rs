//! What all applies to one value: a schema with what it refers to, the parts of its `allOf`, and one branch of each of
//! its unions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// The schemas that apply to one value at once, by their places. A value is valid if it is under each of them.
pub(super) type Places = Vec<Pointer>;

/// The schemas of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schemas<'a> {
    pub(super) document: &'a Value,
}

/// All keywords that apply to one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Applied<'a> {
    /// The objects that the keywords stand in, with their places.
    pub(super) parts: Vec<(Pointer, &'a Map<String, Value>)>,
    /// The unions that were met, each with the places of its branches. Of each one branch is among the parts.
    pub(super) unions: Vec<Union>,
    /// The places that were referred to.
    pub(super) referred: Vec<Pointer>,
    /// Whether `false` is among them, so that nothing is valid.
    pub(super) is_impossible: bool,
}

/// An `anyOf` or a `oneOf`.
#[derive(Clone, Debug)]
pub(super) struct Union {
    pub(super) is_exclusive: bool,
    pub(super) branches: Vec<Pointer>,
    pub(super) chosen: usize,
    /// The member that tells the branches apart, with the value for the chosen one.
    pub(super) tag: Option<Tag>,
}

/// The name and the value of the member that a discriminator is about.
pub(super) type Tag = (String, String);

impl<'a> Schemas<'a> {
    pub(super) fn at(&self, place: &Pointer) -> Option<&'a Value> {
        place.get(self.document)
    }

    /// What applies under all of `places`. Of the unions that are met, `choice` says by their order which branch
    /// applies; where it says nothing, the first that is more than null.
    pub(super) fn applied(&self, places: &[Pointer], choice: &[Option<usize>]) -> Applied<'a> {
        let mut applied = Applied::default();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Pointer> = places.iter().rev().cloned().collect();
        while let Some(place) = open.pop() {
            let keywords = match self.at(&place) {
                Some(Value::Object(keywords)) => keywords,
                Some(Value::Bool(false)) => {
                    applied.is_impossible = true;
                    continue;
                }
                // `true`, or a reference that leads nowhere: anything goes.
                _ => continue,
            };
            if !seen.insert(place.clone()) {
                continue;
            }
            let mut next = Vec::new();
            if let Some(target) = self.target(&place, keywords) {
                applied.referred.push(target.clone());
                next.push(target);
            }
            next.extend(items(&place, keywords, "allOf"));
            for keyword in ["anyOf", "oneOf"] {
                let branches = items(&place, keywords, keyword);
                if branches.is_empty() {
                    continue;
                }
                let index = applied.unions.len();
                let first = branches.iter().position(|branch| !self.is_null_only(branch)).unwrap_or_default();
                let chosen = choice.get(index).copied().flatten().unwrap_or(first).min(branches.len() - 1);
                let branch = branches.get(chosen).cloned();
                let tag = branch.as_ref().and_then(|branch| self.tag(keywords, branch));
                next.extend(branch);
                applied.unions.push(Union { is_exclusive: keyword == "oneOf", branches, chosen, tag });
            }
            open.extend(next.into_iter().rev());
            applied.parts.push((place, keywords));
        }
        applied
    }

    /// What the schema at a place refers to. `#/$defs/…` is found in the nearest `$defs` around it if the document has
    /// none, as many write it.
    fn target(&self, place: &Pointer, keywords: &Map<String, Value>) -> Option<Pointer> {
        let target = Pointer::from_local_ref(keywords.get("$ref")?.as_str()?)?;
        if self.at(&target).is_some() || !target.as_str().starts_with("/$defs/") {
            return Some(target);
        }
        let around = std::iter::successors(Some(place.clone()), Pointer::parent);
        around.map(|place| place.append(&target)).find(|target| self.at(target).is_some()).or(Some(target))
    }

    /// What the discriminator beside a union says of a branch: the mapping's value for it, or its name.
    fn tag(&self, keywords: &Map<String, Value>, branch: &Pointer) -> Option<Tag> {
        let discriminator = keywords.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        let component = self.target(branch, self.at(branch)?.as_object()?)?;
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mapped =
            mapping.into_iter().flatten().find(|(_, target)| mapped(target).as_ref() == Some(&component));
        let value = mapped.map(|(value, _)| value.clone()).or_else(|| component.last())?;
        Some((property.to_owned(), value))
    }

    /// The kinds of a base: components that a discriminator without a union maps values to, or that have the base as
    /// a part.
    pub(super) fn kinds(&self, applied: &Applied<'_>) -> Vec<(Tag, Pointer)> {
        let mut kinds: Vec<(Tag, Pointer)> = Vec::new();
        if !applied.unions.is_empty() {
            return kinds;
        }
        for (place, keywords) in &applied.parts {
            let Some(discriminator) = keywords.get("discriminator") else { continue };
            let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else { continue };
            let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
            let mapped = mapping.filter_map(|(value, target)| Some((value.clone(), mapped(target)?)));
            let all = self.document.pointer("/components/schemas").and_then(Value::as_object);
            let components = Pointer::root().join("components").join("schemas");
            let has_part = |schema: &Value| {
                let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
                let mut targets = parts.filter_map(|part| part.get("$ref")?.as_str());
                targets.any(|target| Pointer::from_local_ref(target).as_ref() == Some(place))
            };
            let named = all.into_iter().flatten().filter(|(_, schema)| has_part(schema));
            let named = named.map(|(name, _)| (name.clone(), components.join(name)));
            for (value, target) in mapped.chain(named) {
                let is_new = target != *place && kinds.iter().all(|(_, other)| *other != target);
                if is_new && self.at(&target).is_some() {
                    kinds.push(((property.to_owned(), value), target));
                }
            }
        }
        kinds
    }

    fn is_null_only(&self, place: &Pointer) -> bool {
        self.at(place).is_some_and(|schema| {
            let only = |keyword: &str| schema.get(keyword).is_some_and(Value::is_null);
            let listed = schema.get("enum").and_then(Value::as_array);
            schema.get("type").is_some_and(|ty| ty == "null")
                || only("const")
                || listed.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
        })
    }

    /// Whether null is a value under all of `places`, as far as types, values and compositions say.
    pub(super) fn allow_null(&self, places: &[Pointer]) -> bool {
        places.iter().all(|place| self.allows_null(place, &mut BTreeSet::new()))
    }

    fn allows_null(&self, place: &Pointer, above: &mut BTreeSet<Pointer>) -> bool {
        let Some(Value::Object(keywords)) = self.at(place) else {
            return self.at(place) != Some(&Value::Bool(false));
        };
        if !above.insert(place.clone()) {
            return true;
        }
        let by_type = match keywords.get("type") {
            Some(Value::String(ty)) => ty == "null",
            Some(Value::Array(types)) => types.iter().any(|ty| ty == "null"),
            // Where a type is not said but meant, null is not.
            _ => !MEANT.iter().any(|keyword| keywords.contains_key(*keyword)),
        };
        let by_value = keywords.get("const").is_none_or(Value::is_null)
            && keywords
                .get("enum")
                .and_then(Value::as_array)
                .is_none_or(|all| all.iter().any(Value::is_null));
        let target = self.target(place, keywords);
        let fits = by_type
            && by_value
            && target.is_none_or(|target| self.allows_null(&target, above))
            && items(place, keywords, "allOf").iter().all(|part| self.allows_null(part, above))
            && ["anyOf", "oneOf"].iter().all(|keyword| {
                let branches = items(place, keywords, keyword);
                branches.is_empty() || branches.iter().any(|branch| self.allows_null(branch, above))
            });
        above.remove(place);
        fits
    }
}

/// Keywords of objects and lists. JSON Schema passes over them for other values, but whoever writes them means no other.
const MEANT: [&str; 5] = ["properties", "additionalProperties", "patternProperties", "items", "prefixItems"];

/// The component that a mapping names, by a reference or by its name alone.
fn mapped(target: &Value) -> Option<Pointer> {
    let target = target.as_str()?;
    let named = || Pointer::root().join("components").join("schemas").join(target);
    Pointer::from_local_ref(target).or_else(|| (!target.contains(['/', '.'])).then(named))
}

/// The places of the schemas in a list.
fn items(place: &Pointer, keywords: &Map<String, Value>, keyword: &str) -> Vec<Pointer> {
    let count = keywords.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
    (0..count).map(|index| place.join(keyword).join(index)).collect()
}

/// The types of JSON Schema, the most telling first.
const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];

impl<'a> Applied<'a> {
    /// What the parts say by one keyword.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter_map(move |(_, keywords)| keywords.get(keyword))
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.all(keyword).next().is_some()
    }

    /// The types that a value can have, in the order in which they are declared. None: nothing is said.
    pub(super) fn types(&self) -> Option<Vec<&'a str>> {
        let mut types: Option<Vec<&str>> = None;
        for declared in self.all("type") {
            let declared: Vec<&str> = match declared {
                Value::String(ty) => vec![ty],
                Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
                _ => continue,
            };
            types = Some(match types {
                None => declared,
                Some(types) => {
                    let fits = |ty: &&str| {
                        declared.contains(ty) || (*ty == "integer" && declared.contains(&"number"))
                    };
                    let narrower = declared.contains(&"integer") && types.contains(&"number");
                    let mut both: Vec<&str> = types.iter().copied().filter(fits).collect();
                    if narrower && !both.contains(&"integer") {
                        both.push("integer");
                    }
                    both
                }
            });
        }
        types
    }

    /// The types, or what the other keywords say that is meant.
    pub(super) fn likely_types(&self) -> Vec<&'a str> {
        if let Some(types) = self.types() {
            return types;
        }
        let about = |keywords: &[&str]| keywords.iter().any(|keyword| self.has(keyword));
        let likely = TYPES.into_iter().filter(|ty| match *ty {
            "object" => about(&["properties", "additionalProperties", "required", "patternProperties"]),
            "array" => about(&["items", "prefixItems", "minItems", "maxItems"]),
            "string" => about(&["pattern", "minLength", "maxLength", "format"]),
            "number" => about(&["minimum", "maximum", "multipleOf"]),
            _ => false,
        });
        likely.collect()
    }

    /// The values that are listed, if they are: by `const`, or by `enum` in all the parts that have one.
    pub(super) fn listed(&self) -> Option<Vec<&'a Value>> {
        let constants = self.all("const").map(std::slice::from_ref);
        let enums = self.all("enum").filter_map(Value::as_array).map(Vec::as_slice);
        let mut lists = constants.chain(enums);
        let first = lists.next()?;
        let rest: Vec<&[Value]> = lists.collect();
        let types = self.types();
        let fits = |value: &&Value| {
            rest.iter().all(|list| list.contains(value))
                && types.as_ref().is_none_or(|types| types.iter().any(|ty| is_of(value, ty)))
        };
        Some(first.iter().filter(fits).collect())
    }

    /// The members that are declared, each with the schemas that apply to it.
    pub(super) fn members(&self) -> BTreeMap<&'a str, Places> {
        let mut members: BTreeMap<&str, Places> = BTreeMap::new();
        for (place, keywords) in &self.parts {
            for name in named(keywords) {
                members.entry(name).or_default().push(place.join("properties").join(name));
            }
        }
        // A part that declares what is beside its own members speaks of those of the others too.
        for (place, keywords) in &self.parts {
            let Some(others) = keywords.get("additionalProperties") else { continue };
            let own: BTreeSet<&str> = named(keywords).collect();
            if others == &Value::Bool(false) {
                members.retain(|name, _| own.contains(name));
            } else {
                for (_, places) in members.iter_mut().filter(|(name, _)| !own.contains(*name)) {
                    places.push(place.join("additionalProperties"));
                }
            }
        }
        members
    }

    pub(super) fn required(&self) -> BTreeSet<&'a str> {
        self.all("required").filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
    }

    /// The schemas of members that are not declared, if they are said to be there; empty if one part forbids them.
    pub(super) fn others(&self) -> Places {
        if self.is_closed() {
            return Vec::new();
        }
        let with = self.parts.iter().filter(|(_, keywords)| keywords.contains_key("additionalProperties"));
        with.map(|(place, _)| place.join("additionalProperties")).collect()
    }

    /// Whether members that are not declared are forbidden.
    pub(super) fn is_closed(&self) -> bool {
        self.all("additionalProperties").any(|others| others == &Value::Bool(false))
            || self.all("unevaluatedProperties").any(|others| others == &Value::Bool(false))
    }

    /// The schemas of the item of a list.
    pub(super) fn item(&self, index: usize) -> Places {
        let of = self.parts.iter().filter_map(|(place, keywords)| {
            let first = keywords.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
            if index < first {
                return Some(place.join("prefixItems").join(index));
            }
            keywords.contains_key("items").then(|| place.join("items"))
        });
        of.collect()
    }

    /// Whether items have places of their own.
    pub(super) fn is_tuple(&self) -> bool {
        self.has("prefixItems")
    }

    /// The largest of the numbers that a keyword says.
    pub(super) fn largest(&self, keyword: &str) -> Option<f64> {
        self.all(keyword).filter_map(Value::as_f64).reduce(f64::max)
    }

    /// The smallest of the numbers that a keyword says.
    pub(super) fn smallest(&self, keyword: &str) -> Option<f64> {
        self.all(keyword).filter_map(Value::as_f64).reduce(f64::min)
    }

    /// The largest of the counts that a keyword says.
    pub(super) fn at_least(&self, keyword: &str) -> usize {
        self.all(keyword).filter_map(count).max().unwrap_or(0)
    }

    /// The smallest of the counts that a keyword says.
    pub(super) fn at_most(&self, keyword: &str) -> usize {
        self.all(keyword).filter_map(count).min().unwrap_or(usize::MAX)
    }
}

fn count(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|value| usize::try_from(value).ok())
}

fn named(keywords: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let properties = keywords.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.as_str())
}

/// Whether a value has a type of JSON Schema.
pub(super) fn is_of(value: &Value, ty: &str) -> bool {
    match ty {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
