//! What can go wrong between a program and its pod, for a call that reads, a call that changes something, and a login: how
//! often it is tried, and what the caller is told.

pub(crate) mod server;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use pod_api_ext::fake::TestClock;
use pod_api_ext::retry::Never;
use pod_api_ext::session::{LoginProblem, RsaKey, RsaSession, Session};
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken, reqwest};
use reqwest::ClientBuilder;
use reqwest::tls::Version;
use tokio_rustls::rustls::version;

use self::server::{Authority, Certificate, Server, Serves, answer};
use crate::stopped_clock::Stopped;

/// How a pod gets to the server.
#[derive(Clone, Copy)]
enum Way {
    Http,
    Https,
    /// The server is a proxy, and the pod's address is `http`.
    HttpByProxy,
    /// The server is a proxy, and the pod's address is `https`.
    HttpsByProxy,
}

/// What ends a call that does not end.
#[derive(Clone, Copy)]
enum Limit {
    /// Nothing: it ends by itself.
    None,
    /// The time limit of HTTP.
    Timeout,
    /// The deadline of the call.
    Deadline,
}

/// What comes of it.
struct Told {
    /// How often somebody connects.
    tried: usize,
    kind: ErrorKind,
    login: Option<LoginProblem>,
    status: Option<u16>,
    unknown: bool,
    retryable: bool,
}

struct Row {
    name: String,
    serves: Serves,
    way: Way,
    http: fn(ClientBuilder) -> ClientBuilder,
    limit: Limit,
    read: Told,
    change: Told,
    login: Told,
    /// What all three say.
    says: &'static [&'static str],
    /// It would meet every call.
    ends_a_run: bool,
}

/// Who is told by nobody else.
fn told(tried: usize, kind: ErrorKind, status: Option<u16>) -> Told {
    Told { tried, kind, login: None, status, unknown: false, retryable: false }
}

impl Told {
    fn retryable(self) -> Self {
        Self { retryable: true, ..self }
    }

    fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }
}

fn login(tried: usize, problem: LoginProblem) -> Told {
    Told { login: Some(problem), ..told(tried, ErrorKind::Login, None) }
}

/// What does not pass by itself and is told before any request: it is tried once.
fn refused(
    name: &str,
    (way, serves): (Way, Serves),
    kind: ErrorKind,
    problem: LoginProblem,
    says: &'static [&'static str],
) -> Row {
    Row {
        name: name.to_owned(),
        serves,
        way,
        http: |http| http,
        limit: Limit::None,
        read: told(1, kind, None),
        change: told(1, kind, None),
        login: login(1, problem),
        says,
        ends_a_run: true,
    }
}

fn by_proxy(status: &str) -> (Way, Serves) {
    (Way::HttpsByProxy, Serves::Answer(answer(status, "", "")))
}

/// The authority that the pods trust.
const NAME: &str = "Trusted Authority";

