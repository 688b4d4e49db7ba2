//! Control of a running pod over HTTP, for tests in any language: what the handle does, below a path of its own.
//!
//! The [page on the program](super::program#control) tells of each call. They are not recorded, and no fault meets them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer::Refusal;
use super::answers::Answer;
use super::record::RecordedRequest;
use super::setup::{InvalidSetup, SetUpUser, UserRef, object, open_session};
use super::state::State;
use super::world::World;
use crate::connections::{Status, UserId};

/// What the paths of all these calls begin with.
const ROOT: &str = "/fake-pod/";

/// What remains of a path that is for the control.
pub(super) fn path(request: &Request<Bytes>) -> Option<&str> {
    request.uri().path().strip_prefix(ROOT)
}

/// Waits until so many calls have come to a gate.
pub(super) struct Arrivals {
    pub(super) gate: String,
    pub(super) calls: usize,
}

impl Arrivals {
    /// What a call of the control is to wait for before it is answered.
    pub(super) fn of(path: &str, request: &Request<Bytes>) -> Option<Self> {
        let gate = path.strip_prefix("gates/").filter(|name| !name.contains('/'))?;
        let calls = arrivals(request.uri().query()).ok()??;
        (request.method() == Method::GET).then(|| Self { gate: gate.to_owned(), calls })
    }
}

/// Does what a call of the control asks for.
pub(super) fn control(world: &mut World, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
    match answer(world, path, request) {
        Ok(body) => Answer::ok(&body).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn answer(world: &mut World, path: &str, request: &Request<Bytes>) -> Result<Value, Refusal> {
    const GET: &Method = &Method::GET;
    const POST: &Method = &Method::POST;
    const DELETE: &Method = &Method::DELETE;
    let query = request.uri().query();
    let segments: Vec<_> = path.split('/').collect();
    let known: &[&str] = match segments.as_slice() {
        ["sessions"] => &["user", "app"],
        ["connections"] => &["user", "other"],
        ["gates", _] => &["arrivals"],
        _ => &[],
    };
    only(query, known)?;
    match (request.method(), segments.as_slice()) {
        (GET, ["state"]) => Ok(shown(&world.state)),
        (POST, ["state"]) => Ok(introduced(&world.set_up(&body(request)?)?)),
        (POST, ["checkpoint"]) => {
            world.checkpoint();
            Ok(json!({}))
        }
        (POST, ["reset"]) => {
            world.reset();
            Ok(json!({}))
        }
        (POST, ["sessions"]) => {
            let NewSession { user } = body(request)?;
            let user = user.find(&world.state)?;
            let token = open_session(&mut world.state, user);
            Ok(json!({ "id": i64::from(user), "token": token.expose() }))
        }
        (DELETE, ["sessions"]) => match (parameter(query, "user"), parameter(query, "app")) {
            (Some(user), None) => {
                let user = find(&world.state, user)?;
                world.state.end_sessions(user);
                Ok(json!({}))
            }
            (None, Some(app)) => {
                world.state.end_app_sessions(&app);
                Ok(json!({}))
            }
            _ => Err(Refusal::bad_request("This call needs a parameter: user, or app.")),
        },
        (GET, ["connections"]) => {
            let (user, other) = pair(&world.state, query)?;
            Ok(json!({ "status": world.state.status(user, other).as_ref().map(Status::as_str) }))
        }
        (DELETE, ["connections"]) => {
            let (user, other) = pair(&world.state, query)?;
            world.state.disconnect(user, other);
            Ok(json!({}))
        }
        (GET, ["faults"]) => Ok(json!({ "pending": world.schedule.pending() })),
        (DELETE, ["faults"]) => {
            world.schedule.clear();
            Ok(json!({}))
        }
        (GET, ["answers"]) => Ok(json!({ "pending": world.state.pending_answers() })),
        (DELETE, ["answers"]) => {
            world.state.clear_answers();
            Ok(json!({}))
        }
        (GET, ["requests"]) => {
            let (dropped, requests) = (world.record.dropped(), world.record.all());
            Ok(recorded(dropped, &requests))
        }
        (DELETE, ["requests"]) => {
            let (dropped, requests) = (world.record.dropped(), world.record.take());
            Ok(recorded(dropped, &requests))
        }
        (GET, ["gates", name]) => {
            arrivals(query)?;
            let (open, arrived) = world.gate(name).passage();
            Ok(json!({ "open": open, "arrived": arrived }))
        }
        (POST, ["gates", name, "open"]) => {
            world.gate(name).open();
            Ok(json!({}))
        }
        _ => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "The control of the fake pod has no such call. Its documentation lists them: pod_api_ext::fake::program.",
        )),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSession {
    user: UserRef,
}

/// Users by their names, with ids and tokens.
pub(super) fn introduced(users: &[SetUpUser]) -> Value {
    let user = |user: &SetUpUser| {
        (user.name.clone(), json!({ "id": i64::from(user.id), "token": user.token.expose() }))
    };
    json!({ "users": users.iter().map(user).collect::<Map<_, _>>() })
}

/// What there is, in the words of a [`Setup`](super::Setup).
fn shown(state: &State) -> Value {
    let users = state.users().map(|(id, user)| {
        json!({
            "name": user.name,
            "id": i64::from(id),
            "pod": user.pod,
            "entitled": user.entitled,
            "attributes": user.attributes,
            "roles": user.roles,
        })
    });
    let connections = state.connections().map(
        |(user, other, status)| json!({ "user": i64::from(user), "other": i64::from(other), "status": status.as_str() }),
    );
    json!({
        "users": users.collect::<Vec<_>>(),
        "apps": state.apps().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
        "connections": connections.collect::<Vec<_>>(),
        "clock": { "at": state.clock.unix_millis() },
        "strict": state.strict,
        "samples": state.samples,
    })
}

fn recorded(dropped: u64, requests: &[RecordedRequest]) -> Value {
    json!({ "dropped": dropped, "requests": requests.iter().map(request).collect::<Vec<_>>() })
}

fn request(request: &RecordedRequest) -> Value {
    json!({
        "operation": request.operation.name(),
        "method": request.method.as_str(),
        "path": request.path,
        "query": request.query,
        "headers": headers(&request.headers),
        "caller": request.caller.map(i64::from),
        "app": request.app,
        "body": String::from_utf8_lossy(&request.body),
        "acted": request.acted,
    })
}

/// By their names in lower case; several of one name are joined as HTTP joins them.
fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined = BTreeMap::<&str, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str())
            .and_modify(|text| text.extend([", ", &*value]))
            .or_insert_with(|| value.to_string());
    }
    joined
}

