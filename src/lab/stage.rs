//! What the stage shows: one DaemonSet's numbers and every node with its pods, as plain data.
//!
//! A [`Stage`] is a picture of a moment. It holds no rule of Kubernetes: what is in it was decided by the engine, and how it
//! looks and in which language it speaks is decided by `ui` and `i18n`. Parts that did not change since the picture before
//! are the same `Rc`, so that a component can tell by pointer that it has nothing to draw.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::object::{ObjectKey, SmolStr};

/// One moment of the cluster, as seen from one DaemonSet (or from none, when there is none).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Cluster time of the picture, in milliseconds since the cluster began.
    pub now_ms: u64,
    /// The DaemonSet whose pods are shown large; the other pods of a node are only counted.
    pub daemonset: Option<Rc<DaemonSetSummary>>,
    /// All DaemonSets of the cluster in the order of namespace and name, to choose from.
    pub daemonsets: Rc<Vec<ObjectKey>>,
    /// The nodes, by zone or pool. Groups and nodes are in the order of their names.
    pub groups: Vec<NodeGroup>,
}

impl Stage {
    /// All nodes, group by group.
    pub fn nodes(&self) -> impl Iterator<Item = &Rc<NodeCard>> {
        self.groups.iter().flat_map(|group| &group.nodes)
    }

    /// How many nodes there are.
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.nodes.len()).sum()
    }

    /// The node of that name.
    pub fn find(&self, name: &str) -> Option<&Rc<NodeCard>> {
        self.nodes().find(|node| node.name == name)
    }

    /// The numbers of the group and, in it, of the node of that name.
    pub fn place_of(&self, name: &str) -> Option<(usize, usize)> {
        let index = |group: &NodeGroup| group.nodes.iter().position(|node| node.name == name);
        self.groups.iter().enumerate().find_map(|(number, group)| Some((number, index(group)?)))
    }

    /// What is different in a later picture. Where the same nodes are in the same places, as they mostly are, this looks at
    /// no node that is the same.
    pub fn changes<'a>(&'a self, later: &'a Self) -> Vec<Change<'a>> {
        let (count, later_count) = (self.count(), later.count());
        let in_place = count == later_count && self.nodes().zip(later.nodes()).all(|(a, b)| Rc::ptr_eq(a, b) || a.name == b.name);
        if in_place {
            let pairs = self.nodes().zip(later.nodes()).filter(|(a, b)| !Rc::ptr_eq(a, b));
            return pairs.map(|(before, after)| Change { before: Some(before), after: Some(after) }).collect();
        }
        let mut known: BTreeMap<&str, &Rc<NodeCard>> = self.nodes().map(|node| (node.name.as_str(), node)).collect();
        let mut changes = Vec::new();
        for node in later.nodes() {
            let before = known.remove(node.name.as_str());
            if before.is_none_or(|before| !Rc::ptr_eq(before, node)) {
                changes.push(Change { before, after: Some(node) });
            }
        }
        changes.extend(known.into_values().map(|node| Change { before: Some(node), after: None }));
        changes
    }
}

/// A node that is different in a later picture.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// As it was; `None` when it is new.
    pub before: Option<&'a Rc<NodeCard>>,
    /// As it is; `None` when it is gone.
    pub after: Option<&'a Rc<NodeCard>>,
}

/// kubectl's own numbers of a DaemonSet, from its stored status, and the state of its rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonSetSummary {
    /// Namespace and name.
    pub key: ObjectKey,
    /// `status.desiredNumberScheduled`.
    pub desired: i64,
    /// `status.currentNumberScheduled`.
    pub current: i64,
    /// `status.numberReady`.
    pub ready: i64,
    /// `status.updatedNumberScheduled`.
    pub up_to_date: i64,
    /// `status.numberAvailable`.
    pub available: i64,
    /// `status.numberMisscheduled`.
    pub misscheduled: i64,
    /// The revisions besides `revision` that pods still have, in the order of their numbers; empty outside a rollout.
    pub former: Vec<i64>,
    /// The newest revision; `None` before the controller made the first one.
    pub revision: Option<i64>,
    /// Whether another revision than the newest one is kept, so that `kubectl rollout undo` is worth a try.
    pub has_former: bool,
    /// The rollout bar, left to right; the counts add up to the nodes that should run or still hold a pod.
    pub bar: Vec<BarSegment>,
    /// Set while the DaemonSet waits for its dependents (foreground deletion).
    pub deleting: bool,
}

