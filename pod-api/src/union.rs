//! Chooses the branch of a union for a value.
//!
//! The choice uses what the document says of the branches, in this order: the type of the value, then members with
//! listed values that distinguish branches, then which branches match. If several match, it takes one that keeps
//! everything that the others would keep. If no branch can be chosen, or none would keep the whole value, the value is
//! kept as it is. It is never read as the wrong branch.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// A union: the parts that distinguish its branches, the most decisive first, and the shapes of its branches.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) tags: &'static [Tag],
    pub(crate) branches: &'static [&'static Shape],
}

/// A part of a value whose listed values distinguish branches.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) path: &'static [Step],
    /// The listed values of each branch; `None` if it lists none.
    pub(crate) values: &'static [Option<&'static [Listed]>],
}

/// A step into a value.
#[derive(Debug)]
pub(crate) enum Step {
    Member(&'static str),
    Items,
}

/// A listed value of a schema.
#[derive(Debug)]
pub(crate) enum Listed {
    Text(&'static str),
    Number(f64),
    Boolean(bool),
}

/// The part of a schema that distinguishes branches.
#[derive(Debug)]
pub(crate) enum Shape {
    Any,
    Boolean,
    /// An integer between these two.
    Integer(i128, i128),
    Number,
    Text,
    Listed(&'static [Listed]),
    List(&'static Shape),
    Object(&'static Object),
    /// Null or this.
    Nullable(&'static Shape),
    AllOf(&'static [&'static Shape]),
    AnyOf(&'static [&'static Shape]),
}

/// The schema of an object.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) members: &'static [Member],
    pub(crate) others: Others,
}

/// A named member of a schema.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: &'static Shape,
}

/// What a schema says of other members.
#[derive(Debug)]
pub(crate) enum Others {
    /// They are ignored.
    Open,
    /// They are not allowed.
    Closed,
    /// They are kept.
    Kept(&'static Shape),
}

/// Reads a union: `read` reads the branch with this number, `unknown` keeps a value of no branch. Without it, that is
/// an error.
pub(crate) fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    union: &'static Union,
    read: fn(usize, &Value) -> serde_json::Result<T>,
    unknown: Option<fn(Value) -> T>,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let chosen = union.choose(&value).filter(|chosen| unknown.is_none() || !chosen.loses_a_tag);
    match (chosen.map(|chosen| read(chosen.branch, &value)), unknown) {
        (Some(Ok(read)), _) => Ok(read),
        (_, Some(unknown)) if !value.is_null() => Ok(unknown(value)),
        (Some(Err(error)), _) => Err(D::Error::custom(error)),
        (None, _) => Err(D::Error::custom("the value is of none of the branches of the union")),
    }
}

/// Reads a union from text, which may be a number or a boolean. None: it is of no branch.
pub(crate) fn from_text<T>(
    text: &str,
    union: &'static Union,
    read: fn(usize, &Value) -> serde_json::Result<T>,
) -> Option<T> {
    let scalar =
        serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() || value.is_boolean());
    let as_text = Value::from(text);
    let told = |value: &Value| union.branch(value).and_then(|branch| read(branch, value).ok());
    // If values are listed as text, or a number appears where text is listed, the better match decides.
    let lists = union.branches.iter().any(|shape| Fits::default().of(shape, &as_text).is_told());
    let number = scalar.as_ref().filter(|_| !lists).filter(|value| union.fits(value)).and_then(told);
    number.or_else(|| told(&as_text))
}

/// The text of a union: a string as it is, or JSON.
pub(crate) fn to_text(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

/// The branch of a value.
#[derive(Debug)]
struct Chosen {
    /// Its number.
    branch: usize,
    /// Whether the value says by a member of what kind it is, and the branch does not name the member: as this branch, the
    /// value would lose what it is.
    loses_a_tag: bool,
}

impl Union {
    /// The number of the branch of a value.
    fn branch(&self, value: &Value) -> Option<usize> {
        self.choose(value).map(|chosen| chosen.branch)
    }

    fn choose(&self, value: &Value) -> Option<Chosen> {
        let mut left: Vec<usize> = (0..self.branches.len())
            .filter(|branch| self.branches.get(*branch).is_some_and(|shape| shape.is_of_type(value)))
            .collect();
        let mut is_told = left.len() == 1;
        for tag in self.tags {
            let mut found = Vec::new();
            at(value, tag.path, &mut found);
            let lists = |branch: &usize| tag.values.get(*branch).copied().flatten();
            if found.is_empty() || left.len() < 2 {
                continue;
            }
            let has = |listed: &[Listed]| found.iter().all(|value| listed.iter().any(|one| one.is(value)));
            let fitting: Vec<usize> =
                left.iter().copied().filter(|branch| lists(branch).is_none_or(has)).collect();
            if fitting.is_empty() {
                // All branches list other values. If these distinguish the branches, the value is of an unknown kind.
                if tells(&left, lists) {
                    return None;
                }
                continue;
            }
            left = fitting;
            is_told = left.len() == 1 && left.iter().any(|branch| lists(branch).is_some());
        }
        if !is_told {
            return self.best(&left, value);
        }
        left.first().map(|branch| Chosen { branch: *branch, loses_a_tag: false })
    }

    /// The matching branch that keeps everything that the other matching branches would keep.
    fn best(&self, left: &[usize], value: &Value) -> Option<Chosen> {
        let mut fits = Fits::default();
        let mut of: Vec<(usize, Rc<Fit>)> = left
            .iter()
            .filter_map(|branch| Some((*branch, fits.of(self.branches.get(*branch)?, value))))
            .filter(|(_, fit)| fit.faults == 0)
            .collect();
        if of.iter().any(|(_, fit)| fit.oddities == 0) {
            of.retain(|(_, fit)| fit.oddities == 0);
        }
        let all: BTreeSet<usize> = of.iter().flat_map(|(_, fit)| fit.kept.iter().copied()).collect();
        of.retain(|(_, fit)| fit.kept.len() == all.len());
        // The first of equals.
        let (branch, fit) =
            of.iter().rev().max_by_key(|(_, fit)| (fit.told, std::cmp::Reverse(fit.oddities)))?;
        let lists_another = |other: &&Shape| lists_another(other, value, &fit.kept, DEPTH);
        let loses_a_tag = fit.told == 0 && self.branches.iter().any(lists_another);
        Some(Chosen { branch: *branch, loses_a_tag })
    }

    /// Whether a value matches a branch.
    fn fits(&self, value: &Value) -> bool {
        let mut fits = Fits::default();
        self.branches.iter().any(|shape| {
            let fit = fits.of(shape, value);
            fit.faults == 0 && fit.oddities == 0
        })
    }
}

/// Whether two of the branches have no listed value in common.
fn tells<'a>(left: &[usize], lists: impl Fn(&usize) -> Option<&'a [Listed]>) -> bool {
    let lists: Vec<&[Listed]> = left.iter().filter_map(lists).collect();
    let is_apart = |a: &[Listed], b: &[Listed]| !a.iter().any(|one| b.iter().any(|other| one.is_same(other)));
    lists.iter().enumerate().any(|(index, a)| lists.iter().skip(index + 1).any(|b| is_apart(a, b)))
}

/// Whether there is a member with listed values in a value, besides those that are kept. Shapes may be recursive, so the
/// depth is limited.
fn lists_another(shape: &Shape, value: &Value, kept: &BTreeSet<usize>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let within = |shape: &&Shape| lists_another(shape, value, kept, depth);
    match (shape, value) {
        (Shape::Object(object), Value::Object(members)) => object.members.iter().any(|member| {
            let value = members.get(member.name).filter(|value| !value.is_null());
            value.is_some_and(|value| {
                let is_kept = kept.contains(&std::ptr::from_ref(value).addr());
                (!is_kept && member.shape.is_listed(depth)) || lists_another(member.shape, value, kept, depth)
            })
        }),
        (Shape::Nullable(shape), _) => within(shape),
        (Shape::AllOf(shapes) | Shape::AnyOf(shapes), _) => shapes.iter().any(within),
        _ => false,
    }
}

/// The values at the end of a path, without nulls.
fn at<'a>(value: &'a Value, path: &[Step], found: &mut Vec<&'a Value>) {
    match (path.split_first(), value) {
        (None, Value::Null) => (),
        (None, value) => found.push(value),
        (Some((Step::Member(name), rest)), Value::Object(members)) => {
            members.get(*name).into_iter().for_each(|value| at(value, rest, found));
        }
        (Some((Step::Items, rest)), Value::Array(items)) => {
            items.iter().for_each(|value| at(value, rest, found));
        }
        _ => (),
    }
}

