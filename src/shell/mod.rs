//! A small shell around kubectl: quotes, `;` and `&&`, pipes into grep and its like, `cat` and `ls` of files, `sleep` and `watch` in the cluster's
//! time, and texts that follow (`<<EOF`).
//!
//! What is typed becomes a [`Job`]. It goes on as the cluster's time passes, and can be interrupted. A form feed in what it prints
//! clears the screen.

mod complete;
mod filters;
mod unfinished;
mod words;

use std::collections::VecDeque;

use crate::cluster::Cluster;
pub use crate::kubectl::complete::Candidate;
use crate::kubectl::flags::parse_duration_ms;
use crate::kubectl::{self, Context, Files, Output, Process, State, Stream};
pub use complete::{Completions, complete};
pub use unfinished::Unfinished;
use words::Part;
pub use words::quote;

/// The words of a command line, or none when it cannot be read.
pub fn split_words(line: &str) -> Vec<String> {
    words::read(line, false).map(|parts| parts.into_iter().flat_map(|part| part.pipeline).flatten().collect()).unwrap_or_default()
}

/// How often `watch` looks again, in milliseconds, unless it is told.
const WATCH_PERIOD_MS: u64 = 2_000;
/// The exit code of what was interrupted.
const INTERRUPTED: i32 = 130;

/// What a job may use.
pub struct World<'a> {
    /// The cluster.
    pub cluster: &'a mut Cluster,
    /// The files.
    pub files: &'a dyn Files,
    /// What was typed so far, for `history`.
    pub history: &'a [String],
    /// Where it prints.
    pub out: &'a mut Output,
}

/// Something that was typed, in its life.
pub struct Job {
    statements: VecDeque<Statement>,
    running: Option<Running>,
    exit: i32,
}

struct Statement {
    pipeline: Vec<Vec<String>>,
    stdin: String,
    /// Whether it is left out when the one before it failed.
    only_after_success: bool,
}

/// The first command of a pipeline that still runs.
struct Running {
    first: First,
    /// The programs behind it.
    rest: Vec<Vec<String>>,
    /// What they have not seen yet.
    held: String,
    /// Whether the last of them found anything in what it was shown while the first still ran.
    found: bool,
}

enum First {
    Kubectl(Box<Process>),
    /// Until a time in milliseconds.
    Sleep(u64),
    /// A command that is run again and again, with the pause in milliseconds and the time of the next run.
    Watch(Vec<String>, u64, u64),
    Over(i32),
}

impl Job {
    /// Reads what was typed: one line, or several.
    ///
    /// # Errors
    /// In sh's words, when it cannot be read.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut statements = VecDeque::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.to_owned();
            while line.ends_with('\\') {
                line.pop();
                line.push_str(lines.next().unwrap_or_default());
            }
            for part in words::read(line.strip_prefix("$ ").unwrap_or(&line), true)? {
                let is_empty = part.is_empty();
                let Part { pipeline, heredoc, only_after_success } = part;
                let mut stdin = String::new();
                if let Some(end) = heredoc {
                    let text = lines.by_ref().take_while(|line| *line != end);
                    text.for_each(|line| stdin.extend([line, "\n"]));
                }
                if !is_empty {
                    statements.push_back(Statement { pipeline, stdin, only_after_success });
                }
            }
        }
        Ok(Self { statements, running: None, exit: 0 })
    }

    /// One command without pipes, as recorded sessions have them.
    ///
    /// # Errors
    /// In sh's words, when it cannot be read.
    pub fn plain(line: &str) -> Result<Self, String> {
        let statements = words::read(line, false)?.into_iter().map(|part| Statement::of(part.pipeline)).collect();
        Ok(Self { statements, running: None, exit: 0 })
    }

    /// Goes on as far as it can without the cluster's time passing.
    pub fn go_on(&mut self, world: &mut World<'_>) -> State {
        loop {
            if let Some(running) = &mut self.running {
                match running.go_on(world) {
                    State::Done(exit) => {
                        self.exit = exit;
                        self.running = None;
                    }
                    waiting @ State::Waiting(_) => return waiting,
                }
            }
            match self.statements.pop_front() {
                Some(statement) if statement.only_after_success && self.exit != 0 => {}
                Some(statement) => self.running = Some(Running::start(statement, world)),
                None => return State::Done(self.exit),
            }
        }
    }

    /// Whether a form feed that it prints takes away only what it printed before, as `watch` does.
    pub fn redraws(&self) -> bool {
        self.running.as_ref().is_some_and(|running| matches!(running.first, First::Watch(..)))
    }

    /// Ends it, as Ctrl-C does.
    pub fn interrupt(&mut self) -> i32 {
        self.statements.clear();
        self.running = None;
        INTERRUPTED
    }
}

