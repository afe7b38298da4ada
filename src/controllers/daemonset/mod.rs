//! The DaemonSet controller (`pkg/controller/daemon`).
//!
//! The rules are pure: [`placement`] decides about a node, [`manage`] and [`rolling_update`] look at a [`snapshot::Snapshot`]
//! and answer with a plan, [`status`] counts. `tally` keeps what they saw, so that a sync looks at what changed. Only the controller
//! itself acts.

pub mod controller;
pub mod events;
mod history;
mod index;
pub mod manage;
pub mod placement;
pub mod pod_template;
mod queue;
pub mod rolling_update;
mod slots;
pub mod snapshot;
pub mod status;
mod tally;
pub mod tolerations;

pub use controller::Controller;
pub use manage::{Deletion, Plan, Why};
pub use placement::{Decision, Placement};

/// How many pods one sync creates, and how many it deletes, at most (`BurstReplicas`).
pub const BURST_REPLICAS: usize = 250;

/// Leaves what is over the burst to the next sync.
pub fn truncate_to_burst(plan: &mut Plan) {
    plan.create.truncate(BURST_REPLICAS);
    plan.delete.truncate(BURST_REPLICAS);
}
