//! What pods say about Windows, and what they must not say on it.

use super::errors::Errors;
use super::here::Here;
use super::names::dns_subdomain;
use crate::apiserver::error::BadValue;
use crate::object::Value;

/// The lists of containers of a pod, in the order in which Kubernetes visits them.
pub(super) const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
const LONGEST_SPEC_KIB: usize = 64;

/// Models `validateWindowsSecurityContextOptions`.
pub(super) fn options(options: &Here, errors: &mut Errors) {
    let name = options.field("gmsaCredentialSpecName");
    if name.is_set() {
        errors.each(&name, name.str(), dns_subdomain(name.str()));
    }
    let spec = options.field("gmsaCredentialSpec");
    if spec.is_set() && spec.str().is_empty() {
        errors.invalid(&spec, "gmsaCredentialSpec cannot be an empty string");
    } else if spec.str().len() > LONGEST_SPEC_KIB * 1024 {
        errors.invalid(&spec, format!("gmsaCredentialSpec size must be under {LONGEST_SPEC_KIB} KiB"));
    }
    let user = options.field("runAsUserName");
    if user.is_set() {
        user_name(&user, errors);
    }
}

/// The name of a user, with a domain and a backslash in front or without them.
fn user_name(here: &Here, errors: &mut Errors) {
    let text = here.str();
    let fault = match text.split('\\').count() {
        _ if text.is_empty() => Some("runAsUserName cannot be an empty string"),
        _ if text.chars().any(|c| c.is_ascii_control()) => Some("runAsUserName cannot contain control characters"),
        3.. => Some("runAsUserName cannot contain more than one backslash"),
        _ => None,
    };
    if let Some(fault) = fault {
        return errors.invalid(here, fault);
    }
    let (domain, user) = text.split_once('\\').map_or((None, text), |(domain, user)| (Some(domain), user));
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            errors.invalid(here, "runAsUserName's Domain length must be under 256 characters");
        }
        if !is_net_bios(domain) && !is_domain(domain) {
            errors.invalid(here, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }
    if user.is_empty() {
        errors.invalid(here, "runAsUserName's User cannot be empty");
    } else if user.len() > 104 {
        errors.invalid(here, "runAsUserName's User length must not be longer than 104 characters");
    }
    if !user.is_empty() && user.chars().all(|c| matches!(c, '.' | ' ')) {
        errors.invalid(here, "runAsUserName's User cannot contain only periods or spaces");
    }
    if user.contains(['"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']']) {
        errors.invalid(here, "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
    }
}

fn is_net_bios(domain: &str) -> bool {
    let forbidden = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
    (1..=15).contains(&domain.chars().count()) && !domain.starts_with('.') && !domain.contains(forbidden)
}

fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|part| {
        let edge = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = part.as_bytes();
        let plain = bytes.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'-');
        bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && plain
    })
}

/// Models `validateWindowsHostProcessPod`.
pub(super) fn host_processes(spec: &Here, errors: &mut Errors) {
    let setting = |value: &Value| value.at(&["securityContext", "windowsOptions", "hostProcess"]).as_bool();
    let of_pod = setting(spec.value);
    let (mut all, mut host) = (0, 0);
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            all += 1;
            let of_container = setting(container.value);
            if let (Some(pod), Some(own)) = (of_pod, of_container)
                && pod != own
            {
                let context = container.field("securityContext");
                let options = context.field("windowsOptions");
                let detail = format!("pod hostProcess value must be identical if both are specified, was {pod}");
                errors.invalid(&options.field("hostProcess"), detail);
            }
            host += i32::from(of_container.or(of_pod) == Some(true));
        }
    }
    if host == 0 {
        return;
    }
    if host != all {
        let detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        errors.invalid_value(spec, "", detail);
    }
    if !spec.field("hostNetwork").is_true() {
        let detail = "hostNetwork must be true if pod contains any hostProcess containers";
        errors.invalid_value(&spec.field("hostNetwork"), BadValue::Bare("false".into()), detail);
    }
}

/// Models `validateOS` and what it lets pods of each system say.
pub(super) fn system(spec: &Here, errors: &mut Errors) {
    let system = spec.field("os");
    let name = system.field("name");
    match name.str() {
        _ if !system.is_set() => {}
        "" => errors.required(&name, ""),
        "linux" => {
            refuse(spec, &[], &["windowsOptions"], &["windowsOptions"], "windows options cannot be set for a linux pod", errors);
        }
        "windows" => refuse(spec, OF_POD, OF_POD_CONTEXT, OF_CONTAINER, "cannot be set for a windows pod", errors),
        _ => {
            let start = errors.0.len();
            errors.one_of(&system.with(name.value), &["linux", "windows"]);
            errors.place(start, &name);
        }
    }
}

/// What pods on Windows do not have; Kubernetes looks at these among those of the security context.
const OF_POD: &[&str] = &["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];
const OF_POD_CONTEXT: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "hostUsers",
    "hostPID",
    "hostIPC",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "shareProcessNamespace",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];
const OF_CONTAINER: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// Models `validateLinux` and `validateWindows`.
fn refuse(
    spec: &Here,
    of_pod: &[&str],
    of_context: &[&'static str],
    of_container: &[&'static str],
    words: &'static str,
    errors: &mut Errors,
) {
    let context = spec.field("securityContext");
    for name in of_context {
        let field = if of_pod.contains(name) { spec.field(name) } else { context.field(name) };
        // What is a plain flag in Go says nothing when it is false.
        let flag = ["hostPID", "hostIPC"].contains(name);
        if if flag { field.is_true() } else { field.is_set() } {
            errors.forbidden(&field, words);
        }
    }
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            let context = container.field("securityContext");
            for name in of_container.iter().filter(|name| context.has(name)) {
                errors.forbidden(&context.field(name), words);
            }
        }
    }
}
