//! Containers: ports, environment, mounts, probes and hooks.

use super::errors::Errors;
use super::here::Here;
use super::names::{UNIQUE, config_map_key, env_name, http_header, port_name};
use super::{resources, security};
use crate::apiserver::error::Cause;
use crate::object::path::Step;
use crate::object::{Value, label};

/// Said of a probe or a hook that does nothing.
pub const NO_HANDLER: &str = "must specify a handler type";
const RESTART: &str = "may not be set for init containers without restartPolicy=Always";
const ONE_SOURCE: &str = "may not have more than one field specified at a time";

/// What the checks of a container look at in its pod.
pub(super) struct Pod<'a> {
    /// The volumes that are in order.
    pub volumes: Vec<&'a Value>,
    /// `terminationGracePeriodSeconds`.
    pub grace_seconds: i64,
    /// `os.name`, or empty.
    pub os: &'a str,
}

impl Pod<'_> {
    fn volume(&self, name: &str) -> Option<&Value> {
        self.volumes.iter().copied().find(|volume| volume.str_at(&["name"]) == name)
    }
}

/// Models `validateContainers` and `validateInitContainers`.
pub(super) fn all(spec: &Here, pod: &Pod, errors: &mut Errors) {
    let containers = spec.field("containers");
    if containers.list().is_empty() {
        errors.required(&containers, "");
    }
    let mut names = Vec::new();
    let mut sockets = Vec::new();
    for container in containers.items() {
        common(&container, pod, errors);
        unique_name(&container, &mut names, errors);
        running(&container, pod, errors);
        restart_policy(&container, errors);
    }
    for container in containers.items() {
        host_ports(&container, &mut sockets, errors);
    }
    for container in spec.field("initContainers").items() {
        common(&container, pod, errors);
        restart_policy(&container, errors);
        unique_name(&container, &mut names, errors);
        // They run one after the other.
        host_ports(&container, &mut Vec::new(), errors);
        if container.text("restartPolicy") == "Always" {
            running(&container, pod, errors);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if container.has(field) {
                errors.forbidden(&container.field(field), RESTART);
            }
        }
    }
}

fn restart_policy(container: &Here, errors: &mut Errors) {
    errors.optional_one_of(&container.field("restartPolicy"), &["Always", "Never", "OnFailure"]);
}

/// Whether something was not seen before; from now on it was.
fn is_new<T: PartialEq>(it: T, seen: &mut Vec<T>) -> bool {
    let new = !seen.contains(&it);
    seen.push(it);
    new
}

fn unique_name<'a>(container: &Here<'a>, names: &mut Vec<&'a str>, errors: &mut Errors) {
    let name = container.text("name");
    if !is_new(name, names) && !name.is_empty() {
        errors.duplicate(&container.field("name"));
    }
}

/// What init containers that end do not have.
fn running(container: &Here, pod: &Pod, errors: &mut Errors) {
    let lifecycle = container.field("lifecycle");
    for hook in ["postStart", "preStop"] {
        if lifecycle.has(hook) {
            handler(&lifecycle.field(hook), pod, errors);
        }
    }
    if lifecycle.has("stopSignal") && pod.os.is_empty() {
        let detail = "may not be set for containers with empty `spec.os.name`";
        errors.forbidden(&lifecycle.field("stopSignal"), detail);
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if container.has(name) {
            probe(&container.field(name), pod, name == "readinessProbe", errors);
        }
    }
}

/// Models `AccumulateUniqueHostPorts`.
fn host_ports(container: &Here, sockets: &mut Vec<String>, errors: &mut Errors) {
    for port in container.field("ports").items() {
        let host = port.field("hostPort");
        let socket = format!("{}/{}/{}", port.text("protocol"), port.text("hostIP"), host.int());
        if host.int() != 0 && !is_new(socket.clone(), sockets) {
            errors.push(&host, Cause::Duplicate(socket.as_str().into()));
        }
    }
}

