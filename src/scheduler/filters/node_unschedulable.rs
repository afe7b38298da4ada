//! The filter for cordoned nodes.

use super::{NodeInfo, PodInfo, Rejection};
use crate::object::{Taint, TaintEffect};

/// Models the plugin `NodeUnschedulable`: who tolerates the taint of a cordoned node may come.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    if !node.node().is_unschedulable {
        return Ok(());
    }
    let taint = Taint { key: "node.kubernetes.io/unschedulable".into(), value: "".into(), effect: TaintEffect::NoSchedule };
    let is_tolerated = pod.tolerations.iter().any(|toleration| toleration.tolerates(&taint));
    if is_tolerated { Ok(()) } else { Err(Rejection::Unschedulable) }
}
