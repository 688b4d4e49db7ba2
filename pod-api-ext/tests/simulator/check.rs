//! Whether an intent kept its promises: by the log of its calls, and by what truly happened.

use std::time::Duration;

use pod_api_ext::Error;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::intent::Found;
use pod_api_ext::connections::plan::Step;
use pod_api_ext::connections::{Change, Conclusion, Goal, Status};

use super::log::{Answer, Entry};
use super::schedule::{Class, Schedule};
use super::world::{Call, Deed, Who};

/// How long a call must have been given up on before something else is sent: the pauses 0, ¼, ½, 1, 2, 4 seconds.
const SETTLING: Duration = Duration::from_millis(7_750);

/// Beyond the longest pause, and the longest that a simulated pod asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// What an intent was asked for, what it did, and what it says.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) schedule: &'a Schedule,
    pub(crate) result: &'a Result<Change, Error>,
    pub(crate) log: &'a [Entry],
    pub(crate) elapsed: Duration,
}

/// What truly happened.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) calls: Vec<Call>,
    pub(crate) ledger: Vec<Deed>,
    /// The status once everything has happened that was still to happen.
    pub(crate) end: Option<Status>,
}

/// The removes that met something else than `ACCEPTED`, because somebody had changed it since it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accidents {
    pub(crate) between_read_and_call: usize,
    /// They acted after they had been given up on.
    pub(crate) late: usize,
}

/// A broken promise.
pub(crate) type Broken = String;

macro_rules! promise {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}

/// The plan as it was specified, written down a second time.
pub(crate) fn specified(goal: Goal, status: Option<&Status>) -> Step {
    use Step::{AskAgain, NoDocumentedWay, Reached, WaitsOnOtherUser};
    let call = Step::Call;
    let Some(status) = status else {
        return match goal {
            Goal::Absent => Reached,
            Goal::Requested | Goal::Connected => call(Action::Create),
            _ => NoDocumentedWay,
        };
    };
    match (status, goal) {
        (Status::PendingOutgoing, Goal::Requested) => Reached,
        (Status::PendingOutgoing, Goal::Connected) => WaitsOnOtherUser,
        (Status::PendingIncoming, Goal::Absent | Goal::Rejected) => call(Action::Reject),
        (Status::PendingIncoming, Goal::Requested | Goal::Connected) => call(Action::Accept),
        (Status::Accepted, Goal::Absent) => call(Action::Remove),
        (Status::Accepted, Goal::Requested | Goal::Connected) => Reached,
        (Status::Rejected, Goal::Absent | Goal::Rejected) => Reached,
        (Status::Rejected, Goal::Requested | Goal::Connected) => AskAgain,
        _ => NoDocumentedWay,
    }
}

/// What a call leads to from the status that it is specified for.
fn leads_to(action: Action) -> Option<Status> {
    match action {
        Action::Create => Some(Status::PendingOutgoing),
        Action::Accept => Some(Status::Accepted),
        Action::Reject => Some(Status::Rejected),
        Action::Remove => None,
    }
}