impl Statement {
    fn of(pipeline: Vec<Vec<String>>) -> Self {
        Self { pipeline, stdin: String::new(), only_after_success: false }
    }
}

impl Running {
    fn start(statement: Statement, world: &mut World<'_>) -> Self {
        let mut pipeline = statement.pipeline.into_iter();
        let words = pipeline.next().unwrap_or_default();
        let rest: Vec<Vec<String>> = pipeline.collect();
        let mut out = Output::keeping(world.out.keeps.filter(|_| rest.is_empty()));
        let first = start(&words, &statement.stdin, world, &mut out);
        let mut running = Self { first, rest, held: String::new(), found: false };
        running.pass_on(out, world);
        running
    }

    fn go_on(&mut self, world: &mut World<'_>) -> State {
        let mut out = Output::keeping(world.out.keeps.filter(|_| self.rest.is_empty()));
        let now_ms = world.cluster.now_ms();
        let state = match &mut self.first {
            First::Over(exit) => State::Done(*exit),
            First::Sleep(until) if now_ms >= *until => State::Done(0),
            First::Sleep(until) => State::Waiting(Some(*until)),
            First::Watch(words, period, next) => {
                if now_ms >= *next {
                    *next = now_ms + *period;
                    let words = words.clone();
                    watch_once(&words, *period, world, &mut out);
                }
                State::Waiting(Some(*next))
            }
            First::Kubectl(process) => {
                let mut ctx = Context { cluster: world.cluster, files: world.files, stdin: "", out: &mut out };
                process.go_on(&mut ctx)
            }
        };
        self.pass_on(out, world);
        match state {
            State::Done(_) if self.found && self.held.is_empty() => State::Done(0),
            State::Done(_) if !self.rest.is_empty() => State::Done(self.finish(world)),
            State::Waiting(_) => {
                self.filter_lines(world);
                state
            }
            State::Done(_) => state,
        }
    }

    /// Shows what was printed, or keeps it for the programs behind.
    fn pass_on(&mut self, mut out: Output, world: &mut World<'_>) {
        for printed in out.take() {
            if printed.stream == Stream::Out && !self.rest.is_empty() {
                self.held.push_str(&printed.text);
            } else {
                world.out.pass(printed);
            }
        }
    }

    /// While the first command runs, programs that look at each line by itself show what they have found so far.
    fn filter_lines(&mut self, world: &mut World<'_>) {
        if !self.held.is_empty() && self.rest.iter().all(|words| filters::is_by_line(words)) {
            self.found |= self.finish(world) == 0;
        }
    }

    /// Lets the programs behind read what there is.
    fn finish(&mut self, world: &mut World<'_>) -> i32 {
        let mut text = std::mem::take(&mut self.held);
        let mut exit = 0;
        for words in &self.rest {
            let mut out = Output::default();
            (text, exit) = if let Some((text, complaint, exit)) = filters::run(words, &text) {
                world.out.print(Stream::Err, &complaint);
                (text, exit)
            } else {
                let exit = match start(words, &text, world, &mut out) {
                    First::Over(exit) => exit,
                    First::Kubectl(process) => {
                        if let State::Done(exit) = process.state() {
                            exit
                        } else {
                            1
                        }
                    }
                    _ => 1,
                };
                let mut text = String::new();
                for printed in out.take() {
                    if printed.stream == Stream::Out { text.push_str(&printed.text) } else { world.out.pass(printed) }
                }
                (text, exit)
            };
        }
        world.out.print(Stream::Out, &text);
        exit
    }
}

