//! What the API server does with a pod before it is stored: defaults, priority, quality of service.
//!
//! Models the admission plugins Priority and DefaultTolerationSeconds and the pod strategy's `PrepareForCreate`.

use crate::object::{Kind, ObjectKey, Value, map};

use super::{Refusal, Store, default};

/// Key of the two taints that ordinary pods tolerate for a while.
const DEFAULT_TOLERATIONS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/// For how long, in seconds.
const DEFAULT_TOLERATION_SECONDS: i64 = 300;

/// Completes a new pod.
///
/// # Errors
/// When its priority class does not exist.
pub fn admit_pod(store: &Store, pod: &mut Value) -> Result<(), Refusal> {
    default::default(Kind::Pod, pod);
    resolve_priority(store, pod)?;
    default_tolerations(pod.at_mut(&["spec"]));
    pod.set(&["status"], map! { "phase" => "Pending", "qosClass" => quality_of_service(pod.at(&["spec"])) });
    Ok(())
}

fn resolve_priority(store: &Store, pod: &mut Value) -> Result<(), Refusal> {
    let name = pod.str_at(&["spec", "priorityClassName"]).to_owned();
    let (value, policy) = match name.as_str() {
        "" => (0, "PreemptLowerPriority".to_owned()),
        "system-node-critical" => (2_000_001_000, "PreemptLowerPriority".to_owned()),
        "system-cluster-critical" => (2_000_000_000, "PreemptLowerPriority".to_owned()),
        _ => {
            let Some(class) = store.get(Kind::PriorityClass, &ObjectKey::cluster_scoped(name.as_str())) else {
                let stem = ["name", "generateName"].map(|field| pod.str_at(&["metadata", field]));
                let reason = format!("no PriorityClass with name {name} was found");
                let name = stem.into_iter().find(|it| !it.is_empty()).unwrap_or_default().into();
                return Err(Refusal::Forbidden { kind: Kind::Pod, name, reason });
            };
            let policy = class.value.str_at(&["preemptionPolicy"]);
            let policy = if policy.is_empty() { "PreemptLowerPriority" } else { policy };
            (class.value.at(&["value"]).as_i64().unwrap_or_default(), policy.to_owned())
        }
    };
    pod.set(&["spec", "priority"], value);
    pod.set(&["spec", "preemptionPolicy"], policy);
    Ok(())
}

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
    let amount = |container: &Value, list: &str, name: &str| container.at(&["resources", list, name]).clone();
    let names = ["cpu", "memory"];
    let any = containers()
        .any(|it| names.iter().any(|name| ["requests", "limits"].iter().any(|list| !amount(it, list, name).is_null())));
    let equal = |it: &Value, name: &str| {
        let limit = amount(it, "limits", name);
        !limit.is_null() && limit == amount(it, "requests", name)
    };
    match any {
        false => "BestEffort",
        true if containers().all(|it| names.iter().all(|name| equal(it, name))) => "Guaranteed",
        true => "Burstable",
    }
}
