//! What is the matter with a pod: what its status, its events and its kubelet's own counters say, as plain data.
//!
//! Nothing is decided here: a pause, a number of failures or a refusal was somebody else's, and is only looked up.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::kubectl::print::pod_status;
use crate::kubelet::Kubelets;
use crate::kubelet::container::{Container, Next, State};
use crate::kubelet::plan::{ContainerPlan, Role};
use crate::kubelet::probe::{NEVER, ProbeKind};
use crate::kubelet::worker::{Stage, Worker};
use crate::object::{Object, Phase, Pod, SmolStr, Value};
use crate::runtime::Runtime;

/// A pod that does not run as it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodTrouble {
    /// Its name.
    pub pod: SmolStr,
    /// kubectl's STATUS.
    pub status: SmolStr,
    /// What is the matter.
    pub trouble: Trouble,
}

/// What is the matter with a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// The scheduler found no room for it.
    Unscheduled {
        /// What its node lacks.
        lack: Lack,
        /// The scheduler's words.
        message: SmolStr,
        /// Seconds of cluster time at which it said so first.
        since_seconds: u64,
    },
    /// An image is not there.
    Image {
        /// The container.
        container: SmolStr,
        /// The image as it is written in the pod.
        image: SmolStr,
        /// Why it is not.
        cause: ImageCause,
        /// What comes next.
        pause: Pause,
    },
    /// A container ends again and again.
    Crash {
        /// The container.
        container: SmolStr,
        /// How it ended last.
        exit: Exit,
        /// How often it was started again.
        restarts: u32,
        /// What comes next.
        pause: Pause,
    },
    /// A probe of a container that runs does not pass.
    Probe {
        /// The container.
        container: SmolStr,
        /// Which one.
        probe: ProbeName,
        /// How often it failed in a row.
        failures: u32,
        /// So many failures in a row count.
        threshold: u32,
        /// It is asked every so many seconds.
        period_seconds: u64,
        /// What it got to hear last, in the kubelet's words; may be empty.
        output: SmolStr,
    },
    /// A container runs and is not ready, though it has no `readinessProbe` that says so.
    Unready {
        /// The container.
        container: SmolStr,
    },
    /// What a container's environment is to come from is not there.
    Config {
        /// The container.
        container: SmolStr,
        /// The kubelet's words.
        message: SmolStr,
    },
    /// A volume cannot be set up.
    Volume {
        /// The kubelet's words.
        message: SmolStr,
    },
    /// It was refused or evicted by its kubelet, or ended for good.
    Over {
        /// `Evicted`, `OutOfcpu` … may be empty.
        reason: SmolStr,
        /// The words of its status; may be empty.
        message: SmolStr,
    },
}

/// What the node of a pod lacks that the scheduler found no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lack {
    /// Processor, memory, or another resource.
    Resources,
    /// A port of the node that another pod has.
    Port,
    /// Something else.
    Other,
}

/// Why an image is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageCause {
    /// The registry does not have it.
    NotFound,
    /// Its name is none.
    InvalidName,
    /// It is not on the machine, and `imagePullPolicy` is `Never`.
    NeverPulled,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// With that code.
    Code(u8),
    /// It was killed for taking more memory than its limit or, where it has none, than its node has.
    OutOfMemory {
        /// Whether it has a limit.
        limited: bool,
    },
}

/// A pause between two attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// How long it is now, in seconds; 0 before the first one.
    pub seconds: u64,
    /// When it is over, in seconds of cluster time; `None` while an attempt is under way.
    pub until_seconds: Option<u64>,
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeName {
    /// `startupProbe`.
    Startup,
    /// `livenessProbe`.
    Liveness,
    /// `readinessProbe`.
    Readiness,
}

impl ProbeName {
    fn of(kind: ProbeKind) -> Self {
        match kind {
            ProbeKind::Startup => Self::Startup,
            ProbeKind::Liveness => Self::Liveness,
            ProbeKind::Readiness => Self::Readiness,
        }
    }

    /// The field that describes it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Startup => ProbeKind::Startup,
            Self::Liveness => ProbeKind::Liveness,
            Self::Readiness => ProbeKind::Readiness,
        }
        .field()
    }
}

