//! Which of several fitting nodes is best.

use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use crate::object::TaintEffect;

/// The higher the better: fewest `PreferNoSchedule` taints that the pod does not tolerate, then fewest pods of the same
/// controller, then most CPU and memory left.
///
/// Models what counts most of the plugins `TaintToleration`, `PodTopologySpread` (with its constraints for pods that have none) and
/// `NodeResourcesFit` (`LeastAllocated`); Kubernetes weighs more, and throws dice between equals.
pub fn score(pod: &PodInfo, node: &NodeInfo) -> (i64, i64, i64) {
    let taints = node.node().taints.iter().filter(|taint| taint.effect == TaintEffect::PreferNoSchedule);
    let disliked = taints.filter(|taint| !pod.tolerations.iter().any(|toleration| toleration.tolerates(taint))).count();
    let is_sibling = |other: &PodInfo| !pod.controller.is_empty() && other.controller == pod.controller;
    let siblings = node.pods().iter().filter(|other| is_sibling(other)).count();
    let capacity = &node.node().allocatable;
    let left = |wanted: i64, taken: i64, capacity: i64| {
        let left = i128::from(capacity) - i128::from(taken) - i128::from(wanted);
        i64::try_from(left.max(0) * 100 / i128::from(capacity.max(1))).unwrap_or_default()
    };
    let ((wanted_cpu, wanted_memory), (taken_cpu, taken_memory)) = (pod.for_scoring(), node.requested_for_scoring());
    let cpu = left(wanted_cpu, taken_cpu, capacity.milli_cpu);
    let memory = left(wanted_memory, taken_memory, capacity.memory);
    let less = |count: usize| -i64::try_from(count).unwrap_or(i64::MAX);
    (less(disliked), less(siblings), i64::midpoint(cpu, memory))
}
