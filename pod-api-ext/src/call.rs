//! How a call is sent: a slot in flight, the session token, the answer, renewal after a 401, retry, the error.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use pod_api::{Call, Context, Effect, Operation, ResponseValue, SessionToken, TraceId};
use tracing::{Instrument as _, field};

use crate::retry::{Attempt, Decision};
use crate::session::{LoginError, LoginProblem};
use crate::{Error, ErrorKind, Pod};

impl Pod {
    /// Sends a call of any operation, with the session, retries, deadline and errors of this pod.
    ///
    /// ```
    /// use pod_api_ext::pod_api::types;
    /// use pod_api_ext::{Error, Pod};
    ///
    /// async fn add_member(pod: &Pod, room: &str, user: i64) -> Result<(), Error> {
    ///     let member = types::UserId::builder().id(user);
    ///     pod.send(pod.api().add_room_member().id(room).body(member)).await?;
    ///     for member in pod.send(pod.api().list_room_members().id(room)).await?.0 {
    ///         println!("{:?}", member.id);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// Each attempt sends a clone of the call. The [effect](Effect) of the operation decides whether it may be sent
    /// again, and whether [`Error::outcome_unknown`] can be true.
    ///
    /// The future is `'static`, so it can be spawned, joined and raced. Dropping it abandons the answer. A call that
    /// changes something may still be carried out; an event in the `tracing` log at level WARN records that.
    ///
    /// # Errors
    /// Every outcome that is not the declared success: see [`ErrorKind`].
    pub fn send<C: Call + Clone>(
        &self,
        call: C,
    ) -> impl Future<Output = Result<C::Answer, Error>> + Send + use<C> {
        self.clone().sent(call)
    }

    /// Sends a call and ignores the content of its answer. Any status in the 200s is success, whether the body is
    /// empty, text or something else. It is an error if the body breaks off, or is a page, such as a login page in
    /// place of the pod.
    ///
    /// ```
    /// # use pod_api_ext::{Error, Pod};
    /// # async fn example(pod: Pod) -> Result<(), Error> {
    /// pod.execute(pod.api().unfollow_user().uid(7_078_106_126_503_i64)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send), except for the body of a success.
    pub fn execute<C: Call + Clone>(
        &self,
        call: C,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<C> {
        let pod = self.clone();
        async move {
            let sent = pin!(pod.sent(call));
            match sent.await {
                Err(error) if !error.is_of_a_success() => Err(error),
                _ => Ok(()),
            }
        }
    }

    /// The same as [`send`](Self::send), consuming the pod.
    pub(crate) async fn sent<C: Call + Clone>(self, call: C) -> Result<C::Answer, Error> {
        let trace_id = self.trace_id();
        // A provider of headers may replace the trace id.
        let is_settled = self.login().site().gateway.is_none();
        let span = tracing::debug_span!(
            "pod_call",
            trace_id = is_settled.then(|| trace_id.as_str()),
            operation = field::Empty,
            status = field::Empty,
            attempts = field::Empty,
            duration_ms = field::Empty,
        );
        let begun = self.clock().now();
        let exchange = Exchange { pod: &self, operation: C::OPERATION, trace_id, begun, span: span.clone() };
        // Pinned in place: instrumenting a future moves it, and large futures of many concurrent calls would fill the
        // processor's cache.
        let running = pin!(exchange.run(call));
        if span.is_disabled() {
            return running.await;
        }
        let outcome = running.instrument(span.clone()).await;
        span.record("duration_ms", u64::try_from(exchange.elapsed().as_millis()).unwrap_or(u64::MAX));
        outcome
    }
}

/// One call, over all of its attempts.
struct Exchange<'a> {
    pod: &'a Pod,
    operation: &'static Operation,
    trace_id: TraceId,
    begun: Instant,
    span: tracing::Span,
}

