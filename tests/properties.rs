//! What holds in every cluster, whatever its nodes and whatever is done to it.

#![cfg(not(target_arch = "wasm32"))]

use daemonset_lab::cluster::{Cluster, Input};
use daemonset_lab::controllers::daemonset::Placement;
use daemonset_lab::lab::preset;
use daemonset_lab::object::{Kind, Object, ObjectKey, Value, map};
use proptest::prelude::*;

/// A generated life: nodes with or without a label and a taint, a budget, and things that happen.
#[derive(Clone, Debug)]
struct Life {
    seed: u64,
    nodes: Vec<(bool, bool)>,
    max_unavailable: u8,
    max_surge: u8,
    happenings: Vec<(u8, u8)>,
}

fn life() -> impl Strategy<Value = Life> {
    let nodes = prop::collection::vec(any::<(bool, bool)>(), 1..8);
    let happenings = prop::collection::vec((0..6_u8, any::<u8>()), 0..6);
    (any::<u64>(), nodes, 1..4_u8, 0..3_u8, happenings).prop_map(|(seed, nodes, max_unavailable, max_surge, happenings)| Life {
        seed,
        nodes,
        max_unavailable: if max_surge > 0 { 0 } else { max_unavailable },
        max_surge,
        happenings,
    })
}

fn daemonset(life: &Life, image: usize) -> Value {
    let text = format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"agent","namespace":"default"}},"spec":{{
        "selector":{{"matchLabels":{{"app":"agent"}}}},"updateStrategy":{{"rollingUpdate":{{"maxUnavailable":{},"maxSurge":{}}}}},
        "template":{{"metadata":{{"labels":{{"app":"agent"}}}},"spec":{{"nodeSelector":{{"agent":"on"}},"containers":[{{"name":"c","image":"agent:{image}"}}]}}}}}}}}"#,
        life.max_unavailable, life.max_surge
    );
    serde_json::from_str(&text).expect("JSON")
}

fn node(index: usize, labelled: bool, tainted: bool) -> Value {
    let mut node = preset::node(&format!("node-{index}"));
    if labelled {
        node.set(&["metadata", "labels", "agent"], "on");
    }
    if tainted {
        node.set(&["spec", "taints"], vec![map! { "key" => "dedicated", "effect" => "NoSchedule" }]);
    }
    node
}

/// Something that happens between two looks; refusals (of what is gone already) are part of life.
fn happen(cluster: &mut Cluster, life: &Life, kind: u8, detail: u8) {
    let name = format!("node-{}", usize::from(detail) % life.nodes.len());
    let key = ObjectKey::cluster_scoped(name.as_str());
    let label = |value: Value| map! { "metadata" => map! { "labels" => map! { "agent" => value } } };
    let input = match kind {
        0 => Input::Apply(daemonset(life, usize::from(detail))),
        1 => Input::patch(Kind::Node, key, label("on".into())),
        2 => Input::patch(Kind::Node, key, label(Value::Null)),
        3 => Input::patch(
            Kind::Node,
            key,
            map! { "spec" => map! { "taints" => vec![map! { "key" => "k", "effect" => "NoExecute" }] } },
        ),
        4 => Input::patch(Kind::Node, key, map! { "spec" => map! { "taints" => Value::Null } }),
        _ => match cluster.runtime.store.list(Kind::Pod).next() {
            Some(pod) => Input::delete(Kind::Pod, pod.key().clone()),
            None => return,
        },
    };
    let _ = cluster.input(input);
}

/// Runs for some cluster time; after every event no node has more pods that are not being deleted than the strategy allows.
fn run(cluster: &mut Cluster, life: &Life, milliseconds: u64) -> Result<(), TestCaseError> {
    let most = if life.max_surge > 0 { 2 } else { 1 };
    let until_ms = cluster.now_ms() + milliseconds;
    while cluster.run_next(until_ms) {
        let pods = cluster.runtime.store.list(Kind::Pod).filter_map(|it| it.as_pod()).filter(|it| !it.deleting);
        let mut on_node = std::collections::BTreeMap::new();
        for pod in pods {
            *on_node.entry(pod.target_node.clone()).or_insert(0) += 1;
        }
        prop_assert!(on_node.values().all(|&count| count <= most), "{on_node:?} at {} ms", cluster.now_ms());
    }
    cluster.runtime.sleep_until(until_ms);
    Ok(())
}

fn live(life: &Life) -> Result<Cluster, TestCaseError> {
    let mut cluster = Cluster::new(life.seed);
    for (index, (labelled, tainted)) in life.nodes.iter().enumerate() {
        cluster.input(Input::Create(node(index, *labelled, *tainted))).expect("created");
    }
    cluster.input(Input::Apply(daemonset(life, 0))).expect("applied");
    for (kind, detail) in &life.happenings {
        run(&mut cluster, life, 500 + 40 * u64::from(*detail))?;
        happen(&mut cluster, life, *kind, *detail);
    }
    run(&mut cluster, life, 300_000)?;
    Ok(cluster)
}

