//! The pods that wait for a node: those whose turn comes next, those that wait out a back-off, and those that wait for a change
//! that may help.
//!
//! Models `pkg/scheduler/backend/queue`.

use std::sync::Arc;

use super::filters::Plugins;
use super::pod_info::PodInfo;
use crate::object::ObjectKey;
use crate::persistent::{OrdMap, Vector};
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
    /// Its turn is now, or its volumes are being bound.
    InFlight,
}

/// A place in a line: the negative priority, a time in milliseconds, and a number of its own.
type Slot = (i64, u64, u64);
/// The pods in a line, by slot.
type Line = OrdMap<Slot, ObjectKey>;

/// A pod that waits. Models `QueuedPodInfo`.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where it is.
    pub place: Place,
    slot: Slot,
    /// When it was added or last tried, in milliseconds.
    tried_ms: u64,
    attempts: u32,
    priority: i32,
    /// The filters that rejected some node at the last attempt.
    pub rejected_by: Plugins,
    /// What was tried last; `None` before the first attempt.
    pub pod: Option<Arc<PodInfo>>,
}

/// All pods that wait.
#[derive(Clone, Debug, Default)]
pub struct SchedulingQueue {
    pods: OrdMap<ObjectKey, Waiting>,
    active: Line,
    backoff: Line,
    unschedulable: Line,
    /// The pods that wait for a change on any node, in the order in which they began to, and by name.
    roaming: (Vector<ObjectKey>, OrdMap<ObjectKey, ()>),
    numbered: u64,
    timer_ms: Option<u64>,
}

impl SchedulingQueue {
    /// Whether nobody's turn comes.
    pub fn is_idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether nobody waits for a change.
    pub fn nobody_waits_for_a_change(&self) -> bool {
        self.unschedulable.is_empty()
    }

    /// The pod of that name, if it waits.
    pub fn get(&self, key: &ObjectKey) -> Option<&Waiting> {
        self.pods.get(key)
    }

    /// Every pod that waits for a change.
    pub fn unschedulable(&self) -> impl Iterator<Item = &ObjectKey> {
        self.unschedulable.values()
    }

    /// Every pod whose node was found, and whose volumes are being bound.
    pub fn binding(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.pods.values().filter(|it| it.place == Place::InFlight).filter_map(|it| it.pod.as_ref())
    }

    /// A pod that waits for a change on any node.
    pub fn add_roaming(&mut self, key: &ObjectKey) {
        if self.roaming.1.insert(key.clone(), ()).is_none() {
            self.roaming.0.push_back(key.clone());
        }
    }

    /// The pods that wait for a change on any node; those that still do are to be added again.
    pub fn take_roaming(&mut self) -> Vec<ObjectKey> {
        std::mem::take(&mut self.roaming).0.iter().cloned().collect()
    }

    /// A pod that nobody tried yet.
    pub fn add(&mut self, key: &ObjectKey, priority: i32, now_ms: u64) {
        self.forget(key);
        let waiting = Waiting {
            place: Place::InFlight,
            slot: Slot::default(),
            tried_ms: now_ms,
            attempts: 0,
            priority,
            rejected_by: Plugins::default(),
            pod: None,
        };
        self.pods.insert(key.clone(), waiting);
        self.line_up(key, Place::Active, now_ms);
    }

    /// A pod is bound or gone.
    pub fn forget(&mut self, key: &ObjectKey) -> Option<Waiting> {
        let waiting = self.pods.remove(key)?;
        if let Some(line) = self.line(waiting.place) {
            line.remove(&waiting.slot);
        }
        Some(waiting)
    }

    /// Whose turn it is: the highest priority, then who was added or tried the longest ago.
    pub fn pop(&mut self) -> Option<ObjectKey> {
        let (_, key) = self.active.pop_first()?;
        if let Some(waiting) = self.pods.get_mut(&key) {
            waiting.attempts = waiting.attempts.saturating_add(1);
            waiting.place = Place::InFlight;
        }
        Some(key)
    }

