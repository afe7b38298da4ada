//! Environment variables, and the references to fields and resources that volumes share with them.

use super::errors::Errors;
use super::here::Here;
use super::names::{config_map_key, dns_subdomain, env_name, generated_subdomain};
use crate::apiserver::error::Cause;
use crate::object::{Quantity, label};

const ONE_SOURCE: &str = "may not have more than one field specified at a time";

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
/// The divisors of amounts in bytes.
const BYTES: &[&str] = &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// Models `ValidateEnv`.
pub(super) fn variables(variables: &Here, errors: &mut Errors) {
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
            "fileKeyRef" => file_ref(&source, errors),
            _ => key_ref(&source, errors),
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

/// Models `validateConfigMapKeySelector` and `validateSecretKeySelector`: a missing name is a malformed one.
fn key_ref(source: &Here, errors: &mut Errors) {
    let (name, key) = (source.field("name"), source.field("key"));
    errors.each(&name, name.str(), dns_subdomain(name.str()));
    if key.str().is_empty() {
        errors.required(&key, "");
    } else {
        errors.each(&key, key.str(), config_map_key(key.str()));
    }
}

/// Models `validateFileKeySelector`.
fn file_ref(source: &Here, errors: &mut Errors) {
    let (key, volume, path) = (source.field("key"), source.field("volumeName"), source.field("path"));
    errors.not_empty(&key);
    errors.each(&key, key.str(), env_name(key.str()));
    errors.named(&volume);
    errors.not_empty(&path);
    errors.no_backsteps(&path, path.str());
}

/// Models `validateFileKeyRefVolumes`: files with variables lie in volumes of type emptyDir.
pub(super) fn files(container: &Here, volumes: &Here, errors: &mut Errors) {
    for variable in container.field("env").items() {
        let from = variable.field("valueFrom");
        let file = from.field("fileKeyRef");
        if !file.is_set() {
            continue;
        }
        let name = file.field("volumeName");
        match volumes.items().find(|volume| volume.text("name") == name.str()) {
            None => errors.not_found(&name),
            Some(volume) if !volume.has("emptyDir") => errors.invalid(&name, "referenced volume must be of type emptyDir"),
            Some(_) => {}
        }
    }
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
    let subscript = path.strip_suffix("']").and_then(|path| path.split_once("['")).filter(|(path, _)| !path.is_empty());
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
    // An old name of the node's.
    let path = if path == "spec.host" { "spec.nodeName" } else { path };
    match subscript {
        Some(("metadata.annotations", key)) => {
            let key = key.to_ascii_lowercase();
            errors.each_of(source, &key, label::key_errors(&key));
        }
        Some((_, key)) => errors.each_of(source, key, label::key_errors(key)),
        None if supported.contains(&path) => {}
        None => errors.push(&at_path, Cause::NotSupported { value: path.into(), supported }),
    }
}

/// Models `validateContainerResourceFieldSelector`.
pub(super) fn resource_ref(source: &Here, in_volume: bool, errors: &mut Errors) {
    let at_resource = source.field("resource");
    let resource = at_resource.str();
    let huge = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
    if in_volume && source.text("containerName").is_empty() {
        errors.required(&source.field("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&at_resource, "");
    } else if !huge {
        errors.one_of(&at_resource, RESOURCES);
    }
    let (good, words) = match resource.split_once('.').map(|(_, name)| name) {
        _ if huge => (BYTES, "hugepages"),
        Some("cpu") if RESOURCES.contains(&resource) => (&["1m", "1"][..], "cpu"),
        Some("memory") if RESOURCES.contains(&resource) => (BYTES, "memory"),
        Some("ephemeral-storage") if RESOURCES.contains(&resource) => (BYTES, "local ephemeral storage"),
        _ => return,
    };
    let divisor = source.field("divisor");
    let Ok(amount) = Quantity::read(divisor.value) else { return };
    if !amount.is_zero() && !good.contains(&amount.to_string().as_str()) {
        let values = if words == "cpu" { good.join(" and ") } else { good.join(", ") };
        let detail = format!("only divisor's values {values} are supported with the {words} resource");
        errors.invalid_value(&divisor, resource, detail);
    }
}

/// Models `ValidateEnvFrom`, which names the list and not its item.
pub(super) fn sources(sources: &Here, errors: &mut Errors) {
    for source in sources.items() {
        let prefix = source.field("prefix");
        errors.each(&prefix, prefix.str(), env_name(prefix.str()));
        let mut count = 0;
        for kind in ["configMapRef", "secretRef"].into_iter().filter(|kind| source.has(kind)) {
            count += 1;
            let reference = source.field(kind);
            let name = reference.field("name");
            errors.not_empty(&name);
            if !name.str().is_empty() {
                errors.each(&name, name.str(), generated_subdomain(name.str()));
            }
        }
        let start = errors.0.len();
        match count {
            0 => errors.invalid_value(sources, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid_value(sources, "", ONE_SOURCE),
        }
        errors.place(start, &source);
    }
}
