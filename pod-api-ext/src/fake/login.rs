//! Logins and logouts.
//!
//! A bot or an app proves who it is with a JSON Web Token (RFC 7519) that is signed by RS512 and good for 5 minutes at
//! most. Whatever is wrong with it, the answer is 401. The message says what; a real pod may say less.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
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

/// How long a token lives that is not a session: those of extension apps, and access tokens.
const SHORT_LIFE: Duration = Duration::from_secs(300);

/// Stands for the client certificate that a connection without TLS cannot show. Its value is the common name.
const CERTIFICATE: &str = "x-fake-pod-certificate";

pub(super) fn answer(
    state: &mut State,
    session: Option<Session>,
    route: &LoginRoute<'_>,
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    match *route {
        LoginRoute::Bot => {
            let session = by_jwt(state, request.body(), "token", bot)?;
            Ok(session_token(state, session))
        }
        LoginRoute::KeyManager => {
            let session = by_jwt(state, request.body(), "token", bot)?;
            Ok(key_manager_token(state, &session))
        }
        LoginRoute::App => {
            let session = by_jwt(state, request.body(), "token", app)?;
            Ok(session_token(state, session))
        }
        LoginRoute::ExtensionApp => extension_app(state, request.body()),
        LoginRoute::Certificate => {
            let session = by_certificate(state, request.headers())?;
            Ok(json!({ "name": "sessionToken", "token": state.open(session) }))
        }
        LoginRoute::KeyManagerCertificate => {
            let session = by_certificate(state, request.headers())?;
            Ok(key_manager_token(state, &session))
        }
        LoginRoute::AccessToken => {
            let session = session.ok_or_else(Refusal::invalid_session)?;
            let token = token_in(request.headers()).ok_or_else(Refusal::invalid_session)?;
            Ok(json!({
                "token_type": "Bearer",
                "expires_in": SHORT_LIFE.as_secs(),
                "access_token": access_token(state, &session, &token),
            }))
        }
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

/// The open session in which a request is made: that of its session token or, without one, of an access token.
pub(super) fn session(state: &State, headers: &HeaderMap) -> Option<Session> {
    state.session(&token_in(headers)?).filter(|_| access_is_open(state, headers)).cloned()
}

/// The token of the session in which a request is made.
fn token_in(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    match headers.get(SESSION_TOKEN) {
        Some(token) => token.to_str().ok().map(Cow::Borrowed),
        None => Access::of(headers).map(|access| Cow::Owned(access.session)),
    }
}

fn access_is_open(state: &State, headers: &HeaderMap) -> bool {
    headers.contains_key(SESSION_TOKEN)
        || Access::of(headers).is_some_and(|access| check_expiry(access.exp, state.clock.now()).is_ok())
}

/// Who a JWT may name, and the key to check it with.
type Find = for<'s> fn(&'s State, &str) -> Result<(Session, &'s PublicKey), &'static str>;

fn bot<'s>(state: &'s State, name: &str) -> Result<(Session, &'s PublicKey), &'static str> {
    let (user, key) = state.bot(name).ok_or("No user of this name has a public key here.")?;
    Ok((Session::User(user), key))
}

fn app<'s>(state: &'s State, id: &str) -> Result<(Session, &'s PublicKey), &'static str> {
    // An id with a colon can be registered, and is then refused like this.
    let key =
        state.app(id).filter(|_| !id.contains(':')).ok_or("No app of this id has a public key here.")?;
    Ok((Session::App(id.to_owned()), key))
}

/// The session for the subject of the JWT that the body has in this member, if `find` knows it and its key.
fn by_jwt(state: &State, body: &[u8], member: &str, find: Find) -> Result<Session, Refusal> {
    let body = object(body).unwrap_or_default();
    let Some(token) = body.get(member).and_then(Value::as_str) else {
        let message = format!("The body must be a JSON object with a string, {member}.");
        return Err(Refusal::unauthorized(message));
    };
    authenticate(state, token, find).map_err(Refusal::unauthorized)
}

fn authenticate(state: &State, token: &str, find: Find) -> Result<Session, &'static str> {
    let jwt = Jwt::parse(token)?;
    let (session, key) = find(state, &jwt.subject)?;
    if !key.verifies(jwt.signed.as_bytes(), &jwt.signature) {
        return Err("The signature of the JWT was not made with the key registered here.");
    }
    check_expiry(jwt.exp, state.clock.now())?;
    Ok(session)
}

/// The first half of the circle of trust: the app's own token, and one of the pod's to go with it.
fn extension_app(state: &mut State, body: &[u8]) -> Result<Value, Refusal> {
    let members = object(body).unwrap_or_default();
    let member = |name| members.get(name).and_then(Value::as_str);
    let (Some(app_token), Some(_)) = (member("appToken"), member("authToken")) else {
        let message = "The body must be a JSON object with two strings, appToken and authToken.";
        return Err(Refusal::bad_request(message));
    };
    let session = by_jwt(state, body, "authToken", app)?;
    Ok(json!({
        "appId": session.app(),
        "appToken": app_token,
        "symphonyToken": format!("fake-symphony-token-{}", state.next_token()),
        "expireAt": state.clock.unix_millis().saturating_add(300_000),
    }))
}

/// The session for the user whose certificate stands in the header.
fn by_certificate(state: &State, headers: &HeaderMap) -> Result<Session, Refusal> {
    let name = headers.get(CERTIFICATE).and_then(|name| name.to_str().ok());
    let name = name.ok_or_else(|| {
        Refusal::unauthorized(
            "Without TLS a login shows its certificate by the header X-Fake-Pod-Certificate, whose value is the common name.",
        )
    })?;
    let user = state.user_with_certificate(name);
    let message = "No user of this name has a certificate here.";
    user.map(Session::User).ok_or_else(|| Refusal::unauthorized(message))
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
    Ok(session_token(state, Session::OnBehalfOf { app, user }))
}

fn log_out(state: &mut State, headers: &HeaderMap) -> Result<Value, Refusal> {
    if token_in(headers).is_some_and(|token| state.end_session(&token)) {
        Ok(json!({ "format": "TEXT", "message": "Session ended." }))
    } else {
        Err(Refusal::invalid_session())
    }
}

/// The answer to a login: a new session's token, the header that it is for, and a short access token to the same session.
fn session_token(state: &mut State, session: Session) -> Value {
    let token = state.open(session.clone());
    let access = access_token(state, &session, &token);
    json!({ "name": "sessionToken", "token": token, "authorizationToken": access })
}

/// Good for nothing here: it is for the agent, which is not served.
fn key_manager_token(state: &mut State, session: &Session) -> Value {
    let number = state.next_token();
    let user = session.user().map_or_else(String::new, |user| format!("-of-{user}"));
    json!({ "name": "keyManagerToken", "token": format!("fake-key-manager-token-{number}{user}") })
}

/// A JWT that opens a session for a short time. In the place of a signature it has the token of the session.
fn access_token(state: &State, session: &Session, token: &str) -> String {
    let subject = match session.user() {
        Some(user) => state.username(user),
        None => session.app(),
    };
    let exp = state.clock.unix_millis().div_euclid(1000).saturating_add_unsigned(SHORT_LIFE.as_secs());
    let header = json!({ "alg": "none", "typ": "JWT" });
    let claims = json!({ "sub": subject, "exp": exp });
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    format!("{}.{}.{}", encode(&header.to_string()), encode(&claims.to_string()), encode(token))
}

/// What an access token says.
struct Access {
    session: String,
    /// In seconds since 1970.
    exp: u64,
}

impl Access {
    /// That of the header `Authorization: Bearer ...`.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let mut parts = token.split('.').skip(1);
        let claims = object(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?)?;
        let session = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let exp = claims.get("exp")?.as_u64()?;
        scheme
            .eq_ignore_ascii_case("Bearer")
            .then_some(Self { session: String::from_utf8(session).ok()?, exp })
    }
}
