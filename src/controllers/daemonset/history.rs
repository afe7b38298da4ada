//! A DaemonSet's revisions.
//!
//! Models `constructHistory`, `snapshot` and `cleanupHistory` of `pkg/controller/daemon/update.go`.

use std::sync::Arc;

use crate::apiserver::{DeleteOptions, Refusal};
use crate::controllers::revision_hash;
use crate::object::{DaemonSet, Kind, Object, ObjectKey, REVISION_HASH_LABEL, SmolStr, Value, map};
use crate::runtime::Runtime;

use super::index::Owned;
use super::pod_template::owner_reference;

/// A DaemonSet's revisions, as one sync leaves them.
#[derive(Clone, Debug)]
pub struct History {
    /// The hash of the current revision.
    pub hash: SmolStr,
    /// The other revisions.
    pub old: Vec<Arc<Object>>,
}

/// Finds or makes the revision of the current template, and gives it the highest number.
///
/// # Errors
/// When the API server refuses a write, or the name is taken by another template: then the collision is counted in the status
/// and the next sync tries another name.
pub fn construct(runtime: &mut Runtime, object: &Object, daemonset: &DaemonSet) -> Result<History, Refusal> {
    let data = patch_of(&daemonset.template);
    let (current, old): (Vec<_>, Vec<_>) = owned_revisions(runtime, object, daemonset)
        .into_iter()
        .partition(|it| it.as_revision().is_some_and(|it| it.data == data));
    let next = 1 + old.iter().filter_map(|it| it.as_revision()).map(|it| it.number).max().unwrap_or(0);
    let number = |object: &Arc<Object>| object.as_revision().map_or(0, |it| it.number);
    let Some(keeper) = current.iter().max_by_key(|it| number(it)).cloned() else {
        let hash = create(runtime, object, daemonset, &data, next)?;
        return Ok(History { hash, old });
    };
    let duplicates: Vec<_> = current.iter().filter(|it| it.key() != keeper.key()).collect();
    if !duplicates.is_empty() {
        relabel_pods(runtime, object, keeper.meta.label(REVISION_HASH_LABEL).unwrap_or_default());
    }
    for duplicate in duplicates {
        runtime.delete(Kind::ControllerRevision, duplicate.key(), DeleteOptions::default())?;
    }
    if number(&keeper) < next {
        let mut value = keeper.value.clone();
        value.set(&["revision"], next);
        runtime.update(Kind::ControllerRevision, value)?;
    }
    Ok(History { hash: keeper.as_revision().map(|it| it.hash.clone()).unwrap_or_default(), old })
}

/// Gives all of a DaemonSet's pods the hash of the one revision that is kept of several equal ones.
fn relabel_pods(runtime: &mut Runtime, owner: &Object, hash: &str) {
    let pods = runtime.store.list_in(Kind::Pod, &owner.key().namespace);
    let other = |pod: &&Arc<Object>| is_owned(pod, owner) && pod.meta.label(REVISION_HASH_LABEL) != Some(hash);
    let pods: Vec<_> = pods.filter(other).cloned().collect();
    for pod in pods {
        let mut value = pod.value.clone();
        value.set(&["metadata", "labels", REVISION_HASH_LABEL], hash);
        // A pod that is gone needs no label.
        let _ = runtime.update(Kind::Pod, value);
    }
}

fn is_owned(object: &Object, owner: &Object) -> bool {
    object.meta.controller.as_ref().is_some_and(|it| it.uid == owner.meta.uid)
}

