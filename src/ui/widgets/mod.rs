//! Building blocks that know nothing of clusters.

mod focus;
mod menu;
mod place;

pub use focus::{Step, closest, focus_first, move_focus};
pub use menu::{MenuItem, menu, menu_button};
pub use place::{Rect, place};
