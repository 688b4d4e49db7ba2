//! The Rust type that the bindings make of a schema, as far as callers see a difference.

use serde_json::{Map, Value};

use crate::pointer::Pointer;

/// The type, in words: equal words for types that a caller cannot tell apart.
#[must_use]
pub(super) fn type_of(schema: &Value) -> String {
    let Value::Object(schema) = schema else { return ANYTHING.to_owned() };
    if let Some(name) = named(schema) {
        return format!("`{name}`");
    }
    let types = types(schema);
    let nullable = types.contains(&"null");
    let inner = match types.iter().find(|kind| **kind != "null") {
        _ if is_text_enum(schema) => "an enum".to_owned(),
        _ if ["allOf", "properties"].iter().any(|word| schema.contains_key(*word)) => "a struct".to_owned(),
        _ if ["oneOf", "anyOf"].iter().any(|word| schema.contains_key(*word)) => union(schema),
        Some(&"string") => text(schema),
        Some(&"integer") => integer(schema).to_owned(),
        Some(&"number") if schema.get("format").is_some_and(|f| f == "float") => "f32".to_owned(),
        Some(&"number") => "f64".to_owned(),
        Some(&"boolean") => "bool".to_owned(),
        Some(&"array") => {
            let item = schema.get("items").map_or_else(|| ANYTHING.to_owned(), type_of);
            let is_set = schema.get("uniqueItems") == Some(&Value::Bool(true));
            if is_set { format!("a set of {item}") } else { format!("Vec<{item}>") }
        }
        Some(&"object") => match schema.get("additionalProperties") {
            Some(value @ Value::Object(_)) => format!("a map to {}", type_of(value)),
            _ => format!("a map to {ANYTHING}"),
        },
        _ => ANYTHING.to_owned(),
    };
    if nullable { format!("Option<{inner}>") } else { inner }
}

const ANYTHING: &str = "any JSON";

/// The type of the field that a property becomes: one that may be absent is an `Option`, unless its
/// type has an empty value or the document a default.
#[must_use]
pub(super) fn field_of(property: &Value, required: bool) -> String {
    let inner = type_of(property);
    let has_empty = ["Vec<", "Option<", "a map to "].iter().any(|start| inner.starts_with(start));
    if required || has_empty || property.get("default").is_some() {
        inner
    } else {
        format!("Option<{inner}>")
    }
}

/// The name of the component that a schema refers to.
#[must_use]
pub(super) fn named(schema: &Map<String, Value>) -> Option<String> {
    let target = Pointer::from_local_ref(schema.get("$ref")?.as_str()?)?;
    let (_, name) = target.as_str().rsplit_once('/')?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// Whether a schema becomes an enum with a variant for each of its values.
#[must_use]
pub(super) fn is_text_enum(schema: &Map<String, Value>) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| {
        values.iter().any(Value::is_string) && values.iter().all(|v| v.is_string() || v.is_null())
    })
}

/// Whether the type checks its text: its values are made by a conversion that can fail.
#[must_use]
pub(super) fn is_checked(schema: &Map<String, Value>) -> bool {
    ["maxLength", "minLength", "pattern"].iter().any(|limit| schema.contains_key(*limit))
}

fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn text(schema: &Map<String, Value>) -> String {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "a UUID",
        Some("date") => "a date",
        Some("date-time") => "a point in time",
        Some("ip") => "an IP address",
        Some("ipv4") => "an IPv4 address",
        Some("ipv6") => "an IPv6 address",
        _ if is_checked(schema) => "a string with limits",
        _ => "String",
    }
    .to_owned()
}

fn integer(schema: &Map<String, Value>) -> &'static str {
    let minimum = schema.get("minimum").and_then(Value::as_f64);
    let above = schema.get("exclusiveMinimum").and_then(Value::as_f64).map(|above| above + 1.0);
    let is_positive = minimum.or(above).is_some_and(|lowest| (lowest - 1.0).abs() < f64::EPSILON);
    match (schema.get("format").and_then(Value::as_str), is_positive) {
        (Some("int8" | "uint8"), true) => "NonZeroU8",
        (Some("int16" | "uint16"), true) => "NonZeroU16",
        (Some("int" | "int32" | "uint" | "uint32"), true) => "NonZeroU32",
        (_, true) => "NonZeroU64",
        (Some("int8"), _) => "i8",
        (Some("uint8"), _) => "u8",
        (Some("int16"), _) => "i16",
        (Some("uint16"), _) => "u16",
        (Some("int" | "int32"), _) => "i32",
        (Some("uint" | "uint32"), _) => "u32",
        (Some("uint64"), _) => "u64",
        _ => "i64",
    }
}

fn union(schema: &Map<String, Value>) -> String {
    let branches = ["oneOf", "anyOf"].iter().filter_map(|word| schema.get(*word)?.as_array());
    let branches: Vec<_> = branches.flatten().map(type_of).collect();
    format!("one of {}", branches.join(", "))
}

/// Whether every value of the first integer type is one of the second, which are named as above.
#[must_use]
pub(super) fn widens(from: &str, to: &str) -> Option<bool> {
    let range = |name: &str| {
        let (bits, lowest) = match name {
            "i8" => (7, -1),
            "i16" => (15, -1),
            "i32" => (31, -1),
            "i64" => (63, -1),
            "u8" => (8, 0),
            "u16" => (16, 0),
            "u32" => (32, 0),
            "u64" => (64, 0),
            "NonZeroU8" => (8, 1),
            "NonZeroU16" => (16, 1),
            "NonZeroU32" => (32, 1),
            "NonZeroU64" => (64, 1),
            _ => return None,
        };
        Some((bits, lowest))
    };
    let ((from_bits, from_lowest), (to_bits, to_lowest)) = (range(from)?, range(to)?);
    Some(from_bits <= to_bits && from_lowest >= to_lowest)
}
