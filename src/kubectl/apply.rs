//! `kubectl apply`, `create -f` and `replace`: objects of files.

use super::client::{self, DryRun, send};
use super::delete;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Going, Next, done};
use super::record::record;
use super::said::Reporter;
use super::select::{self, Ask, Info, Selection};
use crate::apiserver::error::go_quoted;
use crate::apiserver::{Call, FieldValidation, PatchType, Propagation, Verb};
use crate::cluster::apply::{LAST_APPLIED, annotated, patch_for};
use crate::object::{Object, Value, time};

/// Runs `kubectl apply`.
///
/// # Errors
/// What goes wrong.
pub fn apply(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    if flags.args.is_empty() && !(flags.list("filename").is_empty() && flags.text("kustomize").is_empty()) {
        check(flags, reporter.dry_run)?;
    }
    let mut selection = of_files(ctx, flags, "apply")?;
    selection.infos.iter_mut().for_each(|info| record(flags, &mut info.value));
    let mut faults = Vec::new();
    let mut objects = Vec::new();
    for info in &selection.infos {
        match apply_one(ctx, flags, &reporter, info) {
            Ok((object, _)) if reporter.prints_objects() => objects.push(object),
            Ok((object, said)) => reporter.say(ctx, flags, &object, said)?,
            Err(fault) => faults.push(fault),
        }
    }
    reporter.print_all(ctx, flags, objects)?;
    done([faults_first(&selection, faults)].concat())
}

/// Flags that do not go together.
fn check(flags: &Flags, dry_run: DryRun) -> Result<(), Fault> {
    let (server_side, force, selects) = (flags.is_on("server-side"), flags.is_on("force"), !flags.text("selector").is_empty());
    let complaint = match dry_run {
        _ if flags.is_on("force-conflicts") && !server_side => "--force-conflicts only works with --server-side",
        DryRun::Client if server_side => {
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"
        }
        _ if server_side && force => "--force cannot be used with --server-side",
        DryRun::Server if force => "--dry-run=server cannot be used with --force",
        _ if flags.is_on("all") && selects => "cannot set --all and --selector at the same time",
        _ if flags.is_on("prune") && !flags.is_on("all") && !selects => {
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you \
             did not mean to prune all resources, specify a label selector"
        }
        _ => return Ok(()),
    };
    Err(Fault::client(complaint))
}

/// What could not be read stands before what could not be done.
fn faults_first(selection: &Selection, faults: Vec<Fault>) -> Vec<Fault> {
    [selection.faults.clone(), faults].concat()
}

/// The objects of the files that a command is given.
fn of_files(ctx: &Context<'_>, flags: &Flags, verb: &str) -> Result<Selection, Fault> {
    if !flags.args.is_empty() {
        return Err(Fault::usage(verb, &format!("Unexpected args: [{}]", flags.args.join(" "))));
    }
    if flags.list("filename").is_empty() && flags.text("kustomize").is_empty() {
        return Err(Fault::client("must specify one of -f and -k"));
    }
    validation(flags)?;
    let selection = select::select(ctx, flags, &[], Ask { only_files: true, ..Ask::default() })?;
    if selection.infos.is_empty() && selection.faults.is_empty() {
        return Err(Fault::client(format!("no objects passed to {verb}")));
    }
    Ok(selection)
}

/// Reads `--validate`.
///
/// # Errors
/// When it is none of the options, in kubectl's words.
pub fn validation(flags: &Flags) -> Result<FieldValidation, Fault> {
    match flags.text("validate") {
        "strict" | "true" | "" => Ok(FieldValidation::Strict),
        "warn" => Ok(FieldValidation::Warn),
        "ignore" | "false" => Ok(FieldValidation::Ignore),
        other => Err(Fault::client(format!(
            "invalid - validate option {}; must be one of: strict (or true), warn, ignore (or false)",
            go_quoted(other)
        ))),
    }
}

fn validated(mut call: Call, flags: &Flags, dry_run: DryRun) -> Result<Call, Fault> {
    call.validation = validation(flags)?;
    Ok(call.dry_run(dry_run == DryRun::Server))
}

