//! The DaemonSet controller (`pkg/controller/daemon`).

pub mod placement;
pub mod tolerations;

pub use placement::{Decision, Placement};
