//! The node lifecycle controller: from heartbeats to conditions, and from conditions to taints.
//!
//! Models `pkg/controller/nodelifecycle`. `NoSchedule` taints follow conditions and cordons at once ([`taints`]); `NoExecute` taints are
//! handed out slowly, zone by zone ([`zones`]), so that a fault of the network does not empty a cluster. Heartbeats are reckoned by
//! the kubelets when this controller looks: only machines that are off are looked at one by one.

pub mod taints;
pub mod zones;

use smol_str::format_smolstr;

use crate::apiserver::Change;
use crate::object::{ConditionStatus, Kind, NodeView, Object, ObjectKey, SmolStr, map};
use crate::persistent::OrdMap;
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{EPOCH, Runtime, Task, set_condition};

use zones::Zones;

/// How often it looks at the heartbeats, in milliseconds (`--node-monitor-period`).
pub const MONITOR_PERIOD_MS: u64 = 5_000;
/// How long a kubelet may be silent, in milliseconds (`--node-monitor-grace-period`).
const GRACE_PERIOD_MS: u64 = 50_000;
/// How long a kubelet may take for its first report, in milliseconds (`--node-startup-grace-period`).
const STARTUP_GRACE_PERIOD_MS: u64 = 60_000;
/// From the decision to hand out a `NoExecute` taint until the next worker's turn, in milliseconds.
const WORKER_PERIOD_MS: u64 = 100;

/// Where the kubelets are asked.
pub trait Machines {
    /// The machines that are silent, with the time of their last heartbeat, in milliseconds.
    fn silent(&self, now_ms: u64) -> Vec<(SmolStr, u64)>;
    /// The pods that are bound to a node.
    fn pods_on(&self, node: &str) -> Vec<ObjectKey>;
}

/// What the controller remembers.
#[derive(Clone, Debug, Default)]
pub struct NodeLifecycle {
    zones: Zones,
    /// The nodes that are not ready or still carry a `NoExecute` taint for it.
    troubled: OrdMap<SmolStr, Trouble>,
    /// Whether every zone is fully disrupted, which is taken for a fault of the control plane.
    is_halted: bool,
    /// All silence before this time is forgiven, in milliseconds.
    forgiven_ms: u64,
    /// Whether the worker's next turn is in the queue.
    works: bool,
}

/// A node in trouble, and what was done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trouble {
    /// Whether its pods were marked as not ready, or there was none to mark.
    is_marked: bool,
    /// Whether its `NoExecute` taint is as it should be or waits for its turn; so until the node changes.
    is_settled: bool,
}

