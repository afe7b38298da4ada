//! Shared data as a property of a component.

use std::ops::Deref;
use std::rc::Rc;

/// An `Rc` that is compared by pointer: the engine shares what did not change, so a component whose data is the same
/// `Rc` has nothing to draw, and finds that out without looking into it.
#[derive(Debug, Default)]
pub struct Same<T>(pub Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Same<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<&Rc<T>> for Same<T> {
    fn from(shared: &Rc<T>) -> Self {
        Self(Rc::clone(shared))
    }
}
