//! The page: Yew components, one folder for each pane.
//!
//! Nothing here decides anything about Kubernetes. `session` holds the lab and its clock and publishes pictures;
//! the panes draw them; what a learner does goes back through `session::Driver`. State lives in reducers, plain
//! Rust that is tested without a browser; texts come from [`crate::i18n`].

pub mod code_editor;
mod dock;
mod editor;
mod same;
mod session;
mod shell;
mod stage;
mod storage;
mod widgets;
mod words;

pub use shell::App;

/// Puts the page into the document's body, in place of what stands there.
pub fn start() {
    yew::Renderer::<App>::new().render();
}
