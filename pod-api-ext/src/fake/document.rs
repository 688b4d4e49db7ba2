//! What the document says of each operation: what it takes, and a sample of what it answers.
//!
//! The data is generated, with schemas that are reduced to what is checked here. A value is checked for types, required
//! members, listed values and limits; members that nobody declared are taken, as real pods take them.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// How deep schemas may stand in each other. What lies deeper is not checked.
const DEPTH: usize = 200;

/// The schema of whatever it may be.
static ANYTHING: Value = Value::Bool(true);

/// The document.
pub(super) static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "it is generated beside this code, and any call reads it")]
    serde_json::from_str(include_str!("api.json")).expect("the generated data is as it is read")
});

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    operations: HashMap<String, Described>,
    /// By the references to them.
    schemas: HashMap<String, Value>,
}

/// What is said of an operation.
#[derive(Debug, Deserialize)]
pub(super) struct Described {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// The declared success.
    pub(super) answer: Option<Success>,
    /// Whether a call needs a session.
    pub(super) session: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "in")]
    pub(super) place: String,
    required: bool,
    list: List,
    schema: Value,
}

/// How a parameter that is a list is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum List {
    /// With commas between the items.
    Commas,
    /// The parameter comes once for each item.
    Repeated,
    /// As JSON, whatever it is.
    Json,
    /// In a way that is not checked.
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) schema: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Success {
    pub(super) status: u16,
    /// None: there is no body.
    pub(super) media: Option<String>,
    pub(super) sample: Option<Value>,
    pub(super) schema: Option<Value>,
}

/// What is wrong with a value.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    /// Where it is, as a pointer of RFC 6901.
    pointer: String,
    what: String,
}

/// The pointer as a fragment, and then what is wrong.
impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}", self.pointer, self.what)
    }
}

impl Document {
    pub(super) fn operation(&self, operation: &pod_api::Operation) -> Option<&Described> {
        self.operations.get(operation.name)
    }

    /// Checks what a parameter was given, once for each time that it came.
    pub(super) fn check_parameter(&self, parameter: &Parameter, given: &[&str]) -> Result<(), String> {
        let Parameter { name, place, required, list, schema } = parameter;
        let is_missing = given.iter().all(|value| value.is_empty());
        if is_missing && (*required || place == "path") {
            return Err(format!("The parameter {name} in the {place} is missing."));
        }
        let Some(first) = given.first().filter(|_| !is_missing) else { return Ok(()) };
        let is_list = self.types(schema, 0).contains(&"array");
        let items = || self.shape(schema, 0).and_then(|schema| schema.get("items")).unwrap_or(&ANYTHING);
        let value = match list {
            List::Json => serde_json::from_str(first)
                .map_err(|error| format!("The parameter {name} in the {place} is not JSON: {error}."))?,
            List::Other => return Ok(()),
            List::Commas if is_list => first.split(',').map(|item| self.read(items(), item)).collect(),
            List::Repeated if is_list => given.iter().map(|item| self.read(items(), item)).collect(),
            List::Commas | List::Repeated => self.read(schema, first),
        };
        // The document lists words in upper case, and its sentences write some of them in lower case.
        let checker = Checker { document: self, is_any_case: true };
        checker
            .check(schema, &value, "", 0)
            .map_err(|wrong| format!("The parameter {name} in the {place} {}.", wrong.what))
    }

    /// Checks a value.
    pub(super) fn check(&self, schema: &Value, value: &Value) -> Result<(), Wrong> {
        Checker { document: self, is_any_case: false }.check(schema, value, "", 0)
    }

