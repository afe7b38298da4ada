//! What can be done with the cluster as a whole, and how it is looked at.

use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::layout::View;
use crate::ui::message::{Msg, Popover};
use crate::ui::model::Model;
use crate::ui::widgets::menu_button;

/// Other clusters, more nodes, the legend, the size of cells, and the choice between cards and table.
pub fn toolbar(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.stage;
    let clusters = button("quiet menu-button").set("aria-label", ui.words.preset.menu).text(ui.words.preset.menu);
    let dialog = |popover: Popover| button("quiet").set("aria-haspopup", "dialog").on(ui.click(Msg::Open(popover)));
    let view = |view: View, name: &'static str, picture: &'static str| {
        icon_button("", name, picture).truth("aria-pressed", model.layout.view == view).on(ui.click(Msg::View(view)))
    };
    let zoom = |step: i32, name: &'static str, picture: &'static str| {
        icon_button("icon-button", name, picture).on(ui.click(Msg::Zoom(step)))
    };
    let zooms = || el("span").class("zoom").with(zoom(-1, words.smaller, "skip")).with(zoom(1, words.larger, "plus"));
    el("div")
        .class("toolbar")
        .with(menu_button(ui, clusters.with(icon("down")), Popover::Clusters, model.is_open(&Popover::Clusters)))
        .with(dialog(Popover::AddNodes).with(icon("plus")).text(words.add_nodes))
        .with(el("span").class("spacer"))
        .maybe((model.is_compact() && model.layout.view == View::Cards).then(zooms))
        .with(dialog(Popover::Legend).text(words.legend))
        .with(
            el("div")
                .class("segments")
                .set("role", "group")
                .set("aria-label", words.view)
                .with(view(View::Cards, words.view_cards, "cards"))
                .with(view(View::Table, words.view_table, "table")),
        )
}
