//! From a request and a state to an answer, without any I/O.
//!
//! A request passes some gates, and the first that is shut answers: is there such an operation (404, 405), whose session
//! is it (401), have they called too often (429), may they use it (403), is the request well formed (400, 411, 415). Only
//! then is the state looked at.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Refusal, dated, json_response};
use super::operation::{Route, Takes};
use super::record::SESSION_TOKEN;
use super::state::{Session, State};
use super::{connections, login};
use crate::connections::UserId;

/// Answers one request, and changes the state if the request does.
///
/// Any request gets an answer with a JSON body. A refusal has a status of 400 or above, a body with the members `code`
/// and `message`, and has changed nothing. There is an [example](super#without-a-socket).
pub fn handle(state: &mut State, request: &Request<Bytes>) -> Response<Bytes> {
    let response = match answer(state, request) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(refusal) => refusal.into_response(),
    };
    dated(response, &state.clock)
}

/// The open session in which a request is made.
pub(super) fn session(state: &State, headers: &HeaderMap) -> Option<Session> {
    state.session(headers.get(SESSION_TOKEN)?.to_str().ok()?).cloned()
}

fn answer(state: &mut State, request: &Request<Bytes>) -> Result<Value, Refusal> {
    let route = Route::of(request.method(), request.uri().path())?;
    let session = session(state, request.headers());
    match route {
        Route::Login(route) => {
            check_form(state, route.takes(), request)?;
            login::answer(state, session, &route, request)
        }
        Route::SessionInfo => {
            let caller = caller(state, session.as_ref())?;
            Ok(json!({ "id": i64::from(caller), "username": state.username(caller) }))
        }
        Route::Connection(route) => {
            let caller = caller(state, session.as_ref())?;
            connections::check_rights(state, caller, session.as_ref(), &route)?;
            check_form(state, route.takes(), request)?;
            connections::answer(state, caller, &route, request)
        }
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
