//! Damaged documents: whatever comes in, lowering answers, and what it answers is valid.
//!
//! Runs for `LOWER_FUZZ_SECONDS` seconds, three if that is not set. A failure prints the seed of the document;
//! `LOWER_FUZZ_SEED` starts with it.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use xtask::lower::lower;
use xtask::lower::table::TABLE;

/// A small generator of numbers (SplitMix64), so that a seed is all that a failure needs.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Documents to damage: those of the cases, with everything that the table knows.
fn seeds() -> Vec<Value> {
    let texts = [
        include_str!("../lower/cases/types.yaml"),
        include_str!("../lower/cases/keywords.yaml"),
        include_str!("../lower/cases/references.yaml"),
        include_str!("../lower/cases/documents.yaml"),
    ];
    let options = serde_saphyr::options! { strict_booleans: true };
    let cases = texts
        .iter()
        .flat_map(|text| serde_saphyr::from_str_with_options::<Vec<Value>>(text, options.clone()).unwrap());
    cases
        .map(|case| match case.get("document") {
            Some(document) => document.clone(),
            None => {
                let mut schemas = case.get("components").cloned().unwrap_or_else(|| json!({}));
                schemas["S"] = case["schema"].clone();
                json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": schemas}})
            }
        })
        .collect()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at a position, counted from the top.
fn at<'a>(value: &'a mut Value, position: &mut usize) -> Option<&'a mut Value> {
    if *position == 0 {
        return Some(value);
    }
    *position -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| at(item, position)),
        Value::Object(members) => members.values_mut().find_map(|member| at(member, position)),
        _ => None,
    }
}

fn scrap(random: &mut Random, seeds: &[Value]) -> Value {
    match random.below(9) {
        0 => Value::Null,
        1 => json!(random.next().is_multiple_of(2)),
        2 => random
            .pick(&[
                json!(0),
                json!(-1),
                json!(1e300),
                json!(1.0),
                json!(0.5),
                json!(u64::MAX),
                json!(i64::MIN),
            ])
            .clone(),
        3 => json!(random.pick(&[
            "", "#", "#/", "#a", "http://[", "object", "null", "x", "3.1.0", "200", "/~2", "%", "#/%ff",
            "\u{0}"
        ])),
        4 => {
            json!({"$ref": random.pick(&["#/components/schemas/S", "#/components/schemas/O", "#", "#/paths", "#/components/schemas/S/properties/a", "#/components/pathItems/p"])})
        }
        5 => json!([]),
        6 => json!({}),
        _ => {
            let mut other = random.pick(seeds).clone();
            let mut position = random.below(count(&other));
            at(&mut other, &mut position).cloned().unwrap_or_default()
        }
    }
}

fn damage(random: &mut Random, document: &mut Value, seeds: &[Value]) {
    let scrap = scrap(random, seeds);
    let mut position = random.below(count(document));
    let Some(place) = at(document, &mut position) else { return };
    match (random.below(4), place) {
        (0, Value::Object(members)) if !members.is_empty() => {
            let key = random.pick(&members.keys().cloned().collect::<Vec<_>>()).clone();
            members.remove(&key);
        }
        (1 | 2, Value::Object(members)) => {
            members.insert(random.pick(TABLE).key.to_owned(), scrap);
        }
        (1, Value::Array(items)) => items.push(scrap),
        (_, place) => *place = scrap,
    }
}

#[test]
fn no_document_breaks_it() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let end = Instant::now() + Duration::from_secs(number("LOWER_FUZZ_SECONDS").unwrap_or(3));
    let first = number("LOWER_FUZZ_SEED").unwrap_or(1);
    let seeds = seeds();
    let official = include_str!("../lower/published/openapi-3.0-2021-09-28.json");
    let official = jsonschema::draft4::options()
        .should_validate_formats(false)
        .build(&serde_json::from_str(official).unwrap())
        .unwrap();
    let (mut lowered, mut refused) = (0u64, 0u64);
    for seed in first.. {
        let mut random = Random(seed);
        let mut document = random.pick(&seeds).clone();
        for _ in 0..=random.below(6) {
            damage(&mut random, &mut document, &seeds);
        }
        let started = Instant::now();
        let answer = std::panic::catch_unwind(|| lower(&document))
            .unwrap_or_else(|_| panic!("seed {seed} panics: {document}"));
        assert!(started.elapsed() < Duration::from_secs(10), "seed {seed} hangs: {document}");
        match answer {
            Ok(answer) => {
                lowered += 1;
                if let Some(error) = official.iter_errors(&answer.document).next() {
                    panic!(
                        "seed {seed} is not valid: {error} at {}\n{document}\n{}",
                        error.instance_path(),
                        answer.document
                    );
                }
            }
            Err(refusals) => {
                refused += 1;
                assert!(!refusals.0.is_empty(), "seed {seed} is refused without a word: {document}");
            }
        }
        if Instant::now() > end {
            break;
        }
    }
    println!("{lowered} lowered, {refused} refused");
    assert!(lowered > 0 && refused > 0);
}

