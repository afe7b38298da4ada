//! A pod in full.

use std::fmt::Write as _;

use super::super::print::age;
use super::template::{containers, resources, spread, tolerations, volumes};
use super::{View, annotations, controlled_by, heading, labels, plain};
use crate::cluster::Cluster;
use crate::object::Value;

/// Describes it.
pub fn describe(view: &View<'_>, pod: &Value) -> String {
    let mut text = heading(pod);
    let spec = pod.at(&["spec"]);
    if !spec.at(&["priority"]).is_null() {
        let _ = writeln!(text, "Priority:\t{}", plain(spec.at(&["priority"])));
    }
    for (field, title) in [
        ("priorityClassName", "Priority Class Name"),
        ("runtimeClassName", "Runtime Class Name"),
        ("serviceAccountName", "Service Account"),
    ] {
        if !spec.str_at(&[field]).is_empty() {
            let _ = writeln!(text, "{title}:\t{}", spec.str_at(&[field]));
        }
    }
    let _ = match spec.str_at(&["nodeName"]) {
        "" => writeln!(text, "Node:\t<none>"),
        node => writeln!(text, "Node:\t{node}/{}", pod.str_at(&["status", "hostIP"])),
    };
    if !pod.at(&["status", "startTime"]).is_null() {
        let _ = writeln!(text, "Start Time:\t{}", age::rfc1123(pod.at(&["status", "startTime"])));
    }
    labels(&mut text, "Labels", pod.at(&["metadata", "labels"]));
    annotations(&mut text, "Annotations", pod.at(&["metadata", "annotations"]));
    status(&mut text, view.cluster, pod);
    controlled_by(&mut text, pod);
    let nominated = pod.str_at(&["status", "nominatedNodeName"]);
    if !nominated.is_empty() {
        let _ = writeln!(text, "NominatedNodeName:\t{nominated}");
    }
    if !spec.at(&["resources"]).is_null() {
        text.push_str("Resources:\n");
        resources(&mut text, spec, "  ");
    }
    let statuses = |field: &str| pod.list_at(&["status", field]);
    if !spec.list_at(&["initContainers"]).is_empty() {
        containers(
            &mut text,
            "Init Containers",
            spec.list_at(&["initContainers"]),
            statuses("initContainerStatuses"),
            Some(pod),
            "",
        );
    }
    containers(&mut text, "Containers", spec.list_at(&["containers"]), statuses("containerStatuses"), Some(pod), "");
    conditions(&mut text, pod);
    volumes(&mut text, spec.list_at(&["volumes"]), "");
    let _ = writeln!(text, "QoS Class:\t{}", pod.str_at(&["status", "qosClass"]));
    labels(&mut text, "Node-Selectors", spec.at(&["nodeSelector"]));
    tolerations(&mut text, "Tolerations", spec.list_at(&["tolerations"]));
    spread(&mut text, spec, "");
    text
}

fn status(text: &mut String, cluster: &Cluster, pod: &Value) {
    let ended = ["Failed", "Succeeded"].contains(&pod.str_at(&["status", "phase"]));
    if pod.at(&["metadata", "deletionTimestamp"]).is_null() || ended {
        let _ = writeln!(text, "Status:\t{}", pod.str_at(&["status", "phase"]));
    } else {
        let lasts = age::since(pod.at(&["metadata", "deletionTimestamp"]), cluster.runtime.unix());
        let grace = plain(pod.at(&["metadata", "deletionGracePeriodSeconds"]));
        let _ = writeln!(text, "Status:\tTerminating (lasts {lasts})\nTermination Grace Period:\t{grace}s");
    }
    for (field, title) in [("reason", "Reason"), ("message", "Message")] {
        if !pod.str_at(&["status", field]).is_empty() {
            let _ = writeln!(text, "{title}:\t{}", pod.str_at(&["status", field]));
        }
    }
    let profile = pod.at(&["spec", "securityContext", "seccompProfile"]);
    if !profile.is_null() {
        let _ = writeln!(text, "SeccompProfile:\t{}", profile.str_at(&["type"]));
        if profile.str_at(&["type"]) == "Localhost" {
            let _ = writeln!(text, "LocalhostProfile:\t{}", profile.str_at(&["localhostProfile"]));
        }
    }
    let _ = writeln!(text, "IP:\t{}", pod.str_at(&["status", "podIP"]));
    let addresses = pod.list_at(&["status", "podIPs"]);
    text.push_str(if addresses.is_empty() { "IPs:\t<none>\n" } else { "IPs:\n" });
    for address in addresses {
        let _ = writeln!(text, "  IP:\t{}", address.str_at(&["ip"]));
    }
}

fn conditions(text: &mut String, pod: &Value) {
    let conditions = pod.list_at(&["status", "conditions"]);
    let gates = pod.list_at(&["spec", "readinessGates"]);
    if !gates.is_empty() {
        text.push_str("Readiness Gates:\n  Type\tStatus\n");
        for gate in gates {
            let name = gate.str_at(&["conditionType"]);
            let found = conditions.iter().find(|it| it.str_at(&["type"]) == name);
            let _ = writeln!(text, "  {name} \t{} ", found.map_or("<none>", |it| it.str_at(&["status"])));
        }
    }
    if !conditions.is_empty() {
        text.push_str("Conditions:\n  Type\tStatus\n");
    }
    for condition in conditions {
        let _ = writeln!(text, "  {} \t{} ", condition.str_at(&["type"]), condition.str_at(&["status"]));
    }
}