fn rows(authority: &Authority) -> Vec<Row> {
    let proxy =
        |name, way, says| refused(name, way, ErrorKind::ProxyRefused, LoginProblem::ProxyRefused, says);
    let tls = |special| (Way::Https, Serves::Tls(Arc::new(authority.server(special))));
    let of = |name| (Way::Https, Serves::Tls(Arc::new(Authority::new(name).server(Certificate::default()))));
    let certificate =
        |name, way, says| refused(name, way, ErrorKind::Certificate, LoginProblem::Certificate, says);
    let clients = |version| {
        let config = authority.speaking(Certificate::default(), &[version], true);
        (Way::Https, Serves::Tls(Arc::new(config)))
    };
    let client = |name, way| {
        let (kind, problem) = (ErrorKind::ClientCertificate, LoginProblem::ClientCertificate);
        refused(name, way, kind, problem, &["this client's certificate", "identity"])
    };
    let speaks = |version| {
        let config = authority.speaking(Certificate::default(), &[version], false);
        (Way::Https, Serves::Tls(Arc::new(config)))
    };
    let agree = |name, way, says| refused(name, way, ErrorKind::Tls, LoginProblem::Tls, says);
    let status = |row: Row, status| {
        let [read, change, login] =
            [row.read, row.change, row.login].map(|told| Told { status: Some(status), ..told });
        // Of a login, the error of the call has no status of its own.
        Row { read, change, login: Told { status: None, ..login }, ..row }
    };
    let plain = |bytes| (Way::Http, Serves::Answer(bytes));
    vec![
        proxy("407 to CONNECT", by_proxy("407 Proxy Authentication Required"), &["password", "lock"]),
        proxy("403 to CONNECT", by_proxy("403 Forbidden"), &["proxy refuses", "allow"]),
        status(
            proxy(
                "407 over plain http",
                (Way::HttpByProxy, Serves::Answer(answer("407 Proxy Authentication Required", "", "<html>"))),
                &["password", "lock"],
            ),
            407,
        ),
        certificate("untrusted", of("An Authority of its own"), &["trusts", "tls_certs_merge"]),
        certificate("untrusted, of the same name", of(NAME), &["trusts", "tls_certs_merge"]),
        certificate(
            "expired",
            tls(Certificate { is_expired: true, ..Certificate::default() }),
            &["not valid at this time", "clock"],
        ),
        certificate(
            "another name",
            tls(Certificate { is_for_another_name: true, ..Certificate::default() }),
            &["another name", "address"],
        ),
        client("client certificate, TLS 1.2", clients(&version::TLS12)),
        client("client certificate, TLS 1.3", clients(&version::TLS13)),
        status(
            client(
                "client certificate, nginx",
                plain(answer(
                    "400 Bad Request",
                    "content-type: text/html\r\n",
                    "<html><head><title>400 No required SSL certificate was sent</title></head></html>",
                )),
            ),
            400,
        ),
        Row {
            http: |http| http.tls_version_min(Version::TLS_1_3),
            ..agree("only TLS 1.2 there", speaks(&version::TLS12), &["do not agree", "versions"])
        },
        Row {
            http: |http| http.tls_version_max(Version::TLS_1_2),
            ..agree("only TLS 1.3 there", speaks(&version::TLS13), &["do not agree", "versions"])
        },
        agree(
            "no TLS there",
            (Way::Https, Serves::Babble(answer("400 Bad Request", "", "<html>"))),
            &["does not speak TLS", "https"],
        ),
        // What passes.
        Row {
            ends_a_run: false,
            read: told(4, ErrorKind::Connect, None).retryable(),
            change: told(4, ErrorKind::Connect, None).retryable(),
            login: login(4, LoginProblem::Network).retryable(),
            ..agree("the handshake breaks off", (Way::Https, Serves::HangUp), &["check the address"])
        },
        Row {
            ends_a_run: false,
            read: told(4, ErrorKind::Transport, None).retryable(),
            change: told(1, ErrorKind::Transport, None).unknown(),
            login: login(4, LoginProblem::Network).retryable(),
            ..agree("the connection breaks off", (Way::Http, Serves::HangUp), &[])
        },
    ]
    .into_iter()
    .chain(stalls())
    .collect()
}

fn stall(limit: Limit, by: &str, status: &str, body: &str, [read, change, login]: [Told; 3]) -> Row {
    let serves = Serves::Stall(format!("HTTP/1.1 {status}\r\ncontent-length: 900\r\n\r\n{body}"));
    let name = format!("the body of {status} stalls, {by}");
    let row = refused(&name, (Way::Http, serves), read.kind, LoginProblem::Other, &["(HTTP "]);
    Row { limit, read, change, login, ends_a_run: false, ..row }
}

