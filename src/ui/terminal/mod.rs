//! The terminal: what was shown, and a line to type.

mod act;
mod console;
mod heard;
mod keys;

use std::rc::Rc;

use yew::Html;
use yew::virtual_dom::ListenerKind;

pub use act::{TerminalMsg, Then};
pub use console::Console;
pub use keys::on_scroll;

use super::element::{El, Ui, button, el, icon, icon_button};
use super::message::Msg;
use crate::lab::terminal::{Line, LineKind, Prompt, Target};

/// The height of a line, in CSS pixels; the style sheet says the same.
pub const LINE_HEIGHT: usize = 18;
/// So many lines are drawn before those in sight, and as many behind them.
const AROUND: usize = 30;
/// So many candidates are listed.
const MOST_LISTED: usize = 60;

fn say(msg: TerminalMsg) -> Msg {
    Msg::Terminal(msg)
}

/// The pane.
pub fn terminal(ui: &Ui, console: &Console, stands: bool) -> El {
    el("div")
        .class("terminal")
        .with(tools(ui, console))
        .with(shown(ui, console))
        .with(heard(ui, console))
        .maybe(console.choice.as_ref().map(|choice| listed(ui, choice)))
        .with(entry(ui, console, stands))
}

/// Looking for something, copying, wiping off.
fn tools(ui: &Ui, console: &Console) -> El {
    let words = &ui.words.terminal;
    let count = if console.sought.is_empty() { String::new() } else { (words.matches)(console.count()) };
    let count = el("span").class("sub").set("role", "status").text(count);
    let seek =
        |name, picture, forwards| icon_button("icon-button", name, picture).on(ui.click(say(TerminalMsg::SeekOn(forwards))));
    let field = el("input")
        .set("type", "search")
        .set("id", "terminal-seek")
        .set("aria-label", words.seek)
        .set("placeholder", words.seek)
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .live_value(&console.sought.clone().into())
        .on(ui.ask(ListenerKind::oninput, keys::on_seek))
        .on(ui.ask(ListenerKind::onkeydown, keys::on_seek_key));
    el("div")
        .class("terminal-tools")
        .with(field)
        .with(count)
        .with(seek(words.seek_before, "up", false))
        .with(seek(words.seek_after, "down", true))
        .with(el("span").class("spacer"))
        .with(icon_button("icon-button", words.copy_all, "copy").on(ui.click(say(TerminalMsg::CopyAll))))
        .with(icon_button("icon-button", words.clear, "trash").on(ui.click(say(TerminalMsg::Clear))))
}

/// The lines that are drawn.
fn window(console: &Console) -> std::ops::Range<usize> {
    let count = console.scrollback.lines().len();
    let drawn = console.sight + 2 * AROUND;
    let last = count.saturating_sub(drawn);
    let from = console.first.map_or(last, |first| first.saturating_sub(AROUND).min(last));
    from..(from + drawn).min(count)
}

/// What was shown: the lines in sight and some around them.
fn shown(ui: &Ui, console: &Console) -> El {
    let words = &ui.words.terminal;
    let scrollback = &console.scrollback;
    let window = window(console);
    let found = console.found.and_then(|at| at.checked_sub(scrollback.dropped()));
    let draw = |at| draw_line(ui, &scrollback.lines()[at], at + scrollback.dropped(), found == Some(at));
    let drawn = window.clone().map(draw);
    let room = |lines: usize| el("div").set("style", ["height:", &(lines * LINE_HEIGHT).to_string(), "px"].concat());
    let width = ["min-width:", &(scrollback.widest() + 6).to_string(), "ch"].concat();
    let dropped = (scrollback.dropped() > 0).then(|| el("p").class("sub").text((words.dropped)(scrollback.dropped())));
    let welcome = scrollback.is_empty().then(|| el("p").class("hint").text(words.welcome));
    let returned = console.returned.then(|| el("p").class("hint").text(words.not_kept));
    el("div")
        .class("terminal-lines")
        .set("role", "log")
        .set("aria-live", "off")
        .set("aria-label", words.log)
        .set("aria-describedby", "terminal-log-hint")
        .set("tabindex", "0")
        .on(ui.ask(ListenerKind::onkeydown, keys::on_log_key))
        .maybe(dropped)
        .maybe(returned)
        .maybe(welcome)
        .with(room(window.start))
        .with(el("div").class("lines").set("style", width).all(drawn.collect()))
        .with(room(scrollback.lines().len() - window.end))
}

