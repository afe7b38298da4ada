//! The kinds around the workloads.

use super::errors::Errors;
use super::here::Here;
use super::names::config_map_key;
use super::{names, resources, selector, workload};
use crate::apiserver::error::{BadValue, Cause};
use crate::object::{Value, label};

const DATA_BYTES: usize = 1024 * 1024;
const HIGHEST_PRIORITY: i64 = 1_000_000_000;

/// Models `ValidateNode`, which says that taints are metadata.
pub(super) fn node(node: &Here, errors: &mut Errors) {
    let (spec, metadata) = (node.field("spec"), node.field("metadata"));
    let (written, taints) = (spec.field("taints"), metadata.field("taints"));
    let taints = taints.with(written.value);
    for (index, (taint, place)) in taints.items().zip(written.items()).enumerate() {
        let start = errors.0.len();
        let (key, value) = (taint.field("key"), taint.field("value"));
        errors.label_key(&key);
        let messages = label::value_errors(value.str());
        if !messages.is_empty() {
            errors.invalid(&value, messages.join(";"));
        }
        errors.required_one_of(&taint.field("effect"), selector::EFFECTS);
        let same = |other: Here| other.text("key") == key.str() && other.text("effect") == taint.text("effect");
        if taints.items().take(index).any(same) {
            let value = BadValue::Bare(internal_taint(taint.value));
            let detail = "taints must be unique by key and effect pair".into();
            errors.push(&taint, Cause::Duplicate { value, detail });
        }
        errors.place(start, &place);
    }
    let status = node.field("status");
    for list in ["capacity", "allocatable"] {
        let list = status.field(list);
        for (name, amount) in list.entries() {
            let start = errors.0.len();
            resources::value(name, &list.field(name), errors);
            errors.place(start, &amount);
        }
    }
    for cidr in spec.field("podCIDRs").items() {
        errors.each(&cidr, cidr.str(), names::cidr(cidr.str()));
    }
}

/// A taint as Go writes its internal type, which has no names for JSON.
fn internal_taint(taint: &Value) -> String {
    let [key, value, effect] = ["key", "value", "effect"].map(|field| Value::from(taint.str_at(&[field])).to_string());
    format!("{{\"Key\":{key},\"Value\":{value},\"Effect\":{effect},\"TimeAdded\":{}}}", taint.at(&["timeAdded"]))
}

/// Models `ValidateConfigMap`.
pub(super) fn config_map(object: &Here, errors: &mut Errors) {
    let mut bytes = keys(&object.field("data"), errors, |key, value, errors| {
        if object.field("binaryData").has(key) {
            errors.invalid_value(value, key, "duplicate of key present in binaryData");
        }
    });
    bytes += keys(&object.field("binaryData"), errors, |_, _, _| {});
    if bytes > DATA_BYTES {
        errors.push(&object.field(""), Cause::TooLong(DATA_BYTES));
    }
}

/// What each kind of secret must hold.
const SECRETS: &[(&str, &str)] = &[
    ("kubernetes.io/dockercfg", ".dockercfg"),
    ("kubernetes.io/dockerconfigjson", ".dockerconfigjson"),
    ("kubernetes.io/ssh-auth", "ssh-privatekey"),
    ("kubernetes.io/tls", "tls.crt"),
    ("kubernetes.io/tls", "tls.key"),
];

/// Models `ValidateSecret` but for what Docker's configurations hold.
pub(super) fn secret(object: &Here, errors: &mut Errors) {
    const ACCOUNT: &str = "kubernetes.io/service-account.name";
    let data = object.field("data");
    if keys(&data, errors, |_, _, _| {}) > DATA_BYTES {
        errors.push(&data, Cause::TooLong(DATA_BYTES));
    }
    let kind = object.text("type");
    if kind == "kubernetes.io/service-account-token" {
        let metadata = object.field("metadata");
        let annotations = metadata.field("annotations");
        errors.not_empty(&annotations.key(ACCOUNT));
    }
    if kind == "kubernetes.io/basic-auth" && !data.has("username") && !data.has("password") {
        errors.required(&data.key("username"), "");
        errors.required(&data.key("password"), "");
    }
    for (_, key) in SECRETS.iter().filter(|(of, key)| *of == kind && !data.has(key)) {
        errors.required(&data.key(key), "");
    }
}

/// Checks the keys of a map with what else there is to say; returns how many bytes its values have.
fn keys(list: &Here, errors: &mut Errors, more: impl Fn(&str, &Here, &mut Errors)) -> usize {
    let mut bytes = 0;
    for (key, value) in list.entries() {
        errors.each(&value, key, config_map_key(key));
        more(key, &value, errors);
        bytes += value.str().len();
    }
    bytes
}

/// Models `ValidatePriorityClass`.
pub(super) fn priority_class(class: &Here, errors: &mut Errors) {
    let metadata = class.field("metadata");
    let name = metadata.field("name");
    if name.str().starts_with("system-") {
        if !["system-node-critical", "system-cluster-critical"].contains(&name.str()) {
            let detail = "priority class names with 'system-' prefix are reserved for system use only. error: ";
            errors.forbidden(&name, format!("{detail}{} is not a known system priority class", name.str()));
        }
    } else if class.number("value") > HIGHEST_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}");
        errors.forbidden(&class.field("value"), detail);
    }
    errors.optional_one_of(&class.field("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
}

/// Models `ValidatePodDisruptionBudgetSpec`.
pub(super) fn disruption_budget(spec: &Here, errors: &mut Errors) {
    let (available, unavailable) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    if available.is_set() && unavailable.is_set() {
        let part = |name: &str| spec.field(name).value.to_string();
        let internal = format!(
            "{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
            part("minAvailable"),
            part("selector"),
            part("maxUnavailable"),
            part("unhealthyPodEvictionPolicy"),
        );
        errors.invalid_value(spec, BadValue::Bare(internal), "minAvailable and maxUnavailable cannot be both set");
    }
    for amount in [&available, &unavailable] {
        workload::int_or_percent(amount, errors);
        workload::at_most_100_percent(amount, errors);
    }
    selector::label_selector(&spec.field("selector"), errors);
    errors.optional_one_of(&spec.field("unhealthyPodEvictionPolicy"), &["AlwaysAllow", "IfHealthyBudget"]);
}
