//! Values that are valid under a schema, chosen from names, types, formats, listed values and limits. The same schema
//! gives the same values on every machine.

use serde_json::{Map, Number, Value, json};

use super::judge::{self, Judge};
use super::schema::{Applied, Places, Schemas};
use super::strings::{self, Alphabet};
use crate::pointer::Pointer;

/// How deep components may stand in each other.
const DEPTH: usize = 12;

/// Who sends a value. Some members are of one direction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// How much of a value there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every member.
    Whole,
    /// The required members only.
    Least,
}

/// What a value is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'a> {
    /// What it is called.
    pub(super) name: &'a str,
    pub(super) direction: Direction,
    pub(super) alphabet: Alphabet,
}

impl<'a> Use<'a> {
    fn named<'b>(self, name: &'b str) -> Use<'b>
    where
        'a: 'b,
    {
        Use { name, ..self }
    }
}

/// Makes values.
#[derive(Clone, Copy)]
pub(super) struct Sampler<'a> {
    pub(super) schemas: Schemas<'a>,
    judge: &'a Judge,
}

/// Where a value stands: the components that it is part of, and how many like it stand before it in a list.
#[derive(Clone, Default)]
struct Spot {
    above: Vec<Pointer>,
    nth: usize,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(document: &'a Value, judge: &'a Judge) -> Self {
        Self { schemas: Schemas { document }, judge }
    }

    /// A value with all members. None: none is known that is valid.
    pub(super) fn whole(&self, places: &[Pointer], used: Use<'_>) -> Option<Value> {
        self.value(places, used, Extent::Whole, &Spot::default())
    }

    /// A value with the required members only. None: none is known that is valid.
    pub(super) fn least(&self, places: &[Pointer], used: Use<'_>) -> Option<Value> {
        self.value(places, used, Extent::Least, &Spot::default())
    }

    /// A value in which one branch of one union applies. None: none is known that is valid.
    pub(super) fn branch(
        &self,
        places: &[Pointer],
        used: Use<'_>,
        (union, branch): (usize, usize),
    ) -> Option<Value> {
        let choice: Vec<Option<usize>> =
            (0..=union).map(|index| (index == union).then_some(branch)).collect();
        self.of_choice(places, used, Extent::Whole, &Spot::default(), &choice)
    }

    /// A value of the first branches for which one is known.
    fn value(&self, places: &[Pointer], used: Use<'_>, extent: Extent, spot: &Spot) -> Option<Value> {
        self.of_choice(places, used, extent, spot, &[]).or_else(|| {
            let unions = self.schemas.applied(places, &[]).unions;
            unions.iter().enumerate().find_map(|(index, union)| {
                let others = (0..union.branches.len()).filter(|branch| *branch != union.chosen);
                others.into_iter().find_map(|branch| {
                    let mut choice = vec![None; index];
                    choice.push(Some(branch));
                    self.of_choice(places, used, extent, spot, &choice)
                })
            })
        })
    }

    fn of_choice(
        &self,
        places: &[Pointer],
        used: Use<'_>,
        extent: Extent,
        spot: &Spot,
        choice: &[Option<usize>],
    ) -> Option<Value> {
        let applied = self.schemas.applied(places, choice);
        let value = self.made(&applied, used, extent, spot)?;
        let is_trusted = !judge::is_needed(self.schemas, &applied) || self.judge.is_valid(places, &value);
        is_trusted.then_some(value)
    }

    fn made(&self, applied: &Applied<'_>, used: Use<'_>, extent: Extent, spot: &Spot) -> Option<Value> {
        if applied.is_impossible || spot.above.len() > DEPTH {
            return None;
        }
        let is_again = applied.referred.iter().any(|place| spot.above.contains(place));
        let extent = if is_again { Extent::Least } else { extent };
        let above: Vec<Pointer> = spot.above.iter().chain(&applied.referred).cloned().collect();
        let spot = Spot { above, nth: spot.nth };
        if let Some(listed) = applied.listed() {
            let values: Vec<&Value> = listed.iter().copied().filter(|value| !value.is_null()).collect();
            return match values.get(spot.nth % values.len().max(1)) {
                Some(value) => Some((*value).clone()),
                None => listed.first().map(|value| (*value).clone()),
            };
        }
        let types = applied.likely_types();
        if types.is_empty() {
            return match applied.types() {
                Some(_) => None,
                None if used.alphabet == Alphabet::Any => Some(json!({"any": ["thing", 1.5, null]})),
                None => Some(json!(strings::text(used.name, used.alphabet, None, None, (0, usize::MAX))?)),
            };
        }
        types.iter().find_map(|ty| self.of_type(ty, applied, used, extent, &spot))
    }

