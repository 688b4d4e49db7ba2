//! What was called, in which order, and what the caller was told. It fits around any calls.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use pod_api_ext::clock::Clock;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Calls, Connection, ListFilter, Status, UserId};
use pod_api_ext::{Error, ErrorKind};

/// One call as its caller knows it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// None: a read.
    pub(crate) action: Option<Action>,
    /// When it was made, by the clock of the calls.
    pub(crate) at: Instant,
    pub(crate) answer: Answer,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The caller gave up on it.
    None,
    /// The status that the answer told.
    Status(Option<Status>),
    /// It was done, and the answer tells no status.
    Done,
    Error {
        kind: ErrorKind,
        outcome_unknown: bool,
    },
}

impl Entry {
    /// The status that the pod told with this call.
    pub(crate) fn observed(&self) -> Option<&Option<Status>> {
        match &self.answer {
            Answer::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Whether it may have been carried out, or may be yet, for all that its caller knows.
    pub(crate) fn is_uncertain(&self) -> bool {
        let is_open = matches!(self.answer, Answer::None | Answer::Error { outcome_unknown: true, .. });
        self.action.is_some() && is_open
    }
}

/// Calls that keep a log.
#[derive(Clone, Debug)]
pub(crate) struct Logged<C> {
    calls: C,
    log: Arc<Mutex<Vec<Entry>>>,
}

impl<C: Calls> Logged<C> {
    pub(crate) fn new(calls: C) -> Self {
        Self { calls, log: Arc::default() }
    }

    pub(crate) fn log(&self) -> Vec<Entry> {
        self.log.lock().unwrap().clone()
    }

    async fn keep<T>(
        &self,
        action: Option<Action>,
        call: impl Future<Output = Result<T, Error>>,
        tells: impl Fn(&T) -> Answer,
    ) -> Result<T, Error> {
        let at = self.calls.clock().now();
        let number = {
            let mut log = self.log.lock().unwrap();
            log.push(Entry { action, at, answer: Answer::None });
            log.len() - 1
        };
        let result = call.await;
        self.log.lock().unwrap()[number].answer = match &result {
            Ok(answer) => tells(answer),
            Err(error) => Answer::Error { kind: error.kind(), outcome_unknown: error.outcome_unknown() },
        };
        result
    }
}

fn status(answer: &Connection) -> Answer {
    Answer::Status(Some(answer.status.clone()))
}

impl<C: Calls> Calls for Logged<C> {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        let tells =
            |found: &Option<Connection>| Answer::Status(found.as_ref().map(|found| found.status.clone()));
        self.keep(None, self.calls.find(user), tells).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        self.calls.list(filter).await
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.keep(Some(Action::Create), self.calls.create(user), status).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.keep(Some(Action::Accept), self.calls.accept(user), status).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.keep(Some(Action::Reject), self.calls.reject(user), status).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        self.keep(Some(Action::Remove), self.calls.remove(user), |()| Answer::Done).await
    }

    fn clock(&self) -> &dyn Clock {
        self.calls.clock()
    }
}
