//! A node in full, with what its pods ask for.

use std::fmt::Write as _;

use super::super::client;
use super::super::print::{age, columns};
use super::{View, heading, lines, marks, plain};
use crate::cluster::Cluster;
use crate::object::{Object, Quantity, ResourceList, Value, pod_limits, pod_requests, sort_few};

/// Describes it.
pub fn describe(view: &View<'_>, node: &Value) -> String {
    let mut text = heading(node);
    let _ = writeln!(text, "Roles:\t{}", columns::node_roles(node, 0));
    marks(&mut text, node);
    let _ = writeln!(text, "CreationTimestamp:\t{}", age::rfc1123(node.at(&["metadata", "creationTimestamp"])));
    taints(&mut text, node);
    let unschedulable = node.at(&["spec", "unschedulable"]).as_bool() == Some(true);
    let _ = writeln!(text, "Unschedulable:\t{unschedulable}");
    lease(&mut text, view.cluster, node);
    conditions(&mut text, node);
    text.push_str("Addresses:\n");
    for address in node.list_at(&["status", "addresses"]) {
        let _ = writeln!(text, "  {}:\t{}", address.str_at(&["type"]), address.str_at(&["address"]));
    }
    for (field, title) in [("capacity", "Capacity"), ("allocatable", "Allocatable")] {
        let _ = writeln!(text, "{title}:");
        for (name, amount) in node.fields_at(&["status", field]) {
            let _ = writeln!(text, "  {name}:\t{}", plain(amount));
        }
    }
    system_info(&mut text, node);
    pods(&mut text, view, node);
    text
}

fn taints(text: &mut String, node: &Value) {
    let mut taints: Vec<&Value> = node.list_at(&["spec", "taints"]).iter().collect();
    sort_few(&mut taints, |a, b| {
        let [a, b] = [a, b].map(|it| [it.str_at(&["effect"]), it.str_at(&["key"])]);
        a < b
    });
    let one = |it: &&Value| {
        let [key, value, effect] = ["key", "value", "effect"].map(|field| it.str_at(&[field]));
        if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
    };
    lines(text, "Taints", &taints.iter().map(one).collect::<Vec<_>>());
}

fn lease(text: &mut String, cluster: &Cluster, node: &Value) {
    let lease = client::node_lease(cluster, node.str_at(&["metadata", "name"])).unwrap_or_default();
    let or_unset = |field: &str| {
        let written = age::rfc1123(lease.at(&["spec", field]));
        if written.is_empty() { "<unset>".into() } else { written }
    };
    let holder = match lease.str_at(&["spec", "holderIdentity"]) {
        "" => "<unset>",
        holder => holder,
    };
    let _ = writeln!(
        text,
        "Lease:\n  HolderIdentity:\t{holder}\n  AcquireTime:\t{}\n  RenewTime:\t{}",
        or_unset("acquireTime"),
        or_unset("renewTime")
    );
}

fn conditions(text: &mut String, node: &Value) {
    let conditions = node.list_at(&["status", "conditions"]);
    if conditions.is_empty() {
        return;
    }
    text.push_str("Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n");
    text.push_str("  ----\t------\t-----------------\t------------------\t------\t-------\n");
    for it in conditions {
        let [kind, status, reason, message] = ["type", "status", "reason", "message"].map(|field| it.str_at(&[field]));
        let [heartbeat, transition] = ["lastHeartbeatTime", "lastTransitionTime"].map(|field| age::rfc1123(it.at(&[field])));
        let _ = writeln!(text, "  {kind} \t{status} \t{heartbeat} \t{transition} \t{reason} \t{message}");
    }
}

