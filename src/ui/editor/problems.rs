//! What is wrong with the file in front.

use crate::lab::manifest::{Problem, Severity};
use crate::ui::element::{El, Ui, button, el};
use crate::ui::message::Msg;
use crate::ui::model::Model;

/// Each problem with its place, to which a click leads, in the server's words; nothing when there is none.
pub fn problems(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.editor;
    let place = el("section").class("problems").set("aria-label", words.problems).set("aria-live", "polite");
    if model.problems.is_empty() {
        return place;
    }
    let rows = model.problems.iter().map(|problem| draw_row(ui, problem).done());
    place.with(el("h3").text((words.problem_count)(model.problems.len()))).with(el("ul").set("role", "list").all(rows.collect()))
}

fn draw_row(ui: &Ui, problem: &Problem) -> El {
    let words = &ui.words.editor;
    let start = problem.span.start;
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let go = Msg::GoTo(small(start.line), small(start.column));
    let advice = (words.advice)(&problem.advice);
    let row = button("problem")
        .on(ui.click(go))
        .with(el("span").class("place").text((words.place)(start.line, start.column)))
        .with(el("span").class("message").set("lang", "en").text(problem.message.clone()))
        .maybe((!advice.is_empty()).then(|| el("span").class("advice").text(advice)));
    let class = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    el("li").class(class).with(row)
}
