//! A small pane that hangs from a control: a menu, or a form.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

use super::focus::focus_first;
use super::place::{Rect, place};

/// A popover is there as long as it is drawn; whoever draws it closes it by not drawing it any more.
#[derive(Properties, PartialEq)]
pub struct PopoverProps {
    /// The control that it hangs from, and that has the focus back afterwards.
    pub anchor: HtmlElement,
    /// It wants to be closed: Esc, a click elsewhere, or the focus went elsewhere.
    pub on_close: Callback<()>,
    /// Its name.
    pub label: AttrValue,
    /// `dialog` or `menu`.
    #[prop_or("dialog")]
    pub role: &'static str,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// What is in it.
    pub children: Html,
}

/// Draws it above everything else, next to its anchor, with the focus on its first control.
#[component]
pub fn Popover(props: &PopoverProps) -> Html {
    let node = use_node_ref();
    {
        let (node, anchor, on_close) = (node.clone(), props.anchor.clone(), props.on_close.clone());
        use_effect_with((), move |()| {
            let listeners = node.cast::<HtmlElement>().map(|element| open(&element, &anchor, &on_close));
            move || drop(listeners)
        });
    }
    let onkeydown = {
        let (anchor, on_close) = (props.anchor.clone(), props.on_close.clone());
        Callback::from(move |event: KeyboardEvent| {
            // Keys belong to the popover, not to what it hangs from.
            event.stop_propagation();
            if event.key() == "Escape" {
                event.prevent_default();
                on_close.emit(());
                let _ = anchor.focus();
            }
        })
    };
    let onfocusout = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: FocusEvent| {
            let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
            if next.is_some_and(|next| !contains(&node, &next)) {
                on_close.emit(());
            }
        })
    };
    let onclick = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <div ref={node} popover="manual" role={props.role} aria-label={props.label.clone()}
            class={classes!("popover", props.class.clone())} {onkeydown} {onfocusout} {onclick}>
            { props.children.clone() }
        </div>
    }
}

fn contains(node: &NodeRef, other: &Node) -> bool {
    node.get().is_some_and(|node| node.contains(Some(other)))
}

/// Shows the element and keeps it in place; what is returned has to be kept as long as it is open.
fn open(element: &HtmlElement, anchor: &HtmlElement, on_close: &Callback<()>) -> [EventListener; 3] {
    // A browser without popovers shows it in place.
    let _ = element.show_popover();
    put(element, anchor);
    focus_first(element);
    let outside = {
        let (element, anchor, on_close) = (element.clone(), anchor.clone(), on_close.clone());
        EventListener::new(&document(), "pointerdown", move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            if target.is_some_and(|target| !element.contains(Some(&target)) && !anchor.contains(Some(&target))) {
                on_close.emit(());
            }
        })
    };
    let follow = |element: &HtmlElement, anchor: &HtmlElement| {
        let (element, anchor) = (element.clone(), anchor.clone());
        move |_: &Event| put(&element, &anchor)
    };
    let capture = EventListenerOptions::run_in_capture_phase();
    let scrolled = EventListener::new_with_options(&document(), "scroll", capture, follow(element, anchor));
    let resized = EventListener::new(&window(), "resize", follow(element, anchor));
    [outside, scrolled, resized]
}

fn put(element: &HtmlElement, anchor: &Element) {
    let side = |size: Result<JsValue, JsValue>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
    let size = Rect::of(element);
    let (left, top) =
        place(Rect::of(anchor), (size.width, size.height), (side(window().inner_width()), side(window().inner_height())));
    let style = element.style();
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}
