//! The filter for taints.

use super::{NodeInfo, PodInfo, Rejection};
use crate::object::{Taint, TaintEffect};

/// Models the plugin `TaintToleration`; `PreferNoSchedule` does not reject.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let is_tolerated = |taint: &Taint| pod.tolerations.iter().any(|toleration| toleration.tolerates(taint));
    let rejecting = node.node().taints.iter().filter(|taint| taint.effect != TaintEffect::PreferNoSchedule);
    match rejecting.into_iter().find(|taint| !is_tolerated(taint)) {
        Some(taint) => Err(Rejection::UntoleratedTaint(taint.clone())),
        None => Ok(()),
    }
}
