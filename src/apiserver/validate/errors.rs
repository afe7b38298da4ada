//! Collecting what is wrong with an object.

use super::here::Here;
use crate::apiserver::error::{BadValue, Cause, Detail, FieldError};

/// Said of numbers below zero.
pub const NEGATIVE: &str = "must be greater than or equal to 0";

/// What was found so far, in the order in which Kubernetes finds it.
#[derive(Debug, Default)]
pub(super) struct Errors(pub(super) Vec<FieldError>);

impl Errors {
    #[inline(never)]
    pub(super) fn push(&mut self, here: &Here, cause: Cause) {
        self.0.push(FieldError { path: here.path(), place: None, cause });
    }

    #[inline(never)]
    pub(super) fn required(&mut self, here: &Here, detail: &'static str) {
        self.push(here, Cause::Required(detail.into()));
    }

    /// The value is not acceptable, and printed as it is.
    pub(super) fn invalid(&mut self, here: &Here, detail: impl Into<Detail>) {
        self.push(here, Cause::Invalid { value: here.value.into(), detail: detail.into() });
    }

    /// The same with another value than the one at the path.
    pub(super) fn invalid_value(&mut self, here: &Here, value: impl Into<BadValue>, detail: impl Into<Detail>) {
        self.push(here, Cause::Invalid { value: value.into(), detail: detail.into() });
    }

    /// One error per message, as Kubernetes' checks of names return them.
    #[inline(never)]
    pub(super) fn each(&mut self, here: &Here, value: &str, messages: Vec<&'static str>) {
        for message in messages {
            self.invalid_value(here, value, message);
        }
    }

    /// The same with words that are made for the occasion.
    #[inline(never)]
    pub(super) fn each_of(&mut self, here: &Here, value: &str, messages: Vec<String>) {
        for message in messages {
            self.invalid_value(here, value, message);
        }
    }

    pub(super) fn forbidden(&mut self, here: &Here, detail: impl Into<Detail>) {
        self.push(here, Cause::Forbidden(detail.into()));
    }

    #[inline(never)]
    pub(super) fn duplicate(&mut self, here: &Here) {
        self.duplicate_of(here, here.str());
    }

    /// The same with another value than the one at the path.
    #[inline(never)]
    pub(super) fn duplicate_of(&mut self, here: &Here, value: impl Into<BadValue>) {
        self.push(here, Cause::Duplicate { value: value.into(), detail: "".into() });
    }

    /// It names something that is not there.
    #[inline(never)]
    pub(super) fn not_found(&mut self, here: &Here) {
        self.push(here, Cause::NotFound { value: here.str().into(), detail: "".into() });
    }

    /// Checks that a text is one of a few.
    #[inline(never)]
    pub(super) fn one_of(&mut self, here: &Here, supported: &'static [&'static str]) {
        if !supported.contains(&here.str()) {
            self.push(here, Cause::NotSupported { value: here.str().into(), supported });
        }
    }

    /// The same, where an absent value is an error of its own.
    #[inline(never)]
    pub(super) fn required_one_of(&mut self, here: &Here, supported: &'static [&'static str]) {
        if here.str().is_empty() { self.required(here, "") } else { self.one_of(here, supported) }
    }

    /// The same, where an absent value is fine.
    #[inline(never)]
    pub(super) fn optional_one_of(&mut self, here: &Here, supported: &'static [&'static str]) {
        if here.is_set() {
            self.one_of(here, supported);
        }
    }

    /// Checks that a text is there.
    #[inline(never)]
    pub(super) fn not_empty(&mut self, here: &Here) {
        if here.str().is_empty() {
            self.required(here, "");
        }
    }

    /// Checks that a text is short enough.
    pub(super) fn at_most_bytes(&mut self, here: &Here, limit: usize) {
        if here.str().len() > limit {
            self.push(here, Cause::TooLong(limit));
        }
    }

    #[inline(never)]
    pub(super) fn not_negative(&mut self, here: &Here) {
        if here.int() < 0 {
            self.invalid(here, NEGATIVE);
        }
    }

    #[inline(never)]
    pub(super) fn in_range(&mut self, here: &Here, lowest: i64, highest: i64) {
        let number = here.int();
        if !(lowest..=highest).contains(&number) {
            self.invalid_value(here, number, format!("must be between {lowest} and {highest}, inclusive"));
        }
    }

    /// Says for what was found since `start` where it really is, as Kubernetes names another path.
    pub(super) fn place(&mut self, start: usize, here: &Here) {
        let place = here.path();
        for error in &mut self.0[start..] {
            error.place = Some(place.clone());
        }
    }
}
