//! The typed mocks, as a program would use them in its own tests.

#![cfg(feature = "httpmock")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::{Client, Context, Error, types};

fn clients(server: &MockServer) -> [Client; 2] {
    ["", "/pod"].map(|prefix| Client::new(&server.url(prefix), Context::new()).unwrap())
}

fn connection(status: types::UserConnectionStatus) -> types::UserConnection {
    types::UserConnection { user_id: Some(7), status: Some(status), ..Default::default() }
}

#[tokio::test]
async fn all_six_operations_match_with_and_without_the_prefix() {
    let server = MockServer::start_async().await;
    let body = types::UserConnectionRequest { user_id: Some(7) };
    let asked = connection(types::UserConnectionStatus::PendingOutgoing);
    let mocks = [
        server.get_connection(|when, then| {
            when.user_id("7");
            then.ok(&asked);
        }),
        server.list_connections(|when, then| {
            when.status(types::ListConnectionsStatus::All).user_ids("7,8");
            then.ok(&vec![asked.clone()].into());
        }),
        server.create_connection(|when, then| {
            when.body(&body);
            then.ok(&asked);
        }),
        server.accept_connection(|when, then| {
            when.body(&body);
            then.ok(&asked);
        }),
        server.reject_connection(|when, then| {
            when.body(&body);
            then.ok(&asked);
        }),
        server.remove_connection(|when, then| {
            when.uid(7);
            then.ok(&types::SuccessResponse::default());
        }),
    ];
    for client in clients(&server) {
        client.get_connection().user_id("7").send().await.unwrap();
        let list = client.list_connections().status(types::ListConnectionsStatus::All).user_ids("7,8");
        assert_eq!(list.send().await.unwrap().len(), 1);
        client.create_connection().body(body.clone()).send().await.unwrap();
        client.accept_connection().body(body.clone()).send().await.unwrap();
        client.reject_connection().body(body.clone()).send().await.unwrap();
        client.remove_connection().uid(7).send().await.unwrap();
    }
    for mock in mocks {
        assert_eq!(mock.calls_async().await, 2);
    }
}

#[tokio::test]
async fn an_id_is_taken_literally() {
    let server = MockServer::start_async().await;
    let mock = server.get_connection(|when, then| {
        when.user_id("a.b+c/d");
        then.ok(&connection(types::UserConnectionStatus::Accepted));
    });
    for client in clients(&server) {
        client.get_connection().user_id("a.b+c/d").send().await.unwrap();
        client.get_connection().user_id("axb+c/d").send().await.unwrap_err();
    }
    assert_eq!(mock.calls_async().await, 2);
}

#[tokio::test]
async fn a_mocked_error_is_typed() {
    let server = MockServer::start_async().await;
    server.remove_connection(|when, then| {
        when.uid(7);
        then.bad_request(&types::Error { code: Some(400), message: Some("no".into()) });
    });
    let [client, _] = clients(&server);
    match client.remove_connection().uid(7).send().await.unwrap_err() {
        Error::ErrorResponse(answer) => assert_eq!(answer.message.as_deref(), Some("no")),
        other => panic!("{other}"),
    }
}
