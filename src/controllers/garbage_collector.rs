//! The garbage collector: what is left behind by an owner that is gone.
//!
//! Models the background deletion of `pkg/controller/garbagecollector`: twenty workers, so twenty dependents at a time.

use crate::persistent::Vector;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey};
use crate::runtime::{Runtime, Task};

/// How many dependents are deleted at once.
const WORKERS: usize = 20;

/// Dependents that are to go.
#[derive(Clone, Debug, Default)]
pub struct GarbageCollector {
    doomed: Vector<(Kind, ObjectKey)>,
}

impl GarbageCollector {
    /// Hears of a change: an owner that is gone, or a dependent that came too late.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match (&change.old, &change.new) {
            (Some(owner), None) if owner.kind == Kind::DaemonSet => self.collect(runtime, owner),
            (None, Some(dependent)) if matches!(dependent.kind, Kind::Pod | Kind::ControllerRevision) => {
                if let Some(owner) = dependent.meta.controller.as_ref().filter(|it| it.kind == "DaemonSet") {
                    let key = ObjectKey::new(dependent.key().namespace.clone(), owner.name.clone());
                    if runtime.store.get(Kind::DaemonSet, &key).is_none_or(|it| it.meta.uid != owner.uid) {
                        self.push(runtime, dependent.kind, dependent.key().clone());
                    }
                }
            }
            _ => {}
        }
    }

    fn collect(&mut self, runtime: &mut Runtime, owner: &Object) {
        for kind in [Kind::Pod, Kind::ControllerRevision] {
            let all = runtime.store.list_in(kind, &owner.key().namespace);
            let own = all.filter(|it| it.meta.controller.as_ref().is_some_and(|it| it.uid == owner.meta.uid));
            let keys: Vec<ObjectKey> = own.map(|it| it.key().clone()).collect();
            for key in keys {
                self.push(runtime, kind, key);
            }
        }
    }

    fn push(&mut self, runtime: &mut Runtime, kind: Kind, key: ObjectKey) {
        if self.doomed.is_empty() {
            let delay_ms = runtime.call_ms();
            runtime.after(delay_ms, Task::CollectGarbage);
        }
        self.doomed.push_back((kind, key));
    }

    /// Deletes the next dependents.
    pub fn run(&mut self, runtime: &mut Runtime) {
        for _ in 0..WORKERS {
            let Some((kind, key)) = self.doomed.pop_front() else { return };
            // What is gone already needs no deletion.
            let _ = runtime.delete(kind, &key, DeleteOptions::default());
        }
        if !self.doomed.is_empty() {
            let delay_ms = runtime.call_ms();
            runtime.after(delay_ms, Task::CollectGarbage);
        }
    }
}
