//! A node's taints and labels, each a button that opens its form.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::i18n::{Strings, label, short_key, taint};
use crate::lab::{LabelChip, NodeCard, TaintChip};
use crate::object::TaintEffect;
use crate::ui::same::Same;
use crate::ui::widgets::{Icon, closest};
use crate::ui::words::use_words;

use super::node_form::FormKind;

/// The chips of a node.
#[derive(Properties, PartialEq)]
pub struct ChipsProps {
    /// The node.
    pub node: Same<NodeCard>,
    /// Whether Tab stops at the chips.
    pub tab_stop: bool,
    /// Opens a form at that control.
    pub on_edit: Callback<(FormKind, HtmlElement)>,
}

/// Taints, then labels; the usual labels are folded unless the DaemonSet looks at them.
#[component]
pub fn Chips(props: &ChipsProps) -> Html {
    let words = use_words();
    let unfolded = use_state_eq(|| false);
    let (usual, own): (Vec<_>, Vec<_>) = props.node.labels.iter().partition(|label| is_usual(label));
    let tabindex = if props.tab_stop { "0" } else { "-1" };
    let edit = |kind: FormKind| {
        let on_edit = props.on_edit.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(anchor) = closest(&event, "button") {
                on_edit.emit((kind.clone(), anchor));
            }
        })
    };
    let toggle = {
        let unfolded = unfolded.clone();
        Callback::from(move |_: MouseEvent| unfolded.set(!*unfolded))
    };
    let shown_usual: &[&LabelChip] = if *unfolded { &usual } else { &[] };
    html! {
        <div class="chips">
            { for props.node.taints.iter().map(|taint| draw_taint(taint, &words, tabindex, edit(FormKind::taint(taint)))) }
            { for own.iter().chain(shown_usual).map(|label| draw_label(label, &words, tabindex, edit(FormKind::label(label)))) }
            if !usual.is_empty() {
                <button key="usual" type="button" class="chip fold" {tabindex} onclick={toggle} aria-expanded={unfolded.to_string()}
                    aria-label={if *unfolded { words.node.fewer_labels.to_owned() } else { (words.node.more_labels)(usual.len()) }}>
                    { if *unfolded { words.node.fewer_labels.to_owned() } else { format!("+{}", usual.len()) } }
                </button>
            }
            <button key="add" type="button" class="chip add" {tabindex} onclick={edit(FormKind::NewLabel)} aria-label={words.node.add_label}
                title={words.node.add_label}><Icon name="plus" /></button>
        </div>
    }
}

/// Whether the label is one that Kubernetes gives to every node, and nothing looks at it.
fn is_usual(label: &LabelChip) -> bool {
    !label.watched && short_key(&label.key) != label.key
}

fn draw_taint(chip: &TaintChip, words: &Strings, tabindex: &'static str, onclick: Callback<MouseEvent>) -> Html {
    let answer = match chip.tolerated {
        Some(true) => words.node.tolerated,
        Some(false) => words.node.not_tolerated,
        None => "",
    };
    let effect = match chip.effect {
        TaintEffect::NoExecute => "exec",
        TaintEffect::NoSchedule => "sched",
        TaintEffect::PreferNoSchedule => "prefer",
    };
    let full = full_taint(chip);
    html! {
        <button key={format!("t {full}")} type="button" {tabindex} {onclick}
            class={classes!("chip", "taint", effect, (chip.tolerated == Some(true)).then_some("tolerated"))}
            title={if answer.is_empty() { full.clone() } else { format!("{full} · {answer}") }}
            aria-label={format!("{} {answer}", (words.node.edit_taint)(&full))}>
            if chip.tolerated == Some(true) { <Icon name="check" /> }
            { taint(&chip.key, &chip.value, chip.effect) }
        </button>
    }
}

fn full_taint(chip: &TaintChip) -> String {
    if chip.value.is_empty() {
        format!("{}:{}", chip.key, chip.effect)
    } else {
        format!("{}={}:{}", chip.key, chip.value, chip.effect)
    }
}

fn draw_label(chip: &LabelChip, words: &Strings, tabindex: &'static str, onclick: Callback<MouseEvent>) -> Html {
    let full = format!("{}={}", chip.key, chip.value);
    let watched = if chip.watched { words.node.watched } else { "" };
    html! {
        <button key={format!("l {}", chip.key)} type="button" {tabindex} {onclick} class={classes!("chip", chip.watched.then_some("hit"))}
            title={if chip.watched { format!("{full} · {watched}") } else { full.clone() }}
            aria-label={format!("{} {watched}", (words.node.edit_label)(&full))}>
            { label(&chip.key, &chip.value) }
        </button>
    }
}