fn names<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<String> {
    objects.map(|it| it.value.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_run_settles_with_exactly_the_pods_that_placement_asks_for(life in life()) {
        let mut cluster = live(&life)?;
        let before = cluster.runtime.store.resource_version();
        run(&mut cluster, &life, 60_000)?;
        prop_assert_eq!(cluster.runtime.store.resource_version(), before, "it has settled");
        let stored = cluster.runtime.store.get(Kind::DaemonSet, &ObjectKey::new("default", "agent")).expect("stored");
        let placement = Placement::of_pod_spec(stored.as_daemonset().expect("a DaemonSet").template.at(&["spec"]));
        for node in cluster.runtime.store.list(Kind::Node) {
            let decision = placement.decide(node.name(), &node.meta.labels, &node.as_node().expect("a node").taints);
            let pods = cluster.runtime.store.list(Kind::Pod).filter(|it| it.as_pod().is_some_and(|it| it.target_node == *node.name()));
            let count = pods.count();
            prop_assert!(if decision.should_run() { count == 1 } else { count <= usize::from(decision.should_continue_running()) },
                "{count} pods on {} with {decision:?}", node.name());
        }
    }

    #[test]
    fn replaying_the_inputs_gives_the_same_history(life in life()) {
        let cluster = live(&life)?;
        let mut again = Cluster::new(life.seed);
        for (at_ms, input) in cluster.inputs().iter() {
            again.run_until(*at_ms, &mut || true);
            prop_assert!(again.input(input.clone()).is_ok());
        }
        again.run_until(cluster.now_ms(), &mut || true);
        for kind in Kind::all() {
            let all = |cluster: &Cluster| names(cluster.runtime.store.list(kind).map(AsRef::as_ref));
            prop_assert_eq!(all(&cluster), all(&again));
        }
        let said = |cluster: &Cluster| cluster.runtime.events.iter(cluster.runtime.unix()).cloned().collect::<Vec<_>>();
        prop_assert_eq!(said(&cluster), said(&again));
    }

    #[test]
    fn a_rolling_update_keeps_its_budget(life in life(), image in 300..400_usize) {
        prop_assume!(life.max_surge == 0);
        let quiet = Life { happenings: Vec::new(), ..life };
        let mut cluster = live(&quiet)?;
        let ready = |cluster: &Cluster| {
            cluster.runtime.store.list(Kind::Pod).filter_map(|it| it.as_pod()).filter(|it| it.ready && !it.deleting).count()
        };
        let all = ready(&cluster);
        cluster.input(Input::Apply(daemonset(&quiet, image))).expect("applied");
        let until_ms = cluster.now_ms() + 300_000;
        while cluster.run_next(until_ms) {
            prop_assert!(ready(&cluster) + usize::from(quiet.max_unavailable) >= all);
        }
        prop_assert_eq!(ready(&cluster), all);
    }
}

/// A life of a larger cluster in which nodes come and go, machines are switched off and on, and pods must be ready for a while.
fn eventful_life() -> impl Strategy<Value = (Life, u8)> {
    let nodes = prop::collection::vec(any::<(bool, bool)>(), 20..90);
    let happenings = prop::collection::vec((0..11_u8, any::<u8>()), 10..30);
    let budgets = (0..20_u8, 0..20_u8, 0..4_u8);
    (any::<u64>(), nodes, budgets, happenings).prop_map(|(seed, nodes, (unavailable, surge, min_ready_seconds), happenings)| {
        let (max_unavailable, max_surge) = if surge % 2 == 0 { (unavailable.max(1), 0) } else { (0, surge) };
        (Life { seed, nodes, max_unavailable, max_surge, happenings }, min_ready_seconds)
    })
}

fn happen_to_a_larger_cluster(cluster: &mut Cluster, life: &Life, min_ready_seconds: u8, kind: u8, detail: u8) {
    let index = usize::from(detail) % (life.nodes.len() + 5);
    let name = format!("node-{index}");
    let input = match kind {
        0 | 6 => {
            let mut agent = daemonset(life, usize::from(detail) % 4);
            agent.set(&["spec", "minReadySeconds"], i64::from(min_ready_seconds));
            Input::Apply(agent)
        }
        7 => Input::Create(node(index, true, false)),
        8 => Input::delete(Kind::Node, ObjectKey::cluster_scoped(name)),
        9 => Input::StopNode(name.into()),
        10 => Input::StartNode(name.into()),
        _ => return happen(cluster, life, kind, detail),
    };
    // Refusals (of what is gone already, or there already) are part of life.
    let _ = cluster.input(input);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_the_controller_keeps_of_the_nodes_is_what_they_are((life, min_ready_seconds) in eventful_life(), stride in 1..40_usize) {
        let mut cluster = Cluster::new(life.seed);
        for (index, (labelled, tainted)) in life.nodes.iter().enumerate() {
            cluster.input(Input::Create(node(index, *labelled, *tainted))).expect("created");
        }
        happen_to_a_larger_cluster(&mut cluster, &life, min_ready_seconds, 0, 0);
        for (kind, detail) in &life.happenings {
            let until_ms = cluster.now_ms() + 60 * u64::from(*detail);
            let mut step = 0_usize;
            while cluster.run_next(until_ms) {
                step += 1;
                // Both after every change and after many at once.
                if step.is_multiple_of(stride) {
                    prop_assert!(cluster.daemonsets.is_exact(&cluster.runtime), "at {} ms", cluster.now_ms());
                }
            }
            cluster.runtime.sleep_until(until_ms);
            happen_to_a_larger_cluster(&mut cluster, &life, min_ready_seconds, *kind, *detail);
        }
        cluster.run_until(cluster.now_ms() + 60_000, &mut || true);
        prop_assert!(cluster.daemonsets.is_exact(&cluster.runtime));
    }
}
