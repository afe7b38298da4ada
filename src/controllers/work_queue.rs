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
    queued: bool,
    failures: u32,
}

impl WorkQueue {
    /// Puts a key in; `task` lets the controller look at it `delay_ms` later.
    pub fn add(&mut self, runtime: &mut Runtime, key: &ObjectKey, delay_ms: u64, task: fn(ObjectKey) -> Task) {
        let entry = self.entries.get_or_default(key.clone());
        if !entry.queued {
            entry.queued = true;
            runtime.after(delay_ms, task(key.clone()));
        }
    }

    /// A worker takes a key.
    pub fn take(&mut self, key: &ObjectKey) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.queued = false;
        }
    }

    /// A sync went well, so the next failure is the first.
    pub fn done(&mut self, key: &ObjectKey) {
        if self.entries.get(key).is_some_and(|it| !it.queued) {
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
        self.add(runtime, key, delay_ms, task);
    }
}
