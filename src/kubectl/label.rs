//! `kubectl label` and `kubectl annotate`.

use super::change::{resources_and_pairs, send_change};
use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, done};
use super::said::Reporter;
use super::select::{self, Ask, Info};
use crate::apiserver::error::go_quoted;
use crate::object::{Map, SmolStr, Value, label};

/// What the two commands differ in.
struct Word {
    name: &'static str,
    field: &'static str,
    done: &'static str,
    /// What kubectl calls a file.
    file: &'static str,
}

const LABEL: Word = Word { name: "label", field: "labels", done: "labeled", file: "pod" };
const ANNOTATION: Word = Word { name: "annotation", field: "annotations", done: "annotated", file: "rsrc" };
/// May always be overwritten.
use super::record::{CHANGE_CAUSE, record};

/// What is to be set and what is to be taken away.
struct Changes<'a> {
    set: Vec<(&'a str, &'a str)>,
    remove: Vec<&'a str>,
}

/// Runs `kubectl label`.
///
/// # Errors
/// What goes wrong.
pub fn label(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    run(ctx, flags, &LABEL)
}

/// Runs `kubectl annotate`.
///
/// # Errors
/// What goes wrong.
pub fn annotate(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    run(ctx, flags, &ANNOTATION)
}

fn run(ctx: &mut Context<'_>, flags: &Flags, word: &Word) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let (resources, pairs) = resources_and_pairs(&flags.args, word.name)?;
    let changes = Changes::parse(&pairs, word)?;
    check(flags, &resources, &changes, word)?;
    let selection = select::select(
        ctx,
        flags,
        &resources,
        Ask { latest: !flags.is_on("local"), only_files: flags.is_on("local"), ..Ask::default() },
    )?;
    if !flags.text("resource-version").is_empty() && selection.infos.len() > 1 {
        return Err(Fault::client("--resource-version may only be used with a single resource").into());
    }
    let mut faults = selection.faults;
    for info in &selection.infos {
        if let Err(fault) = change(ctx, flags, &reporter, info, &changes, word, selection.single) {
            faults.push(fault);
        }
    }
    done(faults)
}

fn check(flags: &Flags, resources: &[String], changes: &Changes<'_>, word: &Word) -> Result<(), Fault> {
    let complaint = if flags.is_on("list") && !flags.text("output").is_empty() {
        "--list and --output may not be specified together".to_owned()
    } else if flags.is_on("all") && !flags.text("selector").is_empty() {
        "cannot set --all and --selector at the same time".to_owned()
    } else if flags.is_on("all") && !flags.text("field-selector").is_empty() {
        "cannot set --all and --field-selector at the same time".to_owned()
    } else if flags.is_on("local") && !resources.is_empty() {
        format!("can only use local files by -f {0}.yaml or --filename={0}.json when --local=true is set", word.file)
    } else if flags.is_on("local") && flags.list("filename").is_empty() {
        format!("one or more files must be specified as -f {0}.yaml or --filename={0}.json", word.file)
    } else if resources.is_empty() && flags.list("filename").is_empty() {
        "one or more resources must be specified as <resource> <name> or <resource>/<name>".to_owned()
    } else if changes.set.is_empty() && changes.remove.is_empty() && !flags.is_on("list") {
        format!("at least one {} update is required", word.name)
    } else {
        return Ok(());
    };
    Err(Fault::client(complaint))
}

