//! The editor: manifests as tabs, their problems, and what is done with them.

mod files;
mod pane;
mod problems;
mod tabs;

pub use files::{File, Files, FilesAction};
pub use pane::EditorPane;
