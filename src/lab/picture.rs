//! How a node becomes a card, and a DaemonSet a summary; and each check of the decision about a node.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::controllers::daemonset::{Decision, Placement};
use crate::kubectl::print::pod_status;
use crate::object::{ConditionStatus, DaemonSet, Kind, Mismatch, Object, ObjectKey, Phase, Pod, SmolStr};
use crate::runtime::EPOCH;

use super::{
    Absence, BarSegment, DaemonSetSummary, LabelChip, NodeCard, NodeReady, PodChip, PodState, PodTrouble, Revision, TaintChip,
    Usage,
};

/// How many hues revisions have.
pub const HUES: u8 = 6;

/// Why a node has a pod or none, and what is the matter with those that it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Each check of the DaemonSet controller, in its order.
    pub checks: Vec<CheckLine>,
    /// The DaemonSet's pods on the node that do not run as they should.
    pub troubles: Vec<PodTrouble>,
}

/// One check of the decision about a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// What was checked, and what was found.
    pub check: Check,
    /// Whether it passed; `None` when an earlier check had failed, so that it was not looked at.
    pub passed: Option<bool>,
}

/// What is checked, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// The template's `nodeName`.
    NodeName {
        /// The node that it names; `None` when it names none.
        wanted: Option<SmolStr>,
    },
    /// The template's `nodeSelector`.
    NodeSelector {
        /// What it asks for, as `key=value`; empty when it asks for nothing.
        wanted: Vec<SmolStr>,
        /// The first that the node lacks.
        missing: Option<SmolStr>,
    },
    /// The required node affinity.
    NodeAffinity {
        /// How many terms there are; `None` when there is no required affinity.
        terms: Option<usize>,
        /// The requirement that the first term failed on.
        failed: Option<SmolStr>,
    },
    /// The node's taints.
    Taints {
        /// The taints that count, as `key=value:Effect`.
        taints: Vec<SmolStr>,
        /// The one that is not tolerated.
        untolerated: Option<SmolStr>,
        /// How many tolerations a pod has, automatic ones included.
        tolerations: usize,
        /// Whether a pod that runs here already may stay.
        may_stay: bool,
    },
}

/// Which hue each revision has: the next one in turn when it is first seen, and the same for as long as it is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Hues {
    given: BTreeMap<SmolStr, u8>,
    next: BTreeMap<SmolStr, u8>,
}

impl Hues {
    fn of(&mut self, daemonset: &SmolStr, revision: &SmolStr) -> u8 {
        if let Some(hue) = self.given.get(revision) {
            return *hue;
        }
        let next = self.next.entry(daemonset.clone()).or_default();
        let hue = *next;
        *next = (hue + 1) % HUES;
        self.given.insert(revision.clone(), hue);
        hue
    }
}

/// A place in the rollout bar: newest revision first, what is not available after what is.
pub(super) type BarKey = (Option<std::cmp::Reverse<Revision>>, bool);

/// What the pictures of all nodes have in common.
pub(super) struct Scene<'a> {
    now_ms: u64,
    pub(super) daemonset: Option<(&'a Arc<Object>, &'a DaemonSet, Placement)>,
    pub(super) revisions: BTreeMap<SmolStr, Revision>,
    pub(super) refused: Option<SmolStr>,
}

impl<'a> Scene<'a> {
    pub(super) fn of(cluster: &'a Cluster, object: Option<&'a Arc<Object>>, hues: &mut Hues) -> Self {
        let daemonset = object.and_then(|object| {
            let daemonset = object.as_daemonset()?;
            Some((object, daemonset, Placement::of_pod_spec(daemonset.template.at(&["spec"]))))
        });
        let stored =
            object.into_iter().flat_map(|it| cluster.runtime.store.list_in(Kind::ControllerRevision, &it.key().namespace));
        let is_own = |owner: &crate::object::OwnerReference| object.is_some_and(|it| it.meta.uid == owner.uid);
        let mut own: Vec<_> = stored.filter(|it| it.meta.controller.as_ref().is_some_and(is_own)).collect();
        // An undo gives a revision another number, so the time at which it was made is what orders them.
        own.sort_by_key(|it| (it.meta.created, it.as_revision().map(|view| view.number)));
        let revision = |it: &Arc<Object>| {
            let view = it.as_revision()?;
            Some((
                view.hash.clone(),
                Revision { number: view.number, hue: hues.of(&it.meta.controller.as_ref()?.uid, &it.meta.uid) },
            ))
        };
        let revisions = own.into_iter().filter_map(revision).collect();
        let refused = object.and_then(|object| {
            let mut about = cluster.runtime.events.about(object, cluster.runtime.unix());
            about.find(|it| ["FailedCreate", "SuccessfulCreate"].contains(&it.reason))
        });
        let refused = refused.filter(|it| it.reason == "FailedCreate").map(|it| it.message.clone());
        Self { now_ms: cluster.now_ms(), daemonset, revisions, refused }
    }

