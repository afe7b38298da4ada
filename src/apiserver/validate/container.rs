//! Containers: ports, environment, mounts, probes and hooks.

use super::errors::Errors;
use super::names::{UNIQUE, config_map_key, env_name, http_header, port_name};
use super::{resources, security};
use crate::object::path::At;
use crate::object::{Value, label};

/// Said of a probe or a hook that does nothing.
pub const NO_HANDLER: &str = "must specify a handler type";
const RESTART: &str = "may not be set for init containers without restartPolicy=Always";

/// What the checks of a container look at in its pod.
pub(super) struct Pod<'a> {
    /// The volumes that are in order.
    pub volumes: Vec<&'a Value>,
    /// `terminationGracePeriodSeconds`.
    pub grace_seconds: i64,
    /// `os.name`, or empty.
    pub os: &'a str,
}

/// Models `validateContainers` and `validateInitContainers`.
pub(super) fn all(spec: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    let containers = spec.list_at(&["containers"]);
    let list = at.field("containers");
    if containers.is_empty() {
        errors.required(&list, "");
    }
    let mut names = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        let at = list.index(index);
        common(container, pod, &at, errors);
        unique_name(container, &mut names, &at, errors);
        running(container, pod, &at, errors);
        restart_policy(container, &at, errors);
    }
    host_ports(containers.iter().enumerate(), &list, errors);
    let list = at.field("initContainers");
    for (index, container) in spec.list_at(&["initContainers"]).iter().enumerate() {
        let at = list.index(index);
        common(container, pod, &at, errors);
        let keeps_running = container.str_at(&["restartPolicy"]) == "Always";
        restart_policy(container, &at, errors);
        unique_name(container, &mut names, &at, errors);
        host_ports([(index, container)].into_iter(), &list, errors);
        if keeps_running {
            running(container, pod, &at, errors);
        } else {
            for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                if !container.at(&[field]).is_null() {
                    errors.forbidden(&at.field(field), RESTART);
                }
            }
        }
    }
}

/// Whether something was not seen before; from now on it was.
fn is_new<T: PartialEq>(it: T, seen: &mut Vec<T>) -> bool {
    let new = !seen.contains(&it);
    seen.push(it);
    new
}

fn restart_policy(container: &Value, at: &At, errors: &mut Errors) {
    if let Some(policy) = container.at(&["restartPolicy"]).as_str() {
        errors.one_of(&at.field("restartPolicy"), policy, &["Always", "Never", "OnFailure"]);
    }
}

fn unique_name<'a>(container: &'a Value, names: &mut Vec<&'a str>, at: &At, errors: &mut Errors) {
    let name = container.str_at(&["name"]);
    if !is_new(name, names) && !name.is_empty() {
        errors.duplicate(&at.field("name"), name);
    }
}

/// What init containers that end do not have.
fn running(container: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    let lifecycle = at.field("lifecycle");
    for hook in ["postStart", "preStop"] {
        let handler = container.at(&["lifecycle", hook]);
        if !handler.is_null() {
            self::handler(handler, pod, &lifecycle.field(hook), errors);
        }
    }
    if !container.at(&["lifecycle", "stopSignal"]).is_null() && pod.os.is_empty() {
        errors.forbidden(&lifecycle.field("stopSignal"), "may not be set for containers with empty `spec.os.name`");
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if !container.at(&[name]).is_null() {
            probe(container.at(&[name]), pod, name, &at.field(name), errors);
        }
    }
}

/// Models `AccumulateUniqueHostPorts`.
fn host_ports<'a>(containers: impl Iterator<Item = (usize, &'a Value)>, list: &At, errors: &mut Errors) {
    let mut seen = Vec::new();
    for (index, container) in containers {
        let at = list.index(index);
        let ports_at = at.field("ports");
        for (index, port) in container.list_at(&["ports"]).iter().enumerate() {
            let number = port.at(&["hostPort"]).as_i64().unwrap_or(0);
            let socket = format!("{}/{}/{number}", port.str_at(&["protocol"]), port.str_at(&["hostIP"]));
            if number != 0 && !is_new(socket.clone(), &mut seen) {
                errors.duplicate(&ports_at.index(index).field("hostPort"), socket.as_str());
            }
        }
    }
}

