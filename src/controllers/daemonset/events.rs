//! The words of the DaemonSet controller's events.

use crate::object::{Object, Phase};

/// The event for a finished pod that is to be deleted: type, reason and message.
pub fn finished(pod: &Object) -> (&'static str, &'static str, String) {
    let (key, view) = (pod.key(), pod.as_pod());
    let node = view.map_or("", |it| it.node_name.as_str());
    if view.is_some_and(|it| it.phase == Phase::Succeeded) {
        let message = format!("Found succeeded daemon pod {key} on node {node}, will try to delete it");
        ("Normal", "SucceededDaemonPod", message)
    } else {
        ("Warning", "FailedDaemonPod", format!("Found failed daemon pod {key} on node {node}, will try to kill it"))
    }
}
