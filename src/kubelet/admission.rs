//! Whether a machine takes a pod that was bound to it, and whom a critical pod drives away.
//!
//! Models the admission handlers of `pkg/kubelet/lifecycle`, `eviction` and `preemption`. A pod that the scheduler bound has passed
//! most of this already; one that names its node has not.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::{SmolStr, Taint, TaintEffect, Toleration, Value};
use crate::scheduler::{HostPort, NodeFacts, PodInfo, Resources, UsedPorts};

use super::worker::{REJECTED, Verdict};

/// From this priority on a pod is critical.
const CRITICAL_PRIORITY: i32 = 2_000_000_000;

/// A kubelet's look at a pod that has come.
pub struct Admission<'a> {
    /// The machine's node.
    pub node: &'a NodeFacts,
    /// The pressures that it is under, as conditions: `MemoryPressure` …
    pub pressures: &'a [&'static str],
    /// The pods that run here already.
    pub others: &'a [Neighbour],
}

/// A pod that runs here already.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// What it asks for.
    pub info: Arc<PodInfo>,
    /// Its quality of service.
    pub class: Class,
}

/// Quality of service, the humblest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing is requested and nothing limited.
    BestEffort,
    /// Something is.
    Burstable,
    /// All is requested as it is limited.
    Guaranteed,
}

impl Class {
    /// The class that a pod's `status.qosClass` names.
    pub fn of(pod: &Value) -> Self {
        match pod.str_at(&["status", "qosClass"]) {
            "Guaranteed" => Self::Guaranteed,
            "BestEffort" => Self::BestEffort,
            _ => Self::Burstable,
        }
    }
}

/// A resource of which there is too little.
struct Shortage {
    resource: SmolStr,
    requested: i64,
    used: i64,
    capacity: i64,
}

/// What a kubelet decides.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// The pod may run, once these others, by their place in the list, have gone.
    Admit(Vec<usize>),
    /// It may not.
    Refuse(Verdict),
}

/// Whether a pod is critical: it is never evicted for want of resources. Models `IsCriticalPod`.
pub fn is_critical(pod: &PodInfo) -> bool {
    pod.priority >= CRITICAL_PRIORITY
}

