//! The lab's front door in the shell: `dslab COMMAND FILE` answers recorded cases, one JSON line for each.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use daemonset_lab::conformance::{self, Command};

const USAGE: &str =
    "usage: dslab COMMAND FILE\n\nAnswers the cases of FILE (- reads standard input), a JSON line for each. Commands:";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, file] = arguments.as_slice() else { return usage() };
    let Some(command) = Command::find(command) else { return usage() };
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("dslab: {file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match answer(command, &text) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nobody reads the answers any more, as in `dslab … | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dslab: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    for command in conformance::COMMANDS {
        eprintln!("  {:10} {}", command.name, command.about);
    }
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
