//! `kubectl apply view-last-applied` and `set-last-applied`: the note of what was applied.

use super::change::send_change;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, done};
use super::said::Reporter;
use super::select::{self, Ask};
use crate::cluster::apply::{LAST_APPLIED, annotated};
use crate::object::{Value, emit};

const NOTE: [&str; 3] = ["metadata", "annotations", LAST_APPLIED];

/// Shows what was applied last.
///
/// # Errors
/// What goes wrong.
pub fn view(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let output = flags.text("output");
    if !["yaml", "json"].contains(&output) {
        let words = format!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json");
        return Err(Fault::usage(flags.command, &words).into());
    }
    let selection = select::select(ctx, flags, &flags.args, Ask { kind_means_all: true, latest: true, ..Ask::default() })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let mut text = String::new();
    for info in &selection.infos {
        let note = info.value.str_at(&NOTE);
        if note.is_empty() {
            let words = format!("no last-applied-configuration annotation found on resource: {}", info.name);
            return Err(Fault::client(words).into());
        }
        let value: Value = serde_json::from_str(note).map_err(|error| Fault::client(error.to_string()))?;
        if output == "yaml" {
            text.push_str(&emit::yaml(&value));
        } else {
            text.push_str(&serde_json::to_string_pretty(&value).map_err(|error| Fault::client(error.to_string()))?);
            text.push('\n');
        }
    }
    ctx.print(&text);
    done(Vec::new())
}

/// Makes the note what a file says.
///
/// # Errors
/// What goes wrong.
pub fn set(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = select::select(ctx, flags, &[], Ask { only_files: true, ..Ask::default() })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    for info in &selection.infos {
        let live = info.fetch(ctx.cluster)?;
        let (before, after) = (live.str_at(&NOTE), annotated(&info.value));
        if before.is_empty() && !flags.is_on("create-annotation") {
            let words = format!(
                "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with \
                 --create-annotation",
                info.name
            );
            return Err(Fault::client(words).into());
        }
        if before == after.str_at(&NOTE) {
            ctx.say(&format!("set-last-applied {}: no changes required.", info.name));
            continue;
        }
        let mut value = live.clone();
        value.set(&NOTE, after.str_at(&NOTE));
        let changed = select::Info { value: live.clone(), ..info.clone() };
        let value = send_change(ctx, &changed, value, reporter.dry_run)?;
        reporter.say(ctx, flags, &value, "configured")?;
    }
    done(Vec::new())
}
