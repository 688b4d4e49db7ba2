//! What a login sends, byte by byte, and what it makes of the answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use pod_api_ext::clock::{BoxFuture, Clock};
use pod_api_ext::session::{
    KeyProblem, LoginError, LoginProblem, RsaApp, RsaKey, RsaSession, Session, Signer,
};
use pod_api_ext::{ErrorKind, Pod};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::stopped_clock::Stopped;

const PKCS1: &str = include_str!("keys/bot-pkcs1.pem");
pub(crate) const PKCS8: &str = include_str!("keys/bot-pkcs8.pem");
const PUBLIC: &str = include_str!("keys/bot-public.pem");

/// One request, split where the head ends.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Answers requests in turn with these bodies and statuses, one connection each, and notes what was asked.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn answering(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (noted, answers) =
            (Arc::clone(&asked), answers.iter().map(|(s, b)| (*s, (*b).to_owned())).collect::<Vec<_>>());
        tokio::spawn(async move {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                noted.lock().unwrap().push(request);
                let answer = format!(
                    "HTTP/1.1 {status} Whatever\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn read(stream: &mut tokio::net::TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let line = text.lines().next().unwrap().to_owned();
                return Asked { line, head, body: body.to_owned() };
            }
        }
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0);
        bytes.extend_from_slice(&buffer[..read]);
    }
}

/// It is always the same second.
#[derive(Clone, Copy, Debug)]
struct Frozen;

const NOW: u64 = 1_800_000_000;

impl Clock for Frozen {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

pub(crate) const TOKEN: &str = r#"{"name":"sessionToken","token":"literal-token"}"#;
pub(crate) const LIST: &str = "GET /pod/v1/connection/list HTTP/1.1";

fn pod(server: &Server, session: impl Session + 'static) -> Pod {
    Pod::builder(&server.url).session(session).clock(Frozen).build().unwrap()
}

pub(crate) async fn list(pod: &Pod) -> Result<(), pod_api_ext::Error> {
    pod.connections().list(pod_api_ext::connections::ListFilter::default()).await.map(drop)
}

/// Checks the signature of a login and returns header and claims.
fn verified(body: &str) -> (Value, Value) {
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    let jwt = body["token"].as_str().unwrap();
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let key = SubjectPublicKeyInfoDer::from_pem_slice(PUBLIC.as_bytes()).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, &key)
        .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (json(header), json(claims))
}

#[tokio::test]
async fn a_bot_logs_in_with_a_signed_token_that_is_good_for_four_minutes() {
    for pem in [PKCS1, PKCS8, &PKCS8.replace('\n', "\\n")] {
        let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
        let session = RsaSession::new("onboarding-bot", RsaKey::from_pem(pem).unwrap());
        list(&pod(&server, session)).await.unwrap();

        let asked = server.asked();
        assert_eq!(asked[0].line, "POST /login/pubkey/authenticate HTTP/1.1");
        assert!(asked[0].head.contains("content-type: application/json"));
        let (header, claims) = verified(&asked[0].body);
        assert_eq!(header, serde_json::json!({"alg": "RS512", "typ": "JWT"}));
        assert_eq!(claims, serde_json::json!({"sub": "onboarding-bot", "exp": NOW + 240}));
        assert_eq!(asked[1].line, LIST);
        assert!(asked[1].head.contains("sessiontoken: literal-token"));
    }
}

#[tokio::test]
async fn a_login_is_never_good_for_more_than_five_minutes() {
    let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
    let session = RsaSession::new("bot", RsaKey::from_pem(PKCS8).unwrap());
    list(&pod(&server, session.with_lifetime(Duration::from_secs(900)))).await.unwrap();
    assert_eq!(verified(&server.asked()[0].body).1["exp"], NOW + 300);
}

#[tokio::test]
async fn an_expired_session_is_renewed_and_the_call_replayed() {
    let second = r#"{"name":"sessionToken","token":"second-token"}"#;
    let expired = r#"{"code":401,"message":"Invalid session"}"#;
    let server = Server::answering(&[(200, TOKEN), (401, expired), (200, second), (200, "[]")]).await;
    list(&pod(&server, RsaSession::new("bot", RsaKey::from_pem(PKCS8).unwrap()))).await.unwrap();
    let login = "POST /login/pubkey/authenticate HTTP/1.1";
    assert_eq!(server.lines(), [login, LIST, login, LIST]);
    assert!(server.asked()[3].head.contains("sessiontoken: second-token"));
}

