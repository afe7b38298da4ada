//! What the API server does with a new object before it is stored.
//!
//! Models the admission plugins NamespaceLifecycle, ServiceAccount, Priority, DefaultTolerationSeconds and
//! TaintNodesByCondition, and what the strategies' `PrepareForCreate` make of the status.

use std::sync::Arc;

use fastrand::Rng;

use crate::object::{DaemonSetStatus, Kind, Object, ObjectKey, Quantity, Value, map};

use super::patch::go_print;
use super::{Refusal, Store, service_account};

/// Key of the two taints that ordinary pods tolerate for a while.
const DEFAULT_TOLERATIONS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/// For how long, in seconds.
const DEFAULT_TOLERATION_SECONDS: i64 = 300;

/// The taint of a node that has not said yet that it is ready.
const NOT_READY: &str = "node.kubernetes.io/not-ready";

/// Checks and completes a new object, before its defaults are filled in and it is validated.
///
/// # Errors
/// When its namespace does not exist or is being deleted, or what it refers to is missing.
pub fn admit(store: &Store, kind: Kind, object: &mut Value, rng: &mut Rng) -> Result<(), Refusal> {
    in_living_namespace(store, kind, object)?;
    match kind {
        Kind::Pod => {
            if store.service_accounts {
                service_account::admit(store, object, rng)?;
            }
            resolve_priority(store, object)?;
            default_tolerations(object.at_mut(&["spec"]));
        }
        Kind::Node => taint_new_node(object.at_mut(&["spec"])),
        Kind::PriorityClass => one_default_class(store, object)?,
        _ => {}
    }
    Ok(())
}

/// Models the admission plugin NamespaceLifecycle.
fn in_living_namespace(store: &Store, kind: Kind, object: &Value) -> Result<(), Refusal> {
    if !kind.is_namespaced() {
        return Ok(());
    }
    let namespace = object.str_at(&["metadata", "namespace"]);
    let found = store.read(Kind::Namespace, &ObjectKey::cluster_scoped(namespace))?;
    if found.meta.deleted.is_none() {
        return Ok(());
    }
    let reason = format!("unable to create new content in namespace {namespace} {}", Refusal::ENDING_NAMESPACE);
    Err(forbidden(kind, object, reason))
}

pub(super) fn forbidden(kind: Kind, object: &Value, reason: String) -> Refusal {
    let names = ["name", "generateName"].map(|field| object.str_at(&["metadata", field]));
    let name = names.into_iter().find(|it| !it.is_empty()).unwrap_or_default().into();
    Refusal::Forbidden { kind, name, reason }
}

/// What stands in the status of a new object, whatever was sent; `None` where the sender's status is taken.
pub(super) fn first_status(kind: Kind, object: &Value) -> Option<Value> {
    Some(match kind {
        Kind::Pod => first_pod_status(object.at(&["spec"])),
        Kind::DaemonSet => DaemonSetStatus::default().write(),
        Kind::Deployment => Value::object(),
        Kind::ReplicaSet => map! { "replicas" => 0 },
        Kind::PodDisruptionBudget => {
            map! { "currentHealthy" => 0, "desiredHealthy" => 0, "disruptionsAllowed" => 0, "expectedPods" => 0 }
        }
        _ => return None,
    })
}

/// Models `applySchedulingGatedCondition`, too.
fn first_pod_status(spec: &Value) -> Value {
    let mut status = map! { "phase" => "Pending", "qosClass" => quality_of_service(spec) };
    if !spec.list_at(&["schedulingGates"]).is_empty() {
        let gated = map! {
            "lastProbeTime" => Value::Null,
            "lastTransitionTime" => Value::Null,
            "message" => "Scheduling is blocked due to non-empty scheduling gates",
            "reason" => "SchedulingGated",
            "status" => "False",
            "type" => "PodScheduled",
        };
        status.set(&["conditions"], vec![gated]);
    }
    status
}

/// Models the admission plugin TaintNodesByCondition.
fn taint_new_node(spec: &mut Value) {
    let taints = spec.list_at(&["taints"]);
    let is_there = |it: &Value| it.str_at(&["key"]) == NOT_READY && it.str_at(&["effect"]) == "NoSchedule";
    if !taints.iter().any(is_there) {
        spec.at_mut(&["taints"]).make_list().push(map! { "key" => NOT_READY, "effect" => "NoSchedule" });
    }
}

