//! The frame of the page: what stands around the panes.

mod header;
mod notice_line;
mod pane_switch;
mod popover;
mod transport;

pub use header::header;
pub use notice_line::notice_line;
pub use pane_switch::pane_switch;
pub use popover::{contains, popover, put};
pub use transport::transport;
