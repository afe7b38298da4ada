//! The stage: the DaemonSet's numbers, and the nodes with their pods.

pub mod card;
pub mod cells;
mod forms;
mod grid;
mod legend;
mod look;
mod roving;
pub mod suggest;
mod summary;
pub mod table;
mod toolbar;

pub use forms::{COUNTS, actions_of, add_nodes_form, node_form, read_count};
pub use grid::manner;
pub use legend::legend;
pub use look::node_sentence;

use super::element::{El, Ui, el};
use super::layout::View;
use super::model::Model;

/// With more nodes than this, cards become cells.
pub const MOST_CARDS: usize = crate::lab::desk::FEW_NODES;

/// Where nodes will stand, until it is known which.
fn skeleton() -> El {
    let cards = || el("div").class("ghosts").all((0..3).map(|_| el("i").class("ghost").done()).collect());
    el("div").class("groups threes").set("aria-hidden", "true").all((0..3).map(|_| cards().done()).collect())
}

/// The DaemonSet above, its nodes below.
pub fn stage(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.stage;
    let nodes = el("div").class("nodes");
    let empty = |title: &'static str| el("div").class("empty-state").with(el("h2").text(title));
    let nodes = nodes.with(if let Some(percent) = model.returning {
        let percent = percent.to_string();
        empty(words.returning).with(el("progress").set("aria-label", words.returning).set("max", "100").set("value", percent))
    } else if model.is_empty_yet() {
        skeleton()
    } else if model.stage.groups.is_empty() {
        empty(words.no_nodes_title).with(el("p").text(words.no_nodes_detail))
    } else if model.layout.view == View::Table {
        table::table(ui, model)
    } else {
        grid::grid(ui, model)
    });
    el("section")
        .set("id", "stage")
        .class("stage")
        .set("aria-label", words.name)
        .set("tabindex", "-1")
        .truth("aria-busy", model.is_empty_yet())
        .with(summary::summary(ui, model))
        .with(toolbar::toolbar(ui, model))
        .with(nodes)
}
