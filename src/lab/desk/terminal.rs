//! The part of the protocol that belongs to the terminal, and how the desk answers it.
//!
//! What was typed begins when what was typed before it is over. It may go on as the cluster's time passes (`get -w`, `rollout status`,
//! `sleep`), and prints meanwhile; it ends by itself or is interrupted. What it prints is gathered from slice to slice, so that a
//! command with many lines costs few messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Desk, Report};
use crate::kubectl::{Files, Prose};
use crate::lab::terminal::{History, Link, Piece, Prompt, Terminal, complete, links};
use crate::shell::Completions;

/// What is done in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TerminalRequest {
    /// What was typed during earlier visits ([`History::save`]).
    Remember(String),
    /// The language in which the lab says from now on what it has to say itself, such as what `explain` says of a field.
    Speak(Prose),
    /// What was typed, one line or several, with the editor's files: names and texts.
    Run(String, Vec<(String, String)>),
    /// Ctrl-C, with the line that was being typed.
    Interrupt(String),
    /// What could stand where the cursor is: a version, the line, the cursor's place in bytes, and the names of the editor's files.
    Complete(u32, String, usize, Vec<String>),
    /// What these lines name, which have come into sight; the numbers come back with the answer.
    Look(u32, usize, Vec<String>),
    /// `kubectl edit`: the text that was saved for [`Prompt::Editing`], or none when it was closed.
    Edited(Option<String>),
}

/// What happens in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TerminalReport {
    /// What is shown below what was shown before, and what it waits for now.
    Shown(Vec<Piece>, Prompt),
    /// What the word before the cursor can become, for the question of that version.
    Completed(u32, Completions),
    /// What each of the lines names that came with those numbers.
    Looked(u32, usize, Vec<Vec<Link>>),
}

/// The editor's files, as they were when something was typed.
#[derive(Debug, Default)]
pub(super) struct Copies {
    texts: BTreeMap<String, String>,
    prose: Prose,
}

impl Files for Copies {
    fn read(&self, name: &str) -> Option<String> {
        self.texts.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.texts.keys().cloned().collect()
    }

    fn prose(&self) -> Prose {
        self.prose
    }
}

impl Desk {
    /// Answers what was done in the terminal.
    pub(super) fn serve_terminal(&mut self, request: TerminalRequest) {
        match request {
            TerminalRequest::Remember(history) => self.terminal = Terminal::new(History::restore(&history)).for_scrollback(),
            TerminalRequest::Speak(prose) => self.files.prose = prose,
            TerminalRequest::Run(text, files) => {
                self.files.texts = files.into_iter().collect();
                self.terminal.enter(&text, &mut self.lab, &self.files);
                self.easel.await_next();
            }
            TerminalRequest::Interrupt(line) => self.terminal.interrupt(&line),
            TerminalRequest::Complete(version, line, cursor, names) => {
                let texts = names.into_iter().map(|name| (name, String::new())).collect();
                let files = Copies { texts, prose: self.files.prose };
                let completions = complete(&line, cursor, &self.lab, &files);
                self.reports.push(Report::Terminal(TerminalReport::Completed(version, completions)));
            }
            TerminalRequest::Look(turn, first, lines) => {
                let links = links(lines.iter().map(String::as_str), &self.lab);
                self.reports.push(Report::Terminal(TerminalReport::Looked(turn, first, links)));
            }
            TerminalRequest::Edited(text) => {
                self.terminal.edited(text, &mut self.lab, &self.files);
                self.easel.await_next();
            }
        }
    }

    /// The cluster that the running command speaks with is gone.
    pub(super) fn leave_terminal(&mut self) {
        if self.terminal.prompt() != Prompt::Ready {
            self.terminal.interrupt("");
        }
    }

    /// Takes in what was done in the terminal. It is answered once nothing else is being done, but Ctrl-C does not wait: what is
    /// still to begin does not begin.
    pub(super) fn take_typed(&mut self, request: TerminalRequest) {
        let TerminalRequest::Interrupt(line) = &request else { return self.typed.push_back(request) };
        if self.is_free() {
            return self.typed.push_back(request);
        }
        for waiting in std::mem::take(&mut self.typed) {
            match waiting {
                TerminalRequest::Run(text, _) => self.terminal.throw_away(&text),
                TerminalRequest::Edited(_) => {}
                other => self.typed.push_back(other),
            }
        }
        self.terminal.interrupt(line);
    }

    /// Reports what the terminal shows, after what is to be remembered of it.
    pub(super) fn report_terminal(&mut self) {
        // What is shown was done, and is saved before.
        if self.is_unsaved() {
            return;
        }
        let pieces = self.terminal.take();
        let prompt = self.terminal.prompt();
        if pieces.is_empty() && prompt == self.prompt {
            return;
        }
        self.prompt = prompt.clone();
        self.reports.push(Report::Terminal(TerminalReport::Shown(pieces, prompt)));
    }
}
