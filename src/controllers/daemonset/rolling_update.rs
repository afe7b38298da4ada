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
#[derive(Clone, Debug, Default, PartialEq)]
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

/// How one node stands in a rolling update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// There is nothing to do, and it takes nothing of the budget.
    #[default]
    Settled,
    /// Without surge: it is without an available pod, and has no old one that could be replaced.
    Unavailable,
    /// Without surge: its old pod is not available.
    OldUnavailable,
    /// Without surge: its old pod is available.
    OldAvailable,
    /// With surge: it has an old pod, and a new one that is not available; or too many.
    Surging,
    /// With surge: its old pod is not available.
    SurgeAtOnce,
    /// With surge: its old pod is available.
    SurgeCandidate,
    /// With surge: its new pod is available, so that the old one can go.
    Superseded,
    /// With surge: it should not run a pod, and its old one is not available.
    Lost,
    /// With surge: it should not run a pod, and its old one is available.
    Sunset,
    /// With surge: it does not exist, and has an old pod that waits for a new one.
    Missing,
}

/// What a rolling update sees on one node.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// How it stands.
    pub standing: Standing,
    /// With surge: whether it has an available pod.
    pub is_available: bool,
    name: &'a SmolStr,
    old: Option<&'a Arc<Object>>,
}

impl Standing {
    /// Whether the node counts as one without an available pod. Of no account with surge.
    pub fn is_unavailable(self) -> bool {
        matches!(self, Self::Unavailable | Self::OldUnavailable)
    }
}

impl Rollout {
    fn count(&mut self, look: &Look<'_>) {
        self.unavailable += i64::from(look.standing.is_unavailable());
        self.surging += i64::from(look.standing == Standing::Surging);
        self.available += i64::from(look.is_available);
        self.missing_node |= look.standing == Standing::Missing;
    }

    /// Puts what is on a node into the list in which it waits, if it waits in one.
    pub fn list(&mut self, look: &Look<'_>) {
        let deletion = |why| look.old.map(|pod| Deletion { pod: Arc::clone(pod), why });
        match look.standing {
            Standing::OldUnavailable => self.unavailable_old.extend(look.old.cloned()),
            Standing::OldAvailable => self.available_old.extend(look.old.cloned()),
            Standing::SurgeAtOnce => self.surge_at_once.push(look.name.clone()),
            Standing::SurgeCandidate => self.surge_candidates.push(look.name.clone()),
            Standing::Superseded => self.surge_finished.extend(deletion(Why::NewAvailable)),
            Standing::Lost => self.surge_finished.extend(deletion(Why::OldUnavailable)),
            Standing::Sunset => self.sunset.extend(look.old.cloned()),
            Standing::Settled | Standing::Unavailable | Standing::Surging | Standing::Missing => {}
        }
    }

    /// Without surge: how many available old pods the budget lets go now.
    fn room_to_replace(&self) -> usize {
        usize::try_from(self.budget.max_unavailable - self.unavailable).unwrap_or_default()
    }

    /// With surge: how many nodes the budget lets have a new pod beside an old one that is available.
    fn room_to_surge(&self) -> usize {
        usize::try_from(self.budget.max_surge - self.surging).unwrap_or_default()
    }

    /// With surge: how many available pods there are beyond the desired ones.
    fn spare(&self) -> usize {
        usize::try_from(self.available - self.budget.desired).unwrap_or_default()
    }

    /// How many nodes of a standing the budget lets go on now.
    pub fn room_for(&self, standing: Standing) -> usize {
        match standing {
            Standing::OldAvailable => self.room_to_replace(),
            Standing::SurgeCandidate => self.room_to_surge(),
            Standing::Sunset => self.spare(),
            _ => usize::MAX,
        }
    }

    /// What the budget allows now.
    pub fn plan(&self) -> Plan {
        if self.budget.max_surge == 0 { plan_without_surge(self) } else { plan_with_surge(self) }
    }
}

