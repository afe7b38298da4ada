//! How kubelets and their pods' workers meet the rest of the cluster: what they hear, write and say.

use std::sync::Arc;

use fastrand::Rng;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey, SmolStr};
use crate::runtime::events::{InvolvedObject, Source};
use crate::runtime::{Runtime, Task};
use crate::scheduler::NodeFacts;

use super::Kubelets;
use super::admission::{Admission, Class, Decision, Neighbour};
use super::machine::Machine;
use super::probe::NEVER;
use super::status::{self, Facts};
use super::worker::{Said, Stage, Surroundings, Worker};

/// How long a critical pod waits before it looks whether those that it drives away have gone, in milliseconds.
const LOOK_AGAIN_MS: u64 = 500;

/// What is done with a worker, its pod and its surroundings.
pub(super) type Act<'a> = &'a mut dyn FnMut(&mut Worker, &Object, &mut Surroundings<'_>);

impl Kubelets {
    pub(super) fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let object = change.object();
        let Some(view) = object.as_pod().filter(|it| it.is_bound()) else { return };
        let (node, uid) = (&view.node_name, &object.meta.uid);
        let Some(machine) = self.machines.get_mut(node) else {
            match &change.new {
                Some(_) => drop(self.waiting.insert(object.key().clone(), node.clone())),
                None => drop(self.waiting.remove(object.key())),
            }
            return;
        };
        let known = machine.worker(uid);
        let Some(pod) = &change.new else {
            if let Some(index) = known {
                Arc::make_mut(machine).workers.remove(index);
                self.behaviours.forget(object.key());
            }
            return;
        };
        match known {
            None if !view.phase.is_terminal() => self.take_up(runtime, node, pod),
            Some(index) if view.phase.is_terminal() && !machine.workers[index].has_ended() => {
                Arc::make_mut(machine).workers[index].abandon();
                self.heed_deletion(runtime, pod, false);
            }
            Some(_) => {
                let is_other = |old: &Arc<Object>| old.meta.generation != pod.meta.generation;
                if !view.deleting && machine.stopped_at_ms.is_none() && change.old.as_ref().is_some_and(is_other) {
                    self.with_worker(runtime, node, uid, &mut |worker, pod, around| worker.heed_spec(pod, around));
                }
                self.heed_deletion(runtime, pod, change.old.as_ref().is_some_and(|old| old.meta.deleted != pod.meta.deleted));
            }
            _ => {}
        }
    }

    /// A pod that is being deleted is stopped, or goes at once when it has ended; `anew` when its grace period is another one now.
    fn heed_deletion(&mut self, runtime: &mut Runtime, pod: &Object, anew: bool) {
        let Some(view) = pod.as_pod().filter(|it| it.deleting) else { return };
        let Some(machine) = self.machines.get(&view.node_name).filter(|it| it.stopped_at_ms.is_none()) else { return };
        let Some(index) = machine.worker(&pod.meta.uid) else { return };
        let act: Act<'_> = match machine.workers[index].stage {
            Stage::Remove => return,
            Stage::Stop if !anew => return,
            // What has ended goes whatever is done with it.
            Stage::Ended => &mut |_, _, _| {},
            _ => &mut |worker, pod, around| worker.delete(pod, around),
        };
        self.with_worker(runtime, &view.node_name, &pod.meta.uid, act);
    }

    /// A kubelet sees a pod of its node for the first time.
    fn take_up(&mut self, runtime: &mut Runtime, node: &SmolStr, pod: &Object) {
        let Some(machine) = self.machines.get_mut(node) else { return };
        let (now_ms, seen) = (runtime.now_ms(), runtime.unix());
        let arrives_ms = now_ms + runtime.duration_ms(20..120);
        let machine = Arc::make_mut(machine);
        machine.workers.push(Worker::new(pod, self.plans.of(pod), seen, arrives_ms));
        let index = machine.workers.len() - 1;
        wake(runtime, node, &mut machine.workers[index]);
        self.heed_deletion(runtime, pod, false);
    }

    /// A new machine takes up the pods that were bound to its node before.
    pub(super) fn take_up_waiting(&mut self, runtime: &mut Runtime, node: &SmolStr) {
        for key in self.waiting_for(node) {
            self.waiting.remove(&key);
            let pod = runtime.store.get(Kind::Pod, &key).cloned();
            let is_its_own = |it: &Object| it.as_pod().is_some_and(|it| it.node_name == *node && !it.phase.is_terminal());
            if let Some(pod) = pod.filter(|it| is_its_own(it)) {
                self.take_up(runtime, node, &pod);
            }
        }
    }

    /// The pods that are bound to a node of which there is no machine.
    pub(super) fn waiting_for(&self, node: &str) -> Vec<ObjectKey> {
        self.waiting.iter().filter(|(_, it)| *it == node).map(|(key, _)| key.clone()).collect()
    }

    /// A pod's next step is due.
    pub fn proceed(&mut self, runtime: &mut Runtime, node: &SmolStr, uid: &SmolStr) {
        let now_ms = runtime.now_ms();
        let Some(machine) = self.machines.get_mut(node).filter(|it| it.stopped_at_ms.is_none()) else { return };
        let Some(index) = machine.worker(uid) else { return };
        let machine = Arc::make_mut(machine);
        let worker = &mut machine.workers[index];
        if worker.wakes_ms <= now_ms {
            worker.wakes_ms = NEVER;
        }
        match worker.stage {
            Stage::Arrived if worker.at_ms <= now_ms => self.admit(runtime, node, index),
            Stage::Remove if worker.at_ms <= now_ms => {
                let key = worker.key().clone();
                machine.workers.remove(index);
                let options = DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() };
                // A finalizer may keep it; it may be gone already.
                let _ = runtime.delete(Kind::Pod, &key, options);
            }
            _ => self.with_worker(runtime, node, uid, &mut |worker, pod, around| worker.proceed(pod, around)),
        }
    }

    /// Does something with a pod's worker; then says what is to be said, writes its status if that is new, and sets up when it is
    /// looked at again.
    pub(super) fn with_worker(&mut self, runtime: &mut Runtime, node: &SmolStr, uid: &SmolStr, act: Act<'_>) {
        let Some(machine) = self.machines.get_mut(node) else { return };
        let Some(index) = machine.worker(uid) else { return };
        let machine = Arc::make_mut(machine);
        let Some(pod) = pod_of(runtime, &machine.workers[index]) else {
            machine.workers.remove(index);
            return;
        };
        let rng = Rng::with_seed(runtime.duration_ms(0..u64::MAX));
        let Machine { images, workers, .. } = machine;
        let mut around = Surroundings {
            now_ms: runtime.now_ms(),
            store: &runtime.store,
            images,
            behaviours: &self.behaviours,
            rng,
            said: Vec::new(),
        };
        act(&mut workers[index], &pod, &mut around);
        let said = around.said;
        let worker = &mut workers[index];
        for it in said {
            say(runtime, node, &pod, worker, it);
        }
        // A pod that never started goes without another word.
        let goes_silently = worker.stage == Stage::Remove && !worker.has_started();
        if worker.take_news() && !goes_silently {
            let host = super::machine::address_of(machine.number);
            let status = status::pod_status(worker, &pod, &Facts { host: &host, now: runtime.timestamp() });
            // The pod may be gone meanwhile: then nobody waits for its status.
            let _ = runtime.update_status(Kind::Pod, pod.key(), status);
        }
        if worker.stage == Stage::Ended && pod.meta.deleted.is_some() {
            worker.stage = Stage::Remove;
        }
        if worker.stage == Stage::Remove && worker.at_ms == NEVER {
            worker.at_ms = runtime.now_ms() + runtime.duration_ms(5..20);
        }
        wake(runtime, node, worker);
    }

    /// The kubelet's first look at a pod: it is taken, refused, or others are driven away for it.
    fn admit(&mut self, runtime: &mut Runtime, node: &SmolStr, index: usize) {
        let Some(machine) = self.machines.get_mut(node) else { return };
        let machine = Arc::make_mut(machine);
        let uid = machine.workers[index].uid.clone();
        let address = machine.next_pod_address();
        machine.workers[index].address = address;
        if self.behaviours.plain {
            return self.with_worker(runtime, node, &uid, &mut |worker, _, around| worker.admit(around));
        }
        read_facts(runtime, node, machine);
        let decision = decide(runtime, machine, index);
        match decision {
            Some((Decision::Admit(victims), _)) if victims.is_empty() => {
                self.with_worker(runtime, node, &uid, &mut |worker, _, around| worker.admit(around));
            }
            Some((Decision::Admit(victims), neighbours)) => {
                machine.workers[index].at_ms = runtime.now_ms() + LOOK_AGAIN_MS;
                wake(runtime, node, &mut machine.workers[index]);
                let keys: Vec<SmolStr> = victims.into_iter().map(|it| neighbours[it].info.uid.clone()).collect();
                for uid in keys {
                    self.with_worker(runtime, node, &uid, &mut |worker, _, around| worker.preempt(around));
                }
            }
            Some((Decision::Refuse(verdict), _)) => {
                self.with_worker(runtime, node, &uid, &mut |worker, _, around| worker.refuse(verdict.clone(), around));
            }
            None => {
                machine.workers.remove(index);
            }
        }
    }
}

