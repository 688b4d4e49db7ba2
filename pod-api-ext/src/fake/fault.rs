//! Faults: lost answers, broken connections, errors of a gateway; and the calls that they meet.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::sync::watch;

use super::answer::{http_date, refusal, response};
use super::operation::Operation;
use super::plan::Plan;

/// Something that goes wrong with one call.
///
/// A fault comes *before* the pod acts, unless [`Fault::after_acting`] says otherwise: the pod then looks at nothing, not
/// even at the session. After acting, the pod has done what was asked, or has refused it, and its answer is lost.
///
/// ```
/// use pod_api_ext::fake::Fault;
/// use pod_api_ext::http::StatusCode;
///
/// let lost_answer = Fault::reset().after_acting();
/// let gateway = Fault::html(StatusCode::BAD_GATEWAY);
/// let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after_seconds(2);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) after_acting: bool,
    pub(super) kind: Kind,
    /// The name of the gate at which a call waits, if it has one: a reset makes another gate of this name.
    pub(super) gate: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Silence,
    Reset,
    HangUp,
    Hold(Gate),
    Truncate,
    Answer(Response<Bytes>),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self { after_acting: false, kind, gate: None }
    }

    /// No answer: the connection stays open and silent until the client hangs up.
    pub fn silence() -> Self {
        Self::new(Kind::Silence)
    }

    /// No answer: the connection is reset (TCP RST).
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// No answer: the connection is closed in good order (TCP FIN), as a pod does that is being shut down.
    pub fn hang_up() -> Self {
        Self::new(Kind::HangUp)
    }

    /// The call waits at a gate until the test opens it, then goes on as usual.
    pub fn hold(gate: &Gate) -> Self {
        Self::new(Kind::Hold(gate.clone()))
    }

    /// The call waits at the gate that has this name when it comes.
    pub(super) fn hold_at(gate: &str) -> Self {
        Self { gate: Some(gate.to_owned()), ..Self::hold(&Gate::new()) }
    }

    /// The pod acts, and half of its answer's body arrives before the connection is closed. The head is whole and
    /// announces the length of all of it.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncate).after_acting()
    }

    /// An answer of this status with the body of every refusal of the API, members `code` and `message`.
    ///
    /// With 401 it is the answer to a session that has ended, although the session lives on.
    pub fn status(status: StatusCode) -> Self {
        let message = match status {
            StatusCode::UNAUTHORIZED => "Invalid session",
            _ => status.canonical_reason().unwrap_or("Refused"),
        };
        Self::answer(refusal(status, message))
    }

    /// An answer of this status with a page of HTML in place of JSON, as load balancers and login pages give it.
    pub fn html(status: StatusCode) -> Self {
        let page = "<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>Gateway</h1></body></html>\n";
        Self::answer(response(status, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes())))
    }

    /// An answer of this status that says it is JSON and is not.
    pub fn garbage(status: StatusCode) -> Self {
        Self::answer(response(status, "application/json", Bytes::from_static(b"{\"status\": ]\xff}")))
    }

    /// A redirect to somewhere else: 301, 302, 303, 307 or 308 with this `Location`.
    ///
    /// # Panics
    ///
    /// If the location has bytes that a header cannot carry.
    #[track_caller]
    pub fn redirect(status: StatusCode, location: &str) -> Self {
        Self::status(status).with_header(LOCATION, location)
    }

    /// Any other answer in place of the pod's. The pod adds a `Date`, if there is none. The body can be a string or a
    /// vector of bytes.
    ///
    /// ```
    /// use pod_api_ext::fake::Fault;
    /// use pod_api_ext::http::Response;
    ///
    /// let maintenance = Response::builder()
    ///     .status(503)
    ///     .header("Content-Type", "text/plain")
    ///     .body("Back at noon.")?;
    /// let fault = Fault::answer(maintenance);
    /// # Ok::<(), pod_api_ext::http::Error>(())
    /// ```
    pub fn answer(response: Response<impl Into<Bytes>>) -> Self {
        Self::new(Kind::Answer(response.map(Into::into)))
    }

    /// The same fault, once the pod has acted.
    pub fn after_acting(mut self) -> Self {
        self.after_acting = true;
        self
    }

    /// The answer with `Retry-After` in seconds. A fault without an answer stays as it is.
    pub fn retry_after_seconds(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The answer with `Retry-After` as an HTTP date, cut off to the second. A fault without an answer stays as it is.
    pub fn retry_after_date(self, moment: SystemTime) -> Self {
        self.with(RETRY_AFTER, http_date(moment))
    }

    /// The answer with one more header, which replaces one of the same name. A fault without an answer stays as it is.
    ///
    /// # Panics
    ///
    /// If the value has bytes that a header cannot carry.
    #[track_caller]
    pub fn with_header(self, name: HeaderName, value: &str) -> Self {
        #[expect(clippy::expect_used, reason = "documented: a test that asks for this is wrong")]
        self.with(name, HeaderValue::try_from(value).expect("a header's value is visible text on one line"))
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Kind::Answer(response) = &mut self.kind {
            response.headers_mut().insert(name, value);
        }
        self
    }
}

