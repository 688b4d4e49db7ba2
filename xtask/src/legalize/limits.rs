//! Limits of integers and lists, which the generator turns into types that cannot hold other values.
//!
//! `minimum: 1` gives `NonZeroU64`, `minimum: 0` an unsigned type, `maximum: 127` one of a byte, and as many items as
//! must be there an array of that length. Answers are read leniently, so a schema that an answer can contain loses such
//! limits, and its type is that of the format. A schema that is only sent keeps them, unless the type would accept less
//! than the schema.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::reach::Reach;
use super::walk;
use crate::report::{Fate, Note};

/// Formats that name an integer type, with its limits.
const FORMATS: [(&str, f64, f64); 10] = [
    ("int8", -128.0, 127.0),
    ("uint8", 0.0, 255.0),
    ("int16", -32_768.0, 32_767.0),
    ("uint16", 0.0, 65_535.0),
    ("int", -2_147_483_648.0, 2_147_483_647.0),
    ("int32", -2_147_483_648.0, 2_147_483_647.0),
    ("uint", 0.0, 4_294_967_295.0),
    ("uint32", 0.0, 4_294_967_295.0),
    ("int64", -LARGEST, LARGEST),
    ("uint64", 0.0, 2.0 * LARGEST),
];

/// The largest `i64`, as near as a float comes.
const LARGEST: f64 = 9_223_372_036_854_775_807.0;

/// From here on a float is no certain integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The longest array that serde reads and writes.
const LONGEST: u64 = 32;

type Schema = Map<String, Value>;
type Say<'a> = &'a mut dyn FnMut(&str, String);

/// Gives an integer a type that holds the values that are listed for it, which a format need not. What is more than 64
/// bits hold is a number with a point.
pub(super) fn hold(values: &mut [Value], schema: &mut Schema, note: &mut dyn FnMut(&str, Fate, String)) {
    // `1.0` is an integer, and written like one.
    for value in values.iter_mut() {
        *value = integer(value).map_or_else(|| value.take(), Value::from);
    }
    let all = |is_held: fn(&Value) -> bool| values.iter().all(|value| !value.is_number() || is_held(value));
    let is_within = |low: f64, high: f64| {
        values.iter().filter_map(Value::as_f64).all(|value| low <= value && value <= high)
    };
    let declared = format(schema);
    let is_held = declared.is_none_or(|(_, low, high)| is_within(low, high));
    let (keyword, text) = match () {
        () if all(Value::is_i64) && is_held => return,
        () if all(Value::is_i64) => {
            schema.remove("format");
            ("format", "the format does not hold the values that are listed: 64 bits do")
        }
        () if all(Value::is_u64) && declared.is_some_and(|(name, ..)| name == "uint64") => return,
        () if all(Value::is_u64) => {
            schema.insert("format".into(), json!("uint64"));
            ("format", "the format does not hold the values that are listed: 64 bits without a sign do")
        }
        () if !values.iter().any(|value| value.as_f64().is_some_and(|value| value.abs() >= EXACT)) => return,
        () => {
            schema.remove("format");
            schema.insert("type".into(), json!("number"));
            ("type", "64 bits do not hold the values that are listed: any number is read")
        }
    };
    note(keyword, Fate::Widened, text.to_owned());
}

/// The integer that a number is.
fn integer(value: &Value) -> Option<i64> {
    let float = value.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT);
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range, by the filter")]
    value.as_i64().or_else(|| float.map(|float| float as i64))
}

/// Takes out the limits that would make a type too narrow.
pub(super) fn widen(draft: &mut Draft) {
    let answers = Reach::of_answers(&draft.document);
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let is_answered = answers.has(place);
        let mut note = |keyword: &str, text| {
            notes.push(Note { pointer: place.join(keyword), fate: Fate::Widened, text });
        };
        if schema.get("type").is_some_and(|ty| ty == "integer") {
            if is_answered { read_integer(schema, &mut note) } else { sent_integer(schema, &mut note) }
        }
        list(schema, is_answered, &mut note);
    });
}

/// The type is that of the format, or one that takes what the limits allow.
fn read_integer(schema: &mut Schema, note: Say<'_>) {
    let (least, most) = limits(schema);
    let Some(keyword) = remove(schema, &BOTH) else { return };
    let is_beyond = |(_, low, high): &(&str, f64, f64)| {
        least.is_some_and(|least| least < *low) || most.is_some_and(|most| most > *high)
    };
    let declared = format(schema);
    if declared.is_some_and(|declared| is_beyond(&declared)) {
        schema.remove("format");
    }
    if declared.is_none_or(|declared| is_beyond(&declared))
        && least.is_some_and(|least| least >= 0.0)
        && most.is_some_and(|most| most > LARGEST)
    {
        schema.insert("format".into(), json!("uint64"));
    }
    note(keyword, "limits are left to the server: an answer may go beyond them".into());
}

/// A single limit may be that of a type which takes less on its other side.
fn sent_integer(schema: &mut Schema, note: Say<'_>) {
    if format(schema).is_some() {
        return;
    }
    let gone = match limits(schema) {
        (Some(least), None) if least < 0.0 => remove(schema, &BOTH[..2]),
        (None, Some(most)) if FORMATS.iter().any(|(_, _, high)| *high == most && most <= 4_294_967_295.0) => {
            remove(schema, &BOTH[2..])
        }
        _ => None,
    };
    if let Some(keyword) = gone {
        note(keyword, "the limit is left to the server: in Rust it is that of a narrower type".into());
    }
}

const BOTH: [&str; 4] = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"];

/// Takes keywords out, and says which was the first.
fn remove<'a>(schema: &mut Schema, keywords: &[&'a str]) -> Option<&'a str> {
    keywords.iter().copied().filter(|keyword| schema.remove(*keyword).is_some()).reduce(|first, _| first)
}

/// The least and the largest integer that are allowed.
fn limits(schema: &Schema) -> (Option<f64>, Option<f64>) {
    let limit = |keyword: &str, exclusive: &str, step: f64| {
        let limit = schema.get(keyword).and_then(Value::as_f64);
        limit.map(|limit| if schema.get(exclusive) == Some(&json!(true)) { limit + step } else { limit })
    };
    (limit("minimum", "exclusiveMinimum", 1.0), limit("maximum", "exclusiveMaximum", -1.0))
}

/// The least and the largest integer of a format.
pub(super) fn range(format: &str) -> Option<(f64, f64)> {
    FORMATS.iter().find(|(name, _, _)| *name == format).map(|(_, least, most)| (*least, *most))
}

fn format(schema: &Schema) -> Option<(&'static str, f64, f64)> {
    let declared = schema.get("format").and_then(Value::as_str)?;
    FORMATS.into_iter().find(|(name, _, _)| *name == declared)
}

fn list(schema: &mut Schema, is_answered: bool, note: Say<'_>) {
    if schema.get("uniqueItems") == Some(&json!(true)) {
        remove(schema, &["uniqueItems", "minItems", "maxItems"]);
        note("uniqueItems", "that no item comes twice, and their number, is left to the server".into());
    }
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let is_array = count("minItems") == count("maxItems") && count("minItems").is_some_and(|count| count > 0);
    if is_array && (is_answered || count("minItems").is_some_and(|count| count > LONGEST)) {
        remove(schema, &["minItems", "maxItems"]);
        note("maxItems", "the number of items is left to the server, so this is a list".into());
    }
}
