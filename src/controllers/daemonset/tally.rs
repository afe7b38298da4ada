//! What a DaemonSet's syncs look at, kept up to date node by node.
//!
//! A sync of a large cluster must not look at every node: a longer rollout has more syncs, and all would cost the square of the
//! cluster. So what [`manage`], [`rolling_update`] and [`status`] see of each node is kept, with the sums over all nodes and the
//! nodes that wait for something in their order. Only nodes that changed are looked at again, by the very functions that look at
//! all nodes of a [`Snapshot`].

use crate::object::{DaemonSetStatus, SmolStr, Value};
use crate::persistent::{OrdMap, Vector};

use super::index::{Nodes, Owned};
use super::manage::{self, Backoff, Plan};
use super::rolling_update::{self, Budget, Rollout, Standing};
use super::slots::Slots;
use super::snapshot::{NodeRow, Snapshot};
use super::status::{self, Share};
use super::{BURST_REPLICAS, Decision, Placement};

/// One moment of a DaemonSet, and the caches in which its nodes and pods are.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The UID of the DaemonSet.
    pub uid: &'a SmolStr,
    /// The moment, without rows.
    pub moment: Snapshot<'a>,
    /// All nodes.
    pub nodes: &'a Nodes,
    /// The DaemonSet's pods.
    pub owned: &'a Owned,
}

impl<'a> View<'a> {
    /// What is in a slot, with what was decided about it.
    fn row(&self, slot: usize, decision: Option<Decision>) -> Option<NodeRow<'a>> {
        let (name, _) = self.nodes.get(slot)?;
        Some(NodeRow { name, decision, pods: self.owned.groups.get(slot).map_or(&[], |group| group.as_slice()) })
    }

    fn decide(&self, slot: usize, placement: &Placement) -> Option<Decision> {
        let (name, node) = self.nodes.get(slot)?;
        let node = node?;
        Some(placement.decide(name, &node.meta.labels, &node.as_node()?.taints))
    }
}

/// What looks at nodes depend on besides the nodes and their pods. When it changes, every node is looked at again.
#[derive(Clone, Debug)]
struct Terms {
    uid: SmolStr,
    pod_spec: Value,
    placement: Placement,
    hash: SmolStr,
    template_generation: SmolStr,
    min_ready_seconds: i64,
    /// Whether the strategy allows surge.
    allows_surge: bool,
    /// Whether the budget, which is of the desired nodes, is one of surge.
    surge: bool,
}

/// What is kept of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kept {
    decision: Option<Decision>,
    standing: Standing,
    share: Share,
    is_available: bool,
    is_restless: bool,
    /// When one of its pods becomes available if nothing changes, in milliseconds since 1970; [`NEVER`] when none does.
    ripens_ms: i64,
}

const NEVER: i64 = i64::MAX;

impl Default for Kept {
    fn default() -> Self {
        Self {
            decision: None,
            standing: Standing::Settled,
            share: Share::default(),
            is_available: false,
            is_restless: false,
            ripens_ms: NEVER,
        }
    }
}

/// The standings of each list of waiting nodes. Each list becomes one of a [`Rollout`]'s, depending on whether there is surge.
const WAITING: [[Standing; 2]; 4] = [
    [Standing::OldUnavailable, Standing::SurgeAtOnce],
    [Standing::OldAvailable, Standing::SurgeCandidate],
    [Standing::Superseded, Standing::Lost],
    [Standing::Sunset, Standing::Sunset],
];

fn list_of(standing: Standing) -> Option<usize> {
    WAITING.iter().position(|standings| standings.contains(&standing))
}

/// What is known of all nodes for one DaemonSet.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    terms: Option<Terms>,
    kept: Vector<Kept>,
    /// The nodes that are to be looked at again.
    stale: Slots,
    /// The nodes at which [`manage`] finds something to do.
    restless: Slots,
    /// The nodes that wait in a rolling update.
    waiting: [Slots; WAITING.len()],
    /// When pods become available by time alone, in milliseconds since 1970, and on which nodes.
    ripening: OrdMap<(i64, usize), ()>,
    numbers: DaemonSetStatus,
    unavailable: i64,
    surging: i64,
    available: i64,
    missing: i64,
}

