//! `kubectl rollout`: status, history, undo, restart, pause and resume.

use super::change::send_change;
use super::client::{self, DryRun, send};
use super::describe::template::pod_template;
use super::fault::Fault;
use super::flags::Flags;
use super::print::format::Format;
use super::process::{Answer, Context, Going, Next, done};
use super::said::Reporter;
use super::select::{self, Ask, Info, Selection};
use super::tabwriter::{DESCRIBE, align};
use crate::apiserver::error::go_quoted;
use crate::apiserver::patch::strategic_merge_patch;
use crate::apiserver::{Call, PatchType};
use crate::cluster::Cluster;
use crate::cluster::apply::LAST_APPLIED;
use crate::object::{Kind, Object, Value, map, schema, sort_few};

use super::record::CHANGE_CAUSE;
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";
const DEPLOYMENT_REVISION: &str = "deployment.kubernetes.io/revision";

fn selected(ctx: &Context<'_>, flags: &Flags) -> Result<Selection, Fault> {
    if flags.args.is_empty() && flags.list("filename").is_empty() {
        return Err(Fault::client("required resource not specified"));
    }
    select::select(ctx, flags, &flags.args, Ask { kind_means_all: true, latest: true, only_files: false })
}

/// One revision of an object's template.
struct Revision {
    number: i64,
    cause: String,
    /// The pod template.
    template: Value,
    /// What makes the object that revision again.
    patch: Value,
    /// The ReplicaSet that is the revision, of a Deployment.
    whole: Option<Value>,
}

/// The revisions of a DaemonSet or a Deployment, the oldest first.
fn revisions(cluster: &Cluster, info: &Info) -> Result<Vec<Revision>, Fault> {
    let kind = match info.resource.kind {
        "DaemonSet" => Kind::ControllerRevision,
        "Deployment" => Kind::ReplicaSet,
        kind => return Err(Fault::client(format!("no history viewer has been implemented for {}", go_quoted(kind)))),
    };
    let uid = info.value.str_at(&["metadata", "uid"]);
    let owned = cluster
        .runtime
        .store
        .list_in(kind, &info.namespace)
        .filter(|it| it.meta.controller.as_ref().is_some_and(|owner| owner.uid == uid));
    let mut found: Vec<Revision> = owned.map(|object| revision(object)).collect();
    sort_few(&mut found, |a, b| a.number < b.number);
    Ok(found)
}

fn revision(object: &Object) -> Revision {
    let annotation = |key: &str| object.value.str_at(&["metadata", "annotations", key]).to_owned();
    let cause = match annotation(CHANGE_CAUSE) {
        cause if cause.is_empty() => "<none>".into(),
        cause => cause,
    };
    if object.kind == Kind::ControllerRevision {
        let patch = object.value.at(&["data"]).clone();
        let mut template = patch.at(&["spec", "template"]).clone();
        template.remove(&["$patch"]);
        let number = object.value.at(&["revision"]).as_i64().unwrap_or_default();
        return Revision { number, cause, template, patch, whole: None };
    }
    let template = object.value.at(&["spec", "template"]).clone();
    let mut replaced = template.clone();
    replaced.remove(&["metadata", "labels", "pod-template-hash"]);
    replaced.set(&["$patch"], "replace");
    let patch = map! { "spec" => map! { "template" => replaced } };
    Revision {
        number: annotation(DEPLOYMENT_REVISION).parse().unwrap_or_default(),
        cause,
        template,
        patch,
        whole: Some(client::tree(object)),
    }
}

