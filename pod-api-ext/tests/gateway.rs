//! Headers for a gateway: which are taken, and what a provider may do.

use std::error::Error as StdError;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use pod_api_ext::clock::BoxFuture;
use pod_api_ext::fake::{FakePod, Fault, Operation, TestClock};
use pod_api_ext::retry::Never;
use pod_api_ext::session::{HeaderProvider, LoginProblem, RsaKey, RsaSession, Session};
use pod_api_ext::{ErrorKind, Pod, SessionToken};

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    pairs.iter().copied().map(header).collect()
}

/// Gives headers when it is asked, or never.
#[derive(Clone, Debug)]
struct Asked(Option<HeaderMap>);

impl HeaderProvider for Asked {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Box<dyn StdError + Send + Sync>>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            match &self.0 {
                Some(headers) => Ok(headers.clone()),
                None => std::future::pending().await,
            }
        })
    }
}

fn bot() -> RsaSession {
    RsaSession::new("bot", RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap())
}

fn token() -> SessionToken {
    SessionToken::new("literal-session-token").unwrap()
}

#[tokio::test]
async fn what_frames_a_message_or_carries_the_session_is_refused_when_it_is_given() {
    let fake = FakePod::start().await;
    for (name, value) in [
        ("accept-encoding", "gzip"),
        ("connection", "close"),
        ("content-encoding", "gzip"),
        ("content-length", "7"),
        ("content-type", "text/plain"),
        ("expect", "100-continue"),
        ("host", "elsewhere.example"),
        ("keep-alive", "timeout=5"),
        ("proxy-authorization", "Basic literal-secret"),
        ("proxy-connection", "close"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("sessiontoken", "literal-secret"),
        ("x-trace-id", "two words, literal-secret"),
    ] {
        let given = headers(&[("x-good", "good"), (name, value)]);
        let says = |text: &str| {
            assert!(text.to_lowercase().contains(&format!("`{name}`")), "{text}");
            assert!(!text.contains("literal-"), "{text}");
        };
        let error =
            Pod::builder(fake.url()).session(token()).gateway_headers(given.clone()).build().unwrap_err();
        says(&error.to_string());

        let asked = Asked(Some(given));
        let pod = Pod::builder(fake.url()).session(token()).gateway_headers(asked.clone()).build().unwrap();
        let bots = pod.with_session(bot());
        for pod in [pod, bots] {
            let error = pod.connections().remove(1).await.unwrap_err();
            assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Other)));
            assert!(!error.is_retryable() && !error.outcome_unknown(), "{error}");
            says(&error.to_string());
        }
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_trace_id_that_is_given_as_a_header_is_that_of_the_call() {
    let id = "5f0c6d9e-8d5e-4b2a-9d55-3f1c7a2b9e10";
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    fake.fault_always(Operation::Get, Fault::status(StatusCode::BAD_GATEWAY));
    let given = headers(&[("x-trace-id", id), ("x-gateway-key", "key")]);
    let builder = || Pod::builder(fake.url()).session(fake.session_for(alice)).retry(Never);
    for pod in [
        builder().gateway_headers(given.clone()).build().unwrap(),
        builder().gateway_headers(Asked(Some(given.clone()))).build().unwrap(),
    ] {
        let error = pod.connections().get(1).await.unwrap_err();
        assert_eq!(error.trace_id().unwrap().as_str(), id);
        assert!(error.to_string().contains(id), "{error}");
        let seen = fake.take_requests().pop().unwrap();
        let all: Vec<_> = seen.headers.get_all("x-trace-id").iter().collect();
        assert_eq!(all, [id]);
        assert_eq!(seen.headers["x-gateway-key"], "key");
    }
}

/// With and without a login that asks for them too.
#[tokio::test]
async fn a_provider_that_hangs_is_named() {
    let fake = FakePod::start().await;
    for waits_for_login in [false, true] {
        let session =
            || -> Box<dyn Session> { if waits_for_login { Box::new(bot()) } else { Box::new(token()) } };
        let hangs = || Pod::builder(fake.url()).gateway_headers(Asked(None)).retry(Never).session(session());
        let names_it = |error: &pod_api_ext::Error| {
            assert!(error.to_string().contains("headers for the gateway have not come"), "{error}");
            assert!(!error.outcome_unknown() && error.is_retryable(), "{error}");
        };
        // The time limit of an attempt.
        let pod = hangs().timeout(Duration::from_millis(50)).build().unwrap();
        let error = pod.connections().remove(1).await.unwrap_err();
        assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Gateway)));
        names_it(&error);

        // The deadline of the call.
        let clock = TestClock::new();
        let pod = hangs().clock(clock.clone()).build().unwrap().with_deadline(Duration::from_secs(1));
        let passes = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            clock.advance(Duration::from_secs(2));
        };
        let connections = pod.connections();
        let (outcome, ()) = tokio::join!(connections.remove(1), passes);
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        names_it(&error);
    }
    assert!(fake.requests().is_empty());
}
