//! Plans for the next calls of an operation: for one of them, or for all.

use std::collections::HashMap;
use std::hash::Hash;

/// Plans for the calls of each operation, by what it is called.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan<K: Eq + Hash, T> {
    once: Vec<Planned<K, T>>,
    always: HashMap<K, T>,
}

#[derive(Clone, Debug, PartialEq)]
struct Planned<K, T> {
    operation: K,
    /// How many calls pass before this one.
    spared: u64,
    what: T,
}

impl<K: Eq + Hash, T: Clone> Plan<K, T> {
    /// For the `nth` call from now; the next one is the first.
    pub(super) fn once(&mut self, operation: K, nth: u64, what: T) {
        self.once.push(Planned { operation, spared: nth.saturating_sub(1), what });
    }

    /// For every call that has none of its own.
    pub(super) fn always(&mut self, operation: K, what: T) {
        self.always.insert(operation, what);
    }

    /// How many plans for single calls have not come yet.
    pub(super) fn pending(&self) -> usize {
        self.once.len()
    }

    /// What comes of a call that is being made. Of two plans for the same call the second waits for the next call.
    pub(super) fn take(&mut self, operation: &K) -> Option<T> {
        let due = self.once.iter().position(|plan| plan.operation == *operation && plan.spared == 0);
        let what = match due {
            Some(index) => Some(self.once.remove(index).what),
            None => self.always.get(operation).cloned(),
        };
        for plan in self.once.iter_mut().filter(|plan| plan.operation == *operation) {
            plan.spared = plan.spared.saturating_sub(1);
        }
        what
    }
}

impl<K: Eq + Hash, T> Default for Plan<K, T> {
    fn default() -> Self {
        Self { once: Vec::new(), always: HashMap::new() }
    }
}
