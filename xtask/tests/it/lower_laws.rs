//! The laws of lowering, on schemas and values that are made up: never narrower, exact where nothing was widened,
//! and always a valid document.
//!
//! 3.1 is judged as JSON Schema 2020-12. 3.0 is judged as draft 4 after `nullable` has been put into `type`, which is
//! how 3.0.3 defines it; the two bounds of 3.0 and its `$ref` are those of draft 4.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use xtask::lower::lower;
use xtask::report::Fate;

use crate::lower::cases;

/// A document with three schemas. `S` may refer to `A` and `B`, `B` to `A`; all may refer to all in properties.
fn document(s: &Value, a: &Value, b: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"S": s, "A": a, "B": b}},
    })
}

/// The schema of 3.0 as one of draft 4.
fn as_draft4(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    if let Some(reference) = members.get("$ref") {
        return json!({"$ref": reference});
    }
    let nullable = members.get("nullable") == Some(&Value::Bool(true));
    let mut draft = Map::new();
    for (key, value) in members {
        let value = match key.as_str() {
            "nullable" => continue,
            "type" if nullable => json!([value, "null"]),
            "allOf" | "anyOf" | "oneOf" => value.as_array().unwrap().iter().map(as_draft4).collect(),
            "items" | "not" | "additionalProperties" => as_draft4(value),
            "properties" => {
                let properties = value.as_object().unwrap().iter();
                Value::Object(properties.map(|(name, schema)| (name.clone(), as_draft4(schema))).collect())
            }
            _ => value.clone(),
        };
        draft.insert(key.clone(), value);
    }
    Value::Object(draft)
}

/// The schemas of a document, with `S` at the top.
fn top(document: &Value, convert: impl Fn(&Value) -> Value) -> Value {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let schemas: Map<String, Value> =
        schemas.iter().map(|(name, schema)| (name.clone(), convert(schema))).collect();
    json!({"$ref": "#/components/schemas/S", "components": {"schemas": schemas}})
}

static OFFICIAL: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../lower/published/openapi-3.0-2021-09-28.json");
    jsonschema::draft4::new(&serde_json::from_str(schema).unwrap()).unwrap()
});

/// Checks the laws on one document.
fn check(document: &Value, instances: &[Value]) -> Result<(), String> {
    let lowered = lower(document).map_err(|refusals| format!("refused: {refusals}\n{document}"))?;
    if let Some(error) = OFFICIAL.iter_errors(&lowered.document).next() {
        return Err(format!(
            "not valid: {error} at {}\n{document}\n{}",
            error.instance_path(),
            lowered.document
        ));
    }
    let before =
        jsonschema::draft202012::new(&top(document, Value::clone)).map_err(|e| format!("{e}: {document}"))?;
    let after = jsonschema::draft4::options()
        .should_validate_formats(false)
        .build(&top(&lowered.document, as_draft4))
        .map_err(|e| format!("{e}: {}", lowered.document))?;
    let exact = lowered.notes.iter().all(|note| matches!(note.fate, Fate::Exact | Fate::Dropped));
    for instance in instances {
        let (was, is) = (before.is_valid(instance), after.is_valid(instance));
        if was && !is {
            return Err(format!("narrower for {instance}\n{document}\n{}", lowered.document));
        }
        if exact && !was && is {
            return Err(format!(
                "said to be exact, but wider for {instance}\n{document}\n{}",
                lowered.document
            ));
        }
    }
    Ok(())
}

/// What is said to be widened is: some value is allowed now that was not.
#[test]
fn what_is_said_to_be_wider_is_wider() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[1; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let mut values: Vec<Value> =
        (0..4000).map(|_| instance().new_tree(&mut runner).unwrap().current()).collect();
    values.extend(["dog", "cat"].map(|kind| json!({"kind": kind, "a long name": "a"})));
    let mut untrue = Vec::new();
    let mut judged = 0;
    for case in cases() {
        let is_said = case.notes.iter().flatten().any(|(_, fate)| fate == "widened");
        // The validator does not read what earlier drafts wrote.
        let is_earlier = case.says.contains("2019-09") || case.says.contains("earlier drafts");
        if case.schema.is_none() || !is_said || is_earlier {
            continue;
        }
        let document = case.document();
        let Ok(before) = jsonschema::draft202012::new(&top(&document, Value::clone)) else { continue };
        let lowered = lower(&document).unwrap().document;
        let after = jsonschema::draft4::options()
            .should_validate_formats(false)
            .build(&top(&lowered, as_draft4))
            .unwrap();
        judged += 1;
        if !values.iter().any(|value| after.is_valid(value) && !before.is_valid(value)) {
            untrue.push(case.says);
        }
    }
    assert!(judged > 20, "only {judged} cases are judged");
    assert!(untrue.is_empty(), "{} of {judged} are not wider: {untrue:#?}", untrue.len());
}

