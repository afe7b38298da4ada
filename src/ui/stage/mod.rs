//! The stage: the DaemonSet's numbers, and the nodes with their pods.

mod absence;
mod add_nodes;
mod cells;
mod chips;
mod grid;
mod legend;
mod look;
mod node_card;
mod node_form;
mod pane;
mod pods;
mod roving;
mod suggest;
mod summary;
mod table;
mod toolbar;
mod usage;

pub use node_card::NodeCardView;
pub use pane::StagePane;

/// With more nodes than this, cards become cells.
pub const MOST_CARDS: usize = 150;
