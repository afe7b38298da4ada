//! The scheduler: which node a pod is bound to, or why none, and who must go to make room.
//!
//! Models kube-scheduler's default profile as pure functions over [`NodeInfo`]s, which whoever owns the cluster keeps up to
//! date. A pod that names its node, as every daemon pod does, costs a look at that node alone: all others are only counted.
//!
//! Not modelled: dynamic resources; and that the scheduler stops looking for better nodes in clusters of
//! more than 100.

mod budget;
mod cache;
mod component;
#[cfg(test)]
mod component_tests;
pub mod filters;
mod hints;
mod host_port;
mod message;
mod neighbours;
mod node_info;
mod pod_info;
mod preemption;
mod preferences;
mod queue;
mod resources;
mod score;
#[cfg(test)]
mod tests;
mod volumes;

pub use budget::Budget;
pub use component::{DEFAULT_SCHEDULER, Scheduler};
pub use filters::{Plugin, Plugins, Rejection, Shortage};
pub use host_port::{HostPort, UsedPorts};
pub use neighbours::{Neighbours, Terms, Unneighbourly};
pub use node_info::{NodeFacts, NodeInfo, NodeLister};
pub use pod_info::PodInfo;
pub use preemption::{NoVictims, NotEligible, Preemption};
pub use preferences::Preferences;
pub use resources::Resources;
pub use volumes::PodVolumes;

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
    NotNamed(Plugins),
    /// A plugin saw from the pod alone that no node will do.
    Refused(Plugin, SmolStr),
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

impl Failure {
    /// The filters whose reasons a change must take away before it is of use to try again.
    pub fn rejected_by(&self) -> Plugins {
        let unevaluated = match &self.unevaluated {
            Some(Unevaluated::NotNamed(plugins)) => *plugins,
            Some(Unevaluated::Refused(plugin, _)) => Plugins::of(*plugin),
            None => Plugins::default(),
        };
        self.rejected.iter().fold(unevaluated, |plugins, (_, rejection)| plugins.with(rejection.plugin()))
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
    if let Some((plugin, reason)) = refusal(pod).filter(|_| !nodes.is_empty()) {
        // No node was asked, so nobody can make room; the attempt to do so fails, and what was nominated is given up.
        let (unevaluated, preemption) = (Some(Unevaluated::Refused(plugin, reason)), Preemption::NotHelpful(Vec::new()));
        return Outcome::Unschedulable(Failure { node_count: nodes.len(), rejected: Vec::new(), unevaluated, preemption });
    }
    let (rejected, unevaluated) = match named_nodes(pod) {
        None => match find_among(pod, &mut nodes.iter()) {
            Ok(node) => return Outcome::Bound(node),
            Err(rejected) => (rejected, None),
        },
        Some(names) => match find_among(pod, &mut names.iter().filter_map(|name| nodes.get(name))) {
            Ok(node) => return Outcome::Bound(node),
            Err(rejected) => {
                let blamed = nominated_result.and_then(|(_, result)| result.err()).map(|rejection| rejection.plugin());
                let plugins = Plugins::of(Plugin::NodeAffinity);
                (rejected, Some(Unevaluated::NotNamed(blamed.map_or(plugins, |blamed| plugins.with(blamed)))))
            }
        },
    };
    let preemption = preemption::preempt(pod, nodes, &rejected);
    Outcome::Unschedulable(Failure { node_count: nodes.len(), rejected, unevaluated, preemption })
}

/// What a plugin sees from the pod alone. Models the `PreFilter` step where it rejects.
fn refusal(pod: &PodInfo) -> Option<(Plugin, SmolStr)> {
    if pod.node_affinity.named_nodes().is_some_and(|names| names.is_empty()) {
        return Some((Plugin::NodeAffinity, "pod affinity terms conflict".into()));
    }
    pod.volumes.as_ref()?.refusal.clone()
}

/// The nodes that the pod's affinity admits by name, each once. Models the `PreFilter` of `NodeAffinity`.
fn named_nodes(pod: &PodInfo) -> Option<Vec<&SmolStr>> {
    let mut names = pod.node_affinity.named_nodes()?;
    names.sort_unstable();
    names.dedup();
    Some(names)
}

/// The best node that fits, or why each does not.
fn find_among(pod: &PodInfo, nodes: &mut dyn Iterator<Item = &NodeInfo>) -> Result<SmolStr, Vec<(SmolStr, Rejection)>> {
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
        several => score::best(pod, several).map(|node| node.name().clone()).ok_or(rejected),
    }
}
