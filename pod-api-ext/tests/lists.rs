//! Lists that come in pages: each as a stream, on the wire.

use futures_util::TryStreamExt as _;
use httpmock::MockServer;
use pod_api_ext::connections::UserId;
use pod_api_ext::lists::{Entries, Lists};
use pod_api_ext::retry::Never;
use pod_api_ext::{ErrorKind, Pod, SessionToken};
use serde_json::{Value, json};

fn lists(server: &MockServer) -> Lists {
    let session = SessionToken::new("a-token").unwrap();
    Pod::builder(server.base_url()).session(session).retry(Never).build().unwrap().lists()
}

/// Answers `method` and `path` with this, if the query is just this.
async fn answer(server: &MockServer, method: &str, path: &str, query: &[(&str, &str)], body: Value) {
    server
        .mock_async(|when, then| {
            let mut when = when.method(method).path(format!("/pod{path}"));
            for (name, value) in query {
                when = when.query_param(*name, *value);
            }
            for absent in ["skip", "limit", "after", "before", "lastUserId"] {
                if !query.iter().any(|(name, _)| *name == absent) {
                    when = when.query_param_missing(absent);
                }
            }
            then.status(200).json_body(body);
        })
        .await;
}

/// Three pages by `skip` of one list: two entries, one, none.
async fn three_by_skip(
    server: &MockServer,
    method: &str,
    path: &str,
    [a, b, c]: [Value; 3],
    page: fn(Value) -> Value,
) {
    for (skip, entries) in [("0", json!([a, b])), ("2", json!([c])), ("3", json!([]))] {
        answer(server, method, path, &[("skip", skip), ("limit", "2")], page(entries)).await;
    }
}

/// Two pages by cursor of one list.
async fn two_by_cursor(
    server: &MockServer,
    path: &str,
    limit: Option<&str>,
    [a, b, c]: [Value; 3],
    page: fn(Value, Value) -> Value,
) {
    let limit = || limit.map(|limit| ("limit", limit));
    let cursors =
        json!({"cursors": {"before": "x+/=", "after": "y+/="}, "next": "https://acme.symphony.com/next"});
    let first: Vec<_> = limit().into_iter().collect();
    answer(server, "GET", path, &first, page(json!([a, b]), cursors)).await;
    let second: Vec<_> = limit().into_iter().chain([("after", "y+/=")]).collect();
    answer(server, "GET", path, &second, page(json!([c]), json!({"cursors": {"before": "y+/="}}))).await;
}

async fn all<T>(entries: Entries<T>) -> Vec<T> {
    entries.try_collect().await.unwrap()
}

#[tokio::test]
async fn lists_of_users() {
    let server = MockServer::start_async().await;
    let lists = lists(&server).page_size(2);

    let users = [1, 2, 3].map(|id| json!({"userSystemInfo": {"id": id}}));
    three_by_skip(&server, "GET", "/v2/admin/user/list", users.clone(), |page| page).await;
    let listed = all(lists.admin_list_users()).await;
    let ids: Vec<_> = listed.into_iter().map(|user| user.user_system_info.unwrap().id).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);

    three_by_skip(&server, "POST", "/v1/admin/user/find", users, |page| page).await;
    let found = all(lists.admin_find_users(Default::default())).await;
    let ids: Vec<_> = found.into_iter().map(|user| user.user_system_info.unwrap().id).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);

    let users = [1, 2, 3].map(|id| json!({"id": id}));
    three_by_skip(&server, "POST", "/v1/user/search", users, |page| json!({"count": 3, "users": page})).await;
    let query = pod_api::types::UserSearchQuery { query: Some("ann".into()), filters: None };
    let found = all(lists.search_users(query, true)).await;
    assert_eq!(found.into_iter().map(|user| user.id).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);

    let ids = [1, 2, 3].map(|id| json!(id));
    let expected: Vec<UserId> = [1, 2, 3].map(UserId::from).into();
    let page = |page, pagination| json!({"count": 3, "followers": page, "pagination": pagination});
    two_by_cursor(&server, "/v1/user/7/followers", Some("2"), ids.clone(), page).await;
    assert_eq!(all(lists.list_user_followers(7)).await, expected);
    let page = |page, pagination| json!({"count": 3, "following": page, "pagination": pagination});
    two_by_cursor(&server, "/v1/user/7/following", Some("2"), ids, page).await;
    assert_eq!(all(lists.list_user_following(7)).await, expected);
}

