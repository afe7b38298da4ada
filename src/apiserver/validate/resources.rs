//! Requests and limits.

use super::errors::{Errors, NEGATIVE};
use super::here::Here;
use crate::apiserver::error::Cause;
use crate::object::{Quantity, container_requests, label};

/// The names that Kubernetes gives resources, of containers and of quotas.
#[rustfmt::skip]
const STANDARD: &[&str] = &[
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu",
    "limits.memory", "limits.ephemeral-storage", "storage", "requests.storage",
    "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
    "services.nodeports", "services.loadbalancers",
];
/// Where in `STANDARD` those begin that are counted.
const COUNTED: usize = 11;
const HUGE_PAGES: &str = "hugepages-";

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && label::is_key(&format!("requests.{name}"))
}

/// Whether requests may be less than limits.
fn may_be_overcommitted(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE_PAGES)
}

fn quantity(here: &Here) -> Quantity {
    Quantity::read(here.value).unwrap_or_default()
}

/// Models `ValidateContainerResourceRequirements`; with the names of the pod's claims for devices.
pub(super) fn container(resources: &Here, claims: &[&str], errors: &mut Errors) {
    requirements(resources, container_name, errors);
    device_claims(&resources.field("claims"), claims, errors);
}

/// Models `validateResourceRequirements` but for the claims.
fn requirements(resources: &Here, check_name: fn(&str, &Here, &mut Errors), errors: &mut Errors) {
    let (limits, requests) = (resources.field("limits"), resources.field("requests"));
    let (mut computes, mut huge) = (false, false);
    for (name, limit) in limits.entries() {
        check_name(name, &limit, errors);
        value(name, &limit, errors);
        huge_pages(name, &limit, errors);
        (computes, huge) = (computes || is_compute(name), huge || name.starts_with(HUGE_PAGES));
    }
    for (name, request) in requests.entries() {
        check_name(name, &request, errors);
        value(name, &request, errors);
        let start = errors.0.len();
        within_limit(name, &request, &requests, &limits, errors);
        errors.place(start, &request);
        huge_pages(name, &request, errors);
        (computes, huge) = (computes || is_compute(name), huge || name.starts_with(HUGE_PAGES));
    }
    if huge && !computes {
        errors.forbidden(resources, "HugePages require cpu or memory");
    }
}

/// Models `validateResourceClaimNames`.
fn device_claims(claims: &Here, known: &[&str], errors: &mut Errors) {
    let mut seen: Vec<String> = Vec::new();
    for claim in claims.items() {
        let (name, request) = (claim.text("name"), claim.field("request"));
        if name.is_empty() {
            errors.required(&claim, "");
            continue;
        }
        if seen.iter().any(|it| it == name) {
            errors.duplicate_of(&claim, name);
        } else {
            if !request.str().is_empty() {
                errors.dns_label(&request);
            }
            let key = if request.str().is_empty() { name.to_owned() } else { format!("{name}/{}", request.str()) };
            let part = format!("{name}/");
            if seen.contains(&key) {
                errors.duplicate_of(&claim, key.as_str());
            } else if request.str().is_empty() {
                seen.iter().filter(|it| it.starts_with(&part)).for_each(|_| errors.duplicate_of(&claim, name));
            }
            seen.push(key);
        }
        if !known.contains(&name) {
            let names = if known.is_empty() { " which is empty".into() } else { format!(": {}", known.join(", ")) };
            let detail = format!("must be one of the names in pod.spec.resourceClaims{names}").into();
            errors.push(&claim, Cause::NotFound { value: name.into(), detail });
        }
    }
}

/// Models `validatePodResources`: what all containers of a pod have together.
pub(super) fn pod(spec: &Here, errors: &mut Errors) {
    let resources = spec.field("resources");
    if !resources.is_set() {
        return;
    }
    if spec.field("os").text("name") == "windows" {
        return errors.forbidden(&resources, "may not be set for a windows pod");
    }
    if resources.has("claims") {
        errors.forbidden(&resources.field("claims"), "claims may not be set for Resources at pod-level");
    }
    requirements(&resources, pod_name, errors);
    consistency(spec, &resources, errors);
}

