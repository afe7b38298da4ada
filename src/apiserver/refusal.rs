//! Why a request about stored objects is refused.

use std::fmt;

use crate::object::{Kind, SmolStr};

/// A refusal that has to do with what is stored, not with what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such object.
    NotFound {
        /// What was asked for.
        kind: Kind,
        /// Its name.
        name: SmolStr,
    },
    /// The name is taken.
    AlreadyExists {
        /// What was to be created.
        kind: Kind,
        /// Its name.
        name: SmolStr,
    },
    /// An admission step said no.
    Forbidden {
        /// What was to be created.
        kind: Kind,
        /// Its name, or the stem that it was to be generated from.
        name: SmolStr,
        /// Why, in the words of the admission step.
        reason: String,
    },
}

impl Refusal {
    /// The reason in the API's status: what stands in brackets behind `Error from server`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NotFound",
            Self::AlreadyExists { .. } => "AlreadyExists",
            Self::Forbidden { .. } => "Forbidden",
        }
    }
}

/// The message of the API's status.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { kind, name } => write!(f, "{} {name:?} not found", kind.resource()),
            Self::AlreadyExists { kind, name } => write!(f, "{} {name:?} already exists", kind.resource()),
            Self::Forbidden { kind, name, reason } => write!(f, "{} {name:?} is forbidden: {reason}", kind.resource()),
        }
    }
}

impl std::error::Error for Refusal {}