/// The object as it is then, and what was done.
fn apply_one(ctx: &mut Context<'_>, flags: &Flags, reporter: &Reporter, info: &Info) -> Result<(Value, &'static str), Fault> {
    let stem = info.value.str_at(&["metadata", "generateName"]);
    if info.name.is_empty() && !stem.is_empty() {
        return Err(Fault::client(format!("from {stem}: cannot use generate name with apply")));
    }
    if let Some(fault) = unaskable(&info.name) {
        return Err(Fault::client(not_retrieved(info, &fault)));
    }
    let kind = client::stored(info.resource)?;
    let key = client::key(info.resource, &info.namespace, &info.name);
    if flags.is_on("server-side") {
        return Ok((apply_on_server(ctx, flags, reporter, info)?, "serverside-applied"));
    }
    let Ok(stored) = ctx.cluster.runtime.read(kind, &key) else {
        let value = annotated(&info.value);
        if reporter.dry_run == DryRun::Client {
            return Ok((value, "created"));
        }
        let call = validated(Call::create(kind, key.namespace.clone(), value), flags, reporter.dry_run)?;
        let created = send(ctx, call).map_err(|fault| fault.from_source("creating", &info.source))?;
        return Ok((created, "created"));
    };
    let live = client::tree(&stored);
    if reporter.dry_run == DryRun::Client {
        return Ok((live, "configured"));
    }
    if live.str_at(&["metadata", "annotations", LAST_APPLIED]).is_empty() {
        let name = format!("{}/{}", info.resource.plural, info.name);
        ctx.warn(&format!(
            "Warning: resource {name} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should \
             only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing \
             annotation will be patched automatically."
        ));
    }
    let patch = patch_for(kind, &info.value, &stored).map_err(|refusal| Fault::client(refusal.to_string()))?;
    let Some(patch) = patch else { return Ok((live, "unchanged")) };
    let call = validated(Call::new(kind, key, Verb::Patch(PatchType::Strategic, patch.clone())), flags, reporter.dry_run)?;
    let patched = send(ctx, call).map_err(|fault| not_patched(info, &patch, &fault.from_source("patching", &info.source)))?;
    warn_if_ending(ctx, &patched);
    Ok((patched, "configured"))
}

/// What can be done about fields that others manage.
const RESOLVE: &str = "\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// The API server works out what is to be changed.
fn apply_on_server(ctx: &mut Context<'_>, flags: &Flags, reporter: &Reporter, info: &Info) -> Result<Value, Fault> {
    let kind = client::stored(info.resource)?;
    let key = client::key(info.resource, &info.namespace, &info.name);
    // What was noted when it was applied on the client is kept up to date, unless somebody else applies.
    let is_noted = |object: &Object| !object.value.at(&["metadata", "annotations", LAST_APPLIED]).is_null();
    let noted = client::manager(flags) == "kubectl" && ctx.cluster.runtime.read(kind, &key).is_ok_and(|it| is_noted(&it));
    let said = if noted { annotated(&info.value) } else { info.value.clone() };
    let call = Call::new(kind, key, Verb::Apply { said, force: flags.is_on("force-conflicts") });
    let applied = send(ctx, validated(call, flags, reporter.dry_run)?).map_err(|fault| match fault.message.as_str() {
        conflict if conflict.starts_with("Apply failed with ") => Fault::client(format!("{conflict}\n{RESOLVE}")),
        _ => fault,
    })?;
    warn_if_ending(ctx, &applied);
    Ok(applied)
}

/// The server refuses a patch. What is wrong with the object is said as it is, all else with the patch.
fn not_patched(info: &Info, patch: &Value, fault: &Fault) -> Fault {
    if fault.reason == "Invalid" {
        return fault.clone();
    }
    let words = format!("error when applying patch:\n{patch}\nto:\n{}\nfor: {}: ", asked(info), go_quoted(&info.source));
    fault.with_words(&words)
}

/// An object that is on its way out is written to, which is rarely meant.
pub fn warn_if_ending(ctx: &mut Context<'_>, object: &Value) {
    if time::read(object.at(&["metadata", "deletionTimestamp"])).is_some() {
        let name = object.str_at(&["metadata", "name"]);
        ctx.warn(&format!("Warning: Detected changes to resource {name} which is currently being deleted."));
    }
}

/// Why a name cannot be a part of an address. Models `IsValidPathSegmentName` of k8s.io/apimachinery.
fn unaskable(name: &str) -> Option<String> {
    let fault = match name {
        "" => return Some("resource name may not be empty".into()),
        "." => "may not be '.'".into(),
        ".." => "may not be '..'".into(),
        _ => {
            let illegal = ['/', '%'].into_iter().filter(|c| name.contains(*c));
            let faults: Vec<String> = illegal.map(|c| format!("may not contain '{c}'")).collect();
            if faults.is_empty() {
                return None;
            }
            faults.join(" ")
        }
    };
    Some(format!("invalid resource name {}: [{fault}]", go_quoted(name)))
}

/// What was asked for, as kubectl describes it.
fn asked(info: &Info) -> String {
    let (version, resource) = (info.resource.api_version, info.resource);
    let version = if resource.group().is_empty() { format!("/{version}") } else { version.to_owned() };
    let (plural, kind) = (resource.plural, resource.kind);
    let [name, namespace] = [&info.name, &info.namespace].map(|text| go_quoted(text));
    format!(
        "Resource: \"{version}, Resource={plural}\", GroupVersionKind: \"{version}, Kind={kind}\"\nName: {name}, Namespace: {namespace}"
    )
}

