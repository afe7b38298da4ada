//! Collecting what is wrong with an object.

use crate::apiserver::error::{BadValue, Cause, Detail, FieldError};
use crate::object::path::At;

/// Said of numbers below zero.
pub const NEGATIVE: &str = "must be greater than or equal to 0";

/// What was found so far, in the order in which Kubernetes finds it.
#[derive(Debug, Default)]
pub(super) struct Errors(pub(super) Vec<FieldError>);

impl Errors {
    pub(super) fn push(&mut self, at: &At, cause: Cause) {
        self.0.push(FieldError { path: at.to_path(), place: None, cause });
    }

    pub(super) fn required(&mut self, at: &At, detail: &'static str) {
        self.push(at, Cause::Required(detail.into()));
    }

    pub(super) fn invalid(&mut self, at: &At, value: impl Into<BadValue>, detail: impl Into<Detail>) {
        self.push(at, Cause::Invalid { value: value.into(), detail: detail.into() });
    }

    /// One error per message, as Kubernetes' checks of names return them.
    pub(super) fn each(&mut self, at: &At, value: &str, messages: impl IntoIterator<Item = impl Into<Detail>>) {
        for message in messages {
            self.invalid(at, value, message);
        }
    }

    pub(super) fn forbidden(&mut self, at: &At, detail: impl Into<Detail>) {
        self.push(at, Cause::Forbidden(detail.into()));
    }

    pub(super) fn duplicate(&mut self, at: &At, value: impl Into<BadValue>) {
        self.push(at, Cause::Duplicate(value.into()));
    }

    pub(super) fn not_found(&mut self, at: &At, value: &str) {
        self.push(at, Cause::NotFound(value.into()));
    }

    /// Checks that a value is one of a few.
    pub(super) fn one_of(&mut self, at: &At, value: &str, supported: &'static [&'static str]) {
        if !supported.contains(&value) {
            self.push(at, Cause::NotSupported { value: value.into(), supported });
        }
    }

    /// The same, where an absent value is an error of its own.
    pub(super) fn required_one_of(&mut self, at: &At, value: &str, supported: &'static [&'static str]) {
        if value.is_empty() { self.required(at, "") } else { self.one_of(at, value, supported) }
    }

    pub(super) fn not_negative(&mut self, at: &At, number: i64) {
        if number < 0 {
            self.invalid(at, number, NEGATIVE);
        }
    }

    pub(super) fn in_range(&mut self, at: &At, number: i64, lowest: i64, highest: i64) {
        if !(lowest..=highest).contains(&number) {
            self.invalid(at, number, format!("must be between {lowest} and {highest}, inclusive"));
        }
    }

    /// Says for what was found since `start` where it really is, as Kubernetes names another path.
    pub(super) fn place(&mut self, start: usize, at: &At) {
        let place = at.to_path();
        for error in &mut self.0[start..] {
            error.place = Some(place.clone());
        }
    }
}