impl Listed {
    fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Boolean(boolean) => value.as_bool() == Some(*boolean),
            Self::Number(number) => value.as_f64() == Some(*number),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            _ => false,
        }
    }

    fn is_of_type(&self, value: &Value) -> bool {
        match self {
            Self::Text(_) => value.is_string(),
            Self::Boolean(_) => value.is_boolean(),
            Self::Number(_) => value.is_number(),
        }
    }
}

/// How deep shapes are followed that may be recursive.
const DEPTH: usize = 16;

impl Shape {
    /// Whether it is one of several values, or null.
    fn is_listed(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match self {
            Self::Listed(_) => true,
            Self::Nullable(shape) => shape.is_listed(depth),
            Self::AllOf(all) => all.iter().any(|shape| shape.is_listed(depth)),
            _ => false,
        }
    }

    /// Whether the type of a value allows this shape.
    fn is_of_type(&self, value: &Value) -> bool {
        self.is_of_type_within(value, DEPTH)
    }

    /// Shapes may be recursive, so the depth is limited.
    fn is_of_type_within(&self, value: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        match self {
            Self::Any => true,
            Self::Boolean => value.is_boolean(),
            Self::Integer(..) => integer(value).is_some(),
            Self::Number => value.is_number(),
            Self::Text => value.is_string(),
            Self::Listed(listed) => listed.iter().any(|one| one.is_of_type(value)),
            Self::List(_) => value.is_array(),
            Self::Object(_) => value.is_object(),
            Self::Nullable(shape) => value.is_null() || shape.is_of_type_within(value, depth),
            Self::AllOf(all) => all.iter().all(|shape| shape.is_of_type_within(value, depth)),
            Self::AnyOf(any) => any.iter().any(|shape| shape.is_of_type_within(value, depth)),
        }
    }
}

