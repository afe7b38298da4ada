//! Pods and pod templates.

use super::errors::Errors;
use super::here::Here;
use super::names::{dns_search, dns_subdomain, ip};
use super::{annotations, container, environment, meta, resources, security, selector, volumes, windows};
use crate::apiserver::error::BadValue;
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
    let pod = template.field("spec");
    annotations::of_pod(&template.field("annotations").with(metadata.field("annotations").value), &pod, errors);
    let steps = metadata.path().0.len();
    for error in &mut errors.0[start..] {
        let place = error.place.get_or_insert_with(|| error.path.clone());
        place.0.insert(steps - 1, Step::Field("metadata".into()));
    }
    spec(&pod, errors);
    annotations::beside_fields(&metadata, &pod, errors);
    if !pod.field("ephemeralContainers").list().is_empty() {
        errors.forbidden(&pod.field("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// Models `ValidatePodCreate`; a new version of a pod has its own rules besides.
pub(super) fn pod(object: &Here, is_new: bool, errors: &mut Errors) {
    let (metadata, pod) = (object.field("metadata"), object.field("spec"));
    annotations::of_pod(&metadata.field("annotations"), &pod, errors);
    spec(&pod, errors);
    if pod.text("serviceAccountName").is_empty() {
        tokens_without_account(&pod, errors);
    }
    for list in ["containers", "initContainers"] {
        pod.field(list).items().for_each(|container| container::outside_template(&container, errors));
    }
    if !is_new {
        return;
    }
    if !pod.field("ephemeralContainers").list().is_empty() {
        errors.forbidden(&pod.field("ephemeralContainers"), "cannot be set on create");
    }
    if !pod.text("nodeName").is_empty() && !pod.field("schedulingGates").list().is_empty() {
        errors.forbidden(&pod.field("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
    annotations::beside_fields(&metadata, &pod, errors);
}

fn tokens_without_account(pod: &Here, errors: &mut Errors) {
    for volume in pod.field("volumes").items() {
        let projected = volume.field("projected");
        for source in projected.field("sources").items().filter(|source| source.has("serviceAccountToken")) {
            let detail = "must not be specified when serviceAccountName is not set";
            errors.forbidden(&source.field("serviceAccountToken"), detail);
        }
    }
}

/// Models `ValidatePodSpec`.
pub(super) fn spec(spec: &Here, errors: &mut Errors) {
    let (volumes, claims) = (spec.field("volumes"), spec.field("resourceClaims"));
    let mut claimed: Vec<&str> = claims.items().map(|claim| claim.text("name")).filter(|name| !name.is_empty()).collect();
    claimed.sort_unstable();
    claimed.dedup();
    let host_users = !spec.has("hostUsers") || spec.field("hostUsers").is_true();
    let pod = container::Pod {
        volumes: volumes::all(&volumes, errors),
        grace_seconds: spec.number("terminationGracePeriodSeconds"),
        host_users,
        never_restarts: spec.text("restartPolicy") == "Never",
        claims: claimed,
    };
    resource_claims(&claims, errors);
    container::all(spec, &pod, errors);
    resources::pod(spec, errors);
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
    windows::host_processes(spec, errors);
    if !host_users {
        own_users(spec, errors);
    }
    host_name(spec, errors);
    names(spec, errors);
    for list in windows::CONTAINERS {
        spec.field(list).items().for_each(|container| environment::files(&container, &volumes, errors));
    }
}

/// Models `validatePodResourceClaims`.
fn resource_claims(claims: &Here, errors: &mut Errors) {
    const SOURCES: [&str; 2] = ["resourceClaimName", "resourceClaimTemplateName"];
    let mut seen = Vec::new();
    for claim in claims.items() {
        let name = claim.field("name");
        if seen.contains(&name.str()) {
            errors.duplicate(&name);
        } else {
            errors.named(&name);
            seen.extend((!name.str().is_empty()).then(|| claim.text("name")));
        }
        let mut wrong = |detail: &'static str| {
            let of = |field: &str| claim.value.at(&[field]).to_string();
            let [name, template] = SOURCES.map(of);
            let name_of_claim = Value::from(claim.text("name"));
            let internal =
                format!("{{\"Name\":{name_of_claim},\"ResourceClaimName\":{name},\"ResourceClaimTemplateName\":{template}}}");
            errors.invalid_value(&claim, BadValue::Bare(internal), detail);
        };
        match SOURCES.into_iter().filter(|field| claim.has(field)).count() {
            0 => wrong("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"),
            1 => {}
            _ => wrong("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"),
        }
        for field in SOURCES.into_iter().filter(|field| claim.has(field)) {
            let field = claim.field(field);
            errors.each(&field, field.str(), dns_subdomain(field.str()));
        }
    }
}

/// Models `validateHostUsers`: a pod with users of its own shares nothing else with its host.
fn own_users(spec: &Here, errors: &mut Errors) {
    const WORDS: &str = "when `hostUsers` is false";
    for (field, named) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.field(field).is_true() {
            let start = errors.0.len();
            errors.forbidden(&spec.field(named), WORDS);
            errors.place(start, &spec.field(field));
        }
    }
    for list in windows::CONTAINERS {
        for container in spec.field(list).items() {
            let devices = container.field("volumeDevices");
            if !devices.list().is_empty() {
                errors.forbidden(&devices, WORDS);
            }
        }
    }
}

/// Models `validatePodHostName`.
fn host_name(spec: &Here, errors: &mut Errors) {
    let name = spec.field("hostnameOverride");
    if !name.is_set() {
        return;
    }
    for field in ["setHostnameAsFQDN", "hostNetwork"] {
        if spec.field(field).is_true() {
            errors.forbidden(&name, format!("may not be specified when {field} is true"));
        }
    }
    errors.at_most_bytes(&name, 64);
    errors.each(&name, name.str(), dns_subdomain(name.str()));
}

/// Models `validateReadinessGates` and `validateSchedulingGates`, which names the gate and not its name.
fn gates(spec: &Here, errors: &mut Errors) {
    for gate in spec.field("readinessGates").items() {
        errors.label_key(&gate.field("conditionType"));
    }
    let mut seen = Vec::new();
    for gate in spec.field("schedulingGates").items() {
        let (start, name) = (errors.0.len(), gate.field("name"));
        let named = gate.with(name.value);
        errors.label_key(&named);
        if seen.contains(&name.str()) {
            errors.duplicate(&named);
        }
        seen.push(gate.text("name"));
        errors.place(start, &name);
    }
}

fn names(spec: &Here, errors: &mut Errors) {
    errors.optional_subdomain(&spec.field("serviceAccountName"));
    errors.optional_subdomain(&spec.field("nodeName"));
    let deadline = spec.field("activeDeadlineSeconds");
    if deadline.is_set() {
        errors.in_range(&deadline, 1, i32::MAX.into());
    }
    for field in ["hostname", "subdomain"].into_iter().filter(|field| !spec.text(field).is_empty()) {
        errors.dns_label(&spec.field(field));
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
    let class = spec.field("runtimeClassName");
    if class.is_set() {
        errors.each(&class, class.str(), dns_subdomain(class.str()));
    }
    let policy = spec.field("preemptionPolicy");
    if policy.is_set() {
        errors.required_one_of(&policy, &["PreemptLowerPriority", "Never"]);
    }
    let overhead = spec.field("overhead");
    if let Value::Map(limits) = overhead.value {
        resources::container(&overhead.with(&map! { "limits" => limits.clone() }), &[], errors);
    }
    windows::system(spec, errors);
}

/// Models `validatePodHostNetworkDeps`. A template's host ports are filled in when its pods are made.
fn host_ports(spec: &Here, errors: &mut Errors) {
    for container in spec.field("containers").items() {
        for port in container.field("ports").items() {
            let host = port.field("hostPort");
            if host.int() != 0 && host.int() != port.number("containerPort") {
                errors.invalid(&host, "must match `containerPort` when `hostNetwork` is true");
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
    let length: usize = searches.items().map(|search| search.str().len() + 1).sum();
    if length > 2049 {
        errors.invalid(&searches, "must not have more than 2048 characters (including spaces) in the search list");
    }
    for search in searches.items().filter(|search| search.str() != ".") {
        let name = search.str().strip_suffix('.').unwrap_or(search.str());
        errors.each(&search, name, dns_search(name));
    }
    for option in config.field("options").items() {
        if option.text("name").is_empty() {
            errors.required(&option, "must not be empty");
        }
    }
}
