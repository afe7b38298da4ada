//! Containers: their names, images, ports, and when they are started again.

use super::errors::Errors;
use super::here::Here;
use super::names::port_name;
use super::{environment, handlers, mounts, resources, security};
use crate::apiserver::error::Cause;
use crate::object::{Map, Value};

pub(super) const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const MOST_RULES: usize = 20;
const MOST_EXIT_CODES: usize = 255;

/// What the checks of a container look at in its pod.
pub(super) struct Pod<'a> {
    /// The volumes that are in order.
    pub volumes: Vec<&'a Value>,
    /// `terminationGracePeriodSeconds`.
    pub grace_seconds: i64,
    /// Whether pods with this spec have the users of their host.
    pub host_users: bool,
    /// Whether containers are never started again.
    pub never_restarts: bool,
    /// The names of the claims for devices, sorted.
    pub claims: Vec<&'a str>,
}

impl Pod<'_> {
    pub(super) fn volume(&self, name: &str) -> Option<&Value> {
        self.volumes.iter().copied().find(|volume| volume.str_at(&["name"]) == name)
    }
}

/// Models `validateContainers`, `validateInitContainers` and `validateEphemeralContainers`.
pub(super) fn all(spec: &Here, pod: &Pod, errors: &mut Errors) {
    let containers = spec.field("containers");
    if containers.list().is_empty() {
        errors.required(&containers, "");
    }
    let (mut names, mut sockets) = (Vec::new(), Vec::new());
    for container in containers.items() {
        common(&container, pod, errors);
        unique_name(&container, &mut names, errors);
        handlers::running(&container, pod, errors);
        restart_policy(&container, errors);
    }
    for container in containers.items() {
        host_ports(&container.field("ports"), &mut sockets, errors);
    }
    let started_before = spec.field("initContainers");
    for container in started_before.items() {
        common(&container, pod, errors);
        restart_policy(&container, errors);
        let name = container.text("name");
        if names.contains(&name) {
            errors.duplicate(&container.field("name"));
        } else if !name.is_empty() {
            names.push(name);
        }
        one_by_one(&started_before, &container, errors);
        if container.text("restartPolicy") == "Always" {
            handlers::running(&container, pod, errors);
        } else {
            handlers::ending(&container, errors);
        }
    }
    let targets = names.clone();
    for container in spec.field("ephemeralContainers").items() {
        common(&container, pod, errors);
        outside_template(&container, errors);
        unique_name(&container, &mut names, errors);
        let target = container.field("targetContainerName");
        if !target.str().is_empty() && !targets.contains(&target.str()) {
            errors.not_found(&target);
        }
        only_ephemeral(&container, errors);
    }
}

/// Init containers run one after the other, so that their ports are compared within each; Kubernetes always names the first.
fn one_by_one(list: &Here, container: &Here, errors: &mut Errors) {
    let start = errors.0.len();
    let named = list.item(0, container.value);
    host_ports(&named.field("ports"), &mut Vec::new(), errors);
    errors.place(start, &container.field("ports"));
}

/// Models `validateContainerRestartPolicy`.
fn restart_policy(container: &Here, errors: &mut Errors) {
    let (policy, rules) = (container.field("restartPolicy"), container.field("restartPolicyRules"));
    if !policy.is_set() && !rules.list().is_empty() {
        errors.required(&policy, "must specify restartPolicy when restart rules are used");
    }
    errors.optional_one_of(&policy, &["Always", "Never", "OnFailure"]);
    if rules.list().len() > MOST_RULES {
        errors.push(&rules, Cause::TooLong(MOST_RULES));
    }
    for rule in rules.items() {
        let (action, codes) = (rule.field("action"), rule.field("exitCodes"));
        if action.str() != "RestartAllContainers" {
            errors.one_of(&action, &["Restart"]);
        }
        if !codes.is_set() {
            errors.required(&codes, "must be specified");
            continue;
        }
        errors.one_of(&codes.field("operator"), &["In", "NotIn"]);
        if codes.field("values").list().len() > MOST_EXIT_CODES {
            errors.push(&codes.field("values"), Cause::TooLong(MOST_EXIT_CODES));
        }
    }
}

/// Whether something was not seen before; from now on it was.
pub(super) fn is_new<T: PartialEq>(it: T, seen: &mut Vec<T>) -> bool {
    let new = !seen.contains(&it);
    seen.push(it);
    new
}

