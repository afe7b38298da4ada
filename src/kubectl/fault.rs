//! What goes wrong in a command, and how kubectl says it.
//!
//! Models `CheckErr` and `StandardErrorMessage` of `k8s.io/kubectl/pkg/cmd/util`.

use std::fmt;

use crate::apiserver::error::go_quoted;
use crate::apiserver::{Refusal, Refused, Status};

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What the API server's status calls it, or empty when kubectl itself complains.
    pub reason: &'static str,
    /// The message alone.
    pub message: String,
    /// What kubectl prints when nothing else went wrong.
    whole: String,
    refused: Option<Box<Refused>>,
    /// The exit code.
    pub exit: i32,
}

impl Fault {
    /// kubectl complains.
    pub fn client(message: impl Into<String>) -> Self {
        let message = message.into();
        let whole = if message.starts_with("error: ") { message.clone() } else { format!("error: {message}") };
        Self { reason: "", message, whole, refused: None, exit: 1 }
    }

    /// A command was called in a wrong way.
    pub fn usage(command: &str, message: &str) -> Self {
        let help = format!("See 'kubectl {command} -h' for help and examples");
        Self { exit: 1, ..Self::client(format!("{message}\n{help}")) }
    }

    /// A flag cannot be read.
    pub fn bad_flag(command: &str, message: &str) -> Self {
        let space = if command.is_empty() { "" } else { " " };
        Self::client(format!("{message}\nSee 'kubectl{space}{command} --help' for usage."))
    }

    /// Words that kubectl prints without `error: ` before them.
    pub fn plain(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { reason: "", whole: message.clone(), message, refused: None, exit: 1 }
    }

    /// Nothing is said, but the exit code is not 0.
    pub fn silent(exit: i32) -> Self {
        Self { reason: "", message: String::new(), whole: String::new(), refused: None, exit }
    }

    /// The API server refuses.
    pub fn server(reason: &'static str, message: impl Into<String>) -> Self {
        Self::from(Refused::from(Refusal::Other { reason, message: message.into() }))
    }

    /// There is no such object.
    pub fn not_found(resource: &str, name: &str) -> Self {
        Self::server("NotFound", format!("{resource} {} not found", go_quoted(name)))
    }

    /// Whether an object was not there.
    pub fn is_not_found(&self) -> bool {
        self.reason == "NotFound"
    }

    /// What is wrong with an object that the API server refuses, a line for each of its causes (`status.details.causes`).
    pub fn causes(&self) -> Vec<String> {
        match self.refused.as_deref() {
            Some(Refused::Invalid(Status::Invalid(invalid))) => invalid.errors.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// Says where the object came from, as `AddSourceToErr` does; only for what the server said.
    #[must_use]
    pub fn from_source(mut self, verb: &str, source: &str) -> Self {
        if let Some(refused) = &self.refused {
            let before = format!("error when {verb} {}: ", go_quoted(source));
            self.whole = refused.printed(&before);
            self.message.insert_str(0, &before);
        }
        self
    }

    /// With another exit code.
    #[must_use]
    pub fn with_exit(self, exit: i32) -> Self {
        Self { exit, ..self }
    }

    /// With other words before the server's, in which its reason is kept.
    #[must_use]
    pub fn with_words(&self, before: &str) -> Self {
        let mut fault = self.clone();
        if let Some(refused) = &self.refused {
            let inner = self.message.strip_suffix(&refused.message()).unwrap_or_default();
            fault.whole = refused.printed(&format!("{before}{inner}"));
            fault.message.insert_str(0, before);
        }
        fault
    }

    /// With other words before the message, as Go wraps errors; it is kubectl's complaint then.
    #[must_use]
    pub fn wrapped(&self, before: &str) -> Self {
        Self { exit: self.exit, ..Self::client(format!("{before}{}", self.message)) }
    }

    /// What is printed when other things went wrong, too.
    pub fn among_others(&self) -> String {
        if self.refused.is_none() || self.reason.is_empty() {
            self.message.clone()
        } else {
            format!("Error from server ({}): {}", self.reason, self.message)
        }
    }
}

/// What the API server refuses.
impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self {
            reason: refused.reason(),
            message: refused.message(),
            whole: refused.printed(""),
            refused: Some(Box::new(refused)),
            exit: 1,
        }
    }
}

/// What kubectl prints when nothing else went wrong.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

/// What kubectl prints at a command's end, with a line break; empty when there is nothing to say.
pub fn printed(faults: &[Fault]) -> String {
    match faults {
        [] => String::new(),
        [one] if one.whole.is_empty() => String::new(),
        [one] => format!("{one}\n"),
        many => many.iter().flat_map(|fault| [fault.among_others(), "\n".to_owned()]).collect(),
    }
}
