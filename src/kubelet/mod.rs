//! The kubelets: the life of pods on their machines.
//!
//! Models what of `pkg/kubelet` can be seen from outside: a pod is admitted, its images pulled one after the other, its
//! containers started and probed, and when it is deleted they are stopped. What an image does is told by its tag, see
//! [`image::Behaviour`].

pub mod image;
mod status;

use std::sync::Arc;

use crate::persistent::OrdMap;
use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, Object, ObjectKey, Phase, SmolStr, Value};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task, set_condition};

use image::Behaviour;
use status::ContainerState;

/// The first wait after a failed pull or a crash, in milliseconds; it doubles up to [`LONGEST_BACKOFF_MS`].
const FIRST_BACKOFF_MS: u64 = 10_000;
/// The longest wait after a failed pull or a crash, in milliseconds.
const LONGEST_BACKOFF_MS: u64 = 300_000;

/// All machines.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {
    machines: OrdMap<SmolStr, Machine>,
    addresses: u32,
}

/// One machine.
#[derive(Clone, Debug, Default)]
struct Machine {
    stopped_at_ms: Option<u64>,
    images: OrdMap<SmolStr, ()>,
    pulling_until_ms: u64,
    workers: OrdMap<SmolStr, Worker>,
}

/// What a kubelet is doing with a pod.
#[derive(Clone, Debug)]
struct Worker {
    key: ObjectKey,
    step: Step,
    address: SmolStr,
    restarts: i64,
    failures: u32,
}

/// What comes next for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Make the sandbox and ask for the images.
    Admit,
    /// The images are there: start the containers.
    Start,
    /// An image could not be pulled: show that it is waited.
    PullFailed,
    /// Try the pull again.
    PullAgain,
    /// The container ends with an error.
    Crash,
    /// Look whether it is ready.
    Probe,
    /// Nothing: it runs.
    Running,
    /// The containers have stopped: report the end.
    Stopped,
    /// Take the object away.
    Remove,
}

