//! The circle of trust of an extension app, and the signed tokens of its users.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pod_api_ext::clock::{BoxFuture, Clock};
use pod_api_ext::extension_app::{
    ExtensionApp, ExtensionAppError, JwtProblem, MemoryTokenStore, StoreError, TokenPair, TokenStore,
};
use pod_api_ext::session::{RsaApp, RsaKey};
use pod_api_ext::{Pod, SessionToken};
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::login::{PKCS8, Server};
use crate::troubles::server::pem;

const APP: &str = "onboarding-app";
const LOGIN: &str = "POST /login/v1/pubkey/app/authenticate/extensionApp HTTP/1.1";
const CERTIFICATE: &str = "GET /pod/v1/podcert HTTP/1.1";
const NOW: u64 = 1_800_000_000;

/// Shows what it is set to.
#[derive(Clone, Debug)]
struct Watch {
    begun: Instant,
    passed: Arc<AtomicU64>,
}

impl Watch {
    fn new() -> Self {
        Self { begun: Instant::now(), passed: Arc::default() }
    }

    fn pass(&self, seconds: u64) {
        self.passed.fetch_add(seconds, Ordering::SeqCst);
    }

    fn passed(&self) -> Duration {
        Duration::from_secs(self.passed.load(Ordering::SeqCst))
    }
}

impl Clock for Watch {
    fn now(&self) -> Instant {
        self.begun + self.passed()
    }

    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW) + self.passed()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

fn backend(server: &Server, watch: &Watch) -> ExtensionApp {
    let pod = Pod::builder(&server.url).session(SessionToken::new("of-a-bot").unwrap()).clock(watch.clone());
    let app = RsaApp::new(APP, RsaKey::from_pem(PKCS8).unwrap()).unwrap();
    ExtensionApp::new(&pod.build().unwrap(), &app)
}

/// What the pod answers to the login of an app, with the Symphony token `ts`.
fn tokens(expire_at: &Value) -> String {
    json!({ "appId": APP, "appToken": "as-sent", "symphonyToken": "ts", "expireAt": expire_at }).to_string()
}

fn in_five_minutes() -> Value {
    json!((NOW + 300) * 1000)
}

#[tokio::test]
async fn a_pair_is_good_once() {
    let answer = tokens(&in_five_minutes());
    let (server, watch) = (Server::answering(&[(200, &answer), (200, &answer)]).await, Watch::new());
    let app = backend(&server, &watch);
    let token = app.authenticate().await.unwrap();
    app.check_pair(&token, "ts").await.unwrap();
    let again = app.check_pair(&token, "ts").await.unwrap_err();
    assert!(matches!(again, ExtensionAppError::UnknownPair) && again.is_refusal(), "{again}");

    // What was sent: the app token, and a JWT of the application; no session of anybody.
    let asked = &server.asked()[0];
    assert_eq!(asked.line, LOGIN);
    assert!(!asked.head.contains("sessiontoken") && asked.head.contains("content-type: application/json"));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 2);
    assert_eq!(body["appToken"], token.as_str());
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let claims = body["authToken"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims, json!({ "sub": APP, "exp": NOW + 240 }));

    // Each attempt has a token of its own.
    assert_ne!(app.authenticate().await.unwrap(), token);
}

#[tokio::test]
async fn a_wrong_pair_is_refused_and_used_up() {
    let answer = tokens(&in_five_minutes());
    let server = Server::answering(&[(200, &answer), (200, &answer)]).await;
    let app = backend(&server, &Watch::new());
    for wrong in ["", "t", "tx", "tss"] {
        assert!(matches!(
            app.check_pair("never given out", wrong).await,
            Err(ExtensionAppError::UnknownPair)
        ));
    }
    for wrong in ["", "tx"] {
        let token = app.authenticate().await.unwrap();
        let error = app.check_pair(&token, wrong).await.unwrap_err();
        assert!(matches!(error, ExtensionAppError::WrongPair) && error.is_refusal(), "{error}");
        assert!(matches!(app.check_pair(&token, "ts").await, Err(ExtensionAppError::UnknownPair)));
        assert!(!format!("{error:?} {app:?}").contains(&token));
    }
}

