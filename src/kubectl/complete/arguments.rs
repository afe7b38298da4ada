//! What the arguments of a command can be.

use super::found::{containers, distinct, keys, keys_at, kind_named, labels, named_objects, names, taints};
use super::{Candidate, Situation};
use crate::kubectl::resource::{self, Resource};
use crate::object::Kind;
use crate::object::schema::{self, Field};

/// How a command's arguments are completed.
#[derive(Clone, Copy)]
enum Arguments {
    /// A type, then its names; or `TYPE/NAME`.
    Any,
    /// The same with these types; whether several names may follow.
    Only(&'static [&'static str], bool),
    /// The name of a node.
    Node,
    /// The name of a pod, or `TYPE/NAME` of something that has pods.
    Pod,
    /// A type, or a path into it.
    Fields,
}

const WORKLOADS: &[&str] = &["daemonset", "deployment", "statefulset"];
const SCALABLE: &[&str] = &["deployment", "replicaset", "replicationcontroller", "statefulset"];
const EXPOSABLE: &[&str] = &["deployment", "pod", "replicaset", "replicationcontroller", "service"];
const WITH_PODS: &[&str] =
    &["daemonsets", "deployments", "jobs", "pods", "replicasets", "replicationcontrollers", "services", "statefulsets"];
const TEMPLATES: &[&str] =
    &["cronjob", "daemonset", "deployment", "job", "pod", "replicaset", "replicationcontroller", "statefulset"];

/// The commands whose arguments are objects.
const COMMANDS: &[(&str, Arguments)] = &[
    ("annotate", Arguments::Any),
    ("attach", Arguments::Pod),
    ("autoscale", Arguments::Only(SCALABLE, true)),
    ("cordon", Arguments::Node),
    ("delete", Arguments::Any),
    ("describe", Arguments::Any),
    ("drain", Arguments::Node),
    ("edit", Arguments::Any),
    ("exec", Arguments::Pod),
    ("explain", Arguments::Fields),
    ("expose", Arguments::Only(EXPOSABLE, true)),
    ("get", Arguments::Any),
    ("label", Arguments::Any),
    ("logs", Arguments::Pod),
    ("patch", Arguments::Any),
    ("port-forward", Arguments::Pod),
    ("rollout history", Arguments::Only(WORKLOADS, false)),
    ("rollout pause", Arguments::Only(&["deployment"], true)),
    ("rollout restart", Arguments::Only(WORKLOADS, true)),
    ("rollout resume", Arguments::Only(&["deployment"], true)),
    ("rollout status", Arguments::Only(WORKLOADS, false)),
    ("rollout undo", Arguments::Only(WORKLOADS, false)),
    ("scale", Arguments::Only(SCALABLE, true)),
    ("set env", Arguments::Only(TEMPLATES, true)),
    ("set image", Arguments::Only(TEMPLATES, true)),
    ("set resources", Arguments::Only(TEMPLATES, true)),
    ("set selector", Arguments::Any),
    ("set serviceaccount", Arguments::Only(TEMPLATES, true)),
    ("taint", Arguments::Only(&["node"], true)),
    ("uncordon", Arguments::Node),
    ("wait", Arguments::Any),
];

/// The candidates for the next argument.
pub(super) fn of(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let Some((command, arguments)) = COMMANDS.iter().find(|(name, _)| *name == situation.command.name) else {
        return Vec::new();
    };
    let mut candidates = match arguments {
        Arguments::Any => objects(situation, word, &[], true),
        Arguments::Only(types, repeats) => objects(situation, word, types, *repeats),
        Arguments::Node if situation.args.is_empty() => names(situation, "nodes", word, ""),
        Arguments::Pod if situation.args.is_empty() => pods(situation, word),
        Arguments::Node | Arguments::Pod => Vec::new(),
        Arguments::Fields => fields(situation, word),
    };
    match *command {
        "label" => candidates.extend(changes(situation, word, "labels")),
        "annotate" => candidates.extend(changes(situation, word, "annotations")),
        "taint" => candidates.extend(taint_changes(situation, word)),
        "set image" => candidates.extend(images(situation, word)),
        _ => {}
    }
    candidates
}

/// Models `resourceTypeAndNameCompletionFunc`.
fn objects(situation: &Situation<'_>, word: &str, types: &[&str], repeats: bool) -> Vec<Candidate> {
    let args = &situation.args;
    let slash = word.find('/');
    match (args.first().filter(|first| !first.contains('/')), slash) {
        (Some(kind), _) if repeats || args.len() == 1 => without(names(situation, kind, word, ""), &args[1..]),
        (None, Some(at)) if repeats || args.is_empty() => {
            without(names(situation, &word[..at], &word[at + 1..], &word[..=at]), args)
        }
        (None, None) if args.is_empty() => of_types(word, types),
        (None, None) if repeats => {
            let begun = of_types(word, types).into_iter();
            begun.map(|it| Candidate::begin(it.word + "/", it.hint)).collect()
        }
        _ => Vec::new(),
    }
}

/// Models `doPodResourceCompletion`.
fn pods(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    if let Some(at) = word.find('/') {
        return names(situation, &word[..at], &word[at + 1..], &word[..=at]);
    }
    let mut candidates = names(situation, "pods", word, "");
    candidates.extend(of_types(word, WITH_PODS).into_iter().map(|it| Candidate::begin(it.word + "/", it.hint)));
    candidates
}

