//! The controller itself: what it hears, when it syncs, and how a sync's plan becomes API calls.
//!
//! Models `DaemonSetsController`. A sync takes time: reading and deciding about `COMPUTE_US_PER_NODE` a node, then API calls in
//! batches of 1, 2, 4 …; while it runs, what is heard only marks the key, and the next sync follows.

use std::sync::Arc;

use crate::persistent::OrdMap;
use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions, Refusal};
use crate::object::{DaemonSet, Kind, Object, ObjectKey, SmolStr, UpdateStrategy, Value};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task};

use super::history::{self, History};
use super::index::{Nodes, Owned, Pods};
use super::manage::Plan;
use super::pod_template::{PodTemplate, owner_reference};
use super::queue::{Entries, Entry, Place, retry_ms};
use super::rolling_update::{Rollout, rolling_update};
use super::snapshot::Snapshot;
use super::tally::{Tally, View};
use super::{Placement, events, truncate_to_burst};

/// How long the real controller thinks, in microseconds for each node: 105 ms for 5,000.
const COMPUTE_US_PER_NODE: u64 = 21;

/// The DaemonSet controller's caches and its work queue.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    nodes: Nodes,
    pods: Pods,
    sets: OrdMap<ObjectKey, Arc<Object>>,
    tallies: OrdMap<ObjectKey, Tally>,
    entries: Entries,
    runs: OrdMap<ObjectKey, Run>,
    observed: u64,
}

/// A sync that is under way.
#[derive(Clone, Debug)]
struct Run {
    object: Arc<Object>,
    history: History,
    template: PodTemplate,
    plan: Plan,
    batch: usize,
    stage: Stage,
    failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Manage,
    RollingUpdate,
    Done,
}