#[tokio::test]
async fn a_pair_is_good_until_the_pod_says_and_is_then_forgotten() {
    // In milliseconds as documented, in seconds, and not at all.
    for expire_at in [in_five_minutes(), json!(NOW + 300), Value::Null] {
        let answer = tokens(&expire_at);
        let server = Server::answering(&[(200, &answer), (200, &answer), (200, &answer)]).await;
        let (watch, store) = (Watch::new(), Arc::new(MemoryTokenStore::default()));
        let app = backend(&server, &watch).with_store(Arc::clone(&store));
        let (in_time, too_late) = (app.authenticate().await.unwrap(), app.authenticate().await.unwrap());
        watch.pass(299);
        app.check_pair(&in_time, "ts").await.unwrap();
        watch.pass(1);
        let error = app.check_pair(&too_late, "ts").await.unwrap_err();
        assert!(
            matches!(error, ExtensionAppError::ExpiredPair) && error.is_refusal(),
            "{expire_at}: {error}"
        );
    }

    let answer = tokens(&in_five_minutes());
    let answers: Vec<(u16, &str)> = (0..3).map(|_| (200, answer.as_str())).collect();
    let server = Server::answering(&answers).await;
    let (watch, store) = (Watch::new(), Arc::new(MemoryTokenStore::default()));
    let app = backend(&server, &watch).with_store(Arc::clone(&store));
    app.authenticate().await.unwrap();
    app.authenticate().await.unwrap();
    assert_eq!(store.len(), 2);
    watch.pass(300);
    app.authenticate().await.unwrap();
    assert_eq!(store.len(), 1, "the expired ones are gone");
    assert_eq!(format!("{store:?}"), "MemoryTokenStore { len: 1, .. }");
}

#[tokio::test]
async fn several_instances_share_a_store() {
    let answer = tokens(&in_five_minutes());
    let (one, other) = (Server::answering(&[(200, &answer)]).await, Server::answering(&[]).await);
    let (watch, store) = (Watch::new(), Arc::new(MemoryTokenStore::default()));
    let (one, other) = (
        backend(&one, &watch).with_store(Arc::clone(&store)),
        backend(&other, &watch).with_store(Arc::clone(&store)),
    );
    let token = one.authenticate().await.unwrap();
    other.check_pair(&token, "ts").await.unwrap();
    assert!(matches!(one.check_pair(&token, "ts").await, Err(ExtensionAppError::UnknownPair)));
}

#[derive(Debug)]
struct Broken;

impl TokenStore for Broken {
    fn insert(&self, _: TokenPair, _: SystemTime) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Err("the database is down".into()) })
    }

    fn take<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<TokenPair>, StoreError>> {
        Box::pin(async { Err("the database is down".into()) })
    }
}

