//! The disruption controller: how many pods a PodDisruptionBudget lets go.
//!
//! Models `pkg/controller/disruption`. What a budget expects is counted by the controllers of its pods, but the pods of a DaemonSet
//! have none that says how many there should be: for them only a whole number as `minAvailable` works.

use smol_str::format_smolstr;

use super::replicaset::replicas_of;
use super::work_queue::WorkQueue;
use crate::apiserver::Change;
use crate::object::{IntOrPercent, Kind, LabelSelector, Object, ObjectKey, SmolStr, Value};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task};

use std::sync::Arc;

/// How long the real controller thinks, in microseconds for each pod.
const COMPUTE_US_PER_POD: u64 = 20;

/// The disruption controller.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    queue: WorkQueue,
}

/// What a budget's pods add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    current: i64,
    desired: i64,
    expected: i64,
}

impl Controller {
    /// Hears of a change.
    pub fn observe(&mut self, runtime: &mut Runtime, change: &Change) {
        let object = change.object();
        match object.kind {
            Kind::PodDisruptionBudget if change.new.is_some() => self.enqueue(runtime, object.key()),
            Kind::Pod if runtime.store.count(Kind::PodDisruptionBudget) == 0 => {}
            Kind::Pod if counts_as(change.old.as_ref()) != counts_as(change.new.as_ref()) => {
                let budgets = runtime.store.list_in(Kind::PodDisruptionBudget, &object.key().namespace);
                let covering = budgets.filter(|it| selector_of(it).is_some_and(|it| it.matches(&object.meta.labels)));
                let keys: Vec<ObjectKey> = covering.map(|it| it.key().clone()).collect();
                for key in keys {
                    self.enqueue(runtime, &key);
                }
            }
            _ => {}
        }
    }

    fn enqueue(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        let pods = u64::try_from(runtime.store.count(Kind::Pod)).unwrap_or(0);
        self.queue.add(runtime, key, 2 + COMPUTE_US_PER_POD * pods / 1000, Task::SyncBudget);
    }

    /// Looks at one budget. Models `trySync`, and `failSafe` where that fails.
    pub fn sync(&mut self, runtime: &mut Runtime, key: &ObjectKey) {
        if !self.queue.take(runtime, key) {
            return;
        }
        let Some(budget) = runtime.store.get(Kind::PodDisruptionBudget, key).cloned() else { return self.queue.done(key) };
        let pods = pods_of(runtime, &budget);
        if pods.is_empty() {
            say(runtime, &budget, EventType::Normal, "NoPods", "No matching pods found".into());
        }
        match count(runtime, &budget, &pods) {
            Ok(counts) => {
                write_status(runtime, &budget, counts);
                self.queue.done(key);
            }
            Err(words) => {
                let message = format_smolstr!("Failed to calculate the number of expected pods: {words}");
                say(runtime, &budget, EventType::Warning, "CalculateExpectedPodCountFailed", message);
                let mut status = budget.value.at(&["status"]).clone();
                status.set(&["disruptionsAllowed"], 0);
                set_condition(&mut status, runtime, &budget, "SyncFailed", &words);
                store(runtime, &budget, status);
                self.queue.retry(runtime, key, Task::SyncBudget);
            }
        }
    }
}

/// What of a pod a budget looks at: whether it is there and not ending, ready, and its labels.
fn counts_as(pod: Option<&Arc<Object>>) -> Option<(bool, bool, &crate::object::Map)> {
    let pod = pod?;
    pod.as_pod().map(|it| (it.deleting, it.ready, &pod.meta.labels))
}

fn selector_of(budget: &Object) -> Option<LabelSelector> {
    LabelSelector::read(budget.value.at(&["spec", "selector"])).ok()
}

fn pods_of(runtime: &Runtime, budget: &Object) -> Vec<Arc<Object>> {
    let Some(selector) = selector_of(budget) else { return Vec::new() };
    let pods = runtime.store.list_in(Kind::Pod, &budget.key().namespace);
    pods.filter(|pod| selector.matches(&pod.meta.labels)).cloned().collect()
}

