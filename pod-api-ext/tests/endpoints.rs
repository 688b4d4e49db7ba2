//! The parts of a pod at addresses of their own, and the tokens of the key manager.

use futures_util::future::join_all;
use pod_api_ext::pod::Endpoint;
use pod_api_ext::session::{LoginProblem, RsaApp, RsaKey, RsaSession};
use pod_api_ext::{Pod, SessionToken, reqwest};

use crate::login::{LIST, PKCS8, Server, TOKEN, list};

const BOT_LOGIN: &str = "POST /login/pubkey/authenticate HTTP/1.1";
const KEY_MANAGER_LOGIN: &str = "POST /relay/pubkey/authenticate HTTP/1.1";
const LOG_OUT: &str = "POST /sessionauth/v1/logout HTTP/1.1";
const ENDED: &str = r#"{"message":"Session ended."}"#;

fn bot() -> RsaSession {
    RsaSession::new("onboarding-bot", RsaKey::from_pem(PKCS8).unwrap())
}

fn token(name: &str, token: &str) -> String {
    serde_json::json!({ "name": name, "token": token }).to_string()
}

#[tokio::test]
async fn each_part_can_be_elsewhere_with_or_without_its_own_path() {
    for suffixed in [false, true] {
        let pod = Server::answering(&[(200, "[]")]).await;
        let login = Server::answering(&[(200, TOKEN)]).await;
        let session = Server::answering(&[(200, ENDED)]).await;
        let key_manager = Server::answering(&[(200, &token("keyManagerToken", "km"))]).await;
        let at = |server: &Server, path: &str| {
            if suffixed { format!("{}{path}", server.url) } else { server.url.clone() }
        };
        let firm = Pod::builder(at(&pod, "/pod/"))
            .login_endpoint(at(&login, "/login"))
            .session_endpoint(at(&session, "/sessionauth/"))
            .key_manager_endpoint(at(&key_manager, "/relay"))
            .session(bot())
            .build()
            .unwrap();
        list(&firm).await.unwrap();
        assert_eq!(firm.agent_tokens().await.unwrap().key_manager.expose(), "km");
        firm.log_out().await.unwrap();
        assert_eq!(pod.lines(), [LIST]);
        assert_eq!(login.lines(), [BOT_LOGIN]);
        assert_eq!(session.lines(), [LOG_OUT]);
        assert_eq!(key_manager.lines(), [KEY_MANAGER_LOGIN]);
    }
}

#[tokio::test]
async fn without_addresses_of_their_own_the_parts_are_where_the_pod_is() {
    let km = token("keyManagerToken", "km");
    let server = Server::answering(&[(200, "[]"), (200, &km), (200, ENDED)]).await;
    // Behind a gateway, below a path.
    let pod = Pod::builder(format!("{}/gateway/pod", server.url)).session(bot());
    let login = Server::answering(&[(200, TOKEN)]).await;
    let pod = pod.login_endpoint(login.url.as_str()).build().unwrap();
    list(&pod).await.unwrap();
    pod.agent_tokens().await.unwrap();
    pod.log_out().await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "GET /gateway/pod/v1/connection/list HTTP/1.1",
            "POST /gateway/relay/pubkey/authenticate HTTP/1.1",
            "POST /gateway/sessionauth/v1/logout HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn a_part_has_the_headers_of_the_pod_unless_it_has_its_own() {
    let headers = |value: &str| {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-gateway", value.parse().unwrap());
        headers
    };
    let km = token("keyManagerToken", "km");
    for own in [None, Some("keys")] {
        let (login, keys) =
            (Server::answering(&[(200, TOKEN)]).await, Server::answering(&[(200, &km)]).await);
        let mut key_manager = Endpoint::new(&keys.url);
        if let Some(own) = own {
            key_manager = key_manager.gateway_headers(headers(own)).http(reqwest::Client::builder());
        }
        let pod = Pod::builder(&login.url).gateway_headers(headers("pod")).key_manager_endpoint(key_manager);
        pod.session(bot()).build().unwrap().agent_tokens().await.unwrap();
        assert!(login.asked()[0].head.contains("x-gateway: pod\r\n"));
        let expected = format!("x-gateway: {}\r\n", own.unwrap_or("pod"));
        let asked = keys.asked();
        assert!(asked[0].head.contains(&expected), "{}", asked[0].head);
        assert_eq!(asked[0].head.matches("x-gateway").count(), 1);
    }
}