    /// A text as a value of the first type of a schema that it can be.
    fn read(&self, schema: &Value, text: &str) -> Value {
        let types = self.types(schema, 0);
        let is_other = |value: &Value| types.iter().any(|ty| *ty != "string" && is_of(value, ty));
        // A decimal number as everybody writes it; JSON has more forms.
        let plain = text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit());
        let read = serde_json::from_str(text).ok().filter(|value: &Value| value.is_boolean() || plain);
        read.filter(is_other).unwrap_or_else(|| text.into())
    }

    /// The types that a schema names, behind references.
    fn types<'a>(&'a self, schema: &'a Value, depth: usize) -> Vec<&'a str> {
        match self.shape(schema, depth).and_then(|schema| schema.get("type")) {
            Some(Value::String(ty)) => vec![ty],
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The schema that says the type, behind references.
    fn shape<'a>(&'a self, schema: &'a Value, depth: usize) -> Option<&'a Value> {
        if schema.get("type").is_some() || depth > DEPTH {
            return Some(schema);
        }
        let target = self.schemas.get(schema.get("$ref")?.as_str()?)?;
        self.shape(target, depth + 1)
    }
}

struct Checker<'a> {
    document: &'a Document,
    /// Whether listed words may be written in any case.
    is_any_case: bool,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, depth: usize) -> Result<(), Wrong> {
        let Some(schema) = schema.as_object().filter(|_| depth < DEPTH) else { return Ok(()) };
        let wrong = |what: String| Err(Wrong { pointer: at.to_owned(), what });
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        let target = schema.get("$ref").and_then(Value::as_str);
        if let Some(target) = target.and_then(|target| self.document.schemas.get(target)) {
            self.check(target, value, at, depth + 1)?;
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(ty)) => vec![ty],
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|ty| is_of(value, ty)) {
            return wrong(format!("is {}, and must be of type {}", kind(value), types.join(" or ")));
        }
        let listed = list("enum").into_iter().flatten().chain(schema.get("const")).collect::<Vec<_>>();
        if !listed.is_empty() && !listed.iter().any(|one| self.is_same(one, value)) {
            let listed: Vec<String> = listed
                .iter()
                .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
                .collect();
            return wrong(format!("must be one of {}", listed.join(", ")));
        }
        if let Some(what) = beyond_limits(schema, value) {
            return wrong(what);
        }
        if let Some(members) = value.as_object() {
            for name in list("required").into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(name) {
                    return wrong(format!("lacks the member {name}, which is required"));
                }
            }
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, member) in members {
                let declared = properties.and_then(|properties| properties.get(name));
                if let Some(of) = declared.or_else(|| schema.get("additionalProperties")) {
                    self.check(of, member, &below(at, name), depth + 1)?;
                }
            }
        }
        if let (Some(items), Some(of)) = (value.as_array(), schema.get("items")) {
            for (index, item) in items.iter().enumerate() {
                self.check(of, item, &below(at, &index.to_string()), depth + 1)?;
            }
        }
        for part in list("allOf").into_iter().flatten() {
            self.check(part, value, at, depth + 1)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = list(keyword) else { continue };
            let mut failed = branches.iter().map(|branch| self.check(branch, value, at, depth + 1));
            // If none fits, the first says why.
            if let Some(Err(first)) = failed.next()
                && !failed.any(|checked| checked.is_ok())
            {
                return Err(first);
            }
        }
        Ok(())
    }

    fn is_same(&self, listed: &Value, value: &Value) -> bool {
        listed == value
            || (self.is_any_case
                && listed
                    .as_str()
                    .zip(value.as_str())
                    .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other)))
    }
}

/// What a value is too much or too little of.
fn beyond_limits(schema: &serde_json::Map<String, Value>, value: &Value) -> Option<String> {
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let outside = |size: f64, least: &str, most: &str| {
        let too_small = limit(least).filter(|least| size < *least).map(|least| format!("at least {least}"));
        too_small.or_else(|| limit(most).filter(|most| size > *most).map(|most| format!("at most {most}")))
    };
    // Sizes are far below what a double can count.
    let size = |count: usize| count as f64;
    match value {
        Value::Number(number) => {
            let bits = match schema.get("format").and_then(Value::as_str) {
                Some("int32") if number.as_i64().is_none_or(|whole| i32::try_from(whole).is_err()) => {
                    Some(32)
                }
                Some("int64")
                    if number.as_i64().is_none()
                        && number.as_f64().is_none_or(|n| n.abs() >= 2_f64.powi(63)) =>
                {
                    Some(64)
                }
                _ => None,
            };
            let bits = bits.map(|bits| format!("does not fit into {bits} bits"));
            bits.or_else(|| {
                outside(number.as_f64()?, "minimum", "maximum").map(|what| format!("must be {what}"))
            })
        }
        Value::String(text) => outside(size(text.chars().count()), "minLength", "maxLength")
            .map(|what| format!("must be {what} characters long")),
        Value::Array(items) => {
            outside(size(items.len()), "minItems", "maxItems").map(|what| format!("must have {what} items"))
        }
        _ => None,
    }
}

