//! Which things of the cluster a printed text names, so that one can go from a name to the thing.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::kubectl::resource;
use crate::object::{Kind, ObjectKey, SmolStr};

/// So many links a line has at most.
const MOST_LINKS: usize = 100;

/// A place in a line that names a thing which exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What it names.
    pub target: Target,
}

/// A thing that the stage shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// A node.
    Node(SmolStr),
    /// A pod that is bound to a node: the pod, and the node.
    Pod(ObjectKey, SmolStr),
    /// A DaemonSet.
    DaemonSet(ObjectKey),
}

/// The links of each of these lines.
pub(super) fn of_lines<'a>(cluster: &Cluster, lines: impl Iterator<Item = &'a str>) -> Vec<Vec<Link>> {
    let names = Names::of(cluster);
    lines.map(|line| names.links(line)).collect()
}

/// The names that can be meant, sorted, each with what has it.
struct Names<'a> {
    all: Vec<(&'a str, Kind, &'a ObjectKey)>,
    cluster: &'a Cluster,
}

impl<'a> Names<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let kinds = [Kind::Node, Kind::Pod, Kind::DaemonSet].into_iter();
        let of_kind = |kind| cluster.runtime.store.list(kind).map(move |it| (it.name().as_str(), kind, it.key()));
        let mut all: Vec<_> = kinds.flat_map(of_kind).collect();
        all.sort_by_key(|(name, ..)| *name);
        Self { all, cluster }
    }

    fn links(&self, line: &str) -> Vec<Link> {
        let mut links = Vec::new();
        let start_of = |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
        let words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        for (number, word) in words.enumerate() {
            if links.len() == MOST_LINKS {
                break;
            }
            let bare = word.trim_matches(|c: char| matches!(c, '"' | '\'' | ',' | ':' | ';' | '(' | ')' | '[' | ']' | '{' | '}'));
            // A name begins with a small letter or a digit; what does not is looked up in vain, and there is much of it.
            if !bare.contains('/') && !bare.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
                continue;
            }
            let is_quoted = word.starts_with('"');
            // A DaemonSet's name may be a word of every day: it counts where a table or a message has names.
            let kinds: &[Kind] =
                if is_quoted || number < 2 { &[Kind::Node, Kind::Pod, Kind::DaemonSet] } else { &[Kind::Node, Kind::Pod] };
            if let Some((name, target)) = self.target(bare, kinds, line) {
                let start = start_of(name);
                links.push(Link { span: start..start + name.len(), target });
            }
        }
        links
    }

    /// What a word names, and which part of it does.
    fn target<'w>(&self, word: &'w str, kinds: &[Kind], line: &str) -> Option<(&'w str, Target)> {
        let Some((before, name)) = word.split_once('/') else {
            return self.named(word, kinds, line, None).map(|target| (word, target));
        };
        if !before.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        if let Some(kind) = resource::find(before).ok().and_then(|it| it.stored) {
            return self.named(name, &[kind], line, None).map(|target| (word, target));
        }
        if let Some(target) = self.named(name, kinds, line, Some(before)) {
            return Some((word, target));
        }
        // `worker-1/10.0.0.1`
        self.named(before, &[Kind::Node], line, None).map(|target| (before, target))
    }

    fn named(&self, name: &str, kinds: &[Kind], line: &str, namespace: Option<&str>) -> Option<Target> {
        let from = self.all.partition_point(|(other, ..)| *other < name);
        let same = self.all[from..].iter().take_while(|(other, ..)| *other == name);
        let fitting = same.filter(|(_, kind, key)| kinds.contains(kind) && namespace.is_none_or(|it| key.namespace == it));
        // Of several, the one whose namespace stands on the same line.
        let best = fitting.max_by_key(|(_, kind, key)| {
            let said = line.split_whitespace().any(|word| word == key.namespace);
            (*kind == Kind::Node, said, key.namespace == "default")
        })?;
        self.as_target(best.1, best.2)
    }

    fn as_target(&self, kind: Kind, key: &ObjectKey) -> Option<Target> {
        Some(match kind {
            Kind::Node => Target::Node(key.name.clone()),
            Kind::DaemonSet => Target::DaemonSet(key.clone()),
            _ => {
                let pod = self.cluster.runtime.store.get(kind, key)?;
                match pod.value.str_at(&["spec", "nodeName"]) {
                    "" => return None,
                    node => Target::Pod(key.clone(), node.into()),
                }
            }
        })
    }
}
