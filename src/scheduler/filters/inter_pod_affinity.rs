//! The filter for required affinity between pods.

use super::{NodeInfo, PodInfo, Rejection};

/// Models the plugin `InterPodAffinity`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let answer = pod.neighbours.as_ref().map_or(Ok(()), |it| it.check_affinity(node));
    answer.map_err(Rejection::InterPodAffinity)
}
