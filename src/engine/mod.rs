//! The engine's front door in the browser: a [`Desk`] behind a [`Port`], usually in a worker.
//!
//! Requests are taken as they arrive; the desk goes on in slices, and between two of them the browser may deliver what has
//! arrived. Nothing here decides anything: when to go on is what the desk says.

mod memory;
mod port;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

pub use memory::Memory;
pub use port::{Listener, Port};

use crate::lab::desk::{Desk, Next, wire};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn wall_ms() -> f64;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(call: &Function, after_ms: f64) -> f64;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: f64);
}

/// Serves the page that made this worker.
pub fn start() {
    serve(js_sys::global().unchecked_ref());
}

/// Serves the page at the other end of the port, as long as there is one. What makes that impossible is thrown: an error that
/// nobody catches is how a page learns that its worker is lost.
pub fn serve(port: &Port) {
    // A message to oneself comes behind those that wait already, and sooner than any timer.
    let Ok(own) = web_sys::MessageChannel::new() else { wasm_bindgen::throw_str("the browser has no message channels") };
    let engine = Rc::new(Engine {
        desk: RefCell::new(Desk::new()),
        memory: RefCell::default(),
        port: port.clone(),
        own: own.port2().unchecked_into(),
        due: Cell::new(false),
        timer: Cell::new(None),
        on_time: RefCell::new(None),
    });
    let waker = Rc::clone(&engine);
    *engine.on_time.borrow_mut() = Some(Closure::new(move || waker.wake()));
    let slices = Rc::clone(&engine);
    let own: Port = own.port1().unchecked_into();
    let own_messages = own.listen(move |_| slices.slice());
    let requests = port.listen(move |bytes| engine.hear(&bytes));
    // They are needed as long as the program runs.
    std::mem::forget((own_messages, requests));
}

struct Engine {
    desk: RefCell<Desk>,
    memory: RefCell<Memory>,
    port: Port,
    own: Port,
    /// Whether the next slice is on its way.
    due: Cell<bool>,
    timer: Cell<Option<f64>>,
    on_time: RefCell<Option<Closure<dyn FnMut()>>>,
}

impl Engine {
    fn hear(&self, bytes: &[u8]) {
        // The page is another version of this program: it would wait for an answer for ever.
        let Some(request) = wire::decode(bytes) else { wasm_bindgen::throw_str("the engine does not know this request") };
        self.desk.borrow_mut().take(request);
        self.wake();
    }

    /// The next slice comes as soon as what waits has been heard.
    fn wake(&self) {
        if let Some(timer) = self.timer.take() {
            clear_timeout(timer);
        }
        if !self.due.replace(true) {
            self.own.send(&[]);
        }
    }

    fn slice(&self) {
        self.due.set(false);
        let next = self.desk.borrow_mut().go_on(&|| wall_ms());
        self.memory.borrow_mut().look_ahead();
        // Sending may make the page ask for the next thing at once.
        let reports = self.desk.borrow_mut().reports();
        for report in reports {
            self.port.send(&wire::encode(&report));
        }
        match next {
            Next::Now => self.wake(),
            Next::In(pause_ms) => {
                if let Some(on_time) = &*self.on_time.borrow() {
                    let timer = set_timeout(on_time.as_ref().unchecked_ref(), pause_ms);
                    if let Some(before) = self.timer.replace(Some(timer)) {
                        clear_timeout(before);
                    }
                }
            }
            Next::Asked => {}
        }
    }
}
