//! The scheduler as a component: what it hears, the scheduling cycle of one pod at a time, and what it writes.
//!
//! Models `pkg/scheduler`: its event handlers, `ScheduleOne`, and the preparation of a node that room is made on.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey, Pod, SmolStr, Value};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_pod_condition};

use super::budget::Budget;
use super::cache::Cache;
use super::hints::{ClusterEvent, may_help};
use super::neighbours::Neighbours;
use super::node_info::{NodeFacts, NodeInfo, NodeLister};
use super::pod_info::PodInfo;
use super::queue::{Place, SchedulingQueue};
use super::volumes::{Binding, PodVolumes, is_bound};
use super::{Failure, Outcome, schedule};
use crate::controllers::volumes::{SELECTED_NODE, claim_volume};

/// Whose pods it schedules: the name that a pod has in `spec.schedulerName` unless it asks for another.
pub const DEFAULT_SCHEDULER: &str = "default-scheduler";
/// The longest message of an event, in bytes.
const LONGEST_NOTE: usize = 1024;

/// The scheduler's state.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    cache: Cache,
    queue: SchedulingQueue,
    busy: bool,
}

impl Scheduler {
    // -- what it hears ------------------------------------------------------------------------------------------------

    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            Kind::PersistentVolumeClaim => {
                self.observe_storage(runtime, change);
                self.bind_where_volumes_are_bound(runtime, change.object().key());
            }
            Kind::PersistentVolume | Kind::StorageClass => self.observe_storage(runtime, change),
            Kind::PodDisruptionBudget => {
                let budgets = runtime.store.list(Kind::PodDisruptionBudget);
                self.cache.budgets = budgets.filter_map(|it| Budget::read(it)).collect();
            }
            _ => return,
        }
        self.wake(runtime);
    }

    fn observe_node(&mut self, runtime: &mut Runtime, change: &Change) {
        let Some(node) = &change.new else { return self.cache.remove_node(change.object().name()) };
        let facts = Arc::new(NodeFacts::read(&node.value));
        let old = self.cache.set_node(Arc::clone(&facts));
        if old.as_ref() != Some(&facts) {
            self.requeue_helped(runtime, &ClusterEvent::Node { old: old.as_deref(), new: &facts });
        }
    }

    fn observe_storage(&mut self, runtime: &mut Runtime, change: &Change) {
        if change.new.is_some() {
            self.requeue_helped(runtime, &ClusterEvent::Storage { kind: change.kind(), key: change.object().key() });
        }
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let object = change.object();
        let key = object.key();
        let view = change.new.as_ref().and_then(|it| it.as_pod());
        if let Some(view) = view.filter(|it| it.is_bound() && !it.phase.is_terminal()) {
            if let Some(waiting) = self.queue.forget(key).and_then(|it| it.pod) {
                self.cache.withdraw(&waiting);
            }
            if !self.cache.update_pod(object) {
                self.cache.remove_pod(key);
                self.cache.add_pod(Arc::new(PodInfo::read(&object.value).settled_on(view.node_name.clone())));
            }
            let was_bound = change.old.as_ref().and_then(|it| it.as_pod()).is_some_and(Pod::is_bound);
            if !was_bound && let Some(pod) = self.cache.pod(key).cloned() {
                self.requeue_helped(runtime, &ClusterEvent::PodBound(&pod));
            }
        } else if let Some(gone) = self.cache.pod(key).filter(|it| it.uid == object.meta.uid).cloned() {
            // An assumed pod is known before its binding is heard of; an older version of it says nothing.
            if view.is_none_or(|it| it.is_bound() || it.deleting) {
                self.cache.remove_pod(key);
                self.requeue_helped(runtime, &ClusterEvent::PodGone(&gone));
            }
        } else {
            self.observe_waiting(runtime, change);
        }
    }

    /// A pod without a node came, changed or went.
    fn observe_waiting(&mut self, runtime: &mut Runtime, change: &Change) {
        let key = change.object().key();
        let wanted = |object: &&Arc<Object>| {
            let spec = object.value.at(&["spec"]);
            let name = spec.str_at(&["schedulerName"]);
            object.as_pod().is_some_and(|it| !it.is_bound() && !it.deleting && !it.phase.is_terminal())
                && (name.is_empty() || name == DEFAULT_SCHEDULER)
                && spec.list_at(&["schedulingGates"]).is_empty()
        };
        let Some(pod) = change.new.as_ref().filter(wanted) else {
            if let Some(waiting) = self.queue.forget(key).and_then(|it| it.pod) {
                self.cache.withdraw(&waiting);
                if !waiting.nominated_node_name.is_empty() {
                    let gone = PodInfo::clone(&waiting).settled_on(waiting.nominated_node_name.clone());
                    self.requeue_helped(runtime, &ClusterEvent::PodGone(&gone));
                }
            }
            return;
        };
        let Some(waiting) = self.queue.get(key) else {
            let priority = pod.value.at(&["spec", "priority"]).as_i64().and_then(|it| i32::try_from(it).ok());
            return self.queue.add(key, priority.unwrap_or_default(), runtime.now_ms());
        };
        let changed = change
            .old
            .as_ref()
            .is_some_and(|old| old.meta.labels != pod.meta.labels || old.value.at(&["spec"]) != pod.value.at(&["spec"]));
        if changed && waiting.place == Place::Unschedulable {
            self.queue.requeue(runtime, key);
        }
    }

    /// Pods that a change may help come again. What goes from a node helps no pod that waits for another one.
    fn requeue_helped(&mut self, runtime: &mut Runtime, event: &ClusterEvent<'_>) {
        if self.queue.nobody_waits_for_a_change() {
            return;
        }
        let keys = match event {
            ClusterEvent::PodGone(pod) | ClusterEvent::PodBound(pod) => {
                let mut keys = self.cache.take_waiting(&pod.node_name);
                keys.extend(self.queue.take_roaming());
                keys
            }
            _ => self.queue.unschedulable().cloned().collect(),
        };
        for key in keys {
            let waiting = self.queue.get(&key).filter(|it| it.place == Place::Unschedulable);
            let Some((pod, rejected_by)) = waiting.and_then(|it| Some((it.pod.clone()?, it.rejected_by))) else { continue };
            if may_help(event, rejected_by, &pod) {
                self.queue.requeue(runtime, &key);
            } else if matches!(event, ClusterEvent::PodGone(_) | ClusterEvent::PodBound(_)) {
                self.note_where_it_waits(&key, &pod);
            }
        }
    }

    /// A pod that names one node waits for what happens there, any other for what happens anywhere.
    fn note_where_it_waits(&mut self, key: &ObjectKey, pod: &PodInfo) {
        let names = pod.node_affinity.named_nodes().unwrap_or_default();
        let noted = matches!(names.as_slice(), [name] if self.cache.add_waiting(name, key));
        if !noted {
            self.queue.add_roaming(key);
        }
    }

    // -- when it schedules --------------------------------------------------------------------------------------------

    fn wake(&mut self, runtime: &mut Runtime) {
        if !self.busy && !self.queue.is_idle() {
            self.busy = true;
            let cycle_ms = runtime.duration_ms(1..4);
            runtime.after(cycle_ms, Task::Schedule);
        }
    }

    /// The queue's timer rang.
    pub fn flush(&mut self, runtime: &mut Runtime) {
        self.queue.flush(runtime);
        self.wake(runtime);
    }

    /// Takes the next pod from the queue.
    pub fn schedule_next(&mut self, runtime: &mut Runtime) {
        self.busy = false;
        if let Some(key) = self.queue.pop() {
            let pod = runtime.store.get(Kind::Pod, &key).cloned();
            let waits = |pod: &Arc<Object>| pod.as_pod().is_some_and(|it| !it.is_bound() && !it.deleting);
            if let Some(pod) = pod.filter(waits) {
                self.place(runtime, &pod);
            }
        }
        self.wake(runtime);
    }

    fn place(&mut self, runtime: &mut Runtime, pod: &Arc<Object>) {
        let mut info = PodInfo::read(&pod.value);
        if !info.claims.is_empty() {
            info.volumes = Some(Arc::new(PodVolumes::find(&runtime.store, &info.key.namespace, &info.claims)));
        }
        info.neighbours = Neighbours::find(&info, &self.cache);
        match schedule(&info, &self.cache) {
            Outcome::Bound(node) => self.reserve(runtime, pod, info, &node),
            Outcome::Unschedulable(failure) => self.park(runtime, pod, info, &failure),
        }
    }

    // -- what it does -------------------------------------------------------------------------------------------------

    /// A node was found. Claims that waited for it are bound first.
    fn reserve(&mut self, runtime: &mut Runtime, pod: &Object, info: PodInfo, node: &SmolStr) {
        self.cache.withdraw(&info);
        let facts = self.cache.get(node).map(NodeInfo::node);
        let bindings = info.volumes.as_ref().zip(facts).and_then(|(volumes, facts)| volumes.bindings(facts)).unwrap_or_default();
        let info = Arc::new(info.settled_on(node.clone()));
        self.cache.add_pod(Arc::clone(&info));
        if bindings.is_empty() {
            return self.bind(runtime, pod.key(), node);
        }
        self.queue.bind_later(pod.key(), info);
        for binding in bindings {
            bind_claim(runtime, &pod.key().namespace, &binding, node);
        }
    }

    /// The volumes of pods whose node was found may all be bound now.
    fn bind_where_volumes_are_bound(&mut self, runtime: &mut Runtime, claim: &ObjectKey) {
        let waiting = self.queue.binding();
        let ready = waiting.filter(|pod| {
            let all_bound = |name: &SmolStr| {
                let key = ObjectKey::new(pod.key.namespace.clone(), name.clone());
                runtime.store.get(Kind::PersistentVolumeClaim, &key).is_some_and(|it| is_bound(it))
            };
            pod.key.namespace == claim.namespace && pod.claims.contains(&claim.name) && pod.claims.iter().all(all_bound)
        });
        let ready: Vec<Arc<PodInfo>> = ready.cloned().collect();
        for pod in ready {
            self.bind(runtime, &pod.key, &pod.node_name);
        }
    }

    fn bind(&mut self, runtime: &mut Runtime, key: &ObjectKey, node: &SmolStr) {
        self.queue.forget(key);
        let Ok(bound) = runtime.bind(key, node) else {
            self.cache.remove_pod(key);
            return;
        };
        let message = format_smolstr!("Successfully assigned {key} to {node}");
        say(runtime, &bound, EventType::Normal, "Scheduled", message);
    }

    /// No node was found. Models `handleSchedulingFailure`.
    fn park(&mut self, runtime: &mut Runtime, pod: &Arc<Object>, mut info: PodInfo, failure: &Failure) {
        let message = format_smolstr!("{failure}");
        let mut status = pod.value.at(&["status"]).clone();
        let reasons = [("reason", "Unschedulable"), ("message", message.as_str())];
        set_pod_condition(&mut status, pod.meta.generation, &runtime.timestamp(), "PodScheduled", "False", &reasons);
        if let Some(node) = failure.nomination() {
            self.cache.withdraw(&info);
            set_nomination(&mut status, &node);
            info.nominated_node_name = node;
        }
        // A pod that is gone meanwhile needs no condition.
        let _ = runtime.update_status(Kind::Pod, pod.key(), status);
        say(runtime, pod, EventType::Warning, "FailedScheduling", shortened(message));
        let info = Arc::new(info);
        self.cache.nominate(&info);
        if !failure.victims().is_empty() {
            self.clear_nominations(runtime, &info);
        }
        for victim in failure.victims() {
            preempt(runtime, pod, &victim.key);
        }
        self.note_where_it_waits(pod.key(), &info);
        self.queue.park(runtime, pod.key(), info, failure.rejected_by());
    }

    /// Pods of lower priority that were to get the node look for another one. Models `getLowerPriorityNominatedPods`.
    fn clear_nominations(&mut self, runtime: &mut Runtime, preemptor: &PodInfo) {
        let Some(node) = self.cache.get(&preemptor.nominated_node_name) else { return };
        let lower: Vec<_> = node.nominated().iter().filter(|it| it.priority < preemptor.priority).cloned().collect();
        for pod in lower {
            self.cache.withdraw(&pod);
            if let Some(stored) = runtime.store.get(Kind::Pod, &pod.key) {
                let mut status = stored.value.at(&["status"]).clone();
                set_nomination(&mut status, "");
                let _ = runtime.update_status(Kind::Pod, &pod.key, status);
            }
            self.queue.requeue(runtime, &pod.key);
        }
    }

    /// A node with what its pods ask for.
    pub fn usage(&self, node: &str) -> Option<&NodeInfo> {
        self.cache.get(node)
    }
}

