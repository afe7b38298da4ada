//! Where in a text the parts of an object were written.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::SmolStr;
use super::path::{FieldPath, Step};

/// A place in a text. Both numbers count from 1; a column counts characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

/// A stretch of text; the end is behind its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// Where a value and everything in it was written: a tree of the same shape as the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Positions {
    /// The field's name, where the value is a field.
    pub key: Option<Span>,
    /// The value.
    pub value: Span,
    parts: Arc<Parts>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parts {
    None,
    Items(Vec<Positions>),
    Fields(Vec<(SmolStr, Positions)>),
}

impl Positions {
    pub(super) fn new(value: Span, parts: Parts) -> Self {
        Self { key: None, value, parts: Arc::new(parts) }
    }

    /// The place of a value whose parts have no known place.
    pub(super) fn whole(start: Position, end: Position) -> Self {
        Self::new(Span { start, end }, Parts::None)
    }

    /// The same part as the value of a field whose name is at `key`.
    pub(super) fn named(mut self, key: Span) -> Self {
        self.key = Some(key);
        self
    }

    /// The same parts, standing for a value at another place.
    pub(super) fn at(self, value: Span) -> Self {
        Self { value, ..self }
    }

    /// The fields in the order in which they were written.
    pub(super) fn fields(&self) -> &[(SmolStr, Positions)] {
        match &*self.parts {
            Parts::Fields(fields) => fields,
            _ => &[],
        }
    }

    fn child(&self, step: &Step) -> Option<&Positions> {
        match (&*self.parts, step) {
            (Parts::Items(items), Step::Index(index)) => items.get(*index),
            (Parts::Fields(fields), Step::Field(name) | Step::Key(name)) => {
                // The last of equal names is the one that counts.
                fields.iter().rev().find(|(field, _)| field == name).map(|(_, child)| child)
            }
            _ => None,
        }
    }

    /// The part that a path leads to, or as far along the path as the text goes, and whether all of the path was found.
    pub fn nearest(&self, path: &FieldPath) -> (&Positions, bool) {
        let mut here = self;
        for step in &path.0 {
            match here.child(step) {
                Some(child) => here = child,
                None => return (here, false),
            }
        }
        (here, true)
    }
}
