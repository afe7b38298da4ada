//! The ReplicaSet controller: as many pods as are asked for.
//!
//! Models `pkg/controller/replicaset`. Pods are made in batches of 1, 2, 4 …; which go first is told by `ranking`. It
//! knows the pods that it has just made without waiting for the watch, and so needs no expectations.

mod ranking;

use std::sync::Arc;

use smol_str::format_smolstr;

use super::daemonset::pod_template::owner_reference;
use super::work_queue::WorkQueue;
use crate::apiserver::{Change, DeleteOptions, Refusal};
use crate::object::{Kind, LabelSelector, Map, Object, ObjectKey, SmolStr, Value, map};
use crate::persistent::OrdMap;
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_condition};

/// How many pods one sync makes or takes away at most.
const BURST_REPLICAS: usize = 500;

/// The ReplicaSet controller.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    queue: WorkQueue,
    /// By the UID of their controller (empty for none) and their own name, the pods.
    pods: OrdMap<(SmolStr, ObjectKey), ()>,
    /// How many pods the next batch makes.
    batches: OrdMap<ObjectKey, usize>,
}

impl Controller {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match change.kind() {
            Kind::ReplicaSet if change.new.is_some() => self.enqueue(runtime, change.object().key()),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let owner_of = |object: &Object| object.meta.controller.as_ref().map(|it| it.uid.clone()).unwrap_or_default();
        let is_ours = |object: &Object| object.meta.controller.as_ref().is_none_or(|it| it.kind == "ReplicaSet");
        if let Some(old) = change.old.as_ref().filter(|it| is_ours(it)) {
            self.pods.remove(&(owner_of(old), old.key().clone()));
            self.wake_owner(runtime, old);
        }
        if let Some(new) = change.new.as_ref().filter(|it| is_ours(it)) {
            self.pods.insert((owner_of(new), new.key().clone()), ());
            self.wake_owner(runtime, new);
        }
    }

    fn wake_owner(&mut self, runtime: &mut Runtime, pod: &Object) {
        let namespace = &pod.key().namespace;
        if let Some(owner) = &pod.meta.controller {
            return self.enqueue(runtime, &ObjectKey::new(namespace.clone(), owner.name.clone()));
        }
        let sets = runtime.store.list_in(Kind::ReplicaSet, namespace);
        let matching = sets.filter(|set| selector_of(set).is_some_and(|it| it.matches(&pod.meta.labels)));
        let keys: Vec<ObjectKey> = matching.map(|set| set.key().clone()).collect();
        for key in keys {
            self.enqueue(runtime, &key);
        }
    }

    fn enqueue(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        self.queue.add(runtime, key, 1, Task::SyncReplicaSet);
    }

    fn owned(&self, runtime: &Runtime, uid: &SmolStr) -> Vec<Arc<Object>> {
        let from = (uid.clone(), ObjectKey::default());
        let names = self.pods.iter_from(&from).map(|(key, ())| key).take_while(|(owner, _)| owner == uid);
        names.filter_map(|(_, key)| runtime.store.get(Kind::Pod, key).cloned()).collect()
    }

    /// Looks at one ReplicaSet. Models `syncReplicaSet`.
    pub fn sync(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        if !self.queue.take(runtime, key) {
            return;
        }
        let set = runtime.store.get(Kind::ReplicaSet, key).cloned();
        let Some((set, selector)) = set.and_then(|set| Some((Arc::clone(&set), selector_of(&set)?))) else {
            self.batches.remove(key);
            return self.queue.done(key);
        };
        let active = self.claim(runtime, &set, &selector);
        let version = runtime.store.resource_version();
        let failure = if set.meta.deleted.is_none() { self.manage(runtime, &set, &active) } else { None };
        let is_same = runtime.store.resource_version() == version;
        let (now_active, failed) = (if is_same { active } else { self.claim(runtime, &set, &selector) }, failure.is_some());
        write_status(runtime, &set, &now_active, failure);
        if failed { self.queue.retry(runtime, key, Task::SyncReplicaSet) } else { self.queue.done(key) }
    }