impl Kubelets {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        match change.kind() {
            Kind::Node => self.observe_node(runtime, change),
            Kind::Pod => self.observe_pod(runtime, change),
            _ => {}
        }
    }

    fn observe_node(&mut self, runtime: &mut Runtime, change: &Change) {
        let name = change.object().name();
        let Some(node) = &change.new else {
            self.machines.remove(name);
            return;
        };
        if !self.machines.contains_key(name) {
            self.machines.insert(name.clone(), Machine::default());
            if !node.as_node().is_some_and(crate::object::NodeView::is_ready) {
                let delay_ms = runtime.duration_ms(2_000..4_000);
                runtime.after(delay_ms, Task::NodeReady(name.clone()));
            }
        }
    }

    fn observe_pod(&mut self, runtime: &mut Runtime, change: &Change) {
        let object = change.object();
        let Some(view) = object.as_pod().filter(|it| it.is_bound()) else { return };
        let (node, uid) = (view.node_name.clone(), object.meta.uid.clone());
        let Some(machine) = self.machines.get_mut(&node) else { return };
        if change.new.is_none() {
            machine.workers.remove(&uid);
            return;
        }
        if machine.stopped_at_ms.is_some() || view.phase.is_terminal() {
            return;
        }
        let known = machine.workers.get(&uid).map(|it| it.step);
        match (known, view.deleting) {
            (None, false) => {
                self.addresses += 1;
                let worker = Worker::new(object.key().clone(), self.addresses);
                machine.workers.insert(uid.clone(), worker);
                let delay_ms = runtime.duration_ms(20..120);
                runtime.after(delay_ms, Task::Kubelet { node, uid });
            }
            (Some(Step::Stopped | Step::Remove), true) | (_, false) => {}
            (_, true) => self.stop_pod(runtime, &node, object),
        }
    }

    /// A pod is deleted: its containers get a signal, and most end within a second or two.
    fn stop_pod(&mut self, runtime: &mut Runtime, node: &SmolStr, pod: &Arc<Object>) {
        let uid = pod.meta.uid.clone();
        let Some(machine) = self.machines.get_mut(node) else { return };
        let worker = machine.workers.get_or_insert_with(uid.clone(), || Worker::new(pod.key().clone(), 0));
        worker.step = Step::Stopped;
        for container in pod.value.list_at(&["spec", "containers"]) {
            let message = format_smolstr!("Stopping container {}", container.str_at(&["name"]));
            say(runtime, pod, container, EventType::Normal, "Killing", message);
        }
        let grace_seconds = pod.value.at(&["metadata", "deletionGracePeriodSeconds"]).as_i64().unwrap_or(0);
        let grace_ms = u64::try_from(grace_seconds).unwrap_or(0).saturating_mul(1000);
        let delay_ms = runtime.duration_ms(600..1_400).min(grace_ms);
        runtime.after(delay_ms, Task::Kubelet { node: node.clone(), uid });
    }

    /// A pod's next step is due.
    pub fn proceed(&mut self, runtime: &mut Runtime, node: &SmolStr, uid: &SmolStr) {
        let Some(machine) = self.machines.get_mut(node).filter(|it| it.stopped_at_ms.is_none()) else { return };
        let Some(mut worker) = machine.workers.get(uid).cloned() else { return };
        let Some(pod) = runtime.store.get(Kind::Pod, &worker.key).filter(|it| it.meta.uid == *uid).cloned() else {
            machine.workers.remove(uid);
            return;
        };
        let next = match worker.step {
            Step::Admit => Some(admit(runtime, machine, &mut worker, &pod)),
            Step::PullFailed => pull_failed(runtime, &mut worker, &pod),
            Step::PullAgain => Some(pull(runtime, machine, &mut worker, &pod)),
            Step::Start => start(runtime, machine, &mut worker, &pod),
            Step::Crash => Some(crash(runtime, &mut worker, &pod)),
            Step::Probe => probe(runtime, &mut worker, &pod),
            Step::Stopped => Some(stopped(runtime, &mut worker, &pod)),
            Step::Running => None,
            Step::Remove => {
                machine.workers.remove(uid);
                let options = DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() };
                // A finalizer may keep it; it may be gone already.
                let _ = runtime.delete(Kind::Pod, &worker.key, options);
                return;
            }
        };
        machine.workers.insert(uid.clone(), worker);
        if let Some(delay_ms) = next {
            runtime.after(delay_ms, Task::Kubelet { node: node.clone(), uid: uid.clone() });
        }
    }

    /// A kubelet has started and reports that its node is ready.
    pub fn node_ready(runtime: &mut Runtime, name: &SmolStr) {
        let Some(node) = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())).cloned() else { return };
        let (mut status, now) = (node.value.at(&["status"]).clone(), runtime.timestamp());
        for (condition, state, reason, message) in status::NODE_CONDITIONS {
            set_condition(&mut status, &now, condition, state, &[("reason", reason), ("message", message)]);
        }
        if status.at(&["capacity"]).is_null() {
            status.set(&["capacity"], status::default_capacity());
        }
        if status.at(&["allocatable"]).is_null() {
            status.set(&["allocatable"], status.at(&["capacity"]).clone());
        }
        let _ = runtime.update_status(Kind::Node, node.key(), status);
        let source = Source { component: "kubelet", host: name.clone() };
        let message = format_smolstr!("Node {name} status is now: NodeReady");
        runtime.events.record(runtime.unix(), source, InvolvedObject::of(&node), EventType::Normal, "NodeReady", message);
    }

    /// Switches a machine off. Nothing on it goes on, and nobody is told.
    pub fn stop(&mut self, name: &str, now_ms: u64) {
        if let Some(machine) = self.machines.get_mut(name) {
            machine.stopped_at_ms.get_or_insert(now_ms);
        }
    }

    /// Switches a machine on: its pods start again from the images that it has.
    pub fn start(&mut self, runtime: &mut Runtime, name: &SmolStr) {
        let Some(machine) = self.machines.get_mut(name) else { return };
        if machine.stopped_at_ms.take().is_none() {
            return;
        }
        machine.workers = OrdMap::new();
        let pods: Vec<_> =
            runtime.store.list(Kind::Pod).filter(|it| it.as_pod().is_some_and(|pod| pod.node_name == *name)).cloned().collect();
        for pod in pods {
            let change = Change { old: None, resource_version: pod.meta.resource_version, new: Some(pod) };
            self.observe_pod(runtime, &change);
        }
        let delay_ms = runtime.duration_ms(1_000..3_000);
        runtime.after(delay_ms, Task::NodeReady(name.clone()));
    }

    /// Whether a machine is switched off.
    pub fn is_stopped(&self, name: &str) -> bool {
        self.machines.get(name).is_some_and(|it| it.stopped_at_ms.is_some())
    }

    /// The machines that are switched off, and for how many milliseconds.
    pub fn silent(&self, now_ms: u64) -> Vec<(SmolStr, u64)> {
        let silent = |(name, it): (&SmolStr, &Machine)| Some((name.clone(), now_ms - it.stopped_at_ms?));
        self.machines.iter().filter_map(silent).collect()
    }
}