/// A run of the rollout bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarSegment {
    /// The revision of these pods; `None` for nodes that have no pod yet.
    pub revision: Option<Revision>,
    /// Whether these pods are available.
    pub available: bool,
    /// How many nodes; at least 1.
    pub count: usize,
}

/// A pod template's revision: its number, and the hue it is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision {
    /// The `ControllerRevision`'s number, from 1.
    pub number: i64,
    /// Which of the hues, from 0, the revision has on the whole stage, whatever becomes of its number.
    pub hue: u8,
}

/// Nodes that are shown together.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGroup {
    /// What they have in common.
    pub by: GroupBy,
    /// The nodes in the order of their names.
    pub nodes: Vec<Rc<NodeCard>>,
}

/// What the nodes of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupBy {
    /// The control plane's nodes (label `node-role.kubernetes.io/control-plane`).
    ControlPlane,
    /// The label `topology.kubernetes.io/zone`.
    Zone(SmolStr),
    /// The label `lab/pool`, in clusters without zones.
    Pool(SmolStr),
    /// Nothing: the cluster has neither zones nor pools, or these nodes are in none. They come last.
    All,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeCard {
    /// `metadata.name`.
    pub name: SmolStr,
    /// The condition `Ready`.
    pub ready: NodeReady,
    /// `spec.unschedulable`.
    pub cordoned: bool,
    /// Whether the learner stopped the machine, seen or not by the control plane.
    pub stopped: bool,
    /// What it has run out of: those of `MemoryPressure`, `DiskPressure`, `PIDPressure` that are true.
    pub pressures: Vec<SmolStr>,
    /// The pods of the shown DaemonSet, oldest first.
    pub pods: Vec<PodChip>,
    /// How many other pods that are not finished are bound to the node.
    pub other_pods: usize,
    /// Why no pod of the shown DaemonSet is here; `None` where one is, or where none is shown.
    pub absence: Option<Absence>,
    /// `spec.taints`, in their order.
    pub taints: Vec<TaintChip>,
    /// `metadata.labels`, in the order of their keys.
    pub labels: Vec<LabelChip>,
    /// Processor: requests of the node's pods against what is allocatable, in thousandths of a core.
    pub cpu: Usage,
    /// Memory: requests against what is allocatable, in bytes.
    pub memory: Usage,
}

/// What the control plane believes about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeReady {
    /// `Ready=True`.
    Ready,
    /// `Ready=False`, or `Unknown` when the kubelet stopped posting.
    NotReady {
        /// Whole seconds since the condition changed.
        since_seconds: u64,
    },
    /// There is no condition `Ready` (yet).
    Unknown,
}

/// Requests against what a node has to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The sum of the requests of all pods on the node that are not finished.
    pub requested: i64,
    /// `status.allocatable`.
    pub allocatable: i64,
}

/// One pod of the shown DaemonSet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodChip {
    /// Namespace and name.
    pub key: ObjectKey,
    /// Which template it was made from; `None` when no revision has its hash any more.
    pub revision: Option<Revision>,
    /// What it is drawn as.
    pub state: PodState,
    /// kubectl's STATUS column: `Running`, `ContainerCreating`, `Terminating`, `ImagePullBackOff` …
    pub status: SmolStr,
    /// Sum of the containers' restarts.
    pub restarts: i64,
    /// The image of its first container, as it is written in the pod.
    pub image: SmolStr,
}

