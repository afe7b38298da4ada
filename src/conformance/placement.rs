//! `dslab placement`: the DaemonSet controller's decision about one node.

use crate::controllers::daemonset::Placement;
use crate::object::{Map, Taint, Value, map};

/// Answers a case `{"id", "node": {"name", "labels", "taints"}, "podSpec"}`.
pub fn run(case: &Value) -> Value {
    let node = case.at(&["node"]);
    let taints: Vec<Taint> = node.list_at(&["taints"]).iter().filter_map(Taint::read).collect();
    let none = Map::default();
    let labels = node.at(&["labels"]).as_map().unwrap_or(&none);
    let decision = Placement::of_pod_spec(case.at(&["podSpec"])).decide(node.str_at(&["name"]), labels, &taints);
    map! {
        "id" => case.at(&["id"]).clone(),
        "shouldRun" => decision.should_run(),
        "shouldContinueRunning" => decision.should_continue_running(),
    }
}