    /// An attempt found no node. Without a filter that is to blame, the pod comes again after its back-off.
    pub fn park(&mut self, runtime: &mut Runtime, key: &ObjectKey, pod: Arc<PodInfo>, rejected_by: Plugins) {
        let now_ms = runtime.now_ms();
        let Some(waiting) = self.pods.get_mut(key) else { return };
        (waiting.tried_ms, waiting.rejected_by, waiting.pod) = (now_ms, rejected_by, Some(pod));
        if rejected_by.is_empty() {
            let until_ms = waiting.backoff_until_ms();
            self.line_up(key, Place::Backoff, until_ms);
        } else {
            self.line_up(key, Place::Unschedulable, now_ms + LEFTOVER_MS);
        }
        self.set_timer(runtime);
    }

    /// A node was found, but the pod cannot be bound yet.
    pub fn bind_later(&mut self, key: &ObjectKey, pod: Arc<PodInfo>) {
        if let Some(waiting) = self.pods.get_mut(key) {
            waiting.pod = Some(pod);
        }
    }

    /// Something changed that may help a pod that waits for a change: it comes again, as soon as its back-off is over.
    pub fn requeue(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let now_ms = runtime.now_ms();
        let Some(waiting) = self.pods.get(key).filter(|it| it.place == Place::Unschedulable) else { return };
        let (until_ms, tried_ms) = (waiting.backoff_until_ms(), waiting.tried_ms);
        if now_ms < until_ms {
            self.line_up(key, Place::Backoff, until_ms);
            self.set_timer(runtime);
        } else {
            self.line_up(key, Place::Active, tried_ms);
        }
    }

    fn line(&mut self, place: Place) -> Option<&mut Line> {
        match place {
            Place::Active => Some(&mut self.active),
            Place::Backoff => Some(&mut self.backoff),
            Place::Unschedulable => Some(&mut self.unschedulable),
            Place::InFlight => None,
        }
    }

    /// Moves a pod to a line, behind all that are before its time.
    fn line_up(&mut self, key: &ObjectKey, place: Place, at_ms: u64) {
        self.numbered += 1;
        let number = self.numbered;
        let Some(waiting) = self.pods.get_mut(key) else { return };
        let priority = if place == Place::Active { -i64::from(waiting.priority) } else { 0 };
        let before = (waiting.place, waiting.slot);
        (waiting.place, waiting.slot) = (place, (priority, at_ms, number));
        if let Some(line) = self.line(before.0) {
            line.remove(&before.1);
        }
        if let Some(line) = self.line(place) {
            line.insert((priority, at_ms, number), key.clone());
        }
    }

    /// The timer rang: back-offs that ended, and pods that waited for too long, come again.
    pub fn flush(&mut self, runtime: &mut Runtime) {
        let now_ms = runtime.now_ms();
        self.timer_ms = self.timer_ms.filter(|at_ms| *at_ms > now_ms);
        while let Some(key) = due(&self.backoff, now_ms) {
            let tried_ms = self.pods.get(&key).map_or(now_ms, |it| it.tried_ms);
            self.line_up(&key, Place::Active, tried_ms);
        }
        while let Some(key) = due(&self.unschedulable, now_ms) {
            self.requeue(runtime, &key);
        }
        self.set_timer(runtime);
    }

    /// Sees to it that [`Task::FlushScheduling`] comes when the next pod is due.
    fn set_timer(&mut self, runtime: &mut Runtime) {
        let due = |line: &Line, period_ms: u64| line.first().map(|((_, at_ms, _), _)| at_ms.next_multiple_of(period_ms));
        let dues = [due(&self.backoff, BACKOFF_FLUSH_MS), due(&self.unschedulable, LEFTOVER_FLUSH_MS)];
        let Some(at_ms) = dues.into_iter().flatten().min() else { return };
        if self.timer_ms.is_none_or(|set_ms| at_ms < set_ms) {
            self.timer_ms = Some(at_ms);
            runtime.after(at_ms.saturating_sub(runtime.now_ms()), Task::FlushScheduling);
        }
    }
}

fn due(line: &Line, now_ms: u64) -> Option<ObjectKey> {
    line.first().filter(|((_, at_ms, _), _)| *at_ms <= now_ms).map(|(_, key)| key.clone())
}

impl Waiting {
    /// Models `calculateBackoffDuration`: 1, 2, 4, 8 and then 10 seconds after the last attempt.
    fn backoff_until_ms(&self) -> u64 {
        let doublings = self.attempts.saturating_sub(1).min(10);
        self.tried_ms + (FIRST_BACKOFF_MS << doublings).min(LONGEST_BACKOFF_MS)
    }
}
