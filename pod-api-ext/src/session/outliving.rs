//! Logins that outlive the calls that began them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use crate::clock::BoxFuture;

/// A future that goes on in a task of its own if it is dropped before its end.
///
/// Without that, nobody would ever log in whose deadline is shorter than a login takes: each call would begin one and give
/// it up, and leave a session behind on the pod. One that has not begun is dropped, and so is one outside of a runtime.
pub(crate) struct Outliving<T: Send + 'static> {
    /// None: it has ended.
    future: Option<BoxFuture<'static, T>>,
    has_begun: bool,
}

impl<T: Send + 'static> Outliving<T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self { future: Some(Box::pin(future)), has_begun: false }
    }
}

impl<T: Send + 'static> Future for Outliving<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.has_begun = true;
        // Nobody asks again after the end.
        let Some(future) = &mut self.future else { return Poll::Pending };
        let poll = future.as_mut().poll(context);
        if poll.is_ready() {
            self.future = None;
        }
        poll
    }
}

impl<T: Send + 'static> Drop for Outliving<T> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take()
            && self.has_begun
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                // Its output is kept by whoever shares it, as a session keeps its token.
                drop(future.await);
            });
        }
    }
}