/// Works out how far the rolling update is, and what the budget allows now.
pub fn rolling_update(snapshot: &Snapshot<'_>) -> (Rollout, Plan) {
    let desired = snapshot.nodes.iter().filter(|row| row.should_run()).count();
    let budget = Budget::of(&snapshot.daemonset.strategy, desired);
    let mut rollout = Rollout { budget, ..Rollout::default() };
    for row in snapshot.nodes {
        let look = look(snapshot, row, budget.max_surge != 0);
        rollout.count(&look);
        rollout.list(&look);
    }
    let plan = rollout.plan();
    (rollout, plan)
}

/// Looks at one node. `surge` says whether the budget is one of surge.
pub fn look<'a>(snapshot: &Snapshot<'_>, row: &NodeRow<'a>, surge: bool) -> Look<'a> {
    let seen = Look { standing: Standing::Settled, is_available: false, name: row.name, old: None };
    if row.pods.is_empty() && !row.should_run() {
        return seen;
    }
    let pair = pair(snapshot, row);
    let seen = Look { old: pair.old.map(|(object, _)| object), ..seen };
    if surge { look_with_surge(snapshot, row, &pair, seen) } else { look_without_surge(snapshot, &pair, seen) }
}

/// The pods of one node that are not being deleted, by revision.
#[derive(Default)]
struct Pair<'a> {
    new: Option<(&'a Arc<Object>, &'a Pod)>,
    old: Option<(&'a Arc<Object>, &'a Pod)>,
    too_many: bool,
}

fn pair<'a>(snapshot: &Snapshot<'_>, row: &NodeRow<'a>) -> Pair<'a> {
    let mut pair = Pair::default();
    for (object, pod) in row.pods().filter(|(_, pod)| !pod.deleting) {
        let place = if snapshot.is_updated(pod) { &mut pair.new } else { &mut pair.old };
        pair.too_many |= place.is_some();
        *place = Some((object, pod));
    }
    pair
}

fn look_without_surge<'a>(snapshot: &Snapshot<'_>, pair: &Pair<'a>, seen: Look<'a>) -> Look<'a> {
    let standing = match (pair.new, pair.old) {
        (Some((_, new)), None) if !pair.too_many && snapshot.is_available(new) => Standing::Settled,
        (None, Some((_, old))) if !pair.too_many => {
            if snapshot.is_available(old) {
                Standing::OldAvailable
            } else {
                Standing::OldUnavailable
            }
        }
        _ => Standing::Unavailable,
    };
    Look { standing, ..seen }
}

fn plan_without_surge(rollout: &Rollout) -> Plan {
    let room = rollout.room_to_replace();
    let deletion = |why| move |pod: &Arc<Object>| Deletion { pod: Arc::clone(pod), why };
    let unavailable = rollout.unavailable_old.iter().map(deletion(Why::OldUnavailable));
    let replaced = rollout.available_old.iter().take(room).map(deletion(Why::Replaced));
    Plan { delete: unavailable.chain(replaced).collect(), ..Plan::default() }
}

fn look_with_surge<'a>(snapshot: &Snapshot<'_>, row: &NodeRow<'_>, pair: &Pair<'a>, seen: Look<'a>) -> Look<'a> {
    if pair.too_many {
        return Look { standing: Standing::Surging, ..seen };
    }
    let is_available = pair.old.or(pair.new).is_some_and(|(_, pod)| snapshot.is_available(pod));
    let standing = match (pair.old, pair.new) {
        (None, _) => Standing::Settled,
        (Some(_), Some((_, new))) if snapshot.is_available(new) => Standing::Superseded,
        (Some(_), Some(_)) => Standing::Surging,
        (Some(_), None) if row.decision.is_none() => Standing::Missing,
        (Some(_), None) => match (is_available, row.should_run()) {
            (false, true) => Standing::SurgeAtOnce,
            (false, false) => Standing::Lost,
            (true, true) => Standing::SurgeCandidate,
            (true, false) => Standing::Sunset,
        },
    };
    Look { standing, is_available, ..seen }
}

fn plan_with_surge(rollout: &Rollout) -> Plan {
    if rollout.missing_node {
        return Plan::default();
    }
    let room = rollout.room_to_surge();
    let sunset = rollout.sunset.iter().take(rollout.spare());
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
