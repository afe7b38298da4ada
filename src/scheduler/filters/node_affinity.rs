//! The filter for node selectors and node affinity.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `NodeAffinity`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    pod.node_affinity.check(&node.node().labels, node.name()).map_err(Rejection::NodeAffinity)
}