/// Runs `kubectl rollout history`.
///
/// # Errors
/// What goes wrong.
pub fn history(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let wanted = flags.int("revision");
    if wanted < 0 {
        return Err(Fault::client(format!("revision must be a positive integer: {wanted}")).into());
    }
    let format = Format::of(flags, ctx.files, false)?;
    let selection = selected(ctx, flags)?;
    let mut faults = selection.faults;
    for info in &selection.infos {
        let text = match &format {
            None => history_of(ctx, info, wanted),
            Some(format) => objects_of(ctx, flags, info, wanted, format),
        };
        match text {
            Ok(text) => ctx.print(&text),
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

/// The object as it was in a revision, or in each, in the form that `-o` asks for.
fn objects_of(ctx: &Context<'_>, flags: &Flags, info: &Info, wanted: i64, format: &Format) -> Result<String, Fault> {
    let kind = client::stored(info.resource)?;
    let mut revisions = revisions(ctx.cluster, info)?;
    if wanted > 0 {
        revisions.retain(|it| it.number == wanted);
        if revisions.is_empty() {
            return Err(Fault::client("unable to find the specified revision"));
        }
    }
    let mut text = String::new();
    for mut it in revisions {
        let object = match it.whole {
            Some(whole) => whole,
            None => strategic_merge_patch(&info.value, &mut it.patch, schema::of(kind))
                .map_err(|refusal| Fault::client(refusal.to_string()))?,
        };
        if matches!(format, Format::Yaml) && !text.is_empty() {
            text.push_str("---\n");
        }
        text.push_str(&format.print(&object, flags)?);
    }
    Ok(text)
}

fn history_of(ctx: &Context<'_>, info: &Info, wanted: i64) -> Result<String, Fault> {
    let revisions = revisions(ctx.cluster, info)?;
    if wanted > 0 {
        let found = revisions.iter().find(|it| it.number == wanted);
        let found = found.ok_or_else(|| Fault::client("unable to find the specified revision"))?;
        return Ok(format!("{} with revision #{wanted}\n{}\n", info.said(), pod_template(&found.template)));
    }
    let mut text = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for it in &revisions {
        text.extend([&it.number.to_string(), "\t", &it.cause, "\n"]);
    }
    Ok(format!("{} \n{}\n", info.said(), align(&text, DESCRIBE, None)))
}

/// Runs `kubectl rollout undo`.
///
/// # Errors
/// What goes wrong.
pub fn undo(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = selected(ctx, flags)?;
    let mut faults = selection.faults;
    for info in &selection.infos {
        match undo_one(ctx, flags, &reporter, info) {
            Ok(said) => reporter.say(ctx, flags, &info.value, &said)?,
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

fn undo_one(ctx: &mut Context<'_>, flags: &Flags, reporter: &Reporter, info: &Info) -> Result<String, Fault> {
    if info.value.at(&["metadata", "annotations"]).get(LAST_APPLIED).is_some() {
        let name = format!("{}/{}", info.resource.plural, info.name);
        ctx.warn(&format!(
            "Warning: resource {name} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} \
             annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with \
             your previous configuration file instead."
        ));
    }
    let wanted = flags.int("to-revision");
    let revisions = revisions(ctx.cluster, info)
        .map_err(|_| Fault::client(format!("no rollbacker has been implemented for {}", go_quoted(info.resource.kind))))?;
    if wanted == 0 && revisions.len() <= 1 {
        return Err(Fault::client(match info.resource.kind {
            "Deployment" => format!("no rollout history found for deployment {}", go_quoted(&info.name)),
            _ => "no last revision to roll back to".to_owned(),
        }));
    }
    let found = if wanted == 0 { revisions.iter().rev().nth(1) } else { revisions.iter().find(|it| it.number == wanted) };
    let found = found.ok_or_else(|| Fault::client(format!("unable to find specified revision {wanted} in history")))?;
    if reporter.dry_run == DryRun::Client {
        let words = if found.whole.is_none() { "will roll back to " } else { "" };
        return Ok(words.to_owned() + &pod_template(&found.template));
    }
    if info.value.at(&["spec", "paused"]).as_bool() == Some(true) {
        let words = "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again";
        return Err(Fault::client(words));
    }
    let kind = client::stored(info.resource)?;
    let restored = strategic_merge_patch(&info.value, &mut found.patch.clone(), schema::of(kind))
        .map_err(|refusal| Fault::client(refusal.to_string()))?;
    if restored.at(&["spec", "template"]) == info.value.at(&["spec", "template"]) {
        return Ok(format!("skipped rollback (current template already matches revision {})", found.number));
    }
    let key = client::key(info.resource, &info.namespace, &info.name);
    let call = Call::patch(kind, key, PatchType::Strategic, found.patch.clone());
    let sent = send(ctx, call.dry_run(reporter.dry_run == DryRun::Server));
    sent.map_err(|fault| fault.wrapped(&format!("failed restoring revision {}: ", found.number)))?;
    Ok("rolled back".into())
}

/// Runs `kubectl rollout restart`.
///
/// # Errors
/// What goes wrong.
pub fn restart(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let now = ctx.cluster.runtime.timestamp();
    change_each(ctx, flags, "restarted", &mut |info, value| {
        if !["DaemonSet", "Deployment", "StatefulSet"].contains(&info.resource.kind) {
            return Err(not_supported(info, "restarting"));
        }
        if info.value.at(&["spec", "paused"]).as_bool() == Some(true) {
            return Err(Fault::client("can't restart paused deployment (run rollout resume first)"));
        }
        value.set(&["spec", "template", "metadata", "annotations", RESTARTED_AT], &now);
        if *value == info.value {
            let words =
                "if restart has already been triggered within the past second, please wait before attempting to trigger another";
            return Err(Fault::client(format!("failed to create patch for {}: {words}", info.name)));
        }
        Ok(())
    })
}

fn not_supported(info: &Info, what: &str) -> Fault {
    Fault::client(format!("{} {} {what} is not supported", info.resource.qualified(), go_quoted(&info.name)))
}

/// Runs `kubectl rollout pause`.
///
/// # Errors
/// What goes wrong.
pub fn pause(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    set_paused(ctx, flags, true)
}

/// Runs `kubectl rollout resume`.
///
/// # Errors
/// What goes wrong.
pub fn resume(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    set_paused(ctx, flags, false)
}

fn set_paused(ctx: &mut Context<'_>, flags: &Flags, wanted: bool) -> Answer {
    let (said, doing, not) = if wanted { ("paused", "pausing", "already paused") } else { ("resumed", "resuming", "not paused") };
    change_each(ctx, flags, said, &mut |info, value| {
        if info.resource.kind != "Deployment" {
            return Err(not_supported(info, doing));
        }
        if (value.at(&["spec", "paused"]).as_bool() == Some(true)) == wanted {
            return Err(Fault::client(format!("{} {} is {not}", info.resource.qualified(), go_quoted(&info.name))));
        }
        if wanted {
            value.set(&["spec", "paused"], true);
        } else {
            value.remove(&["spec", "paused"]);
        }
        Ok(())
    })
}

type Change<'a> = &'a mut dyn FnMut(&Info, &mut Value) -> Result<(), Fault>;

fn change_each(ctx: &mut Context<'_>, flags: &Flags, said: &str, change: Change<'_>) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = selected(ctx, flags)?;
    let mut faults = selection.faults;
    for info in &selection.infos {
        let mut value = info.value.clone();
        let sent = change(info, &mut value).and_then(|()| send_change(ctx, info, value, reporter.dry_run));
        match sent {
            Ok(value) => reporter.say(ctx, flags, &value, said)?,
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

/// Objects whose rollouts are watched one after the other.
struct Status {
    infos: Vec<Info>,
    at: usize,
    /// The version that was spoken of last.
    seen: String,
    until_ms: Option<u64>,
    faults: Vec<Fault>,
}

/// Runs `kubectl rollout status`.
///
/// # Errors
/// What goes wrong.
pub fn status(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.int("revision") < 0 {
        return Err(Fault::client(format!("revision must be a positive integer: {}", flags.int("revision"))).into());
    }
    let selection = selected(ctx, flags)?;
    if selection.infos.is_empty() && selection.faults.is_empty() {
        ctx.warn("No resources found in default namespace.");
        return Ok(Next::Done);
    }
    let timeout = u64::try_from(flags.duration_ms("timeout")).ok().filter(|ms| *ms > 0);
    let until_ms = timeout.map(|ms| ctx.cluster.now_ms() + ms);
    Ok(Next::GoOn(Box::new(Status { infos: selection.infos, at: 0, seen: String::new(), until_ms, faults: selection.faults })))
}

impl Going for Status {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        while let Some(info) = self.infos.get(self.at) {
            let Ok(live) = info.fetch(ctx.cluster) else {
                return Err(Fault::client("object has been deleted").into());
            };
            let version = live.str_at(&["metadata", "resourceVersion"]).to_owned();
            if version != self.seen {
                let (text, is_done) = progress(&live, flags.int("revision"))?;
                ctx.print(&text);
                self.seen = version;
                if is_done || !flags.is_on("watch") {
                    self.at += 1;
                    self.seen.clear();
                    continue;
                }
            }
            if self.until_ms.is_some_and(|until| ctx.cluster.now_ms() >= until) {
                return Err(Fault::client("timed out waiting for the condition").into());
            }
            return Ok(Next::Wait(self.until_ms));
        }
        done(std::mem::take(&mut self.faults))
    }
}

/// What is said about a rollout, and whether it is over. Models `polymorphichelpers/rollout_status.go`.
fn progress(live: &Value, revision: i64) -> Result<(String, bool), Fault> {
    let number = |field: &str| live.at(&["status", field]).as_i64().unwrap_or_default();
    let name = go_quoted(live.str_at(&["metadata", "name"]));
    let observed = live.at(&["metadata", "generation"]).as_i64().unwrap_or_default() <= number("observedGeneration");
    match live.str_at(&["kind"]) {
        "DaemonSet" => {
            if live.str_at(&["spec", "updateStrategy", "type"]) != "RollingUpdate" {
                return Err(Fault::client("rollout status is only available for RollingUpdate strategy type"));
            }
            let (wanted, updated, available) =
                (number("desiredNumberScheduled"), number("updatedNumberScheduled"), number("numberAvailable"));
            let waiting = format!("Waiting for daemon set {name} rollout to finish:");
            Ok(match () {
                () if !observed => ("Waiting for daemon set spec update to be observed...\n".into(), false),
                () if updated < wanted => (format!("{waiting} {updated} out of {wanted} new pods have been updated...\n"), false),
                () if available < wanted => (format!("{waiting} {available} of {wanted} updated pods are available...\n"), false),
                () => (format!("daemon set {name} successfully rolled out\n"), true),
            })
        }
        "Deployment" => deployment_progress(live, &name, observed, revision),
        kind => Err(Fault::client(format!("no status viewer has been implemented for {kind}"))),
    }
}

fn deployment_progress(live: &Value, name: &str, observed: bool, revision: i64) -> Result<(String, bool), Fault> {
    let number = |field: &str| live.at(&["status", field]).as_i64().unwrap_or_default();
    let current: i64 = live.str_at(&["metadata", "annotations", DEPLOYMENT_REVISION]).parse().unwrap_or_default();
    if revision > 0 && revision != current {
        let words = format!("desired revision ({revision}) is different from the running revision ({current})");
        return Err(Fault::client(words));
    }
    let late = live.list_at(&["status", "conditions"]).iter().any(|it| it.str_at(&["reason"]) == "ProgressDeadlineExceeded");
    if observed && late {
        return Err(Fault::client(format!("deployment {name} exceeded its progress deadline")));
    }
    let wanted = live.at(&["spec", "replicas"]).as_i64().unwrap_or(1);
    let (all, updated, available) = (number("replicas"), number("updatedReplicas"), number("availableReplicas"));
    let waiting = format!("Waiting for deployment {name} rollout to finish:");
    Ok(match () {
        () if !observed => ("Waiting for deployment spec update to be observed...\n".into(), false),
        () if updated < wanted => (format!("{waiting} {updated} out of {wanted} new replicas have been updated...\n"), false),
        () if all > updated => (format!("{waiting} {} old replicas are pending termination...\n", all - updated), false),
        () if available < updated => (format!("{waiting} {available} of {updated} updated replicas are available...\n"), false),
        () => (format!("deployment {name} successfully rolled out\n"), true),
    })
}
