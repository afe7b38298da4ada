//! Pods and pod templates.

use super::errors::Errors;
use super::names::{dns_subdomain, ip};
use super::{container, meta, resources, security, selector, volumes};
use crate::object::path::At;
use crate::object::{Value, map};

const DNS_POLICIES: &[&str] = &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/// Models `ValidatePodTemplateSpec`.
pub(super) fn template(template: &Value, at: &At, errors: &mut Errors) {
    let metadata = at.field("metadata");
    let start = errors.0.len();
    // Kubernetes leaves `metadata` out of these paths.
    meta::labels(template.at(&["metadata", "labels"]), &at.field("labels"), errors);
    meta::annotations(template.at(&["metadata", "annotations"]), &at.field("annotations"), errors);
    for error in &mut errors.0[start..] {
        let mut place = metadata.to_path();
        place.0.extend(error.place.iter().flat_map(|place| place.0[metadata.to_path().0.len() - 1..].to_vec()));
        error.place = Some(place);
    }
    let at_spec = at.field("spec");
    spec(template.at(&["spec"]), &at_spec, errors);
    if !template.list_at(&["spec", "ephemeralContainers"]).is_empty() {
        errors.forbidden(&at_spec.field("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// Models `ValidatePodSpec`.
pub(super) fn spec(spec: &Value, at: &At, errors: &mut Errors) {
    let volumes = volumes::all(spec.list_at(&["volumes"]), &at.field("volumes"), errors);
    let pod = container::Pod {
        volumes,
        grace_seconds: spec.at(&["terminationGracePeriodSeconds"]).as_i64().unwrap_or(0),
        os: spec.str_at(&["os", "name"]),
    };
    container::all(spec, &pod, at, errors);
    host_ports(spec, at, errors);
    errors.required_one_of(&at.field("restartPolicy"), spec.str_at(&["restartPolicy"]), &["Always", "OnFailure", "Never"]);
    errors.required_one_of(&at.field("dnsPolicy"), spec.str_at(&["dnsPolicy"]), DNS_POLICIES);
    meta::labels(spec.at(&["nodeSelector"]), &at.field("nodeSelector"), errors);
    security::pod(spec, &at.field("securityContext"), errors);
    selector::affinity(spec.at(&["affinity"]), &at.field("affinity"), errors);
    dns_config(spec, &at.field("dnsConfig"), errors);
    conditions(spec, at, errors);
    selector::topology_spread(spec.list_at(&["topologySpreadConstraints"]), &at.field("topologySpreadConstraints"), errors);
    own_users(spec, at, errors);
    names(spec, at, errors);
}

/// Models `validateHostUsers`: a pod with users of its own shares nothing else with its host.
fn own_users(spec: &Value, at: &At, errors: &mut Errors) {
    if spec.at(&["hostUsers"]).as_bool() != Some(false) {
        return;
    }
    for (field, named) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.at(&[field]).as_bool() == Some(true) {
            errors.forbidden(&at.field(named), "when `pod.Spec.HostUsers` is false");
        }
    }
}

/// Models `validateReadinessGates` and `validateSchedulingGates`.
fn conditions(spec: &Value, at: &At, errors: &mut Errors) {
    for (list, field) in [("readinessGates", "conditionType"), ("schedulingGates", "name")] {
        let at = at.field(list);
        let gates = spec.list_at(&[list]);
        for (index, gate) in gates.iter().enumerate() {
            let (name, at) = (gate.str_at(&[field]), at.index(index));
            errors.each(&at.field(field), name, crate::object::label::key_errors(name));
            if list == "schedulingGates" && gates[..index].iter().any(|other| other.str_at(&[field]) == name) {
                errors.duplicate(&at, name);
            }
        }
    }
}

fn names(spec: &Value, at: &At, errors: &mut Errors) {
    let subdomain = |field: &str, errors: &mut Errors| {
        let name = spec.str_at(&[field]);
        if !name.is_empty() {
            errors.each(&at.field(field), name, dns_subdomain(name));
        }
    };
    subdomain("serviceAccountName", errors);
    subdomain("nodeName", errors);
    if let Some(seconds) = spec.at(&["activeDeadlineSeconds"]).as_i64() {
        errors.in_range(&at.field("activeDeadlineSeconds"), seconds, 1, i32::MAX.into());
    }
    for field in ["hostname", "subdomain"] {
        if let name @ [_, ..] = spec.str_at(&[field]).as_bytes() {
            let name = std::str::from_utf8(name).unwrap_or_default();
            errors.dns_label(&at.field(field), name);
        }
    }
    selector::tolerations(spec.list_at(&["tolerations"]), &at.field("tolerations"), errors);
    host_aliases(spec.list_at(&["hostAliases"]), &at.field("hostAliases"), errors);
    subdomain("priorityClassName", errors);
    subdomain("runtimeClassName", errors);
    if let Some(policy) = spec.at(&["preemptionPolicy"]).as_str() {
        errors.required_one_of(&at.field("preemptionPolicy"), policy, &["PreemptLowerPriority", "Never"]);
    }
    if let overhead @ Value::Map(_) = spec.at(&["overhead"]) {
        resources::container(&map! { "limits" => overhead.clone() }, &at.field("overhead"), errors);
    }
    if let Some(os) = spec.at(&["os", "name"]).as_str() {
        errors.required_one_of(&at.field("os").field("name"), os, &["linux", "windows"]);
    }
}

/// Models `validatePodHostNetworkDeps`. A template's host ports are filled in when its pods are made.
fn host_ports(spec: &Value, at: &At, errors: &mut Errors) {
    if spec.at(&["hostNetwork"]).as_bool() != Some(true) {
        return;
    }
    for list in ["containers", "initContainers"] {
        let at_list = at.field(list);
        for (index, container) in spec.list_at(&[list]).iter().enumerate() {
            let container_at = at_list.index(index);
            let ports_at = container_at.field("ports");
            for (index, port) in container.list_at(&["ports"]).iter().enumerate() {
                let [host, inner] = ["hostPort", "containerPort"].map(|field| port.at(&[field]).as_i64().unwrap_or(0));
                if host != 0 && host != inner {
                    let detail = "must match `containerPort` when `hostNetwork` is true";
                    errors.invalid(&ports_at.index(index).field("hostPort"), host, detail);
                }
            }
        }
    }
}

fn host_aliases(aliases: &[Value], at: &At, errors: &mut Errors) {
    for (index, alias) in aliases.iter().enumerate() {
        let at = at.index(index);
        let address = alias.str_at(&["ip"]);
        errors.each(&at.field("ip"), address, ip(address));
        let list = at.field("hostnames");
        for (index, name) in alias.list_at(&["hostnames"]).iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            errors.each(&list.index(index), name, dns_subdomain(name));
        }
    }
}

/// Models `validatePodDNSConfig`.
fn dns_config(spec: &Value, at: &At, errors: &mut Errors) {
    let config = spec.at(&["dnsConfig"]);
    let servers = config.list_at(&["nameservers"]);
    if spec.str_at(&["dnsPolicy"]) == "None" {
        if config.is_null() {
            return errors.required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if servers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return errors.required(&at.field("nameservers"), detail);
        }
    }
    let list = at.field("nameservers");
    if servers.len() > 3 {
        errors.invalid(&list, config.at(&["nameservers"]), "must not have more than 3 nameservers");
    }
    for (index, server) in servers.iter().enumerate() {
        let server = server.as_str().unwrap_or_default();
        errors.each(&list.index(index), server, ip(server));
    }
    let list = at.field("searches");
    let searches = config.list_at(&["searches"]);
    if searches.len() > 32 {
        errors.invalid(&list, config.at(&["searches"]), "must not have more than 32 search paths");
    }
    for (index, search) in searches.iter().enumerate() {
        let search = search.as_str().unwrap_or_default();
        if search != "." {
            let name = search.strip_suffix('.').unwrap_or(search);
            errors.each(&list.index(index), name, dns_subdomain(name));
        }
    }
    let list = at.field("options");
    for (index, option) in config.list_at(&["options"]).iter().enumerate() {
        if option.str_at(&["name"]).is_empty() {
            errors.required(&list.index(index), "must not be empty");
        }
    }
}
