//! What the cluster has that a word can name.

use super::{Candidate, Situation};
use crate::kubectl::resource;
use crate::object::{Kind, Object, Value};

/// The names of objects of a type in the command's namespace, with these words before them.
pub(super) fn names(situation: &Situation<'_>, kind: &str, word: &str, before: &str) -> Vec<Candidate> {
    let Some(kind) = resource::find(kind).ok().and_then(|it| it.stored) else { return Vec::new() };
    let fitting = of_kind(situation, kind).filter(|it| it.name().starts_with(word));
    fitting.map(|it| Candidate::new(format!("{before}{}", it.name()), "")).collect()
}

/// The objects of a kind that the command can mean.
fn of_kind<'a>(situation: &'a Situation<'_>, kind: Kind) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
    let namespace = if kind.is_namespaced() { situation.namespace() } else { "" };
    let everywhere = situation.flag("all-namespaces").is_some() || !kind.is_namespaced();
    let all = situation.cluster.runtime.store.list(kind);
    Box::new(all.filter(move |it| everywhere || it.key().namespace == namespace).map(|it| &**it))
}

/// The kind that the command's arguments name; for commands about nodes alone, those.
pub(super) fn kind_named(situation: &Situation<'_>) -> Option<Kind> {
    if ["cordon", "drain", "uncordon"].contains(&situation.command.name) {
        return Some(Kind::Node);
    }
    let first = situation.args.first()?;
    let first = first.split(['/', ',']).next()?;
    resource::find(first).ok()?.stored
}

/// The objects that the command's arguments name, as far as they are there.
pub(super) fn named_objects(situation: &Situation<'_>) -> Vec<Value> {
    let args = &situation.args;
    let pairs: Vec<(&str, &str)> = match args.first() {
        Some(kind) if !kind.contains('/') => args[1..].iter().map(|name| (*kind, *name)).collect(),
        _ => args.iter().filter_map(|arg| arg.split_once('/')).collect(),
    };
    let mut objects = Vec::new();
    for (kind, name) in pairs {
        let Some(kind) = resource::find(kind).ok().and_then(|it| it.stored) else { continue };
        objects.extend(of_kind(situation, kind).find(|it| it.name() == name).map(|it| it.value.clone()));
    }
    objects
}

/// Each once, sorted.
pub(super) fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The keys of an object's labels or annotations.
pub(super) fn keys_at(object: &Value, field: &str) -> Vec<String> {
    object.fields_at(&["metadata", field]).map(|(key, _)| key.to_string()).collect()
}

/// The label keys of all objects of a kind that the command can mean.
pub(super) fn keys(situation: &Situation<'_>, kind: Kind) -> Vec<String> {
    distinct(of_kind(situation, kind).flat_map(|it| keys_at(&it.value, "labels")))
}

/// The values that a label has on them.
pub(super) fn labels(situation: &Situation<'_>, kind: Kind, key: &str) -> Vec<String> {
    distinct(
        of_kind(situation, kind).map(|it| it.value.str_at(&["metadata", "labels", key]).to_owned()).filter(|it| !it.is_empty()),
    )
}

/// The taints of a node: key, value, effect.
pub(super) fn taints(node: &Value) -> impl Iterator<Item = (&str, &str, &str)> {
    let taints = node.list_at(&["spec", "taints"]).iter();
    taints.map(|it| (it.str_at(&["key"]), it.str_at(&["value"]), it.str_at(&["effect"])))
}

/// A field of all containers of objects: of pods, or of their templates.
pub(super) fn containers(objects: &[Value], field: &str) -> Vec<String> {
    let specs = objects.iter().map(|it| match it.at(&["spec", "template", "spec"]) {
        Value::Null => it.at(&["spec"]),
        spec => spec,
    });
    let lists = specs.flat_map(|spec| [spec.list_at(&["initContainers"]), spec.list_at(&["containers"])]);
    distinct(lists.flatten().map(|it| it.str_at(&[field]).to_owned()).filter(|it| !it.is_empty()))
}

/// The revisions of the named objects: their numbers, each with what changed it.
pub(super) fn revisions(situation: &Situation<'_>) -> Vec<(String, String)> {
    let owners: Vec<Value> = named_objects(situation);
    let store = &situation.cluster.runtime.store;
    let owned = |it: &&Object| {
        let uids = it.value.list_at(&["metadata", "ownerReferences"]).iter().map(|owner| owner.str_at(&["uid"]));
        uids.into_iter().any(|uid| owners.iter().any(|owner| owner.str_at(&["metadata", "uid"]) == uid))
    };
    let cause = |it: &Object| it.value.str_at(&["metadata", "annotations", "kubernetes.io/change-cause"]).to_owned();
    let of_daemonsets = store.list(Kind::ControllerRevision).map(|it| &**it).filter(owned);
    let mut found: Vec<(i64, String)> =
        of_daemonsets.filter_map(|it| Some((it.value.at(&["revision"]).as_i64()?, cause(it)))).collect();
    let of_deployments = store.list(Kind::ReplicaSet).map(|it| &**it).filter(owned);
    let number = |it: &Object| it.value.str_at(&["metadata", "annotations", "deployment.kubernetes.io/revision"]).parse().ok();
    found.extend(of_deployments.filter_map(|it| Some((number(it)?, cause(it)))));
    found.sort_unstable();
    found.into_iter().map(|(number, cause)| (number.to_string(), cause)).collect()
}
