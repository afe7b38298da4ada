//! The status trees that a kubelet writes.

use crate::object::{Object, Phase, SmolStr, Value, map};
use crate::runtime::{Runtime, set_condition};

/// Condition, status, reason and message of a healthy node.
pub const NODE_CONDITIONS: [(&str, &str, &str, &str); 4] = [
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
];

/// What a machine has when its Node does not say.
pub fn default_capacity() -> Value {
    map! { "cpu" => "4", "memory" => "8Gi", "ephemeral-storage" => "50Gi", "pods" => "110" }
}

/// What all containers of a pod are doing.
#[derive(Clone, Debug)]
pub enum ContainerState {
    /// Not started.
    Waiting {
        /// `ContainerCreating`, `CrashLoopBackOff` …
        reason: SmolStr,
        /// The text; may be empty.
        message: SmolStr,
    },
    /// Running.
    Running {
        /// Whether the readiness probe passed.
        ready: bool,
    },
    /// Ended with 0.
    Terminated,
}

impl ContainerState {
    /// A container that waits.
    pub fn waiting(reason: &str, message: &str) -> Self {
        Self::Waiting { reason: reason.into(), message: message.into() }
    }

    fn is_ready(&self) -> bool {
        matches!(self, Self::Running { ready: true })
    }

    fn tree(&self, now: &SmolStr) -> Value {
        match self {
            Self::Waiting { reason, message } if message.is_empty() => map! { "waiting" => map! { "reason" => reason } },
            Self::Waiting { reason, message } => map! { "waiting" => map! { "reason" => reason, "message" => message } },
            Self::Running { .. } => map! { "running" => map! { "startedAt" => now } },
            Self::Terminated => {
                map! { "terminated" => map! { "exitCode" => 0, "reason" => "Completed", "finishedAt" => now } }
            }
        }
    }
}

/// The whole status of a pod whose containers all are in one state.
pub fn pod_status(
    runtime: &Runtime,
    pod: &Object,
    phase: Phase,
    state: &ContainerState,
    restarts: i64,
    address: &SmolStr,
) -> Value {
    let now = runtime.timestamp();
    let mut status = pod.value.at(&["status"]).clone();
    let ready = state.is_ready();
    let name = match phase {
        Phase::Pending => "Pending",
        Phase::Succeeded => "Succeeded",
        Phase::Failed => "Failed",
        Phase::Running | Phase::Unknown => "Running",
    };
    status.set(&["phase"], name);
    let names: Vec<&str> = pod.value.list_at(&["spec", "containers"]).iter().map(|it| it.str_at(&["name"])).collect();
    let message = format!("containers with unready status: [{}]", names.join(" "));
    let unready = [("reason", "ContainersNotReady"), ("message", message.as_str())];
    let extra: &[(&str, &str)] = match (ready, phase) {
        (true, _) => &[],
        (false, Phase::Succeeded) => &[("reason", "PodCompleted")],
        (false, _) => &unready,
    };
    let truth = |flag| if flag { "True" } else { "False" };
    set_condition(&mut status, &now, "PodReadyToStartContainers", truth(phase != Phase::Succeeded), &[]);
    set_condition(&mut status, &now, "Initialized", "True", &[]);
    set_condition(&mut status, &now, "Ready", truth(ready), extra);
    set_condition(&mut status, &now, "ContainersReady", truth(ready), extra);
    let containers = pod.value.list_at(&["spec", "containers"]).iter().map(|container| {
        map! {
            "name" => container.at(&["name"]).clone(),
            "image" => container.at(&["image"]).clone(),
            "ready" => ready,
            "started" => matches!(state, ContainerState::Running { .. }),
            "restartCount" => restarts,
            "state" => state.tree(&now),
        }
    });
    status.set(&["containerStatuses"], containers.collect::<Value>());
    if status.at(&["startTime"]).is_null() {
        status.set(&["startTime"], now);
    }
    status.set(&["podIP"], address);
    status
}
