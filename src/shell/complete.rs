//! What the word before the cursor can become: a program, something of kubectl, a file.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::kubectl::complete::{Candidate, complete as of_kubectl};
use crate::kubectl::{Files, Prose};

use super::words;

/// So many candidates are listed.
const MOST_LISTED: usize = 200;

/// The programs, with what they do in English and in Chinese.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("cat", "print files", "显示文件内容"),
    ("clear", "wipe the screen", "清空屏幕"),
    ("date", "print the cluster's time", "显示集群时间"),
    ("echo", "print words", "显示文字"),
    ("grep", "print the lines that match", "只显示匹配的行"),
    ("head", "print the first lines", "显示开头几行"),
    ("help", "list the programs", "列出可用程序"),
    ("history", "list what was typed", "列出历史命令"),
    ("kubectl", "control the cluster", "管理集群"),
    ("ls", "list the files", "列出文件"),
    ("sleep", "let cluster time pass", "等待一段集群时间"),
    ("sort", "sort lines", "按行排序"),
    ("tail", "print the last lines", "显示末尾几行"),
    ("uniq", "leave out repeated lines", "去掉相邻的重复行"),
    ("watch", "run a command again and again", "反复执行一条命令"),
    ("wc", "count lines, words and bytes", "统计行数、单词数和字节数"),
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
    let Some(part) = words::typing(line) else { return Completions { start: line.len(), ..Completions::default() } };
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
        let fitting = PROGRAMS.iter().filter(|(name, ..)| name.starts_with(word));
        let about = |english, chinese| if files.prose() == Prose::Chinese { chinese } else { english };
        return fitting.map(|(name, english, chinese)| Candidate::new(*name, about(*english, *chinese))).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Chinese;

    impl Files for Chinese {
        fn read(&self, _: &str) -> Option<String> {
            None
        }

        fn names(&self) -> Vec<String> {
            Vec::new()
        }

        fn prose(&self) -> Prose {
            Prose::Chinese
        }
    }

    #[test]
    fn what_a_program_does_is_said_in_the_readers_language() {
        let cluster = Cluster::new(1);
        let hints = |files: &dyn Files| {
            let listed = complete("", 0, &cluster, files).listed;
            listed.into_iter().map(|it| it.hint).collect::<Vec<_>>()
        };
        assert!(hints(&crate::kubectl::NoFiles).iter().all(|hint| !hint.is_empty() && hint.is_ascii()));
        assert!(hints(&Chinese).iter().all(|hint| !hint.is_empty() && !hint.is_ascii()));
    }
}
