//! Servers that answer a request with the bytes they are told, and hand out what they were asked.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub struct Server {
    pub url: String,
    asked: JoinHandle<Request>,
}

impl Server {
    /// Answers the first request with `answer` as it stands and closes the connection.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let answer = answer.into();
        let asked = tokio::spawn(async move { exchange(&listener, &answer).await });
        Self { url, asked }
    }

    /// The request that came.
    pub async fn asked(self) -> Request {
        self.asked.await.unwrap()
    }
}

/// Answers one request with `answer` as it stands and closes the connection. Gives the request as it
/// came, with header names in lower case.
pub async fn exchange(listener: &TcpListener, answer: &[u8]) -> Request {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the client hung up");
        request.extend_from_slice(&buffer[..read]);
    }
    // A client that has read enough may hang up early.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
    let text = String::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let mut headers: Vec<_> = headers
        .split("\r\n")
        .map(|header| header.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .filter(|(name, _)| name != "host" && name != "accept-encoding")
        .collect();
    headers.sort();
    Request { line: line.to_owned(), headers, body: body.to_owned() }
}

pub struct Request {
    pub line: String,
    /// Sorted, without `host` and `accept-encoding`, which are the same in all of them.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// The value of a header that comes once.
    #[allow(dead_code, reason = "not all tests that share this file ask for one")]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| &**value);
        let value = values.next();
        assert_eq!(values.next(), None, "{name} came twice");
        value
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| Some(line.strip_prefix("content-length:")?.trim().parse::<usize>().unwrap()));
    body.len() >= length.unwrap_or(0)
}

/// An answer with a length and a JSON body.
pub fn json(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
