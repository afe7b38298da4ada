//! The Deployment controller: a ReplicaSet for each template, and the way from the old ones to the new one.
//!
//! Models `pkg/controller/deployment`. `plan` says how far sets are scaled, and is pure; `revision` finds or makes the set of
//! the current template; `status` tells how it goes.

mod plan;
mod revision;
mod spec;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::format_smolstr;

use super::daemonset::pod_template::owner_reference;
use super::replicaset::is_active;
use super::work_queue::WorkQueue;
use crate::apiserver::{Change, DeleteOptions, Refusal};
use crate::object::{Kind, Object, ObjectKey, SmolStr, sort_few};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task};

use spec::{DESIRED_REPLICAS, MAX_REPLICAS, Set, Spec};

/// The Deployment controller.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    queue: WorkQueue,
}

/// A Deployment at one moment: its newest version, and its sets.
#[derive(Debug)]
struct Moment {
    deployment: Arc<Object>,
    spec: Spec,
    new: Option<Set>,
    /// All other sets, the oldest first.
    old: Vec<Set>,
}

impl Controller {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        let object = change.object();
        match object.kind {
            Kind::Deployment if change.new.is_some() => self.enqueue(runtime, object.key()),
            Kind::ReplicaSet => {
                for version in [&change.old, &change.new].into_iter().flatten() {
                    self.wake_owner(runtime, version);
                }
            }
            // Who recreates waits until the last old pod has ended.
            Kind::Pod if change.new.as_ref().is_none_or(|it| !is_active(it)) => {
                let owner = object.meta.controller.as_ref().filter(|it| it.kind == "ReplicaSet");
                let key = owner.map(|it| ObjectKey::new(object.key().namespace.clone(), it.name.clone()));
                if let Some(set) = key.and_then(|key| runtime.store.get(Kind::ReplicaSet, &key).cloned()) {
                    self.wake_owner(runtime, &set);
                }
            }
            _ => {}
        }
    }

    fn wake_owner(&mut self, runtime: &mut Runtime, set: &Object) {
        let namespace = &set.key().namespace;
        if let Some(owner) = &set.meta.controller {
            if owner.kind == "Deployment" {
                self.enqueue(runtime, &ObjectKey::new(namespace.clone(), owner.name.clone()));
            }
            return;
        }
        let deployments = runtime.store.list_in(Kind::Deployment, namespace);
        let matching = deployments.filter(|it| Spec::read(it).is_some_and(|it| it.selector.matches(&set.meta.labels)));
        let keys: Vec<ObjectKey> = matching.map(|it| it.key().clone()).collect();
        for key in keys {
            self.enqueue(runtime, &key);
        }
    }

    fn enqueue(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        self.queue.add(runtime, key, 2, Task::SyncDeployment);
    }

    /// Looks at one Deployment. Models `syncDeployment`.
    pub fn sync(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        if !self.queue.take(runtime, key) {
            return;
        }
        let Some(deployment) = runtime.store.get(Kind::Deployment, key).cloned() else { return self.queue.done(key) };
        let Some(spec) = Spec::read(&deployment) else { return self.queue.done(key) };
        match step(runtime, deployment, spec) {
            Ok(look_again_ms) => {
                self.queue.done(key);
                if let Some(delay_ms) = look_again_ms {
                    runtime.after(delay_ms, Task::SyncDeployment(key.clone()));
                }
            }
            Err(_) => self.queue.retry(runtime, key, Task::SyncDeployment),
        }
    }
}

/// One sync; answers after how many milliseconds to look again.
fn step(runtime: &mut Runtime, deployment: Arc<Object>, spec: Spec) -> Result<Option<u64>, Refusal> {
    let sets = claim_sets(runtime, &deployment, &spec);
    let is_deleted = deployment.meta.deleted.is_some();
    let mut moment = Moment::new(deployment, spec, sets);
    if is_deleted {
        return Ok(status::write(runtime, &mut moment, false));
    }
    status::note_pause(runtime, &mut moment);
    if moment.spec.paused || moment.was_scaled() {
        if !moment.spec.paused || moment.new.is_some() {
            revision::find(runtime, &mut moment)?;
        }
        let scales = plan::scale(&moment.spec, moment.new.as_ref(), &moment.old, moment.status_replicas());
        moment.apply(runtime, &scales)?;
        if moment.spec.paused {
            moment.clean_up(runtime);
        }
        return Ok(status::write(runtime, &mut moment, false));
    }
    if moment.spec.recreates {
        moment.recreate(runtime)?;
    } else {
        moment.roll(runtime)?;
    }
    if status::is_complete(&moment) {
        moment.clean_up(runtime);
    }
    Ok(status::write(runtime, &mut moment, true))
}

/// The Deployment's own sets. Models `getReplicaSetsForDeployment`: sets that the selector no longer matches are released,
/// matching ones without a controller adopted.
fn claim_sets(runtime: &mut Runtime, deployment: &Arc<Object>, spec: &Spec) -> Vec<Set> {
    let all: Vec<_> = runtime.store.list_in(Kind::ReplicaSet, &deployment.key().namespace).cloned().collect();
    let mut own = Vec::new();
    for set in all {
        let matches = spec.selector.matches(&set.meta.labels);
        let is_mine = set.meta.controller.as_ref().map(|it| it.uid == deployment.meta.uid);
        let adopts = is_mine.is_none() && matches && set.meta.deleted.is_none() && deployment.meta.deleted.is_none();
        if is_mine == Some(true) && matches {
            own.push(Set::read(set));
        } else if adopts || is_mine == Some(true) {
            let mut value = set.value.clone();
            let owners = value.at_mut(&["metadata", "ownerReferences"]).make_list();
            if adopts {
                owners.push(owner_reference(deployment));
            } else {
                owners.retain(|it| it.str_at(&["uid"]) != deployment.meta.uid);
            }
            // A set that is gone meanwhile needs nothing.
            let written = runtime.update(Kind::ReplicaSet, value).ok();
            own.extend(written.filter(|_| adopts).map(Set::read));
        }
    }
    sort_few(&mut own, |left, right| left.age() < right.age());
    own
}

