//! Delays an interrupt until all files are replaced.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};

/// Held while files are being replaced.
static WHOLE: Mutex<()> = Mutex::new(());

/// What a shell expects of a program that ended on an interrupt: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// Makes this process end on an interrupt (SIGINT, SIGTERM, SIGHUP, Ctrl-C) as soon as no file is
/// being replaced. Once for a process.
///
/// # Errors
/// The system does not let the process handle the signals.
pub fn handle() -> Result<()> {
    ctrlc::set_handler(|| when_whole(|| process::exit(INTERRUPTED))).context("cannot handle interrupts")
}

/// Keeps interrupts waiting for as long as the guard lives.
pub fn hold() -> MutexGuard<'static, ()> {
    // The lock guards nothing that a panic could have left half-done.
    WHOLE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn when_whole(act: impl FnOnce()) {
    let _whole = hold();
    act();
}

/// Whether an interrupt would have to wait now.
#[cfg(test)]
pub(crate) fn waits() -> bool {
    matches!(WHOLE.try_lock(), Err(std::sync::TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who acts on an interrupt holds what the writer of files holds: the one excludes the other.
    #[test]
    fn an_interrupt_waits_for_the_files() {
        let mut excludes = false;
        when_whole(|| excludes = waits());
        assert!(excludes);
    }
}
