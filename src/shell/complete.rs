//! What the word before the cursor can become: a program, something of kubectl, a file.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::kubectl::Files;
use crate::kubectl::complete::{Candidate, complete as of_kubectl};

use super::words;

/// So many candidates are listed.
const MOST_LISTED: usize = 200;

/// The programs, with what they do.
const PROGRAMS: &[(&str, &str)] = &[
    ("cat", "print files"),
    ("clear", "wipe the screen"),
    ("date", "print the cluster's time"),
    ("echo", "print words"),
    ("grep", "print the lines that match"),
    ("head", "print the first lines"),
    ("help", "list the programs"),
    ("history", "list what was typed"),
    ("kubectl", "control the cluster"),
    ("ls", "list the files"),
    ("sleep", "let cluster time pass"),
    ("sort", "sort lines"),
    ("tail", "print the last lines"),
    ("uniq", "leave out repeated lines"),
    ("watch", "run a command again and again"),
    ("wc", "count lines, words and bytes"),
];

/// What a word can become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completions {
    /// Where the word begins, in bytes.
    pub start: usize,
    /// What all candidates begin with, as it is typed; with a blank behind it when there is one candidate, and it is complete.
    pub common: String,
    /// The candidates, at most 200.
    pub listed: Vec<Candidate>,
    /// How many there are.
    pub count: usize,
}

/// Completes the word before a cursor, which is a place in bytes.
pub fn complete(line: &str, cursor: usize, cluster: &Cluster, files: &dyn Files) -> Completions {
    let line = line.get(..cursor).unwrap_or(line);
    let Some(part) = words::part(line) else { return Completions { start: line.len(), ..Completions::default() } };
    let mut candidates = candidates(&part.words, &part.word, cluster, files);
    let count = candidates.len();
    let common = match &candidates[..] {
        [] => String::new(),
        [one] if one.ends => words::quote(&one.word) + " ",
        many => words::quote(&shared(many)),
    };
    candidates.truncate(MOST_LISTED);
    Completions { start: part.start, common, listed: candidates, count }
}

fn candidates(before: &[String], word: &str, cluster: &Cluster, files: &dyn Files) -> Vec<Candidate> {
    let Some((program, args)) = before.split_first() else {
        let fitting = PROGRAMS.iter().filter(|(name, _)| name.starts_with(word));
        return fitting.map(|(name, about)| Candidate::new(*name, *about)).collect();
    };
    match program.as_str() {
        "kubectl" | "k" => of_kubectl(args, word, cluster, files),
        "cat" => {
            let fitting = files.names().into_iter().filter(|name| name.starts_with(word));
            fitting.map(|name| Candidate::new(name, "")).collect()
        }
        "watch" => {
            let flags = args.iter().take_while(|arg| arg.starts_with('-') || arg.parse::<f64>().is_ok()).count();
            if word.starts_with('-') && flags == args.len() {
                Vec::new()
            } else {
                candidates(&args[flags..], word, cluster, files)
            }
        }
        _ => Vec::new(),
    }
}

/// What all of them begin with.
fn shared(candidates: &[Candidate]) -> String {
    let first = candidates.first().map_or("", |it| it.word.as_str());
    let length = candidates.iter().map(|it| first.bytes().zip(it.word.bytes()).take_while(|(a, b)| a == b).count()).min();
    let mut length = length.unwrap_or_default();
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    first[..length].to_owned()
}