/// A pod's state as shape and glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PodState {
    /// Not bound to its node: the scheduler has not found room, or not looked yet.
    Pending,
    /// Bound; images are pulled and containers made.
    Creating,
    /// Containers run, but the pod is not ready.
    Running,
    /// Ready, but not yet for `minReadySeconds`.
    Ready {
        /// Whole seconds until it counts as available, rounded up; at least 1.
        available_in_seconds: u64,
    },
    /// Ready and available.
    Available,
    /// Being deleted.
    Terminating,
    /// Something is wrong that will not pass by itself: pull errors, crash loops, phase `Failed`.
    Broken,
    /// Phase `Succeeded`.
    Succeeded,
}

/// A label of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelChip {
    /// Key, with its prefix.
    pub key: SmolStr,
    /// Value; may be empty.
    pub value: SmolStr,
    /// Whether the shown DaemonSet's nodeSelector or node affinity looks at this key.
    pub watched: bool,
}

/// A taint of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaintChip {
    /// Key, with its prefix.
    pub key: SmolStr,
    /// Value; may be empty.
    pub value: SmolStr,
    /// Effect.
    pub effect: TaintEffect,
    /// Whether the shown DaemonSet's pods tolerate it; `None` where none is shown.
    pub tolerated: Option<bool>,
}

pub use crate::object::TaintEffect;

/// Why a node has no pod of the shown DaemonSet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Absence {
    /// The template's `nodeName` names another node.
    NodeName {
        /// The node that it names.
        wanted: SmolStr,
    },
    /// The template's `nodeSelector` asks for a label that the node does not have.
    NodeSelector {
        /// The label's key.
        key: SmolStr,
        /// The value that is asked for.
        wanted: SmolStr,
        /// The value on the node; `None` when it has no such label.
        found: Option<SmolStr>,
    },
    /// No term of the required node affinity matches; this is what the first term failed on.
    NodeAffinity {
        /// The requirement as text: `zone In [a, b]`. Empty when the term is empty, and so matches nothing.
        requirement: SmolStr,
        /// The value on the node; `None` when it has no such label.
        found: Option<SmolStr>,
        /// How many terms there are.
        terms: usize,
    },
    /// A taint with the effect `NoSchedule` or `NoExecute` is not tolerated.
    Taint {
        /// The first such taint.
        key: SmolStr,
        /// Its value; may be empty.
        value: SmolStr,
        /// Its effect.
        effect: TaintEffect,
    },
    /// A pod should be here; the controller has not created it yet.
    Awaited,
    /// A pod should be here, but creating it was refused.
    Refused {
        /// The API server's words.
        message: SmolStr,
    },
    /// The DaemonSet is being deleted; its controller does nothing any more.
    Deleting,
}

impl Absence {
    /// Whether a pod should be here all the same.
    pub fn is_wanted(&self) -> bool {
        matches!(self, Self::Awaited | Self::Refused { .. })
    }

    /// What could be done on the node of that name so that it gets a pod; `None` where it is not one thing.
    pub fn remedy(&self, node: &SmolStr) -> Option<Action> {
        let node = node.clone();
        match self {
            Self::NodeSelector { key, wanted, .. } => Some(Action::SetLabel { node, key: key.clone(), value: wanted.clone() }),
            Self::Taint { key, effect, .. } => Some(Action::RemoveTaint { node, key: key.clone(), effect: *effect }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_label_and_an_unwanted_taint_can_be_mended_on_the_node() {
        let node = SmolStr::from("n");
        let selector = Absence::NodeSelector { key: "disk".into(), wanted: "ssd".into(), found: None };
        let label = Action::SetLabel { node: node.clone(), key: "disk".into(), value: "ssd".into() };
        assert_eq!(selector.remedy(&node), Some(label));
        let taint = Absence::Taint { key: "k".into(), value: "v".into(), effect: TaintEffect::NoExecute };
        let removal = Action::RemoveTaint { node: node.clone(), key: "k".into(), effect: TaintEffect::NoExecute };
        assert_eq!(taint.remedy(&node), Some(removal));
        assert_eq!(Absence::Awaited.remedy(&node), None);
    }
}
