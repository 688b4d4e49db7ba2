//! Types: 3.0 has one, without null. `nullable` adds null to it, `anyOf` joins several.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::lower::bounds::integer;
use crate::lower::draft::Draft;

/// A type of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    /// The narrowest type of a value.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if integer(number).is_some() => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// Its name in 3.0, which has none for null.
    pub(super) fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Null => return None,
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        })
    }

    /// The keywords of 3.0 that are about values of this type only.
    fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Null | Self::Boolean => &[],
            Self::Integer | Self::Number => {
                &["multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"]
            }
            Self::String => &["minLength", "maxLength", "pattern"],
            Self::Array => &["items", "minItems", "maxItems", "uniqueItems"],
            Self::Object => {
                &["properties", "required", "additionalProperties", "minProperties", "maxProperties"]
            }
        }
    }

    /// Whether a `format` describes values of this type.
    fn has_format(self, format: &str) -> bool {
        let of_numbers = matches!(
            format,
            "int32"
                | "int64"
                | "float"
                | "double"
                | "int8"
                | "int16"
                | "uint8"
                | "uint16"
                | "uint32"
                | "uint64"
                | "decimal"
        );
        match self {
            Self::Integer | Self::Number => of_numbers,
            Self::String => !of_numbers,
            _ => false,
        }
    }
}

pub(super) fn rewrite(draft: &mut Draft<'_>) {
    let written = draft.members.get("type").cloned();
    let declared: Option<Vec<Type>> = match &written {
        Some(Value::Array(names)) => {
            Some(names.iter().filter_map(Value::as_str).filter_map(Type::parse).collect())
        }
        Some(Value::String(name)) => Some(Type::parse(name).into_iter().collect()),
        _ => None,
    };
    let plain =
        matches!(&written, None | Some(Value::String(_))) && declared.as_deref() != Some(&[Type::Null]);
    let values = match draft.members.get("enum") {
        Some(Value::Array(values)) if !plain || values.is_empty() || values.contains(&Value::Null) => {
            Some(values.clone())
        }
        _ => None,
    };
    match (values, declared) {
        // `nullable` stands here only if a rewrite put it, together with all that belongs to it.
        (Some(values), _) if draft.has("nullable") && !values.is_empty() => {}
        (Some(values), declared) => of_values(draft, values, declared.as_deref()),
        (None, Some(declared)) if !plain => of_types(draft, &declared),
        _ => {}
    }
    if draft.members.get("type").and_then(Value::as_str) == Some("array") && !draft.has("items") {
        draft.set("items", json!({}));
        draft.exact("items", "an empty `items` is added: 3.0 wants one beside `type: array`.");
    }
}

fn fits(value: &Value, declared: &[Type]) -> bool {
    let own = Type::of(value);
    declared.contains(&own) || (own == Type::Integer && declared.contains(&Type::Number))
}

/// The values say it all: their type is written beside them if they have one type.
fn of_values(draft: &mut Draft<'_>, mut values: Vec<Value>, declared: Option<&[Type]>) {
    values.retain(|value| declared.is_none_or(|declared| fits(value, declared)));
    draft.take("type");
    if values.is_empty() {
        draft.take("enum");
        draft.set("not", json!({}));
        draft.exact(
            "enum",
            "no value is left that fits; written as the opposite of a schema without keywords.",
        );
        return;
    }
    let null = values.contains(&Value::Null);
    let mut types: BTreeSet<Type> = values.iter().filter(|value| !value.is_null()).map(Type::of).collect();
    let fractions = types.contains(&Type::Number)
        || declared.is_some_and(|d| d.contains(&Type::Number) && !d.contains(&Type::Integer));
    if fractions && types.remove(&Type::Integer) {
        types.insert(Type::Number);
    }
    if let (1, Some(name)) = (types.len(), types.first().and_then(|one| one.name())) {
        draft.set("type", name);
        if null {
            draft.set("nullable", true);
        }
    }
    draft.set("enum", values);
    draft.exact("type", "the values are listed with the type they have, and null as `nullable`.");
}

fn of_types(draft: &mut Draft<'_>, declared: &[Type]) {
    let mut types: Vec<Type> = Vec::new();
    for one in declared {
        let wider = *one == Type::Integer && declared.contains(&Type::Number);
        if !wider && !types.contains(one) {
            types.push(*one);
        }
    }
    let null = types.contains(&Type::Null);
    types.retain(|one| *one != Type::Null);
    draft.take("type");
    match types.as_slice() {
        [] => {
            draft.set("enum", vec![Value::Null]);
            draft.exact("type", "null is written as an `enum` of null.");
        }
        [one] => {
            if let Some(name) = one.name() {
                draft.set("type", name);
            }
            if null {
                draft.set("nullable", true);
            }
            draft.exact("type", "the list of types is written as one type, null as `nullable`.");
        }
        all if null && all.len() == 5 && !all.contains(&Type::Integer) => {
            draft.exact("type", "is left out: it lists all types.");
        }
        several => {
            let branches = distribute(draft, several, null);
            draft.also_any_of(branches);
            draft
                .exact("type", "the types are written as `anyOf` of one each, with the keywords about each.");
        }
    }
}

/// One schema for each type. A keyword about values of one type says nothing about others, so it moves.
fn distribute(draft: &mut Draft<'_>, types: &[Type], null: bool) -> Vec<Value> {
    let format = draft.take("format");
    let mut formatted = false;
    let mut branches = Vec::with_capacity(types.len() + 1);
    for one in types {
        let mut branch = Map::new();
        branch.extend(one.name().map(|name| ("type".to_owned(), Value::from(name))));
        for key in one.keywords() {
            branch.extend(draft.take(key).map(|value| ((*key).to_owned(), value)));
        }
        if *one == Type::Array && !branch.contains_key("items") {
            branch.insert("items".to_owned(), json!({}));
        }
        if let Some(format) = format.as_ref().filter(|f| f.as_str().is_some_and(|f| one.has_format(f))) {
            branch.insert("format".to_owned(), format.clone());
            formatted = true;
        }
        branches.push(Value::Object(branch));
    }
    for keyword in [Type::Number, Type::String, Type::Array, Type::Object].iter().flat_map(|t| t.keywords()) {
        // About a type that the value cannot have.
        draft.take(keyword);
    }
    if let Some(format) = format.filter(|_| !formatted) {
        draft.set("format", format);
    }
    if null {
        branches.push(json!({"enum": [null]}));
    }
    branches
}
