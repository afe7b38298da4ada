//! The open files as tabs.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, KeyboardEvent};
use yew::Html;
use yew::virtual_dom::ListenerKind;

use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::files::File;
use crate::ui::message::{Msg, Popover};
use crate::ui::model::Model;
use crate::ui::widgets::{Step, closest, menu_button, move_focus};

/// A tab for each file; double-click or F2 gives another name, Delete closes.
pub fn tabs(ui: &Ui, model: &Model) -> El {
    let active = model.files.active().id;
    let tab = |file: &File| {
        if model.renaming == Some(file.id) { draw_rename(ui, file) } else { draw_tab(ui, file, file.id == active) }
    };
    let tabs: Vec<Html> = model.files.all().iter().map(|file| tab(file).key(&file.id.to_string()).done()).collect();
    el("div")
        .class("file-tabs")
        .set("role", "tablist")
        .set("aria-label", ui.words.editor.files)
        .on(ui.ask(ListenerKind::onkeydown, on_key))
        .all(tabs)
}

/// The menu of the file in front.
pub fn file_menu(ui: &Ui, model: &Model) -> El {
    let name = (ui.words.editor.file_menu)(&model.files.active().name);
    let more = icon_button("icon-button menu-button", name, "more");
    menu_button(ui, more, Popover::File, model.is_open(&Popover::File))
}

fn draw_tab(ui: &Ui, file: &File, selected: bool) -> El {
    let words = &ui.words.editor;
    let unapplied = || {
        let dot = el("span").class("unapplied").set("role", "img");
        dot.set("aria-label", words.unapplied).set("title", words.unapplied)
    };
    let tab = button("")
        .set("role", "tab")
        .set("id", ["file-", &file.id.to_string()].concat())
        .truth("aria-selected", selected)
        .set("aria-controls", "file-text")
        .tab_stop(selected)
        .set("title", [&file.name, " (F2: ", words.rename, ")"].concat())
        .on(ui.click(Msg::ShowFile(file.id)))
        .on(ui.on(ListenerKind::ondblclick, Msg::Rename(file.id)))
        .with(el("span").class("name").text(file.name.to_string()))
        .maybe(file.is_unapplied().then(unapplied));
    // For the pointer only; the menu beside the tabs closes files too.
    let close = || {
        el("span")
            .class("tab-close")
            .set("aria-hidden", "true")
            .set("title", (words.close_file)(&file.name))
            .on(ui.click(Msg::CloseFile(file.id)))
            .with(icon("close"))
    };
    el("div")
        .class(if selected { "file-tab on" } else { "file-tab" })
        .set("role", "presentation")
        .with(tab)
        .maybe(selected.then(close))
}

fn on_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?.key();
    let target = event.target()?;
    if target.dyn_ref::<HtmlInputElement>().is_some() {
        return None;
    }
    let tab = closest(event, "[role=tab]")?;
    let id = || tab.id().strip_prefix("file-")?.parse::<u32>().ok();
    match key.as_str() {
        "F2" => Some(Msg::Rename(id()?)),
        "Delete" => Some(Msg::CloseFile(id()?)),
        key => {
            let step = Step::horizontal(key)?;
            event.prevent_default();
            let tabs = closest(event, "[role=tablist]")?;
            move_focus(&tabs, "[role=tab]", step);
            None
        }
    }
}

/// The field for another name: Enter or leaving it gives the name, Esc keeps the old one.
fn draw_rename(ui: &Ui, file: &File) -> El {
    el("input")
        .class("file-rename")
        .set("aria-label", ui.words.editor.file_name)
        .set("value", file.name.to_string())
        .set("spellcheck", "false")
        .on(ui.ask(ListenerKind::onblur, |event| Some(Msg::Renamed(Some(value(event)?)))))
        .on(ui.ask(ListenerKind::onkeydown, on_rename_key))
}

fn on_rename_key(event: &Event) -> Option<Msg> {
    match event.dyn_ref::<KeyboardEvent>()?.key().as_str() {
        "Enter" => Some(Msg::Renamed(Some(value(event)?))),
        "Escape" => Some(Msg::Renamed(None)),
        _ => None,
    }
}

fn value(event: &Event) -> Option<std::rc::Rc<str>> {
    Some(event.target()?.dyn_into::<HtmlInputElement>().ok()?.value().into())
}
