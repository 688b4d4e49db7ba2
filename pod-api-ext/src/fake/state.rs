//! What the pod knows: its users, their sessions, and one record for each pair of users.
//!
//! A pair has a single record, kept from the side of the user with the smaller id and mirrored for the other. So the
//! two sides cannot disagree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::answers::{Answer, Calls};
use super::clock::TestClock;
use super::keys::PublicKey;
use super::plan::Plan;
use super::stream::Streams;
use super::user::User;
use crate::clock::Clock as _;
use crate::connections::{Status, UserId};

/// Ids start here: as large as the vendor's, so that a program that narrows them to 32 bits fails its tests.
const FIRST_USER_ID: i64 = 7_078_106_000_001;

/// The state of a fake pod: users, sessions, connections, and how it behaves where the documentation leaves a choice.
#[derive(Clone, PartialEq)]
pub struct State {
    /// What time it is: for the timestamps of connections, the `Date` of answers, the expiry of JWTs and throttling.
    pub clock: Clock,
    /// What remove does while the users are not connected.
    pub remove_rule: RemoveRule,
    /// How an action against the present status is refused.
    pub conflict_answer: ConflictAnswer,
    /// Whether requests must have the form that every gateway accepts; `false` to begin with, as clients differ in what the
    /// published specification leaves to them.
    ///
    /// - A POST without a body needs `Content-Length: 0` (411 otherwise) and must not carry a `Content-Type`
    ///   (400 otherwise).
    /// - A POST with a body needs `Content-Type: application/json` (415 otherwise).
    pub strict: bool,
    /// How often a user may call; as often as they like to begin with.
    pub throttle: Option<Throttle>,
    /// Whether an operation that the pod does not serve by itself answers with a valid [sample](Answer::sample), in place
    /// of a 501 that says how to set an answer; `false` to begin with.
    pub samples: bool,
    answers: Plan<&'static str, Answer>,
    users: BTreeMap<UserId, User>,
    next_user_id: i64,
    bot_keys: BTreeMap<UserId, PublicKey>,
    app_keys: BTreeMap<String, PublicKey>,
    certificates: BTreeSet<UserId>,
    sessions: HashMap<String, Session>,
    /// How many tokens have been made, so that no two are the same.
    tokens: u64,
    connections: BTreeMap<Pair, Record>,
    /// The names of pods that have switched off what lets their users talk to others.
    without_cross_pod: BTreeSet<String>,
    usage: HashMap<UserId, Usage>,
    pub(super) streams: Streams,
}

/// The clock of a fake pod.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use pod_api_ext::fake::{Clock, State};
///
/// let mut state = State::new();
/// state.clock = Clock::At(SystemTime::now() + Duration::from_secs(3600)); // an hour ahead of the machine
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// The clock of the machine.
    #[default]
    System,
    /// A fixed time, which only a test changes.
    At(SystemTime),
    /// The clock of the program under test: waits that are skipped there also pass here.
    Test(TestClock),
}

/// What remove does to a connection that is `PENDING_INCOMING` or `REJECTED`. The vendor's page says both.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RemoveRule {
    /// As in the table: `PENDING_INCOMING` becomes `REJECTED`, and `REJECTED` becomes `PENDING_INCOMING`.
    #[default]
    Table,
    /// As in the note: 400, because the users are not connected. Only `ACCEPTED` can be removed.
    ConnectedOnly,
}

/// How a pod refuses a create, accept or reject that conflicts with the status.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ConflictAnswer {
    /// With 400, as pods do today.
    #[default]
    BadRequest,
    /// With a 500 whose message wraps a 422, as older pods did. It has changed nothing.
    ServerError,
}

/// The rate limit of a user. Calls beyond it are answered 429 with `Retry-After`.
///
/// The window starts with the first call, and ends by the pod's [`Clock`]; the next call starts a new one. Refused
/// calls do not count. Logins do not count, because they have no session yet.
///
/// ```
/// use std::time::Duration;
/// use pod_api_ext::fake::{State, Throttle};
///
/// let mut state = State::new();
/// state.throttle = Some(Throttle::new(3, Duration::from_secs(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttle {
    /// The number of calls of a user in a window.
    pub calls: u32,
    /// How long a window is.
    pub window: Duration,
    /// How the answer says when it is over.
    pub retry_after: RetryAfterForm,
}

impl Throttle {
    /// So many calls in each window, and `Retry-After` in seconds.
    pub fn new(calls: u32, window: Duration) -> Self {
        Self { calls, window, retry_after: RetryAfterForm::Seconds }
    }

