//! Conditions in the status of objects: one of each type.

use super::{SmolStr, Value, map};

/// Sets a condition of a pod, which says of which generation it speaks.
pub fn set_pod_condition(status: &mut Value, generation: i64, now: &SmolStr, name: &str, state: &str, extra: &[(&str, &str)]) {
    set_condition(status, now, name, state, extra);
    let conditions = status.at_mut(&["conditions"]).make_list();
    if let Some(condition) = conditions.iter_mut().find(|it| it.str_at(&["type"]) == name) {
        condition.set(&["lastProbeTime"], Value::Null);
        condition.set(&["observedGeneration"], generation);
    }
}

/// Sets a condition in a status tree. The transition time changes only when the status does.
pub fn set_condition(status: &mut Value, now: &SmolStr, name: &str, state: &str, extra: &[(&str, &str)]) {
    let conditions = status.at_mut(&["conditions"]).make_list();
    let before = conditions.iter().position(|it| it.str_at(&["type"]) == name);
    let unchanged = before.filter(|&index| conditions[index].str_at(&["status"]) == state);
    let changed_at = unchanged.map_or_else(|| Value::from(now), |index| conditions[index].at(&["lastTransitionTime"]).clone());
    let mut condition = map! { "type" => name, "status" => state, "lastTransitionTime" => changed_at };
    for (field, text) in extra {
        condition.set(&[field], *text);
    }
    let heartbeat = before.map(|index| conditions[index].at(&["lastHeartbeatTime"])).filter(|it| !it.is_null());
    if let Some(heartbeat) = heartbeat.filter(|_| condition.at(&["lastHeartbeatTime"]).is_null()) {
        condition.set(&["lastHeartbeatTime"], heartbeat.clone());
    }
    match before {
        Some(index) => conditions[index] = condition,
        None => conditions.push(condition),
    }
}