    /// Its pods that have not ended and are not ending. Models `claimPods`: pods that the selector no longer matches are
    /// released, matching ones without a controller adopted.
    fn claim(&mut self, runtime: &mut Runtime, set: &Arc<Object>, selector: &LabelSelector) -> Vec<Arc<Object>> {
        let mut pods = self.owned(runtime, &set.meta.uid);
        if set.meta.deleted.is_none() {
            let orphans = self.owned(runtime, &SmolStr::default());
            let matching = |pod: &&Arc<Object>| pod.key().namespace == set.key().namespace && selector.matches(&pod.meta.labels);
            for pod in orphans.iter().filter(matching).filter(|it| is_active(it)) {
                let mut value = pod.value.clone();
                value.at_mut(&["metadata", "ownerReferences"]).make_list().push(owner_reference(set));
                if let Ok(adopted) = runtime.update(Kind::Pod, value) {
                    self.pods.remove(&(SmolStr::default(), pod.key().clone()));
                    self.pods.insert((set.meta.uid.clone(), pod.key().clone()), ());
                    pods.push(adopted);
                }
            }
        }
        let (own, strangers): (Vec<_>, Vec<_>) = pods.into_iter().partition(|pod| selector.matches(&pod.meta.labels));
        for pod in strangers {
            let mut value = pod.value.clone();
            let owners = value.at_mut(&["metadata", "ownerReferences"]).make_list();
            owners.retain(|it| it.str_at(&["uid"]) != set.meta.uid);
            // A pod that is gone meanwhile needs no release.
            if runtime.update(Kind::Pod, value).is_ok() {
                self.pods.remove(&(set.meta.uid.clone(), pod.key().clone()));
                self.pods.insert((SmolStr::default(), pod.key().clone()), ());
            }
        }
        own.into_iter().filter(|pod| is_active(pod)).collect()
    }

    /// Models `manageReplicas`. Answers what the API server refused.
    fn manage(&mut self, runtime: &mut Runtime, set: &Arc<Object>, active: &[Arc<Object>]) -> Option<Refusal> {
        let wanted = usize::try_from(replicas_of(set)).unwrap_or(0);
        if wanted <= active.len() {
            self.batches.remove(set.key());
            self.delete(runtime, set, active, active.len() - wanted);
            return None;
        }
        let batch = self.batches.get(set.key()).copied().unwrap_or(1);
        let missing = wanted - active.len();
        for _ in 0..batch.min(missing).min(BURST_REPLICAS) {
            match runtime.create(Kind::Pod, pod_of(set)) {
                Ok(pod) => {
                    self.pods.insert((set.meta.uid.clone(), pod.key().clone()), ());
                    let message = format_smolstr!("Created pod: {}", pod.name());
                    say(runtime, set, EventType::Normal, "SuccessfulCreate", message);
                }
                // All creations fail then: nothing is said, and nothing tried again.
                Err(refusal) if refusal.is_of_ending_namespace() => {
                    self.batches.remove(set.key());
                    return None;
                }
                Err(refusal) => {
                    self.batches.remove(set.key());
                    let message = format_smolstr!("Error creating: {refusal}");
                    say(runtime, set, EventType::Warning, "FailedCreate", message);
                    return Some(refusal);
                }
            }
        }
        if batch < missing {
            self.batches.insert(set.key().clone(), (batch * 2).min(BURST_REPLICAS));
            let delay_ms = runtime.call_ms();
            self.queue.add(runtime, set.key(), delay_ms, Task::SyncReplicaSet);
        } else {
            self.batches.remove(set.key());
        }
        None
    }

    fn delete(&self, runtime: &mut Runtime, set: &Object, active: &[Arc<Object>], count: usize) {
        if count == 0 {
            return;
        }
        let related = self.related(runtime, set);
        for pod in ranking::first_to_go(active, &related, count.min(BURST_REPLICAS)) {
            match runtime.delete(Kind::Pod, pod.key(), DeleteOptions::default()) {
                Ok(()) => {
                    let message = format_smolstr!("Deleted pod: {}", pod.name());
                    say(runtime, set, EventType::Normal, "SuccessfulDelete", message);
                }
                // It is gone already.
                Err(Refusal::NotFound { .. }) => {}
                Err(refusal) => {
                    say(runtime, set, EventType::Warning, "FailedDelete", format_smolstr!("Error deleting: {refusal}"));
                }
            }
        }
    }