/// What a screen reader says of what the last command printed. Lines come and go where they are drawn, so those say nothing.
fn heard(ui: &Ui, console: &Console) -> El {
    let words = &ui.words.terminal;
    let heard = &console.heard;
    let mut lines: Vec<Html> = heard.lines.iter().map(|line| spoken(el("p"), line).text(line.clone()).done()).collect();
    if heard.more > 0 {
        lines.push(el("p").text((words.more_lines)(heard.more)).done());
    }
    // The same words are said again when they were printed again.
    let said = el("div").key(&heard.number.to_string()).all(lines).done();
    el("div")
        .class("sr")
        .with(el("span").set("id", "terminal-log-hint").text(words.log_hint))
        .with(el("div").set("aria-live", "polite").all(vec![said]))
}

/// Says that a text is English, which it is where it has nothing else in it.
fn spoken(place: El, text: &str) -> El {
    if text.is_ascii() { place.set("lang", "en") } else { place }
}

fn draw_line(ui: &Ui, line: &Rc<Line>, number: usize, found: bool) -> Html {
    let words = &ui.words.terminal;
    let (class, mark, said) = match line.kind {
        LineKind::Command => ("command", "$", ""),
        LineKind::More => ("command", ">", ""),
        LineKind::Stage => ("stage", "#", words.from_stage),
        LineKind::Out => ("out", "", ""),
        LineKind::Err => ("err", "!", words.error),
        LineKind::Exit(_) => ("exit", "", ""),
        LineKind::Interrupted => ("exit", "", words.interrupted),
        LineKind::Skipped(_) => ("exit", "…", ""),
    };
    let place = el("div")
        .key(&number.to_string())
        .classes(&["line", class, if found { "found" } else { "" }])
        .with(el("span").class("mark").set("aria-hidden", "true").text(mark));
    let place = if said.is_empty() { place } else { place.with(el("span").class("sr").text([said, " "].concat())) };
    let place = match line.kind {
        LineKind::Exit(code) => place.text(["[exit ", &code.to_string(), "]"].concat()),
        LineKind::Interrupted => place.text("^C"),
        LineKind::Skipped(Some(count)) => place.text((words.dropped)(count)),
        LineKind::Skipped(None) => place.text(words.not_made),
        _ => draw_words(ui, place, line),
    };
    if !Console::is_command(line.kind) || line.text.is_empty() {
        return place.done();
    }
    let copy = icon_button("icon-button", words.copy_command, "copy").tab_stop(false);
    let copy = copy.on(ui.click(Msg::Copy(line.text.clone().into())));
    place.with(copy).done()
}

/// The text with its links.
fn draw_words(ui: &Ui, place: El, line: &Line) -> El {
    let text = line.drawn();
    let mut words = spoken(el("span"), text);
    let mut at = 0;
    for link in line.links.iter().flatten() {
        let (Some(before), Some(name)) = (text.get(at..link.span.start), text.get(link.span.clone())) else { continue };
        let to = say(TerminalMsg::Go(link.target.clone()));
        let title = (ui.words.terminal.go)(match &link.target {
            Target::Node(name) => name,
            Target::Pod(key, _) | Target::DaemonSet(key) => &key.name,
        });
        let link_button = button("link").tab_stop(false).set("title", title).text(name.to_owned()).on(ui.click(to));
        words = words.text(before.to_owned()).with(link_button);
        at = link.span.end;
    }
    let cut = if text.len() < line.text.len() { "…" } else { "" };
    place.with(words.text([text.get(at..).unwrap_or_default(), cut].concat()))
}

