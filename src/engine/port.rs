//! Where messages leave and arrive: a worker, the inside of a worker, or one end of a channel.

use js_sys::{Array, ArrayBuffer, Function, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Something with `postMessage` and `onmessage`.
    #[derive(Clone, Debug)]
    pub type Port;

    /// A message that arrived.
    type Arrived;

    #[wasm_bindgen(method, getter)]
    fn data(this: &Arrived) -> ArrayBuffer;

    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &Port, message: &ArrayBuffer, transferred: &Array);

    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Port, listener: Option<&Function>);
}

/// Hears what arrives at a port, as long as it is kept.
pub struct Listener {
    port: Port,
    _heard: Closure<dyn FnMut(Arrived)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
    }
}

impl Port {
    /// Sends bytes; they are handed over, not copied.
    pub fn send(&self, bytes: &[u8]) {
        let buffer = Uint8Array::from(bytes).buffer();
        self.post_message(&buffer, &Array::of1(&buffer));
    }

    /// Hears what arrives from now on.
    pub fn listen(&self, mut heard: impl FnMut(Vec<u8>) + 'static) -> Listener {
        let heard = Closure::<dyn FnMut(Arrived)>::new(move |arrived: Arrived| heard(Uint8Array::new(&arrived.data()).to_vec()));
        self.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Listener { port: self.clone(), _heard: heard }
    }
}
