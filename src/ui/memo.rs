//! Parts of the page that are drawn again only when what they show has changed.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{Key, VChild};

/// What a part shows: addresses of shared data that is replaced and never changed, and marks.
pub type Shown = [usize; 3];

/// A part of the page.
#[derive(Properties, Clone)]
pub struct MemoProps {
    /// What it shows.
    pub shown: Shown,
    /// Draws it. It holds on to the data, so that an address is never that of other data.
    pub draw: Rc<dyn Fn() -> Html>,
}

impl PartialEq for MemoProps {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

/// Draws a part when it has something else to show.
pub struct Memo;

impl Component for Memo {
    type Message = ();
    type Properties = MemoProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &MemoProps) -> bool {
        ctx.props() != old
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        (ctx.props().draw)()
    }
}

/// A part of the page that is drawn again only when it has something else to show.
#[inline(never)]
pub fn memo(key: &str, shown: Shown, draw: Rc<dyn Fn() -> Html>) -> Html {
    VChild::<Memo>::new(MemoProps { shown, draw }, Some(Key::from(key))).into()
}

/// The address of shared data.
pub fn address<T>(shared: &Rc<T>) -> usize {
    Rc::as_ptr(shared).addr()
}
