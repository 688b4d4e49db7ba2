//! The compiler warns of what the document deprecates, and of nothing else: an expectation that is not met is a
//! warning, too.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a test")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[allow(dead_code, reason = "not every test needs all of it")]
mod server;

use deprecation::httpmock::MockServer;
use deprecation::mock::MockServerExt as _;
use deprecation::{Client, Context, types};
use serde_json::json;
use server::Server;

#[tokio::test]
async fn an_operation() {
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let client = Client::new(&server.url, Context::new()).unwrap();
    #[expect(deprecated, reason = "the document deprecates it")]
    client.get_old().send().await.unwrap();
    assert_eq!(server.asked().await.line, "GET /api/old HTTP/1.1");
}

#[test]
fn the_mock_of_an_operation() {
    let server = MockServer::start();
    #[expect(deprecated, reason = "the document deprecates it")]
    server.get_old(|_, then| drop(then.no_content()));
    server.make_new(|when, then| {
        when.mode("fast").since(None);
        then.into_inner().status(200);
    });
}

#[tokio::test]
async fn what_a_call_can_do_without() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"code\":\"c\"}";
    let server = Server::answering(answer).await;
    let client = Client::new(&server.url, Context::new()).unwrap();
    // What must be given is no choice of the caller.
    let call = client.make_new().mode("fast").body_map(|body| body.code("c").name("n".to_owned()));
    #[expect(deprecated, reason = "the document deprecates it")]
    let call = call.since("now");
    #[expect(deprecated, reason = "the document deprecates it")]
    let call = call.body_map(|body| body.kind(types::ThingKind::B));
    call.send().await.unwrap();
    let asked = server.asked().await;
    assert_eq!(asked.line, "POST /api/new?mode=fast&since=now HTTP/1.1");
    assert_eq!(asked.body, r#"{"code":"c","kind":"B","name":"n"}"#);
}

#[test]
fn a_property() {
    let body = json!({"code": "c", "kind": "A", "part": {"x": "x"}, "other": {}, "others": [{}]});
    let thing: types::Thing = serde_json::from_value(body).unwrap();
    assert!(thing.name.is_none() && thing.any.is_none());
    #[expect(deprecated, reason = "the document deprecates it")]
    let code = thing.code;
    #[expect(deprecated, reason = "the document deprecates it")]
    let kind = thing.kind;
    #[expect(deprecated, reason = "the document deprecates it")]
    let part: Option<types::ThingPart> = thing.part;
    #[expect(deprecated, reason = "the document deprecates it")]
    let other: types::Other = thing.other.unwrap();
    #[expect(deprecated, reason = "the document deprecates it")]
    let others = thing.others.unwrap();
    assert_eq!((code.as_str(), kind, others.len()), ("c", Some(types::ThingKind::A), 1));
    assert_eq!((part.unwrap().x.as_deref(), other.y.as_str()), (Some("x"), "z"));
}