/// A head has come, and the rest of the answer does not. A status is a status.
fn stalls() -> Vec<Row> {
    let of_each = |(limit, by): (Limit, &str)| {
        let is_cut_off = matches!(limit, Limit::Deadline);
        let both = |kind, status| [told(1, kind, Some(status)), told(1, kind, Some(status))];
        let [read, change] = both(ErrorKind::Timeout, 200);
        // The login goes on, and a later call may find its token.
        let begun =
            if is_cut_off { told(1, ErrorKind::Timeout, None) } else { login(1, LoginProblem::Network) };
        let half = stall(limit, by, "200 OK", "{", [read.retryable(), change.unknown(), begun.retryable()]);
        let told_no = [
            told(1, ErrorKind::InvalidRequest, Some(400)),
            told(1, ErrorKind::NotConnected, Some(400)),
            login(1, LoginProblem::Other),
        ];
        let bad = stall(limit, by, "400 Bad Request", "{\"code\":400,", told_no);
        let [read, change] = both(ErrorKind::InvalidSession, 401);
        let expired = stall(limit, by, "401 Unauthorized", "", [read, change, login(1, LoginProblem::Key)]);
        let [read, change] = both(ErrorKind::RateLimited, 429).map(Told::retryable);
        let told_many = [read, change, login(1, LoginProblem::Throttled).retryable()];
        let many = stall(limit, by, "429 Too Many Requests", "<", told_many);
        let [read, change] = both(ErrorKind::Server, 500);
        let told_broken = [read, change.unknown(), login(1, LoginProblem::Network).retryable()];
        let broken = stall(limit, by, "500 Internal Server Error", "<html>", told_broken);
        [half, bad, expired, many, broken]
    };
    [(Limit::Timeout, "time limit"), (Limit::Deadline, "deadline")].into_iter().flat_map(of_each).collect()
}

struct Scene {
    server: Server,
    row: Row,
    clock: TestClock,
    trusted: reqwest::Certificate,
}

impl Scene {
    async fn new(row: Row, authority: &Authority) -> Self {
        let server = Server::start(row.serves.clone()).await;
        Self { server, row, clock: TestClock::new(), trusted: authority.certificate() }
    }

    fn pod(&self, session: impl Session + 'static) -> Pod {
        let port = self.server.address.port();
        let proxy = || {
            let url = format!("http://proxy-user:literal-proxy-password@127.0.0.1:{port}");
            reqwest::Proxy::all(url).unwrap()
        };
        let http = (self.row.http)(reqwest::Client::builder().tls_certs_only([self.trusted.clone()]));
        let (url, http) = match self.row.way {
            Way::Http => (format!("http://localhost:{port}"), http),
            Way::Https => (format!("https://localhost:{port}"), http.no_proxy()),
            Way::HttpByProxy => ("http://pod.example".to_owned(), http.proxy(proxy())),
            Way::HttpsByProxy => ("https://pod.example".to_owned(), http.proxy(proxy())),
        };
        let builder = Pod::builder(url).session(session).http(http).allow_http();
        match self.row.limit {
            Limit::None => builder.clock(Stopped::new()).build().unwrap(),
            Limit::Timeout => builder.retry(Never).timeout(Duration::from_millis(600)).build().unwrap(),
            Limit::Deadline => {
                let pod = builder.clock(self.clock.clone()).build().unwrap();
                pod.with_deadline(Duration::from_secs(1))
            }
        }
    }

    async fn outcome<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Error {
        let ends = async {
            if matches!(self.row.limit, Limit::Deadline) {
                self.server.has_stalled().await;
                // What has come is looked at before a timer of this runtime is.
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.clock.advance(Duration::from_secs(2));
            }
        };
        let (outcome, ()) = tokio::join!(call, ends);
        match outcome {
            Ok(_) => panic!("{}: it succeeded", self.row.name),
            Err(error) => error,
        }
    }

    fn check(&self, what: &str, error: &Error, told: &Told) {
        let name = format!("{}, {what}: {error:?}", self.row.name);
        assert_eq!(error.kind(), told.kind, "{name}");
        assert_eq!(error.login_problem(), told.login, "{name}");
        let of_login = error.login_error().and_then(pod_api_ext::session::LoginError::status);
        let status = told.status.or(of_login.map(|status| status.as_u16()));
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{name}");
        assert_eq!(error.outcome_unknown(), told.unknown, "{name}");
        assert_eq!(error.is_retryable(), told.retryable, "{name}");
        let text = error.to_string();
        for part in self.row.says {
            assert!(text.contains(part), "{name} has no {part:?}: {text}");
        }
        assert_eq!(text.contains("read the state"), told.unknown, "{name}: {text}");
        let mut printed = format!("{error} {error:?}");
        let mut cause = error.source();
        while let Some(error) = cause {
            printed.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!printed.contains("literal-"), "{name} prints a secret: {printed}");
    }
}

