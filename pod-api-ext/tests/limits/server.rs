//! A server that counts sockets and requests, and leaves to the test what becomes of each connection.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) seen: Arc<Seen>,
}

/// What the server has seen so far.
#[derive(Default)]
pub(crate) struct Seen {
    accepted: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    requests: Mutex<BTreeMap<String, usize>>,
}

impl Seen {
    /// Sockets that were opened.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Sockets that were open at the same time.
    pub(crate) fn most_open(&self) -> usize {
        self.most_open.load(Ordering::SeqCst)
    }

    /// How often a request for this path has arrived whole.
    pub(crate) fn times(&self, path: &str) -> usize {
        self.requests.lock().unwrap().get(path).copied().unwrap_or_default()
    }
}

impl Server {
    /// Hands every connection to this function.
    pub(crate) async fn start<F, Fut>(connection: F) -> Self
    where
        F: Fn(Connection) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Seen>::default();
        let counts = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // What is written is sent, and does not wait for more.
                stream.set_nodelay(true).unwrap();
                tokio::spawn(connection(Connection::new(stream, &counts)));
            }
        });
        Self { url, seen }
    }
}

/// One connection; dropping it closes it.
pub(crate) struct Connection {
    pub(crate) stream: BufReader<TcpStream>,
    seen: Arc<Seen>,
}

impl Connection {
    fn new(stream: TcpStream, seen: &Arc<Seen>) -> Self {
        seen.accepted.fetch_add(1, Ordering::SeqCst);
        let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most_open.fetch_max(open, Ordering::SeqCst);
        Self { stream: BufReader::new(stream), seen: Arc::clone(seen) }
    }

    /// The path of the next request, read whole. None: the client has hung up.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut first = String::new();
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                // None of the calls of these tests has a body.
                "" => break,
                text if first.is_empty() => text.clone_into(&mut first),
                _ => {}
            }
        }
        let path = first.split(' ').nth(1)?.to_owned();
        *self.seen.requests.lock().unwrap().entry(path.clone()).or_default() += 1;
        Some(path)
    }

    /// Writes as much as the client takes. Whether it took everything.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// Answers a request for this path with success: a connection with the user, or what a removal is answered with.
    pub(crate) async fn answer(&mut self, path: &str) -> bool {
        let user = path.split('/').rev().nth(1).unwrap();
        let body = if path.ends_with("/info") {
            format!(r#"{{"userId":{user},"status":"ACCEPTED"}}"#)
        } else {
            r#"{"format":"TEXT","message":"Connection removed."}"#.to_owned()
        };
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        self.write(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes()).await
    }

    /// Waits until the client hangs up.
    pub(crate) async fn end(mut self) {
        while let Ok(bytes) = self.stream.fill_buf().await {
            let length = bytes.len();
            if length == 0 {
                return;
            }
            self.stream.consume(length);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.seen.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The path of a reading call.
pub(crate) fn info(user: i64) -> String {
    format!("/pod/v1/connection/user/{user}/info")
}

/// The path of a call that removes.
pub(crate) fn remove(user: i64) -> String {
    format!("/pod/v1/connection/user/{user}/remove")
}
