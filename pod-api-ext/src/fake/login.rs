//! Logins and logouts: who gets a session, and when it ends.
//!
//! A bot or an app proves who it is with a JSON Web Token (RFC 7519) that is signed by RS512 and good for 5 minutes at
//! most. Whatever is wrong with it, the answer is 401. The message says what; a real pod may say less.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::keys::PublicKey;
use super::operation::LoginRoute;
use super::record::SESSION_TOKEN;
use super::state::{Session, State};
use crate::connections::UserId;

/// How far ahead the `exp` of a JWT may lie.
const MAX_LIFETIME: Duration = Duration::from_secs(300);

pub(super) fn answer(
    state: &mut State,
    session: Option<Session>,
    route: &LoginRoute<'_>,
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    match *route {
        LoginRoute::Bot => log_in(state, request.body(), |state, name| {
            let (user, key) = state.bot(name).ok_or("No user of this name has a public key here.")?;
            Ok((Session::User(user), key))
        }),
        LoginRoute::App => log_in(state, request.body(), |state, id| {
            // An id with a colon can be registered, and is then refused like this.
            let key = state
                .app(id)
                .filter(|_| !id.contains(':'))
                .ok_or("No app of this id has a public key here.")?;
            Ok((Session::App(id.to_owned()), key))
        }),
        LoginRoute::OnBehalfOfId(id) => {
            let id =
                id.parse().map_err(|_| Refusal::bad_request("A user id is a decimal integer of 64 bits."))?;
            on_behalf(state, session, |state| state.has_user(id).then_some(id))
        }
        LoginRoute::OnBehalfOfUsername(name) => {
            let name = percent_decode_str(name).decode_utf8_lossy();
            on_behalf(state, session, |state| state.user_of_name(&name))
        }
        LoginRoute::Logout => log_out(state, request.headers()),
    }
}

/// Opens a session for the subject of a JWT, if `find` knows it and its key.
fn log_in(
    state: &mut State,
    body: &[u8],
    find: impl for<'s> FnOnce(&'s State, &str) -> Result<(Session, &'s PublicKey), &'static str>,
) -> Result<Value, Refusal> {
    let session = authenticate(state, body, find).map_err(Refusal::unauthorized)?;
    Ok(token(state, session))
}

fn authenticate(
    state: &State,
    body: &[u8],
    find: impl for<'s> FnOnce(&'s State, &str) -> Result<(Session, &'s PublicKey), &'static str>,
) -> Result<Session, &'static str> {
    let body = object(body).unwrap_or_default();
    let token = body.get("token").and_then(Value::as_str);
    let jwt = Jwt::parse(token.ok_or("The body must be a JSON object with a string, token.")?)?;
    let (session, key) = find(state, &jwt.subject)?;
    if !key.verifies(jwt.signed.as_bytes(), &jwt.signature) {
        return Err("The signature of the JWT was not made with the key registered here.");
    }
    check_expiry(jwt.exp, state.clock.now())?;
    Ok(session)
}

/// A JSON Web Token in its parts, not verified.
struct Jwt {
    subject: String,
    /// In seconds since 1970.
    exp: u64,
    /// Header and claims as they were signed.
    signed: String,
    signature: Vec<u8>,
}

impl Jwt {
    fn parse(token: &str) -> Result<Self, &'static str> {
        let malformed = "The token is not a JWT: three parts in base64url, the first two of JSON.";
        let [header, claims, signature] = *token.split('.').collect::<Vec<_>>().as_slice() else {
            return Err(malformed);
        };
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed);
        let signed = format!("{header}.{claims}");
        let header = object(&decode(header)?).ok_or(malformed)?;
        let claims = object(&decode(claims)?).ok_or(malformed)?;
        let signature = decode(signature)?;
        if header.get("alg").and_then(Value::as_str) != Some("RS512") {
            return Err("The algorithm of the JWT must be RS512.");
        }
        let subject = claims.get("sub").and_then(Value::as_str).map(str::to_owned);
        match subject.zip(claims.get("exp").and_then(Value::as_u64)) {
            Some((subject, exp)) => Ok(Self { subject, exp, signed, signature }),
            None => Err("The JWT needs the claims sub, a string, and exp, whole seconds since 1970."),
        }
    }
}

fn object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(json).ok()
}

fn check_expiry(exp: u64, now: SystemTime) -> Result<(), &'static str> {
    // A moment that the machine cannot express is far ahead.
    let ahead = match UNIX_EPOCH.checked_add(Duration::from_secs(exp)) {
        Some(exp) => exp.duration_since(now).unwrap_or_default(),
        None => Duration::MAX,
    };
    match ahead {
        Duration::ZERO => Err("The JWT has expired, by the clock of the pod."),
        ahead if ahead > MAX_LIFETIME => {
            Err("The exp of the JWT lies more than 300 seconds ahead, by the clock of the pod.")
        }
        _ => Ok(()),
    }
}

/// Opens a session for a user, whom an app asks for in its own session.
fn on_behalf(
    state: &mut State,
    session: Option<Session>,
    find: impl FnOnce(&State) -> Option<UserId>,
) -> Result<Value, Refusal> {
    let Some(Session::App(app)) = session else { return Err(Refusal::invalid_session()) };
    let user = find(state).ok_or_else(|| Refusal::unauthorized("There is no such user."))?;
    Ok(token(state, Session::OnBehalfOf { app, user }))
}

fn log_out(state: &mut State, headers: &HeaderMap) -> Result<Value, Refusal> {
    let token = headers.get(SESSION_TOKEN).and_then(|token| token.to_str().ok());
    if token.is_some_and(|token| state.end_session(token)) {
        Ok(json!({ "format": "TEXT", "message": "Session ended." }))
    } else {
        Err(Refusal::invalid_session())
    }
}

/// The answer to every login: a new session's token, and the header that it is for.
fn token(state: &mut State, session: Session) -> Value {
    json!({ "name": "sessionToken", "token": state.open(session) })
}
