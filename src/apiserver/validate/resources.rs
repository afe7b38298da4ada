//! Requests and limits.

use super::errors::{Errors, NEGATIVE};
use super::here::Here;
use crate::object::{Quantity, label};

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

/// Models `ValidateContainerResourceRequirements`.
pub(super) fn container(resources: &Here, errors: &mut Errors) {
    let (limits, requests) = (resources.field("limits"), resources.field("requests"));
    let (mut computes, mut huge) = (false, false);
    for (name, limit) in limits.entries() {
        container_resource(name, &limit, errors);
        (computes, huge) = (computes || is_compute(name), huge || name.starts_with(HUGE_PAGES));
    }
    for (name, request) in requests.entries() {
        container_resource(name, &request, errors);
        let start = errors.0.len();
        within_limit(name, &request, &requests, &limits, errors);
        errors.place(start, &request);
        (computes, huge) = (computes || is_compute(name), huge || name.starts_with(HUGE_PAGES));
    }
    if huge && !computes {
        errors.forbidden(resources, "HugePages require cpu or memory");
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

fn container_resource(name: &str, here: &Here, errors: &mut Errors) {
    let huge = name.starts_with(HUGE_PAGES);
    resource_name(name, here, errors);
    if !name.contains('/') {
        if !STANDARD[..3].contains(&name) && !huge {
            errors.invalid_value(here, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid_value(here, name, "doesn't follow extended resource name standard");
    }
    value(name, here, errors);
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
fn value(name: &str, here: &Here, errors: &mut Errors) {
    let quantity = quantity(here);
    if quantity.is_negative() {
        errors.invalid(here, NEGATIVE);
    }
    if (STANDARD[COUNTED..].contains(&name) || is_extended(name)) && quantity.milli_value() % 1000 != 0 {
        errors.invalid(here, "must be an integer");
    }
}

/// A list of amounts that is not a container's.
pub(super) fn list(list: &Here, errors: &mut Errors) {
    for (name, here) in list.entries() {
        resource_name(name, &here, errors);
        value(name, &here, errors);
    }
}

/// An amount that must be there and more than nothing.
pub(super) fn positive(amount: &Here, errors: &mut Errors) {
    let quantity = quantity(amount);
    if quantity.is_negative() || quantity.is_zero() {
        errors.invalid(amount, "must be greater than zero");
    }
}