    /// With `Retry-After` as an HTTP date.
    pub fn with_dates(mut self) -> Self {
        self.retry_after = RetryAfterForm::HttpDate;
        self
    }
}

/// The two forms of the header `Retry-After`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RetryAfterForm {
    /// The seconds to wait, rounded up. It is what the vendor documents.
    #[default]
    Seconds,
    /// The moment to wait for, rounded up to a second.
    HttpDate,
}

impl State {
    /// A pod without users, which behaves by the documentation.
    pub fn new() -> Self {
        Self {
            clock: Clock::default(),
            remove_rule: RemoveRule::default(),
            conflict_answer: ConflictAnswer::default(),
            strict: false,
            throttle: None,
            samples: false,
            answers: Plan::default(),
            users: BTreeMap::new(),
            next_user_id: FIRST_USER_ID,
            bot_keys: BTreeMap::new(),
            app_keys: BTreeMap::new(),
            certificates: BTreeSet::new(),
            sessions: HashMap::new(),
            tokens: 0,
            connections: BTreeMap::new(),
            without_cross_pod: BTreeSet::new(),
            usage: HashMap::new(),
            streams: Streams::default(),
        }
    }

    /// Adds a user and returns their id.
    ///
    /// A user of the same id is replaced: their sessions and connections stay.
    pub fn add_user(&mut self, user: impl Into<User>) -> UserId {
        let user = user.into();
        let id = user.id.unwrap_or_else(|| self.free_user_id());
        self.users.insert(id, user);
        id
    }

    fn free_user_id(&mut self) -> UserId {
        loop {
            let id = UserId::from(self.next_user_id);
            self.next_user_id = self.next_user_id.wrapping_add(1);
            if !self.users.contains_key(&id) {
                return id;
            }
        }
    }

    /// Lets a user log in with an RSA key, as bots do: the pod checks their logins with its public half, in PEM
    /// (`-----BEGIN PUBLIC KEY-----`). It takes the place of a key registered before, which is revoked thereby; sessions
    /// that are open stay so. With a key of less than 2048 bits, or more than 8192, no login succeeds.
    ///
    /// Users log in by their names. Of several users of one name with keys, the one with the smallest id is meant.
    ///
    /// # Panics
    ///
    /// If the pod has no such user, or if this is no RSA public key in PEM.
    #[track_caller]
    pub fn register_bot(&mut self, user: UserId, public_key_pem: &str) {
        self.assert_user(user);
        self.set_bot_key(user, read_key(public_key_pem));
    }

    /// Lets an app log in with an RSA key, and then get sessions on behalf of users. As for
    /// [bots](State::register_bot), a key registered before is revoked.
    ///
    /// An id that contains a colon can be registered and is refused at login, as real pods do it.
    ///
    /// # Panics
    ///
    /// If this is no RSA public key in PEM.
    #[track_caller]
    pub fn register_app(&mut self, app_id: impl Into<String>, public_key_pem: &str) {
        self.set_app_key(app_id.into(), read_key(public_key_pem));
    }

    pub(super) fn set_bot_key(&mut self, user: UserId, key: PublicKey) {
        self.bot_keys.insert(user, key);
    }

    pub(super) fn set_app_key(&mut self, app_id: String, key: PublicKey) {
        self.app_keys.insert(app_id, key);
    }

    /// Lets a user log in with a client certificate, whose common name is the name of the user.
    ///
    /// The pod speaks no TLS, so a login shows its certificate by a header in its place: `X-Fake-Pod-Certificate` with the
    /// common name as its value.
    ///
    /// # Panics
    ///
    /// If the pod has no such user.
    #[track_caller]
    pub fn register_certificate(&mut self, user: UserId) {
        self.assert_user(user);
        self.certificates.insert(user);
    }

    /// Opens a session for a user and returns its token. A user can have any number of them.
    ///
    /// # Panics
    ///
    /// If the pod has no such user.
    #[track_caller]
    pub fn session_for(&mut self, user: UserId) -> String {
        self.assert_user(user);
        self.open(Session::User(user))
    }

    /// Ends all sessions of a user, so that their next call answers 401. Those of apps on their behalf end as well.
    pub fn end_sessions(&mut self, user: UserId) {
        self.sessions.retain(|_, session| session.user() != Some(user));
    }

    /// Ends all sessions that an app has for itself. Those on behalf of users go on.
    pub fn end_app_sessions(&mut self, app_id: &str) {
        self.sessions.retain(|_, session| session.user().is_some() || session.app() != Some(app_id));
    }

