//! Keys of objects that a controller is to look at, each at most once in the queue.
//!
//! Models the rate-limited work queues of client-go: what fails comes again, later and later.

use crate::object::ObjectKey;
use crate::persistent::OrdMap;
use crate::runtime::{Runtime, Task};

/// The first delay after a failed sync, in milliseconds; it doubles up to [`LONGEST_RETRY_MS`].
const FIRST_RETRY_MS: u64 = 5;
/// The longest delay after a failed sync, in milliseconds.
const LONGEST_RETRY_MS: u64 = 1_000_000;

/// The keys.
#[derive(Clone, Debug, Default)]
pub struct WorkQueue {
    entries: OrdMap<ObjectKey, Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// When the key's turn comes, in milliseconds, if it is queued.
    due_ms: Option<u64>,
    /// Whether it waits only because a sync failed.
    waits: bool,
    failures: u32,
}

impl WorkQueue {
    /// Puts a key in; `task` lets the controller look at it `delay_ms` later. A key that is in is not put in again, unless it
    /// waits out a pause after a failure that is longer.
    pub fn add(&mut self, runtime: &mut Runtime, key: &ObjectKey, delay_ms: u64, task: fn(ObjectKey) -> Task) {
        let at_ms = runtime.now_ms().saturating_add(delay_ms);
        let entry = self.entries.get_or_default(key.clone());
        if entry.due_ms.is_none_or(|due_ms| entry.waits && at_ms < due_ms) {
            (entry.due_ms, entry.waits) = (Some(at_ms), false);
            runtime.after(delay_ms, task(key.clone()));
        }
    }

    /// A worker takes a key. Answers whether it is to be synced now: not when its turn is set for shortly after.
    pub fn take(&mut self, runtime: &Runtime, key: &ObjectKey) -> bool {
        let Some(entry) = self.entries.get_mut(key) else { return true };
        let is_early = entry.due_ms.is_some_and(|due_ms| due_ms > runtime.now_ms());
        if !is_early {
            (entry.due_ms, entry.waits) = (None, false);
        }
        !is_early || entry.waits
    }

    /// A sync went well, so the next failure is the first.
    pub fn done(&mut self, key: &ObjectKey) {
        if self.entries.get(key).is_some_and(|it| it.due_ms.is_none()) {
            self.entries.remove(key);
        } else if let Some(entry) = self.entries.get_mut(key) {
            entry.failures = 0;
        }
    }

    /// A sync failed: the key comes again.
    pub fn retry(&mut self, runtime: &mut Runtime, key: &ObjectKey, task: fn(ObjectKey) -> Task) {
        let entry = self.entries.get_or_default(key.clone());
        let delay_ms = FIRST_RETRY_MS.checked_shl(entry.failures.min(30)).unwrap_or(LONGEST_RETRY_MS).min(LONGEST_RETRY_MS);
        entry.failures = entry.failures.saturating_add(1);
        let is_queued = entry.due_ms.is_some();
        self.add(runtime, key, delay_ms, task);
        if let Some(entry) = self.entries.get_mut(key).filter(|_| !is_queued) {
            entry.waits = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_during_a_pause_after_failures_is_looked_at_at_once() {
        let (mut runtime, mut queue, key) = (Runtime::new(1), WorkQueue::default(), ObjectKey::new("default", "a"));
        for delay_ms in [5, 10, 20] {
            queue.retry(&mut runtime, &key, Task::SyncBudget);
            let at_ms = runtime.now_ms() + delay_ms;
            assert_eq!(runtime.next_at_ms(), Some(at_ms));
            runtime.take_task(at_ms).expect("a task");
            assert!(queue.take(&runtime, &key));
        }
        queue.retry(&mut runtime, &key, Task::SyncBudget);
        let (now_ms, late_ms) = (runtime.now_ms(), runtime.now_ms() + 40);
        for delay_ms in [2, 1] {
            queue.add(&mut runtime, &key, delay_ms, Task::SyncBudget);
            assert_eq!(runtime.next_at_ms(), Some(now_ms + 2), "put in once");
        }
        assert!(!queue.take(&runtime, &key), "its turn comes shortly");
        runtime.take_task(now_ms + 2).expect("a task");
        assert!(queue.take(&runtime, &key));
        queue.done(&key);
        assert_eq!(runtime.next_at_ms(), Some(late_ms));
    }
}
