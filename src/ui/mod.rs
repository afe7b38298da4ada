//! The page: what is seen, and what can be done on it.
//!
//! Nothing here decides anything about Kubernetes. There is one component, [`App`]: it owns the lab's `driver` and the
//! `model`, what the page knows; what is done on the page comes to it as data ([`message`]), and changes both in
//! `update`. The views are functions that draw a model, with elements built by [`element`]; what costs much to draw, such
//! as a node's card, is drawn again only when it has changed ([`memo`]). Texts come from [`crate::i18n`].

mod app;
pub mod code_editor;
mod dock;
mod driver;
mod editor;
pub mod element;
mod files;
mod layout;
pub mod memo;
pub mod message;
mod model;
mod news;
mod notice;
mod pace;
mod settings;
mod shell;
mod speed;
mod stage;
mod storage;
mod surroundings;
mod update;
mod widgets;

pub use app::App;

/// Puts the page into the document's body, in place of what stands there.
pub fn start() {
    yew::Renderer::<App>::new().render();
}
