//! Twenty thousand intents on a pod where every twentieth call goes wrong: nobody is lost, nothing is toggled, and
//! memory does not grow.
//!
//! The pod runs in a process of its own, which is this test once more, so that its memory does not count. The time of
//! the intents passes faster than it should.

use std::alloc::System;
use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stdin, stdout};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use http::StatusCode;
use pod_api_ext::clock::{BoxFuture, Clock};
use pod_api_ext::connections::bulk::Done;
use pod_api_ext::connections::{Conclusion, Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Operation, State};
use pod_api_ext::{Pod, SessionToken};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const USERS: usize = 20_000;

/// Memory is compared between the results of the window that ends here and those of the last one: the least of each,
/// because how many connections are open goes up and down, and each has its buffers.
const EARLY: usize = 4_000;
const WINDOW: usize = 3_000;

/// Of a hundred calls.
const FAULTS: u8 = 5;

/// Says that the process is to be the pod.
const ROLE: &str = "SOAK_POD";

/// How much faster time passes.
const HURRY: u32 = 50;

#[test]
fn soak() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if env::var_os(ROLE).is_some() { runtime.block_on(be_the_pod()) } else { runtime.block_on(use_the_pod()) }
}

/// What there is between the caller and the n-th other user.
fn before(n: usize) -> Option<Status> {
    match n % 10 {
        0..4 => Some(Status::Accepted),
        4..7 => Some(Status::PendingIncoming),
        7 => Some(Status::PendingOutgoing),
        8 => Some(Status::Rejected),
        _ => None,
    }
}

/// What there must be once they have been made absent.
fn after(n: usize) -> Option<Status> {
    match before(n) {
        None | Some(Status::Accepted) => None,
        Some(Status::PendingOutgoing) => Some(Status::PendingOutgoing),
        Some(_) => Some(Status::Rejected),
    }
}

fn draw(random: &mut Rng) -> Option<Fault> {
    if random.u8(..100) >= FAULTS {
        return None;
    }
    let status = |code| StatusCode::from_u16(code).unwrap();
    let fault = match random.u8(..11) {
        0 | 1 => Fault::reset(),
        2 => Fault::hang_up(),
        3 => return Some(Fault::truncated()),
        4 => Fault::garbage(status(200)),
        5 => Fault::html(status(502)),
        6 => Fault::status(status(500)),
        7 => Fault::status(status(503)),
        8 => Fault::status(status(504)),
        // These two say that nothing was done, so it must be true.
        9 => return Some(Fault::status(status(503)).retry_after_seconds(1)),
        _ => return Some(Fault::status(status(429)).retry_after_seconds(1)),
    };
    Some(if random.bool() { fault.after_acting() } else { fault })
}

/// Serves until its input ends, and then says whether everything is as it should be.
async fn be_the_pod() {
    let mut state = State::new();
    let caller = state.add_user("caller");
    let others: Vec<UserId> = (0..USERS).map(|n| state.add_user(format!("user-{n}"))).collect();
    for (n, other) in others.iter().enumerate() {
        if let Some(status) = before(n) {
            state.connect(caller, *other, status);
        }
    }
    // Each call counts at the end.
    let fake = FakePod::builder().state(state).record_limit(usize::MAX).start().await.unwrap();
    let mut random = Rng::with_seed(20_000);
    fake.fault_by(move |_| draw(&mut random));
    // The test harness may have begun a line of its own.
    println!("\npod {} {} {}", fake.url(), fake.session_for(caller).expose(), others[0]);
    stdout().flush().unwrap();
    tokio::task::spawn_blocking(|| stdin().lock().lines().count()).await.unwrap();

    let mut removals = BTreeMap::<String, usize>::new();
    for call in fake.take_requests() {
        if call.operation == Operation::Remove && call.acted {
            *removals.entry(call.path).or_default() += 1;
        }
    }
    let removed_twice = removals.values().filter(|times| **times > 1).count();
    let wrong: Vec<_> =
        others.iter().enumerate().filter(|(n, other)| fake.status(caller, **other) != after(*n)).collect();
    println!("\nend {} removed, {removed_twice} twice, {} wrong", removals.len(), wrong.len());
}

