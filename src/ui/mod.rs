//! The page: Yew components. Nothing here decides what Kubernetes would do.
pub mod code_editor;