/// Models `validatePodResourceConsistency`.
fn consistency(spec: &Here, resources: &Here, errors: &mut Errors) {
    let of_containers = container_requests(spec.value);
    for (name, request) in resources.field("requests").entries() {
        let Some(sum) = of_containers.get(name).filter(|sum| **sum > quantity(&request)) else { continue };
        let detail = format!("must be greater than or equal to aggregate container requests of {sum}");
        errors.invalid(&request, detail);
    }
    for (index, container) in spec.field("containers").items().enumerate() {
        let own = container.field("resources");
        for (name, limit) in own.field("limits").entries() {
            let most = resources.value.at(&["limits", name]);
            if most.is_null() || quantity(&limit) <= Quantity::read(most).unwrap_or_default() {
                continue;
            }
            let start = errors.0.len();
            let containers = resources.field("containers");
            let named = containers.item(index, container.value);
            let (named, detail) = (
                named.key(name),
                format!("must be less than or equal to pod limits of {}", Quantity::read(most).unwrap_or_default()),
            );
            errors.invalid(&named.field("limits").with(limit.value), detail);
            errors.place(start, &limit);
        }
    }
}

fn is_compute(name: &str) -> bool {
    name == "cpu" || name == "memory"
}

fn within_limit(name: &str, request: &Here, requests: &Here, limits: &Here, errors: &mut Errors) {
    let limit = limits.key(name);
    let overcommits = may_be_overcommitted(name);
    if !limit.is_set() {
        if !overcommits {
            errors.required(limits, "Limit must be set for non overcommitable resources");
        }
        return;
    }
    let (wanted, most) = (quantity(request), quantity(&limit));
    if !overcommits && wanted != most {
        errors.invalid_value(requests, wanted.to_string().as_str(), format!("must be equal to {name} limit of {most}"));
    } else if wanted > most {
        let detail = format!("must be less than or equal to {name} limit of {most}");
        errors.invalid_value(requests, wanted.to_string().as_str(), detail);
    }
}

/// Models `validateContainerResourceName`.
fn container_name(name: &str, here: &Here, errors: &mut Errors) {
    resource_name(name, here, errors);
    if !name.contains('/') {
        if !STANDARD[..3].contains(&name) && !name.starts_with(HUGE_PAGES) {
            errors.invalid_value(here, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid_value(here, name, "doesn't follow extended resource name standard");
    }
}

/// Models `validatePodResourceName`.
fn pod_name(name: &str, here: &Here, errors: &mut Errors) {
    let start = errors.0.len();
    resource_name(name, here, errors);
    if errors.0.len() == start && !is_compute(name) && !name.starts_with(HUGE_PAGES) {
        errors.push(here, Cause::NotSupported { value: name.into(), supported: &["cpu", "memory"] });
    }
}

/// Models `validateResourceQuantityHugePageValue`.
fn huge_pages(name: &str, here: &Here, errors: &mut Errors) {
    if let Some(page) = name.strip_prefix(HUGE_PAGES) {
        let size = page.parse::<Quantity>().map_or(0, |size| size.value());
        let amount = quantity(here);
        if size <= 0 || amount.value() % size != 0 {
            errors.invalid(here, format!("{amount} is not positive integer multiple of {name}"));
        }
    }
}

/// Models `validateResourceName`.
fn resource_name(name: &str, here: &Here, errors: &mut Errors) {
    let messages = label::key_errors(name);
    if messages.is_empty() && !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with(HUGE_PAGES) {
        errors.invalid_value(here, name, "must be a standard resource type or fully qualified");
    }
    errors.each_of(here, name, messages);
}

/// Models `ValidateResourceQuantityValue`.
pub(super) fn value(name: &str, here: &Here, errors: &mut Errors) {
    let quantity = quantity(here);
    if quantity.is_negative() {
        errors.invalid(here, NEGATIVE);
    }
    if (STANDARD[COUNTED..].contains(&name) || is_extended(name)) && quantity.milli_value() % 1000 != 0 {
        errors.invalid(here, "must be an integer");
    }
}

/// An amount that must be there and more than nothing.
pub(super) fn positive(amount: &Here, errors: &mut Errors) {
    let quantity = quantity(amount);
    if quantity.is_negative() || quantity.is_zero() {
        errors.invalid(amount, "must be greater than zero");
    }
}
