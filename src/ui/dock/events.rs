//! What the controllers report.

use crate::i18n::duration;
use crate::lab::{EventLine, EventList, EventType};
use crate::ui::element::{El, Ui, el, icon};

/// A table, newest first.
pub fn events(ui: &Ui, events: &EventList) -> El {
    let words = &ui.words.dock;
    if events.count == 0 {
        return el("p").class("hint").text(words.no_events);
    }
    let older = events.count - events.last.len();
    let headings = [words.age, words.kind, words.reason, words.object, words.message];
    let heading = |text: &'static str| el("th").set("scope", "col").text(text).done();
    let rows = events.last.iter().rev().map(|event| draw_row(event).done());
    let table = el("table")
        .with(el("thead").with(el("tr").all(headings.into_iter().map(heading).collect())))
        .with(el("tbody").all(rows.collect()));
    el("div").class("events").with(table).maybe((older > 0).then(|| el("p").class("hint").text((words.older)(older))))
}

fn draw_row(event: &EventLine) -> El {
    let (kind, warning) = match event.kind {
        EventType::Normal => ("Normal", false),
        EventType::Warning => ("Warning", true),
    };
    let count = || el("span").class("count").text([" ×", &event.count.to_string()].concat());
    el("tr")
        .class(if warning { "warning" } else { "" })
        .set("lang", "en")
        .with(el("td").class("age").text(duration(event.age_seconds)))
        .with(el("td").maybe(warning.then(|| icon("alert"))).text(kind))
        .with(el("td").text(event.reason.to_string()))
        .with(el("td").with(el("code").text(event.object.to_string())))
        .with(el("td").text(event.message.clone()).maybe((event.count > 1).then(count)))
}
