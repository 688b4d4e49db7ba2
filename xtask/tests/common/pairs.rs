//! Random documents and edits of them, for judging what an edit means.
//!
//! One property of a type is what it is about, in a request, in an answer or in both. The same seed gives the same pair.

use serde_json::{Map, Value, json};
use xtask::pointer::Pointer;
use xtask::vendor::grammar::{Kind, rewrite};

/// A document and an edit of it.
#[derive(Clone, Debug)]
pub struct Pair {
    pub old: Value,
    pub new: Value,
}

/// Numbers from a seed: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn is(&mut self, of_ten: usize) -> bool {
        self.below(10) < of_ten
    }
}

fn thing(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut thing = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        thing["required"] = json!(required);
    }
    thing
}

fn schemas() -> Vec<Value> {
    let e = json!({"$ref": "#/components/schemas/E"});
    let s = json!({"$ref": "#/components/schemas/S"});
    vec![
        json!({"type": "string"}),
        json!({"type": "string", "minLength": 1}),
        json!({"type": "string", "maxLength": 3}),
        json!({"type": "string", "pattern": "^a"}),
        json!({"type": "string", "enum": ["a", "b"]}),
        json!({"type": "string", "const": "a"}),
        json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
        json!({"type": ["string", "null"]}),
        json!({"type": ["string", "integer"]}),
        json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int32"}),
        json!({"type": "integer", "format": "int64"}),
        json!({"type": "integer", "minimum": 0}),
        json!({"type": "integer", "minimum": 1}),
        json!({"type": "integer", "exclusiveMinimum": 0}),
        json!({"type": "integer", "format": "int32", "maximum": 5}),
        json!({"type": "integer", "format": "int32", "exclusiveMaximum": 6}),
        json!({"type": "number"}),
        json!({"type": "number", "minimum": 0}),
        json!({"type": "boolean"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "array", "items": {"type": "string"}, "maxItems": 2}),
        json!({"type": "array", "items": {"type": "string", "maxLength": 1}}),
        json!({"type": "array", "items": e}),
        json!({"type": "array", "items": {"anyOf": [e, {"type": "null"}]}}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": {"type": "string", "pattern": "^a"}}),
        e.clone(),
        s.clone(),
        json!({"allOf": [e]}),
        json!({"oneOf": [{"type": "null"}, e]}),
        json!({"anyOf": [e, {"type": "null"}]}),
        json!({"oneOf": [s, {"type": "null"}]}),
        json!({"oneOf": [e, {"type": "string"}]}),
        json!({"type": "object", "properties": {"x": {"type": "string"}, "z": {"type": "integer"}}}),
        json!({"type": "object", "properties": {"x": {"type": "string"}, "z": {"type": "integer"}}, "required": ["x"]}),
    ]
}

/// What is said beside the rest, by the type that it is about.
fn words() -> Vec<(&'static str, Value)> {
    vec![
        ("minLength", json!(0)),
        ("minLength", json!(2)),
        ("maxLength", json!(2)),
        ("pattern", json!(".*")),
        ("pattern", json!("^a")),
        ("pattern", json!("^[\\s\\S]{1,3}$")),
        ("minimum", json!(0)),
        ("minimum", json!(-9_223_372_036_854_775_808_i64)),
        ("maximum", json!(9_223_372_036_854_775_807_i64)),
        ("maximum", json!(2_147_483_647)),
        ("exclusiveMaximum", json!(10)),
        ("multipleOf", json!(1)),
        ("multipleOf", json!(2)),
        ("minItems", json!(0)),
        ("maxItems", json!(1)),
        ("uniqueItems", json!(true)),
        ("uniqueItems", json!(false)),
        ("contains", json!({"const": "a"})),
        ("minContains", json!(0)),
        ("propertyNames", json!(true)),
        ("propertyNames", json!({"pattern": "^x"})),
        ("minProperties", json!(0)),
        ("minProperties", json!(1)),
        ("not", json!(false)),
        ("not", json!({"const": "a"})),
        ("nullable", json!(false)),
        ("nullable", json!(true)),
        ("enum", json!(["a", "b", "c"])),
        ("enum", json!([0, 1])),
        ("readOnly", json!(true)),
        ("writeOnly", json!(true)),
        ("default", json!(null)),
        ("dependentRequired", json!({"x": ["z"]})),
        ("allOf", json!([{"maxLength": 2}])),
    ]
}

/// The pair of a seed.
pub fn pair(seed: u64) -> Pair {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let place = random.below(3);
    let (old, is_required) = (random.one(&schemas()), random.is(3));
    let (mut new, mut required) = (old.clone(), is_required);
    let mut has_second = false;
    match random.below(10) {
        0..=3 => new = random.one(&schemas()),
        4..=6 => {
            let (word, value) = random.one(&words());
            new[word] = value;
        }
        7 => {
            let null = json!({"type": "null"});
            let word = random.one(&["anyOf", "oneOf"]);
            new = json!({word: if random.is(5) { [old.clone(), null] } else { [null, old.clone()] }});
        }
        8 => required = !required,
        _ => has_second = true,
    }
    let second = (random.one(&schemas()), random.is(5));
    let make = |property: Value, required: bool, second: Option<(Value, bool)>| {
        let mut names = Vec::new();
        let mut properties = Map::from_iter([("p".to_owned(), property)]);
        if required {
            names.push("p");
        }
        if let Some((schema, required)) = second {
            properties.insert("q".to_owned(), schema);
            if required {
                names.push("q");
            }
        }
        document(thing(properties, &names), place)
    };
    let pair =
        Pair { old: make(old, is_required, None), new: make(new, required, has_second.then_some(second)) };
    if random.is(5) { pair } else { Pair { old: pair.new, new: pair.old } }
}

/// A document in which a request (0), an answer (1) or both (2) are made of a type.
fn document(about: Value, place: usize) -> Value {
    let plain = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let name = |is_about: bool| if is_about { "About" } else { "Plain" };
    let content = |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
    json!({
        "openapi": "3.1.1",
        "info": {"title": "Pair", "version": "1"},
        "paths": {"/v1/thing": {"post": {
            "operationId": "post_thing",
            "requestBody": {"required": true, "content": content(name(place != 1))},
            "responses": {"200": {"description": "OK", "content": content(name(place != 0))}},
        }}},
        "components": {"schemas": {
            "About": about,
            "E": {"type": "object", "properties": {"x": {"type": "string"}}},
            "Plain": plain,
            "S": {"type": "string", "enum": ["a", "b"]},
        }},
    })
}

/// Whether callers send the type.
pub fn is_sent(document: &Value) -> bool {
    document["paths"]["/v1/thing"]["post"]["requestBody"].to_string().contains("About")
}

/// Values that properties may have.
fn values() -> Vec<Value> {
    let mut values = vec![
        Value::Null,
        json!([]),
        json!(["a"]),
        json!(["b"]),
        json!(["a", "a"]),
        json!(["a", "b", "ab"]),
        json!([null]),
        json!([{}]),
        json!([{"x": "s"}, {}]),
        json!({}),
        json!({"x": "s"}),
        json!({"x": "a"}),
        json!({"x": "a", "z": 1}),
        json!({"z": 1}),
        json!({"a": "a", "b": "b"}),
        json!({"y": "b"}),
        json!(true),
        json!(false),
    ];
    values.extend(["", "a", "b", "c", "z", "ab", "az", "zz", "abc", "zzzzz"].map(Value::from));
    values.extend(
        [0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 1_000, -1, -3, i64::from(i32::MIN), i64::from(i32::MAX)]
            .map(Value::from),
    );
    values.extend([i64::from(i32::MAX) + 1, i64::MIN, i64::MAX].map(Value::from));
    values.extend([0.5, -0.5, 2.5, 20.25].map(Value::from));
    values
}

/// The values of the type.
fn candidates() -> Vec<Value> {
    let values = values();
    let mut all: Vec<Value> = vec![json!({})];
    all.extend(values.iter().map(|value| json!({"p": value})));
    all.extend(values.iter().map(|value| json!({"q": value})));
    for few in [json!("a"), json!(1), json!({"x": "s"}), json!(["a"]), json!(true)] {
        all.extend(values.iter().map(|value| json!({"p": few, "q": value})));
        all.extend(values.iter().map(|value| json!({"p": value, "q": few})));
    }
    all
}

/// Judges values of the type. What is marked with a keyword goes the other way only, and is neither there nor required.
fn validator(document: &Value, keyword: &str, is_closed: bool) -> jsonschema::Validator {
    let mut top = document.clone();
    rewrite(Kind::Document, &mut top, &Pointer::root(), &mut |kind, object, _| {
        if kind != Kind::Schema {
            return;
        }
        let properties = object.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let is_marked = |name: &str| properties.get(name).is_some_and(|one| one[keyword] == true);
        if let Some(Value::Array(names)) = object.get_mut("required") {
            names.retain(|name| !name.as_str().is_some_and(is_marked));
        }
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.values_mut().filter(|one| one[keyword] == true).for_each(|one| *one = json!(false));
        }
        if object.get("nullable") == Some(&json!(true)) {
            // OpenAPI 3.0 wrote it, and it is meant.
            let mut inner = std::mem::take(object);
            inner.remove("nullable");
            object.insert("anyOf".into(), json!([inner, {"type": "null"}]));
        }
        // A builder has a setter for each member that has a name, and for no other.
        if is_closed && object.contains_key("properties") && !object.contains_key("additionalProperties") {
            object.insert("additionalProperties".into(), json!(false));
        }
    });
    top["$ref"] = "#/components/schemas/About".into();
    jsonschema::draft202012::new(&top).unwrap()
}