/// Starts a program.
fn start(words: &[String], stdin: &str, world: &mut World<'_>, out: &mut Output) -> First {
    let Some((name, args)) = words.split_first() else { return First::Over(0) };
    match name.as_str() {
        "kubectl" | "k" => {
            let mut ctx = Context { cluster: world.cluster, files: world.files, stdin, out };
            First::Kubectl(Box::new(kubectl::start(args, &mut ctx)))
        }
        "sleep" => sleep(args, world.cluster.now_ms(), out),
        "watch" => watch(args, world.cluster.now_ms(), out),
        _ => First::Over(builtin(name, args, stdin, world, out)),
    }
}

/// A program that is over at once; its exit code.
fn builtin(name: &str, args: &[String], stdin: &str, world: &World<'_>, out: &mut Output) -> i32 {
    match name {
        "cat" => return cat(args, stdin, world.files, out),
        "ls" => {
            for file in world.files.names() {
                out.print(Stream::Out, &format!("{file}\n"));
            }
        }
        "clear" => out.print(Stream::Out, "\u{c}"),
        "echo" => out.print(Stream::Out, &(args.join(" ") + "\n")),
        "history" => {
            for (number, line) in world.history.iter().enumerate() {
                out.print(Stream::Out, &format!("{:5}  {line}\n", number + 1));
            }
        }
        "date" => {
            let now = crate::kubectl::print::age::rfc1123(&world.cluster.runtime.timestamp().into());
            out.print(Stream::Out, &format!("{now}\n"));
        }
        "true" => {}
        "false" => return 1,
        "help" => {
            out.print(
                Stream::Out,
                "kubectl (k)   grep head tail sort uniq wc   cat ls echo   sleep watch date   history clear\n",
            );
        }
        _ => {
            if let Some((text, complaint, exit)) = filters::run(&[&[name.to_owned()], args].concat(), stdin) {
                out.print(Stream::Out, &text);
                out.print(Stream::Err, &complaint);
                return exit;
            }
            out.print(Stream::Err, &format!("{name}: command not found\n"));
            return 127;
        }
    }
    0
}

fn cat(args: &[String], stdin: &str, files: &dyn Files, out: &mut Output) -> i32 {
    if args.is_empty() {
        out.print(Stream::Out, stdin);
    }
    let mut exit = 0;
    for name in args {
        match files.read(name) {
            _ if name == "-" => out.print(Stream::Out, stdin),
            Some(text) => out.print(Stream::Out, &text),
            None => {
                out.print(Stream::Err, &format!("cat: {name}: No such file or directory\n"));
                exit = 1;
            }
        }
    }
    exit
}

fn sleep(args: &[String], now_ms: u64, out: &mut Output) -> First {
    let mut total = 0;
    for arg in args {
        let with_unit = if arg.ends_with(|c: char| c.is_ascii_digit()) { format!("{arg}s") } else { arg.clone() };
        if let Some(ms) = parse_duration_ms(&with_unit).ok().and_then(|ms| u64::try_from(ms).ok()) {
            total += ms;
        } else {
            out.print(Stream::Err, &format!("sleep: invalid time interval '{arg}'\n"));
            return First::Over(1);
        }
    }
    if args.is_empty() {
        out.print(Stream::Err, "sleep: missing operand\n");
        return First::Over(1);
    }
    First::Sleep(now_ms.saturating_add(total))
}

