//! The garbage collector: what becomes of the objects that an object owned.
//!
//! Models `pkg/controller/garbagecollector`: dependents whose owners are all gone are deleted; an owner that is deleted in the
//! foreground waits for those that block it; an owner that leaves orphans behind takes its name out of them first. Twenty
//! workers, so twenty objects at a time.

use std::sync::Arc;

use crate::apiserver::{Change, DeleteOptions, FOREGROUND, ORPHAN, Propagation, Store};
use crate::object::{Kind, Object, ObjectKey, SmolStr, Value};
use crate::persistent::{OrdMap, Vector};
use crate::runtime::{Runtime, Task};

/// How many objects are looked at at once.
const WORKERS: usize = 20;

/// What the collector knows about who owns whom.
#[derive(Clone, Debug, Default)]
pub struct GarbageCollector {
    /// Objects to look at.
    queue: Vector<(Kind, ObjectKey)>,
    /// By the owner's UID: how many dependents there are, and how many of them block its deletion in the foreground.
    dependents: OrdMap<SmolStr, (usize, usize)>,
}

/// An owner that an object names.
struct Owner<'a> {
    reference: &'a Value,
    uid: &'a str,
}

impl<'a> Owner<'a> {
    fn all(object: &'a Object) -> impl Iterator<Item = Self> {
        let references = object.value.list_at(&["metadata", "ownerReferences"]).iter();
        references.map(|reference| Self { reference, uid: reference.str_at(&["uid"]) })
    }

    fn blocks(&self) -> bool {
        self.reference.at(&["blockOwnerDeletion"]).as_bool() == Some(true)
    }

    /// The owner itself, if it is still there.
    fn find<'s>(&self, store: &'s Store, dependent: &Object) -> Option<&'s Arc<Object>> {
        let kind = Kind::find(self.reference.str_at(&["apiVersion"]), self.reference.str_at(&["kind"]))?;
        let namespace = if kind.is_namespaced() { dependent.key().namespace.clone() } else { SmolStr::default() };
        let owner = store.get(kind, &ObjectKey::new(namespace, self.reference.str_at(&["name"])))?;
        (owner.meta.uid == self.uid).then_some(owner)
    }
}

/// Whether an object that is being deleted carries a finalizer.
fn ends_with(object: &Object, finalizer: &str) -> bool {
    let finalizers = object.value.list_at(&["metadata", "finalizers"]);
    object.meta.deleted.is_some() && finalizers.iter().any(|it| it.as_str() == Some(finalizer))
}