/// Models `validateContainerCommon`.
fn common(container: &Here, pod: &Pod, errors: &mut Errors) {
    let name = container.field("name");
    if name.str().is_empty() {
        errors.required(&name, "");
    } else {
        errors.dns_label(&name);
    }
    errors.not_empty(&container.field("image"));
    errors.required_one_of(&container.field("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]);
    ports(&container.field("ports"), errors);
    environment(&container.field("env"), errors);
    environment_from(&container.field("envFrom"), errors);
    mounts(container, pod, errors);
    devices(&container.field("volumeDevices"), pod, errors);
    errors.required_one_of(&container.field("imagePullPolicy"), &["Always", "IfNotPresent", "Never"]);
    resources::container(&container.field("resources"), errors);
    for policy in container.field("resizePolicy").items() {
        errors.required_one_of(&policy.field("resourceName"), &["cpu", "memory"]);
        errors.required_one_of(&policy.field("restartPolicy"), &["NotRequired", "RestartContainer"]);
    }
    security::container(&container.field("securityContext"), errors);
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

#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
];
/// The fields that can be converted, besides those above.
const OTHER_FIELDS: &[&str] =
    &["metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host"];
#[rustfmt::skip]
const RESOURCES: &[&str] = &[
    "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
];

/// Models `ValidateEnv`.
fn environment(variables: &Here, errors: &mut Errors) {
    for variable in variables.items() {
        let name = variable.field("name");
        errors.not_empty(&name);
        errors.each(&name, name.str(), env_name(name.str()));
        if variable.has("valueFrom") {
            value_from(&variable.field("valueFrom"), !variable.text("value").is_empty(), errors);
        }
    }
}

/// Models `validateEnvVarValueFrom`.
fn value_from(from: &Here, has_value: bool, errors: &mut Errors) {
    const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    let mut sources = 0;
    for name in SOURCES.into_iter().filter(|name| from.has(name)) {
        sources += 1;
        let source = from.field(name);
        match name {
            "fieldRef" => field_ref(&source, FIELDS, errors),
            "resourceFieldRef" => resource_ref(&source, false, errors),
            "fileKeyRef" => {
                errors.not_empty(&source.field("volumeName"));
                errors.not_empty(&source.field("path"));
                key_ref(&source.field("key"), errors);
            }
            _ => {
                errors.not_empty(&source.field("name"));
                key_ref(&source.field("key"), errors);
            }
        }
    }
    if sources == 0 {
        let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        errors.invalid_value(from, "", detail);
    } else if has_value {
        errors.invalid_value(from, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid_value(from, "", ONE_SOURCE);
    }
}

fn key_ref(key: &Here, errors: &mut Errors) {
    if key.str().is_empty() { errors.required(key, "") } else { errors.each(key, key.str(), config_map_key(key.str())) }
}

/// Models `validateObjectFieldSelector`.
pub(super) fn field_ref(source: &Here, supported: &'static [&'static str], errors: &mut Errors) {
    let (version, at_path) = (source.text("apiVersion"), source.field("fieldPath"));
    if version.is_empty() {
        return errors.required(&source.field("apiVersion"), "");
    }
    let path = at_path.str();
    if path.is_empty() {
        return errors.required(&at_path, "");
    }
    let subscript = path.strip_suffix("']").and_then(|path| path.split_once("['"));
    let fault = match subscript {
        _ if version != "v1" => Some(format!("unsupported pod version: {version}")),
        Some(("metadata.annotations" | "metadata.labels", _)) => None,
        Some(_) => Some(format!("field label does not support subscript: {path}")),
        None if FIELDS.contains(&path) || OTHER_FIELDS.contains(&path) => None,
        None => Some(format!("field label not supported: {path}")),
    };
    if let Some(fault) = fault {
        return errors.invalid(&at_path, format!("error converting fieldPath: {fault}"));
    }
    match subscript {
        Some(("metadata.annotations", key)) => errors.each_of(source, key, label::key_errors(&key.to_ascii_lowercase())),
        Some((_, key)) => errors.each_of(source, key, label::key_errors(key)),
        // An old name of the node's.
        None if path == "spec.host" && supported == FIELDS => {}
        None => errors.one_of(&at_path, supported),
    }
}

/// Models `validateContainerResourceFieldSelector`.
pub(super) fn resource_ref(source: &Here, in_volume: bool, errors: &mut Errors) {
    let at_resource = source.field("resource");
    let resource = at_resource.str();
    if in_volume && source.text("containerName").is_empty() {
        errors.required(&source.field("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&at_resource, "");
    } else if !resource.starts_with("limits.hugepages-") && !resource.starts_with("requests.hugepages-") {
        errors.one_of(&at_resource, RESOURCES);
    }
    let (good, words) = match resource.split_once('.').map(|(_, name)| name) {
        Some("cpu") => ("1m 1", "cpu"),
        Some("memory") => (BYTES, "memory"),
        Some("ephemeral-storage") => (BYTES, "local ephemeral storage"),
        _ => return,
    };
    let divisor = source.field("divisor");
    if divisor.str() != "0" && !good.split(' ').any(|good| good == divisor.str()) && divisor.is_set() {
        let values = if words == "cpu" { "1m and 1".into() } else { good.replace(' ', ", ") };
        let detail = format!("only divisor's values {values} are supported with the {words} resource");
        errors.invalid_value(&divisor, resource, detail);
    }
}

/// The divisors of amounts in bytes.
const BYTES: &str = "1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei";

/// Models `ValidateEnvFrom`, which names the list and not its item.
fn environment_from(sources: &Here, errors: &mut Errors) {
    for source in sources.items() {
        let prefix = source.field("prefix");
        errors.each(&prefix, prefix.str(), env_name(prefix.str()));
        let found = ["configMapRef", "secretRef"].into_iter().filter(|name| source.has(name));
        let count = found.inspect(|name| errors.not_empty(&source.field(name).field("name"))).count();
        let start = errors.0.len();
        match count {
            0 => errors.invalid_value(sources, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid_value(sources, "", ONE_SOURCE),
        }
        errors.place(start, &source);
    }
}

/// Models `ValidateVolumeMounts`.
fn mounts(container: &Here, pod: &Pod, errors: &mut Errors) {
    let mounts = container.field("volumeMounts");
    let mut paths = Vec::new();
    for mount in mounts.items() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        errors.not_empty(&name);
        if pod.volume(name.str()).is_none() {
            errors.push(&name, Cause::NotFound(name.str().into()));
        }
        errors.not_empty(&path);
        if !is_new(mount.text("mountPath"), &mut paths) {
            errors.invalid_value(&path, path.str(), UNIQUE);
        }
        for device in container.field("volumeDevices").items() {
            if device.text("name") == name.str() {
                errors.invalid(&name, "must not already exist in volumeDevices");
            }
            if device.text("devicePath") == path.str() {
                errors.invalid(&path, "must not already exist as a path in volumeDevices");
            }
        }
        let start = errors.0.len();
        mount_options(container, &mounts, &mount, errors);
        // Some of these paths name the list and not its item.
        for error in &mut errors.0[start..] {
            let field = error.path.0.last().cloned().unwrap_or(Step::Index(0));
            error.place = Some(mount.path());
            error.place.iter_mut().for_each(|place| place.0.push(field.clone()));
        }
    }
}

fn mount_options(container: &Here, mounts: &Here, mount: &Here, errors: &mut Errors) {
    let (sub_path, expression) = (mount.text("subPath"), mount.text("subPathExpr"));
    errors.descending_path(&mounts.field("subPath"), sub_path);
    if !expression.is_empty() && !sub_path.is_empty() {
        errors.invalid(&mount.field("subPathExpr"), "subPathExpr and subPath are mutually exclusive");
    }
    errors.descending_path(&mounts.field("subPathExpr"), expression);
    let propagation = mount.field("mountPropagation");
    if propagation.is_set() {
        let at = mounts.field("mountPropagation").with(propagation.value);
        errors.one_of(&at, &["Bidirectional", "HostToContainer", "None"]);
        let privileged = container.field("securityContext").field("privileged").is_true();
        if propagation.str() == "Bidirectional" && !privileged {
            errors.forbidden(&at, "Bidirectional mount propagation is available only to privileged containers");
        }
    }
    let recursive = mount.field("recursiveReadOnly");
    errors.optional_one_of(&recursive, &["Disabled", "Enabled", "IfPossible"]);
    if matches!(recursive.str(), "Enabled" | "IfPossible") {
        if !mount.field("readOnly").is_true() {
            errors.forbidden(&recursive, "may only be specified when readOnly is true");
        }
        if !matches!(propagation.str(), "" | "None") {
            errors.forbidden(&recursive, "may only be specified when mountPropagation is None or not specified");
        }
    }
}

/// Models `ValidateVolumeDevices`.
fn devices(devices: &Here, pod: &Pod, errors: &mut Errors) {
    let (mut names, mut paths) = (Vec::new(), Vec::new());
    for device in devices.items() {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        errors.not_empty(&name);
        if !is_new(device.text("name"), &mut names) {
            errors.invalid_value(&name, name.str(), UNIQUE);
        }
        match pod.volume(name.str()) {
            None => errors.push(&name, Cause::NotFound(name.str().into())),
            Some(volume) if volume.get("persistentVolumeClaim").or(volume.get("ephemeral")).is_none() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&name, detail);
            }
            Some(_) => {}
        }
        errors.not_empty(&path);
        errors.no_backsteps(&path, path.str());
        if !path.str().is_empty() && !is_new(device.text("devicePath"), &mut paths) {
            errors.invalid(&path, UNIQUE);
        }
    }
}

/// Models `validateProbe` and what each kind of probe adds.
fn probe(probe: &Here, pod: &Pod, is_readiness: bool, errors: &mut Errors) {
    handler(probe, pod, errors);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        errors.not_negative(&probe.field(field));
    }
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.is_set() && grace.int() <= 0 {
        errors.invalid(&grace, "must be greater than 0");
    }
    if grace.is_set() && is_readiness {
        errors.invalid(&grace, "must not be set for readinessProbes");
    }
    let successes = probe.field("successThreshold");
    if !is_readiness && successes.int() != 1 {
        errors.invalid(&successes, "must be 1");
    }
}

/// Models `validateHandler`.
fn handler(handler: &Here, pod: &Pod, errors: &mut Errors) {
    let mut count = 0;
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].into_iter().filter(|name| handler.has(name)) {
        let action = handler.field(name);
        count += 1;
        match name {
            _ if count > 1 => errors.forbidden(&action, "may not specify more than 1 handler type"),
            "exec" if action.field("command").list().is_empty() => errors.required(&action.field("command"), ""),
            "exec" => {}
            "httpGet" => http_get(&action, errors),
            "sleep" => {
                let seconds = action.number("seconds");
                if !(0..=pod.grace_seconds).contains(&seconds) {
                    let limit = pod.grace_seconds;
                    let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({limit})");
                    errors.invalid_value(&action, seconds, detail);
                }
            }
            _ => port(&action.field("port"), errors),
        }
    }
    if count == 0 {
        errors.required(handler, NO_HANDLER);
    }
}

fn http_get(action: &Here, errors: &mut Errors) {
    errors.not_empty(&action.field("path"));
    port(&action.field("port"), errors);
    errors.one_of(&action.field("scheme"), &["HTTP", "HTTPS"]);
    for header in action.field("httpHeaders").items() {
        let name = header.field("name");
        errors.each(&name, name.str(), http_header(name.str()));
    }
}

/// Models `ValidatePortNumOrName`.
fn port(port: &Here, errors: &mut Errors) {
    match port.value {
        Value::String(name) => errors.each(port, name, port_name(name)),
        _ => errors.port_number(port),
    }
}
