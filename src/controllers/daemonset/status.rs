//! The numbers of a DaemonSet's status.
//!
//! Models `updateDaemonSetStatus`: of each node only the first pod is judged, so that during a surge the numbers speak of
//! the old pods until they are gone.

use crate::object::DaemonSetStatus;

use super::snapshot::Snapshot;

/// Counts. `observed_generation` and `collision_count` are taken over from the stored status.
pub fn status(snapshot: &Snapshot<'_>) -> DaemonSetStatus {
    let stored = snapshot.daemonset.status;
    let mut status = DaemonSetStatus {
        observed_generation: stored.observed_generation,
        collision_count: stored.collision_count,
        ..DaemonSetStatus::default()
    };
    for row in snapshot.nodes {
        let Some(decision) = row.decision else { continue };
        let first = row.pods().next();
        if !decision.should_run() {
            status.number_misscheduled += i64::from(first.is_some());
            continue;
        }
        status.desired_number_scheduled += 1;
        if let Some((_, pod)) = first {
            status.current_number_scheduled += 1;
            status.number_ready += i64::from(pod.ready);
            status.number_available += i64::from(snapshot.is_available(pod));
            status.updated_number_scheduled += i64::from(snapshot.is_updated(pod));
        }
    }
    status.number_unavailable = status.desired_number_scheduled - status.number_available;
    status
}