impl GarbageCollector {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        let references =
            |object: &Option<Arc<Object>>| object.as_ref().map(|it| it.value.at(&["metadata", "ownerReferences"]).clone());
        let same_owners = references(&change.old) == references(&change.new);
        if !same_owners {
            for (object, grows) in [(&change.old, false), (&change.new, true)] {
                if let Some(object) = object {
                    self.count(object, grows);
                }
            }
        }
        match (&change.old, &change.new) {
            (Some(old), None) => self.is_gone(runtime, old),
            (old, Some(new)) => {
                let starts = |finalizer| ends_with(new, finalizer) && !old.as_ref().is_some_and(|old| ends_with(old, finalizer));
                if new.meta.has_finalizers && (starts(FOREGROUND) || starts(ORPHAN)) {
                    if starts(FOREGROUND) {
                        self.push_dependents(runtime, new);
                    }
                    self.push(runtime, new);
                }
                if !same_owners && Owner::all(new).any(|owner| owner.find(&runtime.store, new).is_none()) {
                    self.push(runtime, new);
                }
            }
            (None, None) => {}
        }
    }

    fn count(&mut self, dependent: &Object, grows: bool) {
        for owner in Owner::all(dependent) {
            let (all, blocking) = self.dependents.get_or_default(owner.uid.into());
            for (number, counts) in [(all, true), (blocking, owner.blocks())] {
                let step = usize::from(counts);
                *number = if grows { *number + step } else { number.saturating_sub(step) };
            }
            if !grows && self.dependents.get(owner.uid) == Some(&(0, 0)) {
                self.dependents.remove(owner.uid);
            }
        }
    }

    fn is_gone(&mut self, runtime: &mut Runtime, object: &Arc<Object>) {
        self.push_dependents(runtime, object);
        let waiting: Vec<_> = Owner::all(object)
            .filter(|owner| owner.blocks() && self.dependents.get(owner.uid).is_none_or(|(_, blocking)| *blocking == 0))
            .filter_map(|owner| owner.find(&runtime.store, object).filter(|owner| ends_with(owner, FOREGROUND)).cloned())
            .collect();
        for owner in &waiting {
            self.push(runtime, owner);
        }
    }

    /// Looks at everything that an object owns.
    fn push_dependents(&mut self, runtime: &mut Runtime, owner: &Object) {
        for dependent in self.dependents_of(&runtime.store, owner) {
            self.push(runtime, &dependent);
        }
    }

    fn dependents_of(&self, store: &Store, owner: &Object) -> Vec<Arc<Object>> {
        let mut found = Vec::new();
        if !self.dependents.contains_key(&owner.meta.uid) {
            return found;
        }
        let namespace = &owner.key().namespace;
        for kind in Kind::all().filter(|kind| kind.is_namespaced() || !owner.kind.is_namespaced()) {
            let mut keep = |object: &Arc<Object>| {
                if Owner::all(object).any(|it| it.uid == owner.meta.uid) {
                    found.push(Arc::clone(object));
                }
            };
            if owner.kind.is_namespaced() {
                store.list_in(kind, namespace).for_each(&mut keep);
            } else {
                store.list(kind).for_each(&mut keep);
            }
        }
        found
    }

    fn push(&mut self, runtime: &mut Runtime, object: &Object) {
        if self.queue.is_empty() {
            let delay_ms = runtime.call_ms();
            runtime.after(delay_ms, Task::CollectGarbage);
        }
        self.queue.push_back((object.kind, object.key().clone()));
    }

    /// Looks at the next objects.
    pub fn run(&mut self, runtime: &mut Runtime) {
        for _ in 0..WORKERS {
            let Some((kind, key)) = self.queue.pop_front() else { return };
            if let Some(object) = runtime.store.get(kind, &key).cloned() {
                self.look_at(runtime, &object);
            }
        }
        if !self.queue.is_empty() {
            let delay_ms = runtime.call_ms();
            runtime.after(delay_ms, Task::CollectGarbage);
        }
    }

    /// Models `attemptToDeleteItem` and `attemptToOrphan`. What is refused was done by somebody else already.
    fn look_at(&self, runtime: &mut Runtime, object: &Arc<Object>) {
        if object.meta.deleted.is_some() {
            if ends_with(object, ORPHAN) {
                for dependent in self.dependents_of(&runtime.store, object) {
                    disown(runtime, &dependent, &|owner| owner.uid == object.meta.uid);
                }
                release(runtime, object, ORPHAN);
            } else if ends_with(object, FOREGROUND) && self.blocking(object) == 0 {
                release(runtime, object, FOREGROUND);
            }
            return;
        }
        let (mut solid, mut waiting, mut any) = (false, false, false);
        for owner in Owner::all(object) {
            any = true;
            match owner.find(&runtime.store, object) {
                Some(found) if ends_with(found, FOREGROUND) => waiting = true,
                Some(_) => solid = true,
                None => {}
            }
        }
        if solid {
            let store = runtime.store.clone();
            let is_no_owner = |owner: &Owner| owner.find(&store, object).is_none_or(|it| ends_with(it, FOREGROUND));
            disown(runtime, object, &is_no_owner);
        } else if any {
            let foreground = waiting && self.dependents.contains_key(&object.meta.uid);
            let propagation = foreground.then_some(Propagation::Foreground);
            let _ = runtime.delete(object.kind, object.key(), DeleteOptions { propagation, grace_seconds: None });
        }
    }

    fn blocking(&self, owner: &Object) -> usize {
        self.dependents.get(&owner.meta.uid).map_or(0, |(_, blocking)| *blocking)
    }
}

/// Takes some of an object's owners away.
fn disown(runtime: &mut Runtime, object: &Object, goes: &dyn Fn(&Owner) -> bool) {
    let left: Vec<Value> = Owner::all(object).filter(|owner| !goes(owner)).map(|owner| owner.reference.clone()).collect();
    change_list(runtime, object, "ownerReferences", left);
}

/// Takes a finalizer away.
fn release(runtime: &mut Runtime, object: &Object, finalizer: &str) {
    // It may have got others in the meantime.
    let Some(object) = runtime.store.get(object.kind, object.key()).cloned() else { return };
    let finalizers = object.value.list_at(&["metadata", "finalizers"]).iter();
    let left = finalizers.filter(|it| it.as_str() != Some(finalizer)).cloned().collect();
    change_list(runtime, &object, "finalizers", left);
}

fn change_list(runtime: &mut Runtime, object: &Object, name: &str, left: Vec<Value>) {
    let mut value = object.value.clone();
    if value.list_at(&["metadata", name]).len() == left.len() {
        return;
    }
    if left.is_empty() {
        value.remove(&["metadata", name]);
    } else {
        value.set(&["metadata", name], left);
    }
    let _ = runtime.update(object.kind, value);
}

#[cfg(test)]
mod tests;
