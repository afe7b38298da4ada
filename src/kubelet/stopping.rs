//! How a pod's worker stops its containers, and how it begins anew after its machine was off.
//!
//! Models `killPod` of `pkg/kubelet/kuberuntime` and what follows a restart of the kubelet.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::{Object, SmolStr};
use crate::runtime::events::EventType;

use super::container::{Container, Next};
use super::plan::Role;
use super::probe::NEVER;
use super::worker::{Stage, Surroundings, Worker};

/// The shortest time between SIGTERM and SIGKILL, in milliseconds.
const SHORTEST_GRACE_MS: u64 = 2_000;

impl Worker {
    /// Its object is marked for deletion.
    pub fn delete(&mut self, pod: &Object, around: &mut Surroundings<'_>) {
        let seconds = pod.value.at(&["metadata", "deletionGracePeriodSeconds"]).as_i64().unwrap_or(0);
        self.stop(around, u64::try_from(seconds).unwrap_or(0).saturating_mul(1000), false);
    }

    /// Somebody else has written that it has ended: nothing of it goes on.
    pub fn abandon(&mut self) {
        (self.stage, self.at_ms) = (Stage::Ended, NEVER);
    }

    /// All that the pod was there for is done: what still runs beside is stopped.
    pub(super) fn complete(&mut self, around: &mut Surroundings<'_>) {
        self.is_new = true;
        if self.containers.iter().any(|it| it.running_since_ms().is_some()) {
            self.stop(around, self.grace_ms, true);
        } else {
            (self.stage, self.at_ms) = (Stage::Ended, NEVER);
        }
    }

    /// Its containers are asked to end: the main ones together, then the sidecars from the last to the first. The preStop hooks
    /// count against the grace period; who has not ended then is killed.
    pub fn stop(&mut self, around: &mut Surroundings<'_>, grace_ms: u64, stays: bool) {
        let deadline_ms = around.now_ms.saturating_add(grace_ms);
        let plan = Arc::clone(&self.plan);
        let order = |index: &usize| if plan.containers[*index].role == Role::Main { 0 } else { usize::MAX - *index };
        let mut indices: Vec<usize> = (0..self.containers.len()).collect();
        indices.sort_unstable_by_key(|index| (order(index), *index));
        let (mut turn_ms, mut mains_ms) = (around.now_ms, around.now_ms);
        for index in indices {
            let planned = &plan.containers[index];
            if self.containers[index].running_since_ms().is_none() {
                self.containers[index].rest();
                continue;
            }
            if self.stage != Stage::Stop {
                let message = format_smolstr!("Stopping container {}", planned.name);
                around.say(Some(index), EventType::Normal, "Killing", message);
            }
            let begins_ms = if planned.role == Role::Main { around.now_ms } else { turn_ms.max(mains_ms) };
            let (at_ms, code) = self.end_of(index, begins_ms, deadline_ms, around);
            let container = &mut self.containers[index];
            // Another request may shorten a grace period, never lengthen it.
            let earlier = self.stage == Stage::Stop && container.at_ms <= at_ms;
            if !earlier {
                container.schedule(Next::Exit { code, reason: "" }, at_ms);
            }
            let at_ms = container.at_ms;
            if planned.role == Role::Main {
                mains_ms = mains_ms.max(at_ms);
            } else {
                turn_ms = at_ms;
            }
        }
        self.pulling = None;
        (self.stage, self.at_ms, self.stays) = (Stage::Stop, NEVER, stays);
        for probe in self.containers.iter_mut().flat_map(|it| &mut it.probes[..2]) {
            probe.due_ms = NEVER;
        }
        if self.containers.iter().all(|it| it.at_ms == NEVER) {
            self.has_stopped();
        }
    }

    /// When a container that is asked to end does so, and with what.
    pub(super) fn end_of(&self, index: usize, begins_ms: u64, deadline_ms: u64, around: &mut Surroundings<'_>) -> (u64, u8) {
        let behaviour = self.behaviour(index, around);
        let term_ms = begins_ms.saturating_add(self.plan.containers[index].pre_stop_ms).min(deadline_ms.max(begins_ms));
        let kill_ms = deadline_ms.max(term_ms.saturating_add(SHORTEST_GRACE_MS));
        let own_ms = behaviour.end_ms().map(|ms| {
            let spread_ms = if around.behaviours.plain { 0 } else { around.duration_ms(0..ms / 4 + 1) };
            term_ms.saturating_add(ms + spread_ms)
        });
        match own_ms.filter(|it| *it <= kill_ms) {
            Some(at_ms) => (at_ms, behaviour.stop_code),
            None => (kill_ms, 137),
        }
    }

    pub(super) fn has_stopped(&mut self) {
        (self.is_new, self.at_ms) = (true, NEVER);
        self.stage = if self.stays { Stage::Ended } else { Stage::Remove };
    }

    /// Its kubelet is there again after it was away since a time, in milliseconds; unless it was the kubelet alone, everything
    /// that ran has ended with the machine.
    pub fn resume(&mut self, pod: &Object, stopped_ms: u64, kubelet_alone: bool, around: &mut Surroundings<'_>) {
        self.wakes_ms = NEVER;
        self.is_new |= !matches!(self.stage, Stage::Arrived | Stage::Ended);
        self.heed_spec(pod, around);
        if !kubelet_alone {
            self.reboot(stopped_ms, around);
        }
        if pod.meta.deleted.is_some() && !matches!(self.stage, Stage::Stop | Stage::Remove | Stage::Ended) {
            self.delete(pod, around);
        }
    }

    /// Its machine was switched off at a time and on again: everything is run anew, the init containers first.
    fn reboot(&mut self, stopped_ms: u64, around: &mut Surroundings<'_>) {
        if matches!(self.stage, Stage::Ended | Stage::Remove) {
            return;
        }
        if self.has_started() {
            let words = SmolStr::new_static("Pod sandbox changed, it will be killed and re-created.");
            around.say(None, EventType::Normal, "SandboxChanged", words);
        }
        self.pulling = None;
        let begins_ms = around.now_ms + around.duration_ms(500..2_000);
        for (plan, container) in self.plan.containers.iter().zip(&mut self.containers) {
            container.end(255, "Unknown", stopped_ms);
            if plan.role == Role::Init {
                container.wait("PodInitializing", SmolStr::default());
            }
            container.schedule(Next::Start, begins_ms);
        }
        match self.stage {
            Stage::Stop => {
                self.containers.iter_mut().for_each(Container::rest);
                self.has_stopped();
            }
            Stage::Arrived | Stage::Mount => self.at_ms = begins_ms,
            _ => self.is_new = true,
        }
    }
}
