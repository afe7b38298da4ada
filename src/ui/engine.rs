//! The page's end of the line to the engine, which is another program, in a worker.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;
use yew::Callback;

use super::message::{Message, Msg};
use crate::engine::{Listener, Port};
use crate::lab::desk::{Errand, Request, Watched, wire};
use crate::lab::{Action, ClusterPreset};

#[wasm_bindgen]
extern "C" {
    /// The worker that `boot.js` started while the page was still on its way.
    #[wasm_bindgen(extends = Port)]
    #[derive(Clone)]
    type Started;

    /// Whether it has failed already.
    #[wasm_bindgen(method, getter)]
    fn failed(this: &Started) -> Option<bool>;
}

/// Why an answer is awaited.
#[derive(Clone, Debug, PartialEq)]
pub enum Awaited {
    /// A file was applied or deleted: its number, the text, and what is applied now if nothing was refused.
    Manifest(u32, std::rc::Rc<str>, std::rc::Rc<str>),
    /// Something was done on the stage, last that.
    Action(Action),
    /// There is to be another cluster.
    NewCluster(ClusterPreset),
    /// The former cluster is to come back.
    BringBack,
}

/// The line to the engine.
pub struct Engine {
    port: Option<Port>,
    _heard: Option<Listener>,
    _lost: Option<EventListener>,
    awaited: Vec<(u32, Awaited)>,
    tickets: u32,
    watched: Option<Watched>,
}

/// The worker that was started with the page, if it could be.
pub fn started() -> Option<Port> {
    let started = js_sys::Reflect::get(&js_sys::global(), &"engine".into()).ok()?;
    let started: Started = if started.is_object() { started.unchecked_into() } else { return None };
    (started.failed() != Some(true)).then(|| started.unchecked_into())
}

impl Engine {
    /// Listens at that port, if there is one. What arrives becomes [`Msg::Heard`]; when there is none, or it breaks,
    /// [`Msg::Lost`].
    pub fn new(port: Option<Port>, link: &Callback<Message>) -> Self {
        let say = |msg| Message { msg, event: None };
        let heard = port.as_ref().map(|port| {
            let link = link.clone();
            port.listen(move |bytes| link.emit(say(Msg::Heard(bytes.into()))))
        });
        let lost = port.as_ref().map(|port| {
            let (link, target) = (link.clone(), port.unchecked_ref::<EventTarget>());
            EventListener::new(target, "error", move |_| link.emit(say(Msg::Lost)))
        });
        if port.is_none() {
            link.emit(say(Msg::Lost));
        }
        Self { port, _heard: heard, _lost: lost, awaited: Vec::new(), tickets: 0, watched: None }
    }

    /// Asks for something.
    pub fn ask(&self, request: &Request) {
        if let Some(port) = &self.port {
            port.send(&wire::encode(request));
        }
    }

    /// Gives an errand; the answer comes back with this ticket.
    pub fn run(&mut self, errand: Errand, awaited: Awaited) -> u32 {
        self.tickets += 1;
        self.awaited.push((self.tickets, awaited));
        self.ask(&Request::Errand(self.tickets, errand));
        self.tickets
    }

    /// Why the answer with that ticket was awaited.
    pub fn answered(&mut self, ticket: u32) -> Option<Awaited> {
        let at = self.awaited.iter().position(|(known, _)| *known == ticket)?;
        Some(self.awaited.remove(at).1)
    }

    /// Says what the page shows, if that is something else than before.
    pub fn watch(&mut self, watched: Watched) {
        if self.watched.as_ref() != Some(&watched) {
            self.ask(&Request::Watch(watched.clone()));
            self.watched = Some(watched);
        }
    }
}
