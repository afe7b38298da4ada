//! The lab's front door in the shell: `dslab COMMAND FILE` answers recorded cases, `run` and `check` recorded sessions, and without
//! arguments, on a terminal, it is an interactive lab.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use daemonset_lab::conformance::{self, Command};
use daemonset_lab::kubectl::{Files, Stream};
use daemonset_lab::lab::terminal::{History, Piece, Prompt, Terminal};
use daemonset_lab::lab::{ClusterPreset, Lab};
use daemonset_lab::{shell, transcript};

/// A cluster is millions of small pieces, which the system's allocator hands out more slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str =
    "usage: dslab COMMAND FILE\n\nAnswers the cases of FILE (- reads standard input), a JSON line for each. Commands:";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        None if io::stdin().is_terminal() => interactive(),
        Some((command, files)) if command == "check" && !files.is_empty() => check(files),
        Some((command, [file])) if command == "run" => run(file),
        Some((command, [file])) => match Command::find(command) {
            Some(command) => cases(command, file),
            None => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    for command in conformance::COMMANDS {
        eprintln!("  {:10} {}", command.name, command.about);
    }
    eprintln!("\nRecorded sessions, in Markdown:\n  run        the same with what the lab prints below each command");
    eprintln!("  check      where it differs from what is recorded (several files); exit 1 if any does");
    eprintln!("\nWithout arguments, on a terminal: an interactive lab. The files are those of the working directory.");
    ExitCode::from(2)
}

fn read(file: &str) -> io::Result<String> {
    if file == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    }
}

fn failed(file: &str, error: impl std::fmt::Display) -> ExitCode {
    eprintln!("dslab: {file}: {error}");
    ExitCode::FAILURE
}

fn cases(command: &Command, file: &str) -> ExitCode {
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => return failed(file, error),
    };
    match answer(command, &text) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nobody reads the answers any more, as in `dslab … | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failed(file, error),
    }
}

/// Answers line by line; a malformed line is reported with its number, and the others are still answered. Whether all lines were
/// well-formed.
fn answer(command: &Command, text: &str) -> io::Result<bool> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut all_well = true;
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match command.answer(line) {
            Ok(answer) => writeln!(out, "{answer}")?,
            Err(error) => {
                eprintln!("dslab: line {number}: {error}");
                all_well = false;
            }
        }
    }
    out.flush().map(|()| all_well)
}

fn run(file: &str) -> ExitCode {
    let filled = read(file).map_err(|error| error.to_string()).and_then(|text| transcript::fill_in(&text));
    match filled {
        Ok(text) => {
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => failed(file, error),
    }
}

fn check(files: &[String]) -> ExitCode {
    let mut differs = false;
    for file in files {
        match read(file).map_err(|error| error.to_string()).and_then(|text| transcript::check(&text)) {
            Ok(difference) if difference.is_empty() => {}
            Ok(difference) => {
                differs = true;
                println!("--- {file}\n+++ the lab\n{difference}");
            }
            Err(error) => {
                differs = true;
                eprintln!("dslab: {file}: {error}");
            }
        }
    }
    if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The files of the working directory.
struct WorkingDirectory;

impl Files for WorkingDirectory {
    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(name).ok()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
        let files = entries.filter(|it| it.file_type().is_ok_and(|kind| kind.is_file()));
        let names: BTreeMap<String, ()> =
            files.filter_map(|it| it.file_name().into_string().ok()).map(|name| (name, ())).collect();
        names.into_keys().collect()
    }
}

/// How often a command that waits looks at the cluster.
const TICK: Duration = Duration::from_millis(50);

/// A lab whose time is the real one.
struct Session {
    lab: Lab,
    terminal: Terminal,
    began: Instant,
    lines: Receiver<String>,
}

/// A control plane and three workers, and a prompt. Enter ends a command that waits.
fn interactive() -> ExitCode {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    println!("A cluster with a control plane and three workers. Try: kubectl get nodes. Enter ends a command that waits.");
    let mut session = Session {
        lab: Lab::new(ClusterPreset::ControlPlaneAndThree, 1),
        terminal: Terminal::new(History::default()),
        began: Instant::now(),
        lines,
    };
    loop {
        print!("{} ", if session.terminal.prompt() == Prompt::More { ">" } else { "$" });
        let _ = io::stdout().flush();
        let Ok(line) = session.lines.recv() else { return ExitCode::SUCCESS };
        if session.terminal.prompt() == Prompt::Ready && ["exit", "quit"].contains(&line.trim()) {
            return ExitCode::SUCCESS;
        }
        session.enter(&line);
    }
}

impl Session {
    fn catch_up(&mut self) {
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.terminal.advance(&mut self.lab, &WorkingDirectory, now_ms, &mut || true);
    }

    fn enter(&mut self, line: &str) {
        self.catch_up();
        self.terminal.enter(line, &mut self.lab, &WorkingDirectory);
        loop {
            self.show();
            match self.terminal.prompt() {
                Prompt::Ready | Prompt::More => return,
                Prompt::Editing(open) => {
                    let text = edit(&open.name, &open.text);
                    self.terminal.edited(text, &mut self.lab, &WorkingDirectory);
                }
                Prompt::Busy => {
                    if let Err(RecvTimeoutError::Timeout) = self.lines.recv_timeout(TICK) {
                        self.catch_up();
                    } else {
                        self.terminal.interrupt("");
                    }
                }
            }
        }
    }

    fn show(&mut self) {
        for piece in self.terminal.take() {
            let _ = match piece {
                Piece::Printed(Stream::Out, text) => io::stdout().write_all(text.as_bytes()),
                Piece::Printed(Stream::Err, text) => io::stderr().write_all(text.as_bytes()),
                Piece::Clear | Piece::Redraw => io::stdout().write_all(b"\x1b[H\x1b[2J"),
                Piece::Interrupted => io::stdout().write_all(b"^C\n"),
                // The terminal itself shows what is typed, and a shell does not print exit codes, nor skips anything.
                Piece::Skipped(_)
                | Piece::Typed(..)
                | Piece::Dropped(..)
                | Piece::Stage(_)
                | Piece::Exit(_)
                | Piece::Edited { .. } => Ok(()),
            };
        }
        let _ = io::stdout().flush();
    }
}

/// Opens a text in the editor that `KUBE_EDITOR` or `EDITOR` names; nothing when there is none, or it fails.
fn edit(name: &str, text: &str) -> Option<String> {
    let editor = std::env::var("KUBE_EDITOR").or_else(|_| std::env::var("EDITOR")).ok()?;
    let file = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
    std::fs::write(&file, text).ok()?;
    let mut words = shell::split_words(&editor).into_iter();
    let status = std::process::Command::new(words.next()?).args(words).arg(&file).status().ok()?;
    let edited = std::fs::read_to_string(&file).ok().filter(|_| status.success());
    let _ = std::fs::remove_file(&file);
    edited
}
