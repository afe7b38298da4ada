//! Label selectors, node selectors, affinity, tolerations and topology spread.

use super::errors::Errors;
use super::meta;
use super::names::{dns_label, dns_subdomain};
use crate::apiserver::error::BadValue;
use crate::object::path::At;
use crate::object::{Value, label};

pub(super) const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
const NO_VALUES: &str = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
const SOME_VALUES: &str = "must be specified when `operator` is 'In' or 'NotIn'";
const NO_OPERATOR: &str = "not a valid selector operator";

/// Models `ValidateLabelSelector`.
pub(super) fn label_selector(selector: &Value, at: &At, errors: &mut Errors) {
    meta::labels(selector.at(&["matchLabels"]), &at.field("matchLabels"), errors);
    let list = at.field("matchExpressions");
    for (index, requirement) in selector.list_at(&["matchExpressions"]).iter().enumerate() {
        requirement_of(requirement, &list.index(index), false, true, errors);
    }
}

/// A requirement of a label selector, or one of a node selector, which knows two more operators.
fn requirement_of(requirement: &Value, at: &At, for_nodes: bool, check_values: bool, errors: &mut Errors) {
    let values = requirement.list_at(&["values"]);
    let at_values = at.field("values");
    match requirement.str_at(&["operator"]) {
        "In" | "NotIn" => {
            if values.is_empty() {
                errors.required(&at_values, SOME_VALUES);
            }
        }
        "Exists" | "DoesNotExist" => {
            if !values.is_empty() {
                errors.forbidden(&at_values, NO_VALUES);
            }
        }
        "Gt" | "Lt" if for_nodes => {
            if values.len() != 1 {
                errors.required(&at_values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
        }
        operator => errors.invalid(&at.field("operator"), operator, NO_OPERATOR),
    }
    let key = requirement.str_at(&["key"]);
    errors.each(&at.field("key"), key, label::key_errors(key));
    if check_values {
        for (index, value) in values.iter().enumerate() {
            let value = value.as_str().unwrap_or_default();
            errors.each(&at_values.index(index), value, label::value_errors(value));
        }
    }
}

/// Models `ValidateNodeSelector`.
pub(super) fn node_selector(selector: &Value, at: &At, errors: &mut Errors) {
    let list = at.field("nodeSelectorTerms");
    let terms = selector.list_at(&["nodeSelectorTerms"]);
    if terms.is_empty() {
        errors.required(&list, "must have at least one node selector term");
    }
    for (index, term) in terms.iter().enumerate() {
        node_selector_term(term, &list.index(index), true, errors);
    }
}

fn node_selector_term(term: &Value, at: &At, check_values: bool, errors: &mut Errors) {
    let list = at.field("matchExpressions");
    for (index, requirement) in term.list_at(&["matchExpressions"]).iter().enumerate() {
        requirement_of(requirement, &list.index(index), true, check_values, errors);
    }
    let list = at.field("matchFields");
    for (index, requirement) in term.list_at(&["matchFields"]).iter().enumerate() {
        match_field(requirement, &list.index(index), errors);
    }
}

fn match_field(requirement: &Value, at: &At, errors: &mut Errors) {
    let values = requirement.list_at(&["values"]);
    let at_values = at.field("values");
    match requirement.str_at(&["operator"]) {
        "In" | "NotIn" => {
            if values.len() != 1 {
                let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                errors.required(&at_values, detail);
            }
        }
        operator => errors.invalid(&at.field("operator"), operator, NO_OPERATOR),
    }
    match requirement.str_at(&["key"]) {
        "metadata.name" => {
            for (index, value) in values.iter().enumerate() {
                let value = value.as_str().unwrap_or_default();
                errors.each(&at_values.index(index), value, dns_subdomain(value));
            }
        }
        key => errors.invalid(&at.field("key"), key, "not a valid field selector key"),
    }
}

/// Models `validateAffinity`.
pub(super) fn affinity(affinity: &Value, at: &At, errors: &mut Errors) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
    let (node, node_at) = (affinity.at(&["nodeAffinity"]), at.field("nodeAffinity"));
    if !node.at(&[REQUIRED]).is_null() {
        node_selector(node.at(&[REQUIRED]), &node_at.field(REQUIRED), errors);
    }
    let list = node_at.field(PREFERRED);
    for (index, term) in node.list_at(&[PREFERRED]).iter().enumerate() {
        weight(term, &list.index(index), errors);
        node_selector_term(term.at(&["preference"]), &list.index(index).field("preference"), false, errors);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let (pods, pods_at) = (affinity.at(&[field]), at.field(field));
        let list = pods_at.field(REQUIRED);
        for (index, term) in pods.list_at(&[REQUIRED]).iter().enumerate() {
            pod_affinity_term(term, &list.index(index), errors);
        }
        let list = pods_at.field(PREFERRED);
        for (index, term) in pods.list_at(&[PREFERRED]).iter().enumerate() {
            weight(term, &list.index(index), errors);
            pod_affinity_term(term.at(&["podAffinityTerm"]), &list.index(index).field("podAffinityTerm"), errors);
        }
    }
}

fn weight(term: &Value, at: &At, errors: &mut Errors) {
    let weight = term.at(&["weight"]).as_i64().unwrap_or(0);
    if !(1..=100).contains(&weight) {
        errors.invalid(&at.field("weight"), weight, "must be in the range 1-100");
    }
}

fn pod_affinity_term(term: &Value, at: &At, errors: &mut Errors) {
    for field in ["labelSelector", "namespaceSelector"] {
        label_selector(term.at(&[field]), &at.field(field), errors);
    }
    for name in term.list_at(&["namespaces"]) {
        let name = name.as_str().unwrap_or_default();
        errors.each(&at.field("namespace"), name, dns_label(name));
    }
    topology_key(term.str_at(&["topologyKey"]), &at.field("topologyKey"), errors);
}

fn topology_key(key: &str, at: &At, errors: &mut Errors) {
    if key.is_empty() {
        errors.required(at, "can not be empty");
    }
    errors.each(at, key, label::key_errors(key));
}

/// Models `ValidateTolerations`.
pub(super) fn tolerations(tolerations: &[Value], at: &At, errors: &mut Errors) {
    for (index, toleration) in tolerations.iter().enumerate() {
        let at = at.index(index);
        let [key, operator, value, effect] = ["key", "operator", "value", "effect"].map(|field| toleration.str_at(&[field]));
        let at_operator = at.field("operator");
        if !key.is_empty() {
            errors.each(&at.field("key"), key, label::key_errors(key));
        } else if operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&at_operator, operator, detail);
        }
        if !toleration.at(&["tolerationSeconds"]).is_null() && effect != "NoExecute" {
            errors.invalid(&at.field("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        match operator {
            "" | "Equal" => {
                let messages = label::value_errors(value);
                if !messages.is_empty() {
                    errors.invalid(&at_operator, value, messages.join(";"));
                }
            }
            "Exists" if value.is_empty() => {}
            "Exists" => errors.invalid(&at_operator, value, "value must be empty when `operator` is 'Exists'"),
            _ => errors.one_of(&at_operator, operator, &["Equal", "Exists"]),
        }
        if !effect.is_empty() {
            errors.one_of(&at.field("effect"), effect, EFFECTS);
        }
    }
}

/// Models `validateTopologySpreadConstraints`.
pub(super) fn topology_spread(constraints: &[Value], at: &At, errors: &mut Errors) {
    for (index, constraint) in constraints.iter().enumerate() {
        let at = at.index(index);
        let skew = constraint.at(&["maxSkew"]).as_i64().unwrap_or(0);
        if skew <= 0 {
            errors.invalid(&at.field("maxSkew"), skew, "must be greater than zero");
        }
        let pair = |constraint: &Value| {
            let key = constraint.str_at(&["topologyKey"]).to_owned();
            (key, constraint.str_at(&["whenUnsatisfiable"]).to_owned())
        };
        let (key, unsatisfiable) = pair(constraint);
        topology_key(&key, &at.field("topologyKey"), errors);
        errors.one_of(&at.field("whenUnsatisfiable"), &unsatisfiable, &["DoNotSchedule", "ScheduleAnyway"]);
        if constraints[index + 1..].iter().any(|other| pair(other) == pair(constraint)) {
            let both = BadValue::Text(format!("{{{key}, {unsatisfiable}}}").into());
            errors.duplicate(&at.field("{topologyKey, whenUnsatisfiable}"), both);
        }
        if let Some(domains) = constraint.at(&["minDomains"]).as_i64() {
            let at = at.field("minDomains");
            if domains <= 0 {
                errors.invalid(&at, domains, "must be greater than zero");
            }
            if unsatisfiable != "DoNotSchedule" {
                let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {unsatisfiable}");
                errors.invalid(&at, domains, detail);
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            if let Some(policy) = constraint.at(&[field]).as_str() {
                errors.one_of(&at.field(field), policy, &["Honor", "Ignore"]);
            }
        }
        label_selector(constraint.at(&["labelSelector"]), &at.field("labelSelector"), errors);
    }
}
