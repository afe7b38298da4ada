//! The dock as a whole.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::EventLine;
use crate::lab::Stage;
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::shell::{DockTab, Layout, LayoutAction};
use crate::ui::widgets::{Step, closest, move_focus};
use crate::ui::words::use_words;

use super::events::Events;
use super::explain::Explain;
use super::resize::Resize;

/// The dock.
#[derive(Properties, PartialEq)]
pub struct DockProps {
    /// The last picture.
    pub stage: Same<Stage>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
    /// The cluster's events.
    pub events: Rc<Vec<EventLine>>,
    /// The tab in front.
    pub tab: DockTab,
    /// The dock's height, in CSS pixels.
    pub height: i32,
    /// The arrangement of the panes.
    pub layout: UseReducerDispatcher<Layout>,
    /// What stands beside the tabs.
    pub children: Html,
}

/// Tabs, and the pane in front.
#[component]
pub fn DockPane(props: &DockProps) -> Html {
    let words = use_words();
    let tab = |tab: DockTab| {
        let layout = props.layout.clone();
        let (id, name) = match tab {
            DockTab::Events => ("tab-events", words.dock.events),
            DockTab::Explain => ("tab-explain", words.dock.explain),
        };
        let on = tab == props.tab;
        html! {
            <button {id} type="button" role="tab" class={classes!("tab", on.then_some("on"))} aria-selected={on.to_string()}
                aria-controls="dock-panel" tabindex={if on { "0" } else { "-1" }}
                onclick={move |_| layout.dispatch(LayoutAction::DockTab(tab))}>
                { name }
                if tab == DockTab::Events && !props.events.is_empty() {
                    <span class="sub">{ props.events.len() }</span>
                }
            </button>
        }
    };
    let (labelled, panel) = match props.tab {
        DockTab::Events => ("tab-events", html! { <Events events={Rc::clone(&props.events)} /> }),
        DockTab::Explain => ("tab-explain", html! { <Explain stage={props.stage.clone()} selected={props.selected.clone()} /> }),
    };
    html! {
        <section class="dock" aria-label={words.dock.name}>
            <Resize height={props.height} layout={props.layout.clone()} />
            <div class="dock-head">
                <div class="tabs" role="tablist" aria-label={words.dock.name} onkeydown={|event: KeyboardEvent| move_between_tabs(&event)}>
                    { for DockTab::ALL.map(tab) }
                </div>
                <span class="spacer" />
                { props.children.clone() }
            </div>
            <div id="dock-panel" class="dock-panel" role="tabpanel" aria-labelledby={labelled} tabindex="0">{ panel }</div>
        </section>
    }
}

fn move_between_tabs(event: &KeyboardEvent) {
    if let (Some(list), Some(step)) = (closest(event, "[role=tablist]"), Step::horizontal(&event.key())) {
        event.prevent_default();
        move_focus(&list, "[role=tab]", step);
    }
}