/// Models `validateContainerCommon`.
fn common(container: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    match container.str_at(&["name"]) {
        "" => errors.required(&at.field("name"), ""),
        name => errors.dns_label(&at.field("name"), name),
    }
    if container.str_at(&["image"]).is_empty() {
        errors.required(&at.field("image"), "");
    }
    let policy = container.str_at(&["terminationMessagePolicy"]);
    errors.required_one_of(&at.field("terminationMessagePolicy"), policy, &["File", "FallbackToLogsOnError"]);
    ports(container.list_at(&["ports"]), &at.field("ports"), errors);
    environment(container.list_at(&["env"]), &at.field("env"), errors);
    environment_from(container.list_at(&["envFrom"]), &at.field("envFrom"), errors);
    mounts(container, pod, &at.field("volumeMounts"), errors);
    devices(container, pod, &at.field("volumeDevices"), errors);
    let policy = container.str_at(&["imagePullPolicy"]);
    errors.required_one_of(&at.field("imagePullPolicy"), policy, &["Always", "IfNotPresent", "Never"]);
    resources::container(container.at(&["resources"]), &at.field("resources"), errors);
    let list = at.field("resizePolicy");
    for (index, policy) in container.list_at(&["resizePolicy"]).iter().enumerate() {
        let at = list.index(index);
        errors.required_one_of(&at.field("resourceName"), policy.str_at(&["resourceName"]), &["cpu", "memory"]);
        let restart = policy.str_at(&["restartPolicy"]);
        errors.required_one_of(&at.field("restartPolicy"), restart, &["NotRequired", "RestartContainer"]);
    }
    security::container(container.at(&["securityContext"]), &at.field("securityContext"), errors);
}

/// Models `validateContainerPorts`.
fn ports(ports: &[Value], at: &At, errors: &mut Errors) {
    let mut names = Vec::new();
    for (index, port) in ports.iter().enumerate() {
        let at = at.index(index);
        let name = port.str_at(&["name"]);
        if !name.is_empty() {
            let messages = port_name(name);
            if messages.is_empty() && !is_new(name, &mut names) {
                errors.duplicate(&at.field("name"), name);
            }
            errors.each(&at.field("name"), name, messages);
        }
        match port.at(&["containerPort"]).as_i64().unwrap_or(0) {
            0 => errors.required(&at.field("containerPort"), ""),
            number => errors.port_number(&at.field("containerPort"), number),
        }
        if let Some(number) = port.at(&["hostPort"]).as_i64().filter(|number| *number != 0) {
            errors.port_number(&at.field("hostPort"), number);
        }
        errors.required_one_of(&at.field("protocol"), port.str_at(&["protocol"]), &["SCTP", "TCP", "UDP"]);
    }
}