/// A place where calls wait until the test lets them go on. It takes the place of delays: a test says *when*, and
/// nobody sleeps.
///
/// Clones are the same gate. Once open, it stays open. It is shut to begin with.
#[derive(Clone)]
pub struct Gate {
    passage: Arc<watch::Sender<Passage>>,
}

#[derive(Default)]
struct Passage {
    open: bool,
    arrived: usize,
}

impl Gate {
    /// A gate that is shut.
    pub fn new() -> Self {
        Self { passage: Arc::new(watch::Sender::default()) }
    }

    /// Lets go on all who wait and all who come.
    pub fn open(&self) {
        self.passage.send_modify(|passage| passage.open = true);
    }

    /// Waits until this many calls have come to the gate since it was made.
    pub async fn arrivals(&self, calls: usize) {
        self.until(|passage| passage.arrived >= calls).await;
    }

    /// Whether it is open, and how many calls have come.
    pub(super) fn passage(&self) -> (bool, usize) {
        let passage = self.passage.borrow();
        (passage.open, passage.arrived)
    }

    pub(super) async fn pass(&self) {
        self.passage.send_modify(|passage| passage.arrived += 1);
        self.until(|passage| passage.open).await;
    }

    async fn until(&self, condition: impl FnMut(&Passage) -> bool) {
        let mut passage = self.passage.subscribe();
        // It fails when the gate is gone, and here it is not.
        drop(passage.wait_for(condition).await);
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, arrived) = self.passage();
        f.debug_struct("Gate").field("open", &open).field("arrived", &arrived).finish()
    }
}

/// Which calls go wrong.
#[derive(Default)]
pub(super) struct Schedule {
    plan: Plan<Operation, Fault>,
    every: Vec<Every>,
    decide: Option<Decide>,
}

/// What goes wrong with a call, if anything.
pub(super) type Decide = Box<dyn FnMut(Operation) -> Option<Fault> + Send>;

#[derive(Clone)]
struct Every {
    /// None for all of them.
    operation: Option<Operation>,
    /// Each call of this number goes wrong: with 20 the twentieth, the fortieth and so on.
    nth: u64,
    calls: u64,
    fault: Fault,
}

impl Schedule {
    /// The same plans, but for those that a function decides on.
    pub(super) fn plans(&self) -> Self {
        Self { plan: self.plan.clone(), every: self.every.clone(), decide: None }
    }

    /// For the `nth` call from now; the next one is the first.
    pub(super) fn plan(&mut self, operation: Operation, nth: u64, fault: Fault) {
        self.plan.once(operation, nth, fault);
    }

    /// For every call that has no fault of its own.
    pub(super) fn plan_always(&mut self, operation: Operation, fault: Fault) {
        self.plan.always(operation, fault);
    }

    /// For one in so many calls, of one operation or of all of them, if it has no fault otherwise.
    pub(super) fn plan_every(&mut self, operation: Option<Operation>, nth: u64, fault: Fault) {
        self.every.push(Every { operation, nth: nth.max(1), calls: 0, fault });
    }