/// A number without a fraction.
fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    let whole = || number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
    number.as_i128().or_else(|| whole().map(|number| number as i128))
}

/// How well a value matches a shape.
#[derive(Debug, Default)]
struct Fit {
    /// How often it violates the shape.
    faults: usize,
    /// How often it deviates in a way that answers may: an unlisted value, null, an additional member, a number as
    /// text.
    oddities: usize,
    /// How many of its values are listed.
    told: usize,
    /// The members that the shape names, by their addresses in memory.
    kept: BTreeSet<usize>,
}

impl Fit {
    fn is_told(&self) -> bool {
        self.faults == 0 && self.oddities == 0 && self.told > 0
    }

    fn fault() -> Self {
        Self { faults: 1, ..Self::default() }
    }

    fn odd() -> Self {
        Self { oddities: 1, ..Self::default() }
    }

    fn good_if(is_good: bool) -> Self {
        Self { faults: usize::from(!is_good), ..Self::default() }
    }

    fn add(&mut self, other: &Self) {
        self.faults += other.faults;
        self.oddities += other.oddities;
        self.told += other.told;
        self.kept.extend(&other.kept);
    }
}

/// Cached matches of shapes and values: nested unions ask for the same repeatedly.
#[derive(Default)]
struct Fits(HashMap<(usize, usize), Rc<Fit>>);

impl Fits {
    fn of(&mut self, shape: &'static Shape, value: &Value) -> Rc<Fit> {
        let key = (std::ptr::from_ref(shape).addr(), std::ptr::from_ref(value).addr());
        if let Some(fit) = self.0.get(&key) {
            return Rc::clone(fit);
        }
        // A recursive shape adds nothing.
        self.0.insert(key, Rc::default());
        let fit = Rc::new(self.fit(shape, value));
        self.0.insert(key, Rc::clone(&fit));
        fit
    }

