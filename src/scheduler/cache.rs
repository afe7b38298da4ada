//! The scheduler's picture of the cluster: its nodes, and what the pods on them take.
//!
//! Models `pkg/scheduler/backend/cache`. It follows the watch, but for pods that were just bound: those are assumed at once.

use std::sync::Arc;

use super::budget::Budget;
use super::node_info::{NodeFacts, NodeInfo, NodeLister};
use super::pod_info::PodInfo;
use crate::object::{Object, ObjectKey, SmolStr};
use crate::persistent::{HashMap, OrdMap};

/// Nodes, bound pods and disruption budgets.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    nodes: OrdMap<SmolStr, NodeInfo>,
    bound: HashMap<ObjectKey, Arc<PodInfo>>,
    /// Those of them that want other pods away.
    keep_away: OrdMap<ObjectKey, Arc<PodInfo>>,
    /// Bound pods whose node is not known; there are hardly ever any.
    strays: Vec<Arc<PodInfo>>,
    /// The disruption budgets.
    pub budgets: Vec<Budget>,
}

impl NodeLister for Cache {
    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn get(&self, name: &str) -> Option<&NodeInfo> {
        self.nodes.get(name)
    }

    fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    fn iter(&self) -> impl Iterator<Item = &NodeInfo> {
        self.nodes.values()
    }
}

impl Cache {
    /// Notes how a node is now. Answers how it was; `None` when it is new.
    pub fn set_node(&mut self, facts: impl Into<Arc<NodeFacts>>) -> Option<Arc<NodeFacts>> {
        let facts = facts.into();
        if let Some(info) = self.nodes.get_mut(&facts.name) {
            return Some(info.set_node(facts));
        }
        let name = facts.name.clone();
        let mut info = NodeInfo::new(facts);
        let (own, strays) = std::mem::take(&mut self.strays).into_iter().partition(|pod| pod.node_name == name);
        self.strays = strays;
        Vec::into_iter(own).for_each(|pod| info.add_pod(pod));
        self.nodes.insert(name, info);
        None
    }

    /// A node is gone; its pods are not, yet.
    pub fn remove_node(&mut self, name: &str) {
        if let Some(info) = self.nodes.remove(name) {
            self.strays.extend_from_slice(info.pods());
        }
    }

    /// A pod is bound, or known to be.
    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        match self.nodes.get_mut(&pod.node_name) {
            Some(node) => node.add_pod(Arc::clone(&pod)),
            None => self.strays.push(Arc::clone(&pod)),
        }
        if pod.terms.as_ref().is_some_and(|terms| terms.keep_others_away()) {
            self.keep_away.insert(pod.key.clone(), Arc::clone(&pod));
        }
        self.bound.insert(pod.key.clone(), pod);
    }

    /// The bound pods that want other pods away.
    pub fn pods_that_keep_others_away(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.keep_away.values()
    }

    /// A bound pod.
    pub fn pod(&self, key: &ObjectKey) -> Option<&Arc<PodInfo>> {
        self.bound.get(key)
    }

    /// Notes what of a bound pod can change: its labels, when it started, whether it ends, and whether for another pod's sake. Answers
    /// whether the pod is known.
    pub fn update_pod(&mut self, pod: &Object) -> bool {
        let Some(known) = self.bound.get(pod.key()).filter(|it| it.uid == pod.meta.uid) else { return false };
        let (started, deleting, is_terminating_by_preemption) = PodInfo::read_changing(&pod.value);
        if known.started == started
            && known.deleting == deleting
            && known.is_terminating_by_preemption == is_terminating_by_preemption
            && known.labels == pod.meta.labels
        {
            return true;
        }
        let labels = pod.meta.labels.clone();
        let pod = Arc::new(PodInfo { labels, started, deleting, is_terminating_by_preemption, ..PodInfo::clone(known) });
        if let Some(node) = self.nodes.get_mut(&pod.node_name) {
            node.update_pod(Arc::clone(&pod));
        }
        self.bound.insert(pod.key.clone(), pod);
        true
    }

    /// A bound pod ended or is gone. Answers what it was.
    pub fn remove_pod(&mut self, key: &ObjectKey) -> Option<Arc<PodInfo>> {
        let pod = self.bound.remove(key)?;
        if pod.terms.is_some() {
            self.keep_away.remove(key);
        }
        match self.nodes.get_mut(&pod.node_name) {
            Some(node) => {
                node.remove_pod(&pod);
            }
            None => self.strays.retain(|other| !other.is(&pod)),
        }
        Some(pod)
    }

    /// A pod waits for something to change on a node; `false` when there is no such node.
    pub fn add_waiting(&mut self, node: &str, key: &ObjectKey) -> bool {
        let Some(node) = self.nodes.get_mut(node) else { return false };
        node.add_waiting(key);
        true
    }

    /// The pods that wait for a change on a node; those that still do are to be added again.
    pub fn take_waiting(&mut self, node: &str) -> Vec<ObjectKey> {
        let waits = self.nodes.get(node).is_some_and(NodeInfo::is_waited_for);
        if waits { self.nodes.get_mut(node).map(NodeInfo::take_waiting).unwrap_or_default() } else { Vec::new() }
    }

    /// A pod made room for itself on a node and waits for it.
    pub fn nominate(&mut self, pod: &Arc<PodInfo>) {
        if let Some(node) = self.nodes.get_mut(&pod.nominated_node_name) {
            node.nominate(Arc::clone(pod));
        }
    }

    /// A pod does not wait for its node any more.
    pub fn withdraw(&mut self, pod: &PodInfo) {
        if let Some(node) = self.nodes.get_mut(&pod.nominated_node_name) {
            node.withdraw(pod);
        }
    }
}