impl Moment {
    fn new(deployment: Arc<Object>, spec: Spec, mut sets: Vec<Set>) -> Self {
        let current = sets.iter().position(|set| revision::has_template_of(&set.object, &deployment));
        let new = current.map(|index| sets.remove(index));
        Self { deployment, spec, new, old: sets }
    }

    fn status_replicas(&self) -> i64 {
        self.deployment.value.at(&["status", "replicas"]).as_i64().unwrap_or(0)
    }

    /// Models `isScalingEvent`: a set in use knows another number of replicas than the Deployment now says.
    fn was_scaled(&self) -> bool {
        let in_use = self.old.iter().chain(&self.new).filter(|set| set.replicas > 0);
        in_use.filter_map(|set| set.annotated(DESIRED_REPLICAS)).any(|desired| desired != self.spec.replicas)
    }

    /// Models `rolloutRolling`.
    fn roll(&mut self, runtime: &mut Runtime) -> Result<(), Refusal> {
        revision::find_or_create(runtime, self)?;
        let Some(new) = &self.new else { return Ok(()) };
        let wanted = plan::new_replicas(&self.spec, new, &self.old);
        if wanted != new.replicas {
            let name = new.object.name().clone();
            return self.apply(runtime, &[(name, wanted)]);
        }
        let scales = plan::old_replicas(&self.spec, new, &self.old);
        self.apply(runtime, &scales)
    }

    /// Models `rolloutRecreate`.
    fn recreate(&mut self, runtime: &mut Runtime) -> Result<(), Refusal> {
        let active: Vec<_> = self.old.iter().filter(|it| it.replicas > 0).map(|it| (it.object.name().clone(), 0)).collect();
        if self.new.is_some() {
            revision::find(runtime, self)?;
        }
        if !active.is_empty() {
            return self.apply(runtime, &active);
        }
        if self.old_pods_live(runtime) {
            return Ok(());
        }
        revision::find_or_create(runtime, self)?;
        let scale = self.new.as_ref().map(|it| (it.object.name().clone(), self.spec.replicas));
        self.apply(runtime, scale.as_slice())
    }

    /// Models `oldPodsRunning`: pods of old sets that have not ended, terminating ones included.
    fn old_pods_live(&self, runtime: &Runtime) -> bool {
        let lives = |pod: &Object| {
            pod.as_pod().is_some_and(|it| !it.phase.is_terminal())
                && pod.meta.controller.as_ref().is_some_and(|owner| self.old.iter().any(|it| it.object.meta.uid == owner.uid))
        };
        !self.old.is_empty() && runtime.store.list_in(Kind::Pod, &self.deployment.key().namespace).any(|pod| lives(pod))
    }

    /// Scales sets, and says so. Models `scaleReplicaSet`.
    fn apply(&mut self, runtime: &mut Runtime, scales: &[(SmolStr, i64)]) -> Result<(), Refusal> {
        let desired = format_smolstr!("{}", self.spec.replicas);
        let most = format_smolstr!("{}", self.spec.replicas + self.spec.max_surge);
        for (name, replicas) in scales {
            let Some(set) = self.new.iter_mut().chain(&mut self.old).find(|it| it.object.name() == name) else { continue };
            let before = set.replicas;
            let mut value = set.object.value.clone();
            value.set(&["spec", "replicas"], *replicas);
            value.set(&["metadata", "annotations", DESIRED_REPLICAS], desired.clone());
            value.set(&["metadata", "annotations", MAX_REPLICAS], most.clone());
            *set = Set::read(runtime.update(Kind::ReplicaSet, value)?);
            if before != *replicas {
                self.announce(runtime, name, before, *replicas);
            }
        }
        Ok(())
    }

    fn announce(&self, runtime: &mut Runtime, set: &str, from: i64, to: i64) {
        let direction = if to > from { "up" } else { "down" };
        let message = format_smolstr!("Scaled {direction} replica set {set} from {from} to {to}");
        say(runtime, &self.deployment, EventType::Normal, "ScalingReplicaSet", message);
    }

    /// Models `cleanupDeployment`: old sets without pods over the limit, the lowest revisions first.
    fn clean_up(&mut self, runtime: &mut Runtime) {
        let mut old: Vec<&Set> = self.old.iter().filter(|it| it.object.meta.deleted.is_none()).collect();
        let excess = old.len().saturating_sub(self.spec.history_limit);
        sort_few(&mut old, |left, right| left.revision() < right.revision());
        let done = |set: &&Set| {
            set.replicas == 0 && set.status("replicas") == 0 && set.status("observedGeneration") >= set.object.meta.generation
        };
        for set in old.into_iter().take(excess).filter(done) {
            // It may be gone already.
            let _ = runtime.delete(Kind::ReplicaSet, set.object.key(), DeleteOptions::default());
        }
    }
}

fn say(runtime: &mut Runtime, deployment: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "deployment-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(deployment), event_type, reason, message);
}
