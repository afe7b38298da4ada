//! What keeps a pod off a node, one filter per file, in the order in which Kubernetes asks them.
//!
//! The first filter that rejects a node decides; only the one for resources gives several reasons at once.

mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_fit;
mod node_unschedulable;
mod plugin;
mod pod_topology_spread;
mod taint_toleration;
mod volume_binding;
mod volume_restrictions;
mod volume_zone;

pub use node_resources_fit::Shortage;
pub use plugin::{Plugin, Plugins};

use super::host_port::HostPort;
use super::neighbours::Unneighbourly;
use super::node_info::{NodeFacts, NodeInfo};
use super::pod_info::PodInfo;
use crate::object::{Mismatch, Taint};

/// Why a node was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The node is cordoned.
    Unschedulable,
    /// The pod asks for another node by name.
    NodeName,
    /// The first taint that the pod does not tolerate.
    UntoleratedTaint(Taint),
    /// The first part of its selector or affinity that does not hold.
    NodeAffinity(Mismatch),
    /// The first port that is taken.
    PortTaken(HostPort),
    /// Every resource that is short.
    Resources(Vec<Shortage>),
    /// Another pod uses a claim that only one pod may use.
    ClaimInUse,
    /// What its bound or unbound claims ask of a node and this one has not.
    Volumes(&'static [&'static str]),
    /// A volume is in another zone.
    VolumeZone,
    /// It would break a topology spread constraint.
    PodTopologySpread(Unneighbourly),
    /// Pods that must be near are not, or pods are near that must not be.
    InterPodAffinity(Unneighbourly),
}

impl Rejection {
    /// The filter that rejected.
    pub fn plugin(&self) -> Plugin {
        match self {
            Self::Unschedulable => Plugin::NodeUnschedulable,
            Self::NodeName => Plugin::NodeName,
            Self::UntoleratedTaint(_) => Plugin::TaintToleration,
            Self::NodeAffinity(_) => Plugin::NodeAffinity,
            Self::PortTaken(_) => Plugin::NodePorts,
            Self::Resources(_) => Plugin::NodeResourcesFit,
            Self::ClaimInUse => Plugin::VolumeRestrictions,
            Self::Volumes(_) => Plugin::VolumeBinding,
            Self::VolumeZone => Plugin::VolumeZone,
            Self::PodTopologySpread(_) => Plugin::PodTopologySpread,
            Self::InterPodAffinity(_) => Plugin::InterPodAffinity,
        }
    }

    /// Whether it could help that other pods go; `false` is Kubernetes' `UnschedulableAndUnresolvable`.
    pub fn is_resolvable(&self) -> bool {
        match self {
            Self::PortTaken(_) | Self::ClaimInUse => true,
            Self::PodTopologySpread(why) | Self::InterPodAffinity(why) => {
                !matches!(why, Unneighbourly::Affinity | Unneighbourly::NoDomain)
            }
            Self::Resources(shortages) => !shortages.iter().any(Shortage::exceeds_node),
            _ => false,
        }
    }
}

/// Asks all filters about a node as it is.
///
/// # Errors
/// The first rejection.
pub fn run(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    node_unschedulable::filter(pod, node)?;
    node_name::filter(pod, node)?;
    taint_toleration::filter(pod, node)?;
    node_affinity::filter(pod, node)?;
    node_ports::filter(pod, node)?;
    node_resources_fit::filter(pod, node)?;
    volume_restrictions::filter(pod)?;
    volume_binding::filter(pod, node)?;
    volume_zone::filter(pod, node)?;
    pod_topology_spread::filter(pod, node)?;
    inter_pod_affinity::filter(pod, node)
}

/// Asks one filter about a node as if it were empty: whether a change of the node may help a pod that it rejected.
pub fn accepts(plugin: Plugin, pod: &PodInfo, node: &NodeFacts) -> bool {
    let node = NodeInfo::new(node.clone());
    let answer = match plugin {
        Plugin::NodeUnschedulable => node_unschedulable::filter(pod, &node),
        Plugin::NodeName => node_name::filter(pod, &node),
        Plugin::TaintToleration => taint_toleration::filter(pod, &node),
        Plugin::NodeAffinity => node_affinity::filter(pod, &node),
        Plugin::NodeResourcesFit => node_resources_fit::filter(pod, &node),
        _ => Ok(()),
    };
    answer.is_ok()
}

/// Asks all filters about a node that pods of the same or higher priority are nominated to.
///
/// Models `RunFilterPluginsWithNominatedPods`: the pod must fit with them, and also without them.
///
/// # Errors
/// The first rejection.
pub fn run_with_nominated(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let mut before = node.nominated().iter().filter(|other| other.priority >= pod.priority && !other.is(pod)).peekable();
    if before.peek().is_some() {
        let mut crowded = node.clone();
        before.for_each(|other| crowded.add_pod(other.clone()));
        run(pod, &crowded)?;
    }
    run(pod, node)
}
