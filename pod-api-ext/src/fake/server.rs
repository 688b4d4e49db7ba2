//! The socket around the pod: HTTP/1.1 on a loopback port, one task a connection.
//!
//! An exchange has three steps: read the request whole, record and act on it under one lock, send the answer. So the
//! records are in the order in which the pod acted.

use std::error::Error;
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
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::handle::{Refusal, caller, handle};
use super::record::RecordedRequest;
use super::state::State;

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
    pub(super) requests: Vec<RecordedRequest>,
}

impl Server {
    pub(super) async fn start(state: State) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Inner { state, requests: Vec::new() }));
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
    // It ends in an error when the client hangs up or does not speak HTTP. That is for the client to notice.
    let _ended = http1::Builder::new()
        // A client that has said all it has to say still wants the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn exchange(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let (body, too_large) = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => (body.to_bytes(), false),
        Err(error) if error.is::<LengthLimitError>() => (Bytes::new(), true),
        Err(broken_off) => return Err(broken_off),
    };
    let request = Request::from_parts(head, body);

    let mut inner = lock(&shared);
    let caller = caller(&inner.state, request.headers());
    inner.requests.push(RecordedRequest::new(&request, caller));
    let response = if too_large { body_too_large() } else { handle(&mut inner.state, &request) };
    Ok(response.map(Full::new))
}

fn body_too_large() -> Response<Bytes> {
    let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 1 MiB.");
    let mut response = refusal.into_response();
    // The rest of the body is still on its way, so the connection is of no more use.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
