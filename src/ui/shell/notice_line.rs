//! The line that says what was done last: the kubectl command that does the same, and the answer.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use gloo::utils::window;
use yew::prelude::*;

use crate::i18n::Strings;
use crate::ui::editor::{Files, FilesAction};
use crate::ui::session::{Notice, use_hands};
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

/// How long "copied" shows, in milliseconds.
const COPIED_MS: u32 = 1600;

/// The line.
#[derive(Properties, PartialEq)]
pub struct NoticeLineProps {
    /// What was done last, with its number.
    pub notice: Option<(u32, Rc<Notice>)>,
    /// The open files, of which one may come back.
    pub files: UseReducerDispatcher<Files>,
}

/// A line that is always there for screen readers, and is seen when there is something in it.
#[component]
pub fn NoticeLine(props: &NoticeLineProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let close = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.dismiss()
    };
    let undo = {
        let (files, notice) = (props.files.clone(), props.notice.clone());
        Callback::from(move |_: MouseEvent| {
            match notice.as_ref().map(|(_, notice)| &**notice) {
                Some(Notice::NewCluster(_)) => return hands.bring_back(),
                Some(Notice::ClosedFile(_) | Notice::ResetFile(_)) => files.dispatch(FilesAction::Undo),
                _ => {}
            }
            hands.dismiss();
        })
    };
    let shown = props.notice.as_ref().map(|(number, notice)| {
        let bad = matches!(**notice, Notice::Refused { .. } | Notice::Problems);
        html! {
            <div key={*number} class={classes!("notice", bad.then_some("bad"))}>
                { draw(notice, &words, &undo) }
                <button type="button" class="icon-button" onclick={close} aria-label={words.notice.dismiss} title={words.notice.dismiss}><Icon name="close" /></button>
            </div>
        }
    });
    html! { <div class="notice-line" role="status" aria-label={words.notice.name}>{ shown }</div> }
}

fn draw(notice: &Notice, words: &Strings, undo: &Callback<MouseEvent>) -> Html {
    let with_undo = |text: String| {
        html! {
            <>
                <span class="said">{ text }</span>
                <button type="button" class="quiet" onclick={undo.clone()}><Icon name="undo" />{ words.notice.undo }</button>
            </>
        }
    };
    match notice {
        Notice::Done { command, output } => draw_command(command, &shortened(output), false),
        Notice::Refused { command, message } => draw_command(command, message, true),
        Notice::Problems => html! { <><Icon name="alert" /><span class="said">{ words.notice.problems }</span></> },
        Notice::NewCluster(preset) => with_undo((words.notice.new_cluster)((words.preset.title)(*preset))),
        Notice::Restored => html! { <span class="said">{ words.notice.restored }</span> },
        Notice::ClosedFile(name) => with_undo((words.notice.closed_file)(name)),
        Notice::ResetFile(name) => with_undo((words.notice.reset_file)(name)),
    }
}

/// The first lines of an answer that may be very long.
fn shortened(output: &AttrValue) -> AttrValue {
    const MOST_LINES: usize = 4;
    if output.lines().nth(MOST_LINES).is_none() {
        return output.clone();
    }
    let first: Vec<&str> = output.lines().take(MOST_LINES).collect();
    format!("{}\n… ({})", first.join("\n"), output.lines().count()).into()
}

fn draw_command(command: &AttrValue, answer: &AttrValue, refused: bool) -> Html {
    html! {
        <>
            <code class="command" lang="en"><span class="prompt" aria-hidden="true">{ "$ " }</span>{ command }</code>
            <Copy text={command.clone()} />
            <span class="answer" lang="en" title={answer.clone()}>if refused { <Icon name="alert" /> }{ answer }</span>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct CopyProps {
    text: AttrValue,
}

#[component]
fn Copy(props: &CopyProps) -> Html {
    let words = use_words();
    let copied = use_state_eq(|| false);
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let back = copied.then(|| Timeout::new(COPIED_MS, move || setter.set(false)));
            move || drop(back)
        });
    }
    let onclick = {
        let (copied, text) = (copied.setter(), props.text.clone());
        move |_: MouseEvent| {
            // The promise fails where the page may not write; then nothing was copied, and the text can be selected.
            let _ = window().navigator().clipboard().write_text(&text);
            copied.set(true);
        }
    };
    let name = if *copied { words.notice.copied } else { words.notice.copy };
    html! {
        <button type="button" class="icon-button" aria-label={name} title={name} {onclick}><Icon name={if *copied { "check" } else { "copy" }} /></button>
    }
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
