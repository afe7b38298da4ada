//! Disruption budgets as preemption asks them.

use crate::object::{LabelSelector, Map, Object, SmolStr};

use super::pod_info::PodInfo;

/// A PodDisruptionBudget.
#[derive(Clone, Debug)]
pub struct Budget {
    namespace: SmolStr,
    selector: LabelSelector,
    allowed: i64,
    disrupted: Map,
}

impl Budget {
    /// Reads a budget; `None` when its selector selects nothing that can be violated.
    pub fn read(object: &Object) -> Option<Self> {
        let selector = LabelSelector::read(object.value.at(&["spec", "selector"])).ok()?;
        let status = object.value.at(&["status"]);
        (!selector.is_everything()).then(|| Self {
            namespace: object.key().namespace.clone(),
            selector,
            allowed: status.at(&["disruptionsAllowed"]).as_i64().unwrap_or_default(),
            disrupted: status.at(&["disruptedPods"]).as_map().cloned().unwrap_or_default(),
        })
    }

    fn covers(&self, pod: &PodInfo) -> bool {
        self.namespace == pod.key.namespace
            && !pod.labels.is_empty()
            && self.selector.matches(&pod.labels)
            && !self.disrupted.contains_key(&pod.key.name)
    }
}

/// For each pod in turn, whether its going would break a budget after the going of those before it. Models
/// `filterPodsWithPDBViolation`.
pub fn violations<'a>(pods: impl Iterator<Item = &'a PodInfo>, budgets: &[Budget]) -> Vec<bool> {
    let mut allowed: Vec<i64> = budgets.iter().map(|it| it.allowed).collect();
    let violates = |pod: &PodInfo| {
        let mut violated = false;
        for (_, left) in budgets.iter().zip(&mut allowed).filter(|(budget, _)| budget.covers(pod)) {
            *left -= 1;
            violated |= *left < 0;
        }
        violated
    };
    pods.map(violates).collect()
}
