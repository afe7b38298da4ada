//! The filter for pods that name their node.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `NodeName`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let fits = pod.node_name.is_empty() || pod.node_name == *node.name();
    if fits { Ok(()) } else { Err(Rejection::NodeName) }
}