    fn decide(&self, node: &Object) -> Option<Decision> {
        let (_, _, placement) = self.daemonset.as_ref()?;
        Some(placement.decide(node.name(), &node.meta.labels, &node.as_node()?.taints))
    }

    fn owns(&self, pod: &Object) -> bool {
        let owner = pod.meta.controller.as_ref();
        self.daemonset.as_ref().is_some_and(|(object, ..)| owner.is_some_and(|it| it.uid == object.meta.uid))
    }

    pub(super) fn card(&self, cluster: &Cluster, node: &Object, pods: &[Arc<Object>]) -> NodeCard {
        let view = node.as_node();
        let ready = match view.and_then(|it| it.ready) {
            None => NodeReady::Unknown,
            Some(it) if it.status == ConditionStatus::True => NodeReady::Ready,
            Some(it) => NodeReady::NotReady { since_seconds: self.seconds_since(it.changed) },
        };
        let own: Vec<PodChip> = pods.iter().filter(|pod| self.owns(pod)).filter_map(|pod| self.chip(pod)).collect();
        let others =
            pods.iter().filter(|pod| !self.owns(pod) && pod.as_pod().is_some_and(|it| it.is_bound() && !it.phase.is_terminal()));
        let info = cluster.scheduler.usage(node.name());
        let usage = |of: fn(&crate::scheduler::Resources) -> i64| {
            info.map(|it| Usage { requested: of(it.requested()), allocatable: of(&it.node().allocatable) }).unwrap_or_default()
        };
        let placement = self.daemonset.as_ref().map(|(_, _, placement)| placement);
        NodeCard {
            name: node.name().clone(),
            ready,
            cordoned: view.is_some_and(|it| it.unschedulable),
            stopped: cluster.kubelets.is_stopped(node.name()),
            pressures: pressures(node),
            absence: if own.is_empty() { self.absence(node) } else { None },
            pods: own,
            other_pods: others.count(),
            taints: view
                .into_iter()
                .flat_map(|it| &it.taints)
                .map(|taint| TaintChip {
                    key: taint.key.clone(),
                    value: taint.value.clone(),
                    effect: taint.effect,
                    tolerated: placement.map(|it| it.tolerates(taint)),
                })
                .collect(),
            labels: node
                .meta
                .labels
                .iter()
                .map(|(key, value)| LabelChip {
                    key: key.clone(),
                    value: value.as_str().unwrap_or_default().into(),
                    watched: placement.is_some_and(|it| it.affinity().looks_at(key)),
                })
                .collect(),
            cpu: usage(|it| it.milli_cpu),
            memory: usage(|it| it.memory),
        }
    }

    /// The time in seconds since 1970.
    fn unix(&self) -> i64 {
        EPOCH + i64::try_from(self.now_ms / 1000).unwrap_or(i64::MAX / 2)
    }

    fn seconds_since(&self, unix: i64) -> u64 {
        u64::try_from(self.unix().saturating_sub(unix)).unwrap_or(0)
    }

    fn chip(&self, object: &Object) -> Option<PodChip> {
        let pod = object.as_pod()?;
        let statuses = object.value.list_at(&["status", "containerStatuses"]);
        Some(PodChip {
            key: object.key().clone(),
            revision: self.revisions.get(&pod.revision_hash).copied(),
            state: self.state(pod, waits_broken(object)),
            status: pod_status::read(&object.value, self.unix()).status,
            image: object
                .value
                .list_at(&["spec", "containers"])
                .first()
                .map(|it| it.str_at(&["image"]).into())
                .unwrap_or_default(),
            restarts: statuses.iter().filter_map(|it| it.at(&["restartCount"]).as_i64()).sum(),
        })
    }

