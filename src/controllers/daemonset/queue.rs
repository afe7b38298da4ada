//! The controller's bookkeeping for one DaemonSet: its place in the work queue, its expectations, its failed pods.

use crate::persistent::OrdMap;

use crate::object::{ObjectKey, SmolStr};

/// Expectations that are not met within this time are given up, in milliseconds.
const EXPECTATIONS_TIMEOUT_MS: u64 = 5 * 60 * 1000;
/// The first back-off of a failed pod, in milliseconds.
const FIRST_BACKOFF_MS: u64 = 1000;
/// The longest back-off of a failed pod, in milliseconds.
const LONGEST_BACKOFF_MS: u64 = 15 * 60 * 1000;
/// The first delay after a failed sync, in milliseconds; it doubles up to [`LONGEST_RETRY_MS`].
const FIRST_RETRY_MS: u64 = 5;
/// The longest delay after a failed sync, in milliseconds.
const LONGEST_RETRY_MS: u64 = 1_000_000;

/// Where a key is in the work queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nowhere.
    #[default]
    Idle,
    /// Waiting for a worker.
    Queued,
    /// In a worker's hands.
    Running,
    /// In a worker's hands, and asked for again.
    Dirty,
}

/// Creations and deletions that were asked for and not seen yet (`ControllerExpectations`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Expectations {
    creations: i64,
    deletions: i64,
    set_at_ms: u64,
}

impl Expectations {
    /// Expects so many, whatever was expected before.
    pub fn set(&mut self, creations: usize, deletions: usize, now_ms: u64) {
        let count = |number| i64::try_from(number).unwrap_or(i64::MAX);
        *self = Self { creations: count(creations), deletions: count(deletions), set_at_ms: now_ms };
    }

    /// So many creations were seen, or will not come.
    pub fn created(&mut self, count: usize) {
        self.creations -= i64::try_from(count).unwrap_or(i64::MAX);
    }

    /// A deletion was seen, or will not come.
    pub fn deleted(&mut self) {
        self.deletions -= 1;
    }

    /// Whether all was seen, or waited for long enough.
    pub fn satisfied(&self, now_ms: u64) -> bool {
        (self.creations <= 0 && self.deletions <= 0) || now_ms.saturating_sub(self.set_at_ms) > EXPECTATIONS_TIMEOUT_MS
    }
}

/// Back-offs of failed pods, by the DaemonSet's generation and the node (`flowcontrol.Backoff`).
#[derive(Clone, Debug, Default)]
pub struct FailedPods {
    entries: OrdMap<(i64, SmolStr), (u64, u64)>,
}

impl FailedPods {
    /// A failed pod on a node is looked at: the time that it must still be left alone, or `None`; then this counts as
    /// handled, and the next one waits twice as long.
    pub fn backoff(&mut self, observed_generation: i64, node: &SmolStr, now_ms: u64) -> Option<u64> {
        let key = (observed_generation, node.clone());
        let Some(&(delay_ms, updated_ms)) = self.entries.get(&key) else {
            self.entries.insert(key, (FIRST_BACKOFF_MS, now_ms));
            return None;
        };
        let waited_ms = now_ms.saturating_sub(updated_ms);
        if waited_ms < delay_ms {
            return Some(delay_ms - waited_ms);
        }
        let stale = waited_ms > 2 * LONGEST_BACKOFF_MS;
        let next_ms = if stale { FIRST_BACKOFF_MS } else { (2 * delay_ms).min(LONGEST_BACKOFF_MS) };
        self.entries.insert(key, (next_ms, now_ms));
        None
    }
}

/// The delay after so many failed syncs in a row, in milliseconds.
pub fn retry_ms(failures: u32) -> u64 {
    FIRST_RETRY_MS.checked_shl(failures.min(30)).unwrap_or(LONGEST_RETRY_MS).min(LONGEST_RETRY_MS)
}

/// A key, and how it stands with it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its place in the queue.
    pub place: Place,
    /// Failed syncs in a row.
    pub failures: u32,
    /// What was asked for and not seen yet.
    pub expectations: Expectations,
    /// Failed pods that wait.
    pub failed_pods: FailedPods,
    /// The number of the controller's own last write, which must come back before the next sync.
    pub last_write: u64,
}

/// All keys that were ever asked for.
pub type Entries = OrdMap<ObjectKey, Entry>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_pods_wait_one_two_four_seconds_and_at_most_fifteen_minutes() {
        let (mut failed, node) = (FailedPods::default(), SmolStr::new("n"));
        let mut now_ms = 0;
        let mut delays = Vec::new();
        assert_eq!(failed.backoff(1, &node, now_ms), None);
        for _ in 0..12 {
            let delay_ms = failed.backoff(1, &node, now_ms).expect("in back-off");
            delays.push(delay_ms / 1000);
            now_ms += delay_ms;
            assert_eq!(failed.backoff(1, &node, now_ms), None);
        }
        assert_eq!(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(failed.backoff(2, &node, now_ms), None, "a new generation starts anew");
    }

    #[test]
    fn expectations_are_met_by_observation_or_after_five_minutes() {
        let mut expectations = Expectations::default();
        assert!(expectations.satisfied(0));
        expectations.set(2, 1, 0);
        expectations.created(2);
        assert!(!expectations.satisfied(0));
        assert!(expectations.satisfied(300_001));
        expectations.deleted();
        assert!(expectations.satisfied(0));
    }
}