fn body<T: DeserializeOwned>(request: &Request<Bytes>) -> Result<T, Refusal> {
    object(request.body()).map_err(|error| Refusal::bad_request(format!("The body: {error}")))
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut parameters = form_urlencoded::parse(query?.as_bytes());
    parameters.find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}

/// How many calls are to have come to a gate, if the query says it.
fn arrivals(query: Option<&str>) -> Result<Option<usize>, Refusal> {
    let number = |text: String| {
        let refused =
            |_| Refusal::bad_request(format!("The parameter arrivals is a number of calls, not {text:?}."));
        text.parse().map_err(refused)
    };
    parameter(query, "arrivals").map(number).transpose()
}

/// A parameter that is misspelt must not be one that is not there.
fn only(query: Option<&str>, known: &[&str]) -> Result<(), Refusal> {
    let mut names = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).map(|(name, _)| name);
    match names.find(|name| !known.contains(&&**name)) {
        Some(name) => Err(Refusal::bad_request(format!("This call has no parameter {name:?}."))),
        None => Ok(()),
    }
}

/// By name or, if nobody has it, by id.
fn find(state: &State, user: String) -> Result<UserId, Refusal> {
    let by_id = user.parse().ok().map(UserRef::Id).and_then(|id| id.find(state).ok());
    match UserRef::Name(user).find(state) {
        Ok(id) => Ok(id),
        Err(error) => by_id.ok_or_else(|| error.into()),
    }
}

fn pair(state: &State, query: Option<&str>) -> Result<(UserId, UserId), Refusal> {
    let user = |name| {
        let user = parameter(query, name)
            .ok_or_else(|| Refusal::bad_request("This call needs two parameters, user and other."))?;
        find(state, user)
    };
    Ok((user("user")?, user("other")?))
}

impl From<InvalidSetup> for Refusal {
    fn from(error: InvalidSetup) -> Self {
        Self::bad_request(error.to_string())
    }
}
