//! What an object must be to be stored, beyond the types of its fields.
//!
//! Models `pkg/apis/*/validation`: the same rules in the same order, so that the same errors come out in the same order. The
//! objects are decoded and defaulted.

mod annotations;
mod claims;
mod container;
mod environment;
mod errors;
mod handlers;
mod here;
mod meta;
mod mounts;
mod names;
mod others;
mod pod_spec;
mod pod_update;
mod projected;
mod resources;
mod security;
mod selector;
mod storage;
mod volumes;
mod warnings;
mod windows;
mod workload;

use errors::Errors;
use here::Here;
pub use warnings::{Warning, warnings};

/// Words that stand for one rule each, so that advice can be given about it.
pub mod words {
    pub use super::IMMUTABLE;
    pub use super::errors::NEGATIVE;
    pub use super::handlers::NO_HANDLER;
    pub use super::names::{DOTS_IN_LABEL, LABEL, SUBDOMAIN, UNIQUE};
    pub use super::workload::{BUDGET_BOTH, BUDGET_ZERO, EMPTY_SELECTOR, MISMATCH, MORE_THAN_100, PERCENT};
}

use super::error::{FieldError, Invalid};
use crate::object::{Kind, Value};

/// What is wrong with a new object; nothing when it may be stored.
pub fn create(kind: Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    meta::object_meta(kind, &Here::root(object).field("metadata"), &mut errors);
    body(kind, object, true, &mut errors);
    errors.0
}

/// What is wrong with a new version of an object.
pub fn update(kind: Kind, new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let root = Here::root(new);
    meta::object_meta(kind, &root.field("metadata"), &mut errors);
    let fields: &[&[&str]] = match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => &[&["spec", "selector"]],
        Kind::Secret => &[&["type"]],
        Kind::PriorityClass => &[&["value"], &["preemptionPolicy"]],
        Kind::ControllerRevision => &[&["data"]],
        _ => &[],
    };
    for path in fields.iter().filter(|path| new.at(path) != old.at(path)) {
        let parent = root.field(path[0]);
        let changed = if path.len() > 1 { parent.field(path[1]) } else { parent };
        if kind == Kind::PriorityClass && path[0] == "value" {
            errors.forbidden(&changed, "may not be changed in an update.");
        } else {
            errors.invalid(&changed, IMMUTABLE);
        }
    }
    frozen(kind, new, old, &mut errors);
    body(kind, new, false, &mut errors);
    if kind == Kind::Pod {
        pod_update::check(new, old, &mut errors);
    }
    errors.0
}

/// What is wrong with a pod that would be fine as a template: Kubernetes looks at these when the pod is made.
pub fn beyond_template(pod: &Value) -> Option<Invalid> {
    let mut errors = Errors::default();
    let root = Here::root(pod);
    let spec = root.field("spec");
    for list in ["initContainers", "containers"] {
        spec.field(list).items().for_each(|container| container::outside_template(&container, &mut errors));
    }
    let name = pod.str_at(&["metadata", "name"]).into();
    (!errors.0.is_empty()).then(|| Invalid { kind: Kind::Pod.name().into(), name, errors: errors.0 })
}

/// What an update may not do to `metadata`. Models `ValidateObjectMetaAccessorUpdate`.
pub fn metadata_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let root = Here::root(new);
    let metadata = root.field("metadata");
    let before = old.at(&["metadata"]);
    let is_old = |finalizer: &&Value| before.list_at(&["finalizers"]).contains(finalizer);
    let added: Vec<String> = metadata.field("finalizers").list().iter().filter(|it| !is_old(it)).map(Value::to_string).collect();
    if !before.at(&["deletionTimestamp"]).is_null() && !added.is_empty() {
        let found = format!("found new finalizers []string{{{}}}", added.join(", "));
        let words = format!("no new finalizers can be added if the object is being deleted, {found}");
        errors.forbidden(&metadata.field("finalizers"), words);
    }
    for name in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let field = metadata.field(name);
        // What is left out stays as it is, and so does what an object that is being deleted says about that.
        let stays = name != "uid" && !before.at(&["deletionTimestamp"]).is_null();
        if field.is_set() && !stays && field.value != before.at(&[name]) {
            errors.invalid(&field, IMMUTABLE);
        }
    }
    errors.0
}

/// A field that an update may not change.
pub const IMMUTABLE: &str = "field is immutable";
const FROZEN: &str = "field is immutable when `immutable` is set";

/// Models the `immutable` field of ConfigMaps and Secrets.
fn frozen(kind: Kind, new: &Value, old: &Value, errors: &mut Errors) {
    if !matches!(kind, Kind::ConfigMap | Kind::Secret) || old.at(&["immutable"]).as_bool() != Some(true) {
        return;
    }
    for field in ["immutable", "data", "binaryData"] {
        let changed = new.at(&[field]) != old.at(&[field]);
        if changed {
            errors.forbidden(&Here::root(new).field(field), FROZEN);
        }
    }
}

fn body(kind: Kind, object: &Value, is_new: bool, errors: &mut Errors) {
    let object = Here::root(object);
    let spec = object.field("spec");
    match kind {
        Kind::DaemonSet => workload::daemonset(&spec, errors),
        Kind::Deployment => workload::deployment(&spec, errors),
        Kind::ReplicaSet => workload::replicaset(&spec, errors),
        Kind::Pod => pod_spec::pod(&object, is_new, errors),
        Kind::Node => others::node(&object, errors),
        Kind::ConfigMap => others::config_map(&object, errors),
        Kind::Secret => others::secret(&object, errors),
        Kind::PriorityClass => others::priority_class(&object, errors),
        Kind::PodDisruptionBudget => others::disruption_budget(&spec, errors),
        Kind::PersistentVolume => claims::volume(&spec, errors),
        Kind::PersistentVolumeClaim => claims::claim(&spec, errors),
        Kind::ControllerRevision => {
            if !object.has("data") {
                errors.required(&object.field("data"), "data is mandatory");
            }
            errors.not_negative(&object.field("revision"));
        }
        Kind::Event | Kind::Lease | Kind::Namespace | Kind::Service | Kind::ServiceAccount | Kind::StorageClass => {}
    }
}

#[cfg(test)]
mod kinds_tests;
#[cfg(test)]
mod tests;
