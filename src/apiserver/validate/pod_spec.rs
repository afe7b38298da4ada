//! Pods and pod templates.

use super::errors::Errors;
use super::here::Here;
use super::names::{dns_subdomain, ip};
use super::{container, meta, resources, security, selector, volumes};
use crate::object::path::Step;
use crate::object::{Value, map};

/// Models `ValidatePodTemplateSpec`.
pub(super) fn template(template: &Here, errors: &mut Errors) {
    let metadata = template.field("metadata");
    let start = errors.0.len();
    // Kubernetes leaves `metadata` out of these paths.
    for (name, check) in [("labels", meta::labels as fn(&Here, &mut Errors)), ("annotations", meta::annotations)] {
        check(&template.field(name).with(metadata.field(name).value), errors);
    }
    let steps = metadata.path().0.len();
    for error in &mut errors.0[start..] {
        let place = error.place.get_or_insert_with(|| error.path.clone());
        place.0.insert(steps - 1, Step::Field("metadata".into()));
    }
    spec(&template.field("spec"), errors);
    let pod = template.field("spec");
    if !pod.field("ephemeralContainers").list().is_empty() {
        errors.forbidden(&pod.field("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// Models `ValidatePodSpec`.
pub(super) fn spec(spec: &Here, errors: &mut Errors) {
    let listed = spec.field("volumes");
    let pod = container::Pod {
        volumes: volumes::all(&listed, errors),
        grace_seconds: spec.number("terminationGracePeriodSeconds"),
        os: spec.field("os").text("name"),
    };
    container::all(spec, &pod, errors);
    if spec.field("hostNetwork").is_true() {
        host_ports(spec, errors);
    }
    errors.required_one_of(&spec.field("restartPolicy"), &["Always", "OnFailure", "Never"]);
    errors.required_one_of(&spec.field("dnsPolicy"), &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]);
    meta::labels(&spec.field("nodeSelector"), errors);
    security::pod(spec, errors);
    selector::affinity(&spec.field("affinity"), errors);
    dns_config(&spec.field("dnsConfig"), spec.text("dnsPolicy") == "None", errors);
    gates(spec, errors);
    selector::topology_spread(&spec.field("topologySpreadConstraints"), errors);
    if spec.has("hostUsers") && !spec.field("hostUsers").is_true() {
        own_users(spec, errors);
    }
    names(spec, errors);
}

/// Models `validateHostUsers`: a pod with users of its own shares nothing else with its host.
fn own_users(spec: &Here, errors: &mut Errors) {
    for (field, named) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.field(field).is_true() {
            errors.forbidden(&spec.field(named), "when `pod.Spec.HostUsers` is false");
        }
    }
}

/// Models `validateReadinessGates` and `validateSchedulingGates`.
fn gates(spec: &Here, errors: &mut Errors) {
    for gate in spec.field("readinessGates").items() {
        errors.label_key(&gate.field("conditionType"));
    }
    let gates = spec.field("schedulingGates");
    for (index, gate) in gates.items().enumerate() {
        errors.label_key(&gate.field("name"));
        if gates.items().take(index).any(|other| other.text("name") == gate.text("name")) {
            errors.duplicate(&gate.with(gate.field("name").value));
        }
    }
}

fn names(spec: &Here, errors: &mut Errors) {
    errors.optional_subdomain(&spec.field("serviceAccountName"));
    errors.optional_subdomain(&spec.field("nodeName"));
    let deadline = spec.field("activeDeadlineSeconds");
    if deadline.is_set() {
        errors.in_range(&deadline, 1, i32::MAX.into());
    }
    for field in ["hostname", "subdomain"] {
        if spec.has(field) {
            errors.dns_label(&spec.field(field));
        }
    }
    selector::tolerations(&spec.field("tolerations"), errors);
    for alias in spec.field("hostAliases").items() {
        let address = alias.field("ip");
        errors.each(&address, address.str(), ip(address.str()));
        for name in alias.field("hostnames").items() {
            errors.each(&name, name.str(), dns_subdomain(name.str()));
        }
    }
    errors.optional_subdomain(&spec.field("priorityClassName"));
    errors.optional_subdomain(&spec.field("runtimeClassName"));
    errors.optional_one_of(&spec.field("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
    let overhead = spec.field("overhead");
    if let Value::Map(limits) = overhead.value {
        resources::container(&overhead.with(&map! { "limits" => limits.clone() }), errors);
    }
    errors.optional_one_of(&spec.field("os").field("name"), &["linux", "windows"]);
}

/// Models `validatePodHostNetworkDeps`. A template's host ports are filled in when its pods are made.
fn host_ports(spec: &Here, errors: &mut Errors) {
    for list in ["containers", "initContainers"] {
        for container in spec.field(list).items() {
            for port in container.field("ports").items() {
                let host = port.field("hostPort");
                if host.int() != 0 && host.int() != port.number("containerPort") {
                    errors.invalid(&host, "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }
}

/// Models `validatePodDNSConfig`.
fn dns_config(config: &Here, must_be_there: bool, errors: &mut Errors) {
    let (servers, searches) = (config.field("nameservers"), config.field("searches"));
    if must_be_there && !config.is_set() {
        return errors.required(config, "must provide `dnsConfig` when `dnsPolicy` is None");
    }
    if must_be_there && servers.list().is_empty() {
        return errors.required(&servers, "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
    if servers.list().len() > 3 {
        errors.invalid(&servers, "must not have more than 3 nameservers");
    }
    for server in servers.items() {
        errors.each(&server, server.str(), ip(server.str()));
    }
    if searches.list().len() > 32 {
        errors.invalid(&searches, "must not have more than 32 search paths");
    }
    for search in searches.items().filter(|search| search.str() != ".") {
        let name = search.str().strip_suffix('.').unwrap_or(search.str());
        errors.each(&search, name, dns_subdomain(name));
    }
    for option in config.field("options").items() {
        if option.text("name").is_empty() {
            errors.required(&option, "must not be empty");
        }
    }
}