impl NodeLifecycle {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        if change.kind() != Kind::Node {
            return;
        }
        let name = change.object().name();
        if let Some(old) = &change.old {
            self.zones.leave(old);
        }
        let Some(node) = &change.new else {
            self.recover(name);
            let message = format_smolstr!("Node {name} event: Removing Node {name} from Controller");
            return say(runtime, change.object(), EventType::Normal, "RemovingNode", message);
        };
        self.zones.join(node);
        if change.old.is_none() {
            let message = format_smolstr!("Node {name} event: Registered Node {name} in Controller");
            say(runtime, node, EventType::Normal, "RegisteredNode", message);
        }
        let is_ready = node.as_node().is_some_and(NodeView::is_ready);
        if is_ready && !taints::evicts(node) {
            self.recover(name);
        } else {
            if is_ready {
                self.zones.dequeue(name);
            }
            // A node that was never ready has no pods to mark.
            let was_ready = change.old.as_ref().is_some_and(|it| it.as_node().is_some_and(NodeView::is_ready));
            let is_marked = self.troubled.get(name).map_or(!was_ready, |it| it.is_marked) && !is_ready;
            self.troubled.insert(name.clone(), Trouble { is_marked, is_settled: false });
        }
        taints::follow_conditions(runtime, node.key(), change.old.is_none());
    }

    /// A node is no trouble any more.
    fn recover(&mut self, name: &SmolStr) {
        if self.troubled.remove(name).is_some() {
            self.zones.dequeue(name);
        }
    }

    /// Looks at the heartbeats, and sets up the next look.
    pub fn monitor(&mut self, runtime: &mut Runtime, machines: &dyn Machines) {
        runtime.after(MONITOR_PERIOD_MS, Task::MonitorNodes);
        for (name, renewed_ms) in machines.silent(runtime.now_ms()) {
            self.listen(runtime, &name, renewed_ms);
        }
        let unmarked = self.troubled.iter().filter(|(_, it)| !it.is_marked).map(|(name, _)| name.clone());
        for name in unmarked.collect::<Vec<SmolStr>>() {
            let Some(node) = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())).cloned() else { continue };
            if node.as_node().is_some_and(NodeView::is_ready) {
                continue;
            }
            if let Some(trouble) = self.troubled.get_mut(&name) {
                trouble.is_marked = true;
            }
            let message = format_smolstr!("Node {name} status is now: NodeNotReady");
            say(runtime, &node, EventType::Normal, "NodeNotReady", message);
            mark_pods_not_ready(runtime, &machines.pods_on(&name));
        }
        self.judge_zones(runtime);
        self.queue_taints(runtime);
    }

    /// A machine is silent: when it has been for too long, its conditions are unknown.
    fn listen(&self, runtime: &mut Runtime, name: &SmolStr, renewed_ms: u64) {
        let Some(node) = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())).cloned() else { return };
        let ready = node.as_node().and_then(|it| it.ready);
        if ready.is_some_and(|it| it.status == ConditionStatus::Unknown) {
            return;
        }
        // It counts from the look at which the controller saw the last heartbeat.
        let seen_ms = renewed_ms.div_ceil(MONITOR_PERIOD_MS) * MONITOR_PERIOD_MS;
        let created_ms = u64::try_from(node.meta.created.saturating_sub(EPOCH)).unwrap_or(0).saturating_mul(1000);
        let (since_ms, grace_ms) =
            if ready.is_some() { (seen_ms, GRACE_PERIOD_MS) } else { (created_ms, STARTUP_GRACE_PERIOD_MS) };
        if runtime.now_ms().saturating_sub(since_ms.max(self.forgiven_ms)) > grace_ms {
            lose(runtime, &node);
        }
    }

    /// When no node at all is ready, the fault is taken to be the control plane's own: the taints that throw pods out are removed
    /// everywhere, and when that is over every node gets its whole grace period anew.
    fn judge_zones(&mut self, runtime: &mut Runtime) {
        let halted = self.zones.are_all_disrupted();
        if halted && !self.is_halted {
            self.zones.forget_queues();
            let names: Vec<SmolStr> = self.troubled.keys().cloned().collect();
            for name in names {
                if let Some(trouble) = self.troubled.get_mut(&name) {
                    trouble.is_settled = false;
                }
                taints::set_evicting(runtime, &ObjectKey::cluster_scoped(name), None);
            }
        } else if self.is_halted && !halted {
            self.forgiven_ms = runtime.now_ms();
        }
        self.is_halted = halted;
    }

    /// Taints that throw pods out: taken away and exchanged at once, handed out by the zones' queues.
    fn queue_taints(&mut self, runtime: &mut Runtime) {
        if self.is_halted {
            return;
        }
        let unsettled = self.troubled.iter().filter(|(_, it)| !it.is_settled).map(|(name, _)| name.clone());
        for name in unsettled.collect::<Vec<SmolStr>>() {
            if let Some(trouble) = self.troubled.get_mut(&name) {
                trouble.is_settled = true;
            }
            let key = ObjectKey::cluster_scoped(name);
            let Some(node) = runtime.store.get(Kind::Node, &key).cloned() else { continue };
            let wanted = node.as_node().and_then(taints::readiness_taint);
            if wanted.is_none() || taints::evicts(&node) {
                taints::set_evicting(runtime, &key, wanted);
            } else {
                self.zones.queue(&node);
            }
        }
        self.work_on(runtime, WORKER_PERIOD_MS);
    }

    /// The worker hands out the taints that its zones allow now.
    pub fn hand_out_taints(&mut self, runtime: &mut Runtime) {
        self.works = false;
        for name in self.zones.take_due(runtime.now_ms()) {
            let key = ObjectKey::cluster_scoped(name);
            let wanted = runtime.store.get(Kind::Node, &key).and_then(|it| it.as_node()).and_then(taints::readiness_taint);
            taints::set_evicting(runtime, &key, wanted);
        }
        self.work_on(runtime, 0);
    }

    fn work_on(&mut self, runtime: &mut Runtime, at_least_ms: u64) {
        if let Some(next_ms) = self.zones.next_due_ms().filter(|_| !self.works) {
            self.works = true;
            let delay_ms = next_ms.saturating_sub(runtime.now_ms()).max(at_least_ms);
            runtime.after(delay_ms, Task::TaintNodes);
        }
    }
}

/// The kubelet stopped posting: nobody knows the conditions.
fn lose(runtime: &mut Runtime, node: &Object) {
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
    // A node that is gone needs no conditions.
    let _ = runtime.update_status(Kind::Node, node.key(), status);
}

/// The pods of a node that is not ready are not ready either, as far as anybody can tell. Only the condition says so.
fn mark_pods_not_ready(runtime: &mut Runtime, pods: &[ObjectKey]) {
    for key in pods {
        let Some(pod) = runtime.store.get(Kind::Pod, key).filter(|it| it.as_pod().is_some_and(|it| it.ready)).cloned() else {
            continue;
        };
        let mut status = pod.value.at(&["status"]).clone();
        let now = runtime.timestamp();
        if let Some(ready) = status.at_mut(&["conditions"]).make_list().iter_mut().find(|it| it.str_at(&["type"]) == "Ready") {
            ready.set(&["status"], "False");
            ready.set(&["lastTransitionTime"], now);
        }
        // A pod that is gone needs no condition.
        let _ = runtime.update_status(Kind::Pod, key, status);
        say(runtime, &pod, EventType::Warning, "NodeNotReady", SmolStr::new_static("Node is not ready"));
    }
}

fn say(runtime: &mut Runtime, object: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "node-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(object), event_type, reason, message);
}

/// How long kubelets may keep Secrets and ConfigMaps before they ask again, by the number of nodes; seconds. Models
/// `pkg/controller/ttl`.
const TTL: [(usize, &str); 5] = [(100, "0"), (500, "15"), (1_000, "30"), (2_000, "60"), (usize::MAX, "300")];

/// The annotation of a new node.
fn ttl_annotation(nodes: usize) -> (&'static str, &'static str) {
    let seconds = TTL.into_iter().find(|(most, _)| nodes <= *most).map_or("0", |(_, seconds)| seconds);
    ("node.alpha.kubernetes.io/ttl", seconds)
}

/// A taint as a controller writes it.
fn taint(key: &str, effect: &str, now: SmolStr) -> crate::object::Value {
    map! { "effect" => effect, "key" => key, "timeAdded" => now }
}

#[cfg(test)]
mod tests;