#[tokio::test]
async fn presences_go_on_after_the_last_user() {
    let server = MockServer::start_async().await;
    let lists = lists(&server).page_size(2);
    let presence = |id: i64| json!({"userId": id, "category": "AVAILABLE"});
    let path = "/v2/users/presence";
    answer(&server, "GET", path, &[("limit", "2")], json!([presence(5), presence(9)])).await;
    // Published: users with smaller ids are passed over. So the last one comes again.
    answer(&server, "GET", path, &[("limit", "2"), ("lastUserId", "9")], json!([presence(9), presence(11)]))
        .await;
    answer(&server, "GET", path, &[("limit", "2"), ("lastUserId", "11")], json!([presence(11)])).await;
    let listed = all(lists.list_presences()).await;
    assert_eq!(
        listed.into_iter().map(|presence| presence.user_id).collect::<Vec<_>>(),
        [Some(5), Some(9), Some(11)]
    );
}

#[tokio::test]
async fn a_page_of_presences_that_gets_no_further_is_the_last() {
    let server = MockServer::start_async().await;
    let presence = json!([{"userId": 5, "category": "AWAY"}]);
    answer(&server, "GET", "/v2/users/presence", &[], presence.clone()).await;
    answer(&server, "GET", "/v2/users/presence", &[("lastUserId", "5")], presence).await;
    assert_eq!(all(lists(&server).list_presences()).await.len(), 1);
}

#[tokio::test]
async fn lists_of_streams() {
    let server = MockServer::start_async().await;
    let lists = lists(&server).page_size(2);
    let named = || ["a", "b", "c"].map(|id| json!({"id": id}));
    let expected = ["a", "b", "c"].map(|id| Some(id.to_owned()));

    three_by_skip(&server, "POST", "/v1/streams/list", named(), |page| page).await;
    let listed = all(lists.list_streams(Default::default())).await;
    assert_eq!(listed.into_iter().map(|stream| stream.id).collect::<Vec<_>>(), expected);

    three_by_skip(&server, "POST", "/v1/admin/user/7/streams/list", named(), |page| page).await;
    let listed = all(lists.admin_list_user_streams(7, Default::default())).await;
    assert_eq!(listed.into_iter().map(|stream| stream.id).collect::<Vec<_>>(), expected);

    three_by_skip(&server, "POST", "/v2/admin/streams/list", named(), |page| json!({"streams": page})).await;
    let listed = all(lists.admin_list_streams(Default::default())).await;
    assert_eq!(listed.into_iter().map(|stream| stream.id).collect::<Vec<_>>(), expected);

    let members = [1, 2, 3].map(|id| json!({"joinDate": id}));
    let path = "/v1/admin/stream/a%2Fb/membership/list";
    three_by_skip(&server, "GET", path, members, |page| json!({"members": page})).await;
    let listed = all(lists.admin_list_stream_members("a/b")).await;
    assert_eq!(
        listed.into_iter().map(|member| member.join_date).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3)]
    );

    let criteria = pod_api::types::V2RoomSearchCriteria::builder().query("games").try_into().unwrap();
    let rooms = ["a", "b", "c"].map(|id| json!({"roomSystemInfo": {"id": id}}));
    three_by_skip(&server, "POST", "/v3/room/search", rooms, |page| json!({"rooms": page})).await;
    let found = all(lists.search_rooms(criteria, false)).await;
    let ids: Vec<_> = found.into_iter().map(|room| room.room_system_info.unwrap().id).collect();
    assert_eq!(ids, expected);

    let receipts = [1, 2, 3].map(|id| json!({"readReceiptTimestamp": id}));
    two_by_cursor(
        &server,
        "/v1/admin/messages/m1/receipts",
        None,
        receipts,
        |page, pagination| json!({"MessageReceiptDetail": page, "pagination": pagination}),
    )
    .await;
    let receipts = all(lists.admin_list_message_receipts("m1")).await;
    let read: Vec<_> = receipts.into_iter().map(|receipt| receipt.read_receipt_timestamp).collect();
    assert_eq!(read, [Some(1), Some(2), Some(3)]);
}

