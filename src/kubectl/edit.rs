//! `kubectl edit`.

use super::change::send_change;
use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::print::json;
use super::process::{Answer, Context, done};
use super::said::Reporter;
use super::select::{self, Ask, Info};
use crate::apiserver::error::go_quoted;
use crate::object::{Value, emit, yaml};

const HEAD: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n\
                    # and an empty file will abort the edit. If an error occurs while saving this file will be\n\
                    # reopened with the relevant failures.\n#\n";

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let as_json = match flags.text("output") {
        "" | "yaml" => false,
        "json" => true,
        other => {
            return Err(Fault::client(format!("The flag 'output' must be one of yaml|json, not {}", go_quoted(other))).into());
        }
    };
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, kind_means_all: true, only_files: false })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    if selection.infos.is_empty() {
        return Err(Fault::client("edit cancelled, no objects found").into());
    }
    let mut faults = Vec::new();
    for info in &selection.infos {
        match edit_one(ctx, flags, info, as_json) {
            Ok(()) => {}
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

fn edit_one(ctx: &mut Context<'_>, flags: &Flags, info: &Info, as_json: bool) -> Result<(), Fault> {
    let body = if as_json { json::indented(&info.value) + "\n" } else { emit::yaml(&info.value) };
    let name = format!("{}-{}.{}", info.resource.singular(), info.name, if as_json { "json" } else { "yaml" });
    let text = format!("{HEAD}{body}");
    let Some(edited) = ctx.files.edit(&name, &text).filter(|edited| *edited != text) else {
        ctx.warn("Edit cancelled, no changes made.");
        return Ok(());
    };
    let new = read(&edited)?;
    if new == info.value {
        ctx.warn("Edit cancelled, no changes made.");
        return Ok(());
    }
    let value = send_change(ctx, info, new, DryRun::None)?;
    Reporter::of(flags, ctx)?.say(ctx, flags, &value, "edited")
}

fn read(text: &str) -> Result<Value, Fault> {
    let stream = yaml::parse(text);
    if let Some(error) = &stream.error {
        return Err(Fault::client(format!("error parsing edited-file: {error}")));
    }
    match stream.documents.first() {
        Some(document) => Ok(document.value.clone()),
        None => Err(Fault::client("Edit cancelled, saved file was empty.")),
    }
}
