//! The same trouble on a pod that answers over sockets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Request, StatusCode};
use pod_api_ext::clock::{BoxFuture, Clock, SystemClock};
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Calls, Connection, Connections, ListFilter, UserId};
use pod_api_ext::fake::{FakePod, Fault, Gate, Operation, State, handle};
use pod_api_ext::{Error, ErrorKind, Pod};

use super::schedule::{Fate, Schedule};
use super::world::Who;

/// The machine's clock, but pauses are over at once. What takes longer than ten seconds is no pause but a limit, and a
/// busy machine must not run into it.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeapingClock {
    leapt: Arc<Mutex<Duration>>,
}

impl Clock for LeapingClock {
    fn now(&self) -> Instant {
        Instant::now() + *self.leapt.lock().unwrap()
    }

    fn system_time(&self) -> SystemTime {
        SystemClock.system_time()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if duration > Duration::from_secs(10) {
                std::future::pending::<()>().await;
            }
            *self.leapt.lock().unwrap() += duration;
        })
    }
}

/// The calls of a user on a fake pod, with the trouble of a schedule.
#[derive(Debug)]
pub(crate) struct Troubled {
    connections: Connections,
    caller: UserId,
    fake: FakePod,
    trouble: Mutex<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    schedule: Schedule,
    calls: usize,
    /// Which gate opens before which call.
    gates: BTreeMap<usize, Gate>,
}

impl Troubled {
    pub(crate) fn new(schedule: Schedule, fake: &FakePod, pod: &Pod, caller: UserId) -> Self {
        let trouble = Trouble { schedule, calls: 0, gates: BTreeMap::new() };
        Self { connections: pod.connections(), caller, fake: fake.clone(), trouble: Mutex::new(trouble) }
    }

    /// Lets happen what happens before the next call, and prepares what goes wrong with it.
    fn prepare(&self, operation: Operation, user: UserId) {
        let mut trouble = self.trouble.lock().unwrap();
        let number = trouble.calls;
        trouble.calls += 1;
        trouble.gates.range(..=number).for_each(|(_, gate)| gate.open());
        for (who, action) in trouble.schedule.interference.remove(&number).unwrap_or_default() {
            let (who, about) = if who == Who::OtherUser { (user, self.caller) } else { (self.caller, user) };
            self.fake.with_state(|state| act(state, who, action, about));
        }
        self.fake.clear_faults();
        let fault = match trouble.schedule.fates.get(&number).copied() {
            None => return,
            Some(Fate::Late { late, .. }) => {
                let gate = Gate::new();
                let later = usize::try_from(late.as_secs()).unwrap();
                trouble.gates.insert(number + 1 + later, gate.clone());
                Fault::hold(&gate)
            }
            Some(fate) => fault_of(fate, number),
        };
        self.fake.fault(operation, 1, fault);
    }
}

/// Does something in the name of somebody, or fails to. It needs no socket and is in no record.
fn act(state: &mut State, who: UserId, action: Action, about: UserId) {
    let (path, body) = match action {
        Action::Remove => (format!("user/{about}/remove"), String::new()),
        _ => (action.to_string(), format!(r#"{{"userId":{about}}}"#)),
    };
    let mut request = Request::post(format!("/pod/v1/connection/{path}"))
        .header("sessionToken", state.session_for(who))
        .header("Content-Length", body.len());
    if !body.is_empty() {
        request = request.header("Content-Type", "application/json");
    }
    let _done_or_refused = handle(state, &request.body(Bytes::from(body)).unwrap());
}

fn fault_of(fate: Fate, number: usize) -> Fault {
    let is_even = number.is_multiple_of(2);
    let (fault, acts) = match fate {
        Fate::Lost { acts, kind, .. } => {
            let fault = match kind {
                ErrorKind::Server if is_even => Fault::status(StatusCode::INTERNAL_SERVER_ERROR),
                ErrorKind::Server => Fault::html(StatusCode::BAD_GATEWAY),
                ErrorKind::Undecodable if acts && is_even => Fault::truncated(),
                ErrorKind::Undecodable => Fault::garbage(StatusCode::OK),
                _ if is_even => Fault::reset(),
                _ => Fault::hang_up(),
            };
            (fault, acts)
        }
        Fate::NotDone { kind, .. } => {
            let fault = match kind {
                ErrorKind::RateLimited => Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(1),
                ErrorKind::InvalidSession => Fault::status(StatusCode::UNAUTHORIZED),
                _ => Fault::status(StatusCode::SERVICE_UNAVAILABLE).retry_after_seconds(1),
            };
            (fault, false)
        }
        Fate::Answered { .. } | Fate::Late { .. } | Fate::Silent { .. } => {
            unreachable!("no class that runs over sockets has this")
        }
    };
    if acts { fault.after_acting() } else { fault }
}

impl Calls for Troubled {
    async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
        self.prepare(Operation::Get, user);
        self.connections.find(user).await
    }

    async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
        self.connections.list(filter).await
    }

    async fn create(&self, user: UserId) -> Result<Connection, Error> {
        self.prepare(Operation::Create, user);
        self.connections.create(user).await
    }

    async fn accept(&self, user: UserId) -> Result<Connection, Error> {
        self.prepare(Operation::Accept, user);
        self.connections.accept(user).await
    }

    async fn reject(&self, user: UserId) -> Result<Connection, Error> {
        self.prepare(Operation::Reject, user);
        self.connections.reject(user).await
    }

    async fn remove(&self, user: UserId) -> Result<(), Error> {
        self.prepare(Operation::Remove, user);
        self.connections.remove(user).await
    }

    fn clock(&self) -> &dyn Clock {
        self.connections.clock()
    }
}
