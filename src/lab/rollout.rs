//! What a rolling update waits for, in the controller's own numbers; and what keeps a DaemonSet from being available where
//! nothing is being rolled out.

use serde::{Deserialize, Serialize};

use crate::controllers::daemonset::rolling_update::Rollout;
use crate::object::{SmolStr, UpdateStrategy};

use super::{NodeCard, NodeReady, PodChip, PodState, Stage};

/// kubectl's STATUS of a pod whose environment is to come from what is not there.
const CONFIG_ERROR: &str = "CreateContainerConfigError";

/// So many nodes are named; the others are only counted.
const MOST_NAMED: usize = 3;

/// A rolling update on its way, or one that is through and left nodes without an available pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Nodes that should run a pod: what percentages are of.
    pub desired: i64,
    /// Nodes whose pod is still of a former revision.
    pub old: usize,
    /// How many may be replaced at a time; `None` where no old pods are left.
    pub budget: Option<RolloutBudget>,
    /// Whether another revision than the newest one is kept, to go back to.
    pub has_former: bool,
    /// Nodes without an available pod, those that will not mend by themselves first.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    /// Its pod will not become available by itself: the pod's name, and kubectl's STATUS.
    Broken(SmolStr, SmolStr),
    /// The node is not ready, and so its pod is not.
    NodeNotReady,
    /// The node's machine is switched off, and its pod says nothing any more, or cannot end.
    Stopped,
    /// The scheduler refuses its pod, or leaves it alone: the pod's name.
    Unscheduled(SmolStr),
    /// Its pod waits for a volume or an environment that is not there: its name, and kubectl's STATUS.
    Lacking(SmolStr, SmolStr),
    /// Its pod runs, and will not be ready by itself: its name.
    Unwell(SmolStr),
    /// Its pod runs and is not ready yet: its name.
    NotReady(SmolStr),
    /// Its pod is ready, but not for `minReadySeconds` yet: its name, and in how many seconds it will be available.
    Ripening(SmolStr, u64),
    /// Its pod is on its way: its name, and kubectl's STATUS.
    OnItsWay(SmolStr, SmolStr),
    /// It has no pod at this moment.
    NoPod,
}

/// Whether a pod of a node will not be ready by itself.
pub(super) type IsHelpless<'a> = dyn Fn(&NodeCard, &PodChip) -> bool + 'a;
/// Whether the DaemonSet should run a pod on the node of that name.
pub(super) type ShouldRun<'a> = dyn Fn(&str) -> bool + 'a;

impl Held {
    /// Whether nothing but somebody's help ends it.
    pub fn needs_help(&self) -> bool {
        matches!(
            self,
            Self::Broken(..) | Self::NodeNotReady | Self::Stopped | Self::Unscheduled(_) | Self::Lacking(..) | Self::Unwell(_)
        )
    }

    /// What comes first has the smallest.
    fn rank(&self) -> u8 {
        match self {
            Self::Broken(..) => 0,
            Self::NodeNotReady | Self::Stopped => 1,
            Self::Unscheduled(_) | Self::Lacking(..) => 2,
            Self::Unwell(_) => 3,
            Self::NotReady(_) => 4,
            Self::Ripening(..) | Self::OnItsWay(..) => 5,
            Self::NoPod => 6,
        }
    }

    fn of(node: &NodeCard, is_helpless: &IsHelpless<'_>) -> Option<Self> {
        let pods = || node.pods.iter().filter(|pod| pod.state != PodState::Terminating);
        let is_wanted = !node.pods.is_empty() || node.absence.as_ref().is_some_and(super::Absence::is_wanted);
        if !is_wanted || (pods().count() == 1 && pods().all(|pod| pod.state == PodState::Available)) {
            return None;
        }
        if matches!(node.ready, NodeReady::NotReady { .. }) {
            return Some(Self::NodeNotReady);
        }
        if node.stopped {
            return Some(Self::Stopped);
        }
        let of_pod = |pod: &PodChip| {
            let name = pod.key.name.clone();
            match pod.state {
                PodState::Available => None,
                PodState::Broken if pod.status == CONFIG_ERROR => Some(Self::Lacking(name, pod.status.clone())),
                PodState::Broken => Some(Self::Broken(name, pod.status.clone())),
                PodState::Pending if is_helpless(node, pod) => Some(Self::Unscheduled(name)),
                PodState::Creating if is_helpless(node, pod) => Some(Self::Lacking(name, pod.status.clone())),
                PodState::Running if is_helpless(node, pod) => Some(Self::Unwell(name)),
                PodState::Running => Some(Self::NotReady(name)),
                PodState::Ready { available_in_seconds } => Some(Self::Ripening(name, available_in_seconds)),
                _ => Some(Self::OnItsWay(name, pod.status.clone())),
            }
        };
        Some(pods().filter_map(of_pod).min_by_key(Self::rank).unwrap_or(Self::NoPod))
    }
}