    /// A value of one of the types that a schema allows.
    pub(super) fn of_one_type(&self, ty: &str, places: &[Pointer], used: Use<'_>) -> Option<Value> {
        let applied = self.schemas.applied(places, &[]);
        let value = self.of_type(ty, &applied, used, Extent::Whole, &Spot::default())?;
        let is_trusted = !judge::is_needed(self.schemas, &applied) || self.judge.is_valid(places, &value);
        is_trusted.then_some(value)
    }

    fn of_type(
        &self,
        ty: &str,
        applied: &Applied<'_>,
        used: Use<'_>,
        extent: Extent,
        spot: &Spot,
    ) -> Option<Value> {
        match ty {
            "object" => self.object(applied, used, extent, spot),
            "array" => self.list(applied, used, extent, spot),
            "string" => {
                let format = applied.all("format").find_map(Value::as_str);
                let pattern = applied.all("pattern").find_map(Value::as_str);
                let limits = (applied.at_least("minLength"), applied.at_most("maxLength"));
                let name = numbered(used.name, spot.nth);
                strings::text(&name, used.alphabet, format, pattern, limits).map(Value::from)
            }
            "integer" => integer(applied, used.name, spot.nth),
            "number" => number(applied, used.name, spot.nth),
            "boolean" => Some(json!(spot.nth.is_multiple_of(2))),
            "null" => Some(Value::Null),
            _ => None,
        }
    }

    fn object(&self, applied: &Applied<'_>, used: Use<'_>, extent: Extent, spot: &Spot) -> Option<Value> {
        let members = applied.members();
        let required = applied.required();
        let mut object = Map::new();
        for (name, places) in &members {
            if self.is_of_the_other_direction(places, used.direction) {
                continue;
            }
            let is_required = required.contains(name);
            let default = self.default(places, DEPTH);
            if extent == Extent::Least && !is_required && (default.is_none() || spot.above.is_empty()) {
                continue;
            }
            if let Some(tag) = self.tag(applied, name, places) {
                object.insert((*name).to_owned(), tag);
                continue;
            }
            // What is cut short has its defaults, so that reading fills in nothing.
            let value = match default {
                Some(default) if extent == Extent::Least && !is_required => Some(default),
                _ => self.value(places, used.named(name), extent, &Spot { nth: 0, ..spot.clone() }),
            };
            match value {
                Some(value) => drop(object.insert((*name).to_owned(), value)),
                None if is_required => return None,
                None => (),
            }
        }
        for name in required.iter().filter(|name| !members.contains_key(**name)) {
            let value = self.value(&applied.others(), used.named(name), extent, spot);
            object.insert((*name).to_owned(), value.filter(|_| !applied.is_closed())?);
        }
        let others = applied.others();
        let wants = applied.at_least("minProperties").saturating_sub(object.len());
        let gives = if extent == Extent::Whole && !others.is_empty() { wants.max(1) } else { wants };
        for nth in 0..gives.min(applied.at_most("maxProperties").saturating_sub(object.len())) {
            let name = numbered(&format!("key of {}", used.name), nth);
            let value = self.value(&others, used.named(&name), extent, &Spot { nth, ..spot.clone() });
            match value {
                Some(value) => drop(object.insert(name, value)),
                None if wants > nth => return None,
                None => (),
            }
        }
        Some(Value::Object(object))
    }

    /// What a discriminator says that a member is, if it may be any text.
    fn tag(&self, applied: &Applied<'_>, name: &str, places: &Places) -> Option<Value> {
        let tags = applied.unions.iter().filter_map(|union| union.tag.as_ref());
        let (_, value) = tags.into_iter().find(|(property, _)| property == name)?;
        let member = self.schemas.applied(places, &[]);
        let is_text =
            member.listed().is_none() && member.types().is_none_or(|types| types.contains(&"string"));
        is_text.then(|| json!(value))
    }

