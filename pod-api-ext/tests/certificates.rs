//! Logins with a client certificate, against servers that ask for one.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use pod_api_ext::config::Config;
use pod_api_ext::pod::Endpoint;
use pod_api_ext::session::{CertificateProblem, ClientCertificate, LoginProblem};
use pod_api_ext::{Pod, reqwest};
use rcgen::KeyPair;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::login::{PKCS8, list};
use crate::troubles::server::{Authority, Certificate, Server, Serves, answer, pem};

const LOGIN: &str = "POST /sessionauth/v1/authenticate HTTP/1.1";
const KEY_MANAGER_LOGIN: &str = "POST /keyauth/v1/authenticate HTTP/1.1";
const LIST: &str = "GET /pod/v1/connection/list HTTP/1.1";

/// A server that asks each who connects for a certificate of this authority, and answers like a pod: logins with the token
/// `cert-token`, and the rest with what `rest` says.
async fn asking(authority: &Authority, rest: (&'static str, &'static str)) -> Server {
    serving(authority, true, rest).await
}

async fn serving(authority: &Authority, asks: bool, rest: (&'static str, &'static str)) -> Server {
    let tls = authority.speaking(Certificate::default(), &[&TLS12, &TLS13], asks);
    let answers = move |head: &str| {
        if head.contains("authenticate") {
            answer("200 OK", "", r#"{"name":"sessionToken","token":"cert-token"}"#)
        } else {
            answer(rest.0, "", rest.1)
        }
    };
    Server::start(Serves::TlsAnswering(Arc::new(tls), Arc::new(answers))).await
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}", server.address.port())
}

/// What each request begins with.
async fn lines(server: &Server) -> Vec<String> {
    server.heads().await.iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
}

fn trusting(authority: &Authority) -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([authority.certificate()])
}

/// The certificate and the key of a bot, one after the other.
fn bot(authority: &Authority) -> String {
    let key = KeyPair::generate().unwrap();
    authority.client("onboarding-bot", &key, Certificate::default())
        + &pem("PRIVATE KEY", &key.serialize_der())
}

fn certificate(pem: &str) -> ClientCertificate {
    ClientCertificate::from_pem(pem).unwrap()
}

#[tokio::test]
async fn a_bot_logs_in_by_its_connection_alone_at_the_part_that_asks_for_a_certificate() {
    let authority = Authority::new("firm");
    let (pod_server, session, keys) = (
        serving(&authority, false, ("200 OK", "[]")).await,
        asking(&authority, ("200 OK", "")).await,
        asking(&authority, ("200 OK", "")).await,
    );
    // Of the certificate the pod itself learns nothing.
    let own = |server: &Server| Endpoint::new(url(server)).http(trusting(&authority));
    let pod = Pod::builder(url(&pod_server))
        .http(trusting(&authority))
        .session_endpoint(own(&session))
        .key_manager_endpoint(own(&keys))
        .certificate(certificate(&bot(&authority)))
        .build()
        .unwrap();
    list(&pod).await.unwrap();
    assert_eq!(pod.agent_tokens().await.unwrap().key_manager.expose(), "cert-token");
    pod.log_out().await.unwrap();
    assert_eq!(lines(&pod_server).await, [LIST]);
    assert!(pod_server.heads().await[0].contains("sessiontoken: cert-token"));
    assert_eq!(lines(&session).await, [LOGIN, "POST /sessionauth/v1/logout HTTP/1.1"]);
    assert_eq!(lines(&keys).await, [KEY_MANAGER_LOGIN]);
    // No body, and no type of one.
    for head in [&session.heads().await[0], &keys.heads().await[0]] {
        assert!(head.contains("content-length: 0") && !head.contains("content-type"), "{head}");
        assert!(!head.contains("sessiontoken"), "{head}");
    }
}

#[tokio::test]
async fn one_address_and_one_http_configuration_may_serve_all_parts() {
    let authority = Authority::new("firm");
    let server = asking(&authority, ("200 OK", "[]")).await;
    let pod =
        Pod::builder(url(&server)).http(trusting(&authority)).certificate(certificate(&bot(&authority)));
    list(&pod.build().unwrap()).await.unwrap();
    assert_eq!(lines(&server).await, [LOGIN, LIST]);
}