#[tokio::test]
async fn what_is_no_fault_of_the_frontend_is_no_refusal() {
    let answer = tokens(&in_five_minutes());
    let server =
        Server::answering(&[(200, &answer), (401, r#"{"code":401,"message":"no"}"#), (200, "<html>")]).await;
    let broken = backend(&server, &Watch::new()).with_store(Broken);
    let mut errors =
        vec![broken.authenticate().await.unwrap_err(), broken.check_pair("ta", "ts").await.unwrap_err()];
    assert!(errors.iter().all(|error| matches!(error, ExtensionAppError::Store(_))));
    let app = backend(&server, &Watch::new());
    errors.push(app.authenticate().await.unwrap_err());
    errors.push(app.authenticate().await.unwrap_err());
    let server = Server::answering(&[(500, ""), (200, "{}"), (200, r#"{"certificate":"none"}"#)]).await;
    let app = backend(&server, &Watch::new());
    for _ in 0..3 {
        errors.push(app.user(&signed(&claims())).await.unwrap_err());
    }
    assert_eq!(server.lines(), [CERTIFICATE; 3]);
    for error in errors {
        assert!(!error.is_refusal(), "{error}");
    }
}

fn key(pem: &str) -> RsaKeyPair {
    let PrivateKeyDer::Pkcs8(key) = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap() else { panic!() };
    RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap()
}

/// The pod's certificate, in PEM.
fn certificate() -> String {
    let PrivateKeyDer::Pkcs8(key) = PrivateKeyDer::from_pem_slice(PKCS8.as_bytes()).unwrap() else {
        panic!()
    };
    let key = KeyPair::try_from(&key).unwrap();
    let certificate = CertificateParams::new([]).unwrap().self_signed(&key).unwrap();
    pem("CERTIFICATE", certificate.der())
}

fn certificate_of(key: &KeyPair) -> String {
    pem("CERTIFICATE", CertificateParams::new([]).unwrap().self_signed(key).unwrap().der())
}

/// The claims of a token as pods send them: ids as numbers, and that of the company as a text.
fn claims() -> Value {
    json!({
        "aud": APP,
        "iss": "Symphony Communication Services LLC.",
        "sub": 7_078_106_126_503_u64,
        "exp": NOW + 300,
        "user": {
            "id": 7_078_106_126_503_u64,
            "emailAddress": "alice@firm.example",
            "username": "alice@firm.example",
            "firstName": "Alice",
            "lastName": "Liddell",
            "displayName": "Alice Liddell",
            "company": "Firm",
            "companyId": "190",
            "avatarUrl": "../avatars/static/150/default.png",
        }
    })
}

fn jwt(header: &Value, claims: &str, pem: &str, encoding: &'static dyn RsaEncoding) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(&header.to_string()), part(claims));
    let key = key(pem);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed(claims: &Value) -> String {
    jwt(&json!({ "alg": "RS512", "typ": "JWT" }), &claims.to_string(), PKCS8, &RSA_PKCS1_SHA512)
}

fn with(member: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[member] = value;
    claims
}

fn without(member: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(member).unwrap();
    claims
}

async fn with_certificate(watch: &Watch) -> (Server, ExtensionApp) {
    let body = json!({ "certificate": certificate() }).to_string();
    let server = Server::answering(&[(200, &body)]).await;
    let app = backend(&server, watch);
    (server, app)
}

#[tokio::test]
async fn a_user_is_who_the_pod_has_signed() {
    let (server, app) = with_certificate(&Watch::new()).await;
    let user = app.user(&signed(&claims())).await.unwrap();
    assert_eq!(user.id, 7_078_106_126_503.into());
    assert_eq!(user.display_name.as_deref(), Some("Alice Liddell"));
    assert_eq!(user.company_id.as_deref(), Some("190"));
    assert_eq!((user.title, user.location), (None, None));
    // As documented: ids as texts, milliseconds, several audiences, no dates before.
    for same in [
        with("exp", json!((NOW + 300) * 1000)),
        with("exp", json!(NOW as f64 + 0.5)),
        with("aud", json!(["another", APP])),
        with("nbf", json!(NOW)),
        with("sub", json!("7078106126503")),
        with("user", json!({ "id": "7078106126503", "companyId": 190, "title": null, "location": {} })),
    ] {
        assert_eq!(app.user(&signed(&same)).await.unwrap().id, user.id, "{same}");
    }
    // Nobody has to be logged in for the certificate, which is fetched once.
    assert_eq!(server.lines(), [CERTIFICATE]);
    assert!(!server.asked()[0].head.contains("sessiontoken"));
}

#[tokio::test]
async fn a_token_that_is_forged_foreign_or_late_is_told_as_what_it_is() {
    use JwtProblem::*;
    let (_server, app) = with_certificate(&Watch::new()).await;
    let rs512 = json!({ "alg": "RS512", "typ": "JWT" });
    let good = signed(&claims());
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    // Made with the public key as a shared secret, which is not secret.
    let hmac_key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA512, certificate().as_bytes());
    let message = format!("{}.{body}", part(json!({ "alg": "HS512", "typ": "JWT" })));
    let confused =
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&hmac_key, message.as_bytes())));
    let other_key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA512, rcgen::RsaKeySize::_2048).unwrap();
    let other_key = pem("PRIVATE KEY", &other_key.serialize_der());
    let twice =
        claims().to_string().replace(r#""aud":"onboarding-app""#, r#""aud":"onboarding-app","aud":"other""#);
    for (token, problem) in [
        (String::new(), Malformed),
        ("a.b".to_owned(), Malformed),
        (format!("{good}.a"), Malformed),
        (format!("{head}.{body}."), Signature),
        (format!("{head}.{body}.???"), Malformed),
        (format!("{head}=.{body}.{signature}"), Malformed),
        (jwt(&rs512, "[]", PKCS8, &RSA_PKCS1_SHA512), Malformed),
        (jwt(&rs512, &twice, PKCS8, &RSA_PKCS1_SHA512), Malformed),
        (jwt(&json!({}), &claims().to_string(), PKCS8, &RSA_PKCS1_SHA512), Malformed),
        (format!("{}.{body}.", part(json!({ "alg": "none" }))), Algorithm),
        (format!("{}.{body}.{signature}", part(json!({ "alg": "None" }))), Algorithm),
        (jwt(&json!({ "alg": "RS256" }), &claims().to_string(), PKCS8, &RSA_PKCS1_SHA256), Algorithm),
        (
            jwt(
                &json!({ "alg": "RS512", "crit": ["b64"], "b64": false }),
                &claims().to_string(),
                PKCS8,
                &RSA_PKCS1_SHA512,
            ),
            Algorithm,
        ),
        (confused, Algorithm),
        (jwt(&rs512, &claims().to_string(), PKCS8, &RSA_PKCS1_SHA256), Signature),
        (jwt(&rs512, &claims().to_string(), &other_key, &RSA_PKCS1_SHA512), Signature),
        (format!("{head}.{}.{signature}", part(with("sub", json!(1)))), Signature),
        (format!("{}.{body}.{signature}", part(json!({ "alg": "RS512" }))), Signature),
        (signed(&with("exp", json!(NOW))), Expired),
        (signed(&with("exp", json!(NOW * 1000))), Expired),
        (signed(&with("exp", json!(-1))), Expired),
        (signed(&with("exp", json!(1e300))), Expired),
        (signed(&with("exp", Value::Null)), Expired),
        (signed(&without("exp")), Expired),
        (signed(&with("nbf", json!(NOW + 1))), Expired),
        (signed(&with("iss", json!("Symphony Communication Services LLC"))), Issuer),
        (signed(&with("iss", json!("me"))), Issuer),
        (signed(&without("iss")), Issuer),
        (signed(&with("aud", json!("another-app"))), Audience),
        (signed(&with("aud", json!([]))), Audience),
        (signed(&with("aud", json!(["another-app"]))), Audience),
        (signed(&without("aud")), Audience),
        (signed(&without("user")), NoUser),
        (signed(&with("user", json!({ "id": "alice" }))), NoUser),
        (signed(&with("user", json!({ "username": "alice" }))), NoUser),
    ] {
        match app.user(&token).await {
            Err(error @ ExtensionAppError::Jwt(told)) => {
                assert_eq!(told, problem, "{token}");
                assert!(
                    error.is_refusal() && error.to_string().starts_with("the signed token of the user"),
                    "{error}"
                );
            }
            other => panic!("{token}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_new_certificate_of_the_pod_is_noticed_and_forgeries_do_not_make_it_busy() {
    let old = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA512, rcgen::RsaKeySize::_2048).unwrap();
    let body = |certificate: &str| json!({ "certificate": certificate }).to_string();
    // Without the lines of PEM, as some pods may have it.
    let bare: String = certificate().lines().filter(|line| !line.starts_with('-')).collect();
    assert!(STANDARD.decode(&bare).is_ok());
    let (first, second) = (body(&certificate_of(&old)), body(&bare));
    let server = Server::answering(&[(200, &first), (200, &second)]).await;
    let watch = Watch::new();
    let app = backend(&server, &watch);
    let token = signed(&claims());
    for _ in 0..5 {
        assert!(matches!(app.user(&token).await, Err(ExtensionAppError::Jwt(JwtProblem::Signature))));
    }
    assert_eq!(server.lines(), [CERTIFICATE]);
    watch.pass(ExtensionApp::CERTIFICATE_REST.as_secs());
    app.user(&token).await.unwrap();
    assert_eq!(server.lines(), [CERTIFICATE; 2]);
}

#[tokio::test]
async fn a_pod_whose_key_is_not_rsa_signs_for_nobody() {
    let body = json!({ "certificate": certificate_of(&KeyPair::generate().unwrap()) }).to_string();
    let server = Server::answering(&[(200, &body)]).await;
    let app = backend(&server, &Watch::new());
    let error = app.user(&signed(&claims())).await.unwrap_err();
    assert!(matches!(error, ExtensionAppError::Jwt(JwtProblem::Signature)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// A token in which anything is changed is nobody's.
    #[test]
    fn no_change_of_a_token_is_accepted(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[A-Za-z0-9._-]"), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_server, app) = with_certificate(&Watch::new()).await;
            let good = signed(&claims());
            let mut changed = good.clone();
            for (at, with) in &changes {
                let at = at.index(changed.len());
                changed.replace_range(at..=at, with);
            }
            let outcome = app.user(&changed).await;
            // The last character of a part has bits that stand for nothing, which must be zero.
            prop_assert_eq!(outcome.is_ok(), changed == good);
            Ok(())
        })?;
    }
}
