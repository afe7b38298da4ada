//! What a rolling update waits for, in the controller's own numbers.

use serde::{Deserialize, Serialize};

use crate::controllers::daemonset::rolling_update::Rollout;
use crate::object::{SmolStr, UpdateStrategy};

use super::{NodeCard, NodeReady, PodState, Stage};

/// So many nodes are named; the others are only counted.
const MOST_NAMED: usize = 3;

/// A rolling update on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Nodes that should run a pod: what percentages are of.
    pub desired: i64,
    /// Nodes whose pod is still of a former revision.
    pub old: usize,
    /// How many may be replaced at a time.
    pub budget: RolloutBudget,
    /// Nodes that use the budget up, those that will not mend by themselves first.
    pub held_by: Vec<Holder>,
    /// How many there are besides those.
    pub others: usize,
}

/// What the update strategy allows, and how much of it is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutBudget {
    /// `OnDelete`: a pod is replaced when somebody deletes it.
    OnDelete,
    /// `maxUnavailable`: so many nodes may be without an available pod, and so many are.
    Unavailable {
        /// How many may be, percentages rounded up.
        most: i64,
        /// How many are.
        now: i64,
    },
    /// `maxSurge`: so many nodes may have a new pod beside the old one that is not available yet, and so many have.
    Surge {
        /// How many may have, percentages rounded up.
        most: i64,
        /// How many have.
        now: i64,
    },
}

/// A node that uses the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The node.
    pub node: SmolStr,
    /// What is the matter.
    pub why: Held,
}

/// Why a node has no available pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Held {
    /// Its pod will not become available by itself: the pod's name, and kubectl's STATUS.
    Broken(SmolStr, SmolStr),
    /// The node is not ready, and so its pod is not.
    NodeNotReady,
    /// The scheduler finds no room for its pod.
    Unscheduled(SmolStr),
    /// Its pod runs and is not ready: its name.
    NotReady(SmolStr),
    /// Its pod is on its way: its name, and kubectl's STATUS.
    OnItsWay(SmolStr, SmolStr),
    /// It has no pod at this moment.
    NoPod,
}

impl Held {
    /// Whether nothing but somebody's help ends it.
    pub fn needs_help(&self) -> bool {
        matches!(self, Self::Broken(..) | Self::NodeNotReady | Self::Unscheduled(_))
    }

    fn of(node: &NodeCard) -> Option<Self> {
        let pods = || node.pods.iter().filter(|pod| pod.state != PodState::Terminating);
        let is_wanted = !node.pods.is_empty() || node.absence.as_ref().is_some_and(super::Absence::is_wanted);
        if !is_wanted || (pods().count() == 1 && pods().all(|pod| pod.state == PodState::Available)) {
            return None;
        }
        if node.stopped || matches!(node.ready, NodeReady::NotReady { .. }) {
            return Some(Self::NodeNotReady);
        }
        let of_pod = |pod: &super::PodChip| {
            let name = pod.key.name.clone();
            match pod.state {
                PodState::Available => None,
                PodState::Broken => Some(Self::Broken(name, pod.status.clone())),
                PodState::Pending => Some(Self::Unscheduled(name)),
                PodState::Running => Some(Self::NotReady(name)),
                _ => Some(Self::OnItsWay(name, pod.status.clone())),
            }
        };
        Some(pods().filter_map(of_pod).min().unwrap_or(Self::NoPod))
    }
}