    fn fit(&mut self, shape: &'static Shape, value: &Value) -> Fit {
        match shape {
            Shape::Any => {
                let mut fit = Fit::default();
                keep_all(value, &mut fit.kept);
                fit
            }
            Shape::Nullable(_) if value.is_null() => Fit::default(),
            Shape::Nullable(shape) => self.fit(shape, value),
            Shape::AllOf(all) => {
                let mut fit = Fit::default();
                all.iter().for_each(|shape| fit.add(&self.of(shape, value)));
                fit
            }
            Shape::AnyOf(any) => {
                let mut best: Option<Rc<Fit>> = None;
                for shape in *any {
                    let fit = self.of(shape, value);
                    let rank = |fit: &Fit| (fit.faults, fit.oddities, std::cmp::Reverse(fit.kept.len()));
                    if best.as_ref().is_none_or(|best| rank(&fit) < rank(best)) {
                        best = Some(fit);
                    }
                }
                let mut fit = Fit::default();
                best.iter().for_each(|best| fit.add(best));
                fit
            }
            _ if value.is_null() => Fit::odd(),
            Shape::Boolean => Fit::good_if(value.is_boolean()),
            Shape::Number => Fit::good_if(value.is_number()),
            Shape::Text => Fit::good_if(value.is_string()),
            Shape::Integer(least, most) => match (integer(value), value) {
                (Some(number), _) => Fit::good_if((*least..=*most).contains(&number)),
                (None, Value::String(text)) if text.parse::<i128>().is_ok() => Fit::odd(),
                _ => Fit::fault(),
            },
            Shape::Listed(listed) if listed.iter().any(|one| one.is(value)) => {
                Fit { told: 1, ..Fit::default() }
            }
            Shape::Listed(listed) if listed.iter().any(|one| one.is_of_type(value)) => Fit::odd(),
            Shape::Listed(_) => Fit::fault(),
            Shape::List(of) => match value {
                Value::Array(items) => {
                    let mut fit = Fit::default();
                    items.iter().for_each(|item| fit.add(&self.of(of, item)));
                    fit
                }
                _ => Fit::fault(),
            },
            Shape::Object(object) => self.object(object, value),
        }
    }

    fn object(&mut self, object: &'static Object, value: &Value) -> Fit {
        let Value::Object(members) = value else { return Fit::fault() };
        let mut fit = Fit::default();
        let mut keep = |fit: &mut Fit, value: &Value, shape| {
            fit.kept.insert(std::ptr::from_ref(value).addr());
            fit.add(&self.of(shape, value));
        };
        for Member { name, required, shape } in object.members {
            match members.get(*name) {
                Some(value) => keep(&mut fit, value, shape),
                None => fit.faults += usize::from(*required),
            }
        }
        let others =
            members.iter().filter(|(name, _)| !object.members.iter().any(|member| member.name == *name));
        for (_, value) in others {
            match object.others {
                Others::Open => (),
                Others::Closed => fit.oddities += 1,
                Others::Kept(shape) => keep(&mut fit, value, shape),
            }
        }
        fit
    }
}

