//! kubectl: what it does before it asks the API server, and what it prints.
//!
//! A command line becomes a [`Process`]: most are over at once, some go on as the cluster's time passes. Whoever runs one lets the
//! cluster go on and asks it again ([`Process::go_on`]).

mod apply;
mod change;
pub mod client;
mod delete;
mod describe;
mod diff;
mod discovery;
mod edit;
pub mod event;
mod events;
mod explain;
pub mod fault;
pub mod flags;
mod get;
mod help;
mod label;
mod make;
pub mod manifest;
mod node;
mod patch;
mod pod_template;
pub mod print;
pub mod process;
pub mod resource;
mod rollout;
mod said;
pub mod select;
mod set;
pub mod tabwriter;
mod taint;
mod wait;

pub use process::{Context, Files, NoFiles, Output, Process, State, Stream};

use fault::Fault;
use flags::{CommandSpec, Flags};
use process::{Answer, Next};

use crate::apiserver::error::go_quoted;

type Run = fn(&mut Context<'_>, &Flags) -> Answer;

/// What each command does.
const RUNS: &[(&str, Run)] = &[
    ("annotate", label::annotate),
    ("api-resources", discovery::resources),
    ("api-versions", discovery::versions),
    ("apply", apply::apply),
    ("autoscale", make::autoscale),
    ("cordon", node::cordon),
    ("create configmap", make::config_map),
    ("create deployment", make::deployment),
    ("create namespace", make::namespace),
    ("create poddisruptionbudget", make::budget),
    ("create priorityclass", make::priority_class),
    ("create secret generic", make::secret),
    ("create serviceaccount", make::service_account),
    ("create", apply::create),
    ("delete", delete::run),
    ("describe", describe::run),
    ("diff", diff::run),
    ("drain", node::drain),
    ("edit", edit::run),
    ("events", events::run),
    ("explain", explain::run),
    ("expose", make::expose),
    ("get", get::run),
    ("label", label::label),
    ("options", discovery::options),
    ("patch", patch::run),
    ("replace", apply::replace),
    ("rollout history", rollout::history),
    ("rollout pause", rollout::pause),
    ("rollout restart", rollout::restart),
    ("rollout resume", rollout::resume),
    ("rollout status", rollout::status),
    ("rollout undo", rollout::undo),
    ("run", make::run),
    ("scale", make::scale),
    ("set env", set::env),
    ("set image", set::image),
    ("set resources", set::resources),
    ("set selector", set::selector),
    ("set serviceaccount", set::service_account),
    ("taint", taint::run),
    ("uncordon", node::uncordon),
    ("version", discovery::version),
    ("wait", wait::run),
];

/// Other names of commands.
const ALIASES: &[(&str, &str)] = &[
    ("create ns", "create namespace"),
    ("create cm", "create configmap"),
    ("create deploy", "create deployment"),
    ("create dep", "create deployment"),
    ("create pdb", "create poddisruptionbudget"),
    ("create pc", "create priorityclass"),
    ("create sa", "create serviceaccount"),
    ("create svc", "create service"),
    ("set sa", "set serviceaccount"),
];

/// Commands of kubectl for which the lab has nothing to show.
#[rustfmt::skip]
const ELSEWHERE: [&str; 15] = [
    "attach", "auth", "certificate", "cluster-info", "completion", "config", "cp", "debug", "exec", "kustomize", "logs", "plugin", "port-forward",
    "proxy", "top",
];

/// Runs what stands behind `kubectl` on a command line.
pub fn start(words: &[String], ctx: &mut Context<'_>) -> Process {
    let (command, words) = find_command(words);
    match Flags::read(command, &words) {
        Ok(flags) => {
            let answer = run(command, ctx, &flags);
            Process::begin(flags, answer, ctx)
        }
        Err(fault) => Process::begin(Flags::none(), Err(vec![fault]), ctx),
    }
}

fn run(command: &'static CommandSpec, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.is_on("help") {
        ctx.print(&help::of(command));
        return Ok(Next::Done);
    }
    ctx.out.writes_as = client::manager(flags);
    match RUNS.iter().find(|(name, _)| *name == command.name) {
        Some((_, run)) => run(ctx, flags),
        None => group(command, ctx, flags),
    }
}

/// A command that only stands for others.
fn group(command: &'static CommandSpec, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    match (command.name, &flags.args[..]) {
        ("", [word, ..]) if ELSEWHERE.contains(&word.as_str()) => {
            Err(Fault::client(format!("kubectl {word} is not part of the lab: no program really runs in its containers")).into())
        }
        ("", [word, ..]) => Err(unknown(word).into()),
        (_, []) => {
            ctx.print(&help::of(command));
            Ok(Next::Done)
        }
        (name, args) => Err(Fault::usage(name, &format!("unknown command {}", go_quoted(&args.join(" ")))).into()),
    }
}

/// The command that the first words name, and the words that are left. Flags that all commands have may stand before it.
fn find_command(words: &[String]) -> (&'static CommandSpec, Vec<String>) {
    let (before, rest) = words.split_at(global_flags_before(words));
    let (mut command, mut used) = (&flags::ROOT, 0);
    while let Some(word) = rest.get(used).filter(|word| !word.starts_with('-')) {
        let name = if used == 0 { word.clone() } else { format!("{} {word}", command.name) };
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, name)| *name);
        let Some(below) = CommandSpec::find(name) else { break };
        command = below;
        used += 1;
    }
    (command, before.iter().chain(&rest[used..]).cloned().collect())
}

/// How many words before the command belong to flags.
fn global_flags_before(words: &[String]) -> usize {
    let global = flags::global_flags();
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-') && word.len() > 1) {
        let (long, name) = word.strip_prefix("--").map_or((false, &word[1..]), |name| (true, name));
        let known = global.iter().find(|it| match it.letter {
            Some(letter) if !long => name.starts_with(letter),
            _ => long && name.split('=').next() == Some(it.name),
        });
        let Some(spec) = known else { break };
        let holds_value = spec.alone.is_some() || word.contains('=') || (!long && name.chars().count() > 1);
        at += if holds_value { 1 } else { 2 };
    }
    at.min(words.len())
}

/// What is said about a word that is no command, with those that are near.
fn unknown(word: &str) -> Fault {
    let commands = flags::commands().iter().map(|it| it.name).filter(|name| !name.contains(' '));
    let lower = word.to_ascii_lowercase();
    let near: Vec<&str> = commands.filter(|name| changes(&lower, name) <= 2 || name.starts_with(&lower)).collect();
    let mut words = format!("unknown command {} for \"kubectl\"", go_quoted(word));
    if !near.is_empty() {
        words.push_str("\n\nDid you mean this?");
        for name in near {
            words.extend(["\n\t", name]);
        }
        words.push('\n');
    }
    Fault::client(words)
}

/// How many letters are added, left out or changed.
fn changes(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
