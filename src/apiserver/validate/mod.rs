//! What an object must be to be stored, beyond the types of its fields.
//!
//! Models `pkg/apis/*/validation`: the same rules in the same order, so that the same errors come out in the same order. The
//! objects are decoded and defaulted.

mod container;
mod errors;
mod meta;
mod names;
mod others;
mod pod_spec;
mod resources;
mod security;
mod selector;
mod volumes;
mod warnings;
mod workload;

use errors::Errors;
pub use warnings::{Warning, warnings};

/// Words that stand for one rule each, so that advice can be given about it.
pub mod words {
    pub use super::container::NO_HANDLER;
    pub use super::errors::NEGATIVE;
    pub use super::names::{DOTS_IN_LABEL, LABEL, SUBDOMAIN, UNIQUE};
    pub use super::workload::{BUDGET_BOTH, BUDGET_ZERO, EMPTY_SELECTOR, MISMATCH, MORE_THAN_100, PERCENT};
}

use super::error::FieldError;
use crate::object::path::At;
use crate::object::{Kind, Value};

/// What is wrong with a new object; nothing when it may be stored.
pub fn create(kind: Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    meta::object_meta(kind, object.at(&["metadata"]), &mut errors);
    body(kind, object, &mut errors);
    errors.0
}

/// What is wrong with a new version of an object.
pub fn update(kind: Kind, new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    meta::object_meta(kind, new.at(&["metadata"]), &mut errors);
    let fields: &[&[&str]] = match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => &[&["spec", "selector"]],
        Kind::Secret => &[&["type"]],
        Kind::PriorityClass => &[&["value"], &["preemptionPolicy"]],
        Kind::ControllerRevision => &[&["data"]],
        _ => &[],
    };
    for path in fields {
        if new.at(path) == old.at(path) {
            continue;
        }
        let parent = At::ROOT.field(path[0]);
        let at = if path.len() > 1 { parent.field(path[1]) } else { parent };
        if kind == Kind::PriorityClass && path[0] == "value" {
            errors.forbidden(&at, "may not be changed in an update.");
        } else {
            errors.invalid(&at, new.at(path), IMMUTABLE);
        }
    }
    frozen(kind, new, old, &mut errors);
    body(kind, new, &mut errors);
    errors.0
}

const IMMUTABLE: &str = "field is immutable";
const FROZEN: &str = "field is immutable when `immutable` is set";

/// Models the `immutable` field of ConfigMaps and Secrets.
fn frozen(kind: Kind, new: &Value, old: &Value, errors: &mut Errors) {
    if !matches!(kind, Kind::ConfigMap | Kind::Secret) || old.at(&["immutable"]).as_bool() != Some(true) {
        return;
    }
    for field in ["immutable", "data", "binaryData"] {
        let changed = new.at(&[field]) != old.at(&[field]);
        if changed {
            errors.forbidden(&At::ROOT.field(field), FROZEN);
        }
    }
}

fn body(kind: Kind, object: &Value, errors: &mut Errors) {
    let spec = object.at(&["spec"]);
    let at = At::ROOT.field("spec");
    match kind {
        Kind::DaemonSet => workload::daemonset(spec, &at, errors),
        Kind::Deployment => workload::deployment(spec, &at, errors),
        Kind::ReplicaSet => workload::replicaset(spec, &at, errors),
        Kind::Pod => pod_spec::spec(spec, &at, errors),
        Kind::Node => others::node(object, errors),
        Kind::ConfigMap => others::data(object, &["binaryData", "data"], errors),
        Kind::Secret => others::data(object, &["data"], errors),
        Kind::PriorityClass => others::priority_class(object, errors),
        Kind::PodDisruptionBudget => others::disruption_budget(spec, &at, errors),
        Kind::PersistentVolume => others::volume(spec, &at, errors),
        Kind::PersistentVolumeClaim => others::claim(spec, &at, errors),
        Kind::ControllerRevision => {
            if object.at(&["data"]).is_null() {
                errors.required(&At::ROOT.field("data"), "data is mandatory");
            }
            errors.not_negative(&At::ROOT.field("revision"), object.at(&["revision"]).as_i64().unwrap_or(0));
        }
        Kind::Namespace | Kind::Service | Kind::ServiceAccount => {}
    }
}