/// What is the matter with a pod of that node; `None` where all is well or on its way, and where it is being deleted.
pub fn trouble_of(cluster: &Cluster, node: &str, object: &Object) -> Option<PodTrouble> {
    let pod = object.as_pod().filter(|pod| !pod.deleting)?;
    let trouble = if matches!(pod.phase, Phase::Failed | Phase::Succeeded) {
        let text = |field| object.value.text_at(&["status", field]);
        Some(Trouble::Over { reason: text("reason"), message: text("message") })
    } else if !pod.is_bound() {
        unscheduled(object)
    } else {
        let worker = cluster.kubelets.worker(node, &object.meta.uid)?;
        let containers = || worker.plan.containers.iter().zip(&worker.containers);
        containers()
            .find_map(|(plan, it)| of_container(cluster, object, worker, plan, it))
            .or_else(|| volume(&cluster.runtime, object, worker))
    }?;
    Some(PodTrouble {
        pod: object.name().clone(),
        status: pod_status::read(&object.value, cluster.runtime.unix()).status,
        trouble,
    })
}

/// Whether a pod will not be ready by itself: the scheduler has refused it, a volume is not there, or a container runs and its
/// readiness probe will hear nothing better than what made it decide against it, or is not there to decide.
pub fn is_helpless(runtime: &Runtime, kubelets: &Kubelets, node: &str, object: &Object) -> bool {
    if !object.as_pod().is_some_and(Pod::is_bound) {
        return unscheduled(object).is_some();
    }
    let Some(worker) = kubelets.worker(node, &object.meta.uid) else { return false };
    let both = worker.plan.containers.iter().zip(&worker.containers);
    let is_unwell = |(plan, it): (&ContainerPlan, &Container)| {
        let refused = it.probes[ProbeKind::Readiness as usize].result == Some(false);
        let runs = it.running_since_ms().is_some() && !it.ready;
        is_silent(plan, it) || (runs && refused && !kubelets.behaviour(&plan.image, object.key()).gets_ready())
    };
    both.into_iter().any(is_unwell) || volume(runtime, object, worker).is_some()
}

/// Whether a container runs and is not ready, and there is no readiness probe that says why.
fn is_silent(plan: &ContainerPlan, container: &Container) -> bool {
    let counts = plan.role != Role::Init && plan.probes[ProbeKind::Readiness as usize].is_none();
    counts && container.running_since_ms().is_some() && container.started && !container.ready
}

fn unscheduled(object: &Object) -> Option<Trouble> {
    let conditions = object.value.list_at(&["status", "conditions"]);
    let refusal = conditions.iter().find(|it| it.str_at(&["type"]) == "PodScheduled" && it.str_at(&["status"]) == "False")?;
    let message = refusal.text_at(&["message"]);
    let lack = if message.contains("Insufficient ") || message.contains("Too many pods") {
        Lack::Resources
    } else if message.contains("free ports") {
        Lack::Port
    } else {
        Lack::Other
    };
    Some(Trouble::Unscheduled { lack, message, since_seconds: cluster_seconds(refusal.at(&["lastTransitionTime"])) })
}

/// A time of an object in seconds of cluster time.
fn cluster_seconds(time: &Value) -> u64 {
    let unix = crate::object::time::read(time).unwrap_or(crate::runtime::EPOCH);
    u64::try_from(unix - crate::runtime::EPOCH).unwrap_or(0)
}

fn of_container(
    cluster: &Cluster,
    object: &Object,
    worker: &Worker,
    plan: &ContainerPlan,
    container: &Container,
) -> Option<Trouble> {
    let name = || plan.name.clone();
    match &container.state {
        State::Waiting { reason: "CreateContainerConfigError", message } => {
            Some(Trouble::Config { container: name(), message: message.clone() })
        }
        State::Waiting { reason: "CrashLoopBackOff", .. } => crash(plan, container),
        State::Waiting { reason, .. } => {
            let cause = match *reason {
                "ErrImagePull" | "ImagePullBackOff" => ImageCause::NotFound,
                "InvalidImageName" => ImageCause::InvalidName,
                "ErrImageNeverPull" => ImageCause::NeverPulled,
                _ => return None,
            };
            Some(Trouble::Image { container: name(), image: plan.image.clone(), cause, pause: pulls(container) })
        }
        State::Terminated(_) if worker.plan.restarts(plan.role, container.ended()?.code) => crash(plan, container),
        State::Terminated(_) => None,
        State::Running { .. } => probe(cluster, object, plan, container)
            .or_else(|| is_silent(plan, container).then(|| Trouble::Unready { container: name() })),
    }
}

