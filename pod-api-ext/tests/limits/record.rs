//! A fake pod that serves for long remembers no more than it is told to.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use pod_api_ext::fake::FakePod;

use super::{MEMORY, alone};

const LIMIT: usize = 500;

/// Makes this many calls, each with a kibibyte of headers.
fn ask(socket: &mut TcpStream, token: &str, calls: usize) {
    let filler = "x".repeat(1024);
    let request = format!(
        "GET /pod/v1/connection/list HTTP/1.1\r\nHost: pod\r\nsessionToken: {token}\r\nX-Filler: {filler}\r\n\r\n"
    );
    let mut answer = Vec::new();
    for _ in 0..calls {
        socket.write_all(request.as_bytes()).unwrap();
        answer.clear();
        while !answer.ends_with(b"[]") {
            let mut buffer = [0; 1024];
            let read = socket.read(&mut buffer).unwrap();
            answer.extend_from_slice(&buffer[..read]);
        }
    }
}

#[tokio::test]
async fn memory_goes_by_the_limit_of_the_record() {
    let _alone = alone().await;
    let fake = FakePod::builder().record_limit(LIMIT).start_on_thread().unwrap();
    let token = fake.session_for(fake.add_user("alice"));
    let mut socket = TcpStream::connect(fake.address()).unwrap();
    ask(&mut socket, token.expose(), 2 * LIMIT);
    let in_use = || {
        let stats = MEMORY.stats();
        stats.bytes_allocated.cast_signed() - stats.bytes_deallocated.cast_signed()
    };
    let early = in_use();
    ask(&mut socket, token.expose(), 8 * LIMIT);
    let grown = in_use() - early;
    assert_eq!(fake.requests().len(), LIMIT);
    assert_eq!(fake.dropped_requests(), 9 * LIMIT as u64);
    // Eight times as many as are kept would take four megabytes.
    assert!(grown < 100_000, "{grown} bytes more");
}
