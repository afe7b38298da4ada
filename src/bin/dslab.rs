//! The lab's front door in the shell: `dslab COMMAND FILE` answers recorded cases, `run` and `check` recorded sessions, and without
//! arguments, on a terminal, it is an interactive lab.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use daemonset_lab::cluster::{Cluster, Input};
use daemonset_lab::conformance::{self, Command};
use daemonset_lab::kubectl::{Files, Output, State, Stream};
use daemonset_lab::lab::ClusterPreset;
use daemonset_lab::shell::{Job, World};
use daemonset_lab::transcript;

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

/// A cluster whose time is the real one.
struct Session {
    cluster: Cluster,
    history: Vec<String>,
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
    let mut cluster = Cluster::new(1);
    for node in ClusterPreset::ControlPlaneAndThree.nodes() {
        if let Err(refused) = cluster.input(Input::Create(node)) {
            return failed("the cluster", refused);
        }
    }
    println!("A cluster with a control plane and three workers. Try: kubectl get nodes. Enter ends a command that waits.");
    let mut session = Session { cluster, history: Vec::new(), began: Instant::now(), lines };
    let mut text = String::new();
    loop {
        print!("{} ", if text.is_empty() { "$" } else { ">" });
        let _ = io::stdout().flush();
        let Ok(line) = session.lines.recv() else { return ExitCode::SUCCESS };
        if text.is_empty() && ["exit", "quit"].contains(&line.trim()) {
            return ExitCode::SUCCESS;
        }
        text.push_str(&line);
        text.push('\n');
        if Job::wants_more(&text) {
            continue;
        }
        session.run(&std::mem::take(&mut text));
    }
}

impl Session {
    fn catch_up(&mut self) {
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.cluster.run_until(now_ms, &mut || true);
    }

    fn run(&mut self, text: &str) {
        self.catch_up();
        if !text.trim().is_empty() {
            self.history.push(text.trim().to_owned());
        }
        let mut job = match Job::new(text) {
            Ok(job) => job,
            Err(words) => return eprintln!("{words}"),
        };
        let mut out = Output::default();
        loop {
            let mut world = World { cluster: &mut self.cluster, files: &WorkingDirectory, history: &self.history, out: &mut out };
            let state = job.go_on(&mut world);
            show(&mut out);
            if matches!(state, State::Done(_)) {
                return;
            }
            if let Err(RecvTimeoutError::Timeout) = self.lines.recv_timeout(TICK) {
                self.catch_up();
            } else {
                job.interrupt();
                return;
            }
        }
    }
}

fn show(out: &mut Output) {
    for (stream, text) in out.take() {
        let text = text.replace('\u{c}', "\x1b[H\x1b[2J");
        let _ = match stream {
            Stream::Out => io::stdout().write_all(text.as_bytes()),
            Stream::Err => io::stderr().write_all(text.as_bytes()),
        };
    }
    let _ = io::stdout().flush();
}
