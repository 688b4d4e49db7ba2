//! Requests as the vendor's own kits send them, byte for byte, where they differ from those of this library: a
//! `Content-Type` on what has no body, commas and `@` as they are, a slash in a parameter that is percent-encoded.

use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{Answer, Calls, Clock, FakePod, Operation};
use serde_json::{Value, json};

use super::logins::{KEYS, jwt, now};
use super::sockets::{body, exchange};

/// Who sends: the kit for Python, or the kit for Java by one of the two HTTP clients that it can be built on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kit {
    Python,
    Jersey,
    WebClient,
}

impl Kit {
    fn request(self, method: &str, path: &str, token: Option<&str>, body: &str) -> String {
        let always = match self {
            Self::Python => {
                "Accept: application/json\r\nContent-Type: application/json\r\nUser-Agent: Symphony-BDK-Python/2.0\r\nAccept-Encoding: gzip, deflate\r\n"
            }
            Self::Jersey if method == "GET" => {
                "Accept: application/json\r\nUser-Agent: Symphony-BDK-Java/2.14.0 Java/17\r\n"
            }
            Self::Jersey => {
                "Accept: application/json\r\nContent-Type: application/json\r\nUser-Agent: Symphony-BDK-Java/2.14.0 Java/17\r\n"
            }
            Self::WebClient => {
                "accept-encoding: gzip\r\nuser-agent: Symphony-BDK-Java/2.14.0 Java/17\r\naccept: application/json\r\nContent-Type: application/json\r\n"
            }
        };
        let token = token.map_or_else(String::new, |token| format!("sessionToken: {token}\r\n"));
        let length = match method {
            "GET" => String::new(),
            _ => format!("Content-Length: {}\r\n", body.len()),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n{always}X-Trace-Id: a1B2c3\r\n{token}{length}Connection: close\r\n\r\n{body}"
        )
    }

    async fn send(
        self,
        fake: &FakePod,
        method: &str,
        path: &str,
        token: Option<&str>,
        sent: &str,
    ) -> (u16, Value) {
        let answer = exchange(fake, self.request(method, path, token, sent)).await;
        let status = answer[9..12].parse().unwrap();
        (status, serde_json::from_str(body(&answer)).unwrap())
    }

