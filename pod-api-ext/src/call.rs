//! The one road of every call: a place among the calls in flight, session token, answer, renewal on
//! 401, retry, error.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use pod_api::{Client, Context, ResponseValue, SessionToken, TraceId};
use tracing::{Instrument as _, field};

use crate::retry::{Attempt, Decision};
use crate::session::{LoginError, LoginProblem};
use crate::{Error, ErrorKind, Pod};

/// What a call does to the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It reads, and can be sent any number of times.
    Reads,
    /// It changes something.
    Changes,
}

impl Pod {
    /// Makes any call of the generated client, with what this pod has: session, retries, deadline, errors.
    ///
    /// The closure gets the client by value and makes one call with it; it runs once for each attempt. State the effect
    /// truthfully: it decides what is sent again, and whether [`Error::outcome_unknown`] can be true.
    ///
    /// ```
    /// use pod_api_ext::{Effect, Pod};
    ///
    /// # async fn example(pod: Pod) -> Result<(), pod_api_ext::Error> {
    /// let connections = pod
    ///     .call(Effect::Reads, |client| async move { client.list_connections().send().await })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Whatever the call comes to that is not the declared success.
    pub async fn call<T, E, F, Fut>(&self, effect: Effect, call: F) -> Result<T, Error>
    where
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, pod_api::Error<E>>> + Send,
    {
        let trace_id = trace_id();
        let span = tracing::debug_span!(
            "pod_call",
            trace_id = trace_id.as_str(),
            operation = field::Empty,
            status = field::Empty,
            attempts = field::Empty,
            duration_ms = field::Empty,
        );
        let road = Road { pod: self, effect, trace_id, begun: self.clock().now(), span: span.clone() };
        // In place: many calls at a time have to share the processor's cache, and to instrument a future moves it.
        let travel = pin!(road.travel(call));
        let outcome = travel.instrument(span.clone()).await;
        span.record("duration_ms", u64::try_from(road.elapsed().as_millis()).unwrap_or(u64::MAX));
        outcome
    }
}

/// One call on its way, over all of its attempts.
struct Road<'a> {
    pod: &'a Pod,
    effect: Effect,
    trace_id: TraceId,
    begun: Instant,
    span: tracing::Span,
}

