//! The pods that wait for a node: those whose turn comes next, those that wait out a back-off, and those that wait for a change
//! that may help.
//!
//! Models `pkg/scheduler/backend/queue`. Whoever leaves a line before its turn is only forgotten in [`SchedulingQueue::pods`];
//! its slot in the line is passed over when it comes up.

use std::sync::Arc;

use imbl::{OrdMap, Vector};

use super::filters::Plugins;
use super::pod_info::PodInfo;
use crate::object::ObjectKey;
use crate::runtime::{Runtime, Task};

/// The back-off after the first failed attempt, in milliseconds; it doubles up to [`LONGEST_BACKOFF_MS`].
const FIRST_BACKOFF_MS: u64 = 1_000;
/// The longest back-off, in milliseconds.
const LONGEST_BACKOFF_MS: u64 = 10_000;
/// How often ended back-offs are looked for, in milliseconds.
const BACKOFF_FLUSH_MS: u64 = 1_000;
/// After this time a pod is tried again even though nothing changed, in milliseconds.
const LEFTOVER_MS: u64 = 5 * 60_000;
/// How often such pods are looked for, in milliseconds.
const LEFTOVER_FLUSH_MS: u64 = 30_000;

/// Where a pod is in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its turn comes.
    Active,
    /// It was asked for again, and waits out its back-off.
    Backoff,
    /// It waits for a change that may help.
    Unschedulable,
    /// A node was found, and its volumes are being bound.
    Binding,
}

/// A pod that waits. Models `QueuedPodInfo`.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where it is.
    pub place: Place,
    /// When it came to where it is, in milliseconds; a slot of another time is not its own.
    since_ms: u64,
    /// When it was added or last tried, in milliseconds.
    tried_ms: u64,
    attempts: u32,
    priority: i32,
    /// The filters that rejected some node at the last attempt.
    pub rejected_by: Plugins,
    /// What was tried last; `None` before the first attempt.
    pub pod: Option<Arc<PodInfo>>,
}

/// A place in a line.
#[derive(Clone, Debug)]
struct Slot {
    priority: i32,
    at_ms: u64,
    since_ms: u64,
    key: ObjectKey,
}

/// All pods that wait.
#[derive(Clone, Debug, Default)]
pub struct SchedulingQueue {
    pods: OrdMap<ObjectKey, Waiting>,
    active: Vector<Slot>,
    backoff: Vector<Slot>,
    leftover: Vector<Slot>,
    roaming: Vec<ObjectKey>,
    unschedulable: usize,
    timer_ms: Option<u64>,
}

impl SchedulingQueue {
    /// Whether nobody's turn comes.
    pub fn is_idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether nobody waits for a change.
    pub fn nobody_waits_for_a_change(&self) -> bool {
        self.unschedulable == 0
    }

    /// The pod of that name, if it waits.
    pub fn get(&self, key: &ObjectKey) -> Option<&Waiting> {
        self.pods.get(key)
    }

    /// Every pod that waits for a change.
    pub fn unschedulable(&self) -> impl Iterator<Item = &ObjectKey> {
        self.pods.iter().filter(|(_, it)| it.place == Place::Unschedulable).map(|(key, _)| key)
    }

    /// A pod that waits for a change on any node.
    pub fn add_roaming(&mut self, key: &ObjectKey) {
        if !self.roaming.contains(key) {
            self.roaming.push(key.clone());
        }
    }

    /// The pods that wait for a change on any node; those that still do are to be added again.
    pub fn take_roaming(&mut self) -> Vec<ObjectKey> {
        std::mem::take(&mut self.roaming)
    }

    /// Every pod whose node was found, and whose volumes are being bound.
    pub fn binding(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.pods.values().filter(|it| it.place == Place::Binding).filter_map(|it| it.pod.as_ref())
    }

    /// A pod that nobody tried yet.
    pub fn add(&mut self, key: &ObjectKey, priority: i32, now_ms: u64) {
        self.forget(key);
        let waiting = Waiting {
            place: Place::Active,
            since_ms: now_ms,
            tried_ms: now_ms,
            attempts: 0,
            priority,
            rejected_by: Plugins::default(),
            pod: None,
        };
        self.pods.insert(key.clone(), waiting);
        self.line_up(key);
    }

    /// A pod is bound or gone.
    pub fn forget(&mut self, key: &ObjectKey) -> Option<Waiting> {
        let waiting = self.pods.remove(key)?;
        self.unschedulable -= usize::from(waiting.place == Place::Unschedulable);
        Some(waiting)
    }

    /// Whose turn it is: the highest priority, then who was added or tried the longest ago.
    pub fn pop(&mut self) -> Option<ObjectKey> {
        while let Some(slot) = self.active.pop_front() {
            if let Some(waiting) = self.pods.get_mut(&slot.key)
                && waiting.place == Place::Active
                && waiting.since_ms == slot.since_ms
            {
                waiting.attempts = waiting.attempts.saturating_add(1);
                return Some(slot.key);
            }
        }
        None
    }

