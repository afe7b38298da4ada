//! The node lifecycle controller: from heartbeats to conditions, and from conditions to taints.
//!
//! Models `pkg/controller/nodelifecycle`.

use smol_str::format_smolstr;

use crate::apiserver::Change;
use crate::object::{ConditionStatus, Kind, NodeView, Object, ObjectKey, SmolStr, Value, map};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_condition};

/// How often it looks at the heartbeats, in milliseconds (`--node-monitor-period`).
pub const MONITOR_PERIOD_MS: u64 = 5_000;
/// How long a kubelet may be silent, in milliseconds (`--node-monitor-grace-period`).
const GRACE_PERIOD_MS: u64 = 50_000;

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// The conditions that bring a `NoSchedule` taint when they are true.
const PRESSURE: [(&str, &str); 4] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
];

/// Hears of a change: `NoSchedule` taints follow conditions and cordons at once.
pub fn observe(runtime: &mut Runtime, change: &Change) {
    if let Some(node) = change.new.as_ref().filter(|it| it.kind == Kind::Node)
        && let Some(stored) = runtime.store.get(Kind::Node, node.key()).cloned()
    {
        let wanted = no_schedule_taints(&stored);
        let ours = |taint: &Value| taint.str_at(&["effect"]) == "NoSchedule" && is_ours(taint.str_at(&["key"]));
        set_taints(runtime, &stored, &wanted, "NoSchedule", ours);
    }
}

fn is_ours(key: &str) -> bool {
    [NOT_READY, UNREACHABLE, UNSCHEDULABLE].contains(&key) || PRESSURE.iter().any(|(_, taint)| *taint == key)
}

fn no_schedule_taints(node: &Object) -> Vec<&'static str> {
    let Some(view) = node.as_node() else { return Vec::new() };
    let mut wanted = Vec::new();
    wanted.extend(readiness_taint(view));
    for (name, taint) in PRESSURE {
        let conditions = node.value.list_at(&["status", "conditions"]);
        if conditions.iter().any(|it| it.str_at(&["type"]) == name && it.str_at(&["status"]) == "True") {
            wanted.push(taint);
        }
    }
    wanted.extend(view.unschedulable.then_some(UNSCHEDULABLE));
    wanted
}

fn readiness_taint(view: &NodeView) -> Option<&'static str> {
    match view.ready?.status {
        ConditionStatus::True => None,
        ConditionStatus::False => Some(NOT_READY),
        ConditionStatus::Unknown => Some(UNREACHABLE),
    }
}

/// Makes the taints of one effect that are ours the wanted ones; all others stay where they are.
fn set_taints(runtime: &mut Runtime, node: &Object, wanted: &[&str], effect: &str, ours: impl Fn(&Value) -> bool) {
    let taints = node.value.list_at(&["spec", "taints"]);
    let mut kept: Vec<Value> = taints.iter().filter(|it| !ours(it) || wanted.contains(&it.str_at(&["key"]))).cloned().collect();
    for key in wanted {
        if !kept.iter().any(|it| it.str_at(&["key"]) == *key && it.str_at(&["effect"]) == effect) {
            kept.push(map! { "key" => *key, "effect" => effect, "timeAdded" => runtime.timestamp() });
        }
    }
    if kept.as_slice() == taints {
        return;
    }
    let mut value = node.value.clone();
    if kept.is_empty() {
        value.remove(&["spec", "taints"]);
    } else {
        value.set(&["spec", "taints"], kept);
    }
    // A node that is gone needs no taints.
    let _ = runtime.update(Kind::Node, value);
}

/// Looks at the heartbeats, and sets up the next look. `silent` are the nodes whose kubelets do not post, and for how many
/// milliseconds.
pub fn monitor(runtime: &mut Runtime, silent: &[(SmolStr, u64)]) {
    runtime.after(MONITOR_PERIOD_MS, Task::MonitorNodes);
    for (name, silent_ms) in silent {
        let key = ObjectKey::cluster_scoped(name.clone());
        let Some(node) = runtime.store.get(Kind::Node, &key).cloned() else { continue };
        let known = node.as_node().and_then(|it| it.ready).is_some_and(|it| it.status == ConditionStatus::Unknown);
        if *silent_ms > GRACE_PERIOD_MS && !known {
            lose(runtime, &node);
        }
    }
    taint_for_eviction(runtime);
}

/// The kubelet stopped posting: nobody knows the conditions, and the pods are not ready as far as anybody can tell.
fn lose(runtime: &mut Runtime, node: &Object) {
    let was_ready = node.as_node().is_some_and(NodeView::is_ready);
    let mut status = node.value.at(&["status"]).clone();
    let now = runtime.timestamp();
    for condition in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
        let known = status.list_at(&["conditions"]).iter().any(|it| it.str_at(&["type"]) == condition);
        let extra = if known {
            [("reason", "NodeStatusUnknown"), ("message", "Kubelet stopped posting node status.")]
        } else {
            [("reason", "NodeStatusNeverUpdated"), ("message", "Kubelet never posted node status.")]
        };
        set_condition(&mut status, &now, condition, "Unknown", &extra);
    }
    let _ = runtime.update_status(Kind::Node, node.key(), status);
    if was_ready {
        let message = format_smolstr!("Node {} status is now: NodeNotReady", node.name());
        say(runtime, node, EventType::Normal, "NodeNotReady", message);
        mark_pods_not_ready(runtime, node.name());
    }
}

fn mark_pods_not_ready(runtime: &mut Runtime, node: &SmolStr) {
    let pods = runtime.store.list(Kind::Pod).filter(|it| it.as_pod().is_some_and(|pod| pod.node_name == *node && pod.ready));
    let pods: Vec<_> = pods.cloned().collect();
    for pod in pods {
        let mut status = pod.value.at(&["status"]).clone();
        set_condition(&mut status, &runtime.timestamp(), "Ready", "False", &[]);
        let _ = runtime.update_status(Kind::Pod, pod.key(), status);
        say(runtime, &pod, EventType::Warning, "NodeNotReady", "Node is not ready".into());
    }
}

/// `NoExecute` taints follow readiness at the next look. When no node at all is ready, the fault is taken to be the control
/// plane's own, and they are removed everywhere.
fn taint_for_eviction(runtime: &mut Runtime) {
    let attention = |it: &&std::sync::Arc<Object>| {
        it.as_node().is_some_and(|view| {
            !view.is_ready() || view.taints.iter().any(|taint| [NOT_READY, UNREACHABLE].contains(&taint.key.as_str()))
        })
    };
    let nodes: Vec<_> = runtime.store.list(Kind::Node).filter(attention).cloned().collect();
    let none_ready = !runtime.store.list(Kind::Node).any(|it| it.as_node().is_some_and(NodeView::is_ready));
    for node in nodes {
        // The taint that keeps pods out is there first; the one that throws them out follows at the next look.
        let wanted = node.as_node().and_then(readiness_taint).filter(|key| !none_ready && has_taint(&node, key));
        let ours = |taint: &Value| {
            taint.str_at(&["effect"]) == "NoExecute" && [NOT_READY, UNREACHABLE].contains(&taint.str_at(&["key"]))
        };
        set_taints(runtime, &node, wanted.as_slice(), "NoExecute", ours);
    }
}

fn has_taint(node: &Object, key: &str) -> bool {
    node.as_node().is_some_and(|view| view.taints.iter().any(|taint| taint.key == key))
}

fn say(runtime: &mut Runtime, object: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "node-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(object), event_type, reason, message);
}
