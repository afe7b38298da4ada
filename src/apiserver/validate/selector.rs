//! Label selectors, node selectors, affinity, tolerations and topology spread.

use super::errors::Errors;
use super::here::Here;
use super::meta;
use super::names::{dns_label, dns_subdomain};
use crate::apiserver::error::Cause;
use crate::object::label;

pub(super) const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
const NO_OPERATOR: &str = "not a valid selector operator";
const NO_TOPOLOGY_KEY: &str = "can not be empty";
const NOT_POSITIVE: &str = "must be greater than zero";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Models `ValidateLabelSelector`.
pub(super) fn label_selector(selector: &Here, errors: &mut Errors) {
    meta::labels(&selector.field("matchLabels"), errors);
    for requirement in selector.field("matchExpressions").items() {
        expression(&requirement, false, true, errors);
    }
}

/// A requirement of a label selector, or one of a node selector, which knows two more operators.
fn expression(requirement: &Here, for_nodes: bool, check_values: bool, errors: &mut Errors) {
    let values = requirement.field("values");
    match (requirement.text("operator"), values.list().len()) {
        ("In" | "NotIn", 0) => errors.required(&values, "must be specified when `operator` is 'In' or 'NotIn'"),
        ("In" | "NotIn", _) | ("Exists" | "DoesNotExist", 0) => {}
        ("Exists" | "DoesNotExist", _) => {
            errors.forbidden(&values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        ("Gt" | "Lt", 1) if for_nodes => {}
        ("Gt" | "Lt", _) if for_nodes => {
            errors.required(&values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        (operator, _) => errors.invalid_value(&requirement.field("operator"), operator, NO_OPERATOR),
    }
    errors.label_key(&requirement.field("key"));
    if check_values {
        values.items().for_each(|value| errors.label_value(&value));
    }
}

/// Models `ValidateNodeSelector`.
pub(super) fn node_selector(selector: &Here, errors: &mut Errors) {
    let terms = selector.field("nodeSelectorTerms");
    if terms.list().is_empty() {
        errors.required(&terms, "must have at least one node selector term");
    }
    terms.items().for_each(|term| node_selector_term(&term, true, errors));
}

fn node_selector_term(term: &Here, check_values: bool, errors: &mut Errors) {
    for requirement in term.field("matchExpressions").items() {
        expression(&requirement, true, check_values, errors);
    }
    for requirement in term.field("matchFields").items() {
        match_field(&requirement, errors);
    }
}

/// Models `ValidateNodeFieldSelectorRequirement`.
fn match_field(requirement: &Here, errors: &mut Errors) {
    let values = requirement.field("values");
    match requirement.text("operator") {
        "In" | "NotIn" if values.list().len() == 1 => {}
        "In" | "NotIn" => {
            errors.required(&values, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        operator => errors.invalid_value(&requirement.field("operator"), operator, NO_OPERATOR),
    }
    match requirement.text("key") {
        "metadata.name" => values.items().for_each(|value| errors.each(&value, value.str(), dns_subdomain(value.str()))),
        key => errors.invalid_value(&requirement.field("key"), key, "not a valid field selector key"),
    }
}

/// Models `validateAffinity`.
pub(super) fn affinity(affinity: &Here, errors: &mut Errors) {
    let node = affinity.field("nodeAffinity");
    if node.has(REQUIRED) {
        node_selector(&node.field(REQUIRED), errors);
    }
    for term in node.field(PREFERRED).items() {
        weight(&term.field("weight"), errors);
        node_selector_term(&term.field("preference"), false, errors);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.field(field);
        pods.field(REQUIRED).items().for_each(|term| pod_affinity_term(&term, errors));
        for term in pods.field(PREFERRED).items() {
            weight(&term.field("weight"), errors);
            pod_affinity_term(&term.field("podAffinityTerm"), errors);
        }
    }
}

fn weight(weight: &Here, errors: &mut Errors) {
    if !(1..=100).contains(&weight.int()) {
        errors.invalid_value(weight, weight.int(), "must be in the range 1-100");
    }
}

fn pod_affinity_term(term: &Here, errors: &mut Errors) {
    for field in ["labelSelector", "namespaceSelector"] {
        label_selector(&term.field(field), errors);
    }
    for name in term.field("namespaces").items() {
        errors.each(&term.field("namespace"), name.str(), dns_label(name.str()));
    }
    matched_keys(term, errors);
    let key = term.field("topologyKey");
    if key.str().is_empty() {
        errors.required(&key, NO_TOPOLOGY_KEY);
    }
    errors.label_key(&key);
}

/// Models `ValidateMatchLabelKeysAndMismatchLabelKeys`: labels whose values are taken from the pod itself.
fn matched_keys(term: &Here, errors: &mut Errors) {
    let [wanted, unwanted] = ["matchLabelKeys", "mismatchLabelKeys"].map(|name| term.field(name));
    let selector = term.field("labelSelector");
    for keys in [&wanted, &unwanted] {
        if keys.list().is_empty() {
            continue;
        }
        if !selector.is_set() {
            errors.forbidden(keys, "must not be specified when labelSelector is not set");
            continue;
        }
        keys.items().for_each(|key| errors.label_key(&key));
    }
    let mut seen: Vec<&str> = selector.value.fields_at(&["matchLabels"]).map(|(key, _)| key.as_str()).collect();
    for requirement in selector.value.list_at(&["matchExpressions"]) {
        let key = requirement.str_at(&["key"]);
        // The last one of the same counts, and Kubernetes leaves the list's name out.
        let found = wanted.list().iter().rposition(|wanted| wanted.as_str() == Some(key));
        if let Some(index) = found.filter(|_| seen.contains(&key)) {
            let start = errors.0.len();
            let named = term.item(index, term.value);
            errors.invalid_value(&named, key, "exists in both matchLabelKeys and labelSelector");
            errors.place(start, &wanted);
        }
        seen.push(key);
    }
    for key in wanted.items().filter(|key| unwanted.list().contains(key.value)) {
        errors.invalid(&key, "exists in both matchLabelKeys and mismatchLabelKeys");
    }
}

/// Models `ValidateTolerations`.
pub(super) fn tolerations(tolerations: &Here, errors: &mut Errors) {
    for toleration in tolerations.items() {
        let [key, operator, value, effect] = ["key", "operator", "value", "effect"].map(|field| toleration.text(field));
        let at_operator = toleration.field("operator");
        if !key.is_empty() {
            errors.label_key(&toleration.field("key"));
        } else if operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid_value(&at_operator, operator, detail);
        }
        let at_effect = toleration.field("effect");
        if toleration.has("tolerationSeconds") && effect != "NoExecute" {
            errors.invalid_value(&at_effect, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        match operator {
            "" | "Equal" => {
                let messages = label::value_errors(value);
                if !messages.is_empty() {
                    errors.invalid_value(&at_operator, value, messages.join(";"));
                }
            }
            "Exists" if value.is_empty() => {}
            "Exists" => errors.invalid_value(&at_operator, value, "value must be empty when `operator` is 'Exists'"),
            // The server knows these, and has them switched off.
            "Lt" | "Gt" => errors
                .push(&at_operator, Cause::NotSupported { value: operator.into(), supported: &["Equal", "Exists", "Lt", "Gt"] }),
            _ => errors.one_of(&at_operator, &["Equal", "Exists"]),
        }
        if !effect.is_empty() {
            errors.one_of(&at_effect, EFFECTS);
        }
    }
}

/// Models `validateTopologySpreadConstraints`.
pub(super) fn topology_spread(constraints: &Here, errors: &mut Errors) {
    for (index, constraint) in constraints.items().enumerate() {
        positive(&constraint.field("maxSkew"), errors);
        if constraint.text("topologyKey").is_empty() {
            errors.required(&constraint.field("topologyKey"), NO_TOPOLOGY_KEY);
        }
        errors.one_of(&constraint.field("whenUnsatisfiable"), &["DoNotSchedule", "ScheduleAnyway"]);
        let (key, unsatisfiable) = (constraint.text("topologyKey"), constraint.text("whenUnsatisfiable"));
        let same = |other: &Here| other.text("topologyKey") == key && other.text("whenUnsatisfiable") == unsatisfiable;
        if constraints.items().skip(index + 1).any(|other| same(&other)) {
            let both = format!("{{{key}, {unsatisfiable}}}");
            let at = constraint.field("{topologyKey, whenUnsatisfiable}");
            errors.duplicate_of(&at, both.as_str());
        }
        let domains = constraint.field("minDomains");
        if domains.is_set() {
            positive(&domains, errors);
            if unsatisfiable != "DoNotSchedule" {
                let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {unsatisfiable}");
                errors.invalid(&domains, detail);
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            errors.optional_one_of(&constraint.field(field), &["Honor", "Ignore"]);
        }
        matched_keys(&constraint, errors);
        label_selector(&constraint.field("labelSelector"), errors);
    }
}

fn positive(number: &Here, errors: &mut Errors) {
    if number.int() <= 0 {
        errors.invalid_value(number, number.int(), NOT_POSITIVE);
    }
}