fn without(mut candidates: Vec<Candidate>, given: &[&str]) -> Vec<Candidate> {
    candidates.retain(|it| !given.contains(&it.word.as_str()));
    candidates
}

/// Types that can be asked for; the last one behind commas. A short name is offered where no full name begins like it.
fn of_types(word: &str, types: &[&str]) -> Vec<Candidate> {
    if !types.is_empty() {
        return types.iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(*it, described(it))).collect();
    }
    let (before, last) = word.rfind(',').map_or(("", word), |at| word.split_at(at + 1));
    let full = resource::all().iter().filter(|it| is_readable(it) && it.qualified().starts_with(last));
    let full: Vec<Candidate> = full.map(|it| Candidate::new(format!("{before}{}", it.qualified()), describe(it))).collect();
    if !full.is_empty() || last.is_empty() {
        return full;
    }
    let shorts = resource::all().iter().flat_map(|it| it.shorts.split(',').map(move |short| (short, it)));
    let shorts = shorts.filter(|(short, _)| !short.is_empty() && short.starts_with(last));
    shorts.map(|(short, it)| Candidate::new(format!("{before}{short}"), describe(it))).collect()
}

/// Whether objects of it can be got: reviews can only be created.
fn is_readable(resource: &Resource) -> bool {
    !resource.kind.ends_with("Review") && resource.kind != "Binding"
}

fn describe(resource: &Resource) -> String {
    if resource.shorts.is_empty() { resource.kind.to_owned() } else { format!("{}, {}", resource.kind, resource.shorts) }
}

fn described(name: &str) -> String {
    resource::find(name).map(describe).unwrap_or_default()
}

/// `ds.spec.temp`: a type, or the fields below a path.
fn fields(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    if !situation.args.is_empty() {
        return Vec::new();
    }
    let Some((path, last)) = word.rsplit_once('.') else { return of_types(word, &[]) };
    let mut parts = path.split('.');
    let Some(kind) = parts.next().and_then(|name| resource::find(name).ok()).and_then(|it| it.stored) else {
        return of_types(word, &[]);
    };
    let mut of = Some(schema::of(kind));
    for part in parts {
        of = of.and_then(|it| it.field(part)).and_then(Field::part);
    }
    let Some(of) = of else { return Vec::new() };
    let below = of.fields.iter().filter(|field| field.name.starts_with(last));
    below.map(|field| Candidate::new(format!("{path}.{}", field.name), "")).collect()
}

/// `KEY=` for what others of the kind have, `KEY-` for what can be taken away.
fn changes(situation: &Situation<'_>, word: &str, field: &str) -> Vec<Candidate> {
    let objects = named_objects(situation);
    let Some(kind) = kind_named(situation).filter(|_| !objects.is_empty()) else { return Vec::new() };
    if let Some((key, value)) = word.split_once('=') {
        let known = if field == "labels" { labels(situation, kind, key) } else { Vec::new() };
        return known.iter().filter(|it| it.starts_with(value)).map(|it| Candidate::new(format!("{key}={it}"), "")).collect();
    }
    let own = distinct(objects.iter().flat_map(|it| keys_at(it, field)));
    let own = own.into_iter().filter(|it| it.starts_with(word));
    let mut candidates: Vec<Candidate> = own.map(|key| Candidate::new(key + "-", "remove")).collect();
    let all = if field == "labels" { keys(situation, kind) } else { Vec::new() };
    candidates.extend(all.into_iter().filter(|it| it.starts_with(word)).map(|key| Candidate::begin(key + "=", "label")));
    candidates
}

const EFFECTS: [&str; 3] = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

/// `KEY=VALUE:EFFECT` as other nodes have it, `KEY:EFFECT-` for what can be taken away, and effects behind a colon.
fn taint_changes(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let objects = named_objects(situation);
    if objects.is_empty() && situation.flag("all").is_none() && situation.flag("selector").is_none() {
        return Vec::new();
    }
    let own = distinct(objects.iter().flat_map(taints).map(|(key, _, effect)| format!("{key}:{effect}-")));
    let mut candidates: Vec<Candidate> =
        own.into_iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(it, "remove")).collect();
    if let Some((key, effect)) = word.split_once(':') {
        let effects = EFFECTS.iter().filter(|it| it.starts_with(effect));
        candidates.extend(effects.map(|it| Candidate::new(format!("{key}:{it}"), "")));
        return candidates;
    }
    let nodes = situation.cluster.runtime.store.list(Kind::Node);
    let known = distinct(nodes.flat_map(|node| taints(&node.value)).map(|(key, value, effect)| match value {
        "" => format!("{key}:{effect}"),
        _ => format!("{key}={value}:{effect}"),
    }));
    candidates.extend(known.into_iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(it, "taint")));
    candidates
}

/// `CONTAINER=IMAGE`.
fn images(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let objects = named_objects(situation);
    let Some((name, image)) = word.split_once('=') else {
        let begun = containers(&objects, "name").into_iter().filter(|it| it.starts_with(word));
        return begun.map(|name| Candidate::begin(name + "=", "container")).collect();
    };
    let known = containers(&objects, "image").into_iter().filter(|it| it.starts_with(image));
    known.map(|it| Candidate::new(format!("{name}={it}"), "")).collect()
}