impl Tally {
    /// Something changed in a slot.
    pub fn mark(&mut self, slot: usize) {
        self.stale.insert(slot);
    }

    /// The placement of a template, if it is the one that was prepared last.
    pub fn placement_of(&self, pod_spec: &Value) -> Option<&Placement> {
        self.terms.as_ref().filter(|it| it.pod_spec == *pod_spec).map(|it| &it.placement)
    }

    /// Looks at what changed since it was last asked.
    pub fn refresh(&mut self, view: &View<'_>) {
        let surge = self.terms.as_ref().is_some_and(|it| it.surge);
        self.adopt_terms(view, surge);
        self.look_at_stale(view);
        let surges = self.budget(view).max_surge != 0;
        if surges != surge {
            self.adopt_terms(view, surges);
            self.look_at_stale(view);
        }
    }

    /// Forgets everything when the terms are others now.
    fn adopt_terms(&mut self, view: &View<'_>, surge: bool) {
        let moment = &view.moment;
        let pod_spec = moment.daemonset.template.at(&["spec"]);
        let allows_surge = moment.daemonset.strategy.allows_surge();
        let same = |it: &Terms| {
            it.uid == *view.uid
                && it.hash == moment.hash
                && it.template_generation == moment.template_generation
                && it.min_ready_seconds == moment.daemonset.min_ready_seconds
                && (it.allows_surge, it.surge) == (allows_surge, surge)
                && it.pod_spec == *pod_spec
        };
        if self.terms.as_ref().is_some_and(same) {
            return;
        }
        let placement = self.placement_of(pod_spec).cloned().unwrap_or_else(|| Placement::of_pod_spec(pod_spec));
        let terms = Terms {
            uid: view.uid.clone(),
            pod_spec: pod_spec.clone(),
            placement,
            hash: moment.hash.into(),
            template_generation: moment.template_generation.into(),
            min_ready_seconds: moment.daemonset.min_ready_seconds,
            allows_surge,
            surge,
        };
        *self = Self { terms: Some(terms), ..Self::default() };
    }

    fn look_at_stale(&mut self, view: &View<'_>) {
        for slot in self.kept.len()..view.nodes.len() {
            self.kept.push_back(Kept::default());
            self.stale.insert(slot);
        }
        while let Some((&(at_ms, slot), ())) = self.ripening.first().filter(|((at_ms, _), ())| *at_ms <= view.moment.now_unix_ms)
        {
            self.ripening.remove(&(at_ms, slot));
            self.stale.insert(slot);
        }
        let Some(terms) = self.terms.take() else { return };
        for slot in std::mem::take(&mut self.stale).iter().chain(view.owned.changed.iter()) {
            self.look_at(slot, view, &terms);
        }
        self.terms = Some(terms);
    }

    fn look_at(&mut self, slot: usize, view: &View<'_>, terms: &Terms) {
        let decision = view.decide(slot, &terms.placement);
        let (Some(row), Some(kept)) = (view.row(slot, decision), self.kept.get_mut(slot)) else { return };
        let new = Kept::of(&view.moment, &row, terms);
        let old = std::mem::replace(kept, new);
        if old != new {
            self.count(slot, &old, -1);
            self.count(slot, &new, 1);
        }
    }

    /// Adds what is kept of a node to the sums and lists; -1 `times` takes it out again.
    fn count(&mut self, slot: usize, kept: &Kept, times: i64) {
        let set = |slots: &mut Slots, is_in: bool| match (is_in, times > 0) {
            (false, _) => {}
            (true, true) => slots.insert(slot),
            (true, false) => slots.remove(slot),
        };
        set(&mut self.restless, kept.is_restless);
        if let Some(list) = list_of(kept.standing) {
            set(&mut self.waiting[list], true);
        }
        if kept.ripens_ms != NEVER {
            let key = (kept.ripens_ms, slot);
            let _ = if times > 0 { self.ripening.insert(key, ()) } else { self.ripening.remove(&key) };
        }
        kept.share.add_to(&mut self.numbers, times);
        let add = |number: &mut i64, counts: bool| *number += if counts { times } else { 0 };
        add(&mut self.unavailable, kept.standing.is_unavailable());
        add(&mut self.surging, kept.standing == Standing::Surging);
        add(&mut self.available, kept.is_available);
        add(&mut self.missing, kept.standing == Standing::Missing);
    }

