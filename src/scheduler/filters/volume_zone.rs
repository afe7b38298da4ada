//! The filter for volumes of a zone or region.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `VolumeZone`: a node that says in which zone or region it is must be in that of each bound volume.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let in_zone = pod.volumes.as_ref().is_none_or(|volumes| volumes.are_in_zone_of(&node.node().labels));
    if in_zone { Ok(()) } else { Err(Rejection::VolumeZone) }
}
