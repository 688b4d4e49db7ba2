//! Connections between users: which users may communicate across pods.
//!
//! Users of the same private pod are always connected. Users of different pods connect by a request that the other user
//! accepts, and all pods involved need cross-pod communication (`crossPod`).
//!
//! [`Connections`] makes the six calls of the API: get, list, create, accept, reject and remove. [`behaviour`]
//! documents what each call does in each state. On top of the calls are [`intent`] (reach a state), [`bulk`] (for many
//! users) and [`wait`] (for the other user).
//!
//! Next: [`connections::behaviour`](crate::connections::behaviour). Previous: [the crate](crate).

pub mod behaviour;
pub mod bulk;
mod calls;
pub mod intent;
pub mod plan;
mod requests;
mod row;
pub mod wait;

use std::fmt;
use std::str::FromStr;

use pod_api::types;
use serde::{Deserialize, Serialize};

pub use self::calls::Calls;
pub use self::intent::{Change, Conclusion, Ensure};
pub use self::plan::Goal;
pub use self::requests::{Connection, Connections, ListFilter, Which};

/// The number by which a pod knows a user.
///
/// ```
/// use pod_api_ext::connections::UserId;
///
/// let user: UserId = "7078106126503".parse()?;
/// assert_eq!(user, UserId::from(7_078_106_126_503));
/// assert_eq!(user.to_string(), "7078106126503");
/// # Ok::<(), pod_api_ext::connections::InvalidUserId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(i64);

impl From<i64> for UserId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

/// Converts the id into the types of request fields: a number or text, as the document says.
macro_rules! given_as {
    ($($other:ty: $id:ident => $made:expr;)*) => {
        $(impl From<UserId> for $other {
            fn from($id: UserId) -> Self {
                $made
            }
        })*
    };
}

given_as! {
    i64: id => id.0;
    Option<i64>: id => Some(id.0);
    String: id => id.to_string();
    Option<String>: id => Some(id.to_string());
    types::UserId: id => Self { id: Some(id.0) };
}

/// What is no id of a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no id of a user; write it in decimal digits, like 7078106126503")]
pub struct InvalidUserId(());

/// # Errors
/// The id is larger than [`i64::MAX`], so no pod gives it.
impl TryFrom<u64> for UserId {
    type Error = InvalidUserId;

    fn try_from(id: u64) -> Result<Self, Self::Error> {
        id.try_into().map(Self).map_err(|_| InvalidUserId(()))
    }
}

/// The same as [`FromStr`].
impl TryFrom<&str> for UserId {
    type Error = InvalidUserId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvalidUserId(()))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The status of a connection, as the calling user sees it.
///
/// Four statuses are documented. Any other status of a pod is kept and written back unchanged. If no connection exists
/// there is no status: `Option::None`.
///
/// Make one from text with [`From`], which knows the documented words:
///
/// ```
/// use pod_api_ext::connections::Status;
///
/// assert_eq!(Status::from("ACCEPTED"), Status::Accepted);
/// assert_eq!(Status::from("SNOOZED").as_str(), "SNOOZED");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum Status {
    /// The other user asked the calling user to connect.
    PendingIncoming,
    /// The calling user asked the other user to connect.
    PendingOutgoing,
    /// The two users are connected.
    Accepted,
    /// The request was declined: the two users are not connected.
    Rejected,
    /// A status that the documentation does not list.
    Unknown(String),
}

impl Status {
    /// The name in requests and answers, such as `PENDING_INCOMING`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PendingIncoming => "PENDING_INCOMING",
            Self::PendingOutgoing => "PENDING_OUTGOING",
            Self::Accepted => "ACCEPTED",
            Self::Rejected => "REJECTED",
            Self::Unknown(word) => word,
        }
    }

    /// The documented status of this name, if it is one.
    fn documented(word: &str) -> Option<Self> {
        [Self::PendingIncoming, Self::PendingOutgoing, Self::Accepted, Self::Rejected]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        Self::documented(word).unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }
}

impl From<String> for Status {
    fn from(word: String) -> Self {
        Self::documented(&word).unwrap_or(Self::Unknown(word))
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        match status {
            Status::Unknown(word) => word,
            documented => documented.as_str().to_owned(),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
