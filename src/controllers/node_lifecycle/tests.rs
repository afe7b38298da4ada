//! What becomes of nodes that fall silent, of their pods, and of zones.

use crate::cluster::{Cluster, Input};
use crate::lab::preset;
use crate::object::{Kind, Object, ObjectKey, Value, map};
use crate::runtime::events::Event;

const ZONE: &str = "topology.kubernetes.io/zone";

fn run(cluster: &mut Cluster, seconds: u64) {
    let until_ms = cluster.now_ms() + seconds * 1000;
    cluster.run_until(until_ms, &mut || true);
}

/// Nodes `a0`, `a1` … of zone `a`, and so on.
fn cluster(zones: &[(&str, usize)]) -> Cluster {
    let mut cluster = Cluster::new(5);
    for (zone, count) in zones {
        for index in 0..*count {
            let mut node = preset::node(&format!("{zone}{index}"));
            node.set(&["metadata", "labels", ZONE], *zone);
            cluster.input(Input::Create(node)).expect("created");
        }
    }
    run(&mut cluster, 10);
    cluster
}

fn daemonset(cluster: &mut Cluster) {
    let text = r#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"default"},"spec":{
        "selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},
        "spec":{"containers":[{"name":"c","image":"agent:1"}]}}}}"#;
    cluster.input(Input::Apply(serde_json::from_str(text).expect("JSON"))).expect("applied");
    run(cluster, 20);
}

fn pod(cluster: &mut Cluster, name: &str, node: &str, tolerations: Vec<Value>) {
    let container = map! { "name" => "c", "image" => "web:1" };
    let pod = map! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => name },
        "spec" => map! { "nodeName" => node, "containers" => vec![container], "tolerations" => tolerations },
    };
    cluster.input(Input::Apply(pod)).expect("applied");
    run(cluster, 5);
}

fn patch_node(cluster: &mut Cluster, node: &str, patch: Value) {
    cluster.input(Input::patch(Kind::Node, ObjectKey::cluster_scoped(node), patch)).expect("patched");
}

fn stop(cluster: &mut Cluster, nodes: &[&str]) {
    for node in nodes {
        cluster.input(Input::StopNode((*node).into())).expect("stopped");
    }
}

fn get<'a>(cluster: &'a Cluster, kind: Kind, namespace: &str, name: &str) -> Option<&'a Object> {
    cluster.runtime.store.get(kind, &ObjectKey::new(namespace, name)).map(|it| &**it)
}

fn taints(cluster: &Cluster, node: &str) -> Vec<String> {
    let node = get(cluster, Kind::Node, "", node).and_then(Object::as_node).expect("a node");
    node.taints.iter().map(ToString::to_string).collect()
}

fn evicting(cluster: &Cluster, zone: &str, count: usize) -> usize {
    let names = (0..count).map(|index| format!("{zone}{index}"));
    names.filter(|name| taints(cluster, name).iter().any(|it| it.ends_with("unreachable:NoExecute"))).count()
}

fn said<'a>(cluster: &'a Cluster, reason: &'a str) -> impl Iterator<Item = &'a Event> {
    cluster.runtime.events.iter(cluster.runtime.unix()).filter(move |it| it.reason == reason)
}

fn daemon_pod(cluster: &Cluster, node: &str) -> Object {
    let mut pods = cluster.runtime.store.list(Kind::Pod);
    let found = pods.find(|it| it.as_pod().is_some_and(|it| it.node_name == node) && it.name().starts_with("agent-"));
    (**found.expect("a pod")).clone()
}

#[test]
fn a_silent_node_is_lost_after_its_grace_period_and_never_before() {
    for offset in [0, 3, 7] {
        let mut cluster = cluster(&[("a", 3)]);
        run(&mut cluster, offset);
        stop(&mut cluster, &["a1"]);
        let stopped_ms = cluster.now_ms();
        let unknown = |cluster: &Cluster| {
            let node = get(cluster, Kind::Node, "", "a1").expect("stored");
            node.value.list_at(&["status", "conditions"]).iter().all(|it| it.str_at(&["status"]) == "Unknown")
        };
        while !unknown(&cluster) {
            assert!(cluster.run_next(stopped_ms + 100_000), "it is lost in the end");
        }
        let silent_ms = cluster.now_ms() - stopped_ms;
        assert!((41_000..=60_000).contains(&silent_ms), "{silent_ms}");
        let node = get(&cluster, Kind::Node, "", "a1").expect("stored");
        let ready =
            node.value.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == "Ready").expect("Ready");
        assert_eq!(ready.str_at(&["reason"]), "NodeStatusUnknown");
        assert_eq!(ready.str_at(&["message"]), "Kubelet stopped posting node status.");
    }
}

