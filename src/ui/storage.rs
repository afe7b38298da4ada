//! What the browser remembers from visit to visit.
//!
//! Nothing here fails: in a private window, or when there is no room, the page works and remembers nothing.

/// Stands before each name, so that other pages of the same host do not get in the way; the number is the format's.
const PREFIX: &str = "daemonset-lab/2/";

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was written under that name.
pub fn read(name: &str) -> Option<String> {
    local()?.get_item(&[PREFIX, name].concat()).ok()?
}

/// Forgets what was written under that name.
pub fn forget(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(&[PREFIX, name].concat());
    }
}

/// Writes it, if the browser lets us.
pub fn write(name: &str, text: &str) {
    if let Some(storage) = local() {
        // A full or forbidden store is no reason to disturb the learner.
        let _ = storage.set_item(&[PREFIX, name].concat(), text);
    }
}
