//! The socket around the pod: HTTP/1.1 on a loopback port, one task a connection.
//!
//! An exchange has three steps: read the request whole, record and act on it under one lock, send the answer. So the
//! records are in the order in which the pod acted, but for calls that a fault holds up in between.
//!
//! A fault that no answer of HTTP can express ends the exchange with an [`Ending`]. The connection is then taken from
//! the hands of hyper and ended as it says.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::answer::{Refusal, dated};
use super::control::{self, Arrivals};
use super::fault::Kind;
use super::state::Clock;
use super::world::World;

/// Far more than any request of the API needs: 1 MiB.
const MAX_BODY: usize = 1024 * 1024;

/// A listening pod. It stops, and its connections close, when this is dropped.
pub(super) struct Server {
    address: SocketAddr,
    url: String,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

/// What the handles of a pod and its connections have in common.
struct Shared {
    world: Mutex<World>,
    log: Option<Log>,
}

/// Takes a line for each request.
pub(super) type Log = Box<dyn Fn(&str) + Send + Sync>;

impl Shared {
    /// A test may have failed with the lock in its hands; the pod goes on for those that clean up after it.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn act(&self, world: &mut World, number: usize, request: &Arrived) -> Response<Bytes> {
        match request {
            Arrived::Whole(request) => world.act(number, request),
            Arrived::TooLarge(_) => body_too_large(&world.state.clock),
        }
    }

    /// The operation and whose session it is, and nothing that opens doors.
    fn log(&self, request: &Request<Bytes>, caller: Option<&str>, outcome: fmt::Arguments<'_>) {
        let Some(log) = &self.log else { return };
        // Without the host, beside which there may be a password. A name may be anything, and this is one line.
        let what = request.uri().path_and_query().map_or("*", |it| it.as_str());
        let (method, caller) = (request.method(), caller.unwrap_or("nobody").escape_debug());
        log(&format!("{method} {what} as {caller}: {outcome}"));
    }
}

/// A request that the client has sent to its end, or to the limit.
enum Arrived {
    Whole(Request<Bytes>),
    /// Without its body.
    TooLarge(Request<Bytes>),
}

impl Arrived {
    async fn receive(request: Request<Incoming>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (head, body) = request.into_parts();
        match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => Ok(Self::Whole(Request::from_parts(head, body.to_bytes()))),
            Err(error) if error.is::<LengthLimitError>() => {
                Ok(Self::TooLarge(Request::from_parts(head, Bytes::new())))
            }
            Err(broken_off) => Err(broken_off),
        }
    }

    fn request(&self) -> &Request<Bytes> {
        match self {
            Self::Whole(request) | Self::TooLarge(request) => request,
        }
    }
}

/// How a pod is started.
pub(super) struct Options {
    pub(super) address: SocketAddr,
    /// Whether the address may be one that other machines reach.
    pub(super) exposed: bool,
    pub(super) world: World,
    pub(super) log: Option<Log>,
}

impl Default for Options {
    fn default() -> Self {
        Self { address: (Ipv4Addr::LOCALHOST, 0).into(), exposed: false, world: World::new(), log: None }
    }
}

impl Server {
    /// On the runtime of the caller.
    pub(super) fn start(options: Options) -> io::Result<Self> {
        Self::accepting(options).map(|(server, _)| server)
    }

    /// On a thread of its own, which ends with the server.
    pub(super) fn start_on_thread(options: Options) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (server, accepting) = {
            let _inside = runtime.enter();
            Self::accepting(options)?
        };
        thread::Builder::new().name("fake-pod".to_owned()).spawn(move || {
            // It ends when it is aborted, and with the runtime end the connections.
            let _aborted = runtime.block_on(accepting);
        })?;
        Ok(server)
    }

    fn accepting(options: Options) -> io::Result<(Self, JoinHandle<()>)> {
        let Options { address, exposed, mut world, log } = options;
        world.checkpoint();
        if !address.ip().is_loopback() && !exposed {
            let message = format!("{address} can be reached by other machines, which has to be asked for");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { world: Mutex::new(world), log });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        let server =
            Self { address, url: format!("http://{address}"), shared, accepting: task.abort_handle() };
        Ok((server, task))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.shared.lock()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // The set belongs to this task, so that ending the task ends every connection.
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
            // The client was gone before it was let in, or there are too many open files: let the others finish.
            Err(_) => tokio::task::yield_now().await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| exchange(request, Arc::clone(&shared)));
    let mut connection = http1::Builder::new()
        // A client that has said all it has to say still wants the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    // Any other error is a client that hangs up or does not speak HTTP. That is for the client to notice.
    if let Err(error) = (&mut connection).await
        && let Some(ending) = error.source().and_then(|cause| cause.downcast_ref::<Ending>())
    {
        ending.carry_out(connection.into_parts().io.into_inner()).await;
    }
}