#[tokio::test]
async fn a_refused_login_says_why_and_prints_no_secret() {
    let server = Server::answering(&[(401, r#"{"code":401,"message":"Unknown key"}"#)]).await;
    let pod = pod(&server, RsaSession::new("bot", RsaKey::from_pem(PKCS8).unwrap()));
    let error = list(&pod).await.unwrap_err();
    assert_eq!((error.kind(), error.login_problem()), (ErrorKind::Login, Some(LoginProblem::Key)));
    assert!(error.to_string().contains("Unknown key"), "{error}");
    let body: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
    let printed = format!("{error} {error:?} {pod:?}");
    assert!(!printed.contains(body["token"].as_str().unwrap()), "{printed}");
    assert!(!printed.contains("PRIVATE KEY"), "{printed}");
}

#[tokio::test]
async fn an_application_acts_on_behalf_of_a_user_by_id_and_by_name() {
    let user = r#"{"name":"sessionToken","token":"users-token"}"#;
    let app = RsaApp::new("app", RsaKey::from_pem(PKCS8).unwrap()).unwrap();
    let server = Server::answering(&[(200, TOKEN), (200, user), (200, "[]"), (200, user), (200, "[]")]).await;
    list(&pod(&server, app.on_behalf_of(7_078_106_126_503))).await.unwrap();
    // The session of the application is known by now; the one of the other user is not.
    list(&pod(&server, app.on_behalf_of_username("alice@acme.com"))).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /login/pubkey/app/authenticate HTTP/1.1",
            "POST /login/pubkey/app/user/7078106126503/authenticate HTTP/1.1",
            LIST,
            "POST /login/pubkey/app/username/alice%40acme%2Ecom/authenticate HTTP/1.1",
            LIST,
        ]
    );
    let asked = server.asked();
    assert_eq!(verified(&asked[0].body).1["sub"], "app");
    for (login, call) in [(1, 2), (3, 4)] {
        assert!(asked[login].head.contains("sessiontoken: literal-token"));
        assert!(
            asked[login].head.contains("content-length: 0") && !asked[login].head.contains("content-type")
        );
        assert!(asked[call].head.contains("sessiontoken: users-token"));
    }
    assert!(RsaApp::new("a:b", RsaKey::from_pem(PKCS8).unwrap()).is_err());
}

#[tokio::test]
async fn an_expired_session_of_the_application_is_renewed_once() {
    let refused = (401, r#"{"code":401,"message":"Invalid session"}"#);
    let server = Server::answering(&[
        (200, TOKEN),
        refused,
        refused,
        (200, TOKEN),
        (200, TOKEN),
        (200, "[]"),
        refused,
    ])
    .await;
    let clock = Stopped::new();
    let app = RsaApp::new("app", RsaKey::from_pem(PKCS8).unwrap()).unwrap();
    let sixth = Pod::builder(&server.url).session(app.on_behalf_of(6)).clock(clock.clone()).build().unwrap();
    // One that was just made is not the reason.
    let error = list(&sixth).await.unwrap_err();
    assert_eq!(error.login_problem(), Some(LoginProblem::User));
    clock.pass(Duration::from_secs(61));
    list(&sixth.with_session(app.on_behalf_of(7))).await.unwrap();
    list(&sixth.with_session(app.on_behalf_of(8))).await.unwrap_err();
    let application = "POST /login/pubkey/app/authenticate HTTP/1.1".to_owned();
    let user = |id| format!("POST /login/pubkey/app/user/{id}/authenticate HTTP/1.1");
    assert_eq!(
        server.lines(),
        [application.clone(), user(6), user(7), application, user(7), LIST.to_owned(), user(8)]
    );
}

#[tokio::test]
async fn headers_for_a_gateway_go_along_with_every_request() {
    let mut headers = HeaderMap::new();
    headers.insert("x-gateway-token", "literal-gateway-token".parse().unwrap());
    headers.append("x-gateway-token", "literal-second-token".parse().unwrap());
    let server = Server::answering(&[(200, TOKEN), (200, "[]"), (200, "{}")]).await;
    let session = RsaSession::new("bot", RsaKey::from_pem(PKCS8).unwrap());
    let builder = Pod::builder(&server.url).session(session).clock(Frozen);
    let pod = builder.gateway_headers(headers).build().unwrap();
    list(&pod).await.unwrap();
    pod.log_out().await.unwrap();
    let asked = server.asked();
    assert_eq!(asked[2].line, "POST /sessionauth/v1/logout HTTP/1.1");
    assert!(asked[2].head.contains("sessiontoken: literal-token"));
    for request in asked {
        for value in ["literal-gateway-token", "literal-second-token"] {
            assert!(request.head.contains(&format!("x-gateway-token: {value}")), "{}", request.line);
        }
    }
    assert!(!format!("{pod:?}").contains("literal"));
}

/// As OpenSSL before 3.0 writes a key with a passphrase.
const PKCS1_ENCRYPTED: &str = "-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,0123456789ABCDEF0123456789ABCDEF

AAAA
-----END RSA PRIVATE KEY-----
";

#[test]
fn keys_that_are_none_are_refused_without_being_quoted() {
    for (pem, problem) in [
        (include_str!("keys/encrypted.pem"), KeyProblem::Encrypted),
        (PKCS1_ENCRYPTED, KeyProblem::Encrypted),
        ("", KeyProblem::Empty),
        (" \n", KeyProblem::Empty),
        (PKCS8.split_once("-----END").unwrap().0, KeyProblem::CutOff),
        (&PKCS8.replace("MII", "M-I"), KeyProblem::Damaged),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", KeyProblem::Damaged),
        ("/etc/symphony/bot.pem", KeyProblem::Path),
        ("bot.key", KeyProblem::Path),
        ("changeme", KeyProblem::NotPem),
        ("{\"kty\":\"RSA\"}", KeyProblem::NotPem),
        ("PuTTY-User-Key-File-3: ssh-rsa\n", KeyProblem::OpenSsh),
        ("ssh-rsa AAAAB3NzaC1yc2E= bot", KeyProblem::Public),
        (PUBLIC, KeyProblem::Public),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", KeyProblem::Public),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            KeyProblem::OpenSsh,
        ),
        (include_str!("keys/short.pem"), KeyProblem::TooShort),
        (include_str!("keys/ec.pem"), KeyProblem::NotRsa),
        (&PKCS8.replace("MII", "AAA"), KeyProblem::NotRsa),
    ] {
        let error = RsaKey::from_pem(pem).unwrap_err();
        assert_eq!(error.problem(), problem, "{error}");
        assert!(error.to_string().lines().count() == 1);
    }
    for (bytes, problem) in [
        (&b"\xff\xfe-\0-\0"[..], KeyProblem::Utf16),
        (b"\x30\x82\x09\x01\x02\x01\x03\x30", KeyProblem::KeyStore),
        (b"\xfe\xed\xfe\xed\0\0\0\x02", KeyProblem::KeyStore),
        (b"\x30\x82\0\x01\0", KeyProblem::NotRsa),
        (b"\xff\xff", KeyProblem::NotPem),
    ] {
        assert_eq!(RsaKey::from_pem(bytes).unwrap_err().problem(), problem, "{bytes:?}");
    }
    let public = concat!(env!("CARGO_MANIFEST_DIR"), "/keys/bot-public.pem");
    let error = RsaKey::from_pem_file(public).unwrap_err();
    assert_eq!(error.problem(), KeyProblem::Public);
    assert!(error.to_string().contains("bot-public.pem"), "{error}");
    let error = RsaKey::from_pem_file("no/such/file.pem").unwrap_err();
    assert!(error.to_string().contains("no/such/file.pem"), "{error}");
    let error = RsaKey::from_env("POD_API_EXT_NO_SUCH_VARIABLE").unwrap_err();
    assert!(error.to_string().contains("POD_API_EXT_NO_SUCH_VARIABLE"), "{error}");
    assert_eq!(format!("{:?}", RsaKey::from_pem(PKCS1).unwrap()), "RsaKey(2048 bits)");
}

/// As files, environments, YAML and vaults have it, with either form under either label.
#[test]
fn a_key_loads_in_whatever_shape_it_comes() {
    let relabelled = |pem: &str, from, to| pem.replace(&format!("{from}-----"), &format!("{to}-----"));
    let forms = [
        ("PKCS#1", PKCS1.to_owned()),
        ("PKCS#8", PKCS8.to_owned()),
        ("PKCS#1 that says PKCS#8", relabelled(PKCS1, "RSA PRIVATE KEY", "PRIVATE KEY")),
        ("PKCS#8 that says PKCS#1", relabelled(PKCS8, " PRIVATE KEY", " RSA PRIVATE KEY")),
    ];
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (form, pem) in forms {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        for (shape, text) in [
            ("as it is", pem.clone()),
            ("CRLF", pem.replace('\n', "\r\n")),
            ("CR", pem.replace('\n', "\r")),
            ("\\n written out", pem.replace('\n', "\\n")),
            ("\\r\\n written out", pem.replace('\n', "\\r\\n")),
            ("\\\\n written out twice", pem.replace('\n', "\\\\n")),
            ("quoted", format!("\"{}\"", pem.trim())),
            ("quoted, written out", format!("'{}'", pem.replace('\n', "\\n"))),
            ("each line quoted", pem.lines().map(|line| format!("\"{line}\"\n")).collect()),
            ("indented", pem.lines().map(|line| format!("    {line}\n")).collect()),
            ("indented by tabs", pem.lines().map(|line| format!("\t{line}\n")).collect()),
            ("on one line with blanks", pem.replace('\n', " ")),
            ("on one line without", pem.replace('\n', "")),
            ("continued lines", pem.replace('\n', "\\\n")),
            ("empty lines between", pem.replace('\n', "\n\n")),
            ("blanks at the ends of lines", pem.replace('\n', "  \n")),
            ("with a mark", format!("\u{feff}{pem}")),
            ("after words", format!("Bag Attributes\n    friendlyName: bot\n{pem}")),
            ("before words", format!("{pem}\nend of file")),
            ("after its name", format!("BOT_KEY={pem}")),
            ("after a certificate", format!("{certificate}{pem}")),
            ("before a certificate", format!("{pem}{certificate}")),
            ("Base64 of the whole", STANDARD.encode(&pem)),
            ("no lines around it", body.clone()),
        ] {
            let key = RsaKey::from_pem(&text).unwrap_or_else(|error| panic!("{form}, {shape}: {error}"));
            assert_eq!(format!("{key:?}"), "RsaKey(2048 bits)", "{form}, {shape}");
        }
        RsaKey::from_pem(STANDARD.decode(body).unwrap())
            .unwrap_or_else(|error| panic!("{form}, DER: {error}"));
    }
}

/// A key in hardware, which answers late and counts.
#[derive(Debug)]
struct Hardware(RsaKey);

impl Signer for Hardware {
    fn sign<'a>(
        &'a self,
        message: &'a [u8],
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.sign(message).await
        })
    }
}

