//! What the browser remembers from visit to visit.
//!
//! Nothing here fails: in a private window, or when there is no room, the page works and remembers nothing.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Stands before each name, so that other pages of the same host do not get in the way; the number is the format's.
const PREFIX: &str = "daemonset-lab/1/";

/// How long the last change waits to be written, in milliseconds.
const PATIENCE_MS: u32 = 400;

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was written under that name.
pub fn read(name: &str) -> Option<String> {
    local()?.get_item(&format!("{PREFIX}{name}")).ok()?
}

/// Writes it, if the browser lets us.
pub fn write(name: &str, text: &str) {
    if let Some(storage) = local() {
        // A full or forbidden store is no reason to disturb the learner.
        let _ = storage.set_item(&format!("{PREFIX}{name}"), text);
    }
}

/// Writes the text under that name soon after it changed; quick changes are written once.
#[hook]
pub fn use_saved<T: PartialEq + Clone + 'static>(name: &'static str, value: T, text: fn(&T) -> String) {
    use_effect_with(value, move |value| {
        let value = value.clone();
        let waiting = Timeout::new(PATIENCE_MS, move || write(name, &text(&value)));
        move || drop(waiting)
    });
}
