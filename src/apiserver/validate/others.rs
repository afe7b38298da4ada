//! The kinds around the workloads.

use super::errors::Errors;
use super::here::Here;
use super::names::config_map_key;
use super::{resources, selector, workload};
use crate::apiserver::error::{BadValue, Cause};
use crate::object::{Value, label};

const DATA_BYTES: usize = 1024 * 1024;
const HIGHEST_PRIORITY: i64 = 1_000_000_000;

/// Models `ValidateNode`.
pub(super) fn node(node: &Here, errors: &mut Errors) {
    let spec = node.field("spec");
    let taints = spec.field("taints");
    for (index, taint) in taints.items().enumerate() {
        let (key, value) = (taint.field("key"), taint.field("value"));
        errors.label_key(&key);
        let messages = label::value_errors(value.str());
        if !messages.is_empty() {
            errors.invalid(&value, messages.join(";"));
        }
        errors.required_one_of(&taint.field("effect"), selector::EFFECTS);
        let same = |other: Here| other.text("key") == key.str() && other.text("effect") == taint.text("effect");
        if taints.items().take(index).any(same) {
            errors.push(&taint, Cause::Duplicate(BadValue::Bare(internal_taint(taint.value))));
        }
    }
    let status = node.field("status");
    for list in ["capacity", "allocatable"] {
        resources::list(&status.field(list), errors);
    }
}

/// A taint as Go writes its internal type, which has no names for JSON.
fn internal_taint(taint: &Value) -> String {
    let [key, value, effect] = ["key", "value", "effect"].map(|field| Value::from(taint.str_at(&[field])).to_string());
    format!("{{\"Key\":{key},\"Value\":{value},\"Effect\":{effect},\"TimeAdded\":{}}}", taint.at(&["timeAdded"]))
}

/// Models `ValidateConfigMap` and `ValidateSecret`.
pub(super) fn data(object: &Here, lists: &[&str], errors: &mut Errors) {
    let mut bytes = 0;
    for (number, name) in lists.iter().enumerate() {
        let list = object.field(name);
        for (key, value) in list.entries() {
            errors.each(&value, key, config_map_key(key));
            if number > 0 && object.field(lists[0]).has(key) {
                errors.invalid_value(&value, key, "duplicate of key present in binaryData");
            }
            bytes += value.str().len();
        }
    }
    if bytes > DATA_BYTES {
        errors.push(object, Cause::TooLong(DATA_BYTES));
    }
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

fn access_modes(spec: &Here, errors: &mut Errors) {
    let modes = spec.field("accessModes");
    if modes.list().is_empty() {
        errors.required(&modes, "");
    }
    for mode in modes.list() {
        errors.one_of(&modes.with(mode), &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]);
    }
    errors.optional_one_of(&spec.field("volumeMode"), &["Block", "Filesystem"]);
}

fn storage(of: &Here, missing: &Here, errors: &mut Errors) {
    if of.is_set() { resources::positive(of, errors) } else { errors.required(missing, "") }
}

/// Models the main rules of `ValidatePersistentVolumeClaimSpec`.
pub(super) fn claim(spec: &Here, errors: &mut Errors) {
    selector::label_selector(&spec.field("selector"), errors);
    access_modes(spec, errors);
    let resources = spec.field("resources");
    let named = resources.key("storage");
    let amount = resources.field("requests").value.at(&["storage"]);
    storage(&named.with(amount), &named, errors);
}

/// The fields of a persistent volume that are not its source.
const NOT_SOURCES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// Models the main rules of `ValidatePersistentVolumeSpec`.
pub(super) fn volume(spec: &Here, errors: &mut Errors) {
    access_modes(spec, errors);
    let capacity = spec.field("capacity");
    storage(&capacity.key("storage"), &capacity, errors);
    errors.one_of(&spec.field("persistentVolumeReclaimPolicy"), &["Delete", "Recycle", "Retain"]);
    let mut sources = spec.value.fields_at(&[]).filter(|(name, _)| !NOT_SOURCES.contains(&name.as_str()));
    if sources.next().is_none() {
        errors.required(spec, "must specify a volume type");
    }
    for (name, _) in sources {
        errors.forbidden(&spec.field(name), "may not specify more than 1 volume type");
    }
    let affinity = spec.field("nodeAffinity");
    if affinity.has("required") {
        selector::node_selector(&affinity.field("required"), errors);
    } else if affinity.is_set() {
        errors.required(&affinity.field("required"), "must specify required node constraints");
    }
}