/// How a connection ends that a fault has struck.
#[derive(Debug)]
enum Ending {
    Silence,
    Reset,
    HangUp,
    /// With these bytes, and then as after [`Ending::HangUp`].
    Bytes(Vec<u8>),
}

impl Ending {
    /// Errors are left alone here: they mean that the client was quicker to go.
    async fn carry_out(&self, mut stream: TcpStream) {
        match self {
            Self::Silence => {
                let mut unheard = [0; 1024];
                while matches!(stream.read(&mut unheard).await, Ok(1..)) {}
            }
            Self::Reset => {
                let _gone = stream.set_zero_linger();
            }
            Self::HangUp => {}
            Self::Bytes(bytes) => {
                let _gone = stream.write_all(bytes).await;
            }
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fake pod ends this connection on purpose")
    }
}

impl Error for Ending {}

async fn exchange(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let request = Arrived::receive(request).await?;
    if let Some(path) = control::path(request.request()) {
        let response = match &request {
            Arrived::TooLarge(_) => body_too_large(&shared.lock().state.clock),
            Arrived::Whole(request) => {
                if let Some(Arrivals { gate, calls }) = Arrivals::of(path, request) {
                    let gate = shared.lock().gate(&gate);
                    gate.arrivals(calls).await;
                }
                control::control(&mut shared.lock(), path, request)
            }
        };
        shared.log(request.request(), Some("the test"), format_args!("{}", response.status().as_u16()));
        return Ok(response.map(Full::new));
    }
    let (caller, outcome) = meet(&request, &shared).await;
    let caller = caller.as_deref();
    match outcome {
        Ok(response) => {
            shared.log(request.request(), caller, format_args!("{}", response.status().as_u16()));
            Ok(response.map(Full::new))
        }
        Err(ending) => {
            shared.log(request.request(), caller, format_args!("no answer, because of a fault"));
            Err(ending.into())
        }
    }
}

/// Records a request, acts on it, and lets go wrong what is to go wrong. Also says who called.
async fn meet(request: &Arrived, shared: &Shared) -> (Option<String>, Result<Response<Bytes>, Ending>) {
    let (number, caller, fault, acted) = {
        let mut world = shared.lock();
        let caller = shared.log.as_ref().and_then(|_| world.caller(request.request()));
        let (number, fault) = world.arrive(request.request());
        let acts_now = fault.as_ref().is_none_or(|fault| fault.after_acting);
        let acted = acts_now.then(|| shared.act(&mut world, number, request));
        (number, caller, fault, acted)
    };
    let act = || acted.unwrap_or_else(|| shared.act(&mut shared.lock(), number, request));
    let outcome = match fault.map(|fault| fault.kind) {
        None => Ok(act()),
        Some(Kind::Hold(gate)) => {
            gate.pass().await;
            Ok(act())
        }
        Some(Kind::Answer(response)) => Ok(dated(response, &shared.lock().state.clock)),
        Some(Kind::Truncate) => Err(Ending::Bytes(half_of(&act()))),
        Some(Kind::Silence) => Err(Ending::Silence),
        Some(Kind::Reset) => Err(Ending::Reset),
        Some(Kind::HangUp) => Err(Ending::HangUp),
    };
    (caller, outcome)
}

/// The head of an answer and half of its body, as they travel.
fn half_of(response: &Response<Bytes>) -> Vec<u8> {
    let body = response.body();
    let mut bytes =
        format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n", response.status(), body.len()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body.slice(..body.len() / 2));
    bytes
}

fn body_too_large(clock: &Clock) -> Response<Bytes> {
    let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 1 MiB.");
    let mut response = dated(refusal.into_response(), clock);
    // The rest of the body is still on its way, so the connection is of no more use.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
