//! Everything behind the socket of a pod: state, faults, record of requests, and the start that a reset returns to.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};

use super::fault::{Fault, Gate, Kind, Schedule};
use super::handle::handle;
use super::login::session;
use super::record::{DEFAULT_LIMIT, Record, RecordedRequest};
use super::setup::{InvalidSetup, SetUpUser, Setup, When};
use super::state::State;

/// Changed by one at a time.
pub(super) struct World {
    pub(super) state: State,
    pub(super) schedule: Schedule,
    pub(super) record: Record,
    /// Those that a [`Setup`] has named.
    gates: BTreeMap<String, Gate>,
    start: Start,
}

/// What a reset goes back to.
#[derive(Default)]
struct Start {
    state: State,
    schedule: Schedule,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            state: State::new(),
            schedule: Schedule::default(),
            record: Record::new(DEFAULT_LIMIT),
            gates: BTreeMap::new(),
            start: Start::default(),
        }
    }

    /// The gate of this name, which is shut if it is new.
    pub(super) fn gate(&mut self, name: &str) -> Gate {
        self.gates.entry(name.to_owned()).or_default().clone()
    }

    /// All of the setup, or nothing.
    pub(super) fn set_up(&mut self, setup: &Setup) -> Result<Vec<SetUpUser>, InvalidSetup> {
        let mut state = self.state.clone();
        let users = setup.apply(&mut state)?;
        let mut faults = Vec::new();
        for entry in &setup.faults {
            faults.push((entry.when()?, entry.fault()?));
        }
        self.state = state;
        for (when, fault) in faults {
            match when {
                When::Nth(operation, nth) => self.schedule.plan(operation, nth, fault),
                When::Every(operation, nth) => self.schedule.plan_every(operation, nth, fault),
            }
        }
        if let Some(limit) = setup.record_limit {
            self.record.set_limit(limit);
        }
        Ok(users)
    }

    /// From now on a reset comes back to here.
    pub(super) fn checkpoint(&mut self) {
        self.start = Start { state: self.state.clone(), schedule: self.schedule.plans() };
    }

    /// Back to the last checkpoint. Calls that wait at a gate go on, because nobody knows it any more.
    pub(super) fn reset(&mut self) {
        self.state.restore(&self.start.state);
        self.schedule = self.start.schedule.plans();
        self.record.take();
        for gate in std::mem::take(&mut self.gates).into_values() {
            gate.open();
        }
    }

    /// The name of the user or app whose session a request is made in.
    pub(super) fn caller(&self, request: &Request<Bytes>) -> Option<String> {
        let session = session(&self.state, request.headers())?;
        let user = session.user().and_then(|user| self.state.username(user));
        user.or(session.app()).map(str::to_owned)
    }

    /// Records a request. Returns its number, and what goes wrong with it.
    pub(super) fn arrive(&mut self, request: &Request<Bytes>) -> (usize, Option<Fault>) {
        let record = RecordedRequest::new(request, session(&self.state, request.headers()).as_ref());
        let mut fault = self.schedule.take(record.operation);
        if let Some(fault) = &mut fault
            && let Some(name) = &fault.gate
        {
            fault.kind = Kind::Hold(self.gate(name));
        }
        (self.record.push(record), fault)
    }

    /// Does what a request asks for.
    pub(super) fn act(&mut self, number: usize, request: &Request<Bytes>) -> Response<Bytes> {
        let response = handle(&mut self.state, request);
        if let Some(record) = self.record.get_mut(number) {
            record.acted = response.status().is_success();
        }
        response
    }
}
