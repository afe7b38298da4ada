//! The scheduler in a cluster: queueing, retrying, making room, volumes.

use crate::cluster::{Cluster, Input};
use crate::lab::preset;
use crate::object::{Kind, Object, ObjectKey, Value, map};

fn cluster(nodes: &[&str]) -> Cluster {
    let mut cluster = Cluster::new(5);
    for name in nodes {
        let zone = name.rsplit('-').next().unwrap_or_default();
        let mut node = preset::node(name);
        node.set(&["metadata", "labels", "topology.kubernetes.io/zone"], zone);
        cluster.input(Input::Create(node)).expect("created");
    }
    run_ms(&mut cluster, 5_000);
    cluster
}

fn run_ms(cluster: &mut Cluster, milliseconds: u64) {
    let until_ms = cluster.now_ms() + milliseconds;
    cluster.run_until(until_ms, &mut || true);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn apply(cluster: &mut Cluster, value: Value) {
    cluster.input(Input::Apply(value)).expect("applied");
}

fn pod(name: &str, cpu: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"default","labels":{{"app":"{name}"}}}},
        "spec":{{"terminationGracePeriodSeconds":1,"containers":[{{"name":"c","image":"i:1","resources":{{"requests":{{"cpu":"{cpu}"}}}}}}]}}}}"#
    ))
}

fn with_claim(mut pod: Value, claim: &str) -> Value {
    let volume = map! { "name" => "v", "persistentVolumeClaim" => map! { "claimName" => claim } };
    pod.set(&["spec", "volumes"], vec![volume]);
    pod
}

fn stored<'a>(cluster: &'a Cluster, kind: Kind, name: &str) -> &'a Object {
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    cluster.runtime.store.get(kind, &ObjectKey::new(namespace, name)).expect("stored")
}

fn node_of(cluster: &Cluster, pod: &str) -> String {
    stored(cluster, Kind::Pod, pod).as_pod().expect("a pod").node_name.to_string()
}

/// The message of the condition `PodScheduled`.
fn why(cluster: &Cluster, pod: &str) -> String {
    let conditions = stored(cluster, Kind::Pod, pod).value.list_at(&["status", "conditions"]);
    let scheduled = conditions.iter().find(|it| it.str_at(&["type"]) == "PodScheduled");
    scheduled.map(|it| it.str_at(&["message"]).to_owned()).unwrap_or_default()
}

fn attempts(cluster: &Cluster, pod: &str) -> u64 {
    let events = cluster.runtime.events.iter(cluster.runtime.unix());
    events.filter(|it| it.reason == "FailedScheduling" && it.involved.key.name == pod).map(|it| it.count).sum()
}

#[test]
fn a_pod_that_does_not_fit_is_tried_again_when_a_pod_goes_and_not_before() {
    let mut cluster = cluster(&["node-a"]);
    apply(&mut cluster, pod("first", "3"));
    run_ms(&mut cluster, 5_000);
    apply(&mut cluster, pod("second", "3"));
    run_ms(&mut cluster, 60_000);
    assert_eq!(attempts(&cluster, "second"), 1, "nothing changed that may help");
    let words = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
    assert_eq!(why(&cluster, "second"), words);
    cluster.input(Input::delete(Kind::Pod, ObjectKey::new("default", "first"))).expect("deleted");
    run_ms(&mut cluster, 5_000);
    assert_eq!(node_of(&cluster, "second"), "node-a");
}

#[test]
fn what_nothing_helps_is_tried_again_after_five_minutes() {
    let mut cluster = cluster(&["node-a"]);
    apply(&mut cluster, pod("big", "30"));
    run_ms(&mut cluster, 5_000);
    cluster
        .input(Input::patch(
            Kind::Node,
            ObjectKey::cluster_scoped("node-a"),
            map! { "metadata" => map! { "labels" => map! { "x" => "y" } } },
        ))
        .expect("patched");
    run_ms(&mut cluster, 280_000);
    assert_eq!(attempts(&cluster, "big"), 1, "a label does not make a node bigger");
    run_ms(&mut cluster, 50_000);
    assert_eq!(attempts(&cluster, "big"), 2);
}

