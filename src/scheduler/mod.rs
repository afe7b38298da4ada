//! The scheduler: which node a pod is bound to, or why none, and who must go to make room.
//!
//! Models kube-scheduler's default profile as pure functions over [`NodeInfo`]s, which whoever owns the cluster keeps up to
//! date. A pod that names its node, as every daemon pod does, costs a look at that node alone: all others are only counted.
//!
//! Not modelled: topology spread, affinity between pods, volumes, dynamic resources, disruption budgets; and that the
//! scheduler stops looking for better nodes in clusters of more than 100.

mod component;
pub mod filters;
mod host_port;
mod message;
mod node_info;
mod pod_info;
mod preemption;
mod resources;
mod score;
#[cfg(test)]
mod tests;

pub use component::Scheduler;
pub use filters::{Plugin, Rejection, Shortage};
pub use host_port::{HostPort, UsedPorts};
pub use node_info::{NodeFacts, NodeInfo, NodeLister};
pub use pod_info::PodInfo;
pub use preemption::{NoVictims, NotEligible, Preemption};
pub use resources::Resources;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::object::SmolStr;

/// What the scheduler decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The pod is bound to this node.
    Bound(SmolStr),
    /// No node takes it: the condition `PodScheduled` becomes `False` for the reason `Unschedulable`.
    Unschedulable(Failure),
}

/// Why no node takes a pod; its text is the scheduler's message.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// How many nodes there are.
    pub node_count: usize,
    /// The nodes that were looked at, and why each rejects the pod.
    pub rejected: Vec<(SmolStr, Rejection)>,
    /// Why nodes were not looked at; `None` when all were.
    pub unevaluated: Option<Unevaluated>,
    /// Whether room can be made.
    pub preemption: Preemption,
}

/// Why nodes were not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unevaluated {
    /// The pod's affinity names other nodes. Plugins that rejected the nominated node before are blamed, too, as
    /// Kubernetes does.
    NotNamed(BTreeSet<Plugin>),
    /// The pod's affinity asks for two names at once.
    ConflictingNames,
}

impl Failure {
    /// What becomes of the pod's `status.nominatedNodeName`: `None` keeps it, an empty name clears it.
    pub fn nomination(&self) -> Option<SmolStr> {
        match &self.preemption {
            Preemption::Nominated { node, .. } => Some(node.clone()),
            Preemption::NotEligible(_) if self.node_count > 0 => None,
            _ => Some(SmolStr::default()),
        }
    }

    /// Where room is made: the node and the pods that must go.
    pub fn victims(&self) -> &[std::sync::Arc<PodInfo>] {
        if let Preemption::Nominated { victims, .. } = &self.preemption { victims } else { &[] }
    }
}

/// Decides where a pod goes. Models one scheduling cycle: `schedulePod`, then the `PostFilter` plugins.
pub fn schedule<N: NodeLister + ?Sized>(pod: &PodInfo, nodes: &N) -> Outcome {
    // A node that the pod made room on is the likeliest, so it is tried before all others.
    let nominated = nodes.get(&pod.nominated_node_name);
    let nominated_result = nominated.map(|node| (node, filters::run_with_nominated(pod, node)));
    if let Some((node, Ok(()))) = &nominated_result {
        return Outcome::Bound(node.name().clone());
    }
    let (rejected, unevaluated) = match named_nodes(pod) {
        None => match find_among(pod, nodes.iter()) {
            Ok(node) => return Outcome::Bound(node),
            Err(rejected) => (rejected, None),
        },
        Some(names) if names.is_empty() => (Vec::new(), Some(Unevaluated::ConflictingNames)),
        Some(names) => match find_among(pod, names.iter().filter_map(|name| nodes.get(name))) {
            Ok(node) => return Outcome::Bound(node),
            Err(rejected) => {
                let blamed = nominated_result.and_then(|(_, result)| result.err()).map(|rejection| rejection.plugin());
                (rejected, Some(Unevaluated::NotNamed(blamed.into_iter().chain([Plugin::NodeAffinity]).collect())))
            }
        },
    };
    let preemption = preemption::preempt(pod, nodes, &rejected);
    Outcome::Unschedulable(Failure { node_count: nodes.len(), rejected, unevaluated, preemption })
}

/// The nodes that the pod's affinity admits by name, each once. Models the `PreFilter` of `NodeAffinity`.
fn named_nodes(pod: &PodInfo) -> Option<BTreeSet<&SmolStr>> {
    pod.node_affinity.named_nodes().map(|names| names.into_iter().collect())
}

/// The best node that fits, or why each does not.
fn find_among<'a>(pod: &PodInfo, nodes: impl Iterator<Item = &'a NodeInfo>) -> Result<SmolStr, Vec<(SmolStr, Rejection)>> {
    let (mut fitting, mut rejected) = (Vec::new(), Vec::new());
    for node in nodes {
        match filters::run_with_nominated(pod, node) {
            Ok(()) => fitting.push(node),
            Err(rejection) => rejected.push((node.name().clone(), rejection)),
        }
    }
    match fitting.as_slice() {
        [] => Err(rejected),
        [only] => Ok(only.name().clone()),
        several => {
            let best = several.iter().min_by_key(|node| (Reverse(score::score(pod, node)), node.name()));
            best.map(|node| node.name().clone()).ok_or(rejected)
        }
    }
}
