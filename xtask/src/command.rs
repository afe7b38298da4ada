//! Running other programs, and what is said when something goes wrong.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

/// Why a task did not succeed, for the person who started it.
#[derive(Debug)]
pub struct Failure(String);

/// What a task leaves.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A program that was found on this machine.
///
/// By its whole path, because Windows starts `npm.cmd` only by its full name.
#[derive(Clone, Debug)]
pub struct Program(pub PathBuf);

impl Program {
    /// Looks the program up in the folders of `PATH`.
    pub fn find(name: &str) -> Option<Self> {
        which::which(name).ok().map(Self)
    }

    pub fn command(&self) -> Command {
        Command::new(&self.0)
    }
}

/// Runs a command to its end, its output going where ours goes.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| Failure::new(format!("cannot start {}: {e}", said(command))))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{} ended with {status}", said(command)))) }
}

/// What a command prints to its standard output, or nothing if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command as one would type it.
fn said(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words: Vec<_> = std::iter::once(program).chain(command.get_args()).map(|w| w.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
