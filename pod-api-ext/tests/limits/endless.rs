//! An answer without end is cut, with flat memory, and the client hangs up.

use std::sync::Arc;
use std::time::Duration;

use pod_api_ext::retry::Never;
use pod_api_ext::{Error, ErrorKind};
use tokio::sync::mpsc;

use super::server::{Connection, Server};
use super::{MEMORY, alone, pod};

/// How much of an answer is read, in bytes.
const LIMIT: usize = 1 << 20;
/// What the server would send.
const OFFERED: usize = 128 << 20;
/// What fits between the two: the buffers of the operating system.
const UNDER_WAY: usize = 32 << 20;
/// How long the machine may take for anything, before a test is called stuck.
const STUCK: Duration = Duration::from_secs(60);

/// How the end of a body is announced, of one that has none.
#[derive(Clone, Copy, Debug)]
enum Framing {
    /// It ends when the connection does.
    Close,
    /// A length that is far beyond any memory.
    Length,
    /// Chunk after chunk.
    Chunks,
    /// One chunk that is far beyond any memory.
    Chunk,
    /// Not even the head ends: header after header.
    Head,
}

impl Framing {
    fn head(self) -> &'static str {
        match self {
            Self::Close => "connection: close\r\n\r\n",
            Self::Length => "content-length: 1099511627776\r\n\r\n",
            Self::Chunks => "transfer-encoding: chunked\r\n\r\n",
            Self::Chunk => "transfer-encoding: chunked\r\n\r\n10000000000\r\n",
            Self::Head => "",
        }
    }

    /// What is sent again and again: 64 KiB, as one chunk where chunks are sent.
    fn piece(self) -> Vec<u8> {
        let body = vec![b' '; 64 << 10];
        match self {
            Self::Chunks => [&b"10000\r\n"[..], &body, b"\r\n"].concat(),
            Self::Head => [&b"x-more: "[..], &vec![b'm'; 1000], b"\r\n"].concat().repeat(64),
            _ => body,
        }
    }
}

/// What was allocated since then, freed or not, in bytes. No more than that can have been live at any time, and unlike
/// a look at live memory now and then it misses nothing.
struct Allocated(usize);

impl Allocated {
    fn since_now() -> Self {
        Self(MEMORY.stats().bytes_allocated)
    }

    fn bytes(&self) -> usize {
        MEMORY.stats().bytes_allocated - self.0
    }
}

/// What happened when a pod answered without end.
struct Outcome {
    result: Result<(), Error>,
    /// How much memory was allocated for that, in bytes.
    memory: usize,
    /// How much the server could send before the client hung up, in bytes.
    sent: usize,
}

/// Answers with this status and then without end, and counts what it got rid of.
async fn pour(mut connection: Connection, status: &str, framing: Framing, piece: &[u8]) -> usize {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{}", framing.head());
    let mut sent = 0;
    connection.write(head.as_bytes()).await;
    while sent < OFFERED && connection.write(piece).await {
        sent += piece.len();
    }
    sent
}

/// Removes user 1, whose pod answers without end; then reads user 2 on the same pod, which must work.
async fn removing(status: &'static str, framing: Framing) -> Outcome {
    let piece: Arc<[u8]> = framing.piece().into();
    let (report, mut reports) = mpsc::unbounded_channel();
    let server = Server::start(move |mut connection| {
        let (piece, report) = (Arc::clone(&piece), report.clone());
        async move {
            while let Some(path) = connection.request().await {
                if path.ends_with("/remove") {
                    return report.send(pour(connection, status, framing, &piece).await).unwrap();
                }
                connection.answer(&path).await;
            }
        }
    })
    .await;
    let pod = pod(&server.url).max_body(LIMIT).retry(Never).timeout(STUCK).build().unwrap();

    let allocated = Allocated::since_now();
    let result = pod.connections().remove(1).await;
    let memory = allocated.bytes();
    let sent = tokio::time::timeout(STUCK, reports.recv()).await.expect("the client hangs up").unwrap();
    assert_eq!(pod.connections().get(2).await.unwrap().user, 2.into(), "{status} {framing:?}");
    assert_eq!(server.seen.accepted(), 2, "{status} {framing:?}: the old connection is of no use");
    Outcome { result, memory, sent }
}

