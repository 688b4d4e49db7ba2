//! How many requests a second the fake pod answers, over connections that are open.
//!
//! Clients and pod are in one process and share its cores; the clients speak to their sockets themselves, so that they cost
//! little.

#![allow(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use common::figures::{grouped, median};
use pod_api_ext::connections::Status;
use pod_api_ext::fake::FakePod;

const CONNECTIONS: [usize; 3] = [1, 4, 16];
const ROUNDS: usize = 9;
const CALLS: usize = 8_000;

fn main() {
    let fake = FakePod::start_on_thread();
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    fake.connect(alice, bob, Status::Accepted);
    let token = fake.session_for(alice);
    let request = format!(
        "GET /pod/v1/connection/user/{bob}/info HTTP/1.1\r\nHost: pod\r\nAccept: application/json\r\nsessionToken: {}\r\n\r\n",
        token.expose()
    );
    println!("## The fake pod\n");
    println!(
        "`get`, answered by a pod on a thread of its own: requests a second, the median of {ROUNDS} rounds.\n"
    );
    println!("| connections | requests a second |\n|--:|--:|");
    for connections in CONNECTIONS {
        let rates = (0..ROUNDS).map(|_| rate(&fake, connections, &request)).collect();
        println!("| {connections} | {} |", grouped(median(rates)));
    }
    println!();
}

fn rate(fake: &FakePod, connections: usize, request: &str) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| ask(fake, CALLS / connections, request));
        }
    });
    CALLS as f64 / begun.elapsed().as_secs_f64()
}

/// One request after the other on one connection. Answers are as long as the first.
fn ask(fake: &FakePod, calls: usize, request: &str) {
    let mut socket = TcpStream::connect(fake.address()).unwrap();
    socket.set_nodelay(true).unwrap();
    let mut buffer = [0; 4096];
    for _ in 0..calls {
        socket.write_all(request.as_bytes()).unwrap();
        let mut read = 0;
        while !buffer[..read].ends_with(b"}") {
            read += socket.read(&mut buffer[read..]).unwrap();
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"));
    }
}
