//! The DaemonSet in numbers: kubectl's own, and a bar of its rollout.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlSelectElement};
use yew::virtual_dom::ListenerKind;

use crate::i18n::{Column, Strings, columns};
use crate::lab::{BarSegment, DaemonSetSummary, Progress, Revision, Stage};
use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::message::{Msg, Popover};
use crate::ui::model::Model;
use crate::ui::widgets::menu_button;

use super::look::hue_class;

/// The numbers and the bar, or what to do when there is no DaemonSet.
pub fn summary(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.stage;
    if model.is_empty_yet() {
        let waits = el("p").class("sub").set("role", "status").text(words.arriving);
        return el("section")
            .class("dsbar arriving")
            .set("aria-label", words.daemonset)
            .with(waits)
            .with(el("div").class("rollout"));
    }
    let Some(daemonset) = &model.stage.daemonset else {
        let text = el("div").with(el("h2").text(words.empty_title)).with(el("p").text(words.empty_detail));
        let apply = button("primary").text((words.empty_apply)(&model.files.active().name)).on(ui.click(Msg::Apply));
        return el("section").class("dsbar empty").set("aria-label", words.daemonset).with(text).with(apply);
    };
    let numbers = columns(daemonset).into_iter().map(|(column, number)| draw_number(column, number, ui.words).done());
    let menu = icon_button("icon-button menu-button", words.daemonset_menu, "more");
    let line = el("div")
        .class("dsline")
        .with(draw_name(ui, daemonset, model))
        .with(el("dl").class("stats").all(numbers.collect()))
        .with(el("span").class("spacer"))
        .maybe(draw_revision(daemonset, &model.stage, ui.words))
        .with(menu_button(ui, menu, Popover::DaemonSet, model.is_open(&Popover::DaemonSet)));
    let place =
        el("section").class("dsbar").set("aria-label", words.daemonset).with(line).with(draw_bar(&daemonset.bar, ui.words));
    place.maybe(model.rollout.as_ref().and_then(|progress| draw_waiting(ui, progress)))
}

fn draw_name(ui: &Ui, daemonset: &DaemonSetSummary, model: &Model) -> El {
    let (key, all) = (&daemonset.key, &model.stage.daemonsets);
    let title = el("h2").class("dsname");
    if all.len() < 2 {
        return title.text([&key.name, " "].concat()).with(el("span").class("ns").text(key.namespace.to_string()));
    }
    let option = |each: &crate::object::ObjectKey| {
        el("option").flag("selected", each == key).text([&each.name, " · ", &each.namespace].concat()).done()
    };
    title.with(
        el("select")
            .set("aria-label", ui.words.stage.choose_daemonset)
            .on(ui.ask(ListenerKind::onchange, chosen))
            .all(all.iter().map(option).collect()),
    )
}

fn chosen(event: &Event) -> Option<Msg> {
    let select: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    Some(Msg::Show(usize::try_from(select.selected_index()).ok()?))
}

fn draw_number(column: Column, number: i64, words: &Strings) -> El {
    let alarming = column == Column::Misscheduled && number > 0;
    el("div")
        .class(if alarming { "stat alarm" } else { "stat" })
        .set("title", (words.stage.column)(column))
        .with(el("dt").text(column.heading()))
        .with(el("dd").text(number.to_string()))
}

fn draw_revision(daemonset: &DaemonSetSummary, stage: &Stage, words: &Strings) -> Option<El> {
    let number = |number: i64| {
        // The bar has one pod for each node: beside an old one, a new one of a surge is on its card only.
        let in_bar = daemonset.bar.iter().filter_map(|part| part.revision);
        let on_cards = stage.nodes().flat_map(|node| &node.pods).filter_map(|pod| pod.revision);
        let known = in_bar.chain(on_cards).find(|revision| revision.number == number);
        el("b").class(hue_class(known)).text(number.to_string())
    };
    if daemonset.deleting {
        return Some(el("span").class("sub alarm").text(words.stage.deleting));
    }
    let line = el("span").class("sub revision").text([words.stage.revision, " "].concat());
    let to = daemonset.revision?;
    if daemonset.former.is_empty() {
        return Some(line.with(number(to)));
    }
    let mut seen = el("span").set("aria-hidden", "true");
    for (index, from) in daemonset.former.iter().enumerate() {
        seen = seen.text(if index > 0 { ", " } else { "" }).with(number(*from));
    }
    let names: Vec<String> = daemonset.former.iter().map(ToString::to_string).collect();
    let said = (words.stage.rollout)(&names.join(", "), to);
    Some(line.with(el("span").class("sr").text(said)).with(seen.text(" → ").with(number(to))))
}

/// What holds the rollout, where somebody has to do something about it.
fn draw_waiting(ui: &Ui, progress: &Progress) -> Option<El> {
    let words = ui.words;
    let explain = progress.held_by.first().filter(|_| progress.is_stuck()).map(|holder| {
        let name = (words.dock.explain_node)(&holder.node);
        button("quiet").text(name).on(ui.click(Msg::Explain(holder.node.clone())))
    });
    let way_out = (words.stage.way_out)(progress);
    let mut parts = [(words.stage.budget)(progress), (words.stage.waits)(progress)].to_vec();
    parts.retain(|part| !part.is_empty());
    let class = if progress.is_stuck() { "waiting stuck" } else { "waiting" };
    let line = el("div").class(class).with(icon(if progress.is_stuck() { "alert" } else { "hourglass" }));
    (!way_out.is_empty())
        .then(|| line.with(el("span").text(parts.join(" ")).text(" ").with(el("b").text(way_out)).text(" ").maybe(explain)))
}

fn bar_text(part: &BarSegment, words: &Strings) -> String {
    match part.revision {
        Some(Revision { number, .. }) => (words.stage.bar_part)(part.count, part.available, number),
        None => [&part.count.to_string(), " ", words.stage.bar_missing].concat(),
    }
}

fn draw_bar(bar: &[BarSegment], words: &Strings) -> El {
    let label = bar.iter().map(|part| bar_text(part, words)).collect::<Vec<_>>().join(", ");
    let part = |part: &BarSegment| {
        el("i")
            .classes(&[hue_class(part.revision), if part.available { "up" } else { "down" }])
            .set("style", ["flex-grow:", &part.count.to_string()].concat())
            .set("title", bar_text(part, words))
            .done()
    };
    el("div").class("rollout").set("role", "img").set("aria-label", label).all(bar.iter().map(part).collect())
}
