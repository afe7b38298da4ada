//! Nodes: their readiness, their taints, their going.

use daemonset_lab::apiserver::Call;
use daemonset_lab::cluster::Input;
use daemonset_lab::object::{Kind, Pod, map};

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

#[test]
fn n21_a_broad_toleration_with_seconds_outweighs_the_automatic_endless_one() {
    let given = r#""tolerations":[{"operator":"Exists","effect":"NoExecute","tolerationSeconds":60}],"#;
    let evicted = |pod: &str| {
        let mut lab = Lab::with(&NODES, agent("agent:1", "", pod));
        lab.stop("node-b");
        lab.run(240);
        is_deleting(&lab.pods_on("node-b")[0])
    };
    assert!(evicted(given));
    assert!(!evicted(""), "by itself a daemon pod stays for ever");
}

#[test]
fn n38_a_node_that_says_nothing_about_its_readiness_has_no_taint_and_gets_its_pod_at_once() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    let silent = map! { "apiVersion" => "v1", "kind" => "Node", "metadata" => map! { "name" => "silent" },
    "status" => map! { "allocatable" => map! { "cpu" => "2", "memory" => "4Gi", "pods" => "110" } } };
    lab.call(Call::create(Kind::Node, "", silent)).expect("created");
    assert_eq!(lab.taints("silent"), ["node.kubernetes.io/not-ready:NoSchedule"], "by admission");
    let mut landed = false;
    lab.watch(1, &mut |lab| {
        let node = lab.get(Kind::Node, "silent").expect("a node");
        let pods = lab.pods_on("silent");
        landed |= node.as_node().is_some_and(|it| it.ready.is_none() && it.taints.is_empty())
            && pods.iter().any(|pod| pod.as_pod().is_some_and(Pod::is_bound));
    });
    assert!(landed);
}

#[test]
fn n39_a_no_execute_taint_that_is_tolerated_for_a_while_evicts_again_and_again() {
    let given = r#""tolerations":[{"key":"maintenance","operator":"Exists","effect":"NoExecute","tolerationSeconds":60}],"#;
    let mut lab = Lab::with(&["node-a"], agent("agent:1", "", given));
    lab.taint("node-a", Some(("maintenance", "NoExecute")));
    let (mut names, mut seen_ms) = (vec![lab.pod_on("node-a")], vec![lab.cluster.now_ms()]);
    lab.watch(300, &mut |lab| {
        if let Some(pod) = lab.pods_on("node-a").into_iter().find(|pod| !names.contains(&pod.name().to_string())) {
            names.push(pod.name().to_string());
            seen_ms.push(lab.cluster.now_ms());
        }
    });
    let gaps: Vec<u64> = seen_ms.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() >= 4 && gaps.iter().all(|gap_ms| (60_000..66_000).contains(gap_ms)), "{gaps:?}");
}

#[test]
fn n40_disk_pressure_stops_no_placement_but_the_kubelet_refuses_each_pod() {
    let mut lab = Lab::new(&["node-a"]);
    let condition = Input::NodeCondition { node: "node-a".into(), condition: "DiskPressure".into(), status: true };
    lab.cluster.input(condition).expect("switched");
    lab.run(15);
    assert_eq!(lab.taints("node-a"), ["node.kubernetes.io/disk-pressure:NoSchedule"]);
    lab.apply(agent("agent:1", "", ""));
    let mut refused = Vec::new();
    lab.watch(60, &mut |lab| {
        for pod in lab.pods_on("node-a").iter().filter(|pod| pod.value.str_at(&["status", "phase"]) == "Failed") {
            let status = pod.value.at(&["status"]);
            assert_eq!(status.str_at(&["reason"]), "Evicted");
            assert_eq!(status.str_at(&["message"]), "Pod was rejected: The node had condition: [DiskPressure]. ");
            if !refused.contains(pod.name()) {
                refused.push(pod.name().clone());
            }
        }
    });
    // Deleted after 0, 1, 3, 7, 15, 31 seconds.
    assert!((6..=7).contains(&refused.len()), "{}", refused.len());
}
