//! The lab's terminal: what is typed becomes commands, which run one after the other as the cluster's time passes, and what they print
//! becomes pieces of a scrollback. Which things its lines name is looked up when they come into sight ([`links`]).
//!
//! What commands ask of the API server is remembered as a part of the lab ([`Deed::Asked`](super::Deed::Asked)), so that a saved lab
//! comes back as it was, although its terminal is another then.

mod history;
mod links;
mod scrollback;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Lab;
use crate::kubectl::{Edited, Files, Output, Prose, State, Stream};
use crate::shell::{self, Completions, Job, Unfinished, World};

pub use history::History;
pub use links::{Link, Target};
pub use scrollback::{Line, LineKind, MOST_LINES, Scrollback};

/// So many bytes may wait to be run.
const MOST_WAITING: usize = 1_000_000;
/// Of one text so many lines are sent to a scrollback, so that the command that printed them still stands before them.
const MOST_PRINTED: usize = MOST_LINES - 1_000;
/// The exit code of a line that cannot be read.
const SYNTAX_ERROR: i32 = 2;

/// A piece of what a terminal shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// A line that was typed; whether it goes on a command that was begun.
    Typed(String, bool),
    /// A line that was not run: it was thrown away with Ctrl-C; whether it would have gone on a command that was begun.
    Dropped(String, bool),
    /// Something that was done on the stage, as the command that does the same, or as words about what no command can do.
    Stage(String),
    /// A command printed a text.
    Printed(Stream, String),
    /// A command printed so many lines that this many, and those that it printed before, are not kept; nobody knows how many when
    /// they were not even made.
    Skipped(Option<usize>),
    /// A command ended with this exit code, which is not 0.
    Exit(i32),
    /// Whoever typed interrupted it.
    Interrupted,
    /// The text that a command had opened is not awaited any more. Whether it is worth keeping: nothing came of it.
    Edited {
        /// Whether it is.
        kept: bool,
    },
    /// Everything is wiped off.
    Clear,
    /// What the running command printed is wiped off.
    Redraw,
}

/// What a terminal waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// A command.
    #[default]
    Ready,
    /// The rest of a command.
    More,
    /// The end of the running command.
    Busy,
    /// The end of editing this text.
    Editing(OpenText),
}

/// A text that a command has opened in the editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenText {
    /// The name of its file.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A terminal with its history and its running command.
pub struct Terminal {
    history: History,
    /// Lines that were typed and have not begun.
    waiting: VecDeque<String>,
    /// The lines so far of a command that is not complete.
    begun: Unfinished,
    job: Option<Job>,
    /// When the running command looks at the cluster at the latest, in milliseconds.
    wake_ms: Option<u64>,
    /// The lab's version that it has seen.
    seen: u64,
    editor: RefCell<Editor>,
    pieces: Vec<Piece>,
    /// How many lines are kept of one text; `None` for all.
    keeps: Option<usize>,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").field("prompt", &self.prompt()).field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// What lies between a command that edits and the editor.
#[derive(Default)]
struct Editor {
    open: Option<OpenText>,
    saved: Option<String>,
    /// Whether the running command has opened a text.
    was_open: bool,
}

/// The lab's files with the editor.
struct Desk<'a> {
    files: &'a dyn Files,
    editor: &'a RefCell<Editor>,
}

impl Files for Desk<'_> {
    fn read(&self, name: &str) -> Option<String> {
        self.files.read(name)
    }

    fn names(&self) -> Vec<String> {
        self.files.names()
    }

    fn prose(&self) -> Prose {
        self.files.prose()
    }

    fn edit(&self, name: &str, text: &str) -> Edited {
        let mut editor = self.editor.borrow_mut();
        if let Some(text) = editor.saved.take() {
            editor.open = None;
            return Edited::Saved(text);
        }
        editor.was_open = true;
        editor.open = Some(OpenText { name: name.to_owned(), text: text.to_owned() });
        Edited::Open
    }
}

impl Terminal {
    /// A terminal in which nothing was typed yet but what the history says.
    pub fn new(history: History) -> Self {
        Self {
            history,
            waiting: VecDeque::new(),
            begun: Unfinished::default(),
            job: None,
            wake_ms: None,
            seen: 0,
            editor: RefCell::default(),
            pieces: Vec::new(),
            keeps: None,
        }
    }

