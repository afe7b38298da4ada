//! What the last word of a kubectl command line can become.
//!
//! Models what `kubectl __complete` answers (cobra's rules for commands and flags, `k8s.io/kubectl/pkg/util/completion` for arguments), and
//! goes on where that ends: label keys, taints, containers, revisions, conditions.

mod arguments;
mod found;
mod values;

use serde::{Deserialize, Serialize};

use super::flags::{CommandSpec, FlagSpec, Takes, commands, global_flags};
use super::process::Files;
use crate::cluster::Cluster;

/// Something that a word can become.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Candidate {
    /// The whole word.
    pub word: String,
    /// What it is, in kubectl's language; may be empty.
    pub hint: String,
    /// Whether the word is complete then.
    pub ends: bool,
}

impl Candidate {
    /// A whole word.
    pub fn new(word: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { word: word.into(), hint: hint.into(), ends: true }
    }

    /// A word that goes on.
    pub fn begin(word: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { ends: false, ..Self::new(word, hint) }
    }
}

/// What is known where a word is to be completed.
struct Situation<'a> {
    cluster: &'a Cluster,
    files: &'a dyn Files,
    command: &'static CommandSpec,
    /// The arguments before the word.
    args: Vec<&'a str>,
    /// The flags before the word, with their values.
    flags: Vec<(FlagSpec, &'a str)>,
}

impl Situation<'_> {
    /// The value of a flag that stands before the word.
    fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(flag, _)| flag.name == name).map(|(_, value)| *value)
    }

    /// The namespace that the command works in.
    fn namespace(&self) -> &str {
        self.flag("namespace").filter(|it| !it.is_empty()).unwrap_or("default")
    }
}

/// The candidates for a word behind these words, in the order in which they are listed.
pub fn complete(before: &[String], word: &str, cluster: &Cluster, files: &dyn Files) -> Vec<Candidate> {
    let (command, _) = super::find_command(before);
    let known: Vec<FlagSpec> = command.flags().into_iter().chain(global_flags()).collect();
    let mut situation = Situation { cluster, files, command, args: Vec::new(), flags: Vec::new() };
    if before.iter().any(|it| it == "--") {
        return Vec::new();
    }
    let open = situation.read(before, &known);
    // The command's own words are no arguments.
    let own = command.name.split(' ').filter(|it| !it.is_empty()).count();
    situation.args.drain(..own.min(situation.args.len()));
    if let Some(flag) = open {
        return values::of(&situation, &flag, word, "");
    }
    if word.starts_with('-') {
        return of_flag(&situation, &known, word);
    }
    let mut candidates = if situation.args.is_empty() { subcommands(command, word) } else { Vec::new() };
    if candidates.is_empty() {
        candidates = arguments::of(&situation, word);
    }
    candidates.sort();
    candidates.dedup_by(|a, b| a.word == b.word);
    candidates
}

impl<'a> Situation<'a> {
    /// Reads the words before. Answers the flag whose value is to follow, if one is.
    fn read(&mut self, before: &'a [String], known: &[FlagSpec]) -> Option<FlagSpec> {
        let mut open: Option<FlagSpec> = None;
        for word in before {
            if let Some(flag) = open.take() {
                self.flags.push((flag, word));
            } else if word.len() > 1 && word.starts_with('-') {
                open = match flag_of(word, known) {
                    Some((flag, Some((_, value)))) => {
                        self.flags.push((flag, value));
                        None
                    }
                    Some((flag, None)) if flag.alone.is_some() => {
                        self.flags.push((flag, flag.alone.unwrap_or_default()));
                        None
                    }
                    Some((flag, None)) => Some(flag),
                    None => None,
                };
            } else {
                self.args.push(word);
            }
        }
        open
    }
}

/// The flag that a word gives, and what stands before its value in the word, and the value, if that is in it.
fn flag_of<'w>(word: &'w str, known: &[FlagSpec]) -> Option<(FlagSpec, Option<(&'w str, &'w str)>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let flag = *known.iter().find(|it| it.name == name)?;
        return Some((flag, value.map(|value| word.split_at(word.len() - value.len()))));
    }
    let mut rest = word.strip_prefix('-')?;
    loop {
        let letter = rest.chars().next()?;
        let flag = *known.iter().find(|it| it.letter == Some(letter))?;
        rest = &rest[letter.len_utf8()..];
        match rest.strip_prefix('=') {
            Some(value) => return Some((flag, Some(word.split_at(word.len() - value.len())))),
            None if rest.is_empty() => return Some((flag, None)),
            None if flag.alone.is_none() => return Some((flag, Some(word.split_at(word.len() - rest.len())))),
            None => {}
        }
    }
}

/// A word that begins a flag, or gives one with its value.
fn of_flag(situation: &Situation<'_>, known: &[FlagSpec], word: &str) -> Vec<Candidate> {
    if let Some((flag, Some((before, value)))) = flag_of(word, known) {
        return values::of(situation, &flag, value, before);
    }
    let given = |flag: &FlagSpec| flag.takes != Takes::List && situation.flags.iter().any(|(it, _)| it.name == flag.name);
    let mut long: Vec<Candidate> = Vec::new();
    let mut short: Vec<Candidate> = Vec::new();
    for flag in known.iter().filter(|flag| !given(flag)) {
        let hint = match (flag.takes, flag.letter) {
            (Takes::Bool, None) => String::new(),
            (Takes::Bool, Some(letter)) => format!("-{letter}"),
            (takes, letter) => letter.map_or(String::new(), |letter| format!("-{letter} ")) + kind_of(takes),
        };
        let name = format!("--{}", flag.name);
        if name.starts_with(word) {
            long.push(Candidate::new(name, hint));
        }
        if let Some(letter) = flag.letter.filter(|letter| format!("-{letter}").starts_with(word)) {
            short.push(Candidate::new(format!("-{letter}"), format!("--{}", flag.name)));
        }
    }
    short.sort();
    long.sort();
    [short, long].concat()
}

fn kind_of(takes: Takes) -> &'static str {
    match takes {
        Takes::Bool => "bool",
        Takes::Int => "int",
        Takes::Duration => "duration",
        Takes::List => "strings",
        Takes::Text => "string",
    }
}

/// The commands below one.
fn subcommands(command: &CommandSpec, word: &str) -> Vec<Candidate> {
    let below = commands().iter().filter_map(|it| {
        let name = if command.name.is_empty() { it.name } else { it.name.strip_prefix(command.name)?.strip_prefix(' ')? };
        (!name.contains(' ') && name.starts_with(word)).then(|| Candidate::new(name, it.about))
    });
    below.collect()
}

#[cfg(test)]
mod tests;
