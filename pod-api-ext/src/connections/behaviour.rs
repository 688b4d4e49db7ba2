//! The documented behaviour of connections: as a table, and as a pure function.
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
//! No other pair is documented. For those [`outcome`] returns [`Outcome::Undocumented`]: a pod may refuse, do nothing,
//! or do something. Know three things before you rely on the table:
//!
//! - *Remove is a toggle.* It changes a request to `REJECTED` and back again, so a second remove undoes the first. It
//!   is not idempotent.
//! - The page on remove contradicts itself: it also says that a pod answers 400 when the users are not connected, for
//!   example while a request is pending. Believe what the pod answers.
//! - The page on create says that a new request is allowed after the receiver has declined the last one. It does not
//!   say what the status is then, so create on `REJECTED` counts as undocumented.
//!
//! The table applies to users of different pods. Users of the same private pod are always connected: create and accept
//! answer `ACCEPTED`, and reject is an error.
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
//!
//! Next: [`connections::plan`](crate::connections::plan). Previous: [`connections`](crate::connections).

use std::fmt;

use super::Status;

/// A call that changes a connection.
///
/// These are all such calls of the Pod API. Get and list are not among them, because they change nothing.
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
    /// The pages of the vendor's documentation that state it, identified by the operation that they describe.
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

/// The pages on create, accept and reject share one table.
const REQUEST_PAGES: &[Action] = &[Action::Create, Action::Accept, Action::Reject];
const REMOVE_PAGE: &[Action] = &[Action::Remove];

/// The documented outcome of an action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Outcome {
    /// The acting user sees this status afterwards.
    Becomes(Status),
    /// The connection no longer exists.
    Removed,
    /// The documentation does not say.
    Undocumented,
}

/// The documented outcome of `action` by a user who sees the status `before`.
///
/// `None` is the absence of a connection. A status that the documentation does not list has no documented outcome.
pub fn outcome(before: Option<&Status>, action: Action) -> Outcome {
    match TABLE.iter().find(|row| row.before.as_ref() == before && row.action == action) {
        Some(Row { after: Some(status), .. }) => Outcome::Becomes(status.clone()),
        Some(Row { after: None, .. }) => Outcome::Removed,
        None => Outcome::Undocumented,
    }
}
