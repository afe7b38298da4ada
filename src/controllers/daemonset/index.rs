//! What the controller's caches hold: nodes in the order in which they joined, and the pods of every owner by node.
//!
//! The caches follow the watch, so they are a few milliseconds behind the store, as a real controller's are. They are kept
//! such that a sync walks over them once and looks nothing up.

use std::sync::Arc;

use crate::persistent::{HashMap, OrdMap, Vector};
use smallvec::SmallVec;

use crate::object::{Object, ObjectKey, SmolStr};

use super::slots::Slots;
use super::snapshot::{is_grouped, sort_key};

/// The kind whose pods are kept by owner; those of other owners are nobody's here.
const DAEMONSET: &str = "DaemonSet";

/// The nodes, each in a slot of its own. A name keeps its slot for ever.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    slots: HashMap<SmolStr, usize>,
    rows: Vector<(SmolStr, Option<Arc<Object>>)>,
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

    /// Notes how a node is now. Answers its slot if something changed that decisions depend on: that it is there, its labels, its
    /// taints.
    pub fn set(&mut self, name: &SmolStr, node: Option<Arc<Object>>) -> Option<usize> {
        let slot = self.slot(name);
        let row = self.rows.get_mut(slot)?;
        let changed = match (&row.1, &node) {
            (Some(old), Some(new)) => {
                old.meta.labels != new.meta.labels || old.as_node().map(|it| &it.taints) != new.as_node().map(|it| &it.taints)
            }
            (None, None) => false,
            _ => true,
        };
        row.1 = node;
        changed.then_some(slot)
    }

    /// A slot's name and node. Slots are in the order in which the names came up.
    pub fn get(&self, slot: usize) -> Option<(&SmolStr, Option<&Arc<Object>>)> {
        self.rows.get(slot).map(|(name, node)| (name, node.as_ref()))
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
    /// The slots whose groups changed since they were last taken.
    pub changed: Slots,
    /// Pods that came or changed since the owner last compared them with its selector.
    unclaimed: Vector<Arc<Object>>,
}

impl Owned {
    fn insert(&mut self, pod: &Known, relabelled: bool) {
        let object = &pod.object;
        let Some(view) = object.as_pod() else { return };
        if relabelled {
            self.unclaimed.push_back(Arc::clone(object));
        }
        *self.hashes.get_or_default(view.revision_hash.clone()) += 1;
        let Some(slot) = pod.slot.filter(|_| is_grouped(view)) else {
            self.others.insert(object.key().clone(), Arc::clone(object));
            return;
        };
        self.changed.insert(slot);
        while self.groups.len() <= slot {
            self.groups.push_back(Group::new());
        }
        if let Some(group) = self.groups.get_mut(slot) {
            let at = group.partition_point(|other| sort_key(other) < sort_key(object));
            group.insert(at, Arc::clone(object));
        }
    }

    fn remove(&mut self, pod: &Known) {
        let object = &pod.object;
        let Some(view) = object.as_pod() else { return };
        if let Some(count) = self.hashes.get_mut(&view.revision_hash) {
            *count -= 1;
            if *count == 0 {
                self.hashes.remove(&view.revision_hash);
            }
        }
        let Some(slot) = pod.slot.filter(|_| is_grouped(view)) else {
            self.others.remove(object.key());
            return;
        };
        self.changed.insert(slot);
        if let Some(group) = self.groups.get_mut(slot) {
            group.retain(|other| other.key() != object.key());
        }
    }

    /// Exchanges a pod for a newer version of it in its place. Answers whether that was possible: whether neither its place nor
    /// what is counted of it changed.
    fn exchange(&mut self, old: &Known, new: &Known) -> bool {
        let (Some(before), Some(view)) = (old.object.as_pod(), new.object.as_pod()) else { return false };
        let stays = old.slot == new.slot
            && is_grouped(before)
            && is_grouped(view)
            && before.revision_hash == view.revision_hash
            && sort_key(&old.object) == sort_key(&new.object);
        let Some(slot) = new.slot.filter(|_| stays) else { return false };
        let group = self.groups.get_mut(slot);
        let Some(place) = group.and_then(|group| group.iter_mut().find(|it| Arc::ptr_eq(it, &old.object))) else { return false };
        *place = Arc::clone(&new.object);
        self.changed.insert(slot);
        true
    }

    /// The pods whose labels are new since this was last asked.
    pub fn take_unclaimed(&mut self) -> Vector<Arc<Object>> {
        std::mem::take(&mut self.unclaimed)
    }
}

