//! What makes a cluster a lab: presets, the learner's actions, and pictures of what happens. The [`desk`] is where the
//! page gets all that.

mod action;
mod deed;
pub mod desk;
mod doing;
mod drift;
pub mod examples;
pub mod fields;
pub mod manifest;
mod painter;
mod picture;
pub mod preset;
mod rollout;
mod session;
mod stage;
pub mod terminal;
mod trouble;

pub use crate::runtime::events::EventType;
pub use action::{Action, history_command};
pub use deed::Deed;
pub use doing::Doing;
pub use drift::{Difference, Drift};
pub use picture::{Check, CheckLine, Explanation, HUES};
pub use preset::ClusterPreset;
pub use rollout::{Held, Holder, Progress, RolloutBudget};
pub use session::{Done, EventLine, EventList, Joined, LONGEST_STEP_MS, Lab, MOST_NODES, Refusal, Replay};
pub use stage::{
    Absence, BarSegment, Change, DaemonSetSummary, GroupBy, LabelChip, NodeCard, NodeGroup, NodeReady, PodChip, PodState,
    Revision, Stage, TaintChip, Usage,
};
pub use trouble::{Exit, ImageCause, Lack, Pause, PodTrouble, ProbeName, Trouble};
