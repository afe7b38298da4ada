//! kubectl: what it does before it asks the API server, and what it prints.
//!
//! A command line becomes a [`Process`]: most are over at once, some go on as the cluster's time passes. Whoever runs one lets the
//! cluster go on and asks it again ([`Process::go_on`]).

mod apply;
mod change;
pub mod client;
pub mod commands;
pub mod complete;
mod delete;
mod describe;
mod diff;
mod discovery;
mod drain;
mod edit;
mod elsewhere;
pub mod event;
mod events;
mod explain;
pub mod fault;
pub mod flags;
mod get;
mod help;
mod label;
mod last_applied;
mod make;
pub mod manifest;
mod node;
mod patch;
mod pod_template;
pub mod print;
pub mod process;
mod record;
pub mod resource;
mod rollout;
mod run;
mod said;
mod scale;
pub mod select;
mod set;
mod sort;
pub mod tabwriter;
mod taint;
mod wait;

pub use process::{Context, Edited, Files, NoFiles, Output, Printed, Process, Prose, State, Stream};

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
    ("apply edit-last-applied", elsewhere::not_here),
    ("apply set-last-applied", last_applied::set),
    ("apply view-last-applied", last_applied::view),
    ("attach", elsewhere::attach),
    ("auth can-i", elsewhere::can_i),
    ("auth whoami", elsewhere::who_am_i),
    ("autoscale", scale::autoscale),
    ("certificate", elsewhere::not_here),
    ("cluster-info", elsewhere::cluster_info),
    ("completion", elsewhere::not_here),
    ("config current-context", elsewhere::current_context),
    ("config get-clusters", elsewhere::clusters),
    ("config get-contexts", elsewhere::contexts),
    ("config set-context", elsewhere::not_here),
    ("config use-context", elsewhere::use_context),
    ("config view", elsewhere::config_view),
    ("cordon", node::cordon),
    ("cp", elsewhere::not_here),
    ("create configmap", make::config_map),
    ("create deployment", make::deployment),
    ("create namespace", make::namespace),
    ("create poddisruptionbudget", make::budget),
    ("create priorityclass", make::priority_class),
    ("create secret generic", make::secret),
    ("create serviceaccount", make::service_account),
    ("create", apply::create),
    ("debug", elsewhere::not_here),
    ("delete", delete::run),
    ("describe", describe::run),
    ("diff", diff::run),
    ("drain", drain::drain),
    ("edit", edit::run),
    ("events", events::run),
    ("exec", elsewhere::exec),
    ("explain", explain::run),
    ("expose", scale::expose),
    ("get", get::run),
    ("kustomize", elsewhere::not_here),
    ("label", label::label),
    ("logs", elsewhere::logs),
    ("options", discovery::options),
    ("patch", patch::run),
    ("plugin list", elsewhere::plugins),
    ("port-forward", elsewhere::not_here),
    ("proxy", elsewhere::not_here),
    ("replace", apply::replace),
    ("rollout history", rollout::history),
    ("rollout pause", rollout::pause),
    ("rollout restart", rollout::restart),
    ("rollout resume", rollout::resume),
    ("rollout status", rollout::status),
    ("rollout undo", rollout::undo),
    ("run", run::run),
    ("scale", scale::scale),
    ("set env", set::env),
    ("set image", set::image),
    ("set resources", set::resources),
    ("set selector", set::selector),
    ("set serviceaccount", set::service_account),
    ("taint", taint::run),
    ("top node", elsewhere::top),
    ("top pod", elsewhere::top),
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
    ("top no", "top node"),
    ("top nodes", "top node"),
    ("top po", "top pod"),
    ("top pods", "top pod"),
];

/// Commands that are found by what else they might be called.
const SUGGESTED_FOR: [(&str, &str); 5] = [("list", "get"), ("ps", "get"), ("rm", "delete"), ("list", "wait"), ("ps", "wait")];

/// Whether the lab does what a command is for.
#[cfg(test)]
fn does(name: &str) -> bool {
    let apart = [
        "attach",
        "auth can-i",
        "auth whoami",
        "config get-contexts",
        "config view",
        "exec",
        "logs",
        "plugin list",
        "top node",
        "top pod",
    ];
    RUNS.iter()
        .any(|(known, run)| *known == name && !apart.contains(known) && !std::ptr::fn_addr_eq(*run, elsewhere::not_here as Run))
}

