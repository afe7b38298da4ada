//! Which pods go first when there are too many.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::object::{Object, Phase, Pod, Value};

/// Where a pod's owner says how much its going costs.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The first `count` pods to go. Models `getPodsToDelete` and `ActivePodsWithRanks`: pods without a node, not running, not ready,
/// cheap, crowded on their node, ready for the shortest time (on a logarithmic scale in Kubernetes, exactly here), restarted, young.
pub fn first_to_go(pods: &[Arc<Object>], related: &[Arc<Object>], count: usize) -> Vec<Arc<Object>> {
    let crowd = |pod: &Object| {
        let node = pod.as_pod().map(|it| &it.node_name);
        related.iter().filter(|other| other.as_pod().map(|it| &it.node_name) == node).count()
    };
    let rank = |pod: &Arc<Object>| {
        let view = pod.as_pod();
        let phase = match view.map(|it| it.phase) {
            Some(Phase::Pending) => 0,
            Some(Phase::Unknown) => 1,
            _ => 2,
        };
        let ready = view.is_some_and(|it| it.ready);
        let cost: i32 = pod.value.str_at(&["metadata", "annotations", DELETION_COST]).parse().unwrap_or(0);
        let ready_since = view.filter(|_| ready).and_then(|it| it.ready_changed).unwrap_or(0);
        let restarts = |it: &Value| it.at(&["restartCount"]).as_i64().unwrap_or(0);
        let restarts = pod.value.list_at(&["status", "containerStatuses"]).iter().map(restarts).max().unwrap_or(0);
        (
            (view.is_some_and(Pod::is_bound), phase, ready, cost),
            (Reverse(crowd(pod)), Reverse(ready_since), Reverse(restarts), Reverse(pod.meta.created)),
        )
    };
    let mut ranked: Vec<_> = pods.iter().map(|pod| (rank(pod), pod.key())).collect();
    ranked.sort_unstable();
    let first = ranked.into_iter().take(count).map(|(_, key)| key);
    first.filter_map(|key| pods.iter().find(|pod| pod.key() == key).cloned()).collect()
}
