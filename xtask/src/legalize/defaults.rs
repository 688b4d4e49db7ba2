//! Keeps the defaults that the generator can write as values of their types.
//!
//! A default that its schema refuses is dropped. A valid one that cannot be written is left to the server, which
//! applies it to missing values. In both cases the property is optional.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::marks::unmarked;
use super::walk::{self, COMPOSED, SAYING, is_component, is_null};
use super::{inline, limits};
use crate::document::resolved;
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// Takes out the defaults that cannot be written, and writes the others with the names of today.
pub(super) fn fit(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    let before = document.clone();
    walk::schemas(document, &mut |place, schema| {
        let Some(default) = schema.get("default") else { return };
        let text = match written(&before, default, schema, DEPTH) {
            Ok(written) => {
                schema.insert("default".into(), written);
                // The generator forgets the default of a struct that stands where it is used.
                if schema.contains_key("properties") && !is_component(place) {
                    let (outer, inner) = inline::apart(schema);
                    *schema = outer;
                    schema.insert("allOf".into(), json!([inner]));
                }
                return;
            }
            Err(Unfit::Refused) => "a default that its own schema refuses is none".to_owned(),
            Err(Unfit::Beyond(why)) => format!("the default is left to the server: {why}"),
        };
        schema.remove("default");
        notes.push(Note { pointer: place.join("default"), fate: Fate::Dropped, text });
    });
}

/// Takes out the defaults whose functions would have a name that is taken.
pub(super) fn leave(draft: &mut Draft, places: &[Pointer]) {
    for place in places {
        if let Some(Value::Object(schema)) = draft.at(place)
            && schema.remove("default").is_some()
        {
            let text = "the default is left to the server: in Rust its name is taken";
            draft.note(place.join("default"), Fate::Dropped, text);
        }
    }
}

/// Why a default is not carried.
#[derive(Debug, PartialEq)]
enum Unfit {
    /// It is not valid.
    Refused,
    /// It is, or may be, but the generator cannot write it.
    Beyond(&'static str),
}

/// Deeper defaults are of schemas that have themselves inside.
const DEPTH: usize = 32;

type Schema = Map<String, Value>;

/// The default as the generator can write it.
fn written(document: &Value, default: &Value, schema: &Schema, depth: usize) -> Result<Value, Unfit> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Unfit::Beyond("its schema has itself inside")) };
    if schema.contains_key("$ref") {
        let Some(target) = schema.get("$ref").map(|_| resolved(document, &json!(schema)).clone()) else {
            return Err(Unfit::Refused);
        };
        return match target {
            Value::Object(target) if !target.contains_key("$ref") => {
                written(document, default, &target, depth)
            }
            _ => Err(Unfit::Refused),
        };
    }
    if let Some(only) = the_only_type_beside_null(schema) {
        return if default.is_null() { Ok(Value::Null) } else { written(document, default, only, depth) };
    }
    if default.is_null() {
        let is_anything = schema.keys().all(|keyword| !decides(keyword));
        let may_be_null = is_anything || schema.get("nullable") == Some(&json!(true));
        return if may_be_null { Ok(Value::Null) } else { Err(Unfit::Refused) };
    }
    let composed: Vec<&str> = COMPOSED.into_iter().filter(|keyword| schema.contains_key(*keyword)).collect();
    if let (["allOf"], Some([Value::Object(only)])) =
        (composed.as_slice(), schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice))
        && schema.keys().all(|keyword| keyword == "allOf" || !decides(keyword))
    {
        return written(document, default, only, depth);
    }
    if composed.contains(&"allOf") {
        return Err(Unfit::Beyond("its type is made of several"));
    }
    if !composed.is_empty() {
        return Err(Unfit::Beyond("its type is one of several"));
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return one_of(default, values);
    }
    match (schema.get("type").and_then(Value::as_str), default) {
        (Some("string"), Value::String(text)) => string(text, schema).map(|()| default.clone()),
        (Some("boolean"), Value::Bool(_)) => Ok(default.clone()),
        (Some("integer" | "number"), Value::Number(_)) => number(default, schema).map(|()| default.clone()),
        (Some("array"), Value::Array(items)) => array(document, items, schema, depth),
        (Some("object"), Value::Object(members)) => object(document, members, schema, depth),
        (None, _) if schema.keys().all(|keyword| !decides(keyword)) => Ok(default.clone()),
        (None, _) => Err(Unfit::Beyond("its schema has no type")),
        _ => Err(Unfit::Refused),
    }
}

/// The only branch of a union that is not null, where null is one.
fn the_only_type_beside_null(schema: &Schema) -> Option<&Schema> {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    let types: Vec<&Value> =
        branches.iter().filter(|branch| !branch.as_object().is_some_and(is_null)).collect();
    match types.as_slice() {
        [Value::Object(only)] if branches.len() > 1 => Some(only),
        _ => None,
    }
}