fn token() -> SessionToken {
    SessionToken::new("literal-session-token").unwrap()
}

fn bot() -> RsaSession {
    RsaSession::new("bot", RsaKey::from_pem(include_str!("keys/bot-pkcs8.pem")).unwrap())
}

#[tokio::test]
async fn whatever_goes_wrong_the_caller_is_told_the_truth_and_it_is_tried_as_often_as_makes_sense() {
    let authority = Authority::new(NAME);
    let all = rows(&authority).into_iter().map(|row| async {
        let scene = Scene::new(row, &authority).await;
        let row = &scene.row;
        let mut tried = 0;
        for (what, told) in [("read", &row.read), ("change", &row.change), ("login", &row.login)] {
            let error = match what {
                "read" => scene.outcome(scene.pod(token()).connections().get(1)).await,
                "change" => scene.outcome(scene.pod(token()).connections().remove(1)).await,
                _ => scene.outcome(scene.pod(bot()).connections().remove(1)).await,
            };
            scene.check(what, &error, told);
            tried += told.tried;
            assert_eq!(scene.server.connections(), tried, "{}, {what}: how often it was tried", row.name);
        }
    });
    join_all(all).await;
}

/// With a wrong password of a proxy, an account is locked after a few tries.
#[tokio::test]
async fn what_would_meet_every_call_ends_a_run_after_one() {
    let authority = Authority::new(NAME);
    for by_key in [false, true] {
        for row in rows(&authority).into_iter().filter(|row| row.ends_a_run) {
            let scene = Scene::new(row, &authority).await;
            let pod = if by_key { scene.pod(bot()) } else { scene.pod(token()) };
            let mut run = pod.connections().ensure_absent_all(1..=20).stream();
            let mut not_begun = 0;
            while let Some(done) = run.next().await {
                not_begun += usize::from(done.result.unwrap_err().to_string().contains("not begun"));
            }
            assert_eq!((scene.server.connections(), not_begun), (1, 19), "{}", scene.row.name);
        }
    }
}

/// Compressed although nobody asked for it.
#[tokio::test]
async fn a_compressed_answer_is_not_asked_for_and_told_if_it_comes_all_the_same() {
    let authority = Authority::new(NAME);
    let compressed = |status| {
        Serves::Answer(answer(
            status,
            "content-type: text/html\r\ncontent-encoding: gzip\r\n",
            "\u{1f}not readable",
        ))
    };
    let row = |status, read: Told, change: Told, problem| Row {
        read,
        change,
        login: login(1, problem),
        ..refused(status, (Way::Http, compressed(status)), ErrorKind::Server, LoginProblem::Other, &[])
    };
    let (read, change) =
        (told(1, ErrorKind::Undecodable, Some(200)), told(1, ErrorKind::Undecodable, Some(200)));
    let (refused, not_connected) =
        (told(1, ErrorKind::InvalidRequest, Some(400)), told(1, ErrorKind::NotConnected, Some(400)));
    for row in [
        row("200 OK", read, change.unknown(), LoginProblem::Other),
        row("400 Bad Request", refused, not_connected, LoginProblem::Other),
    ] {
        let scene = Scene::new(row, &authority).await;
        let says = |error: &Error| {
            let text = error.to_string();
            assert!(text.contains("compressed (gzip)"), "{text}");
        };
        let read = scene.outcome(scene.pod(token()).connections().get(1)).await;
        scene.check("read", &read, &scene.row.read);
        says(&read);
        let change = scene.outcome(scene.pod(token()).connections().remove(1)).await;
        scene.check("change", &change, &scene.row.change);
        says(&change);
        let login = scene.outcome(scene.pod(bot()).connections().remove(1)).await;
        scene.check("login", &login, &scene.row.login);
        says(&login);
        for head in scene.server.heads().await {
            assert!(head.to_lowercase().contains("\r\naccept-encoding: identity"), "{head}");
        }
    }
}
