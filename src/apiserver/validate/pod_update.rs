//! What of a pod can be changed once it is there.

use super::errors::Errors;
use super::here::Here;
use crate::object::{Value, go_json, unified_diff};

const ONLY: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// What goes before what is wrong, as a diff shows it.
const LINES_AROUND: usize = 3;

/// Models what `ValidatePodUpdate` looks at beyond the pod itself. Of a pod with scheduling gates, only its node selector is more
/// open here; Kubernetes opens its node affinity, too.
pub(super) fn check(new: &Value, old: &Value, errors: &mut Errors) {
    let (root, before) = (Here::root(new), old.at(&["spec"]));
    let spec = root.field("spec");
    for list in ["containers", "initContainers"] {
        let containers = spec.field(list);
        if containers.list().len() != before.list_at(&[list]).len() {
            return errors.forbidden(&containers, "pod updates may not add or remove containers");
        }
    }
    if !deadline(&spec.field("activeDeadlineSeconds"), before.at(&["activeDeadlineSeconds"]), errors) {
        return;
    }
    tolerations(&spec.field("tolerations"), before.list_at(&["tolerations"]), errors);
    let gates = spec.field("schedulingGates");
    for gate in gates.list().iter().filter(|gate| !before.list_at(&["schedulingGates"]).contains(gate)) {
        let name = gate.str_at(&["name"]);
        errors.forbidden(&gates, format!("only deletion is allowed, but found new scheduling gate '{name}'"));
    }
    let mut munged = spec.value.clone();
    take_back(&mut munged, before);
    if !before.list_at(&["schedulingGates"]).is_empty() {
        node_selector(&spec.field("nodeSelector"), before.at(&["nodeSelector"]), errors);
        munged.set(&["nodeSelector"], before.at(&["nodeSelector"]).clone());
    }
    let differs = |name: &str| munged.at(&[name]) != before.at(&[name]);
    let mut names = munged.fields_at(&[]).chain(before.fields_at(&[])).map(|(name, _)| name);
    if names.any(|name| differs(name)) {
        let difference = unified_diff(&go_json::pod_spec(before), &go_json::pod_spec(&munged), LINES_AROUND);
        errors.forbidden(&spec, format!("{ONLY}\n{difference}"));
    }
}

/// Whether to go on.
fn deadline(new: &Here<'_>, old: &Value, errors: &mut Errors) -> bool {
    let Some(seconds) = new.value.as_i64() else {
        if old.is_null() {
            return true;
        }
        errors.invalid(new, "must not update from a positive integer to nil value");
        return true;
    };
    if !(0..=i64::from(i32::MAX)).contains(&seconds) {
        errors.invalid(new, format!("must be between 0 and {}, inclusive", i32::MAX));
    } else if old.as_i64().is_some_and(|old| old < seconds) {
        errors.invalid(new, "must be less than or equal to previous value");
    } else {
        return true;
    }
    false
}

/// Models `validateOnlyAddedTolerations`.
fn tolerations(new: &Here<'_>, old: &[Value], errors: &mut Errors) {
    let is_same =
        |a: &Value, b: &Value| ["key", "operator", "value", "effect"].iter().all(|it| a.str_at(&[it]) == b.str_at(&[it]));
    if !old.iter().all(|old| new.list().iter().any(|new| is_same(new, old))) {
        errors.forbidden(new, "existing toleration can not be modified except its tolerationSeconds");
    }
}

/// Models `validateNodeSelectorMutation`.
fn node_selector(new: &Here<'_>, old: &Value, errors: &mut Errors) {
    if old.fields_at(&[]).any(|(key, value)| new.value.at(&[key]) != value) {
        errors.invalid(new, "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
    }
}

/// Undoes what may be changed.
fn take_back(spec: &mut Value, before: &Value) {
    for list in ["initContainers", "containers"] {
        let images = before.list_at(&[list]);
        if !images.is_empty() {
            for (container, image) in spec.at_mut(&[list]).make_list().iter_mut().zip(images) {
                container.set(&["image"], image.at(&["image"]).clone());
            }
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        spec.set(&[field], before.at(&[field]).clone());
    }
    let grace = "terminationGracePeriodSeconds";
    if before.at(&[grace]).as_i64().is_some_and(|it| it < 0) && spec.at(&[grace]).as_i64() == Some(1) {
        spec.set(&[grace], before.at(&[grace]).clone());
    }
}
