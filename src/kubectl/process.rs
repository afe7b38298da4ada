//! A command that runs: what it may use, what it prints, and how it waits.

use serde::{Deserialize, Serialize};

use super::client;
use super::fault::{Fault, printed};
use super::flags::Flags;
use crate::cluster::Cluster;
use crate::object::SmolStr;

/// In which language the lab says what it has to say itself: what fields mean. What kubectl says is English everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Prose {
    /// English.
    #[default]
    English,
    /// Chinese.
    Chinese,
}

/// The files that a command can read.
pub trait Files {
    /// The language of those who read them.
    fn prose(&self) -> Prose {
        Prose::English
    }
    /// The text of a file, if there is one of that name.
    fn read(&self, name: &str) -> Option<String>;
    /// The names of all files, sorted.
    fn names(&self) -> Vec<String>;
    /// Opens a text in an editor, or looks what became of it there. Where nobody edits, it comes back as it is.
    fn edit(&self, _name: &str, text: &str) -> Edited {
        Edited::Saved(text.to_owned())
    }
}

/// What became of a text in an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It was handed back like this.
    Saved(String),
    /// It is still open; whoever asked asks again.
    Open,
}

/// No files.
#[derive(Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Option<String> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Where a text is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Results.
    Out,
    /// What a user should know.
    Err,
}

/// A text that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Where.
    pub stream: Stream,
    /// The text.
    pub text: String,
    /// Whether the same command printed more before it, which was left out because nobody would have kept it.
    pub cut: bool,
}

/// What was printed, in its order.
#[derive(Clone, Debug, Default)]
pub struct Output {
    printed: Vec<Printed>,
    /// As whom the command writes (`--field-manager`).
    pub(super) writes_as: SmolStr,
    /// How many lines are kept of one answer, the last ones; of a very long one no more than those are made. `None` for all.
    pub keeps: Option<usize>,
}

impl Output {
    /// For somebody who keeps so many lines of one answer.
    pub fn keeping(keeps: Option<usize>) -> Self {
        Self { keeps, ..Self::default() }
    }

    /// Prints a text.
    pub fn print(&mut self, stream: Stream, text: &str) {
        match self.printed.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.stream == stream => last.text.push_str(text),
            _ => self.printed.push(Printed { stream, text: text.to_owned(), cut: false }),
        }
    }

    /// Prints what was printed elsewhere. A long text is handed on, not copied.
    pub fn pass(&mut self, printed: Printed) {
        match self.printed.last_mut() {
            Some(last) if !printed.cut && last.stream == printed.stream => last.text.push_str(&printed.text),
            _ if printed.text.is_empty() => {}
            _ => self.printed.push(printed),
        }
    }

    /// Prints results that consist of so many parts, each written by its number. Parts that nobody would keep are not written.
    pub fn print_parts(&mut self, count: usize, write: &mut dyn FnMut(usize, &mut String)) {
        let (mut first, mut lines, mut parts) = (count, 0, Vec::new());
        while first > 0 && self.keeps.is_none_or(|keeps| lines < keeps) {
            first -= 1;
            let mut part = String::new();
            write(first, &mut part);
            if self.keeps.is_some() {
                lines += part.bytes().filter(|byte| *byte == b'\n').count();
            }
            parts.push(part);
        }
        parts.reverse();
        self.pass(Printed { stream: Stream::Out, text: parts.concat(), cut: first > 0 });
    }

    /// Takes what was printed.
    pub fn take(&mut self) -> Vec<Printed> {
        std::mem::take(&mut self.printed)
    }

    /// Everything on both streams, in its order.
    pub fn text(&self) -> String {
        self.printed.iter().map(|it| it.text.as_str()).collect()
    }
}

/// What a running command may use.
pub struct Context<'a> {
    /// The cluster that it speaks to.
    pub cluster: &'a mut Cluster,
    /// The files.
    pub files: &'a dyn Files,
    /// Standard input; empty where nothing is piped in.
    pub stdin: &'a str,
    /// Where it prints.
    pub out: &'a mut Output,
}

impl Context<'_> {
    /// Prints a line of results.
    pub fn say(&mut self, line: &str) {
        self.out.print(Stream::Out, line);
        self.out.print(Stream::Out, "\n");
    }

    /// Prints results as they are.
    pub fn print(&mut self, text: &str) {
        self.out.print(Stream::Out, text);
    }

    /// Prints results that may be long.
    pub fn hand_out(&mut self, text: String) {
        self.out.pass(Printed { stream: Stream::Out, text, cut: false });
    }

    /// Prints a line that a user should know.
    pub fn warn(&mut self, line: &str) {
        self.out.print(Stream::Err, line);
        self.out.print(Stream::Err, "\n");
    }
}

/// What becomes of a command.
pub enum Next {
    /// It is done.
    Done,
    /// It waits for the cluster; at the latest it looks again at that time, in milliseconds since the cluster began.
    Wait(Option<u64>),
    /// From now on this goes on instead.
    GoOn(Box<dyn Going>),
}

/// What a command answers: what becomes of it, or what went wrong.
pub type Answer = Result<Next, Vec<Fault>>;

/// A command that has begun and goes on as the cluster's time passes.
pub trait Going {
    /// Looks at the cluster and does what can be done now.
    ///
    /// # Errors
    /// When something went wrong, and the command is over.
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer;
}

/// One fault as a command's whole answer.
impl From<Fault> for Vec<Fault> {
    fn from(fault: Fault) -> Self {
        vec![fault]
    }
}

/// What a command that is over leaves: done, or the faults.
///
/// # Errors
/// When there are faults.
pub fn done(faults: Vec<Fault>) -> Answer {
    if faults.is_empty() { Ok(Next::Done) } else { Err(faults) }
}

/// How a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is over, with this exit code.
    Done(i32),
    /// It waits for the cluster; at the latest it looks again at that time, in milliseconds since the cluster began.
    Waiting(Option<u64>),
}

/// A command in its life.
pub struct Process {
    flags: Flags,
    going: Option<Box<dyn Going>>,
    state: State,
}

impl Process {
    /// Begins with what a command answered.
    pub(super) fn begin(flags: Flags, answer: Answer, ctx: &mut Context<'_>) -> Self {
        let mut process = Self { flags, going: None, state: State::Waiting(None) };
        process.take(answer, ctx);
        process
    }

    /// How it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Lets it look at the cluster again.
    pub fn go_on(&mut self, ctx: &mut Context<'_>) -> State {
        if let Some(mut going) = self.going.take() {
            ctx.out.writes_as = client::manager(&self.flags);
            let answer = going.go_on(ctx, &self.flags);
            self.going = Some(going);
            self.take(answer, ctx);
        }
        self.state
    }

    fn take(&mut self, answer: Answer, ctx: &mut Context<'_>) {
        match answer {
            Ok(Next::Done) => self.state = State::Done(0),
            Ok(Next::Wait(until)) => self.state = State::Waiting(until),
            Ok(Next::GoOn(going)) => {
                self.going = Some(going);
                self.go_on(ctx);
            }
            Err(faults) => {
                ctx.out.print(Stream::Err, &printed(&faults));
                self.state = State::Done(faults.iter().map(|fault| fault.exit).max().unwrap_or(1));
            }
        }
        if matches!(self.state, State::Done(_)) {
            self.going = None;
        }
    }
}