impl Report<'_> {
    /// What can be said without knowing the truth.
    pub(crate) fn check(&self) -> Result<(), Broken> {
        self.every_call_follows_from_a_read()?;
        self.nothing_is_sent_while_a_call_may_be_under_way()?;
        self.nothing_is_sent_again_too_late()?;
        self.calls_and_time_are_bounded()?;
        match self.result {
            Ok(change) => self.claims_are_what_was_read(change),
            Err(error) => self.errors_are_honest(error),
        }
    }

    fn may_be_sent(&self, action: Action, status: Option<&Status>) -> bool {
        match specified(self.schedule.goal, status) {
            Step::Call(specified) => action == specified,
            Step::AskAgain => action == Action::Create && self.schedule.ask_again,
            _ => false,
        }
    }

    /// And so remove is sent only right after a read that said ACCEPTED.
    fn every_call_follows_from_a_read(&self) -> Result<(), Broken> {
        let mut seen = self.schedule.told();
        for (number, entry) in self.log.iter().enumerate() {
            if let Some(action) = entry.action {
                let Some(seen) = &seen else {
                    return Err(format!(
                        "call {number}: {action} was sent without reading the status before"
                    ));
                };
                promise!(
                    self.may_be_sent(action, seen.as_ref()),
                    "call {number}: {action} was sent on {seen:?}, which nobody specified"
                );
            }
            seen = entry.observed().cloned();
        }
        Ok(())
    }

    fn nothing_is_sent_while_a_call_may_be_under_way(&self) -> Result<(), Broken> {
        let uncertain = self.log.iter().enumerate().filter(|(_, entry)| entry.is_uncertain());
        for (number, entry) in uncertain {
            let (Some(given_up), Some(action)) = (self.log.get(number + 1), entry.action) else { continue };
            let later = &self.log[number + 1..];
            let Some(next) = later.iter().position(|entry| entry.action.is_some()) else { continue };
            let has_shown = later[..next].iter().any(|read| read.observed() == Some(&leads_to(action)));
            promise!(
                has_shown || later[next].at - given_up.at >= SETTLING,
                "call {number}: only {:?} after it was given up on, another one was sent",
                later[next].at - given_up.at
            );
        }
        Ok(())
    }

    /// A state that is known is not given up for one that is not, for want of time.
    fn nothing_is_sent_again_too_late(&self) -> Result<(), Broken> {
        let Some(begun) = self.log.first().map(|entry| entry.at) else { return Ok(()) };
        let doubtful = self.log.iter().position(Entry::is_uncertain).unwrap_or(self.log.len());
        for entry in self.log.iter().skip(doubtful + 1).filter(|entry| entry.action.is_some()) {
            let left = self.schedule.deadline.saturating_sub(entry.at - begun);
            promise!(left >= SETTLING, "a call was sent again {left:?} before the deadline");
        }
        Ok(())
    }

    fn calls_and_time_are_bounded(&self) -> Result<(), Broken> {
        let actions: Vec<_> = self.log.iter().filter_map(|entry| entry.action).collect();
        let reads = self.log.len() - actions.len();
        let most = 25 + self.schedule.deadline.as_secs() / 8;
        promise!(actions.len() <= 4, "{} calls that change something", actions.len());
        promise!(reads as u64 <= most, "{reads} reads, and {most} is the limit");
        promise!(self.elapsed <= self.schedule.deadline, "it took {:?}", self.elapsed);
        if let Ok(change) = self.result {
            promise!(change.actions == actions, "it says {:?} and made {actions:?}", change.actions);
            promise!(change.reads as usize == reads, "it says {} reads and made {reads}", change.reads);
        }
        Ok(())
    }

    fn claims_are_what_was_read(&self, change: &Change) -> Result<(), Broken> {
        let told = self.schedule.told();
        let mut observed = told.iter().chain(self.log.iter().filter_map(Entry::observed));
        let (first, last) = (observed.clone().next(), observed.next_back());
        promise!(Some(&change.before) == first, "it began with {first:?} and says {:?}", change.before);
        promise!(Some(&change.after) == last, "it ended with {last:?} and says {:?}", change.after);
        let step = specified(self.schedule.goal, change.after.as_ref());
        let is_right = match change.conclusion {
            Conclusion::Reached => step == Step::Reached,
            Conclusion::WaitsOnOtherUser => step == Step::WaitsOnOtherUser,
            Conclusion::NoDocumentedWay => step == Step::NoDocumentedWay,
            Conclusion::Declined => step == Step::AskAgain && !self.schedule.ask_again,
            Conclusion::NoEffect => self.last_call_had_no_effect(change),
            Conclusion::Unsettled => {
                let out_of_time = self.elapsed + LONGEST_PAUSE >= self.schedule.deadline;
                let would_send =
                    step == Step::AskAgain && self.schedule.ask_again || matches!(step, Step::Call(_));
                would_send && (change.actions.len() == 4 || out_of_time)
            }
            _ => false,
        };
        promise!(is_right, "the conclusion is wrong: {change}");
        Ok(())
    }

    /// It was answered, it was not what is documented, and the status is as before.
    fn last_call_had_no_effect(&self, change: &Change) -> bool {
        let Some(number) = self.log.iter().rposition(|entry| entry.action.is_some()) else { return false };
        let before = match number {
            0 => self.schedule.told(),
            _ => self.log[number - 1].observed().cloned(),
        };
        let is_refused = matches!(self.log[number].answer, Answer::Error { outcome_unknown: false, .. });
        let said = change.deviations.last().is_some_and(|deviation| match &deviation.found {
            Found::Refused(_) => is_refused,
            _ => !is_refused,
        });
        said && before.as_ref() == Some(&change.after) && !self.log[number].is_uncertain()
    }

    /// Where there are few faults and nobody else, there is no excuse.
    pub(crate) fn reaches_what_can_be_reached(&self) -> Result<(), Broken> {
        let schedule = self.schedule;
        let first_read_fails = !schedule.is_told && schedule.fates.contains_key(&0);
        match schedule.class {
            Class::Quiet => {}
            Class::Others => {
                promise!(self.result.is_ok(), "no call failed for a reason of its own");
                return Ok(());
            }
            Class::Lost | Class::Late | Class::Silent if !first_read_fails => {}
            _ => return Ok(()),
        }
        let mut status = schedule.start.clone();
        let expected = loop {
            match specified(schedule.goal, status.as_ref()) {
                Step::Call(Action::Remove) if schedule.one_pod => break Conclusion::NoEffect,
                Step::Call(action) => status = leads_to(action),
                Step::AskAgain if schedule.ask_again => status = leads_to(Action::Create),
                Step::AskAgain => break Conclusion::Declined,
                Step::Reached => break Conclusion::Reached,
                Step::WaitsOnOtherUser => break Conclusion::WaitsOnOtherUser,
                _ => break Conclusion::NoDocumentedWay,
            }
        };
        let conclusion = self.result.as_ref().map(|change| change.conclusion);
        promise!(matches!(conclusion, Ok(found) if found == expected), "{expected:?} was to be had");
        Ok(())
    }

    fn errors_are_honest(&self, error: &Error) -> Result<(), Broken> {
        let Some(number) = self.log.iter().rposition(|entry| entry.action.is_some()) else {
            promise!(!error.outcome_unknown(), "nothing was sent, so the outcome is known");
            promise!(self.log.len() == 1, "the first read failed, and another one was made");
            return Ok(());
        };
        if error.outcome_unknown() {
            let seen = self.log[number + 1..].iter().any(|read| read.observed().is_some());
            promise!(!seen, "a later read succeeded, so the outcome is known");
            let answer = &self.log[number].answer;
            promise!(
                self.log[number].is_uncertain() || *answer == Answer::Done,
                "{answer:?} tells the outcome"
            );
            let gave_up_early = self.elapsed + LONGEST_PAUSE < self.schedule.deadline;
            promise!(!gave_up_early, "it gave up after {:?}, when there was time to read", self.elapsed);
        } else {
            let is_definite = matches!(
                self.log[number].answer,
                Answer::Error { kind, outcome_unknown: false } if kind == error.kind()
            );
            promise!(is_definite, "the last call may have acted, and the error does not say so: {error}");
        }
        Ok(())
    }
}

