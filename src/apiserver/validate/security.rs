//! Security contexts.

use super::errors::Errors;
use super::here::Here;
use super::windows;
use crate::apiserver::error::{BadValue, Cause};
use crate::object::Value;

const SYSCTL: &str =
    "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
const LONGEST_PATH: usize = 4095;
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
    sysctls(spec, &context.field("sysctls"), errors);
    errors.optional_one_of(&context.field("fsGroupChangePolicy"), &["Always", "OnRootMismatch"]);
    seccomp(&context.field("seccompProfile"), errors);
    windows::options(&context.field("windowsOptions"), errors);
    app_armor(&context.field("appArmorProfile"), errors);
    errors.optional_one_of(&context.field("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    errors.optional_one_of(&context.field("seLinuxChangePolicy"), &["MountOption", "Recursive"]);
}

/// Models `validateSysctls`.
fn sysctls(spec: &Here, sysctls: &Here, errors: &mut Errors) {
    let mut seen = Vec::new();
    for sysctl in sysctls.items() {
        let name = sysctl.field("name");
        if name.str().is_empty() {
            errors.required(&name, "");
        } else if !is_sysctl(name.str()) {
            errors.invalid(&name, SYSCTL);
        } else if seen.contains(&name.str()) {
            errors.duplicate(&name);
        }
        for (shared, namespace) in [("hostNetwork", "net"), ("hostIPC", "ipc")] {
            if spec.field(shared).is_true() && sysctl_namespace(name.str()) == Some(namespace) {
                errors.invalid_value(&name, name.str(), format!("may not be specified when '{shared}' is true"));
            }
        }
        seen.push(sysctl.text("name"));
    }
}

fn is_sysctl(name: &str) -> bool {
    let plain = |c: Option<&u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let part = |part: &str| {
        let bytes = part.as_bytes();
        plain(bytes.first()) && plain(bytes.last()) && bytes.iter().all(|c| plain(Some(c)) || matches!(c, b'-' | b'_'))
    };
    name.len() <= 253 && name.split(['.', '/']).all(part)
}

/// The kernel namespace that a parameter belongs to. Models `GetNamespace` of the sysctl helpers.
fn sysctl_namespace(name: &str) -> Option<&'static str> {
    let name = name.replace('/', ".");
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if name == "kernel.sem" || starts(&["kernel.shm", "kernel.msg", "fs.mqueue."]) {
        Some("ipc")
    } else if starts(&["net."]) {
        Some("net")
    } else {
        None
    }
}

/// Models `ValidateSecurityContext`.
pub(super) fn container(context: &Here, host_users: bool, errors: &mut Errors) {
    ids(context, &["runAsUser", "runAsGroup"], errors);
    let mount = context.field("procMount");
    errors.optional_one_of(&mount, &["Default", "Unmasked"]);
    if host_users && mount.str() == "Unmasked" {
        errors.invalid(&mount, "`hostUsers` must be false to use `Unmasked`");
    }
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
    windows::options(&context.field("windowsOptions"), errors);
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
    match kind.str() {
        "Localhost" => app_armor_file(&file, errors),
        "RuntimeDefault" | "Unconfined" if file.is_set() => {
            errors.invalid(&file, "can only be set when AppArmor type is Localhost");
        }
        _ => {}
    }
}

fn app_armor_file(file: &Here, errors: &mut Errors) {
    let (written, trimmed) = (file.str(), file.str().trim());
    if written != trimmed {
        errors.invalid(file, "must not be padded with whitespace");
    } else if trimmed.is_empty() {
        errors.required(file, "must be set when AppArmor type is Localhost");
    }
    if written.len() > LONGEST_PATH {
        errors.push(file, Cause::TooLong(LONGEST_PATH));
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