    fn state(&self, pod: &Pod, broken: bool) -> PodState {
        let min_ready_seconds = self.daemonset.as_ref().map_or(0, |(_, it, _)| it.min_ready_seconds);
        match pod.phase {
            Phase::Failed => PodState::Broken,
            Phase::Succeeded if !pod.deleting => PodState::Succeeded,
            _ if pod.deleting => PodState::Terminating,
            _ if broken => PodState::Broken,
            _ if !pod.is_bound() => PodState::Pending,
            _ if pod.ready => {
                let ready_for = pod.ready_changed.map_or(0, |since| self.seconds_since(since));
                match u64::try_from(min_ready_seconds).unwrap_or(0).saturating_sub(ready_for) {
                    0 => PodState::Available,
                    available_in_seconds => PodState::Ready { available_in_seconds },
                }
            }
            Phase::Running => PodState::Running,
            _ => PodState::Creating,
        }
    }

    fn absence(&self, node: &Object) -> Option<Absence> {
        let (object, _, placement) = self.daemonset.as_ref()?;
        if object.meta.deleted.is_some() {
            return Some(Absence::Deleting);
        }
        let found = |key: &str| node.meta.label(key).map(SmolStr::from);
        Some(match self.decide(node)? {
            Decision::Run => match &self.refused {
                Some(message) => Absence::Refused { message: message.clone() },
                None => Absence::Awaited,
            },
            Decision::OtherNodeName => Absence::NodeName { wanted: placement.node_name().clone() },
            Decision::Affinity(Mismatch::Selector(index)) => {
                let (key, wanted) = placement.affinity().selector().get(usize::from(index))?;
                Absence::NodeSelector { key: key.clone(), wanted: wanted.clone(), found: found(key) }
            }
            Decision::Affinity(Mismatch::Terms { requirement }) => {
                let requirement = requirement.and_then(|index| placement.affinity().requirement(index));
                Absence::NodeAffinity {
                    requirement: requirement.map(|it| smol_str::format_smolstr!("{it}")).unwrap_or_default(),
                    found: requirement.and_then(|it| found(&it.key)),
                    terms: placement.affinity().terms().map_or(0, <[_]>::len),
                }
            }
            Decision::NoSchedule(index) | Decision::NoExecute(index) => {
                let taint = node.as_node()?.taints.get(usize::from(index))?;
                Absence::Taint { key: taint.key.clone(), value: taint.value.clone(), effect: taint.effect }
            }
        })
    }

    /// Where a node stands in the rollout bar; nodes that neither should nor do have a pod are not in it.
    pub(super) fn bar_key(card: &NodeCard) -> Option<BarKey> {
        match card.pods.iter().find(|pod| pod.state != PodState::Terminating).or(card.pods.first()) {
            Some(pod) => Some((pod.revision.map(std::cmp::Reverse), pod.state != PodState::Available)),
            None => card.absence.as_ref().is_some_and(Absence::is_wanted).then_some((None, true)),
        }
    }

    pub(super) fn summary(&self, bar: BTreeMap<BarKey, usize>) -> Option<DaemonSetSummary> {
        let (object, daemonset, _) = self.daemonset.as_ref()?;
        let status = daemonset.status;
        let newest = self.revisions.values().map(|it| it.number).max();
        let numbers = bar.keys().filter_map(|(revision, _)| Some(revision.as_ref()?.0.number));
        let former: BTreeSet<i64> = numbers.filter(|number| Some(*number) != newest).collect();
        let mut segments: Vec<BarSegment> = bar
            .into_iter()
            .map(|((revision, lacking), count)| BarSegment { revision: revision.map(|it| it.0), available: !lacking, count })
            .collect();
        // Nodes that have no pod yet come last.
        segments.sort_by_key(|segment| segment.revision.is_none());
        Some(DaemonSetSummary {
            key: object.key().clone(),
            desired: status.desired_number_scheduled,
            current: status.current_number_scheduled,
            ready: status.number_ready,
            up_to_date: status.updated_number_scheduled,
            available: status.number_available,
            misscheduled: status.number_misscheduled,
            former: former.into_iter().collect(),
            revision: newest,
            has_former: self.revisions.len() > 1,
            bar: segments,
            deleting: object.meta.deleted.is_some(),
        })
    }
}

