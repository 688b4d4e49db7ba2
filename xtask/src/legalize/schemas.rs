//! Keywords that lead the generator to code that does not compile, or to none.

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::walk;
use crate::report::{Fate, Note};

/// Formats that become types of crates that the generated crate does not have.
const FOREIGN_FORMATS: [&str; 3] = ["date", "date-time", "uuid"];

/// Rewrites the schemas.
pub(super) fn rewrite(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let mut note = |keyword: &str, fate, text: String| {
            notes.push(Note { pointer: place.join(keyword), fate, text });
        };
        if schema.get("type").is_some_and(|ty| ty == "string") {
            if let Some(format) = schema.get("format").and_then(Value::as_str)
                && FOREIGN_FORMATS.contains(&format)
            {
                note("format", Fate::Widened, format!("any string is taken for a `{format}`"));
                schema.remove("format");
            }
            if schema.remove("pattern").is_some() {
                note("pattern", Fate::Widened, "the pattern is not checked".into());
            }
        }
        if schema.contains_key("enum") && schema.contains_key("allOf") {
            schema.remove("enum");
            note("enum", Fate::Widened, "whatever `allOf` allows is allowed, not these values alone".into());
        }
        if let Some(ty) = type_of_values(schema) {
            schema.insert("type".into(), json!(ty));
            note("enum", Fate::Exact, format!("the values are of type `{ty}`"));
        }
        if let Some(default) = schema.get("default")
            && !fits(default, schema)
        {
            schema.remove("default");
            note("default", Fate::Dropped, "a default that its own schema refuses is none".into());
        }
    });
}

/// The type that all values of an enum without a type have.
fn type_of_values(schema: &Map<String, Value>) -> Option<&'static str> {
    if schema.contains_key("type") {
        return None;
    }
    let mut types =
        schema.get("enum")?.as_array()?.iter().filter(|value| !value.is_null()).map(|value| match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            _ => "",
        });
    let first = types.next().filter(|ty| !ty.is_empty())?;
    types.all(|ty| ty == first).then_some(first)
}

/// Whether a default is surely valid. Where that takes more than a look, it is not.
fn fits(default: &Value, schema: &Map<String, Value>) -> bool {
    if default.is_null() {
        return schema.get("nullable") == Some(&json!(true));
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|values| !values.contains(default)) {
        return false;
    }
    let bound = |name| schema.get(name).and_then(Value::as_f64);
    let within = |size: f64, least, most| {
        bound(least).is_none_or(|least| size >= least) && bound(most).is_none_or(|most| size <= most)
    };
    match (schema.get("type").and_then(Value::as_str), default) {
        (Some("string"), Value::String(text)) => {
            within(text.chars().count() as f64, "minLength", "maxLength") && !schema.contains_key("format")
        }
        (Some("boolean"), Value::Bool(_)) => true,
        (Some("integer"), Value::Number(number)) => {
            number.as_i64().is_some_and(|number| within(number as f64, "minimum", "maximum"))
        }
        (Some("number"), Value::Number(number)) => {
            number.as_f64().is_some_and(|number| within(number, "minimum", "maximum"))
        }
        (Some("array"), Value::Array(items)) => items.is_empty() && bound("minItems").is_none(),
        _ => false,
    }
}
