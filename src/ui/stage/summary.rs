//! The DaemonSet in numbers: kubectl's own, and a bar of its rollout.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::i18n::{Column, Strings, columns};
use crate::lab::{Action, BarSegment, DaemonSetSummary, Revision};
use crate::object::ObjectKey;
use crate::ui::session::{Hands, use_hands};
use crate::ui::widgets::{Icon, Menu, MenuItem};
use crate::ui::words::use_words;

use super::look::hue_class;

/// The DaemonSet that is looked at.
#[derive(Properties, PartialEq)]
pub struct SummaryProps {
    /// It, or none.
    pub daemonset: Option<Rc<DaemonSetSummary>>,
    /// All there are.
    pub daemonsets: Rc<Vec<ObjectKey>>,
    /// The name of the file that is in front in the editor.
    pub file: AttrValue,
    /// Applies that file.
    pub on_apply: Callback<()>,
}

/// The numbers and the bar, or what to do when there is no DaemonSet.
#[component]
pub fn Summary(props: &SummaryProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let Some(daemonset) = &props.daemonset else {
        let onclick = props.on_apply.reform(|_: MouseEvent| ());
        return html! {
            <section class="dsbar empty" aria-label={words.stage.daemonset}>
                <div><h2>{ words.stage.empty_title }</h2><p>{ words.stage.empty_detail }</p></div>
                <button type="button" class="primary" {onclick}>{ (words.stage.empty_apply)(&props.file) }</button>
            </section>
        };
    };
    html! {
        <section class="dsbar" aria-label={words.stage.daemonset}>
            <div class="dsline">
                { draw_name(daemonset, &props.daemonsets, &words, &hands) }
                <dl class="stats">
                    { for columns(daemonset).map(|(column, number)| draw_number(column, number, &words)) }
                </dl>
                <span class="spacer" />
                { draw_revision(daemonset, &words) }
                <Menu label={words.stage.daemonset_menu} class="icon-button" items={menu_items(daemonset, &words, &hands)}>
                    <Icon name="more" />
                </Menu>
            </div>
            { draw_bar(&daemonset.bar, &words) }
        </section>
    }
}

fn draw_name(daemonset: &DaemonSetSummary, all: &Rc<Vec<ObjectKey>>, words: &Strings, hands: &Hands) -> Html {
    let key = &daemonset.key;
    if all.len() < 2 {
        return html! { <h2 class="dsname">{ key.name.as_str() }{ " " }<span class="ns">{ key.namespace.as_str() }</span></h2> };
    }
    let onchange = {
        let (all, hands) = (Rc::clone(all), hands.clone());
        Callback::from(move |event: Event| {
            let chosen =
                event.target_dyn_into::<HtmlSelectElement>().and_then(|select| usize::try_from(select.selected_index()).ok());
            if let Some(key) = chosen.and_then(|index| all.get(index)) {
                hands.show(key.clone());
            }
        })
    };
    html! {
        <h2 class="dsname">
            <select aria-label={words.stage.choose_daemonset} {onchange}>
                { for all.iter().map(|each| html! {
                    <option value={each.to_string()} selected={each == key}>{ format!("{} · {}", each.name, each.namespace) }</option>
                }) }
            </select>
        </h2>
    }
}

fn draw_number(column: Column, number: i64, words: &Strings) -> Html {
    let alarming = column == Column::Misscheduled && number > 0;
    html! {
        <div class={classes!("stat", alarming.then_some("alarm"))} title={(words.stage.column)(column)}>
            <dt>{ column.heading() }</dt><dd>{ number }</dd>
        </div>
    }
}

fn draw_revision(daemonset: &DaemonSetSummary, words: &Strings) -> Html {
    let number = |number: i64| {
        let known = daemonset.bar.iter().filter_map(|part| part.revision).find(|revision| revision.number == number);
        html! { <b class={hue_class(known)}>{ number }</b> }
    };
    let revisions = match (daemonset.revision_from, daemonset.revision) {
        _ if daemonset.deleting => return html! { <span class="sub alarm">{ words.stage.deleting }</span> },
        (_, None) => return html! {},
        (None, Some(to)) => number(to),
        (Some(from), Some(to)) => html! {
            <>
                <span class="sr">{ (words.stage.rollout)(from, to) }</span>
                <span aria-hidden="true">{ number(from) }{ " → " }{ number(to) }</span>
            </>
        },
    };
    html! { <span class="sub revision">{ words.stage.revision }{ " " }{ revisions }</span> }
}

fn bar_text(part: &BarSegment, words: &Strings) -> String {
    match part.revision {
        Some(Revision { number, .. }) => (words.stage.bar_part)(part.count, part.available, number),
        None => format!("{} {}", part.count, words.stage.bar_missing),
    }
}

fn draw_bar(bar: &[BarSegment], words: &Strings) -> Html {
    let label = bar.iter().map(|part| bar_text(part, words)).collect::<Vec<_>>().join(", ");
    let part = |part: &BarSegment| {
        let state = if part.available { "up" } else { "down" };
        html! {
            <i class={classes!(hue_class(part.revision), state)} style={format!("flex-grow:{}", part.count)} title={bar_text(part, words)} />
        }
    };
    html! { <div class="rollout" role="img" aria-label={label}>{ for bar.iter().map(part) }</div> }
}

fn menu_items(daemonset: &DaemonSetSummary, words: &Strings, hands: &Hands) -> Vec<MenuItem> {
    let (hands, daemonset) = (hands.clone(), daemonset.key.clone());
    // A refusal shows in the line above the dock.
    let delete = move || drop(hands.act(&Action::DeleteDaemonSet { daemonset: daemonset.clone() }));
    vec![MenuItem::new(words.stage.delete_daemonset, "trash", delete).danger()]
}
