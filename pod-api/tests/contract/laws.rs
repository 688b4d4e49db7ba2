//! What holds for every type: nothing is lost of a valid value, and what a server sends although the document does not
//! allow it costs no more than itself.

use std::fmt::Display;
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::types::ALL;
use super::values::{self, Place, Type};

/// Reads a value as a type and writes it again.
pub type Read = fn(&Value) -> Result<Value, String>;

pub fn read<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, String> {
    // From text, as an answer comes.
    let read: T = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    serde_json::to_value(read).map_err(|error| error.to_string())
}

static TYPES: LazyLock<Vec<Type>> = LazyLock::new(values::types);

/// Where a value that was read and written is another: something is gone, changed, or there without being a default, which
/// `filled` has.
pub fn difference(value: &Value, written: &Value, filled: &Value) -> Option<String> {
    match (value, written) {
        (Value::Object(value), Value::Object(written)) => {
            let within = |name: &String| filled.get(name).unwrap_or(&Value::Null);
            let changed = value.iter().find_map(|(name, value)| match written.get(name) {
                // Null for a member that may be missing says no more than that it is.
                None if value.is_null() => None,
                None => Some(format!("/{name} is lost")),
                Some(written) => {
                    difference(value, written, within(name)).map(|what| format!("/{name}{what}"))
                }
            });
            changed.or_else(|| {
                let added = written.iter().filter(|(name, _)| !value.contains_key(*name));
                let mut invented = added.filter(|(name, added)| within(name) != *added);
                invented.next().map(|(name, added)| format!("/{name} {added} is invented"))
            })
        }
        (Value::Array(value), Value::Array(written)) if value.len() == written.len() => {
            let mut items = value.iter().zip(written).enumerate();
            items.find_map(|(index, (value, written))| {
                let filled = filled.get(index).unwrap_or(&Value::Null);
                difference(value, written, filled).map(|what| format!("/{index}{what}"))
            })
        }
        (Value::Number(value), Value::Number(written)) if value.as_f64() == written.as_f64() => {
            let are_whole = value.is_f64() == written.is_f64();
            (are_whole && value != written).then(|| format!(" {value} becomes {written}"))
        }
        _ => (value != written).then(|| format!(" {value} becomes {written}")),
    }
}

