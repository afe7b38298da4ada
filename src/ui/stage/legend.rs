//! What the signs of the stage mean.

use yew::Html;

use crate::i18n::{Column, LegendWords, Strings};
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

/// Every sign that the stage can draw, part by part, and kubectl's numbers.
pub fn legend(ui: &Ui) -> Vec<Html> {
    let words = &ui.words.legend;
    let parts = el("div")
        .class("parts")
        .with(pods(words))
        .with(nodes(ui.words))
        .with(chips(words))
        .with(bar(words))
        .with(cells(words))
        .with(el("section").with(el("h2").text(words.numbers)).with(numbers(ui.words)));
    vec![icon_button("icon-button close", ui.words.shell.close, "close").on(ui.click(Msg::Close(true))).done(), parts.done()]
}

/// Signs with what they mean.
fn part(title: &'static str, rows: Vec<(El, &'static str)>) -> El {
    let row = |(sign, meaning): (El, &'static str)| el("li").with(sign.set("aria-hidden", "true")).text(meaning).done();
    el("section").with(el("h2").text(title)).with(el("ul").all(rows.into_iter().map(row).collect()))
}

fn pods(words: &LegendWords) -> El {
    let state = |state: PodState| {
        let sign = el("span").classes(&["pod hue-0", state_class(state)]).with(icon("state"));
        (sign, (words.state)(state))
    };
    part(words.pods, STATES.into_iter().map(state).collect()).with(el("p").text(words.hue))
}

fn nodes(all: &Strings) -> El {
    let words = &all.legend;
    let dot = |class: &'static str| el("span").classes(&["dot", class]);
    let why = |class: &'static str, picture: &str| el("span").class(class).with(icon(picture));
    let meter = el("span").class("bar").with(el("i").set("style", "--v:40%"));
    let rows = vec![
        (dot("ok"), words.node_ok),
        (dot("warn"), words.node_warn),
        (dot("bad"), words.node_bad),
        (dot("off"), words.node_off),
        (el("span").class("node off"), words.node_striped),
        (why("why", "none"), words.node_without),
        (why("why awaited", "hourglass"), words.node_awaits),
        (el("span").class("sub").text((all.node.pods)(1, 2)), words.node_others),
        (meter, words.node_usage),
    ];
    part(words.nodes, rows)
}

fn chips(words: &LegendWords) -> El {
    let chip = |class: &'static str, text: &'static str| {
        let sign = el("span").class(class);
        if class.ends_with("tolerated") { sign.with(icon("check")).text(text) } else { sign.text(text) }
    };
    let rows = vec![
        (chip("chip hit", "key=value"), words.chip_watched),
        (chip("chip", "key=value"), words.chip_label),
        (chip("chip fold", "+3"), words.chip_folded),
        (el("span").class("chip add").with(icon("plus")), words.chip_add),
        (chip("chip taint sched", "NoSchedule"), words.chip_taint),
        (chip("chip taint exec", "NoExecute"), words.chip_evicts),
        (chip("chip taint prefer", "PreferNo…"), words.chip_prefers),
        (chip("chip taint tolerated", "NoSchedule"), words.chip_tolerated),
    ];
    part(words.chips, rows)
}

fn bar(words: &LegendWords) -> El {
    let stretch = |class: &'static str| el("span").class("rollout").with(el("i").class(class));
    let rows = vec![
        (stretch("hue-0 up"), words.bar_up),
        (stretch("hue-0 down"), words.bar_down),
        (stretch("hue-none down"), words.bar_none),
    ];
    part(words.bar, rows)
}

fn cells(words: &LegendWords) -> El {
    let cell = || el("span").class("cell-sign pod hue-0 s-available").with(icon("state"));
    let dot = cell().with(el("i").class("corner"));
    part(words.cells, vec![(cell(), words.cells_shape), (dot, words.cells_dot)])
}

fn numbers(words: &Strings) -> El {
    Column::ALL.into_iter().fold(el("dl"), |list, column| {
        list.with(el("dt").text(column.heading())).with(el("dd").text((words.stage.column)(column)))
    })
}
