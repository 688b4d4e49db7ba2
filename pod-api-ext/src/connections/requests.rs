//! The six calls on connections.

use std::collections::HashSet;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pod_api::types::builder::UserConnectionRequestBuilder;
use pod_api::types::{ListConnectionsStatus, UserConnection};
use pod_api::{Api, Call};
use serde::{Serialize, Serializer};

use super::{Status, UserId};
use crate::{Error, ErrorKind, Pod};

/// The connections of the calling user.
///
/// Every method makes one documented call and returns the pod's answer. The futures are `'static`, so they can be
/// spawned, joined and raced.
///
/// A call that changes something is sent a second time only if the pod certainly did nothing with the first: see
/// [retries](crate::retry). It may be carried out although its future was dropped or its answer was lost: see
/// [`Error::outcome_unknown`].
#[derive(Clone, Debug)]
pub struct Connections {
    pod: Pod,
}

/// The connection between the calling user and another user.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Connection {
    /// The other user.
    pub user: UserId,
    /// The state as the calling user sees it. An answer without one is `Unknown("")`.
    pub status: Status,
    /// When one of the two first asked. None if the pod does not say, or says a time before 1970 or after 9999. In a row it is
    /// written as in RFC 3339, with milliseconds: `2016-08-12T16:07:56.255Z`.
    #[serde(serialize_with = "rfc3339")]
    pub first_requested_at: Option<SystemTime>,
    /// When the state last changed. None and written as above.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Option<SystemTime>,
    /// How many requests were sent between the two so far. `None` if the pod does not say.
    pub request_counter: Option<i32>,
}

/// Selects the connections in a list by their status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Which {
    /// Pending in either direction. This is the default of a pod.
    #[default]
    Pending,
    /// Requests to the calling user.
    PendingIncoming,
    /// Requests of the calling user.
    PendingOutgoing,
    /// Connected users. Users of the same pod are included only if their ids are given.
    Accepted,
    /// Declined requests.
    Rejected,
    /// All connections. Users of the same pod are included only if their ids are given.
    All,
}

impl Which {
    fn parameter(self) -> Option<ListConnectionsStatus> {
        match self {
            Self::Pending => None,
            Self::PendingIncoming => Some(ListConnectionsStatus::PendingIncoming),
            Self::PendingOutgoing => Some(ListConnectionsStatus::PendingOutgoing),
            Self::Accepted => Some(ListConnectionsStatus::Accepted),
            Self::Rejected => Some(ListConnectionsStatus::Rejected),
            Self::All => Some(ListConnectionsStatus::All),
        }
    }
}

/// Selects the connections in a list, by status and users.
///
/// ```
/// use pod_api_ext::connections::{ListFilter, Status, Which};
///
/// let two_users = [7_078_106_103_809, 7_078_106_126_503];
/// let all_with_two_users = ListFilter::from(Which::All).with_users(two_users);
/// assert_eq!(all_with_two_users.users().unwrap().len(), 2);
/// let accepted = ListFilter::from(Status::Accepted);
/// assert_eq!(accepted.which(), Which::Accepted);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    which: Which,
    /// A status that the pod cannot filter by.
    only: Option<Status>,
    users: Option<Vec<UserId>>,
}

impl ListFilter {
    /// Only connections with these users. There is no limit: ids that do not fit into one URL take several calls.
    #[must_use]
    pub fn with_users<U: Into<UserId>>(mut self, users: impl IntoIterator<Item = U>) -> Self {
        self.users = Some(users.into_iter().map(Into::into).collect());
        self
    }

    /// The statuses that the pod filters by.
    #[must_use]
    pub fn which(&self) -> Which {
        self.which
    }

    /// The users of the filter, as they were given. `None` for all users.
    #[must_use]
    pub fn users(&self) -> Option<&[UserId]> {
        self.users.as_deref()
    }
}

impl From<Which> for ListFilter {
    fn from(which: Which) -> Self {
        Self { which, only: None, users: None }
    }
}

/// Connections with this status. For an undocumented status the pod is asked for all connections, which are then
/// filtered.
impl From<Status> for ListFilter {
    fn from(status: Status) -> Self {
        let which = match &status {
            Status::PendingIncoming => Which::PendingIncoming,
            Status::PendingOutgoing => Which::PendingOutgoing,
            Status::Accepted => Which::Accepted,
            Status::Rejected => Which::Rejected,
            Status::Unknown(_) => return Self { only: Some(status), ..Which::All.into() },
        };
        which.into()
    }
}

impl Connections {
    pub(crate) fn new(pod: Pod) -> Self {
        Self { pod }
    }

    pub(super) fn pod(&self) -> &Pod {
        &self.pod
    }

    /// The connection with a user.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if no request was ever sent or the user does not exist; the pod does not distinguish the
    /// two. Otherwise as [`ErrorKind`] lists.
    pub fn get<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<Connection, Error>> + Send + use<U> {
        let user = user.into();
        self.connection(user, Api.get_connection().user_id(user))
    }

