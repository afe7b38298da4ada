//! The lab, its clock, and what the page knows about them.

mod driver;
mod news;
mod notice;
mod pace;
mod speed;
mod state;

pub use driver::Driver;
pub use news::News;
pub use notice::Notice;
pub use speed::Speed;
pub use state::{Session, SessionAction};

use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

/// The driver, for components that do something; compared by address.
#[derive(Clone)]
pub struct Hands(pub Rc<Driver>);

impl PartialEq for Hands {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Hands {
    type Target = Driver;
    fn deref(&self) -> &Driver {
        &self.0
    }
}

/// The driver, which stays the same as long as the page lives.
#[hook]
pub fn use_hands() -> Hands {
    // The app provides it around everything it draws.
    use_context().expect("drawn inside the app")
}