    /// The same for a [`Scrollback`]: of very long texts it shows only the last lines.
    #[must_use]
    pub fn for_scrollback(self) -> Self {
        Self { keeps: Some(MOST_PRINTED), ..self }
    }

    /// What was typed so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What it waits for.
    pub fn prompt(&self) -> Prompt {
        match (&self.job, &self.editor.borrow().open) {
            (Some(_), Some(open)) => Prompt::Editing(open.clone()),
            (Some(_), None) => Prompt::Busy,
            (None, _) if self.begun.is_empty() => Prompt::Ready,
            (None, _) => Prompt::More,
        }
    }

    /// Takes what was shown since this was last asked.
    pub fn take(&mut self) -> Vec<Piece> {
        let pieces = std::mem::take(&mut self.pieces);
        match self.keeps {
            Some(most) => pieces.into_iter().flat_map(|piece| shorten(piece, most)).collect(),
            None => pieces,
        }
    }

    /// Types one or several lines, each with the Enter key. They begin when what was typed before them is over. When too much
    /// waits already, none of them is taken: half of a manifest is another manifest.
    pub fn enter(&mut self, text: &str, lab: &mut Lab, files: &dyn Files) {
        if self.waiting.iter().map(String::len).sum::<usize>() + text.len() > MOST_WAITING {
            let words = format!("sh: more than {MOST_WAITING} bytes wait to be run, so nothing of what was typed last is run\n");
            self.pieces.push(Piece::Printed(Stream::Err, words));
            return self.pieces.push(Piece::Exit(SYNTAX_ERROR));
        }
        let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
        self.waiting.extend(lines.into_iter().map(str::to_owned));
        self.begin(lab, files);
    }

    /// Ends what runs, and forgets what was to follow, as Ctrl-C does. With nothing running, it forgets the lines of a command that
    /// was begun, and the line that was being typed.
    pub fn interrupt(&mut self, line: &str) {
        if self.job.is_none() {
            self.throw_away(line);
        }
        self.waiting.clear();
        self.begun = Unfinished::default();
        self.wake_ms = None;
        self.pieces.push(Piece::Interrupted);
        if let Some(mut job) = self.job.take() {
            self.pieces.push(Piece::Exit(job.interrupt()));
        }
        self.close_text(true);
    }

    /// Shows a text that is not run.
    pub fn throw_away(&mut self, text: &str) {
        let is_more = !self.begun.is_empty();
        let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
        self.pieces.extend(lines.into_iter().map(|line| Piece::Dropped(line.to_owned(), is_more)));
    }

    /// The command that may have opened a text is over.
    fn close_text(&mut self, kept: bool) {
        if std::mem::take(&mut *self.editor.borrow_mut()).was_open {
            self.pieces.push(Piece::Edited { kept });
        }
    }

    /// The editor hands back the text that a command had opened; without a text, as it was.
    pub fn edited(&mut self, text: Option<String>, lab: &mut Lab, files: &dyn Files) {
        {
            let mut editor = self.editor.borrow_mut();
            let Some(open) = &editor.open else { return };
            let text = text.unwrap_or_else(|| open.text.clone());
            editor.saved = Some(text);
        }
        self.look(lab, files);
        self.begin(lab, files);
    }

    /// Lets cluster time pass, up to a time in milliseconds; the running command sees every moment in which something changes.
    /// Stops early when `keep_going`, asked between events, says so.
    pub fn advance(&mut self, lab: &mut Lab, files: &dyn Files, until_ms: u64, keep_going: &mut dyn FnMut() -> bool) {
        while self.job.is_some() && self.editor.borrow().open.is_none() && lab.now_ms() < until_ms {
            let wake_ms = self.wake_ms.unwrap_or(u64::MAX).max(lab.now_ms() + 1);
            let next_ms = lab.cluster.runtime.next_at_ms().unwrap_or(u64::MAX);
            let target_ms = next_ms.max(lab.now_ms()).min(wake_ms).min(until_ms);
            lab.advance(target_ms, keep_going);
            let is_over = lab.cluster.runtime.next_at_ms().is_none_or(|at| at > target_ms);
            if is_over && (lab.version() != self.seen || lab.now_ms() >= wake_ms) {
                self.look(lab, files);
                self.begin(lab, files);
            }
            if !keep_going() {
                return;
            }
        }
        lab.advance(until_ms, keep_going);
    }

