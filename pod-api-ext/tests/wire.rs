//! Answers that no pod should give, and connections that fail: what the caller is told.

use std::error::Error as _;
use std::time::Duration;

use pod_api_ext::retry::Never;
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const TOKEN: &str = "literal-session-token";

/// A server that reads one request, answers with these bytes and closes; or with None keeps silent.
async fn server(answer: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut buffer = [0; 1024];
            let read = stream.read(&mut buffer).await.unwrap();
            assert_ne!(read, 0);
            request.extend_from_slice(&buffer[..read]);
        }
        match answer {
            Some(answer) => {
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
            // Until the client hangs up.
            None => while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {},
        }
    });
    url
}

fn pod(url: &str) -> Pod {
    let token = SessionToken::new(TOKEN).unwrap();
    Pod::builder(url).session(token).retry(Never).timeout(Duration::from_secs(20)).build().unwrap()
}

fn answer(status: &str, headers: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()))
}

async fn removing(answer: Option<String>) -> Error {
    let pod = pod(&server(answer).await);
    pod.send(pod.api().remove_connection().uid(1)).await.unwrap_err()
}

async fn reading(answer: Option<String>) -> Error {
    pod(&server(answer).await).connections().get(1).await.unwrap_err()
}

/// What every error has to say of itself.
struct Told {
    kind: ErrorKind,
    status: Option<u16>,
    /// Of a removal.
    unknown: bool,
    /// Of a reading call and of a removal.
    retryable: (bool, bool),
}