/// Runs what stands behind `kubectl` on a command line.
pub fn start(line: &[String], ctx: &mut Context<'_>) -> Process {
    match read(line) {
        Ok((command, flags)) => {
            for name in flags.deprecated() {
                ctx.warn(&format!("Flag --{name} has been deprecated, --{name} will be removed in the future"));
            }
            client::warn_of_old_dry_run(ctx, &flags);
            let answer = run(command, ctx, &flags);
            Process::begin(flags, answer, ctx)
        }
        Err(fault) => Process::begin(Flags::none(), Err(vec![fault]), ctx),
    }
}

/// The command of a line, and what is given to it.
fn read(line: &[String]) -> Result<(&'static CommandSpec, Flags), Fault> {
    let (command, words) = find_command(line);
    if command.name.is_empty()
        && let Some(at) = first_argument(command, &words)
        && words[at] != "help"
    {
        return Err(unknown(&words[at]));
    }
    Ok((command, Flags::read(command, &words)?))
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
        ("", [_, topic @ ..]) => {
            help_on(ctx, topic);
            Ok(Next::Done)
        }
        (name, []) => {
            ctx.print(&help::of(command));
            // What has to be followed by another word has not been done.
            if name.is_empty() { Ok(Next::Done) } else { Err(Fault::silent(1).into()) }
        }
        (name, args) => Err(Fault::usage(name, &format!("unknown command {}", go_quoted(&args.join(" ")))).into()),
    }
}

/// `kubectl help` about a command.
fn help_on(ctx: &mut Context<'_>, topic: &[String]) {
    let (command, rest) = find_command(topic);
    if command.name.is_empty() && !rest.is_empty() {
        let quoted: Vec<String> = topic.iter().map(|word| format!("`{word}`")).collect();
        ctx.warn(&format!("Unknown help topic [{}]", quoted.join(" ")));
    }
    ctx.print(&help::of(command));
}

/// The command that the words name, and the words that are left. Flags may stand before and between a command's words.
fn find_command(words: &[String]) -> (&'static CommandSpec, Vec<String>) {
    let (mut command, mut rest) = (&flags::ROOT, words.to_vec());
    while let Some(at) = first_argument(command, &rest) {
        let word = &rest[at];
        let name = if command.name.is_empty() { word.clone() } else { format!("{} {word}", command.name) };
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, name)| *name);
        let Some(below) = CommandSpec::find(name) else { break };
        command = below;
        rest.remove(at);
    }
    (command, rest)
}

/// Where the first word is that is no flag and belongs to none. Models `stripFlags` of cobra: a flag that is not known has a value.
fn first_argument(command: &CommandSpec, words: &[String]) -> Option<usize> {
    let known: Vec<_> = command.flags().into_iter().chain(flags::global_flags()).collect();
    let mut at = 0;
    loop {
        let word = words.get(at)?;
        let alone = |spec: Option<&flags::FlagSpec>| spec.is_some_and(|it| it.alone.is_some());
        at += match word.strip_prefix("--") {
            Some("") => return None,
            Some(long) if long.contains('=') || alone(known.iter().find(|it| it.name == long)) => 1,
            Some(_) => 2,
            None => match word.strip_prefix('-').map(|rest| (rest.chars().next(), rest.chars().count())) {
                None | Some((None, _)) => return Some(at),
                Some((letter, 1)) if !alone(known.iter().find(|it| it.letter == letter)) => 2,
                Some(_) => 1,
            },
        };
    }
}

/// What is said about a word that is no command, with those that are near.
fn unknown(word: &str) -> Fault {
    let commands = flags::commands().iter().map(|it| it.name).filter(|name| !name.contains(' '));
    let lower = word.to_ascii_lowercase();
    let mut near: Vec<&str> = Vec::new();
    for name in commands {
        if changes(&lower, name) <= 2 || name.starts_with(&lower) {
            near.push(name);
        }
        near.extend(SUGGESTED_FOR.iter().filter(|(from, to)| *from == lower && *to == name).map(|(_, to)| *to));
    }
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