    /// The connection with a user, or `None` if no request was ever sent.
    ///
    /// `None` also stands for a user who does not exist: the pod does not distinguish the two.
    ///
    /// # Errors
    /// As [`get`](Self::get), but [`ErrorKind::NotFound`] only if the 404 does not have the form of a pod's error (a
    /// code and a message). It then comes from a gateway that does not know the address.
    pub fn find<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<Option<Connection>, Error>> + Send + use<U> {
        let (connections, user) = (self.clone(), user.into());
        async move {
            let get = pin!(connections.get(user));
            match get.await {
                Ok(connection) => Ok(Some(connection)),
                // A gateway may answer 404 too, but not in the form of a pod's error.
                Err(error) if error.kind() == ErrorKind::NotFound && error.is_from_the_pod() => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    /// The connections that match a filter, in the order of the pod.
    ///
    /// User ids are split over as many calls as are needed to keep each URL under 8 KiB. Repeated ids are sent once,
    /// and an empty list of users makes no call. An entry without a user id is skipped, with an event in the `tracing`
    /// log at level WARN; no pod is known to send one.
    ///
    /// ```
    /// use pod_api_ext::connections::{ListFilter, Status, Which};
    ///
    /// # async fn example(pod: pod_api_ext::Pod) -> Result<(), pod_api_ext::Error> {
    /// let pending = pod.connections().list(ListFilter::default()).await?;
    /// let accepted = pod.connections().list(Status::Accepted).await?;
    /// let all = pod.connections().list(Which::All).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`ErrorKind`] lists. If one of several calls fails, the whole list fails.
    pub fn list<F: Into<ListFilter>>(
        &self,
        filter: F,
    ) -> impl Future<Output = Result<Vec<Connection>, Error>> + Send + use<F> {
        let (connections, filter) = (self.clone(), filter.into());
        async move {
            let listed = connections.listed(filter).await?;
            if listed.unnamed > 0 {
                tracing::warn!(entries = listed.unnamed, "passed over connections without a user id");
            }
            Ok(listed.connections)
        }
    }

    /// The connections that match a filter, and the number of entries without a user id.
    pub(super) async fn listed(&self, filter: ListFilter) -> Result<Listed, Error> {
        let ListFilter { which, only, users } = filter;
        let mut listed = Listed::default();
        match users {
            None => self.list_once(which, None, &mut listed).await?,
            Some(users) => {
                for ids in batches(&users) {
                    self.list_once(which, Some(ids), &mut listed).await?;
                }
            }
        }
        if let Some(status) = only {
            listed.connections.retain(|connection| connection.status == status);
        }
        Ok(listed)
    }

    async fn list_once(&self, which: Which, ids: Option<String>, listed: &mut Listed) -> Result<(), Error> {
        let mut list = Api.list_connections();
        if let Some(status) = which.parameter() {
            list = list.status(status);
        }
        if let Some(ids) = ids {
            list = list.user_ids(ids);
        }
        for connection in Vec::from(self.pod.send(list).await?) {
            match connection.user_id {
                Some(user) => listed.connections.push(Connection::with(user.into(), connection)),
                None => listed.unnamed += 1,
            }
        }
        Ok(())
    }

    /// Asks a user to connect.
    ///
    /// The answer is `PendingOutgoing`, or `Accepted` if both are users of one private pod.
    ///
    /// # Errors
    /// As [`ErrorKind`] lists. Only one request at a time can be open between two users.
    pub fn create<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<Connection, Error>> + Send + use<U> {
        let user = user.into();
        self.connection(user, Api.create_connection().body_map(about(user)))
    }

    /// Accepts the request that a user sent.
    ///
    /// # Errors
    /// [`ErrorKind::ConflictingState`] or [`ErrorKind::InvalidRequest`] if there is no request to accept, depending on
    /// the pod's answer. Otherwise as [`ErrorKind`] lists.
    pub fn accept<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<Connection, Error>> + Send + use<U> {
        let user = user.into();
        self.connection(user, Api.accept_connection().body_map(about(user)))
    }

    /// Declines the request that a user sent.
    ///
    /// # Errors
    /// As [`accept`](Self::accept). Always an error for a user of the same private pod, who is always connected.
    pub fn reject<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<Connection, Error>> + Send + use<U> {
        let user = user.into();
        self.connection(user, Api.reject_connection().body_map(about(user)))
    }

    /// Removes the connection with a user.
    ///
    /// **This call is a toggle; it is not idempotent.** It ends an accepted connection, makes a pending request
    /// `Rejected`, and makes a rejected one pending again. So it is sent once, and must not be repeated when its answer
    /// is lost: see [`Error::outcome_unknown`]. If the future is dropped, the outcome is unknown too.
    /// [`ensure_absent`](Connections::ensure_absent) can be repeated.
    ///
    /// Any status in the 200s is success: see [`Pod::execute`].
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] if the pod says that there is no connection to remove. [`ErrorKind::NotFound`] if
    /// the user does not exist. Otherwise as [`ErrorKind`] lists. The answer for a user of the same private pod, who is
    /// always connected, is not documented.
    pub fn remove<U: Into<UserId>>(
        &self,
        user: U,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<U> {
        self.pod.execute(Api.remove_connection().uid(user.into()))
    }

    /// The connection with a user, as a call about it answers.
    fn connection<C>(
        &self,
        user: UserId,
        call: C,
    ) -> impl Future<Output = Result<Connection, Error>> + Send + use<C>
    where
        C: Call<Answer = UserConnection> + Clone,
    {
        let pod = self.pod.clone();
        async move {
            let sent = pin!(pod.sent(call));
            Ok(Connection::with(user, sent.await?))
        }
    }
}

/// The content of a list.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) connections: Vec<Connection>,
    /// How many entries have no user id.
    pub(super) unnamed: usize,
}

fn about(user: UserId) -> impl FnOnce(UserConnectionRequestBuilder) -> UserConnectionRequestBuilder {
    move |request| request.user_id(user)
}

impl Connection {
    /// A connection with a status and nothing else: an answer of [`Calls`](super::Calls) in tests.
    #[must_use]
    pub fn new(user: impl Into<UserId>, status: Status) -> Self {
        Self { user: user.into(), status, first_requested_at: None, updated_at: None, request_counter: None }
    }

    fn with(user: UserId, answer: UserConnection) -> Self {
        let time = |milliseconds: Option<i64>| {
            let since = Duration::from_millis(milliseconds?.try_into().ok()?);
            (since < YEAR_10000).then(|| UNIX_EPOCH + since)
        };
        let status = answer.status.as_ref().map_or("", |status| status.as_str());
        Self {
            user: answer.user_id.map_or(user, UserId::from),
            status: Status::from(status),
            first_requested_at: time(answer.first_requested_at),
            updated_at: time(answer.updated_at),
            request_counter: answer.request_counter,
        }
    }
}

/// When the year 10000 begins, from when on RFC 3339 has no times.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// A time as in RFC 3339. One that it does not have is null.
fn rfc3339<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let is_written =
        |time: &SystemTime| time.duration_since(UNIX_EPOCH).is_ok_and(|since_1970| since_1970 < YEAR_10000);
    let text = time.filter(is_written).map(|time| humantime::format_rfc3339_millis(time).to_string());
    text.serialize(serializer)
}

/// How many bytes the ids of one call may take in a URL. The rest of 8 KiB is for the address, which is shorter.
const IDS: usize = 6 * 1024;

/// An escaped comma has three characters.
const COMMA: usize = 3;

/// The ids without repetitions, as comma-separated lists that each fit into a URL.
fn batches(users: &[UserId]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut batches: Vec<String> = Vec::new();
    let mut room = 0;
    for id in users.iter().filter(|user| seen.insert(**user)).map(ToString::to_string) {
        let needed = id.len() + COMMA;
        match batches.last_mut() {
            Some(batch) if needed <= room => {
                batch.push(',');
                batch.push_str(&id);
            }
            _ => {
                batches.push(id);
                room = IDS;
            }
        }
        room = room.saturating_sub(needed);
    }
    batches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_before_1970_or_after_9999_is_none() {
        for milliseconds in [i64::MIN, -1, 253_402_300_800_000, i64::MAX] {
            let answer = UserConnection { updated_at: Some(milliseconds), ..Default::default() };
            assert_eq!(Connection::with(UserId::from(1), answer).updated_at, None);
        }
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_471_018_076_255, "2016-08-12T16:07:56.255Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            let answer = UserConnection { updated_at: Some(milliseconds), ..Default::default() };
            let connection = Connection::with(UserId::from(1), answer);
            assert_eq!(connection.updated_at, Some(UNIX_EPOCH + Duration::from_millis(milliseconds as u64)));
            assert_eq!(serde_json::to_value(connection).unwrap()["updated_at"], text);
        }
    }

