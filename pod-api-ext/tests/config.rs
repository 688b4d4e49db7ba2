//! The `config.yaml` of the official kits: what becomes of it on the wire, and what is said of a bad one.

use std::error::Error as _;
use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pod_api_ext::config::{Config, ConfigError, ConfigProblem};
use pod_api_ext::{ErrorKind, Pod, PodBuilder};
use proptest::prelude::*;

use crate::login::{LIST, PKCS8, Server, TOKEN, list};

const BOT_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/keys/bot-pkcs8.pem");
const BOT_LOGIN: &str = "POST /login/pubkey/authenticate HTTP/1.1";

fn port(server: &Server) -> &str {
    server.url.rsplit(':').next().unwrap()
}

/// A configuration whose bot has a key that is good.
fn with_bot(rest: &str) -> String {
    format!("{rest}\nbot:\n  username: onboarding-bot\n  privateKey:\n    path: {BOT_KEY}\n")
}

fn config(text: &str) -> Config {
    Config::from_text(text).unwrap()
}

fn pod(text: &str) -> Pod {
    config(text).pod().unwrap_or_else(|error| panic!("{error}\n{text}")).build().unwrap()
}

fn failure(text: &str) -> ConfigError {
    match Config::from_text(text) {
        Ok(config) => config.pod().unwrap_err(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_file_is_all_that_a_bot_needs_in_yaml_and_in_json_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, is_json) in [("config.yaml", false), ("config.json", true), ("config.yaml", true)] {
        let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
        let text = if is_json {
            format!(
                "{{\n\t\"scheme\": \"http\",\n\t\"host\": \"127.0.0.1\",\n\t\"port\": {},\n\t\"bot\": {{\"username\": \"bot\", \"privateKey\": {{\"path\": {BOT_KEY:?}}}}}\n}}",
                port(&server)
            )
        } else {
            with_bot(&format!("\u{feff}scheme: http\nhost: 127.0.0.1\nport: {}", port(&server)))
        };
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        list(&PodBuilder::from_config(&path).unwrap().build().unwrap()).await.unwrap();
        assert_eq!(server.lines(), [BOT_LOGIN, LIST], "{name}");
    }
}

#[tokio::test]
async fn a_key_may_be_a_path_or_content_by_the_new_names_or_the_old() {
    let indented = PKCS8.replace('\n', "\n        ");
    let escaped = PKCS8.replace('\n', "\\n");
    let base64 = STANDARD.encode(PKCS8);
    for key in [
        format!("privateKey:\n      path: {BOT_KEY}"),
        format!("privateKey:\n      content: |\n        {indented}"),
        format!("privateKey:\n      content: \"{escaped}\""),
        format!("privateKey:\n      content: '{escaped}'"),
        format!("privateKey:\n      content: {base64}"),
        format!("privateKeyPath: {BOT_KEY}"),
        format!("privateKeyContent: {base64}"),
        // What is there and says nothing does not count.
        format!("privateKeyPath: {BOT_KEY}\n    privateKey:\n      path: ''\n      content:"),
        format!("privateKeyPath: {BOT_KEY}\n    privateKey: ~\n    certificate:"),
    ] {
        let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
        let text = format!(
            "scheme: http\nhost: 127.0.0.1\nport: {}\nbot:\n    username: 007\n    {key}\n",
            port(&server)
        );
        list(&pod(&text)).await.unwrap();
        // The user name is as it was spelled.
        let body: serde_json::Value = serde_json::from_str(&server.asked()[0].body).unwrap();
        let claims = body["token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&claims).unwrap()["sub"], "007", "{key}");
    }
}

#[tokio::test]
async fn a_part_says_what_is_its_own_and_has_the_rest_from_the_top() {
    let km = r#"{"name":"keyManagerToken","token":"km"}"#;
    let (pod_server, keys) =
        (Server::answering(&[(200, TOKEN), (200, "[]")]).await, Server::answering(&[(200, km)]).await);
    let text = with_bot(&format!(
        "scheme: http\nhost: 127.0.0.1\nport: {}\ncontext: gateway/\ndefaultHeaders:\n  X-All: a\n  X-Other: b\n  Content-Type: text/plain\n\
         keyManager:\n  port: {}\n  context: /keys\n  defaultHeaders:\n    X-All: k\n\
         sessionAuth:\n  host: nobody.example\nagent:\n  host: [not, read]\n",
        port(&pod_server),
        port(&keys)
    ));
    let pod = pod(&text);
    list(&pod).await.unwrap();
    pod.agent_tokens().await.unwrap();
    assert_eq!(
        pod_server.lines(),
        ["POST /gateway/login/pubkey/authenticate HTTP/1.1", "GET /gateway/pod/v1/connection/list HTTP/1.1"]
    );
    assert_eq!(keys.lines(), ["POST /keys/relay/pubkey/authenticate HTTP/1.1"]);
    for asked in pod_server.asked() {
        assert!(
            asked.head.contains("x-all: a\r\n") && asked.head.contains("x-other: b\r\n"),
            "{}",
            asked.head
        );
    }
    let head = &keys.asked()[0].head;
    assert!(head.contains("x-all: k\r\n") && !head.contains("x-other"), "{head}");
}

#[tokio::test]
async fn without_an_address_at_the_top_the_others_are_where_the_pod_is() {
    let km = r#"{"name":"keyManagerToken","token":"km"}"#;
    let server = Server::answering(&[(200, TOKEN), (200, km)]).await;
    let text = with_bot(&format!("pod: {{scheme: http, host: 127.0.0.1, port: {}}}", port(&server)));
    pod(&text).agent_tokens().await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

/// An empty text counts as a missing one, so that a variable that is not set leaves the proxy out.
#[tokio::test]
async fn a_proxy_whose_members_are_all_empty_is_none() {
    let server = Server::answering(&[(200, TOKEN), (200, "[]")]).await;
    let proxy = "proxy:\n  host: ${PROXY_HOST:-}\n  port: ${PROXY_PORT:-}\n  username: ''\n";
    let text = with_bot(&format!("scheme: http\nhost: 127.0.0.1\nport: {}\n{proxy}", port(&server)));
    let config = config(&text).with_variables(|_| None);
    list(&config.pod().unwrap().build().unwrap()).await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn each_part_has_the_proxy_of_its_section() {
    let km = r#"{"name":"keyManagerToken","token":"km"}"#;
    let (cloud, firm) =
        (Server::answering(&[(200, TOKEN), (200, "[]")]).await, Server::answering(&[(200, km)]).await);
    let text = with_bot(&format!(
        "scheme: http\nhost: acme.symphony.example\nproxy:\n  host: 127.0.0.1\n  port: {}\n  username: me\n  password: ${{PROXY_PASSWORD}}\n\
         keyManager:\n  host: keys.firm.example\n  proxy:\n    host: 127.0.0.1\n    port: '{}'\n",
        port(&cloud),
        port(&firm)
    ));
    let config = config(&text).with_variables(|name| (name == "PROXY_PASSWORD").then(|| "p:w%".to_owned()));
    // The pod is not on this machine, and is not to be reached without encryption by accident.
    assert!(config.pod().unwrap().build().unwrap_err().to_string().contains("http"));
    let pod = config.pod().unwrap().allow_http().build().unwrap();
    list(&pod).await.unwrap();
    pod.agent_tokens().await.unwrap();
    assert_eq!(
        cloud.lines(),
        [
            "POST http://acme.symphony.example:443/login/pubkey/authenticate HTTP/1.1",
            "GET http://acme.symphony.example:443/pod/v1/connection/list HTTP/1.1"
        ]
    );
    let credentials = format!("proxy-authorization: basic {}", STANDARD.encode("me:p:w%").to_lowercase());
    assert!(cloud.asked().iter().all(|asked| asked.head.contains(&credentials)));
    assert_eq!(firm.lines(), ["POST http://keys.firm.example:443/relay/pubkey/authenticate HTTP/1.1"]);
    // It replaces the other as a whole.
    assert!(!firm.asked()[0].head.contains("proxy-authorization"));
    let printed = format!("{config:?} {pod:?} {:?}", config.pod().unwrap());
    assert!(!printed.contains("p:w%"), "{printed}");
}

#[tokio::test]
async fn retries_and_time_limits_are_those_of_the_configuration() {
    let busy = (503, "");
    let server = Server::answering(&[(200, TOKEN), busy, busy, busy, (200, "[]")]).await;
    let text = with_bot(&format!(
        "scheme: http\nhost: 127.0.0.1\nport: {}\nretry:\n  maxAttempts: 3\n  initialIntervalMillis: 1\n  multiplier: 1.5\n  maxIntervalMillis: 2\n",
        port(&server)
    ));
    assert_eq!(list(&pod(&text)).await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(server.lines(), [BOT_LOGIN, LIST, LIST, LIST]);

    // It takes calls and does not answer.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = with_bot(&format!(
        "scheme: http\nhost: 127.0.0.1\nport: {}\nreadTimeout: ${{READ:-50}}\nconnectionTimeout: 0\nretry: {{maxAttempts: 1}}\n",
        silent.local_addr().unwrap().port()
    ));
    let begun = std::time::Instant::now();
    list(&pod(&text)).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_is_known_and_has_no_meaning_is_passed_over_and_the_rest_is_named() {
    let text = with_bot(
        "_version: '2.0'\nhost: acme.symphony.com\nconnectionPoolMax: 5\nagent:\n  loadBalancing:\n    nodes: [{host: a}]\n\
         datafeed:\n  version: v2\n  retry: {maxAttempts: -1}\ndatahose: {tag: x}\ncommonJwt: {enabled: true}\n\
         extensions: {a: {b: 1}}\nmanifest: m\ndefaultHeaders: {X-Any: 1}\nprxoy:\n  host: a\npod:\n  hots: b\n",
    );
    let config = config(&text);
    config.pod().unwrap().build().unwrap();
    let line = |key: &str| text.lines().position(|line| line.trim_start().starts_with(key)).unwrap() + 1;
    assert_eq!(
        config.unknown_keys(),
        [format!("prxoy (line {})", line("prxoy")), format!("pod.hots (line {})", line("hots"))]
    );
}

#[test]
fn a_bad_configuration_is_told_with_its_key_and_its_line() {
    use ConfigProblem::*;
    let bot = &with_bot("");
    let ec = concat!(env!("CARGO_MANIFEST_DIR"), "/keys/ec.pem");
    let (jks, p12) =
        (STANDARD.encode([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]), STANDARD.encode([0x30, 0x82, 9, 9, 2, 1, 3]));
    for (text, problem, key, line, words) in [
        (
            "host: a\ndefaultHeaders:\n  Content-Length: 5\n",
            Value,
            "defaultHeaders.Content-Length",
            Some(3),
            "leave it out",
        ),
        (
            "host: a\ndefaultHeaders:\n  sessionToken: hunter2\n",
            Value,
            "defaultHeaders.sessionToken",
            Some(3),
            "leave it out",
        ),
        ("", Malformed, "", None, "empty"),
        ("# nothing\n", Malformed, "", None, "empty"),
        ("- host: a\n", Malformed, "", None, "no map"),
        ("acme.symphony.com", Malformed, "", None, "no map"),
        ("host: a\n  port: 443\n", Malformed, "", Some(2), "neither YAML nor JSON"),
        ("{\"host\": \"a\", ", Malformed, "", Some(1), "neither YAML nor JSON"),
        ("host: a\nhost: b\n", Malformed, "", Some(2), "host stands there twice"),
        ("host: a\n---\nhost: b\n", Malformed, "", None, "several"),
        (bot.as_str(), Missing, "host", None, "acme.symphony.com"),
        ("host: a\n", Missing, "bot", None, "user name"),
        ("host: a\nbot:\n", Missing, "bot", Some(2), "user name"),
        ("host: a\nbot: me\n", Type, "bot", Some(2), "a map is wanted"),
        ("host: a\nbot:\n  username: b\n", Missing, "bot.privateKey.path", Some(2), "private key"),
        (
            &format!("host: a\nbot:\n  privateKey:\n    path: {BOT_KEY}\n"),
            Missing,
            "bot.username",
            Some(2),
            "user name",
        ),
        (
            "host: a\nbot:\n  username: [b]\n  privateKeyPath: x",
            Credentials,
            "bot.privateKeyPath",
            Some(4),
            "x cannot be read",
        ),
        (
            &format!("host: a\nbot:\n  username: [b]\n  privateKeyPath: {BOT_KEY}"),
            Type,
            "bot.username",
            Some(3),
            "a text",
        ),
        (
            "host: a\nbot:\n  privateKey: {path: 'classpath:/bot.pem'}\n",
            Credentials,
            "bot.privateKey.path",
            Some(3),
            "Java",
        ),
        (
            "host: a\nbot:\n  privateKey: {path: ~/bot.pem}\n",
            Credentials,
            "bot.privateKey.path",
            Some(3),
            "${HOME}",
        ),
        (
            &format!("host: a\nbot:\n  username: b\n  privateKey:\n    path: {ec}\n"),
            Credentials,
            "bot.privateKey.path",
            Some(5),
            "ec.pem: this is no RSA private key",
        ),
        (
            "host: a\nbot:\n  username: b\n  privateKey:\n    content: hunter2\n",
            Credentials,
            "bot.privateKey.content",
            Some(5),
            "no private key in PEM",
        ),
        (
            &format!("host: a\nbot:\n  username: b\n  privateKey: {{path: {BOT_KEY}, content: x}}\n"),
            Contradiction,
            "bot.privateKey.content",
            Some(4),
            "bot.privateKey.path says the same already",
        ),
        (
            &format!("host: a\nbot:\n  privateKeyPath: {BOT_KEY}\n  certificatePath: {BOT_KEY}\n"),
            Contradiction,
            "bot.certificatePath",
            Some(4),
            "both a private key and a certificate",
        ),
        (
            &format!("host: a\nbot:\n  certificate: {{path: {BOT_KEY}}}\n"),
            Credentials,
            "bot.certificate.path",
            Some(3),
            "no certificate in it",
        ),
        (
            &format!("host: a\nbot:\n  certificate: {{content: {p12}, password: changeit}}\n"),
            Credentials,
            "bot.certificate.content",
            Some(3),
            "openssl pkcs12",
        ),
        (
            &with_bot(&format!("host: a\nssl:\n  trustStore:\n    content: {jks}\n")),
            Credentials,
            "ssl.trustStore.content",
            Some(4),
            "keytool",
        ),
        (
            &with_bot(&format!("host: a\nssl: {{trustStore: {{content: {p12}}}}}\n")),
            Credentials,
            "ssl.trustStore.content",
            Some(2),
            "PKCS#12",
        ),
        (
            &with_bot(&format!("host: a\nssl: {{trustStorePath: {BOT_KEY}}}\n")),
            Credentials,
            "ssl.trustStorePath",
            Some(2),
            "no certificate in PEM",
        ),
        ("host: acme.symphony.com/pod\n", Value, "host", Some(1), "path (context)"),
        ("host: https://acme.symphony.com\n", Value, "host", Some(1), "scheme"),
        ("host: acme.symphony.com:8443\n", Value, "host", Some(1), "port"),
        ("host: me:hunter2@acme\n", Value, "host", Some(1), "host alone"),
        ("host: a b\n", Value, "host", Some(1), "host alone"),
        ("host: a\nport: 8443x\n", Type, "port", Some(2), "a port"),
        ("host: a\nport: 0\n", Value, "port", Some(2), "a port"),
        ("host: a\nport: 65536\n", Type, "port", Some(2), "a port"),
        ("host: a\nport: {}\n", Type, "port", Some(2), "a text or a number"),
        ("host: a\nscheme: ftp\n", Value, "scheme", Some(2), "https"),
        ("host: a\ncontext: a?b\n", Value, "context", Some(2), "path"),
        ("host: a\nproxy:\n  host: b\n", Missing, "proxy.port", Some(2), "host and a port"),
        ("host: a\nproxy:\n  port: 1\n", Missing, "proxy.host", Some(2), "host and a port"),
        ("host: a\nproxy:\n  host: http://b\n  port: 1\n", Value, "proxy.host", Some(3), "host alone"),
        (
            "host: a\nproxy: {host: b, port: 1, password: hunter2}\n",
            Missing,
            "proxy.username",
            Some(2),
            "password",
        ),
        ("host: a\nproxy: b:3128\n", Type, "proxy", Some(2), "a map is wanted"),
        (
            "host: a\nkeyManager:\n  proxy: {host: b}\n",
            Missing,
            "keyManager.proxy.port",
            Some(3),
            "host and a port",
        ),
        ("pod: {host: a}\nkeyManager:\n  port: 1\n", Missing, "keyManager.host", Some(2), "host"),
        ("host: a\nreadTimeout: soon\n", Type, "readTimeout", Some(2), "milliseconds"),
        ("host: a\nreadTimeout: -1\n", Type, "readTimeout", Some(2), "milliseconds"),
        ("host: a\ndefaultHeaders:\n  X Y: z\n", Value, "defaultHeaders.X Y", Some(3), "name of a header"),
        (
            "host: a\ndefaultHeaders:\n  X: \"hunter2\\n\"\n",
            Value,
            "defaultHeaders.X",
            Some(3),
            "visible ASCII",
        ),
        ("host: a\nretry: {maxAttempts: 0}\n", Value, "retry.maxAttempts", Some(2), "from 1 up"),
        ("host: a\nretry: {multiplier: twice}\n", Type, "retry.multiplier", Some(2), "a number"),
        ("host: ${NOBODY_SETS_THIS}\n", Variable, "host", Some(1), "NOBODY_SETS_THIS"),
        (
            "host: a\nbot:\n  usernmae: b\n",
            Missing,
            "bot.privateKey.path",
            Some(2),
            "Nobody knows bot.usernmae (line 3)",
        ),
    ] {
        let error = failure(text);
        let told = error.to_string();
        assert_eq!((error.problem(), error.key()), (problem, key), "{text}\n{told}");
        if line.is_some() {
            assert_eq!(error.line(), line, "{text}\n{told}");
        }
        assert!(told.contains(words) && told.contains(key), "{text}\n{told}");
        assert!(!format!("{told} {error:?} {:?}", error.source()).contains("hunter2"), "{told}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = PodBuilder::from_config("no/such/config.yaml").unwrap_err();
    assert_eq!(error.problem(), ConfigProblem::Unreadable);
    assert!(error.to_string().starts_with("no/such/config.yaml: ") && error.source().is_some(), "{error}");
}

#[test]
fn an_application_is_there_if_it_has_an_id_and_a_key() {
    let app = |text: &str| config(text).app();
    let key = format!("app:\n  appId: onboarding\n  privateKey:\n    path: {BOT_KEY}\n");
    assert!(app("host: a\n").unwrap().is_none());
    assert_eq!(app(&key).unwrap().unwrap().id(), "onboarding");
    for (text, key) in [
        (format!("app:\n  privateKeyPath: {BOT_KEY}\n"), "app.appId"),
        ("app:\n  appId: onboarding\n".to_owned(), "app.privateKey.path"),
        (format!("app:\n  appId: a:b\n  privateKeyPath: {BOT_KEY}\n"), "app.appId"),
        (format!("app:\n  appId: a\n  privateKeyPath: {BOT_KEY}\n  certificatePath: x\n"), "app.certificate"),
        (
            "app:\n  appId: a\n  certificate:\n    path: app.p12\n    password: changeit\n".to_owned(),
            "app.certificate",
        ),
    ] {
        let error = app(&text).unwrap_err();
        assert_eq!(error.key(), key, "{error}");
        // So it is if there is nothing else to log in with.
        assert_eq!(failure(&format!("host: a\n{text}")).key(), key, "{text}");
    }
    // A bot has no need of the application.
    let certificate = "app:\n  appId: a\n  certificatePath: app.p12\n";
    config(&with_bot(&format!("host: a\n{certificate}"))).pod().unwrap().build().unwrap();
}

#[tokio::test]
async fn an_application_acts_for_users_with_a_bot_beside_it_or_without() {
    for bot in [false, true] {
        let server = Server::answering(&[(200, TOKEN), (200, TOKEN), (200, "[]")]).await;
        let rest = format!(
            "scheme: http\nhost: 127.0.0.1\nport: {}\napp: {{appId: onboarding, privateKeyPath: {BOT_KEY}}}",
            port(&server)
        );
        let pod = pod(&if bot { with_bot(&rest) } else { rest });
        list(&pod.on_behalf_of(7_078_106_126_503)).await.unwrap();
        assert_eq!(server.lines()[0], "POST /login/pubkey/app/authenticate HTTP/1.1");
    }
}

#[test]
fn a_bad_configuration_is_an_error_like_any_other() {
    let read = || -> Result<Pod, pod_api_ext::Error> {
        Ok(PodBuilder::from_config("no/such/config.yaml")?.build()?)
    };
    let error = read().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("no/such/config.yaml") && !error.is_retryable(), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever stands in a file: it is a pod, or it is told what is wrong, and nothing that may be a password is repeated.
    #[test]
    fn no_text_is_too_strange_and_none_is_repeated(
        noise in "[ -~\n\t\u{e9}]{0,60}",
        at in 0..400_usize,
        cut in 0..40_usize,
    ) {
        let whole = with_bot(
            "host: acme.symphony.com\nproxy: {host: b, port: 1, username: u, password: 'Qz7_Qz7_Qz7'}\nretry: {maxAttempts: 2}\n",
        );
        let at = (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        let text = format!("{}{noise}{}", &whole[..at], &whole[(at + cut).min(whole.len())..]);
        for text in [text.as_str(), noise.as_str()] {
            let told = match Config::from_text(text) {
                Ok(config) => config.pod().map(|_| String::new()).unwrap_or_else(|error| format!("{error} {error:?}")),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!told.contains("Qz7_Qz7"), "{}", told);
        }
    }
}
