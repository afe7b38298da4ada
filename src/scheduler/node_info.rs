//! A node as the scheduler sees it: what it has, and what its pods have taken of it.

use std::sync::Arc;

use super::budget::Budget;
use super::host_port::UsedPorts;
use super::pod_info::PodInfo;
use super::resources::Resources;
use crate::object::{Map, ObjectKey, SmolStr, Taint, Value, read_resource_list};

/// A node with its pods. Models `framework.NodeInfo`: kept up to date pod by pod, never counted anew.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    node: Arc<NodeFacts>,
    pods: Vec<Arc<PodInfo>>,
    nominated: Vec<Arc<PodInfo>>,
    waiting: Vec<ObjectKey>,
    requested: Resources,
    for_scoring: (i64, i64),
    used_ports: UsedPorts,
}

/// What a node is by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeFacts {
    /// `metadata.name`.
    pub name: SmolStr,
    /// `metadata.labels`.
    pub labels: Map,
    /// `spec.taints`.
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`.
    pub is_unschedulable: bool,
    /// `status.allocatable`.
    pub allocatable: Resources,
}

impl NodeFacts {
    /// Reads a node's tree.
    pub fn read(node: &Value) -> Self {
        Self {
            name: node.str_at(&["metadata", "name"]).into(),
            labels: node.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_default(),
            taints: node.list_at(&["spec", "taints"]).iter().filter_map(Taint::read).collect(),
            is_unschedulable: node.at(&["spec", "unschedulable"]).as_bool() == Some(true),
            allocatable: Resources::of(&read_resource_list(node.at(&["status", "allocatable"]))),
        }
    }
}

impl NodeInfo {
    /// A node without pods.
    pub fn new(node: impl Into<Arc<NodeFacts>>) -> Self {
        Self {
            node: node.into(),
            pods: Vec::new(),
            nominated: Vec::new(),
            waiting: Vec::new(),
            requested: Resources::default(),
            for_scoring: (0, 0),
            used_ports: UsedPorts::default(),
        }
    }

    /// The node changed; its pods stay. Answers how it was.
    pub fn set_node(&mut self, node: Arc<NodeFacts>) -> Arc<NodeFacts> {
        std::mem::replace(&mut self.node, node)
    }

    /// The node by itself.
    pub fn node(&self) -> &NodeFacts {
        &self.node
    }

    /// Its name.
    pub fn name(&self) -> &SmolStr {
        &self.node.name
    }

    /// The pods that are bound to it and have not ended.
    pub fn pods(&self) -> &[Arc<PodInfo>] {
        &self.pods
    }

    /// The pods that made room for themselves here and wait for it.
    pub fn nominated(&self) -> &[Arc<PodInfo>] {
        &self.nominated
    }

    /// The sum of what its pods request.
    pub fn requested(&self) -> &Resources {
        &self.requested
    }

    /// The sum of what its pods are taken to need when nodes are compared, see [`PodInfo::for_scoring`].
    pub fn requested_for_scoring(&self) -> (i64, i64) {
        self.for_scoring
    }

    /// The host ports that its pods have taken.
    pub fn used_ports(&self) -> &UsedPorts {
        &self.used_ports
    }

    /// A pod was bound to it.
    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        self.requested.add(&pod.requests);
        let (cpu, memory) = pod.for_scoring();
        self.for_scoring = (self.for_scoring.0.saturating_add(cpu), self.for_scoring.1.saturating_add(memory));
        for port in &pod.host_ports {
            self.used_ports.add(port);
        }
        self.pods.push(pod);
    }

    /// A pod ended or was deleted; `false` when it was not here.
    pub fn remove_pod(&mut self, pod: &PodInfo) -> bool {
        let Some(index) = self.pods.iter().position(|other| other.is(pod)) else { return false };
        let removed = self.pods.swap_remove(index);
        self.requested.sub(&removed.requests);
        let (cpu, memory) = removed.for_scoring();
        self.for_scoring = (self.for_scoring.0.saturating_sub(cpu), self.for_scoring.1.saturating_sub(memory));
        for port in &removed.host_ports {
            self.used_ports.remove(port);
        }
        true
    }

    /// A bound pod changed in a way that the scheduler sees, such as that it is being deleted.
    pub fn update_pod(&mut self, pod: Arc<PodInfo>) {
        self.remove_pod(&pod);
        self.add_pod(pod);
    }

    /// Notes a pod that names this node and waits for a change of it.
    pub fn add_waiting(&mut self, key: &ObjectKey) {
        if !self.waiting.contains(key) {
            self.waiting.push(key.clone());
        }
    }

    /// Whether a pod may wait for a change of this node.
    pub fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The pods that were noted as waiting; some may not any more.
    pub fn take_waiting(&mut self) -> Vec<ObjectKey> {
        std::mem::take(&mut self.waiting)
    }

    /// A pod that cannot run here yet was nominated.
    pub fn nominate(&mut self, pod: Arc<PodInfo>) {
        self.withdraw(&pod);
        self.nominated.push(pod);
    }

    /// A nomination ended: the pod was bound, deleted, or nominated elsewhere.
    pub fn withdraw(&mut self, pod: &PodInfo) {
        self.nominated.retain(|other| !other.is(pod));
    }
}

/// The nodes of a cluster, and what else a decision looks at.
pub trait NodeLister {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node of that name.
    fn get(&self, name: &str) -> Option<&NodeInfo>;

    /// The disruption budgets that preemption should spare.
    fn budgets(&self) -> &[Budget] {
        &[]
    }

    /// All of them, always in the same order.
    fn iter(&self) -> impl Iterator<Item = &NodeInfo>;
}

/// For tests and small clusters.
impl NodeLister for [NodeInfo] {
    fn len(&self) -> usize {
        <[NodeInfo]>::len(self)
    }

    fn get(&self, name: &str) -> Option<&NodeInfo> {
        <[NodeInfo]>::iter(self).find(|node| node.name() == name)
    }

    fn iter(&self) -> impl Iterator<Item = &NodeInfo> {
        <[NodeInfo]>::iter(self)
    }
}