/// Whether a number is none of its format, of which a validator knows nothing.
fn is_beyond(schema: &Value, value: &Value) -> bool {
    schema["format"] == "int32" && value.as_i64().is_some_and(|value| i32::try_from(value).is_err())
}

/// A request that callers could send, and that is refused now.
pub fn refused(pair: &Pair) -> Option<Value> {
    if !is_sent(&pair.new) {
        return None;
    }
    let about = &pair.old["components"]["schemas"]["About"];
    let is_required =
        |name: &str| about["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
    let (sayable, old, new) = (
        validator(&pair.old, "readOnly", true),
        validator(&pair.old, "readOnly", false),
        validator(&pair.new, "readOnly", false),
    );
    candidates().into_iter().find(|value| {
        // What is null and need not be there is left out.
        let is_left_out = |name: &str| value.get(name) == Some(&Value::Null) && !is_required(name);
        let is_large = |name: &str| is_beyond(&about["properties"][name], &value[name]);
        !["p", "q"].iter().any(|name| is_left_out(name) || is_large(name))
            && sayable.is_valid(value)
            && old.is_valid(value)
            && !new.is_valid(value)
    })
}

/// Answers that the new document allows and the old one does not.
pub fn answers(pair: &Pair) -> Vec<Value> {
    let is_received =
        |document: &Value| document["paths"]["/v1/thing"]["post"]["responses"].to_string().contains("About");
    if !is_received(&pair.new) || !is_received(&pair.old) {
        return Vec::new();
    }
    let (old, new) = (validator(&pair.old, "writeOnly", false), validator(&pair.new, "writeOnly", false));
    let properties = &pair.new["components"]["schemas"]["About"]["properties"];
    let is_large = |value: &Value| ["p", "q"].iter().any(|name| is_beyond(&properties[name], &value[name]));
    let all = candidates().into_iter().filter(|value| !is_large(value));
    all.filter(|value| new.is_valid(value) && !old.is_valid(value)).collect()
}
