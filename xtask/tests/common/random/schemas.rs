//! Random schemas, and the components that they refer to.
//!
//! Each shape is here because real documents have it, and a generator that merges schemas can trip over it:
//! `allOf` of parts that need not go together, unions with something beside them, unions told apart by a tag,
//! limits on numbers and lists, and names that are one in Rust.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// Names that clash with each other or with Rust.
const COMPONENTS: [&str; 10] =
    ["Room", "room", "some-part", "SomePart", "type", "Error", "Option", "3d", "Vec", "GetAError"];
const PROPERTIES: [&str; 12] = [
    "name",
    "Name",
    "user-id",
    "userId",
    "type",
    "self",
    "3d",
    "+1",
    "",
    "=",
    "additional_properties",
    "builder",
];
const VALUES: [&str; 9] = ["a", "A", "a.b", "a b", "", "=", "self", "Unknown", "3"];
const FORMATS: [&str; 9] =
    ["date", "date-time", "uuid", "byte", "binary", "email", "ipv4", "uri", "something-else"];
/// Keywords that make one schema of several.
const COMPOSED: [&str; 3] = ["allOf", "oneOf", "anyOf"];

/// Every component is there, so that any may be referred to.
pub fn components() -> impl Strategy<Value = Map<String, Value>> {
    vec(schema(), COMPONENTS.len()).prop_map(|schemas| {
        let named = COMPONENTS.iter().zip(schemas).enumerate().map(|(index, (name, schema))| {
            // What a component is made of has to end somewhere: only parts of it may lead back to it.
            ((*name).to_owned(), grounded(schema, index))
        });
        named.collect()
    })
}

/// Lets references that are not behind a property or an item lead to earlier components only.
fn grounded(schema: Value, index: usize) -> Value {
    let Value::Object(mut members) = schema else { return schema };
    if let Some(reference) = members.get("$ref") {
        let at =
            COMPONENTS.iter().position(|name| *reference == json!(format!("#/components/schemas/{name}")));
        return if at.is_some_and(|at| at < index) {
            Value::Object(members)
        } else {
            json!({"type": "string"})
        };
    }
    for keyword in COMPOSED {
        if let Some(Value::Array(branches)) = members.get_mut(keyword) {
            for branch in branches {
                *branch = grounded(branch.take(), index);
            }
        }
    }
    Value::Object(members)
}

/// A schema of any shape.
pub fn schema() -> BoxedStrategy<Value> {
    let tree = leaf().prop_recursive(3, 16, 4, |inner| {
        let object = object(inner.clone()).boxed();
        prop_oneof![
            6 => object.clone(),
            3 => array(inner.clone()),
            // What need not go together: nobody checks documents for that.
            1 => composed(inner),
            2 => composed(object.clone()),
            1 => beside(object.clone()),
            1 => tagged(object),
        ]
    });
    let titles = option::weighted(0.1, select(&["Room", "A Title", "type"][..]));
    (tree, prop::bool::weighted(0.15), titles)
        .prop_map(|(mut schema, nullable, title)| {
            if schema.get("$ref").is_none() {
                if nullable && schema.get("type").is_some() {
                    schema["nullable"] = json!(true);
                }
                if let Some(title) = title {
                    schema["title"] = json!(title);
                }
            }
            schema
        })
        .boxed()
}

/// A schema without others inside.
fn leaf() -> impl Strategy<Value = Value> {
    let untyped = subsequence(VALUES.to_vec(), 1..3).prop_map(|values| json!({"enum": values}));
    let values =
        subsequence(VALUES.to_vec(), 1..6).prop_map(|values| json!({"type": "string", "enum": values}));
    let default = prop_oneof![
        Just(json!({"type": "string", "default": "x"})),
        Just(json!({"type": "integer", "default": "x"})),
        Just(json!({"type": "string", "enum": ["a", "b"], "default": "a"})),
        Just(json!({"type": "string", "enum": ["a", "b"], "default": "c"})),
        Just(json!({"type": "boolean", "default": true})),
    ];
    prop_oneof![
        integer(),
        string(),
        values,
        untyped,
        Just(json!({"type": "integer", "enum": [1, 2, 3]})),
        default,
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "number", "format": "double"})),
        Just(json!({})),
        reference(),
        reference(),
    ]
}