impl Exchange<'_> {
    fn effect(&self) -> Effect {
        self.operation.effect
    }

    async fn run<C: Call + Clone>(&self, call: C) -> Result<C::Answer, Error> {
        let mut attempts = 0;
        let mut is_doubtful = false;
        let mut was_sent = false;
        // The token that the pod has answered 401 to, and that answer, until there is another token.
        let mut refused: Option<(SessionToken, Error)> = None;
        let mut was_renewed = false;
        loop {
            attempts += 1;
            let stale = refused.as_ref().map(|(stale, _)| stale);
            let prepared = match self.prepared_at_once(stale) {
                Some(context) => Ok(context),
                None => self.prepared(stale, was_sent).await,
            };
            let error = match prepared {
                Ok(context) => {
                    was_renewed |= refused.take().is_some();
                    let sending = pin!(self.attempt(context, call.clone(), attempts));
                    let Failed { error, session } = match sending.await {
                        Ok(answer) => return Ok(answer),
                        Err(failed) => failed,
                    };
                    was_sent |= error.was_sent();
                    match session {
                        Some(session)
                            if error.kind() == ErrorKind::InvalidSession
                                && !was_renewed
                                && !self.is_too_late() =>
                        {
                            tracing::debug!("the session has expired");
                            refused = Some((session, error));
                            continue;
                        }
                        _ => error,
                    }
                }
                Err(failed) => {
                    // A fixed token cannot be renewed, so the pod's 401 is the better error.
                    if failed.login_problem() == Some(LoginProblem::NotRenewable)
                        && let Some((_, error)) = refused
                    {
                        return Err(settled(error, is_doubtful));
                    }
                    failed
                }
            };
            is_doubtful |= error.outcome_unknown();
            match self.decide(attempts, &error) {
                Some(wait) => {
                    sending_again(attempts, &error, wait);
                    self.pod.clock().sleep(wait).await;
                }
                None => return Err(settled(error, is_doubtful)),
            }
        }
    }

    /// The context of the next attempt, without a session.
    fn context(&self) -> Context {
        self.pod.context().with_trace_id(self.trace_id.clone())
    }

    /// The context of the next attempt, if it is available without waiting. It almost always is.
    fn prepared_at_once(&self, stale: Option<&SessionToken>) -> Option<Context> {
        let login = self.pod.login();
        if stale.is_some() || login.site().gateway.is_some() || self.pod.runtimes().are_several() {
            return None;
        }
        Some(self.context().with_session(self.pod.session().current(login)?))
    }

    /// The context of the next attempt, with a session token other than the refused one.
    async fn prepared(&self, stale: Option<&SessionToken>, was_sent: bool) -> Result<Context, Error> {
        let login = self.pod.login();
        let context = self.context();
        let failed = |error| Error::login(self.operation, &context, was_sent, error);
        let too_late = |waits_for| Error::too_late(self.operation, &context, was_sent, waits_for);

        if self.pod.runtimes().is_another_still().await {
            return Err(Error::another_runtime(self.operation, &context));
        }
        let current = if stale.is_none() { self.pod.session().current(login) } else { None };
        let session = match current {
            Some(token) => token,
            None => {
                let logging_in = pin!(self.pod.logged_in(stale));
                match self.in_time(logging_in).await {
                    Ok(outcome) => outcome.map_err(failed)?,
                    Err(OutOfTime) => return Err(too_late(self.pod.login_under_way().so_far())),
                }
            }
        };
        let session = context.clone().with_session(session);
        if login.site().gateway.is_none() {
            return Ok(session);
        }
        let asking = pin!(login.site().with_gateway_headers(session));
        let asked = self.in_time(asking).await;
        let context = asked.map_err(|OutOfTime| too_late(Some(LoginError::silent_gateway())))?;
        let context = context.map_err(failed)?;
        self.span.record("trace_id", context.trace_id().map(TraceId::as_str));
        Ok(context)
    }

    async fn attempt<C: Call>(&self, context: Context, call: C, number: u32) -> Result<C::Answer, Failed> {
        let _place = match self.pod.in_flight().try_acquire() {
            Ok(place) => Some(place),
            Err(_) => {
                let acquired = pin!(self.pod.in_flight().acquire());
                // The semaphore is never closed; without a permit the call would still be correct.
                self.in_time(acquired).await.map_err(|late| late.before(self, &context))?.ok()
            }
        };
        let remaining = self.remaining();
        // A future that was not polled for a while may have its permit after the deadline.
        if remaining.is_some_and(|remaining| remaining.is_zero()) {
            return Err(OutOfTime.before(self, &context));
        }
        let client = self.pod.client().with_context(context);
        let context = client.context();
        let unanswered = Unanswered { effect: self.effect(), context };
        let sending = pin!(call.send_with(&client));
        let answer = self.within(remaining, sending).await;
        unanswered.arrived();
        let outcome = match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Error::new(self.operation, context, error)),
            Err(OutOfTime) => Err(Error::out_of_time(self.operation, context)),
        };
        self.record(&outcome, number);
        match outcome {
            Ok(answer) => Ok(answer.into_inner()),
            Err(error) => Err(Failed { error, session: context.session().cloned() }),
        }
    }

    fn decide(&self, attempts: u32, error: &Error) -> Option<Duration> {
        if self.pod.tells_of_throttling() && error.is_throttling() {
            return None;
        }
        let attempt = Attempt {
            number: attempts,
            elapsed: self.elapsed(),
            effect: self.effect(),
            error,
            random: self.pod.random(),
        };
        match self.pod.policy().decide(&attempt) {
            // Waiting beyond the deadline would replace this error with a less precise one.
            Decision::Wait(wait) if self.remaining().is_none_or(|remaining| wait < remaining) => Some(wait),
            _ => None,
        }
    }

    fn record<T>(&self, outcome: &Result<ResponseValue<T>, Error>, attempts: u32) {
        if !self.span.is_disabled() {
            self.span.record("attempts", attempts);
            self.span.record("operation", self.operation.name);
            let status = match outcome {
                Ok(answer) => Some(answer.status()),
                Err(error) => error.status(),
            };
            self.span.record("status", status.map(|status| status.as_u16()));
        }
        if let Err(error) = outcome {
            tracing::debug!(
                kind = ?error.kind(),
                outcome_unknown = error.outcome_unknown(),
                "the attempt did not succeed",
            );
        }
    }

    fn elapsed(&self) -> Duration {
        self.pod.clock().now().saturating_duration_since(self.begun)
    }

    fn remaining(&self) -> Option<Duration> {
        self.pod.deadline().map(|deadline| deadline.saturating_sub(self.elapsed()))
    }

    /// Whether the deadline has passed.
    fn is_too_late(&self) -> bool {
        self.remaining().is_some_and(|remaining| remaining.is_zero())
    }

    /// Waits for a future, but not beyond the deadline of the call.
    async fn in_time<T>(&self, future: Pin<&mut impl Future<Output = T>>) -> Result<T, OutOfTime> {
        self.within(self.remaining(), future).await
    }

    /// Waits for a future, but no longer than the remaining time. The future is pinned in place, because it can be
    /// large.
    async fn within<T>(
        &self,
        remaining: Option<Duration>,
        mut future: Pin<&mut impl Future<Output = T>>,
    ) -> Result<T, OutOfTime> {
        let Some(remaining) = remaining else { return Ok(future.await) };
        // A future that is ready at once needs no timer.
        let mut timer = None;
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            let timer = timer.get_or_insert_with(|| self.pod.clock().sleep(remaining));
            timer.as_mut().poll(context).map(|()| Err(OutOfTime))
        })
        .await
    }
}

