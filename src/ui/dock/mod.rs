//! The dock below the stage: what happened, and why.

mod events;
mod explain;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent, PointerEvent};
use yew::virtual_dom::ListenerKind;

use super::element::{El, Ui, button, el};
use super::layout::{DockTab, Layout};
use super::memo::{address, memo};
use super::message::Msg;
use super::model::Model;
use super::terminal;
use super::widgets::{Step, closest, move_focus};

/// Tabs, what stands beside them, and the pane in front.
pub fn dock(ui: &Ui, model: &Model, beside: El) -> El {
    let words = &ui.words.dock;
    let (labelled, panel) = match model.layout.dock_tab {
        DockTab::Terminal => {
            let stands = !model.playing;
            let shown = [address(&model.console), usize::from(stands), std::ptr::from_ref(ui.words).addr()];
            let (ui, console) = (ui.clone(), Rc::clone(&model.console));
            ("tab-terminal", memo("terminal", shown, Rc::new(move || terminal::terminal(&ui, &console, stands).done())))
        }
        DockTab::Events => {
            let shown = [address(&model.events), 0, std::ptr::from_ref(ui.words).addr()];
            let (ui, events) = (ui.clone(), Rc::clone(&model.events));
            ("tab-events", memo("events", shown, Rc::new(move || events::events(&ui, &events).done())))
        }
        DockTab::Explain => ("tab-explain", explain::explain(ui, model).done()),
    };
    let tabs = DockTab::ALL.into_iter().map(|tab| draw_tab(ui, model, tab).done());
    let tabs = el("div")
        .class("tabs")
        .set("role", "tablist")
        .set("aria-label", words.name)
        .on(ui.ask(ListenerKind::onkeydown, move_between_tabs))
        .all(tabs.collect());
    el("section")
        .class("dock")
        .set("aria-label", words.name)
        .with(draw_edge(ui, model.layout.dock_height))
        .with(el("div").class("dock-head").with(tabs).with(el("span").class("spacer")).with(beside))
        .with(
            el("div")
                .set("id", "dock-panel")
                .class("dock-panel")
                .set("role", "tabpanel")
                .set("aria-labelledby", labelled)
                .set("tabindex", "0")
                .child(panel),
        )
}

fn draw_tab(ui: &Ui, model: &Model, tab: DockTab) -> El {
    let (id, name) = match tab {
        DockTab::Terminal => ("tab-terminal", ui.words.terminal.name),
        DockTab::Events => ("tab-events", ui.words.dock.events),
        DockTab::Explain => ("tab-explain", ui.words.dock.explain),
    };
    let on = tab == model.layout.dock_tab;
    let count = (tab == DockTab::Events && model.events.count > 0).then_some(model.events.count);
    button(if on { "tab on" } else { "tab" })
        .set("id", id)
        .set("role", "tab")
        .truth("aria-selected", on)
        .set("aria-controls", "dock-panel")
        .tab_stop(on)
        .on(ui.click(Msg::Tab(tab)))
        .text(name)
        .maybe(count.map(|count| el("span").class("sub").text(count.to_string())))
}

fn move_between_tabs(event: &Event) -> Option<Msg> {
    let step = Step::horizontal(&event.dyn_ref::<KeyboardEvent>()?.key())?;
    event.prevent_default();
    let tabs = closest(event, "[role=tablist]")?;
    move_focus(&tabs, "[role=tab]", step);
    None
}

/// The edge of the dock, dragged with the pointer or moved with arrow keys.
fn draw_edge(ui: &Ui, height: i32) -> El {
    el("div")
        .class("resize")
        .set("role", "separator")
        .set("aria-orientation", "horizontal")
        .set("tabindex", "0")
        .set("aria-label", ui.words.dock.resize)
        .set("aria-valuemin", Layout::DOCK_HEIGHTS.0.to_string())
        .set("aria-valuemax", Layout::DOCK_HEIGHTS.1.to_string())
        .set("aria-valuenow", height.to_string())
        .on(ui.ask(ListenerKind::onpointerdown, take))
        .on(ui.ask(ListenerKind::onpointermove, |event| Some(Msg::DragTo(event.dyn_ref::<PointerEvent>()?.client_y()))))
        .on(ui.on(ListenerKind::onpointerup, Msg::Grip(None)))
        .on(ui.ask(ListenerKind::onkeydown, on_edge_key))
}

fn take(event: &Event) -> Option<Msg> {
    let pointer = event.dyn_ref::<PointerEvent>()?;
    // Without capture, dragging works as long as the pointer stays on the handle.
    let _ = closest(event, "[role=separator]")?.set_pointer_capture(pointer.pointer_id());
    Some(Msg::Grip(Some(pointer.client_y())))
}

fn on_edge_key(event: &Event) -> Option<Msg> {
    let higher = match event.dyn_ref::<KeyboardEvent>()?.key().as_str() {
        "ArrowUp" => Layout::DOCK_STEP,
        "ArrowDown" => -Layout::DOCK_STEP,
        "Home" => -Layout::DOCK_HEIGHTS.1,
        "End" => Layout::DOCK_HEIGHTS.1,
        _ => return None,
    };
    event.prevent_default();
    Some(Msg::DockHigher(higher))
}
