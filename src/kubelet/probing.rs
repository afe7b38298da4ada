//! How a pod's worker probes its containers.
//!
//! Models `pkg/kubelet/prober`: liveness and readiness wait for the startup probe, failed liveness restarts, and readiness counts.

use smol_str::format_smolstr;

use crate::object::Object;
use crate::runtime::events::EventType;

use super::container::{Next, State};
use super::image::{Behaviour, Fault};
use super::probe::{Answer, NEVER, Probe, ProbeKind};
use super::worker::{Stage, Surroundings, Worker};

/// From a container's start until its kubelet has seen that it runs, in milliseconds.
const SEEN_MS: std::ops::Range<u64> = 300..1_300;

impl Worker {
    /// A container was started: its probes begin.
    pub(super) fn begin_probes(&mut self, index: usize, behaviour: &Behaviour, around: &mut Surroundings<'_>) {
        let probes = self.plan.containers[index].probes;
        let seen_ms = if probes.iter().all(Option::is_none) {
            around.now_ms
        } else {
            around.now_ms + if around.behaviours.plain { 1_000 } else { around.duration_ms(SEEN_MS) }
        };
        let container = &mut self.containers[index];
        container.started = probes[0].is_none();
        container.ready = container.started && probes[2].is_none() && behaviour.fault != Some(Fault::Unready);
        for kind in ProbeKind::ALL {
            if let Some(probe) = probes[kind as usize].filter(|_| kind == ProbeKind::Startup || container.started) {
                container.probes[kind as usize].begin(probe.first_ms(seen_ms, around.now_ms));
            }
        }
    }

    /// Asks the probes of a container that are due. Answers whether one was.
    pub(super) fn proceed_probes(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>) -> bool {
        let mut asked = false;
        for kind in ProbeKind::ALL {
            if self.containers[index].probes[kind as usize].due_ms <= around.now_ms {
                self.ask(index, kind, pod, around);
                asked = true;
            }
        }
        asked
    }

    fn ask(&mut self, index: usize, kind: ProbeKind, pod: &Object, around: &mut Surroundings<'_>) {
        let behaviour = self.behaviour(index, around);
        let planned = &self.plan.containers[index];
        let container = &mut self.containers[index];
        let state = &mut container.probes[kind as usize];
        let (Some(probe), State::Running { since_ms }) = (planned.probes[kind as usize], &container.state) else {
            state.due_ms = NEVER;
            return;
        };
        let answer = Answer::of(kind, &behaviour, around.now_ms.saturating_sub(*since_ms));
        if answer == Answer::Timeout && !state.waits {
            (state.waits, state.due_ms) = (true, around.now_ms + probe.timeout_ms);
            return;
        }
        if answer != Answer::Success {
            let tree = planned.tree(pod);
            let output = answer.output(tree.at(&[kind.field()]), tree.list_at(&["ports"]), &self.address);
            let message = format_smolstr!("{} probe failed: {output}", kind.title());
            around.say(Some(index), EventType::Warning, "Unhealthy", message);
        }
        let decided = state.take(answer == Answer::Success, &probe);
        state.proceed(around.now_ms, &probe, answer == Answer::Success);
        if let Some(success) = decided {
            self.decide(index, kind, success, &probe, around);
        }
    }

    /// A probe has come to a result.
    fn decide(&mut self, index: usize, kind: ProbeKind, success: bool, probe: &Probe, around: &mut Surroundings<'_>) {
        let planned = &self.plan.containers[index];
        let container = &mut self.containers[index];
        match (kind, success) {
            (ProbeKind::Startup, true) => {
                container.probes[0].due_ms = NEVER;
                container.started = true;
                container.ready = planned.probes[2].is_none();
                for kind in [ProbeKind::Liveness, ProbeKind::Readiness] {
                    if let Some(probe) = planned.probes[kind as usize] {
                        let since_ms = container.running_since_ms().unwrap_or(around.now_ms);
                        container.probes[kind as usize].begin(probe.first_ms(around.now_ms, since_ms));
                    }
                }
                self.is_new = true;
            }
            (ProbeKind::Readiness, _) => {
                self.is_new |= container.ready != success;
                container.ready = success;
            }
            (ProbeKind::Startup | ProbeKind::Liveness, false) => self.kill(index, kind, probe, around),
            (ProbeKind::Liveness, true) => {}
        }
    }

    /// A container that failed its probe is stopped; what follows is a restart like any other.
    fn kill(&mut self, index: usize, kind: ProbeKind, probe: &Probe, around: &mut Surroundings<'_>) {
        if self.stage != Stage::Run {
            return;
        }
        let name = &self.plan.containers[index].name;
        let which = kind.title().to_ascii_lowercase();
        let message = format_smolstr!("Container {name} failed {which} probe, will be restarted");
        around.say(Some(index), EventType::Normal, "Killing", message);
        let deadline_ms = around.now_ms.saturating_add(probe.grace_ms.unwrap_or(self.grace_ms));
        let (at_ms, code) = self.end_of(index, around.now_ms, deadline_ms, around);
        let container = &mut self.containers[index];
        container.probes[0].due_ms = NEVER;
        container.probes[1].due_ms = NEVER;
        container.schedule(Next::Exit { code, reason: "" }, at_ms);
    }
}
