//! The ways to make a call, which all send the same: by hand on plain `reqwest`, as the generator would by itself, with
//! `pod-api`, and with `pod-api-ext`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pod_api::reqwest;
use pod_api::{Client, Context, SessionToken, TraceId};
use pod_api_ext::Pod;
use serde::{Deserialize, Serialize};

/// The way that all others are compared with.
pub const BY_HAND: &str = "by hand";

const USER: i64 = 7_078_106_126_503;
const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const TRACE_ID: &str = "a1B2c3";
const USER_AGENT: &str = "pod-api-ext-benches/0";
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than any call takes, and shorter than the timeout, so that it is the one that counts.
const DEADLINE: Duration = Duration::from_secs(20);

/// One call, made in one way.
pub struct Case {
    /// What is called.
    pub call: &'static str,
    /// In which way.
    pub way: &'static str,
    drive: Box<Drive>,
}

/// Makes calls: how many at a time, and how many in all.
type Drive = dyn Fn(usize, usize) -> Pin<Box<dyn Future<Output = ()>>>;

impl Case {
    fn new<F, Fut>(call: &'static str, way: &'static str, make: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let make = Arc::new(make);
        Self {
            call,
            way,
            drive: Box::new(move |tasks, calls| Box::pin(drive(Arc::clone(&make), tasks, calls))),
        }
    }

    /// Makes this many calls, so many at a time. One at a time needs no tasks.
    pub async fn run(&self, at_a_time: usize, calls: usize) {
        (self.drive)(at_a_time, calls).await;
    }
}

async fn drive<F, Fut>(make: Arc<F>, tasks: usize, calls: usize)
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    if tasks == 1 {
        for _ in 0..calls {
            make().await;
        }
        return;
    }
    let tasks: Vec<_> = (0..tasks)
        .map(|n| {
            let (make, calls) = (Arc::clone(&make), calls / tasks + usize::from(n < calls % tasks));
            tokio::spawn(async move {
                for _ in 0..calls {
                    make().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// All calls in all ways, by hand first, on the pod at this address.
pub fn cases(url: &str) -> Vec<Case> {
    let by_hand = ByHand::new(url);
    let generated = ByHand::new(url);
    let bindings = client(url);
    let pod = pod(url);
    let connections = pod.connections();
    let hasty = pod.with_deadline(DEADLINE).connections();
    const GET: &str = "get a connection";
    const CREATE: &str = "create a connection";
    // Each makes its future out of clones of handles, as a program that spawns tasks does.
    macro_rules! case {
        ($call:expr, $way:expr, $handle:ident, $make:expr) => {{
            let handle = $handle.clone();
            Case::new($call, $way, move || {
                let $handle = handle.clone();
                async move {
                    $make;
                }
            })
        }};
    }
    vec![
        case!(GET, BY_HAND, by_hand, by_hand.get(USER).await.unwrap()),
        case!(GET, "progenitor", generated, generated.get_as_generated(USER).await.unwrap()),
        case!(
            GET,
            "pod-api",
            bindings,
            bindings.get_connection().user_id(USER.to_string()).send().await.unwrap()
        ),
        case!(GET, "pod-api-ext", connections, connections.get(USER).await.unwrap()),
        case!(GET, "pod-api-ext with a deadline", hasty, hasty.get(USER).await.unwrap()),
        case!(CREATE, BY_HAND, by_hand, by_hand.create(USER).await.unwrap()),
        case!(CREATE, "progenitor", generated, generated.create_as_generated(USER).await.unwrap()),
        case!(
            CREATE,
            "pod-api",
            bindings,
            bindings.create_connection().body_map(|body| body.user_id(USER)).send().await.unwrap()
        ),
        case!(CREATE, "pod-api-ext", connections, connections.create(USER).await.unwrap()),
        case!(CREATE, "pod-api-ext with a deadline", hasty, hasty.create(USER).await.unwrap()),
    ]
}

fn client(url: &str) -> Client {
    let context = Context::new()
        .with_session(SessionToken::new(TOKEN).unwrap())
        .with_trace_id(TraceId::new(TRACE_ID).unwrap());
    Client::builder(&format!("{url}/pod"))
        .context(context)
        .http(reqwest::Client::builder().user_agent(USER_AGENT))
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .unwrap()
}

/// A pod with all that the layer does: session, trace id of its own for each call, retries, calls in flight.
pub fn pod(url: &str) -> Pod {
    Pod::builder(url)
        .session(SessionToken::new(TOKEN).unwrap())
        .user_agent(USER_AGENT)
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .unwrap()
}

/// What a program of its own would have for these two calls. Clones share it.
#[derive(Clone)]
struct ByHand(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "they are read from JSON, which is what is measured")]
struct UserConnection {
    user_id: Option<i64>,
    status: Option<Status>,
    first_requested_at: Option<i64>,
    updated_at: Option<i64>,
    request_counter: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    PendingIncoming,
    PendingOutgoing,
    Accepted,
    Rejected,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserConnectionRequest {
    user_id: i64,
}

impl ByHand {
    fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .unwrap();
        Self(Arc::new(Inner { http, base: format!("{url}/pod") }))
    }

    async fn get(&self, user: i64) -> reqwest::Result<UserConnection> {
        self.0
            .http
            .get(format!("{}/v1/connection/user/{user}/info", self.0.base))
            .header("Accept", "application/json")
            .header("sessionToken", TOKEN)
            .header("X-Trace-Id", TRACE_ID)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }

    async fn create(&self, user: i64) -> reqwest::Result<UserConnection> {
        self.0
            .http
            .post(format!("{}/v1/connection/create", self.0.base))
            .header("Accept", "application/json")
            .header("sessionToken", TOKEN)
            .header("X-Trace-Id", TRACE_ID)
            .json(&UserConnectionRequest { user_id: user })
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }

    /// What the generator writes for this call before any of it is polished, written off by hand.
    async fn get_as_generated(&self, user: i64) -> Result<(), pod_api::Error> {
        let user = user.to_string();
        let url =
            format!("{}/v1/connection/user/{}/info", self.0.base, progenitor_client::encode_path(&user));
        let request = self.0.http.get(url).headers(generated_headers()).build()?;
        read_as_generated(self.0.http.execute(request).await?).await
    }

    async fn create_as_generated(&self, user: i64) -> Result<(), pod_api::Error> {
        let body = pod_api::types::UserConnectionRequest { user_id: Some(user) };
        let url = format!("{}/v1/connection/create", self.0.base);
        let request = self.0.http.post(url).json(&body).headers(generated_headers()).build()?;
        read_as_generated(self.0.http.execute(request).await?).await
    }
}

fn generated_headers() -> http::HeaderMap {
    let mut headers = http::HeaderMap::with_capacity(4);
    headers.append("accept", http::HeaderValue::from_static("application/json"));
    headers.append("sessionToken", TOKEN.parse().unwrap());
    headers.append("X-Trace-Id", TRACE_ID.parse().unwrap());
    headers
}

async fn read_as_generated(response: reqwest::Response) -> Result<(), pod_api::Error> {
    match response.status().as_u16() {
        200 => {
            pod_api::ResponseValue::<pod_api::types::UserConnection>::from_response(response).await.map(drop)
        }
        _ => Err(pod_api::Error::UnexpectedResponse(response)),
    }
}
