//! The typed mocks, as a program would use them in its own tests.

use std::sync::LazyLock;

use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::{Client, Context, Error, types};

/// Ids as pods make them.
const STREAM: &str = "Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==";
const MESSAGE: &str = "b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==";

/// One server for the tests of the shapes, each with operations of its own: httpmock has 25 at most.
static SHARED: LazyLock<MockServer> = LazyLock::new(MockServer::start);

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

#[tokio::test]
async fn a_path_with_an_id_that_needs_escaping() {
    let room = types::V3RoomDetail {
        room_system_info: Some(types::RoomSystemInfo { id: Some(STREAM.to_owned()), ..Default::default() }),
        ..Default::default()
    };
    let status = types::MessageStatus::default();
    let done = types::SuccessResponse { message: Some("done".into()), ..Default::default() };
    let mocks = [
        SHARED.get_room(|when, then| {
            when.id(STREAM);
            then.ok(&room);
        }),
        SHARED.get_message_status(|when, then| {
            when.mid(MESSAGE);
            then.ok(&status);
        }),
        SHARED.log_out_user_session(|when, then| {
            when.uid("7 é").sid("a.b*c/d?e=f#g%20");
            then.ok(&done);
        }),
    ];
    for client in clients(&SHARED) {
        let got = client.get_room().id(STREAM).send().await.unwrap();
        assert_eq!(got.room_system_info.as_ref().unwrap().id.as_deref(), Some(STREAM));
        client.get_message_status().mid(MESSAGE).send().await.unwrap();
        let call = client.log_out_user_session().uid("7 é").sid("a.b*c/d?e=f#g%20");
        assert_eq!(call.send().await.unwrap().message.as_deref(), Some("done"));
        // Another id is another path.
        client.get_room().id(&STREAM[1..]).send().await.unwrap_err();
        client.log_out_user_session().uid("7 é").sid("aXb*c/d?e=f#g%20").send().await.unwrap_err();
    }
    for mock in mocks {
        assert_eq!(mock.calls_async().await, 2);
    }
}

#[tokio::test]
async fn a_query() {
    let users = types::V2UserList::default();
    let attachments = types::StreamAttachmentResponse(Vec::new());
    let mocks = [
        SHARED.get_users(|when, then| {
            when.uid("1,22").email("a+b@acme.com,c@acme.com").local(true).active(false);
            then.ok(&users);
        }),
        SHARED.list_stream_attachments(|when, then| {
            when.sid(STREAM).since(1_461_508_270_017).to(1_461_508_270_018).limit(50).sort_dir("ASC");
            then.ok(&attachments);
        }),
    ];
    for client in clients(&SHARED) {
        let call = client.get_users().uid("1,22").email("a+b@acme.com,c@acme.com").local(true).active(false);
        assert!(call.send().await.unwrap().is_some());
        client.get_users().uid("1,23").send().await.unwrap_err();
        let call = client.list_stream_attachments().sid(STREAM).since(1_461_508_270_017_i64);
        call.to(1_461_508_270_018_i64).limit(50).sort_dir("ASC").send().await.unwrap();
        client.list_stream_attachments().sid(STREAM).send().await.unwrap_err();
    }
    for mock in mocks {
        assert_eq!(mock.calls_async().await, 2);
    }
}

#[tokio::test]
async fn a_body_beside_a_query_and_an_id() {
    let criteria = |query: &str| {
        types::V2RoomSearchCriteria::builder().query(query.to_owned()).labels(vec!["fx".to_owned()])
    };
    let wanted: types::V2RoomSearchCriteria = criteria("Zürich & co").try_into().unwrap();
    let attributes = types::V3RoomAttributes { name: Some("FX".into()), ..Default::default() };
    let entitlement = types::UserAppEntitlementPatch::builder();
    let entitlement = entitlement.app_id("acme".parse::<types::UserAppEntitlementPatchAppId>().unwrap());
    let patch = types::UserAppEntitlementsPatchList(vec![entitlement.try_into().unwrap()]);
    let mocks = [
        SHARED.search_rooms(|when, then| {
            when.skip(0).limit(10).include_non_discoverable(true).body(&wanted);
            then.ok(&types::V3RoomSearchResults::default());
        }),
        SHARED.update_room(|when, then| {
            when.id(STREAM).body(&attributes);
            then.ok(&types::V3RoomDetail::default());
        }),
        SHARED.admin_patch_user_app_entitlements(|when, then| {
            when.uid(7).body(&patch);
            then.ok(&types::UserAppEntitlementList(Vec::new()));
        }),
    ];
    for client in clients(&SHARED) {
        let call = client.search_rooms().skip(0).limit(10).include_non_discoverable(true);
        call.body(criteria("Zürich & co")).send().await.unwrap();
        let call = client.search_rooms().skip(0).limit(10).include_non_discoverable(true);
        call.body(criteria("Bern")).send().await.unwrap_err();
        client.update_room().id(STREAM).body(attributes.clone()).send().await.unwrap();
        client.admin_patch_user_app_entitlements().uid(7).body(patch.clone()).send().await.unwrap();
        client.admin_patch_user_app_entitlements().uid(8).body(patch.clone()).send().await.unwrap_err();
    }
    for mock in mocks {
        assert_eq!(mock.calls_async().await, 2);
    }
}

#[tokio::test]
async fn a_success_without_a_body() {
    let gone = SHARED.admin_remove_protocol(|when, then| {
        when.scheme("web+acme");
        then.no_content();
    });
    let none = SHARED.search_users(|when, then| {
        when.body(&types::UserSearchQuery::default());
        then.no_content();
    });
    for client in clients(&SHARED) {
        assert_eq!(client.admin_remove_protocol().scheme("web+acme").send().await.unwrap().status(), 204);
        let nobody = client.search_users().body(types::UserSearchQuery::default()).send().await.unwrap();
        assert_eq!(nobody.status(), 204);
        assert!(nobody.is_none());
    }
    assert_eq!((gone.calls_async().await, none.calls_async().await), (2, 2));
}
