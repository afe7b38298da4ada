//! Annotations of pods that once were fields, or are read by controllers.

use super::errors::Errors;
use super::here::Here;
use super::windows::CONTAINERS;
use crate::apiserver::error::go_quoted;
use crate::object::Value;

const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const MIRROR: &str = "kubernetes.io/config.mirror";

/// Models `ValidatePodSpecificAnnotations`.
pub(super) fn of_pod(annotations: &Here, pod: &Here, errors: &mut Errors) {
    if annotations.has(MIRROR) && pod.text("nodeName").is_empty() {
        errors.invalid(&annotations.key(MIRROR), "must set spec.nodeName if mirror pod annotation is set");
    }
    let cost = annotations.key(DELETION_COST);
    if cost.is_set() && !is_cost(cost.str()) {
        errors.invalid(&cost, "must be a 32bit integer");
    }
    for (key, value) in annotations.entries() {
        if key == SECCOMP_POD || key.starts_with(SECCOMP) {
            let start = errors.0.len();
            seccomp_profile(&annotations.field(key), errors);
            errors.place(start, &value);
        }
    }
    for (key, value) in annotations.entries() {
        let Some(container) = key.strip_prefix(APP_ARMOR) else { continue };
        if !CONTAINERS.iter().any(|list| pod.field(list).items().any(|it| it.text("name") == container)) {
            errors.invalid_value(&value, container, "container not found");
        }
        let profile = value.str();
        if !matches!(profile, "" | "runtime/default" | "unconfined") && !profile.starts_with("localhost/") {
            errors.invalid(&value, format!("invalid AppArmor profile name: {}", go_quoted(profile)));
        }
    }
}

/// Models `GetDeletionCostFromPodAnnotations`: a number as people write it.
fn is_cost(text: &str) -> bool {
    let first = text.as_bytes().first();
    let plain = !text.starts_with('+') && (text == "0" || first != Some(&b'0'));
    plain && text.parse::<i32>().is_ok()
}

/// Models `ValidateSeccompProfile`.
fn seccomp_profile(value: &Here, errors: &mut Errors) {
    match value.str() {
        "runtime/default" | "docker/default" | "unconfined" => {}
        profile => match profile.strip_prefix("localhost/") {
            Some(path) => errors.descending_path(value, path),
            None => errors.invalid(value, "must be a valid seccomp profile"),
        },
    }
}

/// Models `validateSeccompAnnotationsAndFields` and its like for AppArmor: both must say the same where both say something.
pub(super) fn beside_fields(metadata: &Here, pod: &Here, errors: &mut Errors) {
    let said = |key: &str| metadata.value.at(&["annotations", key]).as_str();
    let context = pod.field("securityContext");
    same(said(SECCOMP_POD), &context.field("seccompProfile"), "seccomp", errors);
    for list in CONTAINERS {
        for container in pod.field(list).items() {
            let key = format!("{SECCOMP}{}", container.text("name"));
            let context = container.field("securityContext");
            same(said(&key), &context.field("seccompProfile"), "seccomp", errors);
        }
    }
    if pod.field("os").text("name") == "windows" {
        return;
    }
    for list in CONTAINERS {
        for container in pod.field(list).items() {
            let key = format!("{APP_ARMOR}{}", container.text("name"));
            let own = container.field("securityContext");
            let profile = own.field("appArmorProfile");
            let of_pod = context.value.at(&["appArmorProfile"]);
            let value: &Value = if profile.is_set() { profile.value } else { of_pod };
            same(said(&key), &profile.with(value), "apparmor", errors);
        }
    }
}

fn same(said: Option<&str>, profile: &Here, what: &str, errors: &mut Errors) {
    let Some(said) = said.filter(|_| profile.is_set()) else { return };
    let file = profile.text("localhostProfile");
    let differs = match profile.text("type") {
        "Unconfined" => (said != "unconfined").then_some("type"),
        "RuntimeDefault" => (said != "runtime/default" && (what != "seccomp" || said != "docker/default")).then_some("type"),
        "Localhost" => match said.strip_prefix("localhost/") {
            None => Some("type"),
            Some(path) => (path != file || !profile.has("localhostProfile")).then_some("localhostProfile"),
        },
        _ => None,
    };
    if let Some(field) = differs {
        let part = if field == "type" { "type" } else { "profile" };
        errors.forbidden(&profile.field(field), format!("{what} {part} in annotation and field must match"));
    }
}
