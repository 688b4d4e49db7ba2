//! A request of each kind, written down by a person: the expectations of the contract are worked out by a program, and
//! this is what that program is held against.

use pod_api::{Client, Context, Error, ResponseValue, SessionToken, types};
use serde_json::{Value, json};

use crate::contract::server::{self, Server};

/// What a call sends: its line, and its headers and body without what is the same for all.
async fn sent<T, E: std::fmt::Debug>(
    answer: &str,
    call: impl AsyncFnOnce(Client) -> Result<ResponseValue<T>, Error<E>>,
) -> (String, Vec<(String, String)>, Value, T) {
    let server = Server::answering(server::json("200 OK", answer)).await;
    let context = Context::new().with_session(SessionToken::new("literal-session-token").unwrap());
    let read = call(Client::new(&server.url, context).unwrap()).await.unwrap().into_inner();
    let mut asked = server.asked().await;
    for always in ["accept: application/json", "sessiontoken: literal-session-token"] {
        let always =
            always.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        assert!(asked.headers.contains(&always), "{:?}", asked.headers);
        asked.headers.retain(|header| *header != always);
    }
    let body = if asked.body.is_empty() { Value::Null } else { serde_json::from_str(&asked.body).unwrap() };
    (asked.line, asked.headers, body, read)
}

fn headers(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An id as pods make them.
const ROOM: &str = "Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==";

#[tokio::test]
async fn a_text_in_the_path_and_an_object_as_body() {
    let (line, head, body, read) = sent(r#"{"format":"XML","message":"Done, 1 of 1"}"#, async |client| {
        let user = types::UserId { id: Some(7_078_106_103_809) };
        client.add_room_member().id(ROOM).body(user).send().await
    })
    .await;
    assert_eq!(
        line,
        "POST /api/v1/room/Qk7%2FzR%2Bx9VtB2mD5aLwYcX%2F%2F%2FpJ%2Bvq%2F0dA%3D%3D/membership/add HTTP/1.1"
    );
    assert_eq!(head, headers(&[("content-length", "20"), ("content-type", "application/json")]));
    assert_eq!(body, json!({"id": 7_078_106_103_809_i64}));
    assert_eq!(read.format, Some(types::SuccessResponseFormat::Xml));
    assert_eq!(read.message.as_deref(), Some("Done, 1 of 1"));
}

#[tokio::test]
async fn a_truth_value_in_the_query_and_a_post_without_a_body() {
    let (line, head, body, _) =
        sent("{}", async |client| client.set_room_active().id(ROOM).active(true).send().await).await;
    assert_eq!(
        line,
        "POST /api/v1/room/Qk7%2FzR%2Bx9VtB2mD5aLwYcX%2F%2F%2FpJ%2Bvq%2F0dA%3D%3D/setActive?active=true HTTP/1.1"
    );
    assert_eq!(head, headers(&[("content-length", "0")]));
    assert_eq!(body, Value::Null);
}

#[tokio::test]
async fn a_list_as_body() {
    let (line, _, body, read) = sent(r#"{"id":"i"}"#, async |client| {
        client.create_im().body(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503])).send().await
    })
    .await;
    assert_eq!(line, "POST /api/v1/im/create HTTP/1.1");
    assert_eq!(body, json!([7_078_106_103_809_i64, 7_078_106_126_503_i64]));
    assert_eq!(read.id.as_deref(), Some("i"));
}

#[tokio::test]
async fn a_body_that_may_be_left_out_beside_numbers_in_the_query() {
    let (line, head, _, read) = sent(r#"[{"id":"i","active":true}]"#, async |client| {
        client.list_streams().skip(50).limit(100).send().await
    })
    .await;
    let (path, query) = line.split_once('?').unwrap();
    assert_eq!(path, "POST /api/v1/streams/list");
    let mut query: Vec<_> = query.trim_end_matches(" HTTP/1.1").split('&').collect();
    query.sort_unstable();
    assert_eq!(query, ["limit=100", "skip=50"]);
    assert_eq!(head, headers(&[("content-length", "0")]));
    assert_eq!(read.unwrap()[0].active, Some(true));

    let filter = types::StreamFilter::builder().include_inactive_streams(true);
    let (_, head, body, _) = sent("[]", async |client| client.list_streams().body(filter).send().await).await;
    assert_eq!(head, headers(&[("content-length", "31"), ("content-type", "application/json")]));
    assert_eq!(body, json!({"includeInactiveStreams": true}));
}

#[tokio::test]
async fn a_word_and_several_values_in_one_text_in_the_query() {
    let (line, head, _, _) = sent("[]", async |client| {
        let users = "7078106103809,7078106126503";
        client.list_connections().status(types::ListConnectionsStatus::All).user_ids(users).send().await
    })
    .await;
    let query = line.split_once('?').unwrap().1.replace("%2C", ",");
    assert_eq!(query, "status=ALL&userIds=7078106103809,7078106126503 HTTP/1.1");
    assert_eq!(head, headers(&[]));
}

#[tokio::test]
async fn a_number_in_the_path_and_no_body_to_a_delete() {
    let (line, head, _, read) = sent(r#"{"message":"Disclaimer removed"}"#, async |client| {
        client.admin_unassign_user_disclaimer().uid(7_078_106_103_809_i64).send().await
    })
    .await;
    assert_eq!(line, "DELETE /api/v1/admin/user/7078106103809/disclaimer HTTP/1.1");
    assert_eq!(head, headers(&[]));
    assert_eq!(read.message.as_deref(), Some("Disclaimer removed"));
}