    fn budget(&self, view: &View<'_>) -> Budget {
        let desired = usize::try_from(self.numbers.desired_number_scheduled).unwrap_or_default();
        Budget::of(&view.moment.daemonset.strategy, desired)
    }

    fn row<'a>(&self, slot: usize, view: &View<'a>) -> Option<NodeRow<'a>> {
        view.row(slot, self.kept.get(slot)?.decision)
    }

    /// What [`manage::manage`] answers about all nodes.
    pub fn manage(&self, view: &View<'_>, backoff: Backoff<'_>) -> Plan {
        let rows: Vec<NodeRow<'_>> = self.restless.iter().filter_map(|slot| self.row(slot, view)).collect();
        manage::manage(&Snapshot { nodes: &rows, ..view.moment }, backoff)
    }

    /// What [`rolling_update::rolling_update`] answers about all nodes, but that no list is longer than this sync can use.
    pub fn rolling_update(&self, view: &View<'_>) -> (Rollout, Plan) {
        let mut rollout = Rollout {
            budget: self.budget(view),
            unavailable: self.unavailable,
            surging: self.surging,
            available: self.available,
            missing_node: self.missing > 0,
            ..Rollout::default()
        };
        let surge = rollout.budget.max_surge != 0;
        for (slots, standings) in self.waiting.iter().zip(WAITING) {
            let most = rollout.room_for(standings[usize::from(surge)]).min(BURST_REPLICAS);
            for row in slots.iter().take(most).filter_map(|slot| self.row(slot, view)) {
                rollout.list(&rolling_update::look(&view.moment, &row, surge));
            }
        }
        let plan = rollout.plan();
        (rollout, plan)
    }

    /// What [`status::status`] answers about all nodes.
    pub fn status(&self, view: &View<'_>) -> DaemonSetStatus {
        status::with_what_stays(self.numbers, &view.moment.daemonset.status)
    }

    /// Shows all nodes to a step.
    pub fn with_all_rows<T>(&self, view: &View<'_>, step: impl FnOnce(&Snapshot<'_>) -> T) -> T {
        let rows: Vec<NodeRow<'_>> = (0..view.nodes.len()).filter_map(|slot| self.row(slot, view)).collect();
        step(&Snapshot { nodes: &rows, ..view.moment })
    }

    /// Whether all that is kept is what looking at every node anew would give.
    pub fn is_exact(&self, view: &View<'_>) -> bool {
        let Some(terms) = &self.terms else { return false };
        let fresh = |slot: usize| view.decide(slot, &terms.placement);
        let decided = (0..view.nodes.len()).all(|slot| self.kept.get(slot).is_some_and(|kept| kept.decision == fresh(slot)));
        let same_plan = |mut ours: Plan, mut theirs: Plan| {
            super::truncate_to_burst(&mut ours);
            super::truncate_to_burst(&mut theirs);
            ours == theirs
        };
        let mut wait = |_: &SmolStr| Some(7);
        decided
            && self.with_all_rows(view, |all| {
                let (rollout, plan) = rolling_update::rolling_update(all);
                let (ours, our_plan) = self.rolling_update(view);
                let counts = |it: &Rollout| (it.budget, it.unavailable, it.surging, it.available, it.missing_node);
                self.status(view) == status::status(all)
                    && counts(&ours) == counts(&rollout)
                    && same_plan(our_plan, plan)
                    && same_plan(self.manage(view, &mut |_| None), manage::manage(all, &mut |_| None))
                    && same_plan(self.manage(view, &mut wait), manage::manage(all, &mut wait))
            })
    }
}

impl Kept {
    fn of(moment: &Snapshot<'_>, row: &NodeRow<'_>, terms: &Terms) -> Self {
        let look = rolling_update::look(moment, row, terms.surge);
        let ripens = row.pods().filter_map(|(_, pod)| pod.available_from_ms(terms.min_ready_seconds));
        Self {
            decision: row.decision,
            standing: look.standing,
            share: Share::of(moment, row),
            is_available: look.is_available,
            is_restless: manage::is_restless(moment, row, terms.allows_surge),
            ripens_ms: ripens.filter(|at_ms| *at_ms > moment.now_unix_ms).min().unwrap_or(NEVER),
        }
    }
}
