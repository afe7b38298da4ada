//! The taint eviction controller: pods that do not tolerate a `NoExecute` taint of their node, or not for so long.
//!
//! Models `pkg/controller/tainteviction`. It makes no exception for pods of DaemonSets: they stay by their tolerations alone.

use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey, SmolStr, Taint, TaintEffect, Toleration};
use crate::persistent::OrdMap;
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_pod_condition};

/// The evictions that are set up.
#[derive(Clone, Debug, Default)]
pub struct TaintEviction {
    pending: OrdMap<ObjectKey, Pending>,
}

/// An eviction at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    uid: SmolStr,
    at_ms: u64,
    /// Whether it was announced and is under way.
    is_marked: bool,
}

impl TaintEviction {
    /// Hears of a change. `pods_on` answers which pods are bound to a node.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change, pods_on: &dyn Fn(&str) -> Vec<ObjectKey>) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change, pods_on),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    fn observe_node(&mut self, runtime: &mut Runtime, change: &Change, pods_on: &dyn Fn(&str) -> Vec<ObjectKey>) {
        let taints = change.new.as_ref().map(|it| evicting_taints(it)).unwrap_or_default();
        let before = change.old.as_ref().map(|it| evicting_taints(it)).unwrap_or_default();
        if taints == before {
            return;
        }
        for key in pods_on(change.object().name()) {
            if let Some(pod) = runtime.store.get(Kind::Pod, &key).cloned() {
                self.judge(runtime, &pod, &taints);
            }
        }
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let Some(pod) = &change.new else {
            self.pending.remove(change.object().key());
            return;
        };
        let node_name = |it: &Object| it.as_pod().map(|it| it.node_name.clone()).unwrap_or_default();
        let node = node_name(pod);
        let same = |old: &Object| {
            node_name(old) == node && old.value.at(&["spec", "tolerations"]) == pod.value.at(&["spec", "tolerations"])
        };
        if node.is_empty() || change.old.as_ref().is_some_and(|it| same(it)) {
            return;
        }
        let taints =
            runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(node)).map(|it| evicting_taints(it)).unwrap_or_default();
        if !taints.is_empty() {
            self.judge(runtime, pod, &taints);
        }
    }

    /// Sets up, keeps or cancels a pod's eviction. Models `processPodOnNode`.
    fn judge(&mut self, runtime: &mut Runtime, pod: &Object, taints: &[Taint]) {
        let tolerations: Vec<Toleration> = pod.value.list_at(&["spec", "tolerations"]).iter().map(Toleration::read).collect();
        match stay(taints, &tolerations) {
            Stay::Forever => self.cancel(runtime, pod),
            Stay::Not if pod.meta.deleted.is_none() && self.pending.get(pod.key()).is_none_or(|it| !it.is_marked) => {
                self.cancel(runtime, pod);
                // It says so first; then it marks and deletes the pod, two calls to the API server.
                say_marked(runtime, pod);
                let calls_ms = runtime.call_ms() + runtime.call_ms();
                self.set_up(runtime, pod, calls_ms, true);
            }
            // An eviction that is set up is the earlier one.
            Stay::Seconds(seconds) if pod.meta.deleted.is_none() && !self.pending.contains_key(pod.key()) => {
                self.set_up(runtime, pod, seconds.saturating_mul(1000), false);
            }
            Stay::Not | Stay::Seconds(_) => {}
        }
    }

    fn set_up(&mut self, runtime: &mut Runtime, pod: &Object, delay_ms: u64, is_marked: bool) {
        let at_ms = runtime.now_ms().saturating_add(delay_ms);
        self.pending.insert(pod.key().clone(), Pending { uid: pod.meta.uid.clone(), at_ms, is_marked });
        runtime.after(delay_ms, Task::EvictPod(pod.key().clone()));
    }

    fn cancel(&mut self, runtime: &mut Runtime, pod: &Object) {
        if self.pending.get(pod.key()).is_some_and(|it| !it.is_marked) {
            self.pending.remove(pod.key());
            say(runtime, pod, format_smolstr!("Cancelling deletion of Pod {}", pod.key()));
        }
    }

    /// The time of an eviction has come, unless it was cancelled.
    pub fn evict_due(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let Some(pending) = self.pending.get(key).filter(|it| it.at_ms <= runtime.now_ms()).cloned() else { return };
        self.pending.remove(key);
        let pod = runtime.store.get(Kind::Pod, key).filter(|it| it.meta.uid == pending.uid && it.meta.deleted.is_none()).cloned();
        if let Some(pod) = pod {
            if !pending.is_marked {
                say_marked(runtime, &pod);
            }
            evict(runtime, &pod);
        }
    }
}