async fn check(name: &str, bytes: Option<String>, told: Told) {
    let (read, removed) = (reading(bytes.clone()).await, removing(bytes).await);
    for (error, what) in [(&read, "read"), (&removed, "remove")] {
        assert_eq!(error.kind(), told.kind, "{name}, {what}: {error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), told.status, "{name}, {what}");
        assert!(error.trace_id().is_some_and(|id| id.as_str().len() == 6), "{name}, {what}");
        let printed = format!("{error} {error:?} {:?}", error.source());
        assert!(!printed.contains(TOKEN) && !printed.contains("127.0.0.1"), "{printed}");
    }
    assert!(!read.outcome_unknown(), "{name}: a reading call changes nothing");
    assert_eq!(removed.outcome_unknown(), told.unknown, "{name}: {removed}");
    assert_eq!(removed.to_string().contains("read the state"), told.unknown, "{name}: {removed}");
    assert_eq!((read.is_retryable(), removed.is_retryable()), told.retryable, "{name}");
}

#[tokio::test]
async fn a_session_that_expired_is_told_through_any_body() {
    for body in ["<html>log in</html>", "", r#"{"code":401,"#, r#"{"code":403,"message":"Invalid session"}"#]
    {
        let bytes = answer("401 Unauthorized", "", body);
        let told = Told {
            kind: ErrorKind::InvalidSession,
            status: Some(401),
            unknown: false,
            retryable: (false, false),
        };
        check(body, bytes, told).await;
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_leaves_the_outcome_open() {
    let bytes = answer("200 OK", "content-type: text/html\r\n", "<html>hello</html>");
    let error = removing(bytes.clone()).await;
    assert_eq!(&error.body().unwrap()[..], b"<html>hello</html>");
    assert_eq!(error.headers().unwrap()["content-type"], "text/html");
    let told =
        Told { kind: ErrorKind::Undecodable, status: Some(200), unknown: true, retryable: (true, false) };
    check("html", bytes, told).await;
}

#[tokio::test]
async fn a_success_of_another_shape_would_come_again() {
    let bytes = answer("200 OK", "content-type: application/json\r\n", "[1, 2]");
    let told =
        Told { kind: ErrorKind::Undecodable, status: Some(200), unknown: true, retryable: (false, false) };
    check("another shape", bytes, told).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_outcome_open() {
    let bytes = Some("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"format\":".to_owned());
    let told =
        Told { kind: ErrorKind::Transport, status: Some(200), unknown: true, retryable: (true, false) };
    check("truncated", bytes, told).await;
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_leaves_the_outcome_open() {
    let told = Told { kind: ErrorKind::Transport, status: None, unknown: true, retryable: (true, false) };
    check("closed", Some(String::new()), told).await;
    let error = removing(Some(String::new())).await;
    assert!(error.source().is_some(), "the cause is kept");
}

#[tokio::test]
async fn server_errors_leave_the_outcome_open() {
    for (status, code, passes) in [
        ("500 Internal Server Error", 500, false),
        ("502 Bad Gateway", 502, true),
        ("503 Service Unavailable", 503, true),
        ("504 Gateway Timeout", 504, true),
    ] {
        let told =
            Told { kind: ErrorKind::Server, status: Some(code), unknown: true, retryable: (passes, false) };
        check(status, answer(status, "", "<html>sorry</html>"), told).await;
    }
}

#[tokio::test]
async fn a_refusal_that_names_the_time_to_come_back_changed_nothing() {
    for (status, code, kind) in [
        ("429 Too Many Requests", 429, ErrorKind::RateLimited),
        ("503 Service Unavailable", 503, ErrorKind::Server),
    ] {
        let bytes = answer(status, "retry-after: 7\r\n", "");
        let error = removing(bytes.clone()).await;
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.to_string().contains("wait 7 s"), "{error}");
        let told = Told { kind, status: Some(code), unknown: false, retryable: (true, true) };
        check(status, bytes, told).await;
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for (status, code) in
        [("302 Found", 302), ("307 Temporary Redirect", 307), ("308 Permanent Redirect", 308)]
    {
        let location = format!("location: http://{}/\r\n", elsewhere.local_addr().unwrap());
        let told = Told {
            kind: ErrorKind::Redirected,
            status: Some(code),
            unknown: true,
            retryable: (false, false),
        };
        check(status, answer(status, &location, ""), told).await;
    }
    elsewhere.into_std().unwrap().accept().expect_err("nobody came");
}

#[tokio::test]
async fn an_undocumented_success_is_told_as_such() {
    let told =
        Told { kind: ErrorKind::Unexpected, status: Some(204), unknown: true, retryable: (false, false) };
    check("204", Some("HTTP/1.1 204 No Content\r\n\r\n".into()), told).await;
}

#[tokio::test]
async fn no_connection_means_that_nothing_was_sent() {
    // A port that is taken and that nobody listens on.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = pod(&format!("http://127.0.0.1:{port}")).connections().remove(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.outcome_unknown() && error.is_retryable());
    assert_eq!((error.status(), error.body()), (None, None));
    assert!(error.to_string().contains("nothing was sent"), "{error}");
}

#[tokio::test]
async fn a_pod_that_keeps_silent_ends_at_the_deadline() {
    let url = server(None).await;
    let token = SessionToken::new(TOKEN).unwrap();
    let pod = Pod::builder(&url).session(token).timeout(Duration::from_millis(50)).build().unwrap();
    let error = pod.connections().remove(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown() && !error.is_retryable());
}

#[tokio::test]
async fn display_is_one_layer_in_plain_words() {
    let error = removing(answer("400 Bad Request", "", r#"{"code":400,"message":"no\nconnection"}"#)).await;
    let text = error.to_string();
    let (words, trace_id) = text.split_once(" [trace id ").unwrap();
    assert_eq!(
        words,
        "remove_connection: the pod says that there is no connection to remove (HTTP 400): no connection; a request that is still pending cannot be removed on every pod, and users of one pod are always connected"
    );
    assert_eq!(trace_id.len(), 7);
}

#[tokio::test]
async fn a_message_is_read_wherever_it_stands_and_whatever_stands_beside_it() {
    let conflict = "Status change requested is not consistent with current status";
    for body in [
        format!(r#"{{"code":"400","message":"{conflict}"}}"#),
        format!(r#"{{"code":40000000000,"message":"{conflict}"}}"#),
        format!(r#"{{"detail":"{}","message":"{conflict}"}}"#, "x".repeat(10_000)),
    ] {
        let error = removing(answer("400 Bad Request", "", &body)).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::ConflictingState, Some(conflict)));
    }
}

#[tokio::test]
async fn absence_is_what_the_pod_says_and_not_what_a_gateway_says() {
    let find = async |body: &str| {
        let url = server(answer("404 Not Found", "", body)).await;
        pod(&url).connections().find(1).await
    };
    assert_eq!(find(r#"{"code":404,"message":"no"}"#).await.unwrap(), None);
    for body in ["<html>404</html>", "", "[]", r#"{"message":"no Route matched with those values"}"#] {
        let error = find(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("check the address"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_told_with_the_limit() {
    let url = server(answer("200 OK", "", &" ".repeat(1001))).await;
    let token = SessionToken::new(TOKEN).unwrap();
    let pod = Pod::builder(&url).session(token).retry(Never).max_body(1000).build().unwrap();
    let error = pod.connections().get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecodable);
    assert!(error.source().unwrap().to_string().contains("1000 bytes"), "{error:?}");
}

#[tokio::test]
async fn an_http_configuration_cannot_bring_redirects_or_retries_back() {
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("location: http://{}/\r\n", target.local_addr().unwrap());
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(5));
    let url = server(answer("307 Temporary Redirect", &location, "")).await;
    let token = SessionToken::new(TOKEN).unwrap();
    let pod = Pod::builder(&url).session(token).retry(Never).http(http).build().unwrap();
    assert_eq!(pod.connections().remove(1).await.unwrap_err().kind(), ErrorKind::Redirected);

    // A server that takes one connection after the other: a second request would find it.
    let fake = pod_api_ext::fake::FakePod::start().await;
    fake.with_state(|state| state.strict = true);
    let alice = fake.add_user("alice");
    let always = reqwest::retry::for_host("127.0.0.1")
        .classify_fn(|answer| if answer.status().is_some() { answer.retryable() } else { answer.success() });
    let http = reqwest::Client::builder().retry(always);
    let builder = Pod::builder(fake.url()).session(fake.session_for(alice)).retry(Never).http(http);
    builder.build().unwrap().connections().remove(404).await.unwrap_err();
    assert_eq!(fake.requests().len(), 1);
}

mod addresses {
    use super::*;

    #[tokio::test]
    async fn with_or_without_the_prefix_of_the_api() {
        let fake = pod_api_ext::fake::FakePod::start().await;
        let alice = fake.add_user("alice");
        for address in [
            fake.url().to_owned(),
            format!("{}/", fake.url()),
            format!("{}/pod", fake.url()),
            format!("{}/pod/", fake.url()),
        ] {
            let pod = Pod::builder(&address).session(fake.session_for(alice)).build().unwrap();
            pod.connections().list(pod_api_ext::connections::ListFilter::default()).await.unwrap();
        }
        assert!(fake.requests().iter().all(|request| request.path == "/pod/v1/connection/list"));
    }

    /// Runs a test of this file once more, in a process whose environment names a proxy that nobody runs.
    #[test]
    fn a_proxy_in_the_environment_is_not_asked_for_the_own_machine() {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            again.env(name, "http://127.0.0.1:1");
        }
        let args = ["--exact", "wire::addresses::with_or_without_the_prefix_of_the_api"];
        let output = again.env_remove("NO_PROXY").env_remove("no_proxy").args(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[test]
    fn a_builder_prints_no_address() {
        let builder = Pod::builder("https://user:literal-password@acme.symphony.com");
        assert!(!format!("{builder:?}").contains("literal-password"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_words() {
        for (address, words) in [
            ("", "is not a URL"),
            ("acme.symphony.com", "write it like https://"),
            ("acme.symphony.com:443", "does not begin with https://"),
            ("mailto:bot@acme.com", "does not begin with https://"),
            ("https://user:secret@[acme", "is not a URL"),
            ("ftp://acme.symphony.com", "scheme `ftp`"),
            ("http://acme.symphony.com", "plain http"),
            ("https://user:secret@acme.symphony.com", "user name or password"),
            ("https://acme.symphony.com/pod?x=1", "query or a fragment"),
            ("https://acme.symphony.com/pod/v1", "goes on after /pod"),
            ("https://acme.symphony.com/pod/v1/connection/list", "goes on after /pod"),
            ("https://acme.symphony.com/agent/", "leave out /agent"),
        ] {
            let error = Pod::builder(address).session(SessionToken::new(TOKEN).unwrap()).build().unwrap_err();
            let text = error.to_string();
            assert!(text.contains(words), "{address}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
        let text = Pod::builder("https://acme.symphony.com").build().unwrap_err().to_string();
        assert!(text.contains("there is no session"), "{text}");
    }

    #[test]
    fn plain_http_is_for_the_own_machine_or_whoever_insists() {
        let builder = |address| Pod::builder(address).session(SessionToken::new(TOKEN).unwrap());
        for address in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"] {
            builder(address).build().unwrap();
        }
        builder("http://acme.symphony.com").allow_http().build().unwrap();
    }
}
