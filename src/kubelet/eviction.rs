//! Who has to go when a machine runs out of memory, disk or process IDs.
//!
//! Models `pkg/kubelet/eviction`: a look every ten seconds, one pod at a time, the greediest of the least important first, never a
//! critical one. The pressure itself comes from outside the pods, so evictions do not end it.

use std::fmt::Write;
use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::{Kind, Object, ObjectKey, SmolStr};
use crate::runtime::events::EventType;
use crate::runtime::{Runtime, Task};

use super::admission::{Class, is_critical};
use super::identity;
use super::machine::{Machine, Pressure};
use super::worker::{Stage, Surroundings, Verdict, Worker};
use super::{Kubelets, reports};

/// How often a kubelet looks, in milliseconds (`evictionMonitoringPeriod`).
const LOOK_MS: u64 = 10_000;
/// How long a pressure is still reported after it has gone, in milliseconds (`evictionPressureTransitionPeriod`).
const TRANSITION_MS: u64 = 300_000;
/// How long an evicted pod's containers get, in milliseconds.
const GRACE_MS: u64 = 1_000;

impl Machine {
    /// The pressures that it reports.
    pub fn under(&self) -> Vec<Pressure> {
        let mut under: Vec<Pressure> = self.pressures.iter().map(|(pressure, _)| *pressure).collect();
        under.sort_unstable();
        under
    }
}

impl Kubelets {
    /// A machine has too little of something from now on, or enough again.
    pub(super) fn press(&mut self, runtime: &mut Runtime, name: &SmolStr, pressure: Pressure, is_under: bool) {
        let Some(machine) = self.machines.get_mut(name) else { return };
        let machine = Arc::make_mut(machine);
        let known = machine.pressures.iter().position(|(it, _)| *it == pressure);
        let lasts = !self.behaviours.plain;
        match (known, is_under) {
            (None, true) => machine.pressures.push((pressure, None)),
            (Some(index), true) => return machine.pressures[index].1 = None,
            (Some(index), false) if lasts => return machine.pressures[index].1 = Some(runtime.now_ms()),
            (Some(index), false) => drop(machine.pressures.remove(index)),
            (None, false) => return,
        }
        if lasts && !machine.looks {
            machine.looks = true;
            let delay_ms = runtime.duration_ms(1_000..LOOK_MS);
            runtime.after(delay_ms, Task::Pressure(name.clone()));
        }
        self.report_condition(runtime, name, pressure.condition(), is_under);
    }

    /// A kubelet looks at its pressures: it evicts a pod, or reports that one is over.
    pub fn look_at_pressures(&mut self, runtime: &mut Runtime, name: &SmolStr) {
        let now_ms = runtime.now_ms();
        let Some(machine) = self.machines.get_mut(name) else { return };
        let machine = Arc::make_mut(machine);
        machine.looks = false;
        let is_over = |since_ms: &Option<u64>| since_ms.is_some_and(|it| now_ms.saturating_sub(it) >= TRANSITION_MS);
        let over: Vec<Pressure> = machine.pressures.iter().filter(|(_, it)| is_over(it)).map(|(it, _)| *it).collect();
        machine.pressures.retain(|(_, since_ms)| !is_over(since_ms));
        if machine.pressures.is_empty() && over.is_empty() {
            return;
        }
        machine.looks = !machine.pressures.is_empty();
        if machine.looks {
            runtime.after(LOOK_MS, Task::Pressure(name.clone()));
        }
        let acute = machine.pressures.iter().find(|(_, since_ms)| since_ms.is_none()).map(|(it, _)| *it);
        let chosen = acute.filter(|_| machine.stopped_at_ms.is_none()).and_then(|it| Some((it, victim(machine)?)));
        for pressure in over {
            self.report_condition(runtime, name, pressure.condition(), false);
        }
        if let Some((pressure, uid)) = chosen {
            if let Some(node) = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())).cloned() {
                let message = format_smolstr!("Attempting to reclaim {}", pressure.resource());
                reports::say(runtime, &node, EventType::Warning, "EvictionThresholdMet", message);
            }
            self.with_worker(runtime, name, &uid, &mut |worker, pod, around| worker.evict(pod, pressure, around));
        }
    }
}

/// Who goes first: those that use more than they requested, then the least important, then the greediest.
fn victim(machine: &Machine) -> Option<SmolStr> {
    let may_go = |it: &&Worker| matches!(it.stage, Stage::Mount | Stage::Run) && !is_critical(&it.info);
    let rank = |it: &&Worker| (it.class == Class::Guaranteed, it.info.priority, u64::MAX - used_kib(it));
    machine.workers.iter().filter(may_go).min_by_key(rank).map(|it| it.uid.clone())
}

/// What a pod uses, in KiB: something that is its own and always the same.
fn used_kib(worker: &Worker) -> u64 {
    4_096 + identity::number(&worker.uid) % 60_000
}

impl Worker {
    /// Its machine has too little of something, and the lot fell to this pod.
    fn evict(&mut self, pod: &Object, pressure: Pressure, around: &mut Surroundings<'_>) {
        let (threshold, available) = match pressure {
            Pressure::Memory => ("100Mi", "96312Ki"),
            Pressure::Disk => ("5368709120", "5012480Ki"),
            Pressure::Pid => ("1638", "1212"),
        };
        let resource = pressure.resource();
        let mut message =
            format!("The node was low on resource: {resource}. Threshold quantity: {threshold}, available: {available}. ");
        if let (Some(container), true) = (self.plan.containers.last(), pressure != Pressure::Pid) {
            let request = match container.tree(pod).str_at(&["resources", "requests", resource]) {
                "" => "0",
                request => request,
            };
            let (name, used) = (&container.name, used_kib(self));
            // Writing to a string cannot fail.
            let _ = write!(
                message,
                "Container {name} was using {used}Ki, request is {request}, has larger consumption of {resource}. "
            );
        }
        around.say(None, EventType::Warning, "Evicted", message.as_str().into());
        self.condemn(Verdict { reason: "Evicted".into(), message: message.into() }, around, GRACE_MS);
    }

    /// A critical pod needs its room.
    pub(super) fn preempt(&mut self, around: &mut Surroundings<'_>) {
        const MESSAGE: &str = "Preempted in order to admit critical pod";
        if self.verdict.is_none() {
            around.say(None, EventType::Warning, "Preempting", SmolStr::new_static(MESSAGE));
            self.condemn(Verdict { reason: "Preempting".into(), message: MESSAGE.into() }, around, self.grace_ms);
        }
    }

    /// It has to end, and its object stays.
    pub(super) fn condemn(&mut self, verdict: Verdict, around: &mut Surroundings<'_>, grace_ms: u64) {
        self.verdict = Some(verdict);
        self.stop(around, grace_ms, true);
    }
}
