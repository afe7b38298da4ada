//! The nodes as cards, group by group.

use yew::prelude::*;

use crate::i18n::Strings;
use crate::lab::preset::{POOL_LABEL, ZONE_LABEL};
use crate::lab::{Action, GroupBy, NodeGroup, Stage};
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::session::{Hands, use_hands};
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

use super::cells::Cells;
use super::{MOST_CARDS, NodeCardView, roving, suggest};

/// The nodes of a picture.
#[derive(Properties, PartialEq)]
pub struct GridProps {
    /// The picture.
    pub stage: Same<Stage>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
}

/// Cards, or cells where there are many nodes. Tab stops at one node; arrow keys move between them.
#[component]
pub fn Grid(props: &GridProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let focused = use_state_eq(|| None::<SmolStr>);
    let on_focus = {
        let focused = focused.clone();
        use_callback((), move |name: SmolStr, ()| focused.set(Some(name)))
    };
    let groups = &props.stage.groups;
    let count: usize = groups.iter().map(|group| group.nodes.len()).sum();
    let compact = count > MOST_CARDS;
    let is_there = |name: &SmolStr| groups.iter().flat_map(|group| &group.nodes).any(|node| node.name == *name);
    let tab_stop = (*focused).clone().filter(is_there).or_else(|| props.selected.clone().filter(is_there));
    let tab_stop = tab_stop.or_else(|| groups.first()?.nodes.first().map(|node| node.name.clone()));
    let draw = |group: &NodeGroup| {
        html! {
            <section key={group_key(&group.by)} class={classes!("group", compact.then_some("wide"))} style={format!("--n:{}", group.nodes.len())}>
                { draw_heading(group, &words, &hands) }
                if compact {
                    <Cells nodes={group.nodes.iter().map(Same::from).collect::<Vec<_>>()} selected={props.selected.clone()} tab_stop={tab_stop.clone()}
                        on_focus={on_focus.clone()} />
                } else {
                    <ul class="cards" role="list">
                        { for group.nodes.iter().map(|node| html! {
                            <li key={node.name.to_string()}>
                                <NodeCardView node={Same::from(node)} selected={props.selected.as_ref() == Some(&node.name)}
                                    tab_stop={tab_stop.as_ref() == Some(&node.name)} on_focus={on_focus.clone()} />
                            </li>
                        }) }
                    </ul>
                }
            </section>
        }
    };
    html! { <div class="groups" onkeydown={|event: KeyboardEvent| roving::on_keydown(&event)}>{ for groups.iter().map(draw) }</div> }
}

fn group_key(by: &GroupBy) -> String {
    match by {
        GroupBy::All => "all".into(),
        GroupBy::ControlPlane => "control-plane".into(),
        GroupBy::Zone(name) => format!("zone {name}"),
        GroupBy::Pool(name) => format!("pool {name}"),
    }
}

fn draw_heading(group: &NodeGroup, words: &Strings, hands: &Hands) -> Html {
    let title = (words.stage.group)(&group.by);
    let (name, labels) = match &group.by {
        GroupBy::Zone(zone) => (zone.to_string(), vec![(ZONE_LABEL.into(), zone.clone())]),
        GroupBy::Pool(pool) => (pool.to_string(), vec![(POOL_LABEL.into(), pool.clone())]),
        GroupBy::All => (title.clone(), vec![]),
        GroupBy::ControlPlane => return html! { <div class="group-head"><h2>{ title }</h2></div> },
    };
    let names: Vec<&str> = group.nodes.iter().map(|node| node.name.as_str()).collect();
    let action = Action::AddNodes { count: 1, labels, stem: suggest::stem(&names) };
    let hands = hands.clone();
    // A refusal shows in the line above the dock.
    let onclick = Callback::from(move |_: MouseEvent| drop(hands.act(&action)));
    html! {
        <div class="group-head">
            <h2 aria-label={title.clone()} title={title.clone()}>{ name }</h2>
            <span class="sub">{ (words.stage.nodes)(group.nodes.len()) }</span>
            <button type="button" class="icon-button" {onclick} aria-label={format!("{title}: {}", words.stage.add_node_here)}
                title={words.stage.add_node_here}><Icon name="plus" /></button>
        </div>
    }
}
