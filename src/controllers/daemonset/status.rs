//! The numbers of a DaemonSet's status.
//!
//! Models `updateDaemonSetStatus`: of each node only the first pod is judged, so that during a surge the numbers speak of
//! the old pods until they are gone.

use crate::object::DaemonSetStatus;

use super::snapshot::{NodeRow, Snapshot};

/// What one node adds to the numbers.
#[allow(clippy::struct_excessive_bools, reason = "each is added to a number of its own")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    is_desired: bool,
    is_misscheduled: bool,
    is_scheduled: bool,
    is_ready: bool,
    is_available: bool,
    is_updated: bool,
}

impl Share {
    /// The share of a node.
    pub fn of(snapshot: &Snapshot<'_>, row: &NodeRow<'_>) -> Self {
        let Some(decision) = row.decision else { return Self::default() };
        let first = row.pods().next();
        if !decision.should_run() {
            return Self { is_misscheduled: first.is_some(), ..Self::default() };
        }
        let Some((_, pod)) = first else { return Self { is_desired: true, ..Self::default() } };
        Self {
            is_desired: true,
            is_misscheduled: false,
            is_scheduled: true,
            is_ready: pod.ready,
            is_available: snapshot.is_available(pod),
            is_updated: snapshot.is_updated(pod),
        }
    }

    /// Adds the share to the numbers `times` times; -1 takes it out again.
    pub fn add_to(self, numbers: &mut DaemonSetStatus, times: i64) {
        let add = |number: &mut i64, counts: bool| *number += if counts { times } else { 0 };
        add(&mut numbers.desired_number_scheduled, self.is_desired);
        add(&mut numbers.number_misscheduled, self.is_misscheduled);
        add(&mut numbers.current_number_scheduled, self.is_scheduled);
        add(&mut numbers.number_ready, self.is_ready);
        add(&mut numbers.number_available, self.is_available);
        add(&mut numbers.number_unavailable, self.is_desired && !self.is_available);
        add(&mut numbers.updated_number_scheduled, self.is_updated);
    }
}

/// Counts. `observed_generation` and `collision_count` are taken over from the stored status.
pub fn status(snapshot: &Snapshot<'_>) -> DaemonSetStatus {
    let mut numbers = DaemonSetStatus::default();
    for row in snapshot.nodes {
        Share::of(snapshot, row).add_to(&mut numbers, 1);
    }
    with_what_stays(numbers, &snapshot.daemonset.status)
}

/// The numbers, with what a sync takes over from the stored status.
pub fn with_what_stays(numbers: DaemonSetStatus, stored: &DaemonSetStatus) -> DaemonSetStatus {
    DaemonSetStatus { observed_generation: stored.observed_generation, collision_count: stored.collision_count, ..numbers }
}
