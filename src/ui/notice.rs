//! What was done last, and what came of it.

use yew::AttrValue;

use super::files::NameFault;
use crate::lab::{Action, ClusterPreset, Joined};

/// The line above the dock.
#[derive(Clone, PartialEq)]
pub enum Notice {
    /// It was done.
    Done {
        /// The kubectl command that does the same.
        command: AttrValue,
        /// What kubectl prints.
        output: AttrValue,
    },
    /// It was refused.
    Refused {
        /// The kubectl command that would be refused in the same way; empty where there is none.
        command: AttrValue,
        /// The API server's words.
        message: AttrValue,
    },
    /// Something was done that kubectl does not know: to machines, and which.
    Machines(Action, Option<Joined>),
    /// A manifest has problems; they stand below the editor.
    Problems,
    /// The cluster is a new one; the former can come back.
    NewCluster(ClusterPreset),
    /// The former cluster came back.
    Restored,
    /// A tab was closed and can come back.
    ClosedFile(AttrValue),
    /// A file has its first text again; the changes can come back.
    ResetFile(AttrValue),
    /// A file has the cluster's values; its own can come back.
    Adopted(AttrValue),
    /// A file did not get the name, and why.
    NotRenamed(AttrValue, NameFault),
    /// The clock was to go to the next change, and within the longest step there was none.
    Idle,
    /// The browser did not let the page copy.
    NotCopied,
    /// The browser does not remember everything that it should.
    NoRoom,
    /// Another tab writes what is remembered, so this one does not any more.
    Elsewhere,
    /// The lab of the last visit cannot be read.
    Unreadable,
}

impl Notice {
    /// Whether time has to pass before there is anything to see of it.
    pub fn needs_time(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Machines(..) | Self::NewCluster(_))
    }

    /// Whether something was not done.
    pub fn is_bad(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Problems
                | Self::NotRenamed(..)
                | Self::NotCopied
                | Self::NoRoom
                | Self::Elsewhere
                | Self::Unreadable
        )
    }
}