    /// An attempt found no node. Without a filter that is to blame, the pod comes again after its back-off.
    pub fn park(&mut self, runtime: &mut Runtime, key: &ObjectKey, pod: Arc<PodInfo>, rejected_by: Plugins) {
        let now_ms = runtime.now_ms();
        let Some(waiting) = self.pods.get_mut(key) else { return };
        (waiting.tried_ms, waiting.rejected_by, waiting.pod) = (now_ms, rejected_by, Some(pod));
        if rejected_by.is_empty() {
            self.wait_out_backoff(runtime, key);
            return;
        }
        (waiting.place, waiting.since_ms) = (Place::Unschedulable, now_ms);
        self.unschedulable += 1;
        let slot = Slot { priority: 0, at_ms: now_ms + LEFTOVER_MS, since_ms: now_ms, key: key.clone() };
        self.leftover.push_back(slot);
        self.set_timer(runtime);
    }

    /// A node was found, but the pod cannot be bound yet.
    pub fn bind_later(&mut self, key: &ObjectKey, pod: Arc<PodInfo>) {
        if let Some(waiting) = self.pods.get_mut(key) {
            (waiting.place, waiting.pod) = (Place::Binding, Some(pod));
        }
    }

    /// Something changed that may help a pod that waits for a change: it comes again, as soon as its back-off is over.
    pub fn requeue(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let now_ms = runtime.now_ms();
        let Some(waiting) = self.pods.get_mut(key).filter(|it| it.place == Place::Unschedulable) else { return };
        self.unschedulable -= 1;
        if now_ms < waiting.backoff_until_ms() {
            self.wait_out_backoff(runtime, key);
        } else {
            (waiting.place, waiting.since_ms) = (Place::Active, now_ms);
            self.line_up(key);
        }
    }

    fn wait_out_backoff(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let now_ms = runtime.now_ms();
        let Some(waiting) = self.pods.get_mut(key) else { return };
        (waiting.place, waiting.since_ms) = (Place::Backoff, now_ms);
        let slot = Slot { priority: 0, at_ms: waiting.backoff_until_ms(), since_ms: now_ms, key: key.clone() };
        let at = partition_point(&self.backoff, &|other| other.at_ms <= slot.at_ms);
        self.backoff.insert(at, slot);
        self.set_timer(runtime);
    }

    fn line_up(&mut self, key: &ObjectKey) {
        let Some(waiting) = self.pods.get(key) else { return };
        let slot =
            Slot { priority: waiting.priority, at_ms: waiting.tried_ms, since_ms: waiting.since_ms, key: key.clone() };
        let before = |other: &Slot| (-i64::from(other.priority), other.at_ms) <= (-i64::from(slot.priority), slot.at_ms);
        let at = partition_point(&self.active, &before);
        self.active.insert(at, slot);
    }

    /// The timer rang: back-offs that ended, and pods that waited for too long, come again.
    pub fn flush(&mut self, runtime: &mut Runtime) {
        let now_ms = runtime.now_ms();
        self.timer_ms = self.timer_ms.filter(|at_ms| *at_ms > now_ms);
        while let Some(slot) = self.backoff.front().filter(|it| it.at_ms <= now_ms).cloned() {
            self.backoff.pop_front();
            if let Some(waiting) = self.own(&slot, Place::Backoff) {
                (waiting.place, waiting.since_ms) = (Place::Active, now_ms);
                self.line_up(&slot.key);
            }
        }
        while let Some(slot) = self.leftover.front().filter(|it| it.at_ms <= now_ms).cloned() {
            self.leftover.pop_front();
            if self.own(&slot, Place::Unschedulable).is_some() {
                self.requeue(runtime, &slot.key);
            }
        }
        self.set_timer(runtime);
    }

    fn own(&mut self, slot: &Slot, place: Place) -> Option<&mut Waiting> {
        self.pods.get_mut(&slot.key).filter(|it| it.place == place && it.since_ms == slot.since_ms)
    }

    /// Sees to it that [`Task::FlushScheduling`] comes when the next pod is due.
    fn set_timer(&mut self, runtime: &mut Runtime) {
        let due = |line: &Vector<Slot>, period_ms: u64| line.front().map(|it| it.at_ms.next_multiple_of(period_ms));
        let backoff_ms = due(&self.backoff, BACKOFF_FLUSH_MS);
        let leftover_ms = due(&self.leftover, LEFTOVER_FLUSH_MS);
        let Some(at_ms) = [backoff_ms, leftover_ms].into_iter().flatten().min() else { return };
        if self.timer_ms.is_none_or(|set_ms| at_ms < set_ms) {
            self.timer_ms = Some(at_ms);
            runtime.after(at_ms.saturating_sub(runtime.now_ms()), Task::FlushScheduling);
        }
    }
}

impl Waiting {
    /// Models `calculateBackoffDuration`: 1, 2, 4, 8 and then 10 seconds after the last attempt.
    fn backoff_until_ms(&self) -> u64 {
        let doublings = self.attempts.saturating_sub(1).min(10);
        self.tried_ms + (FIRST_BACKOFF_MS << doublings).min(LONGEST_BACKOFF_MS)
    }
}

/// Where a line stops to be `before`; lines are nearly always added to at their end.
fn partition_point(line: &Vector<Slot>, before: &dyn Fn(&Slot) -> bool) -> usize {
    let (mut low, mut high) = (0, line.len());
    if line.back().is_none_or(before) {
        return high;
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        if line.get(middle).is_some_and(before) { low = middle + 1 } else { high = middle }
    }
    low
}
