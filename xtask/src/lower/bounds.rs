//! Numeric bounds: 3.0 says with true and false whether the one bound is exclusive.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::lower::draft::Draft;

pub(super) fn rewrite(draft: &mut Draft<'_>) {
    whole(draft);
    one(draft, "minimum", "exclusiveMinimum", Ordering::Greater);
    one(draft, "maximum", "exclusiveMaximum", Ordering::Less);
}

/// Whole numbers have whole bounds: whatever is written with a fraction is told apart by the nearest of them.
fn whole(draft: &mut Draft<'_>) {
    type Rounding = fn(f64) -> f64;
    let is_whole = match draft.members.get("type") {
        Some(Value::Array(types)) => {
            types.iter().any(|ty| ty == "integer") && types.iter().all(|ty| ty == "integer" || ty == "null")
        }
        ty => ty.is_some_and(|ty| ty == "integer"),
    };
    let round: [(&str, Rounding); 5] = [
        ("minimum", f64::ceil),
        ("exclusiveMinimum", f64::floor),
        ("maximum", f64::floor),
        ("exclusiveMaximum", f64::ceil),
        // Another value with a fraction is none that the type has.
        ("default", |value| value),
    ];
    for (word, round) in round.into_iter().filter(|_| is_whole) {
        let Some(Value::Number(number)) = draft.members.get(word) else { continue };
        let rounded = number.as_f64().filter(|_| number.is_f64()).map(round).and_then(Number::from_f64);
        let rounded = rounded.as_ref().and_then(integer).and_then(|whole| i64::try_from(whole).ok());
        if let Some(rounded) = rounded {
            draft.set(word, rounded);
            draft.exact(word, format!("is written as {rounded}: the values are whole numbers."));
        }
    }
}

/// `tighter` is how the tighter of two bounds compares with the other.
fn one(draft: &mut Draft<'_>, inclusive: &str, exclusive: &str, tighter: Ordering) {
    match draft.take(exclusive) {
        Some(Value::Bool(true)) if draft.has(inclusive) => {
            draft.set(exclusive, true);
            draft.exact(
                exclusive,
                format!("`{exclusive}: true` is left over from 3.0 and is meant; it stays."),
            );
        }
        Some(Value::Bool(_)) => {
            draft.exact(
                exclusive,
                format!("`{exclusive}` is left over from 3.0 and says nothing here; it is left out."),
            );
        }
        Some(Value::Number(bound)) => {
            let other = draft.members.get(inclusive);
            if let Some(Value::Number(other)) = other
                && compare(other, &bound) == tighter
            {
                draft.exact(exclusive, format!("`{inclusive}` is tighter; `{exclusive}` is left out."));
            } else {
                draft.set(inclusive, bound);
                draft.set(exclusive, true);
                draft.exact(exclusive, format!("is written as `{inclusive}` with `{exclusive}: true`."));
            }
        }
        _ => {}
    }
}

/// Compares numbers by value, however they are written.
pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // One has a fraction, so it is far below the numbers that a float cannot tell apart.
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// The value of a number without a fraction.
pub(crate) fn integer(number: &Number) -> Option<i128> {
    /// Two to the power of 126; floats below it fit.
    const LIMIT: f64 = 8.507_059_173_023_462e37;
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range, by the filter")]
    let whole = |float: f64| (float.fract() == 0.0 && float.abs() < LIMIT).then_some(float as i128);
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
        .or_else(|| number.as_f64().and_then(whole))
}

/// Equality of JSON Schema: numbers by value.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
