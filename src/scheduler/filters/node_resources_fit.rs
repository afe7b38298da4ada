//! The filter for requested resources and for the number of pods.

use super::{NodeInfo, PodInfo, Rejection};
use crate::object::SmolStr;

const CPU: SmolStr = SmolStr::new_static("cpu");
const MEMORY: SmolStr = SmolStr::new_static("memory");
const EPHEMERAL_STORAGE: SmolStr = SmolStr::new_static("ephemeral-storage");

/// A resource of which a node has too little left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// `pods`, `cpu` (in thousandths), `memory`, or another resource.
    pub resource: SmolStr,
    /// How much the pod requests.
    pub requested: i64,
    /// How much the node's pods request already.
    pub used: i64,
    /// How much the node has for pods.
    pub capacity: i64,
}

impl Shortage {
    /// Whether the request alone is more than the node has, so that no preemption helps.
    pub fn exceeds_node(&self) -> bool {
        self.resource != "pods" && self.requested > self.capacity
    }
}

/// Models the plugin `NodeResourcesFit`.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Result<(), Rejection> {
    let (wanted, taken, capacity) = (&pod.requests, node.requested(), &node.node().allocatable);
    let mut shortages = Vec::new();
    let pods = i64::try_from(node.pods().len()).unwrap_or(i64::MAX);
    if pods >= capacity.pods {
        shortages.push(Shortage { resource: "pods".into(), requested: 1, used: pods, capacity: capacity.pods });
    }
    let mut check = |resource: &SmolStr, requested: i64, used: i64, capacity: i64| {
        if requested > 0 && requested > capacity.saturating_sub(used) {
            shortages.push(Shortage { resource: resource.clone(), requested, used, capacity });
        }
    };
    check(&CPU, wanted.milli_cpu, taken.milli_cpu, capacity.milli_cpu);
    check(&MEMORY, wanted.memory, taken.memory, capacity.memory);
    check(&EPHEMERAL_STORAGE, wanted.ephemeral_storage, taken.ephemeral_storage, capacity.ephemeral_storage);
    for (name, requested) in wanted.scalars() {
        check(name, *requested, taken.scalar(name), capacity.scalar(name));
    }
    if shortages.is_empty() { Ok(()) } else { Err(Rejection::Resources(shortages)) }
}