impl Controller {
    // -- what it hears ------------------------------------------------------------------------------------------------

    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        self.observed = self.observed.max(change.resource_version);
        match change.kind() {
            Kind::DaemonSet => self.observe_daemonset(runtime, change),
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            Kind::ControllerRevision => self.observe_revision(runtime, change),
            _ => {}
        }
    }

    /// Who lost a pod or a revision looks at what is left to it.
    fn wake_former_owner(&mut self, runtime: &mut Runtime, change: &Change) {
        if let (Some(old), Some(new)) = (&change.old, &change.new)
            && old.meta.controller != new.meta.controller
            && let Some(former) = self.owner(old)
        {
            self.enqueue(runtime, &former, 0);
        }
    }

    fn observe_revision(&mut self, runtime: &mut Runtime, change: &Change) {
        self.wake_former_owner(runtime, change);
        match (&change.old, self.owner(change.object())) {
            (Some(_), Some(owner)) => self.enqueue(runtime, &owner, 0),
            (None, Some(_)) => {}
            (_, None) => self.observe_orphan(runtime, change),
        }
    }

    fn observe_daemonset(&mut self, runtime: &mut Runtime, change: &Change) {
        let key = change.object().key().clone();
        if let Some(object) = &change.new {
            self.sets.insert(key.clone(), Arc::clone(object));
            self.enqueue(runtime, &key, 0);
        } else {
            self.sets.remove(&key);
            self.tallies.remove(&key);
            self.pods.forget_owner(&change.object().meta.uid);
            if let Some(entry) = self.entries.get_mut(&key) {
                *entry = Entry { place: entry.place, ..Entry::default() };
            }
        }
    }

    /// Models `addNode`, `updateNode` and `syncNodeUpdate`; a node that is deleted wakes nobody.
    fn observe_node(&mut self, runtime: &mut Runtime, change: &Change) {
        let name = change.object().name().clone();
        let Some(slot) = self.nodes.set(&name, change.new.clone()) else { return };
        let keys: Vec<ObjectKey> = self.sets.keys().cloned().collect();
        for key in keys {
            if let Some(tally) = self.tallies.get_mut(&key) {
                tally.mark(slot);
            }
            if change.new.as_ref().is_some_and(|node| self.node_wakes(&key, node, slot)) {
                self.enqueue(runtime, &key, 0);
            }
        }
    }

    fn node_wakes(&self, key: &ObjectKey, node: &Object, slot: usize) -> bool {
        let Some(object) = self.sets.get(key) else { return false };
        let (Some(daemonset), Some(view)) = (object.as_daemonset(), node.as_node()) else { return false };
        let pod_spec = daemonset.template.at(&["spec"]);
        let decide = |placement: &Placement| placement.decide(node.name(), &node.meta.labels, &view.taints);
        let prepared = self.tallies.get(key).and_then(|it| it.placement_of(pod_spec));
        let decision = prepared.map_or_else(|| decide(&Placement::of_pod_spec(pod_spec)), decide);
        let group = self.pods.owned_by(&object.meta.uid).and_then(|owned| owned.groups.get(slot));
        let scheduled =
            group.is_some_and(|pods| pods.iter().any(|pod| pod.as_pod().is_some_and(|it| it.node_name == *node.name())));
        (decision.should_run() && !scheduled)
            || (scheduled && (!decision.should_continue_running() || daemonset.status.number_misscheduled > 0))
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let key = change.object().key().clone();
        self.pods.set(&key, change.new.clone(), change.resource_version, &mut self.nodes);
        self.wake_former_owner(runtime, change);
        let deleting = |object: &Option<Arc<Object>>| object.as_ref().is_some_and(|it| it.meta.deleted.is_some());
        let Some(owner) = self.owner(change.object()) else {
            if let (None, Some(gone)) = (&change.new, &change.object().meta.controller) {
                self.pods.forget_owner(&gone.uid);
            }
            self.observe_orphan(runtime, change);
            return;
        };
        if let Some(entry) = self.entries.get_mut(&owner) {
            if change.old.is_none() && !deleting(&change.new) {
                entry.expectations.created(1);
            } else if change.new.is_none() || deleting(&change.new) {
                // Like the real one, every update of a pod that is being deleted counts as its deletion.
                entry.expectations.deleted();
            }
        }
        self.enqueue(runtime, &owner, 0);
        let ready = |object: &Option<Arc<Object>>| object.as_ref().and_then(|it| it.as_pod()).is_some_and(|it| it.ready);
        let min_ready_seconds = self.sets.get(&owner).and_then(|it| it.as_daemonset()).map_or(0, |it| it.min_ready_seconds);
        if min_ready_seconds > 0 && ready(&change.new) && !ready(&change.old) {
            let delay_ms = (u64::try_from(min_ready_seconds).unwrap_or(0) + 1).saturating_mul(1000);
            runtime.after(delay_ms, Task::EnqueueDaemonSet(owner));
        }
    }

    fn observe_orphan(&mut self, runtime: &mut Runtime, change: &Change) {
        let Some(orphan) = change.new.as_ref().filter(|it| it.meta.controller.is_none()) else { return };
        let was_so = |old: &Object| old.meta.controller.is_none() && old.meta.labels == orphan.meta.labels;
        if change.old.as_deref().is_some_and(was_so) {
            return;
        }
        let matches = |set: &Object| {
            set.key().namespace == orphan.key().namespace
                && set.as_daemonset().is_some_and(|it| it.selector.matches(&orphan.meta.labels))
        };
        let keys: Vec<ObjectKey> = self.sets.values().filter(|set| matches(set)).map(|set| set.key().clone()).collect();
        for key in keys {
            self.enqueue(runtime, &key, 0);
        }
    }

    /// The DaemonSet that controls an object, if it is the one that is known by that name.
    fn owner(&self, object: &Object) -> Option<ObjectKey> {
        let owner = object.meta.controller.as_ref().filter(|owner| owner.kind == "DaemonSet")?;
        let key = ObjectKey::new(object.key().namespace.clone(), owner.name.clone());
        self.sets.get(&key).filter(|set| set.meta.uid == owner.uid).map(|_| key)
    }

    // -- when it syncs ------------------------------------------------------------------------------------------------

    /// Puts a key into the work queue.
    pub fn enqueue(&mut self, runtime: &mut Runtime, key: &ObjectKey, delay_ms: u64) {
        if delay_ms > 0 {
            runtime.after(delay_ms, Task::EnqueueDaemonSet(key.clone()));
            return;
        }
        let entry = self.entries.get_or_default(key.clone());
        match entry.place {
            Place::Idle => {
                entry.place = Place::Queued;
                runtime.after(1, Task::SyncDaemonSet(key.clone()));
            }
            Place::Running => entry.place = Place::Dirty,
            Place::Queued | Place::Dirty => {}
        }
    }

    /// A worker takes a key from the queue. Models `syncDaemonSet` up to its first API call.
    pub fn sync(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let (observed, now_ms) = (self.observed, runtime.now_ms());
        let entry = self.entries.get_or_default(key.clone());
        entry.place = Place::Running;
        let stale = entry.last_write > observed;
        let satisfied = entry.expectations.satisfied(now_ms);
        let Some(object) = self.sets.get(key).cloned() else { return self.finish(runtime, key, false) };
        let Some(daemonset) = object.as_daemonset() else { return self.finish(runtime, key, false) };
        if stale {
            return self.finish(runtime, key, true);
        }
        if object.meta.deleted.is_some() {
            return self.finish(runtime, key, false);
        }
        let Ok(history) = history::construct(runtime, &object, daemonset) else { return self.finish(runtime, key, true) };
        if !satisfied {
            self.write_status(runtime, &object, &history.hash, false);
            return self.finish(runtime, key, false);
        }
        self.claim(runtime, &object, daemonset);
        let plan = self.plan_manage(runtime, &object, &history.hash);
        let template = PodTemplate::of(&object, &daemonset.template, &history.hash, &generation_label(daemonset));
        Self::announce_finished(runtime, &object, &plan);
        let run = Run { object, history, template, plan, batch: 1, stage: Stage::Manage, failed: false };
        self.begin(runtime, key, run);
    }

    fn compute_ms(&self) -> u64 {
        COMPUTE_US_PER_NODE * u64::try_from(self.nodes.len()).unwrap_or(0) / 1000
    }

    fn begin(&mut self, runtime: &mut Runtime, key: &ObjectKey, mut run: Run) {
        truncate_to_burst(&mut run.plan);
        let (creations, deletions) = (run.plan.create.len(), run.plan.delete.len());
        if creations + deletions > 0 {
            let now_ms = runtime.now_ms();
            self.entries.get_or_default(key.clone()).expectations.set(creations, deletions, now_ms);
        }
        run.batch = 1;
        let delay_ms = self.compute_ms() + if creations + deletions > 0 { runtime.call_ms() } else { 0 };
        self.runs.insert(key.clone(), run);
        if delay_ms == 0 { self.proceed(runtime, key) } else { runtime.after(delay_ms, Task::ContinueDaemonSet(key.clone())) }
    }

    /// Goes on with a sync: the next batch of creations, then all deletions, then what comes after.
    pub fn proceed(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let Some(mut run) = self.runs.remove(key) else { return };
        if !run.plan.create.is_empty() {
            self.create_batch(runtime, key, &mut run);
        } else if !run.plan.delete.is_empty() {
            self.delete_all(runtime, key, &mut run);
        }
        if !run.plan.create.is_empty() || !run.plan.delete.is_empty() {
            let delay_ms = runtime.call_ms();
            self.runs.insert(key.clone(), run);
            return runtime.after(delay_ms, Task::ContinueDaemonSet(key.clone()));
        }
        self.next_stage(runtime, key, run);
    }

    fn next_stage(&mut self, runtime: &mut Runtime, key: &ObjectKey, mut run: Run) {
        let object = Arc::clone(&run.object);
        let satisfied = self.entries.get(key).is_none_or(|entry| entry.expectations.satisfied(runtime.now_ms()));
        let rolls = object.as_daemonset().is_some_and(|it| it.strategy != UpdateStrategy::OnDelete);
        if run.stage == Stage::Manage && !run.failed && satisfied && rolls {
            let (rollout, plan) = self.with_tally(runtime, &object, &run.history.hash, Tally::rolling_update);
            run.failed = rollout.missing_node;
            run.plan = plan;
            run.stage = Stage::RollingUpdate;
            if !run.plan.create.is_empty() || !run.plan.delete.is_empty() {
                return self.begin(runtime, key, run);
            }
        }
        run.stage = Stage::Done;
        if let (false, Some(daemonset)) = (run.failed, object.as_daemonset()) {
            history::clean_up(runtime, daemonset, &run.history, self.pods.owned_by(&object.meta.uid));
        }
        self.write_status(runtime, &object, &run.history.hash, true);
        self.finish(runtime, key, run.failed);
    }

    /// The worker is done with a key. After a failure it comes again, later and later.
    fn finish(&mut self, runtime: &mut Runtime, key: &ObjectKey, failed: bool) {
        if !self.sets.contains_key(key) {
            self.tallies.remove(key);
        }
        let Some(entry) = self.entries.get_mut(key) else { return };
        let again = entry.place == Place::Dirty;
        entry.place = Place::Idle;
        let retry = failed.then_some(entry.failures);
        entry.failures = if failed { entry.failures.saturating_add(1) } else { 0 };
        if again {
            self.enqueue(runtime, key, 0);
        }
        if let Some(failures) = retry {
            self.enqueue(runtime, key, retry_ms(failures));
        }
    }

    // -- what it sees -------------------------------------------------------------------------------------------------

    /// Shows one moment of a DaemonSet to a step.
    fn with_tally<T>(&mut self, runtime: &Runtime, object: &Object, hash: &str, step: impl FnOnce(&Tally, &View<'_>) -> T) -> T
    where
        T: Default,
    {
        let (uid, Some(daemonset)) = (&object.meta.uid, object.as_daemonset()) else { return T::default() };
        let template_generation = generation_label(daemonset);
        let (template_generation, now_unix_ms) = (template_generation.as_str(), runtime.unix_ms());
        let none = Owned::default();
        let view = View {
            uid,
            moment: Snapshot { daemonset, hash, template_generation, now_unix_ms, nodes: &[] },
            nodes: &self.nodes,
            owned: self.pods.owned_by(uid).unwrap_or(&none),
        };
        let tally = self.tallies.get_or_default(object.key().clone());
        tally.refresh(&view);
        debug_assert!(tally.is_exact(&view), "what is kept of the nodes of {} is not what they are", object.key());
        let answer = step(tally, &view);
        self.pods.settle(uid);
        answer
    }

    fn plan_manage(&mut self, runtime: &mut Runtime, object: &Object, hash: &str) -> Plan {
        let key = object.key();
        let generation = object.as_daemonset().map_or(0, |it| it.status.observed_generation);
        let mut failed_pods = self.entries.get(key).map(|it| it.failed_pods.clone()).unwrap_or_default();
        let now_ms = runtime.now_ms();
        let mut backoff = |node: &SmolStr| failed_pods.backoff(generation, node, now_ms);
        let plan = self.with_tally(runtime, object, hash, |tally, view| tally.manage(view, &mut backoff));
        if let Some(entry) = self.entries.get_mut(key) {
            entry.failed_pods = failed_pods;
        }
        if let Some(delay_ms) = plan.look_again_in_ms {
            self.enqueue(runtime, key, delay_ms.max(1));
        }
        plan
    }

    /// How far a DaemonSet's rolling update is now, by the controller's own reckoning; `None` when it is not known or has no
    /// revision yet.
    pub fn rollout(&mut self, runtime: &Runtime, key: &ObjectKey) -> Option<Rollout> {
        let object = self.sets.get(key).cloned()?;
        let hash = revision_hash_of(runtime, &object)?;
        Some(self.with_tally(runtime, &object, &hash, |tally, view| tally.with_all_rows(view, rolling_update).0))
    }

    /// Whether what is kept of the nodes for every DaemonSet is what looking at all of them anew would give. For tests.
    pub fn is_exact(&mut self, runtime: &Runtime) -> bool {
        let sets: Vec<Arc<Object>> = self.sets.values().cloned().collect();
        sets.iter().all(|set| {
            let hash = revision_hash_of(runtime, set).unwrap_or_default();
            self.with_tally(runtime, set, &hash, Tally::is_exact)
        })
    }

    // -- what it does -------------------------------------------------------------------------------------------------

    /// Models `claimPods`: pods that the selector no longer matches are released, matching ones without a controller adopted.
    fn claim(&mut self, runtime: &mut Runtime, object: &Arc<Object>, daemonset: &DaemonSet) {
        // A selector never changes, so only pods whose labels are new can have ceased to match.
        let released = self.pods.take_unclaimed(&object.meta.uid);
        let adopted: Vec<Arc<Object>> = self
            .pods
            .orphans(&object.key().namespace)
            .filter(|pod| pod.meta.deleted.is_none() && daemonset.selector.matches(&pod.meta.labels))
            .cloned()
            .collect();
        let strays = |pod: &&Arc<Object>| !daemonset.selector.matches(&pod.meta.labels);
        // One that strayed may have come back meanwhile.
        let released = released.iter().filter(strays).filter_map(|pod| self.pods.latest(pod)).filter(strays).cloned();
        for pod in released.collect::<Vec<_>>() {
            self.patch_owners(runtime, &pod, |owners| owners.retain(|it| it.str_at(&["uid"]) != object.meta.uid));
        }
        for pod in adopted {
            self.patch_owners(runtime, &pod, |owners| owners.push(owner_reference(object)));
        }
    }

    fn patch_owners(&mut self, runtime: &mut Runtime, pod: &Object, patch: impl FnOnce(&mut Vec<Value>)) {
        let same = |stored: &&Arc<Object>| stored.meta.uid == pod.meta.uid;
        let Some(stored) = runtime.store.get(Kind::Pod, pod.key()).filter(same) else { return };
        let mut value = stored.value.clone();
        let owners = value.at_mut(&["metadata", "ownerReferences"]).make_list();
        patch(owners);
        if owners.is_empty() {
            value.remove(&["metadata", "ownerReferences"]);
        }
        if let Ok(written) = runtime.update(Kind::Pod, value) {
            let version = written.meta.resource_version;
            self.pods.set(pod.key(), Some(written), version, &mut self.nodes);
        }
    }

    fn announce_finished(runtime: &mut Runtime, object: &Object, plan: &Plan) {
        for pod in &plan.finished {
            let (event_type, reason, message) = events::finished(pod);
            let event_type = if event_type == "Normal" { EventType::Normal } else { EventType::Warning };
            say(runtime, object, event_type, reason, message.into());
        }
    }

    /// Creates the next batch of pods. One that fails ends the creations of this sync.
    fn create_batch(&mut self, runtime: &mut Runtime, key: &ObjectKey, run: &mut Run) {
        let size = run.batch.min(run.plan.create.len());
        run.batch *= 2;
        let nodes: Vec<SmolStr> = run.plan.create.drain(..size).collect();
        for node in nodes {
            match runtime.create(Kind::Pod, run.template.pod_for(&node)) {
                Ok(pod) => {
                    let message = format_smolstr!("Created pod: {}", pod.name());
                    say(runtime, &run.object, EventType::Normal, "SuccessfulCreate", message);
                    self.wrote(key, pod.meta.resource_version);
                }
                // All creations fail then: nothing is said, and nothing tried again.
                Err(refusal) if refusal.is_of_ending_namespace() => {}
                Err(refusal) => self.creation_failed(runtime, key, run, &refusal),
            }
        }
        if run.failed {
            let skipped = std::mem::take(&mut run.plan.create).len();
            self.entries.get_or_default(key.clone()).expectations.created(skipped);
        }
    }

    fn creation_failed(&mut self, runtime: &mut Runtime, key: &ObjectKey, run: &mut Run, refusal: &Refusal) {
        run.failed = true;
        self.entries.get_or_default(key.clone()).expectations.created(1);
        say(runtime, &run.object, EventType::Warning, "FailedCreate", format_smolstr!("Error creating: {refusal}"));
    }

    fn delete_all(&mut self, runtime: &mut Runtime, key: &ObjectKey, run: &mut Run) {
        for deletion in std::mem::take(&mut run.plan.delete) {
            match runtime.delete(Kind::Pod, deletion.pod.key(), DeleteOptions::default()) {
                Ok(()) => {
                    let message = format_smolstr!("Deleted pod: {}", deletion.pod.name());
                    say(runtime, &run.object, EventType::Normal, "SuccessfulDelete", message);
                    let version = runtime.store.resource_version();
                    self.wrote(key, version);
                }
                Err(_) => self.entries.get_or_default(key.clone()).expectations.deleted(),
            }
        }
    }

    fn wrote(&mut self, key: &ObjectKey, version: u64) {
        let entry = self.entries.get_or_default(key.clone());
        entry.last_write = entry.last_write.max(version);
    }

    /// Counts, and writes what changed. A sync that waits for its expectations does not raise `observedGeneration`.
    fn write_status(&mut self, runtime: &mut Runtime, object: &Object, hash: &str, full: bool) {
        let Some(daemonset) = object.as_daemonset() else { return };
        let mut counted = self.with_tally(runtime, object, hash, Tally::status);
        if full {
            counted.observed_generation = object.meta.generation;
        }
        if counted != daemonset.status
            && let Some(stored) = runtime.store.get(Kind::DaemonSet, object.key())
        {
            let conditions = stored.value.at(&["status", "conditions"]).clone();
            let mut tree = counted.write();
            if !conditions.is_null() {
                tree.set(&["conditions"], conditions);
            }
            if let Ok(written) = runtime.update_status(Kind::DaemonSet, object.key(), tree) {
                self.wrote(object.key(), written.meta.resource_version);
            }
        }
        if daemonset.min_ready_seconds > 0 && counted.number_ready != counted.number_available {
            let delay_ms = u64::try_from(daemonset.min_ready_seconds).unwrap_or(0).saturating_mul(1000);
            self.enqueue(runtime, object.key(), delay_ms);
        }
    }
}

fn generation_label(daemonset: &DaemonSet) -> SmolStr {
    daemonset.template_generation.map(|it| format_smolstr!("{it}")).unwrap_or_default()
}

/// The hash of a DaemonSet's newest revision, if the controller has made one.
fn revision_hash_of(runtime: &Runtime, object: &Object) -> Option<SmolStr> {
    let revisions = runtime.store.list_in(Kind::ControllerRevision, &object.key().namespace);
    let own = revisions.filter(|it| it.meta.controller.as_ref().is_some_and(|owner| owner.uid == object.meta.uid));
    own.filter_map(|it| it.as_revision()).max_by_key(|it| it.number).map(|it| it.hash.clone())
}

fn say(runtime: &mut Runtime, object: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "daemonset-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(object), event_type, reason, message);
}
