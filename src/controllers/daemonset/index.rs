//! What the controller's caches hold: nodes in the order in which they joined, and the pods of every owner by node.
//!
//! The caches follow the watch, so they are a few milliseconds behind the store, as a real controller's are. They are kept
//! such that a sync walks over them once and looks nothing up.

use std::sync::Arc;

use crate::persistent::{OrdMap, Vector};
use smallvec::SmallVec;

use crate::object::{Object, ObjectKey, SmolStr};

use super::snapshot::{is_grouped, sort_key};

/// The kind whose pods are kept by owner; those of other owners are nobody's here.
const DAEMONSET: &str = "DaemonSet";

/// The nodes, each in a slot of its own. A name keeps its slot for ever.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    slots: OrdMap<SmolStr, usize>,
    rows: Vector<(SmolStr, Option<Arc<Object>>)>,
    /// Counts changes of names, labels and taints: what decisions depend on.
    pub version: u64,
}

impl Nodes {
    /// The slot of a name; a new one if it has none.
    pub fn slot(&mut self, name: &SmolStr) -> usize {
        if let Some(&slot) = self.slots.get(name) {
            return slot;
        }
        let slot = self.rows.len();
        self.slots.insert(name.clone(), slot);
        self.rows.push_back((name.clone(), None));
        slot
    }

    /// Notes how a node is now. Answers whether something changed that decisions depend on.
    pub fn set(&mut self, name: &SmolStr, node: Option<Arc<Object>>) -> bool {
        let slot = self.slot(name);
        let Some(row) = self.rows.get_mut(slot) else { return false };
        let changed = match (&row.1, &node) {
            (Some(old), Some(new)) => {
                old.meta.labels != new.meta.labels || old.as_node().map(|it| &it.taints) != new.as_node().map(|it| &it.taints)
            }
            (None, None) => false,
            _ => true,
        };
        row.1 = node;
        self.version += u64::from(changed);
        changed
    }

    /// Every slot's name and node, in the order in which the names came up.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, Option<&Arc<Object>>)> {
        self.rows.iter().map(|(name, node)| (name, node.as_ref()))
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

/// A node's pods of one owner. Hardly ever more than one.
pub type Group = SmallVec<[Arc<Object>; 1]>;

/// The pods of one owner.
#[derive(Clone, Debug, Default)]
pub struct Owned {
    /// By node slot, each in the order of [`sort_key`].
    pub groups: Vector<Group>,
    /// Pods that take no part in grouping: without a node, or as good as gone.
    pub others: OrdMap<ObjectKey, Arc<Object>>,
    /// How many pods have each revision hash, whatever their state.
    pub hashes: OrdMap<SmolStr, usize>,
    /// Pods that came or changed since the owner last compared them with its selector.
    unclaimed: Vector<Arc<Object>>,
}

impl Owned {
    fn insert(&mut self, pod: &Arc<Object>, slot: Option<usize>, relabelled: bool) {
        let Some(view) = pod.as_pod() else { return };
        if relabelled {
            self.unclaimed.push_back(Arc::clone(pod));
        }
        *self.hashes.get_or_default(view.revision_hash.clone()) += 1;
        let Some(slot) = slot.filter(|_| is_grouped(view)) else {
            self.others.insert(pod.key().clone(), Arc::clone(pod));
            return;
        };
        while self.groups.len() <= slot {
            self.groups.push_back(Group::new());
        }
        if let Some(group) = self.groups.get_mut(slot) {
            let at = group.partition_point(|other| sort_key(other) < sort_key(pod));
            group.insert(at, Arc::clone(pod));
        }
    }

    fn remove(&mut self, pod: &Object, slot: Option<usize>) {
        let Some(view) = pod.as_pod() else { return };
        if let Some(count) = self.hashes.get_mut(&view.revision_hash) {
            *count -= 1;
            if *count == 0 {
                self.hashes.remove(&view.revision_hash);
            }
        }
        self.others.remove(pod.key());
        if let Some(group) = slot.and_then(|slot| self.groups.get_mut(slot)) {
            group.retain(|other| other.key() != pod.key());
        }
    }

    /// The pods whose labels are new since this was last asked.
    pub fn take_unclaimed(&mut self) -> Vector<Arc<Object>> {
        std::mem::take(&mut self.unclaimed)
    }
}

/// All pods, by owner.
#[derive(Clone, Debug, Default)]
pub struct Pods {
    known: OrdMap<ObjectKey, Arc<Object>>,
    owned: OrdMap<SmolStr, Owned>,
    orphans: OrdMap<ObjectKey, Arc<Object>>,
}

impl Pods {
    /// The pods whose controller has this UID.
    pub fn owned_by(&self, uid: &str) -> Option<&Owned> {
        self.owned.get(uid)
    }

    /// The pods whose controller has this UID and whose labels are new since this was last asked.
    pub fn take_unclaimed(&mut self, uid: &str) -> Vector<Arc<Object>> {
        self.owned.get_mut(uid).map(Owned::take_unclaimed).unwrap_or_default()
    }

    /// Pods without a controller in a namespace.
    pub fn orphans(&self, namespace: &str) -> impl Iterator<Item = &Arc<Object>> {
        let all = self.orphans.iter_from(&ObjectKey::new(namespace, ""));
        all.map(|(_, pod)| pod).take_while(move |pod| pod.key().namespace == namespace)
    }

    /// Notes how a pod is now, unless something newer is known.
    pub fn set(&mut self, key: &ObjectKey, pod: Option<Arc<Object>>, version: u64, nodes: &mut Nodes) {
        let mut slot = |pod: &Object| {
            let target = &pod.as_pod()?.target_node;
            (!target.is_empty()).then(|| nodes.slot(target))
        };
        let old = self.known.get(key).cloned();
        if old.as_ref().is_some_and(|it| it.meta.resource_version > version) {
            return;
        }
        if let Some(old) = &old {
            match &old.meta.controller {
                Some(owner) if owner.kind == DAEMONSET => {
                    if let Some(owned) = self.owned.get_mut(&owner.uid) {
                        owned.remove(old, slot(old));
                    }
                }
                Some(_) => {}
                None => {
                    self.orphans.remove(key);
                }
            }
        }
        let Some(pod) = pod else {
            self.known.remove(key);
            return;
        };
        match &pod.meta.controller {
            Some(owner) if owner.kind == DAEMONSET => {
                let same = |old: &Object| old.meta.labels == pod.meta.labels && old.meta.controller == pod.meta.controller;
                let relabelled = !old.is_some_and(|old| same(&old));
                self.owned.get_or_default(owner.uid.clone()).insert(&pod, slot(&pod), relabelled);
            }
            Some(_) => {}
            None => {
                self.orphans.insert(key.clone(), Arc::clone(&pod));
            }
        }
        self.known.insert(key.clone(), pod);
    }
}
