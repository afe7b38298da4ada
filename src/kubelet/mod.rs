//! The kubelets: the life of pods on their machines.
//!
//! Models what of `pkg/kubelet` can be seen from outside. [`worker`] is the heart: the life of one pod as a machine of states that
//! knows neither the API server nor the event queue. [`container`] and [`probe`] are what it consists of, [`plan`] is what it reads
//! of a pod, [`status`] what is written about it. [`admission`] and [`eviction`] decide who may stay, [`volumes`] what must be
//! there first, and [`image`] says, as data, how images behave.
//!
//! A machine wakes only for what changes something: a lease is reckoned when somebody asks for it, and a healthy probe rests.

pub mod admission;
mod amend;
pub mod backoff;
pub mod container;
pub mod eviction;
mod identity;
pub mod image;
pub mod machine;
pub mod node;
pub mod plan;
mod pods;
pub mod probe;
mod probing;
mod pull;
mod reports;
pub mod status;
mod stopping;
#[cfg(test)]
mod tests;
pub mod volumes;
pub mod worker;

use std::sync::Arc;

use crate::apiserver::Change;
use crate::controllers::node_lifecycle::Machines;
use crate::object::{Kind, ObjectKey, SmolStr};
use crate::persistent::{HashMap, OrdMap};
use crate::runtime::{Runtime, Task};

use image::{Behaviour, Behaviours, Fault, Subject};
use machine::Machine;

/// All machines.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {
    machines: HashMap<SmolStr, Arc<Machine>>,
    /// The pods that are bound to nodes of which there is no machine.
    waiting: OrdMap<ObjectKey, SmolStr>,
    /// How many numbers machines were given.
    count: u32,
    /// The numbers of machines whose nodes have not arrived yet.
    announced: HashMap<SmolStr, u32>,
    /// The machines that are switched off.
    stopped: Vec<SmolStr>,
    behaviours: Behaviours,
    plans: plan::Plans,
}

impl Kubelets {
    /// From now on machines are as plain as those on which recordings are made: every image behaves as an ordinary one but for its
    /// tag, takes a second to pull and a second to stop, volumes are always there, nobody is refused or evicted, what cannot be
    /// pulled is not tried again, and a node that stops keeps its containers.
    pub fn be_plain(&mut self) {
        self.behaviours.plain = true;
    }

    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    /// Lets an image or a pod have a fault from now on, or none.
    pub fn switch(&mut self, runtime: &mut Runtime, subject: &Subject, fault: Option<Fault>) {
        self.behaviours.switch(subject.clone(), fault);
        let names: Vec<SmolStr> = runtime.store.list(Kind::Node).map(|node| node.key().name.clone()).collect();
        for name in names {
            let Some(machine) = self.machines.get(&name) else { continue };
            let concerned = |it: &&worker::Worker| match subject {
                Subject::Pod(key) => it.key() == key,
                Subject::Image(image) => it.plan.containers.iter().any(|it| it.image == *image),
            };
            let uids: Vec<SmolStr> = machine.workers.iter().filter(concerned).map(|it| it.uid.clone()).collect();
            for uid in uids {
                self.with_worker(runtime, &name, &uid, &mut |worker, _, around| worker.wake(around));
            }
        }
    }

    /// Switches a machine off. Nothing on it goes on, and nobody is told.
    pub fn stop(&mut self, name: &str, now_ms: u64) {
        let Some(machine) = self.machines.get_mut(name).filter(|it| it.stopped_at_ms.is_none()) else { return };
        let machine = Arc::make_mut(machine);
        machine.stopped_at_ms = Some(now_ms);
        machine.images.stop();
        self.stopped.push(name.into());
    }

    /// Switches a machine on: its pods start again from the images that it has.
    pub fn start(&mut self, runtime: &mut Runtime, name: &SmolStr) {
        let Some(machine) = self.machines.get_mut(name) else { return };
        let machine = Arc::make_mut(machine);
        let Some(stopped_ms) = machine.stopped_at_ms.take() else { return };
        machine.booted_ms = runtime.now_ms();
        self.stopped.retain(|it| it != name);
        let uids: Vec<SmolStr> = machine.workers.iter().map(|it| it.uid.clone()).collect();
        let plain = self.behaviours.plain;
        for uid in uids {
            self.with_worker(runtime, name, &uid, &mut |worker, pod, around| worker.resume(pod, stopped_ms, plain, around));
        }
        self.say_started(runtime, name, true);
        let delay_ms = runtime.duration_ms(1_000..3_000);
        runtime.after(delay_ms, Task::ReportNode(name.clone()));
    }

    /// Whether a machine is switched off.
    pub fn is_stopped(&self, name: &str) -> bool {
        self.machines.get(name).is_some_and(|it| it.stopped_at_ms.is_some())
    }

    /// What the kubelet of a node knows of the pod with that UID; `None` when it has not heard of it.
    pub fn worker(&self, node: &str, uid: &str) -> Option<&worker::Worker> {
        let machine = self.machines.get(node)?;
        machine.workers.get(machine.worker(uid)?)
    }

    /// How an image behaves in a pod.
    pub fn behaviour(&self, image: &str, pod: &ObjectKey) -> Behaviour {
        self.behaviours.of(image, pod)
    }

    /// When a node's lease was renewed last, in milliseconds; `None` when it has no machine.
    pub fn renewed_ms(&self, node: &str, now_ms: u64) -> Option<u64> {
        self.machines.get(node).map(|it| it.renewed_ms(now_ms))
    }
}

impl Machines for Kubelets {
    fn silent(&self, now_ms: u64) -> Vec<(SmolStr, u64)> {
        let renewed = |name: &SmolStr| Some((name.clone(), self.machines.get(name)?.renewed_ms(now_ms)));
        self.stopped.iter().filter_map(renewed).collect()
    }

    fn pods_on(&self, node: &str) -> Vec<ObjectKey> {
        let Some(machine) = self.machines.get(node) else { return self.waiting_for(node) };
        machine.workers.iter().map(|it| it.key().clone()).collect()
    }
}
