//! `kubectl help`: what a command does, how it is called, and its flags.

use super::flags::{CommandSpec, FlagSpec, ROOT, Takes, commands, global_flags};
use std::fmt::Write as _;

/// The help of a command.
pub fn of(command: &CommandSpec) -> String {
    let mut text = format!("{}\n", command.about);
    let below: Vec<&CommandSpec> = commands().iter().filter(|it| is_below(it, command)).collect();
    if !below.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        let width = below.iter().map(|it| last_word(it).len()).max().unwrap_or_default() + 3;
        for it in below {
            let _ = writeln!(text, "  {:width$}{}", last_word(it), it.about.trim_end_matches('.'));
        }
    }
    let flags = command.flags();
    if !flags.is_empty() {
        text.push_str("\nOptions:\n");
        text.push_str(&options(flags));
    }
    let _ = write!(text, "\nUsage:\n  {} [options]\n\n", command.usage);
    let name = if command.name.is_empty() { "kubectl" } else { &format!("kubectl {}", command.name) };
    if commands().iter().any(|it| is_below(it, command)) {
        let _ = writeln!(text, "Use \"{name} <command> --help\" for more information about a given command.");
    }
    text.push_str("Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n");
    text
}

/// The flags that every command has.
pub fn global() -> String {
    let flags = global_flags().into_iter().filter(|it| it.name != "help").collect();
    format!("The following options can be passed to any command:\n\n{}", options(flags))
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

fn options(mut flags: Vec<FlagSpec>) -> String {
    flags.sort_unstable_by_key(|it| it.name);
    let mut text = String::new();
    for flag in flags {
        let letter = flag.letter.map_or(String::new(), |letter| format!("-{letter}, "));
        let default = match flag.takes {
            Takes::Text => format!("'{}'", flag.default),
            Takes::List => "[]".to_owned(),
            _ => flag.default.to_owned(),
        };
        let _ = writeln!(text, "    {letter}--{}={default}", flag.name);
    }
    text
}