/// Models `getExpectedPodCount` and `countHealthyPods`.
fn count(runtime: &mut Runtime, budget: &Object, pods: &[Arc<Object>]) -> Result<Counts, SmolStr> {
    let healthy = pods.iter().filter(|pod| pod.as_pod().is_some_and(|it| it.ready && !it.deleting));
    let current = whole(healthy.count());
    let number = |field| IntOrPercent::read(budget.value.at(&["spec", field]));
    let total = |expected: i64| usize::try_from(expected).unwrap_or(0);
    let words = |error: crate::object::ParsePercentError| format_smolstr!("{error}");
    let (desired, expected) = match (number("maxUnavailable"), number("minAvailable")) {
        (Some(most), _) => {
            let expected = scale_of(runtime, budget, pods)?;
            ((expected - most.scaled_up(total(expected)).map_err(words)?).max(0), expected)
        }
        (None, Some(IntOrPercent::Int(least))) => (least, whole(pods.len())),
        (None, Some(least)) => {
            let expected = scale_of(runtime, budget, pods)?;
            (least.scaled_up(total(expected)).map_err(words)?, expected)
        }
        (None, None) => (0, 0),
    };
    Ok(Counts { current, desired, expected })
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many pods their controllers want together. Models `getExpectedScale` and its finders.
fn scale_of(runtime: &mut Runtime, budget: &Object, pods: &[Arc<Object>]) -> Result<i64, SmolStr> {
    let mut scales: Vec<(SmolStr, i64)> = Vec::new();
    let mut unmanaged = false;
    for pod in pods {
        let Some(owner) = &pod.meta.controller else {
            unmanaged = true;
            continue;
        };
        if scales.iter().any(|(uid, _)| *uid == owner.uid) {
            continue;
        }
        if owner.kind != "ReplicaSet" {
            let kind = Kind::all().find(|kind| kind.name() == owner.kind);
            return Err(kind.map_or_else(
                || format_smolstr!("found no controllers for pod \"{}\"", pod.name()),
                |kind| format_smolstr!("{} does not implement the scale subresource", kind.resource()),
            ));
        }
        let key = ObjectKey::new(pod.key().namespace.clone(), owner.name.clone());
        let set = runtime.store.get(Kind::ReplicaSet, &key).filter(|it| it.meta.uid == owner.uid);
        let Some(set) = set else { return Err(format_smolstr!("found no controllers for pod \"{}\"", pod.name())) };
        let above = set.meta.controller.as_ref().filter(|it| it.kind == "Deployment").and_then(|it| {
            let key = ObjectKey::new(set.key().namespace.clone(), it.name.clone());
            runtime.store.get(Kind::Deployment, &key)
        });
        let top = above.unwrap_or(set);
        if !scales.iter().any(|(uid, _)| *uid == top.meta.uid) {
            scales.push((top.meta.uid.clone(), replicas_of(top)));
        }
    }
    if unmanaged {
        let message = "Pods selected by this PodDisruptionBudget were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.";
        say(runtime, budget, EventType::Warning, "UnmanagedPods", message.into());
    }
    Ok(scales.iter().map(|(_, replicas)| replicas).sum())
}

fn write_status(runtime: &mut Runtime, budget: &Object, counts: Counts) {
    let allowed = if counts.expected <= 0 { 0 } else { (counts.current - counts.desired).max(0) };
    let mut status = budget.value.at(&["status"]).clone();
    let fields = [
        ("currentHealthy", counts.current),
        ("desiredHealthy", counts.desired),
        ("expectedPods", counts.expected),
        ("disruptionsAllowed", allowed),
        ("observedGeneration", budget.meta.generation),
    ];
    for (field, number) in fields {
        status.set(&[field], number);
    }
    status.remove(&["disruptedPods"]);
    set_condition(&mut status, runtime, budget, if allowed > 0 { "SufficientPods" } else { "InsufficientPods" }, "");
    store(runtime, budget, status);
}

/// The condition `DisruptionAllowed`, which is true only for the reason `SufficientPods`.
fn set_condition(status: &mut Value, runtime: &Runtime, budget: &Object, reason: &str, words: &str) {
    let state = if reason == "SufficientPods" { "True" } else { "False" };
    let now = runtime.timestamp();
    crate::runtime::set_condition(status, &now, "DisruptionAllowed", state, &[("reason", reason), ("message", words)]);
    if let Some(condition) = status.at_mut(&["conditions"]).make_list().first_mut() {
        condition.set(&["observedGeneration"], budget.meta.generation);
    }
}

fn store(runtime: &mut Runtime, budget: &Object, status: Value) {
    // A budget that is gone meanwhile needs no status.
    let _ = runtime.update_status(Kind::PodDisruptionBudget, budget.key(), status);
}

fn say(runtime: &mut Runtime, budget: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "controllermanager", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(budget), event_type, reason, message);
}
