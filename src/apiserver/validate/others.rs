//! The kinds around the workloads.

use super::errors::Errors;
use super::{resources, selector, volumes, workload};
use crate::apiserver::error::{BadValue, Cause};
use crate::object::path::At;
use crate::object::{Value, label};

const DATA_BYTES: usize = 1024 * 1024;

/// Models `ValidateNode`.
pub(super) fn node(node: &Value, errors: &mut Errors) {
    let spec = At::ROOT.field("spec");
    let list = spec.field("taints");
    let taints = node.list_at(&["spec", "taints"]);
    for (index, taint) in taints.iter().enumerate() {
        let at = list.index(index);
        let [key, value, effect] = ["key", "value", "effect"].map(|field| taint.str_at(&[field]));
        errors.each(&at.field("key"), key, label::key_errors(key));
        let messages = label::value_errors(value);
        if !messages.is_empty() {
            errors.invalid(&at.field("value"), value, messages.join(";"));
        }
        if effect.is_empty() {
            errors.required(&at.field("effect"), "");
        } else {
            errors.one_of(&at.field("effect"), effect, selector::EFFECTS);
        }
        let same = |other: &Value| other.str_at(&["key"]) == key && other.str_at(&["effect"]) == effect;
        if taints[..index].iter().any(same) {
            let value = BadValue::Bare(internal_taint(taint));
            errors.duplicate(&list.index(index), value);
        }
    }
    let status = At::ROOT.field("status");
    for list in ["capacity", "allocatable"] {
        resources::list(node.at(&["status", list]), &status.field(list), errors);
    }
}

fn internal_taint(taint: &Value) -> String {
    let [key, value, effect] = ["key", "value", "effect"].map(|field| Value::from(taint.str_at(&[field])).to_string());
    format!("{{\"Key\":{key},\"Value\":{value},\"Effect\":{effect},\"TimeAdded\":{}}}", taint.at(&["timeAdded"]))
}

/// Models `ValidateConfigMap` and `ValidateSecret`.
pub(super) fn data(object: &Value, lists: &[&str], errors: &mut Errors) {
    let mut bytes = 0;
    for (number, name) in lists.iter().enumerate() {
        let list = At::ROOT.field(name);
        for (key, value) in object.fields_at(&[name]) {
            volumes::data_key(key, &list.key(key), errors);
            if number > 0 && !object.at(&[lists[0], key]).is_null() {
                errors.invalid(&At::ROOT.field("data").key(key), key.as_str(), "duplicate of key present in binaryData");
            }
            bytes += value.as_str().unwrap_or_default().len();
        }
    }
    if bytes > DATA_BYTES {
        errors.push(&At::ROOT, Cause::TooLong(DATA_BYTES));
    }
}

/// Models `ValidatePriorityClass`.
pub(super) fn priority_class(class: &Value, errors: &mut Errors) {
    const HIGHEST: i64 = 1_000_000_000;
    let value = class.at(&["value"]).as_i64().unwrap_or(0);
    let name = class.str_at(&["metadata", "name"]);
    if name.starts_with("system-") {
        if name != "system-node-critical" && name != "system-cluster-critical" {
            let metadata = At::ROOT.field("metadata");
            let detail = "priority class names with 'system-' prefix are reserved for system use only. error: ";
            errors.forbidden(&metadata.field("name"), format!("{detail}{name} is not a known system priority class"));
        }
    } else if value > HIGHEST {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        errors.forbidden(&At::ROOT.field("value"), detail);
    }
    if let Some(policy) = class.at(&["preemptionPolicy"]).as_str() {
        errors.required_one_of(&At::ROOT.field("preemptionPolicy"), policy, &["PreemptLowerPriority", "Never"]);
    }
}

/// Models `ValidatePodDisruptionBudgetSpec`.
pub(super) fn disruption_budget(spec: &Value, at: &At, errors: &mut Errors) {
    let (available, unavailable) = (spec.at(&["minAvailable"]), spec.at(&["maxUnavailable"]));
    if !available.is_null() && !unavailable.is_null() {
        let internal = format!(
            "{{\"MinAvailable\":{available},\"Selector\":{},\"MaxUnavailable\":{unavailable},\"UnhealthyPodEvictionPolicy\":{}}}",
            spec.at(&["selector"]),
            spec.at(&["unhealthyPodEvictionPolicy"]),
        );
        let value = BadValue::Bare(internal);
        errors.invalid(at, value, "minAvailable and maxUnavailable cannot be both set");
    }
    for (field, value) in [("minAvailable", available), ("maxUnavailable", unavailable)] {
        workload::int_or_percent(value, &at.field(field), errors);
        workload::at_most_100_percent(value, &at.field(field), errors);
    }
    selector::label_selector(spec.at(&["selector"]), &at.field("selector"), errors);
    if let Some(policy) = spec.at(&["unhealthyPodEvictionPolicy"]).as_str() {
        errors.one_of(&at.field("unhealthyPodEvictionPolicy"), policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

fn access_modes(spec: &Value, at: &At, errors: &mut Errors) {
    let modes = spec.list_at(&["accessModes"]);
    let list = at.field("accessModes");
    if modes.is_empty() {
        errors.required(&list, "");
    }
    for mode in modes {
        errors.one_of(&list, mode.as_str().unwrap_or_default(), ACCESS_MODES);
    }
    if let Some(mode) = spec.at(&["volumeMode"]).as_str() {
        errors.one_of(&at.field("volumeMode"), mode, &["Block", "Filesystem"]);
    }
}

/// Models the main rules of `ValidatePersistentVolumeClaimSpec`.
pub(super) fn claim(spec: &Value, at: &At, errors: &mut Errors) {
    selector::label_selector(spec.at(&["selector"]), &at.field("selector"), errors);
    access_modes(spec, at, errors);
    let resources = at.field("resources");
    match spec.at(&["resources", "requests", "storage"]) {
        Value::Null => errors.required(&resources.key("storage"), ""),
        storage => positive(storage, &resources.key("storage"), errors),
    }
}

fn positive(quantity: &Value, at: &At, errors: &mut Errors) {
    let good = crate::object::Quantity::read(quantity).is_ok_and(|it| !it.is_negative() && !it.is_zero());
    if !good {
        errors.invalid(at, quantity, "must be greater than zero");
    }
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
pub(super) fn volume(spec: &Value, at: &At, errors: &mut Errors) {
    access_modes(spec, at, errors);
    match spec.at(&["capacity", "storage"]) {
        Value::Null => errors.required(&at.field("capacity"), ""),
        storage => positive(storage, &at.field("capacity").key("storage"), errors),
    }
    let policy = spec.str_at(&["persistentVolumeReclaimPolicy"]);
    errors.one_of(&at.field("persistentVolumeReclaimPolicy"), policy, &["Delete", "Recycle", "Retain"]);
    let fields = spec.fields_at(&[]);
    let sources: Vec<_> = fields.map(|(name, _)| name.as_str()).filter(|name| !NOT_SOURCES.contains(name)).collect();
    for name in sources.iter().skip(1) {
        errors.forbidden(&at.field(name), "may not specify more than 1 volume type");
    }
    if sources.is_empty() {
        errors.required(at, "must specify a volume type");
    }
    let affinity = spec.at(&["nodeAffinity"]);
    let at = at.field("nodeAffinity");
    if !affinity.at(&["required"]).is_null() {
        selector::node_selector(affinity.at(&["required"]), &at.field("required"), errors);
    } else if !affinity.is_null() {
        errors.required(&at.field("required"), "must specify required node constraints");
    }
}
