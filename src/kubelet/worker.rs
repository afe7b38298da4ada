//! A pod's worker: from the first look at a bound pod until its object may go.
//!
//! A machine of states and no more: it is told the time, what is stored and how images behave, and answers with what it says,
//! whether its status is new, and when it wants to be asked again. Models `pkg/kubelet/pod_workers.go` and `SyncPod` of
//! `pkg/kubelet/kuberuntime`.

use std::ops::Range;
use std::sync::Arc;

use fastrand::Rng;
use smol_str::format_smolstr;

use crate::apiserver::Store;
use crate::object::{Object, ObjectKey, SmolStr};
use crate::runtime::events::EventType;
use crate::scheduler::PodInfo;

use super::admission::Class;
use super::container::{Container, Next};
use super::image::{Behaviour, Behaviours, Fault};
use super::machine::Images;
use super::plan::{ContainerPlan, Plan, Role};
use super::probe::NEVER;
use super::volumes;

/// What stands before the reason in the message of a pod that was refused.
pub const REJECTED: &str = "Pod was rejected: ";

/// A pod on a machine.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its UID.
    pub uid: SmolStr,
    /// What it asks for, as the scheduler reads it.
    pub info: Arc<PodInfo>,
    /// Its quality of service.
    pub class: Class,
    /// What is to be run.
    pub plan: Arc<Plan>,
    /// How far it has come.
    pub stage: Stage,
    /// When the stage goes on, in milliseconds.
    pub at_ms: u64,
    /// Its containers, in the order of the plan.
    pub containers: Vec<Container>,
    /// Its `terminationGracePeriodSeconds`, in milliseconds.
    pub grace_ms: u64,
    /// When the kubelet saw it first, in seconds since 1970.
    pub seen: i64,
    /// The same in milliseconds of cluster time.
    pub(super) arrived_ms: u64,
    /// When its time is up, in milliseconds.
    pub(super) deadline_ms: u64,
    /// Its address; empty before it has one.
    pub address: SmolStr,
    /// Whether its object stays when it has stopped.
    pub(super) stays: bool,
    /// Why it was ended against its will.
    pub verdict: Option<Verdict>,
    /// The earliest wake-up that is in the queue, in milliseconds.
    pub wakes_ms: u64,
    /// Whether its status is to be written.
    pub(super) is_new: bool,
    /// Whether containers were started: that is told when no other waits for its image.
    pub(super) launched: bool,
    /// The container whose image is being pulled: the others wait.
    pub(super) pulling: Option<usize>,
    mounts: volumes::Attempts,
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has looked at it.
    Arrived,
    /// Its volumes are set up.
    Mount,
    /// Its containers run, or try to.
    Run,
    /// Its containers are being stopped.
    Stop,
    /// They have stopped, and its object goes.
    Remove,
    /// It has ended for good and waits until somebody deletes it.
    Ended,
}

/// Why a pod was refused or evicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `Evicted`, `Preempting`, `OutOfcpu` …
    pub reason: SmolStr,
    /// The text of `status.message`.
    pub message: SmolStr,
}

/// Something to be said about a pod, or about one of its containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The container, by its place in the plan.
    pub container: Option<usize>,
    /// Good or bad news.
    pub event_type: EventType,
    /// `Pulled` …
    pub reason: &'static str,
    /// The text.
    pub message: SmolStr,
}

/// What surrounds a step.
pub struct Surroundings<'a> {
    /// Cluster time, in milliseconds.
    pub now_ms: u64,
    /// What is stored: ConfigMaps, Secrets, claims.
    pub store: &'a Store,
    /// The images of the machine.
    pub images: &'a mut Images,
    /// How images behave.
    pub behaviours: &'a Behaviours,
    /// Plausible durations.
    pub rng: Rng,
    /// What was said so far.
    pub said: Vec<Said>,
}

