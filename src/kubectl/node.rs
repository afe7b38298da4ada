//! `kubectl cordon` and `uncordon`.

use super::change::send_change;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next};
use super::said::Reporter;
use super::select::{self, Ask, Info};

/// Runs `kubectl cordon`.
///
/// # Errors
/// What goes wrong.
pub fn cordon(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let nodes = nodes(ctx, flags)?;
    set_unschedulable(ctx, flags, &nodes, true)?;
    Ok(Next::Done)
}

/// Runs `kubectl uncordon`.
///
/// # Errors
/// What goes wrong.
pub fn uncordon(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let nodes = nodes(ctx, flags)?;
    set_unschedulable(ctx, flags, &nodes, false)?;
    Ok(Next::Done)
}

/// The nodes that a command is about.
///
/// # Errors
/// When they cannot be found.
pub fn nodes(ctx: &Context<'_>, flags: &Flags) -> Result<Vec<Info>, Vec<Fault>> {
    let selector = !flags.text("selector").is_empty();
    if flags.args.is_empty() && !selector {
        return Err(Fault::usage(flags.command, &format!("USAGE: {} NODE [flags]", flags.command)).into());
    }
    if !flags.args.is_empty() && selector {
        return Err(Fault::client("error: cannot specify both a node name and a --selector option").into());
    }
    let names: Vec<String> =
        flags.args.iter().map(|name| if name.contains('/') { name.clone() } else { format!("node/{name}") }).collect();
    let args = if selector { vec!["nodes".to_owned()] } else { names };
    let selection = select::select(ctx, flags, &args, Ask { latest: true, ..Ask::default() })?;
    if selection.faults.is_empty() { Ok(selection.infos) } else { Err(selection.faults) }
}

/// Says of nodes whether new pods may come.
///
/// # Errors
/// What the API server refuses.
pub fn set_unschedulable(ctx: &mut Context<'_>, flags: &Flags, nodes: &[Info], wanted: bool) -> Result<(), Fault> {
    let reporter = Reporter::of(flags, ctx)?;
    for info in nodes {
        let word = if wanted { "cordoned" } else { "uncordoned" };
        if (info.value.at(&["spec", "unschedulable"]).as_bool() == Some(true)) == wanted {
            reporter.say(ctx, flags, &info.value, &format!("already {word}"))?;
            continue;
        }
        let mut value = info.value.clone();
        if wanted {
            value.set(&["spec", "unschedulable"], true);
        } else {
            value.remove(&["spec", "unschedulable"]);
        }
        let value = send_change(ctx, info, value, reporter.dry_run)?;
        reporter.say(ctx, flags, &value, word)?;
    }
    Ok(())
}
