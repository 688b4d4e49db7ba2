//! The values that a schema allows, as a choice of ways in which it allows them.
//!
//! A way is one JSON type and a list of schemas whose own keywords all hold: references are followed, `allOf` is a longer
//! list, `anyOf`, `oneOf`, `if` and `nullable` are several ways. So all spellings of one thing are one thing here.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::patterns;
use crate::lower::bounds::{integer, same};
use crate::pointer::Pointer;

/// More ways than these are not compared one by one.
const WAYS: usize = 2_000;

/// How many steps with a fraction are tried to make a whole number.
const STEPS: u16 = 1_000;

/// References and branches inside of each other that are followed.
const DEPTH: usize = 64;

static NULL: Value = Value::Null;
static TRUE: Value = Value::Bool(true);
static FALSE: Value = Value::Bool(false);

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    const ALL: [Self; 6] = [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    /// The type that a schema names, and whether it is of whole numbers only.
    fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "null" => (Self::Null, false),
            "boolean" => (Self::Boolean, false),
            "integer" => (Self::Number, true),
            "number" => (Self::Number, false),
            "string" => (Self::String, false),
            "array" => (Self::Array, false),
            "object" => (Self::Object, false),
            _ => return None,
        })
    }
}

/// A schema, where it stands, and in which document.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    pub(super) document: &'a Value,
    pub(super) at: Pointer,
    pub(super) schema: &'a Value,
}

impl<'a> Placed<'a> {
    pub(super) fn below(&self, at: Pointer, schema: &'a Value) -> Self {
        Self { document: self.document, at, schema }
    }

    pub(super) fn get(&self, word: &str) -> Option<&'a Value> {
        self.schema.get(word)
    }

    pub(super) fn number(&self, word: &str) -> Option<f64> {
        self.get(word).and_then(Value::as_f64)
    }

    pub(super) fn count(&self, word: &str) -> Option<u64> {
        // A count may be written as `2.0`.
        self.get(word)
            .and_then(Value::as_number)
            .and_then(integer)
            .and_then(|count| u64::try_from(count).ok())
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.get(word) == Some(&Value::Bool(true))
    }

    /// The schema in a member.
    pub(super) fn one(&self, word: &str) -> Option<Self> {
        Some(self.below(self.at.join(word), self.get(word)?))
    }

    /// The schemas in a list.
    pub(super) fn list(&self, word: &str) -> Vec<Self> {
        let items = self.get(word).and_then(Value::as_array).into_iter().flatten();
        let place = self.at.join(word);
        items.enumerate().map(|(index, item)| self.below(place.join(index), item)).collect()
    }

    /// The members of a map.
    pub(super) fn map(&self, word: &str) -> Option<&'a Map<String, Value>> {
        self.get(word).and_then(Value::as_object)
    }

    /// The schema of a property.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        let schema = self.map("properties")?.get(name)?;
        Some(self.below(self.at.join("properties").join(name), schema))
    }

    /// The values that it lists.
    pub(super) fn listed(&self) -> Option<Vec<&'a Value>> {
        let listed = self.get("enum").and_then(Value::as_array).map(|values| values.iter().collect());
        match (listed, self.get("const")) {
            (None, constant) => constant.map(|constant| vec![constant]),
            (Some(values), None) => Some(values),
            (Some(values), Some(constant)) => {
                let values: Vec<_> = values;
                Some(values.into_iter().filter(|value| same(value, constant)).collect())
            }
        }
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        let names = self.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|required| required == name))
    }

    /// What it refers to.
    fn target(&self) -> Option<Self> {
        let reference = self.get("$ref").and_then(Value::as_str)?;
        let at = Pointer::from_local_ref(reference)?;
        let schema = at.get(self.document)?;
        Some(self.below(at, schema))
    }
}

/// None of these holds, but for the one with that number.
#[derive(Clone, Debug)]
pub(super) struct Excluded<'a> {
    /// The keyword that says so.
    pub(super) at: Pointer,
    schemas: Rc<[Placed<'a>]>,
    but: Option<usize>,
}

impl<'a> Excluded<'a> {
    pub(super) fn schemas(&self) -> impl Iterator<Item = &Placed<'a>> {
        let numbered = self.schemas.iter().enumerate();
        numbered.filter(|(index, _)| Some(*index) != self.but).map(|(_, schema)| schema)
    }
}

