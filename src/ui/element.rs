//! Elements of the page, built by calls.
//!
//! `html!` writes out the code that builds an element wherever one is drawn, and a closure for each control; with these
//! few functions an element costs a call for each of its parts, and a control says with data what it does. That is a
//! third of the program's size.

use std::rc::Rc;

use web_sys::Event;
use yew::virtual_dom::{AttrValue, Key, Listener, ListenerKind, VList, VTag};
use yew::{Callback, Html, NodeRef};

use super::message::{Message, Msg};
use crate::i18n::{Lang, Strings};

/// What every view gets: the words of the reader's language, and where its controls report to.
#[derive(Clone)]
pub struct Ui {
    /// The words.
    pub words: &'static Strings,
    /// Whom controls tell what was done with them.
    pub link: Callback<Message>,
}

impl Ui {
    /// In that language.
    pub fn new(lang: Lang, link: Callback<Message>) -> Self {
        Self { words: lang.strings(), link }
    }

    /// Listens to a kind of event, and then says that.
    pub fn on(&self, kind: ListenerKind, msg: Msg) -> Rc<dyn Listener> {
        Rc::new(Control { kind, act: Act::Say(msg), link: self.link.clone() })
    }

    /// Listens to clicks.
    pub fn click(&self, msg: Msg) -> Rc<dyn Listener> {
        self.on(ListenerKind::onclick, msg)
    }

    /// Listens to a kind of event, and asks the function what it means, at once, so that it can keep the browser from
    /// doing what it usually does.
    pub fn ask(&self, kind: ListenerKind, meaning: fn(&Event) -> Option<Msg>) -> Rc<dyn Listener> {
        Rc::new(Control { kind, act: Act::Ask(meaning), link: self.link.clone() })
    }
}

enum Act {
    Say(Msg),
    Ask(fn(&Event) -> Option<Msg>),
}

struct Control {
    kind: ListenerKind,
    act: Act,
    link: Callback<Message>,
}

impl Listener for Control {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        if self.kind == ListenerKind::onsubmit {
            // The page is sent nowhere.
            event.prevent_default();
        }
        let msg = match &self.act {
            Act::Say(msg) => Some(msg.clone()),
            Act::Ask(meaning) => meaning(&event),
        };
        if let Some(msg) = msg {
            self.link.emit(Message { msg, event: Some(event) });
        }
    }

    fn passive(&self) -> bool {
        false
    }
}

/// An element that is being built.
#[must_use]
pub struct El(Box<VTag>);

/// A new element.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(VTag::new(tag)))
}

impl El {
    /// Sets an attribute.
    pub fn set(self, name: &'static str, value: impl Into<AttrValue>) -> Self {
        self.set_value(name, value.into())
    }

    #[inline(never)]
    fn set_value(mut self, name: &'static str, value: AttrValue) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// Sets an attribute that is either there or not.
    pub fn flag(self, name: &'static str, on: bool) -> Self {
        if on { self.set(name, "") } else { self }
    }

    /// Sets an attribute to `true` or `false`.
    pub fn truth(self, name: &'static str, on: bool) -> Self {
        self.set(name, if on { "true" } else { "false" })
    }

    /// Sets the style sheet's classes.
    pub fn class(self, classes: &'static str) -> Self {
        self.set("class", classes)
    }

    /// Sets those of the style sheet's classes that are not empty.
    #[inline(never)]
    pub fn classes(self, classes: &[&str]) -> Self {
        let mut all = String::new();
        for class in classes.iter().filter(|class| !class.is_empty()) {
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(class);
        }
        self.set("class", all)
    }

    /// Sets the name that screen readers say and the pointer shows.
    #[inline(never)]
    pub fn name(self, name: impl Into<AttrValue>) -> Self {
        let name = name.into();
        self.set("aria-label", name.clone()).set("title", name)
    }

    /// Takes part in Tab's round, or is only reached by other keys.
    pub fn tab_stop(self, on: bool) -> Self {
        self.set("tabindex", if on { "0" } else { "-1" })
    }

    /// Appends a text.
    pub fn text(self, text: impl Into<AttrValue>) -> Self {
        self.child(Html::from(yew::virtual_dom::VText::new(text.into())))
    }

    /// Appends an element.
    pub fn with(self, child: El) -> Self {
        self.child(child.done())
    }

    /// Appends an element, or keeps its place: what follows stays what it is when the element comes and goes.
    #[inline(never)]
    pub fn maybe(self, child: Option<El>) -> Self {
        self.child(child.map_or_else(|| Html::from(VList::new()), El::done))
    }

    /// Appends what was built.
    #[inline(never)]
    pub fn child(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// Appends all of them, in a place of their own, so that their keys count.
    #[inline(never)]
    pub fn all(self, children: Vec<Html>) -> Self {
        self.child(Html::from(VList::with_children(children, None)))
    }

    /// Reports what is done with it.
    #[inline(never)]
    pub fn on(mut self, control: Rc<dyn Listener>) -> Self {
        self.0.add_listener(control);
        self
    }

    /// Tells it from its siblings.
    #[inline(never)]
    pub fn key(mut self, key: &str) -> Self {
        self.0.key = Some(Key::from(key));
        self
    }

    /// Sets what stands in a text area now.
    pub fn live_value(mut self, value: &AttrValue) -> Self {
        self.0.set_value(Some(value.clone()));
        self
    }

    /// Makes it findable.
    #[inline(never)]
    pub fn node_ref(mut self, place: &NodeRef) -> Self {
        self.0.node_ref = place.clone();
        self
    }

    /// The element as a part of the page.
    #[inline(never)]
    pub fn done(self) -> Html {
        Html::from(*self.0)
    }
}

/// A picture of the style sheet (`icons.css`) that says nothing to a screen reader: what it stands in has a name.
#[inline(never)]
pub fn icon(name: &str) -> El {
    el("span").set("class", ["icon i-", name].concat()).set("aria-hidden", "true")
}

/// A button that does not send a form.
#[inline(never)]
pub fn button(class: &'static str) -> El {
    let button = el("button").set("type", "button");
    if class.is_empty() { button } else { button.class(class) }
}

/// A button with a picture only; its name is told to screen readers and shown to the pointer.
#[inline(never)]
pub fn icon_button(class: &'static str, name: impl Into<AttrValue>, picture: &str) -> El {
    button(class).name(name).with(icon(picture))
}