impl Worker {
    fn new(key: ObjectKey, number: u32) -> Self {
        let address = format_smolstr!("10.244.{}.{}", (number >> 8) & 0xff, number & 0xff);
        Self { key, step: Step::Admit, address, restarts: 0, failures: 0 }
    }

    fn backoff_ms(&mut self) -> u64 {
        let wait_ms = FIRST_BACKOFF_MS.checked_shl(self.failures.min(20)).unwrap_or(LONGEST_BACKOFF_MS);
        self.failures += 1;
        wait_ms.min(LONGEST_BACKOFF_MS)
    }
}

fn containers(pod: &Object) -> &[Value] {
    pod.value.list_at(&["spec", "containers"])
}

fn behaviour(pod: &Object) -> Behaviour {
    containers(pod).iter().map(|it| Behaviour::of(it.str_at(&["image"]))).max().unwrap_or_default()
}

fn report(runtime: &mut Runtime, worker: &Worker, pod: &Object, phase: Phase, state: &ContainerState) {
    let status = status::pod_status(runtime, pod, phase, state, worker.restarts, &worker.address);
    // The pod may be gone meanwhile: then nobody waits for its status.
    let _ = runtime.update_status(Kind::Pod, pod.key(), status);
}

fn admit(runtime: &mut Runtime, machine: &mut Machine, worker: &mut Worker, pod: &Arc<Object>) -> u64 {
    report(runtime, worker, pod, Phase::Pending, &ContainerState::waiting("ContainerCreating", ""));
    pull(runtime, machine, worker, pod)
}

/// Asks for the images that are not there. A machine pulls one after the other.
fn pull(runtime: &mut Runtime, machine: &mut Machine, worker: &mut Worker, pod: &Arc<Object>) -> u64 {
    let now_ms = runtime.now_ms();
    let mut done_ms = now_ms;
    for container in containers(pod) {
        let image: SmolStr = container.str_at(&["image"]).into();
        if machine.images.contains_key(&image) && container.str_at(&["imagePullPolicy"]) != "Always" {
            continue;
        }
        say(runtime, pod, container, EventType::Normal, "Pulling", format_smolstr!("Pulling image {image:?}"));
        let (low_ms, high_ms) = Behaviour::of(&image).pull_ms();
        let pull_ms = if machine.images.contains_key(&image) { 300 } else { runtime.duration_ms(low_ms..high_ms) };
        done_ms = machine.pulling_until_ms.max(done_ms) + pull_ms;
        machine.pulling_until_ms = done_ms;
    }
    worker.step = if behaviour(pod) == Behaviour::Bad { Step::PullFailed } else { Step::Start };
    (done_ms - now_ms).max(runtime.duration_ms(50..150))
}

fn pull_failed(runtime: &mut Runtime, worker: &mut Worker, pod: &Arc<Object>) -> Option<u64> {
    let bad = containers(pod).iter().find(|it| Behaviour::of(it.str_at(&["image"])) == Behaviour::Bad)?;
    let image = bad.str_at(&["image"]);
    let error = format!("failed to pull and unpack image {image:?}: failed to resolve reference {image:?}: {image}: not found");
    say(runtime, pod, bad, EventType::Warning, "Failed", format_smolstr!("Failed to pull image {image:?}: {error}"));
    say(runtime, pod, bad, EventType::Warning, "Failed", "Error: ErrImagePull".into());
    say(runtime, pod, bad, EventType::Normal, "BackOff", format_smolstr!("Back-off pulling image {image:?}"));
    say(runtime, pod, bad, EventType::Warning, "Failed", "Error: ImagePullBackOff".into());
    let message = format!("Back-off pulling image {image:?}: ErrImagePull: {error}");
    report(runtime, worker, pod, Phase::Pending, &ContainerState::waiting("ImagePullBackOff", &message));
    worker.step = Step::PullAgain;
    Some(worker.backoff_ms())
}