/// Values of one type for which all of some schemas hold.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    pub(super) ty: Type,
    /// Whole numbers only.
    pub(super) is_whole: bool,
    /// Their own keywords hold: those that are about values of the type, and not those that lead to other schemas of
    /// the same value.
    pub(super) plain: Vec<Placed<'a>>,
    pub(super) excluded: Vec<Excluded<'a>>,
}

/// The ways in which a value can be allowed by all of these schemas; none if they are too many to be told apart.
pub(super) fn ways<'a>(all: &[Placed<'a>]) -> Option<Vec<Way<'a>>> {
    let any = |ty| Way { ty, is_whole: false, plain: Vec::new(), excluded: Vec::new() };
    all.iter().try_fold(Type::ALL.map(any).to_vec(), |ways, one| narrowed(ways, one, DEPTH))
}

fn narrowed<'a>(mut ways: Vec<Way<'a>>, one: &Placed<'a>, depth: usize) -> Option<Vec<Way<'a>>> {
    let depth = depth.checked_sub(1)?;
    let schema = match one.schema {
        Value::Object(schema) => schema,
        Value::Bool(false) => return Some(Vec::new()),
        _ => return Some(ways),
    };
    let nulls: Vec<Way<'_>> = match schema.get("nullable") {
        Some(Value::Bool(true)) => ways.iter().filter(|way| way.ty == Type::Null).cloned().collect(),
        _ => Vec::new(),
    };
    let types: Option<Vec<(Type, bool)>> = match schema.get("type") {
        Some(Value::String(name)) => Some(Type::named(name).into_iter().collect()),
        Some(Value::Array(names)) => {
            Some(names.iter().filter_map(Value::as_str).filter_map(Type::named).collect())
        }
        _ => None,
    };
    let listed = one.listed();
    ways.retain_mut(|way| {
        if let Some(types) = &types {
            let own: Vec<_> = types.iter().filter(|(ty, _)| *ty == way.ty).collect();
            way.is_whole |= !own.is_empty() && own.iter().all(|(_, is_whole)| *is_whole);
            if own.is_empty() {
                return false;
            }
        }
        listed.as_ref().is_none_or(|values| values.iter().any(|value| Type::of(value) == way.ty))
    });
    for way in &mut ways {
        way.plain.push(one.clone());
    }
    if let Some(target) = one.target() {
        ways = narrowed(ways, &target, depth)?;
    }
    for part in one.list("allOf") {
        ways = narrowed(ways, &part, depth)?;
    }
    for word in ["anyOf", "oneOf"] {
        let branches: Rc<[Placed<'a>]> = one.list(word).into();
        if branches.is_empty() || ways.is_empty() {
            continue;
        }
        let mut union = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let mut taken = narrowed(ways.clone(), branch, depth)?;
            if word == "oneOf" && branches.len() > 1 {
                let others =
                    Excluded { at: one.at.join(word), schemas: Rc::clone(&branches), but: Some(index) };
                taken.iter_mut().for_each(|way| way.excluded.push(others.clone()));
            }
            union.extend(taken);
            if union.len() > WAYS {
                return None;
            }
        }
        ways = union;
    }
    let not = |way: &mut Way<'a>, schema: &Placed<'a>| {
        way.excluded.push(Excluded {
            at: schema.at.clone(),
            schemas: [schema.clone()].as_slice().into(),
            but: None,
        });
    };
    if let Some(excluded) = one.one("not") {
        match excluded.schema {
            Value::Bool(false) => {}
            Value::Bool(true) => ways.clear(),
            Value::Object(members) if members.is_empty() => ways.clear(),
            _ => ways.iter_mut().for_each(|way| not(way, &excluded)),
        }
    }
    let says_something = |word: &str| one.get(word).is_some_and(|said| !is_everything(said));
    if let Some(condition) = one.one("if").filter(|_| ["then", "else"].into_iter().any(says_something)) {
        let (mut otherwise, mut met) = (ways.clone(), narrowed(ways, &condition, depth)?);
        otherwise.iter_mut().for_each(|way| not(way, &condition));
        if let Some(then) = one.one("then") {
            met = narrowed(met, &then, depth)?;
        }
        if let Some(other) = one.one("else") {
            otherwise = narrowed(otherwise, &other, depth)?;
        }
        met.append(&mut otherwise);
        ways = met;
    }
    ways.extend(nulls);
    (ways.len() <= WAYS).then_some(ways)
}

