//! The status that a kubelet writes about a pod.
//!
//! Models `pkg/kubelet/status/generate.go` and `generateAPIPodStatus`.

use crate::object::{Map, Object, Phase, SmolStr, Value, map, time};
use crate::runtime::EPOCH;

use super::container::{Container, Ended, State};
use super::identity;
use super::plan::{ContainerPlan, RestartPolicy, Role};
use super::worker::{Stage, Worker};

impl Worker {
    /// `status.phase`. Models `getPhase`.
    pub fn phase(&self) -> Phase {
        if self.verdict.is_some() {
            return Phase::Failed;
        }
        let terminal = matches!(self.stage, Stage::Remove | Stage::Ended);
        let (mut waiting, mut running, mut stopped, mut succeeded) = (0, 0, 0, 0);
        for (plan, it) in self.plan.containers.iter().zip(&self.containers) {
            match plan.role {
                Role::Init if it.ended().is_some_and(|it| it.code != 0) && self.plan.restart == RestartPolicy::Never => {
                    return Phase::Failed;
                }
                Role::Init if !it.has_succeeded() => waiting += 1,
                Role::Sidecar if !it.started && !terminal && self.stage != Stage::Stop => waiting += 1,
                Role::Init | Role::Sidecar => {}
                Role::Main => match &it.state {
                    State::Running { .. } => running += 1,
                    State::Terminated(ended) => {
                        stopped += 1;
                        succeeded += u32::from(ended.code == 0);
                    }
                    State::Waiting { .. } if it.last.is_some() => stopped += 1,
                    State::Waiting { .. } => waiting += 1,
                },
            }
        }
        let all_well = stopped == succeeded;
        match (waiting > 0, running > 0, self.plan.restart) {
            (true, ..) => Phase::Pending,
            (_, true, _) => Phase::Running,
            _ if stopped == 0 => Phase::Pending,
            _ if terminal && all_well => Phase::Succeeded,
            _ if terminal => Phase::Failed,
            (.., RestartPolicy::OnFailure | RestartPolicy::Never) if all_well => Phase::Succeeded,
            (.., RestartPolicy::Never) => Phase::Failed,
            _ => Phase::Running,
        }
    }
}

/// The conditions that are the kubelet's own; what others set is kept.
const OWN: [&str; 5] = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/// What stands in a status besides the pod and its worker.
pub struct Facts<'a> {
    /// The node's address.
    pub host: &'a str,
    /// The time as objects carry it.
    pub now: SmolStr,
}

/// The whole status of a pod.
pub fn pod_status(worker: &Worker, pod: &Object, facts: &Facts<'_>) -> Value {
    let phase = worker.phase();
    let mut status = pod.value.at(&["status"]).clone();
    status.set(&["phase"], phase_name(phase));
    if let Some(verdict) = &worker.verdict {
        status.set(&["reason"], &verdict.reason);
        status.set(&["message"], &verdict.message);
    }
    status.set(&["observedGeneration"], pod.meta.generation);
    status.set(&["startTime"], time::format(worker.seen));
    if worker.containers.is_empty() {
        // It was refused, so there is nothing else to say about it.
        status.remove(&["conditions"]);
        return status;
    }
    let conditions = conditions(worker, pod, phase, facts);
    status.set(&["conditions"], conditions);
    set_address(&mut status, "hostIP", "hostIPs", facts.host);
    if worker.plan.host_network || worker.has_started() {
        let address = if worker.plan.host_network { facts.host } else { &worker.address };
        set_address(&mut status, "podIP", "podIPs", address);
    }
    set_container_statuses(&mut status, worker);
    status
}

fn set_address(status: &mut Value, one: &str, all: &str, address: &str) {
    if status.str_at(&[one]) != address {
        status.set(&[one], address);
        status.set(&[all], vec![map! { "ip" => address }]);
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Pending => "Pending",
        Phase::Running => "Running",
        Phase::Succeeded => "Succeeded",
        Phase::Failed => "Failed",
        Phase::Unknown => "Unknown",
    }
}

