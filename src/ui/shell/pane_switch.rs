//! On a phone: which of the panes is seen.

use yew::prelude::*;

use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

use super::layout::{DockTab, Layout, LayoutAction, Pane};

/// The switch.
#[derive(Properties, PartialEq)]
pub struct PaneSwitchProps {
    /// The pane that is seen.
    pub pane: Pane,
    /// The tab of the dock that is in front.
    pub tab: DockTab,
    /// The arrangement of the panes.
    pub layout: UseReducerDispatcher<Layout>,
}

/// A bar at the bottom of the page; the style sheet shows it where there is no room for all panes.
#[component]
pub fn PaneSwitch(props: &PaneSwitchProps) -> Html {
    let words = use_words();
    let button = |name: &'static str, icon: &'static str, on: bool, action: fn() -> LayoutAction| {
        let layout = props.layout.clone();
        html! {
            <button type="button" class={classes!(on.then_some("on"))} aria-current={on.then_some("true")}
                onclick={move |_| layout.dispatch(action())}><Icon name={icon} />{ name }</button>
        }
    };
    let dock = |tab: DockTab| props.pane == Pane::Dock && props.tab == tab;
    html! {
        <nav class="pane-switch" aria-label={words.shell.panes}>
            { button(words.shell.pane_cluster, "cards", props.pane == Pane::Cluster, || LayoutAction::Pane(Pane::Cluster)) }
            { button(words.shell.pane_yaml, "file", props.pane == Pane::Yaml, || LayoutAction::Pane(Pane::Yaml)) }
            { button(words.dock.events, "list", dock(DockTab::Events), || LayoutAction::DockTab(DockTab::Events)) }
            { button(words.dock.explain, "question", dock(DockTab::Explain), || LayoutAction::DockTab(DockTab::Explain)) }
        </nav>
    }
}