    /// Switches on or off what lets the users of a private pod connect with those of others; it is on to begin with.
    ///
    /// The vendor documents that all pods involved need `crossPod`, and not what happens without. Here a call about a
    /// user of another pod answers 403 if it is off on either side. List goes on to show what was there before.
    ///
    /// Users without a pod of a name ([`User::on_pod`]) have it always.
    pub fn set_cross_pod(&mut self, pod: impl Into<String>, enabled: bool) {
        let pod = pod.into();
        if enabled {
            self.without_cross_pod.remove(&pod);
        } else {
            self.without_cross_pod.insert(pod);
        }
    }

    /// Makes `status` what `user` sees of their connection with `other`, who sees its mirror image.
    ///
    /// The request counts as made now. An undocumented status can be set too, to see what a program makes of it; it is
    /// its own mirror image.
    ///
    /// # Panics
    ///
    /// If the pod has no such users, or if they are one person or share a pod: such a connection cannot be changed.
    #[track_caller]
    pub fn connect(&mut self, user: UserId, other: UserId, status: Status) {
        self.assert_user(user);
        self.assert_user(other);
        assert!(user != other, "user {user} cannot be connected with themselves");
        assert!(
            !self.share_a_pod(user, other),
            "users {user} and {other} share a pod, so they are always connected"
        );
        self.disconnect(user, other);
        self.set(user, other, Some(status));
    }

    /// Removes the connection between two users, as if there had never been a request.
    pub fn disconnect(&mut self, user: UserId, other: UserId) {
        self.connections.remove(&Pair::of(user, other));
    }

    /// What `user` sees of their connection with `other`; `None` if there is none.
    ///
    /// Users of one pod are always `ACCEPTED`.
    pub fn status(&self, user: UserId, other: UserId) -> Option<Status> {
        self.view(user, other).map(|view| view.status)
    }

    /// Sets what an operation answers, in place of what the pod would answer by itself. The request is checked
    /// nevertheless: it needs a session, and what the document declares. Of several answers for the same call the first
    /// comes then, the second at the next call, and so on.
    ///
    /// # Panics
    ///
    /// If the call is the zeroth.
    #[track_caller]
    pub fn set_answer(&mut self, operation: &'static pod_api::Operation, calls: Calls, answer: Answer) {
        match calls {
            Calls::All => self.answers.always(operation.name, answer),
            Calls::Nth(nth) => {
                assert!(nth > 0, "the next call is the first");
                self.answers.once(operation.name, nth, answer);
            }
        }
    }

    /// Forgets all [answers](State::set_answer) that were set.
    pub fn clear_answers(&mut self) {
        self.answers = Plan::default();
    }

    /// How many answers for single calls have not been given yet.
    pub fn pending_answers(&self) -> usize {
        self.answers.pending()
    }

    /// What was set for a call that is being made.
    pub(super) fn take_answer(&mut self, operation: &pod_api::Operation) -> Option<Answer> {
        self.answers.take(&operation.name)
    }

    #[track_caller]
    fn assert_user(&self, user: UserId) {
        assert!(self.has_user(user), "the fake pod has no user {user}: add them with add_user first");
    }

    pub(super) fn has_user(&self, user: UserId) -> bool {
        self.users.contains_key(&user)
    }

    pub(super) fn user(&self, user: UserId) -> Option<&User> {
        self.users.get(&user)
    }

    pub(super) fn user_mut(&mut self, user: UserId) -> Option<&mut User> {
        self.users.get_mut(&user)
    }

    /// By their ids.
    pub(super) fn users(&self) -> impl Iterator<Item = (UserId, &User)> {
        self.users.iter().map(|(id, user)| (*id, user))
    }

    pub(super) fn apps(&self) -> impl Iterator<Item = &str> {
        self.app_keys.keys().map(String::as_str)
    }

    /// Each connection that somebody asked for, as one of its users sees it.
    pub(super) fn connections(&self) -> impl Iterator<Item = (UserId, UserId, &Status)> {
        self.connections.iter().map(|(pair, record)| (pair.first, pair.second, &record.status_for_first))
    }

    /// Puts back what was before, and makes no token again that was made since.
    pub(super) fn restore(&mut self, before: &Self) {
        let tokens = self.tokens;
        self.clone_from(before);
        self.tokens = tokens;
    }

    /// Nothing if there is no such user.
    pub(super) fn username(&self, user: UserId) -> Option<&str> {
        self.users.get(&user).map(|user| &*user.name)
    }

    pub(super) fn has_role(&self, user: UserId, role: &str) -> bool {
        self.users.get(&user).is_some_and(|user| user.roles.iter().any(|has| has == role))
    }

    /// Whether somebody is of another pod than `user`.
    pub(super) fn is_external(&self, user: UserId, other: UserId) -> bool {
        user != other && !self.share_a_pod(user, other)
    }