impl Admission<'_> {
    /// Decides about a pod.
    pub fn decide(&self, info: &PodInfo, class: Class) -> Decision {
        if let Some(verdict) = self.under_pressure(info, class) {
            return Decision::Refuse(verdict);
        }
        let shortages = self.shortages(info);
        if let Some((name, text)) = self.mismatch(info)
            && (shortages.is_empty() || is_critical(info))
        {
            return refuse(name.into(), &format_smolstr!("Predicate {name} failed: {text}"));
        }
        let Some(first) = shortages.first() else { return Decision::Admit(Vec::new()) };
        if !is_critical(info) {
            return refuse(format_smolstr!("OutOf{}", first.resource), &first.message());
        }
        if let Some(victims) = self.victims(info, &shortages) {
            return Decision::Admit(victims);
        }
        let missing: Vec<String> = shortages.iter().map(|it| format!("(res: {}, q: {}), ", it.resource, it.missing())).collect();
        let error = "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to \
                     preempt: no set of running pods found to reclaim resources";
        refuse("UnexpectedAdmissionError".into(), &format_smolstr!("{error}: [{}]", missing.concat()))
    }

    /// Models the eviction manager's `Admit`.
    fn under_pressure(&self, info: &PodInfo, class: Class) -> Option<Verdict> {
        if self.pressures.is_empty() || is_critical(info) {
            return None;
        }
        let taint = Taint {
            key: "node.kubernetes.io/memory-pressure".into(),
            value: SmolStr::default(),
            effect: TaintEffect::NoSchedule,
        };
        let may_stay = class != Class::BestEffort || info.tolerations.iter().any(|it| it.tolerates(&taint));
        if self.pressures == ["MemoryPressure"] && may_stay {
            return None;
        }
        let message = format_smolstr!("The node had condition: [{}]. ", self.pressures.join(" "));
        Some(verdict("Evicted".into(), &message))
    }

    /// What but resources keeps the pod away: the predicate and its words.
    fn mismatch(&self, info: &PodInfo) -> Option<(&'static str, &'static str)> {
        let mut ports = UsedPorts::default();
        self.others.iter().flat_map(|it| &it.info.host_ports).for_each(|port: &HostPort| ports.add(port));
        let untolerated = |taint: &Taint| {
            taint.effect == TaintEffect::NoExecute && !info.tolerations.iter().any(|it: &Toleration| it.tolerates(taint))
        };
        if info.node_affinity.check(&self.node.labels, &self.node.name).is_err() {
            Some(("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"))
        } else if ports.conflict(&info.host_ports).is_some() {
            Some(("NodePorts", "node(s) didn't have free ports for the requested pod ports"))
        } else if self.node.taints.iter().any(untolerated) {
            Some(("TaintToleration", "node(s) had untolerated taint(s)"))
        } else {
            None
        }
    }

    fn shortages(&self, info: &PodInfo) -> Vec<Shortage> {
        let (wanted, capacity) = (&info.requests, &self.node.allocatable);
        let count = i64::try_from(self.others.len()).unwrap_or(i64::MAX);
        let mut shortages = Vec::new();
        if count + 1 > capacity.pods {
            shortages.push(Shortage { resource: "pods".into(), requested: 1, used: count, capacity: capacity.pods });
        }
        if wanted.is_nothing() {
            return shortages;
        }
        let mut taken = Resources::default();
        self.others.iter().for_each(|it| taken.add(&it.info.requests));
        let plain = [
            ("cpu", wanted.milli_cpu, taken.milli_cpu, capacity.milli_cpu),
            ("memory", wanted.memory, taken.memory, capacity.memory),
            ("ephemeral-storage", wanted.ephemeral_storage, taken.ephemeral_storage, capacity.ephemeral_storage),
        ];
        // An extended resource that the node does not have is somebody else's business.
        let known = |name: &SmolStr| capacity.scalars().iter().any(|(it, _)| it == name);
        let scalars = wanted.scalars().iter().filter(|(name, _)| known(name));
        let scalars = scalars.map(|(name, amount)| (name.as_str(), *amount, taken.scalar(name), capacity.scalar(name)));
        for (resource, requested, used, capacity) in plain.into_iter().chain(scalars) {
            if requested > 0 && requested > capacity.saturating_sub(used) {
                shortages.push(Shortage { resource: resource.into(), requested, used, capacity });
            }
        }
        shortages
    }

    /// Models `getPodsToPreempt`: as few and as humble pods as possible. `None` when all that may go do not free enough.
    fn victims(&self, info: &PodInfo, shortages: &[Shortage]) -> Option<Vec<usize>> {
        let missing: Vec<Missing> = shortages.iter().map(|it| (it.resource.clone(), it.missing())).collect();
        let may_go = |other: &Neighbour| !is_critical(&other.info) || other.info.priority < info.priority;
        let of_class = |class| -> Vec<usize> {
            (0..self.others.len()).filter(|it| self.others[*it].class == class && may_go(&self.others[*it])).collect()
        };
        let [best_effort, burstable, guaranteed] = [Class::BestEffort, Class::Burstable, Class::Guaranteed].map(of_class);
        let left = |gone: &[&[usize]]| self.left(&missing, gone);
        let guaranteed = self.closest(guaranteed, left(&[&best_effort, &burstable]))?;
        let burstable = self.closest(burstable, left(&[&best_effort, &guaranteed]))?;
        let best_effort = self.closest(best_effort, left(&[&burstable, &guaranteed]))?;
        Some([best_effort, burstable, guaranteed].concat())
    }

    /// What is still missing when these have gone.
    fn left(&self, missing: &[Missing], gone: &[&[usize]]) -> Vec<Missing> {
        let freed = |resource: &str| -> i64 {
            gone.iter().flat_map(|it| it.iter()).map(|index| request(&self.others[*index].info, resource)).sum()
        };
        let left = missing.iter().map(|(resource, amount)| (resource.clone(), amount - freed(resource)));
        left.filter(|(_, amount)| *amount > 0).collect()
    }

    /// Models `getPodsToPreemptByDistance`: again and again the pod that comes closest to what is missing.
    fn closest(&self, mut candidates: Vec<usize>, mut missing: Vec<Missing>) -> Option<Vec<usize>> {
        let mut chosen = Vec::new();
        while !missing.is_empty() {
            let size = |it: usize| (self.others[it].info.requests.memory, self.others[it].info.requests.milli_cpu);
            let rank = |it: usize| (distance(&self.others[it].info, &missing), size(it));
            let better = |a: usize, b: usize| {
                let ((a_far, a_size), (b_far, b_size)) = (rank(candidates[a]), rank(candidates[b]));
                // Of two that are alike the later one is taken.
                if b_far < a_far || b_far <= a_far && b_size <= a_size { b } else { a }
            };
            let best = (0..candidates.len()).reduce(better)?;
            let index = candidates.swap_remove(best);
            missing = self.left(&missing, &[&[index]]);
            chosen.push(index);
        }
        Some(chosen)
    }
}

/// A resource and how much of it is missing.
type Missing = (SmolStr, i64);

fn request(pod: &PodInfo, resource: &str) -> i64 {
    match resource {
        "pods" => 1,
        "cpu" => pod.requests.milli_cpu,
        "memory" => pod.requests.memory,
        "ephemeral-storage" => pod.requests.ephemeral_storage,
        scalar => pod.requests.scalar(scalar),
    }
}

/// How far a pod's requests stay behind what is missing, each resource weighing the same.
#[allow(clippy::cast_precision_loss, reason = "a distance need not be exact")]
fn distance(pod: &PodInfo, missing: &[Missing]) -> f64 {
    let behind = missing.iter().map(|(resource, amount)| {
        let rest = (amount - request(pod, resource)).max(0) as f64 / *amount as f64;
        rest * rest
    });
    behind.sum()
}

impl Shortage {
    fn message(&self) -> SmolStr {
        let Self { resource, requested, used, capacity } = self;
        format_smolstr!(
            "Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}"
        )
    }

    fn missing(&self) -> i64 {
        self.requested - (self.capacity - self.used)
    }
}

fn refuse(reason: SmolStr, message: &str) -> Decision {
    Decision::Refuse(verdict(reason, message))
}

fn verdict(reason: SmolStr, message: &str) -> Verdict {
    Verdict { reason, message: format_smolstr!("{REJECTED}{message}") }
}
