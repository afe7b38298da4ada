//! `kubectl delete`.

use super::client::{self, DryRun};
use super::fault::Fault;
use super::flags::{Flags, parse_bool};
use super::process::{Answer, Context, Going, Next, done};
use super::select::{self, Info};
use crate::apiserver::{Call, DeleteOptions, Propagation};
use crate::object::SmolStr;

const FORCED: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The \
                      resource may continue to run on the cluster indefinitely.";

/// What `--cascade` says; that it was once yes or no is still understood.
fn propagation(ctx: &mut Context<'_>, flags: &Flags) -> Result<Propagation, Fault> {
    let given = flags.text("cascade");
    let today = match parse_bool(given) {
        Some(true) => "background",
        Some(false) => "orphan",
        None => given,
    };
    if today != given {
        ctx.warn(&format!(
            "warning: --cascade={given} is deprecated (boolean value) and can be replaced with --cascade={today}."
        ));
    }
    match today {
        "background" => Ok(Propagation::Background),
        "foreground" => Ok(Propagation::Foreground),
        "orphan" => Ok(Propagation::Orphan),
        other => {
            let words = format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"");
            Err(Fault::client(words))
        }
    }
}

/// The seconds that pods get, where a flag says so.
fn grace(flags: &Flags) -> Result<Option<i64>, Fault> {
    let (given, force) = (flags.int("grace-period"), flags.is_on("force"));
    if flags.is_on("now") && given != -1 {
        return Err(Fault::client("--now and --grace-period cannot be specified together"));
    }
    if given > 0 && force {
        return Err(Fault::client("--force and --grace-period greater than 0 cannot be specified together"));
    }
    Ok(match given {
        _ if flags.is_on("now") => Some(1),
        _ if given < 0 && force => Some(0),
        // Nobody loses data by accident.
        0 if !force => Some(1),
        given => Some(given).filter(|it| *it >= 0),
    })
}

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let (propagation, dry_run) = (propagation(ctx, flags)?, DryRun::of(flags)?);
    check(flags)?;
    let grace = grace(flags)?;
    let selection = select::select_unseen(ctx, flags, &flags.args)?;
    if flags.is_on("force") && grace == Some(0) {
        ctx.warn(FORCED);
    }
    let ignored = |fault: &Fault| fault.is_not_found() && (flags.is_on("ignore-not-found") || flags.is_on("all"));
    let mut faults: Vec<Fault> = selection.faults.iter().filter(|fault| !ignored(fault)).cloned().collect();
    if selection.infos.is_empty() && selection.faults.is_empty() {
        ctx.say("No resources found");
        return Ok(Next::Done);
    }
    let mut waiting = Vec::new();
    for info in &selection.infos {
        if let Some(given) =
            Some(flags.text("namespace")).filter(|it| !it.is_empty() && !info.resource.namespaced && !selection.by_name)
        {
            ctx.warn(&format!("Warning: deleting cluster-scoped resources, not scoped to the provided namespace {given}"));
        }
        match delete_one(ctx, info, grace, Some(propagation), dry_run) {
            Ok(uid) => {
                let verb = if grace == Some(0) { "force deleted" } else { "deleted" };
                let line = if flags.text("output") == "name" { info.said() } else { said(info, verb) + dry_run.said() };
                ctx.say(&line);
                waiting.push((info.clone(), uid));
            }
            Err(fault) if ignored(&fault) => {}
            Err(fault) => faults.push(if info.source.is_empty() { fault } else { fault.from_source("deleting", &info.source) }),
        }
    }
    if !faults.is_empty() || !flags.is_on("wait") || dry_run != DryRun::None {
        return done(faults);
    }
    let timeout = flags.duration_ms("timeout");
    let until_ms = u64::try_from(timeout).ok().filter(|ms| *ms > 0).map(|ms| ctx.cluster.now_ms() + ms);
    Ok(Next::GoOn(Box::new(Waiting { objects: waiting, until_ms })))
}

fn check(flags: &Flags) -> Result<(), Fault> {
    if flags.is_on("all") && !flags.text("selector").is_empty() {
        return Err(Fault::client("cannot set --all and --selector at the same time"));
    }
    if flags.is_on("all") && !flags.text("field-selector").is_empty() {
        return Err(Fault::client("cannot set --all and --field-selector at the same time"));
    }
    let output = flags.text("output");
    if !["", "name"].contains(&output) {
        return Err(Fault::client(format!("unexpected -o output mode: {output}. We only support '-o name'")));
    }
    Ok(())
}

/// `daemonset.apps "agent" deleted from default namespace`.
pub fn said(info: &Info, verb: &str) -> String {
    let mut line = format!("{} \"{}\" {verb}", info.resource.said(), info.name);
    if info.resource.namespaced {
        line.extend([" from ", &info.namespace, " namespace"]);
    }
    line
}

/// Asks the API server to delete an object. Answers its UID.
///
/// # Errors
/// What it refuses.
pub fn delete_one(
    ctx: &mut Context<'_>,
    info: &Info,
    grace: Option<i64>,
    propagation: Option<Propagation>,
    dry_run: DryRun,
) -> Result<SmolStr, Fault> {
    let uid = info.fetch(ctx.cluster).map(|live| live.str_at(&["metadata", "uid"]).into()).unwrap_or_default();
    if dry_run != DryRun::Client {
        let options = DeleteOptions { grace_seconds: grace, propagation };
        let key = client::key(info.resource, &info.namespace, &info.name);
        client::send(ctx, Call::delete(client::stored(info.resource)?, key, options).dry_run(dry_run == DryRun::Server))?;
    }
    Ok(uid)
}

/// The objects are going; kubectl waits until they are gone.
struct Waiting {
    objects: Vec<(Info, SmolStr)>,
    until_ms: Option<u64>,
}

impl Going for Waiting {
    fn go_on(&mut self, ctx: &mut Context<'_>, _: &Flags) -> Answer {
        let is_there =
            |(info, uid): &(Info, SmolStr)| info.fetch(ctx.cluster).is_ok_and(|live| live.str_at(&["metadata", "uid"]) == uid);
        self.objects.retain(is_there);
        match (self.objects.first(), self.until_ms) {
            (None, _) => Ok(Next::Done),
            (Some((info, _)), Some(until)) if ctx.cluster.now_ms() >= until => {
                let words = format!("timed out waiting for the condition on {}/{}", info.resource.plural, info.name);
                Err(Fault::client(words).into())
            }
            (_, until) => Ok(Next::Wait(until)),
        }
    }
}
