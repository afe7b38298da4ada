//! The part of the protocol that belongs to the terminal. Nobody answers it yet.
//!
//! One line runs at a time. It may go on as the cluster's time passes (`get -w`, `rollout status`, `sleep`), and prints
//! meanwhile; it ends by itself or is interrupted. [`TerminalReport::Printed`] is gathered from slice to slice, so that a
//! command with many lines costs few messages.

use serde::{Deserialize, Serialize};

use crate::object::SmolStr;

/// What is done in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TerminalRequest {
    /// What was typed, one line or several, with the editor's files: names and texts.
    Run(String, Vec<(String, String)>),
    /// Ctrl-C.
    Interrupt,
    /// What could stand where the cursor is: a version, the line, and the cursor's place in bytes.
    Complete(u32, String, u32),
    /// `kubectl edit`: the text that was saved for [`TerminalReport::Edit`], or none when it was closed.
    Edited(Option<String>),
}

/// What happens in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TerminalReport {
    /// Something was printed.
    Printed(Vec<(Stream, String)>),
    /// The line is over, with that exit code.
    Finished(i32),
    /// For the completion of that version: from which byte of the line on, and what could stand there.
    Completed(u32, u32, Vec<SmolStr>),
    /// `kubectl edit` waits until this text is saved or closed: a name for its file, and the text.
    Edit(String, String),
}

/// Where something was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}