/// Reads the machine's node again when it was written since the last time.
fn read_facts(runtime: &Runtime, node: &SmolStr, machine: &mut Machine) {
    let stored = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(node.clone()));
    if let Some(stored) = stored.filter(|it| it.meta.resource_version != machine.facts.0) {
        machine.facts = (stored.meta.resource_version, NodeFacts::read(&stored.value));
    }
}

/// What admission decides about a pod, and the neighbours that it decided over.
fn decide(runtime: &Runtime, machine: &Machine, index: usize) -> Option<(Decision, Vec<Neighbour>)> {
    let worker = &machine.workers[index];
    let pod = pod_of(runtime, worker)?;
    let runs = |it: &&Worker| !matches!(it.stage, Stage::Arrived | Stage::Ended) && it.uid != worker.uid;
    let others: Vec<Neighbour> =
        machine.workers.iter().filter(runs).map(|it| Neighbour { info: Arc::clone(&it.info), class: it.class }).collect();
    let pressures: Vec<&'static str> = machine.under().into_iter().map(super::machine::Pressure::condition).collect();
    let admission = Admission { node: &machine.facts.1, pressures: &pressures, others: &others };
    let decision = admission.decide(&worker.info, Class::of(&pod.value));
    Some((decision, others))
}

fn pod_of(runtime: &Runtime, worker: &Worker) -> Option<Arc<Object>> {
    runtime.store.get(Kind::Pod, worker.key()).filter(|it| it.meta.uid == worker.uid).cloned()
}

/// Sets up a pod's next step, unless one that is not later is set up already.
fn wake(runtime: &mut Runtime, node: &SmolStr, worker: &mut Worker) {
    let due_ms = worker.due_ms();
    if due_ms < worker.wakes_ms {
        worker.wakes_ms = due_ms;
        let delay_ms = due_ms.saturating_sub(runtime.now_ms());
        runtime.after(delay_ms, Task::Kubelet { node: node.clone(), uid: worker.uid.clone() });
    }
}

fn say(runtime: &mut Runtime, node: &SmolStr, pod: &Object, worker: &Worker, said: Said) {
    let mut involved = InvolvedObject::of(pod);
    if let Some(container) = said.container.and_then(|index| worker.plan.containers.get(index)) {
        involved.field_path = container.field_path();
    }
    let source = Source { component: "kubelet", host: node.clone() };
    runtime.events.record(runtime.unix(), source, involved, said.event_type, said.reason, said.message);
}
