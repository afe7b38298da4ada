//! The pod garbage collector: pods that nobody else would ever take away.
//!
//! Models `pkg/controller/podgc`: every 20 seconds it takes the pods of nodes that have been missing for 40, those that are
//! being deleted on a node that is not ready and marked as out of service, and those that are being deleted and were never
//! bound. It says nothing about any.
//!
//! Not modelled: the limit of 12,500 pods that have ended.

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, NodeView, Object, ObjectKey, Pod, SmolStr, TaintEffect};
use crate::persistent::OrdMap;
use crate::runtime::{Runtime, Task, set_pod_condition};

/// How often it looks, in milliseconds.
pub const PERIOD_MS: u64 = 20_000;
/// How long a node must be missing, in milliseconds.
const QUARANTINE_MS: u64 = 40_000;
/// The taint of a node of which somebody has made sure that it is off.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// What the collector has to look at.
#[derive(Clone, Debug, Default)]
pub struct PodGc {
    /// The nodes that are missing, and since when, in milliseconds.
    missing: OrdMap<SmolStr, u64>,
    /// The nodes that are out of service.
    out_of_service: Vec<SmolStr>,
    /// The pods that are being deleted and have no node, with their UIDs.
    unscheduled: Vec<(ObjectKey, SmolStr)>,
}

impl PodGc {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &Runtime, change: &Change) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    fn observe_node(&mut self, runtime: &Runtime, change: &Change) {
        let name = change.object().name();
        self.out_of_service.retain(|it| it != name);
        let Some(node) = &change.new else {
            self.missing.insert(name.clone(), runtime.now_ms());
            return;
        };
        self.missing.remove(name);
        if is_out_of_service(node) {
            self.out_of_service.push(name.clone());
        }
    }

    /// A pod that was bound to a node that there is not, or that will never be bound.
    fn observe_pod(&mut self, runtime: &Runtime, change: &Change) {
        if let Some(pod) = change.new.as_ref().filter(|it| is_doomed(it))
            && !change.old.as_ref().is_some_and(|it| is_doomed(it))
        {
            self.unscheduled.push((pod.key().clone(), pod.meta.uid.clone()));
        }
        let bound = |it: &Object| it.as_pod().is_some_and(Pod::is_bound);
        if let Some(pod) = change.new.as_ref().filter(|it| bound(it))
            && !change.old.as_ref().is_some_and(|it| bound(it))
            && let Some(node) = pod.as_pod().map(|it| it.node_name.clone())
            && runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(node.clone())).is_none()
            && !self.missing.contains_key(&node)
        {
            self.missing.insert(node, runtime.now_ms());
        }
    }

    /// Looks, and sets up the next look.
    pub fn run(&mut self, runtime: &mut Runtime) {
        runtime.after(PERIOD_MS, Task::CollectPods);
        let now_ms = runtime.now_ms();
        let overdue: Vec<SmolStr> =
            self.missing.iter().filter(|(_, since)| now_ms - **since >= QUARANTINE_MS).map(|(name, _)| name.clone()).collect();
        for (key, uid) in std::mem::take(&mut self.unscheduled) {
            // It may be gone since it was noted, and another one of its name be there.
            let still = |it: &Object| it.meta.uid == uid && is_doomed(it);
            if runtime.store.get(Kind::Pod, &key).is_some_and(|it| still(it)) {
                end(runtime, &key, false);
            }
        }
        if overdue.is_empty() && self.out_of_service.is_empty() {
            return;
        }
        let orphaned = |it: &Object| it.as_pod().is_some_and(|it| it.is_bound() && overdue.binary_search(&it.node_name).is_ok());
        let stuck = |it: &Object| it.as_pod().is_some_and(|it| it.deleting && self.out_of_service.contains(&it.node_name));
        let chosen = runtime.store.list(Kind::Pod).filter_map(|it| match (orphaned(it), stuck(it)) {
            (true, _) => Some((it.key().clone(), true)),
            (_, true) => Some((it.key().clone(), false)),
            _ => None,
        });
        let chosen: Vec<(ObjectKey, bool)> = chosen.collect();
        for (key, orphaned) in chosen {
            end(runtime, &key, orphaned);
        }
        for node in overdue {
            self.missing.remove(&node);
        }
    }
}

/// Whether a pod is being deleted and will never be bound.
fn is_doomed(pod: &Object) -> bool {
    pod.as_pod().is_some_and(|it| it.deleting && !it.is_bound())
}

fn is_out_of_service(node: &Object) -> bool {
    node.as_node().is_some_and(|view: &NodeView| {
        let marked = view.taints.iter().any(|it| it.key == OUT_OF_SERVICE && it.effect != TaintEffect::PreferNoSchedule);
        marked && !view.is_ready()
    })
}

/// Writes the phase `Failed`, then takes the pod away.
fn end(runtime: &mut Runtime, key: &ObjectKey, orphaned: bool) {
    let Some(pod) = runtime.store.get(Kind::Pod, key).cloned() else { return };
    if !pod.as_pod().is_some_and(|it| it.phase.is_terminal()) {
        let mut status = pod.value.at(&["status"]).clone();
        status.set(&["phase"], "Failed");
        if orphaned {
            let why = [("reason", "DeletionByPodGC"), ("message", "PodGC: node no longer exists")];
            set_pod_condition(&mut status, pod.meta.generation, &runtime.timestamp(), "DisruptionTarget", "True", &why);
        }
        // It may be gone already.
        let _ = runtime.update_status(Kind::Pod, key, status);
    }
    let _ = runtime.delete(Kind::Pod, key, DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, Input};
    use crate::object::{Phase, Value, map};

    fn key() -> ObjectKey {
        ObjectKey::new("default", "p")
    }

    /// A pod that something holds, and that is being deleted.
    fn held_and_deleted() -> Cluster {
        let mut cluster = Cluster::new(1);
        let mut pod = pod();
        pod.set(&["metadata", "finalizers"], vec![Value::from("example.com/held")]);
        cluster.input(Input::Apply(pod)).expect("created");
        cluster.input(Input::delete(Kind::Pod, key())).expect("marked");
        cluster
    }

    fn pod() -> Value {
        map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => "p", "namespace" => "default" },
        "spec" => map! { "containers" => vec![map! { "name" => "c", "image" => "i:1" }] } }
    }

    fn phase(cluster: &Cluster) -> Option<Phase> {
        cluster.runtime.store.get(Kind::Pod, &key()).and_then(|it| it.as_pod().map(|it| it.phase))
    }

    #[test]
    fn a_pod_that_was_never_bound_ends_when_it_is_deleted_and_something_holds_it() {
        let mut cluster = held_and_deleted();
        assert_eq!(phase(&cluster), Some(Phase::Pending));
        cluster.run_until(2 * PERIOD_MS, &mut || true);
        assert_eq!(phase(&cluster), Some(Phase::Failed));
    }

    #[test]
    fn a_new_pod_of_the_name_of_one_that_went_stays() {
        let mut cluster = held_and_deleted();
        cluster.run_until(1_000, &mut || true);
        let release = map! { "metadata" => map! { "finalizers" => Value::Null } };
        cluster.input(Input::patch(Kind::Pod, key(), release)).expect("released");
        assert_eq!(phase(&cluster), None);
        cluster.input(Input::Apply(pod())).expect("created");
        cluster.run_until(3 * PERIOD_MS, &mut || true);
        assert_eq!(phase(&cluster), Some(Phase::Pending));
    }
}
