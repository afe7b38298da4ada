//! Whether a DaemonSet's pod belongs on a node.
//!
//! Models `NodeShouldRunDaemonPod` of the DaemonSet controller. It looks only at the node's name, labels and taints and at the
//! pod template; never at readiness, capacity, ports or other pods. The answer is a [`Decision`], which also says which check
//! decided, so that an explanation needs no second implementation.

use crate::object::{Map, Mismatch, RequiredNodeAffinity, SmolStr, Taint, TaintEffect, Toleration, Value};

use super::tolerations;

/// A pod template, prepared for deciding about many nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    node_name: SmolStr,
    affinity: RequiredNodeAffinity,
    tolerations: Vec<Toleration>,
}

/// What was decided about a node, and by which check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Every check passed: a pod should run here.
    Run,
    /// The template's `nodeName` is another node's.
    OtherNodeName,
    /// The node selector or the required affinity does not match.
    Affinity(Mismatch),
    /// The taint at this index has the effect `NoSchedule` and is not tolerated: no pod is started here, but one that
    /// runs may stay.
    NoSchedule(u16),
    /// The taint at this index has the effect `NoExecute` and is not tolerated.
    NoExecute(u16),
}

impl Decision {
    /// Whether a pod should be created here if there is none.
    pub fn should_run(self) -> bool {
        self == Decision::Run
    }

    /// Whether a pod that is here may stay.
    pub fn should_continue_running(self) -> bool {
        matches!(self, Decision::Run | Decision::NoSchedule(_))
    }
}

impl Placement {
    /// Prepares the pod spec of a template; the automatic tolerations are added.
    pub fn of_pod_spec(spec: &Value) -> Self {
        Self {
            node_name: spec.str_at(&["nodeName"]).into(),
            affinity: RequiredNodeAffinity::of_pod_spec(spec),
            tolerations: tolerations::with_automatic(spec).iter().map(Toleration::read).collect(),
        }
    }

    /// The node that the template names; empty when it names none.
    pub fn node_name(&self) -> &SmolStr {
        &self.node_name
    }

    /// The template's node selector and required affinity.
    pub fn affinity(&self) -> &RequiredNodeAffinity {
        &self.affinity
    }

    /// The tolerations of a pod made from the template, automatic ones included.
    pub fn tolerations(&self) -> &[Toleration] {
        &self.tolerations
    }

    /// Decides about one node.
    pub fn decide(&self, name: &str, labels: &Map, taints: &[Taint]) -> Decision {
        if !self.node_name.is_empty() && self.node_name != name {
            return Decision::OtherNodeName;
        }
        if let Err(mismatch) = self.affinity.check(labels, name) {
            return Decision::Affinity(mismatch);
        }
        let untolerated = |effect| {
            let found = taints.iter().position(|taint| taint.effect == effect && !self.tolerates(taint));
            found.map(|index| u16::try_from(index).unwrap_or(u16::MAX))
        };
        if let Some(index) = untolerated(TaintEffect::NoExecute) {
            return Decision::NoExecute(index);
        }
        untolerated(TaintEffect::NoSchedule).map_or(Decision::Run, Decision::NoSchedule)
    }

    /// Whether the pods tolerate a taint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.tolerations.iter().any(|toleration| toleration.tolerates(taint))
    }
}