impl<'a> Changes<'a> {
    fn parse(pairs: &[&'a str], word: &Word) -> Result<Self, Fault> {
        let mut changes = Self { set: Vec::new(), remove: Vec::new() };
        for pair in pairs {
            match pair.split_once('=') {
                Some((key, value)) => {
                    if word.name == "label" {
                        check_label(pair, value)?;
                    }
                    // Of several the last one counts.
                    changes.set.retain(|(set, _)| *set != key);
                    changes.set.push((key, value));
                }
                None => changes.remove.push(pair.strip_suffix('-').unwrap_or(pair)),
            }
        }
        let both: Vec<&str> =
            changes.remove.iter().filter(|key| changes.set.iter().any(|(set, _)| set == *key)).copied().collect();
        match &both[..] {
            [] => Ok(changes),
            _ if word.name == "label" => Err(Fault::client("can not both modify and remove a label in the same command")),
            both => Err(Fault::client(format!(
                "can not both modify and remove the following annotation(s) in the same command: {}",
                both.join(", ")
            ))),
        }
    }

    /// What may not be overwritten.
    fn conflicts(&self, before: &Map) -> Vec<String> {
        let declared = |(key, value): &(&str, &str)| {
            let current = before.get(key).and_then(Value::as_str).filter(|current| current != value && *key != CHANGE_CAUSE)?;
            Some(format!("'{key}' already has a value ({current})"))
        };
        self.set.iter().filter_map(declared).collect()
    }
}

fn check_label(pair: &str, value: &str) -> Result<(), Fault> {
    if value.contains('=') {
        return Err(Fault::client(format!("invalid label spec: {pair}")));
    }
    match &label::value_errors(value)[..] {
        [] => Ok(()),
        errors => Err(Fault::client(format!("invalid label value: {}: {}", go_quoted(pair), errors.join(";")))),
    }
}

fn change(
    ctx: &mut Context<'_>,
    flags: &Flags,
    reporter: &Reporter,
    info: &Info,
    changes: &Changes<'_>,
    word: &Word,
    single: bool,
) -> Result<(), Fault> {
    let before = info.value.at(&["metadata", word.field]).as_map().cloned().unwrap_or_default();
    if flags.is_on("list") {
        list(ctx, info, &before, single, word);
        return Ok(());
    }
    let tried = reporter.dry_run == DryRun::Client || flags.is_on("local");
    if word.name == "label" && !tried {
        for key in changes.remove.iter().filter(|key| !before.contains_key(key)) {
            ctx.say(&format!("label {} not found.", go_quoted(key)));
        }
    }
    let conflicts = if flags.is_on("overwrite") { Vec::new() } else { changes.conflicts(&before) };
    if !conflicts.is_empty() {
        return Err(Fault::client(refused_overwrite(&conflicts, word)));
    }
    let mut after = before.clone();
    for (key, value) in &changes.set {
        after.insert(SmolStr::new(key), *value);
    }
    for key in &changes.remove {
        after.remove(key);
    }
    let said = said(&before, &after, word);
    let mut value = info.value.clone();
    value.set(&["metadata", word.field], after);
    record(flags, &mut value);
    if !flags.text("resource-version").is_empty() {
        value.set(&["metadata", "resourceVersion"], flags.text("resource-version"));
    }
    let dry_run = if flags.is_on("local") { DryRun::Client } else { reporter.dry_run };
    let value = send_change(ctx, info, value, dry_run)?;
    reporter.say(ctx, flags, &value, said)
}

fn refused_overwrite(conflicts: &[String], word: &Word) -> String {
    if word.name == "annotation" {
        return format!("--overwrite is false but found the following declared annotation(s): {}", conflicts.join("; "));
    }
    let all: Vec<String> = conflicts.iter().map(|conflict| format!("{conflict}, and --overwrite is false")).collect();
    if let [one] = &all[..] { one.clone() } else { format!("[{}]", all.join(", ")) }
}

fn said(before: &Map, after: &Map, word: &Word) -> &'static str {
    let set = after.iter().any(|(key, value)| before.get(key) != Some(value));
    let removed = before.iter().any(|(key, _)| !after.contains_key(key));
    match (set, removed) {
        _ if word.name == "annotation" => word.done,
        (true, true) => "modified",
        (true, false) => "labeled",
        (false, true) => "unlabeled",
        (false, false) => "not labeled",
    }
}

fn list(ctx: &mut Context<'_>, info: &Info, entries: &Map, single: bool, word: &Word) {
    let indent = if single { "" } else { " " };
    if !single {
        ctx.say(&format!("Listing {} for {}.{}/{}:", word.field, info.resource.kind, info.resource.group(), info.name));
    }
    for (key, value) in entries.iter() {
        ctx.say(&format!("{indent}{key}={}", value.as_str().unwrap_or_default()));
    }
}