fn unique_name<'a>(container: &Here<'a>, names: &mut Vec<&'a str>, errors: &mut Errors) {
    if !is_new(container.text("name"), names) {
        errors.duplicate(&container.field("name"));
    }
}

/// Models `AccumulateUniqueHostPorts`.
fn host_ports(ports: &Here, sockets: &mut Vec<String>, errors: &mut Errors) {
    for port in ports.items() {
        let host = port.field("hostPort");
        let socket = format!("{}/{}/{}", port.text("protocol"), port.text("hostIP"), host.int());
        if host.int() != 0 && !is_new(socket.clone(), sockets) {
            errors.duplicate_of(&host, socket.as_str());
        }
    }
}

/// Models `validateContainerCommon`.
fn common(container: &Here, pod: &Pod, errors: &mut Errors) {
    errors.named(&container.field("name"));
    errors.not_empty(&container.field("image"));
    errors.required_one_of(&container.field("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]);
    ports(&container.field("ports"), errors);
    environment::variables(&container.field("env"), errors);
    environment::sources(&container.field("envFrom"), errors);
    mounts::mounts(container, pod, errors);
    mounts::devices(container, pod, errors);
    errors.required_one_of(&container.field("imagePullPolicy"), PULL_POLICIES);
    resources::container(&container.field("resources"), &pod.claims, errors);
    resize_policy(&container.field("resizePolicy"), pod, errors);
    security::container(&container.field("securityContext"), pod.host_users, errors);
}

/// Models `validateResizePolicy`, which mostly names the list and not its item.
fn resize_policy(policies: &Here, pod: &Pod, errors: &mut Errors) {
    let mut seen = Vec::new();
    for policy in policies.items() {
        let start = errors.0.len();
        let (resource, restart) = (policy.field("resourceName"), policy.field("restartPolicy"));
        if !is_new(policy.text("resourceName"), &mut seen) {
            errors.duplicate_of(&policy, resource.str());
        }
        errors.required_one_of(&policies.with(resource.value), &["cpu", "memory"]);
        errors.required_one_of(&policies.with(restart.value), &["NotRequired", "RestartContainer"]);
        if pod.never_restarts && restart.str() != "NotRequired" {
            errors.invalid(&policies.with(restart.value), "must be 'NotRequired' when `restartPolicy` is 'Never'");
        }
        errors.place(start, &policy);
    }
}

/// Models `validateContainerPorts`.
fn ports(ports: &Here, errors: &mut Errors) {
    let mut names = Vec::new();
    for port in ports.items() {
        let name = port.field("name");
        if !name.str().is_empty() {
            let messages = port_name(name.str());
            if messages.is_empty() && !is_new(port.text("name"), &mut names) {
                errors.duplicate(&name);
            }
            errors.each(&name, name.str(), messages);
        }
        let (inner, host) = (port.field("containerPort"), port.field("hostPort"));
        if inner.int() == 0 {
            errors.required(&inner, "");
        } else {
            errors.port_number(&inner);
        }
        if host.int() != 0 {
            errors.port_number(&host);
        }
        errors.required_one_of(&port.field("protocol"), &["SCTP", "TCP", "UDP"]);
    }
}

/// The fields that only containers of the pod itself have, as Go's struct orders them.
const NOT_EPHEMERAL: &[&str] = &[
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];

fn only_ephemeral(container: &Here, errors: &mut Errors) {
    const WORDS: &str = "cannot be set for an Ephemeral Container";
    for name in NOT_EPHEMERAL {
        let field = container.field(name);
        let says_nothing = *name == "resources" && field.value.as_map().is_some_and(Map::is_empty);
        if field.is_set() && !says_nothing {
            errors.forbidden(&field, WORDS);
        }
    }
    for mount in container.field("volumeMounts").items() {
        for name in ["subPath", "subPathExpr"] {
            if !mount.text(name).is_empty() {
                errors.forbidden(&mount.field(name), WORDS);
            }
        }
    }
}

/// Models `validateContainerOnlyForPod`: what Kubernetes looks at when a pod is made, and not in a template.
pub(super) fn outside_template(container: &Here, errors: &mut Errors) {
    let image = container.field("image");
    if image.str().trim() != image.str() {
        errors.invalid(&image, "must not have leading or trailing whitespace");
    }
}
