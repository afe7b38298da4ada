//! DaemonSets, and the other kinds that make pods of a template.

use super::errors::Errors;
use super::here::Here;
use super::{pod_spec, selector, volumes};
use crate::apiserver::error::{BadValue, Cause};
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
pub(super) fn daemonset(spec: &Here, errors: &mut Errors) {
    let template = spec.field("template");
    let pod = template.field("spec");
    template_and_selector(spec, EMPTY_SELECTOR, errors);
    volumes::read_only_disks(&pod.field("volumes"), errors);
    errors.one_of(&pod.field("restartPolicy"), &["Always"]);
    if pod.has("activeDeadlineSeconds") {
        let detail = "activeDeadlineSeconds in DaemonSet is not Supported";
        errors.forbidden(&pod.field("activeDeadlineSeconds"), detail);
    }
    errors.not_negative(&spec.field("minReadySeconds"));
    daemonset_strategy(&spec.field("updateStrategy"), errors);
    errors.not_negative(&spec.field("revisionHistoryLimit"));
}

/// The selector, whether it matches the template, and the template.
fn template_and_selector(spec: &Here, empty: &'static str, errors: &mut Errors) {
    let written = spec.field("selector");
    let start = errors.0.len();
    selector::label_selector(&written, errors);
    let readable = errors.0.len() == start;
    let template = spec.field("template");
    let metadata = template.field("metadata");
    let labels = metadata.field("labels");
    if readable && !selects(&written, labels.value.as_map()) {
        errors.invalid(&labels, MISMATCH);
    }
    let says_nothing = !written.has("matchLabels") && written.field("matchExpressions").list().is_empty();
    if written.is_set() && says_nothing {
        errors.invalid(&written, empty);
    }
    pod_spec::template(&template, errors);
}

/// Whether a well-formed selector matches; an absent one matches nothing.
fn selects(selector: &Here, labels: Option<&Map>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key));
    let holds = |requirement: Here| {
        let found = label(requirement.text("key"));
        let listed = found.is_some_and(|found| requirement.field("values").list().contains(found));
        match requirement.text("operator") {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => found.is_some(),
            _ => found.is_none(),
        }
    };
    selector.is_set()
        && selector.field("matchLabels").entries().all(|(key, value)| label(key) == Some(value.value))
        && selector.field("matchExpressions").items().all(holds)
}

/// Models `ValidateDaemonSetUpdateStrategy`.
fn daemonset_strategy(strategy: &Here, errors: &mut Errors) {
    match strategy.text("type") {
        "OnDelete" => {}
        "RollingUpdate" => rolling_daemonset(&strategy.field("rollingUpdate"), errors),
        _ => {
            let value = BadValue::Bare(internal_strategy(strategy.value));
            errors.push(strategy, Cause::NotSupported { value, supported: &["RollingUpdate", "OnDelete"] });
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
fn rolling_daemonset(rolling: &Here, errors: &mut Errors) {
    let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
    for check in [int_or_percent as fn(&Here, &mut Errors), at_most_100_percent] {
        check(&unavailable, errors);
        check(&surge, errors);
    }
    match (amount(unavailable.value) != 0, amount(surge.value) != 0) {
        (true, true) => errors.invalid(&surge, BUDGET_BOTH),
        (false, false) => errors.required(&unavailable, BUDGET_ZERO),
        _ => {}
    }
}

/// Models `getIntOrPercentValue`: what is no percentage is nothing.
fn amount(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::String(text) => percent(text).unwrap_or(0),
        _ => 0,
    }
}

/// The number of a well-formed percentage; the largest one where it is beyond all numbers.
fn percent(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('%')?;
    let well_formed = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    well_formed.then(|| digits.parse().unwrap_or(i64::MAX))
}

/// Models `ValidatePositiveIntOrPercent`.
pub(super) fn int_or_percent(here: &Here, errors: &mut Errors) {
    match here.value {
        Value::String(text) if percent(text).is_none() => errors.invalid(here, PERCENT),
        _ => errors.not_negative(here),
    }
}

/// Models `IsNotMoreThan100Percent`.
pub(super) fn at_most_100_percent(here: &Here, errors: &mut Errors) {
    if percent(here.str()).is_some_and(|percent| percent > 100) {
        errors.invalid(here, MORE_THAN_100);
    }
}

/// Models `ValidateDeploymentSpec`.
pub(super) fn deployment(spec: &Here, errors: &mut Errors) {
    errors.not_negative(&spec.field("replicas"));
    replicated(spec, errors);
    deployment_strategy(&spec.field("strategy"), errors);
    for field in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        errors.not_negative(&spec.field(field));
    }
    let deadline = spec.field("progressDeadlineSeconds");
    if deadline.is_set() && deadline.int() <= spec.number("minReadySeconds") {
        errors.invalid(&deadline, "must be greater than minReadySeconds");
    }
}

/// Models `ValidateReplicaSetSpec`.
pub(super) fn replicaset(spec: &Here, errors: &mut Errors) {
    errors.not_negative(&spec.field("replicas"));
    errors.not_negative(&spec.field("minReadySeconds"));
    replicated(spec, errors);
}

fn replicated(spec: &Here, errors: &mut Errors) {
    if !spec.has("selector") {
        errors.required(&spec.field("selector"), "");
    }
    template_and_selector(spec, "empty selector is invalid for deployment", errors);
    let template = spec.field("template");
    errors.one_of(&template.field("spec").field("restartPolicy"), &["Always"]);
}

fn deployment_strategy(strategy: &Here, errors: &mut Errors) {
    let rolling = strategy.field("rollingUpdate");
    let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
    match strategy.text("type") {
        "Recreate" if rolling.is_set() => {
            errors.forbidden(&rolling, "may not be specified when strategy `type` is 'Recreate'");
        }
        "Recreate" => {}
        "RollingUpdate" => {
            int_or_percent(&unavailable, errors);
            int_or_percent(&surge, errors);
            if amount(unavailable.value) == 0 && amount(surge.value) == 0 {
                errors.invalid(&unavailable, "may not be 0 when `maxSurge` is 0");
            }
            at_most_100_percent(&unavailable, errors);
        }
        _ => errors.one_of(&strategy.field("type"), &["Recreate", "RollingUpdate"]),
    }
}