    /// The token of a login with a JWT.
    async fn log_in(self, fake: &FakePod, path: &str, jwt: &str) -> String {
        let body = match self {
            Self::Python => format!(r#"{{"token": "{jwt}"}}"#),
            Self::Jersey | Self::WebClient => format!(r#"{{"token":"{jwt}"}}"#),
        };
        let (status, answer) = self.send(fake, "POST", path, None, &body).await;
        assert_eq!(status, 200, "{self:?} {path}: {answer}");
        answer["token"].as_str().unwrap().to_owned()
    }
}

struct Scene {
    fake: FakePod,
    bot: UserId,
    alice: UserId,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakePod::start().await;
        fake.with_state(|state| state.clock = Clock::At(now()));
        let (bot, alice) = (fake.add_user("bot"), fake.add_user("alice@acme.com"));
        fake.register_bot(bot, KEYS[0].public_pem());
        fake.register_app("app", KEYS[1].public_pem());
        Self { fake, bot, alice }
    }
}

const KITS: [Kit; 3] = [Kit::Python, Kit::Jersey, Kit::WebClient];

#[tokio::test]
async fn a_bot_makes_all_six_calls_on_connections() {
    for kit in KITS {
        let Scene { fake, bot, alice } = Scene::new().await;
        let token = kit.log_in(&fake, "/login/pubkey/authenticate", &jwt(&KEYS[0], "bot")).await;
        let call = async |method: &str, path: &str, sent: &str| {
            let (status, answer) = kit.send(&fake, method, path, Some(&token), sent).await;
            assert_eq!(status, 200, "{kit:?} {path}: {answer}");
            answer
        };
        let whom = match kit {
            Kit::Python => format!(r#"{{"userId": {alice}}}"#),
            Kit::Jersey | Kit::WebClient => format!(r#"{{"userId":{alice}}}"#),
        };
        let answer = call("POST", "/pod/v1/connection/create", &whom).await;
        assert_eq!(answer["status"], "PENDING_OUTGOING");
        let list = match kit {
            Kit::Jersey => format!("/pod/v1/connection/list?status=ALL&userIds={alice}%2C{bot}"),
            Kit::Python | Kit::WebClient => {
                format!("/pod/v1/connection/list?status=ALL&userIds={alice},{bot}")
            }
        };
        let answer = call("GET", &list, "").await;
        assert_eq!(answer[0]["userId"], json!(i64::from(alice)));
        fake.connect(bot, alice, Status::PendingIncoming);
        let answer = call("POST", "/pod/v1/connection/accept", &whom).await;
        assert_eq!(answer["status"], "ACCEPTED");
        let answer = call("GET", &format!("/pod/v1/connection/user/{alice}/info"), "").await;
        assert_eq!(answer["status"], "ACCEPTED");
        call("POST", &format!("/pod/v1/connection/user/{alice}/remove"), "").await;
        assert_eq!(fake.status(bot, alice), None);
        fake.connect(bot, alice, Status::PendingIncoming);
        let answer = call("POST", "/pod/v1/connection/reject", &whom).await;
        assert_eq!(answer["status"], "REJECTED");
        assert_eq!(call("GET", "/pod/v2/sessioninfo", "").await["id"], json!(i64::from(bot)));
    }
}

/// After a 401 the kits log in anew at both places, and one that fails keeps them from going on.
#[tokio::test]
async fn a_session_is_renewed_at_the_pod_and_at_the_key_manager() {
    for kit in KITS {
        let Scene { fake, bot, .. } = Scene::new().await;
        let jwt = jwt(&KEYS[0], "bot");
        let token = kit.log_in(&fake, "/login/pubkey/authenticate", &jwt).await;
        fake.end_sessions(bot);
        let list = "/pod/v1/connection/list";
        let (status, answer) = kit.send(&fake, "GET", list, Some(&token), "").await;
        assert_eq!((status, answer), (401, json!({ "code": 401, "message": "Invalid session" })));
        let token = kit.log_in(&fake, "/login/pubkey/authenticate", &jwt).await;
        kit.log_in(&fake, "/relay/pubkey/authenticate", &jwt).await;
        assert_eq!(kit.send(&fake, "GET", list, Some(&token), "").await.0, 200);
    }
}

#[tokio::test]
async fn an_app_logs_in_on_behalf_of_users() {
    for kit in KITS {
        let Scene { fake, alice, .. } = Scene::new().await;
        let jwt = jwt(&KEYS[1], "app");
        let app = kit.log_in(&fake, "/login/pubkey/app/authenticate", &jwt).await;
        let name = if kit == Kit::Jersey { "alice%40acme.com" } else { "alice@acme.com" };
        for user in [format!("user/{alice}"), format!("username/{name}")] {
            let path = format!("/login/pubkey/app/{user}/authenticate");
            let (status, answer) = kit.send(&fake, "POST", &path, Some(&app), "").await;
            assert_eq!(status, 200, "{kit:?} {path}: {answer}");
            let token = answer["token"].as_str();
            let (_, whose) = kit.send(&fake, "GET", "/pod/v2/sessioninfo", token, "").await;
            assert_eq!(whose["id"], json!(i64::from(alice)));
        }
        let body = format!(r#"{{"appToken": "mine", "authToken": "{jwt}"}}"#);
        let path = "/login/v1/pubkey/app/authenticate/extensionApp";
        let (status, answer) = kit.send(&fake, "POST", path, None, &body).await;
        assert_eq!((status, &answer["appToken"]), (200, &json!("mine")), "{answer}");
    }
}

/// What the kits send to other operations: each is taken for what it is, and answers what a test has set for it.
#[tokio::test]
async fn any_other_call_is_taken_as_the_kits_write_it() {
    let python = [
        ("GET", "/v3/users?uid=7078106000001,7078106000002&local=false", "", "get_users"),
        ("GET", "/v3/users?email=alice%2Bone@acme.com,bob@acme.com&local=false", "", "get_users"),
        ("GET", "/v3/users?username=alice,bob&local=true", "", "get_users"),
        ("POST", "/v1/user/search?local=false&skip=0&limit=50", r#"{"query": "al"}"#, "search_users"),
        ("POST", "/v3/room/search?skip=0&limit=50", r#"{"query": "al"}"#, "search_rooms"),
        (
            "GET",
            "/v2/room/bjHSiY4iz3ar4iIh6%2BVzCX%2F%2F%2Fo7cfqP7dA==/membership/list",
            "",
            "list_room_members",
        ),
        (
            "POST",
            "/v1/room/bjHSiY4iz3ar4iIh6%2BVzCX%2F%2F%2Fo7cfqP7dA==/setActive?active=false",
            "",
            "set_room_active",
        ),
        (
            "POST",
            "/v1/room/bjHSiY4iz3ar4iIh6%2BVzCX%2F%2F%2Fo7cfqP7dA==/membership/add",
            r#"{"id": 7078106000001}"#,
            "add_room_member",
        ),
        ("POST", "/v1/streams/list?skip=0&limit=50", "{}", "list_streams"),
        ("POST", "/v1/admin/user/7078106000001/streams/list?skip=0&limit=50", "", "admin_list_user_streams"),
        ("POST", "/v1/im/create", "[7078106000001, 7078106000002]", "create_im"),
        ("POST", "/v2/user/presence?soft=true", r#"{"category": "AWAY"}"#, "set_presence"),
    ];
    let java = [
        ("GET", "/v3/users?uid=7078106000001%2C7078106000002&local=false", "", "get_users"),
        ("GET", "/v3/users?email=alice%2Bone%40acme.com%2Cbob%40acme.com", "", "get_users"),
        ("GET", "/v2/room/bjHSiY4iz3ar4iIh6-VzCX___o7cfqP7dA/membership/list", "", "list_room_members"),
        ("POST", "/v1/room/bjHSiY4iz3ar4iIh6-VzCX___o7cfqP7dA/setActive?active=true", "", "set_room_active"),
        ("POST", "/v1/streams/list?skip=0&limit=100", "{}", "list_streams"),
        ("POST", "/v1/im/create", "[7078106000001,7078106000002]", "create_im"),
    ];
    let java = |kit| java.map(|call| (kit, call));
    let calls = python.map(|call| (Kit::Python, call)).into_iter();
    let Scene { fake, bot, .. } = Scene::new().await;
    let token = fake.session_for(bot);
    for operation in pod_api::operations() {
        let answer = Answer::new(http::StatusCode::OK, operation.name);
        fake.answer_with(operation, Calls::All, answer);
    }
    for (kit, (method, path, body, operation)) in calls.chain(java(Kit::Jersey)).chain(java(Kit::WebClient)) {
        let answer = kit.send(&fake, method, &format!("/pod{path}"), Some(token.expose()), body).await;
        assert_eq!(answer, (200, json!(operation)), "{kit:?} {method} {path}");
    }
}

/// With the common JWT turned on, the kits send the access token and no session token.
#[tokio::test]
async fn an_access_token_takes_the_place_of_the_session_token() {
    let Scene { fake, bot, .. } = Scene::new().await;
    let token = Kit::Python.log_in(&fake, "/login/pubkey/authenticate", &jwt(&KEYS[0], "bot")).await;
    for kit in KITS {
        let (status, tokens) = kit.send(&fake, "POST", "/login/idm/tokens?scope=", Some(&token), "").await;
        assert_eq!(status, 200, "{kit:?}: {tokens}");
        let request = kit.request("GET", "/pod/v2/sessioninfo", None, "");
        let bearer =
            format!("\r\nAuthorization: Bearer {}\r\n\r\n", tokens["access_token"].as_str().unwrap());
        let answer = exchange(&fake, request.replace("\r\n\r\n", &bearer)).await;
        assert!(answer.contains(&format!("\"id\":{bot}")), "{answer}");
    }
    let shown = format!("{:?}", fake.requests());
    assert!(!shown.contains("Bearer") && !shown.contains(&token), "a record shows no tokens");
}

#[tokio::test]
async fn a_bot_with_a_certificate_sends_nothing_but_headers() {
    for kit in KITS {
        let Scene { fake, bot, .. } = Scene::new().await;
        fake.register_certificate(bot);
        for path in ["/sessionauth/v1/authenticate", "/keyauth/v1/authenticate"] {
            let request = kit.request("POST", path, None, "");
            let request = request.replace("\r\n\r\n", "\r\nX-Fake-Pod-Certificate: bot\r\n\r\n");
            let answer = exchange(&fake, request).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{kit:?} {path}: {answer}");
        }
        let operations: Vec<_> = fake.requests().iter().map(|call| call.operation).collect();
        assert_eq!(operations, [Operation::Login, Operation::KeyManagerLogin]);
    }
}

/// The strict pod tells who depends on it what gateways have refused.
#[tokio::test]
async fn a_strict_pod_refuses_a_content_type_without_a_body() {
    let Scene { fake, bot, alice } = Scene::new().await;
    fake.connect(bot, alice, Status::Accepted);
    let token = fake.session_for(bot);
    let path = format!("/pod/v1/connection/user/{alice}/remove");
    fake.with_state(|state| state.strict = true);
    assert_eq!(Kit::Python.send(&fake, "POST", &path, Some(token.expose()), "").await.0, 400);
    fake.with_state(|state| state.strict = false);
    assert_eq!(Kit::Python.send(&fake, "POST", &path, Some(token.expose()), "").await.0, 200);
}
