//! Many nodes as small cells.

use yew::prelude::*;

use crate::lab::NodeCard;
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::session::use_hands;
use crate::ui::widgets::closest;
use crate::ui::words::use_words;

use super::look::{hue_class, is_off, main_pod, node_sentence, state_class};
use super::roving::MARK;

/// So many cells are drawn, or left as they are, together.
const BLOCK: usize = 60;

/// The nodes of a group.
#[derive(Properties, PartialEq)]
pub struct CellsProps {
    /// The nodes.
    pub nodes: Vec<Same<NodeCard>>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
    /// The node at which Tab stops.
    pub tab_stop: Option<SmolStr>,
    /// The focus came to a node.
    pub on_focus: Callback<SmolStr>,
}

/// One cell for each node: hue and glyph are those of its pod. Its name shows when the pointer or the focus is on it.
#[component]
pub fn Cells(props: &CellsProps) -> Html {
    let hands = use_hands();
    let name_at = |event: &Event| closest(event, "[data-node]").and_then(|cell| cell.get_attribute(MARK));
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(name) = name_at(&event) {
            hands.select(Some(name.into()));
        }
    });
    let onfocusin = {
        let on_focus = props.on_focus.clone();
        Callback::from(move |event: FocusEvent| {
            if let Some(name) = name_at(&event) {
                on_focus.emit(name.into());
            }
        })
    };
    let own = |name: &Option<SmolStr>, block: &[Same<NodeCard>]| {
        name.clone().filter(|name| block.iter().any(|node| node.name == *name))
    };
    html! {
        <div class="cells" role="group" {onclick} {onfocusin}>
            { for props.nodes.chunks(BLOCK).map(|block| html! {
                <Block nodes={block.to_vec()} selected={own(&props.selected, block)} tab_stop={own(&props.tab_stop, block)} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct BlockProps {
    nodes: Vec<Same<NodeCard>>,
    selected: Option<SmolStr>,
    tab_stop: Option<SmolStr>,
}

#[component]
fn Block(props: &BlockProps) -> Html {
    let words = use_words();
    let cell = |node: &Same<NodeCard>| {
        let pod = main_pod(node);
        let look = pod.map_or(classes!("s-none"), |pod| classes!(hue_class(pod.revision), state_class(pod.state)));
        let sentence = node_sentence(node, &words);
        let selected = props.selected.as_ref() == Some(&node.name);
        html! {
            <button key={node.name.to_string()} type="button" data-node={node.name.to_string()} title={sentence.clone()} aria-label={sentence}
                class={classes!("cell", look, is_off(node).then_some("off"), node.cordoned.then_some("cordoned"))}
                aria-pressed={selected.to_string()} tabindex={if props.tab_stop.as_ref() == Some(&node.name) { "0" } else { "-1" }} />
        }
    };
    html! { <div class="block">{ for props.nodes.iter().map(cell) }</div> }
}