impl Truth {
    /// What can be said only by whoever knows the truth.
    pub(crate) fn check(&self, report: &Report<'_>) -> Result<Accidents, Broken> {
        self.the_last_read_was_true(report)?;
        self.what_is_said_not_to_be_done_is_not_done(report)?;
        if !report.schedule.class.has_others() {
            self.claims_last(report)?;
            self.deviations_have_a_reason(report)?;
        }
        report.reaches_what_can_be_reached()?;
        self.every_accident_has_a_cause()
    }

    /// The status after so many deeds.
    fn status_after(&self, start: &Option<Status>, deeds: usize) -> Option<Status> {
        let changed = self.ledger[..deeds].iter().rev().find_map(|deed| deed.after.as_ref().ok());
        changed.unwrap_or(start).clone()
    }

    fn the_last_read_was_true(&self, report: &Report<'_>) -> Result<(), Broken> {
        let Ok(change) = report.result else { return Ok(()) };
        let last = report.log.iter().rposition(|entry| entry.observed().is_some());
        let Some(last) = last else { return Ok(()) };
        let (deeds, _) = self.calls[last].acted.as_ref().ok_or("it was answered and never arrived")?;
        let own = usize::from(report.log[last].action.is_some());
        let start = self.ledger.first().map_or(&self.end, |deed| &deed.before);
        let status = self.status_after(start, deeds + own);
        promise!(status == change.after, "it says {:?}, and {status:?} was true", change.after);
        Ok(())
    }

