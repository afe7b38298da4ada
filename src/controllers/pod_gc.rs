//! The pod garbage collector: pods of nodes that do not exist any more.
//!
//! Models `pkg/controller/podgc`: every 20 seconds, and a node must have been missing for 40.

use crate::persistent::OrdMap;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, ObjectKey, SmolStr};
use crate::runtime::{Runtime, Task, set_condition};

/// How often it looks, in milliseconds.
pub const PERIOD_MS: u64 = 20_000;
/// How long a node must be missing, in milliseconds.
const QUARANTINE_MS: u64 = 40_000;

/// The nodes that are missing, and since when.
#[derive(Clone, Debug, Default)]
pub struct PodGc {
    missing: OrdMap<SmolStr, u64>,
}

impl PodGc {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &Runtime, change: &Change) {
        if change.kind() == Kind::Node {
            let name = change.object().name();
            if change.new.is_some() {
                self.missing.remove(name);
            } else {
                self.missing.insert(name.clone(), runtime.now_ms());
            }
        }
    }

    /// Looks, and sets up the next look.
    pub fn run(&mut self, runtime: &mut Runtime) {
        runtime.after(PERIOD_MS, Task::CollectPods);
        let now_ms = runtime.now_ms();
        let overdue: Vec<SmolStr> =
            self.missing.iter().filter(|(_, since)| now_ms - **since >= QUARANTINE_MS).map(|(name, _)| name.clone()).collect();
        for node in overdue {
            self.missing.remove(&node);
            let pods = runtime.store.list(Kind::Pod);
            let keys: Vec<ObjectKey> =
                pods.filter(|it| it.as_pod().is_some_and(|it| it.node_name == node)).map(|it| it.key().clone()).collect();
            for key in keys {
                end(runtime, &key);
            }
        }
    }
}

/// Writes the phase `Failed`, then takes the pod away.
fn end(runtime: &mut Runtime, key: &ObjectKey) {
    let Some(pod) = runtime.store.get(Kind::Pod, key) else { return };
    let mut status = pod.value.at(&["status"]).clone();
    status.set(&["phase"], "Failed");
    let extra = [("reason", "DeletionByPodGC"), ("message", "PodGC: node no longer exists")];
    set_condition(&mut status, &runtime.timestamp(), "DisruptionTarget", "True", &extra);
    // It may be gone already.
    let _ = runtime.update_status(Kind::Pod, key, status);
    let _ = runtime.delete(Kind::Pod, key, DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() });
}