fn not_retrieved(info: &Info, fault: &str) -> String {
    format!(
        "error when retrieving current configuration of:\n{}\nfrom server for: {}: {fault}",
        asked(info),
        go_quoted(&info.source)
    )
}

/// Runs `kubectl create -f`.
///
/// # Errors
/// What goes wrong.
pub fn create(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = of_files(ctx, flags, "create")?;
    if flags.is_on("edit") {
        // No editor is opened, so that nothing is changed, and what nobody has changed is not created.
        ctx.warn("Edit cancelled, no changes made.");
        return Ok(Next::Done);
    }
    let mut faults = Vec::new();
    for info in &selection.infos {
        match create_one(ctx, flags, &reporter, info) {
            Ok(object) => reporter.say(ctx, flags, &object, "created")?,
            Err(fault) => faults.push(fault.from_source("creating", &info.source)),
        }
    }
    done(faults_first(&selection, faults))
}

fn create_one(ctx: &mut Context<'_>, flags: &Flags, reporter: &Reporter, info: &Info) -> Result<Value, Fault> {
    let mut value = if flags.is_on("save-config") { annotated(&info.value) } else { info.value.clone() };
    record(flags, &mut value);
    if reporter.dry_run == DryRun::Client {
        return Ok(value);
    }
    let kind = client::stored(info.resource)?;
    send(ctx, validated(Call::create(kind, info.namespace.clone(), value), flags, reporter.dry_run)?)
}

/// Runs `kubectl replace`.
///
/// # Errors
/// What goes wrong.
pub fn replace(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    if flags.is_on("force") && reporter.dry_run != DryRun::None {
        return Err(Fault::client("--dry-run can not be used when --force is set").into());
    }
    if !flags.is_on("force") && flags.int("grace-period") >= 0 {
        return Err(Fault::client("--grace-period must have --force specified").into());
    }
    if !flags.is_on("force") && flags.duration_ms("timeout") != 0 {
        return Err(Fault::client("--timeout must have --force specified").into());
    }
    let selection = of_files(ctx, flags, "replace")?;
    if flags.is_on("force") {
        return force_replace(ctx, flags, selection);
    }
    let mut faults = Vec::new();
    for info in &selection.infos {
        match replace_one(ctx, flags, &reporter, info) {
            Ok(object) => reporter.say(ctx, flags, &object, "replaced")?,
            Err(fault) => faults.push(fault.from_source("replacing", &info.source)),
        }
    }
    done(faults_first(&selection, faults))
}

fn replace_one(ctx: &mut Context<'_>, flags: &Flags, reporter: &Reporter, info: &Info) -> Result<Value, Fault> {
    // Where there is a note of what was applied, it follows the object.
    let noted = !info.value.at(&["metadata", "annotations", LAST_APPLIED]).is_null();
    let mut value = if flags.is_on("save-config") || noted { annotated(&info.value) } else { info.value.clone() };
    record(flags, &mut value);
    if reporter.dry_run == DryRun::Client {
        return Ok(value);
    }
    let kind = client::stored(info.resource)?;
    let key = client::key(info.resource, &info.namespace, &info.name);
    send(ctx, validated(Call::new(kind, key, Verb::Replace(value)), flags, reporter.dry_run)?)
}

/// `--force`: the old ones are deleted first.
struct ForceReplace {
    selection: Selection,
}

fn force_replace(ctx: &mut Context<'_>, flags: &Flags, selection: Selection) -> Answer {
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let grace = Some(flags.int("grace-period")).filter(|it| *it >= 0);
    for info in &selection.infos {
        if info.fetch(ctx.cluster).is_ok() {
            delete::delete_one(ctx, info, grace, Some(Propagation::Background), DryRun::None)?;
            let line = delete::said(info, "deleted");
            ctx.say(&line);
        }
    }
    Ok(Next::GoOn(Box::new(ForceReplace { selection })))
}

impl Going for ForceReplace {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        if self.selection.infos.iter().any(|info| info.fetch(ctx.cluster).is_ok()) {
            return Ok(Next::Wait(None));
        }
        let reporter = Reporter::of(flags, ctx)?;
        let mut faults = Vec::new();
        for info in &self.selection.infos {
            match create_one(ctx, flags, &reporter, info) {
                Ok(object) => reporter.say(ctx, flags, &object, "replaced")?,
                Err(fault) => faults.push(fault),
            }
        }
        done(faults)
    }
}
