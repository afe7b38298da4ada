//! A value together with the way to it.

use crate::object::Value;
use crate::object::path::{At, FieldPath};

static NULL: Value = Value::Null;

/// A part of an object and its path. What is absent is a `Null` with a path, as Go has zero values.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) value: &'a Value,
    at: At<'a>,
}

impl<'a> Here<'a> {
    /// A whole object.
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, at: At::ROOT }
    }

    #[inline(never)]
    pub(super) fn field(&'a self, name: &'a str) -> Here<'a> {
        Here { value: self.value.get(name).unwrap_or(&NULL), at: self.at.field(name) }
    }

    /// The entry of a map with free keys.
    pub(super) fn key(&'a self, key: &'a str) -> Here<'a> {
        Here { value: self.value.get(key).unwrap_or(&NULL), at: self.at.key(key) }
    }

    /// The items of a list.
    pub(super) fn items(&'a self) -> impl Iterator<Item = Here<'a>> {
        let items = self.list().iter().enumerate();
        items.map(|(index, value)| Here { value, at: self.at.index(index) })
    }

    /// An item of a list, whatever stands there.
    pub(super) fn item(&'a self, index: usize, value: &'a Value) -> Here<'a> {
        Here { value, at: self.at.index(index) }
    }

    /// The entries of a map with free keys.
    pub(super) fn entries(&'a self) -> impl Iterator<Item = (&'a str, Here<'a>)> {
        self.value.fields_at(&[]).map(|(key, value)| (key.as_str(), Here { value, at: self.at.key(key) }))
    }

    /// The same place for another value.
    pub(super) fn with(&self, value: &'a Value) -> Here<'a> {
        Here { value, ..*self }
    }

    pub(super) fn path(&self) -> FieldPath {
        self.at.to_path()
    }

    pub(super) fn list(&self) -> &'a [Value] {
        self.value.as_list().unwrap_or_default()
    }

    pub(super) fn str(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    pub(super) fn int(&self) -> i64 {
        self.value.as_i64().unwrap_or_default()
    }

    pub(super) fn is_set(&self) -> bool {
        !self.value.is_null()
    }

    pub(super) fn is_true(&self) -> bool {
        self.value.as_bool() == Some(true)
    }

    /// Whether a field is there.
    #[inline(never)]
    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// The text of a field.
    #[inline(never)]
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number of a field.
    #[inline(never)]
    pub(super) fn number(&self, name: &str) -> i64 {
        self.value.get(name).and_then(Value::as_i64).unwrap_or_default()
    }
}
