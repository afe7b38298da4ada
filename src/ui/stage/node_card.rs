//! A node as a card.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::i18n::Strings;
use crate::lab::{Action, NodeCard};
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::session::{Hands, use_hands};
use crate::ui::widgets::{Icon, Menu, MenuItem};
use crate::ui::words::use_words;

use super::absence::AbsenceView;
use super::chips::Chips;
use super::look::{dot_class, is_off, node_sentence, node_status};
use super::node_form::{FormKind, NodeForm};
use super::pods::PodView;
use super::usage::UsageBars;

/// A node.
#[derive(Properties, PartialEq)]
pub struct NodeCardProps {
    /// The node.
    pub node: Same<NodeCard>,
    /// Whether it is the one that is explained.
    pub selected: bool,
    /// Whether Tab stops at it and what is on it.
    pub tab_stop: bool,
    /// The focus came to the node.
    #[prop_or_default]
    pub on_focus: Callback<SmolStr>,
}

/// A node with its state, its pods or why it has none, its taints and labels, and what of it is in use.
#[component]
pub fn NodeCardView(props: &NodeCardProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let form = use_state_eq(|| None::<(FormKind, HtmlElement)>);
    let name_button = use_node_ref();
    let node = &props.node;
    let usual = dot_class(node) == "ok";
    let open_form = {
        let form = form.clone();
        Callback::from(move |opened| form.set(Some(opened)))
    };
    let close_form = {
        let form = form.clone();
        Callback::from(move |()| form.set(None))
    };
    let select = {
        let (hands, name) = (hands.clone(), node.name.clone());
        Callback::from(move |_: MouseEvent| hands.select(Some(name.clone())))
    };
    let onfocusin = {
        let (on_focus, name) = (props.on_focus.clone(), node.name.clone());
        Callback::from(move |_: FocusEvent| on_focus.emit(name.clone()))
    };
    html! {
        <div class={classes!("node", props.selected.then_some("sel"), is_off(node).then_some("off"))} onclick={select.clone()} {onfocusin}>
            <div class="node-head">
                <span class={classes!("dot", dot_class(node))} aria-hidden="true" />
                <h3>
                    <button ref={name_button.clone()} type="button" class="node-name" data-node={node.name.to_string()}
                        aria-pressed={props.selected.to_string()} aria-label={node_sentence(node, &words)} title={node.name.to_string()}
                        tabindex={if props.tab_stop { "0" } else { "-1" }} onclick={select}>{ node.name.as_str() }</button>
                </h3>
                if usual {
                    <span class="sub">{ (words.node.pods)(node.pods.len() + node.other_pods) }</span>
                }
                <Menu label={(words.node.menu)(&node.name)} class="icon-button" tab_stop={props.tab_stop}
                    items={menu_items(node, &words, &hands, &open_form, &name_button)}><Icon name="more" /></Menu>
            </div>
            if !usual {
                <p class="sub status">{ node_status(node, &words) }</p>
            }
            <div class="pods">
                { for node.pods.iter().map(|pod| html! {
                    <PodView key={pod.key.to_string()} pod={pod.clone()} tab_stop={props.tab_stop} />
                }) }
                if let Some(absence) = node.absence.clone() {
                    <AbsenceView {absence} />
                }
            </div>
            <Chips node={node.clone()} tab_stop={props.tab_stop} on_edit={open_form} />
            <UsageBars cpu={node.cpu} memory={node.memory} />
            if let Some((kind, anchor)) = (*form).clone() {
                <NodeForm node={node.name.clone()} {kind} {anchor} on_close={close_form} />
            }
        </div>
    }
}

fn menu_items(
    node: &NodeCard,
    words: &Strings,
    hands: &Hands,
    open_form: &Callback<(FormKind, HtmlElement)>,
    anchor: &NodeRef,
) -> Vec<MenuItem> {
    let name = || node.name.clone();
    let form = |kind: FormKind| {
        let (open_form, anchor) = (open_form.clone(), anchor.clone());
        move || {
            if let Some(anchor) = anchor.cast::<HtmlElement>() {
                open_form.emit((kind.clone(), anchor));
            }
        }
    };
    let act = |action: Action| {
        let hands = hands.clone();
        // A refusal shows in the line above the dock.
        move || drop(hands.act(&action))
    };
    let cordon = if node.cordoned {
        MenuItem::new(words.node.uncordon, "unlock", act(Action::Uncordon { node: name() }))
    } else {
        MenuItem::new(words.node.cordon, "lock", act(Action::Cordon { node: name() }))
    };
    let power = if node.stopped {
        MenuItem::new(words.node.start, "power", act(Action::StartNode { node: name() }))
    } else {
        MenuItem::new(words.node.stop, "power", act(Action::StopNode { node: name() }))
    };
    vec![
        MenuItem::new(words.node.add_label, "label", form(FormKind::NewLabel)),
        MenuItem::new(words.node.add_taint, "taint", form(FormKind::NewTaint)),
        cordon,
        power,
        MenuItem::new(words.node.delete, "trash", act(Action::DeleteNode { node: name() })).danger(),
    ]
}