/// Values from a small world, so that they often meet.
fn instance() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        3 => (-1i64..4).prop_map(Value::from),
        1 => select(vec![0.5f64, 1.5, 2.5]).prop_map(Value::from),
        3 => select(vec!["", "a", "b", "ab", "abc"]).prop_map(Value::from),
    ];
    scalar
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
        .boxed()
}

fn name() -> BoxedStrategy<String> {
    select(vec!["a", "b", "ab", "c"]).prop_map(str::to_owned).boxed()
}

fn pattern() -> BoxedStrategy<String> {
    select(vec!["^a", "b", ".*", "^c$", "^.*$"]).prop_map(str::to_owned).boxed()
}

fn types() -> BoxedStrategy<Value> {
    let all = ["null", "boolean", "integer", "number", "string", "array", "object"];
    prop_oneof![
        select(all.to_vec()).prop_map(Value::from),
        prop::sample::subsequence(all.to_vec(), 1..=7).prop_shuffle().prop_map(Value::from),
    ]
    .boxed()
}

fn bound() -> BoxedStrategy<Value> {
    prop_oneof![(-1i64..4).prop_map(Value::from), select(vec![0.5f64, 1.5, 2.0]).prop_map(Value::from)]
        .boxed()
}

/// One keyword with its value.
fn keyword(inner: &BoxedStrategy<Value>, refs: &[&'static str]) -> BoxedStrategy<(String, Value)> {
    fn of(
        keys: &[&'static str],
        values: impl Strategy<Value = Value> + 'static,
    ) -> BoxedStrategy<(String, Value)> {
        (select(keys.to_vec()).prop_map(str::to_owned), values).boxed()
    }
    let list = |low: usize| prop::collection::vec(inner.clone(), low..4).prop_map(Value::from);
    let everywhere =
        select(vec!["S", "A", "B"]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    let property = prop_oneof![9 => inner.clone(), 1 => everywhere];
    let named = |names: BoxedStrategy<String>, schemas: BoxedStrategy<Value>| {
        prop::collection::btree_map(names, schemas, 0..3)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
    };
    let names = || prop::collection::btree_set(name(), 0..3).prop_map(|names| json!(names));
    let mut keywords = vec![
        (6, of(&["type"], types())),
        (2, of(&["const"], instance())),
        (3, of(&["enum"], prop::collection::vec(instance(), 0..4).prop_map(Value::from))),
        (1, of(&["nullable"], any::<bool>().prop_map(Value::from))),
        (3, of(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], bound())),
        (1, of(&["multipleOf"], select(vec![json!(1), json!(2), json!(0.5)]))),
        (
            2,
            of(
                &["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
                (0u64..4).prop_map(Value::from),
            ),
        ),
        (1, of(&["pattern"], pattern().prop_map(Value::from))),
        (1, of(&["uniqueItems"], any::<bool>().prop_map(Value::from))),
        (2, of(&["items", "contains", "unevaluatedItems"], inner.clone())),
        (2, of(&["prefixItems"], list(1))),
        (1, of(&["minContains", "maxContains"], (0u64..3).prop_map(Value::from))),
        (3, of(&["properties"], named(name(), property.boxed()))),
        (2, of(&["patternProperties"], named(pattern(), inner.clone()))),
        (2, of(&["additionalProperties", "unevaluatedProperties"], inner.clone())),
        (1, of(&["propertyNames"], inner.clone())),
        (1, of(&["required"], names())),
        (
            1,
            of(
                &["dependentRequired"],
                prop::collection::btree_map(name(), names(), 0..3).prop_map(|map| json!(map)),
            ),
        ),
        (1, of(&["dependentSchemas"], named(name(), inner.clone()))),
        (3, of(&["allOf", "anyOf", "oneOf"], list(1))),
        (2, of(&["not"], inner.clone())),
        (1, of(&["if", "then", "else"], inner.clone())),
        (
            1,
            of(
                &["description", "$comment", "contentEncoding", "contentMediaType", "format"],
                select(vec!["base64", "date", "application/octet-stream"]).prop_map(Value::from),
            ),
        ),
        (1, of(&["examples"], prop::collection::vec(instance(), 0..3).prop_map(Value::from))),
    ];
    if !refs.is_empty() {
        let references =
            select(refs.to_vec()).prop_map(|place| Value::from(format!("#/components/schemas/{place}")));
        keywords.push((3, of(&["$ref"], references)));
    }
    proptest::strategy::Union::new_weighted(keywords).boxed()
}

fn schema(refs: &'static [&'static str]) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Value::from),
        4 => types().prop_map(|types| json!({"type": types})),
        2 => instance().prop_map(|value| json!({"const": value})),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop::collection::vec(keyword(&inner, refs), 0..5)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    })
    .boxed()
}

