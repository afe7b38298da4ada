//! Security contexts.

use super::errors::Errors;
use super::here::Here;
use crate::apiserver::error::BadValue;
use crate::object::Value;

const NO_ESCALATION: &str = "cannot set `allowPrivilegeEscalation` to false and ";

fn ids(context: &Here, fields: &[&str], errors: &mut Errors) {
    for field in fields.iter().filter(|field| context.has(field)) {
        errors.in_range(&context.field(field), 0, i32::MAX.into());
    }
}

/// Models `validatePodSpecSecurityContext`.
pub(super) fn pod(spec: &Here, errors: &mut Errors) {
    let context = spec.field("securityContext");
    ids(&context, &["fsGroup", "runAsUser", "runAsGroup"], errors);
    for group in context.field("supplementalGroups").items() {
        errors.in_range(&group, 0, i32::MAX.into());
    }
    let shared = spec.field("shareProcessNamespace");
    if shared.is_true() && spec.field("hostPID").is_true() {
        let start = errors.0.len();
        // It is a field of the security context in the internal API only.
        let named = context.field("shareProcessNamespace");
        errors.invalid(&named.with(shared.value), "ShareProcessNamespace and HostPID cannot both be enabled");
        errors.place(start, &shared);
    }
    let sysctls = context.field("sysctls");
    for (index, sysctl) in sysctls.items().enumerate() {
        let name = sysctl.field("name");
        errors.not_empty(&name);
        let again = sysctls.items().take(index).any(|other| other.text("name") == name.str());
        if again && !name.str().is_empty() {
            errors.duplicate(&name);
        }
    }
    errors.optional_one_of(&context.field("fsGroupChangePolicy"), &["Always", "OnRootMismatch"]);
    errors.optional_one_of(&context.field("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    errors.optional_one_of(&context.field("seLinuxChangePolicy"), &["MountOption", "Recursive"]);
    seccomp(&context.field("seccompProfile"), errors);
    app_armor(&context.field("appArmorProfile"), errors);
}

/// Models `ValidateSecurityContext`.
pub(super) fn container(context: &Here, errors: &mut Errors) {
    ids(context, &["runAsUser", "runAsGroup"], errors);
    errors.optional_one_of(&context.field("procMount"), &["Default", "Unmasked"]);
    seccomp(&context.field("seccompProfile"), errors);
    let escalation = context.field("allowPrivilegeEscalation");
    if escalation.is_set() && !escalation.is_true() {
        let mut invalid = |what: &str| {
            let value = BadValue::Bare(internal(context.value));
            errors.invalid_value(context, value, format!("{NO_ESCALATION}{what}"));
        };
        if context.field("privileged").is_true() {
            invalid("`privileged` to true");
        }
        let capabilities = context.field("capabilities");
        let added = capabilities.field("add");
        added.items().filter(|it| it.str() == "CAP_SYS_ADMIN").for_each(|_| invalid("`capabilities.Add` CAP_SYS_ADMIN"));
    }
    app_armor(&context.field("appArmorProfile"), errors);
}

const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

/// Models `validateSeccompProfileField`.
fn seccomp(profile: &Here, errors: &mut Errors) {
    if !profile.is_set() {
        return;
    }
    let (kind, file) = (profile.field("type"), profile.field("localhostProfile"));
    if kind.str().is_empty() {
        errors.required(&kind, "type is required when seccompProfile is set");
    } else {
        errors.one_of(&kind, PROFILES);
    }
    match (kind.str() == "Localhost", file.is_set()) {
        (true, true) => errors.descending_path(&file, file.str()),
        (true, false) => errors.required(&file, "must be set when seccomp type is Localhost"),
        (false, true) => {
            let value = BadValue::Bare(nested("seccompProfile", profile.value));
            errors.invalid_value(&file, value, "can only be set when seccomp type is Localhost");
        }
        (false, false) => {}
    }
}

/// Models `ValidateAppArmorProfileField`.
fn app_armor(profile: &Here, errors: &mut Errors) {
    if !profile.is_set() {
        return;
    }
    let (kind, file) = (profile.field("type"), profile.field("localhostProfile"));
    if kind.str().is_empty() {
        errors.required(&kind, "type is required when appArmorProfile is set");
    } else {
        errors.one_of(&kind, PROFILES);
    }
    match (kind.str() == "Localhost", file.is_set()) {
        (true, false) => errors.required(&file, "must be set when AppArmor type is Localhost"),
        (false, true) => errors.invalid(&file, "can only be set when AppArmor type is Localhost"),
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