impl Road<'_> {
    async fn travel<T, E, F, Fut>(&self, call: F) -> Result<T, Error>
    where
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, pod_api::Error<E>>> + Send,
    {
        let mut attempts = 0;
        let mut is_doubtful = false;
        // Of the last attempt.
        let mut operation = None;
        // The token that the pod has answered 401 to, and that answer, until there is another token.
        let mut refused: Option<(SessionToken, Error)> = None;
        let mut was_renewed = false;
        loop {
            attempts += 1;
            let error = match self.prepared(refused.as_ref().map(|(stale, _)| stale), operation).await {
                Ok((context, session)) => {
                    was_renewed |= refused.take().is_some();
                    let outcome = self.attempt(&context, &call).await;
                    self.record(&context, &outcome, attempts);
                    operation = context.last_operation();
                    match outcome {
                        Ok(answer) => return Ok(answer.into_inner()),
                        Err(error) if error.kind() == ErrorKind::InvalidSession && !was_renewed => {
                            tracing::debug!("the session has expired");
                            refused = Some((session, error));
                            continue;
                        }
                        Err(error) => error,
                    }
                }
                Err(failed) => {
                    // A token alone cannot be renewed, so the pod's own words are the better answer.
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
                    tracing::debug!(
                        attempts,
                        kind = ?error.kind(),
                        status = error.status().map(|status| status.as_u16()),
                        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                        "sending the call again",
                    );
                    self.pod.clock().sleep(wait).await;
                }
                None => return Err(settled(error, is_doubtful)),
            }
        }
    }

    /// The context of the next attempt, with a session token in it: another one than that which was refused.
    async fn prepared(
        &self,
        stale: Option<&SessionToken>,
        operation: Option<&'static str>,
    ) -> Result<(Context, SessionToken), Error> {
        let context = self.pod.context().with_trace_id(self.trace_id.clone());
        let ready = pin!(async {
            let current = if stale.is_none() { self.pod.session().current() } else { None };
            let session = match current {
                Some(token) => token,
                None => self.pod.logged_in(stale).await?,
            };
            Ok::<_, LoginError>((session, self.pod.login().gateway_headers().await?))
        });
        let (session, headers) = self
            .in_time(ready)
            .await
            .map_err(|OutOfTime| Error::out_of_time(self.effect, &context, operation))?
            .map_err(|error| Error::login(self.effect, &context, operation, error))?;
        Ok((context.with_session(session.clone()).with_headers(headers), session))
    }

    async fn attempt<T, E, F, Fut>(&self, context: &Context, call: &F) -> Result<ResponseValue<T>, Error>
    where
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, pod_api::Error<E>>> + Send,
    {
        let unanswered = Unanswered { effect: self.effect, context };
        let sent = pin!(async {
            // Nobody closes the semaphore; without a place the call would still be right.
            let _place = self.pod.in_flight().acquire().await;
            // Who was left alone for a while may have its place and be too late all the same.
            if self.remaining().is_some_and(|remaining| remaining.is_zero()) {
                return Err(OutOfTime);
            }
            let call = pin!(call(self.pod.client().with_context(context.clone())));
            Ok(call.await)
        });
        let answer = self.in_time(sent).await;
        unanswered.arrived();
        match answer {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(Error::new(self.effect, context, error)),
            Ok(Err(OutOfTime)) | Err(OutOfTime) => Err(Error::out_of_time(self.effect, context, None)),
        }
    }

    fn decide(&self, attempts: u32, error: &Error) -> Option<Duration> {
        if self.pod.tells_of_throttling() && error.is_throttling() {
            return None;
        }
        let attempt = Attempt {
            number: attempts,
            elapsed: self.elapsed(),
            effect: self.effect,
            error,
            random: self.pod.random(),
        };
        match self.pod.policy().decide(&attempt) {
            // A wait beyond the deadline would only replace this error by one that says less.
            Decision::Wait(wait) if self.remaining().is_none_or(|remaining| wait < remaining) => Some(wait),
            _ => None,
        }
    }

    fn record<T>(&self, context: &Context, outcome: &Result<ResponseValue<T>, Error>, attempts: u32) {
        self.span.record("attempts", attempts);
        self.span.record("operation", context.last_operation());
        let status = match outcome {
            Ok(answer) => Some(answer.status()),
            Err(error) => error.status(),
        };
        self.span.record("status", status.map(|status| status.as_u16()));
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

    /// Waits for a future, but not beyond the deadline of the call. The future stays where it is: it can be large.
    async fn in_time<T>(
        &self,
        mut future: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    ) -> Result<T, OutOfTime> {
        let Some(remaining) = self.remaining() else { return Ok(future.await) };
        // What is there already needs no timer.
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

/// The deadline of the call has passed.
struct OutOfTime;

/// The last error of a call, of which an earlier attempt may have been carried out.
fn settled(error: Error, is_doubtful: bool) -> Error {
    if is_doubtful { error.with_unknown_outcome() } else { error }
}

/// Six letters and digits, as Symphony recommends.
fn trace_id() -> TraceId {
    let mut id = [0; 6];
    id.fill_with(|| fastrand::alphanumeric() as u8);
    let id = std::str::from_utf8(&id).ok().and_then(TraceId::new);
    #[expect(clippy::expect_used, reason = "six ASCII letters and digits are a trace id")]
    id.expect("six letters and digits")
}

/// Tells of a call that was dropped before its answer came.
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
                // The span is not there to tell: who drops a call is outside of it.
                trace_id = self.context.trace_id().map(TraceId::as_str),
                outcome_unknown = true,
                "the call was dropped before its answer came",
            );
        }
    }
}
