//! What goes over the wire for each kind of body.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a test")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod server;

use bodies::{Client, Context, types};
use server::{Request, Server, json};

const NOTHING: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// What a call sends.
async fn sent<T, E: std::fmt::Debug>(call: impl AsyncFnOnce(Client) -> Result<T, E>) -> Request {
    let server = Server::answering(NOTHING).await;
    call(Client::new(&server.url, Context::new()).unwrap()).await.unwrap();
    server.asked().await
}

fn headers(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn room() -> types::Room {
    types::Room { name: "a b".into(), size: Some(3) }
}

const ROOM: &str = r#"{"name":"a b","size":3}"#;

#[tokio::test]
async fn an_optional_body_that_is_left_out_is_not_sent() {
    let asked = sent(async |client| client.post_optional().send().await).await;
    assert_eq!(asked.line, "POST /api/optional HTTP/1.1");
    assert_eq!(asked.headers, headers(&[("accept", "*/*"), ("content-length", "0")]));
    assert_eq!(asked.body, "");

    // A DELETE without a body has no length either.
    let asked = sent(async |client| client.delete_optional().send().await).await;
    assert_eq!(asked.headers, headers(&[("accept", "*/*")]));

    let asked = sent(async |client| client.put_optional_text().send().await).await;
    assert_eq!(asked.headers, headers(&[("accept", "*/*"), ("content-length", "0")]));
    let asked = sent(async |client| client.post_optional_form().send().await).await;
    assert_eq!(asked.headers, headers(&[("accept", "*/*"), ("content-length", "0")]));
}

#[tokio::test]
async fn an_optional_body_that_is_given_is_sent() {
    let expected = [("accept", "*/*"), ("content-length", "23"), ("content-type", "application/json")];
    let asked = sent(async |client| client.post_optional().body(room()).send().await).await;
    assert_eq!((asked.headers, &*asked.body), (headers(&expected), ROOM));
    let build = |room: types::builder::RoomBuilder| room.name("a b").size(3);
    let asked = sent(async |client| client.post_optional().body_map(build).send().await).await;
    assert_eq!((asked.headers, &*asked.body), (headers(&expected), ROOM));

    let asked = sent(async |client| client.delete_optional().body(vec!["a".to_owned()]).send().await).await;
    assert_eq!(asked.body, r#"["a"]"#);
    let asked = sent(async |client| client.put_optional_text().body("plain").send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), ("plain", Some("text/plain")));
    let asked = sent(async |client| client.post_optional_form().body(room()).send().await).await;
    assert_eq!(asked.body, "name=a+b&size=3");
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn an_optional_body_that_lacks_a_required_field_is_refused() {
    let client = Client::new("https://pod.invalid", Context::new()).unwrap();
    let error = client.post_optional().body_map(|room| room.size(3)).send().await.unwrap_err();
    assert!(error.to_string().contains("name"), "{error}");
}

#[tokio::test]
async fn of_several_media_types_json_is_sent() {
    let asked = sent(async |client| client.post_several().body(room()).send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), (ROOM, Some("application/json")));
    let asked = sent(async |client| client.post_any_json().body(room()).send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), (ROOM, Some("application/json")));
}

#[tokio::test]
async fn json_under_another_name_keeps_its_name_and_its_type() {
    let server = Server::answering(json("200 OK", ROOM)).await;
    let client = Client::new(&server.url, Context::new()).unwrap();
    let answer = client.merge().body(room()).send().await.unwrap();
    assert_eq!((&*answer.name, answer.size), ("a b", Some(3)));
    let asked = server.asked().await;
    assert_eq!(asked.line, "PATCH /api/patch HTTP/1.1");
    assert_eq!((&*asked.body, asked.header("content-type")), (ROOM, Some("application/merge-patch+json")));
}

#[tokio::test]
async fn text_and_bytes_go_out_as_they_are_under_the_declared_type() {
    let asked = sent(async |client| client.post_xml().body("<room/>").send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), ("<room/>", Some("application/xml")));
    let asked = sent(async |client| client.put_csv().body("a,b\r\n").send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), ("a,b\r\n", Some("text/csv;header=present")));
}

#[tokio::test]
async fn a_media_type_that_the_document_leaves_open_is_the_callers() {
    let asked = sent(async |client| client.put_image().content_type("image/gif").body("GIF89a").send().await).await;
    assert_eq!((&*asked.body, asked.header("content-type")), ("GIF89a", Some("image/gif")));

    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nbytes\r\n--x--\r\n";
    let asked = sent(async |client| {
        client.upload().content_type("multipart/form-data; boundary=x").body(form).send().await
    })
    .await;
    assert_eq!((&*asked.body, asked.header("content-type")), (form, Some("multipart/form-data; boundary=x")));

    let client = Client::new("https://pod.invalid", Context::new()).unwrap();
    let error = client.upload().body(form).send().await.unwrap_err();
    assert!(error.to_string().contains("content_type was not initialized"), "{error}");
}

#[tokio::test]
async fn a_form_may_hold_lists_and_objects() {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let form = types::Form {
        name: Some("a b".into()),
        tags: Some(texts(&["x", "y&z"])),
        expand: Some(texts(&["p", "q"])),
        metadata: Some([("k".to_owned(), "v".to_owned())].into()),
        ids: Some(vec![1, 2]),
        flat: Some(types::Room { name: "f".into(), size: Some(4) }),
        room: Some(room()),
    };
    let asked = sent(async |client| client.post_form().body(form).send().await).await;
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(
        asked.body,
        "expand=p,q&name=f&size=4&ids=1,2&metadata[k]=v&name=a+b&room=%7B%22name%22%3A%22a+b%22%2C%22size%22%3A3%7D&tags=x&tags=y%26z"
    );
}
