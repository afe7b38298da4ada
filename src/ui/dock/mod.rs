//! The dock below the stage: what happened, and why.

mod events;
mod explain;
mod pane;
mod resize;

pub use pane::DockPane;
