//! `kubectl help`: what a command does, how it is called, and its flags.
//!
//! Models `k8s.io/kubectl/pkg/util/templates`. Most commands have a text of their own with examples (`help.txt`); what a flag means
//! is said once (`flags.txt`), and again for a command where it means something else there.

use std::fmt::Write as _;

use super::flags::{CommandSpec, FlagSpec, ROOT, Takes, commands, global_flags};

/// Below `=COMMAND` what it does, and below `-` its examples.
const TEXTS: &str = include_str!("help.txt");
/// `FLAG`, or `FLAG/COMMAND`, and behind a tab what it means.
const FLAGS: &str = include_str!("flags.txt");
/// Names of commands are followed by their meaning in a column that is at least so wide.
const LEAST_WIDTH: usize = 11;
/// Plugins would stand here.
const PLUGINS: &str = "Subcommands provided by plugins:";

/// The help of a command.
pub fn of(command: &CommandSpec) -> String {
    let (about, examples) = text_of(command);
    let mut text = format!("{}\n\n", about.trim());
    if !examples.is_empty() {
        text.push_str("Examples:\n");
        examples.trim().lines().for_each(|line| text.extend(["  ", line, "\n"]));
        text.push('\n');
    }
    text.push_str(&subcommands(command));
    let flags: Vec<FlagSpec> = command.flags().into_iter().filter(|it| !it.deprecated).collect();
    if !flags.is_empty() {
        let _ = write!(text, "Options:\n{}\n\n", options(flags, command.name).trim_end());
    }
    let options = if command.usage.contains("[options]") { "" } else { " [options]" };
    let _ = write!(text, "Usage:\n  {}{options}\n\n", command.usage);
    if has_subcommands(command) {
        let name = if command.name.is_empty() { "kubectl" } else { &format!("kubectl {}", command.name) };
        let _ = writeln!(text, "Use \"{name} <command> --help\" for more information about a given command.");
    }
    text.push_str("Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n");
    text
}

/// What a command does, and its examples.
fn text_of(command: &CommandSpec) -> (&'static str, &'static str) {
    let found = TEXTS.strip_prefix('=').unwrap_or(TEXTS).split("\n=").find_map(|text| {
        let (name, rest) = text.split_once('\n')?;
        (name == command.name).then_some(rest)
    });
    found.map_or((command.about, ""), |text| text.split_once("\n-\n").unwrap_or((text, "")))
}

fn has_subcommands(command: &CommandSpec) -> bool {
    commands().iter().any(|it| is_below(it, command))
}

/// The commands below one: kubectl's own in groups, all others by their names.
fn subcommands(command: &CommandSpec) -> String {
    let mut below: Vec<&CommandSpec> = commands().iter().filter(|it| is_below(it, command) && it.name != "options").collect();
    if below.is_empty() {
        return String::new();
    }
    let width = below.iter().map(|it| last_word(it).len()).max().unwrap_or_default().max(LEAST_WIDTH) + 3;
    let line = |it: &CommandSpec| format!("  {:width$}{}\n", last_word(it), it.about);
    let mut text = String::new();
    if command.name.is_empty() {
        for group in below.chunk_by(|a, b| a.group == b.group) {
            let title = group.first().map_or("", |it| it.group);
            let mut group = group.to_vec();
            if title == "Other Commands" {
                let _ = write!(text, "{PLUGINS}\n\n");
                group.sort_unstable_by_key(|it| it.name);
            }
            let _ = writeln!(text, "{title}:");
            for it in group {
                text.push_str(&line(it));
            }
            text.push('\n');
        }
    } else {
        text.push_str("Available Commands:\n");
        below.sort_unstable_by_key(|it| it.name);
        for it in below {
            text.push_str(&line(it));
        }
        text.push('\n');
    }
    text
}

/// The flags that every command has.
pub fn global() -> String {
    let flags = global_flags().into_iter().filter(|it| it.name != "help").collect();
    format!("The following options can be passed to any command:\n\n{}", options(flags, ""))
}

fn is_below(it: &CommandSpec, command: &CommandSpec) -> bool {
    match it.name.rsplit_once(' ') {
        Some((above, _)) => above == command.name,
        None => command.name == ROOT.name,
    }
}

fn last_word(command: &CommandSpec) -> &'static str {
    command.name.rsplit(' ').next().unwrap_or_default()
}

/// What a flag means, to a command.
fn meaning(flag: &str, command: &str) -> &'static str {
    let find = |key: &str| FLAGS.lines().find_map(|line| line.split_once('\t').filter(|(name, _)| *name == key));
    find(&format!("{flag}/{command}")).or_else(|| find(flag)).map_or("", |(_, words)| words)
}

fn options(mut flags: Vec<FlagSpec>, command: &str) -> String {
    flags.sort_unstable_by_key(|it| it.name);
    let mut text = String::new();
    for flag in flags {
        let letter = flag.letter.map_or(String::new(), |letter| format!("-{letter}, "));
        let default = match flag.takes {
            Takes::Text => format!("'{}'", flag.default),
            Takes::List => "[]".to_owned(),
            _ => flag.default.to_owned(),
        };
        let _ = write!(text, "    {letter}--{}={default}:\n\t{}\n\n", flag.name, meaning(flag.name, command));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_of_a_command_and_of_a_flag() {
        for name in TEXTS.lines().filter_map(|line| line.strip_prefix('=')) {
            assert!(CommandSpec::find(name).is_some(), "{name}");
        }
        for line in FLAGS.lines() {
            let (key, words) = line.split_once('\t').expect("a flag and its meaning");
            let (flag, command) = key.split_once('/').map_or((key, None), |(flag, command)| (flag, Some(command)));
            let known = |it: &CommandSpec| it.flags().iter().any(|it| it.name == flag);
            let is_known = match command {
                Some(command) => CommandSpec::find(command).is_some_and(known),
                None => commands().iter().any(known) || global_flags().iter().any(|it| it.name == flag),
            };
            assert!(is_known && !words.is_empty(), "{line}");
        }
    }

    #[test]
    fn the_flags_of_what_the_lab_does_are_explained() {
        for it in commands().iter().filter(|it| super::super::does(it.name)) {
            for flag in it.flags().into_iter().filter(|flag| !flag.deprecated) {
                assert_ne!(meaning(flag.name, it.name), "", "kubectl {} --{}", it.name, flag.name);
            }
        }
    }

    #[test]
    fn help_has_the_parts_of_kubectl_s() {
        let text = of(CommandSpec::find("cordon").unwrap());
        let expected = "Mark node as unschedulable.\n\nExamples:\n  # Mark node \"worker-1\" as unschedulable\n  kubectl cordon worker-1\n\n\
                        Options:\n    --dry-run='none':\n\tMust be \"none\"";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("\n\nUsage:\n  kubectl cordon NODE [options]\n\nUse \"kubectl options\" for"));
        let text = of(CommandSpec::find("rollout").unwrap());
        assert!(text.contains("\n\nAvailable Commands:\n  history       View rollout history\n"), "{text}");
    }
}
