//! The page: what is seen, and what can be done on it.
//!
//! Nothing here decides anything about Kubernetes, and nothing takes long: the lab is in another program, the engine, which
//! is asked and answers when it can ([`crate::lab::desk`]). There is one component, [`App`]: it owns the line to the engine
//! and the `model`, what the page knows; what is done on the page and what the engine reports come to it as data
//! ([`message`]), and change the model in `update` and `hear`. The views are functions that draw a model, with elements built by [`element`]; what costs much to draw, such
//! as a node's card, is drawn again only when it has changed ([`memo`]). Texts come from [`crate::i18n`].

mod app;
pub mod code_editor;
mod dock;
mod editor;
pub mod element;
mod engine;
mod files;
mod hear;
mod layout;
pub mod memo;
pub mod message;
mod model;
mod news;
mod notice;
mod settings;
mod shell;
mod speed;
mod stage;
mod storage;
mod surroundings;
mod terminal;
mod update;
mod widgets;

pub use app::{App, AppProps};

/// Puts the page into the document's body, in place of what stands there.
pub fn start() {
    yew::Renderer::<App>::with_props(AppProps { engine: engine::started() }).render();
}