#[test]
fn a_new_node_is_looked_at_by_those_that_fit_it() {
    let mut cluster = cluster(&["node-a"]);
    apply(&mut cluster, pod("first", "3"));
    apply(&mut cluster, pod("big", "30"));
    apply(&mut cluster, pod("second", "3"));
    run_ms(&mut cluster, 10_000);
    cluster.input(Input::Create(preset::node("node-b"))).expect("created");
    run_ms(&mut cluster, 10_000);
    assert_eq!((node_of(&cluster, "second").as_str(), attempts(&cluster, "big")), ("node-b", 1));
}

#[test]
fn a_pod_without_a_node_in_the_cluster_backs_off_up_to_ten_seconds() {
    let mut cluster = cluster(&[]);
    apply(&mut cluster, pod("first", "1"));
    run_ms(&mut cluster, 60_000);
    assert_eq!(why(&cluster, "first"), "no nodes available to schedule pods");
    // After 0, 1, 3, 7, 15, 25, 35, 45, 55 seconds, a little later each time.
    assert!((7..=9).contains(&attempts(&cluster, "first")), "{}", attempts(&cluster, "first"));
}

#[test]
fn the_most_important_pod_comes_first() {
    let mut cluster = cluster(&["node-a"]);
    apply(
        &mut cluster,
        json(
            r#"{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"}"#,
        ),
    );
    apply(&mut cluster, pod("first", "3"));
    let mut important = pod("second", "3");
    important.set(&["spec", "priorityClassName"], "high");
    apply(&mut cluster, important);
    run_ms(&mut cluster, 5_000);
    assert_eq!((node_of(&cluster, "first").as_str(), node_of(&cluster, "second").as_str()), ("", "node-a"));
}

#[test]
fn room_is_made_where_no_budget_is_broken_and_the_pod_gets_it() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    apply(
        &mut cluster,
        json(r#"{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"high"},"value":1000}"#),
    );
    for (name, node) in [("guarded", "node-a"), ("plain", "node-b")] {
        let mut victim = pod(name, "3");
        victim.set(&["spec", "nodeSelector"], map! { "kubernetes.io/hostname" => node });
        apply(&mut cluster, victim);
        run_ms(&mut cluster, 10_000);
    }
    apply(
        &mut cluster,
        json(
            r#"{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b","namespace":"default"},
        "spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"guarded"}}}}"#,
        ),
    );
    run_ms(&mut cluster, 5_000);
    let mut important = pod("important", "3");
    important.set(&["spec", "priorityClassName"], "high");
    apply(&mut cluster, important);
    run_ms(&mut cluster, 100);
    assert_eq!(stored(&cluster, Kind::Pod, "important").value.str_at(&["status", "nominatedNodeName"]), "node-b");
    run_ms(&mut cluster, 10_000);
    assert_eq!((node_of(&cluster, "important").as_str(), node_of(&cluster, "guarded").as_str()), ("node-b", "node-a"));
    let uid = stored(&cluster, Kind::Pod, "important").meta.uid.clone();
    let words = format!("Preempted by pod {uid} on node node-b");
    assert!(cluster.runtime.events.iter(cluster.runtime.unix()).any(|it| it.reason == "Preempted" && it.message == words));
}

fn claim(name: &str, class: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{name}","namespace":"default"}},"spec":{{
        "accessModes":["ReadWriteOnce"],"storageClassName":"{class}","resources":{{"requests":{{"storage":"1Gi"}}}}}}}}"#
    ))
}

fn volume(name: &str, class: &str, zone: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{name}"}},"spec":{{"capacity":{{"storage":"2Gi"}},
        "accessModes":["ReadWriteOnce"],"storageClassName":"{class}","hostPath":{{"path":"/data"}},"nodeAffinity":{{"required":{{
        "nodeSelectorTerms":[{{"matchExpressions":[{{"key":"topology.kubernetes.io/zone","operator":"In","values":["{zone}"]}}]}}]}}}}}}}}"#
    ))
}