fn start(runtime: &mut Runtime, machine: &mut Machine, worker: &mut Worker, pod: &Arc<Object>) -> Option<u64> {
    for container in containers(pod) {
        let image = container.str_at(&["image"]);
        let pulled = if machine.images.insert(image.into(), ()).is_none() {
            format_smolstr!("Successfully pulled image {image:?}")
        } else {
            format_smolstr!("Container image {image:?} already present on machine and can be accessed by the pod")
        };
        say(runtime, pod, container, EventType::Normal, "Pulled", pulled);
        say(runtime, pod, container, EventType::Normal, "Created", "Container created".into());
        say(runtime, pod, container, EventType::Normal, "Started", "Container started".into());
    }
    let probe = containers(pod).iter().map(|it| it.at(&["readinessProbe"])).find(|it| !it.is_null());
    let behaviour = behaviour(pod);
    if behaviour == Behaviour::Crash {
        report(runtime, worker, pod, Phase::Running, &ContainerState::Running { ready: false });
        worker.step = Step::Crash;
        return Some(runtime.duration_ms(500..1_500));
    }
    let ready = probe.is_none() && behaviour != Behaviour::Unready;
    report(runtime, worker, pod, Phase::Running, &ContainerState::Running { ready });
    if ready {
        worker.step = Step::Running;
        return None;
    }
    worker.step = Step::Probe;
    let delay_seconds = probe.and_then(|it| it.at(&["initialDelaySeconds"]).as_i64()).unwrap_or(0);
    Some(u64::try_from(delay_seconds).unwrap_or(0).saturating_mul(1000) + runtime.duration_ms(800..1_200))
}

fn crash(runtime: &mut Runtime, worker: &mut Worker, pod: &Arc<Object>) -> u64 {
    let wait_ms = if worker.restarts == 0 { 1_000 } else { worker.backoff_ms() };
    if let Some(container) = containers(pod).first() {
        let name = container.str_at(&["name"]);
        let pod_name = format!("{}_{}({})", pod.name(), pod.key().namespace, pod.meta.uid);
        let message = format_smolstr!("Back-off restarting failed container {name} in pod {pod_name}");
        say(runtime, pod, container, EventType::Warning, "BackOff", message);
        let words = format!("back-off {}s restarting failed container={name} pod={pod_name}", wait_ms / 1000);
        report(runtime, worker, pod, Phase::Running, &ContainerState::waiting("CrashLoopBackOff", &words));
    }
    worker.restarts += 1;
    worker.step = Step::Start;
    wait_ms
}

fn probe(runtime: &mut Runtime, worker: &mut Worker, pod: &Arc<Object>) -> Option<u64> {
    if behaviour(pod) != Behaviour::Unready {
        report(runtime, worker, pod, Phase::Running, &ContainerState::Running { ready: true });
        worker.step = Step::Running;
        return None;
    }
    if let Some(container) = containers(pod).first() {
        let message = "Readiness probe failed: HTTP probe failed with statuscode: 503";
        say(runtime, pod, container, EventType::Warning, "Unhealthy", message.into());
    }
    let period = containers(pod).iter().find_map(|it| it.at(&["readinessProbe", "periodSeconds"]).as_i64()).unwrap_or(10);
    Some(u64::try_from(period).unwrap_or(10).saturating_mul(1000).max(1000))
}

/// The terminal phase is written first, and only then the object goes: between the two a replacement may be created.
fn stopped(runtime: &mut Runtime, worker: &mut Worker, pod: &Arc<Object>) -> u64 {
    report(runtime, worker, pod, Phase::Succeeded, &ContainerState::Terminated);
    worker.step = Step::Remove;
    runtime.duration_ms(5..20)
}

fn say(runtime: &mut Runtime, pod: &Object, container: &Value, event_type: EventType, reason: &'static str, message: SmolStr) {
    let host = pod.as_pod().map(|it| it.node_name.clone()).unwrap_or_default();
    let mut involved = InvolvedObject::of(pod);
    involved.field_path = format_smolstr!("spec.containers{{{}}}", container.str_at(&["name"]));
    let source = Source { component: "kubelet", host };
    runtime.events.record(runtime.unix(), source, involved, event_type, reason, message);
}