/// What the last word can become.
fn listed(ui: &Ui, choice: &console::Choice) -> El {
    let words = &ui.words.terminal;
    // The chosen one is among those that are drawn.
    let first = choice.chosen.map_or(0, |at| at - at % MOST_LISTED);
    let listed = choice.completions.listed.iter().enumerate().skip(first).take(MOST_LISTED);
    let option = |(at, candidate): (usize, &crate::shell::Candidate)| {
        let on = choice.chosen == Some(at);
        let hint = (!candidate.hint.is_empty()).then(|| el("span").class("sub"));
        let hint = hint.map(|place| spoken(place, &candidate.hint).text(candidate.hint.clone()));
        el("li")
            .key(&at.to_string())
            .set("id", ["terminal-option-", &at.to_string()].concat())
            .set("role", "option")
            .truth("aria-selected", on)
            .class(if on { "on" } else { "" })
            .on(ui.ask(ListenerKind::onmousedown, keys::keep_focus))
            .on(ui.click(say(TerminalMsg::Choose(at))))
            .with(spoken(el("span"), &candidate.word).text(candidate.word.clone()))
            .maybe(hint)
            .done()
    };
    let shown = listed.len();
    let more = choice.completions.count.saturating_sub(first + shown);
    let list = el("ul").set("id", "terminal-list").set("role", "listbox").set("aria-label", words.candidates);
    el("div")
        .class("terminal-choice")
        .with(list.all(listed.map(option).collect()))
        .maybe((more > 0).then(|| el("p").class("sub").text((words.more)(more))))
}

/// The line that is being typed, behind its prompt.
fn entry(ui: &Ui, console: &Console, stands: bool) -> El {
    let words = &ui.words.terminal;
    let prompt = match (&console.search, &console.prompt) {
        (Some(_), _) => "?",
        (None, Prompt::Ready) => "$",
        (None, Prompt::More) => ">",
        (None, Prompt::Busy | Prompt::Editing(_)) => "…",
    };
    let (name, value) = match &console.search {
        Some((text, _)) => (words.search, text),
        None => (words.line, &console.line),
    };
    let field = el("input")
        .set("id", "terminal-line")
        .set("type", "text")
        .set("role", "combobox")
        .set("aria-autocomplete", "list")
        .set("aria-label", name)
        .set("aria-describedby", "terminal-hint")
        .truth("aria-expanded", console.choice.is_some())
        .set("autocomplete", "off")
        .set("autocapitalize", "off")
        .set("spellcheck", "false")
        .flag("data-leave", console.tab_leaves())
        .live_value(&value.clone().into());
    let field = spoken(field, value);
    let field = if console.choice.is_some() { field.set("aria-controls", "terminal-list") } else { field };
    let field = match console.choice.as_ref().and_then(|choice| choice.chosen) {
        Some(at) => field.set("aria-activedescendant", ["terminal-option-", &at.to_string()].concat()),
        None => field,
    };
    let field = field
        .on(ui.ask(ListenerKind::oninput, keys::on_input))
        .on(ui.ask(ListenerKind::onpaste, keys::on_paste))
        .on(ui.ask(ListenerKind::onkeydown, keys::on_key));
    let busy = matches!(console.prompt, Prompt::Busy | Prompt::Editing(_));
    let state = match &console.prompt {
        Prompt::Editing(open) => (words.editing)(&open.name),
        Prompt::Busy if stands => words.stands.to_owned(),
        _ => String::new(),
    };
    let searched = console.searched().unwrap_or_default();
    let stop = || button("quiet").with(icon("close")).text(words.stop).on(ui.click(say(TerminalMsg::Interrupt)));
    el("div")
        .class("terminal-entry")
        .with(el("p").class("sub state").set("role", "status").text(state))
        .with(spoken(el("p").class("searched").set("role", "status"), searched).text(searched.to_owned()))
        .with(
            el("div")
                .class("terminal-line")
                .with(el("span").class("prompt").set("aria-hidden", "true").text(prompt))
                .with(field)
                .maybe(busy.then(stop)),
        )
        .with(el("span").class("sr").set("id", "terminal-hint").text(words.hint))
}
