//! The line that says what was done last: the kubectl command that does the same, and the answer.

use yew::AttrValue;

use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::files::NameFault;
use crate::ui::message::Msg;
use crate::ui::model::Model;
use crate::ui::notice::Notice;

/// A line that is always there for screen readers, and is seen when there is something in it.
pub fn notice_line(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.notice;
    if model.lost {
        return el("div").key("lost").class("notice-line").set("role", "alert").with(lost(ui));
    }
    let shown = model.notice.as_ref().map(|(number, notice)| {
        let place = el("div").key(&number.to_string()).class(if notice.is_bad() { "notice bad" } else { "notice" });
        let place = draw(place, ui, notice, model.copied);
        let stands = model.done_standing && !model.playing && notice.needs_time();
        let place = if stands { place.with(draw_stands(ui)) } else { place };
        place.with(icon_button("icon-button", words.dismiss, "close").on(ui.click(Msg::Dismiss)))
    });
    el("div").key("done").class("notice-line").set("role", "status").set("aria-label", words.name).maybe(shown)
}

/// What was done has no effect before the clock runs.
fn draw_stands(ui: &Ui) -> El {
    let play = button("quiet").with(icon("play")).text(ui.words.transport.play).on(ui.click(Msg::Play(true)));
    el("span").class("stands").text(ui.words.notice.stands).with(play)
}

/// There is no engine any more: nothing but beginning anew helps.
fn lost(ui: &Ui) -> El {
    let words = &ui.words.notice;
    el("div")
        .class("notice bad lost")
        .with(icon("alert"))
        .with(el("span").class("said").text(words.lost))
        .with(button("quiet").text(words.reload).on(ui.click(Msg::Reload)))
        .with(button("quiet").text(words.start_anew).on(ui.click(Msg::StartAnew)))
}

fn draw(place: El, ui: &Ui, notice: &Notice, copied: bool) -> El {
    let words = &ui.words.notice;
    let said = |text: AttrValue| el("span").class("said").text(text);
    let undo = || button("quiet").with(icon("undo")).text(words.undo).on(ui.click(Msg::Undo));
    match notice {
        Notice::Done { command, output } => draw_command(place, ui, command, &shortened(output), copied),
        Notice::Refused { command, message } => {
            let answer = el("span").class("answer").set("lang", "en").set("title", message.clone());
            let place = if command.is_empty() { place } else { draw_typed(place, ui, command, copied) };
            place.with(answer.with(icon("alert")).text(message.clone()))
        }
        Notice::Machines(action, joined) => {
            place.with(icon("power")).with(said((words.machines)(action, joined.as_ref()).into()))
        }
        Notice::Problems => warn(place, words.problems),
        Notice::NotRenamed(_, NameFault::Empty) => warn(place, words.name_empty),
        Notice::NotRenamed(_, NameFault::Characters) => warn(place, words.name_rule),
        Notice::NotRenamed(name, NameFault::Taken) => warn(place, (words.name_taken)(name)),
        Notice::NotCopied => warn(place, words.not_copied),
        Notice::NoRoom => warn(place, words.no_room),
        Notice::Unreadable => warn(place, words.unreadable),
        Notice::Elsewhere => warn(place, words.elsewhere).with(button("quiet").text(words.reload).on(ui.click(Msg::Reload))),
        Notice::NewCluster(preset) => place.with(said((words.new_cluster)((ui.words.preset.title)(*preset)).into())).with(undo()),
        Notice::Idle => place.with(icon("hourglass")).with(said(words.idle.into())),
        Notice::Restored => place.with(said(words.restored.into())),
        Notice::ClosedFile(name) => place.with(said((words.closed_file)(name).into())).with(undo()),
        Notice::Adopted(name) => place.with(said((words.adopted)(name).into())).with(undo()),
        Notice::ResetFile(name) => place.with(said((words.reset_file)(name).into())).with(undo()),
    }
}

fn warn(place: El, text: impl Into<AttrValue>) -> El {
    place.with(icon("alert")).with(el("span").class("said").text(text))
}

fn draw_command(place: El, ui: &Ui, command: &AttrValue, answer: &AttrValue, copied: bool) -> El {
    let answer = el("span").class("answer").set("lang", "en").set("title", answer.clone()).text(answer.clone());
    draw_typed(place, ui, command, copied).with(answer)
}

fn draw_typed(place: El, ui: &Ui, command: &AttrValue, copied: bool) -> El {
    let words = &ui.words.notice;
    let prompt = el("span").class("prompt").set("aria-hidden", "true").text("$ ");
    let (name, picture) = if copied { (words.copied, "check") } else { (words.copy, "copy") };
    place
        .with(el("code").class("command").set("lang", "en").with(prompt).text(command.clone()))
        .with(icon_button("icon-button", name, picture).on(ui.click(Msg::Copy(command.clone()))))
}

/// The first lines of an answer that may be very long.
fn shortened(output: &AttrValue) -> AttrValue {
    const MOST_LINES: usize = 4;
    if output.lines().nth(MOST_LINES).is_none() {
        return output.clone();
    }
    let first: Vec<&str> = output.lines().take(MOST_LINES).collect();
    [&first.join("\n"), "\n… (", &output.lines().count().to_string(), ")"].concat().into()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_answer_shows_its_first_lines_and_their_number() {
        assert_eq!(shortened(&"a\nb\nc\nd".into()), "a\nb\nc\nd");
        assert_eq!(shortened(&"a\nb\nc\nd\ne\nf".into()), "a\nb\nc\nd\n… (6)");
    }
}
