//! The filter for volumes that only some nodes reach.

use super::{NodeInfo, PodInfo, Rejection};

const NODE_CONFLICT: &str = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT: &str = "node(s) didn't find available persistent volumes to bind";
const NO_SUCH_VOLUME: &str = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/// Models the plugin `VolumeBinding`: volumes of bound claims must be reachable, and for each claim that waits for its first
/// consumer there must be a volume, or a class that makes one.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let Some(volumes) = &pod.volumes else { return Ok(()) };
    let reachable = volumes.reaches(node.node());
    let bindable = volumes.bindings(node.node()).is_some();
    match (reachable, bindable, volumes.volume_is_missing) {
        (true, true, false) => Ok(()),
        (false, true, false) => Err(Rejection::Volumes(&[NODE_CONFLICT])),
        (true, false, false) => Err(Rejection::Volumes(&[BIND_CONFLICT])),
        (false, false, false) => Err(Rejection::Volumes(&[NODE_CONFLICT, BIND_CONFLICT])),
        (_, _, true) => Err(Rejection::Volumes(&[NO_SUCH_VOLUME])),
    }
}
