//! A future with settings: it holds the settings until it is first polled, and then runs.
//!
//! `IntoFuture` would allow settings before `.await`, but tasks, `join!` and `FuturesUnordered` accept only a `Future`.

use std::task::{Context, Poll};

use crate::clock::BoxFuture;

pub(crate) struct Deferred<S, T> {
    /// None: it has begun.
    settings: Option<S>,
    begun: Option<BoxFuture<'static, T>>,
}

impl<S, T> Deferred<S, T> {
    pub(crate) fn new(settings: S) -> Self {
        Self { settings: Some(settings), begun: None }
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut S)) -> Self {
        self.settings.as_mut().map(change);
        self
    }

    /// None: it has begun.
    pub(crate) fn settings(&self) -> Option<&S> {
        self.settings.as_ref()
    }

    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        begin: impl FnOnce(S) -> BoxFuture<'static, T>,
    ) -> Poll<T> {
        if let Some(settings) = self.settings.take() {
            self.begun = Some(begin(settings));
        }
        match &mut self.begun {
            Some(begun) => begun.as_mut().poll(context),
            // One of the two is always set.
            None => Poll::Pending,
        }
    }
}