/// Surprise: only the condition Ready says that a pod's node is dead.
#[test]
fn a_pod_on_a_dead_node_still_shows_running_and_only_its_ready_condition_changes() {
    let mut cluster = cluster(&[("a", 3)]);
    daemonset(&mut cluster);
    let before = daemon_pod(&cluster, "a1");
    stop(&mut cluster, &["a1"]);
    run(&mut cluster, 70);
    let after = daemon_pod(&cluster, "a1");
    assert_eq!(before.name(), after.name());
    assert_eq!(after.value.str_at(&["status", "phase"]), "Running");
    assert_eq!(before.value.at(&["status", "containerStatuses"]), after.value.at(&["status", "containerStatuses"]));
    let states = |pod: &Object| {
        let conditions = pod.value.list_at(&["status", "conditions"]).iter();
        conditions.map(|it| format!("{}={}", it.str_at(&["type"]), it.str_at(&["status"]))).collect::<Vec<_>>()
    };
    let changed: Vec<String> = states(&after).into_iter().filter(|it| !states(&before).contains(it)).collect();
    assert_eq!(changed, ["Ready=False"]);
    assert_eq!(said(&cluster, "NodeNotReady").count(), 2, "one about the node and one about its pod");
    assert_eq!(taints(&cluster, "a1"), ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"]);
    cluster.input(Input::StartNode("a1".into())).expect("started");
    run(&mut cluster, 20);
    assert_eq!(taints(&cluster, "a1"), [""; 0]);
    assert!(daemon_pod(&cluster, "a1").as_pod().is_some_and(|it| it.ready));
}

/// Surprise: when no node is ready, the taints that throw pods out are removed everywhere.
#[test]
fn when_all_nodes_are_not_ready_the_noexecute_taints_are_removed_everywhere() {
    let mut cluster = cluster(&[("a", 2), ("b", 1)]);
    stop(&mut cluster, &["a0"]);
    run(&mut cluster, 70);
    assert_eq!(evicting(&cluster, "a", 2), 1);
    stop(&mut cluster, &["a1", "b0"]);
    run(&mut cluster, 70);
    for node in ["a0", "a1", "b0"] {
        assert_eq!(taints(&cluster, node), ["node.kubernetes.io/unreachable:NoSchedule"], "{node}");
    }
    cluster.input(Input::StartNode("b0".into())).expect("started");
    run(&mut cluster, 30);
    assert_eq!((evicting(&cluster, "a", 2), taints(&cluster, "b0").len()), (2, 0));
}

#[test]
fn a_zone_hands_out_its_taints_one_in_ten_seconds_and_each_zone_by_itself() {
    let mut cluster = cluster(&[("a", 4), ("b", 4), ("c", 1)]);
    stop(&mut cluster, &["a0", "a1", "b0"]);
    let mut first_ms = None;
    let end_ms = cluster.now_ms() + 90_000;
    while cluster.run_next(end_ms) {
        let both = (evicting(&cluster, "a", 4), evicting(&cluster, "b", 4));
        match (first_ms, both) {
            (None, (1, 1)) => first_ms = Some(cluster.now_ms()),
            (Some(at_ms), (2, 1)) => {
                assert_eq!(cluster.now_ms() - at_ms, 10_000);
                return;
            }
            _ => {}
        }
    }
    panic!("{first_ms:?}");
}

#[test]
fn a_small_zone_that_is_partly_disrupted_hands_out_no_taints_and_one_that_is_wholly_disrupted_does() {
    let mut cluster = cluster(&[("a", 5), ("b", 3), ("c", 1)]);
    stop(&mut cluster, &["a0", "a1", "a2", "b0", "b1", "b2"]);
    run(&mut cluster, 180);
    assert_eq!((evicting(&cluster, "a", 5), evicting(&cluster, "b", 3)), (0, 3));
    assert_eq!(taints(&cluster, "a0"), ["node.kubernetes.io/unreachable:NoSchedule"]);
}

#[test]
fn an_ordinary_pod_is_evicted_after_its_toleration_and_hangs_until_its_node_is_out_of_service() {
    let mut cluster = cluster(&[("a", 3)]);
    daemonset(&mut cluster);
    pod(&mut cluster, "web", "a1", Vec::new());
    stop(&mut cluster, &["a1"]);
    run(&mut cluster, 60);
    let is_going = |cluster: &Cluster| get(cluster, Kind::Pod, "default", "web").map(|it| it.meta.deleted.is_some());
    run(&mut cluster, 290);
    assert_eq!(is_going(&cluster), Some(false));
    run(&mut cluster, 20);
    assert_eq!(is_going(&cluster), Some(true));
    let web = get(&cluster, Kind::Pod, "default", "web").expect("stored");
    let target = web.value.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == "DisruptionTarget");
    assert_eq!(target.map(|it| it.str_at(&["reason"])), Some("DeletionByTaintManager"));
    assert_eq!(
        said(&cluster, "TaintManagerEviction").map(|it| it.message.as_str()).collect::<Vec<_>>(),
        ["Marking for deletion Pod default/web"]
    );
    run(&mut cluster, 3_600);
    assert_eq!(is_going(&cluster), Some(true), "it stays Terminating");
    assert!(daemon_pod(&cluster, "a1").meta.deleted.is_none(), "the pod of the DaemonSet stays");
    let taint = map! { "key" => "node.kubernetes.io/out-of-service", "value" => "nodeshutdown", "effect" => "NoExecute" };
    let mut all: Vec<Value> = get(&cluster, Kind::Node, "", "a1").expect("stored").value.list_at(&["spec", "taints"]).to_vec();
    all.push(taint);
    patch_node(&mut cluster, "a1", map! { "spec" => map! { "taints" => all } });
    run(&mut cluster, 30);
    assert_eq!(is_going(&cluster), None);
    assert_eq!(cluster.runtime.store.count(Kind::Pod), 2, "the pod of the DaemonSet is not spared this time");
}

