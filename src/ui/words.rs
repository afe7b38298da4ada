//! The words of the language that the learner reads, for every component.

use std::ops::Deref;

use yew::prelude::*;

use crate::i18n::{Lang, Strings};

/// The texts of the present language; compared by address.
#[derive(Clone, Copy)]
pub struct Words(&'static Strings);

impl Words {
    /// The texts of a language.
    pub fn of(lang: Lang) -> Self {
        Self(lang.strings())
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Deref for Words {
    type Target = Strings;
    fn deref(&self) -> &Strings {
        self.0
    }
}

/// The texts of the present language; a component that uses them is drawn again when the language changes.
#[hook]
pub fn use_words() -> Words {
    use_context().unwrap_or_else(|| Words::of(Lang::default()))
}