    #[test]
    fn a_time_that_is_not_written_is_null() {
        for time in [UNIX_EPOCH - Duration::from_secs(1), UNIX_EPOCH + YEAR_10000] {
            let mut connection = Connection::new(1, Status::Accepted);
            connection.first_requested_at = Some(time);
            let row = serde_json::to_value(connection).unwrap();
            assert_eq!(row["first_requested_at"], serde_json::Value::Null);
        }
    }

    #[test]
    fn an_answer_without_a_user_is_about_the_user_that_was_asked_for() {
        let connection = Connection::with(UserId::from(7), UserConnection::default());
        assert_eq!(connection.user, UserId::from(7));
        assert_eq!(connection.status, Status::Unknown(String::new()));
    }

    proptest! {
        #[test]
        fn every_user_is_asked_for_once_in_urls_that_fit(ids in prop::collection::vec(any::<i64>(), 0..2000)) {
            let users: Vec<UserId> = ids.iter().copied().map(UserId::from).collect();
            let batches = batches(&users);
            for batch in &batches {
                prop_assert!(batch.replace(',', "%2C").len() <= IDS);
            }
            let asked: Vec<i64> =
                batches.iter().flat_map(|batch| batch.split(',')).map(|id| id.parse().unwrap()).collect();
            let mut seen = HashSet::new();
            let once: Vec<i64> = ids.into_iter().filter(|id| seen.insert(*id)).collect();
            prop_assert_eq!(asked, once);
        }
    }
}