/// The pod in its process.
struct Served {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Served {
    fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "soak", "--nocapture"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    /// The rest of the next line that begins with this word.
    fn line(&mut self, word: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the pod is gone before it says `{word}`");
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }

    fn end(mut self) -> String {
        self.input = None;
        self.line("end")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.input = None;
        let _gone = self.process.wait();
    }
}

async fn use_the_pod() {
    let mut served = Served::start();
    let line = served.line("pod");
    let [url, token, first] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let first: i64 = first.parse().unwrap();
    let pod = Pod::builder(url)
        .session(SessionToken::new(token).unwrap())
        .clock(Hurried(Instant::now()))
        .build()
        .unwrap();
    let connections = pod.connections();

    let mut came_out = vec![0_u8; USERS];
    let number = |user: UserId| usize::try_from(i64::from(user) - first).unwrap();
    let user = move |n: usize| UserId::from(first + i64::try_from(n).unwrap());
    let mut unknown = 0;
    let (mut early, mut late) = (f64::INFINITY, f64::INFINITY);
    let empty = live();

    // The first of these takes them all, and the others take up what the faults have left.
    for round in 0.. {
        assert!(round < 10, "it does not come to an end");
        let unfinished = came_out.clone();
        let unfinished = (0..USERS).filter(move |n| unfinished[*n] == 0).map(user);
        let run = connections.ensure_absent_all(unfinished).concurrency(16).unlimited();
        let mut run = run.deadline(Duration::from_secs(1200)).stream();
        let mut out = 0;
        let mut errors = 0;
        while let Some(Done { user, result }) = run.next().await {
            out += 1;
            let settled = result.as_ref().is_ok_and(|change| {
                let pending = change.after == Some(Status::PendingOutgoing);
                let conclusion = if pending { Conclusion::NoDocumentedWay } else { Conclusion::Reached };
                // A success that says nothing may have done nothing: then there is another round.
                let again = [Conclusion::Unsettled, Conclusion::NoEffect];
                assert!(change.conclusion == conclusion || again.contains(&change.conclusion), "{change}");
                change.conclusion == conclusion
            });
            unknown += u64::from(match &result {
                Ok(change) => change.conclusion == Conclusion::Unsettled,
                Err(failure) => failure.outcome_unknown(),
            });
            came_out[number(user)] += u8::from(settled);
            errors += usize::from(!settled);
            if round == 0 {
                match out {
                    _ if out > EARLY - WINDOW && out <= EARLY => early = early.min(live() - empty),
                    _ if out > USERS - WINDOW => late = late.min(live() - empty),
                    _ => {}
                }
            }
        }
        let counts = run.progress().counts();
        if round == 0 {
            assert_eq!((out, counts.taken), (USERS, USERS as u64));
            assert_eq!(counts.unknown, unknown);
        }
        println!("round {round}: {out} came out, {errors} of them to be taken up again; {counts:?}");
        if errors == 0 {
            break;
        }
    }
    assert!(came_out.iter().all(|times| *times == 1), "nobody is lost, and nobody comes out twice");
    assert!(unknown <= 20, "{unknown} outcomes are unknown, more than one in a thousand");

    println!("live memory: {early:.0} bytes at {EARLY}, {late:.0} bytes at {USERS}");
    // Some connections more or less are less than this; whatever was kept of each user would be more.
    let grown = (late - early) / (USERS - EARLY) as f64;
    assert!(grown <= 10.0, "{grown:.1} bytes more for each user");

    let removed = (0..USERS).filter(|n| before(*n) == Some(Status::Accepted)).count();
    assert_eq!(served.end(), format!("{removed} removed, 0 twice, 0 wrong"));
}

/// What is allocated at this moment, in bytes.
fn live() -> f64 {
    let stats = MEMORY.stats();
    stats.bytes_allocated as f64 - stats.bytes_deallocated as f64
}

/// A clock that is too fast, so that nobody waits for what is lost.
#[derive(Debug)]
struct Hurried(Instant);

impl Clock for Hurried {
    fn now(&self) -> Instant {
        self.0 + self.0.elapsed() * HURRY
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration / HURRY))
    }
}
