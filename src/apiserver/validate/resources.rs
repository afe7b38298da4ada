//! Requests and limits.

use super::errors::Errors;
use crate::object::path::At;
use crate::object::{Quantity, Value, label};

/// The names that Kubernetes gives resources, of containers and of quotas.
const STANDARD: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];
const COUNTED: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
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

fn quantities(list: &Value) -> impl Iterator<Item = (&str, Quantity)> {
    let entries = list.fields_at(&[]);
    entries.filter_map(|(name, value)| Some((name.as_str(), Quantity::read(value).ok()?)))
}

/// Models `ValidateContainerResourceRequirements`.
pub(super) fn container(resources: &Value, at: &At, errors: &mut Errors) {
    let (at_limits, at_requests) = (at.field("limits"), at.field("requests"));
    let limits = resources.at(&["limits"]);
    for (name, quantity) in quantities(limits) {
        container_resource(name, &quantity, &at_limits.key(name), errors);
    }
    for (name, quantity) in quantities(resources.at(&["requests"])) {
        container_resource(name, &quantity, &at_requests.key(name), errors);
        let start = errors.0.len();
        match limits.get(name).and_then(|limit| Quantity::read(limit).ok()) {
            Some(limit) if !may_be_overcommitted(name) && quantity != limit => {
                errors.invalid(&at_requests, quantity.to_string().as_str(), format!("must be equal to {name} limit of {limit}"));
            }
            Some(limit) if quantity > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                errors.invalid(&at_requests, quantity.to_string().as_str(), detail);
            }
            None if !may_be_overcommitted(name) => {
                errors.required(&at_limits, "Limit must be set for non overcommitable resources");
            }
            _ => {}
        }
        errors.place(start, &at_requests.key(name));
    }
    let names = |list: &'static str| quantities(resources.at(&[list])).map(|(name, _)| name.to_owned());
    let all: Vec<String> = names("limits").chain(names("requests")).collect();
    let computes = all.iter().any(|name| name == "cpu" || name == "memory");
    if !computes && all.iter().any(|name| name.starts_with(HUGE_PAGES)) {
        errors.forbidden(at, "HugePages require cpu or memory");
    }
}

fn container_resource(name: &str, quantity: &Quantity, at: &At, errors: &mut Errors) {
    let start = errors.0.len();
    errors.each(at, name, label::key_errors(name));
    let is_qualified = errors.0.len() == start;
    let huge = name.starts_with(HUGE_PAGES);
    if !name.contains('/') {
        if is_qualified && !STANDARD.contains(&name) && !huge {
            errors.invalid(at, name, "must be a standard resource type or fully qualified");
        }
        if !["cpu", "memory", "ephemeral-storage"].contains(&name) && !huge {
            errors.invalid(at, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid(at, name, "doesn't follow extended resource name standard");
    }
    value(name, quantity, at, errors);
    if let Some(page) = name.strip_prefix(HUGE_PAGES) {
        let size = page.parse::<Quantity>().map_or(0, |size| size.value());
        if size <= 0 || quantity.value() % size != 0 {
            errors.invalid(at, quantity.to_string().as_str(), format!("{quantity} is not positive integer multiple of {name}"));
        }
    }
}

/// Models `ValidateResourceQuantityValue`.
pub(super) fn value(name: &str, quantity: &Quantity, at: &At, errors: &mut Errors) {
    let text = quantity.to_string();
    if quantity.is_negative() {
        errors.invalid(at, text.as_str(), "must be greater than or equal to 0");
    }
    if (COUNTED.contains(&name) || is_extended(name)) && quantity.milli_value() % 1000 != 0 {
        errors.invalid(at, text.as_str(), "must be an integer");
    }
}

/// Models `validateResourceName` and the value of each entry, for lists that are not a container's.
pub(super) fn list(list: &Value, at: &At, errors: &mut Errors) {
    for (name, quantity) in quantities(list) {
        let at = at.key(name);
        let start = errors.0.len();
        errors.each(&at, name, label::key_errors(name));
        if errors.0.len() == start && !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with(HUGE_PAGES) {
            errors.invalid(&at, name, "must be a standard resource type or fully qualified");
        }
        value(name, &quantity, &at, errors);
    }
}