/// Keeps a value with everything inside it.
fn keep_all(value: &Value, kept: &mut BTreeSet<usize>) {
    let inside: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => return,
    };
    for value in inside {
        kept.insert(std::ptr::from_ref(value).addr());
        keep_all(value, kept);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static FLAG: Shape = Shape::Object(&Object {
        members: &[
            Member { name: "kind", required: true, shape: &Shape::Listed(&[Listed::Text("flag")]) },
            Member { name: "on", required: false, shape: &Shape::Boolean },
        ],
        others: Others::Open,
    });
    static LIST: Shape = Shape::Object(&Object {
        members: &[
            Member { name: "kind", required: true, shape: &Shape::Listed(&[Listed::Text("list")]) },
            Member { name: "items", required: true, shape: &Shape::List(&Shape::Text) },
        ],
        others: Others::Closed,
    });
    static TOLD: Union = Union {
        tags: &[Tag {
            path: &[Step::Member("kind")],
            values: &[Some(&[Listed::Text("flag")]), Some(&[Listed::Text("list")]), None],
        }],
        branches: &[&FLAG, &LIST, &Shape::Text],
    };
    static OLD: Shape = Shape::Object(&Object {
        members: &[
            Member { name: "id", required: true, shape: &Shape::Integer(0, 255) },
            Member { name: "old", required: false, shape: &Shape::Nullable(&Shape::Text) },
        ],
        others: Others::Open,
    });
    static NEW: Shape = Shape::Object(&Object {
        members: &[
            Member { name: "id", required: true, shape: &Shape::Integer(0, 255) },
            Member { name: "new", required: false, shape: &Shape::Text },
        ],
        others: Others::Kept(&Shape::Boolean),
    });
    static ALIKE: Union = Union { tags: &[], branches: &[&OLD, &NEW] };

    #[test]
    fn a_tag_decides_and_one_that_nobody_lists_is_of_no_branch() {
        for (value, branch) in [
            (json!({"kind": "flag", "on": true, "items": []}), Some(0)),
            (json!({"kind": "list", "items": ["a"], "later": 1}), Some(1)),
            // The list may be missing; the kind decides.
            (json!({"kind": "list"}), Some(1)),
            (json!({"kind": "other", "on": true}), None),
            (json!("text"), Some(2)),
            (json!({}), None),
            (json!(1), None),
            (json!(null), None),
        ] {
            assert_eq!(TOLD.branch(&value), branch, "{value}");
        }
    }

    #[test]
    fn a_branch_without_the_tag_takes_no_value_that_has_it() {
        static UNTAGGED: Shape = Shape::Object(&Object {
            members: &[Member { name: "on", required: false, shape: &Shape::Boolean }],
            others: Others::Open,
        });
        static KEPT: Shape = Shape::Object(&Object { members: &[], others: Others::Kept(&Shape::Any) });
        static LOSES: Union = Union { tags: &[], branches: &[&LIST, &UNTAGGED] };
        static KEEPS: Union = Union { tags: &[], branches: &[&LIST, &KEPT] };
        for (value, is_lost) in [
            (json!({"kind": "other", "on": true}), true),
            (json!({"kind": null, "on": true}), false),
            (json!({"on": true, "later": 1}), false),
        ] {
            let chosen = |union: &Union| union.choose(&value).map(|it| (it.branch, it.loses_a_tag));
            assert_eq!(chosen(&LOSES), Some((1, is_lost)), "{value}");
            assert_eq!(chosen(&KEEPS), Some((1, false)), "{value}");
        }
        let listed = LOSES.choose(&json!({"kind": "list", "items": []})).unwrap();
        assert_eq!((listed.branch, listed.loses_a_tag), (0, false));
    }

    #[test]
    fn of_branches_that_fit_one_is_taken_that_keeps_all() {
        for (value, branch) in [
            (json!({"id": 1}), Some(0)),
            (json!({"id": 1, "old": null}), Some(0)),
            (json!({"id": 1, "new": "n"}), Some(1)),
            (json!({"id": 1, "more": true}), Some(1)),
            // Neither would keep both, and the second accepts no text for other members.
            (json!({"id": 1, "old": "o", "new": "n"}), Some(0)),
            (json!({"id": "7", "new": "n"}), Some(1)),
            (json!({"id": 256}), None),
            (json!({"new": "n"}), None),
        ] {
            assert_eq!(ALIKE.branch(&value), branch, "{value}");
        }
    }

    #[derive(Debug, PartialEq, serde::Serialize)]
    #[serde(untagged)]
    enum Size {
        Word(String),
        Number(i64),
        Unknown(Value),
    }

    static SIZE: Union =
        Union { tags: &[], branches: &[&Shape::Listed(&[Listed::Text("auto")]), &Shape::Integer(0, 9)] };

    fn size(branch: usize, value: &Value) -> serde_json::Result<Size> {
        match branch {
            0 => String::deserialize(value).map(Size::Word),
            _ => i64::deserialize(value).map(Size::Number),
        }
    }

    #[test]
    fn text_is_what_it_says() {
        for (text, expected) in [
            ("auto", Size::Word("auto".into())),
            ("7", Size::Number(7)),
            ("12.5", Size::Unknown(json!("12.5"))),
        ] {
            let read = from_text(text, &SIZE, size).unwrap_or_else(|| Size::Unknown(text.into()));
            assert_eq!(to_text(&read), text);
            if text != "12.5" {
                assert_eq!(read, expected);
            }
        }
        let kept = |value: Value| read(value, &SIZE, size, Some(Size::Unknown));
        assert_eq!(kept(json!(5)).unwrap(), Size::Number(5));
        assert_eq!(kept(json!([5])).unwrap(), Size::Unknown(json!([5])));
        kept(Value::Null).unwrap_err();
        // Of what is only sent, nothing is kept that is of no branch.
        let sent = |value: Value| read(value, &SIZE, size, None);
        assert_eq!(sent(json!(5)).unwrap(), Size::Number(5));
        sent(json!([5])).unwrap_err();
    }
}
