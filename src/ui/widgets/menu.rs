//! Menus: the button that opens one, and what is in it.

use wasm_bindgen::JsCast;
use web_sys::Event;
use yew::AttrValue;
use yew::virtual_dom::ListenerKind;

use super::focus::closest;
use crate::ui::element::{El, Ui, button, el, icon};
use crate::ui::message::{Msg, Popover};

/// A thing to choose.
pub struct MenuItem {
    /// Its name.
    pub label: AttrValue,
    /// The icon before it.
    pub icon: &'static str,
    /// Whether it destroys something.
    pub danger: bool,
    /// What it does.
    pub msg: Msg,
}

impl MenuItem {
    /// An item that does something.
    pub fn new(label: impl Into<AttrValue>, icon: &'static str, msg: Msg) -> Self {
        Self { label: label.into(), icon, danger: false, msg }
    }

    /// The same, marked as destroying something.
    #[must_use]
    pub fn danger(self) -> Self {
        Self { danger: true, ..self }
    }
}

/// Makes a button the one that opens a menu: with Enter, Space, a click or an arrow key.
pub fn menu_button(ui: &Ui, button: El, menu: Popover, open: bool) -> El {
    button
        .set("aria-haspopup", "menu")
        .truth("aria-expanded", open)
        .on(ui.click(Msg::Open(menu)))
        .on(ui.ask(ListenerKind::onkeydown, open_by_arrow))
}

fn open_by_arrow(event: &Event) -> Option<Msg> {
    if event.dyn_ref::<web_sys::KeyboardEvent>()?.key() == "ArrowDown" {
        event.prevent_default();
        closest(event, "button")?.click();
    }
    None
}

/// What is in a menu: a line above it, if any, and the items.
pub fn menu(ui: &Ui, note: Option<AttrValue>, items: Vec<MenuItem>) -> El {
    let item = |item: MenuItem| {
        button(if item.danger { "menu-item danger" } else { "menu-item" })
            .set("role", "menuitem")
            .set("tabindex", "-1")
            .with(icon(item.icon))
            .text(item.label)
            .on(ui.click(item.msg))
            .done()
    };
    el("div").maybe(note.map(|note| el("p").class("menu-note").text(note))).all(items.into_iter().map(item).collect())
}