/// An attempt that did not succeed, and the session that it was made with.
struct Failed {
    error: Error,
    session: Option<SessionToken>,
}

/// The deadline of the call has passed.
struct OutOfTime;

impl OutOfTime {
    /// An attempt that was not sent.
    fn before(self, exchange: &Exchange<'_>, context: &Context) -> Failed {
        Failed { error: Error::out_of_time(exchange.operation, context), session: None }
    }
}

/// Only the first retry of a call is logged at the default level.
fn sending_again(attempts: u32, error: &Error, wait: Duration) {
    macro_rules! tell {
        ($event:ident) => {
            tracing::$event!(
                operation = error.operation(),
                attempts,
                kind = ?error.kind(),
                status = error.status().map(|status| status.as_u16()),
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "sending the call again",
            )
        };
    }
    if attempts == 1 { tell!(info) } else { tell!(debug) }
}

/// The last error of a call. Its outcome is unknown if an earlier attempt may have been carried out.
fn settled(error: Error, is_doubtful: bool) -> Error {
    if is_doubtful { error.with_unknown_outcome() } else { error }
}

/// Logs that a call was dropped before its answer came.
struct Unanswered<'a> {
    effect: Effect,
    context: &'a Context,
}

impl Unanswered<'_> {
    fn arrived(self) {
        std::mem::forget(self);
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        let operation = self.context.last_operation();
        if self.effect == Effect::Changes && operation.is_some() {
            tracing::warn!(
                operation,
                // The call is dropped outside of its span, so the event has to name it.
                trace_id = self.context.trace_id().map(TraceId::as_str),
                outcome_unknown = true,
                "the call was dropped before its answer came",
            );
        }
    }
}