    /// Values of the kinds of a base.
    pub(super) fn kinds(&self, applied: &Applied<'_>, used: Use<'_>) -> Vec<Value> {
        let kinds = self.schemas.kinds(applied).into_iter().filter_map(|((property, value), kind)| {
            let mut whole = self.whole(std::slice::from_ref(&kind), used)?;
            let members = self.schemas.applied(&[kind], &[]).members();
            // A constant is right already.
            let is_free = members
                .get(property.as_str())
                .is_some_and(|places| self.schemas.applied(places, &[]).listed().is_none());
            if is_free {
                whole.as_object_mut()?.insert(property, json!(value));
            }
            Some(whole)
        });
        kinds.collect()
    }

    fn is_of_the_other_direction(&self, places: &Places, direction: Direction) -> bool {
        let mark = if direction == Direction::Answer { "writeOnly" } else { "readOnly" };
        self.schemas.applied(places, &[]).all(mark).any(|mark| mark == &json!(true))
    }

    /// The default of a value, with the defaults of what is in it. One that is not valid is none.
    fn default(&self, places: &[Pointer], depth: usize) -> Option<Value> {
        let default = self.schemas.applied(places, &[]).all("default").next()?;
        let is_one = !default.is_null() && self.judge.is_valid(places, default);
        is_one.then(|| self.filled(places, default, depth))
    }

    /// The value with the defaults of the members that it lacks, down to a depth.
    pub(super) fn filled(&self, places: &[Pointer], value: &Value, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return value.clone() };
        let applied = self.schemas.applied(places, &[]);
        match value {
            Value::Object(present) => {
                let mut object = present.clone();
                for (name, places) in applied.members() {
                    let member = match present.get(name) {
                        Some(value) => Some(self.filled(&places, value, depth)),
                        None => self.default(&places, depth),
                    };
                    if let Some(member) = member {
                        object.insert(name.to_owned(), member);
                    }
                }
                Value::Object(object)
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.filled(&applied.item(index), item, depth)).collect()
            }
            other => other.clone(),
        }
    }

    fn list(&self, applied: &Applied<'_>, used: Use<'_>, extent: Extent, spot: &Spot) -> Option<Value> {
        let least = applied.at_least("minItems");
        let most = applied.at_most("maxItems");
        let mut items: Vec<Value> = Vec::new();
        let wanted =
            if extent == Extent::Least || spot.above.len() > DEPTH / 2 { least } else { least.max(2) };
        for nth in 0..wanted.min(most).min(100) {
            let spot = Spot { nth, ..spot.clone() };
            let Some(item) = self.value(&applied.item(nth), used, extent, &spot) else { break };
            // One object tells as much as two.
            let is_enough = items.len() >= least.max(1) && (item.is_object() || item.is_array());
            let is_again = applied.has("uniqueItems") && items.contains(&item);
            if !is_enough && !is_again {
                items.push(item);
            }
        }
        (items.len() >= least).then_some(Value::Array(items))
    }

    /// Values at the edges of what is allowed.
    pub(super) fn edges(&self, applied: &Applied<'_>) -> Vec<Value> {
        let mut edges = Vec::new();
        for ty in applied.likely_types() {
            match ty {
                "integer" => {
                    let (least, most) = integers(applied);
                    let is_allowed = |value: &i128| multiple(applied).is_none_or(|of| value % of == 0);
                    edges.extend([least, most].into_iter().filter(is_allowed).filter_map(whole_number));
                }
                "string" if !applied.has("pattern") && !applied.has("format") => {
                    let (min, max) = (applied.at_least("minLength"), applied.at_most("maxLength"));
                    edges.extend(strings::fitted("", min, max).map(Value::from));
                    if max <= 256 {
                        edges.push("é".repeat(max).into());
                    }
                }
                "boolean" => edges.push(json!(false)),
                _ => (),
            }
        }
        edges.extend(self.empty(applied));
        edges
    }

    /// The empty list and the empty map, where they are values.
    pub(super) fn empty(&self, applied: &Applied<'_>) -> Vec<Value> {
        let empty = applied.likely_types().into_iter().filter_map(|ty| match ty {
            "array" if applied.at_least("minItems") == 0 => Some(json!([])),
            "object" => {
                let is_map = !applied.others().is_empty() && applied.at_least("minProperties") == 0;
                (is_map && applied.required().is_empty()).then(|| json!({}))
            }
            _ => None,
        });
        empty.collect()
    }

    /// Whether a value that was changed by hand is valid.
    pub(super) fn is_valid(&self, places: &[Pointer], value: &Value) -> bool {
        let applied = self.schemas.applied(places, &[]);
        !judge::is_needed(self.schemas, &applied) || self.judge.is_valid(places, value)
    }
}

