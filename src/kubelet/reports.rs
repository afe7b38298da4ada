//! What kubelets hear, write and say of their nodes.
//!
//! Models `pkg/kubelet/kubelet_node_status.go`. A kubelet looks every ten seconds whether there is something new; here it is woken
//! only when there is.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::apiserver::Change;
use crate::object::{Kind, NodeView, Object, ObjectKey, SmolStr, Value};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task};

use super::machine::{Machine, Pressure};
use super::{Kubelets, node};

/// How often a kubelet looks whether its node's status is new, in milliseconds (`nodeStatusUpdateFrequency`).
const LOOK_MS: u64 = 10_000;

impl Kubelets {
    pub(super) fn observe_node(&mut self, runtime: &mut Runtime, change: &Change) {
        let name = change.object().name();
        let Some(node) = &change.new else {
            if let Some(machine) = self.machines.remove(name) {
                for worker in &machine.workers {
                    self.waiting.insert(worker.key().clone(), name.clone());
                }
            }
            self.stopped.retain(|it| it != name);
            return;
        };
        let is_cordoned = |it: &Arc<Object>| it.as_node().is_some_and(|it| it.unschedulable);
        if !self.machines.contains_key(name) {
            let number = self.announced.remove(name).unwrap_or_else(|| self.next_number());
            let mut machine = Machine::new(number, runtime.now_ms());
            machine.is_cordoned = is_cordoned(node);
            self.machines.insert(name.clone(), Arc::new(machine));
            if !node.as_node().is_some_and(NodeView::is_ready) {
                self.say_started(runtime, name, false);
                let delay_ms = runtime.duration_ms(2_000..4_000);
                runtime.after(delay_ms, Task::ReportNode(name.clone()));
            }
            self.take_up_waiting(runtime, name);
        } else if change.old.as_ref().is_some_and(|it| is_cordoned(it) != is_cordoned(node)) {
            let delay_ms = runtime.duration_ms(0..LOOK_MS);
            runtime.after(delay_ms, Task::ReportNode(name.clone()));
        }
    }

    /// Completes a node that comes with its machine, as the kubelet does that registers it.
    pub fn register(&mut self, runtime: &Runtime, node: &mut Value) {
        let (name, labels) = (SmolStr::from(node.str_at(&["metadata", "name"])), node.at(&["metadata", "labels"]).clone());
        let status = node.at_mut(&["status"]);
        let number = self.next_number();
        node::register(status, &name, &labels, number);
        node::fill_in_times(status, &runtime.timestamp());
        self.announced.insert(name, number);
    }

    fn next_number(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    /// A kubelet looks at its node, and writes and says what is new: that it is ready, that it was cordoned.
    pub fn report(&mut self, runtime: &mut Runtime, name: &SmolStr) {
        let Some(machine) = self.machines.get_mut(name).filter(|it| it.stopped_at_ms.is_none()) else { return };
        let Some(node) = node_of(runtime, name) else { return };
        let Some(view) = node.as_node() else { return };
        let (under, number) = (machine.under(), machine.number);
        let becomes_ready = !view.is_ready() && !machine.is_unready;
        let turned = view.unschedulable != machine.is_cordoned;
        if turned {
            Arc::make_mut(machine).is_cordoned = view.unschedulable;
            self.say_status(runtime, &node, ["NodeSchedulable", "NodeNotSchedulable"][usize::from(view.unschedulable)]);
        }
        if becomes_ready || node.value.at(&["status", "nodeInfo"]).is_null() {
            let (mut status, now) = (node.value.at(&["status"]).clone(), runtime.timestamp());
            node::register(&mut status, name, node.value.at(&["metadata", "labels"]), number);
            if becomes_ready {
                node::set_ready(&mut status, &under, &now);
                self.say_status(runtime, &node, "NodeReady");
            }
            // The node may be gone meanwhile.
            let _ = runtime.update_status(Kind::Node, node.key(), status);
        }
    }

    /// A kubelet reports one of its conditions otherwise: that its machine has too little of something, or that it is not ready.
    /// What is no condition of a kubelet is passed over.
    pub fn set_condition(&mut self, runtime: &mut Runtime, name: &SmolStr, condition: &str, is_true: bool) {
        if let Some(pressure) = Pressure::ALL.into_iter().find(|it| it.condition() == condition) {
            return self.press(runtime, name, pressure, is_true);
        }
        if let Some(machine) = self.machines.get_mut(name).filter(|_| condition == "Ready") {
            Arc::make_mut(machine).is_unready = !is_true;
            self.report_condition(runtime, name, condition, is_true);
        }
    }

    /// Writes a condition of a node, unless its machine is off.
    pub(super) fn report_condition(&self, runtime: &mut Runtime, name: &SmolStr, condition: &str, is_true: bool) {
        let Some(node) = node_of(runtime, name).filter(|_| !self.is_stopped(name)) else { return };
        let (mut status, now) = (node.value.at(&["status"]).clone(), runtime.timestamp());
        node::set(&mut status, condition, is_true, &now);
        // The node may be gone meanwhile.
        let _ = runtime.update_status(Kind::Node, node.key(), status);
        self.say_status(
            runtime,
            &node,
            match Pressure::ALL.into_iter().find(|it| it.condition() == condition) {
                Some(pressure) => node::pressure_event(pressure, is_true),
                None => ["NodeNotReady", "NodeReady"][usize::from(is_true)],
            },
        );
    }

    /// What a kubelet says when it starts; `again` when its machine was off.
    pub(super) fn say_started(&self, runtime: &mut Runtime, name: &SmolStr, again: bool) {
        let Some(node) = node_of(runtime, name).filter(|_| !self.behaviours.plain) else { return };
        say(runtime, &node, EventType::Normal, "Starting", SmolStr::new_static("Starting kubelet."));
        for pressure in Pressure::ALL {
            self.say_status(runtime, &node, node::pressure_event(pressure, false));
        }
        let enforced = SmolStr::new_static("Updated Node Allocatable limit across pods");
        say(runtime, &node, EventType::Normal, "NodeAllocatableEnforced", enforced);
        if again {
            let id = super::identity::digits(runtime.now_ms());
            let message = format_smolstr!(
                "Node {name} has been rebooted, boot id: {}-{}-4{}-8{}-{}",
                &id[..8],
                &id[8..12],
                &id[13..16],
                &id[17..20],
                &id[20..32]
            );
            say(runtime, &node, EventType::Warning, "Rebooted", message);
        }
    }

    fn say_status(&self, runtime: &mut Runtime, node: &Object, reason: &'static str) {
        if !self.behaviours.plain {
            say(runtime, node, EventType::Normal, reason, format_smolstr!("Node {} status is now: {reason}", node.name()));
        }
    }
}

fn node_of(runtime: &Runtime, name: &SmolStr) -> Option<Arc<Object>> {
    runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())).cloned()
}

/// A kubelet says something about its node.
pub(super) fn say(runtime: &mut Runtime, node: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "kubelet", host: node.name().clone() };
    runtime.events.record(runtime.unix(), source, InvolvedObject::of(node), event_type, reason, message);
}