fn system_info(text: &mut String, node: &Value) {
    text.push_str("System Info:\n");
    for (field, title) in [
        ("machineID", "Machine ID"),
        ("systemUUID", "System UUID"),
        ("bootID", "Boot ID"),
        ("kernelVersion", "Kernel Version"),
        ("osImage", "OS Image"),
        ("operatingSystem", "Operating System"),
        ("architecture", "Architecture"),
        ("containerRuntimeVersion", "Container Runtime Version"),
        ("kubeletVersion", "Kubelet Version"),
    ] {
        let _ = writeln!(text, "  {title}:\t{}", node.str_at(&["status", "nodeInfo", field]));
    }
    for (field, title) in [("podCIDR", "PodCIDR"), ("providerID", "ProviderID")] {
        if !node.str_at(&["spec", field]).is_empty() {
            let _ = writeln!(text, "{title}:\t{}", node.str_at(&["spec", field]));
        }
    }
}

/// An amount of a list.
fn amount(list: &ResourceList, name: &str) -> Quantity {
    list.get(name).cloned().unwrap_or_else(|| Quantity::whole(0))
}

/// `100m (5%)`.
fn with_percentage(amount: &Quantity, of: &Quantity, milli: bool) -> String {
    let [part, whole] = [amount, of].map(|it| i128::from(if milli { it.milli_value() } else { it.value() }));
    let percentage = if whole == 0 { 0 } else { part * 100 / whole };
    format!("{amount} ({percentage}%)")
}

fn pods(text: &mut String, view: &View<'_>, node: &Value) {
    let name = node.str_at(&["metadata", "name"]);
    let ended = |pod: &Object| ["Succeeded", "Failed"].contains(&pod.value.str_at(&["status", "phase"]));
    let pods: Vec<&Value> = view.pods_of_node(name).filter(|pod| !ended(pod)).map(|pod| &pod.value).collect();
    let allocatable = crate::object::read_resource_list(node.at(&["status", "allocatable"]));
    let (cpu, memory) = (amount(&allocatable, "cpu"), amount(&allocatable, "memory"));
    let _ = writeln!(text, "Non-terminated Pods:\t({} in total)", pods.len());
    text.push_str("  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
    text.push_str("  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
    let mut totals = [ResourceList::default(), ResourceList::default()];
    for pod in &pods {
        let lists = [pod_requests(pod.at(&["spec"])), pod_limits(pod.at(&["spec"]))];
        let cells = ["cpu", "memory"].map(|resource| {
            let whole = if resource == "cpu" { &cpu } else { &memory };
            [&lists[0], &lists[1]].map(|list| with_percentage(&amount(list, resource), whole, resource == "cpu")).join("\t")
        });
        let [namespace, name] = ["namespace", "name"].map(|field| pod.str_at(&["metadata", field]));
        let age = age::since(pod.at(&["metadata", "creationTimestamp"]), view.cluster.runtime.unix());
        let _ = writeln!(text, "  {namespace}\t{name}\t\t{}\t{age}", cells.join("\t"));
        for (total, list) in totals.iter_mut().zip(&lists) {
            for (name, amount) in list {
                total.entry(name.clone()).or_insert_with(|| Quantity::whole(0)).add(amount);
            }
        }
    }
    allocated(text, &allocatable, &totals);
}

fn allocated(text: &mut String, allocatable: &ResourceList, totals: &[ResourceList; 2]) {
    text.push_str("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
    text.push_str("  Resource\tRequests\tLimits\n  --------\t--------\t------\n");
    for name in ["cpu", "memory", "ephemeral-storage"] {
        let whole = amount(allocatable, name);
        let cells = [&totals[0], &totals[1]].map(|list| with_percentage(&amount(list, name), &whole, name == "cpu"));
        let _ = writeln!(text, "  {name}\t{}", cells.join("\t"));
    }
    for (name, _) in allocatable.iter().filter(|(name, _)| name.contains('/') || name.starts_with("hugepages-")) {
        let cells = [&totals[0], &totals[1]].map(|list| amount(list, name).to_string());
        let _ = writeln!(text, "  {name}\t{}", cells.join("\t"));
    }
}
