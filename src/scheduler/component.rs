//! The scheduler as a component: its cache of nodes, its queue, and what it writes.
//!
//! Models `kube-scheduler`'s cycle: one pod at a time; a pod that finds no node is parked until something changes that may help,
//! or until its back-off of 1 to 10 seconds has passed.

use std::sync::Arc;

use crate::persistent::{OrdMap, Vector};
use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey, SmolStr};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_condition};

use super::node_info::{NodeFacts, NodeInfo, NodeLister};
use super::pod_info::PodInfo;
use super::{Failure, Outcome, schedule};

/// Parked pods are looked at again after this, in milliseconds.
const RETRY_MS: u64 = 10_000;

/// The scheduler's state.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    nodes: OrdMap<SmolStr, NodeInfo>,
    bound: OrdMap<ObjectKey, Arc<PodInfo>>,
    queue: Vector<ObjectKey>,
    parked: OrdMap<ObjectKey, ()>,
    busy: bool,
    retries: bool,
}

struct Nodes<'a>(&'a OrdMap<SmolStr, NodeInfo>);

impl NodeLister for Nodes<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn get(&self, name: &str) -> Option<&NodeInfo> {
        self.0.get(name)
    }
    fn iter(&self) -> impl Iterator<Item = &NodeInfo> {
        self.0.values()
    }
}

impl Scheduler {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    fn observe_node(&mut self, runtime: &mut Runtime, change: &Change) {
        let name = change.object().name();
        let Some(node) = &change.new else {
            self.nodes.remove(name);
            return;
        };
        let facts = NodeFacts::read(&node.value);
        if let Some(info) = self.nodes.get_mut(name) {
            info.set_node(facts);
        } else {
            let mut info = NodeInfo::new(facts);
            for pod in self.bound.values().filter(|pod| pod.node_name == *name) {
                info.add_pod(Arc::clone(pod));
            }
            self.nodes.insert(name.clone(), info);
        }
        self.unpark(runtime);
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let key = change.object().key().clone();
        let view = change.new.as_ref().and_then(|it| it.as_pod());
        let runs = view.is_some_and(|view| view.is_bound() && !view.phase.is_terminal());
        if let (Some(pod), true) = (&change.new, runs) {
            // Requests do not change while a pod runs: only its coming and going count.
            if !self.bound.contains_key(&key) {
                self.assume(Arc::new(PodInfo::read(&pod.value)));
            }
        } else if let Some(info) = self.bound.remove(&key) {
            if let Some(node) = self.nodes.get_mut(&info.node_name) {
                node.remove_pod(&info);
            }
            self.unpark(runtime);
        }
        let wanted = view.is_some_and(|view| !view.is_bound() && !view.deleting && !view.phase.is_terminal());
        if !wanted {
            self.parked.remove(&key);
        } else if change.old.is_none() {
            self.queue.push_back(key);
            self.wake(runtime);
        }
    }

    fn assume(&mut self, info: Arc<PodInfo>) {
        if let Some(node) = self.nodes.get_mut(&info.node_name) {
            node.add_pod(Arc::clone(&info));
        }
        self.bound.insert(info.key.clone(), info);
    }

    fn unpark(&mut self, runtime: &mut Runtime) {
        let parked = std::mem::take(&mut self.parked);
        parked.keys().for_each(|key| self.queue.push_back(key.clone()));
        self.wake(runtime);
    }

    fn wake(&mut self, runtime: &mut Runtime) {
        if !self.busy && !self.queue.is_empty() {
            self.busy = true;
            let cycle_ms = runtime.duration_ms(1..4);
            runtime.after(cycle_ms, Task::Schedule);
        }
    }

    /// Parked pods get another chance.
    pub fn retry(&mut self, runtime: &mut Runtime) {
        self.retries = false;
        self.unpark(runtime);
    }

    /// Takes the next pod from the queue.
    pub fn schedule_next(&mut self, runtime: &mut Runtime) {
        self.busy = false;
        if let Some(key) = self.queue.pop_front() {
            let pod = runtime.store.get(Kind::Pod, &key).cloned();
            let waits = |pod: &Arc<Object>| pod.as_pod().is_some_and(|it| !it.is_bound() && !it.deleting);
            if let Some(pod) = pod.filter(waits) {
                self.place(runtime, &pod);
            }
        }
        self.wake(runtime);
    }

    fn place(&mut self, runtime: &mut Runtime, pod: &Arc<Object>) {
        let info = PodInfo::read(&pod.value);
        match schedule(&info, &Nodes(&self.nodes)) {
            Outcome::Bound(node) => {
                let Ok(bound) = runtime.bind(pod.key(), &node) else { return };
                self.assume(Arc::new(PodInfo::read(&bound.value)));
                let message = format_smolstr!("Successfully assigned {} to {node}", pod.key());
                say(runtime, pod, EventType::Normal, "Scheduled", message);
            }
            Outcome::Unschedulable(failure) => self.park(runtime, pod, &failure),
        }
    }

    fn park(&mut self, runtime: &mut Runtime, pod: &Arc<Object>, failure: &Failure) {
        let message = format_smolstr!("{failure}");
        let mut status = pod.value.at(&["status"]).clone();
        let reasons = [("reason", "Unschedulable"), ("message", message.as_str())];
        set_condition(&mut status, &runtime.timestamp(), "PodScheduled", "False", &reasons);
        if let Some(node) = failure.nomination() {
            if node.is_empty() {
                status.remove(&["nominatedNodeName"]);
            } else {
                status.set(&["nominatedNodeName"], node);
            }
        }
        // A pod that is gone meanwhile needs no condition.
        let _ = runtime.update_status(Kind::Pod, pod.key(), status);
        say(runtime, pod, EventType::Warning, "FailedScheduling", message);
        for victim in failure.victims() {
            Self::preempt(runtime, pod, &victim.key);
        }
        self.parked.insert(pod.key().clone(), ());
        if !self.retries {
            self.retries = true;
            runtime.after(RETRY_MS, Task::RetryUnschedulable);
        }
    }

    fn preempt(runtime: &mut Runtime, preemptor: &Object, victim: &ObjectKey) {
        let Some(object) = runtime.store.get(Kind::Pod, victim).cloned() else { return };
        let mut status = object.value.at(&["status"]).clone();
        let words = "default-scheduler: preempting to accommodate a higher priority pod";
        let extra = [("reason", "PreemptionByScheduler"), ("message", words)];
        set_condition(&mut status, &runtime.timestamp(), "DisruptionTarget", "True", &extra);
        // A victim that is gone meanwhile has made room already.
        let _ = runtime.update_status(Kind::Pod, victim, status);
        let node = object.as_pod().map(|it| it.node_name.clone()).unwrap_or_default();
        let message = format_smolstr!("Preempted by pod {} on node {node}", preemptor.meta.uid);
        say(runtime, &object, EventType::Normal, "Preempted", message);
        let _ = runtime.delete(Kind::Pod, victim, DeleteOptions::default());
    }

    /// What the pods of a node ask for, and what it has to give: processor in thousandths of a core, memory in bytes.
    pub fn usage(&self, node: &str) -> Option<&NodeInfo> {
        self.nodes.get(node)
    }
}

fn say(runtime: &mut Runtime, pod: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "default-scheduler", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(pod), event_type, reason, message);
}