/// What a node has run out of.
fn pressures(node: &Object) -> Vec<SmolStr> {
    let conditions = node.value.list_at(&["status", "conditions"]).iter();
    let under = conditions.filter(|it| it.str_at(&["type"]).ends_with("Pressure") && it.str_at(&["status"]) == "True");
    under.map(|it| it.str_at(&["type"]).into()).collect()
}

/// Whether a container of a pod, or one that must come before them, waits because something failed.
fn waits_broken(object: &Object) -> bool {
    let of = |list| object.value.list_at(&["status", list]).iter();
    let mut reasons =
        of("initContainerStatuses").chain(of("containerStatuses")).map(|it| it.str_at(&["state", "waiting", "reason"]));
    reasons.any(|reason| !["", "ContainerCreating", "PodInitializing"].contains(&reason))
}

/// Each check of the DaemonSet controller's decision about a node, in its order.
pub fn checks(cluster: &Cluster, node: &str, daemonset: &ObjectKey) -> Vec<CheckLine> {
    let store = &cluster.runtime.store;
    let node = store.get(Kind::Node, &ObjectKey::cluster_scoped(node));
    let template = store.get(Kind::DaemonSet, daemonset).and_then(|it| it.as_daemonset()).map(|it| it.template.at(&["spec"]));
    let (Some(node), Some(template)) = (node, template) else { return Vec::new() };
    let (placement, taints) =
        (Placement::of_pod_spec(template), node.as_node().map(|it| it.taints.as_slice()).unwrap_or_default());
    let decision = placement.decide(node.name(), &node.meta.labels, taints);
    let failed_at = match decision {
        Decision::OtherNodeName => 0,
        Decision::Affinity(Mismatch::Selector(_)) => 1,
        Decision::Affinity(Mismatch::Terms { .. }) => 2,
        Decision::NoSchedule(_) | Decision::NoExecute(_) => 3,
        Decision::Run => 4,
    };
    let checks = [
        name_check(&placement),
        selector_check(&placement, decision),
        affinity_check(&placement, decision),
        taint_check(&placement, taints, decision),
    ];
    let line = |(index, check)| CheckLine { check, passed: (index <= failed_at).then_some(index < failed_at) };
    checks.into_iter().enumerate().map(line).collect()
}

fn name_check(placement: &Placement) -> Check {
    let name = placement.node_name();
    Check::NodeName { wanted: (!name.is_empty()).then(|| name.clone()) }
}

fn selector_check(placement: &Placement, decision: Decision) -> Check {
    let wanted: Vec<SmolStr> =
        placement.affinity().selector().iter().map(|(key, value)| smol_str::format_smolstr!("{key}={value}")).collect();
    let missing = match decision {
        Decision::Affinity(Mismatch::Selector(index)) => wanted.get(usize::from(index)).cloned(),
        _ => None,
    };
    Check::NodeSelector { wanted, missing }
}

fn affinity_check(placement: &Placement, decision: Decision) -> Check {
    let failed = match decision {
        Decision::Affinity(Mismatch::Terms { requirement }) => {
            requirement.and_then(|index| placement.affinity().requirement(index)).map(|it| smol_str::format_smolstr!("{it}"))
        }
        _ => None,
    };
    Check::NodeAffinity { terms: placement.affinity().terms().map(<[_]>::len), failed }
}

fn taint_check(placement: &Placement, taints: &[crate::object::Taint], decision: Decision) -> Check {
    let text = |taint: &crate::object::Taint| smol_str::format_smolstr!("{taint}");
    let untolerated = match decision {
        Decision::NoSchedule(index) | Decision::NoExecute(index) => taints.get(usize::from(index)).map(text),
        _ => None,
    };
    let counts = taints.iter().filter(|it| it.effect != crate::object::TaintEffect::PreferNoSchedule);
    Check::Taints {
        taints: counts.map(text).collect(),
        untolerated,
        tolerations: placement.tolerations().len(),
        may_stay: decision.should_continue_running(),
    }
}
