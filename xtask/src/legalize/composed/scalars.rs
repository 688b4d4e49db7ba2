//! Numbers, strings and values that several schemas have to allow at once.

use serde_json::{Value, json};

use super::{Node, Schema, Type};
use crate::legalize::limits;
use crate::legalize::schemas::type_of;
use crate::report::Fate;

/// What several schemas say of a scalar, as one.
#[derive(Default)]
pub(super) struct Scalar {
    pub(super) schema: Schema,
    /// Whether the generator would have made less of them.
    pub(super) is_mended: bool,
    /// Whether no value satisfies all of them.
    pub(super) is_never: bool,
    pub(super) said: Vec<(Fate, String)>,
}

impl Scalar {
    pub(super) fn of(node: &Node<'_>, ty: &Type<'_>) -> Self {
        let mut scalar = Self::default();
        let ty = match ty {
            Type::One(ty) => *ty,
            Type::Integer => {
                scalar.mend(Fate::Exact, "a `number` that is an `integer` is an `integer`");
                "integer"
            }
            Type::Any | Type::None(_) => "",
        };
        if !ty.is_empty() {
            scalar.schema.insert("type".into(), json!(ty));
        }
        scalar.values(node, ty);
        match ty {
            "integer" | "number" => scalar.number(node, ty),
            "string" => scalar.string(node),
            _ => (),
        }
        scalar
    }

    fn mend(&mut self, fate: Fate, text: impl Into<String>) {
        self.is_mended = true;
        self.said.push((fate, text.into()));
    }

    /// The values that are in all lists.
    fn values(&mut self, node: &Node<'_>, ty: &str) {
        let mut lists = node.parts.iter().filter_map(|part| values(part));
        let Some(mut common) = lists.next() else { return };
        lists.for_each(|list| common.retain(|value| list.iter().any(|other| is_same(value, other))));
        if !common.iter().any(|value| is_of(value, ty)) {
            self.is_never = true;
            let any = if ty.is_empty() { "value".to_owned() } else { format!("`{ty}`") };
            return self.mend(Fate::Widened, format!("any {any} is taken: no value is listed by all parts"));
        }
        self.schema.insert("enum".into(), Value::Array(common));
        // Alone, such a part has the type of its values.
        let is_other = |part: &&Schema| {
            !part.contains_key("type") && values(part).is_some_and(|values| type_of(&values) != Some(ty))
        };
        if !ty.is_empty() && node.parts.iter().any(is_other) {
            self.mend(Fate::Exact, "the values of one part and the type of another are one schema");
        }
    }

    fn number(&mut self, node: &Node<'_>, ty: &str) {
        let is_known = |format: &&str| {
            if ty == "integer" { limits::range(format).is_some() } else { FLOATS.contains(format) }
        };
        self.format(node, is_known, |known| match ty {
            // The narrowest, if the others have all that it has.
            "integer" => {
                let ranges: Vec<_> =
                    known.iter().filter_map(|name| limits::range(name).map(|range| (*name, range))).collect();
                let is_inside =
                    |(low, high): (f64, f64)| ranges.iter().all(|(_, (l, h))| *l <= low && high <= *h);
                ranges.iter().find(|(_, range)| is_inside(*range)).map(|(name, _)| *name)
            }
            _ => FLOATS.iter().find_map(|name| known.iter().copied().find(|known| known == name)),
        });
        let limit = |keyword: &'static str, exclusive: &'static str, is_tighter: fn(&f64, &f64) -> bool| {
            let mut tightest: Option<(f64, &Value, bool)> = None;
            for part in &node.parts {
                let Some(limit) = part.get(keyword) else { continue };
                let Some(number) = limit.as_f64() else { continue };
                let excludes = part.get(exclusive) == Some(&json!(true));
                if tightest.is_none_or(|(tight, _, excluded)| {
                    is_tighter(&number, &tight) || (number == tight && excludes && !excluded)
                }) {
                    tightest = Some((number, limit, excludes));
                }
            }
            tightest
        };
        let least = limit("minimum", "exclusiveMinimum", f64::gt);
        let most = limit("maximum", "exclusiveMaximum", f64::lt);
        if let (Some((least, _, above)), Some((most, _, below))) = (least, most)
            && (least > most || (least == most && (above || below)))
        {
            self.is_never = true;
            self.mend(Fate::Widened, "the limits are left to the server: the parts leave no number");
        } else {
            for (limit, keyword, exclusive) in
                [(least, "minimum", "exclusiveMinimum"), (most, "maximum", "exclusiveMaximum")]
            {
                let Some((_, limit, excludes)) = limit else { continue };
                self.schema.insert(keyword.into(), limit.clone());
                if excludes {
                    self.schema.insert(exclusive.into(), json!(true));
                }
            }
            // Alone, a part without a type leaves it open, and a single limit may be left to the server.
            let limits = ["minimum", "maximum"];
            let count = |keywords: &[&str], is_typed: bool| {
                let parts = node.parts.iter().filter(|part| is_typed == part.contains_key("type"));
                parts.filter(|part| keywords.iter().any(|keyword| part.contains_key(*keyword))).count()
            };
            let untyped = count(&["minimum", "maximum", "multipleOf", "format"], false);
            if untyped > 0 || (ty == "integer" && count(&limits, true) > 1) {
                self.mend(Fate::Exact, "what several parts say of a number is one schema");
            }
        }
        match node.all("multipleOf").as_slice() {
            [] => (),
            [only] => drop(self.schema.insert("multipleOf".into(), (*only).clone())),
            _ => self.said.push((
                Fate::Dropped,
                "that the number is a multiple of several is left to the server".into(),
            )),
        }
    }