fn set_nomination(status: &mut Value, node: &str) {
    if node.is_empty() {
        status.remove(&["nominatedNodeName"]);
    } else {
        status.set(&["nominatedNodeName"], node);
    }
}

/// Asks for a claim to be bound, for a pod that got a node: to a volume that is there, or to one that is to be made.
fn bind_claim(runtime: &mut Runtime, namespace: &SmolStr, binding: &Binding, node: &SmolStr) {
    let key = ObjectKey::new(namespace.clone(), binding.claim.clone());
    let Some(claim) = runtime.store.get(Kind::PersistentVolumeClaim, &key).cloned() else { return };
    if let Some(volume) = &binding.volume {
        return claim_volume(runtime, volume, &claim);
    }
    let mut value = claim.value.clone();
    value.set(&["metadata", "annotations", SELECTED_NODE], node);
    // A claim that is gone meanwhile is missed by the pod itself.
    let _ = runtime.update(Kind::PersistentVolumeClaim, value);
}

fn preempt(runtime: &mut Runtime, preemptor: &Object, victim: &ObjectKey) {
    let Some(object) = runtime.store.get(Kind::Pod, victim).filter(|it| it.meta.deleted.is_none()).cloned() else { return };
    let mut status = object.value.at(&["status"]).clone();
    let words = "default-scheduler: preempting to accommodate a higher priority pod";
    let extra = [("reason", "PreemptionByScheduler"), ("message", words)];
    set_pod_condition(&mut status, object.meta.generation, &runtime.timestamp(), "DisruptionTarget", "True", &extra);
    // A victim that is gone meanwhile has made room already.
    let _ = runtime.update_status(Kind::Pod, victim, status);
    let _ = runtime.delete(Kind::Pod, victim, DeleteOptions::default());
    let node = object.as_pod().map(|it| it.node_name.clone()).unwrap_or_default();
    let message = format_smolstr!("Preempted by pod {} on node {node}", preemptor.meta.uid);
    say(runtime, &object, EventType::Normal, "Preempted", message);
}

/// Models `truncateMessage`.
fn shortened(message: SmolStr) -> SmolStr {
    if message.len() <= LONGEST_NOTE {
        return message;
    }
    let cut = (0..=LONGEST_NOTE - 4).rev().find(|&at| message.is_char_boundary(at)).unwrap_or_default();
    format_smolstr!("{} ...", &message[..cut])
}

fn say(runtime: &mut Runtime, pod: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: DEFAULT_SCHEDULER, host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(pod), event_type, reason, message);
}