fn reference() -> impl Strategy<Value = Value> {
    select(&COMPONENTS[..]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
}

/// Limits that are those of a Rust type, or lie outside of one.
fn integer() -> impl Strategy<Value = Value> {
    let format = option::of(select(&["int32", "int64", "other"][..]));
    let least = option::of(select(&[-128_i64, -1, 0, 1, 4][..]));
    let most = option::of(select(&[127_i64, 255, 4_294_967_295][..]));
    (format, least, most).prop_map(|(format, least, most)| {
        with(
            json!({"type": "integer"}),
            [
                ("format", format.map(Value::from)),
                ("minimum", least.map(Value::from)),
                ("maximum", most.map(Value::from)),
            ],
        )
    })
}

fn string() -> impl Strategy<Value = Value> {
    let format = option::of(select(&FORMATS[..]));
    (format, option::of(0..3_u32), any::<bool>()).prop_map(|(format, least, has_pattern)| {
        with(
            json!({"type": "string"}),
            [
                ("format", format.map(Value::from)),
                ("minLength", least.map(Value::from)),
                ("pattern", has_pattern.then(|| json!("^(?=a)[a-z]+$"))),
            ],
        )
    })
}

fn object(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let properties = btree_map(select(&PROPERTIES[..]), inner.clone(), 0..4);
    (properties, any::<u16>(), option::of(inner), any::<bool>()).prop_map(
        |(properties, required, others, is_closed)| {
            let names = properties.keys().enumerate();
            let required: Vec<_> =
                names.filter(|(i, _)| required & (1 << i) != 0).map(|(_, name)| json!(name)).collect();
            let others = others.or_else(|| is_closed.then_some(json!(false)));
            let required = (!required.is_empty()).then_some(Value::Array(required));
            with(
                json!({"type": "object", "properties": properties}),
                [("required", required), ("additionalProperties", others)],
            )
        },
    )
}

fn array(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let count = || option::of(0..3_u32);
    (inner, count(), count(), any::<bool>()).prop_map(|(items, least, most, once)| {
        let most = most.map(|most| most.max(least.unwrap_or_default()));
        with(
            json!({"type": "array", "items": items}),
            [
                ("minItems", least.map(Value::from)),
                ("maxItems", most.map(Value::from)),
                ("uniqueItems", once.then_some(json!(true))),
            ],
        )
    })
}

/// Several schemas, of which all, one or any hold.
fn composed(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    (select(&COMPOSED[..]), vec(inner, 1..4)).prop_map(|(keyword, branches)| json!({keyword: branches}))
}

/// An object that says something beside what it is made of.
fn beside(object: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    (select(&COMPOSED[..]), object.clone(), vec(object, 1..3)).prop_map(|(keyword, mut whole, branches)| {
        whole[keyword] = json!(branches);
        whole
    })
}

/// Objects that are told apart by the value of a property, which two of them may share.
fn tagged(object: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    vec((select(&VALUES[..]), object), 2..4).prop_map(|branches| {
        let tagged = branches.into_iter().map(|(tag, mut object)| {
            object["properties"]["kind"] = json!({"type": "string", "enum": [tag]});
            let mut required = object["required"].as_array().cloned().unwrap_or_default();
            required.push(json!("kind"));
            object["required"] = json!(required);
            object
        });
        json!({"oneOf": tagged.collect::<Vec<_>>()})
    })
}

fn with<const N: usize>(mut schema: Value, more: [(&str, Option<Value>); N]) -> Value {
    for (name, value) in more {
        if let Some(value) = value {
            schema[name] = value;
        }
    }
    schema
}
