//! DaemonSets, and the other kinds that make pods of a template.

use super::errors::Errors;
use super::{pod_spec, selector, volumes};
use crate::apiserver::error::BadValue;
use crate::object::path::At;
use crate::object::{Map, Value};

/// Said of maxUnavailable when neither it nor maxSurge allows anything.
pub const BUDGET_ZERO: &str = "cannot be 0 when maxSurge is 0";
/// Said of maxSurge beside maxUnavailable.
pub const BUDGET_BOTH: &str = "may not be set when maxUnavailable is non-zero";
/// Said of percentages.
pub const MORE_THAN_100: &str = "must not be greater than 100%";
/// Said of a selector that selects everything.
pub const EMPTY_SELECTOR: &str = "empty selector is invalid for daemonset";
/// Said of labels that the selector does not select.
pub const MISMATCH: &str = "`selector` does not match template `labels`";
/// Said of a text that is no percentage.
pub const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// Models `ValidateDaemonSetSpec`.
pub(super) fn daemonset(spec: &Value, at: &At, errors: &mut Errors) {
    template_and_selector(spec, at, EMPTY_SELECTOR, errors);
    let template = at.field("template");
    volumes::read_only_disks(spec.list_at(&["template", "spec", "volumes"]), &template.field("spec").field("volumes"), errors);
    let (pod, at_pod) = (spec.at(&["template", "spec"]), template.field("spec"));
    always_restarts(pod, &at_pod, errors);
    if !pod.at(&["activeDeadlineSeconds"]).is_null() {
        errors.forbidden(&at_pod.field("activeDeadlineSeconds"), "activeDeadlineSeconds in DaemonSet is not Supported");
    }
    numbers(spec, &["minReadySeconds"], at, errors);
    daemonset_strategy(spec.at(&["updateStrategy"]), &at.field("updateStrategy"), errors);
    numbers(spec, &["revisionHistoryLimit"], at, errors);
}

fn always_restarts(pod: &Value, at: &At, errors: &mut Errors) {
    errors.one_of(&at.field("restartPolicy"), pod.str_at(&["restartPolicy"]), &["Always"]);
}

fn numbers(spec: &Value, fields: &[&str], at: &At, errors: &mut Errors) {
    for field in fields {
        errors.not_negative(&at.field(field), spec.at(&[field]).as_i64().unwrap_or(0));
    }
}

/// The selector, whether it matches the template, and the template.
fn template_and_selector(spec: &Value, at: &At, empty: &'static str, errors: &mut Errors) {
    let written = spec.at(&["selector"]);
    let at_selector = at.field("selector");
    let start = errors.0.len();
    selector::label_selector(written, &at_selector, errors);
    let readable = errors.0.len() == start;
    let labels = spec.at(&["template", "metadata", "labels"]);
    let none = Map::default();
    let template = at.field("template");
    if readable && !selects(written, labels.as_map().unwrap_or(&none)) {
        let at = template.field("metadata");
        errors.invalid(&at.field("labels"), labels, MISMATCH);
    }
    let says_nothing = written.at(&["matchLabels"]).is_null() && written.list_at(&["matchExpressions"]).is_empty();
    if !written.is_null() && says_nothing {
        errors.invalid(&at_selector, written, empty);
    }
    pod_spec::template(spec.at(&["template"]), &template, errors);
}

/// Whether a well-formed selector matches; an absent one matches nothing.
fn selects(selector: &Value, labels: &Map) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let pairs = selector.at(&["matchLabels"]).as_map();
    let equal = pairs.is_none_or(|pairs| pairs.iter().all(|(key, value)| text(labels.get(key)) == text(Some(value))));
    let holds = |requirement: &Value| {
        let found = text(labels.get(requirement.str_at(&["key"])));
        let listed = found.as_deref().is_some_and(|found| requirement.list_at(&["values"]).contains(&found.into()));
        match requirement.str_at(&["operator"]) {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => found.is_some(),
            _ => found.is_none(),
        }
    };
    !selector.is_null() && equal && selector.list_at(&["matchExpressions"]).iter().all(holds)
}

/// Models `ValidateDaemonSetUpdateStrategy`.
fn daemonset_strategy(strategy: &Value, at: &At, errors: &mut Errors) {
    match strategy.str_at(&["type"]) {
        "OnDelete" => {}
        "RollingUpdate" => rolling_daemonset(strategy.at(&["rollingUpdate"]), &at.field("rollingUpdate"), errors),
        _ => {
            let value = BadValue::Bare(internal_strategy(strategy));
            let supported = &["RollingUpdate", "OnDelete"];
            errors.push(at, crate::apiserver::error::Cause::NotSupported { value, supported });
        }
    }
}

