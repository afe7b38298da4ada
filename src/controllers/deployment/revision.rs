//! The ReplicaSet of the current template, its name, and the numbers of revisions.
//!
//! Models `getAllReplicaSetsAndSyncRevision` and `getNewReplicaSet`.

use smol_str::format_smolstr;

use super::spec::{DESIRED_REPLICAS, HASH_LABEL, MAX_REPLICAS, REVISION, REVISION_HISTORY, Set, annotation_of};
use super::{Moment, plan, status};
use crate::apiserver::Refusal;
use crate::controllers::daemonset::pod_template::owner_reference;
use crate::controllers::revision_hash;
use crate::object::{Kind, Map, Object, ObjectKey, SmolStr, Value, map};
use crate::runtime::Runtime;

/// Where kubectl keeps what was applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Annotations of a Deployment that its sets do not take over.
const OWN_ANNOTATIONS: [&str; 5] = [LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS];

/// Whether a set was made from a Deployment's template. Models `EqualIgnoreHash`.
pub fn has_template_of(set: &Object, deployment: &Object) -> bool {
    let mut template = set.value.at(&["spec", "template"]).clone();
    template.remove(&["metadata", "labels", HASH_LABEL]);
    template == *deployment.value.at(&["spec", "template"])
}

/// Gives the set of the current template, if there is one, the highest revision.
pub fn find(runtime: &mut Runtime, moment: &mut Moment) -> Result<(), Refusal> {
    let next = 1 + moment.old.iter().map(Set::revision).max().unwrap_or(0).max(0);
    let Some(new) = &moment.new else { return Ok(()) };
    let mut value = new.object.value.clone();
    copy_annotations(&mut value, &moment.deployment);
    let before = new.revision();
    if before < next {
        if before > 0 {
            let history = annotation_of(&new.object, REVISION_HISTORY);
            let all = if history.is_empty() { format_smolstr!("{before}") } else { format_smolstr!("{history},{before}") };
            value.set(&["metadata", "annotations", REVISION_HISTORY], all);
        }
        value.set(&["metadata", "annotations", REVISION], format_smolstr!("{next}"));
    }
    set_number(&mut value, &["spec", "minReadySeconds"], moment.spec.min_ready_seconds);
    let new = Set::read(runtime.update(Kind::ReplicaSet, value)?);
    let found = format_smolstr!("Found new replica set \"{}\"", new.object.name());
    note_revision(runtime, moment, &new, "FoundNewReplicaSet", &found)?;
    moment.new = Some(new);
    Ok(())
}

fn set_number(value: &mut Value, path: &[&str], number: i64) {
    if number == 0 {
        value.remove(path);
    } else {
        value.set(path, number);
    }
}

fn copy_annotations(set: &mut Value, deployment: &Object) {
    for (key, value) in deployment.value.fields_at(&["metadata", "annotations"]) {
        if !OWN_ANNOTATIONS.contains(&key.as_str()) {
            set.set(&["metadata", "annotations", key], value.clone());
        }
    }
}

/// The Deployment carries the revision of its newest set; its first progress is that there is one.
fn note_revision(runtime: &mut Runtime, moment: &mut Moment, new: &Set, reason: &str, words: &str) -> Result<(), Refusal> {
    let revision = annotation_of(&new.object, REVISION);
    if annotation_of(&moment.deployment, REVISION) != revision {
        let mut value = moment.deployment.value.clone();
        value.set(&["metadata", "annotations", REVISION], revision);
        moment.deployment = runtime.update(Kind::Deployment, value)?;
    }
    let is_new = reason == "NewReplicaSetCreated";
    if moment.spec.deadline_seconds.is_some() && (is_new || status::condition(&moment.deployment, "Progressing").is_none()) {
        status::note(runtime, moment, "Progressing", "True", reason, words);
    }
    Ok(())
}

/// Gives the set of the current template the highest revision, and makes it if there is none.
pub fn find_or_create(runtime: &mut Runtime, moment: &mut Moment) -> Result<(), Refusal> {
    if moment.new.is_some() {
        return find(runtime, moment);
    }
    let collisions = moment.deployment.value.at(&["status", "collisionCount"]).as_i64();
    let hash = revision_hash::hash(moment.deployment.value.at(&["spec", "template"]), collisions);
    let (name, set) = build(moment, &hash);
    match runtime.create(Kind::ReplicaSet, set) {
        Ok(created) => {
            let new = Set::read(created);
            if new.replicas > 0 {
                moment.announce(runtime, &name, 0, new.replicas);
            }
            let words = format_smolstr!("Created new replica set \"{name}\"");
            note_revision(runtime, moment, &new, "NewReplicaSetCreated", &words)?;
            moment.new = Some(new);
            Ok(())
        }
        Err(refusal) => Err(not_created(runtime, moment, &name, collisions, refusal)),
    }
}

/// The set of the current template, as it is sent to the API server.
fn build(moment: &Moment, hash: &SmolStr) -> (SmolStr, Value) {
    let deployment = &moment.deployment;
    let name = format_smolstr!("{}-{hash}", deployment.name());
    let mut template = deployment.value.at(&["spec", "template"]).clone();
    template.set(&["metadata", "labels", HASH_LABEL], hash);
    let mut selector = deployment.value.at(&["spec", "selector"]).clone();
    selector.set(&["matchLabels", HASH_LABEL], hash);
    let next = 1 + moment.old.iter().map(Set::revision).max().unwrap_or(0).max(0);
    let mut set = map! {
        "apiVersion" => "apps/v1",
        "kind" => "ReplicaSet",
        "metadata" => map! {
            "namespace" => &deployment.key().namespace,
            "name" => &name,
            "labels" => template.at(&["metadata", "labels"]).clone(),
            "annotations" => Map::default(),
            "ownerReferences" => vec![owner_reference(deployment)],
        },
        "spec" => map! { "selector" => selector, "template" => template },
    };
    copy_annotations(&mut set, deployment);
    set.set(&["metadata", "annotations", REVISION], format_smolstr!("{next}"));
    set.set(&["metadata", "annotations", DESIRED_REPLICAS], format_smolstr!("{}", moment.spec.replicas));
    let most = moment.spec.replicas + moment.spec.max_surge;
    set.set(&["metadata", "annotations", MAX_REPLICAS], format_smolstr!("{most}"));
    set_number(&mut set, &["spec", "minReadySeconds"], moment.spec.min_ready_seconds);
    let empty = Set { object: std::sync::Arc::clone(deployment), replicas: 0 };
    set.set(&["spec", "replicas"], plan::new_replicas(&moment.spec, &empty, &moment.old));
    set.set(&["status"], map! { "replicas" => 0 });
    (name, set)
}

/// A name that is taken counts as a collision of hashes, so that the next attempt has another one.
fn not_created(runtime: &mut Runtime, moment: &mut Moment, name: &str, collisions: Option<i64>, refusal: Refusal) -> Refusal {
    let key = ObjectKey::new(moment.deployment.key().namespace.clone(), name);
    if runtime.store.get(Kind::ReplicaSet, &key).is_some() {
        let mut status = moment.deployment.value.at(&["status"]).clone();
        status.set(&["collisionCount"], collisions.unwrap_or(0) + 1);
        // A Deployment that is gone meanwhile needs no other name.
        let _ = runtime.update_status(Kind::Deployment, moment.deployment.key(), status);
    } else {
        let words = refusal.to_string();
        status::note(runtime, moment, "Progressing", "False", "ReplicaSetCreateError", &words);
    }
    refusal
}