/// A pod, and the slot of the node that it is meant for.
#[derive(Clone, Debug)]
struct Known {
    object: Arc<Object>,
    slot: Option<usize>,
}

impl Known {
    /// The UID of the DaemonSet that controls it.
    fn daemonset(&self) -> Option<&SmolStr> {
        self.object.meta.controller.as_ref().filter(|owner| owner.kind == DAEMONSET).map(|owner| &owner.uid)
    }
}

/// All pods, by owner.
#[derive(Clone, Debug, Default)]
pub struct Pods {
    known: HashMap<ObjectKey, Known>,
    owned: OrdMap<SmolStr, Owned>,
    orphans: OrdMap<ObjectKey, Arc<Object>>,
}

impl Pods {
    /// The pods whose controller has this UID.
    pub fn owned_by(&self, uid: &str) -> Option<&Owned> {
        self.owned.get(uid)
    }

    /// Forgets which slots of an owner changed.
    pub fn settle(&mut self, uid: &str) {
        if let Some(owned) = self.owned.get_mut(uid) {
            owned.changed = Slots::default();
        }
    }

    /// Forgets an owner that is gone, once it has no pods.
    pub fn forget_owner(&mut self, uid: &str) {
        if self.owned.get(uid).is_some_and(|it| it.hashes.is_empty()) {
            self.owned.remove(uid);
        }
    }

    /// The pods whose controller has this UID and whose labels are new since this was last asked.
    pub fn take_unclaimed(&mut self, uid: &str) -> Vector<Arc<Object>> {
        self.owned.get_mut(uid).map(Owned::take_unclaimed).unwrap_or_default()
    }

    /// A pod as it is known now, if it is still the same one under the same controller.
    pub fn latest(&self, pod: &Object) -> Option<&Arc<Object>> {
        let known = self.known.get(pod.key()).map(|it| &it.object);
        known.filter(|it| it.meta.uid == pod.meta.uid && it.meta.controller == pod.meta.controller)
    }

    /// Pods without a controller in a namespace.
    pub fn orphans(&self, namespace: &str) -> impl Iterator<Item = &Arc<Object>> {
        let all = self.orphans.iter_from(&ObjectKey::new(namespace, ""));
        all.map(|(_, pod)| pod).take_while(move |pod| pod.key().namespace == namespace)
    }

    /// Notes how a pod is now, unless something newer is known.
    pub fn set(&mut self, key: &ObjectKey, pod: Option<Arc<Object>>, version: u64, nodes: &mut Nodes) {
        let Some(object) = pod else {
            if self.known.get(key).is_some_and(|it| it.object.meta.resource_version <= version)
                && let Some(old) = self.known.remove(key)
            {
                self.leave(&old);
            }
            return;
        };
        let target = |it: &Object| it.as_pod().map(|it| it.target_node.clone()).unwrap_or_default();
        let target_node = target(&object);
        let mut slot = || (!target_node.is_empty()).then(|| nodes.slot(&target_node));
        let Some(known) = self.known.get_mut(key) else {
            let new = Known { slot: slot(), object };
            self.join(&new, true);
            self.known.insert(key.clone(), new);
            return;
        };
        if known.object.meta.resource_version > version {
            return;
        }
        let slot = if target(&known.object) == target_node { known.slot } else { slot() };
        let new = Known { object, slot };
        let old = std::mem::replace(known, new.clone());
        let (before, after) = (&old.object.meta, &new.object.meta);
        let same = before.labels == after.labels && before.controller == after.controller;
        if same
            && let Some(owned) = new.daemonset().and_then(|uid| self.owned.get_mut(uid))
            && owned.exchange(&old, &new)
        {
            return;
        }
        self.leave(&old);
        self.join(&new, !same);
    }

    fn join(&mut self, pod: &Known, relabelled: bool) {
        if let Some(uid) = pod.daemonset() {
            self.owned.get_or_default(uid.clone()).insert(pod, relabelled);
        } else if pod.object.meta.controller.is_none() {
            self.orphans.insert(pod.object.key().clone(), Arc::clone(&pod.object));
        }
    }

    fn leave(&mut self, pod: &Known) {
        if let Some(uid) = pod.daemonset() {
            if let Some(owned) = self.owned.get_mut(uid) {
                owned.remove(pod);
            }
        } else if pod.object.meta.controller.is_none() {
            self.orphans.remove(pod.object.key());
        }
    }
}