    fn what_is_said_not_to_be_done_is_not_done(&self, report: &Report<'_>) -> Result<(), Broken> {
        for (entry, call) in report.log.iter().zip(&self.calls) {
            let did_act = matches!(call.acted, Some((_, Ok(_))));
            let says_no = matches!(entry.answer, Answer::Error { .. }) && !entry.is_uncertain();
            promise!(
                entry.action.is_none() || !(says_no && did_act),
                "{entry:?} was carried out all the same"
            );
        }
        let last = report.log.iter().rposition(|entry| entry.action.is_some());
        let did_act = last.is_some_and(|number| matches!(self.calls[number].acted, Some((_, Ok(_)))));
        let says_no = report.result.as_ref().is_err_and(|error| !error.outcome_unknown());
        promise!(!(says_no && did_act), "the error says that nothing was done, and the pod did it");
        Ok(())
    }

    /// Nobody else acts, and what acts late acts while it is waited for: so what was claimed is true at the end.
    fn claims_last(&self, report: &Report<'_>) -> Result<(), Broken> {
        let Ok(change) = report.result else { return Ok(()) };
        let is_final = change.conclusion != Conclusion::Unsettled;
        promise!(
            !is_final || self.end == change.after,
            "it says {:?} and it is {:?}",
            change.after,
            self.end
        );
        Ok(())
    }

    fn deviations_have_a_reason(&self, report: &Report<'_>) -> Result<(), Broken> {
        let Ok(change) = report.result else { return Ok(()) };
        let is_as_documented = change.deviations.is_empty() && change.conclusion != Conclusion::NoEffect;
        promise!(is_as_documented || report.schedule.one_pod, "the pod did what is documented: {change:?}");
        Ok(())
    }

    /// Every remove that met something else than ACCEPTED met it because somebody had changed it since the read that the
    /// remove followed from: others, or an own call that had been taken for lost.
    fn every_accident_has_a_cause(&self) -> Result<Accidents, Broken> {
        let mut accidents = Accidents::default();
        for (number, deed) in self.ledger.iter().enumerate() {
            let Who::Us { call } = deed.who else { continue };
            let met_something_else = deed.before != Some(Status::Accepted);
            if deed.action != Action::Remove || deed.after.is_err() || !met_something_else {
                continue;
            }
            let read = match call {
                0 => 0,
                _ => self.calls[call - 1].acted.as_ref().map_or(0, |(deeds, _)| *deeds),
            };
            let mut since = self.ledger[read..number].iter();
            promise!(
                since.any(Deed::changed_something),
                "call {call}: remove met {:?} by accident",
                deed.before
            );
            match self.calls.get(call + 1) {
                Some(next) if next.sent <= deed.at => accidents.late += 1,
                _ => accidents.between_read_and_call += 1,
            }
        }
        Ok(accidents)
    }
}
