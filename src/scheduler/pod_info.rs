//! A pod as the scheduler sees it.

use std::sync::Arc;

use super::host_port::HostPort;
use super::neighbours::{Neighbours, Terms};
use super::preferences::Preferences;
use super::resources::Resources;
use super::volumes::{PodVolumes, claims_of};
use crate::object::{Map, ObjectKey, RequiredNodeAffinity, SmolStr, Toleration, Value, pod_requests, time};

/// What a pod that requests no CPU is taken to need, in thousandths.
const DEFAULT_MILLI_CPU: i64 = 100;
/// What a pod that requests no memory is taken to need, in bytes.
const DEFAULT_MEMORY: i64 = 200 << 20;

/// What the scheduler reads of a pod, read once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodInfo {
    /// Namespace and name.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: SmolStr,
    /// `metadata.labels`.
    pub labels: Map,
    /// The UID of its controller; empty when it has none.
    pub controller: SmolStr,
    /// `spec.nodeName`; empty for a pod that is to be scheduled.
    pub node_name: SmolStr,
    /// `status.nominatedNodeName`: where it made room for itself; empty when it did not.
    pub nominated_node_name: SmolStr,
    /// `spec.priority`; 0 when absent.
    pub priority: i32,
    /// Whether `spec.preemptionPolicy` is `Never`.
    pub never_preempts: bool,
    /// What it requests.
    pub requests: Resources,
    /// The ports of the node that it takes.
    pub host_ports: Vec<HostPort>,
    /// `nodeSelector` and required node affinity.
    pub node_affinity: RequiredNodeAffinity,
    /// `spec.tolerations`.
    pub tolerations: Vec<Toleration>,
    /// What it requires of its neighbours, if anything.
    pub terms: Option<Arc<Terms>>,
    /// What it would rather have; `None` when it has no preferences.
    pub preferences: Option<Arc<Preferences>>,
    /// Its neighbours; `None` when nothing depends on them, or nobody looked.
    pub neighbours: Option<Arc<Neighbours>>,
    /// The claims that it mounts.
    pub claims: Vec<SmolStr>,
    /// What its claims ask of a node; `None` when it has none, or they were not looked up.
    pub volumes: Option<Arc<PodVolumes>>,
    /// `status.startTime`, in seconds since 1970; `None` until the kubelet saw it.
    pub started: Option<i64>,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether it is being deleted because the scheduler evicted it for another pod.
    pub is_terminating_by_preemption: bool,
}

impl PodInfo {
    /// Reads a pod's tree.
    pub fn read(pod: &Value) -> Self {
        let (spec, status) = (pod.at(&["spec"]), pod.at(&["status"]));
        Self {
            key: ObjectKey::new(pod.text_at(&["metadata", "namespace"]), pod.text_at(&["metadata", "name"])),
            uid: pod.text_at(&["metadata", "uid"]),
            labels: pod.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_default(),
            controller: controller_of(pod),
            node_name: spec.text_at(&["nodeName"]),
            nominated_node_name: status.text_at(&["nominatedNodeName"]),
            priority: spec.at(&["priority"]).as_i64().and_then(|it| i32::try_from(it).ok()).unwrap_or_default(),
            never_preempts: spec.str_at(&["preemptionPolicy"]) == "Never",
            requests: Resources::of(&pod_requests(spec)),
            host_ports: HostPort::of_pod_spec(spec),
            node_affinity: RequiredNodeAffinity::of_pod_spec(spec),
            tolerations: spec.list_at(&["tolerations"]).iter().map(Toleration::read).collect(),
            terms: Terms::of_pod(pod),
            preferences: Preferences::of_pod(pod),
            neighbours: None,
            claims: claims_of(pod),
            volumes: None,
            started: time::read(status.at(&["startTime"])),
            deleting: is_deleting(pod),
            is_terminating_by_preemption: is_terminating_by_preemption(pod),
        }
    }

    /// What of a bound pod can change: `started`, `deleting` and `is_terminating_by_preemption`.
    pub fn read_changing(pod: &Value) -> (Option<i64>, bool, bool) {
        (time::read(pod.at(&["status", "startTime"])), is_deleting(pod), is_terminating_by_preemption(pod))
    }

    /// What still matters of it once it has a node: what it takes there, and how important it is.
    #[must_use]
    pub fn settled_on(mut self, node: SmolStr) -> Self {
        self.node_name = node;
        self.nominated_node_name = SmolStr::default();
        self.node_affinity = RequiredNodeAffinity::default();
        self.tolerations = Vec::new();
        self.volumes = None;
        self.preferences = None;
        self.neighbours = None;
        self
    }

    /// Models `util.MoreImportantPod`: by priority, then by how long it runs. A pod that was not started is the youngest.
    pub fn more_important_first(left: &Arc<Self>, right: &Arc<Self>) -> std::cmp::Ordering {
        let started = |pod: &Self| pod.started.unwrap_or(i64::MAX);
        right.priority.cmp(&left.priority).then_with(|| started(left).cmp(&started(right)))
    }

    /// Thousandths of a CPU and bytes of memory that it is taken to need when nodes are compared. Models
    /// `GetNonzeroRequests`, for the pod as a whole.
    pub fn for_scoring(&self) -> (i64, i64) {
        let or = |requested: i64, default: i64| if requested == 0 { default } else { requested };
        (or(self.requests.milli_cpu, DEFAULT_MILLI_CPU), or(self.requests.memory, DEFAULT_MEMORY))
    }

    /// Whether both are the same pod.
    pub fn is(&self, other: &Self) -> bool {
        self.uid == other.uid && self.key == other.key
    }
}

fn controller_of(pod: &Value) -> SmolStr {
    let owners = pod.list_at(&["metadata", "ownerReferences"]).iter();
    let controller = owners.into_iter().find(|owner| owner.at(&["controller"]).as_bool() == Some(true));
    controller.map(|owner| owner.text_at(&["uid"])).unwrap_or_default()
}

fn is_deleting(pod: &Value) -> bool {
    !pod.at(&["metadata", "deletionTimestamp"]).is_null()
}

/// Models `podTerminatingByPreemption`.
fn is_terminating_by_preemption(pod: &Value) -> bool {
    if !is_deleting(pod) {
        return false;
    }
    let conditions = pod.list_at(&["status", "conditions"]);
    let target = conditions.iter().find(|it| it.str_at(&["type"]) == "DisruptionTarget");
    let is_preempted = |it: &Value| it.str_at(&["status"]) == "True" && it.str_at(&["reason"]) == "PreemptionByScheduler";
    target.is_some_and(is_preempted)
}
