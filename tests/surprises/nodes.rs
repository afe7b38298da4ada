//! Nodes: their readiness, their taints, their going.

use daemonset_lab::cluster::Input;
use daemonset_lab::object::{Kind, map};

use super::lab::{Lab, agent, budget, image, is_deleting, is_ready};

const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];

#[test]
fn n01_an_unready_node_keeps_its_pod_but_is_not_desired_and_gets_no_new_one() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.stop("node-c");
    lab.run(120);
    lab.wake();
    let status = lab.status();
    assert_eq!((status.desired_number_scheduled, status.number_misscheduled), (2, 1));
    assert_eq!(lab.pods_on("node-c").len(), 1, "its pod stays");
    let mut other = agent("other:1", "", "");
    other.set(&["metadata", "name"], "other");
    other.set(&["spec", "selector", "matchLabels", "app"], "other");
    other.set(&["spec", "template", "metadata", "labels", "app"], "other");
    lab.apply(other);
    lab.run(30);
    assert_eq!(lab.pods_on("node-c").len(), 1, "a new DaemonSet has no pod there");
    assert_eq!(lab.pods_on("node-a").len(), 2);
}

#[test]
fn n02_an_added_no_schedule_taint_leaves_the_status_stale() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.taint("node-a", Some(("dedicated", "NoSchedule")));
    lab.run(90);
    assert_eq!((lab.status().desired_number_scheduled, lab.status().number_misscheduled), (3, 0), "nobody was woken");
    lab.wake();
    assert_eq!((lab.status().desired_number_scheduled, lab.status().number_misscheduled), (2, 1));
    assert_eq!(lab.pods_on("node-a").len(), 1);
}

#[test]
fn n03_a_deleted_node_is_counted_until_its_pod_is_collected() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.delete(Kind::Node, "node-b");
    let deleted_ms = lab.cluster.now_ms();
    let mut noticed_ms = 0;
    lab.watch(120, &mut |lab| {
        if noticed_ms == 0 && lab.status().desired_number_scheduled == 2 {
            noticed_ms = lab.cluster.now_ms();
        }
    });
    assert!((40_000..=62_000).contains(&(noticed_ms - deleted_ms)), "{} ms", noticed_ms - deleted_ms);
}

#[test]
fn n04_the_pod_of_a_dead_node_still_says_that_it_runs() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.stop("node-b");
    lab.run(70);
    let pods = lab.pods_on("node-b");
    let status = pods[0].value.at(&["status"]);
    assert_eq!(status.str_at(&["phase"]), "Running");
    assert_eq!(status.list_at(&["containerStatuses"])[0].at(&["ready"]).as_bool(), Some(true), "1/1");
    assert!(!is_ready(&pods[0]), "only the condition Ready tells");
    assert_eq!(lab.status().number_ready, 2);
}

#[test]
fn n05_one_dead_node_stalls_a_rollout_with_a_budget_of_one() {
    let mut lab = Lab::with(&NODES, agent("agent:1", &budget("1", "0"), ""));
    lab.stop("node-b");
    lab.run(70);
    lab.apply(agent("agent:2", &budget("1", "0"), ""));
    lab.run(600);
    for node in ["node-a", "node-c"] {
        assert_eq!(image(&lab.pods_on(node)[0]), "agent:1", "{node} was not updated");
    }
    assert!(is_deleting(&lab.pods_on("node-b")[0]), "it can never end");
    lab.cluster.input(Input::StartNode("node-b".into())).expect("started");
    lab.run(180);
    assert!(lab.pods().iter().all(|pod| image(pod) == "agent:2" && is_ready(pod)));
}

#[test]
fn n25_when_all_nodes_are_lost_nobody_is_evicted() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.stop("node-a");
    lab.run(120);
    let unreachable = "node.kubernetes.io/unreachable";
    assert_eq!(lab.taints("node-a"), [format!("{unreachable}:NoSchedule"), format!("{unreachable}:NoExecute")]);
    lab.stop("node-b");
    lab.stop("node-c");
    lab.run(120);
    for node in NODES {
        assert_eq!(lab.taints(node), [format!("{unreachable}:NoSchedule")], "{node}");
    }
}

#[test]
fn n30_a_pod_without_a_node_outlives_the_label_that_it_was_made_for() {
    let mut lab = Lab::new(&NODES);
    lab.label("node-a", "agent", Some("on"));
    let mut daemonset = agent("agent:1", "", r#""nodeSelector":{"agent":"on"},"#);
    let containers = daemonset.at_mut(&["spec", "template", "spec", "containers"]).make_list();
    containers[0].set(&["resources", "requests", "cpu"], "100");
    lab.apply(daemonset);
    lab.run(10);
    assert_eq!(lab.pods_on("node-a").len(), 1);
    lab.label("node-a", "agent", None);
    lab.run(120);
    assert_eq!(lab.pods_on("node-a").len(), 1, "nobody was woken");
    lab.wake();
    assert_eq!(lab.pods().len(), 0);
}

#[test]
fn n37_pods_are_made_where_they_do_not_fit_and_count_as_current_and_up_to_date() {
    let mut lab = Lab::new(&NODES);
    let mut daemonset = agent("agent:1", "", "");
    let containers = daemonset.at_mut(&["spec", "template", "spec", "containers"]).make_list();
    containers[0].set(&["resources", "requests", "cpu"], "100");
    lab.apply(daemonset);
    lab.run(30);
    let status = lab.status();
    assert!(lab.pods().iter().all(|pod| pod.as_pod().is_some_and(|it| !it.is_bound())));
    assert_eq!((status.current_number_scheduled, status.updated_number_scheduled, status.number_ready), (3, 3, 0));
}

#[test]
fn n24_the_scheduler_speaks_of_the_other_nodes_by_plugin_and_does_not_name_taints() {
    let mut lab = Lab::new(&NODES);
    let mut daemonset = agent("agent:1", "", "");
    let containers = daemonset.at_mut(&["spec", "template", "spec", "containers"]).make_list();
    containers[0].set(&["resources", "requests", "cpu"], "100");
    lab.apply(daemonset);
    lab.run(5);
    for node in NODES {
        lab.taint(node, Some(("dedicated", "NoSchedule")));
    }
    lab.run(5);
    let single = map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => "single", "namespace" => "default" },
    "spec" => map! { "containers" => vec![map! { "name" => "c", "image" => "i:1" }] } };
    lab.apply(single);
    lab.run(5);
    let said = lab.events(Kind::Pod);
    let of_daemon = "FailedScheduling 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    let of_single = "FailedScheduling 0/3 nodes are available: 3 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    assert_eq!(said.iter().filter(|it| *it == of_daemon).count(), 3, "{said:?}");
    assert_eq!(said.iter().filter(|it| *it == of_single).count(), 1, "{said:?}");
}