fn is_of(value: &Value, ty: &str) -> bool {
    match ty {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A pointer to a member or an item.
fn below(at: &str, token: &str) -> String {
    format!("{at}/{}", token.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        let node = json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "format": "int64"},
                "kind": {"type": "string", "enum": ["SMALL", "LARGE"]},
                "next": {"$ref": "#/Node"},
                "a/b": {"type": ["string", "null"], "maxLength": 2},
            },
        });
        let round = json!({"$ref": "#/Round"});
        Document {
            operations: HashMap::new(),
            schemas: HashMap::from([("#/Node".to_owned(), node), ("#/Round".to_owned(), round)]),
        }
    }

    fn check(schema: Value, value: Value) -> Result<(), String> {
        document().check(&schema, &value).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn what_is_wrong_is_told_with_its_pointer() {
        let node = |value| check(json!({"$ref": "#/Node"}), value);
        assert_eq!(node(json!({"id": 5, "kind": "SMALL", "unheard": ["of"], "a/b": null})), Ok(()));
        assert_eq!(node(json!({"id": i64::MIN, "next": {"id": 7.0}})), Ok(()));
        let wrong = |text: &str| Err(text.to_owned());
        assert_eq!(node(json!([])), wrong("# is an array, and must be of type object"));
        assert_eq!(node(json!({})), wrong("# lacks the member id, which is required"));
        assert_eq!(node(json!({"id": "5"})), wrong("#/id is a string, and must be of type integer"));
        assert_eq!(node(json!({"id": 5.5})), wrong("#/id is a number, and must be of type integer"));
        assert_eq!(node(json!({"id": u64::MAX})), wrong("#/id does not fit into 64 bits"));
        assert_eq!(
            node(json!({"id": 5, "next": {"id": 6, "kind": "small"}})),
            wrong("#/next/kind must be one of SMALL, LARGE")
        );
        assert_eq!(node(json!({"id": 5, "a/b": "éèê"})), wrong("#/a~1b must be at most 2 characters long"));
        assert_eq!(
            check(json!({"items": {"$ref": "#/Node"}}), json!([{"id": 5}, null])),
            wrong("#/1 is null, and must be of type object")
        );
    }

    #[test]
    fn compositions_and_references_in_circles_are_followed() {
        let either = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
        assert_eq!(check(either.clone(), json!(null)), Ok(()));
        assert_eq!(check(either, json!(1)), Err("# is an integer, and must be of type string".to_owned()));
        let both = json!({"allOf": [{"minimum": 1}, {"maximum": 3}]});
        assert_eq!(check(both.clone(), json!(3)), Ok(()));
        assert_eq!(check(both, json!(4)), Err("# must be at most 3".to_owned()));
        assert_eq!(check(json!({"$ref": "#/Round"}), json!(1)), Ok(()));
        assert_eq!(check(json!({"$ref": "#/Gone"}), json!(1)), Ok(()));
    }

    #[test]
    fn parameters_are_read_as_what_they_are_declared() {
        let parameter = |list, schema: Value| Parameter {
            name: "p".to_owned(),
            place: "query".to_owned(),
            required: false,
            list,
            schema,
        };
        let check = |list, schema, given: &[&str]| {
            document().check_parameter(&parameter(list, schema), given).is_ok()
        };
        let integer = json!({"type": "integer", "format": "int64"});
        let cases = [
            ("5", true),
            ("-5", true),
            ("", true),
            ("x", false),
            ("5.5", false),
            ("9223372036854775808", false),
        ];
        for (text, expected) in cases {
            assert_eq!(check(List::Repeated, integer.clone(), &[text]), expected, "{text}");
        }
        let boolean = json!({"type": "boolean"});
        assert!(check(List::Repeated, boolean.clone(), &["true"]));
        assert!(!check(List::Repeated, boolean, &["yes"]));
        let listed = json!({"type": "string", "enum": ["ALL"]});
        assert!(check(List::Repeated, listed.clone(), &["all"]), "sentences write it so");
        assert!(!check(List::Repeated, listed, &["some"]));
        assert!(check(List::Repeated, json!({"type": "string"}), &["5"]));
        let integers = json!({"type": "array", "items": integer});
        assert!(check(List::Commas, integers.clone(), &["1,2"]));
        assert!(!check(List::Commas, integers.clone(), &["1,x"]));
        assert!(check(List::Repeated, integers.clone(), &["1", "2"]));
        assert!(!check(List::Repeated, integers, &["1", "x"]));
    }
}
