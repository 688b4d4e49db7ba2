//! Who gets a session, what it is good for, and when it ends.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::extension_app::ExtensionApp;
use pod_api_ext::fake::{Clock, FakePod, Fault, KeyPair, Operation, State, User};
use pod_api_ext::session::{ClientCertificate, LoginProblem, RsaApp, RsaKey, RsaSession};
use pod_api_ext::{Pod, SessionToken};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::sockets::{body, exchange, get, post};
use super::{Caller, send};
use crate::troubles::server::{Authority, Certificate, pem};

/// Two pairs for all tests: making them takes time.
pub(super) static KEYS: LazyLock<[KeyPair; 2]> = LazyLock::new(|| [KeyPair::generate(), KeyPair::generate()]);

const NOW: u64 = 784_111_777;

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn sign(pair: &KeyPair, how: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pair.private_pem().as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(how, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    signature
}

fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn signed(message: &str, signature: &[u8]) -> String {
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What a bot sends that does everything right, with these claims.
fn jwt_of(pair: &KeyPair, claims: &Value) -> String {
    let message = unsigned(r#"{"alg":"RS512","typ":"JWT"}"#, &claims.to_string());
    signed(&message, &sign(pair, &RSA_PKCS1_SHA512, &message))
}

pub(super) fn jwt(pair: &KeyPair, subject: &str) -> String {
    jwt_of(pair, &json!({ "sub": subject, "exp": NOW + 240 }))
}

/// A pod with the bot `bot`, the app `app`, and Alice, at a time that stands still.
fn pod() -> (State, UserId, UserId) {
    let mut state = State::new();
    state.clock = Clock::At(now());
    // The form that gateways insist on holds for logins as well.
    state.strict = true;
    let (bot, alice) = (state.add_user("bot"), state.add_user("alice@acme"));
    state.register_bot(bot, KEYS[0].public_pem());
    state.register_app("app", KEYS[1].public_pem());
    (state, bot, alice)
}

fn log_in(state: &mut State, path: &str, jwt: &str) -> (u16, Value) {
    let request = Request::post(path).header("Content-Type", "application/json");
    send(state, request, &json!({ "token": jwt }).to_string())
}

fn bot_login(state: &mut State, jwt: &str) -> (u16, Value) {
    log_in(state, "/login/pubkey/authenticate", jwt)
}

fn app_login(state: &mut State, jwt: &str) -> (u16, Value) {
    log_in(state, "/login/pubkey/app/authenticate", jwt)
}

fn without_body(state: &mut State, path: &str, token: &str) -> (u16, Value) {
    send(state, Request::post(path).header("sessionToken", token).header("Content-Length", "0"), "")
}

/// The token of a login that succeeded.
fn token((status, body): (u16, Value)) -> String {
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["name"], "sessionToken", "the name of the header that it is for");
    body["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_bot_gets_a_session_of_its_own() {
    let (mut state, id, alice) = pod();
    let token = token(bot_login(&mut state, &jwt(&KEYS[0], "bot")));
    let bot = Caller { id, token };
    assert_eq!(bot.act(&mut state, Action::Create, alice).0, 200);
    assert_eq!(state.status(bot.id, alice), Some(Status::PendingOutgoing));

    // Every login opens another session, and all are good.
    let (status, again) = bot_login(&mut state, &jwt(&KEYS[0], "bot"));
    assert_eq!(status, 200);
    assert_ne!(again["token"], json!(bot.token));
    assert_eq!(bot.info(&mut state, alice).0, 200);
}

#[test]
fn a_key_made_by_another_tool_is_understood() {
    let (mut state, bot, _) = pod();
    state.register_bot(bot, include_str!("../keys/bot-public.pem"));
    let der = PrivatePkcs8KeyDer::from_pem_slice(include_bytes!("../keys/bot-pkcs8.pem")).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let message = unsigned(r#"{"alg":"RS512"}"#, &json!({ "sub": "bot", "exp": NOW + 1 }).to_string());
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA512, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    token(bot_login(&mut state, &signed(&message, &signature)));
    assert_eq!(bot_login(&mut state, &jwt(&KEYS[0], "bot")).0, 401, "the key before it is revoked");
}

/// Refused with 401 for a reason that contains these words, and nothing has changed.
fn assert_refused(state: &mut State, jwt: &str, words: &str) {
    let before = state.clone();
    let (status, body) = bot_login(state, jwt);
    assert_eq!(status, 401, "{words}: {body}");
    assert!(body["message"].as_str().unwrap().contains(words), "{words}: {body}");
    assert!(*state == before, "{words}");
}

#[test]
fn the_signature_counts() {
    let (mut state, bot, alice) = pod();
    let claims = json!({ "sub": "bot", "exp": NOW + 240 }).to_string();
    let message = unsigned(r#"{"alg":"RS512"}"#, &claims);
    let signature = sign(&KEYS[0], &RSA_PKCS1_SHA512, &message);
    assert_eq!(bot_login(&mut state, &signed(&message, &signature)).0, 200);

    let wrong = "not made with the key";
    let mut bent = signature.clone();
    bent[100] ^= 1;
    assert_refused(&mut state, &signed(&message, &bent), wrong);
    assert_refused(&mut state, &signed(&message, &signature[1..]), wrong);
    assert_refused(&mut state, &signed(&message, b""), wrong);
    assert_refused(&mut state, &jwt(&KEYS[1], "bot"), wrong);
    let later = unsigned(r#"{"alg":"RS512"}"#, &json!({ "sub": "bot", "exp": NOW + 241 }).to_string());
    assert_refused(&mut state, &signed(&later, &signature), wrong);
    // The header says RS512, the signature is of RS256.
    assert_refused(&mut state, &signed(&message, &sign(&KEYS[0], &RSA_PKCS1_SHA256, &message)), wrong);

    // The key of one is no use to the other.
    state.register_bot(alice, KEYS[1].public_pem());
    assert_refused(&mut state, &jwt(&KEYS[0], "alice@acme"), wrong);
    state.register_bot(bot, KEYS[1].public_pem());
    assert_refused(&mut state, &jwt(&KEYS[0], "bot"), wrong);
}

#[test]
fn the_algorithm_is_not_the_callers_choice() {
    let (mut state, ..) = pod();
    let claims = json!({ "sub": "bot", "exp": NOW + 240 }).to_string();
    let wrong = "algorithm";
    for alg in ["none", "None", "RS256", "rs512", "PS512", ""] {
        let message = unsigned(&json!({ "alg": alg }).to_string(), &claims);
        assert_refused(&mut state, &format!("{message}."), wrong);
        assert_refused(&mut state, &signed(&message, &sign(&KEYS[0], &RSA_PKCS1_SHA512, &message)), wrong);
    }
    // The public key as the secret of a MAC: known to everybody.
    let message = unsigned(r#"{"alg":"HS512","typ":"JWT"}"#, &claims);
    let secret = hmac::Key::new(hmac::HMAC_SHA512, KEYS[0].public_pem().as_bytes());
    assert_refused(&mut state, &signed(&message, hmac::sign(&secret, message.as_bytes()).as_ref()), wrong);
}

#[test]
fn the_time_counts_by_the_clock_of_the_pod() {
    let (mut state, ..) = pod();
    for (exp, expected) in [
        (0, Err("expired")),
        (NOW - 1, Err("expired")),
        (NOW, Err("expired")),
        (NOW + 1, Ok(())),
        (NOW + 240, Ok(())),
        (NOW + 300, Ok(())),
        (NOW + 301, Err("more than 300 seconds")),
        // Milliseconds in place of seconds.
        ((NOW + 240) * 1000, Err("more than 300 seconds")),
        (u64::MAX, Err("more than 300 seconds")),
    ] {
        let jwt = jwt_of(&KEYS[0], &json!({ "sub": "bot", "exp": exp }));
        match expected {
            Ok(()) => assert_eq!(bot_login(&mut state, &jwt).0, 200, "{exp}"),
            Err(words) => assert_refused(&mut state, &jwt, words),
        }
    }
    // The same token, seen by a pod whose clock goes half a second to either side of its end.
    let jwt = jwt_of(&KEYS[0], &json!({ "sub": "bot", "exp": NOW }));
    state.clock = Clock::At(now() - Duration::from_millis(500));
    assert_eq!(bot_login(&mut state, &jwt).0, 200);
    state.clock = Clock::At(now() + Duration::from_millis(500));
    assert_refused(&mut state, &jwt, "expired");
    state.clock = Clock::At(now() - Duration::from_millis(300_500));
    assert_refused(&mut state, &jwt, "more than 300 seconds");
}

#[test]
fn only_who_has_a_key_logs_in() {
    let (mut state, ..) = pod();
    for subject in ["nobody", "alice@acme", "app", "Bot", "bot ", ""] {
        assert_refused(&mut state, &jwt(&KEYS[0], subject), "user");
    }
    let (status, body) = app_login(&mut state, &jwt(&KEYS[1], "bot"));
    assert_eq!(status, 401, "a bot is no app: {body}");
    assert_eq!(app_login(&mut state, &jwt(&KEYS[0], "app")).0, 401);
}

#[test]
fn garbage_is_refused() {
    let (mut state, ..) = pod();
    let good = jwt(&KEYS[0], "bot");
    let (header, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let garbage = [
        String::new(),
        "...".into(),
        "token".into(),
        format!("{header}.{claims}"),
        format!("{good}.{signature}"),
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.**"),
        format!("!{header}.{claims}.{signature}"),
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode("[]")),
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(r#"["RS512"]"#)),
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(b"\xff")),
        jwt_of(&KEYS[0], &json!(["bot", NOW + 240])),
        format!(" {good}"),
    ];
    for jwt in garbage {
        assert_refused(&mut state, &jwt, "not a JWT");
    }
    for claims in [
        json!({}),
        json!({ "sub": "bot" }),
        json!({ "exp": NOW + 240 }),
        json!({ "sub": 1, "exp": NOW + 240 }),
        json!({ "sub": "bot", "exp": "soon" }),
        json!({ "sub": "bot", "exp": -1 }),
        json!({ "sub": "bot", "exp": 0.5 }),
    ] {
        assert_refused(&mut state, &jwt_of(&KEYS[0], &claims), "claims");
    }
    let in_a_list = json!([good]).to_string();
    for body in ["", "{}", "[]", "null", r#"{"token":1}"#, "{\"token\":\"", "\0", &in_a_list] {
        let request = Request::post("/login/pubkey/authenticate").header("Content-Type", "application/json");
        assert_eq!(send(&mut state, request, body).0, 401, "{body}");
    }
    let bare = |state: &mut State| {
        send(state, Request::post("/login/pubkey/authenticate"), &json!({ "token": good }).to_string()).0
    };
    assert_eq!(bare(&mut state), 415);
    state.strict = false;
    assert_eq!(bare(&mut state), 200);
    assert_eq!(send(&mut state, Request::get("/login/pubkey/authenticate"), "").0, 405);
}

#[test]
fn an_app_acts_on_behalf_of_users_as_far_as_documented() {
    let (mut state, bot, alice) = pod();
    let app = token(app_login(&mut state, &jwt(&KEYS[1], "app")));
    let by_id = format!("/login/pubkey/app/user/{alice}/authenticate");
    for path in [&*by_id, "/login/pubkey/app/username/alice%40acme/authenticate"] {
        let on_behalf = token(without_body(&mut state, path, &app));
        let alice = Caller { id: alice, token: on_behalf };
        state.disconnect(alice.id, bot);
        assert_eq!(alice.act(&mut state, Action::Create, bot).0, 200, "{path}");
        assert_eq!(state.status(alice.id, bot), Some(Status::PendingOutgoing), "{path}");
        assert_eq!(alice.info(&mut state, bot).0, 200);
        assert_eq!(alice.list(&mut state, "").as_array().unwrap().len(), 1);
        let whose = alice.get(&mut state, "/pod/v2/sessioninfo");
        assert_eq!(whose, (200, json!({ "id": i64::from(alice.id), "username": "alice@acme" })));
        state.connect(alice.id, bot, Status::PendingIncoming);
        for action in [Action::Accept, Action::Reject, Action::Remove] {
            let (status, body) = alice.act(&mut state, action, bot);
            assert_eq!(status, 403, "{action}: {body}");
        }
        assert_eq!(state.status(alice.id, bot), Some(Status::PendingIncoming));
    }
}

#[test]
fn the_session_of_an_app_is_not_that_of_a_user() {
    let (mut state, id, alice) = pod();
    let app = token(app_login(&mut state, &jwt(&KEYS[1], "app")));
    let of_app = Caller { id, token: app.clone() };
    assert_eq!(of_app.info(&mut state, alice).0, 401, "an app has no connections");
    assert_eq!(of_app.get(&mut state, "/pod/v2/sessioninfo").0, 401, "an app is no user");

    let of_user = state.session_for(alice);
    let path = format!("/login/pubkey/app/user/{alice}/authenticate");
    let on_behalf = token(without_body(&mut state, &path, &app));
    for (path, token, expected) in [
        (&*path, &*of_user, 401),
        (&path, &on_behalf, 401),
        (&path, "forged", 401),
        ("/login/pubkey/app/user/5/authenticate", &app, 401),
        ("/login/pubkey/app/user/alice/authenticate", &app, 400),
        ("/login/pubkey/app/username/nobody/authenticate", &app, 401),
        ("/login/pubkey/app/username/%FF/authenticate", &app, 401),
    ] {
        let before = state.clone();
        let (status, body) = without_body(&mut state, path, token);
        assert_eq!(status, expected, "{path}: {body}");
        assert!(state == before, "{path}");
    }
    // The form that gateways insist on holds here as well.
    let request = Request::post(path).header("sessionToken", &app).header("Content-Type", "application/json");
    assert_eq!(send(&mut state, request, "{}").0, 400);
}

#[test]
fn a_colon_in_the_id_of_an_app_is_refused() {
    let (mut state, ..) = pod();
    state.register_app("acme:app", KEYS[1].public_pem());
    assert_eq!(app_login(&mut state, &jwt(&KEYS[1], "acme:app")).0, 401);
}

#[test]
fn a_session_ends_by_logout_or_by_order() {
    let (mut state, bot, alice) = pod();
    let list = |state: &mut State, token: &str| {
        send(state, Request::get("/pod/v1/connection/list").header("sessionToken", token), "").0
    };
    let path = format!("/login/pubkey/app/user/{alice}/authenticate");
    let one = token(bot_login(&mut state, &jwt(&KEYS[0], "bot")));
    let other = token(bot_login(&mut state, &jwt(&KEYS[0], "bot")));
    let app = token(app_login(&mut state, &jwt(&KEYS[1], "app")));
    let on_behalf = token(without_body(&mut state, &path, &app));

    let (status, body) = without_body(&mut state, "/sessionauth/v1/logout", &one);
    assert_eq!((status, &body["format"]), (200, &json!("TEXT")), "{body}");
    assert_eq!(list(&mut state, &one), 401);
    assert_eq!(list(&mut state, &other), 200, "another session of the same bot");
    assert_eq!(without_body(&mut state, "/sessionauth/v1/logout", &one).0, 401, "it has ended");

    state.end_app_sessions("app");
    assert_eq!(without_body(&mut state, &path, &app).0, 401);
    assert_eq!(list(&mut state, &on_behalf), 200);
    state.end_sessions(alice);
    assert_eq!(list(&mut state, &on_behalf), 401);
    state.end_sessions(bot);
    assert_eq!(list(&mut state, &other), 401);
}

#[test]
fn of_two_of_one_name_the_one_with_the_key_logs_in() {
    let mut state = State::new();
    state.clock = Clock::At(now());
    state.add_user(User::new("bot").with_id(1));
    let second = state.add_user(User::new("bot").with_id(2));
    state.register_bot(second, KEYS[0].public_pem());
    let bot = Caller { id: second, token: token(bot_login(&mut state, &jwt(&KEYS[0], "bot"))) };
    assert_eq!(bot.info(&mut state, 1.into()).0, 404);
    assert_eq!(bot.act(&mut state, Action::Create, 1.into()).0, 200, "in the name of the second");
}

#[test]
fn only_public_keys_of_rsa_are_registered() {
    let private = KEYS[0].private_pem();
    for pem in ["", "key", private, include_str!("../keys/ec.pem"), &KEYS[0].public_pem()[..200]] {
        let mut state = State::new();
        let register = std::panic::AssertUnwindSafe(|| state.register_app("app", pem));
        let panic = std::panic::catch_unwind(register).unwrap_err();
        let message = panic.downcast_ref::<String>().map_or_else(String::new, Clone::clone)
            + panic.downcast_ref::<&str>().unwrap_or(&"");
        assert!(message.contains("RSA public key in PEM"), "{message}");
        assert!(!private.lines().skip(1).any(|line| message.contains(line)), "{message}");
    }
}

#[tokio::test]
async fn records_keep_no_secret_of_a_login() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.clock = Clock::At(now()));
    let bot = fake.add_user("bot");
    fake.register_bot(bot, KEYS[0].public_pem());
    fake.register_app("app", KEYS[1].public_pem());
    let (bot_jwt, app_jwt) = (jwt(&KEYS[0], "bot"), jwt(&KEYS[1], "app"));
    let login = |path: &str, jwt: &str| post("x", path, &json!({ "token": jwt }).to_string());
    let token = |answer: &str| {
        let body: Value = serde_json::from_str(body(answer)).unwrap();
        body["token"].as_str().unwrap().to_owned()
    };
    let session = token(&exchange(&fake, login("/login/pubkey/authenticate", &bot_jwt)).await);
    let app = token(&exchange(&fake, login("/login/pubkey/app/authenticate", &app_jwt)).await);
    let on_behalf = format!("/login/pubkey/app/user/{bot}/authenticate");
    let on_behalf = token(&exchange(&fake, post(&app, &on_behalf, "")).await);
    exchange(&fake, get(&on_behalf, "/pod/v1/connection/list")).await;
    exchange(&fake, post(&session, "/sessionauth/v1/logout", "")).await;
    // To addresses that are wrong, or refused.
    for path in ["/pubkey/authenticate", "/pod/login/pubkey/authenticate", "/relay/pubkey/authenticate"] {
        exchange(&fake, login(path, &bot_jwt)).await;
    }
    fake.fault(Operation::Login, 1, Fault::truncated());
    exchange(&fake, login("/login/pubkey/authenticate", &bot_jwt)).await;

    let requests = fake.requests();
    let summary: Vec<_> = requests
        .iter()
        .map(|call| (call.operation, call.caller.is_some(), call.app.as_deref(), call.acted))
        .collect();
    let expected = [
        (Operation::Login, false, None, true),
        (Operation::AppLogin, false, None, true),
        (Operation::OnBehalfOfLogin, false, Some("app"), true),
        (Operation::List, true, Some("app"), true),
        (Operation::Logout, true, None, true),
        (Operation::Other, false, None, false),
        (Operation::Other, false, None, false),
        (Operation::KeyManagerLogin, false, None, true),
        (Operation::Login, false, None, true),
    ];
    assert_eq!(summary, expected);
    assert_eq!(requests[0].body, "[redacted]");
    assert_eq!(requests[2].body, "", "nothing to hide, and that can be seen");

    let state = fake.with_state(|state| state.clone());
    let shown = format!("{requests:?} {state:?} {fake:?} {:?}", *KEYS);
    for secret in [&bot_jwt, &app_jwt, &session, &app, &on_behalf] {
        assert!(!shown.contains(&**secret), "{secret}");
        let tail = secret.rsplit('.').next().unwrap();
        assert!(!shown.contains(tail), "{tail}");
    }
    for line in
        KEYS.iter().flat_map(|pair| pair.private_pem().lines().skip(1)).filter(|line| line.len() == 64)
    {
        assert!(!shown.contains(line));
    }
}

#[tokio::test]
async fn the_sessions_of_this_crate_log_in() {
    let fake = FakePod::start().await;
    let (bot, alice) = (fake.add_user("bot"), fake.add_user("alice@acme"));
    fake.register_bot(bot, KEYS[0].public_pem());
    fake.register_app("app", KEYS[1].public_pem());
    fake.connect(bot, alice, Status::PendingIncoming);
    let key = |index: usize| RsaKey::from_pem(KEYS[index].private_pem()).unwrap();

    let pod = Pod::builder(fake.url()).session(RsaSession::new("bot", key(0))).build().unwrap();
    pod.connections().accept(alice).await.unwrap();
    assert_eq!(fake.status(alice, bot), Some(Status::Accepted));
    fake.end_sessions(bot);
    pod.connections().remove(alice).await.unwrap();
    let logins = fake.take_requests().iter().filter(|call| call.operation == Operation::Login).count();
    assert_eq!(logins, 2, "one at first, one when the session had ended");

    let app = RsaApp::new("app", key(1)).unwrap();
    for session in [app.on_behalf_of(alice), app.on_behalf_of_username("alice@acme")] {
        let pod = Pod::builder(fake.url()).session(session).build().unwrap();
        fake.disconnect(alice, bot);
        pod.connections().create(bot).await.unwrap();
        assert_eq!(fake.status(bot, alice), Some(Status::PendingIncoming));
        assert!(pod.connections().remove(bot).await.is_err());
    }
    let removal = fake.requests().into_iter().rfind(|call| call.operation == Operation::Remove).unwrap();
    assert_eq!((removal.caller, removal.app.as_deref(), removal.acted), (Some(alice), Some("app"), false));
}

#[tokio::test]
async fn what_is_wrong_with_a_login_can_be_told() {
    let fake = FakePod::start().await;
    let bot = fake.add_user("bot");
    fake.register_bot(bot, KEYS[0].public_pem());
    let problem = async |name: &str, pair: &KeyPair| {
        let key = RsaKey::from_pem(pair.private_pem()).unwrap();
        let pod = Pod::builder(fake.url()).session(RsaSession::new(name, key)).build().unwrap();
        pod.connections().get(bot).await.unwrap_err().login_problem().unwrap()
    };
    assert_eq!(problem("bot", &KEYS[1]).await, LoginProblem::Key);
    assert_eq!(problem("nobody", &KEYS[0]).await, LoginProblem::User);
    let an_hour = Duration::from_secs(3600);
    for clock in [SystemTime::now() - an_hour, SystemTime::now() + an_hour] {
        fake.with_state(|state| state.clock = Clock::At(clock));
        assert_eq!(problem("bot", &KEYS[0]).await, LoginProblem::ClockSkew);
    }
}

#[test]
fn a_bot_gets_a_token_of_the_key_manager() {
    let (mut state, ..) = pod();
    let (status, body) = log_in(&mut state, "/relay/pubkey/authenticate", &jwt(&KEYS[0], "bot"));
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["name"], "keyManagerToken", "the name of the header that it is for");
    let token = body["token"].as_str().unwrap();
    let request = Request::get("/pod/v2/sessioninfo").header("sessionToken", token);
    assert_eq!(send(&mut state, request, "").0, 401, "it is no session");
    for jwt in [jwt(&KEYS[1], "bot"), jwt(&KEYS[1], "app"), "garbage".to_owned()] {
        assert_eq!(log_in(&mut state, "/relay/pubkey/authenticate", &jwt).0, 401);
    }
}

#[test]
fn an_extension_app_gets_a_token_to_go_with_its_own() {
    let (mut state, ..) = pod();
    let mut begin = |body: Value| {
        let request = Request::post("/login/v1/pubkey/app/authenticate/extensionApp")
            .header("Content-Type", "application/json");
        send(&mut state, request, &body.to_string())
    };
    let (status, one) = begin(json!({ "appToken": "mine", "authToken": jwt(&KEYS[1], "app") }));
    assert_eq!(status, 200, "{one}");
    assert_eq!((&one["appId"], &one["appToken"]), (&json!("app"), &json!("mine")));
    assert_eq!(one["expireAt"], json!((NOW + 300) * 1000), "milliseconds since 1970");
    let (_, other) = begin(json!({ "appToken": "mine", "authToken": jwt(&KEYS[1], "app") }));
    assert_ne!(one["symphonyToken"], other["symphonyToken"]);

    for (expected, body) in [
        (401, json!({ "appToken": "mine", "authToken": jwt(&KEYS[0], "app") })),
        (401, json!({ "appToken": "mine", "authToken": jwt(&KEYS[0], "bot") })),
        (400, json!({ "appToken": "mine" })),
        (400, json!({ "authToken": jwt(&KEYS[1], "app") })),
        (400, json!({ "appToken": 1, "authToken": jwt(&KEYS[1], "app") })),
        (400, json!([])),
    ] {
        assert_eq!(begin(body.clone()).0, expected, "{body}");
    }
}

#[test]
fn an_access_token_is_as_good_as_its_session_for_five_minutes() {
    let (mut state, bot, alice) = pod();
    let (_, login) = bot_login(&mut state, &jwt(&KEYS[0], "bot"));
    let session = login["token"].as_str().unwrap();
    let request = Request::post("/login/idm/tokens?scope=").header("sessionToken", session);
    let (status, tokens) = send(&mut state, request.header("Content-Length", "0"), "");
    assert_eq!(status, 200, "{tokens}");
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(300)));
    let whose = |state: &mut State, token: &Value| {
        let authorization = format!("Bearer {}", token.as_str().unwrap());
        let request = Request::get("/pod/v2/sessioninfo").header("Authorization", authorization);
        let (status, body) = send(state, request, "");
        (status == 200).then(|| body["id"].as_i64().unwrap())
    };
    let claims = |token: &Value| -> Value {
        let parts: Vec<_> = token.as_str().unwrap().split('.').collect();
        assert!(parts.len() == 3 && parts.iter().all(|part| !part.is_empty()), "{parts:?}");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
    };
    let both = [&login["authorizationToken"], &tokens["access_token"]];
    for token in both {
        assert_eq!(claims(token), json!({ "sub": "bot", "exp": NOW + 300 }));
        state.clock = Clock::At(now() + Duration::from_secs(299));
        assert_eq!(whose(&mut state, token), Some(i64::from(bot)));
        state.clock = Clock::At(now() + Duration::from_secs(300));
        assert_eq!(whose(&mut state, token), None, "it has expired");
        state.clock = Clock::At(now());
    }
    state.end_sessions(alice);
    assert_eq!(whose(&mut state, both[0]), Some(i64::from(bot)));
    state.end_sessions(bot);
    assert_eq!(both.map(|token| whose(&mut state, token)), [None, None], "it ends with its session");
    for authorization in ["Bearer", "Bearer a.b.c", "Basic YTpi", "Bearer ..", ""] {
        let request = Request::get("/pod/v2/sessioninfo").header("Authorization", authorization);
        assert_eq!(send(&mut state, request, "").0, 401, "{authorization}");
    }
    assert_eq!(without_body(&mut state, "/login/idm/tokens", "forged").0, 401);
}

#[test]
fn a_header_stands_for_the_certificate_of_a_bot() {
    let (mut state, bot, _) = pod();
    let show = |state: &mut State, path: &str, name: Option<&str>| {
        let request = Request::post(path).header("Content-Length", "0");
        let request =
            name.into_iter().fold(request, |request, name| request.header("X-Fake-Pod-Certificate", name));
        send(state, request, "")
    };
    let (session, key_manager) = ("/sessionauth/v1/authenticate", "/keyauth/v1/authenticate");
    for path in [session, key_manager] {
        assert_eq!(show(&mut state, path, Some("bot")).0, 401, "not registered");
    }
    state.register_certificate(bot);
    let token = token(show(&mut state, session, Some("bot")));
    let request = Request::get("/pod/v2/sessioninfo").header("sessionToken", token);
    assert_eq!(send(&mut state, request, "").1["id"], json!(i64::from(bot)));
    let (status, body) = show(&mut state, key_manager, Some("bot"));
    assert_eq!((status, &body["name"]), (200, &json!("keyManagerToken")));
    for name in [None, Some("Bot"), Some("alice@acme"), Some("")] {
        for path in [session, key_manager] {
            assert_eq!(show(&mut state, path, name).0, 401, "{name:?}");
        }
    }
}

#[tokio::test]
async fn agent_tokens_come_from_both_logins() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.strict = true);
    let bot = fake.add_user("bot");
    fake.register_bot(bot, KEYS[0].public_pem());
    let session = RsaSession::new("bot", RsaKey::from_pem(KEYS[0].private_pem()).unwrap());
    let pod = Pod::builder(fake.url()).session(session).build().unwrap();
    let tokens = pod.agent_tokens().await.unwrap();
    assert!(tokens.key_manager.expose().starts_with("fake-key-manager-token-"));
    fake.end_sessions(bot);
    let renewed = pod.renew_agent_tokens(&tokens).await.unwrap();
    assert!(renewed != tokens);
    let operations: Vec<_> = fake.requests().iter().map(|call| call.operation).collect();
    let both = [Operation::Login, Operation::KeyManagerLogin];
    assert_eq!(operations, [both, both].concat());
}