#[test]
fn a_wrong_address_of_a_part_is_told_by_its_name() {
    let part = |key_manager: &str| {
        let pod = Pod::builder("https://acme.symphony.com").session(SessionToken::new("t").unwrap());
        let error = pod.key_manager_endpoint(key_manager).build().unwrap_err();
        format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default())
    };
    for (address, words) in [
        ("keys.firm.example:8444", "does not begin with https://"),
        ("keys.firm.example", "is not a URL"),
        ("https://keys.firm.example/login", "leave out /login"),
        ("https://keys.firm.example/relay/pubkey", "goes on after /relay"),
        ("http://keys.firm.example", "plain http"),
        ("https://me:secret@keys.firm.example", "user name or password"),
        ("https://keys.firm.example/?a=b", "query"),
        ("http://127.0.0.1:8444", "not both reached by https"),
    ] {
        let text = part(address);
        assert!(text.contains("the key manager") && text.contains(words), "{address}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn the_tokens_for_the_agent_are_fetched_once_and_renewed_with_the_session() {
    let tokens = |i: usize| (200, token("any", &format!("t{i}")));
    let answers: Vec<_> = (0..6).map(tokens).collect();
    let answers: Vec<_> = answers.iter().map(|(status, body)| (*status, body.as_str())).collect();
    let (login, keys) = (Server::answering(&answers).await, Server::answering(&answers).await);
    let refusing =
        Server::answering(&[(401, r#"{"code":401,"message":"Invalid session"}"#), (200, "[]")]).await;
    let pod = Pod::builder(&refusing.url)
        .login_endpoint(&login.url)
        .key_manager_endpoint(&keys.url)
        .session(bot())
        .build()
        .unwrap();
    let exposed = |tokens: &pod_api_ext::session::AgentTokens| {
        (tokens.session.expose().to_owned(), tokens.key_manager.expose().to_owned())
    };
    let pair = |i: usize| (format!("t{i}"), format!("t{i}"));

    // Many who ask at a time get the same, from one login each.
    let all = join_all((0..20).map(|_| pod.agent_tokens())).await;
    assert!(all.into_iter().all(|tokens| exposed(&tokens.unwrap()) == pair(0)));
    let first = pod.agent_tokens().await.unwrap();
    assert_eq!((login.lines().len(), keys.lines().len()), (1, 1));

    // The agent has refused them. Whoever says so first renews them for everybody.
    let renewed = join_all((0..20).map(|_| pod.renew_agent_tokens(&first))).await;
    assert!(renewed.into_iter().all(|tokens| exposed(&tokens.unwrap()) == pair(1)));
    assert_eq!((login.lines().len(), keys.lines().len()), (2, 2));

    // A call to the pod renews the session, and the token of the key manager belongs to the last one.
    list(&pod).await.unwrap();
    assert_eq!((login.lines().len(), keys.lines().len()), (3, 2));
    assert_eq!(exposed(&pod.agent_tokens().await.unwrap()), pair(2));
    assert_eq!((login.lines().len(), keys.lines().len()), (3, 3));
    let printed = format!("{:?} {pod:?}", pod.agent_tokens().await.unwrap());
    assert!(!printed.contains("t2"), "{printed}");
}

#[tokio::test]
async fn the_key_manager_refuses_as_a_login_does_and_the_pod_is_not_harmed() {
    let no = r#"{"code":401,"message":"no"}"#;
    let (login, keys) =
        (Server::answering(&[(200, TOKEN), (200, "[]")]).await, Server::answering(&[(401, no)]).await);
    let pod = Pod::builder(&login.url).key_manager_endpoint(&keys.url).session(bot()).build().unwrap();
    for _ in 0..2 {
        // The second time within the cool-down, so that the key manager is not asked.
        let error = pod.agent_tokens().await.unwrap_err();
        assert_eq!(error.problem(), LoginProblem::Key, "{error}");
    }
    assert_eq!(keys.lines(), [KEY_MANAGER_LOGIN]);
    list(&pod).await.unwrap();
}

#[tokio::test]
async fn who_has_no_key_has_no_key_manager() {
    let server = Server::answering(&[]).await;
    let pod = Pod::builder(&server.url).session(SessionToken::new("t").unwrap()).build().unwrap();
    let error = pod.agent_tokens().await.unwrap_err();
    assert!(error.to_string().contains("key manager"), "{error}");

    let session = r#"{"name":"sessionToken","token":"s"}"#;
    let server = Server::answering(&[(200, session), (200, session)]).await;
    let app = RsaApp::new("app", RsaKey::from_pem(PKCS8).unwrap()).unwrap();
    let pod = Pod::builder(&server.url).session(app.on_behalf_of(1)).build().unwrap();
    let error = pod.agent_tokens().await.unwrap_err();
    assert!(error.to_string().contains("key manager"), "{error}");
    assert!(server.lines().iter().all(|line| !line.contains("relay")));
}
