//! The nodes as a table: the same picture for those who read it row by row.

use yew::prelude::*;

use crate::i18n::Strings;
use crate::lab::{NodeCard, Stage};
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::session::use_hands;
use crate::ui::words::use_words;

use super::look::{dot_class, node_status, pod_status};
use super::roving;

/// The nodes of a picture.
#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// The picture.
    pub stage: Same<Stage>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
}

/// One row for each node; the name selects it.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let words = use_words();
    let stage = &words.stage;
    html! {
        <div class="table-scroll" onkeydown={|event: KeyboardEvent| roving::on_keydown(&event)}>
            <table class="nodes-table">
                <thead><tr>
                    <th scope="col">{ stage.column_node }</th>
                    <th scope="col">{ stage.column_status }</th>
                    <th scope="col">{ stage.column_pods }</th>
                    <th scope="col">{ stage.column_taints }</th>
                    <th scope="col">{ stage.column_labels }</th>
                </tr></thead>
                { for props.stage.groups.iter().map(|group| html! {
                    <tbody>
                        <tr><th class="group-row" colspan="5" scope="rowgroup">{ (stage.group)(&group.by) }</th></tr>
                        { for group.nodes.iter().map(|node| html! {
                            <Row key={node.name.to_string()} node={Same::from(node)} selected={props.selected.as_ref() == Some(&node.name)} />
                        }) }
                    </tbody>
                }) }
            </table>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    node: Same<NodeCard>,
    selected: bool,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let node = &props.node;
    let select = {
        let name = node.name.clone();
        Callback::from(move |_: MouseEvent| hands.select(Some(name.clone())))
    };
    html! {
        <tr class={classes!(props.selected.then_some("sel"))} onclick={select.clone()}>
            <th scope="row">
                <button type="button" class="node-name" data-node={node.name.to_string()} aria-pressed={props.selected.to_string()}
                    onclick={select}>{ node.name.as_str() }</button>
            </th>
            <td><span class={classes!("dot", dot_class(node))} aria-hidden="true" />{ node_status(node, &words) }</td>
            <td>{ draw_pods(node, &words) }</td>
            <td>{ for node.taints.iter().map(|taint| html! {
                <code>{ crate::i18n::taint(&taint.key, &taint.value, taint.effect) }</code>
            }) }</td>
            <td>{ for node.labels.iter().map(|label| html! {
                <code class={classes!(label.watched.then_some("hit"))}>{ crate::i18n::label(&label.key, &label.value) }</code>
            }) }</td>
        </tr>
    }
}

fn draw_pods(node: &NodeCard, words: &Strings) -> Html {
    let pod = |pod: &crate::lab::PodChip| {
        let revision = pod.revision.map_or(words.pod.no_revision.to_owned(), |revision| (words.pod.revision)(revision.number));
        html! { <div><code>{ pod.key.name.as_str() }</code>{ format!(" {} · {revision}", pod_status(pod, words)) }</div> }
    };
    let why = node.absence.as_ref().map(|absence| {
        let why = (words.node.absence)(absence);
        html! { <>{ why.title }{ " " }{ why.detail }</> }
    });
    html! { <>{ for node.pods.iter().map(pod) }{ why }</> }
}