/// The strategy as Go writes its internal type, which has no names for JSON.
fn internal_strategy(strategy: &Value) -> String {
    let rolling = strategy.at(&["rollingUpdate"]);
    let number = |field: &str| if rolling.at(&[field]).is_null() { "0".into() } else { rolling.at(&[field]).to_string() };
    let rolling = if rolling.is_null() {
        "null".into()
    } else {
        format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", number("maxUnavailable"), number("maxSurge"))
    };
    format!("{{\"Type\":{},\"RollingUpdate\":{rolling}}}", strategy.at(&["type"]))
}

/// Models `ValidateRollingUpdateDaemonSet`.
fn rolling_daemonset(rolling: &Value, at: &At, errors: &mut Errors) {
    let (unavailable, surge) = (rolling.at(&["maxUnavailable"]), rolling.at(&["maxSurge"]));
    let (at_unavailable, at_surge) = (at.field("maxUnavailable"), at.field("maxSurge"));
    for (value, at) in [(unavailable, &at_unavailable), (surge, &at_surge)] {
        int_or_percent(value, at, errors);
        at_most_100_percent(value, at, errors);
    }
    match (amount(unavailable) != 0, amount(surge) != 0) {
        (true, true) => errors.invalid(&at_surge, surge, BUDGET_BOTH),
        (false, false) => errors.required(&at_unavailable, BUDGET_ZERO),
        _ => {}
    }
}

/// Models `getIntOrPercentValue`: what is no percentage is nothing.
fn amount(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::String(text) if is_percent(text) => percent(text).unwrap_or(0),
        _ => 0,
    }
}

fn is_percent(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())
}

fn percent(text: &str) -> Option<i64> {
    text.strip_suffix('%')?.parse().ok()
}

/// Models `ValidatePositiveIntOrPercent`.
pub(super) fn int_or_percent(value: &Value, at: &At, errors: &mut Errors) {
    match value {
        Value::Int(number) => errors.not_negative(at, *number),
        Value::String(text) if !is_percent(text) => errors.invalid(at, text.as_str(), PERCENT),
        _ => {}
    }
}

/// Models `IsNotMoreThan100Percent`.
pub(super) fn at_most_100_percent(value: &Value, at: &At, errors: &mut Errors) {
    if let Value::String(text) = value
        && is_percent(text)
        && percent(text).is_none_or(|percent| percent > 100)
    {
        errors.invalid(at, text.as_str(), MORE_THAN_100);
    }
}

/// Models `ValidateDeploymentSpec`.
pub(super) fn deployment(spec: &Value, at: &At, errors: &mut Errors) {
    numbers(spec, &["replicas"], at, errors);
    replicated(spec, at, "empty selector is invalid for deployment", errors);
    deployment_strategy(spec.at(&["strategy"]), &at.field("strategy"), errors);
    numbers(spec, &["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], at, errors);
    let [deadline, ready] = ["progressDeadlineSeconds", "minReadySeconds"].map(|field| spec.at(&[field]).as_i64());
    if let Some(deadline) = deadline
        && deadline <= ready.unwrap_or(0)
    {
        errors.invalid(&at.field("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
    }
}

/// Models `ValidateReplicaSetSpec`.
pub(super) fn replicaset(spec: &Value, at: &At, errors: &mut Errors) {
    numbers(spec, &["replicas", "minReadySeconds"], at, errors);
    replicated(spec, at, "empty selector is invalid for deployment", errors);
}

fn replicated(spec: &Value, at: &At, empty: &'static str, errors: &mut Errors) {
    if spec.at(&["selector"]).is_null() {
        errors.required(&at.field("selector"), "");
    }
    template_and_selector(spec, at, empty, errors);
    let template = at.field("template");
    let at_pod = template.field("spec");
    always_restarts(spec.at(&["template", "spec"]), &at_pod, errors);
}

fn deployment_strategy(strategy: &Value, at: &At, errors: &mut Errors) {
    let rolling = strategy.at(&["rollingUpdate"]);
    match strategy.str_at(&["type"]) {
        "Recreate" if !rolling.is_null() => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            errors.forbidden(&at.field("rollingUpdate"), detail);
        }
        "Recreate" => {}
        "RollingUpdate" => {
            let at = at.field("rollingUpdate");
            for field in ["maxUnavailable", "maxSurge"] {
                int_or_percent(rolling.at(&[field]), &at.field(field), errors);
            }
            if amount(rolling.at(&["maxUnavailable"])) == 0 && amount(rolling.at(&["maxSurge"])) == 0 {
                let value = BadValue::Bare(rolling.at(&["maxUnavailable"]).to_string());
                errors.invalid(&at.field("maxUnavailable"), value, "may not be 0 when `maxSurge` is 0");
            }
            at_most_100_percent(rolling.at(&["maxUnavailable"]), &at.field("maxUnavailable"), errors);
        }
        kind => errors.one_of(&at.field("type"), kind, &["Recreate", "RollingUpdate"]),
    }
}