/// Looks at every type with what reads it, and tells all that is wrong.
fn every_type(look: impl Fn(&Type, &dyn Fn(&Value) -> Result<Value, String>, &mut Vec<String>)) {
    let mut wrong = Vec::new();
    for of in &*TYPES {
        let (_, read) = ALL.iter().find(|(name, _)| *name == of.name).expect(of.name);
        let mut found = Vec::new();
        look(of, read, &mut found);
        wrong.extend(found.into_iter().map(|what| format!("{}{what}", of.name)));
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is sent in a place of a type that answers hold reads like what is meant.
fn reads_as(
    fits: impl Fn(&Place) -> bool,
    sent: impl Fn(&Place, &Value) -> Value,
    meant: impl Fn(&Place, &Value) -> Value,
) {
    every_type(|of, read, wrong| {
        for place in of.places.iter().filter(|place| of.is_answered && fits(place)) {
            let (sent, meant) = (sent(place, &of.whole), meant(place, &of.whole));
            let (sent_is, meant_is) = (read(&sent).ok(), read(&meant).ok());
            if sent_is != meant_is {
                wrong.push(format!(
                    "{}: {sent} is read as {}\n  in place of {}",
                    place.pointer,
                    or_error(sent_is),
                    or_error(meant_is)
                ));
            }
        }
    });
}

fn or_error(read: Option<Value>) -> impl Display {
    read.map_or_else(|| "an error".to_owned(), |value| value.to_string())
}

#[test]
fn nothing_is_lost_of_a_valid_value() {
    every_type(|of, read, wrong| {
        let mut check = |place: &str, value: &Value, filled: &Value| match read(value) {
            Ok(written) => {
                wrong.extend(
                    difference(value, &written, filled).map(|what| format!("{what}, of {place} {value}")),
                );
            }
            Err(error) => wrong.push(format!(" does not read {place} {value}: {error}")),
        };
        check("the whole", &of.whole, &of.whole);
        if let Some((least, filled)) = &of.least {
            check("the least", least, filled);
        }
        for place in &of.places {
            for other in &place.others {
                let value = place.set(&of.whole, other.clone());
                check(&format!("{other} at {} in", place.pointer), &value, &value);
            }
        }
    });
}

/// A word that nobody listed.
const UNHEARD: &str = "NOT HEARD OF";

#[test]
fn a_word_that_nobody_listed_is_kept_in_an_answer_and_refused_in_a_request() {
    every_type(|of, read, wrong| {
        for place in of.places.iter().filter(|place| place.is("word")) {
            let value = place.set(&of.whole, UNHEARD.into());
            match (of.is_answered, read(&value)) {
                (true, Ok(written)) => {
                    wrong.extend(difference(&value, &written, &value).map(|what| format!("{what}: {value}")));
                }
                (true, Err(error)) => wrong.push(format!("{}: {error}", place.pointer)),
                (false, Ok(_)) => wrong.push(format!("{}: {UNHEARD} is sent", place.pointer)),
                (false, Err(_)) => (),
            }
        }
    });
}

#[test]
fn members_that_nobody_knows_are_passed_over() {
    let with_more = |place: &Place, value: &Value| {
        let mut object = value.pointer(&place.pointer).unwrap().clone();
        object["since 21.0"] = json!({"any": ["thing", null]});
        place.set(value, object)
    };
    reads_as(|place| place.is("object"), with_more, |_, value| value.clone());
}

#[test]
fn null_for_an_optional_member_is_none() {
    reads_as(|place| place.is("optional"), |place, value| place.set(value, Value::Null), Place::without);
}

/// The empty value of a place where null loses nothing.
fn empty(place: &Place) -> Option<Value> {
    let kinds = [
        ("text", json!("")),
        ("word", json!("")),
        ("list", json!([])),
        ("map", json!({})),
        ("object", json!({})),
    ];
    kinds.into_iter().find(|(kind, _)| place.is(kind)).map(|(_, empty)| empty)
}

#[test]
fn null_for_a_required_member_is_an_empty_value() {
    reads_as(
        |place| place.is("required") && !place.is("nullable") && empty(place).is_some(),
        |place, value| place.set(value, Value::Null),
        |place, value| place.set(value, empty(place).unwrap_or_default()),
    );
}

#[test]
fn null_for_a_required_number_or_truth_value_is_an_error() {
    every_type(|of, read, wrong| {
        let is_such = |place: &&Place| {
            let is_value = place.is("number") || place.is("truth");
            is_value && place.is("required") && !place.is("nullable")
        };
        for place in of.places.iter().filter(|place| of.is_answered && is_such(place)) {
            let read = read(&place.set(&of.whole, Value::Null));
            // A member that only answers must have may be missing in the type, which requests share.
            let invented =
                read.ok().filter(|read| read.pointer(&place.pointer).is_some_and(|value| !value.is_null()));
            wrong.extend(invented.map(|read| format!("{}: null becomes a value in {read}", place.pointer)));
        }
    });
}

#[test]
fn null_items_are_passed_over_where_no_schema_allows_them() {
    for at_the_end in [true, false] {
        let with_null = |place: &Place, value: &Value| {
            let mut items = value.pointer(&place.pointer).and_then(Value::as_array).unwrap().clone();
            items.insert(if at_the_end { items.len() } else { 0 }, Value::Null);
            place.set(value, items.into())
        };
        reads_as(|place| place.is("list"), with_null, |_, value| value.clone());
    }
}

#[test]
fn every_type_has_its_values() {
    let mut with_values: Vec<&str> = TYPES.iter().map(|of| of.name).collect();
    let mut with_code: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    with_values.sort_unstable();
    with_code.sort_unstable();
    assert_eq!(with_code, with_values);
}
