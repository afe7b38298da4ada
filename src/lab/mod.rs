//! What makes a cluster a lab: presets, the learner's actions, and pictures of what happens.

mod action;
pub mod examples;
pub mod manifest;
mod picture;
pub mod preset;
mod session;
mod stage;

pub use crate::runtime::events::EventType;
pub use action::Action;
pub use picture::{Check, CheckLine};
pub use preset::ClusterPreset;
pub use session::{Done, EventLine, Lab, MOST_NODES, Refusal};
pub use stage::{
    Absence, BarSegment, DaemonSetSummary, GroupBy, LabelChip, NodeCard, NodeGroup, NodeReady, PodChip, PodState, Revision,
    Stage, TaintChip, Usage,
};
