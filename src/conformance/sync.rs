//! `dslab sync`: one sync of the DaemonSet controller, from the pods of one moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::controllers::daemonset::manage::{self, Plan};
use crate::controllers::daemonset::snapshot::{NodeRow, Snapshot, is_grouped, sort_key};
use crate::controllers::daemonset::{Decision, Placement, events, rolling_update, status, truncate_to_burst};
use crate::object::{DaemonSet, Kind, Map, Object, SmolStr, Taint, UpdateStrategy, Value, map, time};

/// The moment of every case, in seconds since 1970: any will do, the cases speak of ages.
const NOW: i64 = 1_767_225_600;

/// The revision that counts as current.
const CURRENT: &str = "current";

/// No pod is in back-off when a case begins; a node's first failed pod starts it.
const FIRST_BACKOFF_MS: u64 = 1000;

/// Answers a case: what one sync creates and deletes, its events, and the status that it writes.
pub fn run(case: &Value) -> Value {
    let daemonset = daemonset(case);
    let nodes = nodes(case, &daemonset);
    let rows: Vec<NodeRow<'_>> = nodes.iter().map(|(name, decision, pods)| NodeRow { name, decision: *decision, pods }).collect();
    let snapshot =
        Snapshot { daemonset: &daemonset, hash: CURRENT, template_generation: "", now_unix_ms: NOW * 1000, nodes: &rows };
    let mut failed_on = BTreeSet::new();
    let mut backoff = |node: &SmolStr| (!failed_on.insert(node.clone())).then_some(FIRST_BACKOFF_MS);
    let mut plan = manage::manage(&snapshot, &mut backoff);
    if plan.create.is_empty() && plan.delete.is_empty() && daemonset.strategy != UpdateStrategy::OnDelete {
        plan = rolling_update::rolling_update(&snapshot).1;
    }
    truncate_to_burst(&mut plan);
    answer(case, &plan, &snapshot)
}

fn answer(case: &Value, plan: &Plan, snapshot: &Snapshot<'_>) -> Value {
    let names = |names: Vec<&str>| names.into_iter().map(Value::from).collect::<Value>();
    let mut status = status::status(snapshot).write();
    for field in ["numberAvailable", "numberUnavailable", "updatedNumberScheduled"] {
        if status.at(&[field]).is_null() {
            status.set(&[field], 0);
        }
    }
    map! {
        "id" => case.at(&["id"]).clone(),
        "create" => names(plan.create.iter().map(SmolStr::as_str).collect()),
        "delete" => names(plan.delete.iter().map(|it| it.pod.name().as_str()).collect()),
        "events" => plan.finished.iter().map(|pod| {
            let (kind, reason, message) = events::finished(pod);
            Value::from(format!("{kind} {reason} {message}"))
        }).collect::<Value>(),
        "status" => status,
    }
}

fn daemonset(case: &Value) -> DaemonSet {
    let strategy = case.at(&["updateStrategy"]);
    let mut value = map! { "spec" => map! {
        "selector" => map! { "matchLabels" => map! { "app" => "agent" } },
        "minReadySeconds" => case.at(&["minReadySeconds"]).clone(),
        "updateStrategy" => map! { "type" => strategy.at(&["type"]).clone() },
        "template" => map! { "spec" => map! { "nodeSelector" => case.at(&["nodeSelector"]).clone() } },
    } };
    for field in ["maxUnavailable", "maxSurge"] {
        value.set(&["spec", "updateStrategy", "rollingUpdate", field], strategy.at(&[field]).clone());
    }
    DaemonSet::read(&value)
}

type Node = (SmolStr, Option<Decision>, Vec<Arc<Object>>);

/// The case's nodes in their order, then the missing ones that pods are meant for.
fn nodes(case: &Value, daemonset: &DaemonSet) -> Vec<Node> {
    let placement = Placement::of_pod_spec(daemonset.template.at(&["spec"]));
    let decide = |node: &Value| {
        let taints: Vec<Taint> = node.list_at(&["taints"]).iter().filter_map(Taint::read).collect();
        let labels = node.at(&["labels"]).as_map().cloned().unwrap_or_else(Map::default);
        let name = node.str_at(&["name"]);
        (name.into(), Some(placement.decide(name, &labels, &taints)), Vec::new())
    };
    let mut nodes: Vec<Node> = case.list_at(&["nodes"]).iter().map(decide).collect();
    for pod in case.list_at(&["pods"]) {
        let object = Arc::new(Object::read(Kind::Pod, pod_tree(pod)));
        let Some(view) = object.as_pod().filter(|view| is_grouped(view) && !view.target_node.is_empty()) else { continue };
        let found = nodes.iter().position(|(name, ..)| *name == view.target_node);
        let index = found.unwrap_or_else(|| {
            nodes.push((view.target_node.clone(), None, Vec::new()));
            nodes.len() - 1
        });
        nodes[index].2.push(Arc::clone(&object));
    }
    for (_, _, pods) in &mut nodes {
        pods.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    }
    nodes
}

/// The pod of a case as the API server would have it.
fn pod_tree(pod: &Value) -> Value {
    let seconds = |field| pod.at(&[field]).as_i64();
    let node = pod.str_at(&["node"]);
    let mut tree = map! {
        "metadata" => map! {
            "namespace" => "default",
            "name" => pod.at(&["name"]).clone(),
            "creationTimestamp" => time::format(NOW - seconds("ageSeconds").unwrap_or_default()),
            "labels" => map! { "app" => "agent", "controller-revision-hash" => pod.at(&["revision"]).clone() },
        },
        "status" => map! { "phase" => pod.at(&["phase"]).clone() },
    };
    if pod.at(&["bound"]).as_bool() == Some(true) {
        tree.set(&["spec", "nodeName"], node);
    } else {
        crate::controllers::daemonset::pod_template::pin_to_node(tree.at_mut(&["spec"]), node);
    }
    if let Some(age) = seconds("readyForSeconds") {
        let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => time::format(NOW - age) };
        tree.set(&["status", "conditions"], vec![ready]);
    }
    if pod.at(&["deleting"]).as_bool() == Some(true) {
        tree.set(&["metadata", "deletionTimestamp"], time::format(NOW + 30));
    }
    tree
}