fn class(name: &str, provisioner: &str, mode: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{{"name":"{name}"}},"provisioner":"{provisioner}",
        "volumeBindingMode":"{mode}"}}"#
    ))
}

#[test]
fn a_missing_or_unbound_claim_keeps_a_pod_waiting_in_kubernetes_words() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    apply(&mut cluster, with_claim(pod("first", "1"), "data"));
    run_ms(&mut cluster, 5_000);
    assert_eq!(why(&cluster, "first"), "0/2 nodes are available: persistentvolumeclaim \"data\" not found. not found");
    apply(&mut cluster, claim("data", "manual"));
    run_ms(&mut cluster, 5_000);
    assert_eq!(why(&cluster, "first"), "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found");
    apply(&mut cluster, volume("disk", "manual", "b"));
    run_ms(&mut cluster, 15_000);
    assert_eq!(node_of(&cluster, "first"), "node-b", "where the volume is");
    assert_eq!(stored(&cluster, Kind::PersistentVolumeClaim, "data").value.str_at(&["status", "phase"]), "Bound");
}

#[test]
fn a_volume_of_another_zone_keeps_a_pinned_pod_off_its_node() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    apply(&mut cluster, volume("disk", "manual", "b"));
    apply(&mut cluster, claim("data", "manual"));
    run_ms(&mut cluster, 5_000);
    let mut pinned = with_claim(pod("first", "1"), "data");
    let field = map! { "key" => "metadata.name", "operator" => "In", "values" => vec![Value::from("node-a")] };
    let terms = vec![map! { "matchFields" => vec![field] }];
    pinned
        .set(&["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"], terms);
    apply(&mut cluster, pinned);
    run_ms(&mut cluster, 5_000);
    let words = "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
    assert_eq!(why(&cluster, "first"), words);
}

#[test]
fn a_claim_that_waits_for_its_first_consumer_is_bound_where_the_pod_goes() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    apply(&mut cluster, class("local", "kubernetes.io/no-provisioner", "WaitForFirstConsumer"));
    apply(&mut cluster, class("cloud", "disk.example.com", "WaitForFirstConsumer"));
    apply(&mut cluster, claim("here", "local"));
    apply(&mut cluster, claim("made", "cloud"));
    run_ms(&mut cluster, 20_000);
    let phase = |cluster: &Cluster, name: &str| {
        stored(cluster, Kind::PersistentVolumeClaim, name).value.str_at(&["status", "phase"]).to_owned()
    };
    assert_eq!((phase(&cluster, "here").as_str(), phase(&cluster, "made").as_str()), ("Pending", "Pending"));
    apply(&mut cluster, with_claim(pod("first", "1"), "here"));
    run_ms(&mut cluster, 5_000);
    assert!(
        why(&cluster, "first")
            .starts_with("0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.")
    );
    apply(&mut cluster, volume("disk", "local", "b"));
    apply(&mut cluster, with_claim(pod("second", "1"), "made"));
    run_ms(&mut cluster, 20_000);
    assert_eq!((node_of(&cluster, "first").as_str(), phase(&cluster, "here").as_str()), ("node-b", "Bound"));
    assert_eq!(phase(&cluster, "made"), "Bound");
    assert!(!node_of(&cluster, "second").is_empty());
}

#[test]
fn a_pod_with_scheduling_gates_or_another_scheduler_is_left_alone() {
    let mut cluster = cluster(&["node-a"]);
    let mut gated = pod("gated", "1");
    gated.set(&["spec", "schedulingGates"], vec![map! { "name" => "example.com/wait" }]);
    let mut others = pod("others", "1");
    others.set(&["spec", "schedulerName"], "mine");
    apply(&mut cluster, gated);
    apply(&mut cluster, others);
    run_ms(&mut cluster, 10_000);
    assert_eq!((node_of(&cluster, "gated").as_str(), node_of(&cluster, "others").as_str()), ("", ""));
}

