//! Users, connections and settings of a pod, read from a file or from the control over HTTP.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::answers::{Answer, Calls};
use super::fault::Fault;
use super::keys::PublicKey;
use super::operation::Operation;
use super::state::{Clock, ConflictAnswer, RemoveRule, RetryAfterForm, State, Throttle};
use super::user::User;
use crate::SessionToken;
use crate::connections::{Status, UserId};

/// Users, apps, connections, faults and settings of a pod, read from JSON.
///
/// The [page on the program](super::program#the-state) tells of each member. What is not there stays as it is.
///
/// ```
/// use pod_api_ext::connections::Status;
/// use pod_api_ext::fake::{FakePod, Setup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakePod::start().await;
/// let setup: Setup = r#"{
///     "users": [{"name": "alice"}, {"name": "bob", "pod": "beta"}],
///     "connections": [{"user": "alice", "other": "bob", "status": "ACCEPTED"}]
/// }"#
/// .parse()?;
/// let users = fake.set_up(&setup)?;
/// assert_eq!(users[0].name, "alice");
/// assert_eq!(fake.status(users[0].id, users[1].id), Some(Status::Accepted));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Setup {
    users: Vec<UserEntry>,
    apps: Vec<AppEntry>,
    cross_pod: BTreeMap<String, bool>,
    connections: Vec<ConnectionEntry>,
    answers: Vec<AnswerEntry>,
    samples: Option<bool>,
    pub(super) faults: Vec<FaultEntry>,
    clock: Option<ClockEntry>,
    strict: Option<bool>,
    remove_rule: Option<RemoveRule>,
    conflict_answer: Option<ConflictAnswer>,
    /// Null takes it away.
    #[serde(deserialize_with = "present")]
    throttle: Option<Option<ThrottleEntry>>,
    pub(super) record_limit: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserEntry {
    name: String,
    id: Option<i64>,
    pod: Option<String>,
    public_key: Option<String>,
    public_key_file: Option<PathBuf>,
    #[serde(default)]
    certificate: bool,
    #[serde(default = "yes")]
    entitled: bool,
    /// By the names of `V2UserAttributes`.
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AppEntry {
    id: String,
    public_key: Option<String>,
    public_key_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionEntry {
    user: UserRef,
    other: UserRef,
    status: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerEntry {
    operation: String,
    nth: Option<NonZeroU64>,
    status: Option<u16>,
    /// Null is a body, or the lack of one in a success that can lack it.
    #[serde(default, deserialize_with = "present")]
    body: Option<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ClockEntry {
    Machine,
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds.
    Advance(u64),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ThrottleEntry {
    calls: u32,
    window_millis: u64,
    #[serde(default)]
    retry_after: RetryAfterForm,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FaultEntry {
    operation: Option<String>,
    nth: Option<NonZeroU64>,
    every: Option<NonZeroU64>,
    kind: FaultKind,
    #[serde(default)]
    after_acting: bool,
    gate: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
enum FaultKind {
    Silence,
    Reset,
    HangUp,
    Truncated,
    Hold,
    Answer,
    Html,
    Garbage,
}

/// When a fault comes.
pub(super) enum When {
    Nth(Operation, u64),
    Every(Option<Operation>, u64),
}

/// A user, by id or by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a user's name, or an id as a number")]
pub(super) enum UserRef {
    Id(i64),
    Name(String),
}

/// A user who was set up, and a session of theirs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SetUpUser {
    /// The name.
    pub name: String,
    /// The id.
    pub id: UserId,
    /// The token of a session that was opened for them.
    pub token: SessionToken,
}

/// A [`Setup`] that cannot be: it names somebody who is not there, or holds what is no key. Nothing of it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetup(String);

impl fmt::Display for InvalidSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidSetup {}

fn invalid<T>(message: impl Into<String>) -> Result<T, InvalidSetup> {
    Err(InvalidSetup(message.into()))
}

impl std::str::FromStr for Setup {
    type Err = serde_json::Error;

    fn from_str(json: &str) -> Result<Self, Self::Err> {
        object(json.as_bytes())
    }
}

/// Reads an object. A derived reader takes a list too, of members in their order.
pub(super) fn object<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let _is_object: BTreeMap<String, IgnoredAny> = serde_json::from_slice(json)?;
    serde_json::from_slice(json)
}

impl Setup {
    /// Reads a file of JSON. Public keys may be in files of their own, `publicKeyFile`, whose paths start where this file is.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or if this one is not a setup. The message says where.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, InvalidSetup> {
        let path = path.as_ref();
        let mut setup: Self = read(path)?
            .parse()
            .or_else(|error: serde_json::Error| invalid(format!("{}: {error}", path.display())))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let users = setup.users.iter_mut().map(|user| (&mut user.public_key, &mut user.public_key_file));
        let apps = setup.apps.iter_mut().map(|app| (&mut app.public_key, &mut app.public_key_file));
        for (key, file) in users.chain(apps) {
            if let Some(file) = file.take() {
                *key = Some(read(&folder.join(file))?);
            }
        }
        Ok(setup)
    }

    /// Does what the setup says about the state, and opens a session for each of its users. The state may be half changed if it
    /// fails.
    pub(super) fn apply(&self, state: &mut State) -> Result<Vec<SetUpUser>, InvalidSetup> {
        // First, because sessions and connections have times.
        match self.clock {
            None => {}
            Some(ClockEntry::Machine) => state.clock = Clock::System,
            Some(ClockEntry::Advance(millis)) => state.clock.advance(Duration::from_millis(millis)),
            Some(ClockEntry::At(millis)) => {
                let Some(clock) = Clock::at_unix_millis(millis) else {
                    return invalid(format!("clock: the machine cannot express the moment {millis}"));
                };
                state.clock = clock;
            }
        }
        let users = self.users.iter().map(|user| user.apply(state)).collect::<Result<_, _>>()?;
        for app in &self.apps {
            app.apply(state)?;
        }
        for (pod, enabled) in &self.cross_pod {
            state.set_cross_pod(pod, *enabled);
        }
        for connection in &self.connections {
            connection.apply(state)?;
        }
        for answer in &self.answers {
            answer.apply(state)?;
        }
        state.samples = self.samples.unwrap_or(state.samples);
        state.strict = self.strict.unwrap_or(state.strict);
        state.remove_rule = self.remove_rule.unwrap_or(state.remove_rule);
        state.conflict_answer = self.conflict_answer.unwrap_or(state.conflict_answer);
        if let Some(throttle) = self.throttle {
            state.throttle = throttle.map(ThrottleEntry::throttle);
        }
        Ok(users)
    }
}

impl UserEntry {
    /// A user of a name that is there already is replaced and keeps their id, so that a name means one user.
    fn apply(&self, state: &mut State) -> Result<SetUpUser, InvalidSetup> {
        let Self { name, id, pod, entitled, attributes, roles, .. } = self;
        if name.is_empty() {
            return invalid("users: a user needs a name");
        }
        let known = state.user_of_name(name);
        let id = id.map(UserId::from);
        if let Some(id) = id
            && let Some(other) = state.username(id)
            && other != name
        {
            return invalid(format!("users: {name}: the id {id} is that of the user {other}"));
        }
        if let (Some(known), Some(id)) = (known, id)
            && known != id
        {
            return invalid(format!("users: there is a user {name} already, with the id {known}"));
        }
        let key = public_key(&format!("users: {name}"), &self.public_key, &self.public_key_file)?;
        let mut user = User::new(name);
        if let Some(id) = known.or(id) {
            user = user.with_id(id);
        }
        user.pod.clone_from(pod);
        user.entitled = *entitled;
        user.attributes.clone_from(attributes);
        user.roles.clone_from(roles);
        let id = state.add_user(user);
        if let Some(key) = key {
            state.set_bot_key(id, key);
        }
        if self.certificate {
            state.register_certificate(id);
        }
        Ok(SetUpUser { name: name.clone(), id, token: open_session(state, id) })
    }
}

/// Opens a session for a user who is there.
pub(super) fn open_session(state: &mut State, user: UserId) -> SessionToken {
    #[expect(clippy::expect_used, reason = "the state makes tokens of letters, digits and hyphens")]
    SessionToken::new(state.session_for(user)).expect("visible ASCII")
}

impl AppEntry {
    fn apply(&self, state: &mut State) -> Result<(), InvalidSetup> {
        if self.id.is_empty() {
            return invalid("apps: an app needs an id");
        }
        let of = format!("apps: {}", self.id);
        match public_key(&of, &self.public_key, &self.public_key_file)? {
            Some(key) => state.set_app_key(self.id.clone(), key),
            None => return invalid(format!("{of}: an app needs a publicKey")),
        }
        Ok(())
    }
}

fn public_key(
    of: &str,
    pem: &Option<String>,
    file: &Option<PathBuf>,
) -> Result<Option<PublicKey>, InvalidSetup> {
    if file.is_some() {
        return invalid(format!("{of}: publicKeyFile is for files; give the key itself, as publicKey"));
    }
    let Some(pem) = pem else { return Ok(None) };
    match PublicKey::from_pem(pem) {
        Some(key) => Ok(Some(key)),
        None => invalid(format!(
            "{of}: this is no RSA public key in PEM, -----BEGIN PUBLIC KEY-----; openssl pkey -pubout makes it of a private key"
        )),
    }
}

impl ConnectionEntry {
    fn apply(&self, state: &mut State) -> Result<(), InvalidSetup> {
        let (user, other) = (self.user.find(state)?, self.other.find(state)?);
        if user == other {
            return invalid(format!("connections: user {user} cannot be connected with themselves"));
        }
        if state.share_a_pod(user, other) {
            return invalid(format!(
                "connections: users {user} and {other} share a pod, so they are always connected"
            ));
        }
        match Status::from(self.status.as_str()) {
            Status::Unknown(status) => invalid(format!(
                "connections: there is no status {status}; it is ACCEPTED, PENDING_INCOMING, PENDING_OUTGOING or REJECTED"
            )),
            status => {
                state.connect(user, other, status);
                Ok(())
            }
        }
    }
}

impl AnswerEntry {
    fn apply(&self, state: &mut State) -> Result<(), InvalidSetup> {
        let Self { operation: name, nth, status, body } = self;
        let Some(Operation::Api(operation)) = Operation::named(name) else {
            return invalid(format!("answers: the API has no operation {name}"));
        };
        let answer = match (status.map(StatusCode::from_u16), body) {
            (Some(Err(_)), _) => return invalid(format!("answers: {name}: a status is from 100 to 999")),
            (Some(Ok(status)), Some(body)) => Answer::new(status, body),
            (Some(Ok(status)), None) => Answer::empty(status),
            (None, Some(body)) => {
                Answer::success(operation, body).or_else(|error| invalid(format!("answers: {error}")))?
            }
            (None, None) => Answer::sample(operation),
        };
        let calls = nth.map_or(Calls::All, |nth| Calls::Nth(nth.get()));
        state.set_answer(operation, calls, answer);
        Ok(())
    }
}

impl UserRef {
    pub(super) fn find(&self, state: &State) -> Result<UserId, InvalidSetup> {
        match self {
            Self::Id(id) if state.has_user(UserId::from(*id)) => Ok(UserId::from(*id)),
            Self::Id(id) => invalid(format!("there is no user with the id {id}")),
            Self::Name(name) => state
                .user_of_name(name)
                .ok_or_else(|| InvalidSetup(format!("there is no user with the name {name}"))),
        }
    }
}

impl ThrottleEntry {
    fn throttle(self) -> Throttle {
        let throttle = Throttle::new(self.calls, Duration::from_millis(self.window_millis));
        match self.retry_after {
            RetryAfterForm::Seconds => throttle,
            RetryAfterForm::HttpDate => throttle.with_dates(),
        }
    }
}

impl FaultEntry {
    pub(super) fn when(&self) -> Result<When, InvalidSetup> {
        let operation = match &self.operation {
            None => None,
            Some(name) => match Operation::named(name) {
                None => return invalid(format!("faults: there is no operation {name}")),
                known => known,
            },
        };
        match (operation, self.nth, self.every) {
            (_, Some(_), Some(_)) => invalid("faults: nth and every exclude each other"),
            (operation, None, Some(every)) => Ok(When::Every(operation, every.get())),
            (Some(operation), nth, None) => Ok(When::Nth(operation, nth.map_or(1, NonZeroU64::get))),
            (None, _, None) => invalid("faults: a fault for a single call needs an operation"),
        }
    }

    pub(super) fn fault(&self) -> Result<Fault, InvalidSetup> {
        use FaultKind as Kind;
        let answers = matches!(self.kind, Kind::Answer | Kind::Html | Kind::Garbage);
        let has_an_answer = self.status.is_some() || !self.headers.is_empty() || self.body.is_some();
        if has_an_answer && !answers {
            return invalid("faults: status, headers and body are for the kinds answer, html and garbage");
        }
        if self.body.is_some() && self.kind != Kind::Answer {
            return invalid("faults: a body is for the kind answer");
        }
        let status = || match self.status.map(StatusCode::from_u16) {
            Some(Ok(status)) => Ok(status),
            _ => invalid("faults: the kinds answer, html and garbage need a status, from 100 to 999"),
        };
        let fault = match (self.kind, &self.gate) {
            (Kind::Hold, Some(name)) => Fault::hold_at(name),
            (Kind::Hold, None) => return invalid("faults: the kind hold needs the name of a gate"),
            (_, Some(_)) => return invalid("faults: a gate is for the kind hold"),
            (Kind::Silence, None) => Fault::silence(),
            (Kind::Reset, None) => Fault::reset(),
            (Kind::HangUp, None) => Fault::hang_up(),
            (Kind::Truncated, None) => Fault::truncated(),
            (Kind::Html, None) => Fault::html(status()?),
            (Kind::Garbage, None) => Fault::garbage(status()?),
            (Kind::Answer, None) => answer(status()?, self.body.as_ref()),
        };
        let fault = if self.after_acting { fault.after_acting() } else { fault };
        self.headers.iter().try_fold(fault, |fault, (name, value)| {
            match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                (Ok(name), Ok(value)) => Ok(fault.with(name, value)),
                _ => invalid(format!("faults: no answer can have the header {name:?}: {value:?}")),
            }
        })
    }
}

/// A string is the body as it is, anything else is JSON. Without one the answer is a refusal of the API.
fn answer(status: StatusCode, body: Option<&Value>) -> Fault {
    let (content_type, body) = match body {
        None => return Fault::status(status),
        Some(Value::String(text)) => ("text/plain; charset=utf-8", Bytes::from(text.clone())),
        Some(json) => ("application/json", Bytes::from(json.to_string())),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Fault::answer(response)
}

fn read(path: &Path) -> Result<String, InvalidSetup> {
    std::fs::read_to_string(path).or_else(|error| invalid(format!("{}: {error}", path.display())))
}

fn yes() -> bool {
    true
}

/// Tells null, which is here, from what is not.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
