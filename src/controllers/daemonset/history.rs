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
    for duplicate in current.iter().filter(|it| it.key() != keeper.key()) {
        runtime.delete(Kind::ControllerRevision, duplicate.key(), DeleteOptions::default())?;
    }
    if number(&keeper) < next {
        let mut value = keeper.value.clone();
        value.set(&["revision"], next);
        runtime.update(Kind::ControllerRevision, value)?;
    }
    Ok(History { hash: keeper.as_revision().map(|it| it.hash.clone()).unwrap_or_default(), old })
}

/// The revisions that this DaemonSet owns; matching orphans are adopted.
fn owned_revisions(runtime: &mut Runtime, object: &Object, daemonset: &DaemonSet) -> Vec<Arc<Object>> {
    let all: Vec<_> = runtime.store.list_in(Kind::ControllerRevision, &object.key().namespace).cloned().collect();
    let mut owned = Vec::new();
    for revision in all {
        match &revision.meta.controller {
            Some(owner) if owner.uid == object.meta.uid => owned.push(revision),
            None if revision.meta.deleted.is_none() && daemonset.selector.matches(&revision.meta.labels) => {
                let mut value = revision.value.clone();
                value.at_mut(&["metadata", "ownerReferences"]).make_list().push(owner_reference(object));
                owned.extend(runtime.update(Kind::ControllerRevision, value).ok());
            }
            _ => {}
        }
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
