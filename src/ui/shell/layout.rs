//! How the panes are arranged.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew::Reducible;

/// A tab of the dock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DockTab {
    /// What the controllers report.
    Events,
    /// Why a node has a pod or none.
    #[default]
    Explain,
}

impl DockTab {
    /// In the order of the tabs.
    pub const ALL: [Self; 2] = [Self::Events, Self::Explain];
}

/// What a phone shows: one pane at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pane {
    /// The stage.
    #[default]
    Cluster,
    /// The editor.
    Yaml,
    /// The dock.
    Dock,
}

/// How the nodes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// As cards, or cells where there are many.
    #[default]
    Cards,
    /// As a table.
    Table,
}

/// How the panes are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Height of the dock, in CSS pixels.
    pub dock_height: i32,
    /// The tab of the dock that is in front.
    pub dock_tab: DockTab,
    /// The pane that a phone shows.
    pub pane: Pane,
    /// How the nodes are shown.
    pub view: View,
}

impl Default for Layout {
    fn default() -> Self {
        Self { dock_height: 220, dock_tab: DockTab::default(), pane: Pane::default(), view: View::default() }
    }
}

/// What can happen to the arrangement.
pub enum LayoutAction {
    /// Makes the dock that high, within its bounds.
    DockHeight(i32),
    /// Brings a tab of the dock to the front, and on a phone the dock with it.
    DockTab(DockTab),
    /// Shows a pane on a phone.
    Pane(Pane),
    /// Shows the nodes in another way.
    View(View),
}

impl Layout {
    /// The least and the greatest height of the dock, in CSS pixels.
    pub const DOCK_HEIGHTS: (i32, i32) = (110, 560);

    /// How far an arrow key moves the dock's edge, in CSS pixels.
    pub const DOCK_STEP: i32 = 20;

    /// Reads what [`Layout::save`] wrote, or arranges the panes as for a first visit.
    pub fn restore(saved: &str) -> Self {
        serde_json::from_str(saved).unwrap_or_default()
    }

    /// As text, to be remembered.
    pub fn save(self) -> String {
        serde_json::to_string(&self).unwrap_or_default()
    }
}

impl Reducible for Layout {
    type Action = LayoutAction;

    fn reduce(self: Rc<Self>, action: LayoutAction) -> Rc<Self> {
        let (least, most) = Self::DOCK_HEIGHTS;
        Rc::new(match action {
            LayoutAction::DockHeight(height) => Self { dock_height: height.clamp(least, most), ..*self },
            LayoutAction::DockTab(dock_tab) => Self { dock_tab, pane: Pane::Dock, ..*self },
            LayoutAction::Pane(pane) => Self { pane, ..*self },
            LayoutAction::View(view) => Self { view, ..*self },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dock_stays_within_its_bounds() {
        let height = |wanted| Rc::new(Layout::default()).reduce(LayoutAction::DockHeight(wanted)).dock_height;
        assert_eq!(height(300), 300);
        assert_eq!(height(-5), Layout::DOCK_HEIGHTS.0);
        assert_eq!(height(5000), Layout::DOCK_HEIGHTS.1);
    }

    #[test]
    fn a_phone_shows_the_tab_that_was_asked_for() {
        let layout = Rc::new(Layout::default()).reduce(LayoutAction::DockTab(DockTab::Explain));
        assert_eq!((layout.pane, layout.dock_tab), (Pane::Dock, DockTab::Explain));
    }

    #[test]
    fn the_arrangement_survives_being_remembered() {
        let layout = Layout { dock_height: 300, dock_tab: DockTab::Explain, pane: Pane::Yaml, view: View::Table };
        assert_eq!(Layout::restore(&layout.save()), layout);
        assert_eq!(Layout::restore("{}"), Layout::default());
    }
}
