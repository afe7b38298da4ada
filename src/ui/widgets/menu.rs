//! A button with a menu.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::focus::{Step, closest, move_focus};
use super::{Icon, Popover};

/// A thing to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuItem {
    /// Its name.
    pub label: AttrValue,
    /// The icon before it.
    pub icon: &'static str,
    /// Whether it destroys something.
    pub danger: bool,
    /// What it does.
    pub on_choose: Callback<()>,
}

impl MenuItem {
    /// An item that does something.
    pub fn new(label: impl Into<AttrValue>, icon: &'static str, on_choose: impl Fn() + 'static) -> Self {
        let on_choose = Callback::from(move |()| on_choose());
        Self { label: label.into(), icon, danger: false, on_choose }
    }

    /// The same, marked as destroying something.
    #[must_use]
    pub fn danger(self) -> Self {
        Self { danger: true, ..self }
    }
}

/// A button with a menu.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The name of the button and the menu.
    pub label: AttrValue,
    /// What there is to choose.
    pub items: Vec<MenuItem>,
    /// A line above it.
    #[prop_or_default]
    pub note: Option<AttrValue>,
    /// Whether Tab stops at the button.
    #[prop_or(true)]
    pub tab_stop: bool,
    /// Classes of the button.
    #[prop_or_default]
    pub class: Classes,
    /// What stands on the button. If it is text, it has to agree with `label`.
    pub children: Html,
}

/// Opens with Enter, Space, a click or an arrow key; arrow keys move, Enter chooses, Esc closes.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state_eq(|| None::<HtmlElement>);
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(None))
    };
    let onclick = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            open.set(if open.is_some() { None } else { closest(&event, "button") });
        })
    };
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "ArrowDown" {
                event.prevent_default();
                event.stop_propagation();
                open.set(closest(&event, "button"));
            }
        })
    };
    html! {
        <>
            <button type="button" class={classes!("menu-button", props.class.clone())} aria-haspopup="menu"
                aria-expanded={open.is_some().to_string()} aria-label={props.label.clone()} title={props.label.clone()}
                tabindex={if props.tab_stop { "0" } else { "-1" }} {onclick} {onkeydown}>
                { props.children.clone() }
            </button>
            if let Some(anchor) = (*open).clone() {
                <Popover anchor={anchor.clone()} on_close={close.clone()} label={props.label.clone()} role="menu" class="menu">
                    <div onkeydown={|event: KeyboardEvent| move_between_items(&event)}>
                        if let Some(note) = &props.note {
                            <p class="menu-note">{ note }</p>
                        }
                        { for props.items.iter().map(|item| draw_item(item, &anchor, &close)) }
                    </div>
                </Popover>
            }
        </>
    }
}

fn move_between_items(event: &KeyboardEvent) {
    if let (Some(menu), Some(step)) = (closest(event, "[role=menu]"), Step::vertical(&event.key())) {
        event.prevent_default();
        move_focus(&menu, "[role=menuitem]", step);
    }
}

fn draw_item(item: &MenuItem, anchor: &HtmlElement, close: &Callback<()>) -> Html {
    let onclick = {
        let (choose, anchor, close) = (item.on_choose.clone(), anchor.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            // First the focus goes back, so that what is chosen may move it elsewhere.
            let _ = anchor.focus();
            choose.emit(());
        })
    };
    html! {
        <button key={item.label.to_string()} type="button" role="menuitem" class={classes!("menu-item", item.danger.then_some("danger"))} tabindex="-1" {onclick}>
            <Icon name={item.icon} />
            { &item.label }
        </button>
    }
}
