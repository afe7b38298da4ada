//! `dslab schedule`: one pod, and a cluster that it finds.

use std::sync::Arc;

use crate::object::{Map, SmolStr, Value, map};
use crate::scheduler::{NodeFacts, NodeInfo, Outcome, PodInfo, schedule};

/// Answers a case `{"id", "nodes": […], "pods": […], "pod"}`; what does not apply is left out of the answer.
pub fn run(case: &Value) -> Value {
    let mut nodes: Vec<NodeInfo> = case.list_at(&["nodes"]).iter().map(read_node).collect();
    for pod in case.list_at(&["pods"]) {
        if let Some(node) = nodes.iter_mut().find(|node| node.name() == pod.str_at(&["node"])) {
            node.add_pod(Arc::new(read_pod(pod)));
        }
    }
    let mut answer = Map::default();
    answer.insert("id", case.at(&["id"]).clone());
    match schedule(&read_pod(case.at(&["pod"])), nodes.as_slice()) {
        Outcome::Bound(node) => {
            answer.insert("bound", true);
            answer.insert("node", node);
        }
        Outcome::Unschedulable(failure) => {
            answer.insert("bound", false);
            answer.insert("reason", "Unschedulable");
            answer.insert("message", failure.to_string());
            if let Some(node) = failure.nomination().filter(|node| !node.is_empty()) {
                answer.insert("nominatedNode", node);
            }
            let mut victims: Vec<SmolStr> = failure.victims().iter().map(|it| it.key.name.clone()).collect();
            victims.sort_unstable();
            answer.insert("victims", victims.into_iter().map(Value::from).collect::<Value>());
        }
    }
    answer.into()
}

fn read_node(node: &Value) -> NodeInfo {
    NodeInfo::new(NodeFacts::read(&map! {
        "metadata" => map! { "name" => node.at(&["name"]).clone(), "labels" => node.at(&["labels"]).clone() },
        "spec" => map! { "taints" => node.at(&["taints"]).clone(), "unschedulable" => node.at(&["unschedulable"]).clone() },
        "status" => map! { "allocatable" => node.at(&["allocatable"]).clone() },
    }))
}

/// A pod of a case is its spec, together with its name, and `pinnedTo` for the affinity of a daemon pod.
fn read_pod(pod: &Value) -> PodInfo {
    let (priority, policy) = priority_class(pod.str_at(&["priorityClassName"]));
    let mut spec = pod.clone();
    spec.set(&["priority"], priority);
    spec.set(&["preemptionPolicy"], policy);
    spec.set(&["tolerations"], with_default_tolerations(pod.list_at(&["tolerations"])));
    if let Some(node) = pod.at(&["pinnedTo"]).as_str() {
        let field = map! { "key" => "metadata.name", "operator" => "In", "values" => vec![Value::from(node)] };
        let terms = vec![map! { "matchFields" => vec![field] }];
        let required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
        spec.set(&required, terms);
    }
    PodInfo::read(&map! { "metadata" => map! { "name" => pod.at(&["name"]).clone() }, "spec" => spec })
}

/// What the admission plugin `DefaultTolerationSeconds` makes of a pod's tolerations when it is created.
fn with_default_tolerations(tolerations: &[Value]) -> Vec<Value> {
    let mut all = tolerations.to_vec();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let is_covered = tolerations
            .iter()
            .any(|it| ["", key].contains(&it.str_at(&["key"])) && ["", "NoExecute"].contains(&it.str_at(&["effect"])));
        if !is_covered {
            let added = map! { "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => 300 };
            all.push(added);
        }
    }
    all
}

/// Priority and preemption policy of the classes in the recorded clusters.
fn priority_class(name: &str) -> (i64, &'static str) {
    match name {
        "system-node-critical" => (2_000_001_000, "PreemptLowerPriority"),
        "system-cluster-critical" => (2_000_000_000, "PreemptLowerPriority"),
        "high" => (1000, "PreemptLowerPriority"),
        "polite" => (1000, "Never"),
        "low" => (-10, "PreemptLowerPriority"),
        _ => (0, "PreemptLowerPriority"),
    }
}