#[test]
fn pods_that_want_each_other_away_get_a_node_each_and_the_others_none() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    let away = json(
        r#"{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname",
        "labelSelector":{"matchLabels":{"group":"g"}}}]}}"#,
    );
    for name in ["first", "second", "third"] {
        let mut pod = pod(name, "100m");
        pod.set(&["metadata", "labels", "group"], "g");
        pod.set(&["spec", "affinity"], away.clone());
        apply(&mut cluster, pod);
    }
    let mut grouped = pod("plain", "100m");
    grouped.set(&["metadata", "labels", "group"], "g");
    run_ms(&mut cluster, 5_000);
    apply(&mut cluster, grouped);
    run_ms(&mut cluster, 5_000);
    assert_ne!(node_of(&cluster, "first"), node_of(&cluster, "second"));
    let tried = "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.";
    let away = "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, ";
    assert_eq!(why(&cluster, "third"), format!("{away}{tried}"));
    let theirs =
        "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules. no new claims to deallocate, ";
    assert_eq!(why(&cluster, "plain"), format!("{theirs}{tried}"));
    let gone = node_of(&cluster, "first");
    cluster.input(Input::delete(Kind::Pod, ObjectKey::new("default", "first"))).expect("deleted");
    run_ms(&mut cluster, 15_000);
    assert_eq!(node_of(&cluster, "third"), gone);
}

#[test]
fn a_pod_follows_those_that_it_wants_near() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    let near = json(
        r#"{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"topology.kubernetes.io/zone",
        "labelSelector":{"matchLabels":{"app":"leader"}}}]}}"#,
    );
    let mut follower = pod("follower", "100m");
    follower.set(&["spec", "affinity"], near);
    apply(&mut cluster, follower);
    run_ms(&mut cluster, 5_000);
    let words = "0/2 nodes are available: 2 node(s) didn't match pod affinity rules. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
    assert_eq!(why(&cluster, "follower"), words);
    let mut leader = pod("leader", "100m");
    leader.set(&["spec", "nodeSelector"], map! { "kubernetes.io/hostname" => "node-b" });
    apply(&mut cluster, leader);
    run_ms(&mut cluster, 15_000);
    assert_eq!(node_of(&cluster, "follower"), "node-b");
}

#[test]
fn a_spread_constraint_keeps_zones_even_and_needs_their_label() {
    let mut cluster = cluster(&["node-a", "node-b"]);
    cluster.input(Input::Create(preset::node("zoneless"))).expect("created");
    run_ms(&mut cluster, 5_000);
    let spread = json(
        r#"[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule",
        "labelSelector":{"matchLabels":{"group":"g"}}}]"#,
    );
    let mut place = |name: &str, node: Option<&str>| {
        let mut pod = pod(name, "100m");
        pod.set(&["metadata", "labels", "group"], "g");
        pod.set(&["spec", "topologySpreadConstraints"], spread.clone());
        if let Some(node) = node {
            pod.set(&["spec", "nodeName"], node);
        }
        apply(&mut cluster, pod);
        run_ms(&mut cluster, 2_000);
    };
    place("first", Some("node-a"));
    place("second", None);
    place("third", Some("node-a"));
    place("fourth", None);
    cluster
        .input(Input::patch(Kind::Node, ObjectKey::cluster_scoped("node-b"), map! { "spec" => map! { "unschedulable" => true } }))
        .expect("patched");
    run_ms(&mut cluster, 2_000);
    assert_eq!((node_of(&cluster, "second").as_str(), node_of(&cluster, "fourth").as_str()), ("node-b", "node-b"));
    for name in ["fifth", "sixth"] {
        let mut last = pod(name, "100m");
        last.set(&["metadata", "labels", "group"], "g");
        last.set(&["spec", "topologySpreadConstraints"], spread.clone());
        apply(&mut cluster, last);
        run_ms(&mut cluster, 2_000);
    }
    assert_eq!(node_of(&cluster, "fifth"), "node-a");
    let words = "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.";
    assert_eq!(why(&cluster, "sixth"), words);
}