    /// The active pods of all ReplicaSets with the same controller. Models `getIndirectlyRelatedPods`.
    fn related(&self, runtime: &Runtime, set: &Object) -> Vec<Arc<Object>> {
        let owner = |it: &Object| it.meta.controller.as_ref().map(|it| it.uid.clone());
        let siblings = runtime.store.list_in(Kind::ReplicaSet, &set.key().namespace);
        let siblings = siblings.filter(|it| it.meta.uid == set.meta.uid || (owner(it).is_some() && owner(it) == owner(set)));
        let pods = siblings.flat_map(|it| self.owned(runtime, &it.meta.uid));
        pods.filter(|pod| is_active(pod)).collect()
    }
}

/// Whether a pod counts: it has not ended and is not ending.
pub fn is_active(pod: &Object) -> bool {
    pod.as_pod().is_some_and(|it| !it.deleting && !it.phase.is_terminal())
}

/// `spec.replicas`.
pub fn replicas_of(object: &Object) -> i64 {
    object.value.at(&["spec", "replicas"]).as_i64().unwrap_or(1)
}

fn selector_of(set: &Object) -> Option<LabelSelector> {
    LabelSelector::read(set.value.at(&["spec", "selector"])).ok().filter(|it| !it.is_everything())
}

/// The pod that a ReplicaSet makes. Models `GetPodFromTemplate`.
fn pod_of(set: &Object) -> Value {
    let template = set.value.at(&["spec", "template"]);
    let mut metadata = map! {
        "namespace" => &set.key().namespace,
        "generateName" => format!("{}-", set.name()),
        "ownerReferences" => vec![owner_reference(set)],
    };
    for field in ["labels", "annotations", "finalizers"] {
        let given = template.at(&["metadata", field]);
        if !given.is_null() {
            metadata.set(&[field], given.clone());
        }
    }
    map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => template.at(&["spec"]).clone() }
}

/// Models `calculateStatus` and `updateReplicaSetStatus`.
fn write_status(runtime: &mut Runtime, set: &Arc<Object>, active: &[Arc<Object>], failure: Option<Refusal>) {
    let min_ready_seconds = set.value.at(&["spec", "minReadySeconds"]).as_i64().unwrap_or(0);
    let labels = set.value.at(&["spec", "template", "metadata", "labels"]);
    let (now_ms, now) = (runtime.unix_ms(), runtime.timestamp());
    let views = || active.iter().filter_map(|pod| pod.as_pod());
    let ready = views().filter(|it| it.ready).count();
    let available = views().filter(|it| it.is_available(min_ready_seconds, now_ms)).count();
    let labelled = |pod: &&Arc<Object>| {
        labels.as_map().into_iter().flat_map(Map::iter).all(|(key, value)| pod.meta.labels.get(key) == Some(value))
    };
    let stored = set.value.at(&["status"]);
    let mut status = map! { "replicas" => count(active.len()) };
    let counts = [
        ("fullyLabeledReplicas", active.iter().filter(labelled).count()),
        ("readyReplicas", ready),
        ("availableReplicas", available),
    ];
    for (field, number) in counts.into_iter().filter(|(_, number)| *number > 0) {
        status.set(&[field], count(number));
    }
    status.set(&["observedGeneration"], set.meta.generation);
    let mut conditions = stored.list_at(&["conditions"]).to_vec();
    if failure.is_none() {
        conditions.retain(|it| it.str_at(&["type"]) != "ReplicaFailure");
    }
    if !conditions.is_empty() || failure.is_some() {
        status.set(&["conditions"], conditions);
    }
    if let Some(refusal) = failure {
        let text = refusal.to_string();
        set_condition(&mut status, &now, "ReplicaFailure", "True", &[("reason", "FailedCreate"), ("message", &text)]);
    }
    // A set that is gone meanwhile needs no status.
    let _ = runtime.update_status(Kind::ReplicaSet, set.key(), status);
    if min_ready_seconds > 0 && ready != available {
        let delay_ms = u64::try_from(min_ready_seconds).unwrap_or(0).saturating_mul(1000);
        runtime.after(delay_ms, Task::SyncReplicaSet(set.key().clone()));
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn say(runtime: &mut Runtime, set: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "replicaset-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(set), event_type, reason, message);
}