#[tokio::test]
async fn a_session_by_certificate_is_renewed_once_for_all_who_notice() {
    let authority = Authority::new("firm");
    let tls = Arc::new(authority.speaking(Certificate::default(), &[&TLS13], true));
    let logins = AtomicUsize::new(0);
    // The first session has expired as soon as it is there.
    let answers = move |head: &str| {
        if head.starts_with(LOGIN) {
            let token = format!("t{}", logins.fetch_add(1, Ordering::SeqCst));
            answer("200 OK", "", &format!(r#"{{"name":"sessionToken","token":"{token}"}}"#))
        } else if head.contains("sessiontoken: t0") {
            answer("401 Unauthorized", "", r#"{"code":401,"message":"Invalid session"}"#)
        } else {
            answer("200 OK", "", "[]")
        }
    };
    let server = Server::start(Serves::TlsAnswering(tls, Arc::new(answers))).await;
    let pod =
        Pod::builder(url(&server)).http(trusting(&authority)).certificate(certificate(&bot(&authority)));
    let pod = pod.build().unwrap();
    for outcome in join_all((0..20).map(|_| list(&pod))).await {
        outcome.unwrap();
    }
    assert_eq!(lines(&server).await.iter().filter(|line| *line == LOGIN).count(), 2);
}

#[tokio::test]
async fn a_certificate_that_the_server_refuses_is_final_and_told_as_what_it_is() {
    let (firm, other) = (Authority::new("firm"), Authority::new("other"));
    let key = KeyPair::generate().unwrap();
    let key_pem = pem("PRIVATE KEY", &key.serialize_der());
    let expired = Certificate { is_expired: true, ..Certificate::default() };
    for refused in [
        other.client("onboarding-bot", &key, Certificate::default()) + &key_pem,
        firm.client("onboarding-bot", &key, expired) + &key_pem,
    ] {
        for version in [&TLS12, &TLS13] {
            let tls = firm.speaking(Certificate::default(), &[version], true);
            let server = Server::start(Serves::Tls(Arc::new(tls))).await;
            let pod = Pod::builder(url(&server)).http(trusting(&firm)).certificate(certificate(&refused));
            let pod = pod.build().unwrap();
            for _ in 0..2 {
                let error = list(&pod).await.unwrap_err();
                assert_eq!(error.login_problem(), Some(LoginProblem::ClientCertificate), "{error}");
                assert!(!error.is_retryable() && error.to_string().contains("certificate"), "{error}");
            }
            // Tried once: the second call came within the cool-down.
            assert_eq!(server.connections(), 1);
            assert!(server.heads().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_user_whom_the_pod_does_not_let_in_is_told_what_to_check() {
    let authority = Authority::new("firm");
    for (status, body, problem, words) in [
        ("403 Forbidden", r#"{"code":403,"message":"Not allowed"}"#, LoginProblem::Key, "common name"),
        ("400 Bad Request", r#"{"code":400,"message":"No certificate"}"#, LoginProblem::Key, "common name"),
        ("401 Unauthorized", r#"{"code":401,"message":"No"}"#, LoginProblem::Key, "common name"),
        ("401 Unauthorized", "<html>", LoginProblem::Other, "gateway"),
        ("404 Not Found", "<html>", LoginProblem::Other, "check the address"),
        ("500 Internal Server Error", "{}", LoginProblem::Network, "a problem"),
    ] {
        let tls = authority.speaking(Certificate::default(), &[&TLS13], true);
        let answers = move |_: &str| answer(status, "", body);
        let server = Server::start(Serves::TlsAnswering(Arc::new(tls), Arc::new(answers))).await;
        let pod = Pod::builder(url(&server))
            .http(trusting(&authority))
            .certificate(certificate(&bot(&authority)))
            .retry(pod_api_ext::retry::Never);
        let error = list(&pod.build().unwrap()).await.unwrap_err();
        assert_eq!(error.login_problem(), Some(problem), "{status}: {error}");
        assert!(error.to_string().contains(words), "{status}: {error}");
    }
}

#[test]
fn certificate_and_key_may_stand_in_any_order_and_form_of_pem() {
    let authority = Authority::new("firm");
    let ec = KeyPair::generate().unwrap();
    let ec_certificate = authority.client("bot", &ec, Certificate::default());
    let ec_key = pem("PRIVATE KEY", &ec.serialize_der());
    let PrivateKeyDer::Pkcs8(pkcs8) = PrivateKeyDer::from_pem_slice(PKCS8.as_bytes()).unwrap() else {
        panic!()
    };
    let rsa = KeyPair::try_from(&pkcs8).unwrap();
    let rsa_certificate = authority.client("bot", &rsa, Certificate::default());
    let pkcs1 = include_str!("keys/bot-pkcs1.pem");
    let public = include_str!("keys/bot-public.pem");
    for whole in [
        format!("{ec_certificate}{ec_key}"),
        format!("{ec_key}{ec_certificate}"),
        format!("{rsa_certificate}{PKCS8}"),
        format!("{rsa_certificate}{pkcs1}"),
        format!("{rsa_certificate}{}{PKCS8}", authority.pem()),
        format!(
            "\u{feff}Bag Attributes\n    friendlyName: bot\n{rsa_certificate}Key Attributes: <No Attributes>\n{PKCS8}"
        ),
        format!("{rsa_certificate}{public}{PKCS8}"),
        format!("{rsa_certificate}{PKCS8}").replace('\n', "\\n"),
        format!("{rsa_certificate}{PKCS8}").replace('\n', "\r\n"),
        // As environments and YAML have them.
        format!("\"{}\"", format!("{rsa_certificate}{PKCS8}").replace('\n', "\\n")),
        format!("{rsa_certificate}{PKCS8}").replace('\n', " "),
        format!("{rsa_certificate}{PKCS8}").replace('\n', "\n      "),
        STANDARD.encode(format!("{rsa_certificate}{PKCS8}")),
        // The key itself says what it is.
        format!("{rsa_certificate}{}", pkcs1.replace("RSA PRIVATE", "PRIVATE")),
        format!("{rsa_certificate}{}", PKCS8.replace("PRIVATE", "RSA PRIVATE")),
    ] {
        let certificate =
            ClientCertificate::from_pem(&whole).unwrap_or_else(|error| panic!("{error}\n{whole}"));
        assert_eq!(format!("{certificate:?}"), "ClientCertificate(…)");
    }
}

#[test]
fn a_certificate_that_is_none_is_told_with_what_to_do() {
    use CertificateProblem::*;
    let authority = Authority::new("firm");
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let bot = authority.client("bot", &key, Certificate::default());
    let pem_of = |key: &KeyPair| pem("PRIVATE KEY", &key.serialize_der());
    let encrypted = include_str!("keys/encrypted.pem");
    let cut_off = |pem: &str| pem.split("-----END").next().unwrap().to_owned();
    for (given, problem, words) in [
        (Vec::new(), NoCertificate, "no certificate"),
        (b"not PEM".to_vec(), NoCertificate, "no certificate"),
        (vec![0xFF; 8], NotPem, "not PEM"),
        (bot.clone().into_bytes(), NoKey, "append it"),
        (pem_of(&key).into_bytes(), NoCertificate, "append it"),
        (format!("{bot}{encrypted}").into_bytes(), Encrypted, "openssl pkey"),
        (format!("{bot}{}", pem_of(&other)).into_bytes(), Mismatch, "not that of its first certificate"),
        (format!("{}{bot}{}", authority.pem(), pem_of(&key)).into_bytes(), Mismatch, "first certificate"),
        (format!("{}{}", pem("CERTIFICATE", b"damaged"), pem_of(&key)).into_bytes(), Mismatch, "damaged"),
        (format!("{}{}", cut_off(&bot), pem_of(&key)).into_bytes(), NotPem, "END CERTIFICATE"),
        (format!("{}{bot}", cut_off(&pem_of(&key))).into_bytes(), Mismatch, "damaged"),
    ] {
        let error = ClientCertificate::from_pem(&given).unwrap_err();
        assert_eq!(error.problem(), problem, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    for (first, words) in [
        (&[0x30, 0x82, 0x0A, 0x10, 2, 1, 3, 0x30][..], "openssl pkcs12"),
        (STANDARD.encode([0x30, 0x82, 0x0A, 0x10, 2, 1, 3, 0x30]).as_bytes(), "openssl pkcs12"),
        (&[0x30, 0x80, 2, 1, 3, 0x30][..], "openssl pkcs12"),
        (&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2][..], "keytool"),
    ] {
        let error = ClientCertificate::from_pem(first).unwrap_err();
        assert!(matches!(error.problem(), KeyStore(_)) && error.to_string().contains(words), "{error}");
    }
    let error = ClientCertificate::from_pem_file("no/such/bot.pem").unwrap_err();
    assert!(error.to_string().contains("no/such/bot.pem") && error.source().is_some());
}

#[tokio::test]
async fn a_configuration_has_certificate_trust_and_the_address_for_it() {
    let authority = Authority::new("firm");
    let (pod_server, session) =
        (serving(&authority, false, ("200 OK", "[]")).await, asking(&authority, ("200 OK", "")).await);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (trust, bot) = (file("trust.pem", &authority.pem()), file("bot.pem", &bot(&authority)));
    let text = format!(
        "host: localhost\nport: {}\nsessionAuth:\n  port: {}\n  proxy:\nssl:\n  trustStore:\n    path: {trust}\n    password: changeit\n\
         bot:\n  certificate:\n    path: {bot}\n    password: changeit\n",
        pod_server.address.port(),
        session.address.port(),
    );
    let config = Config::from_text(&text).unwrap();
    assert!(config.unknown_keys().is_empty());
    list(&config.pod().unwrap().build().unwrap()).await.unwrap();
    assert_eq!(lines(&session).await, [LOGIN]);
    assert_eq!(lines(&pod_server).await, [LIST]);

    // In any form that environments and files have.
    let pem = authority.pem();
    for shape in [pem.replace('\n', "\\n"), pem.replace('\n', " "), format!("\u{feff}{pem}")] {
        let text = text.replace(&format!("path: {trust}"), "content: ${AUTHORITY}");
        let config = Config::from_text(&text).unwrap();
        let config = config.with_variables(move |name| (name == "AUTHORITY").then(|| shape.clone()));
        list(&config.pod().unwrap().build().unwrap()).await.unwrap();
    }

    // Without it nobody is trusted but whom the machine trusts.
    let untrusting = text.replace("trustStore:", "otherStore:");
    let error =
        list(&Config::from_text(&untrusting).unwrap().pod().unwrap().build().unwrap()).await.unwrap_err();
    assert_eq!(error.login_problem(), Some(LoginProblem::Certificate), "{error}");
}