impl Surroundings<'_> {
    pub(super) fn duration_ms(&mut self, range: Range<u64>) -> u64 {
        self.rng.u64(range)
    }

    pub(super) fn say(&mut self, container: Option<usize>, event_type: EventType, reason: &'static str, message: SmolStr) {
        self.said.push(Said { container, event_type, reason, message });
    }

    /// A pause that a kubelet makes: its rest and up to half of it more, but never more than it takes until the next regular
    /// look at the pod.
    pub(super) fn look_again_ms(&mut self, over_ms: u64) -> u64 {
        let rest_ms = over_ms.saturating_sub(self.now_ms).max(1);
        let jittered_ms = rest_ms + self.duration_ms(0..rest_ms / 2 + 1);
        self.now_ms + jittered_ms.min(60_000 + self.rng.u64(0..30_000)).max(1)
    }
}

impl Worker {
    /// A pod that has arrived at a time, in seconds since 1970, with its plan.
    pub fn new(pod: &Object, plan: Arc<Plan>, seen: i64, arrives_ms: u64) -> Self {
        Self {
            uid: pod.meta.uid.clone(),
            info: Arc::new(PodInfo::read(&pod.value)),
            containers: vec![Container::default(); plan.containers.len()],
            class: Class::of(&pod.value),
            arrived_ms: arrives_ms,
            deadline_ms: arrives_ms.saturating_add(plan.deadline_ms),
            plan,
            stage: Stage::Arrived,
            at_ms: arrives_ms,
            grace_ms: plan_grace_ms(pod),
            seen,
            address: SmolStr::default(),
            stays: false,
            verdict: None,
            wakes_ms: NEVER,
            is_new: false,
            launched: false,
            pulling: None,
            mounts: volumes::Attempts::default(),
        }
    }

    /// Namespace and name.
    pub fn key(&self) -> &ObjectKey {
        &self.info.key
    }

    /// Whether its status is to be written now; asking forgets it.
    pub fn take_news(&mut self) -> bool {
        let is_new = self.is_new || self.launched && self.pulling.is_none();
        if is_new {
            (self.is_new, self.launched) = (false, false);
        }
        is_new
    }

    /// When it wants to be asked again, in milliseconds; [`NEVER`] when nothing is left to do.
    pub fn due_ms(&self) -> u64 {
        let due_ms = match self.stage {
            Stage::Run | Stage::Stop => {
                let due = |(index, it): (usize, &Container)| {
                    if it.next == Next::Start && !self.may_start(index) { NEVER } else { it.due_ms() }
                };
                self.containers.iter().enumerate().map(due).fold(NEVER, u64::min)
            }
            _ => self.at_ms,
        };
        if matches!(self.stage, Stage::Mount | Stage::Run) { due_ms.min(self.deadline_ms) } else { due_ms }
    }

    /// It was admitted: its status says that its containers are being made.
    pub fn admit(&mut self, around: &mut Surroundings<'_>) {
        self.stage = Stage::Mount;
        self.is_new = true;
        let has_init = self.plan.containers.iter().any(|it| it.role != Role::Main);
        let reason = if has_init { "PodInitializing" } else { "ContainerCreating" };
        for container in &mut self.containers {
            container.wait(reason, SmolStr::default());
        }
        self.mount(None, around);
    }

    /// It was refused, and has ended with that.
    pub fn refuse(&mut self, verdict: Verdict, around: &mut Surroundings<'_>) {
        (self.stage, self.at_ms, self.is_new) = (Stage::Ended, NEVER, true);
        self.containers.clear();
        let message = verdict.message.strip_prefix(REJECTED).unwrap_or(&verdict.message);
        around.say(None, EventType::Warning, event_reason(&verdict.reason), message.into());
        self.verdict = Some(verdict);
    }