    /// For every call that has no fault otherwise.
    pub(super) fn plan_by(&mut self, decide: Decide) {
        self.decide = Some(decide);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many faults for single calls have not come yet.
    pub(super) fn pending(&self) -> usize {
        self.plan.pending()
    }

    /// The fault of a call that is being made.
    pub(super) fn take(&mut self, operation: Operation) -> Option<Fault> {
        let fault = self.plan.take(&operation);
        let mut each = None;
        for every in self.every.iter_mut().filter(|every| every.operation.is_none_or(|it| it == operation)) {
            every.calls += 1;
            if each.is_none() && every.calls.is_multiple_of(every.nth) {
                each = Some(every.fault.clone());
            }
        }
        fault.or(each).or_else(|| self.decide.as_mut()?(operation))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    /// Which status each of the next calls of an operation meets; none is an answer of the pod itself.
    fn calls(schedule: &mut Schedule, operation: Operation, number: usize) -> Vec<Option<u16>> {
        let mut call = || {
            schedule.take(operation).map(|fault| match fault.kind {
                Kind::Answer(response) => response.status().as_u16(),
                _ => 0,
            })
        };
        (0..number).map(|_| call()).collect()
    }

    fn status(code: u16) -> Fault {
        Fault::status(StatusCode::from_u16(code).unwrap())
    }

    #[test]
    fn a_fault_comes_once_and_at_its_call() {
        let mut schedule = Schedule::default();
        schedule.plan(Operation::Remove, 3, status(503));
        schedule.plan(Operation::Remove, 1, status(500));
        schedule.plan(Operation::List, 1, status(502));
        assert_eq!(schedule.pending(), 3);
        assert_eq!(calls(&mut schedule, Operation::Remove, 5), [Some(500), None, Some(503), None, None]);
        assert_eq!(calls(&mut schedule, Operation::List, 2), [Some(502), None]);
        assert_eq!(calls(&mut schedule, Operation::Get, 1), [None]);
        assert_eq!(schedule.pending(), 0);
    }

    #[test]
    fn the_second_fault_of_a_call_comes_at_the_next() {
        let mut schedule = Schedule::default();
        schedule.plan(Operation::List, 2, status(500));
        schedule.plan(Operation::List, 2, status(502));
        schedule.plan(Operation::List, 3, status(503));
        assert_eq!(calls(&mut schedule, Operation::List, 5), [None, Some(500), Some(502), Some(503), None]);
    }

    #[test]
    fn a_standing_fault_gives_way_to_single_ones() {
        let mut schedule = Schedule::default();
        schedule.plan_always(Operation::List, status(503));
        schedule.plan(Operation::List, 2, status(500));
        assert_eq!(calls(&mut schedule, Operation::List, 4), [Some(503), Some(500), Some(503), Some(503)]);
        schedule.clear();
        assert_eq!(calls(&mut schedule, Operation::List, 1), [None]);
    }

    #[test]
    fn one_in_so_many_calls_goes_wrong() {
        let mut schedule = Schedule::default();
        schedule.plan_every(Some(Operation::List), 2, status(503));
        schedule.plan_every(None, 3, status(500));
        schedule.plan(Operation::List, 4, status(429));
        assert_eq!(
            calls(&mut schedule, Operation::List, 6),
            [None, Some(503), Some(500), Some(429), None, Some(503)]
        );
        assert_eq!(calls(&mut schedule, Operation::Get, 3), [None, None, Some(500)]);
        assert_eq!(calls(&mut schedule.plans(), Operation::Get, 3), [None, None, Some(500)]);
    }

    #[test]
    fn a_function_decides_where_nothing_else_is_planned() {
        let mut schedule = Schedule::default();
        let mut lists = 0;
        schedule.plan_by(Box::new(move |operation| {
            lists += u16::from(operation == Operation::List);
            (operation == Operation::List).then(|| status(500 + lists))
        }));
        schedule.plan(Operation::List, 2, status(429));
        schedule.plan_always(Operation::Get, status(401));
        assert_eq!(calls(&mut schedule, Operation::List, 3), [Some(501), Some(429), Some(502)]);
        assert_eq!(calls(&mut schedule, Operation::Get, 1), [Some(401)]);
        assert_eq!(calls(&mut schedule, Operation::Remove, 1), [None]);
        schedule.clear();
        assert_eq!(calls(&mut schedule, Operation::List, 1), [None]);
    }
}