    /// The pod of a user by its name. A pod that nobody has named gets a name.
    pub(super) fn pod_named(&mut self, user: UserId) -> Option<String> {
        let user = self.users.get_mut(&user)?;
        Some(user.pod.get_or_insert_with(|| format!("the pod of {}", user.name)).clone())
    }

    /// Whether a user is a service: of that type of account, or a bot that logs in with a key.
    pub(super) fn is_service(&self, user: UserId) -> bool {
        let is_system = |user: &User| user.text("accountType") == Some("SYSTEM");
        self.bot_keys.contains_key(&user) || self.users.get(&user).is_some_and(is_system)
    }

    pub(super) fn is_entitled(&self, user: UserId) -> bool {
        self.users.get(&user).is_some_and(|user| user.entitled)
    }

    /// The user whom a bot's login means, and the key to check it with.
    pub(super) fn bot(&self, name: &str) -> Option<(UserId, &PublicKey)> {
        let is_named = |user| self.users.get(user).is_some_and(|user| user.name == name);
        self.bot_keys.iter().find(|(user, _)| is_named(user)).map(|(user, key)| (*user, key))
    }

    /// The user whom the login with a certificate of this common name means.
    pub(super) fn user_with_certificate(&self, name: &str) -> Option<UserId> {
        self.certificates.iter().copied().find(|user| self.username(*user) == Some(name))
    }

    pub(super) fn app(&self, id: &str) -> Option<&PublicKey> {
        self.app_keys.get(id)
    }

    /// Of several users of one name, the one with the smallest id.
    pub(super) fn user_of_name(&self, name: &str) -> Option<UserId> {
        self.users.iter().find(|(_, user)| user.name == name).map(|(id, _)| *id)
    }

    pub(super) fn session(&self, token: &str) -> Option<&Session> {
        self.sessions.get(token)
    }

    /// Opens a session and returns its token.
    pub(super) fn open(&mut self, session: Session) -> String {
        let number = self.next_token();
        let token = match session.user() {
            Some(user) => format!("fake-session-{number}-of-{user}"),
            None => format!("fake-session-{number}-of-an-app"),
        };
        self.sessions.insert(token.clone(), session);
        token
    }

    /// The number of a token to be made.
    pub(super) fn next_token(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }

    /// Ends a session, if there was one with this token.
    pub(super) fn end_session(&mut self, token: &str) -> bool {
        self.sessions.remove(token).is_some()
    }

    /// Whether two different users are on one private pod, and so connected without asking.
    pub(super) fn share_a_pod(&self, user: UserId, other: UserId) -> bool {
        user != other && self.pod_of(user).is_some() && self.pod_of(user) == self.pod_of(other)
    }

    /// Whether the pods of two users let them connect.
    pub(super) fn can_reach(&self, user: UserId, other: UserId) -> bool {
        let is_open = |id| self.pod_of(id).is_none_or(|pod| !self.without_cross_pod.contains(pod));
        user == other || self.share_a_pod(user, other) || (is_open(user) && is_open(other))
    }

    fn pod_of(&self, user: UserId) -> Option<&str> {
        self.users.get(&user)?.pod.as_deref()
    }

    /// Counts a call, or says how long to wait with it.
    pub(super) fn admit(
        &mut self,
        caller: UserId,
        throttle: Throttle,
        now: SystemTime,
    ) -> Result<(), Duration> {
        let usage = self.usage.entry(caller).or_insert(Usage { since: now, calls: 0 });
        // It is over for a test that has put back the clock, too.
        if now.duration_since(usage.since).is_ok_and(|passed| passed >= throttle.window) || now < usage.since
        {
            *usage = Usage { since: now, calls: 0 };
        }
        if usage.calls >= throttle.calls {
            let passed = now.duration_since(usage.since).unwrap_or_default();
            return Err(throttle.window.saturating_sub(passed));
        }
        usage.calls += 1;
        Ok(())
    }

    /// What `user` sees of their connection with `other`.
    pub(super) fn view(&self, user: UserId, other: UserId) -> Option<View> {
        if self.share_a_pod(user, other) {
            return Some(View { user: other, status: Status::Accepted, requested: None });
        }
        let record = self.connections.get(&Pair::of(user, other))?;
        let status = if Pair::of(user, other).first == user {
            record.status_for_first.clone()
        } else {
            mirror(&record.status_for_first)
        };
        Some(View { user: other, status, requested: Some(record.requested) })
    }

    /// The users with whom `user` has a connection that somebody asked for.
    pub(super) fn counterparts(&self, user: UserId) -> impl Iterator<Item = UserId> {
        self.connections
            .keys()
            .filter_map(move |pair| pair.other(user))
            .filter(move |&other| !self.share_a_pod(user, other))
    }

