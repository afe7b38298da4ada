//! Whole lives of DaemonSets, and what must hold in each.

use super::*;
use crate::object::{ObjectKey, Value, map};

mod ownership;

fn node(name: &str) -> Value {
    map! { "apiVersion" => "v1", "kind" => "Node", "metadata" => map! { "name" => name, "labels" => map! { "kubernetes.io/hostname" => name } } }
}

fn daemonset(image: &str, max_unavailable: &str) -> Value {
    let text = format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"agent","namespace":"default"}},"spec":{{
        "selector":{{"matchLabels":{{"app":"agent"}}}},"updateStrategy":{{"rollingUpdate":{{"maxUnavailable":{max_unavailable}}}}},
        "template":{{"metadata":{{"labels":{{"app":"agent"}}}},"spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}}}}}}}"#
    );
    serde_json::from_str(&text).expect("JSON")
}

fn run(cluster: &mut Cluster, seconds: u64) {
    let until_ms = cluster.now_ms() + seconds * 1000;
    cluster.run_until(until_ms, &mut || true);
}

fn cluster(nodes: usize) -> Cluster {
    let mut cluster = Cluster::new(7);
    for index in 0..nodes {
        cluster.input(Input::Create(node(&format!("node-{index}")))).expect("created");
    }
    run(&mut cluster, 10);
    cluster
}

fn key() -> ObjectKey {
    ObjectKey::new("default", "agent")
}

fn status(cluster: &Cluster) -> crate::object::DaemonSetStatus {
    let object = cluster.runtime.store.get(Kind::DaemonSet, &key()).expect("stored");
    object.as_daemonset().expect("a DaemonSet").status
}

#[test]
fn what_comes_after_the_end_of_time_never_comes() {
    let mut runtime = crate::runtime::Runtime::new(1);
    runtime.sleep_until(1);
    runtime.after(u64::MAX, crate::runtime::Task::CollectPods);
    assert_eq!(runtime.next_at_ms(), Some(u64::MAX));
}

#[test]
fn what_was_applied_counts_as_applied_on_the_client() {
    use crate::apiserver::{Call, Verb};
    let mut cluster = cluster(1);
    for image in ["nginx:1", "nginx:2"] {
        cluster.input(Input::Apply(daemonset(image, "1"))).expect("applied");
    }
    let said = daemonset("nginx:3", "1");
    let apply = |manager: &str| Call::new(Kind::DaemonSet, key(), Verb::Apply { said: said.clone(), force: false }).by(manager);
    let conflict = cluster.call(apply("other")).expect_err("others manage it").message();
    assert!(conflict.contains("conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.template"), "{conflict}");
    cluster.call(apply("kubectl")).expect("kubectl takes over what it applied");
}

#[test]
fn a_refused_request_leaves_no_trace_in_names_that_follow() {
    let uid = |refuse: bool| {
        let mut cluster = cluster(1);
        if refuse {
            cluster.input(Input::Create(node("node-0"))).expect_err("taken");
            cluster.runtime.create(Kind::Node, node("node-0")).expect_err("taken");
        }
        cluster.runtime.create(Kind::Node, node("new")).expect("created").meta.uid.clone()
    };
    assert_eq!(uid(true), uid(false));
}

#[test]
fn a_daemonset_gets_one_ready_pod_on_every_node() {
    let mut cluster = cluster(3);
    assert_eq!(cluster.input(Input::Apply(daemonset("nginx:1", "1"))), Ok(Answer::Created));
    run(&mut cluster, 30);
    let status = status(&cluster);
    assert_eq!((status.desired_number_scheduled, status.number_available, status.observed_generation), (3, 3, 1));
    assert_eq!(cluster.runtime.store.count(Kind::Pod), 3);
    assert_eq!(cluster.input(Input::Apply(daemonset("nginx:1", "1"))), Ok(Answer::Unchanged));
}

#[test]
fn a_rolling_update_replaces_every_pod_within_its_budget() {
    let mut cluster = cluster(6);
    cluster.input(Input::Apply(daemonset("nginx:1", "2"))).expect("applied");
    run(&mut cluster, 60);
    cluster.input(Input::Apply(daemonset("nginx:2", "2"))).expect("applied");
    let end_ms = cluster.now_ms() + 120_000;
    let mut least = 6;
    while cluster.now_ms() < end_ms && cluster.run_next(end_ms) {
        let pods = cluster.runtime.store.list(Kind::Pod).filter_map(|it| it.as_pod());
        least = least.min(pods.filter(|it| it.ready && !it.deleting).count());
    }
    let status = status(&cluster);
    assert_eq!((status.updated_number_scheduled, status.number_available), (6, 6));
    assert_eq!(least, 4, "the budget is used and respected");
    assert_eq!(cluster.runtime.store.count(Kind::ControllerRevision), 2);
}

#[test]
fn a_bad_image_stops_the_rollout_and_a_rollback_restarts_nothing_else() {
    let mut cluster = cluster(4);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    cluster.input(Input::Apply(daemonset("nginx:bad", "1"))).expect("applied");
    run(&mut cluster, 120);
    assert_eq!((status(&cluster).updated_number_scheduled, status(&cluster).number_available), (1, 3));
    let survivors = |cluster: &Cluster| {
        let ready = cluster.runtime.store.list(Kind::Pod).filter(|it| it.as_pod().is_some_and(|it| it.ready));
        ready.map(|it| it.name().clone()).collect::<Vec<_>>()
    };
    let before = survivors(&cluster);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    let after = survivors(&cluster);
    assert_eq!((before.len(), after.len()), (3, 4));
    assert!(before.iter().all(|name| after.contains(name)));
}

#[test]
fn a_deleted_daemonset_takes_its_pods_and_revisions_with_it() {
    let mut cluster = cluster(3);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    assert_eq!(cluster.input(Input::delete(Kind::DaemonSet, key())), Ok(Answer::Deleted));
    run(&mut cluster, 60);
    assert_eq!((cluster.runtime.store.count(Kind::Pod), cluster.runtime.store.count(Kind::ControllerRevision)), (0, 0));
}

#[test]
fn a_node_that_stops_becomes_unreachable_and_leaves_desired_when_the_controller_looks() {
    let mut cluster = cluster(3);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    cluster.input(Input::StopNode("node-1".into())).expect("stopped");
    run(&mut cluster, 120);
    let name = ObjectKey::cluster_scoped("node-1");
    let node = cluster.runtime.store.get(Kind::Node, &name).expect("stored").clone();
    let taints: Vec<String> = node.as_node().expect("a node").taints.iter().map(ToString::to_string).collect();
    assert_eq!(taints, ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"]);
    assert_eq!(cluster.runtime.store.count(Kind::Pod), 3, "its pod stays");
    assert!(status(&cluster).number_ready < 3);
    cluster.input(Input::StartNode("node-1".into())).expect("started");
    run(&mut cluster, 60);
    assert_eq!(status(&cluster).number_available, 3);
}

#[test]
fn a_deleted_node_loses_its_pod_after_the_garbage_collector_came() {
    let mut cluster = cluster(3);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    cluster.input(Input::delete(Kind::Node, ObjectKey::cluster_scoped("node-1"))).expect("deleted");
    run(&mut cluster, 10);
    assert_eq!(status(&cluster).desired_number_scheduled, 3, "nothing woke the controller");
    run(&mut cluster, 80);
    assert_eq!((status(&cluster).desired_number_scheduled, cluster.runtime.store.count(Kind::Pod)), (2, 2));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut cluster = cluster(1);
    let before = cluster.runtime.store.resource_version();
    let mut broken = daemonset("nginx:1", "1");
    broken.set(&["spec", "template", "metadata", "labels", "app"], "other");
    assert!(cluster.input(Input::Apply(broken)).is_err());
    assert_eq!((cluster.runtime.store.resource_version(), cluster.inputs().len()), (before, 1));
}

#[test]
fn the_same_seed_and_inputs_give_the_same_history() {
    let history = || {
        let mut cluster = cluster(5);
        cluster.input(Input::Apply(daemonset("nginx:1", "2"))).expect("applied");
        run(&mut cluster, 20);
        cluster.input(Input::Apply(daemonset("nginx:2", "2"))).expect("applied");
        run(&mut cluster, 20);
        let objects: Vec<String> = Kind::all()
            .flat_map(|kind| cluster.runtime.store.list(kind).map(|it| it.value.to_string()).collect::<Vec<_>>())
            .collect();
        (objects, cluster.runtime.store.resource_version())
    };
    assert_eq!(history(), history());
}
