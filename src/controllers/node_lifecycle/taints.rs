//! The taints that a node's conditions bring.

use crate::object::{ConditionStatus, Kind, NodeView, Object, ObjectKey, TaintEffect, Value};
use crate::runtime::Runtime;

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

/// `NoSchedule` taints follow conditions and cordons. A new node also gets its annotation of the TTL controller.
pub fn follow_conditions(runtime: &mut Runtime, key: &ObjectKey, is_new: bool) {
    let Some(node) = runtime.store.get(Kind::Node, key).cloned() else { return };
    let wanted = no_schedule_taints(&node);
    let ours = |taint: &Value| taint.str_at(&["effect"]) == "NoSchedule" && is_ours(taint.str_at(&["key"]));
    let taints = with_taints(runtime, &node, &wanted, "NoSchedule", &ours);
    let (annotation, seconds) = super::ttl_annotation(runtime.store.count(Kind::Node));
    let unannotated = is_new && node.value.at(&["metadata", "annotations", annotation]).is_null();
    if taints.is_some() || unannotated {
        let mut value = node.value.clone();
        if let Some(taints) = taints {
            put_taints(&mut value, taints);
        }
        if unannotated {
            value.set(&["metadata", "annotations", annotation], seconds);
        }
        // A node that is gone needs no taints.
        let _ = runtime.update(Kind::Node, value);
    }
}

/// Makes one taint, or none, the node's `NoExecute` taint for its readiness.
pub fn set_evicting(runtime: &mut Runtime, key: &ObjectKey, wanted: Option<&'static str>) {
    let Some(node) = runtime.store.get(Kind::Node, key).cloned() else { return };
    if let Some(taints) = with_taints(runtime, &node, wanted.as_slice(), "NoExecute", &is_evicting) {
        let mut value = node.value.clone();
        put_taints(&mut value, taints);
        // A node that is gone needs no taints.
        let _ = runtime.update(Kind::Node, value);
    }
}

/// Whether a node carries a taint that throws pods out for want of readiness.
pub fn evicts(node: &Object) -> bool {
    node.as_node().is_some_and(|view| {
        let ours = |key: &str| key == NOT_READY || key == UNREACHABLE;
        view.taints.iter().any(|it| it.effect == TaintEffect::NoExecute && ours(&it.key))
    })
}

/// The taint of a node that is not ready.
pub fn readiness_taint(view: &NodeView) -> Option<&'static str> {
    match view.ready?.status {
        ConditionStatus::True => None,
        ConditionStatus::False => Some(NOT_READY),
        ConditionStatus::Unknown => Some(UNREACHABLE),
    }
}

fn is_evicting(taint: &Value) -> bool {
    taint.str_at(&["effect"]) == "NoExecute" && [NOT_READY, UNREACHABLE].contains(&taint.str_at(&["key"]))
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

/// The taints of a node when those of one effect that are ours are the wanted ones; all others stay where they are. `None` when
/// they are so already.
fn with_taints(
    runtime: &Runtime,
    node: &Object,
    wanted: &[&str],
    effect: &str,
    ours: &dyn Fn(&Value) -> bool,
) -> Option<Vec<Value>> {
    let taints = node.value.list_at(&["spec", "taints"]);
    let mut kept: Vec<Value> = taints.iter().filter(|it| !ours(it) || wanted.contains(&it.str_at(&["key"]))).cloned().collect();
    for key in wanted {
        if !kept.iter().any(|it| it.str_at(&["key"]) == *key && it.str_at(&["effect"]) == effect) {
            kept.push(super::taint(key, effect, runtime.timestamp()));
        }
    }
    (kept.as_slice() != taints).then_some(kept)
}

fn put_taints(node: &mut Value, taints: Vec<Value>) {
    if taints.is_empty() {
        node.remove(&["spec", "taints"]);
    } else {
        node.set(&["spec", "taints"], taints);
    }
}
