//! What makes a cluster a lab: presets, the learner's actions, and pictures of what happens.

mod action;
pub mod examples;
pub mod manifest;
mod stage;

pub use action::Action;
pub use stage::{
    Absence, BarSegment, DaemonSetSummary, GroupBy, LabelChip, NodeCard, NodeGroup, NodeReady, PodChip, PodState, Revision,
    Stage, TaintChip, Usage,
};