    /// Makes `status` what `user` sees; none ends the connection. A request that was not there before is counted.
    pub(super) fn set(&mut self, user: UserId, other: UserId, status: Option<Status>) {
        let pair = Pair::of(user, other);
        let Some(status) = status else {
            self.connections.remove(&pair);
            return;
        };
        let now = self.clock.unix_millis();
        let mut requested = self
            .connections
            .get(&pair)
            .map_or(Requested { first_at: now, updated_at: now, counter: 0 }, |record| record.requested);
        requested.updated_at = now;
        if requested.counter == 0 || status == Status::PendingOutgoing {
            requested.counter = requested.counter.saturating_add(1);
        }
        let status_for_first = if pair.first == user { status } else { mirror(&status) };
        self.connections.insert(pair, Record { status_for_first, requested });
    }
}

#[track_caller]
fn read_key(pem: &str) -> PublicKey {
    #[expect(clippy::expect_used, reason = "documented: a test that registers something else is wrong")]
    PublicKey::from_pem(pem).expect("the key must be an RSA public key in PEM, -----BEGIN PUBLIC KEY-----")
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows everything but the session tokens, which are as good as keys even here: tests print, and logs are kept.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("clock", &self.clock)
            .field("remove_rule", &self.remove_rule)
            .field("conflict_answer", &self.conflict_answer)
            .field("strict", &self.strict)
            .field("throttle", &self.throttle)
            .field("samples", &self.samples)
            .field("users", &self.users)
            .field("bot_keys", &self.bot_keys.len())
            .field("app_keys", &self.app_keys.len())
            .field("certificates", &self.certificates)
            .field("sessions", &self.sessions.len())
            .field("connections", &self.connections)
            .field("without_cross_pod", &self.without_cross_pod)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

impl Clock {
    /// One that stands still, at this many milliseconds since 1970.
    pub(super) fn at_unix_millis(millis: i64) -> Option<Self> {
        let span = Duration::from_millis(millis.unsigned_abs());
        let moment = if millis < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
        moment.map(Self::At)
    }

    /// Puts it forward. That of the machine stands still from then on.
    pub(super) fn advance(&mut self, time: Duration) {
        match self {
            Self::Test(clock) => clock.advance(time),
            Self::System | Self::At(_) => {
                let now = self.now();
                *self = Self::At(now.checked_add(time).unwrap_or(now));
            }
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            Self::At(moment) => *moment,
            Self::Test(clock) => clock.system_time(),
        }
    }

    /// Milliseconds since 1970, negative before.
    pub(super) fn unix_millis(&self) -> i64 {
        let now = self.now();
        let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        match now.duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        }
    }
}

/// In whose name calls are made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Session {
    User(UserId),
    /// An app for itself: good for getting sessions on behalf of users.
    App(String),
    OnBehalfOf {
        app: String,
        user: UserId,
    },
}

impl Session {
    pub(super) fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) | Self::OnBehalfOf { user, .. } => Some(*user),
            Self::App(_) => None,
        }
    }

    pub(super) fn app(&self) -> Option<&str> {
        match self {
            Self::App(app) | Self::OnBehalfOf { app, .. } => Some(app),
            Self::User(_) => None,
        }
    }
}

/// Two users, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    first: UserId,
    second: UserId,
}

impl Pair {
    fn of(user: UserId, other: UserId) -> Self {
        Self { first: user.min(other), second: user.max(other) }
    }

    /// The one who is not `user`, if `user` is one of them.
    fn other(self, user: UserId) -> Option<UserId> {
        match user {
            _ if user == self.first => Some(self.second),
            _ if user == self.second => Some(self.first),
            _ => None,
        }
    }
}

/// How much a user has called.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Usage {
    /// When the window began.
    since: SystemTime,
    calls: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Record {
    status_for_first: Status,
    requested: Requested,
}

/// When a connection was asked for; times in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Requested {
    pub(super) first_at: i64,
    pub(super) updated_at: i64,
    pub(super) counter: i32,
}

/// A connection as one of the two users sees it.
#[derive(Debug)]
pub(super) struct View {
    /// The other user.
    pub(super) user: UserId,
    pub(super) status: Status,
    /// None where nobody had to ask.
    pub(super) requested: Option<Requested>,
}

/// What the other user sees.
fn mirror(status: &Status) -> Status {
    match status {
        Status::PendingIncoming => Status::PendingOutgoing,
        Status::PendingOutgoing => Status::PendingIncoming,
        same => same.clone(),
    }
}