/// Status, reason and message of a condition; what is empty is left out.
type Verdict = (bool, &'static str, String);

const TRUE: Verdict = (true, "", String::new());

fn conditions(worker: &Worker, pod: &Object, phase: Phase, facts: &Facts<'_>) -> Vec<Value> {
    let old = pod.value.list_at(&["status", "conditions"]);
    let mut list: Vec<Value> = old.iter().filter(|it| !OWN.contains(&it.str_at(&["type"]))).cloned().collect();
    let disrupts = |it: &&super::worker::Verdict| it.reason != "DeadlineExceeded";
    if let Some(verdict) =
        worker.verdict.as_ref().filter(disrupts).filter(|_| !list.iter().any(|it| it.str_at(&["type"]) == "DisruptionTarget"))
    {
        list.push(map! {
            "lastProbeTime" => Value::Null,
            "lastTransitionTime" => &facts.now,
            "message" => &verdict.message,
            "observedGeneration" => pod.meta.generation,
            "reason" => "TerminationByKubelet",
            "status" => "True",
            "type" => "DisruptionTarget",
        });
    }
    let containers_ready = containers_ready(worker, phase);
    let ready = if containers_ready.0 { gates(pod, old) } else { containers_ready.clone() };
    let sandbox = (!matches!(worker.stage, Stage::Arrived | Stage::Mount) && !is_over(worker), "", String::new());
    for (name, (state, reason, message)) in
        OWN.into_iter().zip([sandbox, initialized(worker, phase), ready, containers_ready, TRUE])
    {
        let state = if state { "True" } else { "False" };
        let before = old.iter().find(|it| it.str_at(&["type"]) == name && it.str_at(&["status"]) == state);
        // What says the same as before is the same tree: most of a status is.
        let same = |it: &&Value| {
            it.get("lastProbeTime").is_some()
                && it.str_at(&["reason"]) == reason
                && it.str_at(&["message"]) == message
                && it.at(&["observedGeneration"]).as_i64() == Some(pod.meta.generation)
        };
        if let Some(before) = before.filter(same) {
            list.push(before.clone());
            continue;
        }
        let since = before.map_or_else(|| Value::from(&facts.now), |it| it.at(&["lastTransitionTime"]).clone());
        let mut fields: Vec<(SmolStr, Value)> = Vec::with_capacity(7);
        let mut field = |name: &'static str, value: Value| fields.push((SmolStr::new_static(name), value));
        field("lastProbeTime", Value::Null);
        field("lastTransitionTime", since);
        if !message.is_empty() {
            field("message", message.into());
        }
        field("observedGeneration", pod.meta.generation.into());
        if !reason.is_empty() {
            field("reason", reason.into());
        }
        field("status", Value::from(state));
        field("type", Value::from(name));
        list.push(Value::Map(fields.into_iter().collect()));
    }
    list
}

/// Whether nothing of the pod runs any more and nothing will.
fn is_over(worker: &Worker) -> bool {
    matches!(worker.stage, Stage::Remove | Stage::Ended)
}

/// Models `GenerateContainersReadyCondition`.
fn containers_ready(worker: &Worker, phase: Phase) -> Verdict {
    match phase {
        Phase::Succeeded => return (false, "PodCompleted", String::new()),
        Phase::Failed => return (false, "PodFailed", String::new()),
        _ => {}
    }
    let both = worker.plan.containers.iter().zip(&worker.containers);
    let unready: Vec<&str> =
        both.filter(|(plan, it)| plan.role != Role::Init && !it.ready).map(|(plan, _)| plan.name.as_str()).collect();
    if unready.is_empty() {
        return TRUE;
    }
    (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" ")))
}

/// Models `GeneratePodReadyCondition`: readiness gates that others have to open.
fn gates(pod: &Object, conditions: &[Value]) -> Verdict {
    let closed: Vec<String> = pod
        .value
        .list_at(&["spec", "readinessGates"])
        .iter()
        .filter_map(|gate| {
            let name = gate.str_at(&["conditionType"]);
            match conditions.iter().find(|it| it.str_at(&["type"]) == name).map(|it| it.str_at(&["status"])) {
                None => Some(format!("corresponding condition of pod readiness gate {name:?} does not exist.")),
                Some("True") => None,
                Some(status) => Some(format!("the status of pod readiness gate {name:?} is not \"True\", but {status}")),
            }
        })
        .collect();
    if closed.is_empty() { TRUE } else { (false, "ReadinessGatesNotReady", closed.join(", ")) }
}

/// Models `GeneratePodInitializedCondition`.
fn initialized(worker: &Worker, phase: Phase) -> Verdict {
    if phase == Phase::Succeeded {
        return (true, "PodCompleted", String::new());
    }
    let begun = worker.plan.containers.iter().zip(&worker.containers).any(|(plan, it)| plan.role == Role::Main && it.run > 0);
    let incomplete: Vec<&str> = worker
        .plan
        .containers
        .iter()
        .zip(&worker.containers)
        .filter(|(plan, it)| match plan.role {
            Role::Init => !it.has_succeeded(),
            Role::Sidecar => !it.started && !begun,
            Role::Main => false,
        })
        .map(|(plan, _)| plan.name.as_str())
        .collect();
    if incomplete.is_empty() {
        return TRUE;
    }
    (false, "ContainersNotInitialized", format!("containers with incomplete status: [{}]", incomplete.join(" ")))
}

fn set_container_statuses(status: &mut Value, worker: &Worker) {
    let (mut init, mut main) = (Vec::new(), Vec::new());
    let lost = is_over(worker) && worker.has_started();
    for (plan, container) in worker.plan.containers.iter().zip(&worker.containers) {
        let tree = container_status(plan, container, lost);
        if plan.role == Role::Main { main.push(tree) } else { init.push(tree) }
    }
    main.sort_unstable_by(|a, b| a.str_at(&["name"]).cmp(b.str_at(&["name"])));
    if !init.is_empty() {
        status.set(&["initContainerStatuses"], init);
    }
    status.set(&["containerStatuses"], main);
}