/// A service that signs, and cannot be reached the first time.
#[derive(Debug)]
struct FarAway {
    key: RsaKey,
    is_reached: AtomicBool,
    passes: bool,
}

impl Signer for FarAway {
    fn sign<'a>(
        &'a self,
        message: &'a [u8],
    ) -> BoxFuture<'a, Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(async move {
            match self.is_reached.swap(true, Ordering::Relaxed) {
                true => self.key.sign(message).await,
                false if self.passes => Err(LoginError::network("no answer from the key service").into()),
                false => Err("no such key".into()),
            }
        })
    }
}

#[tokio::test]
async fn a_signer_of_ones_own_says_whether_its_problem_passes() {
    for passes in [true, false] {
        let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
        let key = RsaKey::from_pem(PKCS8).unwrap();
        let session = RsaSession::new("bot", FarAway { key, is_reached: AtomicBool::new(false), passes });
        let pod = Pod::builder(&server.url).session(session).clock(Stopped::new()).build().unwrap();
        let outcome = list(&pod).await;
        if passes {
            outcome.unwrap();
        } else {
            assert_eq!(outcome.unwrap_err().login_problem(), Some(LoginProblem::Key));
        }
    }
}

#[tokio::test]
async fn only_the_pod_can_end_a_session() {
    for (answer, has_ended) in
        [("", true), (r#"{"format":"TEXT","message":"Logged out"}"#, true), ("<html>Sign in</html>", false)]
    {
        let server = Server::answering(&[(200, TOKEN), (200, "[]"), (200, answer)]).await;
        let pod = pod(&server, RsaSession::new("bot", RsaKey::from_pem(PKCS8).unwrap()));
        list(&pod).await.unwrap();
        let outcome = pod.log_out().await;
        assert_eq!(outcome.is_ok(), has_ended, "{answer}");
        if let Err(error) = outcome {
            let text = error.to_string();
            assert!(
                text.starts_with("logging out failed") && text.contains("not in the pod's words"),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_signer_of_ones_own_signs_each_login_anew() {
    let server = Server::answering(&[(200, TOKEN), (401, "{}"), (200, TOKEN), (200, "[]")]).await;
    let session = RsaSession::new("bot", Hardware(RsaKey::from_pem(PKCS8).unwrap()));
    list(&pod(&server, session)).await.unwrap();
    assert_eq!(server.lines().len(), 4);
    verified(&server.asked()[0].body);
    verified(&server.asked()[2].body);
}