/// A bound of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    /// The number itself is not allowed.
    pub(super) excludes: bool,
    pub(super) value: f64,
    /// The least or largest whole number that is allowed.
    pub(super) whole: i128,
}

impl Bound {
    /// The bound that a keyword of a schema sets; `exclusive…` may also be the truth value of 3.0.
    pub(super) fn of(schema: &Placed<'_>, word: &str) -> Option<Self> {
        let number = schema.get(word).and_then(Value::as_number)?;
        let exclusive = match word {
            "minimum" => "exclusiveMinimum",
            "maximum" => "exclusiveMaximum",
            exclusive => exclusive,
        };
        let excludes = exclusive == word || schema.is(exclusive);
        let (value, step) = (number.as_f64()?, if exclusive == "exclusiveMinimum" { 1 } else { -1 });
        let whole = match integer(number) {
            Some(whole) if excludes => whole + step,
            Some(whole) => whole,
            // What is too large for that is so for every type of Rust.
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            None if step > 0 => value.ceil() as i128,
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            None => value.floor() as i128,
        };
        Some(Self { excludes, value, whole })
    }
}

impl<'a> Way<'a> {
    /// The values, if they are listed.
    pub(super) fn values(&self) -> Option<Vec<&'a Value>> {
        let mut lists = self.plain.iter().filter_map(Placed::listed);
        let first = match self.ty {
            Type::Null => vec![&NULL],
            Type::Boolean => vec![&TRUE, &FALSE],
            _ => lists.next()?,
        };
        let is_listed = |value: &&Value| {
            self.plain.iter().filter_map(Placed::listed).all(|list| list.iter().any(|one| same(one, value)))
        };
        Some(first.into_iter().filter(|value| Type::of(value) == self.ty).filter(is_listed).collect())
    }

    /// The tightest of the bounds that two keywords set.
    pub(super) fn bound(&self, words: [&str; 2], is_tighter: fn(f64, f64) -> bool) -> Option<Bound> {
        let bounds = self.plain.iter().flat_map(|schema| words.map(|word| Bound::of(schema, word)));
        bounds.flatten().reduce(|tightest, bound| {
            let is_tighter = is_tighter(bound.value, tightest.value)
                || (same_number(bound.value, tightest.value) && bound.excludes);
            if is_tighter { bound } else { tightest }
        })
    }

    pub(super) fn least(&self) -> Option<Bound> {
        self.bound(["minimum", "exclusiveMinimum"], |one, other| one > other)
    }

    pub(super) fn most(&self) -> Option<Bound> {
        self.bound(["maximum", "exclusiveMaximum"], |one, other| one < other)
    }

    /// Whether the values are multiples of a number.
    pub(super) fn are_multiples(&self, of: f64) -> bool {
        let own = self.plain.iter().filter_map(|schema| schema.number("multipleOf"));
        // Of a step with a fraction, whole numbers take several at once.
        let taken = |own: f64| match self.is_whole {
            true => (1..=STEPS).map(|steps| own * f64::from(steps)).find(|own| own.fract() == 0.0),
            false => Some(own),
        };
        let own = own.filter_map(taken).chain(self.is_whole.then_some(1.0));
        own.into_iter().any(|own| same_number((own / of).round() * of, own))
    }

    /// The least and the largest count that two keywords allow.
    pub(super) fn counts(&self, [least, most]: [&str; 2]) -> (u64, Option<u64>) {
        let of =
            |word: &str| self.plain.iter().filter_map(move |schema| schema.count(word)).collect::<Vec<_>>();
        (of(least).into_iter().max().unwrap_or(0), of(most).into_iter().min())
    }

    /// The least and the largest number of characters.
    pub(super) fn lengths(&self) -> (u64, Option<u64>) {
        let (mut least, mut most) = self.counts(["minLength", "maxLength"]);
        for (low, high) in self.patterns().filter_map(patterns::lengths) {
            least = least.max(low);
            most = match (most, high) {
                (Some(most), Some(high)) => Some(most.min(high)),
                (most, high) => most.or(high),
            };
        }
        (least, most)
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = &'a str> {
        self.plain.iter().filter_map(|schema| schema.get("pattern")?.as_str())
    }

    /// The schemas that all hold for an item.
    pub(super) fn item(&self, index: usize) -> Vec<Placed<'a>> {
        let own = self.plain.iter().filter_map(|schema| {
            schema.list("prefixItems").into_iter().nth(index).or_else(|| schema.one("items"))
        });
        own.collect()
    }

    /// The number of items that have a schema of their own.
    pub(super) fn prefix(&self) -> usize {
        self.plain.iter().map(|schema| schema.list("prefixItems").len()).max().unwrap_or(0)
    }

    /// The schemas that all hold for a member.
    pub(super) fn member(&self, name: &str) -> Vec<Placed<'a>> {
        let own = self.plain.iter().filter_map(|schema| {
            let rest = || schema.one("additionalProperties").filter(|_| !schema.has_patterns());
            schema.property(name).or_else(rest)
        });
        own.collect()
    }

    /// The schemas that all hold for members that no schema names.
    pub(super) fn rest(&self) -> Vec<Placed<'a>> {
        let rest = self.plain.iter().filter(|schema| !schema.has_patterns());
        rest.filter_map(|schema| schema.one("additionalProperties")).collect()
    }

    /// The members that some schema names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a String> {
        self.plain.iter().filter_map(|schema| schema.map("properties")).flat_map(Map::keys)
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.plain.iter().any(|schema| schema.property(name).is_some())
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        self.plain.iter().any(|schema| schema.requires(name))
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &'a str> {
        let lists = self.plain.iter().filter_map(|schema| schema.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str)
    }

    /// Whether a value of the type is allowed; none where that is not looked into.
    pub(super) fn allows(&self, value: &Value) -> Option<bool> {
        if Type::of(value) != self.ty {
            return Some(false);
        }
        let mut is_known = self.excluded.is_empty();
        for schema in &self.plain {
            if let Some(list) = schema.listed()
                && !list.iter().any(|one| same(one, value))
            {
                return Some(false);
            }
        }
        match value {
            Value::Number(number) => {
                let float = number.as_f64()?;
                let whole = integer(number);
                let is_low = self.least().is_some_and(|least| match whole {
                    Some(whole) => whole < least.whole,
                    None => float < least.value || (least.excludes && same_number(float, least.value)),
                });
                let is_high = self.most().is_some_and(|most| match whole {
                    Some(whole) => whole > most.whole,
                    None => float > most.value || (most.excludes && same_number(float, most.value)),
                });
                let multiples = self.plain.iter().filter_map(|schema| schema.number("multipleOf"));
                let mut is_off = multiples.map(|of| !same_number((float / of).round() * of, float));
                if is_low || is_high || (self.is_whole && whole.is_none()) || is_off.any(|is_off| is_off) {
                    return Some(false);
                }
            }
            Value::String(text) => {
                let length = text.chars().count() as u64;
                let (least, most) = self.lengths();
                if length < least || most.is_some_and(|most| length > most) {
                    return Some(false);
                }
                for pattern in self.patterns().filter(|pattern| patterns::lengths(pattern).is_none()) {
                    match patterns::matches(pattern, text) {
                        Some(false) => return Some(false),
                        matches => is_known &= matches.is_some(),
                    }
                }
            }
            Value::Array(_) | Value::Object(_) => {
                is_known &= self.plain.iter().all(|schema| schema.listed().is_some());
            }
            _ => {}
        }
        is_known.then_some(true)
    }
}

impl Placed<'_> {
    /// Whether it says anything of members that it does not name.
    pub(super) fn speaks_of_rest(&self) -> bool {
        self.get("additionalProperties").is_some_and(|rest| *rest != Value::Bool(false))
            || self.has_patterns()
    }

    fn has_patterns(&self) -> bool {
        self.map("patternProperties").is_some_and(|patterns| !patterns.is_empty())
    }
}

/// Whether a schema allows everything.
pub(super) fn is_everything(schema: &Value) -> bool {
    match schema {
        Value::Bool(all) => *all,
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether two numbers are one, but for what floats lose.
fn same_number(one: f64, other: f64) -> bool {
    (one - other).abs() <= f64::EPSILON * 8.0 * one.abs().max(other.abs())
}
