//! What keeps a pod off a node, one filter per file, in the order in which Kubernetes asks them.
//!
//! The first filter that rejects a node decides; only the one for resources gives several reasons at once.

mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_fit;
mod node_unschedulable;
mod taint_toleration;

pub use node_resources_fit::Shortage;

use super::host_port::HostPort;
use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use crate::object::{Mismatch, Taint};

/// A filter, named as its plugin; they order as their names do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// `nodeSelector` and node affinity.
    NodeAffinity,
    /// `spec.nodeName`.
    NodeName,
    /// Host ports.
    NodePorts,
    /// Requests.
    NodeResourcesFit,
    /// Cordoned nodes.
    NodeUnschedulable,
    /// Taints.
    TaintToleration,
}

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
        }
    }

    /// Whether it could help that other pods go; `false` is Kubernetes' `UnschedulableAndUnresolvable`.
    pub fn is_resolvable(&self) -> bool {
        match self {
            Self::PortTaken(_) => true,
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
    node_resources_fit::filter(pod, node)
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