impl Progress {
    /// Of the shown DaemonSet, where old pods are left or nodes need help. `rollout` is asked where old pods are left.
    pub(super) fn of(
        strategy: &UpdateStrategy,
        rollout: impl FnOnce() -> Option<Rollout>,
        is_helpless: &IsHelpless<'_>,
        should_run: &ShouldRun<'_>,
        stage: &Stage,
    ) -> Option<Self> {
        let summary = stage.daemonset.as_ref()?;
        let newest = summary.revision?;
        let is_old = |node: &&std::rc::Rc<NodeCard>| {
            let old = |pod: &PodChip| pod.revision.is_none_or(|revision| revision.number != newest);
            node.pods.iter().any(|pod| pod.state != PodState::Terminating && old(pod))
        };
        let old = stage.nodes().filter(is_old).count();
        let holder = |node: &std::rc::Rc<NodeCard>| Some(Holder { node: node.name.clone(), why: Held::of(node, is_helpless)? });
        let mut held_by: Vec<Holder> = stage.nodes().filter_map(holder).collect();
        // Nodes with the same trouble stay in their order.
        held_by.sort_by_key(|it| it.why.rank());
        let rollout = if old > 0 { Some(rollout()?) } else { None };
        if rollout.is_none() {
            let lacks = |held_by: &[Holder]| held_by.first().is_some_and(|it| it.why.needs_help());
            // Most often all is well, and nobody has to be asked.
            if !lacks(&held_by) {
                return None;
            }
            held_by.retain(|it| should_run(&it.node));
            if !lacks(&held_by) {
                return None;
            }
        }
        let budget = rollout.as_ref().map(|rollout| match strategy {
            UpdateStrategy::OnDelete => RolloutBudget::OnDelete,
            UpdateStrategy::RollingUpdate { .. } if rollout.budget.max_surge > 0 => {
                RolloutBudget::Surge { most: rollout.budget.max_surge, now: rollout.surging }
            }
            UpdateStrategy::RollingUpdate { .. } => {
                RolloutBudget::Unavailable { most: rollout.budget.max_unavailable, now: rollout.unavailable }
            }
        });
        let desired = rollout.map_or(summary.desired, |rollout| rollout.budget.desired);
        let others = held_by.len().saturating_sub(MOST_NAMED);
        held_by.truncate(MOST_NAMED);
        Some(Self { desired, old, budget, has_former: summary.has_former, held_by, others })
    }

    /// Whether the budget is used up.
    pub fn is_held(&self) -> bool {
        match self.budget {
            Some(RolloutBudget::OnDelete) => true,
            Some(RolloutBudget::Unavailable { most, now } | RolloutBudget::Surge { most, now }) => now >= most,
            None => false,
        }
    }