/// For how long a pod stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stay {
    Forever,
    Not,
    Seconds(u64),
}

/// The first toleration that matches a taint counts for it, whatever later ones say; the shortest of all counts in the end.
fn stay(taints: &[Taint], tolerations: &[Toleration]) -> Stay {
    let mut shortest = None;
    for taint in taints {
        let Some(first) = tolerations.iter().find(|it| it.tolerates(taint)) else { return Stay::Not };
        if let Some(seconds) = first.toleration_seconds {
            shortest = Some(shortest.map_or(seconds, |it: i64| it.min(seconds)));
        }
    }
    match shortest.map(u64::try_from) {
        None => Stay::Forever,
        Some(Ok(seconds)) if seconds > 0 => Stay::Seconds(seconds),
        Some(_) => Stay::Not,
    }
}

fn evicting_taints(node: &Object) -> Vec<Taint> {
    let taints = node.as_node().map(|it| it.taints.as_slice()).unwrap_or_default();
    taints.iter().filter(|it| it.effect == TaintEffect::NoExecute).cloned().collect()
}

fn say_marked(runtime: &mut Runtime, pod: &Object) {
    say(runtime, pod, format_smolstr!("Marking for deletion Pod {}", pod.key()));
}

/// Marks the pod and deletes it gracefully.
fn evict(runtime: &mut Runtime, pod: &Object) {
    let mut status = pod.value.at(&["status"]).clone();
    let why = [("reason", "DeletionByTaintManager"), ("message", "Taint manager: deleting due to NoExecute taint")];
    set_pod_condition(&mut status, pod.meta.generation, &runtime.timestamp(), "DisruptionTarget", "True", &why);
    // Somebody else may have deleted it already.
    let _ = runtime.update_status(Kind::Pod, pod.key(), status);
    let _ = runtime.delete(Kind::Pod, pod.key(), DeleteOptions::default());
}

fn say(runtime: &mut Runtime, pod: &Object, message: SmolStr) {
    let source = Source { component: "taint-eviction-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(pod), EventType::Normal, "TaintManagerEviction", message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn the_first_toleration_that_matches_a_taint_counts() {
        let taint = |key: &str| Taint { key: key.into(), value: SmolStr::default(), effect: TaintEffect::NoExecute };
        let toleration = |key: &str, seconds: Option<i64>| {
            let mut tree = map! { "key" => key, "operator" => "Exists" };
            if let Some(seconds) = seconds {
                tree.set(&["tolerationSeconds"], seconds);
            }
            Toleration::read(&tree)
        };
        for (taints, tolerations, expected) in [
            (vec!["a"], vec![], Stay::Not),
            (vec!["a"], vec![("a", None)], Stay::Forever),
            (vec!["a"], vec![("a", Some(60))], Stay::Seconds(60)),
            (vec!["a"], vec![("a", Some(0))], Stay::Not),
            (vec!["a"], vec![("a", Some(-5))], Stay::Not),
            (vec!["a"], vec![("", Some(60)), ("a", None)], Stay::Seconds(60)),
            (vec!["a"], vec![("a", None), ("", Some(60))], Stay::Forever),
            (vec!["a", "b"], vec![("a", Some(60)), ("b", Some(30))], Stay::Seconds(30)),
            (vec!["a", "b"], vec![("a", Some(60)), ("b", None)], Stay::Seconds(60)),
            (vec!["a", "b"], vec![("a", None)], Stay::Not),
        ] {
            let taints: Vec<Taint> = taints.into_iter().map(taint).collect();
            let tolerations: Vec<Toleration> = tolerations.into_iter().map(|(key, seconds)| toleration(key, seconds)).collect();
            assert_eq!(stay(&taints, &tolerations), expected, "{taints:?} {tolerations:?}");
        }
    }
}
