//! Schemas that no value fits at once. A `oneOf` of such schemas stays one, however wide each of them became.
//!
//! Only what shows at a glance is used: types, listed values, and a required property whose values are listed, which
//! is how unions tell their branches apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::lower::bounds::same;
use crate::lower::types::Type;
use crate::pointer::Pointer;

/// A union of more branches is not looked at: each would be compared with each.
const BRANCHES: usize = 200;

/// References within references that are followed.
const DEPTH: usize = 16;

/// Judges unions, knowing what the components became in the run before.
#[derive(Debug)]
pub(super) struct Disjoint<'a> {
    /// The document of the run before. A second run changes `not` and `oneOf` only, which are not looked at here.
    before: Option<&'a Value>,
    /// How many schemas may still be looked at, so that the time stays in proportion to the document.
    left: usize,
}

/// What is known of the values that fit a schema. Everything may be more than what really fits, never less.
#[derive(Clone, Debug, Default)]
struct Facts<'a> {
    types: Option<BTreeSet<Type>>,
    values: Option<&'a [Value]>,
    required: BTreeSet<&'a str>,
    /// The listed values of properties.
    properties: BTreeMap<&'a str, &'a [Value]>,
}

impl<'a> Disjoint<'a> {
    pub(super) fn new(before: Option<&'a Value>) -> Self {
        Self { before, left: 1_000_000 }
    }

    /// Whether no value fits two of these lowered schemas.
    pub(super) fn all(&mut self, branches: &[Value]) -> bool {
        if self.before.is_none() || branches.len() > BRANCHES {
            return false;
        }
        let facts: Vec<Facts<'_>> = branches
            .iter()
            .map(|branch| {
                let mut facts = Facts::default();
                self.collect(branch, &mut facts, DEPTH);
                facts
            })
            .collect();
        facts
            .iter()
            .enumerate()
            .all(|(index, one)| facts.iter().skip(index + 1).all(|other| apart(one, other)))
    }

    /// Adds what a schema says. All of it must hold, so facts of one kind narrow each other; keeping either is true.
    fn collect<'s>(&mut self, schema: &'s Value, facts: &mut Facts<'s>, depth: usize)
    where
        'a: 's,
    {
        let (Some(members), Some(left)) = (schema.as_object(), self.left.checked_sub(1)) else { return };
        self.left = left;
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            let target = self.before.and_then(|before| Pointer::from_local_ref(reference)?.get(before));
            if let Some(target) = target {
                self.collect(target, facts, depth);
            }
            return;
        }
        if let Some(own) = members.get("type").and_then(Value::as_str).and_then(Type::parse) {
            let null = members.get("nullable") == Some(&Value::Bool(true));
            narrow(&mut facts.types, [own].into_iter().chain(null.then_some(Type::Null)).collect());
        }
        if let Some(Value::Array(values)) = members.get("enum") {
            self.left = self.left.saturating_sub(values.len());
            narrow(&mut facts.types, values.iter().map(Type::of).collect());
            facts.values = Some(values);
        }
        facts.required.extend(
            members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str),
        );
        for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.left = self.left.saturating_sub(1);
            let mut of_property = Facts::default();
            self.collect(property, &mut of_property, depth.min(2));
            facts.properties.extend(of_property.values.map(|values| (name.as_str(), values)));
        }
        for part in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(part, facts, depth);
        }
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(branches)) = members.get(key) else { continue };
            let mut union = BTreeSet::new();
            let known = branches.iter().all(|branch| {
                let mut of_branch = Facts::default();
                self.collect(branch, &mut of_branch, depth);
                of_branch.types.map(|types| union.extend(types)).is_some()
            });
            if known {
                narrow(&mut facts.types, union);
            }
        }
    }
}

/// Both hold. An integer is a number, so where one side has numbers the integers of the other stay.
fn narrow(types: &mut Option<BTreeSet<Type>>, more: BTreeSet<Type>) {
    *types = Some(match types.take() {
        None => more,
        Some(types) => common(&types, &more),
    });
}

fn common(a: &BTreeSet<Type>, b: &BTreeSet<Type>) -> BTreeSet<Type> {
    let has = |types: &BTreeSet<Type>, one: &Type| {
        types.contains(one) || (*one == Type::Integer && types.contains(&Type::Number))
    };
    a.union(b).filter(|one| has(a, one) && has(b, one)).copied().collect()
}

fn apart(a: &Facts<'_>, b: &Facts<'_>) -> bool {
    let unequal = |a: &[Value], b: &[Value]| {
        a.len() * b.len() <= 10_000 && !a.iter().any(|a| b.iter().any(|b| same(a, b)))
    };
    if let (Some(a), Some(b)) = (a.values, b.values)
        && unequal(a, b)
    {
        return true;
    }
    let (Some(of_a), Some(of_b)) = (&a.types, &b.types) else { return false };
    let types = common(of_a, of_b);
    let told_by_property = || {
        a.required.intersection(&b.required).any(|name| {
            match (a.properties.get(name), b.properties.get(name)) {
                (Some(a), Some(b)) => unequal(a, b),
                _ => false,
            }
        })
    };
    types.is_empty() || (types.iter().all(|one| *one == Type::Object) && told_by_property())
}