/// What the status of a container says whatever happens: it is read from the spec, and shared by all pods of a template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fixed {
    image: Value,
    image_id: Value,
    requests: Value,
    resources: Value,
    user: Value,
    mounts: Value,
}

impl Fixed {
    /// Reads a container; `pods` is the security context of its pod.
    pub fn read(container: &Value, pods: &Value) -> Self {
        let image = container.str_at(&["image"]);
        let amounts = ["limits", "requests"].map(|list| (list, container.at(&["resources", list]).clone()));
        let mounts = container.list_at(&["volumeMounts"]);
        Self {
            image: identity::full_name(image).into(),
            image_id: identity::image_id(image).into(),
            requests: amounts[1].1.clone(),
            resources: Value::Map(amounts.into_iter().filter(|(_, it)| !it.is_null()).collect()),
            user: user(container.at(&["securityContext"]), pods),
            mounts: if mounts.is_empty() { Value::Null } else { mounts.iter().map(volume_mount).collect() },
        }
    }
}

/// One entry of `containerStatuses`. `lost` says that its pod has ended, so that it cannot be waiting for anything.
fn container_status(plan: &ContainerPlan, container: &Container, lost: bool) -> Value {
    let (known, fixed) = (container.run > 0, &plan.fixed);
    let started = if plan.role == Role::Init { container.running_since_ms().is_some() } else { container.started };
    let mut fields: Vec<(SmolStr, Value)> = Vec::with_capacity(14);
    let mut field = |name: &'static str, value: Value| fields.push((SmolStr::new_static(name), value));
    if known && !fixed.requests.is_null() {
        field("allocatedResources", fixed.requests.clone());
    }
    if known {
        field("containerID", container_id(container.run));
    }
    field("image", if known { fixed.image.clone() } else { Value::from(&plan.image) });
    field("imageID", if known { fixed.image_id.clone() } else { "".into() });
    field("lastState", container.last.as_ref().map_or_else(Value::object, |it| map! { "terminated" => terminated(it) }));
    field("name", Value::from(&plan.name));
    field("ready", (container.ready || plan.role == Role::Init && container.has_succeeded()).into());
    if known {
        field("resources", fixed.resources.clone());
    }
    field("restartCount", container.restarts.into());
    field("started", started.into());
    field("state", state(container, lost));
    if known {
        field("user", fixed.user.clone());
    }
    if !fixed.mounts.is_null() {
        field("volumeMounts", fixed.mounts.clone());
    }
    Value::Map(fields.into_iter().collect())
}

fn container_id(run: u64) -> Value {
    format!("containerd://{}", identity::digits(run)).into()
}

fn state(container: &Container, lost: bool) -> Value {
    match &container.state {
        State::Waiting { .. } if lost => map! { "terminated" => map! {
            "exitCode" => 137,
            "finishedAt" => Value::Null,
            "message" => "The container could not be located when the pod was terminated",
            "reason" => "ContainerStatusUnknown",
            "startedAt" => Value::Null,
        } },
        State::Waiting { reason, message } if message.is_empty() => map! { "waiting" => map! { "reason" => *reason } },
        State::Waiting { reason, message } => map! { "waiting" => map! { "message" => message, "reason" => *reason } },
        State::Running { since_ms } => map! { "running" => map! { "startedAt" => timestamp(*since_ms) } },
        State::Terminated(ended) => map! { "terminated" => terminated(ended) },
    }
}

fn terminated(ended: &Ended) -> Value {
    map! {
        "containerID" => container_id(ended.run),
        "exitCode" => i32::from(ended.code),
        "finishedAt" => timestamp(ended.finished_ms),
        "reason" => ended.reason,
        "startedAt" => timestamp(ended.started_ms),
    }
}

/// A moment of cluster time as objects carry it.
fn timestamp(at_ms: u64) -> SmolStr {
    time::format(EPOCH + i64::try_from(at_ms / 1000).unwrap_or(i64::MAX / 2))
}

/// As whom a container runs: what its security context says, or root.
fn user(own: &Value, pods: &Value) -> Value {
    let number = |field: &str| own.at(&[field]).as_i64().or_else(|| pods.at(&[field]).as_i64()).unwrap_or(0);
    let group = number("runAsGroup");
    let linux = map! { "gid" => group, "supplementalGroups" => vec![Value::from(group)], "uid" => number("runAsUser") };
    map! { "linux" => linux }
}

fn volume_mount(mount: &Value) -> Value {
    let read_only = mount.at(&["readOnly"]).as_bool() == Some(true);
    let mut fields: Map = ["mountPath", "name"].into_iter().map(|field| (field, mount.at(&[field]).clone())).collect();
    if read_only {
        fields.insert("readOnly", true);
        fields.insert("recursiveReadOnly", "Disabled");
    }
    Value::Map(fields)
}