/// The revisions that this DaemonSet owns: matching orphans are adopted, what does not match any more is released, and one
/// without the label of its hash gets it. Models `controlledHistories`.
fn owned_revisions(runtime: &mut Runtime, object: &Object, daemonset: &DaemonSet) -> Vec<Arc<Object>> {
    let all: Vec<_> = runtime.store.list_in(Kind::ControllerRevision, &object.key().namespace).cloned().collect();
    let mut owned = Vec::new();
    for revision in all {
        let matches = daemonset.selector.matches(&revision.meta.labels);
        let is_mine = is_owned(&revision, object);
        let is_orphan = revision.meta.controller.is_none() && revision.meta.deleted.is_none();
        let has_hash = revision.meta.label(REVISION_HASH_LABEL).is_some();
        if is_mine && matches && has_hash {
            owned.push(revision);
            continue;
        }
        if !(is_mine || (is_orphan && matches)) {
            continue;
        }
        let mut value = revision.value.clone();
        let owners = value.at_mut(&["metadata", "ownerReferences"]).make_list();
        if !matches {
            owners.retain(|it| it.str_at(&["uid"]) != object.meta.uid);
        } else if !is_mine {
            owners.push(owner_reference(object));
        }
        if matches && !has_hash {
            value.set(&["metadata", "labels", REVISION_HASH_LABEL], revision.name());
        }
        let written = runtime.update(Kind::ControllerRevision, value);
        owned.extend(written.ok().filter(|_| matches));
    }
    owned
}

/// What a revision stores: the template as a strategic merge patch that replaces the template.
fn patch_of(template: &Value) -> Value {
    let mut template = template.clone();
    template.set(&["$patch"], "replace");
    map! { "spec" => map! { "template" => template } }
}

fn create(runtime: &mut Runtime, object: &Object, daemonset: &DaemonSet, data: &Value, number: i64) -> Result<SmolStr, Refusal> {
    let hash = revision_hash::hash(&daemonset.template, daemonset.status.collision_count);
    let name = smol_str::format_smolstr!("{}-{hash}", object.name());
    let key = ObjectKey::new(object.key().namespace.clone(), name.clone());
    if let Some(taken) = runtime.store.get(Kind::ControllerRevision, &key) {
        if taken.as_revision().is_some_and(|it| it.data == *data) {
            return Ok(hash);
        }
        let mut status = object.value.at(&["status"]).clone();
        status.set(&["collisionCount"], daemonset.status.collision_count.unwrap_or(0) + 1);
        runtime.update_status(Kind::DaemonSet, object.key(), status)?;
        return Err(Refusal::AlreadyExists { kind: Kind::ControllerRevision, name });
    }
    let mut labels = daemonset.template.at(&["metadata", "labels"]).clone();
    labels.set(&[REVISION_HASH_LABEL], &hash);
    let metadata = map! {
        "namespace" => &object.key().namespace,
        "name" => name,
        "labels" => labels,
        "annotations" => object.value.at(&["metadata", "annotations"]).clone(),
        "ownerReferences" => vec![owner_reference(object)],
    };
    let revision = map! {
        "apiVersion" => "apps/v1", "kind" => "ControllerRevision", "metadata" => metadata, "revision" => number, "data" => data.clone(),
    };
    runtime.create(Kind::ControllerRevision, revision)?;
    Ok(hash)
}

/// Deletes the oldest revisions over the limit; those that a pod still has are spared.
pub fn clean_up(runtime: &mut Runtime, daemonset: &DaemonSet, history: &History, pods: Option<&Owned>) {
    let mut old: Vec<_> = history.old.iter().filter_map(|it| Some((it, it.as_revision()?))).collect();
    let excess = old.len().saturating_sub(daemonset.revision_history_limit);
    old.sort_by_key(|(_, revision)| revision.number);
    let live = |hash: &SmolStr| pods.is_some_and(|pods| pods.hashes.contains_key(hash));
    let doomed: Vec<ObjectKey> =
        old.iter().filter(|(_, it)| !live(&it.hash)).take(excess).map(|(object, _)| object.key().clone()).collect();
    for key in doomed {
        // It may be gone already: then there is nothing to do.
        let _ = runtime.delete(Kind::ControllerRevision, &key, DeleteOptions::default());
    }
}