/// Whether a keyword decides which values a schema allows.
fn decides(keyword: &str) -> bool {
    [&SAYING[..], &COMPOSED].iter().any(|keywords| keywords.contains(&keyword))
}

/// A value as it stands in an enum: equal values may be written in several ways, and may be marked.
fn one_of(default: &Value, values: &[Value]) -> Result<Value, Unfit> {
    let is_same = |value: &&Value| match (default, value) {
        (Value::String(text), Value::String(value)) => unmarked(value) == *text,
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (a, b) => a == *b,
    };
    values
        .iter()
        .find(|value| *value == default)
        .or_else(|| values.iter().find(is_same))
        .cloned()
        .ok_or(Unfit::Refused)
}

fn refused_unless(fits: bool) -> Result<(), Unfit> {
    if fits { Ok(()) } else { Err(Unfit::Refused) }
}

fn within(size: usize, schema: &Schema, least: &str, most: &str) -> Result<(), Unfit> {
    let bound = |name| schema.get(name).and_then(Value::as_u64);
    let size = size as u64;
    refused_unless(
        bound(least).is_none_or(|least| size >= least) && bound(most).is_none_or(|most| size <= most),
    )
}

fn string(text: &str, schema: &Schema) -> Result<(), Unfit> {
    within(text.chars().count(), schema, "minLength", "maxLength")?;
    refused_unless(match schema.get("format").and_then(Value::as_str) {
        Some("ip") => text.parse::<IpAddr>().is_ok(),
        Some("ipv4") => text.parse::<Ipv4Addr>().is_ok(),
        Some("ipv6") => text.parse::<Ipv6Addr>().is_ok(),
        _ => true,
    })
}

fn number(default: &Value, schema: &Schema) -> Result<(), Unfit> {
    let is_integer = schema.get("type").is_some_and(|ty| ty == "integer");
    let Some(value) = default.as_f64() else { return Err(Unfit::Refused) };
    refused_unless(!is_integer || value.fract() == 0.0)?;
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let excludes = |name: &str| schema.get(name) == Some(&json!(true));
    let above = bound("minimum")
        .is_none_or(|least| value > least || (value == least && !excludes("exclusiveMinimum")));
    let below =
        bound("maximum").is_none_or(|most| value < most || (value == most && !excludes("exclusiveMaximum")));
    refused_unless(above && below)?;
    refused_unless(
        bound("multipleOf").is_none_or(|step| step == 0.0 || (value / step).fract().abs() < 1e-9),
    )?;
    if is_integer {
        let Some(value) = default.as_i64() else {
            return Err(Unfit::Beyond("it is not written as an integer that Rust has"));
        };
        let range = schema.get("format").and_then(Value::as_str).and_then(limits::range);
        #[expect(clippy::cast_precision_loss, reason = "the least and the largest i64 are floats themselves")]
        let float = value as f64;
        refused_unless(range.is_none_or(|(least, most)| least <= float && float <= most))?;
    }
    Ok(())
}

fn array(document: &Value, items: &[Value], schema: &Schema, depth: usize) -> Result<Value, Unfit> {
    within(items.len(), schema, "minItems", "maxItems")?;
    if schema.get("uniqueItems") == Some(&json!(true)) {
        refused_unless(
            items.iter().enumerate().all(|(at, item)| !items.iter().skip(at + 1).any(|o| o == item)),
        )?;
    }
    match schema.get("items") {
        Some(Value::Object(of)) => items.iter().map(|item| written(document, item, of, depth)).collect(),
        _ => Ok(Value::Array(items.to_vec())),
    }
}

fn object(document: &Value, members: &Schema, schema: &Schema, depth: usize) -> Result<Value, Unfit> {
    within(members.len(), schema, "minProperties", "maxProperties")?;
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    refused_unless(required.iter().all(|name| members.contains_key(&unmarked(name))))?;
    let is_map = properties.is_empty() && required.is_empty();
    let mut all = Map::new();
    for (name, value) in members {
        let property = properties.iter().find(|(property, _)| unmarked(property) == *name);
        let (name, value) = match (property, schema.get("additionalProperties")) {
            (Some((property, Value::Object(of))), _) => {
                (property.clone(), written(document, value, of, depth)?)
            }
            (_, Some(Value::Bool(false))) => return Err(Unfit::Refused),
            (_, Some(Value::Object(of))) => (name.clone(), written(document, value, of, depth)?),
            _ if is_map => (name.clone(), value.clone()),
            _ => return Err(Unfit::Beyond("it has a member that its type does not have")),
        };
        all.insert(name, value);
    }
    // The generator would take the values that types have by themselves.
    for (name, property) in properties {
        if let Some(default) = resolved(document, property).get("default").filter(|_| !all.contains_key(name))
            && let Value::Object(of) = property
        {
            match written(document, default, of, depth) {
                Ok(value) => drop(all.insert(name.clone(), value)),
                Err(Unfit::Refused) => (),
                Err(beyond) => return Err(beyond),
            }
        }
    }
    Ok(Value::Object(all))
}