fn crash(plan: &ContainerPlan, container: &Container) -> Option<Trouble> {
    let ended = container.ended().copied().or(container.last)?;
    let over_ms = container.crashes.over_ms(ended.finished_ms);
    let waits = container.next == Next::Restart;
    Some(Trouble::Crash {
        container: plan.name.clone(),
        exit: match ended.reason {
            "OOMKilled" => Exit::OutOfMemory { limited: plan.has_memory_limit },
            _ => Exit::Code(ended.code),
        },
        restarts: container.restarts,
        pause: Pause {
            seconds: container.crashes.wait_ms / 1000,
            until_seconds: waits.then_some(over_ms.max(container.at_ms) / 1000),
        },
    })
}

/// The pause between two pulls.
fn pulls(container: &Container) -> Pause {
    let until_ms = match container.next {
        Next::ShowPullBackoff => Some(container.pulls.over_since_update_ms()),
        Next::PullAgain | Next::Start => Some(container.at_ms).filter(|at_ms| *at_ms != NEVER),
        _ => None,
    };
    Pause { seconds: container.pulls.wait_ms / 1000, until_seconds: until_ms.map(|until_ms| until_ms / 1000) }
}

/// The first probe that fails, in the order in which they matter. One that has decided nothing yet may only be early, and
/// readiness that comes by itself is on its way; where the others decide against a container, it is killed, ready soon or not.
fn probe(cluster: &Cluster, object: &Object, plan: &ContainerPlan, container: &Container) -> Option<Trouble> {
    ProbeKind::ALL.into_iter().find_map(|kind| {
        let (probe, state) = (plan.probes[kind as usize]?, &container.probes[kind as usize]);
        let failures = state.failures();
        let decided = state.result.is_some() || failures >= probe.failure_threshold;
        let mends = || kind == ProbeKind::Readiness && cluster.kubelets.behaviour(&plan.image, object.key()).gets_ready();
        let said =
            || last_said(&cluster.runtime, object, &plan.field_path(), "Unhealthy", &[kind.title(), " probe failed: "].concat());
        (failures > 0 && decided && !mends()).then(|| Trouble::Probe {
            container: plan.name.clone(),
            probe: ProbeName::of(kind),
            failures,
            threshold: probe.failure_threshold,
            period_seconds: probe.period_ms / 1000,
            output: said(),
        })
    })
}

/// The kubelet waits for a volume, and has complained about it.
fn volume(runtime: &Runtime, object: &Object, worker: &Worker) -> Option<Trouble> {
    let waits = worker.stage == Stage::Mount;
    let message = if waits { last_said(runtime, object, "", "FailedMount", "") } else { SmolStr::default() };
    (!message.is_empty()).then_some(Trouble::Volume { message })
}

