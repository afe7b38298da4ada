//! The second part of a sync: replacing pods of old revisions under a budget.
//!
//! Models `rollingUpdate` and `updatedDesiredNodeCounts` of `pkg/controller/daemon/update.go`. The step works out a
//! [`Rollout`] first, which is also what an explanation shows, and then takes from it what the budget allows.

use std::sync::Arc;

use crate::object::{IntOrPercent, Object, Pod, SmolStr, UpdateStrategy};

use super::manage::{Deletion, Plan, Why};
use super::snapshot::{NodeRow, Snapshot};

/// The budget of a rolling update, in nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Nodes that should run a pod with the current template: what percentages are of.
    pub desired: i64,
    /// How many nodes may be without an available pod.
    pub max_unavailable: i64,
    /// How many nodes may have a new pod beside the old one; greater than 0 means that this is the budget that counts.
    pub max_surge: i64,
}

/// How far a rolling update is, as one sync sees it.
#[derive(Clone, Debug, Default)]
pub struct Rollout {
    /// The budget.
    pub budget: Budget,
    /// Without surge: nodes that are without an available pod now.
    pub unavailable: i64,
    /// With surge: nodes that have both an old pod and a new one that is not available.
    pub surging: i64,
    /// Without surge: old pods that are not available, which are replaced whatever the budget.
    pub unavailable_old: Vec<Arc<Object>>,
    /// Without surge: old pods that are available, which wait for the budget.
    pub available_old: Vec<Arc<Object>>,
    /// With surge: nodes whose old pod is not available, which get a new one whatever the budget.
    pub surge_at_once: Vec<SmolStr>,
    /// With surge: nodes that wait for the budget.
    pub surge_candidates: Vec<SmolStr>,
    /// With surge: old pods that are to go now.
    pub surge_finished: Vec<Deletion>,
    /// With surge: available old pods on nodes that should not run one any more; they go as availability allows.
    pub sunset: Vec<Arc<Object>>,
    /// With surge: nodes with an available pod.
    pub available: i64,
    /// With surge: a node that does not exist has an old pod that is not available; the real step fails on it.
    pub missing_node: bool,
}

impl Budget {
    /// Models `updatedDesiredNodeCounts`: percentages are rounded up, and when both budgets come out as 0, one node may be
    /// unavailable.
    pub fn of(strategy: &UpdateStrategy, desired: usize) -> Self {
        let UpdateStrategy::RollingUpdate { max_unavailable, max_surge } = strategy else { return Self::default() };
        let scaled = |budget: &IntOrPercent| budget.scaled_up(desired).unwrap_or_default();
        let (mut max_unavailable, max_surge) = (scaled(max_unavailable), scaled(max_surge));
        if desired > 0 && max_unavailable == 0 && max_surge == 0 {
            max_unavailable = 1;
        }
        Self { desired: i64::try_from(desired).unwrap_or(i64::MAX), max_unavailable, max_surge }
    }
}

/// Works out how far the rolling update is, and what the budget allows now.
pub fn rolling_update(snapshot: &Snapshot<'_>) -> (Rollout, Plan) {
    let desired = snapshot.nodes.iter().filter(|row| row.should_run()).count();
    let budget = Budget::of(&snapshot.daemonset.strategy, desired);
    let mut rollout = Rollout { budget, ..Rollout::default() };
    if budget.max_surge == 0 {
        for row in rows_with_pods_or_wanted(snapshot) {
            look_without_surge(snapshot, row, &mut rollout);
        }
    } else {
        for row in rows_with_pods_or_wanted(snapshot) {
            look_with_surge(snapshot, row, &mut rollout);
        }
    }
    let plan = if budget.max_surge == 0 { plan_without_surge(&rollout) } else { plan_with_surge(&rollout) };
    (rollout, plan)
}

fn rows_with_pods_or_wanted<'a>(snapshot: &'a Snapshot<'_>) -> impl Iterator<Item = &'a NodeRow<'a>> {
    snapshot.nodes.iter().filter(|row| !row.pods.is_empty() || row.should_run())
}

