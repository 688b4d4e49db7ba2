//! Keywords for which the generator fails, or generates code that does not compile.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::limits;
use super::walk::{self, COMPOSED};
use crate::report::{Fate, Note};

type Schema = Map<String, Value>;

/// Rewrites the schemas.
pub(super) fn rewrite(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let mut note = |keyword: &str, fate, text: String| {
            notes.push(Note { pointer: place.join(keyword), fate, text });
        };
        one_type(schema, &mut note);
        if schema.get("minLength") == Some(&json!(0)) {
            // The comparison would be useless, and the compiler says so.
            schema.remove("minLength");
            note("minLength", Fate::Exact, "every string has at least no characters".into());
        }
        formats(schema, &mut note);
        values(schema, &mut note);
    });
}

type Say<'a> = &'a mut dyn FnMut(&str, Fate, String);

/// Keywords that speak of values of one type only.
const OF_TYPES: [(&str, &[&str]); 4] = [
    ("object", &["properties", "required", "additionalProperties", "minProperties", "maxProperties"]),
    ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
    ("string", &["minLength", "maxLength", "pattern"]),
    ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
];

/// A schema without a type that speaks of several, or of numbers, has no type in Rust but any value.
fn one_type(schema: &mut Schema, note: Say<'_>) {
    if schema.contains_key("type") || COMPOSED.iter().any(|keyword| schema.contains_key(*keyword)) {
        return;
    }
    let spoken_of = OF_TYPES.iter().filter(|(_, keywords)| keywords.iter().any(|k| schema.contains_key(*k)));
    let spoken_of: Vec<_> = spoken_of.collect();
    match spoken_of.as_slice() {
        [] => (),
        [("object" | "array" | "string", _)] => {
            // The generator takes it for that type, and mistakes it where it is nullable.
            if schema.get("nullable") == Some(&json!(true))
                && let Some((ty, _)) = spoken_of.first()
            {
                schema.insert("type".into(), json!(ty));
            }
        }
        _ => {
            for (ty, keywords) in spoken_of {
                for keyword in *keywords {
                    if schema.remove(*keyword).is_some() {
                        let text = format!("any value is taken: what is said of a {ty} leaves the type open");
                        note(keyword, Fate::Widened, text);
                    }
                }
            }
        }
    }
}

/// Formats and patterns that would become a type of a crate that the generated crate does not have, or
/// one that fails the whole answer if a pod sends something else.
fn formats(schema: &mut Schema, note: Say<'_>) {
    const CHECKED: [&str; 6] = ["date", "date-time", "uuid", "ip", "ipv4", "ipv6"];
    let ty = schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(format) = schema.get("format").and_then(Value::as_str).map(str::to_owned) {
        match ty.as_str() {
            "string" if CHECKED.contains(&format.as_str()) => {
                note("format", Fate::Widened, format!("any string is taken for a `{format}`"));
                schema.remove("format");
            }
            "string" | "integer" | "number" => (),
            _ => {
                note("format", Fate::Dropped, format!("the format `{format}` says nothing of this type"));
                schema.remove("format");
            }
        }
    }
    if schema.remove("pattern").is_some() {
        let text = "the pattern is left to the server: an answer that does not match is read all the same, \
                    and the generated crate brings no ECMA-262 regular expressions";
        note("pattern", Fate::Widened, text.into());
    }
}

/// Values: of one type, once each, and nothing beside them.
fn values(schema: &mut Schema, note: Say<'_>) {
    let Some(Value::Array(values)) = schema.get("enum").cloned() else { return };
    if let Some(composed) = COMPOSED.iter().find(|keyword| schema.contains_key(**keyword)) {
        schema.remove("enum");
        let text = format!("whatever `{composed}` allows is allowed, not these values alone");
        return note("enum", Fate::Widened, text);
    }
    let has_null = values.iter().any(Value::is_null);
    let mut values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
    if values.is_empty() {
        // Only null, or nothing at all.
        if !has_null {
            schema.remove("enum");
            note("enum", Fate::Widened, "no value is listed, so any is taken".into());
        }
        return;
    }
    if has_null && schema.get("nullable") != Some(&json!(true)) {
        schema.insert("nullable".into(), json!(true));
        note("enum", Fate::Exact, "one of the values is null".into());
    }
    let is_integer = match schema.get("type") {
        Some(ty) => ty == "integer",
        None => values.iter().all(Value::is_number),
    };
    if is_integer {
        limits::hold(&mut values, schema, note);
    }
    let ty = match schema.get("type").and_then(Value::as_str) {
        Some(ty) => ty.to_owned(),
        None => match type_of(&values) {
            Some(ty) => {
                note("enum", Fate::Exact, format!("the values are of type `{ty}`"));
                schema.insert("type".into(), json!(ty));
                ty.to_owned()
            }
            None => String::new(),
        },
    };
    if !["string", "integer", "number", "boolean"].contains(&ty.as_str()) {
        schema.remove("enum");
        return note(
            "enum",
            Fate::Widened,
            "any value is taken: the listed ones are not of one simple type".into(),
        );
    }
    if ty == "string" && values.iter().any(|value| !value.is_string()) {
        for value in &mut values {
            if !value.is_string() {
                *value = json!(value.to_string());
            }
        }
        note("enum", Fate::Widened, "the values are strings, as the type says".into());
    }
    let count = values.len();
    values.retain(|value| {
        type_of(std::slice::from_ref(value))
            .is_some_and(|own| own == ty || (ty == "number" && own == "integer"))
    });
    if values.len() < count {
        note("enum", Fate::Exact, format!("values that are no `{ty}` cannot occur"));
    }
    let mut once: Vec<Value> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    if once.is_empty() {
        schema.remove("enum");
        return note("enum", Fate::Widened, format!("any `{ty}` is taken: none of the values is one"));
    }
    if has_null && ty != "boolean" {
        once.push(Value::Null);
    }
    schema.insert("enum".into(), Value::Array(once));
    for keyword in ["minLength", "maxLength"] {
        if schema.remove(keyword).is_some() {
            note(keyword, Fate::Widened, "the values are listed, so their length is not checked".into());
        }
    }
}

/// The type that all values have.
pub(super) fn type_of(values: &[Value]) -> Option<&'static str> {
    let mut types = values.iter().map(|value| match value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        _ => None,
    });
    let first = types.next()??;
    types.all(|ty| ty == Some(first)).then_some(first)
}