#[tokio::test]
async fn an_extension_app_begins_its_circle_of_trust() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.strict = true);
    fake.register_app("app", KEYS[1].public_pem());
    let key = RsaKey::from_pem(KEYS[1].private_pem()).unwrap();
    let pod = Pod::builder(fake.url()).session(SessionToken::new("none").unwrap()).build().unwrap();
    let app = ExtensionApp::new(&pod, &RsaApp::new("app", key).unwrap());
    let app_token = app.authenticate().await.unwrap();
    app.check_pair(&app_token, "fake-symphony-token-1").await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests[0].operation, Operation::ExtensionAppLogin);
    assert!(!format!("{requests:?}").contains(&app_token), "a record shows no tokens");
}

#[tokio::test]
async fn a_bot_logs_in_with_a_certificate_that_a_header_stands_for() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.strict = true);
    let bot = fake.add_user("bot");
    fake.register_certificate(bot);
    let authority = Authority::new("the authority");
    let key = rcgen::KeyPair::generate().unwrap();
    let pem =
        authority.client("bot", &key, Certificate::default()) + &pem("PRIVATE KEY", &key.serialize_der());
    let header = HeaderMap::from_iter([(
        HeaderName::from_static("x-fake-pod-certificate"),
        HeaderValue::from_static("bot"),
    )]);
    let pod = Pod::builder(fake.url())
        .certificate(ClientCertificate::from_pem(pem).unwrap())
        .gateway_headers(header)
        .build()
        .unwrap();
    assert_eq!(pod.session_info().await.unwrap().id, Some(i64::from(bot)));
    pod.agent_tokens().await.unwrap();
    fake.end_sessions(bot);
    assert_eq!(pod.session_info().await.unwrap().id, Some(i64::from(bot)));
}
