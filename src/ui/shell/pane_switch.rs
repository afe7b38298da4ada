//! On a phone: which of the panes is seen.

use crate::ui::element::{El, Ui, button, el, icon};
use crate::ui::layout::{DockTab, Pane};
use crate::ui::message::Msg;
use crate::ui::model::Model;

/// A bar at the bottom of the page; the style sheet shows it where there is no room for all panes.
pub fn pane_switch(ui: &Ui, model: &Model) -> El {
    let (words, layout) = (ui.words, &model.layout);
    let dock = |tab: DockTab| layout.pane == Pane::Dock && layout.dock_tab == tab;
    let buttons = [
        (words.shell.pane_cluster, "cards", layout.pane == Pane::Cluster, Msg::Pane(Pane::Cluster)),
        (words.shell.pane_yaml, "file", layout.pane == Pane::Yaml, Msg::Pane(Pane::Yaml)),
        (words.terminal.name, "terminal", dock(DockTab::Terminal), Msg::Tab(DockTab::Terminal)),
        (words.dock.events, "list", dock(DockTab::Events), Msg::Tab(DockTab::Events)),
        (words.dock.explain, "question", dock(DockTab::Explain), Msg::Tab(DockTab::Explain)),
    ];
    let draw = |(name, picture, on, msg): (&'static str, &str, bool, Msg)| {
        let switch = button(if on { "on" } else { "" }).with(icon(picture)).text(name).on(ui.click(msg));
        if on { switch.set("aria-current", "true").done() } else { switch.done() }
    };
    el("nav").class("pane-switch").set("aria-label", words.shell.panes).all(buttons.into_iter().map(draw).collect())
}