/// What was said last about a part of an object (the whole, where its path is empty) for that reason, behind those words; empty
/// where nothing was.
fn last_said(runtime: &Runtime, object: &Object, field_path: &str, reason: &str, behind: &str) -> SmolStr {
    let mut events = runtime.events.about(object, runtime.unix());
    let said = events.find_map(|event| {
        let own = event.reason == reason && event.involved.field_path == field_path;
        let (_, words) = event.message.split_once(behind).filter(|_| own)?;
        Some(SmolStr::from(words))
    });
    said.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab};
    use crate::object::ObjectKey;

    const MANIFEST: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec:\n      containers: [{name: c, image: 'nginx:1'}]\n";

    fn explained(lab: &mut Lab) -> Vec<PodTrouble> {
        lab.stage(None);
        lab.explain("worker-1", &ObjectKey::new("default", "agent")).troubles
    }

    /// What is the matter with the only pod of a node after so many seconds, when the container is another one.
    fn trouble(container: &str, seconds: u64) -> Option<Trouble> {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        lab.apply("a", &MANIFEST.replace("image: 'nginx:1'", container)).expect("applied");
        lab.advance(seconds * 1000, &mut || true);
        let mut troubles = explained(&mut lab);
        assert!(troubles.len() < 2, "{troubles:?}");
        troubles.pop().map(|it| it.trouble)
    }

    #[test]
    fn a_pod_that_runs_or_is_on_its_way_has_no_trouble() {
        for seconds in [0, 1, 2, 3, 30] {
            assert_eq!(trouble("image: 'nginx:1'", seconds), None, "after {seconds} s");
        }
        let probes = "readinessProbe: {httpGet: {port: 80}}, livenessProbe: {httpGet: {port: 80}, failureThreshold: 9}";
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        lab.apply("a", &MANIFEST.replace("'nginx:1'", &format!("'logstash:8', {probes}"))).expect("applied");
        let mut refused = 0;
        for seconds in 1..90 {
            lab.advance(seconds * 1000, &mut || true);
            assert_eq!(explained(&mut lab), [], "after {seconds} s");
            let pods = lab.painter.pods_on("worker-1");
            let states = pods.iter().filter_map(|pod| lab.cluster.kubelets.worker("worker-1", &pod.meta.uid));
            let mut probes = states.flat_map(|it| &it.containers).map(|it| &it.probes[ProbeKind::Readiness as usize]);
            refused += usize::from(probes.any(|it| it.result == Some(false)));
        }
        assert!(refused > 0, "its readiness was refused on its way");
    }

    #[test]
    fn an_image_that_is_not_there_is_named_with_the_pause_before_the_next_pull() {
        let Some(Trouble::Image { container, image, cause, pause }) = trouble("image: 'nginx:bad'", 20) else { panic!() };
        assert_eq!((container.as_str(), image.as_str(), cause), ("c", "nginx:bad", ImageCause::NotFound));
        assert!([10, 20].contains(&pause.seconds), "{pause:?}");
        assert!(pause.until_seconds.is_none_or(|until| (15..40).contains(&until)), "{pause:?}");
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        let first = "initContainers: [{name: i, image: 'nginx:bad'}]\n      containers";
        lab.apply("a", &MANIFEST.replace("containers", first)).expect("applied");
        lab.advance(20_000, &mut || true);
        let troubles = explained(&mut lab);
        let is_first = |it: &Trouble| matches!(it, Trouble::Image { container, .. } if container == "i");
        assert!(troubles.iter().all(|it| is_first(&it.trouble) && it.status.starts_with("Init:")), "{troubles:?}");
        assert_eq!(troubles.len(), 1);
        let Some(Trouble::Image { pause, .. }) = trouble("image: 'nginx:bad'", 600) else { panic!() };
        assert_eq!(pause.seconds, 300);
        assert!(pause.until_seconds.is_none_or(|until| (600..930).contains(&until)), "{pause:?}");
        for (text, cause) in [
            ("image: 'nginx::x'", ImageCause::InvalidName),
            ("image: 'nginx:1', imagePullPolicy: Never", ImageCause::NeverPulled),
        ] {
            assert!(matches!(trouble(text, 30), Some(Trouble::Image { cause: found, .. }) if found == cause), "{text}");
        }
    }

    #[test]
    fn a_container_that_ends_again_and_again_says_how_it_ended_and_when_it_is_started_again() {
        let Some(Trouble::Crash { container, exit, restarts, pause }) = trouble("image: 'nginx:crash'", 60) else { panic!() };
        assert_eq!((container.as_str(), exit), ("c", Exit::Code(1)));
        assert!(restarts >= 2 && [20, 40].contains(&pause.seconds), "{restarts} {pause:?}");
        assert!(pause.until_seconds.is_some_and(|until| until >= 60), "{pause:?}");
    }

    #[test]
    fn a_probe_that_does_not_pass_says_how_often_it_failed_and_what_it_heard() {
        let probed = "image: 'nginx:unready', readinessProbe: {httpGet: {port: 80}, periodSeconds: 5, failureThreshold: 2}";
        let Some(Trouble::Probe { probe, failures, threshold, period_seconds, output, .. }) = trouble(probed, 60) else {
            panic!()
        };
        assert_eq!((probe, threshold, period_seconds), (ProbeName::Readiness, 2, 5));
        assert!((10..13).contains(&failures), "{failures}");
        assert_eq!(output, "HTTP probe failed with statuscode: 503");
        let silent = "image: 'nginx:unready'";
        for container in [silent, &[silent, ", livenessProbe: {httpGet: {port: 80}}"].concat()] {
            assert_eq!(trouble(container, 60), Some(Trouble::Unready { container: "c".into() }), "{container}");
        }
    }

    #[test]
    fn a_probe_says_what_its_own_container_heard_and_not_the_one_beside_it() {
        let probed = |handler| format!("image: 'nginx:unready', readinessProbe: {{{handler}: {{port: 80}}, periodSeconds: 2}}");
        for (own, other, heard) in [("httpGet", "tcpSocket", "503"), ("tcpSocket", "httpGet", "connection refused")] {
            let both = format!("{}}}, {{name: other, {}", probed(own), probed(other));
            let Some(Trouble::Probe { container, output, .. }) = trouble(&both, 60) else { panic!("{own}") };
            assert!(container == "c" && output.contains(heard), "{own}: {container} {output}");
        }
    }

    #[test]
    fn an_early_liveness_probe_that_has_its_container_killed_is_told() {
        let probed = "image: 'logstash:8', livenessProbe: {httpGet: {port: 80}, periodSeconds: 5}";
        let mut seen = (10..60).filter_map(|seconds| trouble(probed, seconds));
        assert!(seen.any(|it| matches!(it, Trouble::Probe { probe: ProbeName::Liveness, failures: 3.., .. })));
    }

    #[test]
    fn a_pod_that_the_scheduler_refused_says_what_its_node_lacks() {
        let wants = "image: 'nginx:1', resources: {requests: {cpu: '900'}}";
        let Some(Trouble::Unscheduled { lack, message, since_seconds }) = trouble(wants, 30) else { panic!() };
        assert_eq!(lack, Lack::Resources);
        assert!(message.contains("Insufficient cpu") && since_seconds < 5, "{message} {since_seconds}");
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        let port = MANIFEST.replace("'nginx:1'", "'nginx:1', ports: [{containerPort: 80, hostPort: 80}]");
        lab.apply("a", &format!("{port}---\n{}", port.replace("agent", "other"))).expect("applied");
        lab.advance(30_000, &mut || true);
        lab.stage(None);
        let of = |name| lab.explain("worker-1", &ObjectKey::new("default", name)).troubles;
        let both = [of("agent"), of("other")].concat();
        assert!(matches!(&both[..], [PodTrouble { trouble: Trouble::Unscheduled { lack: Lack::Port, .. }, .. }]), "{both:?}");
    }

    #[test]
    fn what_is_not_there_for_a_container_or_its_volumes_is_named() {
        let env = "image: 'nginx:1', envFrom: [{configMapRef: {name: absent}}]";
        assert!(matches!(trouble(env, 30), Some(Trouble::Config { message, .. }) if message.contains("absent")));
        let volume = "image: 'nginx:1'}]\n      volumes: [{name: v, configMap: {name: absent}";
        let first = volume
            .replace("      volumes", "      initContainers: [{name: i, image: 'nginx:1', command: ['true']}]\n      volumes");
        for text in [volume, &first] {
            assert!(matches!(trouble(text, 30), Some(Trouble::Volume { message }) if message.contains("absent")), "{text}");
        }
    }

    #[test]
    fn on_a_machine_that_is_off_no_pod_says_what_its_kubelet_did_last() {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        lab.apply("a", &MANIFEST.replace("nginx:1", "nginx:bad")).expect("applied");
        lab.advance(20_000, &mut || true);
        assert_eq!(explained(&mut lab).len(), 1);
        lab.act(&Action::StopNode { node: "worker-1".into() }).expect("stopped");
        assert_eq!(explained(&mut lab), []);
    }
}
