//! Lives of Deployments on a cluster.

use crate::cluster::{Cluster, Input};
use crate::lab::preset;
use crate::object::{Kind, Object, ObjectKey, Value, map};

const NAME: &str = "web";

fn deployment(image: &str, spec: &str) -> Value {
    let text = format!(
        r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web","namespace":"default"}},"spec":{{{spec}
        "selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":{{"app":"web"}}}},
        "spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}}}}}}}"#
    );
    serde_json::from_str(&text).expect("JSON")
}

fn cluster(nodes: usize) -> Cluster {
    let mut cluster = Cluster::new(3);
    for index in 0..nodes {
        cluster.input(Input::Create(preset::node(&format!("node-{index}")))).expect("created");
    }
    run(&mut cluster, 5);
    cluster
}

fn run(cluster: &mut Cluster, seconds: u64) {
    let until_ms = cluster.now_ms() + seconds * 1000;
    cluster.run_until(until_ms, &mut || true);
}

fn apply(cluster: &mut Cluster, value: Value) {
    cluster.input(Input::Apply(value)).expect("applied");
}

fn stored(cluster: &Cluster) -> &Object {
    cluster.runtime.store.get(Kind::Deployment, &ObjectKey::new("default", NAME)).expect("stored")
}

fn sets(cluster: &Cluster) -> Vec<(i64, String)> {
    let sets = cluster.runtime.store.list(Kind::ReplicaSet);
    let read = |set: &Object| {
        let revision = set.value.str_at(&["metadata", "annotations", "deployment.kubernetes.io/revision"]);
        (set.value.at(&["spec", "replicas"]).as_i64().unwrap_or(-1), revision.to_owned())
    };
    let mut sets: Vec<_> = sets.map(|set| read(set)).collect();
    sets.sort_by(|left, right| left.1.cmp(&right.1));
    sets
}

fn numbers(cluster: &Cluster) -> [i64; 5] {
    let fields = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"];
    fields.map(|field| stored(cluster).value.at(&["status", field]).as_i64().unwrap_or(0))
}

fn condition(cluster: &Cluster, name: &str) -> (String, String, String) {
    let conditions = stored(cluster).value.list_at(&["status", "conditions"]);
    let found = conditions.iter().find(|it| it.str_at(&["type"]) == name).expect("a condition");
    let text = |field| found.str_at(&[field]).to_owned();
    (text("status"), text("reason"), text("message"))
}

fn said(cluster: &Cluster, kind: Kind) -> Vec<String> {
    let events = cluster.runtime.events.iter(cluster.runtime.unix()).filter(|it| it.involved.kind == kind);
    events.map(|it| format!("{} {}", it.reason, it.message)).collect()
}

/// The fewest available and the most pods that there ever were meanwhile.
fn watch(cluster: &mut Cluster, seconds: u64) -> (usize, usize) {
    let until_ms = cluster.now_ms() + seconds * 1000;
    let (mut least, mut most) = (usize::MAX, 0);
    while cluster.run_next(until_ms) {
        let pods = cluster.runtime.store.list(Kind::Pod).filter_map(|it| it.as_pod()).filter(|it| !it.deleting);
        let (all, ready) = pods.fold((0, 0), |(all, ready), it| (all + 1, ready + usize::from(it.ready)));
        (least, most) = (least.min(ready), most.max(all));
    }
    cluster.runtime.sleep_until(until_ms);
    (least, most)
}

