//! Which of several fitting nodes is best.

use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use crate::object::TaintEffect;

/// The higher the better: fewest `PreferNoSchedule` taints that the pod does not tolerate, then most CPU and memory left.
///
/// Models what counts most of the plugins `TaintToleration` and `NodeResourcesFit` (`LeastAllocated`); Kubernetes weighs
/// more, and throws dice between equals.
pub fn score(pod: &PodInfo, node: &NodeInfo) -> (i64, i64) {
    let taints = node.node().taints.iter().filter(|taint| taint.effect == TaintEffect::PreferNoSchedule);
    let disliked = taints.filter(|taint| !pod.tolerations.iter().any(|toleration| toleration.tolerates(taint))).count();
    let (wanted, taken, capacity) = (&pod.requests, node.requested(), &node.node().allocatable);
    let left = |wanted: i64, taken: i64, capacity: i64| {
        let left = i128::from(capacity) - i128::from(taken) - i128::from(wanted);
        i64::try_from(left.max(0) * 100 / i128::from(capacity.max(1))).unwrap_or_default()
    };
    let cpu = left(wanted.milli_cpu, taken.milli_cpu, capacity.milli_cpu);
    let memory = left(wanted.memory, taken.memory, capacity.memory);
    (-i64::try_from(disliked).unwrap_or(i64::MAX), i64::midpoint(cpu, memory))
}
