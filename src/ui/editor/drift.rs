//! What the cluster has otherwise than the file in front, though that was applied to it.

use crate::i18n::Strings;
use crate::lab::Difference;
use crate::object::SmolStr;
use crate::shell::quote;
use crate::ui::element::{El, Ui, button, el, icon};
use crate::ui::message::Msg;
use crate::ui::model::Model;

/// The differences, and what to do about them; nothing for a file that is still to be applied, for then they are what it is for.
pub fn drift(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.editor;
    let place = el("div").class("drift").set("aria-live", "polite");
    let (file, drift) = (model.files.active(), &model.drift);
    if drift.told.is_empty() || file.is_unapplied() {
        return place;
    }
    let all_gone = drift.told.iter().all(|it| matches!(it, Difference::Gone(_)));
    let rows = drift.told.iter().map(|it| draw_difference(it, ui.words).done());
    let more = (drift.others > 0).then(|| el("li").text((words.more_differences)(drift.others)));
    let take = button("primary").text(words.adopt).on(ui.click(Msg::Adopt));
    let diff = ["kubectl diff -f ", &quote(&file.name)].concat();
    let show = button("").set("title", diff.clone()).text(words.show_diff).on(ui.click(Msg::Run(diff)));
    let buttons = el("div").class("drift-foot").maybe(drift.adopted.is_some().then_some(take)).maybe((!all_gone).then_some(show));
    place.with(icon("alert")).with(
        el("div")
            .with(el("h3").text(if all_gone { words.drifted_away } else { words.drifted }))
            .with(el("ul").set("role", "list").all(rows.collect()).maybe(more))
            .with(buttons),
    )
}

fn draw_difference(difference: &Difference, words: &Strings) -> El {
    let code = |text: &str| el("code").set("lang", "en").text(text.to_owned());
    match difference {
        Difference::Gone(object) => el("li").with(code(object)),
        Difference::Field { path, text, cluster } => {
            let value = |value: &Option<SmolStr>| match value {
                Some(value) => code(value),
                None => el("i").text(words.editor.absent),
            };
            let row = el("li").with(code(path).class("path"));
            let pair = |name: &'static str, shown: El| el("span").text([name, " "].concat()).with(shown);
            row.with(pair(words.editor.in_cluster, value(cluster))).with(pair(words.editor.in_file, value(text)))
        }
    }
}