/// The pods of one node that are not being deleted, by revision.
#[derive(Default)]
struct Pair<'a> {
    new: Option<(&'a Arc<Object>, &'a Pod)>,
    old: Option<(&'a Arc<Object>, &'a Pod)>,
    too_many: bool,
}

fn pair<'a>(snapshot: &Snapshot<'_>, row: &'a NodeRow<'_>) -> Pair<'a> {
    let mut pair = Pair::default();
    for (object, pod) in row.pods().filter(|(_, pod)| !pod.deleting) {
        let place = if snapshot.is_updated(pod) { &mut pair.new } else { &mut pair.old };
        pair.too_many |= place.is_some();
        *place = Some((object, pod));
    }
    pair
}

fn look_without_surge(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, rollout: &mut Rollout) {
    let pair = pair(snapshot, row);
    let unavailable = match (pair.new, pair.old) {
        _ if pair.too_many => true,
        (None, None) | (Some(_), Some(_)) => true,
        (Some((_, new)), None) => !snapshot.is_available(new),
        (None, Some((object, old))) => {
            let available = snapshot.is_available(old);
            let list = if available { &mut rollout.available_old } else { &mut rollout.unavailable_old };
            list.push(Arc::clone(object));
            !available
        }
    };
    rollout.unavailable += i64::from(unavailable);
}

fn plan_without_surge(rollout: &Rollout) -> Plan {
    let room = usize::try_from(rollout.budget.max_unavailable - rollout.unavailable).unwrap_or_default();
    let deletion = |why| move |pod: &Arc<Object>| Deletion { pod: Arc::clone(pod), why };
    let unavailable = rollout.unavailable_old.iter().map(deletion(Why::OldUnavailable));
    let replaced = rollout.available_old.iter().take(room).map(deletion(Why::Replaced));
    Plan { delete: unavailable.chain(replaced).collect(), ..Plan::default() }
}

fn look_with_surge(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, rollout: &mut Rollout) {
    let pair = pair(snapshot, row);
    if pair.too_many {
        rollout.surging += 1;
        return;
    }
    let judged = pair.old.or(pair.new);
    rollout.available += i64::from(judged.is_some_and(|(_, pod)| snapshot.is_available(pod)));
    let Some((object, old)) = pair.old else { return };
    match (pair.new, snapshot.is_available(old)) {
        (Some((_, new)), _) => {
            if snapshot.is_available(new) {
                rollout.surge_finished.push(Deletion { pod: Arc::clone(object), why: Why::NewAvailable });
            } else {
                rollout.surging += 1;
            }
        }
        (None, _) if row.decision.is_none() => rollout.missing_node = true,
        (None, false) if row.should_run() => rollout.surge_at_once.push(row.name.clone()),
        (None, false) => {
            rollout.surge_finished.push(Deletion { pod: Arc::clone(object), why: Why::OldUnavailable });
        }
        (None, true) if row.should_run() => rollout.surge_candidates.push(row.name.clone()),
        (None, true) => rollout.sunset.push(Arc::clone(object)),
    }
}

fn plan_with_surge(rollout: &Rollout) -> Plan {
    if rollout.missing_node {
        return Plan::default();
    }
    let room = usize::try_from(rollout.budget.max_surge - rollout.surging).unwrap_or_default();
    let spare = usize::try_from(rollout.available - rollout.budget.desired).unwrap_or_default();
    let sunset = rollout.sunset.iter().take(spare);
    Plan {
        create: rollout.surge_at_once.iter().chain(rollout.surge_candidates.iter().take(room)).cloned().collect(),
        delete: rollout
            .surge_finished
            .iter()
            .cloned()
            .chain(sunset.map(|pod| Deletion { pod: Arc::clone(pod), why: Why::Replaced }))
            .collect(),
        ..Plan::default()
    }
}