impl Progress {
    /// Of the shown DaemonSet's rollout, where old pods are left.
    pub(super) fn of(strategy: &UpdateStrategy, rollout: &Rollout, stage: &Stage) -> Option<Self> {
        let newest = stage.daemonset.as_ref()?.revision?;
        let is_old = |node: &&std::rc::Rc<NodeCard>| {
            let old = |pod: &super::PodChip| pod.revision.is_none_or(|revision| revision.number != newest);
            node.pods.iter().any(|pod| pod.state != PodState::Terminating && old(pod))
        };
        let old = stage.nodes().filter(is_old).count();
        if old == 0 {
            return None;
        }
        let budget = match strategy {
            UpdateStrategy::OnDelete => RolloutBudget::OnDelete,
            UpdateStrategy::RollingUpdate { .. } if rollout.budget.max_surge > 0 => {
                RolloutBudget::Surge { most: rollout.budget.max_surge, now: rollout.surging }
            }
            UpdateStrategy::RollingUpdate { .. } => {
                RolloutBudget::Unavailable { most: rollout.budget.max_unavailable, now: rollout.unavailable }
            }
        };
        let holder = |node: &std::rc::Rc<NodeCard>| Some(Holder { node: node.name.clone(), why: Held::of(node)? });
        let mut held_by: Vec<Holder> = stage.nodes().filter_map(holder).collect();
        held_by.sort_by(|a, b| a.why.cmp(&b.why));
        let others = held_by.len().saturating_sub(MOST_NAMED);
        held_by.truncate(MOST_NAMED);
        Some(Self { desired: rollout.budget.desired, old, budget, held_by, others })
    }

    /// Whether the budget is used up.
    pub fn is_held(&self) -> bool {
        match self.budget {
            RolloutBudget::OnDelete => true,
            RolloutBudget::Unavailable { most, now } | RolloutBudget::Surge { most, now } => now >= most,
        }
    }

    /// Whether it will not go on by itself: the budget is used up by nodes that need help.
    pub fn is_stuck(&self) -> bool {
        let helpless = i64::try_from(self.held_by.iter().filter(|it| it.why.needs_help()).count()).unwrap_or(i64::MAX);
        match self.budget {
            RolloutBudget::OnDelete => false,
            // Where not all are named, those that are named need help first.
            RolloutBudget::Unavailable { most, .. } | RolloutBudget::Surge { most, .. } => {
                self.is_held() && helpless > 0 && helpless >= most.min(i64::try_from(MOST_NAMED).unwrap_or(3))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab};

    const MANIFEST: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec:\n      containers: [{name: c, image: 'nginx:1'}]\n";

    fn run(lab: &mut Lab, seconds: u64) {
        lab.advance(lab.now_ms() + seconds * 1000, &mut || true);
    }

    fn progress(lab: &mut Lab) -> Option<Progress> {
        let stage = lab.stage(None);
        lab.progress(&stage)
    }

    #[test]
    fn a_broken_image_holds_the_update_and_needs_help() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 30);
        assert_eq!(progress(&mut lab), None);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:bad")).expect("applied");
        run(&mut lab, 60);
        let held = progress(&mut lab).expect("it is held");
        assert_eq!((held.desired, held.old, held.budget), (3, 2, RolloutBudget::Unavailable { most: 1, now: 1 }));
        assert!(held.is_stuck(), "{held:?}");
        assert!(matches!(&held.held_by[..], [Holder { why: Held::Broken(..), .. }]), "{held:?}");
    }

    #[test]
    fn a_dead_node_uses_the_budget_up() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 30);
        lab.act(&Action::StopNode { node: "worker-3".into() }).expect("stopped");
        run(&mut lab, 90);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:2")).expect("applied");
        run(&mut lab, 30);
        let held = progress(&mut lab).expect("it is held");
        assert!(held.is_stuck(), "{held:?}");
        assert_eq!(held.held_by, [Holder { node: "worker-3".into(), why: Held::NodeNotReady }]);
    }

    #[test]
    fn an_update_on_its_way_is_not_stuck_and_on_delete_waits_for_somebody() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 30);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:2")).expect("applied");
        run(&mut lab, 2);
        assert!(!progress(&mut lab).expect("it is on its way").is_stuck());
        run(&mut lab, 60);
        let on_delete =
            MANIFEST.replace("  selector", "  updateStrategy: {type: OnDelete}\n  selector").replace("nginx:1", "nginx:3");
        lab.apply("a", &on_delete).expect("applied");
        run(&mut lab, 30);
        let waits = progress(&mut lab).expect("old pods are left");
        assert_eq!((waits.old, waits.budget, waits.is_stuck()), (3, RolloutBudget::OnDelete, false));
    }
}