    /// Whether it will not go on by itself: the budget is used up by nodes that need help, or nothing else is left.
    pub fn is_stuck(&self) -> bool {
        let helpless = i64::try_from(self.held_by.iter().filter(|it| it.why.needs_help()).count()).unwrap_or(i64::MAX);
        match self.budget {
            Some(RolloutBudget::OnDelete) => false,
            None => helpless > 0,
            // Where not all are named, those that are named need help first.
            Some(RolloutBudget::Unavailable { most, .. } | RolloutBudget::Surge { most, .. }) => {
                self.is_held() && helpless > 0 && helpless >= most.min(i64::try_from(MOST_NAMED).unwrap_or(3))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab};
    use crate::object::TaintEffect;

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
        assert_eq!((held.desired, held.old, held.budget), (3, 2, Some(RolloutBudget::Unavailable { most: 1, now: 1 })));
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
        assert_eq!((waits.old, waits.budget, waits.is_stuck()), (3, Some(RolloutBudget::OnDelete), false));
    }

    #[test]
    fn a_first_revision_whose_pods_all_fail_says_so_and_has_nothing_to_go_back_to() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:bad")).expect("applied");
        run(&mut lab, 1);
        assert_eq!(progress(&mut lab), None, "pods on their way need no help");
        run(&mut lab, 60);
        let held = progress(&mut lab).expect("nodes need help");
        assert_eq!((held.desired, held.old, held.budget, held.has_former), (3, 0, None, false));
        assert!(held.is_stuck() && held.held_by.iter().all(|it| matches!(it.why, Held::Broken(..))), "{held:?}");
        let nodes: Vec<&str> = held.held_by.iter().map(|it| it.node.as_str()).collect();
        assert_eq!(nodes, ["worker-1", "worker-2", "worker-3"]);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 120);
        assert_eq!(progress(&mut lab), None);
    }

    #[test]
    fn pods_that_wait_for_their_turn_with_the_scheduler_need_no_help_and_pods_that_it_refused_do() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.act(&Action::AddNodes { count: 400, labels: vec![], stem: "more".into() }).expect("added");
        run(&mut lab, 5);
        lab.apply("a", MANIFEST).expect("applied");
        let mut queued = 0;
        for _ in 0..40 {
            lab.advance(lab.now_ms() + 100, &mut || true);
            assert_eq!(progress(&mut lab), None);
            queued += lab.stage(None).nodes().flat_map(|node| &node.pods).filter(|pod| pod.state == PodState::Pending).count();
        }
        assert!(queued > 0, "some waited");
        let large = MANIFEST.replace("'nginx:1'}", "'nginx:1', resources: {requests: {memory: 1Ti}}}");
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", &large).expect("applied");
        run(&mut lab, 5);
        let held = progress(&mut lab).expect("nodes need help");
        assert!(held.held_by.len() == 3 && held.held_by.iter().all(|it| matches!(it.why, Held::Unscheduled(_))), "{held:?}");
    }

    #[test]
    fn pods_whose_volume_image_name_or_environment_is_not_there_need_help() {
        let volume = "containers: [{name: c, image: 'nginx:1'}]\n      volumes: [{name: v, configMap: {name: none}}]";
        let name = "containers: [{name: c, image: 'Nginx:1'}]";
        let config = "containers: [{name: c, image: 'nginx:1', envFrom: [{configMapRef: {name: none}}]}]";
        for (containers, is_lacking) in [(volume, true), (name, false), (config, true)] {
            let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
            lab.apply("a", &MANIFEST.replace("containers: [{name: c, image: 'nginx:1'}]", containers)).expect("applied");
            run(&mut lab, 60);
            let held = progress(&mut lab).expect(containers);
            assert!(held.is_stuck() && held.held_by.len() == 3, "{held:?}");
            for holder in &held.held_by {
                assert_eq!(matches!(holder.why, Held::Lacking(..)), is_lacking, "{holder:?}");
            }
        }
    }

    #[test]
    fn what_was_missing_and_is_there_now_is_waited_for() {
        let volume = "containers: [{name: c, image: 'nginx:1'}]\n      volumes: [{name: v, configMap: {name: late}}]";
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", &MANIFEST.replace("containers: [{name: c, image: 'nginx:1'}]", volume)).expect("applied");
        run(&mut lab, 30);
        assert!(progress(&mut lab).is_some_and(|it| it.is_stuck()));
        lab.apply("c", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late}\n").expect("applied");
        run(&mut lab, 1);
        assert_eq!(progress(&mut lab), None);
    }

    #[test]
    fn a_pod_that_is_ready_but_not_for_long_enough_holds_the_update_and_says_for_how_long() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        let manifest = MANIFEST.replace("selector:", "minReadySeconds: 60\n  selector:");
        lab.apply("a", &manifest).expect("applied");
        run(&mut lab, 90);
        lab.apply("a", &manifest.replace("nginx:1", "nginx:2")).expect("applied");
        run(&mut lab, 50);
        let held = progress(&mut lab).expect("it is held");
        assert!(!held.is_stuck(), "{held:?}");
        assert!(matches!(&held.held_by[..], [Holder { why: Held::Ripening(_, 1..60), .. }]), "{held:?}");
    }

    #[test]
    fn pods_that_no_scheduler_here_looks_at_need_help() {
        for spec in ["schedulerName: mine", "schedulingGates: [{name: example.com/wait}]"] {
            let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
            let manifest = MANIFEST.replace("    spec:\n", &format!("    spec:\n      {spec}\n"));
            lab.apply("a", &manifest).expect("applied");
            run(&mut lab, 10);
            let held = progress(&mut lab).expect(spec);
            assert!(held.is_stuck() && held.held_by.iter().all(|it| matches!(it.why, Held::Unscheduled(_))), "{held:?}");
        }
    }

    #[test]
    fn a_machine_that_is_off_is_told_from_a_node_that_is_not_ready() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 30);
        lab.act(&Action::StopNode { node: "worker-2".into() }).expect("stopped");
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:2")).expect("applied");
        run(&mut lab, 35);
        let why = |lab: &mut Lab| progress(lab).expect("it is held").held_by.first().map(|it| it.why.clone());
        assert_eq!(why(&mut lab), Some(Held::Stopped));
        run(&mut lab, 40);
        assert_eq!(why(&mut lab), Some(Held::NodeNotReady));
    }

    #[test]
    fn there_is_something_to_go_back_to_as_long_as_another_revision_is_kept() {
        for (limit, expected) in [("", true), ("revisionHistoryLimit: 0\n  ", false)] {
            let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
            let manifest = MANIFEST.replace("selector:", &[limit, "selector:"].concat());
            let has_former = |lab: &mut Lab| lab.stage(None).daemonset.as_ref().is_some_and(|it| it.has_former);
            lab.apply("a", &manifest).expect("applied");
            run(&mut lab, 30);
            assert!(!has_former(&mut lab));
            lab.apply("a", &manifest.replace("nginx:1", "nginx:2")).expect("applied");
            run(&mut lab, 3);
            assert!(has_former(&mut lab), "pods still have it");
            run(&mut lab, 120);
            assert_eq!(has_former(&mut lab), expected, "{limit}");
        }
    }

    #[test]
    fn pods_that_are_never_ready_hold_the_update_though_they_run() {
        let probed = MANIFEST.replace("'nginx:1'}", "'nginx:1', readinessProbe: {httpGet: {port: 80}, periodSeconds: 5}}");
        for (old, new) in [MANIFEST, &probed, &probed.replace("readinessProbe", "livenessProbe")]
            .map(|old| (old, old.replace("nginx:1", "nginx:unready")))
        {
            let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
            lab.apply("a", old).expect("applied");
            run(&mut lab, 30);
            lab.apply("a", &new).expect("applied");
            run(&mut lab, 60);
            let held = progress(&mut lab).expect("it is held");
            assert!(held.is_stuck(), "{held:?}");
            assert!(matches!(&held.held_by[..], [Holder { why: Held::Unwell(_), .. }]), "{held:?}");
        }
    }

    #[test]
    fn an_image_that_takes_long_to_start_is_not_stuck_though_its_probe_was_refused_more_often_than_it_may_be() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", MANIFEST).expect("applied");
        run(&mut lab, 30);
        let slow = MANIFEST.replace("'nginx:1'}", "'logstash:8', readinessProbe: {httpGet: {port: 80}}}");
        lab.apply("a", &slow).expect("applied");
        let mut waited = 0;
        for second in 0..300 {
            run(&mut lab, 1);
            let Some(held) = progress(&mut lab) else { continue };
            assert!(!held.is_stuck(), "after {second} s: {held:?}");
            waited += usize::from(held.held_by.iter().any(|it| matches!(it.why, Held::NotReady(_))));
        }
        assert!(waited > 60, "{waited}");
        assert_eq!(progress(&mut lab), None, "it is through");
    }

    #[test]
    fn a_broken_pod_on_a_node_that_should_have_none_is_not_waited_for() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:bad")).expect("applied");
        run(&mut lab, 60);
        assert_eq!(progress(&mut lab).expect("nodes need help").held_by.len(), 3);
        for node in ["worker-1", "worker-2", "worker-3"] {
            let (key, value, effect) = ("keep".into(), "out".into(), TaintEffect::NoSchedule);
            lab.act(&Action::SetTaint { node: node.into(), key, value, effect }).expect("tainted");
        }
        run(&mut lab, 10);
        assert_eq!(progress(&mut lab), None, "its pods may stay, and nobody misses them");
    }
}
