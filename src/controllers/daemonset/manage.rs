//! The first part of a sync: pods where pods should be, and none where they should not.
//!
//! Models `manage` and `podsShouldBeOnNode` of the DaemonSet controller.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::object::{Object, Phase, SmolStr};

use super::snapshot::{NodeRow, Snapshot};

/// What a sync wants done. Creations come before deletions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Names of the nodes to create a pod for.
    pub create: Vec<SmolStr>,
    /// Pods to delete.
    pub delete: Vec<Deletion>,
    /// Finished pods that were found, each an event on the DaemonSet.
    pub finished: Vec<Arc<Object>>,
    /// A failed pod is left alone for now; milliseconds until the next look.
    pub look_again_in_ms: Option<u64>,
}

/// A pod to delete, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// The pod.
    pub pod: Arc<Object>,
    /// The rule that asks for it.
    pub why: Why,
}

/// Why the controller deletes a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its node should not run one, by labels, name or a `NoExecute` taint.
    NodeUnfit,
    /// It is not bound, and its node does not exist.
    NodeMissing,
    /// Its phase is `Failed`, and its back-off is over.
    Failed,
    /// Its phase is `Succeeded`.
    Succeeded,
    /// There is an older one on the node.
    Duplicate,
    /// With surge: the old pod is not ready.
    OldNotReady,
    /// With surge: the new pod is available.
    NewAvailable,
    /// Rolling update: it is of an old revision and not available, so that nothing is lost.
    OldUnavailable,
    /// Rolling update: it is of an old revision, and the budget has room.
    Replaced,
}

/// How long a failed pod on a node must be left alone, in milliseconds; `None` when its time has come. Asking counts as a
/// failure that is handled.
pub type Backoff<'b> = &'b mut dyn FnMut(&SmolStr) -> Option<u64>;

/// Decides about every node.
pub fn manage(snapshot: &Snapshot<'_>, backoff: Backoff<'_>) -> Plan {
    let mut plan = Plan::default();
    let surge = snapshot.daemonset.strategy.allows_surge();
    for row in snapshot.nodes {
        decide_about(snapshot, row, surge, backoff, &mut plan);
    }
    plan
}

/// Whether there is something to do at a node, or will be when a back-off is over. `surge` says whether the strategy allows it.
pub fn is_restless(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, surge: bool) -> bool {
    let mut plan = Plan::default();
    decide_about(snapshot, row, surge, &mut |_| None, &mut plan);
    plan != Plan::default()
}

fn decide_about(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, surge: bool, backoff: Backoff<'_>, plan: &mut Plan) {
    let Some(decision) = row.decision else { return delete_unbound(row, plan) };
    if decision.should_run() && row.pods.is_empty() {
        plan.create.push(row.name.clone());
    } else if decision.should_continue_running() {
        keep_one(snapshot, row, surge, backoff, plan);
    } else {
        let unfit = row.pods().filter(|(_, pod)| !pod.deleting);
        plan.delete.extend(unfit.map(|(object, _)| Deletion { pod: Arc::clone(object), why: Why::NodeUnfit }));
    }
}

/// A pod that could never be bound; bound ones are left to the pod garbage collector.
fn delete_unbound(row: &NodeRow<'_>, plan: &mut Plan) {
    let unbound = row.pods().filter(|(_, pod)| !pod.is_bound());
    plan.delete.extend(unbound.map(|(object, _)| Deletion { pod: Arc::clone(object), why: Why::NodeMissing }));
}

/// Hardly ever more than two.
type PodsOfNode<'a> = SmallVec<[&'a Arc<Object>; 4]>;

fn keep_one(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, surge: bool, backoff: Backoff<'_>, plan: &mut Plan) {
    let mut running = PodsOfNode::new();
    let mut failed = PodsOfNode::new();
    for (object, pod) in row.pods().filter(|(_, pod)| !pod.deleting) {
        match pod.phase {
            Phase::Failed => failed.push(object),
            Phase::Succeeded => finished(object, Why::Succeeded, plan),
            _ => running.push(object),
        }
    }
    // The back-off is the node's: of several failed pods it spares all but the first, whichever that is. The API server
    // lists them by name.
    failed.sort_by_key(|object| object.name());
    for object in failed {
        match backoff(row.name) {
            Some(wait_ms) => plan.look_again_in_ms = Some(plan.look_again_in_ms.map_or(wait_ms, |it| it.min(wait_ms))),
            None => finished(object, Why::Failed, plan),
        }
    }
    if !surge {
        let duplicates = running.iter().skip(1);
        plan.delete.extend(duplicates.map(|object| Deletion { pod: Arc::clone(object), why: Why::Duplicate }));
    } else if running.is_empty() && row.should_run() {
        plan.create.push(row.name.clone());
    } else if running.len() > 1 {
        prune_surge(snapshot, &running, plan);
    }
}

fn finished(object: &Arc<Object>, why: Why, plan: &mut Plan) {
    plan.finished.push(Arc::clone(object));
    plan.delete.push(Deletion { pod: Arc::clone(object), why });
}

/// With surge a node may keep its oldest pod of the newest revision and its oldest of any other.
fn prune_surge(snapshot: &Snapshot<'_>, running: &[&Arc<Object>], plan: &mut Plan) {
    let (mut newest, mut old) = (None, None);
    for object in running {
        let Some(pod) = object.as_pod() else { continue };
        let keeper = if pod.revision_hash == snapshot.hash { &mut newest } else { &mut old };
        if keeper.is_none() {
            *keeper = Some((*object, pod));
        } else {
            plan.delete.push(Deletion { pod: Arc::clone(object), why: Why::Duplicate });
        }
    }
    if let (Some((_, newest)), Some((object, old))) = (newest, old) {
        let why = match (old.ready, snapshot.is_available(newest)) {
            (false, _) => Why::OldNotReady,
            (true, true) => Why::NewAvailable,
            (true, false) => return,
        };
        plan.delete.push(Deletion { pod: Arc::clone(object), why });
    }
}
