//! What one sync of a DaemonSet sees: the nodes, what was decided about each, and the pods there.

use std::sync::Arc;

use crate::object::{DaemonSet, Object, Pod, SmolStr};

use super::Decision;

/// Everything that the steps of one sync look at. They change nothing; they answer with plans.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a> {
    /// The DaemonSet.
    pub daemonset: &'a DaemonSet,
    /// The current revision's hash.
    pub hash: &'a str,
    /// The template's generation as pods carry it in their label; empty when the DaemonSet has none.
    pub template_generation: &'a str,
    /// The time, in milliseconds since 1970.
    pub now_unix_ms: i64,
    /// Every node, and every name of a missing node that still has a pod.
    pub nodes: &'a [NodeRow<'a>],
}

/// One node and the DaemonSet's pods that are meant for it.
#[derive(Clone, Copy, Debug)]
pub struct NodeRow<'a> {
    /// The node's name.
    pub name: &'a SmolStr,
    /// What was decided about the node; `None` when there is no such node.
    pub decision: Option<Decision>,
    /// The pods in the order of [`sort_key`], without those that are both terminal and being deleted.
    pub pods: &'a [Arc<Object>],
}

impl<'a> NodeRow<'a> {
    /// Whether a pod should be created here if there is none.
    pub fn should_run(&self) -> bool {
        self.decision.is_some_and(Decision::should_run)
    }

    /// The pods of the row.
    pub fn pods(&self) -> impl Iterator<Item = (&'a Arc<Object>, &'a Pod)> + use<'a> {
        self.pods.iter().filter_map(|object| Some((object, object.as_pod()?)))
    }
}

impl Snapshot<'_> {
    /// Models `IsPodUpdated`: by the revision's hash or by the template's generation.
    pub fn is_updated(&self, pod: &Pod) -> bool {
        (!self.hash.is_empty() && pod.revision_hash == self.hash)
            || (!self.template_generation.is_empty() && pod.template_generation == self.template_generation)
    }

    /// Whether a pod is ready for at least `minReadySeconds`.
    pub fn is_available(&self, pod: &Pod) -> bool {
        pod.is_available(self.daemonset.min_ready_seconds, self.now_unix_ms)
    }
}

/// Models `podByCreationTimestampAndPhase`: bound pods first, then the older, then by name. The first one survives
/// duplicates, and is the one that status judges.
pub fn sort_key(object: &Object) -> (bool, i64, &SmolStr) {
    (!object.as_pod().is_some_and(Pod::is_bound), object.meta.created, object.name())
}

/// Whether a pod takes part in grouping at all: one that is terminal and being deleted is as good as gone.
pub fn is_grouped(pod: &Pod) -> bool {
    !(pod.phase.is_terminal() && pod.deleting)
}
