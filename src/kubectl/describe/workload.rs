//! DaemonSets, Deployments and ReplicaSets.

use std::fmt::Write as _;

use super::super::print::age;
use super::super::print::columns::{joined_labels, selector_text};
use super::template::pod_template;
use super::{View, controlled_by, heading, marks, plain};
use crate::cluster::Cluster;
use crate::object::{Kind, LabelSelector, Value};

/// How many pods of an owner run, wait, have ended well and badly.
fn pods(cluster: &Cluster, object: &Value) -> String {
    let uid = object.str_at(&["metadata", "uid"]);
    let selector = LabelSelector::read(object.at(&["spec", "selector"])).unwrap_or_else(|_| LabelSelector::nothing());
    let mut counts = [0; 4];
    for pod in cluster.runtime.store.list_in(Kind::Pod, object.str_at(&["metadata", "namespace"])) {
        let owned = pod.meta.controller.as_ref().is_some_and(|owner| owner.uid == uid);
        let phase =
            ["Running", "Pending", "Succeeded", "Failed"].iter().position(|it| *it == pod.value.str_at(&["status", "phase"]));
        if let Some(phase) = phase.filter(|_| owned && selector.matches(&pod.meta.labels)) {
            counts[phase] += 1;
        }
    }
    let [running, waiting, succeeded, failed] = counts;
    format!("Pods Status:\t{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed\n")
}

/// A DaemonSet.
pub fn daemonset(view: &View<'_>, object: &Value) -> String {
    let mut text = heading(object);
    let number = |field: &str| object.at(&["status", field]).as_i64().unwrap_or_default();
    let _ = writeln!(text, "Selector:\t{}", selector_text(object.at(&["spec", "selector"])));
    let _ = writeln!(text, "Node-Selector:\t{}", joined_labels(object.at(&["spec", "template", "spec", "nodeSelector"])));
    marks(&mut text, object);
    for (words, field) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        let _ = writeln!(text, "{words}: {}", number(field));
    }
    text.push_str(&pods(view.cluster, object));
    text.push_str(&pod_template(object.at(&["spec", "template"])));
    text
}

/// A ReplicaSet.
pub fn replica_set(view: &View<'_>, object: &Value) -> String {
    let mut text = heading(object);
    let _ = writeln!(text, "Selector:\t{}", selector_text(object.at(&["spec", "selector"])));
    marks(&mut text, object);
    controlled_by(&mut text, object);
    let [current, wanted] =
        [&["status", "replicas"], &["spec", "replicas"]].map(|path| object.at(path).as_i64().unwrap_or_default());
    let _ = writeln!(text, "Replicas:\t{current} current / {wanted} desired");
    text.push_str(&pods(view.cluster, object));
    text.push_str(&pod_template(object.at(&["spec", "template"])));
    text
}

/// A Deployment.
pub fn deployment(view: &View<'_>, object: &Value) -> String {
    let mut text = heading(object);
    let number = |path: &[&str]| object.at(path).as_i64().unwrap_or_default();
    let _ = writeln!(text, "CreationTimestamp:\t{}", age::rfc1123(object.at(&["metadata", "creationTimestamp"])));
    marks(&mut text, object);
    let _ = writeln!(text, "Selector:\t{}", selector_text(object.at(&["spec", "selector"])));
    let _ = writeln!(
        text,
        "Replicas:\t{} desired | {} updated | {} total | {} available | {} unavailable",
        number(&["spec", "replicas"]),
        number(&["status", "updatedReplicas"]),
        number(&["status", "replicas"]),
        number(&["status", "availableReplicas"]),
        number(&["status", "unavailableReplicas"])
    );
    let _ = writeln!(text, "StrategyType:\t{}", object.str_at(&["spec", "strategy", "type"]));
    let _ = writeln!(text, "MinReadySeconds:\t{}", number(&["spec", "minReadySeconds"]));
    let rolling = object.at(&["spec", "strategy", "rollingUpdate"]);
    if !rolling.is_null() {
        let [unavailable, surge] = ["maxUnavailable", "maxSurge"].map(|field| plain(rolling.at(&[field])));
        let _ = writeln!(text, "RollingUpdateStrategy:\t{unavailable} max unavailable, {surge} max surge");
    }
    text.push_str(&pod_template(object.at(&["spec", "template"])));
    let conditions = object.list_at(&["status", "conditions"]);
    if !conditions.is_empty() {
        text.push_str("Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n");
    }
    for it in conditions {
        let [kind, status, reason] = ["type", "status", "reason"].map(|field| it.str_at(&[field]));
        let _ = writeln!(text, "  {kind} \t{status}\t{reason}");
    }
    replica_sets(&mut text, view.cluster, object);
    text
}

fn replica_sets(text: &mut String, cluster: &Cluster, object: &Value) {
    let uid = object.str_at(&["metadata", "uid"]);
    let namespace = object.str_at(&["metadata", "namespace"]);
    let owned = |it: &&std::sync::Arc<crate::object::Object>| it.meta.controller.as_ref().is_some_and(|owner| owner.uid == uid);
    let sets: Vec<&Value> =
        cluster.runtime.store.list_in(Kind::ReplicaSet, namespace).filter(owned).map(|it| &it.value).collect();
    let template = |it: &Value| {
        let mut template = it.at(&["spec", "template"]).clone();
        template.remove(&["metadata", "labels", "pod-template-hash"]);
        template
    };
    let (new, old): (Vec<&Value>, Vec<&Value>) =
        sets.into_iter().partition(|it| template(it) == *object.at(&["spec", "template"]));
    let words = |sets: &[&Value]| {
        let one = |it: &&Value| {
            let [wanted, current] =
                [&["spec", "replicas"], &["status", "replicas"]].map(|path| it.at(path).as_i64().unwrap_or_default());
            format!("{} ({current}/{wanted} replicas created)", it.str_at(&["metadata", "name"]))
        };
        if sets.is_empty() { "<none>".to_owned() } else { sets.iter().map(one).collect::<Vec<_>>().join(", ") }
    };
    let _ = writeln!(text, "OldReplicaSets:\t{}\nNewReplicaSet:\t{}", words(&old), words(&new));
}
