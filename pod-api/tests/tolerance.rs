//! Answers that are not quite what the document says are read all the same, whatever the operation.
//!
//! For every component that is the body of a success, valid values are made from its schema. One place of
//! each is changed, and what is read must be what is read of the value that is meant.

use std::cell::Cell;

use crate::document::components::{ALL, Component};
use crate::document::{Place, answered, answers, runner, schema, valid, visit};
use pod_api::types;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Stands where a field should be that is not there.
const ABSENT: &str = "\0absent";

type Edit<'a> = &'a dyn Fn(&Value, &mut Value);

/// Puts `sent` in one place that `fits`, and `meant` in the same place of a copy: they read the same.
fn reads_as(fits: fn(&Value, &Value, Place) -> bool, sent: Edit, meant: Edit) {
    let places = Cell::new(0);
    for name in answers() {
        let read = Component::named(name).read;
        let outcome = runner(64).run(&(valid(schema(name)), any::<Index>()), |(value, index)| {
            let count = Cell::new(0_usize);
            let edited = |chosen: usize, edit: Edit| {
                let mut value = value.clone();
                count.set(0);
                visit(schema(name), &mut value, Place::Whole, &mut |schema, value, place| {
                    if fits(schema, value, place) && count.replace(count.get() + 1) == chosen {
                        edit(schema, value);
                    }
                });
                without_absent(value)
            };
            edited(usize::MAX, &|_, _| ());
            if count.get() > 0 {
                places.set(places.get() + 1);
                let chosen = index.index(count.get());
                let sent = edited(chosen, sent);
                prop_assert_eq!(read(sent.clone()), read(edited(chosen, meant)), "sent {}", sent);
                prop_assert!(read(sent).is_ok());
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
    }
    assert!(places.get() > 500, "only {} places", places.get());
}

fn without_absent(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| value != ABSENT)
            .map(|(name, value)| (name, without_absent(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_absent).collect(),
        other => other,
    }
}

fn as_it_is(_: &Value, _: &mut Value) {}

#[test]
fn what_is_valid_is_read_and_written_back() {
    for name in answers() {
        let outcome = runner(64).run(&valid(schema(name)), |value| {
            let written = (Component::named(name).read)(value.clone()).map_err(TestCaseError::fail)?;
            prop_assert_eq!(written, value);
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let sent = |_: &Value, value: &mut Value| value["since 21.0"] = json!({"any": ["thing", null]});
    reads_as(
        |schema, value, _| value.is_object() && schema["additionalProperties"] != true,
        &sent,
        &as_it_is,
    );
}

#[test]
fn null_for_an_optional_field_is_no_field() {
    reads_as(|_, _, place| place == Place::Optional, &|_, value| *value = Value::Null, &|_, value| {
        *value = ABSENT.into();
    });
}

#[test]
fn null_for_a_list_is_an_empty_one() {
    reads_as(
        |_, value, place| value.is_array() && place != Place::Optional,
        &|_, value| *value = Value::Null,
        &|_, value| *value = json!([]),
    );
}

#[test]
fn null_for_a_required_field_is_an_empty_value_where_there_is_one() {
    reads_as(
        |schema, _, place| place == Place::Required && !is_scalar(schema),
        &|_, value| *value = Value::Null,
        &|schema, value| {
            *value = match schema["type"].as_str().unwrap() {
                "string" => json!(""),
                "array" => json!([]),
                _ => json!({}),
            };
        },
    );
}

fn is_scalar(schema: &Value) -> bool {
    schema["type"] == "boolean" || schema["type"] == "integer"
}

#[test]
fn null_for_a_required_truth_value_is_an_error() {
    let product =
        |subscribed: Value| json!([{"name": "p", "sku": "s", "subscribed": subscribed, "type": "t"}]);
    serde_json::from_value::<types::ProductList>(product(json!(false))).unwrap();
    let error = serde_json::from_value::<types::ProductList>(product(Value::Null)).unwrap_err();
    assert!(error.to_string().contains("invalid type: null"), "{error}");
}

#[test]
fn an_integer_may_be_written_as_text() {
    reads_as(
        |schema, _, _| schema["type"] == "integer",
        &|_, value| *value = value.to_string().into(),
        &as_it_is,
    );
    let error = serde_json::from_value::<types::UserConnection>(json!({"userId": "7 or so"})).unwrap_err();
    assert!(error.to_string().contains("7 or so"), "{error}");
}

#[test]
fn null_items_are_passed_over() {
    for at_the_end in [true, false] {
        reads_as(
            |_, value, _| value.is_array(),
            &|_, value| {
                let items = value.as_array_mut().unwrap();
                items.insert(if at_the_end { items.len() } else { 0 }, Value::Null);
            },
            &as_it_is,
        );
    }
}

#[test]
fn limits_of_text_do_not_cost_an_answer() {
    let app = |id: &str| json!({"appId": id, "appName": id, "enable": true, "listed": true, "install": true});
    let long = "x".repeat(10_000);
    for id in ["", &long] {
        let list: types::PodAppEntitlementList = serde_json::from_value(json!([app(id)])).unwrap();
        assert_eq!(list[0].app_id.as_str(), id);
        // What is sent has limits.
        id.parse::<types::PodAppEntitlementAppId>().unwrap_err();
    }
}

/// The value with a word that nobody listed in all places of enums, if it has any.
fn with_unknown_words(name: &str, value: &Value) -> Option<Value> {
    let mut changed = value.clone();
    let mut found = false;
    visit(schema(name), &mut changed, Place::Whole, &mut |schema, value, _| {
        if schema["enum"].is_array() {
            *value = "NOT HEARD OF".into();
            found = true;
        }
    });
    found.then_some(changed)
}

#[test]
fn a_word_that_an_answer_can_hold_is_kept_though_nobody_listed_it() {
    let mut answers_with_enums = 0;
    for name in answers() {
        let has_enum = Cell::new(false);
        let outcome = runner(64).run(&valid(schema(name)), |value| {
            if let Some(sent) = with_unknown_words(name, &value) {
                has_enum.set(true);
                let written = (Component::named(name).read)(sent.clone()).map_err(TestCaseError::fail)?;
                prop_assert_eq!(written, sent);
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
        answers_with_enums += usize::from(has_enum.get());
    }
    assert!(answers_with_enums > 15, "only {answers_with_enums} answers have enums");
}

#[test]
fn a_word_that_is_only_sent_must_be_one_of_the_listed() {
    let has_enum = |name: &str| {
        let properties = schema(name)["properties"].as_object();
        properties.into_iter().flatten().any(|(_, property)| property["enum"].is_array())
    };
    let answered = answered();
    let sent = ALL.iter().filter(|component| !answered.contains(component.name) && has_enum(component.name));
    let names: Vec<_> = sent.map(|component| component.name).collect();
    assert_eq!(names, ["DelegateAction", "UserAppEntitlementPatch", "UserFilter"]);
    for name in names {
        let words = valid(schema(name)).prop_filter_map("no enum", |value| with_unknown_words(name, &value));
        let outcome = runner(64).run(&words, |value| {
            prop_assert!((Component::named(name).read)(value).unwrap_err().contains("NOT HEARD OF"));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
    }
    "NOT HEARD OF".parse::<types::ListConnectionsStatus>().unwrap_err();
}

#[test]
fn metadata_of_a_user_is_any_json() {
    for name in ["UserV2", "V2UserAttributes"] {
        for any in [
            json!("text"),
            json!(["a", 1, null, {"b": []}]),
            json!({"deep": {"er": [null]}}),
            json!(7),
            json!(-1.5),
            json!(true),
            Value::Null,
        ] {
            let value = json!({"userMetadata": {"key": any, "other key": 1}});
            assert_eq!((Component::named(name).read)(value.clone()), Ok(value));
        }
    }
}
