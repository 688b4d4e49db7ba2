//! Calls that are put together without a client, and what is known of their operations.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use pod_api::httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::{Api, Call, Client, Context, Effect, Operation, operations, types};

use crate::document::DOCUMENT;

/// A status as the document writes it.
fn written(range: &RangeInclusive<u16>) -> String {
    match (*range.start(), *range.end()) {
        (100, 599) => "default".to_owned(),
        (start, end) if start == end => start.to_string(),
        (start, _) => format!("{}XX", start / 100),
    }
}

#[test]
fn every_operation_of_the_document_is_known() {
    let mut known = 0;
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, value) in item.as_object().unwrap() {
            let name = value["operationId"].as_str().unwrap();
            let found: Vec<&Operation> =
                operations().iter().copied().filter(|one| one.name == name).collect();
            let [operation] = found.as_slice() else { panic!("{name}: {found:?}") };
            assert_eq!(operation.to_string(), format!("{} {path}", method.to_uppercase()));
            assert_eq!(operation.tag, value["tags"][0].as_str(), "{name}");
            assert_eq!(operation.is_deprecated, value["deprecated"] == true, "{name}");
            let declared: BTreeSet<String> =
                value["responses"].as_object().unwrap().keys().cloned().collect();
            let (success, errors): (BTreeSet<_>, BTreeSet<_>) =
                declared.into_iter().partition(|status| status.starts_with('2'));
            assert_eq!(operation.success.iter().map(written).collect::<BTreeSet<_>>(), success, "{name}");
            assert_eq!(operation.errors.iter().map(written).collect::<BTreeSet<_>>(), errors, "{name}");
            known += 1;
        }
    }
    assert_eq!(operations().len(), known);
}

/// For a person to look at: whoever sends one of these again on the strength of this list must not do harm.
#[test]
fn what_reads_though_it_is_no_get_and_the_other_way_round() {
    let names = |is_such: fn(&Operation) -> bool| -> Vec<&str> {
        operations().iter().filter(|operation| is_such(operation)).map(|operation| operation.name).collect()
    };
    assert_eq!(
        names(|operation| operation.effect == Effect::Reads && operation.method != "GET"),
        [
            "admin_get_messages",
            "admin_find_users",
            "admin_list_user_streams",
            "list_company_certificates_by_type",
            "list_streams",
            "search_users",
            "admin_list_streams",
            "search_rooms",
        ]
    );
    assert_eq!(
        names(|operation| operation.effect == Effect::Changes && operation.method == "GET"),
        ["read_presence_feed"]
    );
}

#[test]
fn a_call_knows_its_operation() {
    fn operation<C: Call>(_: &C) -> &'static Operation {
        C::OPERATION
    }
    assert_eq!(operation(&Api.list_room_members()), operations::LIST_ROOM_MEMBERS);
    assert_eq!(operations::LIST_ROOM_MEMBERS.name, "list_room_members");
}

#[tokio::test]
async fn a_call_is_sent_by_the_client_that_it_is_given_as_often_as_it_is_cloned() {
    let server = MockServer::start_async().await;
    let added = server.add_room_member(|when, then| {
        when.id("room").body(&types::UserId::builder().id(7).try_into().unwrap());
        then.ok(&types::SuccessResponse::default());
    });
    let client = Client::new(&server.base_url(), Context::new()).unwrap();
    let elsewhere = Client::new("http://localhost:1", Context::new()).unwrap();

    let call = Api.add_room_member().id("room").body(types::UserId::builder().id(7));
    call.clone().send_with(&client).await.unwrap();
    // It needs nothing that ends before the program does, but for the client.
    let sent = tokio::spawn({
        let client = client.clone();
        async move { call.send_with(&client).await.map(drop) }
    });
    sent.await.unwrap().unwrap();
    let borrowed = elsewhere.add_room_member().id("room").body(types::UserId::builder().id(7));
    borrowed.send_with(&client).await.unwrap();
    added.assert_calls_async(3).await;
}
