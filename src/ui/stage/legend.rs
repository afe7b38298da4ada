//! What the signs of the stage mean.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::i18n::Column;
use crate::lab::PodState;
use crate::ui::widgets::{Icon, Popover};
use crate::ui::words::use_words;

use super::look::state_class;

/// The legend.
#[derive(Properties, PartialEq)]
pub struct LegendProps {
    /// The control that it hangs from.
    pub anchor: HtmlElement,
    /// It wants to be closed.
    pub on_close: Callback<()>,
}

const STATES: [PodState; 8] = [
    PodState::Pending,
    PodState::Creating,
    PodState::Running,
    PodState::Ready { available_in_seconds: 1 },
    PodState::Available,
    PodState::Terminating,
    PodState::Broken,
    PodState::Succeeded,
];

/// Shapes, hues, chips, and kubectl's numbers.
#[component]
pub fn Legend(props: &LegendProps) -> Html {
    let words = use_words();
    let legend = &words.legend;
    let close = {
        let (on_close, anchor) = (props.on_close.clone(), props.anchor.clone());
        Callback::from(move |_: MouseEvent| {
            on_close.emit(());
            let _ = anchor.focus();
        })
    };
    html! {
        <Popover anchor={props.anchor.clone()} on_close={props.on_close.clone()} label={words.stage.legend} class="legend">
            <button type="button" class="icon-button close" onclick={close} aria-label={words.shell.close}><Icon name="close" /></button>
            <h2>{ legend.pods }</h2>
            <ul>{ for STATES.map(|state| html! {
                <li><span class={classes!("pod", "hue-0", state_class(state))} aria-hidden="true"><Icon name="state" /></span>{ (legend.state)(state) }</li>
            }) }</ul>
            <p>{ legend.hue }</p>
            <h2>{ legend.chips }</h2>
            <ul>
                <li><span class="chip hit" aria-hidden="true">{ "key=value" }</span>{ legend.chip_watched }</li>
                <li><span class="chip taint sched" aria-hidden="true">{ "NoSchedule" }</span>{ legend.chip_taint }</li>
                <li><span class="chip taint exec" aria-hidden="true">{ "NoExecute" }</span>{ legend.chip_evicts }</li>
                <li><span class="chip taint tolerated" aria-hidden="true"><Icon name="check" />{ "NoSchedule" }</span>{ legend.chip_tolerated }</li>
            </ul>
            <h2>{ legend.numbers }</h2>
            <dl>{ for Column::ALL.map(|column| html! {
                <><dt>{ column.heading() }</dt><dd>{ (words.stage.column)(column) }</dd></>
            }) }</dl>
        </Popover>
    }
}