fn watch(args: &[String], now_ms: u64, out: &mut Output) -> First {
    let mut words = args;
    let mut period_ms = WATCH_PERIOD_MS;
    while let [first, rest @ ..] = words {
        let Some(flag) = first.strip_prefix('-') else { break };
        words = rest;
        if let Some(behind) = flag.strip_prefix('n') {
            let (value, rest) = match (behind, rest) {
                ("", [value, rest @ ..]) => (value.as_str(), rest),
                (behind, rest) => (behind, rest),
            };
            words = rest;
            let ms = parse_duration_ms(&format!("{value}s")).ok().and_then(|ms| u64::try_from(ms).ok());
            let Some(ms) = ms else {
                out.print(Stream::Err, &format!("watch: failed to parse argument: '{value}'\n"));
                return First::Over(1);
            };
            period_ms = ms.max(100);
        }
    }
    if words.is_empty() {
        out.print(Stream::Err, "Usage:\n watch [options] command\n");
        return First::Over(1);
    }
    First::Watch(words.to_vec(), period_ms, now_ms)
}

fn watch_once(words: &[String], period_ms: u64, world: &mut World<'_>, out: &mut Output) {
    let line = words.join(" ");
    let now = crate::kubectl::print::age::rfc1123(&world.cluster.runtime.timestamp().into());
    out.print(Stream::Out, &format!("\u{c}Every {}.{}s: {line}   {now}\n\n", period_ms / 1000, period_ms % 1000 / 100));
    // A single word may be a whole command line in quotes.
    let job = match words {
        [one] => Job::new(one),
        many => Ok(Job { statements: VecDeque::from([Statement::of(vec![many.to_vec()])]), running: None, exit: 0 }),
    };
    match job {
        Ok(mut job) => {
            let mut shown = Output::keeping(out.keeps);
            let mut inner = World { cluster: world.cluster, files: world.files, history: world.history, out: &mut shown };
            job.go_on(&mut inner);
            shown.take().into_iter().for_each(|printed| out.pass(printed));
        }
        Err(words) => out.print(Stream::Err, &format!("sh: {words}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::NoFiles;

    fn run(text: &str) -> (String, State) {
        let mut cluster = Cluster::new(1);
        let mut out = Output::default();
        let mut world = World { cluster: &mut cluster, files: &NoFiles, history: &["a".to_owned()], out: &mut out };
        let state = Job::new(text).unwrap().go_on(&mut world);
        (out.text(), state)
    }

    #[test]
    fn programs_read_what_others_print() {
        assert_eq!(run("kubectl get ns | grep kube- | wc -l"), ("3\n".into(), State::Done(0)));
        assert_eq!(run("cat - <<EOF | sort -r\na\nb\nEOF\necho 'x y'"), ("b\na\nx y\n".into(), State::Done(0)));
        assert_eq!(run("kubectl get ns | grep nothing"), (String::new(), State::Done(1)));
        assert_eq!(run("echo hi | grep hi"), ("hi\n".into(), State::Done(0)));
        assert_eq!(run("kubectl get ns | grep -c kube-"), ("3\n".into(), State::Done(0)));
        assert_eq!(run("kubectl get ns -w | grep kube-p"), ("kube-public       Active   0s\n".into(), State::Waiting(None)));
        assert_eq!(run("nonsense"), ("nonsense: command not found\n".into(), State::Done(127)));
        assert_eq!(run("history"), ("    1  a\n".into(), State::Done(0)));
    }

    #[test]
    fn a_command_behind_another_runs_always_or_only_when_that_one_ended_well() {
        assert_eq!(run("echo a; false; echo b").0, "a\nb\n");
        assert_eq!(run("true && echo a && false && echo b"), ("a\n".into(), State::Done(1)));
        assert_eq!(run("false && echo a; echo b"), ("b\n".into(), State::Done(0)));
        assert_eq!(run("cat <<A && cat <<B\na\nA\nb\nB\n").0, "a\nb\n");
    }

    #[test]
    fn sleeping_takes_the_clusters_time() {
        assert_eq!(run("sleep 1.5"), (String::new(), State::Waiting(Some(1500))));
        assert_eq!(run("sleep x").1, State::Done(1));
    }
}