    fn string(&mut self, node: &Node<'_>) {
        self.format(
            node,
            |format| STRINGS.contains(format),
            |known| match known {
                [only] => Some(*only),
                _ => None,
            },
        );
        if let [first, ..] = node.all("pattern").as_slice() {
            self.schema.insert("pattern".into(), (*first).clone());
        }
        if !bounds(node, "minLength", "maxLength", &mut self.schema) {
            self.is_never = true;
            self.mend(Fate::Widened, "the length is left to the server: the parts leave none");
        }
    }

    /// One format of several. Of those that mean something, `choose` says which.
    fn format<'n>(
        &mut self,
        node: &Node<'n>,
        is_known: impl Fn(&&'n str) -> bool,
        choose: impl Fn(&[&'n str]) -> Option<&'n str>,
    ) {
        let formats: Vec<&str> = node.all("format").into_iter().filter_map(Value::as_str).collect();
        let known: Vec<&str> = formats.iter().copied().filter(|format| is_known(format)).collect();
        let chosen = if known.is_empty() { formats.first().copied() } else { choose(&known) };
        if let Some(chosen) = chosen {
            self.schema.insert("format".into(), json!(chosen));
        }
        if formats.len() > 1 {
            let all: Vec<String> = formats.iter().map(|format| format!("`{format}`")).collect();
            let all = all.join(" and ");
            match chosen {
                Some(chosen) => self.mend(Fate::Exact, format!("{all} together are `{chosen}`")),
                None => self.mend(Fate::Widened, format!("{all} together are no format that is known")),
            }
        }
    }
}

/// The larger of the least and the smaller of the most. False, and neither, if they leave nothing.
pub(super) fn bounds(node: &Node<'_>, least: &str, most: &str, schema: &mut Schema) -> bool {
    let all = |keyword: &str| node.all(keyword).into_iter().filter_map(Value::as_u64).collect::<Vec<_>>();
    let (low, high) = (all(least).into_iter().max(), all(most).into_iter().min());
    if let (Some(low), Some(high)) = (low, high)
        && low > high
    {
        return false;
    }
    schema.extend(
        [(least, low), (most, high)]
            .into_iter()
            .filter_map(|(keyword, bound)| Some((keyword.to_owned(), json!(bound?)))),
    );
    true
}

/// Formats of numbers, the narrower first.
const FLOATS: [&str; 2] = ["float", "double"];
/// Formats of strings that are known to mean something.
const STRINGS: [&str; 12] = [
    "byte",
    "binary",
    "date",
    "date-time",
    "password",
    "uuid",
    "ip",
    "ipv4",
    "ipv6",
    "email",
    "uri",
    "hostname",
];

/// The values that a schema lists. Those of strings are strings, as its type says.
fn values(part: &Schema) -> Option<Vec<Value>> {
    let listed = part.get("enum")?.as_array()?.iter();
    let is_text = part.get("type").is_some_and(|ty| ty == "string");
    let as_text = |value: &Value| {
        if is_text && !value.is_null() && !value.is_string() {
            json!(value.to_string())
        } else {
            value.clone()
        }
    };
    Some(listed.map(as_text).collect())
}

/// Equal numbers may be written in several ways.
fn is_same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|number| b.as_f64() == Some(number))
}

fn is_of(value: &Value, ty: &str) -> bool {
    match ty {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => true,
    }
}