#[test]
fn an_eviction_is_cancelled_when_its_taint_goes_in_time() {
    let mut cluster = cluster(&[("a", 2)]);
    let stays = map! { "key" => "maintenance", "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => 60 };
    pod(&mut cluster, "web", "a0", vec![stays]);
    let taint = map! { "key" => "maintenance", "effect" => "NoExecute" };
    patch_node(&mut cluster, "a0", map! { "spec" => map! { "taints" => vec![taint] } });
    run(&mut cluster, 50);
    patch_node(&mut cluster, "a0", map! { "spec" => map! { "taints" => Value::Null } });
    run(&mut cluster, 50);
    assert!(get(&cluster, Kind::Pod, "default", "web").is_some_and(|it| it.meta.deleted.is_none()));
    let said: Vec<&str> = said(&cluster, "TaintManagerEviction").map(|it| it.message.as_str()).collect();
    assert_eq!(said, ["Cancelling deletion of Pod default/web"]);
}

#[test]
fn both_controllers_want_to_delete_a_daemon_pod_that_does_not_tolerate_a_new_taint() {
    let mut cluster = cluster(&[("a", 2)]);
    daemonset(&mut cluster);
    let pod = daemon_pod(&cluster, "a0").name().clone();
    let taint = map! { "key" => "maintenance", "effect" => "NoExecute" };
    patch_node(&mut cluster, "a0", map! { "spec" => map! { "taints" => vec![taint] } });
    run(&mut cluster, 10);
    let messages: Vec<String> = ["TaintManagerEviction", "SuccessfulDelete"]
        .iter()
        .flat_map(|it| said(&cluster, it))
        .map(|it| it.message.to_string())
        .collect();
    assert_eq!(messages, [format!("Marking for deletion Pod default/{pod}"), format!("Deleted pod: {pod}")]);
    assert_eq!(cluster.runtime.store.count(Kind::Pod), 1);
}

/// Surprise: a taint that is tolerated for a while makes a DaemonSet's pod come and go for ever.
#[test]
fn a_custom_noexecute_taint_with_toleration_seconds_evicts_and_recreates_for_ever() {
    let mut cluster = cluster(&[("a", 1)]);
    let text = r#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"default"},"spec":{
        "selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},"spec":{
        "tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":60}],
        "containers":[{"name":"c","image":"agent:1"}]}}}}"#;
    cluster.input(Input::Apply(serde_json::from_str(text).expect("JSON"))).expect("applied");
    run(&mut cluster, 10);
    let taint = map! { "key" => "k", "effect" => "NoExecute" };
    patch_node(&mut cluster, "a0", map! { "spec" => map! { "taints" => vec![taint] } });
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..200 {
        run(&mut cluster, 1);
        names.insert(daemon_pod(&cluster, "a0").name().clone());
    }
    assert_eq!(names.len(), 4, "the first one, and one more about every 62 seconds");
}

/// Surprise: a node without the condition Ready has no taint at all.
#[test]
fn a_node_without_a_ready_condition_has_no_taint() {
    let mut cluster = Cluster::new(1);
    let mut node = preset::joining_node("bare", &[]);
    node.remove(&["status", "conditions"]);
    cluster.input(Input::Create(node)).expect("created");
    stop(&mut cluster, &["bare"]);
    run(&mut cluster, 1);
    cluster.input(Input::StopNode("bare".into())).expect("stopped");
    assert_eq!(taints(&cluster, "bare"), [""; 0]);
}

/// Surprise: a deleted node's pod is only taken away by the garbage collector.
#[test]
fn a_deleted_nodes_pods_go_forty_to_sixty_seconds_later() {
    let mut cluster = cluster(&[("a", 2)]);
    daemonset(&mut cluster);
    cluster.input(Input::delete(Kind::Node, ObjectKey::cluster_scoped("a0"))).expect("deleted");
    let deleted_ms = cluster.now_ms();
    while cluster.runtime.store.count(Kind::Pod) == 2 {
        assert!(cluster.run_next(deleted_ms + 100_000), "it goes in the end");
    }
    assert!((40_000..=60_010).contains(&(cluster.now_ms() - deleted_ms)));
    assert_eq!(said(&cluster, "RemovingNode").count(), 1);
}

#[test]
fn a_bare_clusters_idle_hours_cost_nothing_but_the_regular_looks() {
    let mut cluster = cluster(&[("a", 50)]);
    daemonset(&mut cluster);
    run(&mut cluster, 60);
    let (version, end_ms) = (cluster.runtime.store.resource_version(), cluster.now_ms() + 3_600_000);
    let mut tasks = 0;
    while cluster.run_next(end_ms) {
        tasks += 1;
    }
    assert_eq!((cluster.runtime.store.resource_version(), tasks), (version, 720 + 180));
}