fn numbered(name: &str, nth: usize) -> String {
    if nth == 0 { name.to_owned() } else { format!("{name} {}", nth + 1) }
}

/// A number that is another for another name.
fn number_of(name: &str, nth: usize) -> i128 {
    let sum: u32 = name.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 977);
    i128::from(sum) + i128::try_from(nth).unwrap_or_default()
}

/// The formats of integers with what they hold.
const INTEGERS: [(&str, i128, i128); 8] = [
    ("int8", i8::MIN as i128, i8::MAX as i128),
    ("uint8", 0, u8::MAX as i128),
    ("int16", i16::MIN as i128, i16::MAX as i128),
    ("uint16", 0, u16::MAX as i128),
    ("int32", i32::MIN as i128, i32::MAX as i128),
    ("uint32", 0, u32::MAX as i128),
    ("int64", i64::MIN as i128, i64::MAX as i128),
    ("uint64", 0, u64::MAX as i128),
];

/// The least and the greatest integer that are allowed. What no format says is read as 64 bits.
fn integers(applied: &Applied<'_>) -> (i128, i128) {
    let (mut least, mut most) = (i128::from(i64::MIN), i128::from(i64::MAX));
    for (_, min, max) in INTEGERS.iter().filter(|(name, ..)| applied.all("format").any(|f| f == name)) {
        (least, most) = (*min, *max);
    }
    #[allow(clippy::cast_possible_truncation, reason = "a limit beyond is none")]
    let whole = |limit: f64| limit as i128;
    let at_least = applied.largest("minimum").map(|limit| whole(limit.ceil()));
    let above = applied.largest("exclusiveMinimum").map(|limit| whole(limit.floor()) + 1);
    let at_most = applied.smallest("maximum").map(|limit| whole(limit.floor()));
    let below = applied.smallest("exclusiveMaximum").map(|limit| whole(limit.ceil()) - 1);
    least = [at_least, above].into_iter().flatten().fold(least, i128::max);
    most = [at_most, below].into_iter().flatten().fold(most, i128::min);
    (least, most)
}

/// What an integer is to be a multiple of.
fn multiple(applied: &Applied<'_>) -> Option<i128> {
    let of = applied.all("multipleOf").filter_map(Value::as_i64).map(i128::from);
    of.filter(|of| *of > 0).max()
}

fn whole_number(value: i128) -> Option<Value> {
    i64::try_from(value).map(Value::from).or_else(|_| u64::try_from(value).map(Value::from)).ok()
}

fn integer(applied: &Applied<'_>, name: &str, nth: usize) -> Option<Value> {
    let (least, most) = integers(applied);
    // Ids of this size tell 64 bits from 32, and from what a float holds.
    let large = 7_000_000_000_000_000_000 + number_of(name, nth);
    let next = least + i128::try_from(nth).unwrap_or_default();
    let wish = [large, 1000 + number_of(name, nth), number_of(name, nth) % 100 + 1, next, least];
    let mut value = wish.into_iter().find(|wish| (least..=most).contains(wish))?;
    if let Some(of) = multiple(applied) {
        value -= value.rem_euclid(of);
        if value < least {
            value += of;
        }
    }
    (least..=most).contains(&value).then(|| whole_number(value))?
}

fn number(applied: &Applied<'_>, name: &str, nth: usize) -> Option<Value> {
    #[allow(clippy::cast_precision_loss, reason = "it is a small number")]
    let wish = number_of(name, nth) as f64 + 0.5;
    let least = applied.largest("minimum").into_iter().chain(applied.largest("exclusiveMinimum"));
    let most = applied.smallest("maximum").into_iter().chain(applied.smallest("exclusiveMaximum"));
    let (least, most) = (least.reduce(f64::max), most.reduce(f64::min));
    let fits =
        |value: &f64| least.is_none_or(|least| *value > least) && most.is_none_or(|most| *value < most);
    let between = match (least, most) {
        (Some(least), Some(most)) => (least + most) / 2.0,
        (Some(least), None) => least + 0.5,
        (None, Some(most)) => most - 0.5,
        (None, None) => wish,
    };
    let value = [wish, between].into_iter().find(fits).or(least.or(most))?;
    let value = match applied.largest("multipleOf") {
        Some(of) => (value / of).round() * of,
        None => value,
    };
    Number::from_f64(value).map(Value::Number)
}
