//! What commands print about an object that they did something with: a line, or the object in the form that `-o` asks for.

use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::print::format::{Format, list_of, said_name};
use super::process::Context;
use crate::object::Value;

/// How a command reports.
pub struct Reporter {
    format: Option<Format>,
    /// What is tried only.
    pub dry_run: DryRun,
}

impl Reporter {
    /// Reads `-o` and `--dry-run`.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn of(flags: &Flags, ctx: &Context<'_>) -> Result<Self, Fault> {
        Ok(Self { dry_run: DryRun::of(flags)?, format: Format::of(flags, ctx.files, false)? })
    }

    /// Whether whole objects are printed.
    pub fn prints_objects(&self) -> bool {
        !matches!(self.format, None | Some(Format::Name))
    }

    /// Reports one object.
    ///
    /// # Errors
    /// When a template does not go with it.
    pub fn say(&self, ctx: &mut Context<'_>, flags: &Flags, object: &Value, done: &str) -> Result<(), Fault> {
        let text = match &self.format {
            None => format!("{} {done}{}\n", said_name(object), self.dry_run.said()),
            Some(format) => format.print(object, flags)?,
        };
        ctx.print(&text);
        Ok(())
    }

    /// Prints whole objects at a command's end: one as it is, several as a list.
    ///
    /// # Errors
    /// When a template does not go with them.
    pub fn print_all(&self, ctx: &mut Context<'_>, flags: &Flags, mut objects: Vec<Value>) -> Result<(), Fault> {
        let Some(format) = self.format.as_ref().filter(|_| self.prints_objects()) else { return Ok(()) };
        let text = match objects.len() {
            0 => return Ok(()),
            1 => format.print(&objects.remove(0), flags)?,
            _ => format.print(&list_of(objects), flags)?,
        };
        ctx.print(&text);
        Ok(())
    }
}