    /// Goes on to the next moment at which something was written or the running command looks at the cluster, at most a minute.
    pub fn step(&mut self, lab: &mut Lab, files: &dyn Files) {
        let wakes = self.job.is_some() && self.editor.borrow().open.is_none();
        let wake_ms = self.wake_ms.filter(|_| wakes).map(|wake_ms| wake_ms.max(lab.now_ms() + 1));
        lab.step(wake_ms.unwrap_or(u64::MAX));
        self.look(lab, files);
        self.begin(lab, files);
    }

    /// Begins what waits, until something runs that needs time.
    fn begin(&mut self, lab: &mut Lab, files: &dyn Files) {
        while self.job.is_none() {
            let Some(line) = self.waiting.pop_front() else { return };
            self.pieces.push(Piece::Typed(line.clone(), !self.begun.is_empty()));
            // A text that follows a command is no command, and a manifest would push all others out.
            if self.begun.is_empty() {
                self.history.add(&line);
            }
            let Some(whole) = self.begun.add(&line) else { continue };
            match Job::new(&whole) {
                Ok(job) => {
                    self.job = Some(job);
                    self.look(lab, files);
                }
                Err(words) => {
                    self.pieces.push(Piece::Printed(Stream::Err, format!("sh: {words}\n")));
                    self.pieces.push(Piece::Exit(SYNTAX_ERROR));
                }
            }
        }
    }

    /// The running command does what it can do now.
    fn look(&mut self, lab: &mut Lab, files: &dyn Files) {
        let Some(job) = &mut self.job else { return };
        let desk = Desk { files, editor: &self.editor };
        let mut out = Output::keeping(self.keeps);
        let history = self.history.lines();
        let state = lab.ask(|cluster| job.go_on(&mut World { cluster, files: &desk, history, out: &mut out }));
        self.seen = lab.version();
        let redraws = job.redraws();
        for printed in out.take() {
            if printed.cut {
                self.pieces.push(Piece::Skipped(None));
            }
            self.print(printed.stream, printed.text, redraws);
        }
        match state {
            State::Waiting(until_ms) => self.wake_ms = until_ms,
            State::Done(exit) => {
                self.job = None;
                self.wake_ms = None;
                if exit != 0 {
                    self.pieces.push(Piece::Exit(exit));
                }
                self.close_text(exit != 0);
            }
        }
    }

    fn print(&mut self, stream: Stream, text: String, redraws: bool) {
        if !text.contains('\u{c}') {
            return self.pieces.push(Piece::Printed(stream, text));
        }
        for (at, part) in text.split('\u{c}').enumerate() {
            if at > 0 {
                self.pieces.push(if redraws { Piece::Redraw } else { Piece::Clear });
            }
            if !part.is_empty() {
                self.pieces.push(Piece::Printed(stream, part.to_owned()));
            }
        }
    }
}

/// A piece as it is sent: without the beginning of a text that would push all out that was shown before it.
fn shorten(piece: Piece, most: usize) -> impl Iterator<Item = Piece> {
    let (skipped, piece) = match piece {
        Piece::Printed(stream, text) => {
            let (skipped, last) = last_lines(&text, most);
            (skipped, Piece::Printed(stream, if skipped == 0 { text } else { last.to_owned() }))
        }
        other => (0, other),
    };
    (skipped > 0).then_some(Piece::Skipped(Some(skipped))).into_iter().chain([piece])
}

/// The last lines of a text, at most so many, and how many there are before them.
fn last_lines(text: &str, most: usize) -> (usize, &str) {
    let ends = || text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let count = ends().count() + usize::from(!text.is_empty() && !text.ends_with('\n'));
    let skipped = count.saturating_sub(most);
    let start = skipped.checked_sub(1).and_then(|last| ends().nth(last)).unwrap_or_default();
    (skipped, text.get(start..).unwrap_or_default())
}

/// The things of the cluster that each of these lines names.
pub fn links<'a>(lines: impl Iterator<Item = &'a str>, lab: &Lab) -> Vec<Vec<Link>> {
    links::of_lines(&lab.cluster, lines)
}

/// What the word before the cursor, a place in bytes, can become.
pub fn complete(line: &str, cursor: usize, lab: &Lab, files: &dyn Files) -> Completions {
    shell::complete(line, cursor, &lab.cluster, files)
}

#[cfg(test)]
mod tests;
