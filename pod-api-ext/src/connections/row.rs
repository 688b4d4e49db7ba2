//! The result of an intent as one flat row, for CSV and JSON. Every result has the same columns.

use serde::{Serialize, Serializer};

use super::behaviour::Action;
use super::bulk::{Done, Failure};
use super::{Change, Conclusion, Goal, Status, UserId};
use crate::Error;

/// A row. An unknown value is null, or empty in CSV.
#[derive(Serialize)]
struct Row<'a> {
    user: UserId,
    goal: Option<Goal>,
    conclusion: Option<Conclusion>,
    before: Option<&'a Status>,
    after: Option<&'a Status>,
    /// The calls that were sent, separated by blanks.
    actions: String,
    reads: u32,
    deviations: usize,
    /// The kind of the error, if there was one.
    error_kind: Option<String>,
    /// The message of the error.
    error: Option<String>,
    /// Whether a call may have been carried out.
    outcome_unknown: bool,
}

impl<'a> Row<'a> {
    fn of(change: &'a Change) -> Self {
        let actions: Vec<&str> = change.actions.iter().copied().map(Action::as_str).collect();
        let error = change.unanswered.as_ref();
        Self {
            user: change.user,
            goal: Some(change.goal),
            conclusion: Some(change.conclusion),
            before: change.before.as_ref(),
            after: change.after.as_ref(),
            actions: actions.join(" "),
            reads: change.reads,
            deviations: change.deviations.len(),
            error_kind: error.map(kind),
            error: error.map(Error::to_string),
            outcome_unknown: change.conclusion == Conclusion::Unsettled,
        }
    }

    fn failed(user: UserId, failure: &Failure) -> Self {
        let Failed { kind, message, outcome_unknown } = Failed::of(failure);
        Self {
            user,
            goal: None,
            conclusion: None,
            before: None,
            after: None,
            actions: String::new(),
            reads: 0,
            deviations: 0,
            error_kind: Some(kind),
            error: Some(message),
            outcome_unknown,
        }
    }
}

/// A failure. `kind` is that of the error, or `NotBegun`.
#[derive(Serialize)]
struct Failed {
    kind: String,
    message: String,
    outcome_unknown: bool,
}

impl Failed {
    fn of(failure: &Failure) -> Self {
        let kind = match failure {
            Failure::Failed(error) => kind(error),
            Failure::NotBegun { .. } => "NotBegun".to_owned(),
        };
        Self { kind, message: failure.to_string(), outcome_unknown: failure.outcome_unknown() }
    }
}

fn kind(error: &Error) -> String {
    format!("{:?}", error.kind())
}

/// One flat row: `user`, `goal`, `conclusion`, `before`, `after`, `actions` (separated by blanks), `reads`,
/// `deviations` (how many), `error_kind` and `error` (of [`unanswered`](Change::unanswered)), and `outcome_unknown`
/// (true if unsettled).
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Row::of(self).serialize(serializer)
    }
}

/// The row of the [change](Change), or a row of the failure with the same columns.
impl Serialize for Done {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.result {
            Ok(change) => change.serialize(serializer),
            Err(failure) => Row::failed(self.user, failure).serialize(serializer),
        }
    }
}

/// One flat row: `kind` (of the error, or `NotBegun`), `message` and `outcome_unknown`.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Failed::of(self).serialize(serializer)
    }
}