    /// Whether nothing of it goes on.
    pub fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended | Stage::Remove)
    }

    /// Does what is due.
    pub fn proceed(&mut self, pod: &Object, around: &mut Surroundings<'_>) {
        if self.exceeds_deadline(around) {
            return;
        }
        match self.stage {
            Stage::Mount if self.at_ms <= around.now_ms => self.mount(Some(pod), around),
            Stage::Run | Stage::Stop => self.proceed_containers(pod, around),
            _ => {}
        }
    }

    /// Sets up the volumes; without a pod only when there are none.
    fn mount(&mut self, pod: Option<&Object>, around: &mut Surroundings<'_>) {
        if self.plan.has_volumes && !around.behaviours.plain {
            let Some(pod) = pod else {
                self.at_ms = around.now_ms + 100;
                return;
            };
            if let Some(again_ms) = self.mounts.attempt(pod, around) {
                self.at_ms = again_ms;
                return;
            }
        }
        let sandbox_ms = if around.behaviours.plain { 0 } else { around.duration_ms(150..450) };
        self.stage = Stage::Run;
        for container in &mut self.containers {
            container.at_ms = around.now_ms + sandbox_ms;
        }
    }

    fn proceed_containers(&mut self, pod: &Object, around: &mut Surroundings<'_>) {
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for index in 0..self.containers.len() {
                if self.proceed_probes(index, pod, around) | self.proceed_container(index, pod, around) {
                    goes_on = true;
                }
            }
        }
        match self.stage {
            Stage::Stop if self.containers.iter().all(|it| it.at_ms == NEVER) => self.has_stopped(),
            Stage::Run if self.phase().is_terminal() => self.complete(around),
            _ => {}
        }
    }

    /// Whether a container's turn to start has come.
    fn may_start(&self, index: usize) -> bool {
        let ready = |(plan, it): (&ContainerPlan, &Container)| match plan.role {
            Role::Init => it.has_succeeded(),
            Role::Sidecar => it.started,
            Role::Main => true,
        };
        self.pulling.is_none() && self.plan.containers.iter().zip(&self.containers).take(index).all(ready)
    }

    fn proceed_container(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>) -> bool {
        if self.containers[index].at_ms > around.now_ms {
            return false;
        }
        match self.containers[index].next {
            Next::Start if !self.may_start(index) => return false,
            Next::Start => self.start(index, pod, around),
            Next::Pulled { asked_ms, own_ms } => self.pulled(index, pod, around, asked_ms, own_ms),
            Next::ShowPullBackoff | Next::PullAgain => self.pull_again(index, around),
            Next::Exit { code, reason } => self.exit(index, around, code, reason),
            Next::Hooked { exit } => self.hooked(index, exit, around),
            Next::Killed { code, then } => self.killed(index, pod, around, code, then),
            Next::Restart => self.restart(index, pod, around),
            Next::Rest => self.containers[index].rest(),
        }
        true
    }

    pub(super) fn behaviour(&self, index: usize, around: &Surroundings<'_>) -> Behaviour {
        around.behaviours.of(&self.plan.containers[index].image, &self.info.key)
    }

    pub(super) fn holds_pull(&mut self, index: Option<usize>) {
        self.pulling = index;
    }

    /// Its image is there: the container is made and started.
    pub(super) fn launch(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>) {
        let plan = Arc::clone(&self.plan);
        let planned = &plan.containers[index];
        self.launched = true;
        if planned.has_config
            && !around.behaviours.plain
            && let Some(problem) = volumes::environment_problem(around.store, pod, planned.tree(pod))
        {
            around.say(Some(index), EventType::Warning, "Failed", format_smolstr!("Error: {problem}"));
            let again_ms = around.look_again_ms(around.now_ms + 10_000);
            let container = &mut self.containers[index];
            container.wait("CreateContainerConfigError", problem.into());
            container.schedule(Next::Start, again_ms);
            return;
        }
        around.say(Some(index), EventType::Normal, "Created", SmolStr::new_static("Container created"));
        around.say(Some(index), EventType::Normal, "Started", SmolStr::new_static("Container started"));
        let (now_ms, run, behaviour) = (around.now_ms, around.rng.u64(1..), self.behaviour(index, around));
        let ends = match behaviour.fault {
            // Plain machines do not even notice that it was running.
            Some(Fault::Crash) if around.behaviours.plain => Some((0, 1, "")),
            Some(Fault::Crash) => Some((around.duration_ms(500..1_500), 1, "")),
            Some(Fault::OutOfMemory) => Some((around.duration_ms(2_000..6_000), 137, "OOMKilled")),
            _ if around.behaviours.plain && planned.role != Role::Init => None,
            _ => planned.ends.map(|(after_ms, code)| (after_ms, code, "")),
        };
        let container = &mut self.containers[index];
        container.run(run, now_ms);
        let exit = ends.map(|(after_ms, code, reason)| (now_ms.saturating_add(after_ms), code, reason));
        if let Some((hook_ms, _)) = planned.post_start.filter(|_| !around.behaviours.plain) {
            container.schedule(Next::Hooked { exit }, now_ms.saturating_add(hook_ms));
            return self.holds_pull(Some(index));
        }
        if let Some((at_ms, code, reason)) = exit {
            container.schedule(Next::Exit { code, reason }, at_ms);
        }
        self.begin_probes(index, &behaviour, around);
    }

    fn exit(&mut self, index: usize, around: &mut Surroundings<'_>, code: u8, reason: &'static str) {
        let seen_ms = around.now_ms + if self.stage == Stage::Run { around.duration_ms(700..1_300) } else { 0 };
        let container = &mut self.containers[index];
        container.end(code, reason, around.now_ms);
        self.is_new = true;
        if self.stage == Stage::Run && self.plan.restarts(self.plan.containers[index].role, code) {
            container.schedule(Next::Restart, seen_ms);
        }
    }

    /// An ended container is started again, at once the first time, and later after a pause. Models `doBackOff`.
    fn restart(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>) {
        let name = self.plan.containers[index].name.clone();
        let container = &mut self.containers[index];
        let ended = container.ended().copied().or(container.last);
        let over_ms = ended.map_or(0, |it| container.crashes.over_ms(it.finished_ms));
        if over_ms <= around.now_ms {
            container.crashes.grow(around.now_ms);
            container.schedule(Next::Start, around.now_ms);
            return;
        }
        let pod_name = format!("{}_{}({})", pod.name(), pod.key().namespace, pod.meta.uid);
        let wait = super::backoff::go_duration(container.crashes.wait_ms);
        let message = format_smolstr!("back-off {wait} restarting failed container={name} pod={pod_name}");
        container.wait("CrashLoopBackOff", message);
        let said = format_smolstr!("Back-off restarting failed container {name} in pod {pod_name}");
        around.say(Some(index), EventType::Warning, "BackOff", said);
        let again_ms = around.look_again_ms(over_ms);
        self.containers[index].schedule(Next::Restart, again_ms);
        self.is_new = true;
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

    /// Whether any container was ever started.
    pub fn has_started(&self) -> bool {
        self.containers.iter().any(|it| it.run > 0)
    }
}

fn plan_grace_ms(pod: &Object) -> u64 {
    let seconds = pod.value.at(&["spec", "terminationGracePeriodSeconds"]).as_i64().unwrap_or(30);
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1000)
}

/// The reason of the event about a pod that was refused. Events have reasons from a fixed list: a resource that only some nodes
/// have is not in it by name.
fn event_reason(reason: &str) -> &'static str {
    const KNOWN: [&str; 9] = [
        "Evicted",
        "NodeAffinity",
        "NodePorts",
        "OutOfcpu",
        "OutOfephemeral-storage",
        "OutOfmemory",
        "OutOfpods",
        "TaintToleration",
        "UnexpectedAdmissionError",
    ];
    KNOWN.into_iter().find(|it| *it == reason).unwrap_or("OutOfResource")
}