#[tokio::test]
async fn lists_of_a_pod() {
    let server = MockServer::start_async().await;
    let lists = lists(&server).page_size(2);

    let ids = [1, 2, 3].map(|id| json!(id));
    three_by_skip(&server, "GET", "/v1/admin/group/g1/membership/list", ids, |page| page).await;
    let members = all(lists.admin_list_information_barrier_group_members("g1")).await;
    assert_eq!(members, [1, 2, 3].map(UserId::from));

    let certificates = || ["a", "b", "c"].map(|name| json!({"companyCertInfo": {"commonName": name}}));
    let expected = ["a", "b", "c"].map(|name| Some(name.to_owned()));
    for (method, path) in [
        ("GET", "/v1/companycert/list"),
        ("GET", "/v1/companycert/podmanaged/list"),
        ("POST", "/v1/companycert/type/list"),
    ] {
        three_by_skip(&server, method, path, certificates(), |page| page).await;
    }
    for entries in [
        lists.list_company_certificates(),
        lists.list_pod_managed_company_certificates(),
        lists.list_company_certificates_by_type(pod_api::types::CompanyCertTypeList(Vec::new())),
    ] {
        let listed = all(entries).await.into_iter();
        let names: Vec<_> = listed.map(|entry| entry.company_cert_info.unwrap().common_name).collect();
        assert_eq!(names, expected);
    }

    let schemes = ["http", "https", "skype"].map(|scheme| json!(scheme));
    three_by_skip(&server, "GET", "/v2/system/protocols", schemes, |page| page).await;
    assert_eq!(all(lists.list_protocols()).await, ["http", "https", "skype"]);

    let extensions = [".a", ".b", ".c"].map(|extension| json!({"extension": extension}));
    two_by_cursor(
        &server,
        "/file_ext/v1/allowed_extensions",
        Some("2"),
        extensions,
        |page, paging| json!({"data": page, "paging": paging}),
    )
    .await;
    let listed = all(lists.list_allowed_file_extensions()).await;
    assert_eq!(listed.into_iter().map(|entry| entry.extension).collect::<Vec<_>>(), [".a", ".b", ".c"]);
}

/// A pod that takes a length of zero at its word would send a page without entries, which is the end of the list.
#[tokio::test]
async fn a_page_has_at_least_one_entry() {
    let server = MockServer::start_async().await;
    let lists = lists(&server).page_size(0);
    for (skip, entries) in [("0", json!([{"userSystemInfo": {"id": 1}}])), ("1", json!([]))] {
        let query = [("skip", skip), ("limit", "1")];
        answer(&server, "GET", "/v2/admin/user/list", &query, entries).await;
    }
    assert_eq!(all(lists.admin_list_users()).await.len(), 1);
}

#[tokio::test]
async fn an_answer_without_a_body_is_a_list_without_entries() {
    let server = MockServer::start_async().await;
    server.mock_async(|_, then| drop(then.status(204))).await;
    let lists = lists(&server);
    assert!(all(lists.list_streams(Default::default())).await.is_empty());
    assert!(all(lists.search_users(Default::default(), false)).await.is_empty());
}

#[tokio::test]
async fn no_page_is_asked_for_before_its_time_and_an_error_ends_the_stream() {
    let server = MockServer::start_async().await;
    let first = server
        .mock_async(|when, then| {
            when.path("/pod/v2/system/protocols").query_param("skip", "0").query_param_missing("limit");
            then.status(200).json_body(json!(["http", "https"]));
        })
        .await;
    let second = server
        .mock_async(|when, then| {
            when.path("/pod/v2/system/protocols").query_param("skip", "2");
            then.status(403).json_body(json!({"code": 403, "message": "no"}));
        })
        .await;
    let mut schemes = lists(&server).list_protocols();
    assert_eq!(first.calls_async().await, 0);
    assert_eq!(schemes.next().await.unwrap().unwrap(), "http");
    assert_eq!(schemes.next().await.unwrap().unwrap(), "https");
    assert_eq!(second.calls_async().await, 0);
    assert_eq!(schemes.next().await.unwrap().unwrap_err().kind(), ErrorKind::MissingEntitlement);
    assert!(schemes.next().await.is_none());
    assert_eq!((first.calls_async().await, second.calls_async().await), (1, 1));
}

#[tokio::test]
async fn who_the_session_belongs_to() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method("GET").path("/pod/v2/sessioninfo").header("sessionToken", "a-token");
            then.status(200).json_body(json!({"id": 7, "username": "bot", "roles": ["INDIVIDUAL"]}));
        })
        .await;
    let session = SessionToken::new("a-token").unwrap();
    let pod = Pod::builder(server.base_url()).session(session).build().unwrap();
    let me = pod.session_info().await.unwrap();
    assert_eq!((me.id, me.username.as_deref()), (Some(7), Some("bot")));
}

#[test]
fn streams_can_move_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<Entries<String>>();
}
