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
use tokio::task::{AbortHandle, JoinSet};

use super::answer::{Refusal, dated};
use super::fault::{Fault, Kind, Schedule};
use super::handle::{handle, session};
use super::record::RecordedRequest;
use super::state::{Clock, State};

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
type Shared = Mutex<Inner>;

pub(super) struct Inner {
    pub(super) state: State,
    pub(super) schedule: Schedule,
    requests: Vec<RecordedRequest>,
    /// How many requests were recorded before those.
    forgotten: usize,
}

impl Inner {
    pub(super) fn requests(&self) -> &[RecordedRequest] {
        &self.requests
    }

    pub(super) fn take_requests(&mut self) -> Vec<RecordedRequest> {
        self.forgotten += self.requests.len();
        std::mem::take(&mut self.requests)
    }

    /// Records a request. Returns its number, and what goes wrong with it.
    fn arrive(&mut self, request: &Request<Bytes>) -> (usize, Option<Fault>) {
        let record = RecordedRequest::new(request, session(&self.state, request.headers()).as_ref());
        let fault = self.schedule.take(record.operation);
        self.requests.push(record);
        (self.forgotten + self.requests.len() - 1, fault)
    }

    /// Does what a request asks for, and notes in its record whether it was done.
    fn act(&mut self, number: usize, request: &Arrived) -> Response<Bytes> {
        let response = match request {
            Arrived::Whole(request) => handle(&mut self.state, request),
            Arrived::TooLarge(_) => body_too_large(&self.state.clock),
        };
        let record = number.checked_sub(self.forgotten).and_then(|index| self.requests.get_mut(index));
        if let Some(record) = record {
            record.acted = response.status().is_success();
        }
        response
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

impl Server {
    pub(super) async fn start(state: State) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Inner {
            state,
            schedule: Schedule::default(),
            requests: Vec::new(),
            forgotten: 0,
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self { address, url: format!("http://{address}"), shared, accepting })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.shared)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A test may have failed with the lock in its hands; the pod goes on for those that clean up after it.
fn lock(shared: &Shared) -> MutexGuard<'_, Inner> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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
    let (number, fault, acted) = {
        let mut inner = lock(&shared);
        let (number, fault) = inner.arrive(request.request());
        let acts_now = fault.as_ref().is_none_or(|fault| fault.after_acting);
        let acted = acts_now.then(|| inner.act(number, &request));
        (number, fault, acted)
    };
    let act = || acted.unwrap_or_else(|| lock(&shared).act(number, &request));
    let response = match fault.map(|fault| fault.kind) {
        None => act(),
        Some(Kind::Hold(gate)) => {
            gate.pass().await;
            act()
        }
        Some(Kind::Answer(response)) => dated(response, &lock(&shared).state.clock),
        Some(Kind::Truncate) => return Err(Ending::Bytes(half_of(&act())).into()),
        Some(Kind::Silence) => return Err(Ending::Silence.into()),
        Some(Kind::Reset) => return Err(Ending::Reset.into()),
        Some(Kind::HangUp) => return Err(Ending::HangUp.into()),
    };
    Ok(response.map(Full::new))
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
