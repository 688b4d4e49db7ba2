//! Types as a program uses them, and what they are on the wire.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a test")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[allow(dead_code, reason = "not every test needs all of it")]
mod server;

use serde_json::{Value, json};
use server::{Request, Server};
use schemas::{Client, Context, Error, types as t};

/// What a call sends, and what it makes of a JSON answer.
async fn call<T>(status: &str, body: &Value, call: impl AsyncFnOnce(Client) -> T) -> (Request, T) {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
    let server = Server::answering(format!("{head}\r\n\r\n{body}")).await;
    let made = call(Client::new(&server.url, Context::new()).unwrap()).await;
    (server.asked().await, made)
}

fn sent(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

#[tokio::test]
async fn what_has_no_name_has_the_type_of_its_schema() {
    let thing = json!({
        "part": {"inline": "p"}, "parts": [{"inline": "q"}], "by_name": {"n": "inline"},
        "userId": 1, "user_id": "u", "type": "t", "self": "s", "": "e", "+": "p", "-": "m", "3d": "d",
        "one": {"kind": "b", "data": {"b": "b"}},
    });
    let body = t::SwapNames2Body { taken: "x".into() };
    let (asked, given) =
        call("200 OK", &json!({"given": thing}), async |client| client.swap_names2().body(body).send().await).await;
    assert_eq!(sent(&asked), json!({"taken": "x"}));
    let given: t::SwapNames2Response = given.unwrap().into_inner();
    let t::Thing { part, parts, by_name, user_id, user_id_2, type_, self_, x3d, .. } = &given.given;
    let part: &t::ThingPropertyPart = part;
    let parts: &Vec<t::ThingPropertyPartsItem> = parts;
    assert_eq!((part.inline.as_str(), parts[0].inline.as_str()), ("p", "q"));
    assert_eq!(by_name["n"], t::ThingPropertyByNameValue::Inline);
    assert_eq!((user_id.as_str(), *user_id_2), ("u", 1));
    assert_eq!((type_.as_str(), self_.as_str(), x3d.as_str()), ("t", "s", "d"));
    assert_eq!(serde_json::to_value(&given.given).unwrap(), thing);
    // The components that the generator would have taken them for.
    let _ = t::ThingPart { component: String::new() };
    let _ = t::ThingPart2 { other: String::new() };
    let _ = t::ThingPartsItem { component: String::new() };
    let _ = t::ThingByNameValue { component: String::new() };

    let body = t::SwapNames2Body { taken: "x".into() };
    let (_, failed) = call("400 Bad Request", &json!({"failed": "f"}), async |client| {
        client.swap_names2().body(body).send().await
    })
    .await;
    match failed {
        Err(Error::ErrorResponse(error)) => {
            let error: t::SwapNames2Error = error.into_inner();
            assert_eq!(error.failed, "f");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn null_is_an_absent_value_wherever_a_component_that_allows_it_is_used() {
    let full = json!({
        "text": "a", "person": {"name": "p", "boss": {"name": "b"}}, "alias": {"name": "c"},
        "order": "asc", "orders": ["desc"], "either": 7,
    });
    for body in [full, json!({"text": null, "person": null})] {
        let nulls: t::Nulls = serde_json::from_value(body.clone()).unwrap();
        let (asked, given) =
            call("200 OK", &body, async |client| client.swap_nulls().body(nulls).send().await).await;
        assert_eq!(sent(&asked), body);
        assert_eq!(serde_json::to_value(given.unwrap().into_inner()).unwrap(), body);
    }
    let nulls = t::Nulls { text: None, person: None, alias: None, order: None, orders: None, either: None };
    assert_eq!(serde_json::to_value(nulls).unwrap(), json!({"text": null, "person": null}));
    let nulls: t::Nulls =
        serde_json::from_value(json!({"text": null, "person": null, "alias": null, "orders": [null], "either": null}))
            .unwrap();
    assert!(nulls.alias.is_none() && nulls.either.is_none());

    let (asked, given) =
        call("200 OK", &Value::Null, async |client| client.swap_maybe().body(None).send().await).await;
    assert_eq!(sent(&asked), Value::Null);
    assert!(given.unwrap().into_inner().is_none());
}

#[tokio::test]
async fn a_type_that_has_itself_inside_is_read_and_written() {
    let tree = json!({
        "label": "a",
        "left": {"label": "b", "left": {}},
        "leaves": [{}],
        "labelled": {"label": "c", "labelled": {"label": "d"}},
    });
    let body: t::Tree = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(body.labelled.as_ref().unwrap().labelled.as_ref().unwrap().label, "d");
    let (asked, given) = call("200 OK", &tree, async |client| client.swap_trees().body(body).send().await).await;
    assert_eq!(sent(&asked), tree);
    assert_eq!(serde_json::to_value(given.unwrap().into_inner()).unwrap(), tree);
}

#[tokio::test]
async fn what_is_made_of_several_has_what_all_of_them_say() {
    let composed = json!({
        "id": 7, "name": "n", "size": 2, "either": true, "order": "desc", "place": {"floor": 1, "desk": "d"}, "other": 3,
    });
    let body: t::Composed = serde_json::from_value(composed.clone()).unwrap();
    let t::Composed { id, name, size, either, order, place, extra, .. } = &body;
    assert_eq!((*id, name.as_deref(), *size, extra["other"]), (7_i32, Some("n"), 2_i64, 3_i64));
    assert_eq!((either, order), (&Value::Bool(true), &Some(t::ComposedOrder::Desc)));
    let Some(t::ComposedPlace::Desk(t::ComposedPlaceDesk { desk, floor: 1 })) = place else { panic!("{place:?}") };
    assert_eq!(desk, "d");
    let (asked, given) =
        call("200 OK", &composed, async |client| client.swap_composed().body(body).send().await).await;
    assert_eq!(sent(&asked), composed);
    assert_eq!(serde_json::to_value(given.unwrap().into_inner()).unwrap(), composed);
}

#[tokio::test]
async fn an_answer_may_have_more_than_a_closed_object() {
    assert!(serde_json::from_value::<t::OnlySent>(json!({"id": 1, "new": true})).is_err());
    let answer = json!({"id": 1, "new": true, "more": {"b": "b"}});
    let body = t::OnlySent { id: Some(1) };
    let (_, given) =
        call("200 OK", &answer, async |client| client.swap_closed().body(body).send().await).await;
    let given = given.unwrap().into_inner();
    // Of branches that fit, the one that keeps what comes.
    let Some(t::ClosedMore::Object2(t::ClosedMoreObject2 { b: Some(b) })) = &given.more else { panic!("{given:?}") };
    assert_eq!((given.id, b.as_str()), (1, "b"));
}

#[tokio::test]
async fn what_is_not_there_has_its_default() {
    let expected = json!({
        "order": "ASC", "point": {"x": 1, "xX": 2}, "list": ["a", "b"], "map": {"a": 1}, "when": "2020-01-31",
        "count": 3, "rate": 1.5, "level": 2, "short": "abc", "anything": {"a": [1]}, "nullable": "asc",
    });
    let (asked, given) = call("200 OK", &json!({}), async |client| {
        client.swap_defaults().body(t::Defaults::default()).send().await
    })
    .await;
    assert_eq!(sent(&asked), expected);
    let given = given.unwrap().into_inner();
    assert_eq!(serde_json::to_value(&given).unwrap(), expected);
    assert_eq!((given.order, given.point.x, given.refused), (t::Order::Asc, 1, None));
    // Null for what may be missing is what is missing.
    let nulls: serde_json::Map<String, Value> =
        expected.as_object().unwrap().keys().map(|name| (name.clone(), Value::Null)).collect();
    let nulls: t::Defaults = serde_json::from_value(nulls.into()).unwrap();
    let mut expected = expected;
    // These two may be null.
    expected["anything"] = Value::Null;
    expected["nullable"] = Value::Null;
    assert_eq!(serde_json::to_value(&nulls).unwrap(), expected);
}

#[tokio::test]
async fn a_builder_has_what_there_is_only_one_value_of() {
    let answer = json!({"kind": "desk", "version": 1, "sure": true, "inner": {"kind": "leg"}});
    let inner: t::TaggedInner = t::TaggedInner::builder().try_into().unwrap();
    let body: t::Tagged = t::Tagged::builder().inner(inner).try_into().unwrap();
    let (asked, given) = call("200 OK", &answer, async |client| client.swap_tagged().body(body).send().await).await;
    // What may be missing is not made up.
    assert_eq!(sent(&asked), answer);
    assert_eq!(serde_json::to_value(given.unwrap().into_inner()).unwrap(), answer);
    let (asked, _) = call("200 OK", &answer, async |client| {
        client.swap_only_sent().body(t::TaggedSent::builder()).send().await.unwrap();
    })
    .await;
    assert_eq!(sent(&asked), json!({"kind": "sent"}));
}

#[tokio::test]
async fn what_is_sent_is_checked_and_what_is_read_is_not() {
    assert!("abcd".parse::<t::ValuesShort>().is_err() && t::ValuesLevel::try_from(3).is_err());
    let body = json!({
        "short": "b", "level": 1, "signs": ["<", ">", "=", "", "+1", "-1", "a", "A"], "mixed": true,
        "narrowed": "desc", "host": "localhost", "id": "no uuid", "count": 1, "pair": [1, 2],
    });
    let values: t::Values = serde_json::from_value(body.clone()).unwrap();
    assert!(serde_json::from_value::<t::Values>(json!({"short": "b", "level": 1, "signs": [], "count": 0})).is_err());
    let odd = json!({
        "short": "longer", "level": 9, "signs": ["?"], "mixed": null, "narrowed": "up", "count": 0, "pair": [3],
    });
    let (asked, given) = call("200 OK", &odd, async |client| client.swap_values().body(values).send().await).await;
    assert_eq!(sent(&asked), body);
    let given = given.unwrap().into_inner();
    assert_eq!((given.short.as_str(), *given.level, given.signs[0].as_str()), ("longer", 9, "?"));
    assert_eq!((given.count, given.pair.as_deref()), (Some(0), Some(&[3][..])));
}

#[tokio::test]
async fn whatever_one_of_overlapping_branches_takes_is_sent_and_read() {
    for (mode, any, list, maybe, values, both) in [
        ("fast", json!({"name": "n"}), json!(["a"]), json!("a"), "a", json!({"id": 1, "label": "l"})),
        ("other", json!([1, "a"]), json!([1, 2]), json!(null), "c", json!(null)),
        ("slow", json!("text"), json!([]), json!("urn:a"), "b", json!({"label": "l"})),
    ] {
        let thing = json!({
            "mode": mode, "modes": [mode, "slow", "else"], "any": any, "list": list, "maybe": maybe, "values": values,
            "pair": ["first", "second", "third"], "both": both,
        });
        let body: t::Overlapping = serde_json::from_value(thing.clone()).unwrap();
        let (asked, given) =
            call("200 OK", &thing, async |client| client.swap_overlapping().body(body).send().await).await;
        assert_eq!(sent(&asked), thing);
        assert_eq!(serde_json::to_value(&given.unwrap().into_inner()).unwrap(), thing);
    }
}

#[tokio::test]
async fn what_goes_one_way_is_not_required_the_other_way() {
    let body = t::User { id: None, name: "n".into(), password: Some("p".into()) };
    let answer = json!({"id": 1, "name": "n"});
    let (asked, given) = call("200 OK", &answer, async |client| client.swap_users().body(body).send().await).await;
    assert_eq!(sent(&asked), json!({"name": "n", "password": "p"}));
    assert_eq!(serde_json::to_value(&given.unwrap().into_inner()).unwrap(), answer);
}

#[tokio::test]
async fn a_discriminator_tells_which_branch_it_is() {
    let dog = json!({"petType": "Dog", "barks": true});
    let body: t::Pet = serde_json::from_value(dog.clone()).unwrap();
    assert!(matches!(&body, t::Pet::Dog(dog) if dog.barks == Some(true)), "{body:?}");
    let pets = json!([
        dog, {"petType": "hound", "barks": false}, {"petType": "Cat", "lives": 9}, {"petType": "Fish", "lives": 1},
    ]);
    let (asked, given) = call("200 OK", &pets, async |client| client.swap_pets().body(body).send().await).await;
    assert_eq!(sent(&asked), dog);
    let given = given.unwrap().into_inner();
    assert_eq!(serde_json::to_value(&given).unwrap(), pets);
    use t::SwapPetsResponseBodyItem as Pet;
    let [Pet::Dog(_), Pet::Dog(_), Pet::Cat(_), Pet::Unknown(fish)] = given.as_slice() else { panic!("{given:?}") };
    assert_eq!(*fish, json!({"petType": "Fish", "lives": 1}));
    // Twice the work with each union around another would not end.
    let mut rule = json!({"kind": "Unheard of"});
    for _ in 0..64 {
        rule = json!({"kind": "Never", "rule": rule});
    }
    let read: t::Rule = serde_json::from_value(rule.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), rule);
    // What is only sent is refused where it is neither a cat nor a dog.
    assert!(serde_json::from_value::<t::Pet>(json!({"lives": 1})).is_err());
    assert!(serde_json::from_value::<t::Pet>(json!({"petType": "Fish", "lives": 1})).is_err());
}
