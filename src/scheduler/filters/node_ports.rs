//! The filter for host ports.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `NodePorts`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    node.used_ports().conflict(&pod.host_ports).map_or(Ok(()), |port| Err(Rejection::PortTaken(port.clone())))
}
