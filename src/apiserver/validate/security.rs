//! Security contexts.

use super::errors::Errors;
use crate::apiserver::error::BadValue;
use crate::object::Value;
use crate::object::path::At;

const NO_ESCALATION: &str = "cannot set `allowPrivilegeEscalation` to false and ";

fn ids(context: &Value, fields: &[&str], at: &At, errors: &mut Errors) {
    for field in fields {
        if let Some(id) = context.at(&[field]).as_i64() {
            errors.in_range(&at.field(field), id, 0, i32::MAX.into());
        }
    }
}

/// Models `validatePodSpecSecurityContext`.
pub(super) fn pod(spec: &Value, at: &At, errors: &mut Errors) {
    let context = spec.at(&["securityContext"]);
    ids(context, &["fsGroup", "runAsUser", "runAsGroup"], at, errors);
    let list = at.field("supplementalGroups");
    for (index, group) in context.list_at(&["supplementalGroups"]).iter().enumerate() {
        errors.in_range(&list.index(index), group.as_i64().unwrap_or(0), 0, i32::MAX.into());
    }
    let is_set = |field: &str| spec.at(&[field]).as_bool() == Some(true);
    if is_set("shareProcessNamespace") && is_set("hostPID") {
        let start = errors.0.len();
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&at.field("shareProcessNamespace"), &Value::from(true), detail);
        if let Some(error) = errors.0.get_mut(start) {
            // It is a field of the pod's spec in the public API.
            let mut place = error.path.clone();
            place.0.remove(place.0.len() - 2);
            error.place = Some(place);
        }
    }
    sysctls(context.list_at(&["sysctls"]), &at.field("sysctls"), errors);
    for (field, supported) in [
        ("fsGroupChangePolicy", ["Always", "OnRootMismatch"].as_slice()),
        ("supplementalGroupsPolicy", &["Merge", "Strict"]),
        ("seLinuxChangePolicy", &["MountOption", "Recursive"]),
    ] {
        if let Some(policy) = context.at(&[field]).as_str() {
            errors.one_of(&at.field(field), policy, supported);
        }
    }
    profiles(context, at, errors);
}

fn sysctls(sysctls: &[Value], at: &At, errors: &mut Errors) {
    for (index, sysctl) in sysctls.iter().enumerate() {
        let at = at.index(index);
        let name = sysctl.str_at(&["name"]);
        if name.is_empty() {
            errors.required(&at.field("name"), "");
        } else if sysctls[..index].iter().any(|other| other.str_at(&["name"]) == name) {
            errors.duplicate(&at.field("name"), name);
        }
    }
}

/// Models `ValidateSecurityContext`.
pub(super) fn container(context: &Value, at: &At, errors: &mut Errors) {
    ids(context, &["runAsUser", "runAsGroup"], at, errors);
    if let Some(mount) = context.at(&["procMount"]).as_str() {
        errors.one_of(&at.field("procMount"), mount, &["Default", "Unmasked"]);
    }
    profile(context.at(&["seccompProfile"]), "seccomp", &at.field("seccompProfile"), errors);
    if context.at(&["allowPrivilegeEscalation"]).as_bool() == Some(false) {
        let internal = || BadValue::Bare(internal(context));
        if context.at(&["privileged"]).as_bool() == Some(true) {
            errors.invalid(at, internal(), format!("{NO_ESCALATION}`privileged` to true"));
        }
        for capability in context.list_at(&["capabilities", "add"]) {
            if capability.as_str() == Some("CAP_SYS_ADMIN") {
                errors.invalid(at, internal(), format!("{NO_ESCALATION}`capabilities.Add` CAP_SYS_ADMIN"));
            }
        }
    }
    profile(context.at(&["appArmorProfile"]), "AppArmor", &at.field("appArmorProfile"), errors);
}

fn profiles(context: &Value, at: &At, errors: &mut Errors) {
    profile(context.at(&["seccompProfile"]), "seccomp", &at.field("seccompProfile"), errors);
    profile(context.at(&["appArmorProfile"]), "AppArmor", &at.field("appArmorProfile"), errors);
}

/// Models `validateSeccompProfileField` and `ValidateAppArmorProfileField`.
fn profile(profile: &Value, what: &str, at: &At, errors: &mut Errors) {
    if profile.is_null() {
        return;
    }
    let kind = profile.str_at(&["type"]);
    let at_file = at.field("localhostProfile");
    match kind {
        "" if what == "seccomp" => errors.required(&at.field("type"), "type is required when seccompProfile is set"),
        "" => errors.required(&at.field("type"), "type is required when appArmorProfile is set"),
        _ => errors.one_of(&at.field("type"), kind, &["Localhost", "RuntimeDefault", "Unconfined"]),
    }
    let seccomp = what == "seccomp";
    match profile.at(&["localhostProfile"]).as_str() {
        Some(file) if kind == "Localhost" && seccomp => errors.descending_path(&at_file, file),
        None if kind == "Localhost" && seccomp => errors.required(&at_file, "must be set when seccomp type is Localhost"),
        None if kind == "Localhost" => errors.required(&at_file, "must be set when AppArmor type is Localhost"),
        Some(file) if kind != "Localhost" => {
            let value = if seccomp { BadValue::Bare(nested("seccompProfile", profile)) } else { file.into() };
            errors.invalid(&at_file, value, format!("can only be set when {what} type is Localhost"));
        }
        _ => {}
    }
}

/// A security context as Go writes its internal type, which has no names for JSON.
fn internal(context: &Value) -> String {
    const FIELDS: [(&str, &str); 12] = [
        ("Capabilities", "capabilities"),
        ("Privileged", "privileged"),
        ("SELinuxOptions", "seLinuxOptions"),
        ("WindowsOptions", "windowsOptions"),
        ("RunAsUser", "runAsUser"),
        ("RunAsGroup", "runAsGroup"),
        ("RunAsNonRoot", "runAsNonRoot"),
        ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem"),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation"),
        ("ProcMount", "procMount"),
        ("SeccompProfile", "seccompProfile"),
        ("AppArmorProfile", "appArmorProfile"),
    ];
    let fields: Vec<String> = FIELDS.iter().map(|(go, name)| format!("\"{go}\":{}", nested(name, context.at(&[name])))).collect();
    format!("{{{}}}", fields.join(","))
}

fn nested(field: &str, value: &Value) -> String {
    let parts: &[(&str, &str)] = match field {
        _ if value.as_map().is_none() => return value.to_string(),
        "capabilities" => &[("Add", "add"), ("Drop", "drop")],
        "seLinuxOptions" => &[("User", "user"), ("Role", "role"), ("Type", "type"), ("Level", "level")],
        "windowsOptions" => &[
            ("GMSACredentialSpecName", "gmsaCredentialSpecName"),
            ("GMSACredentialSpec", "gmsaCredentialSpec"),
            ("RunAsUserName", "runAsUserName"),
            ("HostProcess", "hostProcess"),
        ],
        _ => &[("Type", "type"), ("LocalhostProfile", "localhostProfile")],
    };
    let empty = |value: &Value| if value.is_null() && field == "seLinuxOptions" { "\"\"".into() } else { value.to_string() };
    let parts: Vec<String> = parts.iter().map(|(go, name)| format!("\"{go}\":{}", empty(value.at(&[name])))).collect();
    format!("{{{}}}", parts.join(","))
}