const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const FIELD_LABELS: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const RESOURCES: &[&str] =
    &["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
const SOURCES: &str = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
const ONE_SOURCE: &str = "may not have more than one field specified at a time";

/// Models `ValidateEnv`.
fn environment(variables: &[Value], at: &At, errors: &mut Errors) {
    for (index, variable) in variables.iter().enumerate() {
        let at = at.index(index);
        match variable.str_at(&["name"]) {
            "" => errors.required(&at.field("name"), ""),
            name => errors.each(&at.field("name"), name, env_name(name)),
        }
        let source = variable.at(&["valueFrom"]);
        if !source.is_null() {
            value_from(source, !variable.str_at(&["value"]).is_empty(), &at.field("valueFrom"), errors);
        }
    }
}

fn value_from(source: &Value, has_value: bool, at: &At, errors: &mut Errors) {
    let mut sources = 0;
    let mut each = |name: &'static str, check: &mut dyn FnMut(&Value, &At)| {
        let source = source.at(&[name]);
        if !source.is_null() {
            sources += 1;
            check(source, &at.field(name));
        }
    };
    each("fieldRef", &mut |source, at| field_ref(source, FIELDS, at, errors));
    each("resourceFieldRef", &mut |source, at| resource_ref(source, false, at, errors));
    for name in ["configMapKeyRef", "secretKeyRef"] {
        each(name, &mut |source, at| {
            if source.str_at(&["name"]).is_empty() {
                errors.required(&at.field("name"), "");
            }
            key_ref(source.str_at(&["key"]), &at.field("key"), errors);
        });
    }
    each("fileKeyRef", &mut |source, at| {
        for field in ["volumeName", "path"] {
            if source.str_at(&[field]).is_empty() {
                errors.required(&at.field(field), "");
            }
        }
        key_ref(source.str_at(&["key"]), &at.field("key"), errors);
    });
    if sources == 0 {
        errors.invalid(at, "", SOURCES);
    } else if has_value {
        errors.invalid(at, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid(at, "", ONE_SOURCE);
    }
}

fn key_ref(key: &str, at: &At, errors: &mut Errors) {
    if key.is_empty() { errors.required(at, "") } else { errors.each(at, key, config_map_key(key)) }
}

/// Models `validateObjectFieldSelector`.
pub(super) fn field_ref(source: &Value, supported: &'static [&'static str], at: &At, errors: &mut Errors) {
    let (version, path) = (source.str_at(&["apiVersion"]), source.str_at(&["fieldPath"]));
    if version.is_empty() {
        return errors.required(&at.field("apiVersion"), "");
    }
    if path.is_empty() {
        return errors.required(&at.field("fieldPath"), "");
    }
    let subscript = path.strip_suffix("']").and_then(|path| path.split_once("['"));
    let fault = match subscript {
        _ if version != "v1" => Some(format!("unsupported pod version: {version}")),
        Some(("metadata.annotations" | "metadata.labels", _)) => None,
        Some(_) => Some(format!("field label does not support subscript: {path}")),
        None if FIELD_LABELS.contains(&path) || path == "spec.host" => None,
        None => Some(format!("field label not supported: {path}")),
    };
    if let Some(fault) = fault {
        return errors.invalid(&at.field("fieldPath"), path, format!("error converting fieldPath: {fault}"));
    }
    match subscript {
        Some(("metadata.annotations", key)) => errors.each(at, key, label::key_errors(&key.to_ascii_lowercase())),
        Some((_, key)) => errors.each(at, key, label::key_errors(key)),
        None => {
            let path = if path == "spec.host" { "spec.nodeName" } else { path };
            errors.one_of(&at.field("fieldPath"), path, supported);
        }
    }
}

