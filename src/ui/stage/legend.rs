//! What the signs of the stage mean.

use yew::Html;

use crate::i18n::{Column, Strings};
use crate::lab::PodState;
use crate::ui::element::{El, Ui, el, icon, icon_button};
use crate::ui::message::Msg;

use super::look::state_class;

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
pub fn legend(ui: &Ui) -> Vec<Html> {
    let words = &ui.words.legend;
    let state = |state: PodState| {
        let sign = el("span").classes(&["pod hue-0", state_class(state)]).set("aria-hidden", "true").with(icon("state"));
        el("li").with(sign).text((words.state)(state)).done()
    };
    let chip = |class: &'static str, text: &'static str, meaning: &'static str| {
        let sign = el("span").class(class).set("aria-hidden", "true");
        let sign = if class.ends_with("tolerated") { sign.with(icon("check")) } else { sign };
        el("li").with(sign.text(text)).text(meaning).done()
    };
    let chips = vec![
        chip("chip hit", "key=value", words.chip_watched),
        chip("chip taint sched", "NoSchedule", words.chip_taint),
        chip("chip taint exec", "NoExecute", words.chip_evicts),
        chip("chip taint tolerated", "NoSchedule", words.chip_tolerated),
    ];
    vec![
        icon_button("icon-button close", ui.words.shell.close, "close").on(ui.click(Msg::Close(true))).done(),
        el("h2").text(words.pods).done(),
        el("ul").all(STATES.into_iter().map(state).collect()).done(),
        el("p").text(words.hue).done(),
        el("h2").text(words.chips).done(),
        el("ul").all(chips).done(),
        el("h2").text(words.numbers).done(),
        numbers(ui.words).done(),
    ]
}

fn numbers(words: &Strings) -> El {
    Column::ALL.into_iter().fold(el("dl"), |list, column| {
        list.with(el("dt").text(column.heading())).with(el("dd").text((words.stage.column)(column)))
    })
}
