//! What a kubelet does about a running pod beside running it: hooks after a start, a spec that changes, a deadline, a switch of its image.
//!
//! Models `startContainer` and `computePodActions` of `pkg/kubelet/kuberuntime`, and the `activeDeadlineHandler`.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::{Object, SmolStr, Value};
use crate::runtime::events::EventType;

use super::backoff::Backoff;
use super::container::{Next, State, Then};
use super::image::Fault;
use super::plan::Plan;
use super::probe::NEVER;
use super::worker::{Stage, Surroundings, Verdict, Worker};

impl Worker {
    /// The hook after a container's start is over; the other containers waited for it.
    pub(super) fn hooked(&mut self, index: usize, exit: Option<(u64, u8, &'static str)>, around: &mut Surroundings<'_>) {
        let code = self.plan.containers[index].post_start.map_or(0, |(_, code)| code);
        if code == 0 {
            self.holds_pull(None);
            let container = &mut self.containers[index];
            match exit {
                Some((at_ms, code, reason)) => container.schedule(Next::Exit { code, reason }, at_ms.max(around.now_ms)),
                None => container.rest(),
            }
            let behaviour = self.behaviour(index, around);
            return self.begin_probes(index, &behaviour, around);
        }
        around.say(Some(index), EventType::Warning, "FailedPostStartHook", SmolStr::new_static("PostStartHook failed"));
        around.say(Some(index), EventType::Normal, "Killing", SmolStr::new_static("FailedPostStartHook"));
        self.end_for(index, Then::HookFailed, around);
    }

    fn end_for(&mut self, index: usize, then: Then, around: &mut Surroundings<'_>) {
        let deadline_ms = around.now_ms.saturating_add(self.grace_ms);
        let (at_ms, code) = self.end_of(index, around.now_ms, deadline_ms, around);
        self.containers[index].schedule(Next::Killed { code, then }, at_ms);
    }

    /// A container that the kubelet wanted to end has ended.
    pub(super) fn killed(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>, code: u8, then: Then) {
        self.containers[index].end(code, "", around.now_ms);
        self.is_new = true;
        match then {
            Then::Replace => self.containers[index].schedule(Next::Start, around.now_ms),
            Then::HookFailed => {
                self.holds_pull(None);
                let planned = &self.plan.containers[index];
                if self.plan.restarts(planned.role, code) {
                    let code = planned.post_start.map_or(0, |(_, code)| code);
                    let message = hook_message(pod, planned.tree(pod), code);
                    let container = &mut self.containers[index];
                    container.wait("PostStartHookError", message);
                    container.schedule(Next::Restart, around.now_ms + around.duration_ms(700..1_300));
                }
            }
        }
    }

    /// The pod's spec is another one: containers with another image are replaced, without a pause.
    pub fn heed_spec(&mut self, pod: &Object, around: &mut Surroundings<'_>) {
        let plan = Plan::read(pod);
        self.deadline_ms = self.arrived_ms.saturating_add(plan.deadline_ms);
        if plan.containers.len() != self.plan.containers.len() {
            return;
        }
        // Pods of one template go on sharing one plan.
        if plan == *self.plan {
            return;
        }
        let before = std::mem::replace(&mut self.plan, Arc::new(plan));
        for index in 0..self.containers.len() {
            let planned = &self.plan.containers[index];
            if planned.image == before.containers[index].image || self.stage != Stage::Run {
                continue;
            }
            let name = planned.name.clone();
            let container = &mut self.containers[index];
            (container.pulls, container.crashes) = (Backoff::default(), Backoff::default());
            match (&container.state, container.next) {
                (State::Running { .. }, Next::Killed { .. }) => {}
                (State::Running { .. }, _) => {
                    let message = format_smolstr!("Container {name} definition changed, will be restarted");
                    around.say(Some(index), EventType::Normal, "Killing", message);
                    self.end_for(index, Then::Replace, around);
                }
                (State::Waiting { .. }, Next::ShowPullBackoff | Next::PullAgain | Next::Restart) => {
                    container.schedule(Next::Start, around.now_ms);
                }
                _ => {}
            }
        }
    }

    /// Something was switched: probes that rest are asked again, and what never ends may end now.
    pub fn wake(&mut self, around: &mut Surroundings<'_>) {
        for index in 0..self.containers.len() {
            let behaviour = self.behaviour(index, around);
            let planned = self.plan.containers[index].clone();
            let container = &mut self.containers[index];
            if container.running_since_ms().is_none() || self.stage != Stage::Run {
                continue;
            }
            match behaviour.fault {
                Some(Fault::Crash) if container.next == Next::Rest => {
                    container.schedule(Next::Exit { code: 1, reason: "" }, around.now_ms + 500);
                }
                Some(Fault::OutOfMemory) if container.next == Next::Rest => {
                    container.schedule(Next::Exit { code: 137, reason: "OOMKilled" }, around.now_ms + 2_000);
                }
                _ => {}
            }
            for (state, probe) in container.probes.iter_mut().zip(&planned.probes) {
                if let Some(probe) = probe {
                    state.wake(around.now_ms, probe);
                }
            }
            if planned.probes[2].is_none() {
                let ready = container.started && behaviour.fault != Some(Fault::Unready);
                self.is_new |= container.ready != ready;
                container.ready = ready;
            }
        }
    }

    /// Its time is up. Answers whether it was.
    pub(super) fn exceeds_deadline(&mut self, around: &mut Surroundings<'_>) -> bool {
        const MESSAGE: &str = "Pod was active on the node longer than the specified deadline";
        if !matches!(self.stage, Stage::Mount | Stage::Run) || around.now_ms < self.deadline_ms {
            return false;
        }
        self.deadline_ms = NEVER;
        if around.behaviours.plain {
            return false;
        }
        around.say(None, EventType::Normal, "DeadlineExceeded", SmolStr::new_static(MESSAGE));
        self.condemn(Verdict { reason: "DeadlineExceeded".into(), message: MESSAGE.into() }, around, self.grace_ms);
        true
    }
}

/// What is said of a hook that failed with an exit code.
fn hook_message(pod: &Object, container: &Value, code: u8) -> SmolStr {
    let command = container.list_at(&["lifecycle", "postStart", "exec", "command"]);
    let words: Vec<&str> = command.iter().filter_map(Value::as_str).collect();
    let (words, name) = (words.join(" "), container.str_at(&["name"]));
    let pod = format!("{}_{}({})", pod.name(), pod.key().namespace, pod.meta.uid);
    format_smolstr!(
        "Exec lifecycle hook ([{words}]) for Container \"{name}\" in Pod \"{pod}\" failed - error: command '{words}' exited with {code}: , message: \"\""
    )
}
