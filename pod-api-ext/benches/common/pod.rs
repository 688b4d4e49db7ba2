//! A pod that does next to nothing, so that what is measured is the client. It is this program once more, so that its
//! work and its memory do not count.

use std::convert::Infallible;
use std::env;
use std::io::{BufRead as _, BufReader, Read as _, stdin};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Says that the process is to be the pod.
const ROLE: &str = "BENCH_POD";

/// A pod that runs until this is dropped.
pub struct Pod {
    process: Child,
    /// Its address, without the prefix of the API.
    pub url: String,
}

impl Pod {
    /// Starts this program once more. Its `main` has to call [`be_the_pod`] first.
    pub fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// Whether this process is the pod. If so, it was, until whoever started it had enough.
pub fn be_the_pod() -> bool {
    if env::var_os(ROLE).is_none() {
        return false;
    }
    std::thread::spawn(|| {
        let _end = stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(listen());
    true
}

async fn listen() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            // An error is a client that hangs up.
            let _end = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    body.collect().await.unwrap();
    let (status, body) = match head.uri.path() {
        "/pod/v1/connection/list" => (StatusCode::OK, all_connected(head.uri.query().unwrap_or_default())),
        "/pod/v1/connection/create" | "/pod/v1/connection/user/7078106126503/info" => {
            (StatusCode::OK, Bytes::from_static(CONNECTION))
        }
        path if path.ends_with("/remove") => (StatusCode::OK, Bytes::from_static(REMOVED)),
        // Whoever else is looked at was removed before.
        _ => (StatusCode::NOT_FOUND, Bytes::from_static(NONE)),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// What the vendor's documentation shows, with all fields.
const CONNECTION: &[u8] = br#"{"userId":7078106126503,"status":"PENDING_OUTGOING","firstRequestedAt":1471018076255,"updatedAt":1471018076255,"requestCounter":1}"#;
const REMOVED: &[u8] = br#"{"format":"TEXT","message":"removed"}"#;
const NONE: &[u8] = br#"{"code":404,"message":"none"}"#;

/// Whoever is asked for is connected.
fn all_connected(query: &str) -> Bytes {
    let ids = query.split('&').find_map(|pair| pair.strip_prefix("userIds=")).unwrap_or_default();
    let connections: Vec<String> = ids
        .replace("%2C", ",")
        .split(',')
        .map(|id| format!(r#"{{"userId":{id},"status":"ACCEPTED","firstRequestedAt":1471018076255}}"#))
        .collect();
    format!("[{}]", connections.join(",")).into()
}