const WITH_BODY: [Framing; 4] = [Framing::Close, Framing::Length, Framing::Chunks, Framing::Chunk];

#[tokio::test]
async fn an_endless_success_is_cut_at_the_limit() {
    let _alone = alone().await;
    for framing in WITH_BODY {
        let Outcome { result, memory, sent } = removing("200 OK", framing).await;
        assert!(memory >= LIMIT, "{framing:?}: {memory} bytes, fewer than were read: the count is wrong");
        assert!(memory <= 4 * LIMIT, "{framing:?}: {memory} bytes");
        assert!(sent <= LIMIT + UNDER_WAY, "{framing:?}: {sent} bytes were sent");

        // What is thrown away need not be read to its end: the status says that it is removed.
        assert!(result.is_ok(), "{framing:?}: {result:?}");
    }
}

#[tokio::test]
async fn an_endless_error_is_cut_and_still_an_error() {
    let _alone = alone().await;
    for framing in WITH_BODY {
        for (status, kind) in [
            ("403 Forbidden", ErrorKind::MissingEntitlement),
            ("502 Bad Gateway", ErrorKind::Server),
            ("302 Found", ErrorKind::Redirected),
        ] {
            let Outcome { result, memory, sent } = removing(status, framing).await;
            let error = result.unwrap_err();
            // 64 KiB are read, and the HTTP library reads ahead by some 400 KiB.
            assert!(memory <= LIMIT, "{status} {framing:?}: {memory} bytes");
            assert!(sent <= UNDER_WAY, "{status} {framing:?}: {sent} bytes were sent");

            assert_eq!(error.kind(), kind, "{framing:?}: {error}");
            assert_eq!(error.status().unwrap().as_str(), &status[..3], "{framing:?}");
            assert_eq!(
                error.outcome_unknown(),
                kind != ErrorKind::MissingEntitlement,
                "{status} {framing:?}"
            );
            assert_eq!(error.body().unwrap()[..], [b' '; 4096], "{status} {framing:?}");
        }
    }
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let _alone = alone().await;
    let Outcome { result, memory, sent } = removing("200 OK", Framing::Head).await;
    let error = result.unwrap_err();
    assert!(memory <= 2 * LIMIT, "{memory} bytes");
    assert!(sent <= UNDER_WAY, "{sent} bytes were sent");
    assert_eq!((error.kind(), error.status()), (ErrorKind::Transport, None), "{error}");
    assert!(error.outcome_unknown(), "it may have been removed");
}

/// A length that is not true, in either direction: what the caller gets, and that the next call gets its own answer.
#[tokio::test]
async fn a_length_that_lies_is_told_or_does_no_harm() {
    let _alone = alone().await;
    let json = r#"{"userId":1,"status":"ACCEPTED"}"#;
    for (length, kind) in [
        // What comes beyond the length is nobody's answer.
        (json.len(), None),
        (json.len() - 1, Some(ErrorKind::Undecodable)),
        (json.len() + 1, Some(ErrorKind::Transport)),
        (1 << 40, Some(ErrorKind::Transport)),
    ] {
        let server = Server::start(move |mut connection| async move {
            while let Some(path) = connection.request().await {
                if path.ends_with("/1/info") {
                    let surplus =
                        if length <= json.len() { r#"{"userId":3}"#.repeat(100) } else { String::new() };
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                    connection.write(format!("{head}{json}{surplus}").as_bytes()).await;
                    return;
                }
                connection.answer(&path).await;
            }
        })
        .await;
        let pod = pod(&server.url).retry(Never).timeout(STUCK).build().unwrap();
        let allocated = Allocated::since_now();
        let answer = pod.connections().get(1).await;
        let memory = allocated.bytes();
        assert!(memory <= LIMIT, "{length}: {memory} bytes");
        match (answer, kind) {
            (Ok(connection), None) => assert_eq!(connection.user, 1.into(), "{length}"),
            (Err(error), Some(kind)) => {
                assert_eq!((error.kind(), error.status().unwrap().as_u16()), (kind, 200), "{length}");
            }
            (answer, _) => panic!("{length}: {answer:?}"),
        }
        assert_eq!(pod.connections().get(2).await.unwrap().user, 2.into(), "{length}");
    }
}
