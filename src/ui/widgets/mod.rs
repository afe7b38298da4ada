//! Building blocks that know nothing of clusters.

mod focus;
mod icon;
mod menu;
mod place;
mod popover;

pub use focus::{Step, closest, move_focus};
pub use icon::Icon;
pub use menu::{Menu, MenuItem};
pub use place::Rect;
pub use popover::Popover;