/// The divisors of amounts in bytes.
const BYTES: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// Models `validateContainerResourceFieldSelector`.
pub(super) fn resource_ref(source: &Value, in_volume: bool, at: &At, errors: &mut Errors) {
    let resource = source.str_at(&["resource"]);
    if in_volume && source.str_at(&["containerName"]).is_empty() {
        errors.required(&at.field("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&at.field("resource"), "");
    } else if !resource.starts_with("limits.hugepages-") && !resource.starts_with("requests.hugepages-") {
        errors.one_of(&at.field("resource"), resource, RESOURCES);
    }
    let divisor = source.str_at(&["divisor"]);
    let good = match resource {
        "limits.cpu" | "requests.cpu" => ["1m", "1"].contains(&divisor),
        "limits.memory" | "requests.memory" | "limits.ephemeral-storage" | "requests.ephemeral-storage" => {
            BYTES.contains(&divisor)
        }
        _ => true,
    };
    if !good && !["", "0"].contains(&divisor) {
        let detail = match resource.split_once('.') {
            Some((_, "cpu")) => "only divisor's values 1m and 1 are supported with the cpu resource",
            Some((_, "memory")) => {
                "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource"
            }
            _ => {
                "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the local ephemeral storage resource"
            }
        };
        errors.invalid(&at.field("divisor"), resource, detail);
    }
}

/// Models `ValidateEnvFrom`, which names the list and not its item.
fn environment_from(sources: &[Value], at: &At, errors: &mut Errors) {
    for (index, source) in sources.iter().enumerate() {
        let item = at.index(index);
        let prefix = source.str_at(&["prefix"]);
        errors.each(&item.field("prefix"), prefix, env_name(prefix));
        let mut count = 0;
        for name in ["configMapRef", "secretRef"] {
            if !source.at(&[name]).is_null() {
                count += 1;
                if source.str_at(&[name, "name"]).is_empty() {
                    errors.required(&item.field(name).field("name"), "");
                }
            }
        }
        let start = errors.0.len();
        match count {
            0 => errors.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid(at, "", ONE_SOURCE),
        }
        errors.place(start, &item);
    }
}

/// Models `ValidateVolumeMounts`.
fn mounts(container: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    let mut paths = Vec::new();
    for (index, mount) in container.list_at(&["volumeMounts"]).iter().enumerate() {
        let item = at.index(index);
        let (name, path) = (mount.str_at(&["name"]), mount.str_at(&["mountPath"]));
        if name.is_empty() {
            errors.required(&item.field("name"), "");
        }
        if !pod.volumes.iter().any(|volume| volume.str_at(&["name"]) == name) {
            errors.not_found(&item.field("name"), name);
        }
        if path.is_empty() {
            errors.required(&item.field("mountPath"), "");
        }
        if !is_new(path, &mut paths) {
            errors.invalid(&item.field("mountPath"), path, UNIQUE);
        }
        for device in container.list_at(&["volumeDevices"]) {
            if device.str_at(&["name"]) == name {
                errors.invalid(&item.field("name"), name, "must not already exist in volumeDevices");
            }
            if device.str_at(&["devicePath"]) == path {
                errors.invalid(&item.field("mountPath"), path, "must not already exist as a path in volumeDevices");
            }
        }
        let start = errors.0.len();
        mount_options(container, mount, at, &item, errors);
        // Some of these paths name the list and not its item.
        for error in &mut errors.0[start..] {
            let last = error.path.0.last().cloned();
            let mut place = item.to_path();
            place.0.extend(last);
            error.place = Some(place);
        }
    }
}

fn mount_options(container: &Value, mount: &Value, at: &At, item: &At, errors: &mut Errors) {
    let (sub_path, expression) = (mount.str_at(&["subPath"]), mount.str_at(&["subPathExpr"]));
    errors.descending_path(&at.field("subPath"), sub_path);
    if !expression.is_empty() {
        if !sub_path.is_empty() {
            errors.invalid(&item.field("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
        }
        errors.descending_path(&at.field("subPathExpr"), expression);
    }
    let propagation = mount.str_at(&["mountPropagation"]);
    if !mount.at(&["mountPropagation"]).is_null() {
        let at = at.field("mountPropagation");
        errors.one_of(&at, propagation, &["Bidirectional", "HostToContainer", "None"]);
        let privileged = container.at(&["securityContext", "privileged"]).as_bool() == Some(true);
        if propagation == "Bidirectional" && !privileged {
            errors.forbidden(&at, "Bidirectional mount propagation is available only to privileged containers");
        }
    }
    let at = item.field("recursiveReadOnly");
    match mount.at(&["recursiveReadOnly"]).as_str() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.at(&["readOnly"]).as_bool() != Some(true) {
                errors.forbidden(&at, "may only be specified when readOnly is true");
            }
            if !["", "None"].contains(&propagation) {
                errors.forbidden(&at, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(other) => errors.one_of(&at, other, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// Models `ValidateVolumeDevices`.
fn devices(container: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    let (mut names, mut paths) = (Vec::new(), Vec::new());
    for (index, device) in container.list_at(&["volumeDevices"]).iter().enumerate() {
        let item = at.index(index);
        let (name, path) = (device.str_at(&["name"]), device.str_at(&["devicePath"]));
        if name.is_empty() {
            errors.required(&item.field("name"), "");
        }
        if !is_new(name, &mut names) {
            errors.invalid(&item.field("name"), name, UNIQUE);
        }
        match pod.volumes.iter().find(|volume| volume.str_at(&["name"]) == name) {
            None => errors.not_found(&item.field("name"), name),
            Some(volume) if volume.get("persistentVolumeClaim").is_none() && volume.get("ephemeral").is_none() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&item.field("name"), name, detail);
            }
            Some(_) => {}
        }
        if path.is_empty() {
            errors.required(&item.field("devicePath"), "");
        } else {
            errors.no_backsteps(&item.field("devicePath"), path);
            if !is_new(path, &mut paths) {
                errors.invalid(&item.field("devicePath"), path, UNIQUE);
            }
        }
    }
}

/// Models `validateProbe` and what each kind of probe adds.
fn probe(probe: &Value, pod: &Pod, name: &str, at: &At, errors: &mut Errors) {
    handler(probe, pod, at, errors);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        errors.not_negative(&at.field(field), probe.at(&[field]).as_i64().unwrap_or(0));
    }
    let at_grace = at.field("terminationGracePeriodSeconds");
    if let Some(seconds) = probe.at(&["terminationGracePeriodSeconds"]).as_i64() {
        if seconds <= 0 {
            errors.invalid(&at_grace, seconds, "must be greater than 0");
        }
        if name == "readinessProbe" {
            errors.invalid(&at_grace, seconds, "must not be set for readinessProbes");
        }
    }
    let successes = probe.at(&["successThreshold"]).as_i64().unwrap_or(0);
    if name != "readinessProbe" && successes != 1 {
        errors.invalid(&at.field("successThreshold"), successes, "must be 1");
    }
}

/// Models `validateHandler`.
fn handler(handler: &Value, pod: &Pod, at: &At, errors: &mut Errors) {
    let mut count = 0;
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let action = handler.at(&[name]);
        if action.is_null() {
            continue;
        }
        count += 1;
        let at = at.field(name);
        if count > 1 {
            errors.forbidden(&at, "may not specify more than 1 handler type");
            continue;
        }
        match name {
            "exec" if action.list_at(&["command"]).is_empty() => errors.required(&at.field("command"), ""),
            "httpGet" => http_get(action, &at, errors),
            "tcpSocket" | "grpc" => port(action.at(&["port"]), &at.field("port"), errors),
            "sleep" => {
                let seconds = action.at(&["seconds"]).as_i64().unwrap_or(0);
                if !(0..=pod.grace_seconds).contains(&seconds) {
                    let limit = pod.grace_seconds;
                    let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({limit})");
                    errors.invalid(&at, seconds, detail);
                }
            }
            _ => {}
        }
    }
    if count == 0 {
        errors.required(at, NO_HANDLER);
    }
}

fn http_get(action: &Value, at: &At, errors: &mut Errors) {
    if action.str_at(&["path"]).is_empty() {
        errors.required(&at.field("path"), "");
    }
    port(action.at(&["port"]), &at.field("port"), errors);
    errors.one_of(&at.field("scheme"), action.str_at(&["scheme"]), &["HTTP", "HTTPS"]);
    let list = at.field("httpHeaders");
    for (index, header) in action.list_at(&["httpHeaders"]).iter().enumerate() {
        let name = header.str_at(&["name"]);
        errors.each(&list.index(index).field("name"), name, http_header(name));
    }
}

/// Models `ValidatePortNumOrName`.
fn port(port: &Value, at: &At, errors: &mut Errors) {
    match port {
        Value::String(name) => errors.each(at, name, port_name(name)),
        _ => errors.port_number(at, port.as_i64().unwrap_or(0)),
    }
}
