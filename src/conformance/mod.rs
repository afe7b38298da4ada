//! The recorded cases that `dslab` answers, one module per kind of case: each turns a line's JSON into the lab's answer.

pub mod default;
pub mod hash;
pub mod placement;
pub mod schedule;
pub mod sync;
pub mod validate;

use crate::object::Value;

/// A kind of case.
#[derive(Debug)]
pub struct Command {
    /// The word on the command line.
    pub name: &'static str,
    /// What it answers.
    pub about: &'static str,
    run: fn(&Value) -> Value,
}

/// Every kind of case.
pub const COMMANDS: &[Command] = &[
    Command { name: "placement", about: "the DaemonSet controller's decision about a node", run: placement::run },
    Command { name: "sync", about: "what one sync of the DaemonSet controller does", run: sync::run },
    Command { name: "schedule", about: "where the scheduler puts a pod, or why nowhere", run: schedule::run },
    Command { name: "hash", about: "the controller-revision-hash of a pod template", run: hash::run },
    Command { name: "validate", about: "what kubectl apply prints about a manifest", run: validate::run },
    Command { name: "default", about: "a manifest as the API server stores it", run: default::run },
];

impl Command {
    /// The command of that name.
    pub fn find(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// Answers one case.
    ///
    /// # Errors
    /// When the line is not a JSON object.
    pub fn answer(&self, line: &str) -> Result<Value, String> {
        let case: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if case.as_map().is_none() {
            return Err("a case is a JSON object".to_owned());
        }
        Ok((self.run)(&case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_case_is_refused_and_an_odd_one_is_answered() {
        for command in COMMANDS {
            assert!(command.answer("{").is_err() && command.answer("[]").is_err());
            assert!(command.answer("{}").is_ok(), "{}", command.name);
        }
    }
}