#[test]
fn a_deployment_gets_a_replica_set_and_that_its_pods() {
    let mut cluster = cluster(2);
    apply(&mut cluster, deployment("nginx:1", r#""replicas":3,"#));
    run(&mut cluster, 40);
    assert_eq!(numbers(&cluster), [3, 3, 3, 3, 0]);
    let set = cluster.runtime.store.list(Kind::ReplicaSet).next().expect("a set");
    let hash = set.meta.label("pod-template-hash").expect("a hash").to_owned();
    assert_eq!(set.name().as_str(), format!("web-{hash}"));
    assert_eq!(said(&cluster, Kind::Deployment), [format!("ScalingReplicaSet Scaled up replica set web-{hash} from 0 to 3")]);
    assert!(
        said(&cluster, Kind::ReplicaSet).iter().all(|it| it.starts_with(&format!("SuccessfulCreate Created pod: web-{hash}-")))
    );
    let done = format!("ReplicaSet \"web-{hash}\" has successfully progressed.");
    assert_eq!(condition(&cluster, "Progressing"), ("True".into(), "NewReplicaSetAvailable".into(), done));
    let available = ("True".into(), "MinimumReplicasAvailable".into(), "Deployment has minimum availability.".into());
    assert_eq!(condition(&cluster, "Available"), available);
    assert_eq!(stored(&cluster).value.str_at(&["metadata", "annotations", "deployment.kubernetes.io/revision"]), "1");
    let nodes: Vec<_> =
        cluster.runtime.store.list(Kind::Pod).filter_map(|it| it.as_pod()).map(|it| it.node_name.clone()).collect();
    assert!(nodes.contains(&"node-0".into()) && nodes.contains(&"node-1".into()), "{nodes:?}");
}

#[test]
fn a_rolling_update_keeps_to_surge_and_unavailability_and_a_rollback_takes_the_old_set_again() {
    let mut cluster = cluster(3);
    apply(&mut cluster, deployment("nginx:1", r#""replicas":4,"#));
    run(&mut cluster, 40);
    apply(&mut cluster, deployment("nginx:2", r#""replicas":4,"#));
    assert_eq!(watch(&mut cluster, 90), (3, 5), "a quarter of 4 each way");
    assert_eq!((sets(&cluster), numbers(&cluster)), (vec![(0, "1".into()), (4, "2".into())], [4, 4, 4, 4, 0]));
    apply(&mut cluster, deployment("nginx:1", r#""replicas":4,"#));
    run(&mut cluster, 90);
    assert_eq!(sets(&cluster), [(0, "2".into()), (4, "3".into())]);
    let history =
        |set: &Object| set.value.str_at(&["metadata", "annotations", "deployment.kubernetes.io/revision-history"]).to_owned();
    let histories: Vec<_> = cluster.runtime.store.list(Kind::ReplicaSet).map(|it| history(it)).collect();
    assert!(histories.contains(&"1".to_owned()), "{histories:?}");
}

#[test]
fn recreate_waits_until_all_old_pods_have_ended() {
    let mut cluster = cluster(2);
    let with = r#""replicas":3,"strategy":{"type":"Recreate"},"#;
    apply(&mut cluster, deployment("nginx:1", with));
    run(&mut cluster, 40);
    apply(&mut cluster, deployment("nginx:2", with));
    let until_ms = cluster.now_ms() + 60_000;
    while cluster.run_next(until_ms) {
        let pods = cluster.runtime.store.list(Kind::Pod).filter(|it| it.as_pod().is_some_and(|it| !it.phase.is_terminal()));
        let images: std::collections::BTreeSet<_> =
            pods.map(|it| it.value.list_at(&["spec", "containers"])[0].str_at(&["image"]).to_owned()).collect();
        assert!(images.len() <= 1, "{images:?}");
    }
    assert_eq!((sets(&cluster), numbers(&cluster)), (vec![(0, "1".into()), (3, "2".into())], [3, 3, 3, 3, 0]));
}

#[test]
fn scaling_goes_to_the_set_in_use_and_makes_no_revision() {
    let mut cluster = cluster(2);
    apply(&mut cluster, deployment("nginx:1", r#""replicas":3,"#));
    run(&mut cluster, 40);
    for (replicas, words) in [(6, "up replica set web-# from 3 to 6"), (1, "down replica set web-# from 6 to 1")] {
        let key = ObjectKey::new("default", NAME);
        cluster.input(Input::patch(Kind::Deployment, key, map! { "spec" => map! { "replicas" => replicas } })).expect("patched");
        run(&mut cluster, 40);
        assert_eq!((sets(&cluster), numbers(&cluster)[3]), (vec![(replicas, "1".into())], replicas));
        let set = cluster.runtime.store.list(Kind::ReplicaSet).next().expect("a set").name().clone();
        let words = format!("ScalingReplicaSet Scaled {}", words.replace("web-#", &set));
        assert!(said(&cluster, Kind::Deployment).contains(&words), "{words}");
    }
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    let mut cluster = cluster(2);
    apply(&mut cluster, deployment("nginx:1", r#""replicas":2,"#));
    run(&mut cluster, 40);
    apply(&mut cluster, deployment("nginx:2", r#""replicas":3,"paused":true,"#));
    run(&mut cluster, 40);
    assert_eq!(sets(&cluster), [(3, "1".into())]);
    assert_eq!(condition(&cluster, "Progressing").1, "DeploymentPaused");
    apply(&mut cluster, deployment("nginx:2", r#""replicas":3,"#));
    run(&mut cluster, 60);
    assert_eq!(sets(&cluster), [(0, "1".into()), (3, "2".into())]);
    assert_eq!(condition(&cluster, "Progressing").1, "NewReplicaSetAvailable");
}

#[test]
fn a_rollout_that_does_not_get_on_is_late_after_its_deadline() {
    let mut cluster = cluster(2);
    let with = r#""replicas":2,"progressDeadlineSeconds":30,"#;
    apply(&mut cluster, deployment("nginx:1", with));
    run(&mut cluster, 40);
    apply(&mut cluster, deployment("nginx:bad", with));
    run(&mut cluster, 20);
    assert_eq!(condition(&cluster, "Progressing").1, "ReplicaSetUpdated");
    run(&mut cluster, 40);
    let (status, reason, message) = condition(&cluster, "Progressing");
    assert_eq!((status.as_str(), reason.as_str()), ("False", "ProgressDeadlineExceeded"));
    assert!(message.ends_with("\" has timed out progressing."), "{message}");
    assert_eq!(numbers(&cluster)[3], 2, "the old pods stay");
}

#[test]
fn old_sets_over_the_limit_are_deleted() {
    let mut cluster = cluster(2);
    for image in ["nginx:1", "nginx:2", "nginx:3", "nginx:4"] {
        apply(&mut cluster, deployment(image, r#""replicas":2,"revisionHistoryLimit":1,"#));
        run(&mut cluster, 60);
    }
    assert_eq!(sets(&cluster), [(0, "3".into()), (2, "4".into())]);
}

fn budget(selector: &str, field: &str, value: impl Into<Value>) -> Value {
    let mut spec = map! { "selector" => map! { "matchLabels" => map! { "app" => selector } } };
    spec.set(&[field], value);
    map! { "apiVersion" => "policy/v1", "kind" => "PodDisruptionBudget", "metadata" => map! { "name" => selector, "namespace" => "default" }, "spec" => spec }
}

fn allowed(cluster: &Cluster, name: &str) -> (i64, [i64; 3], String) {
    let key = ObjectKey::new("default", name);
    let status = cluster.runtime.store.get(Kind::PodDisruptionBudget, &key).expect("a budget").value.at(&["status"]).clone();
    let number = |field| status.at(&[field]).as_i64().unwrap_or(-1);
    let reason = status.list_at(&["conditions"])[0].str_at(&["reason"]).to_owned();
    (number("disruptionsAllowed"), ["currentHealthy", "desiredHealthy", "expectedPods"].map(number), reason)
}

#[test]
fn a_budget_counts_the_replicas_of_a_deployment() {
    let mut cluster = cluster(2);
    apply(&mut cluster, deployment("nginx:1", r#""replicas":4,"#));
    apply(&mut cluster, budget("web", "maxUnavailable", "25%"));
    run(&mut cluster, 40);
    assert_eq!(allowed(&cluster, "web"), (1, [4, 3, 4], "SufficientPods".into()));
    let pod = cluster.runtime.store.list(Kind::Pod).next().expect("a pod").key().clone();
    cluster.input(Input::delete(Kind::Pod, pod)).expect("deleted");
    let soon_ms = cluster.now_ms() + 25;
    cluster.run_until(soon_ms, &mut || true);
    assert_eq!(allowed(&cluster, "web"), (0, [3, 3, 4], "InsufficientPods".into()));
}

#[test]
fn a_budget_over_daemon_pods_needs_a_whole_number_as_its_minimum() {
    let mut cluster = cluster(3);
    let daemonset = r#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"default"},"spec":{
        "selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}"#;
    apply(&mut cluster, serde_json::from_str(daemonset).expect("JSON"));
    apply(&mut cluster, budget("agent", "minAvailable", 2));
    run(&mut cluster, 40);
    assert_eq!(allowed(&cluster, "agent"), (1, [3, 2, 3], "SufficientPods".into()));
    apply(&mut cluster, budget("agent", "minAvailable", "50%"));
    run(&mut cluster, 10);
    assert_eq!((allowed(&cluster, "agent").0, allowed(&cluster, "agent").2), (0, "SyncFailed".into()));
    let words = "CalculateExpectedPodCountFailed Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource";
    assert!(said(&cluster, Kind::PodDisruptionBudget).contains(&words.to_owned()));
}