/// `S`, `A` and `B`. Often `S` has a part that is referenced and is no component: a definition, or its `not`.
fn schemas() -> impl Strategy<Value = Value> {
    let plain = (schema(&["A", "B"]), schema(&[]), schema(&["A"]));
    let defined = (schema(&["A", "B", "S/$defs/d"]), schema(&[]), schema(&["A"]), schema(&["A", "B"]));
    let opposite = (schema(&["A", "B", "S/not"]), schema(&[]), schema(&["A"]), schema(&["A", "B"]));
    let object = |s: Value| if s.is_object() { s } else { json!({"allOf": [s]}) };
    prop_oneof![
        plain.prop_map(|(s, a, b)| document(&s, &a, &b)),
        defined.prop_map(move |(s, a, b, d)| {
            let mut s = object(s);
            s["$defs"] = json!({"d": d});
            document(&s, &a, &b)
        }),
        opposite.prop_map(move |(s, a, b, d)| {
            let mut s = object(s);
            s["not"] = d;
            document(&s, &a, &b)
        }),
    ]
}

/// A branch of a union that is told apart by its type or by a property, or is not; often one that will be widened.
fn branch() -> BoxedStrategy<Value> {
    let texts = || prop::collection::vec(select(vec!["a", "b", "ab"]), 1..3);
    let property = prop_oneof![
        texts().prop_map(|texts| json!({"enum": texts})),
        texts().prop_map(|texts| json!({"const": texts[0]})),
        texts().prop_map(|texts| json!({"anyOf": [{"const": texts[0]}, {"type": "null"}]})),
    ];
    let properties = prop::collection::btree_map(select(vec!["a", "b"]), property, 0..3);
    let required = prop::collection::btree_set(select(vec!["a", "b"]), 0..3);
    let types = select(vec![
        json!("object"),
        json!(["object", "null"]),
        json!(["object", "string"]),
        json!("string"),
    ]);
    let wider = select(vec![
        json!({}),
        json!({"propertyNames": {"maxLength": 1}}),
        json!({"dependentRequired": {"a": ["b"]}}),
        json!({"if": {"type": "null"}, "then": false}),
        json!({"if": {"minProperties": 2}, "then": {"maxProperties": 1}}),
    ]);
    let by_reference = any::<bool>();
    (types, properties, required, wider, by_reference)
        .prop_map(|(types, properties, required, wider, by_reference)| {
            let own = json!({"properties": properties, "required": required});
            let mut branch = if by_reference { json!({"allOf": [own]}) } else { own };
            branch["type"] = types;
            branch.as_object_mut().unwrap().extend(wider.as_object().unwrap().clone());
            branch
        })
        .boxed()
}

/// A union of such branches, one of them by reference.
fn union() -> impl Strategy<Value = Value> {
    (branch(), branch(), branch()).prop_map(|(one, two, three)| {
        document(&json!({"oneOf": [{"$ref": "#/components/schemas/A"}, two, three]}), &one, &json!({}))
    })
}

/// Values that such branches are about.
fn tagged() -> BoxedStrategy<Value> {
    let value = || select(vec![json!("a"), json!("b"), json!("ab"), json!(null), json!(1)]);
    let object = prop::collection::btree_map(select(vec!["a", "b", "c"]), value(), 0..4);
    prop_oneof![1 => value(), 6 => object.prop_map(|object| json!(object))].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lowering_never_narrows(document in schemas(), instances in prop::collection::vec(instance(), 40)) {
        check(&document, &instances).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn unions_are_never_narrower(document in union(), instances in prop::collection::vec(tagged(), 40)) {
        check(&document, &instances).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn lowering_gives_the_same_each_time(document in schemas()) {
        prop_assert_eq!(lower(&document), lower(&document));
    }
}
