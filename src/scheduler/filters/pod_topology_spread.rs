//! The filter for topology spread constraints.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `PodTopologySpread`, for constraints with `DoNotSchedule`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let answer = pod.neighbours.as_ref().map_or(Ok(()), |it| it.check_spread(pod, node));
    answer.map_err(Rejection::PodTopologySpread)
}
