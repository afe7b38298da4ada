//! What keys, pasting and scrolling mean in the terminal.

use gloo::utils::window;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::act::TerminalMsg;
use super::console::byte_at;
use super::{LINE_HEIGHT, say};
use crate::ui::message::Msg;
use crate::ui::widgets::closest;

fn input_of(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

fn place(units: Option<u32>) -> usize {
    usize::try_from(units.unwrap_or_default()).unwrap_or_default()
}

/// A key was pressed in the line.
pub(super) fn on_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    let input = input_of(event)?;
    if is_composing(key) || key.alt_key() || key.meta_key() {
        return None;
    }
    let name = key.key();
    // With Caps Lock a letter is a capital one.
    let name = if name.len() == 1 && !key.shift_key() { name.to_ascii_lowercase() } else { name };
    let msg = match (name.as_str(), key.ctrl_key()) {
        ("Enter", false) => TerminalMsg::Enter,
        ("Tab", false) if !key.shift_key() && !input.has_attribute("data-leave") => {
            let line = input.value();
            let cursor = byte_at(&line, place(input.selection_end().ok().flatten()));
            TerminalMsg::Complete(line, cursor)
        }
        ("ArrowUp", false) => TerminalMsg::Up,
        ("ArrowDown", false) => TerminalMsg::Down,
        ("Escape", false) => TerminalMsg::Escape,
        ("c", true) if !has_selection(&input) => TerminalMsg::Interrupt,
        ("l", true) => TerminalMsg::Clear,
        ("r", true) => TerminalMsg::Search,
        ("u", true) => TerminalMsg::Input(String::new()),
        _ => return None,
    };
    event.prevent_default();
    Some(say(msg))
}

/// Whether the key belongs to an input method. Safari ends composing before the Enter key that ends it, and says so by this code only.
fn is_composing(key: &KeyboardEvent) -> bool {
    key.is_composing() || key.key_code() == 229
}

/// For what is clicked without leaving the line.
pub(super) fn keep_focus(event: &Event) -> Option<Msg> {
    event.prevent_default();
    None
}

/// What can be gone to from key to key among the lines.
const STOPS: &str = ".link,.icon-button";

/// Enter goes from the lines to their last link or button, arrow keys from one to the other, and Escape back to the lines.
pub(super) fn on_log_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    let lines = closest(event, ".terminal-lines")?;
    let found = lines.query_selector_all(STOPS).ok()?;
    let all: Vec<HtmlElement> = (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok())?;
    let at = all.iter().position(|element| element.is_same_node(Some(&target)));
    let next = match (key.key().as_str(), at) {
        ("Enter", None) => all.last(),
        ("ArrowUp" | "ArrowLeft", Some(at)) => at.checked_sub(1).and_then(|before| all.get(before)),
        ("ArrowDown" | "ArrowRight", Some(at)) => all.get(at + 1),
        ("Escape", Some(_)) => lines.dyn_ref::<HtmlElement>(),
        _ => return None,
    };
    event.prevent_default();
    if let Some(next) = next {
        // Where the focus cannot go it stays.
        let _ = next.focus();
    }
    None
}

fn has_selection(input: &HtmlInputElement) -> bool {
    let [start, end] = [input.selection_start(), input.selection_end()].map(|it| it.ok().flatten());
    let elsewhere =
        window().get_selection().ok().flatten().is_some_and(|it| !it.to_string().as_string().unwrap_or_default().is_empty());
    start != end || elsewhere
}

/// The line is another.
pub(super) fn on_input(event: &Event) -> Option<Msg> {
    Some(say(TerminalMsg::Input(input_of(event)?.value())))
}

/// Several lines are pasted: all that are complete are run. One line is pasted as in any field.
pub(super) fn on_paste(event: &Event) -> Option<Msg> {
    let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text/plain").ok()?;
    if !text.contains('\n') {
        return None;
    }
    event.prevent_default();
    let input = input_of(event)?;
    let line = input.value();
    let [start, end] = [input.selection_start(), input.selection_end()].map(|it| byte_at(&line, place(it.ok().flatten())));
    let [before, after] = [line.get(..start), line.get(end..)].map(Option::unwrap_or_default);
    Some(say(TerminalMsg::Paste(before.to_owned(), text.replace('\r', ""), after.to_owned())))
}

/// What is looked for is another.
pub(super) fn on_seek(event: &Event) -> Option<Msg> {
    Some(say(TerminalMsg::Seek(input_of(event)?.value())))
}

/// Enter goes on to the place before, with Shift to the one after.
pub(super) fn on_seek_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    if key.key() != "Enter" || key.ctrl_key() || key.meta_key() || is_composing(key) {
        return None;
    }
    event.prevent_default();
    Some(say(TerminalMsg::SeekOn(key.shift_key())))
}

/// Scrolling brings other lines into sight.
pub fn on_scroll(event: &Event) -> Option<Msg> {
    let element: web_sys::Element = event.target()?.dyn_into().ok()?;
    if !element.class_list().contains("terminal-lines") {
        return None;
    }
    let top = element.scroll_top();
    let below = element.scroll_height() - top - element.client_height();
    let is_last = usize::try_from(below).unwrap_or_default() < LINE_HEIGHT;
    Some(say(TerminalMsg::Scrolled(top, is_last)))
}
