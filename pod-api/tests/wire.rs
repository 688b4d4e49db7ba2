//! The six connection operations on the wire: literal requests, literal answers.

use crate::contract::server::{Server, json};
use pod_api::{Answer, Client, Context, Error, SessionToken, TraceId, types};

const TOKEN: &str = "literal-session-token";

fn client(server: &Server) -> Client {
    let context = Context::new()
        .with_session(SessionToken::new(TOKEN).unwrap())
        .with_trace_id(TraceId::new("a1B2c3").unwrap());
    Client::new(&server.url, context).unwrap()
}

fn headers(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const CONNECTION: &str = r#"{"userId":7078106126503,"status":"PENDING_OUTGOING","firstRequestedAt":1470018076306,"updatedAt":1471018076255,"requestCounter":1}"#;

mod requests {
    use super::*;

    #[tokio::test]
    async fn remove_is_a_post_without_a_body() {
        let server =
            Server::answering(json("200 OK", r#"{"format":"TEXT","message":"Connection Removed."}"#)).await;
        let answer = client(&server).remove_connection().uid(7_078_106_103_809_i64).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.format, Some(types::SuccessResponseFormat::Text));
        assert_eq!(answer.message.as_deref(), Some("Connection Removed."));

        let asked = server.asked().await;
        assert_eq!(asked.line, "POST /api/v1/connection/user/7078106103809/remove HTTP/1.1");
        let expected = [
            ("accept", "application/json"),
            ("content-length", "0"),
            ("sessiontoken", TOKEN),
            ("x-trace-id", "a1B2c3"),
        ];
        assert_eq!(asked.headers, headers(&expected));
        assert_eq!(asked.body, "");
    }

    #[tokio::test]
    async fn get_is_a_get_of_the_users_info() {
        let server = Server::answering(json("200 OK", CONNECTION)).await;
        let answer = client(&server).get_connection().user_id("7078106126503").send().await.unwrap();
        assert_eq!(answer.user_id, Some(7_078_106_126_503));
        assert_eq!(answer.status, Some(types::UserConnectionStatus::PendingOutgoing));
        assert_eq!(answer.first_requested_at, Some(1_470_018_076_306));
        assert_eq!(answer.updated_at, Some(1_471_018_076_255));
        assert_eq!(answer.request_counter, Some(1));

        let asked = server.asked().await;
        assert_eq!(asked.line, "GET /api/v1/connection/user/7078106126503/info HTTP/1.1");
        let expected = [("accept", "application/json"), ("sessiontoken", TOKEN), ("x-trace-id", "a1B2c3")];
        assert_eq!(asked.headers, headers(&expected));
    }

    #[tokio::test]
    async fn an_awkward_id_stays_one_segment() {
        let server = Server::answering(json("200 OK", CONNECTION)).await;
        client(&server).get_connection().user_id("a/../b c?d=é\\").send().await.unwrap();
        let asked = server.asked().await;
        assert_eq!(asked.line, "GET /api/v1/connection/user/a%2F..%2Fb%20c%3Fd%3D%C3%A9%5C/info HTTP/1.1");
    }

    #[tokio::test]
    async fn an_id_that_is_no_segment_is_refused_and_nothing_is_sent() {
        let client = Client::new("https://pod.invalid", Context::new()).unwrap();
        for id in ["", ".", ".."] {
            match client.get_connection().user_id(id).send().await.unwrap_err() {
                Error::InvalidRequest(message) => assert!(message.contains("cannot stand in a path")),
                other => panic!("{other}"),
            }
        }
    }

    #[tokio::test]
    async fn list_without_a_filter_has_no_query() {
        let server = Server::answering(json("200 OK", "[]")).await;
        assert!(client(&server).list_connections().send().await.unwrap().is_empty());
        assert_eq!(server.asked().await.line, "GET /api/v1/connection/list HTTP/1.1");
    }

    #[tokio::test]
    async fn list_keeps_the_comma_between_ids() {
        let server = Server::answering(json("200 OK", "[]")).await;
        let call = client(&server);
        let call = call.list_connections().status(types::ListConnectionsStatus::All).user_ids("1,22");
        call.send().await.unwrap();
        let line = server.asked().await.line;
        // A comma may be written as it is or escaped; servers read both alike.
        assert_eq!(line.replace("%2C", ","), "GET /api/v1/connection/list?status=ALL&userIds=1,22 HTTP/1.1");
    }

    #[tokio::test]
    async fn create_accept_and_reject_send_the_user_as_json() {
        for operation in ["create", "accept", "reject"] {
            let server = Server::answering(json("200 OK", CONNECTION)).await;
            let client = client(&server);
            let body = types::UserConnectionRequest { user_id: Some(7_078_106_126_503) };
            let answer = match operation {
                "create" => client.create_connection().body(body).send().await,
                "accept" => client.accept_connection().body(body).send().await,
                _ => client.reject_connection().body(body).send().await,
            };
            assert_eq!(answer.unwrap().user_id, Some(7_078_106_126_503));

            let asked = server.asked().await;
            assert_eq!(asked.line, format!("POST /api/v1/connection/{operation} HTTP/1.1"));
            let expected = [
                ("accept", "application/json"),
                ("content-length", "24"),
                ("content-type", "application/json"),
                ("sessiontoken", TOKEN),
                ("x-trace-id", "a1B2c3"),
            ];
            assert_eq!(asked.headers, headers(&expected));
            assert_eq!(asked.body, r#"{"userId":7078106126503}"#);
        }
    }

    #[tokio::test]
    async fn a_body_that_may_be_left_out_is_sent_only_if_it_is_given() {
        let server = Server::answering(json("200 OK", "[]")).await;
        client(&server).list_streams().send().await.unwrap();
        let asked = server.asked().await;
        assert_eq!(asked.line, "POST /api/v1/streams/list HTTP/1.1");
        let expected = [
            ("accept", "application/json"),
            ("content-length", "0"),
            ("sessiontoken", TOKEN),
            ("x-trace-id", "a1B2c3"),
        ];
        assert_eq!(asked.headers, headers(&expected));
        assert_eq!(asked.body, "");

        let server = Server::answering(json("200 OK", "[]")).await;
        let call = client(&server);
        let call = call.list_streams().body_map(|filter| filter.include_inactive_streams(true));
        call.send().await.unwrap();
        let asked = server.asked().await;
        assert_eq!(asked.body, r#"{"includeInactiveStreams":true}"#);
        assert_eq!(asked.header("content-type"), Some("application/json"));
    }

    #[tokio::test]
    async fn without_a_session_no_token_is_sent() {
        let server = Server::answering(json("200 OK", "[]")).await;
        let client = Client::new(&server.url, Context::new()).unwrap();
        client.list_connections().send().await.unwrap();
        assert_eq!(server.asked().await.headers, headers(&[("accept", "application/json")]));
    }
}

mod errors {
    use super::*;

    #[tokio::test]
    async fn every_documented_error_is_typed_and_keeps_status_and_headers() {
        for (status, line) in [
            (400, "400 Bad Request"),
            (401, "401 Unauthorized"),
            (403, "403 Forbidden"),
            (404, "404 Not Found"),
            (500, "500 Internal Server Error"),
        ] {
            // The code differs from the status, as it does in the vendor's own examples.
            let server = Server::answering(json(line, r#"{"code":418,"message":"no"}"#)).await;
            let client = client(&server);
            match client.remove_connection().uid(1).send().await.unwrap_err() {
                Error::ErrorResponse(answer) => {
                    assert_eq!(answer.status(), status);
                    assert_eq!(answer.headers()["content-type"], "application/json");
                    assert_eq!(answer.code, Some(418));
                    assert_eq!(answer.message.as_deref(), Some("no"));
                }
                other => panic!("{status}: {other}"),
            }
            let recorded = client.context().last_answer().unwrap();
            assert_eq!(recorded.status, status);
            assert_eq!(&recorded.body[..], br#"{"code":418,"message":"no"}"#);
        }
    }

    /// An error status whose body is not the declared one.
    async fn odd_error(answer: impl Into<Vec<u8>>) -> (Error<types::Error>, Answer) {
        let server = Server::answering(answer).await;
        let client = client(&server);
        let error = client.remove_connection().uid(1).send().await.unwrap_err();
        (error, client.context().last_answer().unwrap())
    }

    #[tokio::test]
    async fn an_error_keeps_its_status_whatever_its_body_is() {
        let html = "<html>Session expired</html>";
        let large = "x".repeat(10_000_000);
        for (body, declared) in [
            (html.to_owned(), html.len()),
            (String::new(), 0),
            // Truncated: the connection closes before the declared length.
            (r#"{"code":401,"mess"#.to_owned(), 500),
            (large.clone(), large.len()),
            (r#"["unusual"]"#.to_owned(), 11),
            (r#"{"code":"text","message":7}"#.to_owned(), 27),
        ] {
            let (error, recorded) = odd_error(format!(
                "HTTP/1.1 401 Unauthorized\r\nx-gateway: edge\r\ncontent-length: {declared}\r\n\r\n{body}"
            ))
            .await;
            assert_eq!(error.status().unwrap(), 401);
            let headers = match &error {
                Error::ErrorResponse(answer) => answer.headers(),
                other => panic!("{other}"),
            };
            assert_eq!(headers["x-gateway"], "edge");
            assert_eq!(recorded.status, 401);
            assert_eq!(recorded.headers["x-gateway"], "edge");
            assert_eq!(&recorded.body[..], &body.as_bytes()[..body.len().min(4096)]);
        }
    }

    #[tokio::test]
    async fn a_success_that_is_html_keeps_status_and_body_in_the_context() {
        let html = format!("<html>{}</html>", "maintenance ".repeat(1000));
        let server = Server::answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{html}",
            html.len()
        ))
        .await;
        let client = client(&server);
        match client.remove_connection().uid(1).send().await.unwrap_err() {
            Error::InvalidResponsePayload(body, _) => assert_eq!(body.len(), 4096),
            other => panic!("{other}"),
        }
        let recorded = client.context().last_answer().unwrap();
        assert_eq!(recorded.status, 200);
        assert_eq!(recorded.headers["content-type"], "text/html");
        assert_eq!(&recorded.body[..], &html.as_bytes()[..4096]);
    }

    #[tokio::test]
    async fn a_success_that_breaks_off_is_an_error_with_what_came() {
        let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"format\"").await;
        let client = client(&server);
        match client.remove_connection().uid(1).send().await.unwrap_err() {
            Error::ResponseBodyError(_) => (),
            other => panic!("{other}"),
        }
        let recorded = client.context().last_answer().unwrap();
        assert_eq!((recorded.status.as_u16(), &recorded.body[..]), (200, &b"{\"format\""[..]));
    }

    #[tokio::test]
    async fn a_success_beyond_the_limit_is_cut_there() {
        let body = format!(r#"{{"message":"{}"}}"#, "x".repeat(1000));
        let server = Server::answering(json("200 OK", &body)).await;
        let client = client(&server);
        let client = client.with_context(Context::new().with_max_body(100));
        match client.remove_connection().uid(1).send().await.unwrap_err() {
            Error::InvalidResponsePayload(_, error) => {
                assert!(error.to_string().contains("larger than the limit of 100 bytes"), "{error}");
            }
            other => panic!("{other}"),
        }
        assert_eq!(&client.context().last_answer().unwrap().body[..], &body.as_bytes()[..100]);

        let server = Server::answering(json("200 OK", &body)).await;
        let client = Client::new(&server.url, Context::new().with_max_body(body.len())).unwrap();
        client.remove_connection().uid(1).send().await.unwrap();
    }

    #[tokio::test]
    async fn undocumented_statuses_are_told_as_such_and_nothing_is_followed() {
        for line in [
            "204 No Content",
            "302 Found",
            "307 Temporary Redirect",
            "409 Conflict",
            "429 Too Many Requests",
            "503 Service Unavailable",
        ] {
            let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let location = format!("http://{}/", elsewhere.local_addr().unwrap());
            let body = if line.starts_with("204") { "" } else { "wait" };
            let server = Server::answering(format!(
                "HTTP/1.1 {line}\r\nlocation: {location}\r\nretry-after: 7\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
            let client = client(&server);
            match client.remove_connection().uid(1).send().await.unwrap_err() {
                Error::UnexpectedResponse(response) => {
                    assert_eq!(response.status().as_u16().to_string(), line[..3]);
                    assert_eq!(response.headers()["retry-after"], "7");
                    assert_eq!(response.url().path(), "/api/v1/connection/user/1/remove");
                    assert_eq!(response.text().await.unwrap(), body);
                }
                other => panic!("{line}: {other}"),
            }
            assert_eq!(client.context().last_answer().unwrap().status.as_u16().to_string(), line[..3]);
            let followed = futures_now(elsewhere.accept());
            assert!(followed.is_none(), "{line} was followed");
        }
    }

    /// The output of a future that is ready at once.
    fn futures_now<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(future);
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}

mod tolerance {
    use super::*;

    async fn got(body: &str) -> types::UserConnection {
        let server = Server::answering(json("200 OK", body)).await;
        client(&server).get_connection().user_id("1").send().await.unwrap().into_inner()
    }

    #[tokio::test]
    async fn a_status_that_the_document_does_not_list_is_kept_and_round_trips() {
        let connection = got(r#"{"status":"UNHEARD OF"}"#).await;
        let status = connection.status.clone().unwrap();
        assert_eq!(status.as_str(), "UNHEARD OF");
        assert_eq!(status, types::UserConnectionStatus::Unknown("UNHEARD OF".into()));
        assert_eq!(serde_json::to_string(&connection).unwrap(), r#"{"status":"UNHEARD OF"}"#);
        assert_eq!("UNHEARD OF".parse(), Ok(status));
    }

    #[tokio::test]
    async fn a_format_that_the_document_does_not_list_is_kept() {
        let server = Server::answering(json("200 OK", r#"{"format":"UNHEARD OF","message":"done"}"#)).await;
        let answer = client(&server).remove_connection().uid(1).send().await.unwrap();
        assert_eq!(answer.format.as_ref().unwrap().as_str(), "UNHEARD OF");
    }

    #[tokio::test]
    async fn missing_extra_and_null_fields_are_tolerated() {
        let connection = got("{}").await;
        assert!(connection.status.is_none() && connection.user_id.is_none());
        let connection =
            got(r#"{"status":null,"userId":null,"updatedAt":null,"since":{"any":["thing"]}}"#).await;
        assert!(connection.status.is_none() && connection.updated_at.is_none());
    }

    #[tokio::test]
    async fn null_lists_and_null_items_are_tolerated() {
        for (body, users) in
            [("null", vec![]), (r#"[{"userId":1},null,{"userId":2}]"#, vec![Some(1), Some(2)])]
        {
            let server = Server::answering(json("200 OK", body)).await;
            let list = client(&server).list_connections().send().await.unwrap();
            assert_eq!(list.iter().map(|connection| connection.user_id).collect::<Vec<_>>(), users);
        }
    }
}

mod secrets {
    use super::*;

    #[tokio::test]
    async fn a_token_prints_nowhere() {
        let server = Server::answering(json("401 Unauthorized", r#"{"code":401}"#)).await;
        let client = client(&server);
        let call = client.remove_connection().uid(1);
        let printed = format!("{client:?} {:?} {call:?}", client.context());
        let error = call.send().await.unwrap_err();
        let printed = format!("{printed} {error:?} {error} {:?}", client.context().last_answer());
        assert!(!printed.contains(TOKEN), "{printed}");
    }

    #[tokio::test]
    async fn a_cookie_prints_nowhere() {
        for status in ["200 OK", "401 Unauthorized", "429 Too Many Requests"] {
            let server = Server::answering(format!(
                "HTTP/1.1 {status}\r\nset-cookie: skey=literal-cookie\r\nset-cookie: b=literal-cookie\r\ncontent-length: 2\r\n\r\n[]"
            ))
            .await;
            let client = client(&server);
            let printed = match client.list_connections().send().await {
                Ok(answer) => format!("{answer:?} {:?}", answer.headers()),
                Err(error) => format!("{error} {error:?} {:?}", client.context().last_answer()),
            };
            assert!(!printed.contains("literal-cookie"), "{printed}");
        }
    }

    #[test]
    fn a_builder_prints_no_address() {
        let builder = Client::builder("https://user:literal-password@acme.symphony.com");
        assert!(!format!("{builder:?}").contains("literal-password"));
    }
}
