//! The one road of every call: a client with a context of its own, and an error that says what is known.

use std::future::Future;

use pod_api::{Client, ResponseValue, TraceId};

use crate::{Error, Pod};

/// What a call does to the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It reads, and can be sent any number of times.
    Reads,
    /// It changes something.
    Changes,
}

impl Pod {
    /// Makes any call of the generated client, with this pod's session and errors.
    ///
    /// The closure gets the client by value and makes one call with it. State the effect truthfully: it decides whether
    /// [`Error::outcome_unknown`] can be true.
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
        let context = self.context().with_trace_id(trace_id());
        let under_way = UnderWay { effect, context: &context };
        let answer = call(self.client().with_context(context.clone())).await;
        std::mem::forget(under_way);
        match answer {
            Ok(answer) => Ok(answer.into_inner()),
            Err(error) => {
                let error = Error::new(effect, &context, error);
                tracing::debug!(
                    operation = error.operation(),
                    kind = ?error.kind(),
                    status = error.status().map(|status| status.as_u16()),
                    trace_id = error.trace_id().map(TraceId::as_str),
                    outcome_unknown = error.outcome_unknown(),
                    "the call did not succeed",
                );
                Err(error)
            }
        }
    }
}

/// Six letters and digits, as Symphony recommends.
fn trace_id() -> TraceId {
    let id: String = std::iter::repeat_with(fastrand::alphanumeric).take(6).collect();
    #[expect(clippy::expect_used, reason = "six ASCII letters and digits are a trace id")]
    TraceId::new(&id).expect("six letters and digits")
}

/// Tells of a call that was dropped before its answer came.
struct UnderWay<'a> {
    effect: Effect,
    context: &'a pod_api::Context,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let operation = self.context.last_operation();
        if self.effect == Effect::Changes && operation.is_some() {
            tracing::warn!(
                operation,
                trace_id = self.context.trace_id().map(TraceId::as_str),
                outcome_unknown = true,
                "the call was dropped before its answer came",
            );
        }
    }
}
