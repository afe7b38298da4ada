//! The edge of the dock, dragged with the pointer or moved with arrow keys.

use web_sys::PointerEvent;
use yew::prelude::*;

use crate::ui::shell::{Layout, LayoutAction};
use crate::ui::widgets::closest;
use crate::ui::words::use_words;

/// The edge.
#[derive(Properties, PartialEq)]
pub struct ResizeProps {
    /// The dock's height, in CSS pixels.
    pub height: i32,
    /// The arrangement of the panes.
    pub layout: UseReducerDispatcher<Layout>,
}

/// A handle that changes the dock's height.
#[component]
pub fn Resize(props: &ResizeProps) -> Html {
    let words = use_words();
    // The pointer's place and the height where the dragging began.
    let grip = use_mut_ref(|| None::<(i32, i32)>);
    let set = {
        let layout = props.layout.clone();
        move |height: i32| layout.dispatch(LayoutAction::DockHeight(height))
    };
    let height = props.height;
    let onpointerdown = {
        let grip = grip.clone();
        move |event: PointerEvent| {
            *grip.borrow_mut() = Some((event.client_y(), height));
            if let Some(handle) = closest(&event, "[role=separator]") {
                // Without capture, dragging works as long as the pointer stays on the handle.
                let _ = handle.set_pointer_capture(event.pointer_id());
            }
        }
    };
    let onpointermove = {
        let (grip, set) = (grip.clone(), set.clone());
        move |event: PointerEvent| {
            if let Some((from, height)) = *grip.borrow() {
                set(height + from - event.client_y());
            }
        }
    };
    let onpointerup = move |_: PointerEvent| *grip.borrow_mut() = None;
    let onkeydown = move |event: KeyboardEvent| {
        let target = match event.key().as_str() {
            "ArrowUp" => height + Layout::DOCK_STEP,
            "ArrowDown" => height - Layout::DOCK_STEP,
            "Home" => Layout::DOCK_HEIGHTS.0,
            "End" => Layout::DOCK_HEIGHTS.1,
            _ => return,
        };
        event.prevent_default();
        set(target);
    };
    html! {
        <div class="resize" role="separator" aria-orientation="horizontal" tabindex="0" aria-label={words.dock.resize}
            aria-valuemin={Layout::DOCK_HEIGHTS.0.to_string()} aria-valuemax={Layout::DOCK_HEIGHTS.1.to_string()}
            aria-valuenow={height.to_string()} {onpointerdown} {onpointermove} {onpointerup} {onkeydown} />
    }
}
