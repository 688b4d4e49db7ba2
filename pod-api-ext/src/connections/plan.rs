//! The next step from a status to a goal: as a table, and as a pure function.
//!
//! | goal | reached in | none | `PENDING_OUTGOING` | `PENDING_INCOMING` | `ACCEPTED` | `REJECTED` |
//! |---|---|---|---|---|---|---|
//! | absent | none, `REJECTED` | - | no documented way | reject | remove | - |
//! | requested | `PENDING_OUTGOING`, `ACCEPTED` | create | - | accept | - | ask again |
//! | connected | `ACCEPTED` | create | waits on the other user | accept | - | ask again |
//! | rejected | `REJECTED` | no documented way | no documented way | reject | no documented way | - |
//!
//! The table contains only calls whose outcome is [documented](super::behaviour) for that status. So remove, which is a
//! toggle, is planned on `ACCEPTED` only, and an undocumented status has no next step.
//!
//! *Ask again* is another create after the other user has declined. The vendor's text allows it. The program decides
//! whether to ask a person again, so it is a separate step.
//!
//! ```
//! use pod_api_ext::connections::Status;
//! use pod_api_ext::connections::behaviour::Action;
//! use pod_api_ext::connections::plan::{Goal, Step, plan};
//!
//! assert_eq!(plan(Some(&Status::Accepted), Goal::Absent), Step::Call(Action::Remove));
//! // A request is declined, and not removed.
//! assert_eq!(plan(Some(&Status::PendingIncoming), Goal::Absent), Step::Call(Action::Reject));
//! // Nobody documents how a request is withdrawn.
//! assert_eq!(plan(Some(&Status::PendingOutgoing), Goal::Absent), Step::NoDocumentedWay);
//! ```
//!
//! Next: [`connections::intent`](crate::connections::intent). Previous: [`connections::behaviour`](crate::connections::behaviour).

use std::fmt;

use serde::Serialize;

use super::Status;
use super::behaviour::Action;

/// The goal for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Goal {
    /// The two users are not connected and no request between them is open.
    Absent,
    /// The calling user has asked the other one, or they are connected already.
    Requested,
    /// The two users are connected.
    Connected,
    /// The other user's request is declined.
    Rejected,
}

impl Goal {
    /// All goals, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Absent, Self::Requested, Self::Connected, Self::Rejected];
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Absent => "absent",
            Self::Requested => "requested",
            Self::Connected => "connected",
            Self::Rejected => "rejected",
        })
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Nothing: the goal is reached.
    Reached,
    /// Make this call.
    Call(Action),
    /// Ask the other user again, who declined: create, if the program says so.
    AskAgain,
    /// Nothing: the other user has to answer.
    WaitsOnOtherUser,
    /// Nothing: no documented call leads to the goal.
    NoDocumentedWay,
}

/// For each goal, the step from no connection, `PENDING_OUTGOING`, `PENDING_INCOMING`, `ACCEPTED`, `REJECTED`.
const TABLE: [(Goal, [Step; 5]); 4] = {
    use Step::{AskAgain, NoDocumentedWay, Reached, WaitsOnOtherUser};
    const CREATE: Step = Step::Call(Action::Create);
    const ACCEPT: Step = Step::Call(Action::Accept);
    const REJECT: Step = Step::Call(Action::Reject);
    const REMOVE: Step = Step::Call(Action::Remove);
    [
        (Goal::Absent, [Reached, NoDocumentedWay, REJECT, REMOVE, Reached]),
        (Goal::Requested, [CREATE, Reached, ACCEPT, Reached, AskAgain]),
        (Goal::Connected, [CREATE, WaitsOnOtherUser, ACCEPT, Reached, AskAgain]),
        (Goal::Rejected, [NoDocumentedWay, NoDocumentedWay, REJECT, NoDocumentedWay, Reached]),
    ]
};

/// The next step towards a goal of a user who sees this status; `None` is the absence of a connection.
#[must_use]
pub fn plan(status: Option<&Status>, goal: Goal) -> Step {
    let column = match status {
        None => 0,
        Some(Status::PendingOutgoing) => 1,
        Some(Status::PendingIncoming) => 2,
        Some(Status::Accepted) => 3,
        Some(Status::Rejected) => 4,
        Some(Status::Unknown(_)) => return Step::NoDocumentedWay,
    };
    let row = TABLE.iter().find(|(of, _)| *of == goal);
    row.and_then(|(_, steps)| steps.get(column)).copied().unwrap_or(Step::NoDocumentedWay)
}

#[cfg(test)]
mod tests {
    use super::super::behaviour::{Outcome, outcome};
    use super::*;

    const STATUSES: [Option<Status>; 5] = [
        None,
        Some(Status::PendingOutgoing),
        Some(Status::PendingIncoming),
        Some(Status::Accepted),
        Some(Status::Rejected),
    ];

    fn product() -> impl Iterator<Item = (Option<Status>, Goal)> {
        STATUSES.into_iter().flat_map(|status| Goal::ALL.map(|goal| (status.clone(), goal)))
    }

    /// The columns of the table in the module documentation.
    fn documented(goal: Goal) -> Vec<&'static str> {
        let start = format!("//! | {goal} | ");
        let line = include_str!("plan.rs").lines().find_map(|line| line.strip_prefix(&start)).unwrap();
        line.trim_end_matches(" |").split(" | ").collect()
    }

    #[test]
    fn the_table_in_the_documentation_is_the_one_in_the_code() {
        for (column, status) in STATUSES.iter().enumerate() {
            for goal in Goal::ALL {
                let cell = match plan(status.as_ref(), goal) {
                    Step::Reached => "-",
                    Step::Call(action) => action.as_str(),
                    Step::AskAgain => "ask again",
                    Step::WaitsOnOtherUser => "waits on the other user",
                    Step::NoDocumentedWay => "no documented way",
                };
                assert_eq!(documented(goal)[column + 1], cell, "{status:?} to {goal}");
            }
        }
    }

    #[test]
    fn a_goal_is_reached_where_its_column_says() {
        for (status, goal) in product() {
            let word = status.as_ref().map_or("none".into(), |status| format!("`{status}`"));
            let reached_in: Vec<_> = documented(goal)[0].split(", ").collect();
            let reached = plan(status.as_ref(), goal) == Step::Reached;
            assert_eq!(reached, reached_in.contains(&word.as_str()), "{status:?} to {goal}");
        }
    }

    #[test]
    fn remove_is_planned_on_accepted_only() {
        for (status, goal) in product() {
            if plan(status.as_ref(), goal) == Step::Call(Action::Remove) {
                assert_eq!(status, Some(Status::Accepted), "{goal}");
            }
        }
    }

    #[test]
    fn every_planned_call_is_documented_for_its_status_and_needs_no_second_one() {
        for (status, goal) in product() {
            let Step::Call(action) = plan(status.as_ref(), goal) else { continue };
            let after = match outcome(status.as_ref(), action) {
                Outcome::Becomes(after) => Some(after),
                Outcome::Removed => None,
                Outcome::Undocumented => panic!("{action} on {status:?} is not documented"),
            };
            let then = plan(after.as_ref(), goal);
            assert!(matches!(then, Step::Reached | Step::WaitsOnOtherUser), "{status:?} to {goal}: {then:?}");
        }
    }

    #[test]
    fn a_status_that_nobody_documented_leads_nowhere() {
        for word in ["", "SNOOZED", "accepted"] {
            for goal in Goal::ALL {
                assert_eq!(plan(Some(&Status::from(word)), goal), Step::NoDocumentedWay, "{word} to {goal}");
            }
        }
    }
}
