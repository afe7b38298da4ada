//! The frame of the page: what holds the panes together.

mod announcer;
mod app;
mod header;
mod layout;
mod notice_line;
mod pane_switch;
mod settings;
mod surroundings;
mod transport;

pub use app::App;
pub use layout::{DockTab, Layout, LayoutAction, View};
