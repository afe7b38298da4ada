//! What can be done with the cluster as a whole, and how it is looked at.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::lab::ClusterPreset;
use crate::ui::session::use_hands;
use crate::ui::shell::View;
use crate::ui::widgets::{Icon, Menu, MenuItem, closest};
use crate::ui::words::use_words;

use super::add_nodes::AddNodes;
use super::legend::Legend;

/// The toolbar.
#[derive(Properties, PartialEq)]
pub struct ToolbarProps {
    /// How the nodes are shown.
    pub view: View,
    /// They should be shown in another way.
    pub on_view: Callback<View>,
}

#[derive(Clone, PartialEq)]
enum Opened {
    AddNodes(HtmlElement),
    Legend(HtmlElement),
}

/// Other clusters, more nodes, the legend, and the choice between cards and table.
#[component]
pub fn Toolbar(props: &ToolbarProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let opened = use_state_eq(|| None::<Opened>);
    let open = |make: fn(HtmlElement) -> Opened| {
        let opened = opened.clone();
        Callback::from(move |event: MouseEvent| {
            opened.set(if opened.is_some() { None } else { closest(&event, "button").map(make) });
        })
    };
    let close = {
        let opened = opened.clone();
        Callback::from(move |()| opened.set(None))
    };
    let presets = ClusterPreset::ALL.map(|preset| {
        let hands = hands.clone();
        MenuItem::new((words.preset.title)(preset), "cluster", move || hands.new_cluster(preset))
    });
    let view = |view: View, name: &'static str, icon: &'static str| {
        let onclick = props.on_view.reform(move |_: MouseEvent| view);
        html! {
            <button type="button" aria-pressed={(props.view == view).to_string()} aria-label={name} title={name} {onclick}>
                <Icon name={icon} />
            </button>
        }
    };
    html! {
        <div class="toolbar">
            <Menu label={words.preset.menu} note={words.preset.note} items={presets.to_vec()} class="quiet">
                { words.preset.menu }<Icon name="down" />
            </Menu>
            <button type="button" class="quiet" aria-haspopup="dialog" onclick={open(Opened::AddNodes)}>
                <Icon name="plus" />{ words.stage.add_nodes }
            </button>
            <span class="spacer" />
            <button type="button" class="quiet" aria-haspopup="dialog" onclick={open(Opened::Legend)}>{ words.stage.legend }</button>
            <div class="segments" role="group" aria-label={words.stage.view}>
                { view(View::Cards, words.stage.view_cards, "cards") }
                { view(View::Table, words.stage.view_table, "table") }
            </div>
            { match (*opened).clone() {
                Some(Opened::AddNodes(anchor)) => html! { <AddNodes {anchor} on_close={close} /> },
                Some(Opened::Legend(anchor)) => html! { <Legend {anchor} on_close={close} /> },
                None => html! {},
            } }
        </div>
    }
}
