//! `kubectl taint`.

use super::change::send_change;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, done};
use super::resource;
use super::said::Reporter;
use super::select::{self, Ask, Info};
use crate::apiserver::error::go_quoted;
use crate::object::{TaintEffect, Value, label, map};

/// A taint as it is written on the command line; without an effect, all of that key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written<'a> {
    key: &'a str,
    value: &'a str,
    effect: &'a str,
}

impl Written<'_> {
    fn is(&self, taint: &Value) -> bool {
        self.key == taint.str_at(&["key"]) && (self.effect.is_empty() || self.effect == taint.str_at(&["effect"]))
    }

    fn tree(&self) -> Value {
        let mut tree = map! { "effect" => self.effect, "key" => self.key };
        if !self.value.is_empty() {
            tree.set(&["value"], self.value);
        }
        tree
    }

    /// `key=value:effect`, as `Taint.ToString`.
    fn text(&self) -> String {
        match (self.effect, self.value) {
            ("", _) => self.key.to_owned(),
            (effect, "") => format!("{}:{effect}", self.key),
            (effect, value) => format!("{}={value}:{effect}", self.key),
        }
    }
}

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let is_taint = |arg: &String| arg.contains(['=', ':']) || arg.ends_with('-');
    let first = flags.args.iter().position(is_taint).unwrap_or(flags.args.len());
    let (resources, taints) = flags.args.split_at(first);
    if let Some(late) = taints.iter().find(|arg| !is_taint(arg)) {
        return Err(Fault::client(format!("all resources must be specified before taint changes: {late}")).into());
    }
    if resources.is_empty() {
        return Err(Fault::client("one or more resources must be specified as <resource> <name>").into());
    }
    if taints.is_empty() {
        return Err(Fault::client("at least one taint update is required").into());
    }
    let (add, remove) = parse_all(taints).map_err(|words| Fault::usage("taint", &words))?;
    check(flags, resources, &add, &remove)?;
    let mut names = vec!["nodes".to_owned()];
    names.extend_from_slice(if flags.is_on("all") || !flags.text("selector").is_empty() { &[] } else { &resources[1..] });
    let selection = select::select(ctx, flags, &names, Ask { latest: true, ..Ask::default() })?;
    let mut faults = selection.faults;
    for info in &selection.infos {
        match change(ctx, flags, &reporter, info, &add, &remove) {
            Ok(()) => {}
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

fn check(flags: &Flags, resources: &[String], add: &[Written<'_>], remove: &[Written<'_>]) -> Result<(), Fault> {
    let kind = resources.first().map_or("", String::as_str);
    if resource::find(kind)?.kind != "Node" {
        return Err(Fault::client(format!("invalid resource type {kind}, only node types are supported")));
    }
    let both = remove
        .iter()
        .filter(|gone| add.iter().any(|it| gone.key == it.key && (gone.effect.is_empty() || gone.effect == it.effect)));
    let both: Vec<String> = both.map(|it| format!("{}={}", it.key, it.effect)).collect();
    let selector = !flags.text("selector").is_empty();
    let complaint = if !both.is_empty() {
        format!("can not both modify and remove the following taint(s) in the same command: {}", both.join(", "))
    } else if flags.is_on("all") && selector {
        "setting 'all' parameter with a non empty selector is prohibited".to_owned()
    } else if !flags.is_on("all") && !selector && resources.len() < 2 {
        "at least one resource name must be specified since 'all' parameter is not set".to_owned()
    } else {
        return Ok(());
    };
    Err(Fault::client(complaint))
}

type Pair<'a> = (Vec<Written<'a>>, Vec<Written<'a>>);

fn parse_all(specs: &[String]) -> Result<Pair<'_>, String> {
    let (mut add, mut remove): Pair<'_> = (Vec::new(), Vec::new());
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            remove.push(parse(spec)?);
            continue;
        }
        let taint = parse(spec)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if add.iter().any(|it| it.key == taint.key && it.effect == taint.effect) {
            let Written { key, value, effect } = taint;
            return Err(format!("duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"));
        }
        add.push(taint);
    }
    Ok((add, remove))
}

/// `KEY=VALUE:EFFECT`, `KEY:EFFECT` or `KEY`.
fn parse(spec: &str) -> Result<Written<'_>, String> {
    let invalid = |errors: &[String]| format!("invalid taint spec: {spec}, {}", errors.join("; "));
    let parts: Vec<&str> = spec.split(':').collect();
    let (key, value, effect) = match parts[..] {
        [key] => (key, "", ""),
        [body, effect] => {
            if TaintEffect::parse(effect).is_none() {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            match body.split('=').collect::<Vec<_>>()[..] {
                [key] => (key, "", effect),
                [key, value] => (key, value, effect),
                _ => return Err(format!("invalid taint spec: {spec}")),
            }
        }
        _ => return Err(format!("invalid taint spec: {spec}")),
    };
    for errors in [label::value_errors(value), label::key_errors(key)] {
        if !errors.is_empty() {
            return Err(invalid(&errors));
        }
    }
    Ok(Written { key, value, effect })
}

fn change(
    ctx: &mut Context<'_>,
    flags: &Flags,
    reporter: &Reporter,
    info: &Info,
    add: &[Written<'_>],
    remove: &[Written<'_>],
) -> Result<(), Fault> {
    let old = info.value.list_at(&["spec", "taints"]);
    if !flags.is_on("overwrite") {
        let there: Vec<&str> = add.iter().filter(|new| old.iter().any(|it| new.is(it))).map(|it| it.key).collect();
        if !there.is_empty() {
            let words = format!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                info.name,
                there.join(",")
            );
            return Err(Fault::client(words));
        }
    }
    // New taints stand before those that were there.
    let mut taints: Vec<Value> = add.iter().map(Written::tree).collect();
    taints.extend(old.iter().filter(|it| !add.iter().any(|new| new.is(it))).cloned());
    let added = taints.len() != old.len();
    let mut removed = false;
    let mut missing = Vec::new();
    for gone in remove {
        let before = taints.len();
        taints.retain(|it| !gone.is(it));
        removed = taints.len() != before;
        if !removed {
            missing.push(format!("taint {} not found", go_quoted(&gone.text())));
        }
    }
    match &missing[..] {
        [] => {}
        [one] => return Err(Fault::client(one.clone())),
        many => return Err(Fault::client(format!("[{}]", many.join(", ")))),
    }
    let said = match (added, removed) {
        _ if flags.is_on("overwrite") => "modified",
        (true, true) => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    let mut value = info.value.clone();
    if taints.is_empty() {
        value.remove(&["spec", "taints"]);
    } else {
        value.set(&["spec", "taints"], taints);
    }
    let value = send_change(ctx, info, value, reporter.dry_run)?;
    reporter.say(ctx, flags, &value, said)
}
