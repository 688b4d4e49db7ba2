//! Two documents at once.

use std::thread::{self, Builder, ScopedJoinHandle};

use anyhow::{Result, anyhow};

/// Deep documents recurse deeply.
const STACK: usize = 64 << 20;

/// Does the same to two values, each on a thread of its own.
pub(crate) fn both<T: Send, R: Send>(values: [T; 2], work: impl Fn(T) -> Result<R> + Sync) -> [Result<R>; 2] {
    let work = &work;
    thread::scope(|scope| {
        let threads =
            values.map(|value| Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(value)));
        threads.map(|thread| thread.map_err(Into::into).and_then(ended))
    })
}

fn ended<R>(thread: ScopedJoinHandle<'_, Result<R>>) -> Result<R> {
    // A panic has been printed where it happened.
    thread.join().unwrap_or_else(|_| Err(anyhow!("xtask panicked on this document")))
}
