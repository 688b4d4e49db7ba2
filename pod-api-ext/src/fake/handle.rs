//! From a request and a state to an answer, without any I/O.
//!
//! Checks come first, in this order: the operation exists (404, 405), the session is open (401), the caller has not called
//! too often (429), the caller may use the operation (403), the request is well formed and as the document declares
//! (400, 411, 415). An answer that the test set comes next. Only without one does the operation use the state.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};

use super::answer::{Refusal, dated};
use super::answers::Answer;
use super::call::{Behaviour, Call, Takes, Target};
use super::operation::Route;
use super::state::{Session, State};
use super::{connections, login, presence, rooms, streams, users};
use crate::connections::UserId;

/// The operations that the pod serves by itself, by subject.
const SERVED: [&[(&pod_api::Operation, Behaviour)]; 5] =
    [connections::SERVED, users::SERVED, rooms::SERVED, streams::SERVED, presence::SERVED];

/// Answers one request, and changes the state if the request does.
///
/// An answer has a body in JSON, or is a 204 without one. A refusal has a status of 400 or above, a body with the members `code`
/// and `message`, and has changed nothing. There is an [example](super#without-a-socket).
pub fn handle(state: &mut State, request: &Request<Bytes>) -> Response<Bytes> {
    let response = match answer(state, request) {
        Ok(answer) => answer.into_response(),
        Err(refusal) => refusal.into_response(),
    };
    dated(response, &state.clock)
}

fn answer(state: &mut State, request: &Request<Bytes>) -> Result<Answer, Refusal> {
    let route = Route::of(request.method(), request.uri().path())?;
    let session = login::session(state, request.headers());
    match route {
        Route::Login(route) => {
            check_form(state, route.takes(), request)?;
            login::answer(state, session, &route, request).map(|body| Answer::ok(&body))
        }
        Route::Api(target) => api(state, session.as_ref(), target, request),
    }
}

fn api(
    state: &mut State,
    session: Option<&Session>,
    target: Target,
    request: &Request<Bytes>,
) -> Result<Answer, Refusal> {
    let operation = target.operation;
    let needs_session = target.described().is_none_or(|described| described.session);
    let caller = needs_session.then(|| caller(state, session)).transpose()?;
    if let Some(caller) = caller {
        connections::check_rights(state, caller, session, operation)?;
    }
    check_form(state, target.takes(request), request)?;
    let call = Call::read(target, request)?;
    if let Some(answer) = state.take_answer(operation) {
        return Ok(answer);
    }
    let served = SERVED.into_iter().flatten().find(|(served, _)| *served == operation);
    match (served, caller) {
        (Some((_, behaviour)), Some(caller)) => behaviour(state, caller, &call),
        _ if state.samples => Ok(Answer::sample(operation)),
        _ => Err(Refusal::unserved(operation)),
    }
}

/// The user for whom a call below `/pod` is made, if they have not called too often.
fn caller(state: &mut State, session: Option<&Session>) -> Result<UserId, Refusal> {
    // An app's own session is good for getting others, and for nothing else.
    let caller = session.and_then(Session::user).ok_or_else(Refusal::invalid_session)?;
    throttle(state, caller)?;
    Ok(caller)
}

/// See [`State::throttle`].
fn throttle(state: &mut State, caller: UserId) -> Result<(), Refusal> {
    let Some(throttle) = state.throttle else { return Ok(()) };
    let now = state.clock.now();
    state
        .admit(caller, throttle, now)
        .map_err(|wait| Refusal::too_many_requests(wait, throttle.retry_after, now))
}

/// See [`State::strict`].
fn check_form(state: &State, takes: Takes, request: &Request<Bytes>) -> Result<(), Refusal> {
    if !state.strict {
        return Ok(());
    }
    let content_type = request.headers().get(CONTENT_TYPE);
    match takes {
        Takes::Query => Ok(()),
        Takes::Json if content_type.is_some_and(is_json) => Ok(()),
        Takes::Json => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be JSON, with Content-Type: application/json.",
        )),
        Takes::Nothing if !request.body().is_empty() => {
            Err(Refusal::bad_request("This operation takes no body."))
        }
        Takes::Nothing if content_type.is_some() => {
            Err(Refusal::bad_request("A request without a body must not have a Content-Type."))
        }
        Takes::Nothing if request.headers().get(CONTENT_LENGTH).is_none_or(|length| length != "0") => {
            Err(Refusal::new(StatusCode::LENGTH_REQUIRED, "A POST without a body needs Content-Length: 0."))
        }
        Takes::Nothing => Ok(()),
    }
}

fn is_json(content_type: &HeaderValue) -> bool {
    content_type
        .to_str()
        .ok()
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}