/// Models the admission plugin Priority.
fn resolve_priority(store: &Store, pod: &mut Value) -> Result<(), Refusal> {
    let name = pod.str_at(&["spec", "priorityClassName"]);
    let class =
        if name.is_empty() { default_class(store) } else { store.get(Kind::PriorityClass, &ObjectKey::cluster_scoped(name)) };
    let policy = class.map_or("", |it| it.value.str_at(&["preemptionPolicy"]));
    let policy = if policy.is_empty() { "PreemptLowerPriority" } else { policy };
    if class.is_none() && !name.is_empty() {
        return Err(forbidden(Kind::Pod, pod, format!("no PriorityClass with name {name} was found")));
    }
    let value = class.and_then(|it| it.value.at(&["value"]).as_i64()).unwrap_or_default();
    for (title, field, computed) in [
        ("integer value of priority", "priority", Value::from(value)),
        ("string value of PreemptionPolicy", "preemptionPolicy", Value::from(policy)),
    ] {
        let given = pod.at(&["spec", field]);
        if !given.is_null() && *given != computed {
            let [given, computed] = [given, &computed].map(go_print);
            let wrong = format!("the {title} ({given}) must not be provided in pod spec; ");
            let right = format!("priority admission controller computed {computed} from the given PriorityClass name");
            return Err(forbidden(Kind::Pod, pod, wrong + &right));
        }
    }
    let name = class.map(|it| it.name().clone());
    let policy = Value::from(policy);
    let spec = pod.at_mut(&["spec"]);
    if let Some(name) = name {
        spec.set(&["priorityClassName"], name);
    }
    spec.set(&["priority"], value);
    spec.set(&["preemptionPolicy"], policy);
    Ok(())
}

/// The class of pods that name none.
fn default_class(store: &Store) -> Option<&Arc<Object>> {
    let marked = store.list(Kind::PriorityClass).filter(|it| it.value.at(&["globalDefault"]).as_bool() == Some(true));
    marked.min_by_key(|it| it.value.at(&["value"]).as_i64())
}

fn one_default_class(store: &Store, class: &Value) -> Result<(), Refusal> {
    match default_class(store) {
        Some(other) if class.at(&["globalDefault"]).as_bool() == Some(true) => {
            let reason = format!("PriorityClass {} is already marked as default. Only one default can exist", other.name());
            Err(forbidden(Kind::PriorityClass, class, reason))
        }
        _ => Ok(()),
    }
}

/// Models the admission plugin DefaultTolerationSeconds.
fn default_tolerations(spec: &mut Value) {
    let covers = |own: &Value, key: &str| {
        ["", key].contains(&own.str_at(&["key"])) && ["", "NoExecute"].contains(&own.str_at(&["effect"]))
    };
    for key in DEFAULT_TOLERATIONS {
        if !spec.list_at(&["tolerations"]).iter().any(|own| covers(own, key)) {
            spec.at_mut(&["tolerations"]).make_list().push(map! {
                "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => DEFAULT_TOLERATION_SECONDS,
            });
        }
    }
}

/// Models `GetPodQOS`.
fn quality_of_service(spec: &Value) -> &'static str {
    let containers = || spec.list_at(&["initContainers"]).iter().chain(spec.list_at(&["containers"]));
    // Amounts of zero do not count.
    let amount = |container: &Value, list: &str, name: &str| {
        let given = container.at(&["resources", list, name]);
        Quantity::read(given).ok().filter(|it| !given.is_null() && !it.is_zero() && !it.is_negative())
    };
    let names = ["cpu", "memory"];
    let any = containers()
        .any(|it| names.iter().any(|name| ["requests", "limits"].iter().any(|list| amount(it, list, name).is_some())));
    let equal = |it: &Value, name: &str| {
        let limit = amount(it, "limits", name);
        limit.is_some() && limit == amount(it, "requests", name)
    };
    match any {
        false => "BestEffort",
        true if containers().all(|it| names.iter().all(|name| equal(it, name))) => "Guaranteed",
        true => "Burstable",
    }
}
