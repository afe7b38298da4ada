//! What the browser remembers from visit to visit.
//!
//! Nothing here fails: in a private window, or when there is no room, the page works and says that it remembers nothing.

use std::collections::BTreeMap;

use wasm_bindgen::JsValue;
use web_sys::Event;

use super::message::Msg;

/// Stands before each name, so that other pages of the same host do not get in the way; the number is the format's.
const PREFIX: &str = "daemonset-lab/2/";

/// What two tabs must not both write: one would destroy the other's work.
const ONE_WRITER: [&str; 2] = ["files", "lab"];

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
        // What cannot be forgotten was not remembered.
        let _ = storage.remove_item(&[PREFIX, name].concat());
    }
}

/// Writes it. Whether the browser let us.
fn write(name: &str, text: &str) -> bool {
    local().is_some_and(|storage| storage.set_item(&[PREFIX, name].concat(), text).is_ok())
}

/// For the window's `storage` event, which only other tabs cause.
pub fn on_change(event: &Event) -> Option<Msg> {
    // Without a name everything was wiped off.
    let name = js_sys::Reflect::get(event, &JsValue::from_str("key")).ok()?.as_string()?;
    is_shared(&name).then_some(Msg::Elsewhere)
}

fn is_shared(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|name| ONE_WRITER.contains(&name))
}

/// Writes a value under a name. Whether it could.
type Write = dyn FnMut(&str, &str) -> bool;

/// What this tab writes: each value once, until the end.
pub struct Memory {
    write: Box<Write>,
    written: BTreeMap<&'static str, String>,
    lacking: Lacking,
    ended: bool,
}

/// Whether something could not be written.
#[derive(Clone, Copy, PartialEq)]
enum Lacking {
    Nothing,
    Something,
    /// The same, and the learner knows.
    Told,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(Box::new(write))
    }
}

impl Memory {
    fn new(write: Box<Write>) -> Self {
        Self { write, written: BTreeMap::new(), lacking: Lacking::Nothing, ended: false }
    }

    /// Writes it under that name, unless it stands there already.
    pub fn keep(&mut self, name: &'static str, text: String) {
        if self.ended || self.written.get(name) == Some(&text) {
            return;
        }
        if (self.write)(name, &text) {
            self.written.insert(name, text);
        } else if self.lacking == Lacking::Nothing {
            self.lacking = Lacking::Something;
        }
    }

    /// Whether it has turned out that the browser does not remember everything; that is said once.
    pub fn is_news_that_it_lacks(&mut self) -> bool {
        let news = self.lacking == Lacking::Something;
        if news {
            self.lacking = Lacking::Told;
        }
        news
    }

    /// Nothing is written any more. Whether something was until now.
    pub fn end(&mut self) -> bool {
        !std::mem::replace(&mut self.ended, true)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// A memory with room for values of up to four letters, and what it wrote.
    fn small() -> (Memory, Rc<RefCell<Vec<String>>>) {
        let written = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&written);
        let write = move |name: &str, text: &str| {
            log.borrow_mut().push([name, "=", text].concat());
            text.len() <= 4
        };
        (Memory::new(Box::new(write)), written)
    }

    #[test]
    fn a_value_is_written_when_it_is_another_and_never_after_the_end() {
        let (mut memory, written) = small();
        for text in ["a", "a", "b", "a"] {
            memory.keep("speed", text.into());
        }
        memory.keep("clock", "a".into());
        assert!(memory.end());
        memory.keep("speed", "c".into());
        assert!(!memory.end());
        assert_eq!(*written.borrow(), ["speed=a", "speed=b", "speed=a", "clock=a"]);
    }

    #[test]
    fn that_there_is_no_room_is_said_once_and_tried_again() {
        let (mut memory, written) = small();
        memory.keep("files", "a".into());
        assert!(!memory.is_news_that_it_lacks());
        let mut told = Vec::new();
        for _ in 0..3 {
            memory.keep("files", "too long".into());
            told.push(memory.is_news_that_it_lacks());
        }
        assert_eq!(told, [true, false, false]);
        assert_eq!(written.borrow().len(), 4);
    }

    #[test]
    fn only_what_two_tabs_would_destroy_ends_the_writing_of_one() {
        let shared = ["daemonset-lab/2/files", "daemonset-lab/2/lab", "daemonset-lab/2/speed", "lab", "daemonset-lab/1/lab"];
        assert_eq!(shared.map(is_shared), [true, true, false, false, false]);
    }
}
