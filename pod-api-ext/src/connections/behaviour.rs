//! What the documentation says a connection does: the whole of it as data, and as a pure function.
//!
//! The vendor documents six transitions, seen from the user who acts:
//!
//! | status before | action | status after |
//! |---|---|---|
//! | none | create | `PENDING_OUTGOING` |
//! | `PENDING_INCOMING` | accept | `ACCEPTED` |
//! | `PENDING_INCOMING` | reject | `REJECTED` |
//! | `ACCEPTED` | remove | none |
//! | `PENDING_INCOMING` | remove | `REJECTED` |
//! | `REJECTED` | remove | `PENDING_INCOMING` |
//!
//! Nothing is said of any other pair, so [`outcome`] answers [`Outcome::Undocumented`] and invents nothing: a pod may
//! refuse, do nothing, or do something. Three things to know before relying on the table:
//!
//! - *Remove is a toggle.* It takes a request to `REJECTED` and back again, so sending it twice undoes it.
//! - The page on remove contradicts itself: it also says that a pod answers 400 when the users are not connected, for
//!   example while a request is pending. Believe what the pod answers.
//! - The page on create says in words that a new request is allowed once the receiver has declined the last one. It
//!   does not say what the status is then, so create on `REJECTED` counts as undocumented.
//!
//! The table is about users of different pods. Users of one private pod are always connected: create and accept answer
//! `ACCEPTED`, and reject is an error.
//!
//! ```
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::connections::behaviour::{Action, Outcome, outcome};
//!
//! // Removing twice is not the same as removing once.
//! let once = outcome(Some(&Status::PendingIncoming), Action::Remove);
//! assert_eq!(once, Outcome::Becomes(Status::Rejected));
//! let twice = outcome(Some(&Status::Rejected), Action::Remove);
//! assert_eq!(twice, Outcome::Becomes(Status::PendingIncoming));
//!
//! assert_eq!(outcome(Some(&Status::Accepted), Action::Remove), Outcome::Removed);
//! assert_eq!(outcome(None, Action::Remove), Outcome::Undocumented);
//! ```

use std::fmt;

use super::Status;

/// Something that a user does to a connection.
///
/// The four are all there are in the Pod API; reading a connection is not one of them, because it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Ask the other user to connect.
    Create,
    /// Accept the other user's request.
    Accept,
    /// Decline the other user's request.
    Reject,
    /// Remove the connection.
    Remove,
}

impl Action {
    /// All four, in the order of a connection's life.
    pub const ALL: [Self; 4] = [Self::Create, Self::Accept, Self::Reject, Self::Remove];

    /// The last part of the operation's path: `create`, `accept`, `reject` or `remove`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Remove => "remove",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One documented transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Row {
    /// The status that the acting user saw before; `None` where no connection existed.
    pub before: Option<Status>,
    /// What the user did.
    pub action: Action,
    /// The status that the acting user sees after; `None` where no connection exists any more.
    pub after: Option<Status>,
    /// The pages of the vendor's documentation that state it, named by the operation that they describe.
    pub pages: &'static [Action],
}

/// Every transition that the documentation states.
///
/// ```
/// use pod_api_ext::connections::behaviour::{Action, TABLE};
///
/// let removals = TABLE.iter().filter(|row| row.action == Action::Remove);
/// assert_eq!(removals.count(), 3);
/// ```
pub const TABLE: &[Row] = &[
    Row { before: None, action: Action::Create, after: Some(Status::PendingOutgoing), pages: REQUEST_PAGES },
    Row {
        before: Some(Status::PendingIncoming),
        action: Action::Accept,
        after: Some(Status::Accepted),
        pages: REQUEST_PAGES,
    },
    Row {
        before: Some(Status::PendingIncoming),
        action: Action::Reject,
        after: Some(Status::Rejected),
        pages: REQUEST_PAGES,
    },
    Row { before: Some(Status::Accepted), action: Action::Remove, after: None, pages: REMOVE_PAGE },
    Row {
        before: Some(Status::PendingIncoming),
        action: Action::Remove,
        after: Some(Status::Rejected),
        pages: REMOVE_PAGE,
    },
    Row {
        before: Some(Status::Rejected),
        action: Action::Remove,
        after: Some(Status::PendingIncoming),
        pages: REMOVE_PAGE,
    },
];

/// The pages on create, accept and reject carry one table between them.
const REQUEST_PAGES: &[Action] = &[Action::Create, Action::Accept, Action::Reject];
const REMOVE_PAGE: &[Action] = &[Action::Remove];

/// What the documentation says of an action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Outcome {
    /// The acting user sees this status afterwards.
    Becomes(Status),
    /// The connection no longer exists.
    Removed,
    /// The documentation says nothing of it: only the pod knows.
    Undocumented,
}

/// What the documentation says happens when a user who sees the status `before` does `action`.
///
/// `None` is the absence of a connection. A status that the documentation does not list has no documented outcome.
pub fn outcome(before: Option<&Status>, action: Action) -> Outcome {
    match TABLE.iter().find(|row| row.before.as_ref() == before && row.action == action) {
        Some(Row { after: Some(status), .. }) => Outcome::Becomes(status.clone()),
        Some(Row { after: None, .. }) => Outcome::Removed,
        None => Outcome::Undocumented,
    }
}
