//! How the panes are arranged.

/// A tab of the dock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DockTab {
    /// Commands, and what they print.
    Terminal,
    /// What the controllers report.
    Events,
    /// Why a node has a pod or none.
    #[default]
    Explain,
}

impl DockTab {
    /// In the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Terminal, Self::Events, Self::Explain];
}

/// What a phone shows: one pane at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// As cards, or cells where there are many.
    #[default]
    Cards,
    /// As a table.
    Table,
}

/// How the panes are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Layout {
    /// The least and the greatest height of the dock, in CSS pixels.
    pub const DOCK_HEIGHTS: (i32, i32) = (110, 560);

    /// How far an arrow key moves the dock's edge, in CSS pixels.
    pub const DOCK_STEP: i32 = 20;

    /// The dock that high, within its bounds.
    pub fn set_dock_height(&mut self, height: i32) {
        self.dock_height = height.clamp(Self::DOCK_HEIGHTS.0, Self::DOCK_HEIGHTS.1);
    }

    /// Brings a tab of the dock to the front, and on a phone the dock with it.
    pub fn show_tab(&mut self, tab: DockTab) {
        self.dock_tab = tab;
        self.pane = Pane::Dock;
    }

    /// Whether the checks of the selected node are in front.
    pub fn shows_checks(self) -> bool {
        self.dock_tab == DockTab::Explain
    }

    /// Reads what [`Layout::save`] wrote; what is not that is left as on a first visit.
    pub fn restore(saved: &str) -> Self {
        let mut layout = Self::default();
        for word in saved.split(' ') {
            match word {
                "terminal" => layout.dock_tab = DockTab::Terminal,
                "events" => layout.dock_tab = DockTab::Events,
                "explain" => layout.dock_tab = DockTab::Explain,
                "cluster" => layout.pane = Pane::Cluster,
                "yaml" => layout.pane = Pane::Yaml,
                "dock" => layout.pane = Pane::Dock,
                "cards" => layout.view = View::Cards,
                "table" => layout.view = View::Table,
                number => {
                    if let Ok(height) = number.parse() {
                        layout.set_dock_height(height);
                    }
                }
            }
        }
        layout
    }

    /// As text, to be remembered.
    pub fn save(self) -> String {
        let tab = match self.dock_tab {
            DockTab::Terminal => "terminal",
            DockTab::Events => "events",
            DockTab::Explain => "explain",
        };
        let pane = match self.pane {
            Pane::Cluster => "cluster",
            Pane::Yaml => "yaml",
            Pane::Dock => "dock",
        };
        let view = match self.view {
            View::Cards => "cards",
            View::Table => "table",
        };
        [&self.dock_height.to_string(), tab, pane, view].join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dock_stays_within_its_bounds() {
        let height = |wanted| {
            let mut layout = Layout::default();
            layout.set_dock_height(wanted);
            layout.dock_height
        };
        assert_eq!(height(300), 300);
        assert_eq!(height(-5), Layout::DOCK_HEIGHTS.0);
        assert_eq!(height(5000), Layout::DOCK_HEIGHTS.1);
    }

    #[test]
    fn a_phone_shows_the_tab_that_was_asked_for() {
        let mut layout = Layout::default();
        layout.show_tab(DockTab::Explain);
        assert_eq!((layout.pane, layout.dock_tab), (Pane::Dock, DockTab::Explain));
    }

    #[test]
    fn the_arrangement_survives_being_remembered() {
        let layout = Layout { dock_height: 300, dock_tab: DockTab::Explain, pane: Pane::Yaml, view: View::Table };
        assert_eq!(Layout::restore(&layout.save()), layout);
        assert_eq!(Layout::restore("nonsense"), Layout::default());
    }
}