/// Nesting ends in an error, wherever it is.
#[test]
fn what_is_nested_too_deep_is_refused() {
    let deep =
        |wrap: &dyn Fn(Value) -> Value, levels: usize| (0..levels).fold(json!({}), |inner, _| wrap(inner));
    let wraps: [&dyn Fn(Value) -> Value; 5] = [
        &|inner| json!({"items": inner}),
        &|inner| json!({"allOf": [inner]}),
        &|inner| json!({"not": inner}),
        &|inner| json!({"properties": {"a": inner}}),
        &|inner| json!({"x-own": [inner]}),
    ];
    for wrap in wraps {
        for levels in [130, 300] {
            let schema = deep(wrap, levels);
            let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": {"S": schema}}});
            let refusals = lower(&document).unwrap_err();
            assert!(refusals.to_string().contains("nested deeper than 128 levels"), "{refusals}");
            assert!(refusals.0[0].pointer.as_str().starts_with("/components/schemas/S/"), "{refusals}");
        }
        let schema = deep(wrap, 60);
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": {"S": schema}}});
        lower(&document).unwrap();
    }
}

/// A document of twice the size gives twice the size, however its schemas refer to each other.
#[test]
fn what_comes_out_grows_with_what_goes_in() {
    let document = |n: usize| {
        let schema = |i: usize| {
            json!({
                "type": ["object", "string", "null"],
                "properties": {
                    "next": {"$ref": format!("#/components/schemas/S{:05}", (i + 1) % n), "description": "N"},
                    "part": {"$ref": format!("#/components/schemas/S{i:05}/$defs/p")},
                    "other": {"not": {"$ref": format!("#/components/schemas/S{:05}", i * 7 % n)}},
                },
                "$defs": {"p": {"patternProperties": {"^a": {"const": "a"}}, "additionalProperties": false}},
            })
        };
        let schemas: Map<String, Value> = (0..n).map(|i| (format!("S{i:05}"), schema(i))).collect();
        json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas}})
    };
    let sizes = |n: usize| {
        let lowered = lower(&document(n)).unwrap();
        (count(&lowered.document), lowered.notes.len())
    };
    let (small, large) = (sizes(200), sizes(2_000));
    assert!(large.0 <= small.0 * 10 && large.1 <= small.1 * 10, "{small:?} became {large:?}");
}

/// The longest chain of references has no limit, and a circle of them has no stack to overflow.
#[test]
fn long_chains_and_circles_of_references_are_followed_without_a_stack() {
    let links = 20_000;
    let mut schemas: Map<String, Value> = (0..links)
        .map(|i| (format!("S{i}"), json!({"allOf": [{"$ref": format!("#/components/schemas/S{}", i + 1)}]})))
        .collect();
    schemas.insert(format!("S{links}"), json!({"propertyNames": {"maxLength": 3}}));
    schemas.insert("N".to_owned(), json!({"not": {"$ref": "#/components/schemas/S0"}}));
    let mut document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas}});
    let lowered = lower(&document).unwrap();
    // What the end of the chain lost is known at its start.
    assert_eq!(lowered.document["components"]["schemas"]["N"], json!({}));

    document["components"]["schemas"][format!("S{links}")] = json!({"$ref": "#/components/schemas/S0"});
    let refusals = lower(&document).unwrap_err();
    assert_eq!(refusals.0.len(), 1, "one circle is one refusal");
}
